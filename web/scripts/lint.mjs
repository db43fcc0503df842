// House rules that the compiler does not know: no words outside the language tables, no language without all words,
// no word that nobody uses, a door sign on each module, small files, nothing fetched from elsewhere.
import fs from "node:fs";
import path from "node:path";
import { parse } from "svelte/compiler";
import ts from "typescript";

const ROOT = path.resolve(import.meta.dirname, "..");
const LINES_MAX = 300;
const TABLES = ["en", "zh"];
/** Attributes whose value people see or hear. */
const SPOKEN = new Set(["aria-label", "aria-valuetext", "title", "placeholder", "alt", "label"]);
/** Text that is the same in every language: commands, names of languages in themselves. */
const SAME_EVERYWHERE = new Set(["headwater link", "English", "中文"]);
const LETTER = /\p{L}/u;
const HAN = /\p{Script=Han}/u;
const problems = [];
const report = (file, what) => problems.push(`${path.relative(ROOT, file)}: ${what}`);

const files = fs.readdirSync(path.join(ROOT, "src"), { recursive: true, encoding: "utf8" }).map((f) => path.join(ROOT, "src", f));
const sources = files.filter((file) => /\.(svelte|ts)$/.test(file));
const tables = Object.fromEntries(await Promise.all(TABLES.map(async (code) => [code, await load(code)])));

for (const file of sources) checkFile(file, fs.readFileSync(file, "utf8"));
checkTables();
checkUse();
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${sources.length} files and ${Object.keys(tables.en).length} words in ${TABLES.length} languages keep the house rules`);

/** A table's words, by compiling the TypeScript of its pages. */
async function load(code) {
  const folder = path.join(ROOT, "src/lib/i18n", code);
  const pages = fs.readdirSync(folder).map(async (file) => {
    const { outputText } = ts.transpileModule(fs.readFileSync(path.join(folder, file), "utf8"), { compilerOptions: { module: ts.ModuleKind.ESNext } });
    return (await import(`data:text/javascript,${encodeURIComponent(outputText)}`))[path.basename(file, ".ts")];
  });
  return Object.assign({}, ...(await Promise.all(pages)));
}

function checkFile(file, source) {
  const table = /i18n\/\w+(\/\w+)?\.ts$/.test(file);
  if (source.split("\n").length > LINES_MAX) report(file, `over ${LINES_MAX} lines: split it by idea`);
  if (!/^(<!--|\/\/) \S/.test(source)) report(file, "no door sign: say in the first line what it is for");
  if (/https?:\/\/(?!www\.w3\.org\/)/.test(source)) report(file, "names an address outside: nothing is fetched from elsewhere");
  if (/\{@html/.test(source)) report(file, "{@html}: text from peers must stay text");
  if (!file.endsWith(".svelte")) {
    if (!table && HAN.test(source.replace(/\/\/.*$/gm, ""))) report(file, "Chinese outside the language table");
    return;
  }
  walk(parse(source, { modern: true }).fragment, (node) => {
    if (node.type === "Text") checkText(file, node.data);
    if (node.type === "Attribute" && SPOKEN.has(node.name) && Array.isArray(node.value)) {
      for (const part of node.value) if (part.type === "Text") checkText(file, part.data);
    }
    // a literal that is an expression's whole value is text as well: {"words"}, {x ? "yes" : "no"}
    if (node.type === "ExpressionTag") literals(node.expression).forEach((text) => checkText(file, text));
  });
}

function checkText(file, text) {
  const said = text.trim();
  if (LETTER.test(said) && !SAME_EVERYWHERE.has(said)) report(file, `words outside the language tables: "${said}"`);
}

function literals(expression) {
  if (expression.type === "Literal" && typeof expression.value === "string") return [expression.value];
  if (expression.type === "ConditionalExpression") return [...literals(expression.consequent), ...literals(expression.alternate)];
  if (expression.type === "LogicalExpression") return literals(expression.right);
  return [];
}

/** Visits markup, but not what stands in attributes that nobody reads, nor what code compares. */
function walk(node, visit) {
  if (!node || typeof node !== "object") return;
  if (Array.isArray(node)) return node.forEach((child) => walk(child, visit));
  if (node.type === "Attribute") return visit(node);
  if (node.type) visit(node);
  for (const key of ["nodes", "fragment", "attributes", "body", "consequent", "alternate", "fallback", "pending", "then", "catch"]) {
    if (node.type !== "ExpressionTag") walk(node[key], visit);
  }
}

function checkTables() {
  const blanks = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join();
  for (const code of TABLES) {
    const file = path.join(ROOT, `src/lib/i18n/${code}.ts`);
    for (const key of Object.keys(tables.en)) {
      const text = tables[code][key];
      if (!text) report(file, `"${key}" is missing or empty`);
      else if (blanks(text) !== blanks(tables.en[key])) report(file, `"${key}" fills in other values than in English`);
    }
    for (const key of Object.keys(tables[code])) if (!(key in tables.en)) report(file, `"${key}" is not in the English table`);
  }
}

/** Every key is written out somewhere, or begins as some template `a.b.${c}` does. */
function checkUse() {
  const code = sources.filter((file) => !file.includes("i18n/")).map((file) => fs.readFileSync(file, "utf8")).join("\n");
  const written = new Set([...code.matchAll(/"([\w.]+)"/g)].map((match) => match[1]));
  const begun = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map((match) => match[1]);
  const ended = [...code.matchAll(/`([\w.]+\.)\$\{[^}]+\}(_\w+)`/g)].map((match) => [match[1], match[2]]);
  for (const key of Object.keys(tables.en)) {
    const used = written.has(key) || begun.some((start) => key.startsWith(start)) || ended.some(([a, b]) => key.startsWith(a) && key.endsWith(b));
    if (!used) report(path.join(ROOT, "src/lib/i18n/en.ts"), `nobody uses "${key}"`);
  }
}

// Real nodes for the tests: each a `headwater` process with a data folder of its own, on loopback, stopped at the end.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const PROGRAM = process.env.HEADWATER_BIN ?? path.resolve(import.meta.dirname, "../../../target/debug/headwater");
const LINK = /https?:\/\/[^\s"]+\/#\/join\/[\w-]+/;
const TICKET = /headwater1[0-9a-z]+/;
const START_MS = 60_000;
const STOP_MS = 10_000;
const run = promisify(execFile);

export class HeadwaterNode {
  private constructor(
    readonly name: string, private readonly folder: string, private readonly process: ChildProcess,
    readonly link: string, readonly ticket: string,
  ) {}

  /** Makes a data folder and runs a node in it until `stop`. */
  static async start(name: string, peers: HeadwaterNode[] = []): Promise<HeadwaterNode> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "headwater-web-"));
    await run(PROGRAM, ["--dir", folder, "init", "--name", name]);
    const known = peers.flatMap((peer) => ["--peer", peer.ticket]);
    const child = spawn(PROGRAM, ["--dir", folder, "--json", "up", "--http", "127.0.0.1:0", "--loopback", ...known]);
    const link = await firstMatch(child, LINK);
    const { stdout } = await run(PROGRAM, ["--dir", folder, "--json", "ticket"]);
    const ticket = TICKET.exec(stdout)?.[0];
    if (!ticket) throw new Error(`no ticket in: ${stdout}`);
    return new HeadwaterNode(name, folder, child, link, ticket);
  }

  /** Where its app is served. */
  get address(): string {
    return new URL(this.link).origin;
  }

  /** A further one-time link. */
  async newLink(): Promise<string> {
    const { stdout } = await run(PROGRAM, ["--dir", this.folder, "--json", "link"]);
    const link = LINK.exec(stdout)?.[0];
    if (!link) throw new Error(`no link in: ${stdout}`);
    return link;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      const deadline = setTimeout(() => this.process.kill("SIGKILL"), STOP_MS);
      this.process.kill("SIGINT");
      await ended;
      clearTimeout(deadline);
    }
    await fs.rm(this.folder, { recursive: true, force: true });
  }
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const give = (why: string): void => reject(new Error(`${why} before it said ${pattern}:\n${said}`));
    const deadline = setTimeout(() => give("the node took too long"), START_MS);
    const listen = (part: Buffer): void => {
      said += part.toString();
      const found = pattern.exec(said)?.[0];
      if (!found) return;
      clearTimeout(deadline);
      resolve(found);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("error", (error) => give(String(error)));
    child.once("exit", (code) => give(`the node ended (${code})`));
  });
}

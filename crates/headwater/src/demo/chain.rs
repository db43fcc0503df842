//! A published supply chain as a scenario: every stage a firm, its time a process, its cost a price.
//!
//! [`import`] reads a [`Chain`], has `sim` reckon what must come out (longest paths, prices, how many deals), and
//! puts the scenario into a folder.

use serde_json::{Map, Value, json};
use sim::chain::{Chain, Class, Reckoned, Stage};
use std::fs;
use std::path::Path;
use vocab::{Currency, Decimal};

/// Most items a view of a node lists.
const LISTED_MAX: usize = 1_000;

/// How many firms, how many of them order.
pub(crate) struct Imported {
    /// stages
    pub(crate) firms: usize,
    /// demand stages
    pub(crate) buyers: usize,
}

/// Reads `file` and writes a scenario into `out`, a folder that is new or empty.
///
/// # Errors
/// In words: the file, the row and the column, what is wrong and what would be right.
pub(crate) fn import(file: &Path, out: &Path, currency: Currency) -> Result<Imported, String> {
    let (chain, reckoned) = read(file)?;
    let title = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    scenario(&chain, &reckoned, &title, currency, out)?;
    Ok(Imported { firms: chain.stages.len(), buyers: chain.buyers().count() })
}

/// A chain and what must come out of it.
///
/// # Errors
/// As [`import`].
pub(crate) fn read(file: &Path) -> Result<(Chain, Reckoned), String> {
    let text = super::scenario::read(file)?;
    let at_file = |e: String| format!("{}: {e}", file.display());
    let chain = Chain::read(&text).map_err(at_file)?;
    let reckoned = Reckoned::of(&chain).map_err(at_file)?;
    Ok((chain, reckoned))
}

/// The kind of work done at such a stage.
fn work(class: Class) -> &'static str {
    match class {
        Class::Part => "procure",
        Class::Manuf => "make",
        Class::Trans => "transport",
        Class::Dist => "distribute",
        Class::Retail => "sell",
        Class::Other => "work",
    }
}

/// Writes the scenario into `out`, which must be new or empty.
fn scenario(
    chain: &Chain,
    reckoned: &Reckoned,
    title: &str,
    currency: Currency,
    out: &Path,
) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}: name a folder that can be written to", out.display());
    fs::create_dir_all(out).map_err(failed)?;
    if fs::read_dir(out).map_err(failed)?.next().is_some() {
        return Err(format!("{}: is not empty: name a new folder, or empty this one", out.display()));
    }
    for (at, stage) in chain.stages.iter().enumerate() {
        let folder = out.join(stage.id.as_str());
        fs::create_dir(&folder).map_err(failed)?;
        put(&folder.join("firm.toml"), &firm(chain, stage, reckoned.price[at], currency))?;
    }
    put(&out.join("scenario.toml"), &plot(chain, reckoned, title))
}

fn put(file: &Path, what: &Value) -> Result<(), String> {
    let text = toml::to_string(what).map_err(|e| format!("{}: {e}", file.display()))?;
    fs::write(file, text).map_err(|e| format!("{}: {e}: make room or name another folder", file.display()))
}

/// What one firm makes, of what, how long it takes, what it costs.
fn firm(chain: &Chain, stage: &Stage, price: Decimal, currency: Currency) -> Value {
    let input = |i: &usize| json!({"spec": chain.stages[*i].id, "quantity": "1"});
    let inputs: Vec<Value> = stage.inputs.iter().map(input).collect();
    let step = json!({"name": work(stage.class), "work_center": "site", "fixed_s": stage.time_s});
    let mut firm = json!({
        "specifications": [{"id": stage.id, "name": stage.name, "unit": "each"}],
        "recipes": [{"output": stage.id, "inputs": inputs, "steps": [step]}],
        "work_centers": {"site": {"units": 0}},
    });
    if !stage.has_buyers() {
        let tiers = json!([{"from": "0", "unit_price": price}]);
        firm["offers"] = json!([{"spec": stage.id, "prices": {"currency": currency, "tiers": tiers}}]);
    }
    firm
}

fn plot(chain: &Chain, reckoned: &Reckoned, title: &str) -> Value {
    let agents: Vec<Value> = chain.stages.iter().enumerate().map(|(at, s)| agent(at, s, reckoned)).collect();
    let buyers: Vec<&str> = chain.buyers().map(|(at, _)| chain.stages[at].id.as_str()).collect();
    let firms = chain.stages.len();
    let story = json!({
        "en": format!("{firms} firms of a real supply chain (Willems 2008, doi 10.1287/msom.1070.0176). It has no \
                       capacity limits, so the date promised to each buyer must equal the longest path of stage times."),
        "zh": format!("一条真实供应链中的 {firms} 家企业（Willems 2008，doi 10.1287/msom.1070.0176）。\
                       数据没有产能限制，因此向每个买家承诺的日期必须等于上游各环节时间的最长路径。"),
    });
    json!({
        "name": {"en": format!("Supply chain {title}"), "zh": format!("供应链 {title}")},
        "story": story,
        "seed": 1,
        "groups": {"buyers": buyers},
        "agents": agents,
        "steps": steps(chain, 30 + firms),
    })
}

fn agent(at: usize, stage: &Stage, reckoned: &Reckoned) -> Value {
    let mut set = Map::new();
    set.insert("makes".to_owned(), json!(stage.id));
    set.insert("stage".to_owned(), json!(stage.name));
    set.insert("buys".to_owned(), json!((reckoned.orders[at] * stage.inputs.len() as u64).to_string()));
    if stage.has_buyers() {
        // a whole number of seconds with at most six places in days: exact
        let days =
            Decimal::from_micros(i128::from(reckoned.longest_s[at]) * 1_000_000 / i128::from(vocab::DAY_S));
        set.insert("longest_path_days".to_owned(), json!(days));
    }
    json!({"id": stage.id, "name": stage.name, "set": set})
}

fn steps(chain: &Chain, within_s: usize) -> Value {
    let offers = chain.stages.iter().filter(|s| !s.has_buyers()).count().min(LISTED_MAX);
    let order = |field: &str| format!("/items/[id=${{order}}]/{field}");
    json!([
        {"as": "everyone", "import": ["firm.toml"], "within_s": within_s,
         "say": {"en": "Every firm says what it makes, of what, how long it takes and what it costs",
                 "zh": "每家企业说明自己生产什么、用什么、需要多久、价格多少"}},
        {"as": "everyone", "get": "offers", "within_s": within_s,
         "expect": [{"at": "/items/*", "count": offers}],
         "say": {"en": "The offers spread until every firm knows all of them",
                 "zh": "报价传播开来，直到每家企业都知道全部报价"}},
        {"as": "buyers", "command": {"do": "plan", "spec": "${makes}", "quantity": "1"}, "save": "order",
         "say": {"en": "Every demand stage asks for one unit, and the question travels upstream",
                 "zh": "每个需求环节询购一件，询价逐级向上游传递"}},
        {"as": "buyers", "get": "orders", "within_s": within_s, "promise": "${stage}", "go_on": true,
         "expect": [{"at": order("promise"), "since": order("start"), "is": "${longest_path_days}"},
                    {"at": order("state"), "is": "held"}],
         "say": {"en": "The date promised to each is the longest path of stage times upstream of it",
                 "zh": "承诺给每个买家的日期等于其上游各环节时间的最长路径"}},
        {"as": "buyers", "command": {"do": "accept", "deal": "${order}"},
         "say": {"en": "Each accepts: all tiers bind, or none does", "zh": "各自接受：所有层级同时生效，否则都不生效"}},
        {"as": "buyers", "get": "orders", "within_s": within_s,
         "expect": [{"at": order("state"), "is": "firm"}],
         "say": {"en": "Every order is firm", "zh": "所有订单均已确认"}},
        {"as": "everyone", "get": "deals", "within_s": within_s,
         "expect": [{"at": "/items/*[role=buyer,state=bound]", "count": "${buys}"}],
         "say": {"en": "Every firm has bound exactly the purchases that the arcs call for",
                 "zh": "每家企业签定的采购恰好等于供应关系所要求的"}},
        {"as": "everyone", "get": "peers", "within_s": within_s,
         "expect": [{"at": "/items/*/undelivered", "all": 0}],
         "say": {"en": "Nothing is left undelivered anywhere", "zh": "没有任何未送达的记录"}},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{check, scenario::Scenario};

    /// A part goes into a product; buyers stand at a shop.
    const SMALL: &str = "/chain,,,,,\n\
        /arcs/arc/@from,/arcs/arc/@to,/stages/stage/@stageName,/stages/stage/@stageTime,\
        /stages/stage/@stageCost,/stages/stage/@avgDemand\n\
        Part,Make,,,,\nMake,Shop,,,,\n,,Part,7,2.25,\n,,Make,2.5,5,\n,,Shop,0.5,1,4\n";

    #[test]
    fn what_is_written_can_be_played() {
        let dir = tempfile::tempdir().unwrap();
        let chain = Chain::read(SMALL).unwrap();
        let reckoned = Reckoned::of(&chain).unwrap();
        let euro = "EUR".parse().unwrap();
        scenario(&chain, &reckoned, "small", euro, dir.path()).unwrap();
        let written = Scenario::load(dir.path()).unwrap();
        check::check(&written).unwrap();
        assert_eq!(written.agent("shop").unwrap().set["longest_path_days"], "10");
        assert_eq!(written.members("buyers").unwrap(), ["shop"]);
        let again = scenario(&chain, &reckoned, "small", euro, dir.path()).unwrap_err();
        assert!(again.contains("not empty"), "{again}");
    }
}

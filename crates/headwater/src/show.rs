//! Views for people: a table for each list, a few lines for one thing.

use crate::i18n::{Lang, Msg, say, word};
use comfy_table::{ContentArrangement, Table, presets};
use jiff::tz::TimeZone;
use serde_json::Value;
use vocab::{RecordId, Text, Timestamp};

/// Digits of an id that are shown: enough to type.
const DIGITS: usize = 10;

type Cell = fn(&Value, Lang) -> String;

/// A list as the API names it, and its columns.
pub(crate) struct List {
    pub(crate) path: &'static str,
    columns: &'static [(Msg, Cell)],
}

fn text(v: &Value) -> String {
    match v {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
/// An id's first digits.
pub(crate) fn id(v: &Value) -> String {
    text(v).chars().take(DIGITS).collect()
}
/// A name in the reader's language.
pub(crate) fn words(v: &Value, lang: Lang) -> String {
    serde_json::from_value::<Text>(v.clone()).map_or(String::new(), |t| t.in_language(lang.tag()).to_owned())
}
/// What an agent calls itself, else the end of its key.
pub(crate) fn who(v: &Value) -> String {
    match (v["name"].as_str(), v["agent"].as_str()) {
        (Some(name), _) if !name.is_empty() => name.to_owned(),
        (_, Some(agent)) => {
            format!("…{}", agent.chars().skip(agent.len().saturating_sub(8)).collect::<String>())
        }
        _ => String::new(),
    }
}
fn money(v: &Value) -> String {
    match (&v["amount"], &v["currency"]) {
        (Value::String(amount), Value::String(currency)) => format!("{amount} {currency}"),
        _ => String::new(),
    }
}
/// A time on this machine's clock.
pub(crate) fn time(v: &Value) -> String {
    let parsed = v.as_str().and_then(|t| t.parse::<Timestamp>().ok());
    parsed.map_or(String::new(), |t| t.to_zoned(TimeZone::system()).strftime("%F %H:%M").to_string())
}
/// How long ago.
fn since(v: &Value) -> String {
    let at = v.as_str().and_then(|t| t.parse::<Timestamp>().ok());
    at.map_or(String::new(), |at| age(&vocab::seconds_between(at, Timestamp::now()).max(0).into()))
}
fn state(v: &Value, lang: Lang) -> String {
    word(lang, v.as_str().unwrap_or_default()).to_owned()
}
fn yes(v: &Value, lang: Lang) -> String {
    v.as_bool().map_or(String::new(), |yes| say(lang, if yes { Msg::Yes } else { Msg::No }, &[]))
}
fn of(quantity: &Value, unit: &Value) -> String {
    format!("{} {}", text(quantity), text(unit)).trim().to_owned()
}
/// The list under `key`; none when there is no list.
pub(crate) fn items<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v[key].as_array().map_or(&[], Vec::as_slice)
}
fn joined(list: &[Value], each: impl Fn(&Value) -> String) -> String {
    list.iter().map(each).collect::<Vec<_>>().join("\n")
}
fn prices(v: &Value) -> String {
    let tiers = joined(items(v, "tiers"), |t| format!("≥{}: {}", text(&t["from"]), text(&t["unit_price"])));
    format!("{} {}", tiers.replace('\n', ", "), text(&v["currency"]))
}
fn goods(v: &[Value]) -> String {
    joined(v, |g| format!("{} {} ({})", text(&g["quantity"]), text(&g["spec"]), id(&g["lot"])))
}
fn late(v: &Value) -> String {
    if v["late"] == true { time(&v["expected"]) } else { String::new() }
}
fn seconds_as_days(v: &Value) -> String {
    v.as_i64().map_or(String::new(), |s| (s / vocab::DAY_S).to_string())
}
/// Tenths of days, rounded up.
fn seconds_as_tenths(v: &Value) -> String {
    let tenths = |s: i64| (s.saturating_mul(10).saturating_add(vocab::DAY_S - 1)) / vocab::DAY_S;
    v.as_i64().map(tenths).map_or(String::new(), |t| format!("{}.{}", t / 10, t % 10))
}

pub(crate) const OFFERS: List = List {
    path: "offers",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Spec, |v, _| text(&v["offer"]["spec"])),
        (Msg::Name, |v, l| words(&v["offer"]["name"], l)),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::Price, |v, _| prices(&v["offer"]["prices"])),
        (Msg::Minimum, |v, _| of(&v["offer"]["minimum"], &v["offer"]["unit"])),
        (Msg::LeadTime, |v, _| seconds_as_days(&v["offer"]["lead_time_s"])),
        (Msg::Pools, |v, l| yes(&Value::Bool(!v["offer"]["pooling"].is_null()), l)),
        (Msg::Age, |v, _| since(&v["at"])),
        (Msg::Expires, |v, _| time(&v["offer"]["expires"])),
    ],
};
pub(crate) const NEEDS: List = List {
    path: "needs",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Spec, |v, _| text(&v["need"]["spec"])),
        (Msg::Name, |v, l| words(&v["need"]["name"], l)),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::Quantity, |v, _| of(&v["need"]["quantity"], &v["need"]["unit"])),
        (Msg::Ceiling, |v, _| money(&v["need"]["ceiling"])),
        (Msg::Due, |v, _| time(&v["need"]["due"])),
        (Msg::Age, |v, _| since(&v["at"])),
        (Msg::Fits, |v, _| joined(items(v, "fits"), id)),
    ],
};
/// How far it is to the next better price.
fn next_price(next: &Value, lang: Lang) -> String {
    match next.is_null() {
        true => String::new(),
        false => say(lang, Msg::Missing, &[&text(&next["missing"]), &money(&next["unit_price"])]),
    }
}
/// What is wanted: one quantity, or from so much to so much.
fn range(v: &Value) -> String {
    match (text(&v["at_least"]), text(&v["at_most"])) {
        (least, most) if least == most => most,
        (least, most) => format!("{least}–{most}"),
    }
}

pub(crate) const ROUNDS: List = List {
    path: "rounds",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::Leader, |v, _| who(&v["leader"])),
        (Msg::Pools, |v, _| joined(items(v, "pools"), id)),
        (Msg::MyShare, |v, l| {
            joined(items(v, "lines"), |line| {
                format!(
                    "{} {} {}",
                    of(&line["quantity"], &line["unit"]),
                    words(&line["name"], l),
                    money(&line["total"])
                )
            })
        }),
        (Msg::Closes, |v, _| time(&v["closes"])),
    ],
};
pub(crate) const DROP_OFFS: List = List {
    path: "drop-offs",
    columns: &[
        (Msg::Pools, |v, _| id(&v["pool"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::DropOff, |v, l| format!("{} {}", text(&v["index"]), words(&v["drop_off"]["name"], l))),
        (Msg::Leader, |v, _| who(&v["leader"])),
        (Msg::By, |v, _| who(&v["producer"])),
        (Msg::Quantity, |v, _| of(&v["total"], &v["unit"])),
        (Msg::Members, |v, l| {
            joined(items(v, "lines"), |line| {
                format!("{} {}: {}", text(&line["quantity"]), who(&line["member"]), state(&line["state"], l))
            })
        }),
    ],
};
pub(crate) const POOLS: List = List {
    path: "pools",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Spec, |v, _| text(&v["terms"]["spec"])),
        (Msg::Name, |v, l| words(&v["terms"]["name"], l)),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::State, |v, l| state(&v["state"], l)),
        (Msg::Members, |v, _| text(&v["members"])),
        (Msg::Pledged, |v, _| text(&v["pledged"])),
        (Msg::Threshold, |v, _| text(&v["terms"]["threshold"])),
        (Msg::PriceAlone, |v, _| money(&v["compare"]["solo"])),
        (Msg::PriceNow, |v, _| money(&v["price_now"])),
        (Msg::NextPrice, |v, l| next_price(&v["compare"]["next"], l)),
        (Msg::Closes, |v, _| time(&v["terms"]["closes"])),
        (Msg::MyShare, |v, _| match (&v["result"]["my_quantity"], &v["mine"]) {
            (Value::String(got), _) => format!("{got} × {}", money(&v["result"]["unit_price"])),
            (_, Value::Null) => String::new(),
            (_, mine) => {
                format!("{} ≤ {}", range(mine), text(&mine["ceiling"]))
            }
        }),
    ],
};
pub(crate) const AUCTIONS: List = List {
    path: "auctions",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Name, |v, l| words(&v["capacity"]["name"], l)),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::Quantity, |v, _| of(&v["capacity"]["quantity"], &v["capacity"]["unit"])),
        (Msg::PriceNow, |v, _| money(&v["price"])),
        (Msg::TakenUp, |v, _| text(&v["taken"])),
        (Msg::Bids, |v, l| {
            joined(items(v, "bids"), |bid| format!("{} {}", id(&bid["id"]), state(&bid["state"], l)))
        }),
        (Msg::Closes, |v, _| time(&v["capacity"]["closes"])),
    ],
};
pub(crate) const CALLS: List = List {
    path: "calls",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Name, |v, l| words(&v["call"]["name"], l)),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::TakesUntil, |v, _| time(&v["call"]["takes_until"])),
        (Msg::Closes, |v, _| time(&v["call"]["closes"])),
        (Msg::Supplies, |v, l| {
            joined(items(v, "supplies"), |s| format!("{} {}", id(&s["id"]), state(&s["state"], l)))
        }),
        (Msg::Demands, |v, l| {
            joined(items(v, "demands"), |d| format!("{} {}", id(&d["id"]), state(&d["state"], l)))
        }),
        (Msg::Replay, |v, l| state(&v["replay"], l)),
    ],
};
pub(crate) const STANDING: List = List {
    path: "standing-orders",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Spec, |v, _| text(&v["order"]["spec"])),
        (Msg::Quantity, |v, _| text(&v["order"]["quantity"])),
        (Msg::Ceiling, |v, _| money(&v["order"]["at_most"])),
        (Msg::State, |v, l| state(&v["state"], l)),
        (Msg::Proposed, |v, _| id(&v["proposal"]["id"])),
        (Msg::By, |v, _| who(&v["proposal"]["by"])),
        (Msg::Price, |v, _| money(&v["proposal"]["proposal"]["unit_price"])),
        (Msg::ExpectedBy, |v, _| time(&v["proposal"]["proposal"]["expected"])),
        (Msg::Expires, |v, _| time(&v["order"]["keep_until"])),
    ],
};
pub(crate) const DEALS: List = List {
    path: "deals",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Role, |v, l| state(&v["role"], l)),
        (Msg::With, |v, _| who(&v["with"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::Quantity, |v, _| of(&v["quantity"], &v["unit"])),
        (Msg::Total, |v, _| money(&v["total"])),
        (Msg::State, |v, l| state(&v["state"], l)),
        (Msg::Promise, |v, _| time(&v["promise"])),
        (Msg::Expected, |v, _| late(v)),
        (Msg::Offered, |v, _| time(&v["delay"]["promise"])),
    ],
};
pub(crate) const ORDERS: List = List {
    path: "orders",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Source, |v, l| state(&v["source"], l)),
        (Msg::Spec, |v, _| text(&v["spec"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::Quantity, |v, _| text(&v["quantity"])),
        (Msg::State, |v, l| state(&v["state"], l)),
        (Msg::Short, |v, _| text(&v["short"]).trim_start_matches('0').to_owned()),
        (Msg::Promise, |v, _| time(&v["promise"])),
        (Msg::Trouble, |v, lang| words(&v["trouble"], lang)),
    ],
};
/// What a search found.
pub(crate) const INTERESTS: List = List {
    path: "interests",
    columns: &[
        (Msg::Category, |v, _| text(&v["category"])),
        (Msg::Around, |v, _| text(&v["place"]["name"])),
        (Msg::Distance, |v, _| text(&v["place"]["radius_km"])),
    ],
};
pub(crate) const TOPICS: List = List {
    path: "interests",
    columns: &[
        (Msg::Topic, |v, _| text(&v["topic"])),
        (Msg::Records, |v, _| text(&v["records"])),
        (Msg::Peers, |v, _| text(&v["peers"])),
        (Msg::Joined, |v, l| yes(&v["joined"], l)),
    ],
};
pub(crate) const FOUND: List = List {
    path: "search",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Spec, |v, _| text(&listed(v)["spec"])),
        (Msg::Name, |v, l| words(&listed(v)["name"], l)),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::Quantity, |v, _| of(&listed(v)["quantity"], &listed(v)["unit"])),
        (Msg::Price, |v, _| match &listed(v)["prices"] {
            Value::Null => money(&listed(v)["ceiling"]),
            schedule => prices(schedule),
        }),
        (Msg::Distance, |v, _| text(&v["distance_km"])),
        (Msg::Age, |v, _| age(&v["age_s"])),
        (Msg::ShownBy, |v, _| items(v, "shown_by").len().to_string()),
        (Msg::Kept, |v, l| yes(&v["kept"], l)),
    ],
};
/// How far others are trusted.
pub(crate) const STANDINGS: List = List {
    path: "standing",
    columns: &[
        (Msg::Agent, |v, _| who(&v["who"])),
        (Msg::Standing, |v, l| state(&v["standing"]["is"], l)),
        (Msg::Deposit, |v, _| money(&v["standing"]["deposit"])),
        (Msg::VouchedBy, |v, _| joined(items(v, "vouched_by"), |v| who(&v["who"]))),
        (Msg::StampBits, |v, _| text(&v["stamp_bits"])),
        (Msg::Expires, |v, _| time(&v["stamp_expires"])),
        (Msg::Room, |v, _| text(&v["room"])),
    ],
};
/// Who answered a search.
pub(crate) const ANSWERERS: List = List {
    path: "search",
    columns: &[
        (Msg::Agent, |v, _| who(&v["who"])),
        (Msg::State, |v, l| state(&v["outcome"], l)),
        (Msg::Gave, |v, _| text(&v["gave"])),
        (Msg::HasMore, |v, l| yes(&v["more"], l)),
        (Msg::Unfit, |v, _| text(&v["unfit"])),
        (Msg::Expired, |v, _| text(&v["expired"])),
        (Msg::Forged, |v, _| text(&v["forged"])),
        (Msg::LeftOut, |v, _| joined(items(v, "left_out"), id)),
    ],
};
fn listed(v: &Value) -> &Value {
    let listing = &v["listing"];
    match (&listing["offer"], &listing["need"]) {
        (Value::Null, Value::Null) => &listing["pool"]["terms"],
        (Value::Null, need) => need,
        (offer, _) => offer,
    }
}
/// Seconds in the largest unit of which there are two or more.
fn age(v: &Value) -> String {
    let Some(s) = v.as_i64() else { return String::new() };
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    units
        .iter()
        .find(|(unit, _)| s >= 2 * unit)
        .map_or(format!("{s} s"), |(unit, name)| format!("{} {name}", s / unit))
}
/// Part of the plan.
pub(crate) const SHORTAGES: List = List {
    path: "plan",
    columns: &[
        (Msg::Lacking, |v, _| text(&v["spec"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::Quantity, |v, _| text(&v["quantity"])),
        (Msg::NeededAt, |v, _| time(&v["needed_at"])),
        (Msg::Arrives, |v, _| time(&v["arrives"])),
        (Msg::Order, |v, _| id(&v["order"])),
    ],
};
/// What a preview moves.
pub(crate) const MOVES: List = List {
    path: "plan/preview",
    columns: &[
        (Msg::Process, |v, _| format!("{}/{}", id(&v["plan"]), v["index"])),
        (Msg::Where, |v, _| text(&v["work_center"])),
        (Msg::Start, |v, _| time(&v["start"])),
        (Msg::End, |v, _| time(&v["end"])),
    ],
};
/// Orders that a preview makes earlier or later.
pub(crate) const PROMISES: List = List {
    path: "plan/preview",
    columns: &[
        (Msg::Order, |v, _| id(&v["order"])),
        (Msg::With, |v, _| text(&v["with_name"])),
        (Msg::ReadyUntilNow, |v, _| time(&v["from"])),
        (Msg::ReadyThen, |v, _| time(&v["to"])),
    ],
};
/// How much by when.
pub(crate) const CAPABLE: List = List {
    path: "capable",
    columns: &[(Msg::Quantity, |v, _| text(&v["quantity"])), (Msg::Promise, |v, _| time(&v["promise"]))],
};
/// What an order or demand waited for.
const CHAIN: List = List {
    path: "orders",
    columns: &[
        (Msg::Start, |v, _| time(&v["from"])),
        (Msg::End, |v, _| time(&v["to"])),
        (Msg::WaitsFor, |v, l| words(&v["what"], l)),
    ],
};
/// What would make it less late.
const RELIEF: List = List {
    path: "orders",
    columns: &[
        (Msg::WouldHelp, |v, l| words(&v["what"], l)),
        (Msg::GainDays, |v, _| seconds_as_tenths(&v["gain_s"])),
        (Msg::CostDays, |v, _| seconds_as_tenths(&v["cost_s"])),
    ],
};
/// Why something is late, and what would help: what is late, the chain to it, the reliefs.
pub(crate) fn why(v: &Value, lang: Lang) -> String {
    let late = match v["late_s"].as_i64() {
        Some(1..) => say(lang, Msg::WhyLate, &[&seconds_as_tenths(&v["late_s"])]),
        _ => say(lang, Msg::WhyOnTime, &[]),
    };
    let mut parts = vec![late];
    let lists = [(&CHAIN, "chain"), (&RELIEF, "relief")];
    let there = lists.into_iter().filter(|(_, key)| !items(v, key).is_empty());
    parts.extend(there.map(|(list, key)| list.table(items(v, key), lang)));
    parts.join("\n\n")
}
/// Made from the orders: one row for each process.
pub(crate) const WORK: List = List {
    path: "orders",
    columns: &[
        (Msg::Process, |v, _| format!("{}/{}", id(&v["plan"]), text(&v["index"]))),
        (Msg::Work, |v, _| text(&v["name"])),
        (Msg::Name, |v, l| words(&v["output_name"], l)),
        (Msg::Quantity, |v, _| text(&v["quantity"])),
        (Msg::Where, |v, _| text(&v["work_center"])),
        (Msg::Start, |v, _| time(&v["start"])),
        (Msg::End, |v, _| time(&v["end"])),
        (Msg::State, |v, l| state(&v["state"], l)),
        (Msg::Ready, |v, l| yes(&v["ready"], l)),
    ],
};
pub(crate) const FLOOR: List = List {
    path: "floor",
    columns: &[
        (Msg::Process, |v, _| format!("{}/{}", id(&v["plan"]), text(&v["index"]))),
        (Msg::Where, |v, _| text(&v["work_center"])),
        (Msg::Work, |v, _| text(&v["work"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::Quantity, |v, _| text(&v["quantity"])),
        (Msg::Good, |v, _| text(&v["good"])),
        (Msg::Scrap, |v, _| text(&v["scrap"])),
        (Msg::Start, |v, _| time(&v["start"])),
        (Msg::Due, |v, _| time(&v["due"])),
        (Msg::State, |v, l| {
            let why = v["paused"]["reason"].as_str().map(|r| format!(": {}", word(l, r))).unwrap_or_default();
            state(&v["state"], l) + &why
        }),
        (Msg::Ready, |v, l| yes(&v["ready"], l)),
        (Msg::WaitsFor, |v, l| words(&v["waits_for"], l)),
    ],
};
pub(crate) const ESTIMATES: List = List {
    path: "estimates",
    columns: &[
        (Msg::Spec, |v, _| text(&v["spec"])),
        (Msg::Step, |v, _| text(&v["step"])),
        (Msg::Work, |v, _| text(&v["work"])),
        (Msg::Where, |v, _| text(&v["work_center"])),
        (Msg::Samples, |v, _| text(&v["samples"])),
        (Msg::RunTime, |v, _| text(&v["run_s"])),
        (Msg::ActualRunTime, |v, _| text(&v["actual_run_s"])),
        (Msg::Scrap, |v, _| text(&v["scrap"])),
        (Msg::Suggested, |v, _| {
            let both = [text(&v["suggested_run_s"]), text(&v["suggested_scrap"])];
            both.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" / ")
        }),
    ],
};
pub(crate) const STOCK: List = List {
    path: "stock",
    columns: &[
        (Msg::Spec, |v, _| text(&v["spec"])),
        (Msg::Name, |v, l| words(&v["name"], l)),
        (Msg::Unit, |v, _| text(&v["unit"])),
        (Msg::OnHand, |v, _| text(&v["on_hand"])),
        (Msg::Reserved, |v, _| text(&v["reserved"])),
        (Msg::Free, |v, _| text(&v["free"])),
        (Msg::Lot, |v, _| {
            joined(items(v, "lots"), |lot| format!("{} ({})", id(&lot["lot"]), text(&lot["quantity"])))
        }),
    ],
};
pub(crate) const OUTAGES: List = List {
    path: "outages",
    columns: &[
        (Msg::Where, |v, _| text(&v["work_center"])),
        (Msg::Start, |v, _| time(&v["from"])),
        (Msg::End, |v, _| time(&v["until"])),
        (Msg::Text, |v, _| text(&v["reason"])),
    ],
};
pub(crate) const HANDOVERS: List = List {
    path: "handovers",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::From, |v, _| who(&v["from"])),
        (Msg::To, |v, _| who(&v["to"])),
        (Msg::Goods, |v, _| goods(items(v, "goods"))),
        (Msg::At, |v, _| time(&v["at"])),
        (Msg::State, |v, l| state(&v["state"], l)),
        (Msg::Text, |v, _| text(&v["reason"])),
    ],
};
pub(crate) const SPECS: List = List {
    path: "specifications",
    columns: &[
        (Msg::Spec, |v, _| text(&v["specification"]["id"])),
        (Msg::Name, |v, l| words(&v["specification"]["name"], l)),
        (Msg::Unit, |v, _| text(&v["specification"]["unit"])),
        (Msg::Revision, |v, _| text(&v["specification"]["revision"])),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::Id, |v, _| id(&v["id"])),
    ],
};
pub(crate) const FEEDBACK: List = List {
    path: "feedback",
    columns: &[
        (Msg::Id, |v, _| id(&v["id"])),
        (Msg::Spec, |v, _| text(&v["spec"])),
        (Msg::By, |v, _| who(&v["by"])),
        (Msg::Rating, |v, _| text(&v["rating"])),
        (Msg::Text, |v, _| text(&v["text"])),
        (Msg::Wishes, |v, _| {
            let wishes = v["wishes"].as_object().into_iter().flatten();
            wishes.map(|(key, value)| format!("{key}: {}", text(value))).collect::<Vec<_>>().join("\n")
        }),
        (Msg::At, |v, _| time(&v["at"])),
    ],
};
pub(crate) const PEERS: List = List {
    path: "peers",
    columns: &[
        (Msg::Name, |v, _| text(&v["who"]["name"])),
        (Msg::Agent, |v, _| text(&v["who"]["agent"])),
        (Msg::Connected, |v, l| yes(&v["connected"], l)),
        (Msg::Undelivered, |v, _| text(&v["undelivered"])),
        (Msg::ClockAhead, |v, _| text(&v["clock_ahead_s"])),
    ],
};

impl List {
    /// The rows as a table.
    pub(crate) fn table(&self, rows: &[Value], lang: Lang) -> String {
        if rows.is_empty() {
            return say(lang, Msg::Nothing, &[]);
        }
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.columns.iter().map(|(name, _)| say(lang, *name, &[])));
        for row in rows {
            table.add_row(self.columns.iter().map(|(_, cell)| cell(row, lang)));
        }
        table.to_string()
    }
}

fn lines(pairs: &[(Msg, String)], lang: Lang) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row([say(lang, *name, &[]), value.clone()]);
    }
    table.to_string()
}

/// The node at a glance.
pub(crate) fn status(v: &Value, lang: Lang) -> String {
    let problems = joined(items(v, "problems"), |p| {
        format!("{} {} {}", time(&p["at"]), who(&p["peer"]), words(&p["what"], lang))
    });
    let pairs = [
        (Msg::Name, who(&v["me"])),
        (Msg::Agent, text(&v["me"]["agent"])),
        (Msg::Now, time(&v["now"])),
        (Msg::Peers, text(&v["peers"])),
        (Msg::Listings, text(&v["listings"])),
        (Msg::OpenDeals, text(&v["open_deals"])),
        (Msg::Recipes, text(&v["recipes"])),
        (Msg::Records, text(&v["records"])),
        (Msg::LogSize, text(&v["log_size"])),
        (Msg::LogRoot, text(&v["log_root"])),
        (Msg::Problems, problems),
    ];
    lines(&pairs, lang)
}

/// One deal.
pub(crate) fn deal(v: &Value, lang: Lang) -> String {
    let refused = match v["refused"].as_array().map(Vec::as_slice) {
        Some([reason, detail]) => format!("{}: {}", text(reason), words(detail, lang)),
        _ => String::new(),
    };
    let history = joined(items(v, "history"), |line| {
        format!(
            "{}  {}  {}  {}",
            time(&line["at"]),
            who(&line["by"]),
            text(&line["kind"]),
            id(&line["record"])
        )
    });
    let delay = match &v["delay"] {
        Value::Null => String::new(),
        delay => {
            let (date, until, by) = (time(&delay["promise"]), time(&delay["answer_by"]), who(&delay["by"]));
            say(lang, Msg::OfferedDate, &[&date, &by, &words(&delay["reason"], lang), &until])
        }
    };
    let pairs = [
        (Msg::Id, text(&v["id"])),
        (Msg::Role, state(&v["role"], lang)),
        (Msg::With, who(&v["with"])),
        (Msg::Name, words(&v["name"], lang)),
        (Msg::Spec, text(&v["spec"])),
        (Msg::Quantity, of(&v["quantity"], &v["unit"])),
        (Msg::UnitPrice, money(&v["unit_price"])),
        (Msg::Total, money(&v["total"])),
        (Msg::State, state(&v["state"], lang)),
        (Msg::Refused, refused),
        (Msg::Promise, time(&v["promise"])),
        (Msg::Expected, late(v)),
        (Msg::Offered, delay),
        (Msg::Answer, time(&v["answer_by"])),
        (Msg::Hold, time(&v["hold_until"])),
        (Msg::Shipped, text(&v["shipped"])),
        (Msg::Accepted, text(&v["accepted"])),
        (Msg::Rejected, text(&v["rejected"])),
        (Msg::Owed, money(&v["owed"])),
        (Msg::Paid, money(&v["paid"])),
        (Msg::Goods, goods(items(v, "goods"))),
        (Msg::History, history),
    ];
    lines(&pairs, lang)
}

/// What a command recorded.
pub(crate) fn recorded(v: &Value, lang: Lang) -> String {
    match v["recorded"].as_str().and_then(|id| id.parse::<RecordId>().ok()) {
        Some(id) => say(lang, Msg::Recorded, &[&id]),
        None => say(lang, Msg::Done, &[]),
    }
}

/// A call for a joint plan, with what was said under it here.
pub(crate) fn call(v: &Value, lang: Lang) -> String {
    let priced = |price: &Value, share: &Value| match price {
        Value::String(price) => format!("{price} ({} {})", say(lang, Msg::SetupShare, &[]), text(share)),
        _ => String::new(),
    };
    let said = |kind: &str| {
        let rows = items(v, kind).iter().map(|d| {
            let (price, share) = (&d["unit_price"], &d["setup_share"]);
            [id(&d["id"]), state(&d["state"], lang), who(&d["named"]), priced(price, share)].join(" ")
        });
        rows.collect::<Vec<_>>().join("\n")
    };
    let awards = items(v, "awards").iter().map(|award| {
        format!("{} {}", id(&award["demand"]), priced(&award["unit_price"], &award["setup_share"]))
    });
    let pairs = [
        (Msg::Id, text(&v["id"])),
        (Msg::Name, words(&v["call"]["name"], lang)),
        (Msg::By, who(&v["by"])),
        (Msg::TakesUntil, time(&v["call"]["takes_until"])),
        (Msg::Closes, time(&v["call"]["closes"])),
        (Msg::Supplies, said("supplies")),
        (Msg::Demands, said("demands")),
        (Msg::Goods, awards.collect::<Vec<_>>().join("\n")),
        (Msg::Replay, state(&v["replay"], lang)),
    ];
    lines(&pairs, lang)
}

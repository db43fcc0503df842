//! The shapes of what comes and goes: what each is, and the name, type and meaning of its fields.
//!
//! A type is written as [`schema`](crate::schema) reads it.

mod floor;
mod joint;
mod market;
mod model;
mod plan;
mod pool;
mod search;
mod standing;

/// Each shape: its name, what it is, and its fields: name, type, meaning.
pub(crate) type Shape = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

/// Every shape.
pub(crate) fn all() -> impl Iterator<Item = &'static Shape> {
    SHAPES
        .iter()
        .chain(plan::PLAN)
        .chain(pool::POOL)
        .chain(search::SEARCH)
        .chain(standing::STANDING)
        .chain(floor::FLOOR)
        .chain(market::MARKET)
        .chain(joint::JOINT)
        .chain(model::MODEL)
}

const SHAPES: &[Shape] = &[
    (
        "Who",
        "An agent as shown to people.",
        &[("agent", "agent", ""), ("name", "text", "what it calls itself; empty while unknown")],
    ),
    (
        "Money",
        "An amount of a currency.",
        &[("amount", "decimal", ""), ("currency", "text", "ISO 4217 code")],
    ),
    ("Quantity", "So much of something.", &[("value", "decimal", ""), ("unit", "unit", "")]),
    (
        "Tier",
        "This unit price holds for the whole order from this quantity up.",
        &[("from", "decimal", ""), ("unit_price", "decimal", "")],
    ),
    (
        "PriceSchedule",
        "Unit prices by total quantity.",
        &[
            ("currency", "text", "ISO 4217 code"),
            ("tiers", "[Tier]", "1 to 32, by rising quantity and falling price"),
        ],
    ),
    (
        "Place",
        "Where something is.",
        &[
            ("name", "text", ""),
            ("latitude", "decimal?", "degrees north, WGS 84"),
            ("longitude", "decimal?", "degrees east, WGS 84"),
            ("radius_km", "integer?", "how far from there it reaches"),
        ],
    ),
    (
        "Specification",
        "What a thing is, in one revision.",
        &[
            ("id", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("category", "spec?", "coarse class"),
            ("serialised", "boolean?", "each piece has a serial number"),
            ("properties", "{text}?", ""),
            ("revision", "integer?", "from 1"),
            ("supersedes", "record?", "the revision this one follows"),
            ("cites", "[record]?", "feedback that led to it"),
        ],
    ),
    (
        "Goods",
        "So much of one lot.",
        &[
            ("lot", "record", ""),
            ("spec", "spec", ""),
            ("quantity", "decimal", ""),
            ("serials", "[text]?", ""),
        ],
    ),
    (
        "Pooling",
        "What an offerer grants to pools.",
        &[
            ("cap", "decimal", "most it will make for one pool"),
            ("lead_time_s", "integer", "seconds from close to goods"),
            ("payment", "words", "how and when members pay"),
            ("case", "decimal?", "what is made for a pool comes in multiples of this"),
            ("stock", "decimal?", "most for all its open and made pools together"),
            ("counted", "all/vouched?", "whose pledges count towards a price; all when not said"),
            ("vouchers", "[agent]?", "whose vouch makes a pledge count"),
            ("settles", "pledged/accepted?", "what the price follows; pledged when not said"),
            ("tolerance_percent", "integer?", "what is delivered may be so much more or less"),
            ("extension_s", "integer?", "longest time from a closing to a second one, seconds"),
        ],
    ),
    (
        "Offer",
        "A published intent to provide.",
        &[
            ("spec", "spec", ""),
            ("category", "spec?", "by which others find it"),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("prices", "PriceSchedule", ""),
            ("minimum", "decimal", ""),
            ("step", "decimal", "orders are multiples of this"),
            ("maximum", "decimal?", ""),
            ("lead_time_s", "integer", "indicative, seconds"),
            ("place", "Place?", ""),
            ("expires", "time", ""),
            ("pooling", "Pooling?", ""),
            ("specification", "record?", ""),
            ("capacity", "Draw?", "the auction its capacity is sold in: then it is had by bidding"),
        ],
    ),
    (
        "Need",
        "A published intent to receive.",
        &[
            ("spec", "spec", ""),
            ("category", "spec?", "by which others find it"),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("quantity", "decimal", ""),
            ("ceiling", "Money?", "most to be paid for one unit"),
            ("due", "time?", ""),
            ("place", "Place?", ""),
            ("expires", "time", ""),
        ],
    ),
    (
        "PoolTerms",
        "The terms of a pool, signed by the offerer.",
        &[
            ("request", "record", ""),
            ("offer", "record", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("minimum", "decimal", ""),
            ("step", "decimal", ""),
            ("prices", "PriceSchedule", ""),
            ("threshold", "decimal", "smallest total that makes the pool"),
            ("cap", "decimal", "most that will be made"),
            ("closes", "time", ""),
            ("allocation", "largest_remainder", ""),
            ("keeper", "agent", ""),
            ("lead_time_s", "integer", "seconds from close to goods"),
            ("payment", "words", ""),
            ("case", "decimal?", "what is made is a multiple of this"),
            ("counted", "all/vouched?", "whose pledges count towards a price; all when not said"),
            ("vouchers", "[agent]?", "whose vouch makes a pledge count"),
            ("settles", "pledged/accepted?", "what the price follows; pledged when not said"),
            ("tolerance_percent", "integer?", "what is delivered may be so much more or less"),
            ("extended", "time?", "second closing time, for those who consented"),
            ("drop_offs", "[DropOff]?", "where members fetch their goods"),
            ("round", "record?", "the buying round it belongs to"),
            ("topic", "text?", "where it is spread"),
        ],
    ),
    (
        "Status",
        "The node at a glance.",
        &[
            ("me", "Who", ""),
            ("now", "time", "its clock"),
            ("log_size", "integer", "records it has said"),
            ("log_root", "text", "Merkle root of its log, hexadecimal"),
            ("records", "integer", "records it keeps"),
            ("peers", "integer", "connected now"),
            ("recipes", "integer", ""),
            ("listings", "integer", "offers and needs known"),
            ("open_deals", "integer", "deals that wait for somebody"),
            ("problems", "[Problem]", "newest first, at most 100"),
        ],
    ),
    (
        "Problem",
        "Something that went wrong.",
        &[("at", "time", ""), ("peer", "Who?", ""), ("what", "words", "what, and what to do")],
    ),
    (
        "PeerView",
        "A peer.",
        &[
            ("who", "Who", ""),
            ("connected", "boolean", ""),
            ("addresses", "[text]", ""),
            ("undelivered", "integer", "records it has not confirmed yet"),
            ("clock_ahead_s", "integer?", "seconds its clock is ahead"),
            ("witnessed", "integer?", "size of its log at the last checkpoint verified"),
        ],
    ),
    (
        "Interest",
        "What is to be heard of.",
        &[
            ("category", "spec", "goods of this category"),
            (
                "place",
                "Place?",
                "local listings around it too; with its coordinates, 100 km if it gives no radius",
            ),
        ],
    ),
    (
        "InterestsView",
        "What this node hears of.",
        &[
            ("everything", "boolean", "no interests are set: it keeps all that it hears"),
            ("wants", "[Interest]", ""),
            ("topics", "[TopicView]", "of what it keeps, by name"),
        ],
    ),
    (
        "TopicView",
        "A topic of public records.",
        &[
            ("topic", "text", "commons, trade/CATEGORY or trade/CATEGORY/H3CELL"),
            ("joined", "boolean", "it takes part by gossip"),
            ("records", "integer", "public records kept of it"),
            ("peers", "integer", "connected peers that keep it too"),
        ],
    ),
    (
        "OfferView",
        "An offer, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("at", "time", "when it was published, by its author's clock"),
            ("heard_at", "time", "when this node learnt of it"),
            ("offer", "Offer", ""),
        ],
    ),
    (
        "NeedView",
        "A need, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("at", "time", "when it was published, by its author's clock"),
            ("heard_at", "time", "when this node learnt of it"),
            ("need", "Need", ""),
            ("fits", "[record]", "offers that fit it, best first"),
        ],
    ),
    (
        "PoolView",
        "A pool, as known here.",
        &[
            ("id", "record", "the record of its terms"),
            ("by", "Who", ""),
            ("keeper", "Who", ""),
            ("terms", "PoolTerms", ""),
            ("state", "open/extended/closing/made/lapsed/disputed", ""),
            ("members", "integer", ""),
            ("pledged", "decimal", ""),
            ("price_now", "Money?", "if it closed now; null below the threshold"),
            ("solo_price", "Money?", "without a pool"),
            ("counted", "decimal?", "what counts of pledged towards a price, where not all does"),
            ("compare", "PoolCompare", "alone and together, side by side"),
            ("mine", "MyPledge?", ""),
            ("result", "PoolResult?", "as recomputed here"),
            ("dispute", "words?", "what is wrong with its close"),
            ("audit", "AuditView?", "a full audit, if one was asked for"),
        ],
    ),
    (
        "AuditView",
        "How far a full audit of a pool is, and what it came to.",
        &[
            ("checked", "integer", "pledges checked so far"),
            ("of", "integer", "how many there are, as far as known"),
            ("verdict", "true/false/incomplete?", "null while it goes on"),
            ("why", "words?", "what is false or missing"),
        ],
    ),
    (
        "PoolProof",
        "A member's part of a pool, as signed records and paths that anyone can check.",
        &[
            ("terms", "SignedText", ""),
            ("pledge", "SignedText", ""),
            ("receipt", "SignedText?", "the keeper's"),
            ("close", "SignedText", ""),
            ("consent", "SignedText?", "the offerer's, where somebody else than the keeper closed"),
            ("proof", "ShareProof", ""),
        ],
    ),
    (
        "SignedText",
        "A signed record as text.",
        &[
            ("content", "text", "exactly as it was signed"),
            ("signature", "text", "64 bytes of Ed25519, hexadecimal"),
        ],
    ),
    (
        "ShareProof",
        "From a pledge to the roots of a close.",
        &[
            ("path", "SumPath", "to the root over pledges"),
            ("allotted", "Allotted?", "absent where it gets nothing"),
        ],
    ),
    (
        "Allotted",
        "What a pledge gets.",
        &[("quantity", "decimal", ""), ("path", "SumPath", "to the root over shares")],
    ),
    (
        "SumPath",
        "The way from an entry of a Merkle-sum tree up to its root.",
        &[
            ("index", "integer", "the entry's place, from 0"),
            ("count", "integer", "how many entries there are"),
            ("neighbours", "[text]", "from the leaf up: a hash and sums, in hexadecimal"),
        ],
    ),
    (
        "MyPledge",
        "This node's pledge.",
        &[
            ("id", "record", "the deal's id if the pool is made"),
            ("at_least", "decimal", ""),
            ("at_most", "decimal", ""),
            ("ceiling", "decimal", ""),
            ("receipted", "boolean", ""),
            ("extend", "boolean", "stands until the second closing time"),
            ("drop_off", "integer?", "where the goods are to be fetched"),
            ("counted", "boolean", "counts towards a price"),
            ("edits", "integer", "how often it has been changed"),
        ],
    ),
    (
        "PoolResult",
        "What a pool came to.",
        &[
            ("close", "record", ""),
            ("unit_price", "Money", ""),
            ("total", "decimal", ""),
            ("my_quantity", "decimal", ""),
        ],
    ),
    (
        "DealView",
        "A deal, from either side.",
        &[
            ("id", "record", ""),
            ("pool", "record?", ""),
            ("auction", "record?", "in which it was bid for"),
            ("call", "record?", "whose joint plan made it"),
            ("role", "buyer/supplier", ""),
            ("with", "Who", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("quantity", "decimal", ""),
            ("unit_price", "Money?", ""),
            ("total", "Money?", ""),
            (
                "state",
                "enquired/quoted/accepted/confirmed/bound/shipped/delivered/settled/refused/lapsed/cancelled",
                "",
            ),
            ("refused", "refusal?", ""),
            ("promise", "time?", "the goods will be there by then"),
            ("also", "[Sooner]", "smaller quantities that could be had earlier, while the quote stands"),
            ("start", "time", ""),
            ("answer_by", "time", ""),
            ("hold_until", "time?", ""),
            ("order", "record?", ""),
            ("shipped", "decimal", ""),
            ("accepted", "decimal", ""),
            ("rejected", "decimal", ""),
            (
                "accounted",
                "Money?",
                "price of one unit that followed from what all members of its pool took over",
            ),
            ("claim", "ClaimView?", "taken over beyond what was agreed, or less"),
            ("owed", "Money?", ""),
            ("paid", "Money?", ""),
            ("cancellation", "CancellationView?", ""),
            ("expected", "time?", "when the goods are to be expected, once bound"),
            ("late", "boolean", "the promise is or will be missed"),
            ("delay", "DelayView?", "another date that waits for an answer"),
            ("goods", "[Goods]", ""),
            ("names", "{words}", "what the passport of each of their lots calls it"),
            ("history", "[HistoryLine]", ""),
        ],
    ),
    ("CancellationView", "A wish to cancel.", &[("by", "Who", ""), ("reason", "text", "")]),
    (
        "DelayView",
        "Another date for a deal, offered by its supplier or asked for by its buyer.",
        &[
            ("by", "Who", ""),
            ("promise", "time", "the goods would be there by then"),
            ("answer_by", "time", "after that the date that stood stands"),
            ("reason", "words", ""),
            ("to_answer", "boolean", "this node's owner is to accept or refuse it"),
            ("may_cancel", "boolean", "its owner may cancel the deal because of it"),
        ],
    ),
    (
        "OutageView",
        "A work centre out of use.",
        &[
            ("id", "record", ""),
            ("work_center", "text", ""),
            ("from", "time", ""),
            ("until", "time", ""),
            ("reason", "text", ""),
        ],
    ),
    (
        "HistoryLine",
        "One record of a deal's history.",
        &[("record", "record", ""), ("kind", "text", ""), ("by", "Who", ""), ("at", "time", "")],
    ),
    (
        "OrderView",
        "An order: what this node has to do.",
        &[
            ("id", "record", ""),
            ("source", "deal/pool/bid/own", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("quantity", "decimal", ""),
            ("state", "asking/held/signing/firm/made/dropped", ""),
            ("trouble", "words?", ""),
            ("promise", "time?", ""),
            ("start", "time", ""),
            ("take", "{decimal}", "taken from stock"),
            ("purchases", "[PurchaseView]", ""),
            ("processes", "[ProcessView]", ""),
            (
                "short",
                "decimal",
                "how much less than quantity there will be, as far as the shop floor has said",
            ),
        ],
    ),
    (
        "PurchaseView",
        "An input an order buys in.",
        &[
            ("spec", "spec", ""),
            ("quantity", "decimal", ""),
            ("asked", "[record]", ""),
            ("chosen", "record?", ""),
        ],
    ),
    (
        "ProcessView",
        "One run of a recipe step.",
        &[
            ("plan", "record", ""),
            ("index", "integer", ""),
            ("order", "record", ""),
            ("firm", "boolean", ""),
            ("spec", "spec", ""),
            ("output_name", "words", ""),
            ("quantity", "decimal", ""),
            ("name", "text", ""),
            ("work_center", "text", ""),
            ("start", "time", ""),
            ("end", "time", ""),
            ("state", "planned/started/paused/done", ""),
            ("inputs", "[ProcessInput]", ""),
            ("ready", "boolean", ""),
            ("good", "decimal", "good pieces so far, or in all once it is done"),
            ("scrap", "decimal", "spoilt pieces"),
            ("started_at", "time?", ""),
            ("done_at", "time?", ""),
            ("worked_s", "integer", "working seconds so far, without pauses and closed hours"),
            ("paused", "PauseView?", "why it stands still"),
        ],
    ),
    (
        "ProcessInput",
        "An input of a process.",
        &[("spec", "spec", ""), ("quantity", "decimal", ""), ("available", "decimal", "")],
    ),
    (
        "StockView",
        "Stock of one specification.",
        &[
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit?", ""),
            ("on_hand", "decimal", ""),
            ("reserved", "decimal", ""),
            ("free", "decimal", ""),
            ("lots", "[LotView]", "oldest first"),
        ],
    ),
    (
        "LotView",
        "A lot on hand.",
        &[
            ("lot", "record", "its passport"),
            ("name", "words", "what its passport calls it"),
            ("quantity", "decimal", ""),
            ("serials", "[text]", ""),
            ("issuer", "Who?", "who made it"),
        ],
    ),
    (
        "HandoverView",
        "Goods changing hands.",
        &[
            ("id", "record", ""),
            ("deal", "record", ""),
            ("from", "Who", ""),
            ("to", "Who", ""),
            ("consignee", "Who", ""),
            ("purpose", "delivery/return", ""),
            ("goods", "[Goods]", ""),
            ("names", "{words}", "what the passport of each of their lots calls it"),
            ("at", "time", ""),
            ("state", "waiting/taken/partly/refused", ""),
            ("reason", "text", ""),
            ("to_pass_on", "boolean", ""),
        ],
    ),
    (
        "SpecView",
        "A specification, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("specification", "Specification", ""),
        ],
    ),
    (
        "FeedbackView",
        "What a user said of an item.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("at", "time", ""),
            ("mine", "boolean", ""),
            ("spec", "spec", ""),
            ("name", "words", "what the passport calls it"),
            ("passport", "record", ""),
            ("serial", "text?", ""),
            ("rating", "integer", "1 to 5"),
            ("text", "text", ""),
            ("wishes", "{text}", ""),
            ("led_to", "[record]", ""),
        ],
    ),
    (
        "Me",
        "Who this node is.",
        &[
            ("agent", "agent", ""),
            ("name", "text", ""),
            ("ticket", "text", "give it to others: they can reach this node with it"),
        ],
    ),
    ("Agent", "Who that is.", &[("agent", "agent", "")]),
    ("Ticket", "A peer's ticket.", &[("ticket", "text", "headwater1...")]),
    ("Code", "The code of a one-time link.", &[("code", "text", "what follows #/join/")]),
    ("Link", "A one-time link.", &[("link", "text", "")]),
    ("Note", "A signed note (C2SP signed-note, tlog-checkpoint).", &[("note", "text", "")]),
    (
        "Record",
        "A record as its author signed it.",
        &[
            ("content", "object", "its exact bytes are the signed JSON text (RFC 8785)"),
            ("signature", "text", "Ed25519, hexadecimal"),
        ],
    ),
    (
        "Network",
        "Counts since the start.",
        &[
            ("connected", "[agent]", ""),
            ("gossip_neighbours", "integer", ""),
            ("frames_sent", "integer", ""),
            ("bytes_sent", "integer", ""),
            ("frames_received", "integer", ""),
            ("bytes_received", "integer", ""),
            ("dropped", "integer", ""),
            ("gossip_restarts", "integer", ""),
        ],
    ),
    (
        "Done",
        "What a command came to: one of these.",
        &[
            ("recorded", "record?", "the record that says it; of an order or deal, its id from here on"),
            ("trace", "object?", "what a lot came from"),
            ("recall", "object?", "what a lot went into"),
            ("search", "SearchView?", "what was found"),
        ],
    ),
    ("Error", "What was wrong.", &[("error", "ErrorBody", "")]),
    (
        "ErrorBody",
        "What was wrong.",
        &[
            ("code", "text", "for programs; stable"),
            ("message", "text", "for people: what was wrong, and what would be right"),
            ("remedy", "text?", "what to do"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    /// The public fields of each struct in a source file.
    fn structs(source: &str) -> BTreeMap<&str, Vec<&str>> {
        let mut found = BTreeMap::new();
        let mut at = None;
        for line in source.lines().map(str::trim_end) {
            if let Some(name) = line.strip_prefix("pub struct ").and_then(|l| l.strip_suffix(" {")) {
                at = Some(name);
                found.insert(name, Vec::new());
            } else if line == "}" {
                at = None;
            } else if let Some((field, _)) = line.strip_prefix("    pub ").and_then(|l| l.split_once(':'))
                && let Some(fields) = at.and_then(|name| found.get_mut(name))
            {
                fields.push(field);
            }
        }
        found
    }

    #[test]
    fn the_shapes_have_the_fields_of_what_they_describe() {
        let sources = [
            include_str!("../../node/src/view.rs"),
            include_str!("../../node/src/view/plan.rs"),
            include_str!("../../node/src/view/why.rs"),
            include_str!("../../node/src/view/floor.rs"),
            include_str!("../../node/src/view/search.rs"),
            include_str!("../../node/src/view/standing.rs"),
            include_str!("../../node/src/limits.rs"),
            include_str!("../../market/src/search.rs"),
            include_str!("../../market/src/statement.rs"),
            include_str!("../../vocab/src/spec.rs"),
            include_str!("../../planning/src/model.rs"),
        ];
        let all: BTreeMap<_, _> = sources.iter().flat_map(|source| structs(source)).collect();
        let mut compared = 0;
        for (name, _, fields) in super::all() {
            let Some(known) = all.get(name) else { continue };
            let documented: Vec<_> = fields.iter().map(|(field, ..)| *field).collect();
            assert_eq!(&documented, known, "{name}");
            compared += 1;
        }
        assert!(compared > 30, "{compared}");
        for name in sources[..4].iter().flat_map(|source| structs(source).into_keys()) {
            assert!(super::all().any(|(shape, ..)| *shape == name), "{name} is not described");
        }
    }
}

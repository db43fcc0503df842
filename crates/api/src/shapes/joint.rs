//! The shapes of joint plans.

use super::Shape;

pub(super) const JOINT: &[Shape] = &[
    (
        "PlanCall",
        "Somebody will plan who makes what for whom.",
        &[
            ("name", "words", ""),
            ("category", "spec?", "without one it concerns everybody"),
            ("currency", "text", "of all prices, ISO 4217 code"),
            ("unit", "unit", "what capacity is counted in"),
            ("takes_until", "time", "supplies and demands signed later do not count"),
            ("closes", "time", "the plan is out by then"),
        ],
    ),
    (
        "PlanSupply",
        "A supplier's conditional commitment: it binds by its author's own award only.",
        &[
            ("call", "record", ""),
            ("quantity", "decimal", "capacity, in the call's unit"),
            ("lead_time_s", "integer", "from the call's close to goods"),
            ("place", "Place?", ""),
            ("products", "[PlanProduct]", "each thing once"),
        ],
    ),
    (
        "PlanProduct",
        "One thing that a supplier would make.",
        &[
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("unit_price", "decimal", "for one unit, set-up aside"),
            ("load", "decimal", "capacity for one unit"),
            ("setup", "decimal?", "what it costs to make any of it; 0 when not said"),
        ],
    ),
    (
        "PlanDemand",
        "A buyer's conditional commitment: bound once the supplier that the plan names awards it in time within its limit.",
        &[
            ("call", "record", ""),
            ("spec", "spec", ""),
            ("quantity", "decimal", "all or nothing"),
            ("at_most", "Money", "for one unit made on the spot, its share of the set-up included"),
            ("per_km", "decimal?", "less so much for each kilometre"),
            ("max_distance_km", "integer?", ""),
            ("place", "Place?", ""),
            ("because", "record?", "what it is to cover"),
        ],
    ),
    (
        "CallView",
        "A call for a joint plan, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", "who plans"),
            ("mine", "boolean", ""),
            ("call", "PlanCall", ""),
            ("open", "boolean", "supplies and demands are taken now"),
            ("rounds", "integer", "of prices, at the planner"),
            ("supplies_taken", "integer", "known here"),
            ("demands_taken", "integer", "known here"),
            ("supplies", "[SupplyView]", "of this node"),
            ("demands", "[DemandView]", "of this node"),
            ("awards", "[PlanAwardView]", "by this node"),
            ("result", "record?", "the plan, where it was shown"),
            ("replay", "not/missing/same/different", "what came of making it again here"),
            ("missing", "[record]", "what was not here for it"),
        ],
    ),
    (
        "SupplyView",
        "A supply of this node's.",
        &[
            ("id", "record", ""),
            ("supply", "PlanSupply", ""),
            ("state", "said/refused/planned/lapsed", ""),
            ("round", "integer?", "the last round of prices answered, from 0"),
            ("price", "integer", "the last price of one unit of its capacity, millionths of the currency"),
        ],
    ),
    (
        "DemandView",
        "A demand of this node's.",
        &[
            ("id", "record", "the deal's once it is awarded"),
            ("demand", "PlanDemand", ""),
            ("state", "said/unserved/refused/awarded/lapsed", ""),
            ("named", "Who?", "whom the plan names for it, once that is known"),
            ("unit_price", "decimal?", "its share of the set-up included"),
            ("setup_share", "decimal?", "for one unit"),
        ],
    ),
    (
        "PlanAwardView",
        "What this node has awarded to a demand.",
        &[
            ("demand", "record", "and the deal"),
            ("supply", "record", ""),
            ("unit_price", "decimal", "its share of the set-up included"),
            ("setup_share", "decimal", "for one unit"),
        ],
    ),
];

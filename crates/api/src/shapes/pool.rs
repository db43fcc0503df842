//! The shapes of what goes with pools: options, comparisons, rounds, who fetches what.

use super::Shape;

pub(super) const POOL: &[Shape] = &[
    (
        "DropOff",
        "Where members fetch their goods.",
        &[("name", "words", ""), ("place", "Place?", ""), ("leader", "agent", "hands the goods out")],
    ),
    (
        "NextTier",
        "A better price that further pledges would bring.",
        &[
            ("unit_price", "Money", ""),
            ("at", "decimal", "the total at which it holds"),
            ("missing", "decimal", "from members who would pay that price"),
        ],
    ),
    (
        "PoolCompare",
        "One quantity bought alone and in a pool.",
        &[
            ("quantity", "decimal", "what this node pledged at most, else the least one may pledge"),
            ("solo", "Money?", "one unit bought alone; null where so little is not sold"),
            ("pooled", "Money?", "one unit as the pool stands or ended; null where it makes no pool"),
            ("saving", "Money?", "on the quantity"),
            ("next", "NextTier?", ""),
        ],
    ),
    (
        "RoundProduct",
        "One product of a buying round.",
        &[
            ("offer", "record", ""),
            ("threshold", "decimal", "smallest total that makes its pool"),
            ("extended", "time?", "a second closing time for it"),
        ],
    ),
    (
        "RoundView",
        "A buying round.",
        &[
            ("id", "record", ""),
            ("name", "words", ""),
            ("leader", "Who", ""),
            ("mine", "boolean", ""),
            ("closes", "time", "all its pools close then"),
            ("drop_offs", "[DropOff]", ""),
            ("pools", "[record]", ""),
            ("lines", "[RoundLine]", "what this node gets, one line for each pool it pledged to"),
        ],
    ),
    (
        "RoundLine",
        "What one member gets of one product of a round.",
        &[
            ("pool", "record", ""),
            ("name", "words", ""),
            ("quantity", "decimal", "pledged at most, then the share"),
            ("unit", "unit", ""),
            ("unit_price", "Money?", ""),
            ("total", "Money?", ""),
        ],
    ),
    (
        "DropListView",
        "Who fetches what of one pool at one drop-off.",
        &[
            ("pool", "record", ""),
            ("round", "record?", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("index", "integer", "which drop-off of the pool, from 0"),
            ("drop_off", "DropOff", ""),
            ("leader", "Who", ""),
            ("mine", "boolean", "this node hands the goods out"),
            ("producer", "Who", ""),
            ("total", "decimal", ""),
            ("lines", "[DropLine]", ""),
        ],
    ),
    (
        "DropLine",
        "What one member fetches.",
        &[
            ("member", "Who", ""),
            ("deal", "record", ""),
            ("quantity", "decimal", ""),
            ("state", "coming/here/given", ""),
        ],
    ),
    (
        "ClaimView",
        "Goods taken over that are not what was agreed, beyond what is tolerated.",
        &[
            ("kind", "short/over", ""),
            ("quantity", "decimal", "less than agreed, or more than is tolerated and so not owed"),
        ],
    ),
];

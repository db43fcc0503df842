//! The shapes of auctions and standing orders.

use super::Shape;

pub(super) const MARKET: &[Shape] = &[
    (
        "Capacity",
        "So much of something scarce, sold by auction to those who order goods that need it.",
        &[
            ("name", "words", ""),
            ("quantity", "decimal", ""),
            ("unit", "unit", ""),
            ("opens", "time?", "at once when not said"),
            ("closes", "time", ""),
            ("step", "Money", "what the price of one unit of capacity rises by"),
            ("reserve", "decimal?", "where it begins; 0 when not said"),
        ],
    ),
    (
        "Draw",
        "What goods take of an auctioned capacity.",
        &[("auction", "record", ""), ("load", "decimal", "capacity for one unit of goods")],
    ),
    (
        "Bid",
        "A buyer's conditional commitment: bound if awarded in time at no more than `at_most`.",
        &[
            ("offer", "record", ""),
            ("quantity", "decimal", "all or nothing"),
            ("at_most", "Money", "for one unit of goods, capacity included"),
            ("answer_by", "time", "without a first answer by then it has lapsed"),
            ("because", "record?", "the standing order it is for"),
        ],
    ),
    (
        "AuctionView",
        "An auction of capacity, as known here.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("mine", "boolean", ""),
            ("capacity", "Capacity", ""),
            ("open", "boolean", "bids are taken now"),
            (
                "price",
                "Money",
                "of one unit of capacity: of an own auction what all that are in would pay now, of another's the least that it takes to be in, as far as heard",
            ),
            ("taken", "decimal?", "of an own capacity, by the bids that are in"),
            ("bids", "[BidView]", "of this node, or to it"),
        ],
    ),
    (
        "BidView",
        "A bid, from either side.",
        &[
            ("id", "record", "the deal's once it is awarded"),
            ("auction", "record", ""),
            ("role", "buyer/supplier", ""),
            ("with", "Who", ""),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("unit", "unit", ""),
            ("bid", "Bid", ""),
            ("state", "sent/in/out/refused/awarded/lapsed", "out is for good: its author is free"),
            ("price", "decimal?", "of one unit of capacity, as the supplier last told"),
        ],
    ),
    (
        "Preferences",
        "What counts besides the price, in money for one unit of goods.",
        &[
            ("per_km", "decimal?", ""),
            ("per_day", "decimal?", "until the goods are there"),
            ("properties", "{decimal}?", "by name: what it costs when the specification does not state it"),
            ("stranger", "decimal?", "for a supplier that has not kept a deal with this buyer yet"),
            (
                "failed",
                "decimal?",
                "for one all of whose deals with this buyer came to nothing; for others in proportion",
            ),
        ],
    ),
    (
        "StandingOrder",
        "Something wanted, within limits, for which the node looks by itself.",
        &[
            ("spec", "spec", ""),
            ("quantity", "decimal", "all or nothing"),
            ("at_most", "Money", "most that one unit is worth, with what the preferences add"),
            ("place", "Place?", ""),
            ("by", "time?", ""),
            ("max_distance_km", "integer?", ""),
            ("accept", "ask/auto", "who has the last word"),
            ("pool", "boolean", "pools may be joined or asked for, where cheaper and in time"),
            ("joint", "boolean", "others' joint plans may be taken part in, with `accept` auto and no `by`"),
            ("preferences", "Preferences?", ""),
            ("keep_until", "time", ""),
        ],
    ),
    (
        "StandingOrderView",
        "A standing order of this node's owner.",
        &[
            ("id", "record", ""),
            ("order", "StandingOrder", ""),
            ("state", "looking/bidding/proposed/bought/over", ""),
            ("bid", "record?", "that stands for it now, or made the deal"),
            ("said", "[record]", "enquiries, pledges and requests for pools it has led to"),
            ("proposal", "ProposalView?", "that waits for the owner"),
        ],
    ),
    (
        "ProposalView",
        "What the node proposes to do for a standing order.",
        &[
            ("id", "record", "to accept or decline"),
            ("by", "Who", "who offers"),
            ("spec", "spec", ""),
            ("name", "words", ""),
            ("proposal", "Proposal", ""),
        ],
    ),
    (
        "Proposal",
        "A way to cover a standing order. Binds nobody.",
        &[
            ("order", "record", "the standing order"),
            ("offer", "record", ""),
            (
                "way",
                "object",
                "\"bid\", \"enquire\", {\"pool\": RECORD} or {\"open_pool\": {threshold, closes}}",
            ),
            ("quantity", "decimal", ""),
            ("unit_price", "Money", "in an auction at most"),
            ("besides", "decimal?", "what the preferences add to it"),
            ("expected", "time", "when the goods would usually be there"),
            ("distance_km", "integer?", ""),
            ("until", "time", "of no use later"),
        ],
    ),
];

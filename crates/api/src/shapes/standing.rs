//! The shapes of trust: standings, vouches, limits.

use super::Shape;

pub(super) const STANDING: &[Shape] = &[
    (
        "StandingQuery",
        "Whose standing.",
        &[("agent", "agent?", "everybody who is more than a stranger when not said")],
    ),
    (
        "Standing",
        "How far an agent is trusted to have a name to lose.",
        &[
            ("is", "own/known/vouched/stamped/stranger", ""),
            ("by", "agent?", "of one vouched for: who vouches"),
            ("deposit", "Money?", "of one vouched for: what a known agent says that it holds of it"),
        ],
    ),
    (
        "StandingView",
        "How far an agent is trusted, and what speaks for it.",
        &[
            ("who", "Who", ""),
            ("standing", "Standing", ""),
            (
                "room",
                "integer",
                "that its public records take up: one each, and one more for each further KiB",
            ),
            ("stamp_bits", "integer?", "zero bits of the work spent on its key"),
            ("stamp_expires", "time?", "when that ends to count"),
            ("vouched_by", "[VouchView]", ""),
            ("vouches_for", "[VouchView]", ""),
        ],
    ),
    (
        "VouchView",
        "One agent's word for another.",
        &[
            ("record", "record", ""),
            ("who", "Who", "the other one"),
            ("deposit", "Money?", ""),
            ("expires", "time", ""),
        ],
    ),
    (
        "Limits",
        "How much this node keeps and answers.",
        &[
            ("public_per_author", "integer", "room for one author, whoever it is"),
            ("searches_per_peer", "integer", "answered in a minute"),
            ("searches_in_all", "integer", "answered in a minute to all peers together"),
            ("quotas", "Quotas", ""),
        ],
    ),
    (
        "Quotas",
        "How much is kept of whom: a record counts one, and one more for each further KiB.",
        &[
            ("stamp_bits", "integer", "zero bits that a stamp needs"),
            ("strangers", "integer", "of all strangers together"),
            ("stamped", "integer", "of all who have worked for their keys together"),
            ("per_voucher", "integer", "of all for whom one agent vouches together"),
            ("in_all", "integer", "of everybody"),
            ("vouches", "integer", "vouches of one agent that count"),
            ("record_units", "integer", "largest record of whoever is neither known nor vouched for"),
            ("letters_per_stranger", "integer", "in an hour"),
            ("letters_of_strangers", "integer", "in an hour, all together"),
        ],
    ),
];

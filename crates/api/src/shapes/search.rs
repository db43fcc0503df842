//! The shapes of searches.

use super::Shape;

pub(super) const SEARCH: &[Shape] = &[
    (
        "Query",
        "What is looked for. What is not given does not matter.",
        &[
            ("kind", "offers/needs/pools", ""),
            ("category", "spec?", "the coarse class the listing names"),
            ("spec", "spec?", "exactly this"),
            ("text", "text?", "words that the listing's names hold, in any language"),
            ("place", "Place?", "within its radius_km; needs latitude and longitude"),
            ("quantity", "decimal?", "so much is to be had; a need wants no more"),
            ("limit", "integer?", "most listings of one answer, 1 to 100; 50 when not given"),
        ],
    ),
    (
        "Search",
        "What is looked for, and whom to ask.",
        &[
            ("query", "Query", ""),
            ("ask", "[agent]?", "at most 20; up to 5 connected peers when none are named"),
        ],
    ),
    (
        "SearchView",
        "What a search came to.",
        &[
            ("found", "[FoundView]", "nearest first where a place was given, then newest"),
            ("answerers", "[AnswererView]", "this node, then those it asked"),
        ],
    ),
    (
        "FoundView",
        "A listing that was found.",
        &[
            ("id", "record", ""),
            ("by", "Who", ""),
            ("standing", "Standing", "how far its publisher is trusted here"),
            ("mine", "boolean", ""),
            ("at", "time", "when it was published, by its author's clock"),
            ("age_s", "integer", "seconds since then"),
            ("distance_km", "integer?", "from the place looked for"),
            ("kept", "boolean", "whether this node keeps it"),
            ("shown_by", "[agent]", "who showed it"),
            ("listing", "Listed", ""),
        ],
    ),
    (
        "Listed",
        "What a listing says: one of these.",
        &[("offer", "Offer?", ""), ("need", "Need?", ""), ("pool", "PooledOn?", "")],
    ),
    (
        "PooledOn",
        "A pool's terms, and the offer pooled on.",
        &[("terms", "PoolTerms", ""), ("offer", "Offer?", "null when it is not known")],
    ),
    (
        "AnswererView",
        "One of those asked, and what its answer was worth.",
        &[
            ("who", "Who", ""),
            ("outcome", "asked/answered/refused/silent", ""),
            ("gave", "integer", "listings that were good"),
            ("unfit", "integer", "listings that do not fit what was looked for"),
            ("forged", "integer", "records that their author did not sign"),
            ("expired", "integer", "listings that have expired or were withdrawn"),
            ("more", "boolean", "it says that it has more than it gave"),
            ("left_out", "[record]", "what others showed and it would have had to show"),
        ],
    ),
    (
        "FoundId",
        "A listing that a search found lately and that this node does not keep.",
        &[("id", "record", ""), ("kind", "offer/need/pool", "")],
    ),
];

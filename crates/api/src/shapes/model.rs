//! The shapes of a model: how things are made, where, by whom and with what.

use super::Shape;

pub(super) const MODEL: &[Shape] = &[
    (
        "Model",
        "How things are made.",
        &[
            ("recipes", "{Recipe}", "by output"),
            ("work_centers", "{WorkCenter}", "by name"),
            ("items", "{Item}?", "what is to be known of things, by specification"),
            ("people", "{Person}?", "by name"),
            ("tools", "{Tool}?", "by name"),
        ],
    ),
    (
        "Recipe",
        "How one thing is made, per batch.",
        &[
            ("output", "spec", ""),
            ("output_quantity", "decimal?", ""),
            ("inputs", "[Input]?", ""),
            ("steps", "[Step]?", ""),
            ("by_products", "[ByProduct]?", "what else comes out"),
            ("lot", "LotSize?", "how much may be made in one order"),
        ],
    ),
    (
        "ByProduct",
        "What comes out of a batch beside what the recipe is for.",
        &[("spec", "spec", ""), ("quantity", "decimal", "per batch")],
    ),
    (
        "LotSize",
        "How much one order may be for.",
        &[("minimum", "decimal?", ""), ("maximum", "decimal?", ""), ("multiple", "decimal?", "")],
    ),
    (
        "Input",
        "So much of a thing that goes in.",
        &[
            ("spec", "spec", ""),
            ("quantity", "decimal", ""),
            ("per", "batch/order?", "batch when not said"),
            ("substitutes", "[Substitute]?", "the preferred first"),
        ],
    ),
    (
        "Substitute",
        "What may go in instead.",
        &[("spec", "spec", ""), ("quantity", "decimal", "for all that the input says")],
    ),
    (
        "Step",
        "One step: work, then waiting; seconds.",
        &[
            ("name", "text", ""),
            ("work_center", "text", ""),
            ("setup_s", "integer?", "once per order"),
            ("run_s", "integer?", "per batch"),
            ("fixed_s", "integer?", "elapsed, once per order"),
            ("labour_s", "integer?", "person-seconds per batch"),
            ("alternatives", "[Alternative]?", "where else, the preferred first"),
            ("scrap", "decimal?", "share that comes out spoilt"),
            ("crew", "Crew?", "who must be there while it runs"),
            ("tool", "text?", "in use while it runs"),
            ("family", "text?", "what the work centre is set up for"),
            ("transfer", "decimal?", "the next step may begin when so much has passed"),
            ("outside", "Outside?", "another firm does it"),
        ],
    ),
    (
        "Alternative",
        "Another place for a step, with its own times.",
        &[("work_center", "text", ""), ("setup_s", "integer?", ""), ("run_s", "integer?", "")],
    ),
    (
        "Crew",
        "So many people with one skill.",
        &[("skill", "text", ""), ("people", "integer?", "1 when not said")],
    ),
    (
        "Outside",
        "Work that another firm does.",
        &[
            ("service", "spec", "bought, one unit for each unit of output"),
            ("lead_time_s", "integer", "elapsed, from sending to having it back"),
        ],
    ),
    (
        "Item",
        "What is to be known of a thing.",
        &[
            ("safety_stock", "decimal?", ""),
            ("shelf_life_s", "integer?", "seconds a lot keeps; 0 = for ever"),
            ("purchase", "Purchase?", "how it is usually bought"),
        ],
    ),
    (
        "Purchase",
        "How a thing is usually bought.",
        &[
            ("lead_time_s", "integer", ""),
            ("lot", "LotSize?", ""),
            ("calendar", "object?", "when goods are taken in; null = at any time"),
        ],
    ),
    (
        "Person",
        "Somebody who works.",
        &[("skills", "[text]", ""), ("calendar", "object?", "null = whenever the work centre is open")],
    ),
    ("Tool", "Equal things of which a step uses one.", &[("units", "integer?", "1 when not said")]),
    (
        "WorkCenter",
        "A place of work.",
        &[
            ("name", "words?", ""),
            ("units", "integer?", "orders at once; 0 = no limit"),
            ("calendar", "object?", "when it is open; null = round the clock"),
            ("efficiency_percent", "integer?", "of the times that the steps state"),
            ("changeovers", "[Changeover]?", "set-up times by what ran before"),
        ],
    ),
    (
        "Changeover",
        "Working seconds to set up for one family of work after another.",
        &[("from", "text", ""), ("to", "text", ""), ("setup_s", "integer", "")],
    ),
];

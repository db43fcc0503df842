//! Why an order is ready when it is, what would help, and what would be if.

use planning::site::{Link, LinkKind, Relief, ReliefKind};
use serde::{Deserialize, Serialize};
use vocab::{Decimal, RecordId, Said, SpecId, Text, Timestamp};

/// Why an order is ready when it is.
#[derive(Clone, Debug, Serialize)]
pub struct WhyView {
    /// by the plan that stands
    pub on_time: bool,
    /// by how much it is late by the plan that stands
    pub late_s: i64,
    /// the earliest it could be ready, with all else in place
    pub earliest: Option<Timestamp>,
    /// what it waits for then, the last first
    pub chain: Vec<WhyLink>,
    /// what would help, most gain for its cost first
    pub relief: Vec<ReliefView>,
}

/// What a stretch of time is spent on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyKind {
    /// it is worked on
    Work,
    /// others are there first
    Capacity,
    /// the work centre is closed
    Calendar,
    /// it dries, travels or is with another firm
    LeadTime,
    /// it is bought
    Material,
    /// it comes from stock, a purchase on its way or work that has begun
    Release,
}

/// One stretch of time on the way to an order.
#[derive(Clone, Debug, Serialize)]
pub struct WhyLink {
    /// what it is spent on
    pub kind: WhyKind,
    /// in words
    pub what: Text,
    /// from when
    pub from: Timestamp,
    /// up to when
    pub to: Timestamp,
    /// of what
    pub spec: SpecId,
    /// where
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_center: Option<String>,
}

impl WhyLink {
    pub(crate) fn of(link: &Link) -> Self {
        let (kind, work_center) = match &link.kind {
            LinkKind::Work { work_center } => (WhyKind::Work, Some(work_center)),
            LinkKind::Capacity { work_center, .. } => (WhyKind::Capacity, Some(work_center)),
            LinkKind::Calendar { work_center } => (WhyKind::Calendar, Some(work_center)),
            LinkKind::LeadTime => (WhyKind::LeadTime, None),
            LinkKind::Material => (WhyKind::Material, None),
            LinkKind::Release => (WhyKind::Release, None),
        };
        let (what, spec) = (link.said().text(), link.spec.clone());
        Self { kind, what, from: link.from, to: link.to, spec, work_center: work_center.cloned() }
    }
}

/// A kind of relief.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HelpKind {
    /// open longer
    Overtime,
    /// one more unit
    Alternative,
    /// two lots
    Split,
    /// a faster purchase
    EarlierPurchase,
    /// before what is in the way
    Resequence,
}

/// Something that would make an order less late.
#[derive(Clone, Debug, Serialize)]
pub struct ReliefView {
    /// of what kind
    pub kind: HelpKind,
    /// in words
    pub what: Text,
    /// seconds by which it would be earlier
    pub gain_s: i64,
    /// seconds of overtime, machine time, haste or lateness for others that it takes
    pub cost_s: i64,
}

impl ReliefView {
    pub(crate) fn of(relief: &Relief) -> Self {
        let kind = match &relief.kind {
            ReliefKind::Overtime { .. } => HelpKind::Overtime,
            ReliefKind::Alternative { .. } => HelpKind::Alternative,
            ReliefKind::Split { .. } => HelpKind::Split,
            ReliefKind::EarlierPurchase { .. } => HelpKind::EarlierPurchase,
            ReliefKind::Resequence => HelpKind::Resequence,
        };
        Self { kind, what: relief.said().text(), gain_s: relief.gain_s, cost_s: relief.cost_s }
    }
}

/// What is supposed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhatIf {
    /// more to do, the most important first
    pub demands: Vec<WhatIfDemand>,
    /// hours more
    pub overtime: Vec<WhatIfHours>,
    /// hours less
    pub down: Vec<WhatIfHours>,
}

/// So much more of something.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhatIfDemand {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// by when
    #[serde(default)]
    pub due: Option<Timestamp>,
}

/// A stretch of time at a work centre.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhatIfHours {
    /// where
    pub work_center: String,
    /// from when
    pub from: Timestamp,
    /// up to when
    pub to: Timestamp,
}

/// What would be.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIfView {
    /// when each of the demands would be met
    pub promises: Vec<WhatIfPromise>,
    /// orders that would be late by more or less than they are now
    pub moved: Vec<WhatIfMoved>,
}

/// When a demand would be met.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIfPromise {
    /// what
    pub spec: SpecId,
    /// how much
    pub quantity: Decimal,
    /// by when it was wanted
    pub due: Option<Timestamp>,
    /// when; null = something it needs has no known source
    pub promise: Option<Timestamp>,
    /// by how much that is late
    pub late_s: i64,
}

/// An order that would be ready at another time.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIfMoved {
    /// which
    pub order: RecordId,
    /// when it would be ready as things are
    pub from: Option<Timestamp>,
    /// when then
    pub to: Option<Timestamp>,
}

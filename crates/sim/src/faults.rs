//! What can go wrong, and how often.

/// Chances are in thousandths. A length or mean of 0 means: never.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Faults {
    /// least time a frame takes, milliseconds; what a [`Line`](crate::Line) adds comes on top
    pub delay_ms_min: i64,
    /// most time a frame takes, milliseconds
    pub delay_ms_max: i64,
    /// whether frames from one node to another may pass each other on the way
    pub order: Order,
    /// frames that never arrive
    pub loss: u32,
    /// frames that arrive twice
    pub duplication: u32,
    /// steps after which the node is killed, before or after its appends were made durable
    pub crash: u32,
    /// how long a killed node stays away, at most, milliseconds
    pub away_ms_max: i64,
    /// crashes that leave the beginning of what was being written on the disk, its last record half
    pub torn: u32,
    /// mean time a peer stays before it is switched off for a while, seconds
    pub stays_s: i64,
    /// how long it is off, at most, seconds
    pub off_s_max: i64,
    /// mean time between the end of one partition and the next, seconds
    pub whole_s: i64,
    /// how long a partition lasts, at most, seconds
    pub parted_s_max: i64,
    /// into how many groups it parts the network, at most
    pub parts_max: u32,
    /// how far a clock is off, at most, milliseconds
    pub skew_ms_max: i64,
    /// mean time between two jumps of one clock, seconds
    pub steady_s: i64,
    /// how far it jumps, forward or back, at most, milliseconds
    pub jump_ms_max: i64,
}

/// Whether frames of one pair of nodes keep their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// as on one stream of a connection
    Kept,
    /// as datagrams may
    Mixed,
}

impl Faults {
    /// A good line and machines that stay up.
    pub const NONE: Self = Self {
        delay_ms_min: 1,
        delay_ms_max: 1,
        order: Order::Mixed,
        loss: 0,
        duplication: 0,
        crash: 0,
        away_ms_max: 0,
        torn: 0,
        stays_s: 0,
        off_s_max: 0,
        whole_s: 0,
        parted_s_max: 0,
        parts_max: 0,
        skew_ms_max: 0,
        steady_s: 0,
        jump_ms_max: 0,
    };

    /// Long lines without fault between machines that stay up.
    pub const FAR: Self = Self { delay_ms_min: 10, delay_ms_max: 40, order: Order::Kept, ..Self::NONE };

    /// A bad day.
    pub const HARSH: Self = Self {
        delay_ms_min: 1,
        delay_ms_max: 1_500,
        order: Order::Mixed,
        loss: 50,
        duplication: 50,
        crash: 8,
        away_ms_max: 4_000,
        ..Self::NONE
    };
}

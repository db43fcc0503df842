//! What can go wrong, and how often.

/// Chances are in thousandths, times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// least time a frame takes
    pub delay_ms_min: i64,
    /// most time a frame takes
    pub delay_ms_max: i64,
    /// whether frames from one node to another may pass each other on the way
    pub order: Order,
    /// frames that never arrive
    pub loss: u32,
    /// frames that arrive twice
    pub duplication: u32,
    /// steps after which the node is killed, before or after its appends were made durable
    pub crash: u32,
    /// how long a killed node stays away, at most
    pub away_ms_max: i64,
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
    };
}

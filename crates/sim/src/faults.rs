//! What can go wrong, and how often.

/// Chances are in thousandths, times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// least time a frame takes
    pub delay_ms_min: i64,
    /// most time a frame takes; frames overtake one another within this range
    pub delay_ms_max: i64,
    /// frames that never arrive
    pub loss: u32,
    /// frames that arrive twice
    pub duplication: u32,
    /// steps after which the node is killed, before or after its appends were made durable
    pub crash: u32,
    /// how long a killed node stays away, at most
    pub away_ms_max: i64,
}

impl Faults {
    /// A good line and machines that stay up.
    pub const NONE: Self =
        Self { delay_ms_min: 1, delay_ms_max: 1, loss: 0, duplication: 0, crash: 0, away_ms_max: 0 };

    /// A bad day.
    pub const HARSH: Self = Self {
        delay_ms_min: 1,
        delay_ms_max: 1_500,
        loss: 50,
        duplication: 50,
        crash: 8,
        away_ms_max: 4_000,
    };
}

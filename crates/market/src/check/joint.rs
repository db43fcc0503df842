//! Whether what goes with pools is well-formed: their options, rounds, drop-offs and accounts.

use super::*;
use vocab::AgentId;

/// Most drop-offs of one pool or round.
pub const DROP_OFFS_MAX: usize = 64;
/// Most agents whose vouch makes a pledge count.
pub const VOUCHERS_MAX: usize = 64;
/// By how much more or less than agreed may be delivered at most, percent.
pub const TOLERANCE_PERCENT_MAX: u8 = 50;
/// Longest extension of a pool, a year.
pub const EXTENSION_S_MAX: i64 = 366 * DAY_S;
/// Most lines of a drop-off's list or of an account: they must fit one record.
pub const LINES_MAX: usize = 4_000;
/// Most bytes of a record that a pledge carries.
const CARRIED_BYTES_MAX: usize = 4_000;

/// The options that an offer's pooling and a pool's terms share.
struct Options<'a> {
    step: Decimal,
    case: Option<Decimal>,
    counted: Counted,
    vouchers: &'a [AgentId],
    tolerance_percent: Option<u8>,
}

impl Options<'_> {
    fn check(&self) -> Result<()> {
        if let Some(case) = self.case {
            positive("case", case)?;
            whole_steps("case", case, self.step)?;
        }
        count_within("vouchers", self.vouchers.len(), VOUCHERS_MAX)?;
        ensure(self.counted.is_all() == self.vouchers.is_empty(), || {
            let value = list_of(self.vouchers.len());
            let remedy = phrase(
                "name whose vouch counts where only vouched pledges do, and nobody else",
                "只有在仅计有担保的认购时才列出担保人，且至少一名",
            );
            Error::field("vouchers", value, remedy)
        })?;
        let tolerance = self.tolerance_percent.unwrap_or(0);
        ensure(tolerance <= TOLERANCE_PERCENT_MAX, || {
            let most = TOLERANCE_PERCENT_MAX;
            let remedy = phrase(format!("give at most {most}"), format!("至多 {most}"));
            Error::field("tolerance_percent", shown(tolerance), remedy)
        })
    }
}

fn drop_offs(list: &[DropOff]) -> Result<()> {
    count_within("drop_offs", list.len(), DROP_OFFS_MAX)?;
    list.iter().try_for_each(|at| {
        at.name.check("drop_offs.name")?;
        place(&at.place)
    })
}

impl Pooling {
    pub(super) fn check(&self, step: Decimal) -> Result<()> {
        let Self { case, counted, vouchers, tolerance_percent, .. } = self;
        let (case, counted, tolerance_percent) = (*case, *counted, *tolerance_percent);
        Options { step, case, counted, vouchers, tolerance_percent }.check()?;
        positive("pooling.cap", self.cap.floor_to(self.case.unwrap_or(step)))?;
        if let Some(stock) = self.stock {
            positive("pooling.stock", stock)?;
        }
        if let Some(seconds) = self.extension_s {
            ensure((1..=EXTENSION_S_MAX).contains(&seconds), || {
                let most = EXTENSION_S_MAX;
                let remedy = phrase(format!("give 1 to {most} seconds"), format!("须为 1 至 {most} 秒"));
                Error::field("pooling.extension_s", shown(seconds), remedy)
            })?;
        }
        lead_time(self.lead_time_s)?;
        Ok(self.payment.check("pooling.payment")?)
    }
}

impl PoolRequest {
    /// Checks the threshold, the second closing time and the drop-offs.
    pub fn check(&self) -> Result<()> {
        positive("threshold", self.threshold)?;
        extension(self.closes, self.extended)?;
        drop_offs(&self.drop_offs)
    }
}

fn extension(closes: Timestamp, extended: Option<Timestamp>) -> Result<()> {
    let Some(extended) = extended else { return Ok(()) };
    ensure(extended > closes, || {
        let remedy = phrase(
            format!("let it be after the first closing time, {closes}"),
            format!("须晚于第一次截止时间 {closes}"),
        );
        Error::field("extended", shown(extended), remedy)
    })
}

impl PoolTerms {
    pub(super) fn check_options(&self) -> Result<()> {
        let Self { step, case, counted, vouchers, tolerance_percent, .. } = self;
        let (step, case, counted) = (*step, *case, *counted);
        Options { step, case, counted, vouchers, tolerance_percent: *tolerance_percent }.check()?;
        extension(self.closes, self.extended)?;
        drop_offs(&self.drop_offs)
    }

    /// Whether a close dated `at` is one of the second closing time.
    pub fn is_extended(&self, at: Timestamp) -> bool {
        self.extended.is_some_and(|extended| at >= extended)
    }
    /// Until when pledges may count at the latest.
    pub fn closes_for_good(&self) -> Timestamp {
        self.extended.unwrap_or(self.closes)
    }
}

impl Pledge {
    /// Checks that what it says beyond quantity and price is something the terms ask for.
    pub(super) fn check_options(&self, terms: &PoolTerms) -> Result<()> {
        ensure(!self.extend || terms.extended.is_some(), || {
            let remedy = phrase("this pool has no second closing time", "此拼单没有第二次截止时间");
            Error::field("extend", phrase("yes", "是"), remedy)
        })?;
        let known = match self.drop_off {
            Some(index) => usize::from(index) < terms.drop_offs.len(),
            None => terms.drop_offs.is_empty(),
        };
        ensure(known, || {
            let value = self.drop_off.map_or(phrase("none", "无"), shown);
            let count = terms.drop_offs.len();
            let remedy = match count {
                0 => phrase("this pool has no drop-offs", "此拼单没有取货点"),
                _ => phrase(
                    format!("name one of its {count} drop-offs, from 0"),
                    format!("请从 0 起指明其 {count} 个取货点之一"),
                ),
            };
            Error::field("drop_off", value, remedy)
        })?;
        let carried = self.vouch.as_ref().map_or(0, |v| v.content.len() + v.signature.len());
        ensure(carried <= CARRIED_BYTES_MAX, || {
            let value = phrase(format!("{carried} bytes long"), format!("{carried} 字节长"));
            let most = CARRIED_BYTES_MAX;
            Error::field(
                "vouch",
                value,
                phrase(format!("stay within {most} bytes"), format!("至多 {most} 字节")),
            )
        })
    }
}

impl Vouch {
    /// Checks the deposit.
    pub fn check(&self) -> Result<()> {
        self.deposit.map_or(Ok(()), |deposit| positive("deposit", deposit.amount))
    }
}

impl Round {
    /// Checks its name and drop-offs.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        drop_offs(&self.drop_offs)
    }
}

impl DropList {
    /// Checks that its shares are in order, bounded and positive.
    pub fn check(&self) -> Result<()> {
        count_within("shares", self.shares.len(), LINES_MAX)?;
        rising("shares", self.shares.iter().map(|s| s.pledge))?;
        self.shares.iter().try_for_each(|s| positive("shares.quantity", s.quantity))
    }
}

impl PoolAccount {
    /// Checks that its shortfalls are in order and bounded, and that each falls short.
    pub fn check(&self) -> Result<()> {
        not_negative("unit_price", self.unit_price.amount)?;
        count_within("short", self.short.len(), LINES_MAX)?;
        rising("short", self.short.iter().map(|s| s.pledge))?;
        self.short.iter().try_for_each(|s| {
            not_negative("short.accepted", s.accepted)?;
            ensure(s.accepted < s.quantity, || {
                let most = s.quantity;
                let remedy = phrase(
                    format!("list only who took over less than the share, {most}"),
                    format!("只列出接收量少于应得 {most} 的成员"),
                );
                Error::field("short.accepted", shown(s.accepted), remedy)
            })
        })
    }
}

fn rising(field: &'static str, ids: impl Iterator<Item = RecordId>) -> Result<()> {
    ensure(ids.is_sorted_by(|a, b| a < b), || {
        Error::field(field, phrase("out of order", "顺序不对"), phrase("list ids rising", "编号须递增排列"))
    })
}

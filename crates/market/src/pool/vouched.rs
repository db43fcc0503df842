//! Whether a pledge carries the word of somebody the terms trust, so that its quantity counts towards a price.
//!
//! The vouch travels inside the pledge, as it was signed: whoever has the pledge can check it, and everybody finds the
//! same. It must be signed by a voucher's first key, since not everyone knows of the keys an agent took later.

use crate::check::ensure;
use crate::error::shown;
use crate::statement::{Pledge, PoolTerms, Vouch};
use crate::{Error, Result};
use ledger::Statement;
use vocab::{AgentId, phrase};

/// Checks that `pledge`, of `member`, carries a vouch that counts in a pool on `terms`: for the member, by one of the
/// terms' vouchers, valid until the pool has closed for good.
pub fn vouched(terms: &PoolTerms, member: &AgentId, pledge: &Pledge) -> Result<()> {
    let carried = pledge.vouch.as_ref().ok_or_else(|| {
        Error::field(
            "vouch",
            phrase("none", "无"),
            phrase("carry the vouch of one whom the terms name", "请附上条款所列担保人的担保"),
        )
    })?;
    let record = carried.signed()?.verify()?;
    let fail = |field, value, remedy| move || Error::field(field, value, remedy);
    let kind = phrase("carry a record of the kind 'vouch'", "请附上类型为 vouch 的记录");
    ensure(record.kind == Vouch::KIND, fail("vouch", shown(&record.kind), kind))?;
    let vouch: Vouch = record.read()?;
    let own = phrase(format!("it should be for {member}"), format!("须是为 {member} 所作"));
    ensure(vouch.agent == *member, fail("vouch.agent", shown(vouch.agent), own))?;
    let named = phrase("it should be by one whom the terms name", "须由条款所列的担保人作出");
    let trusted = record.key == record.author && terms.vouchers.contains(&record.author);
    ensure(trusted, fail("vouch", shown(record.author), named))?;
    let last = terms.extended.unwrap_or(terms.closes);
    let lasting = phrase(format!("it should hold until {last}"), format!("有效期须至 {last}"));
    ensure(vouch.expires >= last, fail("vouch.expires", shown(vouch.expires), lasting))
}

//! What is wrong with a statement of the market or with a pool, in Simplified Chinese.
//!
//! One sentence for each [`Error`] and each [`PoolFault`]. Fields keep the names they have in the statement.

use crate::statement::Outcome;
use crate::{Error, PoolFault};
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Word(e) => e.zh(),
            Self::Record(e) => e.zh(),
            Self::Field { field, value, remedy, .. } => {
                format!("字段 {field} 为 {}：{}", value.zh(), remedy.zh())
            }
            Self::Pool(fault) => fault.zh(),
            Self::Unproven(why) => format!("证据不能证明什么：{}", why.zh()),
        }
    }
}

impl Said for PoolFault {
    fn zh(&self) -> String {
        match self {
            Self::Pool { found, expected } => format!("所指的是拼单 {found}，应为 {expected}"),
            Self::Keeper { by, keeper, from } => {
                format!("由 {by} 结束：只有保管人 {keeper} 可以，{from} 起任何成员也可以")
            }
            Self::Early { at, closes } => format!("于 {at} 结束：认购在 {closes} 之前仍然有效"),
            Self::Malformed(why) => format!("拼单结果格式有误：{}", why.zh()),
            Self::Missing(id) => format!("列出的 {id} 不在手边"),
            Self::Late { pledge, at, closes } => {
                format!("认购 {pledge} 的日期是 {at}：认购截至 {closes}")
            }
            Self::Unfit { pledge, why } => format!("认购 {pledge}：{}", why.zh()),
            Self::Twice { member, first, second } => {
                format!("{member} 有两份认购，{first} 和 {second}：只能有一份有效")
            }
            Self::Chain { pledge, expected: Some(expected) } => {
                format!("认购 {pledge} 应取代 {expected}，即其作者在此拼单中的上一份认购")
            }
            Self::Chain { pledge, expected: None } => {
                format!("认购 {pledge} 不应取代任何认购，其作者在此拼单中没有更早的认购")
            }
            Self::NotReplaced(id) => format!("认购 {id} 列为已被取代，但没有有效的认购取代它"),
            Self::Unlisted(id) => format!("认购 {id} 已被有效的认购取代，却未列为已被取代"),
            Self::Root { found, expected } => format!("根为 {found}：按这些认购应为 {expected}"),
            Self::Outcome { found, expected } => {
                format!("结果为{}：按这些认购应为{}", outcome(found), outcome(expected))
            }
            Self::Astray { pledge, what } => {
                format!("认购 {pledge}：其路径没有通向结果中{}的根", what.zh())
            }
            Self::Share { pledge, found } => format!("按这些总和，认购 {pledge} 不可能得到 {found}"),
        }
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Lapsed {} => "未成团".to_owned(),
        Outcome::Made { unit_price, total } => format!("成团，单价 {unit_price}，共 {total}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Reason;
    use vocab::{AgentId, Decimal, Money, RecordId, Timestamp, phrase};

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let words = || phrase("words 77", "词语 77");
        let (id, by) = (RecordId([0x77; 32]), AgentId([0x77; 32]));
        let (at, root) = (Timestamp::UNIX_EPOCH, || "77".repeat(48));
        let unit_price = Money { amount: Decimal::from(77), currency: "EUR".parse().unwrap() };
        let made = Outcome::Made { unit_price, total: Decimal::from(77) };
        let pool = |fault: PoolFault| (id.to_string(), Error::Pool(fault));
        let word = |error: Error| ("77".to_owned(), error);
        let faults = [
            word(Error::Word("77x".parse::<Decimal>().unwrap_err())),
            word(Error::Record(ledger::Error::Proof(words()))),
            word(Error::Unproven(words())),
            word(Error::Field { field: "cap", value: words(), remedy: words(), reason: Reason::Invalid }),
            pool(PoolFault::Pool { found: id, expected: id }),
            (by.to_string(), PoolFault::Keeper { by, keeper: by, from: at }.into()),
            pool(PoolFault::Astray { pledge: id, what: words() }),
            pool(PoolFault::Share { pledge: id, found: Decimal::from(7) }),
            (at.to_string(), PoolFault::Early { at, closes: at }.into()),
            word(PoolFault::Malformed(words()).into()),
            pool(PoolFault::Missing(id)),
            pool(PoolFault::Late { pledge: id, at, closes: at }),
            pool(PoolFault::Unfit { pledge: id, why: words() }),
            pool(PoolFault::Twice { member: by, first: id, second: id }),
            pool(PoolFault::Chain { pledge: id, expected: Some(id) }),
            pool(PoolFault::Chain { pledge: id, expected: None }),
            pool(PoolFault::NotReplaced(id)),
            pool(PoolFault::Unlisted(id)),
            word(PoolFault::Outcome { found: Outcome::Lapsed {}, expected: made }.into()),
            word(PoolFault::Root { found: root(), expected: root() }.into()),
        ];
        for (value, fault) in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains(&value) && zh.contains(&value), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
            assert!(!zh.contains("words"), "{zh}");
        }
    }
}

//! What about goods could not be taken, in Simplified Chinese.
//!
//! One sentence for each [`Error`]; what is worded where a fault is found comes as a [`vocab::Phrase`].

use crate::Error;
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Word(e) => e.zh(),
            Self::Record(e) => e.zh(),
            Self::Field { field, value, remedy } => {
                format!("{}是“{}”：{}", field.zh(), value.zh(), remedy.zh())
            }
            Self::TooMany { what, count, max } => {
                format!("{}有 {count} 个，超过上限 {max}：请拆分", what.zh())
            }
            Self::UnknownLot { lot } => format!("批次 {lot} 不在此处：请指明现有或代管的批次"),
            Self::LotExists { lot } => format!("批次 {lot} 已存在：新批次需要自己的护照"),
            Self::LotDiffers { lot, field, value, known } => {
                let (field, value, known) = (field.zh(), value.zh(), known.zh());
                format!("批次 {lot}：{field}写作“{value}”，但已知为“{known}”")
            }
            Self::NotEnough { lot, wanted, there } => {
                format!("批次 {lot}：要 {wanted}，只有 {there}")
            }
            Self::Piece { lot, serial, what } => format!("批次 {lot}：编号件“{serial}”{}", what.zh()),
            Self::NotFree { spec, wanted, free } => format!("{spec}：要 {wanted}，可用的只有 {free}"),
            Self::NoSuchHandover(id) => {
                format!("交出 {id} 在此处并非待签收：从未交出，或已答复")
            }
            Self::Booked(id) => format!("记录 {id} 已入账"),
            Self::Unanswered { lot, given, answered } => {
                let (given, answered) = (given.zh(), answered.zh());
                format!("批次 {lot}：交出的是{given}，答复的是{answered}：每件须接收或拒收，且只一次")
            }
            Self::Unbalanced { what, found, expected } => {
                format!("账目不平：{}为 {found}，应为 {expected}", what.zh())
            }
            Self::NotWanted(id) => format!("没有索取过记录 {id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{Decimal, RecordId, phrase};

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let lot = RecordId([0x77; 32]);
        let words = || phrase("words 77", "词语 77");
        let (spec, n) = ("oak-77".parse().unwrap(), Decimal::from(77));
        let faults = [
            Error::Word("77x".parse::<Decimal>().unwrap_err()),
            Error::Record(ledger::Error::Proof(words())),
            Error::Field { field: words(), value: words(), remedy: words() },
            Error::TooMany { what: words(), count: 77, max: 4 },
            Error::UnknownLot { lot },
            Error::LotExists { lot },
            Error::LotDiffers { lot, field: words(), value: words(), known: words() },
            Error::NotEnough { lot, wanted: n, there: n },
            Error::Piece { lot, serial: "77".to_owned(), what: words() },
            Error::NotFree { spec, wanted: n, free: n },
            Error::NoSuchHandover(lot),
            Error::Booked(lot),
            Error::Unanswered { lot, given: words(), answered: words() },
            Error::Unbalanced { what: words(), found: n, expected: n },
            Error::NotWanted(lot),
        ];
        for fault in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains("77") && zh.contains("77"), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
            assert!(!zh.contains("words"), "{zh}");
        }
    }
}

//! What was wrong with a statement, in Simplified Chinese.
//!
//! One sentence for each [`Error`]; what is worded where a fault is found comes as a [`vocab::Phrase`].

use crate::Error;
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::TooLarge { bytes, max } => {
                format!("{bytes} 字节的记录超过上限 {max}：请拆分，或只发送引用")
            }
            Self::Malformed(why) => format!("不是记录：{}", why.zh()),
            Self::Signature { id, author } => {
                format!("记录 {id}：签名不是 {author} 对这些字节所作的签名")
            }
            Self::Body { id, kind, why } => format!("记录 {id}：不是格式正确的 {kind}：{}", why.zh()),
            Self::Range { asked, size } => format!("日志共有 {size} 条记录，无法就 {asked} 作出答复"),
            Self::Proof(why) => format!("证明不成立：{}", why.zh()),
            Self::Note(why) => format!("不是可信赖的检查点：{}", why.zh()),
            Self::Key { author, key, seq, why } => {
                format!("{author} 的第 {seq} 条记录，由密钥 {key} 签署：{}", why.zh())
            }
            Self::Author { expected, found } => {
                format!("这出自或关于 {found}，而此处应为 {expected}")
            }
            Self::Equivocation(why) => format!("不能证明前后矛盾：{}", why.zh()),
            Self::Full { what, max } => format!("{}已满：上限为 {max}", what.zh()),
            Self::Sequence { expected, found } => {
                format!("此处是第 {found} 条记录，而应是指明前一条的第 {expected} 条")
            }
            Self::History { place, why } => {
                format!("历史在第 {place} 条记录之前都正确，该条有误：{}", why.zh())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{AgentId, RecordId, phrase};

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let (a, b, id) = (AgentId([1; 32]), AgentId([2; 32]), RecordId([3; 32]));
        let why = || phrase("because of 77", "因为 77");
        let faults = [
            ("70001", Error::TooLarge { bytes: 70_001, max: 70_000 }),
            ("77", Error::Malformed(why())),
            (&id.to_string(), Error::Signature { id, author: a }),
            ("offer", Error::Body { id, kind: "offer".to_owned(), why: why() }),
            ("12", Error::Range { asked: 12, size: 4 }),
            ("77", Error::Proof(why())),
            ("77", Error::Note(why())),
            ("77", Error::Key { author: a, key: b, seq: 5, why: why() }),
            (&b.to_string(), Error::Author { expected: a, found: b }),
            ("77", Error::Equivocation(why())),
            ("9", Error::Full { what: phrase("logs", "日志"), max: 9 }),
            ("8", Error::Sequence { expected: 7, found: 8 }),
            ("77", Error::History { place: 3, why: Box::new(Error::Proof(why())) }),
        ];
        for (value, fault) in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains(value) && zh.contains(value), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
            assert!(!zh.contains("because"), "{zh}");
        }
    }
}

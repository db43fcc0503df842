//! Why a model or a demand cannot be planned, in Simplified Chinese.
//!
//! One sentence for each [`Error`]; where the mistake is, and what would be right, come as [`vocab::Phrase`]s.

use crate::Error;
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Loop { path } => {
                format!("配方需要自己的产出：{path}：请从配方中去掉其中一种投入物")
            }
            Self::Model { at, what, value, remedy } => {
                format!("{}：{}“{}”：{}", at.zh(), what.zh(), value.zh(), remedy.zh())
            }
            Self::TooMany { at, what, count, limit } => {
                format!("{}：有 {count} {}：至多 {limit}", at.zh(), what.zh())
            }
            Self::UnknownWorkCenter { at, value, known } => {
                format!("{}：未知的工作中心“{value}”：请添加它，或使用其中之一：{known}", at.zh())
            }
            Self::NoRecipe { spec } => {
                format!("{spec} 没有配方：请添加配方，或按当前模型重新展开需求")
            }
            Self::Quantity { at, value, remedy } => {
                format!("{}：数量“{value}”：{}", at.zh(), remedy.zh())
            }
            Self::TooMuch { spec, quantity, input } => {
                format!("{quantity} {spec} 需要过多的 {input}：每种须小于 1000000000000")
            }
            Self::TooWide { spec, limit } => {
                format!("{spec} 需要的东西超过 {limit} 种：请把配方分给几个主体")
            }
            Self::TooDeep { spec, limit } => {
                format!("{spec} 位于超过 {limit} 层配方之下：请合并其上的一些配方")
            }
            Self::NoArrival { spec, quantity } => {
                format!("须采购的 {quantity} {spec} 没有到货日期：请先向供应方询价")
            }
            Self::BeyondHorizon { at, work_center, from, horizon } => format!(
                "{}：在 {from} 至 {horizon} 之间排不下：请减少订量，或给工作中心“{work_center}”更多时间",
                at.zh()
            ),
            Self::Overbooked { work_center, at, used, units } => {
                format!("工作中心“{work_center}”：{at} 时占用 {used} 个工位，共有 {units} 个：请释放一项预留")
            }
            Self::NoProcess { index, count } => {
                format!("计划中没有第 {index} 道工序：共 {count} 道，从 0 数起")
            }
            Self::NotThere { at, work_center, known } => {
                format!(
                    "{}：不能在“{work_center}”进行：请用 {known} 之一，或在配方中添加替代工作中心",
                    at.zh()
                )
            }
            Self::TooEarly { at, start, earliest } => {
                format!("{}：不能在 {start} 开始：所需之物最早 {earliest} 到齐，请在此时或之后开始", at.zh())
            }
            Self::Full { work_center, start, free } => {
                format!("工作中心“{work_center}”在 {start} 没有空位：下一个空位在 {free}")
            }
            Self::Stale { demand, .. } => format!("需求“{demand}”：所报的交期已不可得：请重新询价"),
            Self::Unknown { name } => {
                format!("未知的名称“{name}”：请使用计划中的需求、在途采购、在制单或工作中心")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{Decimal, SpecId, Timestamp, phrase};

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let spec = || "oak-77".parse::<SpecId>().unwrap();
        let words = || phrase("words 77", "词语 77");
        let (from, quantity) = (Timestamp::UNIX_EPOCH, Decimal::from(77));
        let saw = || "saw-77".to_owned();
        let faults = [
            Error::Loop { path: "a77 -> a77".to_owned() },
            Error::Model { at: words(), what: words(), value: words(), remedy: words() },
            Error::TooMany { at: words(), what: words(), count: 77, limit: 4 },
            Error::UnknownWorkCenter { at: words(), value: saw(), known: "kiln".to_owned() },
            Error::NoRecipe { spec: spec() },
            Error::Quantity { at: words(), value: quantity, remedy: words() },
            Error::TooMuch { spec: spec(), quantity, input: spec() },
            Error::TooWide { spec: spec(), limit: 77 },
            Error::TooDeep { spec: spec(), limit: 77 },
            Error::NoArrival { spec: spec(), quantity },
            Error::BeyondHorizon { at: words(), work_center: saw(), from, horizon: from },
            Error::Overbooked { work_center: saw(), at: from, used: 2, units: 1 },
            Error::NoProcess { index: 77, count: 2 },
            Error::NotThere { at: words(), work_center: saw(), known: "kiln".to_owned() },
            Error::TooEarly { at: words(), start: from, earliest: from },
            Error::Full { work_center: saw(), start: from, free: from },
            Error::Stale { demand: "77".into(), promised: None, possible: None },
            Error::Unknown { name: "77".into() },
        ];
        for fault in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains("77") && zh.contains("77"), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
            assert!(!zh.contains("words"), "{zh}");
        }
    }
}

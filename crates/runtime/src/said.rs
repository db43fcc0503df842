//! Why a running node could not do something, in Simplified Chinese.
//!
//! One sentence for each [`Error`]; what the system answered stays in the system's own words.

use crate::Error;
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Refused(e) => e.zh(),
            Self::Store(e) => e.zh(),
            Self::Net(e) => e.zh(),
            Self::Unsound { position, why } => {
                format!("数据文件夹中的第 {position} 条记录无法接受（{why}）：请从备份恢复该文件夹")
            }
            Self::Value { name, why } => {
                format!("数据文件夹中的“{name}”无法读取（{why}）：请从备份恢复该文件夹")
            }
            Self::Name { name, max } => {
                format!("“{name}”不能用作名称：请用一行之内的 1 至 {max} 个字符")
            }
            Self::System { what, why } => {
                format!("系统没有给出 {what}（{why}）：请关闭其他程序后重试")
            }
            Self::Busy { waiting } => format!("节点太忙（{waiting} 件事在等待）：请稍后再试"),
            Self::Slow { seconds } => {
                format!("{seconds} 秒内没有答复：重试之前，请先查看操作是否已生效")
            }
            Self::Stopped => "节点已停止：请重新启动".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let why = || "why 77".to_owned();
        let faults = [
            ("oak", Error::Refused(node::Error::NoSpecification("oak".parse().unwrap()))),
            ("/d77", store::Error::Missing { path: "/d77".into() }.into()),
            ("no-ticket", "no-ticket".parse::<net::Peer>().unwrap_err().into()),
            ("77", Error::Unsound { position: 5, why: why() }),
            ("peers", Error::Value { name: "peers", why: why() }),
            ("x77", Error::Name { name: "x77".to_owned(), max: 80 }),
            ("thread", Error::System { what: "thread", why: why() }),
            ("77", Error::Busy { waiting: 77 }),
            ("77", Error::Slow { seconds: 77 }),
            ("", Error::Stopped),
        ];
        for (value, fault) in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains(value) && zh.contains(value), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        }
    }
}

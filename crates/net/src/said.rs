//! What can go wrong with the network, in Simplified Chinese.
//!
//! One sentence for each [`Error`]; what the system answered stays in the system's own words.

use crate::Error;
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Bind { bind, cause } => {
                format!("无法监听 UDP {bind}（{cause}）：请释放该端口，或另选一个")
            }
            Self::Ticket { value, cause } => {
                format!("“{value}”不是伙伴的凭条（{}）：请复制以 headwater1 开头的全文", cause.zh())
            }
            Self::Random(e) => format!("系统没有给出随机字节（{e}）"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let cause = || "cause 77".to_owned();
        let faults = [
            ("127.0.0.1:77", Error::Bind { bind: "127.0.0.1:77".parse().unwrap(), cause: cause() }),
            ("no-ticket", "no-ticket".parse::<crate::Peer>().unwrap_err()),
            ("headwater1!", "headwater1!".parse::<crate::Peer>().unwrap_err()),
            ("", Error::Random(getrandom::Error::UNSUPPORTED)),
        ];
        for (value, fault) in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains(value) && zh.contains(value), "{en} / {zh}");
            assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        }
    }
}

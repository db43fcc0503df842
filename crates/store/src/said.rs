//! What can go wrong with a data folder, in Simplified Chinese.
//!
//! One sentence for each [`Error`]; what the system or SQLite answered stays in their own words.

use crate::Error;
use vocab::Said;

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Locked { folder } => {
                format!("{} 正被另一进程使用：请先停止那个节点，或给本节点另设一个文件夹", folder.display())
            }
            Self::Full { folder } => {
                format!("{} 已无空间：未作任何更改；请腾出空间后重试", folder.display())
            }
            Self::Corrupt { path, detail } => format!(
                "{} 已损坏（{}）：请从备份恢复该文件夹，或移走该文件并从伙伴处重新获取记录",
                path.display(),
                detail.zh()
            ),
            Self::Foreign { path } => {
                format!("{} 不是由 Headwater 创建的：请另选一个文件夹", path.display())
            }
            Self::Newer { path, found, known } => {
                format!("{} 的格式为 {found}，本程序最多支持 {known}：请安装更新的版本", path.display())
            }
            Self::Duplicate { id } => {
                format!("记录 {id} 已保存，或其位置已有另一条：一条记录只追加一次（未作任何更改）")
            }
            Self::TooLarge { what, bytes, max } => {
                format!("{bytes} 字节的{}过大：至多 {max}（未作任何更改）", what.zh())
            }
            Self::Exists { path } => {
                format!("{} 已存在：密钥绝不会被覆盖；如要重新开始，请先将其移走", path.display())
            }
            Self::Missing { path } => {
                format!("缺少 {}：请先初始化该文件夹，或从备份恢复该文件", path.display())
            }
            Self::Exposed { path, mode } => {
                let path = path.display();
                format!("{path} 可被他人读取（权限 {mode:03o}）：请运行 chmod 600 {path}")
            }
            Self::Damaged { path, kind, detail } => {
                format!("{} 无法按{}读取（{}）：请从备份恢复", path.display(), kind.zh(), detail.zh())
            }
            Self::PassphraseNeeded { path } => {
                format!("{} 中的密钥受保护：请输入其口令", path.display())
            }
            Self::PassphraseWrong { path } => {
                format!("该口令打不开 {}：请核对口令；若文件被改动过，请恢复它", path.display())
            }
            Self::PassphraseUnused { path } => {
                format!("{} 中的密钥没有口令：请不要输入口令", path.display())
            }
            Self::PassphraseEmpty => "空口令起不到保护作用：请至少给出一个字符，或不设口令".to_owned(),
            Self::Io { action, path, source } => {
                format!("无法{} {}：{source}", action.zh(), path.display())
            }
            Self::Database { folder, source } => {
                format!("{} 中的数据库出错（{source}）：请检查磁盘并重启节点", folder.display())
            }
            Self::Random(e) => format!("系统没有给出随机字节（{e}）：此处无法生成任何机密"),
            Self::Derivation(e) => {
                format!("无法从口令派生密钥（{e}）：请释放一些内存后重试")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use vocab::{RecordId, phrase};

    #[test]
    fn every_fault_names_its_value_in_both_languages() {
        let path = || PathBuf::from("/data-77");
        let folder = path;
        let words = || phrase("words 77", "词语 77");
        let faults = [
            Error::Locked { folder: folder() },
            Error::Full { folder: folder() },
            Error::Corrupt { path: path(), detail: words() },
            Error::Foreign { path: path() },
            Error::Newer { path: path(), found: 77, known: 1 },
            Error::Duplicate { id: RecordId([0x77; 32]) },
            Error::TooLarge { what: words(), bytes: 77, max: 1 },
            Error::Exists { path: path() },
            Error::Missing { path: path() },
            Error::Exposed { path: path(), mode: 0o644 },
            Error::Damaged { path: path(), kind: words(), detail: words() },
            Error::PassphraseNeeded { path: path() },
            Error::PassphraseWrong { path: path() },
            Error::PassphraseUnused { path: path() },
            Error::Io { action: words(), path: path(), source: std::io::ErrorKind::NotFound.into() },
            Error::Database { folder: folder(), source: rusqlite::Error::InvalidQuery },
        ];
        for fault in faults {
            let (en, zh) = (fault.to_string(), fault.zh());
            assert!(en.contains("77") && zh.contains("77"), "{en} / {zh}");
            assert!(!zh.contains("words"), "{zh}");
            differ(&en, &zh);
        }
        // these three have no value of their own
        let causes = [
            Error::PassphraseEmpty,
            Error::Random(getrandom::Error::UNSUPPORTED),
            Error::Derivation(argon2::Error::OutputTooLong),
        ];
        for fault in causes {
            differ(&fault.to_string(), &fault.zh());
        }
    }

    fn differ(en: &str, zh: &str) {
        assert!(en != zh && zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
    }
}

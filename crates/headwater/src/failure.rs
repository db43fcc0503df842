//! Why a command did not do what was asked, and the exit code that says so to scripts.

use serde_json::Value;
use std::fmt;
use vocab::Said;

/// Exit codes, as documented in `--help`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// the node refused, or something failed
    Failed = 1,
    /// the command line, or a file it names, makes no sense
    Usage = 2,
    /// no running node could be reached
    Unreachable = 3,
    /// the data folder is in use, missing, or its disk fails
    Storage = 4,
}

/// What is told on standard error.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// for programs; stable
    pub(crate) code: String,
    /// what was wrong
    pub(crate) message: String,
    /// the same in Chinese, where it comes from a library that knows both languages
    pub(crate) zh: Option<String>,
    /// what to do, where the message does not say it
    pub(crate) remedy: Option<String>,
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { exit, code: code.to_owned(), message: message.into(), zh: None, remedy: None }
    }
    /// What a library said, in both languages.
    pub(crate) fn said(exit: Exit, code: &str, e: &impl Said) -> Self {
        Self { zh: Some(e.zh()), ..Self::new(exit, code, e.to_string()) }
    }
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// As the API told it: `{"error": {"code", "message", "remedy"}}`.
    pub(crate) fn from_api(status: u16, body: &Value) -> Self {
        let error = &body["error"];
        let text = |key: &str| error[key].as_str().map(str::to_owned);
        Self {
            exit: match text("code").as_deref() {
                Some("disk_full" | "storage" | "locked" | "damaged") => Exit::Storage,
                Some("stopped") => Exit::Unreachable,
                _ => Exit::Failed,
            },
            code: text("code").unwrap_or_else(|| format!("http_{status}")),
            message: text("message").unwrap_or_else(|| format!("the node answered with status {status}")),
            zh: None,
            remedy: text("remedy"),
        }
    }

    /// As JSON, for `--json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::json!({"error": {"code": self.code, "message": self.message, "remedy": self.remedy}})
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(f, "\n  {remedy}"))
    }
}

impl From<runtime::Error> for Failure {
    fn from(e: runtime::Error) -> Self {
        let exit = match e.code() {
            "locked" | "disk_full" | "storage" | "not_initialised" | "damaged" | "exists" | "passphrase" => {
                Exit::Storage
            }
            "name" => Exit::Usage,
            _ => Exit::Failed,
        };
        Self::said(exit, e.code(), &e)
    }
}
impl From<store::Error> for Failure {
    fn from(e: store::Error) -> Self {
        runtime::Error::from(e).into()
    }
}
impl From<api::Error> for Failure {
    fn from(e: api::Error) -> Self {
        Self::said(Exit::Failed, "http", &e)
    }
}

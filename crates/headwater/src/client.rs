//! The way to the running node: `run.json` in the data folder says where it listens, `token` lets us in.

use crate::failure::{Exit, Failure, Result};
use crate::i18n::{Lang, Msg, say};
use node::command::Command;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Token;

/// Written by `headwater up`, taken away when it stops.
const RUN: &str = "run.json";
/// A trace may ask many peers; the node gives up after a minute.
const PATIENCE: Duration = Duration::from_secs(75);
/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Where a running node can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    /// such as `http://127.0.0.1:7300`
    pub(crate) http: String,
    /// its process
    pub(crate) pid: u32,
}

impl Running {
    /// Tells other commands where this node is.
    pub(crate) fn write(&self, dir: &Path) -> std::io::Result<()> {
        let json = serde_json::to_vec(self)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        std::io::Write::write_all(&mut options.open(dir.join(RUN))?, &json)
    }

    /// Takes the note away; a missing one is as good.
    pub(crate) fn remove(dir: &Path) {
        let _ = fs::remove_file(dir.join(RUN));
    }

    fn read(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(dir.join(RUN)).ok()?).ok()
    }
}

/// A caller with the owner's rights.
pub(crate) struct Client {
    http: String,
    bearer: String,
    agent: ureq::Agent,
    dir: PathBuf,
    lang: Lang,
}

impl Client {
    /// For the node that runs in `dir`.
    pub(crate) fn open(dir: &Path, lang: Lang) -> Result<Self> {
        let running = Running::read(dir).ok_or_else(|| unreachable(dir, lang))?;
        let token = Token::load(dir)?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Ok(Self {
            http: running.http,
            bearer: format!("Bearer {}", token.expose()),
            agent: config.into(),
            dir: dir.to_owned(),
            lang,
        })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let url = format!("{}/api/v1/{path}", self.http);
        self.read(
            self.agent
                .get(url)
                .header("authorization", &self.bearer)
                .header("accept-language", self.lang.tag())
                .call(),
        )
    }

    /// The items of a list.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<Value>> {
        match self.get(path)?["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(Failure::new(Exit::Failed, "answer", format!("the node's answer to {path} is no list"))),
        }
    }

    pub(crate) fn post(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        let url = format!("{}/api/v1/{path}", self.http);
        self.read(
            self.agent
                .post(url)
                .header("authorization", &self.bearer)
                .header("accept-language", self.lang.tag())
                .send_json(body),
        )
    }

    pub(crate) fn command(&self, command: &Command) -> Result<Value> {
        self.post("commands", command)
    }

    fn read(
        &self,
        answer: std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value> {
        let mut answer = answer.map_err(|e| match e {
            ureq::Error::Timeout(_) => Failure::new(Exit::Failed, "slow", say(self.lang, Msg::NoAnswer, &[])),
            _ => unreachable(&self.dir, self.lang),
        })?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_json::<Value>();
        match (status, body) {
            (200..=299, Ok(body)) => Ok(body),
            (200..=299, Err(e)) => {
                Err(Failure::new(Exit::Failed, "answer", format!("the node's answer does not read: {e}")))
            }
            (status, body) => Err(Failure::from_api(status, &body.unwrap_or_default())),
        }
    }
}

fn unreachable(dir: &Path, lang: Lang) -> Failure {
    let dir = dir.display();
    Failure::new(Exit::Unreachable, "unreachable", say(lang, Msg::Unreachable, &[&dir])).remedy(say(
        lang,
        Msg::UnreachableRemedy,
        &[&dir],
    ))
}

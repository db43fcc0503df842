//! Who is trusted, and the work that speaks for a stranger.

use super::Context;
use crate::cli::{StampArgs, VouchArgs};
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::ids::{self, Kind};
use crate::show;
use indicatif::{ProgressBar, ProgressStyle};
use node::command::Command;
use node::stamp::Stamp;
use vocab::{AgentId, DAY_S, Timestamp, after};

/// Nonces tried between two looks at the progress bar.
const STRIDE: u32 = 1 << 16;

pub(super) fn standing(c: &Context, agent: Option<&str>) -> Result<()> {
    let client = c.client()?;
    let path = match agent {
        None => "standing".to_owned(),
        Some(name) => format!("standing?agent={}", ids::agent(&client, c.lang, name)?),
    };
    let answer = client.get(&path)?;
    c.tell(&answer, || show::STANDINGS.table(show::items(&answer, "items"), c.lang))
}

pub(super) fn know(c: &Context, agent: &str) -> Result<()> {
    let client = c.client()?;
    let agent = ids::agent(&client, c.lang, agent)?;
    let answer = client.command(&Command::Know { agent })?;
    c.tell(&answer, || show::recorded(&answer, c.lang))
}

pub(super) fn vouch(c: &Context, args: &VouchArgs) -> Result<()> {
    let client = c.client()?;
    let agent = ids::agent(&client, c.lang, &args.agent)?;
    let because =
        args.because.as_ref().map(|deal| ids::record(&client, c.lang, Kind::Deal, deal)).transpose()?;
    let (deposit, until) = (args.deposit, args.until);
    let answer = client.command(&Command::Vouch { agent, because, deposit, until })?;
    c.tell(&answer, || show::recorded(&answer, c.lang))
}

pub(super) fn stamp(c: &Context, args: &StampArgs) -> Result<()> {
    let client = c.client()?;
    let me = client.get("me")?;
    let me: AgentId = serde_json::from_value(me["agent"].clone())
        .map_err(|e| Failure::new(Exit::Failed, "answer", e.to_string()))?;
    let asked = client.get("limits")?["quotas"]["stamp_bits"].as_u64().and_then(|b| u32::try_from(b).ok());
    let bits = args.bits.or(asked).unwrap_or(node::Quotas::default().stamp_bits);
    let expires = after(Timestamp::now(), i64::from(args.days) * DAY_S);
    let stamp = work(c, &me, expires, bits)?;
    let answer = client.command(&Command::Stamp(stamp))?;
    c.tell(&answer, || {
        c.say(Msg::Stamped, &[&stamp.bits(&me), &show::time(&stamp.expires.to_string().into())])
    })
}

/// Tries nonces until one will do; another expiry, one second earlier, when all are tried.
fn work(c: &Context, me: &AgentId, mut expires: Timestamp, bits: u32) -> Result<Stamp> {
    let bar = ProgressBar::new(1_u64 << bits);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {per_sec}");
    bar.set_style(style.map_err(|e| Failure::new(Exit::Failed, "system", e.to_string()))?);
    bar.set_message(c.say(Msg::StampWorking, &[&bits]));
    loop {
        for from in (0..u32::MAX - STRIDE).step_by(STRIDE as usize) {
            if let Some(stamp) = Stamp::search(me, expires, bits, from..from + STRIDE) {
                bar.finish_and_clear();
                return Ok(stamp);
            }
            bar.inc(u64::from(STRIDE));
        }
        expires = after(expires, -1);
    }
}

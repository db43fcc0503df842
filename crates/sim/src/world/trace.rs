//! What happened: one hash over all of it, and in words what befell the few that are watched.

use super::queue::{Accident, Event};
use super::{START_S, World};
use ledger::Signed;
use node::effect::{Channel, Entry};
use node::frame::Frame;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, VecDeque};

/// Most lines kept of those who are watched.
const LINES_MAX: usize = 60;

#[derive(Default)]
pub(super) struct Trace {
    hash: Sha256,
    watched: BTreeSet<usize>,
    lines: VecDeque<String>,
}

impl World {
    /// A hash over every event so far, in order and to the byte: equal where two runs are one history.
    pub fn digest(&self) -> String {
        let hash = self.trace.hash.clone().finalize();
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Keeps the last events of these nodes, in words.
    pub fn watch(&mut self, who: impl IntoIterator<Item = usize>) {
        self.trace.watched = who.into_iter().collect();
    }

    /// What befell those who are watched, the latest last.
    pub fn story(&self) -> impl Iterator<Item = &str> {
        self.trace.lines.iter().map(String::as_str)
    }

    pub(super) fn note_event(&mut self, event: &Event) {
        let (code, a, b) = match event {
            Event::Frame { from, to, .. } => (0_u8, *from, *to),
            Event::Gossip { to, .. } => (1, *to, 0),
            Event::Wake { who, .. } => (2, *who, 0),
            Event::Restart { who } => (3, *who, 0),
            Event::Link { a, b } => (4, *a, *b),
            Event::Swarm(step) => (6, step.at(), 0),
            Event::Accident { .. } => (5, event.at().unwrap_or(usize::MAX), 0),
        };
        let hash = &mut self.trace.hash;
        hash.update(self.now_ms.to_be_bytes());
        hash.update([code]);
        hash.update((a as u64).to_be_bytes());
        hash.update((b as u64).to_be_bytes());
        match event {
            Event::Frame { bytes, .. } => hash.update(bytes),
            Event::Gossip { signed, .. } => hash.update(&signed.signature),
            _ => {}
        }
        if self.trace.watched.is_empty() {
            return;
        }
        let watched = |who: &usize| self.trace.watched.contains(who);
        let concerns = match event {
            Event::Frame { from, to, .. } => watched(from) || watched(to),
            Event::Wake { .. } | Event::Swarm(_) => false,
            other => other.at().is_none_or(|who| watched(&who)),
        };
        if concerns {
            let line = self.in_words(event);
            self.tell(line);
        }
    }

    pub(super) fn note_kept(&mut self, who: usize, entry: &Entry) {
        self.trace.hash.update(entry.record.id.0);
        if self.trace.watched.contains(&who) {
            let record = &entry.record;
            let how = match entry.channel {
                Channel::Own => "says",
                Channel::Post => "gets by post",
                Channel::Heard => "hears",
                Channel::Shown => "is shown",
            };
            let author =
                self.by_agent.get(&record.author).map_or("a stranger", |a| self.peers[*a].name.as_str());
            let line = format!(
                "{} {how} {} {} ({author} #{})",
                self.peers[who].name,
                record.kind,
                record.id.short(),
                record.seq
            );
            self.tell(line);
        }
    }

    fn tell(&mut self, what: String) {
        let since = self.now_ms - START_S * 1_000;
        if self.trace.lines.len() == LINES_MAX {
            self.trace.lines.pop_front();
        }
        self.trace.lines.push_back(format!(
            "{:>12.3} s  step {}  {what}",
            since as f64 / 1_000.0,
            self.steps
        ));
    }

    fn in_words(&self, event: &Event) -> String {
        let name = |who: &usize| self.peers[*who].name.as_str();
        match event {
            Event::Frame { from, to, bytes, lie } => {
                let lie = if *lie { " (a lie)" } else { "" };
                format!("{} -> {}{lie}: {}", name(from), name(to), frame(bytes))
            }
            Event::Gossip { to, signed } => format!("gossip -> {}: {}", name(to), record(signed)),
            Event::Wake { who, .. } => format!("{} wakes", name(who)),
            Event::Restart { who } => format!("{} starts again", name(who)),
            Event::Link { a, b } => format!("{} and {} connect", name(a), name(b)),
            Event::Swarm(step) => format!("gossip at {}", name(&step.at())),
            Event::Accident { what, .. } => match what {
                Accident::SwitchOff { who } => format!("{} is switched off", name(who)),
                Accident::Jump { who } => format!("the clock of {} jumps", name(who)),
                Accident::Part => "the network is parted".to_owned(),
                Accident::Heal => "the partition ends".to_owned(),
            },
        }
    }
}

fn frame(bytes: &[u8]) -> String {
    match Frame::decode(bytes) {
        Ok(Frame::Mail { after, letters, .. }) => {
            let all: Vec<_> = letters.iter().map(|letter| record(&letter.record)).collect();
            format!("mail after #{after}: {}", all.join(", "))
        }
        Ok(Frame::Hello { heard, .. }) => format!("hello, heard up to #{heard}"),
        Ok(Frame::Heard { upto }) => format!("heard up to #{upto}"),
        Ok(Frame::Public(records)) => format!("{} public records", records.len()),
        Ok(Frame::Reconcile { message, .. }) => format!("reconciliation, {} bytes", message.len()),
        Ok(other) => {
            let text = format!("{other:?}");
            text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase()
        }
        Err(_) => format!("{} bytes that are no frame", bytes.len()),
    }
}

fn record(signed: &Signed) -> String {
    match signed.clone().parse_trusted() {
        Ok(record) => format!("{} {} #{}", record.kind, record.id.short(), record.seq),
        Err(_) => "bytes that are no record".to_owned(),
    }
}

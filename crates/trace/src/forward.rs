//! Forward trace: what became of a lot and who has it now, as a recall needs.
//!
//! Each agent answers for itself with a [`ForwardStep`]; [`ForwardTrace`] says whom to ask next and collects the
//! answers. Only the issuer of a lot, or of something that went into it, may ask: [`may_ask_forward`]. An answer is
//! its agent's word; unlike a backward trace it can leave something out.

use crate::check::{GOODS_MAX, SERIALS_MAX, at_most};
use crate::passport::verify_passport;
use crate::statement::LotId;
use crate::stock::Handed;
use crate::{Error, Result};
use ledger::Record;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vocab::phrase;
use vocab::{AgentId, Decimal, RecordId};

/// Most steps from the first holder.
pub const STEPS_MAX: usize = 32;
/// Most questions one trace asks, and most places its tree shows.
pub const STOPS_MAX: usize = 10_000;
/// Most lots or handovers one answer may name.
pub const ANSWER_MAX: usize = 10_000;
/// Most lots, handovers and pieces all answers of one trace may name together.
pub const LINES_MAX: usize = 1_000_000;

/// What became of a lot at one agent.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardStep {
    /// lots made here that it went into
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<LotId>,
    /// to whom it was handed
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<Handed>,
    /// how much is still there, own or in custody
    pub on_hand: Decimal,
}

impl ForwardStep {
    /// Checks limits and that nothing is negative.
    pub fn check(&self) -> Result<()> {
        at_most(phrase("lots in an answer", "答复中的批次"), self.outputs.len(), ANSWER_MAX)?;
        at_most(phrase("handovers in an answer", "答复中的交出"), self.handed.len(), ANSWER_MAX)?;
        at_most(phrase("serial numbers", "序列号"), self.pieces(), SERIALS_MAX)?;
        let negative = self.on_hand.is_negative() || self.handed.iter().any(|h| h.quantity.is_negative());
        if negative {
            let remedy = phrase("an answer counts from zero", "答复中的数量不得小于零");
            return Err(Error::Field {
                field: phrase("answered quantity", "答复的数量"),
                value: phrase("negative", "负数"),
                remedy,
            });
        }
        Ok(())
    }

    fn pieces(&self) -> usize {
        self.handed.iter().map(|h| h.serials.len()).sum()
    }
    fn lines(&self) -> usize {
        self.outputs.len() + self.handed.len() + self.pieces()
    }
}

/// True when `chain` shows that `lot` contains something `asker` made: the first passport is by `asker`, each next
/// one names the one before among its inputs, the last one is `lot`'s.
pub fn may_ask_forward(asker: &AgentId, chain: &[Record], lot: LotId) -> bool {
    let (Some(first), Some(last)) = (chain.first(), chain.last()) else { return false };
    if chain.len() > STEPS_MAX || first.author != *asker || last.id != lot || verify_passport(first).is_err()
    {
        return false;
    }
    chain.windows(2).all(|pair| match verify_passport(&pair[1]) {
        Ok(passport) => {
            passport.inputs.iter().any(|input| input.lot == pair[0].id && input.issuer == pair[0].author)
        }
        Err(_) => false,
    })
}

/// A question that would complete the trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForwardWant {
    /// whom to ask
    pub agent: AgentId,
    /// about which lot
    pub lot: LotId,
    /// the passports that show the asker's right to ask, from its own lot to this one
    pub chain: Vec<RecordId>,
}

/// A forward trace in the making.
#[derive(Clone, Debug)]
pub struct ForwardTrace {
    root: (AgentId, LotId),
    stops: BTreeMap<(AgentId, LotId), Stop>,
    lines: usize,
    /// places known of but beyond the limits
    skipped: bool,
}

#[derive(Clone, Debug)]
struct Stop {
    chain: Vec<LotId>,
    steps: usize,
    answer: Answer,
}

#[derive(Clone, Debug)]
enum Answer {
    Awaited,
    Given(ForwardStep),
    Nothing,
}

/// What is known of a lot at one agent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ForwardNode {
    /// who was asked
    pub agent: AgentId,
    /// about which lot
    pub lot: LotId,
    /// what came of it
    pub state: ForwardState,
    /// how much is there
    pub on_hand: Option<Decimal>,
    /// what was made of it there
    pub outputs: Vec<ForwardNode>,
    /// where it went from there
    pub handed: Vec<ForwardHand>,
}

/// Some of a lot going on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ForwardHand {
    /// under which handover
    pub handover: RecordId,
    /// how much
    pub quantity: Decimal,
    /// which pieces, where they are numbered
    pub serials: BTreeSet<String>,
    /// what became of it there
    pub at: ForwardNode,
}

/// How a question stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ForwardState {
    /// answered
    Answered,
    /// asked, or about to be
    Awaited,
    /// no answer came
    NoAnswer,
    /// shown at another place of the tree
    ShownElsewhere,
    /// beyond the limits of a trace
    TooFar,
}

/// Somebody who has some of the lot, or of what was made of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Holder {
    /// who
    pub agent: AgentId,
    /// of which lot
    pub lot: LotId,
    /// how much; `None` where no answer came
    pub on_hand: Option<Decimal>,
}

impl ForwardTrace {
    /// A trace of `lot` from its maker on.
    pub fn new(lot: LotId, maker: AgentId) -> Self {
        let root = (maker, lot);
        let stop = Stop { chain: vec![lot], steps: 0, answer: Answer::Awaited };
        Self { root, stops: BTreeMap::from([(root, stop)]), lines: 0, skipped: false }
    }

    /// Questions still open, each once however many ways lead to it.
    pub fn wants(&self) -> Vec<ForwardWant> {
        let open = self.stops.iter().filter(|(_, stop)| matches!(stop.answer, Answer::Awaited));
        open.map(|((agent, lot), stop)| ForwardWant { agent: *agent, lot: *lot, chain: stop.chain.clone() })
            .collect()
    }
    /// True when no question is open.
    pub fn is_done(&self) -> bool {
        self.stops.values().all(|stop| !matches!(stop.answer, Answer::Awaited))
    }
    /// True when the limits left something out.
    pub fn is_cut_short(&self) -> bool {
        self.skipped
    }

    /// Takes an agent's answer about a lot.
    ///
    /// # Errors
    /// [`Error::NotWanted`] if it was not asked, or has answered; an answer that is not well-formed.
    pub fn feed(&mut self, agent: AgentId, lot: LotId, step: ForwardStep) -> Result<()> {
        step.check()?;
        let stop = self.stops.get_mut(&(agent, lot)).ok_or(Error::NotWanted(lot))?;
        if matches!(stop.answer, Answer::Given(_)) {
            return Err(Error::NotWanted(lot));
        }
        let lines = self.lines + step.lines();
        at_most(phrase("lines in all answers", "全部答复的行"), lines, LINES_MAX)?;
        self.lines = lines;
        stop.answer = Answer::Given(step.clone());
        let (chain, steps) = (stop.chain.clone(), stop.steps + 1);
        for output in step.outputs {
            let longer = chain.iter().copied().chain([output]).collect();
            self.go_on((agent, output), longer, steps);
        }
        for handed in step.handed {
            self.go_on((handed.to, lot), chain.clone(), steps);
        }
        Ok(())
    }

    /// Notes that the agent does not answer. A late answer is taken all the same.
    pub fn gave_up(&mut self, agent: AgentId, lot: LotId) {
        if let Some(stop) = self.stops.get_mut(&(agent, lot))
            && matches!(stop.answer, Answer::Awaited)
        {
            stop.answer = Answer::Nothing;
        }
    }

    fn go_on(&mut self, to: (AgentId, LotId), chain: Vec<LotId>, steps: usize) {
        if self.stops.contains_key(&to) {
            return;
        }
        if steps > STEPS_MAX || chain.len() > STEPS_MAX || self.stops.len() >= STOPS_MAX {
            self.skipped = true;
            return;
        }
        self.stops.insert(to, Stop { chain, steps, answer: Answer::Awaited });
    }

    /// Who has some of it now, or does not say.
    pub fn holders(&self) -> Vec<Holder> {
        let holder = |((agent, lot), stop): (&(AgentId, LotId), &Stop)| {
            let on_hand = match &stop.answer {
                Answer::Given(step) if step.on_hand.is_zero() => return None,
                Answer::Given(step) => Some(step.on_hand),
                Answer::Awaited | Answer::Nothing => None,
            };
            Some(Holder { agent: *agent, lot: *lot, on_hand })
        };
        self.stops.iter().filter_map(holder).collect()
    }

    /// Everything known, from the maker on. A place that several ways lead to is shown in full once.
    pub fn tree(&self) -> ForwardNode {
        let mut shown = BTreeSet::new();
        let mut lines = STOPS_MAX + GOODS_MAX;
        self.node(self.root, &mut shown, &mut lines)
    }

    fn node(
        &self,
        at: (AgentId, LotId),
        shown: &mut BTreeSet<(AgentId, LotId)>,
        lines: &mut usize,
    ) -> ForwardNode {
        let (agent, lot) = at;
        let bare =
            |state| ForwardNode { agent, lot, state, on_hand: None, outputs: Vec::new(), handed: Vec::new() };
        let Some(stop) = self.stops.get(&at) else { return bare(ForwardState::TooFar) };
        let step = match &stop.answer {
            Answer::Awaited => return bare(ForwardState::Awaited),
            Answer::Nothing => return bare(ForwardState::NoAnswer),
            Answer::Given(step) => step,
        };
        if !shown.insert(at) {
            return bare(ForwardState::ShownElsewhere);
        }
        let mut node = ForwardNode { on_hand: Some(step.on_hand), ..bare(ForwardState::Answered) };
        for output in &step.outputs {
            if take_line(lines) {
                node.outputs.push(self.node((agent, *output), shown, lines));
            }
        }
        for handed in &step.handed {
            if take_line(lines) {
                node.handed.push(ForwardHand {
                    handover: handed.handover,
                    quantity: handed.quantity,
                    serials: handed.serials.clone(),
                    at: self.node((handed.to, lot), shown, lines),
                });
            }
        }
        node
    }
}

fn take_line(lines: &mut usize) -> bool {
    let left = *lines > 0;
    *lines = lines.saturating_sub(1);
    left
}

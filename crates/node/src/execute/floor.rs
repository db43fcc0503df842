//! Commands of the shop floor: a process begun, standing still, counted, done.
//!
//! Everything is checked before the first record is said, so that a refused command leaves nothing half-done.

use crate::command::LotPick;
use crate::error::{Error, Result};
use crate::estimates::SAMPLES_MIN;
use crate::node::Node;
use crate::orders::Held;
use crate::reason::StopReason;
use crate::runs::Run;
use crate::statement::{Finished, ModelSet, Paused, Reported, Resumed, Started};
use crate::view::ProcessState;
use crate::words::{Words, words};
use ledger::Audience;
use planning::PlannedProcess;
use std::collections::BTreeMap;
use trace::statement::{Goods, Happened};
use trace::{Action, EconomicEvent, ProcessRef};
use vocab::{Decimal, Phrase, Quantity, RecordId, SpecId, Timestamp, Unit, phrase};

/// Longest note, bytes.
const NOTE_BYTES_MAX: usize = 500;

/// What is said of a process when it is done.
pub(crate) struct Ending {
    /// in all
    pub(crate) good: Option<Decimal>,
    /// beyond what was reported
    pub(crate) scrap: Decimal,
    pub(crate) reason: Option<StopReason>,
    /// what went in beyond what was taken at the start
    pub(crate) lots: Vec<LotPick>,
}

/// A process a command names, as it stands.
struct OnFloor<'a> {
    order: RecordId,
    held: &'a Held,
    planned: &'a PlannedProcess,
    run: &'a Run,
}

impl OnFloor<'_> {
    fn wrong(&self, state: impl Into<Phrase>, remedy: Words) -> Error {
        let what = words("process of plan", "计划的工序");
        Error::State { what, id: self.held.reservation, state: state.into(), remedy }
    }
    /// It has begun and is not done.
    fn begun(&self) -> Result<()> {
        let remedy = words("start it first, finish it once", "先开始，再完成一次");
        match self.run.state() {
            ProcessState::Started | ProcessState::Paused => Ok(()),
            ProcessState::Planned => Err(self.wrong(words("not started", "尚未开始"), remedy)),
            ProcessState::Done => Err(self.wrong(words("done already", "已完成"), remedy)),
        }
    }
}

impl Node {
    fn on_floor(&self, process: ProcessRef) -> Result<OnFloor<'_>> {
        let (order, held, _) = self.process(process)?;
        let found = held.process(process.index).zip(held.run(process.index));
        let ((planned, _), run) = found.ok_or(Error::Unknown {
            kind: words("process", "工序"),
            id: process.plan,
            remedy: words("see your processes", "请查看工序"),
        })?;
        Ok(OnFloor { order, held, planned, run })
    }

    pub(crate) fn start(
        &mut self,
        process: ProcessRef,
        lots: &[LotPick],
        now: Timestamp,
    ) -> Result<RecordId> {
        let at = self.on_floor(process)?;
        match at.run.state() {
            ProcessState::Planned => {}
            ProcessState::Paused if lots.is_empty() => {
                return self.say(&Resumed { process }, Audience::Private, now);
            }
            ProcessState::Paused => {
                let remedy = words("what more goes in is said when it is done", "追加的投入请在完成时登记");
                return Err(at.wrong(words("paused, its lots taken", "已暂停，批次已取用"), remedy));
            }
            ProcessState::Started | ProcessState::Done => {
                let remedy = words("finish it when it is done", "完成后请登记完成");
                return Err(at.wrong(words("started already", "已开始"), remedy));
            }
        }
        if !at.held.unblocked(process.index) {
            let remedy = words("finish the step before it first", "请先完成前一道工序");
            return Err(at.wrong(words("behind one that is not done", "前一道工序尚未完成"), remedy));
        }
        let named = self.named_lots(lots)?;
        let taken = self.inputs(&at, named, now)?;
        let events = self.consume(taken, process)?;
        if !events.is_empty() {
            self.say(&Happened { events }, Audience::Private, now)?;
        }
        self.say(&Started { process }, Audience::Private, now)
    }

    /// What a process takes: the lots named, and of what is not named those that expire first.
    fn inputs(
        &self,
        at: &OnFloor<'_>,
        mut named: BTreeMap<SpecId, Vec<Goods>>,
        now: Timestamp,
    ) -> Result<Vec<Goods>> {
        let mut taken = vec![];
        for input in &at.planned.inputs {
            let Some(goods) = named.remove(&input.spec) else {
                taken.extend(self.choose_lots(at.order, &input.spec, input.quantity, now)?);
                continue;
            };
            self.may_take(at.order, &input.spec, &goods)?;
            let sum = crate::moves::total(&goods);
            if sum > input.quantity {
                return Err(Error::Field {
                    field: words("quantity of the lots named", "指明批次的数量"),
                    value: phrase(
                        format!("{sum} of '{}', {} planned", input.spec, input.quantity),
                        format!("“{}”{sum}（计划 {}）", input.spec, input.quantity),
                    ),
                    remedy: words(
                        "name no more than it takes; what more goes in is said when it is done",
                        "请勿超过所需；追加的投入请在完成时登记",
                    ),
                });
            }
            taken.extend(goods);
        }
        match named.into_keys().next() {
            None => Ok(taken),
            Some(spec) => Err(Error::Field {
                field: words("specification of a lot named", "指明批次的规格"),
                value: Phrase::plain(spec),
                remedy: words("name lots of what this process takes", "请指明该工序所需物料的批次"),
            }),
        }
    }

    fn consume(&self, goods: Vec<Goods>, process: ProcessRef) -> Result<Vec<EconomicEvent>> {
        let event = |goods: Goods| {
            let unit = self.lot(&goods.lot)?.1;
            Ok(EconomicEvent {
                action: Action::Consume,
                spec: goods.spec,
                quantity: Quantity::new(goods.quantity, unit),
                lot: Some(goods.lot),
                serials: goods.serials,
                process: Some(process),
                note: String::new(),
            })
        };
        goods.into_iter().map(event).collect()
    }

    pub(crate) fn pause(
        &mut self,
        process: ProcessRef,
        reason: StopReason,
        note: String,
        now: Timestamp,
    ) -> Result<RecordId> {
        let at = self.on_floor(process)?;
        at.begun()?;
        if at.run.state() == ProcessState::Paused {
            let remedy = words("start it to go on", "继续时请登记开始");
            return Err(at.wrong(words("paused already", "已暂停"), remedy));
        }
        if note.len() > NOTE_BYTES_MAX {
            return Err(Error::Limit {
                what: words("bytes of a note", "备注字节数"),
                limit: NOTE_BYTES_MAX,
                remedy: words("say it shorter", "请写短一些"),
            });
        }
        self.say(&Paused { process, reason, note }, Audience::Private, now)
    }

    pub(crate) fn report(
        &mut self,
        process: ProcessRef,
        good: Decimal,
        scrap: Decimal,
        reason: Option<StopReason>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let at = self.on_floor(process)?;
        at.begun()?;
        not_negative(words("good", "合格数量"), good)?;
        not_negative(words("scrap", "报废数量"), scrap)?;
        if good.is_zero() && scrap.is_zero() {
            return Err(Error::Field {
                field: words("report", "报工"),
                value: Phrase::plain(0),
                remedy: words("say how much was good or spoilt", "请填写合格或报废数量"),
            });
        }
        let left = at.held.goes_in(process.index) - at.run.good - at.run.scrap;
        if good + scrap > left {
            let remedy = words(
                "report no more than is left; if more came out, say how much in all when it is done",
                "请勿超过剩余数量；若产出更多，请在完成时填写总数",
            );
            return Err(too_much(good + scrap, left, remedy));
        }
        let reason = scrap.is_positive().then(|| reason.unwrap_or_default());
        self.say(&Reported { process, good, scrap, reason }, Audience::Private, now)
    }

    pub(crate) fn finish_process(
        &mut self,
        process: ProcessRef,
        said: &Ending,
        now: Timestamp,
    ) -> Result<RecordId> {
        let at = self.on_floor(process)?;
        at.begun()?;
        let (good, scrap) = counted(&at, process.index, said)?;
        let group = at.held.same_output(process.index);
        // what came out belongs with what went in, and that went into the first step
        let first = ProcessRef { index: group.first().copied().unwrap_or(process.index), ..process };
        let mut more = vec![];
        for (spec, goods) in self.named_lots(&said.lots)? {
            self.may_take(at.order, &spec, &goods)?;
            more.extend(goods);
        }
        let names = group.iter().filter_map(|i| at.held.process(*i)).map(|(p, _)| p.name.clone()).collect();
        let planned = at.planned.clone();
        let worked_s = at.run.worked_s + self.worked_since(&planned.work_center, at.run, now);
        let mut drawn = self.consumed(process.plan, &group);
        drawn.extend(self.stock.drawn(&more)?);
        let mut events = self.consume(more, first)?;
        events.extend(self.effort(&planned, worked_s, process));
        if planned.last && good.is_positive() {
            let inputs = trace::passport_inputs(&drawn, |lot| self.book.get(lot))?;
            let (spec, none) = (&planned.spec, BTreeMap::new());
            let (lot, unit, serials) = self.issue_passport(spec, good, vec![], names, inputs, none, now)?;
            events.push(EconomicEvent {
                action: Action::Produce,
                spec: planned.spec,
                quantity: Quantity::new(good, unit),
                lot: Some(lot),
                serials,
                process: Some(first),
                note: String::new(),
            });
        }
        if !events.is_empty() {
            self.say(&Happened { events }, Audience::Private, now)?;
        }
        let reason = scrap.is_positive().then(|| said.reason.unwrap_or_default());
        self.say(&Finished { process, good: Some(good), scrap, reason }, Audience::Private, now)
    }

    pub(crate) fn take_estimate(
        &mut self,
        spec: &SpecId,
        index: u32,
        work_center: Option<String>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let mut model = self.model.clone();
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let step = model.recipes.get_mut(spec).and_then(|r| r.steps.get_mut(at)).ok_or_else(|| {
            let remedy = words("give a step of a recipe, from 0", "请给出配方中的步骤，从 0 起");
            let value = Phrase::plain(format!("{spec} {index}"));
            Error::Field { field: words("step", "步骤"), value, remedy }
        })?;
        let center = work_center.unwrap_or_else(|| step.work_center.clone());
        let seen = self.estimates.get(spec, index, &center);
        let Some(seen) = seen.filter(|s| s.samples >= SAMPLES_MIN) else {
            let count = seen.map_or(0, |s| s.samples);
            return Err(Error::Field {
                field: words("number of runs seen", "已见到的次数"),
                value: Phrase::plain(count),
                remedy: words("three runs suggest a value: wait for more", "三次之后才有建议值：请再等等"),
            });
        };
        if let Some(other) = step.alternatives.iter_mut().find(|a| a.work_center == center) {
            other.run_s = seen.run_s;
        } else {
            step.run_s = seen.run_s;
        }
        step.scrap = seen.scrap;
        model.check()?;
        self.say(&ModelSet(model), Audience::Private, now)
    }

    /// What equipment was used and what people worked.
    fn effort(
        &self,
        planned: &PlannedProcess,
        worked_s: i64,
        process: ProcessRef,
    ) -> impl Iterator<Item = EconomicEvent> {
        let step = self
            .model
            .recipes
            .get(&planned.spec)
            .and_then(|r| Some((r, r.steps.get(usize::try_from(planned.step).ok()?)?)));
        let labour_s = step
            .and_then(|(r, s)| Some(Decimal::from(s.labour_s) * planned.quantity.div_up(r.output_quantity)?));
        let effort = move |(action, of, seconds): (Action, &str, Decimal)| {
            let spec: SpecId = slug(of).parse().ok()?;
            seconds.is_positive().then_some(EconomicEvent {
                action,
                spec,
                quantity: Quantity::new(seconds, Unit::Second),
                lot: None,
                serials: vec![],
                process: Some(process),
                note: of.to_owned(),
            })
        };
        let used = (Action::Use, planned.work_center.as_str(), Decimal::from(worked_s));
        let worked = (Action::Work, planned.name.as_str(), labour_s.unwrap_or_default());
        [effort(used), effort(worked)].into_iter().flatten()
    }
}

/// Good and spoilt in all, as a process ends.
fn counted(at: &OnFloor<'_>, index: u32, said: &Ending) -> Result<(Decimal, Decimal)> {
    not_negative(words("scrap", "报废数量"), said.scrap)?;
    let (goes_in, scrap) = (at.held.goes_in(index), at.run.scrap + said.scrap);
    if scrap > goes_in {
        let remedy = words("no more is spoilt than went in", "报废不能超过投入");
        return Err(too_much(scrap, goes_in, remedy));
    }
    let good = said.good.unwrap_or(match at.run.good {
        reported if reported.is_positive() => reported,
        _ => at.held.comes_out(index).min(goes_in - scrap),
    });
    let nothing = at.planned.last && good.is_zero() && scrap.is_zero();
    if good.is_negative() || nothing {
        let remedy = words(
            "give what came out, or what was spoilt; to give nothing, cancel the order",
            "请填写实际产出或报废数量；若没有产出，请取消订单",
        );
        return Err(Error::Field { field: words("quantity", "数量"), value: Phrase::plain(good), remedy });
    }
    Ok((good, scrap))
}

fn not_negative(field: Words, value: Decimal) -> Result<()> {
    if value.is_negative() {
        let remedy = words("zero or more", "须为零或正数");
        return Err(Error::Field { field, value: Phrase::plain(value), remedy });
    }
    Ok(())
}

fn too_much(said: Decimal, left: Decimal, remedy: Words) -> Error {
    let value = phrase(format!("{said} with {left} left"), format!("{said}（剩余 {left}）"));
    Error::Field { field: words("quantity", "数量"), value, remedy }
}

/// A name people gave, as a specification name: equipment and skills have no specification of their own yet.
fn slug(name: &str) -> String {
    let kept = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>();
    let trimmed = kept.trim_matches('-');
    if trimmed.is_empty() { "work".to_owned() } else { trimmed.chars().take(64).collect() }
}

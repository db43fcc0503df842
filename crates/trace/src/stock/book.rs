//! Booking: the changes of stock, each made whole or not at all.
//!
//! What is done is written into a [`Journal`] as it is done, and undone from there if a later line fails, so the
//! cost of a change does not grow with the stock.

use super::shelf::{Arrivals, Holding};
use super::{Handed, LotHistory, Origin, Place, Shelf, Stock, Transit};
use crate::event::{Action, EconomicEvent, StockEffect};
use crate::statement::{Goods, Handover, Happened, LotId, Takeover};
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Decimal, RecordId, Unit};
use vocab::{Phrase, phrase};

/// What was done, in order, and how many arrivals there were before.
struct Journal {
    arrivals: u64,
    steps: Vec<Step>,
}

enum Step {
    Opened(LotId),
    LearnedUnit(LotId),
    Entered(Place, Holding),
    Drawn(Place, Holding),
    Left(Holding),
}

impl Stock {
    /// Books what happened here.
    ///
    /// # Errors
    /// More consumed or lowered than is on hand, a lot or piece that is not, a produced lot that exists already, a
    /// specification or unit other than the lot's. The stock is then as it was.
    pub fn apply_happened(&mut self, happened: &Happened) -> Result<()> {
        happened.check()?;
        self.whole(|stock, journal| happened.events.iter().try_for_each(|e| stock.apply(journal, e)))?;
        self.link(happened);
        Ok(())
    }

    /// Books this agent's own handover: its goods are in transit until answered. Goods handed on `after` a takeover
    /// come from what that takeover brought; others from goods on hand, or from custody where none are on hand.
    ///
    /// # Errors
    /// Goods that are not here, or a handover that was booked before. The stock is then as it was.
    pub fn hand_over(&mut self, id: RecordId, handover: &Handover) -> Result<()> {
        handover.check()?;
        self.not_booked(id)?;
        let mut parts = Vec::new();
        self.whole(|stock, journal| {
            for line in &handover.goods {
                let (place, arrivals) = stock.source(line.lot, handover.after);
                let of_line = stock.draw(journal, place, arrivals, line)?;
                parts.extend(of_line.into_iter().map(|part| (place, part)));
            }
            Ok(())
        })?;
        for (_, part) in &parts {
            self.note_handed(id, handover.to, part);
        }
        self.booked.insert(id);
        self.transit.insert(id, Transit { id, handover: handover.clone(), parts });
        Ok(())
    }

    /// Books the answer to this agent's handover: what was accepted is gone, what was refused is back where it was.
    ///
    /// # Errors
    /// A handover that is not open, or an answer that does not account for its goods. The stock is then as it was.
    pub fn taken_over(&mut self, takeover: &Takeover) -> Result<()> {
        let open = self.transit.get(&takeover.handover).ok_or(Error::NoSuchHandover(takeover.handover))?;
        takeover.check(&open.handover)?;
        let Some(open) = self.transit.remove(&takeover.handover) else { return Ok(()) };
        let mut accepted: BTreeMap<LotId, Decimal> = BTreeMap::new();
        let mut pieces: BTreeSet<(LotId, &str)> = BTreeSet::new();
        for line in &takeover.accepted {
            *accepted.entry(line.lot).or_default() += line.quantity;
            pieces.extend(line.serials.iter().map(|s| (line.lot, s.as_str())));
        }
        for (place, part) in open.parts {
            let left = accepted.entry(part.lot).or_default();
            let (gone, back) = if part.serials.is_empty() {
                let gone = part.quantity.min(*left);
                *left -= gone;
                let back = part.quantity - gone;
                (Holding { quantity: gone, ..part.clone() }, Holding { quantity: back, ..part })
            } else {
                let (gone, back): (BTreeSet<_>, BTreeSet<_>) =
                    part.serials.iter().cloned().partition(|s| pieces.contains(&(part.lot, s.as_str())));
                (numbered(&part, gone), numbered(&part, back))
            };
            if gone.quantity.is_positive() {
                self.leave(&gone);
            }
            if back.quantity.is_positive() {
                self.note_refused(takeover.handover, &back);
                let unit = self.lots.get(&back.lot).and_then(|h| h.unit);
                self.shelf(place).put(Holding { unit, ..back });
            }
        }
        Ok(())
    }

    /// Books this agent's own takeover of what `giver` handed over: on hand if the goods are for this agent, else
    /// in its custody.
    ///
    /// # Errors
    /// A handover to somebody else, an answer that does not account for its goods, pieces that are here already, or
    /// a takeover that was booked before. The stock is then as it was.
    pub fn take_over(
        &mut self,
        id: RecordId,
        giver: AgentId,
        handover: &Handover,
        takeover: &Takeover,
        me: &AgentId,
    ) -> Result<()> {
        handover.check()?;
        takeover.check(handover)?;
        self.not_booked(id)?;
        if handover.to != *me || giver == *me {
            let remedy =
                phrase("take over what another agent hands to this one", "请接收另一主体交给本主体的货物");
            return Err(Error::Field {
                field: phrase("handover to", "交出对象"),
                value: Phrase::plain(handover.to),
                remedy,
            });
        }
        let place = if handover.consignee == *me { Place::OnHand } else { Place::Custody };
        self.whole(|stock, journal| {
            for line in &takeover.accepted {
                // what was made here is again what it was before it left
                let home = stock.lots.get(&line.lot).is_some_and(LotHistory::is_own_make);
                let received = if home && place == Place::OnHand { None } else { Some(id) };
                let origin = Origin::Received { from: giver, takeover: id, quantity: line.quantity };
                stock.enter(journal, place, line, received, origin)?;
            }
            Ok(())
        })?;
        self.booked.insert(id);
        Ok(())
    }

    fn not_booked(&self, id: RecordId) -> Result<()> {
        if self.booked.contains(&id) { Err(Error::Booked(id)) } else { Ok(()) }
    }

    pub(super) fn shelf(&mut self, place: Place) -> &mut Shelf {
        match place {
            Place::OnHand => &mut self.on_hand,
            Place::Custody => &mut self.custody,
        }
    }

    fn source(&self, lot: LotId, after: Option<RecordId>) -> (Place, Arrivals) {
        if let Some(takeover) = after {
            let arrivals = Arrivals::Of(takeover);
            if self.custody.has(lot, arrivals) {
                return (Place::Custody, arrivals);
            }
            if self.on_hand.has(lot, arrivals) {
                return (Place::OnHand, arrivals);
            }
        }
        let only_held = self.custody.has(lot, Arrivals::Any) && !self.on_hand.has(lot, Arrivals::Any);
        (if only_held { Place::Custody } else { Place::OnHand }, Arrivals::Any)
    }

    fn apply(&mut self, journal: &mut Journal, event: &EconomicEvent) -> Result<()> {
        // use and work name no lot and change no stock
        let Some(lot) = event.lot else { return Ok(()) };
        let line = Goods {
            lot,
            spec: event.spec.clone(),
            quantity: event.quantity.value,
            serials: event.serials.clone(),
        };
        match event.action.stock_effect() {
            StockEffect::Increment => {
                let quantity = line.quantity;
                let known = self.lots.get(&lot);
                let (received, origin) = match event.action {
                    Action::Produce if known.is_some() => return Err(Error::LotExists { lot }),
                    Action::Produce => (None, Origin::Made { quantity }),
                    _ => (known.and_then(LotHistory::home), Origin::Raised { quantity }),
                };
                self.enter(journal, Place::OnHand, &line, received, origin)?;
                self.counted_in(journal, lot, event.quantity.unit)
            }
            StockEffect::Decrement => {
                let parts = self.draw(journal, Place::OnHand, Arrivals::Any, &line)?;
                self.counted_in(journal, lot, event.quantity.unit)?;
                for part in parts {
                    self.leave(&part);
                    journal.steps.push(Step::Left(part));
                }
                Ok(())
            }
            StockEffect::None => Ok(()),
        }
    }

    /// Goods that were not here come in.
    fn enter(
        &mut self,
        journal: &mut Journal,
        place: Place,
        line: &Goods,
        received: Option<RecordId>,
        origin: Origin,
    ) -> Result<()> {
        let lot = line.lot;
        let history = self.lots.entry(lot).or_insert_with(|| {
            journal.steps.push(Step::Opened(lot));
            let numbered = (!line.serials.is_empty()).then(BTreeSet::new);
            LotHistory::new(line.spec.clone(), numbered)
        });
        same_spec(history, line)?;
        match &mut history.pieces {
            Some(pieces) => {
                if line.serials.is_empty() {
                    return Err(differs(lot, numbering(), unnumbered(), numbered_pieces()));
                }
                if let Some(serial) = line.serials.iter().find(|s| pieces.contains(*s)) {
                    return Err(Error::Piece {
                        lot,
                        serial: serial.clone(),
                        what: phrase("is here already", "已在此处"),
                    });
                }
                pieces.extend(line.serials.iter().cloned());
            }
            None if !line.serials.is_empty() => {
                return Err(differs(lot, numbering(), numbered_pieces(), unnumbered()));
            }
            None => {}
        }
        history.came += line.quantity;
        history.origins.push(origin);
        self.arrivals += 1;
        let part = Holding {
            lot,
            spec: line.spec.clone(),
            unit: history.unit,
            quantity: line.quantity,
            serials: line.serials.iter().cloned().collect(),
            received,
            arrival: self.arrivals,
        };
        journal.steps.push(Step::Entered(place, part.clone()));
        self.shelf(place).put(part);
        Ok(())
    }

    /// Goods come off a shelf; where they go is for the caller.
    fn draw(
        &mut self,
        journal: &mut Journal,
        place: Place,
        arrivals: Arrivals,
        line: &Goods,
    ) -> Result<Vec<Holding>> {
        let history = self.lots.get(&line.lot).ok_or(Error::UnknownLot { lot: line.lot })?;
        same_spec(history, line)?;
        let parts = self.shelf(place).plan(line.lot, arrivals, line.quantity, &line.serials)?;
        for part in &parts {
            self.shelf(place).remove(part);
            journal.steps.push(Step::Drawn(place, part.clone()));
        }
        Ok(parts)
    }

    /// Goods that came off a shelf are gone for good.
    fn leave(&mut self, part: &Holding) {
        let Some(history) = self.lots.get_mut(&part.lot) else { return };
        history.went += part.quantity;
        history.forget_pieces(part);
    }

    fn counted_in(&mut self, journal: &mut Journal, lot: LotId, unit: Unit) -> Result<()> {
        let history = self.lots.get_mut(&lot).ok_or(Error::UnknownLot { lot })?;
        match history.unit {
            Some(known) if known != unit => {
                return Err(differs(lot, phrase("unit", "单位"), Phrase::plain(unit), Phrase::plain(known)));
            }
            Some(_) => return Ok(()),
            None => history.unit = Some(unit),
        }
        journal.steps.push(Step::LearnedUnit(lot));
        self.on_hand.set_unit(lot, Some(unit));
        self.custody.set_unit(lot, Some(unit));
        Ok(())
    }

    fn whole(&mut self, change: impl FnOnce(&mut Self, &mut Journal) -> Result<()>) -> Result<()> {
        let mut journal = Journal { arrivals: self.arrivals, steps: Vec::new() };
        let outcome = change(self, &mut journal);
        if outcome.is_err() {
            for step in journal.steps.into_iter().rev() {
                self.undo(step);
            }
            self.arrivals = journal.arrivals;
        }
        outcome
    }

    fn undo(&mut self, step: Step) {
        match step {
            Step::Opened(lot) => {
                self.lots.remove(&lot);
            }
            Step::LearnedUnit(lot) => {
                if let Some(history) = self.lots.get_mut(&lot) {
                    history.unit = None;
                }
                self.on_hand.set_unit(lot, None);
                self.custody.set_unit(lot, None);
            }
            Step::Entered(place, part) => {
                self.shelf(place).remove(&part);
                if let Some(history) = self.lots.get_mut(&part.lot) {
                    history.came -= part.quantity;
                    history.origins.pop();
                    history.forget_pieces(&part);
                }
            }
            Step::Drawn(place, part) => self.shelf(place).put(part),
            Step::Left(part) => {
                if let Some(history) = self.lots.get_mut(&part.lot) {
                    history.went -= part.quantity;
                    if let Some(pieces) = &mut history.pieces {
                        pieces.extend(part.serials);
                    }
                }
            }
        }
    }

    /// Notes which lots went into which: those of one process, however many records tell of it, and within one
    /// record those that name no process with all others.
    fn link(&mut self, happened: &Happened) {
        let mut edges = BTreeSet::new();
        let of = |action: Action| {
            let events = happened.events.iter().filter(move |e| e.action == action);
            events.filter_map(|e| e.lot.map(|lot| (e.process, lot)))
        };
        for (process, input) in of(Action::Consume) {
            for (other, output) in of(Action::Produce) {
                if process == other || process.is_none() || other.is_none() {
                    edges.insert((input, output));
                }
            }
        }
        for (process, lot) in of(Action::Consume) {
            let Some(process) = process else { continue };
            let lots = self.processes.entry(process).or_default();
            lots.consumed.insert(lot);
            edges.extend(lots.produced.iter().map(|output| (lot, *output)));
        }
        for (process, lot) in of(Action::Produce) {
            let Some(process) = process else { continue };
            let lots = self.processes.entry(process).or_default();
            lots.produced.insert(lot);
            edges.extend(lots.consumed.iter().map(|input| (*input, lot)));
        }
        for (input, output) in edges.into_iter().filter(|(input, output)| input != output) {
            if let Some(history) = self.lots.get_mut(&input) {
                history.outputs.insert(output);
            }
            if let Some(history) = self.lots.get_mut(&output) {
                history.inputs.insert(input);
            }
        }
    }

    fn note_handed(&mut self, handover: RecordId, to: AgentId, part: &Holding) {
        let Some(history) = self.lots.get_mut(&part.lot) else { return };
        let nothing = || Handed { to, handover, quantity: Decimal::ZERO, serials: BTreeSet::new() };
        let handed = history.handed.entry(handover).or_insert_with(nothing);
        handed.quantity += part.quantity;
        handed.serials.extend(part.serials.iter().cloned());
    }

    fn note_refused(&mut self, handover: RecordId, part: &Holding) {
        let Some(history) = self.lots.get_mut(&part.lot) else { return };
        let Some(handed) = history.handed.get_mut(&handover) else { return };
        handed.quantity -= part.quantity;
        for serial in &part.serials {
            handed.serials.remove(serial);
        }
        if handed.quantity.is_zero() {
            history.handed.remove(&handover);
        }
    }
}

fn numbered(part: &Holding, serials: BTreeSet<String>) -> Holding {
    Holding { quantity: Decimal::from(serials.len() as i64), serials, ..part.clone() }
}

fn numbering() -> Phrase {
    phrase("numbering", "编号")
}
fn numbered_pieces() -> Phrase {
    phrase("numbered pieces", "有编号的件")
}
fn unnumbered() -> Phrase {
    phrase("pieces without numbers", "无编号的件")
}

fn differs(lot: LotId, field: Phrase, value: Phrase, known: Phrase) -> Error {
    Error::LotDiffers { lot, field, value, known }
}

fn same_spec(history: &LotHistory, line: &Goods) -> Result<()> {
    if history.spec == line.spec {
        return Ok(());
    }
    Err(differs(
        line.lot,
        phrase("specification", "规格"),
        Phrase::plain(&line.spec),
        Phrase::plain(&history.spec),
    ))
}

//! One agent's events in the words of GS1 EPCIS 2.0 (JSON-LD) and CBV 2.0, for systems that read those.
//!
//! A lot is an RFC 6920 name of its passport's hash, `ni:///sha-256;...`; a piece is the same with `?s=` and its serial
//! number. Own making and using become TransformationEvents, other changes of stock ObjectEvents, own handovers and
//! takeovers ObjectEvents too. Work and use of equipment have no EPCIS event and are left out.

use crate::event::{Action, EconomicEvent};
use crate::statement::{Goods, Handover, Happened, LotId, Purpose, Takeover};
use crate::{ProcessRef, Result};
use data_encoding::BASE64URL_NOPAD;
use ledger::{Record, Statement};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use vocab::{AgentId, Decimal, RecordId, SpecId, Timestamp, Unit};

const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// The name of a lot.
pub fn lot_uri(lot: &LotId) -> String {
    format!("ni:///sha-256;{}", BASE64URL_NOPAD.encode(&lot.0))
}

/// The name of one piece of a lot.
pub fn piece_uri(lot: &LotId, serial: &str) -> String {
    let mut uri = lot_uri(lot) + "?s=";
    for byte in serial.bytes() {
        // RFC 3986, section 2.3: these need no escape
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // a String takes whatever is written to it
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// An EPCISDocument of what `me` did, from `records` in their order. Records of others are looked up, not exported,
/// so give the handovers that `me` answered too. `units` says what goods of each specification are counted in.
///
/// Quantities are JSON numbers as the schema wants: whole ones exact, others to the precision of a double.
///
/// # Errors
/// A record that is not well-formed as its kind.
pub fn epcis_document(
    me: &AgentId,
    records: &[Record],
    units: &BTreeMap<SpecId, Unit>,
    created: Timestamp,
) -> Result<Value> {
    let handovers = records.iter().filter(|r| r.kind == Handover::KIND).map(|r| (r.id, r)).collect();
    let export = Export { me: *me, handovers, units };
    let mut events = Vec::new();
    for record in records.iter().filter(|r| r.author == *me) {
        match record.kind.as_str() {
            Happened::KIND => events.extend(export.happened(record)?),
            Handover::KIND => events.push(export.handover(record)?),
            Takeover::KIND => events.extend(export.takeover(record)?),
            _ => {}
        }
    }
    Ok(json!({
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": created.to_string(),
        "epcisBody": { "eventList": events },
    }))
}

struct Export<'a> {
    me: AgentId,
    handovers: BTreeMap<RecordId, &'a Record>,
    units: &'a BTreeMap<SpecId, Unit>,
}

/// Goods as EPCIS lists them: numbered pieces one by one, the rest by class and quantity.
#[derive(Default)]
struct What {
    pieces: Vec<String>,
    classes: Vec<Value>,
}

impl What {
    fn add(&mut self, lot: &LotId, quantity: Decimal, unit: Option<Unit>, serials: &[String]) {
        if !serials.is_empty() {
            self.pieces.extend(serials.iter().map(|s| piece_uri(lot, s)));
            return;
        }
        let mut class = json!({ "epcClass": lot_uri(lot), "quantity": number(quantity) });
        // EPCIS 2.0, QuantityElement: a count of pieces carries no unit
        if let Some(unit) = unit.filter(|u| *u != Unit::Each) {
            class["uom"] = unit.rec20().into();
        }
        self.classes.push(class);
    }
    fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.classes.is_empty()
    }
    fn write(self, event: &mut Map<String, Value>, pieces: &str, classes: &str) {
        if !self.pieces.is_empty() {
            event.insert(pieces.to_owned(), self.pieces.into());
        }
        if !self.classes.is_empty() {
            event.insert(classes.to_owned(), self.classes.into());
        }
    }
}

fn number(quantity: Decimal) -> Value {
    if quantity.is_multiple_of(Decimal::ONE) {
        quantity.ceil_i64().into()
    } else {
        quantity.to_f64_lossy().into()
    }
}

fn event(kind: &str, record: &Record, part: Option<usize>) -> Map<String, Value> {
    let id = lot_uri(&record.id);
    let id = part.map_or(id.clone(), |n| format!("{id}?event={n}"));
    Map::from_iter([
        ("type".to_owned(), kind.into()),
        ("eventID".to_owned(), id.into()),
        ("eventTime".to_owned(), record.at.to_string().into()),
        // records carry instants; the zone of the place is not said
        ("eventTimeZoneOffset".to_owned(), "+00:00".into()),
    ])
}

fn object(record: &Record, part: Option<usize>, action: &str, step: &str, what: What) -> Map<String, Value> {
    let mut event = event("ObjectEvent", record, part);
    event.insert("action".to_owned(), action.into());
    event.insert("bizStep".to_owned(), step.into());
    what.write(&mut event, "epcList", "quantityList");
    event
}

impl Export<'_> {
    fn happened(&self, record: &Record) -> Result<Vec<Value>> {
        let happened: Happened = record.read()?;
        happened.check()?;
        let mut found: Vec<Value> = Vec::new();
        for (process, events) in by_process(&happened) {
            let (mut inputs, mut outputs) = (What::default(), What::default());
            for e in &events {
                match e.action {
                    Action::Consume => add(&mut inputs, e),
                    Action::Produce => add(&mut outputs, e),
                    Action::Raise | Action::Lower => {
                        let (action, step) = if e.action == Action::Raise {
                            ("ADD", "commissioning")
                        } else {
                            ("DELETE", "decommissioning")
                        };
                        found.push(self.change(record, found.len(), action, step, e));
                    }
                    Action::Use | Action::Work => {}
                }
            }
            match process {
                // EPCIS 2.0, TransformationEvent: with a transformation id, inputs and outputs may come in separate events
                Some(process) if !(inputs.is_empty() && outputs.is_empty()) => {
                    let id = format!("{}?process={}", lot_uri(&process.plan), process.index);
                    found.push(transformation(record, found.len(), Some(id), inputs, outputs));
                }
                None if !inputs.is_empty() && !outputs.is_empty() => {
                    found.push(transformation(record, found.len(), None, inputs, outputs));
                }
                _ => {
                    for (what, action, step) in
                        [(inputs, "DELETE", "decommissioning"), (outputs, "ADD", "commissioning")]
                    {
                        if !what.is_empty() {
                            found.push(object(record, Some(found.len()), action, step, what).into());
                        }
                    }
                }
            }
        }
        Ok(found)
    }

    fn change(&self, record: &Record, part: usize, action: &str, step: &str, e: &EconomicEvent) -> Value {
        let mut what = What::default();
        add(&mut what, e);
        object(record, Some(part), action, step, what).into()
    }

    fn handover(&self, record: &Record) -> Result<Value> {
        let handover: Handover = record.read()?;
        handover.check()?;
        let mut event = object(record, None, "OBSERVE", "shipping", self.what(&handover.goods));
        event.insert("disposition".to_owned(), disposition(handover.purpose, "in_transit").into());
        self.parties(&mut event, self.me, &handover);
        event.insert(
            "bizTransactionList".to_owned(),
            json!([
                { "type": "po", "bizTransaction": lot_uri(&handover.deal) },
                { "type": "desadv", "bizTransaction": lot_uri(&record.id) },
            ]),
        );
        Ok(event.into())
    }

    /// None where everything was refused: then nothing was received.
    fn takeover(&self, record: &Record) -> Result<Option<Value>> {
        let takeover: Takeover = record.read()?;
        if takeover.accepted.is_empty() {
            return Ok(None);
        }
        let given = self.handovers.get(&takeover.handover);
        let handover = given.map(|r| r.read::<Handover>().map(|h| (r.author, h))).transpose()?;
        let for_me = handover.as_ref().is_some_and(|(_, h)| h.consignee == self.me);
        let step = if for_me { "accepting" } else { "receiving" };
        let mut event = object(record, None, "OBSERVE", step, self.what(&takeover.accepted));
        if let Some((giver, handover)) = &handover {
            takeover.check(handover)?;
            event.insert("disposition".to_owned(), disposition(handover.purpose, "in_progress").into());
            self.parties(&mut event, *giver, handover);
        }
        event.insert(
            "bizTransactionList".to_owned(),
            json!([
                { "type": "desadv", "bizTransaction": lot_uri(&takeover.handover) },
                { "type": "recadv", "bizTransaction": lot_uri(&record.id) },
            ]),
        );
        Ok(Some(event.into()))
    }

    fn what(&self, goods: &[Goods]) -> What {
        let mut what = What::default();
        for line in goods {
            what.add(&line.lot, line.quantity, self.units.get(&line.spec).copied(), &line.serials);
        }
        what
    }

    fn parties(&self, event: &mut Map<String, Value>, giver: AgentId, handover: &Handover) {
        event.insert("sourceList".to_owned(), json!([{ "type": "possessing_party", "source": giver }]));
        event.insert(
            "destinationList".to_owned(),
            json!([
                { "type": "possessing_party", "destination": handover.to },
                { "type": "owning_party", "destination": handover.consignee },
            ]),
        );
    }
}

fn add(what: &mut What, e: &EconomicEvent) {
    if let Some(lot) = &e.lot {
        what.add(lot, e.quantity.value, Some(e.quantity.unit), &e.serials);
    }
}

fn by_process(happened: &Happened) -> BTreeMap<Option<ProcessRef>, Vec<&EconomicEvent>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for e in &happened.events {
        groups.entry(e.process).or_default().push(e);
    }
    groups
}

fn disposition(purpose: Purpose, otherwise: &'static str) -> &'static str {
    match purpose {
        Purpose::Delivery => otherwise,
        Purpose::Return => "returned",
    }
}

fn transformation(record: &Record, part: usize, id: Option<String>, inputs: What, outputs: What) -> Value {
    let mut event = event("TransformationEvent", record, Some(part));
    if let Some(id) = id {
        event.insert("transformationID".to_owned(), id.into());
    }
    if !outputs.is_empty() {
        let step = if outputs.pieces.is_empty() { "creating_class_instance" } else { "commissioning" };
        event.insert("bizStep".to_owned(), step.into());
    }
    inputs.write(&mut event, "inputEPCList", "inputQuantityList");
    outputs.write(&mut event, "outputEPCList", "outputQuantityList");
    event.into()
}

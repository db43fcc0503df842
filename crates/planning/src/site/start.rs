//! The beginning of a plan: stock, receipts and fixed work in place, demands known and nothing planned for them.

use super::net::{FOR_EVER, Net};
use super::situation::{Situation, Work, WorkProcess};
use super::state::{Order, Source, State, Supply, Taken, User, Want, WantKind};
use crate::lot::{Micros, micros};
use crate::shop::{Job, Part, Shop};
use crate::{Error, Model, Result};
use vocab::{Decimal, Phrase, SpecId, phrase};

/// Most demands, lots, receipts and fixed orders.
const LIST_MAX: usize = 1_000_000;

/// The state before anything is planned, and the net it is in.
pub(crate) fn start(model: &Model, situation: &Situation) -> Result<(Net, State)> {
    for (count, what) in [
        (situation.demands.len(), phrase("demands", "项需求")),
        (situation.stock.len(), phrase("lots", "个批次")),
        (situation.receipts.len(), phrase("receipts", "项在途采购")),
        (situation.work.len(), phrase("orders under way", "个在制单")),
    ] {
        if count > LIST_MAX {
            let at = phrase("situation", "现状");
            return Err(Error::TooMany { at, what, count, limit: LIST_MAX });
        }
    }
    let specs = situation.demands.iter().map(|d| &d.spec);
    let specs = specs.chain(situation.stock.iter().map(|l| &l.spec));
    let specs = specs.chain(situation.receipts.iter().map(|r| &r.spec));
    let inputs = situation.work.iter().flat_map(|w| w.inputs.iter().map(|i| &i.spec));
    let specs = specs.chain(inputs).chain(situation.work.iter().map(|w| &w.spec));
    let (net, shop) = Net::new(model, situation.now, specs)?;
    let mut state = State::new(shop, net.items.len());
    let item = |spec: &SpecId| net.by_spec.get(spec).copied().unwrap_or_default();
    for (index, lot) in (0..).zip(&situation.stock) {
        let expires = lot.expires.map_or(FOR_EVER, |t| net.seconds(t));
        let quantity =
            amount(&phrase(format!("lot {}", lot.lot), format!("批次 {}", lot.lot)), lot.quantity)?;
        add(&mut state, item(&lot.spec), 0, expires, quantity, Source::Stock(index));
    }
    for (index, receipt) in (0..).zip(&situation.receipts) {
        let at = phrase(format!("receipt {}", receipt.id), format!("在途采购 {}", receipt.id));
        let quantity = amount(&at, receipt.quantity)?;
        let (item, at) = (item(&receipt.spec), net.seconds(receipt.at).max(0));
        add(&mut state, item, at, net.expiry(item, at), quantity, Source::Receipt(index));
    }
    for (index, work) in (0..).zip(&situation.work) {
        begin_work(&net, &mut state, index, work)?;
    }
    for (index, demand) in (0..).zip(&situation.demands) {
        let at = phrase(format!("demand {}", demand.id), format!("需求 {}", demand.id));
        state.wants.push(Want {
            item: item(&demand.spec),
            quantity: micros(|| at, demand.quantity)?,
            due: demand.due.map(|due| net.seconds(due)),
            priority: demand.priority,
            kind: WantKind::Demand(index),
            at: None,
            taken: Vec::new(),
            lacking: None,
        });
    }
    for (item, known) in (0..).zip(&net.items).filter(|(_, i)| i.safety_stock > 0) {
        state.wants.push(Want {
            item,
            quantity: known.safety_stock,
            due: None,
            priority: u8::MAX,
            kind: WantKind::Safety,
            at: None,
            taken: Vec::new(),
            lacking: None,
        });
    }
    state.commit();
    Ok((net, state))
}

/// A quantity that may be zero.
fn amount(at: &Phrase, value: Decimal) -> Result<Micros> {
    if value.is_zero() { Ok(0) } else { micros(|| at.clone(), value) }
}

fn add(state: &mut State, item: u32, at: i64, expires: i64, quantity: Micros, source: Source) {
    if quantity > 0 {
        state.add_supply(Supply { item, at, expires, quantity, left: quantity, source, pegs: Vec::new() });
    }
}

/// Puts fixed work in its place: its resources are busy, its output will be there, and what it still needs is taken
/// from stock and receipts.
fn begin_work(net: &Net, state: &mut State, index: u32, work: &Work) -> Result<()> {
    let at = phrase(format!("order {}", work.id), format!("制作单 {}", work.id));
    let item = net.by_spec.get(&work.spec).copied().unwrap_or_default();
    let quantity = micros(|| at.clone(), work.quantity)?;
    for process in &work.processes {
        let family = net.steps(item).get(process.step as usize).and_then(|s| s.family);
        book(net, &mut state.shop, &at, process, family)?;
    }
    let start = work.processes.first().map_or(0, |p| net.seconds(p.start).max(0));
    let end = work.processes.last().map_or(0, |p| net.seconds(p.end).max(0));
    let id = state.new_order();
    let mut taken = Vec::new();
    for input in &work.inputs {
        let mut need = amount(&at, input.quantity)?;
        let of = net.by_spec.get(&input.spec).copied().unwrap_or_default();
        for (there, supply) in state.free(of).to_vec() {
            let left = state.supply(supply).map_or(0, |s| s.left);
            let quantity = left.min(need);
            if there <= start && quantity > 0 {
                state.peg(supply, User::Order(id), quantity);
                taken.push(Taken { supply, quantity });
                need -= quantity;
            }
        }
    }
    let source = Source::Make(id);
    let output = Supply {
        item,
        at: end,
        expires: net.expiry(item, end),
        quantity,
        left: quantity,
        source,
        pegs: Vec::new(),
    };
    let outputs = vec![state.add_supply(output)];
    let fixed = Some(index);
    state.set_order(
        id,
        Order { item, batches: 0, quantity, stages: Vec::new(), start, end, taken, outputs, fixed },
    );
    Ok(())
}

fn book(net: &Net, shop: &mut Shop, at: &Phrase, process: &WorkProcess, family: Option<u32>) -> Result<()> {
    let unknown = |what: Phrase, name: &str| Error::Model {
        at: at.clone(),
        what,
        value: Phrase::plain(name.chars().take(64).collect::<String>()),
        remedy: phrase("name one that the model has", "请使用模型中已有的名称"),
    };
    let find = |names: &[String], name: &str| names.binary_search_by(|n| n.as_str().cmp(name)).ok();
    let center = find(&net.centers, &process.work_center)
        .ok_or_else(|| unknown(phrase("unknown work centre", "未知的工作中心"), &process.work_center))?;
    let (start, end) = (net.seconds(process.start).max(0), net.seconds(process.work_end).max(0));
    let mut parts = vec![Part::Center(center as u32)];
    for name in &process.people {
        let person =
            find(&net.people, name).ok_or_else(|| unknown(phrase("unknown person", "未知的人员"), name))?;
        parts.push(Part::Person(person as u32));
    }
    if let Some(name) = &process.tool {
        let tool =
            find(&net.tools, name).ok_or_else(|| unknown(phrase("unknown tool", "未知的工具"), name))?;
        parts.push(Part::Tool(tool as u32));
    }
    for part in parts {
        if let Some(resource) = shop.resource(part) {
            resource.busy.add(start, end);
        }
    }
    if let Some(sequence) = &mut shop.centers[center].sequence
        && start < end
    {
        let job = Job { start, end, family, setup: 0, own_setup: 0 };
        sequence.insert(process.unit.unwrap_or(0), job);
    }
    Ok(())
}

//! An independent judge of site plans: re-adds every unit and every second from the model and the situation.

use planning::site::{Peg, SitePlan, Situation, Supply, Use};
use planning::{HORIZON_S, Model, Per, Recipe};
use std::collections::BTreeMap;
use vocab::{Decimal, SpecId, Timestamp, after, seconds_between};

type Broken = Result<(), String>;

pub fn judge(model: &Model, situation: &Situation, plan: &SitePlan) -> Broken {
    let judge = Judge { model, situation, plan };
    judge.orders()?;
    judge.resources()?;
    judge.purchases()?;
    judge.balance()?;
    judge.demands()
}

struct Judge<'a> {
    model: &'a Model,
    situation: &'a Situation,
    plan: &'a SitePlan,
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Broken {
    if holds { Ok(()) } else { Err(what()) }
}

impl Judge<'_> {
    fn pegs<'a>(&'a self, of: impl Fn(&Peg) -> bool + 'a) -> impl Iterator<Item = &'a Peg> {
        self.plan.pegging.iter().filter(move |p| of(p))
    }

    /// Every order is a lot of whole batches, takes its inputs, keeps its sequence, and is not in the past.
    fn orders(&self) -> Broken {
        for (index, order) in (0..).zip(&self.plan.make) {
            if order.work.is_some() {
                continue;
            }
            let recipe = &self.model.recipes[&order.spec];
            let (batch, lot) = (recipe.output_quantity, &recipe.lot);
            ensure(order.quantity.is_multiple_of(batch), || format!("no whole batch: {order:?}"))?;
            ensure(order.quantity >= lot.minimum, || format!("too small: {order:?}"))?;
            ensure(lot.maximum.is_none_or(|most| order.quantity <= most), || {
                format!("too large: {order:?}")
            })?;
            ensure(lot.multiple.is_zero() || order.quantity.is_multiple_of(lot.multiple), || {
                format!("no multiple: {order:?}")
            })?;
            let batches = i64::try_from(order.quantity.micros() / batch.micros()).unwrap();
            let first = &order.processes[0];
            ensure(first.start >= self.situation.now, || format!("in the past: {order:?}"))?;
            ensure(order.processes.len() == recipe.steps.len(), || format!("steps: {order:?}"))?;
            self.inputs(index, recipe, begun(recipe, 0, batches), first.start)?;
            self.sequence(recipe, batches, &order.processes)?;
        }
        Ok(())
    }

    fn inputs(&self, index: u32, recipe: &Recipe, begun: i64, start: Timestamp) -> Broken {
        for input in &recipe.inputs {
            let times = if input.per == Per::Order { 1 } else { begun };
            let taken = |spec: &SpecId| {
                let pegs = self.pegs(|p| p.to == Use::Make(index) && p.spec == *spec);
                pegs.map(|p| p.quantity.micros()).sum::<i128>()
            };
            let own = (taken(&input.spec), input.quantity.micros() * i128::from(times));
            let others =
                input.substitutes.iter().map(|s| (taken(&s.spec), s.quantity.micros() * i128::from(times)));
            let met = std::iter::once(own).chain(others).filter(|(has, needs)| has == needs).count();
            ensure(met == 1, || format!("input {} of order {index}", input.spec))?;
        }
        for peg in self.pegs(|p| p.to == Use::Make(index)) {
            ensure(peg.at == start, || format!("taken at another time: {peg:?}"))?;
        }
        Ok(())
    }

    fn sequence(&self, recipe: &Recipe, batches: i64, processes: &[planning::site::SiteProcess]) -> Broken {
        for (number, (step, p)) in recipe.steps.iter().zip(processes).enumerate() {
            if let Some(before) = number.checked_sub(1).map(|i| &processes[i]) {
                let overlaps = recipe.steps[number - 1].transfer.is_some();
                ensure(
                    p.start >= before.end || overlaps && p.start >= before.start && p.end >= before.end,
                    || format!("out of sequence: {p:?}"),
                )?;
            }
            if let Some(outside) = &step.outside {
                let least = outside.lead_time_s + step.fixed_s;
                ensure(seconds_between(p.start, p.end) >= least, || format!("back too soon: {p:?}"))?;
                continue;
            }
            ensure(seconds_between(p.work_end, p.end) >= step.fixed_s, || format!("no waiting: {p:?}"))?;
            let own = (&step.work_center, step.setup_s, step.run_s);
            let others = step.alternatives.iter().map(|a| (&a.work_center, a.setup_s, a.run_s));
            let place = std::iter::once(own).chain(others).find(|(name, ..)| **name == p.work_center);
            let (name, setup, run) = place.ok_or_else(|| format!("done elsewhere: {p:?}"))?;
            let center = &self.model.work_centers[name];
            let setup = match center.changeovers.is_empty() {
                true => setup,
                false => self.setup(p, step.family.as_deref(), setup),
            };
            let stated = setup + run * begun(recipe, number, batches);
            let percent = i64::from(center.efficiency_percent);
            let work = (stated * 100 + percent - 1) / percent;
            let people = p.people.iter().map(|name| self.model.people[name].calendar.as_ref());
            let open = self.open(people.chain([center.calendar.as_ref()]).flatten(), p.start, p.work_end);
            ensure(open >= work, || format!("{open} of {work} open seconds: {p:?}"))?;
            let crew = step.crew.as_ref().map_or(0, |c| c.people as usize);
            ensure(p.people.len() == crew, || format!("crew: {p:?}"))?;
            for name in &p.people {
                let skill = &step.crew.as_ref().unwrap().skill;
                ensure(self.model.people[name].skills.contains(skill), || format!("skill: {p:?}"))?;
            }
            ensure(p.tool == step.tool, || format!("tool: {p:?}"))?;
        }
        Ok(())
    }

    /// Set-up seconds by what ran before on the same unit.
    fn setup(&self, p: &planning::site::SiteProcess, family: Option<&str>, own: i64) -> i64 {
        let center = &self.model.work_centers[&p.work_center];
        let all = self.plan.make.iter().flat_map(|o| o.processes.iter().map(move |p| (o, p)));
        let before = all
            .filter(|(_, q)| q.work_center == p.work_center && q.unit == p.unit && q.work_end <= p.start)
            .filter(|(_, q)| q.start < q.work_end)
            .max_by_key(|(_, q)| q.work_end);
        let was = before.and_then(|(order, q)| {
            self.model.recipes.get(&order.spec)?.steps.get(q.step as usize)?.family.as_deref()
        });
        let listed = center.changeovers.iter().rev().find(|c| was == Some(&c.from) && family == Some(&c.to));
        listed.map_or(own, |c| c.setup_s)
    }

    /// Seconds between two instants in which all calendars are open.
    fn open<'a>(
        &self,
        calendars: impl Iterator<Item = &'a planning::Calendar>,
        from: Timestamp,
        to: Timestamp,
    ) -> i64 {
        let mut open = vec![(from, to)];
        for calendar in calendars {
            let mut both = Vec::new();
            for (start, end) in open {
                let stretches = planning::Hours::of(Some(calendar), start, end).unwrap();
                both.extend(stretches.open().iter().map(|s| (s.start.max(start), s.end.min(end))));
            }
            open = both;
        }
        open.iter().map(|(start, end)| seconds_between(*start, *end)).sum()
    }

    /// No more in use than there is, at any instant.
    fn resources(&self) -> Broken {
        let mut changes: BTreeMap<String, BTreeMap<Timestamp, i64>> = BTreeMap::new();
        let mut units: BTreeMap<String, i64> = BTreeMap::new();
        for p in self.plan.make.iter().flat_map(|o| &o.processes).filter(|p| p.start < p.work_end) {
            let center = format!("centre {}", p.work_center);
            units.insert(center.clone(), self.model.work_centers[&p.work_center].units.into());
            let people = p.people.iter().map(|name| format!("person {name}"));
            let tool = p.tool.iter().map(|name| {
                let key = format!("tool {name}");
                units.insert(key.clone(), self.model.tools[name].units.into());
                key
            });
            for key in std::iter::once(center).chain(tool).chain(people) {
                let of_it = changes.entry(key).or_default();
                *of_it.entry(p.start).or_default() += 1;
                *of_it.entry(p.work_end).or_default() -= 1;
            }
        }
        for (key, changes) in changes {
            let units = units.get(&key).copied().unwrap_or(1);
            let mut used = 0;
            for (at, change) in changes {
                used += change;
                ensure(units == 0 || used <= units, || format!("{key}: {used} at {at}"))?;
            }
        }
        Ok(())
    }

    fn purchases(&self) -> Broken {
        for bought in &self.plan.buy {
            let purchase = self.model.items[&bought.spec].purchase.as_ref().unwrap();
            ensure(bought.order_at >= self.situation.now, || format!("ordered in the past: {bought:?}"))?;
            ensure(bought.quantity >= purchase.lot.minimum, || format!("too small: {bought:?}"))?;
            let lead = seconds_between(bought.order_at, bought.arrives);
            ensure(lead >= purchase.lead_time_s, || format!("too soon: {bought:?}"))?;
        }
        Ok(())
    }

    /// What is taken is there by then, has not expired, and no supply gives more than it has.
    fn balance(&self) -> Broken {
        let mut left: BTreeMap<(&Supply, &SpecId), i128> = BTreeMap::new();
        for peg in &self.plan.pegging {
            let (quantity, there, expires) = self.supply(peg);
            ensure(there <= peg.at, || format!("not there yet: {peg:?}"))?;
            ensure(expires.is_none_or(|t| peg.at <= t), || format!("expired at {expires:?}: {peg:?}"))?;
            let left = left.entry((&peg.from, &peg.spec)).or_insert(quantity.micros());
            *left -= peg.quantity.micros();
            ensure(*left >= 0, || format!("more than there is: {peg:?}"))?;
        }
        Ok(())
    }

    fn supply(&self, peg: &Peg) -> (Decimal, Timestamp, Option<Timestamp>) {
        let life = self.model.items.get(&peg.spec).map_or(0, |i| i.shelf_life_s);
        let keeps = |at| (life > 0).then(|| after(at, life));
        match &peg.from {
            Supply::Stock(name) => {
                let lot = self.situation.stock.iter().find(|l| l.lot == *name).unwrap();
                (lot.quantity, self.situation.now, lot.expires)
            }
            Supply::Receipt(name) => {
                let receipt = self.situation.receipts.iter().find(|r| r.id == *name).unwrap();
                (receipt.quantity, receipt.at, keeps(receipt.at))
            }
            Supply::Make(index) => {
                let order = &self.plan.make[*index as usize];
                let end = order.processes.last().unwrap().end;
                let other = order.by_products.iter().find(|b| b.spec == peg.spec);
                (other.map_or(order.quantity, |b| b.quantity), end, keeps(end))
            }
            Supply::Buy(index) => {
                let bought = &self.plan.buy[*index as usize];
                (bought.quantity, bought.arrives, keeps(bought.arrives))
            }
        }
    }

    /// What is delivered is pegged, and late is what comes after its due date.
    fn demands(&self) -> Broken {
        for (demand, outcome) in self.situation.demands.iter().zip(&self.plan.demands) {
            let pegged: i128 =
                self.pegs(|p| p.to == Use::Demand(demand.id.clone())).map(|p| p.quantity.micros()).sum();
            let Some(promise) = outcome.promise else {
                ensure(pegged == 0 && outcome.lacking.is_some(), || format!("half a promise: {outcome:?}"))?;
                continue;
            };
            ensure(pegged == demand.quantity.micros(), || format!("{pegged} for {demand:?}"))?;
            let late = demand.due.map_or(0, |due| seconds_between(due, promise).max(0));
            ensure(late == outcome.late_s && late < HORIZON_S, || format!("late: {outcome:?}"))?;
        }
        Ok(())
    }
}

/// Batches that go into a step so that `batches` come out of the last.
fn begun(recipe: &Recipe, number: usize, batches: i64) -> i64 {
    let million = 1_000_000;
    let share = recipe.steps[number..]
        .iter()
        .rev()
        .fold(million, |share, step| (share * (million - step.scrap.micros()) / million).max(1));
    i64::try_from((i128::from(batches) * million + share - 1) / share).unwrap()
}

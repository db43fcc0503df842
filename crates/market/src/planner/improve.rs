//! Making a wish list fit the capacities, and improving what fits, by steps that each pay off.

use super::{Instance, Plan, cost};
use std::collections::BTreeMap;

/// Most times all steps are tried.
const PASSES_MAX: usize = 12;

/// Most needs pushed out for one.
const VICTIMS_MAX: usize = 6;

/// A plan under way: what is taken of each supplier and who makes what.
struct Draft<'a> {
    instance: &'a Instance,
    chosen: Vec<Option<usize>>,
    free: Vec<i128>,
    /// by product and supplier: the needs served there
    made: BTreeMap<(u32, u32), Vec<usize>>,
}

pub(super) fn fit_and_improve(instance: &Instance, prices: &[i64], wished: Plan) -> Plan {
    let mut draft = Draft {
        instance,
        chosen: vec![None; instance.needs.len()],
        free: instance.capacities.iter().map(|c| i128::from(*c)).collect(),
        made: BTreeMap::new(),
    };
    for (need, way) in wished.chosen.iter().enumerate() {
        draft.put(need, *way);
    }
    draft.fit(prices);
    let mut worth = draft.worth();
    for _ in 0..PASSES_MAX {
        draft.serve_more();
        draft.move_each();
        draft.close_some();
        draft.open_some();
        draft.push_out();
        let now = draft.worth();
        if now <= worth {
            break;
        }
        worth = now;
    }
    draft.give_up();
    Plan { chosen: draft.chosen }
}

impl Draft<'_> {
    fn way(&self, need: usize, way: usize) -> super::Way {
        self.instance.needs[need].ways[way]
    }
    fn current(&self, need: usize) -> Option<super::Way> {
        self.chosen[need].map(|way| self.way(need, way))
    }
    fn worth(&self) -> i64 {
        Plan { chosen: self.chosen.clone() }.worth(self.instance)
    }
    fn setup(&self, product: u32, supplier: u32) -> i64 {
        self.instance.setups.get(&(product, supplier)).copied().unwrap_or(0)
    }
    /// What it would cost in set-up to serve one more need there.
    fn setup_due(&self, product: u32, supplier: u32) -> i64 {
        if self.made.contains_key(&(product, supplier)) { 0 } else { self.setup(product, supplier) }
    }
    fn room(&self, supplier: u32, load: u64) -> bool {
        self.free[supplier as usize] >= i128::from(load)
    }
    /// Serves `need` by this way, or not at all.
    fn put(&mut self, need: usize, way: Option<usize>) {
        let product = self.instance.needs[need].product;
        if let Some(old) = self.current(need) {
            self.free[old.supplier as usize] += i128::from(old.load);
            if let Some(made) = self.made.get_mut(&(product, old.supplier)) {
                made.retain(|other| *other != need);
                if made.is_empty() {
                    self.made.remove(&(product, old.supplier));
                }
            }
        }
        self.chosen[need] = way;
        if let Some(new) = self.current(need) {
            self.free[new.supplier as usize] -= i128::from(new.load);
            self.made.entry((product, new.supplier)).or_default().push(need);
        }
    }
    /// The best way of `need` that has room, set-up included, other than by `not`: what it gains, and which it is.
    fn best(&self, need: usize, not: Option<u32>) -> Option<(i64, usize)> {
        let of = &self.instance.needs[need];
        let ways = of.ways.iter().enumerate().filter(|(_, w)| Some(w.supplier) != not);
        let ways = ways.filter(|(_, w)| self.room(w.supplier, w.load));
        let net = ways.map(|(index, w)| (w.gain - self.setup_due(of.product, w.supplier), index));
        net.reduce(|a, b| if b.0 > a.0 { b } else { a }).filter(|(net, _)| *net > 0)
    }

    /// Takes from who has too much what is worth least for its load, and puts it elsewhere if it can.
    fn fit(&mut self, prices: &[i64]) {
        for supplier in 0..self.free.len() {
            if self.free[supplier] >= 0 {
                continue;
            }
            let on = |d: &Self, need: usize| d.current(need).filter(|w| w.supplier as usize == supplier);
            // what is lost by each, for a thousand of its load
            let mut there: Vec<(i128, usize, u64)> = (0..self.chosen.len())
                .filter_map(|need| {
                    let way = on(self, need)?;
                    let net = |w: &super::Way| {
                        let price = prices.get(w.supplier as usize).copied().unwrap_or(0);
                        w.gain - cost(price, w.load)
                    };
                    let product = self.instance.needs[need].product;
                    let others = self.instance.needs[need].ways.iter();
                    let others = others.filter(|w| w.supplier != way.supplier);
                    let elsewhere = others.map(|w| net(w) - self.setup_due(product, w.supplier)).max();
                    let alone = self.made.get(&(product, way.supplier)).is_some_and(|made| made.len() == 1);
                    let saved = if alone { self.setup(product, way.supplier) } else { 0 };
                    let lost = i128::from(way.gain - saved - elsewhere.unwrap_or(0).max(0));
                    Some((lost * 1_000 / i128::from(way.load.max(1)), need, way.load))
                })
                .collect();
            there.sort_unstable();
            for (_, need, _) in there {
                if self.free[supplier] >= 0 {
                    break;
                }
                self.put(need, None);
                if let Some((_, way)) = self.best(need, None) {
                    self.put(need, Some(way));
                }
            }
        }
    }

    /// Serves whoever is not served yet and fits somewhere, the most gain for its load first.
    fn serve_more(&mut self) {
        let mut open: Vec<(std::cmp::Reverse<i128>, usize)> = (0..self.chosen.len())
            .filter(|need| self.chosen[*need].is_none())
            .filter_map(|need| {
                let (net, way) = self.best(need, None)?;
                let load = i128::from(self.way(need, way).load.max(1));
                Some((std::cmp::Reverse(i128::from(net) * 1_000 / load), need))
            })
            .collect();
        open.sort_unstable();
        for (_, need) in open {
            if let Some((_, way)) = self.best(need, None) {
                self.put(need, Some(way));
            }
        }
    }

    /// Moves single needs to where they gain more.
    fn move_each(&mut self) {
        for need in 0..self.chosen.len() {
            let Some(way) = self.current(need) else { continue };
            let product = self.instance.needs[need].product;
            let alone = self.made.get(&(product, way.supplier)).is_some_and(|made| made.len() == 1);
            let now = way.gain - if alone { self.setup(product, way.supplier) } else { 0 };
            if let Some((_, better)) = self.best(need, Some(way.supplier)).filter(|(net, _)| *net > now) {
                self.put(need, Some(better));
            }
        }
    }

    /// Tries a step: keeps it if the plan is worth more with it, else takes it back. `touched` are the needs it moves.
    fn attempt(&mut self, touched: &[usize], step: impl FnOnce(&mut Self)) -> bool {
        let products: std::collections::BTreeSet<u32> =
            touched.iter().map(|need| self.instance.needs[*need].product).collect();
        let before: Vec<_> = touched.iter().map(|need| (*need, self.chosen[*need])).collect();
        let worth = self.worth_of(touched, &products);
        step(self);
        if self.worth_of(touched, &products) > worth {
            return true;
        }
        for (need, _) in &before {
            self.put(*need, None);
        }
        for (need, way) in before {
            self.put(need, way);
        }
        false
    }
    /// What these needs gain, less the set-ups of these products.
    fn worth_of(&self, needs: &[usize], products: &std::collections::BTreeSet<u32>) -> i64 {
        let gains: i64 = needs.iter().filter_map(|need| self.current(*need)).map(|w| w.gain).sum();
        let made = products.iter().flat_map(|p| self.made.range((*p, 0)..=(*p, u32::MAX)));
        gains - made.map(|((product, supplier), _)| self.setup(*product, *supplier)).sum::<i64>()
    }

    /// Stops making a product somewhere, if those it served there are as well off elsewhere or worth less than the
    /// set-up.
    fn close_some(&mut self) {
        let sites: Vec<_> = self.made.keys().copied().filter(|at| self.setup(at.0, at.1) > 0).collect();
        for at in sites {
            let Some(needs) = self.made.get(&at).cloned() else { continue };
            self.attempt(&needs, |draft| {
                needs.iter().for_each(|need| draft.put(*need, None));
                for need in &needs {
                    if let Some((_, way)) = draft.best(*need, Some(at.1)) {
                        draft.put(*need, Some(way));
                    }
                }
            });
        }
    }

    /// Stops making a product wherever its set-up is more than is gained by it.
    fn give_up(&mut self) {
        for ((product, supplier), needs) in self.made.clone() {
            let gained: i64 = needs.iter().filter_map(|need| self.current(*need)).map(|way| way.gain).sum();
            if gained < self.setup(product, supplier) {
                needs.iter().for_each(|need| self.put(*need, None));
            }
        }
    }

    /// Makes a product somewhere new, for all who gain by it and fit.
    fn open_some(&mut self) {
        let mut sites: BTreeMap<(u32, u32), Vec<(usize, usize)>> = BTreeMap::new();
        for (need, of) in self.instance.needs.iter().enumerate() {
            let now = self.current(need).map_or(0, |w| w.gain);
            for (index, way) in of.ways.iter().enumerate().filter(|(_, w)| w.gain > now) {
                sites.entry((of.product, way.supplier)).or_default().push((need, index));
            }
        }
        for (at, mut needs) in sites {
            if self.setup(at.0, at.1) == 0 || self.made.contains_key(&at) {
                continue;
            }
            let more = |d: &Self, (need, way): &(usize, usize)| {
                let way = d.way(*need, *way);
                let now = d.current(*need).map_or(0, |w| w.gain);
                i128::from(way.gain - now) * 1_000 / i128::from(way.load.max(1))
            };
            needs.sort_by_key(|entry| (std::cmp::Reverse(more(self, entry)), *entry));
            let touched: Vec<_> = needs.iter().map(|(need, _)| *need).collect();
            // who is left behind may follow: the old site may close for it
            let left: Vec<usize> = touched
                .iter()
                .filter_map(|need| self.current(*need).map(|w| (at.0, w.supplier)))
                .filter_map(|site| self.made.get(&site))
                .flatten()
                .copied()
                .collect();
            let mut all = [touched, left].concat();
            all.sort_unstable();
            all.dedup();
            self.attempt(&all, |draft| {
                for (need, way) in needs {
                    let new = draft.way(need, way);
                    if draft.room(at.1, new.load) {
                        draft.put(need, Some(way));
                    }
                }
                for need in &all {
                    let Some(old) = draft.current(*need).filter(|w| w.supplier != at.1) else { continue };
                    let alone = draft.made.get(&(at.0, old.supplier)).is_some_and(|made| made.len() == 1);
                    let now = old.gain - if alone { draft.setup(at.0, old.supplier) } else { 0 };
                    if let Some((_, way)) =
                        draft.best(*need, Some(old.supplier)).filter(|(net, _)| *net > now)
                    {
                        draft.put(*need, Some(way));
                    }
                }
            });
        }
    }

    /// Serves somebody in the place of others who gain less for the load, and finds these another place.
    fn push_out(&mut self) {
        // by supplier: what each loses by going to the best place with room, for a thousand of its load, least first
        let mut there: Vec<Vec<(i128, usize)>> = vec![vec![]; self.free.len()];
        for need in 0..self.chosen.len() {
            if let Some(way) = self.current(need) {
                let elsewhere = self.best(need, Some(way.supplier)).map_or(0, |(net, _)| net);
                let lost = i128::from(way.gain - elsewhere) * 1_000 / i128::from(way.load.max(1));
                there[way.supplier as usize].push((lost, need));
            }
        }
        there.iter_mut().for_each(|lost| lost.sort_unstable());
        let density = |way: super::Way| i128::from(way.gain) * 1_000 / i128::from(way.load.max(1));
        for (need, of) in self.instance.needs.iter().enumerate() {
            let now = self.current(need).map_or(0, |w| w.gain);
            let mut ways: Vec<_> =
                of.ways.iter().copied().enumerate().filter(|(_, w)| w.gain > now).collect();
            ways.sort_by_key(|(index, w)| (std::cmp::Reverse(w.gain), *index));
            for (index, way) in ways.into_iter().take(3) {
                let mut free = self.free[way.supplier as usize];
                let mut victims = vec![];
                for (lost, other) in &there[way.supplier as usize] {
                    let enough = free >= i128::from(way.load);
                    if enough || victims.len() == VICTIMS_MAX || *lost >= density(way) {
                        break;
                    }
                    let Some(held) = self.current(*other) else { continue };
                    if *other != need && held.supplier == way.supplier {
                        free += i128::from(held.load);
                        victims.push(*other);
                    }
                }
                if free < i128::from(way.load) {
                    continue;
                }
                let touched = [victims.clone(), vec![need]].concat();
                let done = self.attempt(&touched, |draft| {
                    victims.iter().for_each(|other| draft.put(*other, None));
                    draft.put(need, Some(index));
                    for other in &victims {
                        if let Some((_, way)) = draft.best(*other, None) {
                            draft.put(*other, Some(way));
                        }
                    }
                });
                if done {
                    break;
                }
            }
        }
    }
}

//! One product at given prices of capacity: which suppliers make it, and each need with the best of them.
//!
//! Without capacities this is facility location. Suppliers are opened, closed and exchanged one at a time, each time the
//! step that gains most, until none does.

use super::{Instance, cost};

/// Most steps for one product: more than its suppliers and their exchanges ever take in practice.
const STEPS_MAX: usize = 512;

/// The needs of one product as its suppliers see them.
pub(super) struct Product {
    /// who could serve any of them at a gain
    pub(super) suppliers: Vec<u32>,
    /// what it costs each of those to begin
    pub(super) setups: Vec<i64>,
    /// by need, then by supplier: what is gained at the prices, nothing where that is not more than nothing
    pub(super) nets: Vec<Vec<i64>>,
    /// the way by which it is, where it is
    ways: Vec<Vec<usize>>,
}

/// One change of the set of suppliers that make it.
#[derive(Clone, Copy)]
enum Step {
    Open(usize),
    Close(usize),
    Exchange(usize, usize),
}

/// Where a need is served: the best of those open and what the next would gain.
#[derive(Clone, Copy, Default)]
struct Served {
    by: Option<usize>,
    best: i64,
    second: i64,
}

/// Chooses for the `needs` of `product`; writes the way of each into `chosen`.
pub(super) fn choose(
    instance: &Instance,
    prices: &[i64],
    product: u32,
    needs: &[usize],
    chosen: &mut [Option<usize>],
) {
    let problem = Product::new(instance, prices, product, needs);
    let served = problem.search();
    for ((need, served), ways) in needs.iter().zip(served).zip(&problem.ways) {
        chosen[*need] = served.by.map(|site| ways[site]);
    }
}

impl Product {
    pub(super) fn new(instance: &Instance, prices: &[i64], product: u32, needs: &[usize]) -> Self {
        let net = |way: &super::Way| {
            let price = prices.get(way.supplier as usize)?;
            Some(way.gain - cost(*price, way.load)).filter(|net| *net > 0)
        };
        let all = || needs.iter().flat_map(|need| &instance.needs[*need].ways);
        let mut suppliers: Vec<u32> =
            all().filter(|way| net(way).is_some()).map(|way| way.supplier).collect();
        suppliers.sort_unstable();
        suppliers.dedup();
        let setup = |supplier: &u32| instance.setups.get(&(product, *supplier)).copied().unwrap_or(0);
        let setups = suppliers.iter().map(setup).collect();
        let mut nets = vec![vec![0; suppliers.len()]; needs.len()];
        let mut ways = vec![vec![0; suppliers.len()]; needs.len()];
        for (row, need) in needs.iter().enumerate() {
            for (index, way) in instance.needs[*need].ways.iter().enumerate() {
                let (Some(net), Ok(site)) = (net(way), suppliers.binary_search(&way.supplier)) else {
                    continue;
                };
                if net > nets[row][site] {
                    (nets[row][site], ways[row][site]) = (net, index);
                }
            }
        }
        Self { suppliers, setups, nets, ways }
    }

    /// Who serves each need when no single step gains any more.
    fn search(&self) -> Vec<Served> {
        let mut open = vec![false; self.suppliers.len()];
        let mut served = self.served(&open);
        for _ in 0..STEPS_MAX {
            // an exchange costs more to find than to open or close: it is looked for when those no longer help
            let step = self.open_or_close(&open, &served).or_else(|| self.exchange(&open, &served));
            match step {
                Some(Step::Open(site)) => open[site] = true,
                Some(Step::Close(site)) => open[site] = false,
                Some(Step::Exchange(old, new)) => (open[old], open[new]) = (false, true),
                None => break,
            }
            served = self.served(&open);
        }
        served
    }

    /// Of equals the supplier of the lower number serves.
    fn served(&self, open: &[bool]) -> Vec<Served> {
        let of = |nets: &Vec<i64>| {
            let mut served = Served::default();
            for (site, net) in nets.iter().enumerate().filter(|(site, net)| open[*site] && **net > 0) {
                if *net > served.best {
                    served = Served { by: Some(site), best: *net, second: served.best };
                } else {
                    served.second = served.second.max(*net);
                }
            }
            served
        };
        self.nets.iter().map(of).collect()
    }

    fn open_or_close(&self, open: &[bool], served: &[Served]) -> Option<Step> {
        // what each closed one would add, and what each open one is worth to those it serves
        let mut adds: Vec<i64> = self.setups.iter().map(|setup| -setup).collect();
        for (nets, served) in self.nets.iter().zip(served) {
            for (add, net) in adds.iter_mut().zip(nets) {
                *add += (net - served.best).max(0);
            }
        }
        for (site, setup) in self.setups.iter().enumerate().filter(|(site, _)| open[*site]) {
            adds[site] = *setup;
        }
        for served in served {
            if let Some(site) = served.by {
                adds[site] -= served.best - served.second;
            }
        }
        let best = adds.into_iter().enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a });
        let (site, _) = best.filter(|(_, gain)| *gain > 0)?;
        Some(if open[site] { Step::Close(site) } else { Step::Open(site) })
    }

    fn exchange(&self, open: &[bool], served: &[Served]) -> Option<Step> {
        let (mut most, mut best) = (0, None);
        for old in (0..open.len()).filter(|site| open[*site]) {
            let mut adds: Vec<i64> = self.setups.iter().map(|setup| self.setups[old] - setup).collect();
            for (nets, served) in self.nets.iter().zip(served) {
                let left = if served.by == Some(old) { served.second } else { served.best };
                for (add, net) in adds.iter_mut().zip(nets) {
                    *add += net.max(&left) - served.best;
                }
            }
            for (new, gain) in adds.into_iter().enumerate().filter(|(new, _)| !open[*new]) {
                if gain > most {
                    (most, best) = (gain, Some(Step::Exchange(old, new)));
                }
            }
        }
        best
    }
}

//! One product at given prices of capacity: which suppliers make it, and each need with the best of them.

use super::{Instance, cost};
use std::collections::BTreeMap;

/// Most suppliers swapped for one another in one product.
const SWAPS_MAX: usize = 8;

/// The needs of one product as its suppliers see them.
struct Product<'a> {
    sites: Vec<Site>,
    needs: &'a [usize],
}

/// A supplier that could serve some of them.
struct Site {
    setup: i64,
    /// by need: its place among the product's, what it gains here, and by which of its ways
    nets: Vec<(usize, i64, usize)>,
}

/// Chooses for the `needs` of `product`; writes the way of each into `chosen`.
pub(super) fn choose(
    instance: &Instance,
    prices: &[i64],
    product: u32,
    needs: &[usize],
    chosen: &mut [Option<usize>],
) {
    let mut sites: BTreeMap<u32, Site> = BTreeMap::new();
    for (row, need) in needs.iter().enumerate() {
        for (index, way) in instance.needs[*need].ways.iter().enumerate() {
            let Some(price) = prices.get(way.supplier as usize) else { continue };
            let net = way.gain - cost(*price, way.load);
            if net > 0 {
                let setup = || instance.setups.get(&(product, way.supplier)).copied().unwrap_or(0);
                let site = sites.entry(way.supplier).or_insert_with(|| Site { setup: setup(), nets: vec![] });
                site.nets.push((row, net, index));
            }
        }
    }
    let problem = Product { sites: sites.into_values().collect(), needs };
    let open = problem.search();
    for (row, need) in needs.iter().enumerate() {
        let best = open.iter().flat_map(|site| &problem.sites[*site].nets).filter(|(r, ..)| *r == row);
        // of equals the supplier of the lower number
        let best = best.reduce(|best, next| if next.1 > best.1 { next } else { best });
        chosen[*need] = best.map(|(.., index)| *index);
    }
}

impl Product<'_> {
    /// The sites to open: greedily, then closed or swapped while that gains.
    fn search(&self) -> Vec<usize> {
        let mut open: Vec<usize> = vec![];
        let mut best = 0;
        let all = || 0..self.sites.len();
        loop {
            let added = |site: usize| [open.as_slice(), &[site]].concat();
            let next = all().filter(|s| !open.contains(s)).map(|s| (self.worth(&added(s)), s));
            match next.reduce(|a, b| if b.0 > a.0 { b } else { a }).filter(|(worth, _)| *worth > best) {
                Some((worth, site)) => {
                    best = worth;
                    open.push(site);
                }
                None => break,
            }
        }
        for _ in 0..SWAPS_MAX {
            let without = |site: usize| open.iter().copied().filter(|o| *o != site).collect::<Vec<_>>();
            let closed = open.iter().map(|o| without(*o));
            let swapped = open
                .iter()
                .flat_map(|o| all().filter(|s| !open.contains(s)).map(|s| [without(*o), vec![s]].concat()));
            let tried = closed.chain(swapped).map(|set| (self.worth(&set), set));
            match tried.reduce(|a, b| if b.0 > a.0 { b } else { a }).filter(|(worth, _)| *worth > best) {
                Some((worth, set)) => (best, open) = (worth, set),
                None => break,
            }
        }
        open.sort_unstable();
        open
    }

    fn worth(&self, open: &[usize]) -> i64 {
        let mut by_need = vec![0; self.needs.len()];
        let mut worth = 0;
        for site in open {
            let Site { setup, nets } = &self.sites[*site];
            worth -= setup;
            for (row, net, _) in nets {
                by_need[*row] = by_need[*row].max(*net);
            }
        }
        worth + by_need.iter().sum::<i64>()
    }
}

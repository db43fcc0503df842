//! A week's order lines as a problem of who should supply whom: the demand is real, the supply is made up.
//!
//! Everything is relative to a code's price *p*, the commonest in the file, in whole pence. One unit takes *p* / 100 hours
//! of standard work wherever it is made. To its buyer a line is worth 1.00 to 1.70 *p* a unit; a supplier makes a unit for
//! 0.90 to 1.10 (its own factor) times 0.70 to 1.00 (its own for each code) *p*; a kilometre of transport costs 0.0006
//! *p*. Suppliers have shares of 0.5 to 1.5 of a mean capacity. Where to begin with a product costs something, it costs a
//! supplier 2 to 6 pounds a code and week. All of it is drawn evenly from the seed. A line of more than [`LOT_PENCE`] of
//! work is ordered in lots.
//!
//! Gains are whole ten-thousandths of *p*, loads whole pence of work, so welfare is a whole number of millionths of a
//! pound and nothing is ever rounded.

use super::breaks::commonest;
use super::{Orders, place};
use market::matching::distance_km;
use market::planner::{Need, Way};
use std::collections::BTreeMap;
use vocab::{Decimal, Place, Timestamp};

/// Largest lot, pence of standard work.
pub const LOT_PENCE: i64 = 10_000;
/// What a kilometre costs, ten-thousandths of the price.
pub(super) const KM: i64 = 6;
/// What a line is worth to its buyer, a supplier's own factor and its factor for one code, ten-thousandths: from, up to.
const VALUE: [i64; 2] = [10_000, 17_000];
const FACTOR: [i64; 2] = [9_000, 11_000];
const COST: [i64; 2] = [7_000, 10_000];
/// What it costs a supplier to begin with a code, pence: from, up to.
const SETUP: [i64; 2] = [200, 600];
/// A supplier's share of the capacity, thousandths of the mean: from, up to.
const SHARE: [i64; 2] = [500, 1_500];

/// How the supply of a week is made up.
#[derive(Clone, Copy, Debug)]
pub struct Supply {
    /// how many suppliers there are
    pub suppliers: usize,
    /// capacity of all suppliers, per cent of the week's demand
    pub capacity_percent: u32,
    /// what all chance follows from
    pub seed: u64,
}

/// Part of an order line that is ordered as one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lot {
    /// who, by position in [`Orders::customers`]
    pub customer: usize,
    /// what, by position in [`Orders::codes`]
    pub code: usize,
    /// how much
    pub quantity: i64,
    /// what it is worth, ten-thousandths of the price
    pub value: i64,
    /// what it takes, pence of standard work
    pub load: i64,
}

/// A week's demand and supply.
#[derive(Clone, Debug)]
pub struct Instance {
    /// order lines of the week
    pub lines: usize,
    /// what is wanted
    pub lots: Vec<Lot>,
    /// what each supplier has, pence of standard work
    pub capacities: Vec<i64>,
    /// where each supplier is
    pub places: Vec<Place>,
    /// the price of each code that is wanted, pence
    pub pence: BTreeMap<usize, i64>,
    /// where each buyer is
    buyers: BTreeMap<usize, Place>,
    /// kilometres from each buyer to each supplier
    km: BTreeMap<usize, Vec<i64>>,
    /// what a unit of each code costs each supplier, ten-thousandths of the price
    costs: BTreeMap<usize, Vec<i64>>,
    /// what it costs each supplier to begin with a code, pence
    setups: BTreeMap<usize, Vec<i64>>,
}

impl Instance {
    /// The week that begins at `week`.
    pub fn of_week(orders: &Orders, week: Timestamp, supply: Supply) -> Self {
        let mut rng = fastrand::Rng::with_seed(supply.seed);
        let mut within = |[from, to]: [i64; 2]| rng.i64(from..=to);
        let prices = prices(orders);
        let factors: Vec<i64> = (0..supply.suppliers).map(|_| within(FACTOR)).collect();
        let shares: Vec<i64> = (0..supply.suppliers).map(|_| within(SHARE)).collect();
        let places: Vec<Place> = (0..supply.suppliers).map(|n| place(&format!("supplier-{n}"))).collect();
        let (mut lines, mut lots) = (0, vec![]);
        let (mut pence, mut buyers, mut km, mut costs) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for line in orders.lines.iter().filter(|l| l.week() == week) {
            lines += 1;
            let price = prices[line.code];
            pence.insert(line.code, price);
            costs.entry(line.code).or_insert_with(|| {
                factors.iter().map(|factor| factor * within(COST) / 10_000).collect::<Vec<i64>>()
            });
            let here = buyers.entry(line.customer).or_insert_with(|| place(&orders.customers[line.customer]));
            km.entry(line.customer).or_insert_with(|| {
                places.iter().map(|p| distance_km(here, p).map_or(0, i64::from)).collect::<Vec<i64>>()
            });
            let value = within(VALUE);
            let (most, mut left) = ((LOT_PENCE / price).max(1), line.quantity);
            while left > 0 {
                let quantity = left.min(most);
                left -= quantity;
                let (customer, code) = (line.customer, line.code);
                lots.push(Lot { customer, code, quantity, value, load: quantity * price });
            }
        }
        let demand: i64 = lots.iter().map(|lot| lot.load).sum();
        let capacity = i128::from(demand) * i128::from(supply.capacity_percent) / 100;
        let all: i64 = shares.iter().sum::<i64>().max(1);
        let part =
            |share: &i64| i64::try_from(capacity * i128::from(*share) / i128::from(all)).unwrap_or(i64::MAX);
        let capacities = shares.iter().map(part).collect();
        let setups = costs.keys().map(|code| (*code, setups(*code, supply))).collect();
        Self { lines, lots, capacities, places, pence, buyers, km, costs, setups }
    }

    /// What it brings that this supplier makes one unit of this lot for its buyer, ten-thousandths of the price.
    pub fn gain(&self, lot: &Lot, supplier: usize) -> i64 {
        lot.value - self.costs[&lot.code][supplier] - KM * self.km[&lot.customer][supplier]
    }
    /// What a whole lot brings there, millionths of a pound.
    pub fn welfare(&self, lot: &Lot, supplier: usize) -> i64 {
        lot.load * self.gain(lot, supplier)
    }
    /// What it costs a supplier to begin with a code, millionths of a pound.
    pub fn setup(&self, code: usize, supplier: usize) -> i64 {
        self.setups[&code][supplier] * 10_000
    }
    /// The same week with set-ups, as the planner sees it that knows everybody.
    pub fn joint(&self) -> market::planner::Instance {
        let suppliers = 0..self.capacities.len();
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let way = |lot: &Lot, s: usize| Way {
            supplier: number(s),
            gain: self.welfare(lot, s),
            load: u64::try_from(lot.load).unwrap_or(0),
        };
        let ways = |lot: &Lot| suppliers.clone().map(|s| way(lot, s)).filter(|way| way.gain > 0).collect();
        let sites = self.setups.keys().flat_map(|code| suppliers.clone().map(move |s| (*code, s)));
        market::planner::Instance {
            capacities: self.capacities.iter().map(|c| u64::try_from(*c).unwrap_or(0)).collect(),
            needs: self.lots.iter().map(|lot| Need { product: number(lot.code), ways: ways(lot) }).collect(),
            setups: sites.map(|(code, s)| ((number(code), number(s)), self.setup(code, s))).collect(),
        }
    }
    /// What a supplier asks for one unit of a code, without its capacity: what it costs to make.
    pub fn listed(&self, code: usize, supplier: usize) -> Decimal {
        self.money(code, self.costs[&code][supplier])
    }
    /// So many ten-thousandths of a code's price.
    pub fn money(&self, code: usize, part: i64) -> Decimal {
        Decimal::from_micros(i128::from(self.pence[&code] * part))
    }
    /// The buyers, each with its place.
    pub fn buyers(&self) -> &BTreeMap<usize, Place> {
        &self.buyers
    }
    /// The suppliers a buyer knows: the nearest, and some by lot among the others.
    pub fn visible(&self, customer: usize, near: usize, random: usize, seed: u64) -> Vec<usize> {
        let km = &self.km[&customer];
        let mut all: Vec<usize> = (0..km.len()).collect();
        all.sort_by_key(|s| (km[*s], *s));
        let mut far = all.split_off(near.min(all.len()));
        fastrand::Rng::with_seed(seed ^ (customer as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .shuffle(&mut far);
        all.extend(far.into_iter().take(random));
        all
    }
}

/// The commonest price of each code, in whole pence, at least one.
fn prices(orders: &Orders) -> Vec<i64> {
    let mut lines = vec![vec![]; orders.codes.len()];
    orders.lines.iter().for_each(|l| lines[l.code].push((l.quantity, l.unit_price)));
    let pence = |price: Decimal| (price.micros() / 10_000).clamp(1, i128::from(LOT_PENCE));
    let of = |lines: &Vec<(i64, Decimal)>| commonest(lines).map_or(1, pence);
    lines.iter().map(|lines| i64::try_from(of(lines)).unwrap_or(1)).collect()
}

/// What it costs each supplier to begin with a code: drawn for itself, so that all else stays as it is without.
fn setups(code: usize, supply: Supply) -> Vec<i64> {
    let mut rng =
        fastrand::Rng::with_seed(supply.seed ^ (code as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (0..supply.suppliers).map(|_| rng.i64(SETUP[0]..=SETUP[1])).collect()
}

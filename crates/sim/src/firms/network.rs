//! The chain as a network: one node per stage, who knows its suppliers and customers and nobody else.

use super::Works;
use crate::chain::{Chain, Reckoned};
use crate::{Faults, OnBreach, World};
use node::command::{Command, OfferDraft};
use node::{Hears, Policy};
use vocab::{Currency, DAY_S, Decimal, PriceSchedule, RecordId, Specification, Text, Tier, Timestamp, Unit};

/// A chain's firms, ready to be ordered from.
pub struct Network<'a> {
    pub(super) chain: &'a Chain,
    pub(super) reckoned: &'a Reckoned,
    /// the nodes: the stage at position `n` is node `n`
    pub world: World,
    offers: Vec<(usize, RecordId)>,
    offered: Timestamp,
}

/// Longer than any run, seconds.
pub(crate) const EVER_S: i64 = 3_650 * DAY_S;
/// Days for which an offer is made.
const OFFER_DAYS: u32 = 366;
/// Days after which offers are made anew.
const RENEW_DAYS: i64 = 300;

impl<'a> Network<'a> {
    /// Starts a node for each stage, introduces those that deal with each other, and has each say what it makes.
    ///
    /// # Errors
    /// In words, what a node refused.
    pub fn new(
        chain: &'a Chain,
        reckoned: &'a Reckoned,
        works: &Works,
        turn_ms: u64,
        seed: u64,
    ) -> Result<Self, String> {
        let mut world = World::new(seed, Faults::FAR);
        world.set_on_breach(OnBreach::Note);
        // what partners say in public they say once: to compare it every minute would be most of a run of months; and
        // work is taken to go as planned, though nobody reports it
        let policy = Policy {
            hears: Hears::Partners,
            reconcile_s: EVER_S,
            grace_s: EVER_S,
            turn_ms,
            ..Policy::default()
        };
        for stage in &chain.stages {
            world.add_with(stage.id.as_str(), policy.clone());
        }
        for (at, stage) in chain.stages.iter().enumerate() {
            stage.inputs.iter().for_each(|input| world.introduce(*input, at));
        }
        world.run(2);
        let offered = world.now();
        let mut network = Self { chain, reckoned, world, offers: vec![], offered };
        for at in 0..chain.stages.len() {
            network.describe(at)?;
            let model = works.model(chain, std::iter::once(at));
            let set = serde_json::json!({
                "do": "model", "recipes": model.recipes.into_values().collect::<Vec<_>>(), "work_centers": model.work_centers,
            });
            network.world.recorded(at, serde_json::from_value(set).map_err(|e| e.to_string())?)?;
        }
        network.offer_all()?;
        Ok(network)
    }

    fn describe(&mut self, at: usize) -> Result<RecordId, String> {
        let stage = &self.chain.stages[at];
        let specification: Specification = serde_json::from_value(serde_json::json!({
            "id": stage.id, "name": stage.name, "unit": Unit::Each,
        }))
        .map_err(|e| e.to_string())?;
        self.world.recorded(at, Command::Describe { specification })
    }

    fn offer_all(&mut self) -> Result<(), String> {
        let currency: Currency = "EUR".parse().map_err(|e: vocab::Error| e.to_string())?;
        for (at, stage) in self.chain.stages.iter().enumerate().filter(|(_, s)| !s.has_buyers()) {
            let tier = Tier { from: Decimal::ZERO, unit_price: self.reckoned.price[at] };
            let draft = OfferDraft {
                category: None,
                spec: stage.id.clone(),
                name: Some(Text::Plain(stage.name.clone())),
                unit: None,
                prices: PriceSchedule { currency, tiers: vec![tier] },
                minimum: None,
                step: None,
                maximum: None,
                lead_time_days: None,
                place: None,
                expires_days: Some(OFFER_DAYS),
                pooling: None,
                capacity: None,
            };
            let id = self.world.recorded(at, Command::Offer(draft))?;
            self.offers.push((at, id));
        }
        self.offered = self.world.now();
        self.world.run(2);
        Ok(())
    }

    /// Offers end after a year: made anew in time where a run takes longer.
    pub(super) fn renew_offers(&mut self) -> Result<(), String> {
        if vocab::seconds_between(self.offered, self.world.now()) < RENEW_DAYS * DAY_S {
            return Ok(());
        }
        for (at, listing) in std::mem::take(&mut self.offers) {
            self.world.recorded(at, Command::Withdraw { listing })?;
        }
        self.offer_all()
    }
}

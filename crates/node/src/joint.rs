//! What goes with pools beyond their pledges: buying rounds, leaders' lists, and accounts of what was taken over, as a
//! fold over their records.
//!
//! A round groups pools, a list tells a leader who fetches what, an account says what members pay where the price
//! follows what was taken over. None of them binds anybody to more than the pool's close did.

use crate::deals::Fault;
use crate::effect::Topic;
use crate::node::{Node, Todo};
use crate::pools::{End, Pool};
use crate::words::said;
use ledger::Record;
use market::pool::{accepted_price, accepted_total, tolerated};
use market::statement::{Counted, DropList, Outcome, Pledge, PoolAccount, Reason, Round, Settles, Shortfall};
use market::{Pledged, Settled};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, DAY_S, Decimal, Money, RecordId, Text, Timestamp, after};

/// How long after it closes a round is still shown, seconds.
const ROUND_KEPT_S: i64 = 90 * DAY_S;

#[derive(Default)]
pub(crate) struct Joint {
    /// by record: who said it, and what
    pub(crate) rounds: BTreeMap<RecordId, (AgentId, Round)>,
    /// by pool and drop-off: this node's as a leader, and those it said as an offerer
    pub(crate) lists: BTreeMap<(RecordId, u16), DropList>,
    /// own pools that stock is set aside for
    pub(crate) held: BTreeSet<RecordId>,
    /// by pool: the offerer's account
    pub(crate) accounts: BTreeMap<RecordId, RecordId>,
}

fn invalid<T>(detail: Text) -> Result<T, Fault> {
    Err(Fault { reason: Reason::Invalid, detail })
}

impl Pool {
    /// Whether it is one of the pools of this round: kept by its author, on its terms.
    pub(crate) fn is_of(&self, id: &RecordId, author: &AgentId, round: &Round) -> bool {
        let terms = &self.terms;
        terms.round == Some(*id)
            && terms.keeper == *author
            && terms.closes == round.closes
            && terms.drop_offs == round.drop_offs
    }
    /// The close by which it was made, with its result and price.
    pub(crate) fn made(&self) -> Option<(RecordId, &Settled, Money)> {
        match &self.end {
            End::Closed { close, settled } => match settled.outcome {
                Outcome::Made { unit_price, .. } => Some((*close, settled, unit_price)),
                Outcome::Lapsed {} => None,
            },
            _ => None,
        }
    }
}

impl Node {
    pub(crate) fn apply_round(&mut self, record: &Record, at: Timestamp) -> Result<(), Fault> {
        let round: Round = record.read()?;
        round.check()?;
        self.joint.rounds.retain(|_, (_, round)| after(round.closes, ROUND_KEPT_S) > at);
        self.joint.rounds.insert(record.id, (record.author, round));
        self.agenda.insert(Todo::Tell(Topic::Market));
        Ok(())
    }

    pub(crate) fn apply_drop_list(&mut self, record: &Record) -> Result<(), Fault> {
        let list: DropList = record.read()?;
        list.check()?;
        let me = self.me();
        let pool = self.pools.get(&list.pool).filter(|pool| pool.offerer == record.author);
        let leader = pool.and_then(|p| p.terms.drop_offs.get(usize::from(list.drop_off))).map(|d| d.leader);
        if leader.is_none_or(|leader| leader != me && record.author != me) {
            return invalid(said!(
                "it is not the offerer's list for a drop-off led by this node",
                "它不是供方发给本节点所负责取货点的清单"
            ));
        }
        self.joint.lists.insert((list.pool, list.drop_off), list);
        self.agenda.insert(Todo::Tell(Topic::Market));
        Ok(())
    }

    /// The offerer's account of a pool: taken if this node finds its own part right, and the price as far as it can.
    pub(crate) fn apply_account(&mut self, record: &Record) -> Result<(), Fault> {
        let account: PoolAccount = record.read()?;
        account.check()?;
        let pool = self.pools.get(&account.pool).filter(|pool| pool.offerer == record.author);
        let Some((pool, (close, settled, at_close))) = pool.and_then(|p| Some((p, p.made()?))) else {
            return invalid(said!("it is no account of a pool made here", "它不是本节点已成拼单的结算"));
        };
        if close != account.close || pool.terms.settles != Settles::Accepted {
            return invalid(said!(
                "that pool's price does not follow what was taken over",
                "该拼单的价格不随实际接收量而定"
            ));
        }
        let me = self.me();
        for share in settled.shares.iter().filter(|s| s.member == me && pool.offerer != me) {
            let said = account.short.iter().find(|short| short.pledge == share.pledge).copied();
            let mine = self.shortfall(pool, share.pledge, share.quantity);
            if said != mine {
                let took = |s: Option<Shortfall>| s.map_or(share.quantity, |s| s.accepted);
                return invalid(said!(
                    "it says that {} was taken over here, and it was {}",
                    "其中称本节点接收了 {}，实际为 {}",
                    took(said),
                    took(mine)
                ));
            }
        }
        let price = self.account_price(pool, settled, at_close, &account.short);
        if price.is_some_and(|price| price != account.unit_price) {
            let expected = price.unwrap_or(at_close);
            return invalid(said!(
                "its price is {}, and {expected} follows from what was taken over",
                "其价格为 {}，而按实际接收量应为 {expected}",
                account.unit_price
            ));
        }
        let prices: Vec<_> = settled
            .shares
            .iter()
            .filter_map(|s| Some((s.pledge, self.pledge_record(&s.pledge)?.pledge.ceiling)))
            .map(|(deal, ceiling)| (deal, account.unit_price.amount.min(ceiling)))
            .collect();
        for (deal, amount) in prices {
            if let Some(deal) = self.deals.get_mut(&deal) {
                deal.accounted = Some(Money::new(amount, at_close.currency));
                deal.history.push(record.id);
            }
        }
        self.joint.accounts.insert(account.pool, record.id);
        self.agenda.insert(Todo::Tell(Topic::Deals));
        Ok(())
    }

    /// A pledge under a close, whether this node was sent it or shown it.
    pub(crate) fn pledge_record(&self, id: &RecordId) -> Option<Pledged> {
        self.book.get(id).and_then(|record| Pledged::read(record).ok())
    }

    /// By how much less than its share was taken over under a deal, beyond what is tolerated.
    pub(crate) fn shortfall(&self, pool: &Pool, pledge: RecordId, quantity: Decimal) -> Option<Shortfall> {
        let accepted = self.deals.get(&pledge).map_or(Decimal::ZERO, |deal| deal.moved.accepted);
        let (least, _) = tolerated(quantity, pool.terms.tolerance_percent);
        (accepted < least).then_some(Shortfall { pledge, quantity, accepted })
    }

    /// The price that follows from these shortfalls; `None` where this node knows too little of the pool to say.
    pub(crate) fn account_price(
        &self,
        pool: &Pool,
        settled: &Settled,
        at_close: Money,
        short: &[Shortfall],
    ) -> Option<Money> {
        let Outcome::Made { total, .. } = settled.outcome else { return None };
        let known: Decimal = settled.shares.iter().map(|s| s.quantity).sum();
        if known != total {
            // a member of a large pool has its own share only
            let lacking: Decimal = short.iter().map(|s| s.quantity - s.accepted).sum();
            let all_count = pool.terms.counted == Counted::All;
            return all_count.then(|| accepted_price(&pool.terms, at_close, total - lacking));
        }
        let closed_at = self.book.get(&pool.made()?.0)?.at;
        let votes: Vec<_> = settled
            .shares
            .iter()
            .map(|s| Some(self.pledge_record(&s.pledge)?.vote(&pool.terms, closed_at)))
            .collect::<Option<_>>()?;
        let took = |s: &market::pool::Share| {
            short.iter().find(|short| short.pledge == s.pledge).map_or(s.quantity, |short| short.accepted)
        };
        let accepted: BTreeMap<_, _> = settled.shares.iter().map(|s| (s.pledge, took(s))).collect();
        Some(accepted_price(&pool.terms, at_close, accepted_total(&votes, settled, &accepted)))
    }

    /// Where a pledge wants its goods fetched.
    pub(crate) fn drop_off_of(&self, pledge: &RecordId) -> Option<u16> {
        self.book.get(pledge)?.read::<Pledge>().ok()?.drop_off
    }
}

//! The fold, as far as auctions and standing orders are concerned.

use crate::auctions::Touched;
use crate::command::StandingOrder;
use crate::deals::{Deal, Fault};
use crate::effect::Topic;
use crate::node::{Node, Todo};
use crate::statement::{Proposal, ProposalAnswer, Sought, StandingCancelled};
use ledger::{Audience, Record, Statement};
use market::auction::{Award, Bid, BidStanding, Capacity};
use market::statement::Refusal;
use vocab::{RecordId, Timestamp};

impl Node {
    /// Takes what is said in auctions; false for any other kind.
    pub(crate) fn apply_auction(&mut self, record: &Record, at: Timestamp) -> Result<bool, Fault> {
        let me = self.me();
        match record.kind.as_str() {
            Capacity::KIND if record.audience == Audience::Public => {
                self.auctions.open(record, &me)?;
                self.wants.news_of(None, at);
                self.agenda.extend([Todo::Auction(record.id), Todo::Tell(Topic::Market)]);
            }
            Bid::KIND => {
                let bid: Bid = record.read()?;
                let offer = self.board.offer(&bid.offer, at).map(|l| (l.by, &*l.what));
                self.auctions.place(&me, record, offer, at)?;
                if let Some(want) = bid.because.filter(|_| record.author == me) {
                    self.wants.bid(&want, record.id);
                }
                self.agenda.insert(Todo::Tell(Topic::Deals));
            }
            BidStanding::KIND => {
                let bid = self.auctions.stand(&me, record, at)?;
                self.auction_touched(Touched::Bid(bid), at);
            }
            Award::KIND => {
                let bought = self.auctions.award(&me, record, at)?;
                let Some(placed) = self.auctions.bid(&bought.bid) else { return Ok(true) };
                self.deals.open(Deal::of_bid(placed, &bought, record.id));
                self.deal_changed(&bought.bid, at);
            }
            Refusal::KIND => {
                let Some(bid) = self.auctions.refused(record, &record.read::<Refusal>()?.answers) else {
                    return Ok(false);
                };
                self.auction_touched(Touched::Bid(bid), at);
            }
            StandingOrder::KIND if record.author == me => self.wants.open(record.id, record.read()?, at),
            StandingCancelled::KIND if record.author == me => {
                self.wants.cancel(&record.read::<StandingCancelled>()?.order);
            }
            Sought::KIND if record.author == me => {
                let sought: Sought = record.read()?;
                self.wants.sought(&sought.order, sought.by);
            }
            Proposal::KIND if record.author == me => self.wants.propose(record.id, record.read()?, at),
            ProposalAnswer::KIND if record.author == me => {
                let said: ProposalAnswer = record.read()?;
                self.wants.answer(&said.proposal, said.answer, at);
            }
            _ => return Ok(false),
        }
        if record.author == me {
            self.agenda.insert(Todo::Tell(Topic::Deals));
        }
        Ok(true)
    }

    /// What follows when an auction or a bid has changed.
    pub(crate) fn auction_touched(&mut self, touched: Touched, at: Timestamp) {
        match touched {
            Touched::Auction(id) => {
                self.agenda.insert(Todo::Auction(id));
            }
            Touched::Bid(id) => {
                let need = self.auctions.bid(&id).filter(|b| !b.is_live()).and_then(|b| b.bid.because);
                if let Some(want) = need {
                    self.wants.news(&want, at);
                }
                self.agenda.insert(Todo::Tell(Topic::Deals));
            }
        }
    }

    /// A listing is new: standing orders for it are looked at.
    pub(crate) fn listing_heard(&mut self, id: &RecordId, at: Timestamp) {
        if let Some(offer) = self.board.offers.get(id) {
            self.wants.news_of(Some(&offer.what.spec.clone()), at);
        }
    }
}

//! Commands about auctions and standing orders.

use crate::advance::ANSWER_S;
use crate::command::StandingOrder;
use crate::error::{Error, Result};
use crate::node::Node;
use crate::statement::StandingCancelled;
use crate::words::words;
use ledger::Audience;
use market::auction::Bid;
use vocab::{Decimal, Money, Phrase, RecordId, Timestamp, after};

impl Node {
    pub(crate) fn bid(
        &mut self,
        offer: RecordId,
        quantity: Decimal,
        at_most: Money,
        now: Timestamp,
    ) -> Result<RecordId> {
        let unknown = |remedy| Error::Unknown { kind: words("offer", "报价"), id: offer, remedy };
        let listing = self.board.offer(&offer, now);
        let listing = listing
            .ok_or(unknown(words("it may have expired: see the offers", "它可能已过期：请查看现有报价")))?;
        let auction = listing.what.capacity.as_ref().and_then(|draw| self.auctions.get(&draw.auction));
        let auction = auction.ok_or(unknown(words(
            "it is not sold by auction, or its auction is not known here: enquire instead",
            "它不以竞价出售，或本节点不知道其竞价：请改为询价",
        )))?;
        let answer_by = after(now, ANSWER_S).min(auction.capacity.awarded_by());
        let (to, bid) = (listing.by, Bid { offer, quantity, at_most, answer_by, because: None });
        bid.check()?;
        self.say(&bid, Audience::parties([to]), now)
    }

    pub(crate) fn standing_order(&mut self, order: StandingOrder, now: Timestamp) -> Result<RecordId> {
        let wrong = |field, value, remedy| Err(Error::Field { field, value, remedy });
        if !order.quantity.is_positive() {
            let remedy = words("give more than nothing", "请给出大于零的数量");
            return wrong(words("quantity", "数量"), Phrase::plain(order.quantity), remedy);
        }
        if order.keep_until <= now {
            let remedy = words("give a time to come", "请给出将来的时间");
            return wrong(words("keep_until", "保留至"), Phrase::plain(order.keep_until), remedy);
        }
        order.preferences.check()?;
        self.say(&order, Audience::Private, now)
    }

    pub(crate) fn cancel_standing(&mut self, order: RecordId, now: Timestamp) -> Result<RecordId> {
        if self.wants.get(&order).is_none() {
            let remedy = words("see your standing orders", "请查看你的常设订单");
            return Err(Error::Unknown { kind: words("standing order", "常设订单"), id: order, remedy });
        }
        self.say(&StandingCancelled { order }, Audience::Private, now)
    }
}

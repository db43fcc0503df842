//! What is shown about dates: when goods are to be expected, what was offered instead, what is out of use.

use crate::deals::Deal;
use crate::node::Node;
use crate::orders::Held;
use crate::view::{DelayView, OutageView};
use crate::words::said;
use market::{Side, date};
use vocab::{Text, Timestamp};

impl Node {
    /// Times at which work centres are or will be out of use, the next first.
    pub fn outages(&self, now: Timestamp) -> Vec<OutageView> {
        let of = |center: &String| {
            let view = |o: &crate::outages::Outage| OutageView {
                id: o.record,
                work_center: center.clone(),
                from: o.from,
                until: o.until,
                reason: o.reason.clone(),
            };
            self.outages.of(center).iter().filter(|o| o.until > now).map(view).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.outages.centers().flat_map(of).collect();
        all.sort_by_key(|o| (o.from, o.id));
        all
    }

    /// When the goods of a bound deal are to be expected: by this node's own plan, or by its supplier's last word.
    pub(crate) fn expected(&self, deal: &Deal) -> Option<Timestamp> {
        let stands = deal.standing()?.promise;
        let own = || {
            let order = self.orders.get(&self.order_of(deal)?)?;
            let held = order.held().filter(|h| order.is_firm() && !self.is_ready(h))?;
            Some(held.plan.promise)
        };
        Some(match deal.side() {
            Side::Supplier => own().map_or(stands, |planned| planned.max(stands)),
            Side::Buyer => deal.told().map_or(stands, |told| told.max(stands)),
        })
    }

    pub(crate) fn is_late(&self, deal: &Deal) -> bool {
        let expected = self.expected(deal).map(|t| if deal.is_awaited() { t.max(self.clock) } else { t });
        deal.is_awaited() && expected > deal.standing().map(|s| s.promise)
    }

    pub(crate) fn delay_view(&self, deal: &Deal) -> Option<DelayView> {
        let standing = deal.standing()?;
        let open =
            [Side::Supplier, Side::Buyer].into_iter().filter_map(|side| deal.open_date(side, self.clock));
        let newest = open.max_by_key(|p| p.at)?;
        let mine = newest.side == deal.side();
        let to_answer = !mine && deal.side() == Side::Buyer;
        Some(DelayView {
            by: self.who(&if mine { self.me() } else { deal.with }),
            promise: newest.delay.promise,
            answer_by: newest.delay.answer_by,
            reason: newest.delay.reason.clone(),
            to_answer,
            may_cancel: to_answer && standing.shipped.is_zero() && date::may_cancel(&standing, &newest.delay),
        })
    }

    /// What is wrong with a firm order whose purchase was cancelled.
    pub(crate) fn lost_purchase(&self, held: &Held) -> Option<Text> {
        let lost = held.chosen.iter().find(|(_, d)| self.deals.get(d).is_some_and(Deal::is_over));
        lost.map(|(spec, _)| {
            said!(
                "'{spec}' will not come from where it was bought: find it elsewhere",
                "“{spec}”不会从原供方到货：请另寻来源"
            )
        })
    }
}

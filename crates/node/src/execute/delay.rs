//! Commands about time: a work centre out of use or back, and the dates of bound deals.

use crate::command::DateReply;
use crate::error::{Error, Result};
use crate::node::Node;
use crate::outages::{OUTAGES_MAX, UNITS_MAX};
use crate::statement::{Down, Up};
use crate::words::{said, words};
use ledger::Audience;
use market::Side;
use market::statement::{DateAnswer, DelayAnswer};
use vocab::{DAY_S, Phrase, RecordId, Text, Timestamp, after, phrase};

/// Longest outage, days.
const OUTAGE_DAYS_MAX: i64 = 366;

impl Node {
    pub(crate) fn down(
        &mut self,
        work_center: String,
        from: Option<Timestamp>,
        until: Timestamp,
        reason: String,
        now: Timestamp,
    ) -> Result<RecordId> {
        let units = self.center(&work_center)?;
        let wrong = |field, value, remedy| Error::Field { field, value, remedy };
        if !(1..=UNITS_MAX).contains(&units) {
            let remedy = words(
                "give it 1 to 10000 units first: without a limit nothing is in the way",
                "请先为它设定 1 至 10000 个单元：没有上限则无从停用",
            );
            return Err(wrong(words("units", "单元数"), Phrase::plain(units), remedy));
        }
        let from = from.unwrap_or(now);
        if until <= now || until <= from || until > after(from, OUTAGE_DAYS_MAX * DAY_S) {
            let remedy = words(
                "end it after now and its start, within 366 days",
                "须晚于现在和开始时间，且不超过 366 天",
            );
            return Err(wrong(words("until", "截止时间"), Phrase::plain(until), remedy));
        }
        if from < after(now, -OUTAGE_DAYS_MAX * DAY_S) {
            let remedy = words("begin it within the last 366 days", "须始于最近 366 天之内");
            return Err(wrong(words("from", "开始时间"), Phrase::plain(from), remedy));
        }
        if self.outages.of(&work_center).len() >= OUTAGES_MAX {
            let (what, remedy) = (
                words("outages of one work centre", "同一工作中心的停用"),
                words("put them into its calendar", "请写入其日历"),
            );
            return Err(Error::Limit { what, limit: OUTAGES_MAX, remedy });
        }
        if reason.len() > market::NOTE_BYTES_MAX {
            let remedy = words("stay within 2000 bytes", "至多 2000 字节");
            return Err(wrong(words("reason", "原因"), Phrase::plain(reason.len()), remedy));
        }
        self.say(&Down { work_center, from, until, reason }, Audience::Private, now)
    }

    pub(crate) fn up(&mut self, work_center: String, now: Timestamp) -> Result<RecordId> {
        self.center(&work_center)?;
        if !self.outages.of(&work_center).iter().any(|o| o.until > now) {
            return Err(Error::Field {
                field: words("work_center", "工作中心"),
                value: Phrase::plain(work_center),
                remedy: words("it is not out of use: name one that is", "它没有停用：请指明已停用的"),
            });
        }
        let id = self.say(&Up { work_center: work_center.clone() }, Audience::Private, now)?;
        self.pull_earlier(&work_center, now);
        Ok(id)
    }

    /// How many units a work centre of this node's has.
    fn center(&self, name: &str) -> Result<u32> {
        let center = self.model.work_centers.get(name).ok_or_else(|| Error::Field {
            field: words("work_center", "工作中心"),
            value: Phrase::plain(name.chars().take(80).collect::<String>()),
            remedy: words("name one of your model", "请指明模型中的一个"),
        })?;
        Ok(center.units)
    }

    pub(crate) fn answer_delay(
        &mut self,
        id: RecordId,
        reply: DateReply,
        now: Timestamp,
    ) -> Result<RecordId> {
        let deal = self.bound(&id)?;
        if deal.side() != Side::Buyer {
            let remedy = words("a buyer's wish is answered by planning", "买方的请求由排产自动答复");
            return Err(Error::NotYours { what: words("deal", "交易"), id, owner: deal.with, remedy });
        }
        let Some(offer) = deal.open_date(Side::Supplier, now) else {
            let remedy = words("there must be one to answer, in time", "须有待答复且未过期的日期");
            let state = phrase("without another date offered", "没有对方提出的新日期");
            return Err(Error::State { what: words("deal", "交易"), id, state, remedy });
        };
        let (record, offered, to) = (offer.record, offer.delay.clone(), deal.with);
        let answer = match reply {
            DateReply::Accept => DateAnswer::Accept,
            DateReply::Refuse => DateAnswer::Refuse,
            DateReply::Cancel => DateAnswer::Cancel,
            DateReply::PassOn => return self.pass_date_on(id, offered.promise, offered.answer_by, now),
        };
        if let Some(standing) = deal.standing() {
            market::answer_fits(&standing, Side::Supplier, &offered, Side::Buyer, answer, now)?;
        }
        self.say(&DelayAnswer { delay: record, answer, detail: None }, Audience::parties([to]), now)
    }

    /// Asks this node's own buyers first: what they say decides what it can say to its supplier.
    fn pass_date_on(
        &mut self,
        id: RecordId,
        promise: Timestamp,
        answer_by: Timestamp,
        now: Timestamp,
    ) -> Result<RecordId> {
        let nobody = || Error::State {
            what: words("deal", "交易"),
            id,
            state: phrase("without a buyer whose date would move", "没有日期会因此改变的买方"),
            remedy: words("accept, refuse or cancel it yourself", "请自行接受、拒绝或取消"),
        };
        let order = self.deals.get(&id).and_then(|d| d.buys_for).ok_or_else(nobody)?;
        let new = self.supposed(order, id, promise, now).ok_or_else(nobody)?;
        let answer_by = after(answer_by, -self.config.policy.margin_s);
        let grace_s = self.config.policy.grace_s;
        let moves = |d: &&crate::deals::Deal| {
            d.standing().is_some_and(|s| new > after(s.promise, grace_s)) && d.told().is_none_or(|t| t < new)
        };
        let sales =
            self.orders.get(&order).map(|o| self.owing(o).filter(moves).map(|d| d.id).collect::<Vec<_>>());
        let mut said = None;
        for sale in sales.unwrap_or_default() {
            let reason = said!("what it is made of comes later", "所用物料将晚到");
            let Some((mut delay, to)) = self.another_date(sale, new, None, reason, now) else { continue };
            delay.answer_by = delay.answer_by.min(answer_by);
            said = Some(self.say(&delay, Audience::parties([to]), now)?);
        }
        said.ok_or_else(nobody)
    }

    pub(crate) fn ask_date(
        &mut self,
        id: RecordId,
        promise: Timestamp,
        reason: Text,
        now: Timestamp,
    ) -> Result<RecordId> {
        let side = self.bound(&id)?.side();
        let Some((delay, to)) = self.another_date(id, promise, None, reason, now) else {
            return self.bound(&id).map(|d| d.id);
        };
        if let Some(standing) = self.deals.get(&id).and_then(|d| d.standing()) {
            market::delay_fits(&standing, side, &delay, None, now)?;
        }
        self.say(&delay, Audience::parties([to]), now)
    }
}

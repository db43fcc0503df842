//! Commands about standing: whom the owner knows, for whom it vouches, what work speaks for itself.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::stamp::Stamp;
use crate::statement::Knows;
use crate::words::words;
use ledger::Audience;
use market::statement::Vouch;
use vocab::{AgentId, DAY_S, Money, Phrase, RecordId, Timestamp, after};

/// Days for which a vouch counts when its author does not say.
const VOUCH_DAYS: i64 = 365;

impl Node {
    pub(crate) fn know(&mut self, agent: AgentId, now: Timestamp) -> Result<RecordId> {
        self.not_me(agent)?;
        match self.quota.named(&agent) {
            Some(record) => Ok(record),
            None => self.say(&Knows { agent }, Audience::Private, now),
        }
    }

    pub(crate) fn vouch(
        &mut self,
        agent: AgentId,
        because: Option<RecordId>,
        deposit: Option<Money>,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<RecordId> {
        self.not_me(agent)?;
        if let Some(deal) = because {
            self.bound(&deal)?;
        }
        let expires = until.unwrap_or(after(now, VOUCH_DAYS * DAY_S));
        let vouch = Vouch { agent, because, deposit, expires };
        vouch.check()?;
        self.say(&vouch, Audience::Public, now)
    }

    pub(crate) fn stamp(&mut self, stamp: Stamp, now: Timestamp) -> Result<RecordId> {
        let (bits, needed) = (stamp.bits(&self.me()), self.config.policy.quotas.stamp_bits);
        if bits < needed {
            return Err(Error::Field {
                field: words("zero bits of the stamp", "工作证明的零位数"),
                value: Phrase::plain(bits),
                remedy: words("do more work: see the node's stamp_bits", "请继续计算：参阅节点的 stamp_bits"),
            });
        }
        if stamp.expires <= now || vocab::seconds_between(now, stamp.expires) > Stamp::LIFE_S_MAX {
            return Err(Error::Field {
                field: words("expiry of the stamp", "工作证明的到期时间"),
                value: Phrase::plain(stamp.expires),
                remedy: words("let it end within 31 days", "须在 31 天之内"),
            });
        }
        self.say(&stamp, Audience::Public, now)
    }

    fn not_me(&self, agent: AgentId) -> Result<()> {
        match agent == self.me() {
            false => Ok(()),
            true => Err(Error::Field {
                field: words("agent", "主体"),
                value: Phrase::plain(agent),
                remedy: words("name another than this node's own", "请填写本节点以外的主体"),
            }),
        }
    }
}

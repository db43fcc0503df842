//! Comparing what is public with a peer: only what both care for, seldom while nothing differs, at once on news.
//!
//! Gossip is a hint and this is the truth: whoever was away or joined late gets what it lacks by comparing sets
//! (negentropy, protocol version 1). The one who begins names the topics; the other answers from its own set of them
//! and keeps nothing in between.

use crate::effect::Effect;
use crate::frame::{Card, Frame, Greeting, Scope, Turn};
use crate::node::{Hears, Node};
use crate::public::{is_paper, spreads};
use crate::words::{about_foreign, said};
use ledger::Record;
use market::{Topic, TopicId};
use negentropy::{Id, Negentropy, NegentropyStorageVector};
use vocab::{AgentId, RecordId, Timestamp, after, seconds_between};

/// Largest message of a reconciliation, bytes.
const RECONCILE_BYTES: u64 = 60_000;
/// How long one message of a reconciliation is waited for, seconds.
const RECONCILE_TIME_S: i64 = 30;
/// Seconds until what is new is compared with those who may lack it: what late joiners bring or learn goes round in as
/// many times this as there are hops.
const NEWS_S: i64 = 3;
/// How long a new peer's word on what it cares for is waited for before it is asked, seconds.
const CARD_S: i64 = 3;
/// Seconds until a peer that has not said what it cares for is asked again, and until the one who need not begin does.
const ASK_AGAIN_S: i64 = 10;
/// Bytes of public records in one frame.
const PUBLIC_BYTES: usize = 1 << 20;
/// A set at least so large is kept until it changes, not made anew for each message.
const CACHED_MIN: usize = 1_000;

/// A comparison under way that this node began.
pub(crate) struct Session {
    since: Timestamp,
    scope: Scope,
    /// something was found that one side lacks
    differs: bool,
}

impl Session {
    /// Until when an answer is waited for.
    pub(crate) fn until(&self, patience_s: i64) -> Timestamp {
        after(self.since, patience_s)
    }
}

/// A set made to be compared.
pub(crate) struct Sealed {
    scope: Scope,
    /// of the public records it was made from
    version: u64,
    set: NegentropyStorageVector,
}

impl Node {
    // --- who cares for what ---------------------------------------------------------------------------------------

    /// Tells a peer what this node keeps.
    pub(crate) fn say_interests(&mut self, to: AgentId, greeting: Greeting) {
        let frame = Frame::Interests { scope: self.interests.scope(), greeting };
        self.out.push(Effect::Send { to, frame });
    }

    pub(crate) fn hear_interests(&mut self, from: AgentId, scope: Scope, greeting: Greeting, now: Timestamp) {
        if !self.bearable(from, &scope, now) {
            return;
        }
        if greeting == Greeting::First {
            self.say_interests(from, Greeting::Return);
        }
        if let Scope::Topics(topics) = &scope {
            let new: Vec<_> = topics.iter().filter(|t| self.partakers.note(**t, from)).copied().collect();
            self.tell_of_newcomer(from, &new);
        }
        // one of the two begins; the other only if that one does not
        let wait = if self.me() < from { 0 } else { ASK_AGAIN_S };
        let lane = self.post.lane(from);
        lane.interests = Some(scope);
        lane.compare_at = lane.connected.then(|| after(now, wait));
        self.introduce(from);
    }

    /// Whoever keeps everything is asked for company by many: those tell one another who is new in which topic, so that
    /// those who know only one of them are not parted from the rest.
    fn tell_of_newcomer(&mut self, who: AgentId, topics: &[TopicId]) {
        let known = self.board.reachable.get(&who).and_then(|r| self.book.get(&r.record));
        let Some(signed) = known.map(|r| (**r.signed()).clone()) else { return };
        if self.interests.scope() != Scope::Everything {
            return;
        }
        for to in self.post.hearing_everything().into_iter().filter(|to| *to != who) {
            for topic in topics {
                let frame = Frame::Introduce { topic: *topic, who: vec![signed.clone()] };
                self.out.push(Effect::Send { to, frame });
            }
        }
    }

    /// Shows a peer who else takes part in the topics it has named.
    fn introduce(&mut self, to: AgentId) {
        let Some(Scope::Topics(topics)) = self.post.get(&to).and_then(|lane| lane.interests.clone()) else {
            return;
        };
        for topic in topics {
            let known = self.partakers.some(&topic, &to);
            let shown = known.iter().filter_map(|who| self.board.reachable.get(who));
            let who: Vec<_> =
                shown.filter_map(|r| self.book.get(&r.record)).map(|r| (**r.signed()).clone()).collect();
            if !who.is_empty() {
                self.out.push(Effect::Send { to, frame: Frame::Introduce { topic, who } });
            }
        }
    }

    /// Others take part in a topic: this node joins them, and meets one or two if it knows nobody there.
    pub(crate) fn introduced(
        &mut self,
        from: AgentId,
        topic: TopicId,
        who: Vec<ledger::Signed>,
        now: Timestamp,
    ) {
        let joined = self.interests.joined().contains(&topic);
        if !joined && self.interests.scope() != Scope::Everything {
            return;
        }
        let mut agents = vec![];
        for signed in who.into_iter().take(crate::partakers::SHOWN_MAX) {
            let Ok(record) = self.check(signed.clone()) else { continue };
            if record.kind == "reachable" && record.author != self.me() {
                self.hear(signed, Some(from), now);
                agents.push(record.author);
                self.partakers.note(topic, record.author);
            }
        }
        if joined && !agents.is_empty() {
            self.find_partakers(topic);
            self.out.push(Effect::Join { topic, agents });
        }
    }

    /// Greets somebody who takes part in the topic, while too few of the peers do.
    fn find_partakers(&mut self, topic: TopicId) {
        let sharing = self.partakers.of(&topic).filter(|who| self.is_connected(who)).count();
        let away: Vec<_> = self.partakers.some(&topic, &self.me());
        let away = away.into_iter().filter(|who| !self.is_connected(who));
        for who in away.take(crate::partakers::WANTED.saturating_sub(sharing)).collect::<Vec<_>>() {
            self.say_interests(who, Greeting::First);
        }
    }

    fn is_connected(&self, who: &AgentId) -> bool {
        self.post.get(who).is_some_and(|lane| lane.connected)
    }

    /// Whether a peer's scope is of a size that an honest one has.
    fn bearable(&mut self, from: AgentId, scope: &Scope, now: Timestamp) -> bool {
        let fits = !matches!(scope, Scope::Topics(topics) if topics.len() > Scope::TOPICS_MAX);
        if !fits {
            let most = Scope::TOPICS_MAX;
            self.problem(now, Some(from), said!("named more than {most} topics", "列出的话题超过 {most} 个"));
        }
        fits
    }

    // --- spreading what is said here --------------------------------------------------------------------------------

    /// Spreads a record of this node's own: by gossip, at once to peers who keep everything, and for the rest soon by
    /// comparison. Keys and addresses go where the listings go.
    pub(crate) fn publish(&mut self, record: &Record, now: Timestamp) {
        if !spreads(record) {
            return;
        }
        let (me, signed) = (self.me(), record.signed());
        let topic = Topic::of_record(record).id();
        let commons = Topic::Commons.id();
        let mut spread = vec![];
        if crate::public::is_paper(record) {
            let with_listings = self.book.public().topics_of(&me).copied().filter(|t| *t != commons);
            let everywhere = self.interests.scope() == Scope::Everything;
            spread.extend(with_listings.chain(everywhere.then_some(commons)).map(|t| (t, signed.clone())));
        } else {
            spread.push((topic, signed.clone()));
            if topic != commons && self.book.public().count(&topic, &me) == 1 {
                let papers = self.book.public().papers_of(&me).filter_map(|id| self.book.get(id));
                spread.extend(papers.map(|r| (topic, r.signed().clone())));
            }
            if topic != commons {
                for to in self.post.hearing_everything() {
                    self.out.push(Effect::Send { to, frame: Frame::Public(vec![(**signed).clone()]) });
                }
            }
        }
        self.out.extend(spread.into_iter().map(|(topic, signed)| Effect::Publish { topic, signed }));
        self.post.compare_soon(None, &topic, after(now, self.config.policy.reconcile_s));
    }

    /// Something public was learnt from `from`: the others may lack it.
    pub(crate) fn news_from(&mut self, from: &AgentId, topic: &TopicId, now: Timestamp) {
        self.post.compare_soon(Some(from), topic, after(now, NEWS_S));
    }

    // --- comparing --------------------------------------------------------------------------------------------------

    /// A peer is there: the two tell each other who they are and what they care for, and then compare it. If that is
    /// lost, it is asked for before comparing.
    pub(crate) fn meet(&mut self, peer: AgentId, now: Timestamp) -> Card {
        let interests = self.interests.scope();
        let mut papers = vec![];
        if interests != Scope::Everything {
            let me = self.me();
            let own = self.book.public().papers_of(&me).filter_map(|id| self.book.get(id));
            papers.extend(own.map(|r| (**r.signed()).clone()).take(Card::PAPERS_MAX));
        }
        let lane = self.post.lane(peer);
        lane.interval_s = 0;
        lane.compare_at = Some(after(now, CARD_S));
        Card { checkpoint: self.checkpoint(), papers, interests }
    }

    /// Compares with whoever's turn it is.
    pub(crate) fn compare_due(&mut self, now: Timestamp) {
        for peer in self.post.to_compare(now, RECONCILE_TIME_S) {
            self.begin_reconcile(peer, now);
        }
    }

    pub(crate) fn next_compare(&self) -> Option<Timestamp> {
        self.post.next_compare(RECONCILE_TIME_S)
    }

    fn begin_reconcile(&mut self, peer: AgentId, now: Timestamp) {
        for topic in self.interests.lonely(&self.partakers, |who| self.is_connected(who)) {
            self.find_partakers(topic);
        }
        let lane = self.post.lane(peer);
        lane.compare_at = Some(after(now, ASK_AGAIN_S));
        lane.session = None;
        let Some(theirs) = lane.interests.clone() else {
            return self.say_interests(peer, Greeting::First);
        };
        let scope = self.interests.scope().shared_with(&theirs);
        let message = self.with_set(&peer, &scope, |session| session.initiate());
        if let Some(Ok(message)) = message {
            let session = Session { since: now, scope: scope.clone(), differs: false };
            self.post.lane(peer).session = Some(session);
            let frame = Frame::Reconcile { scope, turn: Turn::Initiator, message };
            self.out.push(Effect::Send { to: peer, frame });
        }
    }

    pub(crate) fn reconcile(
        &mut self,
        from: AgentId,
        scope: Scope,
        turn: Turn,
        message: &[u8],
        now: Timestamp,
    ) {
        if !self.bearable(from, &scope, now) {
            return;
        }
        match turn {
            Turn::Initiator => self.answer_reconcile(from, scope, message, now),
            Turn::Responder => self.go_on_reconcile(from, &scope, message, now),
        }
    }

    fn answer_reconcile(&mut self, from: AgentId, scope: Scope, message: &[u8], now: Timestamp) {
        let mine = self.interests.scope();
        let known = self.post.get(&from).and_then(|lane| lane.interests.as_ref());
        if known.is_none_or(|theirs| mine.shared_with(theirs) != scope) {
            // it does not know what this node cares for now
            self.say_interests(from, Greeting::Return);
        }
        if mine.shared_with(&scope) != scope {
            return;
        }
        match self.with_set(&from, &scope, |session| session.reconcile(message)) {
            Some(Ok(message)) => {
                let least = self.config.policy.reconcile_s;
                let lane = self.post.lane(from);
                lane.compare_at = lane.compare_at.map(|_| after(now, lane.interval_s.max(least)));
                let frame = Frame::Reconcile { scope, turn: Turn::Responder, message };
                self.out.push(Effect::Send { to: from, frame });
            }
            Some(Err(e)) => self.not_comparable(from, &e, now),
            None => {}
        }
    }

    fn go_on_reconcile(&mut self, from: AgentId, scope: &Scope, message: &[u8], now: Timestamp) {
        let late = |s: &Session| seconds_between(s.since, now) > RECONCILE_TIME_S;
        let session = self.post.lane(from).session.take();
        let Some(mut session) = session.filter(|s| s.scope == *scope && !late(s)) else { return };
        let (mut have, mut need) = (vec![], vec![]);
        let next = self.with_set(&from, scope, |set| {
            set.set_initiator();
            set.reconcile_with_ids(message, &mut have, &mut need)
        });
        let next = match next {
            Some(Ok(next)) => next,
            Some(Err(e)) => return self.not_comparable(from, &e, now),
            None => return,
        };
        session.differs |= !(have.is_empty() && need.is_empty());
        session.since = now;
        // negentropy finds them in the order of a hash map, which differs from run to run
        let ids = |all: Vec<Id>| {
            let mut ids: Vec<_> = all.into_iter().map(|id| RecordId(id.to_bytes())).collect();
            ids.sort_unstable();
            ids
        };
        self.send_public(from, ids(have));
        // what this node has let go of need not come again
        let need: Vec<_> = ids(need).into_iter().filter(|id| self.book.get(id).is_none()).collect();
        for wanted in need.chunks(Frame::RECORDS_MAX).take(16) {
            self.out.push(Effect::Send { to: from, frame: Frame::Want(wanted.to_vec()) });
        }
        let (least, most) = (self.config.policy.reconcile_s, self.config.policy.reconcile_max_s);
        let lane = self.post.lane(from);
        match next {
            Some(message) => {
                lane.session = Some(session);
                let frame = Frame::Reconcile { scope: scope.clone(), turn: Turn::Initiator, message };
                self.out.push(Effect::Send { to: from, frame });
            }
            None => {
                lane.interval_s = if session.differs {
                    least
                } else {
                    lane.interval_s.saturating_mul(2).clamp(least, most.max(least))
                };
                lane.compare_at = Some(after(now, lane.interval_s));
            }
        }
    }

    fn not_comparable(&mut self, from: AgentId, e: &negentropy::Error, now: Timestamp) {
        let what = about_foreign("compared records in a way not known here", "用本节点不懂的方式比对记录", e);
        self.problem(now, Some(from), what);
    }

    /// Asks something of the set of a scope: what is public here in it, or what the two have said themselves.
    fn with_set<T>(
        &mut self,
        peer: &AgentId,
        scope: &Scope,
        ask: impl FnOnce(&mut Negentropy<'_, NegentropyStorageVector>) -> Result<T, negentropy::Error>,
    ) -> Option<Result<T, negentropy::Error>> {
        let public = self.book.public();
        let fresh = |s: &Sealed| s.scope == *scope && s.version == public.version();
        // what was refused of this peer, or is between the two alone, makes it a set for this peer alone
        let alone = self.config.policy.hears == Hears::Partners
            || self.post.get(peer).is_some_and(|lane| lane.has_refused());
        if alone || !self.sealed.as_ref().is_some_and(fresh) {
            self.sealed = Some(Sealed {
                scope: scope.clone(),
                version: public.version(),
                set: self.public_set(peer, scope)?,
            });
        }
        let sealed = self.sealed.as_ref()?;
        let asked = Negentropy::borrowed(&sealed.set, RECONCILE_BYTES).and_then(|mut set| ask(&mut set));
        if alone || self.book.public().len() < CACHED_MIN {
            self.sealed = None;
        }
        Some(asked)
    }

    fn public_set(&self, peer: &AgentId, scope: &Scope) -> Option<NegentropyStorageVector> {
        let public = self.book.public();
        let mut set = NegentropyStorageVector::new();
        let mut add = |(time, id): &(u64, RecordId)| set.insert(*time, Id::from_byte_array(id.0)).ok();
        match self.config.policy.hears {
            Hears::Everybody => public.within(scope).try_for_each(&mut add)?,
            Hears::Partners => {
                for author in [self.me(), *peer] {
                    public.said_within(scope, &author).try_for_each(&mut add)?;
                }
            }
        }
        for (time, id) in self.post.get(peer).map(|lane| lane.refused(scope)).unwrap_or_default() {
            set.insert(time, Id::from_byte_array(id.0)).ok()?;
        }
        set.seal().ok()?;
        Some(set)
    }

    /// Sends public records, as many as are asked for and fit a few frames.
    pub(crate) fn send_public(&mut self, to: AgentId, ids: Vec<RecordId>) {
        let asked = ids.iter().take(16 * Frame::RECORDS_MAX).filter_map(|id| self.book.get(id));
        let mut found: Vec<_> = asked.filter(|r| spreads(r)).collect();
        // in whatever order they were found to lack: who speaks for whom first, what was said earlier first
        found.sort_by_key(|r| (!is_paper(r), r.at, r.id));
        let (mut batch, mut bytes, mut frames) = (vec![], 0, vec![]);
        for record in found {
            bytes += record.signed().bytes.len();
            batch.push((**record.signed()).clone());
            if bytes > PUBLIC_BYTES || batch.len() == Frame::RECORDS_MAX {
                frames.push(std::mem::take(&mut batch));
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            frames.push(batch);
        }
        self.out.extend(frames.into_iter().map(|f| Effect::Send { to, frame: Frame::Public(f) }));
    }
}

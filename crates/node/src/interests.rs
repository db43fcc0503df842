//! What this node's owner wants to hear of, the topics it therefore takes part in, and what is kept.
//!
//! Without interests a node keeps everything it hears, and takes part in the topics of what it has heard. With them it
//! keeps what they and its own listings take, and the commons.

use crate::deals::Fault;
use crate::effect::Effect;
use crate::error::{Error, Result};
use crate::frame::{Greeting, Scope};
use crate::node::Node;
use crate::partakers::Partakers;
use crate::public::{ends, spreads};
use crate::statement::InterestsSet;
use crate::view::{InterestsView, TopicView};
use crate::words::words;
use ledger::Audience;
use market::topic::{Interest, TOPICS_MAX, Topic, TopicId};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId, Timestamp};

#[derive(Default)]
pub(crate) struct Interests {
    wants: Vec<Interest>,
    /// what they take
    wanted: BTreeMap<TopicId, Topic>,
    /// what this node's standing listings take
    own: BTreeMap<TopicId, Topic>,
    /// the topics last said to be taken part in
    joined: BTreeSet<TopicId>,
    /// what peers were last told
    told: Option<Scope>,
    stale: bool,
}

impl Interests {
    /// Looks again, before the node next acts, at what is to be taken part in.
    pub(crate) fn changed(&mut self) {
        self.stale = true;
    }
    fn everything(&self) -> bool {
        self.wants.is_empty()
    }
    /// Whether what is said there is kept.
    pub(crate) fn take(&self, topic: &TopicId) -> bool {
        self.everything()
            || *topic == Topic::Commons.id()
            || self.wanted.contains_key(topic)
            || self.own.contains_key(topic)
    }
    /// What is kept, as peers are told.
    pub(crate) fn scope(&self) -> Scope {
        if self.everything() {
            return Scope::Everything;
        }
        let named = self.wanted.keys().chain(self.own.keys()).copied();
        let mut all: Vec<_> = named.collect::<BTreeSet<_>>().into_iter().collect();
        all.truncate(Scope::TOPICS_MAX - 1);
        all.push(Topic::Commons.id());
        all.sort_unstable();
        all.dedup();
        Scope::Topics(all)
    }
    /// Topics taken part in where no peer is connected, though somebody is known to be there.
    pub(crate) fn lonely(&self, known: &Partakers, connected: impl Fn(&AgentId) -> bool) -> Vec<TopicId> {
        let lonely = |topic: &&TopicId| known.of(topic).next().is_some() && !known.of(topic).any(&connected);
        self.joined.iter().filter(lonely).copied().collect()
    }
    /// The topics this node takes part in by gossip.
    pub(crate) fn joined(&self) -> &BTreeSet<TopicId> {
        &self.joined
    }
}

/// The topics that interests take.
fn topics(wants: &[Interest]) -> Result<BTreeMap<TopicId, Topic>> {
    let mut all = BTreeMap::new();
    for want in wants {
        all.extend(want.topics()?.into_iter().map(|topic| (topic.id(), topic)));
        if all.len() >= TOPICS_MAX {
            return Err(Error::Limit {
                what: words("topics, the commons among them", "话题（含公共话题）"),
                limit: TOPICS_MAX,
                remedy: words("name fewer categories, or look less far around", "请减少类别，或缩小范围"),
            });
        }
    }
    Ok(all)
}

impl Node {
    /// Whether what is said there is kept here.
    pub fn takes(&self, topic: &TopicId) -> bool {
        self.interests.take(topic)
    }

    /// What this node hears of, and how much of it there is.
    pub fn interests(&self) -> InterestsView {
        let public = self.book.public();
        let named = self.interests.wanted.values().chain(self.interests.own.values()).cloned();
        let found =
            public.topics().filter_map(|topic| self.book.get(&public.shelf(topic).1?)).map(Topic::of_record);
        let topics: BTreeSet<Topic> = named.chain(found).chain([Topic::Commons]).collect();
        let view = |topic: Topic| {
            let id = topic.id();
            let shares = |lane: &crate::post::Lane| {
                lane.connected && lane.interests.as_ref().is_some_and(|scope| scope.has(&id))
            };
            TopicView {
                joined: self.interests.joined.contains(&id),
                records: public.shelf(&id).0 as u64,
                peers: self.post.lanes().filter(|(_, lane)| shares(lane)).count() as u64,
                topic,
            }
        };
        InterestsView {
            everything: self.interests.everything(),
            wants: self.interests.wants.clone(),
            topics: topics.into_iter().filter(|topic| self.takes(&topic.id())).map(view).collect(),
        }
    }

    pub(crate) fn set_interests(&mut self, wants: Vec<Interest>, now: Timestamp) -> Result<RecordId> {
        topics(&wants)?;
        self.say(&InterestsSet { wants }, Audience::Private, now)
    }

    pub(crate) fn apply_interests(
        &mut self,
        set: InterestsSet,
        at: Timestamp,
    ) -> std::result::Result<(), Fault> {
        let mut wanted = BTreeMap::new();
        for want in &set.wants {
            wanted.extend(want.topics()?.into_iter().map(|topic| (topic.id(), topic)));
        }
        self.interests.wanted = wanted;
        self.interests.wants = set.wants;
        self.own_topics();
        self.refile(at);
        self.interests.changed();
        Ok(())
    }

    fn own_topics(&mut self) {
        let me = self.me();
        let listed = self.board.topics_of(&me).flat_map(|topic| match &topic {
            Topic::Commons => vec![],
            Topic::Trade { category, .. } => vec![Topic::trade(category), topic],
        });
        self.interests.own = listed.map(|topic| (topic.id(), topic)).collect();
    }

    /// Lets go of public records of topics that are no longer of interest; takes back, of what is kept, those that are
    /// again.
    fn refile(&mut self, now: Timestamp) {
        let me = self.me();
        let mut again = vec![];
        let mut gone = vec![];
        for record in self.book.iter().filter(|r| spreads(r)) {
            let wanted = record.author == me || self.interests.take(&Topic::of_record(record).id());
            let over = ends(record).is_some_and(|t| t <= now)
                || self.board.is_withdrawn(&record.id, &record.author)
                || record.kind == "reachable";
            match wanted {
                true if !over => again.push(record.clone()),
                true => {}
                false => gone.push(record.id),
            }
        }
        for id in gone {
            self.book.retire(&id);
            self.board.drop_listing(&id);
        }
        for record in again {
            self.book.readmit(&record.id);
            if matches!(record.kind.as_str(), "offer" | "need") {
                let mut overtaken = vec![];
                // it was taken once: what was wrong with it then is wrong with it now
                let _ = self.board.apply(&me, &record, now, &mut overtaken);
                overtaken.iter().for_each(|id| self.book.retire(id));
            }
        }
    }

    /// Says which topics are to be taken part in, if that has changed.
    pub(crate) fn take_part(&mut self) {
        if !std::mem::take(&mut self.interests.stale) && !self.interests.joined.is_empty() {
            return;
        }
        self.own_topics();
        let interests = &self.interests;
        let heard = self.book.public();
        // whoever keeps everything goes where there is something to hear, and stays as long as there is
        let stays = interests.joined.iter().filter(|t| interests.everything() && heard.has_topic(t));
        let found = heard.topics().filter(|_| interests.everything());
        let named = interests.own.keys().chain(interests.wanted.keys()).chain(stays).chain(found);
        let mut topics = BTreeSet::from([Topic::Commons.id()]);
        for topic in named {
            if topics.len() < TOPICS_MAX {
                topics.insert(*topic);
            }
        }
        let scope = self.interests.scope();
        if self.interests.told.replace(scope.clone()).is_some_and(|told| told != scope) {
            for peer in self.post.connected().copied().collect::<Vec<_>>() {
                self.say_interests(peer, Greeting::First);
            }
        }
        if topics != self.interests.joined {
            self.interests.joined.clone_from(&topics);
            self.out.push(Effect::Topics(topics));
        }
    }
}

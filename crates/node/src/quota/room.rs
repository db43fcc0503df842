//! Who takes up how much room among the public records kept, and who must give way when there is no more.
//!
//! Authors stand in groups. Within a group the author that takes up most gives way first, and among strangers first the
//! group that does: whoever floods displaces what it has brought itself, not what others have. Nothing ever gives way
//! for somebody of a lower group. Knows no records, only their ids and sizes.

use super::Quotas;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, RecordId};

/// Whom an author shares its room with, the lowest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Group {
    /// nothing speaks for them, and they came this way
    Strangers(Way),
    /// they have worked for their keys
    Stamped,
    /// this agent has vouched for them
    Vouched(AgentId),
    /// the owner knows them
    Known,
}

/// How strangers' records came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Way {
    /// by gossip, or it is not known any more
    Air,
    /// from strangers, whoever of them
    Strangers,
    /// from a peer that is known or vouched for
    Peer(AgentId),
}

/// Where a record stands in the order in which its author's give way: the last first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Piece {
    /// 0 for what the rest of the author's records rest on
    pub(crate) order: u8,
    pub(crate) seq: u64,
    pub(crate) id: RecordId,
}

struct Held {
    group: Group,
    /// each counts half of the one before
    halvings: u32,
    pieces: BTreeMap<Piece, u64>,
    units: u64,
}

impl Held {
    /// By what authors of a group are compared.
    fn measure(&self) -> u64 {
        (self.units << 8) >> self.halvings.min(8)
    }
}

#[derive(Default)]
struct Sum {
    units: u64,
    authors: BTreeSet<(u64, AgentId)>,
}

#[derive(Default)]
pub(crate) struct Room {
    held: BTreeMap<AgentId, Held>,
    groups: BTreeMap<Group, Sum>,
    units: u64,
}

impl Room {
    pub(crate) fn units_of(&self, author: &AgentId) -> u64 {
        self.held.get(author).map_or(0, |h| h.units)
    }
    pub(crate) fn group_of(&self, author: &AgentId) -> Option<Group> {
        self.held.get(author).map(|h| h.group)
    }
    pub(crate) fn holds(&self, author: &AgentId, piece: &Piece) -> bool {
        self.held.get(author).is_some_and(|h| h.pieces.contains_key(piece))
    }
    /// Room taken up in all.
    #[cfg(test)]
    pub(crate) fn units(&self) -> u64 {
        self.units
    }

    /// Files a record; an author already there stays in its group.
    pub(crate) fn add(&mut self, author: AgentId, group: Group, halvings: u32, piece: Piece, units: u64) {
        self.change(author, |held| {
            let held =
                held.get_or_insert_with(|| Held { group, halvings, pieces: BTreeMap::new(), units: 0 });
            if held.pieces.insert(piece, units).is_none() {
                held.units += units;
            }
        });
    }
    pub(crate) fn remove(&mut self, author: AgentId, piece: &Piece) {
        self.change(author, |held| {
            let Some(of) = held else { return };
            of.units -= of.pieces.remove(piece).unwrap_or(0);
            if of.pieces.is_empty() {
                *held = None;
            }
        });
    }
    /// Moves an author to another group.
    pub(crate) fn regroup(&mut self, author: AgentId, group: Group, halvings: u32) {
        self.change(author, |held| {
            if let Some(held) = held {
                (held.group, held.halvings) = (group, halvings);
            }
        });
    }

    fn change(&mut self, author: AgentId, with: impl FnOnce(&mut Option<Held>)) {
        let mut held = self.held.remove(&author);
        if let Some(held) = &held {
            self.units -= held.units;
            if let Some(sum) = self.groups.get_mut(&held.group) {
                sum.units -= held.units;
                sum.authors.remove(&(held.measure(), author));
                if sum.authors.is_empty() {
                    self.groups.remove(&held.group);
                }
            }
        }
        with(&mut held);
        if let Some(held) = held {
            self.units += held.units;
            let sum = self.groups.entry(held.group).or_default();
            sum.units += held.units;
            sum.authors.insert((held.measure(), author));
            self.held.insert(author, held);
        }
    }

    /// Who must give way now, if anybody: `newcomer` where it is as good a choice as any, so that what is there stays.
    pub(crate) fn gives_way(&self, newcomer: &AgentId, quotas: &Quotas) -> Option<AgentId> {
        let of = |group: &Group| self.groups.get(group).map_or(0, |sum| sum.units);
        let strangers = || self.groups.range(..Group::Stamped);
        let mine = self.group_of(newcomer);
        let group = if strangers().map(|(_, sum)| sum.units).sum::<u64>() > quotas.strangers {
            strangers().max_by_key(|(group, sum)| (sum.units, Some(**group) == mine)).map(|(group, _)| *group)
        } else if of(&Group::Stamped) > quotas.stamped {
            Some(Group::Stamped)
        } else if let Some(group @ Group::Vouched(_)) = mine.filter(|g| of(g) > quotas.per_voucher) {
            Some(group)
        } else if self.units > quotas.in_all {
            let lowest = self.groups.keys().next().copied().filter(|g| *g < Group::Known);
            match lowest {
                Some(Group::Strangers(_)) => {
                    strangers().max_by_key(|(_, sum)| sum.units).map(|(group, _)| *group)
                }
                // the owner's own acquaintances leave no room: who comes now must do without
                other => other.or(mine),
            }
        } else {
            None
        }?;
        let authors = &self.groups.get(&group)?.authors;
        let (most, author) = authors.last()?;
        let as_much = self.held.get(newcomer).is_some_and(|h| h.group == group && h.measure() == *most);
        Some(if as_much || group == Group::Known { *newcomer } else { *author })
    }

    /// What an author gives up first: one record, or the last that the others rested on, together.
    pub(crate) fn first_to_go(&self, author: &AgentId) -> Vec<Piece> {
        let Some(held) = self.held.get(author) else { return vec![] };
        match held.pieces.last_key_value() {
            Some((piece, _)) if piece.order > 0 => vec![*piece],
            _ => held.pieces.keys().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUOTAS: Quotas = Quotas {
        stamp_bits: 8,
        strangers: 40,
        stamped: 20,
        per_voucher: 10,
        in_all: 100,
        vouches: 4,
        record_units: 4,
        letters_per_stranger: 9,
        letters_of_strangers: 9,
    };

    fn agent(n: u8) -> AgentId {
        AgentId([n; 32])
    }
    fn piece(seq: u64) -> Piece {
        Piece { order: 1, seq, id: RecordId([seq as u8; 32]) }
    }
    /// Files one more record as a node does; true if it stays.
    fn offer(room: &mut Room, author: u8, group: Group, seq: u64) -> bool {
        room.add(agent(author), group, 0, piece(seq), 1);
        while let Some(victim) = room.gives_way(&agent(author), &QUOTAS) {
            if victim == agent(author) {
                room.remove(agent(author), &piece(seq));
                return false;
            }
            for piece in room.first_to_go(&victim) {
                room.remove(victim, &piece);
            }
        }
        true
    }

    #[test]
    fn who_brings_most_gives_way_first_and_the_known_never() {
        let mut room = Room::default();
        let (air, peer) = (Group::Strangers(Way::Air), Group::Strangers(Way::Peer(agent(99))));
        // one key floods by gossip: it fills what there is for strangers and no more
        let kept = (0..200).filter(|seq| offer(&mut room, 1, air, *seq)).count();
        assert_eq!(kept, 40);
        // others, brought by a known peer, find room at its expense
        assert!((10..20).all(|author| offer(&mut room, author, peer, 1)));
        assert_eq!((room.units_of(&agent(1)), room.units_of(&agent(15))), (30, 1));
        // a thousand keys by the same way as the first do not touch those
        for author in 100..200 {
            offer(&mut room, author, air, 1);
        }
        assert!((10..20).all(|author| room.units_of(&agent(author)) == 1));
        // who is known or vouched for has its own room, whatever strangers do
        assert!((0..60).all(|seq| offer(&mut room, 2, Group::Known, seq)));
        let vouched = (0..60).filter(|seq| offer(&mut room, 3, Group::Vouched(agent(2)), *seq)).count();
        assert_eq!((vouched, room.units()), (10, 100));
        assert_eq!(room.units_of(&agent(2)), 60);
    }

    #[test]
    fn work_on_a_key_is_worth_room_and_twice_the_work_twice_the_room() {
        let mut room = Room::default();
        for author in 0..30 {
            offer(&mut room, author, Group::Stamped, 1);
        }
        assert_eq!(room.units(), 20);
        // as many keys again with as much work change nothing, one with more does
        assert!(!offer(&mut room, 50, Group::Stamped, 1));
        room.add(agent(51), Group::Stamped, 2, piece(1), 1);
        let victim = room.gives_way(&agent(51), &QUOTAS).unwrap();
        assert!(victim != agent(51) && room.units_of(&victim) == 1);
    }

    proptest! {
        #[test]
        fn limits_hold_whatever_comes_and_nothing_gives_way_for_what_is_lower(
            steps in prop::collection::vec((0_u8..12, 0_u8..4, 0_u64..30), 0..400)
        ) {
            let mut room = Room::default();
            for (author, kind, seq) in steps {
                let group = match author % 4 {
                    0 => Group::Strangers(Way::Air),
                    1 => Group::Strangers(Way::Peer(agent(kind))),
                    2 => Group::Stamped,
                    _ => Group::Vouched(agent(200)),
                };
                let higher = |room: &Room| {
                    room.groups.range(group..).filter(|(g, _)| **g > group && **g >= Group::Stamped).map(|(_, s)| s.units).sum::<u64>()
                };
                let before = higher(&room);
                offer(&mut room, author, group, seq);
                prop_assert!(higher(&room) >= before);
                let strangers: u64 = room.groups.range(..Group::Stamped).map(|(_, s)| s.units).sum();
                prop_assert!(strangers <= 40 && room.units() <= 100);
                let counted: u64 = room.held.values().map(|h| h.pieces.values().sum::<u64>()).sum();
                prop_assert_eq!(counted, room.units());
            }
        }
    }
}

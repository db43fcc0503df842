//! What can reach a node, and all it can ask of the world.
//!
//! [`Input`] and [`Effect`] are plain data: the real runtime and the simulated network drive the very same node
//! with them.

use crate::command::{Command, Reply};
use crate::frame::Frame;
use ledger::{Record, Signed};
use market::TopicId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use vocab::{AgentId, RecordId, Timestamp};

/// Something that reaches the node.
#[derive(Debug)]
pub enum Input {
    /// its owner wants something done; the answer bears the same number
    Command(u64, Box<Command>),
    /// a peer's frame, from the authenticated connection of `from`
    Frame {
        /// the peer
        from: AgentId,
        /// a [`Frame`], encoded
        bytes: Vec<u8>,
    },
    /// a public record that came by gossip
    Heard(Signed),
    /// a connection to this peer stands
    PeerUp(AgentId),
    /// the connection to this peer is gone
    PeerDown(AgentId),
    /// this is where the node can be reached: to be told to others
    Reachable(Vec<String>),
    /// time has passed
    Tick,
}

/// Something the node asks of the world. Effects are carried out in order, and an append must be durable before any
/// later effect is carried out.
#[derive(Debug)]
pub enum Effect {
    /// keep this record
    Append(Entry),
    /// take this record of another's off the disk: it is as if it had never come
    Forget {
        /// whose it is
        author: AgentId,
        /// its place in its author's log
        seq: u64,
        /// which
        id: RecordId,
    },
    /// send this frame, if the peer can be reached; it is sent again if it matters
    Send {
        /// to whom
        to: AgentId,
        /// what
        frame: Frame,
    },
    /// spread this public record among those who take part in its topic
    Publish {
        /// what it is about
        topic: TopicId,
        /// the record
        signed: Arc<Signed>,
    },
    /// these agents take part in the topic: join them there
    Join {
        /// which topic
        topic: TopicId,
        /// who
        agents: Vec<AgentId>,
    },
    /// take part in these topics from now on, and in no others
    Topics(BTreeSet<TopicId>),
    /// answer the command of this number
    Reply(u64, Reply),
    /// call again with a [`Input::Tick`] at this time at the latest; each tick is answered by the next such wish
    Wake(Timestamp),
    /// this part of what people look at has changed
    Tell(Topic),
    /// this agent can be dialled there
    Dial {
        /// whom
        agent: AgentId,
        /// socket addresses
        addresses: Vec<String>,
    },
}

/// A record as this node keeps it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// what was said
    pub record: Record,
    /// when this node took it, by its own clock
    pub at: Timestamp,
    /// how it came
    pub channel: Channel,
}

/// How a record came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// this node said it
    Own,
    /// its author sent it to this node, in order
    Post,
    /// it is public and was heard of
    Heard,
    /// it came along as proof with another, or was asked for by hash
    Shown,
}

impl Channel {
    /// As a store keeps it.
    pub fn code(self) -> u8 {
        match self {
            Self::Own => 0,
            Self::Post => 1,
            Self::Heard => 2,
            Self::Shown => 3,
        }
    }
    /// The inverse of [`Self::code`]; `None` for a code this program does not know.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Own, Self::Post, Self::Heard, Self::Shown].into_iter().find(|c| c.code() == code)
    }
}

/// A part of what people look at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// offers, needs, pools
    Market,
    /// deals, orders, claims
    Deals,
    /// processes
    Workshop,
    /// lots, handovers
    Stock,
    /// who is there
    Peers,
    /// what users said
    Feedback,
    /// something went wrong
    Problems,
}

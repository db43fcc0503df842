//! One error type: what a command or a peer's words could not be done for, and what would be right.

use crate::words::Words;
use vocab::{AgentId, Phrase, RecordId, Said, SpecId};

/// Why something was not done. Nothing has changed when it is returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A word was not well-formed.
    #[error(transparent)]
    Word(#[from] vocab::Error),
    /// A record was not well-formed.
    #[error(transparent)]
    Record(#[from] ledger::Error),
    /// A market statement made no sense.
    #[error(transparent)]
    Market(#[from] market::Error),
    /// A plan could not be made.
    #[error(transparent)]
    Planning(#[from] planning::Error),
    /// Goods could not be booked.
    #[error(transparent)]
    Trace(#[from] trace::Error),
    /// Nothing of that kind bears this id here.
    #[error("no {kind} {id} is known here: {remedy}")]
    Unknown {
        /// the kind of thing
        kind: Words,
        /// what was asked for
        id: RecordId,
        /// what to do
        remedy: Words,
    },
    /// A thing is not in the state the command needs.
    #[error("{what} {id} is {state}: {remedy}")]
    State {
        /// the kind of thing
        what: Words,
        /// which
        id: RecordId,
        /// its state
        state: Phrase,
        /// what would be right
        remedy: Words,
    },
    /// The thing is somebody else's.
    #[error("{what} {id} belongs to {owner}: {remedy}")]
    NotYours {
        /// the kind of thing
        what: Words,
        /// which
        id: RecordId,
        /// whose it is
        owner: AgentId,
        /// what would be right
        remedy: Words,
    },
    /// The specification has not been described here.
    #[error("nothing is known of '{0}': describe it first, or use a name that an offer uses")]
    NoSpecification(SpecId),
    /// There is no source for what is needed.
    #[error(
        "no known source for {quantity} of '{spec}': describe how it is made, add stock, or find an offer for it"
    )]
    NoSource {
        /// what is missing
        spec: SpecId,
        /// how much
        quantity: String,
    },
    /// A limit of this node.
    #[error("{what}: the limit is {limit}; {remedy}")]
    Limit {
        /// what there is too much of
        what: Words,
        /// how much is allowed
        limit: usize,
        /// what to do
        remedy: Words,
    },
    /// A field of a command makes no sense.
    #[error("{field} is {value}: {remedy}")]
    Field {
        /// which field
        field: Words,
        /// its value
        value: Phrase,
        /// what would be right
        remedy: Words,
    },
    /// A peer's bytes that are not a frame.
    #[error("not a frame: {0}")]
    Frame(String),
}

impl Error {
    /// A name for programs that does not change when the words do.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Word(_) => "word",
            Self::Record(_) => "record",
            Self::Market(_) => "market",
            Self::Planning(_) => "planning",
            Self::Trace(_) => "goods",
            Self::Unknown { .. } => "unknown",
            Self::State { .. } => "state",
            Self::NotYours { .. } => "not_yours",
            Self::NoSpecification(_) => "no_specification",
            Self::NoSource { .. } => "no_source",
            Self::Limit { .. } => "limit",
            Self::Field { .. } => "field",
            Self::Frame(_) => "frame",
        }
    }
}

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Word(e) => e.zh(),
            Self::Record(e) => e.zh(),
            Self::Market(e) => e.zh(),
            Self::Planning(e) => e.zh(),
            Self::Trace(e) => e.zh(),
            Self::Unknown { kind, id, remedy } => format!("本节点没有{} {id}：{}", kind.zh(), remedy.zh()),
            Self::State { what, id, state, remedy } => {
                format!("{} {id} 的状态是“{}”：{}", what.zh(), state.zh(), remedy.zh())
            }
            Self::NotYours { what, id, owner, remedy } => {
                format!("{} {id} 属于 {owner}：{}", what.zh(), remedy.zh())
            }
            Self::NoSpecification(spec) => {
                format!("不知道“{spec}”是什么：请先描述它，或使用报价中已有的名称")
            }
            Self::NoSource { spec, quantity } => {
                format!("没有“{spec}” {quantity} 的来源：请描述其做法、登记库存，或寻找它的报价")
            }
            Self::Limit { what, limit, remedy } => format!("{}：上限是 {limit}；{}", what.zh(), remedy.zh()),
            Self::Field { field, value, remedy } => {
                format!("{}是“{}”：{}", field.zh(), value.zh(), remedy.zh())
            }
            Self::Frame(why) => format!("不是有效的帧：{why}"),
        }
    }
}

/// Result of what a node does.
pub(crate) type Result<T> = std::result::Result<T, Error>;

//! What coordinator and participants say to each other, write down, wait for and report.

use super::{Branch, Outcome, Reason, Stock, TransactionId, Vote, Work};
use crate::sim::NodeId;
use serde::{Deserialize, Serialize};

/// A message between two nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Message {
    /// Coordinator to participant: can you do this?
    Prepare {
        /// In which transaction.
        tx: TransactionId,
        /// What is to be done.
        work: Work,
        /// The other participants that change something: whom to ask when in doubt.
        peers: Vec<NodeId>,
    },
    /// Coordinator to the only participant: do this now, the decision is yours.
    CommitInOnePhase {
        /// In which transaction.
        tx: TransactionId,
        /// What is to be done.
        work: Work,
    },
    /// Participant to coordinator: the answer to [`Message::Prepare`].
    Voted {
        /// In which transaction.
        tx: TransactionId,
        /// Its vote.
        vote: Vote,
    },
    /// Coordinator, or a peer that knows it, to participant: this is the decision.
    Decision {
        /// Of which transaction.
        tx: TransactionId,
        /// How it ends.
        outcome: Outcome,
    },
    /// Participant to coordinator: I have committed and shall not ask again.
    Acknowledged {
        /// Which transaction.
        tx: TransactionId,
        /// What an operator, or a mistake, had made of it here before, if that is not the decision.
        damage: Option<Outcome>,
    },
    /// Participant in doubt to coordinator and peers: how did it end?
    Inquiry {
        /// Which transaction.
        tx: TransactionId,
    },
    /// The only participant to the coordinator: the answer to [`Message::CommitInOnePhase`].
    Concluded {
        /// Which transaction.
        tx: TransactionId,
        /// How it ended.
        outcome: Outcome,
        /// Why it aborted, where that is still known.
        reason: Option<Reason>,
    },
}

impl Message {
    /// The transaction it is about.
    pub fn tx(&self) -> TransactionId {
        match self {
            Message::Prepare { tx, .. }
            | Message::CommitInOnePhase { tx, .. }
            | Message::Voted { tx, .. }
            | Message::Decision { tx, .. }
            | Message::Acknowledged { tx, .. }
            | Message::Inquiry { tx }
            | Message::Concluded { tx, .. } => *tx,
        }
    }
}

/// A record of a log. Each says whether it is forced, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// Coordinator, forced: numbers given out from here on must never be given out again. Once a
    /// start, not once a transaction.
    Started {
        /// How many times it has started.
        epoch: u32,
    },
    /// Coordinator, forced: the transaction commits. This is the moment of the decision: from here
    /// on no crash can change it, so nobody may hear of it earlier.
    Decided {
        /// Which transaction.
        tx: TransactionId,
        /// Who does what in it, and so who has to acknowledge.
        branches: Vec<Branch>,
    },
    /// Coordinator, lazy: everybody has acknowledged. If it is lost, the decision is sent once more
    /// and acknowledged once more.
    Ended {
        /// Which transaction.
        tx: TransactionId,
    },
    /// Coordinator, lazy: a transaction that aborted, or was decided by its only participant. For
    /// the history alone: without it, abort is presumed, and the participant knows.
    Concluded {
        /// Which transaction.
        tx: TransactionId,
        /// Who was to do what.
        branches: Vec<Branch>,
        /// How it ended.
        outcome: Outcome,
        /// Why it aborted.
        reason: Option<Reason>,
    },
    /// Participant, forced: what is needed to commit. Its vote must not be yes before a crash can
    /// no longer take this.
    Prepared {
        /// In which transaction.
        tx: TransactionId,
        /// What it has promised to do.
        work: Work,
        /// Whom to ask when in doubt, besides the coordinator.
        peers: Vec<NodeId>,
    },
    /// Participant, forced: it has committed. Its acknowledgement makes the coordinator forget, so
    /// nobody could tell it again.
    Committed {
        /// Which transaction.
        tx: TransactionId,
    },
    /// The only participant, forced: it has decided to commit, and has.
    CommittedInOnePhase {
        /// Which transaction.
        tx: TransactionId,
        /// What it did.
        work: Work,
    },
    /// Participant, lazy: it has aborted; if that is lost, it asks and is told so again, or votes
    /// again. Forced where somebody relies on it: before it tells a peer of a no that it decided by
    /// itself, and when it is the only participant, since a late copy of the request must not commit.
    Aborted {
        /// Which transaction.
        tx: TransactionId,
    },
    /// Participant, forced: an operator has resolved what was in doubt. The decision is still asked
    /// for, to find out whether that was damage.
    Heuristic {
        /// Which transaction.
        tx: TransactionId,
        /// What the operator made of it.
        outcome: Outcome,
    },
    /// Participant: the decision about what an operator had resolved. Forced if it is commit, which
    /// is acknowledged; lazy if it is abort.
    Settled {
        /// Which transaction.
        tx: TransactionId,
        /// The decision.
        outcome: Outcome,
        /// What the operator had made of it.
        took: Outcome,
    },
    /// Participant, forced: what is free at this place of the log. The first record, so that what it
    /// starts with is settled for ever, and the last one of a shortened log.
    Stocked {
        /// How many of each good anybody may take.
        free: Stock,
    },
}

impl Record {
    /// The transaction it is about; none for a record about the node itself.
    pub fn tx(&self) -> Option<TransactionId> {
        match self {
            Record::Started { .. } | Record::Stocked { .. } => None,
            Record::Decided { tx, .. }
            | Record::Ended { tx }
            | Record::Concluded { tx, .. }
            | Record::Prepared { tx, .. }
            | Record::Committed { tx }
            | Record::CommittedInOnePhase { tx, .. }
            | Record::Aborted { tx }
            | Record::Heuristic { tx, .. }
            | Record::Settled { tx, .. } => Some(*tx),
        }
    }
}

/// What a node waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// Coordinator: the votes are overdue.
    Vote(TransactionId),
    /// Coordinator: whoever has not answered is asked again.
    Resend(TransactionId),
    /// Participant: the decision is overdue.
    Inquire(TransactionId),
}

/// What a client or an operator asks of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Of the coordinator: all of this, or nothing.
    Submit {
        /// The client's number of it, given back with the answer.
        request: u64,
        /// Who is to do what: at least one branch, each on a node of its own.
        branches: Vec<Branch>,
    },
    /// Of a participant in doubt: stop waiting, and take this for the decision.
    Resolve {
        /// Which transaction.
        tx: TransactionId,
        /// What to take for the decision.
        outcome: Outcome,
    },
}

/// What a node reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Coordinator: a transaction has begun.
    Began {
        /// The client's number of it.
        request: u64,
        /// Its name.
        tx: TransactionId,
        /// Who is to do what.
        branches: Vec<Branch>,
    },
    /// Participant: it has voted.
    Voted {
        /// In which transaction.
        tx: TransactionId,
        /// Its vote.
        vote: Vote,
    },
    /// Coordinator: the decision has been made.
    Decided {
        /// Of which transaction.
        tx: TransactionId,
        /// How it ends.
        outcome: Outcome,
        /// Why it aborts.
        reason: Option<Reason>,
    },
    /// Coordinator: the client has its answer.
    Answered {
        /// The client's number of it.
        request: u64,
        /// Which transaction.
        tx: TransactionId,
        /// How it ends.
        outcome: Outcome,
        /// Why it aborts.
        reason: Option<Reason>,
    },
    /// Coordinator: everybody has acknowledged.
    Ended {
        /// Which transaction.
        tx: TransactionId,
    },
    /// Participant: the transaction has taken effect here, or has been undone.
    Resolved {
        /// Which transaction.
        tx: TransactionId,
        /// How.
        outcome: Outcome,
        /// Whether an operator, not the decision, made it so.
        by_operator: bool,
    },
    /// Participant: what it holds now.
    Holds {
        /// What anybody may take.
        free: Stock,
        /// What is set aside for transactions in doubt.
        held: Stock,
    },
    /// The node has recovered from its log.
    Recovered {
        /// Coordinator: how many times it had started before; participant: 0.
        epoch: u32,
        /// Coordinator: the transactions that it has yet to finish; participant: those that it is in
        /// doubt about.
        unfinished: Vec<TransactionId>,
    },
    /// Participant: it has waited too long, and asks how a transaction ended.
    Inquired {
        /// Which transaction.
        tx: TransactionId,
    },
    /// What has been done here is not what was decided.
    Damaged {
        /// In which transaction.
        tx: TransactionId,
        /// Where.
        took: Outcome,
        /// What was decided.
        decided: Outcome,
    },
    /// Participant: it is told to commit what it knows nothing of: its log has lost the promise.
    Unheard {
        /// Which transaction.
        tx: TransactionId,
    },
    /// The command was impossible, and nothing has changed.
    Refused {
        /// The client's number, where there is one.
        request: Option<u64>,
        /// Why.
        why: Refusal,
    },
}

/// Why a command is impossible.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is nothing to do, or one node is to do two things.
    #[error("a transaction needs at least one branch, each on a node of its own")]
    Branches,
    /// Too much is going on already.
    #[error("the coordinator has as many open transactions as it takes")]
    Busy,
    /// Only a participant that is in doubt can be resolved by hand.
    #[error("the transaction is not in doubt here")]
    NotInDoubt,
    /// The command is for the other role.
    #[error("this node does not take such commands")]
    WrongRole,
}

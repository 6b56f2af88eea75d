//! Named moments at which a node can be made to die: around each output that matters.

use super::Message;
use super::{Outcome, Record, TwoPhaseNode};
use crate::sim::{Durability, Output, Side};
use serde::{Deserialize, Serialize};

/// A moment in the life of a coordinator or a participant, right before or after an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrashPoint {
    /// Coordinator: before it asks the first participant.
    BeforePrepare,
    /// Coordinator: after it has asked one participant.
    AfterPrepare,
    /// Coordinator: all votes are in, the decision is about to be forced.
    BeforeDecision,
    /// Coordinator: the decision is forced, nobody has heard of it.
    AfterDecision,
    /// Coordinator: one participant has been told to commit.
    AfterCommit,
    /// Coordinator: one participant has been told to abort.
    AfterAbort,
    /// Coordinator: everybody has acknowledged, which is not written down yet.
    BeforeEnd,
    /// Coordinator: that is written down, lazily.
    AfterEnd,
    /// Coordinator: before it asks the only participant.
    BeforeOnePhase,
    /// Coordinator: after it has asked the only participant.
    AfterOnePhase,
    /// Participant: before its promise is forced.
    BeforePrepared,
    /// Participant: its promise is forced, its vote not sent.
    AfterPrepared,
    /// Participant: its vote is sent.
    AfterVote,
    /// Participant: before its commit is forced.
    BeforeCommitted,
    /// Participant: its commit is forced, the acknowledgement not sent.
    AfterCommitted,
    /// Participant: the acknowledgement is sent.
    AfterAcknowledgement,
    /// Participant: its abort is written down, lazily.
    AfterAborted,
    /// The only participant: before its decision is forced.
    BeforeConclusion,
    /// The only participant: its decision is forced, the answer not sent.
    AfterConclusion,
}

impl CrashPoint {
    /// Those of a coordinator.
    pub const OF_COORDINATOR: [CrashPoint; 10] = [
        CrashPoint::BeforePrepare,
        CrashPoint::AfterPrepare,
        CrashPoint::BeforeDecision,
        CrashPoint::AfterDecision,
        CrashPoint::AfterCommit,
        CrashPoint::AfterAbort,
        CrashPoint::BeforeEnd,
        CrashPoint::AfterEnd,
        CrashPoint::BeforeOnePhase,
        CrashPoint::AfterOnePhase,
    ];
    /// Those of a participant.
    pub const OF_PARTICIPANT: [CrashPoint; 9] = [
        CrashPoint::BeforePrepared,
        CrashPoint::AfterPrepared,
        CrashPoint::AfterVote,
        CrashPoint::BeforeCommitted,
        CrashPoint::AfterCommitted,
        CrashPoint::AfterAcknowledgement,
        CrashPoint::AfterAborted,
        CrashPoint::BeforeConclusion,
        CrashPoint::AfterConclusion,
    ];

    /// Its name, as in the API.
    pub fn name(self) -> &'static str {
        match self {
            CrashPoint::BeforePrepare => "before-prepare",
            CrashPoint::AfterPrepare => "after-prepare",
            CrashPoint::BeforeDecision => "before-decision",
            CrashPoint::AfterDecision => "after-decision",
            CrashPoint::AfterCommit => "after-commit",
            CrashPoint::AfterAbort => "after-abort",
            CrashPoint::BeforeEnd => "before-end",
            CrashPoint::AfterEnd => "after-end",
            CrashPoint::BeforeOnePhase => "before-one-phase",
            CrashPoint::AfterOnePhase => "after-one-phase",
            CrashPoint::BeforePrepared => "before-prepared",
            CrashPoint::AfterPrepared => "after-prepared",
            CrashPoint::AfterVote => "after-vote",
            CrashPoint::BeforeCommitted => "before-committed",
            CrashPoint::AfterCommitted => "after-committed",
            CrashPoint::AfterAcknowledgement => "after-acknowledgement",
            CrashPoint::AfterAborted => "after-aborted",
            CrashPoint::BeforeConclusion => "before-conclusion",
            CrashPoint::AfterConclusion => "after-conclusion",
        }
    }

    /// The point of a name.
    pub fn named(name: &str) -> Option<CrashPoint> {
        let all = CrashPoint::OF_COORDINATOR.into_iter().chain(CrashPoint::OF_PARTICIPANT);
        all.into_iter().find(|point| point.name() == name)
    }

    /// In words, to go on after "dies".
    pub fn words(self) -> &'static str {
        match self {
            CrashPoint::BeforePrepare => "before asking anybody to prepare",
            CrashPoint::AfterPrepare => "after asking one participant to prepare",
            CrashPoint::BeforeDecision => "before forcing the decision",
            CrashPoint::AfterDecision => "after forcing the decision",
            CrashPoint::AfterCommit => "after telling one participant to commit",
            CrashPoint::AfterAbort => "after telling one participant to abort",
            CrashPoint::BeforeEnd => "before writing down the end",
            CrashPoint::AfterEnd => "after writing down the end",
            CrashPoint::BeforeOnePhase => "before asking the only participant",
            CrashPoint::AfterOnePhase => "after asking the only participant",
            CrashPoint::BeforePrepared => "before forcing its promise",
            CrashPoint::AfterPrepared => "after forcing its promise",
            CrashPoint::AfterVote => "after sending its vote",
            CrashPoint::BeforeCommitted => "before forcing its commit",
            CrashPoint::AfterCommitted => "after forcing its commit",
            CrashPoint::AfterAcknowledgement => "after acknowledging",
            CrashPoint::AfterAborted => "after writing down its abort",
            CrashPoint::BeforeConclusion => "before forcing its own decision",
            CrashPoint::AfterConclusion => "after forcing its own decision",
        }
    }

    /// Whether the node dies right before or right after the output.
    pub fn side(self) -> Side {
        match self {
            CrashPoint::BeforePrepare
            | CrashPoint::BeforeDecision
            | CrashPoint::BeforeEnd
            | CrashPoint::BeforeOnePhase
            | CrashPoint::BeforePrepared
            | CrashPoint::BeforeCommitted
            | CrashPoint::BeforeConclusion => Side::Before,
            _ => Side::After,
        }
    }

    /// Tells the output around which the node dies.
    pub fn output(self) -> fn(&Output<TwoPhaseNode>) -> bool {
        use Output::{Append, Send};
        match self {
            CrashPoint::BeforePrepare | CrashPoint::AfterPrepare => {
                |output| matches!(output, Send { message: Message::Prepare { .. }, .. })
            }
            CrashPoint::BeforeDecision | CrashPoint::AfterDecision => {
                |output| matches!(output, Append { record: Record::Decided { .. }, .. })
            }
            CrashPoint::AfterCommit => |output| is_decision(output, Outcome::Committed),
            CrashPoint::AfterAbort => |output| is_decision(output, Outcome::Aborted),
            CrashPoint::BeforeEnd | CrashPoint::AfterEnd => {
                |output| matches!(output, Append { record: Record::Ended { .. }, .. })
            }
            CrashPoint::BeforeOnePhase | CrashPoint::AfterOnePhase => {
                |output| matches!(output, Send { message: Message::CommitInOnePhase { .. }, .. })
            }
            CrashPoint::BeforePrepared | CrashPoint::AfterPrepared => {
                |output| matches!(output, Append { record: Record::Prepared { .. }, .. })
            }
            CrashPoint::AfterVote => {
                |output| matches!(output, Send { message: Message::Voted { .. }, .. })
            }
            CrashPoint::BeforeCommitted | CrashPoint::AfterCommitted => {
                |output| matches!(output, Append { record: Record::Committed { .. }, .. })
            }
            CrashPoint::AfterAcknowledgement => {
                |output| matches!(output, Send { message: Message::Acknowledged { .. }, .. })
            }
            CrashPoint::AfterAborted => {
                |output| matches!(output, Append { record: Record::Aborted { .. }, .. })
            }
            CrashPoint::BeforeConclusion | CrashPoint::AfterConclusion => |output| {
                let Append { record, durability: Durability::Forced } = output else {
                    return false;
                };
                matches!(record, Record::CommittedInOnePhase { .. } | Record::Aborted { .. })
            },
        }
    }
}

fn is_decision(output: &Output<TwoPhaseNode>, expected: Outcome) -> bool {
    let Output::Send { message: Message::Decision { outcome, .. }, .. } = output else {
        return false;
    };
    *outcome == expected
}

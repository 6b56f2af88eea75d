//! What a transaction is: its name, what each participant is to do in it, and how it can end.

use super::Good;
use crate::sim::NodeId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a transaction for ever: the coordinator's start, and a number within it.
///
/// A coordinator forces one record when it starts, so that it never gives a name twice, although it
/// writes nothing when a transaction begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TransactionId {
    /// How many times the coordinator had started, from 1.
    pub epoch: u32,
    /// Which transaction since then, from 1.
    pub number: u32,
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.number)
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for TransactionId {
    type Error = NotATransactionId;

    fn try_from(text: String) -> Result<Self, NotATransactionId> {
        text.parse()
    }
}

/// The text is not of the form `epoch-number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a transaction's id is two numbers from 1 with a hyphen between them, such as 1-42")]
pub struct NotATransactionId;

impl std::str::FromStr for TransactionId {
    type Err = NotATransactionId;

    fn from_str(text: &str) -> Result<Self, NotATransactionId> {
        let number = |text: &str| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| is_plain && *number > 0)
        };
        let (epoch, index) = text.split_once('-').ok_or(NotATransactionId)?;
        let ids = number(epoch).zip(number(index)).ok_or(NotATransactionId)?;
        Ok(TransactionId { epoch: ids.0, number: ids.1 })
    }
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everybody does it.
    Committed,
    /// Nobody does it.
    Aborted,
}

/// What a participant answers when it is asked to prepare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// It can commit, whatever happens to it, and waits for the decision.
    Yes,
    /// It cannot, and has aborted.
    No(Reason),
    /// It changed nothing and needs no decision.
    ReadOnly,
}

/// Why a transaction aborts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A participant has less of this than it is to give away.
    OutOf(Good),
    /// A vote did not come in time.
    VoteTimedOut,
    /// A participant had given the transaction up when another asked about it.
    GivenUp,
    /// Others have had this locked for longer than the coordinator waits for votes. Only of databases:
    /// what a participant of this lab has set aside is not to be had, and nobody waits for it.
    Locked(Good),
    /// The database that takes part is away, or refused. Only of databases.
    Unavailable,
}

/// What one participant is to do in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Give so many of these away.
    Take {
        /// Of what.
        good: Good,
        /// How many, at least 1.
        quantity: u32,
    },
    /// Say whether there is any: nothing changes.
    Look {
        /// Of what.
        good: Good,
    },
}

/// A participant's part of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Who.
    pub node: NodeId,
    /// Does what.
    pub work: Work,
}

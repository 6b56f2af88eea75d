//! What nodes are told before they start: how long to wait, what to hold, and what to get wrong.

use super::Stock;
use crate::sim::{NodeId, Span};
use serde::{Deserialize, Serialize};

/// How long a node waits before it does something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patience {
    /// How long the coordinator waits for votes before it aborts.
    pub vote: Span,
    /// How long it waits for an answer before it asks again; doubled each time.
    pub resend: Span,
    /// How long a participant in doubt waits for the decision before it asks; doubled each time.
    pub inquire: Span,
    /// The longest that both are doubled to.
    pub longest: Span,
}

impl Patience {
    /// For the simulation, in which a message takes half a second.
    pub const SIMULATED: Patience = Patience {
        vote: Span::from_ms(4_000),
        resend: Span::from_ms(2_500),
        inquire: Span::from_ms(3_000),
        longest: Span::from_ms(8_000),
    };
    /// For processes on one machine: whoever is in doubt asks at least every 400 ms.
    pub const REAL: Patience = Patience {
        vote: Span::from_ms(2_000),
        resend: Span::from_ms(200),
        inquire: Span::from_ms(200),
        longest: Span::from_ms(400),
    };
}

/// A mistake that can be switched on, to see what it breaks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The protocol as it should be.
    #[default]
    None,
    /// The coordinator tells of its decision before that is durable.
    DecideBeforeLogging,
    /// A participant forgets after a crash what it has voted for.
    ForgetVote,
    /// A participant in doubt aborts by itself when the decision is overdue.
    AbortOnTimeout,
    /// The coordinator answers "committed" about transactions that its log does not know.
    PresumeCommit,
    /// A participant acknowledges before its commit is durable.
    AcknowledgeBeforeCommit,
}

impl Flaw {
    /// All of them, without the protocol as it should be.
    pub const ALL: [Flaw; 5] = [
        Flaw::DecideBeforeLogging,
        Flaw::ForgetVote,
        Flaw::AbortOnTimeout,
        Flaw::PresumeCommit,
        Flaw::AcknowledgeBeforeCommit,
    ];
}

/// What a coordinator is told before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoordinatorConfig {
    /// How long it waits.
    pub patience: Patience,
    /// What it gets wrong.
    pub flaw: Flaw,
    /// Whether it remembers how every transaction ended, which the protocol has no need of.
    pub keeps_history: bool,
}

/// What a participant is told before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantConfig {
    /// Whom it asks first when in doubt.
    pub coordinator: NodeId,
    /// What it holds at the very start.
    pub stock: Stock,
    /// How long it waits.
    pub patience: Patience,
    /// What it gets wrong.
    pub flaw: Flaw,
}

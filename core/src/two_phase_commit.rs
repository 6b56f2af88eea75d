//! Two-phase commit: all participants commit, or none does, although each of them may die at any
//! moment.
//!
//! The protocol is *presumed abort* (Mohan, Lindsay and Obermarck, "Transaction management in the R*
//! distributed database management system", TODS 1986) with the read-only and one-phase
//! optimisations, in-doubt inquiry and cooperative termination (Bernstein, Hadzilacos and Goodman,
//! *Concurrency Control and Recovery in Database Systems*, 1987, chapter 7). [`Coordinator`] and
//! [`Participant`] are machines without I/O: the page animates them, the server runs them in
//! processes of their own, and [`Check`] visits every state they can get into.
//!
//! What a transaction among N participants costs beside an outside coordinator:
//!
//! | | messages | forced writes |
//! | --- | --- | --- |
//! | commit | 4N: prepare, vote, commit, acknowledgement | 2N + 1 |
//! | abort although k of N can commit | 2N + k: those k are told, and do not answer | k |
//! | all read only | 2N | 0 |
//! | one participant, in one phase | 2 | 1 |
//!
//! What is simplified: a lock is a number of goods set aside, not a row. A participant remembers every
//! outcome for as long as it lives and keeps it in shortened logs, so memory grows by some 30 bytes a
//! transaction; real systems let the coordinator tell them what they may forget.

mod check;
mod coordinator;
mod crash_point;
mod goods;
mod lab;
mod node;
mod order;
mod participant;
mod protocol;
pub mod scenarios;
mod settings;
mod transaction;
pub mod wire;

pub use check::{Check, CheckAction, CheckModel, CheckSearch, CheckState, Finding, FindingVerdict};
pub use coordinator::{Closed, Coordinator};
pub use crash_point::CrashPoint;
pub use goods::{Good, Stock};
pub use lab::{
    Action, Arrow, ArrowEnd, Chronicle, Cost, CrashAt, FlightView, Frame, Happened, Happening, Lab,
    Mark, NodeView, OrderState, OrderView, Pace, PendingView, ProcessView, RecordView, Scenario,
    World,
};
pub use node::{NodeConfig, TwoPhaseNode};
pub use order::{COORDINATOR, Handover, Order, OrderError, Place};
pub use participant::{Doubt, Participant};
pub use protocol::{Command, Event, Message, Record, Refusal, Timer};
pub use settings::{CoordinatorConfig, Flaw, ParticipantConfig, Patience};
pub use transaction::{Branch, Outcome, Reason, TransactionId, Vote, Work};

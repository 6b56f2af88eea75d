//! The simulation kernel: virtual time, seeded randomness, a network that misbehaves on demand,
//! and runs that replay exactly.
//!
//! From the bottom up: [`Time`] and [`Rng`] are values; an [`Agenda`] is what is due; a [`Machine`]
//! is a protocol participant without I/O; a [`Cluster`] runs machines over a [`Network`]; a
//! [`Simulation`] is anything that moves from event to event; a [`Run`] is all it takes to replay
//! one, a [`Timeline`] lets a reader travel through it, and an [`Explorer`] visits
//! every state there is.

mod agenda;
mod cluster;
mod explore;
mod log;
mod machine;
mod named;
mod network;
mod rng;
mod simulation;
mod snapshots;
mod time;
mod timeline;

pub use agenda::{Agenda, Ticket};
pub use cluster::{Cluster, ClusterEvent, Flight, LossReason, Node, Side};
pub(crate) use explore::fingerprint;
pub use explore::{
    Counterexample, Explorer, Kind, Limits, Model, Progress, Property, Report, Verdict, Walk,
    WalkEvent,
};
pub use log::{Log, MemoryLog};
pub use machine::{Durability, Input, Machine, NodeId, Outbox, Output};
pub use named::Named;
pub use network::{Latency, Network, Partition};
pub use rng::Rng;
pub use simulation::{
    Invariant, ReplaySummary, Run, Simulation, Transcript, Violation, replay, summarize,
};
pub use time::{Span, Time};
pub use timeline::{Branch, Moment, Past, Timeline};

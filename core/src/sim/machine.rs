//! A protocol participant without I/O: the caller brings inputs and the time, and carries out the
//! outputs in order.
//!
//! The shape is that of sans-I/O libraries such as quinn-proto: the same machine runs in a simulated
//! [`Cluster`](super::Cluster) and in a real process with sockets and a disk.

use super::{Span, Time};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Debug};

/// A node of a cluster: its place in the list of nodes, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u16);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

/// A protocol participant.
pub trait Machine: Clone + Debug + PartialEq {
    /// What the participant is told before it starts: its own name, its peers, its time-outs.
    type Config: Clone + Debug;
    /// What a client or an operator asks of it.
    type Command: Clone + Debug + PartialEq;
    /// What participants send each other.
    type Message: Clone + Debug + PartialEq;
    /// Names a timer; setting it again replaces it.
    type Timer: Clone + Debug + Ord;
    /// What it writes to its log.
    type Record: Clone + Debug + PartialEq;
    /// What it tells the world, for drawing and for checking.
    type Event: Clone + Debug + PartialEq;

    /// Boots from what the log holds: empty on the first start, whatever survived after a crash.
    fn recover(config: &Self::Config, log: &[Self::Record]) -> Self;

    /// Takes one input and answers with outputs, to be carried out in order.
    fn handle(&mut self, now: Time, input: Input<Self>, out: &mut Outbox<Self>);

    /// The fewest records from which [`recover`](Machine::recover) gives this state back, so that
    /// a driver may shorten the log; none if the machine cannot shorten its log.
    ///
    /// It stands for every record of every output so far, also of those yet to be carried out.
    fn checkpoint(&self) -> Option<Vec<Self::Record>> {
        None
    }
}

/// What reaches a machine.
#[derive(Clone, Debug)]
pub enum Input<M: Machine> {
    /// The node has started (again); the machine has just recovered from its log.
    Start,
    /// A message arrived.
    Message {
        /// Who sent it.
        from: NodeId,
        /// What it says.
        message: M::Message,
    },
    /// A timer fired.
    Timer(M::Timer),
    /// A client or an operator asks for something.
    Command(M::Command),
}

/// How a record gets to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Durable before anything that follows it is performed.
    Forced,
    /// Written in order, but durable only together with the next forced record.
    Lazy,
}

/// What a machine asks to be done.
#[derive(Clone, Debug)]
pub enum Output<M: Machine> {
    /// Append a record to the log.
    Append {
        /// The record.
        record: M::Record,
        /// Whether what follows waits until it is durable.
        durability: Durability,
    },
    /// Send a message.
    Send {
        /// The receiver.
        to: NodeId,
        /// What it says.
        message: M::Message,
    },
    /// Fire a timer after a delay, in place of the timer of the same name.
    WakeAfter {
        /// From the moment this output is carried out.
        delay: Span,
        /// Which timer.
        timer: M::Timer,
    },
    /// Forget a timer.
    Cancel(M::Timer),
    /// Tell the world.
    Report(M::Event),
}

/// Collects a machine's outputs and keeps their order.
#[derive(Clone, Debug)]
pub struct Outbox<M: Machine>(Vec<Output<M>>);

impl<M: Machine> Default for Outbox<M> {
    fn default() -> Self {
        Outbox(Vec::new())
    }
}

impl<M: Machine> Outbox<M> {
    /// Appends a record that is durable before anything that follows it is performed.
    pub fn append(&mut self, record: M::Record) {
        self.0.push(Output::Append { record, durability: Durability::Forced });
    }

    /// Appends a record that a crash may take, unless a forced one came after it.
    pub fn append_lazily(&mut self, record: M::Record) {
        self.0.push(Output::Append { record, durability: Durability::Lazy });
    }

    /// Sends a message.
    pub fn send(&mut self, to: NodeId, message: M::Message) {
        self.0.push(Output::Send { to, message });
    }

    /// Fires `timer` after `delay`, in place of the timer of the same name.
    pub fn wake_after(&mut self, delay: Span, timer: M::Timer) {
        self.0.push(Output::WakeAfter { delay, timer });
    }

    /// Forgets a timer.
    pub fn cancel(&mut self, timer: M::Timer) {
        self.0.push(Output::Cancel(timer));
    }

    /// Tells the world what happened.
    pub fn report(&mut self, event: M::Event) {
        self.0.push(Output::Report(event));
    }

    /// The outputs in order, for the driver that carries them out.
    pub fn into_outputs(self) -> Vec<Output<M>> {
        self.0
    }
}

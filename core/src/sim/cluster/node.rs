//! A node of a cluster: a machine while it is up, and the disk that outlives it.

use super::death::Death;
use crate::sim::{Machine, MemoryLog, Output, Span, Ticket, Time};
use std::collections::{BTreeMap, VecDeque};

/// A node: a machine while it is up, and the disk that outlives it.
#[derive(Clone, Debug)]
pub struct Node<M: Machine> {
    pub(super) config: M::Config,
    pub(super) machine: Option<M>,
    pub(super) log: MemoryLog<M::Record>,
    /// How long a forced write takes.
    pub force_latency: Span,
    pub(super) outbox: VecDeque<Output<M>>,
    pub(super) forcing: bool,
    pub(super) timers: BTreeMap<M::Timer, Ticket>,
    pub(super) death: Option<Death<M>>,
}

impl<M: Machine> Node<M> {
    /// A node that has yet to start, on an empty, instant disk.
    pub(super) fn new(config: M::Config) -> Self {
        Node {
            config,
            machine: None,
            log: MemoryLog::default(),
            force_latency: Span::ZERO,
            outbox: VecDeque::new(),
            forcing: false,
            timers: BTreeMap::new(),
            death: None,
        }
    }

    /// What the machine is told before it starts.
    pub fn config(&self) -> &M::Config {
        &self.config
    }

    /// The machine; none while the node is down.
    pub fn machine(&self) -> Option<&M> {
        self.machine.as_ref()
    }

    /// The records written so far, the durable ones first.
    pub fn log(&self) -> &[M::Record] {
        self.log.records()
    }

    /// The records that a crash would leave.
    pub fn durable_log(&self) -> &[M::Record] {
        self.log.durable_records()
    }

    /// Whether the disk confirms forced writes that a crash will take.
    pub fn disk_lies(&self) -> bool {
        self.log.lies
    }

    /// Makes the disk lie about forced writes from now on, or be honest again.
    pub fn set_disk_lies(&mut self, lies: bool) {
        self.log.lies = lies;
    }

    /// Whether the node waits for its disk.
    pub fn is_forcing(&self) -> bool {
        self.forcing
    }

    /// The timers that are set, with the time at which each fires.
    pub fn timers(&self) -> impl Iterator<Item = (&M::Timer, Time)> {
        self.timers.iter().map(|(timer, ticket)| (timer, ticket.at))
    }

    /// What the node has yet to carry out, in order.
    pub fn pending(&self) -> impl Iterator<Item = &Output<M>> {
        self.outbox.iter()
    }
}

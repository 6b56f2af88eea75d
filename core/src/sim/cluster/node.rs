//! A node of a cluster: a machine while it is up, and the disk that outlives it.

use crate::sim::{Machine, Output, Span, Ticket};
use std::collections::{BTreeMap, VecDeque};

/// A node: a machine while it is up, and the disk that outlives it.
#[derive(Clone, Debug)]
pub struct Node<M: Machine> {
    pub(super) config: M::Config,
    pub(super) machine: Option<M>,
    pub(super) log: Vec<M::Record>,
    pub(super) durable: usize,
    /// How long a forced write takes.
    pub force_latency: Span,
    /// Whether the disk confirms forced writes that a crash will take.
    pub disk_lies: bool,
    pub(super) outbox: VecDeque<Output<M>>,
    pub(super) forcing: bool,
    pub(super) timers: BTreeMap<M::Timer, Ticket>,
    pub(super) crash_after: Option<u32>,
}

impl<M: Machine> Node<M> {
    /// A node that has yet to start, on an empty, instant disk.
    pub(super) fn new(config: M::Config) -> Self {
        Node {
            config,
            machine: None,
            log: Vec::new(),
            durable: 0,
            force_latency: Span::ZERO,
            disk_lies: false,
            outbox: VecDeque::new(),
            forcing: false,
            timers: BTreeMap::new(),
            crash_after: None,
        }
    }

    /// The machine; none while the node is down.
    pub fn machine(&self) -> Option<&M> {
        self.machine.as_ref()
    }

    /// The records written so far, the durable ones first.
    pub fn log(&self) -> &[M::Record] {
        &self.log
    }

    /// The records that a crash would leave.
    pub fn durable_log(&self) -> &[M::Record] {
        &self.log[..self.durable]
    }

    /// What the node has yet to carry out, in order.
    pub fn pending(&self) -> impl Iterator<Item = &Output<M>> {
        self.outbox.iter()
    }
}

//! A worker: a process with a clock, a number that it leases, and clients that wait.

use super::action::Scenario;
use super::clock::Clock;
use super::event::Waiting;
use super::maker::Maker;
use super::wire::Message;
use crate::sim::{Ticket, Time};
use crate::unique_id::lease::{Holder, Lease};
use crate::unique_id::snowflake::{ClockPolicy, Id};
use std::collections::VecDeque;

/// A worker. Its clock and what is counted outlive the process; everything else dies with it.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) clock: Clock,
    /// Whether its link to the registry is cut.
    pub(super) is_cut: bool,
    pub(super) starts: u32,
    pub(super) made: u64,
    /// The process; none while it is down.
    pub(super) process: Option<Process>,
}

/// What a process remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    pub(super) pause: Option<Pause>,
    /// What it holds, as it believes; none if it has nothing, or was configured with a number.
    pub(super) lease: Option<Lease>,
    /// What makes its IDs; none while it has no number.
    pub(super) maker: Option<Maker>,
    /// The last ID, and its millisecond as the worker believes.
    pub(super) last: Option<(Id, u64)>,
    /// Requests, the next one first.
    pub(super) queue: VecDeque<u64>,
    pub(super) waiting: Option<Waiting>,
    /// What it has asked the registry.
    pub(super) asking: Option<Asking>,
    /// When it looks again whether it can go on.
    pub(super) wake: Option<Ticket>,
    /// When it asks the registry next.
    pub(super) renewal: Option<Ticket>,
}

/// A process that stands still.
#[derive(Clone, Debug)]
pub(super) struct Pause {
    pub(super) until: Option<Time>,
    pub(super) ticket: Option<Ticket>,
    /// What has arrived meanwhile.
    pub(super) inbox: Vec<(u64, Message)>,
}

/// A call whose answer has not come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking {
    pub(super) call: u64,
    /// When it asks again; none if that was due while the process stood still.
    pub(super) again: Option<Ticket>,
}

impl Worker {
    pub(super) fn new(scenario: &Scenario, worker: u8) -> Self {
        let setting = scenario.clock(worker);
        Worker {
            clock: Clock::new(scenario.start_unix_ms, scenario.slow_motion, setting),
            is_cut: false,
            starts: 0,
            made: 0,
            process: None,
        }
    }

    /// The process, unless it is down or stands still.
    pub(super) fn running(&mut self) -> Option<&mut Process> {
        self.process.as_mut().filter(|it| it.pause.is_none())
    }

    pub(super) fn is_up(&self) -> bool {
        self.process.is_some()
    }
}

/// Which start of which worker.
pub(super) fn holder(worker: u8, starts: u32) -> Holder {
    Holder { process: worker.into(), start: u64::from(worker) << 32 | u64::from(starts) }
}

impl Process {
    /// Makes its IDs from now on by this policy, with this number, and none before those it has made.
    pub(super) fn set_maker(&mut self, scenario: &Scenario, policy: ClockPolicy, number: u16) {
        let after_ms = self.lease.map_or(0, |it| it.after_ms);
        let after_ms = after_ms.max(self.last.map_or(0, |(_, stamp_ms)| stamp_ms));
        self.maker = Maker::new(scenario.layout, number, policy, after_ms, scenario.mistake);
    }
}

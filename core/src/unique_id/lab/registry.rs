//! The registry of worker numbers: it decides by the rules of leasing, and answers once that is durable.

use super::action::{Mistake, Scenario};
use super::clock::Clock;
use super::event::Event;
use super::wire::{Message, Node};
use super::{Due, Lab};
use crate::sim::Ticket;
use crate::unique_id::lease::{Holder, Record, Registry, Row, Terms};
use std::collections::BTreeMap;

/// The registry's node.
#[derive(Clone, Debug)]
pub(super) struct RegistryNode {
    pub(super) clock: Clock,
    /// What it has in memory; none while it is down.
    pub(super) registry: Option<Registry>,
    /// What its disk has, by number.
    disk: BTreeMap<u16, Row>,
    /// What it is writing, with the answer that waits for it.
    pub(super) writes: BTreeMap<u64, Write>,
}

/// What a worker is told.
#[derive(Clone, Copy, Debug)]
struct Answer {
    worker: u8,
    call: u64,
    /// Who asked: the worker may have started again since.
    holder: Holder,
    message: Message,
}

/// A record on its way to the disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    record: Record,
    answer: Option<Answer>,
    ticket: Ticket,
}

impl RegistryNode {
    pub(super) fn new(scenario: &Scenario, clock: Clock) -> Self {
        RegistryNode {
            clock,
            registry: Some(Registry::new(terms(scenario))),
            disk: BTreeMap::new(),
            writes: BTreeMap::new(),
        }
    }

    /// What a restart would find, number by number.
    pub(super) fn durable_rows(&self, numbers: u16) -> Vec<Row> {
        (0..numbers).map(|number| self.disk.get(&number).copied().unwrap_or_default()).collect()
    }
}

/// What leases are like in a scenario.
pub(super) fn terms(scenario: &Scenario) -> Terms {
    let lease_ms = u64::from(scenario.lease_ms);
    Terms {
        numbers: scenario.numbers,
        lease_ms,
        // Never at once: where messages take no time, nothing else would ever happen.
        renew_ms: (lease_ms / 3).max(1),
        most_skew_ms: scenario.most_skew_ms.into(),
    }
}

impl Lab {
    /// The registry has a message of a worker.
    pub(super) fn decide(&mut self, worker: u8, call: u64, message: Message) {
        let now_ms = self.registry.clock.unix_ms(self.now);
        let mistake = self.scenario.mistake;
        let Some(registry) = self.registry.registry.as_mut() else { return };
        let (holder, result) = match message {
            Message::Acquire { holder, clock_ms } => {
                (holder, registry.acquire(now_ms, holder, clock_ms))
            }
            Message::Renew { holder, mut lease, clock_ms } => {
                if mistake == Some(Mistake::NoFencing)
                    && let Some(row) = registry.rows().get(usize::from(lease.number))
                {
                    lease.epoch = row.epoch;
                }
                (holder, registry.renew(now_ms, lease, clock_ms))
            }
            Message::Release { number, epoch, last_ms } => {
                if registry.release(number, epoch, last_ms).is_ok() {
                    self.auditor.released(number, epoch, last_ms);
                    self.events.push(Event::Released { number });
                    self.write(number, None);
                }
                return;
            }
            Message::Granted(_) | Message::Refused(_) => return,
        };
        let is_new = matches!(message, Message::Acquire { .. });
        let answer = |message| Answer { worker, call, holder, message };
        match result {
            Ok(mut lease) => {
                if mistake == Some(Mistake::HighWaterForgotten) {
                    lease.after_ms = 0;
                }
                self.events.push(if is_new {
                    self.totals.granted += 1;
                    Event::Granted { worker, lease }
                } else {
                    self.totals.renewed += 1;
                    Event::Extended { worker, lease }
                });
                self.write(lease.number, Some(answer(Message::Granted(lease))));
            }
            Err(why) => {
                self.totals.refused += 1;
                self.events.push(Event::Declined { worker, why });
                self.answer(answer(Message::Refused(why)));
            }
        }
    }

    /// Makes what the registry knows of a number durable, then answers.
    fn write(&mut self, number: u16, answer: Option<Answer>) {
        let Some(record) = self.registry.registry.as_ref().and_then(|it| it.record(number)) else {
            return;
        };
        let mut waits = answer;
        if self.scenario.mistake == Some(Mistake::AnswerBeforeWrite)
            && let Some(answer) = waits.take()
        {
            self.answer(answer);
        }
        let id = self.new_id();
        let at = self.now + self.slow_ms(self.scenario.write_ms.into());
        let ticket = self.agenda.add(at, Due::Written(id));
        self.registry.writes.insert(id, Write { record, answer: waits, ticket });
    }

    /// The disk has it.
    pub(super) fn written(&mut self, id: u64) {
        let Some(Write { record, answer, .. }) = self.registry.writes.remove(&id) else { return };
        self.registry.disk.insert(record.number, record.row);
        if let Some(answer) = answer {
            self.answer(answer);
        }
    }

    fn answer(&mut self, Answer { worker, call, holder, message }: Answer) {
        if let Message::Granted(lease) = message {
            self.auditor.told(holder, lease);
        }
        self.send((Node::Registry, Node::Worker(worker)), call, message);
    }

    pub(super) fn crash_registry(&mut self) {
        self.registry.registry = None;
        for (_, write) in std::mem::take(&mut self.registry.writes) {
            self.agenda.cancel(write.ticket);
        }
    }

    pub(super) fn start_registry(&mut self) {
        let records =
            self.registry.disk.iter().map(|(number, row)| Record { number: *number, row: *row });
        self.registry.registry = Some(Registry::recover(terms(&self.scenario), records));
    }

    /// An operator declares the holder of a number dead; whether there was one.
    pub(super) fn revoke(&mut self, number: u16) -> bool {
        let Some(registry) = self.registry.registry.as_mut() else { return false };
        let is_held =
            registry.rows().get(usize::from(number)).is_some_and(|it| it.holder.is_some());
        if is_held && registry.revoke(number).is_ok() {
            self.events.push(Event::Revoked { number });
            self.write(number, None);
        }
        is_held
    }
}

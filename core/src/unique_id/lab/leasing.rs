//! Workers ask the registry for numbers, ask again when no answer comes, and keep what they have.

use super::action::{Mistake, Scenario};
use super::event::Event;
use super::registry::terms;
use super::wire::{Message, Node};
use super::worker::{Asking, holder};
use super::{Due, Lab};
use crate::sim::Span;
use crate::unique_id::lease::{Lease, LeaseRefusal};

/// The number that every worker is configured with where there is no registry.
const COPIED_NUMBER: u16 = 5;

/// Whether workers get their numbers from the registry.
fn is_leased(scenario: &Scenario) -> bool {
    !matches!(scenario.mistake, Some(Mistake::OneNumber | Mistake::AutoIncrement))
}

impl Lab {
    /// A worker that has just started gets itself a number.
    pub(super) fn get_number(&mut self, worker: u8) {
        let (scenario, policy) = (self.scenario.clone(), self.policy);
        if is_leased(&scenario) {
            self.call_registry(worker);
        } else if let Some(process) = self.process_mut(worker) {
            process.set_maker(&scenario, policy, COPIED_NUMBER.min(scenario.numbers - 1));
        }
    }

    /// A worker asks the registry for a number, or to keep its own, unless it has asked already.
    pub(super) fn call_registry(&mut self, worker: u8) {
        let call = self.new_id();
        let is_leased = is_leased(&self.scenario);
        let Some(process) = self.running(worker).filter(|it| is_leased && it.asking.is_none())
        else {
            return;
        };
        process.asking = Some(Asking { call, again: None });
        if let Some(ticket) = process.renewal.take() {
            self.agenda.cancel(ticket);
        }
        self.send_call(worker);
    }

    /// Sends what a worker has to ask, and again when no answer comes.
    pub(super) fn send_call(&mut self, worker: u8) {
        let (now, again_at) = (self.now, self.now + self.retry_span());
        let place = &mut self.workers[usize::from(worker)];
        let (starts, clock_ms) = (place.starts, place.clock.unix_ms(now));
        let Some(process) = place.running() else { return };
        let lease = process.lease;
        let Some(asking) = process.asking.as_mut() else { return };
        let holder = holder(worker, starts);
        let message = match lease {
            Some(lease) => Message::Renew { holder, lease, clock_ms },
            None => Message::Acquire { holder, clock_ms },
        };
        let call = asking.call;
        let before = asking.again.replace(self.agenda.add(again_at, Due::CallAgain(worker)));
        before.and_then(|it| self.agenda.cancel(it));
        self.send((Node::Worker(worker), Node::Registry), call, message);
    }

    /// How long a worker waits for an answer before it asks again.
    fn retry_span(&self) -> Span {
        let scenario = &self.scenario;
        let round_trip_ms = 2 * u64::from(scenario.latency_ms.1) + u64::from(scenario.write_ms);
        self.slow_ms(round_trip_ms * 3 / 2 + 2)
    }

    /// What a worker has to ask is due, or no answer has come.
    pub(super) fn call_due(&mut self, worker: u8, is_renewal: bool) {
        let Some(process) = self.process_mut(worker) else { return };
        if is_renewal {
            process.renewal = None;
            self.call_registry(worker);
        } else if let Some(asking) = process.asking.as_mut() {
            asking.again = None;
            self.send_call(worker);
        }
    }

    /// A worker has an answer.
    pub(super) fn answered(&mut self, worker: u8, call: u64, message: Message) {
        let (scenario, policy) = (self.scenario.clone(), self.policy);
        let (renew_at, retry_at) = {
            let renew = self.slow_ms(terms(&scenario).renew_ms);
            (self.now + renew, self.now + self.retry_span())
        };
        let Some(process) = self.running(worker) else { return };
        let Some(asking) = process.asking.take_if(|it| it.call == call) else { return };
        let mut next_at = retry_at;
        let mut lost = None;
        match message {
            Message::Granted(lease) => {
                let before = process.lease.replace(lease);
                let is_same =
                    before.is_some_and(|it| (it.number, it.epoch) == (lease.number, lease.epoch));
                if !is_same {
                    process.set_maker(&scenario, policy, lease.number);
                }
                self.events.push(Event::Leased { worker, lease });
                next_at = renew_at;
            }
            Message::Refused(LeaseRefusal::Fenced { .. } | LeaseRefusal::NoSuchNumber { .. }) => {
                process.maker = None;
                lost = process.lease.take();
            }
            _ => {}
        }
        asking.again.and_then(|it| self.agenda.cancel(it));
        if let Some(Lease { number, .. }) = lost {
            self.events.push(Event::Dispossessed { worker, number });
            self.call_registry(worker);
        } else {
            let ticket = self.agenda.add(next_at, Due::Renewal(worker));
            if let Some(process) = self.process_mut(worker) {
                process.renewal = Some(ticket);
            }
        }
        self.serve(worker);
    }
}

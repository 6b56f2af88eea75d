//! Messages between the workers and the registry.

use super::event::{Event, Loss};
use super::wire::{Flight, Message, Node};
use super::{Due, Lab};

impl Lab {
    /// Sends a message, which arrives unless the link is cut.
    pub(super) fn send(&mut self, (from, to): (Node, Node), call: u64, message: Message) {
        let id = self.new_id();
        let (min, max) = self.scenario.latency_ms;
        let latency = self.rng.span(self.slow_ms(min.into()), self.slow_ms(max.into()));
        let arrives_at = self.now + latency;
        let flight = Flight { from, to, call, message, sent_at: self.now, arrives_at };
        self.events.push(Event::Sent { flight: id, from, to, message });
        if self.is_cut(&flight) {
            self.events.push(Event::Lost { flight: id, why: Loss::Cut });
            return;
        }
        let ticket = self.agenda.add(arrives_at, Due::Arrival(id));
        self.flights.insert(id, (flight, ticket));
    }

    fn is_cut(&self, flight: &Flight) -> bool {
        [flight.from, flight.to].into_iter().any(|node| match node {
            Node::Registry => false,
            Node::Worker(worker) => self.workers[usize::from(worker)].is_cut,
        })
    }

    /// A message arrives.
    pub(super) fn arrive(&mut self, id: u64) {
        let Some((flight, _)) = self.flights.remove(&id) else { return };
        let Flight { from, to, call, message, .. } = flight;
        let is_up = match to {
            Node::Registry => self.registry.registry.is_some(),
            Node::Worker(worker) => self.is_up(worker),
        };
        if self.is_cut(&flight) || !is_up {
            let why = if is_up { Loss::Cut } else { Loss::ReceiverDown };
            self.events.push(Event::Lost { flight: id, why });
            return;
        }
        match (from, to) {
            (Node::Worker(worker), Node::Registry) => self.decide(worker, call, message),
            (_, Node::Worker(worker)) => {
                let process = self.process_mut(worker);
                match process.and_then(|it| it.pause.as_mut()) {
                    Some(pause) => pause.inbox.push((call, message)),
                    None => self.answered(worker, call, message),
                }
            }
            (Node::Registry, Node::Registry) => {}
        }
    }
}

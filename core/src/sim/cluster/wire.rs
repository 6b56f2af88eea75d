//! The messages of a cluster: under way, lost, delayed, doubled, delivered.

use super::{Cluster, ClusterEvent, Due, Flight, LossReason};
use crate::sim::{Input, Machine, NodeId, Span, Time};

impl<M: Machine> Cluster<M> {
    /// The messages under way, in the order of their arrival, with the time of it.
    pub fn flights(&self) -> impl Iterator<Item = (Time, &Flight<M::Message>)> {
        self.agenda.iter().filter_map(|(ticket, due)| match due {
            Due::Delivery(flight) => Some((ticket.at, flight)),
            _ => None,
        })
    }

    /// Takes a message off the wire.
    pub fn drop_message(&mut self, now: Time, flight: u64) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| {
            if let Some((_, flight)) = cluster.take_flight(flight) {
                events.push(ClusterEvent::Lost(flight, LossReason::Dropped));
            }
        })
    }

    /// Holds a message back for so much longer.
    pub fn delay_message(&mut self, now: Time, flight: u64, by: Span) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, _| {
            if let Some((arrival, flight)) = cluster.take_flight(flight) {
                cluster.agenda.add(arrival + by, Due::Delivery(flight));
            }
        })
    }

    /// Lets a message arrive at once.
    pub fn deliver_now(&mut self, now: Time, flight: u64) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| {
            if let Some((_, flight)) = cluster.take_flight(flight) {
                cluster.deliver(flight, events);
            }
        })
    }

    /// Sends a second copy of a message, which arrives with a latency of its own.
    pub fn duplicate_message(&mut self, now: Time, flight: u64) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| {
            let copy = cluster.flights().find(|(_, f)| f.id == flight).map(|(_, f)| f.clone());
            if let Some(copy) = copy {
                let latency = cluster.network.latency;
                let latency = cluster.rng.span(latency.min, latency.max);
                cluster.depart(copy.from, copy.to, copy.message, latency, events);
            }
        })
    }

    fn take_flight(&mut self, id: u64) -> Option<(Time, Flight<M::Message>)> {
        let is_it = |due: &Due<M>| matches!(due, Due::Delivery(flight) if flight.id == id);
        let ticket = self.agenda.iter().find(|(_, due)| is_it(due))?.0;
        match self.agenda.cancel(ticket)? {
            Due::Delivery(flight) => Some((ticket.at, flight)),
            _ => None,
        }
    }

    pub(super) fn deliver(
        &mut self,
        flight: Flight<M::Message>,
        events: &mut Vec<ClusterEvent<M>>,
    ) {
        let Flight { from, to, ref message, .. } = flight;
        let message = message.clone();
        if self.network.partition.cuts(from, to) {
            events.push(ClusterEvent::Lost(flight, LossReason::Partition));
        } else if !self.is_up(to) {
            events.push(ClusterEvent::Lost(flight, LossReason::ReceiverDown));
        } else {
            events.push(ClusterEvent::Delivered(flight));
            self.handle(to, Input::Message { from, message }, events);
        }
    }

    pub(super) fn send(
        &mut self,
        from: NodeId,
        to: NodeId,
        message: M::Message,
        events: &mut Vec<ClusterEvent<M>>,
    ) {
        let copies = self.network.copies(&mut self.rng);
        let cut = self.network.partition.cuts(from, to);
        if cut || copies.is_empty() {
            let reason = if cut { LossReason::Partition } else { LossReason::Chance };
            let flight = self.new_flight(from, to, message);
            events.push(ClusterEvent::Lost(flight, reason));
            return;
        }
        for latency in copies {
            self.depart(from, to, message.clone(), latency, events);
        }
    }

    fn depart(
        &mut self,
        from: NodeId,
        to: NodeId,
        message: M::Message,
        latency: Span,
        events: &mut Vec<ClusterEvent<M>>,
    ) {
        let flight = self.new_flight(from, to, message);
        events.push(ClusterEvent::Sent(flight.clone()));
        self.agenda.add(self.now + latency, Due::Delivery(flight));
    }

    fn new_flight(&mut self, from: NodeId, to: NodeId, message: M::Message) -> Flight<M::Message> {
        let id = self.next_flight;
        self.next_flight += 1;
        Flight { id, from, to, message, sent_at: self.now }
    }
}

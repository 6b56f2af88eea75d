//! Machines on a simulated network, each with a disk of its own: a whole distributed system in one
//! value, one event a step.
//!
//! What is simplified: a node computes in no time; only messages, timers and forced writes take any.
//! A crash keeps exactly the durable prefix of the log; sectors do not tear.

mod event;
mod node;

pub use event::{ClusterEvent, Flight, LossReason};
pub use node::Node;

use super::{Agenda, Durability, Input, Machine, Network, NodeId, Outbox, Output, Rng, Span, Time};

#[derive(Clone, Debug)]
enum Due<M: Machine> {
    Start(NodeId),
    Delivery(Flight<M::Message>),
    Timer(NodeId, M::Timer),
    ForceDone(NodeId),
}

/// Machines, their disks and the network between them.
#[derive(Clone, Debug)]
pub struct Cluster<M: Machine> {
    now: Time,
    nodes: Vec<Node<M>>,
    agenda: Agenda<Due<M>>,
    /// The network; its faults may be changed at any time.
    pub network: Network,
    rng: Rng,
    next_flight: u64,
}

impl<M: Machine> Cluster<M> {
    /// One node a configuration, all of them about to start at time zero on empty, instant disks.
    pub fn new(configs: impl IntoIterator<Item = M::Config>, network: Network, rng: Rng) -> Self {
        let nodes: Vec<Node<M>> = configs.into_iter().map(Node::new).collect();
        let mut agenda = Agenda::default();
        for node in 0..nodes.len() {
            agenda.add(Time::ZERO, Due::Start(NodeId(node as u16)));
        }
        Cluster { now: Time::ZERO, nodes, agenda, network, rng, next_flight: 0 }
    }

    /// The nodes, in the order of their ids.
    pub fn nodes(&self) -> &[Node<M>] {
        &self.nodes
    }

    /// A node, to slow its disk down or to make it lie; none for an unknown id.
    pub fn node_mut(&mut self, id: NodeId) -> Option<&mut Node<M>> {
        self.nodes.get_mut(usize::from(id.0))
    }

    /// The messages under way, in the order of their arrival, with the time of it.
    pub fn flights(&self) -> impl Iterator<Item = (Time, &Flight<M::Message>)> {
        self.agenda.iter().filter_map(|(ticket, due)| match due {
            Due::Delivery(flight) => Some((ticket.at, flight)),
            _ => None,
        })
    }

    /// When the next event is due.
    pub fn next_at(&self) -> Option<Time> {
        self.agenda.next_at()
    }

    /// Lets the next event happen; nothing if none is due any more.
    pub fn step(&mut self) -> Vec<ClusterEvent<M>> {
        let mut events = Vec::new();
        let Some((ticket, due)) = self.agenda.pop() else { return events };
        self.now = self.now.max(ticket.at);
        match due {
            Due::Start(id) => self.start(id, &mut events),
            Due::Delivery(flight) => self.deliver(flight, &mut events),
            Due::Timer(id, timer) => {
                self.nodes[usize::from(id.0)].timers.remove(&timer);
                events.push(ClusterEvent::Fired(id, timer.clone()));
                self.handle(id, Input::Timer(timer), &mut events);
            }
            Due::ForceDone(id) => {
                self.forced(id, &mut events);
                self.drain(id, &mut events);
            }
        }
        events
    }

    /// Gives a node a command at time `now`.
    pub fn command(&mut self, now: Time, id: NodeId, command: M::Command) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| {
            if cluster.is_up(id) {
                cluster.handle(id, Input::Command(command), events);
            } else {
                events.push(ClusterEvent::Refused(id));
            }
        })
    }

    /// Kills a node at time `now`: its memory, its timers and its lazy records are gone.
    pub fn crash(&mut self, now: Time, id: NodeId) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| cluster.kill(id, events))
    }

    /// Kills a node right after it has carried out this many more outputs: the way to die between
    /// a write and the message that was to follow it. With 0 it dies now.
    pub fn crash_after(&mut self, now: Time, id: NodeId, outputs: u32) -> Vec<ClusterEvent<M>> {
        if outputs == 0 {
            return self.crash(now, id);
        }
        self.at(now, |cluster, _| {
            if cluster.is_up(id) {
                cluster.nodes[usize::from(id.0)].crash_after = Some(outputs);
            }
        })
    }

    /// Boots a node that is down from the records that survived.
    pub fn restart(&mut self, now: Time, id: NodeId) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| {
            if usize::from(id.0) < cluster.nodes.len() && !cluster.is_up(id) {
                cluster.start(id, events);
            }
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

    /// Whether a node is up.
    pub fn is_up(&self, id: NodeId) -> bool {
        self.nodes.get(usize::from(id.0)).is_some_and(|node| node.machine.is_some())
    }

    fn at(
        &mut self,
        now: Time,
        act: impl FnOnce(&mut Self, &mut Vec<ClusterEvent<M>>),
    ) -> Vec<ClusterEvent<M>> {
        self.now = self.now.max(now);
        let mut events = Vec::new();
        act(self, &mut events);
        events
    }

    fn take_flight(&mut self, id: u64) -> Option<(Time, Flight<M::Message>)> {
        let is_it = |due: &Due<M>| matches!(due, Due::Delivery(flight) if flight.id == id);
        let ticket = self.agenda.iter().find(|(_, due)| is_it(due))?.0;
        match self.agenda.cancel(ticket)? {
            Due::Delivery(flight) => Some((ticket.at, flight)),
            _ => None,
        }
    }

    fn start(&mut self, id: NodeId, events: &mut Vec<ClusterEvent<M>>) {
        // Whoever restarts a node that has yet to start must not have it started twice.
        self.agenda.retain(|_, due| !matches!(due, Due::Start(owner) if *owner == id));
        let node = &mut self.nodes[usize::from(id.0)];
        node.machine = Some(M::recover(&node.config, node.durable_log()));
        events.push(ClusterEvent::Started(id));
        self.handle(id, Input::Start, events);
    }

    fn kill(&mut self, id: NodeId, events: &mut Vec<ClusterEvent<M>>) {
        if !self.is_up(id) {
            return;
        }
        let node = &mut self.nodes[usize::from(id.0)];
        let lost_records = node.log.len() - node.durable;
        node.machine = None;
        node.log.truncate(node.durable);
        node.outbox.clear();
        node.timers.clear();
        node.forcing = false;
        node.crash_after = None;
        self.agenda.retain(|_, due| match due {
            Due::Timer(owner, _) | Due::ForceDone(owner) | Due::Start(owner) => *owner != id,
            Due::Delivery(_) => true,
        });
        events.push(ClusterEvent::Crashed { node: id, lost_records });
    }

    fn deliver(&mut self, flight: Flight<M::Message>, events: &mut Vec<ClusterEvent<M>>) {
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

    fn handle(&mut self, id: NodeId, input: Input<M>, events: &mut Vec<ClusterEvent<M>>) {
        let node = &mut self.nodes[usize::from(id.0)];
        let Some(machine) = node.machine.as_mut() else { return };
        let mut out = Outbox::default();
        machine.handle(self.now, input, &mut out);
        node.outbox.extend(out.into_outputs());
        self.drain(id, events);
    }

    /// Carries out a node's outputs in order, until one must wait for the disk or the node dies.
    fn drain(&mut self, id: NodeId, events: &mut Vec<ClusterEvent<M>>) {
        loop {
            let node = &mut self.nodes[usize::from(id.0)];
            if node.forcing {
                return;
            }
            let Some(output) = node.outbox.pop_front() else { return };
            self.perform(id, output, events);
        }
    }

    fn perform(&mut self, id: NodeId, output: Output<M>, events: &mut Vec<ClusterEvent<M>>) {
        let node = &mut self.nodes[usize::from(id.0)];
        match output {
            Output::Append { record, durability } => {
                node.log.push(record.clone());
                events.push(ClusterEvent::Appended { node: id, record, durability });
                if durability == Durability::Forced {
                    node.forcing = true;
                    if node.force_latency == Span::ZERO {
                        self.forced(id, events);
                    } else {
                        let done = self.now + node.force_latency;
                        self.agenda.add(done, Due::ForceDone(id));
                    }
                    // This output is carried out, and counted, once the disk has answered.
                    return;
                }
            }
            Output::Send { to, message } => self.send(id, to, message, events),
            Output::WakeAfter { delay, timer } => {
                let due = Due::Timer(id, timer.clone());
                let ticket = self.agenda.add(self.now + delay, due);
                if let Some(earlier) = node.timers.insert(timer, ticket) {
                    self.agenda.cancel(earlier);
                }
            }
            Output::Cancel(timer) => {
                if let Some(ticket) = node.timers.remove(&timer) {
                    self.agenda.cancel(ticket);
                }
            }
            Output::Report(event) => events.push(ClusterEvent::Reported(id, event)),
        }
        self.count_down(id, events);
    }

    fn forced(&mut self, id: NodeId, events: &mut Vec<ClusterEvent<M>>) {
        let node = &mut self.nodes[usize::from(id.0)];
        node.forcing = false;
        if !node.disk_lies {
            node.durable = node.log.len();
        }
        events.push(ClusterEvent::Forced(id));
        self.count_down(id, events);
    }

    fn count_down(&mut self, id: NodeId, events: &mut Vec<ClusterEvent<M>>) {
        let node = &mut self.nodes[usize::from(id.0)];
        if let Some(left) = node.crash_after.as_mut() {
            *left -= 1;
            if *left == 0 {
                self.kill(id, events);
            }
        }
    }

    fn send(
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

//! Machines on a simulated network, each with a disk of its own: a whole distributed system in one
//! value, one event a step.
//!
//! What is simplified: a node computes in no time; only messages, timers and forced writes take any.
//! A crash keeps exactly the durable prefix of the log; sectors do not tear.

mod death;
mod event;
mod node;
mod wire;

pub use death::Side;
pub use event::{ClusterEvent, Flight, LossReason};
pub use node::Node;

use super::{
    Agenda, Durability, Input, Log, Machine, Network, NodeId, Outbox, Output, Rng, Span, Time,
};
use death::Death;

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
            Due::Timer(id, timer) => self.fire(id, timer, &mut events),
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

    /// Lets a timer that is set fire at once.
    pub fn fire_now(&mut self, now: Time, id: NodeId, timer: M::Timer) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, events| {
            let node = cluster.nodes.get(usize::from(id.0));
            if let Some(ticket) = node.and_then(|node| node.timers.get(&timer)).copied() {
                cluster.agenda.cancel(ticket);
                cluster.fire(id, timer, events);
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
                cluster.nodes[usize::from(id.0)].death = Some(Death::After(outputs));
            }
        })
    }

    /// Kills a node right before or right after it carries out the next output for which `matches`
    /// is true; after a forced append means once the disk has answered. It takes the place of an
    /// earlier plan to die, and another crash cancels it.
    pub fn crash_around(
        &mut self,
        now: Time,
        id: NodeId,
        side: Side,
        matches: fn(&Output<M>) -> bool,
    ) -> Vec<ClusterEvent<M>> {
        self.at(now, |cluster, _| {
            if cluster.is_up(id) {
                cluster.nodes[usize::from(id.0)].death = Some(Death::Around(side, matches));
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

    fn fire(&mut self, id: NodeId, timer: M::Timer, events: &mut Vec<ClusterEvent<M>>) {
        self.nodes[usize::from(id.0)].timers.remove(&timer);
        events.push(ClusterEvent::Fired(id, timer.clone()));
        self.handle(id, Input::Timer(timer), events);
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
        let lost_records = node.log.crash();
        node.machine = None;
        node.outbox.clear();
        node.timers.clear();
        node.forcing = false;
        node.death = None;
        self.agenda.retain(|_, due| match due {
            Due::Timer(owner, _) | Due::ForceDone(owner) | Due::Start(owner) => *owner != id,
            Due::Delivery(_) => true,
        });
        events.push(ClusterEvent::Crashed { node: id, lost_records });
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
        match node.death {
            Some(Death::Around(Side::Before, matches)) if matches(&output) => {
                return self.kill(id, events);
            }
            // From here on it is this one output that is left.
            Some(Death::Around(Side::After, matches)) if matches(&output) => {
                node.death = Some(Death::After(1));
            }
            _ => {}
        }
        match output {
            Output::Append { record, durability } => {
                let Ok(()) = node.log.append(&record);
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
        let Ok(()) = node.log.force();
        events.push(ClusterEvent::Forced(id));
        self.count_down(id, events);
    }

    fn count_down(&mut self, id: NodeId, events: &mut Vec<ClusterEvent<M>>) {
        let node = &mut self.nodes[usize::from(id.0)];
        if let Some(Death::After(left)) = node.death.as_mut() {
            *left -= 1;
            if *left == 0 {
                self.kill(id, events);
            }
        }
    }
}

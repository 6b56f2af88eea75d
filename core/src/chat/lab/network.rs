//! What happens to connections from outside: cuts, nodes off the network, packets taken off the wire, and
//! what operating systems tell the end that survives.

use super::super::client::ClientInput;
use super::super::node::{ChatNode, Command, Event, LinkId, SERVER};
use super::{Action, Happened, Impossible, Lab, LossView, Outside, action};
use crate::sim::{ClusterEvent, Flight, LossReason, NodeId, Time};

/// The most losses that are remembered for drawing.
const MOST_LOSSES: usize = 64;

impl Lab {
    pub(super) fn cut(&mut self, now: Time, tab: NodeId) -> Result<Vec<Happened>, Impossible> {
        self.check_open(tab)?;
        let link = self.tab(tab).and_then(|it| it.link()).ok_or(Impossible::NotConnected)?;
        let is_on_it = |flight: &&Flight<super::super::node::Packet>| {
            flight.message.link == link.number && (flight.from == tab || flight.to == tab)
        };
        let under_way = self.cluster.flights().map(|(_, flight)| flight).filter(is_on_it);
        let under_way: Vec<u64> = under_way.map(|flight| flight.id).collect();
        let mut events = Vec::new();
        for flight in under_way {
            events.extend(self.cluster.drop_message(now, flight));
        }
        events.extend(self.cluster.command(now, tab, Command::Broken(link)));
        if self.cluster.is_up(SERVER) {
            events.extend(self.cluster.command(now, SERVER, Command::Broken(link)));
        }
        let mut happened = vec![Happened::Cut { tab }];
        happened.extend(self.note(now, events));
        Ok(happened)
    }

    pub(super) fn go_offline(
        &mut self,
        now: Time,
        tab: NodeId,
        ms: u32,
    ) -> Result<Vec<Happened>, Impossible> {
        if self.offline.contains_key(&tab) {
            return Err(Impossible::OfflineAlready);
        }
        let until = (ms > 0).then(|| now + action::ms(ms));
        if let Some(until) = until {
            self.outside.add(until, Outside::Online(tab));
        }
        self.offline.insert(tab, until);
        self.cluster.network.partition.isolate(&[tab], self.names.len() as u16 + 1);
        let mut happened = vec![Happened::WentOffline { tab }];
        // A browser knows that its machine has left the network; the server does not.
        if let Some(link) = self.tab(tab).and_then(|it| it.link()) {
            let events = self.cluster.command(now, tab, Command::Broken(link));
            happened.extend(self.note(now, events));
        }
        Ok(happened)
    }

    pub(super) fn come_online(&mut self, now: Time, tab: NodeId) -> Vec<Happened> {
        if self.offline.remove(&tab).is_none() {
            return Vec::new();
        }
        self.outside.retain(|_, it| !matches!(it, Outside::Online(other) if *other == tab));
        self.cluster.network.partition.heal();
        let nodes = self.names.len() as u16 + 1;
        for other in self.offline.keys() {
            self.cluster.network.partition.isolate(&[*other], nodes);
        }
        let mut happened = vec![Happened::CameOnline { tab }];
        if self.cluster.is_up(tab) {
            let reconnect = Command::Client(ClientInput::Reconnect);
            let events = self.cluster.command(now, tab, reconnect);
            happened.extend(self.note(now, events));
        }
        happened
    }

    pub(super) fn tell_broken(&mut self, now: Time, node: NodeId, link: LinkId) -> Vec<Happened> {
        let is_reachable = !self.cluster.network.partition.cuts(SERVER, link.tab);
        if !is_reachable || !self.cluster.is_up(node) {
            return Vec::new();
        }
        let events = self.cluster.command(now, node, Command::Broken(link));
        self.note(now, events)
    }

    /// What the operating systems of the nodes make of an event: when a process dies, the other ends of
    /// its connections are told; when nobody listens, whoever knocks is told.
    pub(super) fn consequences(&mut self, at: Time, event: &ClusterEvent<ChatNode>) {
        let (_, longest) = self.scenario.latency();
        match event {
            ClusterEvent::Started(SERVER) => self.starts += 1,
            ClusterEvent::Crashed { node: SERVER, .. } => {
                self.armed = None;
                self.ledger.rebuild(self.cluster.nodes()[0].durable_log());
                for tab in (1..=self.names.len() as u16).map(NodeId) {
                    if let Some(link) = self.tab(tab).and_then(|it| it.link()) {
                        self.outside.add(at + longest, Outside::Broken(tab, link));
                    }
                }
            }
            ClusterEvent::Crashed { node, .. } => {
                let server = self.cluster.nodes()[0].machine().and_then(ChatNode::server);
                let links = server.into_iter().flat_map(|it| it.sessions());
                let links: Vec<LinkId> =
                    links.map(|(_, link, _)| link).filter(|it| it.tab == *node).collect();
                for link in links {
                    self.outside.add(at + longest, Outside::Broken(SERVER, link));
                }
            }
            ClusterEvent::Lost(flight, LossReason::ReceiverDown) if flight.to == SERVER => {
                let link = LinkId { tab: flight.from, number: flight.message.link };
                self.outside.add(at + longest, Outside::Broken(flight.from, link));
            }
            _ => {}
        }
    }

    pub(super) fn count(&mut self, at: Time, event: &ClusterEvent<ChatNode>) {
        let totals = &mut self.totals;
        match event {
            ClusterEvent::Sent(flight) if flight.message.body.is_transport() => {
                totals.transport += 1;
            }
            ClusterEvent::Sent(_) => totals.messages += 1,
            ClusterEvent::Lost(flight, reason) => {
                totals.lost += 1;
                if self.losses.len() == MOST_LOSSES {
                    self.losses.remove(0);
                }
                let (id, from, to) = (flight.id, flight.from, flight.to);
                self.losses.push(LossView { at, id, from, to, reason: *reason });
            }
            ClusterEvent::Forced(SERVER) => totals.forced += 1,
            ClusterEvent::Reported(_, Event::DroppedDouble(_)) => totals.doubles_dropped += 1,
            ClusterEvent::Reported(_, Event::NoticedGap(_)) => totals.gaps += 1,
            ClusterEvent::Reported(_, Event::Acknowledged { is_retry: true, .. }) => {
                totals.retries_known += 1;
            }
            _ => {}
        }
    }

    /// What a reader does to packets, the network and the disk.
    pub(super) fn meddle(
        &mut self,
        now: Time,
        action: Action,
    ) -> Result<Vec<Happened>, Impossible> {
        let is_under_way =
            |lab: &Lab, id: u64| lab.cluster.flights().any(|(_, flight)| flight.id == id);
        if let Action::Drop { flight }
        | Action::Delay { flight, .. }
        | Action::Duplicate { flight }
        | Action::Deliver { flight } = &action
            && !is_under_way(self, *flight)
        {
            return Err(Impossible::NotUnderWay);
        }
        let events = match action {
            Action::Drop { flight } => self.cluster.drop_message(now, flight),
            Action::Delay { flight, ms } => {
                self.cluster.delay_message(now, flight, action::ms(ms));
                return Ok(vec![Happened::Delayed { flight }]);
            }
            Action::Duplicate { flight } => self.cluster.duplicate_message(now, flight),
            Action::Deliver { flight } => self.cluster.deliver_now(now, flight),
            Action::SetNetwork { loss, duplication, reordering } => {
                let network = &mut self.cluster.network;
                network.loss_ppm = loss.min(100) * 10_000;
                network.duplication_ppm = duplication.min(100) * 10_000;
                network.reordering_ppm = reordering.min(100) * 10_000;
                return Ok(vec![Happened::NetworkSet]);
            }
            Action::SetDisk { force_ms, lies } => {
                if let Some(server) = self.cluster.node_mut(SERVER) {
                    server.force_latency = action::ms(force_ms);
                    server.set_disk_lies(lies);
                }
                return Ok(vec![Happened::DiskSet]);
            }
            _ => Vec::new(),
        };
        Ok(self.note(now, events))
    }
}

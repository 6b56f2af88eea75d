//! Drawing the lab: from its state to a frame.

use super::super::client::Connection;
use super::super::node::{ChatNode, SERVER};
use super::super::{ChatServer, names};
use super::frame::{ChannelView, FlightView, Frame, ServerView, SessionView, TabView};
use super::{Lab, ledger};
use crate::sim::{Node, NodeId, Span, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a loss is drawn.
const LOSS_SHOWN: Span = Span::from_ms(1_000);

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let network = &lab.cluster.network;
    let percent = |ppm: u32| ppm / 10_000;
    let tabs = lab.cluster.nodes().iter().enumerate().skip(1);
    Frame {
        now,
        scenario: lab.scenario.clone(),
        server: server(lab),
        tabs: tabs.map(|(index, node)| tab(lab, NodeId(index as u16), node)).collect(),
        flights: lab
            .cluster
            .flights()
            .map(|(arrival, flight)| FlightView {
                id: flight.id,
                from: flight.from,
                to: flight.to,
                packet: flight.message.clone(),
                progress: now.progress(flight.sent_at, arrival),
            })
            .collect(),
        losses: lab.losses.iter().filter(|it| it.at + LOSS_SHOWN > now).cloned().collect(),
        paths: lab.paths.all.clone(),
        network: (
            percent(network.loss_ppm),
            percent(network.duplication_ppm),
            percent(network.reordering_ppm),
        ),
        total: lab.totals,
    }
}

fn server(lab: &Lab) -> ServerView {
    let node = &lab.cluster.nodes()[usize::from(SERVER.0)];
    let server = node.machine().and_then(ChatNode::server);
    let mut channels: BTreeMap<Arc<str>, ChannelView> = BTreeMap::new();
    let mut add = |name: &Arc<str>, epoch, sessions| {
        let view = ChannelView { name: name.clone(), epoch, messages: Vec::new(), sessions };
        channels.insert(name.clone(), view);
    };
    if let Some(server) = server {
        for room in server.rooms() {
            add(room.name(), room.epoch(), room.sessions().collect());
        }
        for (_, _, inbox) in server.people().iter() {
            add(inbox.name(), inbox.epoch(), inbox.sessions().collect());
        }
    }
    let stored = lab.ledger.stored.values().map(|it| (it, true));
    for (message, durable) in stored.chain(lab.ledger.pending.iter().map(|it| (it, false))) {
        let name = message.room.clone();
        let none =
            || ChannelView { name: name.clone(), epoch: 0, messages: Vec::new(), sessions: vec![] };
        let view = channels.entry(message.room.clone()).or_insert_with(none);
        view.messages.push((message.clone(), durable));
    }
    let (inboxes, rooms) =
        channels.into_values().partition(|it| names::owner_of(&it.name).is_some());
    let online = |server: &ChatServer| {
        let online = server.people().iter().filter(|(_, sessions, _)| !sessions.is_empty());
        online.map(|(name, ..)| name.clone()).collect()
    };
    ServerView {
        is_up: server.is_some(),
        starts: lab.starts,
        armed: lab.armed,
        is_forcing: node.is_forcing(),
        pending: node.pending().count(),
        disk: ((node.force_latency.0 / 1_000) as u32, node.disk_lies()),
        rooms,
        inboxes,
        sessions: server.map_or(Vec::new(), |server| sessions(lab, server)),
        online: server.map(online).unwrap_or_default(),
    }
}

fn sessions(lab: &Lab, server: &ChatServer) -> Vec<SessionView> {
    let view = |(session, link, unread)| SessionView {
        session,
        link,
        name: server.people().name_of(session).cloned(),
        unread,
        is_alive: lab.tab(link.tab).is_some_and(|it| it.link() == Some(link)),
    };
    server.sessions().map(view).collect()
}

fn tab(lab: &Lab, id: NodeId, node: &Node<ChatNode>) -> TabView {
    let is_online = !lab.offline.contains_key(&id);
    let online_at = lab.offline.get(&id).copied().flatten();
    let name = lab.names[usize::from(id.0) - 1].clone();
    let Some(tab) = node.machine().and_then(ChatNode::tab) else {
        return TabView {
            node: id,
            name,
            is_open: false,
            is_online,
            online_at,
            reads: true,
            buffered: 0,
            connection: Connection::Down { attempt: 0 },
            connects_at: None,
            session: None,
            farewell: None,
            cut: None,
            rejected: None,
            threads: Vec::new(),
            looks_at: None,
            outbox: ledger::saved(node).map_or(0, |it| it.outbox.len()),
            unread: 0,
        };
    };
    let client = tab.client();
    TabView {
        node: id,
        name,
        is_open: true,
        is_online,
        online_at,
        reads: tab.reads(),
        buffered: tab.buffered(),
        connection: client.connection(),
        connects_at: tab.connects_at(),
        session: client.session(),
        farewell: client.farewell(),
        cut: client.cut(),
        rejected: client.rejected(),
        threads: client.threads().iter().map(|thread| client.view(thread)).collect(),
        looks_at: client.looks_at().cloned(),
        outbox: client.outbox().len(),
        unread: client.unread(),
    }
}

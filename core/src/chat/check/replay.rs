//! A run of the check as a run of the lab: so slow a network that nothing arrives by itself, and each
//! packet brought by hand.

use super::{Check, CheckAction};
use crate::chat::node::{Body, SERVER, Transport};
use crate::chat::wire::{ClientMessage, ServerMessage};
use crate::chat::{Action, LOBBY, Lab, Scenario};
use crate::sim::{NodeId, Rng, Run, Simulation, Time};

/// Longer than any run of a check: a step takes a second.
const NEVER_MS: u32 = 60_000;

/// From one step to the next, in milliseconds; longer than a tab waits before it connects again.
const STEP_MS: u64 = 1_000;

/// The lab beside the run that is being written.
struct Writing {
    lab: Lab,
    now: Time,
    actions: Vec<(Time, Action)>,
    transport: Transport,
}

pub(super) fn run_of(check: &Check, actions: &[CheckAction]) -> Run<Lab> {
    let names = ["Ada", "Bob", "Cleo"].iter().take(usize::from(check.tabs));
    let scenario = Scenario {
        tabs: names.map(|it| (*it).to_owned()).collect(),
        transport: check.transport,
        without: check.without,
        latency_ms: (NEVER_MS, NEVER_MS),
        force_ms: 0,
        ..Scenario::default()
    };
    let lab = Lab::new(&scenario, Rng::new(0));
    let mut writing =
        Writing { lab, now: Time::ZERO, actions: Vec::new(), transport: check.transport };
    writing.wait_until(Time::from_ms(1));
    for tab in 1..=u16::from(check.tabs) {
        writing.bring_all(NodeId(tab));
    }
    for (step, action) in actions.iter().enumerate() {
        writing.wait_until(Time::from_ms((step as u64 + 1) * STEP_MS));
        writing.step(*action);
    }
    Run { scenario, seed: 0, actions: writing.actions }
}

impl Writing {
    fn wait_until(&mut self, at: Time) {
        while self.lab.next_at().is_some_and(|it| it <= at) {
            self.lab.step();
        }
        self.now = at;
    }

    fn act(&mut self, action: Action) {
        self.actions.push((self.now, action.clone()));
        self.lab.act(self.now, action);
        self.wait_until(self.now);
    }

    fn step(&mut self, action: CheckAction) {
        let node = |tab: u8| NodeId(u16::from(tab) + 1);
        match action {
            CheckAction::Say { tab } => {
                let text = format!("{}", self.said() + 1);
                self.act(Action::Say { tab: node(tab), thread: LOBBY.into(), text });
            }
            CheckAction::Up { tab, place, dies_after } => {
                self.bring(node(tab), SERVER, place, dies_after);
            }
            CheckAction::Down { tab, place } => self.bring(SERVER, node(tab), place, None),
            CheckAction::DoubleUp { tab, place } => self.double(node(tab), SERVER, place),
            CheckAction::DoubleDown { tab, place } => self.double(SERVER, node(tab), place),
            CheckAction::Cut { tab } | CheckAction::Notice { tab } => {
                self.act(Action::Cut { tab: node(tab) });
            }
            CheckAction::Connect { tab } => self.bring_all_until_joining(node(tab)),
            CheckAction::Crash => self.act(Action::Crash { after_outputs: 0 }),
            CheckAction::Restart => self.act(Action::Restart),
        }
    }

    fn said(&self) -> usize {
        self.actions.iter().filter(|(_, it)| matches!(it, Action::Say { .. })).count()
    }

    /// The packets from one node to another, in the order of sending, and whether the check knows each.
    fn under_way(&self, from: NodeId, to: NodeId) -> Vec<(u64, bool)> {
        let flights = self.lab.cluster().flights().map(|(_, flight)| flight);
        let between = flights.filter(|it| it.from == from && it.to == to);
        let mut all: Vec<_> =
            between.map(|it| (it.message.link, it.id, is_known(&it.message.body))).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, id, known)| (id, known)).collect()
    }

    /// Lets a packet that the check knows arrive, and before it, where order is kept, those that it does
    /// not know.
    fn bring(&mut self, from: NodeId, to: NodeId, place: u8, dies_after: Option<u8>) {
        let all = self.under_way(from, to);
        let known = all.iter().filter(|it| it.1).nth(usize::from(place));
        let Some((wanted, _)) = known.copied() else { return };
        if self.transport == Transport::Stream {
            for (flight, _) in all.iter().take_while(|it| it.0 != wanted) {
                self.act(Action::Deliver { flight: *flight });
            }
        }
        if let Some(packets) = dies_after {
            // Writing the message down is an output, too; where there is none, it dies at once.
            let says = self.lab.cluster().flights().any(|(_, it)| {
                let is_send =
                    matches!(&it.message.body, Body::ToServer(ClientMessage::Send { .. }));
                it.id == wanted && is_send
            });
            let after_outputs = if says { u32::from(packets) + 1 } else { 0 };
            self.act(Action::Crash { after_outputs });
        }
        self.act(Action::Deliver { flight: wanted });
    }

    fn double(&mut self, from: NodeId, to: NodeId, place: u8) {
        let all = self.under_way(from, to);
        if let Some((flight, _)) = all.iter().filter(|it| it.1).nth(usize::from(place)) {
            self.act(Action::Duplicate { flight: *flight });
        }
    }

    /// Lets everything arrive between a tab and the server, also what comes of it.
    fn bring_all(&mut self, tab: NodeId) {
        while let Some((flight, _)) = self.first(tab, |_| true) {
            self.act(Action::Deliver { flight });
        }
    }

    /// Connects a tab, up to where it asks to join the lobby.
    fn bring_all_until_joining(&mut self, tab: NodeId) {
        while let Some((flight, _)) = self.first(tab, |is_known| !is_known) {
            self.act(Action::Deliver { flight });
        }
    }

    /// The first packet between a tab and the server, if it is one of these.
    fn first(&self, tab: NodeId, is_wanted: fn(bool) -> bool) -> Option<(u64, bool)> {
        let ways = [self.under_way(tab, SERVER), self.under_way(SERVER, tab)];
        let firsts = ways.iter().filter_map(|way| way.first());
        firsts.copied().find(|it| is_wanted(it.1))
    }
}

/// Whether a packet is one that the check has, too.
fn is_known(body: &Body) -> bool {
    match body {
        Body::ToServer(ClientMessage::Join { room, .. } | ClientMessage::Send { room, .. }) => {
            &**room == LOBBY
        }
        Body::ToTab(message) => match &**message {
            ServerMessage::Joined(joined) => &*joined.room == LOBBY,
            ServerMessage::Messages(run) => &**run.room() == LOBBY,
            ServerMessage::Ack(_) => true,
            _ => false,
        },
        _ => false,
    }
}

//! What nodes do in each situation, computed once by the real machines and looked up from then on.

use super::super::lab::config;
use super::super::{
    Branch, COORDINATOR, Command, Message, NodeConfig, Timer, TransactionId, TwoPhaseNode,
};
use super::local::{Facts, Local};
use super::{Check, CheckAction, CheckState};
use crate::sim::{Durability, Input, Machine, NodeId, Outbox, Output, Time};
use std::collections::{BTreeMap, BTreeSet};

/// The most different messages: one bit each.
const MOST_MESSAGES: usize = u128::BITS as usize;
/// Everything that can happen to a node: messages, three timers, submit, crash, restart.
const SOURCES: usize = MOST_MESSAGES + 6;
/// The only transaction.
const TX: TransactionId = TransactionId { epoch: 1, number: 1 };
const TIMERS: [Timer; 3] = [Timer::Vote(TX), Timer::Resend(TX), Timer::Inquire(TX)];

/// What happens to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Message(u8),
    Timer(u8),
    Submit,
    Crash,
    Restart,
}

impl Source {
    /// What can happen to any node without a message or a client.
    pub(super) const AT_ANY_NODE: [Source; 5] =
        [Source::Timer(0), Source::Timer(1), Source::Timer(2), Source::Crash, Source::Restart];

    fn number(self) -> usize {
        match self {
            Source::Message(message) => usize::from(message),
            Source::Timer(timer) => MOST_MESSAGES + usize::from(timer),
            Source::Submit => MOST_MESSAGES + 3,
            Source::Crash => MOST_MESSAGES + 4,
            Source::Restart => MOST_MESSAGES + 5,
        }
    }

    pub(super) fn action(self, node: usize, dies_after: u16) -> CheckAction {
        let node = node as u8;
        match self {
            Source::Message(message) => CheckAction::Deliver { message, dies_after },
            Source::Timer(timer) => CheckAction::Fire { node, timer, dies_after },
            Source::Submit => CheckAction::Submit { dies_after },
            Source::Crash => CheckAction::Crash { node },
            Source::Restart => CheckAction::Restart { node },
        }
    }
}

/// One way in which a node's situation can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) next: u32,
    /// The messages it sends.
    pub(super) sent: u128,
    /// After how many outputs it dies; 0, it does not.
    pub(super) dies_after: u16,
}

/// A message with its sender and receiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wire {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) message: Message,
}

#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// Whether steps that only send are taken at once, and deaths between two messages left out.
    pub(super) shortcuts: bool,
    configs: Vec<NodeConfig>,
    branches: Vec<Branch>,
    crashes: Vec<u8>,
    situations: Vec<Local>,
    facts: Vec<Facts>,
    ids: BTreeMap<Local, u32>,
    wires: Vec<Wire>,
    wire_ids: BTreeMap<Wire, u8>,
    /// For each situation and source, where its edges are, once they are known.
    places: Vec<Option<(u32, u32)>>,
    edges: Vec<Edge>,
    /// For each situation, what it sends without changing.
    echoes: Vec<Echoes>,
}

/// What a node sends without changing: as soon as `trigger`, if any, is on the wire.
#[derive(Clone, Copy, Debug)]
struct Echo {
    trigger: u128,
    sent: u128,
    source: Source,
}

#[derive(Clone, Debug, Default)]
struct Echoes {
    list: Vec<Echo>,
    /// How many messages were known when the list was made; none yet if 0.
    wires: usize,
    has_timers: bool,
}

impl Tables {
    pub(super) fn new(check: &Check, shortcuts: bool) -> Self {
        let scenario = check.scenario();
        let places = scenario.world.places();
        let crashes =
            |node| if node == 0 { check.coordinator_crashes } else { check.participant_crashes };
        Tables {
            shortcuts,
            configs: places.iter().map(|place| config(*place, &scenario)).collect(),
            branches: check.order().branches().unwrap_or_default(),
            crashes: (0..places.len()).map(crashes).collect(),
            situations: Vec::new(),
            facts: Vec::new(),
            ids: BTreeMap::new(),
            wires: Vec::new(),
            wire_ids: BTreeMap::new(),
            places: Vec::new(),
            edges: Vec::new(),
            echoes: Vec::new(),
        }
    }

    pub(super) fn situations(&self) -> usize {
        self.situations.len()
    }

    pub(super) fn facts(&self, situation: u32) -> &Facts {
        &self.facts[situation as usize]
    }

    pub(super) fn receiver(&self, message: u8) -> usize {
        usize::from(self.wires[usize::from(message)].to.0)
    }

    pub(super) fn wire(&self, message: u8) -> Option<&Wire> {
        self.wires.get(usize::from(message))
    }

    /// The situation of a node that has just started for the first time.
    pub(super) fn started(&mut self, node: usize) -> u32 {
        let mut local = Local {
            node,
            machine: None,
            log: Vec::new(),
            durable: 0,
            timers: BTreeSet::new(),
            crashes_left: self.crashes[node],
            has_client: node == usize::from(COORDINATOR.0),
        };
        local.machine = Some(TwoPhaseNode::recover(&self.configs[node], &[]));
        let (machine, outputs) = handle(&local, Input::Start);
        local.machine = Some(machine);
        outputs.iter().for_each(|output| local.perform(output));
        self.situation(local)
    }

    /// The ways in which a node's situation can change by what happens to it.
    pub(super) fn edges(&mut self, node: usize, situation: u32, source: Source) -> (u32, u32) {
        let place = situation as usize * SOURCES + source.number();
        if let Some(range) = self.places[place] {
            return range;
        }
        let local = self.situations[situation as usize].clone();
        let start = self.edges.len() as u32;
        self.compute(node, &local, source);
        let range = (start, self.edges.len() as u32);
        self.places[place] = Some(range);
        range
    }

    pub(super) fn edge(&self, place: u32) -> &Edge {
        &self.edges[place as usize]
    }

    /// Takes all steps that change no node and only send, until none sends anything new.
    pub(super) fn echo(&mut self, state: &mut CheckState) {
        self.echo_each(state, |_, _| {});
    }

    /// The same, and tells which steps were taken: whose, and by what.
    pub(super) fn echo_each(
        &mut self,
        state: &mut CheckState,
        mut taken: impl FnMut(usize, (Source, u128)),
    ) {
        while self.shortcuts {
            let before = state.sent;
            for node in 0..self.crashes.len() {
                let situation = state.nodes[node];
                if self.echoes[situation as usize].wires < self.wires.len() {
                    self.find_echoes(node, situation);
                }
                for echo in &self.echoes[situation as usize].list {
                    if echo.trigger & !state.sent == 0 && echo.sent & !state.sent != 0 {
                        taken(node, (echo.source, echo.sent & !state.sent));
                        state.sent |= echo.sent;
                    }
                }
            }
            if state.sent == before {
                return;
            }
        }
    }

    /// Looks for echoes of the messages that have become known since the last time.
    fn find_echoes(&mut self, node: usize, situation: u32) {
        let known = self.echoes[situation as usize].wires;
        let mut sources: Vec<Source> = Vec::new();
        if !self.echoes[situation as usize].has_timers {
            sources.extend((0..3).map(Source::Timer));
        }
        let end = self.wires.len();
        let mine = (known..end).filter(|wire| usize::from(self.wires[*wire].to.0) == node);
        sources.extend(mine.map(|wire| Source::Message(wire as u8)));
        for source in sources {
            let (start, end) = self.edges(node, situation, source);
            for place in start..end {
                let Edge { next, sent, .. } = self.edges[place as usize];
                if next == situation && sent != 0 {
                    let trigger = match source {
                        Source::Message(message) => 1 << message,
                        _ => 0,
                    };
                    let echo = Echo { trigger, sent, source };
                    self.echoes[situation as usize].list.push(echo);
                }
            }
        }
        let echoes = &mut self.echoes[situation as usize];
        (echoes.wires, echoes.has_timers) = (end, true);
    }

    fn situation(&mut self, local: Local) -> u32 {
        if let Some(id) = self.ids.get(&local) {
            return *id;
        }
        let id = self.situations.len() as u32;
        self.facts.push(local.facts(&self.configs[local.node]));
        self.ids.insert(local.clone(), id);
        self.situations.push(local);
        self.echoes.push(Echoes::default());
        self.places.resize(self.situations.len() * SOURCES, None);
        id
    }

    /// Lets the real machine handle it, to its end and up to each output after which it may die.
    fn compute(&mut self, node: usize, before: &Local, source: Source) {
        let mut local = before.clone();
        let input = match (source, &before.machine) {
            (Source::Message(message), Some(_)) => {
                let Wire { from, message, .. } = self.wires[usize::from(message)].clone();
                Input::Message { from, message }
            }
            (Source::Timer(number), Some(_)) => {
                let timer = TIMERS[usize::from(number)];
                if !local.timers.remove(&timer) {
                    return;
                }
                Input::Timer(timer)
            }
            (Source::Submit, Some(_)) if before.has_client => {
                local.has_client = false;
                let branches = self.branches.clone();
                Input::Command(Command::Submit { request: 1, branches })
            }
            (Source::Crash, Some(_)) if before.crashes_left > 0 => {
                local.die();
                return self.add(local, 0, 0);
            }
            (Source::Restart, None) => {
                local.machine = Some(TwoPhaseNode::recover(&self.configs[node], &local.log));
                Input::Start
            }
            _ => return,
        };
        let (machine, outputs) = handle(&local, input);
        local.machine = Some(machine);
        let may_die = local.crashes_left > 0 && source != Source::Restart;
        let (mut sent, mut deaths) = (0, Vec::new());
        for (index, output) in outputs.iter().enumerate() {
            local.perform(output);
            if let Output::Send { to, message } = output {
                let from = NodeId(node as u16);
                let (to, message) = (*to, message.clone());
                sent |= 1 << self.wire_id(Wire { from, to, message });
            }
            let next = outputs.get(index + 1);
            if may_die && next.is_some_and(|next| self.tells_apart(output, next)) {
                let mut dead = local.clone();
                dead.die();
                deaths.push((dead, sent, index as u16 + 1));
            }
        }
        // What goes well comes first, so that the shortest run dies only where it has to.
        self.add(local, sent, 0);
        for (dead, sent, dies_after) in deaths {
            self.add(dead, sent, dies_after);
        }
    }

    /// Whether to die between these two outputs is worth a case of its own.
    fn tells_apart(&self, output: &Output<TwoPhaseNode>, next: &Output<TwoPhaseNode>) -> bool {
        let is_forced = |output: &Output<TwoPhaseNode>| {
            matches!(output, Output::Append { durability: Durability::Forced, .. })
        };
        match self.shortcuts {
            true => is_forced(output) || is_forced(next),
            false => matches!(output, Output::Append { .. } | Output::Send { .. }),
        }
    }

    fn add(&mut self, local: Local, sent: u128, dies_after: u16) {
        let next = self.situation(local);
        self.edges.push(Edge { next, sent, dies_after });
    }

    fn wire_id(&mut self, wire: Wire) -> u8 {
        if let Some(id) = self.wire_ids.get(&wire) {
            return *id;
        }
        // Three participants and one transaction make about 50 different messages.
        assert!(self.wires.len() < MOST_MESSAGES, "more different messages than bits");
        let id = self.wires.len() as u8;
        self.wire_ids.insert(wire.clone(), id);
        self.wires.push(wire);
        id
    }
}

fn handle(local: &Local, input: Input<TwoPhaseNode>) -> (TwoPhaseNode, Vec<Output<TwoPhaseNode>>) {
    let Some(mut machine) = local.machine.clone() else {
        unreachable!("only nodes that are up handle anything");
    };
    let mut out = Outbox::default();
    machine.handle(Time::ZERO, input, &mut out);
    (machine, out.into_outputs())
}

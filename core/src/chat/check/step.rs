//! What can happen in a state, and what comes of it.

use super::state::{CheckState, Wire};
use super::{Check, CheckAction};
use crate::chat::client::{ClientInput, ClientOutput};
use crate::chat::node::Transport;
use crate::chat::wire::{ClientMessage, Joined, ServerMessage, VERSION};
use crate::chat::{ChannelInput, Clock, Effect, Farewell, LOBBY, Limits, names};
use std::sync::Arc;

/// More outputs than one input has: a message to three tabs is five.
const MOST_OUTPUTS: u8 = 8;

/// Everything that can happen, in a fixed order.
pub(super) fn possible(check: &Check, state: &CheckState) -> Vec<CheckAction> {
    let mut all = Vec::new();
    let is_up = state.server.is_some();
    let may_die = state.crashes < check.crashes;
    for tab in 0..state.tabs.len() as u8 {
        let it = &state.tabs[usize::from(tab)];
        if state.said.len() < usize::from(check.messages) {
            all.push(CheckAction::Say { tab });
        }
        let Some(wire) = &it.wire else {
            if is_up {
                all.push(CheckAction::Connect { tab });
            }
            continue;
        };
        let places = |length: usize| match check.transport {
            Transport::Stream => 0..length.min(1) as u8,
            Transport::Raw => 0..length as u8,
        };
        for place in places(wire.down.len()) {
            all.push(CheckAction::Down { tab, place });
        }
        if wire.is_dead {
            all.push(CheckAction::Notice { tab });
            continue;
        }
        for place in places(wire.up.len()) {
            all.push(CheckAction::Up { tab, place, dies_after: None });
            if may_die {
                let outputs = 0..outputs(state, tab, place);
                all.extend(outputs.map(|it| CheckAction::Up { tab, place, dies_after: Some(it) }));
            }
        }
        if state.doubles < check.doubles {
            all.extend((0..wire.up.len() as u8).map(|place| CheckAction::DoubleUp { tab, place }));
            let down = 0..wire.down.len() as u8;
            all.extend(down.map(|place| CheckAction::DoubleDown { tab, place }));
        }
        if state.cuts < check.cuts {
            all.push(CheckAction::Cut { tab });
        }
    }
    if is_up && may_die {
        all.push(CheckAction::Crash);
    }
    if !is_up {
        all.push(CheckAction::Restart);
    }
    all
}

/// How many packets the server sends about a packet.
fn outputs(state: &CheckState, tab: u8, place: u8) -> u8 {
    let mut trial = state.clone();
    trial.arrive_up(tab, place, None)
}

pub(super) fn perform(state: &mut CheckState, action: CheckAction) {
    match action {
        CheckAction::Say { tab } => {
            let text = (state.said.len() + 1).to_string().into();
            state.tell(tab, ClientInput::Say { thread: LOBBY.into(), text });
            let client = &state.tabs[usize::from(tab)].client;
            if let Some(id) = client.traces().next_back().map(|it| it.id.clone()) {
                state.said.push((tab, id));
            }
        }
        CheckAction::Up { tab, place, dies_after } => {
            state.arrive_up(tab, place, dies_after);
        }
        CheckAction::Down { tab, place } => state.arrive_down(tab, place),
        CheckAction::DoubleUp { tab, place } => {
            state.doubles += 1;
            if let Some(wire) = &mut state.tabs[usize::from(tab)].wire {
                let copy = wire.up[usize::from(place)].clone();
                wire.up.push(copy);
            }
        }
        CheckAction::DoubleDown { tab, place } => {
            state.doubles += 1;
            if let Some(wire) = &mut state.tabs[usize::from(tab)].wire {
                let copy = wire.down[usize::from(place)].clone();
                wire.down.push(copy);
            }
        }
        CheckAction::Cut { tab } => {
            state.cuts += 1;
            let leave = ChannelInput::Leave { session: CheckState::session(tab) };
            state.lose(tab);
            state.ask(leave, MOST_OUTPUTS);
        }
        CheckAction::Notice { tab } => state.lose(tab),
        CheckAction::Connect { tab } => state.connect(tab),
        CheckAction::Crash => state.die(),
        CheckAction::Restart => state.recover(),
    }
}

impl CheckState {
    fn die(&mut self) {
        self.crashes += 1;
        self.server = None;
        for wire in self.tabs.iter_mut().filter_map(|it| it.wire.as_mut()) {
            wire.is_dead = true;
            wire.up.clear();
        }
    }

    fn lose(&mut self, tab: u8) {
        self.tabs[usize::from(tab)].wire = None;
        self.tell(tab, ClientInput::Closed(Farewell::Broken));
    }

    pub(super) fn connect(&mut self, tab: u8) {
        self.tabs[usize::from(tab)].wire = Some(Wire::default());
        self.tell(tab, ClientInput::Opened);
    }

    /// Tells a client something; what it sends is under way then.
    pub(super) fn tell(&mut self, tab: u8, input: ClientInput) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let it = &mut self.tabs[usize::from(tab)];
            let mut out = Vec::new();
            it.client.handle(CheckState::NOW, input, &mut out);
            for output in out {
                let ClientOutput::Send(message) = output else { continue };
                match at_once(tab, &message) {
                    Some(answer) => inputs.extend(answer.map(ClientInput::Message)),
                    None => it.wire.iter_mut().for_each(|it| it.up.push(message.clone())),
                }
            }
        }
    }

    /// Lets a packet reach the server; how many packets it sends about that, `dies_after` at most.
    pub(super) fn arrive_up(&mut self, tab: u8, place: u8, dies_after: Option<u8>) -> u8 {
        let it = &mut self.tabs[usize::from(tab)];
        let name = it.client.name().clone();
        let Some(wire) = it.wire.as_mut() else { return 0 };
        let session = CheckState::session(tab);
        let input = match wire.up.remove(usize::from(place)) {
            ClientMessage::Join { after, .. } => ChannelInput::Join { session, name, after },
            ClientMessage::Send { id, text, since, .. } => {
                ChannelInput::Send { session, id, text, since, received_us: 0 }
            }
            _ => return 0,
        };
        let done = self.ask(input, dies_after.unwrap_or(MOST_OUTPUTS));
        if dies_after.is_some() {
            self.die();
        }
        done
    }

    pub(super) fn arrive_down(&mut self, tab: u8, place: u8) {
        let Some(wire) = self.tabs[usize::from(tab)].wire.as_mut() else { return };
        let message = wire.down.remove(usize::from(place));
        self.tell(tab, ClientInput::Message((*message).clone()));
    }

    /// Hands an input to the channel, and sends so many packets at most: how many it sent.
    fn ask(&mut self, input: ChannelInput, most: u8) -> u8 {
        let Some(up) = self.server.as_mut() else { return 0 };
        let mut effects = Vec::new();
        up.channel.handle(Clock::default(), input, &mut effects);
        let mut done = 0;
        let mut send = |tabs: &mut Vec<super::CheckTab>, tab: u64, message: &Arc<_>| {
            let wire = tabs.get_mut(tab as usize - 1).and_then(|it| it.wire.as_mut());
            if done < most {
                wire.into_iter().for_each(|it| it.down.push(Arc::clone(message)));
                done += 1;
            }
            done < most
        };
        for effect in effects {
            let goes_on = match effect {
                Effect::Store(message) => {
                    // Before it is durable nothing else is done; to die before it, is to die before the packet.
                    self.store.push(message);
                    true
                }
                Effect::ToEveryone(message @ ServerMessage::Messages(_)) => {
                    let message = Arc::new(message);
                    up.entered.iter().all(|to| send(&mut self.tabs, to.0, &message))
                }
                Effect::ToSession(to, message) => send(&mut self.tabs, to.0, &Arc::new(message)),
                Effect::Ack(to, ack) => {
                    send(&mut self.tabs, to.0, &Arc::new(ServerMessage::Ack(ack)))
                }
                Effect::Enter(to, joined) => {
                    up.entered.insert(to);
                    send(&mut self.tabs, to.0, &Arc::new(ServerMessage::Joined(joined)))
                }
                Effect::Exit(session) => {
                    up.entered.remove(&session);
                    true
                }
                // Who is there and who has what are not looked at here.
                _ => true,
            };
            if !goes_on {
                break;
            }
        }
        done
    }
}

/// What is answered at once, because it has no part in what is checked; with nothing, where there is no
/// answer.
fn at_once(tab: u8, message: &ClientMessage) -> Option<Option<ServerMessage>> {
    match message {
        ClientMessage::Hello { name, .. } => Some(Some(ServerMessage::Welcome {
            v: VERSION,
            name: name.clone(),
            session: CheckState::session(tab),
            cut: None,
            limits: Limits::default(),
            server: None,
        })),
        ClientMessage::Join { room, after } if names::owner_of(room).is_some() => {
            Some(Some(ServerMessage::Joined(Joined {
                room: room.clone(),
                epoch: 1,
                head: 0,
                recovered: after.is_some(),
                more: false,
                has_older: false,
                messages: Vec::new(),
                people: Vec::new(),
                count: 0,
            })))
        }
        ClientMessage::Join { .. } | ClientMessage::Send { .. } => None,
        _ => Some(None),
    }
}

//! What can be done to the server, to a tab, or to a packet under way: a small window beside it.

use super::packets::packet_words;
use super::words::{node_title, tab_title};
use crate::components::{Leaving, Popup, Subject};
use playground_core::chat::{Action, Connection, FlightView, Frame, LOBBY, SERVER, TabView};
use std::rc::Rc;
use yew::prelude::*;

/// How long a packet is held back, in milliseconds.
const DELAY_MS: u32 = 3_000;
/// How long a tab is offline, in milliseconds.
const OFFLINE_MS: u32 = 10_000;
/// How many messages a flood has.
const FLOOD: u32 = 30;
/// How long a write takes on a slow disk, in milliseconds.
const SLOW_MS: u32 = 2_500;
/// What people say when nobody tells them what.
const SAYINGS: [&str; 8] =
    ["hello", "lunch?", "at noon", "who else?", "me too", "where?", "the usual", "see you"];

/// What a menu needs.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What was clicked.
    pub subject: Subject,
    /// Where, from the figure's upper left corner, in CSS pixels.
    pub place: (f64, f64),
    /// Where actions go.
    pub on_action: Callback<Action>,
    /// Asked to close.
    pub on_close: Callback<Leaving>,
}

/// The menu.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let MenuProps { frame, subject, place, on_action, on_close } = props;
    let on_act = {
        let (on_action, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |action: Action| {
            on_action.emit(action);
            on_close.emit(Leaving::Chosen);
        })
    };
    let flight = match subject {
        Subject::Flight(id) => frame.flights.iter().find(|flight| flight.id == *id),
        Subject::Node(_) => None,
    };
    let (title, entries) = match (subject, flight) {
        (Subject::Node(SERVER), _) => ("Server".to_owned(), server_entries(frame, &on_act)),
        (Subject::Node(node), _) => match frame.tab(*node) {
            Some(tab) => (tab_title(frame, tab), tab_entries(frame, tab, &on_act)),
            None => (String::new(), Html::default()),
        },
        (Subject::Flight(_), Some(flight)) => {
            let way =
                format!("{} to {}", node_title(frame, flight.from), node_title(frame, flight.to));
            (way, flight_entries(flight, &on_act))
        }
        (Subject::Flight(_), None) => {
            ("A packet".to_owned(), html! { <p>{ "It is not under way any more." }</p> })
        }
    };
    html! {
        <Popup class="chat-menu" {title} subject={subject.key()} place={*place} on_close={on_close.clone()}>
            { entries }
        </Popup>
    }
}

fn button(on_act: &Callback<Action>, action: Action, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    let onclick = on_act.reform(move |_: MouseEvent| action.clone());
    html! { <button type="button" {onclick}>{ label }</button> }
}

fn flight_entries(flight: &FlightView, on_act: &Callback<Action>) -> Html {
    let id = flight.id;
    html! {
        <>
            <p>{ packet_words(&flight.packet.body) }</p>
            <div class="toolbar">
                { button(on_act, Action::Drop { flight: id }, "Lose it") }
                { button(on_act, Action::Delay { flight: id, ms: DELAY_MS }, "Hold it back by 3 s") }
                { button(on_act, Action::Duplicate { flight: id }, "Send a second copy") }
                { button(on_act, Action::Deliver { flight: id }, "Deliver it now") }
            </div>
        </>
    }
}

fn server_entries(frame: &Frame, on_act: &Callback<Action>) -> Html {
    let server = &frame.server;
    let usual = frame.scenario.force_ms;
    let (force_ms, lies) = server.disk;
    let is_slow = force_ms >= SLOW_MS;
    html! {
        <>
            <div class="toolbar">
                if server.is_up {
                    { button(on_act, Action::Crash { after_outputs: 0 }, "Kill it now") }
                    { button(on_act, Action::Crash { after_outputs: 1 }, "After its next step") }
                    { button(on_act, Action::Crash { after_outputs: 2 }, "After two") }
                    { button(on_act, Action::Crash { after_outputs: 4 }, "After four") }
                } else {
                    { button(on_act, Action::Restart, "Start it again") }
                }
            </div>
            <div class="toolbar">
                if is_slow {
                    { button(on_act, Action::SetDisk { force_ms: usual, lies }, "Disk back to its speed") }
                } else {
                    { button(on_act, Action::SetDisk { force_ms: SLOW_MS, lies }, "Slow disk: 2.5 s a write") }
                }
                if lies {
                    { button(on_act, Action::SetDisk { force_ms, lies: false }, "Disk tells the truth again") }
                } else {
                    { button(on_act, Action::SetDisk { force_ms, lies: true }, "Disk lies about writes") }
                }
            </div>
        </>
    }
}

fn tab_entries(frame: &Frame, tab: &TabView, on_act: &Callback<Action>) -> Html {
    let node = tab.node;
    let text = SAYINGS[frame.paths.len() % SAYINGS.len()];
    let say = Action::Say { tab: node, thread: LOBBY.to_owned(), text: text.to_owned() };
    if !tab.is_open {
        return html! {
            <div class="toolbar">{ button(on_act, Action::Open { tab: node }, "Open it again") }</div>
        };
    }
    html! {
        <>
            <div class="toolbar">
                { button(on_act, say, format!("Say “{text}”")) }
                { button(on_act, Action::Flood { tab: node, thread: LOBBY.to_owned(), count: FLOOD },
                    format!("Flood: {FLOOD} messages")) }
            </div>
            <div class="toolbar">
                if tab.connection == Connection::Up {
                    { button(on_act, Action::Cut { tab: node }, "Cut its connection") }
                }
                if tab.is_online {
                    { button(on_act, Action::Offline { tab: node, ms: OFFLINE_MS }, "Offline for 10 s") }
                } else {
                    { button(on_act, Action::Online { tab: node }, "Back on the network") }
                }
                if tab.reads {
                    { button(on_act, Action::SetReading { tab: node, reads: false }, "Stop reading") }
                } else {
                    { button(on_act, Action::SetReading { tab: node, reads: true }, "Read again") }
                }
                { button(on_act, Action::Reload { tab: node }, "Reload it") }
                { button(on_act, Action::Close { tab: node }, "Close it") }
            </div>
        </>
    }
}

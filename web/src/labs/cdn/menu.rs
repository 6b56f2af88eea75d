//! What can be done to a cache server, to the origin, or to a message under way: a small window beside it.

use super::subjects::node_of;
use super::words::{
    bytes_text, cargo_text, copies_text, node_name, node_title, origin_text, sentence,
};
use crate::components::{Leaving, Popup, Subject, grouped};
use playground_core::cdn::Action;
use playground_core::cdn::lab::{CacheView, Control, FlightView, Frame, Node, OriginState};
use std::rc::Rc;
use yew::prelude::*;

/// How much later a slow origin answers, in milliseconds.
const SLOW_MS: u32 = 500;
/// The lifetimes that the origin's menu offers, in seconds.
const LIFETIMES: [u32; 3] = [5, 20, 3_600];

/// What a menu needs.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What was clicked.
    pub subject: Subject,
    /// Where, from the figure's upper left corner, in CSS pixels.
    pub place: (f64, f64),
    /// The item that is spoken of.
    pub item: u16,
    /// Where actions go.
    pub on_action: Callback<Action>,
    /// Asked to close.
    pub on_close: Callback<Leaving>,
}

/// The menu.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let MenuProps { frame, subject, place, item, on_action, on_close } = props;
    let on_act = {
        let (on_action, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |action: Action| {
            on_action.emit(action);
            on_close.emit(Leaving::Chosen);
        })
    };
    let (title, entries) = match *subject {
        Subject::Node(id) => match node_of(id) {
            Some(Node::Origin) => {
                (node_title(frame, Node::Origin), origin_entries(frame, *item, &on_act))
            }
            Some(node) => match frame.cache(node) {
                Some(cache) => {
                    (node_title(frame, node), cache_entries(frame, cache, *item, &on_act))
                }
                None => ("Nobody".to_owned(), html! { <p>{ "It is not there any more." }</p> }),
            },
            None => ("Nobody".to_owned(), Html::default()),
        },
        Subject::Flight(id) => match frame.flights.iter().find(|it| it.id == id) {
            Some(flight) => {
                let way =
                    format!("{} to {}", node_name(frame, flight.from), node_name(frame, flight.to));
                let title = sentence(&way).trim_end_matches('.').to_owned();
                (title, flight_entries(frame, flight, &on_act))
            }
            None => ("A message".to_owned(), html! { <p>{ "It is not under way any more." }</p> }),
        },
    };
    html! {
        <Popup class="cdn-menu" {title} subject={subject.key()} place={*place} on_close={on_close.clone()}>
            { entries }
        </Popup>
    }
}

fn button(on_act: &Callback<Action>, action: Action, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    let onclick = on_act.reform(move |_: MouseEvent| action.clone());
    html! { <button type="button" {onclick}>{ label }</button> }
}

fn flight_entries(frame: &Frame, flight: &FlightView, on_act: &Callback<Action>) -> Html {
    html! {
        <>
            <p>{ sentence(&cargo_text(frame, flight.cargo)) }</p>
            <div class="toolbar">
                if flight.can_be_dropped {
                    { button(on_act, Action::Drop { flight: flight.id }, "Lose it") }
                } else {
                    { "It has arrived." }
                }
            </div>
        </>
    }
}

fn cache_entries(frame: &Frame, cache: &CacheView, item: u16, on_act: &Callback<Action>) -> Html {
    let node = cache.node;
    if !cache.is_up {
        return html! {
            <div class="toolbar">{ button(on_act, Action::Restart { node }, "Start it again, empty") }</div>
        };
    }
    let share = cache.ring_permille.filter(|_| frame.settings.shards > 1);
    html! {
        <>
            <p>
                { format!("{} of {} in {}. {} of {} requests answered out of them.", bytes_text(cache.bytes),
                    bytes_text(cache.capacity_bytes), copies_text(cache.count as u64), grouped(cache.hits),
                    grouped(cache.requests)) }
                if let Some(permille) = share {
                    { format!(" {:.0} % of the ring is its own.", f64::from(permille) / 10.0) }
                }
            </p>
            <div class="toolbar">
                { button(on_act, Action::Crash { node }, "Kill it") }
                { button(on_act, Action::Purge { item: Some(item) }, format!("Purge {} everywhere", frame.path(item))) }
                { button(on_act, Action::Purge { item: None }, "Purge everything everywhere") }
            </div>
        </>
    }
}

fn origin_entries(frame: &Frame, item: u16, on_act: &Callback<Action>) -> Html {
    let state = frame.origin.state;
    let set = |to: OriginState, label: &'static str| {
        if to == state {
            Html::default()
        } else {
            button(on_act, Action::SetOrigin { state: to }, label)
        }
    };
    let path = frame.path(item);
    let view = frame.origin.items.get(usize::from(item));
    html! {
        <>
            <p>{ format!("It {}.", origin_text(state)) }
                if let Some(view) = view {
                    { " " }{ &path }{ format!(" is version {}: ", view.version) }
                    <code>{ format!("Cache-Control: {}", view.item.control.field()) }</code>
                }
            </p>
            <div class="toolbar">
                { set(OriginState::Up, "Let it answer again") }
                { set(OriginState::Down, "Take it down") }
                { set(OriginState::Failing, "Let it answer 500") }
                { set(OriginState::Slow(SLOW_MS), "Make it slow") }
            </div>
            <div class="toolbar">
                { button(on_act, Action::Change { item }, format!("Change {path}")) }
                if let Some(view) = view {
                    { for LIFETIMES.iter().map(|max_age_s| {
                        let control = Control { max_age_s: *max_age_s, ..view.item.control };
                        button(on_act, Action::SetControl { item, control }, format!("max-age={max_age_s}"))
                    }) }
                }
            </div>
        </>
    }
}

//! What is asked for and by whom: for those who would rather choose from a list than from a map.

use super::words::node_title;
use crate::components::Choice;
use playground_core::cdn::lab::{Frame, Node};
use playground_core::cdn::{Action, places::City};
use std::rc::Rc;
use yew::prelude::*;

/// How many times everybody asks in a rush.
const RUSH: u8 = 4;

/// What a desk needs.
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What is asked for.
    pub item: u16,
    /// Told when that is to be something else.
    pub on_item: Callback<u16>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// Two lists and four buttons.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let DeskProps { frame, item, on_item, on_act } = props;
    let reader = use_state(|| None::<City>);
    let place = frame.readers.iter().position(|it| Some(it.city) == *reader).unwrap_or(0);
    let options =
        frame.origin.items.iter().map(|view| {
            AttrValue::from(format!("{} ({})", view.item.path, view.item.control.field()))
        });
    let readers: Vec<AttrValue> = (0..frame.readers.len() as u8)
        .map(|it| node_title(frame, Node::Reader(it)).into())
        .collect();
    let on_reader = {
        let (reader, cities) =
            (reader.setter(), frame.readers.iter().map(|it| it.city).collect::<Vec<_>>());
        Callback::from(move |number: usize| reader.set(cities.get(number).copied()))
    };
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    let (item, path) = (*item, frame.path(*item));
    html! {
        <div class="cdn-desk">
            <Choice label="What is asked for" options={options.collect::<Vec<_>>()} chosen={Some(usize::from(item))}
                on_change={on_item.reform(|number: usize| number as u16)} />
            <Choice label="Who asks" options={readers} chosen={Some(place)} on_change={on_reader} />
            <div class="toolbar">
                <button type="button" onclick={act(Action::Request { reader: place as u8, item })}>{ "Ask" }</button>
                <button type="button" onclick={act(Action::Rush { item, each: RUSH })}>
                    { format!("Everybody asks, {RUSH} times each") }
                </button>
                <button type="button" onclick={act(Action::Change { item })}>{ format!("Change {path}") }</button>
                <button type="button" onclick={act(Action::Purge { item: Some(item) })}>{ format!("Purge {path}") }</button>
            </div>
        </div>
    }
}

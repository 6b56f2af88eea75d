//! Rooms and people in lists: where one is, who is there, and what has not been read.

use super::view::Talk;
use crate::components::{Glyph, Sign};
use playground_core::chat::{ThreadView, owner_of};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The sign of a person: the same wherever the name stands.
pub fn sign_of(name: &str) -> Sign {
    // FNV-1a, so that names that differ in a letter get signs that differ.
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    Sign::nth((hash >> 14) % 36)
}

/// What the list of conversations needs.
#[derive(Properties, PartialEq)]
pub struct TalksProps {
    /// Rooms first, then people.
    pub talks: Rc<Vec<Talk>>,
    /// The one that is open.
    pub open: AttrValue,
    /// Asked to open one.
    pub on_open: Callback<AttrValue>,
    /// Asked to leave a room.
    pub on_leave: Callback<AttrValue>,
    /// Asked to join a room of that name.
    pub on_join: Callback<AttrValue>,
}

/// The conversations one is in.
#[component]
pub fn Talks(props: &TalksProps) -> Html {
    let TalksProps { talks, open, on_open, on_leave, on_join } = props;
    let room = use_state(AttrValue::default);
    let oninput = {
        let room = room.setter();
        Callback::from(move |event: InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            room.set(field.value().into());
        })
    };
    let onsubmit = {
        let (room, on_join) = (room.clone(), on_join.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let name = room.trim().trim_start_matches(['#', '@']).trim().to_owned();
            if !name.is_empty() {
                on_join.emit(name.into());
                room.set(AttrValue::default());
            }
        })
    };
    let rooms = talks.iter().filter(|talk| owner_of(&talk.thread).is_none()).count();
    html! {
        <nav class="chat-talks" aria-label="Conversations">
            <ul role="list">
                { for talks.iter().map(|talk| {
                    let is_open = talk.thread == *open;
                    // The last room is not left, and none with something unsent in it.
                    let may_leave = is_open && owner_of(&talk.thread).is_none() && rooms > 1 && !talk.is_unsent;
                    entry(talk, is_open, on_open, may_leave.then_some(on_leave))
                }) }
            </ul>
            <form class="chat-join" {onsubmit}>
                <label class="visually-hidden" for="chat-join">{ "Name of a room to join" }</label>
                <input id="chat-join" type="text" placeholder="Room" maxlength="32" autocomplete="off"
                    value={(*room).clone()} {oninput} />
                <button type="submit">{ "Join" }<span class="visually-hidden">{ " this room" }</span></button>
            </form>
        </nav>
    }
}

fn entry(
    talk: &Talk,
    is_open: bool,
    on_open: &Callback<AttrValue>,
    on_leave: Option<&Callback<AttrValue>>,
) -> Html {
    let emit = |on_press: &Callback<AttrValue>| {
        let thread = talk.thread.clone();
        on_press.reform(move |_: MouseEvent| thread.clone())
    };
    let onclick = emit(on_open);
    let class = classes!("chat-talk", is_open.then_some("is-open"));
    html! {
        <li key={talk.thread.as_str()} {class}>
            <button type="button" class="chat-talk-name" {onclick} aria-current={is_open.then_some("true")}
                data-thread={talk.thread.clone()}>
                { name(talk) }
                if talk.is_unsent && !is_open {
                    <span class="chat-talk-draft">{ "unsent" }</span>
                }
                if talk.unread > 0 {
                    <span class="chat-unread">{ talk.unread }<span class="visually-hidden">{ " unread" }</span></span>
                }
            </button>
            if let Some(on_leave) = on_leave {
                <button type="button" class="chat-talk-leave" onclick={emit(on_leave)}
                    aria-label={format!("Leave {}", talk.thread)}>{ "✕" }</button>
            }
        </li>
    }
}

fn name(talk: &Talk) -> Html {
    match owner_of(&talk.thread) {
        Some(person) => html! {
            <span class="chat-talk-person">
                <Glyph sign={sign_of(person)} />{ "\u{a0}" }{ person.to_owned() }{ presence(talk.is_online) }
            </span>
        },
        None => html! { <span class="chat-talk-room">{ "# " }{ &talk.thread }</span> },
    }
}

/// A full disc for who is there, a ring for who is not.
fn presence(is_online: bool) -> Html {
    let (class, word) = if is_online { ("is-online", " online") } else { ("is-away", " away") };
    html! {
        <>
            <svg class={classes!("chat-presence", class)} viewBox="0 0 10 10" aria-hidden="true">
                <circle cx="5" cy="5" r="3.6" />
            </svg>
            <span class="visually-hidden">{ word }</span>
        </>
    }
}

/// What the list of people needs.
#[derive(Properties, PartialEq)]
pub struct PeopleProps {
    /// The room.
    pub thread: Rc<ThreadView>,
    /// The reader.
    pub me: AttrValue,
    /// Asked to open the conversation with one of them, named after an `@`.
    pub on_open: Callback<AttrValue>,
}

/// Who is in a room. A person pressed is spoken to alone.
#[component]
pub fn People(props: &PeopleProps) -> Html {
    let PeopleProps { thread, me, on_open } = props;
    let person = |name: &std::sync::Arc<str>| {
        let sign = sign_of(name);
        if **name == **me {
            return html! {
                <li key="me"><span class="chat-person"><Glyph {sign} /><span>{ format!("{name} (you)") }</span></span></li>
            };
        }
        let to = AttrValue::from(playground_core::chat::inbox_of(name).to_string());
        let onclick = on_open.reform(move |_: MouseEvent| to.clone());
        html! {
            <li key={name.to_string()}>
                <button type="button" class="chat-person" {onclick} title={format!("Write to {name} alone")}>
                    <Glyph {sign} /><span>{ name.to_string() }</span>
                    <span class="visually-hidden">{ ": write to them alone" }</span>
                </button>
            </li>
        }
    };
    let count = match thread.count {
        1 => "1 person here".to_owned(),
        count => format!("{count} people here"),
    };
    html! {
        <section class="chat-people" aria-label={format!("People in {}", thread.thread)}>
            <h3>{ count }</h3>
            <ul role="list">{ for thread.people.iter().map(person) }</ul>
            if thread.people.is_empty() && thread.count > 0 {
                <p class="chat-hint">{ "Too many to be named." }</p>
            }
        </section>
    }
}

//! The window of the real chat, and beside it the way of a message and what can be done to the connection.

use super::composer::Composer;
use super::log::Log;
use super::people::{People, Talks};
use super::status::Status;
use super::ticks::TickLegend;
use super::view::{Ask, ChatView, Happening, Hurt, Standing};
use super::way::Way;
use playground_core::chat::{Membership, owner_of};
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// What a desk needs.
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// What is drawn.
    pub view: Rc<ChatView>,
    /// Where the reader's wishes go.
    pub on_ask: Callback<Ask>,
}

/// The chat.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let DeskProps { view, on_ask } = props;
    let is_open = view.standing == Standing::Open;
    html! {
        <div class="chat-desk figure">
            <div class="chat-desk-parts">
                <div class="chat-desk-main">
                    <Status standing={view.standing.clone()} me={view.me.clone()} outbox={view.outbox}
                        bus={view.bus.clone()} on_retry={on_ask.reform(|()| Ask::Reconnect)} />
                    <Window view={view.clone()} on_ask={on_ask.clone()} />
                    <TickLegend has_bus={view.bus.is_some()} />
                </div>
                <div class="chat-desk-side">
                    <Way journeys={view.journeys.clone()} outbox={view.outbox} {is_open} people={view.thread.count}
                        bus={view.bus.clone()} />
                    <Hurts view={view.clone()} on_ask={on_ask.clone()} />
                </div>
            </div>
        </div>
    }
}

/// Conversations, messages and the field.
#[component]
fn Window(props: &DeskProps) -> Html {
    let DeskProps { view, on_ask } = props;
    let thread = &view.thread;
    let open = AttrValue::from(thread.thread.to_string());
    let other = owner_of(&open);
    let title = AttrValue::from(other.map_or_else(|| format!("# {open}"), str::to_owned));
    html! {
        <div class="chat-window">
            <div class="chat-aside">
                <Talks talks={view.talks.clone()} open={open.clone()} on_open={on_ask.reform(Ask::Open)}
                    on_leave={on_ask.reform(Ask::Leave)} on_join={on_ask.reform(Ask::Join)} />
                if other.is_none() {
                    <People thread={thread.clone()} me={view.me.clone()} on_open={on_ask.reform(Ask::Open)} />
                }
            </div>
            <section class="chat-talking" aria-label={title.clone()}>
                <div class="chat-talking-head">
                    <h3>{ title.clone() }</h3>
                    if other.is_some() {
                        <span class="chat-hint">{ "Only the two of you, in all your tabs." }</span>
                    }
                </div>
                if let Membership::Refused(why, _) = thread.membership {
                    <p class="notice" role="alert">{ format!("The server does not let you in here: {why}.") }</p>
                }
                <Log thread={thread.clone()} title={title.clone()} me={view.me.clone()}
                    on_older={on_ask.reform(|()| Ask::Older)} on_retry={on_ask.reform(Ask::Retry)}
                    on_take_back={on_ask.reform(Ask::TakeBack)} />
                <p class="chat-typing">{ typing(&thread.typing) }</p>
                <Composer key={format!("{open} {}", view.fillings)} to={title} draft={thread.draft.to_string()}
                    most_chars={view.most_chars} on_draft={on_ask.reform(Ask::Draft)}
                    on_send={on_ask.reform(Ask::Send)} />
            </section>
        </div>
    }
}

fn typing(names: &[Arc<str>]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is typing …"),
        [one, two] => format!("{one} and {two} are typing …"),
        many => format!("{} people are typing …", many.len()),
    }
}

/// The buttons that hurt, and what the protocol did about it.
#[component]
fn Hurts(props: &DeskProps) -> Html {
    let DeskProps { view, on_ask } = props;
    let button = |hurt: Hurt| {
        let onclick = on_ask.reform(move |_: MouseEvent| Ask::Hurt(hurt));
        html! {
            <button key={hurt.label()} type="button" {onclick} disabled={view.hurting.is_some()}>{ hurt.label() }</button>
        }
    };
    let entry = |it: &Happening| {
        html! { <li key={it.number}><time>{ &it.time }</time><span>{ &it.text }</span></li> }
    };
    html! {
        <section class="chat-hurt" aria-label="What can go wrong">
            <h3>{ "Now break it" }</h3>
            <div class="chat-hurt-buttons">{ for Hurt::ALL.into_iter().map(button) }</div>
            <ul class="chat-happened" role="log" aria-live="polite" aria-label="What the protocol did" tabindex="0">
                { for view.happened.iter().rev().map(entry) }
            </ul>
        </section>
    }
}

//! The classical commands: as buttons, as keys, and as a small command line with what was answered.

use super::words::seconds;
use gloo::events::{EventListener, EventListenerOptions};
use playground_core::blocking_queue::console::{Command, CommandError};
use playground_core::blocking_queue::lab::{Action, CallView, Frame};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

/// The keys of the commands, for the sheet of keys.
pub const COMMAND_KEYS: &[(&str, &str)] = &[
    ("E", "enqueue an item"),
    ("D", "dequeue the oldest item"),
    ("P", "peek at the oldest item"),
    ("S", "ask for the size"),
    ("B", "a burst of 5 from producer A"),
    ("/", "go to the command line"),
];
/// How many items the key of a burst means.
const BURST: u16 = 5;
/// How many commands are shown with their answers.
const SHOWN: usize = 6;
/// Where the command line is.
const LINE: &str = "#lead .blocking-queue-prompt input";

/// What a desk needs.
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// Buttons, a command line, and the last answers.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let DeskProps { frame, on_act } = props;
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    let entry = |key: &'static str, text: &'static str, action: Action| {
        html! {
            <button type="button" onclick={act(action)} title={format!("{text} ({key})")}>
                { text }<kbd aria-hidden="true">{ key }</kbd>
            </button>
        }
    };
    html! {
        <div class="blocking-queue-desk">
            <div class="toolbar blocking-queue-commands">
                { entry("E", "Enqueue", Action::Enqueue { label: None }) }
                { entry("D", "Dequeue", Action::Dequeue) }
                { entry("P", "Peek", Action::Peek) }
                { entry("S", "Size", Action::Size) }
                { entry("B", "Burst", Action::Burst { producer: 0, count: BURST }) }
            </div>
            <CommandLine frame={frame.clone()} on_act={on_act.clone()} />
        </div>
    }
}

/// What the command line prints besides answers.
#[derive(Clone, PartialEq)]
enum Printed {
    Nothing,
    Help,
    Wrong(CommandError),
}

/// A line to type commands in, and what was answered.
#[component]
fn CommandLine(props: &DeskProps) -> Html {
    let DeskProps { frame, on_act } = props;
    let typed = use_state_eq(AttrValue::default);
    let printed = use_state_eq(|| Printed::Nothing);
    let oninput = {
        let typed = typed.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            typed.set(input.value().into());
        })
    };
    let onsubmit = {
        let (typed, printed, on_act) = (typed.clone(), printed.setter(), on_act.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match typed.parse::<Command>().map(Command::into_action) {
                Ok(Some(action)) => {
                    printed.set(Printed::Nothing);
                    typed.set(AttrValue::default());
                    on_act.emit(action);
                }
                Ok(None) => {
                    printed.set(Printed::Help);
                    typed.set(AttrValue::default());
                }
                Err(error) => printed.set(Printed::Wrong(error)),
            }
        })
    };
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if event.key() == "Escape" {
            // What has the focus can lose it.
            let _ = input.blur();
        }
    });
    let (said, printed) = match &*printed {
        Printed::Nothing => (None, Html::default()),
        Printed::Help => (None, help()),
        Printed::Wrong(error) => {
            (Some(super::words::sentence(&error.to_string())), Html::default())
        }
    };
    html! {
        <div class="blocking-queue-terminal">
            if frame.calls.is_empty() {
                { help() }
            } else {
                <ol class="blocking-queue-calls" role="list">{ for last(frame).map(|call| call_line(frame, call)) }</ol>
                { printed }
            }
            <form class="blocking-queue-prompt" {onsubmit}>
                <span aria-hidden="true">{ ">" }</span>
                <input type="text" value={&*typed} {oninput} {onkeydown} aria-label="Command" placeholder="enqueue tea, or help"
                    autocomplete="off" autocapitalize="none" spellcheck="false" />
                <button type="submit">{ "Run" }</button>
            </form>
            <p class="blocking-queue-error" role="status">{ said }</p>
        </div>
    }
}

/// The visitor's last commands.
fn last(frame: &Frame) -> impl Iterator<Item = &CallView> {
    frame.calls.iter().skip(frame.calls.len().saturating_sub(SHOWN))
}

fn call_line(frame: &Frame, call: &CallView) -> Html {
    let answer = match &call.answer {
        Some((_, answer)) => {
            html! { <span class="blocking-queue-answer">{ answer.to_string() }</span> }
        }
        None => {
            let since = seconds(frame.now.since(call.asked_at));
            html! { <span class="blocking-queue-answer is-open">{ format!("waits, {since}") }</span> }
        }
    };
    html! { <li key={call.call}><span>{ format!("> {}", call.ask) }</span>{ answer }</li> }
}

fn help() -> Html {
    let entries = Command::HELP.iter().map(|(command, what)| {
        html! { <><dt>{ *command }</dt><dd>{ *what }</dd></> }
    });
    html! { <dl class="blocking-queue-help">{ for entries }</dl> }
}

/// Lets the keys of [`COMMAND_KEYS`] act from anywhere on the page, except where the focused element has a use for
/// letters itself.
#[hook]
pub fn use_command_keys(on_act: &Callback<Action>) {
    use_effect_with(on_act.clone(), |on_act| {
        let on_act = on_act.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let window = gloo::utils::window();
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if is_taken(event) {
                return;
            }
            if event.key() == "/" {
                if let Some(line) = gloo::utils::document().query_selector(LINE).ok().flatten() {
                    event.prevent_default();
                    // A field of the page can take the focus.
                    let _ = line.unchecked_into::<HtmlInputElement>().focus();
                }
            } else if let Some(action) = action_of(&event.key()) {
                event.prevent_default();
                on_act.emit(action);
            }
        });
        move || drop(listener)
    });
}

/// Whether a key has another meaning where it was pressed.
fn is_taken(event: &KeyboardEvent) -> bool {
    let is_chord = event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let typing = "input:not([type=range]), textarea, select, [contenteditable], dialog";
    is_chord || target.is_some_and(|it| it.closest(typing).ok().flatten().is_some())
}

fn action_of(key: &str) -> Option<Action> {
    Some(match key {
        "e" | "E" => Action::Enqueue { label: None },
        "d" | "D" => Action::Dequeue,
        "p" | "P" => Action::Peek,
        "s" | "S" => Action::Size,
        "b" | "B" => Action::Burst { producer: 0, count: BURST },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_sheet_does_something() {
        for (key, _) in COMMAND_KEYS.iter().filter(|(key, _)| *key != "/") {
            assert!(action_of(key).is_some(), "{key}");
            assert_eq!(action_of(key), action_of(&key.to_lowercase()));
        }
        assert_eq!(action_of("x"), None);
    }
}

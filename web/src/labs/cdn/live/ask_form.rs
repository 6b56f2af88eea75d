//! What to ask of which edge: the embedded origin's addresses are suggested.

use super::asking::{Asking, NoPath, Wish};
use crate::components::Choice;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the embedded origin has, and what is special about it.
const SUGGESTIONS: [(&str, &str); 9] = [
    ("/", "fresh for a minute"),
    ("/news", "5 s, then stale while revalidated"),
    ("/slow", "takes 2 s"),
    ("/hello", "a copy for each language"),
    ("/weather", "stale if the origin fails"),
    ("/strict", "never stale"),
    ("/account", "private"),
    ("/clock", "never kept"),
    ("/mountains.svg", "fresh for an hour"),
];

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct AskFormProps {
    /// The edges' names.
    pub edges: Vec<AttrValue>,
    /// The number of the one that is asked.
    pub edge: usize,
    /// Told the number of another one.
    pub on_edge: Callback<usize>,
    /// What was typed.
    pub path: AttrValue,
    /// Told what is typed.
    pub on_path: Callback<AttrValue>,
    /// Whether the origin is the one that the server brings along.
    pub is_embedded: bool,
    /// Whether nothing can be asked now.
    pub disabled: bool,
    /// Told what is asked.
    pub on_ask: Callback<Asking>,
}

/// The form.
#[component]
pub fn AskForm(props: &AskFormProps) -> Html {
    let AskFormProps { edges, edge, on_edge, path, on_path, is_embedded, disabled, on_ask } = props;
    let wish = use_state_eq(Wish::default);
    let is_wrong = use_state_eq(|| false);
    let send = {
        let (name, on_ask, wish, is_wrong) =
            (edges.get(*edge).cloned(), on_ask.clone(), *wish, is_wrong.setter());
        move |path: &str| {
            let Some(name) = &name else { return };
            match Asking::new(name, path, wish) {
                Ok(asking) => {
                    is_wrong.set(false);
                    on_ask.emit(asking);
                }
                Err(NoPath) => is_wrong.set(true),
            }
        }
    };
    let onsubmit = {
        let (send, path) = (send.clone(), path.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send(&path);
        })
    };
    let oninput = on_path.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        input.value().into()
    });
    let on_wish = {
        let wish = wish.setter();
        Callback::from(move |number: usize| {
            wish.set(Wish::ALL.get(number).copied().unwrap_or_default())
        })
    };
    let wishes = Wish::ALL.map(|it| AttrValue::from(it.words())).to_vec();
    let chosen = Wish::ALL.iter().position(|it| *it == *wish);
    html! {
        <form class="cdn-live-ask" {onsubmit}>
            <div class="cdn-live-ask-fields">
                <Choice label="Edge" options={edges.clone()} chosen={Some(*edge)} on_change={on_edge} />
                <label class="cdn-live-path">
                    <span>{ "Path" }</span>
                    <input type="text" maxlength="500" value={path.clone()} {oninput} spellcheck="false"
                        autocapitalize="off" autocomplete="off" />
                </label>
                <Choice label="Wanted" options={wishes} {chosen} on_change={on_wish} />
                <button type="submit" class="cdn-live-send" disabled={*disabled}>{ "Ask" }</button>
            </div>
            if *is_embedded {
                <Suggestions path={path.clone()} on_path={on_path.clone()} />
            }
            if *is_wrong {
                <p class="notice" role="alert">
                    { "A browser resolves .. before it asks, and this would lead out of the edge. From a terminal, curl \
                       --path-as-is sends it as it is; the edge answers with 400." }
                </p>
            }
        </form>
    }
}

#[derive(Properties, PartialEq)]
struct SuggestionsProps {
    path: AttrValue,
    on_path: Callback<AttrValue>,
}

/// Addresses of the embedded origin.
#[component]
fn Suggestions(props: &SuggestionsProps) -> Html {
    let SuggestionsProps { path, on_path } = props;
    let chip = |(address, note): &(&'static str, &'static str)| {
        let address = *address;
        let onclick = on_path.reform(move |_: MouseEvent| AttrValue::from(address));
        let is_chosen = path.as_str() == address;
        html! {
            <li key={address}>
                <button type="button" class="cdn-live-chip" {onclick} aria-pressed={is_chosen.to_string()} title={*note}>
                    <code>{ address }</code>
                    <span>{ *note }</span>
                </button>
            </li>
        }
    };
    html! {
        <ul class="cdn-live-chips" role="list" aria-label="What the origin has">{ for SUGGESTIONS.iter().map(chip) }</ul>
    }
}

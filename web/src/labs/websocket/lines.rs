//! The text of a handshake, line by line: choose a line, and read what it is for.

use super::bytes::focus;
use super::parts::Part;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// What a text needs.
#[derive(Properties, PartialEq)]
pub struct LinesProps {
    /// Whose text it is.
    pub label: AttrValue,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// A part a line, in order.
    pub parts: Rc<[Part]>,
}

/// The lines and what the chosen one is for.
#[component]
pub fn Lines(props: &LinesProps) -> Html {
    let LinesProps { label, bytes, parts } = props;
    let root = use_node_ref();
    let chosen = use_state_eq(|| 0);
    let looked_at = use_state_eq(|| None::<usize>);
    let at = (*chosen).min(parts.len().saturating_sub(1));
    let onkeydown = {
        let (root, chosen, looked_at, len) =
            (root.clone(), chosen.setter(), looked_at.setter(), parts.len());
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowDown" => (at + 1).min(len.saturating_sub(1)),
                "ArrowUp" => at.saturating_sub(1),
                "Home" => 0,
                "End" => len.saturating_sub(1),
                _ => return,
            };
            event.prevent_default();
            chosen.set(next);
            looked_at.set(None);
            focus(&root, &format!("[data-line='{next}']"));
        })
    };
    let onmouseleave = {
        let looked_at = looked_at.setter();
        Callback::from(move |_: MouseEvent| looked_at.set(None))
    };
    let shown = looked_at.unwrap_or(at);
    let line = |(number, part): (usize, &Part)| {
        let onclick = {
            let chosen = chosen.setter();
            Callback::from(move |_: MouseEvent| chosen.set(number))
        };
        let onmouseenter = {
            let looked_at = looked_at.setter();
            Callback::from(move |_: MouseEvent| looked_at.set(Some(number)))
        };
        let class = classes!(
            "websocket-text-line",
            part.tone,
            (number == at).then_some("is-chosen"),
            (number == shown).then_some("is-lit"),
        );
        let tabindex = if number == at { "0" } else { "-1" };
        let text = text_of(bytes, part);
        html! {
            <button key={number} type="button" {class} {tabindex} data-line={number.to_string()} {onclick}
                {onmouseenter} aria-pressed={(number == at).to_string()}>
                { text }<span class="websocket-line-end" aria-hidden="true">{ "\\r\\n" }</span>
            </button>
        }
    };
    html! {
        <div ref={root} class="websocket-text">
            <div class="websocket-text-lines" role="group" aria-label={label.clone()} {onkeydown} {onmouseleave}>
                { for parts.iter().enumerate().map(line) }
            </div>
            if let Some(part) = parts.get(shown) {
                <div class={classes!("websocket-readout", part.tone)} aria-live="polite">
                    <p class="websocket-readout-head">
                        <span class="websocket-readout-name">{ &part.name }</span>
                    </p>
                    <p>{ &part.rule }</p>
                </div>
            }
        </div>
    }
}

/// The line without its end.
fn text_of(bytes: &[u8], part: &Part) -> String {
    let range = part.bits.start / 8..(part.bits.end / 8).min(bytes.len());
    let text = String::from_utf8_lossy(bytes.get(range).unwrap_or_default()).into_owned();
    text.trim_end_matches(['\r', '\n']).to_owned()
}

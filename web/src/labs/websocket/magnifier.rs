//! The eight bits of one byte, large enough to press.

use super::bytes::focus;
use super::parts::{Part, part_at};
use std::rc::Rc;
use std::sync::Arc;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// What the magnifier needs.
#[derive(Properties, PartialEq)]
pub struct MagnifierProps {
    /// All bytes.
    pub bytes: Arc<[u8]>,
    /// What they mean.
    pub parts: Rc<[Part]>,
    /// The one whose bits are shown.
    pub byte: usize,
    /// The bit that is read.
    pub bit: usize,
    /// The bits that are not as they were sent.
    pub flipped: Rc<[usize]>,
    /// Told which bit is looked at.
    pub on_look: Callback<usize>,
    /// Told which bit to flip.
    pub on_flip: Option<Callback<usize>>,
}

/// The bits: buttons where they can be flipped.
#[component]
pub fn Magnifier(props: &MagnifierProps) -> Html {
    let MagnifierProps { bytes, byte, bit: looked_at, on_look, on_flip, .. } = props;
    let root = use_node_ref();
    let value = bytes.get(*byte).copied().unwrap_or_default();
    let onkeydown = {
        let (root, on_look, last) = (root.clone(), on_look.clone(), bytes.len() * 8);
        let at = *looked_at;
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (at + 1).min(last.saturating_sub(1)),
                "ArrowLeft" => at.saturating_sub(1),
                _ => return,
            };
            event.prevent_default();
            on_look.emit(next);
            focus(&root, &format!("[data-place='{}']", next % 8));
        })
    };
    let (what, label) = match on_flip {
        Some(_) => ("press a bit to flip it", "Bits of the chosen byte, to be flipped"),
        None => ("", "Bits of the chosen byte"),
    };
    html! {
        <div ref={root} class="websocket-magnifier" role="group" aria-label={label} {onkeydown}>
            <span class="websocket-magnifier-name">{ format!("Byte {byte}") }</span>
            <span class="websocket-large-bits">{ for (0..8).map(|place| bit(props, place)) }</span>
            <span class="websocket-magnifier-value">{ format!("{value:#04x} = {value}") }</span>
            if !what.is_empty() {
                <span class="websocket-magnifier-hint">{ what }</span>
            }
        </div>
    }
}

/// One bit, from the highest: a button where it can be flipped.
fn bit(props: &MagnifierProps, place: usize) -> Html {
    let MagnifierProps { bytes, parts, byte, bit: looked_at, flipped, on_look, on_flip } = props;
    let index = byte * 8 + place;
    let part = part_at(parts, index);
    let is_set = bytes.get(*byte).is_some_and(|value| value >> (7 - place) & 1 == 1);
    let is_flipped = flipped.contains(&index);
    let is_lit = part_at(parts, *looked_at).is_some_and(|lit| lit.bits.contains(&index));
    let class = classes!(
        "websocket-large-bit",
        part.map(|part| part.tone),
        is_lit.then_some("is-lit"),
        is_flipped.then_some("is-flipped"),
    );
    let name = part.map_or("no field", |part| part.name.as_str());
    let was = if is_flipped { ", flipped" } else { "" };
    let label = format!("bit {place} of byte {byte}, {name}: {}{was}", u8::from(is_set));
    let onmouseenter = on_look.reform(move |_: MouseEvent| index);
    let text = u8::from(is_set);
    let Some(on_flip) = on_flip else {
        return html! { <span key={place} {class} title={label} {onmouseenter}>{ text }</span> };
    };
    let onclick = on_flip.reform(move |_: MouseEvent| index);
    let onfocus = on_look.reform(move |_: FocusEvent| index);
    // One of the eight is reached by Tab, the others by arrows.
    let is_first = if looked_at / 8 == *byte { index == *looked_at } else { place == 0 };
    let tabindex = if is_first { "0" } else { "-1" };
    html! {
        <button key={place} type="button" {class} {tabindex} data-place={place.to_string()} aria-label={label}
            aria-pressed={is_set.to_string()} {onclick} {onmouseenter} {onfocus}>
            { text }
        </button>
    }
}

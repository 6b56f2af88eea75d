//! Bytes on a line, each with the fields that its bits belong to: hover or choose one, and read what it means.

use super::magnifier::Magnifier;
use super::parts::{Part, part_at, place_text};
use crate::components::grouped;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// Longer lines are cut in the middle: so many bytes at their head and tail are shown.
const HEAD: usize = 28;
const TAIL: usize = 4;

/// What a line of bytes needs.
#[derive(Properties, PartialEq)]
pub struct ByteViewProps {
    /// What they are, for those who cannot see them.
    pub label: AttrValue,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// What they mean, in order.
    pub parts: Rc<[Part]>,
    /// For each byte of a payload, what it is without its mask.
    pub clear: Rc<[Option<u8>]>,
    /// The bits that are not as they were sent, in order.
    #[prop_or_default]
    pub flipped: Rc<[usize]>,
    /// Told which bit to flip; without it there is nothing to flip.
    #[prop_or_default]
    pub on_flip: Option<Callback<usize>>,
}

/// The bytes, the bits of the chosen one, and what they mean.
#[component]
pub fn ByteView(props: &ByteViewProps) -> Html {
    let ByteViewProps { label, bytes, parts, clear, flipped, on_flip } = props;
    let root = use_node_ref();
    let chosen = use_state_eq(|| None::<usize>);
    let looked_at = use_state_eq(|| None::<usize>);
    // Until something is chosen, it is what breaks a rule, or else the first byte.
    let broken = parts.iter().find(|part| part.is_broken).map(|part| part.bits.start);
    let first_bit = match *chosen {
        Some(byte) => byte * 8,
        None => broken.unwrap_or(0),
    };
    let first_bit = first_bit.min((bytes.len() * 8).saturating_sub(1));
    let chosen_byte = first_bit / 8;
    let onmouseover = {
        let looked_at = looked_at.setter();
        Callback::from(move |event: MouseEvent| looked_at.set(bit_under(&event)))
    };
    let onmouseleave = {
        let looked_at = looked_at.setter();
        Callback::from(move |_: MouseEvent| looked_at.set(None))
    };
    let onclick = {
        let chosen = chosen.setter();
        Callback::from(move |event: MouseEvent| {
            if let Some(bit) = bit_under(&event) {
                chosen.set(Some(bit / 8));
            }
        })
    };
    let onkeydown = {
        let (root, chosen, looked_at) = (root.clone(), chosen.setter(), looked_at.setter());
        let len = bytes.len();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(next) = neighbour(&event.key(), chosen_byte, len) {
                event.prevent_default();
                chosen.set(Some(next));
                looked_at.set(None);
                focus(&root, &format!("[data-byte='{next}']"));
            }
        })
    };
    let on_look = {
        let (chosen, looked_at) = (chosen.setter(), looked_at.setter());
        Callback::from(move |bit: usize| {
            chosen.set(Some(bit / 8));
            looked_at.set(Some(bit));
        })
    };
    let bit = looked_at.filter(|bit| *bit < bytes.len() * 8).unwrap_or(first_bit);
    let lit = part_at(parts, bit).map(|part| part.bits.clone()).unwrap_or(bit..bit + 1);
    let line = Line { bytes, parts, clear, flipped, chosen: chosen_byte, lit };
    let groups = groups_of(parts, bytes.len());
    html! {
        <div ref={root} class="websocket-bytes">
            <div class="websocket-line" role="group" aria-label={label.clone()} {onmouseover} {onmouseleave}
                {onclick} {onkeydown}>
                { for groups.into_iter().map(|group| line.group(group)) }
            </div>
            if !bytes.is_empty() {
                <Magnifier bytes={bytes.clone()} parts={parts.clone()} byte={chosen_byte} {bit}
                    flipped={flipped.clone()} {on_look} on_flip={on_flip.clone()} />
                <Readout part={part_at(parts, bit).cloned()} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ReadoutProps {
    part: Option<Part>,
}

/// What the field under the pointer, or the chosen one, means.
#[component]
fn Readout(props: &ReadoutProps) -> Html {
    let Some(part) = &props.part else {
        return html! { <p class="websocket-readout">{ "No field: these bits are never looked at." }</p> };
    };
    html! {
        <div class={classes!("websocket-readout", part.tone, part.is_broken.then_some("is-broken"))}
            aria-live="polite">
            <p class="websocket-readout-head">
                <span class="websocket-readout-name">{ &part.name }</span>
                <span class="websocket-readout-value">{ &part.value }</span>
                <span class="websocket-readout-place">{ place_text(&part.bits) }</span>
            </p>
            <p>{ &part.rule }</p>
        </div>
    }
}

/// A line as it is drawn.
struct Line<'a> {
    bytes: &'a [u8],
    parts: &'a [Part],
    clear: &'a [Option<u8>],
    flipped: &'a [usize],
    chosen: usize,
    lit: Range<usize>,
}

impl Line<'_> {
    /// Bytes of the same fields, and the names of these.
    fn group(&self, group: Range<usize>) -> Html {
        let parts: Vec<&Part> = self.parts_of(group.start).collect();
        let names = parts.iter().map(|part| part.short.as_str()).filter(|name| !name.is_empty());
        let name = names.collect::<Vec<_>>().join(" · ");
        let tone = if let [part] = parts[..] { part.tone } else { "" };
        let begins = group.start > 0 && parts.first().is_some_and(|part| part.begins);
        let is_broken = parts.iter().any(|part| part.is_broken);
        let class = classes!(
            "websocket-group",
            tone,
            begins.then_some("is-next-frame"),
            is_broken.then_some("is-broken"),
        );
        let (shown, hidden) = shown_of(group.clone(), self.bytes.len());
        let head = shown.0.map(|index| self.byte(index, &parts));
        let tail = shown.1.map(|index| self.byte(index, &parts));
        html! {
            <div key={group.start} {class}>
                <div class="websocket-group-bytes">
                    { for head }
                    if hidden > 0 {
                        <span class="websocket-more">{ format!("… {} more …", grouped(hidden as u64)) }</span>
                    }
                    { for tail }
                </div>
                <span class="websocket-group-name" aria-hidden="true">
                    if is_broken { <span class="websocket-cross">{ "✗ " }</span> }
                    { name }
                </span>
            </div>
        }
    }

    fn parts_of(&self, byte: usize) -> impl Iterator<Item = &Part> {
        let bits = byte * 8..byte * 8 + 8;
        self.parts
            .iter()
            .filter(move |part| part.bits.start < bits.end && bits.start < part.bits.end)
    }

    fn byte(&self, index: usize, parts: &[&Part]) -> Html {
        let byte = self.bytes[index];
        let bits = index * 8..index * 8 + 8;
        let is_lit = parts.len() <= 1 && self.lit.start < bits.end && bits.start < self.lit.end;
        let is_flipped = self.flipped.iter().any(|bit| bits.contains(bit));
        let class = classes!(
            "websocket-byte",
            (index == self.chosen).then_some("is-chosen"),
            is_lit.then_some("is-lit"),
            is_flipped.then_some("is-flipped"),
        );
        let clear = self.clear.get(index).copied().flatten();
        let below = clear.map(character).unwrap_or_default();
        let names = parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(", ");
        let clear = clear.map_or(String::new(), |clear| format!(", unmasked {clear:02x}"));
        let said = format!("byte {index}: hexadecimal {byte:02x}, {names}{clear}");
        let tabindex = if index == self.chosen { "0" } else { "-1" };
        html! {
            <button key={index} type="button" {class} {tabindex} data-byte={index.to_string()}
                data-bit={bits.start.to_string()} aria-label={said}
                aria-pressed={(index == self.chosen).to_string()}>
                <span class="websocket-hex">{ format!("{byte:02x}") }</span>
                if parts.len() > 1 {
                    <span class="websocket-bits">{ for bits.map(|bit| self.bit(bit)) }</span>
                } else {
                    <span class="websocket-below">{ below }</span>
                }
            </button>
        }
    }

    fn bit(&self, bit: usize) -> Html {
        let part = part_at(self.parts, bit);
        let class = classes!(
            "websocket-bit",
            part.map(|part| part.tone),
            part.is_some_and(|part| part.bits.start == bit).then_some("is-first"),
            self.lit.contains(&bit).then_some("is-lit"),
            self.flipped.contains(&bit).then_some("is-flipped"),
            part.is_some_and(|part| part.is_broken).then_some("is-broken"),
        );
        let value = self.bytes[bit / 8] >> (7 - bit % 8) & 1;
        html! { <span {class} data-bit={bit.to_string()}>{ value }</span> }
    }
}

/// Runs of bytes that belong to the same fields.
fn groups_of(parts: &[Part], len: usize) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut next = 0;
    while next < len {
        let bit = next * 8;
        let end = match part_at(parts, bit) {
            // A field of whole bytes is one group; where fields share a byte, the byte is.
            Some(part) if part.bits.start % 8 == 0 && part.bits.end % 8 == 0 => part.bits.end / 8,
            _ => next + 1,
        };
        let end = end.clamp(next + 1, len);
        groups.push(next..end);
        next = end;
    }
    groups
}

/// Which bytes of a group are shown, at its head and at its tail, and how many are not.
fn shown_of(group: Range<usize>, len: usize) -> ((Range<usize>, Range<usize>), usize) {
    if len <= HEAD + TAIL + 1 || group.end <= HEAD {
        return ((group.clone(), group.end..group.end), 0);
    }
    let head = group.start..HEAD.clamp(group.start, group.end);
    let tail = (len - TAIL).clamp(head.end, group.end)..group.end;
    let hidden = tail.start - head.end;
    ((head, tail), hidden)
}

/// A byte as a character, where it is one that can be seen.
fn character(byte: u8) -> AttrValue {
    match byte {
        b' ' => "␣".into(),
        b'\r' => "CR".into(),
        b'\n' => "LF".into(),
        0x21..=0x7e => char::from(byte).to_string().into(),
        _ => "·".into(),
    }
}

/// The bit of what the pointer is over.
fn bit_under(event: &MouseEvent) -> Option<usize> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest("[data-bit]").ok()??.get_attribute("data-bit")?.parse().ok()
}

/// The byte that a key leads to, among those that are shown.
fn neighbour(key: &str, chosen: usize, len: usize) -> Option<usize> {
    let last = len.checked_sub(1)?;
    let is_cut = len > HEAD + TAIL + 1;
    let next = match key {
        "ArrowRight" if is_cut && chosen + 1 == HEAD => len - TAIL,
        "ArrowLeft" if is_cut && chosen == len - TAIL => HEAD - 1,
        "ArrowRight" => chosen + 1,
        "ArrowLeft" => chosen.saturating_sub(1),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    Some(next.min(last))
}

/// Gives the focus to something within an element.
pub fn focus(root: &NodeRef, css: &str) {
    let found = root.cast::<Element>().and_then(|root| root.query_selector(css).ok().flatten());
    if let Some(element) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        // What cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bits: Range<usize>) -> Part {
        Part { bits, ..Part::default() }
    }

    #[test]
    fn fields_of_whole_bytes_are_groups_and_shared_bytes_stand_alone() {
        let parts = [part(0..1), part(1..8), part(8..9), part(9..16), part(16..48), part(48..88)];
        assert_eq!(groups_of(&parts, 11), [0..1, 1..2, 2..6, 6..11]);
        assert_eq!(groups_of(&parts, 4), [0..1, 1..2, 2..4]);
        assert_eq!(groups_of(&[], 2), [0..1, 1..2]);
    }

    #[test]
    fn long_lines_are_cut_in_the_middle_of_their_payload() {
        assert_eq!(shown_of(4..20, 20), ((4..20, 20..20), 0));
        assert_eq!(shown_of(4..200, 200), ((4..28, 196..200), 168));
        assert_eq!(shown_of(0..4, 200), ((0..4, 4..4), 0));
    }

    #[test]
    fn keys_step_over_what_is_hidden() {
        assert_eq!(neighbour("ArrowRight", 27, 200), Some(196));
        assert_eq!(neighbour("ArrowLeft", 196, 200), Some(27));
        assert_eq!(neighbour("ArrowRight", 199, 200), Some(199));
        assert_eq!(neighbour("End", 0, 5), Some(4));
        assert_eq!(neighbour("x", 0, 5), None);
        assert_eq!(neighbour("Home", 0, 0), None);
    }
}

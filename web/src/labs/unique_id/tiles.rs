//! The bits of a key as tiles in the colours of its fields: each can be flipped, where that is wanted.

use super::fields::{Field, field_at};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// The attribute that holds the number of a tile's bit.
const BIT: &str = "data-bit";

/// What tiles need.
#[derive(Properties, PartialEq)]
pub struct TilesProps {
    /// What they are, for those who cannot see them.
    pub label: AttrValue,
    /// The bits.
    pub value: u128,
    /// How many there are, at most 128.
    pub width: u8,
    /// What they mean, the highest first.
    pub fields: Rc<[Field]>,
    /// Told which bit to flip; without it there is nothing to flip.
    #[prop_or_default]
    pub on_flip: Option<Callback<u8>>,
}

/// The tiles, the highest bit first.
#[component]
pub fn Tiles(props: &TilesProps) -> Html {
    let TilesProps { label, value, width, fields, on_flip } = props;
    let root = use_node_ref();
    let chosen = use_state_eq(|| None::<u8>);
    let top = width.saturating_sub(1);
    // Until one is chosen, Tab leads to the highest bit that is not fixed.
    let first = fields.iter().find(|it| it.tone != super::fields::Tone::Fixed);
    let at = chosen.unwrap_or_else(|| first.map_or(top, |it| it.high)).min(top);
    let Some(on_flip) = on_flip else {
        let tiles = (0..*width).rev().map(|bit| {
            let (class, digit) = look(fields, *value, bit);
            html! { <span key={bit} class={classes!(class)}>{ number_of(fields, bit) }{ digit }</span> }
        });
        return html! {
            <div class={classes!("unique-id-tiles", "is-still", (*width > 64).then_some("is-long"))} role="img"
                aria-label={label.clone()}>
                { for tiles }
            </div>
        };
    };
    let onclick = {
        let (chosen, on_flip) = (chosen.setter(), on_flip.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(bit) = bit_of(&event) {
                chosen.set(Some(bit));
                on_flip.emit(bit);
            }
        })
    };
    let onkeydown = {
        let (root, chosen, fields) = (root.clone(), chosen.setter(), fields.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let Some(next) = neighbour(&event.key(), at, top, &fields) {
                event.prevent_default();
                chosen.set(Some(next));
                focus(&root, next);
            }
        })
    };
    let tiles = (0..*width).rev().map(|bit| tile(fields, *value, bit, bit == at));
    html! {
        <div ref={root} class="unique-id-tiles" role="group" aria-label={label.clone()} {onclick} {onkeydown}>
            { for tiles }
        </div>
    }
}

/// A tile that can be pressed.
fn tile(fields: &[Field], value: u128, bit: u8, is_reached: bool) -> Html {
    let (class, digit) = look(fields, value, bit);
    let name = field_at(fields, bit).map_or("no field", |field| fields[field].name.as_str());
    let label = format!("bit {bit}, {name}: {digit}");
    let tabindex = if is_reached { "0" } else { "-1" };
    html! {
        <button key={bit} type="button" class={classes!(class)} {tabindex} data-bit={bit.to_string()}
            aria-label={label.clone()} title={label} aria-pressed={(digit == 1).to_string()}>
            { number_of(fields, bit) }{ digit }
        </button>
    }
}

/// The classes of a tile, and the digit on it.
fn look(fields: &[Field], value: u128, bit: u8) -> (String, u8) {
    let digit = (value >> bit & 1) as u8;
    let field = field_at(fields, bit).map(|field| &fields[field]);
    let tone = field.map_or("is-fixed", |field| field.tone.class());
    let first = if field.is_some_and(|field| field.high == bit) { " is-first" } else { "" };
    let set = if digit == 1 { " is-set" } else { "" };
    (format!("unique-id-tile {tone}{first}{set}"), digit)
}

/// The number of a bit, where a field begins.
fn number_of(fields: &[Field], bit: u8) -> Html {
    let begins = fields.iter().any(|field| field.high == bit);
    html! { if begins { <span class="unique-id-tile-number" aria-hidden="true">{ bit }</span> } }
}

/// The bit of the tile that was pressed.
fn bit_of(event: &MouseEvent) -> Option<u8> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(&format!("[{BIT}]")).ok()??.get_attribute(BIT)?.parse().ok()
}

/// Where a key leads from a bit: one further, or to the next field.
fn neighbour(key: &str, at: u8, top: u8, fields: &[Field]) -> Option<u8> {
    Some(match key {
        "ArrowLeft" => at.saturating_add(1).min(top),
        "ArrowRight" => at.saturating_sub(1),
        "ArrowDown" => fields.iter().map(|it| it.high).filter(|high| *high < at).max().unwrap_or(0),
        "ArrowUp" => fields.iter().map(|it| it.high).filter(|high| *high > at).min().unwrap_or(top),
        "Home" => top,
        "End" => 0,
        _ => return None,
    })
}

fn focus(root: &NodeRef, bit: u8) {
    let css = format!("[{BIT}='{bit}']");
    let found = root.cast::<Element>().and_then(|root| root.query_selector(&css).ok().flatten());
    if let Some(tile) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        // What cannot take the focus leaves it where it is.
        let _ = tile.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::Tone;
    use super::*;

    fn field(high: u8, low: u8) -> Field {
        let none = AttrValue::default;
        Field { name: "f".into(), tone: Tone::Time, high, low, value: none(), meaning: none() }
    }

    #[test]
    fn keys_lead_from_bit_to_bit_and_from_field_to_field() {
        let fields = [field(63, 58), field(57, 17), field(16, 12), field(11, 0)];
        let lead = |key, at| neighbour(key, at, 63, &fields);
        assert_eq!([lead("ArrowLeft", 57), lead("ArrowLeft", 63)], [Some(58), Some(63)]);
        assert_eq!([lead("ArrowRight", 57), lead("ArrowRight", 0)], [Some(56), Some(0)]);
        assert_eq!([lead("ArrowDown", 57), lead("ArrowDown", 11)], [Some(16), Some(0)]);
        assert_eq!([lead("ArrowUp", 16), lead("ArrowUp", 63)], [Some(57), Some(63)]);
        assert_eq!([lead("Home", 5), lead("End", 5), lead("a", 5)], [Some(63), Some(0), None]);
    }

    #[test]
    fn a_tile_shows_its_bit_and_its_field() {
        let fields = [field(63, 58), field(57, 0)];
        assert_eq!(
            look(&fields, 1 << 57, 57),
            ("unique-id-tile is-time is-first is-set".into(), 1)
        );
        assert_eq!(look(&fields, 1 << 57, 56), ("unique-id-tile is-time".into(), 0));
    }
}

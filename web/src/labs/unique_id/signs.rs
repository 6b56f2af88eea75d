//! The signs of things: workers, shards, the registry, and the fields of an ID.

use super::fields::Tone;
use crate::components::{Glyph, Sign, mark_at};
pub use crate::components::{px, sign_at};
use yew::prelude::*;

/// The sign of a worker, by its number in the picture.
pub fn worker_sign(number: u32) -> Sign {
    // The first sign of each hue but that of the registry.
    Sign::nth([0, 1, 2, 4, 5][(number % 5) as usize])
}

/// The sign of the registry that leases worker numbers.
pub fn registry_sign() -> Sign {
    Sign::nth(3)
}

/// A noun of the prose with the sign that it has in the picture.
pub fn noun(sign: Sign, word: &str) -> Html {
    html! { <span class="unique-id-noun"><Glyph {sign} />{ "\u{a0}" }{ word.to_owned() }</span> }
}

/// A small tile in the look of a field.
pub fn swatch(tone: Tone) -> Html {
    html! { <span class={classes!("unique-id-swatch", tone.class())} aria-hidden="true"></span> }
}

/// A noun of the prose that is a field of an ID.
pub fn field_noun(tone: Tone, word: &str) -> Html {
    html! { <span class="unique-id-noun">{ swatch(tone) }{ word.to_owned() }</span> }
}

/// A cross: lost, or made twice.
pub const CROSS: &str = "M-.8-.8L.8 .8M.8-.8L-.8 .8";

/// A mark of a class at a place.
pub fn mark(class: &'static str, path: &'static str, place: (f64, f64), radius: f64) -> Html {
    mark_at(class, path, place, radius)
}

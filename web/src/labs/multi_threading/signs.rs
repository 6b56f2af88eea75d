//! The shapes of things: threads have a sign, locks a padlock, cells a box; and what can happen to them a mark.
//! All are paths within a circle of radius 1.

use crate::components::{Glyph, Sign, mark_at};
pub use crate::components::{px, sign_at};
use yew::prelude::*;

/// A cross: killed, lost, or deadlocked.
pub const CROSS: &str = "M-.8-.8L.8 .8M.8-.8L-.8 .8";
/// A tick: finished.
pub const TICK: &str = "M-.8 .1L-.25 .65L.8-.6";
/// Two bars: it stands still.
pub const HELD: &str = "M-.45-.8V.8M.45-.8V.8";
/// A padlock that is closed: somebody holds it.
pub const LOCK: &str =
    "M-.75-.1H.75V1H-.75ZM-.55-.1V-.4A.55.55 0 0 1 .55-.4V-.1H.28V-.4A.28.28 0 0 0-.28-.4V-.1Z";
/// A padlock that is open: nobody holds it.
pub const OPEN_LOCK: &str =
    "M-.75-.1H.75V1H-.75ZM-.55-.1V-.5A.55.55 0 0 1 .55-.5V-.4H.28V-.5A.28.28 0 0 0-.28-.5V-.1Z";
/// A clock: somebody waits.
pub const CLOCK: &str = "M0-.9A.9.9 0 1 1 0 .9A.9.9 0 1 1 0-.9ZM0-.5V0L.4 .3";
/// An arrow's head to the right: the next instruction.
pub const POINTER: &str = "M-.6-.8L.9 0L-.6 .8Z";
/// A warning: an update is lost.
pub const WARNING: &str = "M0-1L1.05 .85H-1.05ZM-.12-.35H.12L.08 .25H-.08ZM-.1 .42H.1V.62H-.1Z";
/// A box: a cell of the memory.
const CELL: &str = "M-.95-.7H.95V.7H-.95Z";

/// The sign of a thread, by its number.
pub fn thread_sign(thread: usize) -> Sign {
    Sign::nth(u32::try_from(thread).unwrap_or_default())
}

/// A mark of a class at a place, so many pixels in radius.
pub fn mark(class: &'static str, path: &'static str, place: (f64, f64), radius: f64) -> Html {
    mark_at(format!("multi-threading-mark {class}"), path, place, radius)
}

/// A line of text that begins at a place, the middle of its height given.
pub fn text(class: &str, (x, y): (f64, f64), content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text class={format!("multi-threading-{class}")} x={px(x)} y={px(y)}>{ content }</text> }
}

/// A noun of the prose that is a thread, with its sign in the picture.
pub fn thread_noun(thread: usize, word: &str) -> Html {
    html! {
        <span class="multi-threading-noun"><Glyph sign={thread_sign(thread)} />{ "\u{a0}" }{ word.to_owned() }</span>
    }
}

/// A noun of the prose that is a lock.
pub fn lock_noun(word: &str) -> Html {
    shaped("is-lock", LOCK, word)
}

/// A noun of the prose that is a cell of the memory.
pub fn cell_noun(word: &str) -> Html {
    shaped("is-cell", CELL, word)
}

fn shaped(class: &'static str, path: &'static str, word: &str) -> Html {
    html! {
        <span class="multi-threading-noun">
            <svg class={classes!("glyph-inline", "multi-threading-inline", class)} viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">
                <path d={path} fill-rule="evenodd" />
            </svg>
            { "\u{a0}" }{ word.to_owned() }
        </span>
    }
}

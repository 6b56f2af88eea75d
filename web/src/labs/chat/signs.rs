//! The shapes of the picture: paths within a circle of radius 1, and texts.

use crate::components::mark_at;
pub use crate::components::{px, sign_at};
use yew::prelude::*;

/// A cross: gone, or lost.
pub const CROSS: &str = "M-.8-.8L.8 .8M.8-.8L-.8 .8";
/// A disk.
pub const DISK: &str = "M-.95-.6A.95.4 0 0 1 .95-.6V.6A.95.4 0 0 1-.95 .6Z";
/// A clock: it waits.
pub const CLOCK: &str = "M0-.9A.9.9 0 1 1 0 .9A.9.9 0 1 1 0-.9ZM0-.5V0L.4 .3";
/// A tick: it is up.
pub const TICK: &str = "M-.8 .1L-.25 .65L.8-.6";
/// Two bars: it does not read.
pub const HELD: &str = "M-.45-.8V.8M.45-.8V.8";

/// A line of text that begins at a place, the middle of its height given.
pub fn text(class: &'static str, (x, y): (f64, f64), content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text class={format!("chat-{class}")} x={px(x)} y={px(y)}>{ content }</text> }
}

/// A mark of a class at a place, so many pixels in radius.
pub fn mark(class: &'static str, path: &'static str, place: (f64, f64), radius: f64) -> Html {
    mark_at(format!("chat-mark {class}"), path, place, radius)
}

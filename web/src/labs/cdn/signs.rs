//! The shapes of the picture: the signs of things, paths within a circle of radius 1, and lengths.

use crate::components::{Glyph, Sign};
pub use crate::components::{px, sign_at};
use playground_core::cdn::lab::Node;
use yew::prelude::*;

/// A cross: dead, or lost.
pub const CROSS: &str = "M-.8-.8L.8 .8M.8-.8L-.8 .8";
/// A message that asks: an arrow's head.
pub const ARROW: &str = "M-.8-.9L1 0L-.8 .9L-.35 0Z";
/// A step of opening a connection: a short line.
pub const DASH: &str = "M-1 0H1";

/// The sign of a reader.
pub fn reader_sign() -> Sign {
    Sign::nth(0)
}

/// The sign of an edge.
pub fn edge_sign() -> Sign {
    Sign::nth(1)
}

/// The sign of the origin.
pub fn origin_sign() -> Sign {
    Sign::nth(3)
}

/// The sign of the shield.
pub fn shield_sign() -> Sign {
    Sign::nth(5)
}

/// The sign of somebody on the map.
pub fn sign_of(node: Node) -> Sign {
    match node {
        Node::Reader(_) => reader_sign(),
        Node::Edge(..) => edge_sign(),
        Node::Shield => shield_sign(),
        Node::Origin => origin_sign(),
    }
}

/// A noun of the prose with the sign that it has in the picture.
pub fn noun(sign: Sign, word: &str) -> Html {
    html! { <span class="cdn-noun"><Glyph {sign} />{ "\u{a0}" }{ word.to_owned() }</span> }
}

/// A mark of a class at a place, turned by so many degrees.
pub fn mark(
    class: &'static str,
    path: &'static str,
    (x, y): (f64, f64),
    radius: f64,
    degrees: f64,
) -> Html {
    html! {
        <path class={format!("cdn-mark {class}")} d={path} vector-effect="non-scaling-stroke"
            transform={format!("translate({x:.1} {y:.1}) rotate({degrees:.0}) scale({radius})")} />
    }
}

/// How much of a lifetime is left, as a disc of which a part is filled: 1 when fresh from the origin, 0 when stale.
pub fn pie((x, y): (f64, f64), radius: f64, left: f64, is_stale: bool) -> Html {
    let class = if is_stale { "cdn-pie is-stale" } else { "cdn-pie" };
    let slice = left.clamp(0.0, 1.0);
    let angle = std::f64::consts::TAU * slice;
    let (end_x, end_y) = (x + radius * angle.sin(), y - radius * angle.cos());
    let large = u8::from(slice > 0.5);
    html! {
        <g {class}>
            <circle class="cdn-pie-ground" cx={px(x)} cy={px(y)} r={px(radius)} />
            if slice > 0.995 {
                <circle class="cdn-pie-left" cx={px(x)} cy={px(y)} r={px(radius)} />
            } else if slice > 0.005 {
                <path class="cdn-pie-left" d={format!("M{x:.1} {y:.1}V{:.1}A{radius:.1} {radius:.1} 0 {large} 1 {end_x:.1} {end_y:.1}Z",
                    y - radius)} />
            }
            <circle class="cdn-pie-rim" cx={px(x)} cy={px(y)} r={px(radius)} />
        </g>
    }
}

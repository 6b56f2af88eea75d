//! The wheel of a worker's sequence: it turns by one place an ID, and begins anew with each tick of the clock.

use super::signs::px;
use crate::components::grouped;
use std::f64::consts::TAU;
use yew::prelude::*;

/// How many marks stand around a wheel.
const MARKS: u32 = 16;
/// The side of the drawing, and the radius of the wheel in it.
const SIDE: f64 = 176.0;
const RADIUS: f64 = 70.0;

/// A wheel of which a part has been used up, around a point. It is full where nothing is left of the tick.
pub fn wheel((x, y): (f64, f64), radius: f64, used: u32, limit: u32) -> Html {
    let share = f64::from(used.min(limit)) / f64::from(limit.max(1));
    let angle = TAU * share;
    let (end_x, end_y) = (x + radius * angle.sin(), y - radius * angle.cos());
    let large = u8::from(share > 0.5);
    let is_full = used >= limit;
    html! {
        <g class={if is_full { "unique-id-wheel is-full" } else { "unique-id-wheel" }}>
            <circle class="unique-id-wheel-ground" cx={px(x)} cy={px(y)} r={px(radius)} />
            if is_full {
                <circle class="unique-id-wheel-used" cx={px(x)} cy={px(y)} r={px(radius)} />
            } else if used > 0 {
                <path class="unique-id-wheel-used" d={format!("M{x:.1} {y:.1}V{:.1}A{radius:.1} {radius:.1} 0 {large} 1 {end_x:.1} {end_y:.1}Z",
                    y - radius)} />
            }
            <circle class="unique-id-wheel-rim" cx={px(x)} cy={px(y)} r={px(radius)} />
            <path class="unique-id-wheel-hand" d={format!("M{x:.1} {y:.1}L{end_x:.1} {end_y:.1}")} />
        </g>
    }
}

/// What the large wheel needs.
#[derive(Properties, PartialEq)]
pub struct WheelProps {
    /// How many IDs were made in this tick.
    pub used: u32,
    /// How many there can be.
    pub limit: u32,
    /// What is said in the middle, below the number.
    pub note: AttrValue,
}

/// The large wheel, with its numbers.
#[component]
pub fn Wheel(props: &WheelProps) -> Html {
    let WheelProps { used, limit, note } = props;
    let middle = SIDE / 2.0;
    let marks = (0..MARKS).map(|mark| {
        let angle = TAU * f64::from(mark) / f64::from(MARKS);
        let at = |radius: f64| (middle + radius * angle.sin(), middle - radius * angle.cos());
        let ((x1, y1), (x2, y2)) = (at(RADIUS + 3.0), at(RADIUS + if mark % 4 == 0 { 11.0 } else { 7.0 }));
        html! { <line class="unique-id-wheel-mark" x1={px(x1)} y1={px(y1)} x2={px(x2)} y2={px(y2)} /> }
    });
    let count = format!("{} of {}", grouped(u64::from(*used)), grouped(u64::from(*limit)));
    html! {
        <svg class="unique-id-large-wheel" viewBox={format!("0 0 {SIDE} {SIDE}")} role="img"
            aria-label={format!("Sequence: {count} used in this millisecond; {note}")}>
            { for marks }
            { wheel((middle, middle), RADIUS, *used, *limit) }
            <circle class="unique-id-wheel-hub" cx={px(middle)} cy={px(middle)} r="41" />
            <text class="unique-id-wheel-count" x={px(middle)} y={px(middle - 9.0)}>{ grouped(u64::from(*used)) }</text>
            <text class="unique-id-wheel-note" x={px(middle)} y={px(middle + 9.0)}>{ format!("of {}", grouped(u64::from(*limit))) }</text>
            <text class="unique-id-wheel-note" x={px(middle)} y={px(middle + 24.0)}>{ note }</text>
        </svg>
    }
}

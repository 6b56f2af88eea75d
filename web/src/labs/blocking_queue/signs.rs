//! The signs of things: producers have a colour and a shape that their items carry on, consumers a ring with a number.

use crate::components::{Glyph, Sign, px, sign_at};
use playground_core::blocking_queue::lab::{Maker, Worker};
use yew::prelude::*;

/// The sign of a producer.
pub fn producer_sign(number: u8) -> Sign {
    Sign::nth(u32::from(number))
}

/// The class that gives an item the colour of whoever made it.
pub fn maker_class(maker: Maker) -> String {
    match maker {
        Maker::Producer(number) => format!("blocking-queue-of-{}", producer_sign(number).hue()),
        Maker::Visitor => "blocking-queue-of-you".to_owned(),
    }
}

/// The sign of a worker at a place.
pub fn worker_sign(worker: Worker, (x, y): (f64, f64), radius: f64) -> Html {
    match worker {
        Worker::Producer(number) => sign_at(producer_sign(number), (x, y), radius),
        Worker::Consumer(number) => html! {
            <g>
                <circle class="blocking-queue-ring" cx={px(x)} cy={px(y)} r={px(radius)} />
                <text class="blocking-queue-ring-number" x={px(x)} y={px(y + 0.5)}>{ u16::from(number) + 1 }</text>
            </g>
        },
    }
}

/// The sign of the visitor at a place: a ring with a dot.
pub fn visitor_sign((x, y): (f64, f64), radius: f64) -> Html {
    html! {
        <g>
            <circle class="blocking-queue-ring is-you" cx={px(x)} cy={px(y)} r={px(radius)} />
            <circle class="blocking-queue-dot" cx={px(x)} cy={px(y)} r={px(radius * 0.4)} />
        </g>
    }
}

/// A noun of the prose that is a producer in the picture.
pub fn producer_noun(word: &'static str) -> Html {
    html! { <span class="blocking-queue-noun"><Glyph sign={producer_sign(0)} />{ "\u{a0}" }{ word }</span> }
}

/// A noun of the prose that is a consumer in the picture.
pub fn consumer_noun(word: &'static str) -> Html {
    html! {
        <span class="blocking-queue-noun">
            <svg class="glyph-inline" viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">
                <circle class="blocking-queue-inline-ring" r="0.95" />
            </svg>
            { "\u{a0}" }{ word }
        </span>
    }
}

/// A noun of the prose that is an item in the picture.
pub fn item_noun(word: &'static str) -> Html {
    html! {
        <span class="blocking-queue-noun">
            <span class="blocking-queue-swatch blocking-queue-of-0" aria-hidden="true"></span>{ word }
        </span>
    }
}

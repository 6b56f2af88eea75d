//! What the grounds of a Gantt chart mean.

use crate::components::Rect;
use yew::prelude::*;

/// What the key needs.
#[derive(Properties, PartialEq)]
pub struct KeyProps {
    /// Whether the model is drawn, too.
    pub has_model: bool,
}

/// The key.
#[component]
pub fn Key(props: &KeyProps) -> Html {
    let ground = Rect { x: 1.0, y: 1.0, width: 26.0, height: 12.0 };
    let hatch = ground.hatch(6.0);
    let entry = |shape: Html, word: &'static str| {
        html! { <li><svg viewBox="0 0 28 14" aria-hidden="true">{ shape }</svg>{ word }</li> }
    };
    let rect = |class: &'static str| {
        html! { <rect {class} x="1" y="1" width="26" height="12" /> }
    };
    let waits = html! { <>{ rect("multi-threading-wait") }<path class="multi-threading-wait-hatch" d={hatch} /></> };
    html! {
        <ul class="multi-threading-key" role="list">
            { entry(rect("multi-threading-key-busy"), "counting") }
            { entry(waits, "waiting") }
            { entry(rect("multi-threading-starting"), "starting") }
            if props.has_model {
                { entry(html! { <rect class="multi-threading-foretold" x="1" y="4" width="26" height="6" /> },
                    "what the model says, under each lane") }
            }
            <li>{ "right: primes found" }</li>
        </ul>
    }
}

//! What is promised of the program that runs, and what has come of it.

use super::words::thread_names;
use playground_core::multi_threading::lab::Frame;
use playground_core::multi_threading::promise::Promise;
use std::rc::Rc;
use yew::prelude::*;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct BrokenProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether nothing is said while all is well.
    #[prop_or_default]
    pub is_quiet: bool,
}

/// The promises that have been broken; a deadlock is told in its own words.
#[component]
pub fn Broken(props: &BrokenProps) -> Html {
    let BrokenProps { frame, is_quiet } = props;
    let ring = &frame.deadlocked;
    let is_told = |name: &&&str| ring.is_empty() || **name != Promise::EverybodyEnds.name();
    let broken: Vec<&str> = frame.broken.iter().filter(is_told).copied().collect();
    let deadlock = (!ring.is_empty()).then(|| {
        html! {
            <p><strong>{ "Deadlock: " }</strong>{ thread_names(ring) }{ " wait for each other, and will for ever." }</p>
        }
    });
    if deadlock.is_none() && broken.is_empty() {
        return match is_quiet {
            true => Html::default(),
            false => {
                html! { <p class="multi-threading-hint">{ "Every promise of this program holds so far." }</p> }
            }
        };
    }
    html! {
        <div class="notice multi-threading-broken" role="alert">
            { deadlock }
            if !broken.is_empty() {
                <p><strong>{ "Broken: " }</strong>{ broken.join("; ") }{ "." }</p>
            }
        </div>
    }
}

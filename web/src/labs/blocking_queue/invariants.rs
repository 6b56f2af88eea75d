//! What the model promises, checked at this very moment.

use crate::player::Player;
use playground_core::blocking_queue::lab::Lab;
use yew::prelude::*;

/// Whose promises.
#[derive(Properties, PartialEq)]
pub struct BrokenProps {
    /// What is played.
    pub player: Player<Lab>,
    /// Whether nothing is said while all is well.
    #[prop_or_default]
    pub is_quiet: bool,
}

/// The invariants that are broken now, by name.
#[component]
pub fn Broken(props: &BrokenProps) -> Html {
    let broken = props.player.broken_invariants();
    match (broken.is_empty(), props.is_quiet) {
        (false, _) => html! {
            <div class="notice blocking-queue-broken" role="alert">
                <strong>{ "Broken: " }</strong>{ broken.join("; ") }{ "." }
            </div>
        },
        (true, true) => Html::default(),
        (true, false) => {
            html! { <p class="blocking-queue-hint">{ "Every promise holds at this moment." }</p> }
        }
    }
}

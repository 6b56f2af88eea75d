//! What the model promises, checked at this very moment.

use crate::player::Player;
use playground_core::chat::Lab;
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
    if !broken.is_empty() {
        html! {
            <div class="notice chat-broken" role="alert">
                <strong>{ "Broken: " }</strong>{ broken.join("; ") }{ "." }
            </div>
        }
    } else if props.is_quiet {
        Html::default()
    } else {
        html! { <p class="chat-hint">{ "Every promise holds at this moment." }</p> }
    }
}

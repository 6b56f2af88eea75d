//! What the model promises, checked at this very moment.

use crate::player::Player;
use playground_core::two_phase_commit::Lab;
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
            <div class="notice two-phase-commit-broken" role="alert">
                <strong>{ "Broken: " }</strong>{ broken.join("; ") }{ "." }
            </div>
        }
    } else if props.player.frame().orders.iter().any(|order| order.damage) {
        html! {
            <div class="notice two-phase-commit-broken" role="alert">
                <strong>{ "Heuristic damage: " }</strong>
                { "an operator resolved by hand what was decided otherwise. The protocol's own promises hold." }
            </div>
        }
    } else if props.is_quiet {
        Html::default()
    } else {
        html! { <p class="two-phase-commit-hint">{ "Every promise of the protocol holds at this moment." }</p> }
    }
}

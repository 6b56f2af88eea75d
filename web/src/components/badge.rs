//! A word that says where a number comes from.

use yew::prelude::*;

/// Where a number comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Provenance {
    /// Somebody's clock or counter, here and now.
    Measured,
    /// A model's arithmetic.
    Modelled,
}

/// What a badge needs.
#[derive(Properties, PartialEq)]
pub struct BadgeProps {
    /// What it says.
    pub provenance: Provenance,
}

/// The word, beside the number it is about.
#[component]
pub fn Badge(props: &BadgeProps) -> Html {
    let (word, class, title) = match props.provenance {
        Provenance::Measured => (
            "measured here",
            "badge-measured",
            "Counted or timed by this page or its server, now: on another machine it is another number.",
        ),
        Provenance::Modelled => (
            "modelled",
            "badge-modelled",
            "Follows from the model and its settings: the same on every machine, and only as true as the model.",
        ),
    };
    html! { <span class={classes!("badge", class)} {title}>{ word }</span> }
}

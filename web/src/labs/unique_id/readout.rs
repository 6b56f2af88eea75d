//! What a run says in numbers.

use crate::components::{Badge, Provenance, grouped};
use playground_core::unique_id::lab::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct ReadoutProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether everything that is counted is shown.
    #[prop_or_default]
    pub is_full: bool,
}

/// The numbers.
#[component]
pub fn Readout(props: &ReadoutProps) -> Html {
    let totals = props.frame.totals;
    let mut numbers = vec![
        ("IDs made", totals.made),
        ("made twice", totals.duplicates),
        ("requests refused or given up", totals.failed),
    ];
    if props.is_full {
        numbers.extend([
            ("requests", totals.asked),
            ("answered", totals.answered),
            ("leases granted", totals.granted),
            ("leases extended", totals.renewed),
            ("refused by the registry", totals.refused),
            ("waits: sequence used up", totals.exhausted),
            ("waits: clock went back", totals.stepped_back),
        ]);
    }
    let each = numbers.into_iter().map(|(name, count)| {
        let is_bad = name == "made twice" && count > 0;
        html! {
            <div class={classes!(is_bad.then_some("is-bad"))}><dt>{ name }</dt><dd>{ grouped(count) }</dd></div>
        }
    });
    html! {
        <>
            <dl class="unique-id-counts">{ for each }</dl>
            <p class="unique-id-provenance"><Badge provenance={Provenance::Modelled} /></p>
        </>
    }
}

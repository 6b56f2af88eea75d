//! The steps of a real request, one by one: as fast as they can be read, each with the time that it really took.

use super::feed::Exchange;
use super::words::{step_name, step_sentence, time_text};
use crate::components::{Badge, Provenance};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

/// How long each step is shown before the next one, in milliseconds.
const READING_MS: u32 = 450;

/// How many of the steps of a request are shown by now: they come one by one.
#[hook]
pub fn use_reveal(exchange: &Option<Rc<Exchange>>) -> usize {
    let shown = use_state_eq(|| (0_u32, 0_usize));
    let (number, steps) = exchange.as_ref().map_or((0, 0), |it| (it.number, it.steps.len()));
    // The first step comes at once.
    let count = if shown.0 == number { shown.1.max(1) } else { 1 }.min(steps);
    let setter = shown.setter();
    use_effect_with((number, count, count < steps), move |&(number, count, is_behind)| {
        let timer =
            is_behind.then(|| Timeout::new(READING_MS, move || setter.set((number, count + 1))));
        move || drop(timer)
    });
    count
}

/// What the list needs.
#[derive(Properties, PartialEq)]
pub struct StepsProps {
    /// The request.
    pub exchange: Rc<Exchange>,
    /// How many of its steps are shown.
    pub shown: usize,
    /// Which one is looked at.
    pub chosen: Option<usize>,
    /// Told which one is to be looked at.
    pub on_choose: Callback<usize>,
}

/// The steps as a list of buttons: the one that is pressed is drawn on the map.
#[component]
pub fn Steps(props: &StepsProps) -> Html {
    let StepsProps { exchange, shown, chosen, on_choose } = props;
    let edge = exchange.asking.edge.as_str();
    let visible = exchange.steps.iter().take(*shown).enumerate();
    let steps = visible.clone().map(|(number, (at_us, step))| {
        let onclick = on_choose.reform(move |_: MouseEvent| number);
        let is_chosen = chosen.unwrap_or(shown.saturating_sub(1)) == number;
        html! {
            <li key={number} class={classes!(is_chosen.then_some("is-chosen"))} data-step={step_name(step)}>
                <button type="button" {onclick} aria-pressed={is_chosen.to_string()}>
                    <span class="cdn-live-step-name">{ step_name(step) }</span>
                    <span class="cdn-live-step-time">{ time_text(*at_us) }</span>
                    <span class="cdn-live-step-text">{ step_sentence(edge, step) }</span>
                </button>
            </li>
        }
    });
    let last = exchange.steps.get(shown.saturating_sub(1));
    let said = last.map(|(_, step)| step_sentence(edge, step)).unwrap_or_default();
    html! {
        <div class="cdn-live-steps">
            <p class="cdn-live-head">
                { "What the edge did " }<Badge provenance={Provenance::Measured} />
            </p>
            <ol role="list">{ for steps }</ol>
            if exchange.steps.is_empty() {
                <p class="cdn-hint">{ "The request is on its way." }</p>
            }
            <p class="visually-hidden" role="status">{ said }</p>
        </div>
    }
}

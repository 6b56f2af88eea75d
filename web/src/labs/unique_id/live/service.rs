//! How the service is: its number, its epoch, its high-water mark, its clock, and what it has counted.

use super::super::real::connect::API;
use super::super::words::moment_text;
use crate::components::{Badge, Choice, Provenance, grouped};
use crate::live::{FetchError, put_json};
use playground_core::unique_id::wire::{ClockOffset, LeaseState, ServiceState};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How far the clock can be set off here, in milliseconds.
const OFFSETS_MS: [i64; 5] = [0, -50, -5_000, -60_000, 5_000];

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ServiceProps {
    /// The service.
    pub service: Rc<ServiceState>,
    /// Whether nothing can be set now.
    pub disabled: bool,
}

/// The numbers, and the clock.
#[component]
pub fn Service(props: &ServiceProps) -> Html {
    let ServiceProps { service, disabled } = props;
    let problem = use_state_eq(|| None::<FetchError>);
    let on_change = {
        let problem = problem.setter();
        Callback::from(move |number: usize| {
            let offset_ms = OFFSETS_MS.get(number).copied().unwrap_or_default();
            let problem = problem.clone();
            spawn_local(async move {
                let asked = ClockOffset { offset_ms };
                let answer = put_json::<_, ClockOffset>(&format!("{API}/clock"), &asked).await;
                problem.set(answer.err());
            });
        })
    };
    let options = OFFSETS_MS.map(|it| AttrValue::from(offset_text(it))).to_vec();
    let chosen = OFFSETS_MS.iter().position(|it| *it == service.clock_offset_ms);
    html! {
        <div class="unique-id-service">
            { numbers(service) }
            <div class="figure-controls">
                <Choice label="The service’s clock is" {options} {chosen} disabled={*disabled}
                    otherwise={offset_text(service.clock_offset_ms)} {on_change} />
            </div>
            if let Some(why) = &service.problem {
                <p class="notice" role="status" data-live="problem">{ why }</p>
            }
            if let Some(problem) = &*problem {
                <p class="notice" role="alert">{ problem.to_string() }</p>
            }
        </div>
    }
}

fn numbers(service: &ServiceState) -> Html {
    let lease = service.lease.as_ref();
    let of_lease = |text: fn(&LeaseState) -> String| lease.map_or("none".to_owned(), text);
    let number = |name: &'static str, key: &'static str, text: String| {
        html! { <div><dt>{ name }</dt><dd data-service={key}>{ text }</dd></div> }
    };
    html! {
        <>
            <dl class="unique-id-numbers">
                { number("Worker number", "number", of_lease(|it| it.held.number.to_string())) }
                { number("Fencing epoch", "epoch", of_lease(|it| it.held.epoch.to_string())) }
                { number("Snowflakes made", "made", grouped(service.made)) }
                { number("Not above the one before", "duplicates", grouped(service.duplicates)) }
                { number("Numbers taken", "takeovers", grouped(service.takeovers)) }
            </dl>
            <dl class="unique-id-forms">
                <dt>{ "The service’s clock" }</dt>
                <dd data-service="clock">{ moment_text(service.now_ms) }</dd>
                <dt>{ "High-water mark, on disk" }</dt>
                <dd data-service="high-water">{ of_lease(|it| moment_text(it.high_water_ms)) }</dd>
            </dl>
            <p class="unique-id-hint"><Badge provenance={Provenance::Measured} /></p>
        </>
    }
}

/// A clock's error in words.
fn offset_text(ms: i64) -> String {
    let length = match ms.unsigned_abs() {
        0 => return "right".to_owned(),
        ms if ms.is_multiple_of(1_000) => format!("{} s", ms / 1_000),
        ms => format!("{ms} ms"),
    };
    let side = if ms < 0 { "behind" } else { "ahead" };
    format!("{length} {side}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::wire::MOST_CLOCK_OFFSET_MS;

    #[test]
    fn every_offset_can_be_asked_for_and_has_its_words() {
        assert!(OFFSETS_MS.iter().all(|it| it.abs() <= MOST_CLOCK_OFFSET_MS));
        let shown = OFFSETS_MS.map(offset_text);
        assert_eq!(shown, ["right", "50 ms behind", "5 s behind", "60 s behind", "5 s ahead"]);
    }
}

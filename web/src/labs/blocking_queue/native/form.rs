//! What to run: which queue, by how many threads, how large, and how many items.

use super::queue_name;
use crate::components::{Choice, Slider};
use playground_core::blocking_queue::wire::{QueueKind, RunRequest};
use yew::prelude::*;

/// Threads of a side, on the slider.
const THREADS: [u32; 4] = [1, 2, 4, 8];
/// Places, on the slider.
const CAPACITIES: [u32; 8] = [1, 2, 8, 64, 256, 1_024, 8_192, 65_536];
/// Items, on the slider.
const ITEMS: [u32; 7] = [10_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 20_000_000];

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct FormProps {
    /// What is set.
    pub request: RunRequest,
    /// Whether nothing can be set now.
    pub disabled: bool,
    /// Told what is to be set.
    pub on_change: Callback<RunRequest>,
}

/// The form.
#[component]
pub fn Form(props: &FormProps) -> Html {
    let FormProps { request, disabled, on_change } = props;
    let request = *request;
    let number = |label: &'static str,
                  unit: &'static str,
                  steps: &[u32],
                  value: u32,
                  change: fn(&mut RunRequest, u32)| {
        let on_change = on_change.reform(move |number: u32| {
            let mut request = request;
            change(&mut request, number);
            request
        });
        html! { <Slider {label} {unit} steps={steps.to_vec()} {value} {on_change} disabled={*disabled} /> }
    };
    let on_queue = on_change.reform(move |number: usize| RunRequest {
        queue: QueueKind::ALL.get(number).copied().unwrap_or_default(),
        ..request
    });
    let options = QueueKind::ALL.map(|it| AttrValue::from(queue_name(it))).to_vec();
    html! {
        <div class="figure-controls">
            <Choice label="The queue" {options} chosen={QueueKind::ALL.iter().position(|it| *it == request.queue)}
                disabled={*disabled} on_change={on_queue} />
            { number("Producers", "threads", &THREADS, request.producers, |it, count| it.producers = count) }
            { number("Consumers", "threads", &THREADS, request.consumers, |it, count| it.consumers = count) }
            { number("Capacity", "places", &CAPACITIES, request.capacity, |it, count| it.capacity = count) }
            { number("Items", "", &ITEMS, request.items as u32, |it, count| it.items = u64::from(count)) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_on_the_sliders_can_be_asked_for() {
        for threads in THREADS {
            for capacity in CAPACITIES {
                for items in ITEMS {
                    let (producers, consumers, items) = (threads, threads, u64::from(items));
                    let queue = QueueKind::Fast;
                    let request = RunRequest { queue, producers, consumers, capacity, items };
                    assert_eq!(request.check(), Ok(()));
                }
            }
        }
    }
}

//! Native threads on the server: the textbook’s queue, a fast one, and what lies between the two.

mod commands;
mod form;
mod results;
mod runs;

use crate::components::{Meter, grouped};
use crate::live::{Presence, use_presence};
use commands::Commands;
pub use commands::pair;
use form::Form;
use playground_core::blocking_queue::wire::{QueueKind, RunRequest};
use results::Results;
use runs::{Under, use_runs};
use yew::prelude::*;

/// Where the server runs queues.
pub const API: &str = "/api/blocking-queue/run";

/// A queue's name.
pub fn queue_name(queue: QueueKind) -> &'static str {
    match queue {
        QueueKind::Textbook => "textbook: a lock and two conditions",
        QueueKind::Fair => "textbook, in fair order",
        QueueKind::Fast => "fast: a stamp in each slot",
        QueueKind::Std => "std’s sync_channel",
    }
}

/// The section.
#[component]
pub fn Native() -> Html {
    let request = use_state_eq(RunRequest::default);
    let runs = use_runs();
    let on_request = {
        let request = request.setter();
        Callback::from(move |changed: RunRequest| request.set(changed))
    };
    let presence = use_presence();
    let is_here = matches!(presence, Presence::Here { .. });
    let is_running = runs.under_way().is_some();
    let on_start = |queues: Vec<QueueKind>| {
        let (runs, request) = (runs.clone(), *request);
        Callback::from(move |_: MouseEvent| {
            runs.start(
                queues.iter().map(|queue| RunRequest { queue: *queue, ..request }).collect(),
            );
        })
    };
    let possible: Vec<QueueKind> = QueueKind::ALL
        .into_iter()
        .filter(|queue| RunRequest { queue: *queue, ..*request }.check().is_ok())
        .collect();
    let can_start = is_here && !is_running;
    html! {
        <section class="blocking-queue-native" aria-labelledby="native">
            <div class="prose">
                <h2 id="native">{ "Why waiting is the slow path" }</h2>
                <p>{ "The textbook’s queue is right, and it is slow. Both sides need the same lock for every item, so they take \
                      turns where they could work side by side. And to park a thread and to wake it are calls of the operating \
                      system, which take far longer than what the thread does in between." }</p>
                <p>{ "The fast queue here has no lock. Each slot has a number that says whose turn it is, so that a producer and a \
                      consumer meet only if they want the same slot (Dmitry Vyukov’s bounded queue). And it does not wait at \
                      once: whoever finds it full or empty looks again for a moment, then writes down that it is going to sleep, \
                      looks a last time, and only then does so. The other side reads that note, and calls the operating system \
                      only if somebody really sleeps. As long as both sides keep up, nobody ever does." }</p>
                <p>{ "The promises are the same: bounded, in order, nothing lost, waits when it must. How much is between the two \
                      depends on the machine, so measure it on yours." }</p>
            </div>
            if !is_here {
                <p class="notice" role="status">
                    { "The server does not answer, and these threads are its own. Everything above works without it." }
                </p>
            }
            <div class="blocking-queue-runs figure">
                <Form request={*request} disabled={is_running} on_change={on_request} />
                <div class="toolbar">
                    <button type="button" disabled={!can_start || request.check().is_err()} onclick={on_start(vec![request.queue])}>
                        { "Run it" }
                    </button>
                    <button type="button" disabled={!can_start || possible.is_empty()} onclick={on_start(possible.clone())}>
                        { "Run all, one after the other" }
                    </button>
                    <button type="button" disabled={!is_running} onclick={runs.on_stop()}>{ "Stop" }</button>
                </div>
                <p class="blocking-queue-caption" role="status" data-native="course">{ course(&request, runs.under_way()) }</p>
                if let Some(under) = runs.under_way() {
                    <Meter label="Taken out" value={under.taken} of={under.request.items}
                        text={format!("{} of {}", grouped(under.taken), grouped(under.request.items))} />
                }
                if let Some(problem) = runs.problem() {
                    <p class="notice" role="alert">{ problem }</p>
                }
                <Results done={runs.done()} />
                <Commands request={*request} />
            </div>
        </section>
    }
}

/// What is under way, in a sentence.
fn course(request: &RunRequest, under: Option<&Under>) -> String {
    match (under, request.check()) {
        (Some(under), _) => {
            format!(
                "{} …",
                super::words::sentence(queue_name(under.request.queue)).trim_end_matches('.')
            )
        }
        (None, Err(error)) => super::words::sentence(&error.to_string()),
        (None, Ok(())) => "Each item is numbered, and looked for when all are through.".to_owned(),
    }
}

//! The same waiting line, really running: workers of the browser on shared memory, parked by `Atomics.wait`.

mod by_hand;
mod flat_out;
mod recorder;
mod running;
mod workers;

use crate::components::{Badge, Provenance};
use crate::workers::{Isolation, TeamState, isolation};
use flat_out::FlatOut;
use running::Running;
use yew::prelude::*;

/// The section.
#[component]
pub fn Real() -> Html {
    html! {
        <section class="blocking-queue-real" aria-labelledby="real">
            <div class="prose">
                <h2 id="real">{ "Really running" }</h2>
                <p>{ "Everything above was simulated. Here each producer and each consumer is a worker of this browser, a thread \
                      of its own that runs the same Rust, and the queue is a piece of memory that all of them share: a few words \
                      for the two ends, and a slot for each item. Whoever finds it full or empty calls " }
                   <code>{ "Atomics.wait" }</code>{ ", and the operating system takes the thread off its core until somebody calls " }
                   <code>{ "Atomics.notify" }</code>{ "." }</p>
                <p>{ "The page looks at those words once a picture and draws what it finds. It sends nobody a message, and nobody \
                      sends one to it. What is put in and taken out is checked: every item once, and those of one producer in \
                      their order." }</p>
                if let Isolation::Not(why) = isolation() {
                    <p class="notice" role="status">
                        { format!("Not here, though: {why}. Everything simulated works all the same.") }
                    </p>
                }
            </div>
            <Running />
            <FlatOut />
        </section>
    }
}

/// How a team stands, in a sentence that is said aloud, and in a word for tests.
fn standing(state: &TeamState, is_busy: &str) -> Html {
    let text = match state {
        TeamState::Idle => "Nothing runs yet.".to_owned(),
        TeamState::Starting { ready, of, is_slow } => {
            let slow = if *is_slow { ", which takes unusually long" } else { "" };
            format!("Workers are being started: {ready} of {of}{slow} …")
        }
        TeamState::Running => is_busy.to_owned(),
        TeamState::Stopping => "They were told to go home …".to_owned(),
        TeamState::Done => "Everybody has done their part.".to_owned(),
        TeamState::Stopped => "Stopped.".to_owned(),
        TeamState::Failed(failure) => failure.to_string(),
        TeamState::NotIsolated(why) => format!("That is not possible here: {why}."),
    };
    let is_measured = matches!(state, TeamState::Running | TeamState::Done | TeamState::Stopped);
    html! {
        <p class="blocking-queue-caption" role="status" data-team-state={state.word()}>
            { text }{ " " }
            if is_measured { <Badge provenance={Provenance::Measured} /> }
        </p>
    }
}

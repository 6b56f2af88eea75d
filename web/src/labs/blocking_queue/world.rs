//! What the real world does: the same queue under many names, and what each of them says when it is full.

use yew::prelude::*;

/// Who, how it waits, and what it does without room.
const QUEUES: [(&str, &str, &str); 8] = [
    (
        "Java, ArrayBlockingQueue",
        "one lock with two conditions, notEmpty and notFull; fair order if you ask for it",
        "put waits, offer says no or waits for a time",
    ),
    (
        "Python, queue.Queue",
        "one lock with three conditions: the third is for join",
        "put waits, or raises Full",
    ),
    (
        "Go, a channel with a buffer",
        "two lists of waiting goroutines, in order; who is called is handed the value itself",
        "a send waits; select with default says no",
    ),
    (
        "Rust, std::sync::mpsc::sync_channel",
        "an array with a stamp in each slot, as the fast queue here; threads are parked only when they must be",
        "send waits, try_send gives the value back",
    ),
    (
        "Linux, a pipe",
        "65,536 bytes, unless set otherwise (pipe(7))",
        "write waits, or fails with EAGAIN if it was told not to",
    ),
    (
        "TCP, the receive window",
        "the receiver says how much room it has (RFC 9293, section 3.8.6)",
        "the sender waits: back-pressure from one machine to the next",
    ),
    (
        "Java, ThreadPoolExecutor",
        "a blocking queue between whoever submits and the threads of the pool",
        "four policies: an error, the caller does it, the new one goes, the oldest one goes",
    ),
    (
        "RabbitMQ, a queue with max-length",
        "in the broker, for any number of publishers and consumers",
        "x-overflow: drop-head throws the oldest away, reject-publish says no",
    ),
];

/// The section.
#[component]
pub fn World() -> Html {
    let rows = QUEUES.iter().map(|(name, how, full)| {
        html! {
            <tr key={*name}><th scope="row">{ *name }</th><td>{ *how }</td><td>{ *full }</td></tr>
        }
    });
    html! {
        <section class="blocking-queue-world" aria-labelledby="world">
            <div class="prose">
                <h2 id="world">{ "Under many names" }</h2>
                <p>{ "You have used this queue today, whatever you did. They differ in how they wait, and in what they say when \
                      there is no room. One that has no answer to the second question has no bound, and that is an answer, too: \
                      it fails later, and with everything else." }</p>
            </div>
            <div class="blocking-queue-world-table" tabindex="0" role="group" aria-label="Blocking queues in use">
                <table>
                    <caption class="visually-hidden">{ "Blocking queues in use" }</caption>
                    <thead><tr>
                        <th scope="col">{ "Where" }</th><th scope="col">{ "How it waits" }</th>
                        <th scope="col">{ "Without room" }</th>
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
        </section>
    }
}

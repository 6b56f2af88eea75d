//! The same race on the server: threads of the operating system, and processes that share nothing.

mod commands;
mod feed;

use super::primes::gantt::Gantt;
use super::primes::key::Key;
use super::primes::knobs::Knobs;
use super::primes::numbers::Numbers;
use super::words::ms_text;
use crate::components::{Badge, Choice, DataTable, Provenance, Row};
use crate::live::stream::Stream;
use commands::Commands;
use feed::{Feed, News, Phase};
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::wire::{By, PrimesEvent, PrimesRequest};
use std::rc::Rc;
use yew::prelude::*;

/// Where primes are counted.
const PATH: &str = "/api/multi-threading/primes";
/// What the workers can be.
const KINDS: [(By, &str); 2] = [
    (By::Threads, "threads, which share a counter in memory"),
    (By::Processes, "processes, which send messages through pipes"),
];

/// The section.
#[component]
pub fn Native() -> Html {
    let request = use_state_eq(PrimesRequest::default);
    let feed = use_reducer(Feed::default);
    let stream = use_mut_ref(|| None::<Stream>);
    let on_start = {
        let (dispatcher, stream, request) = (feed.dispatcher(), stream.clone(), *request);
        Callback::from(move |_: MouseEvent| {
            dispatcher.dispatch(News::Begin(request));
            let for_lines = dispatcher.clone();
            let on_heard = Callback::from(move |heard| for_lines.dispatch(News::Heard(heard)));
            // Whatever was under way before is dropped, which tells the server.
            stream.replace(Some(Stream::post::<_, PrimesEvent>(PATH, &request, on_heard)));
        })
    };
    let on_stop = {
        let (dispatcher, stream) = (feed.dispatcher(), stream.clone());
        Callback::from(move |_: MouseEvent| {
            stream.replace(None);
            dispatcher.dispatch(News::Stop);
        })
    };
    let on_job = {
        let (setter, by) = (request.setter(), request.by);
        Callback::from(move |job| setter.set(request_of(job, by)))
    };
    let on_by = {
        let (setter, before) = (request.setter(), *request);
        Callback::from(move |number: usize| {
            let by = KINDS.get(number).map_or(By::Threads, |it| it.0);
            setter.set(PrimesRequest { by, ..before });
        })
    };
    let is_running = feed.phase == Phase::Running;
    let kinds: Vec<AttrValue> = KINDS.iter().map(|it| AttrValue::from(it.1)).collect();
    html! {
        <section class="multi-threading-native" aria-labelledby="native">
            { prose() }
            <div class="figure multi-threading-wide">
                <Choice label="The server’s workers are" options={kinds} disabled={is_running} on_change={on_by}
                    chosen={KINDS.iter().position(|it| it.0 == request.by)} />
                <Knobs job={request.job()} disabled={is_running} on_change={on_job} />
                <div class="toolbar">
                    <button type="button" disabled={is_running} onclick={on_start}>{ "Let the server count" }</button>
                    <button type="button" disabled={!is_running} onclick={on_stop}>{ "Stop" }</button>
                    <span class="multi-threading-course" role="status" data-native="course">{ told(&feed) }</span>
                </div>
                if let Phase::Failed(why) = &feed.phase {
                    <p class="notice" role="alert">{ why.clone() }</p>
                }
                if let Some(frame) = feed.frame.clone() {
                    <Gantt frame={frame.clone()} label="What each of the server’s workers did when" />
                    <Key has_model={false} />
                    <Numbers {frame} who="server’s workers" />
                }
                <Compared feed={(*feed).clone()} />
                <Commands request={*request} />
            </div>
        </section>
    }
}

fn request_of(job: Job, by: By) -> PrimesRequest {
    PrimesRequest {
        up_to: job.up_to,
        workers: job.workers,
        method: job.method,
        split: job.split,
        by,
    }
}

fn prose() -> Html {
    html! {
        <div class="prose">
            <h2 id="native">{ "Live: the server’s threads, and its processes" }</h2>
            <p>{ "The same code that your browser has just run as WebAssembly runs here as machine code, on threads of the \
                  operating system. Compare one worker there with one worker here, and you see what WebAssembly costs; \
                  it is the same source, method and split." }</p>
            <p>{ "Threads share one memory, so the next portion costs one atomic addition. Processes share nothing: the server \
                  starts this very program again, once for each, and they ask for portions and report primes through pipes. What \
                  dies in one does not touch the others, and each portion costs a message there and back. Take small portions \
                  and compare." }</p>
        </div>
    }
}

/// How the race on the server stands.
fn told(feed: &Feed) -> Html {
    let text = match &feed.phase {
        Phase::Idle => "Nothing was asked of the server yet.".to_owned(),
        Phase::Running if feed.frame.is_none() => "The server is asked …".to_owned(),
        Phase::Running => "The server’s workers count …".to_owned(),
        Phase::Stopped => "Stopped: the server has broken it off.".to_owned(),
        Phase::Failed(_) => "No answer.".to_owned(),
        Phase::Done => {
            return html! { <>{ done(feed) }{ " " }<Badge provenance={Provenance::Measured} /></> };
        }
    };
    html! { { text } }
}

fn done(feed: &Feed) -> String {
    let elapsed_us = feed.frame.as_ref().map_or(0, |it| it.elapsed_us);
    let pids = match feed.pids.as_slice() {
        [] => String::new(),
        pids => {
            let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
            format!(" They were the processes {}.", pids.join(", "))
        }
    };
    format!(
        "Done after {}, on {} of the server’s cores at most.{pids}",
        ms_text(elapsed_us),
        feed.cores
    )
}

#[derive(Properties, PartialEq)]
struct ComparedProps {
    feed: Feed,
}

/// The last race of each kind, beside each other.
#[component]
fn Compared(props: &ComparedProps) -> Html {
    let rows: Vec<Row> = props.feed.over.iter().map(Rc::as_ref).map(feed::row).collect();
    if rows.len() < 2 {
        return Html::default();
    }
    let columns = ["By", "Up to", "Workers", "Method", "Dealt out", "Took", "Waiting"];
    html! {
        <DataTable caption="The races of the server so far" columns={columns.map(AttrValue::from).to_vec()} {rows} />
    }
}

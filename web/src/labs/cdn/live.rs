//! The same map over the server's real edges: a path is typed, the browser fetches it, and what the edge did is
//! seen step by step, with the real header fields and the real times.

mod ask_form;
mod asking;
mod commands;
mod connect;
mod copy_at_edge;
mod desk;
mod feed;
mod headers;
mod picture;
mod rush;
mod steps;
mod verdict;
mod words;

use super::map::WorldMap;
use crate::components::{Badge, DataTable, Provenance, Row, grouped};
use crate::live::FetchError;
use crate::live::connection::Link;
use ask_form::AskForm;
use asking::{Asking, Wish};
use commands::Commands;
use connect::use_feed;
use copy_at_edge::CopyAtEdge;
use desk::{Ask, Desk};
use feed::Feed;
use headers::Headers;
use playground_core::cdn::wire::{EdgeStats, Stats};
use std::rc::Rc;
use steps::{Steps, use_reveal};
use words::{health, ms_text};
use yew::prelude::*;

/// The section.
#[component]
pub fn Live() -> Html {
    let (feed, line) = use_feed();
    let problem = use_state_eq(|| None::<FetchError>);
    let edge = use_state_eq(|| 0_usize);
    let path = use_state_eq(|| AttrValue::from("/"));
    let chosen = use_state_eq(|| None::<usize>);
    let shown = use_reveal(&feed.exchange);
    let on_ask = {
        let (line, chosen, number) = (line.clone(), chosen.setter(), feed.next_number());
        Callback::from(move |asking: Asking| {
            chosen.set(None);
            line.ask(number, asking);
        })
    };
    let on_desk = {
        let problem = problem.setter();
        Callback::from(move |ask: Ask| {
            let problem = problem.clone();
            wasm_bindgen_futures::spawn_local(async move { problem.set(ask.send().await.err()) });
        })
    };
    let on_rush = Callback::from(move |asking: Asking| line.rush(asking));
    let is_here = feed.is_here();
    let body = feed.stats.clone().map(|stats| {
        let names: Vec<AttrValue> = stats.edges.iter().map(|it| it.name.clone().into()).collect();
        let typed = stats.edges.get(*edge).and_then(|it| Asking::new(&it.name, &path, Wish::Plain).ok());
        html! {
            <div class="figure cdn-live-figure">
                <Picture feed={feed.clone()} stats={stats.clone()} edge={*edge} {shown} chosen={*chosen} />
                <AskForm edges={names} edge={*edge} on_edge={Callback::from({ let edge = edge.setter(); move |it| edge.set(it) })}
                    path={(*path).clone()} on_path={Callback::from({ let path = path.setter(); move |it| path.set(it) })}
                    is_embedded={stats.origin.is_embedded} disabled={!is_here} {on_ask} />
                <Told feed={feed.clone()} {shown} chosen={*chosen}
                    on_choose={Callback::from({ let chosen = chosen.setter(); move |it| chosen.set(Some(it)) })} />
                <Desk stats={stats.clone()} asking={typed.clone()} rush={feed.rush.clone()} disabled={!is_here}
                    on_ask={on_desk} {on_rush} />
                <p class="cdn-caption" role="status" data-live="news">
                    { feed.news.clone().unwrap_or_else(|| format!("The origin {}.", health(&stats.origin.faults)).into()) }
                </p>
                if let Some(problem) = &*problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
                <Counters stats={stats.clone()} />
                <PastRequests feed={feed.clone()} />
                if let Some(asking) = typed {
                    <Commands {asking} listener={stats.listener.clone()} />
                }
            </div>
        }
    });
    html! {
        <section class="cdn-live" aria-labelledby="live">
            <div class="prose">
                <h2 id="live">{ "Live: a real cache, asked by your browser" }</h2>
                <p>{ "The server runs real edges, and a real origin behind them. The same rules decide as above, only that \
                      here are sockets and a disk. Ask an edge for something, and for the same once more; then purge \
                      it, or break the origin." }</p>
            </div>
            <Connected feed={feed.clone()} />
            { for body }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct ConnectedProps {
    feed: Rc<Feed>,
}

/// Whether the edges are heard; if not, what to make of the picture.
#[component]
fn Connected(props: &ConnectedProps) -> Html {
    let feed = &props.feed;
    let has_picture = feed.stats.is_some();
    let text = match feed.link {
        _ if feed.is_here() => {
            return html! {
                <p class="cdn-hint" role="status">
                    { "The server's edges are heard. All of them are on one machine: the distances on the map are drawn, \
                       and cost nothing here. " }<Badge provenance={Provenance::Measured} />
                </p>
            };
        }
        Link::Opening | Link::Open if !has_picture => "Looking for the server's edges …",
        _ if has_picture => {
            "The server is away. This is the last that was heard of its edges; the page keeps trying. Everything \
             simulated works without it."
        }
        _ => {
            "The server is away, and the page keeps trying. Start it with cargo run -p playground-server; \
             everything simulated works without it."
        }
    };
    html! { <p class="notice" role="status">{ text }</p> }
}

#[derive(Properties, PartialEq)]
struct PictureProps {
    feed: Rc<Feed>,
    stats: Rc<Stats>,
    edge: usize,
    shown: usize,
    chosen: Option<usize>,
}

/// The map, with the step that is looked at.
#[component]
fn Picture(props: &PictureProps) -> Html {
    let PictureProps { feed, stats, edge, shown, chosen } = props;
    let exchange = feed.exchange.as_ref();
    let asked =
        exchange.and_then(|it| stats.edges.iter().position(|edge| edge.name == it.asking.edge));
    // The step belongs to the edge that was asked, whichever is chosen for the next request.
    let number = chosen.unwrap_or(shown.saturating_sub(1));
    let step = exchange.filter(|_| asked == Some(*edge)).and_then(|it| it.steps.get(number));
    let frame = Rc::new(picture::picture(feed, stats, *edge, step.map(|(_, step)| step)));
    html! { <WorldMap {frame} label="The server's edges and their origin, on the map" /> }
}

#[derive(Properties, PartialEq)]
struct ToldProps {
    feed: Rc<Feed>,
    shown: usize,
    chosen: Option<usize>,
    on_choose: Callback<usize>,
}

/// What is known of the last request: its steps, the heads, the copy.
#[component]
fn Told(props: &ToldProps) -> Html {
    let ToldProps { feed, shown, chosen, on_choose } = props;
    let Some(exchange) = feed.exchange.clone() else {
        return html! {
            <p class="cdn-hint">{ "Nothing has been asked yet. Press Ask twice: the second time the copy answers." }</p>
        };
    };
    let asking = exchange.asking.clone();
    let copies: Vec<_> = feed.copies(&asking).cloned().collect();
    html! {
        <div class="cdn-live-told">
            <Steps exchange={exchange.clone()} shown={*shown} chosen={*chosen} on_choose={on_choose.clone()} />
            <Headers asking={asking.clone()} mark={exchange.mark} answer={exchange.answer.clone()} />
            <CopyAtEdge edge={asking.edge.clone()} path={asking.path.clone()} {copies} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct CountersProps {
    stats: Rc<Stats>,
}

/// What the edges have done since the server started.
#[component]
fn Counters(props: &CountersProps) -> Html {
    let row = |edge: &EdgeStats| {
        let counts = [
            edge.requests,
            edge.hits,
            edge.stale,
            edge.misses,
            edge.joined,
            edge.revalidated,
            edge.origin_requests,
            edge.entries,
        ];
        let cells = counts.map(|count| AttrValue::from(grouped(count)));
        let name = AttrValue::from(edge.name.clone());
        Row {
            key: name.clone(),
            cells: std::iter::once(name).chain(cells).collect(),
            is_selected: false,
        }
    };
    let columns = [
        "Edge",
        "Asked",
        "Hits",
        "Stale",
        "Misses",
        "Joined",
        "Revalidated",
        "Asked the origin",
        "Copies",
    ];
    html! {
        <DataTable caption="The edges, since the server started" columns={columns.map(AttrValue::from).to_vec()}
            rows={props.stats.edges.iter().map(row).collect::<Vec<_>>()} />
    }
}

#[derive(Properties, PartialEq)]
struct PastRequestsProps {
    feed: Rc<Feed>,
}

/// The page's own requests, the newest first: a miss beside its hit.
#[component]
fn PastRequests(props: &PastRequestsProps) -> Html {
    let past = &props.feed.past;
    if past.is_empty() {
        return Html::default();
    }
    let rows = past.iter().map(|it| {
        let answer = &it.answer;
        let cells = [
            format!("{}. {} {}", it.number, it.asking.edge, it.asking.path),
            it.verdict.word().to_owned(),
            answer.status.to_string(),
            answer.header("age").map_or("–".to_owned(), |age| format!("{age} s")),
            ms_text(answer.head_ms),
            ms_text(answer.whole_ms),
        ];
        Row {
            key: it.number.to_string().into(),
            cells: cells.into_iter().map(AttrValue::from).collect(),
            is_selected: false,
        }
    });
    let columns = ["Your requests", "", "Status", "Age", "Head after", "All after"];
    html! {
        <div data-live="past">
            <DataTable caption="Your requests, as your browser measured them"
                columns={columns.map(AttrValue::from).to_vec()} rows={rows.collect::<Vec<_>>()} />
        </div>
    }
}

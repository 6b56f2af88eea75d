//! The same picture over the server's real processes: they are ordered from, killed and started again.

use super::cost::CostLine;
use super::databases::Databases;
use super::feed::{Feed, use_feed};
use super::figure::Figure;
use super::order_form::OrderForm;
use super::waiting::Locked;
use crate::components::{Badge, Provenance};
use crate::live::connection::Link;
use crate::live::{FetchError, post_json};
use playground_core::sim::NodeId;
use playground_core::two_phase_commit::wire::{CrashRequest, OrderRequest, ResolveRequest};
use playground_core::two_phase_commit::{Action, CrashAt, Frame, NodeView, Order, Place};
use serde::Serialize;
use serde::de::IgnoredAny;
use std::rc::Rc;
use yew::prelude::*;

/// Where the API is.
pub const API: &str = "/api/two-phase-commit";

/// The section.
#[component]
pub fn Live() -> Html {
    let feed = use_feed();
    let problem = use_state(|| None::<FetchError>);
    let frame = feed.frame().map(Rc::new);
    let ask = {
        let problem = problem.setter();
        Callback::from(move |request: Ask| {
            let problem = problem.clone();
            wasm_bindgen_futures::spawn_local(
                async move { problem.set(request.send().await.err()) },
            );
        })
    };
    let on_order = ask.reform(Ask::Order);
    let on_reset = ask.reform(|_: MouseEvent| Ask::Reset);
    let on_action = {
        let ask = ask.clone();
        Callback::from(move |action: Action| {
            if let Some(request) = Ask::of(&action) {
                ask.emit(request);
            }
        })
    };
    let is_here = feed.is_here();
    html! {
        <section class="two-phase-commit-live" aria-labelledby="live">
            <div class="prose">
                <h2 id="live">{ "Live: real processes that really die" }</h2>
                <p>{ introduction(frame.as_deref()) }</p>
            </div>
            <Standing feed={feed.clone()} />
            if let Some(frame) = frame {
                <div class="figure two-phase-commit-stage">
                    <Figure frame={frame.clone()} on_action={is_here.then_some(on_action)}
                        label="The server's processes" />
                    <div class="two-phase-commit-under">
                        <div class="two-phase-commit-side">
                            <OrderForm has_quote={false} disabled={!is_here} on_order={on_order} />
                            <div class="toolbar">
                                { for processes(&frame).map(|node| power(node.place, node.is_up, is_here, &ask)) }
                                <button disabled={!is_here} onclick={on_reset}>{ "Start over" }</button>
                            </div>
                            if let Some(problem) = &*problem {
                                <p class="notice" role="alert">{ problem.to_string() }</p>
                            }
                        </div>
                        <div class="two-phase-commit-side">
                            <CostLine frame={frame.clone()} />
                            <Locked frame={frame.clone()} />
                        </div>
                    </div>
                    <LastOrder frame={frame.clone()} />
                    <Databases {frame} />
                </div>
            }
        </section>
    }
}

/// What there is to be seen: processes, or databases that somebody has put in their place.
fn introduction(frame: Option<&Frame>) -> &'static str {
    let databases = frame.map_or(0, |it| it.nodes.len() - processes(it).count());
    match databases {
        0 => {
            "The same machines, in three processes of the server: a coordinator, an inventory and a delivery service, \
             each with a log file of its own that it forces to the disk with fdatasync. What is drawn is what they \
             report. A crash is a SIGKILL; a restart is a new process that has nothing but the file."
        }
        _ => {
            "The same coordinator, in a process of the server with a log file of its own, and participants that are \
             databases: it asks them with PREPARE TRANSACTION and tells them with COMMIT PREPARED. The log of a \
             database is its own affair; what it has promised, it tells in two of its tables, which stand below, live. \
             Kill the coordinator between the two phases, and the rows stay."
        }
    }
}

/// The nodes that are processes of the server's: databases are not, and live their own lives.
fn processes(frame: &Frame) -> impl Iterator<Item = &NodeView> {
    frame.nodes.iter().filter(|node| node.database.is_none())
}

/// Kills a process, or starts one anew, whatever can be seen of it.
fn power(place: Place, is_up: bool, is_here: bool, ask: &Callback<Ask>) -> Html {
    let onclick = ask.reform(move |_: MouseEvent| {
        if is_up { Ask::Crash(place, CrashRequest::default()) } else { Ask::Restart(place) }
    });
    let verb = if is_up { "Kill" } else { "Restart" };
    html! {
        <button key={place.name()} disabled={!is_here} {onclick}>
            { format!("{verb} {}", place.title().to_lowercase()) }
        </button>
    }
}

#[derive(Properties, PartialEq)]
struct StandingProps {
    feed: Feed,
}

/// Whether the processes are heard; if not, what to make of the picture.
#[component]
fn Standing(props: &StandingProps) -> Html {
    let feed = &props.feed;
    let has_picture = feed.frame().is_some();
    let text = match (feed.link, feed.is_here()) {
        (_, true) => {
            return html! {
                <p class="two-phase-commit-hint" role="status">
                    { "The server's processes are heard. " }<Badge provenance={Provenance::Measured} />
                </p>
            };
        }
        (Link::Opening | Link::Open, _) if !has_picture => "Looking for the server's processes …",
        (_, _) if has_picture => {
            "The server is away. This is the last that was heard of its processes; the page keeps trying. \
             Everything simulated works without it."
        }
        (_, _) => {
            "The server is away, and the page keeps trying. Start it with cargo run -p playground-server; \
             everything simulated works without it."
        }
    };
    html! { <p class="notice" role="status">{ text }</p> }
}

#[derive(Properties, PartialEq)]
struct LastOrderProps {
    frame: Rc<Frame>,
}

/// How the last order stands, said aloud.
#[component]
fn LastOrder(props: &LastOrderProps) -> Html {
    html! {
        <p class="two-phase-commit-caption" role="status" data-live="last">
            { super::page::last_order(&props.frame) }
        </p>
    }
}

/// What can be asked of the server.
enum Ask {
    Order(Order),
    Crash(Place, CrashRequest),
    Restart(Place),
    Resolve(Place, ResolveRequest),
    Reset,
}

#[derive(Serialize)]
struct Nothing {}

impl Ask {
    /// What an action of the picture means for a real process; none if it cannot be done to one.
    fn of(action: &Action) -> Option<Self> {
        let place = |node: NodeId| Place::RESTAURANT.get(usize::from(node.0)).copied();
        Some(match action {
            Action::Submit { order } => Ask::Order(*order),
            Action::Crash { node, at: CrashAt::Now } => {
                Ask::Crash(place(*node)?, CrashRequest::default())
            }
            Action::Crash { node, at: CrashAt::Point(point) } => {
                Ask::Crash(place(*node)?, CrashRequest { at: Some(*point) })
            }
            Action::Restart { node } => Ask::Restart(place(*node)?),
            Action::Resolve { node, tx, outcome } => {
                Ask::Resolve(place(*node)?, ResolveRequest { id: *tx, outcome: *outcome })
            }
            _ => return None,
        })
    }

    async fn send(self) -> Result<(), FetchError> {
        let at = |place: Place, verb: &str| format!("{API}/nodes/{}/{verb}", place.name());
        match self {
            Ask::Order(Order::Meal { item, quantity, handover }) => {
                let order = OrderRequest { item, quantity, handover };
                post(&format!("{API}/orders"), &order).await
            }
            // The server takes no other orders, and the form offers none.
            Ask::Order(_) => Ok(()),
            Ask::Crash(place, request) => post(&at(place, "crash"), &request).await,
            Ask::Restart(place) => post(&at(place, "restart"), &Nothing {}).await,
            Ask::Resolve(place, request) => post(&at(place, "resolve"), &request).await,
            Ask::Reset => post(&format!("{API}/reset"), &Nothing {}).await,
        }
    }
}

/// What comes of it is seen in the picture; only what goes wrong is of interest here.
async fn post(path: &str, body: &impl Serialize) -> Result<(), FetchError> {
    post_json::<_, IgnoredAny>(path, body).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::two_phase_commit::{COORDINATOR, CrashPoint};

    #[test]
    fn what_is_done_to_the_picture_is_asked_of_the_server() {
        let at = CrashAt::Point(CrashPoint::AfterDecision);
        let asked = Ask::of(&Action::Crash { node: COORDINATOR, at });
        let Some(Ask::Crash(Place::Coordinator, request)) = asked else { panic!("no crash") };
        assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"at":"after-decision"}"#);
        let now = Ask::of(&Action::Crash { node: NodeId(2), at: CrashAt::Now });
        let Some(Ask::Crash(Place::Delivery, request)) = now else { panic!("no crash") };
        assert_eq!(serde_json::to_string(&request).unwrap(), "{}");
    }

    #[test]
    fn real_messages_are_left_alone() {
        assert!(Ask::of(&Action::Drop { flight: 1 }).is_none());
        assert!(Ask::of(&Action::Restart { node: NodeId(9) }).is_none());
    }
}

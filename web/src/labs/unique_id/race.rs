//! The race in a real database: the same rows into SQLite, keyed by one kind of ID after the other.

mod commands;
mod form;
mod ratios;
mod standing;

use super::real::connect::API;
use super::real::feed::Feed;
use super::real::{Connected, RealProps};
use crate::components::{Badge, Provenance, grouped};
use crate::live::{FetchError, delete_json, post_json};
use commands::Commands;
use form::Form;
use playground_core::unique_id::wire::{LaneState, RaceRequest, RaceState};
use serde::de::IgnoredAny;
use standing::Standing;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is asked of the server.
enum Ask {
    /// Run a race.
    Start(RaceRequest),
    /// Break it off.
    Cancel,
}

impl Ask {
    /// Asks. What comes of it is seen in the feed; only what goes wrong is of interest here.
    async fn send(self) -> Result<(), FetchError> {
        let path = format!("{API}/race");
        let done: IgnoredAny = match self {
            Ask::Start(request) => post_json(&path, &request).await?,
            Ask::Cancel => delete_json(&path).await?,
        };
        let IgnoredAny = done;
        Ok(())
    }
}

/// The section.
#[component]
pub fn Race(props: &RealProps) -> Html {
    let feed = &props.feed;
    let request = use_state_eq(RaceRequest::default);
    let problem = use_state_eq(|| None::<FetchError>);
    let send = {
        let problem = problem.setter();
        move |ask: Ask| {
            let problem = problem.clone();
            spawn_local(async move { problem.set(ask.send().await.err()) });
        }
    };
    let on_start = {
        let (send, request) = (send.clone(), (*request).clone());
        Callback::from(move |_: MouseEvent| send(Ask::Start(request.clone())))
    };
    let on_cancel = Callback::from(move |_: MouseEvent| send(Ask::Cancel));
    let on_request = {
        let request = request.setter();
        Callback::from(move |changed: RaceRequest| request.set(changed))
    };
    let race = feed.race.clone().filter(|race| !race.lanes.is_empty());
    let is_running = race.as_ref().is_some_and(|race| race.is_running);
    let is_here = feed.is_here();
    html! {
        <section class="unique-id-race" aria-labelledby="race">
            <div class="prose">
                <h2 id="race">{ "The race in a real database" }</h2>
                <p>{ "A model can be wrong. So here is SQLite, a database that is in every telephone. The server inserts the \
                      same rows, once for each kind of key, into a table that is nothing but a B+tree of them \
                      (" }<code>{ "WITHOUT ROWID" }</code>{ "), in a temporary file that is removed afterwards." }</p>
                <p>{ "While everything fits into the cache, the kinds are close together. From then on each random key means a \
                      page read and a page written, for a row of a hundred bytes. With a million rows it is no longer \
                      close. How full the pages are differs less than in PostgreSQL: before SQLite splits a page, it \
                      spreads the rows over its neighbours." }</p>
            </div>
            <Connected feed={feed.clone()} here="The server is heard, and the race runs on its disk."
                without="The shelf and the million above work without it." />
            <div class="figure unique-id-race-figure">
                <Form request={(*request).clone()} disabled={is_running} on_change={on_request} />
                <div class="toolbar">
                    <button disabled={!is_here || is_running || request.check().is_err()} onclick={on_start}>
                        { "Start the race" }
                    </button>
                    <button disabled={!is_here || !is_running} onclick={on_cancel}>{ "Cancel" }</button>
                    <span class="unique-id-course" role="status" data-race="course">{ course(feed) }</span>
                </div>
                if let Some(problem) = &*problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
                if let Some(race) = race {
                    <Standing {race} />
                }
                <Commands request={(*request).clone()} />
            </div>
        </section>
    }
}

/// How the race stands, in a sentence that is said aloud: it changes with the lanes, not with the rows.
fn course(feed: &Feed) -> Html {
    let race = feed.race.as_deref().filter(|race| !race.lanes.is_empty());
    let Some(race) = race else {
        return html! { { "No race was run since the server started." } };
    };
    html! { <>{ sentence(race) }{ " " }<Badge provenance={Provenance::Measured} /></> }
}

fn sentence(race: &RaceState) -> String {
    let lanes = race.lanes.len();
    let at = race
        .lanes
        .iter()
        .position(|lane| matches!(lane.state, LaneState::Inserting | LaneState::Counting));
    match at {
        Some(at) if race.is_running => {
            let lane = &race.lanes[at];
            let what = match lane.state {
                LaneState::Counting => "its pages are counted",
                _ => "rows go in",
            };
            format!("Race {}, {} ({} of {lanes}): {what} …", race.number, lane.kind.name(), at + 1)
        }
        _ if race.is_running && race.is_cancelled => {
            format!("Race {} is being broken off …", race.number)
        }
        _ if race.is_running => format!("Race {} begins …", race.number),
        _ if race.is_cancelled => format!("Race {} was cancelled.", race.number),
        _ if race.lanes.iter().any(|lane| matches!(lane.state, LaneState::Failed { .. })) => {
            format!("Race {} failed.", race.number)
        }
        _ => format!(
            "Race {} is over: {} rows for each of {lanes}.",
            race.number,
            grouped(u64::from(race.rows))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::kinds::Kind;
    use playground_core::unique_id::wire::{Lane, Sample};

    fn race(states: [LaneState; 2], is_running: bool, is_cancelled: bool) -> RaceState {
        let lane = |(kind, state)| Lane {
            kind,
            state,
            latest: Sample::default(),
            samples: Vec::new(),
            leaf: None,
        };
        let kinds = [Kind::Snowflake, Kind::UuidV4];
        RaceState {
            number: 3,
            is_running,
            is_cancelled,
            rows: 1_000,
            cache_mib: 2,
            lanes: kinds.into_iter().zip(states).map(lane).collect(),
        }
    }

    #[test]
    fn the_course_is_told_by_lanes() {
        let (over, inserting) = (LaneState::Finished, LaneState::Inserting);
        let running = race([over.clone(), inserting], true, false);
        let name = Kind::UuidV4.name();
        assert_eq!(sentence(&running), format!("Race 3, {name} (2 of 2): rows go in …"));
        let done = race([over.clone(), over.clone()], false, false);
        assert_eq!(sentence(&done), "Race 3 is over: 1,000 rows for each of 2.");
        let cancelled = race([over, LaneState::Cancelled], false, true);
        assert_eq!(sentence(&cancelled), "Race 3 was cancelled.");
    }
}

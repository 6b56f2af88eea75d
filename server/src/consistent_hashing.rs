//! The lab of consistent hashing: replays a run natively, so that the page can compare.

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use playground_core::consistent_hashing::Lab;
use playground_core::consistent_hashing::lab::replay_work;
use playground_core::sim::{ReplaySummary, Run, summarize};
use tokio::sync::Semaphore;

use crate::app::AppState;
use crate::problem::AppError;

/// The most points and keys that a run may touch: less than a second of work.
const MOST_WORK: u64 = 20_000_000;
/// The most things that may happen in a run.
const MOST_STEPS: u64 = 1_000_000;

/// How many runs are replayed at the same time; others wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The routes of the lab.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/replay", post(replay_run))
}

/// Replays a run to its end and answers what came of it.
async fn replay_run(Json(mut run): Json<Run<Lab>>) -> Result<Json<ReplaySummary>, AppError> {
    if replay_work(&run.scenario, &run.actions) > MOST_WORK {
        return Err(AppError::Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            detail: "This run is too large to be replayed here; use fewer keys, virtual nodes or actions."
                .into(),
        });
    }
    run.actions.sort_by_key(|(at, _)| *at);
    // Held by the work itself, since that goes on when the client has given up.
    let permit = AT_ONCE.acquire().await.map_err(|_| AppError::Panicked)?;
    let replayed = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        summarize(&run, MOST_STEPS)
    });
    // The only way for the task to fail is a panic, which is a bug like any other.
    replayed.await.map(Json).map_err(|_| AppError::Panicked)
}

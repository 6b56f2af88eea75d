//! The lab of multi-threading: the server's processors count primes, as the page's workers do, so that both can be
//! compared, and threads that share memory with processes that send messages.
//!
//! The work, its pieces and the picture are the core's ([`playground_core::multi_threading`]). Here are threads,
//! processes, clocks and the one route, below `/api/multi-threading`:
//!
//! | request | answer |
//! | --- | --- |
//! | `POST primes` `{"up_to": 10000000, "workers": 2, "method": "trial_division", "split": {"chunks": {"size": 20000}}, "by": "threads"}` | lines ([`PrimesEvent`]) as it goes |
//!
//! What is not said is as by default. To break off a race, close the connection. Only this machine and the
//! playground's own page may start one, unless the server was started with `--allow-remote-faults`.

mod board;
mod counter;
mod messages;
mod processes;
mod threads;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use playground_core::multi_threading::wire::{By, PrimesEvent, PrimesRequest};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::AppState;
use crate::origin;
use crate::problem::AppError;
use crate::runs::{self, NEWS_EVERY, Run};
use board::Board;
pub use counter::count_primes;
use processes::Processes;

/// The route, for the playground's own page and for programs.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/primes", post(start))
        .route_layer(from_fn_with_state(state.clone(), runs::only_local))
        .route_layer(from_fn_with_state(state.clone(), origin::check))
}

async fn start(
    State(state): State<AppState>,
    request: Result<Json<PrimesRequest>, JsonRejection>,
) -> Result<Response, AppError> {
    let Json(request) = request?;
    request.job().check().map_err(|error| {
        refused(StatusCode::UNPROCESSABLE_ENTITY, format!("This cannot be counted: {error}."))
    })?;
    let executable = match (request.by, state.runs().executable.clone()) {
        (By::Threads, _) => None,
        (By::Processes, Some(executable)) => Some(executable),
        (By::Processes, None) => {
            let detail = "This server starts no processes.".to_owned();
            return Err(refused(StatusCode::SERVICE_UNAVAILABLE, detail));
        }
    };
    let (run, response) = runs::begin(&state)?;
    tokio::spawn(race(run, request, executable));
    Ok(response)
}

fn refused(status: StatusCode, detail: String) -> AppError {
    AppError::Refused { status, detail }
}

/// Whoever counts, until all is counted, or with the reason why it is not.
type Counting = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Runs a race that has been checked, by processes if an executable is given, and tells of it.
async fn race(mut run: Run<PrimesEvent>, request: PrimesRequest, executable: Option<PathBuf>) {
    let job = request.job();
    let board = Arc::new(Board::new(&job));
    let (pids, mut counting): (_, Counting) = match executable {
        None => (Vec::new(), Box::pin(count_on_threads(board.clone()))),
        Some(executable) => match Processes::start(&executable, job.workers) {
            Ok(processes) => (processes.pids(), Box::pin(processes.count(board.clone()))),
            Err(error) => {
                let why = format!("A process cannot be started: {error}.");
                return run.tell(PrimesEvent::Failed { why }).await;
            }
        },
    };
    let cores = available_parallelism().map_or(1, |cores| cores.get() as u32);
    run.tell(PrimesEvent::Started { job, by: request.by, cores, pids }).await;
    let mut beats = interval(NEWS_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outcome = loop {
        tokio::select! {
            outcome = &mut counting => break outcome,
            _ = beats.tick() => run.tell_if_read(|| board.progress()),
            why = run.broken_off() => {
                board.stop();
                // Threads see that at their next slice; processes are killed as they are dropped.
                if request.by == By::Threads {
                    let _ = (&mut counting).await;
                }
                break Err(why.to_string());
            }
        }
    };
    drop(counting);
    run.tell(board.progress()).await;
    run.tell(match outcome {
        Ok(()) => board.finished(),
        Err(why) => PrimesEvent::Failed { why },
    })
    .await;
}

async fn count_on_threads(board: Arc<Board>) -> Result<(), String> {
    let counted = spawn_blocking(move || {
        let counted = threads::count(&board);
        board.end();
        counted
    });
    counted.await.unwrap_or_else(|_| Err("The race has a bug; the server's log says more.".into()))
}

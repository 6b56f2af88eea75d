//! The lab of the blocking queue: the server's threads fill and empty a queue as fast as they can, so that the
//! textbook's can be compared with the fast one and with the standard library's, and the page's workers with threads.
//!
//! The queues are the core's ([`playground_core::blocking_queue`]). Here are threads, clocks and the one route, below
//! `/api/blocking-queue`:
//!
//! | request | answer |
//! | --- | --- |
//! | `POST run` `{"queue": "fast", "producers": 2, "consumers": 2, "capacity": 64, "items": 1000000}` | lines ([`RunEvent`]) as it goes |
//!
//! What is not said is as by default. To break off a run, close the connection. Only this machine and the playground's
//! own page may start one, unless the server was started with `--allow-remote-faults`.

mod ledger;
mod traffic;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::available_parallelism;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use playground_core::blocking_queue::fast::FastQueue;
use playground_core::blocking_queue::textbook::BlockingQueue;
use playground_core::blocking_queue::wire::{QueueKind, RunEvent, RunRequest};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::AppState;
use crate::origin;
use crate::problem::AppError;
use crate::runs::{self, NEWS_EVERY, Run};
use traffic::Traffic;

/// The route, for the playground's own page and for programs.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/run", post(start))
        .route_layer(from_fn_with_state(state.clone(), runs::only_local))
        .route_layer(from_fn_with_state(state.clone(), origin::check))
}

async fn start(
    State(state): State<AppState>,
    request: Result<Json<RunRequest>, JsonRejection>,
) -> Result<Response, AppError> {
    let Json(request) = request?;
    request.check().map_err(|error| AppError::Refused {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        detail: format!("This cannot be run: {error}."),
    })?;
    let (run, response) = runs::begin(&state)?;
    tokio::spawn(tell(run, request));
    Ok(response)
}

/// Runs what has been checked, and tells of it.
async fn tell(mut run: Run<RunEvent>, request: RunRequest) {
    let traffic = Arc::new(Traffic::new(&request));
    let cores = available_parallelism().map_or(1, |cores| cores.get() as u32);
    run.tell(RunEvent::Started { request, cores }).await;
    let mut flowing = spawn_blocking({
        let traffic = traffic.clone();
        move || flow(&traffic)
    });
    let mut beats = interval(NEWS_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outcome = loop {
        tokio::select! {
            outcome = &mut flowing => break outcome.unwrap_or_else(|_| {
                Err("The run has a bug; the server's log says more.".into())
            }),
            _ = beats.tick() => run.tell_if_read(|| traffic.progress()),
            why = run.broken_off() => {
                traffic.stop();
                // Producers see that soon, and consumers when they are gone.
                let _ = (&mut flowing).await;
                break Err(why.to_string());
            }
        }
    };
    run.tell(traffic.progress()).await;
    run.tell(outcome.unwrap_or_else(|why| RunEvent::Failed { why })).await;
}

/// Lets all items through the queue that was asked for. Blocks.
fn flow(traffic: &Traffic) -> Result<RunEvent, String> {
    let request = traffic.request;
    let capacity = NonZeroUsize::new(request.capacity as usize).unwrap_or(NonZeroUsize::MIN);
    let [producers, consumers] = [request.producers, request.consumers].map(|it| it as usize);
    match request.queue {
        QueueKind::Textbook | QueueKind::Fair => {
            let queue = match request.queue {
                QueueKind::Fair => BlockingQueue::fair(capacity),
                _ => BlockingQueue::new(capacity),
            };
            let (put, take) = (|item| queue.put(item).is_ok(), || queue.take().ok());
            traffic.flow(vec![put; producers], vec![take; consumers], || queue.close())
        }
        QueueKind::Fast => {
            let queue = FastQueue::new(capacity);
            let (put, take) = (|item| queue.put(item).is_ok(), || queue.take().ok());
            traffic.flow(vec![put; producers], vec![take; consumers], || queue.close())
        }
        QueueKind::Std => {
            let (sender, receiver) = sync_channel(capacity.get());
            let put = move |item| sender.send(item).is_ok();
            let take = move || receiver.recv().ok();
            // It is closed when the last producer's end is dropped.
            traffic.flow(vec![put; producers], vec![take], || {})
        }
    }
}

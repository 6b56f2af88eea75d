//! `/api/cdn/`: what the edges have and have done, and what may be done to them and to the origin.
//!
//! | request | what it does |
//! | --- | --- |
//! | `GET stats` | counts and sizes of each edge, where the origin is and what is wrong with it |
//! | `GET entries?edge=…&prefix=…` | the copies, each with the sum of its age and freshness |
//! | `POST purge` `{"url": …}`, `{"prefix": …}`, `{"tag": …}` or `{"all": true}` | removes copies; `"edge"` names one |
//! | `GET ttl`, `PUT ttl` `{"seconds": 30}` | how long everything is fresh, whatever the origin says; `null` ends that |
//! | `GET faults`, `POST faults` `{"slow_ms": 2000, "down": true, "error": true, "change": true}` | what is wrong with the origin |
//!
//! Purges, faults and lifetimes are for this machine and the playground's own page only, unless the server was
//! started with `--allow-remote-faults`. At an edge that is a process of its own they are for this machine and for
//! whoever knows the purge token, `entries` too; a purge there goes to all processes, unless it names this edge, and
//! `POST purges` is how they tell each other. Bodies and answers are the core's [`wire`] types. The socket `/ws/cdn`
//! tells every step.

use std::net::SocketAddr;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use playground_core::cdn::wire::{
    self, Exchange, Exchanged, FaultRequest, PurgeRequest, Purged, Step, TtlOverride,
};
use serde::Deserialize;

use super::Cdn;
use super::entries::describe;
use super::index::Purge;
use super::request::{bad, refused};
use crate::app::AppState;
use crate::guard;
use crate::origin;
use crate::problem::AppError;

/// How many copies are listed at most.
const MOST_ENTRIES: usize = 1_000;
/// The greatest delay on purpose, in milliseconds.
const MOST_SLOW_MS: u64 = 60_000;
/// The greatest lifetime that can be set, in seconds: a year.
const MOST_TTL_S: u64 = 31_536_000;

/// The routes, for the playground's own page and for programs.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    let mut changes = Router::new()
        .route("/purge", post(purge))
        .route("/ttl", put(set_ttl))
        .route("/faults", post(set_faults));
    let mut looks = Router::new().route("/stats", get(stats));
    match state.cdn().is_some_and(|cdn| cdn.machine().is_some()) {
        // Readers from anywhere come to the same port, and what others have read is not their business.
        true => changes = changes.route("/purges", post(exchange)).route("/entries", get(entries)),
        false => looks = looks.route("/entries", get(entries)),
    }
    let changes = changes.route_layer(from_fn_with_state(state.clone(), only_local));
    looks
        .route("/ttl", get(ttl))
        .route("/faults", get(faults))
        .merge(changes)
        .route_layer(from_fn_with_state(state.clone(), origin::check))
        .route_layer(map_response(live))
}

/// The edges, where the server runs any.
pub(super) fn cdn(state: &AppState) -> Result<&Cdn, AppError> {
    state
        .cdn()
        .ok_or_else(|| refused(StatusCode::SERVICE_UNAVAILABLE, "This server runs without edges."))
}

/// Lets a request pass that comes from this machine, or any if that was asked for.
async fn only_local(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let cdn = cdn(&state)?;
    if let Some(machine) = cdn.machine() {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        let headers = request.headers();
        if machine.is_authorized(headers) || guard::is_local(peer, headers) {
            return Ok(next.run(request).await);
        }
        let detail = "Only programs on the edge's own machine may do this to it, and those that know its purge token.";
        return Err(refused(StatusCode::FORBIDDEN, detail));
    }
    guard::only_local(cdn.allows_remote_faults(), "do this to its edges", request, next).await
}

/// Whatever is told here may be different in a moment.
async fn live(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn stats(State(state): State<AppState>) -> Result<Json<wire::Stats>, AppError> {
    let cdn = cdn(&state)?;
    Ok(Json(wire::Stats {
        edges: cdn.edges().iter().map(|edge| edge.stats()).collect(),
        origin: cdn.origin_stats(),
        listener: cdn.listener(),
        ttl_override_s: cdn.ttl_override_s(),
        machine: cdn.machine().map(|machine| machine.stats()),
    }))
}

/// Which copies are wanted.
#[derive(Deserialize)]
struct Wanted {
    edge: Option<String>,
    prefix: Option<String>,
}

async fn entries(
    State(state): State<AppState>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<wire::Entry>>, AppError> {
    let Query(Wanted { edge, prefix }) = wanted.map_err(|error| bad(&error.body_text()))?;
    let prefix = prefix.unwrap_or_default();
    let mut found = Vec::new();
    for edge in cdn(&state)?.named(edge.as_deref())? {
        let of_edge = edge.index.all();
        let wanted = of_edge.iter().filter(|entry| entry.url.starts_with(&prefix));
        found.extend(wanted.map(|entry| describe(&edge.name, entry)));
    }
    found.truncate(MOST_ENTRIES);
    Ok(Json(found))
}

async fn purge(
    State(state): State<AppState>,
    request: Result<Json<PurgeRequest>, JsonRejection>,
) -> Result<Json<Purged>, AppError> {
    let Json(request) = request?;
    let cdn = cdn(&state)?;
    let what = Purge::of(request.clone(), cdn.place())?;
    if let (Some(machine), None, [edge]) = (cdn.machine(), &request.edge, cdn.edges()) {
        let purged = machine.purge(edge, request).await.map_err(unwritten)?;
        edge.tell(0, || Step::Purged { removed: purged.removed });
        return Ok(Json(purged));
    }
    let mut total = 0;
    for edge in cdn.named(request.edge.as_deref())? {
        let removed = edge.purge(what.clone()).await;
        edge.tell(0, || Step::Purged { removed });
        total += removed;
    }
    Ok(Json(Purged { removed: total, ..Purged::default() }))
}

/// What other processes have purged, and what they have not heard of.
async fn exchange(
    State(state): State<AppState>,
    told: Result<Json<Exchange>, JsonRejection>,
) -> Result<Json<Exchanged>, AppError> {
    let Json(told) = told?;
    let cdn = cdn(&state)?;
    match (cdn.machine(), cdn.edges()) {
        (Some(machine), [edge]) => machine.answer(edge, told).await.map(Json).map_err(unwritten),
        _ => Err(AppError::NotFound),
    }
}

fn unwritten(error: std::io::Error) -> AppError {
    tracing::error!(%error, "a purge cannot be written down");
    let detail = "The purge cannot be written down, so it would be forgotten.";
    refused(StatusCode::INSUFFICIENT_STORAGE, detail)
}

async fn ttl(State(state): State<AppState>) -> Result<Json<TtlOverride>, AppError> {
    Ok(Json(TtlOverride { seconds: cdn(&state)?.ttl_override_s() }))
}

async fn set_ttl(
    State(state): State<AppState>,
    request: Result<Json<TtlOverride>, JsonRejection>,
) -> Result<Json<TtlOverride>, AppError> {
    let Json(TtlOverride { seconds }) = request?;
    if seconds.is_some_and(|seconds| seconds > MOST_TTL_S) {
        let detail = "A lifetime is a year at most: 31536000 seconds.";
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let cdn = cdn(&state)?;
    cdn.set_ttl_override(seconds);
    cdn.events().tell("", 0, || Step::TtlChanged { seconds });
    Ok(Json(TtlOverride { seconds }))
}

async fn faults(State(state): State<AppState>) -> Result<Json<wire::Faults>, AppError> {
    Ok(Json(cdn(&state)?.origin_stats().faults))
}

async fn set_faults(
    State(state): State<AppState>,
    request: Result<Json<FaultRequest>, JsonRejection>,
) -> Result<Json<wire::Faults>, AppError> {
    let Json(request) = request?;
    if request.slow_ms.is_some_and(|ms| ms > MOST_SLOW_MS) {
        let detail = "An answer can be delayed by a minute at most: 60000 milliseconds.";
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let cdn = cdn(&state)?;
    if request.change && !cdn.origin_stats().is_embedded {
        let detail = "Only the embedded origin's content can be changed from here.";
        return Err(refused(StatusCode::CONFLICT, detail));
    }
    let faults = cdn.change_faults(request);
    cdn.events().tell("", 0, || Step::FaultsChanged { faults });
    Ok(Json(faults))
}

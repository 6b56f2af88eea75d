//! The routes of the lab, below `/api/unique-id`:
//!
//! | request | answer |
//! | --- | --- |
//! | `POST ?kind=snowflake&count=10` | that many IDs, in order |
//! | `GET` | how the service is: its number, its epoch, its high-water mark |
//! | `GET {id}` | everything that a text can be read as |
//! | `GET clock`, `PUT clock` `{"offset_ms": -5000}` | how far the service's clock is off, on purpose |
//! | `POST race`, `GET race`, `DELETE race` | the insert race |
//! | `blog/…` | see `blog/api.rs` |
//!
//! To set the clock off, and to start or cancel a race, is for this machine and the playground's own page only, unless
//! the server was started with `--allow-remote-faults`.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use playground_core::unique_id::anatomy;
use playground_core::unique_id::kinds::Kind;
use playground_core::unique_id::snowflake::Clock;
use playground_core::unique_id::wire::{
    Batch, ClockOffset, Decoded, MOST_CLOCK_OFFSET_MS, MOST_IDS, ServiceState,
};
use serde::Deserialize;

use super::service::{Service, Unavailable};
use super::{UniqueId, blog, race, refused};
use crate::app::AppState;
use crate::guard;
use crate::origin;
use crate::problem::AppError;

/// The routes, for the playground's own page and for programs.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    let changes = race::api::changing()
        .route("/clock", put(set_clock))
        .route_layer(from_fn_with_state(state.clone(), only_local));
    Router::new()
        .route("/", get(tell).post(make))
        .route("/{id}", get(decode))
        .route("/clock", get(clock))
        .merge(race::api::reading())
        .merge(blog::routes())
        .merge(changes)
        .route_layer(from_fn_with_state(state.clone(), origin::check))
        .route_layer(map_response(live))
}

/// The service, where the server runs one.
pub(super) fn unique_id(state: &AppState) -> Result<&UniqueId, AppError> {
    state.unique_id().ok_or_else(|| {
        refused(StatusCode::SERVICE_UNAVAILABLE, "This server runs without an ID service.")
    })
}

/// The part of it that makes IDs.
pub(super) fn service(state: &AppState) -> Result<&Service, AppError> {
    Ok(unique_id(state)?.service())
}

/// Says that there is no ID, and when it may be worth another try.
pub(super) fn unavailable(why: &Unavailable) -> Response {
    let detail = format!("{}.", why.why);
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, detail).into_response();
    if why.retry_ms < u64::MAX {
        let seconds = HeaderValue::from(why.retry_ms.div_ceil(1_000).max(1));
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

async fn only_local(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let allows_remote_faults = unique_id(&state)?.allows_remote_faults();
    let deed = "set its clock off, or have its disk run a race";
    guard::only_local(allows_remote_faults, deed, request, next).await
}

/// Whatever is told here may be different in a moment.
async fn live(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What is wanted.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default = "snowflake")]
    kind: Kind,
    #[serde(default = "one")]
    count: u32,
}

fn snowflake() -> Kind {
    Kind::Snowflake
}

fn one() -> u32 {
    1
}

async fn make(
    State(state): State<AppState>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, AppError> {
    let Query(Wanted { kind, count }) =
        wanted.map_err(|error| refused(StatusCode::BAD_REQUEST, error.body_text()))?;
    if !(1..=MOST_IDS).contains(&count) {
        let detail = format!("A request is for 1 to {MOST_IDS} IDs.");
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let service = service(&state)?;
    let batch = match kind {
        Kind::Snowflake => match service.make(count as usize).await {
            Ok((held, ids)) => {
                let ids = ids.iter().map(ToString::to_string).collect();
                Batch { kind, ids, worker: Some(held) }
            }
            Err(why) => return Ok(unavailable(&why)),
        },
        kind => {
            let keys = unique_id(&state)?.numberless().make(kind, service.clock.unix_ms(), count);
            let keys = keys.map_err(|error| {
                refused(StatusCode::SERVICE_UNAVAILABLE, format!("There can be no ID: {error}."))
            })?;
            let keys = keys.ok_or_else(|| {
                let detail = "An auto-increment number is given by a table when a row is inserted, so that there is \
                              none to be had beforehand.";
                refused(StatusCode::UNPROCESSABLE_ENTITY, detail)
            })?;
            Batch { kind, ids: keys.iter().map(ToString::to_string).collect(), worker: None }
        }
    };
    Ok(Json(batch).into_response())
}

async fn tell(State(state): State<AppState>) -> Result<Json<ServiceState>, AppError> {
    Ok(Json(service(&state)?.state()))
}

async fn decode(text: Result<Path<String>, PathRejection>) -> Result<Json<Decoded>, AppError> {
    let Path(text) = text.map_err(|error| refused(StatusCode::BAD_REQUEST, error.body_text()))?;
    let readings = anatomy::recognise(&text)
        .map_err(|error| refused(StatusCode::BAD_REQUEST, format!("This is no ID: {error}.")))?;
    Ok(Json(Decoded { text, readings }))
}

async fn clock(State(state): State<AppState>) -> Result<Json<ClockOffset>, AppError> {
    Ok(Json(ClockOffset { offset_ms: service(&state)?.clock.offset_ms() }))
}

async fn set_clock(
    State(state): State<AppState>,
    request: Result<Json<ClockOffset>, JsonRejection>,
) -> Result<Json<ClockOffset>, AppError> {
    let Json(ClockOffset { offset_ms }) = request?;
    if offset_ms.unsigned_abs() > MOST_CLOCK_OFFSET_MS.unsigned_abs() {
        let detail = "The clock can be a minute off at most: 60000 milliseconds.";
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let service = service(&state)?;
    service.clock.set_offset_ms(offset_ms);
    service.tell();
    Ok(Json(ClockOffset { offset_ms }))
}

//! `/api/two-phase-commit`: orders, and the state of the nodes.

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use playground_core::two_phase_commit::wire::{self, OrderReport, OrderRequest};
use playground_core::two_phase_commit::{Order, TransactionId};
use serde::Deserialize;

use super::order_link::Placed;
use super::{TwoPhaseCommit, faults};
use crate::app::AppState;
use crate::guard;
use crate::origin;
use crate::problem::AppError;

/// How many orders are listed if nothing else is asked for, and at most.
const ORDERS: usize = 100;
const MOST_ORDERS: usize = 1_000;

/// The routes of the lab, for the playground's own page and for programs.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    let only_local = from_fn_with_state(state.clone(), only_local);
    Router::new()
        .route("/orders", post(place_order).get(list_orders))
        .route("/orders/{id}", get(find_order))
        .route("/state", get(tell_state))
        .merge(faults::routes().route_layer(only_local))
        .route_layer(from_fn_with_state(state.clone(), origin::check))
        .route_layer(map_response(live))
}

/// The nodes, where the server runs any.
pub(super) fn lab(state: &AppState) -> Result<&TwoPhaseCommit, AppError> {
    state.two_phase_commit().ok_or_else(|| {
        refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "This server runs without the nodes of two-phase commit.",
        )
    })
}

pub(super) fn refused(status: StatusCode, detail: impl Into<String>) -> AppError {
    AppError::Refused { status, detail: detail.into() }
}

async fn only_local(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let allows_remote_faults = lab(&state)?.allows_remote_faults();
    guard::only_local(allows_remote_faults, "hurt its nodes", request, next).await
}

/// Whatever is told here may be different in a moment.
async fn live(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Places an order: 201 once it is decided, committed or aborted; 202 with its id if that takes more than 2.5
/// seconds, or if the coordinator dies over it.
async fn place_order(
    State(state): State<AppState>,
    request: Result<Json<OrderRequest>, JsonRejection>,
) -> Result<Response, AppError> {
    let Json(request) = request?;
    let order = Order::from(request);
    if let Err(error) = order.branches() {
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, sentence(&error.to_string())));
    }
    let lab = lab(&state)?;
    let unavailable = |detail: &str| Err(refused(StatusCode::SERVICE_UNAVAILABLE, detail));
    match lab.link().place(order, lab.nodes()).await {
        Placed::Decided(report) => Ok(placed(StatusCode::CREATED, report)),
        Placed::Pending(report) => Ok(placed(StatusCode::ACCEPTED, report)),
        Placed::Down => unavailable("The coordinator is down, so the order was not taken."),
        Placed::TooMany => unavailable("Too many orders are under way, so this one was not taken."),
        Placed::Unknown => unavailable(
            "The coordinator did not answer, or died before it could; the order may have gone through.",
        ),
    }
}

fn placed(status: StatusCode, report: OrderReport) -> Response {
    let place = format!("/api/two-phase-commit/orders/{}", report.id);
    let mut response = (status, Json(report)).into_response();
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// What may be asked of the list of orders.
#[derive(Deserialize)]
struct Last {
    /// How many of the last ones.
    last: Option<usize>,
}

/// The last orders, the oldest first: 100, or as many as `?last=` says, 1,000 at most.
async fn list_orders(
    State(state): State<AppState>,
    Query(Last { last }): Query<Last>,
) -> Result<Json<Vec<OrderReport>>, AppError> {
    let last = last.unwrap_or(ORDERS);
    if last > MOST_ORDERS {
        let detail = format!("At most {MOST_ORDERS} orders are listed.");
        return Err(refused(StatusCode::BAD_REQUEST, detail));
    }
    let (state, _) = lab(&state)?.nodes().state(last).await;
    Ok(Json(state.orders))
}

/// One order: 404 if its id was never given out. An order of an earlier life of the coordinator that no node
/// knows of has aborted: that is what "presumed abort" means.
async fn find_order(
    State(state): State<AppState>,
    id: Result<Path<TransactionId>, PathRejection>,
) -> Result<Json<OrderReport>, AppError> {
    let Path(id) = id.map_err(|_| {
        let detail =
            "An order's id is two numbers from 1 with a hyphen between them, such as 1-42.";
        refused(StatusCode::BAD_REQUEST, detail)
    })?;
    match lab(&state)?.nodes().order(id).await {
        Ok(Some(report)) => Ok(Json(report)),
        Ok(None) => Err(refused(StatusCode::NOT_FOUND, format!("There is no order {id}."))),
        Err(_) => Err(refused(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("No node that is up knows of {id}, but one that is down may."),
        )),
    }
}

async fn tell_state(State(state): State<AppState>) -> Result<Json<wire::State>, AppError> {
    let (state, _) = lab(&state)?.nodes().state(ORDERS).await;
    Ok(Json(state))
}

/// A message as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

impl From<JsonRejection> for AppError {
    fn from(rejection: JsonRejection) -> Self {
        refused(rejection.status(), rejection.body_text())
    }
}

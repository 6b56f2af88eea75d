//! What a node process answers over HTTP.

use std::sync::PoisonError;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use playground_core::two_phase_commit::wire::{OrderReport, OrderRequest, ResolveRequest, Status};
use playground_core::two_phase_commit::{Command, CrashPoint, Order, Place, TransactionId};
use serde::Deserialize;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::timeout;

use super::ledger::Own;
use super::{NodeState, events};
use crate::driver::{self, Down};
use crate::lines::{LineReader, Lines, NDJSON};
use crate::origin;
use crate::problem::AppError;
use crate::two_phase_commit::inside::{Addresses, Arm, Knowledge, Report, Submission, Told};

/// How long a client waits for its order to be decided.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// How many orders are listed if nothing else is asked for.
const ORDERS: usize = 100;

/// Everything but the messages of the other nodes.
pub(super) fn routes(state: NodeState) -> Router {
    let role = if state.place == Place::Coordinator {
        Router::new().route("/orders", post(place_order)).route("/orders/stream", post(take_orders))
    } else {
        Router::new().route("/resolve", post(resolve))
    };
    role.route("/healthz", get(health))
        .route("/state", get(report))
        .route("/orders/{id}", get(order))
        .route("/peers", post(meet))
        .route("/arm", post(arm))
        .route("/events", get(watch))
        .fallback(async || AppError::NotFound)
        .with_state(state)
}

/// Refuses what a browser sends: no page has any business here, and the names of a foreign one may lead here.
pub(super) async fn refuse_browsers(request: Request, next: Next) -> Result<Response, AppError> {
    let headers = request.headers();
    let is_local = origin::host(headers).is_some_and(|host| origin::is_loopback(host.host()));
    if headers.contains_key(header::ORIGIN) || !is_local {
        return Err(AppError::Refused {
            status: StatusCode::FORBIDDEN,
            detail: "A node answers other processes of this machine, not pages.".into(),
        });
    }
    Ok(next.run(request).await)
}

async fn health(State(state): State<NodeState>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "ok", "node": state.place }))
}

/// Takes an order, and answers once it is decided; 202 if that takes long.
async fn place_order(
    State(state): State<NodeState>,
    Json(request): Json<OrderRequest>,
) -> Result<Response, AppError> {
    let (answers, mut told) = mpsc::unbounded_channel();
    submit(&state, Submission { request: 0, order: request.into() }, answers).await?;
    let mut report = None;
    let decided = async {
        while let Some(Told { report: next, .. }) = told.recv().await {
            let is_pending = next.as_ref().is_some_and(|it| it.status == Status::Pending);
            report = next;
            if !is_pending {
                break;
            }
        }
    };
    let _ = timeout(PATIENCE, decided).await;
    match report {
        Some(report) if report.status == Status::Pending => {
            Ok((StatusCode::ACCEPTED, Json(report)).into_response())
        }
        Some(report) => Ok(Json(report).into_response()),
        None => Err(AppError::Refused {
            status: StatusCode::SERVICE_UNAVAILABLE,
            detail: "The order was not taken: there are too many, or the node is stopping.".into(),
        }),
    }
}

/// Takes orders for as long as the client sends them, a line each, and answers each with a line when it has
/// its id and one when it is decided.
async fn take_orders(State(state): State<NodeState>, body: Body) -> Response {
    let (answers, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut lines = LineReader::new(body);
        while let Some(submissions) = lines.next::<Submission>().await {
            for submission in submissions {
                if submit(&state, submission, answers.clone()).await.is_err() {
                    return;
                }
            }
        }
    });
    ([(header::CONTENT_TYPE, NDJSON)], Body::new(Lines::<Told>::Unbounded(told))).into_response()
}

async fn submit(
    state: &NodeState,
    submission: Submission,
    answers: UnboundedSender<Told>,
) -> Result<(), AppError> {
    let Submission { request, order } = submission;
    let branches = order.branches().map_err(|error| unprocessable(error.to_string()))?;
    if !matches!(order, Order::Meal { .. } | Order::Quote { .. }) {
        return Err(unprocessable("there are no wallets here".into()));
    }
    let request = state.watch.desk.wait(request, order, answers);
    state.handle.command(Command::Submit { request, branches }).await.map_err(down)
}

/// What may be asked of the list of orders.
#[derive(Deserialize)]
struct Last {
    orders: Option<usize>,
}

async fn report(
    State(state): State<NodeState>,
    Query(last): Query<Last>,
) -> Result<Json<Report>, AppError> {
    let own = state.own().await?;
    let orders = last.orders.unwrap_or(ORDERS);
    Ok(Json(state.watch.look(|ledger| ledger.report(state.clock.now(), own, orders))))
}

async fn order(State(state): State<NodeState>, Path(id): Path<TransactionId>) -> Json<Knowledge> {
    Json(state.watch.look(|ledger| ledger.knowledge(id)))
}

/// Stops waiting for a decision: an operator knows better, or thinks so.
async fn resolve(
    State(state): State<NodeState>,
    Json(request): Json<ResolveRequest>,
) -> Result<Json<OrderReport>, AppError> {
    let ResolveRequest { id: tx, outcome } = request;
    if !state.watch.look(|ledger| ledger.is_in_doubt(tx)) {
        return Err(AppError::Refused {
            status: StatusCode::CONFLICT,
            detail: format!("{} is not in doubt about {tx}.", state.place.title()),
        });
    }
    state.handle.command(Command::Resolve { tx, outcome }).await.map_err(down)?;
    // Whoever looks is answered once what came before is durable.
    state.handle.inspect(|_| ()).await.map_err(down)?;
    let knowledge = state.watch.look(|ledger| ledger.knowledge(tx));
    knowledge.report.map(Json).ok_or(AppError::NotFound)
}

async fn meet(State(state): State<NodeState>, Json(addresses): Json<Addresses>) -> StatusCode {
    for (place, address) in addresses {
        if place != state.place {
            state.peers.set_address(place.node(), address);
        }
    }
    StatusCode::NO_CONTENT
}

async fn arm(
    State(state): State<NodeState>,
    Json(Arm { at }): Json<Arm>,
) -> Result<StatusCode, AppError> {
    let its_own = points(state.place);
    if at.is_some_and(|point| !its_own.contains(&point)) {
        return Err(unprocessable(format!("{} never gets there", state.place.title())));
    }
    let plan = at.map(|point| driver::Arm { side: point.side(), matches: point.output() });
    state.handle.arm(plan).await.map_err(down)?;
    *state.armed.lock().unwrap_or_else(PoisonError::into_inner) = at;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a node of this role can be made to die.
pub(crate) fn points(place: Place) -> &'static [CrashPoint] {
    match place {
        Place::Coordinator => &CrashPoint::OF_COORDINATOR,
        _ => &CrashPoint::OF_PARTICIPANT,
    }
}

/// What may be asked of the events.
#[derive(Deserialize)]
struct From {
    /// Whether to begin with those at the start of the process.
    #[serde(default)]
    from_start: bool,
}

async fn watch(State(state): State<NodeState>, Query(from): Query<From>) -> Response {
    let lines = events::body(state, from.from_start);
    ([(header::CONTENT_TYPE, NDJSON)], Body::new(lines)).into_response()
}

impl NodeState {
    /// What is not in the ledger.
    pub(super) async fn own(&self) -> Result<Own, AppError> {
        let log = self.handle.inspect(|view| view.log).await.map_err(down)?;
        let armed = *self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Own { bytes: log.bytes, forces: log.forces, armed })
    }
}

fn down(_: Down) -> AppError {
    AppError::Refused {
        status: StatusCode::SERVICE_UNAVAILABLE,
        detail: "The node is stopping.".into(),
    }
}

fn unprocessable(detail: String) -> AppError {
    AppError::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, detail }
}

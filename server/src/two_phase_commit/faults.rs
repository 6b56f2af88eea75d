//! The routes that hurt the nodes and mend them.

use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use playground_core::two_phase_commit::wire::{self, NodeState, OrderReport, ResolveRequest};
use playground_core::two_phase_commit::{CrashPoint, Place};
use serde::Deserialize;

use super::api::{lab, refused};
use super::inside::Arm;
use super::request::NoAnswer;
use super::{TwoPhaseCommit, node, request};
use crate::app::AppState;
use crate::problem::AppError;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/nodes/{node}/crash", post(crash))
        .route("/nodes/{node}/restart", post(restart))
        .route("/nodes/{node}/resolve", post(resolve))
        .route("/reset", post(reset))
}

/// [`wire::CrashRequest`], with names that need not exist.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CrashRequest {
    at: Option<String>,
}

/// Kills a node, at once (`{}` or no body) or when it gets to a point (`{"at": "after-decision"}`). Answers with
/// the node; 409 if it is down.
async fn crash(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<NodeState>, AppError> {
    let lab = lab(&state)?;
    let place = place(&name)?;
    let CrashRequest { at } = match body.is_empty() {
        true => CrashRequest::default(),
        false => json(&headers, &body)?,
    };
    let at = at.map(|name| point(place, &name)).transpose()?;
    not_of_a_database(lab, place, "it is killed where it runs, by whoever runs it")?;
    let node = lab.nodes().node(place);
    let address = node.address().ok_or_else(|| {
        refused(StatusCode::CONFLICT, format!("{} is down already.", place.title()))
    })?;
    if at.is_some() {
        let armed = request::post::<()>(address, "/arm", &Arm { at }).await;
        armed.map_err(|error| silent(place, &error))?;
        node.armed(at);
    } else {
        node.kill().await;
    }
    Ok(Json(tell(lab, place).await))
}

/// Starts a node that is down. Answers with the node once it listens and all know where it is; 409 if it is up,
/// 503 if it cannot start.
async fn restart(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Json<NodeState>, AppError> {
    let lab = lab(&state)?;
    let place = place(&name)?;
    not_of_a_database(lab, place, "it is started where it runs, and found by itself then")?;
    let node = lab.nodes().node(place);
    let _changing = lab.change().await;
    if node.address().is_some() {
        return Err(refused(StatusCode::CONFLICT, format!("{} is up.", place.title())));
    }
    let started = lab.nodes().start(node).await;
    started.map_err(|problem| {
        let detail = format!("{} cannot start: {problem}", place.title());
        refused(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    Ok(Json(tell(lab, place).await))
}

/// Decides by hand what a participant is in doubt about. Answers with what that participant knows of the order;
/// 409 if it is not in doubt.
async fn resolve(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Result<Json<ResolveRequest>, JsonRejection>,
) -> Result<Json<OrderReport>, AppError> {
    let Json(request) = request?;
    let lab = lab(&state)?;
    let place = place(&name)?;
    let not_in_doubt = || {
        let detail = format!("{} is not in doubt about {}.", place.title(), request.id);
        refused(StatusCode::CONFLICT, detail)
    };
    if place == Place::Coordinator {
        return Err(not_in_doubt());
    }
    not_of_a_database(
        lab,
        place,
        "whoever decides by hand says COMMIT PREPARED or ROLLBACK PREPARED there",
    )?;
    let address = lab
        .nodes()
        .node(place)
        .address()
        .ok_or_else(|| refused(StatusCode::CONFLICT, format!("{} is down.", place.title())))?;
    match request::post(address, "/resolve", &request).await {
        Ok(report) => Ok(Json(report)),
        Err(NoAnswer::Refused(StatusCode::CONFLICT)) => Err(not_in_doubt()),
        Err(error) => Err(silent(place, &error)),
    }
}

/// Kills the nodes, wipes their logs and starts them anew. Answers with the state; 409 if a log cannot be wiped.
async fn reset(State(state): State<AppState>) -> Result<Json<wire::State>, AppError> {
    let lab = lab(&state)?;
    let _changing = lab.change().await;
    let [a, b, c] = lab.nodes().all();
    // All are dead before the first log goes: else one could still tell another of what is forgotten.
    tokio::join!(a.kill(), b.kill(), c.kill());
    // All or nothing: a coordinator that forgets alone would give names out again that the others know.
    let nodes = lab.nodes();
    let claimed = tokio::join!(nodes.claim(a), nodes.claim(b), nodes.claim(c));
    let mut wiped = claimed.0.and(claimed.1).and(claimed.2);
    for node in [c, b, a] {
        if wiped.is_ok() {
            wiped = nodes.wipe(node).await;
        }
    }
    lab.nodes().start_all().await;
    lab.feed().reset();
    wiped.map_err(|problem| {
        refused(StatusCode::CONFLICT, format!("Not all is forgotten: {problem}"))
    })?;
    let (state, _) = lab.nodes().state(0).await;
    Ok(Json(state))
}

/// Refuses what can be done to processes of the server's only.
fn not_of_a_database(lab: &TwoPhaseCommit, place: Place, instead: &str) -> Result<(), AppError> {
    match lab.nodes().database(place) {
        None => Ok(()),
        Some(_) => {
            let detail = format!("{} is a PostgreSQL database: {instead}.", place.title());
            Err(refused(StatusCode::CONFLICT, detail))
        }
    }
}

async fn tell(lab: &TwoPhaseCommit, place: Place) -> NodeState {
    let (mut state, _) = lab.nodes().state(0).await;
    state.nodes.swap_remove(usize::from(place.node().0))
}

fn place(name: &str) -> Result<Place, AppError> {
    Place::named(name).ok_or_else(|| {
        let names = Place::RESTAURANT.map(Place::name).join(", ");
        refused(StatusCode::NOT_FOUND, format!("There is no such node; there are {names}."))
    })
}

/// The point of a name, where a node of this role gets to.
fn point(place: Place, name: &str) -> Result<CrashPoint, AppError> {
    let points = node::points(place);
    CrashPoint::named(name).filter(|point| points.contains(point)).ok_or_else(|| {
        let names: Vec<&str> = points.iter().map(|point| point.name()).collect();
        let detail = format!("{} can die at these points: {}.", place.title(), names.join(", "));
        refused(StatusCode::UNPROCESSABLE_ENTITY, detail)
    })
}

/// A body that may also be missing, and so is not axum's to read.
fn json(headers: &HeaderMap, body: &[u8]) -> Result<CrashRequest, AppError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let detail = "The body must be JSON and say so: Content-Type: application/json.";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    serde_json::from_slice(body).map_err(|error| {
        let detail = format!("The body must be {{}} or like {{\"at\": \"after-vote\"}}: {error}.");
        refused(StatusCode::UNPROCESSABLE_ENTITY, detail)
    })
}

fn silent(place: Place, error: &NoAnswer) -> AppError {
    refused(StatusCode::SERVICE_UNAVAILABLE, format!("{}: {error}.", place.title()))
}

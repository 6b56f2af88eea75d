//! The routes of the race: `POST`, `GET` and `DELETE /api/unique-id/race`.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Json, Router};
use playground_core::unique_id::wire::{RaceRequest, RaceState};

use super::super::api::unique_id;
use super::super::refused;
use super::NotStarted;
use super::scratch::ScratchError;
use crate::app::AppState;
use crate::problem::AppError;

/// The route that changes nothing.
pub(in crate::unique_id) fn reading() -> Router<AppState> {
    Router::new().route("/race", get(tell))
}

/// Those that keep the disk busy, or stop that.
pub(in crate::unique_id) fn changing() -> Router<AppState> {
    Router::new().route("/race", delete(cancel).post(start))
}

async fn tell(State(state): State<AppState>) -> Result<Json<RaceState>, AppError> {
    Ok(Json(unique_id(&state)?.race().state()))
}

async fn start(
    State(state): State<AppState>,
    request: Result<Json<RaceRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<RaceState>), AppError> {
    let Json(request) = request?;
    request.check().map_err(|detail| refused(StatusCode::UNPROCESSABLE_ENTITY, detail))?;
    let race = unique_id(&state)?.race().clone();
    let started = tokio::task::spawn_blocking(move || race.start(request)).await;
    match started.map_err(|_| AppError::Panicked)? {
        Ok(begun) => Ok((StatusCode::ACCEPTED, Json(begun))),
        Err(NotStarted::Running) => {
            let detail = "A race runs already; cancel it, or wait for its end.";
            Err(refused(StatusCode::CONFLICT, detail))
        }
        Err(NotStarted::Scratch(ScratchError::InUse)) => {
            let detail = "Another server runs a race in this data directory.";
            Err(refused(StatusCode::CONFLICT, detail))
        }
        Err(NotStarted::Scratch(ScratchError::Io(error)) | NotStarted::Thread(error)) => {
            tracing::error!(%error, "a race cannot start");
            let detail = format!("The race cannot start: {error}.");
            Err(refused(StatusCode::SERVICE_UNAVAILABLE, detail))
        }
    }
}

/// Asks for the end of the race, and answers with how it stands; without a race nothing happens.
async fn cancel(State(state): State<AppState>) -> Result<Json<RaceState>, AppError> {
    Ok(Json(unique_id(&state)?.race().cancel()))
}

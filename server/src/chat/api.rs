//! `/api/chat`: the rooms and their history, for programs that speak only HTTP.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use playground_core::chat::owner_of;
use playground_core::chat::wire::{Message, RoomInfo};
use serde::{Deserialize, Serialize};

use super::hub::Hub;
use super::store::{StoreError, Wanted};
use super::{Away, Chat};
use crate::app::AppState;
use crate::problem::AppError;

/// The most bytes of a page, about: more than the most messages have, unless texts may be very long.
const PAGE_BYTES: u64 = 8 << 20;

/// The routes of the lab.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/rooms", get(rooms)).route("/rooms/{room}/messages", get(messages))
}

/// The answer about the rooms.
#[derive(Serialize)]
struct Rooms {
    /// The fullest first.
    rooms: Vec<RoomInfo>,
}

/// Which page is asked for.
#[derive(Deserialize)]
struct Page {
    /// The messages wanted are those right before this number; the newest if it is missing.
    before: Option<u64>,
    /// At most so many.
    limit: Option<usize>,
}

/// A page of history.
#[derive(Serialize)]
struct Messages {
    /// The oldest first, without gaps.
    messages: Vec<Arc<Message>>,
    /// Whether there are older ones.
    more: bool,
}

async fn rooms(State(state): State<AppState>) -> Result<impl IntoResponse, AppError> {
    let hub = hub(&state)?;
    let rooms = hub.list_rooms().await;
    Ok(([(CACHE_CONTROL, "no-store")], Json(Rooms { rooms })))
}

async fn messages(
    State(state): State<AppState>,
    Path(room): Path<Arc<str>>,
    Query(page): Query<Page>,
) -> Result<impl IntoResponse, AppError> {
    let hub = hub(&state)?;
    // What is private is not here, whoever asks.
    if owner_of(&room).is_some() || !has(hub, &room).await? {
        return Err(AppError::NotFound);
    }
    let most = hub.settings.limits.page_messages as usize;
    let limit = page.limit.unwrap_or(most).clamp(1, most);
    let to = page.before.map_or(u64::MAX, |before| before.saturating_sub(1));
    // One more tells whether there are older ones.
    let wanted = Wanted { from: 0, to, limit: limit + 1, bytes: PAGE_BYTES, backwards: true };
    let mut messages = hub.history.messages(room, wanted).await.map_err(unreadable)?;
    let more = messages.len() > limit;
    if more {
        messages.remove(0);
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(Messages { messages, more })))
}

/// Whether there is such a room, at this server or at another one.
async fn has(hub: &Hub, room: &str) -> Result<bool, AppError> {
    match hub.history.shared() {
        Some(shared) if !hub.rooms.has(room) => shared.has(room).await.map_err(unreadable),
        _ => Ok(hub.rooms.has(room)),
    }
}

fn unreadable(error: StoreError) -> AppError {
    tracing::warn!(%error, "a page of history cannot be read");
    away(&Away::Unreadable)
}

fn hub(state: &AppState) -> Result<&Arc<Hub>, AppError> {
    let chat = state.chat().map_or(Err(&Away::NotRun), Chat::hub);
    chat.map_err(away)
}

fn away(why: &Away) -> AppError {
    AppError::Refused { status: StatusCode::SERVICE_UNAVAILABLE, detail: why.to_string() }
}

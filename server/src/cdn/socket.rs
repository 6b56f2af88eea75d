//! `/ws/cdn`: every step at every edge, as it happens, one JSON text message each.

use std::convert::Infallible;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use playground_core::cdn::wire::Step;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Cdn;
use super::api::cdn;
use crate::announcing::{self, Announcing, Ending, Next, send};
use crate::app::AppState;
use crate::problem::AppError;

pub(crate) async fn connect(
    State(state): State<AppState>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, AppError> {
    let cdn = cdn(&state)?.clone();
    let announcing = Announcing::begin(&state);
    // From here on, so that a client misses nothing of what it does once it is answered.
    let events = cdn.events().subscribe();
    Ok(announcing::limited(upgrade).on_upgrade(move |mut socket| async move {
        let ended = announce(&mut socket, &cdn, events, announcing).await;
        announcing::part(&mut socket, ended).await;
    }))
}

async fn announce(
    socket: &mut WebSocket,
    cdn: &Cdn,
    mut events: Receiver<Utf8Bytes>,
    mut announcing: Announcing,
) -> Result<Infallible, Ending> {
    loop {
        let Next::News(event) = announcing.next(socket, events.recv()).await? else { continue };
        let text = match event {
            Ok(text) => text,
            Err(RecvError::Lagged(events)) => cdn.events().text("", 0, Step::Lost { events }),
            Err(RecvError::Closed) => return Err(Ending::ServerStops),
        };
        send(socket, Message::Text(text)).await?;
    }
}

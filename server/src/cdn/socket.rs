//! `/ws/cdn`: every step at every edge, as it happens, one JSON text message each.

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use playground_core::cdn::wire::Step;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Cdn;
use super::api::cdn;
use crate::app::AppState;
use crate::closing::Guest;
use crate::presence::{Ending, MESSAGE_LIMIT, UNANSWERED_LIMIT, part_with, send};
use crate::problem::AppError;

pub(crate) async fn connect(
    State(state): State<AppState>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, AppError> {
    let cdn = cdn(&state)?.clone();
    let guest = state.closing().guest();
    let heartbeat = state.limits().heartbeat;
    let upgrade = upgrade.max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT);
    // From here on, so that a client misses nothing of what it does once it is answered.
    let events = cdn.events().subscribe();
    Ok(upgrade.on_upgrade(move |mut socket| async move {
        let ending = converse(&mut socket, &cdn, events, guest, heartbeat).await;
        part_with(&mut socket, ending).await;
    }))
}

async fn converse(
    socket: &mut WebSocket,
    cdn: &Cdn,
    mut events: tokio::sync::broadcast::Receiver<axum::extract::ws::Utf8Bytes>,
    mut guest: Guest,
    heartbeat: std::time::Duration,
) -> Ending {
    let mut beat = interval_at(Instant::now() + heartbeat, heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unanswered = 0;
    loop {
        let message = tokio::select! {
            () = guest.asked_to_leave() => return Ending::ServerStops,
            _ = beat.tick() => {
                if unanswered == UNANSWERED_LIMIT {
                    return Ending::Gone;
                }
                unanswered += 1;
                Message::Ping(Default::default())
            }
            received = socket.recv() => match received {
                Some(Ok(_)) => {
                    unanswered = 0;
                    continue;
                }
                Some(Err(_)) => return Ending::Misbehaved,
                None => return Ending::Gone,
            },
            event = events.recv() => match event {
                Ok(text) => Message::Text(text),
                Err(RecvError::Lagged(events)) => {
                    Message::Text(cdn.events().text("", 0, Step::Lost { events }))
                }
                Err(RecvError::Closed) => return Ending::ServerStops,
            },
        };
        if send(socket, message).await.is_none() {
            return Ending::Gone;
        }
    }
}

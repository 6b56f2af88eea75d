//! `/ws/unique-id`: how the service, the blog and the race are, whenever that has changed, one JSON text message each.

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use playground_core::unique_id::wire::LiveMessage;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::UniqueId;
use super::api::unique_id;
use crate::app::AppState;
use crate::closing::Guest;
use crate::presence::{Ending, MESSAGE_LIMIT, UNANSWERED_LIMIT, part_with, send};
use crate::problem::AppError;

pub(crate) async fn connect(
    State(state): State<AppState>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, AppError> {
    let unique_id = unique_id(&state)?.clone();
    let guest = state.closing().guest();
    let heartbeat = state.limits().heartbeat;
    let upgrade = upgrade.max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT);
    // From here on, so that a client misses no post that it writes once it is answered.
    let posted = unique_id.blog().subscribe();
    Ok(upgrade.on_upgrade(move |mut socket| async move {
        let ending = converse(&mut socket, &unique_id, posted, guest, heartbeat).await;
        part_with(&mut socket, ending).await;
    }))
}

/// What is to be told next.
enum News {
    Service,
    Shards,
    Race,
    Posted(Utf8Bytes),
}

async fn converse(
    socket: &mut WebSocket,
    unique_id: &UniqueId,
    mut posted: broadcast::Receiver<Utf8Bytes>,
    mut guest: Guest,
    heartbeat: std::time::Duration,
) -> Ending {
    let mut service = unique_id.service().subscribe();
    let mut race = unique_id.race().subscribe();
    let mut beat = interval_at(Instant::now() + heartbeat, heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unanswered = 0;
    for first in [News::Service, News::Shards, News::Race] {
        if say(socket, unique_id, first).await.is_none() {
            return Ending::Gone;
        }
    }
    loop {
        let news = tokio::select! {
            () = guest.asked_to_leave() => return Ending::ServerStops,
            _ = beat.tick() => {
                if unanswered == UNANSWERED_LIMIT {
                    return Ending::Gone;
                }
                unanswered += 1;
                if send(socket, Message::Ping(Default::default())).await.is_none() {
                    return Ending::Gone;
                }
                News::Service
            }
            received = socket.recv() => match received {
                Some(Ok(_)) => {
                    unanswered = 0;
                    continue;
                }
                Some(Err(_)) => return Ending::Misbehaved,
                None => return Ending::Gone,
            },
            changed = service.changed() => match changed {
                Ok(()) => News::Service,
                Err(_) => return Ending::ServerStops,
            },
            changed = race.changed() => match changed {
                Ok(()) => News::Race,
                Err(_) => return Ending::ServerStops,
            },
            post = posted.recv() => match post {
                Ok(post) => News::Posted(post),
                // What was missed is on the shards.
                Err(RecvError::Lagged(_)) => News::Shards,
                Err(RecvError::Closed) => return Ending::ServerStops,
            },
        };
        if say(socket, unique_id, news).await.is_none() {
            return Ending::Gone;
        }
    }
}

/// Says what is so now; none if nobody is left to hear it.
async fn say(socket: &mut WebSocket, unique_id: &UniqueId, news: News) -> Option<()> {
    let message = match news {
        News::Posted(text) => {
            send(socket, Message::Text(text)).await?;
            return tell_shards(socket, unique_id).await;
        }
        News::Shards => return tell_shards(socket, unique_id).await,
        News::Service => LiveMessage::Service(unique_id.service().state()),
        News::Race => LiveMessage::Race(unique_id.race().state()),
    };
    tell(socket, &message).await
}

async fn tell_shards(socket: &mut WebSocket, unique_id: &UniqueId) -> Option<()> {
    match unique_id.blog().shards().await {
        Ok(shards) => tell(socket, &LiveMessage::Shards { shards }).await,
        // Whoever asks the blog for something is told why it cannot answer.
        Err(_) => Some(()),
    }
}

async fn tell(socket: &mut WebSocket, message: &LiveMessage) -> Option<()> {
    let text = serde_json::to_string(message).ok()?;
    send(socket, Message::Text(text.into())).await
}

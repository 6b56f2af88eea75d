//! `/ws/unique-id`: how the service, the blog and the race are, whenever that has changed, one JSON text message each.

use std::convert::Infallible;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use playground_core::unique_id::wire::LiveMessage;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::UniqueId;
use super::api::unique_id;
use crate::announcing::{self, Announcing, Ending, Next, send};
use crate::app::AppState;
use crate::problem::AppError;

pub(crate) async fn connect(
    State(state): State<AppState>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, AppError> {
    let unique_id = unique_id(&state)?.clone();
    let announcing = Announcing::begin(&state);
    // From here on, so that a client misses no post that it writes once it is answered.
    let posted = unique_id.blog().subscribe();
    Ok(announcing::limited(upgrade).on_upgrade(move |mut socket| async move {
        let ended = announce(&mut socket, &unique_id, posted, announcing).await;
        announcing::part(&mut socket, ended).await;
    }))
}

/// What is to be told next.
enum News {
    Service,
    Shards,
    Race,
    Posted(Utf8Bytes),
}

async fn announce(
    socket: &mut WebSocket,
    unique_id: &UniqueId,
    mut posted: Receiver<Utf8Bytes>,
    mut announcing: Announcing,
) -> Result<Infallible, Ending> {
    let mut service = unique_id.service().subscribe();
    let mut race = unique_id.race().subscribe();
    for first in [News::Service, News::Shards, News::Race] {
        say(socket, unique_id, first).await?;
    }
    loop {
        let news = async {
            tokio::select! {
                changed = service.changed() => changed.is_ok().then_some(News::Service),
                changed = race.changed() => changed.is_ok().then_some(News::Race),
                post = posted.recv() => match post {
                    Ok(post) => Some(News::Posted(post)),
                    // What was missed is on the shards.
                    Err(RecvError::Lagged(_)) => Some(News::Shards),
                    Err(RecvError::Closed) => None,
                },
            }
        };
        let news = match announcing.next(socket, news).await? {
            Next::News(news) => news.ok_or(Ending::ServerStops)?,
            Next::Beat => News::Service,
        };
        say(socket, unique_id, news).await?;
    }
}

/// Says what is so now.
async fn say(socket: &mut WebSocket, unique_id: &UniqueId, news: News) -> Result<(), Ending> {
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

async fn tell_shards(socket: &mut WebSocket, unique_id: &UniqueId) -> Result<(), Ending> {
    match unique_id.blog().shards().await {
        Ok(shards) => tell(socket, &LiveMessage::Shards { shards }).await,
        // Whoever asks the blog for something is told why it cannot answer.
        Err(_) => Ok(()),
    }
}

async fn tell(socket: &mut WebSocket, message: &LiveMessage) -> Result<(), Ending> {
    let text = serde_json::to_string(message).expect("wire types are always JSON");
    send(socket, Message::Text(text.into())).await
}

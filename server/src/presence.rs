//! `/ws/server`: a socket on which the server says that it is there, so that the page can show a badge that
//! is true. What the page sends is read and ignored.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::app::AppState;
use crate::closing::Guest;

/// The largest message, and the largest frame of one, that the server reads, in bytes.
pub(crate) const MESSAGE_LIMIT: usize = 4096;
/// How many pings in a row may stay unanswered.
pub(crate) const UNANSWERED_LIMIT: u32 = 2;
/// How long a write may be stuck behind a client that does not read.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// How long the client has to answer a close frame.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(1);

/// What the server says on the socket, one JSON text message each.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Presence {
    /// The first message.
    Hello {
        /// The server's version.
        version: String,
        /// When the server started, in milliseconds since 1970-01-01 UTC. Another value after a
        /// reconnection means another server.
        started_at_ms: u64,
        /// The `ETag` of the page's shell as served without compression, quotes included; `null` when there
        /// is no page. Another value after a reconnection means a newer page.
        page: Option<String>,
        /// The labs that have something live here.
        labs: Vec<String>,
    },
    /// Sent at a steady beat.
    Heartbeat {
        /// Milliseconds since the server started.
        uptime_ms: u64,
    },
}

/// Why a conversation is over.
pub(crate) enum Ending {
    /// The client closed, or the connection broke, or cannot be written to.
    Gone,
    /// The client broke the protocol or the size limit.
    Misbehaved,
    /// The server stops.
    ServerStops,
}

pub(crate) async fn connect(State(state): State<AppState>, upgrade: WebSocketUpgrade) -> Response {
    // A guest from here on, so that a stopping server also waits for a handshake in progress.
    let guest = state.closing().guest();
    upgrade
        .max_message_size(MESSAGE_LIMIT)
        .max_frame_size(MESSAGE_LIMIT)
        .on_upgrade(move |socket| serve(socket, state, guest))
}

async fn serve(mut socket: WebSocket, state: AppState, mut guest: Guest) {
    let ending = converse(&mut socket, &state, &mut guest).await;
    part_with(&mut socket, ending).await;
}

/// Says why the conversation is over, if anybody is left to hear it.
pub(crate) async fn part_with(socket: &mut WebSocket, ending: Ending) {
    match ending {
        Ending::Gone => {}
        Ending::Misbehaved => {
            let reason = "messages here are small and well-formed";
            part(socket, close_code::POLICY, reason).await;
        }
        Ending::ServerStops => part(socket, close_code::AWAY, "the server stops").await,
    }
}

async fn converse(socket: &mut WebSocket, state: &AppState, guest: &mut Guest) -> Ending {
    let hello = Presence::Hello {
        version: env!("CARGO_PKG_VERSION").into(),
        started_at_ms: state.started_at_ms(),
        page: state.page().shell_etag().map(Into::into),
        labs: crate::app::LIVE_LABS.iter().copied().map(Into::into).collect(),
    };
    if say(socket, &hello).await.is_none() {
        return Ending::Gone;
    }
    let period = state.limits().heartbeat;
    let mut beat = interval_at(Instant::now() + period, period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unanswered = 0;
    loop {
        tokio::select! {
            () = guest.asked_to_leave() => return Ending::ServerStops,
            _ = beat.tick() => {
                if unanswered == UNANSWERED_LIMIT {
                    return Ending::Gone;
                }
                unanswered += 1;
                let heartbeat = Presence::Heartbeat { uptime_ms: state.uptime_ms() };
                let beaten = async {
                    say(socket, &heartbeat).await?;
                    send(socket, Message::Ping(Default::default())).await
                };
                if beaten.await.is_none() {
                    return Ending::Gone;
                }
            }
            received = socket.recv() => match received {
                // A close frame is answered by the library while the socket is read to its end.
                Some(Ok(_)) => unanswered = 0,
                Some(Err(_)) => return Ending::Misbehaved,
                None => return Ending::Gone,
            }
        }
    }
}

async fn say(socket: &mut WebSocket, presence: &Presence) -> Option<()> {
    let text = serde_json::to_string(presence).expect("strings and numbers are always JSON");
    send(socket, Message::Text(text.into())).await
}

pub(crate) async fn send(socket: &mut WebSocket, message: Message) -> Option<()> {
    timeout(WRITE_PATIENCE, socket.send(message)).await.ok()?.ok()
}

/// Sends a close frame and waits a moment for the client's, so that it is read before the socket goes.
async fn part(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    if send(socket, Message::Close(Some(frame))).await.is_some() {
        let until_end = async { while let Some(Ok(_)) = socket.recv().await {} };
        let _ = timeout(FAREWELL_PATIENCE, until_end).await;
    }
}

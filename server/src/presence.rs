//! `/ws/server`: a socket on which the server says that it is there, so that the page can show a badge that
//! is true. What the page sends is read and ignored.

use std::convert::Infallible;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::announcing::{self, Announcing, Ending, send};
use crate::app::AppState;

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

pub(crate) async fn connect(State(state): State<AppState>, upgrade: WebSocketUpgrade) -> Response {
    let announcing = Announcing::begin(&state);
    announcing::limited(upgrade).on_upgrade(move |mut socket| async move {
        let ended = announce(&mut socket, &state, announcing).await;
        announcing::part(&mut socket, ended).await;
    })
}

async fn announce(
    socket: &mut WebSocket,
    state: &AppState,
    mut announcing: Announcing,
) -> Result<Infallible, Ending> {
    let hello = Presence::Hello {
        version: env!("CARGO_PKG_VERSION").into(),
        started_at_ms: state.started_at_ms(),
        page: state.page().shell_etag().map(Into::into),
        labs: crate::app::LIVE_LABS.iter().copied().map(Into::into).collect(),
    };
    say(socket, &hello).await?;
    loop {
        announcing.next(socket, std::future::pending::<Infallible>()).await?;
        say(socket, &Presence::Heartbeat { uptime_ms: state.uptime_ms() }).await?;
    }
}

async fn say(socket: &mut WebSocket, presence: &Presence) -> Result<(), Ending> {
    let text = serde_json::to_string(presence).expect("strings and numbers are always JSON");
    send(socket, Message::Text(text.into())).await
}

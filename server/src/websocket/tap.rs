//! `/ws/tap`: tells of every byte of another connection, its handshake included, which a page's JavaScript never
//! sees. After one connection has ended, there is a new id for the next.

use axum::extract::State;
use axum::response::Response;
use playground_core::websocket::wire::TapMessage;
use playground_core::websocket::{CloseCode, Limits};

use super::taps::Taps;
use super::{Message, Socket, Upgrade};
use crate::app::AppState;

/// Nothing is expected from the page.
const LIMITS: Limits = Limits { frame_bytes: 4096, message_bytes: 4096 };

pub(crate) async fn connect(State(state): State<AppState>, upgrade: Upgrade) -> Response {
    let patience = state.limits().websocket;
    upgrade.on_open(move |opened| async move {
        let taps = &state.websocket().taps;
        let mut socket = Socket::new(opened, LIMITS, patience, None);
        while watch_one(&mut socket, taps).await.is_some() {}
        socket.part().await;
    })
}

/// Watches one connection from its first byte to its last; none if the page leaves before.
async fn watch_one(socket: &mut Socket, taps: &Taps) -> Option<()> {
    let Some(mut tap) = taps.open() else {
        socket.close(CloseCode::INTERNAL_ERROR, "there are no random numbers");
        return None;
    };
    say(socket, &TapMessage::Ready { id: tap.id().to_owned() });
    loop {
        // Only what the page has taken makes room for more; until then, the tap keeps it, or leaves it out.
        socket.flush().await?;
        tokio::select! {
            told = tap.next() => {
                say(socket, &told);
                if matches!(told, TapMessage::Ended { .. }) {
                    return Some(());
                }
            }
            // What the page says is read and ignored.
            said = socket.next() => drop(said?),
        }
    }
}

fn say(socket: &mut Socket, message: &TapMessage) {
    let text = serde_json::to_string(message).expect("wire types are always JSON");
    socket.send(&Message::Text(text));
}

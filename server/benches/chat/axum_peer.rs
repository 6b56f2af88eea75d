//! The peer on axum: its chat example's tokio broadcast channel, a task a socket. Better than most: a message
//! is shared, not copied, TCP_NODELAY is on, and sockets have small read buffers instead of 128 KiB.

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::broadcast;

/// So many messages may wait for a receiver; one that is further behind would lose some.
const CAPACITY: usize = 65_536;

/// Serves until it is killed.
pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            // It works without, only slower.
            let _ = stream.set_nodelay(true);
        });
        let (room, _) = broadcast::channel(CAPACITY);
        let app = Router::new().route("/", get(connect)).with_state(room);
        Ok(axum::serve(listener, app).await?)
    })
}

type Room = broadcast::Sender<Utf8Bytes>;

async fn connect(State(room): State<Room>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.read_buffer_size(4096).on_upgrade(|socket| converse(socket, room))
}

async fn converse(mut socket: WebSocket, room: Room) {
    let mut messages = room.subscribe();
    loop {
        tokio::select! {
            message = messages.recv() => {
                let Ok(text) = message else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => drop(room.send(text)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            }
        }
    }
}

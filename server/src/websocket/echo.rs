//! `/ws/echo`: every message comes back as it was sent. With `?tap=<id>`, the tap of that id is told of every
//! byte.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use playground_core::websocket::ECHO_LIMITS;
use serde::Deserialize;

use super::{Socket, Upgrade};
use crate::app::AppState;
use crate::problem::AppError;

#[derive(Deserialize)]
pub(super) struct Watched {
    tap: Option<String>,
}

pub(crate) async fn connect(
    State(state): State<AppState>,
    Query(Watched { tap }): Query<Watched>,
    upgrade: Upgrade,
) -> Result<Response, AppError> {
    let watcher = match tap {
        Some(id) => Some(state.websocket().taps.watch(&id).ok_or_else(no_tap)?),
        None => None,
    };
    let patience = state.limits().websocket;
    Ok(upgrade.on_open(move |opened| {
        let socket = Socket::new(opened, ECHO_LIMITS, patience, watcher);
        echo(socket.within(&state.websocket().budget))
    }))
}

async fn echo(mut socket: Socket) {
    while let Some(message) = socket.next().await {
        socket.send(&message);
    }
    socket.part().await;
}

fn no_tap() -> AppError {
    AppError::Refused {
        status: StatusCode::NOT_FOUND,
        detail: "No tap waits under this id: each is good for one connection.".into(),
    }
}

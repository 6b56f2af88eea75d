//! The lab of WebSockets, and the sockets that run on the core's own codec: from the upgrade on, nothing of
//! HTTP is left, only a TCP stream and [`playground_core::websocket`].
//!
//! A handler takes an `Upgrade` and says what to do with the `Opened` stream: talk over a `Socket`, or
//! over the stream itself.

mod budget;
mod echo;
mod raw;
mod socket;
mod tap;
mod taps;
mod upgrade;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

pub use socket::Patience;
pub(crate) use socket::{Message, Socket};
pub(crate) use upgrade::{Opened, Upgrade};

use crate::app::{self, AppState};
use crate::connections::Connections;
use crate::origin;
use crate::problem::AppError;

/// How much memory messages on their way may use together, in bytes.
const BUDGET: usize = 256 << 20;

/// What the sockets of the lab share.
#[derive(Debug)]
pub(crate) struct WebSockets {
    taps: taps::Taps,
    raw_sessions: Connections,
    budget: budget::Budget,
}

impl WebSockets {
    pub(crate) fn new() -> Self {
        let (taps, budget) = (taps::Taps::default(), budget::Budget::new(BUDGET));
        Self { taps, raw_sessions: raw::sessions(), budget }
    }
}

/// The sockets of the lab, which only the playground's own page may open.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/ws/echo", get(echo::connect))
        .route("/ws/tap", get(tap::connect))
        .route("/ws/raw", get(raw::connect))
}

/// An application that has the echo and nothing else.
fn echo_alone(state: &AppState) -> Router {
    let routes = Router::new()
        .route("/ws/echo", get(echo::connect))
        .route_layer(from_fn_with_state(state.clone(), origin::check))
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed { allow: None })
        .fallback(async || AppError::NotFound)
        .with_state(state.clone());
    app::layered(routes, state)
}

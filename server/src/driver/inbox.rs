//! Where messages of other nodes arrive.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Json, State};
use axum::http::StatusCode;
use axum::routing::post;
use playground_core::sim::Flight;

use super::peers::{MOST_BYTES, PATH};
use super::{Driven, Handle};

/// The route on which [`Peers`](super::peers::Peers) of other nodes deliver: 204 once the messages wait for the
/// machine, 503 if the node is down.
pub fn inbox<M: Driven>(handle: Handle<M>) -> Router {
    Router::new()
        .route(PATH, post(receive::<M>))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(handle)
}

async fn receive<M: Driven>(
    State(handle): State<Handle<M>>,
    Json(flights): Json<Vec<Flight<M::Message>>>,
) -> StatusCode {
    match handle.deliver(flights).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

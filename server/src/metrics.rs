//! `/metrics`: what a server has to tell in Prometheus' text format.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::app::AppState;
use crate::cdn;
use crate::problem::AppError;

pub(crate) async fn tell(State(state): State<AppState>) -> Result<Response, AppError> {
    let edges = cdn::metrics(&state);
    let text = match (edges, state.redis()) {
        (edges, None) => edges?,
        (edges, Some(link)) => edges.unwrap_or_default() + &redis(link.works()),
    };
    let kind =
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    Ok((kind, text).into_response())
}

/// The Redis that is shared with other servers.
fn redis(works: bool) -> String {
    let works = u8::from(works);
    format!(
        "# HELP redis_up Whether the Redis that is shared with other servers answers.\n\
         # TYPE redis_up gauge\nredis_up {works}\n"
    )
}

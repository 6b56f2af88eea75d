//! `GET /healthz`: whether the server is up, which one, and since when.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::app::AppState;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    /// Milliseconds since the server started.
    uptime_ms: u64,
}

pub(crate) async fn report(State(state): State<AppState>) -> impl IntoResponse {
    let health =
        Health { status: "ok", version: env!("CARGO_PKG_VERSION"), uptime_ms: state.uptime_ms() };
    ([(CACHE_CONTROL, "no-store")], Json(health))
}

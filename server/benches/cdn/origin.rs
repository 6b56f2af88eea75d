//! An origin whose objects are as large as their path says, and stay fresh for an hour.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// Starts it on a thread of its own, where it stays until the benchmark ends.
pub(crate) fn start() -> Result<SocketAddr> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr().context("the origin has no address")?;
    let app = Router::new().route("/{bytes}", get(object));
    std::thread::spawn(move || runtime.block_on(async { axum::serve(listener, app).await }));
    Ok(address)
}

async fn object(Path(bytes): Path<usize>) -> impl IntoResponse {
    let head =
        [(CACHE_CONTROL, "public, max-age=3600"), (CONTENT_TYPE, "application/octet-stream")];
    (head, vec![b'x'; bytes.min(1 << 24)])
}

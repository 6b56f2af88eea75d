//! An edge that is a process of its own: one port, on which it answers readers, and below `/healthz`, `/metrics` and
//! `/api/cdn/` whoever runs it.
//!
//! What an origin has below these paths cannot be reached through it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::routing::get;
use tokio::time::timeout;

use super::EdgeProcess;
use crate::app::{self, AppState, Config};
use crate::cdn::{Cdn, CdnConfig, api, listener};
use crate::closing::Closing;
use crate::metrics;
use crate::problem::AppError;
use crate::serve::Terms;
use crate::{health, start};

/// How long to wait for the others before readers are answered; after that their copies are not trusted yet.
const GREETING: Duration = Duration::from_secs(1);

/// Runs an edge until `stop` is ready. `ready` is told the address once it listens.
///
/// # Errors
/// If the settings do not fit together, the address cannot be taken, or the purges that it knows cannot be read.
pub async fn run_edge(
    settings: EdgeProcess,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    if let Err(why) = settings.check() {
        bail!(why);
    }
    let listener = start::listen(settings.listen).await?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;
    let closing = Closing::new();
    let terms = Terms {
        closing: closing.clone(),
        patience: settings.patience,
        connections: settings.connections.clone(),
    };
    let config = CdnConfig {
        origin: Some(settings.origin.clone()),
        edges: vec![settings.name.clone()],
        data: Some(settings.data.clone()),
        memory_bytes: settings.memory_bytes,
        disk_bytes: settings.disk_bytes,
        ..CdnConfig::default()
    };
    let cdn = Cdn::assemble(config, Some(&settings)).await.context("cannot start the edge")?;
    let own = own_routes(&cdn, closing.clone(), address.ip().is_loopback());
    tokio::spawn(listener::serve(cdn.clone(), listener, terms, Some(own)));
    if let (Some(machine), Some(edge)) = (cdn.machine(), cdn.edges().first()) {
        // Whoever is not there yet will be heard later.
        let _ = timeout(GREETING, machine.exchange_with_all(edge, None)).await;
        machine.keep_in_touch(edge);
    }
    ready(address);
    stop.await;
    tracing::info!("stopping: finishing what is in flight");
    closing.begin();
    if timeout(settings.patience.grace, closing.finished()).await.is_err() {
        tracing::warn!("stopped with conversations unfinished");
    }
    cdn.stop().await;
    Ok(())
}

/// What is answered by the process itself.
fn own_routes(cdn: &Cdn, closing: Closing, listens_on_loopback: bool) -> Router {
    let config =
        Config { cdn: Some(cdn.clone()), closing, listens_on_loopback, ..Config::default() };
    let state = AppState::new(config);
    let routes = Router::new()
        .route("/healthz", get(health::report))
        .route("/metrics", get(metrics::tell))
        .nest("/api/cdn", api::router(&state))
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed { allow: None })
        .fallback(async || AppError::NotFound)
        .with_state(state.clone());
    app::layered(routes, &state)
}

/// Whether a path is answered by the process itself.
pub(in crate::cdn) fn is_own(path: &str) -> bool {
    path == "/healthz" || path == "/metrics" || path.starts_with("/api/cdn/")
}

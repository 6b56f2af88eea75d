//! `GET /healthz`: whether the server is up, which one, and since when; and who asks for that where there is no curl.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
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
    /// What it shares with other servers, if anything. It is up without that, too, so `status` stays `ok`: whoever
    /// restarted it for that would cut everybody who waits for it to come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<Redis>,
}

/// The Redis that is shared with other servers.
#[derive(Serialize)]
struct Redis {
    works: bool,
    /// What answers there: "redis 7.0.15".
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Arc<str>>,
}

pub(crate) async fn report(State(state): State<AppState>) -> impl IntoResponse {
    let redis = state.redis().map(|link| Redis { works: link.works(), version: link.version() });
    let health = Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: state.uptime_ms(),
        redis,
    };
    ([(CACHE_CONTROL, "no-store")], Json(health))
}

/// How long each step of asking may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the server that listens there whether it is up. Where it listens on every address, it is asked at loopback.
/// Blocks.
///
/// # Errors
/// If it is not, or something else answers.
pub fn ask_health(mut address: SocketAddr) -> anyhow::Result<()> {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // In one piece: who has answered after a part of it may have closed the connection before the rest.
        stream.write_all(request.as_bytes())?;
        let mut begin = [0; 12];
        stream.read_exact(&mut begin)?;
        std::io::Result::Ok(begin)
    };
    let begin = ask().with_context(|| format!("no server answers at {address}"))?;
    let told = String::from_utf8_lossy(&begin);
    ensure!(told == "HTTP/1.1 200", "what answers at {address} is not well: it says {told:?}");
    Ok(())
}

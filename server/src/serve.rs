//! The application on a socket: accepts connections until told to stop, then lets them finish.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::closing::{Closing, Guest};

/// How long to wait before accepting again when the system is out of something, such as file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The largest request head, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// How long the server waits for whom.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a request's head to arrive, and for the next request on a connection kept open.
    pub head: Duration,
    /// For requests in flight and open sockets, once the server stops.
    pub grace: Duration,
}

impl Default for Patience {
    /// 15 s and 10 s.
    fn default() -> Self {
        Self { head: Duration::from_secs(15), grace: Duration::from_secs(10) }
    }
}

/// Serves until `stop` is ready; then accepts nothing more, asks everybody to leave, and returns once they
/// have, or when the grace is over. `closing` must be the one in the application's configuration.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    closing: Closing,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let guest = closing.guest();
                    tokio::spawn(converse(stream, peer, app.clone(), guest, patience.head));
                }
                Err(error) => pause_after(&error).await,
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!("stopping: finishing what is in flight");
    closing.begin();
    if timeout(patience.grace, closing.finished()).await.is_err() {
        tracing::warn!("stopped with conversations unfinished");
    }
}

/// A client that was gone before it was accepted is no reason to wait.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        sleep(ACCEPT_PAUSE).await;
    }
}

/// Carries one connection. hyper is spoken to directly because `axum::serve` waits for a request's head
/// without end. Every request knows the address of its client, as [`ConnectInfo`].
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    mut guest: Guest,
    head_patience: Duration,
) {
    // Small answers should not wait for company; a socket that cannot be told so still works.
    let _ = stream.set_nodelay(true);
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_patience)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = guest.asked_to_leave() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection broke off");
    }
}

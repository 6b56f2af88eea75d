//! The application on a socket: accepts connections until told to stop, then lets them finish.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
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
use crate::connections::patient::PatientStream;
use crate::connections::recorded::RecordedStream;
use crate::connections::{Connections, Permit, refusal};

/// How long to wait before accepting again when the system is out of something, such as file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The largest request head, in bytes: 16 KiB, as other servers have it. A larger one is answered with 431 and an
/// empty body, not with a problem: hyper never sees a request that it could pass on.
pub const HEAD_LIMIT: usize = 16 * 1024;
/// How much hyper reads ahead, or keeps to be written, in bytes.
const BUFFER_LIMIT: usize = 64 * 1024;

/// How long a write may be stuck behind a client that reads nothing: a minute, as nginx's `send_timeout` has it. It
/// cannot be much less: Linux says that a socket takes more only once a third of its buffer is free, which may have
/// grown to 4 MiB, so that a slow client may seem to read nothing for a while.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(60);

/// How long the server waits for whom.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a request's head to arrive, and for the next request on a connection kept open.
    pub head: Duration,
    /// For requests in flight and open sockets, once the server stops.
    pub grace: Duration,
    /// For a client to take anything at all of what is ready for it; then its connection is cut.
    pub write: Duration,
}

impl Default for Patience {
    /// 5 s, 10 s and [`WRITE_PATIENCE`].
    fn default() -> Self {
        let [head, grace] = [5, 10].map(Duration::from_secs);
        Self { head, grace, write: WRITE_PATIENCE }
    }
}

/// What clients are served on.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How everybody learns that the server stops; must be the one in the application's configuration.
    pub closing: Closing,
    /// How long the server waits.
    pub patience: Patience,
    /// How many connections there may be.
    pub connections: Connections,
}

/// Serves until `stop` is ready; then accepts nothing more, asks everybody to leave, and returns once they
/// have, or when the grace is over.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    terms: Terms,
    stop: impl Future<Output = ()>,
) {
    let Terms { closing, patience, connections } = terms;
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => match connections.admit(peer.ip()) {
                    Ok(permit) => {
                        let guest = closing.guest();
                        let app = app.clone();
                        tokio::spawn(converse(stream, peer, permit, app, guest, patience));
                    }
                    Err(why) => refusal::refuse(stream, why),
                },
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
pub(crate) async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        sleep(ACCEPT_PAUSE).await;
    }
}

/// Carries one connection. hyper is spoken to directly because `axum::serve` waits for a request's head
/// without end. Every request knows the address of its client, as [`ConnectInfo`]. Once a connection is
/// upgraded, whoever took it over has everything of it, and nothing remains here.
pub(crate) async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    permit: Permit,
    app: Router,
    mut guest: Guest,
    patience: Patience,
) {
    // Small answers should not wait for company; a socket that cannot be told so still works.
    let _ = stream.set_nodelay(true);
    let stream = RecordedStream::new(PatientStream::new(stream, patience.write), permit);
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.call(request)
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_header_size(HEAD_LIMIT)
        .max_buf_size(BUFFER_LIMIT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let over = tokio::select! {
        outcome = &mut connection => Some(outcome),
        () = guest.asked_to_leave() => None,
    };
    let outcome = match over {
        Some(outcome) => outcome,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let Err(error) = outcome else { return };
    tracing::debug!(%error, "a connection broke off");
    if let Some(parts) = connection.into_parts()
        && (error.is_parse() || error.is_timeout())
    {
        let RecordedStream { stream, permit, tape } = parts.io.into_inner();
        let stream = stream.into_inner();
        refusal::part(stream, permit, error.is_timeout() && tape.is_amid_a_request()).await;
    }
}

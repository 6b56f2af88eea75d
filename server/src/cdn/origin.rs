//! The embedded origin's listener: HTTP on loopback, and silence when it is down on purpose.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tower_http::catch_panic::CatchPanicLayer;

use super::site::{self, Silence};
use super::upstream::Faults;
use crate::problem;
use crate::serve::pause_after;

/// The embedded origin while it listens; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Embedded {
    pub(super) address: SocketAddr,
    task: AbortHandle,
}

impl Embedded {
    /// Begins to listen on a free port of loopback.
    pub(super) async fn start(faults: Faults) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = site::router(faults).layer(CatchPanicLayer::custom(problem::from_panic));
        let task = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(converse(stream, router.clone()))),
                    Err(error) => pause_after(&error).await,
                }
            }
        });
        Ok(Self { address, task: task.abort_handle() })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let answered = router.call(request);
        async move {
            let answered: Result<Response<Body>, Infallible> = answered.await;
            match answered {
                Ok(response) if response.extensions().get::<Silence>().is_none() => Ok(response),
                // hyper closes the connection without a word.
                _ => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
            }
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the embedded origin broke off");
    }
}

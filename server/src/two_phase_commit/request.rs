//! A request of the server to one of its node processes, on a connection of its own: all but orders and events
//! is rare.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a node may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// The largest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 8 << 20;

/// Why there is no answer of a node.
#[derive(Clone, Debug, Error)]
pub(crate) enum NoAnswer {
    /// It cannot be reached, or hung up.
    #[error("it cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("it does not answer")]
    Late,
    /// It answered something else than was expected.
    #[error("it answered {0}")]
    Refused(StatusCode),
    /// It answered what is not the JSON that was expected.
    #[error("its answer makes no sense")]
    Nonsense,
}

/// Asks a node for something.
pub(crate) async fn get<A: DeserializeOwned>(node: SocketAddr, path: &str) -> Result<A, NoAnswer> {
    exchange(node, Method::GET, path, Bytes::new()).await
}

/// Tells a node something, and takes its answer.
pub(crate) async fn post<A: DeserializeOwned>(
    node: SocketAddr,
    path: &str,
    body: &impl Serialize,
) -> Result<A, NoAnswer> {
    let body = serde_json::to_vec(body).expect("wire types are always JSON");
    exchange(node, Method::POST, path, body.into()).await
}

async fn exchange<A: DeserializeOwned>(
    node: SocketAddr,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<A, NoAnswer> {
    let exchange = async {
        let body = open(node, method, path, "application/json", Full::new(body)).await?;
        let body = Limited::new(body, ANSWER_LIMIT).collect().await;
        Ok(body.map_err(|_| NoAnswer::Unreachable)?.to_bytes())
    };
    let body = timeout(PATIENCE, exchange).await.map_err(|_| NoAnswer::Late)??;
    let body = if body.is_empty() { b"null" } else { &body[..] };
    serde_json::from_slice(body).map_err(|_| NoAnswer::Nonsense)
}

/// Sends a request, and returns the body of the answer as soon as it begins; it may go on for ever.
pub(crate) async fn open<B>(
    node: SocketAddr,
    method: Method,
    path: &str,
    content_type: &str,
    body: B,
) -> Result<Incoming, NoAnswer>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let unreachable = |_: std::io::Error| NoAnswer::Unreachable;
    let connecting = timeout(PATIENCE, TcpStream::connect(node)).await;
    let stream = connecting.map_err(|_| NoAnswer::Late)?.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| NoAnswer::Unreachable)?;
    // Ends when the answer has been read or dropped.
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, node.to_string())
        .header(CONTENT_TYPE, content_type)
        .body(body)
        .expect("paths of nodes and media types are valid");
    let answer = sender.send_request(request).await.map_err(|_| NoAnswer::Unreachable)?;
    match answer.status() {
        status if status.is_success() => Ok(answer.into_body()),
        status => Err(NoAnswer::Refused(status)),
    }
}

//! The way to the origin: a pool of connections, over TLS where its address says so, by HTTP/1.1 or 2; and what is
//! wrong with the origin on purpose.

use std::fmt;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::LengthLimitError;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use playground_core::cdn::wire;
use tokio::time::{sleep, timeout};

/// How long a connection to the origin may take.
pub(super) const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection is kept for the next request: many servers close theirs after 5 seconds, and a request that
/// meets that is lost.
const IDLE: Duration = Duration::from_secs(4);
/// The largest head of an answer, in bytes, and how much is read at once.
const BUFFER: usize = 256 * 1024;

/// Where the origin is, and how it is reached.
#[derive(Debug)]
pub(super) struct Upstream {
    client: Pool,
    pub(super) scheme: Scheme,
    pub(super) authority: Authority,
    pub(super) is_embedded: bool,
    /// How long the head of an answer may take, the request's body included, and each pause within its body.
    pub(super) patience: Duration,
    requests: AtomicU64,
    faults: Faults,
}

/// The connections, by how they are made.
#[derive(Debug)]
enum Pool {
    Plain(Client<HttpConnector, Body>),
    Tls(Client<HttpsConnector<HttpConnector>, Body>),
}

/// What is wrong with the origin, on purpose. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Arc<Mutex<wire::Faults>>);

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// The origin cannot be reached, or broke the connection.
    Unreachable(String),
    /// It was too slow.
    TooSlow,
    /// The request's body is too large.
    BodyTooLarge,
}

/// A request that was not answered, and how far it came.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) why: NoAnswer,
    pub(super) stage: Stage,
}

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// There was no connection: nobody listens there, and the machine said so.
    Refused,
    /// There was no connection.
    Unconnected,
    /// It may have arrived.
    Sent,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::Unreachable(why) => write!(f, "the origin cannot be reached: {why}"),
            NoAnswer::TooSlow => f.write_str("the origin did not answer in time"),
            NoAnswer::BodyTooLarge => f.write_str("the request's body is too large"),
        }
    }
}

impl Faults {
    pub(super) fn get(&self) -> wire::Faults {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change(&self, request: wire::FaultRequest) -> wire::Faults {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.slow_ms = request.slow_ms.unwrap_or(faults.slow_ms);
        faults.down = request.down.unwrap_or(faults.down);
        faults.error = request.error.unwrap_or(faults.error);
        faults.revision += u64::from(request.change);
        *faults
    }
}

impl Upstream {
    /// An origin at this address, which has a scheme and a host and nothing else.
    ///
    /// # Errors
    /// When the system has no certificates to check an `https` origin against.
    pub(super) fn new(
        scheme: Scheme,
        authority: Authority,
        is_embedded: bool,
        faults: Faults,
        patience: Duration,
        connect_patience: Duration,
    ) -> std::io::Result<Self> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(connect_patience));
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .http1_max_buf_size(BUFFER)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(64);
        let client = if scheme == Scheme::HTTPS {
            let tls = HttpsConnectorBuilder::new().with_native_roots()?;
            let tls = tls.https_only().enable_http1().enable_http2().wrap_connector(http);
            Pool::Tls(builder.build(tls))
        } else {
            Pool::Plain(builder.build(http))
        };
        let requests = AtomicU64::new(0);
        Ok(Self { client, scheme, authority, is_embedded, patience, requests, faults })
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// How many requests were sent.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Sends a request, and waits for the head of the answer.
    pub(super) async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Incoming>, NoAnswer> {
        self.try_send(method, path_and_query, headers, body).await.map_err(|lost| lost.why)
    }

    /// The same for one who wants to know how far the request came.
    pub(super) async fn try_send(
        &self,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Incoming>, Lost> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path_and_query)
            .build()
            .map_err(|error| Lost {
                why: NoAnswer::Unreachable(error.to_string()),
                stage: Stage::Unconnected,
            })?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        // The client sets the origin's own, from the address.
        request.headers_mut().remove(header::HOST);
        let sent = async {
            // The embedded origin is at fault by itself.
            if !self.is_embedded {
                self.suffer().await?;
            }
            let sent = match &self.client {
                Pool::Plain(client) => client.request(request),
                Pool::Tls(client) => client.request(request),
            };
            sent.await.map_err(|error| lost(&error))
        };
        match timeout(self.patience, sent).await {
            Ok(Ok(response)) if self.faults.get().error && !self.is_embedded => {
                let mut response = response;
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response.headers_mut().remove(header::CACHE_CONTROL);
                Ok(response)
            }
            Ok(outcome) => outcome,
            Err(_) => Err(Lost { why: NoAnswer::TooSlow, stage: Stage::Sent }),
        }
    }

    /// What is wrong on purpose with an origin that does not know of it.
    async fn suffer(&self) -> Result<(), Lost> {
        let faults = self.faults.get();
        if faults.slow_ms > 0 {
            sleep(Duration::from_millis(faults.slow_ms)).await;
        }
        match faults.down {
            true => Err(Lost {
                why: NoAnswer::Unreachable("it is down, on purpose".into()),
                stage: Stage::Unconnected,
            }),
            false => Ok(()),
        }
    }
}

fn lost(error: &hyper_util::client::legacy::Error) -> Lost {
    let mut stage = if error.is_connect() { Stage::Unconnected } else { Stage::Sent };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut last = error.to_string();
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Lost { why: NoAnswer::BodyTooLarge, stage };
        }
        match error.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
            Some(ErrorKind::TimedOut) => return Lost { why: NoAnswer::TooSlow, stage },
            Some(ErrorKind::ConnectionRefused) => stage = Stage::Refused,
            _ => {}
        }
        last = error.to_string();
        cause = error.source();
    }
    Lost { why: NoAnswer::Unreachable(last), stage }
}

//! Another process: where it is, and what is asked of it.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use playground_core::cdn::wire::{Exchange, Exchanged, Known};
use tokio::time::{sleep, timeout};

use super::settings::OtherUrl;
use crate::cdn::upstream::{Faults, Lost, NoAnswer, Stage, Upstream};

/// How long a connection to another process may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
/// How long a shield may take to answer: longer than it waits for its origin itself, so that it can say so.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long an exchange of purges may take.
const EXCHANGE_PATIENCE: Duration = Duration::from_secs(2);
/// How long a shield may be silent before it is asked whether it lives, and how long it may take to say so.
const SUSPICION: Duration = Duration::from_secs(1);
const LIFE_SIGN_PATIENCE: Duration = Duration::from_secs(1);
/// The largest answer to an exchange, in bytes.
const MOST_EXCHANGED_BYTES: usize = 16 << 20;

/// Another process.
pub(super) struct Other {
    pub(super) name: String,
    pub(super) is_shield: bool,
    pub(super) upstream: Upstream,
    /// How far it knows the purges, as far as it has told.
    pub(super) known: Mutex<Option<Known>>,
    authorization: Option<HeaderValue>,
    requests: AtomicU64,
}

/// Why an exchange came to nothing.
#[derive(Debug)]
pub(super) enum Missed {
    /// It is not running: its machine refuses the connection.
    Gone,
    /// It cannot be reached, or does not answer.
    Silent(String),
    /// It has answered, and not as it should.
    Refused(String),
}

impl Other {
    pub(super) fn new(named: &OtherUrl, authorization: Option<HeaderValue>) -> io::Result<Self> {
        let upstream = Upstream::new(
            named.url.scheme.clone(),
            named.url.authority.clone(),
            false,
            Faults::default(),
            PATIENCE,
            CONNECT_PATIENCE,
        )?;
        Ok(Self {
            name: named.name().to_owned(),
            is_shield: named.is_shield,
            upstream,
            known: Mutex::default(),
            authorization,
            requests: AtomicU64::new(0),
        })
    }

    /// How many readers' requests were sent there.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Sends a reader's request, and waits for the head of the answer: as long as the origin needs, but not for a
    /// shield that gives no sign of life.
    pub(super) async fn ask(
        &self,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Incoming>, Lost> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut asking =
            std::pin::pin!(self.upstream.try_send(method, path_and_query, headers, body));
        loop {
            let has_hung = async {
                sleep(SUSPICION).await;
                !self.lives().await
            };
            tokio::select! {
                answered = &mut asking => return answered,
                has_hung = has_hung => if has_hung {
                    let why = NoAnswer::Unreachable(format!("{} gives no sign of life", self.name));
                    return Err(Lost { why, stage: Stage::Sent });
                }
            }
        }
    }

    async fn lives(&self) -> bool {
        let asked =
            self.upstream.try_send(Method::GET, "/healthz", HeaderMap::new(), Body::empty());
        matches!(timeout(LIFE_SIGN_PATIENCE, asked).await, Ok(Ok(_)))
    }

    /// Tells it what it may not know, and hears what it knows.
    pub(super) async fn exchange(&self, told: &Exchange) -> Result<Exchanged, Missed> {
        let silent = |_| Missed::Silent("it did not answer in time".into());
        timeout(EXCHANGE_PATIENCE, self.exchange_patiently(told)).await.map_err(silent)?
    }

    async fn exchange_patiently(&self, told: &Exchange) -> Result<Exchanged, Missed> {
        let text = serde_json::to_vec(told).map_err(|error| Missed::Refused(error.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let path = "/api/cdn/purges";
        let sent = self.upstream.try_send(Method::POST, path, headers, Body::from(text)).await;
        let answer = sent.map_err(|lost| match lost.stage {
            Stage::Refused => Missed::Gone,
            Stage::Unconnected | Stage::Sent => Missed::Silent(lost.why.to_string()),
        })?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::FORBIDDEN => {
                let why = "it takes no purges from here: give both the same --purge-token";
                return Err(Missed::Refused(why.into()));
            }
            status => return Err(Missed::Refused(format!("it answered {status}"))),
        }
        let body = Limited::new(answer.into_body(), MOST_EXCHANGED_BYTES).collect().await;
        let body = body.map_err(|error| Missed::Silent(error.to_string()))?;
        let exchanged = serde_json::from_slice(&body.to_bytes());
        exchanged.map_err(|error| Missed::Refused(format!("its answer is no exchange: {error}")))
    }
}

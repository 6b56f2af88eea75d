//! Whom a request goes to that no copy answers: the object's owner among the shields, the next ones, the origin.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use playground_core::cdn::caching::CACHE_STATUS;
use playground_core::cdn::purge_log::{covers, read_known};
use tokio::time::timeout;

use super::lending::Lending;
use super::other::Other;
use super::{KNOWN, Machine, lock};
use crate::cdn::edge::Edge;
use crate::cdn::inflow::Inflow;
use crate::cdn::upstream::{Lost, NoAnswer, Stage};

/// The largest body of a shield's answer that is taken whole before its reader gets any of it, in bytes.
const MOST_WHOLE_BYTES: u64 = 64 << 10;
/// How long that may take: as long as a shield waits for its origin.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// How long a request waits for a shield to hear of purges that it does not know.
const NEWS_PATIENCE: Duration = Duration::from_secs(2);

/// A request that may be sent to several.
struct Forwarded<'a> {
    method: Method,
    path_and_query: &'a str,
    headers: HeaderMap,
    body: Lending,
}

/// What a shield has made of it.
enum Outcome {
    Answered(Response<Inflow>),
    /// There is no answer, and nobody else may be asked.
    Over(NoAnswer),
    /// Somebody else is to be asked.
    Next,
}

impl Forwarded<'_> {
    /// Whether it may be sent again after this (RFC 9110, section 9.2.2): it was not sent at all, or twice is as good
    /// as once.
    fn may_repeat(&self, stage: Stage) -> bool {
        let is_idempotent =
            [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE]
                .contains(&self.method);
        self.body.is_untouched() && (is_idempotent || stage != Stage::Sent)
    }

    /// Whether its answer comes from a copy, which may have been purged.
    fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

impl Machine {
    /// Sends a request to the object's owner, and waits for the head of the answer.
    pub(in crate::cdn) async fn send(
        &self,
        edge: &Arc<Edge>,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Inflow>, NoAnswer> {
        let route = self.route(path_and_query);
        if route.is_empty() {
            let sent = edge.shared.upstream.send(method, path_and_query, headers, body).await;
            return Ok(sent?.map(Inflow::Arriving));
        }
        let body = Lending::new(body);
        let request = Forwarded { method, path_and_query, headers, body };
        for shield in route {
            match self.ask(edge, shield, &request).await {
                Outcome::Answered(response) => return Ok(response),
                Outcome::Over(why) => return Err(why),
                Outcome::Next => {}
            }
        }
        let Forwarded { method, headers, body, .. } = request;
        let sent = edge.shared.upstream.send(method, path_and_query, headers, body.lend()).await;
        Ok(sent?.map(Inflow::Arriving))
    }

    /// The shields to ask. The key of an object on the ring is what is the same at every edge: path and query.
    fn route(&self, path_and_query: &str) -> Vec<usize> {
        lock(&self.ring).route(self.time(), path_and_query)
    }

    async fn ask(&self, edge: &Arc<Edge>, shield: usize, request: &Forwarded<'_>) -> Outcome {
        let other = &self.others[shield];
        // Once more if it has to hear of purges first.
        for is_last in [false, true] {
            let mut headers = request.headers.clone();
            headers.insert(KNOWN, HeaderValue::from_static("?"));
            let (method, body) = (request.method.clone(), request.body.lend());
            let mut response = match other.ask(method, request.path_and_query, headers, body).await
            {
                Ok(response) => response,
                Err(lost) => return self.lose(shield, request, lost),
            };
            self.hears_from(shield);
            let known = response.headers_mut().remove(KNOWN);
            if is_turned_away(&response) && request.may_repeat(Stage::Unconnected) {
                return Outcome::Next;
            }
            if !request.reads() || self.is_up_to_date(other, known.as_ref()) {
                return self.receive(shield, request, response).await;
            }
            drop(response);
            if is_last {
                break;
            }
            let exchanged = timeout(NEWS_PATIENCE, self.exchange(edge, shield, None)).await;
            if !matches!(exchanged, Ok(Ok(_))) {
                break;
            }
        }
        tracing::warn!(shield = other.name, "it does not know of a purge, so it is not asked");
        Outcome::Next
    }

    /// Takes an answer: a small one whole, so that somebody else can be asked if it breaks off.
    async fn receive(
        &self,
        shield: usize,
        request: &Forwarded<'_>,
        response: Response<Incoming>,
    ) -> Outcome {
        let length = response.body().size_hint().exact();
        let is_small = length.is_some_and(|length| (1..=MOST_WHOLE_BYTES).contains(&length));
        if !is_small || !request.reads() {
            return Outcome::Answered(response.map(Inflow::Arriving));
        }
        let (parts, body) = response.into_parts();
        let why = match timeout(BODY_PATIENCE, body.collect()).await {
            Ok(Ok(body)) => {
                let body = Inflow::whole(body.to_bytes());
                return Outcome::Answered(Response::from_parts(parts, body));
            }
            Ok(Err(error)) => format!("it broke off: {error}"),
            Err(_) => "it fell silent".to_owned(),
        };
        let why = NoAnswer::Unreachable(why);
        self.lose(shield, request, Lost { why, stage: Stage::Sent })
    }

    fn lose(&self, shield: usize, request: &Forwarded<'_>, lost: Lost) -> Outcome {
        let Lost { why, stage } = lost;
        let is_slow = matches!(why, NoAnswer::TooSlow) && stage == Stage::Sent;
        if is_slow || matches!(why, NoAnswer::BodyTooLarge) {
            // It lives, and waits for the origin as we do.
            return Outcome::Over(why);
        }
        self.misses(shield, &why.to_string());
        match request.may_repeat(stage) {
            true => Outcome::Next,
            false => Outcome::Over(why),
        }
    }

    /// Whether an answer was made with all purges in mind that are known here. A shield asked before it knew of one
    /// may have answered with what was purged.
    fn is_up_to_date(&self, other: &Other, known: Option<&HeaderValue>) -> bool {
        let ours = lock(&self.log).known();
        if ours.is_empty() {
            return true;
        }
        let known = known.and_then(|known| known.to_str().ok()).map(read_known);
        let is_up_to_date = known.is_some_and(|known| covers(&known, &ours));
        if !is_up_to_date {
            tracing::debug!(shield = other.name, "it has yet to hear of a purge");
        }
        is_up_to_date
    }

    /// One of the others has answered.
    pub(super) fn hears_from(&self, other: usize) {
        if other < self.shields() && lock(&self.ring).answered(other) {
            tracing::info!(shield = self.others[other].name, "it answers again");
        }
    }

    /// One of the others has not answered.
    pub(super) fn misses(&self, other: usize, why: &str) {
        if other < self.shields() && lock(&self.ring).failed(self.time(), other) {
            let shield = &self.others[other].name;
            tracing::warn!(shield, why, "it is left out until it answers again");
        }
    }
}

/// Whether a shield had no room for the connection: what it answers otherwise bears its `Cache-Status`.
fn is_turned_away(response: &Response<Incoming>) -> bool {
    response.status() == StatusCode::SERVICE_UNAVAILABLE
        && !response.headers().contains_key(CACHE_STATUS)
}

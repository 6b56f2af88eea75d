//! Every failure that a client can see, as `application/problem+json` (RFC 9457).

use std::any::Any;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The media type of a [`Problem`], RFC 9457 section 3.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// How much of a library's own explanation is passed on, in bytes.
const DETAIL_LIMIT: usize = 2048;

/// What the server answers when it does not do what was asked; the text is meant for the client.
#[derive(Debug, Error)]
pub enum AppError {
    /// 404: no route and no file of the page has this path.
    #[error("Nothing is here.")]
    NotFound,
    /// 405: the path exists, for other methods.
    #[error("This address does not take that method; the Allow header names those it takes.")]
    MethodNotAllowed {
        /// The value of the `Allow` header, where axum does not know it.
        allow: Option<&'static str>,
    },
    /// 403: asked for by a page from elsewhere.
    #[error("Only the playground's own page may ask for this.")]
    ForeignOrigin,
    /// 406: the client refuses every encoding that the server has, even none at all.
    #[error("None of the encodings that the client accepts is on offer here.")]
    NotAcceptable,
    /// 408: the request did not arrive, or was not worked off, in time.
    #[error("The request took too long and was given up.")]
    TimedOut,
    /// 413: the body is larger than the server reads.
    #[error("The body is larger than this server accepts.")]
    BodyTooLarge,
    /// 500: a bug, whose particulars are in the server's log only.
    #[error("The server failed at this request; its log says why.")]
    Panicked,
    /// 503: there is no room for another connection.
    #[error("{detail}")]
    Busy {
        /// Of what there is too much.
        detail: &'static str,
    },
    /// 426: this address speaks WebSocket version 13 only, RFC 6455 section 4.2.2.
    #[error("{detail}")]
    UpgradeRequired {
        /// What the request lacks.
        detail: String,
    },
    /// Any other refusal, with the status and the sentence that fit it.
    #[error("{detail}")]
    Refused {
        /// A status of 400 or more.
        status: StatusCode,
        /// What the client can do about it.
        detail: String,
    },
}

impl AppError {
    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::UpgradeRequired { .. } => StatusCode::UPGRADE_REQUIRED,
            Self::Refused { status, .. } => *status,
        }
    }

    /// What the answer's body says.
    pub(crate) fn problem(&self) -> Problem {
        let status = self.status();
        Problem {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Error").into(),
            status: status.as_u16(),
            detail: self.to_string(),
        }
    }

    /// Gives a library's refusal the server's own words where it has some.
    fn from_library(status: StatusCode, text: &str) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::REQUEST_TIMEOUT => Self::TimedOut,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            _ if text.is_empty() => {
                Self::Refused { status, detail: "The request was refused.".into() }
            }
            _ => Self::Refused { status, detail: text.into() },
        }
    }
}

/// The members of a problem, RFC 9457 section 3.1. The type is always `about:blank`: the title is then the
/// status's own phrase, and the detail says the rest.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// A URI that identifies the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status's reason phrase.
    pub title: String,
    /// The HTTP status once more, for whoever only keeps the body.
    pub status: u16,
    /// A sentence for a person.
    pub detail: String,
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, PROBLEM_JSON);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::MethodNotAllowed { allow: Some(allow) } => {
                headers.insert(ALLOW, HeaderValue::from_static(allow));
            }
            Self::UpgradeRequired { .. } => {
                headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
                headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            }
            _ => {}
        }
        response
    }
}

/// Turns a panic into an answer for this one request; the payload goes to the log, never to the client.
pub(crate) fn from_panic(payload: Box<dyn Any + Send + 'static>) -> Response {
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a payload that is no text");
    tracing::error!(message, "a request's handler panicked");
    AppError::Panicked.into_response()
}

/// Rewrites what libraries refuse in plain text (extractors, the body limit, the timeout), so that a client
/// meets one form of failure only. Headers that explain the refusal, such as `Allow`, stay.
pub(crate) async fn from_library(response: Response) -> Response {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    let is_plain = match response.headers().get(CONTENT_TYPE) {
        Some(kind) => kind.as_bytes().starts_with(b"text/plain"),
        None => true,
    };
    if !(is_failure && is_plain) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = to_bytes(body, DETAIL_LIMIT).await.unwrap_or_default();
    let error = AppError::from_library(status, &String::from_utf8_lossy(&text));
    let (problem, body) = error.into_response().into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(problem.headers);
    Response::from_parts(parts, Body::new(body))
}

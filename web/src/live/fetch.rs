//! Questions to the server, and the ways in which they go wrong, in plain words.

use gloo::net::http::{Request, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchError {
    /// Nobody answers.
    Away,
    /// The server says what is wrong (RFC 9457).
    Problem {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// What kind of problem it is.
        title: String,
        /// What it is this time; may be empty.
        detail: String,
    },
    /// Something answers, but not with what was asked for.
    Malformed,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchError::Away => f.write_str("The server does not answer."),
            FetchError::Problem { status, title, detail } if detail.is_empty() => {
                write!(f, "The server says: {title} ({status}).")
            }
            FetchError::Problem { status, title, detail } => {
                write!(f, "The server says: {title} ({status}). {detail}")
            }
            FetchError::Malformed => {
                f.write_str("The server's answer makes no sense to this page.")
            }
        }
    }
}

impl std::error::Error for FetchError {}

/// The members of `application/problem+json` that a reader can use; each may be missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ProblemBody {
    title: String,
    detail: String,
}

/// Posts JSON to a path of the page's own origin and returns the JSON of the answer.
///
/// # Errors
///
/// See [`FetchError`].
pub async fn post_json<T: Serialize, R: DeserializeOwned>(
    path: &str,
    body: &T,
) -> Result<R, FetchError> {
    send_json(Request::post(path), body).await
}

/// Puts JSON to a path of the page's own origin and returns the JSON of the answer.
///
/// # Errors
///
/// See [`FetchError`].
pub async fn put_json<T: Serialize, R: DeserializeOwned>(
    path: &str,
    body: &T,
) -> Result<R, FetchError> {
    send_json(Request::put(path), body).await
}

/// The JSON at a path of the page's own origin.
///
/// # Errors
///
/// See [`FetchError`].
pub async fn get_json<R: DeserializeOwned>(path: &str) -> Result<R, FetchError> {
    answer(Request::get(path).header("Accept", "application/json").send().await).await
}

/// Deletes a path of the page's own origin and returns the JSON of the answer.
///
/// # Errors
///
/// See [`FetchError`].
pub async fn delete_json<R: DeserializeOwned>(path: &str) -> Result<R, FetchError> {
    answer(Request::delete(path).header("Accept", "application/json").send().await).await
}

async fn send_json<T: Serialize, R: DeserializeOwned>(
    request: RequestBuilder,
    body: &T,
) -> Result<R, FetchError> {
    let request = request.header("Accept", "application/json");
    let request = request.json(body).map_err(|_| FetchError::Malformed)?;
    answer(request.send().await).await
}

async fn answer<R: DeserializeOwned>(
    response: Result<Response, gloo::net::Error>,
) -> Result<R, FetchError> {
    let response = response.map_err(|_| FetchError::Away)?;
    // A body that breaks off is a server that went away.
    let text = response.text().await.map_err(|_| FetchError::Away)?;
    parse(response.status(), &response.status_text(), &text)
}

pub(super) fn parse<R: DeserializeOwned>(
    status: u16,
    status_text: &str,
    body: &str,
) -> Result<R, FetchError> {
    if (200..300).contains(&status) {
        return serde_json::from_str(body).map_err(|_| FetchError::Malformed);
    }
    // A proxy in between answers for a server that is not there.
    if let (502..=504, Err(_)) = (status, serde_json::from_str::<ProblemBody>(body)) {
        return Err(FetchError::Away);
    }
    let ProblemBody { mut title, detail } = serde_json::from_str(body).unwrap_or_default();
    if title.is_empty() {
        title = if status_text.is_empty() { "an error".into() } else { status_text.into() };
    }
    Err(FetchError::Problem { status, title, detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_parsed() {
        assert_eq!(parse(200, "OK", "[1, 2]"), Ok(vec![1, 2]));
        assert_eq!(parse::<u32>(200, "OK", "<html>"), Err(FetchError::Malformed));
    }

    #[test]
    fn a_problem_is_said_in_the_servers_words() {
        let body = r#"{"type":"about:blank","title":"Too many nodes","status":422,"detail":"At most 64."}"#;
        let error = parse::<u32>(422, "", body).unwrap_err();
        assert_eq!(error.to_string(), "The server says: Too many nodes (422). At most 64.");
    }

    #[test]
    fn an_error_without_a_problem_says_its_status() {
        let error = parse::<u32>(404, "Not Found", "<html>").unwrap_err();
        assert_eq!(error.to_string(), "The server says: Not Found (404).");
    }

    #[test]
    fn a_gateway_that_reaches_nobody_means_away() {
        assert_eq!(parse::<u32>(502, "Bad Gateway", "<html>"), Err(FetchError::Away));
        let busy = parse::<u32>(503, "", r#"{"title":"Busy"}"#);
        assert!(matches!(busy, Err(FetchError::Problem { status: 503, .. })));
    }
}

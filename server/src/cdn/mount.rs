//! `/edge/<name>/…`: the edges on the page's own listener, for the page.
//!
//! What comes from the origin is shown as from a stranger: whatever a page of its contains runs no script here and
//! has no part in the playground's own origin.
//!
//! A request may bear a number in the field `CDN-Mark`, which the event about it tells again: the page finds its own
//! among the requests of all visitors by that. No origin hears of it.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use playground_core::cdn::wire::MARK;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use super::api::cdn;
use super::request::{bad, forbidden, refused};
use crate::app::AppState;
use crate::origin;
use crate::problem::{self, AppError};

const PREFIX: &str = "/edge/";
/// Greater numbers than this are not the same to every reader of JSON.
const MOST_MARK: u64 = (1 << 53) - 1;

/// The routes, with layers of their own: those of the page would rewrite what the origin says.
pub(crate) fn routes(state: &AppState) -> Router {
    Router::new()
        .route("/edge/{*rest}", any(serve))
        .route_layer(from_fn_with_state(state.clone(), origin::check))
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(TraceLayer::new_for_http())
        .with_state(state.clone())
}

async fn serve(State(state): State<AppState>, request: Request) -> Result<Response, AppError> {
    let (mut parts, body) = request.into_parts();
    if parts.uri.authority().is_some() {
        return Err(forbidden(
            "An edge is no open proxy: ask for a path, not for another address.",
        ));
    }
    let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let rest = path.strip_prefix(PREFIX).ok_or(AppError::NotFound)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (name, target) = rest.split_at(end);
    let cdn = cdn(&state)?;
    let edge = cdn.edge(name).ok_or_else(|| {
        let names: Vec<&str> = cdn.edges().iter().map(|edge| edge.name.as_str()).collect();
        let detail = format!("There is no such edge; there are {}.", names.join(", "));
        refused(StatusCode::NOT_FOUND, detail)
    })?;
    if !target.starts_with('/') {
        return Ok(Redirect::permanent(&format!("{PREFIX}{name}/{target}")).into_response());
    }
    parts.uri = target
        .parse::<PathAndQuery>()
        .map(Uri::from)
        .map_err(|_| bad("The address cannot be understood."))?;
    let mark = take_mark(&mut parts.headers);
    let mut response = edge.serve(parts, body, mark).await.map(Body::new);
    let fixed = HeaderValue::from_static;
    let headers = response.headers_mut();
    let policy = "default-src 'none'; img-src 'self'; style-src 'self'; sandbox";
    headers.insert(CONTENT_SECURITY_POLICY, fixed(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(REFERRER_POLICY, fixed("no-referrer"));
    for (name, value) in [
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
    ] {
        headers.insert(HeaderName::from_static(name), fixed(value));
    }
    Ok(response)
}

/// What the reader calls its request, which is nobody else's business.
fn take_mark(headers: &mut HeaderMap) -> Option<u64> {
    let mark = headers.remove(MARK)?;
    mark.to_str().ok()?.parse().ok().filter(|mark| *mark <= MOST_MARK)
}

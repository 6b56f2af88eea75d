//! Who may open a WebSocket. Browsers let any page of any site open one anywhere, and tell only the page's
//! origin (RFC 6455 section 10.2): the server has to look.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::AppState;
use crate::problem::AppError;

/// Lets a request pass that has no `Origin` (no browser sent it) or the server's own.
pub(crate) async fn check(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    if is_allowed(request.headers(), state.listens_on_loopback()) {
        Ok(next.run(request).await)
    } else {
        Err(AppError::ForeignOrigin)
    }
}

/// On loopback, other loopback origins pass too: `trunk serve` shows the page on a port of its own.
fn is_allowed(headers: &HeaderMap, listens_on_loopback: bool) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return true;
    };
    if origins.next().is_some() {
        return false;
    }
    let Some((origin, default_port)) = origin.to_str().ok().and_then(parse_origin) else {
        return false;
    };
    if listens_on_loopback && is_loopback(origin.host()) {
        return true;
    }
    let Some(host) = host(headers) else {
        return false;
    };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(default_port);
    origin.host().eq_ignore_ascii_case(host.host()) && port(&origin) == port(&host)
}

/// Whom the client means to talk to.
pub(crate) fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(header::HOST)?.to_str().ok()?.parse().ok()
}

/// The authority of an `http` or `https` origin, and the port that it has when it names none. The opaque
/// origin `null` has no authority, so it is nobody's own.
fn parse_origin(origin: &str) -> Option<(Authority, u16)> {
    let uri: Uri = origin.parse().ok()?;
    let default_port = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some((uri.authority()?.clone(), default_port))
}

/// Whether a name always means this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(host: &str, origin: &str, listens_on_loopback: bool) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        is_allowed(&headers, listens_on_loopback)
    }

    #[test]
    fn the_own_origin_passes_whether_or_not_it_names_the_default_port() {
        assert!(allowed("a.example:3000", "http://a.example:3000", false));
        assert!(allowed("a.example", "http://a.example", false));
        assert!(allowed("a.example:80", "http://a.example", false));
        assert!(allowed("a.example", "https://A.example", false));
    }

    #[test]
    fn another_host_port_or_scheme_does_not() {
        assert!(!allowed("a.example:3000", "http://b.example:3000", true));
        assert!(!allowed("a.example:3000", "http://a.example:3001", true));
        assert!(!allowed("a.example:3000", "http://a.example", true));
        assert!(!allowed("a.example", "null", true));
        assert!(!allowed("a.example", "file://a.example", true));
        assert!(!allowed("a.example", "http://a.example.evil.example", true));
        assert!(!allowed("a.example", "http://localhost.evil.example", true));
    }

    #[test]
    fn loopback_origins_pass_only_where_the_server_listens_on_loopback() {
        for origin in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert!(allowed("127.0.0.1:3000", origin, true), "{origin}");
            assert!(!allowed("192.0.2.1:3000", origin, false), "{origin}");
        }
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "a.example".parse().unwrap());
        headers.append(header::ORIGIN, "http://a.example".parse().unwrap());
        headers.append(header::ORIGIN, "http://a.example".parse().unwrap());
        assert!(!is_allowed(&headers, true));
    }
}

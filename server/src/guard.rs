//! Who may do harm on purpose: only this machine, and no page but the playground's own.
//!
//! A page from elsewhere can send requests here although it may not read the answers, and can make a name of
//! its own lead here (DNS rebinding). So the origin is checked, and the name that the client used.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::origin;
use crate::problem::AppError;

/// Headers by which a proxy says that somebody else has asked.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// Lets a request pass that comes from this machine, or any if that was asked for. `deed` tells the others what they
/// may not do.
pub(crate) async fn only_local(
    allows_remote_faults: bool,
    deed: &str,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if allows_remote_faults || is_local(peer, request.headers()) {
        return Ok(next.run(request).await);
    }
    Err(AppError::Refused {
        status: StatusCode::FORBIDDEN,
        detail: format!(
            "Only programs on the server's own machine may {deed}, unless it was started with \
             --allow-remote-faults."
        ),
    })
}

/// A client whose address is unknown is nobody's friend.
pub(crate) fn is_local(peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && origin::host(headers).is_some_and(|host| origin::is_loopback(host.host()))
        && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn local(peer: &str, headers: &[(&'static str, &str)]) -> bool {
        let pairs = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()));
        is_local(Some(peer.parse().unwrap()), &pairs.collect())
    }

    #[test]
    fn this_machine_is_known_by_its_addresses_and_names() {
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000"] {
            assert!(local("127.0.0.1:5000", &[("host", host)]), "{host}");
            assert!(local("[::1]:5000", &[("host", host)]), "{host}");
            assert!(local("[::ffff:127.0.0.1]:5000", &[("host", host)]), "{host}");
        }
    }

    #[test]
    fn other_machines_names_and_proxies_are_not() {
        assert!(!local("192.0.2.7:5000", &[("host", "127.0.0.1:3000")]));
        assert!(!local("[2001:db8::1]:5000", &[("host", "localhost:3000")]));
        assert!(!local("127.0.0.1:5000", &[("host", "rebound.example:3000")]));
        assert!(!local("127.0.0.1:5000", &[("host", "localhost.example")]));
        assert!(!local("127.0.0.1:5000", &[]));
        for name in FORWARDED {
            let headers = [("host", "localhost"), (name, "192.0.2.7")];
            assert!(!local("127.0.0.1:5000", &headers), "{name}");
        }
        assert!(!is_local(
            None,
            &HeaderMap::from_iter([(header::HOST, "localhost".parse().unwrap())])
        ));
    }
}

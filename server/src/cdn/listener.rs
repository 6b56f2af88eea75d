//! The port for browsers and curl: an edge without the page around it, and nothing between hyper and the edge.
//!
//! Which edge answers: the one whose name is the first label of a `*.localhost` host (browsers resolve these to
//! loopback by themselves: `http://tokyo.localhost:8000/`); else the one that the request's field `CDN-Edge` names
//! (`curl -H 'CDN-Edge: tokyo' …`); else the first.
//!
//! On a loopback address only loopback names and addresses are answered, so that no page from elsewhere can make a
//! name of its own lead here (DNS rebinding). Elsewhere any name is, since the server cannot know its own.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use super::Cdn;
use super::body::CdnBody;
use super::machines::{KNOWN, is_own};
use super::request::{bad, forbidden, refused};
use super::served::own;
use crate::closing::Guest;
use crate::connections::patient::PatientStream;
use crate::connections::{Connections, Permit, refusal};
use crate::origin;
use crate::problem::AppError;
use crate::serve::{HEAD_LIMIT, Patience, Terms, pause_after};

/// The request field that names an edge.
const CDN_EDGE: HeaderName = HeaderName::from_static("cdn-edge");

/// What is answered by the process itself, where the edge has no other port.
type Own = Option<TowerToHyperService<Router>>;

/// Serves until the server stops; what is not the edges' to answer goes to `own`.
pub(super) async fn serve(cdn: Cdn, listener: TcpListener, terms: Terms, own: Option<Router>) {
    let own = own.map(TowerToHyperService::new);
    let Terms { closing, patience, connections } = terms;
    let mut stopping = closing.guest();
    let is_loopback = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let guest = closing.guest();
                    let desk = Desk { cdn: cdn.clone(), own: own.clone(), peer, is_loopback };
                    admit(&connections, stream, peer, |stream, permit| {
                        tokio::spawn(converse(desk, stream, permit, guest, patience));
                    });
                }
                Err(error) => pause_after(&error).await,
            },
            () = stopping.asked_to_leave() => return,
        }
    }
}

fn admit(
    connections: &Connections,
    stream: TcpStream,
    peer: SocketAddr,
    go: impl FnOnce(TcpStream, Permit),
) {
    match connections.admit(peer.ip()) {
        Ok(permit) => go(stream, permit),
        Err(why) => refusal::refuse(stream, why),
    }
}

/// Who answers a connection, and whom.
#[derive(Clone)]
struct Desk {
    cdn: Cdn,
    own: Own,
    peer: SocketAddr,
    is_loopback: bool,
}

async fn converse(
    desk: Desk,
    stream: TcpStream,
    permit: Permit,
    mut guest: Guest,
    patience: Patience,
) {
    let _ = stream.set_nodelay(true);
    let stream = PatientStream::new(stream, patience.write);
    let service = service_fn(move |request: Request<Incoming>| {
        let desk = desk.clone();
        async move { Ok::<_, Infallible>(answer(&desk, request).await) }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_header_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    let over = tokio::select! {
        outcome = &mut connection => Some(outcome),
        () = guest.asked_to_leave() => None,
    };
    let outcome = match over {
        Some(outcome) => outcome,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection at the port of the edges broke off");
        if error.is_parse() || error.is_timeout() {
            let stream = connection.into_parts().io.into_inner().into_inner();
            refusal::part(stream, permit, false).await;
        }
    }
}

async fn answer(desk: &Desk, mut request: Request<Incoming>) -> Response<CdnBody> {
    let Desk { cdn, own: own_routes, peer, is_loopback } = desk;
    let edge = match choose(cdn, request.headers(), request.version(), *is_loopback) {
        Ok(edge) => edge,
        Err(error) => return own(error),
    };
    if let Some(routes) = own_routes
        && is_own(request.uri().path())
    {
        request.extensions_mut().insert(ConnectInfo(*peer));
        let Ok(response) = routes.call(request).await;
        return response.map(CdnBody::own);
    }
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(&CDN_EDGE);
    let asks_for_known = parts.headers.remove(&KNOWN).is_some();
    // What is known now, since the answer may be made now: a purge on its way may come too late for it.
    let known = cdn.machine().filter(|_| asks_for_known).map(|machine| machine.known_value());
    let mut response = edge.serve(parts, Body::new(body), None).await;
    if let Some(known) = known {
        response.headers_mut().insert(KNOWN, known);
    }
    response
}

/// The edge that is to answer.
fn choose<'a>(
    cdn: &'a Cdn,
    headers: &HeaderMap,
    version: Version,
    is_loopback: bool,
) -> Result<&'a std::sync::Arc<super::edge::Edge>, AppError> {
    let unknown = || {
        let names: Vec<&str> = cdn.edges().iter().map(|edge| edge.name.as_str()).collect();
        let detail = format!("There is no such edge; there are {}.", names.join(", "));
        refused(axum::http::StatusCode::NOT_FOUND, detail)
    };
    let mut by_host = None;
    match host(headers)? {
        Some(host) => {
            let host = host.host().to_ascii_lowercase();
            by_host = host.strip_suffix(".localhost").map(str::to_owned);
            if is_loopback && by_host.is_none() && !origin::is_loopback(&host) {
                return Err(forbidden("This port answers to loopback names and addresses only."));
            }
        }
        None if version >= Version::HTTP_11 => return Err(bad("The request has no Host.")),
        None => {}
    }
    if cdn.machine().is_some() {
        return cdn.edges().first().ok_or_else(unknown);
    }
    let by_field = headers.get(&CDN_EDGE).map(|name| name.to_str().unwrap_or_default().to_owned());
    match by_host.or(by_field) {
        Some(name) => cdn.edge(&name).ok_or_else(unknown),
        None => cdn.edges().first().ok_or_else(unknown),
    }
}

/// Whom the client means to talk to: one name or address, and nothing around it.
fn host(headers: &HeaderMap) -> Result<Option<Authority>, AppError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next() else { return Ok(None) };
    let authority: Option<Authority> = host.to_str().ok().and_then(|host| host.parse().ok());
    match authority.filter(|authority| !authority.as_str().contains('@')) {
        Some(authority) if hosts.next().is_none() => Ok(Some(authority)),
        _ => Err(bad("The request's Host cannot be understood.")),
    }
}

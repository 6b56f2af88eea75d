//! From an HTTP request to a bare TCP stream: the server's side of the opening handshake.

use axum::extract::FromRequestParts;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use playground_core::websocket::handshake::{HandshakeError, check_request};
use tokio::net::TcpStream;

use crate::app::AppState;
use crate::closing::Guest;
use crate::connections::Permit;
use crate::connections::recorded::RecordedStream;
use crate::connections::tape::Tape;
use crate::problem::AppError;

/// A request that opens a WebSocket; an extractor. Any other request is refused, with what it lacks.
///
/// ```text
/// async fn connect(State(state): State<AppState>, upgrade: Upgrade) -> Response {
///     upgrade.on_open(move |opened| async move { /* talk over opened.stream */ })
/// }
/// ```
///
/// Whose page asks is for the layer [`origin::check`](crate::origin::check) to look at, before.
pub(crate) struct Upgrade {
    accept: HeaderValue,
    on_upgrade: OnUpgrade,
    guest: Guest,
}

/// An open WebSocket as a bare TCP stream: nothing of hyper or axum is left in memory.
///
/// The stream has TCP_NODELAY set. Keep the permit and the guest as long as the stream, and drop the rest.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Frames from here on.
    pub(crate) stream: TcpStream,
    /// What the client has already sent behind its request: the first bytes to decode. Usually none.
    pub(crate) leftover: Vec<u8>,
    /// By which the connection counts as one of its client's.
    pub(crate) permit: Permit,
    /// How to learn that the server stops; it waits for the guest.
    pub(crate) guest: Guest,
    /// The handshake, for those who watch.
    pub(crate) tape: Tape,
}

impl FromRequestParts<AppState> for Upgrade {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let version = format!("{:?}", parts.version);
        let accept = check_request(parts.method.as_str(), &version, headers).map_err(refusal)?;
        let accept = HeaderValue::try_from(accept.accept).map_err(|_| AppError::Panicked)?;
        let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(AppError::Panicked)?;
        // A guest from here on, so that a stopping server also waits for a handshake in progress.
        Ok(Self { accept, on_upgrade, guest: state.closing().guest() })
    }
}

impl Upgrade {
    /// Answers 101. Once that is written, `talk` gets the stream, in a task of its own.
    pub(crate) fn on_open<F>(self, talk: impl FnOnce(Opened) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { accept, on_upgrade, guest } = self;
        tokio::spawn(async move {
            // An error means that the client is gone.
            let Ok(upgraded) = on_upgrade.await else { return };
            match bare(upgraded, guest) {
                // A task of its own, so that this one goes with all that hyper needed.
                Some(opened) => drop(tokio::spawn(talk(opened))),
                None => {
                    tracing::error!("a WebSocket was opened on a stream that is not the server's")
                }
            }
        });
        let switch = [
            (UPGRADE, HeaderValue::from_static("websocket")),
            (CONNECTION, HeaderValue::from_static("Upgrade")),
            (SEC_WEBSOCKET_ACCEPT, accept),
        ];
        (StatusCode::SWITCHING_PROTOCOLS, switch).into_response()
    }
}

/// The stream under an upgraded connection; there is none unless it was accepted by
/// [`serve`](crate::serve::serve).
fn bare(upgraded: Upgraded, guest: Guest) -> Option<Opened> {
    let parts = upgraded.downcast::<TokioIo<RecordedStream>>().ok()?;
    let RecordedStream { stream, permit, tape } = parts.io.into_inner();
    // A copy, since the original holds on to hyper's whole buffer.
    let leftover = parts.read_buf.to_vec();
    Some(Opened { stream: stream.into_inner(), leftover, permit, guest, tape })
}

fn refusal(error: HandshakeError) -> AppError {
    let detail = format!("This address opens a WebSocket: {error}.");
    match StatusCode::from_u16(error.status()) {
        Ok(StatusCode::METHOD_NOT_ALLOWED) => AppError::MethodNotAllowed { allow: Some("GET") },
        Ok(StatusCode::UPGRADE_REQUIRED) => AppError::UpgradeRequired { detail },
        Ok(status) => AppError::Refused { status, detail },
        Err(_) => AppError::Refused { status: StatusCode::BAD_REQUEST, detail },
    }
}

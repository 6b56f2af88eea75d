//! Everything that answers: the routes, and the layers around all of them.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::cdn::{self, Cdn};
use crate::chat::{self, Chat};
use crate::closing::Closing;
use crate::page::{self, Page};
use crate::problem::{self, AppError};
use crate::redis_link::RedisLink;
use crate::runs::Runs;
use crate::two_phase_commit::{self, TwoPhaseCommit};
use crate::unique_id::{self, UniqueId};
use crate::websocket::{self, WebSockets};
use crate::{
    blocking_queue, consistent_hashing, health, metrics, multi_threading, origin, presence,
    security,
};

/// The labs that [`labs`] has routes of, under their one name.
pub(crate) const LIVE_LABS: &[&str] = &[
    "multi_threading",
    "blocking_queue",
    "websocket",
    "chat",
    "two_phase_commit",
    "unique_id",
    "cdn",
    "consistent_hashing",
];

/// How much of a body that is refused for its size is still read, in bytes, and for how long.
const DRAIN_LIMIT: usize = 1 << 20;
const DRAIN_PATIENCE: Duration = Duration::from_secs(2);

/// What the application is made of.
#[derive(Debug, Default)]
pub struct Config {
    /// The built page; [`Page::default`] where there is none.
    pub page: Page,
    /// Whether the server listens on a loopback address, and so takes loopback origins for its own.
    pub listens_on_loopback: bool,
    /// How sockets learn that the server stops.
    pub closing: Closing,
    /// The nodes of two-phase commit; none if this server runs none.
    pub two_phase_commit: Option<TwoPhaseCommit>,
    /// The Redis that this server shares with others; none if it shares nothing.
    pub redis: Option<RedisLink>,
    /// The chat; none if this server runs none.
    pub chat: Option<Chat>,
    /// The ID service; none if this server runs none.
    pub unique_id: Option<UniqueId>,
    /// The edges of the content delivery network; none if this server runs none.
    pub cdn: Option<Cdn>,
    /// How what keeps the processors busy is run.
    pub runs: Runs,
    /// How much of anything is too much.
    pub limits: Limits,
}

/// Bounds on what one client can ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// How long a request to a lab may take, its body's arrival included.
    pub api_timeout: Duration,
    /// The beat of the presence socket.
    pub heartbeat: Duration,
    /// How long the sockets of the WebSocket lab wait for their clients.
    pub websocket: websocket::Patience,
}

impl Default for Limits {
    /// 256 KiB, 10 s, 5 s, and for WebSockets 20 s and 200 ms.
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            api_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(5),
            websocket: websocket::Patience::default(),
        }
    }
}

/// What handlers share; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    websocket: WebSockets,
    started: Instant,
    started_at_ms: u64,
}

impl AppState {
    pub(crate) fn new(config: Config) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(Arc::new(Shared {
            config,
            websocket: WebSockets::new(),
            started: Instant::now(),
            started_at_ms: milliseconds(since_1970),
        }))
    }

    pub(crate) fn page(&self) -> &Page {
        &self.0.config.page
    }

    pub(crate) fn closing(&self) -> &Closing {
        &self.0.config.closing
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.config.limits
    }

    pub(crate) fn listens_on_loopback(&self) -> bool {
        self.0.config.listens_on_loopback
    }

    pub(crate) fn two_phase_commit(&self) -> Option<&TwoPhaseCommit> {
        self.0.config.two_phase_commit.as_ref()
    }

    pub(crate) fn redis(&self) -> Option<&RedisLink> {
        self.0.config.redis.as_ref()
    }

    pub(crate) fn chat(&self) -> Option<&Chat> {
        self.0.config.chat.as_ref()
    }

    pub(crate) fn unique_id(&self) -> Option<&UniqueId> {
        self.0.config.unique_id.as_ref()
    }

    pub(crate) fn cdn(&self) -> Option<&Cdn> {
        self.0.config.cdn.as_ref()
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.0.config.runs
    }

    pub(crate) fn websocket(&self) -> &WebSockets {
        &self.0.websocket
    }

    pub(crate) fn started_at_ms(&self) -> u64 {
        self.0.started_at_ms
    }

    pub(crate) fn uptime_ms(&self) -> u64 {
        milliseconds(self.0.started.elapsed())
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The whole application.
pub fn app(config: Config) -> Router {
    app_with(config, Router::new())
}

/// The application with further routes, treated as a lab's are: how tests look at the layers.
pub fn app_with(config: Config, more: Router<AppState>) -> Router {
    let state = AppState::new(config);
    let api_timeout =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, state.limits().api_timeout);
    let routes = Router::new()
        .route("/healthz", get(health::report))
        .route("/metrics", get(metrics::tell))
        .merge(labs(&state).merge(more).layer(api_timeout))
        .merge(sockets(&state))
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed { allow: None })
        .fallback(page::serve)
        .with_state(state.clone());
    // What the edges pass on is not the server's own, and goes without its layers.
    layered(routes, &state).merge(cdn::edge_routes(&state))
}

/// The labs' own routes: one line and one file a lab.
fn labs(state: &AppState) -> Router<AppState> {
    Router::new()
        .nest("/api/multi-threading", multi_threading::router(state))
        .nest("/api/blocking-queue", blocking_queue::router(state))
        .nest("/api/chat", chat::router())
        .nest("/api/two-phase-commit", two_phase_commit::router(state))
        .nest("/api/unique-id", unique_id::router(state))
        .nest("/api/cdn", cdn::router(state))
        .nest("/api/consistent-hashing", consistent_hashing::router())
}

/// The WebSockets, which only the playground's own page may open.
fn sockets(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/ws/server", get(presence::connect))
        .route("/ws/two-phase-commit", get(two_phase_commit::connect))
        .merge(websocket::router())
        .route("/ws/chat", get(chat::connect))
        .route("/ws/unique-id", get(unique_id::connect))
        .route("/ws/cdn", get(cdn::connect))
        .route_layer(from_fn_with_state(state.clone(), origin::check))
}

/// What every answer passes through, from the inside out.
pub(crate) fn layered(routes: Router, state: &AppState) -> Router {
    let body_bytes = state.limits().body_bytes;
    let headers = Arc::new(security::headers(state.page().inline_scripts()));
    routes
        .layer(RequestBodyLimitLayer::new(body_bytes))
        .layer(from_fn_with_state(body_bytes, refuse_large_bodies))
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(map_response(problem::from_library))
        .layer(TraceLayer::new_for_http())
        .layer(map_response_with_state(headers, security::apply))
}

/// Refuses a body that says it is too large, yet reads on for a while: were the connection closed in the
/// middle of the upload, the client would see it break and never read the answer. Who asked first
/// (`Expect: 100-continue`) has not begun to send.
async fn refuse_large_bodies(State(limit): State<usize>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_none_or(|length| length <= limit as u64) {
        return next.run(request).await;
    }
    if !headers.contains_key(header::EXPECT) {
        let drained = to_bytes(request.into_body(), DRAIN_LIMIT);
        let _ = tokio::time::timeout(DRAIN_PATIENCE, drained).await;
    }
    AppError::BodyTooLarge.into_response()
}

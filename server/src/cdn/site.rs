//! The embedded origin: a small site with a page for every kind of cacheability, so that the lab works offline.
//!
//! It listens on loopback, on a port of its own, and the edges reach it as they would reach any origin. It can be
//! made slow, silent or faulty, and its content can be changed, while it runs.

mod answer;
mod pages;
mod pictures;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::sleep;

use super::upstream::Faults;

/// How many lines the guest book keeps, and how long one may be, in bytes.
const MOST_LINES: usize = 20;
const MOST_LINE_BYTES: usize = 200;

/// What the pages are made of. Clones are the same.
#[derive(Clone, Debug)]
struct Site(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    faults: Faults,
    guests: Mutex<Vec<String>>,
    /// When the pictures were last changed.
    born: SystemTime,
}

impl Site {
    fn revision(&self) -> u64 {
        self.0.faults.get().revision
    }

    fn guests(&self) -> Vec<String> {
        self.0.guests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sign(&self, line: &str) {
        let mut guests = self.0.guests.lock().unwrap_or_else(PoisonError::into_inner);
        guests.push(line.to_owned());
        let surplus = guests.len().saturating_sub(MOST_LINES);
        guests.drain(..surplus);
    }
}

/// The site, at fault as `faults` say.
pub(super) fn router(faults: Faults) -> Router {
    // A day ago, so that a lifetime can be guessed from it.
    let born = SystemTime::now() - Duration::from_secs(86_400);
    let site = Site(Arc::new(Inner { faults, guests: Mutex::default(), born }));
    Router::new()
        .route("/", get(pages::front))
        .route("/news", get(pages::news))
        .route("/hello", get(pages::hello))
        .route("/slow", get(pages::slow))
        .route("/clock", get(pages::clock))
        .route("/account", get(pages::account))
        .route("/weather", get(pages::weather))
        .route("/strict", get(pages::strict))
        .route("/archive", get(pages::archive))
        .route("/guestbook", get(pages::guestbook).post(sign_guestbook))
        .route("/drip", get(pages::drip))
        .route("/large", get(pages::large))
        .route("/harbour.svg", get(pictures::harbour))
        .route("/mountains.svg", get(pictures::mountains))
        .route("/sky.png", get(pictures::sky))
        .fallback(pages::nothing)
        .layer(from_fn_with_state(site.clone(), suffer))
        .layer(map_response(name))
        .with_state(site)
}

/// What is wrong on purpose.
async fn suffer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let faults = site.0.faults.get();
    if faults.slow_ms > 0 {
        sleep(Duration::from_millis(faults.slow_ms)).await;
    }
    if faults.down {
        // Breaks the connection: an answer whose body fails before its head is written is none.
        return Silence.into_response();
    }
    if faults.error {
        let refusal =
            (StatusCode::INTERNAL_SERVER_ERROR, "The origin is out of order, on purpose.\n");
        return refusal.into_response();
    }
    next.run(request).await
}

/// Marks an answer as one that is never sent, see [`super::origin`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence;

impl IntoResponse for Silence {
    fn into_response(self) -> Response {
        let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
        response.extensions_mut().insert(Silence);
        response
    }
}

async fn name(mut response: Response) -> Response {
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("playground-origin"));
    response
}

/// Adds a line; what was stored of the page is invalid by that.
async fn sign_guestbook(State(site): State<Site>, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body);
    let line = text.trim();
    if line.is_empty() || line.len() > MOST_LINE_BYTES {
        return (StatusCode::BAD_REQUEST, "A line has 1 to 200 bytes.\n").into_response();
    }
    site.sign(line);
    let seen = [(header::LOCATION, "/guestbook"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, seen, Body::empty()).into_response()
}

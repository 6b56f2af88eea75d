//! The pages of the embedded origin, each with the directives that it shows.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use hyper::body::Frame;
use playground_core::cdn::caching::Timestamp;
use serde::Deserialize;
use tokio::time::{Interval, interval, sleep};

use super::Site;
use super::answer::{Answer, Content};
use crate::cdn::edge::now;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
/// How long the slow page takes.
const SLOW: Duration = Duration::from_secs(2);
/// The largest body on offer, in MiB.
const MOST_MIB: u64 = 4096;
/// How many drops there are, and how far apart.
const DROPS: u32 = 20;
const DROP_PAUSE: Duration = Duration::from_millis(250);

fn html(title: &str, body: &str) -> Bytes {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n{body}\n<p><a href=\"./\">All pages</a></p>\n</html>\n"
    )
    .into()
}

pub(super) async fn front(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let body = "<p>A small site to keep copies of. What each page says about that:</p>\n<ul>\n\
        <li><a href=\"news\">news</a>: 5 seconds, then 30 more while it is revalidated; it can be changed</li>\n\
        <li><a href=\"hello\">hello</a>: a minute, one copy for each language</li>\n\
        <li><a href=\"slow\">slow</a>: takes 2 seconds, and is then kept for half a minute</li>\n\
        <li><a href=\"weather\">weather</a>: 5 seconds, and for 10 minutes if the origin fails</li>\n\
        <li><a href=\"strict\">strict</a>: 5 seconds, and never stale</li>\n\
        <li><a href=\"archive\">archive</a>: says only when it was changed</li>\n\
        <li><a href=\"guestbook\">guestbook</a>: a minute, unless somebody writes into it (POST a line)</li>\n\
        <li><a href=\"account\">account</a>: private, for nobody else</li>\n\
        <li><a href=\"clock\">clock</a>: never kept</li>\n\
        <li><a href=\"drip\">drip</a>: comes drop by drop, for 5 seconds</li>\n\
        <li><a href=\"large?mib=64\">large?mib=64</a>: so many mebibytes</li>\n\
        <li><a href=\"harbour.svg\">harbour.svg</a>, <a href=\"mountains.svg\">mountains.svg</a>, \
        <a href=\"sky.png\">sky.png</a>: pictures, for an hour; the last for 10 minutes at edges and for one \
        at readers</li>\n</ul>";
    let answer = Answer::new(HTML, html("The embedded origin", body));
    answer.cache("max-age=60").tags("pages front").to(&method, &target, &headers)
}

pub(super) async fn news(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let edition = site.revision() + 1;
    let body = format!("<p>This is edition {edition}.</p>");
    let answer = Answer::new(HTML, html("News", &body));
    let answer = answer.cache("max-age=5, stale-while-revalidate=30").tags("pages news");
    answer.to(&method, &target, &headers)
}

pub(super) async fn hello(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let wanted = wanted.unwrap_or_default().to_ascii_lowercase();
    let (language, greeting) = [("de", "Guten Tag"), ("fr", "Bonjour"), ("ja", "こんにちは")]
        .into_iter()
        .find(|(language, _)| wanted.starts_with(language))
        .unwrap_or(("en", "Hello"));
    let answer = Answer::new(TEXT, format!("{greeting}!\n")).cache("max-age=60").tags("hello");
    let answer =
        answer.with(header::CONTENT_LANGUAGE, language).with(header::VARY, "Accept-Language");
    answer.to(&method, &target, &headers)
}

pub(super) async fn slow(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    sleep(SLOW).await;
    let body = format!("<p>This took 2 seconds, once. Edition {}.</p>", site.revision() + 1);
    let answer = Answer::new(HTML, html("Slow", &body)).cache("max-age=30").tags("pages");
    answer.to(&method, &target, &headers)
}

pub(super) async fn clock(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let answer = Answer::new(TEXT, format!("{}\n", now())).cache("no-store");
    answer.to(&method, &target, &headers)
}

pub(super) async fn account(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let who = headers.get(header::COOKIE).and_then(|cookie| cookie.to_str().ok());
    let who = who.and_then(|cookies| cookies.split("name=").nth(1)?.split(';').next());
    let body = format!("This is for {} only.\n", who.unwrap_or("somebody without a name"));
    let answer = Answer::new(TEXT, body).cache("private, max-age=60").with(header::VARY, "Cookie");
    answer.to(&method, &target, &headers)
}

pub(super) async fn weather(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let degrees = 12 + site.revision() % 9;
    let body = html("Weather", &format!("<p>{degrees} degrees, and a light breeze.</p>"));
    let answer = Answer::new(HTML, body).cache("max-age=5, stale-if-error=600").tags("pages");
    answer.to(&method, &target, &headers)
}

pub(super) async fn strict(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let body = html("Strict", &format!("<p>The price is {} today.</p>", 100 + site.revision()));
    let answer = Answer::new(HTML, body).cache("max-age=5, must-revalidate").tags("pages");
    answer.to(&method, &target, &headers)
}

pub(super) async fn archive(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let born = site.0.born.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let born = Timestamp(i64::try_from(born.as_millis()).unwrap_or(0));
    let body =
        html("Archive", "<p>It has not changed since yesterday, so it may stay for a while.</p>");
    let answer = Answer::new(HTML, body).without_tag().tags("pages");
    answer.with(header::LAST_MODIFIED, &born.to_string()).to(&method, &target, &headers)
}

pub(super) async fn guestbook(
    State(site): State<Site>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let lines = site.guests().join("\n");
    let answer =
        Answer::new(TEXT, format!("Guests:\n{lines}\n")).cache("max-age=60").tags("guests");
    answer.to(&method, &target, &headers)
}

pub(super) async fn nothing(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let answer = Answer::new(TEXT, "Nothing is here.\n").status(StatusCode::NOT_FOUND);
    answer.cache("max-age=5").to(&method, &target, &headers)
}

/// How large a body is wanted.
#[derive(Deserialize)]
pub(super) struct Size {
    mib: Option<u64>,
}

pub(super) async fn large(
    State(site): State<Site>,
    Query(Size { mib }): Query<Size>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mib = mib.unwrap_or(16).clamp(1, MOST_MIB);
    let answer = Answer::of("application/octet-stream", Content::Pattern(mib << 20));
    let answer = answer.with(header::ETAG, &format!("\"{mib}-{}\"", site.revision()));
    let answer = answer.with(header::ACCEPT_RANGES, "bytes").cache("max-age=3600").tags("large");
    answer.to(&method, &target, &headers)
}

/// Some drops, one after the other.
pub(super) async fn drip(method: Method, target: Uri, headers: HeaderMap) -> Response<Body> {
    let mut response =
        Answer::new(TEXT, "").without_tag().cache("max-age=30").to(&method, &target, &headers);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if method == Method::GET && response.status() == StatusCode::OK {
        *response.body_mut() = Body::new(Drops { left: DROPS, pause: interval(DROP_PAUSE) });
    }
    response
}

struct Drops {
    left: u32,
    pause: Interval,
}

impl hyper::body::Body for Drops {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        ready!(self.pause.poll_tick(context));
        self.left -= 1;
        let drop = format!("drop {} of {DROPS}\n", DROPS - self.left);
        Poll::Ready(Some(Ok(Frame::data(drop.into()))))
    }
}

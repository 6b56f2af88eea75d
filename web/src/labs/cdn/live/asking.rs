//! A request that the page really sends to an edge, and the answer as the browser shows it to a page.
//!
//! The browser has a cache of its own, which would answer for the edge: `no-store` keeps it out. With that alone it
//! would add `Cache-Control: no-cache`, which means the edge, unless the request says what it wants itself.

use crate::live::FetchError;
use gloo::net::http::Request;
use gloo::utils::window;
use playground_core::cdn::wire::MARK;
use web_sys::{RequestCache, Url};

/// What a reader wants of the caches on the way (RFC 9111, section 5.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nothing that caches would not do by themselves.
    #[default]
    Plain,
    /// What the origin has now, as a browser asks when it reloads.
    Origin,
    /// A copy, or nothing.
    OnlyCopy,
}

impl Wish {
    /// All of them.
    pub const ALL: [Wish; 3] = [Wish::Plain, Wish::Origin, Wish::OnlyCopy];

    /// What is asked for, in words.
    pub fn words(self) -> &'static str {
        match self {
            Wish::Plain => "nothing special",
            Wish::Origin => "the origin asked first",
            Wish::OnlyCopy => "a copy or nothing",
        }
    }

    /// The value of the request's `Cache-Control`. What says nothing about copies has to say something all the same,
    /// and not `max-age`, which forbids stale ones.
    pub fn field(self) -> &'static str {
        match self {
            Wish::Plain => "no-transform",
            Wish::Origin => "no-cache",
            Wish::OnlyCopy => "only-if-cached",
        }
    }
}

/// What is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The edge's name.
    pub edge: String,
    /// Path and query at the edge, as the browser writes them.
    pub path: String,
    /// What is wanted of the caches.
    pub wish: Wish,
}

/// Why a path cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPath;

impl Asking {
    /// Asks an edge for what was typed.
    ///
    /// # Errors
    /// If the browser makes an address of it that is none of the edge's: it resolves `..` before it sends.
    pub fn new(edge: &str, typed: &str, wish: Wish) -> Result<Self, NoPath> {
        let mount = format!("/edge/{edge}");
        let origin = window().location().origin().map_err(|_| NoPath)?;
        let typed = format!("{mount}/{}", typed.trim().trim_start_matches('/'));
        let url = Url::new_with_base(&typed, &origin).map_err(|_| NoPath)?;
        let address = url.pathname() + &url.search();
        let path = address.strip_prefix(&mount).filter(|path| path.starts_with('/'));
        let path = path.ok_or(NoPath)?.to_owned();
        Ok(Asking { edge: edge.to_owned(), path, wish })
    }

    /// The address on the page's own server.
    pub fn address(&self) -> String {
        format!("/edge/{}{}", self.edge, self.path)
    }

    /// Sends the request by the name of `mark`, and takes in the whole answer.
    ///
    /// # Errors
    /// If nobody answers, or the answer breaks off.
    pub async fn send(&self, mark: u64) -> Result<Answer, FetchError> {
        let begun_ms = now_ms();
        let request = Request::get(&self.address())
            .cache(RequestCache::NoStore)
            .header("Cache-Control", self.wish.field())
            .header(MARK, &mark.to_string());
        let response = request.send().await.map_err(|_| FetchError::Away)?;
        let head_ms = now_ms() - begun_ms;
        let (status, status_text) = (response.status(), response.status_text());
        let headers = response.headers().entries().collect();
        let body = response.binary().await.map_err(|_| FetchError::Away)?;
        let whole_ms = now_ms() - begun_ms;
        Ok(Answer { status, status_text, headers, head_ms, whole_ms, bytes: body.len() as u64 })
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its words, where the protocol has any.
    pub status_text: String,
    /// The header fields that a page may see: all but `Set-Cookie`.
    pub headers: Vec<(String, String)>,
    /// From the call to the head's arrival at the page, in milliseconds.
    pub head_ms: f64,
    /// … to the end of the body.
    pub whole_ms: f64,
    /// The length of the body, decoded.
    pub bytes: u64,
}

impl Answer {
    /// The value of a field, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

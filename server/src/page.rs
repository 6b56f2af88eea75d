//! The built page, held in memory: files are looked up in a map, so no path can lead out of it.

mod asset;
mod encoding;
mod inline_scripts;
mod load;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use crate::app::AppState;
use crate::problem::AppError;
use asset::Asset;
pub use load::PageError;

/// The file that starts the page, and answers for every address that the page itself routes.
const SHELL: &str = "index.html";
/// First segments of addresses that are the server's own, never the page's.
const RESERVED: [&str; 3] = ["api", "ws", "edge"];

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"en\">
<title>The page is not built</title>
<h1>The page is not built yet</h1>
<p>The server is running, but it has no page to show.
Stop it, and let <code>cargo xtask play</code> build the page and start the server again.</p>
</html>
";

/// The page's files by their path relative to its root, with `/` between segments. Empty without a page.
#[derive(Debug, Default)]
pub struct Page {
    assets: BTreeMap<String, Asset>,
    inline_scripts: Vec<String>,
}

impl Page {
    /// The `'sha256-…'` sources of the shell's inline scripts, for the Content-Security-Policy.
    #[must_use]
    pub fn inline_scripts(&self) -> &[String] {
        &self.inline_scripts
    }

    /// The `ETag` of the uncompressed shell, quotes included.
    #[must_use]
    pub fn shell_etag(&self) -> Option<&str> {
        self.assets.get(SHELL).map(Asset::etag)
    }

    /// The number of files, those counted once that have compressed copies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// Whether there is no page at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// The file at a decoded path without its leading slash, or the shell where the page has a route of its
    /// own: an unknown path that does not look like a file's.
    fn find(&self, path: &str) -> Option<&Asset> {
        let last_segment = path.rsplit('/').next().unwrap_or(path);
        let shell = || self.assets.get(SHELL).filter(|_| !last_segment.contains('.'));
        self.assets.get(path).or_else(shell)
    }
}

/// Answers everything that no route answers.
pub(crate) async fn serve(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let path = decoded_path(&uri).ok_or(AppError::NotFound)?;
    let first_segment = path.split('/').next().unwrap_or(&path);
    if RESERVED.contains(&first_segment) {
        return Err(AppError::NotFound);
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(AppError::MethodNotAllowed { allow: Some("GET, HEAD") });
    }
    match state.page().find(&path) {
        Some(asset) => asset.respond(&method, &headers),
        None if state.page().is_empty() && !path.contains('.') => Ok(not_built()),
        None => Err(AppError::NotFound),
    }
}

/// The path with its percent-encoding undone once and its leading slash gone; none where it could not name
/// a file (not UTF-8, a dot segment, a backslash or a control character).
fn decoded_path(uri: &Uri) -> Option<String> {
    let path = percent_decode_str(uri.path()).decode_utf8().ok()?;
    let path = path.strip_prefix('/')?;
    let is_odd = path.contains(|c: char| c == '\\' || c.is_control());
    let has_dots = path.split('/').any(|segment| segment == "." || segment == "..");
    (!is_odd && !has_dots).then(|| path.to_owned())
}

fn not_built() -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
}

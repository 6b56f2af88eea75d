//! The commands of Chromium's driver that WebDriver does not have: the console, the trace, and
//! DevTools.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A command of Chromium's driver.
#[derive(Debug)]
pub(crate) enum Vendor {
    /// What has been written to the console since the last time.
    Console,
    /// What the browser has been busy with since the last time.
    Trace,
    /// A command of the DevTools protocol.
    DevTools {
        /// Its name, such as `Emulation.setEmulatedMedia`.
        method: &'static str,
        /// Its parameters.
        params: Value,
    },
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        let session = session_id.unwrap_or_default();
        let command = match self {
            Vendor::Console | Vendor::Trace => "se/log",
            Vendor::DevTools { .. } => "goog/cdp/execute",
        };
        base_url.join(&format!("session/{session}/{command}"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = match self {
            Vendor::Console => json!({ "type": "browser" }),
            Vendor::Trace => json!({ "type": "performance" }),
            Vendor::DevTools { method, params } => json!({ "cmd": method, "params": params }),
        };
        (Method::POST, Some(body.to_string()))
    }
}

//! A visitor: a window of a headless Chromium, and what can be done and seen in it.

use crate::program::{Driver, Server, variable};
use crate::vendor::Vendor;
use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::actions::{
    ActionSequence, InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions,
    PointerAction, TouchActions,
};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// How long a visitor waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a browser says of a server that is not there, or goes.
const OUTAGE: [&str; 3] =
    ["net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET", "net::ERR_INCOMPLETE_CHUNKED"];

/// How the page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The width of the window in CSS pixels.
    pub width: u32,
    /// Whether the system asks for dark colours.
    pub is_dark: bool,
    /// Whether the system asks for less motion.
    pub is_reduced: bool,
}

impl Look {
    /// A wide, light window.
    pub const DESKTOP: Look = Look { width: 1440, is_dark: false, is_reduced: false };
}

/// A window in front of a server of its own.
pub struct Visitor {
    /// The window.
    pub client: Client,
    /// The server.
    pub server: Server,
    _driver: Driver,
    _profile: TempDir,
}

impl Visitor {
    /// Opens a window and goes to a path of the page.
    ///
    /// # Errors
    /// If a program does not start.
    pub async fn open(path: &str, look: Look) -> Result<Self> {
        Visitor::open_at(Server::start()?, path, look).await
    }

    /// The same in front of a server that is there already.
    ///
    /// # Errors
    /// If a program does not start.
    pub async fn open_at(server: Server, path: &str, look: Look) -> Result<Self> {
        Visitor::open_with(server, path, look, json!({ "browser": "ALL" })).await
    }

    /// The same, and the browser keeps a trace of what it is busy with.
    ///
    /// # Errors
    /// If a program does not start.
    pub async fn open_traced(path: &str, look: Look) -> Result<Self> {
        let logs = json!({ "browser": "ALL", "performance": "ALL" });
        Visitor::open_with(Server::start()?, path, look, logs).await
    }

    async fn open_with(server: Server, path: &str, look: Look, logs: Value) -> Result<Self> {
        let driver = Driver::start()?;
        let profile = TempDir::new()?;
        let mut options = json!({
            "binary": variable("CHROME")?,
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--hide-scrollbars",
                format!("--user-data-dir={}", profile.path().display()),
            ],
        });
        if logs.get("performance").is_some() {
            options["perfLoggingPrefs"] = json!({
                "enableNetwork": false, "enablePage": false, "traceCategories": "devtools.timeline,v8",
            });
        }
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert("goog:loggingPrefs".to_owned(), logs);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await
            .context("no browser window")?;
        let visitor = Visitor { client, server, _driver: driver, _profile: profile };
        visitor.look(look, 900).await?;
        visitor.goto(path).await?;
        Ok(visitor)
    }

    /// Goes to a path of the page.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn goto(&self, path: &str) -> Result<()> {
        Ok(self.client.goto(&format!("{}{path}", self.server.url)).await?)
    }

    /// Sets the size of the window and what the system asks for.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn look(&self, look: Look, height: u32) -> Result<()> {
        let scheme = if look.is_dark { "dark" } else { "light" };
        let motion = if look.is_reduced { "reduce" } else { "no-preference" };
        let size = json!({
            "width": look.width, "height": height, "deviceScaleFactor": 1, "mobile": look.width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn devtools(&self, method: &'static str, params: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(Vendor::DevTools { method, params }).await?)
    }

    /// The element that matches a CSS selector, once it is there.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn see(&self, css: &str) -> Result<Element> {
        let wait = self.client.wait().at_most(PATIENCE);
        wait.for_element(Locator::Css(css)).await.with_context(|| format!("no {css}"))
    }

    /// The text of an element.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn text(&self, css: &str) -> Result<String> {
        Ok(self.see(css).await?.text().await?)
    }

    /// The number that an element says.
    ///
    /// # Errors
    /// If it does not appear in time, or says none.
    pub async fn number(&self, css: &str) -> Result<u64> {
        let text = self.text(css).await?;
        text.trim().parse().with_context(|| format!("{css} says {text:?}, which is no number"))
    }

    /// An attribute of an element.
    ///
    /// # Errors
    /// If there is no such element or attribute.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<String> {
        let value = self.see(css).await?.attr(name).await?;
        value.with_context(|| format!("{css} has no {name}"))
    }

    /// Clicks the first button with this text.
    ///
    /// # Errors
    /// If there is none.
    pub async fn press(&self, text: &str) -> Result<()> {
        let xpath = format!("//button[normalize-space()='{text}' or @aria-label='{text}']");
        let wait = self.client.wait().at_most(PATIENCE);
        let button = wait.for_element(Locator::XPath(&xpath)).await;
        button.with_context(|| format!("no button {text}"))?.click().await?;
        Ok(())
    }

    /// What a script returns.
    ///
    /// # Errors
    /// If it throws.
    pub async fn script(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Waits until a script returns true.
    ///
    /// # Errors
    /// If it does not in time.
    pub async fn until(&self, script: &str) -> Result<()> {
        let begun = std::time::Instant::now();
        // A script that throws has looked for something that is not there yet.
        let patient = format!("try {{ return (() => {{ {script} }})() }} catch {{ return false }}");
        while self.script(&patient).await? != Value::Bool(true) {
            ensure!(begun.elapsed() < PATIENCE, "this never came true: {script}");
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Waits until what can be copied has been the same, and the address with it, for twice as long as
    /// the page waits before it writes them: then nothing is pending.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn stillness(&self) -> Result<()> {
        let script = "const done = arguments[arguments.length - 1]; \
            const texts = () => location.href + [...document.querySelectorAll('pre code')].map(it => it.textContent); \
            let last = texts(), since = performance.now(); \
            const look = () => { const now = texts(); \
              if (now !== last) { last = now; since = performance.now(); } \
              if (performance.now() - since > 500) done(); else requestAnimationFrame(look); }; \
            look();";
        self.client.execute_async(script, Vec::new()).await?;
        Ok(())
    }

    /// Drags from the middle of an element by so many CSS pixels, in steps, as a hand does.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn drag(&self, css: &str, by: (f64, f64)) -> Result<()> {
        self.stroke_from(css, (0.0, 0.0), by).await
    }

    /// The same from so far beside the middle.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn stroke_from(&self, css: &str, from: (f64, f64), by: (f64, f64)) -> Result<()> {
        let hand = |strokes: Vec<PointerAction>| {
            let hand = MouseActions::new("mouse".to_owned());
            ActionSequence::from(strokes.into_iter().fold(hand, MouseActions::then))
        };
        self.stroke(css, from, by, hand).await
    }

    /// The same with a finger.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn swipe(&self, css: &str, by: (f64, f64)) -> Result<()> {
        let hand = |strokes: Vec<PointerAction>| {
            let hand = TouchActions::new("finger".to_owned());
            ActionSequence::from(strokes.into_iter().fold(hand, TouchActions::then))
        };
        self.stroke(css, (0.0, 0.0), by, hand).await
    }

    async fn stroke(
        &self,
        css: &str,
        from: (f64, f64),
        by: (f64, f64),
        hand: impl Fn(Vec<PointerAction>) -> ActionSequence,
    ) -> Result<()> {
        let element = self.see(css).await?;
        let script = "const shape = arguments[0].querySelector(':scope > circle') ?? arguments[0]; \
            shape.scrollIntoView({ block: 'center', behavior: 'instant' }); \
            const box = shape.getBoundingClientRect(); \
            return [box.x + box.width / 2, box.y + box.height / 2]";
        let middle = self.client.execute(script, vec![serde_json::to_value(&element)?]).await?;
        let (x, y): (f64, f64) = serde_json::from_value(middle)?;
        let (x, y) = (x + from.0, y + from.1);
        let to = |part: f64| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(40)),
            x: (x + by.0 * part).round(),
            y: (y + by.1 * part).round(),
        };
        let mut strokes = vec![to(0.0), PointerAction::Down { button: MOUSE_BUTTON_LEFT }];
        strokes.extend((1..=10).map(|part| to(f64::from(part) / 10.0)));
        strokes.push(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        Ok(self.client.perform_actions(hand(strokes)).await?)
    }

    /// Presses and releases a key, wherever the focus is.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn key(&self, key: char) -> Result<()> {
        let keys = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        Ok(self.client.perform_actions(keys).await?)
    }

    /// Writes a picture of the whole page, however tall.
    ///
    /// # Errors
    /// If the browser or the disk refuses.
    pub async fn picture(&self, look: Look, file: &Path) -> Result<()> {
        let height = self.script("return document.documentElement.scrollHeight").await?;
        let height = height.as_u64().context("no height")?.clamp(600, 12_000) as u32;
        self.look(look, height).await?;
        // The canvases that have just come into view are drawn in the frame after next.
        let script = "const done = arguments[arguments.length - 1]; \
                      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 250)));";
        self.client.execute_async(script, Vec::new()).await?;
        let answer = self.devtools("Page.captureScreenshot", json!({ "format": "png" })).await?;
        let png = STANDARD.decode(answer["data"].as_str().context("no picture")?)?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, png)?;
        self.look(look, 900).await
    }

    /// What the browser has been busy with since the last time, as events of Chromium's trace format.
    ///
    /// # Errors
    /// If the browser refuses, or was not opened with a trace.
    pub async fn trace(&self) -> Result<Vec<Value>> {
        let log = self.client.issue_cmd(Vendor::Trace).await?;
        let entries = log.as_array().context("the trace is no list")?;
        let event = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let is_event = message["message"]["method"] == "Tracing.dataCollected";
            is_event.then(|| message["message"]["params"].clone())
        };
        Ok(entries.iter().filter_map(event).collect())
    }

    /// Leaves; fails if anything was written to the console that is worse than information.
    ///
    /// # Errors
    /// If the console was not silent.
    pub async fn leave(self) -> Result<()> {
        self.leave_if(|_| false).await
    }

    /// The same after a server has been away: that it could not be reached, the browser itself writes.
    ///
    /// # Errors
    /// If anything else was written to the console.
    pub async fn leave_after_outage(self) -> Result<()> {
        self.leave_if(|said| OUTAGE.iter().any(|it| said.contains(it))).await
    }

    async fn leave_if(self, is_expected: impl Fn(&str) -> bool) -> Result<()> {
        let log = self.client.issue_cmd(Vendor::Console).await?;
        let entries = log.as_array().context("the console's log is no list")?;
        let is_loud = |entry: &&Value| {
            let said = entry["message"].as_str().unwrap_or_default();
            matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")) && !is_expected(said)
        };
        let loud: Vec<&Value> = entries.iter().filter(is_loud).collect();
        let report = format!("the console was not silent: {loud:#?}");
        let is_silent = loud.is_empty();
        self.client.close().await?;
        if is_silent { Ok(()) } else { bail!(report) }
    }
}

//! A server that runs within the test, a page for it to serve, and a client.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use playground_server::app::{AppState, app_with};
use playground_server::connections::Connections;
use playground_server::page::Page;
use playground_server::serve::{Patience, Terms, serve};
use playground_server::{Config, start};
use tempfile::TempDir;
use tokio::sync::oneshot;
use ureq::http::{Request, Response, header};

/// Longer than anything here takes on a busy machine; only a failure waits for so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) const INLINE_SCRIPT: &str = "\nimport init from '/web-0123456789abcdef.js';\ninit();\n";
pub(crate) const WASM: &[u8] = b"\0asm\x01\0\0\0";
pub(crate) const JS: &[u8] = b"export default () => {};";
// The server passes on what the build made, so any bytes do.
pub(crate) const JS_BR: &[u8] = b"brotli";
pub(crate) const JS_GZ: &[u8] = b"gzip";

/// A folder as `trunk build` and the build's compression leave it.
pub(crate) fn built_page() -> TempDir {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("index.html", shell().as_bytes());
    write("web-0123456789abcdef.js", JS);
    write("web-0123456789abcdef.js.br", JS_BR);
    write("web-0123456789abcdef.js.gz", JS_GZ);
    write("web-0123456789abcdef_bg.wasm", WASM);
    write("favicon.svg", b"<svg/>");
    write("a file.txt", b"with a space");
    write("snippets/web-0123456789abcdef/inline0.js", b"snippet");
    write("only.gz", b"not a copy of anything");
    write(".hidden", b"hidden");
    dir
}

pub(crate) fn shell() -> String {
    format!(
        "<!doctype html><title>Playground</title><script type=\"module\">{INLINE_SCRIPT}</script>"
    )
}

/// A configuration with the page of [`built_page`].
pub(crate) fn with_page() -> Config {
    let dir = built_page();
    Config { page: Page::read(dir.path()).unwrap(), listens_on_loopback: true, ..Config::default() }
}

/// A server on a thread of its own; stops when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    /// Behind a lock, so that readers on several threads can share the server.
    finished: Mutex<mpsc::Receiver<()>>,
}

impl Server {
    pub(crate) fn start(config: Config) -> Self {
        Self::start_with(config, Router::new(), Patience::default())
    }

    /// With routes that are treated as a lab's.
    pub(crate) fn start_with(config: Config, more: Router<AppState>, patience: Patience) -> Self {
        Self::start_bounded(config, more, patience, Connections::default())
    }

    /// With connections that are counted.
    pub(crate) fn start_bounded(
        config: Config,
        more: Router<AppState>,
        patience: Patience,
        connections: Connections,
    ) -> Self {
        Self::start_made_bounded(async || config, more, patience, connections)
    }

    /// With a configuration that can only be made where the server runs.
    pub(crate) fn start_made(make: impl AsyncFnOnce() -> Config + Send + 'static) -> Self {
        Self::start_made_bounded(make, Router::new(), Patience::default(), Connections::default())
    }

    /// … and connections that are counted.
    pub(crate) fn start_made_bounded(
        make: impl AsyncFnOnce() -> Config + Send + 'static,
        more: Router<AppState>,
        patience: Patience,
        connections: Connections,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, address) = mpsc::channel();
        let (finish, finished) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = start::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
                ready.send(listener.local_addr().unwrap()).unwrap();
                let config = make().await;
                let (closing, chat) = (config.closing.clone(), config.chat.clone());
                let unique_id = config.unique_id.clone();
                let app = app_with(config, more);
                let terms = Terms { closing, patience, connections };
                serve(listener, app, terms, async { stopped.await.unwrap() }).await;
                if let Some(chat) = chat {
                    chat.stop().await;
                }
                if let Some(unique_id) = unique_id {
                    unique_id.stop().await;
                }
            });
            // Nobody may be waiting.
            let _ = finish.send(());
        });
        let address = address.recv_timeout(DEADLINE).unwrap();
        Self { address, stop: Some(stop), finished: Mutex::new(finished) }
    }

    /// Asks the server to stop, without waiting.
    pub(crate) fn ask_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap();
        }
    }

    /// Waits until it has stopped.
    pub(crate) fn join(mut self) {
        self.ask_to_stop();
        let finished = self.finished.lock().unwrap();
        finished.recv_timeout(DEADLINE).expect("the server stops in time");
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], &[])
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers, &[])
    }

    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .timeout_global(Some(DEADLINE))
            .build()
            .into();
        let uri = format!("http://{}{path}", self.address);
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = if body.is_empty() {
            agent.run(request.body(()).unwrap())
        } else {
            agent.run(request.body(body).unwrap())
        };
        Answer::from(response.unwrap_or_else(|error| panic!("{method} {path}: {error}")))
    }

    /// Sends bytes as they are, and reads the status line of what comes back.
    pub(crate) fn status_line(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the server is gone already, because its thread panicked.
            let _ = stop.send(());
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The header's value, which must not be there twice; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl From<Response<ureq::Body>> for Answer {
    fn from(mut response: Response<ureq::Body>) -> Self {
        let body = response.body_mut().read_to_vec().unwrap();
        let (parts, _) = response.into_parts();
        let length = parts.headers.get(header::CONTENT_LENGTH);
        // Whatever has a body says its length, so that clients can show progress.
        assert!(body.is_empty() || length.is_some(), "no length: {parts:?}");
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

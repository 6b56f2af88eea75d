//! An answer that comes bit by bit: one JSON value a line, each told as soon as the server has said it.

use super::fetch::{FetchError, parse};
use gloo::net::http::{Request, Response};
use js_sys::{Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, ReadableStream, ReadableStreamDefaultReader};
use yew::Callback;

/// A longer line is none that a server of ours sends.
const LONGEST_LINE_BYTES: usize = 1 << 20;

/// What is heard of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard<L> {
    /// A line of it.
    Line(L),
    /// Its end; nothing comes after this.
    End,
    /// It broke off, or there was none; nothing comes after this.
    Failed(FetchError),
}

/// An answer under way. Dropping it lets the server know that nobody listens any more.
#[derive(Debug)]
pub struct Stream(Option<AbortController>);

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

impl Stream {
    /// Posts JSON to a path of the page's own origin, and tells each line of the answer until it is dropped.
    pub fn post<T, L>(path: &str, body: &T, on_heard: Callback<Heard<L>>) -> Self
    where
        T: Serialize,
        L: DeserializeOwned + 'static,
    {
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        let request = Request::post(path)
            .header("Accept", "application/x-ndjson")
            .abort_signal(signal.as_ref())
            .json(body);
        spawn_local(async move {
            let last = match request {
                Ok(request) => match request.send().await {
                    Ok(response) => read(response, signal.as_ref(), &on_heard).await,
                    Err(_) => Heard::Failed(FetchError::Away),
                },
                Err(_) => Heard::Failed(FetchError::Malformed),
            };
            // Who has dropped the stream wants to hear nothing more of it.
            if !is_dropped(signal.as_ref()) {
                on_heard.emit(last);
            }
        });
        Stream(controller)
    }
}

fn is_dropped(signal: Option<&AbortSignal>) -> bool {
    signal.is_some_and(AbortSignal::aborted)
}

/// Tells the lines of an answer, and returns how it ends.
async fn read<L: DeserializeOwned>(
    response: Response,
    signal: Option<&AbortSignal>,
    on_heard: &Callback<Heard<L>>,
) -> Heard<L> {
    if !response.ok() {
        let (status, status_text) = (response.status(), response.status_text());
        let text = response.text().await.unwrap_or_default();
        let problem = parse::<L>(status, &status_text, &text);
        return Heard::Failed(problem.err().unwrap_or(FetchError::Malformed));
    }
    let Some(reader) = response.body().and_then(reader_of) else {
        return Heard::Failed(FetchError::Malformed);
    };
    let mut lines = Lines::default();
    loop {
        let chunk = match JsFuture::from(reader.read()).await {
            Ok(chunk) => chunk,
            Err(_) => return Heard::Failed(FetchError::Away),
        };
        let bytes = bytes_of(&chunk);
        let is_over = bytes.is_none();
        let complete = match bytes {
            Some(bytes) => lines.push(&bytes),
            None => lines.rest(),
        };
        for line in complete {
            match serde_json::from_str(&line) {
                _ if is_dropped(signal) => return Heard::End,
                Ok(line) => on_heard.emit(Heard::Line(line)),
                Err(_) => return Heard::Failed(FetchError::Malformed),
            }
        }
        if lines.is_too_long() {
            return Heard::Failed(FetchError::Malformed);
        }
        if is_over {
            return Heard::End;
        }
    }
}

fn reader_of(stream: ReadableStream) -> Option<ReadableStreamDefaultReader> {
    ReadableStreamDefaultReader::new(&stream).ok()
}

/// The bytes of what a reader has read; none at the end.
fn bytes_of(chunk: &JsValue) -> Option<Vec<u8>> {
    let value = Reflect::get(chunk, &JsValue::from_str("value")).ok()?;
    value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
}

/// Cuts bytes into lines, wherever the network has cut them.
#[derive(Debug, Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// The lines that are complete now; empty ones, which keep a connection alive, are left out.
    fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(bytes);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let rest = self.rest.split_off(end + 1);
        let complete = std::mem::replace(&mut self.rest, rest);
        texts(&complete)
    }

    /// What stands after the last line's end.
    fn rest(&mut self) -> Vec<String> {
        texts(&std::mem::take(&mut self.rest))
    }

    fn is_too_long(&self) -> bool {
        self.rest.len() > LONGEST_LINE_BYTES
    }
}

fn texts(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_wherever_the_network_has_cut_them() {
        let text = "{\"a\":1}\n\n{\"b\":\"ä\"}\n[3]".as_bytes();
        for cut in 0..=text.len() {
            let mut lines = Lines::default();
            let mut all = lines.push(&text[..cut]);
            all.extend(lines.push(&text[cut..]));
            assert_eq!(all, ["{\"a\":1}", "{\"b\":\"ä\"}"], "cut at {cut}");
            assert_eq!(lines.rest(), ["[3]"]);
            assert!(lines.rest().is_empty());
        }
    }

    #[test]
    fn a_line_without_an_end_is_given_up() {
        let mut lines = Lines::default();
        assert!(lines.push(&vec![b'x'; LONGEST_LINE_BYTES]).is_empty());
        assert!(!lines.is_too_long());
        lines.push(b"x");
        assert!(lines.is_too_long());
    }
}

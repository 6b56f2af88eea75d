//! A worker's program as the page sees it: started, heard, spoken to, ended.

use super::protocol::{Reply, Request};
use super::words::Words;
use gloo::events::EventListener;
use gloo::utils::document;
use js_sys::{Array, Uint8Array};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};

/// Starts the program that its address names.
const LOADER: &str = "/workers/loader.js";
/// Where the page says how the worker's program is called: the build puts a hash into its name.
const PROGRAM: &str = "meta[name=playground-worker]";

/// Why no answer comes any more. The next job gets a new worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerFailure {
    /// It could not be started, or its program could not be loaded; what the browser says.
    NotStarted(String),
    /// It broke down at its work; what it or the browser says.
    Crashed(String),
    /// What it says makes no sense to this page: they were not built together.
    Garbled,
}

impl fmt::Display for WorkerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sentence, detail) = match self {
            WorkerFailure::NotStarted(detail) => (
                "The page's worker could not be started. Loading the page again may help.",
                detail.as_str(),
            ),
            WorkerFailure::Crashed(detail) => ("The page's worker broke down.", detail.as_str()),
            WorkerFailure::Garbled => {
                ("The page and its worker do not understand each other. Load the page again.", "")
            }
        };
        f.write_str(sentence)?;
        if detail.is_empty() { Ok(()) } else { write!(f, " ({detail})") }
    }
}

impl std::error::Error for WorkerFailure {}

/// What comes from a program.
pub(super) enum Heard {
    /// It is ready to be spoken to.
    Listens,
    /// It answers.
    Reply(Reply),
    /// Nothing will come any more.
    Failed(WorkerFailure),
}

/// A worker and those who listen to it; neither outlives the other.
pub(super) struct Program {
    worker: web_sys::Worker,
    is_listening: Rc<Cell<bool>>,
    _listeners: [EventListener; 3],
}

impl Drop for Program {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Program {
    /// Starts it. Whatever comes from it goes to `on_heard`, in which it must not be dropped at once unless it has
    /// failed.
    pub(super) fn start(on_heard: impl Fn(Heard) + 'static) -> Result<Self, WorkerFailure> {
        Self::begin(Rc::new(on_heard)).map_err(|error| WorkerFailure::NotStarted(text(&error)))
    }

    fn begin(on_heard: Rc<dyn Fn(Heard)>) -> Result<Self, JsValue> {
        let program =
            document().query_selector(PROGRAM)?.and_then(|it| it.get_attribute("content"));
        let program = program.ok_or("The page does not say how its worker is called.")?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(&format!("{LOADER}?{program}"), &options)?;
        let is_listening = Rc::new(Cell::new(false));
        let listen = |kind: &'static str, hear: fn(&web_sys::Event, &Cell<bool>) -> Heard| {
            let (on_heard, is_listening) = (on_heard.clone(), is_listening.clone());
            EventListener::new(&worker, kind, move |event| on_heard(hear(event, &is_listening)))
        };
        let listeners = [
            listen("message", |event, is_listening| match event.dyn_ref() {
                Some(event) => heard(event, is_listening),
                None => Heard::Failed(WorkerFailure::Garbled),
            }),
            listen("messageerror", |_, _| Heard::Failed(WorkerFailure::Garbled)),
            listen("error", |event, is_listening| {
                let said = event.dyn_ref().map(ErrorEvent::message).unwrap_or_default();
                broke_down(said, is_listening)
            }),
        ];
        Ok(Program { worker, is_listening, _listeners: listeners })
    }

    /// Whether it can be spoken to.
    pub(super) fn is_listening(&self) -> bool {
        self.is_listening.get()
    }

    /// Says something to it; with words, if it is to work on them.
    pub(super) fn say(
        &self,
        request: &Request,
        words: Option<&Words>,
    ) -> Result<(), WorkerFailure> {
        let bytes = postcard::to_allocvec(request).map_err(|_| WorkerFailure::Garbled)?;
        let bytes = Uint8Array::from(&bytes[..]);
        let sent = match words {
            Some(words) => self.worker.post_message(&Array::of2(&bytes, words.as_js())),
            None => self.worker.post_message(&bytes),
        };
        sent.map_err(|error| WorkerFailure::Crashed(text(&error)))
    }
}

fn heard(event: &MessageEvent, is_listening: &Cell<bool>) -> Heard {
    let data = event.data();
    if data.is_null() {
        is_listening.set(true);
        Heard::Listens
    } else if let Some(said) = data.as_string() {
        broke_down(said, is_listening)
    } else {
        let reply = data.dyn_ref().map(Uint8Array::to_vec);
        match reply.and_then(|bytes| postcard::from_bytes(&bytes).ok()) {
            Some(reply) => Heard::Reply(reply),
            None => Heard::Failed(WorkerFailure::Garbled),
        }
    }
}

fn broke_down(said: String, is_listening: &Cell<bool>) -> Heard {
    Heard::Failed(if is_listening.get() {
        WorkerFailure::Crashed(said)
    } else {
        WorkerFailure::NotStarted(said)
    })
}

fn text(error: &JsValue) -> String {
    let error: js_sys::Object = error.clone().unchecked_into();
    error.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_say_what_to_do() {
        let shown = WorkerFailure::NotStarted("404".to_owned()).to_string();
        assert_eq!(
            shown,
            "The page's worker could not be started. Loading the page again may help. (404)"
        );
        let shown = WorkerFailure::Crashed(String::new()).to_string();
        assert_eq!(shown, "The page's worker broke down.");
    }
}

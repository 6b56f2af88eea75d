//! A worker as the page sees it: jobs go in, answers and failures come out.

use super::protocol::{Job, Reply, Request};
use gloo::events::EventListener;
use gloo::utils::document;
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};
use yew::prelude::*;

/// Starts the program that its address names.
const LOADER: &str = "/workers/loader.js";
/// Where the page says how the worker's program is called: the build puts a hash into its name.
const PROGRAM: &str = "meta[name=playground-worker]";

/// What comes back from a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<A> {
    /// How far it is.
    SoFar(A),
    /// What came of it; nothing comes after this.
    Done(A),
}

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

type OnAnswer<J> = Callback<Result<Answer<<J as Job>::Answer>, WorkerFailure>>;

/// Does jobs of one kind, one at a time. The worker behind it is started with the first job, kept for
/// further ones, and ended with the last clone of this value.
pub struct Worker<J: Job>(Rc<Shared<J>>);

impl<J: Job> Clone for Worker<J> {
    fn clone(&self) -> Self {
        Worker(self.0.clone())
    }
}

impl<J: Job> PartialEq for Worker<J> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Shared<J: Job> {
    on_answer: RefCell<OnAnswer<J>>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// That of the last job; answers to earlier ones come too late.
    ticket: u32,
    /// What to say as soon as the worker listens.
    waiting: Option<Vec<u8>>,
}

/// A worker and those who listen to it; neither outlives the other.
struct Running {
    worker: web_sys::Worker,
    is_listening: bool,
    _listeners: [EventListener; 3],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl<J: Job> Worker<J> {
    /// A worker that is not started yet. What it answers goes to `on_answer`.
    pub fn new(on_answer: OnAnswer<J>) -> Self {
        Worker(Rc::new(Shared { on_answer: on_answer.into(), state: RefCell::default() }))
    }

    /// Gives it a job, instead of one that is not done; answers to that one do not come any more.
    pub fn start(&self, job: &J) {
        let Ok(job) = postcard::to_allocvec(job) else {
            return self.0.failed(WorkerFailure::Garbled);
        };
        let ticket = self.0.next_ticket();
        self.0.say(&Request::Start { ticket, kind: J::KIND, job });
    }

    /// Lets it do nothing more; no answer comes any more.
    pub fn cancel(&self) {
        self.0.next_ticket();
        let is_started = {
            let mut state = self.0.state.borrow_mut();
            state.waiting = None;
            state.running.as_ref().is_some_and(|running| running.is_listening)
        };
        if is_started {
            self.0.say(&Request::Cancel);
        }
    }
}

impl<J: Job> Shared<J> {
    fn next_ticket(&self) -> u32 {
        let mut state = self.state.borrow_mut();
        state.ticket = state.ticket.wrapping_add(1);
        state.ticket
    }

    /// Sends a request, now or as soon as the worker listens; starts it if there is none.
    fn say(self: &Rc<Self>, request: &Request) {
        let Ok(bytes) = postcard::to_allocvec(request) else {
            return self.failed(WorkerFailure::Garbled);
        };
        let sent = {
            let mut state = self.state.borrow_mut();
            match &state.running {
                Some(Running { worker, is_listening: true, .. }) => send(worker, &bytes),
                Some(_) => {
                    state.waiting = Some(bytes);
                    Ok(())
                }
                None => self.run().map(|running| {
                    state.running = Some(running);
                    state.waiting = Some(bytes);
                }),
            }
        };
        if let Err(error) = sent {
            self.failed(WorkerFailure::NotStarted(text(&error)));
        }
    }

    fn run(self: &Rc<Self>) -> Result<Running, JsValue> {
        let program =
            document().query_selector(PROGRAM)?.and_then(|it| it.get_attribute("content"));
        let program = program.ok_or("The page does not say how its worker is called.")?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(&format!("{LOADER}?{program}"), &options)?;
        let listen = |kind: &'static str, act: fn(&Rc<Self>, &web_sys::Event)| {
            let weak: Weak<Self> = Rc::downgrade(self);
            EventListener::new(&worker, kind, move |event| {
                if let Some(shared) = weak.upgrade() {
                    act(&shared, event);
                }
            })
        };
        let listeners = [
            listen("message", |shared, event| {
                if let Some(event) = event.dyn_ref() {
                    shared.heard(event);
                }
            }),
            listen("messageerror", |shared, _| shared.failed(WorkerFailure::Garbled)),
            listen("error", |shared, event| {
                let said = event.dyn_ref().map(ErrorEvent::message).unwrap_or_default();
                shared.broke_down(said);
            }),
        ];
        Ok(Running { worker, is_listening: false, _listeners: listeners })
    }

    fn heard(&self, event: &MessageEvent) {
        let data = event.data();
        if data.is_null() {
            self.listens();
        } else if let Some(said) = data.as_string() {
            self.broke_down(said);
        } else {
            let reply = data.dyn_ref().map(Uint8Array::to_vec);
            match reply.and_then(|bytes| postcard::from_bytes::<Reply>(&bytes).ok()) {
                Some(reply) => self.replied(&reply),
                None => self.failed(WorkerFailure::Garbled),
            }
        }
    }

    fn listens(&self) {
        let sent = {
            let mut state = self.state.borrow_mut();
            let waiting = state.waiting.take();
            match (&mut state.running, waiting) {
                (Some(running), waiting) => {
                    running.is_listening = true;
                    waiting.map_or(Ok(()), |bytes| send(&running.worker, &bytes))
                }
                (None, _) => Ok(()),
            }
        };
        if let Err(error) = sent {
            self.broke_down(text(&error));
        }
    }

    fn replied(&self, reply: &Reply) {
        if reply.ticket != self.state.borrow().ticket {
            return;
        }
        match postcard::from_bytes(&reply.answer) {
            Ok(answer) if reply.is_last => self.tell(Ok(Answer::Done(answer))),
            Ok(answer) => self.tell(Ok(Answer::SoFar(answer))),
            Err(_) => self.failed(WorkerFailure::Garbled),
        }
    }

    fn broke_down(&self, said: String) {
        let was_listening =
            self.state.borrow().running.as_ref().is_some_and(|running| running.is_listening);
        self.failed(if was_listening {
            WorkerFailure::Crashed(said)
        } else {
            WorkerFailure::NotStarted(said)
        });
    }

    /// Ends the worker, if there is one, and tells why.
    fn failed(&self, failure: WorkerFailure) {
        // Whatever it still has to say would come too late.
        self.next_ticket();
        let ended = {
            let mut state = self.state.borrow_mut();
            state.waiting = None;
            state.running.take()
        };
        drop(ended);
        self.tell(Err(failure));
    }

    fn tell(&self, answer: Result<Answer<J::Answer>, WorkerFailure>) {
        // The callback may set another one, or give the next job.
        let on_answer = self.on_answer.borrow().clone();
        on_answer.emit(answer);
    }
}

fn send(worker: &web_sys::Worker, bytes: &[u8]) -> Result<(), JsValue> {
    worker.post_message(&Uint8Array::from(bytes))
}

fn text(error: &JsValue) -> String {
    let error: js_sys::Object = error.clone().unchecked_into();
    error.to_string().into()
}

/// A worker that lives as long as the component, and answers to the callback of its last rendering.
#[hook]
pub fn use_worker<J: Job>(on_answer: OnAnswer<J>) -> Worker<J> {
    let worker = use_memo((), |()| Worker::<J>::new(Callback::noop()));
    worker.0.on_answer.replace(on_answer);
    (*worker).clone()
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

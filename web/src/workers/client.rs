//! A worker as the page sees it: jobs go in, answers and failures come out.

use super::program::{Heard, Program, WorkerFailure};
use super::protocol::{Job, Reply, Request};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use yew::prelude::*;

/// What comes back from a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<A> {
    /// How far it is.
    SoFar(A),
    /// What came of it; nothing comes after this.
    Done(A),
}

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
    running: Option<Program>,
    /// That of the last job; answers to earlier ones come too late.
    ticket: u32,
    /// What to say as soon as the worker listens.
    waiting: Option<Request>,
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
        self.0.say(Request::Start { ticket, kind: J::KIND, job });
    }

    /// Lets it do nothing more; no answer comes any more.
    pub fn cancel(&self) {
        self.0.next_ticket();
        let is_started = {
            let mut state = self.0.state.borrow_mut();
            state.waiting = None;
            state.running.as_ref().is_some_and(Program::is_listening)
        };
        if is_started {
            self.0.say(Request::Cancel);
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
    fn say(self: &Rc<Self>, request: Request) {
        let sent = {
            let mut state = self.state.borrow_mut();
            match &state.running {
                Some(program) if program.is_listening() => program.say(&request, None),
                Some(_) => {
                    state.waiting = Some(request);
                    Ok(())
                }
                None => self.run().map(|program| {
                    state.running = Some(program);
                    state.waiting = Some(request);
                }),
            }
        };
        if let Err(failure) = sent {
            self.failed(failure);
        }
    }

    fn run(self: &Rc<Self>) -> Result<Program, WorkerFailure> {
        let weak: Weak<Self> = Rc::downgrade(self);
        Program::start(move |heard| {
            let Some(shared) = weak.upgrade() else { return };
            match heard {
                Heard::Listens => shared.listens(),
                Heard::Reply(reply) => shared.replied(&reply),
                Heard::Failed(failure) => shared.failed(failure),
            }
        })
    }

    fn listens(&self) {
        let sent = {
            let mut state = self.state.borrow_mut();
            let waiting = state.waiting.take();
            match (&state.running, waiting) {
                (Some(program), Some(request)) => program.say(&request, None),
                _ => Ok(()),
            }
        };
        if let Err(failure) = sent {
            self.failed(failure);
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

/// A worker that lives as long as the component, and answers to the callback of its last rendering.
#[hook]
pub fn use_worker<J: Job>(on_answer: OnAnswer<J>) -> Worker<J> {
    let worker = use_memo((), |()| Worker::<J>::new(Callback::noop()));
    worker.0.on_answer.replace(on_answer);
    (*worker).clone()
}

//! Runs on the server, one after the other, and what came of them.

use super::API;
use crate::live::stream::{Heard, Stream};
use playground_core::blocking_queue::wire::{Audit, Latency, RunEvent, RunRequest};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use yew::prelude::*;

/// The most runs that are kept for the table.
const MOST_KEPT: usize = 12;

/// A run under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Under {
    /// What was asked for.
    pub request: RunRequest,
    /// How many items have been taken by now, about.
    pub taken: u64,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// What was asked for.
    pub request: RunRequest,
    /// How many threads the server's machine can run at the same moment.
    pub cores: u32,
    /// How many items went through in a second.
    pub items_per_second: u64,
    /// How long items were under way.
    pub latency: Option<Latency>,
    /// What became of them.
    pub audit: Audit,
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq)]
struct Standing {
    under: Option<Under>,
    cores: u32,
    /// The newest last.
    done: Rc<Vec<Done>>,
    problem: Option<AttrValue>,
}

enum Step {
    Begin(RunRequest),
    Hear(RunEvent),
    Fail(String),
    Stop,
}

impl Reducible for Standing {
    type Action = Step;

    fn reduce(mut self: Rc<Self>, step: Step) -> Rc<Self> {
        let it = Rc::make_mut(&mut self);
        match step {
            Step::Begin(request) => {
                it.under = Some(Under { request, taken: 0 });
                it.problem = None;
            }
            Step::Hear(RunEvent::Started { cores, .. }) => it.cores = cores,
            Step::Hear(RunEvent::Progress { taken, .. }) => {
                if let Some(under) = &mut it.under {
                    under.taken = taken.iter().sum();
                }
            }
            Step::Hear(RunEvent::Finished { items_per_second, latency, audit, .. }) => {
                if let Some(Under { request, .. }) = it.under.take() {
                    let done = Rc::make_mut(&mut it.done);
                    let cores = it.cores;
                    done.push(Done { request, cores, items_per_second, latency, audit });
                    let too_many = done.len().saturating_sub(MOST_KEPT);
                    done.drain(..too_many);
                }
            }
            Step::Hear(RunEvent::Failed { why }) | Step::Fail(why) => {
                it.under = None;
                it.problem = Some(why.into());
            }
            Step::Stop => it.under = None,
        }
        self
    }
}

/// Runs, for as long as the component lives.
#[derive(Clone)]
pub struct Runs {
    standing: UseReducerHandle<Standing>,
    engine: Rc<Engine>,
}

/// The answer under way, and what is to be asked for after it.
#[derive(Default)]
struct Engine {
    stream: RefCell<Option<Stream>>,
    next: RefCell<VecDeque<RunRequest>>,
}

impl Runs {
    /// The run under way.
    pub fn under_way(&self) -> Option<&Under> {
        self.standing.under.as_ref()
    }

    /// Those that are over, the newest last.
    pub fn done(&self) -> Rc<Vec<Done>> {
        self.standing.done.clone()
    }

    /// Why the last one was broken off.
    pub fn problem(&self) -> Option<AttrValue> {
        self.standing.problem.clone()
    }

    /// Runs these, one after the other, instead of those that are not over.
    pub fn start(&self, requests: Vec<RunRequest>) {
        self.engine.next.replace(requests.into());
        go_on(&self.engine, &self.standing.dispatcher());
    }

    /// Breaks off.
    pub fn on_stop(&self) -> Callback<MouseEvent> {
        let (engine, dispatch) = (self.engine.clone(), self.standing.dispatcher());
        Callback::from(move |_| {
            engine.next.borrow_mut().clear();
            engine.stream.replace(None);
            dispatch.dispatch(Step::Stop);
        })
    }
}

/// Asks for the next run.
fn go_on(engine: &Rc<Engine>, dispatch: &UseReducerDispatcher<Standing>) {
    let Some(request) = engine.next.borrow_mut().pop_front() else { return };
    dispatch.dispatch(Step::Begin(request));
    let (weak, told) = (Rc::downgrade(engine), dispatch.clone());
    let on_heard = Callback::from(move |heard: Heard<RunEvent>| {
        let Some(engine) = weak.upgrade() else { return };
        match heard {
            Heard::Line(event) => {
                if matches!(event, RunEvent::Failed { .. }) {
                    engine.next.borrow_mut().clear();
                }
                told.dispatch(Step::Hear(event));
            }
            Heard::End => go_on(&engine, &told),
            Heard::Failed(error) => {
                engine.next.borrow_mut().clear();
                told.dispatch(Step::Fail(error.to_string()));
            }
        }
    });
    engine.stream.replace(Some(Stream::post(API, &request, on_heard)));
}

/// Runs of this component, which end with it.
#[hook]
pub fn use_runs() -> Runs {
    let standing = use_reducer(Standing::default);
    let engine = use_memo((), |()| Engine::default());
    Runs { standing, engine }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_kept_when_it_is_over() {
        let request = RunRequest::default();
        let finished = RunEvent::Finished {
            elapsed_us: 5,
            items_per_second: 7,
            latency: None,
            audit: Audit { taken: 9, ..Audit::default() },
        };
        let progress = RunEvent::Progress { elapsed_us: 1, put: vec![4], taken: vec![1, 2] };
        let begun = Rc::new(Standing::default()).reduce(Step::Begin(request));
        let under = begun.reduce(Step::Hear(progress));
        assert_eq!(under.under, Some(Under { request, taken: 3 }));
        let over = under.reduce(Step::Hear(finished));
        assert_eq!((over.under.clone(), over.done.len()), (None, 1));
        let failed = over.reduce(Step::Begin(request)).reduce(Step::Fail("gone".to_owned()));
        assert_eq!((failed.done.len(), failed.problem.as_deref()), (1, Some("gone")));
    }
}

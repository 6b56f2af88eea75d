//! A team of workers for a component: it begins, is looked at once a picture, and ends, at the latest with the
//! component.

mod live;
mod state;

pub use state::TeamState;

use super::isolation::{Isolation, isolation};
use super::passing::{Handed, News, Passing};
use super::pool::Pool;
use super::words::Words;
use live::Live;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// What a component sees of its team.
struct Course<R> {
    state: TeamState,
    reading: Option<Rc<R>>,
}

enum Step<R> {
    Stand(TeamState),
    See(Rc<R>),
    /// A run begins: what was seen of the one before is gone.
    Begin,
}

impl<R> Reducible for Course<R> {
    type Action = Step<R>;

    fn reduce(self: Rc<Self>, step: Step<R>) -> Rc<Self> {
        let (state, reading) = match step {
            Step::Stand(state) => (state, self.reading.clone()),
            Step::See(reading) => (self.state.clone(), Some(reading)),
            Step::Begin => (TeamState::Starting { ready: 0, of: 0, is_slow: false }, None),
        };
        Rc::new(Course { state, reading })
    }
}

/// A team, for as long as the component lives.
pub struct Team<T: Passing> {
    course: UseReducerHandle<Course<T::Reading>>,
    engine: Rc<Engine<T>>,
}

impl<T: Passing> Team<T> {
    /// How it stands.
    pub fn state(&self) -> &TeamState {
        &self.course.state
    }

    /// What was seen last; it stays when the run is over.
    pub fn reading(&self) -> Option<&Rc<T::Reading>> {
        self.course.reading.as_ref()
    }

    /// Whether something is under way.
    pub fn is_under_way(&self) -> bool {
        self.course.state.is_under_way()
    }

    /// Begins a run, instead of one that is not over.
    pub fn start(&self, team: T) {
        self.engine.start(team);
    }

    /// Begins a run.
    pub fn on_start(&self) -> Callback<T> {
        let engine = self.engine.clone();
        Callback::from(move |team| engine.start(team))
    }

    /// Has everybody go home; what was seen stays.
    pub fn on_stop(&self) -> Callback<MouseEvent> {
        let engine = self.engine.clone();
        Callback::from(move |_| engine.stop())
    }

    /// Ends a worker in the middle of whatever it does.
    pub fn on_kill(&self) -> Callback<u32> {
        let engine = self.engine.clone();
        Callback::from(move |worker| engine.kill(worker))
    }

    /// Does something on the words of the run that is under way, with its clock's microseconds; none if there is none.
    /// It must not wait.
    pub fn with<A>(&self, act: impl FnOnce(&T, &Words, u64) -> A) -> Option<A> {
        self.engine.with(act)
    }
}

impl<T: Passing> PartialEq for Team<T> {
    fn eq(&self, other: &Self) -> bool {
        self.course == other.course && Rc::ptr_eq(&self.engine, &other.engine)
    }
}

impl<T: Passing> Clone for Team<T> {
    fn clone(&self) -> Self {
        Team { course: self.course.clone(), engine: self.engine.clone() }
    }
}

impl<R: PartialEq> PartialEq for Course<R> {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state && self.reading == other.reading
    }
}

/// What lives as long as the component.
struct Engine<T: Passing> {
    dispatch: UseReducerDispatcher<Course<T::Reading>>,
    on_reading: RefCell<Callback<Rc<T::Reading>>>,
    /// Taken with the first run: a page that runs nothing starts no workers.
    pool: OnceCell<Pool>,
    live: RefCell<Option<Rc<Live<T>>>>,
    /// A run by messages, where nothing can be shared.
    handed: RefCell<Option<Handed>>,
}

impl<T: Passing> Engine<T> {
    fn start(self: &Rc<Self>, team: T) {
        if let Isolation::Not(why) = isolation() {
            return self.hand_out(&team, why);
        }
        if let Some(before) = self.live.take() {
            before.is_over.set(true);
            self.pool().send_home(&*before);
        }
        let live = Live::new(self, team);
        self.live.replace(Some(live.clone()));
        self.dispatch.dispatch(Step::Begin);
        self.pool().begin(live);
    }

    /// Has the work handed out by messages, if it can be.
    fn hand_out(self: &Rc<Self>, team: &T, why: &'static str) {
        let me = Rc::downgrade(self);
        let on_news = Callback::from(move |news| {
            if let Some(engine) = me.upgrade() {
                engine.hear(news);
            }
        });
        self.dispatch.dispatch(Step::Begin);
        let handed = team.pass(on_news);
        let is_possible = handed.is_some();
        drop(self.handed.replace(handed));
        let state = if is_possible { TeamState::Running } else { TeamState::NotIsolated(why) };
        self.dispatch.dispatch(Step::Stand(state));
    }

    fn hear(&self, news: News<T::Reading>) {
        let (reading, state) = match news {
            News::SoFar(reading) => (Some(reading), None),
            News::Done(reading) => (Some(reading), Some(TeamState::Done)),
            News::Failed(failure) => (None, Some(TeamState::Failed(failure))),
        };
        if let Some(reading) = reading.map(Rc::new) {
            let on_reading = self.on_reading.borrow().clone();
            on_reading.emit(reading.clone());
            self.dispatch.dispatch(Step::See(reading));
        }
        if let Some(state) = state {
            self.dispatch.dispatch(Step::Stand(state));
        }
    }

    fn stop(&self) {
        if let Some(handed) = self.handed.take() {
            drop(handed);
            return self.dispatch.dispatch(Step::Stand(TeamState::Stopped));
        }
        let live = self.live.borrow().clone();
        if let Some(live) = live.filter(|live| !live.is_over.get()) {
            live.is_stopped.set(true);
            self.dispatch.dispatch(Step::Stand(TeamState::Stopping));
            self.pool().send_home(&*live);
        }
    }

    fn kill(&self, worker: u32) {
        let live = self.live.borrow().clone();
        let Some(live) = live.filter(|live| !live.is_over.get()) else { return };
        if self.pool().kill(&*live, worker)
            && let Some((_, clock)) = live.begun.get()
        {
            live.team.bury(&live.words, worker, clock.now_us());
        }
    }

    fn with<A>(&self, act: impl FnOnce(&T, &Words, u64) -> A) -> Option<A> {
        let live = self.live.borrow().clone()?;
        let (_, clock) = live.begun.get().filter(|_| !live.is_over.get())?;
        Some(act(&live.team, &live.words, clock.now_us()))
    }

    fn pool(&self) -> &Pool {
        self.pool.get_or_init(Pool::shared)
    }
}

impl<T: Passing> Drop for Engine<T> {
    fn drop(&mut self) {
        if let Some(live) = self.live.take().filter(|live| !live.is_over.replace(true)) {
            self.pool().send_home(&*live);
        }
    }
}

/// A team that works for the component. `on_reading` hears of everything that is seen, also of what comes between two
/// renderings; it is the callback of the last one.
#[hook]
pub fn use_team<T: Passing>(on_reading: Callback<Rc<T::Reading>>) -> Team<T> {
    let course = use_reducer(|| Course { state: TeamState::Idle, reading: None });
    let dispatch = course.dispatcher();
    let engine = use_memo((), |()| Engine::<T> {
        dispatch,
        on_reading: RefCell::new(Callback::noop()),
        pool: OnceCell::new(),
        live: RefCell::default(),
        handed: RefCell::default(),
    });
    engine.on_reading.replace(on_reading);
    Team { course, engine }
}

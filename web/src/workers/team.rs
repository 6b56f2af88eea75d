//! A team of workers for a component: it begins, is looked at once a picture, and ends, at the latest with the
//! component.

use super::clock::{Clock, since_1970_ms};
use super::isolation::{Isolation, isolation};
use super::pool::{Pool, Run, Told};
use super::program::WorkerFailure;
use super::protocol::{Request, TeamJob};
use super::words::Words;
use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};
use yew::prelude::*;

/// How a team stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamState {
    /// Nothing was asked for yet.
    Idle,
    /// Its workers are being started.
    Starting {
        /// How many are ready.
        ready: usize,
        /// How many there will be.
        of: usize,
        /// Whether it takes unusually long.
        is_slow: bool,
    },
    /// All are at work.
    Running,
    /// They were told to go home, and have not gone yet.
    Stopping,
    /// Everybody has done their part.
    Done,
    /// It was stopped before that, or had to make room for another team.
    Stopped,
    /// There will be nothing more.
    Failed(WorkerFailure),
    /// Nothing can be shared here; why.
    NotIsolated(&'static str),
}

impl TeamState {
    /// Whether something is under way.
    pub fn is_under_way(&self) -> bool {
        matches!(self, TeamState::Starting { .. } | TeamState::Running | TeamState::Stopping)
    }

    /// In one word, for tests to look for.
    pub fn word(&self) -> &'static str {
        match self {
            TeamState::Idle => "idle",
            TeamState::Starting { .. } => "starting",
            TeamState::Running => "running",
            TeamState::Stopping => "stopping",
            TeamState::Done => "done",
            TeamState::Stopped => "stopped",
            TeamState::Failed(_) => "failed",
            TeamState::NotIsolated(_) => "not-isolated",
        }
    }
}

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
pub struct Team<T: TeamJob> {
    course: UseReducerHandle<Course<T::Reading>>,
    engine: Rc<Engine<T>>,
}

impl<T: TeamJob> Team<T> {
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

    /// Has everybody go home; what was seen stays.
    pub fn stop(&self) {
        self.engine.stop();
    }

    /// Begins a run.
    pub fn on_start(&self) -> Callback<T> {
        let engine = self.engine.clone();
        Callback::from(move |team| engine.start(team))
    }

    /// Has everybody go home.
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

    /// The same for later, for whatever is under way then.
    pub fn on<I: 'static>(&self, act: impl Fn(&T, &Words, u64, I) + 'static) -> Callback<I> {
        let engine = self.engine.clone();
        Callback::from(move |input| {
            engine.with(|team, words, now_us| act(team, words, now_us, input));
        })
    }
}

impl<T: TeamJob> PartialEq for Team<T> {
    fn eq(&self, other: &Self) -> bool {
        self.course == other.course && Rc::ptr_eq(&self.engine, &other.engine)
    }
}

impl<T: TeamJob> Clone for Team<T> {
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
struct Engine<T: TeamJob> {
    dispatch: UseReducerDispatcher<Course<T::Reading>>,
    on_reading: RefCell<Callback<Rc<T::Reading>>>,
    /// Taken with the first run: a page that runs nothing starts no workers.
    pool: OnceCell<Pool>,
    live: RefCell<Option<Rc<Live<T>>>>,
}

impl<T: TeamJob> Engine<T> {
    fn start(self: &Rc<Self>, team: T) {
        if let Isolation::Not(why) = isolation() {
            return self.dispatch.dispatch(Step::Stand(TeamState::NotIsolated(why)));
        }
        if let Some(before) = self.live.take() {
            before.is_over.set(true);
            self.pool().send_home(&*before);
        }
        let words = Words::new(team.words());
        team.prepare(&words);
        let live = Rc::new_cyclic(|me| Live {
            me: me.clone(),
            engine: Rc::downgrade(self),
            team,
            words,
            reader: RefCell::default(),
            begun: OnceCell::new(),
            picture: RefCell::default(),
            is_stopped: Cell::default(),
            is_over: Cell::default(),
        });
        self.live.replace(Some(live.clone()));
        self.dispatch.dispatch(Step::Begin);
        self.pool().begin(live);
    }

    fn stop(&self) {
        let live = self.live.borrow().clone();
        if let Some(live) = live.filter(|live| !live.is_over.get()) {
            live.is_stopped.set(true);
            self.dispatch.dispatch(Step::Stand(TeamState::Stopping));
            self.pool().send_home(&*live);
        }
    }

    fn kill(&self, worker: u32) {
        let live = self.live.borrow().clone();
        if let Some(live) = live.filter(|live| !live.is_over.get()) {
            self.pool().kill(&*live, worker);
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

impl<T: TeamJob> Drop for Engine<T> {
    fn drop(&mut self) {
        if let Some(live) = self.live.take().filter(|live| !live.is_over.replace(true)) {
            self.pool().send_home(&*live);
        }
    }
}

/// A run.
struct Live<T: TeamJob> {
    me: Weak<Self>,
    engine: Weak<Engine<T>>,
    team: T,
    words: Words,
    reader: RefCell<T::Reader>,
    /// When it began, in milliseconds since 1970, and a clock that counts from then.
    begun: OnceCell<(f64, Clock)>,
    /// The next look.
    picture: RefCell<Option<AnimationFrame>>,
    is_stopped: Cell<bool>,
    /// Whether nothing of it is of interest any more.
    is_over: Cell<bool>,
}

impl<T: TeamJob> Live<T> {
    fn look(&self, is_over: bool) {
        let (Some((_, clock)), Some(engine)) = (self.begun.get(), self.engine.upgrade()) else {
            return;
        };
        let reading = {
            let mut reader = self.reader.borrow_mut();
            Rc::new(self.team.read(&mut reader, &self.words, clock.now_us(), is_over))
        };
        let on_reading = engine.on_reading.borrow().clone();
        on_reading.emit(reading.clone());
        engine.dispatch.dispatch(Step::See(reading));
    }

    fn look_on(&self) {
        let me = self.me.clone();
        let request = request_animation_frame(move |_| {
            let Some(live) = me.upgrade() else { return };
            // It owns what is running here, so it has to stay until this returns.
            let _served = live.picture.take();
            if !live.is_over.get() {
                live.look(false);
                live.look_on();
            }
        });
        self.picture.replace(Some(request));
    }

    fn stand(&self, state: TeamState) {
        if let Some(engine) = self.engine.upgrade() {
            engine.dispatch.dispatch(Step::Stand(state));
        }
    }
}

impl<T: TeamJob> Run for Live<T> {
    fn workers(&self) -> usize {
        self.team.workers() as usize
    }

    fn begin(&self) {
        let begun_ms = since_1970_ms();
        // It begins once.
        let _ = self.begun.set((begun_ms, Clock::since(begun_ms)));
    }

    fn part(&self, worker: u32, ticket: u32) -> Request {
        let begun_ms = self.begun.get().map_or(0.0, |(begun_ms, _)| *begun_ms);
        // What cannot be written is misunderstood by the worker, who says so.
        let team = postcard::to_allocvec(&self.team).unwrap_or_default();
        Request::Join { ticket, kind: T::KIND, team, worker, begun_ms }
    }

    fn words(&self) -> &Words {
        &self.words
    }

    fn stop(&self) {
        self.team.stop(&self.words);
    }

    fn tell(&self, told: Told) {
        if self.is_over.get() {
            return;
        }
        match told {
            Told::Starting { ready, of, is_slow } => {
                self.stand(TeamState::Starting { ready, of, is_slow });
            }
            Told::Began => {
                self.stand(TeamState::Running);
                self.look_on();
            }
            Told::Displaced => {
                self.is_stopped.set(true);
                self.stand(TeamState::Stopping);
            }
            Told::Ended => {
                self.is_over.set(true);
                self.look(true);
                let is_stopped = self.is_stopped.get();
                self.stand(if is_stopped { TeamState::Stopped } else { TeamState::Done });
            }
            Told::Failed(failure) => {
                self.is_over.set(true);
                self.look(true);
                self.stand(TeamState::Failed(failure));
            }
        }
    }
}

/// A team that works for the component. `on_reading` hears of everything that is seen, also of what comes between two
/// renderings; it is the callback of the last one.
#[hook]
pub fn use_team<T: TeamJob>(on_reading: Callback<Rc<T::Reading>>) -> Team<T> {
    let course = use_reducer(|| Course { state: TeamState::Idle, reading: None });
    let dispatch = course.dispatcher();
    let engine = use_memo((), |()| Engine::<T> {
        dispatch,
        on_reading: RefCell::new(Callback::noop()),
        pool: OnceCell::new(),
        live: RefCell::default(),
    });
    engine.on_reading.replace(on_reading);
    Team { course, engine }
}

//! A run that is under way, for its component and for the pool.

use super::{Engine, Step, TeamState};
use crate::workers::clock::{Clock, since_1970_ms};
use crate::workers::passing::Passing;
use crate::workers::pool::{Run, Told};
use crate::workers::protocol::Request;
use crate::workers::words::Words;
use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// A run.
pub(super) struct Live<T: Passing> {
    me: Weak<Self>,
    engine: Weak<Engine<T>>,
    pub(super) team: T,
    pub(super) words: Words,
    reader: RefCell<T::Reader>,
    /// When it began, in milliseconds since 1970, and a clock that counts from then.
    pub(super) begun: OnceCell<(f64, Clock)>,
    /// The next look.
    picture: RefCell<Option<AnimationFrame>>,
    pub(super) is_stopped: Cell<bool>,
    /// Whether nothing of it is of interest any more.
    pub(super) is_over: Cell<bool>,
}

impl<T: Passing> Live<T> {
    /// Lays out the words for it.
    pub(super) fn new(engine: &Rc<Engine<T>>, team: T) -> Rc<Self> {
        let words = Words::new(team.words());
        team.prepare(&words);
        Rc::new_cyclic(|me| Live {
            me: me.clone(),
            engine: Rc::downgrade(engine),
            team,
            words,
            reader: RefCell::default(),
            begun: OnceCell::new(),
            picture: RefCell::default(),
            is_stopped: Cell::default(),
            is_over: Cell::default(),
        })
    }

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

impl<T: Passing> Run for Live<T> {
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

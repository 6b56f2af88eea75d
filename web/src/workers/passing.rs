//! Where memory cannot be shared: work that the page hands out piece by piece, by messages.
//!
//! Each piece costs a message and its answer, and the page has to be awake for it. What is about shared memory itself
//! cannot be done so.

use super::client::{Answer, Worker};
use super::clock::{Clock, since_1970_ms};
use super::program::WorkerFailure;
use super::protocol::TeamJob;
use super::stretch::{Stretch, Stretched};
use playground_core::blocking_queue::team::QueueTeam;
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::race::Frame;
use playground_core::multi_threading::split::Pieces;
use playground_core::multi_threading::team::{LostUpdates, PrimesTeam};
use playground_core::shared_memory::Teamwork;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use yew::Callback;

/// What is heard of work that is handed out by messages.
pub enum News<R> {
    /// How far it is.
    SoFar(R),
    /// What came of it.
    Done(R),
    /// There will be nothing more.
    Failed(WorkerFailure),
}

/// A team whose work can perhaps be handed out by messages, too.
pub trait Passing: TeamJob {
    /// Begins; it ends with the value that is returned. None if the work is about shared memory.
    fn pass(&self, on_news: Callback<News<Self::Reading>>) -> Option<Handed>;
}

/// Work that is handed out, as long as somebody has this.
pub struct Handed {
    _race: Rc<HandedRace>,
}

impl Passing for PrimesTeam {
    fn pass(&self, on_news: Callback<News<Frame>>) -> Option<Handed> {
        Some(Handed { _race: HandedRace::begin(self.job, on_news) })
    }
}

impl Passing for LostUpdates {
    fn pass(&self, _on_news: Callback<News<Self::Reading>>) -> Option<Handed> {
        None
    }
}

impl Passing for QueueTeam {
    fn pass(&self, _on_news: Callback<News<Self::Reading>>) -> Option<Handed> {
        None
    }
}

struct HandedRace {
    job: Job,
    begun_ms: f64,
    clock: Clock,
    lanes: Vec<Lane>,
    /// The piece that comes next where everybody asks for one.
    next: Cell<u32>,
    frame: RefCell<Frame>,
    on_news: Callback<News<Frame>>,
}

struct Lane {
    worker: Worker<Stretch>,
    pieces: RefCell<Pieces>,
}

impl HandedRace {
    fn begin(job: Job, on_news: Callback<News<Frame>>) -> Rc<Self> {
        let begun_ms = since_1970_ms();
        let race = Rc::new_cyclic(|me: &Weak<Self>| {
            let lane = |lane: u32| {
                let me = me.clone();
                let hear = Callback::from(move |answer| {
                    if let Some(race) = me.upgrade() {
                        race.hear(lane, answer);
                    }
                });
                Lane { worker: Worker::new(hear), pieces: Pieces::new(&job, lane).into() }
            };
            HandedRace {
                job,
                begun_ms,
                clock: Clock::since(begun_ms),
                lanes: (0..PrimesTeam { job }.workers()).map(lane).collect(),
                next: Cell::new(0),
                frame: Frame::new(&job).into(),
                on_news,
            }
        });
        (0..race.lanes.len()).for_each(|lane| race.hand_out(lane));
        race
    }

    /// Gives a worker its next piece, if there is one.
    fn hand_out(&self, lane: usize) {
        let Lane { worker, pieces } = &self.lanes[lane];
        let piece = pieces.borrow_mut().next_with(|| self.next.replace(self.next.get() + 1));
        match piece {
            Some(piece) => {
                let Self { job: race, begun_ms, .. } = *self;
                worker.start(&Stretch { race, piece: piece.index, begun_ms });
            }
            None => self.frame.borrow_mut().lanes[lane].is_done = true,
        }
    }

    fn hear(&self, lane: u32, answer: Result<Answer<Stretched>, WorkerFailure>) {
        let lane = lane as usize;
        let (slices, is_done) = match answer {
            Ok(Answer::SoFar(Stretched { slices })) => (slices, false),
            Ok(Answer::Done(Stretched { slices })) => (slices, true),
            Err(failure) => return self.on_news.emit(News::Failed(failure)),
        };
        for (counted, from_us, until_us) in slices {
            self.frame.borrow_mut().lanes[lane].count(counted, from_us, until_us);
        }
        if is_done {
            self.hand_out(lane);
        }
        let (frame, is_over) = {
            let mut frame = self.frame.borrow_mut();
            let is_over = frame.lanes.iter().all(|lane| lane.is_done);
            if is_over {
                let end_us = frame.lanes.iter().map(|lane| lane.finished_us()).max().unwrap_or(0);
                frame.finish(end_us);
            } else {
                frame.wait_until(self.clock.now_us());
            }
            (frame.clone(), is_over)
        };
        self.on_news.emit(if is_over { News::Done(frame) } else { News::SoFar(frame) });
    }
}

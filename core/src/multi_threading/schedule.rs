//! What the Gantt chart of a race should be: the work in each number, dealt out to workers on so many cores.
//!
//! [`Work`] knows how much work is in the numbers of a range, on average; [`Machine`] says how long a unit of work
//! takes and what else costs time. [`predict`] then moves from event to event. Workers that are more than the cores
//! share them evenly, as a fair scheduler lets them.
//!
//! What is simplified: all cores are equally fast and do nothing else, the scheduler's time slices are infinitely
//! short, and memory is never a bottleneck.

mod work;

pub use work::Work;

use super::job::Job;
use super::race::{Counted, Frame};
use super::split::{Piece, Pieces};
use serde::{Deserialize, Serialize};

/// What work costs where it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// How many workers can run at the same moment, at least 1.
    pub cores: u32,
    /// How long a unit of work takes, see [`Work`], in picoseconds.
    pub unit_ps: u64,
    /// How long it takes until a worker is ready, in microseconds. Workers are started at the same time.
    pub start_us: u64,
    /// How long a worker waits for each piece, in nanoseconds. Nobody else is held up by that.
    pub piece_ns: u64,
}

impl Machine {
    /// A machine on which one worker needs so long for a job, once it has started.
    pub fn measured(job: &Job, work: &Work, busy_us: u64, cores: u32) -> Self {
        let alone = Job { workers: 1, ..*job };
        let pieces = (0..alone.pieces()).filter_map(|index| alone.piece(index));
        let thousandths: u64 = pieces.map(|piece| work.of(&piece.numbers)).sum();
        let unit_ps = u128::from(busy_us) * 1_000_000_000 / u128::from(thousandths.max(1));
        Machine { cores, unit_ps: unit_ps as u64, start_us: 0, piece_ns: 0 }
    }
}

/// How the job goes there, from its beginning to its end; [`Frame::at`] tells how it stands in between.
pub fn predict(job: &Job, work: &Work, machine: &Machine) -> Frame {
    let mut model = Model::new(job, work, machine);
    while model.step() {}
    model.frame
}

/// What a worker is about to do.
#[derive(Clone, Debug)]
enum Doing {
    /// It starts, or waits for a piece, until a moment.
    Waiting {
        until_ps: u64,
    },
    /// It counts, and has so much of it before it, in picoseconds of a whole core.
    Busy {
        piece: Piece,
        left_ps: u64,
        since_ps: u64,
    },
    Done,
}

struct Model<'a> {
    work: &'a Work,
    machine: &'a Machine,
    now_ps: u64,
    workers: Vec<(Doing, Pieces)>,
    /// How many pieces have been taken from the shared counter.
    taken: u32,
    frame: Frame,
}

const PS_PER_US: u64 = 1_000_000;

impl<'a> Model<'a> {
    fn new(job: &Job, work: &'a Work, machine: &'a Machine) -> Self {
        let until_ps = machine.start_us * PS_PER_US + machine.piece_ns * 1_000;
        let worker = |worker| (Doing::Waiting { until_ps }, Pieces::new(job, worker));
        let workers = (0..job.workers).map(worker).collect();
        Model { work, machine, now_ps: 0, workers, taken: 0, frame: Frame::new(job) }
    }

    fn busy(&self) -> u64 {
        let busy = self.workers.iter().filter(|(doing, _)| matches!(doing, Doing::Busy { .. }));
        busy.count() as u64
    }

    /// Moves to the next moment at which something happens to somebody; false at the end.
    fn step(&mut self) -> bool {
        let cores = u64::from(self.machine.cores.max(1));
        let sharing = self.busy().max(cores);
        let due = self.workers.iter().filter_map(|(doing, _)| match doing {
            Doing::Waiting { until_ps } => Some(*until_ps - self.now_ps),
            Doing::Busy { left_ps, .. } => Some(scaled(*left_ps, sharing, cores)),
            Doing::Done => None,
        });
        let Some(wait_ps) = due.min() else {
            self.frame.finish(self.now_ps / PS_PER_US);
            return false;
        };
        self.now_ps += wait_ps;
        // Rounded down here and up above, so that whoever was next to finish has finished.
        let done_ps = (u128::from(wait_ps) * u128::from(cores) / u128::from(sharing)) as u64;
        for worker in 0..self.workers.len() {
            if let Doing::Busy { left_ps, .. } = &mut self.workers[worker].0 {
                *left_ps = left_ps.saturating_sub(done_ps);
            }
            self.go_on(worker);
        }
        true
    }

    /// Lets a worker do what comes next if what it does has come to its end.
    fn go_on(&mut self, worker: usize) {
        let (doing, pieces) = &mut self.workers[worker];
        match doing {
            Doing::Waiting { until_ps } if *until_ps <= self.now_ps => {
                let taken = &mut self.taken;
                let piece = pieces.next_with(|| {
                    *taken += 1;
                    *taken - 1
                });
                *doing = match piece {
                    None => Doing::Done,
                    Some(piece) => {
                        let units = u128::from(self.work.of(&piece.numbers));
                        let left_ps = (units * u128::from(self.machine.unit_ps) / 1_000) as u64;
                        Doing::Busy { piece, left_ps, since_ps: self.now_ps }
                    }
                };
                self.frame.lanes[worker].is_done = matches!(doing, Doing::Done);
            }
            Doing::Busy { piece, left_ps: 0, since_ps } => {
                let counted = Counted::new(piece.index, piece.numbers.clone(), 0);
                let (from_us, until_us) = (*since_ps / PS_PER_US, self.now_ps / PS_PER_US);
                self.frame.lanes[worker].count(counted, from_us, until_us);
                *doing = Doing::Waiting { until_ps: self.now_ps + self.machine.piece_ns * 1_000 };
                if self.machine.piece_ns == 0 {
                    self.go_on(worker);
                }
            }
            _ => {}
        }
    }
}

/// How long so much work takes when so many share so many cores, rounded up.
fn scaled(left_ps: u64, sharing: u64, cores: u64) -> u64 {
    (u128::from(left_ps) * u128::from(sharing)).div_ceil(u128::from(cores)) as u64
}

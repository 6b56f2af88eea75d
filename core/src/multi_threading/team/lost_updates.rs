//! A counter that everybody counts up, many times over: what is missing at the end was lost between a look and a write.

use crate::shared_memory::{Barrier, LINE, Lock, SharedMemory, Teamwork};
use serde::{Deserialize, Serialize};

/// Not 0 once everybody is to go home.
const STOP: usize = 0;
/// Whether there is another run; the same for everybody, who might see the word before at different moments.
const GOES_ON: usize = 1;
/// How many runs are finished.
const FINISHED: usize = 2;
/// How many stand ready for this run.
const READY: usize = LINE;
const LOCK: usize = 2 * LINE;
const COUNTER: usize = 3 * LINE;
const BARRIER: usize = 4 * LINE;
/// What the counter said at the end of each run.
const RESULTS: usize = 5 * LINE;

/// So often a worker looks whether the others stand ready, too, before it begins without them: on fewer cores than
/// workers they may not be able to.
const LOOKS: u32 = 2_000;

/// After so many increments a worker looks whether it is to go home.
const LOOK_UP: u32 = 1 << 14;

/// How the counter is counted up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Load, add 1, store: another one's update between the load and the store is lost.
    Plain,
    /// The same behind a lock.
    Locked,
    /// One indivisible addition.
    Atomic,
}

impl Way {
    /// All of them.
    pub const ALL: [Way; 3] = [Way::Plain, Way::Locked, Way::Atomic];
}

/// Runs of a race: in each of them, every worker counts the counter up so many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostUpdates {
    /// How many workers there are, from 1 to 8.
    pub workers: u32,
    /// How often each of them counts in a run; all of them together, not more than 2³² − 1 times.
    pub increments: u32,
    /// How many runs there are.
    pub runs: u32,
    /// How they count.
    pub way: Way,
}

impl LostUpdates {
    /// The most runs.
    pub const MOST_RUNS: u32 = 10_000;

    /// What the counter says after a run in which nothing was lost.
    pub fn expected(&self) -> u32 {
        self.increments.saturating_mul(self.workers)
    }

    fn runs(&self) -> u32 {
        self.runs.min(Self::MOST_RUNS)
    }

    /// What the last to be done with a run does, while all the others wait.
    fn finish_run(&self, memory: &impl SharedMemory) {
        if memory.load(STOP) != 0 {
            // Perhaps not everybody has counted to the end.
            return memory.store(GOES_ON, 0);
        }
        let finished = memory.load(FINISHED);
        memory.store(RESULTS + finished as usize, memory.load(COUNTER));
        memory.store(COUNTER, 0);
        memory.store(READY, 0);
        memory.store(FINISHED, finished + 1);
        memory.store(GOES_ON, u32::from(finished + 1 < self.runs()));
    }

    fn count(&self, memory: &impl SharedMemory) {
        let lock = Lock::new(memory, LOCK);
        let count = || memory.plain_store(COUNTER, memory.plain_load(COUNTER).wrapping_add(1));
        for increment in 0..self.increments {
            if increment % LOOK_UP == LOOK_UP - 1 && memory.load(STOP) != 0 {
                break;
            }
            match self.way {
                Way::Plain => count(),
                Way::Locked => {
                    let _held = lock.lock();
                    count();
                }
                Way::Atomic => {
                    memory.add(COUNTER, 1);
                }
            }
        }
    }
}

impl Teamwork for LostUpdates {
    type Reader = LostUpdatesReader;
    type Reading = LostUpdatesReading;

    fn workers(&self) -> u32 {
        self.workers
    }

    fn words(&self) -> usize {
        RESULTS + self.runs() as usize
    }

    fn prepare(&self, memory: &impl SharedMemory) {
        memory.store(GOES_ON, u32::from(self.runs() > 0));
    }

    fn work<M: SharedMemory>(&self, _worker: u32, memory: &M, _now_us: &impl Fn() -> u64) {
        let barrier = Barrier::new(memory, BARRIER, self.workers);
        barrier.wait();
        while memory.load(GOES_ON) != 0 {
            // Waking up takes longer than a short run. So whoever is awake waits a little for the others to be, too.
            memory.add(READY, 1);
            let mut looks = 0;
            while memory.load(READY) < self.workers && looks < LOOKS {
                std::hint::spin_loop();
                looks += 1;
            }
            self.count(memory);
            if barrier.wait() {
                self.finish_run(memory);
            }
            barrier.wait();
        }
    }

    fn stop(&self, memory: &impl SharedMemory) {
        memory.store(STOP, 1);
    }

    /// The others would wait for it at the barrier or at the lock for ever, so all of them go home.
    fn bury(&self, memory: &impl SharedMemory, _worker: u32, _now_us: u64) {
        self.stop(memory);
        memory.store(GOES_ON, 0);
        // It may have held the lock. Nothing is counted any more that a lock would have to guard.
        memory.store(LOCK, 0);
        memory.notify(LOCK, u32::MAX);
        Barrier::new(memory, BARRIER, self.workers).dissolve();
    }

    fn read(
        &self,
        reader: &mut LostUpdatesReader,
        memory: &impl SharedMemory,
        now_us: u64,
        is_over: bool,
    ) -> LostUpdatesReading {
        let finished = memory.load(FINISHED) as usize;
        let results = reader.counted.len()..finished;
        reader.counted.extend(results.map(|run| memory.load(RESULTS + run)));
        LostUpdatesReading {
            expected: self.expected(),
            counted: reader.counted.clone(),
            at_us: now_us,
            is_over,
        }
    }
}

/// The runs that were seen.
#[derive(Clone, Debug, Default)]
pub struct LostUpdatesReader {
    counted: Vec<u32>,
}

/// What came of the runs so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LostUpdatesReading {
    /// What the counter says after a run in which nothing was lost.
    pub expected: u32,
    /// What it said after each finished run.
    pub counted: Vec<u32>,
    /// When it was looked at, in microseconds since the beginning.
    pub at_us: u64,
    /// Whether no further run comes.
    pub is_over: bool,
}

impl LostUpdatesReading {
    /// How many updates were lost in each finished run.
    pub fn lost(&self) -> impl ExactSizeIterator<Item = u32> {
        self.counted.iter().map(|counted| self.expected.saturating_sub(*counted))
    }

    /// In how many finished runs something was lost.
    pub fn runs_with_losses(&self) -> usize {
        self.lost().filter(|lost| *lost > 0).count()
    }

    /// How many updates were lost in all finished runs.
    pub fn lost_in_all(&self) -> u64 {
        self.lost().map(u64::from).sum()
    }
}

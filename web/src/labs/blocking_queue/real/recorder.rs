//! A run of real workers as the lab's own frame: what they have written down, and where they are now.

use super::workers::{Known, remember, waiting, worker_of};
use playground_core::blocking_queue::Order;
use playground_core::blocking_queue::lab::{
    Frame, Item, MOST_LENGTHS, MOST_PASSED, Maker, Party, Passage, Policy, Totals, Worker,
    WorkerView,
};
use playground_core::blocking_queue::measures::Meter;
use playground_core::blocking_queue::team::{
    Doing, Happened, Item as Written, QueueReading, QueueTeam, What, WorkerReading,
};
use playground_core::sim::Time;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// How far back the measurements look, in microseconds.
const WINDOW_US: u64 = 20_000_000;
/// How many items are remembered by when they went in: more than can be inside.
const MOST_REMEMBERED: usize = 4_096;

/// Makes frames of readings.
pub struct Recorder {
    team: QueueTeam,
    known: Vec<Known>,
    /// When each item went in, and as which one of all.
    stored: BTreeMap<Written, (u64, u64)>,
    passed: Arc<Vec<Passage>>,
    totals: Totals,
    /// How many were inside, from when on.
    lengths: Arc<Vec<(Time, u32)>>,
    inside: Meter,
    before: Meter,
    /// When it was looked at first, and how often since.
    first_us: u64,
    looks: u64,
    frame: Option<Rc<Frame>>,
}

impl Recorder {
    /// For a run that is about to begin.
    pub fn new(team: QueueTeam) -> Self {
        let paces = team.producers.iter().chain(&team.consumers);
        let known = paces.map(|it| Known { period_us: it.period_us, ..Known::default() });
        Recorder {
            known: known.collect(),
            team,
            stored: BTreeMap::new(),
            passed: Arc::default(),
            totals: Totals::default(),
            lengths: Arc::default(),
            inside: Meter::new(WINDOW_US, 0),
            before: Meter::new(WINDOW_US, 0),
            first_us: 0,
            looks: 0,
            frame: None,
        }
    }

    /// The picture before anybody has begun.
    pub fn idle(&self) -> Rc<Frame> {
        let workers = (0..self.known.len()).map(|number| WorkerReading {
            is_producer: number < self.team.producers.len(),
            ..WorkerReading::default()
        });
        let capacity = self.team.capacity;
        let workers = workers.collect();
        Rc::new(self.draw(&QueueReading { capacity, workers, ..QueueReading::default() }))
    }

    /// The picture of the last reading.
    pub fn frame(&self) -> Option<Rc<Frame>> {
        self.frame.clone()
    }

    /// A worker has another pace from now on.
    pub fn set_period(&mut self, worker: u32, period_us: u32) {
        if let Some(known) = self.known.get_mut(worker as usize) {
            known.period_us = period_us;
        }
    }

    /// Whether the journals hold everything that happened, and not only a sample.
    pub fn is_whole(&self) -> bool {
        self.team.items.is_none()
    }

    /// How many pictures a second there were so far; none as long as there are too few to tell.
    pub fn looks_per_s(&self) -> Option<f64> {
        let at_us = self.frame.as_ref()?.now.0;
        let passed_us = at_us.saturating_sub(self.first_us);
        (self.looks > 10 && passed_us > 0).then(|| (self.looks - 1) as f64 * 1e6 / passed_us as f64)
    }

    /// Takes a reading in.
    pub fn see(&mut self, reading: &QueueReading) {
        if self.looks == 0 {
            self.first_us = reading.at_us;
        }
        self.looks += 1;
        for happened in &reading.happened {
            self.enter(happened);
        }
        if !self.is_whole() {
            self.count(reading);
        }
        self.inside.set_level(reading.at_us, u64::from(reading.len));
        remember(&mut self.lengths, MOST_LENGTHS, (Time(reading.at_us), reading.len));
        for (known, worker) in self.known.iter_mut().zip(&reading.workers) {
            known.stretch(worker);
        }
        let held = reading.workers.iter().filter(|it| it.doing == Doing::ParkedFull).count();
        self.before.set_level(reading.at_us, held as u64);
        while self.stored.len() > MOST_REMEMBERED {
            self.stored.pop_first();
        }
        self.frame = Some(Rc::new(self.draw(reading)));
    }

    /// What the totals say where the journals hold only a sample.
    fn count(&mut self, reading: &QueueReading) {
        let (put, taken) = (reading.audit.put, reading.audit.taken);
        self.inside.arrive(reading.at_us, put.saturating_sub(self.totals.stored));
        let waits: Vec<u64> = reading.happened.iter().filter_map(|it| waited(it.what)).collect();
        self.inside.leave(reading.at_us, taken.saturating_sub(self.totals.taken), &waits);
        (self.totals.stored, self.totals.taken) = (put, taken);
        self.totals.made = put;
    }

    fn enter(&mut self, happened: &Happened) {
        let Happened { at_us, worker, what, item } = *happened;
        let place = worker as usize;
        let named = item.map(|it| (it, self.name(it, at_us)));
        match (what, named) {
            (What::Stored, Some((written, _))) => {
                self.stored.insert(written, (at_us, self.totals.stored + 1));
                if let Some(known) = self.known.get_mut(place) {
                    known.hand = None;
                    let waited_us = std::mem::take(&mut known.pending_us);
                    self.before.arrive(at_us, 1);
                    self.before.leave(at_us, 1, &[waited_us]);
                }
                if self.is_whole() {
                    self.totals.made += 1;
                    self.totals.stored += 1;
                    self.inside.arrive(at_us, 1);
                    self.inside
                        .set_level(at_us, self.totals.stored.saturating_sub(self.totals.taken));
                }
            }
            (What::Taken { wait_us }, Some((written, mut item))) => {
                item.stored_at = Time(at_us.saturating_sub(u64::from(wait_us)));
                // A consumer's journal may be read before its producer's.
                let serial = self.stored.remove(&written).map(|it| it.1);
                item.serial = serial.unwrap_or(self.totals.taken + 1);
                self.take(at_us, worker, item, wait_us);
            }
            (What::Parked, named) => {
                self.totals.parks += 1;
                if let Some(known) = self.known.get_mut(place) {
                    known.parks += 1;
                    known.hand = named.map(|it| it.1);
                }
            }
            (What::WentOn { waited_us }, _) => {
                self.totals.wakeups += 1;
                if let Some(known) = self.known.get_mut(place) {
                    known.waited_us += u64::from(waited_us);
                    known.pending_us = u64::from(waited_us);
                }
            }
            (What::Stored | What::Taken { .. }, None) => {}
        }
    }

    fn take(&mut self, at_us: u64, worker: u32, item: Item, wait_us: u32) {
        let by = self.party(worker);
        if let Some(known) = self.known.get_mut(worker as usize) {
            known.hand = Some(item.clone());
            known.pending_us = 0;
        }
        let passage = Passage { item, by, taken_at: Time(at_us) };
        remember(&mut self.passed, MOST_PASSED, passage);
        if self.is_whole() {
            self.totals.taken += 1;
            self.inside.leave(at_us, 1, &[u64::from(wait_us)]);
            self.inside.set_level(at_us, self.totals.stored.saturating_sub(self.totals.taken));
        }
    }

    fn party(&self, worker: u32) -> Party {
        match self.worker(worker) {
            Some(worker) => worker.into(),
            None => Party::Taker(0),
        }
    }

    /// Who a worker of the team is in the picture; none if it is the visitor.
    fn worker(&self, worker: u32) -> Option<Worker> {
        worker_of(&self.team, worker)
    }

    /// An item of the team as the picture has it.
    fn name(&self, item: Written, stored_us: u64) -> Item {
        let maker = match self.worker(item.producer) {
            Some(Worker::Producer(number)) => Maker::Producer(number),
            _ => Maker::Visitor,
        };
        let at = Time(stored_us);
        let number = u64::from(item.number) + 1;
        Item { maker, number, serial: 0, label: None, made_at: at, stored_at: at }
    }

    fn draw(&self, reading: &QueueReading) -> Frame {
        let now = Time(reading.at_us);
        let items = (1..).zip(&reading.inside).map(|(place, written)| {
            // One whose journal has not been read yet has just gone in; where there is only a sample, nobody knows when.
            let unknown_us = if self.is_whole() { reading.at_us } else { 0 };
            let (stored_us, serial) = self
                .stored
                .get(written)
                .copied()
                .unwrap_or((unknown_us, self.totals.taken + place));
            Item { serial, ..self.name(*written, stored_us) }
        });
        let mut views: Vec<WorkerView> = Vec::with_capacity(self.known.len());
        for (number, (worker, known)) in (0..).zip(reading.workers.iter().zip(&self.known)) {
            views.extend(self.worker(number).map(|it| known.view(it, worker, now)));
        }
        let (producers, consumers): (Vec<_>, Vec<_>) =
            views.into_iter().partition(|it| matches!(it.worker, Worker::Producer(_)));
        Frame {
            now,
            scenario: None,
            capacity: reading.capacity,
            order: Order::Barging,
            policy: Policy::Block,
            mistake: None,
            is_closed: reading.is_closed,
            items: items.collect(),
            putters: waiting(&producers),
            takers: waiting(&consumers),
            producers,
            consumers,
            passed: self.passed.clone(),
            gone: Arc::default(),
            lengths: self.lengths.clone(),
            calls: Arc::default(),
            totals: self.totals,
            inside: self.inside.summary(reading.at_us),
            before: self.before.summary(reading.at_us),
            broken: Vec::new(),
        }
    }
}

fn waited(what: What) -> Option<u64> {
    match what {
        What::Taken { wait_us } => Some(u64::from(wait_us)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::shared_memory::{NativeMemory, Teamwork};
    use std::time::Instant;

    /// A run of native threads, looked at all the time.
    fn run(team: QueueTeam, is_enough: impl Fn(&Frame) -> bool) -> (Recorder, QueueReading) {
        let memory = NativeMemory::new(team.words());
        team.prepare(&memory);
        let begun = Instant::now();
        let now_us = || begun.elapsed().as_micros() as u64;
        let mut recorder = Recorder::new(team.clone());
        let mut reader = Default::default();
        let last = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..team.workers())
                .map(|worker| {
                    scope.spawn({
                        let (team, memory) = (&team, &memory);
                        move || team.work(worker, memory, &now_us)
                    })
                })
                .collect();
            loop {
                let reading = team.read(&mut reader, &memory, now_us(), false);
                recorder.see(&reading);
                let is_over = threads.iter().all(|it| it.is_finished());
                if is_over || recorder.frame().is_some_and(|frame| is_enough(&frame)) {
                    break;
                }
                std::thread::yield_now();
            }
            team.stop(&memory);
            for thread in threads {
                thread.join().expect("a worker");
            }
            team.read(&mut reader, &memory, now_us(), true)
        });
        recorder.see(&last);
        (recorder, last)
    }

    #[test]
    fn what_real_workers_do_is_a_frame_whose_numbers_fit_together() {
        use playground_core::blocking_queue::team::Pace;
        let team = QueueTeam {
            producers: vec![Pace::per_second(2_000); 2],
            consumers: vec![Pace::per_second(1_000)],
            capacity: 5,
            items: None,
            spins: 0,
        };
        let (recorder, last) = run(team, |frame| frame.totals.taken >= 60);
        let frame = recorder.frame().expect("a frame");
        assert_eq!((frame.producers.len(), frame.consumers.len()), (2, 1));
        assert!(frame.totals.taken >= 60 && frame.totals.stored >= frame.totals.taken);
        assert!(frame.totals.parks > 0, "nobody ever waited: {:?}", frame.totals);
        assert!(frame.inside.mean_level.expect("a level") > 1.0, "{:?}", frame.inside);
        assert!(last.audit.is_clean(), "{:?}", last.audit);
        let numbers = |producer: u8| -> Vec<u64> {
            let own = frame.passed.iter().filter(|it| it.item.maker == Maker::Producer(producer));
            own.map(|it| it.item.number).collect()
        };
        for producer in 0..2 {
            assert!(numbers(producer).windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn a_flat_out_run_is_counted_by_its_totals() {
        let (recorder, last) = run(QueueTeam::flat_out(2, 2, 64, 20_000), |_| false);
        assert_eq!((last.audit.put, last.audit.taken), (20_000, 20_000));
        assert!(last.audit.is_final && last.audit.is_clean(), "{:?}", last.audit);
        let frame = recorder.frame().expect("a frame");
        assert_eq!(frame.totals.taken, 20_000);
        assert!(frame.inside.throughput_per_s().is_some_and(|it| it > 0.0));
    }
}

//! The workers of a team as the picture has them: what each does, and what is known of it besides.

use playground_core::blocking_queue::lab::{
    Item, MOST_STRETCHES, Pace, Party, Stretch, Worker, WorkerState, WorkerView,
};
use playground_core::blocking_queue::team::{Doing, QueueTeam, WorkerReading};
use playground_core::sim::{Span, Time};
use std::sync::Arc;

/// What is known of a worker besides what it does now.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The item that it has had in its hands last.
    pub hand: Option<Item>,
    /// What it has done lately.
    pub lane: Arc<Vec<Stretch>>,
    /// How often it was parked.
    pub parks: u64,
    /// How long it has waited in all, but for what it waits now.
    pub waited_us: u64,
    /// How long it has waited for room for the item that it puts in next.
    pub pending_us: u64,
    /// How long an item takes it; 0 is as fast as it goes.
    pub period_us: u32,
}

impl Known {
    /// Notes what a worker does now, if that is something else than before.
    pub fn stretch(&mut self, worker: &WorkerReading) {
        let (state, is_paused) = (state_of(worker.doing), worker.doing == Doing::Paused);
        let is_new = |last: &Stretch| (last.state, last.is_paused) != (state, is_paused);
        if self.lane.last().is_none_or(is_new) {
            let from = Time(worker.since_us);
            remember(&mut self.lane, MOST_STRETCHES, Stretch { from, state, is_paused });
        }
    }

    /// The worker as the picture has it.
    pub fn view(&self, worker: Worker, it: &WorkerReading, now: Time) -> WorkerView {
        let period_us = self.period_us;
        let since = Time(it.since_us);
        let parked_us = if it.doing.is_parked() { now.since(since).0 } else { 0 };
        let is_at_rest = it.doing == Doing::Resting && period_us > 0;
        let holds = match it.doing {
            Doing::ParkedFull => it.is_producer,
            Doing::Resting | Doing::Paused => !it.is_producer,
            _ => false,
        };
        WorkerView {
            worker,
            state: state_of(it.doing),
            since,
            until: is_at_rest.then(|| since + Span(u64::from(period_us))),
            is_paused: it.doing == Doing::Paused,
            hand: self.hand.clone().filter(|_| holds),
            pace: (period_us > 0).then(|| Pace::steady(period_us.div_ceil(1_000))),
            done: u64::from(it.done),
            parks: self.parks,
            parked: Span(self.waited_us + parked_us),
            lane: self.lane.clone(),
        }
    }
}

/// Appends to what is remembered, of which only the newest stay.
pub fn remember<T: Clone>(known: &mut Arc<Vec<T>>, most: usize, newest: T) {
    let known = Arc::make_mut(known);
    known.push(newest);
    let too_many = known.len().saturating_sub(most);
    known.drain(..too_many);
}

/// Who a worker of a team is in the picture; none if it is the visitor.
pub fn worker_of(team: &QueueTeam, worker: u32) -> Option<Worker> {
    let producers = team.producers.len() as u32;
    let consumers = team.consumers.len() as u32;
    match worker.checked_sub(producers) {
        None => Some(Worker::Producer(worker as u8)),
        Some(consumer) if consumer < consumers => Some(Worker::Consumer(consumer as u8)),
        Some(_) => None,
    }
}

/// The number of a worker of the picture in its team.
pub fn number_of(team: &QueueTeam, worker: Worker) -> u32 {
    match worker {
        Worker::Producer(number) => u32::from(number),
        Worker::Consumer(number) => team.producers.len() as u32 + u32::from(number),
    }
}

fn state_of(doing: Doing) -> WorkerState {
    match doing {
        Doing::Absent | Doing::Dead => WorkerState::Down,
        Doing::Working | Doing::Resting | Doing::Paused => WorkerState::Working,
        Doing::ParkedFull | Doing::ParkedEmpty => WorkerState::Parked,
        Doing::Finished => WorkerState::Ended,
    }
}

/// Those who are parked, the one that has waited longest first.
pub fn waiting(views: &[WorkerView]) -> Vec<Party> {
    let mut parked: Vec<&WorkerView> =
        views.iter().filter(|it| it.state == WorkerState::Parked).collect();
    parked.sort_by_key(|it| it.since);
    parked.into_iter().map(|it| it.worker.into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_found_again() {
        let team = QueueTeam::flat_out(2, 3, 8, 10);
        for number in 0..5 {
            let worker = worker_of(&team, number).expect("a worker");
            assert_eq!(number_of(&team, worker), number);
        }
        assert_eq!(worker_of(&team, 5), None);
    }
}

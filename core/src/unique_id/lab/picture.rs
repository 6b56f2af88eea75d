//! The frame of the lab at one moment.

use super::Lab;
use super::auditor::INVARIANTS;
use super::frame::{FlightView, Frame, NumberView, RegistryView, WorkerState, WorkerView};
use super::worker::{Process, Worker};
use crate::sim::Time;
use crate::unique_id::lease::Row;

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let flights = lab.flights.iter().map(|(id, (flight, _))| FlightView {
        id: *id,
        from: flight.from,
        to: flight.to,
        message: flight.message,
        progress: now.progress(flight.sent_at, flight.arrives_at),
        sent_at: flight.sent_at,
    });
    let broken = INVARIANTS.iter().filter(|it| !(it.holds)(lab)).map(|it| it.name);
    Frame {
        now,
        scenario: lab.scenario.clone(),
        layout: lab.scenario.layout,
        policy: lab.policy,
        traffic: lab.traffic,
        right_clock: lab.right_clock.view(now, &lab.right_clock),
        registry: registry(lab, now),
        workers: (0..).zip(&lab.workers).map(|(n, it)| worker(lab, n, it, now)).collect(),
        flights: flights.collect(),
        made: lab.made.clone(),
        duplicates: lab.duplicates.clone(),
        shards: lab.shards.clone(),
        requests: lab.requests.clone(),
        totals: lab.totals,
        broken: broken.collect(),
    }
}

fn registry(lab: &Lab, now: Time) -> RegistryView {
    let node = &lab.registry;
    let now_ms = node.clock.unix_ms(now);
    let view = |row: Row| {
        let holder = row.holder.filter(|_| !row.is_free(now_ms));
        NumberView { row, worker: holder.map(|it| it.process as u8) }
    };
    // While it is down, what its disk has is all that there is.
    let rows = match &node.registry {
        Some(registry) => registry.rows().to_vec(),
        None => node.durable_rows(lab.scenario.numbers),
    };
    RegistryView {
        is_up: node.registry.is_some(),
        clock: node.clock.view(now, &lab.right_clock),
        numbers: rows.into_iter().map(view).collect(),
        writing: node.writes.len() as u32,
    }
}

fn worker(lab: &Lab, number: u8, worker: &Worker, now: Time) -> WorkerView {
    let process = worker.process.as_ref();
    let clock = worker.clock.view(now, &lab.right_clock);
    let last = process.and_then(|it| it.last);
    let tick_ms = u64::from(lab.scenario.layout.spec().tick_ms);
    let is_now = |stamp_ms: u64| (stamp_ms..stamp_ms + tick_ms).contains(&clock.unix_ms);
    let used = last
        .filter(|(_, stamp_ms)| is_now(*stamp_ms))
        .map_or(0, |(id, _)| lab.scenario.layout.decompose(id).sequence + 1);
    WorkerView {
        worker: number,
        state: state(process),
        starts: worker.starts,
        clock,
        number: process.and_then(|it| it.maker.as_ref()).map(|it| it.number()),
        lease: process.and_then(|it| it.lease),
        used,
        last: last.map(|(id, _)| id),
        last_ms: last.map(|(_, stamp_ms)| stamp_ms),
        waiting: process.and_then(|it| it.waiting),
        queue: process.map_or(0, |it| it.queue.len() as u32),
        made: worker.made,
        is_asking: process.is_some_and(|it| it.asking.is_some()),
        is_cut: worker.is_cut,
    }
}

fn state(process: Option<&Process>) -> WorkerState {
    let Some(process) = process else { return WorkerState::Down };
    match (&process.pause, &process.maker) {
        (Some(pause), _) => WorkerState::Paused { until: pause.until },
        (None, Some(_)) => WorkerState::Working,
        (None, None) => WorkerState::WithoutNumber,
    }
}

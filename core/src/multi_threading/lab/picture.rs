//! The frame of the lab at one moment.

use super::frame::{CellView, Frame, LockView, ThreadState, ThreadView};
use super::{Lab, Promise};
use crate::multi_threading::instruction::Touches;
use crate::multi_threading::promise;
use crate::sim::Time;

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let cells = lab.code.cells().iter().zip(lab.process.cells()).enumerate();
    Frame {
        now,
        scenario: lab.scenario.clone(),
        scheduler: lab.scheduler,
        threads: (0..lab.scenario.setup.threads).map(|it| thread(lab, it)).collect(),
        cells: cells
            .map(|(cell, (info, value))| CellView {
                name: info.name.clone(),
                kind: info.kind,
                value: *value,
                last: lab.memory.last(cell),
            })
            .collect(),
        locks: (0..).zip(lab.code.locks()).map(|(number, name)| lock(lab, number, name)).collect(),
        running: lab.running,
        tally: lab.tally(),
        expected_at_end: promise::expected_at_end(lab.scenario.setup),
        turns: lab.turns.clone(),
        deadlocked: lab.deadlocked.clone(),
        is_over: lab.is_over,
        steps: lab.steps,
        switches: lab.switches,
        broken: lab.broken.iter().copied().map(Promise::name).collect(),
    }
}

fn thread(lab: &Lab, number: u8) -> ThreadView {
    let status = &lab.statuses[usize::from(number)];
    let place = lab.process.thread(number);
    let next = lab.process.next(&lab.code, number);
    let state = match (status.is_killed, next, status.waiting) {
        (true, ..) => ThreadState::Killed,
        (_, None, _) => ThreadState::Finished,
        _ if status.is_paused => ThreadState::Paused,
        (_, _, Some((lock, since))) => ThreadState::Waiting { lock, since },
        _ => ThreadState::Ready,
    };
    let next_cell = match next.and_then(|it| it.touches()) {
        Some(Touches::Cell { place: cell, .. }) => Some(place.cell_of(cell)),
        _ => None,
    };
    ThreadView {
        thread: number,
        listing: lab.code.listing(number).clone(),
        state,
        next: next.map(|_| place.next),
        round: place.round,
        registers: place.registers,
        holds: lab.holds(number),
        next_cell,
        is_inside: next.is_some() && promise::is_inside(&lab.code, &lab.process, number),
        stale: lab.memory.stale(number),
        steps: status.steps,
    }
}

fn lock(lab: &Lab, number: u8, name: &'static str) -> LockView {
    let waits = (0..).zip(&lab.statuses).filter_map(|(thread, status)| {
        let (lock, since) = status.waiting?;
        (lock == number).then_some((since, thread))
    });
    let mut waiting: Vec<_> = waits.collect();
    waiting.sort();
    LockView {
        name,
        owner: lab.process.locks()[usize::from(number)],
        waiting: waiting.into_iter().map(|(_, thread)| thread).collect(),
    }
}

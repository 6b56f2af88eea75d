//! The frame of the lab at one moment.

use super::Lab;
use super::action::{Side, Worker};
use super::auditor::INVARIANTS;
use super::event::Party;
use super::frame::{Frame, WorkerState, WorkerView};
use super::station::Station;
use crate::sim::{Span, Time};

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let workers = |side: Side| {
        let of_side = lab.stations.values().filter_map(|station| {
            let worker = station.party.worker().filter(|it| it.side() == side)?;
            Some(view(worker, station, now))
        });
        of_side.collect()
    };
    let waiting = |side: Side| {
        let line = lab.line.waiting(side).into_iter().map(Party::of);
        // In the queue's wait set are those who are on their way, too; a command that ended is not.
        line.filter(|it| lab.stations.contains_key(it)).collect()
    };
    let broken = INVARIANTS.iter().filter(|it| !(it.holds)(lab)).map(|it| it.name);
    Frame {
        now,
        scenario: Some(lab.scenario.clone()),
        capacity: lab.line.capacity() as u32,
        order: lab.scenario.order,
        policy: lab.policy,
        mistake: lab.scenario.mistake,
        is_closed: lab.line.is_closed(),
        items: lab.line.items().cloned().collect(),
        producers: workers(Side::Putting),
        consumers: workers(Side::Taking),
        putters: waiting(Side::Putting),
        takers: waiting(Side::Taking),
        passed: lab.passed.clone(),
        gone: lab.gone.clone(),
        lengths: lab.lengths.clone(),
        calls: lab.calls.clone(),
        totals: lab.totals,
        inside: lab.inside.summary(now.0),
        before: lab.before.summary(now.0),
        broken: broken.collect(),
    }
}

fn view(worker: Worker, station: &Station, now: Time) -> WorkerView {
    let waiting = station.waiting.map(|(since, _)| since);
    let since = match station.state {
        WorkerState::Parked | WorkerState::Woken => waiting.unwrap_or(station.since),
        _ => station.since,
    };
    let until = match station.state {
        WorkerState::Parked => station.patience,
        _ => station.due,
    };
    WorkerView {
        worker,
        state: station.state,
        since,
        until: until.map(|ticket| ticket.at),
        is_paused: station.pause.is_some(),
        hand: station.hand.clone(),
        pace: station.pace,
        done: station.done,
        parks: station.parks,
        lane: station.lane.clone(),
        parked: station.parked + waiting.map_or(Span::ZERO, |since| now.since(since)),
    }
}

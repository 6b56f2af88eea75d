//! Waiting at the queue: who is parked, who is woken, whose patience ends, and who stands still.

use super::action::{Mistake, Policy, Side, Worker};
use super::event::{DropReason, Event, Party};
use super::frame::{Answer, WorkerState};
use super::station::{Pause, Station};
use super::{Due, Lab};
use crate::blocking_queue::Who;
use crate::sim::{Span, Ticket};

impl Lab {
    /// It has to wait from now on, or once more.
    pub(super) fn park(&mut self, party: Party) {
        let now = self.now;
        self.parkings += 1;
        let parkings = self.parkings;
        let Some(station) = self.stations.get_mut(&party) else { return };
        let is_again = station.waiting.is_some();
        station.turn(WorkerState::Parked, now);
        station.waiting.get_or_insert((now, parkings));
        station.parks += 1;
        self.totals.parks += 1;
        self.totals.woken_in_vain += u64::from(is_again);
        self.events.push(Event::Parked { by: party, is_again });
        if !is_again {
            self.plan_patience(party);
        }
    }

    /// For how long somebody would wait; none if for ever.
    fn patience_of(&self, party: Party) -> Option<Span> {
        let ms = match (party, self.policy) {
            (Party::Producer(_) | Party::Putter(_), Policy::TimeOut { ms }) => Some(ms),
            (Party::Consumer(_), _) => self.scenario.patience_ms,
            _ => None,
        };
        ms.map(|ms| Span::from_ms(ms.into()))
    }

    /// Its patience ends when it has waited for as long as it would.
    pub(super) fn plan_patience(&mut self, party: Party) {
        let patience = self.patience_of(party);
        let now = self.now;
        let Some(station) = self.stations.get_mut(&party) else { return };
        if let Some(ticket) = station.patience.take() {
            self.agenda.cancel(ticket);
        }
        let Some((since, _)) = station.waiting else { return };
        let left = patience.map(|it| (since + it).since(now));
        match &mut station.pause {
            Some(pause) => pause.patience = left,
            None => {
                station.patience = left.map(|it| self.agenda.add(now + it, Due::Patience(party)));
            }
        }
    }

    /// Wakes somebody who is parked.
    pub(super) fn wake(&mut self, who: Option<Who>, by: Option<Party>) {
        let Some(party) = who.map(Party::of) else { return };
        // Who is on the way already need not be woken again.
        if self.stations.get(&party).is_some_and(|it| it.state == WorkerState::Parked) {
            self.totals.wakeups += 1;
            self.events.push(Event::Woken { party, by });
            self.unblock(party, self.scenario.wake_ms);
        }
    }

    /// A parked one will run in a moment.
    pub(super) fn unblock(&mut self, party: Party, (least_ms, most_ms): (u32, u32)) {
        let after = self.rng.span(Span::from_ms(least_ms.into()), Span::from_ms(most_ms.into()));
        self.enter(party, WorkerState::Woken, after);
    }

    /// It does something from now on, and what is next after a while.
    pub(super) fn enter(&mut self, party: Party, state: WorkerState, after: Span) {
        let now = self.now;
        let Some(station) = self.stations.get_mut(&party) else { return };
        station.turn(state, now);
        if let Some(ticket) = station.due.take() {
            self.agenda.cancel(ticket);
        }
        match &mut station.pause {
            Some(pause) => pause.due = Some(after),
            None => station.due = Some(self.agenda.add(now + after, Due::Next(party))),
        }
    }

    /// It waits no longer, as it has got what it waited for, or as it goes.
    pub(super) fn unpark(&mut self, party: Party) {
        let now = self.now;
        let Some(station) = self.stations.get_mut(&party) else { return };
        station.unpark(now);
        if let Some(pause) = &mut station.pause {
            pause.patience = None;
        }
        if let Some(ticket) = station.patience.take() {
            self.agenda.cancel(ticket);
        }
    }

    /// Somebody has waited for as long as it wanted to.
    pub(super) fn lose_patience(&mut self, party: Party) {
        let Some(station) = self.stations.get_mut(&party) else { return };
        station.patience = None;
        if !station.is_waiting() {
            return;
        }
        let was_woken = station.state == WorkerState::Woken;
        let swallows = self.scenario.mistake == Some(Mistake::TimeoutSwallows);
        // What it has waited for may have come in the last moment.
        if !swallows && self.attempt(party, was_woken) {
            return;
        }
        let next = self.line.cancel(party.who());
        self.events.push(Event::TimedOut { party });
        self.unpark(party);
        self.wake(next.filter(|_| !swallows), Some(party));
        match party.side() {
            Side::Putting => {
                self.drop_from_hand(party, DropReason::TimedOut);
                self.go_on(party, false, Answer::TimedOut);
            }
            Side::Taking => self.work(party),
        }
    }

    /// Withdraws what is due, and says how long it would still have taken.
    fn left(&mut self, ticket: Option<Ticket>) -> Option<Span> {
        let ticket = ticket?;
        self.agenda.cancel(ticket)?;
        Some(ticket.at.since(self.now))
    }

    pub(super) fn pause(&mut self, worker: Worker) {
        let party = Party::from(worker);
        let Some(station) = self.stations.get_mut(&party) else { return };
        let (due, patience) = (station.due.take(), station.patience.take());
        let pause = Pause { due: self.left(due), patience: self.left(patience) };
        let now = self.now;
        if let Some(station) = self.stations.get_mut(&party) {
            station.pause = Some(pause);
            station.note(now);
        }
        self.events.push(Event::Paused { worker });
    }

    pub(super) fn resume(&mut self, worker: Worker) {
        let (party, now) = (Party::from(worker), self.now);
        let Some(station) = self.stations.get_mut(&party) else { return };
        let Some(pause) = station.pause.take() else { return };
        station.note(now);
        station.due = pause.due.map(|after| self.agenda.add(now + after, Due::Next(party)));
        station.patience =
            pause.patience.map(|after| self.agenda.add(now + after, Due::Patience(party)));
        self.events.push(Event::Resumed { worker });
    }

    /// A worker's process ends, and with it all it had planned.
    pub(super) fn crash(&mut self, worker: Worker) {
        let party = Party::from(worker);
        self.events.push(Event::Crashed { worker });
        let Some(station) = self.stations.get_mut(&party) else { return };
        for ticket in [station.due.take(), station.patience.take()].into_iter().flatten() {
            self.agenda.cancel(ticket);
        }
        (station.pause, station.seen, station.burst) = (None, None, 0);
        station.turn(WorkerState::Down, self.now);
        let next = self.line.cancel(party.who());
        self.unpark(party);
        self.drop_from_hand(party, DropReason::Crashed);
        self.wake(next, Some(party));
    }

    /// What somebody has in its hands is gone.
    pub(super) fn drop_from_hand(&mut self, party: Party, why: DropReason) {
        let Some(item) = self.stations.get_mut(&party).and_then(|it| it.hand.take()) else {
            return;
        };
        match party.side() {
            Side::Putting => self.drop_before(item, why),
            Side::Taking => {
                self.totals.lost_at_work += 1;
                self.gone(item, why);
            }
        }
    }

    pub(super) fn waiting_on(&self, side: Side) -> impl Iterator<Item = &Station> {
        self.stations.values().filter(move |it| it.party.side() == side && it.is_waiting())
    }
}

//! The visitor's commands: each is somebody at the queue until it is answered.

use super::action::{MOST_LABEL, Mistake};
use super::auditor::Promise;
use super::event::{DropReason, Event, Party};
use super::frame::{Answer, Ask, CallView, MOST_CALLS, Maker, WorkerState};
use super::station::Station;
use super::working::new_item;
use super::{Lab, Side};
use std::sync::Arc;

impl Lab {
    pub(super) fn enqueue(&mut self, label: Option<String>) {
        self.visitors_items += 1;
        let label = label.map(|it| it.trim().chars().take(MOST_LABEL).collect::<String>());
        let label: Option<Arc<str>> = label.filter(|it| !it.is_empty()).map(Arc::from);
        let item = new_item(Maker::Visitor, self.visitors_items, label, self.now);
        let call = self.ask(Ask::Enqueue(item.clone()));
        let party = Party::Putter(call);
        let station = Station::new(party, None, WorkerState::Working, self.now);
        self.stations.insert(party, station);
        self.hand_over(party, item);
        self.arrive(party, false);
    }

    pub(super) fn dequeue(&mut self) {
        let party = Party::Taker(self.ask(Ask::Dequeue));
        self.stations.insert(party, Station::new(party, None, WorkerState::Working, self.now));
        self.arrive(party, false);
    }

    pub(super) fn peek(&mut self) {
        let call = self.ask(Ask::Peek);
        let oldest = self.line.items().next().cloned();
        self.answer(call, Answer::Peeked(oldest));
    }

    pub(super) fn size(&mut self) {
        let call = self.ask(Ask::Size);
        let (length, capacity) = (self.line.len() as u32, self.line.capacity() as u32);
        self.answer(call, Answer::Size { length, capacity });
    }

    pub(super) fn set_capacity(&mut self, capacity: u16) {
        let call = self.ask(Ask::SetCapacity(capacity));
        let woken = self.line.set_capacity(capacity);
        self.events.push(Event::CapacitySet { capacity });
        woken.into_iter().for_each(|who| self.wake(Some(who), None));
        self.answer(call, Answer::Done);
    }

    pub(super) fn close(&mut self) {
        let call = self.ask(Ask::Close);
        let mistake = self.scenario.mistake;
        let most = if mistake == Some(Mistake::CloseWakesOne) { 1 } else { usize::MAX };
        let woken = self.line.close();
        self.events.push(Event::Closed);
        if mistake == Some(Mistake::CloseDrops) {
            let lost = self.line.drain();
            self.auditor.check(lost.is_empty(), Promise::ClosingLosesNothing);
            lost.into_iter().for_each(|item| self.drop_inside(item, DropReason::Closed));
            self.measure_inside();
        }
        for who in woken.into_iter().flat_map(|side| side.into_iter().take(most)) {
            self.wake(Some(who), None);
        }
        self.answer(call, Answer::Done);
    }

    /// Whoever of the visitor's commands has this number, and waits.
    pub(super) fn waiting_call(&self, call: u64) -> Option<Party> {
        let parties = [Party::Putter(call), Party::Taker(call)];
        parties.into_iter().find(|it| self.stations.get(it).is_some_and(Station::is_waiting))
    }

    pub(super) fn withdraw(&mut self, party: Party) {
        let next = self.line.cancel(party.who());
        self.unpark(party);
        self.wake(next, Some(party));
        if party.side() == Side::Putting {
            self.drop_from_hand(party, DropReason::Withdrawn);
        }
        self.go_on(party, false, Answer::Withdrawn);
    }

    fn ask(&mut self, ask: Ask) -> u64 {
        self.last_call += 1;
        let call = self.last_call;
        self.events.push(Event::Asked { call, ask: ask.clone() });
        let calls = Arc::make_mut(&mut self.calls);
        calls.push(CallView { call, ask, asked_at: self.now, answer: None });
        if calls.len() > MOST_CALLS
            && let Some(place) = calls.iter().position(|it| it.answer.is_some())
        {
            calls.remove(place);
        }
        call
    }

    pub(super) fn answer(&mut self, call: u64, answer: Answer) {
        for party in [Party::Putter(call), Party::Taker(call)] {
            let due = self.stations.remove(&party).and_then(|it| it.due);
            due.and_then(|ticket| self.agenda.cancel(ticket));
        }
        self.events.push(Event::Answered { call, answer: answer.clone() });
        let now = self.now;
        if let Some(view) = Arc::make_mut(&mut self.calls).iter_mut().find(|it| it.call == call) {
            view.answer = Some((now, answer));
        }
    }
}

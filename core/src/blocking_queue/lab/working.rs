//! What workers and commands do at the queue: they put in and take out, and go on.

use super::action::{Mistake, Policy, Side};
use super::auditor::Promise;
use super::event::{DropReason, Event, Party};
use super::frame::{
    Answer, Gone, Item, MOST_GONE, MOST_LENGTHS, MOST_PASSED, Maker, Passage, WorkerState,
};
use super::{Lab, Seen, Station};
use crate::blocking_queue::{Displaced, Offered, Polled, Who};
use crate::sim::{Span, Time};
use std::sync::Arc;

impl Lab {
    /// A worker starts. A consumer goes to the queue at once; so does a producer that has something in its hands.
    pub(super) fn begin(&mut self, party: Party) {
        let has_item = self.stations.get(&party).is_some_and(|it| it.hand.is_some());
        match party.side() {
            Side::Putting if !has_item => self.make_next(party),
            _ => self.enter(party, WorkerState::Working, Span::ZERO),
        }
    }

    /// It does what it does next.
    pub(super) fn next(&mut self, party: Party) {
        let Some(station) = self.stations.get_mut(&party) else { return };
        station.due = None;
        match (station.state, party) {
            (WorkerState::Working, Party::Producer(producer)) => {
                if station.hand.is_none() {
                    self.make(producer);
                }
                self.arrive(party, false);
            }
            (WorkerState::Working, Party::Consumer(consumer)) => {
                if let Some(item) = station.hand.take() {
                    station.done += 1;
                    self.totals.finished += 1;
                    self.events.push(Event::Finished { consumer, item });
                }
                self.arrive(party, false);
            }
            (WorkerState::Woken, _) => self.arrive(party, true),
            (WorkerState::Between, _) => self.second_step(party),
            _ => {}
        }
    }

    /// It is at the queue; `is_back` says that it has waited and woken up.
    pub(super) fn arrive(&mut self, party: Party, is_back: bool) {
        if !self.first_step(party, is_back) && !self.attempt(party, is_back) {
            self.park(party);
        }
    }

    /// Where a mistake cuts in two what should be one: the first half. False if there is none.
    fn first_step(&mut self, party: Party, is_back: bool) -> bool {
        let blocks = matches!(self.policy, Policy::Block | Policy::TimeOut { .. });
        let notifies = self.scenario.mistake == Some(Mistake::NotifyBeforeChange);
        if (party.side() == Side::Putting && !blocks) || (notifies && is_back) {
            return false;
        }
        let Some(faulty) = self.line.cut() else { return false };
        let Some((wake, seen)) = faulty.begin(party.who(), party.side()) else { return false };
        self.unpark(party);
        if notifies {
            self.events.push(Event::Notified { by: party });
        }
        self.wake(wake, Some(party));
        let (least_ms, most_ms) = self.scenario.gap_ms;
        let gap = self.rng.span(Span::from_ms(least_ms.into()), Span::from_ms(most_ms.into()));
        self.enter(party, WorkerState::Between, gap);
        if let Some(station) = self.stations.get_mut(&party) {
            station.seen = seen;
        }
        true
    }

    /// The second half: it goes on with what it believes, and does not look again.
    fn second_step(&mut self, party: Party) {
        let Some(station) = self.stations.get_mut(&party) else { return };
        let hand = if party.side() == Side::Putting { station.hand.as_ref() } else { None };
        match (station.seen.take(), hand.cloned(), self.line.cut()) {
            (Some(Seen::Tail(place)), Some(mut item), Some(faulty)) => {
                station.hand = None;
                (item.stored_at, item.serial) = (self.now, self.totals.stored + 1);
                let wake = faulty.write(place, item.clone());
                self.stored(party, item, None, wake);
            }
            (Some(Seen::Head(place, item)), _, Some(faulty)) => {
                let wake = faulty.advance(place);
                self.taken(party, item, wake);
            }
            _ => {
                if !self.attempt(party, false) {
                    self.park(party);
                }
            }
        }
    }

    /// Tries to put in or to take out; false if it has to wait.
    pub(super) fn attempt(&mut self, party: Party, is_back: bool) -> bool {
        match party.side() {
            Side::Putting => self.put(party, is_back),
            Side::Taking => self.take(party, is_back),
        }
    }

    fn make(&mut self, producer: u8) {
        let (party, now) = (Party::Producer(producer), self.now);
        let Some(station) = self.stations.get_mut(&party) else { return };
        station.made += 1;
        let number = station.made;
        self.hand_over(party, new_item(Maker::Producer(producer), number, None, now));
    }

    /// Somebody has an item that is to go in.
    pub(super) fn hand_over(&mut self, party: Party, item: Item) {
        self.totals.made += 1;
        self.before.arrive(self.now.0, 1);
        self.events.push(Event::Made { by: party, item: item.clone() });
        if let Some(station) = self.stations.get_mut(&party) {
            station.hand = Some(item);
        }
        self.measure_before();
    }

    fn put(&mut self, party: Party, is_back: bool) -> bool {
        let hand = self.stations.get_mut(&party).and_then(|it| it.hand.take());
        let Some(mut item) = hand else { return true };
        (item.stored_at, item.serial) = (self.now, self.totals.stored + 1);
        let record = item.clone();
        let mut displaced = None;
        let offered = match self.policy {
            Policy::Block | Policy::TimeOut { .. } => self.line.offer(party.who(), item, is_back),
            Policy::DropNewest => {
                self.step_out(party);
                self.line.try_offer(item)
            }
            Policy::DropOldest => {
                self.step_out(party);
                match self.line.displace(item) {
                    Displaced::Stored { oldest, wake } => {
                        displaced = oldest;
                        Offered::Stored { wake }
                    }
                    Displaced::Closed { item } => Offered::Closed { item },
                }
            }
        };
        match offered {
            Offered::Stored { wake } => self.stored(party, record, displaced, wake),
            Offered::Full { item } if self.policy == Policy::DropNewest => {
                self.unpark(party);
                self.drop_before(item, DropReason::NoRoom);
                self.go_on(party, false, Answer::Dropped);
            }
            Offered::Full { item } => {
                self.give_back(party, item);
                return false;
            }
            Offered::Closed { item } => self.refuse(party, item),
        }
        true
    }

    /// Who does not wait by the present policy is not in the wait set either.
    fn step_out(&mut self, party: Party) {
        if self.stations.get(&party).is_some_and(|it| it.waiting.is_some()) {
            let next = self.line.cancel(party.who());
            self.wake(next, Some(party));
        }
    }

    fn give_back(&mut self, party: Party, mut item: Item) {
        (item.stored_at, item.serial) = (item.made_at, 0);
        if let Some(station) = self.stations.get_mut(&party) {
            station.hand = Some(item);
        }
    }

    fn stored(&mut self, party: Party, item: Item, displaced: Option<Item>, wake: Option<Who>) {
        let length = self.line.len();
        self.check_fairness(party, (self.line.capacity() + 1).saturating_sub(length));
        self.unpark(party);
        let fits = length <= self.line.capacity() || displaced.is_some();
        self.auditor.check(fits, Promise::Capacity);
        self.totals.stored += 1;
        let waited_us = self.now.since(item.made_at).0;
        self.before.leave(self.now.0, 1, &[waited_us]);
        self.inside.arrive(self.now.0, 1);
        self.events.push(Event::Stored { by: party, item, length: length as u32 });
        let answer = match &displaced {
            Some(oldest) => Answer::Displaced { oldest: oldest.clone() },
            None => Answer::Stored { length: length as u32 },
        };
        displaced.into_iter().for_each(|it| self.drop_inside(it, DropReason::Displaced));
        self.measure_inside();
        self.measure_before();
        self.wake(wake, Some(party));
        self.go_on(party, true, answer);
    }

    /// The queue is closed, and whoever wanted to put something in keeps it.
    fn refuse(&mut self, party: Party, item: Item) {
        self.unpark(party);
        match party {
            Party::Producer(_) => {
                let waited_us = self.now.since(item.made_at).0;
                self.before.leave(self.now.0, 1, &[waited_us]);
                self.give_back(party, item);
                self.end(party);
                self.measure_before();
            }
            _ => {
                self.drop_before(item, DropReason::Closed);
                self.go_on(party, false, Answer::Closed);
            }
        }
    }

    fn take(&mut self, party: Party, is_back: bool) -> bool {
        match self.line.poll(party.who(), is_back) {
            Some(Polled::Taken { item, wake }) => self.taken(party, item, wake),
            Some(Polled::Empty) => return false,
            Some(Polled::Closed) => {
                self.unpark(party);
                match party {
                    Party::Consumer(_) => self.end(party),
                    _ => self.go_on(party, false, Answer::Closed),
                }
            }
            None => {
                self.unpark(party);
                self.auditor.check(false, Promise::Empty);
                self.events.push(Event::TookNothing { by: party });
                self.go_on(party, false, Answer::Nothing);
            }
        }
        true
    }

    fn taken(&mut self, party: Party, item: Item, wake: Option<Who>) {
        self.check_fairness(party, self.line.len() + 1);
        self.unpark(party);
        self.auditor.taken(item.serial);
        self.totals.taken += 1;
        let waited = self.now.since(item.stored_at);
        self.inside.leave(self.now.0, 1, &[waited.0]);
        self.measure_inside();
        let passage = Passage { item: item.clone(), by: party, taken_at: self.now };
        remember(Arc::make_mut(&mut self.passed), passage, MOST_PASSED);
        let length = self.line.len() as u32;
        self.events.push(Event::Taken { by: party, item: item.clone(), waited, length });
        self.wake(wake, Some(party));
        if let (Party::Consumer(_), Some(station)) = (party, self.stations.get_mut(&party)) {
            station.hand = Some(item.clone());
        }
        self.go_on(party, true, Answer::Taken(item));
    }

    /// What comes after the queue: a producer makes its next item, a consumer works, a command is answered.
    pub(super) fn go_on(&mut self, party: Party, is_done: bool, answer: Answer) {
        match party {
            Party::Producer(_) => {
                if let Some(station) = self.stations.get_mut(&party) {
                    station.done += u64::from(is_done);
                }
                self.make_next(party);
            }
            Party::Consumer(_) => self.work(party),
            Party::Putter(call) | Party::Taker(call) => self.answer(call, answer),
        }
    }

    fn make_next(&mut self, party: Party) {
        let burst = self.scenario.burst;
        let Some(station) = self.stations.get_mut(&party) else { return };
        let after = match (station.burst, station.pace) {
            (0, Some(pace)) => {
                station.burst = burst - 1;
                pace.draw(burst, &mut self.rng)
            }
            _ => {
                station.burst = station.burst.saturating_sub(1);
                Span::ZERO
            }
        };
        self.enter(party, WorkerState::Working, after);
    }

    pub(super) fn work(&mut self, party: Party) {
        let pace = self.stations.get(&party).and_then(|it| it.pace);
        let after = pace.map_or(Span::ZERO, |pace| pace.draw(1, &mut self.rng));
        self.enter(party, WorkerState::Working, after);
    }

    /// A worker is done for good.
    fn end(&mut self, party: Party) {
        let now = self.now;
        let (Some(station), Some(worker)) = (self.stations.get_mut(&party), party.worker()) else {
            return;
        };
        (station.pause, station.burst) = (None, 0);
        station.turn(WorkerState::Ended, now);
        if let Some(ticket) = station.due.take() {
            self.agenda.cancel(ticket);
        }
        self.events.push(Event::Ended { worker });
    }

    /// An item that never went in is gone.
    pub(super) fn drop_before(&mut self, item: Item, why: DropReason) {
        match why {
            DropReason::NoRoom => self.totals.dropped_newest += 1,
            DropReason::TimedOut => self.totals.timed_out += 1,
            _ => {}
        }
        self.totals.dropped += 1;
        let waited_us = self.now.since(item.made_at).0;
        self.before.leave(self.now.0, 1, &[waited_us]);
        self.gone(item, why);
        self.measure_before();
    }

    /// An item that was inside is gone.
    pub(super) fn drop_inside(&mut self, item: Item, why: DropReason) {
        self.totals.dropped_oldest += u64::from(why == DropReason::Displaced);
        self.totals.dropped += 1;
        self.inside.leave(self.now.0, 1, &[self.now.since(item.stored_at).0]);
        self.gone(item, why);
    }

    pub(super) fn gone(&mut self, item: Item, why: DropReason) {
        let gone = Gone { item: item.clone(), why, at: self.now };
        remember(Arc::make_mut(&mut self.gone), gone, MOST_GONE);
        self.events.push(Event::Dropped { item, why });
    }

    pub(super) fn measure_inside(&mut self) {
        let length = self.line.len();
        self.inside.set_level(self.now.0, length as u64);
        let lengths = Arc::make_mut(&mut self.lengths);
        lengths.retain(|(at, _)| *at < self.now);
        remember(lengths, (self.now, length as u32), MOST_LENGTHS);
    }

    /// Those who have something in their hands that is to go in.
    pub(super) fn measure_before(&mut self) {
        let has_item =
            |it: &&Station| it.party.side() == Side::Putting && it.is_up() && it.hand.is_some();
        let level = self.stations.values().filter(has_item).count();
        self.before.set_level(self.now.0, level as u64);
    }
}

/// Keeps the last ones.
fn remember<T>(list: &mut Vec<T>, it: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(it);
}

/// An item that has just been made.
pub(super) fn new_item(maker: Maker, number: u64, label: Option<Arc<str>>, now: Time) -> Item {
    Item { maker, number, serial: 0, label, made_at: now, stored_at: now }
}

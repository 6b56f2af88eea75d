//! Clients ask, workers make IDs while their clocks and their leases allow it, and posts go to their shards.

use super::action::Mistake;
use super::auditor::Batch;
use super::event::{Event, Failure, Waiting};
use super::frame::{MOST_REQUESTS, MadeRun, PostView, RequestView};
use super::maker::Made;
use super::{Due, Lab};
use crate::sim::{Ticket, Time};
use crate::unique_id::snowflake::{ClockPolicy, Id};
use std::sync::Arc;

/// The most that is asked for at once where shards count: their numbers do not follow each other, and each is told
/// of by itself.
const MOST_COUNTED: u32 = 64;

/// A request that has not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) worker: u8,
    pub(super) left: u32,
    pub(super) count: u32,
    pub(super) user: Option<u64>,
    pub(super) asked_at: Time,
    patience: Ticket,
}

/// How far a worker got with a request.
enum Progress {
    Done,
    Waits(Waiting),
    Failed(Failure),
}

impl Lab {
    /// A client asks a worker.
    pub(super) fn ask(&mut self, worker: u8, count: u32, user: Option<u64>) {
        let counts_up = self.scenario.mistake == Some(Mistake::AutoIncrement);
        let count = if counts_up { count.min(MOST_COUNTED) } else { count };
        let request = self.new_id();
        self.totals.asked += 1;
        self.events.push(Event::Asked { request, worker, count, user });
        let requests = Arc::make_mut(&mut self.requests);
        if requests.len() == MOST_REQUESTS {
            requests.remove(0);
        }
        let asked_at = self.now;
        requests.push(RequestView { request, worker, count, user, asked_at, made: 0, end: None });
        let until = self.now + self.slow_ms(self.scenario.patience_ms.into());
        let patience = self.agenda.add(until, Due::Patience(request));
        self.open.insert(request, Open { worker, left: count, count, user, asked_at, patience });
        match self.process_mut(worker) {
            Some(process) => process.queue.push_back(request),
            None => self.end_request(request, Err(Failure::WorkerDown)),
        }
        self.serve(worker);
    }

    /// A request ends.
    pub(super) fn end_request(&mut self, request: u64, outcome: Result<(), Failure>) {
        let Some(open) = self.open.remove(&request) else { return };
        self.agenda.cancel(open.patience);
        if let Some(process) = self.process_mut(open.worker) {
            process.queue.retain(|it| *it != request);
        }
        let end = Some((self.now, outcome));
        if let Some(view) = self.request_view(request) {
            view.end = end;
        }
        match outcome {
            Ok(()) => {
                self.totals.answered += 1;
                self.events.push(Event::Answered { request });
            }
            Err(why) => {
                self.totals.failed += 1;
                self.events.push(Event::Failed { request, why });
            }
        }
    }

    fn request_view(&mut self, request: u64) -> Option<&mut RequestView> {
        let requests = Arc::make_mut(&mut self.requests);
        requests.iter_mut().rev().find(|it| it.request == request)
    }

    /// A worker does what it can for those who wait.
    pub(super) fn serve(&mut self, worker: u8) {
        self.cancel_wake(worker);
        loop {
            let Some(process) = self.running(worker) else { return };
            let before = process.waiting.take();
            let Some(request) = process.queue.front().copied() else { return };
            match self.work_on(worker, request) {
                Progress::Done => self.end_request(request, Ok(())),
                Progress::Failed(why) => self.end_request(request, Err(why)),
                Progress::Waits(why) => return self.wait(worker, before, why),
            }
        }
    }

    fn wait(&mut self, worker: u8, before: Option<Waiting>, why: Waiting) {
        let kind = std::mem::discriminant::<Waiting>;
        let is_news = before.as_ref().map(kind) != Some(kind(&why));
        if is_news {
            self.totals.exhausted += u64::from(matches!(why, Waiting::Exhausted { .. }));
            self.totals.stepped_back += u64::from(matches!(why, Waiting::SteppedBack { .. }));
            self.events.push(Event::Waited { worker, why });
        }
        let now = self.now;
        let clock = self.workers[usize::from(worker)].clock;
        let target = match why {
            Waiting::Exhausted { ms } | Waiting::SteppedBack { ms } | Waiting::HighWater { ms } => {
                clock.when(now, clock.unix_ms(now) + ms.max(1))
            }
            Waiting::NoNumber | Waiting::LeaseOver => None,
        };
        let ticket = target.map(|at| self.agenda.add(at, Due::Wake(worker)));
        if let Some(process) = self.process_mut(worker) {
            process.waiting = Some(why);
            process.wake = ticket;
        }
        // Only at once: after an answer that did not help, it asks when that is due again.
        if is_news && why == Waiting::LeaseOver {
            self.call_registry(worker);
        }
    }

    fn cancel_wake(&mut self, worker: u8) {
        let ticket = self.process_mut(worker).and_then(|it| it.wake.take());
        ticket.and_then(|it| self.agenda.cancel(it));
    }

    /// Makes as many of a request's IDs as can be made now.
    fn work_on(&mut self, worker: u8, request: u64) -> Progress {
        let Some(open) = self.open.get(&request).copied() else { return Progress::Done };
        let (ids, progress) = match self.scenario.mistake {
            Some(Mistake::AutoIncrement) => (self.count_up(&open), Progress::Done),
            _ => self.make(worker, open.left),
        };
        if let Some(open) = self.open.get_mut(&request) {
            open.left -= ids.len() as u32;
        }
        self.note_made(worker, request, &open, &ids);
        progress
    }

    fn make(&mut self, worker: u8, count: u32) -> (Vec<Id>, Progress) {
        let now = self.now;
        let policy = self.policy;
        let looks = self.scenario.mistake != Some(Mistake::LeaseNotLookedAt);
        let place = &mut self.workers[usize::from(worker)];
        let clock_ms = place.clock.unix_ms(now);
        let mut ids = Vec::new();
        let Some(process) = place.process.as_mut() else {
            return (ids, Progress::Failed(Failure::WorkerDied));
        };
        let lease = process.lease;
        let Some(maker) = process.maker.as_mut() else {
            return (ids, Progress::Waits(Waiting::NoNumber));
        };
        if let Some(lease) = lease {
            if clock_ms > lease.until_ms && looks {
                return (ids, Progress::Waits(Waiting::LeaseOver));
            }
            // Who may borrow may begin before its clock is there.
            if clock_ms <= lease.after_ms && !matches!(policy, ClockPolicy::Borrow { .. }) {
                let ms = lease.after_ms + 1 - clock_ms;
                return (ids, Progress::Waits(Waiting::HighWater { ms }));
            }
        }
        while ids.len() < count as usize {
            match maker.next(clock_ms) {
                Made::Id { stamp_ms, .. }
                    if looks && lease.is_some_and(|it| stamp_ms > it.until_ms) =>
                {
                    return (ids, Progress::Waits(Waiting::LeaseOver));
                }
                Made::Id { id, stamp_ms } => {
                    process.last = Some((id, stamp_ms));
                    ids.push(id);
                }
                Made::Wait(why) => return (ids, Progress::Waits(why)),
                Made::Failed(why) => return (ids, Progress::Failed(why)),
            }
        }
        (ids, Progress::Done)
    }

    /// What shards hand out that number their posts by themselves.
    fn count_up(&mut self, open: &Open) -> Vec<Id> {
        let shards = u64::from(self.scenario.shards.max(1));
        let next = |n: u32| {
            let user = open.user.unwrap_or(self.users + u64::from(n));
            let counter = &mut self.counters[(user % shards) as usize];
            *counter += 1;
            Id(*counter)
        };
        (0..open.left).map(next).collect()
    }

    /// Writes down what was made, stores the posts, and has it audited.
    fn note_made(&mut self, worker: u8, request: u64, open: &Open, ids: &[Id]) {
        if ids.is_empty() {
            return;
        }
        let now = self.now;
        let made = ids.len() as u64;
        self.totals.made += made;
        let place = &mut self.workers[usize::from(worker)];
        place.made += made;
        let clock_ms = place.clock.unix_ms(now);
        if let Some(view) = self.request_view(request) {
            view.made += made as u32;
        }
        for (first, count) in runs(ids) {
            self.events.push(Event::Made { request, worker, first, count, clock_ms });
            let is_duplicate = self.audit(worker, Batch { first, count, clock_ms });
            let run = MadeRun { at: now, worker, request, first, count, clock_ms, is_duplicate };
            let made = Arc::make_mut(&mut self.made);
            if made.len() == super::frame::MOST_RUNS {
                made.remove(0);
            }
            made.push(run);
        }
        self.store(worker, open, ids);
    }

    /// Posts go to the shards of their users.
    fn store(&mut self, worker: u8, open: &Open, ids: &[Id]) {
        let shards = u64::from(self.scenario.shards);
        let from = self.users;
        if open.user.is_none() {
            self.users += ids.len() as u64;
        }
        if shards == 0 {
            return;
        }
        let views = Arc::make_mut(&mut self.shards);
        for (id, n) in ids.iter().zip(0..) {
            let user = open.user.unwrap_or(from + n);
            let shard = (user % shards) as u8;
            let view = &mut views[usize::from(shard)];
            view.posts += 1;
            view.last.push(PostView { user, id: *id, worker, at: self.now });
            if view.last.len() > super::frame::MOST_POSTS {
                view.last.remove(0);
            }
            if open.count == 1 {
                self.events.push(Event::Stored { shard, user, id: *id });
            }
        }
    }

    /// Somebody asks without anybody's clicking.
    pub(super) fn visit(&mut self) {
        self.visit = None;
        let up: Vec<u8> = (0..self.scenario.workers).filter(|it| self.is_up(*it)).collect();
        if let Some(worker) = self.rng.pick(&up).copied()
            && self.open.len() < super::act::MOST_OPEN
        {
            self.ask(worker, self.traffic.count.into(), None);
        }
        self.plan_visit();
    }

    pub(super) fn plan_visit(&mut self) {
        if let Some(ticket) = self.visit.take() {
            self.agenda.cancel(ticket);
        }
        let per_second = u64::from(self.traffic.per_second);
        if let Some(every_us) = 1_000_000_u64.checked_div(per_second) {
            use crate::sim::Span;
            let wait = self.rng.span(Span(every_us / 2), Span(every_us * 3 / 2));
            self.visit = Some(self.agenda.add(self.now + wait, Due::Visit));
        }
    }
}

/// IDs as runs that follow each other: the first, and how many.
fn runs(ids: &[Id]) -> Vec<(Id, u32)> {
    let mut runs: Vec<(Id, u32)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((first, count)) if first.0 + u64::from(*count) == id.0 => *count += 1,
            _ => runs.push((*id, 1)),
        }
    }
    runs
}

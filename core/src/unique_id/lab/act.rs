//! What a visitor does to the lab, and why it may be impossible.

use super::action::{self, Action, MOST_COUNT, MOST_MS};
use super::event::{Event, Failure, Loss};
use super::wire::{Message, Node};
use super::worker::{Pause, Process};
use super::{Due, Lab};
use thiserror::Error;

/// The most requests that may wait at once.
pub(super) const MOST_OPEN: usize = 1_000;

/// Why an action was impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("there is no such worker")]
    NoSuchWorker,
    #[error("it is down already")]
    DownAlready,
    #[error("it is up already")]
    UpAlready,
    #[error("the worker is down")]
    Down,
    #[error("the worker does not stand still")]
    NotPaused,
    #[error("no worker is up")]
    NobodyUp,
    #[error("nobody stores posts here")]
    NoShards,
    #[error("nobody holds that number")]
    NotHeld,
    #[error("the message is not under way any more")]
    NotUnderWay,
    #[error("that is so already")]
    SoAlready,
    #[error("too many requests are waiting")]
    TooMany,
}

impl Lab {
    pub(super) fn try_act(&mut self, action: Action) -> Result<(), Refusal> {
        match action {
            Action::Ask { worker, count } => {
                self.check_worker(worker)?;
                self.check_room()?;
                self.ask(worker, count.clamp(1, MOST_COUNT).into(), None);
            }
            Action::Post { user } => self.post(user)?,
            Action::Crash { node } => self.crash(node)?,
            Action::Restart { node } => self.restart(node)?,
            Action::Stop { worker } => self.stop(worker)?,
            Action::Pause { worker, ms } => self.pause(worker, ms)?,
            Action::Resume { worker } => {
                self.check_worker(worker)?;
                if !self.is_paused(worker) {
                    return Err(Refusal::NotPaused);
                }
                self.resume(worker);
            }
            Action::StepClock { node, by_ms } => {
                self.check_node(node)?;
                let by_ms = action::clamped_step(by_ms);
                self.clock_mut(node).step(by_ms);
                self.events.push(Event::ClockStepped { node, by_ms });
                self.look_again(node);
            }
            Action::SetRate { node, permille } => {
                self.check_node(node)?;
                let (now, permille) = (self.now, permille.min(10_000));
                self.clock_mut(node).set_rate(now, permille);
                self.events.push(Event::RateSet { node, permille });
                self.look_again(node);
            }
            Action::Cut { worker } => self.set_link(worker, true)?,
            Action::Mend { worker } => self.set_link(worker, false)?,
            Action::Revoke { number } => {
                if !self.revoke(number) {
                    return Err(Refusal::NotHeld);
                }
            }
            Action::Drop { flight } => {
                let (_, ticket) = self.flights.remove(&flight).ok_or(Refusal::NotUnderWay)?;
                self.agenda.cancel(ticket);
                self.events.push(Event::Lost { flight, why: Loss::Dropped });
            }
            Action::Delay { flight, ms } => self.delay(flight, ms)?,
            Action::SetPolicy { policy } => {
                self.policy = action::clamped_policy(policy);
                let policy = self.policy;
                for process in self.workers.iter_mut().filter_map(|it| it.process.as_mut()) {
                    if let Some(maker) = process.maker.as_mut() {
                        maker.set_policy(policy);
                    }
                }
                self.events.push(Event::Set { what: format!("policy: {policy:?}") });
                (0..self.scenario.workers).for_each(|worker| self.serve(worker));
            }
            Action::SetTraffic { traffic } => {
                self.traffic = traffic.clamped();
                let what = format!("traffic: {} requests a second", self.traffic.per_second);
                self.events.push(Event::Set { what });
                self.plan_visit();
            }
        }
        Ok(())
    }

    fn check_worker(&self, worker: u8) -> Result<(), Refusal> {
        if worker < self.scenario.workers { Ok(()) } else { Err(Refusal::NoSuchWorker) }
    }

    fn check_node(&self, node: Node) -> Result<(), Refusal> {
        match node {
            Node::Registry => Ok(()),
            Node::Worker(worker) => self.check_worker(worker),
        }
    }

    fn check_room(&self) -> Result<(), Refusal> {
        if self.open.len() < MOST_OPEN { Ok(()) } else { Err(Refusal::TooMany) }
    }

    /// Whichever worker is next makes the ID of a post.
    fn post(&mut self, user: u64) -> Result<(), Refusal> {
        if self.scenario.shards == 0 {
            return Err(Refusal::NoShards);
        }
        self.check_room()?;
        let workers = self.scenario.workers;
        let mut places = (0..workers).map(|n| (self.next_worker + n) % workers);
        let worker = places.find(|it| self.is_up(*it)).ok_or(Refusal::NobodyUp)?;
        self.next_worker = (worker + 1) % workers;
        self.ask(worker, 1, Some(user));
        Ok(())
    }

    fn crash(&mut self, node: Node) -> Result<(), Refusal> {
        self.check_node(node)?;
        match node {
            Node::Registry if self.registry.registry.is_none() => return Err(Refusal::DownAlready),
            Node::Registry => {
                self.crash_registry();
                self.events.push(Event::Crashed { node });
            }
            Node::Worker(worker) => {
                let process = self.take_process(worker).ok_or(Refusal::DownAlready)?;
                self.events.push(Event::Crashed { node });
                self.fail_all(&process);
            }
        }
        Ok(())
    }

    /// A worker stops as it should: it tells the registry how far it has come.
    fn stop(&mut self, worker: u8) -> Result<(), Refusal> {
        self.check_worker(worker)?;
        let process = self.take_process(worker).ok_or(Refusal::DownAlready)?;
        self.events.push(Event::Stopped { worker });
        if let Some(lease) = process.lease {
            let last_ms = process.last.map(|(_, stamp_ms)| stamp_ms);
            let message = Message::Release { number: lease.number, epoch: lease.epoch, last_ms };
            let call = self.new_id();
            self.send((Node::Worker(worker), Node::Registry), call, message);
        }
        self.fail_all(&process);
        Ok(())
    }

    fn fail_all(&mut self, process: &Process) {
        for request in &process.queue {
            self.end_request(*request, Err(Failure::WorkerDied));
        }
    }

    /// Ends a process and everything it had planned.
    fn take_process(&mut self, worker: u8) -> Option<Process> {
        let process = self.workers[usize::from(worker)].process.take()?;
        let again = process.asking.and_then(|it| it.again);
        let pause = process.pause.as_ref().and_then(|it| it.ticket);
        for ticket in [process.wake, process.renewal, again, pause].into_iter().flatten() {
            self.agenda.cancel(ticket);
        }
        Some(process)
    }

    fn restart(&mut self, node: Node) -> Result<(), Refusal> {
        self.check_node(node)?;
        match node {
            Node::Registry if self.registry.registry.is_some() => return Err(Refusal::UpAlready),
            Node::Registry => {
                self.start_registry();
                self.events.push(Event::Started { node });
            }
            Node::Worker(worker) if self.is_up(worker) => return Err(Refusal::UpAlready),
            Node::Worker(worker) => self.start(worker),
        }
        Ok(())
    }

    fn pause(&mut self, worker: u8, ms: Option<u32>) -> Result<(), Refusal> {
        self.check_worker(worker)?;
        let until = ms.map(|it| self.now + self.slow_ms(it.clamp(1, MOST_MS).into()));
        let place = &mut self.workers[usize::from(worker)];
        let process = place.process.as_mut().ok_or(Refusal::Down)?;
        if process.pause.is_some() {
            return Err(Refusal::SoAlready);
        }
        let ticket = until.map(|at| self.agenda.add(at, Due::Resume(worker)));
        process.pause = Some(Pause { until, ticket, inbox: Vec::new() });
        if let Some(ticket) = process.wake.take() {
            self.agenda.cancel(ticket);
        }
        self.events.push(Event::Paused { worker, until });
        Ok(())
    }

    /// A process goes on where it stood: it serves those who wait before it reads what has arrived, since it does
    /// not know that it stood still.
    pub(super) fn resume(&mut self, worker: u8) {
        let Some(process) = self.process_mut(worker) else { return };
        let Some(pause) = process.pause.take() else { return };
        pause.ticket.and_then(|it| self.agenda.cancel(it));
        self.events.push(Event::Resumed { worker });
        self.serve(worker);
        for (call, message) in pause.inbox {
            self.answered(worker, call, message);
        }
        let Some(process) = self.running(worker) else { return };
        match process.asking {
            // What was due meanwhile is done now.
            Some(asking) if asking.again.is_none() => self.send_call(worker),
            None if process.renewal.is_none() => self.call_registry(worker),
            _ => {}
        }
    }

    fn set_link(&mut self, worker: u8, is_cut: bool) -> Result<(), Refusal> {
        self.check_worker(worker)?;
        let place = &mut self.workers[usize::from(worker)];
        if place.is_cut == is_cut {
            return Err(Refusal::SoAlready);
        }
        place.is_cut = is_cut;
        self.events.push(match is_cut {
            true => Event::LinkCut { worker },
            false => Event::LinkMended { worker },
        });
        Ok(())
    }

    fn delay(&mut self, id: u64, ms: u32) -> Result<(), Refusal> {
        let by = self.slow_ms(ms.min(MOST_MS).into());
        let (flight, ticket) = self.flights.get_mut(&id).ok_or(Refusal::NotUnderWay)?;
        flight.arrives_at += by;
        self.agenda.cancel(*ticket);
        *ticket = self.agenda.add(flight.arrives_at, Due::Arrival(id));
        self.events.push(Event::Delayed { flight: id });
        Ok(())
    }

    /// A clock shows something else: its owner looks whether it can go on.
    fn look_again(&mut self, node: Node) {
        if let Node::Worker(worker) = node {
            self.serve(worker);
        }
    }
}

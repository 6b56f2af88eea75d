//! What a visitor does to the lab, and why it may be impossible.

use super::Lab;
use super::action::{Action, MOST_BURST, MOST_CAPACITY, MOST_WAITING, Policy, Side, Worker};
use super::event::{Event, Party};
use super::frame::WorkerState;
use super::station::Station;
use crate::sim::Span;
use thiserror::Error;

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
    #[error("the worker stands still already")]
    PausedAlready,
    #[error("the worker does not stand still")]
    NotPaused,
    #[error("the worker does not wait, or has been woken already")]
    NotParked,
    #[error("the queue is closed already")]
    ClosedAlready,
    #[error("no such command waits")]
    NoSuchCall,
    #[error("too many commands wait")]
    TooMany,
}

impl Lab {
    pub(super) fn try_act(&mut self, action: Action) -> Result<(), Refusal> {
        match action {
            Action::Enqueue { label } => {
                self.check_room()?;
                self.enqueue(label);
            }
            Action::Dequeue => {
                self.check_room()?;
                self.dequeue();
            }
            Action::Peek => self.peek(),
            Action::Size => self.size(),
            Action::SetCapacity { capacity } => self.set_capacity(capacity.clamp(1, MOST_CAPACITY)),
            Action::Close if self.line.is_closed() => return Err(Refusal::ClosedAlready),
            Action::Close => self.close(),
            Action::Withdraw { call } => {
                let party = self.waiting_call(call).ok_or(Refusal::NoSuchCall)?;
                self.withdraw(party);
            }
            Action::Pause { worker } => match self.up(worker)? {
                station if station.pause.is_some() => return Err(Refusal::PausedAlready),
                _ => self.pause(worker),
            },
            Action::Resume { worker } => match self.up(worker)? {
                station if station.pause.is_none() => return Err(Refusal::NotPaused),
                _ => self.resume(worker),
            },
            Action::Crash { worker } => match self.station(worker)?.state {
                WorkerState::Down => return Err(Refusal::DownAlready),
                _ => self.crash(worker),
            },
            Action::Restart { worker } => {
                if self.station(worker)?.is_up() {
                    return Err(Refusal::UpAlready);
                }
                self.events.push(Event::Started { worker });
                self.begin(worker.into());
                self.measure_before();
            }
            Action::WakeSpuriously { worker } => {
                if self.station(worker)?.state != WorkerState::Parked {
                    return Err(Refusal::NotParked);
                }
                let party = Party::from(worker);
                self.events.push(Event::WokenSpuriously { party });
                self.unblock(party, self.scenario.wake_ms);
            }
            Action::SetPace { worker, pace } => {
                let pace = pace.clamped();
                self.station_mut(worker)?.pace = Some(pace);
                self.events.push(Event::PaceSet { worker, pace });
            }
            Action::Burst { producer, count } => {
                self.burst(producer, count.clamp(1, MOST_BURST))?
            }
            Action::SetPolicy { policy } => self.set_policy(policy.clamped()),
        }
        Ok(())
    }

    fn check_room(&self) -> Result<(), Refusal> {
        let calls = self.stations.keys().filter(|it| it.worker().is_none()).count();
        if calls < MOST_WAITING { Ok(()) } else { Err(Refusal::TooMany) }
    }

    fn station(&self, worker: Worker) -> Result<&Station, Refusal> {
        self.stations.get(&worker.into()).ok_or(Refusal::NoSuchWorker)
    }

    fn station_mut(&mut self, worker: Worker) -> Result<&mut Station, Refusal> {
        self.stations.get_mut(&worker.into()).ok_or(Refusal::NoSuchWorker)
    }

    fn up(&self, worker: Worker) -> Result<&Station, Refusal> {
        let station = self.station(worker)?;
        if station.is_up() { Ok(station) } else { Err(Refusal::Down) }
    }

    fn burst(&mut self, producer: u8, count: u16) -> Result<(), Refusal> {
        let worker = Worker::Producer(producer);
        self.up(worker)?;
        let station = self.station_mut(worker)?;
        let is_making = station.state == WorkerState::Working && station.hand.is_none();
        // The item that is being made is the first of them.
        let more = if is_making { count - 1 } else { count };
        station.burst = station.burst.saturating_add(more).min(2 * MOST_BURST);
        if is_making {
            self.enter(worker.into(), WorkerState::Working, Span::ZERO);
        }
        Ok(())
    }

    /// Whoever waits for room looks anew at how long it wants to wait.
    fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
        self.events.push(Event::PolicySet { policy });
        let waiting: Vec<_> =
            self.waiting_on(Side::Putting).map(|it| (it.party, it.state)).collect();
        let blocks = matches!(policy, Policy::Block | Policy::TimeOut { .. });
        for (party, state) in waiting {
            self.plan_patience(party);
            if !blocks && state == WorkerState::Parked {
                self.unblock(party, (0, 0));
            }
        }
    }
}

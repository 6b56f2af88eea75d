//! What a visitor does to the lab, and why it may be impossible.

use super::action::Action;
use super::event::Event;
use super::{Lab, Status};
use thiserror::Error;

/// Why an action was impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("there is no such thread")]
    NoSuchThread,
    #[error("the thread is dead")]
    Dead,
    #[error("the thread has finished")]
    Finished,
    #[error("the thread is paused")]
    Paused,
    #[error("the thread waits for {lock}, which thread {owner} holds")]
    Waiting { lock: &'static str, owner: u8 },
    #[error("that is so already")]
    SoAlready,
}

impl Lab {
    pub(super) fn try_act(&mut self, action: Action) -> Result<(), Refusal> {
        match action {
            Action::Step { thread } => {
                self.check_can_step(thread)?;
                self.go_on(thread);
            }
            Action::Pause { thread } => self.set_paused(thread, true)?,
            Action::Resume { thread } => self.set_paused(thread, false)?,
            Action::Kill { thread } => self.kill(thread)?,
            Action::SetScheduler { scheduler } => {
                let scheduler = scheduler.clamped();
                if self.scheduler == scheduler {
                    return Err(Refusal::SoAlready);
                }
                self.scheduler = scheduler;
                self.events.push(Event::SchedulerSet { scheduler });
            }
        }
        Ok(())
    }

    /// A thread that has not ended.
    fn living(&mut self, thread: u8) -> Result<&mut Status, Refusal> {
        let is_done = self.process.is_done(&self.code, thread);
        let status = self.statuses.get_mut(usize::from(thread)).ok_or(Refusal::NoSuchThread)?;
        match (status.is_killed, is_done) {
            (true, _) => Err(Refusal::Dead),
            (false, true) => Err(Refusal::Finished),
            (false, false) => Ok(status),
        }
    }

    fn check_can_step(&mut self, thread: u8) -> Result<(), Refusal> {
        let status = self.living(thread)?;
        if status.is_paused {
            return Err(Refusal::Paused);
        }
        if status.waiting.is_none() {
            return Ok(());
        }
        match self.process.blocked_on(&self.code, thread) {
            None => Ok(()),
            Some((lock, owner)) => {
                let name = self.code.locks().get(usize::from(lock)).copied();
                Err(Refusal::Waiting { lock: name.unwrap_or_default(), owner: owner + 1 })
            }
        }
    }

    fn set_paused(&mut self, thread: u8, is_paused: bool) -> Result<(), Refusal> {
        let status = self.living(thread)?;
        if status.is_paused == is_paused {
            return Err(Refusal::SoAlready);
        }
        status.is_paused = is_paused;
        self.events.push(match is_paused {
            true => Event::Paused { thread },
            false => Event::Resumed { thread },
        });
        Ok(())
    }

    fn kill(&mut self, thread: u8) -> Result<(), Refusal> {
        let status = self.living(thread)?;
        status.is_killed = true;
        status.waiting = None;
        let orphaned = self.holds(thread);
        self.events.push(Event::Killed { thread, orphaned });
        self.look_for_end();
        Ok(())
    }

    /// The locks that a thread holds.
    pub(super) fn holds(&self, thread: u8) -> Vec<u8> {
        let locks = (0..).zip(self.process.locks());
        locks.filter(|(_, owner)| *owner == Some(thread)).map(|(lock, _)| lock).collect()
    }
}

//! Who goes on next.

use super::{Lab, Scheduler};
use crate::multi_threading::program::Setup;
use crate::sim::{Rng, Span};

/// What a scheduler knows when it decides.
pub(in crate::multi_threading) struct Standing {
    /// Who has gone on last.
    pub(in crate::multi_threading) running: Option<u8>,
    /// For how many instructions.
    pub(in crate::multi_threading) in_turn: u32,
}

impl Scheduler {
    /// The thread that goes on; none if the visitor decides, or nobody can.
    pub(in crate::multi_threading) fn choose(
        self,
        setup: Setup,
        Standing { running, in_turn }: Standing,
        rng: &mut Rng,
        can_go_on: impl Fn(u8) -> bool,
    ) -> Option<u8> {
        let still = running.filter(|it| can_go_on(*it));
        match self {
            Scheduler::ByHand => None,
            Scheduler::Turns { instructions } => {
                if let Some(still) = still.filter(|_| in_turn < instructions.into()) {
                    return Some(still);
                }
                let after = running.map_or(0, |it| it + 1);
                (0..setup.threads).map(|it| (after + it) % setup.threads).find(|it| can_go_on(*it))
            }
            Scheduler::Random { switch_ppm } => {
                if let Some(still) = still.filter(|_| !rng.chance(switch_ppm)) {
                    return Some(still);
                }
                let able = (0..setup.threads).filter(|it| can_go_on(*it));
                let drawn = rng.below(able.clone().count() as u64);
                able.into_iter().nth(drawn as usize)
            }
        }
    }
}

impl Lab {
    /// Whether the scheduler may choose a thread. One that comes to a lock that is taken may be chosen once: it tries, and
    /// waits from then on.
    pub(super) fn can_be_chosen(&self, thread: u8) -> bool {
        let status = &self.statuses[usize::from(thread)];
        !status.is_paused && status.waiting.is_none() && !self.has_ended(thread)
    }

    /// The thread that the scheduler chooses.
    pub(super) fn schedule(&mut self) -> Option<u8> {
        let mut rng = self.rng.clone();
        let standing = Standing { running: self.running, in_turn: self.in_turn };
        let can_go_on = |thread| self.can_be_chosen(thread);
        let chosen = self.scheduler.choose(self.scenario.setup, standing, &mut rng, can_go_on);
        self.rng = rng;
        chosen
    }

    /// The scheduler lets somebody go on after a while, if there is anybody.
    pub(super) fn plan(&mut self) {
        let threads = self.scenario.setup.threads;
        let is_any = (0..threads).any(|it| self.can_be_chosen(it));
        if self.scheduler == Scheduler::ByHand || !is_any {
            self.next_at = None;
        } else if self.next_at.is_none() {
            self.next_at = Some(self.now + Span::from_ms(self.scenario.step_ms.into()));
        }
    }
}

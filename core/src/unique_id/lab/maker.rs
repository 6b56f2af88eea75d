//! What makes a worker's IDs: the generator, or one with a classical mistake.

use super::action::Mistake;
use super::event::{Failure, Waiting};
use crate::unique_id::snowflake::{
    ClockPolicy, Field, Generator, Id, Layout, Next, Parts, Refused, WaitReason,
};

/// What comes of asking for one ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// An ID, of this millisecond as its maker believes.
    Id { id: Id, stamp_ms: u64 },
    /// Not now.
    Wait(Waiting),
    /// Not at all.
    Failed(Failure),
}

/// What makes a worker's IDs.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    layout: Layout,
    number: u16,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Sound(Generator),
    Flawed(Flawed),
}

/// A generator with a mistake in it.
#[derive(Clone, Copy, Debug)]
struct Flawed {
    mistake: Mistake,
    /// The tick and the sequence of the last ID.
    last: Option<(u64, u32)>,
}

impl Maker {
    /// Makes IDs with this number, none at or before `after_ms`. None if the layout has no room for the number, or
    /// no moment after that one.
    pub(super) fn new(
        layout: Layout,
        number: u16,
        policy: ClockPolicy,
        after_ms: u64,
        mistake: Option<Mistake>,
    ) -> Option<Self> {
        let flawed = mistake.filter(|it| {
            use Mistake::*;
            matches!(it, SequenceRunsOn | Seconds | WithoutMask | ClockTrusted)
        });
        let kind = match flawed {
            Some(mistake) => Kind::Flawed(Flawed { mistake, last: None }),
            None => {
                let mut generator = Generator::new(layout, number, policy).ok()?;
                generator.resume_after(after_ms).ok()?;
                Kind::Sound(generator)
            }
        };
        Some(Maker { layout, number, kind })
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    pub(super) fn set_policy(&mut self, policy: ClockPolicy) {
        if let Kind::Sound(generator) = &mut self.kind {
            generator.set_policy(policy);
        }
    }

    /// Makes an ID while the clock shows `clock_ms`.
    pub(super) fn next(&mut self, clock_ms: u64) -> Made {
        match &mut self.kind {
            Kind::Sound(generator) => sound(self.layout, generator.next(clock_ms)),
            Kind::Flawed(flawed) => flawed.next(self.layout, self.number, clock_ms),
        }
    }
}

fn sound(layout: Layout, next: Result<Next, Refused>) -> Made {
    match next {
        Ok(Next::Made(id)) => Made::Id { id, stamp_ms: layout.unix_ms(id) },
        Ok(Next::Wait(wait)) => Made::Wait(match wait.why {
            WaitReason::Exhausted => Waiting::Exhausted { ms: wait.ms },
            WaitReason::SteppedBack => Waiting::SteppedBack { ms: wait.ms },
            WaitReason::HighWater => Waiting::HighWater { ms: wait.ms },
        }),
        Err(Refused::SteppedBack { by_ms }) => Made::Failed(Failure::ClockBehind { by_ms }),
        Err(Refused::BeforeEpoch { .. } | Refused::EpochOver { .. }) => {
            Made::Failed(Failure::OutOfEpoch)
        }
    }
}

impl Flawed {
    fn next(&mut self, layout: Layout, number: u16, clock_ms: u64) -> Made {
        let spec = layout.spec();
        let tick_ms = match self.mistake {
            Mistake::Seconds => 1_000,
            _ => u64::from(spec.tick_ms),
        };
        let Some(since_ms) = clock_ms.checked_sub(spec.epoch_unix_ms) else {
            return Made::Failed(Failure::OutOfEpoch);
        };
        let ticks = since_ms / tick_ms;
        let most = layout.most(Field::Sequence) as u32;
        let (last_ticks, last_sequence) = self.last.unwrap_or((0, most));
        let behind = last_ticks.saturating_sub(ticks);
        if behind > 0 && self.mistake != Mistake::ClockTrusted {
            return Made::Wait(Waiting::SteppedBack { ms: behind * tick_ms });
        }
        let sequence = match self.mistake {
            Mistake::SequenceRunsOn => last_sequence.wrapping_add(1) & most,
            _ if self.last.is_some_and(|(it, _)| it == ticks) => last_sequence.saturating_add(1),
            _ => 0,
        };
        if sequence > most && self.mistake != Mistake::WithoutMask {
            return Made::Wait(Waiting::Exhausted { ms: tick_ms - since_ms % tick_ms });
        }
        if ticks > layout.most(Field::Timestamp) {
            return Made::Failed(Failure::OutOfEpoch);
        }
        self.last = Some((ticks, sequence));
        let id = layout.compose_unchecked(Parts { ticks, worker: number, sequence });
        Made::Id { id, stamp_ms: clock_ms }
    }
}

//! Whatever the clock does and whoever asks how often: what the policies promise, by a rule that is written down here a
//! second time.

use playground_core::unique_id::snowflake::{
    ClockPolicy, FieldOrder, Generator, Id, Layout, LayoutSpec, Next, Parts, Refused, Wait,
    WaitReason,
};
use proptest::collection::vec;
use proptest::prelude::*;

const EPOCH: u64 = 1_000;

/// Layouts so small that ticks are full and the epoch is over within a short run.
fn layout() -> impl Strategy<Value = Layout> {
    (1_u32..=13, 1_u8..=7, 0_u8..=3, 0_u8..=3, any::<bool>()).prop_map(
        |(tick_ms, timestamp_bits, worker_bits, sequence_bits, is_sequence_first)| {
            let order =
                if is_sequence_first { FieldOrder::SequenceFirst } else { FieldOrder::WorkerFirst };
            Layout::new(LayoutSpec {
                epoch_unix_ms: EPOCH,
                tick_ms,
                timestamp_bits,
                worker_bits,
                sequence_bits,
                order,
            })
            .unwrap()
        },
    )
}

fn policy() -> impl Strategy<Value = ClockPolicy> {
    let bound = prop_oneof![0..30_u64, Just(u64::MAX)];
    prop_oneof![
        Just(ClockPolicy::Refuse),
        bound.clone().prop_map(|at_most_ms| ClockPolicy::Wait { at_most_ms }),
        bound.prop_map(|at_most_ms| ClockPolicy::Borrow { at_most_ms }),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    /// Milliseconds that the clock moves, forward or back, before the next call.
    Move(i64),
    Next,
    Fill(usize),
    ResumeAfter(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (-5..15_i64).prop_map(Step::Move),
        1 => (-200..200_i64).prop_map(Step::Move),
        6 => Just(Step::Next),
        2 => (0..40_usize).prop_map(Step::Fill),
        1 => (0..2_000_u64).prop_map(Step::ResumeAfter),
    ]
}

/// What is known of a generator from outside.
struct Witness {
    layout: Layout,
    policy: ClockPolicy,
    last: Option<Id>,
    /// The mark that it was resumed after, unless IDs were made behind it.
    mark_ms: Option<u64>,
}

impl Witness {
    fn tick(&self, now_ms: u64) -> Option<u64> {
        let tick = now_ms.checked_sub(EPOCH)? / u64::from(self.layout.spec().tick_ms);
        (tick < 1 << self.layout.spec().timestamp_bits).then_some(tick)
    }

    /// The tick of the last ID or mark, and how many places of it are used.
    fn used(&self) -> Option<(u64, u64)> {
        let last = self.last.map(|id| self.layout.decompose(id));
        let last = last.map(|parts| (parts.ticks, u64::from(parts.sequence) + 1));
        let mark = self.mark_ms.and_then(|ms| self.tick(ms));
        last.max(mark.map(|tick| (tick, self.layout.ids_per_tick())))
    }

    fn made(&mut self, id: Id, now_ms: u64, worker: u16) {
        assert!(self.last < Some(id), "{:?} before {id}", self.last);
        let Parts { ticks, sequence, .. } = self.layout.decompose(id);
        assert_eq!(Ok(id), self.layout.compose(Parts { ticks, worker, sequence }), "other bits");
        assert!(Some((ticks, u64::from(sequence))) >= self.used(), "a place twice");
        let ahead_ms = self.layout.unix_ms(id).saturating_sub(now_ms);
        let bound = match self.policy {
            ClockPolicy::Borrow { at_most_ms } => at_most_ms,
            _ => 0,
        };
        assert!(ahead_ms <= bound, "{ahead_ms} ms ahead of the clock");
        // Nothing is left out: it follows the last, or begins a tick.
        let follows = self.used() == Some((ticks, sequence.into()));
        assert!(follows || sequence == 0, "a gap");
        self.last = Some(id);
    }

    fn waits(&self, wait: Wait, now_ms: u64) {
        let (tick, used) = self.used().expect("a fresh generator waits for nothing");
        let now = self.tick(now_ms).expect("outside the epoch nobody waits");
        let is_full = used == self.layout.ids_per_tick();
        assert!(tick > now || tick == now && is_full, "there was room");
        let next = self.layout.start_unix_ms(if is_full { tick + 1 } else { tick });
        let behind_ms = self.layout.start_unix_ms(tick).saturating_sub(now_ms);
        let (ms, bound) = match self.policy {
            ClockPolicy::Refuse => (next - now_ms, 0),
            ClockPolicy::Wait { at_most_ms } => (next - now_ms, at_most_ms),
            ClockPolicy::Borrow { at_most_ms } => (next - now_ms - at_most_ms, at_most_ms),
        };
        assert_eq!(wait.ms, ms);
        assert!(behind_ms <= bound, "{behind_ms} ms were to be refused");
        let is_at_mark = self.mark_ms.and_then(|ms| self.tick(ms)) == Some(tick);
        match wait.why {
            WaitReason::HighWater => assert!(is_at_mark),
            WaitReason::SteppedBack => assert!(behind_ms > 0 && !is_at_mark),
            WaitReason::Exhausted => assert!(is_full && !is_at_mark),
        }
    }

    fn refused(&self, refused: Refused, now_ms: u64) {
        let end_unix_ms = self.layout.end_unix_ms();
        match refused {
            Refused::BeforeEpoch { by_ms } => assert_eq!(now_ms + by_ms, EPOCH),
            Refused::EpochOver { end_unix_ms: told } => {
                assert_eq!(told, end_unix_ms);
                let is_all_borrowed = matches!(self.policy, ClockPolicy::Borrow { .. })
                    && self.used()
                        == Some((self.layout.start_of_last(), self.layout.ids_per_tick()));
                assert!(now_ms >= end_unix_ms || is_all_borrowed);
            }
            Refused::SteppedBack { by_ms } => {
                let (tick, _) = self.used().expect("a fresh generator refuses no clock");
                assert_eq!(by_ms, self.layout.start_unix_ms(tick) - now_ms);
                let bound = match self.policy {
                    ClockPolicy::Refuse => 0,
                    ClockPolicy::Wait { at_most_ms } | ClockPolicy::Borrow { at_most_ms } => {
                        at_most_ms
                    }
                };
                assert!(by_ms > bound, "the policy bears that");
            }
        }
    }
}

trait LastTick {
    fn start_of_last(&self) -> u64;
}

impl LastTick for Layout {
    /// The last tick of the epoch.
    fn start_of_last(&self) -> u64 {
        (1 << self.spec().timestamp_bits) - 1
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_promise_holds_whatever_the_clock_does(
        layout in layout(),
        policy in policy(),
        worker in any::<u16>(),
        steps in vec(step(), 1..120),
    ) {
        let worker = worker & ((1 << layout.spec().worker_bits) - 1);
        let mut generator = Generator::new(layout, worker, policy).unwrap();
        let mut it = Witness { layout, policy, last: None, mark_ms: None };
        let mut now_ms = EPOCH;
        for step in steps {
            match step {
                Step::Move(by) => now_ms = now_ms.saturating_add_signed(by),
                Step::Next => match generator.next(now_ms) {
                    Ok(Next::Made(id)) => it.made(id, now_ms, worker),
                    Ok(Next::Wait(wait)) => {
                        it.waits(wait, now_ms);
                        // It is exactly as long as it takes.
                        prop_assert!(!matches!(generator.clone().next(now_ms + wait.ms - 1), Ok(Next::Made(_))));
                        let then = generator.clone().next(now_ms + wait.ms);
                        let is_over = now_ms + wait.ms >= layout.end_unix_ms()
                            || matches!(then, Err(Refused::EpochOver { .. }));
                        prop_assert!(is_over || matches!(then, Ok(Next::Made(_))), "{then:?}");
                    }
                    Err(refused) => it.refused(refused, now_ms),
                },
                Step::Fill(count) => {
                    let mut ids = vec![Id(0); count];
                    let mut one_by_one = generator.clone();
                    let filled = generator.fill(now_ms, &mut ids);
                    let made = filled.map_or(0, |filled| filled.made);
                    for id in &ids[..made] {
                        it.made(*id, now_ms, worker);
                        prop_assert_eq!(one_by_one.next(now_ms), Ok(Next::Made(*id)));
                    }
                    if made < count {
                        let rest = one_by_one.next(now_ms);
                        prop_assert!(!matches!(rest, Ok(Next::Made(_))));
                        match filled {
                            Err(refused) => prop_assert_eq!(rest, Err(refused)),
                            Ok(filled) => match filled.wait {
                                Some(wait) => prop_assert_eq!(rest, Ok(Next::Wait(wait))),
                                None => prop_assert!(rest.is_err()),
                            },
                        }
                    }
                }
                Step::ResumeAfter(ms) => match generator.resume_after(ms) {
                    Ok(()) if it.tick(ms).map(|tick| (tick, layout.ids_per_tick())) > it.used() => {
                        it.mark_ms = Some(ms);
                    }
                    Ok(()) => {}
                    Err(_) => prop_assert!(ms >= layout.end_unix_ms()),
                },
            }
            let high_water = it.used().map(|(tick, _)| layout.start_unix_ms(tick));
            prop_assert_eq!(generator.high_water_ms(), high_water);
        }
    }

    #[test]
    fn ids_sort_by_their_time_and_come_apart_as_they_were_put_together(
        layout in layout(),
        parts in (any::<u64>(), any::<u16>(), any::<u32>()),
        other in (any::<u64>(), any::<u16>(), any::<u32>()),
    ) {
        let spec = layout.spec();
        let fit = |(ticks, worker, sequence): (u64, u16, u32)| Parts {
            ticks: ticks & ((1 << spec.timestamp_bits) - 1),
            worker: worker & ((1 << spec.worker_bits) - 1),
            sequence: sequence & ((1 << spec.sequence_bits) - 1),
        };
        let (parts, other) = (fit(parts), fit(other));
        let (id, than) = (layout.compose(parts).unwrap(), layout.compose(other).unwrap());
        prop_assert_eq!(layout.decompose(id), parts);
        prop_assert!(layout.fits(id));
        prop_assert_eq!(id == than, parts == other);
        if parts.ticks != other.ticks {
            prop_assert_eq!(id < than, layout.unix_ms(id) < layout.unix_ms(than));
        }
    }

    #[test]
    fn dividing_without_a_division_is_exact(tick_ms in 1..=1_000_u32, since in 0..1_u64 << 53) {
        let spec = LayoutSpec { tick_ms, timestamp_bits: 44, sequence_bits: 0, ..*Layout::CLASSICAL.spec() };
        let layout = Layout::new(spec).unwrap();
        let mut generator = Generator::new(layout, 0, ClockPolicy::Refuse).unwrap();
        let now_ms = spec.epoch_unix_ms + since;
        let tick = since / u64::from(tick_ms);
        match generator.next(now_ms) {
            Ok(Next::Made(id)) => prop_assert_eq!(layout.decompose(id).ticks, tick),
            other => prop_assert!(tick >= 1 << 44, "{other:?}"),
        }
    }

    #[test]
    fn every_text_of_an_id_is_read_back(bits in any::<u64>()) {
        let id = Id(bits);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert_eq!(Id::from_base32(&id.to_base32()), Ok(id));
        prop_assert_eq!(Id::from_base32(&id.to_base32().to_lowercase()), Ok(id));
        prop_assert_eq!(Id::from_hex(&id.to_hex()), Ok(id));
    }
}

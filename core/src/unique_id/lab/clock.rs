//! A clock on the wall of a node: it may be ahead, go too fast or stand, and be set.

use super::action::ClockSetting;
use super::frame::ClockView;
use crate::sim::Time;

/// A clock. All its arithmetic is in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// What it showed at `since`, in microseconds since 1970.
    base_us: i64,
    since: Time,
    permille: u32,
    /// How many milliseconds of the run one of a right clock takes.
    slow_motion: u32,
}

impl Clock {
    pub(super) fn new(start_unix_ms: u64, slow_motion: u32, setting: ClockSetting) -> Self {
        let base_us = (start_unix_ms as i64 + i64::from(setting.offset_ms)) * 1_000;
        let ClockSetting { permille, .. } = setting;
        Clock { base_us, since: Time::ZERO, permille, slow_motion }
    }

    fn reading_us(&self, now: Time) -> i64 {
        let passed = u128::from(now.since(self.since).0) * u128::from(self.permille);
        let passed = passed / (1_000 * u128::from(self.slow_motion));
        self.base_us.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX))
    }

    /// What it shows, in milliseconds since 1970.
    pub(super) fn unix_ms(&self, now: Time) -> u64 {
        (self.reading_us(now) / 1_000).max(0) as u64
    }

    /// When it shows this millisecond, if nobody sets it meanwhile; none if it stands.
    pub(super) fn when(&self, now: Time, unix_ms: u64) -> Option<Time> {
        let missing = i128::from(unix_ms) * 1_000 - i128::from(self.base_us);
        let missing = u128::try_from(missing).unwrap_or(0);
        if self.permille == 0 {
            return (self.unix_ms(now) >= unix_ms).then_some(now);
        }
        let passed =
            (missing * 1_000 * u128::from(self.slow_motion)).div_ceil(self.permille.into());
        let at = u128::from(self.since.0).saturating_add(passed);
        Some(Time(u64::try_from(at).unwrap_or(u64::MAX)).max(now))
    }

    pub(super) fn step(&mut self, by_ms: i32) {
        self.base_us = self.base_us.saturating_add(i64::from(by_ms) * 1_000);
    }

    pub(super) fn set_rate(&mut self, now: Time, permille: u32) {
        *self = Clock { base_us: self.reading_us(now), since: now, permille, ..*self };
    }

    /// What is drawn of it beside a right clock.
    pub(super) fn view(&self, now: Time, right: &Clock) -> ClockView {
        let reading_us = self.reading_us(now);
        ClockView {
            unix_ms: self.unix_ms(now),
            progress: reading_us.rem_euclid(1_000) as f64 / 1e3,
            ahead_ms: (reading_us - right.reading_us(now)) / 1_000,
            permille: self.permille,
        }
    }
}

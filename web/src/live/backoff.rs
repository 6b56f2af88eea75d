//! How long to wait before the next attempt: exponentially longer, with full jitter, so that the pages of a
//! server that comes back do not all knock at once (Brooker, "Exponential Backoff And Jitter", AWS 2015).

/// The longest wait before the first retry, in milliseconds.
const BASE_MS: u64 = 500;
/// The longest wait before any, in milliseconds.
const CAP_MS: u64 = 30_000;

/// How long to wait after `attempt` failures in a row (1 is the first), in milliseconds: the fraction
/// `chance`, 0 to 1, of a ceiling that doubles from 0.5 s to 30 s.
pub(super) fn backoff_ms(attempt: u32, chance: f64) -> u64 {
    let doublings = attempt.saturating_sub(1).min(16);
    let ceiling_ms = (BASE_MS << doublings).min(CAP_MS);
    (ceiling_ms as f64 * chance.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let ceilings: Vec<_> = (1..=9).map(|attempt| backoff_ms(attempt, 1.0)).collect();
        assert_eq!(ceilings, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(backoff_ms(u32::MAX, 1.0), 30_000);
    }

    #[test]
    fn chance_picks_anything_below_the_ceiling() {
        assert_eq!(backoff_ms(4, 0.0), 0);
        assert_eq!(backoff_ms(4, 0.5), 2_000);
        assert_eq!(backoff_ms(0, 1.0), 500);
        assert_eq!(backoff_ms(4, f64::NAN), 0);
    }
}

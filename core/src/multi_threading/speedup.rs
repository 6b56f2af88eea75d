//! How much faster many are than one: what two laws allow, and what a measurement says.
//!
//! Amdahl asks how long the same work takes: the part that cannot be shared remains, and no number of workers gets
//! below it. Gustafson asks how much work is done in the same time: with more workers one takes on more, and the part
//! that cannot be shared does not grow along. Both are the same law, seen from two ends.
//!
//! Sources: G. M. Amdahl, "Validity of the single processor approach to achieving large scale computing capabilities",
//! AFIPS 1967. J. L. Gustafson, "Reevaluating Amdahl's law", CACM 31(5), 1988. A. H. Karp and H. P. Flatt, "Measuring
//! parallel processor performance", CACM 33(5), 1990.

/// How many times as fast as one worker so many are, with this share of serial work (0 to 1): 1 / (s + (1 − s) / n).
pub fn amdahl(serial: f64, workers: u32) -> f64 {
    let workers = f64::from(workers.max(1));
    let serial = serial.clamp(0.0, 1.0);
    1.0 / (serial + (1.0 - serial) / workers)
}

/// What Amdahl's law allows however many workers there are: 1 / s; infinite without serial work.
pub fn amdahl_limit(serial: f64) -> f64 {
    1.0 / serial.clamp(0.0, 1.0)
}

/// How many times as much as one worker so many do in the same time, if this share of that time (0 to 1) is serial:
/// n − s (n − 1).
pub fn gustafson(serial: f64, workers: u32) -> f64 {
    let workers = f64::from(workers.max(1));
    workers - serial.clamp(0.0, 1.0) * (workers - 1.0)
}

/// Which share of the workers' time was worth it: the speed-up divided by their number; 1 is perfect.
pub fn efficiency(speedup: f64, workers: u32) -> f64 {
    speedup / f64::from(workers.max(1))
}

/// The serial share that a speed-up shows (Karp and Flatt's metric): (1/ψ − 1/n) / (1 − 1/n). If it grows with the
/// workers, what is in the way is not serial work but overhead. Below 0 if the speed-up is more than the workers are.
///
/// None for a single worker, which shows nothing, and for a speed-up that is none.
pub fn karp_flatt(speedup: f64, workers: u32) -> Option<f64> {
    if workers < 2 || !(speedup > 0.0 && speedup.is_finite()) {
        return None;
    }
    let share = 1.0 / f64::from(workers);
    Some((1.0 / speedup - share) / (1.0 - share))
}

/// The serial share with which Amdahl's curve comes nearest to measured speed-ups, each with its number of workers: by
/// least squares of the times, 0 to 1. None if nothing was measured with more than one worker.
///
/// With x = 1 − 1/n and z = 1/ψ − 1/n, Amdahl's law is z = s x, a line through the origin.
pub fn fit_amdahl(measured: impl IntoIterator<Item = (u32, f64)>) -> Option<f64> {
    let (mut products, mut squares) = (0.0, 0.0);
    for (workers, speedup) in measured {
        let Some(serial) = karp_flatt(speedup, workers) else { continue };
        let x = 1.0 - 1.0 / f64::from(workers);
        products += x * (serial * x);
        squares += x * x;
    }
    (squares > 0.0).then(|| (products / squares).clamp(0.0, 1.0))
}

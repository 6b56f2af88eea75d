//! The table.

use super::contender::Contender;
use super::scenario::{PACED_DELIVERIES, Seen};

/// A table of what was seen with so many connections, each line in relation to Bun's.
pub(crate) fn table(connections: usize, rows: &[(Contender, Seen)]) -> String {
    let bun = rows.iter().find(|(contender, _)| *contender == Contender::Bun);
    let title = format!("{connections} connections");
    let mut lines = vec![
        format!(
            "{:<18} {:^44}   {:^28}   {:^21}",
            "",
            "saturated: deliveries",
            format!("paced: {PACED_DELIVERIES} deliveries/s"),
            "KiB a connection"
        ),
        format!(
            "{title:<18} {:>10} {:>12} {:>5} {:>7} {:>6}   {:>8} {:>8} {:>10}   {:>10} {:>10}",
            "a second",
            "a CPU second",
            "core",
            "client",
            "of Bun",
            "p50 ms",
            "p99 ms",
            "core",
            "idle",
            "peak"
        ),
    ];
    for (contender, seen) in rows {
        let of_bun = bun.map(|(_, bun)| format!("{:.2}", seen.per_cpu_second / bun.per_cpu_second));
        lines.push(format!(
            "{:<18} {:>10.0} {:>12.0} {:>4.0}% {:>6.0}% {:>6}   {:>8.2} {:>8.2} {:>9.1}%   {:>10.1} {:>10.1}",
            contender.name(),
            seen.rate,
            seen.per_cpu_second,
            100.0 * seen.saturated_cpu,
            100.0 * seen.crowd_cpu,
            of_bun.unwrap_or_default(),
            seen.p50_ms,
            seen.p99_ms,
            100.0 * seen.paced_cpu,
            seen.idle_bytes / 1024.0,
            seen.peak_bytes / 1024.0,
        ));
    }
    lines.join("\n")
}

/// The median of each figure over all rounds.
pub(crate) fn median(rounds: &[Seen]) -> Option<Seen> {
    let of = |figure: fn(&Seen) -> f64| {
        let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    };
    Some(Seen {
        rate: of(|seen| seen.rate)?,
        per_cpu_second: of(|seen| seen.per_cpu_second)?,
        saturated_cpu: of(|seen| seen.saturated_cpu)?,
        crowd_cpu: of(|seen| seen.crowd_cpu)?,
        p50_ms: of(|seen| seen.p50_ms)?,
        p99_ms: of(|seen| seen.p99_ms)?,
        paced_cpu: of(|seen| seen.paced_cpu)?,
        idle_bytes: of(|seen| seen.idle_bytes)?,
        peak_bytes: of(|seen| seen.peak_bytes)?,
    })
}

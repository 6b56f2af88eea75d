//! What is done to each contender, and what is seen.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::contender::{Contender, Running};
use super::cores::Cores;
use super::crowd::{Crowd, PUBLISHERS};
use super::measure::Meter;

/// So many deliveries a second result from the pace.
pub(crate) const PACED_DELIVERIES: usize = 20_000;
/// Comes before what is measured, and is not counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// What was seen of one contender with so many connections.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Deliveries a second at saturation.
    pub(crate) rate: f64,
    /// … and per second that the server computed.
    pub(crate) per_cpu_second: f64,
    /// … and the shares of a core that it and the crowd had.
    pub(crate) saturated_cpu: f64,
    pub(crate) crowd_cpu: f64,
    /// Milliseconds from the intended time of sending, at the pace.
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// … and the share of a core that the server had.
    pub(crate) paced_cpu: f64,
    /// Bytes a connection: connected and idle, and the most at any time of the run.
    pub(crate) idle_bytes: f64,
    pub(crate) peak_bytes: f64,
}

/// How it is done.
pub(crate) struct Programme {
    pub(crate) connections: usize,
    /// How many messages of each publisher are under way at saturation.
    pub(crate) under_way: usize,
    /// How long it is measured, at the pace and at saturation.
    pub(crate) measured: Duration,
}

/// Does everything once, on a server that is started for it.
pub(crate) fn run(contender: Contender, cores: &Cores, programme: &Programme) -> Result<Seen> {
    let &Programme { connections, under_way, measured } = programme;
    let server = Running::start(contender, cores)?;
    let meter = server.meter();
    // It is warm, and whatever it loads with its first connection is loaded.
    drop(Crowd::gather(contender.dialect(), server.address, PUBLISHERS)?);
    let before = meter.resident_bytes()?;
    meter.forget_peak()?;
    let mut crowd = Crowd::gather(contender.dialect(), server.address, connections)?;
    let idle = meter.resident_bytes()?;
    crowd.warm_up()?;
    let paced = paced(&mut crowd, meter, connections, measured).context("paced")?;
    let (p50_ms, p99_ms) = (quantile(&crowd, 0.5)?, quantile(&crowd, 0.99)?);
    let saturated = saturated(&mut crowd, meter, under_way, measured).context("saturated")?;
    let a_connection = |bytes: u64| bytes.saturating_sub(before) as f64 / connections as f64;
    Ok(Seen {
        rate: saturated.deliveries / saturated.seconds,
        per_cpu_second: saturated.deliveries / saturated.cpu_seconds,
        saturated_cpu: saturated.cpu_seconds / saturated.seconds,
        crowd_cpu: saturated.crowd_cpu_seconds / saturated.seconds,
        p50_ms,
        p99_ms,
        paced_cpu: paced.cpu_seconds / paced.seconds,
        idle_bytes: a_connection(idle),
        peak_bytes: a_connection(meter.peak_bytes()?),
    })
}

fn quantile(crowd: &Crowd, share: f64) -> Result<f64> {
    crowd.latencies.quantile_ms(share).context("nothing was delivered")
}

/// What happened in a window of time.
struct Window {
    seconds: f64,
    cpu_seconds: f64,
    crowd_cpu_seconds: f64,
    deliveries: f64,
}

/// Where a window begins.
struct Beginning {
    at: Instant,
    cpu_seconds: f64,
    crowd_cpu_seconds: f64,
    delivered: u64,
}

impl Beginning {
    fn now(crowd: &Crowd, meter: Meter) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            cpu_seconds: meter.cpu_seconds()?,
            crowd_cpu_seconds: Meter::of(std::process::id()).cpu_seconds()?,
            delivered: crowd.delivered,
        })
    }

    fn until_now(self, crowd: &Crowd, meter: Meter) -> Result<Window> {
        Ok(Window {
            seconds: self.at.elapsed().as_secs_f64(),
            cpu_seconds: meter.cpu_seconds()? - self.cpu_seconds,
            crowd_cpu_seconds: Meter::of(std::process::id()).cpu_seconds()?
                - self.crowd_cpu_seconds,
            deliveries: (crowd.delivered - self.delivered) as f64,
        })
    }
}

/// Publishers keep so many messages under way: one that everybody has received makes room for the next.
fn saturated(
    crowd: &mut Crowd,
    meter: Meter,
    under_way: usize,
    measured: Duration,
) -> Result<Window> {
    let push = |crowd: &mut Crowd, until: Instant| -> Result<()> {
        while Instant::now() < until {
            for publisher in 0..PUBLISHERS {
                while crowd.under_way(publisher) < under_way {
                    crowd.publish(publisher, crowd.now())?;
                }
            }
            crowd.flush_all()?;
            crowd.turn(Some(until))?;
        }
        Ok(())
    };
    push(crowd, Instant::now() + WARM_UP)?;
    let beginning = Beginning::now(crowd, meter)?;
    push(crowd, Instant::now() + measured)?;
    let window = beginning.until_now(crowd, meter)?;
    crowd.turn_until("everything is delivered", |crowd| !crowd.is_anything_under_way())?;
    Ok(window)
}

/// So many deliveries a second, for latencies.
fn paced(
    crowd: &mut Crowd,
    meter: Meter,
    connections: usize,
    measured: Duration,
) -> Result<Window> {
    let interval = Duration::from_secs_f64(connections as f64 / PACED_DELIVERIES as f64);
    pace(crowd, interval, WARM_UP)?;
    crowd.latencies.clear();
    let beginning = Beginning::now(crowd, meter)?;
    pace(crowd, interval, measured)?;
    beginning.until_now(crowd, meter)
}

/// Messages are sent at times that are fixed beforehand. A delivery is as late as it is after the time at which
/// its message was meant to be sent, whatever kept it from being sent then.
pub(crate) fn pace(crowd: &mut Crowd, interval: Duration, duration: Duration) -> Result<()> {
    let (start, at) = (crowd.now(), Instant::now());
    for number in 0..duration.div_duration_f64(interval) as u32 {
        let after = interval * number;
        let due = at + after;
        while Instant::now() < due {
            crowd.turn(Some(due))?;
        }
        crowd.publish(number as usize % PUBLISHERS, start + after.as_nanos() as u64)?;
        crowd.flush_all()?;
        crowd.turn(None)?;
    }
    crowd.turn_until("everything is delivered", |crowd| !crowd.is_anything_under_way())
}

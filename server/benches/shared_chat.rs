//! The chat of many servers: messages a second through Redis, from one server to another.
//!
//! - `ours`: two servers of one process, without clients, have one room open. One submits; a message is acknowledged
//!   once the log has numbered it, kept it and known that it is no retry, and it has come back; the other server hears
//!   it, too. What waits shares a call.
//! - `one call a message`: the same script, each message by itself over one connection, and nobody listens: what Redis
//!   does without batches.
//!
//! Redis has its append-only file, forced every second. The two take turns for a few rounds; each figure is the median.
//!
//! `cargo bench -p playground-server --bench shared_chat -- 64 --seconds 3`: with so many messages under way.

use std::env;
use std::time::Duration;

use anyhow::{Context, Result};
use playground_engines::{Durability, Redis};
use playground_server::chat::shared_trial::{
    Load, Outcome, one_call_a_message, through_two_servers,
};
use playground_server::redis_link::RedisUrl;

const ROUNDS: usize = 3;
const IN_FLIGHT: [usize; 3] = [1, 64, 512];
const TEXT_BYTES: usize = 128;

fn main() -> Result<()> {
    let mut seconds = 2;
    let mut in_flight = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match &*argument {
            // What cargo adds.
            "--bench" => {}
            "--seconds" => seconds = arguments.next().context("how many seconds?")?.parse()?,
            number => in_flight.push(number.parse().context("how many under way?")?),
        }
    }
    if in_flight.is_empty() {
        in_flight.extend(IN_FLIGHT);
    }
    println!("texts of {TEXT_BYTES} bytes, {ROUNDS} rounds of {seconds} s each, median");
    let runtime = tokio::runtime::Runtime::new()?;
    for in_flight in in_flight {
        let measured = Duration::from_secs(seconds);
        let load = Load { in_flight, text_bytes: TEXT_BYTES, measured };
        runtime.block_on(compare(load))?;
    }
    Ok(())
}

async fn compare(load: Load) -> Result<()> {
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(measure(load, async |url| through_two_servers(url, load).await).await?);
        alone.push(measure(load, async |url| one_call_a_message(url, load).await).await?);
    }
    let (ours, alone) = (median(ours), median(alone));
    println!("{:>4} under way: ours               {ours}", load.in_flight);
    println!("                one call a message {alone}");
    println!("                ours is {:.1} times as fast", ours.rate / alone.rate);
    Ok(())
}

/// What is printed of a round.
#[derive(Clone, Copy)]
struct Figures {
    rate: f64,
    acknowledged_ms: [f64; 2],
    elsewhere_ms: Option<[f64; 2]>,
    redis_us: Option<f64>,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [half, most] = self.acknowledged_ms;
        write!(f, "{:>7.0}/s, acknowledged after {half:.2} ms, p99 {most:.2} ms", self.rate)?;
        if let Some([half, most]) = self.elsewhere_ms {
            write!(f, "; elsewhere after {half:.2} ms, p99 {most:.2} ms")?;
        }
        if let Some(us) = self.redis_us {
            write!(f, "; Redis is busy {us:.1} µs a message")?;
        }
        Ok(())
    }
}

async fn measure(load: Load, run: impl AsyncFn(&RedisUrl) -> Option<Outcome>) -> Result<Figures> {
    let redis = Redis::start(Durability::EverySecond)?;
    let url = redis.url().parse()?;
    let before = processor_seconds(redis.pid());
    let outcome = run(&url).await.context("Redis went away")?;
    let busy = processor_seconds(redis.pid()).zip(before).map(|(after, before)| after - before);
    let messages = outcome.acknowledged as f64;
    anyhow::ensure!(outcome.acknowledged > load.in_flight, "nothing was measured");
    Ok(Figures {
        rate: messages / outcome.took.as_secs_f64(),
        acknowledged_ms: quantiles(&outcome.acknowledged_after),
        elsewhere_ms: (!outcome.elsewhere_after.is_empty())
            .then(|| quantiles(&outcome.elsewhere_after)),
        redis_us: busy.map(|busy| busy * 1e6 / messages),
    })
}

/// The median and the 99th percentile of what is sorted, in milliseconds.
fn quantiles(sorted: &[Duration]) -> [f64; 2] {
    [50, 99].map(|percent| sorted[(sorted.len() - 1) * percent / 100].as_secs_f64() * 1e3)
}

fn median(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    rounds[rounds.len() / 2]
}

/// How long the process has been busy, where the system tells in `/proc` (in hundredths of a second, on Linux).
fn processor_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

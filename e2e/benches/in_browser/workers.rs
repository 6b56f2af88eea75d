//! What real workers cost and gain: primes by one worker and by two, in wasm beside natively; and ten million items
//! through the queue on shared memory, with the page's frames meanwhile.

use anyhow::{Context, Result, ensure};
use fantoccini::wd::TimeoutConfiguration;
use playground_core::multi_threading::primes::{Counter, Method};
use playground_e2e::{Look, Visitor};
use serde_json::Value;
use std::hint::black_box;
use std::time::{Duration, Instant};

const THREADS: &str = "/labs/multi-threading";
const QUEUE: &str = "/labs/blocking-queue";
/// Up to where primes are counted: what the page begins with.
const UP_TO: u64 = 10_000_000;
/// How often a race is run; the fastest counts, since nothing makes one faster than it is.
const RACES: usize = 5;
/// Which of the page's ways of dealing out it is: portions of 100,000 from a counter.
const PORTIONS: usize = 4;
/// The most patience with what a script does.
const PATIENCE: Duration = Duration::from_secs(120);

/// A window whose scripts may take their time.
async fn open(lab: &str) -> Result<Visitor> {
    let visitor = Visitor::open(lab, Look::DESKTOP).await?;
    let longer = Some(PATIENCE + Duration::from_secs(10));
    visitor.client.update_timeouts(TimeoutConfiguration::new(longer, None, None)).await?;
    Ok(visitor)
}

/// Counts primes in the page and natively, and prints both.
pub async fn count_primes() -> Result<()> {
    let visitor = open(THREADS).await?;
    visitor.see(".multi-threading-primes").await?;
    println!(
        "primes up to {UP_TO}, best of {RACES}: one worker, two, how many times as fast; one thread natively, wasm / native"
    );
    for (number, method) in Method::ALL.into_iter().enumerate() {
        let one_ms = race_ms(&visitor, number, 1).await?;
        let two_ms = race_ms(&visitor, number, 2).await?;
        let native_ms = native_ms(method)?;
        println!(
            "{:<16} {one_ms:>9.1} ms {two_ms:>9.1} ms {:>6.2} {native_ms:>9.1} ms {:>6.2}",
            format!("{method:?}"),
            one_ms / two_ms,
            one_ms / native_ms
        );
    }
    visitor.leave().await
}

/// The fastest of some races of so many workers, in milliseconds by their own clocks.
async fn race_ms(visitor: &Visitor, method: usize, workers: usize) -> Result<f64> {
    let patience_ms = PATIENCE.as_millis();
    let script = format!(
        "const done = arguments[arguments.length - 1]; \
         const panel = document.querySelector('.multi-threading-primes'); \
         const choose = (at, index) => {{ const it = panel.querySelectorAll('.figure-controls select')[at]; \
           it.selectedIndex = index; it.dispatchEvent(new Event('change', {{ bubbles: true }})); }}; \
         const slider = panel.querySelector(\"input[aria-label='Workers']\"); \
         const start = [...panel.querySelectorAll('button')].find(it => it.textContent === 'Start the race'); \
         const wait = ms => new Promise(done => setTimeout(done, ms)); \
         const state = () => panel.querySelector('[data-team-state]').dataset.teamState; \
         (async () => {{ try {{ \
           choose(0, {method}); await wait(100); choose(1, {PORTIONS}); await wait(100); \
           slider.value = {workers} - 1; slider.dispatchEvent(new Event('input', {{ bubbles: true }})); \
           await wait(100); const times = []; const begun = performance.now(); \
           for (let race = 0; race < {RACES}; race += 1) {{ \
             start.click(); await wait(50); \
             while (state() !== 'done' && performance.now() - begun < {patience_ms}) await wait(20); \
             await wait(50); \
             times.push(Number(panel.querySelector('[data-primes=elapsed-ms]').textContent)); \
             if (panel.querySelector('[data-primes=found]').textContent !== '664,579') throw 'wrong'; \
           }} \
           done(Math.min(...times)); \
         }} catch (error) {{ done(String(error)); }} }})();"
    );
    let ms = visitor.client.execute_async(&script, Vec::new()).await?;
    ms.as_f64().with_context(|| format!("a race failed: {ms}"))
}

/// The same on one native thread.
fn native_ms(method: Method) -> Result<f64> {
    let mut best_ms = f64::INFINITY;
    for _ in 0..RACES {
        let begun = Instant::now();
        let found: u64 = {
            let mut counter = Counter::new(method, UP_TO)?;
            method.slices(1..UP_TO + 1).map(|numbers| counter.count(black_box(numbers))).sum()
        };
        best_ms = best_ms.min(begun.elapsed().as_secs_f64() * 1e3);
        ensure!(black_box(found) == 664_579, "{found} primes");
    }
    Ok(best_ms)
}

/// Sends ten million items through the queue, and looks at the page's frames meanwhile.
pub async fn send_items() -> Result<()> {
    let visitor = open(QUEUE).await?;
    visitor.see(".blocking-queue-flat-out").await?;
    let patience_ms = PATIENCE.as_millis();
    let script = format!(
        "const done = arguments[arguments.length - 1]; \
         const panel = document.querySelector('.blocking-queue-flat-out'); \
         panel.scrollIntoView({{ behavior: 'instant' }}); \
         const state = () => panel.querySelector('[data-team-state]').dataset.teamState; \
         const said = key => panel.querySelector(`[data-queue=${{key}}]`).textContent; \
         [...panel.querySelectorAll('button')].find(it => it.textContent === 'Send them through').click(); \
         const times = []; let last = 0; const begun = performance.now(); \
         const look = now => {{ const is_over = state() === 'done' || performance.now() - begun > {patience_ms}; \
           if (state() === 'running') {{ if (last) times.push(now - last); last = now; }} \
           if (is_over) done({{ times, state: state(), taken: said('taken'), per_second: said('per-second'), \
             lost: said('lost'), doubled: said('doubled'), order: said('out-of-order') }}); \
           else requestAnimationFrame(look); }}; \
         requestAnimationFrame(look);"
    );
    let seen = visitor.client.execute_async(&script, Vec::new()).await?;
    let said = |key: &str| seen[key].as_str().unwrap_or_default().to_owned();
    let promises = [said("state"), said("taken"), said("lost"), said("doubled"), said("order")];
    ensure!(promises == ["done", "10,000,000", "0", "0", "0"], "the run was not clean: {seen}");
    let mut frames: Vec<f64> = serde_json::from_value::<Vec<Value>>(seen["times"].clone())?
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    ensure!(!frames.is_empty(), "no frame was drawn while the items went through");
    let seconds: f64 = frames.iter().sum::<f64>() / 1e3;
    frames.sort_by(f64::total_cmp);
    let at = |part: usize| frames[(frames.len() * part / 100).min(frames.len() - 1)];
    println!(
        "10,000,000 items through shared memory, 2 workers that put and 2 that take, 1,024 places: {} items a second, none \
         lost, none twice, all in order; {:.1} frames a second meanwhile: median {:.1} ms, p95 {:.1} ms, longest {:.1} ms",
        said("per_second"),
        frames.len() as f64 / seconds,
        at(50),
        at(95),
        at(100)
    );
    visitor.leave().await
}

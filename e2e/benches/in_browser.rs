//! What the page costs in a browser: the script time of a frame while a shard is dragged on a ring of
//! 1,000 shards with 100 virtual nodes each and 10,000 keys, a lookup in wasm beside a native one, a search
//! of all runs of a two-phase commit, and workers that share memory.
//!
//! While dragging, the pointer moves once a frame. What counts is the time in which the main thread runs
//! script, nested calls counted once, from one frame to the next, as Chromium's own trace has it.

#[path = "in_browser/workers.rs"]
mod workers;

use anyhow::{Context, Result, ensure};
use playground_core::consistent_hashing::{Algorithm, Experiment, HashKind};
use playground_e2e::{Look, Visitor};
use serde_json::Value;
use std::hint::black_box;
use std::time::{Duration, Instant};

const LAB: &str = "/labs/consistent-hashing";
const CHECK: &str = "/labs/two-phase-commit";
const FRAMES: usize = 240;
/// A lookup is timed over at least this long.
const TIMED: Duration = Duration::from_millis(50);
/// The events of the trace in which script runs.
const SCRIPT: [&str; 6] = [
    "EventDispatch",
    "FireAnimationFrame",
    "FunctionCall",
    "RunMicrotasks",
    "TimerFire",
    "v8.callFunction",
];

#[tokio::main]
async fn main() -> Result<()> {
    let visitor = Visitor::open_traced(LAB, Look::DESKTOP).await?;
    visitor.see("option[value=crowd]").await?;
    visitor
        .script(
            "const select = document.querySelector('option[value=crowd]').closest('select'); \
             select.value = 'crowd'; select.dispatchEvent(new Event('change', { bubbles: true })); scrollTo(0, 0)",
        )
        .await?;
    visitor.until("return document.querySelector('canvas').getAttribute('aria-label').includes('100000 points')").await?;
    let moved = drag(&visitor).await?;
    let mut times = frame_times(&visitor.trace().await?)?;
    ensure!(moved > 0, "no key moved while dragging");
    ensure!(times.len() >= FRAMES / 2, "only {} frames were seen", times.len());
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!(
        "frame script time dragging, 1,000 shards × 100 virtual nodes, 10,000 keys, {} frames: \
         median {:.2} ms, p95 {:.2} ms, worst {:.2} ms (goal: median under 8 ms); {moved} keys moved",
        times.len(),
        at(50),
        at(95),
        at(100)
    );
    compare(&visitor).await?;
    visitor.leave().await?;
    check_every_run().await?;
    workers::count_primes().await?;
    workers::send_items().await
}

/// Has the page visit every run of a two-phase commit, in its worker, and looks at its frames meanwhile.
async fn check_every_run() -> Result<()> {
    let visitor = Visitor::open(CHECK, Look::DESKTOP).await?;
    visitor.see(".two-phase-commit-check").await?;
    for (participants, participant_crashes, coordinator_crashes) in [(3, 1, 2), (3, 3, 3)] {
        // The sliders count their steps from 0; that of the participants begins with 2.
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             const panel = document.querySelector('.two-phase-commit-check'); \
             const set = (name, step) => {{ const it = panel.querySelector(`input[aria-label='${{name}}']`); \
               it.value = step; it.dispatchEvent(new Event('input', {{ bubbles: true }})); }}; \
             set('Participants', {}); \
             setTimeout(() => {{ set('Participant crashes, each', {participant_crashes}); \
             setTimeout(() => {{ set('Coordinator crashes', {coordinator_crashes}); \
             setTimeout(() => {{ \
               [...panel.querySelectorAll('button')].find(it => it.textContent === 'Check every run').click(); \
               const begun = performance.now(); const times = []; let last = begun; \
               const status = panel.querySelector('[role=status]'); \
               const look = now => {{ times.push(now - last); last = now; \
                 if (status.textContent.startsWith('Done')) \
                   done({{ ms: performance.now() - begun, times: times.slice(1), \
                     distinct: panel.querySelector('[data-check=distinct]').textContent, \
                     took: panel.querySelector('[data-check=took]').textContent }}); \
                 else requestAnimationFrame(look); }}; \
               requestAnimationFrame(look); }}, 200); }}, 200); }}, 200);",
            participants - 2
        );
        let seen = visitor.client.execute_async(&script, Vec::new()).await?;
        let mut frames: Vec<f64> = serde_json::from_value(seen["times"].clone())?;
        ensure!(!frames.is_empty(), "no frame was drawn while the search ran");
        frames.sort_by(f64::total_cmp);
        let at = |part: usize| frames[(frames.len() * part / 100).min(frames.len() - 1)];
        println!(
            "every run of {participants} participants with {participant_crashes} crashes each and {coordinator_crashes} \
             of the coordinator: {} states, searched in {} ({:.0} ms with the worker's start and the page's answer); \
             {} frames meanwhile: median {:.1} ms, p95 {:.1} ms, longest {:.1} ms",
            seen["distinct"].as_str().context("no number of states")?,
            seen["took"].as_str().context("no time")?,
            seen["ms"].as_f64().context("no time")?,
            frames.len(),
            at(50),
            at(95),
            at(100)
        );
    }
    visitor.leave().await
}

/// Lets the page compare all algorithms, does the same natively, and prints both.
async fn compare(visitor: &Visitor) -> Result<()> {
    visitor.press("Compare them here").await?;
    visitor
        .until("return document.querySelector('.consistent-hashing-comparison [role=status]').textContent.startsWith('Done')")
        .await?;
    let script = "return [...document.querySelectorAll('.consistent-hashing-comparison tbody tr')]\
        .map(row => [row.cells[0].textContent, parseFloat(row.cells[row.cells.length - 1].textContent)])";
    let in_wasm: Vec<(String, f64)> = serde_json::from_value(visitor.script(script).await?)?;
    println!("a lookup, 1,000 shards, XXH64: wasm, native, wasm / native");
    for (algorithm, (name, wasm_ns)) in Algorithm::ALL.into_iter().zip(in_wasm) {
        ensure!(
            algorithm.name() == name,
            "the page has {name} where {} should be",
            algorithm.name()
        );
        let native_ns = lookup_ns(algorithm)?;
        println!("{name:<16} {wasm_ns:>8.1} ns {native_ns:>8.1} ns {:>6.2}", wasm_ns / native_ns);
    }
    Ok(())
}

/// How long a lookup takes natively, measured as the page does.
fn lookup_ns(algorithm: Algorithm) -> Result<f64> {
    let experiment = Experiment { hash: HashKind::XxHash64, ..Experiment::reference(1) };
    let mut placement = algorithm.placement(&experiment)?;
    for number in 0..experiment.shards {
        placement.add(&format!("shard-{number}"), 1)?;
    }
    let keys: Vec<String> = (0..1_000).map(|number| format!("key-{number}")).collect();
    let begun = Instant::now();
    let mut lookups = 0_u32;
    while begun.elapsed() < TIMED {
        for key in &keys {
            black_box(placement.owner(black_box(key.as_bytes())))?;
        }
        lookups += keys.len() as u32;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e9 / f64::from(lookups))
}

/// Moves a pointer along the ring, once a frame, and tells how many keys have moved.
async fn drag(visitor: &Visitor) -> Result<u64> {
    let script = format!(
        "const done = arguments[arguments.length - 1]; \
         const svg = document.querySelector('.consistent-hashing-lead .consistent-hashing-handles'); \
         const box = svg.getBoundingClientRect(); const radius = box.width * 152 / 400; \
         const send = (kind, step) => {{ const angle = step / 400; \
           svg.dispatchEvent(new PointerEvent(kind, {{ bubbles: true, pointerId: 1, buttons: 1, \
             clientX: box.x + box.width / 2 + radius * Math.sin(angle), \
             clientY: box.y + box.height / 2 - radius * Math.cos(angle) }})); }}; \
         send('pointerdown', 0); let step = 0; \
         const next = () => {{ step += 1; console.timeStamp('frame'); send('pointermove', step); \
           if (step < {FRAMES}) requestAnimationFrame(next); else {{ send('pointerup', step); \
             console.timeStamp('frame'); \
             done(Number(document.querySelector('[data-count=ring]').textContent)); }} }}; \
         requestAnimationFrame(next);"
    );
    let moved = visitor.client.execute_async(&script, Vec::new()).await?;
    moved.as_u64().context("the counter says no number")
}

/// The script time of each frame, in milliseconds.
fn frame_times(trace: &[Value]) -> Result<Vec<f64>> {
    let mut spans: Vec<(f64, f64)> = Vec::new();
    let mut frames: Vec<f64> = Vec::new();
    let thread = trace
        .iter()
        .find(|event| event["name"] == "FireAnimationFrame")
        .map(|event| (event["pid"].clone(), event["tid"].clone()))
        .context("the trace holds no animation frame")?;
    for event in trace {
        let name = event["name"].as_str().unwrap_or_default();
        let is_ours = (&event["pid"], &event["tid"]) == (&thread.0, &thread.1);
        let (Some(start), true) = (event["ts"].as_f64(), is_ours) else { continue };
        if SCRIPT.contains(&name)
            && let Some(duration) = event["dur"].as_f64()
        {
            spans.push((start, start + duration));
        }
        if event["args"]["data"]["message"] == "frame" {
            frames.push(start);
        }
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    frames.sort_by(f64::total_cmp);
    let time_in = |from: f64, to: f64| {
        let mut covered_to = from;
        let mut total = 0.0;
        for (start, end) in &spans {
            let (start, end) = (start.max(covered_to), end.min(to));
            if end > start {
                total += end - start;
                covered_to = end;
            }
        }
        total / 1e3
    };
    Ok(frames.windows(2).map(|pair| time_in(pair[0], pair[1])).collect())
}

//! The evidence: the reference experiment and all algorithms on it, done in the page.

use crate::components::{Badge, BarChart, BarTone, Bars, DataTable, Provenance, Row};
use gloo::timers::future::TimeoutFuture;
use playground_core::consistent_hashing::experiment::Load;
use playground_core::consistent_hashing::{Algorithm, Experiment, HashKind, Outcome, Placement};
use std::hint::black_box;
use std::rc::Rc;
use yew::prelude::*;

/// What another implementation of this experiment reports for its choice of 50: keys moved when they
/// leave and when others join, in percent.
const REPORTED: (f64, f64) = (4.95, 4.55);
/// A lookup is timed over at least this long: browsers round their clocks.
const TIMED_MS: f64 = 20.0;
/// How many bars a histogram has at most.
const BARS: usize = 24;

/// The ring's outcome, modulo's, and how long the ring took.
#[derive(Clone, PartialEq)]
struct Reference {
    ring: Outcome,
    modulo: Outcome,
    took_ms: f64,
}

/// The section.
#[component]
pub fn Evidence() -> Html {
    let seed = use_state(|| 1u64);
    let reference = use_memo(*seed, |seed| run(*seed));
    let on_again = {
        let seed = seed.clone();
        Callback::from(move |_: MouseEvent| seed.set(*seed + 1))
    };
    html! {
        <section class="consistent-hashing-evidence" aria-labelledby="evidence">
            <div class="prose">
                <h2 id="evidence">{ "The evidence" }</h2>
                <p>{ "The classical experiment: 1,000 shards with 3 virtual nodes each, placed by MD5, hold 10,000 keys. \
                      50 shards leave, chosen at random, and 50 others join. The least that can move is what the 50 \
                      hold, about 5 %." }</p>
            </div>
            if let Some(reference) = &*reference {
                <ReferenceView reference={reference.clone()} seed={*seed} {on_again} />
            }
            <Comparison />
        </section>
    }
}

fn run(seed: u64) -> Option<Reference> {
    let begun_ms = now_ms();
    let experiment = Experiment::reference(seed);
    let keys = experiment.keys();
    let ring = experiment.run_on(Algorithm::Ring, &keys).ok()?;
    let took_ms = now_ms() - begun_ms;
    let modulo = experiment.run_on(Algorithm::Modulo, &keys).ok()?;
    Some(Reference { ring, modulo, took_ms })
}

fn now_ms() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |clock| clock.now())
}

#[derive(Properties, PartialEq)]
struct ReferenceProps {
    reference: Reference,
    seed: u64,
    on_again: Callback<MouseEvent>,
}

#[component]
fn ReferenceView(props: &ReferenceProps) -> Html {
    let Reference { ring, modulo, took_ms } = &props.reference;
    let (reported_removal, reported_addition) = REPORTED;
    let rows = [
        ("50 leave", &ring.removal, &modulo.removal, reported_removal),
        ("50 join", &ring.addition, &modulo.addition, reported_addition),
    ];
    let rows = rows.map(|(name, ring, modulo, reported)| {
        let cells = [
            name.to_owned(),
            percent(ring.moved_percent),
            percent(ring.necessary_percent),
            percent(reported),
            percent(modulo.moved_percent),
        ];
        Row {
            key: name.into(),
            cells: cells.into_iter().map(AttrValue::from).collect(),
            is_selected: false,
        }
    });
    let columns = [
        "Change",
        "Ring: keys moved",
        "The least possible",
        "Another implementation",
        "Modulo: keys moved",
    ];
    let loads = [
        ("At the start", &ring.load, &modulo.load),
        ("After 50 have left", &ring.removal.load, &modulo.removal.load),
        ("After 50 have joined", &ring.addition.load, &modulo.addition.load),
    ];
    let most =
        loads.iter().map(|(_, ring, modulo)| ring.max.max(modulo.max)).max().unwrap_or(0) as usize;
    html! {
        <>
            <DataTable caption="The reference experiment" columns={columns.map(AttrValue::from).to_vec()}
                rows={rows.to_vec()} />
            <div class="toolbar">
                <button onclick={props.on_again.clone()}>{ "Choose another 50" }</button>
                <span class="consistent-hashing-totals" role="status">
                    { format!("Choice {}, done in {took_ms:.1} ms ", props.seed) }
                    <Badge provenance={Provenance::Measured} />
                </span>
            </div>
            <div class="consistent-hashing-histograms">
                { for loads.into_iter().map(|(title, ring, modulo)| histogram(title, most, ring, modulo)) }
            </div>
        </>
    }
}

/// Shards by load, the ring's beside modulo's, up to the greatest load of all histograms beside it, so
/// that all of them have the same bars.
fn histogram(title: &str, most: usize, ring: &Load, modulo: &Load) -> Html {
    let width = (most + 1).div_ceil(BARS).max(1);
    let bars = (most + 1).div_ceil(width);
    let counts = |load: &Load| {
        let mut counts = vec![0.0; bars];
        for bin in &load.histogram {
            counts[bin.from as usize / width] += f64::from(bin.shards);
        }
        counts
    };
    let categories: Vec<AttrValue> =
        (0..bars).map(|bar| (bar * width).to_string().into()).collect();
    let series = vec![
        Bars { label: "Ring".into(), values: counts(ring), tone: BarTone::Ours },
        Bars { label: "Modulo".into(), values: counts(modulo), tone: BarTone::Peer },
    ];
    html! {
        <div>
            <BarChart title={title.to_owned()} {categories} {series} y_label="shards by keys held" />
            <p class="consistent-hashing-totals">
                { format!("Ring: {:.1} ± {:.1} keys, the busiest {}; modulo: ± {:.1}, the busiest {}.",
                    ring.mean, ring.standard_deviation, ring.max, modulo.standard_deviation, modulo.max) }
            </p>
        </div>
    }
}

/// One algorithm on the reference experiment.
#[derive(Clone, PartialEq)]
struct Compared {
    outcome: Outcome,
    lookup_ns: f64,
}

/// All algorithms, one after the other, so that the page stays responsive.
#[component]
fn Comparison() -> Html {
    let compared = use_state(Vec::<Compared>::new);
    let is_running = use_state(|| false);
    let onclick = {
        let (compared, is_running) = (compared.setter(), is_running.clone());
        Callback::from(move |_: MouseEvent| {
            is_running.set(true);
            let (compared, is_running) = (compared.clone(), is_running.setter());
            wasm_bindgen_futures::spawn_local(async move {
                let mut done = Vec::new();
                for algorithm in Algorithm::ALL {
                    // A pause in which the page is drawn.
                    TimeoutFuture::new(20).await;
                    done.extend(compare(algorithm));
                    compared.set(done.clone());
                }
                is_running.set(false);
            });
        })
    };
    let rows = compared.iter().map(|it| {
        let outcome = &it.outcome;
        let cells = [
            outcome.algorithm.name().to_owned(),
            percent(outcome.removal.moved_percent),
            percent(outcome.addition.moved_percent),
            format!("{:.2}", outcome.load.max_over_mean),
            format!("{:.0} %", outcome.load.standard_deviation / outcome.load.mean * 100.0),
            format!("{:.1} KB", outcome.table_bytes as f64 / 1_000.0),
            format!("{:.0} ns", it.lookup_ns),
        ];
        Row {
            key: outcome.algorithm.name().into(),
            cells: cells.into_iter().map(AttrValue::from).collect(),
            is_selected: false,
        }
    });
    let columns = [
        "Algorithm",
        "Moved, 50 leave",
        "Moved, 50 join",
        "Busiest / mean",
        "σ / mean",
        "Tables",
        "A lookup",
    ];
    html! {
        <div class="consistent-hashing-comparison">
            <div class="prose">
                <h3>{ "Every algorithm on the same keys" }</h3>
                <p>{ "The lookup is timed with XXH64, so that it is the algorithm that is compared and not MD5. Jump hash \
                      can only let its last shards go, so it does." }</p>
            </div>
            <div class="toolbar">
                <button {onclick} disabled={*is_running}>{ "Compare them here" }</button>
                <span class="consistent-hashing-totals" role="status">
                    if *is_running {
                        { format!("{} of {} …", compared.len(), Algorithm::ALL.len()) }
                    } else if !compared.is_empty() {
                        { "Done " }<Badge provenance={Provenance::Measured} />
                    }
                </span>
            </div>
            if !compared.is_empty() {
                <DataTable caption="All algorithms" columns={columns.map(AttrValue::from).to_vec()}
                    rows={rows.collect::<Vec<_>>()} />
                <ComparisonCharts compared={Rc::new((*compared).clone())} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ChartsProps {
    compared: Rc<Vec<Compared>>,
}

#[component]
fn ComparisonCharts(props: &ChartsProps) -> Html {
    let compared = &props.compared;
    let categories: Vec<AttrValue> =
        compared.iter().map(|it| it.outcome.algorithm.name().into()).collect();
    let bars = |label: &'static str, tone, value: fn(&Compared) -> f64| Bars {
        label: label.into(),
        values: compared.iter().map(value).collect(),
        tone,
    };
    let chart = |title: &'static str, y_label: &'static str, series| {
        html! { <BarChart {title} categories={categories.clone()} {series} {y_label} /> }
    };
    html! {
        <div class="consistent-hashing-histograms">
            { chart("Movement", "% of the keys", vec![
                bars("50 leave", BarTone::Ours, |it| it.outcome.removal.moved_percent),
                bars("50 join", BarTone::Peer, |it| it.outcome.addition.moved_percent),
            ]) }
            { chart("Balance", "busiest shard over the mean", vec![
                bars("Busiest / mean", BarTone::Ours, |it| it.outcome.load.max_over_mean),
            ]) }
            { chart("Memory", "KB of tables", vec![
                bars("Tables", BarTone::Ours, |it| it.outcome.table_bytes as f64 / 1_000.0),
            ]) }
            { chart("Speed", "ns a lookup", vec![
                bars("A lookup", BarTone::Ours, |it| it.lookup_ns),
            ]) }
        </div>
    }
}

fn compare(algorithm: Algorithm) -> Option<Compared> {
    let experiment = Experiment::reference(1);
    let outcome = experiment.run(algorithm).ok()?;
    let timed = Experiment { hash: HashKind::XxHash64, ..experiment };
    let mut placement = algorithm.placement(&timed).ok()?;
    for number in 0..experiment.shards {
        placement.add(&format!("shard-{number}"), 1).ok()?;
    }
    let keys: Vec<String> = (0..1_000).map(|number| format!("key-{number}")).collect();
    // The first round is for the browser's compiler, which optimises what runs often.
    let _warm_up = lookup_ns(placement.as_ref(), &keys);
    Some(Compared { outcome, lookup_ns: lookup_ns(placement.as_ref(), &keys) })
}

/// How long a lookup takes, measured.
fn lookup_ns(placement: &dyn Placement, keys: &[String]) -> f64 {
    let begun_ms = now_ms();
    let mut lookups = 0u32;
    while now_ms() - begun_ms < TIMED_MS {
        for key in keys {
            // Whatever comes of it is of no use here, yet must be worked out.
            let _ = black_box(placement.owner(black_box(key.as_bytes())));
        }
        lookups += keys.len() as u32;
    }
    (now_ms() - begun_ms) * 1e6 / f64::from(lookups.max(1))
}

fn percent(value: f64) -> String {
    format!("{value:.2} %")
}

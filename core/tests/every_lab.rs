//! What every lab must keep, natively and in wasm: the same run gives the same transcript, a rewind
//! shows what a replay shows, a run survives a link, and the invariants hold whatever the seed.
//!
//! A new lab is one line below.

use playground_core::sim::{Named, Rng, Run, Simulation, Time, Timeline, replay};
use playground_core::{
    blocking_queue, cdn, chat, consistent_hashing, multi_threading, two_phase_commit, unique_id,
    websocket,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Seeds for each run, and moments to travel to in it.
const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 50 } else { 1_000 };
const MOMENTS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 100 };

/// Fewer times for a run whose state is large, at least thrice: what is checked is the same.
fn times<S: Simulation>(most: u64, run: &Run<S>) -> u64 {
    let footprint = S::new(&run.scenario, Rng::new(run.seed)).footprint_bytes() as u64;
    (most * 32_768 / footprint.max(1)).clamp(3, most)
}

/// Tests all runs of a lab, each up to the time at which everything in it has happened.
macro_rules! labs {
    ($($lab:ident: $runs:expr;)*) => {$(
        #[cfg(not(target_arch = "wasm32"))]
        #[test]
        fn $lab() {
            let runs = $runs;
            check_lab(stringify!($lab), &runs);
            runs.iter().for_each(check_run);
        }

        #[cfg(target_arch = "wasm32")]
        #[test]
        async fn $lab() {
            let runs = $runs;
            check_lab(stringify!($lab), &runs);
            for run in &runs {
                check_run(run);
                // A browser whose page does not answer for half a minute is given up.
                gloo::timers::future::TimeoutFuture::new(0).await;
            }
        }
    )*};
}

labs! {
    multi_threading: multi_threading::scenarios::all();
    blocking_queue: blocking_queue::scenarios::all();
    websocket: websocket::scenarios::all();
    chat: chat::scenarios::all();
    two_phase_commit: two_phase_commit::scenarios::all();
    unique_id: unique_id::scenarios::all();
    unique_id_shelf: unique_id::shelf::scenarios::all();
    consistent_hashing: consistent_hashing::scenarios::all();
    cdn: cdn::scenarios::all();
}

fn check_lab<S: Simulation>(name: &str, runs: &[Named<S>]) {
    assert_eq!(S::NAME, name, "a lab has the same name in every layer");
    assert!(!runs.is_empty(), "a lab has something to show");
    assert!(!S::invariants().is_empty(), "a lab has something to keep");
}

fn check_run<S: Simulation>(Named { run, until, .. }: &Named<S>) {
    assert!(*until > Time::ZERO);
    let last = run.actions.last().map_or(Time::ZERO, |(at, _)| *at);
    assert!(last <= *until, "everything that is done is done in time");
    same_run_same_transcript(run, *until);
    rewind_is_replay(run, *until);
    acting_live_is_replay(run, *until);
    survives_a_link(run);
    invariants_hold(run, *until);
}

fn same_run_same_transcript<S: Simulation>(run: &Run<S>, until: Time) {
    let [first, second] = [0, 1].map(|_| replay(run, until, u64::MAX));
    assert!(!first.events.is_empty(), "something happens");
    assert_eq!(first.events, second.events);
    assert_eq!(first.state.frame(until), second.state.frame(until));
    assert_eq!(first.to_string(), second.to_string());
    assert!(first.events.is_sorted_by_key(|(at, _)| *at));
}

fn rewind_is_replay<S: Simulation>(run: &Run<S>, until: Time) {
    let mut rng = Rng::new(run.seed);
    let mut timeline = Timeline::new(run.clone());
    timeline.advance(until);
    for _ in 0..times(MOMENTS, run) {
        let time = Time(rng.below(until.0 + 1));
        timeline.seek(time);
        let replayed = replay(run, time, u64::MAX);
        assert_eq!(timeline.frame(), replayed.state.frame(time), "at {time}");
        assert_eq!(timeline.moment().position, replayed.steps, "at {time}");
        if timeline.step_back() {
            let moment = timeline.moment();
            let replayed = replay(run, Time(u64::MAX), moment.position);
            assert_eq!(timeline.frame(), replayed.state.frame(moment.time), "at {moment:?}");
        }
    }
    timeline.seek(until);
    let events = timeline.past().flat_map(|past| past.events.clone());
    let replayed = replay(run, until, u64::MAX);
    assert!(events.eq(replayed.events.into_iter().map(|(_, event)| event)));
}

/// Does live, one after the other, what the run says: the run that comes of it is the same.
fn acting_live_is_replay<S: Simulation>(run: &Run<S>, until: Time) {
    let mut live = Timeline::new(Run { actions: Vec::new(), ..run.clone() });
    for (at, action) in &run.actions {
        live.advance(*at);
        live.act(action.clone());
    }
    live.advance(until);
    assert_eq!(live.run(), run);
    assert!(live.branches().is_empty());
    let mut replayed = Timeline::new(run.clone());
    replayed.advance(until);
    assert_eq!(live.frame(), replayed.frame());
    assert_eq!(live.moment(), replayed.moment());
}

fn survives_a_link<S: Simulation>(run: &Run<S>) {
    let json = serde_json::to_value(run).expect("a run is plain data");
    let back: Run<S> = serde_json::from_value(json.clone()).expect("what was written can be read");
    assert_eq!(&back, run);
    assert_eq!(serde_json::to_value(&back).ok(), Some(json.clone()));
    // A misspelt setting must not pass for the default.
    let mut misspelt = json.clone();
    misspelt["scenario"]["no_such_setting"] = 1.into();
    assert!(serde_json::from_value::<Run<S>>(misspelt).is_err());
    for index in 0..run.actions.len() {
        let mut unknown = json.clone();
        unknown["actions"][index][1] = serde_json::json!({ "no_such_action": {} });
        assert!(serde_json::from_value::<Run<S>>(unknown).is_err());
    }
}

fn invariants_hold<S: Simulation>(run: &Run<S>, until: Time) {
    for seed in 0..times(SEEDS, run) {
        let run = Run { seed, ..run.clone() };
        let transcript = replay(&run, until, u64::MAX);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
    }
}

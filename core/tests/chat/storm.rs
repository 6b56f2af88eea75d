//! Thousands of runs with everything that can go wrong at once: lost, doubled, delayed and overtaking
//! packets, cuts, tabs off the network, closed, reloaded and deaf, a server that dies between any two
//! outputs. Then the storm ends, and everybody must have everything.

use crate::weather::{SETTLED_MS, storm, weather};
use playground_core::chat::{Connection, LOBBY, Lab, Membership, Tick, Transport};
use playground_core::sim::{Rng, Simulation, Time, Timeline, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 30 } else { 300 };

#[derive(Debug, Default)]
pub struct Seen {
    pub stored: u64,
    retries: u64,
    doubles: u64,
    gaps: u64,
    crashes: u64,
}

/// Everybody is there, has everything, and nothing is left to be sent.
pub fn settles(seed: u64, transcript: &Transcript<Lab>, seen: &mut Seen) {
    let frame = transcript.state.frame(Time::from_ms(SETTLED_MS));
    assert!(frame.server.is_up, "seed {seed}");
    let lobby = frame.server.rooms.iter().find(|it| &*it.name == LOBBY).expect("a lobby");
    let head = lobby.messages.len() as u64;
    for session in &frame.server.sessions {
        assert!(session.is_alive, "seed {seed}: {session:?} is a ghost");
    }
    for tab in &frame.tabs {
        let node = tab.node;
        assert_eq!(tab.connection, Connection::Up, "seed {seed}: {node}");
        let view = tab.threads.iter().find(|it| &*it.thread == LOBBY).expect("a lobby");
        assert_eq!(view.membership, Membership::Joined, "seed {seed}: {node}");
        assert_eq!(view.position.map(|it| it.seq), Some(head), "seed {seed}: {node}");
        for thread in &tab.threads {
            let channels = frame.server.rooms.iter().chain(&frame.server.inboxes);
            let channel = channels.clone().find(|it| it.name == thread.channel);
            let last = channel.map_or(0, |it| it.messages.len() as u64);
            let position = thread.position.map(|it| it.seq);
            assert_eq!(position, Some(last), "seed {seed}: {node} {}", thread.thread);
            for line in &thread.lines {
                let waits = matches!(line.tick, Some(Tick::Waiting | Tick::Sent));
                assert!(!waits, "seed {seed}: {node} {line:?}");
            }
        }
        let shown: Vec<u64> = view.lines.iter().filter_map(|it| it.seq).collect();
        assert_eq!(shown.last().copied().unwrap_or(0), head, "seed {seed}: {node}");
        let people: Vec<_> = frame.tabs.iter().map(|it| it.name.clone()).collect();
        assert!(view.people.iter().all(|it| people.contains(it)), "seed {seed}: {node}");
        assert_eq!(view.people.len(), view.count as usize, "seed {seed}: {node}");
        assert!(people.iter().all(|it| view.people.contains(it)), "seed {seed}: {node}");
    }
    seen.stored += head;
    seen.retries += frame.total.retries_known;
    seen.doubles += frame.total.doubles_dropped;
    seen.gaps += frame.total.gaps;
    seen.crashes += u64::from(frame.server.starts) - 1;
}

#[test]
fn whatever_happens_to_connections_everybody_has_everything_once_and_in_order() {
    let mut seen = Seen::default();
    for seed in 0..SEEDS {
        let transcript = weather(seed, Transport::Stream, None);
        assert_eq!(transcript.violations, [], "seed {seed}");
        settles(seed, &transcript, &mut seen);
    }
    // The storm is neither a calm nor the end of the world.
    assert!(seen.stored > SEEDS * 5 && seen.crashes > SEEDS / 2, "{seen:?}");
}

#[test]
fn whatever_happens_to_packets_everybody_has_everything_once_and_in_order() {
    let mut seen = Seen::default();
    for seed in 0..SEEDS {
        let transcript = weather(seed, Transport::Raw, None);
        assert_eq!(transcript.violations, [], "seed {seed}");
        settles(seed, &transcript, &mut seen);
    }
    let Seen { stored, retries, doubles, gaps, crashes } = seen;
    assert!(stored > SEEDS * 5 && crashes > SEEDS / 2, "{seen:?}");
    assert!(retries > SEEDS / 2 && doubles > SEEDS && gaps > SEEDS / 2, "{seen:?}");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_storm_finds_out_what_is_left_out() {
    use playground_core::chat::Without;
    for (without, transport, promise) in [
        (Without::SequenceNumbers, Transport::Raw, "messages are shown in order"),
        (Without::SequenceNumbers, Transport::Stream, "no message is shown twice"),
        (Without::Idempotency, Transport::Raw, "no message is stored twice"),
        (Without::Resume, Transport::Stream, "no message is missing between two that are shown"),
    ] {
        let breaks = |seed: &u64| {
            let transcript = weather(*seed, transport, Some(without));
            transcript.violations.iter().any(|it| it.invariant == promise)
        };
        assert!((0..200).any(|seed| breaks(&seed)), "{without:?}: {promise}");
    }
}

#[test]
fn a_storm_can_be_travelled() {
    for seed in 0..4 {
        let run = storm(seed, Transport::Stream, None);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(Time::from_ms(SETTLED_MS));
        let mut rng = Rng::new(seed);
        for _ in 0..5 {
            let at = Time(rng.below(SETTLED_MS * 1_000));
            timeline.seek(at);
            let replayed = replay(&run, at, u64::MAX).state.frame(at);
            assert!(timeline.frame() == replayed, "seed {seed} at {at}");
        }
    }
}

//! Whatever a reader does, and whenever: the lab's promises hold, and every moment can be drawn.

use playground_core::sim::{Rng, Run, Simulation, Span, Time, replay};
use playground_core::websocket::lab::{Action, Greeting, Lab, Mistake, Scenario};
use playground_core::websocket::{CloseCode, Role};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const RUNS: u64 = if cfg!(target_arch = "wasm32") { 100 } else { 1_000 };

fn role(rng: &mut Rng) -> Role {
    // Clients have more to say.
    if rng.below(4) == 0 { Role::Server } else { Role::Client }
}

fn text(rng: &mut Rng) -> String {
    "κόσμε wire ✓ ".chars().cycle().take(rng.below(60) as usize).collect()
}

/// One of everything that can be done; `calm` leaves out what breaks rules.
fn action(rng: &mut Rng, calm: bool) -> Action {
    let by = role(rng);
    match rng.below(if calm { 12 } else { 16 }) {
        0..=2 => Action::SendText { by, text: text(rng) },
        3 => Action::SendBinary { by, bytes: rng.below(3_000) as u32 },
        4 | 5 => {
            let pieces = 1 + rng.below(5) as u32;
            Action::SendPieces { by, text: text(rng), pieces, ping: rng.below(2) == 0 }
        }
        6 | 7 => Action::SendFragment { text: text(rng), fin: rng.below(3) == 0 },
        8 => Action::Ping { by },
        9 => {
            let code = CloseCode([1000, 1001, 1005, 4999, 999][rng.below(5) as usize]);
            Action::Close { by, code, reason: text(rng).chars().take(20).collect() }
        }
        10 => Action::Lose { chunk: rng.below(40) },
        11 if rng.below(3) == 0 => Action::Cut,
        11 => Action::Reconnect,
        12 => {
            let mistake = Mistake::ALL[rng.below(Mistake::ALL.len() as u64) as usize];
            Action::Misbehave { by, mistake }
        }
        13 => Action::SendBytes { by, bytes: (0..rng.below(20)).map(|it| it as u8).collect() },
        _ => Action::FlipBit { chunk: rng.below(40), bit: rng.below(200) as u32 },
    }
}

fn run(seed: u64) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let calm = seed.is_multiple_of(2);
    let scenario = Scenario {
        latency_ms: rng.below(900) as u32,
        chunk_bytes: 1 + rng.below(300) as u32,
        gap_ms: 1 + rng.below(80) as u32,
        limit_bytes: if rng.below(3) == 0 { 100 } else { 66_000 },
        greeting: if rng.below(8) == 0 { Greeting::StaleAnswer } else { Greeting::Proper },
    };
    let mut at = Time::ZERO;
    let actions = (0..40).map(|_| {
        at += Span::from_ms(rng.below(600));
        (at, action(&mut rng, calm))
    });
    Run { scenario, seed, actions: actions.collect() }
}

#[test]
fn nothing_that_a_reader_does_breaks_a_promise() {
    let (mut delivered, mut failed) = (0, 0);
    for seed in 0..RUNS {
        let run = run(seed);
        let transcript = replay(&run, Time(u64::MAX), u64::MAX);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
        let frame = transcript.state.frame(Time(u64::MAX));
        delivered += frame.client.delivered.len() + frame.server.delivered.len();
        failed += usize::from(frame.client.failed.is_some() || frame.server.failed.is_some());
        assert!(frame.in_flight.is_empty());
    }
    // The runs are worth something: much arrives, and some rules are broken.
    assert!(delivered as u64 > 5 * RUNS, "{delivered}");
    assert!(failed as u64 > RUNS / 10, "{failed}");
}

/// The numbers of segments in a picture are those that actions name, and their bits add up.
#[test]
fn every_moment_can_be_drawn() {
    for seed in 0..RUNS / 10 {
        let run = run(seed);
        for at in (0..12_000).step_by(1_111) {
            let now = Time::from_ms(at);
            let frame = replay(&run, now, u64::MAX).state.frame(now);
            for chunk in &frame.in_flight {
                let ends = chunk.fields.last().map_or(0, |field| field.bits.end);
                assert_eq!(ends, chunk.bytes.len() * 8, "seed {seed} at {now}");
                assert!((0.0..=1.0).contains(&chunk.progress));
                assert!(chunk.arrives_at >= now);
            }
            let whole = frame.ahead.iter().filter(|view| view.arrives_at.is_some());
            assert!(whole.into_iter().all(|view| view.piece.is_whole));
        }
    }
}

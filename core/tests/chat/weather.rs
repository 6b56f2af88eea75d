//! Runs in which everything that can go wrong goes wrong for a minute, and then nothing any more.

use playground_core::chat::{Action, LOBBY, Lab, Scenario, Transport, Without};
use playground_core::sim::{NodeId, Rng, Run, Time, Transcript, replay};

/// When the storm ends, and when everything must have settled.
const STORM_MS: u64 = 60_000;
pub const SETTLED_MS: u64 = STORM_MS + 120_000;

const NAMES: [&str; 3] = ["Ada", "Bob", "Cleo"];

fn tabs(rng: &mut Rng) -> Vec<String> {
    let more = rng.below(3);
    let mut tabs = vec!["Ada".to_owned(), "Bob".to_owned()];
    tabs.extend((0..more).map(|_| (*rng.pick(&NAMES).expect("names")).to_owned()));
    tabs
}

fn thread(rng: &mut Rng) -> String {
    match rng.below(6) {
        0..=3 => LOBBY.to_owned(),
        4 => "kitchen".to_owned(),
        _ => format!("@{}", rng.pick(&NAMES).expect("names")),
    }
}

fn network(rng: &mut Rng) -> Action {
    let mut percent = |most| rng.below(most) as u32;
    Action::SetNetwork { loss: percent(15), duplication: percent(30), reordering: percent(30) }
}

fn misfortune(rng: &mut Rng, tab: NodeId) -> Action {
    match rng.below(14) {
        0 | 1 => Action::Cut { tab },
        2 => Action::Offline { tab, ms: rng.below(20_000) as u32 },
        3 => Action::Online { tab },
        4 => Action::Reload { tab },
        5 => Action::Close { tab },
        6 => Action::Open { tab },
        7 => Action::SetReading { tab, reads: rng.below(2) == 0 },
        8 => Action::Crash { after_outputs: rng.below(12) as u32 },
        9 | 10 => Action::Restart,
        11 => Action::Drop { flight: rng.below(600) },
        12 => Action::Delay { flight: rng.below(600), ms: rng.below(9_000) as u32 },
        _ => network(rng),
    }
}

fn doing(rng: &mut Rng, tab: NodeId, number: u64) -> Action {
    match rng.below(12) {
        0..=7 => Action::Say { tab, thread: thread(rng), text: format!("text {number}") },
        8 => Action::Flood { tab, thread: LOBBY.into(), count: 1 + rng.below(6) as u32 },
        9 => Action::Join { tab, room: "kitchen".into() },
        10 => Action::Leave { tab, room: "kitchen".into() },
        _ => Action::Older { tab, thread: LOBBY.into() },
    }
}

/// A run in which everything may happen until the storm ends.
pub fn storm(seed: u64, transport: Transport, without: Option<Without>) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let tabs = tabs(&mut rng);
    let nodes = tabs.len() as u64;
    let longest = 20 + rng.below(900) as u32;
    let scenario = Scenario {
        tabs,
        transport,
        without,
        latency_ms: (1 + rng.below(u64::from(longest)) as u32, longest),
        force_ms: rng.below(500) as u32,
        queue: 16 + rng.below(30) as u32,
        // Without a window that holds everything, a late retry may be refused as too late; with a small
        // one, much is read from the disk.
        window: 1 + rng.below(60) as u32,
        page: 1 + rng.below(10) as u32,
    };
    let mut actions = vec![(Time::ZERO, network(&mut rng))];
    let mut at = 0;
    while at < STORM_MS {
        at += rng.below(1_600);
        let tab = NodeId(1 + rng.below(nodes) as u16);
        let action = match rng.below(2) {
            0 => doing(&mut rng, tab, at),
            _ => misfortune(&mut rng, tab),
        };
        actions.push((Time::from_ms(at), action));
    }
    let calm = Action::SetNetwork { loss: 0, duplication: 0, reordering: 0 };
    actions.push((Time::from_ms(at + 1), calm));
    // The server may be armed to die once more.
    for after_ms in [2, 12_000, 24_000, 36_000] {
        let at = Time::from_ms(at + after_ms);
        actions.push((at, Action::Restart));
        for tab in (1..=nodes as u16).map(NodeId) {
            actions.push((at, Action::Open { tab }));
            actions.push((at, Action::Online { tab }));
            actions.push((at, Action::SetReading { tab, reads: true }));
        }
    }
    Run { scenario, seed, actions }
}

/// What happens in it.
pub fn weather(seed: u64, transport: Transport, without: Option<Without>) -> Transcript<Lab> {
    replay(&storm(seed, transport, without), Time::from_ms(SETTLED_MS), u64::MAX)
}

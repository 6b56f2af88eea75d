//! Runs worth seeing: what the page opens with, and what the golden tests replay.

use super::Without;
use super::lab::{Action, LOBBY, Lab, Scenario};
use super::node::Transport;
use crate::sim::{self, NodeId};

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

const ADA: NodeId = NodeId(1);
const BOB: NodeId = NodeId(2);
const BOBS_PHONE: NodeId = NodeId(3);
const CLEO: NodeId = NodeId(4);

/// Those in which every promise is kept, the opening first.
pub fn all() -> Vec<Named> {
    vec![
        opening(),
        message(),
        private(),
        lost_ack(),
        retry(),
        offline(),
        server_dies(),
        slow_consumer(),
        reload(),
        flood(),
        long_absence(),
        ghost(),
        gap(),
        doubles(),
        storm(),
    ]
}

/// Those in which a promise is broken: one for each part that can be left out, and a lying disk.
pub fn broken() -> Vec<Named> {
    vec![without_sequence_numbers(), without_idempotency(), without_resume(), lying_disk()]
}

/// The run that shows what a part is for.
pub fn of_without(without: Without) -> Named {
    match without {
        Without::SequenceNumbers => without_sequence_numbers(),
        Without::Idempotency => without_idempotency(),
        Without::Resume => without_resume(),
    }
}

fn say(tab: NodeId, text: &str) -> Action {
    Action::Say { tab, thread: LOBBY.into(), text: text.into() }
}

fn tell(tab: NodeId, whom: &str, text: &str) -> Action {
    Action::Say { tab, thread: format!("@{whom}"), text: text.into() }
}

fn named(
    name: &'static str,
    title: &'static str,
    scenario: Scenario,
    actions: &[(u64, Action)],
    until_ms: u64,
) -> Named {
    Named::new(name, title, scenario, actions, until_ms)
}

fn raw() -> Scenario {
    Scenario { transport: Transport::Raw, ..Scenario::default() }
}

/// A conversation, a private word, and a connection that breaks in the middle of a sentence.
pub fn opening() -> Named {
    let actions = [
        (3_000, Action::Type { tab: ADA, thread: LOBBY.into(), text: "Any".into() }),
        (3_600, say(ADA, "Anyone hungry?")),
        (5_600, say(BOB, "Always.")),
        (7_600, tell(ADA, "Bob", "Don't tell Cleo: it's her birthday.")),
        (9_800, say(ADA, "Pizza at seven?")),
        (10_500, Action::Cut { tab: ADA }),
        (14_500, say(CLEO, "I'm in!")),
    ];
    named(
        "opening",
        "Four tabs, and a connection that breaks",
        Scenario::default(),
        &actions,
        18_000,
    )
}

/// The way of one message.
pub fn message() -> Named {
    let actions = [(3_000, say(ADA, "Hello, everybody!"))];
    named("message", "One message, four screens, four ticks", Scenario::default(), &actions, 7_000)
}

/// Private messages reach all tabs of both, and nobody else.
pub fn private() -> Named {
    let actions = [
        (3_000, tell(ADA, "Bob", "Psst.")),
        (5_200, tell(BOBS_PHONE, "Ada", "Yes?")),
        (7_200, tell(ADA, "Bob", "Nothing.")),
    ];
    named(
        "private",
        "A private word reaches two of Bob's tabs",
        Scenario::default(),
        &actions,
        10_500,
    )
}

/// The message is stored, and the acknowledgement is lost with the connection: what Ada resumes from
/// shows her that it is there.
pub fn lost_ack() -> Named {
    let actions = [(3_000, say(ADA, "Only once, please.")), (3_700, Action::Cut { tab: ADA })];
    named("lost-ack", "The acknowledgement is lost", Scenario::default(), &actions, 9_000)
}

/// Packets as they come: everything that the server says about a message is lost, the tab sends it once
/// more, and the server knows it.
pub fn retry() -> Named {
    named("retry", "Sent twice, stored once", raw(), &deaf(), 22_000)
}

/// For a moment, nothing that is sent arrives: the fan-out of a message, and its acknowledgement.
fn deaf() -> [(u64, Action); 3] {
    let loses = |loss| Action::SetNetwork { loss, duplication: 0, reordering: 0 };
    [(3_000, say(ADA, "Only once, please.")), (3_200, loses(100)), (4_000, loses(0))]
}

/// Cleo is away for ten seconds and misses nothing.
pub fn offline() -> Named {
    let actions = [
        (3_000, say(ADA, "One.")),
        (4_500, Action::Offline { tab: CLEO, ms: 10_000 }),
        (5_000, say(ADA, "Two.")),
        (6_500, say(CLEO, "Typed in the tunnel.")),
        (7_000, say(BOB, "Three.")),
        (9_000, say(ADA, "Four.")),
    ];
    named("offline", "Ten seconds in a tunnel", Scenario::default(), &actions, 20_000)
}

/// The server dies between writing a message down and telling anybody.
pub fn server_dies() -> Named {
    let actions = [
        (3_000, say(ADA, "Before.")),
        (4_900, Action::Crash { after_outputs: 1 }),
        (5_000, say(ADA, "Written down, and told to nobody.")),
        (8_500, Action::Restart),
        (9_500, say(BOB, "After.")),
    ];
    named("server-dies", "The server dies after a write", Scenario::default(), &actions, 18_000)
}

/// Bob's phone does not read: it is cut, comes back, is told why, and has everything.
pub fn slow_consumer() -> Named {
    let scenario = Scenario { queue: 6, ..Scenario::default() };
    let actions = [
        (3_000, Action::SetReading { tab: BOBS_PHONE, reads: false }),
        (3_500, Action::Flood { tab: ADA, thread: LOBBY.into(), count: 8 }),
        (16_000, Action::SetReading { tab: BOBS_PHONE, reads: true }),
    ];
    named("slow-consumer", "A phone that does not read", scenario, &actions, 23_000)
}

/// What was typed without a connection survives a reload.
pub fn reload() -> Named {
    let actions = [
        (3_000, Action::Offline { tab: ADA, ms: 0 }),
        (3_500, say(ADA, "Nobody hears this.")),
        (4_000, Action::Type { tab: ADA, thread: LOBBY.into(), text: "Half a sen".into() }),
        (5_000, Action::Reload { tab: ADA }),
        (7_000, Action::Online { tab: ADA }),
    ];
    named("reload", "Typed offline, reloaded, sent", Scenario::default(), &actions, 13_000)
}

/// Too much at once is refused for a while, and arrives in order.
pub fn flood() -> Named {
    let scenario = Scenario { latency_ms: (20, 40), force_ms: 10, ..Scenario::default() };
    let actions = [(1_000, Action::Flood { tab: BOB, thread: LOBBY.into(), count: 16 })];
    named("flood", "Sixteen messages at once", scenario, &actions, 9_000)
}

/// Who was away for long gets what was missed in parts, from the disk where memory has forgotten it.
pub fn long_absence() -> Named {
    let scenario = Scenario { window: 3, page: 4, ..Scenario::default() };
    let flood = |tab| Action::Flood { tab, thread: LOBBY.into(), count: 6 };
    let actions = [
        (3_000, say(ADA, "Take care!")),
        (4_500, Action::Offline { tab: CLEO, ms: 20_000 }),
        (5_000, flood(ADA)),
        (13_000, flood(BOB)),
    ];
    named("long-absence", "Back after a long time", scenario, &actions, 32_000)
}

/// Bob's only tab leaves the network without a word: the server finds out, and says so.
pub fn ghost() -> Named {
    let tabs = ["Ada", "Bob", "Cleo"].map(String::from).to_vec();
    let scenario = Scenario { tabs, ..Scenario::default() };
    let actions =
        [(3_000, Action::Offline { tab: BOB, ms: 0 }), (3_200, Action::Close { tab: BOB })];
    named("ghost", "Gone without a word", scenario, &actions, 27_000)
}

/// Packets as they come: one is lost, the gap is noticed and filled.
pub fn gap() -> Named {
    let actions = [
        (3_000, Action::SetNetwork { loss: 25, duplication: 0, reordering: 0 }),
        (3_100, say(ADA, "One.")),
        (5_600, say(BOB, "Two.")),
        (7_600, say(ADA, "Three.")),
        (8_600, Action::SetNetwork { loss: 0, duplication: 0, reordering: 0 }),
        (9_000, say(CLEO, "Four.")),
    ];
    named("gap", "A packet is lost, and missed", raw(), &actions, 26_000)
}

/// Packets as they come: twice, and in any order.
pub fn doubles() -> Named {
    let actions = [
        (3_000, Action::SetNetwork { loss: 0, duplication: 60, reordering: 40 }),
        (3_100, say(ADA, "One.")),
        (5_600, say(BOB, "Two.")),
        (7_600, say(ADA, "Three.")),
        (12_000, Action::SetNetwork { loss: 0, duplication: 0, reordering: 0 }),
    ];
    named("doubles", "Packets twice and out of order", raw(), &actions, 26_000)
}

/// A bad network under good connections, a crash, a reload, a cut.
pub fn storm() -> Named {
    let actions = [
        (3_000, Action::SetNetwork { loss: 8, duplication: 15, reordering: 15 }),
        (3_500, say(ADA, "It is windy.")),
        (5_000, say(BOB, "Very.")),
        (7_000, Action::Cut { tab: BOB }),
        (8_000, say(BOB, "Still there?")),
        (10_000, Action::Crash { after_outputs: 2 }),
        (11_000, say(CLEO, "Barely.")),
        (13_000, Action::Restart),
        (14_000, Action::Reload { tab: ADA }),
        (20_000, say(ADA, "Back.")),
        (30_000, Action::SetNetwork { loss: 0, duplication: 0, reordering: 0 }),
    ];
    named("storm", "Everything at once", Scenario::default(), &actions, 55_000)
}

/// Whoever takes messages as they come shows one twice, and in another order than others.
pub fn without_sequence_numbers() -> Named {
    let scenario = Scenario { without: Some(Without::SequenceNumbers), ..Scenario::default() };
    let actions =
        [(3_000, say(ADA, "One.")), (5_000, say(BOB, "Two.")), (6_500, Action::Cut { tab: CLEO })];
    named(
        "without-sequence-numbers",
        "Without sequence numbers: shown twice",
        scenario,
        &actions,
        11_000,
    )
}

/// The acknowledgement is lost, and the retry is stored once more.
pub fn without_idempotency() -> Named {
    let scenario = Scenario { without: Some(Without::Idempotency), ..raw() };
    named("without-idempotency", "Without idempotency: stored twice", scenario, &deaf(), 16_000)
}

/// Cleo comes back from the tunnel and does not know what was said meanwhile.
pub fn without_resume() -> Named {
    let scenario = Scenario { without: Some(Without::Resume), ..Scenario::default() };
    let actions = [
        (3_000, say(ADA, "One.")),
        (4_500, Action::Offline { tab: CLEO, ms: 4_000 }),
        (5_000, say(ADA, "Two.")),
        (12_500, say(BOB, "Three.")),
    ];
    named("without-resume", "Without resume: never shown", scenario, &actions, 16_000)
}

/// The disk confirms what it has not written: the epoch tells that the history is another one.
pub fn lying_disk() -> Named {
    let actions = [
        (0, Action::SetDisk { force_ms: 200, lies: true }),
        (3_000, say(ADA, "Carved in stone.")),
        (5_500, Action::Crash { after_outputs: 0 }),
        (7_000, Action::Restart),
        (11_000, say(BOB, "What did you say?")),
    ];
    named("lying-disk", "A disk that lies", Scenario::default(), &actions, 16_000)
}

//! Runs worth seeing: what the page opens with, and what the golden tests replay.

mod broken;

pub use broken::{all as broken, of_mistake};

use super::lab::{Action, ClockSetting, Lab, Node, Scenario, Traffic};
use super::snowflake::{ClockPolicy, FieldOrder, Layout, LayoutSpec};
use crate::sim;

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

/// The classical layout with a sequence of three bits: eight IDs a millisecond, to be counted on a wheel.
pub const EIGHT_A_MILLISECOND: Layout = {
    let spec = LayoutSpec {
        sequence_bits: 3,
        order: FieldOrder::WorkerFirst,
        ..*Layout::CLASSICAL.spec()
    };
    match Layout::new(spec) {
        Ok(layout) => layout,
        Err(_) => panic!("a layout that cannot be"),
    }
};

/// Those in which every promise is kept, the opening first.
pub fn all() -> Vec<Named> {
    vec![
        opening(),
        wheel(),
        same_millisecond(),
        full_millisecond(),
        step_back_waits(),
        step_back_refused(),
        step_back_borrowed(),
        set_back_over_a_restart(),
        given_back(),
        sleeper(),
        cut_off(),
        registry_dies(),
        all_taken(),
        skewed(),
        blog(),
        javascript(),
        end_of_the_epoch(),
        sandbox(),
    ]
}

fn ask(worker: u8, count: u16) -> Action {
    Action::Ask { worker, count }
}

fn crash(worker: u8) -> Action {
    Action::Crash { node: Node::Worker(worker) }
}

fn restart(worker: u8) -> Action {
    Action::Restart { node: Node::Worker(worker) }
}

fn step(worker: u8, by_ms: i32) -> Action {
    Action::StepClock { node: Node::Worker(worker), by_ms }
}

/// Three workers lease their numbers, and from then on nobody is asked before an ID is handed out.
pub fn opening() -> Named {
    let actions = [
        (2_200, ask(0, 1)),
        (2_700, ask(1, 1)),
        (3_200, ask(2, 1)),
        (4_500, ask(0, 3)),
        (4_530, ask(1, 3)),
        (6_000, ask(2, 40)),
        (7_000, ask(0, 1)),
    ];
    let title = "Three workers lease a number each; then nobody has to be asked";
    Named::new("opening", title, Scenario::default(), &actions, 9_000)
}

/// A millisecond of a second, in which messages take no time.
fn slowest(workers: u8) -> Scenario {
    Scenario {
        workers,
        running: workers,
        latency_ms: (0, 0),
        write_ms: 0,
        slow_motion: 1_000,
        ..Scenario::default()
    }
}

/// Eight IDs fit in a millisecond; the ninth has to wait for the next one.
pub fn wheel() -> Named {
    let scenario = Scenario { layout: EIGHT_A_MILLISECOND, ..slowest(1) };
    let actions = [(1_100, ask(0, 3)), (1_500, ask(0, 3)), (1_800, ask(0, 3)), (4_200, ask(0, 20))];
    let title = "Eight IDs a millisecond: the ninth waits, and the wheel starts anew";
    Named::new("wheel", title, scenario, &actions, 8_500)
}

/// Two workers hand out the same sequence in the same millisecond: the numbers keep their IDs apart.
pub fn same_millisecond() -> Named {
    let actions = [(1_200, ask(0, 4)), (1_400, ask(1, 4)), (2_100, ask(1, 2)), (2_600, ask(0, 2))];
    let title = "Two workers in one millisecond: the same time, the same sequence, another number";
    Named::new("same_millisecond", title, slowest(2), &actions, 4_500)
}

/// More than 4,096 IDs at once: two milliseconds and a bit.
pub fn full_millisecond() -> Named {
    let actions = [(1_300, ask(0, 10_000))];
    let title = "10,000 IDs at once: 4,096, 4,096, and the rest";
    Named::new("full_millisecond", title, slowest(1), &actions, 5_000)
}

fn stepped(policy: ClockPolicy, by_ms: i32) -> (Scenario, [(u64, Action); 5]) {
    let scenario = Scenario { workers: 2, running: 2, policy, ..Scenario::default() };
    let actions = [
        (2_000, ask(0, 2)),
        (2_500, step(0, by_ms)),
        (2_700, ask(0, 2)),
        (2_720, ask(1, 2)),
        (3_300, ask(0, 2)),
    ];
    (scenario, actions)
}

/// A clock steps back by 8 ms, and its worker waits.
pub fn step_back_waits() -> Named {
    let (scenario, actions) = stepped(ClockPolicy::Wait { at_most_ms: 10 }, -8);
    let title = "A clock steps back by 8 ms: the worker waits until it is there again";
    Named::new("step_back_waits", title, scenario, &actions, 5_000)
}

/// A clock steps back too far to be waited for.
pub fn step_back_refused() -> Named {
    let (scenario, actions) = stepped(ClockPolicy::Wait { at_most_ms: 10 }, -30);
    let actions: Vec<_> = actions.into_iter().chain([(6_200, ask(0, 2))]).collect();
    let title = "A clock steps back by 30 ms: too long to wait, so the worker refuses";
    Named::new("step_back_refused", title, scenario, &actions, 8_000)
}

/// A clock steps back, and its worker goes on ahead of it.
pub fn step_back_borrowed() -> Named {
    let (scenario, actions) = stepped(ClockPolicy::Borrow { at_most_ms: 50 }, -30);
    let title = "A clock steps back by 30 ms: the worker goes on, ahead of its clock";
    Named::new("step_back_borrowed", title, scenario, &actions, 5_000)
}

fn one_number(running: u8) -> Scenario {
    Scenario { workers: 2, running, numbers: 1, ..Scenario::default() }
}

/// A worker dies, its clock is set back, and it starts again.
pub fn set_back_over_a_restart() -> Named {
    let scenario = Scenario { workers: 1, running: 1, patience_ms: 300, ..one_number(1) };
    let actions = [
        (2_000, ask(0, 5)),
        (3_000, ask(0, 5)),
        (3_500, crash(0)),
        (3_600, step(0, -40)),
        (4_000, restart(0)),
        (4_200, ask(0, 5)),
    ];
    let title = "Set back over a restart: the high-water mark is remembered for the worker";
    Named::new("set_back_over_a_restart", title, scenario, &actions, 18_000)
}

/// A worker stops as it should: its number is free at once, and the next one begins after its last ID.
pub fn given_back() -> Named {
    let actions = [
        (2_000, ask(0, 5)),
        (3_000, Action::Stop { worker: 0 }),
        (4_000, restart(1)),
        (5_200, ask(1, 5)),
    ];
    let title = "A number given back is free at once, after the last ID made with it";
    Named::new("given_back", title, one_number(1), &actions, 7_000)
}

/// A worker sleeps through the end of its lease, and another one gets its number.
pub fn sleeper() -> Named {
    let actions = [
        (2_000, ask(0, 3)),
        (2_500, Action::Pause { worker: 0, ms: Some(120) }),
        (5_000, restart(1)),
        (10_000, ask(1, 3)),
        (13_000, ask(0, 3)),
        (14_400, ask(1, 3)),
        (14_500, ask(0, 3)),
    ];
    let title = "A worker sleeps through its lease: it wakes up, and must not go on";
    Named::new("sleeper", title, one_number(1), &actions, 18_000)
}

/// A worker is cut off: it goes on to the end of its window, and then stops.
pub fn cut_off() -> Named {
    let scenario = Scenario { workers: 2, running: 2, ..Scenario::default() };
    let actions = [
        (2_500, Action::Cut { worker: 0 }),
        (4_000, ask(0, 2)),
        (6_000, ask(0, 2)),
        (10_000, ask(0, 2)),
        (10_100, ask(1, 2)),
        (13_000, Action::Mend { worker: 0 }),
    ];
    let title = "Cut off from the registry: good until the window ends, then silence";
    Named::new("cut_off", title, scenario, &actions, 18_000)
}

/// The registry dies: those who have a lease go on, who starts has to wait.
pub fn registry_dies() -> Named {
    let scenario = Scenario { running: 2, ..Scenario::default() };
    let actions = [
        (2_500, Action::Crash { node: Node::Registry }),
        (3_000, restart(2)),
        (3_500, ask(0, 2)),
        (4_000, ask(1, 2)),
        (4_500, ask(2, 2)),
        (6_000, Action::Restart { node: Node::Registry }),
        (9_500, ask(0, 2)),
    ];
    let title = "The registry dies: whoever holds a lease does not notice for a while";
    Named::new("registry_dies", title, scenario, &actions, 13_000)
}

/// Three workers and two numbers.
pub fn all_taken() -> Named {
    let scenario = Scenario { running: 2, numbers: 2, ..Scenario::default() };
    let actions = [
        (2_000, restart(2)),
        (4_000, ask(2, 1)),
        (7_000, Action::Stop { worker: 0 }),
        (13_000, ask(2, 1)),
    ];
    let title = "Three workers, two numbers: the third is refused until one is free";
    Named::new("all_taken", title, scenario, &actions, 15_000)
}

/// Clocks that do not agree: IDs are unique all the same, and their order is that of the clocks.
pub fn skewed() -> Named {
    let clock = |offset_ms| ClockSetting { offset_ms, permille: 1_000 };
    let scenario = Scenario {
        workers: 4,
        running: 4,
        clocks: vec![clock(0), clock(15), clock(-15), clock(5_000)],
        ..Scenario::default()
    };
    let actions = [
        (2_000, ask(1, 1)),
        (2_500, ask(0, 1)),
        (3_000, ask(2, 1)),
        (3_500, ask(3, 1)),
        (4_500, ask(0, 1)),
        (8_000, step(3, -5_000)),
    ];
    let title = "Clocks that differ: no ID twice, but the order is only as good as the clocks";
    Named::new("skewed", title, scenario, &actions, 20_000)
}

/// Posts on four shards, by `user_id % 4`.
pub fn blog() -> Named {
    let scenario = Scenario { workers: 2, running: 2, shards: 4, ..Scenario::default() };
    let users = [1, 2, 6, 7, 4, 5, 11, 2];
    let posts =
        users.into_iter().zip(0..).map(|(user, n)| (2_000 + 700 * n, Action::Post { user }));
    let actions: Vec<_> = posts.collect();
    let title = "Posts on four shards: each on its user's, all in one order";
    Named::new("blog", title, scenario, &actions, 9_000)
}

/// From one millisecond to the next, IDs become larger than JavaScript's numbers can tell apart.
pub fn javascript() -> Named {
    let crossing = Layout::CLASSICAL.first_unsafe_unix_ms().unwrap_or(0);
    let scenario = Scenario { start_unix_ms: crossing - 25, ..slowish() };
    let actions = [(2_000, ask(0, 2)), (2_450, ask(0, 2)), (2_550, ask(0, 2)), (3_000, ask(0, 2))];
    let title = "795 days after the epoch, JavaScript's numbers end";
    Named::new("javascript", title, scenario, &actions, 5_000)
}

/// The last milliseconds of the format.
pub fn end_of_the_epoch() -> Named {
    let end = Layout::CLASSICAL.end_unix_ms();
    let scenario = Scenario { start_unix_ms: end - 25, ..slowish() };
    let actions = [(2_000, ask(0, 2)), (2_450, ask(0, 2)), (2_550, ask(0, 2))];
    let title = "The year 2092: after the last time stamp comes an error, not the first one";
    Named::new("end_of_the_epoch", title, scenario, &actions, 5_000)
}

fn slowish() -> Scenario {
    Scenario { workers: 1, running: 1, ..Scenario::default() }
}

/// Everything there is: four workers, clocks that go a little wrong, shards, and clients who ask by themselves.
pub fn sandbox() -> Named {
    let clock = |offset_ms, permille| ClockSetting { offset_ms, permille };
    let scenario = Scenario {
        workers: 4,
        running: 4,
        clocks: vec![clock(0, 1_000), clock(3, 1_005), clock(-4, 995), clock(0, 1_000)],
        shards: 4,
        traffic: Traffic { per_second: 2, count: 1 },
        ..Scenario::default()
    };
    let actions =
        [(6_000, step(1, -6)), (9_000, crash(2)), (12_000, restart(2)), (15_000, ask(0, 5_000))];
    Named::new("sandbox", "Everything at once", scenario, &actions, 25_000)
}

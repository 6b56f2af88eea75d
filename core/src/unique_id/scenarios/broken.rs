//! Runs in which a classical mistake is made, and a promise breaks.

use super::super::lab::{Action, Mistake, Node, Scenario};
use super::{EIGHT_A_MILLISECOND, Named, ask, one_number, restart, slowest, slowish, step};

/// One for each mistake.
pub fn all() -> Vec<Named> {
    Mistake::ALL.into_iter().map(of_mistake).collect()
}

/// The run that shows what a mistake breaks.
pub fn of_mistake(mistake: Mistake) -> Named {
    let mut named = match mistake {
        Mistake::OneNumber => number_configured_twice(),
        Mistake::SequenceRunsOn => sequence_runs_on(),
        Mistake::Seconds => seconds(),
        Mistake::WithoutMask => without_mask(),
        Mistake::ClockTrusted => clock_trusted(),
        Mistake::HighWaterForgotten => high_water_forgotten(),
        Mistake::LeaseNotLookedAt => lease_not_looked_at(),
        Mistake::NoFencing => no_fencing(),
        Mistake::AnswerBeforeWrite => answer_before_write(),
        Mistake::AutoIncrement => auto_increment(),
    };
    named.run.scenario.mistake = Some(mistake);
    named
}

fn number_configured_twice() -> Named {
    let actions = [(1_100, ask(0, 2)), (2_100, ask(1, 2)), (3_200, ask(0, 3)), (3_600, ask(1, 3))];
    let title = "Two workers with one number: in one millisecond they make the same IDs";
    Named::new("one_number", title, slowest(2), &actions, 5_000)
}

fn sequence_runs_on() -> Named {
    let scenario = Scenario { layout: EIGHT_A_MILLISECOND, ..slowest(1) };
    let actions = [(1_200, ask(0, 5)), (2_200, ask(0, 5))];
    let title = "A sequence that is not reset wraps in the midst of a millisecond: IDs fall";
    Named::new("sequence_runs_on", title, scenario, &actions, 4_000)
}

fn seconds() -> Named {
    let actions = [(1_200, ask(0, 2)), (2_200, ask(0, 2))];
    let title = "A time stamp in seconds: IDs of today say that they are of January 2023";
    Named::new("seconds", title, slowest(1), &actions, 4_000)
}

fn without_mask() -> Named {
    let scenario = Scenario { layout: EIGHT_A_MILLISECOND, ..slowest(2) };
    let actions = [(1_200, ask(1, 3)), (1_500, ask(0, 10))];
    let title = "A ninth ID without a mask runs into the number: worker 0 makes worker 1's IDs";
    Named::new("without_mask", title, scenario, &actions, 3_000)
}

fn clock_trusted() -> Named {
    // At 2,600 ms the clock shows once more the millisecond of the first IDs.
    let actions =
        [(2_000, ask(0, 2)), (2_200, ask(0, 2)), (2_500, step(0, -6)), (2_600, ask(0, 2))];
    let title = "A clock steps back and nobody looks: the same IDs once more";
    Named::new("clock_trusted", title, slowish(), &actions, 5_000)
}

fn high_water_forgotten() -> Named {
    let scenario = Scenario { workers: 1, running: 1, ..one_number(1) };
    let actions = [
        (2_000, ask(0, 5)),
        (3_000, Action::Stop { worker: 0 }),
        (4_000, step(0, -40)),
        (4_500, restart(0)),
        (6_000, ask(0, 5)),
    ];
    let title = "No high-water mark: a clock set back over a restart repeats IDs";
    Named::new("high_water_forgotten", title, scenario, &actions, 9_000)
}

fn lease_not_looked_at() -> Named {
    let actions = [
        (2_000, ask(0, 3)),
        (2_500, Action::Pause { worker: 0, ms: Some(120) }),
        (5_000, restart(1)),
        (13_000, ask(0, 3)),
        (14_510, ask(1, 3)),
    ];
    let title = "A worker wakes up and does not look at its lease: somebody else has its number";
    Named::new("lease_not_looked_at", title, one_number(1), &actions, 17_000)
}

fn no_fencing() -> Named {
    let actions = [
        (2_000, ask(0, 3)),
        (2_500, Action::Pause { worker: 0, ms: Some(120) }),
        (5_000, restart(1)),
        (16_500, ask(0, 3)),
        (16_530, ask(1, 3)),
    ];
    let title = "No epoch: the sleeper renews a number that is somebody else's by now";
    Named::new("no_fencing", title, one_number(1), &actions, 19_000)
}

fn answer_before_write() -> Named {
    let scenario = Scenario { write_ms: 20, ..one_number(1) };
    let actions = [
        (1_000, Action::Crash { node: Node::Registry }),
        (1_500, Action::Restart { node: Node::Registry }),
        (2_000, restart(1)),
        (3_500, ask(0, 3)),
        (3_530, ask(1, 3)),
    ];
    let title = "The registry answers, dies, and has never heard of it";
    Named::new("answer_before_write", title, scenario, &actions, 6_000)
}

fn auto_increment() -> Named {
    let scenario = Scenario { workers: 2, running: 2, shards: 4, ..Scenario::default() };
    let users = [1, 2, 3, 5, 6, 4];
    let posts =
        users.into_iter().zip(0..).map(|(user, n)| (1_000 + 700 * n, Action::Post { user }));
    let actions: Vec<_> = posts.collect();
    let title = "Each shard counts by itself: post 1 exists four times";
    Named::new("auto_increment", title, scenario, &actions, 6_000)
}

//! Runs in which a part of the rules is left out, and a promise breaks.

use super::super::lab::{Action, Control, Item, OriginState, Scenario, Without};
use super::super::places::City;
use super::{
    ACCOUNT, HOME, LAGOS, MUMBAI, Named, PHOTO, ROTORUA, STOCKHOLM, TOKYO, WELCOME, ask, two_pages,
};

/// One for each part that can be left out.
pub fn all() -> Vec<Named> {
    Without::ALL.into_iter().map(of_without).collect()
}

/// The run that shows what a part is for.
pub fn of_without(without: Without) -> Named {
    let mut named = match without {
        Without::Vary => vary(),
        Without::Private => private(),
        Without::Age => age(),
        Without::MustRevalidate => must_revalidate(),
        Without::PurgeOrder => purge_order(),
        Without::PurgeOfFetches => purge_of_fetches(),
        Without::Timeouts => timeouts(),
        Without::Collapsing => collapsing(),
    };
    named.run.scenario.without = Some(without);
    named
}

fn vary() -> Named {
    let actions = [(500, ask(MUMBAI, WELCOME)), (5_000, ask(TOKYO, WELCOME))];
    let title = "Without Vary, the second reader is welcomed in the first one's language";
    Named::new("without_vary", title, Scenario::default(), &actions, 8_000)
}

fn private() -> Named {
    let actions = [(500, ask(MUMBAI, ACCOUNT)), (5_000, ask(TOKYO, ACCOUNT))];
    let title = "Without private, the second reader sees the first one's account";
    Named::new("without_private", title, Scenario::default(), &actions, 8_000)
}

fn with_shield() -> Scenario {
    Scenario { shield: Some(City::London), ..Scenario::default() }
}

fn age() -> Named {
    let mut scenario = with_shield();
    scenario.items = vec![Item::new("/news", 24, Control::fresh_for(10))];
    let actions =
        [(500, ask(STOCKHOLM, HOME)), (8_000, ask(ROTORUA, HOME)), (16_000, ask(ROTORUA, HOME))];
    let title = "Without Age, a copy is fresh anew at each cache";
    Named::new("without_age", title, scenario, &actions, 20_000)
}

fn must_revalidate() -> Named {
    let actions = [
        (500, ask(LAGOS, 1)),
        (6_000, Action::SetOrigin { state: OriginState::Down }),
        (9_000, ask(LAGOS, 1)),
    ];
    let title = "Without must-revalidate, a price that is over is served";
    Named::new("without_must_revalidate", title, two_pages(), &actions, 13_000)
}

/// The purge for the shield gets lost. An edge forgets, and fetches from the shield what it has forgotten.
fn purge_order() -> Named {
    let actions = [
        (500, ask(STOCKHOLM, PHOTO)),
        (6_000, Action::Change { item: PHOTO }),
        (7_000, Action::Purge { item: Some(PHOTO) }),
        (7_010, Action::Drop { flight: LOST_PURGE }),
        (7_200, ask(STOCKHOLM, PHOTO)),
        (9_500, ask(STOCKHOLM, PHOTO)),
    ];
    let title = "If the edges forget before the shield, they fetch the old content from it";
    Named::new("without_purge_order", title, with_shield(), &actions, 14_000)
}

/// The flight that brings the purge to the shield.
const LOST_PURGE: u64 = 14;

/// The origin reads the old content and takes its time, while that is changed and purged.
fn purge_of_fetches() -> Named {
    let actions = [
        (400, Action::SetOrigin { state: OriginState::Slow(300) }),
        (500, ask(STOCKHOLM, PHOTO)),
        (1_500, Action::Change { item: PHOTO }),
        (1_600, Action::Purge { item: Some(PHOTO) }),
        (8_000, ask(STOCKHOLM, PHOTO)),
    ];
    let title = "If a purge forgets the fetches, old content comes after it";
    Named::new("without_purge_of_fetches", title, Scenario::default(), &actions, 14_000)
}

/// The answer gets lost.
fn timeouts() -> Named {
    let actions = [(500, ask(STOCKHOLM, HOME)), (1_200, Action::Drop { flight: LOST_ANSWER })];
    let title = "Without patience, a lost answer is waited for for ever";
    Named::new("without_timeouts", title, Scenario::default(), &actions, 60_000)
}

/// The flight that brings the origin's answer.
const LOST_ANSWER: u64 = 8;

fn collapsing() -> Named {
    let actions = [(1_000, Action::Rush { item: PHOTO, each: 2 })];
    let title = "Without collapsing, every miss asks";
    Named::new("without_collapsing", title, Scenario::default(), &actions, 16_000)
}

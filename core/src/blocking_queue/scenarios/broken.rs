//! Runs in which a classical mistake is made, and a promise breaks.

use super::super::Order;
use super::super::lab::{Action, Mistake, Pace, Scenario};
use super::{Named, crowd, enqueue, workers};

/// One for each mistake.
pub fn all() -> Vec<Named> {
    Mistake::ALL.into_iter().map(of_mistake).collect()
}

/// The run that shows what a mistake breaks.
pub fn of_mistake(mistake: Mistake) -> Named {
    let mut named = match mistake {
        Mistake::IfForWhile => if_for_while(),
        Mistake::SharedCondition => shared_condition(),
        Mistake::NotifyBeforeChange => notify_before_change(),
        Mistake::NotifyOnEdge => notify_on_edge(),
        Mistake::NoLock => no_lock(),
        Mistake::TimeoutSwallows => timeout_swallows(),
        Mistake::CloseWakesOne => close_wakes_one(),
        Mistake::CloseDrops => close_drops(),
        Mistake::Overtaking => overtaking(),
    };
    named.run.scenario.mistake = Some(mistake);
    named
}

fn idle(consumers: usize) -> Scenario {
    workers((0, Pace::steady(1)), (consumers, Pace::steady(1_500)))
}

fn if_for_while() -> Named {
    let actions = [(2_000, enqueue("tea")), (2_030, Action::Dequeue), (5_000, enqueue("milk"))];
    let title = "if instead of while: woken for an item that somebody else has taken meanwhile";
    Named::new("if_for_while", title, idle(1), &actions, 7_000)
}

fn shared_condition() -> Named {
    let scenario =
        Scenario { capacity: 1, ..workers((2, Pace::steady(700)), (2, Pace::steady(900))) };
    let title = "One condition for both sides: the wake-up goes to somebody who cannot use it";
    Named::new("shared_condition", title, scenario, &[], 20_000)
}

fn notify_before_change() -> Named {
    let actions = [(2_000, enqueue("tea")), (5_000, Action::Size)];
    let title = "Notified too early: it looks, finds nothing, and sleeps beside the item";
    Named::new("notify_before_change", title, idle(1), &actions, 7_000)
}

fn notify_on_edge() -> Named {
    let actions = [(2_000, enqueue("tea")), (2_010, enqueue("milk")), (2_020, enqueue("bread"))];
    let title = "Notified only if it was empty: three items, and two of three consumers sleep";
    Named::new("notify_on_edge", title, idle(3), &actions, 8_000)
}

fn no_lock() -> Named {
    let scenario = workers((2, Pace::steady(1_000)), (2, Pace::steady(1_600)));
    let title = "No lock: two write to the same place, and two read the same item";
    Named::new("no_lock", title, scenario, &[], 15_000)
}

fn timeout_swallows() -> Named {
    let scenario = Scenario { patience_ms: Some(2_050), ..idle(1) };
    let actions = [(1_000, Action::Dequeue), (2_000, enqueue("tea")), (6_500, enqueue("milk"))];
    let title = "Out of patience in the moment of its wake-up, which it takes along";
    Named::new("timeout_swallows", title, scenario, &actions, 8_000)
}

fn close_wakes_one() -> Named {
    let actions = [(2_000, enqueue("tea")), (5_000, Action::Close)];
    let title = "Closing wakes one: the others wait for what will never come";
    Named::new("close_wakes_one", title, idle(3), &actions, 8_000)
}

fn close_drops() -> Named {
    let scenario = workers((2, Pace::steady(600)), (1, Pace::steady(1_500)));
    let actions = [(6_000, Action::Close)];
    let title = "Closing throws away what is inside";
    Named::new("close_drops", title, scenario, &actions, 9_000)
}

fn overtaking() -> Named {
    let (scenario, actions) = crowd(Order::Fair);
    let title = "Fair order promised and not kept: a newcomer goes first";
    Named::new("overtaking", title, scenario, &actions, 16_000)
}

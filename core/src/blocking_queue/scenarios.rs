//! Runs worth seeing: what the page opens with, and what the golden tests replay.

mod broken;

pub use broken::{all as broken, of_mistake};

use super::Order;
use super::lab::{Action, Lab, Pace, Policy, Scenario, Worker};
use crate::sim;

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

/// Those in which every promise is kept, the opening first.
pub fn all() -> Vec<Named> {
    vec![
        opening(),
        back_pressure(),
        empty(),
        bursts(),
        long_queue(),
        drop_newest(),
        drop_oldest(),
        time_out(),
        impatient(),
        woken_unwoken(),
        barging(),
        fair(),
        paused(),
        crashed(),
        commands(),
        closing(),
        memoryless(),
        sandbox(),
    ]
}

/// Workers of one pace each, so many of each side.
fn workers(producers: (usize, Pace), consumers: (usize, Pace)) -> Scenario {
    Scenario {
        producers: vec![producers.1; producers.0],
        consumers: vec![consumers.1; consumers.0],
        ..Scenario::default()
    }
}

fn enqueue(label: &str) -> Action {
    Action::Enqueue { label: Some(label.to_owned()) }
}

fn producer(number: u8) -> Worker {
    Worker::Producer(number)
}

fn consumer(number: u8) -> Worker {
    Worker::Consumer(number)
}

/// Two producers are faster than their two consumers: the queue fills up, and the producers wait.
pub fn opening() -> Named {
    let title = "Producers that are too fast: the queue fills up, and they have to wait";
    Named::new("opening", title, Scenario::default(), &[], 20_000)
}

/// A producer is held back until it is as fast as the consumer, and not faster.
pub fn back_pressure() -> Named {
    let scenario = workers((1, Pace::steady(400)), (1, Pace::steady(1_000)));
    let actions = [(14_000, Action::SetPace { worker: consumer(0), pace: Pace::steady(300) })];
    let title = "Back-pressure: the producer goes as fast as the consumer, until that is faster";
    Named::new("back_pressure", title, scenario, &actions, 20_000)
}

/// Consumers that are too fast wait for items; each item goes to whoever has waited longest.
pub fn empty() -> Named {
    let scenario = workers((1, Pace::uniform(900)), (3, Pace::uniform(600)));
    let title = "Consumers that are too fast: each waits until it is woken for an item";
    Named::new("empty", title, scenario, &[], 12_000)
}

/// Items come ten at a time: the queue takes what fits in, and the producer waits with the rest.
pub fn bursts() -> Named {
    let scenario =
        Scenario { burst: 10, ..workers((1, Pace::uniform(700)), (2, Pace::uniform(900))) };
    let actions = [(15_000, Action::Burst { producer: 0, count: 10 })];
    let title = "Bursts: the queue evens them out as far as it has room";
    Named::new("bursts", title, scenario, &actions, 25_000)
}

/// A longer queue before consumers that are too slow: nothing more gets done, everything waits for longer.
pub fn long_queue() -> Named {
    let scenario =
        Scenario { capacity: 40, ..workers((2, Pace::steady(400)), (2, Pace::steady(1_000))) };
    let title = "A queue of forty: no more gets done than with five, and all of it comes later";
    Named::new("long_queue", title, scenario, &[], 60_000)
}

fn overloaded(policy: Policy) -> Scenario {
    Scenario { policy, ..workers((2, Pace::uniform(700)), (1, Pace::uniform(800))) }
}

/// What does not fit is thrown away, and nobody waits.
pub fn drop_newest() -> Named {
    let title = "Too much, and nobody waits: what comes last is thrown away";
    Named::new("drop_newest", title, overloaded(Policy::DropNewest), &[], 12_000)
}

/// What has waited longest is thrown away: consumers get what is new.
pub fn drop_oldest() -> Named {
    let title = "Too much, and only what is new counts: the oldest is thrown away";
    Named::new("drop_oldest", title, overloaded(Policy::DropOldest), &[], 12_000)
}

/// Producers wait for half a second, and then give up.
pub fn time_out() -> Named {
    let title = "Too much, and producers wait for half a second at most";
    Named::new("time_out", title, overloaded(Policy::TimeOut { ms: 500 }), &[], 12_000)
}

/// Consumers wait for a while, and then do something else.
pub fn impatient() -> Named {
    let scenario = Scenario {
        patience_ms: Some(800),
        ..workers((1, Pace::uniform(1_500)), (2, Pace::uniform(600)))
    };
    let title = "Consumers that wait for 0.8 seconds, do something else, and come back";
    Named::new("impatient", title, scenario, &[], 12_000)
}

/// A thread wakes up although nobody has woken it, looks, and waits again.
pub fn woken_unwoken() -> Named {
    let scenario = workers((0, Pace::steady(1)), (2, Pace::steady(500)));
    let wake = Action::WakeSpuriously { worker: consumer(0) };
    let actions =
        [(1_000, wake.clone()), (2_000, enqueue("tea")), (2_050, wake), (4_000, enqueue("milk"))];
    let title = "Woken by nobody: it looks, finds nothing, and waits again";
    Named::new("woken_unwoken", title, scenario, &actions, 6_000)
}

fn crowd(order: Order) -> (Scenario, [(u64, Action); 1]) {
    let scenario = Scenario {
        capacity: 2,
        order,
        wake_ms: (300, 400),
        ..workers((4, Pace::uniform(900)), (1, Pace::steady(500)))
    };
    (scenario, [(6_000, enqueue("yours"))])
}

/// Whoever comes at the right moment overtakes those who wait.
pub fn barging() -> Named {
    let (scenario, actions) = crowd(Order::Barging);
    let title =
        "First come, first served? Who comes at the right moment is faster than who wakes up";
    Named::new("barging", title, scenario, &actions, 16_000)
}

/// Nobody overtakes, and there is more waiting for it.
pub fn fair() -> Named {
    let (scenario, actions) = crowd(Order::Fair);
    let title = "Fair order: nobody overtakes, and a place stays empty while its owner wakes up";
    Named::new("fair", title, scenario, &actions, 16_000)
}

/// A consumer is woken while it stands still: its item waits, unless somebody else comes by.
pub fn paused() -> Named {
    let scenario = workers((0, Pace::steady(1)), (2, Pace::steady(1_500)));
    let actions = [
        (1_000, Action::Pause { worker: consumer(0) }),
        (2_000, enqueue("tea")),
        (4_000, enqueue("milk")),
        (7_000, Action::Resume { worker: consumer(0) }),
    ];
    let title = "Woken while it stands still: the other one gets both items";
    Named::new("paused", title, scenario, &actions, 9_000)
}

/// A consumer dies between its wake-up and its item: the wake-up is passed on.
pub fn crashed() -> Named {
    let scenario = workers((0, Pace::steady(1)), (2, Pace::steady(1_500)));
    let actions = [
        (2_000, enqueue("tea")),
        (2_030, Action::Crash { worker: consumer(0) }),
        (4_000, Action::Restart { worker: consumer(0) }),
        (4_500, enqueue("milk")),
        (5_000, Action::Crash { worker: consumer(0) }),
    ];
    let title = "Killed after its wake-up: the next one is woken instead";
    Named::new("crashed", title, scenario, &actions, 8_000)
}

/// The classical commands, and what they do when they have to wait.
pub fn commands() -> Named {
    let scenario = Scenario { capacity: 3, ..workers((0, Pace::steady(1)), (0, Pace::steady(1))) };
    let actions = [
        (500, Action::Size),
        (1_000, Action::Dequeue),
        (2_000, enqueue("one")),
        (3_000, enqueue("two")),
        (3_500, enqueue("three")),
        (4_000, enqueue("four")),
        (4_500, Action::Peek),
        (5_000, Action::Size),
        (5_500, enqueue("five")),
        (6_000, Action::Enqueue { label: None }),
        (7_000, Action::Withdraw { call: 10 }),
        (7_500, Action::Dequeue),
        (8_500, enqueue("six")),
        (9_500, Action::SetCapacity { capacity: 5 }),
        (10_500, Action::Size),
        (11_000, Action::Close),
        (11_500, enqueue("seven")),
        (12_000, Action::Dequeue),
    ];
    let title = "Enqueue, dequeue, size, peek: and who has to wait, waits";
    Named::new("commands", title, scenario, &actions, 13_000)
}

/// The queue is closed: all who wait are woken, and what is inside is still taken.
pub fn closing() -> Named {
    let scenario = workers((3, Pace::uniform(600)), (2, Pace::uniform(1_200)));
    let actions = [(8_000, enqueue("late")), (9_000, Action::Close), (10_000, enqueue("too late"))];
    let title = "Closed: producers are sent away, and consumers take what is left";
    Named::new("closing", title, scenario, &actions, 16_000)
}

/// Arrivals and work without memory, at four fifths of what the consumer can do: the classical M/M/1 queue.
pub fn memoryless() -> Named {
    let scenario = Scenario {
        capacity: 64,
        wake_ms: (0, 0),
        window_ms: 600_000,
        ..workers((1, Pace::memoryless(500)), (1, Pace::memoryless(400)))
    };
    let title = "Chance alone: at four fifths of what it can do, a consumer has a queue before it";
    Named::new("memoryless", title, scenario, &[], 120_000)
}

/// Everything there is.
pub fn sandbox() -> Named {
    let mut scenario = workers((3, Pace::uniform(900)), (3, Pace::memoryless(1_200)));
    scenario.burst = 2;
    let actions = [
        (4_000, Action::Burst { producer: 0, count: 6 }),
        (7_000, Action::Pause { worker: consumer(1) }),
        (9_000, Action::SetPolicy { policy: Policy::DropOldest }),
        (11_000, Action::Crash { worker: producer(2) }),
        (13_000, Action::Resume { worker: consumer(1) }),
        (14_000, Action::SetPolicy { policy: Policy::Block }),
        (15_000, Action::Restart { worker: producer(2) }),
        (18_000, enqueue("yours")),
    ];
    Named::new("sandbox", "Everything at once", scenario, &actions, 25_000)
}

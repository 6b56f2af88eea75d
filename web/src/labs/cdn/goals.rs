//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::cdn::lab::{Exchange, Found, Hop, Node, OriginState, Outcome, Served};
use playground_core::cdn::{Action, Frame};
use playground_core::sim::Time;

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal {
        id: "hit",
        text: "Have a reader answered with the copy that another reader’s request brought to the edge.",
    },
    Goal {
        id: "stampede",
        text: "Let everybody ask at once, and have twenty requests or more wait for somebody else’s fetch.",
    },
    Goal {
        id: "purge",
        text: "Change a page, purge the old copies, and have a reader get the new version.",
    },
    Goal {
        id: "origin",
        text: "Take the origin down, and have a reader answered with a stale copy.",
    },
    Goal { id: "broken", text: "Leave a rule out, and break a promise." },
];

/// So many requests are a stampede.
const STAMPEDE: u64 = 20;

/// What is looked at: the reader's own actions, and what came of them.
pub struct Evidence<'a> {
    /// What the reader did in this run, and when; not what a scenario brought along.
    pub own: &'a [(Time, Action)],
    /// The present.
    pub frame: &'a Frame,
    /// The invariants that do not hold now.
    pub broken: usize,
}

/// Tells whether a goal is reached.
type Test = fn(&Evidence) -> bool;

/// The goals that are reached by now.
pub fn reached(evidence: &Evidence) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 5] = [
        ("hit", hit_by_another),
        ("stampede", one_fetch_for_many),
        ("purge", new_after_purge),
        ("origin", stale_without_origin),
        ("broken", broken_without),
    ];
    checks.into_iter().filter(|(_, is_reached)| is_reached(evidence)).map(|(id, _)| id).collect()
}

/// When the visitor did such a thing, if by now.
fn did(evidence: &Evidence, what: impl Fn(&Action) -> bool) -> Option<Time> {
    evidence.own.iter().find(|(_, action)| what(action)).map(|(at, _)| *at)
}

/// Whether a request is one that the visitor asked for.
fn is_own(evidence: &Evidence, exchange: &Exchange) -> bool {
    let asks = |action: &Action| match action {
        Action::Request { reader, item } => (*reader, *item) == (exchange.reader, exchange.item),
        Action::Rush { item, .. } => *item == exchange.item,
        _ => false,
    };
    evidence.own.iter().any(|(at, action)| *at == exchange.asked_at && asks(action))
}

/// Where a request found a fresh copy, at an edge.
fn hit_at(exchange: &Exchange) -> Option<Node> {
    exchange.hops.iter().find_map(|(_, hop)| match hop {
        Hop::Looked { at: at @ Node::Edge(..), found: Found::Hit, .. } => Some(*at),
        _ => None,
    })
}

fn hit_by_another(evidence: &Evidence) -> bool {
    let exchanges = &evidence.frame.exchanges;
    let stored_by_another = |exchange: &Exchange, node: Node| {
        exchanges.iter().any(|other| {
            let stored = other.hops.iter().any(|(_, hop)| *hop == Hop::Stored { at: node });
            other.id < exchange.id
                && other.reader != exchange.reader
                && other.item == exchange.item
                && stored
        })
    };
    exchanges.iter().any(|exchange| {
        let is_answered = matches!(exchange.end, Some((_, Outcome::Answered(Served::Hit))));
        is_answered
            && is_own(evidence, exchange)
            && hit_at(exchange).is_some_and(|node| stored_by_another(exchange, node))
    })
}

fn one_fetch_for_many(evidence: &Evidence) -> bool {
    did(evidence, |action| matches!(action, Action::Rush { .. })).is_some()
        && evidence.frame.totals.joined >= STAMPEDE
}

fn new_after_purge(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    frame.origin.items.iter().zip(0..).any(|(view, item)| {
        let changed = did(evidence, |action| *action == Action::Change { item });
        let purges = |action: &Action| match action {
            Action::Purge { item: it } => it.is_none_or(|it| it == item),
            _ => false,
        };
        let purged = evidence.own.iter().rev().find(|(_, action)| purges(action));
        let (Some(changed), Some((purged, _))) = (changed, purged) else { return false };
        changed <= *purged
            && frame.exchanges.iter().any(|exchange| {
                exchange.item == item
                    && exchange.asked_at >= *purged
                    && exchange.version == Some(view.version)
                    && matches!(exchange.end, Some((_, Outcome::Answered(_))))
                    && is_own(evidence, exchange)
            })
    })
}

fn stale_without_origin(evidence: &Evidence) -> bool {
    let is_fault = |action: &Action| {
        matches!(action, Action::SetOrigin { state: OriginState::Down | OriginState::Failing })
    };
    let Some(since) = did(evidence, is_fault) else { return false };
    evidence.frame.scenario.without.is_none()
        && evidence.frame.exchanges.iter().any(|exchange| {
            let end = exchange.end.map(|(_, outcome)| outcome);
            let is_stale = matches!(
                end,
                Some(Outcome::Answered(Served::StaleIfError | Served::StaleWhileRevalidate))
            );
            exchange.asked_at >= since && is_stale && is_own(evidence, exchange)
        })
}

fn broken_without(evidence: &Evidence) -> bool {
    evidence.frame.scenario.without.is_some() && evidence.broken > 0 && !evidence.own.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::runs;
    use super::*;
    use playground_core::cdn::lab::{Lab, Without};
    use playground_core::cdn::scenarios;
    use playground_core::sim::{Run, Simulation, Timeline};

    /// What is reached on the way through a run, if the visitor did all of it, or none.
    fn on_the_way(run: Run<Lab>, until: Time, is_own: bool) -> Vec<&'static str> {
        let mut timeline = Timeline::new(run);
        let mut all = Vec::new();
        while timeline.now() < until && timeline.step() {
            let run = timeline.run().clone();
            let frame = timeline.state().frame(timeline.now());
            let own: Vec<_> =
                run.actions.iter().filter(|it| is_own && it.0 <= frame.now).cloned().collect();
            let broken = timeline.broken_invariants().count();
            all.extend(reached(&Evidence { own: &own, frame: &frame, broken }));
            all.sort_unstable();
            all.dedup();
        }
        all
    }

    #[test]
    fn each_goal_is_reached_by_the_runs_that_show_it_and_none_by_watching() {
        let named = [
            (runs::steps(0), "hit"),
            (runs::stampede(0), "stampede"),
            (runs::change(2), "purge"),
            (runs::origin_dies(1), "origin"),
            (scenarios::of_without(Without::Vary), "broken"),
        ];
        for (named, goal) in named {
            let watched = on_the_way(named.run.clone(), named.until, false);
            assert!(watched.is_empty(), "{} reaches {watched:?} by itself", named.name);
            let own = on_the_way(named.run, named.until, true);
            assert!(own.contains(&goal), "{} does not reach {goal}: {own:?}", named.name);
        }
    }

    #[test]
    fn asking_each_edge_for_the_first_time_reaches_nothing() {
        let named = runs::steps(2);
        assert_eq!(on_the_way(named.run, named.until, true), Vec::<&str>::new());
    }
}

//! The runs of the story's figures, each at the position of its knob.

use playground_core::cdn::eviction::Policy;
use playground_core::cdn::lab::{Control, Item, OriginState, Pictures};
use playground_core::cdn::places::City;
use playground_core::cdn::scenarios::Named;
use playground_core::cdn::{Action, Scenario};

/// Where the edge of the first figure can stand.
pub const STANDS: [City; 4] = [City::Madrid, City::Singapore, City::Sydney, City::Auckland];
/// For how many seconds the page of the third figure can be fresh.
pub const LIFETIMES: [u32; 6] = [4, 8, 12, 20, 40, 60];
/// How much a cache server of the last figure can hold, in KiB.
pub const CAPACITIES: [u32; 6] = [512, 1_024, 2_048, 4_096, 8_192, 32_768];

const ASK: fn(u8) -> Action = |reader| Action::Request { reader, item: 0 };

/// A page that is fresh for so many seconds, and nothing else.
fn page(control: Control) -> Vec<Item> {
    vec![Item::new("/", 24, control)]
}

/// The first byte from near and far: a reader in Rotorua asks twice.
pub fn distance(position: usize) -> Named {
    let scenario = Scenario {
        readers: vec![City::Rotorua],
        edges: vec![STANDS.get(position).copied().unwrap_or(City::Madrid)],
        items: page(Control::fresh_for(600)),
        handshakes: true,
        slow_motion: 4,
        ..Scenario::default()
    };
    let actions = [(300, ASK(0)), (6_500, ASK(0))];
    Named::new("distance", "Near and far", scenario, &actions, 12_000)
}

/// The steps of a request, and of a second one by somebody else.
pub fn steps(position: usize) -> Named {
    let lifetime = if position == 3 { 4 } else { 20 };
    let scenario = Scenario {
        readers: vec![City::Sydney, City::Rotorua, City::Lagos],
        edges: vec![City::Auckland, City::Frankfurt],
        items: page(Control::fresh_for(lifetime)),
        ..Scenario::default()
    };
    let second = match position {
        1 | 3 => 0,
        2 => 2,
        _ => 1,
    };
    let actions = [(300, ASK(0)), (9_000, ASK(second))];
    Named::new("steps", "Ask, miss, fetch, store, serve", scenario, &actions, 15_000)
}

/// A copy that arrives with an age, grows old, and is validated.
pub fn ageing(lifetime_s: u32) -> Named {
    let scenario = Scenario {
        readers: vec![City::Stockholm, City::Sydney],
        edges: vec![City::Frankfurt, City::Auckland],
        shield: Some(City::London),
        items: page(Control::fresh_for(lifetime_s)),
        slow_motion: 5,
        ..Scenario::default()
    };
    let actions =
        [(300, ASK(0)), (3_500, ASK(1)), (8_000, ASK(1)), (13_000, ASK(1)), (18_000, ASK(1))];
    Named::new("ageing", "How old is it?", scenario, &actions, 23_000)
}

/// Everybody asks at once for what nobody has.
pub fn stampede(position: usize) -> Named {
    let scenario = Scenario {
        items: page(Control::fresh_for(60)),
        collapsing: position != 1,
        shield: (position == 2).then_some(City::London),
        origin_work: (40, 4),
        slow_motion: 5,
        ..Scenario::default()
    };
    let actions = [(500, Action::Rush { item: 0, each: 4 })];
    Named::new("stampede", "Everybody at once", scenario, &actions, 7_000)
}

/// The page changes, and readers ask again: nothing is done, it is fresh for a short time only, or it is purged.
pub fn change(position: usize) -> Named {
    let lifetime = if position == 1 { 4 } else { 3_600 };
    let scenario = Scenario {
        readers: vec![City::Stockholm, City::SanFrancisco, City::Sydney],
        edges: vec![City::Frankfurt, City::Ashburn, City::Auckland],
        shield: Some(City::London),
        items: page(Control::fresh_for(lifetime)),
        slow_motion: 5,
        ..Scenario::default()
    };
    let mut actions = vec![(300, ASK(0)), (400, ASK(1)), (500, ASK(2))];
    actions.push((5_000, Action::Change { item: 0 }));
    if position == 2 {
        actions.push((5_500, Action::Purge { item: Some(0) }));
    }
    actions.extend([(9_000, ASK(0)), (9_100, ASK(1)), (9_200, ASK(2))]);
    Named::new("change", "The page changes", scenario, &actions, 14_000)
}

/// What the origin of the sixth figure has said about its page.
pub fn promises() -> [(&'static str, Control); 4] {
    let page = Control::fresh_for(5);
    [
        ("max-age=5, must-revalidate", Control { must_revalidate: true, ..page }),
        ("max-age=5, stale-if-error=600", Control { stale_if_error_s: 600, ..page }),
        (
            "max-age=5, stale-while-revalidate=600",
            Control { stale_while_revalidate_s: 600, ..page },
        ),
        ("max-age=5", page),
    ]
}

/// The origin dies, and a reader asks for what is stale by then.
pub fn origin_dies(position: usize) -> Named {
    let control = promises().get(position).map_or(Control::fresh_for(5), |(_, control)| *control);
    let scenario = Scenario {
        readers: vec![City::Sydney, City::Rotorua],
        edges: vec![City::Auckland],
        items: page(control),
        slow_motion: 4,
        ..Scenario::default()
    };
    let actions =
        [(300, ASK(0)), (4_000, Action::SetOrigin { state: OriginState::Down }), (8_000, ASK(1))];
    Named::new("origin-dies", "The origin dies", scenario, &actions, 20_000)
}

/// Readers ask for three hundred pictures by themselves, some much more often than others.
pub fn full(capacity_kib: u32) -> Named {
    let scenario = Scenario {
        readers: vec![City::Santiago, City::NewYork, City::Stockholm, City::Mumbai, City::Sydney],
        edges: vec![City::Ashburn, City::Frankfurt, City::Singapore],
        items: page(Control::fresh_for(3_600)),
        pictures: Pictures {
            count: 300,
            per_second: 30,
            alpha_percent: 90,
            scan_every: 0,
            max_age_s: 3_600,
        },
        policy: Policy::Lru,
        capacity_kib,
        slow_motion: 2,
        ..Scenario::default()
    };
    Named::new("full", "What a full cache keeps", scenario, &[], 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::cdn::lab::{Frame, Outcome, Served};
    use playground_core::sim::{Simulation, replay};

    fn at_the_end(named: &Named) -> Frame {
        let transcript = replay(&named.run, named.until, 200_000);
        let broken: Vec<_> = transcript.violations.iter().map(|it| it.invariant).collect();
        assert!(
            broken.is_empty() || named.run.scenario.without.is_some(),
            "{}: {broken:?}",
            named.name
        );
        transcript.state.frame(named.until)
    }

    fn outcome(frame: &Frame, number: usize) -> Option<Outcome> {
        frame.exchanges.get(number)?.end.map(|(_, outcome)| outcome)
    }

    #[test]
    fn the_first_byte_of_a_hit_is_sooner_the_nearer_the_edge_is() {
        let first_bytes: Vec<u64> = (0..STANDS.len())
            .map(|position| {
                let frame = at_the_end(&distance(position));
                assert_eq!(outcome(&frame, 1), Some(Outcome::Answered(Served::Hit)));
                frame.exchanges[1].took_us.0.unwrap_or(u64::MAX)
            })
            .collect();
        assert!(first_bytes.is_sorted_by(|near, far| near > far), "{first_bytes:?}");
        assert!(first_bytes[0] > 10 * first_bytes[3], "{first_bytes:?}");
    }

    #[test]
    fn the_second_request_is_a_hit_at_the_same_edge_and_a_miss_at_another() {
        let second = |position| outcome(&at_the_end(&steps(position)), 1);
        assert_eq!(second(0), Some(Outcome::Answered(Served::Hit)));
        assert_eq!(second(1), Some(Outcome::Answered(Served::Hit)));
        assert_eq!(second(2), Some(Outcome::Answered(Served::Miss)));
        assert_eq!(second(3), Some(Outcome::Answered(Served::Revalidated)));
    }

    #[test]
    fn a_copy_arrives_with_the_age_that_the_shields_has() {
        let named = ageing(20);
        let frame = at_the_end(&named);
        let entry = &frame.edges[1].shards[0].entries[0];
        assert!(entry.freshness.age.initial.age_value_ms >= 2_000, "{:?}", entry.freshness);
    }

    #[test]
    fn collapsing_spares_the_origin() {
        let asked = |position| at_the_end(&stampede(position)).totals.origin_requests;
        assert_eq!((asked(0), asked(1), asked(2)), (5, 40, 1));
    }

    #[test]
    fn only_a_purge_is_new_at_once_and_for_long() {
        let versions = |position| -> Vec<_> {
            at_the_end(&change(position)).exchanges.iter().skip(3).map(|it| it.version).collect()
        };
        assert_eq!(versions(0), [Some(1); 3]);
        assert_eq!(versions(1), [Some(2); 3]);
        assert_eq!(versions(2), [Some(2); 3]);
    }

    #[test]
    fn a_dead_origin_is_bridged_where_it_allowed_that() {
        let second = |position| outcome(&at_the_end(&origin_dies(position)), 1);
        assert!(matches!(second(0), Some(Outcome::Failed(504 | 502))), "{:?}", second(0));
        assert_eq!(second(1), Some(Outcome::Answered(Served::StaleIfError)));
        assert_eq!(second(2), Some(Outcome::Answered(Served::StaleWhileRevalidate)));
    }

    #[test]
    fn a_larger_cache_hits_more_often() {
        let ratio = |capacity| {
            let totals = at_the_end(&full(capacity)).totals;
            totals.hits as f64 / totals.answered.max(1) as f64
        };
        assert!(ratio(CAPACITIES[0]) + 0.1 < ratio(CAPACITIES[5]));
    }
}

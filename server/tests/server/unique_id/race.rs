//! The insert race: what it measures, its end, and what is refused.

use playground_core::unique_id::kinds::Kind;
use playground_core::unique_id::wire::{Lane, LaneState, LiveMessage, RaceRequest, RaceState};

use super::socket::{next, watch};
use super::world::{World, post, problem, serve, until};

const PATH: &str = "/api/unique-id/race";

fn start(world: &World, request: &RaceRequest) -> RaceState {
    let answer = post(&world.server, PATH, &serde_json::to_string(request).unwrap());
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()
}

fn state(world: &World) -> RaceState {
    world.server.get(PATH).json()
}

fn finished(world: &World) -> RaceState {
    until("the race is over", || !state(world).is_running);
    state(world)
}

fn is_empty_but_for_its_lock(world: &World) -> bool {
    let entries = std::fs::read_dir(world.folder.path().join("race")).unwrap();
    entries.map(|entry| entry.unwrap().file_name()).all(|name| name == "lock")
}

#[test]
fn every_kind_runs_and_random_keys_write_many_times_as_much() {
    let world = World::start();
    assert_eq!(state(&world), RaceState::default());
    let kinds = Kind::ALL.to_vec();
    let begun = start(&world, &RaceRequest { rows: 20_000, kinds: kinds.clone(), cache_mib: 1 });
    assert!(begun.is_running && begun.number == 1);
    let state = finished(&world);
    assert_eq!((state.rows, state.cache_mib, state.is_cancelled), (20_000, 1, false));
    assert_eq!(state.lanes.iter().map(|lane| lane.kind).collect::<Vec<_>>(), kinds);
    for lane in &state.lanes {
        assert_eq!(lane.state, LaneState::Finished, "{lane:?}");
        assert_eq!(lane.latest.rows, 20_000);
        assert!((10..=Lane::MOST_SAMPLES as usize).contains(&lane.samples.len()), "{lane:?}");
        assert!(lane.samples.is_sorted_by(|a, b| a.rows < b.rows && a.elapsed_us <= b.elapsed_us));
        assert_eq!(lane.samples.last(), Some(&lane.latest), "with what the end cost");
        assert!(lane.rows_per_second() > 0);
        let leaf = lane.leaf.unwrap();
        let pages = leaf.leaf_pages + leaf.inner_pages;
        assert_eq!(lane.latest.file_bytes, (pages + 1) * u64::from(leaf.page_bytes), "{lane:?}");
        assert!(leaf.depth >= 2 && leaf.page_bytes == 4096);
        // Random or not: SQLite shares a full page's rows with its neighbours before it adds another page.
        assert!((800..=950).contains(&leaf.leaf_fill_permille), "{leaf:?}");
    }
    let of = |kind| state.lanes.iter().find(|lane| lane.kind == kind).unwrap();
    let (ordered, random) = (of(Kind::UuidV7), of(Kind::UuidV4));
    if cfg!(target_os = "linux") {
        let written = |lane: &Lane| lane.latest.written_bytes.unwrap();
        assert!(written(ordered) >= ordered.latest.file_bytes);
        assert!(written(random) > 3 * written(ordered), "{random:?}");
    }
    assert!(is_empty_but_for_its_lock(&world));
}

#[test]
fn a_race_is_told_as_it_goes_and_can_be_broken_off() {
    let world = World::start();
    let mut socket = watch(&world.server);
    let request =
        RaceRequest { rows: 1_000_000, kinds: vec![Kind::UuidV4, Kind::Ulid], cache_mib: 2 };
    start(&world, &request);
    let mut rows = 0;
    let mut told = 0;
    while told < 3 {
        let LiveMessage::Race(race) = next(&mut socket) else { continue };
        let Some(lane) = race.lanes.first() else { continue };
        assert!(lane.latest.rows >= rows);
        told += u32::from(lane.latest.rows > rows);
        rows = lane.latest.rows;
    }
    let second = post(&world.server, PATH, "{}");
    assert!(problem(&second, 409).contains("runs already"));
    let neighbour = serve(world.folder.path());
    let told = problem(&post(&neighbour, PATH, "{}"), 409);
    assert_eq!(told, "Another server runs a race in this data directory.");

    let cancelled: RaceState = world.server.request("DELETE", PATH, &[], &[]).json();
    assert!(cancelled.is_cancelled);
    let ended = loop {
        match next(&mut socket) {
            LiveMessage::Race(race) if !race.is_running => break race,
            _ => {}
        }
    };
    assert!(ended.lanes.iter().all(|lane| lane.state == LaneState::Cancelled), "{ended:?}");
    assert!(ended.lanes[0].latest.rows < 1_000_000);
    assert!(is_empty_but_for_its_lock(&world));

    let answer: RaceState = world.server.request("DELETE", PATH, &[], &[]).json();
    assert!(!answer.is_running, "there is nothing to cancel");
    start(&world, &RaceRequest { rows: 1_000, ..RaceRequest::default() });
    let again = finished(&world);
    assert_eq!((again.number, again.is_cancelled), (2, false));
    assert!(again.lanes.iter().all(|lane| lane.state == LaneState::Finished), "{again:?}");
}

#[test]
fn a_race_that_cannot_be_is_refused() {
    let world = World::start();
    for body in [
        r#"{"rows": 999}"#,
        r#"{"rows": 1000001}"#,
        r#"{"kinds": []}"#,
        r#"{"kinds": ["ulid", "ulid"]}"#,
        r#"{"kinds": ["uuid_v1"]}"#,
        r#"{"cache_mib": 0}"#,
        r#"{"cache_mib": 257}"#,
        r#"{"speed": 1}"#,
    ] {
        problem(&post(&world.server, PATH, body), 422);
    }
    assert_eq!(state(&world), RaceState::default());
}

//! The shelf: its scenarios as transcripts, which must never change, and what each of them shows.

use playground_core::sim::{Run, Simulation, Time, replay};
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::bplus_tree::{Access, PageId};
use playground_core::unique_id::shelf::scenarios::{self, Named};
use playground_core::unique_id::shelf::{
    Action, Event, Frame, MOST_ENTRIES, MOST_KEY, MOST_ROWS, Scenario, Shelf, SideId,
};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn line(event: &Event) -> String {
    let text = format!("{event:?}");
    text.replace(" {", ":").replace(['{', '}'], "").trim_end().to_owned()
}

/// The leaves of both sides, page by page.
fn shelf(frame: &Frame) -> String {
    let mut text = String::new();
    for side in &frame.sides {
        let Counted { density, .. } = counted(frame, side.id);
        writeln!(text, "{:?}, {}: {density} % full", side.id, side.arrivals).expect("a string");
        for page in side.level(0) {
            let keys: Vec<String> = page.entries.iter().map(|it| it.key.to_string()).collect();
            let memory = if page.is_in_memory { "" } else { "  (not in memory)" };
            writeln!(text, "  {}{memory}", keys.join(" ")).expect("a string");
        }
        writeln!(text, "  {:?}", side.counts).expect("a string");
    }
    text
}

fn transcript(named: &Named) -> String {
    let transcript = replay(&named.run, named.until, u64::MAX);
    assert_eq!(transcript.violations, []);
    let mut text = format!("{}\n", named.title);
    let is_telling = |event: &Event| !matches!(event, Event::Inserted { .. });
    for (at, event) in transcript.events.iter().filter(|(_, event)| is_telling(event)) {
        writeln!(text, "{at} {}", line(event)).expect("a string");
    }
    text + &shelf(&transcript.state.frame(named.until))
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../golden/unique_id/shelf_{name}.txt");
        expect_test::expect_file![path].assert_eq(transcript);
        return;
    }
    // Git may have given the file other line ends.
    assert_eq!(transcript, stored.replace("\r\n", "\n"), "the transcript of {name:?} has changed");
}

/// The stored transcript of a scenario.
fn stored(name: &str) -> Option<&'static str> {
    macro_rules! stored {
        ($($name:literal)*) => {
            match name {
                $($name => {
                    Some(include_str!(concat!("../golden/unique_id/shelf_", $name, ".txt")))
                })*
                _ => None,
            }
        };
    }
    stored! { "opening" "slightly_late" "late" "descending" "small_pool" "by_hand" }
}

#[test]
fn transcripts_stay() {
    for named in scenarios::all() {
        let stored = stored(named.name);
        let stored = stored.unwrap_or_else(|| panic!("{:?} has no transcript yet", named.name));
        compare(named.name, stored, &transcript(&named));
    }
}

#[derive(Debug, PartialEq)]
struct Counted {
    /// In whole percent.
    density: u32,
    splits: u32,
    misses: u64,
}

fn counted(frame: &Frame, id: SideId) -> Counted {
    let side = frame.side(id);
    let density = (side.density * 100.0).round() as u32;
    Counted { density, splits: side.counts.splits(), misses: side.counts.misses }
}

fn end_of(named: &Named) -> Frame {
    replay(&named.run, named.until, u64::MAX).state.frame(named.until)
}

/// Both sides at the end of a scenario.
fn both(named: &Named) -> [Counted; 2] {
    let frame = end_of(named);
    [SideId::Left, SideId::Right].map(|id| counted(&frame, id))
}

#[test]
fn rising_keys_pack_better_and_miss_less() {
    let [rising, random] = both(&scenarios::opening());
    assert!(rising.density > random.density + 10, "{rising:?} {random:?}");
    assert!(rising.misses * 10 < random.misses, "{rising:?} {random:?}");
}

#[test]
fn a_little_late_packs_better_than_in_order_and_too_late_worse_than_random() {
    let [in_order, late] = both(&scenarios::slightly_late());
    assert!(late.density > in_order.density, "{late:?} {in_order:?}");
    // So few pages are a matter of luck: ten runs together are not.
    let sum = (0..10).map(|seed| {
        let named = scenarios::late();
        both(&Named { run: Run { seed, ..named.run.clone() }, ..named }).map(|it| it.density)
    });
    let [too_late, random] = sum.reduce(|a, b| [a[0] + b[0], a[1] + b[1]]).unwrap();
    assert!(too_late + 20 < random, "{too_late} {random}");
}

#[test]
fn falling_keys_split_in_the_middle() {
    let frame = end_of(&scenarios::descending());
    let counts = frame.side(SideId::Right).counts;
    assert!(counts.middle_splits > 10 * counts.rightmost_splits, "{counts:?}");
    let first: Vec<u32> = frame
        .side(SideId::Right)
        .level(0)
        .next()
        .unwrap()
        .entries
        .iter()
        .map(|it| it.key)
        .collect();
    let rows =
        frame.side(SideId::Right).level(0).next().unwrap().entries.iter().map(|it| it.row.unwrap());
    assert!(first.is_sorted() && rows.rev().is_sorted());
}

#[test]
fn more_memory_ends_the_misses() {
    let named = scenarios::small_pool();
    let at = |ms| replay(&named.run, Time::from_ms(ms), u64::MAX).state.frame(Time::from_ms(ms));
    let right = |frame: Frame| frame.side(SideId::Right).counts;
    let (before, end) = (right(at(24_050)), right(at(40_400)));
    assert!(before.misses_per_insert() > 1.0, "{before:?}");
    // A page that was not in memory is read once more, and stays.
    assert!(end.misses - before.misses <= u64::from(before.pages()), "{before:?} {end:?}");
}

#[test]
fn what_is_done_by_hand_is_told() {
    let named = scenarios::by_hand();
    let events: Vec<Event> =
        replay(&named.run, named.until, u64::MAX).events.into_iter().map(|(_, it)| it).collect();
    let inserted = |event: &&Event| matches!(event, Event::Inserted { key: 505, .. });
    assert_eq!(events.iter().filter(inserted).count(), 2);
    let refused = |event: &&Event| matches!(event, Event::Duplicate { key: 505, .. });
    assert_eq!(events.iter().filter(refused).count(), 2);
    assert!(
        events.contains(&Event::Refused {
            reason: format!("a key is a number from 0 to {MOST_KEY}")
        })
    );
    // The tree that was emptied has begun again, and has caught up at the end.
    let frame = end_of(&named);
    let rows = frame.sides.each_ref().map(|side| side.rows);
    assert_eq!(rows, [40, 40]);
    assert_eq!(frame.side(SideId::Left).counts.entries, 41);
    assert_eq!(frame.side(SideId::Right).counts.entries, 40);
}

#[test]
fn a_frame_shows_the_way_of_the_last_key() {
    let named = scenarios::opening();
    let until = Time::from_ms(400 * 60 + 100);
    let frame = replay(&named.run, until, u64::MAX).state.frame(until);
    for side in &frame.sides {
        let last = side.last.as_ref().expect("keys have come");
        assert_eq!((last.at, side.rows), (Time::from_ms(400 * 60), 60));
        let leaf = side.page(last.leaf).expect("the leaf is there");
        let entry = leaf.entries.iter().find(|entry| entry.key == last.key);
        assert_eq!(entry.and_then(|entry| entry.row), Some(59));
        let root = side.level(side.levels - 1).next().expect("there is a root");
        let touch = root.touch.expect("the root is touched by every insert");
        assert_eq!((touch.at, touch.order), (last.at, 0));
        let touch = leaf.touch.expect("the leaf was touched");
        assert!(touch.access >= Access::Change && touch.order > 0);
        // The glow is over after its length, half over after half of it.
        let glow = |ms| touch.glow(frame.now, playground_core::sim::Span::from_ms(ms));
        assert_eq!((glow(200), glow(100)), (0.5, 0.0));
        // Every child is a page, and there is a way to every leaf.
        let children = side.pages.iter().flat_map(|page| page.children.iter());
        let mut children: Vec<PageId> = children.copied().collect();
        children.sort_unstable();
        assert_eq!(children.len() + 1, side.pages.len());
        assert!(children.iter().all(|child| side.page(*child).is_some()));
    }
}

#[test]
fn a_link_may_say_anything() {
    let scenario = Scenario {
        rows: u32::MAX,
        leaf_entries: 0,
        inner_entries: 255,
        pool_pages: 0,
        interval_ms: 0,
        left: Arrivals::Late { rows: u32::MAX },
        right: Arrivals::Descending,
    };
    let clamped = scenario.clamped();
    assert_eq!((clamped.rows, clamped.leaf_entries), (MOST_ROWS, 3));
    assert_eq!(
        (clamped.inner_entries, clamped.pool_pages, clamped.interval_ms),
        (MOST_ENTRIES, 1, 1)
    );
    let actions = vec![
        (Time::ZERO, Action::SetPool { pages: u32::MAX }),
        (Time::ZERO, Action::SetPool { pages: 0 }),
        (
            Time::from_ms(2_000),
            Action::SetArrivals { side: SideId::Left, arrivals: Arrivals::Snowflake },
        ),
    ];
    let run: Run<Shelf> = Run { scenario, seed: 3, actions };
    let transcript = replay(&run, Time(u64::MAX), u64::MAX);
    assert_eq!(transcript.violations, []);
    let frame = transcript.state.frame(Time::from_ms(4_000));
    assert_eq!(frame.sides.each_ref().map(|side| side.counts.entries), [1_000, 1_000]);
}

#[test]
fn every_order_fits_on_the_shelf() {
    let late = [1, 7, 50].map(|rows| Arrivals::Late { rows });
    for arrivals in Arrivals::KINDS.into_iter().chain(late).chain([Arrivals::Descending]) {
        let scenario = Scenario { left: arrivals, rows: 300, ..Scenario::default() };
        let run: Run<Shelf> = Run::new(scenario, 5);
        let transcript = replay(&run, Time(u64::MAX), u64::MAX);
        assert_eq!(transcript.violations, [], "{arrivals}");
        let side = transcript.state.side(SideId::Left);
        assert_eq!(side.tree().counts().entries, 300, "{arrivals}");
        assert_eq!(side.tree().counts().duplicates, 0, "{arrivals}");
    }
}

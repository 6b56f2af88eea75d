//! What happens on the shelf, in words.

use crate::components::grouped;
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::shelf::{Event, Frame, SideId, SideView};

/// A side by its name in the document.
pub fn side_name(side: SideId) -> &'static str {
    match side {
        SideId::Left => "left",
        SideId::Right => "right",
    }
}

fn side_text(side: SideId) -> &'static str {
    match side {
        SideId::Left => "On the left",
        SideId::Right => "On the right",
    }
}

/// In which order keys come, as a heading.
pub fn arrivals_text(arrivals: Arrivals) -> String {
    let text = arrivals.to_string();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// How many rows have come.
pub fn rows_text(rows: u32, of: u32) -> String {
    format!("{} of {} rows", grouped(rows.into()), grouped(of.into()))
}

/// A number of things, one or many.
pub fn count(number: u32, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number.into())) }
}

/// A tree for those who cannot see it.
pub fn tree_summary(view: &SideView) -> String {
    let counts = &view.counts;
    format!(
        "A B+tree of {} on {}, {} levels; keys come in this order: {}. Its leaves are {} full.",
        count(counts.entries as u32, "key", "keys"),
        count(counts.leaf_pages, "leaf", "leaves"),
        view.levels,
        view.arrivals,
        percent(view.density)
    )
}

/// A share of a whole.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// How often pages were split, for both sides.
pub fn splits_text(frame: &Frame) -> String {
    let side = |side: SideId| {
        let splits = frame.side(side).counts.splits();
        format!("{}: {}.", side_text(side), count(splits, "split", "splits"))
    };
    format!("{} {}", side(SideId::Left), side(SideId::Right))
}

/// What has happened at once.
pub fn sentence(events: &[Event]) -> String {
    let sides = [SideId::Left, SideId::Right];
    let of_sides = sides.into_iter().filter_map(|side| side_sentence(events, side));
    let others = events.iter().filter_map(other_sentence);
    of_sides.chain(others).collect::<Vec<_>>().join(" ")
}

fn side_sentence(events: &[Event], wanted: SideId) -> Option<String> {
    let mut text = events.iter().find_map(|event| match event {
        Event::Inserted { side, key, touched, misses, write_backs } if *side == wanted => {
            Some(format!("{}, {key}: {}", side_text(*side), cost(*touched, *misses, *write_backs)))
        }
        Event::Duplicate { side, key } if *side == wanted => {
            Some(format!("{}, {key}: it is there already", side_text(*side)))
        }
        _ => None,
    })?;
    for event in events {
        match event {
            Event::Split { side, level, kept, moved, was_rightmost, .. } if *side == wanted => {
                let page = if *level == 0 { "leaf" } else { "page above" };
                let which =
                    if *was_rightmost { format!("the last {page}") } else { format!("a {page}") };
                text += &format!("; {which} is split, {kept} stay and {moved} go");
            }
            Event::Grew { side, levels } if *side == wanted => {
                text += &format!("; the tree has {levels} levels now");
            }
            _ => {}
        }
    }
    Some(text + ".")
}

/// What an insert has cost.
fn cost(touched: u32, misses: u32, write_backs: u32) -> String {
    let mut text = format!("{} touched", count(touched, "page", "pages"));
    if misses > 0 {
        text += &format!(", {misses} read from the disk");
    }
    if write_backs > 0 {
        text += &format!(", {write_backs} written to make room");
    }
    text
}

fn other_sentence(event: &Event) -> Option<String> {
    Some(match event {
        Event::AllInserted { rows } => format!("All {} rows are in.", grouped((*rows).into())),
        Event::PoolSet { pages } => {
            format!("There is room for {} of each tree in memory.", count(*pages, "page", "pages"))
        }
        Event::ArrivalsSet { side, arrivals } => {
            format!("{} it begins anew: {arrivals}.", side_text(*side))
        }
        Event::Refused { reason } => format!("Refused: {reason}."),
        Event::Inserted { .. }
        | Event::Split { .. }
        | Event::Grew { .. }
        | Event::Duplicate { .. } => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::bplus_tree::PageId;

    #[test]
    fn an_insert_is_told_with_its_split() {
        let side = SideId::Right;
        let events = [
            Event::Inserted { side, key: 505, touched: 3, misses: 1, write_backs: 0 },
            Event::Split {
                side,
                level: 0,
                page: PageId(1),
                new: PageId(4),
                kept: 4,
                moved: 5,
                was_rightmost: false,
            },
        ];
        assert_eq!(
            sentence(&events),
            "On the right, 505: 3 pages touched, 1 read from the disk; a leaf is split, 4 stay and 5 go."
        );
        assert_eq!(
            sentence(&[Event::PoolSet { pages: 1 }]),
            "There is room for 1 page of each tree in memory."
        );
    }

    #[test]
    fn an_order_is_a_heading() {
        assert_eq!(arrivals_text(Arrivals::AutoIncrement), "Auto-increment");
    }
}

//! Where the pages of a tree are drawn: leaves beside each other, each page above its children.

use playground_core::unique_id::bplus_tree::PageId;
use playground_core::unique_id::shelf::PageView;
use std::collections::BTreeMap;

/// The height of a page above the leaves, in CSS pixels, as all lengths here.
const INNER_HEIGHT: f64 = 18.0;
/// From one level to the next.
const LEVEL_GAP: f64 = 26.0;
/// The height of all places of a leaf together, about.
const LEAF_HEIGHT: f64 = 104.0;
/// The most room that a leaf takes.
const WIDEST_LEAF: f64 = 46.0;
/// Room for outlines.
const MARGIN: f64 = 3.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Place {
    /// The middle of its width.
    pub fn middle(&self) -> f64 {
        self.x + self.width / 2.0
    }
}

/// The whole tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where each page is, in the order of the pages.
    pub places: Vec<Place>,
    /// How high one key of a leaf is.
    pub slot_height: f64,
    /// How high everything is.
    pub height: f64,
    index: BTreeMap<PageId, usize>,
}

impl Plan {
    /// Lays out pages that come level by level from the root down, within a width.
    pub fn of(pages: &[PageView], leaf_entries: u8, width: f64) -> Self {
        let index: BTreeMap<PageId, usize> =
            pages.iter().enumerate().map(|(number, page)| (page.id, number)).collect();
        let levels = pages.first().map_or(1, |root| root.level + 1);
        let leaves = pages.iter().filter(|page| page.level == 0).count().max(1);
        let pitch = ((width - 2.0 * MARGIN) / leaves as f64).min(WIDEST_LEAF);
        let slot_height = (LEAF_HEIGHT / f64::from(leaf_entries.max(1))).floor().clamp(3.0, 13.0);
        let leaf_height = slot_height * f64::from(leaf_entries.max(1));
        let top = |level: u8| {
            MARGIN + f64::from(levels - 1 - level.min(levels - 1)) * (INNER_HEIGHT + LEVEL_GAP)
        };
        let mut places = vec![Place::default(); pages.len()];
        let mut leaf = 0;
        // Children stand after their parents.
        for (number, page) in pages.iter().enumerate().rev() {
            if page.level > 0 {
                let middles: Vec<f64> = page
                    .children
                    .iter()
                    .filter_map(|child| index.get(child))
                    .map(|child| places[*child].middle())
                    .collect();
                let (first, last) = middles
                    .iter()
                    .fold((f64::MAX, f64::MIN), |(a, b), it| (a.min(*it), b.max(*it)));
                let middle = if middles.is_empty() { width / 2.0 } else { (first + last) / 2.0 };
                let wide = (12.0 * page.children.len() as f64 + 10.0).min(width - 2.0 * MARGIN);
                let x = (middle - wide / 2.0).clamp(MARGIN, (width - MARGIN - wide).max(MARGIN));
                places[number] = Place { x, y: top(page.level), width: wide, height: INNER_HEIGHT };
            } else {
                leaf += 1;
                let x = MARGIN + (leaves - leaf) as f64 * pitch;
                let gap = (pitch * 0.16).min(5.0);
                places[number] = Place { x, y: top(0), width: pitch - gap, height: leaf_height };
            }
        }
        Plan { places, slot_height, height: top(0) + leaf_height + MARGIN, index }
    }

    /// Where a page is.
    pub fn place(&self, page: PageId) -> Option<Place> {
        self.index.get(&page).map(|number| self.places[*number])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Rng, Simulation, Time};
    use playground_core::unique_id::shelf::{Scenario, Shelf, SideId};

    fn after(rows: u32) -> Shelf {
        let mut shelf = Shelf::new(&Scenario::default(), Rng::new(1));
        for _ in 0..rows {
            shelf.step();
        }
        shelf
    }

    #[test]
    fn pages_of_a_level_do_not_overlap_and_stay_inside() {
        for rows in [0, 1, 9, 40, 100] {
            let frame = after(rows).frame(Time::ZERO);
            for side in [SideId::Left, SideId::Right] {
                let view = frame.side(side);
                for width in [300.0, 560.0] {
                    let plan = Plan::of(&view.pages, frame.leaf_entries, width);
                    for level in 0..view.levels {
                        let places: Vec<Place> =
                            view.level(level).filter_map(|page| plan.place(page.id)).collect();
                        assert!(places.iter().all(|it| it.x >= 0.0 && it.x + it.width <= width));
                        let apart = |pair: &[Place]| pair[0].x < pair[1].x;
                        assert!(places.windows(2).all(apart), "{rows} rows, level {level}");
                    }
                    assert!(plan.places.iter().all(|it| it.y + it.height <= plan.height));
                }
            }
        }
    }

    #[test]
    fn a_page_stands_above_its_children() {
        let frame = after(100).frame(Time::ZERO);
        let view = frame.side(SideId::Right);
        let plan = Plan::of(&view.pages, frame.leaf_entries, 560.0);
        for page in view.pages.iter().filter(|page| page.level > 0) {
            let place = plan.place(page.id).unwrap();
            for child in &page.children {
                assert!(plan.place(*child).unwrap().y > place.y + place.height);
            }
        }
    }
}

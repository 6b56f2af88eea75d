//! Where things stand in the picture of server and tabs, in CSS pixels.

pub use crate::components::Rect;

/// No tab's card is narrower: the picture is scrolled instead.
const LEAST_CARD: f64 = 76.0;
/// In a narrower card than this, messages have a number and no text, and packets a shape and no name.
const ROOMY_CARD: f64 = 100.0;
/// A line of small text.
pub const LINE: f64 = 17.0;
/// What is between a card's edge and its content.
pub const PAD: f64 = 9.0;
/// The height of a card's name and condition.
pub const HEAD: f64 = 44.0;
/// How many messages of a tab are shown.
pub const LINES: usize = 6;
/// How many messages of the server's store are shown.
pub const RECORDS: usize = 5;
/// The height of a message under way.
pub const CHIP: f64 = 23.0;
/// The width of a letter of small text, roughly: no measuring before drawing.
const LETTER: f64 = 6.4;

/// The way of messages from one end of a connection to the other: straight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lane {
    /// Where it begins.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
}

impl Lane {
    /// The place after so much of the way, 0 to 1.
    pub fn at(&self, progress: f64) -> (f64, f64) {
        let mix = |from: f64, to: f64| from + (to - from) * progress;
        (mix(self.from.0, self.to.0), mix(self.from.1, self.to.1))
    }

    /// Its length.
    pub fn length(&self) -> f64 {
        (self.to.0 - self.from.0).hypot(self.to.1 - self.from.1)
    }
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// How wide the picture is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// The server's card.
    pub server: Rect,
    /// The tabs' cards.
    pub tabs: Vec<Rect>,
}

impl Places {
    /// The places of a server and so many tabs in a picture so wide, or wider if they need more.
    pub fn new(width: f64, tabs: usize) -> Self {
        let count = tabs.max(1) as f64;
        let between = if width < 480.0 { 6.0 } else { 16.0 };
        let gaps = 4.0 + between * (count - 1.0);
        let width = width.max(LEAST_CARD * count + gaps);
        let card = (width - gaps) / count;
        let height = HEAD + LINE * RECORDS as f64 + PAD;
        let server = Rect { x: 2.0, y: 2.0, width: width - 4.0, height };
        let top = server.bottom() + 156.0;
        let height = HEAD + LINE * LINES as f64 + LINE + PAD;
        let tab = |number: usize| {
            let x = 2.0 + (card + between) * number as f64;
            Rect { x, y: top, width: card, height }
        };
        let tabs: Vec<Rect> = (0..tabs).map(tab).collect();
        Places { width, height: top + height + 3.0, server, tabs }
    }

    /// Whether there is room for more than numbers and shapes.
    pub fn is_roomy(&self) -> bool {
        self.tabs.first().is_none_or(|card| card.width >= ROOMY_CARD)
    }

    /// The way from a tab to the server, or back; none if there is no such tab.
    pub fn lane(&self, tab: usize, is_up: bool) -> Option<Lane> {
        let card = self.tabs.get(tab)?;
        let clear = CHIP / 2.0 + 3.0;
        let (high, low) = (self.server.bottom() + clear, card.y - clear);
        let apart = (card.width * 0.2).clamp(18.0, 44.0);
        let x = card.middle() + if is_up { -apart } else { apart };
        let (top, bottom) = ((x, high), (x, low));
        Some(if is_up { Lane { from: bottom, to: top } } else { Lane { from: top, to: bottom } })
    }
}

/// How wide a packet with this name is.
pub fn chip_width(name: &str) -> f64 {
    if name.is_empty() { CHIP + 3.0 } else { name.chars().count() as f64 * 7.0 + 27.0 }
}

/// As much of a text as fits on a line so wide.
pub fn fitting(text: &str, width: f64) -> String {
    let letters = (width / LETTER).max(1.0) as usize;
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(letters.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Moves places along a lane apart, so that no two are closer than `apart`; the order stays. `places` are
/// lengths from the start, in any order; those nearer to the end keep theirs where they can.
pub fn spread(places: &mut [f64], apart: f64, length: f64) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*b].total_cmp(&places[*a]).then(a.cmp(b)));
    let apart = apart.min(length / places.len().max(1) as f64);
    let mut limit = length;
    for (rank, index) in order.iter().enumerate() {
        let behind = (order.len() - 1 - rank) as f64;
        places[*index] = places[*index].max(apart * behind).min(limit);
        limit = places[*index] - apart;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_tabs_fit_a_telephone_and_more_are_scrolled() {
        let desk = Places::new(640.0, 4);
        assert!(desk.width == 640.0 && desk.is_roomy());
        assert!(desk.tabs.last().is_some_and(|card| card.right() <= desk.width));
        let telephone = Places::new(328.0, 4);
        assert!(telephone.width == 328.0 && !telephone.is_roomy());
        let many = Places::new(328.0, 8);
        assert!(many.width > 328.0);
        assert!(many.tabs.iter().all(|card| card.width >= LEAST_CARD - 0.01));
    }

    #[test]
    fn messages_there_and_back_have_lanes_of_their_own() {
        let places = Places::new(640.0, 3);
        let (up, down) = (places.lane(1, true).unwrap(), places.lane(1, false).unwrap());
        assert!(up.from.1 > up.to.1 && down.from.1 < down.to.1);
        assert!(up.from.0 < down.to.0);
        assert!(places.lane(3, true).is_none());
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_dots() {
        assert_eq!(fitting("hello", 640.0), "hello");
        assert_eq!(fitting("hello everybody here", 64.0), "hello eve…");
        assert_eq!(fitting("hello everybody", 40.0), "hello…");
    }

    #[test]
    fn messages_in_one_place_are_moved_apart() {
        let mut places = [50.0, 50.0, 50.0, 5.0];
        spread(&mut places, 20.0, 100.0);
        assert_eq!(places, [60.0, 40.0, 20.0, 0.0]);
    }
}

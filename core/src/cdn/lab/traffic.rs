//! Readers who ask for pictures by themselves: a few pictures often, most of them rarely.

use super::super::workload::Zipf;
use super::action::{Pictures, Scenario};
use super::catalogue::{Control, Item};
use super::{Due, Lab};
use crate::sim::{Rng, Span};

/// The path of a picture, by number from 0 on.
pub(super) fn picture_path(number: usize) -> String {
    format!("/pictures/{:04}.jpg", number + 1)
}

/// What will be asked for, and by whom.
#[derive(Clone, Debug)]
pub(super) struct Traffic {
    rng: Rng,
    settings: Pictures,
    readers: u64,
    /// The number of the first picture.
    first: u16,
    sizes_kib: Vec<u32>,
    zipf: Zipf,
    asked: u32,
    /// The next picture of the visitor who reads everything once.
    scanned: u16,
    is_planned: bool,
}

impl Traffic {
    pub(super) fn new(scenario: &Scenario, mut rng: Rng) -> Self {
        let settings = scenario.pictures;
        let mut sizes = rng.fork();
        // Three quarters from 8 to 40 KiB, the others up to 400.
        let size = |_| match sizes.below(4) {
            0 => 40 + sizes.below(360) as u32,
            _ => 8 + sizes.below(32) as u32,
        };
        Traffic {
            sizes_kib: (0..settings.count).map(size).collect(),
            rng,
            settings,
            readers: scenario.readers.len() as u64,
            first: scenario.items.len() as u16,
            zipf: Zipf::new(settings.count.into(), settings.alpha_percent * 10),
            asked: 0,
            scanned: 0,
            is_planned: false,
        }
    }

    /// The pictures, as items.
    pub(super) fn pictures(&self) -> Vec<Item> {
        let control = Control::fresh_for(self.settings.max_age_s);
        let picture =
            |(number, kib): (usize, &u32)| Item::new(&picture_path(number), *kib, control);
        self.sizes_kib.iter().enumerate().map(picture).collect()
    }

    fn draw(&mut self) -> (u8, u16) {
        self.asked = self.asked.wrapping_add(1);
        let reader = self.rng.below(self.readers) as u8;
        let every = self.settings.scan_every;
        let picture = if every > 0 && self.asked.is_multiple_of(every) {
            let next = self.scanned;
            self.scanned = (next + 1) % self.settings.count.max(1);
            next
        } else {
            self.zipf.draw(&mut self.rng) as u16
        };
        (reader, self.first + picture)
    }
}

impl Lab {
    /// Sees to it that a picture is asked for, if any are.
    pub(super) fn plan_visit(&mut self) {
        let per_second = u64::from(self.settings.per_second);
        let traffic = &mut self.traffic;
        if per_second == 0 || traffic.settings.count == 0 || traffic.is_planned {
            return;
        }
        traffic.is_planned = true;
        let mean = Span::from_us(1_000_000 / per_second);
        let wait = traffic.rng.span(Span::ZERO, mean * 2);
        self.agenda.add(self.now + wait, Due::Visitor);
    }

    pub(super) fn visit(&mut self) {
        self.traffic.is_planned = false;
        if self.settings.per_second > 0 {
            let (reader, item) = self.traffic.draw();
            self.ask(reader, item, false);
        }
        self.plan_visit();
    }
}

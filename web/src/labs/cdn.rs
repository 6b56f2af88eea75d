//! The lab of content delivery: readers, edges and an origin on the map, and the copies between them.

mod charts;
mod commands;
mod console;
mod copies;
mod data;
mod desk;
mod experiment;
mod figure;
mod geometry;
mod goals;
mod invariants;
mod labels;
mod live;
mod map;
mod menu;
mod miniature;
mod nodes;
mod page;
mod race;
mod readout;
mod runs;
mod sentences;
mod setup;
mod signs;
mod story;
mod subjects;
mod sum;
mod take_home;
mod traffic;
mod way;
mod words;

pub use goals::GOALS;
pub use miniature::Miniature;
pub use page::Page;

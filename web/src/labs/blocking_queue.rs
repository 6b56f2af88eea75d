//! The lab of the blocking queue: a waiting line with producers, consumers and a few places, simulated, really running
//! in workers, and on native threads.

mod cards;
mod commands;
mod console;
mod data;
mod desk;
mod every_order;
mod experiment;
mod figure;
mod geometry;
mod goals;
mod invariants;
mod items;
mod knobs;
mod lanes;
mod menu;
mod miniature;
mod native;
mod page;
mod picture;
mod readout;
mod real;
mod runs;
mod sentences;
mod setup;
mod signs;
mod stays;
mod story;
mod subjects;
mod tables;
mod take_home;
mod words;
mod world;

pub use goals::GOALS;
pub use miniature::Miniature;
pub use page::Page;

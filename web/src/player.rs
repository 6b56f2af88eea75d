//! Plays, steps, scrubs, forks and shares the run of any simulation: once, for every lab.
//!
//! [`use_player`] owns a timeline and the loop that moves it; [`PlayerBar`] is its face and knows no
//! simulation; [`use_linked`] is the player of a lab's page, and keeps its run in the address; [`use_reached`] ticks
//! the page's goals; [`TakeHome`] is what is taken away.

mod bar;
mod given;
mod link;
mod linked;
mod model;
mod shared;
mod start;
mod take_home;

pub use bar::{PLAYER_KEYS, PlayerBar, use_player_keys};
pub use link::link_of;
pub use linked::{Linked, use_linked, use_reached};
pub use model::{Command, Start};
pub use shared::{Player, use_hold, use_player};
pub use take_home::TakeHome;

//! The shapes of things: nodes have a sign, goods a silhouette, and what can happen to either a mark.
//! All are paths within a circle of radius 1.

pub use crate::components::sign_at;
use crate::components::{Sign, mark_at};
use playground_core::two_phase_commit::{Good, Place};
use yew::prelude::*;

/// The sign of a node, the same in figure and prose.
pub fn sign(place: Place) -> Sign {
    Sign::nth(match place {
        Place::Coordinator => 3,
        Place::Inventory => 0,
        Place::Delivery => 2,
        Place::YourWallet => 5,
        Place::FriendsWallet => 1,
        Place::Card => 4,
    })
}

/// The silhouette of a good.
pub fn good_path(good: Good) -> &'static str {
    match good {
        Good::Burger => {
            "M-1-.12A1 .8 0 0 1 1-.12ZM-1 .08H1V.4H-1ZM-1 .6H1A.5.4 0 0 1 .6 .95H-.6A.5.4 0 0 1-1 .6Z"
        }
        Good::Fries => {
            "M-.8 .1H.8L.55 1H-.55ZM-.65 0V-.8H-.32V0ZM-.17 0V-1H.17V0ZM.32 0V-.8H.65V0Z"
        }
        Good::Drink => "M-.65-.4H.65L.42 1H-.42ZM-.8-.7H.8V-.48H-.8ZM0-.7L.15-1.1H.42L.27-.7Z",
        Good::Pizza => "M-.95-.62Q0-1.2 .95-.62L0 1.05Z",
        Good::Courier => {
            "M0-1.05A.42.42 0 1 1 0-.21A.42.42 0 1 1 0-1.05ZM-.72 1V.45A.72.6 0 0 1 .72 .45V1Z"
        }
        Good::Cent => "M0-.9A.9.9 0 1 1 0 .9A.9.9 0 1 1 0-.9Z",
    }
}

/// A padlock: set aside, and nobody may take it.
pub const LOCK: &str =
    "M-.75-.1H.75V1H-.75ZM-.55-.1V-.4A.55.55 0 0 1 .55-.4V-.1H.28V-.4A.28.28 0 0 0-.28-.4V-.1Z";
/// A disk.
pub const DISK: &str = "M-.95-.6A.95.4 0 0 1 .95-.6V.6A.95.4 0 0 1-.95 .6Z";
/// The upper edge of a disk, in the colour of the ground.
pub const DISK_EDGE: &str = "M-.95-.6A.95.4 0 0 0 .95-.6";
/// A bomb with its fuse: somebody has arranged a crash.
pub const FUSE: &str =
    "M-.15-.35A.65.65 0 1 1-.15 .95A.65.65 0 1 1-.15-.35ZM.13-.32L.5-1.05L.76-.9L.38-.1Z";
/// A cross: down, or lost.
pub const CROSS: &str = "M-.8-.8L.8 .8M.8-.8L-.8 .8";
/// A clock: somebody has waited long enough.
pub const CLOCK: &str = "M0-.9A.9.9 0 1 1 0 .9A.9.9 0 1 1 0-.9ZM0-.5V0L.4 .3";
/// A lozenge: a decision.
pub const LOZENGE: &str = "M0-1L1 0L0 1L-1 0Z";
/// A square: a record.
pub const SQUARE: &str = "M-.75-.75H.75V.75H-.75Z";
/// A warning: something has gone wrong for good.
pub const WARNING: &str = "M0-1L1.05 .85H-1.05ZM-.12-.35H.12L.08 .25H-.08ZM-.1 .42H.1V.62H-.1Z";
/// Power: a node starts again.
pub const POWER: &str = "M-.45-.6A.75.75 0 1 0 .45-.6M0-1V-.1";
/// A tick.
pub const TICK: &str = "M-.8 .1L-.25 .65L.8-.6";

/// A mark of a class at a place, so many pixels in radius.
pub fn mark(class: &'static str, path: &'static str, place: (f64, f64), radius: f64) -> Html {
    mark_at(format!("two-phase-commit-mark {class}"), path, place, radius)
}

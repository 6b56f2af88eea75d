//! The only registry of labs: each is one line in every `match` here.

pub mod consistent_hashing;

use crate::components::Goal;
use crate::routes::Route;
use yew::prelude::*;

/// The labs that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lab {
    /// Move few keys when shards come and go.
    ConsistentHashing,
}

impl Lab {
    /// All of them, in reading order.
    pub const ALL: &[Lab] = &[Lab::ConsistentHashing];

    /// The one name of the lab, as in the names of its files.
    pub fn name(self) -> &'static str {
        match self {
            Lab::ConsistentHashing => "consistent_hashing",
        }
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Lab::ConsistentHashing => "Consistent hashing",
        }
    }

    /// Its idea in one sentence.
    pub fn idea(self) -> &'static str {
        match self {
            Lab::ConsistentHashing => "Move few keys when shards come and go.",
        }
    }

    /// Its address.
    pub fn route(self) -> Route {
        match self {
            Lab::ConsistentHashing => Route::ConsistentHashing,
        }
    }

    /// What there is to achieve in it.
    pub fn goals(self) -> &'static [Goal] {
        match self {
            Lab::ConsistentHashing => consistent_hashing::GOALS,
        }
    }

    /// A moving picture of it for the front door.
    pub fn miniature(self) -> Html {
        match self {
            Lab::ConsistentHashing => html! { <consistent_hashing::Miniature /> },
        }
    }

    /// The lab itself.
    pub fn page(self) -> Html {
        match self {
            Lab::ConsistentHashing => html! { <consistent_hashing::Page /> },
        }
    }
}

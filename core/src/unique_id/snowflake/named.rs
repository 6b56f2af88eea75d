//! The layouts that have a name.

use super::Layout;
use serde::{Deserialize, Serialize};

/// A layout by its name, for where a reader chooses one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NamedLayout {
    /// [`Layout::CLASSICAL`]
    #[default]
    Classical,
    /// [`Layout::TWITTER`]
    Twitter,
    /// [`Layout::DISCORD`]
    Discord,
    /// [`Layout::INSTAGRAM`]
    Instagram,
    /// [`Layout::SONY`]
    Sony,
}

impl NamedLayout {
    /// All of them, the classical one first.
    pub const ALL: [NamedLayout; 5] = [
        NamedLayout::Classical,
        NamedLayout::Twitter,
        NamedLayout::Discord,
        NamedLayout::Instagram,
        NamedLayout::Sony,
    ];

    /// How people call it.
    pub const fn name(self) -> &'static str {
        match self {
            NamedLayout::Classical => "Classical",
            NamedLayout::Twitter => "Twitter",
            NamedLayout::Discord => "Discord",
            NamedLayout::Instagram => "Instagram",
            NamedLayout::Sony => "Sony",
        }
    }

    /// The layout.
    pub const fn layout(self) -> Layout {
        match self {
            NamedLayout::Classical => Layout::CLASSICAL,
            NamedLayout::Twitter => Layout::TWITTER,
            NamedLayout::Discord => Layout::DISCORD,
            NamedLayout::Instagram => Layout::INSTAGRAM,
            NamedLayout::Sony => Layout::SONY,
        }
    }
}

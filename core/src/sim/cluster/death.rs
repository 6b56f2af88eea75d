//! How a node may be told beforehand to die.

use crate::sim::{Machine, Output};
use serde::{Deserialize, Serialize};

/// Which side of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Right before it is carried out: as if it had never been asked for.
    Before,
    /// Right after it has been carried out; a forced append, once the disk has answered.
    After,
}

/// When a node is going to die.
#[derive(Clone, Debug)]
pub(super) enum Death<M: Machine> {
    /// After so many more outputs, at least one.
    After(u32),
    /// Before or after the next output of a kind.
    Around(Side, fn(&Output<M>) -> bool),
}

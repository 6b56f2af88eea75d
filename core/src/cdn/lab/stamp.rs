//! What the auditor knows of a content wherever it goes: no field of a message, but the truth behind it.

use super::catalogue::Control;
use crate::sim::Time;

/// Where content comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Which item.
    pub item: u16,
    /// Which version of it, from 1 on.
    pub version: u32,
    /// For whom the origin made it; none if for everybody.
    pub owner: Option<u8>,
    /// In which language; none if it has none.
    pub language: Option<&'static str>,
    /// When the origin sent it, or said that it still holds.
    pub vouched_at: Time,
    /// What the origin said about storing it.
    pub control: Control,
}

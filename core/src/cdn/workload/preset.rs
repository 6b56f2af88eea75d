//! Workloads worth seeing: one for each thing that tells policies apart.

use super::{Scan, Shift, Sizes, Workload};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display, Formatter};

/// A workload with a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Popularity alone.
    #[default]
    Zipf,
    /// Every third request is for something that nobody asks for again.
    Wonders,
    /// A crawler walks through more than the cache holds.
    Scan,
    /// What is popular changes now and then.
    Shift,
    /// Objects of very different sizes, with a few of everything else.
    Web,
}

impl Preset {
    /// All of them, in reading order.
    pub const ALL: [Preset; 5] =
        [Preset::Zipf, Preset::Wonders, Preset::Scan, Preset::Shift, Preset::Web];

    /// What there is to see.
    pub const fn name(self) -> &'static str {
        match self {
            Preset::Zipf => "Steady popularity",
            Preset::Wonders => "One-hit wonders",
            Preset::Scan => "A crawler",
            Preset::Shift => "Changing fashions",
            Preset::Web => "Large and small",
        }
    }

    /// The workload.
    pub const fn workload(self, seed: u64) -> Workload {
        let plain = Workload::zipf(10_000, 900, seed);
        match self {
            Preset::Zipf => plain,
            Preset::Wonders => Workload { wonders_percent: 33, ..plain },
            Preset::Scan => Workload { scan: Some(Scan { every: 5_000, objects: 1_000 }), ..plain },
            Preset::Shift => {
                Workload { shift: Some(Shift { every: 10_000, objects: 500 }), ..plain }
            }
            Preset::Web => Workload {
                sizes: Sizes::Web,
                wonders_percent: 10,
                shift: Some(Shift { every: 10_000, objects: 50 }),
                ..plain
            },
        }
    }

    /// A cache for it, in bytes: a twentieth of the catalogue.
    pub fn capacity_bytes(self, seed: u64) -> u64 {
        self.workload(seed).catalogue_bytes() / 20
    }
}

impl Display for Preset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

//! Copies of past states, thinned as a run grows, so that seeking back is quick and memory bounded.
//!
//! A copy is kept every `stride` steps. When there are too many, every second one goes and the
//! stride doubles: any state is then at most one stride of steps away from a copy.

use super::Simulation;
use super::simulation::Playhead;

/// At most this many copies, however small the state is.
const MOST: usize = 512;
/// At least this many, however large.
const FEWEST: usize = 8;
/// What all copies together may take, in bytes, as [`Simulation::footprint_bytes`] counts them.
const BUDGET_BYTES: usize = 32 << 20;
const FIRST_STRIDE: u64 = 16;

#[derive(Clone, Debug)]
pub(super) struct Snapshots<S> {
    heads: Vec<Playhead<S>>,
    stride: u64,
}

impl<S: Simulation> Snapshots<S> {
    /// Begins with the start of the run, which always stays.
    pub(super) fn new(start: Playhead<S>) -> Self {
        Snapshots { heads: vec![start], stride: FIRST_STRIDE }
    }

    /// Keeps a copy if the position is one of those to be kept and not there yet.
    pub(super) fn offer(&mut self, head: &Playhead<S>) {
        let newest = self.heads.last().map_or(0, |kept| kept.position);
        if head.position <= newest || !head.position.is_multiple_of(self.stride) {
            return;
        }
        self.heads.push(head.clone());
        let affordable = BUDGET_BYTES / head.state.footprint_bytes().max(1);
        while self.heads.len() > affordable.clamp(FEWEST, MOST) {
            self.stride *= 2;
            let stride = self.stride;
            self.heads.retain(|kept| kept.position.is_multiple_of(stride));
        }
    }

    /// The newest copy for which `fits` is true; the start of the run if there is no other.
    pub(super) fn newest(&self, fits: impl Fn(&Playhead<S>) -> bool) -> Playhead<S> {
        let index = self.heads.iter().rposition(fits).unwrap_or(0);
        self.heads[index].clone()
    }

    /// Forgets everything after a position.
    pub(super) fn truncate(&mut self, position: u64) {
        self.heads.retain(|kept| kept.position <= position);
    }

    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }
}

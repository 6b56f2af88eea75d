//! Work that takes longer than a frame, done beside the page: in a web worker that runs a program of its
//! own (`workers/worker.rs`), which is loaded when the first job is given and not before.

mod cdn;
mod client;
mod clock;
mod course;
#[expect(dead_code, reason = "the page asks for the work, the worker does it")]
mod protocol;
mod two_phase_commit;
mod unique_id;

pub use cdn::{RaceJob, Raced};
pub use client::{Answer, WorkerFailure, use_worker};
pub use course::{Course, Phase, use_runner};
pub use two_phase_commit::Checked;
pub use unique_id::Inserted;

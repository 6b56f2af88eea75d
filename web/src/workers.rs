//! Work that takes longer than a frame, done beside the page: in web workers that run a program of their
//! own (`workers/worker.rs`), which is loaded when the first job is given and not before.
//!
//! A [`Job`](protocol::Job) is for one worker, which answers by messages. A [`Teamwork`](playground_core::shared_memory::Teamwork) is for
//! several at once, from the page's one pool; they share words with each other and with the page.

mod cdn;
mod client;
mod clock;
mod course;
mod isolation;
mod multi_threading;
mod passing;
mod pool;
mod program;
#[expect(dead_code, reason = "the page asks for the work, the worker does it")]
mod protocol;
mod stretch;
mod team;
mod teams;
mod two_phase_commit;
mod unique_id;
#[expect(dead_code, reason = "the page makes the words, the worker gets them")]
mod words;

pub use cdn::{RaceJob, Raced};
pub use client::{Answer, use_worker};
pub use course::{Course, Phase, use_runner};
pub use isolation::{Isolation, isolation};
pub use multi_threading::{Interleaved, Ran};
pub use program::WorkerFailure;
pub use team::{Team, TeamState, use_team};
pub use two_phase_commit::Checked;
pub use unique_id::Inserted;
pub use words::Words;

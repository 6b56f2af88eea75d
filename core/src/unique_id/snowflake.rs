//! Snowflake IDs: the time, the worker's number and a sequence, side by side in 64 bits.
//!
//! The format is Twitter's ("Announcing Snowflake", 2010). Two IDs differ in their time, or in their worker, or
//! else in their sequence, so that nobody has to be asked; and since the time stands in the uppermost bits, IDs
//! sort by when they were made. What that rests on is shown by what breaks it: a worker's number must have one
//! holder at a time, and a worker's clock must not lead it back to a moment that it has used.
//!
//! - [`Layout`]: which bits mean what; the classical one, and those of four well-known services
//! - [`Id`]: the 64 bits, and how they are written
//! - [`Generator`]: makes IDs for one owner, from a time that is given
//! - [`SharedGenerator`]: makes IDs for many threads at once, from a [`Clock`]
//! - [`Gate`]: makes reading a clock for each ID cheap
//!
//! ```
//! use playground_core::unique_id::snowflake::{ClockPolicy, Generator, Layout, Next};
//!
//! let mut generator = Generator::new(Layout::CLASSICAL, 7, ClockPolicy::Wait { at_most_ms: 10 })?;
//! let Next::Made(id) = generator.next(1_700_000_000_000)? else { panic!("a fresh millisecond") };
//! assert_eq!(id.to_string(), "3600390553628672");
//! assert_eq!(Layout::CLASSICAL.unix_ms(id), 1_700_000_000_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clock;
mod gate;
mod generator;
mod id;
mod layout;
mod named;
mod rules;
mod shared;

pub use clock::{Clock, ClockPolicy};
pub use gate::Gate;
pub use generator::Generator;
pub(crate) use id::base32_value;
pub use id::{Id, ParseIdError};
pub use layout::{Field, FieldOrder, Layout, LayoutError, LayoutSpec, Parts, PartsError};
pub use named::NamedLayout;
pub use rules::{Filled, Next, Refused, Wait, WaitReason};
pub use shared::SharedGenerator;

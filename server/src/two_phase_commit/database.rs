//! A participant that is a PostgreSQL database, driven by the same coordinator.
//!
//! To the core's coordinator it is a node like any other: it is sent messages, and votes and acknowledges. In between
//! stands [`Participant`], a transport in the coordinator's process that turns a message into statements: prepare is
//! BEGIN, UPDATE and PREPARE TRANSACTION in one round trip, a decision is COMMIT PREPARED or ROLLBACK PREPARED. It
//! writes nothing down. What has been promised is in the database, under a name that tells whose it is and what
//! ([`gid`]), and is found there again by whoever comes back: the coordinator, or the database. A process of its own
//! between the two would have cost two more hops and another thing to die, and kept nothing that these do not.
//!
//! A good is a row, and a row takes one transaction at a time, from its UPDATE to its COMMIT PREPARED. So each row has
//! a connection ([`row`]), on which everything about it is sent in the order in which the coordinator asked: two
//! databases never lock the rows of two orders in different orders, which would be a deadlock that neither sees, and
//! the next UPDATE is on its way behind a COMMIT PREPARED before that is answered. One more connection
//! ([`resolver`]) looks for what nobody here knows of any more.
//!
//! The server has a connection of its own to each database ([`inspector`]), for what the page shows: that is there
//! when the coordinator is dead, too.

mod address;
mod gid;
mod inspector;
mod participant;
mod resolver;
mod row;
mod session;
mod tables;
mod voice;

pub use address::{DatabaseUrl, ParticipantsFlag, merged};
pub(super) use gid::Prefix;
pub(super) use inspector::Inspector;
pub(super) use participant::{Participant, Tasks};

//! Two-phase commit with real PostgreSQL databases for participants.

mod crash_points;
mod gids;
mod kitchen;
mod orders;
mod outages;
mod problems;

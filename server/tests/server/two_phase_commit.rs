//! Two-phase commit over real processes that are really killed.

mod crash_points;
mod faults;
mod live;
mod node_process;
mod orders;
mod postgresql;
mod restaurant;
mod storm;
mod whole_server;

//! A race: all policies over the same requests, each with a cache of its own, as far as one likes.
//!
//! Every miss is taken in at once, and nothing is ever stale: what is compared is eviction alone. A hit
//! ratio counts the first request for each object as the miss that it cannot but be.

mod curves;
mod tally;

pub use curves::{Curve, Curves};
pub use tally::Tally;

use super::eviction::{AnyPolicy, Eviction, Policy};
use super::workload::{Requests, Workload};
use serde::{Deserialize, Serialize};
use tally::Windows;

/// The policies and how far they have come.
#[derive(Clone, Debug)]
pub struct Race {
    requests: Requests,
    capacity_bytes: u64,
    done: u64,
    lanes: Vec<Runner>,
    /// What had to go last; kept to save the allocation.
    evicted: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Runner {
    cache: AnyPolicy<u64>,
    total: Tally,
    windows: Windows,
    evictions: u64,
}

/// How the race stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// How many requests there were.
    pub requests: u64,
    /// How many bytes each cache may hold.
    pub capacity_bytes: u64,
    /// How many requests one point of the lanes' histories stands for.
    pub window_requests: u64,
    /// In the order in which the policies were given.
    pub lanes: Vec<Lane>,
}

/// One policy's standing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Who runs here.
    pub policy: Policy,
    /// Since the start.
    pub total: Tally,
    /// Window by window, the latest last, which may not be full yet.
    pub windows: Vec<Tally>,
    /// How many objects are held.
    pub objects: usize,
    /// How many bytes are held.
    pub used_bytes: u64,
    /// How many objects had to go.
    pub evictions: u64,
}

impl Race {
    /// All policies at the start, each with so many bytes.
    pub fn new(workload: &Workload, capacity_bytes: u64) -> Self {
        Race::between(&Policy::ALL, workload.requests(), capacity_bytes)
    }

    /// Some policies at the start.
    pub fn between(policies: &[Policy], requests: Requests, capacity_bytes: u64) -> Self {
        let runner = |policy: &Policy| Runner {
            cache: policy.build(capacity_bytes),
            total: Tally::default(),
            windows: Windows::new(),
            evictions: 0,
        };
        let lanes = policies.iter().map(runner).collect();
        Race { requests, capacity_bytes, done: 0, lanes, evicted: Vec::new() }
    }

    /// Lets all of them serve so many requests more.
    pub fn step(&mut self, requests: u64) {
        for request in self.requests.by_ref().take(requests as usize) {
            for lane in &mut self.lanes {
                let is_hit = lane.cache.request(&request.object, request.bytes, &mut self.evicted);
                lane.total.count(request.bytes, is_hit);
                lane.windows.count(request.bytes, is_hit);
                lane.evictions += self.evicted.len() as u64;
                self.evicted.clear();
            }
            self.done += 1;
        }
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.done
    }

    /// A policy's tally since the start; none if it does not run.
    pub fn total(&self, policy: Policy) -> Option<Tally> {
        let mut lanes = self.lanes.iter();
        lanes.find(|lane| lane.cache.policy() == policy).map(|lane| lane.total)
    }

    /// How the race stands, as plain data.
    pub fn frame(&self) -> Frame {
        let lane = |runner: &Runner| Lane {
            policy: runner.cache.policy(),
            total: runner.total,
            windows: runner.windows.tallies().to_vec(),
            objects: runner.cache.len(),
            used_bytes: runner.cache.used_bytes(),
            evictions: runner.evictions,
        };
        Frame {
            requests: self.done,
            capacity_bytes: self.capacity_bytes,
            window_requests: self.lanes.first().map_or(0, |lane| lane.windows.length()),
            lanes: self.lanes.iter().map(lane).collect(),
        }
    }
}

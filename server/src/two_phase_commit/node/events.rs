//! `GET /events`: what happens to the node, a line of JSON each, for as long as the reader wants it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::NodeState;
use super::watch::{Live, Watching};
use crate::lines::Lines;
use crate::two_phase_commit::inside::Line;

/// How many events are told in a window of time; nobody could follow more, and orders are more important.
const MOST_EVENTS: usize = 60;
const WINDOW: Duration = Duration::from_millis(100);
/// How many lines wait for a slow reader before events are left out.
const WAITING: usize = 256;

/// The lines as a body, from the start of the process if that is wanted.
pub(super) fn body(state: NodeState, from_start: bool) -> Lines<Arc<Line>> {
    let (lines, waiting) = mpsc::channel(WAITING);
    let watching = state.watch.subscribe(from_start);
    tokio::spawn(tell(state, watching, lines));
    Lines::Bounded(waiting)
}

/// Ends when nobody reads any more.
async fn tell(state: NodeState, mut watching: Watching, lines: Sender<Arc<Line>>) -> Option<()> {
    for line in std::mem::take(&mut watching.opening) {
        lines.send(line).await.ok()?;
    }
    lines.send(Arc::new(Line::Count(watching.events))).await.ok()?;
    let mut beat = interval(WINDOW);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_log = None;
    let (mut window_ends, mut told) = (Instant::now() + WINDOW, 0);
    loop {
        tokio::select! {
            received = watching.live.recv() => {
                match received {
                    Ok(Live::Event(line)) => lines.send(line).await.ok()?,
                    Ok(Live::Flush(flushed)) => {
                        drained(&lines).await;
                        flushed.add_permits(1);
                        continue;
                    }
                    // The reader sees it by the numbers.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
                told += 1;
                if told >= MOST_EVENTS {
                    sleep_until(window_ends).await;
                }
                if Instant::now() >= window_ends {
                    (window_ends, told) = (Instant::now() + WINDOW, 0);
                }
            }
            _ = beat.tick() => {
                let own = state.own().await.ok()?;
                let log = (own.bytes, own.forces, own.armed);
                if last_log != Some(log) {
                    last_log = Some(log);
                    let (bytes, forces, armed) = log;
                    lines.send(Arc::new(Line::Log { bytes, forces, armed })).await.ok()?;
                }
            }
            () = lines.closed() => return None,
        }
    }
}

/// Waits until the lines are with the system, as far as that can be told from here.
async fn drained(lines: &Sender<Arc<Line>>) {
    const A_MOMENT: Duration = Duration::from_millis(2);
    while lines.capacity() < lines.max_capacity() {
        sleep(A_MOMENT).await;
    }
    sleep(A_MOMENT).await;
}

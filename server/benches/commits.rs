//! Committed orders a second over the real processes, beside the bare floor and beside PostgreSQL.
//!
//! - `ours`: a server with its coordinator and two participants, each with a log of its own and fdatasync;
//!   clients send `POST /api/two-phase-commit/orders` and wait for "committed".
//! - `floor`: the same forced writes with no protocol. Three logs of ours with group commit; an order is a record
//!   forced in two of them at once, then one in the third, then one in each of the two again.
//! - `postgresql`: two servers with a database each, as the two services are two processes with a log each; a
//!   client updates a row of its own in both at once, up to PREPARE TRANSACTION, then COMMIT PREPARED in both at
//!   once. Nobody writes a coordinator's decision: four forced writes where ours has five.
//!
//! - `ours on postgresql`: the same server with those two databases for its services: our coordinator with its log
//!   forces the decision, and the databases do the rest. All orders are for the same good and need a courier, so all
//!   want the same row in each database.
//! - `bare driver`: the same statements on rows like those, by a client of the databases that is nobody's coordinator.
//!   It locks the row of the inventory first and then that of delivery: both at once, as our coordinator does, would
//!   be a deadlock of any two clients that neither database sees. Still nobody writes a decision.
//!
//! They take turns for a few rounds, so that what else the machine does hits all of them; each figure is
//! the median of the rounds.

#[path = "commits/floor.rs"]
mod floor;
#[path = "commits/ours.rs"]
mod ours;
#[path = "commits/postgresql.rs"]
mod postgresql;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use postgresql::Rows;

const CLIENTS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 3;
/// How long one contender is measured at a time, after a start that is not counted.
const MEASURED: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ours = ours::Server::start(&folder.path().join("ours"), &[]).await?;
    let floor = floor::Logs::open(&folder.path().join("floor"))?;
    let peer = postgresql::Servers::start(CLIENTS[CLIENTS.len() - 1]).await?;
    let participants = peer.participants();
    let on_databases =
        ours::Server::start(&folder.path().join("on-databases"), &participants).await?;
    println!("committed orders a second, {ROUNDS} rounds of {MEASURED:?} each, median");
    for clients in CLIENTS {
        let (mut ours_rates, mut floor_rates, mut peer_rates) = (vec![], vec![], vec![]);
        let (mut on_databases_rates, mut bare_rates) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            ours_rates.push(rate(clients, |client| ours.client(client)).await?);
            floor_rates.push(rate(clients, |client| floor.client(client)).await?);
            peer_rates.push(rate(clients, |client| peer.client(client, Rows::Own)).await?);
            on_databases_rates.push(rate(clients, |client| on_databases.client(client)).await?);
            bare_rates.push(rate(clients, |client| peer.client(client, Rows::Shared)).await?);
        }
        let (ours, floor) = (median(ours_rates), median(floor_rates));
        let of_floor = 100.0 * ours / floor;
        let peer = median(peer_rates);
        println!(
            "{clients:>3} clients: ours {ours:>6.0}/s, floor {floor:>6.0}/s (ours is {of_floor:.0} % of it), \
             postgresql {peer:>6.0}/s (ours is {:.2} times as fast)",
            ours / peer
        );
        let (on_databases, bare) = (median(on_databases_rates), median(bare_rates));
        println!(
            "             ours on postgresql {on_databases:>6.0}/s, bare driver {bare:>6.0}/s \
             (ours is {:.2} times as fast)",
            on_databases / bare
        );
    }
    Ok(())
}

/// One client's order, over and over: an error ends the benchmark.
trait Client: Send + 'static {
    /// Has one order committed.
    fn commit(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// Committed orders a second with so many clients, each with one order at a time.
async fn rate<C, F>(clients: usize, mut connect: impl FnMut(usize) -> F) -> Result<f64>
where
    C: Client,
    F: Future<Output = Result<C>>,
{
    let (committed, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..clients {
        let mut client = connect(number).await?;
        let (committed, stop) = (committed.clone(), stop.clone());
        // Whoever stops does so between two orders, so that nothing is left half done and locked.
        tasks.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                client.commit().await?;
                committed.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), anyhow::Error>(())
        });
    }
    tokio::time::sleep(WARM_UP).await;
    let (start, before) = (Instant::now(), committed.load(Ordering::Relaxed));
    tokio::time::sleep(MEASURED).await;
    let during = committed.load(Ordering::Relaxed) - before;
    let rate = during as f64 / start.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(rate)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

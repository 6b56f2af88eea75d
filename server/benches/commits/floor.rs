//! The same forced writes with no protocol.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use playground_core::sim::{Durability, NodeId};
use playground_core::two_phase_commit::{Branch, Good, Record, TransactionId, Work};
use playground_server::log::FileLog;
use playground_server::log::writer::Writer;
use tokio::sync::watch;

use super::Client;

/// A log with group commit, and how far it has become durable.
#[derive(Clone)]
struct SharedLog {
    writer: Arc<Mutex<Writer<Record>>>,
    durable: watch::Receiver<u64>,
}

impl SharedLog {
    fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (log, _, _) = FileLog::<Record>::open(folder)?;
        let (tell, durable) = watch::channel(0);
        let writer = Writer::start(log, move |progress| {
            let progress = progress.expect("the disk takes what it is given");
            // Nobody may be waiting.
            let _ = tell.send(progress.durable);
        })?;
        Ok(SharedLog { writer: Arc::new(Mutex::new(writer)), durable })
    }

    async fn force(&mut self, record: Record) -> Result<()> {
        let place = {
            let mut writer = self.writer.lock().expect("nobody panics while writing");
            writer.append(record, Durability::Forced)
        };
        self.durable.wait_for(|durable| *durable >= place).await?;
        Ok(())
    }
}

/// Three logs: of two participants and of a coordinator.
pub(crate) struct Logs([SharedLog; 3]);

impl Logs {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let log = |name: &str| SharedLog::open(&folder.join(name));
        Ok(Logs([log("inventory")?, log("delivery")?, log("coordinator")?]))
    }

    pub(crate) async fn client(&self, number: usize) -> Result<Writes> {
        Ok(Writes { logs: self.0.clone(), epoch: number as u32 + 1, number: 0 })
    }
}

pub(crate) struct Writes {
    logs: [SharedLog; 3],
    epoch: u32,
    number: u32,
}

impl Client for Writes {
    async fn commit(&mut self) -> Result<()> {
        self.number += 1;
        let tx = TransactionId { epoch: self.epoch, number: self.number };
        let (inventory, delivery) = (NodeId(1), NodeId(2));
        let work = |good| Work::Take { good, quantity: 1 };
        let prepared = |good, peer| Record::Prepared { tx, work: work(good), peers: vec![peer] };
        let [first, second, third] = &mut self.logs;
        tokio::try_join!(
            first.force(prepared(Good::Burger, delivery)),
            second.force(prepared(Good::Courier, inventory)),
        )?;
        let branch = |node, good| Branch { node, work: work(good) };
        let branches = vec![branch(inventory, Good::Burger), branch(delivery, Good::Courier)];
        third.force(Record::Decided { tx, branches }).await?;
        let committed = Record::Committed { tx };
        tokio::try_join!(first.force(committed.clone()), second.force(committed))?;
        Ok(())
    }
}

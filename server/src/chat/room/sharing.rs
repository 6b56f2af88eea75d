//! A room whose history is shared: it hears the log's news, and has the log do what its channel asks for.

use std::future::pending;
use std::sync::Arc;

use playground_core::chat::{Channel, ChannelInput, Effect};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::super::history::History;
use super::super::hub::{Hub, unix_ms};
use super::super::shared::{Following, OpenError, Opened};
use super::{Room, TOGETHER};

/// A room's part of a log that is shared.
#[derive(Debug)]
pub(super) struct Sharing {
    news: UnboundedReceiver<ChannelInput>,
    following: Following,
}

/// Reads what there is of a room.
pub(super) async fn open(
    hub: &Hub,
    name: Arc<str>,
) -> Result<(Channel, Option<Sharing>), OpenError> {
    let (settings, recent) = (hub.settings.clone(), hub.settings.window_messages as usize);
    match &hub.history {
        History::Own(store) => {
            let stored = store.recover(&name, unix_ms(), recent).await;
            let stored = stored.map_err(OpenError::Store)?;
            Ok((Channel::recover(settings, name, stored), None))
        }
        History::Shared(shared) => {
            let (tell, news) = unbounded_channel();
            // Nobody listens any more once the room is closed.
            let hear = Arc::new(move |input| drop(tell.send(input)));
            let Opened { stored, following } = shared.open(name.clone(), recent, hear).await?;
            Ok((Channel::follow(settings, name, stored), Some(Sharing { news, following })))
        }
    }
}

/// Waits for news of the log that is shared; for ever, if none is.
pub(super) async fn listen(sharing: &mut Option<Sharing>, heard: &mut Vec<ChannelInput>) {
    match sharing {
        Some(sharing) => drop(sharing.news.recv_many(heard, TOGETHER).await),
        None => pending().await,
    }
}

impl Room {
    /// Takes in the news of the log that is shared; beside requests, so that neither keeps the other waiting.
    pub(super) fn hear(&mut self, heard: &mut Vec<ChannelInput>) {
        let Some(sharing) = &mut self.sharing else { return };
        while heard.len() < TOGETHER
            && let Ok(input) = sharing.news.try_recv()
        {
            heard.push(input);
        }
        let clock = self.hub.clock();
        let mut effects = Vec::new();
        for input in heard.drain(..) {
            self.channel.handle(clock, input, &mut effects);
        }
        self.queue(effects);
    }

    /// What only a channel that follows asks for.
    pub(super) fn carry_out_shared(&mut self, effect: Effect) {
        let Some(Sharing { following, .. }) = &self.sharing else { return };
        match effect {
            Effect::Submit(submission) => following.submit(submission),
            Effect::Refill { after } => following.refill(after),
            Effect::Tell(passing) => following.tell(passing),
            Effect::Lost => self.is_lost = true,
            _ => {}
        }
    }
}

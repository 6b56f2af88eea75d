//! Names and inboxes in a log that several servers share: of those who are here, the inboxes are open.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;

use playground_core::chat::{
    ChannelInput, Claim, Denial, Effect, PeopleEffect, PeopleInput, Recovered, Refusal, folded,
    inbox_of,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::super::shared::{Following, Opened, Shared};
use super::{Owner, TOGETHER};

/// The register of everybody who is online.
const PEOPLE: &str = "@people";
/// When to say hello again if the log was away, in milliseconds.
const RETRY_AFTER_MS: u64 = 2_000;

/// What comes from the log.
#[derive(Debug)]
pub(super) enum News {
    /// A name was claimed, and its inbox opened; or not.
    Registered { name: Arc<str>, outcome: Result<(Claim, Recovered, Following), Denial> },
    /// About the inbox of this name.
    Inbox { name: Arc<str>, input: ChannelInput },
    /// About everybody.
    People(PeopleInput),
}

/// The owner's part of a log that is shared.
#[derive(Debug)]
pub(super) struct Sharing {
    shared: Shared,
    tell: UnboundedSender<News>,
    news: UnboundedReceiver<News>,
    /// The inboxes that are open, by names in lower case; closed when they are dropped.
    inboxes: HashMap<Arc<str>, Following>,
    /// What has come for inboxes that are being opened, by names in lower case: for after they are.
    early: HashMap<Arc<str>, Vec<News>>,
    people: Following,
}

impl Sharing {
    pub(super) fn start(shared: Shared) -> Self {
        let (tell, news) = unbounded_channel();
        let told = tell.clone();
        let hear = Arc::new(move |input| {
            let news = match input {
                ChannelInput::Elsewhere { server, passing } => {
                    PeopleInput::Elsewhere { server, passing }
                }
                ChannelInput::Present { server, version, people } => {
                    PeopleInput::Present { server, version, people }
                }
                ChannelInput::ServerGone { server } => PeopleInput::ServerGone { server },
                _ => return,
            };
            // Nobody listens any more once the owner's turn is over.
            let _ = told.send(News::People(news));
        });
        let people = shared.register(PEOPLE, hear);
        let (inboxes, early) = (HashMap::new(), HashMap::new());
        Sharing { shared, tell, news, inboxes, early, people }
    }

    /// Claims a name, and opens the inbox that belongs to it.
    fn register(&mut self, claim: Claim, recent: usize) {
        self.early.insert(folded(&claim.name), Vec::new());
        let (shared, tell) = (self.shared.clone(), self.tell.clone());
        tokio::spawn(async move {
            let name = claim.name.clone();
            let outcome = register(&shared, claim, recent, tell.clone()).await;
            let _ = tell.send(News::Registered { name, outcome });
        });
    }
}

async fn register(
    shared: &Shared,
    claim: Claim,
    recent: usize,
    tell: UnboundedSender<News>,
) -> Result<(Claim, Recovered, Following), Denial> {
    let failed = Denial { reason: Refusal::StoreFailed, retry_after_ms: Some(RETRY_AFTER_MS) };
    let claim = match shared.claim(claim).await {
        Ok(claimed) => claimed?,
        Err(error) => {
            tracing::warn!(%error, "a name cannot be looked up");
            return Err(failed);
        }
    };
    let name = claim.name.clone();
    let hear = Arc::new(move |input| drop(tell.send(News::Inbox { name: name.clone(), input })));
    match shared.open(inbox_of(&claim.name), recent, hear).await {
        Ok(Opened { stored, following }) => Ok((claim, stored, following)),
        Err(error) => {
            tracing::warn!(%error, "an inbox cannot be read");
            Err(failed)
        }
    }
}

/// Waits for news of the log that is shared; for ever, if none is.
pub(super) async fn listen(sharing: &mut Option<Sharing>, heard: &mut Vec<News>) {
    match sharing {
        Some(sharing) => drop(sharing.news.recv_many(heard, TOGETHER).await),
        None => pending().await,
    }
}

impl Owner {
    /// Takes in the news of the log that is shared; beside requests, so that neither keeps the other waiting.
    pub(super) fn hear(&mut self, heard: &mut Vec<News>) {
        let Some(sharing) = &mut self.sharing else { return };
        while heard.len() < TOGETHER
            && let Ok(news) = sharing.news.try_recv()
        {
            heard.push(news);
        }
        for news in heard.drain(..) {
            self.hear_one(news);
        }
    }

    fn hear_one(&mut self, news: News) {
        let Some(sharing) = &mut self.sharing else { return };
        match news {
            News::People(input) => self.take(input),
            News::Inbox { name, input } => match sharing.early.get_mut(&folded(&name)) {
                Some(early) => early.push(News::Inbox { name, input }),
                None => self.take(PeopleInput::Log { name, input }),
            },
            News::Registered { name, outcome } => {
                let key = folded(&name);
                let early = sharing.early.remove(&key).unwrap_or_default();
                let outcome = outcome.map(|(claim, stored, following)| {
                    sharing.inboxes.insert(key, following);
                    (claim, stored)
                });
                self.take(PeopleInput::Registered { name, outcome });
                for news in early {
                    self.hear_one(news);
                }
            }
        }
    }

    /// What only people who follow ask for.
    pub(super) fn carry_out_shared(&mut self, effect: PeopleEffect) {
        let Some(sharing) = &mut self.sharing else { return };
        match effect {
            PeopleEffect::Register(claim) => {
                let recent = self.hub.settings.inbox_window_messages as usize;
                sharing.register(claim, recent);
            }
            PeopleEffect::Release(name) => drop(sharing.inboxes.remove(&folded(&name))),
            PeopleEffect::Tell(passing) => sharing.people.tell(passing),
            _ => {}
        }
    }

    /// What only an inbox that follows asks for.
    pub(super) fn carry_out_shared_inbox(&mut self, name: &Arc<str>, effect: Effect) {
        let Some(sharing) = &self.sharing else { return };
        let Some(following) = sharing.inboxes.get(&folded(name)) else { return };
        match effect {
            Effect::Submit(submission) => following.submit(submission),
            Effect::Refill { after } => following.refill(after),
            _ => {}
        }
    }
}

//! Attends to the connections: makes them anew together, checks and subscribes all channels, hears what is published,
//! and looks at everything once a beat.
//!
//! A *life* lasts from when both connections are there until one of them breaks. At its beginning nothing that Redis
//! says is believed: it may have lost the end of a log. First every channel is compared with what has been seen of it,
//! then it is subscribed, then what was published meanwhile is looked for.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use playground_core::chat::Bounds;
use redis::aio::SendError;
use redis::{ErrorKind, Msg, PushInfo, PushKind};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{UnboundedReceiver, channel};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::channel::Channel;
use super::publication::{self, Passings, Publication};
use super::{BEAT, Inner, Life, lock};
use crate::redis_link::{LinkError, Seen};

/// How long after the end of a life the next one begins, at least.
const PAUSE: Duration = Duration::from_millis(100);
/// How many beats there are from one comparison of inboxes with their logs to the next: who hears publications hears
/// those of inboxes, too, so it is only for what nobody has thought of.
const INBOX_BEATS: u32 = 5;
/// How many publications may wait to be looked at.
const MOST_WAITING: usize = 4_096;
/// How many channels are asked about at once.
pub(super) const TOGETHER: usize = 64;

/// What is wanted of the connection that hears publications.
pub(super) enum Wish {
    Subscribe(Arc<Channel>, oneshot::Sender<()>),
    /// The channel is closed: its people are withdrawn, too.
    Unsubscribe(Arc<Channel>),
}

/// Attends as long as the server runs.
pub(super) async fn attend(inner: Arc<Inner>) {
    let mut number = 0;
    loop {
        let mut seen = inner.link.seen();
        if !inner.link.works() {
            inner.link.changed(&mut seen).await;
            continue;
        }
        number += 1;
        if let Err(error) = live(&inner, number, &mut seen).await {
            tracing::warn!(%error, "the chat cannot use Redis yet");
        }
        *lock(&inner.life) = None;
        inner.works.send_replace(false);
        sleep(PAUSE).await;
    }
}

/// One life, to its end.
async fn live(inner: &Arc<Inner>, number: u64, seen: &mut Seen) -> Result<(), LinkError> {
    let (pushed, mut pushes) = channel(MOST_WAITING);
    let mut commands = inner.link.connection()?;
    let push = move |push: PushInfo| match pushed.try_send(push) {
        Err(TrySendError::Closed(_)) => Err(SendError),
        // Too much at once: what is dropped is missing, then, and is read from the log.
        Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
    };
    let subscriber = inner.link.subscriber(push).await?;
    inner.scripts.load(&mut commands).await?;
    *lock(&inner.version) = inner.link.version();
    let life = Life { number, commands, subscriber };
    *lock(&inner.life) = Some(life.clone());
    check_all(inner, &life, |_| true).await?;
    subscribe_all(inner, &life).await?;
    inner.works.send_replace(true);
    let mut beats = pin!(beat(inner, &life));
    let mut together = Vec::new();
    loop {
        tokio::select! {
            count = pushes.recv_many(&mut together, TOGETHER) => {
                let ended = |push: &PushInfo| push.kind == PushKind::Disconnection;
                if count == 0 || together.iter().any(ended) {
                    return Ok(());
                }
                together.drain(..).for_each(|push| hear(inner, number, push));
            }
            () = inner.link.changed(seen) => return Ok(()),
            outcome = &mut beats => return outcome,
        }
    }
}

/// Passes on what was published.
fn hear(inner: &Inner, life: u64, push: PushInfo) {
    let Some(message) = Msg::from_push_info(push) else { return };
    let found = lock(&inner.channels).get(message.get_channel_name()).cloned();
    let Some(channel) = found else { return };
    match publication::read(&channel.name, message.get_payload_bytes()) {
        Ok(Publication::Messages(epoch, messages)) => channel.publish(life, epoch, messages),
        Ok(Publication::Passings(Passings { server, passings })) => {
            if server != inner.id {
                channel.hear(&server, passings);
            }
        }
        // Whatever was in it is missing, then, and is read from the log.
        Err(error) => tracing::warn!(%error, channel = %channel.name, "unreadable publication"),
    }
}

/// Looks at everything once a beat.
async fn beat(inner: &Arc<Inner>, life: &Life) -> Result<(), LinkError> {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in (0..INBOX_BEATS).cycle() {
        beats.tick().await;
        let is_due = |channel: &Channel| number == 0 || channel.has_register();
        unless_broken(inner, check_all(inner, life, is_due).await)?;
        unless_broken(inner, inner.renew_all(life).await)?;
        let ping = redis::cmd("PING").query_async::<()>(&mut life.subscriber.clone()).await;
        unless_broken(inner, ping.map_err(LinkError::from))?;
    }
    Ok(())
}

/// An error that Redis answered is not the end of the connection.
fn unless_broken(inner: &Inner, outcome: Result<(), LinkError>) -> Result<(), LinkError> {
    match outcome {
        Err(LinkError::Failed(error)) if error.kind() != ErrorKind::Io => {
            inner.link.met(&error);
            tracing::warn!(%error, "Redis refuses to look after the chat");
            Ok(())
        }
        outcome => outcome,
    }
}

/// Compares channels with their logs.
async fn check_all(
    inner: &Inner,
    life: &Life,
    is_due: impl Fn(&Channel) -> bool,
) -> Result<(), LinkError> {
    let mut channels = inner.open_channels();
    channels.retain(|channel| channel.is_open() && is_due(channel));
    for some in channels.chunks(TOGETHER) {
        let mut calls = redis::pipe();
        let _one_after_the_other = inner.checking.lock().await;
        for channel in some {
            calls.add_command(inner.settle(channel, life.number, u32::MAX));
        }
        let found: Vec<(u64, u64, u64)> =
            inner.scripts.ask_all(&mut life.commands.clone(), &calls).await?;
        for (channel, (epoch, head, oldest)) in some.iter().zip(found) {
            channel.checked(life.number, Bounds { epoch, head, oldest });
        }
    }
    Ok(())
}

/// Compares one channel with its log.
pub(super) async fn check(inner: &Inner, life: &Life, channel: &Channel) -> Result<(), LinkError> {
    let _one_after_the_other = inner.checking.lock().await;
    if inner.life().is_none_or(|now| now.number != life.number) {
        // It has been compared in a later life, or will be.
        return Ok(());
    }
    let call = inner.settle(channel, life.number, u32::MAX);
    let (epoch, head, oldest) = inner.scripts.ask(&mut life.commands.clone(), &call).await?;
    channel.checked(life.number, Bounds { epoch, head, oldest });
    Ok(())
}

async fn subscribe_all(inner: &Inner, life: &Life) -> Result<(), LinkError> {
    for some in inner.open_channels().chunks(TOGETHER) {
        let names: Vec<_> = some.iter().map(|channel| &channel.keys.news).collect();
        life.subscriber.clone().subscribe(names).await?;
    }
    Ok(())
}

/// Subscribes and unsubscribes channels one after the other, as they are opened and closed.
pub(super) async fn subscribe(inner: Arc<Inner>, mut wished: UnboundedReceiver<Wish>) {
    let mut together = Vec::new();
    while wished.recv_many(&mut together, TOGETHER).await > 0 {
        let mut wishes = together.drain(..).peekable();
        while let Some(wish) = wishes.next() {
            let Some(mut life) = inner.life() else { continue };
            match wish {
                Wish::Subscribe(channel, told) => {
                    let mut some = vec![(channel, told)];
                    while let Some(Wish::Subscribe(channel, told)) =
                        wishes.next_if(|wish| matches!(wish, Wish::Subscribe(..)))
                    {
                        some.push((channel, told));
                    }
                    let names: Vec<_> = some.iter().map(|(it, _)| &it.keys.news).collect();
                    if life.subscriber.subscribe(names).await.is_ok() {
                        // Who does not wait for it any more does not mind.
                        for (_, told) in some {
                            let _ = told.send(());
                        }
                    }
                }
                Wish::Unsubscribe(channel) => {
                    if lock(&inner.channels).contains_key(&channel.keys.news) {
                        continue;
                    }
                    let left = life.subscriber.unsubscribe(&channel.keys.news).await;
                    if let Err(error) = left {
                        tracing::debug!(%error, "a channel is not unsubscribed");
                    }
                    if channel.has_register() {
                        inner.withdraw(&channel).await;
                    }
                }
            }
        }
    }
}

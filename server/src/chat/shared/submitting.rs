//! Hands messages to the log, many at a time: while one call is under way, the next ones gather.
//!
//! One call at a time keeps a channel's messages in the order in which they were submitted, and the more there are, the
//! more share the way there and back. If nobody knows what has become of a call, its messages are refused with a time
//! to try again after: a retry with the same id is safe.

use std::sync::{Arc, Weak};

use playground_core::chat::{ChannelInput, Denial, Passing, Placed, Rate, Refusal, Submission};
use redis::{Cmd, Value};
use tokio::sync::mpsc::UnboundedReceiver;

use super::channel::{Channel, Order};
use super::{Inner, Life, RETRY_AFTER_MS, attending, publication};
use crate::redis_link::LinkError;

/// The most messages of one call: so many that a call costs little beside them, and so few that nobody waits long.
pub(super) const TOGETHER: usize = 128;
/// When to try again what may have happened or not, in milliseconds.
pub(super) const RETRY_UNKNOWN_AFTER_MS: u64 = 500;
/// How long a token takes at a rate of none, in microseconds: longer than anybody waits.
const NEVER_US: f64 = 1e12;

/// Refuses what cannot be stored now.
pub(super) fn refuse(channel: &Channel, submission: &Submission, retry_after_ms: u64) {
    let denial = Denial { reason: Refusal::StoreFailed, retry_after_ms: Some(retry_after_ms) };
    channel.tell_owner(ChannelInput::Submitted(submission.answered(Err(denial))));
}

/// How long a token takes, and all but one of a full bucket, in microseconds.
pub(super) fn pace(rate: Rate) -> (f64, f64) {
    let interval = match rate.per_second {
        0 => NEVER_US,
        per_second => 1e6 / f64::from(per_second),
    };
    (interval, (f64::from(rate.burst) - 1.0) * interval)
}

/// Carries out what a room is to do, until it is closed.
pub(super) async fn carry_out(
    inner: Arc<Inner>,
    channel: Weak<Channel>,
    mut orders: UnboundedReceiver<Order>,
) {
    let mut together = Vec::new();
    while orders.recv_many(&mut together, TOGETHER).await > 0 {
        let Some(channel) = channel.upgrade() else { return };
        let mut submissions = Vec::with_capacity(together.len());
        let mut passings = Vec::new();
        for order in together.drain(..) {
            match order {
                Order::Submit(submission) => submissions.push(submission),
                Order::Tell(passing) => passings.push(passing),
            }
        }
        let life = inner.life();
        tokio::join!(
            submit(&inner, life.clone(), &channel, submissions),
            tell(&inner, life, &channel, passings)
        );
    }
}

/// Best effort: if it fails, the register is written anew with the next beat.
async fn tell(inner: &Inner, life: Option<Life>, channel: &Channel, passings: Vec<Passing>) {
    let Some(mut life) = life.filter(|_| !passings.is_empty()) else { return };
    let call = inner.pass_on(channel, passings);
    if let Err(error) = inner.scripts.ask::<()>(&mut life.commands, &call).await {
        tracing::debug!(%error, channel = %channel.name, "nobody was told");
    }
}

async fn submit(
    inner: &Inner,
    life: Option<Life>,
    channel: &Channel,
    submissions: Vec<Submission>,
) {
    if submissions.is_empty() {
        return;
    }
    let Some(mut life) = life else {
        return submissions.iter().for_each(|it| refuse(channel, it, RETRY_AFTER_MS));
    };
    let epoch = channel.epoch();
    let call = call_of(inner, channel, epoch, &submissions);
    match inner.scripts.ask::<Value>(&mut life.commands, &call).await {
        Ok(Value::Array(answers)) if answers.len() == 4 + submissions.len() => {
            let at_ms = answers.get(3).and_then(number).unwrap_or(0);
            let outcomes = answers.into_iter().skip(4).map(|it| outcome(epoch, at_ms, &it));
            let answered = submissions.iter().zip(outcomes);
            let answered =
                answered.map(|(submission, it)| ChannelInput::Submitted(submission.answered(it)));
            if channel.pass_on(life.number, answered) {
                return;
            }
        }
        Ok(_) => moved(inner, &life, channel).await,
        Err(error) => failed(inner, &error, channel),
    }
    submissions.iter().for_each(|it| refuse(channel, it, RETRY_UNKNOWN_AFTER_MS));
}

/// The history is another one: whoever follows learns it from what the log has now.
pub(super) async fn moved(inner: &Inner, life: &Life, channel: &Channel) {
    if let Err(error) = attending::check(inner, life, channel).await {
        failed(inner, &error, channel);
    }
}

fn failed(inner: &Inner, error: &LinkError, channel: &Channel) {
    if let LinkError::Failed(error) = error {
        inner.link.met(error);
    }
    tracing::warn!(%error, channel = %channel.name, "what was said may not be stored");
}

/// The call of `submit.lua`.
pub(super) fn call_of(
    inner: &Inner,
    channel: &Channel,
    epoch: u64,
    submissions: &[Submission],
) -> Cmd {
    let settings = &inner.settings;
    let (interval, tolerance) = pace(settings.limits.messages);
    let room = serde_json::Value::from(&*channel.name);
    let mut call = inner.scripts.submit.call(channel.keys.history.iter().map(String::as_str));
    call.arg(epoch).arg(settings.window_messages).arg(settings.retained_messages);
    call.arg(interval).arg(tolerance);
    call.arg(&channel.keys.news).arg(format!("{{\"room\":{room},"));
    let mut json = Vec::new();
    for Submission { from, id, text, since, .. } in submissions {
        publication::write(id, from, text, &mut json);
        call.arg(&**from).arg(&**id).arg(channel.since(epoch, *since)).arg(&json[..]);
    }
    call
}

/// What has become of a message: see `submit.lua`.
fn outcome(epoch: u64, at_ms: u64, answer: &Value) -> Result<Placed, Denial> {
    match answer {
        Value::Int(seq @ 1..) => {
            Ok(Placed { epoch, seq: seq.unsigned_abs(), at_ms, is_retry: false })
        }
        Value::Int(0) => Err(Refusal::TooLate.into()),
        Value::Int(wait_ms) => Err(too_fast(wait_ms.unsigned_abs())),
        Value::Array(place) => {
            match (place.first().and_then(number), place.get(1).and_then(number)) {
                (Some(seq), Some(at_ms)) => Ok(Placed { epoch, seq, at_ms, is_retry: true }),
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}

pub(super) fn too_fast(wait_ms: u64) -> Denial {
    Denial { reason: Refusal::RateLimited, retry_after_ms: Some(wait_ms) }
}

fn unknown() -> Denial {
    let retry_after_ms = Some(RETRY_UNKNOWN_AFTER_MS);
    Denial { reason: Refusal::StoreFailed, retry_after_ms }
}

pub(super) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

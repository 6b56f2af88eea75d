//! Private messages: each goes into two inboxes in one step; many such steps share the way to Redis and back.

use std::sync::Arc;

use playground_core::chat::{
    ChannelInput, Denial, Placed, Refusal, Submission, folded, inbox_of, owner_of,
};
use redis::{Cmd, Value};
use tokio::sync::mpsc::UnboundedReceiver;

use super::channel::Channel;
use super::keys::{self, Keys};
use super::submitting::{RETRY_UNKNOWN_AFTER_MS, TOGETHER, moved, number, pace, refuse, too_fast};
use super::{Inner, Life, RETRY_AFTER_MS, publication};
use crate::redis_link::LinkError;

/// Takes private messages, many calls at a time, as long as the server runs.
pub(super) async fn take_in(
    inner: Arc<Inner>,
    mut submitted: UnboundedReceiver<(Arc<Channel>, Submission)>,
) {
    let mut together = Vec::new();
    while submitted.recv_many(&mut together, TOGETHER).await > 0 {
        let some = std::mem::take(&mut together);
        let Some(life) = inner.life() else {
            some.iter().for_each(|(inbox, it)| refuse(inbox, it, RETRY_AFTER_MS));
            continue;
        };
        let mut calls = redis::pipe();
        calls.ignore_errors();
        let epochs: Vec<_> = some.iter().map(|(inbox, _)| inbox.epoch()).collect();
        for ((inbox, submission), epoch) in some.iter().zip(&epochs) {
            calls.add_command(call_of(&inner, inbox, *epoch, submission));
        }
        let asked = inner.scripts.ask_all::<Vec<Value>>(&mut life.commands.clone(), &calls).await;
        let answers = asked.unwrap_or_else(|error| {
            if let LinkError::Failed(error) = &error {
                inner.link.met(error);
            }
            tracing::warn!(%error, "what was said in private may not be stored");
            Vec::new()
        });
        let mut answers = answers.into_iter();
        for (inbox, submission) in &some {
            let answer = answers.next().unwrap_or_default();
            answer_sender(&inner, &life, inbox, submission, &answer).await;
        }
    }
}

async fn answer_sender(
    inner: &Inner,
    life: &Life,
    inbox: &Channel,
    submission: &Submission,
    answer: &Value,
) {
    let outcome = read_answer(answer);
    match outcome {
        Answer::Known(outcome) => {
            let input = ChannelInput::Submitted(submission.answered(outcome));
            if inbox.pass_on(life.number, [input]) {
                return;
            }
        }
        Answer::Moved => moved(inner, life, inbox).await,
        Answer::Unknown => {}
    }
    refuse(inbox, submission, RETRY_UNKNOWN_AFTER_MS);
}

enum Answer {
    Known(Result<Placed, Denial>),
    Moved,
    Unknown,
}

/// What has become of a private message: see `private.lua`.
fn read_answer(answer: &Value) -> Answer {
    let Value::Array(parts) = answer else { return Answer::Unknown };
    let [Value::BulkString(what), rest @ ..] = &parts[..] else { return Answer::Unknown };
    let numbers: Vec<_> = rest.iter().filter_map(number).collect();
    Answer::Known(match (&what[..], &numbers[..]) {
        (b"taken", &[epoch, seq, at_ms, retry]) => {
            Ok(Placed { epoch, seq, at_ms, is_retry: retry == 1 })
        }
        (b"nobody", []) => Err(Refusal::NoSuchPerson.into()),
        (b"late", []) => Err(Refusal::TooLate.into()),
        (b"fast", &[wait_ms]) => Err(too_fast(wait_ms)),
        (b"moved", []) => return Answer::Moved,
        _ => return Answer::Unknown,
    })
}

/// The call of `private.lua`.
fn call_of(inner: &Inner, inbox: &Channel, epoch: u64, submission: &Submission) -> Cmd {
    let settings = &inner.settings;
    let (interval, tolerance) = pace(settings.limits.messages);
    let Submission { to, id, text, since, .. } = submission;
    let to = to.as_deref().unwrap_or_default();
    let receiver = Keys::of(&inbox_of(to), inner.database);
    let keys = inbox.keys.history.iter().chain(&receiver.history).map(String::as_str);
    let mut call = inner.scripts.private.call(keys.chain([keys::PEOPLE]));
    call.arg(epoch).arg(settings.inbox_window_messages).arg(settings.inbox_retained_messages);
    call.arg(interval).arg(tolerance);
    let from = owner_of(&inbox.name).unwrap_or_default();
    let mut json = Vec::new();
    publication::write(id, from, text, &mut json);
    call.arg(from).arg(&*folded(to)).arg(&**id).arg(inbox.since(epoch, *since)).arg(&json[..]);
    call.arg(&inbox.keys.news).arg(&receiver.news);
    call
}

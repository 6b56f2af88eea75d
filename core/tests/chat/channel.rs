//! One channel, driven by hand.

use playground_core::chat::wire::{Message, Position, Run, ServerMessage};
use playground_core::chat::{
    Channel, ChannelInput, Clock, Effect, Recovered, Refusal, SessionId, Settings,
};
use playground_core::sim::Time;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const EPOCH: u64 = 7;

fn clock(ms: u64) -> Clock {
    Clock { now: Time::from_ms(ms), unix_ms: 1_000_000 + ms }
}

fn channel(settings: Settings) -> Channel {
    let stored = Recovered { epoch: EPOCH, ..Recovered::default() };
    Channel::recover(Arc::new(settings), "lobby".into(), stored)
}

fn take(channel: &mut Channel, ms: u64, input: ChannelInput) -> Vec<Effect> {
    let mut effects = Vec::new();
    channel.handle(clock(ms), input, &mut effects);
    effects
}

fn join(session: u64, name: &str, after: Option<u64>) -> ChannelInput {
    let after = after.map(|seq| Position { epoch: EPOCH, seq });
    ChannelInput::Join { session: SessionId(session), name: name.into(), after }
}

fn send(session: u64, id: &str, text: &str) -> ChannelInput {
    ChannelInput::Send {
        session: SessionId(session),
        id: id.into(),
        text: text.into(),
        since: None,
        received_us: 5,
    }
}

fn texts(messages: &[Arc<Message>]) -> Vec<&str> {
    messages.iter().map(|it| &*it.text).collect()
}

#[test]
fn a_message_is_stored_then_told_then_acknowledged_and_a_retry_only_acknowledged() {
    let mut lobby = channel(Settings::default());
    let entered = take(&mut lobby, 0, join(1, "Ada", None));
    assert!(
        matches!(&entered[..], [Effect::Enter(SessionId(1), it)] if it.head == 0 && !it.recovered)
    );
    let effects = take(&mut lobby, 1, send(1, "a1", "hi"));
    let [
        Effect::Store(stored),
        Effect::ToEveryone(ServerMessage::Messages(told)),
        Effect::Ack(_, ack),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!((&Run::of(stored.clone()), stored.seq, stored.at_ms), (told, 1, 1_000_001));
    assert_eq!((ack.seq, ack.is_retry, ack.timing.received_us), (1, false, 5));
    let again = take(&mut lobby, 2, send(1, "a1", "hi"));
    assert!(matches!(&again[..], [Effect::Ack(_, it)] if it.seq == 1 && it.is_retry), "{again:?}");
    // Another person may use the same id.
    take(&mut lobby, 3, join(2, "Bob", None));
    assert_eq!(take(&mut lobby, 4, send(2, "a1", "ho")).len(), 3);
    assert_eq!(lobby.head(), 2);
}

#[test]
fn a_reader_resumes_in_parts_and_enters_with_the_last() {
    let mut settings = Settings::default();
    settings.limits.page_messages = 3;
    let mut lobby = channel(settings);
    take(&mut lobby, 0, join(1, "Ada", None));
    for number in 1..=7 {
        take(&mut lobby, number, send(1, &format!("a{number}"), &number.to_string()));
    }
    let first = take(&mut lobby, 10, join(2, "Bob", Some(2)));
    let [Effect::ToSession(SessionId(2), ServerMessage::Joined(part))] = &first[..] else {
        panic!("{first:?}")
    };
    assert!(part.recovered && part.more);
    assert_eq!(texts(&part.messages), ["3", "4", "5"]);
    let second = take(&mut lobby, 11, join(2, "Bob", Some(5)));
    let [
        Effect::ToEveryone(ServerMessage::Presence { online: true, count: 2, .. }),
        Effect::Enter(_, part),
    ] = &second[..]
    else {
        panic!("{second:?}")
    };
    assert!(part.recovered && !part.more && part.head == 7);
    assert_eq!(texts(&part.messages), ["6", "7"]);
}

#[test]
fn a_position_of_no_use_is_said_to_be_so() {
    let settings = Settings { resume_messages: 3, ..Settings::default() };
    let mut lobby = channel(settings);
    take(&mut lobby, 0, join(1, "Ada", None));
    for number in 1..=7 {
        take(&mut lobby, number, send(1, &format!("a{number}"), "x"));
    }
    let elsewhere = Some(Position { epoch: EPOCH + 1, seq: 7 });
    let ahead = Some(Position { epoch: EPOCH, seq: 8 });
    let far_behind = Some(Position { epoch: EPOCH, seq: 3 });
    for after in [elsewhere, ahead, far_behind] {
        let input = ChannelInput::Join { session: SessionId(2), name: "Bob".into(), after };
        let effects = take(&mut lobby, 20, input);
        let Some(Effect::Enter(_, joined)) = effects.last() else { panic!("{effects:?}") };
        assert!(!joined.recovered && joined.messages.len() == 7, "{after:?}");
        take(&mut lobby, 21, ChannelInput::Leave { session: SessionId(2) });
    }
}

#[test]
fn what_memory_has_forgotten_is_read_from_the_store() {
    let settings = Settings { window_messages: 2, ..Settings::default() };
    let mut lobby = channel(settings);
    take(&mut lobby, 0, join(1, "Ada", None));
    let mut store = Vec::new();
    for number in 1..=7 {
        let effects = take(&mut lobby, number, send(1, &format!("a{number}"), &number.to_string()));
        store.extend(effects.into_iter().filter_map(|it| match it {
            Effect::Store(message) => Some(message),
            _ => None,
        }));
    }
    let effects = take(&mut lobby, 10, join(2, "Bob", Some(1)));
    let [Effect::Read(SessionId(2), read)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((read.from, read.to, read.is_backwards()), (2, 7, false));
    let ServerMessage::Joined(part) = read.clone().answer(store[1..4].to_vec()) else { panic!() };
    assert!(part.recovered && part.more);
    // Trimmed meanwhile: the reader is told, and asks once more.
    let ServerMessage::Joined(part) = read.clone().answer(store[2..4].to_vec()) else { panic!() };
    assert!(!part.recovered && part.more && part.messages.is_empty());
    let input = ChannelInput::History { session: SessionId(1), before: 5, limit: 3 };
    let effects = take(&mut lobby, 11, input);
    let [Effect::Read(_, read)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((read.from, read.to, read.is_backwards()), (2, 4, true));
    let answer = read.clone().answer(store[1..4].to_vec());
    assert!(matches!(answer, ServerMessage::History { more: true, .. }), "{answer:?}");
    // A retry whose first attempt may have been forgotten is not stored twice.
    let late = ChannelInput::Send {
        session: SessionId(1),
        id: "a1".into(),
        text: "1".into(),
        since: Some(Position { epoch: EPOCH, seq: 0 }),
        received_us: 0,
    };
    let effects = take(&mut lobby, 12, late);
    let [Effect::ToSession(_, ServerMessage::Refused { reason, .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*reason, Refusal::TooLate);
}

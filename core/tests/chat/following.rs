//! One channel that follows a shared log, driven by hand.

use playground_core::chat::wire::{Message, Position, ServerMessage};
use playground_core::chat::{
    Bounds, Channel, ChannelInput, Clock, Denial, Effect, Passing, Placed, Published, Recovered,
    Refusal, ServerId, SessionId, Settings, Submission, Submitted,
};
use playground_core::sim::Time;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const EPOCH: u64 = 7;
const ADA: SessionId = SessionId(1);

fn clock(ms: u64) -> Clock {
    Clock { now: Time::from_ms(ms), unix_ms: 1_000_000 + ms }
}

/// A lobby with Ada in it, and two messages in the log.
fn lobby() -> Channel {
    let recent = vec![message(1).message, message(2).message];
    let stored = Recovered { epoch: EPOCH, head: 2, oldest: 1, recent };
    let mut lobby = Channel::follow(Arc::new(Settings::default()), "lobby".into(), stored);
    let effects = take(&mut lobby, 0, join(1, "Ada", None));
    let [Effect::Tell(Passing::Came { name, .. }), Effect::Enter(ADA, joined)] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!((joined.messages.len(), &**name), (2, "Ada"));
    lobby
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

fn message(seq: u64) -> Published {
    let (room, from, to, text) = ("lobby".into(), "Bob".into(), None, "hi".into());
    let id = format!("b{seq}").into();
    Published {
        epoch: EPOCH,
        message: Arc::new(Message { room, seq, id, from, to, text, at_ms: seq }),
    }
}

fn published(seq: u64) -> ChannelInput {
    ChannelInput::Published(message(seq))
}

fn bounds(head: u64) -> Bounds {
    Bounds { epoch: EPOCH, head, oldest: 1 }
}

fn elsewhere(passing: Passing) -> ChannelInput {
    ChannelInput::Elsewhere { server: server(), passing }
}

fn server() -> ServerId {
    ServerId("other".into())
}

/// The numbers of the messages that everybody is told.
fn told(effects: &[Effect]) -> Vec<u64> {
    let run = |it: &Effect| match it {
        Effect::ToEveryone(ServerMessage::Messages(run)) => run.iter().map(|it| it.seq).collect(),
        _ => Vec::new(),
    };
    effects.iter().flat_map(run).collect()
}

fn send(lobby: &mut Channel, ms: u64, id: &str) -> Submission {
    let (id, text) = (id.into(), "ho".into());
    let input = ChannelInput::Send { session: ADA, id, text, since: None, received_us: 5 };
    match &take(lobby, ms, input)[..] {
        [Effect::Submit(submission)] => submission.clone(),
        effects => panic!("{effects:?}"),
    }
}

fn placed(submission: &Submission, seq: u64) -> (ChannelInput, ChannelInput) {
    let answer = submission.answered(Ok(Placed { epoch: EPOCH, seq, at_ms: 9, is_retry: false }));
    let Submission { from, id, text, .. } = submission.clone();
    let message = Message { room: "lobby".into(), seq, id, from, to: None, text, at_ms: 9 };
    let published = Published { epoch: EPOCH, message: Arc::new(message) };
    (ChannelInput::Submitted(answer), ChannelInput::Published(published))
}

#[test]
fn an_acknowledgement_waits_for_its_message_whichever_comes_first() {
    let mut lobby = lobby();
    let (answer, publication) = placed(&send(&mut lobby, 1, "a1"), 3);
    let effects = take(&mut lobby, 2, answer);
    assert!(matches!(effects[..], [Effect::WakeAt(_)]), "{effects:?}");
    let effects = take(&mut lobby, 3, publication);
    let [Effect::ToEveryone(_), Effect::Ack(ADA, ack)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((ack.seq, ack.at_ms, ack.timing.received_us), (3, 9, 5));
    assert_eq!(ack.timing.bus_us, Some(2_000));
    let (answer, publication) = placed(&send(&mut lobby, 4, "a2"), 4);
    assert_eq!(told(&take(&mut lobby, 5, publication)), [4]);
    assert!(matches!(take(&mut lobby, 6, answer)[..], [Effect::Ack(ADA, _)]));
    // What is known here need not be asked.
    let (id, text) = ("a2".into(), "ho".into());
    let again = ChannelInput::Send { session: ADA, id, text, since: None, received_us: 0 };
    assert!(matches!(&take(&mut lobby, 7, again)[..], [Effect::Ack(ADA, ack)] if ack.is_retry));
}

#[test]
fn what_is_missing_is_asked_for_once_and_taken_in_order() {
    let mut lobby = lobby();
    assert_eq!(take(&mut lobby, 1, published(5)), [Effect::Refill { after: 2 }]);
    assert_eq!(take(&mut lobby, 2, published(4)), []);
    assert_eq!(take(&mut lobby, 3, published(2)), [], "it is here already");
    assert_eq!(told(&take(&mut lobby, 4, published(3))), [3, 4, 5]);
    assert_eq!(take(&mut lobby, 5, published(4)), [], "the refill brings it again");
    assert_eq!(take(&mut lobby, 6, ChannelInput::Refilled(bounds(5))), []);
    // The last one was lost on its way, and nothing comes behind it.
    assert_eq!(take(&mut lobby, 7, ChannelInput::Head(bounds(6))), [Effect::Refill { after: 5 }]);
    assert_eq!(told(&take(&mut lobby, 8, published(6))), [6]);
    assert_eq!(
        take(&mut lobby, 9, ChannelInput::Refilled(bounds(7))),
        [Effect::Refill { after: 6 }]
    );
    // A refill that is never answered is repeated, in time.
    assert_eq!(take(&mut lobby, 10, ChannelInput::Head(bounds(7))), []);
    assert_eq!(take(&mut lobby, 11, ChannelInput::Head(bounds(7))), [Effect::Refill { after: 6 }]);
}

#[test]
fn a_message_that_was_answered_and_never_came_is_asked_for_on_the_next_tick() {
    let mut lobby = lobby();
    let (answer, _) = placed(&send(&mut lobby, 1, "a1"), 3);
    let effects = take(&mut lobby, 2, answer);
    let [Effect::WakeAt(at)] = effects[..] else { panic!("{effects:?}") };
    let mut effects = Vec::new();
    lobby.tick(Clock { now: at, unix_ms: 0 }, &mut effects);
    assert_eq!(effects, [Effect::Refill { after: 2 }]);
}

#[test]
fn another_history_or_a_shorter_one_is_a_loss() {
    let later = |seq| ChannelInput::Published(Published { epoch: EPOCH + 1, ..message(seq) });
    let other = |head| ChannelInput::Head(Bounds { epoch: EPOCH + 1, ..bounds(head) });
    for news in [later(3), other(2), ChannelInput::Head(bounds(1))] {
        let mut lobby = lobby();
        take(&mut lobby, 0, ChannelInput::Head(bounds(2)));
        assert_eq!(take(&mut lobby, 1, news.clone()), [Effect::Lost], "{news:?}");
        assert_eq!(take(&mut lobby, 2, published(3)), [], "nothing follows");
    }
    // A number was another message's, when the log answered.
    for is_early in [true, false] {
        let mut lobby = lobby();
        let (answer, _) = placed(&send(&mut lobby, 1, "a1"), 3);
        let mut news = [answer, published(3)];
        if is_early {
            news.reverse();
        }
        let [first, second] = news;
        take(&mut lobby, 2, first);
        assert_eq!(take(&mut lobby, 3, second), [Effect::Lost]);
    }
    // Trimmed before it could be read.
    let mut lobby = lobby();
    take(&mut lobby, 1, published(9));
    let trimmed = ChannelInput::Refilled(Bounds { oldest: 8, ..bounds(9) });
    assert_eq!(take(&mut lobby, 2, trimmed), [Effect::Lost]);
    // A publication of an earlier history is only late.
    let mut lobby = self::lobby();
    let earlier = ChannelInput::Published(Published { epoch: EPOCH - 1, ..message(3) });
    assert_eq!(take(&mut lobby, 1, earlier), []);
}

#[test]
fn a_head_that_was_read_before_a_publication_arrived_is_not_taken_for_a_loss() {
    let mut lobby = lobby();
    assert_eq!(told(&take(&mut lobby, 1, published(3))), [3]);
    assert_eq!(take(&mut lobby, 2, ChannelInput::Head(bounds(2))), [], "it was on its way");
    // The next one was read afterwards.
    assert_eq!(take(&mut lobby, 3, ChannelInput::Head(bounds(2))), [Effect::Lost]);
}

#[test]
fn who_has_read_further_at_another_server_waits_for_it() {
    let mut lobby = lobby();
    assert_eq!(take(&mut lobby, 1, join(2, "Bob", Some(4))), [Effect::Refill { after: 2 }]);
    assert_eq!(told(&take(&mut lobby, 2, published(3))), [3]);
    let effects = take(&mut lobby, 3, published(4));
    let Some(Effect::Enter(SessionId(2), joined)) =
        effects.iter().find(|it| matches!(it, Effect::Enter(..)))
    else {
        panic!("{effects:?}")
    };
    assert!(joined.recovered && joined.messages.is_empty() && joined.head == 4);
    assert_eq!(told(&effects), [4], "only those who were there are told");
    // A position that not even the log has is of no use.
    take(&mut lobby, 4, ChannelInput::Refilled(bounds(4)));
    take(&mut lobby, 5, join(3, "Cleo", Some(9)));
    let effects = take(&mut lobby, 6, ChannelInput::Refilled(bounds(4)));
    assert!(
        effects.iter().any(|it| matches!(it, Effect::Enter(_, joined) if !joined.recovered)),
        "{effects:?}"
    );
}

#[test]
fn who_is_at_several_servers_comes_once_and_goes_once() {
    let mut lobby = lobby();
    let came = |version| elsewhere(Passing::Came { name: "Bob".into(), version });
    let went = |version| elsewhere(Passing::Went { name: "Bob".into(), version });
    let is_news = |effects: &[Effect], came: bool, people: u32| {
        matches!(effects, [Effect::ToEveryone(ServerMessage::Presence { online, count, .. })]
            if *online == came && *count == people)
    };
    assert!(is_news(&take(&mut lobby, 1, came(4)), true, 2));
    let present = |version, people: &[&str]| ChannelInput::Present {
        server: server(),
        version,
        people: people.iter().map(|it| Arc::from(*it)).collect(),
    };
    assert_eq!(take(&mut lobby, 2, present(3, &[])), [], "it was read before Bob came");
    assert_eq!(take(&mut lobby, 3, went(3)), [], "so was that");
    let third = ServerId("third".into());
    let (version, people) = (1, vec!["Ada".into(), "Bob".into()]);
    let too = ChannelInput::Present { server: third.clone(), version, people };
    assert_eq!(take(&mut lobby, 4, too), [], "both are there already");
    assert_eq!(take(&mut lobby, 5, went(5)), [], "Bob is still at the third");
    assert!(is_news(&take(&mut lobby, 6, present(6, &["Bob", "Cleo"])), true, 3));
    assert_eq!(take(&mut lobby, 7, ChannelInput::ServerGone { server: third }), []);
    let effects = take(&mut lobby, 8, ChannelInput::ServerGone { server: server() });
    assert_eq!((effects.len(), lobby.people()), (2, 1));
    // Ada is here as well, so who is elsewhere makes no difference.
    let ada = elsewhere(Passing::Came { name: "Ada".into(), version: 9 });
    assert_eq!(take(&mut lobby, 9, ada), []);
    let effects = take(&mut lobby, 10, ChannelInput::Leave { session: ADA });
    assert!(matches!(effects[..], [Effect::Exit(ADA), Effect::Tell(Passing::Went { .. })]));
    assert_eq!(lobby.people(), 1);
}

#[test]
fn typing_and_what_has_arrived_are_passed_on() {
    let mut lobby = lobby();
    take(&mut lobby, 0, elsewhere(Passing::Came { name: "Bob".into(), version: 1 }));
    let effects = take(&mut lobby, 1, ChannelInput::Typing { session: ADA });
    assert!(matches!(
        effects[..],
        [Effect::ToEveryone(ServerMessage::Typing { .. }), Effect::Tell(Passing::Typing { .. })]
    ));
    let effects = take(&mut lobby, 2, elsewhere(Passing::Typing { name: "Bob".into() }));
    assert!(matches!(effects[..], [Effect::ToEveryone(ServerMessage::Typing { .. })]));
    let (answer, publication) = placed(&send(&mut lobby, 3, "a1"), 3);
    take(&mut lobby, 4, publication);
    take(&mut lobby, 5, answer);
    take(&mut lobby, 6, elsewhere(Passing::Received { counts: vec![(3, 1)] }));
    take(&mut lobby, 7, ChannelInput::Received { session: ADA, seq: 3 });
    let mut effects = Vec::new();
    lobby.tick(clock(2_000), &mut effects);
    let [
        Effect::ToSession(ADA, ServerMessage::Delivered { seq: 3, by: 1, .. }),
        Effect::Tell(Passing::Received { counts }),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(*counts, [(3, 1)]);
}

#[test]
fn what_the_log_refuses_is_refused() {
    let mut lobby = lobby();
    let submission = send(&mut lobby, 1, "a1");
    let denial = Denial { reason: Refusal::RateLimited, retry_after_ms: Some(200) };
    let answer: Submitted = submission.answered(Err(denial));
    let effects = take(&mut lobby, 2, ChannelInput::Submitted(answer));
    let [
        Effect::ToSession(
            ADA,
            ServerMessage::Refused { id: Some(id), reason, retry_after_ms: Some(200), .. },
        ),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!((&**id, *reason), ("a1", Refusal::RateLimited));
}

#[test]
fn a_channel_that_keeps_its_own_order_takes_no_notice_of_others() {
    let stored = Recovered { epoch: EPOCH, ..Recovered::default() };
    let mut lobby = Channel::recover(Arc::new(Settings::default()), "lobby".into(), stored);
    take(&mut lobby, 0, join(1, "Ada", None));
    let before = lobby.clone();
    let came = Passing::Came { name: "Bob".into(), version: 1 };
    for news in [published(1), ChannelInput::Head(bounds(3)), elsewhere(came)] {
        assert_eq!(take(&mut lobby, 1, news), []);
    }
    assert_eq!(lobby, before);
}

//! A channel against a list: whatever is said, repeated, joined, paged and recovered, readers get what
//! is in the list, in order, once.

use playground_core::chat::wire::{Joined, Message, Position, Run, ServerMessage};
use playground_core::chat::{
    Channel, ChannelInput, Clock, Effect, Limits, Rate, Read, Recovered, Refusal, SessionId,
    Settings,
};
use playground_core::sim::Time;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const EPOCH: u64 = 9;
const READER: SessionId = SessionId(99);

/// A channel beside the list that it should behave like, and the store that it is recovered from.
struct Pair {
    channel: Channel,
    settings: Arc<Settings>,
    list: Vec<Arc<Message>>,
    /// The oldest number that the store has not trimmed.
    oldest: u64,
    now_ms: u64,
}

#[derive(Clone, Debug)]
enum Step {
    /// A person says something under an id; the position at the first attempt is this far back.
    Send { person: u64, id: u8, back: Option<u64> },
    /// A reader with a position so far back joins, reads all parts, and leaves.
    Resume { back: u64, epoch: u64 },
    /// A reader pages back to the start.
    Page { limit: u32 },
    /// The server restarts.
    Recover,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let back = proptest::option::of(0..40u64);
    let step = prop_oneof![
        8 => (0..3u64, any::<u8>(), back).prop_map(|(person, id, back)| {
            Step::Send { person, id: id % 60, back }
        }),
        2 => (0..40u64, 0..8u64).prop_map(|(back, other)| {
            Step::Resume { back, epoch: EPOCH + u64::from(other == 0) }
        }),
        1 => (1..9u32).prop_map(|limit| Step::Page { limit }),
        1 => Just(Step::Recover),
    ];
    proptest::collection::vec(step, 1..120)
}

fn settings() -> impl Strategy<Value = Settings> {
    (1..30u32, 1..8u32, 200..3_000u64, 1..60u64, 5..80u64).prop_map(
        |(window, page, bytes, lag, retained)| Settings {
            limits: Limits { page_messages: page, messages: Rate::UNLIMITED, ..Limits::default() },
            window_messages: window,
            page_bytes: bytes,
            resume_messages: lag,
            retained_messages: retained,
            ..Settings::default()
        },
    )
}

impl Pair {
    fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let stored = Recovered { epoch: EPOCH, ..Recovered::default() };
        let channel = Channel::recover(settings.clone(), "lobby".into(), stored);
        let mut pair = Pair { channel, settings, list: Vec::new(), oldest: 1, now_ms: 0 };
        pair.enter();
        pair
    }

    fn enter(&mut self) {
        for person in 0..3 {
            let name = name(person);
            self.take(ChannelInput::Join { session: SessionId(person), name, after: None });
        }
    }

    fn take(&mut self, input: ChannelInput) -> Vec<Effect> {
        self.now_ms += 1;
        let clock = Clock { now: Time::from_ms(self.now_ms), unix_ms: self.now_ms };
        let mut effects = Vec::new();
        self.channel.handle(clock, input, &mut effects);
        effects
    }

    fn head(&self) -> u64 {
        self.list.len() as u64
    }

    fn stored(&self, read: &Read) -> Vec<Arc<Message>> {
        let range = self.list.iter().filter(|it| (read.from..=read.to).contains(&it.seq));
        let mut range: Vec<_> = range.filter(|it| it.seq >= self.oldest).cloned().collect();
        if read.is_backwards() {
            range.drain(..range.len().saturating_sub(read.limit));
        }
        range.truncate(read.limit);
        range
    }

    fn send(&mut self, person: u64, id: u8, back: Option<u64>) {
        let since =
            back.map(|back| Position { epoch: EPOCH, seq: self.head().saturating_sub(back) });
        let (session, id) = (SessionId(person), Arc::from(format!("{id}")));
        let text = format!("text {}", self.head()).into();
        let known =
            self.channel.recent().find(|it| it.id == id && it.from == name(person)).cloned();
        let first = self.channel.recent().next().map_or(self.head() + 1, |it| it.seq);
        let input = ChannelInput::Send { session, id: id.clone(), text, since, received_us: 3 };
        let effects = self.take(input);
        match &effects[..] {
            [Effect::Ack(to, ack)] => {
                let known = known.expect("only what is known is acknowledged without being stored");
                assert_eq!((*to, ack.seq, ack.is_retry), (session, known.seq, true));
            }
            [Effect::ToSession(to, ServerMessage::Refused { reason, id: of, .. })] => {
                assert_eq!((*to, *reason, of.as_ref()), (session, Refusal::TooLate, Some(&id)));
                assert!(known.is_none() && since.is_some_and(|it| it.seq + 1 < first));
            }
            [
                Effect::Store(stored),
                Effect::ToEveryone(ServerMessage::Messages(told)),
                Effect::Ack(_, ack),
                rest @ ..,
            ] => {
                assert!(known.is_none(), "what is known is not stored twice");
                assert!(since.is_none_or(|it| it.seq + 1 >= first), "nobody could tell");
                assert_eq!(&Run::of(stored.clone()), told);
                assert_eq!(
                    (stored.seq, ack.seq, ack.is_retry),
                    (self.head() + 1, stored.seq, false)
                );
                self.list.push(stored.clone());
                match rest {
                    [] => {}
                    [Effect::Trim { keep_from }] => {
                        assert!(*keep_from > self.oldest);
                        let kept = self.head() + 1 - keep_from;
                        assert!(kept >= self.settings.retained_messages.min(self.head()));
                        self.oldest = *keep_from;
                    }
                    rest => panic!("{rest:?}"),
                }
            }
            effects => panic!("{effects:?}"),
        }
        let most = self.settings.retained_messages;
        let kept = self.head() + 1 - self.oldest;
        let window = u64::from(self.settings.window_messages);
        assert!(kept <= (most + most / 8 + 1).max(window + most / 8 + 1), "kept {kept}");
    }

    /// Joins until there is no more; everything that came, and whether it continues the position.
    fn join(&mut self, after: Option<Position>) -> (bool, Vec<Arc<Message>>) {
        let mut position = after;
        let mut all = Vec::new();
        let mut recovered = true;
        for _ in 0..200 {
            let input =
                ChannelInput::Join { session: READER, name: "Reader".into(), after: position };
            let effects = self.take(input);
            let part = match effects.into_iter().next_back().expect("an answer") {
                Effect::Enter(READER, joined) => joined,
                Effect::ToSession(READER, ServerMessage::Joined(joined)) => {
                    assert!(joined.more, "whoever has everything enters");
                    joined
                }
                Effect::Read(READER, read) => {
                    let messages = self.stored(&read);
                    let ServerMessage::Joined(joined) = read.answer(messages) else { panic!() };
                    joined
                }
                effect => panic!("{effect:?}"),
            };
            recovered &= part.recovered;
            if !part.recovered {
                all.clear();
            }
            let Joined { epoch, messages, more, head, .. } = part;
            assert!(messages.len() <= self.settings.limits.page_messages as usize);
            all.extend(messages);
            position = Some(Position { epoch, seq: all.last().map_or(head, |it| it.seq) });
            if !more {
                let entered = self.channel.sessions().any(|it| it == READER);
                assert!(entered);
                self.take(ChannelInput::Leave { session: READER });
                return (recovered, all);
            }
        }
        panic!("it never ends");
    }

    fn resume(&mut self, back: u64, epoch: u64) {
        let seq = self.head().saturating_sub(back);
        let (recovered, messages) = self.join(Some(Position { epoch, seq }));
        let is_of_use = epoch == EPOCH
            && seq + 1 >= self.oldest
            && self.head() - seq <= self.settings.resume_messages;
        assert_eq!(recovered, is_of_use, "{back} of {}", self.head());
        if recovered {
            assert_eq!(messages, self.list[seq as usize..]);
        } else {
            // The newest page: it ends with the last message.
            assert!(self.list.ends_with(&messages));
            assert_eq!(messages.is_empty(), self.list.is_empty());
        }
    }

    fn page(&mut self, limit: u32) {
        let mut before = self.head() + 1;
        let mut all: Vec<Arc<Message>> = Vec::new();
        loop {
            let input = ChannelInput::History { session: SessionId(0), before, limit };
            let answer = match self.take(input).pop() {
                Some(Effect::ToSession(_, answer)) => answer,
                Some(Effect::Read(_, read)) => {
                    let messages = self.stored(&read);
                    read.answer(messages)
                }
                effect => panic!("{effect:?}"),
            };
            let ServerMessage::History { messages, more, .. } = answer else { panic!() };
            assert!(messages.len() <= limit as usize);
            all.splice(0..0, messages);
            let Some(first) = all.first() else { break };
            before = first.seq;
            if !more {
                break;
            }
        }
        assert_eq!(all, self.list[self.oldest as usize - 1..]);
    }

    fn recover(&mut self) {
        let kept = &self.list[self.oldest as usize - 1..];
        let window = self.settings.window_messages as usize;
        let stored = Recovered {
            epoch: EPOCH,
            head: self.head(),
            oldest: self.oldest,
            recent: kept[kept.len().saturating_sub(window)..].to_vec(),
        };
        let before: Vec<_> = self.channel.recent().cloned().collect();
        self.channel = Channel::recover(self.settings.clone(), "lobby".into(), stored);
        let after: Vec<_> = self.channel.recent().cloned().collect();
        assert_eq!(before, after, "a restart forgets nothing");
        assert_eq!(self.channel.people(), 0, "nobody is there who is not");
        self.enter();
    }
}

fn name(person: u64) -> Arc<str> {
    ["Ada", "Bob", "Cleo"][person as usize].into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_channel_is_a_list(settings in settings(), steps in steps()) {
        let mut pair = Pair::new(settings);
        for step in steps {
            match step {
                Step::Send { person, id, back } => pair.send(person, id, back),
                Step::Resume { back, epoch } => pair.resume(back, epoch),
                Step::Page { limit } => pair.page(limit),
                Step::Recover => pair.recover(),
            }
            prop_assert_eq!(pair.channel.head(), pair.head());
        }
        pair.page(3);
    }

    /// Over any time, a bucket grants its burst and its rate, and nothing more; what it refuses is
    /// granted when it says so.
    #[test]
    fn a_bucket_keeps_its_rate(
        per_second in 1..2_000u32,
        burst in 1..50u32,
        waits_us in proptest::collection::vec(0..200_000u64, 1..200),
    ) {
        let rate = Rate { per_second, burst };
        let mut bucket = playground_core::chat::Bucket::full(rate, Time::ZERO);
        let (mut now, mut granted) = (0u64, 0u64);
        for wait in waits_us {
            now += wait;
            match bucket.take(rate, Time(now)) {
                Ok(()) => granted += 1,
                Err(denial) => {
                    prop_assert_eq!(denial.reason, Refusal::RateLimited);
                    let later = now + denial.retry_after_ms.expect("it helps to wait") * 1_000;
                    let mut copy = bucket;
                    prop_assert!(copy.take(rate, Time(later)).is_ok());
                }
            }
            let most = u64::from(burst) * 1_000_000 + now * u64::from(per_second);
            prop_assert!(granted * 1_000_000 <= most);
        }
    }

    /// Whatever a client sends, the gate neither panics nor lets through what is not allowed.
    #[test]
    fn a_gate_withstands_any_json(text in any::<String>(), number in any::<u64>()) {
        let settings = Arc::new(Settings::default());
        let mut gate = playground_core::chat::Gate::new(settings, SessionId(1), Clock::default());
        let texts: BTreeMap<&str, serde_json::Value> = BTreeMap::from([
            ("room", text.clone().into()),
            ("to", text.clone().into()),
            ("id", text.clone().into()),
            ("text", text.clone().into()),
            ("name", text.clone().into()),
            ("secret", text.clone().into()),
            ("v", number.into()),
            ("seq", number.into()),
            ("before", number.into()),
            ("limit", number.into()),
        ]);
        for kind in ["hello", "rooms", "join", "leave", "send", "private", "typing", "history", &text] {
            let mut object: serde_json::Map<String, serde_json::Value> =
                texts.iter().map(|(key, it)| ((*key).to_owned(), it.clone())).collect();
            object.insert("type".into(), kind.into());
            let message = serde_json::from_value(object.into()).ok();
            let mut routes = Vec::new();
            gate.receive(Clock::default(), message, 0, &mut routes);
            let is_let_in = routes.iter().any(|it| matches!(
                it,
                playground_core::chat::Route::Room { .. } | playground_core::chat::Route::People(_)
            ));
            prop_assert!(!is_let_in, "nobody has said a hello that is allowed: {routes:?}");
        }
    }
}

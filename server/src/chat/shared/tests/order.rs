//! The scripts beside the core's own description of a shared log: whatever is submitted, both answer the same.

use std::collections::BTreeMap;

use playground_core::chat::{Clock, SharedOrder, Submission, owner_of};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;

/// A submission: at which server, in which channel, by whom, to whom, with which id, and how far back its first attempt
/// was.
type Step = (usize, usize, usize, usize, u32, Option<u64>);

const CHANNELS: [&str; 4] = ["lobby", "tea", "@Ada", "@Bob"];
const PEOPLE: [&str; 3] = ["Ada", "Bob", "Nobody"];
const STEPS: usize = 600;

fn steps() -> Vec<Step> {
    let step = (0..2_usize, 0..4_usize, 0..2_usize, 0..3_usize, 0..90_u32, any::<Option<u64>>());
    let steps = proptest::collection::vec(step, STEPS);
    steps.new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

#[tokio::test]
async fn the_scripts_do_what_the_core_says_that_a_shared_log_does() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let mut limits = settings().limits;
    limits.messages = Rate { per_second: 0, burst: 70 };
    let small = Settings {
        limits,
        window_messages: 12,
        inbox_window_messages: 7,
        retained_messages: 40,
        inbox_retained_messages: 24,
        ..settings()
    };
    let mut order = SharedOrder::new(Arc::new(small.clone()));
    let servers = [server(&redis, "ash", small.clone()).await, server(&redis, "oak", small).await];
    for name in ["Ada", "Bob"] {
        let claim = Claim { name: name.into(), secret_hash: [1; 32], seen_ms: 1 };
        assert_eq!(servers[0].claim(claim.clone()).await.unwrap(), Ok(claim.clone()));
        order.claim(claim).unwrap();
    }
    let mut open_there: Vec<Vec<Open>> = Vec::new();
    for server in &servers {
        let mut channels = Vec::new();
        for name in CHANNELS {
            channels.push(open(server, name).await);
        }
        open_there.push(channels);
    }
    let mut heads = BTreeMap::new();
    for (name, channel) in CHANNELS.iter().zip(&open_there[0]) {
        // Both have the same epochs, then.
        let clock = Clock { unix_ms: channel.stored.epoch, ..Clock::default() };
        order.open(clock, &Arc::from(*name), 1);
        heads.insert(*name, Position { epoch: channel.stored.epoch, seq: 0 });
    }

    let mut counts = [0; 4];
    for (step, (at, channel, from, to, id, back)) in steps().into_iter().enumerate() {
        let name = CHANNELS[channel];
        let head = heads[name];
        let from = owner_of(name).unwrap_or(PEOPLE[from]);
        let since = back.map(|back| match back % 50 {
            49 => Position { epoch: head.epoch - 1, seq: 0 },
            back => Position { seq: head.seq.saturating_sub(back), ..head },
        });
        let submission = Submission {
            session: SessionId(step as u64),
            from: from.into(),
            to: owner_of(name).map(|_| PEOPLE[to].to_lowercase().into()),
            id: id.to_string().into(),
            text: format!("step {step}").into(),
            since,
            received_us: 0,
        };
        let (expected, _) = order.submit(Clock::default(), &name.into(), head, &submission);
        let open = &mut open_there[at][channel];
        open.following.submit(submission.clone());
        let (expected, found) = (expected.outcome, open.answer().await);
        let said = |it: Result<Placed, Denial>| match it {
            Ok(Placed { epoch, seq, is_retry, .. }) => Ok((epoch, seq, is_retry)),
            Err(denial) => Err(denial.reason),
        };
        assert_eq!(said(found), said(expected), "step {step}: {submission:?}");
        match found {
            Ok(placed) if placed.is_retry => counts[1] += 1,
            Ok(placed) => {
                counts[0] += 1;
                heads.insert(name, Position { epoch: placed.epoch, seq: placed.seq });
            }
            Err(Denial { reason: Refusal::TooLate, .. }) => counts[2] += 1,
            Err(_) => counts[3] += 1,
        }
        for inbox in ["@Ada", "@Bob"] {
            let now = order.bounds(Clock::default(), &inbox.into(), heads[inbox]);
            heads.insert(inbox, Position { epoch: now.epoch, seq: now.head });
        }
    }
    assert!(counts.iter().all(|count| *count > 10), "each kind of answer came: {counts:?}");

    for name in CHANNELS {
        let expected = order.open(Clock::default(), &name.into(), 100);
        let found = open(&servers[1], name).await.stored;
        let bounds = |it: &Recovered| (it.epoch, it.head, it.oldest);
        assert_eq!(bounds(&found), bounds(&expected), "{name}");
        let texts = |it: &Recovered| {
            it.recent.iter().map(|it| (it.seq, it.text.clone(), it.to.clone())).collect::<Vec<_>>()
        };
        assert_eq!(texts(&found), texts(&expected), "{name}");
    }
}

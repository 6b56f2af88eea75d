//! Runs of messages: whatever is joined and written is read again, and frames stay short.

use playground_core::chat::wire::{Message, Run, ServerMessage};
use proptest::prelude::*;
use std::sync::Arc;

/// The messages of a channel, numbered on from `seq`, each so many milliseconds behind the one before it.
fn channel(seq: u64, said: Vec<(String, String, u64)>) -> Vec<Arc<Message>> {
    let mut at_ms = 1_764_106_000_000;
    let message = |(place, (from, text, ms)): (usize, (String, String, u64))| {
        at_ms += ms;
        let seq = seq + place as u64;
        let id = format!("id-{seq}").into();
        let (room, from, text) = ("lobby".into(), from.into(), text.into());
        Arc::new(Message { room, seq, id, from, to: None, text, at_ms })
    };
    said.into_iter().enumerate().map(message).collect()
}

/// As the server does it.
fn runs(messages: &[Arc<Message>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for message in messages {
        let next = Run::of(message.clone());
        let next = match runs.last_mut() {
            Some(run) => run.join(next).err(),
            None => Some(next),
        };
        runs.extend(next);
    }
    runs
}

fn read(json: &str) -> Result<Run, String> {
    match serde_json::from_str(json) {
        Ok(ServerMessage::Messages(run)) => Ok(run),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_joined_and_written_is_read_again_in_frames_that_stay_short(
        seq in 1_u64..1 << 50,
        said in prop::collection::vec(("[a-z]{1,8}", "[ -~]{0,400}", 0_u64..3), 1..60),
    ) {
        let messages = channel(seq, said);
        let mut heard = Vec::new();
        for run in runs(&messages) {
            let json = serde_json::to_string(&ServerMessage::Messages(run.clone())).unwrap();
            let again = read(&json).unwrap();
            prop_assert_eq!(&again, &run);
            // Quotation marks and backslashes are twice as long in JSON.
            prop_assert!(json.len() <= 2 * Run::MOST_BYTES + 200, "{}", json.len());
            prop_assert_eq!(run.len(), run.iter().count());
            heard.extend(again);
        }
        prop_assert_eq!(heard, messages);
    }
}

#[test]
fn messages_that_come_together_are_one_frame_and_a_long_one_is_a_run_by_itself() {
    let short = || ("Ada".to_owned(), "x".repeat(100), 1);
    let long = ("Bob".to_owned(), "y".repeat(2 * Run::MOST_BYTES), 0);
    let messages = channel(7, vec![short(), short(), long, short(), short(), short()]);
    let lengths: Vec<_> = runs(&messages).iter().map(Run::len).collect();
    assert_eq!(lengths, [2, 1, 3]);
}

#[test]
fn only_what_follows_joins() {
    let said = || ("Ada".to_owned(), "hi".to_owned(), 5);
    let messages = channel(7, vec![said(), said(), said()]);
    let change = |change: fn(&mut Message)| {
        let mut message = (*messages[1]).clone();
        change(&mut message);
        Arc::new(message)
    };
    let (gap, double) = (messages[2].clone(), messages[0].clone());
    let elsewhere = change(|it| it.room = "hall".into());
    let private = change(|it| it.to = Some("Bob".into()));
    let earlier = change(|it| it.at_ms -= 6);
    for other in [gap, double, elsewhere, private, earlier] {
        let (mut run, other) = (Run::of(messages[0].clone()), Run::of(other));
        assert_eq!(run.join(other.clone()), Err(other));
        assert_eq!(run, Run::of(messages[0].clone()));
    }
}

#[test]
fn what_a_newer_server_adds_is_passed_over_and_what_makes_no_sense_is_an_error() {
    let run = |messages: &str| {
        read(&format!(
            r#"{{"type":"messages","room":"lobby","seq":18446744073709551615,"at_ms":5,"mood":1,"messages":{messages}}}"#
        ))
    };
    let plain = run(r#"[["a1","Ada","hi"]]"#);
    assert!(plain.is_ok());
    assert_eq!(run(r#"[["a1","Ada","hi",0,{"mood":"good"},[]]]"#), plain);
    for broken in [
        "[]",
        "{}",
        r#"[["a1","Ada"]]"#,
        r#"[["a1","Ada",7]]"#,
        r#"[["a1","Ada","hi",-1]]"#,
        r#"[["a1","Ada","hi",18446744073709551615]]"#,
        r#"[["a1","Ada","hi"],["a2","Ada","too many"]]"#,
    ] {
        assert!(run(broken).is_err(), "{broken}");
    }
}

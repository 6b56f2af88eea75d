//! The lab: what each action does, what is refused, and what the picture says.

use playground_core::sim::{Run, Time, Timeline};
use playground_core::websocket::lab::{
    Action, Ending, Frame, Greeting, Happened, Lab, MOST_BINARY_BYTES, Mistake, Scenario,
};
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{Answer, CloseCode, Opcode, Role, State, predict};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn start(scenario: Scenario) -> Timeline<Lab> {
    Timeline::new(Run::new(scenario, 1))
}

/// A lab whose handshake is done.
fn open() -> Timeline<Lab> {
    let mut timeline = start(Scenario::default());
    timeline.advance(Time::from_ms(2_000));
    assert_eq!(timeline.frame().client.state, Some(State::Open));
    timeline
}

fn settle(timeline: &mut Timeline<Lab>) -> Frame {
    while timeline.step() {}
    timeline.frame()
}

fn text(text: &str) -> Action {
    Action::SendText { by: Role::Client, text: text.into() }
}

fn is_refusal(events: &[Happened]) -> bool {
    matches!(events, [Happened::Refused { .. }])
}

#[test]
fn a_run_begins_with_the_request_on_its_way() {
    let mut timeline = start(Scenario::default());
    let frame = timeline.frame();
    assert_eq!(frame.in_flight.len(), 1);
    assert_eq!(frame.in_flight[0].direction, Direction::ToServer);
    assert!(frame.in_flight[0].bytes.starts_with(b"GET /ws/echo HTTP/1.1\r\n"));
    assert!(matches!(frame.predicted[..], [Answer::Accepted(_)]));
    assert!(is_refusal(&timeline.act(text("too early"))));
    timeline.advance(Time::from_ms(900));
    let frame = timeline.frame();
    let (_, accept) = frame.handshake.accepted.clone().expect("the server has answered");
    assert_eq!(accept.key, frame.handshake.key);
    assert_eq!((frame.server.state, frame.client.state), (Some(State::Open), None));
    let frame = settle(&mut timeline);
    assert_eq!(frame.client.state, Some(State::Open));
    assert_eq!(frame.handshake.opened_at, Some(Time::from_ms(1_600)));
    assert_eq!(frame.arrived.len(), 2);
}

#[test]
fn what_is_sent_comes_back() {
    let mut timeline = open();
    timeline.act(text("Hé"));
    timeline.act(Action::SendBinary { by: Role::Client, bytes: 3_000 });
    let frame = timeline.frame();
    assert_eq!(frame.in_flight.len(), 1 + 3, "3,000 bytes are three segments");
    assert_eq!(frame.ahead.len(), 2);
    let frame = settle(&mut timeline);
    let echoed: Vec<_> =
        frame.client.delivered.iter().map(|it| (it.opcode, &*it.payload)).collect();
    let bytes: Vec<u8> = (0..3_000u32).map(|index| index as u8).collect();
    assert_eq!(echoed, [(Opcode::Text, "Hé".as_bytes()), (Opcode::Binary, &bytes)]);
}

#[test]
fn fields_of_a_frame_go_on_in_the_next_segment() {
    let mut timeline = open();
    timeline.act(Action::SendBinary { by: Role::Client, bytes: 2_000 });
    let frame = timeline.frame();
    for chunk in &frame.in_flight {
        let mut end = 0;
        for field in &chunk.fields {
            assert_eq!(field.bits.start, end);
            end = field.bits.end;
        }
        assert_eq!(end, chunk.bytes.len() * 8);
    }
    assert_eq!(frame.in_flight[1].fields.len(), 1, "all of it is payload");
}

#[test]
fn every_mistake_gets_the_code_that_was_predicted() {
    for mistake in Mistake::ALL {
        let mut timeline = open();
        timeline.act(Action::Misbehave { by: Role::Client, mistake });
        let before = timeline.frame();
        assert_eq!(before.predicted_code, Some(mistake.close_code()), "{mistake:?}");
        timeline.act(text("ignored"));
        let frame = settle(&mut timeline);
        assert_eq!(frame.answered_code, Some(mistake.close_code()), "{mistake:?}");
        assert_eq!(frame.client.seen_code, Some(mistake.close_code()), "{mistake:?}");
        assert_eq!(frame.ending.map(|(_, ending)| ending), Some(Ending::AfterFailure));
        let ignored = frame.arrived.iter().filter(|view| view.piece.is_ignored).count();
        // What is inside a gibibyte is not another frame.
        assert!(ignored == 1 || matches!(mistake, Mistake::Gibibyte | Mistake::HugeLength));

        let mut timeline = open();
        timeline.act(Action::Misbehave { by: Role::Server, mistake });
        let frame = settle(&mut timeline);
        assert_eq!(frame.client.failed.map(|it| it.close_code()), Some(mistake.close_code()));
        assert_eq!(frame.server.seen_code, Some(mistake.close_code()), "{mistake:?}");
        assert_eq!(frame.client.seen_code, Some(CloseCode::ABNORMAL));
    }
}

#[test]
fn a_bit_flipped_twice_is_as_it_was() {
    let mut timeline = open();
    timeline.act(text("Hello"));
    let before = timeline.frame();
    let chunk = before.in_flight[0].id;
    timeline.act(Action::FlipBit { chunk, bit: 5 });
    let flipped = timeline.frame();
    assert_eq!(flipped.in_flight[0].flipped, [5]);
    assert_eq!(flipped.predicted_code, Some(CloseCode::PROTOCOL_ERROR), "1 + 4 is reserved");
    timeline.act(Action::FlipBit { chunk, bit: 5 });
    assert_eq!(timeline.frame().in_flight, before.in_flight);
    assert!(is_refusal(&timeline.act(Action::FlipBit { chunk, bit: 11 * 8 })));
    assert!(is_refusal(&timeline.act(Action::FlipBit { chunk: 99, bit: 0 })));
    settle(&mut timeline);
    assert!(is_refusal(&timeline.act(Action::FlipBit { chunk, bit: 0 })), "it has arrived");
}

#[test]
fn a_flipped_length_makes_the_server_wait() {
    let mut timeline = open();
    timeline.act(text("Hello"));
    let chunk = timeline.frame().in_flight[0].id;
    timeline.act(Action::FlipBit { chunk, bit: 14 });
    assert_eq!(timeline.frame().predicted, []);
    let frame = settle(&mut timeline);
    assert_eq!(frame.server.missing_bytes, Some(2), "5 became 7");
    assert!(frame.server.under_way.is_some());
    assert_eq!(frame.ending, None);
}

#[test]
fn close_is_answered_and_the_server_ends_the_connection() {
    for by in [Role::Client, Role::Server] {
        let mut timeline = open();
        let (code, reason) = (CloseCode(4_000), String::from("bye"));
        timeline.act(Action::Close { by, code, reason });
        assert!(is_refusal(&timeline.act(Action::SendText { by, text: "more".into() })));
        let frame = settle(&mut timeline);
        assert_eq!(frame.ending.map(|(_, ending)| ending), Some(Ending::Clean));
        assert_eq!((frame.client.seen_code, frame.server.seen_code), (Some(code), Some(code)));
        assert!(is_refusal(&timeline.act(text("more"))));
        timeline.act(Action::Reconnect);
        let frame = settle(&mut timeline);
        assert_eq!((frame.connection, frame.client.state), (2, Some(State::Open)));
        assert_eq!(frame.client.seen_code, None);
    }
}

#[test]
fn a_close_without_a_code_is_told_as_1005() {
    let mut timeline = open();
    let code = CloseCode::NO_STATUS;
    timeline.act(Action::Close { by: Role::Client, code, reason: String::new() });
    let frame = settle(&mut timeline);
    assert_eq!((frame.client.seen_code, frame.server.seen_code), (Some(code), Some(code)));
    let mut timeline = open();
    let forbidden = Action::Close { by: Role::Client, code: CloseCode(999), reason: String::new() };
    assert!(is_refusal(&timeline.act(forbidden)));
}

#[test]
fn a_cut_loses_what_is_on_its_way_and_is_told_as_1006() {
    let mut timeline = open();
    timeline.act(text("lost"));
    timeline.act(Action::Cut);
    let frame = settle(&mut timeline);
    assert_eq!(frame.ending.map(|(_, ending)| ending), Some(Ending::Cut));
    let lost = Some(CloseCode::ABNORMAL);
    assert_eq!((frame.client.seen_code, frame.server.seen_code), (lost, lost));
    assert!(frame.server.delivered.is_empty() && frame.in_flight.is_empty());
    assert!(is_refusal(&timeline.act(Action::Cut)));
}

#[test]
fn a_handshake_that_goes_wrong_opens_nothing() {
    for greeting in
        [Greeting::ShortKey, Greeting::OldVersion, Greeting::NoUpgrade, Greeting::StaleAnswer]
    {
        let mut timeline = start(Scenario { greeting, ..Scenario::default() });
        let frame = settle(&mut timeline);
        assert_eq!(frame.ending.map(|(_, ending)| ending), Some(Ending::NoHandshake));
        assert_eq!(frame.client.state, None, "{greeting:?}");
        let (_, by, _) = frame.handshake.refused.expect("somebody refused");
        let is_stale = greeting == Greeting::StaleAnswer;
        assert_eq!(by, if is_stale { Role::Client } else { Role::Server }, "{greeting:?}");
    }
}

#[test]
fn a_request_that_never_ends_is_given_up() {
    let mut timeline = start(Scenario::default());
    // The last line feed becomes something else.
    let request = timeline.frame().in_flight[0].clone();
    let bit = request.bytes.len() as u32 * 8 - 1;
    timeline.act(Action::FlipBit { chunk: request.id, bit });
    let frame = settle(&mut timeline);
    assert_eq!(frame.ending, Some((Time::from_ms(800 + 5_000 + 800), Ending::NoHandshake)));
}

#[test]
fn fragments_may_be_sent_one_by_one() {
    let mut timeline = open();
    let part = |text: &str, fin| Action::SendFragment { text: text.into(), fin };
    timeline.act(part("a", false));
    assert!(is_refusal(&timeline.act(text("not now"))));
    timeline.act(Action::Ping { by: Role::Client });
    timeline.act(part("b", false));
    timeline.act(part("c", true));
    assert!(!is_refusal(&timeline.act(text("now"))));
    let frame = settle(&mut timeline);
    let echoed: Vec<_> =
        frame.client.delivered.iter().map(|it| (it.opcode, &*it.payload)).collect();
    let pong = (Opcode::Pong, &b"are you there?"[..]);
    assert_eq!(echoed, [pong, (Opcode::Text, b"abc"), (Opcode::Text, b"now")]);
}

#[test]
fn a_run_has_bounds() {
    let mut timeline = open();
    let most = Action::SendBinary { by: Role::Client, bytes: MOST_BINARY_BYTES + 1 };
    assert!(is_refusal(&timeline.act(most)));
    assert!(is_refusal(&timeline.act(text(&"a".repeat(4_001)))));
    let mut sent = 0;
    while !is_refusal(&timeline.act(Action::SendBinary { by: Role::Client, bytes: 60_000 })) {
        sent += 1;
    }
    assert_eq!(sent, 6, "400,000 bytes a connection");
}

#[test]
fn a_message_beyond_the_limit_is_answered_with_1009() {
    let mut timeline = start(Scenario { limit_bytes: 100, ..Scenario::default() });
    timeline.advance(Time::from_ms(2_000));
    timeline.act(Action::SendBinary { by: Role::Client, bytes: 101 });
    assert_eq!(timeline.frame().predicted_code, Some(CloseCode::TOO_BIG));
    assert_eq!(settle(&mut timeline).client.seen_code, Some(CloseCode::TOO_BIG));
}

#[test]
fn predictions_are_the_very_bytes() {
    let limits = Scenario::default();
    let limit = u64::from(limits.limit_bytes);
    let limits = playground_core::websocket::Limits { frame_bytes: limit, message_bytes: limit };
    let frames = Mistake::UnfinishedMessage.bytes(Role::Client, [1, 2, 3, 4]);
    let prediction = predict(&frames, limits);
    assert_eq!(prediction.close_code, Some(CloseCode::PROTOCOL_ERROR));
    assert!(prediction.ends && prediction.bytes.starts_with(&[0x88]));
    let prediction = predict(&[0x81, 0x85, 0, 0, 0, 0, b'H'], limits);
    assert_eq!((prediction.answers.len(), prediction.missing_bytes), (0, Some(4)));
    let prediction = predict(&[0x81, 0x81, 0, 0, 0, 0, b'H'], limits);
    assert_eq!(prediction.bytes, [0x81, 1, b'H']);
}

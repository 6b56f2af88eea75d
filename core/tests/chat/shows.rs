//! What each scenario shows, and which promise breaks if a part of the protocol is left out.

use crate::golden::run;
use playground_core::chat::scenarios::{self, Named};
use playground_core::chat::{
    Action, Event, Farewell, Frame, Happened, Hop, LOBBY, Lab, Membership, Path, Refusal, Scenario,
    TabView, ThreadView, Tick, Transport, Without,
};
use playground_core::sim::{ClusterEvent, NodeId, Rng, Simulation, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn end(named: &Named) -> Frame {
    run(named).state.frame(named.until)
}

fn reports(named: &Named) -> Vec<(NodeId, Event)> {
    let events = run(named).events.into_iter();
    let reports = events.filter_map(|(_, it)| match it {
        Happened::Cluster(ClusterEvent::Reported(node, event)) => Some((node, event)),
        _ => None,
    });
    reports.collect()
}

fn thread<'a>(tab: &'a TabView, thread: &str) -> &'a ThreadView {
    tab.threads.iter().find(|it| &*it.thread == thread).expect("the tab has that thread")
}

fn texts(tab: &TabView, name: &str) -> Vec<String> {
    thread(tab, name).lines.iter().map(|it| it.text.to_string()).collect()
}

/// What the lobby shows is the same in all tabs, and it is this.
fn everybody_shows(frame: &Frame, expected: &[&str]) {
    for tab in &frame.tabs {
        assert_eq!(texts(tab, LOBBY), expected, "{}", tab.node);
    }
}

#[test]
fn a_message_goes_through_all_its_stations() {
    let frame = end(&scenarios::message());
    let [Path { hops, seq, .. }] = &frame.paths[..] else { panic!("{:?}", frame.paths) };
    assert_eq!(*seq, Some(1));
    let at = |wanted: fn(&Hop) -> bool| {
        let found: Vec<Time> =
            hops.iter().filter(|(_, it)| wanted(it)).map(|(at, _)| *at).collect();
        assert!(!found.is_empty(), "{hops:?}");
        found
    };
    let stations = [
        at(|it| *it == Hop::Said),
        at(|it| matches!(it, Hop::Sent(_))),
        at(|it| *it == Hop::Arrived),
        at(|it| *it == Hop::Appended),
        at(|it| *it == Hop::Stored),
        at(|it| matches!(it, Hop::FannedOut(_))),
        at(|it| *it == Hop::AckSent),
        at(|it| *it == Hop::Acknowledged),
        at(|it| matches!(it, Hop::Delivered(2))),
    ];
    assert!(stations.windows(2).all(|it| it[0][0] <= it[1][0]), "{hops:?}");
    assert_eq!(stations[5].len(), 4, "to everybody, also to its author");
    let stored = stations[4][0].since(stations[3][0]);
    assert_eq!(stored, playground_core::sim::Span::from_ms(200), "nobody is told earlier");
    let line = &thread(&frame.tabs[0], LOBBY).lines[0];
    assert_eq!(line.tick, Some(Tick::Delivered(2)), "Bob has two tabs, and is one person");
}

#[test]
fn a_private_word_reaches_both_tabs_of_bob_and_not_cleo() {
    let frame = end(&scenarios::private());
    for (tab, other) in [(0, "@Bob"), (1, "@Ada"), (2, "@Ada")] {
        assert_eq!(texts(&frame.tabs[tab], other), ["Psst.", "Yes?", "Nothing."]);
    }
    assert_eq!(frame.tabs[3].threads.len(), 1, "Cleo has the lobby only");
    assert_eq!(thread(&frame.tabs[1], "@Ada").unread, 2, "his own words are not news to Bob");
}

#[test]
fn a_lost_acknowledgement_doubles_nothing() {
    for named in [scenarios::lost_ack(), scenarios::retry()] {
        let frame = end(&named);
        assert_eq!(frame.server.rooms[0].messages.len(), 1, "{}", named.name);
        assert!(frame.total.lost >= 2, "{}", named.name);
    }
    assert_eq!(end(&scenarios::retry()).total.retries_known, 1);
}

#[test]
fn a_tunnel_and_a_crash_take_nothing() {
    let expected = ["One.", "Two.", "Three.", "Four.", "Typed in the tunnel."];
    everybody_shows(&end(&scenarios::offline()), &expected);
    let named = scenarios::server_dies();
    let expected = ["Before.", "Written down, and told to nobody.", "After."];
    everybody_shows(&end(&named), &expected);
    // It was told to nobody when the server died.
    let fanned_out = end(&named).paths[1]
        .hops
        .iter()
        .any(|(at, hop)| matches!(hop, Hop::FannedOut(_)) && *at < Time::from_ms(8_500));
    assert!(!fanned_out);
}

#[test]
fn a_slow_consumer_is_cut_and_told_why_and_has_everything() {
    let named = scenarios::slow_consumer();
    let reports = reports(&named);
    let cut = |it: &(NodeId, Event)| matches!(it.1, Event::SessionEnded(_, link, Some(Farewell::Slow)) if link.tab == NodeId(3));
    assert_eq!(reports.iter().filter(|it| cut(it)).count(), 1);
    let told =
        |it: &(NodeId, Event)| matches!(it, (NodeId(3), Event::Connected(_, Some(Farewell::Slow))));
    assert!(reports.iter().any(told), "told why when it comes back");
    let frame = end(&named);
    assert_eq!(texts(&frame.tabs[2], LOBBY).len(), 8);
    assert_eq!(texts(&frame.tabs[0], LOBBY), texts(&frame.tabs[2], LOBBY));
    assert_eq!(thread(&frame.tabs[2], LOBBY).resets, 0, "it resumed");
}

#[test]
fn what_was_typed_survives_a_reload() {
    let frame = end(&scenarios::reload());
    everybody_shows(&frame, &["Nobody hears this."]);
    assert_eq!(&*thread(&frame.tabs[0], LOBBY).draft, "Half a sen");
}

#[test]
fn a_flood_is_refused_for_a_while_and_arrives_in_order() {
    let named = scenarios::flood();
    let refused = |it: &(NodeId, Event)| it.1 == Event::Refused(Refusal::RateLimited);
    assert!(reports(&named).iter().any(refused));
    let expected: Vec<String> = (1..=16).map(|it| format!("{it} of 16")).collect();
    assert_eq!(texts(&end(&named).tabs[0], LOBBY), expected);
}

#[test]
fn a_long_absence_is_made_up_for_in_parts() {
    let named = scenarios::long_absence();
    let parts = reports(&named).into_iter().filter_map(|(node, event)| match event {
        Event::Joined { room, recovered, messages } if node == NodeId(4) && &*room == LOBBY => {
            Some((recovered, messages))
        }
        _ => None,
    });
    let parts: Vec<(bool, usize)> = parts.skip(1).collect();
    // What memory has forgotten comes from the disk; the last part is what is new meanwhile.
    assert_eq!(parts, [(true, 4), (true, 4), (true, 4), (true, 0)]);
    assert_eq!(texts(&end(&named).tabs[3], LOBBY).len(), 13);
}

#[test]
fn a_ghost_is_noticed() {
    let named = scenarios::ghost();
    let transcript = run(&named);
    let early = playground_core::sim::replay(&named.run, Time::from_ms(9_000), u64::MAX);
    let frame = early.state.frame(Time::from_ms(9_000));
    assert_eq!(frame.server.sessions.iter().filter(|it| !it.is_alive).count(), 1);
    assert!(thread(&frame.tabs[0], LOBBY).people.iter().any(|it| &**it == "Bob"));
    let frame = transcript.state.frame(named.until);
    assert_eq!(thread(&frame.tabs[0], LOBBY).people, ["Ada", "Cleo"].map(Into::into));
}

#[test]
fn numbers_make_packets_as_they_come_into_a_conversation() {
    let frame = end(&scenarios::gap());
    everybody_shows(&frame, &["One.", "Two.", "Three.", "Four."]);
    assert!(frame.total.gaps >= 1 && frame.total.lost >= 1, "{:?}", frame.total);
    let frame = end(&scenarios::doubles());
    everybody_shows(&frame, &["One.", "Two.", "Three."]);
    assert!(frame.total.doubles_dropped >= 3, "{:?}", frame.total);
}

#[test]
fn each_part_that_is_left_out_breaks_what_its_scenario_says() {
    let (twice, order) = ("no message is shown twice", "messages are shown in order");
    for (named, broken) in [
        (scenarios::without_sequence_numbers(), vec![twice, order]),
        (scenarios::without_idempotency(), vec!["no message is stored twice", twice]),
        (scenarios::without_resume(), vec!["no message is missing between two that are shown"]),
        (
            scenarios::lying_disk(),
            vec!["what is acknowledged is stored", "nothing that was said is lost"],
        ),
    ] {
        let found: Vec<&str> = run(&named).violations.iter().map(|it| it.invariant).collect();
        assert_eq!(found, broken, "{}", named.name);
        // The same run of the protocol as it should be, on an honest disk, breaks nothing.
        let mut honest = named.clone();
        honest.run.scenario.without = None;
        honest.run.actions.retain(|(_, it)| !matches!(it, Action::SetDisk { .. }));
        assert_eq!(run(&honest).violations, [], "{}", named.name);
    }
    for without in Without::ALL {
        assert_eq!(scenarios::of_without(without).run.scenario.without, Some(without));
    }
}

#[test]
fn an_epoch_tells_that_the_history_is_another_one() {
    let named = scenarios::lying_disk();
    let frame = end(&named);
    let resets: u64 = frame.tabs.iter().map(|it| thread(it, LOBBY).resets).sum();
    assert_eq!(resets, 4, "everybody is told that what they have is not here");
    everybody_shows(&frame, &["What did you say?"]);
}

#[test]
fn what_is_impossible_changes_nothing_and_says_why() {
    let node = NodeId;
    let lobby = || LOBBY.to_owned();
    let at = Time::from_ms(5_000);
    let start = || {
        let mut lab = Lab::new(&Scenario::default(), Rng::new(1));
        while lab.next_at().is_some_and(|it| it <= at) {
            lab.step();
        }
        lab
    };
    for action in [
        Action::Say { tab: node(0), thread: lobby(), text: "x".into() },
        Action::Say { tab: node(9), thread: lobby(), text: "x".into() },
        Action::Say { tab: node(1), thread: "attic".into(), text: "x".into() },
        Action::Say { tab: node(1), thread: lobby(), text: " ".into() },
        Action::Open { tab: node(1) },
        Action::Online { tab: node(1) },
        Action::Restart,
        Action::Drop { flight: 0 },
        Action::Delay { flight: 0, ms: 5 },
        Action::Duplicate { flight: 0 },
        Action::Deliver { flight: 0 },
    ] {
        let mut lab = start();
        let before = lab.frame(at);
        let events = lab.act(at, action.clone());
        assert!(matches!(&events[..], [Happened::Refused { .. }]), "{action:?}: {events:?}");
        assert!(lab.frame(at) == before, "{action:?}");
    }
    let mut lab = start();
    lab.act(at, Action::Crash { after_outputs: 0 });
    let again = lab.act(at, Action::Crash { after_outputs: 0 });
    assert!(matches!(&again[..], [Happened::Refused { .. }]));
}

#[test]
fn a_room_is_joined_and_left() {
    let mut named = scenarios::message();
    named.run.scenario.transport = Transport::Stream;
    let room = || "kitchen".to_owned();
    let kitchen = |ms, action| (Time::from_ms(ms), action);
    named.run.actions = vec![
        kitchen(3_000, Action::Join { tab: NodeId(1), room: room() }),
        kitchen(3_100, Action::Join { tab: NodeId(4), room: room() }),
        kitchen(5_000, Action::Say { tab: NodeId(1), thread: room(), text: "Tea?".into() }),
        kitchen(7_000, Action::Leave { tab: NodeId(1), room: room() }),
    ];
    named.until = Time::from_ms(10_000);
    let frame = end(&named);
    assert_eq!(texts(&frame.tabs[3], "kitchen"), ["Tea?"]);
    assert_eq!(thread(&frame.tabs[3], "kitchen").people, [std::sync::Arc::from("Cleo")]);
    assert!(frame.tabs[0].threads.iter().all(|it| &*it.thread != "kitchen"));
    assert_eq!(thread(&frame.tabs[3], "kitchen").membership, Membership::Joined);
}

//! The server is killed again and again in the middle of everything, and nobody loses anything.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use playground_core::chat::wire::{ClientMessage, Message, ServerMessage, VERSION};
use playground_core::sim::Rng;
use tempfile::TempDir;

use super::Server;
use super::socket::Socket;
use super::tab::{Tab, secret};
use crate::running::DEADLINE;

const KILLS: u64 = 24;
const PEOPLE: usize = 8;
const ROOMS: [&str; 2] = ["load", "more load"];
/// A person says so much before the next kill, in rooms and to the next person.
const SAID_A_ROUND: u64 = 30;
/// … and has so much under way at a time.
const UNSENT: usize = 6;

/// What the tabs are told, and what they tell.
struct Shared {
    address: SocketAddr,
    /// How often the server has been started.
    round: u64,
    /// How many acknowledgements a tab has had from this server.
    acknowledged: [usize; PEOPLE],
    /// Who has been welcome once: there is nobody to whisper to before.
    known: BTreeSet<usize>,
    /// Nothing more is to be said.
    is_last: bool,
    /// Which tabs have everything they said stored.
    done: BTreeSet<usize>,
    /// The last numbers of all channels, once everybody is done.
    heads: Option<BTreeMap<String, u64>>,
}

type Meeting = (Mutex<Shared>, Condvar);

#[test]
fn what_was_acknowledged_survives_every_kill_once_and_in_order() {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(data.path());
    let shared = Shared {
        address: server.address,
        round: 1,
        acknowledged: [0; PEOPLE],
        known: BTreeSet::new(),
        is_last: false,
        done: BTreeSet::new(),
        heads: None,
    };
    let meeting: Meeting = (Mutex::new(shared), Condvar::new());
    let (history, tabs) = thread::scope(|scope| {
        let tabs: Vec<_> = (0..PEOPLE)
            .map(|number| {
                let meeting = &meeting;
                scope.spawn(move || talk(number, meeting))
            })
            .collect();
        let mut rng = Rng::new(9);
        for _ in 0..KILLS {
            // Every client has resumed by itself, and more than resumed.
            wait(&meeting, "everybody is heard", |shared| {
                shared.acknowledged.iter().all(|acknowledged| *acknowledged > 0)
            });
            thread::park_timeout(Duration::from_micros(rng.below(20_000)));
            server.kill();
            server = Server::start(data.path());
            let mut shared = meeting.0.lock().unwrap();
            shared.address = server.address;
            shared.round += 1;
            shared.acknowledged = [0; PEOPLE];
        }
        meeting.0.lock().unwrap().is_last = true;
        wait(&meeting, "everything is stored", |shared| shared.done.len() == PEOPLE);
        let history = histories(server.address);
        let head =
            |(channel, messages): (&String, &Vec<_>)| (channel.clone(), messages.len() as u64);
        meeting.0.lock().unwrap().heads = Some(history.iter().map(head).collect());
        (history, tabs.into_iter().map(|tab| tab.join().unwrap()).collect::<Vec<_>>())
    });
    for (channel, messages) in &history {
        is_in_order(channel, messages);
    }
    for (number, (tab, said)) in tabs.iter().enumerate() {
        check_tab(number, tab, *said, &history);
    }
}

fn name(number: usize) -> String {
    format!("person {}", number % PEOPLE)
}

fn channels_of(number: usize) -> [String; 3] {
    [ROOMS[0].into(), ROOMS[1].into(), format!("@{}", name(number))]
}

fn wait(meeting: &Meeting, what: &str, mut is_reached: impl FnMut(&Shared) -> bool) {
    let shared = meeting.0.lock().unwrap();
    let waited = meeting.1.wait_timeout_while(shared, DEADLINE, |shared| !is_reached(shared));
    let (shared, timeout) = waited.unwrap();
    assert!(!timeout.timed_out(), "waited in vain until {what}: {:?}", shared.acknowledged);
}

/// Says something all the time, over all servers, until it is time to stop and everything has come.
fn talk(number: usize, meeting: &Meeting) -> (Tab, u64) {
    let mut tab = Tab::open(&name(number), &ROOMS, number as u64);
    let neighbour = format!("@{}", name(number + 1));
    let threads = [ROOMS[0], ROOMS[1], neighbour.as_str()];
    let mut said = 0;
    loop {
        let address = {
            let mut shared = meeting.0.lock().unwrap();
            shared.acknowledged[number] = tab.acknowledged_by(shared.address);
            if tab.has_joined(&format!("@{}", name(number))) {
                shared.known.insert(number);
            }
            if shared.is_last && tab.unsent() == 0 {
                shared.done.insert(number);
            }
            let channels = channels_of(number);
            if let Some(heads) = &shared.heads
                && channels.iter().all(|channel| tab.position(channel) == heads[channel])
            {
                return (tab, said);
            }
            let may_speak = !shared.is_last && shared.known.len() == PEOPLE;
            if may_speak && said < shared.round * SAID_A_ROUND && tab.unsent() < UNSENT {
                said += 1;
                tab.say(threads[said as usize % 3], &format!("{said:05}"));
            }
            meeting.1.notify_all();
            shared.address
        };
        tab.turn(address);
    }
}

/// All that is stored, by channel: asked for by the people themselves.
fn histories(address: SocketAddr) -> BTreeMap<String, Vec<Arc<Message>>> {
    let mut histories = BTreeMap::new();
    for number in 0..PEOPLE {
        let mut socket = Socket::open(address).unwrap();
        let name = name(number);
        let hello = ClientMessage::Hello {
            v: VERSION,
            name: name.as_str().into(),
            secret: secret(&name),
            last: None,
        };
        socket.send(&hello).unwrap();
        for channel in channels_of(number) {
            histories.entry(channel).or_insert_with_key(|channel| history(&mut socket, channel));
        }
    }
    histories
}

/// Everything in a channel, page by page from the newest to the first.
fn history(socket: &mut Socket, channel: &str) -> Vec<Arc<Message>> {
    let room: Arc<str> = channel.into();
    socket.send(&ClientMessage::Join { room: room.clone(), after: None }).unwrap();
    let joined = socket.wait_for("joined", |message| match message {
        ServerMessage::Joined(joined) if joined.room == room => Some(joined),
        ServerMessage::Refused { .. } => panic!("{message:?}"),
        _ => None,
    });
    let mut pages = vec![joined.messages];
    let mut more = joined.has_older;
    while more {
        let before = pages.last().and_then(|page| page.first()).unwrap().seq;
        let ask = ClientMessage::History { room: room.clone(), before, limit: 100 };
        socket.send(&ask).unwrap();
        let page;
        (page, more) = socket.wait_for("older messages", |message| match message {
            ServerMessage::History { messages, more, .. } => Some((messages, more)),
            ServerMessage::Refused { .. } => panic!("{message:?}"),
            _ => None,
        });
        pages.push(page);
    }
    pages.into_iter().rev().flatten().collect()
}

/// Numbers without gaps, no message twice, and of each author everything in the order of saying.
pub(crate) fn is_in_order(channel: &str, messages: &[Arc<Message>]) {
    let mut ids = BTreeSet::new();
    let mut last = BTreeMap::new();
    for (message, seq) in messages.iter().zip(1..) {
        assert_eq!(message.seq, seq, "{channel}: {message:?}");
        assert!(ids.insert((&message.from, &message.id)), "{channel} has it twice: {message:?}");
        let of = (&message.from, &message.to);
        if let Some(before) = last.insert(of, &message.text) {
            assert!(*before < message.text, "{channel}: {before} came before {message:?}");
        }
    }
}

/// What this tab said is stored once, as it was told, and it has read all there is.
fn check_tab(number: usize, tab: &Tab, said: u64, history: &BTreeMap<String, Vec<Arc<Message>>>) {
    let name = name(number);
    let own = |message: &&Arc<Message>| *message.from == *name;
    let mut stored = 0;
    for channel in channels_of(number) {
        let messages = &history[&channel];
        stored += messages.iter().filter(own).count() as u64;
        assert_eq!(&tab.messages(&channel), messages, "{name} has read {channel}");
    }
    assert_eq!(stored, said, "everything that {name} said is stored");
    for (id, ack) in &tab.acknowledged {
        let message = &history[&*ack.room][ack.seq as usize - 1];
        assert_eq!((&message.id, &*message.from), (id, name.as_str()), "{ack:?}");
    }
    assert!(tab.connections > KILLS as u32, "{name} was connected {} times", tab.connections);
}

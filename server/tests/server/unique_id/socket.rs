//! `/ws/unique-id`: the state at the beginning, and every change.

use std::net::TcpStream;

use playground_core::unique_id::wire::{LiveMessage, Post, RaceState};
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::world::{JSON, World, ids, post};
use crate::running::{DEADLINE, Server};

pub(super) fn watch(server: &Server) -> WebSocket<TcpStream> {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let request = format!("ws://{}/ws/unique-id", server.address).into_client_request().unwrap();
    client(request, stream).unwrap().0
}

pub(super) fn next(socket: &mut WebSocket<TcpStream>) -> LiveMessage {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[test]
fn the_state_comes_first_and_then_what_changes() {
    let world = World::start();
    let held = ids(&world.server, 3).worker.unwrap();
    let mut socket = watch(&world.server);
    let LiveMessage::Service(service) = next(&mut socket) else { panic!("not the service") };
    assert_eq!((service.lease.unwrap().held, service.made), (held, 3));
    let LiveMessage::Shards { shards } = next(&mut socket) else { panic!("not the shards") };
    assert!(shards.len() == 4 && shards.iter().all(|shard| shard.posts == 0));
    let LiveMessage::Race(race) = next(&mut socket) else { panic!("not the race") };
    assert_eq!(race, RaceState::default());

    let stored: Post =
        post(&world.server, "/api/unique-id/blog/posts", r#"{"user_id": 6, "text": "hi"}"#).json();
    let mut changed = 0;
    while changed < 2 {
        match next(&mut socket) {
            LiveMessage::Posted(posted) => {
                assert_eq!(posted, stored);
                changed += 1;
            }
            LiveMessage::Shards { shards } => {
                assert_eq!((shards[2].posts, shards[2].newest), (1, Some(stored.id)));
                changed += 1;
            }
            _ => {}
        }
    }
    world.server.request("PUT", "/api/unique-id/clock", &[JSON], br#"{"offset_ms": -500}"#);
    loop {
        if let LiveMessage::Service(service) = next(&mut socket)
            && service.clock_offset_ms == -500
        {
            break;
        }
    }
}

#[test]
fn a_renewal_moves_the_mark_before_it_is_reached() {
    let world = World::start();
    let mut socket = watch(&world.server);
    let mut mark = None;
    let mut renewals = 0;
    while renewals < 2 {
        let LiveMessage::Service(service) = next(&mut socket) else { continue };
        let lease = service.lease.unwrap();
        assert!(service.now_ms < lease.high_water_ms);
        renewals += u32::from(mark.is_some_and(|mark| lease.high_water_ms > mark));
        mark = Some(lease.high_water_ms);
    }
}

#[test]
fn a_server_that_stops_says_so() {
    let world = World::start();
    let mut socket = watch(&world.server);
    next(&mut socket);
    world.server.join();
    let code = loop {
        if let Message::Close(Some(frame)) = socket.read().unwrap() {
            break frame.code;
        }
    };
    assert_eq!(u16::from(code), 1001);
}

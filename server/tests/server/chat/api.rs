//! The history as curl sees it.

use playground_server::Config;
use playground_server::problem::Problem;
use serde_json::Value;

use super::talker::ChatServer;
use crate::running::{Server, with_page};

#[test]
fn rooms_and_their_messages_are_there_for_programs_that_speak_only_http() {
    let chat = ChatServer::start();
    let rooms: Value = chat.server.get("/api/chat/rooms").json();
    assert_eq!(rooms, serde_json::json!({ "rooms": [] }));
    let mut ada = chat.talker("Ada");
    ada.join("the lobby");
    ada.join("@Ada");
    for number in 1..=5 {
        ada.send("the lobby", &format!("id{number}"), &format!("text {number}"));
    }
    ada.ack("id5");
    ada.whisper("Ada", "p1", "to myself");
    ada.ack("p1");
    let rooms: Value = chat.server.get("/api/chat/rooms").json();
    let lobby = serde_json::json!({ "room": "the lobby", "people": 1, "head": 5 });
    assert_eq!(rooms, serde_json::json!({ "rooms": [lobby] }));

    let page = |query: &str| -> (Vec<u64>, bool) {
        let path = format!("/api/chat/rooms/the%20lobby/messages{query}");
        let page: Value = chat.server.get(&path).json();
        let messages = page["messages"].as_array().unwrap();
        for message in messages {
            assert_eq!(message["text"], format!("text {}", message["seq"]));
        }
        let seqs = messages.iter().map(|message| message["seq"].as_u64().unwrap());
        (seqs.collect(), page["more"].as_bool().unwrap())
    };
    assert_eq!(page(""), (vec![1, 2, 3, 4, 5], false));
    assert_eq!(page("?limit=2"), (vec![4, 5], true));
    assert_eq!(page("?before=4&limit=2"), (vec![2, 3], true));
    assert_eq!(page("?before=2"), (vec![1], false));
    assert_eq!(page("?before=0"), (vec![], false));
    assert_eq!(page("?limit=0"), (vec![5], true));
}

#[test]
fn what_is_private_or_nowhere_is_not_found() {
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("@Ada");
    ada.whisper("Ada", "p1", "to myself");
    ada.ack("p1");
    for path in ["/api/chat/rooms/@Ada/messages", "/api/chat/rooms/nowhere/messages"] {
        let answer = chat.server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json::<Problem>().status, 404);
    }
    for query in ["before=x", "limit=-1"] {
        let answer = chat.server.get(&format!("/api/chat/rooms/nowhere/messages?{query}"));
        assert_eq!((answer.status, answer.json::<Problem>().status), (400, 400));
    }
}

#[test]
fn a_server_without_a_chat_says_so() {
    let server = Server::start(Config { chat: None, ..with_page() });
    let answer = server.get("/api/chat/rooms");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json::<Problem>().detail, "This server runs no chat.");
}

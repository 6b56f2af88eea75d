//! A connection whose task has a bug.

use playground_core::chat::wire::{ClientMessage, RoomInfo};
use playground_core::websocket::{Frame, Opcode};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;
use crate::chat::{ChatConfig, start};
use crate::closing::Closing;

async fn connection(hub: &Arc<Hub>) -> (Connection, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    (Connection::new(stream, hub.clone()), client)
}

fn say(connection: &mut Connection, message: &ClientMessage) {
    let payload = serde_json::to_vec(message).unwrap();
    let mut frame = Vec::new();
    let mask = Some([1, 2, 3, 4]);
    Frame { fin: true, opcode: Opcode::Text, mask, payload: &payload }.encode(&mut frame);
    connection.receive(&frame);
}

async fn until_answered(connection: &mut Connection) {
    while connection.awaits_answer {
        let news = poll_fn(|context| connection.line.poll_news(context)).await;
        assert_eq!(connection.hear_news(news), None);
        connection.flush().unwrap();
    }
}

async fn people_in(hub: &Hub, wanted: u32) {
    let there = |rooms: Vec<RoomInfo>| rooms.first().map_or(0, |room| room.people);
    while there(hub.rooms.list(1, Vec::new())) != wanted {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_whose_task_panics_leaves_like_any_other() {
    let dir = TempDir::new().unwrap();
    let closing = Closing::new();
    let hub = start(dir.path(), ChatConfig::default(), closing.clone()).await.unwrap();
    let (mut connection, mut client) = connection(&hub).await;
    let name = Arc::<str>::from("Ada");
    let secret = Arc::<str>::from("0123456789abcdef");
    say(&mut connection, &ClientMessage::Hello { v: 1, name, secret, last: None });
    until_answered(&mut connection).await;
    say(&mut connection, &ClientMessage::Join { room: "lobby".into(), after: None });
    until_answered(&mut connection).await;
    people_in(&hub, 1).await;

    let panicked = tokio::spawn(async move {
        let _connection = connection;
        panic!("a bug");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    people_in(&hub, 0).await;
    // Its socket is gone, too: what was written to it comes, then its end.
    let mut rest = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut client, &mut rest).await.unwrap();
    assert!(String::from_utf8_lossy(&rest).contains("\"type\":\"joined\""));
}

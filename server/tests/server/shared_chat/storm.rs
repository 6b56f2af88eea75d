//! Servers and Redis are killed in the middle of everything, and nobody loses anything.

use super::crowd::Crowd;
use super::site::Site;

const SERVERS: usize = 3;
const PEOPLE: usize = 300;
/// Who leaves for good in the moment in which a server dies: the server has no time to say so, the others must
/// find it out.
const LEAVE: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_servers_and_redis_once_and_in_order() {
    let mut site = Site::start(SERVERS);
    let mut crowd = Crowd::open(PEOPLE, &site);
    crowd.until_joined().await;
    crowd.until_presence_is_right().await;

    // A server dies; its clients go to the others.
    crowd.say(3).await;
    for number in 0..LEAVE {
        crowd.leave(number * SERVERS);
    }
    site.kill_server(0);
    crowd.until_sent().await;

    // Redis dies, and comes back with what it had written.
    crowd.say(3).await;
    site.restart_redis();
    crowd.until_sent().await;

    // Both at once, and the dead server comes back.
    crowd.say(3).await;
    site.kill_server(1);
    site.restart_redis();
    site.start_server(0);
    crowd.until_sent().await;

    crowd.until_joined().await;
    crowd.check(&site).await;
    crowd.until_presence_is_right().await;
}

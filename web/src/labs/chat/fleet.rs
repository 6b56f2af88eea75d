//! What more servers share and what each has to do all the same: connections are divided, the order is not.

use super::crowd::number;
use crate::components::{Badge, Provenance, Slider};
use yew::prelude::*;

/// How many servers there can be.
const SERVERS: [u32; 6] = [1, 2, 3, 4, 6, 8];
/// How many people there are, each of whom says something once a minute.
const PEOPLE: u32 = 1_200;
/// How many people each line in the picture stands for.
const PEOPLE_A_LINE: u32 = 50;
/// Half the width of the picture.
const HALF: f64 = 150.0;

/// Numbers that follow from the number of servers; those of work are a second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Share {
    /// Connections of each server.
    connections: f64,
    /// What each server writes to them.
    written: f64,
    /// What each server hears from the bus.
    heard: f64,
    /// What the bus publishes, to each server once.
    published: f64,
}

impl Share {
    fn of(servers: u32) -> Self {
        let said = f64::from(PEOPLE) / 60.0;
        let connections = f64::from(PEOPLE / servers);
        let heard = if servers > 1 { said } else { 0.0 };
        let published = heard * f64::from(servers);
        Share { connections, written: said * connections, heard, published }
    }
}

/// Servers on a bus, and the people of one room at all of them.
#[component]
pub fn Fleet() -> Html {
    let servers = use_state(|| 3_u32);
    let on_change = {
        let servers = servers.setter();
        Callback::from(move |count| servers.set(count))
    };
    let servers = *servers;
    let share = Share::of(servers);
    let label = match servers {
        1 => "One server and everybody’s connections".to_owned(),
        _ => format!(
            "A bus, {servers} servers on it, and everybody’s connections divided among them"
        ),
    };
    html! {
        <div class="chat-experiment">
            <svg class="chat-crowd" viewBox="-150 -20 300 210" role="img" aria-label={label}>
                if servers > 1 {
                    { for (0..servers).map(|number| line("chat-fleet-bus", (0.0, 20.0), place(number, servers))) }
                }
                { for (0..servers).map(|number| people(place(number, servers), servers)) }
                { for (0..servers).map(|number| server(number, servers)) }
                if servers > 1 {
                    <rect class="chat-station is-store" x="-40" y="-14" width="80" height="34" rx="6" />
                    <text class="chat-station-name" x="0" y="3">{ "bus" }</text>
                }
            </svg>
            <Slider label="Servers, for 1,200 people who each say something once a minute" steps={SERVERS.to_vec()}
                value={servers} {on_change} />
            <dl class="chat-numbers">
                <div><dt>{ "connections a server" }</dt><dd>{ number(share.connections) }</dd></div>
                <div><dt>{ "written by each in a second" }</dt><dd>{ number(share.written) }</dd></div>
                <div><dt>{ "heard by each from the bus in a second" }</dt><dd>{ number(share.heard) }</dd></div>
                <div><dt>{ "published by the bus in a second" }</dt><dd>{ number(share.published) }</dd></div>
            </dl>
            <p class="chat-hint"><Badge provenance={Provenance::Modelled} />{ " where everybody is in one room" }</p>
        </div>
    }
}

/// Where a server is, in the middle of its box.
fn place(number: u32, servers: u32) -> (f64, f64) {
    let apart = 2.0 * HALF / f64::from(servers);
    (apart * (f64::from(number) + 0.5) - HALF, 92.0)
}

fn line(class: &'static str, from: (f64, f64), to: (f64, f64)) -> Html {
    html! { <path {class} d={format!("M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1)} /> }
}

fn server(number: u32, servers: u32) -> Html {
    let (x, y) = place(number, servers);
    let wide = (2.0 * HALF / f64::from(servers) - 6.0).min(72.0);
    let name = match servers {
        0..=4 => format!("chat-{}", number + 1),
        _ => (number + 1).to_string(),
    };
    html! {
        <>
            <rect class="chat-station" x={format!("{:.1}", x - wide / 2.0)} y={format!("{:.1}", y - 17.0)}
                width={format!("{wide:.1}")} height="34" rx="6" />
            <text class="chat-station-name" x={format!("{x:.1}")} y={format!("{y:.1}")}>{ name }</text>
        </>
    }
}

/// The connections of a server.
fn people((x, y): (f64, f64), servers: u32) -> Html {
    let lines = PEOPLE / servers / PEOPLE_A_LINE;
    let wide = (2.0 * HALF / f64::from(servers) - 10.0).min(220.0);
    let end = |number: u32| {
        let to = x - wide / 2.0 + wide * (f64::from(number) + 0.5) / f64::from(lines);
        html! {
            <>
                { line("chat-spoke", (x, y), (to, 172.0)) }
                <circle class="chat-spoke-end" cx={format!("{to:.1}")} cy="174" r="3" />
            </>
        }
    };
    html! { { for (0..lines).map(end) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_servers_divide_the_connections_and_not_what_is_said() {
        let (alone, four) = (Share::of(1), Share::of(4));
        assert_eq!(
            alone,
            Share { connections: 1_200.0, written: 24_000.0, heard: 0.0, published: 0.0 }
        );
        assert_eq!(
            four,
            Share { connections: 300.0, written: 6_000.0, heard: 20.0, published: 80.0 }
        );
    }

    #[test]
    fn everybody_has_a_line_however_many_servers_there_are() {
        for servers in SERVERS {
            assert_eq!(PEOPLE % (servers * PEOPLE_A_LINE), 0, "{servers}");
        }
    }
}

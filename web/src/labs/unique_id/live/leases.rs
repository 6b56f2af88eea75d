//! The registry of worker numbers, on the server's disk or in Redis, as a table.

use super::super::words::moment_text;
use crate::components::{DataTable, Row, grouped};
use playground_core::unique_id::wire::LeaseState;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LeasesProps {
    /// Every number that was ever leased.
    pub leases: Vec<LeaseState>,
    /// What the service's clock shows, in milliseconds since 1970.
    pub now_ms: u64,
}

/// The table.
#[component]
pub fn Leases(props: &LeasesProps) -> Html {
    let LeasesProps { leases, now_ms } = props;
    let columns = ["Worker number", "Epoch", "Holder", "IDs after", "IDs up to", "That is"];
    let rows: Vec<Row> = leases.iter().map(|lease| row(lease, *now_ms)).collect();
    html! {
        <div data-live="leases">
            <DataTable caption="The registry: every number that was leased in this data directory, or in a shared Redis"
                columns={columns.map(AttrValue::from).to_vec()} {rows} />
        </div>
    }
}

fn row(lease: &LeaseState, now_ms: u64) -> Row {
    let is_over = lease.high_water_ms <= now_ms;
    let name = match (&lease.server, lease.process) {
        _ if lease.is_own => Some("this server".to_owned()),
        (_, None) => None,
        (Some(server), Some(_)) => Some(server.clone()),
        (None, Some(process)) => Some(format!("process {process}")),
    };
    let holder = match name {
        None => "given back".to_owned(),
        Some(name) if is_over && !lease.is_own => format!("{name}, gone"),
        Some(name) => name,
    };
    let left = match lease.high_water_ms.checked_sub(now_ms) {
        Some(ms @ 1..) => format!("{} ms ahead", grouped(ms)),
        Some(0) | None => "over".to_owned(),
    };
    let cells = [
        lease.held.number.to_string(),
        lease.held.epoch.to_string(),
        holder,
        after_text(lease.after_ms),
        moment_text(lease.high_water_ms),
        left,
    ];
    Row {
        key: lease.held.number.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: lease.is_own,
    }
}

/// The end of what the holders before may have used.
fn after_text(ms: u64) -> String {
    if ms == 0 { "nobody had it before".to_owned() } else { moment_text(ms) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::wire::Held;

    #[test]
    fn a_lease_that_is_over_is_said_to_be() {
        let lease = LeaseState {
            held: Held { number: 3, epoch: 9 },
            after_ms: 0,
            high_water_ms: 5_000,
            process: Some(42),
            server: None,
            is_own: false,
        };
        let cells = |lease: &LeaseState, now_ms| {
            let cells = row(lease, now_ms).cells;
            [cells[2].to_string(), cells[5].to_string()]
        };
        assert_eq!(cells(&lease, 2_000), ["process 42", "3,000 ms ahead"]);
        assert_eq!(cells(&lease, 5_000), ["process 42, gone", "over"]);
        let elsewhere = LeaseState { server: Some("oslo-7".into()), ..lease };
        assert_eq!(cells(&elsewhere, 5_000)[0], "oslo-7, gone");
    }
}

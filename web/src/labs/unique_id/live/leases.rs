//! The registry of worker numbers on the server's disk, as a table.

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
            <DataTable caption="The registry: every number that was leased in this data directory"
                columns={columns.map(AttrValue::from).to_vec()} {rows} />
        </div>
    }
}

fn row(lease: &LeaseState, now_ms: u64) -> Row {
    let is_over = lease.high_water_ms <= now_ms;
    let holder = match (lease.is_own, lease.process) {
        (true, _) => "this server".to_owned(),
        (false, None) => "given back".to_owned(),
        (false, Some(process)) if is_over => format!("process {process}, gone"),
        (false, Some(process)) => format!("process {process}"),
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
            is_own: false,
        };
        let cells = |now_ms| {
            let cells = row(&lease, now_ms).cells;
            [cells[2].to_string(), cells[5].to_string()]
        };
        assert_eq!(cells(2_000), ["process 42", "3,000 ms ahead"]);
        assert_eq!(cells(5_000), ["process 42, gone", "over"]);
    }
}

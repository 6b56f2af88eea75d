//! A server in a process of its own, with its nodes, and what tests ask of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use playground_core::two_phase_commit::wire::{NodeState, OrderReport, State, Status};
use playground_core::two_phase_commit::{Good, Handover, Order, Place, Stock, Work};
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::running::DEADLINE;

/// How long a doubt may outlive the restart of whoever can end it.
pub(super) const DOUBT_LIMIT: Duration = Duration::from_secs(1);

/// The executable, deaf to the environment of whoever runs the tests.
pub(super) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_playground-server"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PLAYGROUND_") {
            command.env_remove(name);
        }
    }
    command
}

/// A server with its nodes; all are gone when it is dropped.
pub(super) struct Restaurant {
    pub(super) child: Child,
    pub(super) address: SocketAddr,
    agent: ureq::Agent,
    stock: BTreeMap<Good, u32>,
}

/// An answer with its status.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) location: Option<String>,
}

impl Told {
    pub(super) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The sentence of a problem with this status.
    pub(super) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        let problem: serde_json::Value = self.json();
        assert_eq!(problem["status"], status);
        problem["detail"].as_str().unwrap().to_owned()
    }
}

impl Restaurant {
    /// With the lab's stock, once all nodes are up.
    pub(super) fn open(data: &Path) -> Self {
        let restaurant = Self::start(data, &[]);
        restaurant.wait_until_up();
        restaurant
    }

    /// With a stock of which much can be sold, such as `burger=1000,courier=1000`.
    pub(super) fn stocked(data: &Path, stock: &str) -> Self {
        let restaurant = Self::with(data, &[], Some(stock));
        restaurant.wait_until_up();
        restaurant
    }

    /// With further arguments and perhaps another stock, without waiting for the nodes.
    pub(super) fn with(data: &Path, arguments: &[&str], stock: Option<&str>) -> Self {
        let stocking = stock.map(|stock| ["--two-phase-commit-stock", stock]);
        let arguments: Vec<&str> =
            arguments.iter().copied().chain(stocking.into_iter().flatten()).collect();
        let mut restaurant = Self::start(data, &arguments);
        for part in stock.into_iter().flat_map(|stock| stock.split(',')) {
            let (name, count) = part.split_once('=').unwrap();
            restaurant.stock.insert(Good::named(name).unwrap(), count.parse().unwrap());
        }
        restaurant
    }

    /// Without waiting for the nodes.
    pub(super) fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = command();
        command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(data).args(arguments);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim_end().strip_prefix("listening on http://").unwrap().parse().unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(DEADLINE))
            .build()
            .into();
        let places = [Place::Inventory, Place::Delivery];
        let full = |good| places.iter().map(|place| place.stock().count(good)).sum();
        let stock = Good::ALL.map(|good| (good, full(good))).into();
        Self { child, address, agent, stock }
    }

    pub(super) fn request(&self, method: &str, path: &str, body: Option<&str>) -> Told {
        self.request_with(method, path, body, &[("content-type", "application/json")])
    }

    pub(super) fn request_with(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Told {
        let uri = format!("http://{}/api/two-phase-commit/{path}", self.address);
        let mut request = ureq::http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body.to_owned()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let location = answer.headers().get("location").map(|it| it.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        Told { status, body: answer.body_mut().read_to_string().unwrap(), location }
    }

    pub(super) fn post(&self, path: &str, body: &str) -> Told {
        self.request("POST", path, Some(body))
    }

    pub(super) fn order(&self, item: Good, quantity: u32, handover: Handover) -> Told {
        let handover = serde_json::to_string(&handover).unwrap();
        let body = format!(r#"{{"item":"{item}","quantity":{quantity},"handover":{handover}}}"#);
        self.post("orders", &body)
    }

    /// Orders, and expects a decision at once.
    pub(super) fn decided(&self, item: Good, quantity: u32, handover: Handover) -> OrderReport {
        let told = self.order(item, quantity, handover);
        assert_eq!(told.status, 201, "{told:?}");
        let report: OrderReport = told.json();
        let place = format!("/api/two-phase-commit/orders/{}", report.id);
        assert_eq!(told.location, Some(place));
        report
    }

    pub(super) fn state(&self) -> State {
        let told = self.request("GET", "state", None);
        assert_eq!(told.status, 200, "{told:?}");
        told.json()
    }

    pub(super) fn orders(&self) -> Vec<OrderReport> {
        let told = self.request("GET", "orders?last=1000", None);
        assert_eq!(told.status, 200, "{told:?}");
        told.json()
    }

    pub(super) fn node(&self, place: Place) -> NodeState {
        let mut nodes = self.state().nodes.into_iter();
        nodes.find(|node| node.node == place).unwrap()
    }

    pub(super) fn crash(&self, place: Place) {
        let told = self.request("POST", &format!("nodes/{}/crash", place.name()), None);
        assert_eq!(told.status, 200, "{told:?}");
        assert!(!told.json::<NodeState>().is_up);
    }

    pub(super) fn restart(&self, place: Place) {
        let told = self.request("POST", &format!("nodes/{}/restart", place.name()), None);
        assert_eq!(told.status, 200, "{told:?}");
        assert!(told.json::<NodeState>().is_up);
    }

    pub(super) fn wait_until_up(&self) {
        self.wait_for("all nodes are up", |state| state.nodes.iter().all(|node| node.is_up));
    }

    /// Asks for the state again and again until it is as expected, and returns it.
    pub(super) fn wait_for(&self, what: &str, is_so: impl Fn(&State) -> bool) -> State {
        self.wait_within(DEADLINE, what, is_so)
    }

    pub(super) fn wait_within(
        &self,
        limit: Duration,
        what: &str,
        is_so: impl Fn(&State) -> bool,
    ) -> State {
        let end = Instant::now() + limit;
        loop {
            let state = self.state();
            if is_so(&state) {
                return state;
            }
            assert!(Instant::now() < end, "not within {limit:?}: {what}: {state:#?}");
            std::thread::yield_now();
        }
    }

    /// What was said of an order when it was taken is still so once everybody is back; one that asks for too much has
    /// aborted.
    pub(super) fn keeps_its_word(&self, said: &OrderReport, item: Good, when: &str) {
        let report: OrderReport = self.request("GET", &format!("orders/{}", said.id), None).json();
        assert_ne!(report.status, Status::Pending, "{when}");
        if said.status != Status::Pending {
            assert_eq!(report.status, said.status, "{when}");
        }
        if item == Good::Pizza {
            assert_eq!(report.status, Status::Aborted, "{when}");
        }
    }

    /// Waits until nobody is in doubt, and checks that what is gone is what was sold.
    pub(super) fn adds_up_within(&self, limit: Duration) {
        self.wait_within(limit, "nothing is in doubt", |state| {
            let is_decided = |order: &OrderReport| order.status != Status::Pending;
            state.in_doubt.is_empty() && state.orders.iter().all(is_decided)
        });
        let (state, orders) = (self.state(), self.orders());
        let mut left: BTreeMap<Good, u32> = self.stock.clone();
        for order in orders.iter().filter(|order| order.status == Status::Committed) {
            let order = order.order.expect("whoever has committed it knows what it was");
            for branch in Order::branches(order).unwrap() {
                let Work::Take { good, quantity } = branch.work else { panic!("{order:?}") };
                *left.get_mut(&good).unwrap() -= quantity;
            }
        }
        let free = |good| state.nodes.iter().map(|node| node.free.count(good)).sum::<u32>();
        for (good, left) in left {
            assert_eq!(free(good), left, "{good}: {state:#?}\n{orders:#?}");
        }
        assert!(state.nodes.iter().all(|node| node.held == Stock::default()), "{state:#?}");
    }
}

impl Drop for Restaurant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A directory for a server's data.
pub(super) fn folder() -> TempDir {
    TempDir::new().unwrap()
}

/// `kill -9` from outside.
#[cfg(unix)]
pub(super) fn kill_9(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    // An error means that it is dead already.
    let _ = kill_process(pid, Signal::KILL);
}

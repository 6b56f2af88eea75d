//! Takes the lab home: the figure, the data, the run, and the commands to try the same outside the
//! browser.

use super::data::{messages_csv, orders_csv};
use super::live::API;
use crate::components::{CopyCommand, DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::two_phase_commit::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// What is taken home.
#[derive(Properties, PartialEq)]
pub struct HomeProps {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
}

/// The figure, the data, the run, and the commands.
#[component]
pub fn Home(props: &HomeProps) -> Html {
    let HomeProps { player, frame } = props;
    let downloads = html! {
        <>
            <DownloadButton label="Nodes as SVG" on_click={on_svg("nodes.svg", NODES)} />
            <DownloadButton label="Sequence as SVG" on_click={on_svg("sequence.svg", SEQUENCE)} />
            <DownloadButton label="Orders as CSV" on_click={on_csv("orders.csv", frame, orders_csv)} />
            <DownloadButton label="Messages as CSV" on_click={on_csv("messages.csv", frame, messages_csv)} />
        </>
    };
    html! {
        <TakeHome<Lab> class="two-phase-commit-home" player={player.clone()} {downloads}>
            <Commands />
        </TakeHome<Lab>>
    }
}

/// Where the drawings are.
const NODES: &str = "#lead .two-phase-commit-nodes svg";
const SEQUENCE: &str = "#lead .two-phase-commit-sequence svg";

/// A request to the real processes; a body is JSON without a single quotation mark.
struct Request {
    what: &'static str,
    path: &'static str,
    /// None asks, the rest posts.
    body: Option<&'static str>,
}

const REQUESTS: [Request; 5] = [
    Request { what: "order", path: "orders", body: Some(r#"{"item":"burger","quantity":1}"#) },
    Request { what: "state", path: "state", body: None },
    Request {
        what: "arm",
        path: "nodes/coordinator/crash",
        body: Some(r#"{"at":"after-decision"}"#),
    },
    Request { what: "crash", path: "nodes/coordinator/crash", body: Some("{}") },
    Request { what: "restart", path: "nodes/coordinator/restart", body: Some("{}") },
];

impl Request {
    fn curl(&self, origin: &str) -> String {
        let url = format!("{origin}{API}/{}", self.path);
        match self.body {
            None => format!("curl -s {url}"),
            Some(body) => format!("curl -s {url} -H 'content-type: application/json' -d '{body}'"),
        }
    }

    fn powershell(&self, origin: &str) -> String {
        let url = format!("{origin}{API}/{}", self.path);
        match self.body {
            None => format!("Invoke-RestMethod {url}"),
            Some(body) => format!(
                "Invoke-RestMethod {url} -Method Post -ContentType 'application/json' -Body '{body}'"
            ),
        }
    }
}

/// How to do the same to the real processes from outside the browser.
#[component]
fn Commands() -> Html {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    html! {
        <>
            <div class="prose">
                <h3>{ "The real processes from a terminal" }</h3>
                <p>{ "Order a burger; see everything; let the coordinator die right after it has forced its next \
                      decision, or at once; start it again." }</p>
            </div>
            <div class="two-phase-commit-commands">
                { for REQUESTS.iter().map(|request| html! {
                    <>
                        <CopyCommand label={format!("{}, curl", request.what)} command={request.curl(&origin)} />
                        <CopyCommand label={format!("{}, PowerShell", request.what)} command={request.powershell(&origin)} />
                    </>
                }) }
            </div>
        </>
    }
}

//! The same request from a terminal.

use super::asking::Asking;
use super::connect::API;
use crate::components::CopyCommand;
use playground_core::cdn::wire::{Listener, PurgeRequest};
use yew::prelude::*;

/// What the commands need.
#[derive(Properties, PartialEq)]
pub struct CommandsProps {
    /// What is asked for.
    pub asking: Asking,
    /// Where else an edge answers.
    pub listener: Option<Listener>,
}

/// The commands, each copied with one click.
#[component]
pub fn Commands(props: &CommandsProps) -> Html {
    let CommandsProps { asking, listener } = props;
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let url = format!("{origin}{}", asking.address());
    let purge = format!("{origin}{API}/purge");
    let own = listener.as_ref().map(|it| (it.edge.clone(), format!("{}{}", it.url, asking.path)));
    html! {
        <div class="cdn-live-commands">
            <CopyCommand label="curl" command={curl(&url)} />
            <CopyCommand label="PowerShell" command={powershell(&url)} />
            <CopyCommand label="20 at once, curl" command={stampede(&url)} />
            if let Some((edge, url)) = own {
                <CopyCommand label={format!("curl, at the port of {edge}")} command={curl(&url)} />
            }
            <CopyCommand label="purge, curl" command={purge_curl(&purge, asking)} />
            <CopyCommand label="purge, PowerShell" command={purge_powershell(&purge, asking)} />
        </div>
    }
}

/// Shows the head of the answer, and not the body.
fn curl(url: &str) -> String {
    format!("curl -sS -D - -o /dev/null {}", quoted(url))
}

fn powershell(url: &str) -> String {
    format!("(Invoke-WebRequest {}).Headers", quoted_for_powershell(url))
}

fn stampede(url: &str) -> String {
    let url = quoted(url);
    format!(
        "seq 20 | xargs -P 20 -I {{}} curl -sS -o /dev/null -w '%{{http_code}} after %{{time_total}} s\\n' {url}"
    )
}

fn purge_body(asking: &Asking) -> String {
    let request = PurgeRequest {
        url: Some(asking.path.clone()),
        edge: Some(asking.edge.clone()),
        ..PurgeRequest::default()
    };
    // Nothing in it can fail to be written.
    serde_json::to_string(&request).unwrap_or_default()
}

fn purge_curl(url: &str, asking: &Asking) -> String {
    format!(
        "curl -sS {} -H 'content-type: application/json' -d {}",
        quoted(url),
        quoted(&purge_body(asking))
    )
}

fn purge_powershell(url: &str, asking: &Asking) -> String {
    format!(
        "Invoke-RestMethod {} -Method Post -ContentType 'application/json' -Body {}",
        quoted_for_powershell(url),
        quoted_for_powershell(&purge_body(asking))
    )
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// … and for PowerShell.
fn quoted_for_powershell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::super::asking::Wish;
    use super::*;

    #[test]
    fn a_quotation_mark_does_not_end_the_word() {
        assert_eq!(quoted("a'b"), r"'a'\''b'");
        assert_eq!(quoted_for_powershell("a'b"), "'a''b'");
    }

    #[test]
    fn a_purge_names_the_path_and_the_edge() {
        let asking =
            Asking { edge: "tokyo".to_owned(), path: "/a?b=1".to_owned(), wish: Wish::Plain };
        assert_eq!(purge_body(&asking), r#"{"url":"/a?b=1","edge":"tokyo"}"#);
    }
}

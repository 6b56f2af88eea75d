//! The blog from a terminal.

use super::super::real::connect::API;
use crate::components::CopyCommand;
use playground_core::unique_id::wire::Post;
use yew::prelude::*;

/// What the commands need.
#[derive(Properties, PartialEq)]
pub struct CommandsProps {
    /// Who writes.
    pub user: u32,
    /// The newest post that is listed.
    pub latest: Option<Post>,
}

/// The commands, each copied with one click.
#[component]
pub fn Commands(props: &CommandsProps) -> Html {
    let CommandsProps { user, latest } = props;
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let blog = format!("{origin}{API}/blog");
    let body = format!("{{\"user_id\":{user},\"text\":\"from a terminal\"}}");
    let write = format!("curl -sS {blog}/posts -H 'content-type: application/json' -d '{body}'");
    let powershell = format!(
        "Invoke-RestMethod {blog}/posts -Method Post -ContentType 'application/json' -Body '{body}'"
    );
    let newest = format!("curl -sS '{blog}/posts?limit=5'");
    html! {
        <div class="unique-id-live-commands">
            <CopyCommand label="write a post, curl" command={write} />
            <CopyCommand label="write a post, PowerShell" command={powershell} />
            <CopyCommand label="the newest five, curl" command={newest} />
            if let Some(Post { user_id, id, .. }) = latest {
                <CopyCommand label="one post, curl" command={format!("curl -sS {blog}/users/{user_id}/posts/{id}")} />
            }
        </div>
    }
}

//! The newest posts, sorted by nothing but their IDs.

use super::super::words::moment_text;
use super::pages::{Pages, Whose};
use crate::components::{Choice, DataTable, Row};
use playground_core::unique_id::snowflake::Layout;
use playground_core::unique_id::wire::Post;
use yew::prelude::*;

/// What the list needs.
#[derive(Properties, PartialEq)]
pub struct NewestProps {
    /// The list.
    pub pages: Pages,
    /// Who writes now, and may look only at their own.
    pub user: u32,
    /// Whether nothing can be asked now.
    pub disabled: bool,
}

/// The list.
#[component]
pub fn Newest(props: &NewestProps) -> Html {
    let NewestProps { pages, user, disabled } = props;
    let shown = match pages.whose {
        Whose::All => *user,
        Whose::User(user) => user,
    };
    let options = vec![AttrValue::from("everybody’s"), format!("only user {shown}’s").into()];
    let chosen = Some(usize::from(pages.whose != Whose::All));
    let on_change = pages.on_turn.reform(move |number: usize| match number {
        0 => Whose::All,
        _ => Whose::User(shown),
    });
    let on_older = pages.on_older.reform(|_: MouseEvent| ());
    let asked = match pages.whose {
        Whose::All => "All four shards are asked, and their answers are merged.".to_owned(),
        Whose::User(user) => format!("One shard is asked: {}.", Post::shard_of(user)),
    };
    let rows: Vec<Row> = pages.posts.iter().map(row).collect();
    html! {
        <div class="unique-id-newest">
            <Choice label="The newest posts" {options} {chosen} disabled={*disabled} {on_change} />
            <p class="unique-id-hint">{ asked }</p>
            if rows.is_empty() && pages.is_known {
                <p class="unique-id-hint" data-blog="empty">{ "There is no post yet. Write one." }</p>
            } else {
                <div data-blog="newest">
                    <DataTable caption="Newest first: by ID, downwards" columns={columns()} {rows} />
                </div>
            }
            if let Some(problem) = &pages.problem {
                <p class="notice" role="alert">{ problem.to_string() }</p>
            }
            <div class="toolbar">
                <button disabled={*disabled || !pages.has_older} onclick={on_older}>{ "Older posts" }</button>
            </div>
        </div>
    }
}

fn columns() -> Vec<AttrValue> {
    ["ID", "Written, says the ID", "User", "Shard", "Text"].map(AttrValue::from).to_vec()
}

fn row(post: &Post) -> Row {
    let cells = [
        post.id.to_string(),
        moment_text(Layout::CLASSICAL.unix_ms(post.id)),
        post.user_id.to_string(),
        post.shard.to_string(),
        post.text.clone(),
    ];
    Row {
        key: post.id.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

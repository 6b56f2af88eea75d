//! The four shards, and which of the listed posts lie on each.

use crate::components::{Glyph, Sign, grouped};
use playground_core::unique_id::wire::{Post, SHARDS, ShardState};
use std::rc::Rc;
use yew::prelude::*;

/// The most posts drawn on a shard.
const MOST: usize = 4;

/// The sign of a shard.
pub fn shard_sign(shard: u32) -> Sign {
    Sign::nth(shard)
}

/// What the shards need.
#[derive(Properties, PartialEq)]
pub struct ShardsProps {
    /// How full they are.
    pub states: Rc<Vec<ShardState>>,
    /// The posts that are listed.
    pub posts: Rc<Vec<Post>>,
    /// The post that was stored last.
    pub posted: Option<Rc<Post>>,
}

/// A column a shard.
#[component]
pub fn Shards(props: &ShardsProps) -> Html {
    let column = |shard: u32| {
        let state = props.states.iter().find(|it| it.shard == shard);
        let count = state.map_or("–".to_owned(), |it| grouped(it.posts));
        let latest = props.posted.as_ref().map(|post| post.id);
        let posts = props.posts.iter().filter(|post| post.shard == shard).take(MOST);
        let is_latest = props.posted.as_ref().is_some_and(|post| post.shard == shard);
        html! {
            <li key={shard} class={classes!("unique-id-shard", is_latest.then_some("is-latest"))}
                data-shard={shard.to_string()}>
                <p class="unique-id-shard-head">
                    <Glyph sign={shard_sign(shard)} />{ format!(" Shard {shard} ") }
                    <span class="unique-id-hint">
                        <span data-shard-posts={count.clone()}>{ count.clone() }</span>
                        { if count == "1" { " post" } else { " posts" } }
                    </span>
                </p>
                <ul role="list">
                    { for posts.map(|post| {
                        let class = (latest == Some(post.id)).then_some("is-latest");
                        html! {
                            <li key={post.id.to_string()} class={classes!("unique-id-post", class)}
                                data-post={post.id.to_string()}>
                                <span class="unique-id-post-text">{ &post.text }</span>
                                <span class="unique-id-hint">{ format!("user {}", post.user_id) }</span>
                            </li>
                        }
                    }) }
                </ul>
            </li>
        }
    };
    html! {
        <ul class="unique-id-shards" role="list" aria-label="The shards, with the newest of the listed posts on each">
            { for (0..SHARDS).map(column) }
        </ul>
    }
}

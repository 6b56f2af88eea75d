//! The shards of the blog with their last posts: where they landed, and under which IDs.

use super::signs::{noun, worker_sign};
use super::words::letter;
use crate::components::grouped;
use playground_core::unique_id::lab::{Frame, Mistake, PostView};
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// How many posts of a shard are shown.
const SHOWN: usize = 4;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ShardsProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// A list a shard; nothing where nobody stores posts.
#[component]
pub fn Shards(props: &ShardsProps) -> Html {
    let frame = &props.frame;
    if frame.shards.is_empty() {
        return Html::default();
    }
    let twice: BTreeSet<_> = frame.duplicates.iter().map(|it| it.id).collect();
    let shards = frame.shards.iter().enumerate().map(|(number, shard)| {
        let posts = shard.last.iter().rev().take(SHOWN).map(|post| {
            let is_twice = twice.contains(&post.id);
            html! { <li key={format!("{}-{}", post.id, post.at.0)}>{ told(frame, post, is_twice) }</li> }
        });
        html! {
            <section key={number} class="unique-id-landing-shard" aria-label={format!("Shard {number}")}>
                <h3>{ format!("Shard {number}") }<span class="unique-id-landing-count">{ format!("{} posts", grouped(shard.posts)) }</span></h3>
                if shard.last.is_empty() {
                    <p class="unique-id-hint">{ "empty" }</p>
                }
                <ol role="list">{ for posts }</ol>
            </section>
        }
    });
    html! { <div class="unique-id-landing">{ for shards }</div> }
}

/// A post: whose, its ID, and who made that.
fn told(frame: &Frame, post: &PostView, is_twice: bool) -> Html {
    let is_counted = frame.scenario.mistake == Some(Mistake::AutoIncrement);
    html! {
        <>
            <span>{ format!("user {}", post.user) }</span>
            if !is_counted {
                { " " }{ noun(worker_sign(u32::from(post.worker)), &letter(post.worker).to_string()) }
            }
            <code class={classes!("unique-id-landing-id", is_twice.then_some("is-wrong"))}>
                { post.id.to_string() }
                if is_twice { <span class="unique-id-landing-twice">{ " ✗ twice" }</span> }
            </code>
        </>
    }
}

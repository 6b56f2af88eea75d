//! The classical commands on the real queue: the page itself puts and takes, but it must not wait.

use super::super::words::sentence;
use crate::workers::Team;
use playground_core::blocking_queue::shared::TryPut;
use playground_core::blocking_queue::team::{Item, QueueTeam};
use yew::prelude::*;

/// What the commands need.
#[derive(Properties, PartialEq)]
pub struct ByHandProps {
    /// Whose queue it is.
    pub team: Team<QueueTeam>,
}

/// What can be asked of the queue.
#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Enqueue,
    Dequeue,
    Peek,
    Size,
}

/// Four buttons, and what was answered.
#[component]
pub fn ByHand(props: &ByHandProps) -> Html {
    let ByHandProps { team } = props;
    let answer = use_state_eq(|| None::<AttrValue>);
    let next = use_mut_ref(|| 0_u32);
    let is_under_way = team.is_under_way();
    let button = |text: &'static str, ask: Ask| {
        let (team, answer, next) = (team.clone(), answer.setter(), next.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let number = *next.borrow();
            let said = team.with(|team, words, now_us| match ask {
                Ask::Enqueue => {
                    let put = team.put(words, number, now_us);
                    if put == TryPut::Stored {
                        *next.borrow_mut() += 1;
                    }
                    put_text(put, number)
                }
                Ask::Dequeue => take_text(team.take(words, now_us), team),
                Ask::Peek => match team.peek(words) {
                    Some(item) => format!(
                        "the oldest item is number {} of {}",
                        item.number + 1,
                        maker(team, item.producer)
                    ),
                    None => "nothing is inside".to_owned(),
                },
                Ask::Size => format!("{} of {} places are taken", team.len(words), team.capacity),
            });
            answer.set(said.map(|said: String| sentence(&said).into()));
        });
        html! { <button type="button" {onclick} disabled={!is_under_way}>{ text }</button> }
    };
    html! {
        <div class="blocking-queue-by-hand">
            <div class="toolbar">
                { button("Enqueue", Ask::Enqueue) }
                { button("Dequeue", Ask::Dequeue) }
                { button("Peek", Ask::Peek) }
                { button("Size", Ask::Size) }
            </div>
            <p class="blocking-queue-caption" role="status" data-queue="answer">{ (*answer).clone() }</p>
        </div>
    }
}

fn put_text(put: TryPut, number: u32) -> String {
    match put {
        TryPut::Stored => format!("your item {} is inside", number + 1),
        TryPut::Full => {
            "no room. A worker would be parked now; the page itself must never be, so it is told no"
                .to_owned()
        }
        TryPut::Closed => "the queue is closed".to_owned(),
    }
}

fn take_text(taken: Option<Item>, team: &QueueTeam) -> String {
    match taken {
        Some(item) => {
            format!("you have taken number {} of {}", item.number + 1, maker(team, item.producer))
        }
        None => "nothing is inside. A worker would be parked now; the page itself must never be"
            .to_owned(),
    }
}

/// Who has made an item, within a sentence.
fn maker(team: &QueueTeam, producer: u32) -> String {
    super::workers::worker_of(team, producer)
        .map_or_else(|| "yours".to_owned(), |worker| worker.to_string())
}

//! The queue: its slots, what is inside, what is on its way, and those who wait for it.

use super::geometry::{Places, is_flying};
use super::signs::{maker_class, visitor_sign, worker_sign};
use super::subjects::QUEUE;
use super::words::items_text;
use crate::components::{Control, Subject, px};
use playground_core::blocking_queue::lab::{Ask, Frame, Item, Party};
use yew::prelude::*;

/// The width of a letter on an item, roughly: no measuring before drawing.
const LETTER: f64 = 7.2;

/// An item around a place.
pub fn token(item: &Item, (x, y): (f64, f64), side: f64, class: &'static str) -> Html {
    let half = side / 2.0;
    let text = item.to_string();
    let most = ((side - 4.0) / LETTER).floor().max(1.0) as usize;
    let letters = text.chars().count();
    let shown = if letters <= most { text } else { shortened(item, most) };
    let size = if side < 26.0 {
        "blocking-queue-token-name is-small"
    } else {
        "blocking-queue-token-name"
    };
    html! {
        <g class={classes!("blocking-queue-token", maker_class(item.maker), class)}>
            <rect x={px(x - half)} y={px(y - half)} width={px(side)} height={px(side)} rx="5" />
            <text class={size} x={px(x)} y={px(y + 0.5)}>{ shown }</text>
        </g>
    }
}

/// As much of an item’s name as there is room for: the end of a number tells more than its beginning.
fn shortened(item: &Item, most: usize) -> String {
    let text = item.to_string();
    let letters: Vec<char> = text.chars().collect();
    let from = if item.label.is_some() { 0 } else { letters.len() - most };
    letters.iter().skip(from).take(most).collect()
}

/// The queue with everything in it.
pub fn queue(
    frame: &Frame,
    places: &Places,
    is_still: bool,
    control: impl Fn(Subject) -> Control,
) -> Html {
    let rect = places.queue;
    let slots = places.slots.iter().enumerate().map(|(index, (x, y))| {
        let is_over = index >= frame.capacity as usize;
        let side = places.slot - 5.0;
        let class = classes!("blocking-queue-slot", is_over.then_some("is-over"));
        html! {
            <rect key={index} {class} x={px(x - side / 2.0)} y={px(y - side / 2.0)} width={px(side)} height={px(side)} rx="5" />
        }
    });
    let is_full = frame.items.len() >= frame.capacity as usize;
    let class = classes!(
        "blocking-queue-line",
        is_full.then_some("is-full"),
        frame.items.is_empty().then_some("is-empty"),
        frame.is_closed.then_some("is-closed"),
    );
    let word = match (frame.is_closed, is_full, frame.items.is_empty()) {
        (true, _, _) => ", closed",
        (false, true, _) => ", full",
        (false, _, true) => ", empty",
        _ => "",
    };
    let length = format!("{} of {}{word}", frame.items.len(), frame.capacity);
    let name = format!("The queue: {length}. {}", names(frame));
    let (head, y) = (places.slot_at(0.0), rect.y + 14.0);
    let tail_x = rect.x + 10.0;
    let content = html! {
        <>
            <rect class="blocking-queue-box" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)} height={px(rect.height)} rx="8" />
            <text class="blocking-queue-length" x={px(tail_x)} y={px(y)}>{ length }</text>
            <path class="blocking-queue-arrow" d={arrow(head.0 + places.slot / 2.0 - 6.0, y)} />
            { for slots }
        </>
    };
    let items = (0..frame.items.len()).rev().map(|index| {
        let item = &frame.items[index];
        token(item, places.item(frame, index, is_still), places.token(), "")
    });
    html! {
        <>
            { QUEUE.group((name, class), control(QUEUE), content) }
            <g aria-hidden="true" class="blocking-queue-items">{ for items }</g>
        </>
    }
}

/// Which way the queue goes.
fn arrow(right: f64, y: f64) -> String {
    let left = right - 26.0;
    format!("M{left:.1} {y:.1}H{right:.1}M{:.1} {:.1}l5 4l-5 4", right - 5.0, y - 4.0)
}

/// What is inside, for those who cannot see it.
fn names(frame: &Frame) -> String {
    let names: Vec<String> = frame.items.iter().take(10).map(Item::to_string).collect();
    match frame.items.len() {
        0 => "Nothing is inside.".to_owned(),
        count if count > names.len() => {
            format!(
                "Oldest first: {}, and {} more.",
                names.join(", "),
                items_text((count - names.len()) as u64)
            )
        }
        _ => format!("Oldest first: {}.", names.join(", ")),
    }
}

/// Items that have just come out, on their way into somebody's hands, and those that are thrown away.
pub fn leaving(frame: &Frame, places: &Places, is_still: bool) -> Html {
    if is_still {
        return Html::default();
    }
    let leaving = frame.passed.iter().rev().take_while(|it| is_flying(it.taken_at, frame.now));
    let drawn = leaving.filter_map(|passage| {
        let at = places.leaving(passage, frame.now)?;
        Some(token(&passage.item, at, places.token(), "is-leaving"))
    });
    let gone = frame.gone.iter().rev().take_while(|it| is_flying(it.at, frame.now));
    let falling = gone.map(|it| {
        let (at, left) = places.falling(it, frame.now);
        html! { <g opacity={format!("{left:.2}")}>{ token(&it.item, at, places.token(), "is-gone") }</g> }
    });
    html! { <g aria-hidden="true" class="blocking-queue-leaving">{ for drawn }{ for falling }</g> }
}

/// Those who wait: for room on the left, for an item on the right; the next to be woken first.
pub fn benches(frame: &Frame, places: &Places, control: impl Fn(Subject) -> Control) -> Html {
    html! {
        <>
            { bench(frame, places, 0, &frame.putters, &control) }
            { bench(frame, places, 1, &frame.takers, &control) }
        </>
    }
}

fn bench(
    frame: &Frame,
    places: &Places,
    side: usize,
    waiting: &[Party],
    control: &impl Fn(Subject) -> Control,
) -> Html {
    if waiting.is_empty() {
        return Html::default();
    }
    let people = waiting.iter().enumerate().map(|(place, party)| {
        let at = places.waiting(side, place);
        match party {
            Party::Putter(call) | Party::Taker(call) => {
                let subject = Subject::Flight(*call);
                let name = your_wait(frame, *call);
                let content = html! {
                    <>
                        <rect class="blocking-queue-reach" x={px(at.0 - 13.0)} y={px(at.1 - 16.0)} width="26" height="32" />
                        { visitor_sign(at, 8.0) }
                    </>
                };
                subject.group((name, classes!("blocking-queue-waiter")), control(subject), content)
            }
            Party::Producer(_) | Party::Consumer(_) => {
                party.worker().map_or_else(Html::default, |worker| worker_sign(worker, at, 8.0))
            }
        }
    });
    let text = match (side, waiting) {
        (0, [Party::Putter(_)]) => "you wait for room",
        (0, [_]) => "waits for room",
        (0, _) => "wait for room",
        (_, [Party::Taker(_)]) => "you wait for an item",
        (_, [_]) => "waits for an item",
        (_, _) => "wait for an item",
    };
    let end = places.waiting(side, waiting.len());
    let (x, class) = if side == 0 {
        (end.0 - 8.0, "blocking-queue-bench")
    } else {
        (end.0 + 8.0, "blocking-queue-bench is-end")
    };
    html! {
        <g>
            { for people }
            <text {class} x={px(x)} y={px(end.1)}>{ text }</text>
        </g>
    }
}

/// For what the visitor waits.
fn your_wait(frame: &Frame, call: u64) -> String {
    let asked = frame.calls.iter().find(|it| it.call == call).map(|it| &it.ask);
    match asked {
        Some(Ask::Enqueue(item)) => format!("You wait for room for {item}"),
        _ => "You wait for an item".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::lab::Maker;
    use playground_core::sim::Time;

    #[test]
    fn a_long_name_keeps_its_beginning_and_a_long_number_its_end() {
        let item = |label: Option<&str>, number| Item {
            maker: Maker::Producer(0),
            number,
            serial: 1,
            label: label.map(Into::into),
            made_at: Time::ZERO,
            stored_at: Time::ZERO,
        };
        assert_eq!(shortened(&item(Some("breakfast"), 1), 4), "brea");
        assert_eq!(shortened(&item(None, 12_345), 4), "2345");
    }
}

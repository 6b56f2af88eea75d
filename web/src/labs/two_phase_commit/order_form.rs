//! Places an order, or shares a bill.

use crate::components::{Choice, NumberField};
use playground_core::two_phase_commit::{Good, Handover, Order, World};
use yew::prelude::*;

/// The most of an item, and the most cents, that the form offers.
const MOST: u64 = 1_000;
const HANDOVERS: [&str; 3] = ["delivered", "picked up", "only asked about"];

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct OrderFormProps {
    /// Who takes orders.
    #[prop_or_default]
    pub world: World,
    /// Whether a question can be asked, too.
    #[prop_or(true)]
    pub has_quote: bool,
    /// Whether nobody takes orders now.
    #[prop_or_default]
    pub disabled: bool,
    /// Told the order.
    pub on_order: Callback<Order>,
}

/// What has been filled in. It stands beside the rendering: a key that changes a number and sends the
/// form does both before anything is drawn.
#[derive(Clone, Copy)]
struct Draft {
    item: usize,
    quantity: u32,
    handover: usize,
    yours: u32,
    friends: u32,
}

impl Draft {
    fn order(self, world: World) -> Order {
        let item = Good::MENU.get(self.item).copied().unwrap_or(Good::Burger);
        let Draft { quantity, yours, friends, .. } = self;
        match (world, self.handover) {
            (World::Wallets, _) => Order::Bill { yours, friends },
            (_, 2) => Order::Quote { item },
            (_, 1) => Order::Meal { item, quantity, handover: Handover::PickedUp },
            (World::Paid, 0) => Order::Paid { item, quantity, cents: yours },
            _ => Order::delivered(item, quantity),
        }
    }
}

/// The form.
#[component]
pub fn OrderForm(props: &OrderFormProps) -> Html {
    let OrderFormProps { world, has_quote, disabled, on_order } = props;
    let draft =
        use_mut_ref(|| Draft { item: 0, quantity: 1, handover: 0, yours: 600, friends: 600 });
    let update = use_force_update();
    let set = {
        let draft = draft.clone();
        move |change: fn(&mut Draft, usize)| {
            let (draft, update) = (draft.clone(), update.clone());
            Callback::from(move |number: usize| {
                change(&mut draft.borrow_mut(), number);
                update.force_update();
            })
        }
    };
    let set_number =
        |change: fn(&mut Draft, usize)| set(change).reform(|number: u64| number as usize);
    let onsubmit = {
        let (draft, on_order, world) = (draft.clone(), on_order.clone(), *world);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_order.emit(draft.borrow().order(world));
        })
    };
    let Draft { item, quantity, handover, yours, friends } = *draft.borrow();
    let items: Vec<AttrValue> = Good::MENU.iter().map(|it| it.name().into()).collect();
    let handovers = HANDOVERS.iter().take(if *has_quote { 3 } else { 2 });
    html! {
        <form class="two-phase-commit-order" {onsubmit}>
            if *world == World::Wallets {
                <NumberField label="Your cents" min={1} max={MOST} value={u64::from(yours)}
                    on_change={set_number(|draft, cents| draft.yours = cents as u32)} />
                <NumberField label="Your friend's" min={1} max={MOST} value={u64::from(friends)}
                    on_change={set_number(|draft, cents| draft.friends = cents as u32)} />
                <button disabled={*disabled}>{ "Pay" }</button>
            } else {
                <Choice label="Item" options={items} chosen={Some(item)}
                    on_change={set(|draft, number| draft.item = number)} />
                <NumberField label="Quantity" min={1} max={MOST} value={u64::from(quantity)} disabled={handover == 2}
                    on_change={set_number(|draft, number| draft.quantity = number as u32)} />
                <Choice label="It is" chosen={Some(handover)}
                    options={handovers.map(|it| AttrValue::from(*it)).collect::<Vec<_>>()}
                    on_change={set(|draft, number| draft.handover = number)} />
                if *world == World::Paid && handover == 0 {
                    <NumberField label="Cents" min={1} max={MOST} value={u64::from(yours)}
                        on_change={set_number(|draft, cents| draft.yours = cents as u32)} />
                }
                <button disabled={*disabled}>{ "Order" }</button>
            }
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_makes_an_order_that_somebody_takes() {
        for world in [World::Restaurant, World::Wallets, World::Paid] {
            for handover in 0..HANDOVERS.len() {
                for item in 0..Good::MENU.len() {
                    let draft = Draft { item, quantity: 2, handover, yours: 1, friends: 2 };
                    let order = draft.order(world);
                    assert!(order.branches().is_ok() && world.takes(order), "{order:?}");
                }
            }
        }
    }
}

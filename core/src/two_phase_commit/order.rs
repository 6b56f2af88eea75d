//! The world of the lab: who takes part, what they hold at the start, and what can be ordered.

use super::{Branch, Good, Stock, Work};
use crate::sim::NodeId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The coordinator's place in every cluster of this lab.
pub const COORDINATOR: NodeId = NodeId(0);

/// The most of an item that one order may ask for.
const MOST_QUANTITY: u32 = 1_000;

/// A node of the lab and its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Asks for votes and decides.
    Coordinator,
    /// Holds burgers, fries, drinks and pizzas.
    Inventory,
    /// Holds couriers.
    Delivery,
    /// Your half of the bill.
    YourWallet,
    /// Your friend's half.
    FriendsWallet,
    /// The card that pays for a meal.
    Card,
}

impl Place {
    /// The nodes of the restaurant, in the order of their ids.
    pub const RESTAURANT: [Place; 3] = [Place::Coordinator, Place::Inventory, Place::Delivery];
    /// The nodes of the shared bill, in the order of their ids.
    pub const WALLETS: [Place; 3] = [Place::Coordinator, Place::YourWallet, Place::FriendsWallet];
    /// The nodes of the restaurant where meals are paid for, in the order of their ids.
    pub const PAID: [Place; 4] =
        [Place::Coordinator, Place::Inventory, Place::Delivery, Place::Card];

    /// Its name, as in addresses and flags.
    pub fn name(self) -> &'static str {
        match self {
            Place::Coordinator => "coordinator",
            Place::Inventory => "inventory",
            Place::Delivery => "delivery",
            Place::YourWallet => "your-wallet",
            Place::FriendsWallet => "friends-wallet",
            Place::Card => "card",
        }
    }

    /// Its name in prose.
    pub fn title(self) -> &'static str {
        match self {
            Place::Coordinator => "Coordinator",
            Place::Inventory => "Inventory",
            Place::Delivery => "Delivery",
            Place::YourWallet => "Your wallet",
            Place::FriendsWallet => "Friend's wallet",
            Place::Card => "Card",
        }
    }

    /// The node of the restaurant with this name.
    pub fn named(name: &str) -> Option<Place> {
        Place::RESTAURANT.into_iter().find(|place| place.name() == name)
    }

    /// Its id, wherever it takes part.
    pub fn node(self) -> NodeId {
        match self {
            Place::Coordinator => COORDINATOR,
            Place::Inventory | Place::YourWallet => NodeId(1),
            Place::Delivery | Place::FriendsWallet => NodeId(2),
            Place::Card => NodeId(3),
        }
    }

    /// What it holds at the start.
    pub fn stock(self) -> Stock {
        match self {
            Place::Coordinator => Stock::default(),
            Place::Inventory => Stock::of(&[
                (Good::Burger, 5),
                (Good::Fries, 10),
                (Good::Drink, 8),
                (Good::Pizza, 3),
            ]),
            Place::Delivery => Stock::of(&[(Good::Courier, 2)]),
            Place::YourWallet => Stock::of(&[(Good::Cent, 2_000)]),
            Place::FriendsWallet => Stock::of(&[(Good::Cent, 900)]),
            Place::Card => Stock::of(&[(Good::Cent, 5_000)]),
        }
    }
}

/// How an order gets to whoever ordered it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// A courier brings it: two participants.
    #[default]
    Delivered,
    /// It is picked up: the inventory alone, in one phase.
    PickedUp,
}

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// Something to eat or to drink.
    Meal {
        /// What, from the menu.
        item: Good,
        /// How many.
        quantity: u32,
        /// How it is handed over.
        handover: Handover,
    },
    /// The question whether an item and a courier are to be had. It changes nothing.
    Quote {
        /// What, from the menu.
        item: Good,
    },
    /// A meal that is delivered and paid for: three participants.
    Paid {
        /// What, from the menu.
        item: Good,
        /// How many.
        quantity: u32,
        /// What it costs, in cents.
        cents: u32,
    },
    /// A bill that two friends share.
    Bill {
        /// Your part, in cents.
        yours: u32,
        /// Your friend's part, in cents.
        friends: u32,
    },
}

/// Why an order cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OrderError {
    /// Nobody sells that.
    #[error("{0} is not on the menu: burger, fries, drink, pizza")]
    NotOnTheMenu(Good),
    /// None, or too many.
    #[error("the quantity must be from 1 to {MOST_QUANTITY}")]
    Quantity,
    /// Nobody pays nothing, or this much.
    #[error("each part of a bill must be from 1 to 100,000 cents")]
    Part,
}

impl Order {
    /// So many of an item, delivered.
    pub fn delivered(item: Good, quantity: u32) -> Self {
        Order::Meal { item, quantity, handover: Handover::Delivered }
    }

    /// What each participant is to do.
    ///
    /// # Errors
    /// [`OrderError`] for an item that nobody sells and for a quantity out of range.
    pub fn branches(self) -> Result<Vec<Branch>, OrderError> {
        let on_the_menu = |item: Good| {
            let is_sold = Good::MENU.contains(&item);
            if is_sold { Ok(item) } else { Err(OrderError::NotOnTheMenu(item)) }
        };
        let branch = |place: Place, work| Branch { node: place.node(), work };
        let pay = |place: Place, cents: u32| {
            let is_payable = (1..=100_000).contains(&cents);
            let work = Work::Take { good: Good::Cent, quantity: cents };
            if is_payable { Ok(branch(place, work)) } else { Err(OrderError::Part) }
        };
        let food = |item, quantity| {
            let good = on_the_menu(item)?;
            let is_countable = (1..=MOST_QUANTITY).contains(&quantity);
            let work = Work::Take { good, quantity };
            let error = OrderError::Quantity;
            if is_countable { Ok(branch(Place::Inventory, work)) } else { Err(error) }
        };
        let courier = branch(Place::Delivery, Work::Take { good: Good::Courier, quantity: 1 });
        Ok(match self {
            Order::Meal { item, quantity, handover: Handover::Delivered } => {
                vec![food(item, quantity)?, courier]
            }
            Order::Meal { item, quantity, handover: Handover::PickedUp } => {
                vec![food(item, quantity)?]
            }
            Order::Quote { item } => vec![
                branch(Place::Inventory, Work::Look { good: on_the_menu(item)? }),
                branch(Place::Delivery, Work::Look { good: Good::Courier }),
            ],
            Order::Paid { item, quantity, cents } => {
                vec![food(item, quantity)?, courier, pay(Place::Card, cents)?]
            }
            Order::Bill { yours, friends } => {
                vec![pay(Place::YourWallet, yours)?, pay(Place::FriendsWallet, friends)?]
            }
        })
    }

    /// The order that these branches came from; none if no order makes them.
    pub fn of(branches: &[Branch]) -> Option<Order> {
        let cents = |index: usize| match branches.get(index).map(|it| it.work) {
            Some(Work::Take { good: Good::Cent, quantity }) => Some(quantity),
            _ => None,
        };
        let order = match branches.first()?.work {
            Work::Take { good: Good::Cent, quantity: yours } => {
                Order::Bill { yours, friends: cents(1)? }
            }
            Work::Take { good: item, quantity } => match branches.len() {
                1 => Order::Meal { item, quantity, handover: Handover::PickedUp },
                2 => Order::Meal { item, quantity, handover: Handover::Delivered },
                _ => Order::Paid { item, quantity, cents: cents(2)? },
            },
            Work::Look { good: item } => Order::Quote { item },
        };
        (order.branches().as_deref() == Ok(branches)).then_some(order)
    }
}

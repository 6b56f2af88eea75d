//! What participants hold: countable goods. A courier is one, and so is a cent in a wallet.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Something countable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    /// A burger.
    Burger,
    /// A portion of fries.
    Fries,
    /// A drink.
    Drink,
    /// A pizza.
    Pizza,
    /// A courier of the delivery service.
    Courier,
    /// A cent in somebody's wallet.
    Cent,
}

impl Good {
    /// All of them, the inventory's first.
    pub const ALL: [Good; 6] =
        [Good::Burger, Good::Fries, Good::Drink, Good::Pizza, Good::Courier, Good::Cent];
    /// What can be ordered.
    pub const MENU: [Good; 4] = [Good::Burger, Good::Fries, Good::Drink, Good::Pizza];

    /// Its name, as in orders.
    pub fn name(self) -> &'static str {
        match self {
            Good::Burger => "burger",
            Good::Fries => "fries",
            Good::Drink => "drink",
            Good::Pizza => "pizza",
            Good::Courier => "courier",
            Good::Cent => "cent",
        }
    }

    /// The good of a name.
    pub fn named(name: &str) -> Option<Good> {
        Good::ALL.into_iter().find(|good| good.name() == name)
    }
}

impl fmt::Display for Good {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many there are of each good.
///
/// Written as the goods that there are, by name: `{"burger":5,"drink":8}`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "BTreeMap<Good, u32>", into = "BTreeMap<Good, u32>")]
pub struct Stock([u32; Good::ALL.len()]);

impl From<BTreeMap<Good, u32>> for Stock {
    fn from(goods: BTreeMap<Good, u32>) -> Self {
        Stock::of(&goods.into_iter().collect::<Vec<_>>())
    }
}

impl From<Stock> for BTreeMap<Good, u32> {
    fn from(stock: Stock) -> Self {
        let all = Good::ALL.into_iter().map(|good| (good, stock.count(good)));
        all.filter(|(_, count)| *count > 0).collect()
    }
}

impl Stock {
    /// So many of each of these.
    pub fn of(goods: &[(Good, u32)]) -> Self {
        let mut stock = Stock::default();
        for (good, quantity) in goods {
            stock.0[*good as usize] = *quantity;
        }
        stock
    }

    /// How many of this good.
    pub fn count(&self, good: Good) -> u32 {
        self.0[good as usize]
    }

    /// Takes some away; false, with nothing taken, if there are not as many.
    #[must_use]
    pub fn take(&mut self, good: Good, quantity: u32) -> bool {
        let count = &mut self.0[good as usize];
        let left = count.checked_sub(quantity);
        *count = left.unwrap_or(*count);
        left.is_some()
    }

    /// Puts some back.
    pub fn put(&mut self, good: Good, quantity: u32) {
        let count = &mut self.0[good as usize];
        *count = count.saturating_add(quantity);
    }

    /// The goods of which there are any, or were when `full` was counted.
    pub fn goods<'a>(&'a self, full: &'a Stock) -> impl Iterator<Item = (Good, u32)> + 'a {
        let all = Good::ALL.into_iter().map(|good| (good, self.count(good)));
        all.filter(|(good, count)| *count > 0 || full.count(*good) > 0)
    }
}

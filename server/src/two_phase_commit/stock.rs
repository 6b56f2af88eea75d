//! What a participant holds at the start, as a flag.

use playground_core::two_phase_commit::{Good, Stock};

/// Goods and how many of each, in place of those of the lab: what a test or a benchmark needs to sell much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockFlag(Vec<(Good, u32)>);

impl StockFlag {
    /// The stock with these goods replaced that it holds anyway: couriers are not for the inventory.
    #[must_use]
    pub fn over(&self, stock: Stock) -> Stock {
        let held = Good::ALL.into_iter().map(|good| (good, stock.count(good)));
        let held = held.filter(|(_, count)| *count > 0).map(|(good, count)| {
            let given = self.0.iter().find(|(given, _)| *given == good);
            (good, given.map_or(count, |(_, count)| *count))
        });
        Stock::of(&held.collect::<Vec<_>>())
    }

    /// The flag as it was given.
    #[must_use]
    pub fn to_text(&self) -> String {
        let goods = self.0.iter().map(|(good, count)| format!("{good}={count}"));
        goods.collect::<Vec<_>>().join(",")
    }
}

/// As in `burger=1000000,courier=1000000`.
impl std::str::FromStr for StockFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = |part: &str| {
            let (name, count) = part.split_once('=')?;
            Some((Good::named(name)?, count.parse().ok()?))
        };
        let goods: Option<Vec<_>> = text.split(',').map(one).collect();
        goods.map(StockFlag).ok_or_else(|| {
            let names = Good::ALL.map(Good::name).join(", ");
            format!(
                "expected goods and how many, such as burger=1000,courier=1000; there are {names}"
            )
        })
    }
}

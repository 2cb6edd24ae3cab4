//! Anchors of purchases: days, and single pieces.

use chrono::NaiveDate;

use super::{About, Anchor, AnchorKey, MAX_REPEATS, Search, times};
use crate::purchase::{Item, Purchase};
use crate::sop::history::{History, PurchaseDay};
use crate::sop::trigger::PurchaseTrigger;

/// The days whose purchases sum to the least amount.
pub(super) fn days(search: &Search<'_, '_, '_>, trigger: &PurchaseTrigger) -> Vec<Anchor> {
    if trigger.categories.is_empty() {
        return of_days(&search.history.days, trigger.min_amount_fen);
    }
    let days = search.history.days_where(|purchase| has_category(purchase, &trigger.categories));
    of_days(&days, trigger.min_amount_fen)
}

fn of_days(days: &[PurchaseDay], min_amount_fen: i64) -> Vec<Anchor> {
    days.iter()
        .filter(|day| day.gross_fen >= min_amount_fen.max(1))
        .map(|day| (day, day.below_since(min_amount_fen)))
        .filter(|(day, returned_on)| *returned_on != Some(day.on))
        .map(|(day, returned_on)| Anchor {
            returned_on,
            ..Anchor::new(day.on, AnchorKey::Day(day.on), day.on, About::PurchaseDay)
        })
        .collect()
}

fn has_category(purchase: &Purchase, categories: &[String]) -> bool {
    purchase.items.iter().any(|item| is_of(item, categories))
}

fn is_of(item: &Item, categories: &[String]) -> bool {
    [&item.category, &item.material].into_iter().flatten().any(|word| categories.iter().any(|wanted| wanted == word))
}

/// Every piece bought, or where the material decides the rhythm, every turn of its care.
pub(super) fn pieces(search: &Search<'_, '_, '_>, trigger: &PurchaseTrigger) -> Vec<Anchor> {
    let history = search.history;
    let mut anchors = Vec::new();
    let sales = history.file.purchases.iter().filter(|sale| !sale.is_return() && sale.bought_on <= history.today);
    for sale in sales.filter(|sale| sale.amount_fen >= trigger.min_amount_fen) {
        let returned_on = returned_on(history, sale);
        if returned_on == Some(sale.bought_on) {
            continue;
        }
        for (idx, item) in sale.items.iter().enumerate() {
            if !trigger.categories.is_empty() && !is_of(item, &trigger.categories) {
                continue;
            }
            let about = About::Piece(sale.id.clone(), idx);
            let key = |on| AnchorKey::Piece(sale.id.clone(), idx, on);
            let known_on = sale.bought_on;
            let anchor = |on, born_on| {
                let anchor = Anchor::new(on, key(on), born_on, about.clone());
                Anchor { returned_on, known_on, ..anchor }
            };
            if trigger.repeat_by_material.is_empty() {
                anchors.push(anchor(sale.bought_on, sale.bought_on));
            } else {
                let turns = turns(search, trigger, item, sale.bought_on);
                anchors.extend(turns.into_iter().map(|on| anchor(on, search.opens_on(on).max(sale.bought_on))));
            }
        }
    }
    anchors
}

/// The days on which a piece's turn comes: one interval after the purchase, then again and again.
fn turns(search: &Search<'_, '_, '_>, trigger: &PurchaseTrigger, item: &Item, bought_on: NaiveDate) -> Vec<NaiveDate> {
    let Some(material) = item.material.as_deref() else { return Vec::new() };
    let Some(interval) = trigger.repeat_by_material.get(material) else { return Vec::new() };
    let last = search.last_anchor_day();
    (1..MAX_REPEATS).map_while(|n| times(*interval, n).from(bought_on)).take_while(|on| *on <= last).collect()
}

/// The day on which a sale was taken back: by itself, or with everything else of its day.
fn returned_on(history: &History<'_>, sale: &Purchase) -> Option<NaiveDate> {
    let of_day = || {
        let idx = history.days.binary_search_by_key(&sale.bought_on, |day| day.on).ok()?;
        history.days[idx].below_since(1)
    };
    let own = history.returned.iter().find(|(id, _)| *id == sale.id.as_str());
    own.map(|(_, on)| *on).or_else(of_day)
}

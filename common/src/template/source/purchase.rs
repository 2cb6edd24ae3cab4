//! The piece that a script speaks of: bought, promised, or here for work; and what care it needs.

use chrono::NaiveDate;

use super::Case;
use crate::apply::CustomerFile;
use crate::consent::{Secret, SecretSide};
use crate::fact::FactBody;
use crate::purchase::{Item, Purchase};
use crate::record::Ticket;
use crate::template::care::{care, is_care};
use crate::template::value::Value;
use crate::template::values::Values;
use crate::template::variable::Variable;

pub(super) fn set(values: &mut Values, case: Case<'_>) {
    match case.anchor().map(|fact| &fact.body) {
        Some(FactBody::Promise(promise)) => {
            // a promise of something else than a piece names none
            if let Some(item) = &promise.item {
                values.set_text(Variable::Item, item);
            }
        }
        Some(FactBody::Ticket(Ticket { item, .. })) => {
            if let Some(item) = item {
                values.set_text(Variable::Item, item);
            }
        }
        // what was looked at in that contact is in nobody's records: it is filled in by hand
        Some(FactBody::Outcome(_)) => {}
        _ => set_purchase(values, case),
    }
}

fn set_purchase(values: &mut Values, case: Case<'_>) {
    let hides = |purchase: &Purchase| case.secrets().filter(|secret| hides(secret, purchase)).map(|s| s.until_on).max();
    let piece = case.anchor_piece().map(|(purchase, idx)| (purchase, purchase.items.get(idx)));
    if let Some((purchase, item)) = piece.or_else(|| anchor_purchase(case).map(|purchase| (purchase, named(purchase))))
    {
        set_piece(values, case, purchase, item);
        if let Some(until_on) = hides(purchase) {
            values.keep_secret_until(until_on);
        }
        return;
    }
    let shown = sales(case.file).filter(|purchase| hides(purchase).is_none());
    if let Some(purchase) = shown.max_by_key(rank) {
        set_piece(values, case, purchase, named(purchase));
    }
}

/// The piece of a purchase that is talked about: the first one with a name.
fn named(purchase: &Purchase) -> Option<&Item> {
    let is_named = |item: &&Item| item.name.is_some() || item.category.is_some();
    purchase.items.iter().find(is_named).or(purchase.items.first())
}

fn set_piece(values: &mut Values, case: Case<'_>, purchase: &Purchase, item: Option<&Item>) {
    let name = item.and_then(|item| item.name.as_deref().or(item.category.as_deref()));
    if let Some(name) = name {
        values.set_text(Variable::Item, name);
    }
    if let Some(material) = item.and_then(|item| item.material.as_deref()) {
        values.set_text(Variable::Material, material);
        if let Some(care) = care(material) {
            values.set(Variable::Care, Value::words(care));
        }
    }
    values.set(Variable::BoughtOn, Value::Date(purchase.bought_on));
    if let Some(last_on) = last_care(case, name) {
        values.set(Variable::LastCareOn, Value::Date(last_on));
    }
}

/// The last day on which a ticket for care was ready, of this piece or of one that it does not name.
fn last_care(case: Case<'_>, name: Option<&str>) -> Option<NaiveDate> {
    let tickets = case.file.standing().filter_map(|fact| match &fact.body {
        FactBody::Ticket(ticket) if is_care(&ticket.work) => Some(ticket),
        _ => None,
    });
    let of_piece = tickets.filter(|ticket| ticket.item.is_none() || ticket.item.as_deref() == name);
    of_piece.filter_map(|ticket| ticket.ready_on.or(ticket.collected_on)).filter(|on| *on <= case.today).max()
}

/// Whether the customer keeps a purchase from somebody: what is said of it can be seen over a shoulder.
fn hides(secret: &Secret, purchase: &Purchase) -> bool {
    secret.side == SecretSide::Giver
        && secret.purchase.as_ref().map_or(purchase.bought_on >= secret.on, |id| *id == purchase.id)
}

/// The purchase from which the due's run counts. A birthday may fall on the day of a purchase: then it is that one
/// all the same.
fn anchor_purchase<'c>(case: Case<'c>) -> Option<&'c Purchase> {
    let anchor_on = case.due?.anchor_on;
    sales(case.file).filter(|sale| sale.bought_on == anchor_on).max_by_key(rank)
}

/// Of two sales of a day the dearer one is talked about.
fn rank<'p>(sale: &&'p Purchase) -> (NaiveDate, i64, &'p str) {
    (sale.bought_on, sale.amount_fen, sale.id.as_str())
}

/// Sales that no return has taken back.
fn sales(file: &CustomerFile) -> impl Iterator<Item = &Purchase> {
    let is_returned = |sale: &Purchase| {
        sale.sale_no.is_some()
            && file.purchases.iter().any(|other| other.is_return() && other.returns_sale_no == sale.sale_no)
    };
    file.purchases.iter().filter(move |purchase| !purchase.is_return() && !is_returned(purchase))
}

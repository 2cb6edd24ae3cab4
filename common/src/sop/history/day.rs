//! Days with purchases: what was bought on each, and what of it was taken back.

use chrono::NaiveDate;

use crate::outcome::OutcomeCode;
use crate::purchase::Purchase;
use crate::sop::history::{Contact, PurchaseDay};

/// How near an imported purchase must lie to replace a provisional one.
const SAME_SALE_DAYS: i64 = 1;

/// The days with purchases, and the sales that were taken back as a whole.
pub(super) fn purchase_days<'p>(
    purchases: &[&'p Purchase],
    contacts: &[Contact<'_>],
    today: NaiveDate,
) -> (Vec<PurchaseDay>, Vec<(&'p str, NaiveDate)>) {
    let mut sales: Vec<Sale<'p>> = purchases
        .iter()
        .filter(|purchase| purchase.bought_on <= today && !purchase.is_return())
        .map(|p| Sale {
            on: p.bought_on,
            fen: p.amount_fen,
            sale_no: p.sale_no.as_deref(),
            id: p.id.as_str(),
            left_fen: p.amount_fen,
            returned_on: None,
        })
        .collect();
    let n_imported = sales.len();
    for contact in contacts.iter().filter(|contact| contact.outcome.code == OutcomeCode::Bought) {
        let near = |sale: &Sale<'_>| (sale.on - contact.on()).num_days().abs() <= SAME_SALE_DAYS;
        let Some(fen) = contact.outcome.amount_fen else { continue };
        if !sales[..n_imported].iter().any(near) {
            let (on, id) = (contact.on(), "");
            sales.push(Sale { on, fen, sale_no: None, id, left_fen: fen, returned_on: None });
        }
    }
    sales.sort_by_key(|sale| (sale.on, sale.id));

    let mut days: Vec<PurchaseDay> = Vec::new();
    for sale in &sales {
        match days.last_mut() {
            Some(day) if day.on == sale.on => day.gross_fen += sale.fen,
            _ => days.push(PurchaseDay { on: sale.on, gross_fen: sale.fen, returns: Vec::new() }),
        }
    }
    let mut returns: Vec<&Purchase> =
        purchases.iter().copied().filter(|purchase| purchase.bought_on <= today && purchase.is_return()).collect();
    returns.sort_by_key(|purchase| (purchase.bought_on, &purchase.id));
    for purchase in returns {
        if let Some(on) = returned_day(purchase, &mut sales, &days)
            && let Ok(idx) = days.binary_search_by_key(&on, |day| day.on)
        {
            days[idx].returns.push((purchase.bought_on, -purchase.amount_fen));
        }
    }
    let returned = sales.iter().filter_map(|sale| Some((sale.id, sale.returned_on?))).collect();
    (days, returned)
}

struct Sale<'a> {
    on: NaiveDate,
    fen: i64,
    sale_no: Option<&'a str>,
    id: &'a str,
    /// What of it was not taken back by name.
    left_fen: i64,
    returned_on: Option<NaiveDate>,
}

/// The day whose purchase a return takes back: that of the sale it names; else the latest sale of the same amount
/// that is not returned yet; else the latest day with that much left; else the latest day with a sale.
fn returned_day(purchase: &Purchase, sales: &mut [Sale<'_>], days: &[PurchaseDay]) -> Option<NaiveDate> {
    let fen = -purchase.amount_fen;
    let earlier = |sale: &Sale<'_>| sale.on <= purchase.bought_on;
    if let Some(number) = purchase.returns_sale_no.as_deref() {
        let sale = sales.iter_mut().rfind(|sale| earlier(sale) && sale.sale_no == Some(number));
        if let Some(sale) = sale {
            sale.left_fen -= fen;
            let is_whole = sale.left_fen <= 0;
            sale.returned_on = sale.returned_on.or(is_whole.then_some(purchase.bought_on));
            return Some(sale.on);
        }
    }
    let same = |sale: &Sale<'_>| earlier(sale) && sale.fen == fen && sale.returned_on.is_none();
    if let Some(sale) = sales.iter_mut().rfind(|sale| same(sale)) {
        sale.returned_on = Some(purchase.bought_on);
        return Some(sale.on);
    }
    let mut earlier_days = days.iter().filter(|day| day.on <= purchase.bought_on);
    let latest = earlier_days.clone().next_back();
    earlier_days.rfind(|day| day.net_fen() >= fen).or(latest).map(|day| day.on)
}

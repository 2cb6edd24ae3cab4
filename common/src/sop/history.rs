//! One customer's facts as they stand on a day, prepared once for all plans.

use chrono::{DateTime, NaiveDate, Utc};

use crate::apply::CustomerFile;
use crate::id::{DueId, OpId};
use crate::op::{Fact, FactBody, Promise};
use crate::outcome::{Outcome, OutcomeCode};
use crate::purchase::Purchase;

/// Facts of one customer up to a day. Nothing dated later is in it.
#[derive(Debug)]
pub struct History<'f> {
    /// Whose.
    pub file: &'f CustomerFile,
    /// The day.
    pub today: NaiveDate,
    /// Days with purchases, oldest first; returns are taken off the day that they return.
    pub days: Vec<PurchaseDay>,
    /// Contacts that stand, in the order of facts.
    pub contacts: Vec<Contact<'f>>,
    /// Promises that stand.
    pub promises: Vec<(OpId, &'f Promise)>,
    /// Promises that were kept, and when.
    pub kept: Vec<(OpId, NaiveDate)>,
}

/// A standing contact.
#[derive(Clone, Copy, Debug)]
pub struct Contact<'f> {
    /// The op that logged it.
    pub id: OpId,
    /// When, by the terminal's clock.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: &'f Outcome,
}

impl Contact<'_> {
    /// Its day.
    pub fn on(&self) -> NaiveDate {
        self.outcome.on
    }

    /// Its place among the facts.
    pub fn order(&self) -> (NaiveDate, DateTime<Utc>, OpId) {
        (self.on(), self.at, self.id)
    }

    /// Whether it names a due.
    pub fn names(&self, due: DueId) -> bool {
        self.outcome.due_ids.contains(&due)
    }
}

/// The purchases of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseDay {
    /// The day.
    pub on: NaiveDate,
    /// Their sum in fen.
    pub gross_fen: i64,
    /// Returns of them, oldest first: the day of the return and its amount, positive.
    pub returns: Vec<(NaiveDate, i64)>,
}

impl PurchaseDay {
    /// What is left of the day's sum.
    pub fn net_fen(&self) -> i64 {
        self.gross_fen - self.returns.iter().map(|(_, fen)| fen).sum::<i64>()
    }

    /// The day on which returns brought the sum below `min_fen` (or to nothing), where they did.
    pub fn below_since(&self, min_fen: i64) -> Option<NaiveDate> {
        let mut net = self.gross_fen;
        self.returns.iter().find_map(|(on, fen)| {
            net -= fen;
            (net < min_fen.max(1)).then_some(*on)
        })
    }
}

impl<'f> History<'f> {
    /// Prepares a customer's facts as of the end of `today`.
    pub fn of(file: &'f CustomerFile, today: NaiveDate) -> Self {
        let mut contacts = Vec::new();
        let mut promises = Vec::new();
        let mut kept = Vec::new();
        for fact in file.facts.iter().filter(|fact| fact.stands_on(today)) {
            match &fact.body {
                FactBody::Outcome(outcome) => contacts.push(Contact { id: fact.id, at: fact.at, outcome }),
                FactBody::Promise(promise) => promises.push((fact.id, promise)),
                FactBody::PromiseKept(body) => kept.push((body.promise, body.on)),
                FactBody::ComplaintClosed(_) | FactBody::Unknown { .. } => {}
            }
        }
        contacts.sort_by_key(Contact::order);
        promises.sort_by_key(|(id, promise)| (promise.due_on, *id));
        kept.sort_unstable();
        let days = purchase_days(&file.purchases, &contacts, today);
        Self { file, today, days, contacts, promises, kept }
    }

    /// The day on which a promise was first marked as kept.
    pub fn kept_on(&self, promise: OpId) -> Option<NaiveDate> {
        self.kept.iter().filter(|(id, _)| *id == promise).map(|(_, on)| *on).min()
    }
}

/// How near an imported purchase must lie to replace a provisional one.
const SAME_SALE_DAYS: i64 = 1;

fn purchase_days(purchases: &[Purchase], contacts: &[Contact<'_>], today: NaiveDate) -> Vec<PurchaseDay> {
    let mut sales: Vec<Sale<'_>> = purchases
        .iter()
        .filter(|purchase| purchase.bought_on <= today && !purchase.is_return())
        .map(|p| Sale {
            on: p.bought_on,
            fen: p.amount_fen,
            sale_no: p.sale_no.as_deref(),
            id: p.id.as_str(),
            returned: false,
        })
        .collect();
    let n_imported = sales.len();
    for contact in contacts.iter().filter(|contact| contact.outcome.code == OutcomeCode::Bought) {
        let near = |sale: &Sale<'_>| (sale.on - contact.on()).num_days().abs() <= SAME_SALE_DAYS;
        let Some(fen) = contact.outcome.amount_fen else { continue };
        if !sales[..n_imported].iter().any(near) {
            sales.push(Sale { on: contact.on(), fen, sale_no: None, id: "", returned: false });
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
        purchases.iter().filter(|purchase| purchase.bought_on <= today && purchase.is_return()).collect();
    returns.sort_by_key(|purchase| (purchase.bought_on, &purchase.id));
    for purchase in returns {
        if let Some(on) = returned_day(purchase, &mut sales, &days)
            && let Ok(idx) = days.binary_search_by_key(&on, |day| day.on)
        {
            days[idx].returns.push((purchase.bought_on, -purchase.amount_fen));
        }
    }
    days
}

struct Sale<'a> {
    on: NaiveDate,
    fen: i64,
    sale_no: Option<&'a str>,
    id: &'a str,
    returned: bool,
}

/// The day whose purchase a return takes back: that of the sale it names; else the latest sale of the same amount
/// that is not returned yet; else the latest day with that much left; else the latest day with a sale.
fn returned_day(purchase: &Purchase, sales: &mut [Sale<'_>], days: &[PurchaseDay]) -> Option<NaiveDate> {
    let fen = -purchase.amount_fen;
    let earlier = |sale: &Sale<'_>| sale.on <= purchase.bought_on;
    if let Some(number) = purchase.returns_sale_no.as_deref() {
        let sale = sales.iter().rfind(|sale| earlier(sale) && sale.sale_no == Some(number));
        if let Some(sale) = sale {
            return Some(sale.on);
        }
    }
    if let Some(sale) = sales.iter_mut().rfind(|sale| earlier(sale) && sale.fen == fen && !sale.returned) {
        sale.returned = true;
        return Some(sale.on);
    }
    let mut earlier_days = days.iter().filter(|day| day.on <= purchase.bought_on);
    let latest = earlier_days.clone().next_back();
    earlier_days.rfind(|day| day.net_fen() >= fen).or(latest).map(|day| day.on)
}

/// Whether a fact is a standing outcome of a code on a day.
pub fn is_outcome(fact: &Fact, code: OutcomeCode, day: NaiveDate) -> bool {
    fact.stands_on(day) && matches!(&fact.body, FactBody::Outcome(outcome) if outcome.code == code)
}

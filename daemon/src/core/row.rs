//! What is kept in memory of each customer: what lists and searches need, not the file. Pure functions of the file.

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::Tier;
use guide_common::fact::{Fact, FactBody};
use guide_common::purchase::Purchase;
use guide_common::sop::history::History;
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::text::mask_phone;
use guide_common::wire::local::DoneRow;
use unicode_normalization::UnicodeNormalization;

use crate::core::card::masked;
use crate::core::open::{Hidden, Open, may_be_open, open};
use crate::core::secrecy::secret_points;
use crate::store::SheetRow;

/// One customer in lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name as it is shown.
    pub name: Box<str>,
    /// What is searched: name, id and phone in their search form, one a line.
    pub key: Box<str>,
    /// The phone, masked.
    pub phone_masked: Option<Box<str>>,
    /// The tier.
    pub tier: Tier,
    /// The last purchase's day.
    pub last_bought_on: Option<NaiveDate>,
    /// The sum of purchases in fen.
    pub total_fen: i64,
    /// What is open, where anything is.
    pub open: Option<Box<Open>>,
    /// The number of the check that saw it last.
    pub seen: u32,
}

/// The form in which texts are compared: compatibility forms unified, lower case, no spaces.
pub fn search_form(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// The row of a customer as of a day.
pub fn row(file: &CustomerFile, on: NaiveDate, seen: u32) -> Row {
    let customer = file.person(on);
    let digits: String = customer.phone.iter().flat_map(|phone| phone.chars()).filter(char::is_ascii_digit).collect();
    let key = format!("{}\n{}\n{digits}", search_form(&customer.name), search_form(customer.id.as_str()));
    let history = may_be_open(file).then(|| History::of(file, on));
    let hidden = history.as_ref().map(Hidden::of);
    let is_hidden = |purchase: &Purchase| hidden.as_ref().is_some_and(|hidden| hidden.purchase(purchase).is_some());
    let known = || file.purchases.iter().filter(|purchase| purchase.bought_on <= on && !is_hidden(purchase));
    Row {
        name: customer.name.as_str().into(),
        key: key.into(),
        phone_masked: customer.phone.as_deref().map(|phone| mask_phone(phone).into()),
        tier: customer.tier,
        last_bought_on: known().filter(|purchase| !purchase.is_return()).map(|purchase| purchase.bought_on).max(),
        total_fen: known().map(|purchase| purchase.amount_fen).sum(),
        open: history.as_ref().map(open).filter(|open| !open.is_empty()).map(Box::new),
        seen,
    }
}

/// What a customer adds to a day: the task, what is held, and what was logged.
pub fn day(file: &CustomerFile, rules: &Rules, on: NaiveDate) -> SheetRow {
    let day = customer_day(file, rules, on);
    let open = day.task.is_some();
    let secret_points = if open { secret_points(file, on) } else { 0 };
    SheetRow { task: day.task, open, held: day.held, done: done(file, rules, on), secret_points }
}

fn done(file: &CustomerFile, rules: &Rules, on: NaiveDate) -> Vec<DoneRow> {
    let mut done = Vec::new();
    let is_of_today = |fact: &Fact| fact.on() == on && matches!(fact.body, FactBody::Outcome(_));
    if !file.standing().any(is_of_today) {
        return done;
    }
    let history = History::of(file, on);
    let hidden = Hidden::of(&history);
    for fact in file.standing().filter(|fact| fact.on() == on) {
        let FactBody::Outcome(outcome) = &fact.body else {
            continue;
        };
        let mut steps = Vec::new();
        if !outcome.due_ids.is_empty() {
            // what the guide saw: the day as it was before this contact
            let mut before = file.clone();
            before.facts.retain(|other| other.order() < fact.order());
            let then = customer_day(&before, rules, on);
            let dues =
                then.task.into_iter().flat_map(|task| task.dues).chain(then.held.into_iter().flat_map(|h| h.dues));
            steps = dues.filter(|due| outcome.due_ids.contains(&due.due_id)).map(|due| due.step_name).collect();
        }
        done.push(DoneRow {
            op_id: fact.id,
            customer: file.customer.id.clone(),
            name: history.customer.name.clone(),
            at: rules.zone.shop_time(fact.at),
            outcome: masked(outcome, file, &hidden),
            steps,
        });
    }
    done
}

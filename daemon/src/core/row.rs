//! What is kept in memory of each customer: what lists and searches need, not the file. Pure functions of the file.

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::{Tag, Tier};
use guide_common::fact::{Fact, FactBody};
use guide_common::field::CustomerField;
use guide_common::outcome::OutcomeCode;
use guide_common::purchase::Purchase;
use guide_common::record::Level;
use guide_common::search::index::{Person, Slot};
use guide_common::sop::fields::CustomerFields;
use guide_common::sop::history::History;
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::text::mask_phone;
use guide_common::wire::local::DoneRow;

use crate::core::card::masked;
use crate::core::open::{Hidden, Open, may_be_open, open};
use crate::core::secrecy::secret_points;
use crate::store::SheetRow;

/// One customer in lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name as it is shown.
    pub name: Box<str>,
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
    /// The place in the search index, once it has one.
    pub slot: Option<Slot>,
}

/// The row of a customer as of a day, and what the customer is found by.
pub fn row(file: &CustomerFile, rules: &Rules, on: NaiveDate, seen: u32) -> (Row, Person) {
    let customer = file.person(on);
    let history = may_be_open(file).then(|| History::of(file, on));
    let hidden = history.as_ref().map(Hidden::of);
    let is_hidden = |purchase: &Purchase| hidden.as_ref().is_some_and(|hidden| hidden.purchase(purchase).is_some());
    let known = || file.purchases.iter().filter(|purchase| purchase.bought_on <= on && !is_hidden(purchase));
    let row = Row {
        name: customer.name.as_str().into(),
        phone_masked: customer.phone.as_deref().map(|phone| mask_phone(phone).into()),
        tier: customer.tier,
        last_bought_on: known().filter(|purchase| !purchase.is_return()).map(|purchase| purchase.bought_on).max(),
        total_fen: known().map(|purchase| purchase.amount_fen).sum(),
        open: history.as_ref().map(open).filter(|open| !open.is_empty()).map(Box::new),
        seen,
        slot: None,
    };
    let person = Person {
        reading: CustomerField::Reading.of_document(&customer),
        level: level(file, on),
        tags: tags(file, rules, on),
        recent_on: row.last_bought_on.max(last_contact(file, on)),
        tier: customer.tier,
        has_task: false,
        phone: customer.phone.clone(),
        name: customer.into_owned().name,
    };
    (row, person)
}

/// The level as of a day.
fn level(file: &CustomerFile, on: NaiveDate) -> Option<Level> {
    let levels = file.facts.iter().filter(|fact| fact.stands_on(on)).filter_map(|fact| match &fact.body {
        FactBody::Level(record) => Some(record),
        _ => None,
    });
    levels.max_by_key(|record| (record.on, record.level.rank())).map(|record| record.level)
}

/// The tags as of a day; without a guide's word on them the file's history is not needed.
fn tags(file: &CustomerFile, rules: &Rules, on: NaiveDate) -> Vec<Tag> {
    let is_tag = |fact: &Fact| matches!(fact.body, FactBody::TagAdded(_) | FactBody::TagRemoved(_));
    if file.facts.iter().any(is_tag) {
        return CustomerFields { history: &History::of(file, on), rules, day: on }.tags();
    }
    file.customer.tags.iter().filter(|tag| tag.on.is_none_or(|since| since <= on)).cloned().collect()
}

/// The day of the last contact.
fn last_contact(file: &CustomerFile, on: NaiveDate) -> Option<NaiveDate> {
    let contacts = file.facts.iter().filter(|fact| fact.stands_on(on)).filter(|fact| match &fact.body {
        FactBody::Outcome(outcome) => outcome.code != OutcomeCode::Skipped,
        _ => false,
    });
    contacts.map(Fact::on).max()
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

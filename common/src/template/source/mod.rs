//! Where the values of variables come from: what the facts say on a day, for the due that a script serves.

mod benefit;
mod date;
mod promise;
mod purchase;

#[cfg(test)]
mod tests;

use chrono::{NaiveDate, NaiveDateTime};

use super::value::Value;
use super::values::Values;
use super::variable::Variable;
use crate::apply::CustomerFile;
use crate::consent::{Secret, SecretSide};
use crate::customer::Customer;
use crate::fact::{Fact, FactBody};
use crate::id::OpId;
use crate::purchase::Purchase;
use crate::sop::plan::Campaign;
use crate::sop::settings::GoldPrice;
use crate::wire::hub::GuideProfile;
use crate::wire::local::DueRow;

/// What a script is made of beside its template.
#[derive(Clone, Copy, Debug)]
pub struct ScriptFacts<'f> {
    /// The customer.
    pub file: &'f CustomerFile,
    /// Who says it.
    pub guide: &'f GuideProfile,
    /// When, shop-local.
    pub now: NaiveDateTime,
    /// What it is said for.
    pub due: Option<&'f DueRow>,
    /// The campaign of the due's plan.
    pub campaign: Option<&'f Campaign>,
    /// The shop's gold price, as it was last read.
    pub gold_price: Option<GoldPrice>,
}

impl<'f> ScriptFacts<'f> {
    /// The facts of a script that no due asks for.
    pub fn new(file: &'f CustomerFile, guide: &'f GuideProfile, now: NaiveDateTime) -> Self {
        Self { file, guide, now, due: None, campaign: None, gold_price: None }
    }
}

/// The values for a script. What is dated later than its day does not exist.
pub fn values(facts: &ScriptFacts<'_>) -> Values {
    let today = facts.now.date();
    let file = facts.file.as_of(today);
    let person = file.person(today);
    let case = Case { file: &file, customer: &person, due: facts.due, today };
    let mut values = Values::default();
    if let Some(salutation) = &person.salutation {
        values.set_text(Variable::Salutation, salutation);
    }
    values.set_text(Variable::Guide, &facts.guide.name);
    values.set_text(Variable::Store, &facts.guide.store.name);
    if let Some(phone) = &facts.guide.store.phone {
        values.set_text(Variable::Phone, phone);
    }
    if let Some(price) = facts.gold_price {
        values.set_gold_price(price.price_fen, price.at);
    }
    set_campaign(&mut values, facts);
    promise::set(&mut values, case);
    purchase::set(&mut values, case);
    benefit::set(&mut values, case);
    date::set(&mut values, case);
    let kept_from_customer = case.secrets().filter(|secret| secret.side != SecretSide::Giver);
    if let Some(until_on) = kept_from_customer.map(|secret| secret.until_on).max() {
        values.keep_secret_until(until_on);
    }
    values
}

fn set_campaign(values: &mut Values, facts: &ScriptFacts<'_>) {
    let Some(campaign) = facts.campaign else { return };
    values.set(Variable::Campaign, Value::Words(campaign.name.clone()));
    if let Some(rules) = &campaign.rules {
        values.set(Variable::Rules, Value::Words(rules.clone()));
    }
    let anchor_on = facts.due.map(|due| due.anchor_on);
    if let Some(last_day) = anchor_on.zip(campaign.until).and_then(|(anchor_on, until)| until.from(anchor_on)) {
        values.set(Variable::Deadline, Value::Date(last_day));
    }
}

/// A customer's file as of a day, and what is due.
#[derive(Clone, Copy)]
struct Case<'c> {
    file: &'c CustomerFile,
    customer: &'c Customer,
    due: Option<&'c DueRow>,
    today: NaiveDate,
}

impl<'c> Case<'c> {
    /// The fact from which the due's run counts, where it is one; a repetition's key has its day behind the fact.
    fn anchor(self) -> Option<&'c Fact> {
        let id: OpId = self.due?.anchor_key.split('/').next()?.parse().ok()?;
        self.file.standing().find(|fact| fact.id == id)
    }

    /// The piece from which the due's run counts, where it is one: its purchase, its place in it, and the day are the
    /// key.
    fn anchor_piece(self) -> Option<(&'c Purchase, usize)> {
        let mut key = self.due?.anchor_key.rsplitn(3, '/');
        let (_, idx, purchase) = (key.next()?, key.next()?.parse().ok()?, key.next()?);
        let purchase = self.file.purchases.iter().find(|known| known.id.as_str() == purchase)?;
        Some((purchase, idx))
    }

    /// The latest fact of which `pick` makes something.
    fn latest<T>(self, pick: impl Fn(&'c FactBody) -> Option<T>) -> Option<T> {
        let picked = self.file.standing().filter_map(|fact| pick(&fact.body).map(|picked| (fact.order(), picked)));
        picked.max_by_key(|(order, _)| *order).map(|(_, picked)| picked)
    }

    /// The surprises that are kept today.
    fn secrets(self) -> impl Iterator<Item = &'c Secret> {
        self.file.standing().filter_map(move |fact| match &fact.body {
            FactBody::Secret(secret) if secret.is_open_on(self.today) => Some(secret),
            _ => None,
        })
    }
}

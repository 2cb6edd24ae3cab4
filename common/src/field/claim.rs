//! What was said of a customer's fields, by whom, and whose word counts: pure functions of the file and a day.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::customer::Customer;
use crate::fact::{Fact, FactBody, Order};
use crate::field::form;
use crate::field::why::Why;
use crate::field::{CustomerField, FieldEdit, Owner};

/// One thing said of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim<'f> {
    /// The field's name; of a tag `tags.GROUP`, of what may be said to the customer `consent` or `consent.CHANNEL`.
    pub field: String,
    /// What was done to it.
    pub change: Change,
    /// The value; none of a field that was cleared.
    pub value: Option<String>,
    /// The fact that says so; none for headquarters' document.
    pub fact: Option<&'f Fact>,
    /// Whether it counts.
    pub standing: Standing,
    /// Why it counts, or why not.
    pub why: Why,
}

/// What was done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands in headquarters' document.
    Kept,
    /// It got a value.
    Set,
    /// Its value was taken away.
    Cleared,
    /// A value was added to those that it has.
    Added,
    /// One of its values was taken away.
    Removed,
}

/// Whether a claim counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is what is shown.
    Won,
    /// Another one is.
    Lost,
    /// It was taken back.
    Undone,
}

impl<'f> Claim<'f> {
    pub(super) fn of_document(field: &str, value: String, (standing, why): (Standing, Why)) -> Self {
        Self { field: field.to_owned(), change: Change::Kept, value: Some(value), fact: None, standing, why }
    }

    /// The place in headquarters' order; the document is before all.
    pub fn number(&self) -> u64 {
        self.fact.map_or(0, |fact| fact.number)
    }
}

impl CustomerFile {
    /// What was said of a field up to a day, the newest in headquarters' order first, the document last.
    pub fn claims<'f>(&'f self, field: &str, day: NaiveDate) -> Vec<Claim<'f>> {
        let known = CustomerField::named(field);
        let name = match known {
            Some(known) => known.name(),
            None => field,
        };
        let owner = known.map_or(Owner::Guide, CustomerField::owner);
        let document = match known {
            Some(known) => known.of_document(&self.customer),
            None => form::extra(&self.customer, field),
        };
        let edits = self.edits(name, day);
        let is_kept = owner == Owner::Headquarters && document.is_some();
        let counts = |fact: &Fact, edit: &FieldEdit| fact.stands_on(day) && edit.check().is_ok();
        let last = edits.iter().find(|(fact, edit)| !is_kept && counts(fact, edit)).map(|(fact, _)| *fact);
        let judge = |fact: &Fact, edit: &FieldEdit| match (fact.undone.on(day), last) {
            (Some(undone), _) => (Standing::Undone, Why::TakenBack(undone)),
            _ if is_kept => (Standing::Lost, Why::HeadquartersOwn),
            _ if edit.check().is_err() => (Standing::Lost, Why::NotUnderstood),
            (None, Some(last)) if last.id != fact.id => (Standing::Lost, Why::Overwritten(last.id)),
            _ if owner == Owner::Headquarters => (Standing::Won, Why::HeadquartersHasNone),
            _ => (Standing::Won, Why::LastWord),
        };
        let mut claims: Vec<Claim<'f>> = Vec::with_capacity(edits.len() + 1);
        for (fact, edit) in &edits {
            let normal = |value: &str| known.and_then(|known| known.normal(value)).unwrap_or_else(|| value.to_owned());
            let value = edit.value.as_deref().map(normal);
            let change = if value.is_some() { Change::Set } else { Change::Cleared };
            let (standing, why) = judge(fact, edit);
            claims.push(Claim { field: name.to_owned(), change, value, fact: Some(*fact), standing, why });
        }
        let of_document = match (owner, last) {
            (Owner::Headquarters, _) => (Standing::Won, Why::HeadquartersOwn),
            (Owner::Guide, Some(last)) => (Standing::Lost, Why::Overwritten(last.id)),
            (Owner::Guide, None) => (Standing::Won, Why::Imported),
        };
        claims.extend(document.map(|value| Claim::of_document(name, value, of_document)));
        claims
    }

    /// The value of a field on a day: that of the claim which counts.
    pub fn field_value(&self, field: CustomerField, day: NaiveDate) -> Option<String> {
        self.claims(field.name(), day).into_iter().find(|claim| claim.standing == Standing::Won)?.value
    }

    /// The customer on a day: headquarters' document with every field as the one says whose word counts. Whoever reads a
    /// field that can be edited reads it here.
    pub fn person(&self, day: NaiveDate) -> Cow<'_, Customer> {
        let is_edit = |fact: &Fact| matches!(fact.body, FactBody::Field(_)) && fact.stands_on(day);
        if !self.facts.iter().any(is_edit) {
            return Cow::Borrowed(&self.customer);
        }
        let mut person = self.customer.clone();
        for field in CustomerField::all() {
            let counts = |claim: &Claim<'_>| claim.standing == Standing::Won && claim.fact.is_some();
            if let Some(claim) = self.claims(field.name(), day).into_iter().find(counts) {
                field.put(&mut person, claim.value.as_deref());
            }
        }
        Cow::Owned(person)
    }

    /// The names of the fields that guides have written up to a day, those of other versions too.
    pub fn edited_fields(&self, day: NaiveDate) -> Vec<&str> {
        let edits = self.facts.iter().filter(|fact| fact.on() <= day).filter_map(|fact| match &fact.body {
            FactBody::Field(edit) => Some(edit.field.as_str()),
            _ => None,
        });
        let mut fields: Vec<&str> = edits.collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The edits of a field, the last in headquarters' order first. The day that a terminal wrote on them decides only
    /// whether they exist.
    fn edits(&self, field: &str, day: NaiveDate) -> Vec<(&Fact, &FieldEdit)> {
        let of_field = self.facts.iter().filter(|fact| fact.on() <= day).filter_map(|fact| match &fact.body {
            FactBody::Field(edit) if edit.field == field => Some((fact, edit)),
            _ => None,
        });
        let mut edits: Vec<(&Fact, &FieldEdit)> = of_field.collect();
        edits.sort_by_key(|(fact, _)| std::cmp::Reverse(place(fact)));
        edits
    }
}

fn place(fact: &Fact) -> (u64, Order) {
    (fact.number, fact.order())
}

//! A customer's card. What is kept secret stands on it masked, unless the guide asks to see it.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::consent::SecretSide;
use guide_common::customer::Customer;
use guide_common::fact::{Fact, FactBody};
use guide_common::field::{CustomerField, Owner};
use guide_common::id::CustomerId;
use guide_common::outcome::Outcome;
use guide_common::sop::fields::CustomerFields;
use guide_common::sop::gate::holds;
use guide_common::sop::history::History;
use guide_common::sop::rules::Rules;
use guide_common::text::mask_phone;
use guide_common::wire::card::{
    ContactRow, CustomerCard, MAX_CARD_NOTES, PhoneRevealed, PurchaseRow, SecretRow, TagRow,
};
use guide_common::wire::history::FieldRow;

use crate::core::Core;
use crate::core::file::Loaded;
use crate::core::member::member;
use crate::core::open::{Hidden, open};
use crate::core::secrecy::known;
use crate::store::StoreError;

/// Whether a card shows what is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// It is masked: others may see the screen.
    Masked,
    /// The guide asked for it.
    Revealed,
}

impl Core {
    /// A customer's card.
    pub fn customer_card(&self, id: &CustomerId, secrets: Secrets) -> Result<Option<CustomerCard>, StoreError> {
        Ok(self.load_shown(id)?.map(|loaded| self.card(&loaded, secrets)))
    }

    /// A customer's whole phone number. Whoever asks notes that it was looked at.
    pub fn phone_of(&self, id: &CustomerId) -> Result<Option<PhoneRevealed>, StoreError> {
        let on = self.day();
        let revealed = |loaded: Arc<Loaded>| {
            let person = loaded.file.person(on).into_owned();
            PhoneRevealed { customer: person.id, name: person.name, phone: person.phone }
        };
        Ok(self.load_shown(id)?.map(revealed))
    }

    pub(super) fn card(&self, loaded: &Loaded, secrets: Secrets) -> CustomerCard {
        let (shared, on) = {
            let state = self.state();
            (Arc::clone(&state.shared), state.on)
        };
        let file = loaded.file.as_of(on);
        let (customer, rules) = (file.person(on), &shared.rules);
        let history = History::of(&file, on);
        let hidden = Hidden::of(&history);
        let open = open(&history);
        let purchases = purchases(&file, &hidden, secrets);
        let shown = purchases.iter().filter_map(|row| row.purchase.as_ref());
        let holds = holds(&file, rules, on);
        let mut contacts = contacts(&file, rules, &hidden, secrets);
        let member = match secrets {
            Secrets::Masked => member(&History::of(&known(&file, on), on)),
            Secrets::Revealed => member(&history),
        };
        let state = self.state();
        let mut notes = state.notes(&file, rules.zone);
        notes.truncate(MAX_CARD_NOTES);
        for row in &mut contacts {
            row.received = state.is_received(row.op_id);
        }
        CustomerCard {
            id: customer.id.clone(),
            name: customer.name.clone(),
            name_generated: customer.name_generated,
            phone_masked: customer.phone.as_deref().map(mask_phone),
            tier: customer.tier,
            birthday: customer.birthday,
            fields: fields(&customer),
            tags: tags(&history, rules),
            total_fen: shown.map(|purchase| purchase.amount_fen).sum(),
            contacts,
            purchases,
            promises: open.promises,
            appointments: open.appointments,
            secrets: open.secrets.into_iter().map(|row| secret(row, secrets)).collect(),
            holds,
            task: state.open_task(&customer.id).map(|task| task.id),
            notes,
            member,
        }
    }
}

/// The contacts, newest first; whether headquarters has them is not said yet.
fn contacts(file: &CustomerFile, rules: &Rules, hidden: &Hidden<'_>, secrets: Secrets) -> Vec<ContactRow> {
    let mut contacts: Vec<(&Fact, &Outcome)> = file
        .standing()
        .filter_map(|fact| match &fact.body {
            FactBody::Outcome(outcome) => Some((fact, outcome)),
            _ => None,
        })
        .collect();
    contacts.sort_by_key(|(fact, _)| Reverse(fact.order()));
    let row = |(fact, outcome): (&Fact, &Outcome)| ContactRow {
        op_id: fact.id,
        at: rules.zone.shop_time(fact.at),
        outcome: match secrets {
            Secrets::Masked => masked(outcome, file, hidden),
            Secrets::Revealed => outcome.clone(),
        },
        received: false,
    };
    contacts.into_iter().map(row).collect()
}

/// An outcome without what is kept secret: the amount, and the words of a contact since the secret began.
pub fn masked(outcome: &Outcome, file: &CustomerFile, hidden: &Hidden<'_>) -> Outcome {
    let mut outcome = outcome.clone();
    outcome.amount_fen = outcome.amount_fen.filter(|_| hidden.amount_of(outcome.on, &file.purchases).is_none());
    if hidden.tells_of_it(outcome.on, &file.purchases) {
        (outcome.sent, outcome.reply) = (None, None);
    }
    outcome
}

pub(super) fn purchases(file: &CustomerFile, hidden: &Hidden<'_>, secrets: Secrets) -> Vec<PurchaseRow> {
    let mut purchases = file.purchases.clone();
    purchases.sort_by(|a, b| (b.bought_on, &b.id).cmp(&(a.bought_on, &a.id)));
    let row = |purchase| {
        let secret_until: Option<NaiveDate> = hidden.purchase(&purchase);
        let is_shown = secret_until.is_none() || secrets == Secrets::Revealed;
        PurchaseRow { purchase: is_shown.then_some(purchase), secret_until }
    };
    purchases.into_iter().map(row).collect()
}

/// On the card of the one who must not know, the giver is not named.
pub(super) fn secret(row: SecretRow, secrets: Secrets) -> SecretRow {
    match (secrets, row.side) {
        (Secrets::Masked, SecretSide::Recipient | SecretSide::Unknown) => {
            SecretRow { person: None, purchase: None, ..row }
        }
        _ => row,
    }
}

/// What the guides keep of a customer beside what the card has a place for.
fn fields(customer: &Customer) -> Vec<FieldRow> {
    let kept = CustomerField::all().filter(|field| field.owner() == Owner::Guide);
    let row = |field: CustomerField| {
        let value = field.of_document(customer)?;
        Some(FieldRow {
            field: field.name().to_owned(),
            label: field.label(),
            owner: field.owner(),
            value: Some(value),
        })
    };
    kept.filter_map(row).collect()
}

fn tags(history: &History<'_>, rules: &Rules) -> Vec<TagRow> {
    let day = history.today;
    let tags = CustomerFields { history, rules, day }.tags();
    let row = |tag: guide_common::customer::Tag| {
        let group = rules.settings.tag_group(&tag.group);
        let ttl_days = group.and_then(|group| group.ttl_days);
        let age_days = tag.on.map(|on| (day - on).num_days());
        let stale = ttl_days.zip(age_days).is_some_and(|(ttl_days, age_days)| i64::from(ttl_days) < age_days);
        let group_name = group.map(|group| group.name.clone());
        TagRow { tag, stale, group_name, age_days }
    };
    tags.into_iter().map(row).collect()
}

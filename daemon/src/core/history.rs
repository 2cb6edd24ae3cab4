//! What was said of a customer's fields, tags and consents, and whose word counts: headquarters' facts, what is pending
//! on this terminal, and what headquarters refused.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::Customer;
use guide_common::fact::Fact;
use guide_common::field::claim::{Change, Claim, Standing};
use guide_common::field::why::Why;
use guide_common::field::word::{CONSENT, TAGS, consent_claims, tag_claims};
use guide_common::field::{CustomerField, Owner};
use guide_common::id::{CustomerId, DeviceId, OpId};
use guide_common::sop::fields::CustomerFields;
use guide_common::sop::history::History;
use guide_common::sop::plan::Text;
use guide_common::sop::rules::Rules;
use guide_common::text::mask_phone;
use guide_common::wire::history::{ChangeName, EntryState, FieldHistory, FieldRow, HistoryEntry};

use crate::core::card::Secrets;
use crate::core::{Core, State, file};
use crate::outbox::kept::Kept;
use crate::store::StoreError;

/// What a history is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every field of which more is known than headquarters' document.
    All,
    /// One field, or one that begins a group of them, such as `tags`.
    Named(String),
}

impl Wanted {
    /// What a name means: the field's own or what people call it.
    pub fn named(name: &str) -> Self {
        let own = CustomerField::named(name).map(CustomerField::name);
        Self::Named(match (own, name) {
            (Some(own), _) => own.to_owned(),
            (None, "标签") => TAGS.to_owned(),
            (None, "授权") => CONSENT.to_owned(),
            (None, name) => name.to_owned(),
        })
    }

    fn has(&self, field: &str) -> bool {
        let Self::Named(name) = self else { return true };
        field == name || field.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// What an entry is made from beside its claim.
struct Desk<'d> {
    state: &'d State,
    rules: &'d Rules,
    /// The numbers of the facts that headquarters has.
    numbers: HashMap<OpId, u64>,
    device: &'d DeviceId,
    secrets: Secrets,
}

impl Core {
    /// What was said of a customer's fields, as of the day that is shown; no fields where the wanted one is not known.
    pub fn field_history(
        &self,
        id: &CustomerId,
        wanted: &Wanted,
        secrets: Secrets,
    ) -> Result<Option<FieldHistory>, StoreError> {
        let Some(loaded) = self.load(id)? else { return Ok(None) };
        let base = file::assemble(id, &self.store.customer(id)?);
        let facts = base.map(|base| base.file.facts).unwrap_or_default();
        let (shared, on) = (self.shared(), self.day());
        let state = self.state();
        let desk = Desk {
            state: &state,
            rules: &shared.rules,
            numbers: facts.iter().map(|fact| (fact.id, fact.number)).collect(),
            device: &self.device,
            secrets,
        };
        let file = &loaded.file;
        let refused: Vec<(&Kept, Fact)> = desk.refused(id);
        let fields = fields(file, &shared.rules, wanted, &refused, on);
        let mut entries: Vec<(Reverse<u64>, HistoryEntry)> = Vec::new();
        for claim in claims(file, &shared.rules, &fields, on) {
            entries.push((Reverse(claim.number()), desk.entry(&claim)));
        }
        for (kept, fact) in &refused {
            let said = desk.refusal(kept, fact).filter(|entry| fields.contains(&entry.field));
            // behind what is pending, before everything that headquarters has
            entries.extend(said.map(|entry| (Reverse(u64::MAX), entry)));
        }
        let rank = |entry: &HistoryEntry| match entry.state {
            EntryState::Pending => 0,
            EntryState::Rejected => 1,
            _ => 2,
        };
        entries.sort_by_key(|(number, entry)| (rank(entry), *number));
        let value = |field: &str| {
            let value = CustomerField::named(field).and_then(|field| file.field_value(field, on));
            value.map(|value| shown(field, value, secrets))
        };
        Ok(Some(FieldHistory {
            customer: id.clone(),
            name: file.person(on).name.clone(),
            on,
            fields: fields.iter().map(|field| field_row(field, value(field), &shared.rules)).collect(),
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        }))
    }
}

/// The names of the wanted fields, in the order of the table, then tags, consents and those of newer versions.
fn fields(
    file: &CustomerFile,
    rules: &Rules,
    wanted: &Wanted,
    refused: &[(&Kept, Fact)],
    on: NaiveDate,
) -> Vec<String> {
    let mut written: BTreeSet<String> = file.edited_fields(on).into_iter().map(str::to_owned).collect();
    for (_, fact) in refused {
        written.extend(claims_of(fact).map(|claim| claim.field));
    }
    let words = words(file, rules, on);
    let has_fact = |claim: &&Claim<'_>| claim.fact.is_some() || *wanted != Wanted::All;
    written.extend(words.iter().filter(has_fact).map(|claim| claim.field.clone()));
    let known = CustomerField::all().map(CustomerField::name);
    let mut fields: Vec<String> =
        known.filter(|name| written.remove(*name) || *wanted != Wanted::All).map(str::to_owned).collect();
    fields.extend(written);
    fields.retain(|field| wanted.has(field));
    fields
}

fn words<'f>(file: &'f CustomerFile, rules: &Rules, on: NaiveDate) -> Vec<Claim<'f>> {
    let history = History::of(file, on);
    let standing = CustomerFields { history: &history, rules, day: on }.tags();
    let mut words = tag_claims(file, &standing, on);
    words.extend(consent_claims(file, on));
    words
}

fn claims<'f>(file: &'f CustomerFile, rules: &Rules, fields: &[String], on: NaiveDate) -> Vec<Claim<'f>> {
    let words = words(file, rules, on).into_iter().filter(|claim| fields.contains(&claim.field));
    fields.iter().flat_map(|field| file.claims(field, on)).chain(words).collect()
}

/// What a fact says of a field, whatever else there is.
fn claims_of(fact: &Fact) -> Option<Claim<'static>> {
    let on = fact.on();
    let mut file = CustomerFile::new(Customer::new(fact.customer.clone(), String::new()));
    file.facts.push(fact.clone());
    let edited = file.edited_fields(on).into_iter().flat_map(|field| file.claims(field, on));
    let words = tag_claims(&file, &[], on).into_iter().chain(consent_claims(&file, on));
    let claim = edited.chain(words).find(|claim| claim.fact.is_some())?;
    Some(Claim {
        fact: None,
        field: claim.field,
        change: claim.change,
        value: claim.value,
        standing: claim.standing,
        why: claim.why,
    })
}

pub(super) fn field_row(field: &str, value: Option<String>, rules: &Rules) -> FieldRow {
    let both = |zh: String, en: String| Text { zh, en };
    let (label, owner) = match (CustomerField::named(field), field.split_once('.')) {
        (Some(known), _) => (known.label(), known.owner()),
        (None, Some((TAGS, group))) => {
            let name = rules.settings.tag_group(group).map(|group| group.name.clone());
            let name = name.unwrap_or_else(|| both(group.to_owned(), group.to_owned()));
            (both(format!("标签 {}", name.zh), format!("tags: {}", name.en)), Owner::Guide)
        }
        (None, Some((CONSENT, channel))) => {
            (both(format!("授权 {channel}"), format!("consent: {channel}")), Owner::Guide)
        }
        (None, _) if field == CONSENT => (both("授权".to_owned(), "consent".to_owned()), Owner::Guide),
        (None, _) => (both(field.to_owned(), field.to_owned()), Owner::Guide),
    };
    FieldRow { field: field.to_owned(), label, owner, value }
}

/// A value as it is shown where others may see the screen.
pub(super) fn shown(field: &str, value: String, secrets: Secrets) -> String {
    match (CustomerField::named(field), secrets) {
        (Some(CustomerField::Phone), Secrets::Masked) => mask_phone(&value),
        _ => value,
    }
}

impl Desk<'_> {
    /// The ops on a customer that headquarters refused, as the facts that they would have made.
    fn refused(&self, id: &CustomerId) -> Vec<(&Kept, Fact)> {
        let kept = self.state.outbox.all().filter(|kept| kept.is_rejected() && kept.op.customer == *id);
        let fact = |kept: &Kept| Fact::of(&kept.op, kept.op.content().ok()?, &self.state.profile.id, 0);
        kept.rev().filter_map(|kept| Some((kept, fact(kept)?))).collect()
    }

    fn refusal(&self, kept: &Kept, fact: &Fact) -> Option<HistoryEntry> {
        let claim = claims_of(fact)?;
        let answer = kept.ack.as_ref().map(|ack| &ack.answer)?;
        let code = answer.code.clone().unwrap_or_default();
        let detail = answer.detail.clone().unwrap_or_else(|| code.clone());
        Some(HistoryEntry {
            state: EntryState::Rejected,
            why: Text {
                zh: format!("总部拒收（{code}）"), en: format!("headquarters refused it: {detail} ({code})")
            },
            code: Some(code),
            ..self.by(&claim, Some(fact))
        })
    }

    fn entry(&self, claim: &Claim<'_>) -> HistoryEntry {
        let mut entry = self.by(claim, claim.fact);
        if let Why::Overwritten(by) | Why::WiderWord(by) = claim.why
            && self.is_unsent(by)
        {
            entry.why = Text {
                zh: format!("本机之后写了 {by}，总部还没有收到；本机先以它为准"),
                en: format!("this terminal wrote {by} after it, which headquarters does not have yet; here it counts"),
            };
        }
        let Some(fact) = claim.fact else { return entry };
        let number = self.numbers.get(&fact.id).copied();
        if !self.is_unsent(fact.id) || claim.standing == Standing::Undone {
            return HistoryEntry { number, ..entry };
        }
        let why = match claim.standing {
            Standing::Won => (
                "还只在本机，总部没有收到；本机先以它为准",
                "it lies on this terminal only, headquarters does not have it yet; here it counts",
            ),
            _ => (
                "还只在本机，总部没有收到；本机也不以它为准",
                "it lies on this terminal only, headquarters does not have it yet; it does not count here either",
            ),
        };
        let why = Text { zh: why.0.to_owned(), en: why.1.to_owned() };
        HistoryEntry { state: EntryState::Pending, why, ..entry }
    }

    /// Whether a fact lies on this terminal only.
    fn is_unsent(&self, id: OpId) -> bool {
        let is_waiting = self.state.outbox.find(id).is_some_and(|kept| kept.ack.is_none());
        is_waiting && !self.numbers.contains_key(&id)
    }

    /// What was said, by whom, where and when.
    fn by(&self, claim: &Claim<'_>, fact: Option<&Fact>) -> HistoryEntry {
        let value = claim.value.clone();
        let guide = fact.map(|fact| fact.guide.clone()).filter(|guide| guide.as_str() != HEADQUARTERS);
        let device = fact.map(|fact| fact.device.clone()).filter(|_| guide.is_some());
        HistoryEntry {
            field: claim.field.clone(),
            change: change_name(claim.change),
            value: value.map(|value| shown(&claim.field, value, self.secrets)),
            guide_name: guide.as_ref().and_then(|guide| self.state.guide_name(guide)),
            guide,
            here: device.as_ref() == Some(self.device),
            device,
            at: fact.map(|fact| self.rules.zone.shop_time(fact.at)),
            number: None,
            op_id: fact.map(|fact| fact.id),
            state: match claim.standing {
                Standing::Won => EntryState::Won,
                Standing::Lost => EntryState::Lost,
                Standing::Undone => EntryState::Undone,
            },
            code: None,
            why: claim.why.text(),
        }
    }
}

/// Stands where a guide and a terminal would in facts of headquarters.
pub(super) const HEADQUARTERS: &str = "hq";

fn change_name(change: Change) -> ChangeName {
    match change {
        Change::Kept => ChangeName::Kept,
        Change::Set => ChangeName::Set,
        Change::Cleared => ChangeName::Cleared,
        Change::Added => ChangeName::Added,
        Change::Removed => ChangeName::Removed,
    }
}

//! What happened with one customer, newest first. What is kept secret is masked, unless the guide asks to see it.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::CustomerId;
use guide_common::sop::history::History;
use guide_common::sop::plan::Text;
use guide_common::sop::rules::Rules;
use guide_common::wire::card::SecretRow;
use guide_common::wire::timeline::{FieldWord, Happened, TagWord, Timeline, TimelineEntry};

use crate::core::Core;
use crate::core::card::{Secrets, masked, purchases, secret};
use crate::core::history::{HEADQUARTERS, field_row, shown};
use crate::core::member::lead_row;
use crate::core::open::Hidden;
use crate::core::secrecy::known;
use crate::store::StoreError;

impl Core {
    /// The newest of what happened with a customer, up to the day that is shown.
    pub fn timeline(&self, id: &CustomerId, limit: usize, secrets: Secrets) -> Result<Option<Timeline>, StoreError> {
        let Some(loaded) = self.load_shown(id)? else { return Ok(None) };
        let (shared, on) = {
            let state = self.state();
            (Arc::clone(&state.shared), state.on)
        };
        let file = &*loaded.file.as_of(on);
        let mut entries: Vec<(u64, TimelineEntry)> = self.recorded(file, &shared.rules, on, secrets);
        let history = History::of(file, on);
        for row in purchases(file, &Hidden::of(&history), secrets) {
            // of a hidden one the day alone would tell of it
            let Some(bought_on) = row.purchase.as_ref().map(|purchase| purchase.bought_on) else { continue };
            entries.push((0, bare(bought_on, Happened::Purchase(Box::new(row)))));
        }
        entries.sort_by_key(|(number, entry)| Reverse((entry.on, *number, entry.op_id)));
        let n_all = entries.len();
        entries.truncate(limit);
        Ok(Some(Timeline {
            customer: id.clone(),
            name: file.person(on).name.clone(),
            on,
            n_all,
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        }))
    }

    /// The facts of a file as entries, each with its number.
    fn recorded(
        &self,
        file: &CustomerFile,
        rules: &Rules,
        on: NaiveDate,
        secrets: Secrets,
    ) -> Vec<(u64, TimelineEntry)> {
        let history = History::of(file, on);
        let scene = Scene { file, rules, hidden: Hidden::of(&history), secrets };
        let hides_amounts = secrets == Secrets::Masked && matches!(known(file, on), std::borrow::Cow::Owned(_));
        let state = self.state();
        let entry = |fact: &Fact| {
            let guide = Some(fact.guide.clone()).filter(|guide| guide.as_str() != HEADQUARTERS);
            let entry = TimelineEntry {
                at: guide.is_some().then(|| rules.zone.shop_time(fact.at)),
                op_id: Some(fact.id),
                guide_name: guide.as_ref().and_then(|guide| state.guide_name(guide)),
                here: guide.is_some() && fact.device == self.device,
                guide,
                received: state.is_received(fact.id),
                undone_on: fact.undone.now().map(|undone| undone.on),
                ..bare(fact.on(), scene.happened(fact, hides_amounts)?)
            };
            Some((fact.number, entry))
        };
        file.facts.iter().filter_map(entry).collect()
    }
}

/// Something of which nobody's op tells.
fn bare(on: NaiveDate, what: Happened) -> TimelineEntry {
    let (at, op_id, guide, guide_name, undone_on) = (None, None, None, None, None);
    TimelineEntry { on, at, op_id, guide, guide_name, here: false, received: true, undone_on, what }
}

/// What a fact is shown with.
struct Scene<'s> {
    file: &'s CustomerFile,
    rules: &'s Rules,
    hidden: Hidden<'s>,
    secrets: Secrets,
}

impl Scene<'_> {
    /// What a fact tells; nothing where it tells of amounts that are kept secret.
    fn happened(&self, fact: &Fact, hides_amounts: bool) -> Option<Happened> {
        Some(match &fact.body {
            FactBody::Outcome(outcome) => Happened::Outcome(Box::new(match self.secrets {
                Secrets::Masked => masked(outcome, self.file, &self.hidden),
                Secrets::Revealed => outcome.clone(),
            })),
            FactBody::Promise(body) => Happened::Promise(body.clone()),
            FactBody::PromiseKept(body) => Happened::PromiseKept(body.clone()),
            FactBody::ComplaintClosed(body) => Happened::ComplaintClosed(body.clone()),
            FactBody::Appointment(body) => Happened::Appointment(body.clone()),
            FactBody::AppointmentClosed(body) => Happened::AppointmentClosed(body.clone()),
            FactBody::LeadAdded(body) => Happened::LeadAdded(lead_row(fact, body)),
            FactBody::Note(body) => Happened::Note(body.clone()),
            FactBody::TagAdded(tag) => {
                Happened::TagAdded(TagWord { tag: tag.clone(), group_name: self.group(&tag.group) })
            }
            FactBody::TagRemoved(tag) => {
                Happened::TagRemoved(TagWord { tag: tag.clone(), group_name: self.group(&tag.group) })
            }
            FactBody::Field(edit) => {
                let row = field_row(&edit.field, None, self.rules);
                let value = edit.value.clone().map(|value| shown(&edit.field, value, Secrets::Masked));
                Happened::FieldSet(FieldWord { field: row.field, label: row.label, value })
            }
            FactBody::Consent(body) => Happened::Consent(body.clone()),
            FactBody::Secret(body) => {
                let row = SecretRow {
                    op_id: fact.id,
                    side: body.side,
                    person: body.person.clone(),
                    purchase: body.purchase.clone(),
                    until_on: body.until_on,
                };
                Happened::Secret(secret(row, self.secrets))
            }
            FactBody::Snooze(body) => Happened::Snooze(body.clone()),
            FactBody::Coupon(body) => Happened::Coupon(body.clone()),
            FactBody::Ticket(body) => Happened::Ticket(body.clone()),
            FactBody::Level(body) => {
                let mut level = body.clone();
                if hides_amounts {
                    (level.to_next_fen, level.next_fen) = (None, None);
                }
                Happened::Level(level)
            }
            FactBody::LifeEvent(body) => Happened::LifeEvent(body.clone()),
            FactBody::OwnerChanged(body) => Happened::OwnerChanged(body.clone()),
            FactBody::Points(_) if hides_amounts => return None,
            other => Happened::Other(other.kind().to_owned()),
        })
    }

    fn group(&self, code: &str) -> Option<Text> {
        self.rules.settings.tag_group(code).map(|group| group.name.clone())
    }
}

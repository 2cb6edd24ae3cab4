//! What the guides recorded before the first day: contacts that closed steps of the plans, complaints and their closing,
//! promises made and kept, visits.

mod after_sale;
mod occasion;
mod promise;
mod recovery;
mod turn;
mod visit;

use super::content;
use super::diary::{Diary, Draft};
use super::dice::Dice;
use super::shop::Sale;
use super::staff::Staff;
use super::story::{Closes, Deed, RunOf, Said, Story};
use super::{day, gold_price, in_lang};
use crate::consent::Consent;
use crate::customer::Customer;
use crate::fact::{Fact, FactBody};
use crate::id::{DeviceId, DueId, GuideId, OpId, PlanId, StepId};
use crate::op::{Op, OpBody, Stamp};
use crate::outcome::{Outcome, Quote};
use crate::promise::Promise;
use crate::sop::plan::{Lang, Plan};
use crate::sop::plan_file;

/// Makes histories up.
pub(super) struct History {
    seed: u64,
    lang: Lang,
    plans: Vec<Plan>,
    /// How far back contacts are made up, counted from the first day.
    first_day: i64,
}

/// A drawn customer with everything that a history is made of.
pub(super) struct Person<'a> {
    pub(super) staff: &'a Staff,
    pub(super) guide_idx: usize,
    /// Which customer of the chain.
    pub(super) idx: usize,
    /// Which customer of their guide.
    pub(super) nth: usize,
    pub(super) customer: &'a Customer,
    pub(super) sales: &'a [Sale],
    pub(super) records: &'a [Fact],
}

impl History {
    pub(super) fn new(seed: u64, lang: Lang, first_day: i64) -> Self {
        let plans = content::plan_files().into_iter().filter_map(|(_, text)| plan_file::parse(text).ok()).collect();
        Self { seed, lang, plans, first_day }
    }

    /// The history of a drawn customer.
    pub(super) fn of_customer(&self, person: &Person<'_>) -> Vec<Draft> {
        let dice = Dice::new(self.seed, "history", person.idx as u64);
        let mut diary = Diary::new(dice, person.guide_idx, person.customer, person.staff);
        if let Some(on) = person.records.iter().filter_map(refused_on).min() {
            diary.close(on);
        }
        if !person.sales.is_empty() {
            self.promise(&mut diary, person.nth);
        }
        self.after_sale(&mut diary, person.sales);
        self.lead(&mut diary, person.sales);
        self.contact_added(&mut diary);
        self.birthday(&mut diary);
        self.owner_changed(&mut diary, person.records);
        self.tickets(&mut diary, person.records);
        self.care(&mut diary, person.sales);
        diary.drafts
    }

    fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id.as_str() == id)
    }

    /// The history of a story, as it is told.
    pub(super) fn of_story(&self, story: &Story, staff: &Staff) -> Vec<Draft> {
        let number = Dice::new(self.seed, story.customer.id.as_str(), 0).next();
        let mut diary = Diary::new(Dice::new(self.seed, "role", number), story.guide, &story.customer, staff);
        let mut written: Vec<OpId> = Vec::new();
        for deed in &story.deeds {
            let (on, body) = self.deed(deed, story, &written);
            written.push(diary.write(on, body).op_id);
        }
        diary.drafts
    }

    fn deed(&self, deed: &Deed, story: &Story, written: &[OpId]) -> (i64, FactBody) {
        match deed {
            Deed::Promised { on, due, text, item } => {
                let promise = Promise {
                    on: day(*on),
                    text: in_lang(*text, self.lang),
                    item: Some(in_lang(*item, self.lang)),
                    due_on: day(*due),
                };
                (*on, FactBody::Promise(promise))
            }
            Deed::Said(said) => (said.on, FactBody::Outcome(self.said(said, story, written))),
        }
    }

    fn said(&self, said: &Said, story: &Story, written: &[OpId]) -> Outcome {
        let mut outcome = Outcome::new(day(said.on), said.code);
        outcome.score = said.score;
        outcome.note = said.note.map(|note| in_lang(note, self.lang));
        outcome.due_ids.extend(said.closes.and_then(|closes| due_id(&closes, story, written)));
        let price = gold_price();
        outcome.quoted = said.quotes.then_some(Quote { price_fen: price.price_fen, at: price.at });
        outcome
    }

    /// Numbers the drafts as each guide's terminal would have, in the order in which they were recorded.
    pub(super) fn record(&self, mut drafts: Vec<Draft>, staff: &[Staff]) -> Vec<(GuideId, Op)> {
        drafts.sort_by_key(|draft| (draft.at, draft.op_id));
        let mut numbers = vec![0; staff.len()];
        let mut ops = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let guide = &staff[draft.guide_idx].profile.id;
            let Ok(device) = DeviceId::new(&format!("demo-{guide}")) else { continue };
            numbers[draft.guide_idx] += 1;
            let stamp = Stamp {
                op_id: draft.op_id,
                device,
                local_seq: numbers[draft.guide_idx],
                base_rev: None,
                at_wall: draft.at,
                at_mono: 0,
            };
            ops.push((guide.clone(), Op::new(stamp, draft.customer, &OpBody::Fact(draft.body))));
        }
        ops
    }
}

/// The due that a contact of a story closes.
fn due_id(closes: &Closes, story: &Story, written: &[OpId]) -> Option<DueId> {
    let key = match closes.run {
        RunOf::Day(on) => day(on).to_string(),
        RunOf::Deed(nth) => written.get(nth)?.to_string(),
        RunOf::Record(nth) => story.records.get(nth)?.id.to_string(),
    };
    let (plan, step) = (PlanId::new(closes.plan).ok()?, StepId::new(closes.step).ok()?);
    Some(DueId::of(&plan, &step, &story.customer.id, &key, 0))
}

/// Counted from the first day, the day on which a customer refused every channel.
fn refused_on(fact: &Fact) -> Option<i64> {
    match &fact.body {
        FactBody::Consent(Consent { on, channel: None, allowed: false, .. }) => Some((*on - super::d0()).num_days()),
        _ => None,
    }
}

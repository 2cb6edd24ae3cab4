//! The preview of an audience: who would be meant by a dispatch, and whom the gate would let it through to. It looks
//! through the same gate as the queue.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::id::CustomerId;
use crate::outcome::Channel;
use crate::sop::fields::CustomerFields;
use crate::sop::gate::{Gate, Hold, HoldReason, Intent, caps_since};
use crate::sop::history::History;
use crate::sop::plan::Audience;
use crate::sop::rules::Rules;
use crate::sop::run::all_runs;

/// Who would be meant by a dispatch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// How many customers were asked about.
    pub n_customers: usize,
    /// How many are of the audience.
    pub n_matching: usize,
    /// How many of these could be contacted on the day.
    pub n_free: usize,
    /// What holds the others, each by the strongest reason.
    pub held: BTreeMap<HoldReason, usize>,
    /// Everyone of the audience: the channel over which they could be contacted, or what holds that.
    pub customers: Vec<(CustomerId, Result<Channel, Hold>)>,
}

/// Asks of each of these customers whether they are of an audience on a day, and whether the gate would let a contact
/// with this intent through to them, over the first of `channels` that they allow. Customers on loan are their owner's
/// and are not asked about.
pub fn preview<'f>(
    files: impl IntoIterator<Item = &'f CustomerFile>,
    rules: &Rules,
    audience: &Audience,
    intent: Intent,
    channels: &[Channel],
    today: NaiveDate,
) -> Preview {
    let mut preview = Preview::default();
    let is_asked = |file: &&CustomerFile| file.customer.lent.is_none() && !file.is_withdrawn_on(today);
    for file in files.into_iter().filter(is_asked) {
        preview.n_customers += 1;
        let history = History::of(file, today);
        if is_of(audience, &history, rules) {
            preview.count(&file.customer.id, answer(&history, rules, intent, channels));
        }
    }
    preview
}

impl Preview {
    fn count(&mut self, customer: &CustomerId, answer: Result<Channel, Hold>) {
        self.n_matching += 1;
        match &answer {
            Ok(_) => self.n_free += 1,
            Err(hold) => *self.held.entry(hold.reason).or_default() += 1,
        }
        self.customers.push((customer.clone(), answer));
    }

    /// Adds a preview over another guide's customers.
    pub fn add(&mut self, other: Self) {
        self.n_customers += other.n_customers;
        self.n_matching += other.n_matching;
        self.n_free += other.n_free;
        for (reason, n) in other.held {
            *self.held.entry(reason).or_default() += n;
        }
        self.customers.extend(other.customers);
    }
}

/// The same as for a plan's audience on the day on which a run comes to be.
fn is_of(audience: &Audience, history: &History<'_>, rules: &Rules) -> bool {
    let Audience { condition, tiers, tags, store_tiers } = audience;
    let fields = CustomerFields { history, rules, day: history.today };
    (tiers.is_empty() || tiers.contains(&history.customer.tier))
        && (store_tiers.is_empty() || rules.store_tier.is_some_and(|tier| store_tiers.contains(&tier)))
        && fields.has_wanted(tags)
        && condition.as_ref().is_none_or(|condition| condition.is_met(&fields))
}

/// What the gate says to a contact that no step asks for yet.
fn answer(history: &History<'_>, rules: &Rules, intent: Intent, channels: &[Channel]) -> Result<Channel, Hold> {
    let runs = all_runs(history, rules, caps_since(history, rules));
    let gate = Gate::of(history, rules, &runs);
    match (gate.check(intent), gate.channel(channels)) {
        (Some(hold), Err(refused)) if refused.reason < hold.reason => Err(refused),
        (Some(hold), _) => Err(hold),
        (None, channel) => channel,
    }
}

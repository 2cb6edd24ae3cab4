//! What can be worked out from a purchase that is kept secret, and what is said in its place. Other people may see the
//! screen: a gap to the next level or a term of a score tells the price of a gift as well as its amount does.

use std::borrow::Cow;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::sop::explain::missing::Missing;
use guide_common::sop::explain::plan::{AudienceGap, PlanExplained, WhyNotStarted};
use guide_common::sop::explain::prospect::Change;
use guide_common::sop::explain::step::{Answer, Asked, NotDue};
use guide_common::sop::explain::task::TaskExplained;
use guide_common::sop::history::History;
use guide_common::sop::queue::{TermName, value_points};
use guide_common::wire::local::TaskRow;

use crate::core::State;
use crate::core::card::masked;
use crate::core::open::Hidden;

/// The fields of conditions that are worked out from amounts.
const OF_AMOUNTS: [&str; 4] = ["spent_yuan", "total_yuan", "amount_yuan", "points"];

/// A file as others may know it: without the purchases that are kept secret on a day, without the amounts that were
/// reported of them, and without what headquarters worked out from them. Borrowed where nothing is kept secret.
pub fn known(file: &CustomerFile, on: NaiveDate) -> Cow<'_, CustomerFile> {
    if !file.standing().any(|fact| matches!(fact.body, FactBody::Secret(_))) {
        return Cow::Borrowed(file);
    }
    let history = History::of(file, on);
    let hidden = Hidden::of(&history);
    let hides_amount = |body: &FactBody| match body {
        FactBody::Outcome(outcome) => masked(outcome, file, &hidden).amount_fen != outcome.amount_fen,
        _ => false,
    };
    let hides_purchase = file.purchases.iter().any(|purchase| hidden.purchase(purchase).is_some());
    if !hides_purchase && !file.standing().any(|fact| hides_amount(&fact.body)) {
        return Cow::Borrowed(file);
    }
    let mut known = file.clone();
    known.purchases.retain(|purchase| hidden.purchase(purchase).is_none());
    known.facts.retain(|fact| !matches!(fact.body, FactBody::Points(_)));
    for fact in &mut known.facts {
        match &mut fact.body {
            FactBody::Outcome(outcome) => *outcome = masked(outcome, file, &hidden),
            FactBody::Level(level) => (level.to_next_fen, level.next_fen) = (None, None),
            _ => {}
        }
    }
    Cow::Owned(known)
}

/// How many of a task's points what is kept secret gives it.
pub fn secret_points(file: &CustomerFile, on: NaiveDate) -> i64 {
    match known(file, on) {
        Cow::Borrowed(_) => 0,
        Cow::Owned(known) => (value_points(&History::of(file, on)) - value_points(&History::of(&known, on))).max(0),
    }
}

/// A file as scripts may say it: they stand on a screen that others may see. The purchases stay, since a script that
/// thanks for one is offered only where the gate lets it pass.
pub fn for_scripts(file: &CustomerFile, on: NaiveDate) -> Cow<'_, CustomerFile> {
    match known(file, on) {
        Cow::Borrowed(file) => Cow::Borrowed(file),
        Cow::Owned(known) => Cow::Owned(CustomerFile { purchases: file.purchases.clone(), ..known }),
    }
}

/// Takes the points that are kept secret off a task. Its place in the queue is what it was.
pub fn without_points(task: &mut TaskRow, points: i64) {
    for term in task.terms.iter_mut().filter(|term| term.name == TermName::Value) {
        term.points -= points;
        task.score -= points;
    }
    task.terms.retain(|term| term.points != 0);
}

/// Takes the points that are kept secret, and what would show them, off the reasons of a task's place.
pub fn without_points_explained(explained: &mut TaskExplained, points: i64) {
    if points == 0 {
        return;
    }
    without_points(&mut explained.task, points);
    let tells = |change: &Change| matches!(change, Change::Bought { .. });
    explained.prospects.retain(|prospect| prospect.term != TermName::Value && !tells(&prospect.change));
    explained.prospects.iter_mut().for_each(|prospect| prospect.score -= points);
}

/// Takes the numbers that are worked out from amounts off what plans make of a customer.
pub fn without_amounts(plans: &mut [PlanExplained]) {
    for plan in plans {
        for missing in plan.triggers.iter_mut().filter_map(|trigger| trigger.missing.as_mut()) {
            if let Missing::Amount { .. } | Missing::GapTooGreat { .. } = missing {
                *missing = Missing::KeptSecret;
            }
        }
        for not_started in &mut plan.not_started {
            if let WhyNotStarted::NotInAudience { gaps, .. } = &mut not_started.why {
                gaps.iter_mut().for_each(without_answers);
            }
        }
        for step in plan.runs.iter_mut().flat_map(|run| &mut run.steps) {
            if let Some(NotDue::ConditionNotMet { asked, .. }) = &mut step.not_due {
                asked.iter_mut().for_each(without_answer);
            }
        }
    }
}

fn without_answers(gap: &mut AudienceGap) {
    if let AudienceGap::Condition { asked, .. } = gap {
        asked.iter_mut().for_each(without_answer);
    }
}

fn without_answer(asked: &mut Asked) {
    if OF_AMOUNTS.contains(&asked.field.as_str()) {
        asked.value = Answer::Missing(());
    }
}

impl State {
    /// A task of today as it is sent out.
    pub fn shown(&self, task: &TaskRow) -> TaskRow {
        let mut shown = task.clone();
        if let Some(day) = self.days.get(&task.customer) {
            without_points(&mut shown, day.secret_points);
        }
        shown
    }
}

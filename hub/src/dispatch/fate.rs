//! What would become of a plan sent to one customer: asked of the engine and the one gate that every contact passes.

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::fact::Fact;
use guide_common::outcome::Channel;
use guide_common::sop::gate::{Hold, Intent, holds};
use guide_common::sop::history::History;
use guide_common::sop::plan::{Plan, Purpose};
use guide_common::sop::preview::preview;
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::sop::run::all_runs;

/// What would become of it.
pub(super) enum Fate {
    /// It would be offered.
    Open,
    /// The gate would hold it.
    Held(Hold),
    /// The plan is not for this customer, or has nothing to do.
    NotMeant,
}

/// Asks the engine for the queue of the first day on which the dispatch makes something due, with the fact that the
/// dispatch would write.
pub(super) fn fate(file: &CustomerFile, fact: &Fact, rules: &Rules, first_day: NaiveDate) -> Fate {
    let mut file = file.clone();
    file.facts.push(fact.clone());
    let anchor_key = fact.id.to_string();
    for day in days(&file, fact, rules, first_day) {
        let of_day = customer_day(&file, rules, day);
        if of_day.task.is_some_and(|task| task.dues.iter().any(|due| due.anchor_key == anchor_key)) {
            return Fate::Open;
        }
        let held = of_day.held.iter().find(|held| held.dues.iter().any(|due| due.anchor_key == anchor_key));
        if let Some(held) = held {
            return Fate::Held(held.hold);
        }
    }
    // a customer who wants no contact has no runs that could be held
    let forbidden = holds(&file, rules, first_day).into_iter().find(|hold| hold.until_on.is_none());
    forbidden.map_or(Fate::NotMeant, Fate::Held)
}

/// The first day, and the first days of the run's steps after it.
fn days(file: &CustomerFile, fact: &Fact, rules: &Rules, first_day: NaiveDate) -> Vec<NaiveDate> {
    let history = History::of(file, first_day);
    let runs = all_runs(&history, rules, first_day);
    let own = runs.iter().filter(|run| run.anchor.key.to_string() == fact.id.to_string());
    let opens = own.flat_map(|run| &run.steps).map(|step| step.opens_on).filter(|on| first_day < *on);
    let mut days: Vec<NaiveDate> = std::iter::once(first_day).chain(opens).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Asks the gate for a text message of headquarters, for which no run begins.
pub(super) fn text_fate(file: &CustomerFile, plan: &Plan, purpose: Purpose, rules: &Rules, day: NaiveDate) -> Fate {
    let asked = preview([file], rules, &plan.audience, Intent::of(purpose), &[Channel::Sms], day);
    match asked.customers.first() {
        Some((_, Ok(_))) => Fate::Open,
        Some((_, Err(hold))) => Fate::Held(*hold),
        None => Fate::NotMeant,
    }
}

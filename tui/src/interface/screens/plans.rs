//! The state of the screen Plans, and what it asks for. What actions do is `actions`'; each of its four views is drawn
//! by a file of its own.

mod actions;
pub mod course_view;
pub mod diff_view;
pub mod timeline_view;
pub mod what_if;
pub mod what_if_view;

use guide_common::id::PlanId;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::wire::ask::CustomerExplained;
use guide_common::wire::forecast::DiffResponse;

use self::what_if::WhatIf;
use crate::interface::app::{App, Refresh, Trouble};
use crate::interface::effect::Request;
use crate::interface::event::{Failure, FailureKind};
use crate::interface::library::{PlanAnswer, PlanRequest, PlanSlot, Version};
use crate::interface::queries::Slot;
use crate::interface::text::matches_any;
use crate::interface::widgets::browser::Browser;
use crate::lang::pick;
use crate::lang::plan::triggers;

pub use actions::{act, actions, compare, save_parameters};
pub use what_if::tick;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct PlansScreen {
    /// The list and what is selected of it.
    pub browser: Browser,
    /// Every plan.
    pub all: Option<Vec<Plan>>,
    /// What is shown of the selected one.
    pub view: View,
    /// What every plan makes of the chosen customer, or why that is not known.
    pub course: Option<Result<CustomerExplained, Failure>>,
    /// What plans would have meant.
    pub what_if: WhatIf,
    /// The last comparison, or why there is none.
    pub diff: Option<Diff>,
}

/// A comparison of the newest version of a plan with another.
#[derive(Clone, Debug)]
pub struct Diff {
    /// Of which plan.
    pub plan: PlanId,
    /// With which version.
    pub with: Version,
    /// What differs; none while it is worked out.
    pub found: Option<Result<Box<DiffResponse>, Failure>>,
}

/// What is shown of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Its steps along the time, with their branches.
    #[default]
    Timeline,
    /// What it makes of one customer, when.
    Course,
    /// What it would have meant for the last days.
    WhatIf,
    /// What differs between two versions.
    Diff,
}

impl View {
    /// Every view, in the order in which they stand.
    pub const ALL: [Self; 4] = [Self::Timeline, Self::Course, Self::WhatIf, Self::Diff];

    /// The one after it.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// What it is called.
    pub fn name(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Timeline => ("节点", "Steps"),
            Self::Course => ("客户", "Customer"),
            Self::WhatIf => ("推演", "What-if"),
            Self::Diff => ("对比", "Diff"),
        };
        pick(lang, pair)
    }
}

/// The plans that match the filter.
pub fn rows(app: &App) -> Vec<&Plan> {
    let all = app.plans.all.as_deref().unwrap_or_default();
    let wanted = app.plans.browser.filter.value();
    let is_wanted = |plan: &&Plan| {
        let (of, steps) = (triggers(plan, app.lang), plan.steps.iter().map(|step| step.title(app.lang)));
        matches_any(wanted, [plan.id.as_str(), &plan.name.zh, &plan.name.en, &of].into_iter().chain(steps))
    };
    all.iter().filter(is_wanted).collect()
}

/// The selected plan.
pub fn selected(app: &App) -> Option<&Plan> {
    rows(app).get(app.plans.browser.list.selected).copied()
}

/// Asks for what the screen shows.
pub fn enter(app: &mut App) {
    app.ask(Slot::Plan(PlanSlot::All), Request::Plan(PlanRequest::All));
}

/// Asks for what the open view shows. A what-if and a comparison work through every customer: they are asked for by
/// their own keys.
pub(in crate::interface) fn ask_shown(app: &mut App, refresh: Refresh) {
    if app.plans.view != View::Course {
        return;
    }
    let Some(chosen) = &app.chosen else { return };
    let is_there = matches!(&app.plans.course, Some(Ok(course)) if course.customer == chosen.id);
    let is_asked = app.queries.awaits(&Slot::Plan(PlanSlot::Explain));
    if refresh == Refresh::Shown || !(is_there || is_asked) {
        if !is_there {
            app.plans.course = None;
        }
        let request = PlanRequest::Explain(chosen.id.clone());
        app.ask(Slot::Plan(PlanSlot::Explain), Request::Plan(request));
    }
}

/// Takes an answer in.
pub fn take(app: &mut App, answer: PlanAnswer) {
    match answer {
        PlanAnswer::All(all) => {
            let before = selected(app).map(|plan| plan.id.clone());
            app.plans.all = Some(all);
            let same = before.and_then(|id| rows(app).iter().position(|plan| plan.id == id));
            app.plans.browser.list.selected = same.unwrap_or(0);
            app.ask_details(Refresh::Missing);
        }
        PlanAnswer::Explained(course) => app.plans.course = Some(Ok(*course)),
        PlanAnswer::Simulated(found) => what_if::take(app, Ok(found)),
        PlanAnswer::Diff(plan, with, found) => app.plans.diff = Some(Diff { plan, with, found: Some(Ok(found)) }),
    }
}

/// Takes in that a request has no answer. What was asked for by a key says so in its own view.
pub fn fail(app: &mut App, slot: PlanSlot, failure: Failure) {
    match slot {
        PlanSlot::All if failure.kind == FailureKind::Unreachable || failure.code == "not_enrolled" => {}
        PlanSlot::All => app.trouble = Some(Trouble::Reading(failure)),
        PlanSlot::Explain => app.plans.course = Some(Err(failure)),
        PlanSlot::Simulate => what_if::take(app, Err(failure)),
        PlanSlot::Diff => {
            if let Some(diff) = &mut app.plans.diff {
                diff.found = Some(Err(failure));
            }
        }
    }
}

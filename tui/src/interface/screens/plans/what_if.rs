//! What-ifs of plans: their parameters, the one that runs, and the last one of each plan.

use std::collections::BTreeMap;

use guide_common::id::PlanId;
use guide_common::purchase::{format_fen, parse_fen};
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::trigger::Trigger;
use guide_common::wire::forecast::{MAX_SIMULATED_DAYS, PlanSource, SimulateRequest, SimulateResponse};

use crate::interface::app::{App, TICK_MS};
use crate::interface::effect::{Effect, Request};
use crate::interface::event::Failure;
use crate::interface::layers::text_form::{TextForm, TextPurpose};
use crate::interface::library::{PlanRequest, PlanSlot};
use crate::interface::queries::Slot;
use crate::interface::words::Msg;

/// The most plans whose last what-if is kept.
const MAX_KEPT: usize = 8;
/// The largest throttle of a plan.
const MAX_THROTTLE: u32 = 1_000;

/// What plans would have meant.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    /// What each plan's is run with, where that was changed.
    pub parameters: BTreeMap<PlanId, Parameters>,
    /// The last one of each plan, or why there is none.
    pub found: BTreeMap<PlanId, Result<Box<SimulateResponse>, Failure>>,
    /// The one that is being worked out.
    pub running: Option<Running>,
    /// Whether the next moment has been asked for: there is only one at a time.
    is_ticking: bool,
}

/// What a what-if is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Over so many days.
    pub days: u32,
    /// At most so many starts a day; 0 for any number.
    pub throttle: u32,
    /// The least amount of a day, of a plan that purchases start.
    pub min_amount_fen: Option<i64>,
}

/// A what-if that is being worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Of which plan.
    pub plan: PlanId,
    /// For so many moments.
    pub n_ticks: u64,
}

impl Running {
    /// For how long, in milliseconds.
    pub fn ms(&self) -> u64 {
        self.n_ticks * TICK_MS
    }
}

impl Parameters {
    /// A plan as it is.
    pub fn of(plan: &Plan) -> Self {
        let least = plan.triggers.iter().find_map(|trigger| match trigger {
            Trigger::Purchase(purchase) if !purchase.each_item => Some(purchase.min_amount_fen),
            _ => None,
        });
        Self { days: 90, throttle: plan.throttle.unwrap_or(0), min_amount_fen: least }
    }

    /// The form that changes them.
    pub fn form(self, plan: &Plan, lang: Lang) -> TextForm {
        let least = self.min_amount_fen.map(|fen| (Msg::FieldLeast.text(lang), format_fen(fen)));
        let fixed = [
            (Msg::FieldThrottle.text(lang), self.throttle.to_string()),
            (Msg::FieldDays.text(lang), self.days.to_string()),
        ];
        TextForm::of_texts(TextPurpose::Parameters(plan.id.clone()), fixed.into_iter().chain(least))
    }

    /// What a form says, or the field in which it is wrong.
    pub fn read(form: &TextForm) -> Result<Self, (usize, Msg)> {
        let text = |idx: usize| form.fields.get(idx).map(|(_, input)| input.value().trim());
        let number = |idx: usize| text(idx).and_then(|text| text.parse::<u32>().ok());
        let throttle = number(0).filter(|n| *n <= MAX_THROTTLE).ok_or((0, Msg::ErrThrottle))?;
        let days = number(1).filter(|n| (1..=MAX_SIMULATED_DAYS).contains(n)).ok_or((1, Msg::ErrDays))?;
        let least =
            text(2).map(|text| parse_fen(text).filter(|fen| *fen >= 0).ok_or((2, Msg::ErrLeast))).transpose()?;
        Ok(Self { days, throttle, min_amount_fen: least })
    }

    /// The request; what is as the plan has it is not named.
    fn request(self, plan: &Plan) -> SimulateRequest {
        let own = Self::of(plan);
        SimulateRequest {
            days: self.days,
            throttle: Some(self.throttle).filter(|throttle| *throttle != own.throttle),
            min_amount_fen: self.min_amount_fen.filter(|_| self.min_amount_fen != own.min_amount_fen),
            ..SimulateRequest::new(PlanSource::Published { id: plan.id.clone(), version: None })
        }
    }
}

impl WhatIf {
    /// What a plan's is run with.
    pub fn parameters(&self, plan: &Plan) -> Parameters {
        self.parameters.get(&plan.id).copied().unwrap_or_else(|| Parameters::of(plan))
    }
}

/// Runs the selected plan's; one that runs already is not awaited any more.
pub fn run(app: &mut App) {
    let Some(plan) = super::selected(app).cloned() else { return app.refuse(Msg::SelectFirst) };
    let request = app.plans.what_if.parameters(&plan).request(&plan);
    app.plans.what_if.running = Some(Running { plan: plan.id, n_ticks: 0 });
    if !app.plans.what_if.is_ticking {
        app.plans.what_if.is_ticking = true;
        app.effects.push(Effect::Tick);
    }
    app.ask(Slot::Plan(PlanSlot::Simulate), Request::Plan(PlanRequest::Simulate(Box::new(request))));
}

/// Waits no longer for the one that runs; false where none does.
pub fn cancel(app: &mut App) -> bool {
    app.queries.forget(&Slot::Plan(PlanSlot::Simulate));
    app.plans.what_if.running.take().is_some()
}

/// Takes in what one has found.
pub fn take(app: &mut App, found: Result<Box<SimulateResponse>, Failure>) {
    let what_if = &mut app.plans.what_if;
    let Some(running) = what_if.running.take() else { return };
    if what_if.found.len() >= MAX_KEPT {
        what_if.found.clear();
    }
    what_if.found.insert(running.plan, found);
    app.plans.browser.scroll = 0;
}

/// A moment has passed.
pub fn tick(app: &mut App) {
    match &mut app.plans.what_if.running {
        Some(running) => {
            running.n_ticks += 1;
            app.effects.push(Effect::Tick);
        }
        None => app.plans.what_if.is_ticking = false,
    }
}

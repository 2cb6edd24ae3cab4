//! What-if (先算再发): plans run ahead over one guide's customers with the same engine, and what that means day by day:
//! contacts, merges, holds, starts. What was recorded before the period stands; within it contacts are assumed.

mod assumption;
mod desk;
mod figures;
mod rivals;
mod served;
mod stretch;
mod touched;

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::fact::Fact;
use crate::sop::rules::Rules;
use crate::time::Period;

pub use assumption::Assumption;
pub use figures::{PlanLoad, SimulatedDay, Simulation, Total};

use desk::Desk;
use served::Served;

/// Runs the plans of `rules` over one guide's customers for the days of a period.
///
/// Purchases, promises, headquarters' records and what customers began are taken as they are, those of the period too;
/// the guide's contacts of the period that name dues are left out. In their place every task is assumed to be done on
/// the first day on which the gate lets it through, with an outcome by `assume`: at most one contact a customer and
/// day. A task that opens on a day off waits for the next shift inside its window. A plan that has a throttle or waits
/// for silences, and names no `starts_on`, counts as published on the first day of the period.
pub fn simulate<'f>(
    files: impl IntoIterator<Item = &'f CustomerFile>,
    rules: &Rules,
    period: Period,
    assume: &Assumption,
) -> Simulation {
    let mut simulator = Simulator::new(files, rules, period, assume);
    simulator.run_until(period.to);
    simulator.finish()
}

/// A simulation under way: it can be run in parts, which gives the same as running it at once.
#[derive(Debug)]
pub struct Simulator<'f> {
    desk: Desk,
    customers: Vec<Served<'f>>,
    next_on: NaiveDate,
    simulation: Simulation,
}

impl<'f> Simulator<'f> {
    /// Makes everything ready for a period and simulates none of its days.
    pub fn new(
        files: impl IntoIterator<Item = &'f CustomerFile>,
        rules: &Rules,
        period: Period,
        assume: &Assumption,
    ) -> Self {
        let customers: Vec<Served<'f>> = files.into_iter().map(|file| Served::new(file, period)).collect();
        let desk = Desk::new(customers.iter().map(Served::file), rules, period, assume);
        let simulation = Simulation::new(period, &desk.rules, customers.len());
        Self { desk, customers, next_on: period.from, simulation }
    }

    /// Simulates the days up to `day` that have not been simulated yet, none after the period.
    pub fn run_until(&mut self, day: NaiveDate) {
        let last = day.min(self.simulation.period.to);
        let Some(days) = Period::new(self.next_on, last) else { return };
        for customer in &mut self.customers {
            customer.serve(&self.desk, days, &mut self.simulation);
        }
        self.next_on = last.succ_opt().unwrap_or(last);
    }

    /// The contacts that were assumed so far.
    pub fn contacts(&self) -> impl Iterator<Item = &Fact> {
        self.customers.iter().flat_map(Served::assumed)
    }

    /// The rules as they were simulated: with the first days and the starts of plans that named none.
    pub fn rules(&self) -> &Rules {
        &self.desk.rules
    }

    /// What was found.
    pub fn finish(self) -> Simulation {
        let mut simulation = self.simulation;
        simulation.count_days_over();
        simulation.sum_up();
        simulation
    }
}

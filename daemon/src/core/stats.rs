//! How often templates were said at which step, and how often customers replied; and what lint says of a text.

use guide_common::apply::CustomerFile;
use guide_common::outcome::Outcome;
use guide_common::sop::history::{Contact, History};
use guide_common::sop::rules::Rules;
use guide_common::sop::run::{Run, all_runs};
use guide_common::template::Template;
use guide_common::template::lint::source::lint_source;
use guide_common::template::lint::words::LintWords;
use guide_common::template::lint::{Finding, Place, lint};
use guide_common::template::usage::{StepKey, Usages, usages};
use guide_common::time::Period;
use guide_common::wire::ask::{StatsRow, TemplateStats};

use crate::core::Core;
use crate::store::StoreError;

/// The shortest name that lint looks for, in characters: a shorter one is a part of too many words.
const MIN_NAME_CHARS: usize = 2;

impl Core {
    /// The use of templates in a period, over all customers.
    pub fn template_stats(&self, period: Period) -> Result<TemplateStats, StoreError> {
        let shared = self.shared();
        let mut total = Usages::default();
        self.each_file(|file| total.add(&usages_of(&file, &shared.rules, period)))?;
        let rows = total.rows().map(|used| StatsRow { rate: used.usage.rate(), used }).collect();
        Ok(TemplateStats { period, rows })
    }

    /// What lint says of a template file; the error names its line.
    pub fn lint_file(&self, text: &str) -> Result<Vec<Finding>, String> {
        let found = self.linted(|words, names| lint_source(text, words, Place::Shop, names));
        found.map_err(|error| error.to_string())
    }

    /// What lint says of a published template.
    pub fn lint_template(&self, template: &Template) -> Vec<Finding> {
        self.linted(|words, names| lint(template, words, Place::Shop, names))
    }

    /// Runs lint with headquarters' words, or those that come with the program, and the names of all customers.
    fn linted<T>(&self, run: impl FnOnce(&LintWords, &[&str]) -> T) -> T {
        let shared = self.shared();
        let words = shared.lint.as_deref().unwrap_or(LintWords::standard());
        let state = self.state();
        let names = state.rows.values().map(|row| row.name.as_ref());
        let long = names.filter(|name: &&str| name.chars().nth(MIN_NAME_CHARS - 1).is_some());
        run(words, &long.collect::<Vec<&str>>())
    }
}

fn usages_of(file: &CustomerFile, rules: &Rules, period: Period) -> Usages {
    let history = History::of(file, period.to);
    let is_counted = |contact: &&Contact<'_>| period.from <= contact.on() && contact.outcome.template.is_some();
    let said: Vec<&Contact<'_>> = history.contacts.iter().filter(is_counted).collect();
    if said.is_empty() {
        return Usages::default();
    }
    let runs = all_runs(&history, rules, period.from);
    usages(said.iter().map(|contact| (step_of(contact, &runs), contact.outcome)))
}

/// The step whose script a contact said: of those that it closed the one with that template.
fn step_of(contact: &Contact<'_>, runs: &[Run<'_>]) -> Option<StepKey> {
    let outcome: &Outcome = contact.outcome;
    runs.iter().find_map(|run| {
        let said =
            run.steps.iter().find(|step| step.template == outcome.template.as_ref() && step.was_closed_by(contact.id));
        said.map(|step| (run.plan.id.clone(), step.step.id.clone()))
    })
}

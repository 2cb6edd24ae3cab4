//! What was checked, and how it came out: a line a check for people, one object at the end for programs.

use std::fmt::Debug;
use std::time::Instant;

use serde::Serialize;

use crate::cli::context::{Context, Form, print};
use crate::cli::failure::{Answer, Failure};
use crate::text;

/// One check as programs read it.
#[derive(Debug, Serialize)]
struct Check {
    /// What was checked.
    what: String,
    /// Whether it holds.
    ok: bool,
    /// What was found instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
}

/// All of them.
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// Whether every check holds.
    passed: bool,
    /// How long it took.
    seconds: f64,
    /// In the order in which they were made.
    checks: &'a [Check],
}

/// Says how each check comes out and remembers them all.
#[derive(Debug)]
pub(super) struct Verdict<'c> {
    context: &'c Context,
    started: Instant,
    checks: Vec<Check>,
}

impl<'c> Verdict<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self { context, started: Instant::now(), checks: Vec::new() }
    }

    /// A check that holds or does not; `difference` says what was found instead.
    pub(super) fn check(&mut self, what: &str, holds: bool, difference: impl FnOnce() -> String) -> Answer<()> {
        let difference = (!holds).then(difference);
        if self.context.form == Form::Text {
            let style = self.context.style;
            match &difference {
                None => print(&format!("{}    {what}\n", style.green("ok")))?,
                Some(difference) => print(&format!("{}  {what}: {difference}\n", style.red("FAIL")))?,
            }
        }
        self.checks.push(Check { what: what.to_owned(), ok: holds, difference });
        Ok(())
    }

    /// A check that two things are equal.
    pub(super) fn equal<T: PartialEq + Debug>(&mut self, what: &str, found: &T, expected: &T) -> Answer<()> {
        self.check(what, found == expected, || format!("{found:?} ≠ {expected:?}"))
    }

    /// What differed first.
    pub(super) fn first_difference(&self) -> Option<String> {
        self.checks.iter().find_map(|check| Some(format!("{}: {}", check.what, check.difference.as_ref()?)))
    }

    /// The summary; a failure where anything differed.
    pub(super) fn close(self) -> Answer<()> {
        let (n, seconds) = (self.checks.len(), self.started.elapsed().as_secs_f64());
        let first_difference = self.first_difference();
        let report = Report { passed: first_difference.is_none(), seconds, checks: &self.checks };
        self.context.show(&report, |context| {
            let summary = match &first_difference {
                None => text!(
                    context.lang,
                    "演示自检通过：{n} 项，{seconds:.1} 秒\n",
                    "demo check passed: {n} checks in {seconds:.1} s\n"
                ),
                Some(difference) => text!(
                    context.lang,
                    "演示自检未通过，第一处不同：{difference}\n",
                    "demo check FAILED, first difference: {difference}\n"
                ),
            };
            context.style.bold(&summary)
        })?;
        first_difference.map_or(Ok(()), |_| Err(Failure::Reported))
    }
}

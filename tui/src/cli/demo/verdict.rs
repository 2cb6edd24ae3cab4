//! The lines of a check: what was checked, and how it came out.

use std::fmt::Debug;
use std::time::Instant;

use guide_common::sop::plan::Lang;

use crate::cli::context::{Style, print};
use crate::cli::failure::{Answer, Failure};
use crate::text;

/// Prints a line a check and remembers the first difference.
#[derive(Debug)]
pub(super) struct Verdict {
    lang: Lang,
    style: Style,
    started: Instant,
    n_checks: usize,
    first_difference: Option<String>,
}

impl Verdict {
    pub(super) fn new(lang: Lang, style: Style) -> Self {
        Self { lang, style, started: Instant::now(), n_checks: 0, first_difference: None }
    }

    /// A check that holds or does not; `difference` says what was found instead.
    pub(super) fn check(&mut self, what: &str, holds: bool, difference: impl FnOnce() -> String) -> Answer<()> {
        self.n_checks += 1;
        if holds {
            return print(&format!("{}    {what}\n", self.style.green("ok")));
        }
        let difference = format!("{what}: {}", difference());
        print(&format!("{}  {difference}\n", self.style.red("FAIL")))?;
        self.first_difference.get_or_insert(difference);
        Ok(())
    }

    /// A check that two things are equal.
    pub(super) fn equal<T: PartialEq + Debug>(&mut self, what: &str, found: &T, expected: &T) -> Answer<()> {
        self.check(what, found == expected, || format!("{found:?} ≠ {expected:?}"))
    }

    /// What differed first.
    #[cfg(test)]
    pub(super) fn first_difference(&self) -> Option<&str> {
        self.first_difference.as_deref()
    }

    /// The summary; a failure where anything differed.
    pub(super) fn close(self) -> Answer<()> {
        let (n, seconds) = (self.n_checks, self.started.elapsed().as_secs_f64());
        match self.first_difference {
            None => print(&self.style.bold(&text!(
                self.lang,
                "演示自检通过：{n} 项，{seconds:.1} 秒\n",
                "demo check passed: {n} checks in {seconds:.1} s\n"
            ))),
            Some(difference) => {
                print(&self.style.bold(&text!(
                    self.lang,
                    "演示自检未通过，第一处不同：{difference}\n",
                    "demo check FAILED, first difference: {difference}\n"
                )))?;
                Err(Failure::Reported)
            }
        }
    }
}

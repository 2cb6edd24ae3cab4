//! Windows: the days on which an attempt is open, less those on which a later anchor stands in its place.

use chrono::NaiveDate;

use crate::time::Period;

/// A span of days: `from` inclusive, `to` exclusive or without end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Span {
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// An attempt's window, and the spans in which later anchors supersede it.
pub(super) struct Window {
    /// From this day on a contact closes it: shifts, starts and edited plans move the first day, but not what was done.
    pub known_on: NaiveDate,
    pub opens_on: NaiveDate,
    pub until_on: NaiveDate,
    pub spans: Vec<Span>,
}

impl Window {
    /// Since when the window is superseded, on a day on which it is.
    pub fn superseded_since(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.spans.iter().filter(|span| span.covers(day)).map(|span| span.from).min()
    }

    /// The open days up to `last`: the window less the superseded spans. A contact can still close it on the first
    /// day of a span, so that day counts where it did.
    pub fn spans_open_until(&self, last: NaiveDate, closed_on: Option<NaiveDate>) -> Vec<Period> {
        let mut open: Vec<Period> = Period::new(self.opens_on, last).into_iter().collect();
        for span in &self.spans {
            open = open.into_iter().flat_map(|period| without(period, span)).collect();
        }
        if let Some(on) = closed_on
            && !open.iter().any(|period| period.contains(on))
        {
            open.push(Period { from: on, to: on });
        }
        open
    }
}

fn without(period: Period, span: &Span) -> impl Iterator<Item = Period> {
    let before = span.from.pred_opt().and_then(|day| Period::new(period.from, period.to.min(day)));
    let after = span.to.and_then(|to| Period::new(period.from.max(to), period.to));
    before.into_iter().chain(after)
}

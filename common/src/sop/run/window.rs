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
    /// Those of some spans that no earlier one without an end covers whole: of hundreds of later runs mostly one.
    pub fn that_count(spans: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut counting: Vec<Self> = Vec::new();
        let mut endless_from = NaiveDate::MAX;
        for span in spans {
            if span.from < endless_from {
                endless_from = if span.to.is_none() { span.from } else { endless_from };
                counting.push(span);
            }
        }
        counting
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 8, n).unwrap()
    }

    fn window(spans: Vec<Span>) -> Window {
        Window { known_on: day(1), opens_on: day(2), until_on: day(28), spans }
    }

    #[test]
    fn spans_that_a_span_without_an_end_covers_change_nothing() {
        let span = |from, to: Option<u32>| Span { from: day(from), to: to.map(day) };
        let all = [
            span(20, Some(25)),
            span(12, None),
            span(12, None),
            span(14, Some(16)),
            span(4, Some(6)),
            span(9, None),
            span(10, Some(11)),
            span(5, Some(30)),
        ];
        let counting = Span::that_count(all.into_iter());
        assert_eq!(counting.len(), 5);
        let (whole, less) = (window(all.to_vec()), window(counting));
        for n in 1..=31 {
            assert_eq!(whole.superseded_since(day(n)), less.superseded_since(day(n)), "{n}");
            assert_eq!(whole.spans_open_until(day(n), None), less.spans_open_until(day(n), None), "{n}");
        }
        assert_eq!(Span::that_count((1..=28).map(|n| span(n, None))).len(), 1);
    }
}

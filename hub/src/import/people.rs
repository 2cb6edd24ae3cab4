//! Cells that hold several yearly dates or several people.

use guide_common::customer::{Anniversary, Link};
use guide_common::id::CustomerId;
use guide_common::text::{Lines, sanitise};

use super::field;

/// The longest kind, relation or name, in characters.
const MAX_WORD_CHARS: usize = 40;
/// The most yearly dates or people of one customer.
const MAX_PARTS: usize = 20;

/// Reads `wedding:2015-10-01;first_met:lunar 08-15`: what is celebrated, and the date as a birthday is written, after
/// the word for its calendar where that is not the solar one.
pub(super) fn anniversaries(cell: &str) -> Option<Vec<Anniversary>> {
    parts(cell, |part| {
        let (kind, date) = part.split_once([':', '：'])?;
        let date = date.trim();
        // the calendar may have two words: `lunar leap 08-15`
        let (calendar, date) = date.rsplit_once(' ').unwrap_or(("", date));
        Some(Anniversary { kind: word(kind)?.to_lowercase(), date: field::birthday(date, calendar.trim())? })
    })
}

/// Reads `spouse:C00004::yes;mother::王芳`: the relation, the customer's id, the name, and whether that person agreed
/// to be spoken of. What follows the last known part may be left off.
pub(super) fn links(cell: &str) -> Option<Vec<Link>> {
    parts(cell, |part| {
        let mut fields = part.split([':', '：']).map(str::trim);
        let relation = word(fields.next()?)?.to_lowercase();
        let person = match fields.next().unwrap_or_default() {
            "" => None,
            id => Some(CustomerId::new(id).ok()?),
        };
        let name = word(fields.next().unwrap_or_default());
        let consented = match fields.next().unwrap_or_default() {
            "" => false,
            cell => field::yes_or_no(cell)?,
        };
        let is_somebody = person.is_some() || name.is_some();
        (is_somebody && fields.next().is_none()).then_some(Link { relation, person, name, consented })
    })
}

fn parts<T>(cell: &str, read: impl FnMut(&str) -> Option<T>) -> Option<Vec<T>> {
    let parts = cell.split([';', '；', '|']).map(str::trim).filter(|part| !part.is_empty());
    let parts: Option<Vec<T>> = parts.map(read).collect();
    parts.filter(|parts| parts.len() <= MAX_PARTS)
}

fn word(text: &str) -> Option<String> {
    let word = sanitise(text, Lines::One, MAX_WORD_CHARS);
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guide_common::customer::Calendar;

    #[test]
    fn yearly_dates_are_read_in_both_calendars() {
        let read =
            anniversaries("wedding:2015-10-01；First_met:农历 08-15; engagement : lunar leap 1995-08-05").unwrap();
        let told: Vec<_> = read
            .iter()
            .map(|a| (a.kind.as_str(), a.date.year, a.date.month, a.date.calendar, a.date.leap_month))
            .collect();
        assert_eq!(
            told,
            [
                ("wedding", Some(2015), 10, Calendar::Solar, false),
                ("first_met", None, 8, Calendar::Lunar, false),
                ("engagement", Some(1995), 8, Calendar::Lunar, true),
            ]
        );
        for cell in ["wedding", ":2015-10-01", "wedding:2015-02-30", "wedding:maya 08-15"] {
            assert_eq!(anniversaries(cell), None, "{cell}");
        }
    }

    #[test]
    fn people_are_read_with_id_or_name() {
        let read = links("spouse:C00004::yes;mother::王芳；friend:C7:李雷").unwrap();
        let told: Vec<_> = read
            .iter()
            .map(|l| (l.relation.as_str(), l.person.as_ref().map(CustomerId::as_str), l.name.as_deref(), l.consented))
            .collect();
        assert_eq!(
            told,
            [
                ("spouse", Some("C00004"), None, true),
                ("mother", None, Some("王芳"), false),
                ("friend", Some("C7"), Some("李雷"), false),
            ]
        );
        for cell in ["spouse", "spouse:", "spouse:C 4", "spouse:C4::perhaps", "spouse:C4:王:yes:more"] {
            assert_eq!(links(cell), None, "{cell}");
        }
    }
}

//! A customer in lines: what a guide wants to know before saying anything.

mod parts;

use chrono::NaiveDate;
use guide_common::customer::Tier;
use guide_common::sop::plan::Lang;
use guide_common::sop::queue::Term;
use guide_common::wire::card::CustomerCard;
use guide_common::wire::local::RushRow;
use ratatui::text::{Line, Span};

pub use self::parts::particulars;
use self::parts::*;
use super::paint::piece;
use crate::interface::text::{width, wrapped};
use crate::interface::theme::{Role, Theme};
use crate::interface::words::{self, Msg};
use crate::lang::amount;
use crate::lang::name::term_name;

/// From so many cells on a whole card has two columns.
const TWO_COLUMNS: usize = 70;
/// The cells between them.
const COLUMN_GAP: usize = 3;
/// How many rows the reasons of a task's place have for certain.
const WHY_ROWS: usize = 3;

/// What the lines are made with.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The width in cells.
    pub cols: usize,
    /// The shop's day.
    pub today: NaiveDate,
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: &'a Theme,
}

/// The role of a tier's letter.
pub fn tier_role(tier: Tier) -> Role {
    match tier {
        Tier::S => Role::TierS,
        Tier::A => Role::TierA,
        Tier::B => Role::TierB,
        Tier::C | Tier::Unknown => Role::TierC,
    }
}

/// Name, tier and phone, for a title.
pub fn title(card: &CustomerCard, look: Look<'_>) -> Line<'static> {
    let phone = card.phone_masked.clone().unwrap_or_else(|| Msg::NoPhone.text(look.lang).to_owned());
    Line::from(vec![
        piece(format!(" {} ", card.name), Role::Title, look.theme),
        piece(format!("{} ", card.tier.letter()), tier_role(card.tier), look.theme),
        piece(format!("{phone} "), Role::Muted, look.theme),
    ])
}

/// The number of purchases and their sum, for a title.
pub fn total(card: &CustomerCard, look: Look<'_>) -> Line<'static> {
    if card.purchases.is_empty() {
        return Line::default();
    }
    let n = card.purchases.len();
    let times = match look.lang {
        Lang::Zh => format!(" {n} 次 "),
        Lang::En => format!(" {n}× "),
    };
    let is_masked = card.purchases.iter().any(|row| row.purchase.is_none() && row.secret_until.is_none());
    let total = if is_masked { words::MASK.to_owned() } else { amount(card.total_fen) };
    Line::from(vec![piece(times, Role::Muted, look.theme), piece(format!("{total} "), Role::Money, look.theme)])
}

/// Who at headquarters asks for haste, and why.
pub fn rush(row: &RushRow, look: Look<'_>) -> Vec<Line<'static>> {
    let text = match look.lang {
        Lang::Zh => format!("{}：{}", row.by, row.why),
        Lang::En => format!("{}: {}", row.by, row.why),
    };
    let lines = wrapped(&text, body_cols(look)).into_iter();
    labelled(Msg::Rush, lines.map(|line| Line::from(piece(line, Role::Bad, look.theme))).collect(), look)
}

/// What stands before a task, in at most `rows` lines: what holds, promises, purchases, contacts, and why the task
/// stands where it does. Where there is room left, birthday and tags too; purchases give way before the last contact.
pub fn brief(card: &CustomerCard, terms: &[Term], rows: usize, look: Look<'_>) -> Vec<Line<'static>> {
    let holds = holds(card, look);
    let mut promises = first(promises(card, look), 2);
    promises.extend(first(appointments(card, look), 2));
    let n_why = why(terms, usize::MAX, look).len();
    let room = rows.saturating_sub(holds.len() + promises.len() + n_why.min(WHY_ROWS));
    let contacts = contacts(card, look);
    let purchases = first(purchases(card, Items::Cut, look), room.saturating_sub(contacts.len().min(1)).max(1));
    let contacts = first(contacts, room.saturating_sub(purchases.len()));
    let mut lines: Vec<_> = holds.into_iter().chain(promises).chain(purchases).chain(contacts).collect();
    let n_kept = rows.saturating_sub(n_why.min(WHY_ROWS)).max(1);
    lines.truncate(n_kept);
    let why = why(terms, rows.saturating_sub(lines.len()), look);
    let more = birthday(card, look).into_iter().chain(fields(card, look)).chain(tags(card, Ages::Left, look));
    lines.extend(more.take(rows.saturating_sub(lines.len() + why.len())));
    lines.extend(why);
    lines
}

/// Everything that is known, with empty lines between its parts where `rows` have room for them. Where there is room for
/// two columns, what happened stands at the left and who the customer is at the right.
pub fn full(card: &CustomerCard, rows: usize, look: Look<'_>) -> Vec<Line<'static>> {
    if look.cols < TWO_COLUMNS {
        return one_column(card, rows, look);
    }
    let half = Look { cols: (look.cols - COLUMN_GAP) / 2, ..look };
    let (left, right) = (stacked(happened(card, half), rows), stacked(person(card, half), rows));
    let n = left.len().max(right.len());
    let mut right = right.into_iter();
    let left = left.into_iter().chain(std::iter::repeat_with(Line::default)).take(n);
    let joined = left.map(|line| {
        let gap = half.cols.saturating_sub(line.width()) + COLUMN_GAP;
        let mut spans = line.spans;
        spans.push(Span::raw(" ".repeat(gap)));
        spans.extend(right.next().unwrap_or_default().spans);
        Line::from(spans)
    });
    joined.collect()
}

/// The same, all of it one below the other.
pub fn one_column(card: &CustomerCard, rows: usize, look: Look<'_>) -> Vec<Line<'static>> {
    let parts = happened(card, look).into_iter().chain(person(card, look));
    stacked(parts.collect(), rows)
}

/// What was held, promised, booked, bought and said.
fn happened(card: &CustomerCard, look: Look<'_>) -> Vec<Vec<Line<'static>>> {
    let (promises, visits) = (promises(card, look), appointments(card, look));
    vec![holds(card, look), promises, visits, purchases(card, Items::Whole, look), contacts(card, look)]
}

/// Who the customer is.
fn person(card: &CustomerCard, look: Look<'_>) -> Vec<Vec<Line<'static>>> {
    let (birthday, fields) = (birthday(card, look), fields(card, look));
    vec![member(card, look), birthday, fields, tags(card, Ages::Shown, look), notes(card, look)]
}

/// Parts one below the other, with empty lines between them where there is room.
fn stacked(parts: Vec<Vec<Line<'static>>>, rows: usize) -> Vec<Line<'static>> {
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let is_roomy = parts.iter().map(Vec::len).sum::<usize>() + parts.len().saturating_sub(1) <= rows;
    let mut lines = Vec::new();
    for part in parts {
        if is_roomy && !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(part);
    }
    lines
}

/// Why the task stands where it does: its terms and their sum, in at most `rows` lines. Where there is no room for all
/// terms, an ellipsis stands for the least and the sum remains.
pub fn why(terms: &[Term], rows: usize, look: Look<'_>) -> Vec<Line<'static>> {
    let mut terms: Vec<&Term> = terms.iter().filter(|term| term.points != 0).collect();
    terms.sort_by_key(|term| -term.points);
    let sum: i64 = terms.iter().map(|term| term.points).sum();
    if terms.is_empty() || rows == 0 {
        return Vec::new();
    }
    let with_first = |n: usize| {
        let mut lines = vec![String::new()];
        for (idx, term) in terms.iter().take(n).enumerate() {
            let plus = if idx == 0 { "" } else { "+ " };
            let equals = match idx + 1 {
                shown if shown < n => String::new(),
                shown if shown < terms.len() => format!(" … = {sum}"),
                _ => format!(" = {sum}"),
            };
            let part = format!("{plus}{} {}{equals}", term_name(term.name, look.lang), term.points);
            append(&mut lines, &part, body_cols(look));
        }
        lines
    };
    let fitting = (1..=terms.len()).rev().map(with_first).find(|lines| lines.len() <= rows);
    let lines = fitting.unwrap_or_else(|| with_first(1));
    let lines = lines.into_iter().map(|line| Line::from(piece(line, Role::Text, look.theme)));
    labelled(Msg::Why, lines.collect(), look)
}

/// Appends a part to the last line, or begins the next line with it.
fn append(lines: &mut Vec<String>, part: &str, cols: usize) {
    match lines.last_mut() {
        Some(line) if line.is_empty() => line.push_str(part),
        Some(line) if width(line) + 1 + width(part) <= cols => {
            line.push(' ');
            line.push_str(part);
        }
        _ => lines.push(part.to_owned()),
    }
}

fn first(mut lines: Vec<Line<'static>>, n: usize) -> Vec<Line<'static>> {
    lines.truncate(n);
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_shows_the_salutation_and_sizes_that_count() {
        let label = json!({ "zh": "称呼", "en": "salutation" });
        let card: CustomerCard = serde_json::from_value(json!({
            "id": "C1", "name": "王宁", "phone_masked": null, "tier": "C", "birthday": null, "tags": [], "purchases": [],
            "total_fen": 0, "contacts": [], "promises": [], "holds": [], "task": null,
            "fields": [{ "field": "salutation", "label": label, "owner": "guide", "value": "王姐" }]
        }))
        .unwrap();
        let theme = Theme::built_in("mono").unwrap();
        let today = "2026-08-12".parse().unwrap();
        for (lang, expected) in [(Lang::Zh, "资料   称呼 王姐"), (Lang::En, "Details  salutation 王姐")] {
            let look = Look { cols: 40, today, lang, theme: &theme };
            let lines: Vec<String> = full(&card, 40, look).iter().map(ToString::to_string).collect();
            assert_eq!(lines.last().map(String::as_str), Some(expected));
            let brief: Vec<String> = brief(&card, &[], 5, look).iter().map(ToString::to_string).collect();
            assert!(brief.iter().any(|line| line == expected), "{brief:?}");
        }
    }
}

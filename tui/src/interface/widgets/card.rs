//! A customer in lines: what a guide wants to know before saying anything.

use chrono::{Datelike, NaiveDate};
use guide_common::customer::{Calendar, Tier};
use guide_common::outcome::Outcome;
use guide_common::purchase::Purchase;
use guide_common::sop::gate::Hold;
use guide_common::sop::plan::Lang;
use guide_common::sop::queue::{Term, TermName};
use guide_common::wire::card::{AppointmentRow, ContactRow, CustomerCard, PromiseRow, PurchaseRow, TagRow};
use guide_common::wire::local::RushRow;
use ratatui::text::Line;

use super::paint::{piece, spread};
use crate::interface::text::{cut, fit, width, wrapped};
use crate::interface::theme::{Role, Theme};
use crate::interface::words::{self, Msg};
use crate::lang::hold::{customer_text, is_whole};
use crate::lang::name::{channel_name, outcome_name, reason_name, term_name};
use crate::lang::word::tag_words;
use crate::lang::{amount, date};

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
    let more = birthday(card, look).into_iter().chain(fields(card, look)).chain(tags(card, look));
    lines.extend(more.take(rows.saturating_sub(lines.len() + why.len())));
    lines.extend(why);
    lines
}

/// Everything that is known.
pub fn full(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let sections = [
        holds(card, look),
        promises(card, look),
        appointments(card, look),
        purchases(card, Items::Whole, look),
        contacts(card, look),
        birthday(card, look),
        fields(card, look),
        tags(card, look),
    ];
    let mut lines = Vec::new();
    for section in sections.into_iter().filter(|section| !section.is_empty()) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(section);
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
    let urgent = terms.iter().any(|term| term.name == TermName::PromiseOverdue);
    let role = if urgent { Role::Bad } else { Role::Text };
    let lines = lines.into_iter().map(|line| Line::from(piece(line, role, look.theme)));
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

fn holds(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let (whole, partial): (Vec<&Hold>, Vec<&Hold>) = card.holds.iter().partition(|hold| is_whole(hold.reason));
    let lines = |holds: Vec<&Hold>, role: Role| {
        let texts = holds.into_iter().flat_map(|hold| {
            let text = customer_text(hold, look.today, look.lang);
            wrapped(&text, body_cols(look))
        });
        texts.map(|text| Line::from(piece(text, role, look.theme))).collect()
    };
    let mut all = labelled(Msg::Held, lines(whole, Role::Bad), look);
    all.extend(labelled(Msg::Mind, lines(partial, Role::Warn), look));
    all
}

fn promises(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let line = |row: &PromiseRow| {
        let left = words::days_left(row.promise.due_on, look.today, look.lang);
        let role = if row.promise.due_on < look.today { Role::Bad } else { Role::Warn };
        spread(
            vec![piece(row.promise.text.clone(), Role::Strong, look.theme)],
            piece(left, role, look.theme),
            body_cols(look),
        )
    };
    labelled(Msg::Promises, card.promises.iter().map(line).collect(), look)
}

fn appointments(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let line = |row: &AppointmentRow| {
        let on = date::short(row.visit_on, look.today, look.lang);
        let time = row.visit_time.map(|time| format!(" {}", date::time(time))).unwrap_or_default();
        let text = row.text.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        let left = words::days_left(row.visit_on, look.today, look.lang);
        let role = if row.visit_on < look.today { Role::Bad } else { Role::Warn };
        let what = vec![
            piece(format!("{on}{time}"), Role::Strong, look.theme),
            piece(text.replace('\n', " "), Role::Text, look.theme),
        ];
        spread(what, piece(left, role, look.theme), body_cols(look))
    };
    labelled(Msg::Visits, card.appointments.iter().map(line).collect(), look)
}

/// How the names of what was bought are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Items {
    /// In the purchase's one line, as far as they have room.
    Cut,
    /// To their end, below the line where they have no room in it.
    Whole,
}

fn purchases(card: &CustomerCard, show: Items, look: Look<'_>) -> Vec<Line<'static>> {
    if card.purchases.is_empty() {
        let none = Line::from(piece(Msg::NoPurchase.text(look.lang), Role::Muted, look.theme));
        return labelled(Msg::Bought, vec![none], look);
    }
    let shown = card.purchases.iter().filter_map(|row| row.purchase.as_ref());
    let date_cols = shown.map(|purchase| width(&bought_on(purchase, look))).max().unwrap_or(0) + 1;
    let of_row = |row: &PurchaseRow| match &row.purchase {
        Some(purchase) => purchase_lines(purchase, date_cols, show, look),
        None => {
            let text = cut(&words::hidden(row.secret_until, look.today, look.lang), body_cols(look));
            vec![Line::from(piece(text, Role::Muted, look.theme))]
        }
    };
    labelled(Msg::Bought, card.purchases.iter().flat_map(of_row).collect(), look)
}

fn purchase_lines(purchase: &Purchase, date_cols: usize, show: Items, look: Look<'_>) -> Vec<Line<'static>> {
    let on = piece(fit(&bought_on(purchase, look), date_cols), Role::Muted, look.theme);
    let role = if purchase.is_return() { Role::Bad } else { Role::Money };
    let price = piece(amount(purchase.amount_fen), role, look.theme);
    let items = items(purchase);
    let name = |text: String| piece(text, Role::Text, look.theme);
    let room = body_cols(look).saturating_sub(date_cols + price.width() + 1);
    if show == Items::Cut || width(&items) <= room {
        return vec![spread(vec![on, name(items)], price, body_cols(look))];
    }
    let below = wrapped(&items, body_cols(look).saturating_sub(2)).into_iter();
    let below = below.map(|line| Line::from(name(format!("  {line}"))));
    std::iter::once(spread(vec![on], price, body_cols(look))).chain(below).collect()
}

/// The day; in a narrow card of another year only the month.
fn bought_on(purchase: &Purchase, look: Look<'_>) -> String {
    let on = purchase.bought_on;
    match (on.year() == look.today.year() || look.cols >= 50, look.lang) {
        (true, lang) => date::short(on, look.today, lang),
        (false, Lang::Zh) => format!("{}年{}月", on.year(), on.month()),
        (false, Lang::En) => on.format("%b %Y").to_string(),
    }
}

fn items(purchase: &Purchase) -> String {
    let name = |item: &guide_common::purchase::Item| {
        let parts = [item.material.as_deref(), item.category.as_deref()];
        item.name.clone().unwrap_or_else(|| parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    };
    purchase.items.iter().map(name).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
}

fn contacts(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let line = |row: &ContactRow| {
        let on = date::short(row.at.date(), look.today, look.lang);
        let mut left = vec![
            piece(format!("{on} "), Role::Muted, look.theme),
            piece(outcome_name(row.outcome.code, look.lang), Role::Text, look.theme),
            piece(format!(" {}", channel_name(row.outcome.channel, look.lang)), Role::Muted, look.theme),
        ];
        left.extend(particulars(&row.outcome, look).map(|text| piece(format!(" {text}"), Role::Text, look.theme)));
        let (mark, role) = if row.received { ("", Role::Muted) } else { (Msg::SavedMark.text(look.lang), Role::Warn) };
        spread(left, piece(mark, role, look.theme), body_cols(look))
    };
    if card.contacts.is_empty() {
        let none = Line::from(piece(Msg::NoContact.text(look.lang), Role::Muted, look.theme));
        return labelled(Msg::Contacts, vec![none], look);
    }
    labelled(Msg::Contacts, card.contacts.iter().map(line).collect(), look)
}

/// What an outcome says beside its code: amount, date, score, reason, note.
pub fn particulars(outcome: &Outcome, look: Look<'_>) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(outcome.amount_fen.map(amount));
    parts.extend(outcome.next_on.map(|on| format!("→ {}", date::short(on, look.today, look.lang))));
    parts.extend(outcome.score.map(|score| match look.lang {
        Lang::Zh => format!("{score} 分"),
        Lang::En => format!("{score}/5"),
    }));
    parts.extend(outcome.reason.map(|reason| reason_name(reason, look.lang).to_owned()));
    parts.extend(outcome.note.as_ref().map(|note| note.replace('\n', " ")));
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn birthday(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let Some(birthday) = card.birthday else { return Vec::new() };
    let text = match (look.lang, birthday.calendar) {
        (Lang::Zh, Calendar::Lunar) => format!("农历{}月{}日", birthday.month, birthday.day),
        (Lang::Zh, _) => format!("{}月{}日", birthday.month, birthday.day),
        (Lang::En, Calendar::Lunar) => format!("lunar month {}, day {}", birthday.month, birthday.day),
        (Lang::En, _) => NaiveDate::from_ymd_opt(2024, birthday.month, birthday.day)
            .map_or_else(String::new, |date| date.format("%-d %b").to_string()),
    };
    labelled(Msg::Birthday, vec![Line::from(piece(text, Role::Text, look.theme))], look)
}

fn fields(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let kept = card.fields.iter().filter_map(|row| Some((row.label.in_lang(look.lang), row.value.as_ref()?)));
    let kept: Vec<String> = kept.map(|(label, value)| format!("{label} {value}")).collect();
    if kept.is_empty() {
        return Vec::new();
    }
    let lines = wrapped(&kept.join("  "), body_cols(look));
    labelled(Msg::Fields, lines.into_iter().map(|line| Line::from(piece(line, Role::Text, look.theme))).collect(), look)
}

fn tags(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let stale = |row: &TagRow| if row.stale { "?" } else { "" };
    let tags: Vec<String> = card.tags.iter().map(|row| tag_words(&row.tag) + stale(row)).collect();
    if tags.is_empty() {
        return Vec::new();
    }
    let lines = wrapped(&tags.join("  "), body_cols(look));
    labelled(Msg::Tags, lines.into_iter().map(|line| Line::from(piece(line, Role::Text, look.theme))).collect(), look)
}

fn label_cols(lang: Lang) -> usize {
    match lang {
        Lang::Zh => 7,
        Lang::En => 9,
    }
}

fn body_cols(look: Look<'_>) -> usize {
    look.cols.saturating_sub(label_cols(look.lang))
}

/// Lines beside a label.
fn labelled(label: Msg, lines: Vec<Line<'static>>, look: Look<'_>) -> Vec<Line<'static>> {
    let cols = label_cols(look.lang);
    let head = std::iter::once(fit(label.text(look.lang), cols - 1) + " ").chain(std::iter::repeat(" ".repeat(cols)));
    head.zip(lines)
        .map(|(label, line)| {
            let mut spans = vec![piece(label, Role::Muted, look.theme)];
            spans.extend(line.spans);
            Line::from(spans)
        })
        .collect()
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
            let lines: Vec<String> = full(&card, look).iter().map(ToString::to_string).collect();
            assert_eq!(lines.last().map(String::as_str), Some(expected));
            let brief: Vec<String> = brief(&card, &[], 5, look).iter().map(ToString::to_string).collect();
            assert!(brief.iter().any(|line| line == expected), "{brief:?}");
        }
    }
}

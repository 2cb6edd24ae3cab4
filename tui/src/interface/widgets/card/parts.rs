//! The parts of a card, each a label with its lines.

use chrono::{Datelike, NaiveDate};
use guide_common::customer::Calendar;
use guide_common::outcome::Outcome;
use guide_common::purchase::Purchase;
use guide_common::sop::gate::Hold;
use guide_common::sop::plan::Lang;
use guide_common::wire::card::{AppointmentRow, ContactRow, CustomerCard, PromiseRow, PurchaseRow, TagRow};
use ratatui::text::Line;

use super::Look;
use crate::interface::text::{cut, fit, packed, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::{piece, spread};
use crate::interface::words::{self, Msg};
use crate::lang::hold::{customer_text, is_whole};
use crate::lang::name::{channel_name, outcome_name, reason_name};
use crate::lang::word::tag_words;
use crate::lang::{amount, date, member};

pub(super) fn holds(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
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

pub(super) fn promises(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
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

pub(super) fn appointments(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
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
pub(super) enum Items {
    /// In the purchase's one line, as far as they have room.
    Cut,
    /// To their end, below the line where they have no room in it.
    Whole,
}

pub(super) fn purchases(card: &CustomerCard, show: Items, look: Look<'_>) -> Vec<Line<'static>> {
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

pub(super) fn contacts(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
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

pub(super) fn birthday(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
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

/// Level, points, dates, coupons, people, consents.
pub(super) fn member(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let parts = member::lines(&card.member, look.today, look.lang).into_iter();
    let texts = parts.flat_map(|parts| packed(parts, " · ", body_cols(look)));
    labelled(Msg::Member, texts.map(|text| Line::from(piece(text, Role::Text, look.theme))).collect(), look)
}

pub(super) fn notes(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let lines = card.notes.iter().flat_map(|row| {
        let on = date::short(row.at.date(), look.today, look.lang);
        wrapped(&format!("{on} {}", row.text), body_cols(look))
    });
    labelled(Msg::Notes, lines.map(|text| Line::from(piece(text, Role::Text, look.theme))).collect(), look)
}

pub(super) fn fields(card: &CustomerCard, look: Look<'_>) -> Vec<Line<'static>> {
    let kept = card.fields.iter().filter_map(|row| Some((row.label.in_lang(look.lang), row.value.as_ref()?)));
    let kept: Vec<String> = kept.map(|(label, value)| format!("{label} {value}")).collect();
    if kept.is_empty() {
        return Vec::new();
    }
    let lines = packed(kept, "  ", body_cols(look));
    labelled(Msg::Fields, lines.into_iter().map(|line| Line::from(piece(line, Role::Text, look.theme))).collect(), look)
}

/// Whether tags say how old they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ages {
    Shown,
    Left,
}

pub(super) fn tags(card: &CustomerCard, ages: Ages, look: Look<'_>) -> Vec<Line<'static>> {
    let stale = |row: &TagRow| if row.stale { "?" } else { "" };
    let age = |row: &TagRow| {
        let days = row.age_days.filter(|days| ages == Ages::Shown && *days > 0);
        days.map(|days| format!("·{}", words::age(days, look.lang))).unwrap_or_default()
    };
    let tags: Vec<String> = card.tags.iter().map(|row| tag_words(row, look.lang) + &age(row) + stale(row)).collect();
    if tags.is_empty() {
        return Vec::new();
    }
    let lines = packed(tags, "  ", body_cols(look));
    labelled(Msg::Tags, lines.into_iter().map(|line| Line::from(piece(line, Role::Text, look.theme))).collect(), look)
}

fn label_cols(lang: Lang) -> usize {
    match lang {
        Lang::Zh => 7,
        Lang::En => 9,
    }
}

pub(super) fn body_cols(look: Look<'_>) -> usize {
    look.cols.saturating_sub(label_cols(look.lang))
}

/// Lines beside a label.
pub(super) fn labelled(label: Msg, lines: Vec<Line<'static>>, look: Look<'_>) -> Vec<Line<'static>> {
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

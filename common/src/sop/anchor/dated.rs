//! Anchors of dates in the customer's document: yearly dates, festivals, long silence, leads, contacts, tags.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::{About, Anchor, AnchorKey, Search, YEARS_BACK};
use crate::customer::Birthday;
use crate::fact::Order;
use crate::id::OpId;
use crate::outcome::OutcomeCode;
use crate::record::Risk;
use crate::sop::history::History;
use crate::sop::plan::Restart;
use crate::sop::settings::TagChoice;
use crate::sop::trigger::{DateTrigger, DormantTrigger, Since};

/// No shop knew anybody before it.
const FIRST_YEAR: i32 = 1970;

/// Each birthday since the shop knows the customer.
pub(super) fn birthdays(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    search.history.customer.birthday.map(|birthday| yearly(search, birthday)).unwrap_or_default()
}

/// Each yearly date of a kind.
pub(super) fn anniversaries(search: &Search<'_, '_, '_>, of: Option<&str>) -> Vec<Anchor> {
    let anniversaries = search.history.customer.anniversaries.iter();
    anniversaries
        .filter(|anniversary| of.is_none_or(|of| anniversary.kind == of))
        .flat_map(|anniversary| yearly(search, anniversary.date))
        .collect()
}

/// A festival of every year, or of one.
pub(super) fn festival(search: &Search<'_, '_, '_>, date: &DateTrigger) -> Vec<Anchor> {
    let DateTrigger { year, month, day, calendar } = *date;
    let day = Birthday { year: None, month, day, calendar, leap_month: false };
    match year {
        Some(year) => day.date_in(year).and_then(|on| yearly_anchor(search, day, on)).into_iter().collect(),
        None => yearly(search, day),
    }
}

fn yearly(search: &Search<'_, '_, '_>, date: Birthday) -> Vec<Anchor> {
    let last = search.last_anchor_day();
    (first_year(search)..=last.year())
        .filter_map(|year| date.date_in(year))
        .filter(|on| *on <= last)
        .filter_map(|on| yearly_anchor(search, date, on))
        .collect()
}

/// The year of the first date that matters; of all of them where the earlier ones decide which later ones start a run.
fn first_year(search: &Search<'_, '_, '_>) -> i32 {
    let plan = search.plan;
    if plan.rest.is_none() && !plan.is_throttled() && plan.restart != Restart::Once {
        let far = plan.steps.iter().map(|step| step.until.max_days()).max().unwrap_or(0).max(0);
        return search.first_day.year() - YEARS_BACK - 1 - far / 365;
    }
    let known_on = search.history.customer.since_on.max(plan.starts_on);
    known_on.map_or(FIRST_YEAR, |on| on.year().max(FIRST_YEAR)) - 1
}

fn yearly_anchor(search: &Search<'_, '_, '_>, date: Birthday, on: NaiveDate) -> Option<Anchor> {
    let since_on = search.history.customer.since_on;
    if since_on.is_some_and(|since| on < since) || date.year.is_some_and(|year| on.year() <= year) {
        return None;
    }
    let opens_on = search.opens_on(on);
    let born_on = since_on.map_or(opens_on, |since| since.max(opens_on));
    // on which day its steps open depends on the version; what an earlier one did stays done
    let known_on = since_on.unwrap_or(NaiveDate::MIN);
    (born_on <= search.history.today)
        .then(|| Anchor { known_on, ..Anchor::new(on, AnchorKey::Day(on), born_on, About::Yearly(date.calendar)) })
}

/// The days on which a silence became long enough, or a risk was seen. A silence that was long enough when the plan
/// began counts from that day.
pub(super) fn dormant(search: &Search<'_, '_, '_>, trigger: &DormantTrigger) -> Vec<Anchor> {
    let spells = match (trigger.risk, trigger.days) {
        (Some(risk), _) => risk_spells(search.history, risk),
        (None, Some(days)) => silences(search.history, trigger.since, days),
        (None, None) => Vec::new(),
    };
    let starts_on = search.plan.starts_on.unwrap_or(NaiveDate::MIN);
    let started = spells.into_iter().filter_map(|(from, over_on)| {
        let on = from.max(starts_on);
        let is_over = over_on.is_some_and(|over_on| over_on <= on);
        (on <= search.history.today && !is_over)
            .then(|| Anchor { settled_on: over_on, ..Anchor::new(on, AnchorKey::Day(on), on, About::Customer) })
    });
    started.collect()
}

/// When silences became long, and when each was broken.
fn silences(history: &History<'_>, since: Since, days: u32) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let mut seen: Vec<NaiveDate> = history.days.iter().map(|day| day.on).collect();
    let is_reply = |code| !matches!(code, OutcomeCode::NoReply | OutcomeCode::Skipped | OutcomeCode::Unknown);
    let replies = history.contacts.iter().filter(|contact| is_reply(contact.outcome.code));
    match since {
        Since::Visit => seen.extend(history.visit_days()),
        Since::Contact => seen.extend(replies.map(|contact| contact.on()).chain(history.visit_days())),
        Since::Purchase | Since::Unknown => {}
    }
    if since == Since::Unknown {
        return Vec::new();
    }
    seen.sort_unstable();
    seen.dedup();
    let next = seen.iter().skip(1).map(|on| Some(*on)).chain([None]);
    let spells = seen.iter().zip(next).filter_map(|(last, next)| {
        let long_since = last.checked_add_days(Days::new(days.into()))?;
        next.is_none_or(|next| long_since < next).then_some((long_since, next))
    });
    spells.collect()
}

/// When headquarters saw a risk, and when it saw another one.
fn risk_spells(history: &History<'_>, risk: Risk) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let mut spells: Vec<(NaiveDate, Option<NaiveDate>)> = Vec::new();
    for record in &history.records.risks {
        let open = spells.last_mut().filter(|(_, over_on)| over_on.is_none());
        match open {
            Some(spell) if record.risk != risk => spell.1 = Some(record.on),
            None if record.risk == risk => spells.push((record.on, None)),
            _ => {}
        }
    }
    for (from, over_on) in &mut spells {
        let bought = history.days.iter().map(|day| day.on).find(|on| *from < *on);
        *over_on = (*over_on).into_iter().chain(bought).min();
    }
    spells
}

/// The day on which the customer became a lead; the first purchase after it settles it.
pub(super) fn lead(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    let history = search.history;
    let lead_on = history.customer.lead_on.filter(|on| *on <= history.today);
    let anchor = lead_on.map(|on| {
        let settled_on = history.days.iter().map(|day| day.on).find(|bought_on| on <= *bought_on);
        Anchor { settled_on, ..Anchor::new(on, AnchorKey::Day(on), on, About::Customer) }
    });
    anchor.into_iter().collect()
}

/// The day on which the customer became a WeCom contact.
pub(super) fn contact_added(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    let history = search.history;
    let added_on = history.customer.wecom_on.filter(|on| *on <= history.today);
    added_on.map(|on| Anchor::new(on, AnchorKey::Day(on), on, About::Customer)).into_iter().collect()
}

/// The days on which a tag was applied; taking it away settles them, and so does another value in a group of one.
pub(super) fn tagged(search: &Search<'_, '_, '_>, group: &str, value: Option<&str>) -> Vec<Anchor> {
    let history = search.history;
    let is_wanted = |of_group: &str, of_value: &str| of_group == group && value.is_none_or(|value| value == of_value);
    let holds_one = search.rules.settings.tag_group(group).is_some_and(|group| group.choice != TagChoice::Multi);
    // what a guide does on the day of a tag of the document comes after it
    let oldest = |on| Order { on, number: 0, at: DateTime::<Utc>::MIN_UTC, id: OpId(uuid::Uuid::nil()) };
    let imported = history.customer.tags.iter().filter(|tag| is_wanted(&tag.group, &tag.value));
    let imported = imported.filter_map(|tag| Some((oldest(tag.on?), tag.value.as_str())));
    let added = history.tag_changes.iter().filter(|tagging| tagging.added);
    let added = added.map(|tagging| (tagging.order, tagging.change)).filter(|(_, c)| is_wanted(&c.group, &c.value));
    let applied = imported.chain(added.map(|(order, change)| (order, change.value.as_str())));
    let anchors = applied.filter(|(order, _)| order.on <= history.today).map(|(order, value)| {
        let of_group = history.tag_changes.iter().filter(|other| order < other.order && other.change.group == group);
        let mut ends = of_group.filter(|other| match other.added {
            true => holds_one && other.change.value != value,
            false => other.change.value == value,
        });
        let settled_on = ends.next().map(|end| end.change.on);
        Anchor { settled_on, ..Anchor::new(order.on, AnchorKey::Day(order.on), order.on, About::Customer) }
    });
    anchors.collect()
}

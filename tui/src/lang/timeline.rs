//! What happened with a customer, in words.

use chrono::NaiveDate;
use guide_common::sop::plan::Lang;
use guide_common::wire::timeline::{Happened, TimelineEntry};

use crate::lang::name::{channel_name, op_kind_name, outcome_name};
use crate::lang::{amount, date, pick, word};
use crate::text;

/// An entry in a line: the day, what happened, who recorded it, and whether headquarters has it.
pub fn line(entry: &TimelineEntry, today: NaiveDate, lang: Lang) -> String {
    let (day, told) = parts(entry, today, lang);
    format!("{day}  {told}")
}

/// The same in its two columns: the day, and the rest.
pub fn parts(entry: &TimelineEntry, today: NaiveDate, lang: Lang) -> (String, String) {
    let mut line = what(&entry.what, today, lang);
    let by = entry.guide_name.clone().or_else(|| entry.guide.as_ref().map(ToString::to_string));
    line.extend(by.map(|by| format!(" · {by}")));
    if !entry.received {
        line.push_str(pick(lang, (" · 未发出", " · unsent")));
    }
    if let Some(on) = entry.undone_on {
        let on = date::short(on, today, lang);
        line.push_str(&text!(lang, " · {on}撤销", " · taken back {on}"));
    }
    (date::short(entry.on, today, lang), line)
}

/// What happened.
pub fn what(what: &Happened, today: NaiveDate, lang: Lang) -> String {
    let day = |day: NaiveDate| date::short(day, today, lang);
    let kind = |kind: &str| op_kind_name(kind, lang).to_owned();
    match what {
        Happened::Outcome(outcome) => {
            let note = outcome.note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
            format!("{} {}{note}", channel_name(outcome.channel, lang), outcome_name(outcome.code, lang))
        }
        Happened::Purchase(row) => match &row.purchase {
            Some(sale) if sale.is_return() => text!(lang, "退货 {}", "returned {}", amount(sale.amount_fen)),
            Some(sale) => text!(lang, "消费 {}", "bought {}", amount(sale.amount_fen)),
            None => pick(lang, ("保密的消费", "a purchase kept secret")).to_owned(),
        },
        Happened::Promise(promise) => {
            text!(lang, "承诺 {}（{}前）", "promised: {} (by {})", promise.text, day(promise.due_on))
        }
        Happened::Appointment(visit) => text!(lang, "约到店 {}", "a visit agreed for {}", day(visit.visit_on)),
        Happened::LeadAdded(lead) => {
            format!("{} {}", kind("lead_added"), lead.looked_at.as_deref().unwrap_or_default()).trim_end().to_owned()
        }
        Happened::Note(note) => text!(lang, "备注 {}", "note: {}", note.text),
        Happened::ComplaintClosed(closed) => format!("{} {}", kind("complaint_closed"), closed.words),
        Happened::TagAdded(tag) | Happened::TagRemoved(tag) => {
            let name = if matches!(what, Happened::TagAdded(_)) { "tag_added" } else { "tag_removed" };
            let words = word::tag_in_group(&tag.tag.group, tag.group_name.as_ref(), &tag.tag.value, lang);
            format!("{} {words}", kind(name))
        }
        Happened::FieldSet(field) => {
            format!("{} {}", field.label.in_lang(lang), field.value.as_deref().unwrap_or("—"))
        }
        Happened::Consent(consent) => {
            let channel =
                consent.channel.map_or(pick(lang, ("全部渠道", "all channels")), |of| channel_name(of, lang));
            let said = if consent.allowed { ("同意", "allowed") } else { ("拒绝", "refused") };
            format!("{} {channel}", pick(lang, said))
        }
        Happened::Snooze(snooze) => text!(lang, "稍后 {}", "put off to {}", day(snooze.until_on)),
        Happened::Coupon(coupon) => text!(lang, "发券 {}", "coupon {}", coupon.name),
        Happened::Ticket(ticket) => text!(lang, "工单 {}", "job ticket {}", ticket.work),
        Happened::Level(level) => pick(lang, level.level.title()).to_owned(),
        Happened::LifeEvent(event) => word::life_event(&event.kind, lang),
        Happened::OwnerChanged(change) => text!(lang, "转给 {}", "passed to {}", change.to_name),
        Happened::PromiseKept(_) => kind("promise_kept"),
        Happened::AppointmentClosed(_) => kind("appointment_closed"),
        Happened::Secret(_) => kind("secret"),
        Happened::Other(other) => kind(other),
    }
}

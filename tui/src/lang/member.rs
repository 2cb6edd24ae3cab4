//! What is known of a customer beside purchases and contacts, in words.

use chrono::NaiveDate;
use guide_common::customer::Link;
use guide_common::sop::plan::Lang;
use guide_common::wire::member::{CouponState, Member, YearlyRow};

use crate::lang::name::channel_name;
use crate::lang::{amount, date, pick};
use crate::text;

/// The lines, each in parts: since when, level and points, dates, coupons, people, consents; empty ones left out.
pub fn lines(member: &Member, today: NaiveDate, lang: Lang) -> Vec<Vec<String>> {
    let parts = [
        since(member, today, lang),
        standing(member, today, lang),
        dates(member, today, lang),
        coupons(member, today, lang),
        people(member, lang),
        consents(member, today, lang),
    ];
    parts.into_iter().filter(|parts| !parts.is_empty()).collect()
}

fn since(member: &Member, today: NaiveDate, lang: Lang) -> Vec<String> {
    let day = |day: NaiveDate| date::short(day, today, lang);
    let mut parts = Vec::new();
    match (member.is_lead, member.lead_on) {
        (true, Some(on)) => parts.push(text!(lang, "线索（{}起）", "lead since {}", day(on))),
        (true, None) => parts.push(pick(lang, ("还没有消费", "has not bought yet")).to_owned()),
        (false, _) => {}
    }
    if let Some(lead) = &member.lead {
        parts.extend(lead.looked_at.clone());
        parts.extend(lead.budget_fen.map(|fen| text!(lang, "预算 {}", "budget {}", amount(fen))));
    }
    if member.possible_duplicate {
        parts.push(
            pick(lang, ("手机号与其他客户重复，总部核对", "another customer has this phone: headquarters checks"))
                .to_owned(),
        );
    }
    parts.extend(member.last_contact_on.map(|on| text!(lang, "最近联系 {}", "last contact {}", day(on))));
    parts.extend(member.wedding_on.map(|on| text!(lang, "婚期 {}", "wedding {}", day(on))));
    parts
}

fn standing(member: &Member, today: NaiveDate, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(level) = &member.level {
        parts.push(level.title.in_lang(lang).to_owned());
        let until = level.record.until_on.map(|on| date::short(on, today, lang));
        parts.extend(until.map(|until| text!(lang, "到 {until}", "until {until}")));
        let gap = level.record.to_next_fen.filter(|fen| *fen > 0).map(amount);
        parts.extend(gap.map(|gap| text!(lang, "距升级 {gap}", "{gap} to the next level")));
    }
    parts.extend(member.points.as_ref().map(|points| text!(lang, "积分 {}", "{} points", points.balance)));
    parts
}

fn dates(member: &Member, today: NaiveDate, lang: Lang) -> Vec<String> {
    let row = |row: &YearlyRow| {
        let kind = match row.kind.as_str() {
            "birthday" => pick(lang, ("下次生日", "next birthday")),
            "wedding" => pick(lang, ("结婚纪念日", "wedding anniversary")),
            "engagement" => pick(lang, ("订婚纪念日", "engagement anniversary")),
            "first_met" => pick(lang, ("相识纪念日", "the day they met")),
            _ => pick(lang, ("纪念日", "anniversary")),
        };
        let lunar = row.lunar.as_ref().map(|lunar| text!(lang, "（{}）", " ({})", lunar.in_lang(lang)));
        let next = date::short(row.next_on?, today, lang);
        Some(format!("{kind} {next}{}", lunar.unwrap_or_default()))
    };
    member.dates.iter().filter_map(row).collect()
}

fn coupons(member: &Member, today: NaiveDate, lang: Lang) -> Vec<String> {
    let open = member.coupons.iter().filter(|row| row.state == CouponState::Open);
    open.map(|row| {
        let (name, until) = (&row.coupon.name, date::short(row.coupon.until_on, today, lang));
        text!(lang, "券 {name}（{until}止）", "coupon {name} (until {until})")
    })
    .collect()
}

fn people(member: &Member, lang: Lang) -> Vec<String> {
    let row = |link: &Link| {
        let who = link.name.clone().or_else(|| link.person.as_ref().map(ToString::to_string)).unwrap_or_default();
        let agreed = if link.consented { pick(lang, ("（可提）", " (may be spoken of)")) } else { "" };
        format!("{} {who}{agreed}", relation(&link.relation, lang)).trim().to_owned()
    };
    member.links.iter().map(row).collect()
}

/// What a relation is called; one that is not known stays as it was written.
fn relation(word: &str, lang: Lang) -> &str {
    match (word, lang) {
        ("spouse", Lang::Zh) => "配偶",
        ("partner", Lang::Zh) => "伴侣",
        ("mother", Lang::Zh) => "母亲",
        ("father", Lang::Zh) => "父亲",
        ("child", Lang::Zh) => "孩子",
        ("friend", Lang::Zh) => "朋友",
        _ => word,
    }
}

fn consents(member: &Member, today: NaiveDate, lang: Lang) -> Vec<String> {
    let refused = member.consents.iter().filter(|row| !row.allowed);
    refused
        .map(|row| {
            let channel = channel_name(row.channel, lang);
            match row.until_on.map(|on| date::short(on, today, lang)) {
                Some(until) => text!(lang, "不接受{channel}（到 {until}）", "no {channel} until {until}"),
                None => text!(lang, "不接受{channel}", "no {channel}"),
            }
        })
        .collect()
}

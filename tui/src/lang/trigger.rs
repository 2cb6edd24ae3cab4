//! What starts a run, in words.

use guide_common::customer::Calendar;
use guide_common::record::Risk;
use guide_common::sop::plan::Lang;
use guide_common::sop::trigger::{
    DateTrigger, DormantTrigger, LevelEvent, OutcomeTrigger, PurchaseTrigger, Since, TicketEvent, Trigger,
};

use crate::lang::name::outcome_name;
use crate::lang::{amount, pick, word};
use crate::text;

/// A trigger in a few words.
pub fn trigger_name(trigger: &Trigger, lang: Lang) -> String {
    match trigger {
        Trigger::Purchase(purchase) => purchase_name(purchase, lang),
        Trigger::Birthday => text!(lang, "生日", "a birthday"),
        Trigger::Anniversary { of: Some(of) } if of == "wedding" => text!(lang, "结婚纪念日", "a wedding anniversary"),
        Trigger::Anniversary { of: Some(of) } => text!(lang, "纪念日 {of}", "an anniversary: {of}"),
        Trigger::Anniversary { of: None } => text!(lang, "纪念日", "an anniversary"),
        Trigger::Dormant(dormant) => dormant_name(dormant, lang),
        Trigger::Lead => text!(lang, "新线索", "a lead"),
        Trigger::ContactAdded => text!(lang, "加为企微好友", "a WeCom contact added"),
        Trigger::Tagged { group, value } => {
            let value = value.as_deref().map(|value| format!(":{value}")).unwrap_or_default();
            text!(lang, "打上标签 {group}{value}", "the tag {group}{value}")
        }
        Trigger::Level { event, gap_percent, .. } => level_name(*event, gap_percent.unwrap_or_default(), lang),
        Trigger::CouponExpiry { .. } => text!(lang, "券到期", "a coupon's last day"),
        Trigger::LifeEvent { kind } => {
            let kind = word::life_event(kind, lang);
            text!(lang, "人生大事：{kind}", "a life event: {kind}")
        }
        Trigger::Date(date) => date_name(date, lang),
        Trigger::Outcome(outcome) => outcome_trigger_name(outcome, lang),
        Trigger::Promise => text!(lang, "承诺", "a promise"),
        Trigger::Appointment => text!(lang, "预约", "an appointment"),
        Trigger::Ticket { event } => ticket_name(*event, lang).to_owned(),
        Trigger::OwnerChanged => text!(lang, "更换导购", "a change of guide"),
        Trigger::Dispatch => text!(lang, "总部派发", "a dispatch"),
        Trigger::Unknown => text!(lang, "新版本的触发", "a trigger of a newer version"),
    }
}

fn purchase_name(purchase: &PurchaseTrigger, lang: Lang) -> String {
    let least = amount(purchase.min_amount_fen);
    match (purchase.each_item, purchase.min_amount_fen) {
        (true, _) => text!(lang, "每件首饰", "each piece"),
        (false, 0) => text!(lang, "消费", "a purchase"),
        (false, _) => text!(lang, "当日消费满 {least}", "purchases of a day from {least}"),
    }
}

fn dormant_name(dormant: &DormantTrigger, lang: Lang) -> String {
    let days = dormant.days.unwrap_or_default();
    if let Some(risk) = dormant.risk {
        let risk = match risk {
            Risk::Red => pick(lang, ("红", "red")),
            Risk::Amber => pick(lang, ("黄", "amber")),
            Risk::Green => pick(lang, ("绿", "green")),
            Risk::Unknown => "?",
        };
        return text!(lang, "流失风险{risk}", "a {risk} risk");
    }
    match dormant.since {
        Since::Visit => text!(lang, "{days} 天未到店", "{days} days without a visit"),
        Since::Purchase => text!(lang, "{days} 天未消费", "{days} days without a purchase"),
        Since::Contact | Since::Unknown => text!(lang, "{days} 天无联系", "{days} days without a reply"),
    }
}

fn level_name(event: LevelEvent, gap: u32, lang: Lang) -> String {
    match event {
        LevelEvent::Expires => text!(lang, "等级到期", "the end of a level"),
        LevelEvent::Near => text!(lang, "距升级不足 {gap}%", "less than {gap}% to the next level"),
        LevelEvent::Rose => text!(lang, "升级", "a higher level"),
        LevelEvent::Unknown => text!(lang, "等级变化", "a change of level"),
    }
}

fn date_name(date: &DateTrigger, lang: Lang) -> String {
    let DateTrigger { year, month, day, calendar } = date;
    let year = year.map(|year| format!("{year}-")).unwrap_or_default();
    match calendar {
        Calendar::Lunar => text!(lang, "农历 {year}{month:02}-{day:02}", "lunar {year}{month:02}-{day:02}"),
        _ => text!(lang, "{year}{month:02}-{day:02}", "{year}{month:02}-{day:02}"),
    }
}

fn outcome_trigger_name(outcome: &OutcomeTrigger, lang: Lang) -> String {
    if outcome.is_only_called() {
        return text!(lang, "其他方案转入", "another plan's branch");
    }
    let mut parts: Vec<String> = outcome.codes.iter().map(|code| outcome_name(*code, lang).to_owned()).collect();
    match (outcome.min_score, outcome.max_score) {
        (None, None) => {}
        (min, max) => parts.push(word::score(min, max, lang)),
    }
    let parts = parts.join(pick(lang, ("、", " or ")));
    match &outcome.plan {
        Some(plan) => text!(lang, "{plan} 的结果 {parts}", "an outcome of {plan} {parts}"),
        None => parts,
    }
}

fn ticket_name(event: TicketEvent, lang: Lang) -> &'static str {
    pick(
        lang,
        match event {
            TicketEvent::Received => ("收件", "a ticket received"),
            TicketEvent::Ready => ("工单完成", "a ticket ready"),
            TicketEvent::Collected => ("取件", "a ticket collected"),
            TicketEvent::Uncollected => ("未取件", "a ticket not collected"),
            TicketEvent::Promised => ("工单约定日", "a ticket's promised day"),
            TicketEvent::Unknown => ("工单", "a ticket"),
        },
    )
}

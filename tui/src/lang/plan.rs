//! A plan in words: what starts it and for whom, what limits and ends it, what its steps ask.

use guide_common::outcome::Channel;
use guide_common::sop::plan::{Audience, EndsOn, Lang, Plan, Restart, Step, WantedTag};

use crate::lang::course::from_name;
use crate::lang::name::{channel_name, outcome_name, tier_name};
use crate::lang::trigger::trigger_name;
use crate::lang::{date, pick, word};
use crate::text;

/// The triggers of a plan.
pub fn triggers(plan: &Plan, lang: Lang) -> String {
    let names: Vec<String> = plan.triggers.iter().map(|trigger| trigger_name(trigger, lang)).collect();
    names.join(pick(lang, (" 或 ", " or ")))
}

/// What a new anchor does to the runs before it.
pub fn restart(restart: Restart, lang: Lang) -> &'static str {
    let pair = match restart {
        Restart::Every => ("各自进行", "runs beside it"),
        Restart::Once => ("只做一次", "starts nothing"),
        Restart::Supersede => ("取代旧的", "takes its place"),
    };
    pick(lang, pair)
}

fn ends_on(ends_on: EndsOn, lang: Lang) -> &'static str {
    match ends_on {
        EndsOn::Return(_) => pick(lang, ("退货", "a return")),
        EndsOn::Code(code) => outcome_name(code, lang),
    }
}

/// For whom the plan is.
pub fn audience(audience: &Audience, lang: Lang) -> Vec<String> {
    let or = pick(lang, ("、", " or "));
    let mut lines = Vec::new();
    if !audience.tiers.is_empty() {
        let tiers: Vec<&str> = audience.tiers.iter().map(|tier| tier_name(*tier, lang)).collect();
        let tiers = tiers.join(or);
        lines.push(text!(lang, "客户分层：{tiers}", "tiers: {tiers}"));
    }
    if !audience.tags.is_empty() {
        let tag = |tag: &WantedTag| match &tag.value {
            Some(value) => format!("{}:{value}", tag.group),
            None => tag.group.clone(),
        };
        let tags: Vec<String> = audience.tags.iter().map(tag).collect();
        let tags = tags.join(pick(lang, ("、", ", ")));
        lines.push(text!(lang, "标签（组内任一，组间都要）：{tags}", "tags (any of a group, every group): {tags}"));
    }
    if !audience.store_tiers.is_empty() {
        let ranks: Vec<String> = audience.store_tiers.iter().map(|rank| format!("{rank:?}")).collect();
        let ranks = ranks.join(or);
        lines.push(text!(lang, "门店分级：{ranks}", "ranks of shops: {ranks}"));
    }
    if let Some(condition) = &audience.condition {
        let condition = condition.text();
        lines.push(text!(lang, "条件：{condition}", "where {condition}"));
    }
    lines
}

/// What limits, repeats and ends its runs.
pub fn limits(plan: &Plan, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(throttle) = plan.throttle {
        lines.push(text!(
            lang,
            "每位导购每天最多开始 {throttle} 位，价值高的先",
            "{throttle} starts a guide and day, the most valuable first"
        ));
    }
    if let Some(group) = &plan.exclusive {
        lines.push(text!(lang, "与“{group}”组的其他方案互斥", "one at a time of the group {group}"));
    }
    if let Some(repeat) = plan.repeat.map(|repeat| word::span(repeat, lang)) {
        lines.push(text!(lang, "每 {repeat} 再来一轮", "again every {repeat}"));
    }
    if let Some(rest) = plan.rest.map(|rest| word::span(rest, lang)) {
        lines.push(text!(lang, "一轮之后 {rest} 内不再开始", "no further run within {rest}"));
    }
    if plan.recovery {
        lines.push(text!(lang, "投诉未关闭时照常进行", "it goes on while a complaint is open"));
    }
    if let Some(on) = plan.starts_on.map(|on| date::full(on, lang)) {
        lines.push(text!(lang, "从 {on} 开始", "begins on {on}"));
    }
    if let Some(campaign) = &plan.campaign {
        let (name, rules) = (campaign.name.in_lang(lang), campaign.rules.as_ref().map(|rules| rules.in_lang(lang)));
        let rules = rules.map(|rules| text!(lang, "，公示：{rules}", ", rules: {rules}")).unwrap_or_default();
        lines.push(text!(lang, "活动：{name}{rules}", "campaign: {name}{rules}"));
    }
    let ends: Vec<&str> = plan.ends_on.iter().map(|end| ends_on(*end, lang)).collect();
    if !ends.is_empty() {
        let ends = ends.join(pick(lang, ("、", ", ")));
        lines.push(text!(lang, "遇到即结束：{ends}", "ends on {ends}"));
    }
    lines
}

/// Over what, in order.
pub fn channels(channels: &[Channel], lang: Lang) -> String {
    let channels: Vec<&str> = channels.iter().map(|channel| channel_name(*channel, lang)).collect();
    channels.join(" → ")
}

/// What a step's row has no column for.
pub fn notes(step: &Step, lang: Lang) -> Vec<String> {
    let id = &step.id;
    let mut notes = Vec::new();
    if let Some(condition) = &step.when {
        let condition = condition.text();
        notes.push(text!(lang, "{id}：只在 {condition}", "{id}: only where {condition}"));
    }
    if let Some(from) = step.from {
        let from = from_name(from, lang);
        notes.push(text!(lang, "{id}：从{from}算起", "{id}: counts from {from}"));
    }
    if let Some(at) = step.at.map(date::time) {
        notes.push(text!(lang, "{id}：{at} 之后才提示", "{id}: not before {at}"));
    }
    if let Some(hours) = step.within_hours {
        notes.push(text!(lang, "{id}：{hours} 小时之内", "{id}: within {hours} hours"));
    }
    for variant in &step.variants {
        let what = variant.template.iter().map(ToString::to_string);
        let over = Some(channels(&variant.channels, lang)).filter(|over| !over.is_empty());
        let (what, when) = (what.chain(over).collect::<Vec<_>>().join(" · "), variant.when.text());
        notes.push(text!(lang, "{id}：若 {when} 则用 {what}", "{id}: where {when}, {what}"));
    }
    for (names, pair) in [
        (&step.positive, ("结果好", "ends well")),
        (&step.negative, ("结果不好", "ends badly")),
        (&step.no_reply, ("未接未回", "gets no reply")),
    ] {
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(|step| step.as_str()).collect();
            let (end, names) = (pick(lang, pair), names.join(pick(lang, ("、", ", "))));
            notes.push(text!(lang, "{id} {end} → {names}", "{id} {end} → {names}"));
        }
    }
    if let Some(plan) = &step.recovery {
        notes.push(text!(lang, "{id} 低分或投诉 → {plan}", "{id}, a bad score or a complaint → {plan}"));
    }
    if let Some(coupon) = &step.coupon {
        notes.push(text!(lang, "{id}：发券 {coupon}", "{id}: hands out a coupon {coupon}"));
    }
    if step.keep {
        notes.push(text!(lang, "{id}：新的一轮不取代它", "{id}: a new run leaves it alone"));
    }
    if step.linked {
        notes.push(text!(
            lang,
            "{id}：涉及他人，惊喜保密时不做",
            "{id}: speaks of somebody else, silent while a surprise is kept"
        ));
    }
    if step.discreet {
        notes.push(text!(lang, "{id}：惊喜保密时照做", "{id}: goes on while the purchase is kept secret"));
    }
    notes
}

//! A what-if in words.

use guide_common::sop::plan::Lang;
use guide_common::sop::simulate::{Assumption, SimulatedDay};
use guide_common::wire::forecast::SimulateResponse;

use crate::lang::date;
use crate::text;

/// What was assumed to come of contacts.
pub fn assumed(assume: &Assumption, lang: Lang) -> String {
    let Assumption { service_percent, promo_percent, call_percent, visit_percent, .. } = assume;
    text!(
        lang,
        "假设有回复：服务 {service_percent}% · 营销 {promo_percent}% · 电话 {call_percent}% · 到店 {visit_percent}%",
        "assumed replies: service {service_percent}% · promotion {promo_percent}% · calls {call_percent}% · visits {visit_percent}%"
    )
}

/// What a simulation comes to: its peak, its sums, what the throttle and the day's bound did.
pub fn summary(found: &SimulateResponse, lang: Lang) -> Vec<String> {
    let (simulation, total) = (&found.simulation, &found.simulation.total);
    let mut lines = Vec::new();
    let peak = simulation.peak_on.and_then(|on| simulation.days.iter().find(|day| day.on == on));
    if let Some(SimulatedDay { on, contacts, .. }) = peak {
        let on = date::full(*on, lang);
        lines.push(text!(lang, "高峰：{on}，接触 {contacts} 次", "peak: {on}, contacts {contacts}"));
    }
    let (contacts, merged, before) = (total.contacts, total.merged, found.published.contacts);
    let more = i128::from(contacts) - i128::from(before);
    lines.push(text!(
        lang,
        "合计：接触 {contacts} 次，并入 {merged} 个节点；按现行方案 {before} 次（{more:+}）",
        "in all: contacts {contacts}, merged dues {merged}; as published {before} ({more:+})"
    ));
    let of_plan = simulation.by_plan.get(&found.plan).cloned().unwrap_or_default();
    let (plan, starts, contacts, dues) = (&found.plan, of_plan.starts, of_plan.contacts, of_plan.dues);
    lines.push(text!(
        lang,
        "{plan}：启动 {starts} 条，接触 {contacts} 次，节点 {dues} 个",
        "{plan}: starts {starts}, contacts {contacts}, dues {dues}"
    ));
    if of_plan.expired > 0 {
        let n = of_plan.expired;
        lines.push(text!(
            lang,
            "{plan}：{n} 个节点一直被暂缓，到期也没能联系",
            "{plan}: dues held to their end, which never reached the customer: {n}"
        ));
    }
    if let Some(throttle) = found.throttle {
        let n = of_plan.full_days;
        lines.push(text!(
            lang,
            "限流：{n} 天达到每天 {throttle} 条，有人排队",
            "throttle: days on which {throttle} started and others waited: {n}"
        ));
    }
    let (n, most) = (total.days_over, simulation.tasks_per_day);
    lines.push(text!(lang, "超过每天 {most} 次的：{n} 天", "days with more than {most} contacts: {n}"));
    lines
}

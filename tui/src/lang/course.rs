//! The course of a run in words: what became of steps, why others are not due, what would move a task up.

use chrono::NaiveDate;
use guide_common::amnesty::WaiveReason;
use guide_common::id::StepId;
use guide_common::sop::explain::prospect::{Change, Prospect};
use guide_common::sop::explain::step::{AttemptExplained, AttemptState, NotDue};
use guide_common::sop::explain::task::PassReason;
use guide_common::sop::plan::{Branch, FromDate, Lang};
use guide_common::sop::run::EndCause;

use crate::lang::explain::{condition_text, risk_name};
use crate::lang::hold::task_text;
use crate::lang::name::{outcome_name, reason_name, term_name, tier_name};
use crate::lang::{amount, date, pick};
use crate::text;

/// What became of an attempt.
pub fn state_text(attempt: &AttemptExplained, today: NaiveDate, lang: Lang) -> String {
    let day = |day: NaiveDate| date::short(day, today, lang);
    match &attempt.state {
        AttemptState::Upcoming => text!(lang, "未到", "to come"),
        AttemptState::Open => text!(lang, "到期", "due"),
        AttemptState::Held { hold, rival } => {
            let rival = rival.as_ref().map(|plan| format!(" ({plan})")).unwrap_or_default();
            let hold = task_text(hold, today, lang);
            text!(lang, "暂缓：{hold}{rival}", "held: {hold}{rival}")
        }
        AttemptState::WithOwner => text!(lang, "由原导购联系", "with the customer's own guide"),
        AttemptState::Done { on } => text!(lang, "{} 已完成", "done on {}", day(*on)),
        AttemptState::Skipped { on, reason } => {
            let (on, reason) = (day(*on), reason_name(*reason, lang));
            text!(lang, "{on} 跳过：{reason}", "skipped on {on}: {reason}")
        }
        AttemptState::NotReached { on } => text!(lang, "{} 未接未回", "no reply on {}", day(*on)),
        AttemptState::Postponed { on } => text!(lang, "{} 改日", "put off on {}", day(*on)),
        AttemptState::Expired => text!(lang, "已过期", "expired"),
        AttemptState::Waived { on, reason } => {
            let (on, reason) = (day(*on), waive_name(*reason, lang));
            text!(lang, "{on} 休假清理：{reason}", "let go by an amnesty on {on}: {reason}")
        }
        AttemptState::Superseded { on } => text!(lang, "{} 被新的一轮取代", "superseded on {}", day(*on)),
        AttemptState::Ended { on, cause, code } => {
            let (on, cause) = (day(*on), cause_name(*cause, lang));
            let code = code.map(|code| format!(" ({})", outcome_name(code, lang))).unwrap_or_default();
            text!(lang, "{on} 终止：{cause}{code}", "ended on {on}: {cause}{code}")
        }
        AttemptState::Unknown => text!(lang, "其他", "other"),
    }
}

/// Why a step of a run did not come to be; `name` says what another step of the run is called.
pub fn not_due_text<'n>(
    not_due: &'n NotDue,
    name: impl Fn(&'n StepId) -> &'n str,
    today: NaiveDate,
    lang: Lang,
) -> String {
    match not_due {
        NotDue::BranchNotTaken { of, branch } => {
            let (of, branch) = (name(of), branch_name(*branch, lang));
            text!(lang, "只在“{of}”{branch}之后", "only after “{of}” ends {branch}")
        }
        NotDue::DateUnknown { from: Some(from) } => {
            let from = from_name(*from, lang);
            text!(lang, "不知道{from}", "{from} is not known")
        }
        NotDue::DateUnknown { from: None } => text!(lang, "日期太远", "it lies beyond the calendar"),
        NotDue::ConditionNotMet { condition, asked, .. } => condition_text(condition, asked, lang),
        NotDue::WindowPassed { until_on } => {
            let until = date::short(*until_on, today, lang);
            text!(lang, "开始时已过 {until}", "its window had passed on {until}")
        }
        NotDue::Past => text!(lang, "早于已知的一切", "it closed before all that is known"),
        NotDue::Unknown => text!(lang, "其他原因", "for another reason"),
    }
}

/// How a step ended, as far as its plan distinguishes it.
pub fn branch_name(branch: Branch, lang: Lang) -> &'static str {
    let pair = match branch {
        Branch::Positive => ("结果好", "well"),
        Branch::Negative => ("结果不好", "badly"),
        Branch::NoReply => ("未接未回", "without a reply"),
    };
    pick(lang, pair)
}

/// A date beside the anchor.
pub fn from_name(from: FromDate, lang: Lang) -> &'static str {
    let pair = match from {
        FromDate::Outcome => ("上一步的联系日", "the contact before"),
        FromDate::NextOn => ("约定的下次日期", "the next date agreed"),
        FromDate::VisitOn => ("到店日", "the visit's day"),
        FromDate::NoShowOn => ("爽约日", "the day of the missed visit"),
        FromDate::WeddingOn => ("婚期", "the wedding's day"),
        FromDate::AnniversaryOn => ("结婚纪念日", "the wedding anniversary"),
        FromDate::BoughtOn => ("最近消费日", "the latest purchase's day"),
        FromDate::ReadyOn => ("工单完成日", "the day on which the ticket was ready"),
        FromDate::PromisedOn => ("工单约定日", "the ticket's promised day"),
        FromDate::Unknown => ("新版本的日期", "a date of a newer version"),
    };
    pick(lang, pair)
}

/// Why an amnesty lets a due expire.
pub fn waive_name(reason: WaiveReason, lang: Lang) -> &'static str {
    let pair = match reason {
        WaiveReason::MomentPassed => ("时机已过", "its moment has passed"),
        WaiveReason::PromoPassed => ("休假期间的营销", "a promotion of the leave's days"),
        WaiveReason::Overtaken => ("后面的节点已包含", "a later step says the same"),
        WaiveReason::Unknown => ("其他", "other"),
    };
    pick(lang, pair)
}

fn cause_name(cause: EndCause, lang: Lang) -> &'static str {
    let pair = match cause {
        EndCause::Returned => ("退货", "a return"),
        EndCause::Settled => ("已无事可做", "nothing was left to do"),
        EndCause::Outcome => ("联系结果", "an outcome"),
        EndCause::Kept => ("承诺已兑现", "the promise was kept"),
    };
    pick(lang, pair)
}

/// Why a hold let a due pass.
pub fn pass_name(reason: PassReason, lang: Lang) -> &'static str {
    let pair = match reason {
        PassReason::Purpose => ("目的不受限", "not for this purpose"),
        PassReason::Chosen => ("客户约的日子", "the customer chose the day"),
        PassReason::Recovery => ("正在挽回", "it is the recovery"),
        PassReason::NotLinked => ("不涉及他人", "it speaks of nobody else"),
        PassReason::Discreet => ("不透露惊喜", "it gives nothing away"),
        PassReason::OtherChannel => ("换了渠道", "another channel is allowed"),
        PassReason::Unknown => ("其他", "other"),
    };
    pick(lang, pair)
}

/// What would move a task up, and to where.
pub fn prospect_text(prospect: &Prospect, today: NaiveDate, lang: Lang) -> String {
    let day = |day: NaiveDate| date::short(day, today, lang);
    let change = match &prospect.change {
        Change::Day { on } => text!(lang, "到 {}", "on {}", day(*on)),
        Change::EachDay { from_on, until_on } => {
            let (from, until) = (day(*from_on), day(*until_on));
            text!(lang, "{from} 至 {until} 每天", "each day from {from} to {until}")
        }
        Change::Rush => text!(lang, "总部催办", "headquarters asks for haste"),
        Change::Tier { tier } => text!(lang, "总部定为{}", "headquarters ranks {}", tier_name(*tier, lang)),
        Change::Bought { fen } => text!(lang, "客户再消费 {}", "the customer buys for {}", amount(*fen)),
        Change::Risk { risk } => text!(lang, "流失风险变{}", "the risk becomes {}", risk_name(*risk, lang)),
        Change::Priority { plan, priority } => {
            text!(lang, "{plan} 的优先级改为 {priority}", "the priority of {plan} becomes {priority}")
        }
        Change::Unknown => text!(lang, "其他变化", "another change"),
    };
    let (term, points, score) = (term_name(prospect.term, lang), prospect.points, prospect.score);
    let place = prospect.place.map(|place| text!(lang, "，第 {place} 位", ", place {place}")).unwrap_or_default();
    text!(lang, "{change}：{term} {points:+} → {score} 分{place}", "{change}: {term} {points:+} → {score}{place}")
}

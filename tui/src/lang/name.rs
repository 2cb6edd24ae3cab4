//! Names of what the wire calls by code: outcomes, channels, reasons, holds, terms, states.

use guide_common::customer::Tier;
use guide_common::outcome::{Channel, OutcomeCode, SkipReason};
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{Asks, Lang, Purpose};
use guide_common::sop::queue::TermName;
use guide_common::wire::local::SavedState;

use crate::lang::pick;

/// An outcome (跟进结果).
pub fn outcome_name(code: OutcomeCode, lang: Lang) -> &'static str {
    let pair = match code {
        OutcomeCode::Interested => ("有意向", "interested"),
        OutcomeCode::Appointment => ("已约到店", "visit booked"),
        OutcomeCode::Visited => ("到店未成交", "visited, no deal"),
        OutcomeCode::Bought => ("已成交", "bought"),
        OutcomeCode::NoNeed => ("暂无需求", "no need"),
        OutcomeCode::NoReply => ("未接未回", "no reply"),
        OutcomeCode::CallLater => ("改日联系", "call later"),
        OutcomeCode::Complaint => ("不满投诉", "complaint"),
        OutcomeCode::DoNotContact => ("请勿打扰", "do not contact"),
        OutcomeCode::Skipped => ("跳过", "skipped"),
        OutcomeCode::Unknown => ("未知结果", "unknown"),
    };
    pick(lang, pair)
}

/// A channel (渠道).
pub fn channel_name(channel: Channel, lang: Lang) -> &'static str {
    let pair = match channel {
        Channel::Wecom => ("企微", "WeCom"),
        Channel::Phone => ("电话", "phone"),
        Channel::Visit => ("到店", "visit"),
        Channel::Sms => ("短信", "SMS"),
        Channel::OfficialAccount => ("公众号", "account"),
        Channel::Group => ("群", "group"),
        Channel::Moments => ("朋友圈", "Moments"),
        Channel::Card => ("邮寄卡片", "card"),
        Channel::Unknown => ("未知渠道", "unknown"),
    };
    pick(lang, pair)
}

/// Why a task was skipped.
pub fn reason_name(reason: SkipReason, lang: Lang) -> &'static str {
    let pair = match reason {
        SkipReason::MetToday => ("今天已见面", "met today"),
        SkipReason::Travelling => ("客户出差", "travelling"),
        SkipReason::WrongData => ("信息有误", "wrong data"),
        SkipReason::UnfitContent => ("内容不合适", "content unfit"),
        SkipReason::StalePrice => ("价格已过期", "price expired"),
        SkipReason::ColleagueDid => ("已由同事联系", "colleague did it"),
        SkipReason::Unknown => ("未知原因", "unknown"),
    };
    pick(lang, pair)
}

/// Why the gate holds a contact.
pub fn hold_name(reason: HoldReason, lang: Lang) -> &'static str {
    let pair = match reason {
        HoldReason::DoNotContact => ("请勿打扰", "do not contact"),
        HoldReason::OpenComplaint => ("投诉未关闭", "open complaint"),
        HoldReason::Secrecy => ("惊喜保密", "a surprise is kept"),
        HoldReason::NoConsent => ("未授权渠道", "no consent"),
        HoldReason::WithDeputy => ("已交代班", "with the deputy"),
        HoldReason::ExclusivePlan => ("互斥方案进行中", "another plan runs"),
        HoldReason::VisitAgreed => ("已约到店", "a visit is agreed"),
        HoldReason::PromoRest => ("营销暂停", "promotions rest"),
        HoldReason::PromoCap => ("营销次数已满", "enough promotions"),
        HoldReason::TouchCap => ("触达间隔", "contacted just now"),
        HoldReason::Snoozed => ("稍后再联系", "put off"),
        HoldReason::ContactHours => ("静默时段", "quiet hours"),
        HoldReason::NotYet => ("未到时间", "not yet time"),
        HoldReason::Unknown => ("未知原因", "unknown"),
    };
    pick(lang, pair)
}

/// A term of a task's score.
pub fn term_name(term: TermName, lang: Lang) -> &'static str {
    let pair = match term {
        TermName::Rush => ("总部催办", "rush"),
        TermName::PromiseOverdue => ("承诺逾期", "promise overdue"),
        TermName::PromiseDue => ("承诺到期", "promise due"),
        TermName::Deadline => ("限时", "hours end"),
        TermName::WindowClosing => ("窗口将关", "window closing"),
        TermName::Lateness => ("已等天数", "days waiting"),
        TermName::Tier => ("客户分层", "tier"),
        TermName::Value => ("消费金额", "spending"),
        TermName::Risk => ("流失风险", "at risk"),
        TermName::Priority => ("方案优先", "plan priority"),
        TermName::Unknown => ("其他", "other"),
    };
    pick(lang, pair)
}

/// A tier (客户分层).
pub fn tier_name(tier: Tier, lang: Lang) -> &'static str {
    let pair = match tier {
        Tier::S => ("S 级", "tier S"),
        Tier::A => ("A 级", "tier A"),
        Tier::B => ("B 级", "tier B"),
        Tier::C => ("C 级", "tier C"),
        Tier::Unknown => ("未分层", "no tier"),
    };
    pick(lang, pair)
}

/// What a step asks the customer for.
pub fn asks_name(asks: Asks, lang: Lang) -> &'static str {
    let pair = match asks {
        Asks::Satisfaction => ("满意度 1–5", "satisfaction 1–5"),
        Asks::Appointment => ("到店时间", "a visit"),
        Asks::Amount => ("成交金额", "the amount"),
        Asks::Unknown => ("其他", "other"),
    };
    pick(lang, pair)
}

/// What a step is for.
pub fn purpose_name(purpose: Purpose, lang: Lang) -> &'static str {
    let pair = match purpose {
        Purpose::Promo => ("营销", "promotion"),
        Purpose::Service => ("服务", "service"),
        Purpose::Answer => ("答复", "answer"),
        Purpose::Unknown => ("其他", "other"),
    };
    pick(lang, pair)
}

/// The state of what was saved, in a few words.
pub fn saved_state_name(state: SavedState, lang: Lang) -> &'static str {
    let pair = match state {
        SavedState::Received => ("总部已收到", "received by headquarters"),
        SavedState::Saved => ("已保存在本机", "saved on this terminal"),
        SavedState::Attention => ("需要处理", "needs attention"),
    };
    pick(lang, pair)
}

/// Why a sync cycle failed, by the stable code of `SyncError`.
pub fn sync_error_name(code: &str, lang: Lang) -> &'static str {
    let pair = match code {
        "unreachable" => ("连不上总部", "headquarters cannot be reached"),
        "refused" => ("总部拒绝了同步", "headquarters refused"),
        "unauthorised" => ("总部不认得本机，请重新登记", "headquarters does not know this terminal: enrol again"),
        "revoked" => ("总部已停用本机", "headquarters has revoked this terminal"),
        "too_old" => ("本机版本太旧，总部不再接受", "this version is too old for headquarters"),
        "busy" => ("总部正忙，稍后自动再试", "headquarters is busy: it is tried again by itself"),
        "protocol" => ("总部版本不符", "headquarters speaks another version"),
        "store" => ("本机存储出错", "this terminal's store failed"),
        _ => ("同步失败", "sync failed"),
    };
    pick(lang, pair)
}

/// What a person does about a cycle that failed; none where it mends itself.
pub fn sync_error_next(code: &str, lang: Lang) -> Option<&'static str> {
    let pair = match code {
        "unauthorised" | "revoked" => (
            "记录都在本机；向总部要登记码，然后 guide enroll 网址",
            "what was saved is safe; ask headquarters for a code, then guide enroll URL",
        ),
        "too_old" => ("记录都在本机；升级 guide", "what was saved is safe; upgrade guide"),
        "protocol" | "store" | "refused" => ("guide doctor 检查原因", "guide doctor looks for the cause"),
        "unreachable" => {
            ("恢复后自动上传；guide doctor 检查网络", "it goes on by itself; guide doctor looks at the network")
        }
        _ => return None,
    };
    Some(pick(lang, pair))
}

/// What became of an op in the outbox: `unsent`, or the hub's answer.
pub fn op_state_name(state: &str, lang: Lang) -> &str {
    match state {
        "unsent" => pick(lang, ("待发", "unsent")),
        "applied" | "duplicate" => pick(lang, ("总部已收到", "received")),
        "superseded" => pick(lang, ("已收到，任务已被取代", "received, task had gone")),
        "rejected" => pick(lang, ("被总部退回", "rejected")),
        "retry" => pick(lang, ("稍后重发", "to be sent again")),
        "replaced" => pick(lang, ("已改后重发", "sent again, changed")),
        "discarded" => pick(lang, ("已放弃", "discarded")),
        other => other,
    }
}

/// A kind of op.
pub fn op_kind_name(kind: &str, lang: Lang) -> &str {
    match kind {
        "outcome" => pick(lang, ("跟进结果", "outcome")),
        "undo" => pick(lang, ("撤销", "undo")),
        "redo" => pick(lang, ("恢复", "redo")),
        "promise" => pick(lang, ("承诺", "promise")),
        "promise_kept" => pick(lang, ("承诺兑现", "promise kept")),
        "complaint_closed" => pick(lang, ("投诉关闭", "complaint closed")),
        "appointment" => pick(lang, ("预约", "visit agreed")),
        "appointment_closed" => pick(lang, ("预约结束", "visit over")),
        "tag_added" => pick(lang, ("打标签", "tag applied")),
        "field_set" => pick(lang, ("客户资料", "field")),
        "tag_removed" => pick(lang, ("去标签", "tag taken away")),
        "consent" => pick(lang, ("授权", "consent")),
        "secret" => pick(lang, ("惊喜保密", "secret")),
        "snooze" => pick(lang, ("稍后", "put off")),
        "lead_added" => pick(lang, ("新客线索", "lead entered")),
        "note" => pick(lang, ("备注", "note")),
        "leave" => pick(lang, ("休假", "leave")),
        "template_proposed" => pick(lang, ("话术提议", "template proposed")),
        "waived" => pick(lang, ("休假清理", "amnesty")),
        "handed" => pick(lang, ("交给代班", "handed to the deputy")),
        "points" => pick(lang, ("积分变动", "points")),
        "risk" => pick(lang, ("流失风险", "risk of losing the customer")),
        "dispatched" => pick(lang, ("总部派发", "sent by headquarters")),
        "rush" => pick(lang, ("总部加急", "haste asked for by headquarters")),
        other => other,
    }
}

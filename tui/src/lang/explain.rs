//! Why a plan makes nothing of a customer, in words: missing facts, audiences, starts.

use chrono::NaiveDate;
use guide_common::record::{Level, Risk};
use guide_common::sop::explain::missing::Missing;
use guide_common::sop::explain::plan::{AudienceGap, Standing, WhyNotStarted};
use guide_common::sop::explain::step::{Answer, Asked};
use guide_common::sop::plan::Lang;
use guide_common::sop::trigger::Since;

use crate::lang::name::{outcome_name, tier_name};
use crate::lang::{amount, date, pick, word};
use crate::text;

/// What a plan is doing for a customer.
pub fn standing_name(standing: Standing, lang: Lang) -> &'static str {
    let pair = match standing {
        Standing::Open => ("到期", "due"),
        Standing::Held => ("暂缓", "held"),
        Standing::Running => ("进行中", "running"),
        Standing::Waiting => ("排队等待", "waiting for its turn"),
        Standing::Resting => ("间歇中", "resting"),
        Standing::NotInAudience => ("不在范围", "not in the audience"),
        Standing::BeforeStart => ("方案开始之前", "before the plan began"),
        Standing::Over => ("已结束", "over"),
        Standing::NotTriggered => ("未触发", "not triggered"),
        Standing::Unknown => ("其他", "other"),
    };
    pick(lang, pair)
}

/// A trigger by its name in plan files.
pub fn trigger_word(name: &str, lang: Lang) -> &str {
    let pair = match name {
        "purchase" => ("消费", "a purchase"),
        "birthday" => ("生日", "a birthday"),
        "anniversary" => ("纪念日", "an anniversary"),
        "dormant" => ("久未联系", "a silence"),
        "lead" => ("线索", "a lead"),
        "contact_added" => ("加为企微好友", "a WeCom contact"),
        "tagged" => ("标签", "a tag"),
        "level" => ("等级", "a level"),
        "coupon_expiry" => ("券到期", "a coupon's last day"),
        "life_event" => ("人生大事", "a life event"),
        "date" => ("日期", "a date"),
        "outcome" => ("联系结果", "an outcome"),
        "promise" => ("承诺", "a promise"),
        "appointment" => ("预约", "an appointment"),
        "ticket" => ("工单", "a ticket"),
        "owner_changed" => ("更换导购", "a change of guide"),
        "dispatch" => ("总部派发", "a dispatch"),
        other => return other,
    };
    pick(lang, pair)
}

fn any_of(words: &[String], lang: Lang) -> String {
    words.join(pick(lang, ("、", " or ")))
}

/// The fact that a trigger waits for.
pub fn missing_text(missing: &Missing, today: NaiveDate, lang: Lang) -> String {
    match missing {
        Missing::Amount { min_fen, greatest_fen } => {
            let (least, most) = (amount(*min_fen), amount(*greatest_fen));
            text!(lang, "单日消费最多 {most}，不到 {least}", "{most} on one day at most, less than {least}")
        }
        Missing::Piece { wanted } if wanted.is_empty() => text!(lang, "没有商品明细", "no piece is on record"),
        Missing::Piece { wanted } => {
            let wanted = any_of(wanted, lang);
            text!(lang, "没有买过 {wanted}", "nothing of {wanted} was bought")
        }
        Missing::Rhythm { materials } => {
            let materials = any_of(materials, lang);
            text!(lang, "{materials} 没有保养周期", "{materials} has no rhythm of care")
        }
        Missing::Anniversary { of: Some(of) } => text!(lang, "不知道纪念日 {of}", "no anniversary {of} is known"),
        Missing::Sign { since } => since_text(*since, lang).to_owned(),
        Missing::OtherRisk { risk, on } => {
            let (risk, on) = (risk_name(*risk, lang), date::short(*on, today, lang));
            text!(lang, "流失风险是{risk}（{on}）", "the risk is {risk} ({on})")
        }
        Missing::Tag { group, value, group_name } => {
            let value = value.as_deref().unwrap_or_default();
            let group = word::group_name(group, group_name.as_ref(), lang);
            text!(lang, "没有标签 {group} {value}", "there is no tag {group} {value}").trim_end().to_owned()
        }
        Missing::DayOfTag { group, group_name } => {
            let group = word::group_name(group, group_name.as_ref(), lang);
            text!(lang, "不知道标签 {group} 的日期", "since when the tag {group} is there is not known")
        }
        Missing::OtherLevel { level } => {
            let level = level_title(*level, lang);
            text!(lang, "等级是{level}", "the level is {level}")
        }
        Missing::GapTooGreat { to_next_fen, next_fen } => {
            let (gap, next) = (amount(*to_next_fen), amount(*next_fen));
            text!(lang, "距升级还差 {gap}（下一级 {next}）", "{gap} are missing to the next level ({next})")
        }
        Missing::CouponOfKind { wanted } => {
            let wanted = any_of(wanted, lang);
            text!(lang, "没有 {wanted} 券", "there is no coupon {wanted}")
        }
        Missing::LifeEvent { kind } => {
            let kind = word::life_event(kind, lang);
            text!(lang, "没有记录：{kind}", "not on record: {kind}")
        }
        Missing::Told { kind } => {
            let kind = word::life_event(kind, lang);
            text!(lang, "{kind}：不是客户自己说的", "{kind}: the customer did not tell of it")
        }
        Missing::Outcome { codes, min_score, max_score } => {
            let mut wanted: Vec<String> = codes.iter().map(|code| outcome_name(*code, lang).to_owned()).collect();
            if min_score.is_some() || max_score.is_some() {
                wanted.push(word::score(*min_score, *max_score, lang));
            }
            let wanted = any_of(&wanted, lang);
            text!(lang, "没有这样的联系结果：{wanted}", "no contact ended with {wanted}")
        }
        plain => pick(lang, plain_missing(plain)).to_owned(),
    }
}

/// The missing facts without particulars.
fn plain_missing(missing: &Missing) -> (&'static str, &'static str) {
    match missing {
        Missing::Purchase => ("没有消费", "no purchase stands"),
        Missing::Material => ("不知道材质", "no material is known"),
        Missing::Birthday => ("不知道生日", "the birthday is not known"),
        Missing::Anniversary { .. } => ("不知道任何纪念日", "no yearly date is known"),
        Missing::Risk => ("总部没有给流失风险", "no risk was recorded"),
        Missing::Lead => ("不是线索，或不知道日期", "is no lead, or since when is not known"),
        Missing::WecomContact => ("不是企微好友，或不知道日期", "is no WeCom contact, or since when is not known"),
        Missing::Level => ("没有等级记录", "no level was recorded"),
        Missing::EndOfLevel => ("不知道等级到期日", "until when the level is sure is not known"),
        Missing::KeptSecret => ("惊喜保密期间不显示", "it is not told while a surprise is kept"),
        Missing::GapToNextLevel => ("不知道距升级多少", "what is missing to the next level is not known"),
        Missing::RiseOfLevel => ("等级没有升过", "the level never rose"),
        Missing::Coupon => ("没有券", "no coupon is on record"),
        Missing::Ticket => ("没有工单", "no job ticket is on record"),
        Missing::ReadyDay => ("工单没有完成日", "no ticket says when its piece was ready"),
        Missing::CollectedDay => ("工单没有取件日", "no ticket says when its piece was collected"),
        Missing::PromisedDay => ("工单没有约定日", "no ticket says for when its piece was promised"),
        Missing::OwnerChange => ("没有换过导购", "no change of guide is on record"),
        Missing::Dispatch => ("总部没有派发给这位客户", "headquarters did not send it to this customer"),
        Missing::Contact => ("没有联系记录", "no contact is on record"),
        Missing::Promise => ("没有承诺", "no promise is on record"),
        Missing::Visit => ("没有预约", "no visit was agreed"),
        Missing::Day => ("日子还没到，或已过", "its day has not come, or is over"),
        Missing::NewerTrigger => ("新版本的触发", "a trigger of a newer version"),
        _ => ("其他原因", "for another reason"),
    }
}

fn since_text(since: Since, lang: Lang) -> &'static str {
    pick(
        lang,
        match since {
            Since::Visit => ("没有到店记录可以起算", "no visit from which a silence could count"),
            Since::Purchase => ("没有消费可以起算", "no purchase from which a silence could count"),
            Since::Contact | Since::Unknown => ("没有联系可以起算", "no contact from which a silence could count"),
        },
    )
}

/// A risk in a word.
pub fn risk_name(risk: Risk, lang: Lang) -> &'static str {
    let pair = match risk {
        Risk::Red => ("红", "red"),
        Risk::Amber => ("黄", "amber"),
        Risk::Green => ("绿", "green"),
        Risk::Unknown => ("？", "?"),
    };
    pick(lang, pair)
}

fn level_title(level: Level, lang: Lang) -> &'static str {
    pick(lang, level.title())
}

/// Why a day that meets a trigger starts no run.
pub fn not_started_text(why: &WhyNotStarted, today: NaiveDate, lang: Lang) -> String {
    let day = |day: NaiveDate| date::short(day, today, lang);
    match why {
        WhyNotStarted::BeforeStart { starts_on } => {
            let starts = day(*starts_on);
            text!(lang, "方案从 {starts} 才开始", "the plan begins on {starts}")
        }
        WhyNotStarted::NotInAudience { gaps, .. } => {
            let gaps: Vec<String> = gaps.iter().map(|gap| gap_text(gap, lang)).collect();
            gaps.join(pick(lang, ("；", "; ")))
        }
        WhyNotStarted::Rests { until_on } => {
            let until = day(*until_on);
            text!(lang, "离上一轮太近，{until} 起可再开始", "an earlier run is too near: free from {until}")
        }
        WhyNotStarted::Once => text!(lang, "只做一次，已做过", "it runs once, and has run"),
        WhyNotStarted::Waits { throttle, place, n_waiting } => match (place, n_waiting) {
            (Some(place), Some(n)) => text!(
                lang,
                "每天最多开始 {throttle} 位，排第 {place}，共 {n} 位在等",
                "{throttle} start a day: number {place} of {n} who wait"
            ),
            _ => text!(lang, "每天最多开始 {throttle} 位，还没轮到", "{throttle} start a day: its turn has not come"),
        },
        WhyNotStarted::Lost { on } => {
            let on = day(*on);
            text!(lang, "{on} 起已无需开始", "nothing was left to start since {on}")
        }
        WhyNotStarted::Unknown => text!(lang, "其他原因", "for another reason"),
    }
}

fn gap_text(gap: &AudienceGap, lang: Lang) -> String {
    match gap {
        AudienceGap::Tier { is, wanted } => {
            let wanted: Vec<String> = wanted.iter().map(|tier| tier_name(*tier, lang).to_owned()).collect();
            let (is, wanted) = (tier_name(*is, lang), any_of(&wanted, lang));
            text!(lang, "客户是{is}，只要 {wanted}", "the customer is {is}; {wanted} is asked for")
        }
        AudienceGap::StoreTier { is, wanted } => {
            let is = is.map_or_else(|| "?".to_owned(), |is| format!("{is:?}"));
            let wanted: Vec<String> = wanted.iter().map(|tier| format!("{tier:?}")).collect();
            let wanted = any_of(&wanted, lang);
            text!(lang, "门店是 {is} 类，只要 {wanted}", "the shop is of rank {is}; {wanted} is asked for")
        }
        AudienceGap::Tags { group, group_name, has, wanted } => {
            let group = word::group_name(group, group_name.as_ref(), lang);
            let (has, wanted) = (any_of(has, lang), any_of(wanted, lang));
            text!(
                lang,
                "标签 {group}：要 {wanted}，现有 {has}",
                "the tag {group}: {wanted} is asked for, there is {has}"
            )
        }
        AudienceGap::Condition { condition, asked } => condition_text(condition, asked, lang),
        AudienceGap::Unknown => text!(lang, "其他条件", "another condition"),
    }
}

/// A condition that is not met, with what it asked about.
pub fn condition_text(condition: &str, asked: &[Asked], lang: Lang) -> String {
    let asked: Vec<String> =
        asked.iter().map(|asked| format!("{} = {}", asked.field, answer(&asked.value, lang))).collect();
    let asked = asked.join(pick(lang, ("，", ", ")));
    text!(lang, "条件不满足：{condition}（{asked}）", "not met: {condition} ({asked})")
}

fn answer(answer: &Answer, lang: Lang) -> String {
    match answer {
        Answer::Missing(()) => pick(lang, ("未知", "not known")).to_owned(),
        Answer::Bool(value) => value.to_string(),
        Answer::Int(value) => value.to_string(),
        Answer::Text(value) => format!("{value:?}"),
        Answer::List(values) => format!("[{}]", values.join(", ")),
    }
}

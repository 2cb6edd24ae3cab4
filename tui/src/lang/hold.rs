//! What the gate holds, in words: all of a customer's contacts or some of them, and until when.

use chrono::NaiveDate;
use guide_common::sop::explain::task::{PassReason, Passed};
use guide_common::sop::gate::{Hold, HoldReason};
use guide_common::sop::plan::Lang;

use crate::lang::course::pass_name;
use crate::lang::date;
use crate::lang::name::hold_name;
use crate::text;

/// What holds one task, and from when it may be done: `触达间隔，8月14日 起可联系`.
pub fn task_text(hold: &Hold, today: NaiveDate, lang: Lang) -> String {
    let reason = hold_name(hold.reason, lang);
    match end(hold, today, lang) {
        Some(day) => text!(lang, "{reason}，{day} 起可联系", "{reason}, free from {day}"),
        None => reason.to_owned(),
    }
}

/// What a hold of a customer keeps back and what goes on beside it: a promise is due although promotions rest.
pub fn customer_text(hold: &Hold, today: NaiveDate, lang: Lang) -> String {
    let reason = hold_name(hold.reason, lang);
    let day = end(hold, today, lang);
    match (hold.reason, day) {
        (HoldReason::Secrecy, _) => secret_text(hold, today, lang),
        (HoldReason::OpenComplaint, _) => text!(lang, "{reason}，只做挽回", "{reason}: only its recovery goes on"),
        (HoldReason::PromoRest, Some(day)) => {
            text!(lang, "{reason}，{day}恢复，服务照常", "{reason} until {day}; service goes on")
        }
        (HoldReason::VisitAgreed | HoldReason::PromoCap, Some(day)) => {
            text!(lang, "{reason}：营销 {day}恢复，服务照常", "{reason}: promotions wait until {day}; service goes on")
        }
        (HoldReason::TouchCap, Some(day)) => text!(
            lang,
            "{reason}：营销和服务等到 {day}，答复照常",
            "{reason}: promotions and service wait until {day}; answers go on"
        ),
        _ => task_text(hold, today, lang),
    }
}

/// Whether a hold keeps back every contact there is.
pub fn is_whole(reason: HoldReason) -> bool {
    matches!(
        reason,
        HoldReason::DoNotContact | HoldReason::OpenComplaint | HoldReason::ContactHours | HoldReason::Unknown
    )
}

/// What a hold that lets a due pass means for it.
pub fn passed_text(passed: &Passed, today: NaiveDate, lang: Lang) -> String {
    let (reason, because) = (hold_name(passed.hold.reason, lang), pass_name(passed.because, lang));
    match (passed.hold.reason, passed.because) {
        (HoldReason::Secrecy, _) => secret_text(&passed.hold, today, lang),
        (_, PassReason::OtherChannel) => text!(lang, "{reason}，{because}", "{reason}: {because}"),
        _ => text!(lang, "{reason}不拦这一步：{because}", "not held by “{reason}”: {because}"),
    }
}

/// Until which day a surprise is kept, and what that asks of whoever speaks with the customer.
fn secret_text(hold: &Hold, today: NaiveDate, lang: Lang) -> String {
    // the hold names the first day after it
    let last = hold.until_on.and_then(|day| day.pred_opt()).map(|day| date::short(day, today, lang));
    match last {
        Some(last) => {
            text!(lang, "惊喜保密到 {last}：不要提到礼物", "a surprise is kept until {last}: do not mention the gift")
        }
        None => text!(lang, "惊喜保密：不要提到礼物", "a surprise is kept: do not mention the gift"),
    }
}

/// The day from which a hold is over, with its time.
fn end(hold: &Hold, today: NaiveDate, lang: Lang) -> Option<String> {
    let time = hold.until_time.map(|time| format!(" {}", date::time(time))).unwrap_or_default();
    hold.until_on.map(|day| date::short(day, today, lang) + &time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reason: HoldReason, zh: &str, en: &str) {
        let today = "2026-08-12".parse().unwrap();
        let hold = Hold::new(reason, "2026-09-02".parse().ok());
        assert_eq!(
            (customer_text(&hold, today, Lang::Zh).as_str(), customer_text(&hold, today, Lang::En).as_str()),
            (zh, en)
        );
    }

    #[test]
    fn a_hold_of_promotions_says_that_service_goes_on() {
        check(HoldReason::PromoRest, "营销暂停，9月2日恢复，服务照常", "promotions rest until 2 Sep; service goes on");
        check(
            HoldReason::VisitAgreed,
            "已约到店：营销 9月2日恢复，服务照常",
            "a visit is agreed: promotions wait until 2 Sep; service goes on",
        );
        check(
            HoldReason::TouchCap,
            "触达间隔：营销和服务等到 9月2日，答复照常",
            "contacted just now: promotions and service wait until 2 Sep; answers go on",
        );
    }

    #[test]
    fn a_secret_is_told_by_its_last_day_and_never_as_a_day_of_contact() {
        check(
            HoldReason::Secrecy,
            "惊喜保密到 9月1日：不要提到礼物",
            "a surprise is kept until 1 Sep: do not mention the gift",
        );
        let hold = Hold::new(HoldReason::Secrecy, "2026-09-02".parse().ok());
        let passed = Passed { hold, because: PassReason::NotLinked };
        let today = "2026-08-12".parse().unwrap();
        assert_eq!(passed_text(&passed, today, Lang::Zh), "惊喜保密到 9月1日：不要提到礼物");
    }

    #[test]
    fn what_passes_a_cap_is_told_without_a_day_from_which_to_contact() {
        let hold = Hold::new(HoldReason::PromoCap, "2026-09-02".parse().ok());
        let passed = Passed { hold, because: PassReason::Purpose };
        let today = "2026-08-12".parse().unwrap();
        assert_eq!(passed_text(&passed, today, Lang::Zh), "营销次数已满不拦这一步：目的不受限");
    }
}

//! Reminders in words.

use chrono::{NaiveDate, NaiveTime};
use guide_common::remind::{Kind, Moment};
use guide_common::sop::plan::Lang;
use guide_common::wire::remind::{ReminderRow, ReminderState};

use crate::lang::{date, pick};

/// What became of a reminder, in a word.
pub fn state(state: ReminderState, lang: Lang) -> &'static str {
    pick(
        lang,
        match state {
            ReminderState::Waiting => ("待提醒", "to come"),
            ReminderState::Snoozed => ("已推迟", "put off"),
            ReminderState::Told => ("已提醒", "told"),
            ReminderState::Unknown => ("？", "?"),
        },
    )
}

/// What a reminder is about.
pub fn what(row: &ReminderRow, on: NaiveDate, lang: Lang) -> String {
    let words = match (row.kind, row.moment) {
        (Kind::Rush, _) => ("总部催办", "rush from headquarters"),
        (Kind::Deadline, Moment::Past) => ("已过补救时限", "past the deadline"),
        (Kind::Deadline, _) => ("补救时限", "deadline"),
        (Kind::Appointment, _) => ("预约到店", "visit"),
        (Kind::Promise, Moment::Past) => ("承诺已过期", "promise overdue"),
        (Kind::Promise, _) => ("承诺到期", "promise due"),
        (Kind::Closing, _) => ("今天截止", "ends today"),
        (Kind::Coupon, _) => ("券将到期", "coupon ends soon"),
        (Kind::Repair, _) => ("维修改圈", "repair"),
        (Kind::Care, _) => ("保养", "care"),
        (Kind::Task, _) => ("任务到时间", "a task's time"),
        (Kind::Morning, _) => ("今日工作", "the day's work"),
        (Kind::Evening, _) => ("今日小结", "what came of the day"),
        (Kind::Unknown, _) => ("提醒", "reminder"),
    };
    let about = row.about.map(|about| {
        // the day on which it comes needs no second word
        let is_that_day = about.date() == on || row.at.is_some_and(|at| at.date() == about.date());
        let day = if is_that_day { String::new() } else { date::short(about.date(), on, lang) };
        let time = if about.time() == NaiveTime::MIN { String::new() } else { date::time(about.time()) };
        [day, time].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    });
    match about.filter(|about| !about.is_empty()) {
        Some(about) => format!("{} {about}", pick(lang, words)),
        None => pick(lang, words).to_owned(),
    }
}

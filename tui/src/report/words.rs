//! Names and definitions of what a report counts.

use guide_common::report::funnel::Stage;
use guide_common::sop::plan::Lang;

use crate::lang::pick;
use crate::text;

/// How far a step came.
pub fn stage_name(stage: Stage, lang: Lang) -> &'static str {
    let pair = match stage {
        Stage::Due => ("到期", "Due"),
        Stage::Contacted => ("已联系", "Contacted"),
        Stage::Replied => ("已回复", "Replied"),
        Stage::Booked => ("已约", "Booked"),
        Stage::Visited => ("到店", "Visited"),
        Stage::Bought => ("成交", "Bought"),
    };
    pick(lang, pair)
}

/// The columns of what was due.
pub fn column_names(lang: Lang) -> [&'static str; 9] {
    [
        ("到期", "Due"),
        ("完成", "Done"),
        ("按时", "On time"),
        ("跳过", "Skipped"),
        ("未联系上", "Not reached"),
        ("过期", "Expired"),
        ("被取代", "Superseded"),
        ("终止", "Ended"),
        ("待办", "Open"),
    ]
    .map(|pair| pick(lang, pair))
}

/// The row of all plans together.
pub fn total_name(lang: Lang) -> &'static str {
    pick(lang, ("合计", "Total"))
}

/// What the repeat rate counts.
pub fn repeat_definition(within_days: u32, lang: Lang) -> String {
    text!(
        lang,
        "复购率：首购后第 {within_days} 天落在本期内的客户中，这 {within_days} 天里另有一天再次购买的占比（退货不算）",
        "bought again: of the customers whose day {within_days} after the first purchase lies in the period, those who bought on another day within these {within_days} days, returns taken off"
    )
}

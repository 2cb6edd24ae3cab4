//! Words of plan files as people say them: spans of days, scores, kinds of life events.

use chrono::NaiveDate;
use guide_common::sop::plan::{Lang, Text};
use guide_common::time::Offset;
use guide_common::wire::card::TagRow;

use crate::lang::pick;
use crate::text;

/// How long something takes or rests: `180天`, `180 days`.
pub fn span(offset: Offset, lang: Lang) -> String {
    let (n, unit) = parts(offset, lang);
    text!(lang, "{n}{unit}", "{n} {unit}")
}

/// A day beside another one: `当天`, `+3天`, `-1 day`.
pub fn offset(offset: Offset, lang: Lang) -> String {
    match parts(offset, lang) {
        (0, _) => pick(lang, ("当天", "the day")).to_owned(),
        (n, unit) => text!(lang, "{n:+}{unit}", "{n:+} {unit}"),
    }
}

fn parts(offset: Offset, lang: Lang) -> (i32, &'static str) {
    let is_one = |n: i32| n.abs() == 1;
    match offset {
        Offset::Days(n) if is_one(n) => (n, pick(lang, ("天", "day"))),
        Offset::Days(n) => (n, pick(lang, ("天", "days"))),
        Offset::Months(n) if is_one(n) => (n, pick(lang, ("个月", "month"))),
        Offset::Months(n) => (n, pick(lang, ("个月", "months"))),
    }
}

/// Scores from one to another; an end that is left out is the scale's.
pub fn score(min: Option<u8>, max: Option<u8>, lang: Lang) -> String {
    match (min.unwrap_or(1), max.unwrap_or(5)) {
        (least, most) if least == most => text!(lang, "满意度 {least} 分", "a score of {least}"),
        (least, most) => text!(lang, "满意度 {least}–{most} 分", "a score of {least}–{most}"),
    }
}

/// A tag's value; of a date also the group, as a date alone does not say what it is of.
pub fn tag_words(row: &TagRow, lang: Lang) -> String {
    match row.tag.value.parse::<NaiveDate>() {
        Ok(_) => tag_in_group(&row.tag.group, row.group_name.as_ref(), &row.tag.value, lang),
        Err(_) => row.tag.value.clone(),
    }
}

/// A tag with its group: by its name, or by its code where headquarters has not named it.
pub fn tag_in_group(code: &str, name: Option<&Text>, value: &str, lang: Lang) -> String {
    format!("{} {value}", group_name(code, name, lang))
}

/// A group of tags by its name, or by its code where headquarters has not named it.
pub fn group_name<'t>(code: &'t str, name: Option<&'t Text>, lang: Lang) -> &'t str {
    name.map_or(code, |name| name.in_lang(lang))
}

/// A kind of life event; one that only a plan knows stays as it is written there, in quotation marks.
pub fn life_event(kind: &str, lang: Lang) -> String {
    let pair = match kind {
        "birth" => ("添宝宝", "the birth of a child"),
        "engagement" => ("订婚", "an engagement"),
        "wedding" => ("结婚", "a wedding"),
        "move" => ("搬家", "a move"),
        "graduation" => ("毕业", "a graduation"),
        "promotion" => ("升职", "a promotion at work"),
        "friend_visited" => ("介绍的朋友到店", "a visit of a friend who was sent"),
        "friend_bought" => ("介绍的朋友成交", "a purchase of a friend who was sent"),
        other => return text!(lang, "“{other}”", "“{other}”"),
    };
    pick(lang, pair).to_owned()
}

#[cfg(test)]
mod tests {
    use guide_common::customer::Tag;

    use super::*;

    #[test]
    fn a_span_is_told_in_words_and_without_a_sign() {
        assert_eq!(span(Offset::Days(180), Lang::Zh), "180天");
        assert_eq!(span(Offset::Days(1), Lang::En), "1 day");
        assert_eq!(span(Offset::Months(6), Lang::Zh), "6个月");
        assert_eq!(offset(Offset::Days(-7), Lang::En), "-7 days");
        assert_eq!(offset(Offset::Days(0), Lang::Zh), "当天");
    }

    #[test]
    fn a_date_among_the_tags_says_what_it_is_of() {
        let tag = |group: &str, value: &str, name: Option<&str>| TagRow {
            tag: Tag { group: group.to_owned(), value: value.to_owned(), on: None, source: None },
            stale: false,
            group_name: name.map(|name| Text { zh: name.to_owned(), en: "wedding".to_owned() }),
            age_days: None,
        };
        assert_eq!(tag_words(&tag("WED", "2026-08-21", None), Lang::Zh), "WED 2026-08-21");
        assert_eq!(tag_words(&tag("WED", "2026-08-21", Some("婚期")), Lang::Zh), "婚期 2026-08-21");
        assert_eq!(tag_words(&tag("WED", "2026-08-21", Some("婚期")), Lang::En), "wedding 2026-08-21");
        assert_eq!(tag_words(&tag("MAT", "珍珠", None), Lang::Zh), "珍珠");
    }

    #[test]
    fn one_score_is_no_range() {
        assert_eq!(score(Some(5), None, Lang::Zh), "满意度 5 分");
        assert_eq!(score(None, Some(3), Lang::En), "a score of 1–3");
    }

    #[test]
    fn a_kind_of_event_that_only_a_plan_knows_is_quoted() {
        assert_eq!(life_event("friend_visited", Lang::Zh), "介绍的朋友到店");
        assert_eq!(life_event("new_car", Lang::Zh), "“new_car”");
    }
}

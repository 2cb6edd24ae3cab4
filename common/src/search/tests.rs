use super::*;

#[track_caller]
fn check(text: &str, query: &str, expected: Option<(Rank, &[Span])>) {
    let hit = matches(text, query);
    let found = hit.as_ref().map(|hit| (hit.rank, hit.spans.as_slice()));
    assert_eq!(found, expected, "{query} in {text}");
}

#[test]
fn a_name_is_found_by_characters_pinyin_initials_and_a_mix() {
    check("张小明", "张小明", Some((Rank::Exact, &[Span(0, 3)])));
    check("张小明", "zhangxiaoming", Some((Rank::Exact, &[Span(0, 3)])));
    check("张小明", "zhang小ming", Some((Rank::Exact, &[Span(0, 3)])));
    check("张小明", "zh", Some((Rank::Prefix, &[Span(0, 1)])));
    check("张小明", "zhangx", Some((Rank::Prefix, &[Span(0, 2)])));
    check("张小明", "zxm", Some((Rank::Initials, &[Span(0, 3)])));
    check("张小明", "zhxm", Some((Rank::Initials, &[Span(0, 3)])));
    check("张小明", "zhang小m", Some((Rank::Prefix, &[Span(0, 3)])));
    check("张小明", "zhangxm", Some((Rank::Initials, &[Span(0, 3)])));
    check("张小明", "xiaom", Some((Rank::Inside, &[Span(1, 3)])));
    check("张小明", "明", Some((Rank::Inside, &[Span(2, 3)])));
    check("张小明", "hang", None);
    check("张小明", "zm", None);
    check("张小明", "张明", None);
}

#[test]
fn every_reading_of_a_character_is_accepted() {
    for query in ["syn", "dyn", "cyn", "shanyaning", "danyn", "单yn"] {
        assert!(matches("单雅宁", query).is_some(), "{query}");
    }
    check("曾予墨", "zengyumo", Some((Rank::Exact, &[Span(0, 3)])));
    check("曾予墨", "ceng", Some((Rank::Prefix, &[Span(0, 1)])));
    check("尉迟嘉", "yuchijia", Some((Rank::Exact, &[Span(0, 3)])));
    check("尉迟嘉", "ycj", Some((Rank::Initials, &[Span(0, 3)])));
    check("朴允熙", "piao", Some((Rank::Prefix, &[Span(0, 1)])));
    check("区若彤", "ou", Some((Rank::Prefix, &[Span(0, 1)])));
}

#[test]
fn what_people_type_differently_finds_the_same() {
    for query in ["lv", "lu", "lü", "LÜ", "ＬＶ", "吕", "呂"] {
        check("吕女士", query, Some((Rank::Prefix, &[Span(0, 1)])));
    }
    check("西安", "xi'an", Some((Rank::Exact, &[Span(0, 2)])));
    check("西安", "xi an", Some((Rank::Exact, &[Span(0, 2)])));
    check("徐静", "xvjing", Some((Rank::Exact, &[Span(0, 2)])));
    check("張曉明", "张晓明", Some((Rank::Exact, &[Span(0, 3)])));
    check("张晓明", "張曉", Some((Rank::Prefix, &[Span(0, 2)])));
    check("张 小明", "ＺＸＭ", Some((Rank::Initials, &[Span(0, 1), Span(2, 4)])));
    check("阿依·买买提", "ayimai", Some((Rank::Prefix, &[Span(0, 2), Span(3, 4)])));
}

#[test]
fn words_are_met_each_and_labels_of_both_languages_are_found() {
    check("记录结果", "jg jl", Some((Rank::Inside, &[Span(0, 4)])));
    check("Log outcome", "out", Some((Rank::Inside, &[Span(4, 7)])));
    check("Log outcome", "log", Some((Rank::Prefix, &[Span(0, 3)])));
    check("Log outcome", "log x", None);
    check("Anna王", "annaw", Some((Rank::Prefix, &[Span(0, 5)])));
    check("任何", "", Some((Rank::Exact, &[])));
    check("", "a", None);
}

#[test]
fn a_hostile_text_costs_little() {
    let text = "单".repeat(10_000);
    assert!(matches(&text, &"d".repeat(10_000)).is_some());
    assert!(matches(&text, &format!("{}x", "d".repeat(40))).is_none());
}

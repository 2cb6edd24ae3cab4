use proptest::prelude::*;

use super::*;
use crate::names::{FAMILIES, FIRSTS, LASTS};
use crate::search::filter::Filter;
use crate::search::note::NoteCode;
use crate::search::reading::readings;
use crate::search::{Span, matches};
use crate::sop::plan::Text;
use crate::sop::settings::{Settings, TagChoice, TagGroup, TagValue};

fn settings() -> Settings {
    let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
    let value = |zh: &str, en: &str, initials: &str| TagValue { name: text(zh, en), initials: initials.to_owned() };
    let group = |code: &str, zh: &str, en: &str, values: Vec<TagValue>| TagGroup {
        code: code.to_owned(),
        name: text(zh, en),
        choice: TagChoice::Multi,
        ttl_days: None,
        values,
    };
    let materials =
        vec![value("珍珠", "pearl", "zz"), value("足金", "pure gold", "zj"), value("18K金", "18K gold", "kj")];
    let stages = vec![value("复购", "repeat", "fg"), value("沉睡", "dormant", "cs")];
    let tag_groups = vec![
        group("MAT", "材质", "material", materials),
        group(STAGE_GROUP, "阶段", "stage", stages),
        group("WED", "婚期", "wedding date", Vec::new()),
    ];
    Settings { tag_groups, ..Settings::default() }
}

fn tag(group: &str, value: &str) -> Tag {
    Tag { group: group.to_owned(), value: value.to_owned(), on: None, source: None }
}

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), ..Person::default() }
}

fn shop() -> Index {
    let mut index = Index::default();
    let on = |day| NaiveDate::from_ymd_opt(2026, 8, day);
    let people = [
        (
            "C00001",
            Person {
                phone: Some("10000000001".to_owned()),
                tier: Tier::S,
                level: Some(Level::Gold),
                tags: vec![tag("MAT", "珍珠"), tag(STAGE_GROUP, "复购")],
                recent_on: on(1),
                ..person("单雅宁")
            },
        ),
        (
            "C00002",
            Person {
                phone: Some("138-0000-0421".to_owned()),
                tier: Tier::A,
                level: Some(Level::Regular),
                tags: vec![tag("MAT", "足金"), tag("WED", "2026-11-15")],
                recent_on: on(9),
                ..person("曾予墨")
            },
        ),
        ("wm:7F-3", Person { has_task: true, tags: vec![tag(STAGE_GROUP, "沉睡")], ..person("尉迟嘉") }),
        ("C00042", Person { reading: Some("zan ni".to_owned()), tier: Tier::B, ..person("曾宁") }),
        ("C00043", Person { reading: Some("anna".to_owned()), ..person("安娜·尉迟里奥诺娃") }),
    ];
    for (id, person) in people {
        index.put(&id.parse().unwrap(), &person);
    }
    index
}

fn ids(index: &mut Index, line: &str) -> Vec<String> {
    let found = index.find(&Filter::read(line), &settings(), 10);
    assert_eq!(found.n_found, found.first.len());
    found.first.into_iter().map(|(_, id)| id.to_string()).collect()
}

#[track_caller]
fn check(line: &str, expected: &[&str]) {
    assert_eq!(ids(&mut shop(), line), expected, "{line}");
}

#[test]
fn a_bare_word_is_a_name_an_id_or_digits_of_a_phone() {
    check("syn", &["C00001"]);
    check("dyn", &["C00001"]);
    check("cyn", &["C00001"]);
    check("zeng", &["C00002", "C00042"]);
    check("zan", &["C00042"]);
    check("anna", &["C00043"]);
    check("yuchi", &["wm:7F-3", "C00043"]);
    check("0421", &["C00002"]);
    check("138-0000", &["C00002"]);
    check("04", &[]);
    check("c00042", &["C00042"]);
    check("c0000", &["C00002", "C00001"]);
    check("7f-", &["wm:7F-3"]);
    check("wm:7f-3", &["wm:7F-3"]);
    check("wm", &[]);
    let mut index = shop();
    index.put(&"C9".parse().unwrap(), &person("微信:小王"));
    assert_eq!(ids(&mut index, "wx:x"), ["C9"], "a name with a colon");
    check("王", &[]);
}

#[test]
fn the_end_of_a_phone_stands_before_its_inside_and_a_whole_id_before_both() {
    let mut index = Index::default();
    let of = |phone: &str| Person { phone: Some(phone.to_owned()), ..person("王") };
    index.put(&"A".parse().unwrap(), &of("13804210000"));
    index.put(&"B".parse().unwrap(), &of("13800000421"));
    index.put(&"0421".parse().unwrap(), &of("13900000000"));
    assert_eq!(ids(&mut index, "0421"), ["0421", "B", "A"]);
}

#[test]
fn keys_ask_for_tags_tiers_levels_and_stages() {
    check("tag:珍珠", &["C00001"]);
    check("标签：zz", &["C00001"]);
    check("#zhenzhu", &["C00001"]);
    check("#pearl", &["C00001"]);
    check("#puregold", &["C00002"]);
    check("#MAT", &["C00002", "C00001"]);
    check("#材质", &["C00002", "C00001"]);
    check("#caizhi", &["C00002", "C00001"]);
    check("#z", &["C00002", "C00001"]);
    check("#婚期", &["C00002"]);
    check("#2026-11", &["C00002"]);
    check("tier:sa", &["C00002", "C00001"]);
    check("分层：B", &["C00042"]);
    check("level:金卡", &["C00001"]);
    check("等级:jk", &["C00001"]);
    check("level:reg", &["C00002"]);
    check("stage:复购", &["C00001"]);
    check("阶段：cs", &["wm:7F-3"]);
    check("stage:珍珠", &[]);
}

#[test]
fn every_word_must_be_met_and_a_negated_one_must_not() {
    check("#材质 tier:S", &["C00001"]);
    check("-#材质", &["wm:7F-3", "C00043", "C00042"]);
    check("！zeng -tier:s", &["wm:7F-3", "C00043"]);
    check("zeng -#足金", &["C00042"]);
    check("曾 墨", &["C00002"]);
    check("", &["wm:7F-3", "C00002", "C00001", "C00043", "C00042"]);
}

#[track_caller]
fn noted(line: &str, n_found: usize, expected: &[(NoteCode, &str, &[&str])]) {
    let found = shop().find(&Filter::read(line), &settings(), 10);
    let notes = found.notes.iter().map(|note| (note.code, note.word.as_str(), note.suggestions.as_slice()));
    let expected = expected
        .iter()
        .map(|(code, word, near)| (*code, *word, near.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()));
    let expected: Vec<_> = expected.collect();
    assert_eq!(notes.map(|(code, word, near)| (code, word, near.to_vec())).collect::<Vec<_>>(), expected, "{line}");
    assert_eq!(found.n_found, n_found, "{line}");
}

#[test]
fn what_is_not_understood_finds_nobody_and_is_told_with_what_could_be_meant() {
    noted("levl:金卡 曾", 0, &[(NoteCode::UnknownKey, "levl:金卡", &["level"])]);
    noted("-levl:金卡", 0, &[(NoteCode::UnknownKey, "-levl:金卡", &["level"])]);
    noted("#珍住", 0, &[(NoteCode::NobodyHas, "#珍住", &["珍珠"])]);
    noted("-#珍住 zeng", 2, &[(NoteCode::NobodyHas, "-#珍住", &["珍珠"])]);
    noted("tier:X", 0, &[(NoteCode::NobodyHas, "tier:X", &["S", "A", "B", "C"])]);
    noted(
        "level:钻卡",
        0,
        &[(NoteCode::NobodyHas, "level:钻卡", &["普卡 Regular", "银卡 Silver", "金卡 Gold", "钻卡 Diamond"])],
    );
    noted("曾 stage:", 2, &[(NoteCode::NoValue, "stage:", &["复购", "沉睡"])]);
    noted("tier:S", 1, &[]);
}

#[test]
fn whoever_leaves_is_found_no_more_and_neither_are_the_tags_that_nobody_else_has() {
    let mut index = shop();
    let slot = index.find(&Filter::read("syn"), &settings(), 1).first[0].0;
    assert_eq!((index.level(slot), index.stage(slot)), (Some(Level::Gold), Some("复购")));
    index.remove(slot);
    assert_eq!((index.len(), index.level(slot), index.stage(slot)), (4, None, None));
    assert_eq!(ids(&mut index, "syn"), Vec::<String>::new());
    assert_eq!(ids(&mut index, "10000000001"), Vec::<String>::new());
    assert_eq!(index.find(&Filter::read("#珍珠"), &settings(), 9).notes[0].code, NoteCode::NobodyHas);
    assert_eq!(ids(&mut index, "-王").len(), 4);
    assert_eq!(index.put(&"C9".parse().unwrap(), &person("王一")), slot);
    assert_eq!(ids(&mut index, "wy"), ["C9"]);
    index.clear();
    assert!(index.is_empty() && ids(&mut index, "").is_empty());
}

#[test]
fn a_task_of_today_moves_a_customer_to_the_front() {
    let mut index = shop();
    assert_eq!(ids(&mut index, "zeng"), ["C00002", "C00042"]);
    let slot = index.find(&Filter::read("zan"), &settings(), 1).first[0].0;
    index.set_task(slot, true);
    assert_eq!(ids(&mut index, "zeng"), ["C00042", "C00002"]);
}

#[test]
fn the_place_of_the_match_is_told_in_the_name_as_it_is_shown() {
    let mut index = shop();
    let mut spans = |line: &str, name: &str| {
        let filter = Filter::read(line);
        let slot = index.find(&filter, &settings(), 1).first[0].0;
        index.spans(slot, name, &filter).into_iter().map(|Span(from, to)| (from, to)).collect::<Vec<_>>()
    };
    assert_eq!(spans("dy #珍珠 !王", "单雅宁"), [(0, 2)]);
    assert_eq!(spans("dan ning", "单雅宁"), [(0, 1), (2, 3)]);
    assert_eq!(spans("10000000001", "单雅宁"), []);
    assert_eq!(spans("zanni", "曾宁"), [(0, 2)]);
    assert_eq!(spans("娜尉", "安娜·尉迟里奥诺娃"), [(1, 2), (3, 4)]);
    assert_eq!(spans("anna", "安娜·尉迟里奥诺娃"), [(0, 2)]);
    assert_eq!(spans("nna", "安娜·尉迟里奥诺娃"), [(0, 2), (3, 9)], "of another reading all of the name");
}

/// Names as they occur: two or three characters, some with a double surname.
fn name() -> impl Strategy<Value = String> {
    let given = (0..FIRSTS.len(), 0..=LASTS.len());
    let special = prop::sample::select(vec!["单", "曾", "尉迟", "仇", "区", "吕", "長孫", "欧阳"]);
    (0..FAMILIES.len(), prop::option::weighted(0.3, special), given).prop_map(|(family, special, (first, last))| {
        let family = special.unwrap_or(FAMILIES[family].0);
        format!("{family}{}{}", FIRSTS[first].0, LASTS.get(last).map_or("", |last| last.0))
    })
}

fn index_of(names: &[String]) -> Index {
    let mut index = Index::default();
    for (n, name) in names.iter().enumerate() {
        let recent_on = NaiveDate::from_ymd_opt(2026, 1, 1 + (n as u32 * 7) % 28);
        index.put(&format!("K{n}x").parse().unwrap(), &Person { recent_on, has_task: n % 5 == 0, ..person(name) });
    }
    index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_customer_is_found_by_every_reading_by_initials_and_by_characters(names in prop::collection::vec(name(), 1..40), n in any::<usize>(), picks in prop::collection::vec(any::<usize>(), 8)) {
        let mut index = index_of(&names);
        let n = n % names.len();
        let id = format!("K{n}x");
        let glyphs = crate::search::glyph::Glyphs::of(&names[n], 60).glyphs;
        let read = |idx: usize| {
            let all = readings(glyphs[idx].c);
            all[picks[idx % picks.len()] % all.len()].to_string()
        };
        let full: String = (0..glyphs.len()).map(read).collect();
        let initials: String = (0..glyphs.len()).map(|idx| read(idx)[..1].to_owned()).collect();
        let mixed: String = (0..glyphs.len()).map(|idx| match picks[idx % picks.len()] % 3 {
            0 => glyphs[idx].c.to_string(),
            1 => read(idx),
            _ => read(idx)[..1].to_owned(),
        }).collect();
        for line in [&full, &initials, &mixed, &names[n]] {
            let found = index.find(&Filter::read(line), &settings(), names.len());
            prop_assert!(found.first.iter().any(|(_, found)| found.as_str() == id), "{} by {line}", names[n]);
            prop_assert!(matches(&names[n], line).is_some());
            let slot = found.first.iter().find(|(_, found)| found.as_str() == id).unwrap().0;
            prop_assert!(!index.spans(slot, &names[n], &Filter::read(line)).is_empty());
        }
    }

    #[test]
    fn narrowing_finds_what_searching_anew_finds(names in prop::collection::vec(name(), 1..60), line in "([a-z]{1,8}|[单曾王宁雅]|-[a-z]|tier:C|[0-9]{1,4}|K[0-9]{2}| ){1,4}", limit in 1_usize..20) {
        let mut index = index_of(&names);
        for n_chars in 0..=line.chars().count() {
            let typed: String = line.chars().take(n_chars).collect();
            let filter = Filter::read(&typed);
            let narrowed = index.find(&filter, &settings(), limit);
            let anew = index_of(&names).find(&filter, &settings(), limit);
            prop_assert_eq!(&narrowed, &anew, "{}", typed);
            prop_assert_eq!(index.count(&filter, &settings()).0, anew.n_found);
        }
    }

    #[test]
    fn the_first_of_all_are_those_that_sorting_everybody_gives(names in prop::collection::vec(name(), 1..80), line in "[a-z]?", limit in 0_usize..10) {
        let mut index = index_of(&names);
        let filter = Filter::read(&line);
        let all = index.find(&filter, &settings(), names.len());
        let first = index.find(&filter, &settings(), limit);
        prop_assert_eq!(first.n_found, all.n_found);
        prop_assert_eq!(&first.first[..], &all.first[..limit.min(all.n_found)]);
    }
}

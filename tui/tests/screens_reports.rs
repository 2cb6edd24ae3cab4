//! The screen Reports: whole screens as text, and what its keys ask for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::effect::Request;
use guide::interface::fixture::Desk;
use guide::interface::svg::{render, text};
use guide_common::sop::plan::Lang;
use guide_common::time::Period;
use guide_common::wire::local::{ClockKind, Notice};

const NORMAL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 36);
const SMALL: (u16, u16) = (60, 16);

fn open(lang: Lang, size: (u16, u16)) -> (Desk, App) {
    let mut desk = Desk::new(lang, ClockKind::Real);
    let mut app = desk.seat(size).unwrap();
    desk.press(&mut app, "gr");
    desk.asked.clear();
    (desk, app)
}

fn shown(app: &mut App) -> String {
    text(&render(app))
}

/// The last period that was asked for.
fn asked(desk: &Desk) -> Option<(String, String)> {
    let of = |request: &Request| match request {
        Request::Report(Period { from, to }) => Some((from.to_string(), to.to_string())),
        _ => None,
    };
    desk.asked.iter().rev().find_map(of)
}

macro_rules! check {
    ($name:literal, $size:expr, $keys:expr) => {
        for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let (mut desk, mut app) = open(lang, $size);
            desk.press(&mut app, $keys);
            insta::assert_snapshot!(format!("{}-{suffix}", $name), shown(&mut app));
        }
    };
}

#[test]
fn the_overview_shows_what_was_due_and_what_became_of_it() {
    check!("reports-80x24", NORMAL, "");
    check!("reports-120x36", LARGE, "");
    check!("reports-60x16", SMALL, "<Enter>");
    check!("reports-40x10", (40, 10), "<Enter>");
}

#[test]
fn every_section_is_one_digit_away() {
    check!("reports-plans-80x24", NORMAL, "2j");
    check!("reports-plans-120x36", LARGE, "2j");
    check!("reports-plans-60x16", SMALL, "2");
    check!("reports-templates-80x24", NORMAL, "3");
    check!("reports-satisfaction-80x24", NORMAL, "4");
    check!("reports-repeat-80x24", NORMAL, "5");
    check!("reports-promises-80x24", NORMAL, "6");
    check!("reports-dates-80x24", NORMAL, "d");
    check!("reports-path-80x24", NORMAL, "w");
    check!("reports-empty-80x24", NORMAL, "sss---");
}

#[test]
fn a_key_changes_the_length_and_two_step_back_and_forth() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    let mut check = |keys: &str, from: &str, to: &str| {
        desk.press(&mut app, keys);
        assert_eq!(asked(&desk).unwrap(), (from.to_owned(), to.to_owned()), "{keys}");
    };
    check("-", "2026-07-30", "2026-08-05");
    check("+", "2026-08-06", "2026-08-12");
    check("s", "2026-07-14", "2026-08-12");
    check("s", "2026-05-15", "2026-08-12");
    check("s", "2026-08-01", "2026-08-12");
    check("p", "2026-07-01", "2026-07-31");
    check("s", "2026-08-12", "2026-08-12");
    check("<F4>", "2026-08-06", "2026-08-12");
    desk.press(&mut app, "n");
    assert!(app.toast.as_ref().unwrap().text.contains("最近的一段"));
}

#[test]
fn days_of_ones_own_are_typed_and_lie_in_the_past() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    let clear = "<Backspace>".repeat(10);
    desk.press(&mut app, &format!("d{clear}7-20<Tab>{clear}-7<Enter>"));
    assert_eq!(asked(&desk).unwrap(), ("2026-07-20".to_owned(), "2026-08-05".to_owned()));
    desk.asked.clear();
    desk.press(&mut app, &format!("d{clear}8-10<Tab>{clear}8-9<Enter>"));
    assert!(asked(&desk).is_none());
    assert!(shown(&mut app).contains("开始日不能晚于结束日"));
    desk.press(&mut app, &format!("{clear}8-20<Enter>"));
    let (_, to) = asked(&desk).unwrap_or_default();
    assert!(to.is_empty(), "8-20 has not come yet, and a year ago it lies before the first day: {to}");
}

#[test]
fn an_answer_about_other_days_is_never_shown_as_these() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    assert!(shown(&mut app).contains("到期 68"));
    let effects = app.update(guide::interface::event::Event::Key(guide::interface::fixture::parse_keys("-")[0]));
    assert!(!shown(&mut app).contains("到期 68") && shown(&mut app).contains("正在读取"));
    desk.serve(&mut app, effects);
    assert!(shown(&mut app).contains("到期 68"));
}

#[test]
fn a_report_is_written_as_a_page_or_as_a_table_by_the_ending_of_its_name() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    desk.press(&mut app, "w<Enter>");
    let page = &desk.support.files["/home/guide/guide-report-2026-08-06-2026-08-12.html"];
    assert!(String::from_utf8_lossy(page).contains("<svg"));
    let clear = "<Backspace>".repeat(5);
    desk.press(&mut app, &format!("w{clear}.csv<Enter>"));
    let table = &desk.support.files["/home/guide/guide-report-2026-08-06-2026-08-12.csv"];
    assert!(table.starts_with("\u{feff}".as_bytes()) && String::from_utf8_lossy(table).contains("P01"));
    // what is there already is replaced only when that is agreed to
    desk.press(&mut app, "w<Enter>");
    assert!(shown(&mut app).contains("已经有这个文件"));
}

#[test]
fn the_report_is_read_again_when_the_data_changes() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    let effects = app.update(guide::interface::event::Event::Noticed(Notice::Today));
    desk.serve(&mut app, effects);
    assert_eq!(asked(&desk).unwrap(), ("2026-08-06".to_owned(), "2026-08-12".to_owned()));
}

#[test]
fn plans_are_filtered_by_name_and_an_empty_filter_shows_all() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    desk.press(&mut app, "2/沉睡<Enter>");
    let filtered = shown(&mut app);
    assert!(filtered.contains("P07 沉睡唤醒") && !filtered.contains("P01 购后关怀"), "{filtered}");
    desk.press(&mut app, "/zz<Enter>");
    assert!(shown(&mut app).contains("没有符合的"));
    desk.press(&mut app, "<Esc>");
    assert!(shown(&mut app).contains("P01 购后关怀"));
}

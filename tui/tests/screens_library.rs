//! The screens Templates and Plans: what they show, and what keys do on them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::effect::{Effect, Request};
use guide::interface::event::Event;
use guide::interface::fixture::{Desk, parse_keys, unreachable};
use guide::interface::layers::Layer;
use guide::interface::library::{PlanRequest, TemplateRequest, Version};
use guide::interface::screens::plans::View;
use guide::interface::svg::{render, text};
use guide::interface::theme::Theme;
use guide_common::sop::plan::Lang;
use guide_common::template::file;
use guide_common::wire::hub::Role;
use guide_common::wire::local::ClockKind;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const NORMAL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 36);
const SMALL: (u16, u16) = (60, 16);

fn at(lang: Lang, size: (u16, u16)) -> (Desk, App) {
    let mut desk = Desk::new(lang, ClockKind::Real);
    let app = desk.seat(size).unwrap();
    desk.asked.clear();
    (desk, app)
}

/// Compares a screen in both languages.
macro_rules! check {
    ($name:literal, $size:expr, $keys:expr) => {
        for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let (mut desk, mut app) = at(lang, $size);
            desk.press(&mut app, $keys);
            insta::assert_snapshot!(format!("{}-{suffix}", $name), text(&render(&mut app)));
        }
    };
}

#[test]
fn templates_are_listed_by_channel_with_the_selected_one_filled_in_for_a_customer() {
    check!("templates-80x24", NORMAL, "gmj");
    check!("templates-120x36", LARGE, "gmjjj");
    check!("templates-60x16", SMALL, "gm");
    check!("templates-detail-60x16", SMALL, "gmjjj<Enter>");
}

#[test]
fn templates_are_grouped_otherwise_and_filtered() {
    check!("templates-plans-80x24", NORMAL, "gmo");
    check!("templates-tiers-80x24", NORMAL, "gm((");
    check!("templates-filtered-80x24", NORMAL, "gm/保养");
    check!("templates-none-80x24", NORMAL, "gm/xyz");
}

#[test]
fn a_template_is_edited_with_what_lint_says_below_it() {
    check!("templates-editor-80x24", NORMAL, "gme最好");
    check!("templates-draft-80x24", NORMAL, "gme最好<Esc>J");
    check!("templates-editor-60x16", SMALL, "gme");
}

#[test]
fn a_customer_is_chosen_by_typing() {
    check!("templates-picker-80x24", NORMAL, "gmu");
    check!("templates-picker-60x16", SMALL, "gmu青");
}

#[test]
fn a_plan_is_shown_along_the_time_with_its_branches() {
    check!("plans-80x24", NORMAL, "gp");
    check!("plans-120x36", LARGE, "gp");
    check!("plans-160x48", (160, 48), "gp");
    check!("plans-60x16", SMALL, "gp");
    check!("plans-detail-60x16", SMALL, "gp<Enter>");
}

#[test]
fn a_plan_is_run_for_one_customer() {
    check!("plans-course-80x24", NORMAL, "gpv");
    check!("plans-course-120x36", LARGE, "gpv");
    check!("plans-course-if-80x24", NORMAL, "gpvj");
}

#[test]
fn a_what_if_shows_the_load_of_each_day_and_names_the_peak() {
    check!("plans-what-if-80x24", NORMAL, "gpw");
    check!("plans-what-if-120x36", LARGE, "gpw");
    check!("plans-what-if-form-80x24", NORMAL, "gpe");
    check!("plans-what-if-60x16", SMALL, "gpw<Enter>");
}

#[test]
fn two_versions_are_compared_in_lines_that_say_the_same_without_colour() {
    check!("plans-diff-80x24", NORMAL, "gpjjd<Enter>");
    check!("plans-diff-120x36", LARGE, "gpjjd<Enter>");
    check!("plans-diff-none-80x24", NORMAL, "gpvvv");
}

#[test]
fn an_empty_library_says_why() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let (mut desk, mut app) = at(lang, NORMAL);
        (desk.templates, desk.plans) = (Vec::new(), Vec::new());
        desk.press(&mut app, "gm");
        insta::assert_snapshot!(format!("templates-empty-80x24-{suffix}"), text(&render(&mut app)));
        let mut unsynced = Desk::new(lang, ClockKind::Real);
        (unsynced.templates, unsynced.plans) = (Vec::new(), Vec::new());
        unsynced.status.sync.last_ok_at = None;
        unsynced.empty();
        let mut app = App::new(lang, Theme::built_in("ansi").unwrap(), NORMAL);
        unsynced.open(&mut app);
        unsynced.press(&mut app, "gp");
        insta::assert_snapshot!(format!("plans-unsynced-80x24-{suffix}"), text(&render(&mut app)));
    }
}

fn template_requests(desk: &Desk) -> Vec<&TemplateRequest> {
    let of = |request: &'_ Request| matches!(request, Request::Template(_));
    let all = desk.asked.iter().filter(|request| of(request));
    all.filter_map(|request| match request {
        Request::Template(request) => Some(request),
        _ => None,
    })
    .collect()
}

fn shown(app: &mut App) -> String {
    text(&render(app))
}

#[test]
fn the_customer_selected_on_today_is_the_one_of_the_preview_and_another_can_be_chosen() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "jgm");
    assert_eq!(app.chosen.as_ref().unwrap().name, "盖青禾");
    assert!(shown(&mut app).contains("预览 · 盖青禾"));
    desk.press(&mut app, "u尉迟<Enter>");
    assert!(shown(&mut app).contains("预览 · 尉迟嘉"), "{}", shown(&mut app));
    let last = template_requests(&desk).into_iter().rev().find_map(|request| match request {
        TemplateRequest::Script(_, customer, _) => Some(customer.to_string()),
        _ => None,
    });
    assert_eq!(last.as_deref(), Some("C0011"));
}

#[test]
fn a_script_with_gaps_is_copied_once_they_are_filled() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gmy");
    assert_eq!(desk.copied, None);
    desk.press(&mut app, "f古法金手镯<Enter>y");
    let copied = desk.copied.clone().unwrap();
    assert!(copied.contains("曾予墨") && copied.contains("古法金手镯"), "{copied}");
    // another template's gaps are not filled by it
    desk.press(&mut app, "j");
    assert!(app.templates.fills.is_empty());
}

#[test]
fn what_is_written_is_checked_while_it_is_written_and_kept_when_the_editor_closes() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gme最好<Esc>");
    let checked: Vec<String> = template_requests(&desk)
        .into_iter()
        .filter_map(|request| match request {
            TemplateRequest::LintDraft(text) => Some(file::parse(text).unwrap().text.zh),
            _ => None,
        })
        .collect();
    assert!(checked.last().unwrap().ends_with("最好"), "{checked:?}");
    assert!(app.layer.is_none());
    desk.press(&mut app, "gtgme");
    let Some(Layer::Editor(editor)) = &app.layer else { panic!("the editor is open") };
    assert!(editor.text().ends_with("最好"));
    desk.press(&mut app, "<F8><Esc>");
    assert!(app.templates.drafts.is_empty(), "what is taken back is no draft");
}

#[test]
fn at_most_one_check_is_under_way_and_the_last_text_is_the_one_that_counts() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gm");
    let mut asked: Vec<Effect> = Vec::new();
    for key in parse_keys("eabc") {
        asked.extend(app.update(Event::Key(key)));
    }
    let n_checks = asked
        .iter()
        .filter(|effect| {
            matches!(effect, Effect::Ask { request: Request::Template(TemplateRequest::LintDraft(_)), .. })
        })
        .count();
    assert_eq!(n_checks, 1);
    desk.serve(&mut app, asked);
    let last = template_requests(&desk).into_iter().rev().find_map(|request| match request {
        TemplateRequest::LintDraft(text) => Some(file::parse(text).unwrap().text.zh),
        _ => None,
    });
    assert!(last.unwrap().ends_with("abc"));
}

#[test]
fn a_text_longer_than_any_template_is_not_taken() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gme");
    app.update(Event::Paste("长".repeat(2_000)));
    let Some(Layer::Editor(editor)) = &app.layer else { panic!("the editor is open") };
    assert!(editor.text().len() <= 2_048);
    app.update(Event::Paste("\u{1b}[31m红\u{202e}".to_owned()));
    let Some(Layer::Editor(editor)) = &app.layer else { panic!("the editor is open") };
    assert!(!editor.text().contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn the_terminals_own_cursor_stands_at_the_caret_of_the_editor() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gme");
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| guide::interface::view::draw(&mut app, frame)).unwrap();
    let before = terminal.get_cursor_position().unwrap();
    desk.press(&mut app, "好");
    terminal.draw(|frame| guide::interface::view::draw(&mut app, frame)).unwrap();
    let after = terminal.get_cursor_position().unwrap();
    assert_eq!((after.x, after.y), (before.x + 2, before.y));
}

#[test]
fn the_users_own_editor_gets_the_text_and_what_it_leaves_is_the_draft() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gmE");
    assert!(desk.edited.as_ref().unwrap().contains("{商品}"));
    let effects = app.update(Event::Edited(Ok("{称呼|您好}，{商品}到了。".to_owned())));
    desk.serve(&mut app, effects);
    let Some(Layer::Editor(editor)) = &app.layer else { panic!("the editor is open") };
    assert_eq!(editor.text(), "{称呼|您好}，{商品}到了。");
    desk.press(&mut app, "<Esc>");
    let before = app.templates.drafts.clone();
    desk.press(&mut app, "E");
    app.update(Event::Edited(Err("vi: not found".to_owned())));
    assert_eq!(app.templates.drafts, before, "a failed editor changes nothing");
}

#[test]
fn only_a_trainer_proposes_and_says_why() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gme好<Esc>p");
    assert!(app.toast.as_ref().unwrap().text.contains("培训"));
    desk.status.role = Some(Role::Trainer);
    desk.press(&mut app, "rp更短<Enter>");
    let proposed = template_requests(&desk).into_iter().find_map(|request| match request {
        TemplateRequest::Propose { template, text, why } => Some((template.to_string(), text.clone(), why.clone())),
        _ => None,
    });
    let (template, text, why) = proposed.unwrap();
    assert_eq!((template.as_str(), why.as_str()), ("T01", "更短"));
    assert!(file::parse(&text).unwrap().text.zh.ends_with('好'));
    assert!(app.templates.drafts.is_empty() && app.layer.is_none() && !app.is_recording());
}

#[test]
fn a_proposal_without_an_answer_keeps_the_draft_and_the_reason() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.status.role = Some(Role::Trainer);
    desk.press(&mut app, "rgme好<Esc>p更短");
    desk.failing = Some(unreachable());
    desk.press(&mut app, "<Enter>");
    let Some(Layer::Text(form)) = &app.layer else { panic!("the form stays open") };
    assert!(form.error.is_some() && form.fields[0].1.value() == "更短");
    assert_eq!(app.templates.drafts.len(), 1);
}

fn simulations(desk: &Desk) -> Vec<(u32, Option<u32>, Option<i64>)> {
    let of = |request: &Request| match request {
        Request::Plan(PlanRequest::Simulate(request)) => Some((request.days, request.throttle, request.min_amount_fen)),
        _ => None,
    };
    desk.asked.iter().filter_map(of).collect()
}

#[test]
fn a_what_if_is_run_with_what_was_changed_and_nothing_else_is_named() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gpw");
    assert_eq!(simulations(&desk), [(90, None, None)]);
    desk.press(&mut app, "e<Backspace>5<Tab><Backspace><Backspace>30<Tab>0<Enter>");
    assert_eq!(simulations(&desk)[1], (30, Some(5), Some(300_000)));
    desk.press(&mut app, "e<Tab><Backspace><Backspace>0<Enter>");
    let Some(Layer::Text(form)) = &app.layer else { panic!("the form stays open") };
    assert_eq!((form.focus, form.error.is_some()), (1, true), "no days are no what-if");
}

#[test]
fn a_what_if_shows_that_it_goes_on_and_esc_waits_no_longer_for_it() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gp");
    let asked = app.update(Event::Key(parse_keys("w")[0]));
    assert!(asked.contains(&Effect::Tick));
    assert!(!shown(&mut app).contains("正在推演"), "what takes a moment shows nothing");
    assert_eq!(app.update(Event::Ticked), [Effect::Tick]);
    assert!(shown(&mut app).contains("正在推演 P01"));
    desk.press(&mut app, "<Esc>");
    assert!(!shown(&mut app).contains("正在推演"));
    assert_eq!(app.update(Event::Ticked), [], "nothing ticks for nobody");
    desk.serve(&mut app, asked);
    assert!(app.plans.what_if.found.is_empty(), "the answer comes too late");
    assert_eq!(app.plans.view, View::WhatIf);
}

#[test]
fn a_newer_what_if_makes_the_older_ones_answer_stale() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gp");
    let older = app.update(Event::Key(parse_keys("w")[0]));
    let mut newer = app.update(Event::Key(parse_keys("j")[0]));
    newer.extend(app.update(Event::Key(parse_keys("w")[0])));
    desk.serve(&mut app, older);
    assert!(app.plans.what_if.found.is_empty());
    desk.serve(&mut app, newer);
    let found: Vec<&str> = app.plans.what_if.found.keys().map(|plan| plan.as_str()).collect();
    assert_eq!(found, ["P02"]);
}

#[test]
fn a_plan_is_compared_with_a_version_or_a_file_and_anything_else_is_refused() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gpjjd<Backspace>x<Enter>");
    assert!(matches!(&app.layer, Some(Layer::Text(form)) if form.error.is_some()));
    desk.press(&mut app, "<Backspace>v1<Enter>d<Backspace>/tmp/P03.toml<Enter>");
    let asked: Vec<&Version> = desk
        .asked
        .iter()
        .filter_map(|request| match request {
            Request::Plan(PlanRequest::Diff(plan, version)) if plan.as_str() == "P03" => Some(version),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [&Version::Earlier(1), &Version::File("/tmp/P03.toml".to_owned())]);
}

#[test]
fn nothing_personal_is_left_under_the_mask() {
    for keys in ["gm", "gmu", "gpv", "gpu", "gpjjd<Enter>", "gmf古法金手镯<Enter>"] {
        let (mut desk, mut app) = at(Lang::Zh, LARGE);
        desk.press(&mut app, keys);
        let names: Vec<String> = desk.cards.values().map(|card| card.name.clone()).collect();
        let before = shown(&mut app);
        assert!(names.iter().any(|name| before.contains(name.as_str())) || keys.contains('d'), "{keys}: {before}");
        desk.press(&mut app, "<F12>");
        let masked = shown(&mut app);
        for name in names.iter().map(String::as_str).chain(["100****", "古法金手镯"]) {
            assert!(!masked.contains(name), "{keys}: {name}\n{masked}");
        }
        desk.press(&mut app, "<F12>");
        assert_eq!(shown(&mut app), before, "{keys}: the mask comes off whole");
    }
}

#[test]
fn a_click_selects_a_template_or_a_plan() {
    for (keys, expected) in [("gm", "T03"), ("gp", "P03")] {
        let (mut desk, mut app) = at(Lang::Zh, NORMAL);
        desk.press(&mut app, keys);
        render(&mut app);
        let kind = crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left);
        let modifiers = crossterm::event::KeyModifiers::NONE;
        // the header, the frame and a row or the head of a group stand above it
        let click = crossterm::event::MouseEvent { kind, column: 6, row: 4, modifiers };
        let effects = app.update(Event::Mouse(click));
        desk.serve(&mut app, effects);
        assert!(shown(&mut app).contains(&format!("╭ {expected}")), "{keys}: {}", shown(&mut app));
    }
}

#[test]
fn a_daemon_that_is_gone_leaves_what_was_read_on_the_screen() {
    let (mut desk, mut app) = at(Lang::Zh, NORMAL);
    desk.press(&mut app, "gm");
    desk.failing = Some(unreachable());
    desk.press(&mut app, "jo");
    assert!(shown(&mut app).contains("当日致谢"));
    desk.press(&mut app, "gpw");
    assert!(shown(&mut app).contains("后台程序没有回应"), "{}", shown(&mut app));
}

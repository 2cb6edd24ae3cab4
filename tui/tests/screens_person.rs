//! What is done about a customer beside logging a contact, and walking through the day.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::{App, ToastKind};
use guide::interface::effect::Request;
use guide::interface::event::Event;
use guide::interface::fixture::{Desk, parse_keys, unreachable};
use guide::interface::layers::Layer;
use guide::interface::svg::{self, render};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;

fn open(lang: Lang, size: (u16, u16)) -> (Desk, App) {
    let mut desk = Desk::new(lang, ClockKind::Real);
    let app = desk.seat(size).unwrap();
    desk.asked.clear();
    (desk, app)
}

fn text(app: &mut App) -> String {
    svg::text(&render(app))
}

fn shown(app: &mut App) -> String {
    text(app).replace([' ', '\n'], "")
}

fn toast(app: &App) -> &str {
    app.toast.as_ref().map_or("", |toast| &toast.text)
}

#[test]
fn what_was_taken_back_is_recorded_again() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "6zz");
    assert_eq!(toast(&app), "已撤销 缪可 · 已成交   Z 恢复");
    desk.press(&mut app, "Z");
    assert_eq!(toast(&app), "已恢复 缪可 · 已成交   z 撤销");
    desk.press(&mut app, "&");
    assert_eq!(toast(&app), "已恢复 曾予墨 · 未接未回   z 撤销");
    assert_eq!(desk.today.done.len(), 2);
    desk.press(&mut app, "Z");
    assert!(app.trouble.is_some() || app.toast.as_ref().unwrap().kind == ToastKind::Refused);
}

#[test]
fn keys_typed_before_a_sheet_is_there_go_to_the_sheet_and_log_nothing() {
    // at once, and behind something that is being saved
    for before in ["", "6"] {
        let (mut desk, mut app) = open(Lang::Zh, (80, 24));
        let keys = parse_keys(&format!("{before}t11"));
        let effects = keys.into_iter().flat_map(|key| app.update(Event::Key(key))).collect();
        desk.serve(&mut app, effects);
        let n_logged = desk.asked.iter().filter(|request| matches!(request, Request::LogTask(..))).count();
        assert_eq!(n_logged, before.len());
        assert!(desk.asked.iter().any(|request| matches!(request, Request::AddTag(..) | Request::RemoveTag(..))));
        assert!(matches!(app.layer, Some(Layer::Tags(_))));
    }
    // a sheet that does not come takes its keys along
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    let effects = parse_keys("t11").into_iter().flat_map(|key| app.update(Event::Key(key))).collect();
    desk.failing = Some(unreachable());
    desk.serve(&mut app, effects);
    assert!(app.layer.is_none() && !desk.asked.iter().any(|request| matches!(request, Request::LogTask(..))));
}

#[test]
fn the_steps_are_listed_and_a_chosen_one_is_taken_back() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "6U");
    assert!(shown(&mut app).contains("曾予墨·未接未回") && shown(&mut app).contains("缪可·已成交"));
    desk.press(&mut app, "<Down><Enter>");
    let second = desk.asked.iter().find_map(|request| match request {
        Request::Undo(op_id) => *op_id,
        _ => None,
    });
    assert!(second.is_some());
    desk.press(&mut app, "U");
    insta::assert_snapshot!("steps-80x24-zh", text(&mut app));
}

#[test]
fn a_task_is_put_off_and_what_is_no_time_is_refused() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "dsoon<Enter>");
    assert!(shown(&mut app).contains("看不懂"));
    for _ in 0..4 {
        desk.press(&mut app, "<Backspace>");
    }
    desk.press(&mut app, "2h<Enter>");
    let asked = desk.asked.iter().find_map(|request| match request {
        Request::Snooze(_, request) => Some(request.until.clone()),
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("2026-08-12T12:00"));
    assert_eq!(toast(&app), "已放到以后：曾予墨   z 撤销");
    assert!(app.layer.is_none());
    // a held row has no task to put off
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "Gd");
    assert_eq!(toast(&app), "只有今天的任务可以放到以后");
}

#[test]
fn the_day_is_walked_one_task_at_a_time() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let (mut desk, mut app) = open(lang, (80, 24));
        desk.press(&mut app, "w6");
        insta::assert_snapshot!(format!("walk-80x24-{suffix}"), text(&mut app));
        desk.press(&mut app, &"6".repeat(30));
        insta::assert_snapshot!(format!("walk-done-80x24-{suffix}"), text(&mut app));
        desk.press(&mut app, "<Esc>");
        assert!(!app.today.walking);
    }
}

#[test]
fn a_tag_is_set_by_two_keys_and_the_same_keys_take_it_away() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "t");
    insta::assert_snapshot!("tag-groups-80x24-zh", text(&mut app));
    desk.press(&mut app, "13");
    let added = desk.asked.iter().any(|request| matches!(request, Request::AddTag(_, tag) if tag.value == "铂金"));
    assert!(added);
    insta::assert_snapshot!("tag-values-80x24-zh", text(&mut app));
    desk.press(&mut app, "3");
    let removed = desk.asked.iter().any(|request| matches!(request, Request::RemoveTag(_, tag) if tag.value == "铂金"));
    assert!(removed);
    desk.press(&mut app, "<Esc><Esc>");
    assert!(app.layer.is_none());
}

#[test]
fn a_note_needs_words_and_is_no_contact() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "N<Enter>");
    assert!(shown(&mut app).contains("请写几个字"));
    desk.press(&mut app, "喜欢素圈<Enter>");
    assert!(desk.asked.iter().any(|request| matches!(request, Request::AddNote(_, text) if text == "喜欢素圈")));
    assert_eq!(toast(&app), "已记下备注：曾予墨   z 撤销");
}

#[test]
fn the_timeline_takes_the_place_of_the_card() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        for size in [(80, 24), (120, 36), (60, 16)] {
            let (mut desk, mut app) = open(lang, size);
            desk.press(&mut app, "<Tab><Enter>v");
            let name = format!("timeline-{}x{}-{suffix}", size.0, size.1);
            insta::assert_snapshot!(name, text(&mut app));
            desk.press(&mut app, "v");
            assert!(!app.customers.timeline);
        }
    }
}

#[test]
fn a_whole_phone_is_shown_for_a_while_and_never_while_the_screen_is_hidden() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "p");
    assert_eq!(toast(&app), "曾予墨 10000000002（看过已留记录）");
    assert!(app.messages.iter().all(|message| !message.text.contains("10000000002")), "it is not kept");
    desk.press(&mut app, "x");
    desk.asked.clear();
    desk.press(&mut app, "p");
    assert!(desk.asked.iter().all(|request| !matches!(request, Request::RevealPhone(_))));
}

#[test]
fn every_layer_opens_over_every_screen_and_closes_again() {
    for keys in ["?", ":", ",", "!", "@"] {
        for n_tabs in 0..6 {
            let (mut desk, mut app) = open(Lang::En, (80, 24));
            desk.press(&mut app, &"<Tab>".repeat(n_tabs));
            if n_tabs == 1 {
                // out of the filter
                desk.press(&mut app, "<Enter>");
            }
            desk.press(&mut app, keys);
            assert!(
                matches!(app.layer, Some(Layer::Palette(_) | Layer::Settings(_) | Layer::Page(_))),
                "{keys} over {:?}: {:?}",
                app.screen,
                app.layer
            );
            desk.press(&mut app, "<Esc>");
            assert!(app.layer.is_none(), "{keys} over screen {n_tabs}");
        }
    }
}

#[test]
fn keys_typed_while_a_tag_is_saved_set_the_tags_after_it() {
    let (mut desk, mut app) = open(Lang::Zh, (80, 24));
    desk.press(&mut app, "t1");
    let mut waiting = Vec::new();
    for key in guide::interface::fixture::parse_keys("123") {
        waiting.extend(app.update(Event::Key(key)));
    }
    desk.serve(&mut app, waiting);
    let added = desk.asked.iter().filter(|request| matches!(request, Request::AddTag(..))).count();
    assert_eq!(added, 3);
}

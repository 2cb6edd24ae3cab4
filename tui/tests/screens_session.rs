//! An interface that was killed comes back to where it was, with what was half typed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::effect::Request;
use guide::interface::fixture::Desk;
use guide::interface::layers::Layer;
use guide::interface::screens::Screen;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;

fn start(desk: &mut Desk) -> App {
    desk.seat((80, 24)).unwrap()
}

fn typed(app: &App) -> Vec<String> {
    match &app.layer {
        Some(Layer::Outcome(form)) => form.fields.iter().map(|field| field.input.value().to_owned()).collect(),
        Some(Layer::Text(form)) => form.fields.iter().map(|(_, input)| input.value().to_owned()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_was_half_typed_is_there_again_after_a_kill() {
    for (keys, expected) in [
        ("j4128", vec!["128"]),
        ("j8手链断了", vec!["手链断了"]),
        ("jjn4500<Tab><Tab>明天来取", vec!["500", "明天来取"]),
        ("jN喜欢素圈", vec!["喜欢素圈"]),
        ("jd14:3", vec!["14:3"]),
        ("f同款戒", vec!["同款戒"]),
    ] {
        let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
        let mut app = start(&mut desk);
        desk.press(&mut app, keys);
        let before = typed(&app);
        assert!(expected.iter().all(|text| before.iter().any(|typed| typed == text)), "{keys}: {before:?}");
        let selected = app.data.entry(app.today.list.selected).unwrap().customer().clone();
        drop(app);
        desk.asked.clear();
        let mut app = start(&mut desk);
        assert_eq!(typed(&app), before, "{keys}");
        assert_eq!(*app.data.entry(app.today.list.selected).unwrap().customer(), selected, "{keys}");
        let n_recorded = desk.asked.iter().filter(|request| matches!(request, Request::LogTask(..))).count();
        assert_eq!(n_recorded, 0, "nothing is saved by coming back");
        // given up, it is gone for good
        desk.press(&mut app, "<Esc>");
        let app = start(&mut desk);
        assert!(typed(&app).is_empty(), "{keys}");
    }
}

#[test]
fn a_saved_form_leaves_no_draft() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let mut app = start(&mut desk);
    desk.press(&mut app, "j4128<Enter>");
    let app = start(&mut desk);
    assert!(app.layer.is_none() && app.toast.is_none());
}

#[test]
fn a_draft_about_a_task_that_has_gone_is_not_lost() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let mut app = start(&mut desk);
    desk.press(&mut app, "j8手链断了");
    desk.today.tasks.remove(1);
    let app = start(&mut desk);
    assert!(app.layer.is_none());
    assert!(app.messages.iter().any(|message| message.text.contains("手链断了")));
}

#[test]
fn screen_and_filter_are_there_again() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let mut app = start(&mut desk);
    desk.press(&mut app, "/尉迟");
    let app = start(&mut desk);
    assert_eq!((app.screen, app.customers.input.value()), (Screen::Customers, "尉迟"));
    assert_eq!(app.data.customers.as_ref().unwrap().n_found, 1);
}

#[test]
fn moving_through_the_queue_keeps_nothing() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let mut app = start(&mut desk);
    desk.press(&mut app, "jjjkk6");
    assert!(!desk.asked.iter().any(|request| matches!(request, Request::KeepSession(_))));
}

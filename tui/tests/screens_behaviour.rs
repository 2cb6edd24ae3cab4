//! What keys do, seen through what the app asks for and shows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use guide::interface::app::{App, Link, ToastKind, Trouble};
use guide::interface::effect::{Effect, Request};
use guide::interface::event::{Answer, Event, QueryId};
use guide::interface::fixture::{Desk, parse_keys, refused, unreachable};
use guide::interface::layers::Layer;
use guide::interface::svg::render;
use guide::interface::view;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, Notice};
use guide_common::wire::record::OutcomeRequest;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn open() -> (Desk, App) {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let app = desk.seat((80, 24)).unwrap();
    desk.asked.clear();
    (desk, app)
}

fn logged(desk: &Desk) -> Vec<&OutcomeRequest> {
    desk.asked
        .iter()
        .filter_map(|request| match request {
            Request::LogTask(_, request) | Request::LogContact(_, request) => Some(&**request),
            _ => None,
        })
        .collect()
}

fn toast(app: &App) -> &str {
    app.toast.as_ref().map_or("", |toast| &toast.text)
}

#[test]
fn every_code_is_logged_with_what_it_needs_and_nothing_else() {
    for (keys, code) in [
        ("1", "interested"),
        ("2<Enter>", "appointment"),
        ("3", "visited"),
        ("41280.50<Enter>", "bought"),
        ("5", "no_need"),
        ("6", "no_reply"),
        ("7+3<Enter>", "call_later"),
        ("8<Enter>", "complaint"),
        ("9", "do_not_contact"),
        ("0c", "skipped"),
    ] {
        let (mut desk, mut app) = open();
        desk.press(&mut app, keys);
        let logged = logged(&desk);
        assert_eq!(logged.len(), 1, "{keys}");
        assert_eq!(logged[0].code, code);
        assert_eq!(logged[0].amount_fen, (code == "bought").then_some(128_050));
        assert_eq!(logged[0].next_on.map(|on| on.to_string()), (code == "call_later").then(|| "2026-08-15".to_owned()));
        assert_eq!(logged[0].reason.as_deref(), (code == "skipped").then_some("c"));
        assert_eq!(logged[0].template.is_some(), code != "skipped");
        assert!(app.layer.is_none(), "{keys}");
    }
}

#[test]
fn full_width_digits_of_an_input_method_log_the_same() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "０３");
    assert_eq!((logged(&desk)[0].code.as_str(), logged(&desk)[0].reason.as_deref()), ("skipped", Some("c")));
}

#[test]
fn a_step_that_asks_for_a_score_takes_one_key_and_may_be_skipped() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "jj14");
    desk.press(&mut app, "5<Enter>");
    let scores: Vec<_> = logged(&desk).iter().map(|request| request.score).collect();
    assert_eq!(scores[0], Some(4));
}

#[test]
fn a_score_is_never_asked_of_a_contact_without_reply() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "jj6");
    assert_eq!(logged(&desk)[0].score, None);
    assert!(app.layer.is_none());
}

#[test]
fn a_visit_may_name_day_and_time() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "28-20 15:30<Enter>");
    let request = logged(&desk)[0];
    assert_eq!(request.next_on.unwrap().to_string(), "2026-08-20");
    assert_eq!(request.next_time.unwrap().to_string(), "15:30:00");
}

#[test]
fn a_wrong_entry_keeps_the_form_and_what_was_typed() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "4abc<Enter>");
    let Some(Layer::Outcome(form)) = &app.layer else { panic!("the form is closed") };
    assert_eq!(form.fields[0].input.value(), "abc");
    assert!(form.error.is_some());
    assert!(logged(&desk).is_empty());
    desk.press(&mut app, "<Backspace><Backspace><Backspace>88<Enter>");
    assert_eq!(logged(&desk)[0].amount_fen, Some(8_800));
}

#[test]
fn what_the_daemon_refuses_keeps_the_form_and_says_why() {
    let (mut desk, mut app) = open();
    desk.failing = Some(refused("store"));
    desk.press(&mut app, "4100<Enter>");
    let Some(Layer::Outcome(form)) = &app.layer else { panic!("the form is closed") };
    assert!(form.error.as_ref().unwrap().contains("磁盘"));
    assert_eq!(form.fields[0].input.value(), "100");
    desk.failing = None;
    desk.press(&mut app, "<Enter>");
    assert_eq!(toast(&app), "已保存 曾予墨 · 已成交   z 撤销");
}

#[test]
fn escape_cancels_without_logging() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "4100<Esc>");
    assert!(app.layer.is_none());
    assert!(logged(&desk).is_empty());
}

#[test]
fn a_note_goes_along_with_any_outcome() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "n5过年再看<Enter>");
    assert_eq!(logged(&desk)[0].note.as_deref(), Some("过年再看"));
}

#[test]
fn keys_typed_while_saving_go_to_the_next_task() {
    let (mut desk, mut app) = open();
    let first: Vec<_> = app.data.today.as_ref().unwrap().tasks.iter().map(|row| row.id).collect();
    let mut waiting = VecDeque::new();
    for key in parse_keys("666") {
        waiting.extend(app.update(Event::Key(key)));
    }
    let n_asked = |effects: &VecDeque<Effect>| {
        effects.iter().filter(|e| matches!(e, Effect::Ask { request: Request::LogTask(..), .. })).count()
    };
    assert_eq!(n_asked(&waiting), 1);
    desk.serve(&mut app, waiting.into());
    let logged: Vec<_> = desk
        .asked
        .iter()
        .filter_map(|request| match request {
            Request::LogTask(id, _) => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(logged, first[..3]);
}

#[test]
fn the_selection_survives_a_reload() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "jjj");
    desk.today.tasks.remove(0);
    let effects = app.update(Event::Noticed(Notice::Today));
    desk.serve(&mut app, effects);
    assert_eq!(app.data.entry(app.today.list.selected).unwrap().name(), "朴允熙");
}

/// A desk with a queue of many tasks.
fn open_long(n: usize) -> (Desk, App) {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    desk.lengthen(n);
    let mut app = desk.seat((80, 24)).unwrap();
    render(&mut app);
    (desk, app)
}

fn limits(desk: &Desk) -> Vec<Option<usize>> {
    let limit = |request: &Request| match request {
        Request::Today { limit } => Some(*limit),
        _ => None,
    };
    desk.asked.iter().filter_map(limit).collect()
}

fn n_read(app: &App) -> usize {
    app.data.today.as_ref().unwrap().tasks.len()
}

fn shown(app: &mut App) -> String {
    render(app).content.iter().map(|cell| cell.symbol()).filter(|symbol| *symbol != " ").collect()
}

#[test]
fn a_long_queue_is_read_as_far_as_the_selection_comes() {
    let (mut desk, mut app) = open_long(1_800);
    assert_eq!(limits(&desk), [Some(100)]);
    assert!(shown(&mut app).contains("剩1800"));
    desk.press(&mut app, &"j".repeat(49));
    assert_eq!((limits(&desk).len(), n_read(&app)), (1, 100));
    desk.press(&mut app, "j");
    assert_eq!((limits(&desk), n_read(&app)), (vec![Some(100), Some(200)], 200));
    desk.press(&mut app, &"j".repeat(360));
    assert_eq!(limits(&desk), [Some(100), Some(200), Some(400), Some(800)]);
    assert_eq!(app.data.place(app.today.list.selected), (411, 1_803));
    // back at the top a reload reads only what is needed there
    desk.press(&mut app, "gg6");
    assert_eq!(limits(&desk).last(), Some(&Some(100)));
    assert_eq!(n_read(&app), 100);
}

#[test]
fn the_end_of_a_long_queue_is_one_key_away() {
    let (mut desk, mut app) = open_long(1_800);
    desk.press(&mut app, "G");
    assert_eq!(limits(&desk), [Some(100), None]);
    assert_eq!(app.data.place(app.today.list.selected), (1_803, 1_803));
    desk.press(&mut app, "kkk");
    assert_eq!(app.data.entry(app.today.list.selected).unwrap().name(), "客户1799");
    let (mut desk, mut app) = open_long(0);
    (desk.today.held, desk.today.done) = Default::default();
    desk.lengthen(300);
    let effects = app.update(Event::Noticed(Notice::Today));
    desk.serve(&mut app, effects);
    desk.press(&mut app, "G");
    assert_eq!(app.data.entry(app.today.list.selected).unwrap().name(), "客户299");
}

#[test]
fn keys_that_are_faster_than_the_daemon_stop_at_the_last_task_that_was_read() {
    let (mut desk, mut app) = open_long(300);
    let mut waiting = Vec::new();
    for key in parse_keys(&"j".repeat(150)) {
        waiting.extend(app.update(Event::Key(key)));
    }
    assert_eq!(app.today.list.selected, 99);
    assert!(shown(&mut app).contains("还有200条"));
    desk.serve(&mut app, waiting);
    assert_eq!((app.today.list.selected, n_read(&app)), (99, 200));
    desk.press(&mut app, "j");
    assert_eq!(app.data.entry(app.today.list.selected).unwrap().name(), "客户100");
}

#[test]
fn what_is_read_later_moves_nothing_on_the_screen() {
    let (mut desk, mut app) = open_long(300);
    desk.press(&mut app, &"j".repeat(49));
    render(&mut app);
    let effects = app.update(Event::Key(parse_keys("j")[0]));
    let list = |app: &mut App| {
        let buffer = render(app);
        let rows = 2..buffer.area.height - 2;
        rows.map(|row| (0..37).map(|col| buffer[(col, row)].symbol()).collect::<String>()).collect::<Vec<_>>()
    };
    let before = list(&mut app);
    desk.serve(&mut app, effects);
    assert_eq!(n_read(&app), 200);
    assert_eq!(list(&mut app), before);
}

#[test]
fn a_task_beyond_those_read_is_logged_from_the_customers() {
    let (mut desk, mut app) = open_long(300);
    desk.press(&mut app, "<Tab>客户299<Enter>6");
    let last = desk.asked.iter().rev().find_map(|request| match request {
        Request::LogTask(id, request) => Some((*id, request.due_ids.len())),
        _ => None,
    });
    let (id, n_dues) = last.unwrap();
    assert!(!desk.today.tasks.iter().any(|row| row.id == id) && desk.today.tasks.len() == 299);
    assert!(n_dues > 0);
}

#[test]
fn the_counts_follow_a_save_before_anything_is_read_again() {
    let (mut desk, mut app) = open();
    let effects = app.update(Event::Key(parse_keys("6")[0]));
    let saved = effects.into_iter().map(|effect| match effect {
        Effect::Ask { query, request } => (query, desk.answer_alone(request)),
        other => panic!("{other:?}"),
    });
    for (query, answer) in saved.collect::<Vec<_>>() {
        let _ = app.update(Event::Answered { query, answer });
    }
    assert!(shown(&mut app).contains("剩11·已记2"));
    assert_eq!(app.data.today.as_ref().unwrap().done.len(), 1);
}

#[test]
fn one_outcome_is_one_request_until_it_is_saved() {
    let (_, mut app) = open();
    let effects = app.update(Event::Key(parse_keys("6")[0]));
    assert!(matches!(effects[..], [Effect::Ask { request: Request::LogTask(..), .. }]), "{effects:?}");
    assert!(app.update(Event::Noticed(Notice::Today)).is_empty());
}

#[test]
fn a_burst_of_notices_is_read_once_now_and_once_after() {
    let (mut desk, mut app) = open();
    let mut waiting = Vec::new();
    for notice in [Notice::Customers { ids: Vec::new() }, Notice::Today, Notice::Sync, Notice::Today, Notice::Sync] {
        waiting.extend(app.update(Event::Noticed(notice)));
    }
    desk.serve(&mut app, waiting);
    let n_status = desk.asked.iter().filter(|request| **request == Request::Status).count();
    assert_eq!((limits(&desk).len(), n_status), (2, 2));
}

#[test]
fn undo_brings_the_task_back_and_selects_it() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "j6jjz");
    assert_eq!(app.data.entry(app.today.list.selected).unwrap().name(), "盖青禾");
    assert_eq!(toast(&app), "已撤销 盖青禾 · 未接未回   Z 恢复");
}

#[test]
fn a_script_with_a_gap_is_copied_only_once_it_is_filled_and_the_fill_is_recorded() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "y");
    assert_eq!(desk.copied, None);
    assert_eq!(app.toast.as_ref().unwrap().kind, ToastKind::Refused);
    desk.press(&mut app, "<Enter>同款戒圈<Enter>y");
    assert!(desk.copied.as_ref().unwrap().contains("答应帮您找的同款戒圈到了"));
    desk.press(&mut app, "1");
    assert_eq!(logged(&desk)[0].fills.get("商品").map(String::as_str), Some("同款戒圈"));
}

#[test]
fn a_complaint_is_closed_with_the_customers_words() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "c");
    assert_eq!(app.toast.as_ref().unwrap().kind, ToastKind::Refused);
    desk.press(&mut app, "jjjjjjjjjjjjc满意了<Enter>");
    assert!(desk.asked.iter().any(|request| matches!(request, Request::CloseComplaint(_, words) if words == "满意了")));
}

#[test]
fn a_customer_without_a_task_gets_a_contact_of_its_own() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "<Tab>区<Enter>1");
    assert!(desk.asked.iter().any(|request| matches!(request, Request::LogContact(id, _) if id.as_str() == "C0006")));
}

#[test]
fn a_stale_answer_is_dropped() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "<Tab>");
    let ask = |effects: Vec<Effect>| -> (QueryId, Request) {
        effects
            .into_iter()
            .find_map(|effect| match effect {
                Effect::Ask { query, request } => Some((query, request)),
                _ => None,
            })
            .unwrap()
    };
    let key = |c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    let (older, _) = ask(app.update(key('单')));
    let (newer, _) = ask(app.update(key('雅')));
    let mut list = app.data.customers.clone().unwrap();
    list.rows.truncate(1);
    list.q = "单雅".to_owned();
    app.update(Event::Answered { query: newer, answer: Ok(Answer::Customers(list.clone())) });
    list.q = "单".to_owned();
    app.update(Event::Answered { query: older, answer: Ok(Answer::Customers(list)) });
    assert_eq!(app.data.customers.as_ref().unwrap().q, "单雅");
}

#[test]
fn what_the_daemon_does_not_know_is_not_asked_for_again_and_again() {
    let (mut desk, mut app) = open();
    desk.cards.clear();
    desk.press(&mut app, "G");
    assert!(desk.asked.len() < 10, "{:?}", desk.asked);
}

#[test]
fn a_lost_daemon_is_named_and_everything_is_read_again_when_it_is_back() {
    let (mut desk, mut app) = open();
    app.update(Event::Lost(unreachable()));
    assert!(matches!(app.link, Link::Down(_)));
    let effects = app.update(Event::Connected);
    assert_eq!(app.link, Link::Up);
    desk.serve(&mut app, effects);
    assert!(desk.asked.contains(&Request::Status) && desk.asked.contains(&Request::Today { limit: Some(100) }));
}

#[test]
fn nothing_is_called_saved_while_the_daemon_is_lost() {
    let (mut desk, mut app) = open();
    desk.failing = Some(unreachable());
    desk.press(&mut app, "6");
    assert_eq!(app.trouble, Some(Trouble::Recording(unreachable())));
    assert_eq!(app.data.today.as_ref().unwrap().tasks.len(), 12);
    assert!(app.toast.is_none());
}

#[test]
fn pasted_text_never_triggers_commands() {
    let (mut desk, mut app) = open();
    let effects = app.update(Event::Paste("9990q".to_owned()));
    desk.serve(&mut app, effects);
    assert!(logged(&desk).is_empty());
    desk.press(&mut app, "4");
    app.update(Event::Paste("1,280.50\u{1b}\n".to_owned()));
    desk.press(&mut app, "<Enter>");
    assert_eq!(logged(&desk)[0].amount_fen, Some(128_050));
}

#[test]
fn only_presses_count() {
    let (_, mut app) = open();
    let mut key = KeyEvent::new(KeyCode::Char('6'), KeyModifiers::NONE);
    key.kind = KeyEventKind::Release;
    assert!(app.update(Event::Key(key)).is_empty());
}

#[test]
fn the_clock_moves_in_training_only() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "]");
    assert!(!desk.asked.iter().any(|request| matches!(request, Request::SetClock(_))));
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = desk.seat((80, 24)).unwrap();
    desk.press(&mut app, "】｝）");
    let days: Vec<_> = desk
        .asked
        .iter()
        .filter_map(|request| match request {
            Request::SetClock(now) => Some(now.date().to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(days, ["2026-08-13", "2026-08-20", "2026-09-20"]);
}

#[test]
fn help_runs_the_action_that_is_chosen() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "?撤销<Enter>");
    assert!(desk.asked.contains(&Request::Undo(None)));
}

#[test]
fn the_cursor_stands_at_the_caret_of_a_field() {
    let (mut desk, mut app) = open();
    desk.press(&mut app, "4单1");
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| view::draw(&mut app, frame)).unwrap();
    let position = terminal.get_cursor_position().unwrap();
    let buffer = terminal.backend().buffer();
    assert_eq!(buffer[(position.x - 1, position.y)].symbol(), "1");
    assert_eq!(buffer[(position.x - 3, position.y)].symbol(), "单");
}

#[test]
fn a_task_that_waits_for_its_time_is_closed_by_what_was_said_before() {
    let (mut desk, mut app) = open();
    let held = desk.today.tasks.remove(0);
    let due_ids: Vec<_> = held.dues.iter().map(|due| due.due_id).collect();
    desk.today.held.insert(
        0,
        guide_common::wire::local::HeldRow {
            customer: held.customer.clone(),
            name: held.name.clone(),
            tier: held.tier,
            hold: guide_common::sop::gate::Hold::new(guide_common::sop::gate::HoldReason::ContactHours, None),
            rush: held.rush.clone(),
            dues: held.dues.clone(),
        },
    );
    desk.press(&mut app, "r");
    let n = desk.today.tasks.len();
    desk.press(&mut app, &"j".repeat(n));
    desk.asked.clear();
    desk.press(&mut app, "5");
    assert_eq!(logged(&desk)[0].due_ids, due_ids);
    assert!(matches!(&desk.asked[0], Request::LogTask(id, _) if *id == held.id));
}

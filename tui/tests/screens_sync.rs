//! The screen Sync: whole screens as text, and what its keys ask for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use guide::interface::app::App;
use guide::interface::effect::{Effect, Request, SyncRequest};
use guide::interface::event::Event;
use guide::interface::fixture::{Desk, parse_keys, refused};
use guide::interface::layers::Layer;
use guide::interface::svg::{render, text};
use guide_common::id::OpId;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, Notice};
use guide_common::wire::support::FaultPlan;
use serde_json::{Value, json};

const NORMAL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 36);
const SMALL: (u16, u16) = (60, 16);
const TINY: (u16, u16) = (40, 10);

/// The screen of a shop of which headquarters has rejected three records.
fn open(lang: Lang, size: (u16, u16), clock: ClockKind) -> (Desk, App) {
    let mut desk = Desk::new(lang, clock);
    desk.reject();
    let mut app = desk.seat(size).unwrap();
    desk.press(&mut app, "gs");
    desk.asked.clear();
    (desk, app)
}

fn shown(app: &mut App) -> String {
    text(&render(app))
}

/// What was asked of the daemon beside what only reads the screen again.
fn asked(desk: &Desk) -> Vec<SyncRequest> {
    let reads = |request: &SyncRequest| matches!(request, SyncRequest::Outbox | SyncRequest::Log | SyncRequest::Op(_));
    let of = |request: &Request| match request {
        Request::Sync(request) if !reads(request) => Some(request.clone()),
        _ => None,
    };
    desk.asked.iter().filter_map(of).collect()
}

fn op(desk: &Desk, n: u64) -> OpId {
    desk.support.ops.iter().find(|(row, _)| row.local_seq == n).unwrap().0.op_id
}

macro_rules! check {
    ($name:literal, $size:expr, $keys:expr) => {
        check!($name, $size, $keys, ClockKind::Real);
    };
    ($name:literal, $size:expr, $keys:expr, $clock:expr) => {
        for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let (mut desk, mut app) = open(lang, $size, $clock);
            desk.press(&mut app, $keys);
            insta::assert_snapshot!(format!("{}-{suffix}", $name), shown(&mut app));
        }
    };
}

#[test]
fn the_first_section_says_whether_it_is_safe_and_what_is_to_be_done() {
    check!("sync-80x24", NORMAL, "");
    check!("sync-120x36", LARGE, "");
    check!("sync-60x16", SMALL, "<Enter>");
    check!("sync-sections-60x16", SMALL, "");
    check!("sync-40x10", TINY, "<Enter>");
}

#[test]
fn rejected_records_are_shown_with_why_and_what_can_be_done() {
    check!("sync-rejected-80x24", NORMAL, "2");
    check!("sync-rejected-120x36", LARGE, "2j");
    check!("sync-rejected-60x16", SMALL, "2");
    check!("sync-rejected-detail-60x16", SMALL, "2<Enter>");
    check!("sync-mend-80x24", NORMAL, "2e");
    check!("sync-discard-80x24", NORMAL, "2D");
}

#[test]
fn every_section_is_one_digit_away() {
    check!("sync-outbox-80x24", NORMAL, "3");
    check!("sync-cycles-80x24", NORMAL, "4jjjj");
    check!("sync-cycles-120x36", LARGE, "4jjjj");
    check!("sync-doctor-80x24", NORMAL, "5");
    check!("sync-verify-80x24", NORMAL, "v");
    check!("sync-bundle-80x24", NORMAL, "7");
    check!("sync-bundle-path-80x24", NORMAL, "7w");
    check!("sync-bundle-written-120x36", LARGE, "7w<Enter>");
    check!("sync-faults-80x24", NORMAL, "8", ClockKind::Virtual);
    check!("sync-filter-80x24", NORMAL, "3/xyz");
}

#[test]
fn a_rejected_record_is_mended_in_a_form_and_only_what_was_typed_changes() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    let rejected = op(&desk, 36);
    // the field that is missing has the keys
    desk.press(&mut app, "2e1,280.50<Enter>");
    let [SyncRequest::Resend { op, body: Some(body), customer: None }] = &asked(&desk)[..] else {
        panic!("{:?}", asked(&desk))
    };
    assert_eq!(*op, rejected);
    let body: Value = serde_json::from_str(body).unwrap();
    let expected = json!({ "on": "2026-08-12", "code": "bought", "channel": "visit", "amount_fen": 128_050,
        "due_ids": ["00a1", "00a2", "00a3"], "note": "试戴后当场定下" });
    assert_eq!(body, expected);
    assert!(app.layer.is_none());
    assert_eq!(desk.status.sync.n_rejected, 2);
}

#[test]
fn another_customer_can_be_named_and_what_is_no_value_stays_in_the_form() {
    let (mut desk, mut app) = open(Lang::En, NORMAL, ClockKind::Real);
    desk.press(&mut app, "2jje");
    for _ in 0..10 {
        desk.press(&mut app, "<Backspace>");
    }
    // the last field is the customer
    desk.press(&mut app, "<Up>");
    for _ in 0..5 {
        desk.press(&mut app, "<Backspace>");
    }
    desk.press(&mut app, "C 1<Enter>");
    assert!(shown(&mut app).contains("write a customer's id or name"));
    assert!(asked(&desk).is_empty());
    desk.press(&mut app, "<Backspace><Backspace><Backspace>C0002<Down>card<Enter>");
    let [SyncRequest::Resend { body: Some(body), customer: Some(customer), .. }] = &asked(&desk)[..] else {
        panic!("{:?}", asked(&desk))
    };
    assert_eq!(customer.as_str(), "C0002");
    assert!(body.contains("card"), "{body}");
}

#[test]
fn what_the_daemon_refuses_is_said_in_the_form_and_nothing_typed_is_lost() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    desk.press(&mut app, "2e5");
    desk.failing = Some(refused("needs_amount"));
    desk.press(&mut app, "<Enter>");
    let Some(Layer::Ask(form)) = &app.layer else { panic!("the form is gone") };
    assert!(form.error.as_ref().unwrap().contains("已成交要填金额"));
    assert_eq!(form.fields[2].input.value(), "5");
}

#[test]
fn giving_up_asks_first_and_enter_alone_gives_nothing_up() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    let rejected = op(&desk, 36);
    desk.press(&mut app, "2D<Enter>");
    assert!(asked(&desk).is_empty() && app.layer.is_none());
    desk.press(&mut app, "D<Down><Enter>");
    assert_eq!(asked(&desk), [SyncRequest::Discard(rejected)]);
    assert!(app.layer.is_none() && !app.is_recording());
    assert_eq!(desk.status.sync.n_rejected, 2);
    assert!(!shown(&mut app).contains("缺少金额"));
}

#[test]
fn one_key_sends_a_record_again_and_what_was_not_rejected_is_left_alone() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    let rejected = op(&desk, 36);
    desk.press(&mut app, "2s");
    assert_eq!(asked(&desk), [SyncRequest::Resend { op: rejected, body: None, customer: None }]);
    desk.asked.clear();
    desk.press(&mut app, "3sDe");
    assert!(asked(&desk).is_empty());
    assert!(app.toast.as_ref().unwrap().text.contains("没有被退回"));
}

#[test]
fn a_file_takes_the_place_of_another_only_when_agreed() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    desk.press(&mut app, "2w<Enter>");
    let path = "/home/guide/guide-rejected-2026-08-12.json";
    let written: Value = serde_json::from_slice(&desk.support.files[path]).unwrap();
    assert_eq!(written["ops"].as_array().unwrap().len(), 3);
    desk.support.files.insert(path.to_owned(), b"mine".to_vec());
    desk.press(&mut app, "w<Enter>");
    assert!(shown(&mut app).contains("已经有这个文件"));
    desk.press(&mut app, "<Enter>");
    assert!(matches!(app.layer, Some(Layer::Ask(_))), "a no leads back to the name");
    assert_eq!(desk.support.files[path], b"mine");
    desk.press(&mut app, "<Enter>2");
    assert_ne!(desk.support.files[path], b"mine");
    assert!(app.layer.is_none());
}

#[test]
fn what_cannot_be_written_is_said_with_its_reason() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    desk.press(&mut app, "7w");
    for _ in 0..80 {
        desk.press(&mut app, "<Backspace>");
    }
    desk.press(&mut app, "<Enter>");
    assert!(shown(&mut app).contains("请写几个字"));
    desk.press(&mut app, "/no/such/x.json<Enter>");
    assert!(shown(&mut app).contains("没有这个文件夹"), "{}", shown(&mut app));
}

#[test]
fn what_differs_is_mended_when_agreed() {
    let (mut desk, mut app) = open(Lang::En, NORMAL, ClockKind::Real);
    desk.support.differ();
    desk.press(&mut app, "v");
    assert!(shown(&mut app).contains("C0044"));
    desk.press(&mut app, "m<Enter>");
    assert_eq!(asked(&desk), [SyncRequest::Verify]);
    desk.press(&mut app, "m2");
    assert_eq!(asked(&desk), [SyncRequest::Verify, SyncRequest::Heal]);
    assert!(shown(&mut app).contains("√ Mended"));
    desk.press(&mut app, "m");
    assert!(app.toast.as_ref().unwrap().text.contains("nothing is to be mended"));
}

#[test]
fn a_comparison_says_how_long_it_takes_and_is_not_begun_twice() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    let effects = app.update(Event::Key(parse_keys("v")[0]));
    let query = effects.iter().find_map(|effect| match effect {
        Effect::Ask { query, request: Request::Sync(SyncRequest::Verify) } => Some(*query),
        _ => None,
    });
    assert!(app.update(Event::Waited { query: query.unwrap(), seconds: 7 }).is_empty());
    assert!(shown(&mut app).contains("正在与总部逐项核对… 7 秒"));
    desk.press(&mut app, "v");
    assert!(asked(&desk).is_empty(), "it is under way");
    desk.serve(&mut app, effects);
    assert!(shown(&mut app).contains("√ 两边一致"));
}

#[test]
fn in_training_the_line_is_cut_and_joined_with_one_key_and_never_elsewhere() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Virtual);
    desk.press(&mut app, "o");
    assert!(desk.faults.plan.offline && app.data.has_faults);
    desk.press(&mut app, "<Down><Enter>");
    assert!(desk.faults.plan.delay > 0 && desk.faults.plan.delay_ms > 0);
    assert!(shown(&mut app).contains("2 种故障开着"));
    desk.press(&mut app, "o");
    assert!(!desk.faults.plan.offline && desk.faults.plan.delay > 0);
    desk.press(&mut app, "O");
    assert_eq!(desk.faults.plan, FaultPlan::default());
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    desk.press(&mut app, "oO8");
    assert!(asked(&desk).is_empty());
    assert!(app.toast.as_ref().unwrap().text.contains("只有训练终端"));
}

#[test]
fn a_notice_of_sync_reads_the_records_again_and_keeps_the_selected_one() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    desk.press(&mut app, "3jjj");
    assert!(shown(&mut app).contains("! 被总部退回：客户已不归你服务"));
    desk.support.ops.remove(0);
    let effects = app.update(Event::Noticed(Notice::Sync));
    desk.serve(&mut app, effects);
    let shown = shown(&mut app);
    assert!(shown.contains("! 被总部退回：客户已不归你服务") && !shown.contains("盖青禾"), "{shown}");
}

#[test]
fn the_mask_hides_names_and_what_records_say() {
    for (keys, hidden) in [
        ("2.", ["朴允熙", "试戴后当场定下"]),
        ("2e<F12>", ["朴允熙", "试戴后当场定下"]),
        ("2D<F12>", ["朴允熙", "试戴"]),
    ] {
        let (mut desk, mut app) = open(Lang::Zh, LARGE, ClockKind::Real);
        desk.press(&mut app, keys);
        let masked = shown(&mut app);
        assert!(hidden.iter().all(|hidden| !masked.contains(hidden)), "{keys}: {masked}");
        desk.press(&mut app, "<F12>");
        assert!(shown(&mut app).contains("朴允熙"), "{keys}");
    }
}

#[test]
fn a_terminal_without_enrolment_or_records_says_so_with_the_next_step() {
    for (lang, enrol, none) in
        [(Lang::Zh, "还没有登记", "最近七天没有记录"), (Lang::En, "not enrolled", "Nothing was recorded")]
    {
        let mut desk = Desk::not_enrolled(lang);
        let mut app = desk.seat(NORMAL).unwrap();
        desk.press(&mut app, "gs2");
        assert!(shown(&mut app).contains(enrol));
        let mut desk = Desk::new(lang, ClockKind::Real);
        desk.support.ops.clear();
        let mut app = desk.seat(NORMAL).unwrap();
        desk.press(&mut app, "gs3");
        assert!(shown(&mut app).contains(none));
    }
}

#[test]
fn a_click_opens_a_section_and_selects_a_row_of_it() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL, ClockKind::Real);
    let mut click = |app: &mut App, column, row| {
        shown(app);
        let kind = MouseEventKind::Down(MouseButton::Left);
        let effects = app.update(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        desk.serve(app, effects);
    };
    // below header, banner and frame the sections; below the heads of the columns the rows
    click(&mut app, 5, 5);
    assert!(shown(&mut app).contains("╭ 待发已发"));
    click(&mut app, 30, 6);
    assert!(shown(&mut app).contains("! 被总部退回：日期晚于总部的今天"));
}

//! What keys do that need more than one screen's word: promises kept, keys that mean nothing, forms on narrow screens.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::{App, ToastKind};
use guide::interface::effect::Request;
use guide::interface::fixture::Desk;
use guide::interface::layers::Layer;
use guide::interface::screens::Screen;
use guide::interface::screens::customers::CustomersFocus;
use guide::interface::svg::render;
use guide_common::id::OpId;
use guide_common::sop::gate::{Hold, HoldReason};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, SavedState};

fn open(lang: Lang, clock: ClockKind, size: (u16, u16)) -> (Desk, App) {
    let mut desk = Desk::new(lang, clock);
    let app = desk.seat(size).unwrap();
    desk.asked.clear();
    (desk, app)
}

fn rows(app: &mut App) -> Vec<String> {
    let buffer = render(app);
    let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(row).collect()
}

fn shown(app: &mut App) -> String {
    rows(app).concat().replace(' ', "")
}

fn kept(desk: &Desk) -> Vec<OpId> {
    let kept = |request: &Request| match request {
        Request::KeepPromise(promise) => Some(*promise),
        _ => None,
    };
    desk.asked.iter().filter_map(kept).collect()
}

fn toast(app: &App) -> &str {
    app.toast.as_ref().map_or("", |toast| &toast.text)
}

#[test]
fn the_one_open_promise_is_kept_with_one_key() {
    for key in ["P", "#", "＃"] {
        let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
        let promise = desk.cards.values().flat_map(|card| &card.promises).next().unwrap().op_id;
        desk.press(&mut app, key);
        assert_eq!(kept(&desk), [promise], "{key}");
        assert_eq!(toast(&app), "已保存 曾予墨 · 承诺已兑现   z 撤销");
        assert!(desk.cards.values().all(|card| card.promises.is_empty()));
    }
}

#[test]
fn of_several_promises_the_chosen_one_is_kept() {
    for (keys, idx) in [("P<Enter>", 0), ("P<Down><Enter>", 1), ("Pj<Enter>", 1), ("P2", 1), ("P<Up><Enter>", 1)] {
        let (mut desk, _) = open(Lang::Zh, ClockKind::Real, (80, 24));
        let card = desk.cards.values_mut().find(|card| !card.promises.is_empty()).unwrap();
        let mut other = card.promises[0].clone();
        other.op_id = "01989b0e-8a1e-7000-8000-0000000000aa".parse().unwrap();
        other.promise.text = "代改手链".to_owned();
        card.promises.push(other);
        let promises: Vec<OpId> = card.promises.iter().map(|row| row.op_id).collect();
        let mut app = desk.seat((80, 24)).unwrap();
        desk.press(&mut app, "P");
        assert!(matches!(app.layer, Some(Layer::Promise(_))));
        assert!(rows(&mut app).join("\n").replace(' ', "").contains("2代改手链"));
        desk.press(&mut app, &keys[1..]);
        assert_eq!(kept(&desk), [promises[idx]], "{keys}");
        assert!(app.layer.is_none());
    }
}

#[test]
fn a_promise_is_kept_from_the_customers_too_and_the_mask_hides_what_was_promised() {
    let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
    desk.press(&mut app, "<Tab>曾<Enter>P");
    assert_eq!(kept(&desk).len(), 1);
    let (mut desk, _) = open(Lang::Zh, ClockKind::Real, (80, 24));
    let card = desk.cards.values_mut().find(|card| !card.promises.is_empty()).unwrap();
    let again = card.promises[0].clone();
    card.promises.push(again);
    let mut app = desk.seat((80, 24)).unwrap();
    desk.press(&mut app, "xP");
    let shown = rows(&mut app).join("\n").replace(' ', "");
    assert!(shown.contains("哪个承诺已兑现") && !shown.contains("同款") && !shown.contains("曾予墨"));
}

#[test]
fn keys_that_do_nothing_say_so() {
    for (keys, expected) in [
        ("jP", "这位客户没有未兑现的承诺"),
        ("W", "没有这个键（? 或 F1 看帮助）"),
        ("j<Enter>", "话术没有空要填"),
        ("]", "只有训练时钟可以拨动"),
        ("Gy", "这里没有可复制的话术"),
        ("<Tab><Enter>y", "这个键在别的界面才有用（? 看这里的按键）"),
        ("<Tab><Enter>W", "没有这个键（? 或 F1 看帮助）"),
    ] {
        let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
        desk.press(&mut app, keys);
        assert_eq!(toast(&app), expected, "{keys}");
        assert_eq!(app.toast.as_ref().unwrap().kind, ToastKind::Refused, "{keys}");
    }
}

#[test]
fn where_there_is_nothing_to_record_again_nothing_is_called_unsaved() {
    for (lang, expected) in [(Lang::Zh, "没有可以恢复的撤销"), (Lang::En, "There is nothing to record again")]
    {
        let (mut desk, mut app) = open(lang, ClockKind::Real, (80, 24));
        desk.press(&mut app, "Z");
        assert_eq!(toast(&app), expected);
        assert_eq!(app.toast.as_ref().unwrap().kind, ToastKind::Refused);
        assert!(app.trouble.is_none());
    }
}

#[test]
fn under_a_sheet_the_footer_names_no_key_of_the_screen() {
    for keys in [":", "2", ",", "t", "g"] {
        let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
        desk.press(&mut app, keys);
        let rows = rows(&mut app);
        let footer = rows.last().unwrap().replace(' ', "");
        assert_eq!(footer == "F12遮挡Ctrl-C退出", app.layer.is_some(), "{keys}: {footer}");
    }
}

#[test]
fn esc_leads_back_to_the_list_from_where_a_script_was_looked_for() {
    let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
    desk.press(&mut app, "gc<Enter>ju");
    assert_eq!(app.screen, Screen::Templates);
    let chosen = app.chosen.clone();
    desk.press(&mut app, "<Esc>");
    assert_eq!((app.screen, app.customers.focus), (Screen::Customers, CustomersFocus::List));
    desk.press(&mut app, "u");
    assert_eq!(app.chosen, chosen, "the same customer is selected");
    desk.press(&mut app, "gm<Esc>");
    assert_eq!(app.screen, Screen::Today, "asked for by name they lead where all screens lead");
}

#[test]
fn where_the_card_is_there_already_enter_says_what_it_did() {
    let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (120, 36));
    desk.press(&mut app, "<Tab><Enter><Enter>");
    assert_eq!(toast(&app), "↑↓ 滚动客户卡，Esc 返回列表");
}

#[test]
fn a_form_covers_a_narrow_screen_from_edge_to_edge() {
    for (lang, keys) in [(Lang::Zh, "jjj4"), (Lang::En, "jjj4"), (Lang::Zh, "jjj0"), (Lang::En, "n")] {
        let (mut desk, mut app) = open(lang, ClockKind::Real, (60, 16));
        desk.press(&mut app, keys);
        let rows = rows(&mut app);
        let top = rows.iter().position(|row| row.contains('╭')).unwrap();
        for row in &rows[top..rows.len() - 1] {
            assert!(["╭", "│", "╰"].iter().any(|edge| row.starts_with(edge)), "{lang:?} {keys}: {row}");
        }
        assert!(!rows[..top].iter().any(|row| row.contains("结 果") || row.contains("Outcome")), "{rows:?}");
    }
}

#[test]
fn only_a_form_of_several_fields_offers_the_next_one() {
    for (keys, several) in [("jjj4", false), ("jj0", false), ("jjn4", true), ("jj2", true)] {
        let (mut desk, mut app) = open(Lang::En, ClockKind::Real, (80, 24));
        desk.press(&mut app, keys);
        assert_eq!(rows(&mut app).join("\n").contains("Tab next"), several, "{keys}");
    }
}

#[test]
fn narrow_english_screens_keep_all_tabs_and_the_ways_out() {
    for clock in [ClockKind::Real, ClockKind::Virtual] {
        let (_, mut app) = open(Lang::En, clock, (60, 16));
        let rows = rows(&mut app);
        assert!(
            ["Today", "Cust", "Temp", "Plan", "Repo", "Sync"].iter().all(|tab| rows[0].contains(tab)),
            "{}",
            rows[0]
        );
        let footer = rows.last().unwrap();
        assert!(["? Help", "Tab Switch", "x Hide", "q Quit"].iter().all(|hint| footer.contains(hint)), "{footer}");
    }
}

#[test]
fn in_training_the_header_names_no_real_time() {
    let (mut desk, _) = open(Lang::En, ClockKind::Virtual, (80, 24));
    desk.status.sync.state = SavedState::Received;
    let mut app = desk.seat((80, 24)).unwrap();
    let header = rows(&mut app).remove(0);
    assert!(header.contains("received") && !header.contains(':'), "{header}");
}

#[test]
fn the_channel_of_the_shown_task_is_always_on_the_screen() {
    for (lang, channel) in [(Lang::Zh, "企微"), (Lang::En, "WeCom")] {
        for size in [(80, 24), (60, 16)] {
            let (mut desk, mut app) = open(lang, ClockKind::Real, size);
            desk.press(&mut app, "jj");
            let shown = rows(&mut app).join("\n").replace(' ', "");
            assert!(shown.matches(channel).count() >= 1, "{lang:?} {size:?}");
        }
    }
}

#[test]
fn the_place_of_a_task_counts_as_the_header_does() {
    let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (60, 16));
    assert!(rows(&mut app)[1].contains("1/12"));
    desk.press(&mut app, "G");
    assert!(rows(&mut app)[1].contains("1/1"));
}

#[test]
fn a_hold_of_promotions_never_says_that_nobody_may_be_contacted() {
    for (lang, goes_on) in [(Lang::Zh, "服务照常"), (Lang::En, "service goes on")] {
        let (mut desk, _) = open(lang, ClockKind::Real, (80, 24));
        let first = desk.today.tasks[0].customer.clone();
        desk.cards.get_mut(&first).unwrap().holds = vec![Hold::new(HoldReason::PromoRest, "2026-10-01".parse().ok())];
        let mut app = desk.seat((120, 36)).unwrap();
        let shown = rows(&mut app).join("\n");
        // beside a wide character the grid has an empty cell
        let shown = if lang == Lang::Zh { shown.replace(' ', "") } else { shown };
        assert!(shown.contains(goes_on) && !shown.contains("起可联系") && !shown.contains("free from"), "{shown}");
    }
}

#[test]
fn what_is_cut_ends_in_an_ellipsis_and_no_date_is_cut_apart() {
    let (mut desk, _) = open(Lang::En, ClockKind::Real, (80, 24));
    let card = desk.cards.values_mut().next().unwrap();
    card.purchases[0].secret_until = "2027-08-21".parse().ok();
    card.purchases[0].purchase = None;
    let mut app = desk.seat((76, 24)).unwrap();
    desk.press(&mut app, "<Tab>");
    let shown = rows(&mut app).join("\n");
    let said =
        shown.contains("secret until 21 Aug 2027") || shown.contains("secret until …") || shown.contains("21 Aug…");
    assert!(said, "{shown}");
}

#[test]
fn behind_the_mask_no_name_phone_or_amount_is_left_and_everything_works_on() {
    for keys in ["", "<Tab>", "<Tab><Enter>j", "jjj4", "jjjjjjjjjjjj", "c"] {
        let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
        desk.press(&mut app, keys);
        let open_text = shown(&mut app);
        assert!(open_text.contains('¥') || open_text.contains("100****"), "{keys}: there is something to mask");
        // in a form and in the filter letters are text
        let key = if app.layer.is_some() || app.is_filtering() { "<F12>" } else { "x" };
        desk.press(&mut app, key);
        let masked = shown(&mut app);
        let secrets = ["¥", "100****", "戒指", "手镯", "项链"];
        let names = desk.cards.values().map(|card| card.name.as_str());
        for secret in secrets.into_iter().chain(names) {
            assert!(!masked.contains(secret), "{keys}: {secret} in {masked}");
        }
    }
    let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
    desk.press(&mut app, "x");
    assert!(shown(&mut app).contains("{称呼}您好，答应帮您找的{商品}"), "what to say is still to be read");
    let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, (80, 24));
    desk.press(&mut app, "f银戒<Enter>xy");
    assert!(desk.copied.as_deref().is_some_and(|text| text.contains("银戒")), "the script itself is not masked");
    desk.press(&mut app, "6");
    let is_logged = |request: &Request| matches!(request, Request::LogTask(_, outcome) if outcome.code == "no_reply");
    assert!(desk.asked.iter().any(is_logged));
    assert!(!shown(&mut app).contains(desk.today.done[0].name.as_str()), "not even in what was saved");
    desk.press(&mut app, "x");
    assert!(shown(&mut app).contains(desk.today.tasks[0].name.as_str()), "the same key shows everything again");
}

#[test]
fn a_message_covers_no_outcome_key_and_no_corner() {
    for size in [(60, 16), (80, 24), (120, 36)] {
        let (mut desk, mut app) = open(Lang::Zh, ClockKind::Real, size);
        let before = rows(&mut app).join("\n").replace(' ', "");
        desk.press(&mut app, "W");
        let after = rows(&mut app).join("\n").replace(' ', "");
        assert!(after.contains(&toast(&app).replace(' ', "")), "{after}");
        for text in ["9请勿扰", "0跳过"] {
            assert!(before.contains(text) && after.contains(text), "{size:?}\n{after}");
        }
        assert_eq!(before.matches('╯').count(), after.matches('╯').count(), "{size:?}\n{after}");
    }
}

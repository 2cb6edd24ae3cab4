//! The lock: how it looks, what its keys do, and that nothing stays of whoever was at the terminal.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::effect::Request;
use guide::interface::event::Event;
use guide::interface::fixture::Desk;
use guide::interface::svg::{render, text};
use guide::interface::theme::Theme;
use guide_common::id::GuideId;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, Notice};

const PIN: &str = "271828";

/// A desk of three guides, the first at it.
fn desk(lang: Lang, has_pin: bool) -> Desk {
    Desk::new(lang, ClockKind::Real).with_guides(has_pin)
}

fn open(desk: &mut Desk, lang: Lang, size: (u16, u16)) -> App {
    let mut app = App::new(lang, Theme::built_in("ansi").unwrap(), size);
    desk.open(&mut app);
    app
}

fn notice(desk: &mut Desk, app: &mut App) {
    let effects = app.update(Event::Noticed(Notice::Seat));
    desk.serve(app, effects);
}

fn shown(app: &mut App) -> String {
    text(&render(app))
}

#[test]
fn the_lock_looks_so_at_every_size_in_both_languages() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        for (size, name) in [((80, 24), "80x24"), ((60, 16), "60x16"), ((40, 10), "40x10")] {
            let mut desk = desk(lang, true);
            let mut app = open(&mut desk, lang, size);
            desk.press(&mut app, "X2718");
            insta::assert_snapshot!(format!("lock-{name}-{suffix}"), shown(&mut app));
            desk.press(&mut app, "<Enter>");
            insta::assert_snapshot!(format!("lock-wrong-{name}-{suffix}"), shown(&mut app));
        }
        let mut desk = desk(lang, false);
        let mut app = open(&mut desk, lang, (80, 24));
        desk.press(&mut app, "X");
        insta::assert_snapshot!(format!("lock-choose-80x24-{suffix}"), shown(&mut app));
    }
}

#[test]
fn it_is_drawn_whole_at_every_size() {
    for cols in 0..=90 {
        for rows in [0, 1, 2, 3, 5, 8, 13, 24] {
            let mut desk = desk(Lang::Zh, true);
            let mut app = open(&mut desk, Lang::Zh, (cols, rows));
            desk.press(&mut app, "X27");
            drop(render(&mut app));
        }
    }
}

#[test]
fn a_lock_forgets_who_was_there_and_the_pin_brings_the_next_one() {
    let mut desk = desk(Lang::Zh, true);
    let mut app = open(&mut desk, Lang::Zh, (80, 24));
    desk.press(&mut app, "jjX");
    assert!(app.lock.is_some() && app.data.today.is_none() && app.data.status.is_none() && app.chosen.is_none());
    let names: Vec<String> = desk.cards.values().map(|card| card.name.clone()).collect();
    let on_screen = shown(&mut app);
    assert!(!names.iter().any(|name| on_screen.contains(name.as_str())), "{on_screen}");
    let n_before = desk.asked.len();
    desk.press(&mut app, "<Down>111222<Enter>");
    assert!(app.lock.is_some() && shown(&mut app).contains("PIN 不对"));
    desk.press(&mut app, "<Backspace>9<Backspace>");
    desk.press(&mut app, PIN);
    let typed = shown(&mut app);
    assert!(!typed.contains("271828") && typed.contains("* * * * * *"), "{typed}");
    desk.status.turn = Some("2".to_owned());
    desk.seats.turn = Some("2".to_owned());
    desk.press(&mut app, "<Enter>");
    assert!(app.lock.is_none() && app.data.today.is_some());
    let unlocked = Request::Unlock(GuideId::new("G2").unwrap(), Some(PIN.to_owned()));
    assert!(desk.asked[n_before..].contains(&unlocked));
    assert!(!format!("{:?}", app.lock).contains("2718"));
}

#[test]
fn keys_that_record_do_nothing_while_it_is_locked() {
    let mut desk = desk(Lang::Zh, true);
    let mut app = open(&mut desk, Lang::Zh, (80, 24));
    desk.press(&mut app, "X");
    let n_before = desk.asked.len();
    desk.press(&mut app, "4uZr:?/<F12><Tab>");
    assert_eq!(desk.asked.len(), n_before, "{:?}", &desk.asked[n_before..]);
    assert!(app.lock.is_some() && app.layer.is_none());
}

#[test]
fn a_notice_of_another_turn_hides_what_was_shown_and_one_of_the_own_changes_nothing() {
    let mut desk = desk(Lang::Zh, true);
    let mut app = open(&mut desk, Lang::Zh, (80, 24));
    notice(&mut desk, &mut app);
    assert!(app.lock.is_none() && app.data.today.is_some(), "the own turn goes on");
    (desk.seats.locked, desk.seats.turn) = (true, None);
    notice(&mut desk, &mut app);
    assert!(app.lock.is_some() && app.data.today.is_none());
    (desk.seats.locked, desk.seats.turn) = (false, Some("3".to_owned()));
    desk.status.turn = Some("3".to_owned());
    notice(&mut desk, &mut app);
    assert!(app.lock.is_none() && app.data.today.is_some(), "unlocked elsewhere");
    (desk.seats.turn, desk.status.turn) = (Some("4".to_owned()), Some("4".to_owned()));
    desk.asked.clear();
    notice(&mut desk, &mut app);
    assert!(desk.asked.iter().any(|asked| matches!(asked, Request::Today { .. })), "another guide's day is read");
}

#[test]
fn without_a_pin_nothing_is_locked_and_it_is_chosen_who_is_next() {
    let mut desk = desk(Lang::Zh, false);
    let mut app = open(&mut desk, Lang::Zh, (80, 24));
    desk.press(&mut app, "X");
    assert!(app.lock.is_some() && app.data.today.is_some(), "who goes back finds it as it was");
    desk.press(&mut app, "<Esc>");
    assert!(app.lock.is_none());
    desk.press(&mut app, "X<Down><Down><Enter>");
    assert!(app.lock.is_none() && desk.asked.contains(&Request::Unlock(GuideId::new("G3").unwrap(), None)));
    desk.seats.seats.truncate(1);
    desk.seats.seats[0].in_front = true;
    desk.press(&mut app, "X");
    assert!(app.lock.is_none() && shown(&mut app).contains("guide pin set"));
}

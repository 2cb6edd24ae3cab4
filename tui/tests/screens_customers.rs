//! Customers as a whole: found as they are read, entered, kept as lists, and given any script.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::effect::{ListRequest, Request};
use guide::interface::event::Event;
use guide::interface::fixture::Desk;
use guide::interface::screens::Screen;
use guide::interface::svg::{render, text};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, Notice};

const NORMAL: (u16, u16) = (80, 24);

fn open(lang: Lang, size: (u16, u16)) -> (Desk, App) {
    let mut desk = Desk::new(lang, ClockKind::Real);
    let app = desk.seat(size).unwrap();
    (desk, app)
}

fn shown(app: &mut App) -> String {
    text(&render(app))
}

/// Compares a screen in both languages.
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
fn what_of_a_filter_was_not_understood_is_said_above_the_list() {
    check!("customers-note-80x24", NORMAL, "<Tab>levl:金卡");
}

#[test]
fn a_lead_is_entered_from_anywhere_with_name_and_phone() {
    check!("lead-80x24", NORMAL, "A");
    check!("lead-60x16", (60, 16), "<Tab><Insert>林知夏<Tab>13800001234");
    let (mut desk, mut app) = open(Lang::En, NORMAL);
    desk.press(&mut app, "<Tab><Insert>林知夏<Tab>13800001234<Tab>pearls<Tab>3000<Enter>");
    let request = desk.asked.iter().find_map(|request| match request {
        Request::AddLead(request) => Some(request.clone()),
        _ => None,
    });
    let request = request.unwrap();
    assert_eq!((request.name.as_str(), request.phone.as_deref()), ("林知夏", Some("13800001234")));
    assert_eq!((request.looked_at.as_deref(), request.budget_fen), (Some("pearls"), Some(300_000)));
    let screen = shown(&mut app);
    assert!(screen.contains("林知夏 is entered"), "{screen}");
    assert!(app.customers.selected(&app.data).is_some_and(|row| row.name == "林知夏"), "it is selected");
}

#[test]
fn who_was_not_found_is_not_typed_twice() {
    let (mut desk, mut app) = open(Lang::En, NORMAL);
    desk.press(&mut app, "<Tab>林知夏<Insert>");
    assert!(shown(&mut app).contains("林知夏"), "the name stands in the form");
    desk.press(&mut app, "<Enter>");
    assert!(desk.asked.iter().any(|request| matches!(request, Request::AddLead(lead) if lead.name == "林知夏")));
}

#[test]
fn a_lead_without_a_name_is_not_sent() {
    let (mut desk, mut app) = open(Lang::En, NORMAL);
    desk.press(&mut app, "A<Enter>");
    assert!(!desk.asked.iter().any(|request| matches!(request, Request::AddLead(_))));
    assert!(shown(&mut app).contains("the text is missing"), "{}", shown(&mut app));
}

#[test]
fn another_customer_with_the_same_number_is_named() {
    let (mut desk, mut app) = open(Lang::En, NORMAL);
    let known = desk.cards.values().find_map(|card| card.phone_masked.clone()).unwrap();
    let number = format!("1380000{}", &known[known.len() - 4..]);
    let name = desk.cards.values().find(|card| card.phone_masked.as_ref() == Some(&known)).unwrap().name.clone();
    desk.press(&mut app, &format!("A林知夏<Tab>{number}<Enter>"));
    // the desk compares the last digits alone where the rest is masked
    let says = shown(&mut app).contains(&name);
    assert_eq!(says, known.starts_with("*******"), "{}", shown(&mut app));
}

#[test]
fn lists_are_shown_opened_and_taken_away() {
    check!("lists-80x24", NORMAL, "<Tab><F4>");
    check!("list-open-80x24", NORMAL, "<Tab><F4>2");
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    desk.press(&mut app, "<Tab><F4>2");
    assert_eq!(app.customers.input.value(), "#珍珠");
    assert!(desk.asked.contains(&Request::Customers { q: "#珍珠".to_owned(), limit: 500 }));
    desk.press(&mut app, "<F4>D");
    assert!(!desk.asked.contains(&Request::List(ListRequest::Remove("要紧的".to_owned()))), "it asks first");
    desk.press(&mut app, "2");
    assert!(desk.asked.contains(&Request::List(ListRequest::Remove("要紧的".to_owned()))));
}

#[test]
fn reminders_are_listed_put_off_and_lead_to_the_customer() {
    check!("reminders-80x24", NORMAL, "R");
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    desk.press(&mut app, "`<Down><Down>z");
    assert!(shown(&mut app).contains("→ 14:00"), "the list stays open and says so");
    desk.press(&mut app, "<Enter>");
    assert_eq!((app.screen, app.customers.input.value()), (Screen::Customers, "C00004"));
}

#[test]
fn a_reminder_that_comes_is_told_and_the_terminal_rings_where_no_desktop_does() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    let mut tell = |app: &mut App, title: &str, urgent, shown| {
        let notice = Notice::Reminder { ids: Vec::new(), title: title.to_owned(), urgent, shown };
        let effects = app.update(Event::Noticed(notice));
        desk.serve(app, effects);
        desk.rung.clone()
    };
    let rung = tell(&mut app, "15:00 有客户到店\u{1b}[2J", false, false);
    assert!(shown(&mut app).contains("提醒：15:00 有客户到店"));
    assert_eq!(rung, ["15:00 有客户到店[2J"]);
    let rung = tell(&mut app, "总部催办", true, true);
    assert_eq!(rung.len(), 1, "the desktop has shown it");
    assert!(!shown(&mut app).contains("提醒：总部催办"), "the one before is read first");
    let first = app.toast.as_ref().unwrap().id;
    app.update(Event::ToastExpired(first));
    assert!(shown(&mut app).contains("提醒：总部催办"));
}

#[test]
fn a_filter_is_kept_under_a_name_and_another_one_is_not_lost() {
    check!("list-save-80x24", NORMAL, "<Tab>syn<F5>");
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    desk.press(&mut app, "<Tab><F5>");
    assert!(shown(&mut app).contains("先输入筛选条件"), "there is nothing to keep");
    desk.press(&mut app, "syn<F5>单家<Enter>");
    let saved = ListRequest::Save { name: "单家".to_owned(), filter: "syn".to_owned() };
    assert!(desk.asked.contains(&Request::List(saved)));
    assert!(shown(&mut app).contains("单家"), "the list is named in the title");
    desk.press(&mut app, "<F5>要紧的<Enter>");
    let replaced = ListRequest::Save { name: "要紧的".to_owned(), filter: "syn".to_owned() };
    assert!(!desk.asked.contains(&Request::List(replaced.clone())), "the name is taken: it asks first");
    desk.press(&mut app, "2");
    assert!(desk.asked.contains(&Request::List(replaced)));
}

#[test]
fn shan_is_found_by_both_readings_and_the_match_is_marked() {
    for typed in ["syn", "dyn", "shanyaning"] {
        let (mut desk, mut app) = open(Lang::Zh, NORMAL);
        desk.press(&mut app, &format!("<Tab>{typed}"));
        let row = app.customers.selected(&app.data).unwrap();
        assert_eq!(row.name, "单雅宁", "{typed}");
        assert!(!row.name_spans.is_empty());
    }
}

#[test]
fn any_script_is_said_to_any_customer_and_the_contact_names_it() {
    let (mut desk, mut app) = open(Lang::Zh, NORMAL);
    desk.press(&mut app, "<Tab>syn<Enter>ujj");
    assert_eq!(app.screen, Screen::Templates);
    let chosen = app.chosen.clone().unwrap();
    assert_eq!(chosen.name, "单雅宁");
    desk.press(&mut app, "y");
    assert!(desk.copied.is_some(), "the script for this customer is copied:\n{}", shown(&mut app));
    desk.press(&mut app, "Y");
    assert_eq!(desk.printed, desk.copied, "and shown on the bare terminal");
    desk.press(&mut app, " 2<Enter>");
    let logged = desk.asked.iter().find_map(|request| match request {
        Request::LogContact(customer, request) => Some((customer.clone(), request.clone())),
        _ => None,
    });
    let (customer, request) = logged.unwrap();
    assert_eq!(customer, chosen.id);
    assert_eq!(request.template, guide::interface::screens::templates::rows::selected(&app).map(|row| row.id.clone()));
}

#[test]
fn without_a_customer_an_outcome_among_the_templates_says_what_to_do() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    desk.empty();
    let mut app = desk.seat(NORMAL).unwrap();
    desk.press(&mut app, "gm1");
    assert!(shown(&mut app).contains("先按 u 选一位客户"), "{}", shown(&mut app));
}

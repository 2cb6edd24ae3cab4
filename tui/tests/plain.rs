//! The plain mode at the fixed desk: lines are typed, and what is told is compared as text.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use guide::interface::action::{Action, registry};
use guide::interface::app::App;
use guide::interface::effect::Request;
use guide::interface::event::Event;
use guide::interface::fixture::{Desk, unreachable};
use guide::interface::theme::Theme;
use guide::lesson;
use guide::plain::command::{Said, parse};
use guide::plain::front::Front;
use guide::plain::help;
use guide::training::State;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;

/// A front at a desk.
struct Walk {
    desk: Desk,
    front: Front,
}

impl Walk {
    fn at(mut desk: Desk, lang: Lang) -> (Self, Vec<String>) {
        let mut front = Front::new(App::new(lang, Theme::built_in("mono").unwrap(), (80, 24)));
        let effects = front.start();
        desk.serve(&mut front.app, effects);
        let told = front.tell();
        (Self { desk, front }, told)
    }

    fn new(lang: Lang, clock: ClockKind) -> Self {
        Self::at(Desk::new(lang, clock), lang).0
    }

    /// Types a line; what is told.
    fn say(&mut self, line: &str) -> Vec<String> {
        let effects = self.front.line(line);
        self.desk.serve(&mut self.front.app, effects);
        self.front.tell()
    }

    fn says(&mut self, line: &str) -> String {
        self.say(line).join("\n")
    }
}

/// Types lines from the start; each with what is told.
fn walked(lang: Lang, clock: ClockKind, lines: &[&str]) -> String {
    let (mut walk, told) = Walk::at(Desk::new(lang, clock), lang);
    let mut all = told;
    for line in lines {
        all.push(format!("> {line}"));
        all.extend(walk.say(line));
    }
    all.join("\n")
}

macro_rules! check {
    ($name:literal, $clock:expr, $lines:expr) => {
        for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            insta::assert_snapshot!(format!("{}-{suffix}", $name), walked(lang, $clock, $lines));
        }
    };
}

#[test]
fn a_small_morning_is_walked_line_by_line() {
    let lines = [
        "1",
        "copy",
        "=6",
        "z",
        "3",
        "",
        "list",
        "4",
        "bought 1280",
        "=0",
        "9",
        "1",
        "n",
        "1",
        "想看对戒",
        "x",
        "1",
        "x",
    ];
    check!("morning", ClockKind::Real, &lines);
}

#[test]
fn customers_are_found_read_and_written_about() {
    let lines = [
        "customers",
        "1",
        "timeline",
        "tag",
        "1",
        "1",
        ".",
        ".",
        "note 喜欢珍珠",
        "steps",
        ".",
        "reveal-phone",
        "lists",
        "2",
        "add-lead",
        "林知夏",
        "13800001234",
        "",
        "",
        "",
        "/ xyz",
        "/",
        ".",
    ];
    check!("customers", ClockKind::Real, &lines);
}

#[test]
fn every_screen_is_read_line_by_line() {
    let lines = [
        "templates",
        "2",
        "for-whom",
        "1",
        "e",
        "",
        "plans",
        "1",
        "next-view",
        "what-if",
        "w",
        "d",
        "",
        "reports",
        "1",
        "back",
        "2",
        "2",
        "back",
        "4",
        "own-dates",
        ".",
        "sync-state",
        "1",
        "back",
        "2",
        "1",
        "mend",
        ".",
        "discard",
        "",
        "back",
        "4",
        "1",
        "check",
        "1",
        "verify",
        "export",
        ".",
    ];
    check!("screens", ClockKind::Real, &lines);
}

#[test]
fn training_moves_the_clock_and_cuts_the_line() {
    check!("training", ClockKind::Virtual, &["]", "week-forward", "sync-state", "8", "1", "open", "end-faults"]);
}

#[test]
fn a_lesson_tells_each_step_once_its_mistakes_its_hint_and_how_it_went() {
    let lesson = Arc::new(lesson::file::parse(LESSON).unwrap());
    let mut walk = Walk::new(Lang::En, ClockKind::Virtual);
    let state = State { now: walk.desk.status.now, ..State::default() };
    walk.front.app.training = Some(Arc::new(state.clone()));
    let begun = Event::Training(Arc::new(State { lesson: Some((0, lesson)), ..state }));
    let effects = walk.front.event(begun);
    walk.desk.serve(&mut walk.front.app, effects);
    let told = walk.front.tell().join("\n");
    assert!(told.contains("A try 1/2") && told.contains("Copy the second script."), "{told}");
    let told = walk.says("2");
    assert!(!told.contains("A try"), "a step is told once: {told}");
    let told = walk.says("hint");
    assert!(told.contains("→ its name is copy"), "{told}");
    let told = walk.says("=6");
    assert!(told.contains("step 1: nothing was sent"), "{told}");
    let told = walk.says("copy");
    assert!(told.contains("A try 2/2") && told.contains("Mask the screen."), "{told}");
    let told = walk.says("privacy");
    assert!(told.contains("85 points · 0:00 · 5 keys · 1 wrong · 1 hints"), "{told}");
    assert!(walk.front.app.lesson.is_none() && walk.front.app.layer.is_none());
}

/// A lesson of two steps.
const LESSON: &str = r#"
id = "test"
order = 1
role = "guide"
minutes = 2
name = { zh = "试一课", en = "A try" }
about = { zh = "试", en = "a try" }

[[step]]
text = { zh = "复制第二条。", en = "Copy the second script." }
wants = { action = "copy" }
hint = { zh = "复制", en = "its name is copy" }
mistakes = [ { saved = "outcome", why = { zh = "还没发", en = "nothing was sent" } } ]
solution = "y"

[[step]]
text = { zh = "遮住屏幕。", en = "Mask the screen." }
wants = { masked = true }
solution = "x"
"#;

#[test]
fn help_screens_settings_and_what_is_not_known() {
    check!(
        "help",
        ClockKind::Real,
        &["?", "? 撤销", "? undo", ":", ",", "4", ".", "about", "messages", "xyzzy", "99", "scroll-down"]
    );
}

#[test]
fn every_action_is_reached_by_its_name_or_says_why_it_means_nothing_here() {
    let walk = Walk::new(Lang::Zh, ClockKind::Virtual);
    let without: Vec<Action> = registry()
        .iter()
        .filter(|spec| help::why_not(&walk.front.app, spec.action).is_some())
        .map(|spec| spec.action)
        .collect();
    assert_eq!(without, [Action::ScrollDown, Action::ScrollUp, Action::Mouse]);
    for spec in registry() {
        for typed in [spec.name.to_owned(), spec.name.to_uppercase(), format!(":{}", spec.name)] {
            let said = parse(&walk.front.app, &typed);
            assert!(matches!(said, Said::Act(action, ref rest) if action == spec.action && rest.is_empty()), "{typed}");
        }
        for lang in [Lang::Zh, Lang::En] {
            let said = parse(&walk.front.app, spec.label(lang));
            let is_there = match &said {
                Said::Act(action, _) => {
                    let named = registry().iter().find(|of| of.action == *action).unwrap();
                    [Lang::Zh, Lang::En]
                        .iter()
                        .any(|lang| named.label(*lang).eq_ignore_ascii_case(spec.label(lang.to_owned())))
                        || named.label(lang).eq_ignore_ascii_case(spec.label(lang))
                        || named.name.eq_ignore_ascii_case(spec.label(lang))
                }
                Said::Several(specs) => !specs.is_empty(),
                Said::Find(_) => spec.action == Action::Filter,
                _ => false,
            };
            assert!(is_there, "{} {said:?}", spec.label(lang));
        }
    }
}

#[test]
fn full_width_keys_and_digits_are_understood() {
    let app = &Walk::new(Lang::Zh, ClockKind::Real).front.app;
    for (wide, ascii) in [("１２", "12"), ("＝４", "=4"), ("？", "?"), ("ｙ", "y"), ("：ｃｏｐｙ", ":copy")]
    {
        assert_eq!(format!("{:?}", parse(app, wide)), format!("{:?}", parse(app, ascii)));
    }
    assert!(matches!(parse(app, "/ 单雅"), Said::Find(text) if text == "单雅"));
    assert!(matches!(parse(app, "gt"), Said::Act(Action::Goto(_), _)));
}

#[test]
fn a_number_means_the_row_that_was_told_with_it_whatever_happened_since() {
    let mut walk = Walk::new(Lang::Zh, ClockKind::Real);
    let third = walk.desk.today.tasks[2].customer.clone();
    let gone = walk.desk.today.tasks[1].customer.clone();
    walk.desk.today.tasks.remove(1);
    let effects = walk.front.event(Event::Noticed(guide_common::wire::local::Notice::Today));
    walk.desk.serve(&mut walk.front.app, effects);
    assert!(walk.front.tell().is_empty(), "nobody asked");
    walk.say("3");
    assert_eq!(walk.front.app.data.entry(walk.front.app.today.list.selected).unwrap().customer(), &third);
    let told = walk.says("2");
    assert!(told.starts_with("这一行已经不在列表里了"), "{gone} {told}");
}

#[test]
fn nothing_is_logged_for_somebody_who_was_not_told() {
    let mut walk = Walk::new(Lang::Zh, ClockKind::Real);
    walk.say("1");
    walk.desk.today.tasks.remove(0);
    let effects = walk.front.event(Event::Noticed(guide_common::wire::local::Notice::Today));
    walk.desk.serve(&mut walk.front.app, effects);
    walk.front.tell();
    walk.desk.asked.clear();
    let told = walk.says("=6");
    assert!(told.starts_with("选中的已经变了"), "{told}");
    assert!(!walk.desk.asked.iter().any(|request| matches!(request, Request::LogTask(..))));
    walk.say("=6");
    assert!(walk.desk.asked.iter().any(|request| matches!(request, Request::LogTask(..))));
}

#[test]
fn a_note_behind_an_outcome_that_asks_nothing_is_its_note() {
    let mut walk = Walk::new(Lang::En, ClockKind::Real);
    walk.say("1");
    walk.say("=6 nobody answers");
    let logged = walk.desk.asked.iter().find_map(|request| match request {
        Request::LogTask(_, request) => Some(request.clone()),
        _ => None,
    });
    assert_eq!(logged.unwrap().note.as_deref(), Some("nobody answers"));
}

#[test]
fn a_daemon_that_is_away_is_told_of_and_the_walk_goes_on_when_it_is_back() {
    for (lang, lost, back) in
        [(Lang::Zh, "正在自动重连", "后台又连上了"), (Lang::En, "Reconnecting by itself", "the daemon is back")]
    {
        let mut walk = Walk::new(lang, ClockKind::Real);
        walk.desk.failing = Some(unreachable());
        let effects = walk.front.event(Event::Lost(unreachable()));
        walk.desk.serve(&mut walk.front.app, effects);
        assert!(walk.front.tell().join("\n").contains(lost));
        walk.say("1");
        let told = walk.says("=6");
        assert!(told.contains(lost), "{told}");
        walk.desk.failing = None;
        let effects = walk.front.event(Event::Connected);
        walk.desk.serve(&mut walk.front.app, effects);
        assert!(walk.front.tell().contains(&back.to_owned()));
        assert!(walk.says("=6").contains(walk.desk.today.done[0].name.as_str()));
    }
}

#[test]
fn a_terminal_that_is_not_enrolled_says_what_helps() {
    for lang in [Lang::Zh, Lang::En] {
        let (_, told) = Walk::at(Desk::not_enrolled(lang), lang);
        assert!(told.join("\n").contains("guide enroll https://"), "{told:?}");
    }
}

/// What a whole walk tells.
fn everything(lang: Lang, before: &[&str]) -> String {
    let lines = [
        "1",
        "",
        "next-script",
        "3",
        "list",
        "more",
        "customers",
        "1",
        "timeline",
        "templates",
        "1",
        "plans",
        "1",
        "v",
        "reports",
        "1",
        "sync-state",
        "1",
        "back",
        "2",
        "1",
        "back",
        "3",
        "1",
        "steps",
        ".",
        "messages",
        "today",
        "=6",
        "z",
        "14",
        "15",
    ];
    let all: Vec<&str> = before.iter().copied().chain(lines).collect();
    walked(lang, ClockKind::Real, &all)
}

#[test]
fn no_line_has_an_escape_sequence_a_control_character_or_a_drawing() {
    for lang in [Lang::Zh, Lang::En] {
        let mut desk = Desk::new(lang, ClockKind::Virtual);
        desk.today.tasks[0].name = "王\u{1b}[2J\u{7}宁\u{202e}".to_owned();
        let (_, told) = Walk::at(desk, lang);
        let told = format!("{}\n{}", told.join("\n"), everything(lang, &[]));
        for line in told.lines() {
            let is_bad = |c: &char| c.is_control() || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2500}'..='\u{259f}');
            assert!(!line.chars().any(|c| is_bad(&c)), "{line:?}");
            assert!(!line.contains("  ") || !line.trim_start().starts_with(char::is_numeric), "{line:?}");
        }
    }
}

#[test]
fn under_the_mask_nobody_is_named() {
    for lang in [Lang::Zh, Lang::En] {
        let desk = Desk::new(lang, ClockKind::Real);
        let (_, greeting) = Walk::at(desk.clone(), lang);
        let told = everything(lang, &["x"]).split_off(greeting.join("\n").len());
        for card in desk.cards.values() {
            assert!(!told.contains(&card.name), "{} in\n{told}", card.name);
            let phone = card.phone_masked.as_deref().unwrap_or("no phone at all");
            assert!(!told.contains(phone), "{phone} in\n{told}");
            let total = guide::lang::amount(card.total_fen);
            assert!(!told.contains(&total), "{total} in\n{told}");
        }
    }
}

#[test]
fn a_command_tells_only_what_it_changed() {
    let mut walk = Walk::new(Lang::Zh, ClockKind::Real);
    walk.say("1");
    assert_eq!(walk.say("copy").len(), 1);
    assert_eq!(walk.say("x"), ["遮挡中"]);
    assert_eq!(walk.say("x"), ["不再遮挡"]);
}

#[test]
fn a_templates_text_is_written_line_by_line_up_to_a_dot() {
    let mut walk = Walk::new(Lang::Zh, ClockKind::Real);
    for line in ["templates", "1", "e", "1", "您好，", "copy"] {
        walk.say(line);
    }
    assert!(walk.says(".").contains("您好，\ncopy"));
    assert!(walk.says("").contains("草稿已留着"));
    let draft = walk.front.app.templates.drafts.values().next().unwrap();
    assert_eq!(draft.text.zh, "您好，\ncopy");
    assert!(walk.desk.copied.is_none());
}

#[test]
fn a_question_is_answered_kept_given_up_and_gone_back_to() {
    let mut walk = Walk::new(Lang::En, ClockKind::Real);
    walk.say("1");
    assert!(walk.says("=4").contains("Amount"));
    assert!(walk.says("").contains("the amount is missing"));
    assert!(walk.says("many").contains("write an amount above 0"));
    assert_eq!(walk.say("."), Vec::<String>::new());
    assert!(walk.front.app.layer.is_none());
    assert!(walk.says("=4 1280").contains("Saved"));
}

#[test]
fn q_and_its_names_leave() {
    for line in ["q", "quit", "退出"] {
        let mut walk = Walk::new(Lang::Zh, ClockKind::Real);
        walk.say(line);
        assert!(walk.front.has_left, "{line}");
    }
}

#[test]
fn a_locked_terminal_asks_who_is_here_and_for_the_pin_which_is_not_shown() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let (mut walk, _) = Walk::at(Desk::new(lang, ClockKind::Real).with_guides(true), lang);
        let mut all = Vec::new();
        // locked, a line that means nothing, a row that is not there, given up, no PIN at all, a wrong one, the right one
        for line in ["X", "today", "7", "2", "", "2", "secret", "2", "314159", "1", "271828", "list"] {
            let is_hidden = walk.front.hides_line();
            all.push(format!("> {}", if is_hidden { "(hidden)" } else { line }));
            all.extend(walk.say(line));
        }
        assert!(walk.front.app.lock.is_none());
        insta::assert_snapshot!(format!("locked-{suffix}"), all.join("\n"));
    }
}

#[test]
fn without_a_pin_a_number_begins_the_turn_and_q_leaves() {
    let (mut walk, _) = Walk::at(Desk::new(Lang::En, ClockKind::Real).with_guides(true), Lang::En);
    walk.say("X");
    walk.say("3");
    assert!(walk.front.app.lock.is_none(), "no PIN is asked of who has none");
    let (mut walk, _) = Walk::at(Desk::new(Lang::En, ClockKind::Real).with_guides(true), Lang::En);
    walk.say("X");
    walk.say("q");
    assert!(walk.front.has_left);
}

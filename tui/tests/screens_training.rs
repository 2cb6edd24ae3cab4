//! Training at the fixed desk: the bar, its sheets, a lesson beside the work, and what the director is told to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use guide::interface::app::App;
use guide::interface::event::Event;
use guide::interface::fixture::Desk;
use guide::interface::screens::Screen;
use guide::interface::svg::{render, text};
use guide::interface::theme::Theme;
use guide::interface::typed::parse_keys;
use guide::lesson::Lesson;
use guide::lesson::file::parse;
use guide::training::{Busy, Moment, Order, Span, State};
use guide_common::amnesty::WaiveReason;
use guide_common::calendar::Leave;
use guide_common::customer::Tier;
use guide_common::demo::answer::{Happening, Means, What};
use guide_common::outcome::OutcomeCode;
use guide_common::purchase::Item;
use guide_common::sop::backlog::{Amnesty, AmnestyCount, DueFate, Fate};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;

const LESSON: &str = r#"
id = "test"
order = 1
role = "guide"
minutes = 2
name = { zh = "试一课", en = "A try" }
about = { zh = "试", en = "a try" }

[[step]]
text = { zh = "按 y 复制话术，再等一会儿。", en = "Press y to copy the script, then wait a while." }
wants = { action = "copy" }
hint = { zh = "小写 y", en = "a small y" }
mistakes = [ { saved = "outcome", why = { zh = "还没发就记了", en = "logged before it was sent" } } ]
solution = "y"

[[step]]
text = { zh = "按 x 遮住屏幕。", en = "Press x to mask the screen." }
wants = { masked = true }
solution = "x"
"#;

fn state(desk: &Desk) -> State {
    let now = desk.status.now;
    let happening = |minutes: i64, what| Happening {
        at: now - chrono::TimeDelta::minutes(minutes),
        customer: "C0002".parse().unwrap(),
        name: "曾予墨".to_owned(),
        what,
    };
    let means = Means { code: OutcomeCode::Interested, score: None, next_on: None, next_time: None };
    let item = Item { name: Some("素圈戒指".to_owned()), ..Item::default() };
    State {
        now,
        moments: [3, 1, 0].map(|days| Moment { at: now - chrono::TimeDelta::days(days) }).to_vec(),
        happened: vec![
            happening(90, What::RingsOut),
            happening(60, What::Says { words: "周末过来".to_owned(), means }),
            happening(30, What::Comes),
            happening(5, What::Buys { amount_fen: 288_000, item }),
        ],
        ..State::default()
    }
}

fn open(desk: &mut Desk, lang: Lang) -> App {
    let mut app = App::new(lang, Theme::built_in("ansi").unwrap(), (80, 24));
    app.training = Some(Arc::new(state(desk)));
    desk.open(&mut app);
    app
}

fn tell(desk: &mut Desk, app: &mut App, change: impl FnOnce(&mut State)) {
    let mut state = State::clone(app.training.as_ref().unwrap());
    change(&mut state);
    let effects = app.update(Event::Training(Arc::new(state)));
    desk.serve(app, effects);
}

fn shown(app: &mut App) -> String {
    text(&render(app))
}

#[test]
fn the_bar_and_its_sheets_look_so_in_both_languages() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let sheets = [("T", "menu"), ("Tf", "faults"), ("Tl", "moments"), ("Ta", "answers"), ("Tt", "lessons")];
        for (keys, name) in sheets {
            let mut desk = Desk::new(lang, ClockKind::Virtual);
            let mut app = open(&mut desk, lang);
            desk.press(&mut app, keys);
            insta::assert_snapshot!(format!("training-{name}-{suffix}"), shown(&mut app));
        }
    }
}

#[test]
fn under_the_mask_neither_names_nor_words_of_customers_are_shown() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    desk.press(&mut app, "xTa");
    let masked = shown(&mut app);
    for secret in ["曾予墨", "周末过来", "素圈戒指", "2,880"] {
        assert!(!masked.contains(secret), "{secret}\n{masked}");
    }
    desk.press(&mut app, "<Esc>x");
    assert!(shown(&mut app).contains("曾予墨"));
}

#[test]
fn each_key_gives_its_order_and_a_script_that_is_copied_counts_as_sent() {
    let mut desk = Desk::new(Lang::En, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::En);
    desk.press(&mut app, "]Th}T3TkTqTbTr");
    let spans = [Span::Day, Span::Hour, Span::Week, Span::ThreeDays, Span::ThreeWeeks, Span::ThreeMonths];
    let mut expected: Vec<Order> = spans.into_iter().map(Order::Forward).collect();
    expected.extend([Order::Back, Order::Reset]);
    assert_eq!(desk.orders, expected);
    desk.orders.clear();
    desk.press(&mut app, "jjyTpTl<Up><Enter>Tf7");
    assert!(matches!(&desk.orders[0], Order::Sent(sent) if sent.at == desk.status.now), "{:?}", desk.orders);
    assert_eq!(desk.orders[1..3], [Order::Play { day_ms: 330, until: None }, Order::BackTo(1)]);
    assert_eq!(desk.orders[3], Order::KillDaemon);
    desk.orders.clear();
    desk.press(&mut app, "<Esc>T+");
    assert_eq!(desk.orders, [], "nothing plays");
    tell(&mut desk, &mut app, |state| state.day_ms = Some(160));
    desk.press(&mut app, "T-T-T-T-T-T-");
    let paces = [330, 500, 1_000, 2_000, 2_000, 2_000].map(|day_ms| Order::Play { day_ms, until: None });
    assert_eq!(desk.orders, paces);
    tell(&mut desk, &mut app, |state| (state.busy, state.day_ms) = (Some(Busy::Forward), None));
    desk.orders.clear();
    desk.press(&mut app, "<Esc>]");
    assert_eq!(desk.orders, [], "one after the other");
}

#[test]
fn on_the_real_clock_there_is_no_training() {
    let mut desk = Desk::new(Lang::En, ClockKind::Real);
    let mut app = App::new(Lang::En, Theme::built_in("ansi").unwrap(), (80, 24));
    desk.open(&mut app);
    desk.press(&mut app, "Td");
    assert!(desk.orders.is_empty() && app.layer.is_none());
    assert!(shown(&mut app).contains("only the training clock"), "{}", shown(&mut app));
}

#[test]
fn a_lesson_stands_beside_the_work_counts_mistakes_and_ends_with_a_result() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let lesson: Arc<Lesson> = Arc::new(parse(LESSON).unwrap());
        let mut desk = Desk::new(lang, ClockKind::Virtual);
        let mut app = open(&mut desk, lang);
        tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::clone(&lesson))));
        for _ in 0..5 {
            app.update(Event::Second);
        }
        insta::assert_snapshot!(format!("lesson-begun-{suffix}"), shown(&mut app));
        desk.press(&mut app, "6T?");
        insta::assert_snapshot!(format!("lesson-mistake-{suffix}"), shown(&mut app));
        desk.press(&mut app, "yx");
        let result = desk.results.pop().unwrap();
        assert_eq!((result.score(), result.mistakes.len(), result.n_hints, result.seconds), (85, 1, 1, 5));
        desk.press(&mut app, "x");
        insta::assert_snapshot!(format!("lesson-result-{suffix}"), shown(&mut app));
    }
}

#[test]
fn what_is_asked_for_several_times_counts_for_each_customer_once_and_what_is_taken_back_is_asked_for_again() {
    let three = LESSON.replace("wants = { action = \"copy\" }", "wants = { saved = \"outcome\", times = 3 }");
    let three = three.replace("saved = \"outcome\", why", "saved = \"note\", why");
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::new(parse(&three).unwrap()))));
    let n_met = |app: &App| app.lesson.as_ref().unwrap().n_met;
    desk.press(&mut app, "66");
    assert_eq!(n_met(&app), 2);
    desk.press(&mut app, "z");
    assert_eq!(n_met(&app), 1, "taken back");
    desk.press(&mut app, "66");
    assert_eq!(app.lesson.as_ref().unwrap().step, 1);
    // the same customer twice is one customer
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    let copies = LESSON.replace("action = \"copy\"", "action = \"scroll-down\", times = 2");
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::new(parse(&copies).unwrap()))));
    desk.press(&mut app, "JJJ");
    assert_eq!(n_met(&app), 1);
    desk.press(&mut app, "jJ");
    assert_eq!(app.lesson.as_ref().unwrap().step, 1);
}

#[test]
fn the_result_comes_with_the_next_key_whichever_and_the_lesson_is_marked() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    let first = guide::lesson::library::all()[0].id.clone();
    let lesson = LESSON.replace("id = \"test\"", &format!("id = \"{first}\""));
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::new(parse(&lesson).unwrap()))));
    let n_open = app.data.today.as_ref().unwrap().tasks.len();
    desk.press(&mut app, "jyx");
    assert!(shown(&mut app).contains("按任意键看成绩"), "{}", shown(&mut app));
    desk.press(&mut app, "6");
    assert!(shown(&mut app).contains("100 分") && app.lesson.is_none(), "{}", shown(&mut app));
    assert_eq!(app.data.today.as_ref().unwrap().tasks.len(), n_open, "the key only showed it");
    desk.press(&mut app, "<Esc>Tt");
    let sheet = shown(&mut app);
    assert!(sheet.contains("完成 100 分"), "{sheet}");
    desk.press(&mut app, "<Enter>");
    let begun = desk.orders.iter().rev().find_map(|order| match order {
        Order::Begin(lesson) => Some(lesson.id.clone()),
        _ => None,
    });
    assert_eq!(begun, Some(guide::lesson::library::all()[1].id.clone()), "the next one is selected");
}

#[test]
fn a_lesson_goes_back_with_the_clock_and_begins_again_with_it() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    let lesson: Arc<Lesson> = Arc::new(parse(LESSON).unwrap());
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::clone(&lesson))));
    desk.press(&mut app, "6");
    desk.press(&mut app, "y");
    let step = |app: &App| app.lesson.as_ref().unwrap().step;
    assert_eq!(step(&app), 1);
    tell(&mut desk, &mut app, |state| {
        let at = state.now + chrono::TimeDelta::hours(1);
        state.now = at;
        state.moments.push(Moment { at });
    });
    assert_eq!(step(&app), 1);
    // back to where it was before that hour, when nothing was done yet
    let waiting = app.update(Event::Key(parse_keys("T").unwrap()[0]));
    desk.serve(&mut app, waiting);
    // the director carries it out and tells of both at once
    drop(app.update(Event::Key(parse_keys("b").unwrap()[0])));
    tell(&mut desk, &mut app, |state| {
        state.n_orders += 1;
        state.moments.pop();
        state.now = state.moments.last().unwrap().at;
    });
    let running = app.lesson.clone().unwrap();
    assert_eq!((running.step, running.mistakes.len()), (0, 1), "what was a mistake stays one");
    desk.press(&mut app, "Tr");
    assert!(matches!(desk.orders.last(), Some(Order::Begin(again)) if again.id == lesson.id), "{:?}", desk.orders);
}

#[test]
fn a_step_that_goes_back_is_done_by_it() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    let back = LESSON.replace("wants = { masked = true }", "wants = { action = \"rewind\", times = 2 }");
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::new(parse(&back).unwrap()))));
    desk.press(&mut app, "jy");
    assert_eq!(app.lesson.as_ref().unwrap().step, 1);
    for key in parse_keys("Tb").unwrap() {
        drop(app.update(Event::Key(key)));
    }
    // the director says that it begins, and then that it is done
    tell(&mut desk, &mut app, |state| state.busy = Some(Busy::Back));
    tell(&mut desk, &mut app, |state| (state.busy, state.n_orders) = (None, state.n_orders + 1));
    assert_eq!(app.lesson.as_ref().unwrap().step, 1, "what the step asked for does not undo it");
}

#[test]
fn the_keys_of_training_are_there_where_a_name_could_be_typed() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    desk.press(&mut app, "<Tab>]Td");
    assert_eq!(desk.orders, [Order::Forward(Span::Day), Order::Forward(Span::Day)]);
    assert!(app.is_filtering() && app.customers.input.value().is_empty());
    desk.press(&mut app, "zT");
    assert_eq!(app.customers.input.value(), "zT", "in a name it is a letter");
}

#[test]
fn a_demo_speaks_the_language_in_which_it_was_opened() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    assert!(!shown(&mut app).contains("L English"));
    desk.press(&mut app, "L");
    assert_eq!(app.lang, Lang::Zh);
    assert!(shown(&mut app).contains("guide --lang en demo"), "{}", shown(&mut app));
}

#[test]
fn in_a_lesson_who_presents_may_show_the_names_that_its_steps_say() {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    let name = desk.today.tasks[0].name.clone();
    desk.press(&mut app, "Tvx");
    assert!(!shown(&mut app).contains(&name));
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::new(parse(LESSON).unwrap()))));
    assert!(shown(&mut app).contains("x 显示姓名"), "{}", shown(&mut app));
    desk.press(&mut app, "x");
    assert!(shown(&mut app).contains(&name) && app.audience.presents);
}

#[test]
fn an_outcome_that_is_not_what_the_customer_said_is_a_mistake_and_the_right_one_is_none() {
    for (key, n_mistakes) in [("5", 1), ("1", 0)] {
        let lesson: Arc<Lesson> = Arc::new(parse(&LESSON.replace("saved = \"outcome\"", "saved = \"note\"")).unwrap());
        let mut desk = Desk::new(Lang::En, ClockKind::Virtual);
        let mut app = open(&mut desk, Lang::En);
        tell(&mut desk, &mut app, |state| state.lesson = Some((0, lesson)));
        let customer = app.shown_customer().unwrap();
        tell(&mut desk, &mut app, |state| {
            let means = Means { code: OutcomeCode::Interested, score: None, next_on: None, next_time: None };
            let what = What::Says { words: "gladly".to_owned(), means };
            state.happened.push(Happening { at: state.now, customer, name: "Zeng Yumo".to_owned(), what });
        });
        desk.press(&mut app, key);
        let running = app.lesson.as_ref().unwrap();
        assert_eq!(running.mistakes.len(), n_mistakes, "{:?}", running.mistakes);
    }
}

#[test]
fn who_learns_is_told_what_a_key_will_do_and_it_does_it_when_pressed_again() {
    for clock in [ClockKind::Virtual, ClockKind::Real] {
        let mut desk = Desk::new(Lang::En, clock);
        let mut app = App::new(Lang::En, Theme::built_in("ansi").unwrap(), (80, 24));
        desk.open(&mut app);
        let n_open = |app: &App| app.data.today.as_ref().unwrap().tasks.len();
        let n_before = n_open(&app);
        desk.press(&mut app, "Ti6");
        let footer = |app: &mut App| shown(app).lines().last().unwrap().to_owned();
        assert!(footer(&mut app).contains("6 Silent No reply"), "{}", footer(&mut app));
        assert_eq!(n_open(&app), n_before, "nothing is done yet");
        // another key says what it does, and Esc gives up
        desk.press(&mut app, "y");
        assert!(footer(&mut app).contains("y Copy") && desk.copied.is_none(), "{}", footer(&mut app));
        desk.press(&mut app, "<Esc>");
        assert!(!footer(&mut app).contains("Enter does it") && desk.copied.is_none());
        // a move is no act
        let selected = app.today.list.selected;
        desk.press(&mut app, "j");
        assert_eq!(app.today.list.selected, selected + 1);
        for again in ["6", "<Enter>"] {
            let n_before = n_open(&app);
            desk.press(&mut app, "6");
            assert_eq!(n_open(&app), n_before);
            desk.press(&mut app, again);
            assert_eq!(n_open(&app), n_before - 1, "{again}");
        }
        // two keys that belong together
        desk.press(&mut app, "gc");
        assert!(footer(&mut app).contains("g c Customers"), "{}", footer(&mut app));
        desk.press(&mut app, "gc");
        assert_eq!(app.screen, Screen::Customers);
        desk.press(&mut app, "<Down>TvTi6");
        assert!(!app.audience.learns && !app.audience.presents, "to stop learning needs no second key");
    }
}

#[test]
fn pressed_keys_and_the_day_are_shown_large_and_who_presents_shows_nobody() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let mut desk = Desk::new(lang, ClockKind::Virtual);
        let mut app = open(&mut desk, lang);
        desk.press(&mut app, "Tcjj");
        insta::assert_snapshot!(format!("training-keys-{suffix}"), shown(&mut app));
        desk.press(&mut app, "Tcy");
        assert!(!shown(&mut app).contains('█'), "{}", shown(&mut app));
        desk.press(&mut app, "Tvjgc<Enter>");
        insta::assert_snapshot!(format!("training-presenter-{suffix}"), shown(&mut app));
        desk.press(&mut app, "x");
        let presented = shown(&mut app);
        let secrets = [desk.cards.values().next().unwrap().name.clone(), desk.status.guide.clone().unwrap().name];
        assert!(secrets.iter().all(|name| !presented.contains(name)), "{presented}");
        let first = desk.today.tasks[0].name.clone();
        desk.press(&mut app, "gtTv");
        assert!(!shown(&mut app).contains(&first), "the audience may still be there");
        desk.press(&mut app, "x");
        assert!(shown(&mut app).contains(&first));
    }
}

#[test]
fn while_a_scene_is_set_no_key_acts_on_what_is_about_to_be_gone() {
    let lesson: Arc<Lesson> = Arc::new(parse(LESSON).unwrap());
    let mut desk = Desk::new(Lang::En, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::En);
    let waiting = app.open_lesson(lesson);
    let n_before = app.data.today.as_ref().unwrap().tasks.len();
    for key in parse_keys("6y<Enter>").unwrap() {
        drop(app.update(Event::Key(key)));
    }
    assert!(!app.is_recording() && app.layer.is_none());
    assert!(shown(&mut app).contains("still moving"), "{}", shown(&mut app));
    desk.serve(&mut app, waiting);
    desk.press(&mut app, "6");
    assert_eq!(app.data.today.as_ref().unwrap().tasks.len(), n_before - 1);
}

#[test]
fn who_presents_goes_on_presenting_in_the_lesson_that_begins() {
    let lesson: Arc<Lesson> = Arc::new(parse(LESSON).unwrap());
    let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
    let mut app = open(&mut desk, Lang::Zh);
    desk.press(&mut app, "TvTi");
    tell(&mut desk, &mut app, |state| state.lesson = Some((0, lesson)));
    assert!(app.audience.presents && app.audience.learns && app.lesson.is_some());
    assert!(!shown(&mut app).contains(&desk.today.tasks[0].name), "{}", shown(&mut app));
}

#[test]
fn what_is_typed_at_the_lock_is_never_shown_large() {
    let mut desk = Desk::new(Lang::En, ClockKind::Virtual).with_guides(true);
    let mut app = open(&mut desk, Lang::En);
    desk.press(&mut app, "TcX");
    let before = app.audience.pressed.clone();
    desk.press(&mut app, "271828");
    assert!(app.lock.is_some());
    assert_eq!(app.audience.pressed, before);
}

#[test]
fn the_backlog_after_a_leave_is_shown_and_settled_as_one_step() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let mut desk = Desk::new(lang, ClockKind::Virtual);
        let mut app = open(&mut desk, lang);
        desk.press(&mut app, "a");
        assert!(app.layer.is_none(), "no leave has ended");
        desk.amnesty = Some(Box::new(amnesty(&desk)));
        desk.press(&mut app, "a");
        insta::assert_snapshot!(format!("amnesty-{suffix}"), shown(&mut app));
        desk.press(&mut app, "jG<Esc>");
        assert!(desk.amnesty.is_some() && app.layer.is_none(), "it was only looked at");
        desk.press(&mut app, "xa");
        assert!(!shown(&mut app).contains("曾予墨"));
        desk.press(&mut app, "<Esc>xa<Enter>");
        assert!(desk.amnesty.is_none() && app.layer.is_none());
        assert!(shown(&mut app).contains(if lang == Lang::Zh { "留下 2" } else { "2 stay" }), "{}", shown(&mut app));
    }
}

/// Of four steps two stay.
fn amnesty(desk: &Desk) -> Amnesty {
    let due = desk.today.tasks[0].dues[0].clone();
    let on = desk.today.on;
    let fates = [
        Fate::Expired { reason: WaiveReason::MomentPassed },
        Fate::Handed { until_on: on },
        Fate::Kept { turn_on: on },
        Fate::AtRisk { until_on: on },
    ];
    let row = |fate| DueFate {
        customer: "C0002".parse().unwrap(),
        name: "曾予墨".to_owned(),
        tier: Tier::A,
        due: due.clone(),
        piece: None,
        fate,
    };
    Amnesty {
        on,
        leave: Leave { on, from_on: on - chrono::TimeDelta::days(14), to_on: on.pred_opt().unwrap(), deputy: None },
        deputy: Some("zhouyuan".parse().unwrap()),
        deputy_name: Some("周予安".to_owned()),
        count: AmnestyCount {
            n_dues: 4,
            n_kept: 2,
            n_at_risk: 1,
            n_expired: 1,
            n_handed: 1,
            ..AmnestyCount::default()
        },
        dues: fates.map(row).to_vec(),
        held: Vec::new(),
    }
}

#[test]
fn it_is_drawn_whole_at_every_size() {
    let lesson: Arc<Lesson> = Arc::new(parse(LESSON).unwrap());
    for cols in (0..=90).step_by(3) {
        for rows in [0, 1, 2, 3, 5, 8, 9, 10, 12, 13, 24] {
            let mut desk = Desk::new(Lang::Zh, ClockKind::Virtual);
            let mut app = open(&mut desk, Lang::Zh);
            app.update(Event::Resized(cols, rows));
            tell(&mut desk, &mut app, |state| state.lesson = Some((0, Arc::clone(&lesson))));
            drop(render(&mut app));
            desk.press(&mut app, "Ta");
            drop(render(&mut app));
            desk.amnesty = Some(Box::new(amnesty(&desk)));
            desk.press(&mut app, "<Esc>TvjTia");
            drop(render(&mut app));
            desk.press(&mut app, "a");
            drop(render(&mut app));
        }
    }
}

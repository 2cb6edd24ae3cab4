//! What is drawn in every theme, down to the bytes, and the focused task at every size.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::fixture::Desk;
use guide::interface::svg::render;
use guide::interface::theme::{Library, Theme};
use guide::interface::view;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

fn open() -> (Desk, App) {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let app = desk.seat((80, 24)).unwrap();
    (desk, app)
}

#[test]
fn the_focused_task_is_shown_at_every_size_that_has_room_for_a_name() {
    for rows in 1..=40 {
        for cols in [14, 20, 40, 60, 71, 72, 80, 120] {
            let (_, mut app) = open();
            app.size = (cols, rows);
            let shown: String = render(&mut app).content.iter().map(|cell| cell.symbol()).collect();
            assert!(shown.contains("曾") || rows < 1, "{cols}x{rows}");
        }
    }
}

/// The bytes of a frame as a terminal would get them.
fn bytes(theme: &str) -> String {
    let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
    let mut app = App::new(Lang::Zh, Theme::built_in(theme).unwrap(), (80, 24));
    desk.open(&mut app);
    let mut bytes = Vec::new();
    {
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 80, 24)) };
        let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).unwrap();
        terminal.draw(|frame| view::draw(&mut app, frame)).unwrap();
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn without_colour_the_bytes_reverse_the_selection_and_name_no_colour() {
    crossterm::style::force_color_output(true);
    let bytes = bytes("mono");
    for sequence in bytes.split('\u{1b}').filter_map(|part| part.strip_prefix('[')) {
        let Some((parameters, _)) = sequence.split_once('m') else { continue };
        if !parameters.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') {
            continue;
        }
        assert!(
            !parameters.starts_with(';') && !parameters.ends_with(';'),
            "an empty parameter resets all: {parameters:?}"
        );
        for parameter in parameters.split(';').filter_map(|parameter| parameter.parse::<u16>().ok()) {
            assert!(!matches!(parameter, 30..=38 | 40..=48 | 90..=97 | 100..=107), "a colour: {parameter}");
        }
    }
    let selected = bytes.find('兑').unwrap();
    let reversed = bytes[..selected].rfind("\u{1b}[7m").unwrap();
    assert!(!bytes[reversed..selected].contains("\u{1b}[27m") && !bytes[reversed..selected].contains("\u{1b}[0m"));
}

#[test]
fn every_theme_draws_every_screen() {
    for name in Library::default().names() {
        assert!(bytes(name).contains("曾"), "{name}");
    }
}

#[test]
fn every_outcome_key_is_shown() {
    let (_, mut app) = open();
    let shown: String = render(&mut app).content.iter().map(|cell| cell.symbol()).collect();
    for code in OutcomeCode::ALL {
        assert!(shown.contains(code.names().0), "{code:?}");
    }
}

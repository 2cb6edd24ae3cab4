//! What holds of every frame, whatever the size, the screen, the glyphs, the colours and the keys before it: nothing
//! over an edge, frames whole, no character cut in half, no character that the glyph set does not have, help in sight.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use guide::interface::app::App;
use guide::interface::fixture::Desk;
use guide::interface::glyph::GlyphSet;
use guide::interface::privacy::Privacy;
use guide::interface::screens::Screen;
use guide::interface::settings::Glyphs;
use guide::interface::theme::{BUILT_IN, Depth, Library, Theme};
use guide::interface::view;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::buffer::{Buffer, CellWidth};
use unicode_width::UnicodeWidthStr;

/// The least size at which the footer has room for the help's key: below it the header went first, then the footer.
const HELP_FROM: (u16, u16) = (8, 3);

/// On a screen with fewer columns a frame may have no room for both of its sides.
const FRAMES_FROM: u16 = 4;

fn open(lang: Lang, clock: ClockKind) -> (Desk, App) {
    let mut desk = Desk::new(lang, clock);
    desk.reject();
    let app = desk.seat((80, 24)).unwrap();
    (desk, app)
}

/// Draws a frame and looks whether all laws hold of it.
fn draw(app: &mut App) -> Result<Buffer, String> {
    let mut terminal = Terminal::new(TestBackend::new(app.size.0, app.size.1)).unwrap();
    let buffer = terminal.draw(|frame| view::draw(app, frame)).unwrap().buffer.clone();
    let cursor = terminal.backend_mut().get_cursor_position().unwrap();
    if !buffer.area.is_empty() && !buffer.area.contains(cursor) {
        return Err(format!("the cursor is at {cursor}"));
    }
    let set = app.settings.glyph_set();
    cells(&buffer, set)?;
    if set == GlyphSet::Unicode && app.size.0 >= FRAMES_FROM {
        let is_covered = app.layer.is_some() || app.prefix.is_some() || app.trouble.is_some() || app.toast.is_some();
        let found = frames(&buffer);
        match is_covered {
            false => drop(found.into_iter().collect::<Result<Vec<_>, _>>()?),
            // what lies on top is whole, what it covers is not
            true if app.toast.is_none() && app.size >= (60, 16) && app.size.1 >= 16 => {
                let whole = found.into_iter().flatten().count();
                (whole > 0).then_some(()).ok_or("what lies over the screen has no whole frame")?;
            }
            true => {}
        }
    }
    // a sheet names its own keys
    if app.layer.is_none() && app.trouble.is_none() && app.size.0 >= HELP_FROM.0 && app.size.1 >= HELP_FROM.1 {
        let label = if app.lang == Lang::Zh { "帮 助" } else { "Help" };
        let footer = row(&buffer, app.size.1 - 1);
        let shown = ["?", "F1"].iter().any(|key| footer.starts_with(&format!(" {key} {label}")));
        shown.then_some(()).ok_or_else(|| format!("no help in {footer:?}"))?;
    }
    Ok(buffer)
}

/// The cells of a row one after the other, the second half of a wide character as the space that it is.
fn row(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

/// Every cell has its place, and what the glyph set has.
fn cells(buffer: &Buffer, set: GlyphSet) -> Result<(), String> {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if symbol.len() == 1 {
                x += 1;
                continue;
            }
            let cols = symbol.cell_width();
            let at = || format!("{symbol:?} at {x},{y}: {}", row(buffer, y));
            match cols {
                1 => {}
                2 if x + 1 >= buffer.area.width => return Err(format!("over the edge: {}", at())),
                2 if buffer[(x + 1, y)].symbol() != " " => return Err(format!("cut in half: {}", at())),
                2 => {}
                _ => return Err(format!("of {cols} cells: {}", at())),
            }
            let is_of_set = match set {
                GlyphSet::Unicode => true,
                GlyphSet::Safe => symbol.is_ascii() || symbol.width_cjk() == usize::from(cols) && !is_letter(symbol),
                GlyphSet::Ascii => symbol.is_ascii() || is_chinese(symbol),
            };
            if !is_of_set {
                return Err(format!("not {}: {}", set.name(), at()));
            }
            x += cols;
        }
    }
    Ok(())
}

/// Latin, Greek and Cyrillic letters, which old Chinese character sets give two cells.
fn is_letter(symbol: &str) -> bool {
    symbol.chars().any(|c| matches!(c, '\u{a1}'..='\u{2ff}' | '\u{370}'..='\u{4ff}'))
}

/// Chinese characters and marks, full-width forms included.
fn is_chinese(symbol: &str) -> bool {
    symbol.chars().all(|c| matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'))
}

/// Every frame that begins somewhere, whole or what is wrong with it. Titles stand in its upper and lower line only.
fn frames(buffer: &Buffer) -> Vec<Result<(), String>> {
    let (cols, rows) = (buffer.area.width, buffer.area.height);
    let is = |x: u16, y: u16, symbol: &str| buffer[(x, y)].symbol() == symbol;
    let at = |wanted: &'static str| buffer.content.iter().enumerate().filter(move |(_, cell)| cell.symbol() == wanted);
    let corners = at("╭").map(|(idx, _)| buffer.pos_of(idx));
    let whole = |(left, top): (u16, u16)| {
        let text = || (0..rows).map(|y| row(buffer, y)).collect::<Vec<_>>().join("\n");
        let broken = |what: &str| Err(format!("the frame at {left},{top} {what}:\n{}", text()));
        let Some(right) = (left + 1..cols).find(|x| is(*x, top, "╮")) else { return broken("has no end") };
        let Some(bottom) = (top + 1..rows).find(|y| !is(left, *y, "│")) else { return broken("has no bottom") };
        if !is(left, bottom, "╰") {
            return broken("is broken at its left");
        }
        if !(top + 1..bottom).all(|y| is(right, y, "│")) || !is(right, bottom, "╯") {
            return broken("is broken at its right");
        }
        if !is(left + 1, bottom, "─") || !is(right - 1, bottom, "─") {
            return broken("is written on at its bottom");
        }
        Ok(())
    };
    let mut found: Vec<_> = corners.map(whole).collect();
    if ["╮", "╰", "╯"].into_iter().any(|corner| at(corner).count() != found.len()) {
        found.push(Err("corners without a frame".to_owned()));
    }
    found
}

/// The screens, and what lies over them or takes their place.
const AT_EVERY_SIZE: &str = "gt gc gm gp gr gs : jj4x<Enter> 6U t gme最好 gpw<Enter> w";

/// The rest of what can be opened: each has some of the sizes in turn.
const IN_TURN: &str = "h gc<Enter> gs2 ? G jj0 f n , g gcxyz gc<Enter><Enter> 6 gs<Enter> gs2<Enter><Down> gs2e gs2D \
    gs3/1 gs4 gs5 gsv gs7w gs8<Enter> gr<Enter> gr2 gr3<Enter> gr4 gr5 gr6 grd grw gr2/zz gm<Enter> \
    gmu gpv gpe gpjjd<Enter> d jN喜欢素圈 t1 gc<Enter>v w6 P !";

fn check_at(keys: &str, lang: Lang, sizes: impl Iterator<Item = (u16, u16)>) {
    let (mut desk, mut app) = open(lang, ClockKind::Virtual);
    desk.press(&mut app, keys);
    app.toast = None;
    for size in sizes {
        app.size = size;
        if let Err(why) = draw(&mut app) {
            panic!("{keys:?} in {lang:?} at {size:?}: {why}");
        }
    }
}

fn every_width_and_height() -> impl Iterator<Item = (u16, u16)> {
    (0..=200).map(|cols| (cols, 24)).chain((0..=200).map(|rows| (80, rows)))
}

#[test]
fn every_screen_is_whole_at_every_width_and_every_height() {
    for (idx, keys) in AT_EVERY_SIZE.split(' ').enumerate() {
        let lang = if idx % 2 == 0 { Lang::Zh } else { Lang::En };
        check_at(keys, lang, every_width_and_height());
    }
}

#[test]
fn everything_that_can_be_opened_is_whole_at_small_sizes_and_at_large_ones_in_turn() {
    let small = || (0..=45_u16).flat_map(|cols| (0..=14_u16).map(move |rows| (cols, rows)));
    for keys in ["", "jj4x<Enter>", "gc", "gs2", "gr2", "gm", "gme最好", "gpw<Enter>"] {
        check_at(keys, Lang::Zh, small());
    }
    let n_all = IN_TURN.split(' ').count();
    for (turn, keys) in IN_TURN.split(' ').enumerate() {
        let in_turn = |(idx, size): (usize, (u16, u16))| {
            let is_large = size.0 > 100 || size.1 > 30;
            (!is_large || idx % n_all == turn).then_some(size)
        };
        check_at(keys, Lang::Zh, every_width_and_height().enumerate().filter_map(in_turn));
    }
}

/// What the focused item of each screen is called, as long as a narrow list may make it.
const FOCUSED: [(&str, [&str; 2]); 6] = [
    ("", ["曾予墨", "ZengYumo"]),
    ("gc", ["单雅宁", "ShanYaning"]),
    ("gm", ["当日致谢", "Same-daythanks"]),
    ("gp", ["0-3-3-3", "0-3-3-3"]),
    ("gr<Enter>", ["总览", "Overview"]),
    ("gs<Enter>", ["安全吗", "Isitsafe"]),
];

#[test]
fn below_60_by_16_the_focused_item_keeps_its_name() {
    for lang in [Lang::Zh, Lang::En] {
        for (keys, names) in FOCUSED {
            let (mut desk, mut app) = open(lang, ClockKind::Real);
            desk.press(&mut app, keys);
            for size in (30..60).flat_map(|cols| (6..16).map(move |rows| (cols, rows))) {
                app.size = size;
                let shown = draw(&mut app).unwrap();
                let shown: String = (0..size.1).map(|y| row(&shown, y).replace(' ', "") + "\n").collect();
                assert!(shown.contains(names[lang as usize]), "{keys:?} in {lang:?} at {size:?}:\n{shown}");
            }
        }
    }
}

/// One frame of a walk: how it is drawn, and the keys before it.
#[derive(Clone, Debug)]
struct Step {
    size: (u16, u16),
    glyphs: GlyphSet,
    theme: usize,
    privacy: Privacy,
    goto: Option<char>,
    keys: Vec<&'static str>,
}

/// Keys that open, move, type and close something.
const KEYS: &str = "j k <Down> <Up> <Left> <Right> <Enter> <Enter> <Esc> <Esc> <Tab> <Backspace> G gg b J K 1 2 3 4 \
    5 6 7 8 9 0 a d e f m n o p s t u v w z Z U N P D L O c ? : , ! @ / ] +3 尉迟 12800 x g";

fn step() -> impl Strategy<Value = Step> {
    let sizes = (0_u16..=220, 0_u16..=80);
    let glyphs = proptest::sample::select(GlyphSet::ALL.to_vec());
    let privacy = prop_oneof![3 => Just(Privacy::Off), 1 => Just(Privacy::On)];
    let goto = proptest::option::weighted(0.4, proptest::sample::select(vec!['t', 'c', 'm', 'p', 'r', 's']));
    let keys = proptest::collection::vec(proptest::sample::select(KEYS.split(' ').collect::<Vec<_>>()), 0..4);
    let all = (sizes, glyphs, 0..BUILT_IN.len() * DEPTHS.len(), privacy, goto, keys);
    all.prop_map(|(size, glyphs, theme, privacy, goto, keys)| Step { size, glyphs, theme, privacy, goto, keys })
}

const DEPTHS: [Depth; 4] = [Depth::Mono, Depth::Sixteen, Depth::Indexed, Depth::TrueColor];
const N_WALKS: u32 = 430;
/// On average; what fails is made shorter.
const STEPS_A_WALK: usize = 25;

#[test]
fn ten_thousand_frames_of_random_walks_are_whole() {
    let library = Library::default();
    let of = |(name, _): (&str, &str)| DEPTHS.map(|depth| library.theme(name, depth).unwrap());
    let themes: Vec<Theme> = BUILT_IN.into_iter().flat_map(of).collect();
    let (screens, layers) = (RefCell::new(BTreeSet::new()), RefCell::new(BTreeSet::new()));
    let n_frames = Cell::new(0);
    let walk = |(lang, clock, steps): (Lang, ClockKind, Vec<Step>)| {
        let (mut desk, mut app) = open(lang, clock);
        for step in steps {
            app.size = step.size;
            app.settings.glyphs = Glyphs::Always(step.glyphs);
            app.theme = themes[step.theme].clone();
            app.privacy = step.privacy;
            if let Some(screen) = step.goto {
                desk.press(&mut app, &format!("<Esc><Esc>g{screen}"));
            }
            step.keys.iter().for_each(|keys| desk.press(&mut app, keys));
            screens.borrow_mut().insert(app.screen as u8);
            let layer = app.layer.as_ref().map(|layer| format!("{layer:?}"));
            layers.borrow_mut().extend(layer.map(|layer| layer.split(['(', ' ']).next().unwrap().to_owned()));
            n_frames.set(n_frames.get() + 1);
            draw(&mut app).map_err(TestCaseError::fail)?;
        }
        Ok(())
    };
    let langs = proptest::sample::select(vec![Lang::Zh, Lang::En]);
    let clocks = proptest::sample::select(vec![ClockKind::Real, ClockKind::Virtual]);
    let walks = (langs, clocks, proptest::collection::vec(step(), 1..2 * STEPS_A_WALK));
    let config = ProptestConfig { cases: N_WALKS, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    match TestRunner::new_with_rng(config, rng).run(&walks, walk) {
        Err(TestError::Fail(why, least)) => panic!("{why}\n{least:?}"),
        result => result.unwrap(),
    }
    assert!(n_frames.get() >= 10_000, "{n_frames:?}");
    assert_eq!(screens.borrow().len(), Screen::ALL.len());
    assert!(layers.borrow().len() >= 12, "{layers:?}");
}

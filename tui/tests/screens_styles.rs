//! The styles of every screen: at three sizes in both languages in the terminal's own colours, and in the other themes at
//! the usual size. The text itself is compared by the other tests of screens; here it stands above its styles.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::fixture::Desk;
use guide::interface::legend::styles;
use guide::interface::svg::render;
use guide::interface::theme::Theme;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;

/// The screens with the keys to what shows most of their roles.
const SCREENS: [(&str, &str); 6] = [
    ("today", ""),
    ("customers", "gc<Enter>j"),
    ("templates", "gm"),
    ("plans", "gp"),
    ("reports", "gr"),
    ("sync", "gs2"),
];

fn check(name: &str, keys: &str, size: (u16, u16), lang: Lang, theme: &str, suffix: &str) {
    let mut desk = Desk::new(lang, ClockKind::Real);
    if name == "sync" {
        desk.reject();
    }
    let mut app = App::new(lang, Theme::built_in(theme).unwrap(), size);
    desk.open(&mut app);
    desk.press(&mut app, keys);
    app.toast = None;
    let shown = styles(&render(&mut app), &app.theme);
    insta::assert_snapshot!(format!("{name}-{}x{}-{suffix}", size.0, size.1), shown);
}

#[test]
fn every_screen_has_its_styles_at_every_size_in_both_languages() {
    for (name, keys) in SCREENS {
        for size in [(80, 24), (120, 36), (60, 16)] {
            check(name, keys, size, Lang::Zh, "ansi", "zh");
            check(name, keys, size, Lang::En, "ansi", "en");
        }
    }
}

#[test]
fn every_screen_has_its_styles_in_the_other_themes() {
    for (name, keys) in SCREENS {
        for theme in ["day", "night", "contrast", "mono"] {
            check(name, keys, (80, 24), Lang::Zh, theme, theme);
        }
    }
}

//! `config.toml`: the guide's own settings. A file that cannot be understood is warned of and passed over: a guide in
//! front of a customer needs the program more than the setting.

use std::io::ErrorKind;
use std::path::Path;

use guide_common::sop::plan::Lang;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::interface::settings::Glyphs;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The language.
    #[serde(default)]
    pub lang: Option<Lang>,
    /// The colour theme's name.
    #[serde(default)]
    pub theme: Option<String>,
    /// The keymap preset's name.
    #[serde(default)]
    pub keys: Option<String>,
    /// The glyph set; `auto` asks the terminal.
    #[serde(default)]
    pub glyphs: Option<Glyphs>,
    /// Whether the mouse is captured.
    #[serde(default)]
    pub mouse: Option<bool>,
    /// Whether the interface tells lines instead of drawing screens.
    #[serde(default)]
    pub plain: Option<bool>,
}

/// Reads the settings; with a warning where the file is there and cannot be used.
pub fn read(file: &Path) -> (Config, Option<String>) {
    match std::fs::read_to_string(file) {
        Ok(text) => parse(&text, file),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            (Config::default(), None)
        }
        Err(error) => (Config::default(), Some(format!("{}: {error}", file.display()))),
    }
}

/// Reads what can be read: one bad setting costs only itself.
fn parse(text: &str, file: &Path) -> (Config, Option<String>) {
    match toml::from_str(text) {
        Ok(config) => (config, None),
        Err(error) => {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            let warning = format!("{}:{line}: {}", file.display(), error.message().trim());
            let table: toml::Table = toml::from_str(text).unwrap_or_default();
            let config = Config {
                lang: one(&table, "lang"),
                theme: one(&table, "theme"),
                keys: one(&table, "keys"),
                glyphs: one(&table, "glyphs"),
                mouse: one(&table, "mouse"),
                plain: one(&table, "plain"),
            };
            (config, Some(warning))
        }
    }
}

fn one<T: DeserializeOwned>(table: &toml::Table, name: &str) -> Option<T> {
    table.get(name).and_then(|value| value.clone().try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::glyph::GlyphSet;

    #[track_caller]
    fn check(text: &str, expected: Config, warning: Option<&str>) {
        let (config, warned) = parse(text, Path::new("config.toml"));
        assert_eq!(config, expected);
        assert_eq!(warned.as_deref().map(|text| text.split(": ").next().unwrap()), warning);
    }

    #[test]
    fn a_bad_file_is_warned_of_with_its_line_and_costs_only_the_bad_setting() {
        let dark = || Config { theme: Some("dark".to_owned()), ..Config::default() };
        check("lang = \"en\"\ntheme = \"dark\"\n", Config { lang: Some(Lang::En), ..dark() }, None);
        check("theme = \"dark\"\nlang = \"fr\"\n", dark(), Some("config.toml:2"));
        check("theme = \"dark\"\n\nbeep = true\n", dark(), Some("config.toml:3"));
        check("theme = = \n", Config::default(), Some("config.toml:1"));
    }

    #[test]
    fn every_setting_is_read() {
        let text = "lang = \"zh\"\ntheme = \"day\"\nkeys = \"vim\"\nglyphs = \"ascii\"\nmouse = false\nplain = true\n";
        let expected = Config {
            lang: Some(Lang::Zh),
            theme: Some("day".to_owned()),
            keys: Some("vim".to_owned()),
            glyphs: Some(Glyphs::Always(GlyphSet::Ascii)),
            mouse: Some(false),
            plain: Some(true),
        };
        check(text, expected, None);
        check("glyphs = \"auto\"\n", Config { glyphs: Some(Glyphs::Auto), ..Config::default() }, None);
    }
}

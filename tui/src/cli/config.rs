//! `config.toml`: the guide's own settings. A file that cannot be understood is warned of and passed over: a guide in
//! front of a customer needs the program more than the setting.

use std::io::ErrorKind;
use std::path::Path;

use guide_common::sop::plan::Lang;
use serde::Deserialize;

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
            let lang = table.get("lang").and_then(toml::Value::as_str).and_then(|name| name.parse().ok());
            let theme = table.get("theme").and_then(toml::Value::as_str).map(str::to_owned);
            (Config { lang, theme }, Some(warning))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, lang: Option<Lang>, theme: Option<&str>, warning: Option<&str>) {
        let (config, warned) = parse(text, Path::new("config.toml"));
        assert_eq!((config.lang, config.theme.as_deref()), (lang, theme));
        assert_eq!(warned.as_deref().map(|text| text.split(": ").next().unwrap()), warning);
    }

    #[test]
    fn a_bad_file_is_warned_of_with_its_line_and_costs_only_the_bad_setting() {
        check("lang = \"en\"\ntheme = \"dark\"\n", Some(Lang::En), Some("dark"), None);
        check("theme = \"dark\"\nlang = \"fr\"\n", None, Some("dark"), Some("config.toml:2"));
        check("theme = \"dark\"\n\nbeep = true\n", None, Some("dark"), Some("config.toml:3"));
        check("theme = = \n", None, None, Some("config.toml:1"));
    }
}

//! `config.toml`: what a guide may set at a terminal, in one table that the programs, `guide config` and the
//! documentation share. A value that is wrong costs only itself: a guide in front of a customer needs the program more
//! than the setting.

mod entry;
mod wrong;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use chrono::NaiveTime;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use entry::{ENTRIES, Entry, Form, Reader};
pub use wrong::{Fault, Wrong};

use crate::sop::plan::Lang;
use crate::text::{Lines, sanitise};

/// The longest value, in characters.
const MAX_VALUE_CHARS: usize = 300;
/// When the terminal is locked where the file does not say.
const LOCK_AFTER_MINUTES: u32 = 3;
/// The longest file, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 * 1024;

/// A value of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Number(i64),
}

impl Value {
    /// As the file writes it.
    pub fn toml(&self) -> String {
        match self {
            Self::Text(text) => toml::Value::from(text.as_str()).to_string(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// What the file says, by key; keys that it does not name have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    values: BTreeMap<&'static str, Value>,
}

impl Config {
    /// Reads a file's text: what can be read, and what is wrong with the rest, by line.
    pub fn read(text: &str) -> (Self, Vec<Fault>) {
        let (mut config, mut faults) = (Self::default(), Vec::new());
        match DeTable::parse(text) {
            Ok(table) => config.take(text, "", table.get_ref(), &mut faults),
            Err(error) => {
                let words = error.message().trim().replace('\n', ", ");
                faults.push(Fault::at(text, error.span().map_or(0, |span| span.start), Wrong::NoToml(words)));
            }
        }
        faults.sort_by_key(|fault| fault.line);
        (config, faults)
    }

    fn take(&mut self, text: &str, prefix: &str, table: &DeTable<'_>, faults: &mut Vec<Fault>) {
        for (name, value) in table {
            let key = format!("{prefix}{}", name.get_ref());
            let at = name.span().start;
            if let (DeValue::Table(inner), true) = (value.get_ref(), prefix.is_empty() && entry::is_table(&key)) {
                self.take(text, &format!("{key}."), inner, faults);
                continue;
            }
            match Entry::find(&key) {
                Err(wrong) => faults.push(Fault::at(text, at, wrong)),
                Ok(entry) => match read_value(value).and_then(|value| entry.check(value)) {
                    Ok(value) => {
                        self.values.insert(entry.key, value);
                    }
                    Err(wrong) => faults.push(Fault::at(text, value.span().start, wrong)),
                },
            }
        }
    }

    /// What the file says of a key.
    pub fn said(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// Says something of a key, as if the file did.
    pub fn set(&mut self, entry: &'static Entry, value: Value) {
        self.values.insert(entry.key, value);
    }

    /// The text of a key that the file names.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The flag of a key that the file names.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.values.get(key) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// The language.
    pub fn lang(&self) -> Option<Lang> {
        match self.text("lang") {
            Some("zh") => Some(Lang::Zh),
            Some("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// After how long without a key the terminal is locked; none for never.
    pub fn lock_after(&self) -> Option<Duration> {
        let minutes = self.number("lock.after_minutes").unwrap_or(LOCK_AFTER_MINUTES);
        (minutes > 0).then(|| Duration::from_secs(u64::from(minutes) * 60))
    }

    fn number(&self, key: &str) -> Option<u32> {
        match self.values.get(key) {
            Some(Value::Number(number)) => u32::try_from(*number).ok(),
            _ => None,
        }
    }

    /// What is set of reminders.
    pub fn remind(&self) -> Remind {
        let default = Remind::default();
        let flag = |key: &str, default: bool| self.flag(key).unwrap_or(default);
        let moment = |key: &str, default| match self.text(key) {
            Some(OFF) => None,
            Some(text) => time(text).or(default),
            None => default,
        };
        Remind {
            enabled: flag("remind.enabled", default.enabled),
            desktop: flag("remind.desktop", default.desktop),
            names: flag("remind.names", default.names),
            morning: moment("remind.morning", default.morning),
            evening: moment("remind.evening", default.evening),
            quiet: self.text("remind.quiet").and_then(|text| text.parse().ok()),
            per_hour: self.number("remind.per_hour").unwrap_or(default.per_hour),
            snooze_minutes: self.number("remind.snooze_minutes").unwrap_or(default.snooze_minutes),
            open: self.text("remind.open").unwrap_or_default().to_owned(),
        }
    }
}

fn read_value(value: &Spanned<DeValue<'_>>) -> Result<Value, Wrong> {
    match value.get_ref() {
        DeValue::String(text) => Ok(Value::Text(sanitise(text, Lines::One, MAX_VALUE_CHARS))),
        DeValue::Boolean(flag) => Ok(Value::Bool(*flag)),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            number.map(Value::Number).map_err(|_| Wrong::TooLarge)
        }
        other => Err(Wrong::Kind(other.type_str())),
    }
}

/// Says that there is none of a daily digest.
pub const OFF: &str = "off";

/// A time of the day, as `09:30`.
pub(crate) fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// What is set of reminders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remind {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether the desktop shows them; the list in the interface has them in any case.
    pub desktop: bool,
    /// Whether they name customers.
    pub names: bool,
    /// When the day's work is announced.
    pub morning: Option<NaiveTime>,
    /// When the day is summed up.
    pub evening: Option<NaiveTime>,
    /// When the guide is left alone; outside the chain's contact hours where nothing is said.
    pub quiet: Option<Quiet>,
    /// How many that can wait are shown in an hour at most.
    pub per_hour: u32,
    /// For how long one is put off, in minutes.
    pub snooze_minutes: u32,
    /// The program that shows the interface when a reminder is opened; empty: only one that is open already.
    pub open: String,
}

impl Default for Remind {
    fn default() -> Self {
        Self {
            enabled: true,
            desktop: true,
            names: false,
            morning: NaiveTime::from_hms_opt(9, 30, 0),
            evening: NaiveTime::from_hms_opt(20, 0, 0),
            quiet: None,
            per_hour: 6,
            snooze_minutes: 30,
            open: String::new(),
        }
    }
}

/// The hours in which a guide is left alone, such as `20:30-09:30`: from the first minute until before the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// Their first minute.
    pub from: NaiveTime,
    /// The first minute after them.
    pub until: NaiveTime,
}

impl FromStr for Quiet {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let both = text.split_once('-').and_then(|(from, until)| Some((time(from.trim())?, time(until.trim())?)));
        match both {
            Some((from, until)) if from != until => Ok(Self { from, until }),
            _ => Err(format!("{text:?} is no span of hours such as 20:30-09:30")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)], faults: &[(usize, &str)]) {
        let (config, found) = Config::read(text);
        let values: Vec<_> = config.values.iter().map(|(key, value)| (*key, value.toml())).collect();
        let values: Vec<_> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert_eq!(values, expected);
        let found: Vec<_> = found.iter().map(|fault| (fault.line, fault.wrong.told(Lang::En))).collect();
        assert_eq!(found.len(), faults.len(), "{found:?}");
        for ((line, message), (expected_line, part)) in found.iter().zip(faults) {
            assert!(line == expected_line && message.contains(part), "{line}: {message}; expected {part}");
        }
    }

    #[test]
    fn a_wrong_value_costs_only_itself_and_is_reported_with_its_line() {
        check("lang = \"en\"\ntheme = \"dark\"\n", &[("lang", "\"en\""), ("theme", "\"dark\"")], &[]);
        check("theme = \"dark\"\nlang = \"fr\"\n", &[("theme", "\"dark\"")], &[(2, "zh, en")]);
        check("[remind]\nnames = \"yes\"\nper_hour = 0\n", &[], &[(2, "true or false"), (3, "1 to 60")]);
        check("[remind]\nmorning = \"25:00\"\nevening = \"off\"\n", &[("remind.evening", "\"off\"")], &[(2, "09:30")]);
        check("theme = = \n", &[], &[(1, "")]);
        check("mouse = []\n", &[], &[(1, "array")]);
    }

    #[test]
    fn what_is_wrong_is_told_in_the_language_of_the_reader() {
        let (_, faults) =
            Config::read("them = \"dark\"\nmouse = 1\nkeys = []\n[remind]\nquiet = \"late\"\nper_hour = 99\n");
        let told: Vec<_> = faults.iter().map(|fault| fault.wrong.told(Lang::Zh)).collect();
        assert_eq!(
            told,
            [
                "没有设置项 \"them\"；是不是 \"theme\"？",
                "mouse 只能是 true 或 false",
                "值只能是文字、数字、true 或 false，不能是 array",
                "remind.quiet 是时段，如 \"20:30-09:30\"",
                "remind.per_hour 是 1 到 60 的整数",
            ]
        );
    }

    #[test]
    fn an_unknown_key_is_reported_with_the_one_that_was_meant() {
        check("them = \"dark\"\n", &[], &[(1, "did you mean \"theme\"?")]);
        check("[remind]\nname = true\n", &[], &[(2, "did you mean \"remind.names\"?")]);
        check("[remnd]\nnames = true\n", &[], &[(1, "did you mean [remind]?")]);
        check("[remind.deep]\nx = 1\n", &[], &[(1, "no key")]);
    }

    #[test]
    fn every_setting_of_reminders_is_read() {
        let text = "[remind]\nenabled = false\ndesktop = false\nnames = true\nmorning = \"off\"\nevening = \"19:00\"\n\
                    quiet = \"21:00 - 08:00\"\nper_hour = 2\nsnooze_minutes = 10\nopen = \"xterm -e guide\"\n";
        let (config, faults) = Config::read(text);
        assert_eq!(faults, []);
        let expected = Remind {
            enabled: false,
            desktop: false,
            names: true,
            morning: None,
            evening: NaiveTime::from_hms_opt(19, 0, 0),
            quiet: Some("21:00-08:00".parse().unwrap()),
            per_hour: 2,
            snooze_minutes: 10,
            open: "xterm -e guide".to_owned(),
        };
        assert_eq!(config.remind(), expected);
        assert_eq!(Config::default().remind(), Remind::default());
    }

    #[test]
    fn every_default_is_what_the_program_does_without_a_file() {
        let text: Vec<String> = ENTRIES
            .iter()
            .filter(|entry| !entry.default.is_empty())
            .map(|entry| format!("{} = {}\n", entry.key, entry.default))
            .collect();
        let (config, faults) = Config::read(&text.concat());
        assert_eq!(faults, []);
        assert_eq!(config.remind(), Remind::default());
    }
}

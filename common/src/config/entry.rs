//! The keys of `config.toml`: what each may be, what holds without it, and what it is for.

use super::{OFF, Quiet, Value, Wrong, time};
use crate::toml_file::edit_distance;

/// Who reads a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// `guide`, when it starts.
    Guide,
    /// `guided`, at once.
    Guided,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any text.
    Text,
    /// True or false.
    Bool,
    /// A time of the day, or `off`.
    TimeOrOff,
    /// A span of hours.
    Hours,
    /// A whole number from the first to the last.
    Number(i64, i64),
}

/// One key.
#[derive(Debug)]
pub struct Entry {
    /// Its name; behind a dot it lies in that table.
    pub key: &'static str,
    /// What it may be.
    pub form: Form,
    /// The value without a file, as the file would write it; empty where something else decides.
    pub default: &'static str,
    /// What it is for, in Chinese and English.
    pub about: (&'static str, &'static str),
    /// Who reads it.
    pub reader: Reader,
}

const fn guide(key: &'static str, form: Form, default: &'static str, about: (&'static str, &'static str)) -> Entry {
    Entry { key, form, default, about, reader: Reader::Guide }
}

const fn guided(key: &'static str, form: Form, default: &'static str, about: (&'static str, &'static str)) -> Entry {
    Entry { key, form, default, about, reader: Reader::Guided }
}

/// Every key, in the order of the documentation.
pub const ENTRIES: &[Entry] = &[
    guide(
        "lang",
        Form::OneOf(&["zh", "en"]),
        "",
        ("语言；不写时看系统语言", "the language; the system's where nothing is said"),
    ),
    guide(
        "theme",
        Form::Text,
        "\"ansi\"",
        ("配色；guide theme list 列出全部", "the colours; guide theme list names them"),
    ),
    guide("keys", Form::OneOf(&["default", "vim"]), "\"default\"", ("按键方案", "the keymap")),
    guide(
        "glyphs",
        Form::OneOf(&["auto", "unicode", "safe", "ascii"]),
        "\"auto\"",
        ("图形符号；auto 先问终端", "the symbols; auto asks the terminal"),
    ),
    guide("mouse", Form::Bool, "true", ("是否使用鼠标", "whether clicks come to the program")),
    guide(
        "plain",
        Form::Bool,
        "false",
        ("逐行显示，适合读屏软件和很慢的线路", "line by line, for screen readers and slow lines"),
    ),
    guided(
        "lock.after_minutes",
        Form::Number(0, 240),
        "3",
        (
            "几分钟没有操作就锁定，0 为不锁；只对设了 PIN 的导购有效",
            "after how many minutes without a key the terminal is locked, 0 for never; only a guide with a PIN is",
        ),
    ),
    guided("remind.enabled", Form::Bool, "true", ("是否提醒", "whether there are reminders")),
    guided(
        "remind.desktop",
        Form::Bool,
        "true",
        ("是否弹出桌面通知；界面里的提醒单总是有", "whether the desktop shows them; the list always does"),
    ),
    guided(
        "remind.names",
        Form::Bool,
        "false",
        ("通知里是否写客户姓名；旁人可能看到屏幕", "whether they name customers; others may see the screen"),
    ),
    guided(
        "remind.morning",
        Form::TimeOrOff,
        "\"09:30\"",
        ("几点报今天的工作；off 为不报", "when the day's work is announced, or off"),
    ),
    guided(
        "remind.evening",
        Form::TimeOrOff,
        "\"20:00\"",
        ("几点报当天的小结；off 为不报", "when the day is summed up, or off"),
    ),
    guided(
        "remind.quiet",
        Form::Hours,
        "",
        (
            "免打扰时段，如 20:30-09:30；不写时为总部规定的联系时段以外",
            "the hours without reminders, as 20:30-09:30; outside the chain's contact hours where nothing is said",
        ),
    ),
    guided(
        "remind.per_hour",
        Form::Number(1, 60),
        "6",
        (
            "每小时最多弹出几条；催办和补救时限不算在内",
            "the most in an hour; rushes and recovery deadlines do not count",
        ),
    ),
    guided(
        "remind.snooze_minutes",
        Form::Number(5, 480),
        "30",
        ("“稍后提醒”推迟多少分钟", "for how many minutes one is put off"),
    ),
    guided(
        "remind.open",
        Form::Text,
        "\"\"",
        (
            "点“打开”时运行的命令，如 xterm -e guide；不写时只通知已打开的界面",
            "the command behind “open”, as xterm -e guide; without it only an interface that is open is told",
        ),
    ),
];

/// The tables of the file.
pub(super) fn is_table(key: &str) -> bool {
    tables().any(|table| table == key)
}

fn tables() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().filter_map(|entry| entry.key.split_once('.')).map(|(table, _)| table)
}

impl Entry {
    /// The key of a name.
    pub fn find(key: &str) -> Result<&'static Self, Wrong> {
        if let Some(entry) = ENTRIES.iter().find(|entry| entry.key == key) {
            return Ok(entry);
        }
        let shown: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
        let near = |known: &str| edit_distance(&shown, known);
        let keys = ENTRIES.iter().map(|entry| (near(entry.key), format!("{:?}", entry.key)));
        let tables = tables().map(|table| (near(table), format!("[{table}]")));
        let meant = keys.chain(tables).filter(|(distance, _)| distance * 3 <= shown.chars().count().max(3));
        let meant = meant.min_by_key(|(distance, _)| *distance).map(|(_, meant)| meant);
        Err(Wrong::UnknownKey { name: shown, meant })
    }

    /// A value that was typed, as on the command line.
    pub fn parse(&self, text: &str) -> Result<Value, Wrong> {
        self.check(match self.form {
            Form::Bool => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Bool),
            Form::Number(..) => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Number),
            _ => Value::Text(text.to_owned()),
        })
    }

    /// Whether the key may have this value.
    pub fn check(&self, value: Value) -> Result<Value, Wrong> {
        let may = match (self.form, &value) {
            (Form::OneOf(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Form::Text, Value::Text(_)) | (Form::Bool, Value::Bool(_)) => true,
            (Form::TimeOrOff, Value::Text(text)) => text == OFF || time(text).is_some(),
            (Form::Hours, Value::Text(text)) => text.parse::<Quiet>().is_ok(),
            (Form::Number(first, last), Value::Number(number)) => (first..=last).contains(number),
            _ => false,
        };
        if may { Ok(value) } else { Err(Wrong::value(self)) }
    }
}

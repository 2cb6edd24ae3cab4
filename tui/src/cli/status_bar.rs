//! One line about the day for a status bar: tmux, waybar, a shell's prompt. It names no customer.

use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::{SavedState, Status};

use crate::lang::pick;

/// What a format may name.
pub const FIELDS: [&str; 9] = ["open", "held", "done", "unsent", "rejected", "state", "customers", "guide", "store"];
/// The longest name of a guide or a shop, in characters.
const MAX_NAME_CHARS: usize = 20;

/// How the line is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Short, for the right side of tmux.
    Tmux,
    /// JSON with text, tooltip and class.
    Waybar,
    /// Text and fields in turn.
    Own(Vec<Piece>),
}

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// One of [`FIELDS`].
    Field(&'static str),
}

impl Bar {
    /// Reads a format; or the name in it that is none. `{{` and `}}` stand for braces.
    pub fn read(format: &str) -> Result<Self, String> {
        match format {
            "tmux" => return Ok(Self::Tmux),
            "waybar" => return Ok(Self::Waybar),
            _ => {}
        }
        let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), format);
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '{' | '}' if rest.starts_with(c) => {
                    text.push(c);
                    rest = &rest[1..];
                }
                '{' => {
                    let (name, behind) = rest.split_once('}').ok_or_else(|| rest.to_owned())?;
                    let field = FIELDS.into_iter().find(|field| *field == name).ok_or_else(|| name.to_owned())?;
                    pieces.extend([Piece::Text(std::mem::take(&mut text)), Piece::Field(field)]);
                    rest = behind;
                }
                c => text.push(c),
            }
        }
        pieces.push(Piece::Text(text));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self::Own(pieces))
    }

    /// The line; without a status no daemon serves.
    pub fn line(&self, status: Option<&Status>, lang: Lang) -> String {
        match self {
            Self::Tmux => short(status, lang),
            Self::Waybar => waybar(status, lang).to_string(),
            Self::Own(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Field(name) => field(name, status, lang),
                })
                .collect(),
        }
    }
}

fn field(name: &str, status: Option<&Status>, lang: Lang) -> String {
    let Some(status) = status else { return "-".to_owned() };
    let of_guide = |text: Option<&str>| sanitise(text.unwrap_or("-"), Lines::One, MAX_NAME_CHARS);
    let guide = status.guide.as_ref();
    match name {
        "open" => status.queue.n_open.to_string(),
        "held" => status.queue.n_held.to_string(),
        "done" => status.queue.n_done.to_string(),
        "unsent" => status.sync.n_unsent.to_string(),
        "rejected" => status.sync.n_rejected.to_string(),
        "customers" => status.n_customers.to_string(),
        "guide" => of_guide(guide.map(|guide| guide.name.as_str())),
        "store" => of_guide(guide.map(|guide| guide.store.name.as_str())),
        _ => pick(lang, state(status)).to_owned(),
    }
}

fn state(status: &Status) -> (&'static str, &'static str) {
    match status.sync.state {
        SavedState::Received => ("已送达", "received"),
        SavedState::Saved => ("已存本机", "saved here"),
        SavedState::Attention => ("需处理", "needs you"),
    }
}

fn class(status: Option<&Status>) -> &'static str {
    match status {
        None => "off",
        Some(status) if status.guide.is_none() => "not-enrolled",
        Some(status) => match status.sync.state {
            SavedState::Received => "received",
            SavedState::Saved => "saved",
            SavedState::Attention => "attention",
        },
    }
}

fn short(status: Option<&Status>, lang: Lang) -> String {
    let Some(status) = status else { return pick(lang, ("guide 未运行", "guide off")).to_owned() };
    if status.guide.is_none() {
        return pick(lang, ("guide 未登记", "guide not enrolled")).to_owned();
    }
    let (open, done) = (status.queue.n_open, status.queue.n_done);
    let mut line = match lang {
        Lang::Zh => format!("待办 {open} 已记 {done}"),
        Lang::En => format!("{open} open {done} done"),
    };
    if status.sync.n_unsent > 0 {
        line.push_str(&format!(" ↑{}", status.sync.n_unsent));
    }
    if status.sync.state == SavedState::Attention {
        line.push_str(" !");
    }
    line
}

fn waybar(status: Option<&Status>, lang: Lang) -> serde_json::Value {
    let tooltip = status.filter(|status| status.guide.is_some()).map(|status| {
        let (guide, store) = (field("guide", Some(status), lang), field("store", Some(status), lang));
        format!("{guide} · {store} · {}", pick(lang, state(status)))
    });
    serde_json::json!({ "text": short(status, lang), "tooltip": tooltip.unwrap_or_default(), "class": class(status) })
}

#[cfg(test)]
mod tests {
    use guide_common::wire::local::{ClockKind, QueueCount, SyncStatus};

    use super::*;

    fn status() -> Status {
        let guide = serde_json::json!({
            "id": "g1", "name": "林知夏", "store": { "id": "s1", "name": "一号店" }, "days_off": []
        });
        Status {
            locked: false,
            turn: None,
            guide: Some(serde_json::from_value(guide).unwrap()),
            role: None,
            disk_full: false,
            now: "2026-08-12T10:00:00".parse().unwrap(),
            clock: ClockKind::Real,
            queue: QueueCount { n_open: 12, n_held: 2, n_done: 5 },
            n_customers: 600,
            sync: SyncStatus { state: SavedState::Saved, n_unsent: 3, ..SyncStatus::default() },
        }
    }

    #[track_caller]
    fn check(format: &str, expected: &str) {
        assert_eq!(Bar::read(format).unwrap().line(Some(&status()), Lang::Zh), expected);
    }

    #[test]
    fn a_format_names_fields_and_keeps_everything_else() {
        check("tmux", "待办 12 已记 5 ↑3");
        check("{open}/{done} {unsent}", "12/5 3");
        check("{guide}@{store} {state} {{x}} {customers}", "林知夏@一号店 已存本机 {x} 600");
        let waybar = r#"{"class":"saved","text":"待办 12 已记 5 ↑3","tooltip":"林知夏 · 一号店 · 已存本机"}"#;
        check("waybar", waybar);
        check("", "");
        assert_eq!(Bar::read("{opne}").unwrap_err(), "opne");
        assert_eq!(Bar::read("{open").unwrap_err(), "open");
    }

    #[test]
    fn a_daemon_that_does_not_serve_is_told_in_the_same_place() {
        let line = |format: &str, lang| Bar::read(format).unwrap().line(None, lang);
        assert_eq!(line("tmux", Lang::Zh), "guide 未运行");
        assert_eq!(line("{open} {state}", Lang::En), "- -");
        assert!(line("waybar", Lang::En).contains("\"class\":\"off\""));
    }
}

//! A page of lines to read: the messages so far, and what this program is.

use crossterm::event::{KeyCode, KeyEvent};

use crate::interface::app::{App, ToastKind};
use crate::interface::theme::Role;
use crate::interface::words::Msg;

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its title.
    pub title: Msg,
    /// Its lines, each in a role.
    pub lines: Vec<(String, Role)>,
    /// The first line that is shown.
    pub scroll: usize,
}

impl Page {
    /// What was said since the interface was opened, the newest first.
    pub fn messages(app: &App) -> Self {
        let role = |kind| if kind == ToastKind::Done { Role::Text } else { Role::Bad };
        let line = |message: &crate::interface::app::Message| {
            let at = message.at.map(|at| at.format("%H:%M ").to_string()).unwrap_or_default();
            (format!("{at}{}", message.text), role(message.kind))
        };
        let mut lines: Vec<_> = app.messages.iter().rev().map(line).collect();
        if lines.is_empty() {
            lines.push((Msg::NoMessages.text(app.lang).to_owned(), Role::Muted));
        }
        Self { title: Msg::MessagesTitle, lines, scroll: 0 }
    }

    /// What this program is, whom it serves, and what it does not do.
    pub fn about(app: &App) -> Self {
        let lang = app.lang;
        let status = app.data.status.as_ref();
        let guide = status.and_then(|status| status.guide.as_ref());
        let mut lines = vec![
            (format!("guide {}", env!("CARGO_PKG_VERSION")), Role::Strong),
            (Msg::AboutWhat.text(lang).to_owned(), Role::Text),
            (String::new(), Role::Text),
        ];
        if let Some(guide) = guide {
            lines.push((format!("{} · {}", guide.store.name, guide.name), Role::Text));
        }
        if let Some(hub) = status.and_then(|status| status.sync.hub.as_ref()) {
            lines.push((hub.clone(), Role::Text));
        }
        lines.push((String::new(), Role::Text));
        lines.push((Msg::AboutPrivacy.text(lang).to_owned(), Role::Text));
        lines.push((Msg::AboutLicence.text(lang).to_owned(), Role::Muted));
        Self { title: Msg::AboutTitle, lines, scroll: 0 }
    }

    /// Applies a key; false where it closes the page.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let by = match key.code {
            KeyCode::Down | KeyCode::Char('j') => 1,
            KeyCode::Up | KeyCode::Char('k') => -1,
            KeyCode::PageDown | KeyCode::Char(' ') => 10,
            KeyCode::PageUp => -10,
            _ => return false,
        };
        self.scroll = self.scroll.saturating_add_signed(by).min(self.lines.len().saturating_sub(1));
        true
    }
}

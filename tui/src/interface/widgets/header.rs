//! The header: which screen, whose shop, which day, and the honest state of what was saved.

use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::local::{SavedState, Status};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::piece;
use crate::interface::app::{App, Link};
use crate::interface::privacy::Privacy;
use crate::interface::screens::Screen;
use crate::interface::theme::Role;
use crate::interface::words::{self, Msg};
use crate::lang::date;

/// After so many turns every part has gone.
const N_TURNS: usize = 5;

/// Draws the header. What has no room goes in this order: the guide, the shop, the weekday, the tabs.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    let cols = usize::from(area.width);
    let mut right = Vec::new();
    if app.data.is_training() {
        right.push(piece(format!(" {} ", Msg::Training.text(app.lang)), Role::Training, &app.theme));
        right.push(Span::raw(" "));
    }
    if app.privacy == Privacy::On {
        right.push(piece(format!(" {} ", Msg::Hidden.text(app.lang)), Role::Training, &app.theme));
        right.push(Span::raw(" "));
    }
    right.extend(state(app, Detail::Whole));
    if Line::from(right.clone()).width() + 14 > cols {
        right.truncate(right.len() - 1);
        right.extend(state(app, Detail::Short));
    }
    let right = Line::from(right);
    let room = cols.saturating_sub(right.width() + 1);
    let left = left_parts(app);
    let chosen = (0..=N_TURNS).map(|n_dropped| assemble(&left, n_dropped)).find(|line| line.width() <= room);
    let buffer = frame.buffer_mut();
    if let Some(line) = chosen {
        buffer.set_line(area.x, area.y, &line, area.width);
    }
    let x = area.right().saturating_sub(u16::try_from(right.width()).unwrap_or(u16::MAX)).max(area.x);
    buffer.set_line(x, area.y, &right, area.right() - x);
}

/// Parts of the left side in their order, each with its turn to go.
fn left_parts(app: &App) -> Vec<(usize, Vec<Span<'static>>)> {
    let status = app.data.status.as_ref();
    let tab = |screen: Screen, msg: Msg, n: Option<usize>| {
        let role = if app.screen == screen { Role::TabOn } else { Role::Muted };
        let n = n.map(|n| format!(" {n}")).unwrap_or_default();
        piece(format!(" {}{n} ", msg.text(app.lang)), role, &app.theme)
    };
    let n_tasks = app.data.today.as_ref().map(|_| app.data.count.n_open);
    let n_customers = status.map(|status| status.n_customers);
    let tabs = vec![
        tab(Screen::Today, Msg::TabToday, n_tasks),
        Span::raw(" "),
        tab(Screen::Customers, Msg::TabCustomers, n_customers),
    ];
    let mut parts = vec![(3, tabs)];
    if let Some(guide) = status.and_then(|status| status.guide.as_ref()) {
        parts.push((1, vec![piece(format!("  {}", guide.store.name), Role::Text, &app.theme)]));
        parts.push((0, vec![piece(format!(" · {}", guide.name), Role::Muted, &app.theme)]));
    }
    if let Some(status) = status {
        let on = status.now.date();
        let weekday = format!(" {}", date::weekday(on, app.lang));
        match app.lang {
            Lang::Zh => {
                let day = date::day(on, app.lang);
                let day = day.trim_end_matches(date::weekday(on, app.lang)).trim_end().to_owned();
                parts.push((4, vec![piece(format!("  {day}"), Role::Strong, &app.theme)]));
                parts.push((2, vec![piece(weekday, Role::Strong, &app.theme)]));
            }
            Lang::En => {
                parts.push((4, vec![piece(format!("  {}", date::day(on, app.lang)), Role::Strong, &app.theme)]))
            }
        }
    }
    parts
}

fn assemble(parts: &[(usize, Vec<Span<'static>>)], n_dropped: usize) -> Line<'static> {
    let kept = parts.iter().filter(|(turn, _)| *turn >= n_dropped);
    Line::from(kept.flat_map(|(_, spans)| spans.clone()).collect::<Vec<_>>())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Whole,
    Short,
}

/// The state in words and a mark, never by colour alone.
fn state(app: &App, detail: Detail) -> Option<Span<'static>> {
    let (text, role) = match (&app.link, &app.data.status) {
        (Link::Down(_), _) => (format!("× {}", Msg::DaemonLost.text(app.lang)), Role::Bad),
        (_, None) => (Msg::Connecting.text(app.lang).to_owned(), Role::Muted),
        (_, Some(_)) if app.is_syncing => (Msg::Syncing.text(app.lang).to_owned(), Role::Accent),
        (_, Some(status)) if status.guide.is_none() => {
            (format!("○ {}", Msg::NotEnrolledShort.text(app.lang)), Role::Warn)
        }
        (_, Some(status)) => saved_state(status, detail, app.lang),
    };
    Some(piece(format!("{text} "), role, &app.theme))
}

fn saved_state(status: &Status, detail: Detail, lang: Lang) -> (String, Role) {
    let sync = &status.sync;
    let at = sync.last_ok_at.map(|at| Zone::default().shop_time(at).format("%H:%M").to_string());
    let offline = sync.last_error.is_some();
    match sync.state {
        SavedState::Attention if sync.n_rejected > 0 => {
            (format!("! {}", words::rejected(sync.n_rejected, lang)), Role::Bad)
        }
        SavedState::Attention => (format!("! {}", crate::lang::name::saved_state_name(sync.state, lang)), Role::Bad),
        SavedState::Saved => {
            let mut text = format!("● {}", words::unsent(sync.n_unsent, lang));
            if offline && detail == Detail::Whole {
                text = format!("{text} · {}", Msg::Offline.text(lang));
            }
            (text, Role::Warn)
        }
        SavedState::Received => {
            let msg = if detail == Detail::Whole { Msg::Received } else { Msg::ReceivedShort };
            match at {
                Some(at) if offline => (format!("√ {} {at} · {}", msg.text(lang), Msg::Offline.text(lang)), Role::Warn),
                Some(at) => (format!("√ {} {at}", msg.text(lang)), Role::Good),
                None => (format!("○ {}", Msg::NeverSynced.text(lang)), Role::Warn),
            }
        }
    }
}

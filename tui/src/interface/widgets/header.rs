//! The header: which screen, whose shop, which day, and the honest state of what was saved.

use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::local::{ClockKind, SavedState, Status};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{cut_line, piece};
use crate::interface::app::{App, Link};
use crate::interface::mouse::Hit;
use crate::interface::privacy::Privacy;
use crate::interface::screens::Screen;
use crate::interface::theme::Role;
use crate::interface::view::BAR_FROM_ROWS;
use crate::interface::words::{self, Msg};
use crate::lang::date;
use crate::lang::name::saved_state_name;

/// What goes where there is no room, in this order: the weekday, the date where the training clock's bar shows it, the
/// shop, the guide, the date, the tabs' numbers, the tabs' endings, the open
/// tab's number, the other tabs, everything.
const N_TURNS: usize = 10;
/// The letters of a short tab; Chinese ones are short.
const SHORT_TAB: usize = 4;
/// So many turns are taken before the state is said in fewer words.
const N_TURNS_OF_WHOLE: usize = 3;

/// Draws the header.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    let cols = usize::from(area.width);
    let has_bar = app.data.is_training() && frame.area().height >= BAR_FROM_ROWS;
    let whole = (0..=N_TURNS_OF_WHOLE).map(|turn| (turn, Detail::Whole));
    let short = (0..=N_TURNS).map(|turn| (turn, Detail::Short));
    let sides = |(turn, detail)| (turn, left(app, turn, has_bar), right(app, detail));
    let fits = |(_, left, right): &(usize, Line<'_>, Line<'_>)| left.width() + right.width() < cols;
    let (turn, left, right) =
        whole.chain(short).map(sides).find(fits).unwrap_or_else(|| sides((N_TURNS, Detail::Short)));
    let buffer = frame.buffer_mut();
    buffer.set_line(area.x, area.y, &left, area.width);
    note_tabs(app, area, turn, &left);
    let right = cut_line(right, cols);
    let x = area.right().saturating_sub(u16::try_from(right.width()).unwrap_or(u16::MAX)).max(area.x);
    buffer.set_line(x, area.y, &right, area.right() - x);
}

/// Each tab can be clicked; they are the first pieces of the line.
fn note_tabs(app: &App, area: Rect, turn: usize, left: &Line<'_>) {
    let mut x = area.x;
    for (screen, span) in shown_tabs(app, turn).zip(&left.spans) {
        let cols = u16::try_from(span.width()).unwrap_or(0).min(area.right().saturating_sub(x));
        app.hits.note(Rect { x, width: cols, ..area }, Hit::Tab(screen));
        x = x.saturating_add(cols);
    }
}

fn shown_tabs(app: &App, turn: usize) -> impl Iterator<Item = Screen> {
    let open = app.screen;
    Screen::ALL.into_iter().filter(move |screen| turn < 9 || (turn == 9 && open == *screen))
}

/// The marks of the training clock and the mask, and the state of what was saved.
fn right(app: &App, detail: Detail) -> Line<'static> {
    let mut right = Vec::new();
    let marks = [
        (app.data.is_training(), Msg::Training),
        (app.data.is_training() && app.data.has_faults, Msg::Faults),
        (app.privacy == Privacy::On, Msg::Hidden),
        (app.audience.learns, Msg::Learning),
    ];
    for (_, msg) in marks.into_iter().filter(|(is_on, _)| *is_on) {
        right.push(piece(format!(" {} ", msg.text(app.lang)), Role::Training, &app.theme));
        right.push(Span::raw(" "));
    }
    right.extend(state(app, detail));
    Line::from(right)
}

/// Tabs, shop, guide and day after so many turns of leaving something out.
fn left(app: &App, turn: usize, has_bar: bool) -> Line<'static> {
    let status = app.data.status.as_ref();
    let mut spans = tabs(app, turn);
    if let Some(guide) = status.and_then(|status| status.guide.as_ref()) {
        let names = !app.audience.presents;
        if turn < 3 && names {
            spans.push(piece(format!("  {}", guide.store.name), Role::Text, &app.theme));
        }
        if turn < 4 && names {
            let before = if turn < 3 { " · " } else { "  " };
            spans.push(piece(format!("{before}{}", guide.name), Role::Muted, &app.theme));
        }
    }
    if let Some(on) = status.map(|status| status.now.date()) {
        let day = match turn {
            0 => Some(date::day(on, app.lang)),
            1 => Some(date::short(on, on, app.lang)),
            2..5 if !has_bar => Some(date::short(on, on, app.lang)),
            _ => None,
        };
        spans.extend(day.map(|day| piece(format!("  {day}"), Role::Strong, &app.theme)));
    }
    Line::from(spans)
}

fn tabs(app: &App, turn: usize) -> Vec<Span<'static>> {
    let n_of = |screen| match screen {
        Screen::Today => app.data.today.as_ref().map(|_| app.data.count.n_open),
        Screen::Customers => app.data.status.as_ref().map(|status| status.n_customers),
        _ => None,
    };
    let tab = |screen: Screen| {
        let role = if app.screen == screen { Role::TabOn } else { Role::Muted };
        let n = n_of(screen)
            .filter(|_| turn < 6 || (turn < 8 && app.screen == screen))
            .map(|n| format!(" {n}"))
            .unwrap_or_default();
        let name = screen.tab().text(app.lang);
        let name = if turn >= 7 && app.screen != screen { name.get(..SHORT_TAB).unwrap_or(name) } else { name };
        piece(format!(" {name}{n} "), role, &app.theme)
    };
    shown_tabs(app, turn).map(tab).collect()
}

/// The state in words.
pub fn told(app: &App) -> String {
    state(app, Detail::Whole).map(|span| span.content.into_owned()).unwrap_or_default()
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
    // the hub's answer comes at a real time, which beside the training clock's would only confuse
    let is_real = status.clock == ClockKind::Real;
    let time = |at| if is_real { Zone::default().shop_time(at).format(" %H:%M").to_string() } else { String::new() };
    let at = sync.last_ok_at.map(time);
    let failing = sync.last_error.as_ref().map(|error| match error.code.as_str() {
        "unreachable" => Msg::Offline.text(lang),
        "busy" => Msg::HubBusy.text(lang),
        _ => Msg::SyncFails.text(lang),
    });
    match sync.state {
        SavedState::Attention if sync.n_rejected > 0 => {
            (format!("! {}", words::rejected(sync.n_rejected, lang)), Role::Bad)
        }
        SavedState::Attention => {
            let why = sync.last_error.as_ref().and_then(|error| words::refused_short(&error.code, lang));
            (format!("! {}", why.unwrap_or_else(|| saved_state_name(sync.state, lang))), Role::Bad)
        }
        SavedState::Saved => {
            let unsent = if detail == Detail::Whole { words::unsent } else { words::unsent_short };
            let mut text = format!("● {}", unsent(sync.n_unsent, lang));
            if let Some(failing) = failing.filter(|_| detail == Detail::Whole) {
                text = format!("{text} · {failing}");
            }
            (text, Role::Warn)
        }
        SavedState::Received => {
            let msg = if detail == Detail::Whole { Msg::Received } else { Msg::ReceivedShort };
            match (at, failing) {
                (Some(at), Some(failing)) => (format!("√ {}{at} · {failing}", msg.text(lang)), Role::Warn),
                (Some(at), None) => (format!("√ {}{at}", msg.text(lang)), Role::Good),
                (None, _) => (format!("○ {}", Msg::NeverSynced.text(lang)), Role::Warn),
            }
        }
    }
}

//! What has been told so far, so that only what is new is told again.

use super::front::{Front, Wish, panes};
use super::list::Row;
use super::prompt::Question;
use super::{item, linear, list, words};
use crate::interface::app::{App, Link};
use crate::interface::event::ToastId;
use crate::interface::layers::view::trouble_texts;
use crate::interface::privacy::Privacy;
use crate::interface::screens::{Screen, reports_view};
use crate::interface::widgets::{banner, header};
use crate::interface::words::{self as own, Msg};
use crate::lang::date;
use crate::text;

/// The rows of a page.
pub(super) const PAGE: usize = 10;
/// A screen of so many rows has room for every banner.
const BANNER_ROWS: u16 = u16::MAX;

/// What was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Which list.
    pub list: String,
    /// What names its rows, as they were numbered.
    pub rows: Vec<String>,
    /// The first row of the page.
    pub page: usize,
    /// What names the selected row.
    pub key: Option<String>,
    /// The lines of what is selected; none where only its row was told.
    pub item: Option<Vec<String>>,
    /// The question.
    pub question: Option<Question>,
    /// How things stand: told again where it is another.
    pub state: String,
    /// Whether it was told while answers were on their way.
    is_early: bool,
    toast: Option<ToastId>,
    is_down: bool,
    is_masked: bool,
    day: String,
    banners: Vec<String>,
    has_greeted: bool,
    has_told_outcomes: bool,
    /// The lines of the lesson that runs.
    lesson: Vec<String>,
}

impl Told {
    /// What went wrong, what was done, and what nobody may miss.
    pub(super) fn messages(&mut self, app: &mut App, is_commanded: bool) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(trouble) = app.trouble.take() {
            out.extend(trouble_texts(&trouble, app.lang).into_iter().map(|(text, _)| linear::clean(text)));
        }
        let toast = app.told(|app| app.toast.as_ref().map(|toast| (toast.id, linear::spoken(&toast.text, app.lang))));
        if let Some((id, text)) = toast.filter(|(id, _)| Some(*id) != self.toast) {
            self.toast = Some(id);
            let speaks_of_enter = text.contains("回车") || text.contains("Enter");
            out.push(if speaks_of_enter { text + words::instead_of_enter(app.lang) } else { text });
        }
        out.extend(self.link(app));
        out.extend(self.lesson(app));
        if is_commanded && self.has_greeted {
            out.extend(self.state(app));
        }
        out
    }

    /// The step of a lesson, the last mistake and the hint, where they are new.
    fn lesson(&mut self, app: &App) -> Vec<String> {
        let Some((running, step)) = app.lesson.as_ref().and_then(|running| Some((running, running.next()?))) else {
            self.lesson.clear();
            return Vec::new();
        };
        let mut lines = Vec::new();
        let mistake = running.mistakes.last();
        lines.extend(mistake.map(|(idx, why)| own::mistake(idx + 1, why, app.lang)));
        lines.push(own::lesson_title(running, app.lang));
        lines.push(step.text.in_lang(app.lang).to_owned());
        lines.extend(
            step.hint.as_ref().filter(|_| running.shows_hint()).map(|hint| format!("→ {}", hint.in_lang(app.lang))),
        );
        let lines: Vec<String> = lines.iter().map(|line| linear::clean(line)).collect();
        let new = lines.iter().filter(|line| !self.lesson.contains(line)).cloned().collect();
        self.lesson = lines;
        new
    }

    /// The daemon has gone, or is back.
    fn link(&mut self, app: &App) -> Vec<String> {
        let is_down = matches!(app.link, Link::Down(_));
        if is_down == self.is_down || (is_down && !self.has_greeted) {
            return Vec::new();
        }
        self.is_down = is_down;
        let lang = app.lang;
        match is_down {
            true => [
                own::problem("unreachable", lang).unwrap_or_default(),
                Msg::AllSafe.text(lang),
                Msg::LostNext.text(lang),
            ]
            .map(str::to_owned)
            .to_vec(),
            false => vec![words::back_again(lang).to_owned()],
        }
    }

    /// The mask, the day, the state of sync, where they are others.
    fn state(&mut self, app: &App) -> Vec<String> {
        let mut out = Vec::new();
        let is_masked = app.privacy == Privacy::On;
        if is_masked != self.is_masked {
            self.is_masked = is_masked;
            // what was told before is no measure of what is told now
            self.item = None;
            out.push(if is_masked { Msg::Hidden.text(app.lang) } else { words::shown_again(app.lang) }.to_owned());
        }
        let day = day(app);
        if day != self.day {
            self.day.clone_from(&day);
            out.push(day);
        }
        let state = standing(app);
        if state != self.state {
            self.state = state;
            out.push(linear::spoken(&header::told(app), app.lang));
        }
        let banners: Vec<String> =
            banner::texts(app, BANNER_ROWS).into_iter().map(|(text, _)| linear::clean(&text)).collect();
        out.extend(banners.iter().filter(|text| !self.banners.contains(text)).cloned());
        self.banners = banners;
        out
    }

    /// Where it is, for the beginning.
    fn greet(&mut self, app: &App) -> Vec<String> {
        self.has_greeted = true;
        let guide = app.data.status.as_ref().and_then(|status| status.guide.as_ref());
        let mut out: Vec<String> =
            guide.map(|guide| linear::clean(&format!("{} · {}", guide.store.name, guide.name))).into_iter().collect();
        self.is_down = matches!(app.link, Link::Down(_));
        out.extend(self.state(app));
        out.push(words::greeting(app.lang).to_owned());
        out
    }
}

impl Front {
    /// The list or what is selected, as it is wished or as far as it has changed.
    pub(super) fn content(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        if !self.told.has_greeted {
            out.extend(self.told.greet(&self.app));
        }
        let is_early = self.app.awaits_answer();
        let is_late = std::mem::replace(&mut self.told.is_early, is_early) && !is_early;
        let is_another_list = list::name(&self.app) != self.told.list;
        let wish = match std::mem::take(&mut self.wish) {
            _ if !self.is_commanded && !is_late => return out,
            wish @ (Wish::Nothing | Wish::List(_) | Wish::Item | Wish::Whole) => wish,
            Wish::Changes if is_another_list => Wish::List(None),
            Wish::Changes if self.selected_key() != self.told.key && self.is_commanded => Wish::Item,
            Wish::Changes => Wish::Changes,
        };
        match wish {
            Wish::Nothing => {}
            Wish::List(from) => out.extend(self.list(from)),
            Wish::Item => out.extend(self.item(false)),
            Wish::Whole => out.extend(self.item(true)),
            Wish::Changes if self.told.item.is_some() => out.extend(self.changes()),
            Wish::Changes if is_late => {
                let rows = self.rows().into_iter().map(|row| row.key).collect::<Vec<_>>();
                if rows != self.told.rows {
                    out.extend(self.list(None));
                }
            }
            Wish::Changes => {}
        }
        out
    }

    /// The selected row and its lines.
    fn item_lines(&mut self) -> Vec<String> {
        let row = self.rows().into_iter().nth(list::selected(&self.app)).map(|row| row.text);
        row.into_iter().chain(self.app.told(item::lines)).collect()
    }

    fn rows(&mut self) -> Vec<Row> {
        self.app.told(list::rows)
    }

    /// A page of the list, from a row on or the one with the selected row.
    fn list(&mut self, from: Option<usize>) -> Vec<String> {
        let (rows, selected) = (self.rows(), list::selected(&self.app));
        let lang = self.app.lang;
        let name = list::name(&self.app);
        let mut out = self.app.told(heading);
        let told = &mut self.told;
        told.rows = rows.iter().map(|row| row.key.clone()).collect();
        told.key = rows.get(selected).map(|row| row.key.clone());
        (told.list, told.item) = (name, None);
        if rows.is_empty() {
            let lines = match list::is_prose(&self.app) {
                true => self.app.told(item::lines),
                false => self.app.told(item::why_empty),
            };
            out.extend(lines.iter().cloned());
            self.told.item = Some(lines);
            return out;
        }
        let from = from.unwrap_or(selected / PAGE * PAGE).min(rows.len() - 1);
        self.told.page = from;
        for (idx, row) in rows.iter().enumerate().skip(from).take(PAGE) {
            out.extend(row.head.clone());
            out.push(format!("{}. {}", idx + 1, row.text));
        }
        let n_more = rows.len().saturating_sub(from + PAGE);
        let n_unread = if self.app.screen == Screen::Today { self.app.data.n_unread() } else { 0 };
        if n_more + n_unread > 0 {
            let n = n_more + n_unread;
            out.push(text!(lang, "还有 {n} 行：more", "{n} more rows: more"));
        }
        let is_at_sections = panes(&self.app).is_some_and(|panes| panes.is_at_sections());
        if !is_at_sections {
            let n = selected + 1;
            out.push(text!(lang, "选中第 {n} 行", "row {n} is selected"));
        }
        out
    }

    /// The selected row and what it is about.
    fn item(&mut self, whole: bool) -> Vec<String> {
        if self.told.list != list::name(&self.app) {
            return self.list(None);
        }
        let selected = list::selected(&self.app);
        let row = self.rows().into_iter().nth(selected);
        let lines = self.item_lines();
        let first = self.told.item.is_none() && self.told.key.is_some();
        let mut out = Vec::new();
        let n = row.as_ref().and_then(|row| self.told.rows.iter().position(|key| *key == row.key));
        for (idx, line) in lines.iter().enumerate() {
            out.push(match n.filter(|_| idx == 0) {
                Some(n) => format!("{}. {line}", n + 1),
                None => line.clone(),
            });
        }
        if whole || (first && !self.told.has_told_outcomes) {
            let outcomes = item::outcomes(&self.app);
            self.told.has_told_outcomes |= outcomes.is_some();
            out.extend(outcomes);
        }
        self.told.key = row.map(|row| row.key);
        self.told.item = Some(lines);
        out
    }

    /// The lines that were not told of what is selected, its row among them.
    fn changes(&mut self) -> Vec<String> {
        let lines = self.item_lines();
        let before = self.told.item.replace(lines.clone()).unwrap_or_default();
        lines.into_iter().filter(|line| !before.contains(line)).collect()
    }
}

/// What stands above a list.
fn heading(app: &App) -> Vec<String> {
    let lang = app.lang;
    let tab = app.screen.tab().text(lang);
    let count = app.data.count;
    let told = match app.screen {
        Screen::Today => text!(
            lang,
            "{tab}：剩 {}，暂缓 {}，已记 {}",
            "{tab}: {} left, {} held, {} done",
            count.n_open,
            count.n_held,
            count.n_done
        ),
        Screen::Customers => match &app.data.customers {
            Some(list) => format!("{tab} {}/{}", list.n_found, list.n_all),
            None => tab.to_owned(),
        },
        Screen::Templates => format!("{tab} · {}", app.templates.grouping.name(lang)),
        Screen::Plans => tab.to_owned(),
        Screen::Reports => format!("{tab} · {}", reports_view::period(app)),
        Screen::Sync => format!("{tab} · {}", linear::spoken(&header::told(app), lang)),
    };
    let section = panes(app).filter(|panes| !panes.is_at_sections()).map(|_| section_name(app).to_owned());
    std::iter::once(linear::clean(&told)).chain(section).collect()
}

fn section_name(app: &App) -> &'static str {
    use crate::interface::screens::{reports, sync};
    match app.screen {
        Screen::Sync => sync::section(app).name(app.lang),
        _ => reports::section(app).name(app.lang),
    }
}

/// The shop's day; in training the clock, which stands on every screen.
fn day(app: &App) -> String {
    let Some(status) = &app.data.status else { return String::new() };
    match app.data.is_training() {
        true => format!("{} {}", Msg::Training.text(app.lang), date::full_time(status.now, app.lang)),
        false => date::day(status.now.date(), app.lang),
    }
}

/// How sync stands, without its figures.
fn standing(app: &App) -> String {
    let sync = app.data.status.as_ref().map(|status| &status.sync);
    let error = sync.and_then(|sync| sync.last_error.as_ref()).map(|error| error.code.as_str());
    let n_rejected = sync.map_or(0, |sync| sync.n_rejected);
    format!("{:?} {error:?} {n_rejected} {}", app.lang, sync.is_none())
}

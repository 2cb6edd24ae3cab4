//! The words of a question: what it is about, what is asked, and the choices with their numbers.

use guide_common::outcome::SkipReason;

use super::{linear, words};
use crate::interface::app::App;
use crate::interface::layers::Layer;
use crate::interface::layers::outcome_form::FieldKind;
use crate::interface::layers::view::{field_words, text_words};
use crate::interface::layers::{settings_sheet, training_view};
use crate::interface::screens::templates::detail::findings;
use crate::interface::text::LINEAR;
use crate::interface::words::{self as own, Msg};
use crate::lang::name::{outcome_name, reason_name};
use crate::lang::{amnesty, pick, remind};
use crate::text;

/// The most customers that are listed to choose from.
const N_PICKED: usize = 10;

/// A question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// What it is about; told once.
    pub heading: Vec<String>,
    /// What is wrong with the answer before.
    pub error: Option<String>,
    /// What is asked.
    pub asked: Vec<String>,
}

/// The question that is open.
pub fn question(app: &App) -> Option<Question> {
    let lang = app.lang;
    let mut question = Question::default();
    let choosing = || words::choosing(lang).to_owned();
    let numbered = |rows: Vec<String>| -> Vec<String> {
        rows.into_iter().enumerate().map(|(idx, row)| format!("{}. {row}", idx + 1)).collect()
    };
    match app.layer.as_ref()? {
        Layer::Outcome(form) => {
            question.heading =
                vec![format!("{} · {}", outcome_name(form.code, lang), form.target.name), answering(app)];
            question.error.clone_from(&form.error);
            let field = form.fields.get(form.focus)?;
            let (label, hint) = field_words(field.kind);
            let hint = if field.kind == FieldKind::Reason { "" } else { hint.text(lang) };
            question.asked = vec![asked(label.text(lang), hint, field.input.value(), app)];
            if field.kind == FieldKind::Reason {
                question.asked.extend(numbered(SkipReason::ALL.map(|of| reason_name(of, lang).to_owned()).to_vec()));
            }
        }
        Layer::Text(form) => {
            let (heading, _, hint) = text_words(form, lang);
            question.heading = vec![heading, answering(app)];
            question.error.clone_from(&form.error);
            let (label, input) = form.fields.get(form.focus)?;
            question.asked = vec![asked(label, hint, input.value(), app)];
        }
        Layer::Ask(form) => {
            question.heading = vec![form.title.clone(), form.note.clone(), answering(app)];
            question.error.clone_from(&form.error);
            let field = form.fields.get(form.focus)?;
            question.asked = vec![asked(&field.label, &field.hint, field.input.value(), app)];
        }
        Layer::NoteFirst => question.asked = vec![note_first(app)],
        Layer::Promise(choice) => {
            question.heading = vec![format!("{} · {}", Msg::PromiseTitle.text(lang), choice.name), choosing()];
            let row = |row: &guide_common::wire::card::PromiseRow| {
                format!("{} · {}", row.promise.text, own::days_left(row.promise.due_on, app.data.on(), lang))
            };
            question.asked = numbered(choice.rows.iter().map(row).collect());
        }
        Layer::Confirm(confirm) => {
            question.heading = vec![confirm.title.clone(), confirm.note.clone(), choosing()];
            question.asked = numbered(confirm.answers.to_vec());
        }
        Layer::Steps(sheet) => {
            question.heading = vec![Msg::StepsTitle.text(lang).to_owned(), choosing()];
            let (redo, n_redo) = (sheet.steps.redo.iter().rev(), sheet.steps.redo.len());
            let row = |(idx, row): (usize, &guide_common::wire::record::StepRow)| {
                let what = if idx < n_redo { ("恢复", "redo") } else { ("撤销", "undo") };
                format!("{} {} {}", pick(lang, what), row.at.format("%H:%M"), own::step(row, lang))
            };
            question.asked = numbered(redo.chain(&sheet.steps.undo).enumerate().map(row).collect());
            if question.asked.is_empty() {
                question.asked = vec![Msg::NoSteps.text(lang).to_owned()];
            }
        }
        Layer::Tags(sheet) => {
            let group = sheet.chosen().map(|group| format!(" · {}", group.name.in_lang(lang))).unwrap_or_default();
            question.heading = vec![format!("{}{group} · {}", Msg::TagTitle.text(lang), sheet.name), choosing()];
            let tags = app.data.card(&sheet.customer).map_or(&[][..], |card| &card.tags);
            let has = |idx: usize| {
                let value = sheet.chosen().and_then(|group| Some((group, group.values.get(idx)?)));
                value.is_some_and(|(group, value)| {
                    tags.iter().any(|row| row.tag.group == group.code && row.tag.value == value.name.zh)
                })
            };
            let mark = |idx: usize| if has(idx) { pick(lang, ("（有）", " (set)")) } else { "" };
            let rows = sheet.rows(lang).into_iter().enumerate();
            question.asked = numbered(rows.map(|(idx, name)| format!("{name}{}", mark(idx))).collect());
            if question.asked.is_empty() {
                question.asked = vec![Msg::NoTagGroups.text(lang).to_owned()];
            }
        }
        Layer::Lists(sheet) => {
            question.heading = vec![Msg::ListsTitle.text(lang).to_owned(), choosing()];
            let row = |list: &guide_common::wire::list::SavedList| {
                format!("{} · {} · {}", list.name, list.n_found, list.filter)
            };
            question.asked = numbered(sheet.lists.iter().map(row).collect());
            if question.asked.is_empty() {
                question.asked = vec![Msg::NoLists.text(lang).to_owned()];
            }
        }
        Layer::Reminders(sheet) => {
            question.heading = vec![Msg::RemindersTitle.text(lang).to_owned(), choosing()];
            let row = |row: &guide_common::wire::remind::ReminderRow| {
                let at = row.at.map(|at| at.format("%m-%d %H:%M").to_string()).unwrap_or_default();
                let (state, what) = (remind::state(row.state, lang), remind::what(row, app.data.on(), lang));
                [at.as_str(), state, &what, &row.name].join(" · ").trim_end_matches(" · ").to_owned()
            };
            question.asked = numbered(sheet.rows.iter().map(row).collect());
            if question.asked.is_empty() {
                let msg = if sheet.enabled { Msg::NoReminders } else { Msg::RemindersOff };
                question.asked = vec![msg.text(lang).to_owned()];
            }
        }
        Layer::Amnesty(sheet) => {
            let how = ("yes 全部执行，空行不动", "yes does all of it, an empty line nothing");
            question.heading = vec![amnesty::heading(&sheet.amnesty, lang), pick(lang, how).to_owned()];
            let count = |(n, what, more): (usize, &str, String)| format!("{n} {what} {more}").trim_end().to_owned();
            question.asked = amnesty::counts(&sheet.amnesty, lang).into_iter().map(count).collect();
            let listed = amnesty::listed(&sheet.amnesty, false);
            question.asked.extend(listed.iter().map(|due| {
                let (what, on) = (amnesty::what(due, &listed, sheet.amnesty.on, lang), sheet.amnesty.on);
                [due.name.as_str(), &what, &amnesty::fate(due.fate, on, lang)].join(" · ")
            }));
        }
        Layer::Training(sheet) => {
            let (heading, _) = training_view::words_of(sheet.which);
            question.heading = vec![heading.text(lang).to_owned(), choosing()];
            let row = |row: training_view::Row| [row.head, row.text, row.after].join(" · ");
            let rows = training_view::rows(app, sheet.which).into_iter().map(row);
            question.asked = rows
                .map(|row| row.trim_end_matches(" · ").to_owned())
                .enumerate()
                .map(|(idx, row)| format!("{}. {row}", idx + 1))
                .collect();
            if question.asked.is_empty() {
                question.asked = vec![Msg::NoAnswers.text(lang).to_owned()];
            }
        }
        Layer::Settings(_) => {
            question.heading = vec![Msg::SettingsTitle.text(lang).to_owned(), choosing()];
            let row = |(label, value): &(Msg, String)| format!("{} · {value}", label.text(lang));
            question.asked = numbered(settings_sheet::rows(app).iter().map(row).collect());
        }
        Layer::Picker(picker) => {
            let how = ("写名字的一部分查找，写数字选", "type part of a name to find, or a number to choose");
            question.heading = vec![Msg::PickerTitle.text(lang).to_owned(), pick(lang, how).to_owned()];
            let row = |row: &guide_common::wire::local::CustomerRow| {
                format!("{} · {} · {}", row.name, row.tier.letter(), row.phone_masked.as_deref().unwrap_or_default())
            };
            question.asked = numbered(picker.rows().iter().take(N_PICKED).map(row).collect());
            let n_more = picker.rows().len().saturating_sub(N_PICKED);
            question.asked.extend((n_more > 0).then(|| own::unread(n_more, lang)));
            if question.asked.is_empty() {
                question.asked = vec![picker.failed.unwrap_or(Msg::FilteredTitle.text(lang)).to_owned()];
            }
        }
        Layer::Page(page) => {
            question.asked = std::iter::once(page.title.text(lang).to_owned())
                .chain(page.lines.iter().map(|(text, _)| text.clone()))
                .collect();
        }
        Layer::Editor(editor) => {
            let id = &editor.template.id;
            let name = editor.template.name.in_lang(lang);
            let of = pick(editor.lang, (pick(lang, ("中文", "Chinese")), pick(lang, ("英文", "English"))));
            question.heading = vec![text!(lang, "改 {id} {name} · {of}", "Edit {id} {name} · {of}")];
            question.asked = editor.area.lines().iter().map(|line| linear::clean(line)).collect();
            match &app.templates.draft_lint {
                Some(Ok(found)) => question.asked.extend(linear::all(&findings(found, LINEAR, lang, &app.theme), lang)),
                Some(Err(fault)) => question.asked.push(format!("{}: {fault}", Msg::NoTemplate.text(lang))),
                None => {}
            }
            question.asked.push(editing(app));
        }
        Layer::Palette(_) => return None,
    }
    let clean = |lines: &mut Vec<String>| {
        *lines = lines.iter().map(|line| linear::clean(line)).filter(|line| !line.trim().is_empty()).collect();
    };
    clean(&mut question.heading);
    clean(&mut question.asked);
    Some(question)
}

fn answering(app: &App) -> String {
    words::answering(app.lang).to_owned()
}

fn note_first(app: &App) -> String {
    pick(
        app.lang,
        (
            "带备注：写结果的数字或名称，例如 4；. 放弃",
            "with a note: the outcome's digit or name, such as 4; a dot gives up",
        ),
    )
    .to_owned()
}

fn editing(app: &App) -> String {
    pick(
        app.lang,
        (
            "1 重写（最后一行单独写 .） 2 另一种语言 3 自己的编辑器 4 提交总部 5 还原；空行关闭",
            "1 write anew (a dot alone ends it), 2 the other language, 3 your own editor, 4 propose, 5 revert; an empty line closes",
        ),
    )
    .to_owned()
}

/// A field: what it is called, what is typed there, what it holds.
fn asked(label: &str, hint: &str, value: &str, app: &App) -> String {
    let lang = app.lang;
    let hint = if hint.is_empty() { String::new() } else { text!(lang, "（{hint}）", " ({hint})") };
    match value.is_empty() {
        true => text!(lang, "{label}{hint}？", "{label}{hint}?"),
        false => text!(lang, "{label}{hint}？现在是 {value}", "{label}{hint}? Now: {value}"),
    }
}

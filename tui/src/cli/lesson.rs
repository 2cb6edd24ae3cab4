//! `guide lesson list|run|check|results`: lessons for learners, and their proof for whoever writes one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Local;
use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use crate::cli::context::{Context, note, print};
use crate::cli::demo;
use crate::cli::failure::{Answer, Failure};
use crate::cli::interactive::Look;
use crate::cli::table::{Side, Table};
use crate::lang::{fault, pick};
use crate::lesson::results::{self, LessonResult};
use crate::lesson::{Lesson, Role, file, library};
use crate::text;

/// Arguments of `guide lesson`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the lessons
    List,
    /// Open the demo in a lesson
    Run(RunArgs),
    /// Read lessons and play their solutions without a terminal, against the real programs
    Check(CheckArgs),
    /// Show what learners reached
    Results(ResultsArgs),
}

#[derive(Debug, ClapArgs)]
struct RunArgs {
    /// The lesson: its id, its number, or a file
    #[arg(value_name = "LESSON")]
    lesson: String,
    /// How the learner is called in the results
    #[arg(long, value_name = "NAME", default_value = "")]
    learner: String,
    /// Walk it line by line, as guide --plain does
    #[arg(long)]
    plain: bool,
}

#[derive(Debug, ClapArgs)]
struct CheckArgs {
    /// The lessons, by id, number or file; all of them where none is named
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
    /// Also leave out each step once: without it the lesson must not come to its end
    #[arg(long)]
    each: bool,
}

#[derive(Debug, ClapArgs)]
struct ResultsArgs {
    /// Write them as CSV into this file; - is standard output
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// The file in which results are kept.
pub(crate) fn results_file(context: &Context) -> PathBuf {
    context.paths.state.join("lessons.jsonl")
}

/// Runs the command.
pub async fn run(args: Args, context: &Context, look: Look) -> Answer<()> {
    match args.command {
        Command::List => list(context),
        Command::Run(args) => {
            let lesson = named(&args.lesson, context)?;
            demo::teach(lesson, args.learner, args.plain, context, look).await
        }
        Command::Check(args) => {
            let lessons = match args.lessons.as_slice() {
                [] => library::all().to_vec(),
                named_ones => named_ones.iter().map(|name| named(name, context)).collect::<Answer<Vec<_>>>()?,
            };
            demo::check_lessons(&lessons, args.each, context).await
        }
        Command::Results(args) => show_results(&args, context),
    }
}

fn list(context: &Context) -> Answer<()> {
    #[derive(Serialize)]
    struct Row<'l> {
        id: &'l str,
        name: &'l str,
        about: &'l str,
        role: &'static str,
        minutes: u32,
        n_steps: usize,
    }
    #[derive(Serialize)]
    struct Lessons<'l> {
        lessons: Vec<Row<'l>>,
    }
    let lang = context.lang;
    let role_of = |role| Role::ALL.iter().find(|(_, of)| *of == role).map_or("", |(name, _)| name);
    let row = |lesson: &'static Arc<Lesson>| Row {
        id: &lesson.id,
        name: lesson.name.in_lang(lang),
        about: lesson.about.in_lang(lang),
        role: role_of(lesson.role),
        minutes: lesson.minutes,
        n_steps: lesson.steps.len(),
    };
    let all = Lessons { lessons: library::all().iter().map(row).collect() };
    context.show(&all, |context| {
        let mut table = Table::new([
            ("", Side::Right),
            (pick(lang, ("编号", "Id")), Side::Left),
            (pick(lang, ("课程", "Lesson")), Side::Left),
            (pick(lang, ("学什么", "What it teaches")), Side::Left),
            (pick(lang, ("分钟", "Min")), Side::Right),
        ]);
        for (idx, row) in all.lessons.iter().enumerate() {
            let cells = [&(idx + 1).to_string(), row.id, row.name, row.about, &row.minutes.to_string()];
            table.row(cells.map(str::to_owned));
        }
        let next = pick(lang, ("guide lesson run 1 开始第一课", "guide lesson run 1 begins the first one"));
        format!("{}\n{next}\n", table.render(context.style))
    })
}

/// The lesson of an id or a number, or that of a file.
pub(crate) fn named(name: &str, context: &Context) -> Answer<Arc<Lesson>> {
    if let Some(lesson) = library::named(name) {
        return Ok(Arc::clone(lesson));
    }
    let path = Path::new(name);
    if !path.is_file() {
        return Err(Failure::Usage(text!(
            context.lang,
            "没有“{name}”这一课，也没有这个文件；guide lesson list 列出全部",
            "there is no lesson {name:?}, nor such a file; guide lesson list shows them"
        )));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::Failed(fault::file(name, &error, context.lang)))?;
    let lesson = file::parse(&text).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    if let Some(stranger) = file::stranger(&lesson) {
        return Err(Failure::Usage(format!("{name}: {stranger}")));
    }
    Ok(Arc::new(lesson))
}

fn show_results(args: &ResultsArgs, context: &Context) -> Answer<()> {
    #[derive(Serialize)]
    struct All<'r> {
        results: &'r [LessonResult],
    }
    let file = results_file(context);
    let failed =
        |error: std::io::Error| Failure::Failed(fault::file(&file.display().to_string(), &error, context.lang));
    let (kept, n_bad) = results::read(&file).map_err(failed)?;
    if n_bad > 0 {
        note(&text!(
            context.lang,
            "guide: {n_bad} 行读不懂，已跳过",
            "guide: {n_bad} lines cannot be read and are left out"
        ));
    }
    match &args.csv {
        Some(to) if to.as_os_str() == "-" => return print(&results::csv(&kept)),
        Some(to) => {
            std::fs::write(to, results::csv(&kept))
                .map_err(|error| Failure::Failed(fault::written(to, &error, context.lang)))?;
            return print(&format!("{}\n", to.display()));
        }
        None => {}
    }
    context.show(&All { results: &kept }, |context| page(&kept, context))
}

fn page(kept: &[LessonResult], context: &Context) -> String {
    let lang = context.lang;
    if kept.is_empty() {
        return text!(
            lang,
            "还没有成绩：guide lesson run 1 --learner 姓名\n",
            "no results yet: guide lesson run 1 --learner NAME\n"
        );
    }
    let mut table = Table::new([
        (pick(lang, ("时间", "When")), Side::Left),
        (pick(lang, ("课程", "Lesson")), Side::Left),
        (pick(lang, ("学员", "Learner")), Side::Left),
        (pick(lang, ("得分", "Score")), Side::Right),
        (pick(lang, ("用时", "Time")), Side::Right),
        (pick(lang, ("错", "Wrong")), Side::Right),
        (pick(lang, ("提示", "Hints")), Side::Right),
        (pick(lang, ("按键", "Keys")), Side::Right),
    ]);
    for one in kept {
        table.row([
            one.at.with_timezone(&Local).format("%m-%d %H:%M").to_string(),
            library::named(&one.lesson).map_or(one.lesson.as_str(), |lesson| lesson.name.in_lang(lang)).to_owned(),
            one.learner.clone(),
            one.score.to_string(),
            format!("{}:{:02}", one.seconds / 60, one.seconds % 60),
            one.mistakes.len().to_string(),
            one.n_hints.to_string(),
            one.n_keys.to_string(),
        ]);
    }
    table.render(context.style)
}

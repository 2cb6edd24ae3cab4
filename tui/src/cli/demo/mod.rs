//! `guide demo`: a whole chain in a temporary folder, with an embedded hub and a daemon as processes of their own.
//! On exit, also after an error, a panic or a signal, no process and no file is left.

mod cast;
mod check;
mod director;
mod home;
mod hub;
mod player;
mod process;
mod snapshot;
mod stage;
mod verdict;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args as ClapArgs;
use guide_common::demo::SEED;

use crate::cli::context::{Context, note, print};
use crate::cli::demo::director::Director;
use crate::cli::demo::player::{FilmKind, Player};
use crate::cli::demo::stage::Stage;
use crate::cli::demo::verdict::Verdict;
use crate::cli::failure::{Answer, Failure};
use crate::cli::interactive::{self, Look, Mode, Place};
use crate::cli::lesson::{self, results_file};
use crate::cli::signal::Signals;
use crate::interface::home::Keeping;
use crate::lang::fault;
use crate::lesson::Lesson;
use crate::text;

/// The columns and rows of the terminal that a lesson is proved at.
const PLAYED_AT: (u16, u16) = (80, 24);
/// The columns and rows of a recording: room for the pressed keys.
const FILMED_AT: (u16, u16) = (100, 30);

/// Arguments of `guide demo`.
#[derive(Debug, Default, ClapArgs)]
pub struct Args {
    /// Be another guide: the id, or a part of the name
    #[arg(long = "as", value_name = "NAME")]
    guide: Option<String>,
    /// Walk ten tasks without a terminal, with the hub stopped and the daemon killed on the way, and check every figure
    #[arg(long)]
    check: bool,
    /// Another chain and other customers: the same seed gives the same ones
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Write a recording of a lesson's solution into this file: as asciinema plays it, or an animated picture where the
    /// name ends in .svg
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    record: Option<PathBuf>,
    /// The lesson that is recorded
    #[arg(long, value_name = "LESSON", default_value = "first-day", requires = "record")]
    lesson: String,
    /// Keep headquarters' data in this database instead of a file, as guide-hub does; it must be empty, and nothing can
    /// be gone back to
    #[arg(long, value_name = "URL", conflicts_with_all = ["check", "record"])]
    database_url: Option<String>,
    /// Walk the demo line by line, as guide --plain does
    #[arg(long, conflicts_with = "check")]
    plain: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context, look: Look) -> Answer<()> {
    open(args, context, look, None).await
}

async fn open(args: Args, context: &Context, look: Look, taught: Option<(Arc<Lesson>, String)>) -> Answer<()> {
    // before anything exists that would have to be removed
    let signals = Signals::new()?;
    let check = args.check;
    let look = Look { mode: if args.plain { Mode::Plain } else { look.mode }, ..look };
    let mode = look.mode;
    let answer = tokio::select! {
        answer = play(args, context, look, taught) => answer,
        signal = signals.first() => Err(Failure::Signal(signal)),
    };
    if !check && mode == Mode::Drawn && matches!(answer, Err(Failure::Signal(_))) {
        // last, so that the interface draws nothing over what the shell shows next
        crate::interface::give_back();
    }
    answer
}

/// Opens the demo in a lesson.
pub async fn teach(lesson: Arc<Lesson>, learner: String, is_plain: bool, context: &Context, look: Look) -> Answer<()> {
    let args = Args { plain: is_plain, seed: SEED, ..Args::default() };
    open(args, context, look, Some((lesson, learner))).await
}

/// Everything that the demo makes is owned by this future: whoever drops it cleans up.
async fn play(args: Args, context: &Context, look: Look, taught: Option<(Arc<Lesson>, String)>) -> Answer<()> {
    if args.check {
        return check::run(args.guide.as_deref(), context).await;
    }
    if let Some(file) = &args.record {
        return record(file, &args.lesson, context).await;
    }
    interactive::needs_terminal(look.mode, context)?;
    note(&text!(context.lang, "正在准备演示门店…", "Preparing the demo shop…"));
    let (guide, database) = (args.guide.as_deref(), args.database_url.as_deref());
    let stage = Stage::set(guide, args.seed, context.lang, database).await?;
    let (socket, state) = (stage.paths().socket.clone(), stage.paths().state.clone());
    let (mut director, mut training, orders) = Director::new(stage, args.seed, context.lang).await?;
    let (lesson, learner) = taught.unzip();
    training.results = Some((results_file(context), learner.unwrap_or_default()));
    training.begin = lesson;
    let place = Place { socket, state, keeping: Keeping::Forgotten, training: Some(training) };
    let shown = interactive::show(place, context, look, Arc::default());
    let answer = tokio::select! {
        answer = shown => answer,
        () = director.run(orders) => Ok(()),
    };
    director.into_stage().strike().await;
    answer
}

/// Writes a recording of a lesson's solution.
async fn record(file: &Path, lesson: &str, context: &Context) -> Answer<()> {
    let lesson = lesson::named(lesson, context)?;
    let kind = FilmKind::of(file).ok_or_else(|| {
        Failure::Usage(text!(
            context.lang,
            "录像写成 .cast（asciinema）或 .svg（动画图片）",
            "a recording is written as .cast, for asciinema, or as .svg, an animated picture"
        ))
    })?;
    // before it is played: a folder that is not there is not found out a minute later
    if file.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(Failure::Failed(fault::written(file, &std::io::ErrorKind::NotFound.into(), context.lang)));
    }
    let stage = Stage::set(None, SEED, context.lang, None).await?;
    let (mut director, link, orders) = Director::new(stage, SEED, context.lang).await?;
    director.is_hurried = true;
    let mut player = Player::new(&director, link, context.lang, FILMED_AT)?;
    let recorded = tokio::select! {
        recorded = player.record(&lesson, kind) => recorded,
        () = director.run(orders) => Err(Failure::Reported),
    };
    director.into_stage().strike().await;
    let (played, film) = recorded?;
    if let Some(fault) = played.fault {
        return Err(Failure::Failed(fault));
    }
    std::fs::write(file, film).map_err(|error| Failure::Failed(fault::written(file, &error, context.lang)))?;
    print(&format!("{}\n", file.display()))
}

/// Plays the solutions of lessons without a terminal; with `each`, also with every step left out once.
pub async fn check_lessons(lessons: &[Arc<Lesson>], each: bool, context: &Context) -> Answer<()> {
    let signals = Signals::new()?;
    tokio::select! {
        answer = prove(lessons, each, context) => answer,
        signal = signals.first() => Err(Failure::Signal(signal)),
    }
}

async fn prove(lessons: &[Arc<Lesson>], each: bool, context: &Context) -> Answer<()> {
    let mut verdict = Verdict::new(context);
    let stage = Stage::set(None, SEED, context.lang, None).await?;
    let (mut director, link, orders) = Director::new(stage, SEED, context.lang).await?;
    director.is_hurried = true;
    let mut player = Player::new(&director, link, context.lang, PLAYED_AT)?;
    let proof = async {
        for lesson in lessons {
            let played = player.play(lesson, None).await?;
            let fault = played.fault.clone().or_else(|| played.running.mistakes.first().map(|(_, why)| why.clone()));
            let name = lesson.name.in_lang(context.lang);
            let what = text!(
                context.lang,
                "{} {name}：{} 步，得分 {}",
                "{} {name}: {} steps, {} points",
                lesson.id,
                lesson.steps.len(),
                played.running.score()
            );
            verdict.check(&what, fault.is_none(), || fault.clone().unwrap_or_default())?;
            for idx in 0..if each && fault.is_none() { lesson.steps.len() } else { 0 } {
                let played = player.play(lesson, Some(idx)).await?;
                let n = idx + 1;
                let what = text!(context.lang, "{}：缺第 {n} 步", "{}: without step {n}", lesson.id);
                let is_over = played.running.is_over();
                let it_was = || text!(context.lang, "还是完成了", "it came to its end all the same");
                verdict.check(&what, !is_over, it_was)?;
            }
        }
        Ok(())
    };
    let answer: Answer<()> = tokio::select! {
        answer = proof => answer,
        () = director.run(orders) => Ok(()),
    };
    director.into_stage().strike().await;
    answer?;
    verdict.close()
}

//! `guide replay FILE`: goes through the cycles of a bundle again, and says where this version takes another way.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cli::bar::page_columns;
use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::once;
use crate::interface::text::wrapped;
use crate::lang::{fault, pick};
use crate::text;

/// Arguments of `guide replay`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// A bundle, as guide bundle wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What came of going through all cycles again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Cycle by cycle, oldest first.
    pub cycles: Vec<Replayed>,
}

/// A cycle that was gone through again, as `guided replay` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// The cycle's id.
    pub id: String,
    /// How many steps were the same.
    pub n_same: usize,
    /// The step that was taken, and the one that this version takes.
    pub differs: Option<Diverged>,
}

/// Where two versions part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diverged {
    /// The step that was taken.
    pub taken: Map<String, Value>,
    /// The step that this version takes.
    pub here: Map<String, Value>,
}

/// The part of a bundle that is shown.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Traces {
    traces: Vec<Trace>,
}

#[derive(Debug, Deserialize)]
struct Trace {
    id: String,
    steps: Vec<Map<String, Value>>,
    #[serde(default)]
    n_left_out: u64,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let traces = read(&args.file, context)?;
    let words = ["replay", &args.file.display().to_string()];
    let printed = once::ask(&words, context).await.map_err(Failure::Start)?;
    let replay = Replay { cycles: once::read(&printed)? };
    context.show(&replay, |context| page(&replay, &traces, page_columns(), context))?;
    if replay.is_same() { Ok(()) } else { Err(Failure::Told) }
}

fn read(file: &Path, context: &Context) -> Answer<Traces> {
    let (lang, shown) = (context.lang, file.display().to_string());
    let text = std::fs::read(file).map_err(|error| Failure::Failed(fault::file(&shown, &error, lang)))?;
    serde_json::from_slice(&text).map_err(|_| {
        Failure::Failed(text!(lang, "{shown} 不是 guide bundle 写的文件", "{shown} is no file that guide bundle wrote"))
    })
}

pub(crate) fn page(replay: &Replay, traces: &Traces, columns: usize, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut page = String::new();
    for cycle in &replay.cycles {
        let n_same = cycle.n_same;
        let title = match cycle.differs {
            None => style.bold(&text!(lang, "轮次 {}：{n_same} 步相同", "cycle {}: {n_same} steps the same", cycle.id)),
            Some(_) => style.red(&text!(
                lang,
                "轮次 {}：{n_same} 步之后走法不同",
                "cycle {}: another way after {n_same} steps",
                cycle.id
            )),
        };
        page.push_str(&format!("{title}\n"));
        let trace = traces.traces.iter().find(|trace| trace.id == cycle.id);
        for line in trace.iter().flat_map(|trace| wrapped(&steps(trace, context), columns.saturating_sub(4))) {
            page.push_str(&format!("  {}\n", line.trim()));
        }
        if let Some(Diverged { taken, here }) = &cycle.differs {
            let (taken, here) = (step(taken), step(here));
            page.push_str(&style.red(&text!(lang, "  当时：{taken}；本版本：{here}", "  then: {taken}; here: {here}")));
            page.push('\n');
        }
    }
    page.push_str(&sum(replay, context));
    page
}

fn sum(replay: &Replay, context: &Context) -> String {
    let said = verdict(replay, context.lang);
    let said = match (replay.cycles.is_empty(), replay.is_same()) {
        (true, _) => said,
        (false, true) => context.style.green(&said),
        (false, false) => context.style.red(&said),
    };
    format!("\n{said}\n")
}

/// What came of it, in a sentence.
pub fn verdict(replay: &Replay, lang: Lang) -> String {
    let n_cycles = replay.cycles.len();
    let n_differ = replay.cycles.iter().filter(|cycle| cycle.differs.is_some()).count();
    match (n_cycles, n_differ) {
        (0, _) => pick(lang, ("包里没有轮次的步骤", "the bundle holds no cycle's steps")).to_owned(),
        (_, 0) => text!(lang, "{n_cycles} 轮走法都相同", "all {n_cycles} cycles go the same way"),
        _ => text!(
            lang,
            "{n_cycles} 轮中有 {n_differ} 轮走法不同：写包的版本和本版本不一样",
            "{n_differ} of {n_cycles} cycles go another way: the bundle is of another version"
        ),
    }
}

impl Replay {
    /// Whether this version takes the same way in all cycles.
    pub fn is_same(&self) -> bool {
        self.cycles.iter().all(|cycle| cycle.differs.is_none())
    }
}

/// A cycle's steps in a line, each with what came of it.
fn steps(trace: &Trace, context: &Context) -> String {
    let mut shown: Vec<String> = trace.steps.iter().map(step).collect();
    if trace.n_left_out > 0 {
        let n = trace.n_left_out;
        shown.push(text!(context.lang, "… 另外 {n} 步", "… {n} more"));
    }
    shown.join(" · ")
}

/// A step in a few words: what was done, to what, and what came of it.
fn step(step: &Map<String, Value>) -> String {
    let mut words = vec![word(step.get("step"))];
    words.extend(["feed", "after", "from", "to"].iter().filter_map(|key| named(step, key)));
    if let Some(Value::Object(then)) = step.get("then") {
        let figures = ["reason", "code", "n", "n_rejected", "n_retry"].iter().filter_map(|key| named(then, key));
        let came: Vec<String> = std::iter::once(word(then.get("event"))).chain(figures).collect();
        words.push(format!("→ {}", came.join(" ")));
    }
    sanitise(&words.join(" "), Lines::One, 120)
}

fn named(fields: &Map<String, Value>, key: &str) -> Option<String> {
    match fields.get(key)? {
        Value::Null => None,
        // a count that is nothing is only told where it is the news
        Value::Number(number) if number.as_u64() == Some(0) && key != "n" => None,
        value => Some(match key.strip_prefix("n_") {
            Some(what) => format!("{what} {value}"),
            None => word(Some(value)),
        }),
    }
}

fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace('_', " "),
        Some(value) => value.to_string(),
        None => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_with_what_came_of_it_in_a_few_words() {
        let check = |text: &str, expected: &str| assert_eq!(step(&serde_json::from_str(text).unwrap()), expected);
        check(r#"{"step":"push","after":0,"then":{"event":"nothing_to_send"}}"#, "push → nothing to send");
        check(
            r#"{"step":"pull","feed":"guide","then":{"event":"page","n":120,"more":false}}"#,
            "pull guide → page 120",
        );
        check(
            r#"{"step":"snapshot","feed":"shared","then":{"event":"failed","code":"unreachable","is_refusal":false}}"#,
            "snapshot shared → failed unreachable",
        );
    }
}

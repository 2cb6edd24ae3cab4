//! What is kept of lessons that were played to their end, for the trainer: a line of JSON each.

use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::run::Running;
use crate::platform::private_folder;

/// The longest file that is read, in bytes.
const MAX_BYTES: u64 = 8 << 20;

/// One result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonResult {
    /// When, real time.
    pub at: DateTime<Utc>,
    /// The lesson.
    pub lesson: String,
    /// Who played it, as the learner was called.
    pub learner: String,
    /// Of a hundred.
    pub score: usize,
    /// How long it took.
    pub seconds: u64,
    /// How many keys were pressed.
    pub n_keys: usize,
    /// In how many steps the hint was asked for.
    pub n_hints: usize,
    /// What was a mistake, with its step from 1.
    pub mistakes: Vec<(usize, String)>,
}

impl LessonResult {
    /// The result of a lesson that is over.
    pub fn of(running: &Running, learner: &str, at: DateTime<Utc>) -> Self {
        Self {
            at,
            lesson: running.lesson.id.clone(),
            learner: learner.to_owned(),
            score: running.score(),
            seconds: running.seconds,
            n_keys: running.n_keys,
            n_hints: running.n_hints,
            mistakes: running.mistakes.iter().map(|(idx, why)| (idx + 1, why.clone())).collect(),
        }
    }
}

/// Adds a result to a file.
pub fn keep(file: &Path, result: &LessonResult) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        // as everything else of this user's: for nobody else
        private_folder().recursive(true).create(folder)?;
    }
    let mut line = serde_json::to_string(result)?;
    line.push('\n');
    std::fs::File::options().create(true).append(true).open(file)?.write_all(line.as_bytes())
}

/// Reads the results, the oldest first; lines that cannot be read are counted and passed over.
pub fn read(file: &Path) -> io::Result<(Vec<LessonResult>, usize)> {
    let is_there = match std::fs::metadata(file) {
        Ok(found) if found.len() > MAX_BYTES => return Err(io::Error::new(io::ErrorKind::FileTooLarge, "over 8 MiB")),
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    let text = if is_there { std::fs::read_to_string(file)? } else { String::new() };
    let (mut results, mut n_bad) = (Vec::new(), 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(result) => results.push(result),
            Err(_) => n_bad += 1,
        }
    }
    Ok((results, n_bad))
}

/// The results as CSV for a spreadsheet: UTF-8 with a mark, one row each, the mistakes in one cell.
pub fn csv(results: &[LessonResult]) -> String {
    let mut text = String::from("\u{feff}at,lesson,learner,score,seconds,keys,hints,mistakes,what\r\n");
    for one in results {
        let what: Vec<String> = one.mistakes.iter().map(|(step, why)| format!("{step}: {why}")).collect();
        let cells = [
            one.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            one.lesson.clone(),
            one.learner.clone(),
            one.score.to_string(),
            one.seconds.to_string(),
            one.n_keys.to_string(),
            one.n_hints.to_string(),
            one.mistakes.len().to_string(),
            what.join("; "),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let text = format!("{guard}{cell}");
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(learner: &str, why: &str) -> LessonResult {
        LessonResult {
            at: "2026-11-23T08:00:00Z".parse().unwrap(),
            lesson: "first-day".to_owned(),
            learner: learner.to_owned(),
            score: 90,
            seconds: 61,
            n_keys: 12,
            n_hints: 0,
            mistakes: vec![(2, why.to_owned())],
        }
    }

    #[test]
    fn results_are_read_as_they_were_kept_and_a_broken_line_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/lessons.jsonl");
        assert_eq!(read(&file).unwrap(), (Vec::new(), 0));
        let (first, second) = (result("周予安", "x"), result("b", "y"));
        keep(&file, &first).unwrap();
        std::fs::File::options().append(true).open(&file).unwrap().write_all(b"{broken\n").unwrap();
        keep(&file, &second).unwrap();
        assert_eq!(read(&file).unwrap(), (vec![first, second], 1));
    }

    #[test]
    fn a_cell_with_commas_quotes_or_a_formula_stays_a_cell() {
        let text = csv(&[result("=HYPERLINK(1)", "he said \"no\", twice")]);
        let row = text.lines().nth(1).unwrap();
        assert_eq!(row, "2026-11-23T08:00:00Z,first-day,'=HYPERLINK(1),90,61,12,0,1,\"2: he said \"\"no\"\", twice\"");
    }
}

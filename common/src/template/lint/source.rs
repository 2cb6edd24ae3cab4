//! Lint of a template file: the same findings, with the lines of the file.

use super::words::LintWords;
use super::{Finding, Place, lint};
use crate::file_error::FileError;
use crate::sop::plan::{Lang, Text};
use crate::template::file::parse;
use crate::toml_file::{Key, Table, read};

/// Reads a template file and checks its texts; the error is that of a file that cannot be published. The line of each
/// finding is the file's; in a text of one line its column counts from the text's first character.
pub fn lint_source(source: &str, words: &LintWords, place: Place, names: &[&str]) -> Result<Vec<Finding>, FileError> {
    let mut template = parse(source)?;
    let document = read(source)?;
    let mut table = Table::new(source, "the template", document.get_ref(), document.span());
    table.required("text")?.table(|mut texts| {
        let (zh, en) = (texts.required("zh")?, texts.required("en")?);
        // as they stand in the file: a published text begins behind the first line break
        template.text = Text { zh: zh.str()?.to_owned(), en: en.str()?.to_owned() };
        let mut findings = lint(&template, words, place, names);
        for finding in &mut findings {
            let key = if finding.lang == Lang::Zh { &zh } else { &en };
            finding.line = line_in_file(key, finding.line)?;
        }
        Ok(findings)
    })
}

/// The line of the file in which a line of a text stands.
fn line_in_file(key: &Key<'_>, line: usize) -> Result<usize, FileError> {
    let n_bytes: usize = key.str()?.split_inclusive('\n').take(line - 1).map(str::len).sum();
    Ok(key.error_inside(n_bytes, "").line)
}

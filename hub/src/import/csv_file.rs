//! Reading a CSV file: its encoding, its separator, its header, and where each row begins.

use std::borrow::Cow;
use std::path::Path;

use encoding_rs::{Encoding, GB18030};
use unicode_normalization::UnicodeNormalization;

use super::columns::{Column, Need};
use super::field::shown;
use super::{BadRow, Summary};
use crate::error::HubError;

/// The largest file that is read.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// A file's rows under the names of known columns.
#[derive(Debug)]
pub struct CsvFile {
    columns: &'static [Column],
    /// Where each known column stands in a record.
    places: Vec<Option<usize>>,
    n_columns: usize,
    records: Vec<(u64, csv::StringRecord)>,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'f> {
    /// The line on which it begins.
    pub line: u64,
    file: &'f CsvFile,
    record: &'f csv::StringRecord,
}

impl Row<'_> {
    /// A cell without the spaces around it; empty where the file has no such column.
    pub fn cell(&self, name: &str) -> &str {
        let column = self.file.columns.iter().position(|column| column.name == name);
        let place = column.and_then(|idx| self.file.places.get(idx).copied().flatten());
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }
}

/// Reads a file's bytes.
pub fn read_bytes(file: &Path) -> Result<Vec<u8>, HubError> {
    let fault = |source| HubError::File { doing: "reading", path: file.to_owned(), source };
    let meta = std::fs::metadata(file).map_err(fault)?;
    if meta.is_dir() {
        return Err(HubError::refused(format!("{} is a folder: name a CSV file", file.display())));
    }
    if meta.len() > MAX_BYTES {
        return Err(HubError::refused(format!(
            "{} is larger than 512 MB: split it, each part with the header line",
            file.display()
        )));
    }
    std::fs::read(file).map_err(fault)
}

impl CsvFile {
    /// Reads the text of a file and finds its columns. Unknown ones are named in the summary, rows with the wrong
    /// number of cells are reported in it.
    pub fn parse(bytes: &[u8], columns: &'static [Column], summary: &mut Summary) -> Result<Self, HubError> {
        let text = decode(bytes)?;
        let separator = separator(&text);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut lines = Lines { text: text.as_bytes(), offset: 0, line: 1 };
        let mut records = reader.records().map(|record| {
            let record =
                record.map_err(|error| HubError::refused(format!("the file cannot be read as CSV: {error}")))?;
            let begin = record.position().map_or(0, csv::Position::byte);
            Ok::<_, HubError>((lines.line_of(begin), record))
        });
        let header = match records.next() {
            Some(header) => header?.1,
            None => return Err(HubError::refused("the file is empty: its first line must name the columns")),
        };
        let places = places(&header, columns, summary)?;
        let mut file = Self { columns, places, n_columns: header.len(), records: Vec::new() };
        for record in records {
            let (line, record) = record?;
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            summary.rows += 1;
            match file.shape_fault(line, &record) {
                Some(reason) => summary.bad.push(BadRow { line, reason }),
                None => file.records.push((line, record)),
            }
        }
        Ok(file)
    }

    /// The rows of the right shape, in the file's order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row { line: *line, file: self, record })
    }

    fn shape_fault(&self, line: u64, record: &csv::StringRecord) -> Option<String> {
        let n_breaks = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        if n_breaks > MAX_BREAKS || (n_breaks > 0 && record.len() < self.n_columns) {
            let last = line + n_breaks;
            return Some(format!(
                "a quotation mark that opens here does not close before line {last}: none of these lines was read"
            ));
        }
        // spreadsheets leave empty cells off the end, or put them on
        let surplus = record.iter().skip(self.n_columns).any(|cell| !cell.trim().is_empty());
        if surplus {
            return Some(format!("{} cells where the header names {}", record.len(), self.n_columns));
        }
        None
    }
}

/// Counts lines as the file is read. The reader's own count begins a record at the empty lines above it.
struct Lines<'t> {
    text: &'t [u8],
    offset: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record begins whose reading began at a byte; records are asked for in order.
    fn line_of(&mut self, begin: u64) -> u64 {
        let begin = usize::try_from(begin).unwrap_or(usize::MAX).min(self.text.len());
        let n_blank = self.text[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let first = (begin + n_blank).max(self.offset);
        self.line += self.text[self.offset..first].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.offset = first;
        self.line
    }
}

/// A product's name may be broken over lines in its cell; more than that is a quotation mark that was left open.
const MAX_BREAKS: u64 = 2;

/// UTF-8 with or without BOM, UTF-16 with BOM, else GB18030, which also reads GBK and GB2312.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, HubError> {
    let refused = |what: &str| {
        HubError::refused(format!("the file is neither UTF-8 nor {what}: save it as “CSV UTF-8” and import it again"))
    };
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        let detail = "this is a spreadsheet, not a CSV file: open it and save it as “CSV UTF-8”";
        return Err(HubError::refused(detail));
    }
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        let (text, had_errors) = encoding.decode_without_bom_handling(&bytes[bom..]);
        return if had_errors { Err(refused(encoding.name())) } else { Ok(text) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let (text, had_errors) = GB18030.decode_without_bom_handling(bytes);
    if had_errors || text.contains('\0') { Err(refused("GB18030")) } else { Ok(text) }
}

/// The most frequent of comma, semicolon and tab in the header line.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn places(
    header: &csv::StringRecord,
    columns: &'static [Column],
    summary: &mut Summary,
) -> Result<Vec<Option<usize>>, HubError> {
    let mut places: Vec<Option<usize>> = vec![None; columns.len()];
    for (place, name) in header.iter().enumerate() {
        let wanted = plain(name);
        let known = columns.iter().position(|column| {
            plain(column.name) == wanted || column.aliases.iter().any(|alias| plain(alias) == wanted)
        });
        match known {
            Some(idx) => {
                if let Some(other) = places[idx].replace(place) {
                    let other = shown(header.get(other).unwrap_or_default());
                    return Err(HubError::refused(format!(
                        "the columns {other} and {} mean the same ({}): remove one of them",
                        shown(name),
                        columns[idx].name
                    )));
                }
            }
            None if !name.trim().is_empty() => summary.ignored_columns.push(shown(name)),
            None => {}
        }
    }
    for (column, place) in columns.iter().zip(&places) {
        if column.need == Need::Required && place.is_none() {
            return Err(HubError::refused(format!(
                "the first line names no column {}: call one {} or {} (it names: {})",
                column.name,
                column.name,
                column.aliases.join(", "),
                header.iter().map(shown).collect::<Vec<_>>().join(", ")
            )));
        }
    }
    Ok(places)
}

fn plain(name: &str) -> String {
    let kept = name.nfkc().filter(|c| !c.is_whitespace() && !"_-*".contains(*c));
    kept.collect::<String>().to_lowercase()
}

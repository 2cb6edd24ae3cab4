//! The file `config.toml`: reading it, and writing one setting beside what stands there. What may stand there is
//! `guide_common::config`'s.

use std::io::{self, ErrorKind};
use std::path::Path;

use guide_common::config::{Config, Fault, MAX_FILE_BYTES, Value};
use guide_common::sop::plan::Lang;

use crate::lang::fault;

/// Settings, and what is wrong with the rest.
pub type Read = io::Result<(Config, Vec<Fault>)>;

/// Reads the settings; without a file there are none.
pub fn read(file: &Path) -> Read {
    if std::fs::metadata(file).is_ok_and(|found| found.len() > MAX_FILE_BYTES) {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Config::read(&text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Default::default()),
        Err(error) => Err(error),
    }
}

/// What is wrong with the file, as lines.
pub fn faults(file: &Path, read: &Read, lang: Lang) -> Vec<String> {
    let shown = file.display();
    match read {
        Ok((_, faults)) => {
            faults.iter().map(|fault| format!("{shown}:{}: {}", fault.line, fault.wrong.told(lang))).collect()
        }
        Err(error) => vec![fault::file(&shown.to_string(), error, lang)],
    }
}

/// Why a setting was not written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file or its folder.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What stands there is no TOML: it is left alone.
    #[error("{0}")]
    NoToml(String),
}

/// Writes one setting into the file, or takes it out; its other lines and comments stay.
pub fn save(file: &Path, key: &str, value: Option<&Value>) -> Result<(), SaveError> {
    let text = match std::fs::read_to_string(file) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => String::new(),
        text => text?,
    };
    let written = write_into(&text, key, value).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        SaveError::NoToml(format!("{line}: {}", error.message().trim()))
    })?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension(format!("{}.tmp", std::process::id()));
    std::fs::write(&beside, written)?;
    std::fs::rename(&beside, file).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })?;
    Ok(())
}

/// A file's text with a value in the place of the one that it had; comments stay.
fn write_into(text: &str, key: &str, value: Option<&Value>) -> Result<String, toml_edit::TomlError> {
    let mut document: toml_edit::DocumentMut = text.parse()?;
    let (table, name) = match key.split_once('.') {
        Some((table, name)) => {
            if document.get(table).is_some_and(|item| item.as_table_like().is_none()) {
                document.remove(table);
            }
            let inner = document.entry(table).or_insert_with(toml_edit::table);
            (inner.as_table_like_mut(), name)
        }
        None => (Some(document.as_table_mut() as &mut dyn toml_edit::TableLike), key),
    };
    let Some(table) = table else { return Ok(text.to_owned()) };
    match value {
        None => {
            table.remove(name);
        }
        Some(value) => {
            let value: toml_edit::Value = match value {
                Value::Text(text) => text.as_str().into(),
                Value::Bool(flag) => (*flag).into(),
                Value::Number(number) => (*number).into(),
            };
            let item = table.entry(name).or_insert(toml_edit::Item::None);
            match item.as_value_mut() {
                Some(old) => {
                    // the comment behind it stays
                    let decor = old.decor().clone();
                    *old = value;
                    *old.decor_mut() = decor;
                }
                None => *item = toml_edit::value(value),
            }
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, key: &str, value: Option<Value>, expected: &str) {
        assert_eq!(write_into(text, key, value.as_ref()).unwrap(), expected);
    }

    #[test]
    fn a_value_is_written_beside_the_comments_and_taken_out_again() {
        let text = || Some(Value::Text("day".to_owned()));
        check("", "theme", text(), "theme = \"day\"\n");
        check("# 我的\ntheme = \"night\" # 夜班\n", "theme", text(), "# 我的\ntheme = \"day\" # 夜班\n");
        let names = || Some(Value::Bool(true));
        check("lang = \"zh\"\n", "remind.names", names(), "lang = \"zh\"\n\n[remind]\nnames = true\n");
        check("[remind]\n# 谨慎\nnames = false\n", "remind.names", names(), "[remind]\n# 谨慎\nnames = true\n");
        check("remind = 3\n", "remind.names", names(), "[remind]\nnames = true\n");
        check("lang = \"zh\"\ntheme = \"day\"\n", "theme", None, "lang = \"zh\"\n");
        assert!(write_into("theme = = 1", "theme", None).is_err());
    }
}

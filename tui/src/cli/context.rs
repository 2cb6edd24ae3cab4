//! What every command is given: language, form of output, folders, and the way to the daemon.

use std::io::{self, IsTerminal, Write};

use chrono::NaiveDate;
use guide_common::id::CustomerId;
use guide_common::paths::Paths;
use guide_common::sop::plan::Lang;
use guide_common::wire::SCHEMA;
use guide_common::wire::local::Status;
use serde::Serialize;

use crate::cli::failure::{Answer, Failure};
use crate::cli::start;
use crate::client::Client;
use crate::text;

/// Whether data is printed for people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Aligned text.
    Text,
    /// JSON with the schema's number.
    Json,
}

/// Whether text may carry colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// On a terminal that shows them.
    Coloured,
}

impl Style {
    /// Coloured on a terminal, unless `NO_COLOR` is set.
    pub fn of(stream: &impl IsTerminal) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if stream.is_terminal() && !unwanted { Self::Coloured } else { Self::Plain }
    }

    /// Of less weight.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// Of more weight.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Needs attention.
    pub fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// Wants attention soon.
    pub fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// Is as it should be.
    pub fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}

/// What every command is given.
#[derive(Clone, Debug)]
pub struct Context {
    /// The language of texts.
    pub lang: Lang,
    /// The form of data.
    pub form: Form,
    /// Colours on standard output.
    pub style: Style,
    /// Where things lie.
    pub paths: Paths,
}

impl Context {
    /// The daemon; it is started where none serves.
    pub async fn client(&self) -> Answer<Client> {
        start::client(&self.paths).await.map_err(Failure::Start)
    }

    /// The daemon with its status, for commands that need the shop's date.
    pub async fn client_and_status(&self) -> Answer<(Client, Status)> {
        let client = self.client().await?;
        let status = client.status().await?;
        Ok((client, status))
    }

    /// Prints data: as JSON, or as the text that `render` makes of it.
    pub fn show<T: Serialize>(&self, data: &T, render: impl FnOnce(&Self) -> String) -> Answer<()> {
        match self.form {
            Form::Json => print(&json(data)?),
            Form::Text => print(&render(self)),
        }
    }

    /// The same for data that is JSON whatever was asked for.
    #[must_use]
    pub fn as_json(&self) -> Self {
        Self { form: Form::Json, ..self.clone() }
    }

    /// A customer's id from the command line.
    pub fn customer_id(&self, text: &str) -> Answer<CustomerId> {
        CustomerId::new(text).map_err(|_| {
            Failure::Usage(text!(
                self.lang,
                "{text:?} 不是客户编号；guide customer find 可查找",
                "{text:?} is no customer id; guide customer find looks for one"
            ))
        })
    }
}

/// An object with `schema` before its own fields.
#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: u32,
    #[serde(flatten)]
    data: &'a T,
}

/// Data as it is printed with `--json`.
fn json<T: Serialize>(data: &T) -> Answer<String> {
    let mut text = serde_json::to_string_pretty(&Envelope { schema: SCHEMA, data })
        .map_err(|error| Failure::Failed(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// Writes to standard output. A reader that closed it early has what it wanted.
pub fn print(text: &str) -> Answer<()> {
    print_bytes(text.as_bytes())
}

/// The same for what is no text in UTF-8.
pub fn print_bytes(bytes: &[u8]) -> Answer<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("writing to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a message to standard error; one that nobody can read is no failure.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The shop's date in a status.
pub fn today(status: &Status) -> NaiveDate {
    status.now.date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_carries_the_schema_before_the_data() {
        #[derive(Serialize)]
        struct Row {
            id: &'static str,
        }
        assert_eq!(json(&Row { id: "C1" }).unwrap(), "{\n  \"schema\": 1,\n  \"id\": \"C1\"\n}\n");
    }

    #[test]
    fn plain_style_has_no_escape_sequences() {
        assert_eq!(Style::Plain.red("x"), "x");
        assert_eq!(Style::Coloured.bold("x"), "\u{1b}[1mx\u{1b}[0m");
    }
}

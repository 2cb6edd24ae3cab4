//! `guide config`: the settings at this terminal, their file, and what is wrong with it. The keys themselves are in
//! `guide_common::config`.

use std::path::Path;

use clap::{Args as ClapArgs, Subcommand};
use guide_common::config::{Config, ENTRIES, Entry, Form, Reader, Value};
use guide_common::sop::plan::Lang;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::client::Client;
use crate::config::{self, SaveError, faults, read};
use crate::lang::{fault, pick};
use crate::text;

/// Arguments of `guide config`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every setting with its value and what it is for
    List,
    /// Say what is wrong with the file, by line
    Check,
    /// Print a setting's value
    Get {
        /// The setting, such as remind.morning
        key: String,
    },
    /// Write a setting into the file; its other lines and comments stay
    Set {
        /// The setting, such as remind.morning
        key: String,
        /// The value, such as 09:00; without one the line is taken out and the default holds again
        value: Option<String>,
    },
    /// Print where the file is
    Path,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let file = context.paths.config_file();
    match args.command.unwrap_or(Command::List) {
        Command::List => list(&settings(&file, context.lang)?, context),
        Command::Check => check(&file, context),
        Command::Get { key } => {
            let entry = entry(&key, context.lang)?;
            let config = settings(&file, context.lang)?;
            let value = value(&config, entry);
            context.show(&json!({ "key": entry.key, "value": value }), |_| format!("{}\n", plain(&value)))
        }
        Command::Set { key, value } => set(&file, entry(&key, context.lang)?, value, context).await,
        Command::Path => context.show(&json!({ "path": file }), |_| format!("{}\n", file.display())),
    }
}

fn entry(key: &str, lang: Lang) -> Answer<&'static Entry> {
    Entry::find(key).map_err(|wrong| {
        let wrong = wrong.told(lang);
        Failure::Usage(text!(lang, "{wrong}；guide config list 列出全部", "{wrong}; guide config list names all"))
    })
}

fn settings(file: &Path, lang: Lang) -> Answer<Config> {
    let read = read(file).map_err(|error| Failure::Failed(fault::file(&file.display().to_string(), &error, lang)))?;
    Ok(read.0)
}

/// The value in force; empty where something else decides.
fn value(config: &Config, entry: &Entry) -> serde_json::Value {
    match config.said(entry.key) {
        Some(Value::Text(text)) => json!(text),
        Some(Value::Bool(flag)) => json!(flag),
        Some(Value::Number(number)) => json!(number),
        // the defaults are written as JSON would write them too
        None => serde_json::from_str(entry.default).unwrap_or_default(),
    }
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn list(config: &Config, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let rows: Vec<_> = ENTRIES
        .iter()
        .map(|entry| {
            let about = pick(lang, entry.about);
            json!({
                "key": entry.key,
                "value": value(config, entry),
                "set": config.said(entry.key).is_some(),
                "about": about,
                "may_be": may_be(entry.form, lang),
            })
        })
        .collect();
    context.show(&json!({ "settings": rows }), |context| {
        let mut page = String::new();
        for entry in ENTRIES {
            let shown = plain(&value(config, entry));
            let shown = if shown.is_empty() { pick(lang, ("（未写）", "(not set)")).to_owned() } else { shown };
            let mark = if config.said(entry.key).is_some() { "*" } else { " " };
            page.push_str(&format!("{mark} {} = {shown}\n", context.style.bold(entry.key)));
            page.push_str(&format!("    {} · {}\n", pick(lang, entry.about), may_be(entry.form, lang)));
        }
        let file = context.paths.config_file();
        let file = file.display();
        page + &text!(
            lang,
            "* 写在 {file} 里；guide config set 键 值 来改\n",
            "* stands in {file}; guide config set KEY VALUE changes it\n"
        )
    })
}

fn may_be(form: Form, lang: Lang) -> String {
    match form {
        Form::OneOf(words) => words.join(" | "),
        Form::Text => pick(lang, ("文字", "text")).to_owned(),
        Form::Bool => "true | false".to_owned(),
        Form::TimeOrOff => "09:30 | off".to_owned(),
        Form::Hours => "20:30-09:30".to_owned(),
        Form::Number(first, last) => format!("{first}–{last}"),
    }
}

fn check(file: &Path, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let found = faults(file, &read(file), lang);
    let shown = file.display();
    context.show(&json!({ "path": file, "faults": found }), |_| match (found.is_empty(), file.exists()) {
        (true, true) => text!(lang, "{shown} 没有问题\n", "{shown} is sound\n"),
        (true, false) => text!(
            lang,
            "还没有 {shown}：全部用默认值；guide config set 会建立它\n",
            "there is no {shown} yet: all defaults hold; guide config set makes it\n"
        ),
        (false, _) => String::new(),
    })?;
    if found.is_empty() { Ok(()) } else { Err(Failure::Failed(found.join("\n"))) }
}

async fn set(file: &Path, entry: &'static Entry, value: Option<String>, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let parsed = value.as_deref().map(|text| entry.parse(text)).transpose();
    let parsed = parsed.map_err(|wrong| Failure::Usage(wrong.told(lang)))?;
    config::save(file, entry.key, parsed.as_ref()).map_err(|error| match error {
        SaveError::Io(error) => Failure::Failed(fault::file(&file.display().to_string(), &error, lang)),
        SaveError::NoToml(error) => {
            let shown = file.display();
            Failure::Failed(text!(
                lang,
                "{shown} 不是 TOML，没有改动：{error}；guide config check 指出位置",
                "{shown} is no TOML and was not changed: {error}; guide config check names the place"
            ))
        }
    })?;
    let told = match entry.reader {
        Reader::Guide => None,
        Reader::Guided => Some(reload(context).await),
    };
    let shown = parsed.as_ref().map(Value::toml);
    context.show(&json!({ "key": entry.key, "value": shown, "in_force": told.unwrap_or(false) }), |context| {
        let line = shown.map_or_else(
            || text!(lang, "{} 恢复默认值", "{} has its default again", entry.key),
            |value| format!("{} = {value}", entry.key),
        );
        let when = match told {
            Some(true) => pick(lang, ("，已生效", ", in force now")),
            Some(false) => pick(lang, ("，后台启动时生效", ", in force when guided starts")),
            None => pick(lang, ("，下次打开界面时生效", ", in force when the interface opens")),
        };
        format!("{}{when}\n", context.style.bold(&line))
    })
}

/// Has a daemon that serves read the file again; none is started for that.
async fn reload(context: &Context) -> bool {
    match Client::find(&context.paths).await {
        Ok(client) => client.reload().await.is_ok(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_reads_as_the_value_in_force() {
        let (config, _) = Config::read("[remind]\nper_hour = 3\n");
        let of = |key: &str| value(&config, Entry::find(key).unwrap());
        assert_eq!(of("remind.per_hour"), json!(3));
        assert_eq!(of("remind.morning"), json!("09:30"));
        assert_eq!(of("lang"), json!(null));
        assert_eq!(plain(&of("remind.names")), "false");
    }
}

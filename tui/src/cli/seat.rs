//! `guide seats`, `guide lock`, `guide unlock` and `guide pin`: who is at the terminal. A PIN is asked for, or read from
//! standard input; it is never an argument.

use std::io::{BufRead, IsTerminal, Read, Write};

use clap::{Args as ClapArgs, Subcommand};
use guide_common::id::GuideId;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::Problem;
use guide_common::wire::seat::{Seat, Seats};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::status;
use crate::cli::table::{Side, Table};
use crate::client::ClientError;
use crate::hidden_line;
use crate::lang::{self, pick};
use crate::text;

/// Arguments of `guide unlock`.
#[derive(Debug, ClapArgs)]
pub struct UnlockArgs {
    /// Whose turn begins: the guide's id or name; that of whoever is in front where nobody is named
    #[arg(value_name = "GUIDE")]
    guide: Option<String>,
}

/// Arguments of `guide pin`.
#[derive(Debug, ClapArgs)]
pub struct PinArgs {
    #[command(subcommand)]
    command: PinCommand,
}

#[derive(Debug, Subcommand)]
enum PinCommand {
    /// Set a PIN, or change it
    Set,
    /// Take it away
    Remove,
}

/// `guide seats`.
pub async fn list(context: &Context) -> Answer<()> {
    let seats = context.client().await?.seats().await?;
    context.show(&seats, |context| page(&seats, context))
}

fn page(seats: &Seats, context: &Context) -> String {
    let lang = context.lang;
    if seats.seats.is_empty() {
        return text!(lang, "本机还没有登记导购\n", "no guide is enrolled here\n");
    }
    let mut table = Table::new([
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("导购", "Guide")), Side::Left),
        (pick(lang, ("状态", "State")), Side::Left),
        (pick(lang, ("备注", "Note")), Side::Left),
    ]);
    for seat in &seats.seats {
        let mark = match (seat.in_front, seats.locked) {
            (true, true) => pick(lang, ("已锁定", "locked")),
            (true, false) => pick(lang, ("在用", "here")),
            (false, _) => "",
        };
        let name = format!("{} · {}", seat.name, seat.store);
        table.row([seat.guide.to_string(), name, mark.to_owned(), lang::seat::note(seat, lang)]);
    }
    table.render(context.style)
}

/// `guide lock`.
pub async fn lock(context: &Context) -> Answer<()> {
    let status = context.client().await?.lock().await?;
    context.show(&status, |context| text!(context.lang, "已锁定\n", "locked\n"))
}

/// `guide unlock`.
pub async fn unlock(args: UnlockArgs, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let seats = client.seats().await?;
    let seat = match &args.guide {
        Some(asked) => Some(find(&seats, asked, context)?),
        None => seats.front(),
    };
    let pin = match seat.filter(|seat| seat.has_pin) {
        Some(seat) => {
            let name = sanitise(&seat.name, Lines::One, 40);
            Some(read_pin(&text!(context.lang, "{name} 的 PIN：", "PIN of {name}: "), context)?)
        }
        None => None,
    };
    let unlocked = client.unlock(seat.map(|seat| &seat.guide), pin.as_deref()).await;
    let status = unlocked.map_err(|error| refused(error, context))?;
    context.show(&status, |context| status::page(&status, context))
}

fn find<'s>(seats: &'s Seats, asked: &str, context: &Context) -> Answer<&'s Seat> {
    let id = GuideId::new(asked).ok();
    let by_id = seats.seats.iter().find(|seat| Some(&seat.guide) == id.as_ref());
    let mut by_name = seats.seats.iter().filter(|seat| seat.name == asked);
    let found = by_id.or_else(|| by_name.next().filter(|_| by_name.next().is_none()));
    found.ok_or_else(|| {
        Failure::Usage(text!(
            context.lang,
            "本机没有登记“{asked}”；guide seats 列出全部",
            "{asked:?} is not enrolled here; guide seats lists who is"
        ))
    })
}

/// `guide pin`.
pub async fn pin(args: PinArgs, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let seats = client.seats().await?;
    let has_pin = seats.front().is_some_and(|seat| seat.has_pin);
    let lang = context.lang;
    let old = match has_pin {
        true => Some(read_pin(pick(lang, ("现在的 PIN：", "The PIN as it is: ")), context)?),
        false => None,
    };
    let new = match args.command {
        PinCommand::Remove if !has_pin => {
            return Err(Failure::Usage(pick(lang, ("没有设 PIN", "no PIN is set")).to_owned()));
        }
        PinCommand::Remove => None,
        PinCommand::Set => Some(chosen(context)?),
    };
    let changed = client.change_pin(old.as_deref(), new.as_deref()).await;
    let seats = changed.map_err(|error| refused(error, context))?;
    context.show(&seats, |_| match new {
        Some(_) => text!(
            lang,
            "PIN 已设好；guide lock 或在界面按 X 锁定\n",
            "the PIN is set; guide lock, or X in the interface, locks the terminal\n"
        ),
        None => text!(lang, "PIN 已取消\n", "the PIN is taken away\n"),
    })
}

/// A new PIN, typed twice by a person.
fn chosen(context: &Context) -> Answer<String> {
    let lang = context.lang;
    let new = read_pin(pick(lang, ("新的 PIN（6 到 12 位数字）：", "The new PIN (6 to 12 digits): ")), context)?;
    if std::io::stdin().is_terminal() {
        let again = read_pin(pick(lang, ("再输一遍：", "Once more: ")), context)?;
        if again != new {
            let message = ("两遍不一样，没有改动", "the two differ; nothing was changed");
            return Err(Failure::Usage(pick(lang, message).to_owned()));
        }
    }
    Ok(new)
}

/// Says why a PIN was not taken.
fn refused(error: ClientError, context: &Context) -> Failure {
    match &error {
        ClientError::Problem(Problem { code, detail, .. }) if matches!(code.as_str(), "wrong_pin" | "wait" | "pin") => {
            let why = lang::seat::failure(code, detail, context.lang);
            let forgotten = lang::seat::forgotten(context.lang);
            Failure::Failed(if code == "wrong_pin" { format!("{why}\n{forgotten}") } else { why })
        }
        _ => error.into(),
    }
}

/// Reads a PIN: from a terminal without showing it, else a line of standard input.
fn read_pin(prompt: &str, context: &Context) -> Answer<String> {
    let failed = |error: std::io::Error| Failure::Failed(format!("reading standard input: {error}"));
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().take(hidden_line::MAX_BYTES as u64).read_line(&mut line).map_err(failed)?;
        return Ok(line.trim().to_owned());
    }
    note_part(prompt);
    match hidden_line::read().map_err(failed)? {
        Some(pin) => Ok(pin),
        None => Err(Failure::Usage(pick(context.lang, ("已取消", "given up")).to_owned())),
    }
}

fn note_part(text: &str) {
    let mut out = std::io::stderr().lock();
    // without a terminal to say it on, what is typed is read all the same
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

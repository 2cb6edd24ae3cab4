//! `guide log`: what came of a task, or of a contact that no task asked for.

use chrono::{NaiveDate, NaiveTime};
use clap::Args as ClapArgs;
use guide_common::id::{DueId, TemplateId};
use guide_common::outcome::{Channel, OutcomeCode, SkipReason};
use guide_common::purchase::parse_fen;
use guide_common::sop::plan::Purpose;
use guide_common::wire::record::{AppointmentRequest, OutcomeRequest, PromiseRequest, SavedResponse};

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::client::Client;
use crate::lang::name::outcome_name;
use crate::lang::pick;
use crate::text;

/// Arguments of `guide log`.
#[derive(Debug, ClapArgs)]
#[command(override_usage = "guide log [OPTIONS] <TASK> <CODE>\n       guide log [OPTIONS] --customer <ID> <CODE>")]
pub struct Args {
    /// The task (its id, the beginning of it, the customer's id, or `next` for the first of the queue), then the
    /// outcome: a key 0-9, a code such as BUY, or a name such as bought
    #[arg(value_names = ["TASK", "CODE"], num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// Log a contact that no task asked for with this customer
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Satisfaction, 1 to 5
    #[arg(long, value_name = "1-5")]
    score: Option<u8>,
    /// The day of the visit or of the next contact: 2026-08-20, 8-20, +3, 3d, 1w
    #[arg(long, value_name = "DATE")]
    next: Option<DateWord>,
    /// The time of the visit
    #[arg(long, value_name = "HH:MM", value_parser = clock_time)]
    time: Option<NaiveTime>,
    /// What was bought for, in yuan: 1280 or 1280.50
    #[arg(long, value_name = "YUAN", value_parser = fen)]
    amount: Option<i64>,
    /// Why it was skipped: a key a-f, or a name such as met_today
    #[arg(long, value_name = "REASON")]
    reason: Option<SkipReason>,
    /// A note
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Over what the contact went: wecom, phone, visit, sms, …
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<Channel>,
    /// Close only this due of the task; may be given more than once
    #[arg(long = "due", value_name = "DUE")]
    dues: Vec<DueId>,
    /// The template that was used
    #[arg(long, value_name = "ID")]
    template: Option<TemplateId>,
    /// The text that was sent, where it is not the template's as it stands
    #[arg(long, value_name = "TEXT")]
    sent: Option<String>,
    /// What the customer said
    #[arg(long, value_name = "TEXT")]
    reply: Option<String>,
    /// What was filled into a gap of its script; may be given more than once
    #[arg(long = "fill", value_name = "NAME=TEXT", value_parser = fill)]
    fills: Vec<(String, String)>,
    /// Something promised in the contact
    #[arg(long, value_name = "TEXT", requires = "by")]
    promise: Option<String>,
    /// By when it was promised
    #[arg(long, alias = "promise-by", value_name = "DATE", requires = "promise")]
    by: Option<DateWord>,
    /// A visit agreed in the contact: its day, and its time
    #[arg(long, value_names = ["DATE", "HH:MM"], num_args = 1..=2, conflicts_with_all = ["next", "time"])]
    visit: Vec<String>,
    /// The customer began the contact: it counts in no cap
    #[arg(long, requires = "customer")]
    answer: bool,
    /// The contact was to sell: it counts as a promotion
    #[arg(long, requires = "customer", conflicts_with = "answer")]
    promo: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (target, code) = target_and_code(&args, context)?;
    let (client, status) = context.client_and_status().await?;
    let request = request(&args, code, today(&status), context)?;
    let saved = match target {
        Target::Task(task) => client.log_outcome(&resolve(task, &client).await?, &request).await?,
        Target::Customer(id) => client.log_contact(&context.customer_id(id)?, &request).await?,
    };
    show_saved(&saved, outcome_name(code, context.lang), context)
}

#[derive(Debug, PartialEq, Eq)]
enum Target<'a> {
    Task(&'a str),
    Customer(&'a str),
}

fn target_and_code<'a>(args: &'a Args, context: &Context) -> Answer<(Target<'a>, OutcomeCode)> {
    let (target, code) = match (args.customer.as_deref(), args.words.as_slice()) {
        (Some(customer), [code]) => (Target::Customer(customer), code),
        (None, [task, code]) => (Target::Task(task), code),
        (Some(_), _) => {
            return Err(Failure::Usage(text!(
                context.lang,
                "有 --customer 时只写结果：guide log --customer 编号 结果",
                "with --customer give only the outcome: guide log --customer ID CODE"
            )));
        }
        (None, _) => {
            return Err(Failure::Usage(text!(
                context.lang,
                "要写任务和结果：guide log 任务 结果",
                "give a task and an outcome: guide log TASK CODE"
            )));
        }
    };
    Ok((target, code.parse().map_err(|fault: String| bad_code(code, &fault, context))?))
}

fn bad_code(code: &str, fault: &str, context: &Context) -> Failure {
    let codes = OutcomeCode::ALL.map(|code| format!("{} {}", code.names().0, outcome_name(code, context.lang)));
    let codes = codes.join(pick(context.lang, ("，", ", ")));
    Failure::Usage(text!(context.lang, "{code:?} 不是结果代码。可用：{codes}", "{fault}: {codes}"))
}

fn request(args: &Args, code: OutcomeCode, today: NaiveDate, context: &Context) -> Answer<OutcomeRequest> {
    let promise = match (&args.promise, args.by) {
        (Some(text), Some(by)) => {
            Some(PromiseRequest { text: text.clone(), item: None, due_on: day(by, today, context)? })
        }
        _ => None,
    };
    // outcome 2 is a visit agreed; with any other it stands beside what came of the contact
    let (booked, appointment) = match visit(&args.visit, today, context)? {
        Some(visit) if code == OutcomeCode::Appointment => (Some(visit), None),
        visit => (None, visit),
    };
    let next_on = args.next.map(|word| day(word, today, context)).transpose()?;
    let purpose = match (args.answer, args.promo) {
        (true, _) => Some(Purpose::Answer),
        (false, true) => Some(Purpose::Promo),
        (false, false) => None,
    };
    Ok(OutcomeRequest {
        due_ids: args.dues.clone(),
        channel: args.channel,
        score: args.score,
        next_on: booked.as_ref().map(|visit| visit.visit_on).or(next_on),
        next_time: booked.and_then(|visit| visit.visit_time).or(args.time),
        amount_fen: args.amount,
        reason: args.reason.map(|reason| reason.names().1.to_owned()),
        note: args.note.clone(),
        template: args.template.clone(),
        fills: args.fills.iter().cloned().collect(),
        promise,
        appointment,
        purpose,
        sent: args.sent.clone(),
        reply: args.reply.clone(),
        ..OutcomeRequest::new(code.names().2)
    })
}

/// The day and the time of a visit.
fn visit(words: &[String], today: NaiveDate, context: &Context) -> Answer<Option<AppointmentRequest>> {
    let (on, time) = match words {
        [] => return Ok(None),
        [on] => (on, None),
        [on, time, ..] => (on, Some(clock_time(time).map_err(Failure::Usage)?)),
    };
    let visit_on = day(on.parse().map_err(Failure::Usage)?, today, context)?;
    Ok(Some(AppointmentRequest { visit_on, visit_time: time, text: None }))
}

/// The id of the queue's first task for the word `next`; every other word is the daemon's to resolve.
pub(crate) async fn resolve(task: &str, client: &Client) -> Answer<String> {
    if task != "next" {
        return Ok(task.to_owned());
    }
    let today = client.today().await?;
    Ok(today.tasks.first().map_or_else(|| task.to_owned(), |task| task.id.to_string()))
}

/// The day that a word means.
pub(crate) fn day(word: DateWord, today: NaiveDate, context: &Context) -> Answer<NaiveDate> {
    word.on(today).ok_or_else(|| Failure::Usage(text!(context.lang, "没有这一天", "there is no such day")))
}

/// Says that something is saved, and what is left of the day.
pub(crate) fn show_saved(saved: &SavedResponse, what: &str, context: &Context) -> Answer<()> {
    context.show(saved, |context| saved_page(saved, what, context))
}

pub(crate) fn saved_page(saved: &SavedResponse, what: &str, context: &Context) -> String {
    use guide_common::text::{Lines, sanitise};
    let lang = context.lang;
    let name = match saved.customer.is_guide_itself() {
        true => pick(lang, ("本人", "yourself")).to_owned(),
        false => sanitise(&saved.name, Lines::One, 80),
    };
    let n_open = saved.queue.n_open;
    let mut page = text!(
        lang,
        "已保存在本机：{name} · {what}（还有 {n_open} 条待办）\n",
        "Saved on this terminal: {name} · {what} ({n_open} open)\n"
    );
    if !saved.gone.is_empty() {
        let n_gone = saved.gone.len();
        page.push_str(&text!(
            lang,
            "其中 {n_gone} 个节点已不在队列里，联系照常记录。\n",
            "{n_gone} of the dues had gone; the contact counts.\n"
        ));
    }
    if saved.n_ops > 1 {
        let n_ops = saved.n_ops;
        page.push_str(&text!(lang, "一并保存 {n_ops} 条记录。\n", "{n_ops} records were saved together.\n"));
    }
    let op_id = saved.op_id;
    if saved.undone.is_none() && saved.redone.is_none() {
        page.push_str(&context.style.dim(&text!(lang, "撤销：guide undo {op_id}", "take back: guide undo {op_id}")));
        page.push('\n');
    }
    page
}

pub(crate) fn clock_time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is no time; write 14:30"))
}

pub(crate) fn fen(text: &str) -> Result<i64, String> {
    parse_fen(text).ok_or_else(|| format!("{text:?} is no amount; write 1280 or 1280.50"))
}

fn fill(text: &str) -> Result<(String, String), String> {
    let (name, fill) = text.split_once('=').ok_or_else(|| format!("{text:?} is no fill; write NAME=TEXT"))?;
    Ok((name.trim().to_owned(), fill.to_owned()))
}

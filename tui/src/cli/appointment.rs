//! `guide appointment add|list|kept|no-show|cancel`: visits agreed for a day and a time.

use chrono::{NaiveDate, NaiveTime};
use clap::{Args as ClapArgs, Subcommand};
use guide_common::promise::AppointmentResult;
use guide_common::sop::plan::Lang;
use guide_common::wire::card::{AppointmentRow, Appointments};
use guide_common::wire::record::{AppointmentCloseRequest, AppointmentRequest};

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::Answer;
use crate::cli::log::{clock_time, day, show_saved};
use crate::cli::open::{of_customer, one};
use crate::cli::table::{Side, Table};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide appointment`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Record a visit that was agreed
    Add {
        /// The customer's id
        #[arg(value_name = "CUSTOMER")]
        customer: String,
        /// The day of the visit: 2026-08-20, 8-20, +3, 3d, 1w
        #[arg(value_name = "DATE")]
        on: DateWord,
        /// The time of the visit
        #[arg(value_name = "HH:MM", value_parser = clock_time)]
        time: Option<NaiveTime>,
        /// What it is about
        #[arg(long, value_name = "TEXT")]
        about: Option<String>,
    },
    /// List the visits that are not over, the soonest first
    List {
        /// Only this customer's
        #[arg(value_name = "CUSTOMER")]
        customer: Option<String>,
    },
    /// The customer came
    Kept(Which),
    /// The customer did not come
    NoShow(Which),
    /// It was called off
    Cancel(Which),
}

#[derive(Debug, ClapArgs)]
struct Which {
    /// Its record, the beginning of it, or the id of a customer who has only one
    #[arg(value_name = "RECORD")]
    appointment: String,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    match args.command {
        Command::Add { customer, on, time, about } => {
            let customer = context.customer_id(&customer)?;
            let (client, status) = context.client_and_status().await?;
            let visit_on = day(on, today(&status), context)?;
            let request = AppointmentRequest { visit_on, visit_time: time, text: about };
            let saved = client.appoint(&customer, &request).await?;
            let when = when(visit_on, time, context.lang);
            show_saved(&saved, &text!(context.lang, "已约 {when} 到店", "visit agreed for {when}"), context)
        }
        Command::List { customer } => {
            let (client, status) = context.client_and_status().await?;
            let appointments = of_customer(client.appointments().await?.appointments, customer, context)?;
            let appointments = Appointments { appointments };
            context.show(&appointments, |context| page(&appointments, today(&status), context))
        }
        Command::Kept(which) => close(&which, AppointmentResult::Kept, context).await,
        Command::NoShow(which) => close(&which, AppointmentResult::NoShow, context).await,
        Command::Cancel(which) => close(&which, AppointmentResult::Cancelled, context).await,
    }
}

async fn close(which: &Which, result: AppointmentResult, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let appointments = client.appointments().await?.appointments;
    let visit = one(&appointments, &which.appointment, |row| row.op_id, context)?;
    let saved = client.close_appointment(visit.row.op_id, AppointmentCloseRequest { result }).await?;
    show_saved(&saved, result_name(result, context.lang), context)
}

fn result_name(result: AppointmentResult, lang: Lang) -> &'static str {
    let pair = match result {
        AppointmentResult::Kept => ("已到店", "the customer came"),
        AppointmentResult::NoShow => ("爽约", "the customer did not come"),
        AppointmentResult::Cancelled => ("预约取消", "the visit is called off"),
        AppointmentResult::Unknown => ("已结束", "over"),
    };
    pick(lang, pair)
}

fn when(on: NaiveDate, time: Option<NaiveTime>, lang: Lang) -> String {
    let time = time.map(|time| format!(" {}", date::time(time))).unwrap_or_default();
    date::day(on, lang) + &time
}

/// When a visit is, what about, and whether its day has passed.
pub(crate) fn line(row: &AppointmentRow, today: NaiveDate, lang: Lang) -> String {
    let when = when(row.visit_on, row.visit_time, lang);
    let text = row.text.as_ref().map(|text| format!(" · {text}")).unwrap_or_default();
    match row.visit_on < today {
        true => text!(
            lang,
            "{when} 到店{text}（已过，请记到店或爽约）",
            "visit on {when}{text} (past: say kept or no-show)"
        ),
        false => text!(lang, "{when} 到店{text}", "visit on {when}{text}"),
    }
}

pub(crate) fn page(appointments: &Appointments, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    if appointments.appointments.is_empty() {
        return text!(lang, "没有未到店的预约。\n", "No visit is agreed.\n");
    }
    let mut table = Table::new([
        (pick(lang, ("到店", "Visit")), Side::Left),
        ("", Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("事由", "About")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for of in &appointments.appointments {
        let row = &of.row;
        table.row([
            when(row.visit_on, row.visit_time, lang),
            if row.visit_on < today { pick(lang, ("已过", "past")).to_owned() } else { String::new() },
            of.name.clone(),
            of.customer.to_string(),
            row.text.clone().unwrap_or_default(),
            row.op_id.to_string(),
        ]);
    }
    table.render(context.style)
}

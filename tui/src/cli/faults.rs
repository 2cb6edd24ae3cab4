//! `guide faults`: what goes wrong on purpose between a training terminal and its hub.

use clap::{Args as ClapArgs, Subcommand};
use guide_common::sop::plan::Lang;
use guide_common::wire::support::{FaultPlan, Faults};
use serde_json::{Map, Value};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::client::support::goes_wrong;
use crate::lang::pick;
use crate::text;

/// Arguments of `guide faults`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show which faults are on, and how often each came
    Show,
    /// Switch faults on: drop_reply=200 loses 200 of 1,000 answers, offline=on cuts the line
    Set {
        /// What goes wrong, how often in 1,000 requests; seed and delay_ms are numbers of their own
        #[arg(value_name = "KEY=N", required = true)]
        faults: Vec<String>,
    },
    /// Switch all of them off
    Off,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let before = client.faults().await.map_err(|error| match error.code() {
        "clock_is_real" => Failure::Refused(text!(
            context.lang,
            "只有训练终端能制造故障：guide demo",
            "faults are made in training only: guide demo"
        )),
        _ => error.into(),
    })?;
    let faults = match args.command.unwrap_or(Command::Show) {
        Command::Show => before,
        Command::Off => client.set_faults(&FaultPlan::default()).await?,
        Command::Set { faults } => {
            let plan = changed(&before.plan, &faults, context.lang).map_err(Failure::Usage)?;
            client.set_faults(&plan).await?
        }
    };
    context.show(&faults, |context| page(&faults, context))
}

/// A plan with some of its switches set.
fn changed(plan: &FaultPlan, faults: &[String], lang: Lang) -> Result<FaultPlan, String> {
    let mut fields = fields(plan);
    for fault in faults {
        let unfit = || text!(lang, "“{fault}”应写成 KEY=N", "{fault:?} must be KEY=N");
        let (key, value) = fault.split_once('=').ok_or_else(unfit)?;
        let Some(known) = fields.get_mut(key) else {
            let all = fields.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(text!(lang, "没有“{key}”这种故障；可用：{all}", "there is no fault {key:?}; there are {all}"));
        };
        *known = match (&*known, value) {
            (Value::Bool(_), "on" | "true" | "1") => true.into(),
            (Value::Bool(_), "off" | "false" | "0") => false.into(),
            (Value::Bool(_), _) => return Err(text!(lang, "{key} 只能是 on 或 off", "{key} is on or off")),
            (_, number) => {
                let number: u64 = number.parse().map_err(|_| unfit())?;
                if is_chance(key) && number > 1_000 {
                    return Err(text!(lang, "{key} 最大 1000（千分之几）", "{key} is at most 1000, of 1,000 requests"));
                }
                number.into()
            }
        };
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())
}

/// Whether a switch is a chance in a thousand, and no number of its own.
fn is_chance(key: &str) -> bool {
    !matches!(key, "seed" | "delay_ms" | "clock_ahead_min")
}

/// A plan by its switches' names.
pub(crate) fn fields(plan: &FaultPlan) -> Map<String, Value> {
    match serde_json::to_value(plan) {
        Ok(Value::Object(fields)) => fields,
        // a struct of numbers is always an object
        _ => Map::new(),
    }
}

pub(crate) fn page(faults: &Faults, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut page = match goes_wrong(&faults.plan) {
        true => style.red(pick(lang, ("故障开着：都是训练里故意的", "Faults are on: made on purpose, in training"))),
        false => pick(lang, ("没有故障", "No faults are on")).to_owned(),
    };
    page.push('\n');
    let mut table = Table::new([
        (pick(lang, ("故障", "Fault")), Side::Left),
        (pick(lang, ("千分之几", "Of 1,000")), Side::Right),
        (pick(lang, ("已发生", "Made")), Side::Right),
        (pick(lang, ("怎么样", "What happens")), Side::Left),
    ]);
    for (key, value) in fields(&faults.plan) {
        let value = match value {
            Value::Bool(true) => pick(lang, ("开", "on")).to_owned(),
            Value::Bool(false) => String::new(),
            number if number == 0 => String::new(),
            number => number.to_string(),
        };
        let n_made = faults.n_made.get(&key).map(ToString::to_string).unwrap_or_default();
        table.row([key.clone(), value, n_made, meaning(&key, lang).to_owned()]);
    }
    page.push_str(&format!("\n{}", table.render(style)));
    page
}

pub(crate) fn meaning<'a>(key: &str, lang: Lang) -> &'a str {
    let pair = match key {
        "offline" => ("完全断网（on/off）", "nothing gets through (on/off)"),
        "drop_request" => ("请求丢失", "the request is lost"),
        "drop_reply" => ("请求送到，应答丢失", "the request arrives, its answer is lost"),
        "delay" => ("请求变慢", "the request is late"),
        "delay_ms" => ("最多慢多少毫秒", "by how many ms at most"),
        "double" => ("请求送到两次", "the request arrives twice"),
        "reorder" => ("请求在后一个之后又送到", "the request arrives again after a later one"),
        "truncate" => ("应答被截断", "the answer ends early"),
        "swap" => ("收到的是更早请求的应答", "the answer of an earlier request comes"),
        "busy" => ("总部答“忙”（429）", "the hub says that it is busy (429)"),
        "error" => ("总部出错（500）", "the hub fails (500)"),
        "garbage" => ("应答是乱码", "the answer means nothing"),
        "expire" => ("总部不认令牌（401）", "the hub does not know the token (401)"),
        "clock_ahead_min" => ("本机时钟快多少分钟", "by how many minutes this machine's clock is ahead"),
        "disk_full" => ("本机磁盘已满（on/off）", "this machine's disk has no room (on/off)"),
        "seed" => ("种子：相同种子故障相同", "the same seed makes the same faults"),
        _ => ("", ""),
    };
    pick(lang, pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> Result<FaultPlan, String> {
        let plan = FaultPlan { seed: 7, busy: 3, ..FaultPlan::default() };
        changed(&plan, &words.iter().map(ToString::to_string).collect::<Vec<_>>(), Lang::En)
    }

    #[test]
    fn what_is_named_is_set_and_the_rest_stays() {
        let plan = set(&["drop_reply=200", "offline=on", "delay_ms=5000"]).unwrap();
        assert_eq!((plan.seed, plan.busy, plan.drop_reply, plan.delay_ms, plan.offline), (7, 3, 200, 5_000, true));
    }

    #[test]
    fn what_is_no_fault_or_no_chance_is_refused_with_what_there_is() {
        assert!(set(&["dorp=1"]).unwrap_err().contains("drop_reply"));
        for word in ["busy", "busy=x", "busy=1001", "offline=7"] {
            assert!(set(&[word]).is_err(), "{word}");
        }
    }

    #[test]
    fn every_fault_has_its_words() {
        for key in fields(&FaultPlan::default()).keys() {
            assert!(!meaning(key, Lang::Zh).is_empty() && !meaning(key, Lang::En).is_empty(), "{key}");
        }
    }
}

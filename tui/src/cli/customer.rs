//! `guide customer find|add|show|phone|timeline|note|set|tag|list`.

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use guide_common::consent::SecretSide;
use guide_common::customer::Calendar;
use guide_common::id::CustomerId;
use guide_common::outcome::Outcome;
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::card::{CustomerCard, TagRow};
use guide_common::wire::local::CustomerList;
use guide_common::wire::record::TagRequest;

use crate::cli::appointment::line;
use crate::cli::context::{Context, today};
use crate::cli::failure::Answer;
use crate::cli::field::{self, SetArgs};
use crate::cli::list;
use crate::cli::log::show_saved;
use crate::cli::table::{Side, Table};
use crate::cli::{lead, member_page, note, phone, timeline, who};
use crate::lang::hold::{customer_text, is_whole};
use crate::lang::name::{channel_name, outcome_name, reason_name, tier_name};
use crate::lang::word::{tag_in_group, tag_words};
use crate::lang::{amount, date, note as lang_note, pick};
use crate::text;

/// Arguments of `guide customer`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look for customers by name, pinyin, phone, id, tag, tier, level or stage
    Find {
        /// Words that must all be met, such as syn, 0421, tag:pearl, tier:SA, level:gold, stage:repeat; ! before one negates
        #[arg(value_name = "FILTER", num_args = 0..)]
        q: Vec<String>,
        /// Show at most so many
        #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Enter a person whom nobody has entered yet
    Add(lead::Args),
    /// Show one customer
    Show {
        /// The customer's id, or a name that only one has
        #[arg(value_name = "CUSTOMER")]
        id: String,
        /// Show what is kept secret too: only where nobody else sees the screen
        #[arg(long)]
        reveal: bool,
    },
    /// Show a customer's whole phone number; the terminal notes that it was looked at
    Phone(phone::Args),
    /// Show what happened with a customer, newest first
    Timeline(timeline::Args),
    /// Note something about a customer; without a text list the notes
    Note(note::Args),
    /// Write a field of a customer, such as the salutation or a size
    Set(SetArgs),
    /// Apply or take away a tag
    #[command(subcommand)]
    Tag(TagCommand),
    /// Filters under names: those that are saved, each with how many customers meet it
    List(list::Args),
}

#[derive(Debug, Subcommand)]
enum TagCommand {
    /// Apply a tag
    Add(TagArgs),
    /// Take a tag away
    Remove(TagArgs),
}

#[derive(Debug, ClapArgs)]
struct TagArgs {
    /// The customer's id
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// The group: its code such as MAT, or its name
    #[arg(value_name = "GROUP")]
    group: String,
    /// The value: its name, or its initials such as zz
    #[arg(value_name = "VALUE")]
    value: String,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    match args.command {
        Command::Find { q, limit } => {
            let (client, status) = context.client_and_status().await?;
            let list = client.customers(&q.join(" "), limit).await?;
            context.show(&list, |context| list_page(&list, today(&status), context))
        }
        Command::Show { id, reveal } => {
            let (client, status) = context.client_and_status().await?;
            let id = who::customer(&id, &client, context).await?;
            let card = if reveal { client.customer_revealed(&id).await? } else { client.customer(&id).await? };
            context.show(&card, |context| card_page(&card, today(&status), context))
        }
        Command::Add(args) => lead::run(args, context).await,
        Command::Phone(args) => phone::run(args, context).await,
        Command::Timeline(args) => timeline::run(args, context).await,
        Command::Note(args) => note::run(args, context).await,
        Command::Set(args) => field::set(args, context).await,
        Command::List(args) => list::run(args, context).await,
        Command::Tag(TagCommand::Add(args)) => {
            let (customer, request) = tag_request(args, context)?;
            let client = context.client().await?;
            let before = client.customer(&customer).await?.tags;
            let saved = client.add_tag(&customer, &request).await?;
            // the words may have been initials: the card says what they were taken for
            let after = client.customer(&customer).await?.tags;
            let tag = changed(&before, &after)
                .map_or_else(|| format!("{} {}", request.group, request.value), |row| tag_text(row, context.lang));
            show_saved(&saved, &text!(context.lang, "打上标签 {tag}", "tagged {tag}"), context)
        }
        Command::Tag(TagCommand::Remove(args)) => {
            let (customer, request) = tag_request(args, context)?;
            let client = context.client().await?;
            let before = client.customer(&customer).await?.tags;
            let saved = client.remove_tag(&customer, &request).await?;
            let after = client.customer(&customer).await?.tags;
            let tag = changed(&after, &before)
                .map_or_else(|| format!("{} {}", request.group, request.value), |row| tag_text(row, context.lang));
            let what = text!(context.lang, "去掉标签 {tag}", "the tag {tag} is taken away");
            show_saved(&saved, &what, context)
        }
    }
}

/// The one tag that stands in the second list only.
fn changed<'t>(without: &[TagRow], with: &'t [TagRow]) -> Option<&'t TagRow> {
    let is_known = |row: &&TagRow| {
        without.iter().any(|other| (&other.tag.group, &other.tag.value) == (&row.tag.group, &row.tag.value))
    };
    let mut only = with.iter().filter(|row| !is_known(row));
    only.next().filter(|_| only.next().is_none())
}

/// A tag with its group.
fn tag_text(row: &TagRow, lang: Lang) -> String {
    sanitise(&tag_in_group(&row.tag.group, row.group_name.as_ref(), &row.tag.value, lang), Lines::One, 60)
}

fn tag_request(args: TagArgs, context: &Context) -> Answer<(CustomerId, TagRequest)> {
    let request = TagRequest { group: args.group, value: args.value };
    Ok((context.customer_id(&args.customer)?, request))
}

pub(crate) fn list_page(list: &CustomerList, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("姓名", "Name")), Side::Left),
        (pick(lang, ("手机", "Phone")), Side::Left),
        (pick(lang, ("分层", "Tier")), Side::Left),
        (pick(lang, ("等级", "Level")), Side::Left),
        (pick(lang, ("阶段", "Stage")), Side::Left),
        (pick(lang, ("最近消费", "Last bought")), Side::Left),
        (pick(lang, ("累计", "Total")), Side::Right),
        (pick(lang, ("今日任务", "Task")), Side::Left),
    ]);
    for row in &list.rows {
        table.row([
            row.id.to_string(),
            row.name.clone(),
            row.phone_masked.clone().unwrap_or_default(),
            row.tier.letter().to_owned(),
            row.level.map(|level| pick(lang, level.title()).to_owned()).unwrap_or_default(),
            row.stage.clone().unwrap_or_default(),
            row.last_bought_on.map(|day| date::short(day, today, lang)).unwrap_or_default(),
            amount(row.total_fen),
            row.task.map(|task| task.to_string()).unwrap_or_default(),
        ]);
    }
    let (n_shown, n_found, n_all) = (list.rows.len(), list.n_found, list.n_all);
    let summary = text!(
        lang,
        "显示 {n_shown} 位，符合 {n_found} 位，共 {n_all} 位客户",
        "{n_shown} shown, {n_found} found, {n_all} customers"
    );
    let rows = if list.rows.is_empty() { String::new() } else { table.render(context.style) };
    let partial = match list.is_partial {
        true => pick(
            lang,
            ("! 刚启动，客户还没有读完：稍后再查一次\n", "! not all customers are read yet: ask again in a moment\n"),
        ),
        false => "",
    };
    rows + &context.style.dim(&summary) + "\n" + partial + &lang_note::lines(&list.notes, lang)
}

pub(crate) fn card_page(card: &CustomerCard, today: NaiveDate, context: &Context) -> String {
    let mut page = head(card, today, context);
    if let Some(task) = card.task {
        page.push_str(&text!(context.lang, "今日任务 {task}\n", "today's task {task}\n"));
    }
    page.push_str(&member_page::lines(card, today, context));
    for section in [
        promises(card, today, context),
        appointments(card, today, context),
        contacts(card, today, 10, context),
        purchases(card, today, 10, context),
    ] {
        page.push_str(&section);
    }
    page
}

/// Who it is, in two or three lines.
pub(crate) fn head(card: &CustomerCard, today: NaiveDate, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut first = vec![style.bold(&sanitise(&card.name, Lines::One, 80)), card.id.to_string()];
    first.push(tier_name(card.tier, lang).to_owned());
    first.extend(card.phone_masked.clone());
    if let Some(birthday) = card.birthday {
        let day = date::yearly(birthday.month, birthday.day, lang);
        first.push(match birthday.calendar {
            // the months of the lunar calendar have numbers, no names
            Calendar::Lunar => {
                let (month, day) = (birthday.month, birthday.day);
                text!(lang, "农历生日 {month}月{day}日", "lunar birthday {month}/{day}")
            }
            Calendar::Solar | Calendar::Unknown => text!(lang, "生日 {day}", "birthday {day}"),
        });
    }
    first.push(text!(lang, "累计 {}", "total {}", amount(card.total_fen)));
    let mut head = first.join(" · ") + "\n";
    let stale = |row: &TagRow| if row.stale { pick(lang, ("（待确认）", " (stale)")) } else { "" };
    let tags: Vec<String> =
        card.tags.iter().map(|row| sanitise(&tag_words(row, lang), Lines::One, 60) + stale(row)).collect();
    if !tags.is_empty() {
        head.push_str(&tags.join(" · "));
        head.push('\n');
    }
    let kept = card.fields.iter().filter_map(|row| Some((row.label.in_lang(lang), row.value.as_ref()?)));
    let kept: Vec<String> = kept.map(|(label, value)| format!("{label} {}", sanitise(value, Lines::One, 60))).collect();
    if !kept.is_empty() {
        head.push_str(&kept.join(" · "));
        head.push('\n');
    }
    for hold in &card.holds {
        let line = format!("! {}", customer_text(hold, today, lang));
        head.push_str(&if is_whole(hold.reason) { style.red(&line) } else { line });
        head.push('\n');
    }
    for secret in card.secrets.iter().filter(|secret| secret.side == SecretSide::Giver) {
        let until = date::full(secret.until_on, lang);
        let from = secret.person.as_ref().map(|person| text!(lang, "，不让 {person} 知道", " from {person}"));
        let from = from.unwrap_or_default();
        head.push_str(&style.red(&text!(
            lang,
            "! 惊喜保密至 {until}{from}",
            "! a surprise is kept{from} until {until}"
        )));
        head.push('\n');
    }
    head
}

/// Visits agreed and not over.
pub(crate) fn appointments(card: &CustomerCard, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let mut section = String::new();
    for row in &card.appointments {
        let line = sanitise(&line(row, today, lang), Lines::One, 200);
        section.push_str(&format!("  {}\n", if row.visit_on < today { context.style.red(&line) } else { line }));
    }
    titled(pick(lang, ("预约", "Visits")), section)
}

/// What was promised and not yet kept.
pub(crate) fn promises(card: &CustomerCard, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let mut section = String::new();
    for row in &card.promises {
        let day = date::short(row.promise.due_on, today, lang);
        let late = row.promise.due_on < today;
        let what = sanitise(&row.promise.text, Lines::One, 200);
        let line = match late {
            true => text!(lang, "{what}（{day}，已逾期）", "{what} (by {day}, overdue)"),
            false => text!(lang, "{what}（{day}前）", "{what} (by {day})"),
        };
        section.push_str(&format!("  {}\n", if late { context.style.red(&line) } else { line }));
    }
    titled(pick(lang, ("承诺", "Promises")), section)
}

/// The newest contacts.
pub(crate) fn contacts(card: &CustomerCard, today: NaiveDate, limit: usize, context: &Context) -> String {
    let lang = context.lang;
    let mut table =
        Table::new([("", Side::Left), ("", Side::Left), ("", Side::Left), ("", Side::Left), ("", Side::Left)]);
    for row in card.contacts.iter().take(limit) {
        table.row([
            date::short(row.at.date(), today, lang),
            channel_name(row.outcome.channel, lang).to_owned(),
            outcome_name(row.outcome.code, lang).to_owned(),
            particulars(&row.outcome, today, context),
            if row.received { String::new() } else { pick(lang, ("未发出", "unsent")).to_owned() },
        ]);
    }
    titled(pick(lang, ("最近联系", "Contacts")), table.render_bare())
}

/// What an outcome says beside its code.
fn particulars(outcome: &Outcome, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let mut parts = Vec::new();
    parts.extend(outcome.score.map(|score| text!(lang, "满意度 {score}", "score {score}")));
    parts.extend(outcome.amount_fen.map(amount));
    if let Some(day) = outcome.next_on {
        let time = outcome.next_time.map(|time| format!(" {}", date::time(time))).unwrap_or_default();
        parts.push(format!("→ {}{time}", date::short(day, today, lang)));
    }
    parts.extend(outcome.reason.map(|reason| reason_name(reason, lang).to_owned()));
    parts.extend(outcome.note.clone());
    parts.join(" · ")
}

/// The newest purchases.
pub(crate) fn purchases(card: &CustomerCard, today: NaiveDate, limit: usize, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([("", Side::Left), ("", Side::Right), ("", Side::Left)]);
    for row in card.purchases.iter().take(limit) {
        let secret = row.secret_until.map(|until| {
            let until = date::short(until, today, lang);
            text!(lang, "保密至 {until}", "kept secret until {until}")
        });
        let Some(purchase) = &row.purchase else {
            table.row([String::new(), String::new(), secret.unwrap_or_default()]);
            continue;
        };
        let items = purchase.items.iter().map(|item| {
            let kind = [&item.material, &item.category].into_iter().flatten().map(String::as_str);
            item.name.clone().unwrap_or_else(|| kind.collect::<Vec<_>>().join(" "))
        });
        table.row([
            date::short(purchase.bought_on, today, lang),
            amount(purchase.amount_fen),
            items.chain(secret).collect::<Vec<_>>().join(pick(lang, ("、", ", "))),
        ]);
    }
    let mut rows = table.render_bare();
    if card.purchases.len() > limit {
        let n_more = card.purchases.len() - limit;
        rows.push_str(&context.style.dim(&text!(lang, "  … 还有 {n_more} 笔", "  … {n_more} more")));
        rows.push('\n');
    }
    titled(pick(lang, ("消费", "Purchases")), rows)
}

fn titled(title: &str, rows: String) -> String {
    if rows.is_empty() { rows } else { format!("\n{title}\n{rows}") }
}

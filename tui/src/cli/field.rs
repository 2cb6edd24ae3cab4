//! `guide explain CUSTOMER FIELD` and `guide customer set`: who wrote what of a customer's field, whose word counts and
//! why; and writing one.

use chrono::NaiveDate;
use clap::Args as ClapArgs;
use guide_common::field::Owner;
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::history::{ChangeName, EntryState, FieldHistory, FieldRequest, FieldRow, HistoryEntry};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::saved_page;
use crate::cli::who;
use crate::lang::{date, pick, rejection};
use crate::text;

/// Arguments of `guide customer set`.
#[derive(Debug, ClapArgs)]
pub struct SetArgs {
    /// The customer's id, or a name that only one has
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// The field, such as salutation, ring_size or wedding_on
    #[arg(value_name = "FIELD")]
    field: String,
    /// The value
    #[arg(value_name = "VALUE", required_unless_present = "clear", conflicts_with = "clear", num_args = 1..)]
    value: Vec<String>,
    /// Take the value away
    #[arg(long)]
    clear: bool,
}

/// Writes a field, or clears it, and says whether that is what counts.
pub async fn set(args: SetArgs, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let customer = who::customer(&args.customer, &client, context).await?;
    let value = (!args.clear).then(|| args.value.join(" "));
    if value.as_deref().is_some_and(|value| value.trim().is_empty()) {
        let message = text!(context.lang, "缺少值；--clear 清空", "the value is missing; --clear takes it away");
        return Err(Failure::Usage(message));
    }
    let request = FieldRequest { field: args.field, value };
    let saved = client.set_field(&customer, &request).await?;
    let history = client.field_history(&customer, Some(&request.field), false).await?;
    let said = history.entries.iter().find(|entry| entry.op_id == Some(saved.op_id));
    context.show(&saved, |context| {
        let what = history.fields.first().map_or(request.field.as_str(), |row| row.label.in_lang(context.lang));
        let value = said.map(|entry| value_text(entry, context.lang)).unwrap_or_default();
        let mut page = saved_page(&saved, &text!(context.lang, "{what}：{value}", "{what}: {value}"), context);
        for row in history.fields.iter().filter(|row| row.owner == Owner::Headquarters) {
            let shown = sanitise(row.value.as_deref().unwrap_or_default(), Lines::One, 120);
            page.push_str(&text!(
                context.lang,
                "这一项归总部，显示的是“{shown}”；guide explain {customer} {} 说明原因。\n",
                "Headquarters owns this field; shown is {shown:?}. guide explain {customer} {} says why.\n",
                row.field
            ));
        }
        page
    })
}

/// Everything that was said of some fields.
pub(crate) fn page(history: &FieldHistory, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let name = sanitise(&history.name, Lines::One, 80);
    let mut page = style.bold(&format!("{name} · {}", history.customer));
    page.push('\n');
    if history.entries.is_empty() {
        page.push_str(&text!(lang, "没有人写过。\n", "Nobody has written it.\n"));
    }
    for row in &history.fields {
        let mut entries = history.entries.iter().filter(|entry| entry.field == row.field).peekable();
        if entries.peek().is_none() {
            continue;
        }
        page.push_str(&format!("\n{}\n", style.bold(&title(row, lang))));
        for entry in entries {
            entry_lines(entry, history.on, context).iter().for_each(|line| page.push_str(&format!("  {line}\n")));
        }
    }
    page
}

fn title(row: &FieldRow, lang: Lang) -> String {
    let owner = match row.owner {
        Owner::Headquarters => pick(lang, ("归总部", "headquarters' own")),
        Owner::Guide => pick(lang, ("归导购", "the guides' own")),
    };
    let value = row.value.as_ref().map(|value| text!(lang, "：{value}", ": {value}")).unwrap_or_default();
    let title = format!("{} ({}) · {owner}{value}", row.label.in_lang(lang), row.field);
    sanitise(&title, Lines::One, 200)
}

/// What was said, by whom and where, and why it counts or not: two lines.
fn entry_lines(entry: &HistoryEntry, today: NaiveDate, context: &Context) -> [String; 2] {
    let lang = context.lang;
    let state = state_name(entry.state, lang);
    let state = match entry.state {
        EntryState::Rejected => context.style.red(state),
        EntryState::Won => context.style.bold(state),
        _ => state.to_owned(),
    };
    let mut parts = vec![who_text(entry, lang)];
    parts.extend(entry.device.as_ref().map(|device| match entry.here {
        true => text!(lang, "本机", "this terminal"),
        false => text!(lang, "终端 {device}", "terminal {device}"),
    }));
    parts.extend(entry.at.map(|at| format!("{} {}", date::short(at.date(), today, lang), date::time(at.time()))));
    parts.extend(entry.number.map(|number| text!(lang, "总部第 {number} 条", "headquarters' no. {number}")));
    parts.extend(entry.op_id.map(|op_id| op_id.to_string()));
    let said = sanitise(&format!("{}  {}", value_text(entry, lang), parts.join(" · ")), Lines::One, 400);
    let why = match entry.state {
        EntryState::Rejected => {
            let sentence = rejection::sentence(entry.code.as_deref(), Some(&entry.why.en), lang);
            text!(lang, "总部退回：{sentence}", "headquarters rejected it: {sentence}")
        }
        _ => entry.why.in_lang(lang).to_owned(),
    };
    [format!("{state}  {said}"), context.style.dim(&format!("    {}", sanitise(&why, Lines::One, 400)))]
}

fn who_text(entry: &HistoryEntry, lang: Lang) -> String {
    match (&entry.guide, &entry.guide_name) {
        (None, _) => pick(lang, ("总部", "headquarters")).to_owned(),
        (Some(guide), Some(name)) => text!(lang, "{name}（{guide}）", "{name} ({guide})"),
        (Some(guide), None) => guide.to_string(),
    }
}

fn value_text(entry: &HistoryEntry, lang: Lang) -> String {
    let value = entry.value.as_deref().unwrap_or_default();
    match entry.change {
        ChangeName::Cleared => pick(lang, ("（清空）", "(cleared)")).to_owned(),
        ChangeName::Added => format!("+ {value}"),
        ChangeName::Removed => format!("− {value}"),
        _ if entry.field.split('.').next() == Some(CONSENT) => consent_text(value, lang),
        _ => value.to_owned(),
    }
}

/// The name under which consents stand.
const CONSENT: &str = guide_common::field::word::CONSENT;

fn consent_text(value: &str, lang: Lang) -> String {
    match (value, value.strip_prefix("forbidden until ")) {
        ("allowed", _) => pick(lang, ("可以联系", "contact allowed")).to_owned(),
        ("forbidden", _) => pick(lang, ("不要联系", "contact forbidden")).to_owned(),
        ("do_not_contact", _) => pick(lang, ("勿扰", "do not contact")).to_owned(),
        (_, Some(until)) => text!(lang, "{until} 之前不要联系", "contact forbidden until {until}"),
        (other, None) => other.to_owned(),
    }
}

fn state_name(state: EntryState, lang: Lang) -> &'static str {
    match state {
        EntryState::Won => pick(lang, ("有效", "counts")),
        EntryState::Lost => pick(lang, ("无效", "does not count")),
        EntryState::Pending => pick(lang, ("未发出", "unsent")),
        EntryState::Undone => pick(lang, ("已撤销", "taken back")),
        EntryState::Rejected => pick(lang, ("被退回", "rejected")),
        EntryState::Unknown => "?",
    }
}

/// The fields of a customer of which there is more to say; nothing where there are none.
pub(crate) fn known_line(customer: &str, fields: &[FieldRow], lang: Lang) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let names: Vec<String> = fields.iter().map(|row| format!("{} {}", row.label.in_lang(lang), row.field)).collect();
    let names = sanitise(&names.join(pick(lang, ("、", ", "))), Lines::One, 1_000);
    text!(
        lang,
        "\n写过的字段：{names}\n  guide explain {customer} 字段 说明谁写的、以谁为准\n",
        "\nFields that were written: {names}\n  guide explain {customer} FIELD says who wrote them and whose word counts\n"
    )
}

#[cfg(test)]
mod tests {
    use guide_common::paths::{Env, Paths};
    use serde_json::json;

    use super::*;
    use crate::cli::context::{Form, Style};

    const OP: &str = "01989b0e-8a1e-7000-8000-000000000001";

    fn history() -> FieldHistory {
        let both = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
        let value = json!({
            "customer": "C00008", "name": "华绍棠", "on": "2026-08-12",
            "fields": [
                { "field": "salutation", "label": both("称呼", "salutation"), "owner": "guide", "value": "华哥" },
                { "field": "consent", "label": both("授权", "consent"), "owner": "guide" }
            ],
            "entries": [
                {
                    "field": "salutation", "change": "set", "value": "华哥\u{1b}[31m", "guide": "g01", "guide_name": "许未晞",
                    "device": "d1", "here": true, "at": "2026-08-12T10:05:00", "number": 7, "op_id": OP, "state": "won",
                    "why": both("总部最后收到的为准", "what headquarters took in last counts")
                },
                {
                    "field": "salutation", "change": "cleared", "guide": "g02", "device": "d2",
                    "at": "2026-08-11T18:00:00", "op_id": OP, "state": "rejected", "code": "unknown_customer",
                    "why": both("总部拒收", "headquarters refused it")
                },
                {
                    "field": "salutation", "change": "kept", "value": "华先生", "state": "lost",
                    "why": both("以后者为准", "the later one counts")
                },
                {
                    "field": "consent", "change": "set", "value": "do_not_contact", "guide": "g02", "device": "d2",
                    "at": "2026-08-12T09:00:00", "number": 3, "op_id": OP, "state": "won",
                    "why": both("总部最后收到的为准", "what headquarters took in last counts")
                }
            ]
        });
        serde_json::from_value(value).unwrap()
    }

    #[track_caller]
    fn check(lang: Lang, expected: &str) {
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        let context = Context { lang, form: Form::Text, style: Style::Plain, paths };
        assert_eq!(page(&history(), &context), expected.replace("OP", OP));
    }

    #[test]
    fn a_field_says_who_wrote_it_where_and_when_what_counts_and_why() {
        check(
            Lang::Zh,
            "华绍棠 · C00008\n\n\
             称呼 (salutation) · 归导购：华哥\n\
             \x20 有效  华哥[31m  许未晞（g01） · 本机 · 8月12日 10:05 · 总部第 7 条 · OP\n\
             \x20     总部最后收到的为准\n\
             \x20 被退回  （清空）  g02 · 终端 d2 · 8月11日 18:00 · OP\n\
             \x20     总部退回：客户已不归你服务\n\
             \x20 无效  华先生  总部\n\
             \x20     以后者为准\n\n\
             授权 (consent) · 归导购\n\
             \x20 有效  勿扰  g02 · 终端 d2 · 8月12日 09:00 · 总部第 3 条 · OP\n\
             \x20     总部最后收到的为准\n",
        );
        check(
            Lang::En,
            "华绍棠 · C00008\n\n\
             salutation (salutation) · the guides' own: 华哥\n\
             \x20 counts  华哥[31m  许未晞 (g01) · this terminal · 12 Aug 10:05 · headquarters' no. 7 · OP\n\
             \x20     what headquarters took in last counts\n\
             \x20 rejected  (cleared)  g02 · terminal d2 · 11 Aug 18:00 · OP\n\
             \x20     headquarters rejected it: you serve this customer no more\n\
             \x20 does not count  华先生  headquarters\n\
             \x20     the later one counts\n\n\
             consent (consent) · the guides' own\n\
             \x20 counts  do not contact  g02 · terminal d2 · 12 Aug 09:00 · headquarters' no. 3 · OP\n\
             \x20     what headquarters took in last counts\n",
        );
    }

    #[test]
    fn a_customer_s_explanation_names_the_fields_that_were_written() {
        let line = known_line("C00008", &history().fields, Lang::Zh);
        assert!(line.contains("称呼 salutation、授权 consent") && line.contains("guide explain C00008"), "{line}");
        assert_eq!(known_line("C00008", &[], Lang::En), "");
    }
}

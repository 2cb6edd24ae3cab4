//! Whom a word of the command line names: a customer by id, or by a name that only one of them has.

use guide_common::id::CustomerId;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::{CustomerList, CustomerRow};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::client::Client;
use crate::text;

/// So many customers are listed where a word finds several.
const N_LISTED: usize = 10;

/// The one customer whom a word names.
pub(crate) async fn customer(word: &str, client: &Client, context: &Context) -> Answer<CustomerId> {
    chosen(word, &client.customers(word, N_LISTED).await?, context)
}

/// The one of those who were found whom a word names: by the id, by the whole name, or as the only one.
pub(crate) fn only<'l>(word: &str, list: &'l CustomerList) -> Option<&'l CustomerRow> {
    let only = |is_it: &dyn Fn(&&CustomerRow) -> bool| {
        let mut found = list.rows.iter().filter(is_it);
        found.next().filter(|_| found.next().is_none())
    };
    let by_id = only(&|row| row.id.as_str() == word);
    by_id.or_else(|| only(&|row| row.name == word)).or_else(|| only(&|_| true))
}

fn chosen(word: &str, list: &CustomerList, context: &Context) -> Answer<CustomerId> {
    let lang = context.lang;
    if let Some(row) = only(word, list) {
        return Ok(row.id.clone());
    }
    if list.rows.is_empty() {
        return Err(Failure::Failed(text!(
            lang,
            "找不到“{word}”；guide customer find 查找客户，guide today 列出任务",
            "nothing is called {word:?}; guide customer find looks for customers, guide today lists the tasks"
        )));
    }
    let row = |row: &CustomerRow| format!("\n  {}  {}", row.id, sanitise(&row.name, Lines::One, 80));
    let mut rows: String = list.rows.iter().map(row).collect();
    if list.n_found > list.rows.len() {
        rows.push_str("\n  …");
    }
    let n = list.n_found;
    Err(Failure::Usage(text!(
        lang,
        "“{word}”有 {n} 位客户符合；写客户编号：{rows}",
        "{word:?} finds {n} customers; give the id:{rows}"
    )))
}

#[cfg(test)]
mod tests {
    use guide_common::paths::{Env, Paths};
    use guide_common::sop::plan::Lang;
    use serde_json::json;

    use super::*;
    use crate::cli::context::{Form, Style};

    fn named(word: &str, names: &[(&str, &str)]) -> Answer<String> {
        let row = |(id, name): &(&str, &str)| {
            json!({ "id": id, "name": name, "phone_masked": null, "tier": "C", "last_bought_on": null, "total_fen": 0,
                "task": null })
        };
        let rows: Vec<_> = names.iter().map(row).collect();
        let list = json!({ "q": word, "n_all": 600, "n_found": names.len(), "rows": rows });
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        let context = Context { lang: Lang::Zh, form: Form::Text, style: Style::Plain, paths };
        chosen(word, &serde_json::from_value(list).unwrap(), &context).map(|id| id.to_string())
    }

    #[test]
    fn a_name_is_enough_where_one_customer_has_it_and_else_all_of_them_are_listed() {
        let both = [("C1", "单雅宁"), ("C2", "单雅宁宁")];
        assert_eq!(named("单雅宁", &both).unwrap(), "C1");
        assert_eq!(named("C2", &both).unwrap(), "C2");
        assert_eq!(named("雅", &both[..1]).unwrap(), "C1");
        assert!(matches!(named("单", &both), Err(Failure::Usage(text)) if text.contains("C1") && text.contains("C2")));
        let twins = [("C1", "单雅宁"), ("C2", "单雅宁")];
        assert!(matches!(named("单雅宁", &twins), Err(Failure::Usage(_))));
        assert!(matches!(named("无", &[]), Err(Failure::Failed(_))));
    }
}

//! What the fuzz targets run, and with a seed `common/tests/never_panics.rs`: text of strangers goes in, and whatever
//! comes back, nothing panics and what is accepted holds what it promises.

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::{Birthday, Customer};
use guide_common::id::CustomerId;
use guide_common::purchase::Purchase;
use guide_common::sop::condition::{Condition, Scope};
use guide_common::sop::explain::explain_customer;
use guide_common::sop::fields::CustomerFields;
use guide_common::sop::history::History;
use guide_common::sop::plan::Lang;
use guide_common::sop::plan_file;
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::template::file;
use guide_common::template::lint::words::LintWords;
use guide_common::template::lint::{Place, lint};
use guide_common::template::render::script;
use guide_common::template::values::Values;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 12).unwrap_or_default()
}

/// A customer with a purchase, a birthday and a lead's date: most triggers find something.
fn customer_file() -> CustomerFile {
    let Ok(id) = CustomerId::new("C1") else { unreachable!("C1 is a plain id") };
    let mut customer = Customer::new(id, "王宁".to_owned());
    customer.birthday = Birthday::lunar(Some(1995), 8, 5, true);
    customer.wedding_on = Some(today());
    customer.lead_on = Some(today());
    customer.wecom_on = Some(today());
    let mut file = CustomerFile::new(customer);
    let sale = r#"{"id":"S1","customer":"C1","bought_on":"2026-08-09","amount_fen":500000,"sale_no":"S1",
        "items":[{"name":"古法金手镯","category":"手镯","material":"古法金"}]}"#;
    file.purchases.extend(serde_json::from_str::<Purchase>(sale));
    file
}

/// Reads a plan; one that is accepted is written, read again the same, and worked with.
pub fn plan(text: &str) {
    let plan = match plan_file::parse(text) {
        Ok(plan) => plan,
        Err(error) => {
            assert!(error.line >= 1 && !error.message.is_empty());
            return;
        }
    };
    let json = serde_json::to_string(&plan).expect("a plan is JSON");
    let again: guide_common::sop::plan::Plan = serde_json::from_str(&json).expect("and JSON is a plan");
    assert_eq!(plan, again);
    plan_file::check_plans(std::slice::from_ref(&plan));
    let (file, rules) = (customer_file(), Rules::new(vec![plan]));
    for offset in [0, 1, 7, 90] {
        let day = today() + chrono::Days::new(offset);
        customer_day(&file, &rules, day);
        explain_customer(&file, &rules, day);
    }
}

/// Reads a template; one that is accepted is rendered and linted, in both languages.
pub fn template(text: &str) {
    let template = match file::parse(text) {
        Ok(template) => template,
        Err(error) => {
            assert!(error.line >= 1 && !error.message.is_empty());
            return;
        }
    };
    for lang in [Lang::Zh, Lang::En] {
        let script = script(&template, &Values::default(), today().into(), lang);
        // nothing is known of anybody: what is not literal text is a gap, or a fallback
        let _ = script.filled(&std::collections::BTreeMap::new());
    }
    lint(&template, LintWords::standard(), Place::Headquarters, &["王宁"]);
}

/// Reads a condition; one that is accepted is asked of a customer.
pub fn condition(text: &str) {
    for scope in [Scope::Customer, Scope::Step] {
        match Condition::parse(text, scope) {
            Ok(condition) => {
                let (file, rules) = (customer_file(), Rules::default());
                let history = History::of(&file, today());
                condition.is_met(&CustomerFields { history: &history, rules: &rules, day: today() });
            }
            Err(error) => {
                assert!(error.offset <= text.len() && text.is_char_boundary(error.offset), "{}", error.message);
                assert!(!error.message.is_empty());
            }
        }
    }
}

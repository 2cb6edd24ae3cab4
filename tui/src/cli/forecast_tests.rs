//! What the commands print that look ahead or explain, whole, in both languages, with Chinese names.

use clap::Parser;
use guide_common::paths::{Env, Paths};
use guide_common::sop::plan::Lang;
use guide_common::wire::forecast::SimulateResponse;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cli::Cli;
use crate::cli::context::{Context, Form, Style};
use crate::cli::plan_forecast::{self, Rows};

fn context(lang: Lang) -> Context {
    let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
    Context { lang, form: Form::Text, style: Style::Plain, paths }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn check(name: &str, page: impl Fn(&Context) -> String) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_zh"), page(&context(Lang::Zh)));
        insta::assert_snapshot!(format!("{name}_en"), page(&context(Lang::En)));
    });
}

/// Ten days, of which the second and the ninth have contacts.
fn simulated() -> SimulateResponse {
    let day = |n: u32| {
        let (contacts, over) = match n {
            2 => (12, 0),
            9 => (34, 1),
            _ => (0, 0),
        };
        let held = if contacts > 0 { json!({ "touch_cap": 3, "promo_rest": 1 }) } else { json!({}) };
        let (starts, full) =
            if contacts > 0 { (json!({ "P03": 5 }), json!({ "P03": 1 })) } else { (json!({}), json!({})) };
        json!({
            "on": format!("2026-08-{:02}", n + 2), "contacts": contacts, "dues": contacts + over, "merged": over,
            "held": held, "starts": starts, "full": full, "over": over
        })
    };
    let load = json!({
        "contacts": 10, "dues": 11, "held": { "touch_cap": 4 }, "expired": 2, "starts": 10, "full_days": 2
    });
    read(json!({
        "plan": "P03", "name": { "zh": "沉默\u{1b}[31m唤醒", "en": "Wake up" }, "version": 2, "throttle": 5,
        "assume": {},
        "simulation": {
            "period": { "from": "2026-08-03", "to": "2026-08-12" }, "n_guides": 1, "n_customers": 120,
            "tasks_per_day": 30, "peak_on": "2026-08-11",
            "total": {
                "contacts": 46, "dues": 47, "merged": 1, "held_days": { "touch_cap": 6, "promo_rest": 2 },
                "held": { "touch_cap": 4, "promo_rest": 1 }, "expired": 2, "starts": 10, "full_days": 2, "days_over": 1
            },
            "by_plan": { "P03": load }, "days": (1..=10).map(day).collect::<Vec<_>>()
        },
        "published": {
            "contacts": 41, "dues": 41, "merged": 0, "held_days": {}, "held": {}, "expired": 0, "starts": 0,
            "full_days": 0, "days_over": 0
        }
    }))
}

#[test]
fn the_page_of_a_simulation() {
    let found = simulated();
    check("simulation", |context| plan_forecast::page(&found, Rows::Weeks, 80, context));
    check("simulation_daily", |context| plan_forecast::page(&found, Rows::Days, 120, context));
}

#[test]
fn what_looks_ahead_parses_within_its_limits() {
    let parses = |line: &str| Cli::try_parse_from(std::iter::once("guide").chain(line.split(' '))).is_ok();
    for line in [
        "plan simulate P03.toml",
        "plan simulate content/plans/P03.toml --days 90 --throttle 0 --daily --json",
        "plan simulate P03 --version 2 --lang en",
    ] {
        assert!(parses(line), "{line}");
    }
    for line in [
        "plan simulate",
        "plan simulate P03 --days 0",
        "plan simulate P03 --days 367",
        "plan simulate P03 --throttle 1001",
    ] {
        assert!(!parses(line), "{line}");
    }
}

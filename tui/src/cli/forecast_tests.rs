//! What the commands print that look ahead or explain, whole, in both languages, with Chinese names.

use clap::Parser;
use guide_common::paths::{Env, Paths};
use guide_common::sop::plan::Lang;
use guide_common::wire::forecast::{DiffResponse, SimulateResponse};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cli::Cli;
use crate::cli::context::{Context, Form, Style};
use crate::cli::plan_diff;
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

/// P03 with another throttle, a step that moves, one that goes and one that comes.
fn compared() -> DiffResponse {
    let class = |n: u64| json!({ "n": n, "customers": [] });
    let step = |id: &str, counts: [u64; 5]| {
        let [kept, moved, dropped, added, closed] = counts.map(class);
        json!({ "step": id, "kept": kept, "moved": moved, "dropped": dropped, "added": added, "closed": closed })
    };
    let running = |service: [u64; 5], moves: Value| {
        json!({
            "n_customers": 40, "n_runs": 42, "moves": moves,
            "steps": [step("service", service), step("offer", [0, 0, 3, 0, 1]), step("card", [0, 0, 0, 42, 0])]
        })
    };
    let moved = json!([{
        "customer": "C00002", "step": "service", "anchor_on": "2026-08-11",
        "from": { "from": "2026-08-11", "to": "2026-08-21" }, "to": { "from": "2026-08-14", "to": "2026-08-14" }
    }]);
    read(json!({
        "name": { "zh": "沉默\u{1b}[31m唤醒", "en": "Wake up" },
        "steps": {
            "service": { "zh": "关怀", "en": "care" }, "offer": { "zh": "邀约", "en": "offer" },
            "card": { "zh": "card", "en": "card" }
        },
        "customers": { "C00002": "曾予墨" },
        "diff": {
            "plan": "P03", "old_version": 1, "new_version": 2,
            "changes": [
                { "key": "throttle", "old": 5, "new": 8 },
                { "key": "name", "old": { "zh": "唤醒", "en": "Wake" }, "new": { "zh": "沉默唤醒", "en": "Wake up" } },
                { "key": "exclusive", "new": "promo" }
            ],
            "steps": [
                { "kind": "changed", "step": "service", "moved": [{ "key": "offset", "old": "0d", "new": "+3d" }],
                  "reworded": [{ "key": "channels", "old": ["wecom"], "new": ["wecom", "phone"] }] },
                { "kind": "removed", "step": "offer" }, { "kind": "added", "step": "card" }
            ],
            "keep": running([42, 0, 0, 0, 0], json!([])), "migrate": running([0, 42, 0, 0, 0], moved)
        }
    }))
}

#[test]
fn the_page_of_a_comparison() {
    let mut found = compared();
    check("comparison", |context| plan_diff::page(&found, context));
    found.diff.changes.clear();
    found.diff.steps.clear();
    assert!(plan_diff::page(&found, &context(Lang::En)).ends_with("Both versions say the same.\n"));
}

#[test]
fn what_looks_ahead_parses_within_its_limits() {
    let parses = |line: &str| Cli::try_parse_from(std::iter::once("guide").chain(line.split(' '))).is_ok();
    for line in [
        "plan simulate P03.toml",
        "plan simulate content/plans/P03.toml --days 90 --throttle 0 --daily --json",
        "plan simulate P03 --version 2 --lang en",
        "plan diff P03 P03.toml --json",
    ] {
        assert!(parses(line), "{line}");
    }
    for line in [
        "plan simulate",
        "plan simulate P03 --days 0",
        "plan simulate P03 --days 367",
        "plan simulate P03 --throttle 1001",
        "plan diff P03",
    ] {
        assert!(!parses(line), "{line}");
    }
}

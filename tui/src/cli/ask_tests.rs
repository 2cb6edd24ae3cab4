//! What the commands that explain, clear and check print, whole, in both languages.

use guide_common::paths::{Env, Paths};
use guide_common::sop::backlog::Amnesty;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::wire::ask::{AmnestyResponse, CustomerExplained, LintResponse, TemplateStats};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cli::context::{Context, Form, Style};
use crate::cli::lint::{self, Linted};
use crate::cli::{amnesty, explain, plan_page, template};

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn check(name: &str, page: impl Fn(&Context) -> String) {
    let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
    let context = |lang| Context { lang, form: Form::Text, style: Style::Plain, paths: paths.clone() };
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_zh"), page(&context(Lang::Zh)));
        insta::assert_snapshot!(format!("{name}_en"), page(&context(Lang::En)));
    });
}

const DUE: &str = "a5557955a8bbe3b272830408b351fa68";
const OTHER: &str = "b5557955a8bbe3b272830408b351fa68";

fn due(id: &str, step: &str, zh: &str, en: &str) -> Value {
    json!({
        "due_id": id, "plan": "P01", "plan_name": { "zh": "售后", "en": "after-sale" }, "step": step,
        "step_name": { "zh": zh, "en": en }, "anchor_on": "2026-08-08", "anchor_key": "2026-08-08",
        "opens_on": "2026-08-11", "until_on": "2026-08-15", "attempt": 0, "channel": "phone", "purpose": "service"
    })
}

fn satisfaction() -> Value {
    due(DUE, "satisfaction", "3天满意度", "3-day satisfaction")
}

#[test]
fn what_every_plan_makes_of_a_customer() {
    let run = json!({
        "anchor_on": "2026-08-08", "anchor_key": { "Day": "2026-08-08" }, "trigger": "purchase",
        "born_on": "2026-08-08", "version": 2,
        "steps": [
            { "step": "thanks", "name": { "zh": "致谢", "en": "thanks" }, "attempts": [{
                "due_id": OTHER, "number": 0, "opens_on": "2026-08-08", "until_on": "2026-08-08", "channel": "wecom",
                "state": { "is": "done", "on": "2026-08-08" }
            }] },
            { "step": "satisfaction", "attempts": [{
                "due_id": DUE, "number": 0, "opens_on": "2026-08-11", "until_on": "2026-08-15", "channel": "phone",
                "state": { "is": "held", "hold": { "reason": "touch_cap", "until_on": "2026-08-14" } }
            }] },
            { "step": "full_marks", "not_due": { "why": "branch_not_taken", "of": "satisfaction", "branch": "positive" } },
            { "step": "treat", "not_due": {
                "why": "condition_not_met", "as_of": "2026-08-12", "opens_on": "2026-08-12",
                "condition": "level_rank >= 1", "asked": [{ "field": "level_rank", "value": 0 }]
            } }
        ]
    });
    let run = with_key(run);
    let plans = json!([
        { "plan": "P01", "name": { "zh": "售后", "en": "after-sale" }, "version": 2, "standing": "held",
          "triggers": [{ "trigger": "purchase" }], "runs": [run], "n_older": 1,
          "next": { "anchor_on": "2026-09-01", "starts_on": "2026-09-01" } },
        { "plan": "P03", "name": { "zh": "唤醒", "en": "wake-up" }, "version": 1, "standing": "waiting",
          "triggers": [{ "trigger": "dormant" }], "not_started": [
            { "anchor_on": "2026-08-01", "anchor_key": key(), "trigger": "dormant",
              "why": { "why": "waits", "throttle": 8, "place": 3, "n_waiting": 40 } }
        ] },
        { "plan": "P08", "name": { "zh": "券到期", "en": "coupon" }, "version": 1, "standing": "not_triggered",
          "triggers": [{ "trigger": "coupon_expiry", "missing": { "what": "coupon_of_kind", "wanted": ["CASH", "EXP"] } }] },
        { "plan": "P15", "name": { "zh": "升级", "en": "level" }, "version": 1, "standing": "not_in_audience",
          "triggers": [{ "trigger": "level" }], "not_started": [
            { "anchor_on": "2026-08-01", "anchor_key": key(), "trigger": "level",
              "why": { "why": "not_in_audience", "as_of": "2026-08-01", "gaps": [
                { "part": "tier", "is": "C", "wanted": ["S", "A"] },
                { "part": "tags", "group": "MAT", "has": ["珍珠"], "wanted": ["钻石"] }
              ] } }
        ] }
    ]);
    let task = json!({
        "on": "2026-08-12", "place": 2, "waits": { "reason": "not_yet", "until_on": "2026-08-12", "until_time": "11:00:00" },
        "task": {
            "id": "00a1b2c3d4e5", "customer": "C00002", "name": "曾予墨", "tier": "S", "score": 2112, "channel": "phone",
            "terms": [{ "name": "rush", "points": 2000 }, { "name": "tier", "points": 112 }],
            "rush": { "by": "顾南星", "why": "客户等回电" }, "dues": [satisfaction()]
        },
        "dues": [{
            "due_id": DUE, "trigger": "purchase", "anchor_key": key(), "born_on": "2026-08-08", "is_chosen": true,
            "passed": [{ "hold": { "reason": "touch_cap", "until_on": "2026-08-14" }, "because": "chosen" }]
        }],
        "prospects": [
            { "change": { "if": "day", "on": "2026-08-14" }, "term": "window_closing", "points": 60, "score": 2172, "place": 1 },
            { "change": { "if": "each_day", "from_on": "2026-08-13", "until_on": "2026-08-15" }, "term": "lateness", "points": 3, "score": 2121, "place": 2 },
            { "change": { "if": "tier", "tier": "S" }, "term": "tier", "points": 30, "score": 2142 }
        ]
    });
    let explained: CustomerExplained = read(json!({
        "customer": "C00002", "name": "曾予墨", "on": "2026-08-12", "task": task, "plans": plans
    }));
    check("explain_customer", |context| explain::customer_page(&explained, false, context));
    let quiet = CustomerExplained { task: None, plans: Vec::new(), ..explained };
    check("explain_no_task", |context| explain::customer_page(&quiet, false, context));
}

/// An anchor's key as the engine writes it.
fn key() -> Value {
    let day: chrono::NaiveDate = "2026-08-08".parse().unwrap();
    serde_json::to_value(guide_common::sop::anchor::AnchorKey::Day(day)).unwrap()
}

fn with_key(mut run: Value) -> Value {
    run["anchor_key"] = key();
    run
}

#[test]
fn an_amnesty_s_numbers_and_what_it_changes() {
    let fate = |id: &str, name: &str, fate: Value| {
        json!({
            "customer": "C1", "name": name, "tier": "A", "due": due(id, "care", "3月保养", "3-month care"), "fate": fate
        })
    };
    let amnesty: Amnesty = read(json!({
        "on": "2026-08-13", "deputy": "G02",
        "leave": { "on": "2026-08-01", "from_on": "2026-08-02", "to_on": "2026-08-12", "deputy": "G02" },
        "count": { "n_dues": 5, "n_kept": 2, "n_at_risk": 1, "n_merged": 1, "n_expired": 1, "n_handed": 1, "n_held": 4 },
        "dues": [
            fate(DUE, "曾予墨", json!({ "what": "kept", "turn_on": "2026-08-13" })),
            fate(DUE, "区若彤", json!({ "what": "at_risk", "until_on": "2026-08-14" })),
            fate(OTHER, "曾予墨", json!({ "what": "merged", "with": DUE })),
            fate(OTHER, "朴允熙", json!({ "what": "expired", "reason": "moment_passed" })),
            fate(OTHER, "缪可", json!({ "what": "handed", "until_on": "2026-08-20" }))
        ],
        "held": []
    }));
    check("amnesty", |context| amnesty::page(&amnesty, false, context));
    check("amnesty_all", |context| amnesty::page(&amnesty, true, context));
    let done: AmnestyResponse = read(json!({
        "amnesty": amnesty, "saved": {
            "op_id": "01989b0e-8a1e-7000-8000-000000000001", "customer": "C00002", "name": "曾予墨", "n_ops": 54,
            "queue": { "n_open": 31, "n_held": 2, "n_done": 0 }
        }
    }));
    check("amnesty_done", |context| amnesty::done_page(&done, context));
}

#[test]
fn what_lint_finds_and_how_often_templates_are_answered() {
    let found: LintResponse = read(json!({ "findings": [
        { "rule": "absolute_claim", "severity": "warn", "lang": "zh", "line": 7, "column": 3, "found": "最佳",
          "fix": { "zh": "改说可以核对的事实", "en": "state what can be checked" } },
        { "rule": "privacy", "severity": "block", "lang": "en", "line": 8, "column": 12, "found": "13900000000",
          "fix": { "zh": "不写手机号", "en": "leave the number out" } }
    ] }));
    let linted = |what: &str, fault: Option<&str>| Linted {
        what: what.to_owned(),
        findings: Vec::new(),
        fault: fault.map(str::to_owned),
    };
    let found = [
        Linted { findings: found.findings, ..linted("new.toml", None) },
        linted("T01", None),
        linted("old.toml", Some("line 3: unknown key `colour`")),
    ];
    check("lint", |context| lint::page(&found[..1], context));
    check("lint_clean", |context| lint::page(&found[1..2], context));
    check("lint_several", |context| lint::page(&found, context));
    let stats: TemplateStats = read(json!({
        "period": { "from": "2026-05-15", "to": "2026-08-12" },
        "rows": [
            { "template": "T03", "step": ["P01", "satisfaction"], "n_used": 20, "n_replied": 9,
              "rate": { "share": 0.45, "low": 0.258, "high": 0.658 } },
            { "template": "T35", "n_used": 1, "n_replied": 1, "rate": { "share": 1.0, "low": 0.207, "high": 1.0 } }
        ]
    }));
    check("stats", |context| template::stats_page(&stats, context));
}

const PLAN: &str = r#"
id = "P90"
version = 3
name = { zh = "唤醒", en = "Wake up" }
priority = 40
restart = "every"
ends_on = ["do_not_contact"]
audience = "n_purchases >= 1"
tiers = ["S", "A"]
exclusive = "promo"
throttle = 8
[trigger]
on = "dormant"
days = 180
[[step]]
id = "service"
offset = "0d"
until = "+10d"
at = "10:00"
channels = ["wecom", "phone"]
template = "T15"
no_reply = ["again"]
[[step.variant]]
when = 'tier == "S"'
channels = ["phone"]
[[step]]
id = "again"
from = "outcome"
offset = "+14d"
until = "+20d"
channels = ["wecom"]
purpose = "promo"
template = "T16"
coupon = "CASH"
when = "level_rank >= 1"
"#;

#[test]
fn a_plan_s_page_tells_branches_conditions_limits_and_versions() {
    let mut plan: Plan = guide_common::sop::plan_file::parse(PLAN).unwrap();
    let earlier = Plan { version: 2, ..plan.clone() };
    let before_on = "2026-08-01".parse().unwrap();
    plan.earlier = Some(Box::new(guide_common::sop::plan::Earlier { before_on, plan: earlier }));
    check("plan_whole", |context| plan_page::plan_page(&plan, context));
}

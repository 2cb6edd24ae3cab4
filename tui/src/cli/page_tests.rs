//! What the commands print, whole, in both languages, with Chinese names.

use guide_common::paths::{Env, Paths};
use guide_common::report::Report;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::wire::card::CustomerCard;
use guide_common::wire::local::{CustomerList, Outbox, Status, SyncStatus, TaskDetail, Today};
use guide_common::wire::record::SavedResponse;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::cli::context::{Context, Form, Style};
use crate::cli::{customer, log, next, outbox, plan, report, status, sync, today};

const DUE: &str = "a5557955a8bbe3b272830408b351fa68";
const OP: &str = "01989b0e-8a1e-7000-8000-000000000001";

fn context(lang: Lang) -> Context {
    let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
    Context { lang, form: Form::Text, style: Style::Plain, paths }
}

fn read<T: DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn check(name: &str, page: impl Fn(&Context) -> String) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_zh"), page(&context(Lang::Zh)));
        insta::assert_snapshot!(format!("{name}_en"), page(&context(Lang::En)));
    });
}

fn due() -> serde_json::Value {
    json!({
        "due_id": DUE, "plan": "P01", "plan_name": { "zh": "0-3-3-3 售后服务", "en": "0-3-3-3 after-sale service" },
        "step": "satisfaction", "step_name": { "zh": "3天满意度", "en": "3-day satisfaction" },
        "anchor_on": "2026-08-08", "anchor_key": "2026-08-08", "opens_on": "2026-08-11", "until_on": "2026-08-15", "attempt": 1,
        "channel": "phone", "purpose": "service", "asks": "satisfaction", "template": "T03"
    })
}

fn task() -> serde_json::Value {
    json!({
        "id": "00a1b2c3d4e5", "customer": "C00002", "name": "曾予墨", "tier": "S", "score": 312, "channel": "phone",
        "terms": [{ "name": "promise_overdue", "points": 200 }, { "name": "tier", "points": 112 }], "dues": [due()]
    })
}

fn today_value() -> Today {
    read(json!({
        "on": "2026-08-12", "checked": true,
        "tasks": [task(), {
            "id": "00ffb2c3d4e5", "customer": "C00011", "name": "Wei \u{1b}[31mAnn", "tier": "C", "score": 9,
            "channel": "wecom", "terms": [], "dues": [due(), due()]
        }],
        "held": [{
            "customer": "C00006", "name": "区若彤", "tier": "B",
            "hold": { "reason": "promo_rest", "until_on": "2026-10-01" }, "dues": [due()]
        }],
        "done": [{
            "op_id": OP, "customer": "C00001", "name": "单雅宁", "at": "2026-08-12T10:05:00",
            "outcome": { "on": "2026-08-12", "code": "bought", "amount_fen": 128000 },
            "steps": [{ "zh": "当日致谢", "en": "thanks" }]
        }]
    }))
}

fn card() -> CustomerCard {
    read(json!({
        "id": "C00002", "name": "曾予墨", "phone_masked": "100****0002", "tier": "S",
        "birthday": { "month": 8, "day": 19 }, "tags": [{ "group": "MAT", "value": "珍珠" }],
        "purchases": [{
            "id": "p1", "customer": "C00002", "bought_on": "2025-12-24", "amount_fen": 1050000,
            "items": [{ "name": "珍珠项链" }]
        }],
        "total_fen": 1050000,
        "contacts": [{
            "op_id": OP, "at": "2026-08-01T18:00:00", "received": false,
            "outcome": {
                "on": "2026-08-01", "code": "appointment", "channel": "phone", "next_on": "2026-08-20",
                "next_time": "14:30:00", "note": "带妈妈一起来"
            }
        }],
        "promises": [{ "op_id": OP, "promise": { "on": "2026-08-01", "text": "找同款 6.5 号戒圈", "due_on": "2026-08-10" } }],
        "holds": [{ "reason": "open_complaint" }],
        "task": "00a1b2c3d4e5"
    }))
}

#[test]
fn today_s_page() {
    let today = today_value();
    check("today", |context| today::page(&today, 3, true, context));
}

#[test]
fn the_page_of_a_task() {
    let detail: TaskDetail = read(json!({
        "task": task(), "customer": card(),
        "scripts": [{
            "name": { "zh": "三天满意度", "en": "three-day satisfaction" }, "channel": "wecom",
            "script": { "template": "T03", "pieces": [
                { "text": "曾姐，" }, { "gap": "商品" }, { "text": "戴了三天，感觉怎么样？\n1 到 5 分您给打几分？" }
            ] }
        }]
    }));
    check("task", |context| next::page(&detail, "2026-08-12".parse().unwrap(), context));
}

#[test]
fn the_pages_of_customers() {
    let card = card();
    let today = "2026-08-12".parse().unwrap();
    check("customer", |context| customer::card_page(&card, today, context));
    let list: CustomerList = read(json!({
        "q": "曾", "n_all": 600, "n_found": 2,
        "rows": [
            { "id": "C00002", "name": "曾予墨", "phone_masked": "100****0002", "tier": "S",
              "last_bought_on": "2025-12-24", "total_fen": 1050000, "task": "00a1b2c3d4e5" },
            { "id": "C00102", "name": "曾可", "phone_masked": null, "tier": "C", "last_bought_on": null,
              "total_fen": -8850, "task": null }
        ]
    }));
    check("customers", |context| customer::list_page(&list, today, context));
}

#[test]
fn what_is_said_when_something_is_saved() {
    let saved: SavedResponse = read(json!({
        "op_id": OP, "customer": "C00002", "name": "曾予墨", "gone": [DUE],
        "queue": { "n_open": 61, "n_held": 2, "n_done": 2 }
    }));
    check("saved", |context| log::saved_page(&saved, "…", context));
}

#[test]
fn the_state_of_sync_is_told_honestly() {
    let state = |sync: serde_json::Value| -> Status {
        read(json!({
            "guide": { "id": "G01", "name": "林知夏", "store": { "id": "S01", "name": "云杉路店" } },
            "now": "2026-08-12T10:00:00", "clock": "virtual", "n_customers": 120, "sync": sync,
            "queue": { "n_open": 62, "n_held": 2, "n_done": 1 }
        }))
    };
    let feed = json!({ "epoch": "e1", "seq": 1200, "n_live": 1199, "digest": "00000000000000ff" });
    let failed = state(json!({
        "state": "saved", "hub": "http://127.0.0.1:7600", "last_ok_at": null,
        "last_error": { "code": "unreachable", "detail": "connection refused" }, "next_at": null,
        "n_unsent": 3, "n_rejected": 1, "guide_feed": feed, "shared_feed": feed
    }));
    check("status", |context| status::page(&failed, context));
    check("sync_never", |context| sync::page(&SyncStatus::default(), context));
}

#[test]
fn the_pages_of_plans_reports_and_the_outbox() {
    let plan: Plan = read(json!({
        "id": "P01", "version": 3, "name": { "zh": "0-3-3-3 售后服务", "en": "0-3-3-3 after-sale service" },
        "priority": 80, "restart": "supersede", "ends_on": ["do_not_contact", "returned"],
        "trigger": [{ "on": "purchase", "min_amount_fen": 30000 }],
        "steps": [{
            "id": "satisfaction", "name": { "zh": "3天满意度", "en": "3-day satisfaction" }, "offset": "+3d",
            "until": "+7d", "channels": ["wecom", "phone"], "template": "T03", "asks": "satisfaction"
        }]
    }));
    check("plan", |context| plan::plan_page(&plan, context));
    let figures = json!({
        "due": 12, "done": 5, "on_time": 4, "skipped": 1, "skipped_by": { "travelling": 1 }, "not_reached": 1,
        "expired": 2, "superseded": 1, "ended": 0, "open": 2, "outcomes": { "interested": 4, "skipped": 1 },
        "satisfaction": [0, 0, 1, 0, 3]
    });
    let report: Report = read(json!({
        "period": { "from": "2026-08-01", "to": "2026-08-12" }, "as_of": "2026-08-12", "total": figures,
        "by_plan": { "P01": figures }
    }));
    check("report", |context| report::page(&report, context));
    let outbox: Outbox = read(json!({ "ops": [] }));
    check("outbox_empty", |context| outbox::page(&outbox, context));
}

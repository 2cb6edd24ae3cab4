//! What the commands print, whole, in both languages, with Chinese names.

use guide_common::paths::{Env, Paths};
use guide_common::sop::plan::{Lang, Plan};
use guide_common::wire::card::{Appointments, CustomerCard, Leaves, Promises, Secrets};
use guide_common::wire::local::{CustomerList, Outbox, Status, SyncStatus, TaskDetail, Today};
use guide_common::wire::record::SavedResponse;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::cli::context::{Context, Form, Style};
use crate::cli::{
    appointment, customer, leave, log, next, outbox, plan_page, promise, report, secret, status, sync, today,
};

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

/// A task that headquarters asks to be hurried, with a step that counts in hours.
fn rushed() -> serde_json::Value {
    let (mut task, mut due) = (task(), due());
    due["deadline_at"] = json!("2026-08-12T18:30:00");
    due["coupon"] = json!("SVC");
    task["dues"] = json!([due]);
    task["rush"] = json!({ "by": "顾南星", "why": "客户等回电" });
    task
}

fn today_value() -> Today {
    read(json!({
        "on": "2026-08-12", "checked": true,
        "tasks": [task(), rushed(), {
            "id": "00ffb2c3d4e5", "customer": "C00011", "name": "Wei \u{1b}[31mAnn", "tier": "C", "score": 9,
            "channel": "wecom", "terms": [], "dues": [due(), due()]
        }],
        "held": [{
            "customer": "C00006", "name": "区若彤", "tier": "B",
            "hold": { "reason": "promo_rest", "until_on": "2026-10-01" }, "dues": [due()]
        }, {
            "customer": "C00007", "name": "朴允熙", "tier": "A", "dues": [due()],
            "hold": { "reason": "contact_hours", "until_on": "2026-08-13", "until_time": "09:30:00" }
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
        "birthday": { "month": 8, "day": 19 },
        "tags": [{ "group": "MAT", "value": "珍珠" }, { "group": "BUD", "value": "3–8千", "stale": true }],
        "purchases": [{ "secret_until": "2026-08-21" }, {
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
        "appointments": [
            { "op_id": OP, "made_on": "2026-07-30", "visit_on": "2026-08-11" },
            { "op_id": OP, "made_on": "2026-08-01", "visit_on": "2026-08-20", "visit_time": "14:30:00", "text": "试对戒" }
        ],
        "secrets": [{ "op_id": OP, "side": "giver", "person": "C00004", "until_on": "2026-08-21" }],
        "holds": [{ "reason": "open_complaint" }, { "reason": "touch_cap", "until_on": "2026-08-14" }],
        "task": "00a1b2c3d4e5"
    }))
}

#[test]
fn today_s_page() {
    let today = today_value();
    check("today", |context| today::page(&today, today::Count { n_tasks: 3, n_held: 5 }, true, context));
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
    let script = |id: &str, zh: &str, en: &str| {
        json!({
            "name": { "zh": zh, "en": en }, "channel": "wecom", "script": { "template": id, "pieces": [{ "text": "您好" }] }
        })
    };
    let detail: TaskDetail = read(json!({
        "task": rushed(), "customer": card(),
        "hold": { "reason": "contact_hours", "until_on": "2026-08-13", "until_time": "09:30:00" },
        "scripts": [script("T04", "低分安抚", "low score"), script("T10", "保养提醒", "care reminder")]
    }));
    check("task_rushed", |context| next::page(&detail, "2026-08-12".parse().unwrap(), context));
}

#[test]
fn the_pages_of_what_is_open() {
    let today = "2026-08-12".parse().unwrap();
    let of = |row: serde_json::Value| {
        let mut of = json!({ "customer": "C00002", "name": "曾予墨", "op_id": OP });
        of.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        of
    };
    let promise =
        |text: &str, due_on: &str| of(json!({ "promise": { "on": "2026-08-01", "text": text, "due_on": due_on } }));
    let promises = json!({ "promises": [promise("找同款 6.5 号戒圈", "2026-08-10"), promise("寄证书", "2026-08-14")] });
    let promises: Promises = read(promises);
    check("promises", |context| promise::page(&promises, today, context));
    check("promises_none", |context| promise::page(&Promises::default(), today, context));
    let visit = |on: &str, more: serde_json::Value| {
        let mut row = json!({ "made_on": "2026-08-01", "visit_on": on });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        of(row)
    };
    let visits =
        [visit("2026-08-11", json!({})), visit("2026-08-20", json!({ "visit_time": "14:30:00", "text": "试对戒" }))];
    let appointments: Appointments = read(json!({ "appointments": visits }));
    check("appointments", |context| appointment::page(&appointments, today, context));
    let secrets: Secrets = read(json!({ "secrets": [
        of(json!({ "side": "giver", "person": "C00004", "purchase": "p-1", "until_on": "2026-08-21" })),
        of(json!({ "side": "recipient", "person": "C00003", "until_on": "2026-08-21" }))
    ] }));
    check("secrets", |context| secret::page(&secrets, today, context));
    let leaves: Leaves = read(json!({ "days_off": ["Mon", "Sun"], "leaves": [
        { "op_id": OP, "on": "2026-08-01", "from_on": "2026-08-20", "to_on": "2026-08-25", "deputy": "G02" }
    ] }));
    check("leaves", |context| leave::page(&leaves, today, context));
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
    check("plan", |context| plan_page::plan_page(&plan, context));
    check("report", |context| report::page(&crate::report::fixture::report(), context));
    let outbox: Outbox = read(json!({ "ops": [] }));
    check("outbox_empty", |context| outbox::page(&outbox, outbox::Ids::Whole, context));
}

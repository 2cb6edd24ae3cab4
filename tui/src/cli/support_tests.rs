//! What the commands of support print, whole, in both languages.

use chrono::{DateTime, Utc};
use guide_common::paths::{Env, Paths};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{Outbox, SyncStatus};
use guide_common::wire::support::{Doctor, Faults, OpDetail, SyncLog, Verified};
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::RawValue;

use crate::cli::context::{Context, Form, Style};
use crate::cli::doctor::Signs;
use crate::cli::{bundle, doctor, faults, outbox, outbox_settle, replay, sync, sync_log, verify};

const OP: &str = "01989b0e-8a1e-7000-8000-000000000001";

fn read<T: DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn check(name: &str, page: impl Fn(&Context) -> String) {
    let context = |lang| {
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        Context { lang, form: Form::Text, style: Style::Plain, paths }
    };
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_zh"), page(&context(Lang::Zh)));
        insta::assert_snapshot!(format!("{name}_en"), page(&context(Lang::En)));
    });
}

#[test]
fn the_doctor_says_in_a_line_each_what_it_found_and_below_it_what_mends_it() {
    let found: Doctor = read(json!({ "state": "fail", "checks": [
        { "code": "locale", "state": "ok", "name": { "zh": "编码", "en": "Encoding" },
          "found": { "zh": "UTF-8（zh_CN.UTF-8）", "en": "UTF-8 (zh_CN.UTF-8)" } },
        { "code": "rejected", "state": "warn", "name": { "zh": "被总部退回", "en": "Rejected" },
          "found": { "zh": "2 条需要处理", "en": "waiting for a decision: 2" },
          "fix": { "zh": "guide outbox 列出原因和处理办法", "en": "guide outbox says why and what to do" } },
        { "code": "hub_tcp", "state": "fail", "name": { "zh": "网络连接", "en": "Connection" },
          "found": { "zh": "无法连接：Connection refused", "en": "no connection: Connection refused" },
          "fix": { "zh": "检查本店网络与总部地址；记录都已保存在本机", "en": "check the shop's network; all is saved" } }
    ] }));
    check("doctor", |context| doctor::page(&found, Signs::Drawn, 80, context));
    check("doctor_ascii", |context| doctor::page(&found, Signs::Ascii, 60, context));
}

#[test]
fn the_log_of_cycles_tells_when_why_how_much_and_how_each_ended() {
    let cycle = |at: &str, trigger: &str, end: &str, cause: Option<&str>, n: u64| {
        json!({ "id": "01989b0e8a1e70008000000000000001", "at": at, "trigger": trigger, "took_ms": 83 * n,
            "n_pushed": n, "n_rejected": u64::from(n == 3), "n_pulled": 120 * n, "n_bytes_up": 800 * n,
            "n_bytes_down": 12_345 * n, "end": end, "cause": cause })
    };
    let log: SyncLog = read(json!({ "cycles": [
        cycle("2026-08-12T02:00:00Z", "op", "ok", None, 3),
        cycle("2026-08-12T01:00:00Z", "asked", "unreachable", Some("the hub does not answer: the connection broke"), 0),
        cycle("2026-08-10T01:00:00Z", "start", "revoked", Some("the hub has revoked this terminal"), 0)
    ] }));
    let now: DateTime<Utc> = "2026-08-12T02:30:00Z".parse().unwrap();
    check("sync_log", |context| sync_log::page(&log, 5, now, context));
    check("sync_log_empty", |context| sync_log::page(&SyncLog::default(), 0, now, context));
}

#[test]
fn the_state_of_sync_tells_of_a_clock_that_is_off_and_of_what_a_person_must_do() {
    let state: SyncStatus = read(json!({
        "state": "attention", "hub": "https://hub.example", "last_ok_at": null, "next_at": null, "n_unsent": 3,
        "n_rejected": 0, "skew_ms": -240_000, "is_waiting": true, "guide_feed": { "epoch": null, "seq": 0, "n_live": 0,
        "digest": "0000000000000000" }, "shared_feed": { "epoch": null, "seq": 0, "n_live": 0,
        "digest": "0000000000000000" }, "last_error": { "code": "revoked", "detail": "the hub has revoked this terminal" }
    }));
    check("sync_revoked", |context| sync::page(&state, context));
}

#[test]
fn a_comparison_ends_in_what_it_means_and_what_to_do() {
    let verified = |same: bool, healed: bool, n: u64| -> Verified {
        let differences: Vec<_> = (0..n)
            .map(|idx| json!({ "feed": "guide", "kind": "customer", "id": format!("C{idx:05}"), "how": "differs" }))
            .collect();
        read(json!({
            "same": same, "healed": healed, "n_differences": n, "n_ops": 12, "n_unsent": 1, "differences": differences,
            "lost": if n > 0 { vec![OP] } else { Vec::new() },
            "kinds": [
                { "feed": "shared", "kind": "plan", "n_here": 25, "n_hub": 25, "same": true },
                { "feed": "guide", "kind": "customer", "n_here": 161, "n_hub": 160, "same": n == 0 },
                { "feed": "guide", "kind": "of_tomorrow", "n_here": 1, "n_hub": 1, "same": true }
            ]
        }))
    };
    check("verify_same", |context| verify::page(&verified(true, false, 0), context));
    check("verify_differs", |context| verify::page(&verified(false, false, 22), context));
    check("verify_healed", |context| verify::page(&verified(true, true, 1), context));
    check("verify_not_healed", |context| verify::page(&verified(false, true, 1), context));
}

#[test]
fn what_would_be_taken_along_is_told_part_by_part() {
    let text = r#"{"format":1,"device":"d-1","doctor":{"checks":[]},"outbox":[1,2,3],"log":[],"later":{}}"#;
    let contents = bundle::contents(&RawValue::from_string(text.to_owned()).unwrap()).unwrap();
    check("bundle", |context| bundle::page(&contents, context));
}

#[test]
fn a_replay_tells_where_this_version_takes_another_way() {
    let steps = json!([
        { "step": "push", "after": 0, "then": { "event": "answered", "to": 3, "n": 3, "n_retry": 0, "n_rejected": 1 } },
        { "step": "pull", "feed": "guide", "then": { "event": "failed", "code": "unreachable", "is_refusal": false } }
    ]);
    let traces = read(json!({ "traces": [{ "id": "c1", "steps": steps, "n_left_out": 4 }] }));
    let differs = json!({ "taken": { "step": "pull", "feed": "guide" }, "here": { "step": "confirm" } });
    let cycles =
        [json!({ "id": "c1", "n_same": 1, "differs": differs }), json!({ "id": "c2", "n_same": 7, "differs": null })];
    let replay = replay::Replay { cycles: cycles.map(read).into() };
    check("replay", |context| replay::page(&replay, &traces, 80, context));
}

#[test]
fn rejected_records_are_listed_with_what_can_be_done_about_them() {
    let row = |state: &str| {
        json!({ "op_id": OP, "local_seq": 3, "kind": "outcome", "customer": "C00002", "at": "2026-08-12T02:00:00Z",
            "state": state, "code": "needs_amount", "detail": "needs_amount: a purchase needs its amount" })
    };
    let list: Outbox = read(json!({ "ops": [row("rejected"), row("discarded")] }));
    check("outbox_rejected", |context| outbox::page(&list, outbox::Ids::Left, context));
    let detail = json!({ "row": row("rejected"), "body": { "code": "bought", "note": "\u{202e}x" } });
    let detail: OpDetail = serde_json::from_str(&detail.to_string()).unwrap();
    check("outbox_op", |context| outbox_settle::page(&detail, context));
}

#[test]
fn faults_are_told_with_how_often_each_came() {
    let faults: Faults = read(json!({ "plan": { "drop_reply": 200, "seed": 7 }, "n_made": { "drop_reply": 4 } }));
    check("faults", |context| faults::page(&faults, context));
}

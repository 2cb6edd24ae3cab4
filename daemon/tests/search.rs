//! Finding customers over the local API: filters, their notes, the reading that a guide wrote down, and saved lists.

use guide_common::fact::FactBody;
use guide_common::record::{Level, LevelRecord};
use guide_common::search::Span;
use guide_common::search::note::NoteCode;
use guide_common::wire::Problem;
use guide_common::wire::card::CustomerCard;
use guide_common::wire::list::{MAX_LISTS, SavedList, SavedLists};
use guide_common::wire::local::{CustomerList, CustomerRow};
use guide_common::wire::record::SavedResponse;
use serde_json::json;

use crate::support::{Daemon, enrolled, hub};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn find(daemon: &Daemon, q: &str) -> CustomerList {
    daemon.get(&format!("/v1/customers?q={}", encoded(q))).await.unwrap()
}

async fn names(daemon: &Daemon, q: &str) -> Vec<String> {
    find(daemon, q).await.rows.into_iter().map(|row| row.name).collect()
}

async fn save(daemon: &Daemon, name: &str, filter: &str) -> Result<SavedList, Problem> {
    daemon.put(&format!("/v1/lists/{}", encoded(name)), &json!({ "filter": filter })).await
}

async fn lists(daemon: &Daemon) -> Vec<(String, String, usize)> {
    let saved: SavedLists = daemon.get("/v1/lists").await.unwrap();
    saved.lists.into_iter().map(|list| (list.name, list.filter, list.n_found)).collect()
}

/// A shop of a few customers with tags, a level and one contact.
async fn shop() -> (tempfile::TempDir, hub::Hub, hub::Serving, Daemon) {
    let (home, hub, serving, daemon) = enrolled(0).await;
    for (n, name) in ["单雅宁", "曾予墨", "尉迟嘉", "吕思源"].into_iter().enumerate() {
        let id = format!("C{n:04}");
        hub.add_customer(&id, name, &format!("1380000000{n}"));
        let tags = match n {
            0 => json!([{ "group": "MAT", "value": "珍珠" }, { "group": "STG", "value": "复购" }]),
            1 => json!([{ "group": "MAT", "value": "足金" }]),
            _ => json!([]),
        };
        let tier = ["S", "A", "B", "C"][n];
        let phone = format!("1380000000{n}");
        let document = json!({ "id": id, "name": name, "phone": phone, "tier": tier, "tags": tags });
        hub.put_raw("customer", &id, &id, &document);
    }
    let on = "2026-08-01".parse().unwrap();
    let level = LevelRecord { on, level: Level::Gold, until_on: None, to_next_fen: None, next_fen: None };
    hub.record("C0000", 1, FactBody::Level(level));
    daemon.sync_now().await;
    (home, hub, serving, daemon)
}

#[tokio::test]
async fn customers_are_found_by_pinyin_with_the_place_of_the_match_their_level_and_stage() {
    let (_home, _hub, _serving, daemon) = shop().await;
    for q in ["syn", "dyn", "shan雅n", "ＳＹＮ", "單雅寧"] {
        assert_eq!(names(&daemon, q).await, ["单雅宁"], "{q}");
    }
    assert_eq!(names(&daemon, "yuchijia").await, ["尉迟嘉"]);
    assert_eq!(names(&daemon, "lu si").await, ["吕思源"]);
    let list = find(&daemon, "sy").await;
    assert_eq!((list.n_all, list.n_found, list.is_partial), (4, 2, false));
    let rows: Vec<_> = list.rows.iter().map(|row| (row.name.as_str(), row.name_spans.as_slice())).collect();
    assert_eq!(rows, [("单雅宁", &[Span(0, 2)][..]), ("吕思源", &[Span(1, 3)])]);
    let CustomerRow { level, stage, .. } = &list.rows[0];
    assert_eq!((*level, stage.as_deref()), (Some(Level::Gold), Some("复购")));
    assert_eq!(names(&daemon, "0003").await, ["吕思源"]);
}

#[tokio::test]
async fn a_filter_asks_for_tags_tiers_levels_and_stages_and_says_what_it_does_not_understand() {
    let (_home, _hub, _serving, daemon) = shop().await;
    assert_eq!(names(&daemon, "标签：珍珠").await, ["单雅宁"]);
    assert_eq!(names(&daemon, "#zz level:金卡 stage:fg tier:SA").await, ["单雅宁"]);
    assert_eq!(names(&daemon, "#MAT !#珍珠").await, ["曾予墨"]);
    let list = find(&daemon, "levl:金卡").await;
    assert_eq!((list.n_found, list.notes[0].code), (0, NoteCode::UnknownKey));
    assert_eq!(list.notes[0].suggestions, ["level"]);
    let list = find(&daemon, "#珍住").await;
    assert_eq!(
        (list.notes[0].code, list.notes[0].suggestions.as_slice()),
        (NoteCode::NobodyHas, &["珍珠".to_owned()][..])
    );
}

#[tokio::test]
async fn what_a_guide_records_is_found_at_once_and_after_an_undo_no_more() {
    let (_home, _hub, _serving, daemon) = shop().await;
    let tag = json!({ "group": "MAT", "value": "翡翠" });
    let _: SavedResponse = daemon.post("/v1/customers/C0002/tags", &tag).await.unwrap();
    assert_eq!(names(&daemon, "#feicui").await, ["尉迟嘉"]);
    let _: SavedResponse = daemon.post("/v1/undo", &json!({})).await.unwrap();
    assert_eq!(find(&daemon, "#feicui").await.notes[0].code, NoteCode::NobodyHas);
}

#[tokio::test]
async fn a_corrected_reading_is_found_sorted_by_and_shown_on_the_card() {
    let (_home, _hub, _serving, daemon) = shop().await;
    let set = |value: &str| json!({ "field": "读音", "value": value });
    let path = "/v1/customers/C0000/fields";
    assert_eq!(names(&daemon, "zan").await, Vec::<String>::new());
    let problem = daemon.post::<SavedResponse>(path, &set("zan4")).await.unwrap_err();
    assert_eq!(problem.code, "malformed_value");
    let _: SavedResponse = daemon.post(path, &set("Zǎn ya ning")).await.unwrap();
    let list = find(&daemon, "zany").await;
    assert_eq!((list.rows[0].name.as_str(), list.rows[0].name_spans.as_slice()), ("单雅宁", &[Span(0, 2)][..]));
    assert_eq!(names(&daemon, "syn").await, ["单雅宁"], "the other readings stay");
    assert_eq!(names(&daemon, "").await, ["吕思源", "尉迟嘉", "单雅宁", "曾予墨"]);
    let card: CustomerCard = daemon.get("/v1/customers/C0000").await.unwrap();
    assert_eq!((card.fields[0].field.as_str(), card.fields[0].value.as_deref()), ("reading", Some("zan ya ning")));
}

#[tokio::test]
async fn after_a_logged_task_the_customer_stands_behind_those_with_a_task() {
    let (_home, _hub, _serving, daemon) = shop().await;
    assert_eq!(names(&daemon, "tier:SA").await[0], "单雅宁");
    let _: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &json!({ "code": "interested" })).await.unwrap();
    assert_eq!(names(&daemon, "tier:SA").await.last().unwrap(), "单雅宁");
    daemon.set_clock("2026-08-16T10:00:00").await;
    assert_eq!(names(&daemon, "tier:SA").await[0], "单雅宁", "both have a task, and the reading decides");
    daemon.set_clock("2026-08-12T10:00:00").await;
    assert_eq!(names(&daemon, "tier:SA").await.last().unwrap(), "单雅宁", "on the day before it is as it was");
}

#[tokio::test]
async fn saved_lists_count_who_meets_them_and_survive_a_restart_and_a_cache_fetched_again() {
    let (home, _hub, _serving, daemon) = shop().await;
    let saved = save(&daemon, "珍珠/S级 客户", "#珍珠 tier:S").await.unwrap();
    assert_eq!((saved.name.as_str(), saved.n_found), ("珍珠/S级 客户", 1));
    save(&daemon, "爱逛", "!tier:S").await.unwrap();
    let expected = [("爱逛", "!tier:S", 3), ("珍珠/S级 客户", "#珍珠 tier:S", 1)];
    let expected = expected.map(|(name, filter, n)| (name.to_owned(), filter.to_owned(), n));
    assert_eq!(lists(&daemon).await, expected);
    daemon.kill();
    std::fs::remove_dir_all(home.path().join("data/guides/G1/cache")).unwrap();
    let daemon = Daemon::start(home.path()).await;
    daemon.sync_now().await;
    crate::support::eventually("the lists", async || (lists(&daemon).await == expected).then_some(())).await;
    let gone: SavedList = daemon.delete(&format!("/v1/lists/{}", encoded("爱逛"))).await.unwrap();
    assert_eq!(gone.filter, "!tier:S");
    let problem = daemon.delete::<SavedList>("/v1/lists/none").await.unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (404, "unknown_list"));
    assert_eq!(lists(&daemon).await.len(), 1);
}

#[tokio::test]
async fn a_list_that_can_never_find_anybody_or_is_one_too_many_is_refused() {
    let (_home, _hub, _serving, daemon) = shop().await;
    for (name, filter, code) in [
        ("a", "levl:金卡", "malformed_filter"),
        ("a", "tag:", "malformed_filter"),
        ("a", "  ", "empty_filter"),
        (" ", "syn", "list_name"),
        (&"长".repeat(41), "syn", "list_name"),
    ] {
        let problem = save(&daemon, name, filter).await.unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (422, code), "{filter}");
    }
    save(&daemon, "nobody yet", "#翡翠").await.unwrap();
    for n in 1..MAX_LISTS {
        save(&daemon, &n.to_string(), "syn").await.unwrap();
    }
    assert_eq!(save(&daemon, "more", "syn").await.unwrap_err().code, "too_many_lists");
}

#[tokio::test]
async fn a_revoked_terminal_finds_nobody_and_keeps_no_list() {
    let (_home, hub, _serving, daemon) = shop().await;
    save(&daemon, "单女士", "单雅宁").await.unwrap();
    hub.inner.lock().unwrap().revoked = true;
    daemon.sync_now().await;
    crate::support::eventually("the lists to be erased", async || lists(&daemon).await.is_empty().then_some(())).await;
    crate::support::eventually("nobody", async || names(&daemon, "syn").await.is_empty().then_some(())).await;
}

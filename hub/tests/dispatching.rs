//! Sending a plan to customers, and asking for haste.

use std::collections::BTreeMap;
use std::path::PathBuf;

use guide_common::customer::Tier;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, OpId, PlanId};
use guide_common::outcome::{Channel, OutcomeCode};
use guide_common::record::Dispatched;
use guide_common::sop::condition::{Condition, Scope};
use guide_common::sop::plan::{Lang, Purpose};
use guide_common::sop::queue::customer_day;
use guide_hub::db::file;
use guide_hub::desk;
use guide_hub::dispatch::text_list::TextList;
use guide_hub::dispatch::{Preview, Request, Who, preview, send};
use guide_hub::import::{ImportOptions, customers};
use guide_hub::publish::What;

use crate::support::{
    TODAY, TestDb, TestHub, assign, customer_id, day, facts_of, guide_id, head, hub_command, moment, results,
};

/// A plan that is sent, for everyone but those tagged as private, with a text message for tier C.
const PLAN: &str = r#"
id = "X4"
version = 1
name = { zh = "邀约", en = "invitation" }
audience = "'安静' not in tags.COM"
[trigger]
on = "dispatch"
[campaign]
name = { zh = "品鉴", en = "viewing" }
until = "+10d"
[[step]]
id = "invite"
offset = "0d"
until = "+5d"
purpose = "promo"
channels = ["wecom", "phone"]
[[step.variant]]
when = "tier == 'C'"
template = "T90"
channels = ["sms"]
"#;

const TEXT: &str = r#"
id = "T90"
version = 1
name = { zh = "短信", en = "text" }
channel = "sms"
[text]
zh = "【示范珠宝】{称呼|您好}，礼遇至{截止}，{门店}。拒收请回复R"
en = "【Demo】{salutation|Hello}, until {deadline}, {store}. Reply R to opt out"
"#;

/// One customer of each tier for G1, C5 for G2, C6 for nobody, and the plan.
async fn shop() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let csv = "customer_id,name,tier,phone,tags\n\
               C1,一,S,10000000001,\nC2,二,A,10000000002,\nC3,三,B,10000000003,\nC4,四,C,10000000004,\n\
               C5,五,A,10000000005,\nC6,六,A,10000000006,\nC7,七,C,,\nC8,八,S,10000000008,COM:安静\n";
    customers::import(&test.db, csv.as_bytes(), &ImportOptions::default(), &mut |_, _| {}).await.unwrap();
    assign(&test, &["C1", "C2", "C3", "C4", "C7", "C8"], "G1").await;
    assign(&test, &["C5"], "G2").await;
    crate::support::publish_texts(&test, What::Templates, &[TEXT]).await;
    crate::support::publish_texts(&test, What::Plans, &[PLAN]).await;
    test
}

fn request(change: impl FnOnce(&mut Request)) -> Request {
    let mut request = Request {
        plan: PlanId::new("X4").unwrap(),
        who: Who::default(),
        from_on: day(TODAY),
        dispatch: "X4-2026-08-12".to_owned(),
        by: "顾南星".to_owned(),
        why: Some("七夕".to_owned()),
        channel: None,
        text_list: None,
    };
    change(&mut request);
    request
}

fn to(tiers: &[Tier]) -> Request {
    request(|request| request.who.tiers = tiers.to_vec())
}

async fn ask(test: &TestDb, request: &Request) -> Result<Preview, String> {
    preview(&test.db, request, moment(TODAY)).await.map_err(|error| error.to_string())
}

async fn carry_out(test: &TestDb, request: &Request) -> u64 {
    let preview = ask(test, request).await.unwrap();
    send(&test.db, &preview, &mut |_| {}).await.unwrap()
}

async fn dispatched(test: &TestDb, feed: &str, customer: &str) -> Vec<Dispatched> {
    let facts = facts_of(&test.db, feed, customer).await;
    facts.into_iter().filter_map(|f| if let FactBody::Dispatched(sent) = f.body { Some(sent) } else { None }).collect()
}

fn counts<const N: usize>(of: [(&str, u64); N]) -> BTreeMap<String, u64> {
    of.into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect()
}

#[tokio::test]
async fn each_tier_is_sent_the_plan_over_its_own_channel() {
    let test = shop().await;
    let preview = ask(&test, &to(&[Tier::S, Tier::A, Tier::B])).await.unwrap();
    assert_eq!(preview.counts.n_selected, 6);
    assert_eq!(preview.counts.queued, BTreeMap::from([("group", 1), ("phone", 1), ("wecom", 2)]));
    assert_eq!(preview.counts.by_guide, BTreeMap::from([(guide_id("G1"), 3), (guide_id("G2"), 1)]));
    assert_eq!(preview.counts.left_out, counts([("no_guide", 1), ("not_in_audience", 1)]));
    assert!(dispatched(&test, "G1", "C1").await.is_empty(), "a preview sends nothing");
    assert_eq!(send(&test.db, &preview, &mut |_| {}).await.unwrap(), 4);
    for (feed, customer, channel) in
        [("G1", "C1", Channel::Phone), ("G1", "C2", Channel::Wecom), ("G1", "C3", Channel::Group)]
    {
        let sent = dispatched(&test, feed, customer).await;
        assert_eq!((sent[0].channel, sent[0].from_on, sent.len()), (Some(channel), day(TODAY), 1), "{customer}");
        assert_eq!((sent[0].by.as_str(), sent[0].why.as_deref()), ("顾南星", Some("七夕")));
    }
    assert_eq!(
        facts_of(&test.db, "G2", "C5").await[0].id,
        OpId::of_record("dispatched", &customer_id("C5"), "X4-2026-08-12")
    );
    assert!(dispatched(&test, "G1", "C8").await.is_empty());
}

#[tokio::test]
async fn the_guide_s_queue_holds_what_was_sent() {
    let test = shop().await;
    carry_out(&test, &to(&[Tier::S])).await;
    let mut conn = test.db.conn().await.unwrap();
    let files = file::of_feed(&mut conn, "G1").await.unwrap();
    let rules = desk::chain_rules(&mut conn, moment(TODAY).zone).await.unwrap();
    let task = customer_day(&files[&customer_id("C1")], &rules, day(TODAY)).task.unwrap();
    assert_eq!((task.dues[0].plan.as_str(), task.channel), ("X4", Channel::Phone));
}

#[tokio::test]
async fn sending_again_does_nothing_twice_and_goes_on_where_a_run_broke_off() {
    let test = shop().await;
    let request = to(&[Tier::S, Tier::A, Tier::B]);
    let other_words = Request { why: Some("别的".to_owned()), by: "别人".to_owned(), ..request.clone() };
    let whole = ask(&test, &request).await.unwrap();
    let late = ask(&test, &other_words).await.unwrap();
    // a run that broke off after the first guide's batch
    let first = Preview { facts: whole.facts[..2].to_vec(), ..whole.clone() };
    assert_eq!(send(&test.db, &first, &mut |_| {}).await.unwrap(), 2);
    let again = ask(&test, &request).await.unwrap();
    assert_eq!((again.counts.n_there, again.facts.len()), (2, 2));
    assert_eq!(send(&test.db, &again, &mut |_| {}).await.unwrap(), 2);
    let before = (head(&test.db, "G1").await, head(&test.db, "G2").await);
    assert_eq!(carry_out(&test, &other_words).await, 0);
    // also a preview of before that is carried out late
    assert_eq!(send(&test.db, &late, &mut |_| {}).await.unwrap(), 0);
    assert_eq!((head(&test.db, "G1").await, head(&test.db, "G2").await), before);
    let another = Request { dispatch: "another".to_owned(), ..request };
    assert_eq!(carry_out(&test, &another).await, 4);
}

#[tokio::test]
async fn the_preview_and_the_queue_ask_one_gate() {
    let hub = TestHub::serve(shop().await).await;
    let test = &hub.test_db;
    let terminal = hub.terminal("G1").await;
    let say = |customer: &str, code| terminal.outcome(customer, TODAY, |outcome| outcome.code = code);
    let ops = [
        say("C1", OutcomeCode::Interested),
        say("C2", OutcomeCode::DoNotContact),
        terminal.outcome("C3", TODAY, |outcome| {
            outcome.code = OutcomeCode::Complaint;
            outcome.purpose = Some(Purpose::Answer);
        }),
    ];
    assert_eq!(results(&terminal.push(&ops).await), ["applied"; 3]);
    let preview = ask(test, &to(&[Tier::S, Tier::A, Tier::B])).await.unwrap();
    assert_eq!(preview.counts.held, counts([("touch_cap", 1)]));
    let left_out = counts([("do_not_contact", 1), ("no_guide", 1), ("not_in_audience", 1), ("open_complaint", 1)]);
    assert_eq!(preview.counts.left_out, left_out);
    assert_eq!(preview.counts.queued, BTreeMap::from([("phone", 1), ("wecom", 1)]));
    send(&test.db, &preview, &mut |_| {}).await.unwrap();
    let mut conn = test.db.conn().await.unwrap();
    let files = file::of_feed(&mut conn, "G1").await.unwrap();
    let rules = desk::chain_rules(&mut conn, moment(TODAY).zone).await.unwrap();
    let of_day = customer_day(&files[&customer_id("C1")], &rules, day(TODAY));
    assert!(of_day.task.is_none() && of_day.held.len() == 1, "it waits among the held: {of_day:?}");
}

#[tokio::test]
async fn customers_are_selected_by_all_that_is_named() {
    let test = shop().await;
    let n = async |change: fn(&mut Request)| {
        let mut request = request(|_| {});
        request.channel = Some(Channel::Wecom);
        change(&mut request);
        let counts = ask(&test, &request).await.unwrap().counts;
        (counts.n_selected, counts.queued.values().sum::<u64>())
    };
    let ids =
        |ids: &[&str]| Some(ids.iter().map(|id| customer_id(id)).collect::<std::collections::BTreeSet<CustomerId>>());
    assert_eq!(n(|request| request.who.guide = Some(guide_id("G2"))).await, (1, 1));
    assert_eq!(n(|request| request.who.store = Some(crate::support::store_id())).await, (7, 6));
    assert_eq!(n(|request| request.who.audience = Condition::parse("tier == 'C'", Scope::Customer).ok()).await, (2, 2));
    let named = async |named: &[&str], tiers: &[Tier]| {
        let mut request = to(tiers);
        request.who.customers = ids(named);
        request.channel = Some(Channel::Phone);
        ask(&test, &request).await
    };
    assert_eq!(named(&["C1", "C4", "C6"], &[]).await.unwrap().counts.n_selected, 3);
    assert_eq!(named(&["C1", "C4", "C6"], &[Tier::S]).await.unwrap().counts.n_selected, 1);
    assert!(named(&["C1", "C99"], &[]).await.unwrap_err().contains("no such customers: C99"));
}

#[tokio::test]
async fn tier_c_becomes_a_list_of_text_messages_without_those_who_cannot_get_one() {
    let test = shop().await;
    let error = ask(&test, &to(&[Tier::C])).await.unwrap_err();
    assert!(error.contains("2 of the customers are of tier C") && error.contains("--sms-list"), "{error}");
    let listed = Request { text_list: Some(TextList { template: None, lang: Lang::Zh }), ..to(&[Tier::S, Tier::C]) };
    let preview = ask(&test, &listed).await.unwrap();
    assert_eq!((preview.counts.n_texts, preview.counts.queued["phone"]), (1, 1));
    assert_eq!(preview.counts.left_out, counts([("no_phone", 1), ("not_in_audience", 1)]));
    assert_eq!(preview.texts[0].phone, "10000000004");
    assert_eq!(preview.texts[0].text, "【示范珠宝】您好，礼遇至8月22日，云杉路店。拒收请回复R");
    let csv = "customer_id,kind,on,channel,allowed\nC4,consent,2026-08-01,sms,no\n";
    guide_hub::import::records::import(&test.db, csv.as_bytes(), &ImportOptions::default(), &mut |_, _| {})
        .await
        .unwrap();
    let preview = ask(&test, &listed).await.unwrap();
    assert_eq!(preview.counts.left_out, counts([("no_consent", 1), ("no_phone", 1), ("not_in_audience", 1)]));
    assert!(preview.texts.is_empty());
    assert!(dispatched(&test, "G1", "C4").await.is_empty(), "no guide is asked to text");
}

#[tokio::test]
async fn a_script_with_a_gap_is_left_out_and_counted() {
    let test = shop().await;
    let gap =
        TEXT.replace("{称呼|您好}", "{券码}").replace("{salutation|Hello}", "{coupon_code}").replace("T90", "T91");
    crate::support::publish_texts(&test, What::Templates, &[&gap]).await;
    let template = Some("T91".parse().unwrap());
    let listed = Request { text_list: Some(TextList { template, lang: Lang::Zh }), ..to(&[Tier::C]) };
    let preview = ask(&test, &listed).await.unwrap();
    assert_eq!(preview.counts.left_out, counts([("no_phone", 1), ("script_gap", 1)]));
}

#[tokio::test]
async fn a_message_that_lint_stops_is_left_out_and_counted() {
    let test = shop().await;
    let listed = Request { text_list: Some(TextList { template: None, lang: Lang::Zh }), ..to(&[Tier::C]) };
    let words = "version = 1\n[[words]]\nrule = \"absolute_claim\"\nfind = [\"云杉路店\"]\n\
                 fix = { zh = \"不\", en = \"no\" }\n";
    crate::support::publish_texts(&test, What::Lint, &[words]).await;
    let preview = ask(&test, &listed).await.unwrap();
    assert_eq!(preview.counts.left_out, counts([("no_phone", 1), ("script_absolute_claim", 1)]));
}

#[tokio::test]
async fn customers_who_wait_for_a_throttled_plan_are_sent_it() {
    let test = shop().await;
    let throttled = PLAN.replace("version = 1", "version = 2\nthrottle = 1");
    crate::support::publish_texts(&test, What::Plans, &[&throttled]).await;
    let preview = ask(&test, &to(&[Tier::S, Tier::A, Tier::B])).await.unwrap();
    assert_eq!(preview.counts.queued.values().sum::<u64>(), 4);
}

#[tokio::test]
async fn a_plan_that_waits_for_no_dispatch_is_not_sent() {
    let test = shop().await;
    let plan = PLAN.replace("\"X4\"", "\"X5\"").replace("on = \"dispatch\"", "on = \"purchase\"");
    crate::support::publish_texts(&test, What::Plans, &[&plan]).await;
    let other = |id: &str| Request { plan: PlanId::new(id).unwrap(), ..to(&[Tier::S]) };
    assert!(ask(&test, &other("X5")).await.unwrap_err().contains("would start nothing"));
    assert!(ask(&test, &other("X9")).await.unwrap_err().contains("no published plan X9"));
}

/// The same shop for the program.
async fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("hub");
    let clock = dir.path().join("clock");
    std::fs::write(&clock, "2026-08-12T10:00:00").unwrap();
    let put = |name: &str, text: &str| {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let csv = put("c.csv", "customer_id,name,tier,phone\nC1,一,S,10000000001\nC4,四,C,10000000004\n");
    let (template, plan) = (put("t.toml", TEXT), put("p.toml", PLAN));
    for args in [
        &["store", "add", "--id", "S1", "--name", "云杉路店"][..],
        &["guide", "add", "--id", "G1", "--name", "林", "--store", "S1"],
        &["import", "customers", &csv],
        &["guide", "assign", "--unassigned", "--to", "G1"],
        &["publish", "templates", &template],
        &["publish", "plans", &plan],
    ] {
        hub_command(&data, args).check(0, "");
    }
    (dir, data)
}

#[tokio::test]
async fn the_command_shows_the_counts_and_writes_the_list() {
    let (dir, data) = folder().await;
    let clock = dir.path().join("clock");
    let list = dir.path().join("list.csv");
    let hub = |args: &[&str]| {
        let clock = ["--clock", "virtual", "--clock-file", clock.to_str().unwrap()];
        hub_command(&data, &[args, &clock].concat())
    };
    let all = ["dispatch", "X4", "--tier", "S,C", "--why", "七夕", "--sms-list", list.to_str().unwrap()];
    hub(&[&all[..], &["--dry-run"]].concat()).check(0, "dry run: nothing was sent");
    assert!(!list.exists());
    let sent = hub(&all);
    sent.check(0, "1 customers were sent the plan");
    sent.check(0, "X4 as X4-2026-08-12, counted from 2026-08-12");
    let text = std::fs::read_to_string(&list).unwrap();
    assert_eq!(text, "phone,text\n10000000004,【示范珠宝】您好，礼遇至8月22日，云杉路店。拒收请回复R\n");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&list).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "phone numbers are for nobody else to read");
    let again = hub(&[&all[..], &["--json"]].concat()).json();
    assert_eq!((&again["n_written"], &again["n_there"], &again["n_texts"]), (&0.into(), &1.into(), &1.into()));
    assert_eq!(std::fs::read_to_string(&list).unwrap(), text);
    let ids = dir.path().join("ids.csv");
    std::fs::write(&ids, "会员号,备注\nC1,x\n").unwrap();
    hub(&["dispatch", "X4", "--customers", ids.to_str().unwrap(), "--id", "d2"]).check(0, "1 customers were sent");
    hub(&["dispatch", "X4", "--customers", "C1,C9"]).check(1, "no such customers: C9");
    hub(&["dispatch", "X4", "--customers", "C1", "--on", "2026-08-11"]).check(1, "2026-08-11 is over");
    hub(&["dispatch", "X4", "--audience", "colour == 'red'"]).check(1, "--audience, character 1:");
    hub(&["dispatch", "X4"]).check(2, "--tier");
}

#[tokio::test]
async fn a_rush_is_asked_for_listed_and_taken_back() {
    let (dir, data) = folder().await;
    let clock = dir.path().join("clock");
    let hub = |args: &[&str]| {
        let clock = ["--clock", "virtual", "--clock-file", clock.to_str().unwrap()];
        hub_command(&data, &[args, &clock].concat())
    };
    hub(&["rush", "list"]).check(0, "CUSTOMER");
    hub(&["rush", "C9", "--why", "急"]).check(1, "there is no customer C9");
    hub(&["rush", "C1"]).check(2, "--why");
    hub(&["rush", "C1", "--why", " "]).check(1, "--why");
    hub(&["rush", "C1", "--why", "急", "--until", "2026-08-11"]).check(1, "is over");
    let asked = hub(&["rush", "C1", "--why", "客户在等", "--by", "顾南星", "--json"]).json();
    assert_eq!((&asked["guide"], &asked["until_on"]), (&"G1".into(), &"2026-08-15".into()));
    hub(&["rush", "list"]).check(0, "客户在等");
    let id = asked["id"].as_str().unwrap();
    hub(&["rush", "take-back", id]).check(0, "taken back");
    hub(&["rush", "take-back", id]).check(0, "taken back");
    let left = hub(&["rush", "list", "--json"]).json();
    assert_eq!(left["rushes"].as_array().unwrap().len(), 0);
    hub(&["rush", "take-back", "01a2003e-d40c-74b5-ae85-bec79437975f"]).check(1, "guide-hub rush list");
}

const ON_PURCHASE: &str = r#"
id = "X6"
version = 1
name = { zh = "回访", en = "Call" }
[trigger]
on = "purchase"
[[step]]
id = "call"
offset = "0d"
until = "+7d"
purpose = "promo"
channels = ["phone"]
"#;

#[tokio::test]
async fn a_rush_says_what_the_guide_will_see_of_it_and_the_same_again_is_refused() {
    let (dir, data) = folder().await;
    let clock = dir.path().join("clock");
    let hub = |args: &[&str]| {
        let clock = ["--clock", "virtual", "--clock-file", clock.to_str().unwrap()];
        hub_command(&data, &[args, &clock].concat())
    };
    let put = |name: &str, text: &str| {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let rush = |customer: &str| hub(&["rush", customer, "--why", "客户在等"]);
    rush("C1").check(0, "C1 has nothing due today: G1 sees nothing of the rush unless a step falls due by 2026-08-15");
    hub(&["publish", "plans", &put("x6.toml", ON_PURCHASE)]).check(0, "");
    hub(&[
        "import",
        "purchases",
        &put("p.csv", "customer_id,purchased_on,amount\nC1,2026-08-10,10\nC4,2026-08-10,10\n"),
    ])
    .check(0, "2 new");
    let again = rush("C1");
    again.check(1, "this rush for C1 stands already until 2026-08-15");
    again.check(1, "guide-hub rush take-back");
    hub(&["rush", "C1", "--why", "更急"]).check(0, "C1 stands on top for G1 until 2026-08-15; rush");
    let refused = "customer_id,kind,on,scope,allowed\nC4,consent,2026-08-01,phone,false\n";
    hub(&["import", "records", &put("r.csv", refused)]).check(0, "1 new");
    let held = rush("C4");
    held.check(0, "C4 is held for G1");
    held.check(0, "the row carries the rush, the gate still holds it");
    let json = hub(&["rush", "C4", "--why", "再催", "--json"]).json();
    assert_eq!(json["shows"], "held");
    hub(&["rush", "list"]).check(0, "更急");
}

#[tokio::test]
async fn a_list_of_customers_that_is_not_there_is_called_missing() {
    let (_dir, data) = folder().await;
    let missing = hub_command(&data, &["dispatch", "X4", "--customers", "nope.csv"]);
    missing.check(1, "--customers: there is no file nope.csv");
    assert!(!missing.text().contains("no such customers"));
    hub_command(&data, &["dispatch", "X4", "--customers", "C9"]).check(1, "no such customers: C9");
}

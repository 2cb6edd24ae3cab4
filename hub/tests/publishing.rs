//! Publishing plans, templates, settings, lint words and the gold price: all files or none, and an error names file and
//! line.

use guide_common::calendar::Calendar;
use guide_common::demo;
use guide_common::fact::Fact;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::settings::{GoldPrice, Settings};
use guide_hub::db::feed::{POOL, SHARED};
use guide_hub::db::file;
use guide_hub::publish::{Published, Publishing, Running, Source, What, publish};

use crate::support::{TODAY, TestDb, day, head, hub_command, profile_in_feed};

fn source(file: &str, text: &str) -> Source {
    Source { file: file.into(), text: text.to_owned() }
}

/// A plan of one step that says T03.
const SMALL: &str = r#"
id = "X1"
version = 1
name = { zh = "回访", en = "Call" }
priority = 80
[trigger]
on = "purchase"
[[step]]
id = "call"
offset = "+3d"
until = "+7d"
channels = ["wecom"]
template = "T03"
"#;

fn small(id: &str, version: u32, change: impl Fn(String) -> String) -> Source {
    let text = SMALL.replace("\"X1\"", &format!("\"{id}\"")).replace("version = 1", &format!("version = {version}"));
    source(&format!("{id}.toml"), &change(text))
}

fn on(date: &str, running: Running) -> Publishing {
    Publishing { running, today: day(date) }
}

async fn put(test: &TestDb, what: What, sources: &[Source], publishing: Publishing) -> Result<Vec<Published>, String> {
    publish(&test.db, what, sources, publishing).await.map_err(|error| error.to_string())
}

async fn plans(test: &TestDb, sources: &[Source]) -> Result<Vec<Published>, String> {
    put(test, What::Plans, sources, on(TODAY, Running::Keep)).await
}

async fn with_templates() -> TestDb {
    let test = TestDb::new().await;
    let templates: Vec<Source> = demo::template_files().into_iter().map(|(name, text)| source(name, text)).collect();
    put(&test, What::Templates, &templates, on(TODAY, Running::Keep)).await.unwrap();
    test
}

async fn published(test: &TestDb, id: &str) -> Plan {
    let plans = file::plans(&mut test.db.conn().await.unwrap()).await.unwrap();
    plans.into_iter().find(|plan| plan.id.as_str() == id).unwrap()
}

#[track_caller]
fn line(text: &str, words: &str) -> usize {
    1 + text.lines().position(|line| line.contains(words)).unwrap()
}

#[tokio::test]
async fn the_same_content_again_changes_nothing() {
    let test = with_templates().await;
    let first = plans(&test, &[small("X1", 1, |text| text)]).await.unwrap();
    assert_eq!((first[0].id.as_str(), first[0].did), ("X1", "new"));
    let head_before = head(&test.db, SHARED).await;
    let commented = small("X1", 1, |text| format!("# a comment is no content\n{text}"));
    let later = put(&test, What::Plans, &[commented], on("2026-09-01", Running::Keep)).await.unwrap();
    assert_eq!(later[0].did, "unchanged");
    assert_eq!(head(&test.db, SHARED).await, head_before);
}

#[tokio::test]
async fn other_content_needs_a_higher_version_and_the_error_names_its_line() {
    let test = with_templates().await;
    plans(&test, &[small("X1", 1, |text| text)]).await.unwrap();
    let change = |text: String| text.replace("priority = 80", "priority = 70");
    let error = plans(&test, &[small("X1", 1, change)]).await.unwrap_err();
    assert!(error.contains("X1.toml: line 3: version 1 of X1") && error.contains("set version = 2"), "{error}");
    assert_eq!(plans(&test, &[small("X1", 2, change)]).await.unwrap()[0].did, "changed");
    let error = plans(&test, &[small("X1", 1, |text| text)]).await.unwrap_err();
    assert!(error.contains("set version = 3"), "an older version does not come back: {error}");
}

#[tokio::test]
async fn a_plan_that_names_an_unpublished_template_is_refused_with_its_line_also_in_a_variant() {
    let test = TestDb::new().await;
    let error = plans(&test, &[small("X1", 1, |text| text)]).await.unwrap_err();
    assert!(error.contains(&format!("X1.toml: line {}: the template T03", line(SMALL, "T03"))), "{error}");
    let test = with_templates().await;
    let variant = "[[step.variant]]\nwhen = \"tier == 'S'\"\ntemplate = \"T99\"\n";
    let with_variant = small("X1", 1, |text| format!("{text}{variant}"));
    let error = plans(&test, std::slice::from_ref(&with_variant)).await.unwrap_err();
    assert!(error.contains(&format!("line {}: the template T99", line(&with_variant.text, "T99"))), "{error}");
}

#[tokio::test]
async fn nothing_is_published_when_any_file_is_bad() {
    let test = with_templates().await;
    let head_before = head(&test.db, SHARED).await;
    let good = small("X1", 1, |text| text);
    let bad = small("X2", 1, |text| format!("colour = \"red\"{text}"));
    let error = plans(&test, &[good.clone(), bad]).await.unwrap_err();
    assert!(error.contains("X2.toml: line 1") && error.contains("nothing was published"), "{error}");
    let twice = plans(&test, &[good.clone(), source("b.toml", &good.text)]).await.unwrap_err();
    assert!(twice.contains("b.toml: line 2: X1 is also in X1.toml"), "{twice}");
    assert_eq!(head(&test.db, SHARED).await, head_before);
}

#[tokio::test]
async fn running_customers_keep_their_version_unless_they_are_to_migrate() {
    let test = with_templates().await;
    let version = |n: u32| small("X1", n, move |text| text.replace("+7d", &format!("+{}d", 7 + n)));
    plans(&test, &[version(1)]).await.unwrap();
    let first = published(&test, "X1").await;
    assert_eq!(first.earlier, None);
    put(&test, What::Plans, &[version(2)], on("2026-08-20", Running::Keep)).await.unwrap();
    let second = published(&test, "X1").await;
    let earlier = second.earlier.clone().unwrap();
    assert_eq!((earlier.before_on, &earlier.plan), (day("2026-08-20"), &first));
    put(&test, What::Plans, &[version(3)], on("2026-08-20", Running::Keep)).await.unwrap();
    let third = published(&test, "X1").await;
    assert_eq!(third.earlier.unwrap().plan, first, "no run began between two publications of one day");
    put(&test, What::Plans, &[version(4)], on("2026-09-01", Running::Keep)).await.unwrap();
    let fourth = published(&test, "X1").await.earlier.unwrap().plan;
    assert_eq!((fourth.version, fourth.earlier.unwrap().plan), (3, first));
    put(&test, What::Plans, &[version(5)], on("2026-09-02", Running::Migrate)).await.unwrap();
    assert_eq!(published(&test, "X1").await.earlier, None);
}

#[tokio::test]
async fn customers_who_kept_their_version_can_migrate_later_without_another_version() {
    let test = with_templates().await;
    plans(&test, &[small("X1", 1, |text| text)]).await.unwrap();
    let second = small("X1", 2, |text| text.replace("+7d", "+9d"));
    plans(&test, std::slice::from_ref(&second)).await.unwrap();
    assert_eq!(plans(&test, std::slice::from_ref(&second)).await.unwrap()[0].did, "unchanged");
    assert!(published(&test, "X1").await.earlier.is_some());
    let again = put(&test, What::Plans, &[second], on("2026-09-01", Running::Migrate)).await.unwrap();
    assert_eq!((again[0].did, published(&test, "X1").await.earlier), ("changed", None));
}

#[tokio::test]
async fn a_long_row_of_versions_stays_short_enough_to_be_read() {
    let test = with_templates().await;
    for version in 1..=40 {
        let source = small("X1", version, |text| text.replace("priority = 80", &format!("priority = {version}")));
        let date = (day("2026-01-01") + chrono::Days::new(version.into())).to_string();
        put(&test, What::Plans, &[source], on(&date, Running::Keep)).await.unwrap();
    }
    let mut plan = published(&test, "X1").await;
    let mut versions = vec![plan.version];
    while let Some(earlier) = plan.earlier.take() {
        plan = earlier.plan;
        versions.push(plan.version);
    }
    assert_eq!(versions, (24..=40).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_throttled_or_dormant_plan_starts_on_the_day_of_its_first_publication() {
    let test = with_templates().await;
    let throttled = |version| small("X1", version, |text| format!("throttle = {version}\n{text}"));
    let dormant = small("X2", 1, |text| text.replace("on = \"purchase\"", "on = \"dormant\"\ndays = 270"));
    let named = small("X3", 1, |text| format!("starts_on = \"2026-01-01\"\nthrottle = 3\n{text}"));
    plans(&test, &[throttled(1), dormant, named, small("X4", 1, |text| text)]).await.unwrap();
    let starts_on = async |id| published(&test, id).await.starts_on;
    assert_eq!(starts_on("X1").await, Some(day(TODAY)));
    assert_eq!(starts_on("X2").await, Some(day(TODAY)));
    assert_eq!(starts_on("X3").await, Some(day("2026-01-01")));
    assert_eq!(starts_on("X4").await, None);
    put(&test, What::Plans, &[throttled(2)], on("2026-09-01", Running::Keep)).await.unwrap();
    assert_eq!(starts_on("X1").await, Some(day(TODAY)), "a further version starts nobody again");
    let again = put(&test, What::Plans, &[throttled(2)], on("2026-10-01", Running::Keep)).await.unwrap();
    assert_eq!(again[0].did, "unchanged");
}

#[tokio::test]
async fn a_migration_to_another_throttle_leaves_the_days_before_it_their_own() {
    let test = with_templates().await;
    let throttled = |version, n| {
        let steps = |text: String| text.replace("+7d", &format!("+{}d", 7 + version));
        small("X1", version, |text| format!("throttle = {n}\n{}", steps(text)))
    };
    plans(&test, &[throttled(1, 1)]).await.unwrap();
    for (version, n, date) in [(2, 4, "2026-09-01"), (3, 4, "2026-09-10"), (4, 2, "2026-09-20"), (5, 3, "2026-09-20")] {
        put(&test, What::Plans, &[throttled(version, n)], on(date, Running::Migrate)).await.unwrap();
    }
    let plan = published(&test, "X1").await;
    let on_day = |date| plan.throttle_on(day(date));
    assert_eq!(["2026-08-31", "2026-09-01", "2026-09-19", "2026-09-20"].map(on_day), [1, 4, 4, 3].map(Some));
    let versions = std::iter::successors(Some(&plan), |plan| plan.earlier.as_deref().map(|earlier| &earlier.plan));
    assert!(versions.into_iter().all(|version| version.steps == plan.steps && version.version == 5));
    let again = put(&test, What::Plans, &[throttled(5, 3)], on("2026-10-01", Running::Migrate)).await.unwrap();
    assert_eq!(again[0].did, "unchanged");
}

#[tokio::test]
async fn plans_that_do_not_fit_together_are_refused_with_file_and_line() {
    let test = with_templates().await;
    let calls = small("X1", 1, |text| format!("{text}recovery = \"X2\"\n"));
    let error = plans(&test, std::slice::from_ref(&calls)).await.unwrap_err();
    let expected = format!("X1.toml: line {}: it names the plan X2, which is not published", line(&calls.text, "X2"));
    assert!(error.contains(&expected), "{error}");
    let answers = |version| small("X2", version, |text| text.replace("on = \"purchase\"", "on = \"outcome\""));
    plans(&test, &[calls, answers(1)]).await.unwrap();
    let deaf = small("X2", 2, |text| text);
    let error = plans(&test, &[deaf]).await.unwrap_err();
    assert!(error.contains("the published plan X1: the recovery of \"call\""), "{error}");
    plans(&test, &[small("X3", 1, |text| text)]).await.unwrap();
}

const TEMPLATE: &str = r#"
id = "T90"
version = 1
name = { zh = "最佳", en = "best" }
channel = "wecom"
[text]
zh = """
您好，
全城最低"""
en = "Hello"
"#;

#[tokio::test]
async fn a_template_that_says_what_it_must_not_is_refused_with_line_and_fix() {
    let test = TestDb::new().await;
    let templates =
        async |text: &str| put(&test, What::Templates, &[source("T90.toml", text)], on(TODAY, Running::Keep)).await;
    let error = templates(TEMPLATE).await.unwrap_err();
    let expected = format!("T90.toml: line {}: absolute_claim \"全城最低\": ", line(TEMPLATE, "全城最低"));
    assert!(error.contains(&expected) && error.contains("superlative"), "{error}");
    let pressing = TEMPLATE.replace("全城最低", "再不买就没了");
    let warned = templates(&pressing).await.unwrap();
    assert_eq!(warned[0].did, "new");
    assert!(warned[0].warnings[0].contains("pressure"), "{:?}", warned[0].warnings);
}

#[tokio::test]
async fn published_lint_words_take_the_place_of_the_program_s() {
    let test = TestDb::new().await;
    let words = "version = 1\n[[words]]\nrule = \"pressure\"\nfind = [\"您好\"]\n\
                 fix = { zh = \"不\", en = \"no\" }\n";
    let put =
        async |what, file: &str, text: &str| put(&test, what, &[source(file, text)], on(TODAY, Running::Keep)).await;
    let error = put(What::Lint, "lint.toml", &words.replace("pressure", "taste")).await.unwrap_err();
    assert!(error.contains("lint.toml: line 3"), "{error}");
    assert_eq!(put(What::Lint, "lint.toml", words).await.unwrap()[0].did, "new");
    let warned = put(What::Templates, "T90.toml", TEMPLATE).await.unwrap();
    assert!(warned[0].warnings[0].contains("\"您好\": no"), "{:?}", warned[0].warnings);
    assert_eq!(put(What::Lint, "lint.toml", words).await.unwrap()[0].did, "unchanged");
}

#[tokio::test]
async fn settings_are_one_entity_that_grows_by_version() {
    let test = TestDb::new().await;
    let settings =
        async |text: &str| put(&test, What::Settings, &[source("s.toml", text)], on(TODAY, Running::Keep)).await;
    let stored = async || file::settings(&mut test.db.conn().await.unwrap()).await.unwrap();
    assert_eq!(stored().await, Settings::default());
    let error = settings("version = 1\ntouch_gap_days = 99\n").await.unwrap_err();
    assert!(error.contains("s.toml: line 2"), "{error}");
    assert_eq!(settings("version = 1\ntouch_gap_days = 5\n").await.unwrap()[0].did, "new");
    assert_eq!((stored().await.touch_gap_days, stored().await.promo_max), (5, 2));
    assert!(settings("version = 1\ntouch_gap_days = 6\n").await.unwrap_err().contains("set version = 2"));
    let (name, text) = demo::settings_file();
    let of_demo = source(name, &text.replace("version = 1", "version = 2"));
    assert_eq!(put(&test, What::Settings, &[of_demo], on(TODAY, Running::Keep)).await.unwrap()[0].did, "changed");
}

#[tokio::test]
async fn a_gold_price_takes_the_place_of_the_one_before_and_is_never_set_for_later() {
    let test = TestDb::new().await;
    let now = day(TODAY).and_hms_opt(10, 0, 0).unwrap();
    let price = |fen, hour| GoldPrice { price_fen: fen, at: day(TODAY).and_hms_opt(hour, 0, 0).unwrap() };
    assert_eq!(guide_hub::price::set(&test.db, price(103_450, 9), now).await.unwrap(), None);
    assert_eq!(guide_hub::price::set(&test.db, price(103_500, 10), now).await.unwrap(), Some(price(103_450, 9)));
    assert!(guide_hub::price::set(&test.db, price(103_500, 11), now).await.unwrap_err().to_string().contains("future"));
    assert!(guide_hub::price::set(&test.db, price(0, 9), now).await.is_err());
    let stored = file::gold_price(&mut test.db.conn().await.unwrap()).await.unwrap();
    assert_eq!(stored, Some(price(103_500, 10)));
}

#[test]
fn the_price_is_set_and_shown_by_the_virtual_clock() {
    let dir = tempfile::tempdir().unwrap();
    let clock = dir.path().join("clock");
    let hub = |time: &str, args: &[&str]| {
        std::fs::write(&clock, time).unwrap();
        let clock = ["--clock", "virtual", "--clock-file", clock.to_str().unwrap()];
        hub_command(&dir.path().join("hub"), &[args, &clock].concat())
    };
    hub("2026-08-12T10:00:00", &["store", "add", "--id", "S1", "--name", "云杉路店"]).check(0, "");
    hub("2026-08-12T10:00:00", &["price", "show"]).check(0, "no gold price is set");
    hub("2026-08-12T10:00:00", &["price", "set", "1034.50"]).check(0, "1,034.50 yuan a gram of 2026-08-12 10:00\n");
    hub("2026-08-12T10:31:00", &["price", "show"]).check(0, "2026-08-12 10:00, 31 min old");
    hub("2026-08-12T10:31:00", &["price", "set", "1035", "--at", "2026-08-12T10:30"]).check(0, "before 1,034.50");
    hub("2026-08-14T11:00:00", &["price", "show", "--json"]).check(0, "\"price_fen\":103500");
    hub("2026-08-14T11:00:00", &["price", "show"]).check(0, "2 days old");
    hub("2026-08-12T10:31:00", &["price", "set", "much"]).check(1, "is no price");
}

#[tokio::test]
async fn the_demo_fills_an_empty_hub_only_with_all_that_it_has() {
    let test = TestDb::new().await;
    let chain = demo::chain(demo::SEED, Lang::Zh);
    let summary = guide_hub::import::demo::import(&test.db, demo::SEED, Lang::Zh).await.unwrap();
    assert_eq!((summary.n_stores, summary.n_guides, summary.n_customers), (3, 5, 600));
    let mut conn = test.db.conn().await.unwrap();
    assert_eq!(file::gold_price(&mut conn).await.unwrap(), Some(chain.gold_price));
    assert!(!file::settings(&mut conn).await.unwrap().tag_groups.is_empty());
    let mut n_facts = 0;
    for (guide, file) in chain.files() {
        let feed = guide.as_ref().map_or(POOL, |guide| guide.as_str());
        let stored = file::of_customers(&mut conn, feed, &[file.customer.id.as_str()]).await.unwrap();
        let (mut stored, mut expected) = (stored[&file.customer.id].facts.clone(), file.facts);
        stored.sort_by_key(Fact::order);
        expected.sort_by_key(Fact::order);
        assert_eq!(stored, expected);
        n_facts += stored.len();
    }
    for guide in &chain.guides {
        let profile = profile_in_feed(&test.db, guide.id.as_str()).await;
        assert_eq!(&profile, guide);
        let facts = file::guide_facts(&mut conn, guide.id.as_str()).await.unwrap();
        let calendar = Calendar::of(&profile.days_off, &facts, demo::d0());
        assert_eq!(calendar, chain.calendar(&guide.id, demo::d0()));
        n_facts += facts.len();
    }
    let n_undos = chain.ops.iter().filter(|(_, op)| op.kind == "undo").count();
    assert_eq!(n_facts, summary.n_records + summary.n_ops - n_undos);
    drop(conn);
    let again = guide_hub::import::demo::import(&test.db, demo::SEED, Lang::Zh).await;
    assert!(again.unwrap_err().to_string().contains("empty"));
}

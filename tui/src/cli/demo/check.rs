//! `guide demo --check`: ten tasks with ten outcome codes, the last five without a hub, the daemon killed; then every
//! figure of both sides is compared.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use guide_common::demo;
use guide_common::id::{DueId, OpId};
use guide_common::outcome::{OutcomeCode, SkipReason};
use guide_common::report::{Figures, Report};
use guide_common::sop::plan::Asks;
use guide_common::time::Period;
use guide_common::wire::local::{SyncStatus, TaskRow};
use guide_common::wire::record::OutcomeRequest;

use crate::cli::context::Context;
use crate::cli::demo::hub::{FeedRow, Inspection};
use crate::cli::demo::stage::Stage;
use crate::cli::demo::verdict::Verdict;
use crate::cli::failure::{Answer, Failure};
use crate::client::Client;
use crate::lang::name::outcome_name;
use crate::text;

/// How many tasks are walked: one for every outcome code.
const N_TASKS: usize = OutcomeCode::ALL.len();
/// How many of them while the hub serves.
const N_WITH_HUB: usize = 5;
/// Which of them is taken back and logged again.
const UNDONE_IDX: usize = 2;
/// How long everything unsent may take to arrive after both have started again.
const ARRIVAL_PATIENCE: Duration = Duration::from_secs(10);
/// How often is asked whether it has.
const PAUSE: Duration = Duration::from_millis(20);
/// What the bought one costs, in fen.
const AMOUNT_FEN: i64 = 128_000;

/// One outcome that the check has logged.
#[derive(Debug)]
struct Logged {
    op_id: OpId,
    code: OutcomeCode,
    task: TaskRow,
}

/// Runs the check.
pub(super) async fn run(guide: Option<&str>, context: &Context) -> Answer<()> {
    let mut verdict = Verdict::new(context);
    let mut stage = Stage::set(guide, demo::SEED, context.lang, None).await?;
    let answer = walk(&mut stage, &mut verdict, context).await;
    stage.strike().await;
    answer?;
    verdict.close()
}

async fn walk(stage: &mut Stage, verdict: &mut Verdict<'_>, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let client = stage.client();
    let today = client.today().await?;
    let day = Period { from: today.on, to: today.on };
    let before = client.report(day, None).await?;
    let n_tasks = today.tasks.len();
    let what = text!(lang, "{} 的今日队列有 {n_tasks} 条任务", "{}'s queue holds {n_tasks} tasks", stage.guide().name);
    verdict.check(&what, n_tasks >= N_TASKS, || text!(lang, "少于 {N_TASKS} 条", "fewer than {N_TASKS}"))?;
    if n_tasks < N_TASKS {
        return Ok(());
    }
    let mut work = today.tasks.into_iter().take(N_TASKS).zip(OutcomeCode::ALL);

    let mut logged = Vec::new();
    for (task, code) in work.by_ref().take(N_WITH_HUB) {
        logged.push(log(&client, task, code, today.on).await?);
    }
    let what = text!(lang, "前 {N_WITH_HUB} 条已保存", "the first {N_WITH_HUB} outcomes are saved");
    verdict.equal(&what, &logged.len(), &N_WITH_HUB)?;
    let undone = undo_and_log_again(&client, &mut logged, today.on, verdict, context).await?;

    let sync = client.sync_now().await?;
    let what = text!(lang, "都已送达总部", "all of them have reached the hub");
    verdict.equal(&what, &sync.n_unsent, &0)?;
    stage.stop_hub().await;
    for (task, code) in work {
        logged.push(log(&client, task, code, today.on).await?);
    }
    let sync = client.sync_now().await?;
    let n_offline = N_TASKS - N_WITH_HUB;
    let what = text!(lang, "总部停机时记的 {n_offline} 条在本机待发", "{n_offline} outcomes logged without a hub wait");
    verdict.equal(&what, &sync.n_unsent, &n_offline)?;

    stage.kill_daemon();
    stage.start_hub().await?;
    stage.start_daemon().await?;
    let client = stage.client();
    let sync = until_nothing_is_unsent(&client).await?;
    let what =
        text!(lang, "后台被强行终止、两边重启后全部送达", "after a kill and a restart of both everything arrives");
    verdict.check(&what, sync.n_unsent == 0, || {
        let error = sync.last_error.as_ref().map(|error| error.detail.as_str()).unwrap_or_default();
        text!(lang, "还有 {} 条待发 {error}", "{} unsent {error}", sync.n_unsent)
    })?;

    let inspection = stage.hub().inspect(stage.guide()).await?;
    outcomes_at_hub(&inspection, &logged, undone, verdict, context)?;
    let hub_report = stage.hub().report(stage.guide(), today.on).await?;
    let report = client.report(day, None).await?;
    reports(&before, &report, &hub_report, &logged, verdict, context)?;
    feeds(&inspection, &client.sync_status().await?, verdict, context)?;
    queue(&client, &logged, verdict, context).await
}

/// Logs an outcome with what its code and its task need.
async fn log(client: &Client, task: TaskRow, code: OutcomeCode, today: NaiveDate) -> Answer<Logged> {
    let saved = client.log_outcome(&task.id.to_string(), &request(&task, code, today)).await?;
    Ok(Logged { op_id: saved.op_id, code, task })
}

fn request(task: &TaskRow, code: OutcomeCode, today: NaiveDate) -> OutcomeRequest {
    let in_days = |n| today.checked_add_days(Days::new(n));
    let asks_score = task.dues.iter().any(|due| due.asks == Some(Asks::Satisfaction));
    let mut request = OutcomeRequest::new(code.names().2);
    request.due_ids = task.dues.iter().map(|due| due.due_id).collect();
    match code {
        OutcomeCode::Interested => request.score = Some(5),
        OutcomeCode::Appointment => {
            request.next_on = in_days(3);
            request.next_time = chrono::NaiveTime::from_hms_opt(14, 30, 0);
        }
        OutcomeCode::Bought => request.amount_fen = Some(AMOUNT_FEN),
        OutcomeCode::CallLater => request.next_on = in_days(1),
        OutcomeCode::Skipped => request.reason = Some(SkipReason::Travelling.names().1.to_owned()),
        _ => {}
    }
    if asks_score && code.completes() && request.score.is_none() {
        request.score = Some(4);
    }
    request
}

/// Takes one outcome back, sees its task in the queue again, and logs it once more. Returns the op that was undone.
async fn undo_and_log_again(
    client: &Client,
    logged: &mut [Logged],
    today: NaiveDate,
    verdict: &mut Verdict<'_>,
    context: &Context,
) -> Answer<OpId> {
    let Some(entry) = logged.get_mut(UNDONE_IDX) else {
        return Err(Failure::Failed("nothing was logged".to_owned()));
    };
    let undone = entry.op_id;
    client.undo(Some(undone)).await?;
    let queue = client.today().await?;
    let is_back = queue.tasks.iter().any(|task| task.customer == entry.task.customer);
    let what = text!(
        context.lang,
        "撤销后任务回到队列，再记一次",
        "an undone outcome brings its task back, and is logged again"
    );
    verdict.check(&what, is_back, || text!(context.lang, "任务没有回来", "the task is not back"))?;
    *entry = log(client, entry.task.clone(), entry.code, today).await?;
    Ok(undone)
}

async fn until_nothing_is_unsent(client: &Client) -> Answer<SyncStatus> {
    let deadline = Instant::now() + ARRIVAL_PATIENCE;
    loop {
        let sync = client.sync_status().await?;
        if sync.n_unsent == 0 || Instant::now() > deadline {
            return Ok(sync);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Ten outcomes at the hub, by id and code; the undone one stands there too, and does not count.
fn outcomes_at_hub(
    inspection: &Inspection,
    logged: &[Logged],
    undone: OpId,
    verdict: &mut Verdict<'_>,
    context: &Context,
) -> Answer<()> {
    let lang = context.lang;
    let expected: BTreeMap<OpId, OutcomeCode> = logged.iter().map(|entry| (entry.op_id, entry.code)).collect();
    let ops: HashSet<OpId> = expected.keys().copied().chain([undone]).collect();
    let ours = inspection.facts.iter().filter(|fact| ops.contains(&fact.id) && !fact.undone);
    let found: BTreeMap<OpId, OutcomeCode> = ours.filter_map(|fact| Some((fact.id, fact.code?))).collect();
    let what = text!(
        lang,
        "总部有这 {N_TASKS} 条结果，编号与代码一致",
        "the hub holds these {N_TASKS} outcomes, by id and code"
    );
    verdict.check(&what, found == expected, || difference(&found, &expected, context))?;
    let is_undone = inspection.fact(undone).is_some_and(|fact| fact.undone);
    let what = text!(lang, "总部留有撤销的那条，不计数", "the hub keeps the undone one and does not count it");
    verdict.check(&what, is_undone, || undone.to_string())
}

fn difference(
    found: &BTreeMap<OpId, OutcomeCode>,
    expected: &BTreeMap<OpId, OutcomeCode>,
    context: &Context,
) -> String {
    let lang = context.lang;
    for (op_id, code) in expected {
        let code = outcome_name(*code, lang);
        match found.get(op_id) {
            None => return text!(lang, "缺少 {op_id}（{code}）", "{op_id} ({code}) is missing"),
            Some(other) if outcome_name(*other, lang) != code => {
                return format!("{op_id}: {} ≠ {code}", outcome_name(*other, lang));
            }
            Some(_) => {}
        }
    }
    let extra = found.keys().find(|op_id| !expected.contains_key(op_id));
    extra.map(|op_id| text!(lang, "多出 {op_id}", "{op_id} is one too many")).unwrap_or_default()
}

/// The hub's report equals the terminal's, and both what was logged.
fn reports(
    before: &Report,
    report: &Report,
    hub_report: &Report,
    logged: &[Logged],
    verdict: &mut Verdict<'_>,
    context: &Context,
) -> Answer<()> {
    let lang = context.lang;
    let what = text!(lang, "总部报表与本机报表一致", "the hub's report equals the terminal's");
    verdict.equal(&what, hub_report, report)?;
    let figures = |figures: &Figures| {
        let columns = [figures.done, figures.skipped, figures.satisfaction.iter().sum()];
        (columns, figures.outcomes.clone(), figures.skipped_by.clone())
    };
    let mut expected = figures(&before.total);
    for entry in logged {
        let n_dues = u64::try_from(entry.task.dues.len()).unwrap_or(u64::MAX);
        *expected.1.entry(entry.code).or_default() += 1;
        if entry.code.completes() {
            expected.0[0] += n_dues;
        }
        if entry.code == OutcomeCode::Skipped {
            expected.0[1] += n_dues;
            *expected.2.entry(SkipReason::Travelling).or_default() += n_dues;
        }
        let request = request(&entry.task, entry.code, report.period.from);
        expected.0[2] += u64::from(request.score.is_some());
    }
    let what = text!(lang, "报表数字与所记一致", "the report's figures are what was logged");
    verdict.equal(&what, &figures(&hub_report.total), &expected)?;
    let what = text!(lang, "报表各栏相加等于到期数", "the report's columns add up to what was due");
    verdict.equal(&what, &hub_report.total.sum_of_columns(), &hub_report.total.due)
}

/// Both feeds have the same count and digest on both sides.
fn feeds(inspection: &Inspection, sync: &SyncStatus, verdict: &mut Verdict<'_>, context: &Context) -> Answer<()> {
    let lang = context.lang;
    for (what, hub, terminal) in [
        (
            text!(lang, "客户数据两边条数与校验一致", "customers: equal count and digest"),
            &inspection.guide_feed,
            &sync.guide_feed,
        ),
        (
            text!(lang, "方案话术两边条数与校验一致", "plans and templates: equal count and digest"),
            &inspection.shared_feed,
            &sync.shared_feed,
        ),
    ] {
        let terminal = FeedRow { n_live: terminal.n_live, digest: terminal.digest };
        verdict.equal(&format!("{what} ({})", hub.n_live), &terminal, hub)?;
    }
    Ok(())
}

/// Nothing that was closed is due again today.
async fn queue(client: &Client, logged: &[Logged], verdict: &mut Verdict<'_>, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let closed: HashSet<DueId> = logged.iter().flat_map(|entry| &entry.task.dues).map(|due| due.due_id).collect();
    let today = client.today().await?;
    let open = today.tasks.iter().flat_map(|task| &task.dues).chain(today.held.iter().flat_map(|held| &held.dues));
    let back = open.map(|due| due.due_id).find(|due_id| closed.contains(due_id));
    let what = text!(
        lang,
        "做完的 {} 个节点没有回到今天的队列",
        "none of the {} closed dues is back in the queue",
        closed.len()
    );
    verdict.check(&what, back.is_none(), || back.map(|due_id| due_id.to_string()).unwrap_or_default())?;
    let what = text!(lang, "本机今天已记 {N_TASKS} 条", "{N_TASKS} contacts stand in the terminal's day");
    verdict.equal(&what, &today.done.len(), &N_TASKS)
}

#[cfg(test)]
mod tests {
    use guide_common::paths::{Env, Paths};
    use guide_common::sop::plan::Lang;
    use serde_json::json;

    use crate::cli::context::{Form, Style};

    use super::*;

    fn context() -> Context {
        Context { lang: Lang::En, form: Form::Text, style: Style::Plain, paths: Paths::of(&Env::default()) }
    }

    fn op(n: u8) -> OpId {
        format!("01989b0e-8a1e-7000-8000-0000000000{n:02x}").parse().unwrap()
    }

    fn logged(n: u8, code: OutcomeCode) -> Logged {
        let task = json!({
            "id": "00a1b2c3d4e5", "customer": "C1", "name": "x", "tier": "C", "score": 0, "terms": [],
            "channel": "wecom", "dues": []
        });
        Logged { op_id: op(n), code, task: serde_json::from_value(task).unwrap() }
    }

    /// What the hub says where it holds ops 1 (interested) and 2 (bought), and op 3 as undone.
    fn inspection(change: impl FnOnce(&mut serde_json::Value)) -> Inspection {
        let feed = json!({ "n_live": 5, "digest": "00000000000000ff" });
        let mut value = json!({ "feed": feed, "shared": feed, "facts": [
            { "id": op(1), "code": "interested", "undone": false },
            { "id": op(2), "code": "bought", "undone": false },
            { "id": op(3), "code": "visited", "undone": true },
            { "id": op(9), "code": "visited", "undone": false },
        ] });
        change(&mut value);
        serde_json::from_value(value).unwrap()
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut serde_json::Value), expected: Option<&str>) {
        let context = context();
        let mut verdict = Verdict::new(&context);
        let logged = [logged(1, OutcomeCode::Interested), logged(2, OutcomeCode::Bought)];
        outcomes_at_hub(&inspection(change), &logged, op(3), &mut verdict, &context).unwrap();
        let found = verdict.first_difference();
        match expected {
            None => assert_eq!(found, None),
            Some(part) => assert!(found.as_deref().is_some_and(|found| found.contains(part)), "{found:?}"),
        }
        assert_eq!(verdict.close().is_err(), expected.is_some());
    }

    #[test]
    fn a_lost_changed_or_doubly_counted_outcome_is_the_first_difference() {
        check(|_| {}, None);
        check(|hub| hub["facts"][1]["undone"] = true.into(), Some("(bought) is missing"));
        check(|hub| hub["facts"][0]["code"] = "no_need".into(), Some("no need ≠ interested"));
        check(|hub| hub["facts"][2]["undone"] = false.into(), Some("is one too many"));
        check(|hub| hub["facts"][2]["id"] = json!(op(8)), Some("keeps the undone one"));
    }

    #[test]
    fn a_feed_that_differs_in_one_item_is_a_difference() {
        let mut sync = SyncStatus::default();
        sync.guide_feed.n_live = 5;
        sync.guide_feed.digest = "00000000000000ff".parse().unwrap();
        sync.shared_feed = sync.guide_feed.clone();
        let context = context();
        let mut verdict = Verdict::new(&context);
        feeds(&inspection(|_| {}), &sync, &mut verdict, &context).unwrap();
        assert_eq!(verdict.first_difference(), None);
        sync.shared_feed.digest = "00000000000000fe".parse().unwrap();
        feeds(&inspection(|_| {}), &sync, &mut verdict, &context).unwrap();
        assert!(verdict.first_difference().unwrap().starts_with("plans and templates"));
    }

    #[test]
    fn every_code_is_logged_with_what_it_needs() {
        let today: NaiveDate = "2026-08-12".parse().unwrap();
        for code in OutcomeCode::ALL {
            let request = request(&logged(1, code).task, code, today);
            let mut outcome = guide_common::outcome::Outcome::new(today, code);
            outcome.score = request.score;
            outcome.next_on = request.next_on;
            outcome.amount_fen = request.amount_fen;
            outcome.reason = request.reason.map(|reason| reason.parse().unwrap());
            assert_eq!(outcome.check(), Ok(()), "{code:?}");
        }
    }
}

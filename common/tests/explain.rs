//! Why, of a customer: what every plan makes of them, and which fact is missing where it makes nothing.

use std::sync::LazyLock;

use guide_common::customer::{Birthday, Tier};
use guide_common::demo::plan_files;
use guide_common::id::PlanId;
use guide_common::outcome::OutcomeCode::*;
use guide_common::record::{Level, Risk};
use guide_common::sop::explain::explain_customer;
use guide_common::sop::explain::missing::Missing;
use guide_common::sop::explain::plan::{AudienceGap, PlanExplained, Standing, WhyNotStarted};
use guide_common::sop::explain::step::{Answer, Asked, AttemptState, NotDue, StepExplained};
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{Branch, FromDate, Plan};
use guide_common::sop::plan_file;
use guide_common::sop::run::EndCause;
use guide_common::sop::starts::Starts;
use guide_common::sop::trigger::Since;

use crate::story::{Story, day, one_step, sop};

static PLANS: LazyLock<Vec<Plan>> =
    LazyLock::new(|| plan_files().iter().map(|(_, toml)| plan_file::parse(toml).unwrap()).collect());

const TODAY: &str = "2026-08-12";

/// A story with one plan of the chain and what it waits for.
fn chain(ids: &[&str]) -> Story {
    Story::new(PLANS.iter().filter(|plan| ids.contains(&plan.id.as_str())).cloned().collect())
}

fn of_plan(story: &Story, on: &str, id: &str) -> PlanExplained {
    let plan = PlanId::new(id).unwrap();
    explain_customer(&story.file, &story.rules, day(on)).into_iter().find(|of| of.plan == plan).unwrap()
}

fn step(plan: &PlanExplained, id: &str) -> StepExplained {
    let steps = plan.runs.last().expect("no run").steps.iter();
    steps.clone().find(|step| step.step.as_str() == id).unwrap_or_else(|| panic!("no step {id}")).clone()
}

#[track_caller]
fn check_missing(story: &Story, id: &str, expected: &[Missing]) {
    let plan = of_plan(story, TODAY, id);
    let missing: Vec<Missing> = plan.triggers.iter().filter_map(|trigger| trigger.missing.clone()).collect();
    assert_eq!(missing, expected);
    assert_eq!((plan.standing, plan.runs.len()), (Standing::NotTriggered, 0));
}

#[test]
fn without_a_birthday_p02_says_that_it_is_not_known() {
    check_missing(&chain(&["P02"]), "P02", &[Missing::Birthday]);
}

#[test]
fn without_a_risk_or_a_visit_p03_says_which_are_not_recorded() {
    check_missing(&chain(&["P03"]), "P03", &[Missing::Sign { since: Since::Visit }, Missing::Risk]);
    let amber = chain(&["P03"]).risk("2026-08-01", Risk::Amber);
    let other = Missing::OtherRisk { risk: Risk::Amber, on: day("2026-08-01") };
    check_missing(&amber, "P03", &[Missing::Sign { since: Since::Visit }, other]);
}

#[test]
fn without_coupons_p08_says_that_none_is_on_record() {
    check_missing(&chain(&["P08"]), "P08", &[Missing::Coupon]);
    let other = chain(&["P08"]).coupon("E1", "2026-08-01", "2026-08-14", |coupon| coupon.kind = "EXP".to_owned());
    let kinds = ["CASH", "PCT", "FEE", "GIFT", "SVC", "EVT", "REF"].map(str::to_owned).to_vec();
    check_missing(&other, "P08", &[Missing::CouponOfKind { wanted: kinds }]);
}

#[test]
fn without_points_p09c_is_not_due_and_says_that_they_are_not_recorded() {
    let story = chain(&["P09c"]).life_event("2026-08-01", "friend_bought", "2026-08-01", true);
    let plan = of_plan(&story, TODAY, "P09c");
    let asked = vec![Asked { field: "points".to_owned(), value: Answer::Missing(()) }];
    let (as_of, condition) = (day("2026-08-09"), "points is defined".to_owned());
    let not_due = NotDue::ConditionNotMet { as_of, opens_on: as_of, condition, asked };
    assert_eq!(step(&plan, "credited").not_due, Some(not_due));
    story.check(TODAY, "");
}

#[test]
fn without_five_points_p09_says_which_score_it_waits_for() {
    check_missing(&chain(&["P09"]), "P09", &[Missing::Contact]);
    let story = chain(&["P09"]).contact("2026-08-01", Interested, |outcome| outcome.score = Some(4));
    let outcome = Missing::Outcome { codes: Vec::new(), min_score: Some(5), max_score: None };
    check_missing(&story, "P09", &[outcome]);
}

#[test]
fn without_a_change_of_owner_p11_says_so() {
    check_missing(&chain(&["P11"]), "P11", &[Missing::OwnerChange]);
}

#[test]
fn without_tickets_p12_says_so_and_without_a_ready_day_p12b_too() {
    check_missing(&chain(&["P12"]), "P12", &[Missing::Ticket]);
    let received = chain(&["P12b", "P12c"]).ticket("T1", ["2026-08-01", "-", "-", "-"]);
    check_missing(&received, "P12b", &[Missing::ReadyDay]);
    check_missing(&received, "P12c", &[Missing::CollectedDay]);
}

#[test]
fn without_a_level_p15_says_so_and_without_its_end_too() {
    check_missing(&chain(&["P15"]), "P15", &[Missing::Level]);
    check_missing(&chain(&["P15"]).level("2026-08-01", Level::Gold, |_| {}), "P15", &[Missing::EndOfLevel]);
    let far = chain(&["P15b"]).level("2026-08-01", Level::Silver, |record| {
        (record.to_next_fen, record.next_fen) = (Some(900_000), Some(2_000_000));
    });
    check_missing(&far, "P15b", &[Missing::GapTooGreat { to_next_fen: 900_000, next_fen: 2_000_000 }]);
}

#[test]
fn what_only_the_shop_guesses_starts_nothing_and_is_told_from_what_is_not_on_record() {
    check_missing(&chain(&["P14"]), "P14", &[Missing::LifeEvent { kind: "birth".to_owned() }]);
    let guessed = chain(&["P14"]).life_event("2026-08-01", "birth", "2026-07-28", false);
    check_missing(&guessed, "P14", &[Missing::Told { kind: "birth".to_owned() }]);
}

#[test]
fn the_other_triggers_name_their_fact_too() {
    let none = chain(&["P01", "P04", "P04b", "P07", "P10", "P13", "P16", "P02b", "P05"]);
    for (id, missing) in [
        ("P01", vec![Missing::Purchase]),
        ("P02b", vec![Missing::Anniversary { of: None }]),
        ("P04", vec![Missing::Dispatch]),
        ("P04b", vec![Missing::Visit]),
        ("P05", vec![Missing::Lead, Missing::Contact]),
        ("P07", vec![Missing::Purchase]),
        ("P10", vec![Missing::Contact]),
        ("P13", vec![Missing::WecomContact]),
        ("P16", vec![Missing::Promise]),
    ] {
        check_missing(&none, id, &missing);
    }
    let little = chain(&["P01", "P07"]).buy("2026-08-01", 20_000);
    check_missing(&little, "P01", &[Missing::Amount { min_fen: 30_000, greatest_fen: 20_000 }]);
    check_missing(&little, "P07", &[Missing::Material]);
    let tagged =
        Story::new(vec![one_step("every", "on = \"tagged\"\ngroup = \"OCC\"", "offset = \"0d\"\nuntil = \"+9d\"")]);
    check_missing(&tagged, "T", &[Missing::Tag { group: "OCC".to_owned(), value: None, group_name: None }]);
}

#[test]
fn without_the_day_of_the_wedding_the_countdown_is_not_due_and_says_so() {
    let mut story = chain(&["P05"]).tag("2026-07-01", "BUD:3–8千");
    story.file.customer.lead_on = Some(day("2026-08-06"));
    let plan = of_plan(&story, TODAY, "P05");
    assert_eq!(plan.standing, Standing::Open);
    let unknown = NotDue::DateUnknown { from: Some(FromDate::WeddingOn) };
    assert_eq!(step(&plan, "wedding_60").not_due, Some(unknown));
    assert_eq!(step(&plan, "comparison").state(), Some(&AttemptState::Open));
    assert_eq!(step(&plan, "close").state(), Some(&AttemptState::Upcoming));
    let branch = NotDue::BranchNotTaken { of: step(&plan, "comparison").step, branch: Branch::Positive };
    assert_eq!(step(&plan, "price").not_due, Some(branch));
}

#[test]
fn who_is_not_in_the_audience_is_told_which_part_and_what_the_customer_has() {
    let mut story = chain(&["P05"]).tag("2026-07-01", "MAT:珍珠");
    story.file.customer.lead_on = Some(day("2026-08-06"));
    let plan = of_plan(&story, TODAY, "P05");
    let gap = AudienceGap::Tags { group: "BUD".to_owned(), group_name: None, has: Vec::new(), wanted: Vec::new() };
    let why = WhyNotStarted::NotInAudience { as_of: day("2026-08-06"), gaps: vec![gap] };
    assert_eq!(plan.not_started.iter().map(|of| &of.why).collect::<Vec<_>>(), [&why]);
    assert_eq!(plan.standing, Standing::NotInAudience);

    let mut qixi = chain(&["P06"]).tag("2026-07-01", "COM:电话");
    qixi.file.customer.tier = Tier::B;
    let plan = of_plan(&qixi, TODAY, "P06");
    let WhyNotStarted::NotInAudience { gaps, .. } = &plan.not_started.last().unwrap().why else { panic!("{plan:?}") };
    let [AudienceGap::Condition { asked, .. }] = &gaps[..] else { panic!("{gaps:?}") };
    let tags = Answer::List(vec!["电话".to_owned()]);
    let expected = [("tier", Answer::Text("B".to_owned())), ("tags.COM", tags)];
    assert_eq!(*asked, expected.map(|(field, value)| Asked { field: field.to_owned(), value }));

    let audience = "tiers = ['S']; store_tiers = ['A']; tags = ['MAT:珍珠', 'MAT:翡翠']";
    let plan = sop(audience, &["on = 'purchase'"], &["offset = '0d'; until = '+30d'"]);
    let story = Story::new(vec![plan]).tag("2026-01-01", "MAT:足金").buy("2026-08-01", 50_000);
    let plan = of_plan(&story, TODAY, "T");
    let WhyNotStarted::NotInAudience { gaps, .. } = &plan.not_started[0].why else { panic!("{plan:?}") };
    let [
        AudienceGap::Tier { is: Tier::C, .. },
        AudienceGap::StoreTier { is: None, .. },
        AudienceGap::Tags { has, wanted, .. },
    ] = &gaps[..]
    else {
        panic!("{gaps:?}")
    };
    assert_eq!((has.join(" "), wanted.join(" ")), ("足金".to_owned(), "珍珠 翡翠".to_owned()));
}

#[test]
fn a_condition_that_is_not_met_is_shown_with_what_it_asked() {
    let mut story = chain(&["P02"]);
    story.file.customer.birthday = Birthday::solar(Some(1_990), 8, 16);
    let plan = of_plan(&story, TODAY, "P02");
    let Some(NotDue::ConditionNotMet { as_of, asked, .. }) = step(&plan, "treat").not_due else { panic!("{plan:?}") };
    assert_eq!(as_of, day("2026-08-09"));
    assert_eq!(asked, [Asked { field: "level_rank".to_owned(), value: Answer::Int(0) }]);
    assert_eq!(step(&plan, "wish").state(), Some(&AttemptState::Upcoming));
    assert_eq!(plan.standing, Standing::Running);
}

#[test]
fn what_comes_every_year_says_when_it_comes_next() {
    let mut story = chain(&["P02"]);
    story.file.customer.birthday = Birthday::solar(Some(1_990), 10, 2);
    let next = of_plan(&story, TODAY, "P02").next.unwrap();
    assert_eq!((next.anchor_on, next.starts_on), (day("2026-10-02"), day("2026-09-25")));
    let silent = chain(&["P03"]).buy("2026-08-01", 50_000);
    let next = of_plan(&silent, TODAY, "P03").next.unwrap();
    assert_eq!(next.starts_on, day("2027-04-28"));
}

#[test]
fn who_waits_for_a_start_is_told_the_place_among_those_who_wait() {
    let stories: Vec<Story> = (0..11_i64)
        .map(|n| {
            let mut story = chain(&["P03"]).buy("2026-01-01", 100_000 + n * 10_000).risk(TODAY, Risk::Red);
            story.file.customer.id = format!("C{n}").parse().unwrap();
            story.file.purchases[0].customer = story.file.customer.id.clone();
            story
        })
        .collect();
    let rules = stories[0].rules.clone();
    let starts = Starts::work_out(stories.iter().map(|story| &story.file), &rules, day(TODAY));
    let rules = rules.with_starts(starts);
    let explained = |n: usize| explain_customer(&stories[n].file, &rules, day(TODAY)).remove(0);
    let waits = |place| WhyNotStarted::Waits { throttle: 8, place: Some(place), n_waiting: Some(3) };
    assert_eq!((explained(0).standing, &explained(0).not_started[0].why), (Standing::Waiting, &waits(3)));
    assert_eq!((explained(2).standing, &explained(2).not_started[0].why), (Standing::Waiting, &waits(1)));
    assert_eq!(explained(3).standing, Standing::Open);
}

#[test]
fn what_rests_says_until_when() {
    let score = |outcome: &mut guide_common::outcome::Outcome| outcome.score = Some(5);
    let story = chain(&["P09"]).buy("2026-01-02", 50_000).contact("2026-02-01", Interested, score);
    let story = story.contact("2026-06-01", Interested, score);
    let plan = of_plan(&story, "2026-06-20", "P09");
    assert_eq!(plan.rests_until, Some(day("2026-07-31")));
    assert_eq!(plan.not_started[0].why, WhyNotStarted::Rests { until_on: day("2026-07-31") });
    assert_eq!(plan.standing, Standing::Resting);
}

#[test]
fn a_run_that_waited_while_another_one_began_rests_with_it() {
    let story = chain(&["P03"]).risk("2026-07-01", Risk::Red).risk("2026-07-20", Risk::Green);
    let mut story = story.risk("2026-08-01", Risk::Red);
    let starts = Starts::work_out(std::iter::once(&story.file), &story.rules, day(TODAY));
    story.rules = story.rules.with_starts(starts);
    let plan = of_plan(&story, TODAY, "P03");
    assert_eq!(plan.runs.last().map(|run| run.born_on), Some(day("2026-07-01")));
    assert_eq!(plan.not_started[0].why, WhyNotStarted::Rests { until_on: day("2026-12-28") });
    assert_eq!((plan.standing, plan.rests_until), (Standing::Resting, Some(day("2026-12-28"))));
}

#[test]
fn what_runs_once_and_what_began_later_say_so() {
    let once = one_step("once", "on = \"purchase\"", "offset = \"0d\"\nuntil = \"+9d\"");
    let story = Story::new(vec![once]).buy("2026-07-01", 50_000).buy("2026-08-10", 50_000);
    assert_eq!(of_plan(&story, TODAY, "T").not_started[0].why, WhyNotStarted::Once);
    let mut later = one_step("every", "on = \"purchase\"", "offset = \"0d\"\nuntil = \"+9d\"");
    later.starts_on = Some(day("2026-08-11"));
    let plan = of_plan(&Story::new(vec![later]).buy("2026-08-10", 50_000), TODAY, "T");
    assert_eq!(plan.not_started[0].why, WhyNotStarted::BeforeStart { starts_on: day("2026-08-11") });
    assert_eq!(plan.standing, Standing::BeforeStart);
}

#[test]
fn what_another_plan_excludes_names_that_plan() {
    let plan = |id: &str, trigger: &str| {
        let mut plan = one_step("every", &format!("on = \"{trigger}\""), "offset = \"0d\"\nuntil = \"+9d\"");
        (plan.id, plan.exclusive) = (PlanId::new(id).unwrap(), Some("one".to_owned()));
        plan
    };
    let mut story = Story::new(vec![plan("A", "purchase"), plan("B", "contact_added")]).buy("2026-08-08", 50_000);
    story.file.customer.wecom_on = Some(day("2026-08-10"));
    let plan = of_plan(&story, TODAY, "B");
    let Some(AttemptState::Held { hold, rival }) = step(&plan, "s").state().cloned() else { panic!("{plan:?}") };
    assert_eq!((hold.reason, hold.until_on), (HoldReason::ExclusivePlan, Some(day("2026-08-18"))));
    assert_eq!(rival, PlanId::new("A").ok());
    assert_eq!(plan.standing, Standing::Held);
}

#[test]
fn every_end_of_a_step_is_told() {
    let story = chain(&["P01"])
        .buy("2026-01-02", 50_000)
        .log("2026-01-02", Interested, &["thanks"])
        .log("2026-01-05", NoReply, &["satisfaction"])
        .log("2026-01-07", Skipped, &["satisfaction"])
        .buy("2026-01-30", 50_000)
        .contact("2026-03-01", DoNotContact, |_| {});
    let plan = of_plan(&story, "2026-08-12", "P01");
    let states = |run: usize| {
        let steps = plan.runs[run].steps.iter();
        steps
            .map(|step| step.state().map(|state| format!("{state:?}").split(' ').next().unwrap().to_owned()))
            .map(|state| state.unwrap_or_else(|| "-".to_owned()))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(states(0), "Done Skipped - Superseded Superseded");
    assert_eq!(states(1), "Expired Expired - Ended Ended");
    let ended = AttemptState::Ended { on: day("2026-03-01"), cause: EndCause::Outcome, code: Some(DoNotContact) };
    assert_eq!(step(&plan, "care").state(), Some(&ended));
    let attempts = &plan.runs[0].steps[1].attempts;
    assert_eq!(attempts[0].state, AttemptState::NotReached { on: day("2026-01-05") });
    assert_eq!((attempts[1].number, attempts[1].opens_on), (1, day("2026-01-07")));
    let waived = chain(&["P01"]).buy("2026-08-08", 50_000).waive(TODAY, &["satisfaction"]);
    let state = step(&of_plan(&waived, TODAY, "P01"), "satisfaction").state().cloned();
    assert!(matches!(state, Some(AttemptState::Waived { .. })), "{state:?}");
}

#[test]
fn a_run_follows_its_version_and_says_which() {
    let old = PLANS.iter().find(|plan| plan.id.as_str() == "P01").unwrap().clone();
    let mut new = Plan { version: 3, ..old.clone() };
    new.earlier = Some(Box::new(guide_common::sop::plan::Earlier { before_on: day("2026-08-01"), plan: old }));
    let story = Story::new(vec![new]).buy("2026-07-20", 50_000).buy("2026-08-10", 50_000);
    let versions: Vec<u32> = of_plan(&story, TODAY, "P01").runs.iter().map(|run| run.version).collect();
    assert_eq!(versions, [2, 3]);
}

#[test]
fn answers_survive_the_wire() {
    let story = chain(&["P01", "P02", "P05", "P16"]).buy("2026-08-08", 50_000).promise("2026-08-10", TODAY);
    let plans = explain_customer(&story.file, &story.rules, day(TODAY));
    let text = serde_json::to_string(&plans).unwrap();
    assert_eq!(serde_json::from_str::<Vec<PlanExplained>>(&text).unwrap(), plans);
}

//! Plans of which only so many runs start a day: who starts when, over all customers of a guide.

use chrono::{Datelike, NaiveDate, Weekday};
use guide_common::apply::CustomerFile;
use guide_common::customer::Loan;
use guide_common::id::{CustomerId, GuideId};
use guide_common::outcome::OutcomeCode::{Interested, NoReply, Visited};
use guide_common::record::Risk;
use guide_common::sop::engine::dues;
use guide_common::sop::history::History;
use guide_common::sop::plan::{Earlier, Plan};
use guide_common::sop::rules::Rules;
use guide_common::sop::run::all_runs;
use guide_common::sop::starts::Starts;
use proptest::prelude::*;

use crate::story::cases::cases;
use crate::story::{Story, day, sop};

/// A plan that wakes so many a day who have been silent for thirty days.
fn wake(n_a_day: u32, head: &str) -> Plan {
    sop(
        &format!("throttle = {n_a_day}; starts_on = '2026-01-01'; {head}"),
        &["on = 'dormant'; days = 30"],
        &["offset = '0d'; until = '+2d'"],
    )
}

/// Who bought once, so long ago that the silence was long enough on a day of 2026.
fn silent_on(id: &str, on: &str, fen: i64) -> Story {
    let mut story = Story::new(Vec::new());
    story.file.customer.id = CustomerId::new(id).unwrap();
    let bought = day(on) - chrono::Days::new(30);
    story.buy(&bought.to_string(), fen)
}

/// A desk: its rules, and its customers.
struct Desk(Rules, Vec<CustomerFile>);

impl Desk {
    fn new(plan: Plan, stories: Vec<Story>) -> Self {
        Self(Rules::new(vec![plan]), stories.into_iter().map(|story| story.file).collect())
    }

    fn rules_on(&self, on: &str) -> Rules {
        self.0.with_starts(Starts::work_out(self.1.iter(), &self.0, day(on)))
    }

    /// Who is due on a day, each with the day from which the run counts.
    fn due_on(&self, on: &str) -> String {
        let rules = self.rules_on(on);
        let mut due: Vec<String> = self
            .1
            .iter()
            .flat_map(|file| {
                let dues = dues(file, &rules, day(on));
                dues.into_iter()
                    .map(|due| format!("{} {}", file.customer.id, due.anchor_on.format("%m-%d")))
                    .collect::<Vec<_>>()
            })
            .collect();
        due.sort();
        due.join(", ")
    }

    #[track_caller]
    fn check(&self, on: &str, expected: &str) {
        assert_eq!(self.due_on(on), expected, "on {on}");
    }
}

fn three() -> Vec<Story> {
    vec![silent_on("A", "2026-02-02", 100), silent_on("B", "2026-02-02", 300), silent_on("C", "2026-02-02", 200)]
}

#[test]
fn the_most_valuable_start_first_and_the_others_wait_for_the_next_days() {
    let desk = Desk::new(wake(1, ""), three());
    desk.check("2026-02-01", "");
    desk.check("2026-02-02", "B 02-02");
    desk.check("2026-02-03", "B 02-02, C 02-03");
    desk.check("2026-02-04", "A 02-04, B 02-02, C 02-03");
    desk.check("2026-02-05", "A 02-04, C 02-03");
    desk.check("2026-02-06", "A 02-04");
    desk.check("2026-02-07", "");
}

#[test]
fn of_equal_value_the_order_of_customers_decides() {
    let stories = ["B", "C", "A"].map(|id| silent_on(id, "2026-02-02", 100)).into_iter().collect();
    Desk::new(wake(1, ""), stories).check("2026-02-03", "A 02-02, B 02-03");
}

#[test]
fn a_more_valuable_one_who_comes_later_goes_before_those_who_wait() {
    let mut stories = three();
    stories.push(silent_on("D", "2026-02-03", 900));
    Desk::new(wake(1, ""), stories).check("2026-02-04", "B 02-02, C 02-04, D 02-03");
}

#[test]
fn the_order_of_the_files_does_not_matter_and_every_machine_finds_the_same() {
    let mut desk = Desk::new(
        wake(2, ""),
        ["A", "B", "C", "D", "E", "F"].map(|id| silent_on(id, "2026-02-02", 100)).into_iter().collect(),
    );
    let forth = desk.due_on("2026-02-04");
    desk.1.reverse();
    assert_eq!(desk.due_on("2026-02-04"), forth);
    // customer by customer, in any order, and again
    let mut starts = Starts::default();
    for file in desk.1.iter().chain(&desk.1[2..]) {
        starts.put(file, &desk.0, day("2026-02-04"));
        starts.admit(&desk.0, day("2026-02-04"));
    }
    assert_eq!(starts, Starts::work_out(desk.1.iter(), &desk.0, day("2026-02-04")));
}

#[test]
fn who_waits_starts_on_days_on_which_the_guide_works() {
    let mut desk = Desk::new(wake(1, ""), three());
    desk.0.calendar.days_off = vec![Weekday::Mon, Weekday::Wed];
    // the second of February 2026 is a Monday
    desk.check("2026-02-02", "");
    desk.check("2026-02-05", "B 02-03, C 02-05");
}

#[test]
fn who_came_back_while_waiting_starts_nothing_and_takes_nobody_s_place() {
    let mut stories = three();
    let came = stories.remove(2).buy("2026-02-03", 100);
    stories.push(came);
    Desk::new(wake(1, ""), stories).check("2026-02-03", "A 02-03, B 02-02");
}

#[test]
fn a_run_that_waited_counts_from_the_day_on_which_it_started_and_keeps_its_dues_ids() {
    let desk = Desk::new(wake(1, ""), three());
    let ids = |on: &str| {
        dues(&desk.1[2], &desk.rules_on(on), day(on)).iter().map(|due| (due.id, due.until_on)).collect::<Vec<_>>()
    };
    assert_eq!(ids("2026-02-03"), ids("2026-02-05"));
    assert_eq!(ids("2026-02-03")[0].1, day("2026-02-05"));
}

#[test]
fn what_was_done_stays_done_when_another_customer_takes_the_place_of_an_earlier_start() {
    let mut desk = Desk::new(wake(1, ""), three());
    let rules = desk.rules_on("2026-02-02");
    let named = dues(&desk.1[1], &rules, day("2026-02-02")).iter().map(|due| due.id).collect();
    let mut done = silent_on("B", "2026-02-02", 300).log_dues("2026-02-02", Interested, named);
    desk.1[1] = std::mem::replace(&mut done.file, desk.1[0].clone());
    desk.check("2026-02-03", "C 02-03");
    // somebody more valuable is handed to the guide: B's start moves to the next day, but what was done is done
    desk.1.push(silent_on("D", "2026-02-02", 900).file);
    desk.check("2026-02-03", "D 02-02");
    desk.check("2026-02-04", "C 02-04, D 02-02");
}

// rest

#[test]
fn the_rest_counts_from_the_day_on_which_the_run_started() {
    let plan = || {
        sop(
            "throttle = 1; rest = '+20d'; starts_on = '2026-01-01'",
            &["on = 'purchase'"],
            &["offset = '0d'; until = '0d'"],
        )
    };
    let buys = |id: &str, days: &[&str]| {
        let mut story = silent_on(id, "2025-06-01", 100);
        story.file.purchases.clear();
        days.iter().fold(story, |story, on| story.buy(on, 100))
    };
    // B waits a day for A; what B buys twenty days after the start starts the next run
    let stories = |on: &str| vec![buys("A", &["2026-02-02"]), buys("B", &["2026-02-02", on])];
    Desk::new(plan(), stories("2026-02-22")).check("2026-02-22", "");
    Desk::new(plan(), stories("2026-02-23")).check("2026-02-23", "B 02-23");
}

#[test]
fn a_run_that_never_started_gives_no_rest() {
    let plan = sop(
        "throttle = 1; rest = '+180d'; starts_on = '2026-01-01'",
        &["on = 'dormant'; risk = 'red'"],
        &["offset = '0d'; until = '+2d'"],
    );
    let red = |id: &str, fen, on: &str| silent_on(id, "2025-06-01", fen).risk(on, Risk::Red);
    // B waits behind A, is no longer at risk before the turn comes, and is at risk again later
    let b = red("B", 100, "2026-02-02").risk("2026-02-03", Risk::Green).risk("2026-03-02", Risk::Red);
    let desk = Desk::new(plan, vec![red("A", 900, "2026-02-02"), b]);
    desk.check("2026-02-03", "A 02-02");
    desk.check("2026-03-02", "B 03-02");
}

#[test]
fn who_rests_does_not_wait() {
    let plan = sop(
        "throttle = 1; rest = '+180d'; starts_on = '2026-01-01'",
        &["on = 'dormant'; risk = 'red'"],
        &["offset = '0d'; until = '+2d'"],
    );
    let twice = silent_on("A", "2025-06-01", 100)
        .risk("2026-02-02", Risk::Red)
        .risk("2026-02-05", Risk::Green)
        .risk("2026-02-09", Risk::Red);
    let desk = Desk::new(plan, vec![twice]);
    let rules = desk.rules_on("2026-02-10");
    let id = |id: &str| id.parse().unwrap();
    assert!(!rules.starts.is_waiting(&id("T"), &CustomerId::new("A").unwrap(), day("2026-02-10")));
    desk.check("2026-02-10", "");
}

#[test]
fn a_throttled_plan_that_runs_once_runs_once() {
    let desk = Desk::new(wake(1, "restart = 'once'"), vec![silent_on("A", "2026-02-02", 100).buy("2026-02-10", 100)]);
    desk.check("2026-02-02", "A 02-02");
    desk.check("2026-03-12", "");
}

// versions

fn keep(before_on: &str, earlier: Plan, plan: Plan) -> Plan {
    Plan { version: 2, earlier: Some(Box::new(Earlier { before_on: day(before_on), plan: earlier })), ..plan }
}

#[test]
fn a_version_with_another_throttle_changes_no_day_before_it() {
    // two more a day from the fourth on: who would have started earlier under it has not expired unseen
    let mut stories = three();
    stories.extend(["D", "E", "F"].map(|id| silent_on(id, "2026-02-02", 50)));
    let desk = Desk::new(keep("2026-02-04", wake(1, ""), wake(3, "")), stories);
    desk.check("2026-02-03", "B 02-02, C 02-03");
    desk.check("2026-02-04", "A 02-04, B 02-02, C 02-03, D 02-04, E 02-04");
    desk.check("2026-02-05", "A 02-04, C 02-03, D 02-04, E 02-04, F 02-05");
}

#[test]
fn a_version_without_a_throttle_lets_all_who_wait_start_on_its_day() {
    let desk = Desk::new(keep("2026-02-03", wake(1, ""), Plan { throttle: None, ..wake(1, "") }), three());
    desk.check("2026-02-03", "A 02-03, B 02-02, C 02-03");
}

#[test]
fn a_version_with_a_throttle_leaves_the_runs_before_it_alone() {
    let desk = Desk::new(keep("2026-02-03", Plan { throttle: None, ..wake(1, "") }, wake(1, "")), three());
    desk.check("2026-02-03", "A 02-02, B 02-02, C 02-02");
}

// deputies

#[test]
fn a_customer_on_loan_takes_nobody_s_place() {
    let mut stories = three();
    stories[1].file.customer.lent = Some(Loan { from: GuideId::new("g2").unwrap(), until_on: day("2026-03-01") });
    Desk::new(wake(1, ""), stories).check("2026-02-03", "A 02-03, C 02-02");
}

#[test]
fn what_was_handed_over_of_a_throttled_plan_is_the_deputy_s() {
    let owner = Desk::new(wake(1, ""), three());
    let handed: Vec<_> =
        dues(&owner.1[1], &owner.rules_on("2026-02-02"), day("2026-02-02")).iter().map(|due| due.id).collect();
    let mut story = silent_on("B", "2026-02-02", 300);
    story.file.customer.lent = Some(Loan { from: GuideId::new("g2").unwrap(), until_on: day("2026-03-01") });
    let amnesty = guide_common::id::OpId(uuid::Uuid::nil());
    let handed = guide_common::amnesty::Handed {
        on: day("2026-02-02"),
        due_ids: handed,
        to: story.guide.clone(),
        until_on: day("2026-03-01"),
        amnesty,
    };
    let story = story.fact("2026-02-02", guide_common::fact::FactBody::Handed(handed));
    Desk::new(wake(1, ""), vec![story]).check("2026-02-03", "B 02-02");
}

// laws

proptest! {
    #![proptest_config(cases(3_000))]

    /// On no day more runs start than the throttle allows, none on a day off, and what had started by a day is the same
    /// when a later day is asked about.
    #[test]
    fn a_start_is_final_and_a_day_has_no_more_than_its_throttle(
        told in prop::collection::vec((0_usize..8, 0_u64..60, 0_u8..5), 0..40),
        n_a_day in 1_u32..3,
        cut in 0_u64..60,
    ) {
        let head = format!("throttle = {n_a_day}; starts_on = '2026-01-03'; rest = '+20d'");
        let triggers = ["on = 'dormant'; days = 9", "on = 'dormant'; risk = 'red'"];
        let plan = sop(&head, &triggers, &["offset = '0d'; until = '+2d'"]);
        let date = |n: u64| day("2026-01-01") + chrono::Days::new(n);
        let mut told = told;
        told.sort();
        let mut stories: Vec<Story> = ["A", "B", "C", "D", "E", "F", "G", "H"].map(|id| silent_on(id, "2026-01-01", 100)).into_iter().collect();
        for (who, n, what) in told {
            let (story, on) = (std::mem::replace(&mut stories[who], Story::new(Vec::new())), date(n).to_string());
            stories[who] = match what {
                0 => story.buy(&on, 1_000),
                1 => story.risk(&on, Risk::Red),
                2 => story.risk(&on, Risk::Green),
                3 => story.contact(&on, Visited, |_| {}),
                _ => story.contact(&on, NoReply, |_| {}),
            };
        }
        let mut desk = Desk::new(plan, stories);
        desk.0.calendar.days_off = vec![Weekday::Sun];
        let started = |on: NaiveDate, until: NaiveDate| -> Vec<(String, NaiveDate)> {
            let rules = desk.rules_on(&on.to_string());
            let runs = desk.1.iter().flat_map(|file| {
                let history = History::of(file, on);
                let runs = all_runs(&history, &rules, date(0));
                runs.into_iter().map(|run| (format!("{} {}", file.customer.id, run.anchor.key), run.anchor.on)).collect::<Vec<_>>()
            });
            runs.filter(|(_, started_on)| *started_on <= until).collect()
        };
        let (then, later) = (started(date(cut), date(cut)), started(date(70), date(cut)));
        prop_assert_eq!(&then, &later);
        let all = started(date(70), date(70));
        for (_, on) in &all {
            let n = all.iter().filter(|(_, other)| other == on).count();
            prop_assert!(n <= n_a_day as usize, "{n} on {on}");
            prop_assert_ne!(on.weekday(), Weekday::Sun);
        }
    }

    /// Kept up from change to change, the starts are those that all facts at once give.
    #[test]
    fn starts_kept_up_from_change_to_change_are_those_of_all_facts_at_once(
        told in prop::collection::vec((0_usize..8, 0_u64..60, 0_u8..7), 0..40),
        n_a_day in 1_u32..3,
        head in prop::sample::select(vec!["rest = '+20d'", "restart = 'once'", "priority = 3"]),
    ) {
        let head = format!("throttle = {n_a_day}; starts_on = '2026-01-03'; {head}");
        let triggers = ["on = 'dormant'; days = 9; since = 'contact'", "on = 'dormant'; risk = 'red'"];
        let plan = sop(&head, &triggers, &["offset = '0d'; until = '+2d'"]);
        let date = |n: u64| day("2026-01-01") + chrono::Days::new(n);
        let ids = ["A", "B", "C", "D", "E", "F", "G", "H"];
        let mut stories: Vec<Story> = ids.map(|id| silent_on(id, "2026-01-01", 100)).into_iter().collect();
        let mut rules = Rules::new(vec![plan]);
        let (mut told, mut kept) = (told, Starts::default());
        told.sort_by_key(|(_, n, _)| *n);
        for (who, n, what) in told {
            let on = date(n);
            for story in &stories {
                kept.put(&story.file, &rules, on);
            }
            kept.admit(&rules, on);
            let fresh = |stories: &[Story], rules: &Rules| Starts::work_out(stories.iter().map(|s| &s.file), rules, on);
            prop_assert_eq!(&kept, &fresh(&stories, &rules));
            let (story, text) = (std::mem::replace(&mut stories[who], Story::new(Vec::new())), on.to_string());
            stories[who] = match what {
                0 => story.buy(&text, 1_000),
                1 => story.risk(&text, Risk::Red),
                2 => story.risk(&text, Risk::Green),
                3 => story.contact(&text, Visited, |_| {}),
                // known late, as after a week offline
                4 => story.contact(&date(n.saturating_sub(7)).to_string(), Visited, |_| {}),
                5 => story.buy(&date(n.saturating_sub(20)).to_string(), 5_000),
                _ => {
                    rules.calendar.days_off = vec![on.weekday()];
                    story
                }
            };
            kept.put(&stories[who].file, &rules, on);
            kept.admit(&rules, on);
            prop_assert_eq!(&kept, &fresh(&stories, &rules));
        }
    }
}

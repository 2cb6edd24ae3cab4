//! Reports: the funnel, scores asked for, repeat purchases, promises, days; against figures worked out by hand.

use guide_common::outcome::OutcomeCode::*;
use guide_common::report::days::MAX_DAYS;
use guide_common::report::funnel::Funnel;
use guide_common::report::promises::PromiseFigures;
use guide_common::report::repeat::RepeatFigures;
use guide_common::report::{Report, report};
use guide_common::time::Period;

use crate::story::{Story, day};

fn period(from: &str, to: &str) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

fn reported(story: &Story, from: &str, to: &str) -> Report {
    report(std::iter::once(&story.file), &story.rules, period(from, to), day("2030-01-01"), None)
}

/// due, contacted, replied, booked, visited, bought
type Stages = [u64; 6];

fn stages(funnel: Funnel) -> Stages {
    funnel.stages().map(|(_, n)| n)
}

#[track_caller]
fn check_funnel(story: &Story, from: &str, to: &str, expected: Stages) {
    assert_eq!(stages(reported(story, from, to).total.funnel), expected, "{from} to {to}");
}

#[test]
fn a_purchase_counts_for_the_replies_before_it_and_not_for_the_run_that_it_starts() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", Interested, &["thanks"]);
    let story = story.log("2026-08-15", NoReply, &["satisfaction"]).log("2026-08-17", Interested, &["satisfaction"]);
    check_funnel(&story, "2026-08-12", "2026-08-24", [2, 2, 2, 0, 0, 0]);
    // the thanks and the satisfaction of the second purchase are due and not contacted
    let story = story.buy("2026-08-25", 50_000);
    check_funnel(&story, "2026-08-12", "2026-08-31", [4, 2, 2, 2, 2, 2]);
    // as of the day before the second purchase it does not exist
    check_funnel(&story, "2026-08-12", "2026-08-24", [2, 2, 2, 0, 0, 0]);
    // what was taken back in the meantime was no purchase
    let story = story.buy("2026-08-27", -50_000);
    check_funnel(&story, "2026-08-12", "2026-08-27", [3, 2, 2, 0, 0, 0]);
}

#[test]
fn without_a_reply_nothing_that_follows_counts() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoReply, &["satisfaction"]);
    check_funnel(&story.buy("2026-08-16", 50_000), "2026-08-15", "2026-08-15", [1, 1, 0, 0, 0, 0]);
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoReply, &["satisfaction"]);
    check_funnel(&story.buy("2026-08-16", 50_000), "2026-08-15", "2026-08-16", [2, 1, 0, 0, 0, 0]);
}

#[test]
fn what_was_skipped_was_not_contacted() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Skipped, &["satisfaction"]);
    let total = reported(&story, "2026-08-15", "2026-08-16").total;
    assert_eq!((stages(total.funnel), total.skipped, total.asked), ([1, 0, 0, 0, 0, 0], 1, 0));
}

#[test]
fn a_visit_counts_until_the_thirtieth_day_after_the_reply() {
    let contacted = || Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoNeed, &["satisfaction"]);
    let on =
        |last: &str, expected| check_funnel(&contacted().contact(last, Visited, |_| {}), "2026-08-15", last, expected);
    // a knowledge step is due from 2 September
    on("2026-09-14", [2, 1, 1, 1, 1, 0]);
    on("2026-09-15", [2, 1, 1, 0, 0, 0]);
    let booked = contacted().contact("2026-08-20", Appointment, |o| o.next_on = Some(day("2026-08-30")));
    check_funnel(&booked, "2026-08-15", "2026-08-20", [1, 1, 1, 1, 0, 0]);
}

#[test]
fn a_period_counts_its_own_contacts_only() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoReply, &["satisfaction"]);
    let story = story.log("2026-08-18", Interested, &["satisfaction"]);
    check_funnel(&story, "2026-08-12", "2026-08-16", [2, 1, 0, 0, 0, 0]);
    check_funnel(&story, "2026-08-16", "2026-08-17", [1, 0, 0, 0, 0, 0]);
    check_funnel(&story, "2026-08-17", "2026-08-18", [1, 1, 1, 0, 0, 0]);
}

#[test]
fn a_template_has_the_steps_that_name_it_and_the_contacts_that_said_it() {
    let said = |template: &'static str| {
        move |o: &mut guide_common::outcome::Outcome| {
            o.template = Some(template.parse().unwrap());
        }
    };
    let story = Story::p01().buy("2026-08-12", 50_000);
    let story = story.log_with("2026-08-12", NoReply, &["thanks"], said("T01"));
    let story = story.log_with("2026-08-15", Interested, &["satisfaction"], said("T01"));
    let by_template = reported(&story, "2026-08-12", "2026-08-15").by_template;
    let row = |id: &str| {
        let figures = by_template[&id.parse().unwrap()];
        (stages(figures.funnel), figures.usage.n_used, figures.usage.n_replied)
    };
    assert_eq!(row("T01"), ([1, 1, 0, 0, 0, 0], 2, 1));
    assert_eq!(row("T03"), ([1, 1, 1, 0, 0, 0], 0, 0));
}

#[test]
fn the_answer_rate_is_of_the_steps_that_asked_for_a_score_and_were_contacted() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", Interested, &["thanks"]);
    let story = story.log_with("2026-08-15", Interested, &["satisfaction"], |o| o.score = Some(4));
    let story = story.buy("2026-09-20", 50_000).log("2026-09-23", Interested, &["satisfaction"]);
    let story = story.contact("2026-09-24", Interested, |o| o.score = Some(1));
    let report = reported(&story, "2026-08-12", "2026-09-30");
    assert_eq!((report.total.asked, report.total.answered), (2, 1));
    assert_eq!((report.rates.answered, report.rates.mean_score), (Some(0.5), Some(2.5)));
    let before = reported(&story, "2026-08-12", "2026-08-14");
    assert_eq!((before.rates.answered, before.rates.mean_score), (None, None));
}

#[track_caller]
fn check_repeat(story: &Story, from: &str, to: &str, expected: [u64; 4]) {
    let RepeatFigures { cohort, repeated, buyers, returning, .. } = reported(story, from, to).repeat;
    assert_eq!([cohort, repeated, buyers, returning], expected, "{from} to {to}");
}

#[test]
fn a_customer_bought_again_within_a_year_of_the_first_purchase_on_another_day() {
    let first = || Story::p01().buy("2025-03-01", 50_000).buy("2025-03-01", 20_000);
    let (before, ripe) = (("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31"));
    check_repeat(&first(), before.0, before.1, [0; 4]);
    check_repeat(&first(), ripe.0, ripe.1, [1, 0, 0, 0]);
    let within = first().buy("2026-03-01", 50_000);
    check_repeat(&within, ripe.0, ripe.1, [1, 1, 1, 1]);
    let after = first().buy("2026-03-02", 50_000);
    check_repeat(&after, ripe.0, ripe.1, [1, 0, 1, 1]);
    let returned = first().buy("2025-06-01", 50_000).buy("2025-06-03", -50_000);
    check_repeat(&returned, ripe.0, ripe.1, [1, 0, 0, 0]);
    assert_eq!(reported(&within, ripe.0, ripe.1).rates.repeat, Some(1.0));
}

#[test]
fn a_first_purchase_of_the_period_makes_a_buyer_who_does_not_return() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-20", 50_000);
    check_repeat(&story, "2026-08-01", "2026-08-31", [0, 0, 1, 0]);
    check_repeat(&story, "2026-08-13", "2026-08-31", [0, 0, 1, 1]);
}

#[test]
fn the_cohort_waits_until_its_days_have_passed_at_the_report_s_end() {
    let story = Story::p01().buy("2025-08-20", 50_000);
    let whole_month = period("2026-08-01", "2026-08-31");
    let as_of = |today: &str| report(std::iter::once(&story.file), &story.rules, whole_month, day(today), None).repeat;
    assert_eq!((as_of("2026-08-19").cohort, as_of("2026-08-20").cohort), (0, 1));
}

#[test]
fn a_promise_is_counted_once_in_the_period_in_which_it_is_due() {
    let of = |story: &Story, from: &str, to: &str| {
        let PromiseFigures { kept, kept_late, broken, open } = reported(story, from, to).promises;
        [kept, kept_late, broken, open]
    };
    let story = || Story::p01().promise("2026-08-12", "2026-08-15");
    assert_eq!(of(&story(), "2026-08-12", "2026-08-14"), [0; 4]);
    assert_eq!(of(&story(), "2026-08-12", "2026-08-15"), [0, 0, 0, 1]);
    assert_eq!(of(&story(), "2026-08-12", "2026-08-16"), [0, 0, 1, 0]);
    assert_eq!(of(&story().keep_promise("2026-08-15"), "2026-08-12", "2026-08-16"), [1, 0, 0, 0]);
    let late = story().keep_promise("2026-08-16");
    assert_eq!(of(&late, "2026-08-12", "2026-08-16"), [0, 1, 0, 0]);
    assert_eq!(of(&late, "2026-08-16", "2026-08-31"), [0; 4]);
    assert_eq!(reported(&late, "2026-08-12", "2026-08-16").rates.promises_kept, Some(0.0));
}

#[test]
fn each_day_has_what_was_due_done_and_contacted_on_it() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", Interested, &["thanks"]);
    let story = story.log("2026-08-15", Skipped, &["satisfaction"]).contact("2026-08-15", Interested, |_| {});
    let days = reported(&story, "2026-08-12", "2026-08-16").days;
    let rows: Vec<_> = days.iter().map(|day| (day.on.to_string(), [day.due, day.done, day.contacts])).collect();
    let row = |on: &str, figures| (on.to_owned(), figures);
    let expected = [
        row("2026-08-12", [1, 1, 1]),
        row("2026-08-13", [0, 0, 0]),
        row("2026-08-14", [0, 0, 0]),
        row("2026-08-15", [1, 0, 1]),
        row("2026-08-16", [0, 0, 0]),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_long_period_tells_its_last_days_apart_and_one_to_come_has_none() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let days = reported(&story, "2000-01-01", "2026-08-12").days;
    assert_eq!(
        (days.len() as u64, days.last().unwrap().on, days.last().unwrap().due),
        (MAX_DAYS, day("2026-08-12"), 1)
    );
    let to_come = period("2031-01-01", "2031-02-01");
    let report = report(std::iter::once(&story.file), &story.rules, to_come, day("2026-08-12"), None);
    assert!(report.days.is_empty());
}

#[test]
fn reports_over_parts_of_the_customers_add_up_to_the_report_over_all() {
    let stories = [
        Story::p01()
            .buy("2026-08-12", 50_000)
            .log_with("2026-08-15", Interested, &["satisfaction"], |o| o.score = Some(4)),
        Story::p01().buy("2025-08-12", 50_000).buy("2026-08-10", 50_000).promise("2026-08-12", "2026-08-15"),
        Story::p01().buy("2026-08-11", 50_000).log("2026-08-11", NoNeed, &["thanks"]),
    ];
    let rules = &stories[0].rules;
    let of = |files: &[&Story]| {
        let files = files.iter().map(|story| &story.file);
        report(files, rules, period("2026-08-01", "2026-08-31"), day("2026-08-31"), None)
    };
    let [a, b, c] = &stories;
    let mut sum = of(&[a]);
    sum.add(&of(&[b, c]));
    assert_eq!(sum, of(&[a, b, c]));
    assert_ne!(sum.rates, Default::default());
}

#[test]
fn a_report_of_an_older_program_is_read_without_what_it_does_not_have() {
    let text = r#"{"period":{"from":"2026-08-12","to":"2026-08-12"},"as_of":"2026-08-12","total":{"due":1,"done":1,
        "on_time":1,"skipped":0,"skipped_by":{},"not_reached":0,"expired":0,"superseded":0,"ended":0,"open":0,
        "outcomes":{},"satisfaction":[0,0,0,0,0]},"by_plan":{}}"#;
    let report: Report = serde_json::from_str(text).unwrap();
    assert_eq!((report.total.due, report.total.funnel, report.days.len()), (1, Funnel::default(), 0));
}

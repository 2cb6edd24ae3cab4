//! What starts a run, from which day it counts, and what ends it: one claim a trigger and key.

use guide_common::customer::{Anniversary, Birthday, Tag};
use guide_common::outcome::OutcomeCode::*;
use guide_common::promise::AppointmentResult::*;
use guide_common::purchase::Item;
use guide_common::record::Risk;
use guide_common::sop::settings::{TagChoice, TagGroup};

use crate::story::{Story, day, sop};

/// A story of one plan of one step that is open for a while after its anchor.
fn open_for(trigger: &str, step: &str) -> Story {
    Story::new(vec![sop("", &[trigger], &[step])])
}

/// A step that is due on the anchor's day only.
const THAT_DAY: &str = "offset = '0d'; until = '0d'";

fn pieces(mut story: Story, materials: &[&str]) -> Story {
    let item = |material: &&str| Item { material: Some((*material).to_owned()), ..Item::default() };
    story.file.purchases.last_mut().unwrap().items = materials.iter().map(item).collect();
    story
}

fn born(birthday: Option<Birthday>, step: &str) -> Story {
    let mut story = open_for("on = 'birthday'", step);
    story.file.customer.birthday = birthday;
    story
}

#[test]
fn of_categories_only_their_purchases_are_summed() {
    let story = open_for("on = 'purchase'; min_amount_fen = 30000; categories = ['珍珠']", THAT_DAY);
    let story = pieces(story.buy("2026-08-12", 20_000), &["足金"]);
    pieces(story, &["足金"]).check("2026-08-12", "");
    let story = open_for("on = 'purchase'; min_amount_fen = 30000; categories = ['珍珠']", THAT_DAY);
    let story = pieces(pieces(story.buy("2026-08-12", 20_000), &["珍珠"]).buy("2026-08-12", 10_000), &["珍珠"]);
    story.check("2026-08-12", "s 08-12 wecom");
}

#[test]
fn each_piece_of_a_purchase_is_an_anchor_of_its_own() {
    let story = open_for("on = 'purchase'; each_item = true", THAT_DAY);
    let story = pieces(story.buy("2026-08-12", 50_000), &["珍珠", "足金"]);
    story.check("2026-08-12", "s 08-12 wecom, s 08-12 wecom");
}

#[test]
fn a_piece_is_cared_for_again_and_again_in_the_rhythm_of_its_material() {
    let story = open_for("on = 'purchase'; each_item = true; repeat_by_material = { '银饰' = '+3m' }", THAT_DAY);
    let story = pieces(story.buy("2025-11-30", 50_000), &["银饰", "珍珠"]);
    // every turn is counted from the purchase: 30 November, 28 February, 30 May
    story.check_days("2025-11-30", "2026-06-30", "02-28, 05-30");
}

#[test]
fn two_returns_of_one_amount_take_back_two_sales() {
    let story = || open_for("on = 'purchase'; min_amount_fen = 30000", "offset = '+10d'; until = '+10d'");
    let mut story = story().buy("2026-08-01", 50_000).buy("2026-08-05", 50_000).buy("2026-08-06", -50_000);
    story.file.purchases[1].sale_no = Some("S2".to_owned());
    story.file.purchases[2].returns_sale_no = Some("S2".to_owned());
    story.check_days("2026-08-01", "2026-08-31", "08-11");
    // the second return names no sale: the one of the 5th is back already
    story.buy("2026-08-07", -50_000).check_days("2026-08-01", "2026-08-31", "");
}

#[test]
fn a_piece_taken_back_is_cared_for_no_more() {
    let care = |returned: &[(i64, Option<&str>)]| {
        let story = open_for("on = 'purchase'; each_item = true; repeat_by_material = { '银饰' = '+3m' }", THAT_DAY);
        let mut story = pieces(story.buy("2026-01-10", 50_000), &["银饰"]).buy("2026-01-10", 30_000);
        story.file.purchases[0].sale_no = Some("S1".to_owned());
        for (fen, names) in returned {
            story = story.buy("2026-01-12", -fen);
            story.file.purchases.last_mut().unwrap().returns_sale_no = names.map(str::to_owned);
        }
        story.due_days("2026-01-10", "2026-06-30")
    };
    assert_eq!(care(&[]), "04-10");
    assert_eq!(care(&[(50_000, Some("S1"))]), "", "named");
    assert_eq!(care(&[(20_000, Some("S1"))]), "04-10", "in part");
    assert_eq!(care(&[(20_000, Some("S1")), (30_000, Some("S1"))]), "", "in two parts");
    assert_eq!(care(&[(50_000, None)]), "", "the sale of the same amount");
    assert_eq!(care(&[(30_000, None)]), "04-10", "the other sale of that day");
}

#[test]
fn a_plan_repeats_from_each_anchor_while_its_trigger_is_met() {
    let story = Story::new(vec![sop("repeat = '+1m'", &["on = 'tagged'; group = 'OCC'"], &[THAT_DAY])]);
    let story = story.tag("2026-01-31", "OCC:生日");
    story.check_days("2026-01-01", "2026-05-31", "01-31, 02-28, 03-31, 04-30, 05-31");
    let story = story.untag("2026-04-01", "OCC:生日");
    story.check_days("2026-01-01", "2026-05-31", "01-31, 02-28, 03-31");
}

#[test]
fn after_a_run_none_starts_within_its_rest() {
    let story = Story::new(vec![sop("rest = '+30d'", &["on = 'purchase'"], &[THAT_DAY])]);
    let story = story.buy("2026-08-01", 100).buy("2026-08-30", 100).buy("2026-08-31", 100).buy("2026-09-29", 100);
    story.check_days("2026-08-01", "2026-10-31", "08-01, 08-31");
}

#[test]
fn a_returned_run_gives_no_rest_and_what_it_kept_from_starting_counts_from_the_return_on() {
    let step = "offset = '0d'; until = '+9d'";
    let story = Story::new(vec![sop("rest = '+30d'; ends_on = ['returned']", &["on = 'purchase'"], &[step])]);
    let story = story.buy("2026-08-01", 100).buy("2026-08-05", 200).buy("2026-08-07", -100);
    story.check("2026-08-06", "s 08-01 wecom").check("2026-08-07", "s 08-05 wecom");
}

#[test]
fn anchors_before_starts_on_start_nothing() {
    let story =
        Story::new(vec![sop("starts_on = '2026-08-10'", &["on = 'purchase'"], &["offset = '0d'; until = '+5d'"])]);
    story.buy("2026-08-09", 100).buy("2026-08-12", 100).check_days("2026-08-01", "2026-08-31", "08-12..08-17");
}

#[test]
fn of_two_triggers_either_starts_a_run_and_both_on_one_day_start_one() {
    let lead = "on = 'contact_added'";
    let mut story = Story::new(vec![sop("", &["on = 'lead'", lead], &[THAT_DAY])]);
    story.file.customer.lead_on = Some(day("2026-08-12"));
    story.file.customer.wecom_on = Some(day("2026-08-14"));
    story.check_days("2026-08-01", "2026-08-31", "08-12, 08-14");
    story.file.customer.wecom_on = story.file.customer.lead_on;
    story.check("2026-08-12", "s 08-12 wecom");
}

#[test]
fn of_two_triggers_met_on_one_day_the_run_goes_on_while_either_is_met() {
    let step = "offset = '0d'; until = '+20d'";
    let triggers = ["on = 'tagged'; group = 'OCC'; value = '生日'", "on = 'tagged'; group = 'MAT'"];
    let story = || Story::new(vec![sop("", &triggers, &[step])]).tag("2026-08-01", "OCC:生日");
    let story = story().tag("2026-08-01", "MAT:珍珠").untag("2026-08-05", "OCC:生日");
    story.check_days("2026-08-01", "2026-08-31", "08-01..08-21");
    story.untag("2026-08-07", "MAT:珍珠").check_days("2026-08-01", "2026-08-31", "08-01..08-06");
}

// yearly dates

#[test]
fn a_lunar_birthday_of_a_leap_month_falls_in_the_ordinary_month_of_other_years() {
    // 闰八月初五 of 1995; 2026 has no leap eighth month
    born(Birthday::lunar(Some(1995), 8, 5, true), THAT_DAY).check_days("2026-01-01", "2026-12-31", "09-15");
    // 2025 has a leap sixth month: who was born in it celebrates in it
    born(Birthday::lunar(Some(1987), 6, 3, true), THAT_DAY).check_days("2025-01-01", "2025-12-31", "07-27");
    born(Birthday::lunar(Some(1987), 6, 3, false), THAT_DAY).check_days("2025-01-01", "2025-12-31", "06-27");
}

#[test]
fn day_30_of_a_short_lunar_month_is_its_last_day() {
    // the twelfth month has 30 days in the lunar year 2023 and 29 in 2024
    let story = born(Birthday::lunar(None, 12, 30, false), THAT_DAY);
    story.check_days("2024-01-01", "2024-12-31", "02-09").check_days("2025-01-01", "2025-12-31", "01-28");
}

#[test]
fn a_lunar_birthday_can_fall_on_two_days_of_a_solar_year() {
    let story = born(Birthday::lunar(None, 11, 20, false), THAT_DAY);
    story.check_days("2026-01-01", "2026-12-31", "01-08, 12-28");
}

#[test]
fn a_yearly_date_before_the_shop_knew_the_customer_starts_nothing() {
    let mut story = born(Birthday::solar(Some(1990), 8, 20), "offset = '-7d'; until = '+3d'");
    story.file.customer.since_on = Some(day("2026-08-15"));
    // known since within the window: what is left of it
    story.check_days("2026-08-01", "2026-08-31", "08-15..08-23");
    story.file.customer.since_on = Some(day("2026-08-21"));
    story.check_days("2026-08-01", "2027-08-31", "08-13..08-23");
}

#[test]
fn nobody_is_wished_a_birthday_in_the_year_of_the_birth() {
    let story = born(Birthday::solar(Some(2026), 8, 20), THAT_DAY);
    story.check_days("2026-01-01", "2027-12-31", "08-20").check("2026-08-20", "");
}

#[test]
fn a_plan_that_rests_keeps_its_turns_as_the_years_pass() {
    let mut story = Story::new(vec![sop("rest = '+20m'", &["on = 'birthday'"], &[THAT_DAY])]);
    story.file.customer.birthday = Birthday::solar(None, 8, 20);
    story.file.customer.since_on = Some(day("2015-01-01"));
    let years: Vec<i32> = (2015..=2030).filter(|year| !story.due_on(&format!("{year}-08-20")).is_empty()).collect();
    assert_eq!(years, [2015, 2017, 2019, 2021, 2023, 2025, 2027, 2029]);
}

#[test]
fn a_plan_that_runs_once_runs_once_as_the_years_pass() {
    let mut story = Story::new(vec![sop("restart = 'once'", &["on = 'birthday'"], &[THAT_DAY])]);
    story.file.customer.birthday = Birthday::solar(None, 8, 20);
    story.file.customer.since_on = Some(day("2015-01-01"));
    let years: Vec<i32> = (2015..=2030).filter(|year| !story.due_on(&format!("{year}-08-20")).is_empty()).collect();
    assert_eq!(years, [2015]);
}

#[test]
fn a_festival_comes_every_year_or_in_one_only_and_by_its_own_calendar() {
    let yearly = open_for("on = 'date'; date = '07-07'; calendar = 'lunar'", THAT_DAY);
    yearly.check_days("2026-01-01", "2026-12-31", "08-19").check_days("2025-01-01", "2025-12-31", "08-29");
    let once = open_for("on = 'date'; date = '2026-05-20'", THAT_DAY);
    once.check_days("2026-01-01", "2026-12-31", "05-20").check_days("2027-01-01", "2027-12-31", "");
}

#[test]
fn a_lunar_festival_falls_in_the_ordinary_month_and_on_the_last_day_of_a_short_one() {
    // 2025 has a leap sixth month; the twelfth month of the lunar year 2025 has 29 days
    let of = |date: &str| open_for(&format!("on = 'date'; date = '{date}'; calendar = 'lunar'"), THAT_DAY);
    of("06-06").check_days("2025-01-01", "2025-12-31", "06-30");
    of("12-30").check_days("2026-01-01", "2026-12-31", "02-16");
}

#[test]
fn an_anniversary_is_of_its_kind() {
    let mut story = open_for("on = 'anniversary'; of = 'wedding'", THAT_DAY);
    let date = |month| Birthday::solar(Some(2020), month, 1).unwrap();
    story.file.customer.anniversaries = vec![
        Anniversary { kind: "wedding".to_owned(), date: date(9) },
        Anniversary { kind: "first_met".to_owned(), date: date(10) },
    ];
    story.check_days("2026-01-01", "2026-12-31", "09-01");
}

// silence and risk

#[test]
fn a_silence_is_long_enough_on_a_day_and_ends_with_a_sign() {
    let silence = |since: &str| {
        open_for(&format!("on = 'dormant'; days = 30; since = '{since}'"), "offset = '0d'; until = '+60d'")
    };
    let told = |story: Story| {
        let story = story.buy("2026-01-01", 100).contact("2026-02-10", Interested, |_| {});
        story.contact("2026-02-15", Visited, |_| {}).due_days("2026-01-01", "2026-03-31")
    };
    // the 30th day after the first of January is the 31st
    assert_eq!(told(silence("visit")), "01-31..02-14, 03-17..03-31");
    assert_eq!(told(silence("purchase")), "01-31..03-31");
    assert_eq!(told(silence("contact")), "01-31..02-09, 03-17..03-31");
}

#[test]
fn a_visit_that_was_kept_is_a_sign_of_the_customer() {
    let story = open_for("on = 'dormant'; days = 30", "offset = '0d'; until = '+60d'").buy("2026-01-01", 100);
    let story = story.agree_visit("2026-01-10", "2026-01-20").close_visit("2026-01-20", Kept);
    story.check_days("2026-01-01", "2026-02-28", "02-19..02-28");
}

#[test]
fn who_never_came_is_not_silent() {
    open_for("on = 'dormant'; days = 30", THAT_DAY).check_days("2026-01-01", "2026-12-31", "");
}

#[test]
fn a_silence_that_was_long_enough_when_the_plan_began_counts_from_that_day() {
    let step = "offset = '0d'; until = '+5d'";
    let story = Story::new(vec![sop("starts_on = '2026-08-01'", &["on = 'dormant'; days = 30"], &[step])]);
    story.buy("2020-01-01", 100).check_days("2026-01-01", "2026-12-31", "08-01..08-06");
}

#[test]
fn a_risk_starts_a_run_when_it_is_seen_and_ends_it_when_it_is_another_one_or_the_customer_buys() {
    let story =
        || open_for("on = 'dormant'; risk = 'red'", "offset = '0d'; until = '+9d'").risk("2026-08-01", Risk::Red);
    story().risk("2026-08-03", Risk::Red).check_days("2026-07-01", "2026-08-31", "08-01..08-10");
    story().risk("2026-08-03", Risk::Amber).check_days("2026-07-01", "2026-08-31", "08-01..08-02");
    story().buy("2026-08-05", 100).check_days("2026-07-01", "2026-08-31", "08-01..08-04");
    let again = story().risk("2026-08-03", Risk::Green).risk("2026-08-20", Risk::Red);
    again.check_days("2026-07-01", "2026-08-31", "08-01..08-02, 08-20..08-29");
}

// the customer's document

#[test]
fn a_lead_is_followed_until_the_first_purchase() {
    let mut story = open_for("on = 'lead'", "offset = '+1d'; until = '+9d'");
    story.file.customer.lead_on = Some(day("2026-08-01"));
    story.check_days("2026-07-01", "2026-08-31", "08-02..08-10");
    story.buy("2026-08-05", 100).check_days("2026-07-01", "2026-08-31", "08-02..08-04");
}

#[test]
fn a_contact_added_counts_from_its_day() {
    let mut story = open_for("on = 'contact_added'", "offset = '+1d'; until = '+3d'");
    story.file.customer.wecom_on = Some(day("2026-08-01"));
    story.check_days("2026-07-01", "2026-08-31", "08-02..08-04");
}

#[test]
fn a_tag_starts_a_run_on_each_day_on_which_it_is_applied_and_taking_it_away_ends_it() {
    let story = open_for("on = 'tagged'; group = 'OCC'; value = '婚嫁'", "offset = '0d'; until = '+9d'");
    let story = story.tag("2026-08-01", "OCC:婚嫁").tag("2026-08-02", "OCC:生日").untag("2026-08-04", "OCC:婚嫁");
    story.check_days("2026-07-01", "2026-08-31", "08-01..08-03");
    story.tag("2026-08-06", "OCC:婚嫁").check_days("2026-07-01", "2026-08-31", "08-01..08-03, 08-06..08-15");
}

#[test]
fn a_tag_of_the_document_counts_from_its_day() {
    let mut story = open_for("on = 'tagged'; group = 'OCC'", "offset = '0d'; until = '+2d'");
    let tag =
        |on: Option<&str>| Tag { group: "OCC".to_owned(), value: "婚嫁".to_owned(), on: on.map(day), source: None };
    story.file.customer.tags = vec![tag(Some("2026-08-01")), tag(None)];
    story.check_days("2026-07-01", "2026-08-31", "08-01..08-03");
}

#[test]
fn of_a_group_of_one_value_another_value_takes_the_tag_away() {
    let tag = |choice| {
        let mut story = open_for("on = 'tagged'; group = 'STG'; value = '线索'", "offset = '0d'; until = '+9d'");
        let name = guide_common::sop::plan::Text { zh: "阶段".to_owned(), en: "stage".to_owned() };
        let group = TagGroup { code: "STG".to_owned(), name, choice, ttl_days: None, values: Vec::new() };
        std::sync::Arc::make_mut(&mut story.rules.settings).tag_groups = vec![group];
        story.tag("2026-08-01", "STG:线索").tag("2026-08-04", "STG:首购").due_days("2026-07-01", "2026-08-31")
    };
    assert_eq!(tag(TagChoice::Single), "08-01..08-03");
    assert_eq!(tag(TagChoice::Multi), "08-01..08-10");
}

#[test]
fn a_tag_taken_away_and_applied_again_on_one_day_stands() {
    let story = || open_for("on = 'tagged'; group = 'OCC'", "offset = '0d'; until = '+2d'");
    let again = story().tag("2026-08-01", "OCC:婚嫁").untag("2026-08-01", "OCC:婚嫁").tag("2026-08-01", "OCC:婚嫁");
    again.check_days("2026-07-01", "2026-08-31", "08-01..08-03");
    again.untag("2026-08-01", "OCC:婚嫁").check_days("2026-07-01", "2026-08-31", "");
}

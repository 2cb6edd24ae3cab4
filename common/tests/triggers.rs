//! What starts a run, from which day it counts, and what ends it: one claim a trigger and key.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod story;

use guide_common::consent::SecretSide;
use guide_common::customer::{Anniversary, Birthday, Tag};
use guide_common::outcome::Channel;
use guide_common::outcome::OutcomeCode::*;
use guide_common::promise::AppointmentResult::*;
use guide_common::purchase::Item;
use guide_common::record::{Level, Risk};
use guide_common::sop::settings::{TagChoice, TagGroup};
use story::{Story, day, one_step, sop};

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

// headquarters' records

#[test]
fn a_level_that_expires_counts_from_its_last_sure_day_and_renewing_it_ends_the_run() {
    let story = || open_for("on = 'level'; event = 'expires'; level = 'gold'", "offset = '-30d'; until = '-1d'");
    let until =
        |story: Story, on: &str, level, until_on: &str| story.level(on, level, |r| r.until_on = Some(day(until_on)));
    let gold = until(story(), "2026-01-01", Level::Gold, "2026-08-31");
    gold.check_days("2026-07-01", "2026-09-30", "08-01..08-30");
    let same = until(gold, "2026-08-05", Level::Gold, "2026-08-31");
    same.check_days("2026-07-01", "2026-09-30", "08-01..08-30");
    until(same, "2026-08-10", Level::Gold, "2027-08-31").check_days("2026-07-01", "2026-09-30", "08-01..08-09");
    until(story(), "2026-01-01", Level::Silver, "2026-08-31").check_days("2026-07-01", "2026-09-30", "");
}

#[test]
fn a_level_renewed_and_taken_back_expires_after_all() {
    let story = open_for("on = 'level'; event = 'expires'", "offset = '-30d'; until = '-1d'");
    let until =
        |story: Story, on: &str, until_on: &str| story.level(on, Level::Gold, |r| r.until_on = Some(day(until_on)));
    let story =
        until(until(until(story, "2026-01-01", "2026-08-31"), "2026-08-10", "2027-08-31"), "2026-08-20", "2026-08-31");
    story.check("2026-08-25", "s 08-31 wecom");
}

#[test]
fn a_level_is_near_on_the_day_on_which_headquarters_saw_it() {
    let story = open_for("on = 'level'; event = 'near'; gap_percent = 10", "offset = '0d'; until = '+9d'");
    let gap = |story: Story, on: &str, fen| {
        story.level(on, Level::Silver, |r| (r.to_next_fen, r.next_fen) = (Some(fen), Some(2_000_000)))
    };
    let story = gap(gap(story, "2026-08-01", 200_001), "2026-08-03", 200_000);
    story.check_days("2026-07-01", "2026-08-31", "08-03..08-12");
    let story = gap(story, "2026-08-05", 100_000);
    story.check_days("2026-07-01", "2026-08-31", "08-03..08-12");
    gap(story, "2026-08-07", 300_000).check_days("2026-07-01", "2026-08-31", "08-03..08-06");
}

#[test]
fn a_level_that_rose_counts_from_the_day_on_which_headquarters_saw_it() {
    let story = open_for("on = 'level'; event = 'rose'", "offset = '0d'; until = '+4d'");
    let story = story.level("2026-08-01", Level::Silver, |_| {}).level("2026-08-05", Level::Gold, |_| {});
    story.check_days("2026-07-01", "2026-08-31", "08-05..08-09");
    story.level("2026-08-07", Level::Regular, |_| {}).check_days("2026-07-01", "2026-08-31", "08-05..08-06");
}

#[test]
fn a_coupon_counts_from_its_last_day_until_it_is_redeemed_or_void() {
    let story = |change: fn(&mut guide_common::record::Coupon)| {
        let story = open_for("on = 'coupon_expiry'; kinds = ['CASH']", "offset = '-3d'; until = '0d'");
        story.coupon("K1", "2026-08-01", "2026-08-20", change).due_days("2026-07-01", "2026-08-31")
    };
    assert_eq!(story(|_| {}), "08-17..08-20");
    assert_eq!(story(|coupon| coupon.redeemed_on = Some(day("2026-08-19"))), "08-17..08-18");
    assert_eq!(story(|coupon| coupon.voided_on = Some(day("2026-08-10"))), "");
    assert_eq!(story(|coupon| coupon.kind = "SVC".to_owned()), "");
}

#[test]
fn two_coupons_that_expire_on_one_day_are_two_dues_and_a_late_one_has_what_is_left() {
    let story = open_for("on = 'coupon_expiry'", "offset = '-3d'; until = '0d'");
    let story = story.coupon("K1", "2026-08-01", "2026-08-20", |_| {}).coupon("K2", "2026-08-19", "2026-08-20", |_| {});
    story.check("2026-08-18", "s 08-20 wecom").check("2026-08-19", "s 08-20 wecom, s 08-20 wecom");
}

#[test]
fn a_ticket_counts_from_the_day_that_is_named() {
    let story = |event: &str, days: [&str; 4]| {
        let story = open_for(&format!("on = 'ticket'; event = '{event}'"), "offset = '0d'; until = '+4d'");
        story.ticket("R1", days).due_days("2026-07-01", "2026-08-31")
    };
    let whole = ["2026-08-01", "2026-08-08", "2026-08-10", "2026-08-12"];
    assert_eq!(story("received", whole), "08-01..08-05");
    assert_eq!(story("ready", whole), "08-10..08-11", "collecting settles it");
    assert_eq!(story("uncollected", whole), "08-10..08-11");
    assert_eq!(story("collected", whole), "08-12..08-16");
    assert_eq!(story("promised", whole), "08-08..08-09", "being ready settles it");
    for event in ["promised", "ready", "uncollected", "collected"] {
        assert_eq!(story(event, ["2026-08-01", "-", "-", "-"]), "", "{event} is not known");
    }
}

#[test]
fn a_change_of_owner_counts_from_its_day() {
    let story = open_for("on = 'owner_changed'", "offset = '0d'; until = '+3d'").change_owner("2026-08-01");
    story.check_days("2026-07-01", "2026-08-31", "08-01..08-04");
}

#[test]
fn a_life_event_counts_from_its_day_and_only_where_the_customer_told_of_it() {
    let story = |told: bool, on: &str| {
        let story = open_for("on = 'life_event'; kind = 'birth'", "offset = '+10d'; until = '+25d'");
        story.life_event(on, "birth", "2026-08-01", told).due_days("2026-07-01", "2026-08-31")
    };
    assert_eq!(story(true, "2026-08-02"), "08-11..08-26");
    assert_eq!(story(true, "2026-08-20"), "08-20..08-26", "told late");
    assert_eq!(story(false, "2026-08-02"), "");
    let other = open_for("on = 'life_event'; kind = 'birth'", THAT_DAY);
    other.life_event("2026-08-02", "move", "2026-08-02", true).check("2026-08-02", "");
}

#[test]
fn a_dispatch_counts_from_the_day_that_headquarters_named_over_the_channel_that_it_chose() {
    let story = open_for("on = 'dispatch'", "offset = '-1d'; until = '+2d'; channels = ['wecom', 'phone']");
    let story = story.dispatch("D1", "2026-08-01", "2026-08-05", Some(Channel::Phone));
    story.check("2026-08-03", "").check("2026-08-04", "s 08-05 phone").check("2026-08-07", "s 08-05 phone");
    let story = story.log("2026-08-05", NoReply, &["s"]);
    story.check("2026-08-07", "s 08-05#1 wecom");
    let twice = open_for("on = 'dispatch'", THAT_DAY).dispatch("D1", "2026-08-01", "2026-08-05", None);
    twice.dispatch("D2", "2026-08-02", "2026-08-05", None).check("2026-08-05", "s 08-05 wecom, s 08-05 wecom");
}

#[test]
fn a_dispatch_of_another_plan_starts_nothing() {
    let other = sop("id = 'B'", &["on = 'dispatch'"], &["id = 'b'; offset = '0d'; until = '0d'"]);
    let mine = sop("", &["on = 'dispatch'"], &[THAT_DAY]);
    Story::new(vec![mine, other]).dispatch("D1", "2026-08-01", "2026-08-05", None).check("2026-08-05", "s 08-05 wecom");
}

// visits

const VISIT: [&str; 3] = [
    "id = 'confirm'; offset = '-1d'; until = '-1d'",
    "id = 'visit'; offset = '0d'; until = '0d'",
    "id = 'missed'; from = 'no_show_on'; offset = '0d'; until = '+1d'",
];

fn visits() -> Story {
    Story::new(vec![sop("", &["on = 'appointment'"], &VISIT)])
}

#[test]
fn a_visit_counts_from_its_day_whether_agreed_by_itself_or_by_an_outcome() {
    let own = visits().agree_visit("2026-08-10", "2026-08-20");
    own.check("2026-08-19", "confirm 08-20 wecom").check("2026-08-20", "visit 08-20 wecom").check("2026-08-21", "");
    let story = visits().contact("2026-08-10", Appointment, |outcome| outcome.next_on = Some(day("2026-08-20")));
    story.check("2026-08-19", "confirm 08-20 wecom").check("2026-08-20", "visit 08-20 wecom").check("2026-08-21", "");
    visits().contact("2026-08-10", Appointment, |_| {}).check_days("2026-08-10", "2026-09-30", "");
}

#[test]
fn a_visit_agreed_for_the_same_day_needs_no_confirming() {
    visits().agree_visit("2026-08-20", "2026-08-20").check("2026-08-20", "visit 08-20 wecom");
}

#[test]
fn a_visit_kept_is_done() {
    let story = visits().agree_visit("2026-08-10", "2026-08-20").close_visit("2026-08-20", Kept);
    story.check("2026-08-20", "").check("2026-08-21", "");
    let came = visits().agree_visit("2026-08-10", "2026-08-20").contact("2026-08-20", Visited, |_| {});
    came.check("2026-08-20", "").check("2026-08-21", "");
}

#[test]
fn who_did_not_come_is_asked_after_and_nothing_else_of_the_visit_goes_on() {
    let story = visits().agree_visit("2026-08-10", "2026-08-20").close_visit("2026-08-20", NoShow);
    story.check("2026-08-20", "missed 08-20 wecom").check("2026-08-21", "missed 08-20 wecom").check("2026-08-22", "");
}

#[test]
fn a_visit_that_was_kept_first_was_not_missed() {
    let came = visits().agree_visit("2026-08-10", "2026-08-20").contact("2026-08-20", Visited, |_| {});
    came.close_visit("2026-08-21", NoShow).check("2026-08-21", "");
}

// dates beside the anchor

#[test]
fn a_step_counts_from_the_next_date_that_the_outcome_named() {
    let story = open_for("on = 'outcome'; codes = ['interested']", "from = 'next_on'; offset = '-1d'; until = '0d'");
    story.check_days("2026-08-01", "2026-08-31", "");
    let story = story.contact("2026-08-10", Interested, |outcome| outcome.next_on = Some(day("2026-08-20")));
    story.check_days("2026-08-01", "2026-08-31", "08-19..08-20");
    let unnamed = open_for("on = 'outcome'; codes = ['interested']", "from = 'next_on'; offset = '0d'; until = '+9d'");
    unnamed.contact("2026-08-10", Interested, |_| {}).check_days("2026-08-01", "2026-08-31", "");
}

#[test]
fn a_step_counts_from_the_latest_visit_agreed_since_and_not_from_one_called_off() {
    let story = open_for("on = 'dispatch'", "from = 'visit_on'; offset = '-1d'; until = '-1d'");
    let story = story.agree_visit("2026-07-30", "2026-08-15").dispatch("D1", "2026-08-01", "2026-08-01", None);
    story.check_days("2026-08-01", "2026-08-31", "");
    let story = story.agree_visit("2026-08-05", "2026-08-20");
    story.check_days("2026-08-06", "2026-08-31", "08-19");
    story.close_visit("2026-08-10", Cancelled).check_days("2026-08-10", "2026-08-31", "");
}

#[test]
fn a_step_counts_down_to_the_wedding() {
    let mut story = open_for("on = 'lead'", "from = 'wedding_on'; offset = '-30d'; until = '-20d'");
    story.file.customer.lead_on = Some(day("2026-08-01"));
    story.check_days("2026-08-01", "2026-12-31", "");
    story.file.customer.wedding_on = Some(day("2026-10-31"));
    story.check_days("2026-08-01", "2026-12-31", "10-01..10-11");
}

#[test]
fn a_step_counts_from_the_next_wedding_anniversary_and_no_other_one() {
    let mut story = open_for("on = 'lead'", "from = 'anniversary'; offset = '0d'; until = '0d'");
    story.file.customer.lead_on = Some(day("2026-08-01"));
    let date = |year, month| Birthday::solar(Some(year), month, 1).unwrap();
    story.file.customer.anniversaries = vec![
        Anniversary { kind: "first_met".to_owned(), date: date(2018, 9) },
        Anniversary { kind: "wedding".to_owned(), date: date(2020, 10) },
    ];
    story.check_days("2026-08-01", "2027-12-31", "10-01");
    story.file.customer.anniversaries[1].date = date(2026, 10);
    story.check_days("2026-08-01", "2027-12-31", "10-01").check("2026-10-01", "");
}

#[test]
fn a_step_counts_from_the_latest_purchase_up_to_the_anchor() {
    let story = open_for("on = 'outcome'; min_score = 5", "from = 'bought_on'; offset = '+30d'; until = '+31d'");
    let story =
        story.buy("2026-07-01", 100).buy("2026-07-10", 100).contact("2026-07-13", Interested, |o| o.score = Some(5));
    story.buy("2026-07-20", 100).check_days("2026-07-01", "2026-09-30", "08-09..08-10");
}

#[test]
fn a_step_counts_from_the_days_of_its_ticket() {
    let story = |from: &str, ready: &str| {
        let story =
            open_for("on = 'ticket'; event = 'received'", &format!("from = '{from}'; offset = '+1d'; until = '+1d'"));
        story.ticket("R1", ["2026-08-01", "2026-08-08", ready, "-"]).due_days("2026-08-01", "2026-08-31")
    };
    assert_eq!((story("ready_on", "2026-08-10"), story("ready_on", "-")), ("08-11".to_owned(), String::new()));
    assert_eq!(story("promised_on", "-"), "08-09");
}

// outcomes

/// The days on which a plan is due that an outcome of the 10th starts.
fn after_outcome(trigger: &str, code: guide_common::outcome::OutcomeCode, score: Option<u8>) -> String {
    let story = open_for(&format!("on = 'outcome'; {trigger}"), "offset = '+1d'; until = '+2d'");
    story.contact("2026-08-10", code, |outcome| outcome.score = score).due_days("2026-08-01", "2026-08-31")
}

#[test]
fn an_outcome_starts_a_run_by_code_or_score() {
    assert_eq!(after_outcome("codes = ['visited', 'no_need']", NoNeed, None), "08-11..08-12");
    assert_eq!(after_outcome("codes = ['visited']", NoNeed, None), "");
    for (score, expected) in
        [(None, ""), (Some(2), ""), (Some(3), "08-11..08-12"), (Some(4), "08-11..08-12"), (Some(5), "")]
    {
        assert_eq!(after_outcome("min_score = 3; max_score = 4", Interested, score), expected, "{score:?}");
    }
    // with codes and a score either will do
    assert_eq!(after_outcome("codes = ['complaint']; max_score = 3", Complaint, None), "08-11..08-12");
    assert_eq!(after_outcome("codes = ['complaint']; max_score = 3", NoNeed, Some(3)), "08-11..08-12");
    assert_eq!(after_outcome("codes = ['complaint']; max_score = 3", NoNeed, Some(4)), "");
    assert_eq!(after_outcome("", Complaint, Some(1)), "", "only a recovery calls it");
}

#[test]
fn two_outcomes_of_one_day_are_two_anchors() {
    let story = open_for("on = 'outcome'; codes = ['visited']", "offset = '+1d'; until = '+2d'");
    let story = story.contact("2026-08-10", Visited, |_| {}).contact("2026-08-10", Visited, |_| {});
    story.check("2026-08-11", "s 08-10 wecom, s 08-10 wecom");
}

/// Plan A's steps `a`, `a2`; plan B waits for A, plan C for B.
fn chain(trigger: &str) -> Story {
    let a = sop(
        "id = 'A'",
        &["on = 'purchase'"],
        &["id = 'a'; offset = '0d'; until = '+5d'", "id = 'a2'; offset = '0d'; until = '+5d'"],
    );
    let b = sop("id = 'B'", &[trigger], &["id = 'b'; offset = '+1d'; until = '+5d'"]);
    let c = sop("id = 'C'", &["on = 'outcome'; plan = 'B'"], &["id = 'c'; offset = '+1d'; until = '+5d'"]);
    // those who wait stand before those for whom they wait
    Story::new(vec![c, b, a]).buy("2026-08-01", 100)
}

#[test]
fn an_outcome_of_another_plan_starts_a_run_and_its_outcome_the_next_one() {
    let story = chain("on = 'outcome'; plan = 'A'").log("2026-08-02", Interested, &["a", "a2"]);
    story.check("2026-08-03", "b 08-02 wecom");
    let story = story.log("2026-08-03", NoNeed, &["b"]);
    story.check("2026-08-04", "c 08-03 wecom").check("2026-08-08", "c 08-03 wecom").check("2026-08-09", "");
}

#[test]
fn an_outcome_of_another_step_or_of_no_step_starts_nothing() {
    let story = chain("on = 'outcome'; plan = 'A'; step = 'a2'");
    story.log("2026-08-02", Interested, &["a"]).check("2026-08-03", "a2 08-01 wecom");
    let story = chain("on = 'outcome'; plan = 'A'; step = 'a2'");
    story.log("2026-08-02", Interested, &["a2"]).check("2026-08-03", "a 08-01 wecom, b 08-02 wecom");
    let free = chain("on = 'outcome'; plan = 'A'").contact("2026-08-02", Interested, |_| {});
    free.check("2026-08-03", "a 08-01 wecom, a2 08-01 wecom");
}

#[test]
fn what_was_undone_started_no_chain() {
    let story = chain("on = 'outcome'; plan = 'A'").log("2026-08-02", Interested, &["a", "a2"]);
    let story = story.log("2026-08-03", Interested, &["b"]);
    let first = story.file.facts[0].id;
    let mut story = story;
    let undo = guide_common::op::Undo { on: day("2026-08-04"), op_id: first };
    story.apply("2026-08-04", guide_common::op::OpBody::Undo(undo));
    // the outcome of b stays in the log, but there is no run of B that it could have closed
    story.check("2026-08-04", "a 08-01 wecom, a2 08-01 wecom");
}

#[test]
fn a_plan_that_waits_remembers_until_its_branches_are_over() {
    let a = sop("id = 'A'", &["on = 'purchase'"], &["id = 'a'; offset = '0d'; until = '+1d'"]);
    let b = "id = 'b'; offset = '0d'; until = '+2d'; positive = ['b2']";
    let b = sop(
        "id = 'B'",
        &["on = 'outcome'; plan = 'A'"],
        &[b, "id = 'b2'; from = 'outcome'; offset = '+5d'; until = '+6d'"],
    );
    let story = Story::new(vec![a, b]).buy("2026-01-01", 100).log("2026-01-01", Interested, &["a"]);
    story.log("2026-01-03", Interested, &["b"]).check_days("2026-01-04", "2026-02-28", "01-08..01-09");
}

#[test]
fn a_plan_that_waits_and_rests_remembers_what_lies_before_its_window() {
    let a = sop("id = 'A'", &["on = 'purchase'"], &["id = 'a'; offset = '0d'; until = '+2d'"]);
    let b = |head: &str| {
        sop(&format!("id = 'B'; {head}"), &["on = 'outcome'; plan = 'A'"], &["id = 'b'; offset = '+1d'; until = '+2d'"])
    };
    let told = |head: &str| {
        let story = Story::new(vec![a.clone(), b(head)]).buy("2026-01-01", 100).log("2026-01-01", Interested, &["a"]);
        let story = story.buy("2026-03-01", 100).log("2026-03-01", Interested, &["a"]);
        story.buy("2026-07-01", 100).log("2026-07-01", Interested, &["a"]).due_days("2026-01-01", "2026-07-31")
    };
    assert_eq!(told(""), "01-02..01-03, 03-02..03-03, 07-02..07-03");
    assert_eq!(told("rest = '+180d'"), "01-02..01-03, 07-02..07-03");
    assert_eq!(told("restart = 'once'"), "01-02..01-03");
    assert_eq!(told("repeat = '+2m'; restart = 'supersede'"), "01-02..01-03, 03-02..03-03, 05-02..05-03, 07-02..07-03");
}

#[test]
fn a_plan_that_waits_remembers_as_long_as_its_steps_are_open() {
    let a = sop("id = 'A'", &["on = 'lead'"], &["id = 'a'; offset = '0d'; until = '+2d'"]);
    let b = sop(
        "id = 'B'",
        &["on = 'outcome'; plan = 'A'"],
        &["id = 'b'; from = 'wedding_on'; offset = '-30d'; until = '-20d'"],
    );
    let mut story = Story::new(vec![a, b]);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story.file.customer.wedding_on = Some(day("2026-10-31"));
    story.log("2026-01-01", Interested, &["a"]).check_days("2026-01-02", "2026-12-31", "10-01..10-11");
}

// recovery

#[test]
fn a_bad_score_or_a_complaint_calls_the_recovery_that_the_step_names() {
    let a = sop("id = 'A'", &["on = 'purchase'"], &["id = 'a'; offset = '0d'; until = '+5d'; recovery = 'R'"]);
    let r = sop(
        "id = 'R'; recovery = true",
        &["on = 'outcome'"],
        &["id = 'r'; offset = '0d'; until = '+1d'; purpose = 'answer'"],
    );
    let story = || Story::new(vec![a.clone(), r.clone()]).buy("2026-08-01", 100);
    let scored = |score| story().log_with("2026-08-02", NoNeed, &["a"], |o| o.score = Some(score));
    scored(3).check_days("2026-08-02", "2026-08-31", "08-02..08-03");
    scored(4).check_days("2026-08-02", "2026-08-31", "");
    story().log("2026-08-02", Complaint, &["a"]).check_days("2026-08-02", "2026-08-31", "08-02..08-03");
    story().contact("2026-08-02", Complaint, |_| {}).check("2026-08-02", "a 08-01 wecom");
}

#[test]
fn hours_count_from_the_instant_of_the_outcome() {
    let story = open_for(
        "on = 'outcome'; codes = ['complaint']",
        "offset = '0d'; until = '+5d'; within = '24h'; purpose = 'answer'",
    );
    // logged at ten in the morning: until ten of the next day
    let story = story.contact("2026-08-10", Complaint, |_| {});
    story.check_days("2026-08-01", "2026-08-31", "08-10..08-11");
    let due = &guide_common::sop::engine::dues(&story.file, &story.rules, day("2026-08-11"))[0];
    assert_eq!(due.deadline_at.unwrap().format("%m-%d %H:%M").to_string(), "08-11 10:00");
}

#[test]
fn a_clock_that_is_behind_hides_no_recovery() {
    let story = open_for(
        "on = 'outcome'; codes = ['complaint']",
        "offset = '0d'; until = '+5d'; within = '24h'; purpose = 'answer'",
    );
    let mut story = story.contact("2026-08-10", Complaint, |_| {});
    story.file.facts[0].at = "1970-01-01T00:00:00Z".parse().unwrap();
    story.check("2026-08-10", "s 08-10 wecom");
}

// promises

#[test]
fn a_promise_made_again_after_it_was_taken_back_is_one_due() {
    let story = one_step("every", "on = 'promise'", "offset = '0d'\nuntil = '+14d'");
    let story = Story::new(vec![story]).promise("2026-08-01", "2026-08-10").undo_last("2026-08-02");
    story.check_days("2026-08-02", "2026-08-31", "");
    story.promise("2026-08-02", "2026-08-11").check_days("2026-08-02", "2026-08-31", "08-11..08-25");
}

#[test]
fn a_secret_says_nothing_of_what_starts() {
    let story = open_for("on = 'purchase'", THAT_DAY).buy("2026-08-12", 100);
    story.secret("2026-08-12", "2026-08-20", SecretSide::Giver, None).check("2026-08-12", "s 08-12 wecom");
}

#[test]
fn a_visit_called_off_or_moved_is_over() {
    let story = visits().agree_visit("2026-08-10", "2026-08-20").close_visit("2026-08-15", Cancelled);
    story.check_days("2026-08-15", "2026-09-30", "");
    let moved = visits().agree_visit("2026-08-10", "2026-08-20").agree_visit("2026-08-15", "2026-08-27");
    moved.check_days("2026-08-10", "2026-09-30", "08-26..08-27");
    // what is said of the first one after it was moved changes nothing
    let id = moved.file.facts[0].id;
    let closed = guide_common::promise::AppointmentClosed { on: day("2026-08-25"), appointment: id, result: NoShow };
    let moved = moved.fact("2026-08-25", guide_common::fact::FactBody::AppointmentClosed(closed));
    moved.check_days("2026-08-10", "2026-09-30", "08-26..08-27");
}

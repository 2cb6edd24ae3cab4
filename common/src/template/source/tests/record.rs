//! What headquarters and the calendar record: coupons, levels, visits, tickets, dates, campaigns, prices, secrets.

use super::*;

fn coupon(no: &str, kind: &str, on: &str, until_on: &str) -> serde_json::Value {
    json!({ "no": no, "name": format!("{kind}券"), "kind": kind, "face_fen": 20_000, "on": on, "until_on": until_on })
}

#[test]
fn a_coupon_is_the_due_s_own_else_the_latest_open_one_of_the_wanted_kind() {
    let mut file = file(vec![]);
    let expiring = add(&mut file, 1, "coupon", coupon("A1", "CASH", "2026-06-01", "2026-08-15"));
    add(&mut file, 2, "coupon", coupon("A2", "SVC", "2026-08-10", "2026-12-31"));
    add(&mut file, 3, "coupon", coupon("A3", "CASH", "2026-08-05", "2026-09-30"));
    add(&mut file, 4, "coupon", coupon("A4", "CASH", "2026-08-11", "2026-08-11"));
    let due = due("2026-08-15", expiring);
    for (variable, expected) in [
        (Variable::Coupon, "CASH券"),
        (Variable::CouponCode, "A1"),
        (Variable::CouponUntil, "8月15日"),
        (Variable::FaceValue, "200"),
    ] {
        check(&file, Some(&due), variable, Some(expected));
    }
    check(&file, None, Variable::CouponCode, Some("A2"));
    let hands_out = DueRow { coupon: Some("CASH".to_owned()), ..self::due("2026-08-19", "2026-08-19") };
    let cash = values_of(&file, Some(&hands_out));
    assert_eq!(written(&cash, Variable::CouponCode).as_deref(), Some("A3"));
    assert!(!cash.coupon_is_void());
}

#[test]
fn a_due_s_coupon_that_was_used_is_known_to_be_void() {
    let mut file = file(vec![]);
    let mut used = coupon("A1", "CASH", "2026-06-01", "2026-08-15");
    used["redeemed_on"] = json!("2026-08-12");
    let due = due("2026-08-15", add(&mut file, 1, "coupon", used));
    let values = values_of(&file, Some(&due));
    assert!(values.coupon_is_void() && values.get(Variable::CouponCode).is_some());
    check(&file, None, Variable::CouponCode, None);
}

#[test]
fn points_and_level_are_those_of_the_latest_record() {
    let mut file = file(vec![]);
    add(&mut file, 1, "points", json!({ "on": "2026-08-10", "balance": 1_280 }));
    add(&mut file, 2, "points", json!({ "on": "2026-07-10", "balance": 900 }));
    add(&mut file, 3, "level", json!({ "on": "2026-08-01", "level": "silver", "to_next_fen": 123_400 }));
    check(&file, None, Variable::Points, Some("1,280"));
    check(&file, None, Variable::Level, Some("银卡"));
    check(&file, None, Variable::ToNextLevel, Some("1,234"));
    add(&mut file, 4, "level", json!({ "on": "2026-08-02", "level": "diamond" }));
    check(&file, None, Variable::Level, Some("钻卡"));
    check(&file, None, Variable::ToNextLevel, None);
}

#[test]
fn a_visit_is_the_due_s_own_else_the_next_open_one() {
    let mut file = file(vec![]);
    let visit = |on: &str| json!({ "on": "2026-08-01", "visit_on": on, "visit_time": "14:30:00" });
    let closed = add(&mut file, 1, "appointment", visit("2026-08-13"));
    add(&mut file, 2, "appointment", visit("2026-08-11"));
    let booked = json!({ "on": "2026-08-02", "code": "appointment", "next_on": "2026-08-16", "next_time": "19:00:00" });
    let booked = add(&mut file, 3, "outcome", booked);
    let later = add(&mut file, 4, "appointment", visit("2026-08-20"));
    add(
        &mut file,
        5,
        "appointment_closed",
        json!({ "on": "2026-08-11", "appointment": closed, "result": "cancelled" }),
    );
    check(&file, None, Variable::VisitOn, Some("8月16日"));
    check(&file, None, Variable::VisitTime, Some("19:00"));
    check(&file, Some(&due("2026-08-20", later)), Variable::VisitOn, Some("8月20日"));
    check(&file, Some(&due("2026-08-16", booked)), Variable::VisitTime, Some("19:00"));
}

#[test]
fn a_ticket_due_names_its_number_its_piece_and_the_day_promised() {
    let mut file = file(vec![purchase("S1", "2026-08-01", 100_000, "钻石戒指", "钻石")]);
    let ticket =
        |no: &str, on: &str| json!({ "no": no, "work": "改圈", "item": "对戒", "on": on, "promised_on": "2026-08-18" });
    let first = add(&mut file, 1, "ticket", ticket("R-7", "2026-08-01"));
    add(&mut file, 2, "ticket", ticket("R-9", "2026-08-05"));
    let due = due("2026-08-01", first);
    check(&file, Some(&due), Variable::JobNo, Some("R-7"));
    check(&file, Some(&due), Variable::Item, Some("对戒"));
    check(&file, Some(&due), Variable::VisitOn, Some("8月18日"));
    check(&file, None, Variable::JobNo, Some("R-9"));
    let again = self::due("2026-08-20", format!("{first}/2026-08-20"));
    check(&file, Some(&again), Variable::JobNo, Some("R-7"));
}

#[test]
fn the_last_care_is_the_latest_ready_ticket_for_care_of_that_piece() {
    let mut file = file(vec![purchase("S1", "2026-05-01", 100_000, "钻石戒指", "钻石")]);
    check(&file, None, Variable::LastCareOn, None);
    for (n, work, item, ready_on) in [
        (1, "清洗、查爪", Some("钻石戒指"), "2026-06-01"),
        (2, "清洗", Some("珍珠耳钉"), "2026-07-01"),
        (3, "改圈", Some("钻石戒指"), "2026-07-02"),
        (4, "清洗", None, "2026-05-20"),
    ] {
        let body = json!({ "no": n.to_string(), "work": work, "item": item, "on": "2026-05-15", "ready_on": ready_on });
        add(&mut file, n, "ticket", body);
    }
    check(&file, None, Variable::LastCareOn, Some("6月1日"));
}

#[test]
fn an_anniversary_is_the_due_s_own_else_the_next_with_its_count() {
    let mut file = file(vec![]);
    file.customer.anniversaries = vec![
        Anniversary { kind: "first_met".to_owned(), date: Birthday::solar(Some(2019), 8, 20).unwrap() },
        Anniversary { kind: "wedding".to_owned(), date: Birthday::solar(Some(2023), 8, 26).unwrap() },
        Anniversary { kind: "other".to_owned(), date: Birthday::lunar(Some(2020), 12, 8, false).unwrap() },
    ];
    let wedding = due("2026-08-26", "2026-08-26");
    for (variable, expected) in
        [(Variable::Anniversary, "结婚纪念日"), (Variable::AnniversaryOn, "8月26日"), (Variable::AnniversaryYears, "3")]
    {
        check(&file, Some(&wedding), variable, Some(expected));
    }
    check(&file, None, Variable::Anniversary, Some("相识纪念日"));
    // the eighth of the twelfth lunar month of 2025 lies in January 2026: the fifth time, not the sixth
    let lunar = due("2026-01-26", "2026-01-26");
    check(&file, Some(&lunar), Variable::Anniversary, Some("纪念日"));
    check(&file, Some(&lunar), Variable::AnniversaryYears, Some("5"));
}

#[test]
fn an_anniversary_of_an_unknown_year_has_no_count() {
    let mut file = file(vec![]);
    file.customer.anniversaries =
        vec![Anniversary { kind: "wedding".to_owned(), date: Birthday::solar(None, 8, 20).unwrap() }];
    check(&file, None, Variable::AnniversaryOn, Some("8月20日"));
    check(&file, None, Variable::AnniversaryYears, None);
}

#[test]
fn a_wedding_is_counted_down_to_its_day_and_not_beyond() {
    let mut file = file(vec![]);
    for (wedding_on, days_left) in [("2026-11-15", Some("95")), (TODAY, Some("0")), ("2026-08-11", None)] {
        file.customer.wedding_on = Some(day(wedding_on));
        check(&file, None, Variable::DaysLeft, days_left);
    }
    check(&file, None, Variable::WeddingOn, Some("8月11日"));
}

#[test]
fn a_campaign_names_itself_its_last_day_and_its_rules() {
    let (file, guide, due) = (file(vec![]), guide(), due("2026-08-19", "2026-08-19"));
    let text = |zh: &str| Text { zh: zh.to_owned(), en: "x".to_owned() };
    let campaign =
        Campaign {
            name: text("七夕私享会"), until: "+1d".parse().ok(), rules: Some(text("example.invalid/qixi"))
        };
    let now = day(TODAY).and_hms_opt(10, 0, 0).unwrap();
    let facts = ScriptFacts { due: Some(&due), campaign: Some(&campaign), ..ScriptFacts::new(&file, &guide, now) };
    let with_due = values(&facts);
    assert_eq!(written(&with_due, Variable::Campaign).as_deref(), Some("七夕私享会"));
    assert_eq!(written(&with_due, Variable::Deadline).as_deref(), Some("8月20日"));
    assert_eq!(written(&with_due, Variable::Rules).as_deref(), Some("example.invalid/qixi"));
    assert_eq!(written(&values(&ScriptFacts { due: None, ..facts }), Variable::Deadline), None);
}

#[test]
fn the_gold_price_carries_the_instant_at_which_it_was_set() {
    let (file, guide) = (file(vec![]), guide());
    let now = day(TODAY).and_hms_opt(10, 0, 0).unwrap();
    let at = day(TODAY).and_hms_opt(9, 40, 0).unwrap();
    let gold_price = Some(GoldPrice { price_fen: 101_250, at });
    let values = values(&ScriptFacts { gold_price, ..ScriptFacts::new(&file, &guide, now) });
    assert_eq!(values.held(Variable::GoldPrice).and_then(|held| held.read_at), Some(at));
    assert_eq!(written(&values, Variable::GoldPriceAt).as_deref(), Some("09:40"));
}

fn secret(side: &str, until_on: &str, purchase: Option<&str>) -> serde_json::Value {
    json!({ "on": "2026-08-01", "until_on": until_on, "side": side, "purchase": purchase })
}

#[test]
fn what_tells_of_a_gift_is_kept_from_its_recipient_to_the_end_of_the_secret() {
    let mut file = file(vec![purchase("S1", "2026-05-01", 100_000, "袖扣", "银")]);
    add(&mut file, 1, "secret", secret("recipient", "2026-08-11", None));
    assert_eq!(values_of(&file, None).kept_until(Variable::Item, day(TODAY)), None, "it has ended");
    add(&mut file, 2, "secret", secret("recipient", "2026-08-21", None));
    let values = values_of(&file, None);
    assert_eq!(values.kept_until(Variable::Item, day(TODAY)), Some(day("2026-08-21")));
    assert_eq!(values.kept_until(Variable::AnniversaryOn, day(TODAY)), Some(day("2026-08-21")));
    assert_eq!(values.kept_until(Variable::Salutation, day(TODAY)), None);
}

#[test]
fn a_giver_s_script_is_silent_about_the_hidden_purchase_and_speaks_of_another() {
    let mut file = file(vec![
        purchase("S1", "2026-05-01", 100_000, "珍珠耳钉", "珍珠"),
        purchase("S2", "2026-08-05", 900_000, "钻石戒指", "钻石"),
    ]);
    add(&mut file, 1, "secret", secret("giver", "2026-08-21", Some("S2")));
    check(&file, None, Variable::Item, Some("珍珠耳钉"));
    assert_eq!(values_of(&file, None).kept_until(Variable::Item, day(TODAY)), None);
    let hidden = values_of(&file, Some(&due("2026-08-05", "2026-08-05")));
    assert_eq!(hidden.kept_until(Variable::Item, day(TODAY)), Some(day("2026-08-21")));
    let shown = values_of(&file, Some(&due("2026-05-01", "2026-05-01")));
    assert_eq!(shown.kept_until(Variable::Item, day(TODAY)), None);
}

//! What conditions mean.

use std::cell::RefCell;

use super::*;

mod random;
mod refused;

/// Values by field; notes which fields were asked for.
#[derive(Default)]
struct Sample {
    values: BTreeMap<Field, FieldValue<'static>>,
    asked: RefCell<Vec<Field>>,
}

impl Fields for Sample {
    fn value(&self, field: Field) -> FieldValue<'_> {
        self.asked.borrow_mut().push(field);
        self.values.get(&field).cloned().unwrap_or_default()
    }
}

/// A customer of whom everything always known is known, and a little more.
fn sample() -> Sample {
    let text = |text: &'static str| FieldValue::Text(Cow::Borrowed(text));
    let values = [
        (Field::Tier, text("A")),
        (Field::Level, text("金卡")),
        (Field::LevelRank, FieldValue::Int(2)),
        (Field::Store, text("S01")),
        (Field::Lead, FieldValue::Bool(false)),
        (Field::Wecom, FieldValue::Bool(true)),
        (Field::NPurchases, FieldValue::Int(3)),
        (Field::SpentYuan, FieldValue::Int(12_000)),
        (Field::TotalYuan, FieldValue::Int(30_001)),
        (Field::DaysSincePurchase, FieldValue::Int(40)),
        (Field::BirthdayKnown, FieldValue::Bool(false)),
        (Field::Tags, FieldValue::Groups([("MAT", vec!["足金", "珍珠"]), ("FOR", vec!["自戴"])].into())),
        (Field::Links, FieldValue::List(vec!["spouse", "mother"])),
        (Field::PartnerConsented, FieldValue::Bool(true)),
        (Field::NCoupons, FieldValue::Int(0)),
        (Field::OpenComplaint, FieldValue::Bool(false)),
        (Field::Material, text("18K金")),
        (Field::Secret, FieldValue::Bool(false)),
        (Field::DaysSinceAnchor, FieldValue::Int(3)),
    ];
    Sample { values: values.into(), ..Sample::default() }
}

#[track_caller]
fn check(text: &str, expected: bool) {
    let condition = Condition::parse(text, Scope::Step).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(condition.is_met(&sample()), expected, "{text}");
}

#[test]
fn comparisons_of_texts_numbers_and_flags() {
    check(r#"tier == "A""#, true);
    check("tier == 'A'", true);
    check(r#"tier != "A""#, false);
    check(r#""A" == tier"#, true);
    check(r#"level == "金卡""#, true);
    check("n_purchases >= 3", true);
    check("n_purchases > 3", false);
    check("spent_yuan == 12_000", true);
    check("total_yuan > 30000.5", true);
    check("wecom", true);
    check("lead", false);
    check("lead == false", true);
    check("true", true);
}

#[test]
fn and_or_not_bind_as_in_the_engine() {
    check("not lead and wecom", true);
    check("lead and wecom or wecom", true);
    check("lead and (wecom or wecom)", false);
    check("not (lead or wecom)", false);
    check("not n_purchases == 3", false);
    check("wecom == (not lead)", true);
}

#[test]
fn arithmetic_binds_as_in_the_engine() {
    check("spent_yuan / n_purchases == 4000", true);
    check("1 + 2 * 3 == 7", true);
    check("(1 + 2) * 3 == 9", true);
    check("7 // 2 == 3 and 7 % 2 == 1 and -7 // 2 == -4", true);
    check("-n_purchases < -2", true);
    check("10 - 3 - 2 == 5", true);
    check("2 < n_purchases <= 3", true);
    check("2 < n_purchases < 3", false);
}

#[test]
fn texts_in_lists_groups_and_texts() {
    check(r#"tier in ["S", "A"]"#, true);
    check(r#"tier not in ["S", "A"]"#, false);
    check(r#"not tier in ["S", "B"]"#, true);
    check("level_rank in [1, 2]", true);
    check("level_rank in [-2]", false);
    check(r#""珍珠" in tags.MAT"#, true);
    check(r#""珍珠" in tags["MAT"]"#, true);
    check(r#""翡翠" in tags.MAT"#, false);
    check(r#""自戴" in tags.MAT"#, false);
    check(r#""spouse" in links"#, true);
    check(r#""father" in links"#, false);
    check(r#""金" in material"#, true);
    check(r#""银" in material"#, false);
}

#[test]
fn a_group_that_the_customer_lacks_is_an_empty_list() {
    check(r#""送礼" in tags.OCC"#, false);
    check(r#"not ("送礼" in tags.OCC)"#, true);
    check(r#""送礼" not in tags["场合"]"#, true);
}

#[test]
fn a_comparison_with_a_missing_value_is_not_met_in_any_form() {
    for text in [
        "age > 30",
        "age <= 30",
        "age == 30",
        "age != 30",
        "not age > 30",
        "not (age == 30)",
        "not (not (age == 30))",
        "age + 1 > 0",
        "-age < 0",
        "20 < age < 30",
        "age in [30]",
        "age not in [30]",
        r#"risk == "red""#,
        r#"risk != "red""#,
        r#"not risk in ["red", "amber"]"#,
        r#""金" in item"#,
        r#"not ("金" in item)"#,
        "coupon_open",
        "not coupon_open",
        "coupon_open == true",
        "wecom and coupon_open",
        "coupon_open or wecom",
        "age > 30 or wecom",
        "points == points",
    ] {
        check(text, false);
    }
}

#[test]
fn what_is_decided_before_a_missing_value_is_reached_stands() {
    check("wecom or age > 30", true);
    check("lead and age > 30", false);
    check("not (lead and age > 30)", true);
}

#[test]
fn a_missing_value_can_be_asked_for() {
    check("age is defined", false);
    check("age is undefined", true);
    check("age is not defined", true);
    check("not age is defined", true);
    check("age is undefined or age < 30", true);
    check("age is defined and age < 30", false);
    check("(days_since_purchase is defined) == true", true);
    check("tier is defined", true);
}

#[test]
fn what_cannot_be_calculated_is_not_met() {
    check("n_purchases / n_coupons > 1", false);
    check("n_purchases // n_coupons > 1", false);
    check("not (n_purchases % n_coupons == 1)", false);
    let product = ["999999999999999"; 10].join(" * ");
    check(&format!("{product} > 0"), false);
}

#[test]
fn a_value_of_another_type_counts_as_missing() {
    let mut facts = sample();
    facts.values.insert(Field::NPurchases, FieldValue::Text(Cow::Borrowed("3")));
    for text in ["n_purchases == 3", "n_purchases != 3", "n_purchases > 0", "n_purchases is defined"] {
        assert!(!Condition::parse(text, Scope::Customer).unwrap().is_met(&facts), "{text}");
    }
}

#[test]
fn only_the_fields_that_a_condition_names_are_asked_for() {
    let facts = sample();
    let condition =
        Condition::parse(r#"tier == "A" and ("珍珠" in tags.MAT or tier == "S")"#, Scope::Customer).unwrap();
    assert!(condition.is_met(&facts));
    assert_eq!(*facts.asked.borrow(), [Field::Tier, Field::Tags]);
    assert_eq!(condition.fields().collect::<Vec<_>>(), [Field::Tier, Field::Tags]);
}

#[test]
fn a_condition_is_its_text_on_the_wire_and_one_not_understood_is_kept_and_never_met() {
    let facts = sample();
    let known: Condition = serde_json::from_str(r#""tier == \"A\" and days_since_anchor < 5""#).unwrap();
    assert!(known.is_understood() && known.is_met(&facts));
    assert_eq!(known, Condition::parse(known.text(), Scope::Step).unwrap());
    for text in ["shoe_size > 38", "tier ==", "", "not shoe_size > 38", "wecom or shoe_size > 38"] {
        let condition: Condition = serde_json::from_value(text.into()).unwrap();
        assert!(!condition.is_understood() && !condition.is_met(&facts), "{text}");
        assert_eq!(serde_json::to_value(&condition).unwrap(), text);
        assert_eq!(condition.fields().count(), 0);
    }
}

#[test]
fn texts_are_compared_in_one_normal_form() {
    let mut facts = sample();
    facts.values.insert(Field::Level, FieldValue::Text(Cow::Borrowed("Caf\u{e9}")));
    let condition = Condition::parse("level == \"Cafe\u{301}\"", Scope::Customer).unwrap();
    assert!(condition.is_met(&facts));
}

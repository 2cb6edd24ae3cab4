//! What is printed, whole, in both languages, and that no line is wider than the paper.

use guide_common::wire::local::TaskRow;
use proptest::prelude::*;
use serde_json::json;

use super::receipt::encoded;
use super::*;

fn task(name: &str, step: &str) -> serde_json::Value {
    json!({
        "id": "00a1b2c3d4e5", "customer": "C00002", "name": name, "tier": "S", "score": 312, "channel": "phone",
        "terms": [], "dues": [{
            "due_id": "a5557955a8bbe3b272830408b351fa68", "plan": "P01",
            "plan_name": { "zh": "售后服务", "en": "after-sale service" },
            "step": "satisfaction", "step_name": { "zh": step, "en": step },
            "anchor_on": "2026-08-08", "anchor_key": "2026-08-08", "opens_on": "2026-08-11", "until_on": "2026-08-15",
            "attempt": 1, "channel": "phone", "purpose": "service"
        }]
    })
}

fn row(value: serde_json::Value) -> TaskRow {
    serde_json::from_value(value).unwrap()
}

fn slip(tasks: Vec<(TaskRow, Option<String>)>) -> Slip {
    Slip {
        store: "示范珠宝·人民路店".to_owned(),
        guide: "林知夏".to_owned(),
        clock: ClockKind::Real,
        now: "2026-08-12T10:00:00".parse().unwrap(),
        n_open: tasks.len() + 2,
        tasks,
        n_held: 3,
        n_done: 1,
    }
}

fn day() -> Slip {
    let mut birthday = task("Wei Ann René", "当天祝福");
    birthday["dues"][0]["opens_on"] = json!("2026-08-12");
    birthday["dues"][0]["until_on"] = json!("2026-08-12");
    birthday["dues"][0]["not_before"] = json!("10:00:00");
    let mut rushed = task("曾予墨", "低分回访");
    rushed["dues"][0]["deadline_at"] = json!("2026-08-12T18:30:00");
    rushed["rush"] = json!({ "by": "顾南星", "why": "客户等回电，说今天下午三点以后都方便" });
    let mut merged = task("尉迟嘉宁", "3天满意度——问评分");
    let other = task("尉迟嘉宁", "保养提醒（古法金手镯）")["dues"][0].clone();
    merged["dues"].as_array_mut().unwrap().push(other);
    slip(vec![
        (row(rushed), Some("100****0002".to_owned())),
        (row(merged), Some("****".to_owned())),
        (row(birthday), None),
    ])
}

fn printed(slip: &Slip, columns: usize, lang: Lang) -> String {
    lines(slip, Paper { columns, encoding: Encoding::Gbk }, lang).join("\n")
}

#[test]
fn a_slip_of_58_and_of_80_millimetres_in_both_languages() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("slip_32_zh", printed(&day(), 32, Lang::Zh));
        insta::assert_snapshot!("slip_32_en", printed(&day(), 32, Lang::En));
        insta::assert_snapshot!("slip_48_zh", printed(&day(), 48, Lang::Zh));
    });
}

#[test]
fn no_digit_of_a_phone_but_the_last_four_is_printed() {
    let slip = slip(vec![(row(task("单雅宁", "致谢")), Some("100****0002".to_owned()))]);
    let text = printed(&slip, 32, Lang::Zh);
    assert!(text.contains("手机尾号 0002") && !text.contains("100"), "{text}");
    for masked in ["", "****", "12**", "号码"] {
        assert_eq!(last_digits(masked), None, "{masked}");
    }
}

#[test]
fn training_data_is_marked() {
    let training = Slip { clock: ClockKind::Virtual, ..day() };
    assert!(
        printed(&training, 32, Lang::Zh).contains("演示数据") && !printed(&day(), 32, Lang::Zh).contains("演示数据")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_the_paper_whatever_names_there_are(
        names in prop::collection::vec(("\\PC{0,30}", "\\PC{0,60}"), 0..5),
        head in "\\PC{0,40}",
        columns in 24_usize..=80,
        is_gbk in any::<bool>(),
        is_zh in any::<bool>(),
    ) {
        let mut tasks: Vec<_> = names.iter().map(|(name, step)| (row(task(name, step)), Some("100****0002".to_owned()))).collect();
        if let Some((task, _)) = tasks.first_mut() {
            task.rush = Some(serde_json::from_value(json!({ "by": head, "why": head })).unwrap());
        }
        let slip = Slip { store: head.clone(), guide: head, ..slip(tasks) };
        let encoding = if is_gbk { Encoding::Gbk } else { Encoding::Utf8 };
        let lines = lines(&slip, Paper { columns, encoding }, if is_zh { Lang::Zh } else { Lang::En });
        prop_assert!(widest(&lines) <= columns);
        for line in lines {
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
            if encoding == Encoding::Gbk {
                prop_assert!(encoded(&line, encoding).len() <= columns, "{:?}", line);
            }
        }
    }
}

//! Why headquarters rejected what was recorded, in words.

use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};

use crate::lang::pick;

/// The sentence of a rejection's code; the hub's own words where the code is of another version.
pub fn sentence(code: Option<&str>, detail: Option<&str>, lang: Lang) -> String {
    let detail = sanitise(detail.unwrap_or_default(), Lines::One, 400);
    let Some(pair) = code.and_then(known) else { return detail };
    let sentence = pick(lang, pair);
    // what names the culprit is worth showing in any language
    match code {
        Some("unknown_deputy" | "malformed_body") if !detail.is_empty() => format!("{sentence} ({detail})"),
        _ => sentence.to_owned(),
    }
}

fn known(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "hash_conflict" => {
            ("这个编号已用于另一条记录，先到的保留", "this id was used for another record; the first stays")
        }
        "bad_hash" => ("传输中损坏，未记入", "it was damaged under way and is not recorded"),
        "malformed_body" => ("内容不完整", "its content is incomplete"),
        "unknown_customer" => ("客户已不归你服务", "you serve this customer no more"),
        "from_the_future" => {
            ("日期晚于总部的今天：请检查本机时钟", "its day is in headquarters' future: check this clock")
        }
        "unknown_kind" => ("总部的版本还不认识这种记录", "headquarters' version does not know this kind of record"),
        "not_for_terminals" => ("只有总部能记录或撤销", "only headquarters records this, or takes it back"),
        "unknown_target" => ("所指的记录总部没有", "headquarters does not have what it refers to"),
        "unknown_deputy" => ("总部没有这位代班导购", "headquarters has no such deputy"),
        "no_open_complaint" => ("没有未了结的投诉", "no complaint is open"),
        "needs_amount" => ("缺少金额", "the amount is missing"),
        "amount_not_positive" => ("金额必须大于零", "the amount must be more than zero"),
        "amount_too_large" => ("金额超过一千万元", "the amount is above ten million yuan"),
        "needs_date" => ("缺少日期", "the date is missing"),
        "date_out_of_range" => ("日期超出范围", "the date is out of range"),
        "needs_reason" => ("缺少跳过的原因", "the reason for skipping is missing"),
        "score_out_of_range" => ("评分应为 1 到 5", "a score is 1 to 5"),
        "malformed_value" => ("值的格式不对", "the value has not its field's form"),
        "needs_text" => ("缺少内容", "the text is missing"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_protocol_has_a_sentence() {
        let page = include_str!("../../../docs/protocol.md");
        let table = page.split("| code of a rejection | |").nth(1).unwrap().split("\n\n").next().unwrap();
        let cells = table.lines().filter_map(|line| line.split('|').nth(1)).filter(|cell| cell.contains('`'));
        // a cell's remarks in parentheses name no code
        let codes: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        assert!(codes.len() > 15, "{codes:?}");
        for code in codes {
            assert!(known(code).is_some(), "{code}");
        }
    }

    #[test]
    fn what_an_unknown_code_says_is_shown_as_it_came() {
        assert_eq!(sentence(Some("of_tomorrow"), Some("too \u{1b}[31mnew"), Lang::Zh), "too [31mnew");
        assert_eq!(
            sentence(Some("unknown_deputy"), Some("headquarters has no guide 王五"), Lang::Zh),
            "总部没有这位代班导购 (headquarters has no guide 王五)"
        );
    }
}

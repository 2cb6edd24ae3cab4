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

/// What a person does about a rejection: mend, send again, give up, or ask somebody.
pub fn advice(code: Option<&str>, lang: Lang) -> &'static str {
    let pair = match code.unwrap_or_default() {
        "needs_amount" | "amount_not_positive" | "amount_too_large" => {
            ("改：填对金额，再发", "mend it: give the right amount")
        }
        "needs_date" | "date_out_of_range" => ("改：填对日期，再发", "mend it: give the right date"),
        "needs_reason" => ("改：选跳过的原因，再发", "mend it: give the reason for skipping"),
        "score_out_of_range" => ("改：评分填 1 到 5，再发", "mend it: a score is 1 to 5"),
        "too_many_leads" => (
            "今天新客户太多：放弃，或明天再原样重发",
            "too many people were entered today: give it up, or send it again tomorrow",
        ),
        "needs_text" => ("改：写上内容，再发", "mend it: write the text"),
        "malformed_value" | "malformed_body" => {
            ("改：填好缺的、格式不对的，再发", "mend it: fill in what is missing or wrong")
        }
        "unknown_deputy" => ("改：填本店导购的编号，再发", "mend it: give the id of a guide of the chain"),
        "unknown_customer" => (
            "客户转走了：放弃，请新导购补记；记错客户就改客户",
            "the customer has gone: give it up and tell the new guide; if it was the wrong customer, mend that",
        ),
        "from_the_future" => (
            "先把本机时钟调准，再原样重发；或改日期",
            "set this terminal's clock right and send it again as it is; or mend the day",
        ),
        "unknown_kind" => ("等总部升级后原样重发", "send it again as it is when headquarters has upgraded"),
        "bad_hash" => ("原样重发；再被退回就联系支持人员", "send it again as it is; rejected again, call support"),
        "hash_conflict" => (
            "先看总部已有的那一条；要补记就改后重发，不要就放弃",
            "look at the one that headquarters has; mend it to record this too, or give it up",
        ),
        "not_for_terminals" => ("请总部处理，这一条放弃", "have headquarters do it, and give this up"),
        "unknown_target" => (
            "所指的记录若还没发完，先同步再原样重发；否则放弃",
            "if what it refers to is still unsent, sync and send it again; else give it up",
        ),
        "too_often" => ("以总部的为准：放弃，要改就另记一条", "headquarters' state stands: give it up and record anew"),
        "not_a_trainer" => (
            "请培训人员在自己的终端上提议，这一条放弃",
            "have a trainer propose it at their own terminal, and give this up",
        ),
        "no_open_complaint" => ("投诉已经了结：放弃", "the complaint is over: give it up"),
        _ => (
            "看内容：改后重发，或放弃；不确定就导出给支持人员",
            "mend it or give it up; if in doubt, write it to a file for support",
        ),
    };
    pick(lang, pair)
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
        "too_many_leads" => ("登记的线索太多，请总部处理", "too many leads: headquarters has to look at them"),
        "too_often" => ("撤销和恢复的次数太多", "it was taken back and recorded again too often"),
        "unknown_deputy" => ("总部没有这位代班导购", "headquarters has no such deputy"),
        "not_a_trainer" => ("只有培训终端能提议话术", "only a trainer's terminal proposes templates"),
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
            assert_ne!(advice(Some(code), Lang::Zh), advice(None, Lang::Zh), "{code} has no advice");
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

//! How the chain's customers are tagged: the groups of the settings, by weight. Material and style come from what was
//! bought, the life stage from how often.

use super::dice::Dice;
use super::shop::Sale;
use super::{Both, day, in_lang};
use crate::customer::{Customer, Tag};
use crate::sop::plan::Lang;

/// Each group is missing on 55 % of the customers.
const KNOWN_PER_MILLE: u64 = 450;
/// How far back a tag goes, in days.
const MAX_AGE: i64 = 700;

/// Values of a tag group by weight: Chinese and English.
type TagValues = &'static [(u64, Both)];

/// Groups of which one value is drawn.
const GROUPS: [(&str, TagValues); 11] = [
    (
        "BUD",
        &[
            (10, ("1千内", "under 1,000")),
            (34, ("1–3千", "1,000–3,000")),
            (30, ("3–8千", "3,000–8,000")),
            (16, ("8千–2万", "8,000–20,000")),
            (7, ("2–5万", "20,000–50,000")),
            (3, ("5万以上", "over 50,000")),
        ],
    ),
    (
        "OCC",
        &[
            (30, ("自戴", "for herself")),
            (15, ("送伴侣", "for a partner")),
            (11, ("送父母", "for parents")),
            (14, ("婚嫁", "wedding")),
            (8, ("纪念日", "anniversary")),
            (8, ("生日", "birthday")),
            (4, ("满月百天", "newborn")),
            (4, ("本命年", "zodiac year")),
            (3, ("升学升职", "graduation or promotion")),
            (3, ("商务礼", "business gift")),
        ],
    ),
    (
        "REL",
        &[
            (34, ("夫妻", "married couple")),
            (18, ("恋人", "couple")),
            (16, ("母女", "mother and daughter")),
            (14, ("父母", "parents")),
            (10, ("闺蜜", "best friends")),
            (4, ("婆媳", "mother and daughter in law")),
            (4, ("同事", "colleagues")),
        ],
    ),
    (
        "PRC",
        &[
            (38, ("金价敏感", "gold price")),
            (24, ("工费敏感", "craft fee")),
            (16, ("折扣敏感", "discounts")),
            (10, ("不敏感", "not sensitive")),
            (12, ("重服务", "service first")),
        ],
    ),
    (
        "PRM",
        &[
            (16, ("常响应", "often")),
            (34, ("偶响应", "now and then")),
            (32, ("只响应服务", "to service only")),
            (18, ("从不响应", "never")),
        ],
    ),
    (
        "TST",
        &[
            (24, ("简约", "plain")),
            (22, ("国风", "Chinese style")),
            (20, ("轻奢", "light luxury")),
            (12, ("可爱", "sweet")),
            (8, ("复古", "retro")),
            (8, ("设计感", "designed")),
            (6, ("大气", "generous")),
        ],
    ),
    (
        "SRC",
        &[
            (36, ("自然进店", "walk-in")),
            (16, ("老带新", "referral")),
            (14, ("企微活码", "WeCom code")),
            (5, ("公众号", "official account")),
            (7, ("小程序", "mini program")),
            (6, ("直播", "live stream")),
            (3, ("异业", "partner business")),
            (3, ("线上订单", "online order")),
            (7, ("商场活动", "mall event")),
            (3, ("婚庆", "wedding service")),
        ],
    ),
    (
        "DEC",
        &[
            (52, ("本人", "the customer")),
            (24, ("伴侣", "the partner")),
            (10, ("父母", "the parents")),
            (14, ("共同商量", "all together")),
        ],
    ),
    (
        "COM",
        &[
            (52, ("企微文字", "WeCom text")),
            (16, ("电话", "phone")),
            (11, ("只在晚上", "evenings only")),
            (10, ("只在周末", "weekends only")),
            (5, ("不发图", "no pictures")),
            (6, ("短信", "text message")),
        ],
    ),
    (
        "ALG",
        &[
            (45, ("镍过敏", "nickel allergy")),
            (30, ("耳洞敏感", "sensitive piercing")),
            (25, ("不戴戒指上班", "no rings at work")),
        ],
    ),
    ("STG", &[]),
];

const STAGES: [Both; 5] =
    [("线索", "lead"), ("首购", "first purchase"), ("复购", "bought again"), ("忠诚", "loyal"), ("沉睡", "dormant")];

/// The tags of a customer whom the shop knows since `known_days` before the first day. A lead was asked for all of them
/// on the day of registering.
pub(super) fn draw(dice: &mut Dice, customer: &Customer, known_days: i64, sales: &[Sale], lang: Lang) -> Vec<Tag> {
    let is_lead = customer.lead_on.is_some();
    let mut tags = Vec::new();
    let mut tag = |dice: &mut Dice, group: &str, value: Both| {
        let age = if is_lead { known_days } else { dice.between(1, known_days.clamp(1, MAX_AGE)) };
        let source = *dice.pick(&["guide", "hq", "import"]);
        if dice.happens(if group == "ALG" { KNOWN_PER_MILLE / 8 } else { KNOWN_PER_MILLE }) {
            let value = in_lang(value, lang);
            let (group, source) = (group.to_owned(), Some(source.to_owned()));
            tags.push(Tag { group, value, on: Some(day(-age)), source });
        }
    };
    for (group, values) in GROUPS {
        let value = if values.is_empty() { stage(sales) } else { *dice.weighted(values) };
        tag(dice, group, value);
    }
    if let Some(sale) = sales.iter().filter(|sale| sale.on < 0).max_by_key(|sale| sale.fen) {
        tag(dice, "MAT", sale.piece.material);
        tag(dice, "STY", sale.piece.category);
    }
    tags
}

fn stage(sales: &[Sale]) -> Both {
    let bought: Vec<i64> = sales.iter().map(|sale| sale.on).filter(|on| *on < 0).collect();
    match (bought.len(), bought.iter().max()) {
        (0, _) => STAGES[0],
        (_, Some(last)) if *last < -400 => STAGES[4],
        (1, _) => STAGES[1],
        (2 | 3, _) => STAGES[2],
        _ => STAGES[3],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::content;
    use crate::sop::settings_file;

    #[test]
    fn every_value_stands_in_the_settings_in_both_languages() {
        let settings = settings_file::parse(content::settings_file().1).unwrap();
        let known = |group: &str| -> BTreeSet<(String, String)> {
            let values = &settings.tag_group(group).unwrap().values;
            values.iter().map(|value| (value.name.zh.clone(), value.name.en.clone())).collect()
        };
        let stages = STAGES.iter().map(|value| ("STG", value));
        let drawn = GROUPS.iter().flat_map(|(group, values)| values.iter().map(|(_, value)| (*group, value)));
        for (group, (zh, en)) in stages.chain(drawn) {
            assert!(known(group).contains(&((*zh).to_owned(), (*en).to_owned())), "{group} {zh} {en}");
        }
        for piece in super::super::catalogue::every() {
            for (group, (zh, en)) in [("MAT", piece.material), ("STY", piece.category)] {
                assert!(known(group).contains(&(zh.to_owned(), en.to_owned())), "{group} {zh} {en}");
            }
        }
    }
}

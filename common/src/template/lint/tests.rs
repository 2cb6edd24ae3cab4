//! What is found, what is not, where, and how much it weighs.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use super::script::{Delivery, lint_script};
use super::source::lint_source;
use super::*;
use crate::demo::template_files;
use crate::id::TemplateId;
use crate::template::compiled::CompiledTemplate;
use crate::template::value::Value;
use crate::template::values::Values;
use crate::template::{Script, file};

fn template(channel: Channel, zh: &str, en: &str) -> Template {
    let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
    Template { id: TemplateId::new("T99").unwrap(), version: 1, name: text("试", "test"), channel, text: text(zh, en) }
}

fn found(text: &str, lang: Lang) -> Vec<(LintRule, String)> {
    let (zh, en) = if lang == Lang::Zh { (text, "fine") } else { ("好", text) };
    let findings =
        lint(&template(Channel::Wecom, zh, en), LintWords::standard(), Place::Headquarters, &["解闻溪", "Lin"]);
    findings.into_iter().map(|finding| (finding.rule, finding.found)).collect()
}

#[test]
fn what_must_not_be_said_is_found_in_both_languages() {
    use LintRule::*;
    for (rule, text, word) in [
        (AbsoluteClaim, "这是国家级大师的作品", "国家级"),
        (AbsoluteClaim, "最高级的工艺", "最高级"),
        (AbsoluteClaim, "送她最佳的礼物", "最佳"),
        (AbsoluteClaim, "全国第一的古法金", "全国第一"),
        (AbsoluteClaim, "我们店第一，没人比", "第一"),
        (AbsoluteClaim, "顶级翡翠", "顶级"),
        (AbsoluteClaim, "本城唯一", "唯一"),
        (AbsoluteClaim, "史上最低工费", "史上最低"),
        (AbsoluteClaim, "永不褪色的18K金", "永不褪色"),
        (AbsoluteClaim, "頂級珍珠", "頂級"),
        (AbsoluteClaim, "销量第1", "第1"),
        (InvestmentPromise, "黄金保值", "保值"),
        (InvestmentPromise, "以后升值空间大", "升值"),
        (InvestmentPromise, "稳赚不赔", "稳赚"),
        (InvestmentPromise, "金价必涨", "必涨"),
        (InvestmentPromise, "现在抄底正好", "抄底"),
        (InvestmentPromise, "我们回购保底", "回购保底"),
        (OutdatedMaterial, "这款千足金手镯", "千足金"),
        (OutdatedMaterial, "万足金项链", "万足金"),
        (Pressure, "再不买就没了", "再不买就没了"),
        (Pressure, "今年最后一次活动", "最后一次"),
        (Pressure, "手慢无", "手慢无"),
        (BlindBox, "到店抽盲盒", "盲盒"),
        (BlindBox, "周末抽奖", "抽奖"),
        (Privacy, "您先生买过一枚戒指", "您先生买"),
        (Privacy, "打13800138000找我", "13800138000"),
        (Privacy, "解闻溪也喜欢这款", "解闻溪"),
    ] {
        assert_eq!(found(text, Lang::Zh), [(rule, word.to_owned())], "{text}");
    }
    for (rule, text, word) in [
        (AbsoluteClaim, "the best gold in town", "the best"),
        (AbsoluteClaim, "Our Finest pearls", "Finest"),
        (AbsoluteClaim, "the number one shop", "number one"),
        (AbsoluteClaim, "World-class craft", "World-class"),
        (AbsoluteClaim, "we are No.1", "No.1"),
        (AbsoluteClaim, "lowest price of all", "lowest price"),
        (InvestmentPromise, "gold holds its value", "holds its value"),
        (InvestmentPromise, "sure to rise", "sure to rise"),
        (InvestmentPromise, "it is a good investment", "good investment"),
        (OutdatedMaterial, "999.9 gold", "999.9 gold"),
        (Pressure, "Last chance!", "Last chance"),
        (Pressure, "hurry up, friends", "hurry up"),
        (BlindBox, "draw a blind box", "blind box"),
        (Privacy, "your husband bought a ring", "your husband bought"),
        (Privacy, "call +86 138-0013-8000", "86 138-0013-8000"),
        (Privacy, "ask Lin for it", "Lin"),
    ] {
        assert_eq!(found(text, Lang::En), [(rule, word.to_owned())], "{text}");
    }
}

#[test]
fn what_is_no_claim_is_not_flagged() {
    for text in [
        "珍珠记住一句话：最后戴、最先摘",
        "最先摘下来的是耳钉，最后戴上",
        "您第一次来，我记得",
        "有消息第一时间告诉您",
        "第一个月先别碰水",
        "第一步先取下，第二步擦干",
        "他是我接待的第一位客人",
        "上面第一条写着规则",
        "唯一编号刻在内壁",
        "唯一要注意的是别泡水",
        "送给独一份的您，唯一的您",
        "祝您和最好的朋友玩得开心",
        "最好先摘下来再洗手",
        "最近做了几款新样子",
        "最多两条活动",
        "最晚周五能取",
        "我确保值得您跑一趟",
        "周末保值班人手",
        "提升值得花时间的细节",
        "开的是增值税发票",
        "我不判断涨跌",
        "首饰不承诺保值",
        "手指还会涨一点，下午量",
        "确保本店都能办",
        "足金比较软",
        "一千足够了",
        "这是您最后一次保养的日期",
        "上次说最后一次修改已完成",
        "我们不抽奖",
        "单号10020001、证书20260812001",
        "克重 12.5，工费 300，共 2 件",
        "后四位 0001，138****0001",
        "公证书号 138001380001234",
        "这家分店在顶楼，级别一样",
    ] {
        assert_eq!(found(text, Lang::Zh), [], "{text}");
    }
    for text in [
        "All the best for the new year",
        "one rule for pearls: last on, first off",
        "this is the best time to come by",
        "job no. 1 is ready",
        "the afternoon suits it best",
        "there is no hurry to decide",
        "don't hurry",
        "it was the first piece you tried",
        "linger a while, Linda",
        "call 400-800-1234",
        "It has value for your family",
        "the rate may rise or fall",
        "gold of 999 parts",
        "there is no prize draw",
        "for the last time I cleaned it in May",
    ] {
        assert_eq!(found(text, Lang::En), [], "{text}");
    }
}

#[test]
fn a_word_that_was_hidden_is_found_all_the_same() {
    for text in [
        "最 佳",
        "最\u{200b}佳",
        "最·佳",
        "最*佳",
        "最✨佳",
        "ｎo.1",
        "ＴＯＰ１",
        "T O P 1",
        "保 值",
        "顶-级",
        "１３８ 0013 8000",
    ] {
        assert_eq!(found(text, Lang::Zh).len(), 1, "{text}");
    }
    for text in ["t.h.e b.e.s.t", "ＬＯＷＥＳＴ ＰＲＩＣＥ", "last\u{00ad} chance", "h u r r y"] {
        assert_eq!(found(text, Lang::En).len(), 1, "{text}");
    }
}

#[test]
fn a_finding_names_its_place_in_the_text_and_what_to_write() {
    let template = template(Channel::Wecom, "{称呼|您好}\n这件{商品|顶级翡翠}，黄金保值", "fine");
    let findings = lint(&template, LintWords::standard(), Place::Headquarters, &[]);
    let places: Vec<_> = findings.iter().map(|f| (f.line, f.column, f.found.as_str())).collect();
    assert_eq!(places, [(2, 7, "顶级"), (2, 15, "保值")]);
    assert!(findings.iter().all(|f| f.lang == Lang::Zh && f.fix.zh.chars().count() > 5 && f.fix.en.len() > 10));
}

#[test]
fn headquarters_stops_what_the_shop_only_warns_about() {
    use LintRule::*;
    for (rule, headquarters, shop) in [
        (AbsoluteClaim, Severity::Block, Severity::Warn),
        (InvestmentPromise, Severity::Block, Severity::Warn),
        (BlindBox, Severity::Block, Severity::Warn),
        (TextMessage, Severity::Block, Severity::Warn),
        (OutdatedMaterial, Severity::Warn, Severity::Warn),
        (Pressure, Severity::Warn, Severity::Warn),
        (Privacy, Severity::Block, Severity::Block),
        (Expired, Severity::Block, Severity::Block),
    ] {
        assert_eq!(rule.severity(Place::Headquarters), headquarters, "{rule:?}");
        assert_eq!(rule.severity(Place::Shop), shop, "{rule:?}");
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
    }
    let warned = lint_text("黄金保值", Lang::Zh, LintWords::standard(), Place::Shop, &[]);
    assert_eq!(warned.first().map(|finding| finding.severity), Some(Severity::Warn));
}

#[track_caller]
fn check_template(channel: Channel, zh: &str, en: &str, expected: &[(LintRule, Lang)]) {
    let findings = lint(&template(channel, zh, en), LintWords::standard(), Place::Headquarters, &[]);
    let found: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.lang)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_draw_needs_its_rules_in_each_language_or_in_a_post_where_they_hang() {
    use LintRule::BlindBox;
    check_template(Channel::Wecom, "抽盲盒：{公示}", "a blind box: {rules}", &[]);
    check_template(Channel::Wecom, "抽盲盒：{公示}", "a blind box", &[(BlindBox, Lang::En)]);
    check_template(Channel::Moments, "抽盲盒，规则和比例在评论区", "a blind box, rules and odds below", &[]);
    check_template(Channel::Wecom, "抽盲盒，规则和比例在评论区", "fine", &[(BlindBox, Lang::Zh)]);
}

#[test]
fn a_text_message_needs_its_sender_and_its_way_out() {
    use LintRule::TextMessage;
    let (zh, en) = ("【示范珠宝】您好，拒收请回复R", "【Demo Jeweller】Hello. Reply R to opt out");
    check_template(Channel::Sms, zh, en, &[]);
    check_template(Channel::Sms, "您好，拒收请回复R", en, &[(TextMessage, Lang::Zh)]);
    check_template(Channel::Sms, zh, "【Demo Jeweller】Hello", &[(TextMessage, Lang::En)]);
    check_template(Channel::Wecom, "您好", "Hello", &[]);
}

#[test]
fn a_price_without_a_limit_is_found() {
    check_template(Channel::Wecom, "每克{今日金价!30min}元", "{gold_price!30min} a gram", &[]);
    let unlimited = template(Channel::Wecom, "好\n每克{今日金价}元", "{gold_price!30min} a gram");
    let findings = lint(&unlimited, LintWords::standard(), Place::Headquarters, &[]);
    let places: Vec<_> = findings.iter().map(|f| (f.rule, f.line, f.column, f.found.as_str())).collect();
    assert_eq!(places, [(LintRule::Expired, 2, 4, "今日金价")]);
}

#[test]
fn every_template_of_the_program_passes_at_headquarters() {
    let mut n_templates = 0;
    for (name, text) in template_files() {
        let template = file::parse(text).unwrap();
        assert_eq!(lint(&template, LintWords::standard(), Place::Headquarters, &[]), [], "{name}");
        n_templates += 1;
    }
    assert_eq!(n_templates, 44);
}

fn now() -> NaiveDateTime {
    "2026-08-12T10:00:00".parse().unwrap()
}

#[track_caller]
fn check_script(zh: &str, values: &Values, expected: &[(LintRule, &str)]) -> Script {
    let compiled = CompiledTemplate::new(template(Channel::Wecom, zh, "fine"));
    let script = compiled.script(values, now(), Lang::Zh);
    let delivery =
        Delivery {
            place: Place::Shop, now: now(), lang: Lang::Zh, names: &["解闻溪"], linked_items: &["求婚钻戒"]
        };
    let findings = lint_script(&script, &compiled, values, LintWords::standard(), &delivery);
    let found: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.found.as_str())).collect();
    assert_eq!(found, expected, "{zh}");
    script
}

fn date(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

#[test]
fn a_last_day_that_has_passed_is_found_only_where_it_is_said() {
    let mut values = Values::default();
    values.set(Variable::Deadline, date("2026-08-11"));
    check_script("到{截止}为止", &values, &[(LintRule::Expired, "8月11日")]);
    check_script("欢迎来坐", &values, &[]);
    values.set(Variable::Deadline, date("2026-08-12"));
    check_script("到{截止}为止", &values, &[]);
}

#[test]
fn a_void_or_expired_coupon_is_found_only_where_it_is_said() {
    let mut values = Values::default();
    values.set_text(Variable::Coupon, "生日券");
    values.set(Variable::CouponUntil, date("2026-08-12"));
    check_script("给您留了「{券名}」", &values, &[]);
    let mut expired = values.clone();
    expired.set(Variable::CouponUntil, date("2026-08-11"));
    check_script("给您留了「{券名}」", &expired, &[(LintRule::Expired, "生日券")]);
    values.void_coupon();
    check_script("给您留了「{券名}」", &values, &[(LintRule::Expired, "生日券")]);
    check_script("欢迎来坐", &values, &[]);
}

#[test]
fn a_price_that_is_too_old_is_found() {
    let mut values = Values::default();
    values.set_gold_price(100_000, "2026-08-12T09:29:00".parse().unwrap());
    check_script("每克{今日金价!30min}元", &values, &[(LintRule::Expired, "")]);
    values.set_gold_price(100_000, "2026-08-12T09:30:00".parse().unwrap());
    check_script("每克{今日金价!30min}元", &values, &[]);
}

#[test]
fn what_came_in_with_the_values_is_checked_too() {
    let mut values = Values::default();
    values.set_text(Variable::Phone, "100 2000 0001");
    values.set_text(Variable::Promise, "转告解闻溪，电话 138-0013-8000，保值的求婚钻戒");
    let promise = [
        (LintRule::Privacy, "解闻溪"),
        (LintRule::Privacy, "138-0013-8000"),
        (LintRule::InvestmentPromise, "保值"),
        (LintRule::Privacy, "求婚钻戒"),
    ];
    let script = check_script("门店电话{电话}。{承诺}。{商品}", &values, &promise);
    assert_eq!(script.gaps(), ["商品"]);
    values.set_text(Variable::Promise, "寄证书");
    values.set_text(Variable::Item, "求婚钻戒");
    check_script("门店电话{电话}。{承诺}。{商品}", &values, &[]);
}

#[test]
fn a_rendered_draw_without_rules_is_found() {
    let mut values = Values::default();
    values.set_text(Variable::Campaign, "盲盒节");
    check_script("{活动}", &values, &[(LintRule::BlindBox, "盲盒")]);
    check_script("{活动}：{公示}", &values, &[]);
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = [
        LintRule::AbsoluteClaim,
        LintRule::InvestmentPromise,
        LintRule::OutdatedMaterial,
        LintRule::Pressure,
        LintRule::BlindBox,
        LintRule::TextMessage,
        LintRule::Privacy,
        LintRule::Expired,
    ]
    .map(LintRule::name)
    .into();
    assert_eq!(names.len(), 8);
}

#[test]
fn a_finding_in_a_file_has_the_file_s_line() {
    let source = "id = \"T99\"\nversion = 1\nname = { zh = \"试\", en = \"test\" }\nchannel = \"wecom\"\n[text]\n\
                  zh = \"黄金保值\"\nen = \"\"\"\n\nfine\nit is the finest\"\"\"\n";
    let findings = lint_source(source, LintWords::standard(), Place::Headquarters, &[]).unwrap();
    let places: Vec<_> = findings.iter().map(|f| (f.line, f.column, f.found.as_str())).collect();
    assert_eq!(places, [(6, 3, "保值"), (10, 11, "finest")]);
    let error = lint_source("id = 1", LintWords::standard(), Place::Headquarters, &[]).unwrap_err();
    assert_eq!(error.line, 1);
}

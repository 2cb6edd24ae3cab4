//! The cast: named customers, each there for a story that a trainer tells. All invented; the phones use a prefix that no
//! network in China has.

use super::day;
use super::record;
use super::story::{RunOf, Said, Story};
use crate::customer::Birthday;
use crate::fact::FactBody;
use crate::outcome::OutcomeCode;
use crate::record::{Coupon, Risk};
use crate::sop::plan::Lang;

/// The cast in the order of their ids. Birthdays of 12 August fall on the first day.
pub(super) fn stories(lang: Lang) -> Vec<Story> {
    let tellers = [shan, zeng, xie, he, qiu, ou, piao, hua, ge, ren, yuchi, zha, xian, miao];
    tellers.into_iter().enumerate().filter_map(|(nth, tell)| tell(nth, lang)).collect()
}

fn solar(year: i32, month: u32, day: u32) -> Option<Birthday> {
    Birthday::solar(Some(year), month, day)
}

/// A surname with two readings; buys this morning.
fn shan(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("单雅宁", "Shan Yaning"), ("单姐", "Ms Shan"), lang)?
        .on_wecom(-398)
        .tagged("MAT", ("古法金", "heritage gold"))
        .tagged("OCC", ("自戴", "for herself"))
        .bought(-400, "珍珠耳钉", 3_280)
        .bought(0, "古法金传承手镯", 12_800);
    Some(story)
}

/// A promise two days overdue to the best customer, who brought 查思源.
fn zeng(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("曾予墨", "Zeng Yumo"), ("曾女士", "Ms Zeng"), lang)?
        .on_wecom(-498)
        .born(solar(1_979, 11, 2))
        .tagged("STY", ("戒指", "ring"))
        .tagged("PRC", ("重服务", "service first"))
        .linked("friend", 11, ("查思源", "Zha Siyuan"), true)
        .bought(-500, "翡翠圆条手镯", 68_000)
        .bought(-200, "六爪钻石戒指", 36_000)
        .promised(
            -12,
            -2,
            ("找同款 6.5 号戒圈", "find the same ring in size 6.5"),
            ("同款 6.5 号戒圈", "the ring in size 6.5"),
        );
    let id = story.id();
    let came = record::life_event(&id, "friend_visited", -2, -2);
    let bought = record::life_event(&id, "friend_bought", -2, -2);
    Some(story.recorded(came.into_iter().chain(bought)).said(Said::new(-2, OutcomeCode::Interested).closing(
        "P09b",
        "thanks",
        RunOf::Record(0),
    )))
}

/// Bought a ring to propose with: 贺明远 must not know.
fn xie(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("解闻溪", "Xie Wenxi"), ("解小姐", "Ms Xie"), lang)?
        .on_wecom(-5)
        .tagged("OCC", ("婚嫁", "wedding"))
        .tagged("SEC", ("2026-08-21", "2026-08-21"))
        .linked("partner", nth + 1, ("贺明远", "He Mingyuan"), false)
        .bought(-5, "六爪钻石戒指", 26_800)
        .thanked(-5);
    let person = super::people::customer_id(nth + 1)?;
    let secret = record::secret(&story.id(), &person, (day(-5), day(9)), story.purchase(1));
    Some(story.recorded(secret))
}

/// The partner, who would be reminded of the day on which the two met.
fn he(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("贺明远", "He Mingyuan"), ("贺先生", "Mr He"), lang)?
        .of(1)
        .on_wecom(-318)
        .born(solar(1_991, 3, 8))
        .linked("partner", nth - 1, ("解闻溪", "Xie Wenxi"), true)
        .celebrates("first_met", solar(2_019, 8, 21))
        .bought(-320, "硬金转运珠手绳", 1_980);
    Some(story)
}

/// Bought once, 700 days ago.
fn qiu(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("仇知秋", "Qiu Zhiqiu"), ("仇女士", "Ms Qiu"), lang)?.of(3).on_wecom(-699);
    let reason = ("仅一次购买已满 691 天", "one purchase, 691 days ago");
    let risk = record::risk_of(&story.id(), -9, Risk::Red, reason, lang);
    Some(story.bought(-700, "足金素圈戒指", 2_180).recorded(risk))
}

/// Bought four days ago, and will not be satisfied.
fn ou(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("区若彤", "Ou Ruotong"), ("区小姐", "Ms Ou"), lang)?
        .born(solar(1_996, 2, 3))
        .tagged("ALG", ("镍过敏", "nickel allergy"))
        .bought(-4, "18K金锁骨链", 3_680)
        .thanked(-4);
    Some(story)
}

/// Born in a leap month of the lunar calendar.
fn piao(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("朴允熙", "Piao Yunxi"), ("朴小姐", "Ms Piao"), lang)?
        .on_wecom(-149)
        .born(Birthday::lunar(Some(1_995), 8, 5, true))
        .bought(-150, "淡水珍珠项链", 5_880);
    Some(story)
}

/// Said in another shop, yesterday, that he wants no contact.
fn hua(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("华绍棠", "Hua Shaotang"), ("华先生", "Mr Hua"), lang)?
        .of(2)
        .bought(-100, "铂金对戒", 9_600)
        .thanked(-100);
    let refusal = record::consent(&story.id(), -1, None, false, None);
    Some(story.recorded(refusal))
}

/// Care, a birthday and a promise on one day: one contact.
fn ge(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("盖青禾", "Ge Qinghe"), ("盖姐", "Ms Ge"), lang)?
        .on_wecom(-95)
        .born(solar(1_985, 8, 12))
        .tagged("MAT", ("足金", "pure gold"))
        .tagged("OCC", ("送父母", "for parents"))
        .bought(-95, "足金水波纹项链", 8_260)
        .thanked(-95)
        .scored(-95, -91, 5)
        .promised(
            -6,
            0,
            ("找一枚刻“禾”字的金牌", "find a gold tag with the character He"),
            ("刻“禾”字的足金吊牌", "a gold tag engraved with the character He"),
        );
    Some(story)
}

/// Holds a coupon that two shops will try to take; nothing else waits for her guide, who comes back from a leave.
fn ren(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("任晚舟", "Ren Wanzhou"), ("任女士", "Ms Ren"), lang)?
        .of(2)
        .on_wecom(-34)
        .bought(-34, "蓝宝石吊坠", 6_980)
        .thanked(-34)
        .scored(-34, -30, 4)
        .said(Said::new(-12, OutcomeCode::Interested).closing("P01", "knowledge", RunOf::Day(-34)));
    let no = "Q88001";
    let coupon = Coupon {
        no: no.to_owned(),
        name: super::in_lang(("膨胀券 100→300", "coupon 100→300"), story.lang()),
        kind: "EXP".to_owned(),
        face_fen: 30_000,
        on: day(-12),
        until_on: day(18),
        redeemed_on: None,
        voided_on: None,
    };
    Some(story.noted(no, FactBody::Coupon(coupon)))
}

/// Two sales of one day are one anchor.
fn yuchi(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("尉迟嘉", "Yuchi Jia"), ("尉迟先生", "Mr Yuchi"), lang)?
        .on_wecom(-3)
        .tagged("BUD", ("5万以上", "over 50,000"))
        .bought(-3, "翡翠圆条手镯", 60_000)
        .bought(-3, "排钻对戒", 45_000)
        .thanked(-3);
    Some(story)
}

/// Brought by 曾予墨, whose points wait for the days in which a piece can be returned.
fn zha(nth: usize, lang: Lang) -> Option<Story> {
    let story = Story::new(nth, ("查思源", "Zha Siyuan"), ("查先生", "Mr Zha"), lang)?
        .on_wecom(-2)
        .tagged("SRC", ("老带新", "referral"))
        .linked("friend", 1, ("曾予墨", "Zeng Yumo"), true)
        .bought(-2, "和田玉手串", 3_660)
        .thanked(-2);
    Some(story)
}

/// A lead with a wedding in ninety-five days, in the shop six days ago.
fn xian(nth: usize, lang: Lang) -> Option<Story> {
    let tried = Said::new(-6, OutcomeCode::Visited)
        .noting("试了两款对戒，回去和家人商量", "tried two pairs of rings, will talk it over at home");
    let story = Story::new(nth, ("冼清越", "Xian Qingyue"), ("冼小姐", "Ms Xian"), lang)?
        .lead(-9, 95)
        .on_wecom(-6)
        .tagged("WED", ("2026-11-15", "2026-11-15"))
        .tagged("OCC", ("婚嫁", "wedding"))
        .tagged("BUD", ("8千–2万", "8,000–20,000"))
        .said(tried)
        .said(Said::new(-5, OutcomeCode::Interested).closing("P05", "day_after", RunOf::Deed(0)))
        .promised(
            -6,
            1,
            ("找窄版的铂金对戒", "find the narrow platinum rings"),
            ("窄版铂金对戒", "the narrow platinum rings"),
        );
    Some(story)
}

/// Asked for the gold price yesterday.
fn miao(nth: usize, lang: Lang) -> Option<Story> {
    let asked = Said::new(-1, OutcomeCode::Interested)
        .closing("P05", "comparison", RunOf::Deed(2))
        .noting("问了昨天的金价，想加一条手链", "asked for the gold price, wants a bracelet to match");
    let story = Story::new(nth, ("缪可", "Miao Ke"), ("缪小姐", "Ms Miao"), lang)?
        .of(4)
        .on_wecom(-23)
        .tagged("BUD", ("1–3千", "1,000–3,000"))
        .tagged("PRC", ("金价敏感", "gold price"))
        .bought(-23, "足金小圆耳钉", 1_560)
        .thanked(-23)
        .scored(-23, -19, 5)
        .said(Said::new(-5, OutcomeCode::Visited).noting("试了足金绞丝手链", "tried the twisted gold bracelet"))
        .said(Said::new(-4, OutcomeCode::Interested).closing("P05", "day_after", RunOf::Deed(2)))
        .said(Said { quotes: true, ..asked });
    Some(story)
}

//! The cast: named customers, each there for a story that a trainer tells. All invented; the phones use a prefix that
//! no network in China has.

use super::catalogue;
use super::shop::Sale;
use super::{Both, day, in_lang};
use crate::customer::{Birthday, Calendar, Customer, Tag};
use crate::id::CustomerId;
use crate::outcome::OutcomeCode;
use crate::sop::plan::Lang;

/// One of the cast. Days count from the first day.
pub(super) struct Role {
    name: Both,
    salutation: Both,
    phone: &'static str,
    /// Which guide of the lesson set serves them.
    pub(super) guide: usize,
    birthday: Option<Birthday>,
    tags: &'static [(&'static str, Both)],
    /// Day, piece, yuan.
    sales: &'static [(i64, &'static str, i64)],
    /// What was recorded.
    pub(super) deeds: &'static [Deed],
    do_not_contact: bool,
}

/// Something recorded about one of the cast.
pub(super) enum Deed {
    /// A contact; `closes` names the day of the sale and the step of the after-sale plan.
    Contact { on: i64, closes: Option<(i64, &'static str)>, code: OutcomeCode, score: Option<u8>, note: Option<Both> },
    /// A promise.
    Promised { on: i64, due: i64, text: Both, item: Option<Both> },
}

impl Role {
    /// The customer's document, without shop and rank.
    pub(super) fn customer(&self, id: CustomerId, lang: Lang) -> Customer {
        let tag = |(group, value): &(&str, (&str, &str))| Tag {
            group: (*group).to_owned(),
            value: in_lang(*value, lang),
            on: Some(day(-20)),
            source: Some("guide".to_owned()),
        };
        let mut customer = Customer::new(id, in_lang(self.name, lang));
        customer.salutation = Some(in_lang(self.salutation, lang));
        customer.phone = Some(self.phone.to_owned());
        customer.birthday = self.birthday;
        customer.tags = self.tags.iter().map(tag).collect();
        customer.do_not_contact = self.do_not_contact;
        customer
    }

    /// What they bought.
    pub(super) fn sales(&self) -> Vec<Sale> {
        let sale = |(on, piece, yuan): &(i64, &str, i64)| {
            Some(Sale { on: *on, fen: yuan * 100, piece: catalogue::named(piece)?, returned: None })
        };
        self.sales.iter().filter_map(sale).collect()
    }
}

const NOBODY: Role = Role {
    name: ("", ""),
    salutation: ("", ""),
    phone: "",
    guide: 0,
    birthday: None,
    tags: &[],
    sales: &[],
    deeds: &[],
    do_not_contact: false,
};

const fn born(year: i32, month: u32, day: u32) -> Option<Birthday> {
    Some(Birthday { year: Some(year), month, day, calendar: Calendar::Solar, leap_month: false })
}

const fn thanked(sale_on: i64) -> Deed {
    Deed::Contact { on: sale_on, closes: Some((sale_on, "thanks")), code: OutcomeCode::NoNeed, score: None, note: None }
}

const fn scored(sale_on: i64, on: i64, score: u8) -> Deed {
    Deed::Contact {
        on,
        closes: Some((sale_on, "satisfaction")),
        code: OutcomeCode::NoNeed,
        score: Some(score),
        note: None,
    }
}

/// The cast in the order of their ids. Birthdays of 12 August fall on the first day.
pub(super) static ROLES: [Role; 14] = [
    // a surname with two readings; buys this morning
    Role {
        name: ("单雅宁", "Shan Yaning"),
        salutation: ("单姐", "Ms Shan"),
        phone: "10000000001",
        tags: &[("MAT", ("古法金", "heritage gold")), ("OCC", ("自戴", "for herself"))],
        sales: &[(-400, "珍珠耳钉", 3_280), (0, "古法金传承手镯", 12_800)],
        ..NOBODY
    },
    // a promise two days overdue to the best customer
    Role {
        name: ("曾予墨", "Zeng Yumo"),
        salutation: ("曾女士", "Ms Zeng"),
        phone: "10000000002",
        birthday: born(1_979, 11, 2),
        tags: &[("STY", ("戒指", "ring")), ("PRC", ("重服务", "service first"))],
        sales: &[(-500, "翡翠圆条手镯", 68_000), (-200, "六爪钻石戒指", 36_000)],
        deeds: &[Deed::Promised {
            on: -12,
            due: -2,
            text: ("找同款 6.5 号戒圈", "find the same ring in size 6.5"),
            item: Some(("同款 6.5 号戒圈", "the ring in size 6.5")),
        }],
        ..NOBODY
    },
    // bought a ring to propose with: 贺明远 must not know
    Role {
        name: ("解闻溪", "Xie Wenxi"),
        salutation: ("解小姐", "Ms Xie"),
        phone: "10000000003",
        tags: &[("OCC", ("婚嫁", "wedding")), ("SEC", ("保密至 8月21日：贺明远", "secret until 21 Aug: He Mingyuan"))],
        sales: &[(-5, "六爪钻石戒指", 26_800)],
        deeds: &[thanked(-5)],
        ..NOBODY
    },
    Role {
        name: ("贺明远", "He Mingyuan"),
        salutation: ("贺先生", "Mr He"),
        phone: "10000000004",
        guide: 1,
        birthday: born(1_991, 3, 8),
        sales: &[(-320, "硬金转运珠手绳", 1_980)],
        ..NOBODY
    },
    // bought once, 700 days ago
    Role {
        name: ("仇知秋", "Qiu Zhiqiu"),
        salutation: ("仇女士", "Ms Qiu"),
        phone: "10000000005",
        guide: 3,
        sales: &[(-700, "足金素圈戒指", 2_180)],
        ..NOBODY
    },
    // an open complaint holds everything, also today's birthday wish
    Role {
        name: ("区若彤", "Ou Ruotong"),
        salutation: ("区小姐", "Ms Ou"),
        phone: "10000000006",
        birthday: born(1_996, 8, 12),
        sales: &[(-4, "18K金锁骨链", 4_680)],
        deeds: &[
            thanked(-4),
            Deed::Contact {
                on: -1,
                closes: Some((-4, "satisfaction")),
                code: OutcomeCode::Complaint,
                score: Some(2),
                note: Some(("工艺瑕疵：链扣有毛刺，勾衣服", "workmanship: the clasp is rough and catches on clothes")),
            },
        ],
        ..NOBODY
    },
    // born in a leap month of the lunar calendar
    Role {
        name: ("朴允熙", "Piao Yunxi"),
        salutation: ("朴小姐", "Ms Piao"),
        phone: "10000000007",
        birthday: Some(Birthday { year: Some(1_995), month: 8, day: 5, calendar: Calendar::Lunar, leap_month: true }),
        sales: &[(-150, "淡水珍珠项链", 5_880)],
        ..NOBODY
    },
    // wants no contact
    Role {
        name: ("华绍棠", "Hua Shaotang"),
        salutation: ("华先生", "Mr Hua"),
        phone: "10000000008",
        guide: 2,
        sales: &[(-100, "铂金对戒", 9_600)],
        deeds: &[thanked(-100)],
        do_not_contact: true,
        ..NOBODY
    },
    // care, a birthday and a promise on one day: one contact
    Role {
        name: ("盖青禾", "Ge Qinghe"),
        salutation: ("盖姐", "Ms Ge"),
        phone: "10000000009",
        birthday: born(1_985, 8, 12),
        tags: &[("MAT", ("足金", "pure gold")), ("OCC", ("送父母", "for parents"))],
        sales: &[(-95, "足金水波纹项链", 8_260)],
        deeds: &[
            thanked(-95),
            scored(-95, -91, 5),
            Deed::Promised {
                on: -6,
                due: 0,
                text: ("找一枚刻“禾”字的金牌", "find a gold tag with the character He"),
                item: Some(("刻“禾”字的足金吊牌", "a gold tag engraved with the character He")),
            },
        ],
        ..NOBODY
    },
    Role {
        name: ("任晚舟", "Ren Wanzhou"),
        salutation: ("任女士", "Ms Ren"),
        phone: "10000000010",
        guide: 2,
        sales: &[(-30, "蓝宝石吊坠", 6_980)],
        deeds: &[thanked(-30), scored(-30, -26, 4)],
        ..NOBODY
    },
    // two sales of one day are one anchor
    Role {
        name: ("尉迟嘉", "Yuchi Jia"),
        salutation: ("尉迟先生", "Mr Yuchi"),
        phone: "10000000011",
        tags: &[("BUD", ("5万以上", "over 50,000"))],
        sales: &[(-3, "翡翠圆条手镯", 60_000), (-3, "排钻对戒", 45_000)],
        deeds: &[thanked(-3)],
        ..NOBODY
    },
    Role {
        name: ("查思源", "Zha Siyuan"),
        salutation: ("查先生", "Mr Zha"),
        phone: "10000000012",
        tags: &[("SRC", ("老带新", "referral"))],
        sales: &[(-2, "和田玉手串", 3_660)],
        deeds: &[thanked(-2)],
        ..NOBODY
    },
    // a lead with a wedding in ninety-five days
    Role {
        name: ("冼清越", "Xian Qingyue"),
        salutation: ("冼小姐", "Ms Xian"),
        phone: "10000000013",
        tags: &[("WED", ("2026-11-15", "2026-11-15")), ("OCC", ("婚嫁", "wedding"))],
        deeds: &[
            Deed::Contact {
                on: -6,
                closes: None,
                code: OutcomeCode::Visited,
                score: None,
                note: Some(("试了两款对戒，回去和家人商量", "tried two pairs of rings, will talk it over at home")),
            },
            Deed::Promised {
                on: -6,
                due: 1,
                text: ("找窄版的铂金对戒", "find the narrow platinum rings"),
                item: Some(("窄版铂金对戒", "the narrow platinum rings")),
            },
        ],
        ..NOBODY
    },
    // asked for the gold price yesterday
    Role {
        name: ("缪可", "Miao Ke"),
        salutation: ("缪小姐", "Ms Miao"),
        phone: "10000000014",
        guide: 4,
        sales: &[(-23, "足金小圆耳钉", 1_560)],
        deeds: &[
            thanked(-23),
            scored(-23, -19, 5),
            Deed::Contact {
                on: -1,
                closes: None,
                code: OutcomeCode::Interested,
                score: None,
                note: Some(("问了昨天的金价，想加一条手链", "asked for the gold price, wants a bracelet to match")),
            },
        ],
        ..NOBODY
    },
];

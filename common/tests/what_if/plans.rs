//! Plans of every kind, small enough that a story of two months meets them.

use std::sync::LazyLock;

use guide_common::sop::plan::Plan;
use guide_common::sop::plan_file;

/// Head keys, triggers and steps, with `;` between the keys.
type Source = (&'static str, &'static [&'static str], &'static [&'static str]);

const SOURCES: &[(&str, Source)] = &[
    (
        "after",
        (
            "restart='supersede';priority=80",
            &["on='purchase';min_amount_fen=30000"],
            &[
                "offset='0d';until='0d';keep=true;purpose='answer'",
                "offset='+3d';until='+7d';channels=['wecom','phone'];positive=['s3'];no_reply=['s4']",
                "from='outcome';offset='+1d';until='+3d';purpose='answer'",
                "offset='+9d';until='+12d';channels=['phone']",
                "offset='+3w';until='+5w'",
            ],
        ),
    ),
    ("promo", ("", &["on='purchase'"], &["offset='+1d';until='+30d';purpose='promo'"])),
    (
        "birthday",
        (
            "priority=60",
            &["on='birthday'"],
            &[
                "offset='-7d';until='-2d';purpose='promo'",
                "offset='0d';until='0d';channels=['wecom','phone']",
                "offset='+5d';until='+12d';purpose='promo';when='n_coupons >= 1'",
            ],
        ),
    ),
    ("late", ("restart='supersede'", &["on='birthday'"], &["offset='+2d';until='+400d';purpose='promo'"])),
    (
        "wake",
        (
            "throttle=1;rest='+30d';exclusive='x';ends_on=['bought']",
            &["on='dormant';days=20;since='visit'", "on='dormant';risk='red'"],
            &["offset='0d';until='+4d';no_reply=['s2']", "offset='+6d';until='+9d';when='days_since_contact >= 2'"],
        ),
    ),
    ("quiet", ("", &["on='dormant';days=9;since='contact'"], &["offset='+1d';until='+6d'"])),
    (
        "feast",
        (
            "exclusive='x';priority=50",
            &["on='date';date='02-20'"],
            &[
                "offset='-9d';until='-5d';purpose='promo';positive=['s3'];when='tier in [\"S\", \"A\"]'",
                "offset='-4d';until='+3d';channels=['sms'];when='days_since_contact >= 4'",
                "offset='-3d';until='0d';purpose='answer';channels=['visit']",
            ],
        ),
    ),
    (
        "feast2",
        (
            "exclusive='x'",
            &["on='date';date='02-12'"],
            &["offset='+1d';until='+9d';when='open_complaint'", "offset='+12d';until='+14d';when='spent_yuan >= 400'"],
        ),
    ),
    (
        "heard",
        (
            "",
            &["on='outcome';plan='after';codes=['interested']"],
            &[
                "offset='0d';until='+3d';purpose='answer'",
                "from='bought_on';offset='+8d';until='+20d';when='days_since_contact >= 3'",
            ],
        ),
    ),
    (
        "silent",
        (
            "restart='supersede'",
            &["on='outcome';codes=['no_reply']"],
            &["offset='+1d';until='+5d';within='72h';channels=['phone']"],
        ),
    ),
    (
        "put_right",
        (
            "recovery=true;priority=100",
            &["on='outcome';codes=['complaint'];max_score=3"],
            &["offset='0d';until='+1d';purpose='answer';channels=['phone','visit']"],
        ),
    ),
    ("coupon", ("", &["on='coupon_expiry'"], &["offset='-12d';until='-1d';when='coupon_open'"])),
    (
        "ticket",
        (
            "",
            &["on='ticket';event='uncollected'"],
            &["offset='0d';until='+3d';purpose='answer'", "offset='+5d';until='+9d'"],
        ),
    ),
    (
        "made",
        (
            "",
            &["on='ticket';event='received'"],
            &["from='ready_on';offset='0d';until='+4d'", "from='promised_on';offset='-1d';until='0d';purpose='answer'"],
        ),
    ),
    (
        "promise",
        (
            "priority=90",
            &["on='promise'"],
            &[
                "offset='-1d';until='-1d';purpose='answer'",
                "offset='0d';until='+5d';purpose='answer';channels=['wecom','phone']",
            ],
        ),
    ),
    (
        "visit",
        (
            "priority=88",
            &["on='appointment'"],
            &[
                "offset='-1d';until='-1d';purpose='answer'",
                "offset='0d';until='0d';purpose='answer';channels=['visit']",
                "from='no_show_on';offset='0d';until='+1d'",
            ],
        ),
    ),
    ("tagged", ("repeat='+9d'", &["on='tagged';group='A'"], &["offset='-1d';until='+2d'"])),
    (
        "tagged_again",
        (
            "rest='+15d';repeat='+12d'",
            &["on='dormant';days=14;since='purchase'", "on='tagged';group='A'"],
            &["offset='-3d';until='+2d'"],
        ),
    ),
    (
        "lead",
        (
            "restart='supersede';ends_on=['bought']",
            &["on='lead'", "on='outcome';codes=['visited']"],
            &["offset='+1d';until='+2d';purpose='answer'", "offset='+4d';until='+9d'"],
        ),
    ),
    ("once", ("restart='once'", &["on='birthday'", "on='lead'", "on='contact_added'"], &["offset='-6d';until='+9d'"])),
    (
        "rest",
        (
            "rest='+15d'",
            &["on='date';date='02-25'", "on='dormant';days=14;since='purchase'"],
            &["offset='-8d';until='+2d'"],
        ),
    ),
    (
        "pieces",
        (
            "",
            &["on='purchase';each_item=true;repeat_by_material={'gold'='+10d','pearl'='+1m'}"],
            &["offset='-2d';until='+3d';no_reply=['s2']", "offset='+6d';until='+9d';channels=['phone','wecom']"],
        ),
    ),
    ("level", ("audience='level_rank >= 1'", &["on='level';event='expires'"], &["offset='-10d';until='-2d'"])),
    (
        "sent",
        (
            "exclusive='x';priority=70",
            &["on='dispatch'"],
            &["offset='0d';until='+6d';purpose='promo';channels=['phone','wecom']"],
        ),
    ),
    (
        "rich",
        (
            "audience='spent_yuan >= 500 and days_known >= 3'",
            &["on='purchase'"],
            &[
                "offset='+2d';until='+15d';when='days_since_purchase >= 5'",
                "offset='+6d';until='+15d';when='days_since_purchase >= 5'",
            ],
        ),
    ),
    (
        "couple",
        (
            "audience='\"spouse\" in links'",
            &["on='anniversary'"],
            &["offset='-5d';until='-1d';linked=true;purpose='promo'"],
        ),
    ),
    (
        "owner",
        ("restart='supersede'", &["on='owner_changed'"], &["offset='0d';until='+3d'", "offset='+5d';until='+9d'"]),
    ),
    (
        "slow",
        ("throttle=1", &["on='purchase'"], &["offset='+1d';until='+3d'", "offset='+4d';until='+4d';channels=['card']"]),
    ),
    ("autumn", ("", &["on='date';date='02-08'"], &["offset='0d';until='+25d';purpose='promo'"])),
    (
        "either",
        (
            "restart='once'",
            &["on='promise'", "on='lead'", "on='tagged';group='A'", "on='contact_added'"],
            &["offset='-9d';until='+9d'"],
        ),
    ),
];

/// All of them.
pub static PLANS: LazyLock<Vec<Plan>> =
    LazyLock::new(|| SOURCES.iter().map(|(id, source)| parse(id, source)).collect());

fn parse(id: &str, (head, triggers, steps): &Source) -> Plan {
    let lines =
        |keys: &str| keys.split(';').filter(|key| !key.is_empty()).map(|key| format!("{key}\n")).collect::<String>();
    let mut text = format!("id = '{id}'\nversion = 1\nname = {{ zh = '试', en = 'Test' }}\n{}", lines(head));
    for trigger in *triggers {
        text += &format!("[[trigger]]\n{}", lines(trigger));
    }
    for (idx, step) in steps.iter().enumerate() {
        let channels = if step.contains("channels") { "" } else { "channels = ['wecom']\n" };
        text += &format!("[[step]]\nid = 's{}'\n{channels}{}", idx + 1, lines(step));
    }
    plan_file::parse(&text).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

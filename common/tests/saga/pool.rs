//! The plans of sagas: the chain's own, and made-up ones for what these leave out.

use std::sync::LazyLock;

use guide_common::demo;
use guide_common::sop::plan::{Earlier, Plan, Restart};

use super::date;
use crate::story::{plan, sop};

/// How many of them are the chain's own.
pub const N_REAL: usize = 25;

/// The plans of the chain, and made-up ones for what they leave out.
pub static POOL: LazyLock<Vec<Plan>> = LazyLock::new(|| {
    let real = demo::plan_files().into_iter().map(|(_, toml)| plan(toml));
    let long = "offset = '0d'; until = '+40d'; channels = ['wecom', 'phone']";
    let promo = "offset = '+1d'; until = '+60d'; purpose = 'promo'; channels = ['sms', 'wecom']";
    let made_up = [
        sop("id = 'M01'; restart = 'once'", &["on = 'contact_added'", "on = 'lead'"], &[long, promo]),
        sop(
            "id = 'M02'; restart = 'supersede'; repeat = '+10d'",
            &["on = 'tagged'; group = 'OCC'"],
            &["offset = '-2d'; until = '+6d'"],
        ),
        sop("id = 'M03'; rest = '+25d'", &["on = 'purchase'"], &[long]),
        sop(
            "id = 'M04'; throttle = 1; starts_on = '2026-05-20'; rest = '+15d'",
            &["on = 'dormant'; days = 12; since = 'contact'"],
            &["offset = '0d'; until = '+5d'; no_reply = ['s2']", "offset = '+6d'; until = '+9d'"],
        ),
        sop("id = 'M05'; exclusive = 'campaign-or-wake'; priority = 3", &["on = 'purchase'"], &[long]),
        sop(
            "id = 'M06'",
            &["on = 'outcome'; plan = 'M03'"],
            &["from = 'next_on'; offset = '0d'; until = '+9d'", "offset = '+2d'; until = '+20d'; purpose = 'answer'"],
        ),
        sop(
            "id = 'M07'; restart = 'supersede'",
            &["on = 'purchase'"],
            &[
                "offset = '0d'; until = '+30d'; keep = true",
                "offset = '+1d'; until = '+30d'; positive = ['s3']; negative = ['s4']; no_reply = ['s5']; recovery = 'P10'",
                "from = 'outcome'; offset = '+1d'; until = '+8d'",
                "from = 'outcome'; offset = '0d'; until = '+8d'; purpose = 'answer'",
                "offset = '+20d'; until = '+30d'; linked = true",
            ],
        ),
        sop(
            "id = 'M08'",
            &["on = 'dispatch'"],
            &["from = 'visit_on'; offset = '-1d'; until = '+1d'; purpose = 'promo'", long],
        ),
        sop(
            "id = 'M09'; restart = 'once'",
            &["on = 'birthday'", "on = 'anniversary'"],
            &["offset = '-9d'; until = '+20d'"],
        ),
        sop(
            "id = 'M10'",
            &["on = 'level'; event = 'rose'", "on = 'owner_changed'", "on = 'contact_added'"],
            &[long, "offset = '+1d'; until = '+2d'; when = 'n_coupons >= 1'"],
        ),
        sop(
            "id = 'M11'; ends_on = ['visited', 'interested']",
            &["on = 'ticket'; event = 'promised'", "on = 'coupon_expiry'", "on = 'life_event'; kind = 'move'"],
            &["offset = '-5d'; until = '+12d'; purpose = 'promo'"],
        ),
        sop(
            "id = 'M12'; tags = ['OCC', 'MAT']",
            &["on = 'purchase'; each_item = true; repeat_by_material = { '足金' = '+9d', '珍珠' = '+15d' }"],
            &["offset = '-3d'; until = '+9d'; discreet = true", "offset = '-1d'; until = '+2d'"],
        ),
        sop(
            "id = 'M13'; recovery = true; restart = 'supersede'",
            &["on = 'outcome'; codes = ['complaint', 'no_need']; max_score = 2"],
            &["offset = '0d'; until = '+9d'; within = '30h'; purpose = 'answer'", "offset = '+2d'; until = '+20d'"],
        ),
        sop(
            "id = 'M14'; repeat = '+7d'",
            &["on = 'date'; date = '2026-05-13'"],
            &[
                "offset = '0d'; until = '+6d'; channels = ['wecom', 'phone']; no_reply = ['s4']",
                "offset = '0d'; until = '+9d'; purpose = 'promo'; channels = ['phone', 'sms']",
                "offset = '0d'; until = '+5d'; purpose = 'answer'; linked = true",
                "offset = '+3d'; until = '+9d'; purpose = 'promo'",
            ],
        ),
        sop(
            "id = 'M15'; restart = 'supersede'; exclusive = 'm'",
            &["on = 'purchase'; min_amount_fen = 9000"],
            &[
                "offset = '0d'; until = '+8d'",
                "offset = '+1d'; until = '+15d'; discreet = true; purpose = 'promo'; keep = true",
            ],
        ),
        sop(
            "id = 'M16'; rest = '+9d'; exclusive = 'm'",
            &["on = 'outcome'; codes = ['interested', 'visited', 'appointment']", "on = 'promise'"],
            &[
                "offset = '0d'; until = '+8d'; purpose = 'answer'",
                "from = 'visit_on'; offset = '-1d'; until = '0d'; purpose = 'answer'",
                "offset = '+1d'; until = '+15d'; purpose = 'promo'",
            ],
        ),
    ];
    let mut pool: Vec<Plan> = real.chain(made_up).collect();
    // versions: everything moved by some days, for anchors from day 50 on
    let moved: Vec<Plan> = pool
        .iter()
        .filter(|plan| ["P01", "M03", "M04", "M07"].contains(&plan.id.as_str()))
        .map(|plan| {
            let mut next = edited(plan);
            next.earlier = Some(Box::new(Earlier { before_on: date(50), plan: plan.clone() }));
            next
        })
        .collect();
    pool.extend(moved);
    pool
});

/// The next version of a plan: windows moved, a step more.
pub fn edited(plan: &Plan) -> Plan {
    let mut next = Plan { version: plan.version + 1, throttle: plan.throttle.map(|n| n + 1), ..plan.clone() };
    for step in &mut next.steps {
        let move_by = |offset: &str| offset.parse().unwrap();
        if step.from.is_none() {
            (step.offset, step.until) = (move_by("+2d"), move_by("+33d"));
        }
    }
    next
}

/// The same, with other keys that decide what becomes of runs.
pub fn edited_otherwise(plan: &Plan, how: u8) -> Plan {
    let mut next = edited(plan);
    let bit = |at: u8| how >> at & 1 == 1;
    for step in next.steps.iter_mut().filter(|_| bit(0)) {
        step.keep = !step.keep;
    }
    if bit(1) {
        next.restart = [Restart::Every, Restart::Supersede, Restart::Once][usize::from(how >> 2) % 3];
    }
    if bit(5) {
        next.rest = next.rest.map_or("+20d".parse().ok(), |_| None);
    }
    if bit(6) {
        next.steps.iter_mut().for_each(|step| step.when = None);
    }
    next
}

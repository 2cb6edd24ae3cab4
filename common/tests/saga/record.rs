//! What headquarters records in a saga.

use chrono::{Days, NaiveDate};
use guide_common::fact::FactBody;
use guide_common::outcome::Channel;
use guide_common::record::{
    Coupon, Dispatched, Level, LevelRecord, LifeEvent, OwnerChanged, PointsRecord, Risk, RiskRecord, Rush, Ticket,
};

use super::Saga;

impl Saga {
    pub(super) fn of_headquarters(
        &self,
        kind: &str,
        on: NaiveDate,
        a: u16,
        b: u16,
        later: impl Fn(u16) -> NaiveDate,
    ) -> Option<FactBody> {
        let kinds = ["CASH", "SVC", "EXP"];
        Some(match kind {
            "coupon" => FactBody::Coupon(Coupon {
                no: format!("K{a}"),
                name: "券".to_owned(),
                kind: kinds[usize::from(a) % 3].to_owned(),
                face_fen: 100,
                on,
                until_on: later(0),
                redeemed_on: None,
                voided_on: None,
            }),
            "redeem" => {
                let mut coupons = self.story.file.facts.iter().filter_map(|fact| match &fact.body {
                    // headquarters writes the record again; what it said before is not kept
                    FactBody::Coupon(coupon) if coupon.redeemed_on.is_none() => Some(coupon.clone()),
                    _ => None,
                });
                let mut coupon = coupons.next_back()?;
                coupon.redeemed_on = Some(on);
                FactBody::Coupon(coupon)
            }
            "ticket" => {
                let stage = |n: u16| (b & 3 > n).then(|| later(1 + 3 * n));
                let (no, work) = (format!("R{a}"), "改圈".to_owned());
                FactBody::Ticket(Ticket {
                    no,
                    work,
                    item: None,
                    on,
                    promised_on: Some(later(2)),
                    ready_on: stage(0),
                    collected_on: stage(1),
                })
            }
            "level" => {
                let level = Level::ALL[usize::from(a) % 4];
                let until_on = (b & 1 == 1).then(|| later(1));
                FactBody::Level(LevelRecord {
                    on,
                    level,
                    until_on,
                    to_next_fen: Some(i64::from(b % 400) * 1_000),
                    next_fen: Some(2_000_000),
                })
            }
            "points" => FactBody::Points(PointsRecord { on, balance: i64::from(a) }),
            "risk" => FactBody::Risk(RiskRecord {
                on,
                risk: [Risk::Red, Risk::Amber, Risk::Green][usize::from(a) % 3],
                reason: None,
            }),
            "owner" => FactBody::OwnerChanged(OwnerChanged {
                on,
                from: None,
                to: self.story.guide.clone(),
                to_name: "林知夏".to_owned(),
            }),
            "life" => {
                let kinds = ["birth", "move", "friend_visited", "friend_bought"];
                let event_on = on - Days::new(u64::from(b % 20));
                FactBody::LifeEvent(LifeEvent {
                    on,
                    kind: kinds[usize::from(a) % 4].to_owned(),
                    event_on,
                    told_by_customer: b & 32 == 0,
                })
            }
            "dispatch" => {
                let plans = self.story.rules.plans();
                let plan = plans.get(usize::from(a) % plans.len().max(1))?.id.clone();
                let channel = (b & 64 == 64).then_some(Channel::Phone);
                FactBody::Dispatched(Dispatched {
                    on,
                    from_on: later(0),
                    plan,
                    dispatch: format!("D{a}"),
                    by: "顾南星".to_owned(),
                    why: None,
                    channel,
                })
            }
            "rush" => {
                FactBody::Rush(Rush { on, by: "顾南星".to_owned(), why: "七夕".to_owned(), until_on: later(0) })
            }
            _ => return None,
        })
    }
}

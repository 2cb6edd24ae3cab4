//! What the customer has: a coupon, points, a level.

use chrono::NaiveDate;

use super::Case;
use crate::fact::FactBody;
use crate::record::Coupon;
use crate::template::value::Value;
use crate::template::values::Values;
use crate::template::variable::Variable;

pub(super) fn set(values: &mut Values, case: Case<'_>) {
    if let Some(coupon) = coupon(case) {
        set_coupon(values, coupon, case.today);
    }
    let points = case.latest(|body| match body {
        FactBody::Points(points) => Some(points),
        _ => None,
    });
    if let Some(points) = points {
        values.set(Variable::Points, Value::Number(points.balance));
    }
    let level = case.latest(|body| match body {
        FactBody::Level(level) => Some(level),
        _ => None,
    });
    if let Some(level) = level {
        values.set(Variable::Level, Value::words(level.level.title()));
        if let Some(fen) = level.to_next_fen.filter(|fen| *fen > 0) {
            values.set(Variable::ToNextLevel, Value::Amount(fen));
        }
    }
}

/// Of a coupon's step its own, also where it can no longer be used; otherwise the one that was issued
/// last, of the kind that the step hands out, and can be used; of several of that day the one that ends first.
fn coupon<'c>(case: Case<'c>) -> Option<&'c Coupon> {
    if let Some(FactBody::Coupon(coupon)) = case.anchor().map(|fact| &fact.body) {
        return Some(coupon);
    }
    let kind = case.due.and_then(|due| due.coupon.as_deref());
    let coupons = case.file.standing().filter_map(|fact| match &fact.body {
        FactBody::Coupon(coupon) => Some(coupon),
        _ => None,
    });
    coupons
        .filter(|coupon| coupon.is_open_on(case.today) && kind.is_none_or(|kind| coupon.kind == kind))
        .max_by_key(|coupon| (coupon.on, std::cmp::Reverse((coupon.until_on, &coupon.no))))
}

fn set_coupon(values: &mut Values, coupon: &Coupon, today: NaiveDate) {
    values.set_text(Variable::Coupon, &coupon.name);
    values.set_text(Variable::CouponCode, &coupon.no);
    values.set(Variable::CouponUntil, Value::Date(coupon.until_on));
    if coupon.face_fen > 0 {
        values.set(Variable::FaceValue, Value::Amount(coupon.face_fen));
    }
    if !coupon.is_open_on(today) {
        values.void_coupon();
    }
}

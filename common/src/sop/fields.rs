//! The values that conditions ask about, of a customer and of a step, as of a day.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::customer::{Birthday, Calendar, Tag};
use crate::outcome::{Channel, OutcomeCode};
use crate::purchase::{Item, Purchase};
use crate::record::Coupon;
use crate::sop::anchor::{About, Anchor};
use crate::sop::condition::field::Field;
use crate::sop::condition::{FieldValue, Fields};
use crate::sop::gate;
use crate::sop::history::{History, Tagging};
use crate::sop::plan::WantedTag;
use crate::sop::rules::Rules;

/// The relations that are spoken of as the partner.
const PARTNERS: [&str; 2] = ["spouse", "partner"];

/// A customer's fields as of a day.
pub struct CustomerFields<'h, 'f> {
    /// The customer's facts.
    pub history: &'h History<'f>,
    /// What headquarters set.
    pub rules: &'h Rules,
    /// As of this day.
    pub day: NaiveDate,
}

/// A step's fields, and its customer's.
pub(crate) struct StepFields<'h, 'f> {
    pub customer: CustomerFields<'h, 'f>,
    pub anchor: &'h Anchor,
    pub channel: Option<Channel>,
}

fn text<'v>(value: Option<&'v str>) -> FieldValue<'v> {
    value.map_or(FieldValue::Missing, |value| FieldValue::Text(Cow::Borrowed(value)))
}

fn int(value: Option<i64>) -> FieldValue<'static> {
    value.map_or(FieldValue::Missing, FieldValue::Int)
}

impl Fields for CustomerFields<'_, '_> {
    fn value(&self, field: Field) -> FieldValue<'_> {
        let customer = &self.history.customer;
        match field {
            Field::Tier => FieldValue::Text(Cow::Borrowed(customer.tier.letter())),
            Field::Level => text(self.level().map(|level| level.name())),
            Field::LevelRank => FieldValue::Int(self.level().map_or(0, |level| level.rank())),
            Field::Store => text(customer.store.as_ref().map(|store| store.as_str())),
            Field::StoreTier => FieldValue::from(self.rules.store_tier.map(|tier| format!("{tier:?}"))),
            Field::Lead => FieldValue::Bool(self.n_purchases() == 0),
            Field::Wecom => FieldValue::Bool(customer.wecom_on.is_some_and(|on| on <= self.day)),
            Field::NPurchases => FieldValue::Int(self.n_purchases()),
            Field::SpentYuan => FieldValue::Int(self.history.spent_fen(self.day) / 100),
            Field::TotalYuan => FieldValue::Int(self.total_fen() / 100),
            Field::DaysSincePurchase => int(self.last_purchase().map(|on| self.days_since(on))),
            Field::DaysSinceContact => int(self.last_contact().map(|on| self.days_since(on))),
            Field::DaysKnown => int(customer.since_on.map(|on| self.days_since(on)).filter(|days| *days >= 0)),
            Field::Age => int(customer.birthday.and_then(|birthday| self.age(birthday))),
            Field::BirthdayKnown => FieldValue::Bool(customer.birthday.is_some()),
            Field::BirthdayCalendar => text(customer.birthday.and_then(|birthday| calendar_name(birthday.calendar))),
            Field::Tags => FieldValue::Groups(self.tags_by_group()),
            Field::Links => FieldValue::List(customer.links.iter().map(|link| link.relation.as_str()).collect()),
            Field::PartnerConsented => FieldValue::Bool(
                customer.links.iter().any(|link| link.consented && PARTNERS.contains(&link.relation.as_str())),
            ),
            Field::Risk => text(self.latest(&self.history.records.risks, |risk| risk.on).map(|risk| risk.risk.name())),
            Field::Points => int(self.latest(&self.history.records.points, |points| points.on).map(|p| p.balance)),
            Field::NCoupons => FieldValue::Int(self.open_coupons().count() as i64),
            Field::OpenComplaint => FieldValue::Bool(gate::open_complaint(self.history, self.day).is_some()),
            Field::WeddingInDays => int(customer.wedding_on.map(|on| -self.days_since(on))),
            Field::Satisfaction => int(self.satisfaction()),
            _ => FieldValue::Missing,
        }
    }
}

impl<'h, 'f> CustomerFields<'h, 'f> {
    fn days_since(&self, on: NaiveDate) -> i64 {
        (self.day - on).num_days()
    }

    fn latest<T: Copy>(&self, records: &[T], on: impl Fn(&T) -> NaiveDate) -> Option<T> {
        records.iter().rfind(|record| on(record) <= self.day).copied()
    }

    fn level(&self) -> Option<crate::record::Level> {
        self.latest(&self.history.records.levels, |level| level.on).map(|record| record.level)
    }

    fn n_purchases(&self) -> i64 {
        let days = self.history.days.iter().filter(|day| day.on <= self.day);
        days.filter(|day| day.net_fen_on(self.day) > 0).count() as i64
    }

    fn total_fen(&self) -> i64 {
        self.history.days.iter().filter(|day| day.on <= self.day).map(|day| day.net_fen_on(self.day)).sum()
    }

    fn last_purchase(&self) -> Option<NaiveDate> {
        let days = self.history.days.iter().filter(|day| day.on <= self.day && day.net_fen_on(self.day) > 0);
        days.map(|day| day.on).next_back()
    }

    fn last_contact(&self) -> Option<NaiveDate> {
        let contacts = self.history.contacts.iter().filter(|contact| contact.outcome.code != OutcomeCode::Skipped);
        contacts.map(|contact| contact.on()).filter(|on| *on <= self.day).max()
    }

    fn satisfaction(&self) -> Option<i64> {
        let scored = self.history.contacts.iter().filter(|contact| contact.on() <= self.day);
        scored.filter_map(|contact| contact.outcome.score).next_back().map(i64::from)
    }

    fn age(&self, birthday: Birthday) -> Option<i64> {
        let year = birthday.year?;
        let had = birthday.date_in(self.day.year()).is_none_or(|on| on <= self.day);
        Some(i64::from(self.day.year() - year) - i64::from(!had))
    }

    fn open_coupons(&self) -> impl Iterator<Item = &'f Coupon> {
        let day = self.day;
        self.history.records.coupons.iter().map(|(_, coupon)| *coupon).filter(move |coupon| coupon.is_open_on(day))
    }

    /// The tags as of the day: headquarters' document, changed by what guides applied and took away.
    pub fn tags(&self) -> Vec<Tag> {
        let single = |group: &str| {
            let group = self.rules.settings.tag_group(group);
            group.is_some_and(|group| group.choice != crate::sop::settings::TagChoice::Multi)
        };
        let mut tags: Vec<Tag> = self.history.customer.tags.clone();
        tags.retain(|tag| tag.on.is_none_or(|on| on <= self.day));
        let changes = self.history.tag_changes.iter().filter(|tagging| tagging.change.on <= self.day);
        for Tagging { added, change, .. } in changes {
            let replaces = *added && single(&change.group);
            let is_later = |tag: &Tag| tag.group == change.group && tag.on.is_some_and(|on| change.on < on);
            if replaces && tags.iter().any(is_later) {
                continue;
            }
            tags.retain(|tag| is_later(tag) || tag.group != change.group || (tag.value != change.value && !replaces));
            if *added {
                tags.push(Tag {
                    group: change.group.clone(),
                    value: change.value.clone(),
                    on: Some(change.on),
                    source: Some("guide".to_owned()),
                });
            }
        }
        tags
    }

    /// Whether a tag stands on the day.
    fn has_tag(&self, group: &str, value: Option<&str>) -> bool {
        if self.history.tag_changes.is_empty() {
            let tags = self.history.customer.tags.iter().filter(|tag| tag.on.is_none_or(|on| on <= self.day));
            return tags.filter(|tag| tag.group == group).any(|tag| value.is_none_or(|value| tag.value == value));
        }
        self.tags().iter().any(|tag| tag.group == group && value.is_none_or(|value| tag.value == value))
    }

    /// Whether the customer has, of every group that is named, one of the wanted tags.
    pub(crate) fn has_wanted(&self, wanted: &[WantedTag]) -> bool {
        wanted.iter().all(|one| {
            let of_group = wanted.iter().filter(|other| other.group == one.group);
            let mut any = of_group.map(|tag| self.has_tag(&tag.group, tag.value.as_deref()));
            any.any(|has| has)
        })
    }

    fn tags_by_group(&self) -> BTreeMap<&str, Vec<&str>> {
        // values borrow from the history, so what guides changed is followed by reference
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for tag in self.tags() {
            let documents = self.history.customer.tags.iter().map(|tag| (tag.group.as_str(), tag.value.as_str()));
            let changes = self.history.tag_changes.iter().map(|tagging| tagging.change);
            let changes = changes.map(|change| (change.group.as_str(), change.value.as_str()));
            if let Some((group, value)) = documents.chain(changes).find(|(g, v)| *g == tag.group && *v == tag.value) {
                groups.entry(group).or_default().push(value);
            }
        }
        groups
    }
}

fn calendar_name(calendar: Calendar) -> Option<&'static str> {
    match calendar {
        Calendar::Solar => Some("solar"),
        Calendar::Lunar => Some("lunar"),
        Calendar::Unknown => None,
    }
}

impl Fields for StepFields<'_, '_> {
    fn value(&self, field: Field) -> FieldValue<'_> {
        let (history, day) = (self.customer.history, self.customer.day);
        match field {
            Field::Material => text(self.piece().and_then(|item| item.material.as_deref())),
            Field::Category => text(self.piece().and_then(|item| item.category.as_deref())),
            Field::Item => text(self.piece().and_then(|item| item.name.as_deref()).or(self.promised_item())),
            Field::AmountYuan => int(self.amount_fen().map(|fen| fen / 100)),
            Field::Secret => FieldValue::Bool(gate::secret_until(history, self.anchor, day).is_some()),
            Field::Calendar => match self.anchor.about {
                About::Yearly(calendar) => text(calendar_name(calendar)),
                _ => FieldValue::Missing,
            },
            Field::CouponOpen => match self.coupon() {
                Some(coupon) => FieldValue::Bool(coupon.is_open_on(day)),
                None => FieldValue::Missing,
            },
            Field::DaysSinceAnchor => FieldValue::Int((day - self.anchor.on).num_days()),
            Field::Channel => text(self.channel.map(Channel::name)),
            Field::Score => int(self.score()),
            _ => self.customer.value(field),
        }
    }
}

impl<'f> StepFields<'_, 'f> {
    fn piece(&self) -> Option<&'f Item> {
        anchor_piece(self.customer.history, self.anchor).map(|(_, item)| item)
    }

    fn promised_item(&self) -> Option<&'f str> {
        let About::Fact(id) = self.anchor.about else { return None };
        let (_, promise) = self.customer.history.promises.iter().find(|(of, _)| *of == id)?;
        promise.item.as_deref()
    }

    fn amount_fen(&self) -> Option<i64> {
        let history = self.customer.history;
        match &self.anchor.about {
            About::PurchaseDay => {
                let idx = history.days.binary_search_by_key(&self.anchor.about_on, |day| day.on).ok()?;
                Some(history.days[idx].net_fen_on(self.customer.day))
            }
            About::Piece(purchase, _) => {
                history.file.purchases.iter().find(|p| p.id == *purchase).map(|p| p.amount_fen)
            }
            About::Fact(id) => history.contacts.iter().find(|contact| contact.id == *id)?.outcome.amount_fen,
            About::Customer | About::Yearly(_) => None,
        }
    }

    fn coupon(&self) -> Option<&'f Coupon> {
        let About::Fact(id) = self.anchor.about else { return None };
        self.customer.history.records.coupons.iter().find(|(of, _)| *of == id).map(|(_, coupon)| *coupon)
    }

    fn score(&self) -> Option<i64> {
        let About::Fact(id) = self.anchor.about else { return None };
        let contact = self.customer.history.contacts.iter().find(|contact| contact.id == id)?;
        contact.outcome.score.map(i64::from)
    }
}

/// The piece that an anchor is about, with its sale: of a day's sales that of the dearest one.
pub(crate) fn anchor_piece<'f>(history: &History<'f>, anchor: &Anchor) -> Option<(&'f Purchase, &'f Item)> {
    let purchases = history.file.purchases.iter();
    match &anchor.about {
        About::PurchaseDay => {
            let of_day = purchases.filter(|sale| sale.bought_on == anchor.about_on && !sale.is_return());
            let sale = of_day.max_by_key(|sale| (sale.amount_fen, sale.id.as_str()))?;
            let named = sale.items.iter().find(|item| item.name.is_some() || item.category.is_some());
            Some((sale, named.or(sale.items.first())?))
        }
        About::Piece(purchase, idx) => {
            let sale = history.file.purchases.iter().find(|sale| sale.id == *purchase)?;
            Some((sale, sale.items.get(*idx)?))
        }
        _ => None,
    }
}

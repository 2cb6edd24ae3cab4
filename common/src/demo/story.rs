//! Customers made by hand: what is known of them, what they bought, and what was recorded, each for a story that is told.
//! Days count from the first day.

use super::people::customer_id;
use super::record;
use super::shop::Sale;
use super::{Both, catalogue, day, in_lang};
use crate::customer::{Anniversary, Birthday, Customer, Link, Tag};
use crate::fact::{Fact, FactBody};
use crate::id::{CustomerId, PurchaseId};
use crate::outcome::OutcomeCode;
use crate::sop::plan::Lang;

/// One of them.
pub(super) struct Story {
    /// Which guide of the layout serves them.
    pub(super) guide: usize,
    /// Their document, without shop and rank.
    pub(super) customer: Customer,
    /// What they bought.
    pub(super) sales: Vec<Sale>,
    /// What their guide recorded.
    pub(super) deeds: Vec<Deed>,
    /// What headquarters recorded.
    pub(super) records: Vec<Fact>,
    lang: Lang,
}

/// Something recorded by a guide.
pub(super) enum Deed {
    /// A contact.
    Said(Said),
    /// A promise.
    Promised {
        /// The day.
        on: i64,
        /// By when.
        due: i64,
        /// In the guide's words.
        text: Both,
        /// The piece.
        item: Both,
    },
}

/// A contact and what came of it.
#[derive(Clone, Copy)]
pub(super) struct Said {
    /// The day.
    pub(super) on: i64,
    /// What came of it.
    pub(super) code: OutcomeCode,
    /// What it closed.
    pub(super) closes: Option<Closes>,
    /// The score that was given.
    pub(super) score: Option<u8>,
    /// The guide's note.
    pub(super) note: Option<Both>,
    /// Whether the gold price of the day was named.
    pub(super) quotes: bool,
}

/// A step that a contact closed.
#[derive(Clone, Copy)]
pub(super) struct Closes {
    /// The plan.
    pub(super) plan: &'static str,
    /// The step.
    pub(super) step: &'static str,
    /// The run.
    pub(super) run: RunOf,
}

/// What started a run.
#[derive(Clone, Copy)]
pub(super) enum RunOf {
    /// A day.
    Day(i64),
    /// The deed at this place.
    Deed(usize),
    /// The record of headquarters at this place.
    Record(usize),
}

impl Said {
    /// A contact.
    pub(super) fn new(on: i64, code: OutcomeCode) -> Self {
        Self { on, code, closes: None, score: None, note: None, quotes: false }
    }

    /// That closed a step.
    pub(super) fn closing(self, plan: &'static str, step: &'static str, run: RunOf) -> Self {
        Self { closes: Some(Closes { plan, step, run }), ..self }
    }

    /// With a note.
    pub(super) fn noting(self, zh: &'static str, en: &'static str) -> Self {
        Self { note: Some((zh, en)), ..self }
    }
}

impl Story {
    /// A customer of the first guide; `nth` is their place in the chain, from 0.
    pub(super) fn new(nth: usize, name: Both, salutation: Both, lang: Lang) -> Option<Self> {
        let mut customer = Customer::new(customer_id(nth)?, in_lang(name, lang));
        customer.salutation = Some(in_lang(salutation, lang));
        customer.phone = Some(format!("{}", 10_000_000_001_u64 + nth as u64));
        Some(Self::about(customer, lang))
    }

    /// Of a customer of the first guide who has a name.
    pub(super) fn about(customer: Customer, lang: Lang) -> Self {
        Self { guide: 0, customer, sales: Vec::new(), deeds: Vec::new(), records: Vec::new(), lang }
    }

    /// Of another guide.
    pub(super) fn of(mut self, guide: usize) -> Self {
        self.guide = guide;
        self
    }

    /// A purchase.
    pub(super) fn bought(mut self, on: i64, piece: &str, yuan: i64) -> Self {
        let sale = catalogue::named(piece).map(|piece| Sale { on, fen: yuan * 100, piece, returned: None });
        self.sales.extend(sale);
        self
    }

    /// A birthday.
    pub(super) fn born(mut self, birthday: Option<Birthday>) -> Self {
        self.customer.birthday = birthday;
        self
    }

    /// A tag, applied twenty days before the first day.
    pub(super) fn tagged(mut self, group: &str, value: Both) -> Self {
        self.customer.tags.push(Tag {
            group: group.to_owned(),
            value: in_lang(value, self.lang),
            on: Some(day(-20)),
            source: Some("guide".to_owned()),
        });
        self
    }

    /// Somebody close, at a place of the chain.
    pub(super) fn linked(mut self, relation: &str, nth: usize, name: Both, consented: bool) -> Self {
        let (person, name) = (customer_id(nth), Some(in_lang(name, self.lang)));
        self.customer.links.push(Link { relation: relation.to_owned(), person, name, consented });
        self
    }

    /// A yearly date.
    pub(super) fn celebrates(mut self, kind: &str, date: Option<Birthday>) -> Self {
        self.customer.anniversaries.extend(date.map(|date| Anniversary { kind: kind.to_owned(), date }));
        self
    }

    /// A WeCom contact since a day.
    pub(super) fn on_wecom(mut self, on: i64) -> Self {
        self.customer.wecom_on = Some(day(on));
        self
    }

    /// A lead since a day, with a wedding on another.
    pub(super) fn lead(mut self, on: i64, wedding: i64) -> Self {
        self.customer.lead_on = Some(day(on));
        self.customer.wedding_on = Some(day(wedding));
        self
    }

    /// A contact.
    pub(super) fn said(mut self, said: Said) -> Self {
        self.deeds.push(Deed::Said(said));
        self
    }

    /// A promise.
    pub(super) fn promised(mut self, on: i64, due: i64, text: Both, item: Both) -> Self {
        self.deeds.push(Deed::Promised { on, due, text, item });
        self
    }

    /// The thanks for a purchase.
    pub(super) fn thanked(self, sale_on: i64) -> Self {
        let said = Said::new(sale_on, OutcomeCode::Interested);
        self.said(said.closing("P01", "thanks", RunOf::Day(sale_on)))
    }

    /// The score for a purchase.
    pub(super) fn scored(self, sale_on: i64, on: i64, score: u8) -> Self {
        let said = Said { score: Some(score), ..Said::new(on, OutcomeCode::Interested) };
        self.said(said.closing("P01", "satisfaction", RunOf::Day(sale_on)))
    }

    /// Facts of headquarters.
    pub(super) fn recorded(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        self.records.extend(facts);
        self
    }

    /// A fact of headquarters under a number of its own.
    pub(super) fn noted(self, number: &str, body: FactBody) -> Self {
        let fact = record::fact(&self.customer.id, number, body);
        self.recorded(fact)
    }

    /// Their id.
    pub(super) fn id(&self) -> CustomerId {
        self.customer.id.clone()
    }

    /// The language in which they are told of.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// The id of their `nth` purchase, from 1.
    pub(super) fn purchase(&self, nth: usize) -> Option<PurchaseId> {
        super::shop::purchase_id(&self.customer.id, nth)
    }
}

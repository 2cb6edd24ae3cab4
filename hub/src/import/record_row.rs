//! One row of a file of records: which facts it says.

use chrono::NaiveDate;
use guide_common::consent::{Consent, Secret, SecretSide};
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, OpId, PurchaseId, StoreId};
use guide_common::outcome::Channel;
use guide_common::purchase::parse_fen;
use guide_common::record::{Coupon, Level, LevelRecord, LifeEvent, PointsRecord, Risk, RiskRecord, Ticket};

use super::csv_file::Row;
use super::field::{self, shown};
use super::{ImportOptions, customer_id, purchases, store_of};
use crate::record::{fact, start_of};

/// What a row says.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The line on which the row begins.
    pub(super) line: u64,
    /// The fact; of a secret also that on the other person's file.
    pub(super) facts: Vec<Fact>,
}

impl Record {
    /// The sale that the row names, with its customer: it must be known.
    pub(super) fn named_sale(&self) -> Option<(&PurchaseId, &CustomerId)> {
        let giver = self.facts.first()?;
        match &giver.body {
            FactBody::Secret(secret) => secret.purchase.as_ref().map(|purchase| (purchase, &giver.customer)),
            _ => None,
        }
    }
}

/// The kinds of records, as the column `kind` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Coupon,
    Ticket,
    Level,
    Points,
    Risk,
    LifeEvent,
    Consent,
    Secret,
}

const KINDS: [(Kind, &str, &str); 8] = [
    (Kind::Coupon, "coupon", "券"),
    (Kind::Ticket, "ticket", "工单"),
    (Kind::Level, "level", "等级"),
    (Kind::Points, "points", "积分"),
    (Kind::Risk, "risk", "风险"),
    (Kind::LifeEvent, "life_event", "人生事件"),
    (Kind::Consent, "consent", "授权"),
    (Kind::Secret, "secret", "保密"),
];

/// Reads a row, or says what is wrong with it.
pub(super) fn read(row: &Row<'_>, stores: &[StoreId], options: &ImportOptions) -> Result<Record, String> {
    let customer = customer_id(row)?;
    let cell = row.cell("kind").to_lowercase();
    let kind = KINDS.iter().find(|(_, en, zh)| cell == *en || cell == *zh).map(|(kind, ..)| *kind);
    let Some(kind) = kind else {
        let known: Vec<&str> = KINDS.iter().map(|(_, en, _)| *en).collect();
        return Err(format!("{:?} is no kind of record: write one of {}", shown(&cell), known.join(", ")));
    };
    let cells = Cells { row, kind: &cell };
    let facts = match kind {
        Kind::Coupon => vec![coupon(&cells, &customer)?],
        Kind::Ticket => vec![ticket(&cells, &customer)?],
        Kind::Level => vec![level(&cells, &customer)?],
        Kind::Points => vec![points(&cells, &customer)?],
        Kind::Risk => vec![risk(&cells, &customer)?],
        Kind::LifeEvent => vec![life_event(&cells, &customer)?],
        Kind::Consent => vec![consent(&cells, &customer)?],
        Kind::Secret => secret(&cells, &customer, store_of(row.cell("store"), stores, options)?.as_ref())?,
    };
    Ok(Record { line: row.line, facts })
}

/// The cells of a row of a kind.
struct Cells<'r> {
    row: &'r Row<'r>,
    kind: &'r str,
}

impl Cells<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let cell = self.row.cell(name);
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    fn missing(&self, name: &str) -> String {
        format!("a {} needs {name}", self.kind.replace('_', " "))
    }

    fn required(&self, name: &str) -> Result<String, String> {
        self.text(name).ok_or_else(|| self.missing(name))
    }

    fn parsed<T>(&self, name: &str, what: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, String> {
        let cell = self.row.cell(name);
        if cell.is_empty() {
            return Ok(None);
        }
        read(cell).map(Some).ok_or_else(|| format!("{name} {:?} is {what}", shown(cell)))
    }

    fn date(&self, name: &str) -> Result<Option<NaiveDate>, String> {
        self.parsed(name, "no date: write it as 2026-08-12", field::date)
    }

    fn day(&self, name: &str) -> Result<NaiveDate, String> {
        self.date(name)?.ok_or_else(|| self.missing(name))
    }

    fn fen(&self, name: &str) -> Result<Option<i64>, String> {
        self.parsed(name, "no amount: write it as 1234.50", parse_fen)
    }
}

fn coupon(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let coupon = Coupon {
        no: cells.required("no")?,
        name: cells.required("name")?,
        kind: cells.text("coupon_kind").unwrap_or_default().to_uppercase(),
        face_fen: cells.fen("face")?.unwrap_or_default(),
        on: cells.day("on")?,
        until_on: cells.day("until_on")?,
        redeemed_on: cells.date("redeemed_on")?,
        voided_on: cells.date("voided_on")?,
    };
    if coupon.until_on < coupon.on {
        return Err(format!("until_on {} lies before on {}", coupon.until_on, coupon.on));
    }
    let id = OpId::of_record("coupon", customer, &coupon.no);
    fact(id, customer, start_of(coupon.on), FactBody::Coupon(coupon))
}

fn ticket(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let ticket = Ticket {
        no: cells.required("no")?,
        work: cells.required("work")?,
        item: cells.text("item"),
        on: cells.day("on")?,
        promised_on: cells.date("promised_on")?,
        ready_on: cells.date("ready_on")?,
        collected_on: cells.date("collected_on")?,
    };
    for (name, day) in
        [("promised_on", ticket.promised_on), ("ready_on", ticket.ready_on), ("collected_on", ticket.collected_on)]
    {
        if let Some(day) = day.filter(|day| *day < ticket.on) {
            return Err(format!("{name} {day} lies before on {}, the day on which the piece was received", ticket.on));
        }
    }
    let id = OpId::of_record("ticket", customer, &ticket.no);
    fact(id, customer, start_of(ticket.on), FactBody::Ticket(ticket))
}

fn level(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let known = |cell: &str| {
        Level::ALL.into_iter().find(|level| {
            let (zh, en) = level.title();
            cell == level.name() || cell == zh || cell.eq_ignore_ascii_case(en)
        })
    };
    let level = cells.parsed("level", "no level: write regular, silver, gold or diamond", known)?;
    let record = LevelRecord {
        on: cells.day("on")?,
        level: level.ok_or_else(|| cells.missing("level"))?,
        until_on: cells.date("until_on")?,
        to_next_fen: cells.fen("to_next")?,
        next_fen: cells.fen("next")?,
    };
    dated(customer, record.on, FactBody::Level(record))
}

fn points(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let whole = |cell: &str| parse_fen(cell).filter(|hundredths| hundredths % 100 == 0).map(|points| points / 100);
    let balance = cells.parsed("balance", "no balance: write a whole number", whole)?;
    let record = PointsRecord { on: cells.day("on")?, balance: balance.ok_or_else(|| cells.missing("balance"))? };
    dated(customer, record.on, FactBody::Points(record))
}

fn risk(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let known = |cell: &str| match cell.to_lowercase().as_str() {
        "green" | "绿" | "低" => Some(Risk::Green),
        "amber" | "黄" | "中" => Some(Risk::Amber),
        "red" | "红" | "高" => Some(Risk::Red),
        _ => None,
    };
    let risk = cells.parsed("risk", "no risk: write green, amber or red", known)?;
    let record = RiskRecord {
        on: cells.day("on")?,
        risk: risk.ok_or_else(|| cells.missing("risk"))?,
        reason: cells.text("reason"),
    };
    dated(customer, record.on, FactBody::Risk(record))
}

/// A record of which a customer has one a day.
fn dated(customer: &CustomerId, on: NaiveDate, body: FactBody) -> Result<Fact, String> {
    let id = OpId::of_record(body.kind(), customer, &on.to_string());
    fact(id, customer, start_of(on), body)
}

fn life_event(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let told = cells.parsed("told_by_customer", "neither yes nor no: write 1 or 0, 是 or 否", field::yes_or_no)?;
    let event = LifeEvent {
        on: cells.day("on")?,
        kind: cells.required("event")?.to_lowercase(),
        event_on: cells.day("event_on")?,
        told_by_customer: told.ok_or_else(|| cells.missing("told_by_customer"))?,
    };
    let id = OpId::of_record("life_event", customer, &format!("{}/{}", event.kind, event.event_on));
    fact(id, customer, start_of(event.on), FactBody::LifeEvent(event))
}

fn consent(cells: &Cells<'_>, customer: &CustomerId) -> Result<Fact, String> {
    let allowed = cells.parsed("allowed", "neither yes nor no: write 1 or 0, 是 or 否", field::yes_or_no)?;
    let channel = cells.parsed("channel", "no channel: write wecom, phone, sms and the like", field::channel)?;
    let consent = Consent {
        on: cells.day("on")?,
        channel,
        allowed: allowed.ok_or_else(|| cells.missing("allowed"))?,
        until_on: cells.date("until_on")?,
    };
    if let Some(until_on) = consent.until_on.filter(|until_on| *until_on < consent.on) {
        return Err(format!("until_on {until_on} lies before on {}", consent.on));
    }
    let of = consent.channel.map_or("all", Channel::name);
    let id = OpId::of_record("consent", customer, &format!("{}/{of}", consent.on));
    fact(id, customer, start_of(consent.on), FactBody::Consent(consent))
}

/// A secret stands on both files: the giver's, who is the row's customer, and the other person's.
fn secret(cells: &Cells<'_>, giver: &CustomerId, store: Option<&StoreId>) -> Result<Vec<Fact>, String> {
    let person = cells.text("person").map(|cell| CustomerId::new(&cell).map_err(|error| error.to_string()));
    let person = person.transpose()?;
    let sale_no = cells.text("sale_no");
    let purchase = sale_no.as_deref().map(|number| purchases::sale_id(store, number));
    let (on, until_on) = (cells.day("on")?, cells.day("until_on")?);
    if until_on < on {
        return Err(format!("until_on {until_on} lies before on {on}"));
    }
    if person.as_ref() == Some(giver) {
        return Err("person is the customer: a secret is kept from somebody else".to_owned());
    }
    let what = sale_no.unwrap_or_default();
    let number = |other: Option<&CustomerId>| format!("{on}/{}/{what}", other.map_or("", CustomerId::as_str));
    let side = |customer: &CustomerId, side, other: Option<CustomerId>, purchase| {
        let id = OpId::of_record("secret", customer, &number(other.as_ref()));
        let secret = Secret { on, until_on, side, person: other, purchase };
        fact(id, customer, start_of(on), FactBody::Secret(secret))
    };
    let mut facts = vec![side(giver, SecretSide::Giver, person.clone(), purchase)?];
    if let Some(person) = person {
        facts.push(side(&person, SecretSide::Recipient, Some(giver.clone()), None)?);
    }
    Ok(facts)
}

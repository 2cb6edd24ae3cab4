//! The values of a customer's variables: what the facts say on a day, written for a language.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};

use super::care::care;
use super::variable::Variable;
use crate::apply::CustomerFile;
use crate::fact::{Fact, FactBody};
use crate::id::OpId;
use crate::promise::Promise;
use crate::purchase::{Item, Purchase};
use crate::sop::plan::Lang;
use crate::text::{Lines, sanitise};
use crate::wire::hub::GuideProfile;
use crate::wire::local::DueRow;

/// The longest value, in characters.
const MAX_VALUE_CHARS: usize = 120;

/// The values of variables; a variable without a value is absent, none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<Variable, String>);

impl Values {
    /// Sets a variable to a sanitised value; a value of which nothing is left is not set.
    pub fn set(&mut self, variable: Variable, value: &str) {
        let value = sanitise(value, Lines::One, MAX_VALUE_CHARS);
        if !value.is_empty() {
            self.0.insert(variable, value);
        }
    }

    /// A variable's value.
    pub fn get(&self, variable: Variable) -> Option<&str> {
        self.0.get(&variable).map(String::as_str)
    }

    fn set_some(&mut self, variable: Variable, value: Option<&str>) {
        if let Some(value) = value {
            self.set(variable, value);
        }
    }
}

impl Serialize for Values {
    /// As a map by English names.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(variable, value)| (variable.en(), value)))
    }
}

/// The values for a script to a customer on a day. `due` is what the script is for: of a promise its words and its
/// piece, of a purchase the pieces bought on the day from which the run counts, else the latest purchase.
pub fn values(file: &CustomerFile, due: Option<&DueRow>, guide: &GuideProfile, today: NaiveDate, lang: Lang) -> Values {
    let file = file.as_of(today);
    let mut values = Values::default();
    values.set_some(Variable::Salutation, file.customer.salutation.as_deref());
    values.set(Variable::Guide, &guide.name);
    values.set(Variable::Store, &guide.store.name);
    values.set_some(Variable::Phone, guide.store.phone.as_deref());
    if let Some(promise) = due.and_then(|due| promise_of(&file, due)) {
        values.set(Variable::Promise, &promise.text);
        values.set(Variable::Item, promise.item.as_deref().unwrap_or(&promise.text));
        return values;
    }
    if due.is_none() {
        values.set_some(Variable::Promise, soonest_promise(&file).map(|promise| promise.text.as_str()));
    }
    if let Some(purchase) = anchor_purchase(&file, due).or_else(|| latest_purchase(&file)) {
        set_purchase(&mut values, purchase, today, lang);
    }
    values
}

fn set_purchase(values: &mut Values, purchase: &Purchase, today: NaiveDate, lang: Lang) {
    let named = |item: &&Item| item.name.is_some() || item.category.is_some();
    let item = purchase.items.iter().find(named).or(purchase.items.first());
    let material = item.and_then(|item| item.material.as_deref());
    values.set_some(Variable::Item, item.and_then(|item| item.name.as_deref().or(item.category.as_deref())));
    values.set_some(Variable::Material, material);
    values.set_some(Variable::Care, material.and_then(|material| care(material, lang)));
    values.set(Variable::BoughtOn, &format_day(purchase.bought_on, today, lang));
}

/// The promise that a due of a promise plan is about: its id is the due's anchor key.
fn promise_of<'f>(file: &'f CustomerFile, due: &DueRow) -> Option<&'f Promise> {
    promises(file).find(|(fact, _)| fact.id.to_string() == due.anchor_key).map(|(_, promise)| promise)
}

/// The open promise that is due first.
fn soonest_promise(file: &CustomerFile) -> Option<&Promise> {
    let kept: Vec<OpId> = file
        .standing()
        .filter_map(|fact| match &fact.body {
            FactBody::PromiseKept(kept) => Some(kept.promise),
            _ => None,
        })
        .collect();
    promises(file)
        .filter(|(fact, _)| !kept.contains(&fact.id))
        .min_by_key(|(fact, promise)| (promise.due_on, fact.id))
        .map(|(_, promise)| promise)
}

fn promises(file: &CustomerFile) -> impl Iterator<Item = (&Fact, &Promise)> {
    file.standing().filter_map(|fact| match &fact.body {
        FactBody::Promise(promise) => Some((fact, promise)),
        _ => None,
    })
}

/// The purchase from which the due's run counts. A birthday may fall on the day of a purchase: then it is that one
/// all the same.
fn anchor_purchase<'f>(file: &'f CustomerFile, due: Option<&DueRow>) -> Option<&'f Purchase> {
    let anchor_on = due?.anchor_on;
    sales(file).filter(|sale| sale.bought_on == anchor_on).max_by_key(rank)
}

fn latest_purchase(file: &CustomerFile) -> Option<&Purchase> {
    sales(file).max_by_key(rank)
}

/// Of two sales of a day the dearer one is talked about.
fn rank<'p>(sale: &&'p Purchase) -> (NaiveDate, i64, &'p str) {
    (sale.bought_on, sale.amount_fen, sale.id.as_str())
}

/// Sales that no return has taken back.
fn sales(file: &CustomerFile) -> impl Iterator<Item = &Purchase> {
    let is_returned = |sale: &Purchase| {
        sale.sale_no.is_some()
            && file.purchases.iter().any(|other| other.is_return() && other.returns_sale_no == sale.sale_no)
    };
    file.purchases.iter().filter(move |purchase| !purchase.is_return() && !is_returned(purchase))
}

/// A day as people write it: `8月12日`, `12 August`; with its year where that is another than today's.
pub fn format_day(day: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    match (lang, day.year() == today.year()) {
        (Lang::Zh, true) => format!("{}月{}日", day.month(), day.day()),
        (Lang::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        (Lang::En, true) => format!("{} {month}", day.day()),
        (Lang::En, false) => format!("{} {month} {}", day.day(), day.year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::Customer;
    use crate::id::{CustomerId, DueId, PlanId, StepId};
    use crate::op::{Op, OpBody, Stamp};
    use crate::outcome::Channel;
    use crate::promise::PromiseKept;
    use crate::sop::plan::{Purpose, Text};
    use crate::wire::hub::StoreProfile;

    const TODAY: &str = "2026-08-12";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn guide() -> GuideProfile {
        let phone = Some("10020000001".to_owned());
        let store = StoreProfile { id: "A".parse().unwrap(), name: "云杉路店".to_owned(), phone, tier: None };
        GuideProfile { id: "linzhixia".parse().unwrap(), name: "林知夏".to_owned(), store, days_off: Vec::new() }
    }

    fn purchase(id: &str, on: &str, amount_fen: i64, name: &str, material: &str) -> Purchase {
        let item = Item { name: Some(name.to_owned()), material: Some(material.to_owned()), ..Item::default() };
        let body = serde_json::json!({
            "id": id, "customer": "C1", "bought_on": on, "amount_fen": amount_fen, "sale_no": id, "items": [item],
        });
        serde_json::from_value(body).unwrap()
    }

    fn file(purchases: Vec<Purchase>) -> CustomerFile {
        let mut customer = Customer::new(CustomerId::new("C1").unwrap(), "王宁".to_owned());
        customer.salutation = Some("王姐".to_owned());
        CustomerFile { purchases, ..CustomerFile::new(customer) }
    }

    fn apply(file: &mut CustomerFile, n: u64, body: FactBody) -> OpId {
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::from_u64_pair(0, n)),
            device: "d".parse().unwrap(),
            local_seq: n,
            base_rev: None,
            at_wall: "2026-08-01T02:00:00Z".parse().unwrap(),
            at_mono: 0,
        };
        let op = Op::new(stamp, file.customer.id.clone(), &OpBody::Fact(body));
        file.apply(&op, &guide().id).unwrap();
        op.op_id
    }

    fn promise(text: &str, item: Option<&str>, due_on: &str) -> FactBody {
        let item = item.map(str::to_owned);
        FactBody::Promise(Promise { on: day("2026-08-01"), text: text.to_owned(), item, due_on: day(due_on) })
    }

    fn due(anchor_on: &str, anchor_key: &str) -> DueRow {
        let (plan, step): (PlanId, StepId) = ("P01".parse().unwrap(), "care".parse().unwrap());
        let text = || Text { zh: "试".to_owned(), en: "test".to_owned() };
        DueRow {
            due_id: DueId::of(&plan, &step, &"C1".parse().unwrap(), anchor_key, 0),
            plan,
            plan_name: text(),
            step,
            step_name: text(),
            anchor_on: day(anchor_on),
            anchor_key: anchor_key.to_owned(),
            opens_on: day(anchor_on),
            until_on: day(anchor_on),
            attempt: 0,
            channel: Channel::Wecom,
            purpose: Purpose::Service,
            asks: None,
            template: None,
            not_before: None,
            deadline_at: None,
            coupon: None,
        }
    }

    #[track_caller]
    fn check(file: &CustomerFile, due: Option<&DueRow>, variable: Variable, expected: Option<&str>) {
        let values = values(file, due, &guide(), day(TODAY), Lang::Zh);
        assert_eq!(values.get(variable), expected);
    }

    #[test]
    fn the_guide_and_the_shop_introduce_themselves() {
        let file = file(vec![]);
        check(&file, None, Variable::Salutation, Some("王姐"));
        check(&file, None, Variable::Guide, Some("林知夏"));
        check(&file, None, Variable::Store, Some("云杉路店"));
        check(&file, None, Variable::Phone, Some("10020000001"));
        check(&file, None, Variable::Item, None);
        check(&file, None, Variable::VisitOn, None);
    }

    #[test]
    fn a_purchase_due_talks_about_the_purchase_of_its_anchor() {
        let file = file(vec![
            purchase("S1", "2026-05-12", 100_000, "古法金手镯", "古法金"),
            purchase("S2", "2026-05-12", 20_000, "珍珠耳钉", "珍珠"),
            purchase("S3", "2026-08-01", 900_000, "钻石戒指", "钻石"),
        ]);
        let due = due("2026-05-12", "2026-05-12");
        check(&file, Some(&due), Variable::Item, Some("古法金手镯"));
        check(&file, Some(&due), Variable::Material, Some("古法金"));
        check(&file, Some(&due), Variable::Care, Some("清洗、整形"));
        check(&file, Some(&due), Variable::BoughtOn, Some("5月12日"));
        check(&file, None, Variable::Item, Some("钻石戒指"));
    }

    #[test]
    fn purchases_after_today_do_not_exist() {
        let file = file(vec![
            purchase("S1", "2025-05-12", 100_000, "古法金手镯", "古法金"),
            purchase("S2", "2026-08-13", 100_000, "钻石戒指", "钻石"),
        ]);
        check(&file, None, Variable::Item, Some("古法金手镯"));
        check(&file, None, Variable::BoughtOn, Some("2025年5月12日"));
    }

    #[test]
    fn a_returned_piece_is_not_talked_about() {
        let mut returned = purchase("R1", "2026-08-02", -100_000, "钻石戒指", "钻石");
        returned.returns_sale_no = Some("S2".to_owned());
        let file = file(vec![
            purchase("S1", "2026-05-12", 50_000, "珍珠耳钉", "珍珠"),
            purchase("S2", "2026-08-01", 100_000, "钻石戒指", "钻石"),
            returned,
        ]);
        check(&file, None, Variable::Item, Some("珍珠耳钉"));
    }

    #[test]
    fn a_promise_due_talks_about_its_own_promise() {
        let mut file = file(vec![purchase("S1", "2026-08-01", 100_000, "钻石戒指", "钻石")]);
        apply(&mut file, 1, promise("寄证书", None, "2026-08-12"));
        let wanted = apply(&mut file, 2, promise("找同款", Some("6.5 号戒圈"), "2026-08-12"));
        let due = due("2026-08-12", &wanted.to_string());
        check(&file, Some(&due), Variable::Promise, Some("找同款"));
        check(&file, Some(&due), Variable::Item, Some("6.5 号戒圈"));
        check(&file, Some(&due), Variable::Material, None);
    }

    #[test]
    fn a_promise_without_a_piece_is_named_by_its_words() {
        let mut file = file(vec![]);
        let promised = apply(&mut file, 1, promise("寄证书", None, "2026-08-12"));
        check(&file, Some(&due("2026-08-12", &promised.to_string())), Variable::Item, Some("寄证书"));
    }

    #[test]
    fn without_a_due_the_soonest_open_promise_is_meant() {
        let mut file = file(vec![]);
        let kept = apply(&mut file, 1, promise("寄证书", None, "2026-08-05"));
        apply(&mut file, 2, promise("找同款", None, "2026-08-20"));
        apply(&mut file, 3, promise("留款", None, "2026-08-14"));
        apply(&mut file, 4, FactBody::PromiseKept(PromiseKept { on: day("2026-08-05"), promise: kept }));
        check(&file, None, Variable::Promise, Some("留款"));
    }

    #[test]
    fn days_are_written_for_the_language() {
        let today = day(TODAY);
        assert_eq!(format_day(day("2026-05-02"), today, Lang::Zh), "5月2日");
        assert_eq!(format_day(day("2025-12-31"), today, Lang::Zh), "2025年12月31日");
        assert_eq!(format_day(day("2026-05-02"), today, Lang::En), "2 May");
        assert_eq!(format_day(day("2025-12-31"), today, Lang::En), "31 December 2025");
    }

    #[test]
    fn an_empty_value_is_no_value() {
        let mut values = Values::default();
        values.set(Variable::Salutation, " \u{200b} ");
        assert_eq!(values.get(Variable::Salutation), None);
    }
}

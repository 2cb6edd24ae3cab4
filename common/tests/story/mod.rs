//! A story: one customer, told by dates, for testing the engine's rules.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod cases;
mod fact;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::Customer;
use guide_common::fact::{ComplaintClosed, FactBody};
use guide_common::id::{CustomerId, DeviceId, DueId, GuideId, OpId, PurchaseId};
use guide_common::op::{Op, OpBody, Redo, Stamp, Undo};
use guide_common::outcome::{Outcome, OutcomeCode, SkipReason};
use guide_common::promise::{Promise, PromiseKept};
use guide_common::purchase::Purchase;
use guide_common::sop::engine::dues;
use guide_common::sop::plan::Plan;
use guide_common::sop::plan_file;
use guide_common::sop::queue::{CustomerDay, customer_day};
use guide_common::sop::rules::Rules;
use guide_common::undone::{Redone, Undone};

/// The plan of the design: 0-3-3-3.
pub const P01: &str = include_str!("../../../content/plans/P01-after-sale.toml");

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn plan(toml: &str) -> Plan {
    plan_file::parse(toml).unwrap()
}

/// A plan of one step, from a trigger's and a step's lines.
pub fn one_step(restart: &str, trigger: &str, step: &str) -> Plan {
    sop(&format!("restart = {restart:?}"), &[&trigger.replace('\n', ";")], &[&step.replace('\n', ";")])
}

/// A plan from its own keys, its triggers' and its steps', with `;` between them. What every plan needs is filled in:
/// it is called `T`, its steps `s`, `s2`, `s3`, over WeCom.
pub fn sop(head: &str, triggers: &[&str], steps: &[&str]) -> Plan {
    let names = ["id = 'T'", "version = 1", "name = { zh = '试', en = 'Test' }"];
    let mut text = table("", head, &names);
    triggers.iter().for_each(|trigger| text += &table("[[trigger]]", trigger, &[]));
    for (idx, step) in steps.iter().enumerate() {
        let id = if idx == 0 { "id = 's'".to_owned() } else { format!("id = 's{}'", idx + 1) };
        text += &table("[[step]]", step, &[&id, "channels = ['wecom']"]);
    }
    plan(&text)
}

fn table(header: &str, keys: &str, filled_in: &[&str]) -> String {
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let own: Vec<&str> = keys.split(';').map(str::trim).filter(|line| !line.is_empty()).collect();
    let lacking = filled_in.iter().filter(|line| own.iter().all(|own| key(own) != key(line)));
    [header].iter().chain(lacking).chain(&own).map(|line| format!("{line}\n")).collect()
}

pub struct Story {
    pub file: CustomerFile,
    pub rules: Rules,
    pub guide: GuideId,
    n_ops: u64,
}

impl Story {
    pub fn new(plans: Vec<Plan>) -> Self {
        let customer = Customer::new(CustomerId::new("C1").unwrap(), "单雅宁".to_owned());
        Self {
            file: CustomerFile::new(customer),
            rules: Rules::new(plans),
            guide: GuideId::new("g1").unwrap(),
            n_ops: 0,
        }
    }

    pub fn p01() -> Self {
        Self::new(vec![plan(P01)])
    }

    pub fn buy(mut self, on: &str, fen: i64) -> Self {
        let number = self.file.purchases.len();
        self.file.purchases.push(Purchase {
            id: PurchaseId::new(&format!("p{number}")).unwrap(),
            customer: self.file.customer.id.clone(),
            bought_on: day(on),
            amount_fen: fen,
            items: Vec::new(),
            sale_no: None,
            returns_sale_no: None,
            store: None,
        });
        self
    }

    pub fn op(&mut self, on: &str, body: OpBody) -> Op {
        self.n_ops += 1;
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::from_u128(u128::from(self.n_ops))),
            device: DeviceId::new("d1").unwrap(),
            local_seq: self.n_ops,
            base_rev: None,
            at_wall: day(on).and_hms_opt(2, 0, 0).unwrap().and_utc() + chrono::TimeDelta::seconds(self.n_ops as i64),
            at_mono: 0,
        };
        Op::new(stamp, self.file.customer.id.clone(), &body)
    }

    pub fn apply(&mut self, on: &str, body: OpBody) -> OpId {
        let op = self.op(on, body);
        let guide = self.guide.clone();
        self.file.apply(&op, &guide).unwrap();
        op.op_id
    }

    /// The ids of the dues of these steps that are open on a day.
    pub fn due_ids(&self, on: &str, steps: &[&str]) -> Vec<DueId> {
        let open = dues(&self.file, &self.rules, day(on));
        steps
            .iter()
            .map(|step| {
                open.iter()
                    .find(|due| due.step.id.as_str() == *step)
                    .unwrap_or_else(|| panic!("{step} is not open on {on}"))
                    .id
            })
            .collect()
    }

    /// Logs an outcome of the dues of these steps that are open that day.
    pub fn log(self, on: &str, code: OutcomeCode, steps: &[&str]) -> Self {
        self.log_with(on, code, steps, |_| {})
    }

    pub fn log_with(mut self, on: &str, code: OutcomeCode, steps: &[&str], change: impl FnOnce(&mut Outcome)) -> Self {
        let mut outcome = Outcome::new(day(on), code);
        outcome.due_ids = self.due_ids(on, steps);
        if code == OutcomeCode::Skipped {
            outcome.reason = Some(SkipReason::MetToday);
        }
        change(&mut outcome);
        self.apply(on, OpBody::Fact(FactBody::Outcome(outcome)));
        self
    }

    /// Takes the latest fact back.
    pub fn undo_last(mut self, on: &str) -> Self {
        let op_id = self.file.facts.last().unwrap().id;
        self.take_back(on, op_id);
        self
    }

    /// Takes a fact back: the guide's own by an op, headquarters' as it comes in the feed.
    pub fn take_back(&mut self, on: &str, op_id: OpId) {
        let undo = Undo { on: day(on), op_id };
        let fact = self.file.facts.iter_mut().find(|fact| fact.id == op_id).unwrap();
        if fact.body.is_headquarters_own() {
            fact.undone = Some(Undone::new(OpId(uuid::Uuid::max()), undo.on)).into();
        } else {
            self.apply(on, OpBody::Undo(undo));
        }
    }

    /// Ends the undo of the last fact.
    pub fn redo_last(mut self, on: &str) -> Self {
        let fact = self.file.facts.last().unwrap();
        let (op_id, undo) = (fact.id, fact.undone.now().unwrap().op_id);
        if fact.body.is_headquarters_own() {
            let redone = Redone { op_id: OpId(uuid::Uuid::max()), on: day(on) };
            self.file.facts.last_mut().unwrap().undone.redo(undo, redone).unwrap();
        } else {
            self.apply(on, OpBody::Redo(Redo { on: day(on), op_id, undo }));
        }
        self
    }

    pub fn promise(mut self, on: &str, due_on: &str) -> Self {
        let promise = Promise { on: day(on), text: "找同款".to_owned(), item: None, due_on: day(due_on) };
        self.apply(on, OpBody::Fact(FactBody::Promise(promise)));
        self
    }

    pub fn keep_promise(mut self, on: &str) -> Self {
        let is_promise = |fact: &&guide_common::fact::Fact| matches!(fact.body, FactBody::Promise(_));
        let promise = self.file.facts.iter().rfind(is_promise).unwrap().id;
        self.apply(on, OpBody::Fact(FactBody::PromiseKept(PromiseKept { on: day(on), promise })));
        self
    }

    pub fn close_complaint(mut self, on: &str) -> Self {
        let closed = ComplaintClosed { on: day(on), words: "可以了".to_owned() };
        self.apply(on, OpBody::Fact(FactBody::ComplaintClosed(closed)));
        self
    }

    /// The queue's part of a day.
    pub fn day(&self, on: &str) -> CustomerDay {
        customer_day(&self.file, &self.rules, day(on))
    }

    /// What the gate makes of a day: the steps that are offered, with their channels, then each hold with its first
    /// free day and its steps, as in `a wecom, b phone | touch_cap 08-15: c`.
    pub fn gate_on(&self, on: &str) -> String {
        let CustomerDay { task, held } = self.day(on);
        let mut offered: Vec<String> = task
            .map(|task| task.dues)
            .unwrap_or_default()
            .iter()
            .map(|due| format!("{} {}", due.step, due.channel.name()))
            .collect();
        offered.sort();
        let mut parts = vec![offered.join(", ")];
        for row in held {
            let reason = serde_json::to_value(row.hold.reason).unwrap();
            let until = row.hold.until_on.map(|on| on.format(" %m-%d").to_string()).unwrap_or_default();
            let mut steps: Vec<String> = row.dues.iter().map(|due| due.step.to_string()).collect();
            steps.sort();
            parts.push(format!("{}{until}: {}", reason.as_str().unwrap(), steps.join(", ")));
        }
        parts.join(" | ").trim().to_owned()
    }

    #[track_caller]
    pub fn check_gate(&self, on: &str, expected: &str) -> &Self {
        assert_eq!(self.gate_on(on), expected, "on {on}");
        self
    }

    /// What is due on a day: `step anchor#attempt channel`, joined by `, `.
    pub fn due_on(&self, on: &str) -> String {
        let mut names: Vec<String> = dues(&self.file, &self.rules, day(on))
            .iter()
            .map(|due| {
                let attempt = if due.attempt == 0 { String::new() } else { format!("#{}", due.attempt) };
                format!("{} {}{attempt} {}", due.step.id, due.anchor_on.format("%m-%d"), due.channel.name())
            })
            .collect();
        names.sort();
        names.join(", ")
    }

    /// The days of a span on which something is due, as `MM-DD..MM-DD`, joined by `, `.
    pub fn due_days(&self, from: &str, to: &str) -> String {
        let is_due = |on: &NaiveDate| !dues(&self.file, &self.rules, *on).is_empty();
        let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
        for on in day(from).iter_days().take_while(|on| *on <= day(to)).filter(is_due) {
            match spans.last_mut() {
                Some(span) if span.1.succ_opt() == Some(on) => span.1 = on,
                _ => spans.push((on, on)),
            }
        }
        let text = |(from, to): &(NaiveDate, NaiveDate)| match from == to {
            true => from.format("%m-%d").to_string(),
            false => format!("{}..{}", from.format("%m-%d"), to.format("%m-%d")),
        };
        spans.iter().map(text).collect::<Vec<_>>().join(", ")
    }

    #[track_caller]
    pub fn check_days(&self, from: &str, to: &str, expected: &str) -> &Self {
        assert_eq!(self.due_days(from, to), expected, "from {from} to {to}");
        self
    }

    #[track_caller]
    pub fn check(&self, on: &str, expected: &str) -> &Self {
        assert_eq!(self.due_on(on), expected, "on {on}");
        self
    }
}

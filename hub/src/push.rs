//! Applying a push: one transaction under the guide's feed lock, every op judged on its own.

mod context;
mod lead;
mod read;

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::customer::Customer;
use guide_common::fact::FactBody;
use guide_common::field::{CustomerField, Owner};
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::op::{Op, OpBody};
use guide_common::outcome::Refusal;
use guide_common::proposal::TemplateProposed;
use guide_common::sop::engine::gone;
use guide_common::template::file as template_file;
use guide_common::wire::Problem;
use guide_common::wire::hub::{OpAnswer, OpResult, Role};
use serde_json::value::RawValue;

use self::context::{Context, context};
use self::lead::document;
use self::read::{ReadOp, deputy, read};
use crate::clock::Moment;
use crate::db::device::Device;
use crate::db::directory::{json, put_owners};
use crate::db::feed::{Change, Feed, Stored, kind};
use crate::db::known::{self, Known};
use crate::db::op::{Answered, NewAnswer};
use crate::db::retry::retry;
use crate::db::{Db, commit, loan, op};
use crate::error::HubError;
use crate::record::is_headquarters;

/// The answer to an edit of a field for which headquarters has a value of its own.
const KEEPS_ITS_OWN: &str =
    "headquarters owns this field and has a value, which stays; the edit is kept in its history";

/// What became of a push.
#[derive(Debug)]
pub struct Pushed {
    /// One an op, in order.
    pub answers: Vec<Box<RawValue>>,
    /// The feed's last change.
    pub head: u64,
    /// The epoch of that head.
    pub epoch: String,
    /// Whether it concerns a customer on loan.
    pub touched_loans: bool,
}

/// Applies ops in order. An op that was answered before gets that answer, byte for byte. A refused op changes nothing
/// and fails no neighbour; an op without a readable id cannot be answered, so such a push is refused as a whole.
pub async fn push(
    db: &Db,
    device: &Device,
    raw_ops: &[Box<RawValue>],
    moment: Moment,
) -> Result<Result<Pushed, Problem>, HubError> {
    let mut ops = Vec::with_capacity(raw_ops.len());
    for (idx, raw) in raw_ops.iter().enumerate() {
        match read(raw, device) {
            Some(op) => ops.push(op),
            None => {
                let detail = format!("op {} of the push has no readable op_id", idx + 1);
                return Ok(Err(Problem::new(400, "bad_request", detail)));
            }
        }
    }
    retry(|| push_once(db, device, &ops, moment)).await.map(Ok)
}

/// Whatever an op does it does in this transaction, its answer's record included.
async fn push_once(db: &Db, device: &Device, ops: &[ReadOp], moment: Moment) -> Result<Pushed, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, device.guide.as_str()).await?;
    let op_ids: Vec<String> = ops.iter().map(|op| op.id().to_string()).collect();
    let customers = ops.iter().filter_map(ReadOp::customer).collect();
    let mut known = known::load(&mut tx, &feed, &op_ids, &customers).await?;
    let context = context(&mut tx, db, &feed, ops, &mut known, moment).await?;
    let Known { answered, facts: known_facts, .. } = known;
    let mut batch = Batch {
        device,
        today: moment.today(),
        context,
        answered,
        new_answers: Vec::new(),
        changes: Vec::new(),
        loans: Vec::new(),
    };
    let mut answers = Vec::with_capacity(ops.len());
    for op in ops {
        answers.push(raw(batch.answer(op, known_facts.get(&op.id().to_string()))?)?);
    }
    let Batch { new_answers, changes, loans, context, .. } = batch;
    feed.apply_known(&mut tx, changes, known_facts).await?;
    let begun: Vec<&str> = context.leads.begun.iter().map(String::as_str).collect();
    put_owners(&mut tx, &feed.guide_id, &begun).await?;
    for (customer, deputy, until_on) in &loans {
        loan::enter(&mut tx, customer.as_str(), deputy.as_str(), *until_on).await?;
    }
    op::record(&mut tx, &feed.guide_id, device.id.as_str(), &new_answers).await?;
    commit(tx).await?;
    tracing::info!(n_ops = ops.len(), n_new = new_answers.len(), head = feed.head, "a push was applied");
    let touched_loans = feed.touched_loans || !loans.is_empty();
    Ok(Pushed { answers, head: feed.head, epoch: feed.epoch, touched_loans })
}

struct Batch<'b> {
    device: &'b Device,
    today: NaiveDate,
    context: Context,
    answered: HashMap<String, Answered>,
    new_answers: Vec<NewAnswer>,
    changes: Vec<Change>,
    /// Customers whose dues were handed to a deputy, until when.
    loans: Vec<(CustomerId, GuideId, NaiveDate)>,
}

impl Batch<'_> {
    /// The JSON of the answer to one op.
    fn answer(&mut self, op: &ReadOp, known_fact: Option<&Stored>) -> Result<String, HubError> {
        let op = match op {
            ReadOp::Whole(op) => op,
            ReadOp::Malformed(id) => return json(&rejected(*id, Refusal::MalformedBody)),
        };
        // what arrived damaged is not recorded: the same op may yet arrive whole
        if !op.hash_is_right() {
            return json(&rejected(op.op_id, Refusal::BadHash));
        }
        let op_id = op.op_id.to_string();
        match self.answered.get(&op_id) {
            Some(before) if before.hash != op.hash => {
                tracing::warn!(op_id, "an op id came with another payload");
                return json(&rejected(op.op_id, Refusal::HashConflict));
            }
            Some(before) if before.is_final => return Ok(before.answer.clone()),
            _ => {}
        }
        let (answer, is_final) = match self.judge(op, known_fact)? {
            Ok(answer) => (answer, true),
            Err(refusal) => (rejected_for(op, refusal), !can_pass(refusal)),
        };
        let answered = Answered { hash: op.hash.clone(), answer: json(&answer)?, is_final };
        self.answered.insert(op_id.clone(), answered.clone());
        self.new_answers.retain(|new| new.op_id != op_id);
        let answer = answered.answer.clone();
        self.new_answers.push(NewAnswer { op_id, answered });
        Ok(answer)
    }

    /// `known_fact` is what the feed has of a fact of this id, its tombstone too.
    fn judge(&mut self, op: &Op, known_fact: Option<&Stored>) -> Result<Result<OpAnswer, Refusal>, HubError> {
        let content = match op.content() {
            Ok(content) => content,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(file) = self.context.files.get(&op.customer) else {
            // taken in before, and gone from here with its customer: it lives where the customer is
            let was_here = known_fact.is_some_and(|fact| fact.customer_id == op.customer.as_str());
            return if was_here { Ok(Ok(plain(op.op_id, OpResult::Duplicate))) } else { self.begin(op, &content) };
        };
        if content.on().is_some_and(|on| on > self.latest()) {
            return Ok(Err(Refusal::FromTheFuture));
        }
        let was_lent_until = self.context.returned.get(&op.customer);
        if was_lent_until.is_some_and(|until_on| content.on().is_none_or(|on| *until_on < on)) {
            return Ok(Err(Refusal::UnknownCustomer));
        }
        if let Some(refusal) = self.refusal(file, &content) {
            return Ok(Err(refusal));
        }
        if known_fact.is_some() && !file.facts.iter().any(|fact| fact.id == op.op_id) {
            return Ok(Err(Refusal::HashConflict));
        }
        let n_gone = match &content {
            OpBody::Fact(FactBody::Outcome(outcome)) if !outcome.due_ids.is_empty() => {
                gone(file, &self.context.rules, &outcome.due_ids, outcome.on).len()
            }
            _ => 0,
        };
        let is_kept = keeps_its_own(&file.customer, &content);
        let Some(file) = self.context.files.get_mut(&op.customer) else {
            return Ok(Err(Refusal::UnknownCustomer));
        };
        let fact_id = match file.apply(op, &self.device.guide) {
            Ok(Applied::Changed(fact_id)) => fact_id,
            Ok(Applied::Already) => return Ok(Ok(plain(op.op_id, OpResult::Duplicate))),
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(fact) = file.facts.iter().find(|fact| fact.id == fact_id) {
            if let FactBody::Handed(handed) = &fact.body {
                self.loans.push((op.customer.clone(), handed.to.clone(), handed.until_on));
            }
            let body = match fact_id == op.op_id {
                true => fact.json_of(op).map_err(|_| HubError::corrupt("the body of an op"))?,
                false => json(fact)?,
            };
            self.changes.push(Change::put(kind::FACT, &fact_id.to_string(), op.customer.as_str(), body));
        }
        let detail = match (is_kept, n_gone) {
            (true, _) => Some(KEEPS_ITS_OWN.to_owned()),
            (false, 0) => None,
            (false, _) => Some(format!("{n_gone} of the dues that it names had gone; the contact counts")),
        };
        let result = if detail.is_some() { OpResult::Superseded } else { OpResult::Applied };
        Ok(Ok(OpAnswer { detail, ..plain(op.op_id, result) }))
    }
}

impl Batch<'_> {
    /// Takes a lead in: the customer comes into being with it, and what follows in the push finds them. Of every other op
    /// the customer is unknown.
    fn begin(&mut self, op: &Op, content: &OpBody) -> Result<Result<OpAnswer, Refusal>, HubError> {
        if content.on().is_some_and(|on| on > self.latest()) {
            return Ok(Err(Refusal::FromTheFuture));
        }
        let (mut file, answer) = match self.context.leads.begin(op) {
            Ok(begun) => begun,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(refusal) = file.apply(op, &self.device.guide) {
            return Ok(Err(refusal));
        }
        self.changes.push(document(&file)?);
        for fact in &file.facts {
            let body = fact.json_of(op).map_err(|_| HubError::corrupt("the body of an op"))?;
            self.changes.push(Change::put(kind::FACT, &fact.id.to_string(), op.customer.as_str(), body));
        }
        self.context.files.insert(op.customer.clone(), file);
        Ok(Ok(answer))
    }

    /// The latest day that an op may name.
    fn latest(&self) -> NaiveDate {
        self.today.checked_add_days(Days::new(1)).unwrap_or(self.today)
    }

    /// What only the hub can refuse: taking back what headquarters recorded, and handing dues to somebody who is no
    /// guide, to oneself, or of a customer who is on loan.
    fn refusal(&self, file: &CustomerFile, content: &OpBody) -> Option<Refusal> {
        if let OpBody::Undo(undo) = content {
            let target = file.facts.iter().find(|fact| fact.id == undo.op_id)?;
            return is_headquarters(&target.guide).then_some(Refusal::NotForTerminals);
        }
        if let OpBody::Fact(FactBody::TemplateProposed(proposed)) = content {
            return self.refusal_of_proposal(proposed);
        }
        let deputy = deputy(content)?;
        if *deputy == self.device.guide || !self.context.guides.contains(deputy) {
            return Some(Refusal::UnknownDeputy);
        }
        file.customer.lent.is_some().then_some(Refusal::UnknownCustomer)
    }
}

impl Batch<'_> {
    /// Only a trainer proposes, and only what is a template of that id. What it says is linted where it is accepted.
    fn refusal_of_proposal(&self, proposed: &TemplateProposed) -> Option<Refusal> {
        if self.device.role != Role::Trainer {
            return Some(Refusal::NotATrainer);
        }
        let is_template = template_file::parse(&proposed.text).is_ok_and(|template| template.id == proposed.template);
        (!is_template).then_some(Refusal::MalformedBody)
    }
}

/// Whether the same op may be accepted at another time: its customer comes back, the day passes, the hub learns its
/// kind, the op that it refers to arrives.
fn can_pass(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::UnknownCustomer
            | Refusal::FromTheFuture
            | Refusal::UnknownKind
            | Refusal::UnknownTarget
            | Refusal::UnknownDeputy
            | Refusal::NoOpenComplaint
            | Refusal::TooManyLeads
    )
}

/// Whether an op edits a field for which headquarters has a value of its own, and another one.
fn keeps_its_own(customer: &Customer, content: &OpBody) -> bool {
    let OpBody::Fact(FactBody::Field(edit)) = content else { return false };
    let field = CustomerField::named(&edit.field).filter(|field| field.owner() == Owner::Headquarters);
    field.is_some_and(|field| {
        let own = field.of_document(customer);
        own.is_some() && own != edit.value.as_deref().and_then(|value| field.normal(value))
    })
}

fn plain(op_id: OpId, result: OpResult) -> OpAnswer {
    OpAnswer { op_id, result, code: None, detail: None }
}

fn rejected(op_id: OpId, refusal: Refusal) -> OpAnswer {
    OpAnswer { op_id, result: OpResult::Rejected, code: Some(refusal.code()), detail: Some(refusal.to_string()) }
}

/// A rejection that names the deputy whom nobody knows: whoever reads it has to enter another one.
fn rejected_for(op: &Op, refusal: Refusal) -> OpAnswer {
    let mut answer = rejected(op.op_id, refusal);
    if refusal == Refusal::UnknownDeputy
        && let Ok(content) = op.content()
        && let Some(deputy) = deputy(&content)
    {
        answer.detail =
            Some(format!("headquarters knows no other guide {deputy} who could stand in: name another one"));
    }
    answer
}

fn raw(json: String) -> Result<Box<RawValue>, HubError> {
    RawValue::from_string(json).map_err(|_| HubError::corrupt("an answer to an op"))
}

//! Applying a push: one transaction under the guide's feed lock, every op judged on its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::op::{Op, OpBody};
use guide_common::outcome::Refusal;
use guide_common::sop::engine::gone;
use guide_common::sop::rules::Rules;
use guide_common::wire::Problem;
use guide_common::wire::hub::{OpAnswer, OpResult};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clock::Moment;
use crate::db::device::Device;
use crate::db::directory::{self, json};
use crate::db::feed::{Change, Feed, kind};
use crate::db::op::{Answered, NewAnswer};
use crate::db::{Conn, Db, commit, file, op};
use crate::desk::{chain_rules, guide_rules, with_starts};
use crate::error::HubError;
use crate::record::is_headquarters;

/// What became of a push.
#[derive(Debug)]
pub struct Pushed {
    /// One an op, in order.
    pub answers: Vec<Box<RawValue>>,
    /// The feed's last change.
    pub head: u64,
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
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, device.guide.as_str()).await?;
    let op_ids: Vec<String> = ops.iter().map(|op| op.id().to_string()).collect();
    let answered = op::load(&mut tx, &feed.guide_id, &op_ids).await?;
    let known_facts = feed.load(&mut tx, kind::FACT, &op_ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let files = files_of(&mut tx, &feed, &ops).await?;
    let rules = rules_for(&mut tx, &feed, &ops, &files, moment).await?;
    let guides = deputies(&mut tx, &ops).await?;
    let today = moment.today();
    let (new_answers, changes) = (Vec::new(), Vec::new());
    let mut batch = Batch { device, today, rules, guides, files, answered, new_answers, changes };
    let mut answers = Vec::with_capacity(ops.len());
    for op in &ops {
        let fact_is_known = known_facts.contains_key(&op.id().to_string());
        answers.push(raw(batch.answer(op, fact_is_known)?)?);
    }
    let Batch { new_answers, changes, .. } = batch;
    feed.apply(&mut tx, changes).await?;
    op::record(&mut tx, &feed.guide_id, device.id.as_str(), &new_answers).await?;
    commit(tx).await?;
    tracing::info!(n_ops = ops.len(), n_new = new_answers.len(), head = feed.head, "a push was applied");
    Ok(Ok(Pushed { answers, head: feed.head }))
}

/// The files that ops are about, the guide's own among them.
async fn files_of(tx: &mut Conn, feed: &Feed, ops: &[ReadOp]) -> Result<BTreeMap<CustomerId, CustomerFile>, HubError> {
    let customers: Vec<&str> = ops.iter().filter_map(ReadOp::customer).collect();
    let mut files = file::of_customers(tx, feed, &customers).await?;
    let guide_itself = CustomerId::guide_itself();
    if customers.contains(&guide_itself.as_str()) {
        let facts = file::guide_facts(tx, &feed.guide_id).await?;
        files.insert(guide_itself, CustomerFile::of_guide_itself(facts));
    }
    Ok(files)
}

/// The guide's rules. The starts of throttled plans, for which all of the guide's customers are read, are worked out
/// only where an outcome names a due that is not there without them.
async fn rules_for(
    tx: &mut Conn,
    feed: &Feed,
    ops: &[ReadOp],
    files: &BTreeMap<CustomerId, CustomerFile>,
    moment: Moment,
) -> Result<Rules, HubError> {
    let corrupt = || HubError::corrupt(format!("the guide {}", feed.guide_id));
    let guide = directory::guide(tx, &feed.guide_id).await?.ok_or_else(corrupt)?;
    let facts = file::guide_facts(tx, &feed.guide_id).await?;
    let today = moment.today();
    let rules = guide_rules(&chain_rules(tx, moment.zone).await?, &guide, &facts, today);
    let is_missing = |op: &ReadOp| {
        let ReadOp::Whole(op) = op else { return false };
        let Ok(OpBody::Fact(FactBody::Outcome(outcome))) = op.content() else { return false };
        let Some(file) = files.get(&op.customer) else { return false };
        !outcome.due_ids.is_empty() && !gone(file, &rules, &outcome.due_ids, outcome.on).is_empty()
    };
    if !rules.is_throttled() || !ops.iter().any(is_missing) {
        return Ok(rules);
    }
    let all = file::of_feed(tx, &feed.guide_id).await?;
    Ok(with_starts(&rules, all.values(), today))
}

/// The guides whom ops name as deputies, as far as they are known.
async fn deputies(tx: &mut Conn, ops: &[ReadOp]) -> Result<BTreeSet<GuideId>, HubError> {
    let named = ops.iter().filter_map(|op| match op {
        ReadOp::Whole(op) => deputy(&op.content().ok()?).cloned(),
        ReadOp::Malformed(_) => None,
    });
    let mut known = BTreeSet::new();
    for deputy in named.collect::<BTreeSet<GuideId>>() {
        if directory::guide(tx, deputy.as_str()).await?.is_some() {
            known.insert(deputy);
        }
    }
    Ok(known)
}

/// The deputy whom an op names.
fn deputy(content: &OpBody) -> Option<&GuideId> {
    match content {
        OpBody::Fact(FactBody::Handed(handed)) => Some(&handed.to),
        OpBody::Fact(FactBody::Leave(leave)) => leave.deputy.as_ref(),
        _ => None,
    }
}

/// An op as far as it can be read.
enum ReadOp {
    /// With all its fields.
    Whole(Box<Op>),
    /// Only the id.
    Malformed(OpId),
}

impl ReadOp {
    fn id(&self) -> OpId {
        match self {
            Self::Whole(op) => op.op_id,
            Self::Malformed(id) => *id,
        }
    }

    fn customer(&self) -> Option<&str> {
        match self {
            Self::Whole(op) => Some(op.customer.as_str()),
            Self::Malformed(_) => None,
        }
    }
}

fn read(raw: &RawValue, device: &Device) -> Option<ReadOp> {
    #[derive(Deserialize)]
    struct IdOnly {
        op_id: OpId,
    }
    match serde_json::from_str::<Op>(raw.get()) {
        // the token says which terminal this is, not the body
        Ok(op) => Some(ReadOp::Whole(Box::new(Op { device: device.id.clone(), ..op }))),
        Err(_) => serde_json::from_str::<IdOnly>(raw.get()).ok().map(|only| ReadOp::Malformed(only.op_id)),
    }
}

struct Batch<'b> {
    device: &'b Device,
    today: NaiveDate,
    rules: Rules,
    /// Of the guides whom the push names as deputies those that there are.
    guides: BTreeSet<GuideId>,
    files: BTreeMap<CustomerId, CustomerFile>,
    answered: HashMap<String, Answered>,
    new_answers: Vec<NewAnswer>,
    changes: Vec<Change>,
}

impl Batch<'_> {
    /// The JSON of the answer to one op.
    fn answer(&mut self, op: &ReadOp, fact_is_known: bool) -> Result<String, HubError> {
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
        let (answer, is_final) = match self.judge(op, fact_is_known)? {
            Ok(answer) => (answer, true),
            Err(refusal) => (rejected(op.op_id, refusal), !can_pass(refusal)),
        };
        let answered = Answered { hash: op.hash.clone(), answer: json(&answer)?, is_final };
        self.answered.insert(op_id.clone(), answered.clone());
        self.new_answers.retain(|new| new.op_id != op_id);
        let answer = answered.answer.clone();
        self.new_answers.push(NewAnswer { op_id, answered });
        Ok(answer)
    }

    fn judge(&mut self, op: &Op, fact_is_known: bool) -> Result<Result<OpAnswer, Refusal>, HubError> {
        let content = match op.content() {
            Ok(content) => content,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(file) = self.files.get(&op.customer) else {
            return Ok(Err(Refusal::UnknownCustomer));
        };
        let latest = self.today.checked_add_days(Days::new(1)).unwrap_or(self.today);
        if content.on().is_some_and(|on| on > latest) {
            return Ok(Err(Refusal::FromTheFuture));
        }
        if let Some(refusal) = self.refusal(file, &content) {
            return Ok(Err(refusal));
        }
        if fact_is_known && !file.facts.iter().any(|fact| fact.id == op.op_id) {
            return Ok(Err(Refusal::HashConflict));
        }
        let n_gone = match &content {
            OpBody::Fact(FactBody::Outcome(outcome)) if !outcome.due_ids.is_empty() => {
                gone(file, &self.rules, &outcome.due_ids, outcome.on).len()
            }
            _ => 0,
        };
        let Some(file) = self.files.get_mut(&op.customer) else {
            return Ok(Err(Refusal::UnknownCustomer));
        };
        let fact_id = match file.apply(op, &self.device.guide) {
            Ok(Applied::Changed(fact_id)) => fact_id,
            Ok(Applied::Already) => return Ok(Ok(plain(op.op_id, OpResult::Duplicate))),
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(fact) = file.facts.iter().find(|fact| fact.id == fact_id) {
            let body = json(fact)?;
            self.changes.push(Change::put(kind::FACT, &fact_id.to_string(), op.customer.as_str(), body));
        }
        if n_gone == 0 {
            return Ok(Ok(plain(op.op_id, OpResult::Applied)));
        }
        let mut answer = plain(op.op_id, OpResult::Superseded);
        answer.detail = Some(format!("{n_gone} of the dues that it names had gone; the contact counts"));
        Ok(Ok(answer))
    }
}

impl Batch<'_> {
    /// What only the hub can refuse: taking back what headquarters recorded, and handing dues to somebody who is no
    /// guide, to oneself, or of a customer who is on loan.
    fn refusal(&self, file: &CustomerFile, content: &OpBody) -> Option<Refusal> {
        if let OpBody::Undo(undo) = content {
            let target = file.facts.iter().find(|fact| fact.id == undo.op_id)?;
            return is_headquarters(&target.guide).then_some(Refusal::NotForTerminals);
        }
        let deputy = deputy(content)?;
        if *deputy == self.device.guide || !self.guides.contains(deputy) {
            return Some(Refusal::UnknownTarget);
        }
        file.customer.lent.is_some().then_some(Refusal::UnknownCustomer)
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
            | Refusal::NoOpenComplaint
    )
}

fn plain(op_id: OpId, result: OpResult) -> OpAnswer {
    OpAnswer { op_id, result, code: None, detail: None }
}

fn rejected(op_id: OpId, refusal: Refusal) -> OpAnswer {
    OpAnswer { op_id, result: OpResult::Rejected, code: Some(refusal.code()), detail: Some(refusal.to_string()) }
}

fn raw(json: String) -> Result<Box<RawValue>, HubError> {
    RawValue::from_string(json).map_err(|_| HubError::corrupt("an answer to an op"))
}

//! What became of each op in the journal: unsent, acknowledged or rejected; and which of them lie over the hub's
//! documents. A pure structure, filled from the journal at a start.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use guide_common::id::{CustomerId, OpId};
use guide_common::lead::LEAD_ADDED;
use guide_common::op::{Op, SETTLED, Settled};
use guide_common::wire::hub::{MAX_PUSH_BYTES, MAX_PUSH_OPS, OpAnswer, OpResult};
use serde::{Deserialize, Serialize};

use crate::outbox::step::Mark;

/// How long acknowledged ops are kept, to be pushed again should the hub lose them.
pub const KEEP_DAYS: i64 = 7;

/// The hub's answer to an op, with its time. Kept in the cache: losing it only pushes the op again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The answer.
    #[serde(flatten)]
    pub answer: OpAnswer,
    /// When it came, real time.
    pub at: DateTime<Utc>,
    /// Where the guide's feed stood then: by there it holds what the op did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadAt>,
    /// Whether that was seen in the feed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
}

/// Where the guide's feed stood when ops were answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadAt {
    /// The epoch; none from a hub of an older version.
    pub epoch: Option<String>,
    /// The last change.
    pub head: u64,
}

impl Ack {
    /// Whether the feed is to show what the op did, and has not been seen to.
    fn waits_for_the_feed(&self) -> bool {
        let has_effect = matches!(self.answer.result, OpResult::Applied | OpResult::Superseded);
        has_effect && !self.confirmed && self.head.as_ref().is_some_and(|at| at.epoch.is_some())
    }
}

/// An op and what became of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The op.
    pub op: Arc<Op>,
    /// The hub's answer; none while it is unsent.
    pub ack: Option<Ack>,
    /// What it takes back or records again, where it is no fact.
    mark: Option<Mark>,
    /// What a person decided about it, where it was rejected.
    settled: Option<Settled>,
    /// Whether what it did was once looked for in vain, and it was sent again.
    was_lost: bool,
}

impl Kept {
    /// Whether the hub refused it, and nobody has dealt with that.
    pub fn is_rejected(&self) -> bool {
        self.settled.is_none() && self.ack.as_ref().is_some_and(|ack| ack.answer.result == OpResult::Rejected)
    }

    /// Whether it is to be sent.
    pub fn is_unsent(&self) -> bool {
        self.ack.is_none() && self.settled.is_none() && !self.is_local()
    }

    /// Whether it concerns this terminal's outbox alone.
    pub fn is_local(&self) -> bool {
        self.op.kind == SETTLED
    }

    /// What it takes back or records again, where it is no fact.
    pub(super) fn mark(&self) -> Option<Mark> {
        self.mark
    }

    /// Whether it lies over the hub's documents, or in them.
    pub(super) fn counts(&self) -> bool {
        self.settled.is_none() && !self.is_rejected() && !self.is_local()
    }

    /// `unsent`, the hub's answer, or what was decided about it: `discarded`, `replaced`.
    pub fn state(&self) -> &'static str {
        match &self.settled {
            Some(Settled { by: None, .. }) => return "discarded",
            Some(Settled { by: Some(_), .. }) => return "replaced",
            None => {}
        }
        match self.ack.as_ref().map(|ack| ack.answer.result) {
            None | Some(OpResult::Retry) => "unsent",
            Some(OpResult::Applied) => "applied",
            Some(OpResult::Duplicate) => "duplicate",
            Some(OpResult::Superseded) => "superseded",
            Some(OpResult::Rejected) => "rejected",
        }
    }
}

/// All ops that the journal holds.
#[derive(Debug, Default)]
pub struct Outbox {
    by_seq: BTreeMap<u64, Kept>,
    seqs: HashMap<OpId, u64>,
    of_customer: HashMap<CustomerId, Vec<u64>>,
    /// The ops that were acknowledged and not yet seen in the feed.
    unconfirmed: BTreeSet<u64>,
    /// The ops that begin customers' files.
    leads: BTreeMap<CustomerId, u64>,
}

impl Outbox {
    /// The journal's ops with the answers that the cache holds.
    pub fn new(ops: Vec<Op>, mut acks: HashMap<OpId, Ack>) -> Self {
        let mut outbox = Self::default();
        for op in ops {
            let ack = acks.remove(&op.op_id);
            outbox.add(Arc::new(op), ack);
        }
        outbox
    }

    /// Adds an op that was just saved.
    pub fn push(&mut self, op: Arc<Op>) {
        self.add(op, None);
    }

    fn add(&mut self, op: Arc<Op>, ack: Option<Ack>) {
        let mark = Mark::of(&op);
        if op.kind == LEAD_ADDED && op.customer == CustomerId::of_lead(op.op_id) {
            self.leads.insert(op.customer.clone(), op.local_seq);
        }
        self.seqs.insert(op.op_id, op.local_seq);
        self.of_customer.entry(op.customer.clone()).or_default().push(op.local_seq);
        if ack.as_ref().is_some_and(Ack::waits_for_the_feed) {
            self.unconfirmed.insert(op.local_seq);
        }
        if op.kind == SETTLED
            && let Ok(settled) = serde_json::from_str::<Settled>(op.body.get())
            && let Some(kept) = self.seqs.get(&settled.op_id).and_then(|seq| self.by_seq.get_mut(seq))
        {
            kept.settled = Some(settled);
        }
        self.by_seq.insert(op.local_seq, Kept { op, ack, mark, settled: None, was_lost: false });
    }

    /// One op.
    pub fn find(&self, id: OpId) -> Option<&Kept> {
        self.by_seq.get(self.seqs.get(&id)?)
    }

    /// All ops, in the order of their numbers.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.by_seq.values()
    }

    /// The number of the last op.
    pub fn last_seq(&self) -> Option<u64> {
        self.by_seq.last_key_value().map(|(seq, _)| *seq)
    }

    /// The ops to apply over the hub's documents of a customer: all but those that were rejected.
    pub fn pending_of(&self, customer: &CustomerId) -> Vec<Arc<Op>> {
        let seqs = self.of_customer.get(customer).map(Vec::as_slice).unwrap_or_default();
        seqs.iter()
            .filter_map(|seq| self.by_seq.get(seq))
            .filter(|kept| kept.counts())
            .map(|kept| Arc::clone(&kept.op))
            .collect()
    }

    /// Ops that the hub has not acknowledged.
    pub fn n_unsent(&self) -> usize {
        self.all().filter(|kept| kept.is_unsent()).count()
    }

    /// Ops that the hub refused.
    pub fn n_rejected(&self) -> usize {
        self.all().filter(|kept| kept.is_rejected()).count()
    }

    /// The unsent ops behind a number, as many as one push takes.
    pub fn batch_after(&self, local_seq: u64) -> Vec<Arc<Op>> {
        let mut batch = Vec::new();
        let mut n_bytes = 0;
        for kept in self.by_seq.range(local_seq + 1..).map(|(_, kept)| kept).filter(|kept| kept.is_unsent()) {
            // the envelope around a body has ids, a hash and two times: less than 512 bytes
            n_bytes += kept.op.body.get().len() + 512;
            if batch.len() == MAX_PUSH_OPS || (n_bytes > MAX_PUSH_BYTES && !batch.is_empty()) {
                break;
            }
            batch.push(Arc::clone(&kept.op));
        }
        batch
    }

    /// Records the hub's answers; `retry` leaves an op unsent. Returns those that were recorded.
    pub fn answer(&mut self, answers: Vec<OpAnswer>, at: DateTime<Utc>, head: &HeadAt) -> Vec<Ack> {
        let mut acks = Vec::new();
        for answer in answers.into_iter().filter(|answer| answer.result != OpResult::Retry) {
            let kept = self.seqs.get(&answer.op_id).and_then(|seq| self.by_seq.get_mut(seq));
            if let Some(kept) = kept {
                let ack = Ack { answer, at, head: Some(head.clone()), confirmed: false };
                if ack.waits_for_the_feed() {
                    self.unconfirmed.insert(kept.op.local_seq);
                }
                kept.ack = Some(ack.clone());
                acks.push(ack);
            }
        }
        acks
    }

    /// Makes every acknowledged op unsent again, since the hub may have lost it; rejected ones stay rejected.
    pub fn resend_all(&mut self) -> Vec<OpId> {
        let acked = self.all().filter(|kept| kept.ack.is_some() && kept.counts());
        let ids: Vec<_> = acked.map(|kept| kept.op.op_id).collect();
        self.resend(&ids);
        ids
    }

    /// Makes ops unsent again.
    pub fn resend(&mut self, ids: &[OpId]) {
        for seq in ids.iter().filter_map(|id| self.seqs.get(id)) {
            self.unconfirmed.remove(seq);
            if let Some(kept) = self.by_seq.get_mut(seq) {
                kept.ack = None;
            }
        }
    }

    /// Makes ops unsent again whose effect the feed does not show.
    pub fn lose(&mut self, ids: &[OpId]) {
        for seq in ids.iter().filter_map(|id| self.seqs.get(id)) {
            if let Some(kept) = self.by_seq.get_mut(seq) {
                kept.was_lost = true;
            }
        }
        self.resend(ids);
    }

    /// Whether an op was sent again because the feed did not show what it did. A lead that is not in the feed after that
    /// has gone to another guide.
    pub fn was_lost(&self, id: OpId) -> bool {
        self.find(id).is_some_and(|kept| kept.was_lost)
    }

    /// Whether a customer's file began with an op of this terminal.
    pub fn is_lead(&self, customer: &CustomerId) -> bool {
        self.leads.contains_key(customer)
    }

    /// The customers whose files began with ops of this terminal.
    pub fn leads(&self) -> impl Iterator<Item = &CustomerId> {
        self.leads.keys()
    }

    /// The op with which a customer's file begins as long as the feed does not have the customer: it is unsent, or the
    /// feed was not read up to what it did. `epoch` and `seq` say how far it was.
    pub fn begins(&self, customer: &CustomerId, epoch: Option<&str>, seq: u64) -> Option<Arc<Op>> {
        let kept = self.by_seq.get(self.leads.get(customer)?).filter(|kept| kept.counts())?;
        let is_waiting = match &kept.ack {
            None => true,
            Some(ack) => match ack.answer.result {
                OpResult::Applied | OpResult::Superseded => !ack.confirmed,
                _ => ack.head.as_ref().is_some_and(|at| at.epoch.as_deref() != epoch || seq < at.head),
            },
        };
        is_waiting.then(|| Arc::clone(&kept.op))
    }

    /// The acknowledged ops whose effect a feed read up to `seq` of an epoch must show, and that were not yet seen in it.
    pub fn to_confirm(&self, epoch: &str, seq: u64) -> Vec<Arc<Op>> {
        let acked = self.unconfirmed.iter().filter_map(|seq| self.by_seq.get(seq));
        let is_due = |at: &HeadAt| at.epoch.as_deref() == Some(epoch) && at.head <= seq;
        acked
            .filter(|kept| kept.ack.as_ref().and_then(|ack| ack.head.as_ref()).is_some_and(is_due))
            .map(|kept| Arc::clone(&kept.op))
            .collect()
    }

    /// The acknowledged ops that have an effect in the feed, whether that was seen or not.
    pub fn acknowledged(&self) -> Vec<Arc<Op>> {
        let has_effect = |kept: &&Kept| {
            let result = kept.ack.as_ref().map(|ack| ack.answer.result);
            kept.counts() && matches!(result, Some(OpResult::Applied | OpResult::Superseded))
        };
        self.all().filter(has_effect).map(|kept| Arc::clone(&kept.op)).collect()
    }

    /// Notes that ops were seen in the feed; returns what is to be kept of that.
    pub fn confirm(&mut self, ids: &[OpId]) -> Vec<Ack> {
        let mut acks = Vec::with_capacity(ids.len());
        for seq in ids.iter().filter_map(|id| self.seqs.get(id)) {
            self.unconfirmed.remove(seq);
            if let Some(ack) = self.by_seq.get_mut(seq).and_then(|kept| kept.ack.as_mut()) {
                ack.confirmed = true;
                acks.push(ack.clone());
            }
        }
        acks
    }

    /// The highest head of an epoch at which the hub answered an op: a feed that ends before it has lost changes.
    pub fn seen(&self, epoch: &str) -> Option<u64> {
        let heads = self.unconfirmed.iter().filter_map(|seq| self.by_seq.get(seq)?.ack.as_ref()?.head.as_ref());
        heads.filter(|at| at.epoch.as_deref() == Some(epoch)).map(|at| at.head).max()
    }

    /// The numbers of the ops that the journal need not keep: those acknowledged long ago. Rejected ones are kept until
    /// a person has dealt with them, and one that is being saved is in no list yet.
    pub fn done(&self, now: DateTime<Utc>) -> HashSet<u64> {
        let is_done = |kept: &Kept| {
            if kept.is_local() {
                // what was decided holds for as long as the op lies in the journal that it is about
                let about = serde_json::from_str::<Settled>(kept.op.body.get()).ok();
                return about.is_none_or(|settled| !self.seqs.contains_key(&settled.op_id));
            }
            let age = kept.ack.as_ref().map(|ack| now - ack.at);
            // what the feed has not shown yet is not let go of
            let is_open = kept.ack.as_ref().is_some_and(Ack::waits_for_the_feed);
            !kept.is_rejected() && !is_open && age.is_some_and(|age| age > TimeDelta::days(KEEP_DAYS))
        };
        self.by_seq.iter().filter(|(_, kept)| is_done(kept)).map(|(seq, _)| *seq).collect()
    }
}

#[cfg(test)]
mod tests {
    use guide_common::fact::FactBody;
    use guide_common::op::{OpBody, Stamp};
    use guide_common::outcome::{Outcome, OutcomeCode};

    use super::*;

    fn op(local_seq: u64, body: &OpBody) -> Op {
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::from_u128(u128::from(local_seq))),
            device: "D1".parse().unwrap(),
            local_seq,
            base_rev: None,
            at_wall: DateTime::UNIX_EPOCH,
            at_mono: 0,
        };
        Op::new(stamp, CustomerId::new("C1").unwrap(), body)
    }

    fn outcome(local_seq: u64) -> Op {
        let on = "2026-08-12".parse().unwrap();
        op(local_seq, &OpBody::Fact(FactBody::Outcome(Outcome::new(on, OutcomeCode::Visited))))
    }

    fn answer(of: &Op, result: OpResult) -> OpAnswer {
        OpAnswer { op_id: of.op_id, result, code: None, detail: None }
    }

    fn at(head: u64) -> HeadAt {
        HeadAt { epoch: Some("e".to_owned()), head }
    }

    #[test]
    fn what_was_acknowledged_is_looked_for_until_it_was_seen() {
        let ops = [outcome(1), outcome(2), outcome(3)];
        let mut outbox = Outbox::new(ops.to_vec(), HashMap::new());
        let applied = |op: &Op| vec![answer(op, OpResult::Applied)];
        outbox.answer(applied(&ops[0]), Utc::now(), &at(7));
        let kept = outbox.answer(applied(&ops[1]), Utc::now(), &at(9));
        outbox.answer(vec![answer(&ops[2], OpResult::Rejected)], Utc::now(), &at(10));
        let due = |outbox: &Outbox, epoch, seq| -> Vec<u64> {
            outbox.to_confirm(epoch, seq).iter().map(|op| op.local_seq).collect()
        };
        assert_eq!((due(&outbox, "e", 6), due(&outbox, "e", 8)), (vec![], vec![1]));
        assert_eq!((due(&outbox, "e", 9), due(&outbox, "f", 9)), (vec![1, 2], vec![]));
        assert_eq!((outbox.seen("e"), outbox.seen("f")), (Some(9), None));
        assert!(outbox.confirm(&[ops[0].op_id])[0].confirmed);
        assert_eq!(due(&outbox, "e", 9), [2]);
        let acks = kept.into_iter().map(|ack| (ack.answer.op_id, ack)).collect();
        assert_eq!(due(&Outbox::new(ops.to_vec(), acks), "e", 9), [2], "also after a restart");
        outbox.resend(&[ops[1].op_id]);
        assert_eq!((due(&outbox, "e", 9), outbox.n_unsent(), outbox.seen("e")), (vec![], 1, None));
    }

    #[test]
    fn a_retry_stays_unsent_and_a_rejected_op_is_kept_but_not_applied() {
        let ops = [outcome(1), outcome(2), outcome(3)];
        let mut outbox = Outbox::new(ops.to_vec(), HashMap::new());
        let answers = vec![
            answer(&ops[0], OpResult::Retry),
            answer(&ops[1], OpResult::Rejected),
            answer(&ops[2], OpResult::Applied),
        ];
        assert_eq!(outbox.answer(answers, Utc::now(), &at(7)).len(), 2);
        assert_eq!((outbox.n_unsent(), outbox.n_rejected()), (1, 1));
        let pending: Vec<_> = outbox.pending_of(&ops[0].customer).iter().map(|op| op.local_seq).collect();
        assert_eq!(pending, [1, 3]);
        assert_eq!(outbox.resend_all().len(), 1);
        assert_eq!((outbox.n_unsent(), outbox.n_rejected()), (2, 1));
    }

    #[test]
    fn a_settled_op_is_neither_sent_nor_shown_as_rejected_also_when_the_answers_are_lost() {
        let settles =
            |local_seq, of: &Op, by: Option<OpId>| op(local_seq, &OpBody::Settled(Settled { op_id: of.op_id, by }));
        let ops = [outcome(1), outcome(2), outcome(3)];
        let mut outbox = Outbox::new(ops.to_vec(), HashMap::new());
        outbox.answer(ops[..2].iter().map(|op| answer(op, OpResult::Rejected)).collect(), Utc::now(), &at(7));
        assert_eq!((outbox.n_rejected(), outbox.n_unsent()), (2, 1));
        let settled = [settles(4, &ops[0], None), settles(5, &ops[1], Some(ops[2].op_id))];
        settled.iter().for_each(|op| outbox.push(Arc::new(op.clone())));
        assert_eq!((outbox.n_rejected(), outbox.n_unsent()), (0, 1));
        let states: Vec<_> = outbox.all().map(Kept::state).collect();
        assert_eq!(states[..3], ["discarded", "replaced", "unsent"]);
        assert_eq!(outbox.batch_after(0).len(), 1);
        let again = Outbox::new([ops.to_vec(), settled.to_vec()].concat(), HashMap::new());
        assert_eq!((again.n_rejected(), again.n_unsent(), again.pending_of(&ops[0].customer).len()), (0, 1, 1));
        assert!(again.done(Utc::now()).is_empty(), "the decision is kept beside the op");
        let gone = Outbox::new(settled.to_vec(), HashMap::new());
        assert_eq!(gone.done(Utc::now()), HashSet::from([4, 5]));
    }

    #[test]
    fn batches_follow_the_order_of_numbers_and_keep_their_limits() {
        let outbox = Outbox::new((1..=450).map(outcome).collect(), HashMap::new());
        let mut after = 0;
        let mut sizes = Vec::new();
        while let Some(last) = outbox.batch_after(after).last() {
            sizes.push(outbox.batch_after(after).len());
            after = last.local_seq;
        }
        assert_eq!(sizes, [200, 200, 50]);
    }

    #[test]
    fn acknowledged_ops_are_kept_for_seven_days() {
        let ops = [outcome(1), outcome(2), outcome(3)];
        let mut outbox = Outbox::new(ops.to_vec(), HashMap::new());
        let now = Utc::now();
        outbox.answer(vec![answer(&ops[0], OpResult::Applied)], now - TimeDelta::days(8), &at(7));
        outbox.answer(vec![answer(&ops[1], OpResult::Applied)], now - TimeDelta::days(6), &at(7));
        assert!(outbox.done(now).is_empty(), "the feed has shown none of them");
        outbox.confirm(&[ops[0].op_id, ops[1].op_id]);
        assert_eq!(outbox.done(now), HashSet::from([1]));
    }
}

//! What became of each op in the journal: unsent, acknowledged or rejected; and which of them lie over the hub's
//! documents. A pure structure, filled from the journal at a start.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use guide_common::id::{CustomerId, OpId};
use guide_common::op::{Op, OpBody, Undo};
use guide_common::wire::hub::{MAX_PUSH_BYTES, MAX_PUSH_OPS, OpAnswer, OpResult};
use serde::{Deserialize, Serialize};

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
}

/// An op and what became of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The op.
    pub op: Arc<Op>,
    /// The hub's answer; none while it is unsent.
    pub ack: Option<Ack>,
    /// The op that it takes back, where it is an undo.
    undoes: Option<OpId>,
}

impl Kept {
    /// Whether the hub refused it.
    pub fn is_rejected(&self) -> bool {
        self.ack.as_ref().is_some_and(|ack| ack.answer.result == OpResult::Rejected)
    }

    /// `unsent`, or the hub's answer.
    pub fn state(&self) -> &'static str {
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
        let undoes = match op.kind == "undo" {
            true => serde_json::from_str::<Undo>(op.body.get()).ok().map(|undo| undo.op_id),
            false => None,
        };
        self.seqs.insert(op.op_id, op.local_seq);
        self.of_customer.entry(op.customer.clone()).or_default().push(op.local_seq);
        self.by_seq.insert(op.local_seq, Kept { op, ack, undoes });
    }

    /// One op.
    pub fn find(&self, id: OpId) -> Option<&Kept> {
        self.by_seq.get(self.seqs.get(&id)?)
    }

    /// All ops, in the order of their numbers.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.by_seq.values()
    }

    /// The ops to apply over the hub's documents of a customer: all but the rejected ones.
    pub fn pending_of(&self, customer: &CustomerId) -> Vec<Arc<Op>> {
        let seqs = self.of_customer.get(customer).map(Vec::as_slice).unwrap_or_default();
        seqs.iter()
            .filter_map(|seq| self.by_seq.get(seq))
            .filter(|kept| !kept.is_rejected())
            .map(|kept| Arc::clone(&kept.op))
            .collect()
    }

    /// Ops that the hub has not acknowledged.
    pub fn n_unsent(&self) -> usize {
        self.all().filter(|kept| kept.ack.is_none()).count()
    }

    /// Ops that the hub refused.
    pub fn n_rejected(&self) -> usize {
        self.all().filter(|kept| kept.is_rejected()).count()
    }

    /// The unsent ops behind a number, as many as one push takes.
    pub fn batch_after(&self, local_seq: u64) -> Vec<Arc<Op>> {
        let mut batch = Vec::new();
        let mut n_bytes = 0;
        for kept in self.by_seq.range(local_seq + 1..).map(|(_, kept)| kept).filter(|kept| kept.ack.is_none()) {
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
    pub fn answer(&mut self, answers: Vec<OpAnswer>, at: DateTime<Utc>) -> Vec<Ack> {
        let mut acks = Vec::new();
        for answer in answers.into_iter().filter(|answer| answer.result != OpResult::Retry) {
            let kept = self.seqs.get(&answer.op_id).and_then(|seq| self.by_seq.get_mut(seq));
            if let Some(kept) = kept {
                let ack = Ack { answer, at };
                kept.ack = Some(ack.clone());
                acks.push(ack);
            }
        }
        acks
    }

    /// Makes every acknowledged op unsent again, since the hub may have lost it; rejected ones stay rejected.
    pub fn resend_all(&mut self) -> usize {
        let mut n_resent = 0;
        for kept in self.by_seq.values_mut().filter(|kept| kept.ack.is_some() && !kept.is_rejected()) {
            kept.ack = None;
            n_resent += 1;
        }
        n_resent
    }

    /// The numbers of the ops that the journal need not keep: those acknowledged long ago. Rejected ones are kept until
    /// a person has dealt with them, and one that is being saved is in no list yet.
    pub fn done(&self, now: DateTime<Utc>) -> HashSet<u64> {
        let is_done = |kept: &Kept| {
            let age = kept.ack.as_ref().map(|ack| now - ack.at);
            !kept.is_rejected() && age.is_some_and(|age| age > TimeDelta::days(KEEP_DAYS))
        };
        self.by_seq.iter().filter(|(_, kept)| is_done(kept)).map(|(seq, _)| *seq).collect()
    }

    /// The newest op of this terminal that can be taken back: a fact that was neither rejected nor taken back.
    pub fn newest_standing(&self) -> Option<&Kept> {
        let undone: HashSet<OpId> =
            self.all().filter(|kept| !kept.is_rejected()).filter_map(|kept| kept.undoes).collect();
        self.all().rev().find(|kept| {
            kept.undoes.is_none()
                && !kept.is_rejected()
                && !undone.contains(&kept.op.op_id)
                && matches!(kept.op.content(), Ok(OpBody::Fact(_)))
        })
    }
}

#[cfg(test)]
mod tests {
    use guide_common::fact::FactBody;
    use guide_common::op::Stamp;
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

    fn undo(local_seq: u64, of: u64) -> Op {
        let on = "2026-08-12".parse().unwrap();
        op(local_seq, &OpBody::Undo(Undo { on, op_id: OpId(uuid::Uuid::from_u128(u128::from(of))) }))
    }

    fn answer(of: &Op, result: OpResult) -> OpAnswer {
        OpAnswer { op_id: of.op_id, result, code: None, detail: None }
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
        assert_eq!(outbox.answer(answers, Utc::now()).len(), 2);
        assert_eq!((outbox.n_unsent(), outbox.n_rejected()), (1, 1));
        let pending: Vec<_> = outbox.pending_of(&ops[0].customer).iter().map(|op| op.local_seq).collect();
        assert_eq!(pending, [1, 3]);
        assert_eq!(outbox.resend_all(), 1);
        assert_eq!((outbox.n_unsent(), outbox.n_rejected()), (2, 1));
    }

    #[test]
    fn the_newest_standing_op_is_neither_an_undo_nor_undone() {
        let mut outbox = Outbox::new(vec![outcome(1), outcome(2), undo(3, 2)], HashMap::new());
        assert_eq!(outbox.newest_standing().unwrap().op.local_seq, 1);
        outbox.push(Arc::new(undo(4, 1)));
        assert!(outbox.newest_standing().is_none());
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
        outbox.answer(vec![answer(&ops[0], OpResult::Applied)], now - TimeDelta::days(8));
        outbox.answer(vec![answer(&ops[1], OpResult::Applied)], now - TimeDelta::days(6));
        assert_eq!(outbox.done(now), HashSet::from([1]));
    }
}

//! The steps that can be taken back, and those that can be recorded again: what was saved as one group counts as one.
//! A pure function of the journal's ops, so that a restart knows them too.

use std::collections::{HashSet, VecDeque};

use guide_common::id::{CustomerId, OpId};
use guide_common::op::{Op, Redo, Undo};

use crate::outbox::kept::{Kept, Outbox};

/// How many steps can be taken back one after the other.
pub const MAX_STEPS: usize = 50;

/// What an op says of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It takes the fact of this op back.
    Undoes(OpId),
    /// It ends an undo.
    Redoes {
        /// The op of the fact.
        target: OpId,
        /// The undo.
        undo: OpId,
    },
}

impl Mark {
    /// What an op says of another one, where it is no fact.
    pub fn of(op: &Op) -> Option<Self> {
        let body = op.body.get();
        match op.kind.as_str() {
            "undo" => serde_json::from_str::<Undo>(body).ok().map(|undo| Self::Undoes(undo.op_id)),
            "redo" => {
                serde_json::from_str::<Redo>(body).ok().map(|redo| Self::Redoes { target: redo.op_id, undo: redo.undo })
            }
            _ => None,
        }
    }
}

/// A fact of a step: whom it concerns and the op that made it, and the undo that took it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whom it concerns.
    pub customer: CustomerId,
    /// The op.
    pub op_id: OpId,
    /// The undo, where it is taken back.
    pub undo: Option<OpId>,
}

/// What was saved together; never empty, the first one gives the step its name.
pub type Step = Vec<Part>;

/// The steps of a terminal, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// What can be taken back.
    pub undo: VecDeque<Step>,
    /// What can be recorded again: the undos since the last record.
    pub redo: VecDeque<Step>,
}

impl Outbox {
    /// The steps of this terminal, by what the journal holds; whether a fact still stands is the file's to say.
    pub fn steps(&self) -> Steps {
        let mut steps = Steps::default();
        let mut group: Vec<&Kept> = Vec::new();
        for kept in self.all().filter(|kept| kept.counts()) {
            if group.first().is_some_and(|first| first.op.group.is_none() || first.op.group != kept.op.group) {
                steps.take_in(&group);
                group.clear();
            }
            group.push(kept);
        }
        steps.take_in(&group);
        steps
    }

    /// The other ops that were saved together with one.
    pub fn saved_with(&self, id: OpId) -> Vec<(CustomerId, OpId)> {
        let Some(group) = self.find(id).and_then(|kept| kept.op.group) else { return Vec::new() };
        let of_group = self.all().filter(|kept| kept.op.group == Some(group) && kept.counts() && kept.mark().is_none());
        let others = of_group.filter(|kept| kept.op.op_id != id);
        others.map(|kept| (kept.op.customer.clone(), kept.op.op_id)).collect()
    }
}

impl Steps {
    fn take_in(&mut self, group: &[&Kept]) {
        let part = |kept: &&Kept| {
            let (op_id, undo) = match kept.mark() {
                None => (kept.op.op_id, None),
                Some(Mark::Undoes(target)) => (target, Some(kept.op.op_id)),
                Some(Mark::Redoes { target, .. }) => (target, None),
            };
            Part { customer: kept.op.customer.clone(), op_id, undo }
        };
        let step: Step = group.iter().map(part).collect();
        let ids: HashSet<OpId> = step.iter().map(|part| part.op_id).collect();
        let is_other = |other: &Step| !other.iter().any(|part| ids.contains(&part.op_id));
        match group.first().map(|first| first.mark()) {
            None => return,
            Some(None) => {
                self.redo.clear();
                self.undo.push_back(step);
            }
            Some(Some(Mark::Undoes(_))) => {
                self.undo.retain(is_other);
                self.redo.push_back(step);
            }
            Some(Some(Mark::Redoes { .. })) => {
                self.redo.retain(is_other);
                self.undo.push_back(step);
            }
        }
        for steps in [&mut self.undo, &mut self.redo] {
            if steps.len() > MAX_STEPS {
                steps.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use chrono::{DateTime, NaiveDate};
    use guide_common::fact::FactBody;
    use guide_common::op::{OpBody, Stamp};
    use guide_common::outcome::{Outcome, OutcomeCode};

    use super::*;

    fn id(n: u64) -> OpId {
        OpId(uuid::Uuid::from_u128(u128::from(n)))
    }

    fn on() -> NaiveDate {
        "2026-08-12".parse().unwrap()
    }

    fn op(n: u64, body: &OpBody) -> Op {
        let stamp = Stamp {
            op_id: id(n),
            device: "D1".parse().unwrap(),
            local_seq: n,
            base_rev: None,
            at_wall: DateTime::UNIX_EPOCH,
            at_mono: 0,
        };
        Op::new(stamp, CustomerId::new("C1").unwrap(), body)
    }

    fn outcome(n: u64) -> Op {
        op(n, &OpBody::Fact(FactBody::Outcome(Outcome::new(on(), OutcomeCode::Visited))))
    }

    fn undo(n: u64, of: u64) -> Op {
        op(n, &OpBody::Undo(Undo { on: on(), op_id: id(of) }))
    }

    fn redo(n: u64, of: u64, undo: u64) -> Op {
        op(n, &OpBody::Redo(Redo { on: on(), op_id: id(of), undo: id(undo) }))
    }

    fn in_group(op: Op, of: u64) -> Op {
        op.of_group(Some(id(of)))
    }

    #[track_caller]
    fn check(ops: Vec<Op>, undo: &[&[u64]], redo: &[&[u64]]) {
        let steps = Outbox::new(ops, HashMap::new()).steps();
        let ids = |steps: &VecDeque<Step>| -> Vec<Vec<OpId>> {
            steps.iter().map(|step| step.iter().map(|part| part.op_id).collect()).collect()
        };
        let expected = |steps: &[&[u64]]| -> Vec<Vec<OpId>> {
            steps.iter().map(|step| step.iter().map(|n| id(*n)).collect()).collect()
        };
        assert_eq!((ids(&steps.undo), ids(&steps.redo)), (expected(undo), expected(redo)));
    }

    #[test]
    fn an_undo_takes_the_newest_step_and_a_redo_brings_it_back() {
        let mut ops = vec![outcome(1), outcome(2)];
        check(ops.clone(), &[&[1], &[2]], &[]);
        ops.push(undo(3, 2));
        check(ops.clone(), &[&[1]], &[&[2]]);
        ops.push(undo(4, 1));
        check(ops.clone(), &[], &[&[2], &[1]]);
        ops.push(redo(5, 1, 4));
        check(ops.clone(), &[&[1]], &[&[2]]);
        ops.push(redo(6, 2, 3));
        check(ops, &[&[1], &[2]], &[]);
    }

    #[test]
    fn a_record_after_an_undo_ends_what_can_be_redone() {
        check(vec![outcome(1), outcome(2), undo(3, 2), outcome(4)], &[&[1], &[4]], &[]);
    }

    #[test]
    fn what_was_saved_together_is_one_step() {
        let mut ops = vec![outcome(1), in_group(outcome(2), 2), in_group(outcome(3), 2), outcome(4)];
        check(ops.clone(), &[&[1], &[2, 3], &[4]], &[]);
        ops.extend([undo(5, 4), in_group(undo(6, 2), 6), in_group(undo(7, 3), 6)]);
        check(ops.clone(), &[&[1]], &[&[4], &[2, 3]]);
        ops.extend([in_group(redo(8, 2, 6), 8), in_group(redo(9, 3, 7), 8)]);
        check(ops.clone(), &[&[1], &[2, 3]], &[&[4]]);
        let outbox = Outbox::new(ops, HashMap::new());
        assert_eq!(outbox.saved_with(id(3)), [(CustomerId::new("C1").unwrap(), id(2))]);
        assert!(outbox.saved_with(id(1)).is_empty());
    }

    #[test]
    fn a_step_undone_out_of_turn_leaves_the_others() {
        check(vec![outcome(1), outcome(2), undo(3, 1)], &[&[2]], &[&[1]]);
    }

    #[test]
    fn fifty_steps_go_back_and_forth() {
        let mut ops: Vec<Op> = (1..=60).map(outcome).collect();
        let steps = Outbox::new(ops.clone(), HashMap::new()).steps();
        assert_eq!((steps.undo.len(), steps.undo[0][0].op_id), (50, id(11)));
        ops.extend((0..50).map(|n| undo(61 + n, 60 - n)));
        let steps = Outbox::new(ops.clone(), HashMap::new()).steps();
        assert_eq!((steps.undo.len(), steps.redo.len(), steps.redo[49][0].op_id), (0, 50, id(11)));
        ops.extend((0..50).map(|n| redo(111 + n, 11 + n, 110 - n)));
        let steps = Outbox::new(ops, HashMap::new()).steps();
        assert_eq!((steps.undo.len(), steps.redo.len(), steps.undo[49][0].op_id), (50, 0, id(60)));
    }
}

//! The script of the guide who comes back from a leave (D4): 143 dues, and what becomes of them.

use super::*;
use crate::amnesty::WaiveReason;
use crate::calendar::Leave;
use crate::id::DeviceId;
use crate::op::{Stamp, Undo};
use crate::sop::backlog::{Amnesty, AmnestyCount, amnesty};
use crate::sop::queue::CustomerDay;

const THE_AMNESTY: OpId = OpId(uuid::Uuid::from_u128(7));

/// Her desk on the first day, and the leave from which she comes back.
struct Back {
    guide: GuideId,
    desk: Desk,
    leave: Leave,
}

fn back(seed: u64, lang: Lang) -> Back {
    let chain = chain(seed, lang);
    let guide = GuideId::new("xuweixi").unwrap();
    let desk = desks(&chain, d0()).remove(&guide).unwrap();
    let leave = chain.calendar(&guide, d0()).leaves[0].clone();
    Back { guide, desk, leave }
}

impl Back {
    fn amnesty(&self) -> Amnesty {
        amnesty(&self.desk.files, &self.desk.rules, &self.leave, d0(), self.leave.deputy.clone())
    }

    fn queue(&self) -> Vec<CustomerDay> {
        self.desk.files.iter().map(|file| customer_day(file, &self.desk.rules, d0())).collect()
    }

    fn tasks(&self) -> Vec<TaskRow> {
        self.queue().into_iter().filter_map(|day| day.task).collect()
    }

    /// Records something of a customer, as her terminal does.
    fn apply(&mut self, number: u64, customer: &CustomerId, body: OpBody) -> OpId {
        let op_id = OpId(uuid::Uuid::from_u64_pair(9, number));
        let at_wall = d0().and_hms_opt(2, 0, 0).unwrap().and_utc();
        let device = DeviceId::new("d1").unwrap();
        let stamp = Stamp { op_id, device, local_seq: number, base_rev: None, at_wall, at_mono: 0 };
        let file = self.desk.files.iter_mut().find(|file| file.customer.id == *customer).unwrap();
        file.apply(&Op::new(stamp, customer.clone(), &body), &self.guide).unwrap();
        op_id
    }
}

fn n_dues(tasks: &[TaskRow]) -> usize {
    tasks.iter().map(|task| task.dues.len()).sum()
}

#[test]
fn of_143_dues_31_are_kept_58_merged_41_expired_with_reasons_and_13_handed_to_the_deputy() {
    for (seed, lang) in [(SEED, Lang::Zh), (SEED, Lang::En), (1, Lang::Zh), (2, Lang::En)] {
        let amnesty = back(seed, lang).amnesty();
        let AmnestyCount { n_dues, n_kept, n_at_risk, n_merged, n_expired, n_handed, .. } = amnesty.count;
        assert_eq!([n_dues, n_kept, n_at_risk, n_merged, n_expired, n_handed], [143, 31, 0, 58, 41, 13], "seed {seed}");
        let reasons = [WaiveReason::MomentPassed, WaiveReason::PromoPassed, WaiveReason::Overtaken];
        assert_eq!(reasons.map(|reason| amnesty.n_expired_by(reason)), [26, 13, 2]);
        assert_eq!(amnesty.deputy.unwrap().as_str(), "zhouyuan");
    }
}

#[test]
fn both_languages_tell_of_the_same_dues_with_the_same_fates() {
    let fates = |lang| {
        let dues = back(SEED, lang).amnesty().dues.into_iter();
        dues.map(|due| (due.customer, due.due.due_id, due.fate)).collect::<Vec<_>>()
    };
    assert_eq!(fates(Lang::Zh), fates(Lang::En));
}

#[test]
fn once_the_amnesty_is_recorded_31_tasks_are_left_and_taken_back_it_leaves_no_trace() {
    let mut back = back(SEED, Lang::Zh);
    let before = back.queue();
    assert_eq!(n_dues(&back.tasks()), 143);
    let facts = back.amnesty().facts(THE_AMNESTY).into_iter().zip(1..);
    let made: Vec<(CustomerId, OpId)> = facts
        .map(|((customer, body), number)| {
            let op_id = back.apply(number, &customer, OpBody::Fact(body));
            (customer, op_id)
        })
        .collect();
    assert_eq!(made.len(), 41 + 13);
    let tasks = back.tasks();
    assert_eq!((tasks.len(), n_dues(&tasks)), (31, 31 + 58));
    assert!(back.amnesty().facts(THE_AMNESTY).is_empty());
    for ((customer, op_id), number) in made.into_iter().zip(1_001..) {
        back.apply(number, &customer, OpBody::Undo(Undo { on: d0(), op_id }));
    }
    assert_eq!(back.queue(), before);
}

#[test]
fn what_waits_is_of_every_kind_that_a_leave_leaves_behind() {
    let back = back(SEED, Lang::Zh);
    let tasks = back.tasks();
    let plans: BTreeSet<&str> = tasks.iter().flat_map(|task| &task.dues).map(|due| due.plan.as_str()).collect();
    assert_eq!(plans, ["P01", "P02", "P05", "P06", "P07", "P09", "P11", "P12b", "P13", "P14", "P16"].into());
    let held: Vec<_> = back.queue().into_iter().flat_map(|day| day.held).collect();
    let held: Vec<_> = held.iter().map(|row| (row.name.as_str(), row.hold.reason)).collect();
    assert_eq!(held, [("华绍棠", HoldReason::NoConsent)]);
}

#[test]
fn whoever_has_nothing_open_bought_before_the_leave() {
    let back = back(SEED, Lang::Zh);
    let is_quiet = |file: &&CustomerFile| customer_day(file, &back.desk.rules, d0()).task.is_none();
    let quiet: Vec<_> = back.desk.files.iter().filter(is_quiet).collect();
    assert!(quiet.len() > 20, "{}", quiet.len());
    assert!(quiet.iter().all(|file| file.purchases.iter().any(|sale| sale.bought_on < back.leave.from_on)));
}

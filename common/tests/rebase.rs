//! The law of rebasing: whatever three terminals record, in whatever order it reaches headquarters, and however often,
//! once all have pushed and pulled every replica is headquarters' file.
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::consent::Consent;
use guide_common::customer::{Customer, TagChange};
use guide_common::fact::FactBody;
use guide_common::field::claim::Standing;
use guide_common::field::{CustomerField, FieldEdit};
use guide_common::id::{GuideId, OpId};
use guide_common::op::{Op, OpBody, Redo, Stamp, Undo};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::promise::Promise;
use proptest::prelude::*;

fn guide() -> GuideId {
    "G1".parse().unwrap()
}

fn day(n: u64) -> NaiveDate {
    "2026-08-12".parse::<NaiveDate>().unwrap() + TimeDelta::days((n % 3) as i64)
}

fn document() -> CustomerFile {
    let mut customer = Customer::new("C1".parse().unwrap(), "华绍棠".to_owned());
    customer.salutation = Some("华先生".to_owned());
    customer.phone = Some("10000000008".to_owned());
    CustomerFile::new(customer)
}

/// A terminal: what it last pulled, what it recorded and headquarters has not confirmed, and a clock of its own.
#[derive(Clone)]
struct Terminal {
    name: usize,
    base: CustomerFile,
    pending: Vec<Op>,
    n_recorded: u64,
}

impl Terminal {
    fn new(name: usize) -> Self {
        Self { name, base: document(), pending: Vec::new(), n_recorded: 0 }
    }

    /// Headquarters' file with what is pending on top.
    fn replica(&self) -> CustomerFile {
        let mut file = self.base.clone();
        for op in &self.pending {
            // what does not apply is headquarters' to answer
            file.apply(op, &guide()).ok();
        }
        file
    }

    /// Records something, on a clock that is years off and jumps; what the terminal refuses is not recorded.
    fn record(&mut self, pick: u64) {
        let replica = self.replica();
        let Some(body) = body(&replica, pick) else { return };
        self.n_recorded += 1;
        let years = [-7, 0, 5][self.name] * 365 + (pick % 5) as i64 - 2;
        let at_wall: DateTime<Utc> = "2026-08-12T02:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(years);
        let millis = u64::try_from(at_wall.timestamp_millis()).unwrap();
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::from_u64_pair(millis << 16, (self.name as u64 + 1) * 1_000 + self.n_recorded)),
            device: format!("d{}", self.name).parse().unwrap(),
            local_seq: self.n_recorded,
            base_rev: None,
            at_wall,
            at_mono: 0,
        };
        let op = Op::new(stamp, replica.customer.id.clone(), &body);
        if replica.clone().apply(&op, &guide()).is_ok() {
            self.pending.push(op);
        }
    }

    /// Pushes up to `n` pending ops; where the answer is lost they stay pending.
    fn push(&mut self, hub: &mut CustomerFile, n: usize, is_heard: bool) {
        let n = n.min(self.pending.len());
        for op in &self.pending[..n] {
            hub.apply(op, &guide()).ok();
        }
        if is_heard {
            // an acknowledged op that is not pulled yet still lies on top in the real program; pulling is at once here
            self.base = hub.clone();
            self.pending.drain(..n);
        }
    }

    fn pull(&mut self, hub: &CustomerFile) {
        self.base = hub.clone();
    }
}

fn body(file: &CustomerFile, pick: u64) -> Option<OpBody> {
    let on = day(pick / 7);
    let text = format!("值{}", pick % 4);
    let edit = |field: &str, value| FactBody::Field(FieldEdit { on, field: field.to_owned(), value });
    let tag = TagChange { on, group: "MAT".to_owned(), value: text.clone() };
    Some(OpBody::Fact(match pick % 13 {
        0 => FactBody::Outcome(Outcome::new(on, OutcomeCode::DoNotContact)),
        1 => FactBody::Consent(Consent { on, allowed: pick.is_multiple_of(2), channel: None, until_on: None }),
        2 | 3 => edit("salutation", Some(text)),
        4 => edit("ring_size", (!pick.is_multiple_of(3)).then_some(text)),
        5 => edit("phone", Some("13800000001".to_owned())),
        6 => edit("birthday", Some(format!("1990-08-0{}", 1 + pick % 9))),
        7 => FactBody::TagAdded(tag),
        8 => FactBody::TagRemoved(tag),
        9 => FactBody::Promise(Promise { on, text, item: None, due_on: on }),
        _ => {
            let idx = (pick / 13) as usize % file.facts.len().max(1);
            let fact = file.facts.get(idx)?;
            let undos = fact.undone.all();
            let undone = undos.get((pick / 101) as usize % undos.len().max(1));
            return Some(match undone.filter(|_| pick % 13 == 12) {
                Some(undone) => OpBody::Redo(Redo { on, op_id: fact.id, undo: undone.op_id }),
                None => OpBody::Undo(Undo { on, op_id: fact.id }),
            });
        }
    }))
}

/// In a file facts stand in no particular order.
fn sorted(file: &CustomerFile) -> CustomerFile {
    let mut file = file.clone();
    file.facts.sort_by_key(|fact| fact.id);
    file
}

fn case(steps: &[(usize, u8, u64)]) -> (CustomerFile, Vec<Terminal>, Vec<Op>) {
    let (mut hub, mut terminals) = (document(), (0..3).map(Terminal::new).collect::<Vec<_>>());
    let mut all: Vec<Op> = Vec::new();
    for (who, what, pick) in steps {
        let terminal = &mut terminals[who % 3];
        match what % 8 {
            0..=3 => {
                terminal.record(*pick);
                all.extend(
                    terminal.pending.last().filter(|op| all.last().is_none_or(|last| last.op_id != op.op_id)).cloned(),
                );
            }
            4 | 5 => terminal.push(&mut hub, 1 + (*pick % 3) as usize, true),
            6 => terminal.push(&mut hub, 1 + (*pick % 3) as usize, false),
            _ => terminal.pull(&hub),
        }
    }
    for terminal in &mut terminals {
        terminal.push(&mut hub, usize::MAX, true);
    }
    for terminal in &mut terminals {
        terminal.pull(&hub);
    }
    (hub, terminals, all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_replica_is_headquarters_file_once_all_have_pushed_and_pulled(
        steps in prop::collection::vec((0_usize..3, any::<u8>(), any::<u64>()), 1..60),
    ) {
        let (hub, terminals, all) = case(&steps);
        for terminal in &terminals {
            prop_assert!(terminal.pending.is_empty());
            prop_assert_eq!(sorted(&terminal.replica()), sorted(&hub));
        }
        let mut again = hub.clone();
        for op in all.iter().rev() {
            prop_assert_ne!(again.apply(op, &guide()).ok(), Some(Applied::Changed(op.op_id)));
        }
        prop_assert_eq!(again, hub);
    }

    #[test]
    fn facts_have_numbers_without_a_gap_and_the_last_one_that_stands_is_shown(
        steps in prop::collection::vec((0_usize..3, any::<u8>(), any::<u64>()), 1..60),
    ) {
        let (hub, ..) = case(&steps);
        let mut numbers: Vec<u64> = hub.facts.iter().map(|fact| fact.number).collect();
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (1..=hub.facts.len() as u64).collect::<Vec<_>>());
        let today = day(2);
        let last = |name: &str| {
            let edits = hub.standing().filter_map(|fact| match &fact.body {
                FactBody::Field(edit) if edit.field == name => Some((fact.number, edit.value.clone())),
                _ => None,
            });
            edits.max_by_key(|(number, _)| *number)
        };
        let salutation = last("salutation").map_or(Some("华先生".to_owned()), |(_, value)| value);
        prop_assert_eq!(hub.field_value(CustomerField::Salutation, today), salutation.clone());
        prop_assert_eq!(&hub.person(today).salutation, &salutation);
        prop_assert_eq!(hub.field_value(CustomerField::RingSize, today), last("ring_size").and_then(|(_, value)| value));
        prop_assert_eq!(hub.field_value(CustomerField::Birthday, today), last("birthday").and_then(|(_, value)| value));
        let person = hub.person(today);
        prop_assert_eq!(person.phone.as_deref(), Some("10000000008"));
        for field in CustomerField::all() {
            let claims = hub.claims(field.name(), today);
            let n_won = claims.iter().filter(|claim| claim.standing == Standing::Won).count();
            let counts = claims.iter().any(|claim| claim.standing != Standing::Undone);
            prop_assert_eq!(n_won, usize::from(counts), "{:?}", field);
        }
    }
}

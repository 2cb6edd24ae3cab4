//! Laws of the amnesty, over generated customers.

use std::collections::BTreeSet;

use guide_common::apply::CustomerFile;
use guide_common::consent::Consent;
use guide_common::customer::Tier;
use guide_common::fact::FactBody;
use guide_common::id::{DueId, OpId};
use guide_common::op::{OpBody, Undo};
use guide_common::outcome::{Channel, Outcome, OutcomeCode};
use guide_common::record::{Risk, RiskRecord};
use guide_common::sop::backlog::{AmnestyCount, Fate, amnesty};
use proptest::prelude::*;

use crate::leave_cast::desk::{THE_AMNESTY, apply, deputy, ids, queue, record, rules, with_pace};
use crate::leave_cast::{Person, care_turn, day, leave, return_day};
use crate::story::cases::cases;

#[derive(Clone, Debug)]
enum Event {
    Promise(i64, i64),
    Piece(i64, &'static str),
    Sale(i64, i64),
    Ticket(i64, i64),
    Birthday(i64),
    Wecom(i64),
    Lead(i64, i64),
    TakenOver(i64),
    Birth(i64),
    Risk(i64),
    Contact(i64, usize),
    Forbid(Channel),
    Coupon(i64),
    Tier(Tier),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (-20_i64..0, -12_i64..6).prop_map(|(on, due)| Event::Promise(on, due)),
        (-9_i64..9, prop_oneof![Just("足金"), Just("钻石")]).prop_map(|(turn, material)| Event::Piece(turn, material)),
        (-130_i64..0, 3_i64..200).prop_map(|(on, yuan)| Event::Sale(on, yuan * 100)),
        (-40_i64..-15, -15_i64..0).prop_map(|(on, ready)| Event::Ticket(on, ready)),
        (-13_i64..9).prop_map(Event::Birthday),
        (-15_i64..0).prop_map(Event::Wecom),
        (-76_i64..0, 20_i64..130).prop_map(|(on, wedding)| Event::Lead(on, wedding)),
        (-15_i64..0).prop_map(Event::TakenOver),
        (-26_i64..0).prop_map(Event::Birth),
        (-15_i64..0).prop_map(Event::Risk),
        (-40_i64..0, 0_usize..8).prop_map(|(on, code)| Event::Contact(on, code)),
        prop_oneof![Just(Channel::Wecom), Just(Channel::Phone)].prop_map(Event::Forbid),
        (-2_i64..40).prop_map(Event::Coupon),
        prop_oneof![Just(Tier::S), Just(Tier::A), Just(Tier::B)].prop_map(Event::Tier),
    ]
}

fn person(idx: usize, events: &[Event]) -> CustomerFile {
    let mut person = Person::new("any", idx as i64);
    for event in events {
        person = match event.clone() {
            Event::Promise(on, due) => person.promise(on, due.max(on)),
            Event::Piece(turn, material) => person.piece(care_turn(turn), 1_500, material),
            Event::Sale(on, yuan) => person.sale(day(on), yuan),
            Event::Ticket(on, ready) => person.ticket(on, ready),
            Event::Birthday(on) => person.birthday(on).level(),
            Event::Wecom(on) => person.wecom(on),
            Event::Lead(on, wedding) => person.lead(on).wedding(wedding).tag("BUD", "1–3千"),
            Event::TakenOver(on) => person.taken_over(on),
            Event::Birth(on) => person.birth(on),
            Event::Risk(on) => person.fact(FactBody::Risk(RiskRecord { on: day(on), risk: Risk::Red, reason: None })),
            Event::Contact(on, code) => {
                let code = OutcomeCode::ALL[code];
                let next_on = matches!(code, OutcomeCode::CallLater | OutcomeCode::Appointment).then(|| day(on + 9));
                let amount_fen = (code == OutcomeCode::Bought).then_some(90_000);
                person.fact(FactBody::Outcome(Outcome { next_on, amount_fen, ..Outcome::new(day(on), code) }))
            }
            Event::Forbid(channel) => {
                let consent = Consent { on: day(-3), channel: Some(channel), allowed: false, until_on: None };
                person.fact(FactBody::Consent(consent))
            }
            Event::Coupon(until) => person.coupon(until),
            Event::Tier(tier) => person.tier(tier),
        };
    }
    person.file
}

/// The customers of a guide who can make so many contacts a day.
fn any_desk() -> impl Strategy<Value = (Vec<CustomerFile>, u32, bool)> {
    let people = prop::collection::vec(prop::collection::vec(event(), 1..7), 1..9);
    (people, 1_u32..4, any::<bool>()).prop_map(|(people, tasks_per_day, has_deputy)| {
        let files = people.iter().enumerate().map(|(idx, events)| person(idx, events)).collect();
        (files, tasks_per_day, has_deputy)
    })
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn every_amnesty_does_what_it_says((files, tasks_per_day, has_deputy) in any_desk()) {
        let rules = with_pace(&rules(&files), tasks_per_day);
        let deputy = deputy().filter(|_| has_deputy);
        let again = |files: &[CustomerFile]| amnesty(files, &rules, &leave(), return_day(), deputy.clone());
        let amnesty = again(&files);
        let AmnestyCount { n_dues, n_kept, n_at_risk, n_merged, n_expired, n_handed, .. } = amnesty.count;
        prop_assert_eq!(n_dues, n_kept + n_merged + n_expired + n_handed);

        // no due has two fates
        let named: BTreeSet<DueId> = amnesty.dues.iter().map(|due| due.due.due_id).collect();
        prop_assert_eq!(named.len(), amnesty.dues.len());
        // all open dues are there, and of those that were held only what an expired one set free
        let before = queue(&files, &rules);
        let (open, held) = ids(&before);
        prop_assert!(open.is_subset(&named));
        prop_assert!(named.iter().all(|id| open.contains(id) || held.contains(id)));
        // a promise never expires
        for due in &amnesty.dues {
            let is_expired = matches!(due.fate, Fate::Expired { .. });
            prop_assert!(!is_expired || !["P16", "P10", "P12", "P12b"].contains(&due.due.plan.as_str()), "{:?}", due);
        }

        let mut files = files.clone();
        let made = record(&mut files, amnesty.facts(THE_AMNESTY));
        // what is left is what was kept, one task a customer, and nothing held was touched
        let after = queue(&files, &rules);
        let kept: BTreeSet<DueId> = amnesty
            .dues
            .iter()
            .filter(|due| matches!(due.fate, Fate::Kept { .. } | Fate::AtRisk { .. } | Fate::Merged { .. }))
            .map(|due| due.due.due_id)
            .collect();
        prop_assert_eq!(&ids(&after).0, &kept);
        prop_assert_eq!(after.iter().filter(|day| day.task.is_some()).count(), n_kept);
        prop_assert!(held.iter().all(|id| ids(&after).1.contains(id) || named.contains(id)));

        // the amnesty of an amnesty is empty
        let second = again(&files);
        prop_assert!(second.facts(OpId(uuid::Uuid::from_u128(8))).is_empty(), "{:?}", second.dues);
        prop_assert_eq!((second.count.n_kept, second.count.n_at_risk), (n_kept, n_at_risk));

        // taken back, the queue is as it was
        for (n, (customer, op_id)) in made.into_iter().enumerate() {
            apply(&mut files, 5_000 + n as u64, customer, OpBody::Undo(Undo { on: return_day(), op_id }));
        }
        prop_assert_eq!(queue(&files, &rules), before);
    }
}

//! A quarter of reminders: a guide's promises, visits, tasks and digests through ninety days, with restarts, a clock that
//! jumps and another time zone. Each comes once, none in quiet hours, none too late.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use guide_common::calendar::{Calendar, Leave};
use guide_common::config::Remind;
use guide_common::id::{CustomerId, OpId, ReminderId};
use guide_common::promise::Promise;
use guide_common::remind::{Customer, Hours, Kind, Ledger, Reminder, Times, of_customer, of_day, turn};
use guide_common::wire::card::{AppointmentRow, PromiseRow};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const N_DAYS: i64 = 90;
const N_CUSTOMERS: usize = 60;
const PER_HOUR: usize = 6;

fn day(n: i64) -> NaiveDate {
    "2026-08-12".parse::<NaiveDate>().unwrap() + TimeDelta::days(n)
}

fn hours() -> Hours {
    let leave = Leave { on: day(20), from_on: day(40), to_on: day(46), deputy: None };
    let calendar = Calendar { days_off: vec![Weekday::Wed], leaves: vec![leave] };
    Hours { calendar, quiet: "20:30-09:30".parse().unwrap() }
}

/// What a guide has agreed on, and when that is over.
struct Shop {
    customers: Vec<(CustomerId, Vec<PromiseRow>, Vec<AppointmentRow>)>,
}

impl Shop {
    fn of(seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let customers = (0..N_CUSTOMERS).map(|n| {
            let id = CustomerId::new(&format!("C{n}")).unwrap();
            let op = |kind: &str, k: usize| OpId::of_record(kind, &id, &k.to_string());
            let promises = (0..dice.random_range(0..3)).map(|k| {
                let due_on = day(dice.random_range(0..N_DAYS));
                let promise = Promise { on: due_on, text: "改圈".to_owned(), item: None, due_on };
                PromiseRow { op_id: op("promise", k), promise }
            });
            let promises = promises.collect();
            let appointments = (0..dice.random_range(0..3)).map(|k| {
                let visit_on = day(dice.random_range(0..N_DAYS));
                let made_on = visit_on - TimeDelta::days(dice.random_range(0..9));
                let hour = NaiveTime::from_hms_opt(dice.random_range(0..24), 30, 0);
                let visit_time = hour.filter(|_| dice.random_ratio(3, 4));
                AppointmentRow { op_id: op("visit", k), made_on, visit_on, visit_time, text: None }
            });
            let appointments = appointments.collect();
            (id, promises, appointments)
        });
        Self { customers: customers.collect() }
    }

    /// What stands at a time: what was kept or is over stands no more.
    fn standing(&self, now: NaiveDateTime) -> Vec<Reminder> {
        let on = now.date();
        let ends = NaiveTime::from_hms_opt(20, 30, 0).unwrap();
        let times = Times { on, begins: NaiveTime::from_hms_opt(9, 30, 0).unwrap(), ends };
        let mut all = of_day(on, &Remind::default());
        for (id, promises, appointments) in &self.customers {
            let promises: Vec<_> =
                promises.iter().filter(|row| on <= row.promise.due_on + TimeDelta::days(9)).cloned().collect();
            let appointments: Vec<_> =
                appointments.iter().filter(|row| row.made_on <= on && on <= row.visit_on).cloned().collect();
            let open = Customer { id, task: None, held: &[], promises: &promises, appointments: &appointments };
            all.extend(of_customer(open, &times, |_| Kind::Task));
        }
        all
    }
}

/// What happens to the terminal.
enum Event {
    Restart,
    /// The clock is set by so many minutes; what a trainer or a dead battery does.
    Jump(i64),
    /// The shop's time zone becomes another one, so many hours away.
    Zone(i64),
    /// The machine sleeps for so many minutes.
    Sleep(i64),
}

fn events(seed: u64) -> BTreeMap<i64, Event> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed ^ 0xe7e7);
    let mut events = BTreeMap::new();
    let mut at = |dice: &mut ChaCha8Rng, event| {
        events.insert(dice.random_range(0..N_DAYS * 24 * 60), event);
    };
    for _ in 0..20 {
        at(&mut dice, Event::Restart);
    }
    for minutes in [-90, 45, -26 * 60, 300, -20] {
        at(&mut dice, Event::Jump(minutes));
    }
    at(&mut dice, Event::Zone(1));
    for _ in 0..10 {
        let minutes = dice.random_range(30..600);
        at(&mut dice, Event::Sleep(minutes));
    }
    events
}

/// A quarter, minute by minute; the daemon looks only when it is to. `told` are the times at which each was told.
struct Quarter {
    told: BTreeMap<ReminderId, Vec<NaiveDateTime>>,
    all: BTreeMap<ReminderId, Reminder>,
    /// The shop times that there were, of which the daemon was awake.
    awake: BTreeSet<NaiveDateTime>,
    n_toasts: usize,
    n_turns: usize,
    last: NaiveDateTime,
}

fn live(seed: u64) -> Quarter {
    let (shop, hours) = (Shop::of(seed), hours());
    let mut events = events(seed);
    let mut now = day(0).and_time(NaiveTime::MIN);
    let mut ledger = Ledger::default();
    let mut quarter = Quarter {
        told: BTreeMap::new(),
        all: BTreeMap::new(),
        awake: BTreeSet::new(),
        n_toasts: 0,
        n_turns: 0,
        last: now,
    };
    let mut next_at = Some(now);
    let mut sleeps = 0;
    for minute in 0..N_DAYS * 24 * 60 {
        let mut looks = false;
        match events.remove(&minute) {
            // what is not on disk is gone
            Some(Event::Restart) => {
                ledger = serde_json::from_slice(&serde_json::to_vec(&ledger).unwrap()).unwrap();
                looks = true;
            }
            Some(Event::Jump(minutes)) => {
                now += TimeDelta::minutes(minutes);
                looks = true;
            }
            Some(Event::Zone(n_hours)) => {
                now += TimeDelta::hours(n_hours);
                looks = true;
            }
            Some(Event::Sleep(minutes)) => sleeps = minutes,
            None => {}
        }
        if sleeps > 0 {
            sleeps -= 1;
            now += TimeDelta::minutes(1);
            continue;
        }
        quarter.awake.insert(now);
        // at midnight the queue of another day is worked out, and at any time something may change
        looks |= now.time() == NaiveTime::MIN || next_at.is_some_and(|at| at <= now);
        if looks {
            let standing = shop.standing(now);
            for reminder in &standing {
                quarter.all.insert(reminder.id, reminder.clone());
            }
            let found = turn(&standing, &hours, &ledger, PER_HOUR, now);
            quarter.n_turns += 1;
            quarter.n_toasts += found.toasts.len();
            for reminder in found.toasts.iter().flat_map(|toast| &toast.reminders) {
                quarter.told.entry(reminder.id).or_default().push(now);
            }
            ledger.note(&found, now);
            ledger.prune(&standing, now);
            next_at = found.next_at;
        }
        quarter.last = quarter.last.max(now);
        now += TimeDelta::minutes(1);
    }
    quarter
}

/// The first minute at which a reminder may come: a visit's, and what falls on days off until it would be too late, comes
/// before the quiet hours.
fn place(reminder: &Reminder, hours: &Hours) -> NaiveDateTime {
    let later = hours.later(reminder.at).filter(|at| *at < reminder.until);
    let earlier = hours.earlier(reminder.at).unwrap_or(reminder.at);
    if reminder.kind == Kind::Appointment { earlier } else { later.unwrap_or(earlier) }
}

#[test]
fn each_comes_once_and_none_in_quiet_hours_through_a_quarter() {
    for seed in 1..=5 {
        let quarter = live(seed);
        let hours = hours();
        let mut n_once = 0;
        for (id, reminder) in &quarter.all {
            let told = quarter.told.get(id).map_or(&[][..], Vec::as_slice);
            let what = format!("seed {seed}: {reminder:?} told at {told:?}");
            assert!(told.len() <= 1, "{what}: more than once");
            for at in told {
                let time = at.time();
                assert!(time >= "09:30:00".parse().unwrap() && time < "20:30:00".parse().unwrap(), "{what}: quiet");
                assert!(at.weekday() != Weekday::Wed && !(day(40)..=day(46)).contains(&at.date()), "{what}: day off");
                assert!(*at < reminder.until, "{what}: too late");
                // two minutes are gathered
                assert!(*at + TimeDelta::minutes(2) >= place(reminder, &hours), "{what}: too early");
            }
            // minutes in which it could have been told, with the daemon awake and the guide at work; an hour of them is
            // enough for whatever stood before it
            let from = place(reminder, &hours);
            let could = quarter.awake.range(from..reminder.until.max(from)).filter(|at| hours.is_open(**at)).count();
            let is_past = reminder.until <= quarter.last;
            if could >= 70 && is_past {
                assert_eq!(told.len(), 1, "{what}: not told, though there were {could} minutes");
                n_once += 1;
            }
        }
        assert!(n_once > 100, "seed {seed}: only {n_once} were looked at");
        assert!(quarter.n_toasts < quarter.told.len(), "seed {seed}: nothing was bundled");
        // it looks when there is something to do, not by the clock
        assert!(quarter.n_turns < quarter.n_toasts * 3 + 2 * N_DAYS as usize, "seed {seed}: {} turns", quarter.n_turns);
    }
}

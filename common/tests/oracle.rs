//! The heart of the engine against an account of its own: purchases, returns, restarts, windows, attempts and their
//! ends, worked out day by day from the words of the design, by somebody who knows nothing of runs and spans.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use guide_common::fact::FactBody;
use guide_common::id::DueId;
use guide_common::op::{OpBody, Undo};
use guide_common::outcome::OutcomeCode::{self, *};
use guide_common::outcome::{Channel, Outcome, SkipReason};
use guide_common::sop::engine::dues;
use guide_common::sop::plan::Plan;
use proptest::prelude::*;

use crate::story::cases::cases;
use crate::story::{Story, day, sop};

const MIN_FEN: i64 = 300;
/// Id, first day, last day, whether a later purchase leaves it alone, and over what.
const STEPS: [(&str, u64, u64, bool, &[Channel]); 3] = [
    ("a", 0, 0, true, &[Channel::Wecom]),
    ("b", 3, 7, false, &[Channel::Wecom, Channel::Phone]),
    ("c", 5, 24, false, &[Channel::Phone, Channel::Wecom, Channel::Sms]),
];

fn plan_of(restart: &str) -> Plan {
    let step = |(id, from, to, keep, channels): &(&str, u64, u64, bool, &[Channel])| {
        let names: Vec<String> = channels.iter().map(|channel| format!("'{}'", channel.name())).collect();
        let days = |n: u64| if n == 0 { "0d".to_owned() } else { format!("+{n}d") };
        format!(
            "id = '{id}'; offset = '{}'; until = '{}'; keep = {keep}; channels = [{}]",
            days(*from),
            days(*to),
            names.join(", ")
        )
    };
    let steps: Vec<String> = STEPS.iter().map(step).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    sop(
        &format!("restart = '{restart}'; ends_on = ['visited']"),
        &[&format!("on = 'purchase'; min_amount_fen = {MIN_FEN}")],
        &steps,
    )
}

/// What happened, in order.
#[derive(Clone, Debug)]
enum Event {
    Buy { fen: i64 },
    Return { sale: usize, fen: i64 },
    Log { code: OutcomeCode, later: u64, mask: u8 },
    Undo { nth: usize },
}

fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    // what leads to further attempts more often
    let any_code = (0_usize..10).prop_map(|idx| OutcomeCode::ALL[idx]);
    let code = prop_oneof![3 => Just(NoReply), 1 => Just(CallLater), 3 => any_code];
    let mask = prop_oneof![Just(u8::MAX), any::<u8>()];
    let event = prop_oneof![
        3 => (1_i64..7).prop_map(|n| Event::Buy { fen: n * 100 }),
        2 => (any::<usize>(), 1_i64..7).prop_map(|(sale, n)| Event::Return { sale, fen: n * 100 }),
        9 => (code, 1_u64..30, mask).prop_map(|(code, later, mask)| Event::Log { code, later, mask }),
        1 => any::<usize>().prop_map(|nth| Event::Undo { nth }),
    ];
    // on every second day, so that several things happen on one
    prop::collection::vec(((0_u64..20).prop_map(|n| 2 * n), event), 0..16).prop_map(|mut events| {
        events.sort_by_key(|(on, _)| *on);
        events
    })
}

fn date(n: u64) -> NaiveDate {
    day("2026-01-01") + Days::new(n)
}

/// A contact: its day, what came of it, the day asked for, what it named, and since when it is taken back.
struct Contact {
    on: u64,
    code: OutcomeCode,
    later: u64,
    named: Vec<DueId>,
    undone: Option<u64>,
}

/// What the oracle remembers.
#[derive(Default)]
struct Told {
    /// Day and amount.
    sales: Vec<(u64, i64)>,
    /// Day, which sale, amount.
    returns: Vec<(u64, usize, i64)>,
    /// Contacts, in order.
    contacts: Vec<Contact>,
}

impl Told {
    /// The days on which enough was bought.
    fn bought(&self) -> BTreeSet<u64> {
        let sum = |on: u64| self.sales.iter().filter(|sale| sale.0 == on).map(|sale| sale.1).sum::<i64>();
        self.sales.iter().map(|sale| sale.0).filter(|on| sum(*on) >= MIN_FEN).collect()
    }

    /// Whether what was bought on a day is, by a later day, still enough.
    fn stands(&self, on: u64, by: u64) -> bool {
        let sold: i64 = self.sales.iter().filter(|sale| sale.0 == on).map(|sale| sale.1).sum();
        let back = self.returns.iter().filter(|(at, sale, _)| *at <= by && self.sales[*sale].0 == on);
        sold - back.map(|(_, _, fen)| fen).sum::<i64>() >= MIN_FEN
    }

    /// The anchors that count by a day. One that was brought back on its own day was none.
    fn anchors(&self, restart: &str, by: u64) -> Vec<u64> {
        let standing =
            self.bought().into_iter().filter(|on| *on <= by && self.stands(*on, *on) && self.stands(*on, by));
        if restart == "once" { standing.take(1).collect() } else { standing.collect() }
    }

    /// Since when an anchor of a plan that runs once was the first: until then an earlier one stood, returned since.
    fn free_since(&self, restart: &str, anchor: u64, by: u64) -> u64 {
        (anchor..=by).find(|on| self.anchors(restart, *on).contains(&anchor)).unwrap_or(anchor)
    }

    /// Whether by the end of a day, as it is seen later, a newer purchase has an anchor's steps.
    fn is_superseded(&self, restart: &str, anchor: u64, at: u64, seen: u64) -> bool {
        restart == "supersede" && self.anchors(restart, seen).iter().any(|newer| anchor < *newer && *newer <= at)
    }

    /// Every due of a day, with its attempt and channel.
    fn due(&self, restart: &str, today: u64) -> Vec<(DueId, u32, Channel)> {
        let contacts: Vec<_> =
            self.contacts.iter().filter(|c| c.on <= today && c.undone.is_none_or(|undone| today < undone)).collect();
        let mut due = Vec::new();
        for anchor in self.anchors(restart, today) {
            let born = self.free_since(restart, anchor, today);
            let over = contacts
                .iter()
                .position(|c| (c.code == DoNotContact && born <= c.on) || (c.code == Visited && born < c.on));
            for (id, from, to, keep, channels) in STEPS {
                let (first, last) = ((anchor + from).max(born), anchor + to);
                if last < first {
                    continue;
                }
                let (mut opens, mut closes, mut attempt, mut silent, mut open) = (first, last, 0, 0, true);
                while open {
                    let name = name(id, anchor, attempt);
                    // what came after the end, too late, or when a newer purchase had the step closes nothing
                    let closing = contacts.iter().enumerate().find(|(nth, c)| {
                        c.named.contains(&name)
                            && c.on <= closes
                            && anchor <= c.on
                            && over.is_none_or(|over| *nth <= over)
                            && (keep || !self.is_superseded(restart, anchor, c.on.saturating_sub(1), today))
                    });
                    let Some((_, contact)) = closing else { break };
                    match contact.code {
                        NoReply if silent < 2 && (contact.on + 2).max(first) <= last => {
                            (opens, closes, silent) = ((contact.on + 2).max(first), last, silent + 1);
                        }
                        CallLater => (opens, closes) = (contact.later, contact.later + 3),
                        _ => open = false,
                    }
                    attempt += u32::from(open);
                }
                let has_newer = !keep && self.is_superseded(restart, anchor, today, today);
                if open && opens <= today && today <= closes && !has_newer && over.is_none() {
                    due.push((name(id, anchor, attempt), attempt, channels[silent.min(channels.len() - 1)]));
                }
            }
        }
        due.sort_by_key(|due| due.0);
        due
    }
}

fn name(step: &str, anchor: u64, attempt: u32) -> DueId {
    let story = Story::new(Vec::new());
    DueId::of(
        &"T".parse().unwrap(),
        &step.parse().unwrap(),
        &story.file.customer.id,
        &date(anchor).to_string(),
        attempt,
    )
}

fn engine(story: &Story, today: u64) -> Vec<(DueId, u32, Channel)> {
    let mut due: Vec<_> =
        dues(&story.file, &story.rules, date(today)).iter().map(|due| (due.id, due.attempt, due.channel)).collect();
    due.sort_by_key(|due| due.0);
    due
}

fn happen(story: &mut Story, told: &mut Told, restart: &str, n: u64, event: &Event) {
    let on = date(n).to_string();
    match event {
        Event::Buy { fen } => {
            *story = std::mem::replace(story, Story::new(Vec::new())).buy(&on, *fen);
            let number = format!("S{}", told.sales.len());
            story.file.purchases.last_mut().unwrap().sale_no = Some(number);
            told.sales.push((n, *fen));
        }
        Event::Return { sale, fen } => {
            let Some(sale) = sale.checked_rem(told.sales.len()) else { return };
            *story = std::mem::replace(story, Story::new(Vec::new())).buy(&on, -fen);
            story.file.purchases.last_mut().unwrap().returns_sale_no = Some(format!("S{sale}"));
            told.returns.push((n, sale, *fen));
        }
        Event::Log { code, later, mask } => {
            let mut outcome = Outcome::new(date(n), *code);
            let open = told.due(restart, n).into_iter().enumerate();
            outcome.due_ids = open.filter(|(idx, _)| mask >> (idx % 8) & 1 == 1).map(|(_, due)| due.0).collect();
            // nothing is bought by a report here: an import would take its place
            outcome.code = if *code == Bought { Interested } else { *code };
            outcome.next_on = (*code == CallLater).then(|| date(n + later));
            outcome.reason = (*code == Skipped).then_some(SkipReason::Travelling);
            let (code, named) = (outcome.code, outcome.due_ids.clone());
            told.contacts.push(Contact { on: n, code, later: n + later, named, undone: None });
            story.apply(&on, OpBody::Fact(FactBody::Outcome(outcome)));
        }
        Event::Undo { nth } => {
            let Some(nth) = nth.checked_rem(told.contacts.len()) else { return };
            if told.contacts[nth].undone.is_none() {
                told.contacts[nth].undone = Some(n);
                let op_id = story.file.facts[nth].id;
                story.apply(&on, OpBody::Undo(Undo { on: date(n), op_id }));
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn what_is_due_on_each_day_is_what_the_words_of_the_design_say(events in events(), restart in 0_usize..3) {
        let restart = ["every", "once", "supersede"][restart];
        let (mut story, mut told) = (Story::new(vec![plan_of(restart)]), Told::default());
        let mut events = events.iter().peekable();
        for n in 0..70 {
            let mut is_new = n % 7 == 0;
            while let Some((_, event)) = events.next_if(|(on, _)| *on <= n) {
                happen(&mut story, &mut told, restart, n, event);
                is_new = true;
            }
            if is_new {
                prop_assert_eq!(engine(&story, n), told.due(restart, n), "{} on day {}", restart, n);
            }
        }
        // asked again of an earlier day, the same store says the same
        for n in [5, 20, 41] {
            prop_assert_eq!(engine(&story, n), told.due(restart, n), "{} on day {}, asked later", restart, n);
        }
    }
}

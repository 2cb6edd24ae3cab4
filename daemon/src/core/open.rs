//! What is open of one customer: promises not kept, visits not over, secrets that are kept. A pure function of the file.

use chrono::{Days, NaiveDate};
use guide_common::apply::CustomerFile;
use guide_common::consent::{Secret, SecretSide};
use guide_common::fact::FactBody;
use guide_common::id::OpId;
use guide_common::purchase::Purchase;
use guide_common::sop::history::History;
use guide_common::wire::card::{AppointmentRow, PromiseRow, SecretRow};

/// For so many days a visit that nobody said what became of is still asked about.
const VISIT_DAYS: u64 = 30;

/// What is open of one customer on a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Open {
    /// Promises neither kept nor taken back, the soonest first.
    pub promises: Vec<PromiseRow>,
    /// Visits agreed and not over, the soonest first.
    pub appointments: Vec<AppointmentRow>,
    /// Secrets, by their last day.
    pub secrets: Vec<SecretRow>,
}

impl Open {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty() && self.appointments.is_empty() && self.secrets.is_empty()
    }
}

/// What is open as of a day.
pub fn open(history: &History<'_>) -> Open {
    let promises = history.promises.iter().filter(|(id, _)| history.kept_on(*id).is_none());
    let mut open = Open {
        promises: promises.map(|(op_id, promise)| PromiseRow { op_id: *op_id, promise: (*promise).clone() }).collect(),
        appointments: appointments(history),
        secrets: secrets(history),
    };
    open.secrets.sort_by_key(|row| (row.until_on, row.op_id));
    open
}

/// Whether a file can have anything open, without preparing its history.
pub fn may_be_open(file: &CustomerFile) -> bool {
    file.standing().any(|fact| match &fact.body {
        FactBody::Promise(_) | FactBody::Appointment(_) | FactBody::Secret(_) => true,
        FactBody::Outcome(outcome) => outcome.next_on.is_some(),
        _ => false,
    })
}

fn appointments(history: &History<'_>) -> Vec<AppointmentRow> {
    let since = history.today.checked_sub_days(Days::new(VISIT_DAYS)).unwrap_or(history.today);
    let open = history.visits.iter().filter(|visit| visit.closed.is_none() && since <= visit.visit_on);
    open.map(|visit| {
        let (visit_time, text) = particulars(history.file, visit.id);
        AppointmentRow { op_id: visit.id, made_on: visit.made_on, visit_on: visit.visit_on, visit_time, text }
    })
    .collect()
}

fn particulars(file: &CustomerFile, id: OpId) -> (Option<chrono::NaiveTime>, Option<String>) {
    let fact = file.facts.iter().find(|fact| fact.id == id);
    match fact.map(|fact| &fact.body) {
        Some(FactBody::Appointment(made)) => (made.visit_time, made.text.clone()),
        Some(FactBody::Outcome(outcome)) => (outcome.next_time, None),
        _ => (None, None),
    }
}

fn secrets(history: &History<'_>) -> Vec<SecretRow> {
    let facts = history.file.facts.iter().filter(|fact| fact.stands_on(history.today));
    facts
        .filter_map(|fact| match &fact.body {
            FactBody::Secret(secret) if secret.is_open_on(history.today) => Some(SecretRow {
                op_id: fact.id,
                side: secret.side,
                person: secret.person.clone(),
                purchase: secret.purchase.clone(),
                until_on: secret.until_on,
            }),
            _ => None,
        })
        .collect()
}

/// What a giver hides on a day.
#[derive(Debug)]
pub struct Hidden<'h>(Vec<&'h Secret>);

impl<'h> Hidden<'h> {
    /// The secrets of a giver that are kept on `history.today`.
    pub fn of(history: &'h History<'_>) -> Self {
        let kept = history.secrets.iter().copied().filter(|secret| secret.is_open_on(history.today));
        Self(kept.filter(|secret| secret.side == SecretSide::Giver).collect())
    }

    /// The last day on which a purchase is kept secret.
    pub fn purchase(&self, purchase: &Purchase) -> Option<NaiveDate> {
        self.until(|secret| match &secret.purchase {
            Some(hidden) => *hidden == purchase.id,
            None => secret.on <= purchase.bought_on,
        })
    }

    /// The last day on which an amount that was reported on a day is kept secret. Of a hidden purchase it is not known
    /// whether it is the one that was reported: the day decides.
    pub fn amount_of(&self, on: NaiveDate, purchases: &[Purchase]) -> Option<NaiveDate> {
        self.until(|secret| match &secret.purchase {
            Some(hidden) => purchases
                .iter()
                .any(|purchase| purchase.id == *hidden && (purchase.bought_on - on).num_days().abs() <= 1),
            None => secret.on <= on,
        })
    }

    /// Whether what was written in a contact of a day may tell of something hidden: since the day of the hidden purchase,
    /// or since the secret began where it names none.
    pub fn tells_of_it(&self, on: NaiveDate, purchases: &[Purchase]) -> bool {
        self.0.iter().any(|secret| {
            let of_gift = purchases.iter().find(|purchase| Some(&purchase.id) == secret.purchase.as_ref());
            of_gift.map_or(secret.on, |gift| gift.bought_on) <= on
        })
    }

    fn until(&self, hides: impl Fn(&Secret) -> bool) -> Option<NaiveDate> {
        self.0.iter().filter(|secret| hides(secret)).map(|secret| secret.until_on).max()
    }
}

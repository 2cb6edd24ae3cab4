//! What was said of a customer's tags and of what may be said to the customer, in the shape of claims: the kinds of facts
//! of which the last word of a day counts.

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::consent::Consent;
use crate::customer::{Tag, TagChange};
use crate::fact::{Fact, FactBody};
use crate::field::claim::{Change, Claim, Standing};
use crate::field::why::Why;
use crate::outcome::{Channel, OutcomeCode};

/// The name under which tags are asked for; those of one group behind a dot, as in `tags.MAT`.
pub const TAGS: &str = "tags";
/// The name under which consents are asked for; those of one channel behind a dot, as in `consent.sms`.
pub const CONSENT: &str = "consent";

/// A fact with its tag, and whether that was applied.
type Tagged<'f> = (&'f Fact, &'f TagChange, bool);

/// What was said of the tags up to a day, the newest first. `standing` are the tags that count on the day, as
/// [`CustomerFields::tags`](crate::sop::fields::CustomerFields::tags) says.
pub fn tag_claims<'f>(file: &'f CustomerFile, standing: &[Tag], day: NaiveDate) -> Vec<Claim<'f>> {
    let mut tagged: Vec<Tagged<'f>> = file.facts.iter().filter(|fact| fact.on() <= day).filter_map(tagging).collect();
    tagged.sort_by_key(|(fact, ..)| std::cmp::Reverse(fact.order()));
    let is_on = |group: &str, value: &str| standing.iter().any(|tag| tag.group == group && tag.value == value);
    // whose word decides: the last one on the tag itself, else of a group of one the last one applied in it
    let decider = |group: &str, value: &str| {
        let mut words = tagged.iter().filter(|(fact, change, _)| fact.stands_on(day) && change.group == group);
        let own = words.clone().find(|(_, change, _)| change.value == value);
        let agrees = own.filter(|(_, _, added)| *added == is_on(group, value));
        agrees.or_else(|| words.find(|(_, _, added)| *added).filter(|_| !is_on(group, value)))
    };
    let judge = |fact: Option<&Fact>, group: &str, value: &str| match decider(group, value) {
        Some((by, ..)) if fact.is_none_or(|fact| fact.id != by.id) => (Standing::Lost, Why::Overwritten(by.id)),
        Some(_) => (Standing::Won, Why::LastWord),
        None if fact.is_none() && is_on(group, value) => (Standing::Won, Why::Imported),
        None => (Standing::Lost, Why::LaterInDocument),
    };
    let mut claims: Vec<Claim<'f>> = Vec::with_capacity(tagged.len());
    for &(fact, change, added) in &tagged {
        let (standing, why) = match fact.undone.on(day) {
            Some(undone) => (Standing::Undone, Why::TakenBack(undone)),
            None => judge(Some(fact), &change.group, &change.value),
        };
        let field = format!("{TAGS}.{}", change.group);
        let change_of = if added { Change::Added } else { Change::Removed };
        claims.push(Claim {
            field,
            change: change_of,
            value: Some(change.value.clone()),
            fact: Some(fact),
            standing,
            why,
        });
    }
    let kept = file.customer.tags.iter().filter(|tag| tag.on.is_none_or(|on| on <= day));
    claims.extend(kept.map(|tag| {
        let verdict = judge(None, &tag.group, &tag.value);
        Claim::of_document(&format!("{TAGS}.{}", tag.group), tag.value.clone(), verdict)
    }));
    claims
}

fn tagging(fact: &Fact) -> Option<Tagged<'_>> {
    match &fact.body {
        FactBody::TagAdded(change) => Some((fact, change, true)),
        FactBody::TagRemoved(change) => Some((fact, change, false)),
        _ => None,
    }
}

/// What was said of whether the customer may be contacted, up to a day, the newest first: consents, outcomes 9, and
/// headquarters' own mark. The value is `allowed`, `forbidden`, `forbidden until DAY` or `do_not_contact`.
pub fn consent_claims(file: &CustomerFile, day: NaiveDate) -> Vec<Claim<'_>> {
    let mut said: Vec<Said<'_>> = file.facts.iter().filter(|fact| fact.on() <= day).filter_map(Said::of).collect();
    said.sort_by_key(|said| std::cmp::Reverse(said.fact.order()));
    let mut claims = Vec::with_capacity(said.len());
    for (idx, one) in said.iter().enumerate() {
        let later = said[..idx].iter().filter(|later| later.fact.stands_on(day) && !later.is_over(day));
        let wider = later.clone().find(|later| later.channel().is_none());
        let beaten = later.filter(|later| later.channel() == one.channel()).map(|later| later.fact.id).next();
        let (standing, why) = match (one.fact.undone.on(day), beaten, wider) {
            (Some(undone), ..) => (Standing::Undone, Why::TakenBack(undone)),
            _ if file.customer.do_not_contact => (Standing::Lost, Why::HeadquartersOwn),
            _ if one.is_over(day) => (Standing::Lost, Why::Over),
            (None, Some(by), _) => (Standing::Lost, Why::Overwritten(by)),
            (None, None, Some(wider)) => (Standing::Lost, Why::WiderWord(wider.fact.id)),
            (None, None, None) => (Standing::Won, Why::LastWord),
        };
        let field = one.channel().map_or(CONSENT.to_owned(), |channel| format!("{CONSENT}.{}", channel.name()));
        claims.push(Claim {
            field,
            change: Change::Set,
            value: Some(one.value()),
            fact: Some(one.fact),
            standing,
            why,
        });
    }
    if file.customer.do_not_contact {
        let verdict = (Standing::Won, Why::HeadquartersOwn);
        claims.push(Claim::of_document(CONSENT, "do_not_contact".to_owned(), verdict));
    }
    claims
}

/// A word on whether the customer may be contacted.
#[derive(Clone, Copy)]
struct Said<'f> {
    fact: &'f Fact,
    /// None of an outcome 9.
    consent: Option<&'f Consent>,
}

impl<'f> Said<'f> {
    fn of(fact: &'f Fact) -> Option<Self> {
        match &fact.body {
            FactBody::Consent(consent) => Some(Self { fact, consent: Some(consent) }),
            FactBody::Outcome(outcome) if outcome.code == OutcomeCode::DoNotContact => {
                Some(Self { fact, consent: None })
            }
            _ => None,
        }
    }

    fn channel(self) -> Option<Channel> {
        self.consent.and_then(|consent| consent.channel)
    }

    fn is_over(self, day: NaiveDate) -> bool {
        let until_on = self.consent.filter(|consent| !consent.allowed).and_then(|consent| consent.until_on);
        until_on.is_some_and(|until_on| until_on < day)
    }

    fn value(self) -> String {
        match self.consent {
            None => "do_not_contact".to_owned(),
            Some(consent) if consent.allowed => "allowed".to_owned(),
            Some(Consent { until_on: Some(until_on), .. }) => format!("forbidden until {until_on}"),
            Some(_) => "forbidden".to_owned(),
        }
    }
}

//! Dispatch (派发): headquarters sends a plan to named customers, a segment or a tier. Who gets it, over what, and who is
//! left out for what reason is worked out first; sending writes exactly that, and sending it again does nothing twice.

mod fate;
pub mod text_list;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::Tier;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, GuideId, OpId, PlanId, StoreId};
use guide_common::outcome::Channel;
use guide_common::record::Dispatched;
use guide_common::sop::condition::Condition;
use guide_common::sop::fields::CustomerFields;
use guide_common::sop::gate::Hold;
use guide_common::sop::history::History;
use guide_common::sop::plan::Plan;
use guide_common::sop::rules::Rules;
use guide_common::sop::trigger::Trigger;
use guide_common::wire::hub::GuideProfile;
use serde::Serialize;

use self::fate::{Fate, fate, text_fate};
use self::text_list::{TextList, TextMessage, Writer};
use crate::clock::Moment;
use crate::db::feed::{POOL, Written};
use crate::db::{Conn, Db, directory, file};
use crate::desk::{chain_rules, guide_rules, with_starts};
use crate::error::HubError;
use crate::import::Mode;
use crate::record::{self, Existing};

/// What to send to whom.
#[derive(Clone, Debug)]
pub struct Request {
    /// The plan.
    pub plan: PlanId,
    /// To whom.
    pub who: Who,
    /// The day from which the plan's steps count.
    pub from_on: NaiveDate,
    /// What all its customers share; a customer gets one dispatch once.
    pub dispatch: String,
    /// Who sends it.
    pub by: String,
    /// Why, in words.
    pub why: Option<String>,
    /// Over what, in place of the channel of each customer's tier.
    pub channel: Option<Channel>,
    /// The list of text messages to the customers whom no guide contacts.
    pub text_list: Option<TextList>,
}

/// Which customers: all that is named must be met.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// These.
    pub customers: Option<BTreeSet<CustomerId>>,
    /// Of any of these tiers.
    pub tiers: Vec<Tier>,
    /// Those who meet this.
    pub audience: Option<Condition>,
    /// This guide's.
    pub guide: Option<GuideId>,
    /// Those of the guides of this store.
    pub store: Option<StoreId>,
}

/// What a dispatch comes to.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What is written for the guides' queues.
    pub facts: Vec<Fact>,
    /// The text messages.
    pub texts: Vec<TextMessage>,
    /// How many of what.
    pub counts: Counts,
}

/// How many customers of which kind: selected = in the guides' queues + text messages + left out + there already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Customers whom the selection names.
    pub n_selected: u64,
    /// Customers who come into their guide's queue, by channel.
    pub queued: BTreeMap<&'static str, u64>,
    /// Of those the ones whom the gate holds for a time, by reason: they wait among the held.
    pub held: BTreeMap<String, u64>,
    /// Customers in the list of text messages.
    pub n_texts: u64,
    /// Customers who get nothing, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Customers who have this dispatch already.
    pub n_there: u64,
    /// Customers who come into a guide's queue, by guide.
    pub by_guide: BTreeMap<GuideId, u64>,
}

/// Works out what a dispatch comes to, guide by guide.
pub async fn preview(db: &Db, request: &Request, moment: Moment) -> Result<Preview, HubError> {
    let mut conn = db.conn().await?;
    let chain = chain_rules(&mut conn, moment.zone).await?;
    let plan = chain.plans().iter().find(|plan| plan.id == request.plan).cloned();
    let plan = plan.ok_or_else(|| HubError::refused(format!("there is no published plan {}", request.plan)))?;
    check_who(&mut conn, &request.who).await?;
    let writer = match &request.text_list {
        Some(list) => Some(Writer::new(&mut conn, list, &plan, request.from_on).await?),
        None => None,
    };
    // who has to wait for the turn is meant all the same
    let unthrottled = chain.with_plans(chain.plans().iter().map(|of| unthrottled(of, &plan.id)).collect());
    let mut sorter = Sorter::new(request, &plan, writer, moment);
    for guide in directory::guides(&mut conn).await?.into_iter().map(|row| row.profile) {
        let asked = request.who.guide.as_ref().is_none_or(|of| *of == guide.id)
            && request.who.store.as_ref().is_none_or(|of| *of == guide.store.id);
        if asked {
            let files: Vec<_> = file::of_feed(&mut conn, guide.id.as_str()).await?.into_values().collect();
            let facts = file::guide_facts(&mut conn, guide.id.as_str()).await?;
            let today = moment.today();
            let rules = with_starts(&guide_rules(&unthrottled, &guide, &facts, today), &files, today);
            for file in files.iter().filter(|file| file.customer.lent.is_none() && !file.is_withdrawn_on(today)) {
                sorter.sort(file, &guide, &rules)?;
            }
        }
    }
    if request.who.guide.is_none() && request.who.store.is_none() {
        for file in file::of_feed(&mut conn, POOL).await?.into_values() {
            if sorter.selects(&file, &chain) {
                sorter.preview.counts.n_selected += 1;
                sorter.leave_out("no_guide");
            }
        }
    }
    sorter.finish()
}

/// Writes a preview into the guides' feeds, in batches; returns how many customers got the dispatch by this. What a run
/// that broke off has written stays, and is not written again.
pub async fn send(db: &Db, preview: &Preview, progress: &mut dyn FnMut(usize)) -> Result<u64, HubError> {
    let did = record::put(db, &preview.facts, Existing::Leave, Mode::Write, progress).await?;
    Ok(did.iter().filter(|did| **did == Some(Written::New)).count() as u64)
}

/// Refuses a selection that names nobody or something that is not known.
async fn check_who(conn: &mut Conn, who: &Who) -> Result<(), HubError> {
    if let Some(customers) = &who.customers {
        let ids: Vec<&str> = customers.iter().map(CustomerId::as_str).collect();
        let known = directory::owners(conn, &ids).await?;
        let unknown: Vec<&str> = ids.into_iter().filter(|id| !known.contains_key(*id)).collect();
        if !unknown.is_empty() {
            let shown = unknown.iter().take(20).copied().collect::<Vec<_>>().join(", ");
            return Err(HubError::refused(format!("no such customers: {shown}; nothing was sent. Check the ids")));
        }
    }
    if let Some(guide) = &who.guide
        && directory::guide(conn, guide.as_str()).await?.is_none()
    {
        return Err(directory::unknown_guide(guide.as_str()));
    }
    if let Some(store) = &who.store
        && directory::store(conn, store).await?.is_none()
    {
        return Err(directory::unknown_store(store.as_str()));
    }
    Ok(())
}

/// Sorts customers one by one.
struct Sorter<'r> {
    request: &'r Request,
    plan: &'r Plan,
    writer: Option<Writer>,
    moment: Moment,
    preview: Preview,
    /// Customers whom only a list of text messages would reach, and there is none.
    n_unreached: u64,
}

impl<'r> Sorter<'r> {
    fn new(request: &'r Request, plan: &'r Plan, writer: Option<Writer>, moment: Moment) -> Self {
        let preview = Preview { facts: Vec::new(), texts: Vec::new(), counts: Counts::default() };
        Self { request, plan, writer, moment, preview, n_unreached: 0 }
    }

    /// Whether the selection names a customer.
    fn selects(&self, file: &CustomerFile, rules: &Rules) -> bool {
        let who = &self.request.who;
        let customer = &file.customer;
        let meets = |condition: &Condition| {
            let (history, day) = (History::of(file, self.moment.today()), self.moment.today());
            condition.is_met(&CustomerFields { history: &history, rules, day })
        };
        who.customers.as_ref().is_none_or(|named| named.contains(&customer.id))
            && (who.tiers.is_empty() || who.tiers.contains(&customer.tier))
            && who.audience.as_ref().is_none_or(meets)
    }

    fn sort(&mut self, file: &CustomerFile, guide: &GuideProfile, rules: &Rules) -> Result<(), HubError> {
        if !self.selects(file, rules) {
            return Ok(());
        }
        self.preview.counts.n_selected += 1;
        let channel = self.request.channel.unwrap_or_else(|| channel_of(file.customer.tier));
        if channel == Channel::Sms && self.request.channel.is_none() {
            self.text(file, guide, rules);
            return Ok(());
        }
        let fact = self.fact(file, channel)?;
        if file.facts.iter().any(|known| known.id == fact.id) {
            self.preview.counts.n_there += 1;
            return Ok(());
        }
        match fate(file, &fact, rules, self.request.from_on.max(self.moment.today())) {
            Fate::Open => {}
            Fate::Held(hold) if hold.until_on.is_some() => count(&mut self.preview.counts.held, &name(hold)),
            Fate::Held(hold) => {
                self.leave_out(&name(hold));
                return Ok(());
            }
            Fate::NotMeant => {
                self.leave_out("not_in_audience");
                return Ok(());
            }
        }
        *self.preview.counts.queued.entry(channel.name()).or_default() += 1;
        *self.preview.counts.by_guide.entry(guide.id.clone()).or_default() += 1;
        self.preview.facts.push(fact);
        Ok(())
    }

    fn text(&mut self, file: &CustomerFile, guide: &GuideProfile, rules: &Rules) {
        let Some(writer) = &self.writer else {
            self.n_unreached += 1;
            return;
        };
        let day = self.request.from_on.max(self.moment.today());
        let message = match text_fate(file, self.plan, writer.purpose(), rules, day) {
            Fate::Open => writer.message(file, guide, self.moment.shop_time),
            Fate::Held(hold) => Err(name(hold)),
            Fate::NotMeant => Err("not_in_audience".to_owned()),
        };
        match message {
            Ok(message) => {
                self.preview.counts.n_texts += 1;
                self.preview.texts.push(message);
            }
            Err(reason) => self.leave_out(&reason),
        }
    }

    fn fact(&self, file: &CustomerFile, channel: Channel) -> Result<Fact, HubError> {
        let Request { plan, from_on, dispatch, by, why, .. } = self.request;
        let dispatched = Dispatched {
            on: self.moment.today(),
            from_on: *from_on,
            plan: plan.clone(),
            dispatch: dispatch.clone(),
            by: by.clone(),
            why: why.clone(),
            channel: Some(channel),
        };
        let id = OpId::of_record("dispatched", &file.customer.id, dispatch);
        let at = self.moment.zone.instant(self.moment.shop_time);
        record::fact(id, &file.customer.id, at, FactBody::Dispatched(dispatched)).map_err(HubError::Refused)
    }

    fn leave_out(&mut self, reason: &str) {
        count(&mut self.preview.counts.left_out, reason);
    }

    fn finish(self) -> Result<Preview, HubError> {
        let starts = self.plan.triggers.iter().any(|trigger| matches!(trigger, Trigger::Dispatch));
        if !starts && self.writer.is_none() {
            return Err(HubError::refused(format!(
                "the plan {} has no trigger on = \"dispatch\": sending it would start nothing",
                self.plan.id
            )));
        }
        if self.n_unreached > 0 {
            return Err(HubError::refused(format!(
                "{} of the customers are of tier C, whom text messages reach: write their list with --sms-list FILE, \
                 leave them out with --tier S,A,B, or name one channel for all with --channel; nothing was sent",
                self.n_unreached
            )));
        }
        Ok(self.preview)
    }
}

/// A plan, without its throttle where it is the one that is sent.
fn unthrottled(plan: &Plan, sent: &PlanId) -> Plan {
    Plan { throttle: plan.throttle.filter(|_| plan.id != *sent), ..plan.clone() }
}

/// How a tier is served: S by call, A over WeCom, B in groups, everyone else by text message.
fn channel_of(tier: Tier) -> Channel {
    match tier {
        Tier::S => Channel::Phone,
        Tier::A => Channel::Wecom,
        Tier::B => Channel::Group,
        Tier::C | Tier::Unknown => Channel::Sms,
    }
}

fn name(hold: Hold) -> String {
    let word = serde_json::to_value(hold.reason).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_else(|| "held".to_owned())
}

fn count(counts: &mut BTreeMap<String, u64>, reason: &str) {
    *counts.entry(reason.to_owned()).or_default() += 1;
}

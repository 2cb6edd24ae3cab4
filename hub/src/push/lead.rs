//! Leads in a push: the customer comes into being for the guide who entered them, by the op's own id.

use std::collections::{BTreeMap, BTreeSet};

use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, StoreId};
use guide_common::lead::{LEAD_ADDED, Lead};
use guide_common::op::{Op, OpBody};
use guide_common::outcome::Refusal;
use guide_common::wire::hub::{OpAnswer, OpResult};

use super::plain;
use super::read::ReadOp;
use crate::db::directory::{self, json};
use crate::db::feed::{Change, Feed, kind};
use crate::db::{Conn, Db, lead};
use crate::error::HubError;

/// The most leads of one guide that headquarters has not given another id.
pub const MAX_LEADS: u64 = 5_000;

/// The answer to a lead whose phone number another customer has. Whose it is the guide is not told.
const KNOWN_PHONE: &str = "the lead is kept; headquarters knows this phone number of another customer, and decides \
                           whether they are one person";

/// What leads are judged by.
#[derive(Debug, Default)]
pub(super) struct Leads {
    /// Customers of the ids that leads would get, who live elsewhere.
    foreign: BTreeSet<String>,
    /// Whose phone numbers are known, by number.
    phones: BTreeMap<String, Vec<String>>,
    /// How many the guide has.
    n: u64,
    /// The guide's shop.
    store: Option<StoreId>,
    /// Those who came into being with this push.
    pub(super) begun: Vec<String>,
}

/// Reads it; nothing is asked where the push has no lead whose customer is not there.
pub(super) async fn leads(
    tx: &mut Conn,
    db: &Db,
    feed: &Feed,
    ops: &[ReadOp],
    files: &BTreeMap<CustomerId, CustomerFile>,
    store: Option<StoreId>,
) -> Result<Leads, HubError> {
    let entered: Vec<(&Op, Lead)> =
        ops.iter().filter_map(lead_of).filter(|(op, _)| !files.contains_key(&op.customer)).collect();
    if entered.is_empty() {
        return Ok(Leads::default());
    }
    let ids: Vec<&str> = entered.iter().map(|(op, _)| op.customer.as_str()).collect();
    let phones: BTreeSet<&str> = entered.iter().filter_map(|(_, lead)| lead.phone.as_deref()).collect();
    Ok(Leads {
        foreign: directory::owners(tx, &ids).await?.into_keys().collect(),
        phones: lead::with_phones(tx, db.engine(), &phones.into_iter().collect::<Vec<_>>()).await?,
        n: lead::n_of_guide(tx, &feed.guide_id).await?,
        store,
        begun: Vec::new(),
    })
}

fn lead_of(op: &ReadOp) -> Option<(&Op, Lead)> {
    let ReadOp::Whole(op) = op else { return None };
    if op.kind != LEAD_ADDED {
        return None;
    }
    match op.content() {
        Ok(OpBody::Fact(FactBody::LeadAdded(lead))) => Some((op, lead)),
        _ => None,
    }
}

impl Leads {
    /// The file that a lead begins, marked where its phone number is known, with the answer to it; or why it begins none.
    pub(super) fn begin(&mut self, op: &Op) -> Result<(CustomerFile, OpAnswer), Refusal> {
        let mut file = CustomerFile::begun_by(op, self.store.clone()).ok_or(Refusal::UnknownCustomer)?;
        // an id that another guide's customer has is answered like one that nobody has
        if self.foreign.contains(op.customer.as_str()) {
            return Err(Refusal::UnknownCustomer);
        }
        if self.n >= MAX_LEADS {
            return Err(Refusal::TooManyLeads);
        }
        let others = file.customer.phone.clone().map(|phone| self.phones.entry(phone).or_default());
        let is_known = others.is_some_and(|others| {
            let is_known = !others.is_empty();
            others.push(op.customer.to_string());
            is_known
        });
        file.customer.possible_duplicate = is_known;
        self.n += 1;
        self.begun.push(op.customer.to_string());
        let answer = match is_known {
            true => OpAnswer { detail: Some(KNOWN_PHONE.to_owned()), ..plain(op.op_id, OpResult::Superseded) },
            false => plain(op.op_id, OpResult::Applied),
        };
        Ok((file, answer))
    }
}

/// The customer's document as a change.
pub(super) fn document(file: &CustomerFile) -> Result<Change, HubError> {
    let id = file.customer.id.as_str();
    Ok(Change::put(kind::CUSTOMER, id, id, json(&file.customer)?))
}

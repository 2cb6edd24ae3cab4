//! The promise that a script speaks of, and who takes over.

use super::Case;
use crate::fact::{Fact, FactBody};
use crate::id::OpId;
use crate::promise::Promise;
use crate::template::values::Values;
use crate::template::variable::Variable;

pub(super) fn set(values: &mut Values, case: Case<'_>) {
    if let Some(promise) = promise(case) {
        values.set_text(Variable::Promise, &promise.text);
    }
    let successor = case.latest(|body| match body {
        FactBody::OwnerChanged(change) => Some(&change.to_name),
        _ => None,
    });
    if let Some(successor) = successor {
        values.set_text(Variable::Successor, successor);
    }
}

/// Of a promise's step its own; of a step that counts from a contact the latest one made since, kept or not; otherwise
/// the open one that is due first.
fn promise<'c>(case: Case<'c>) -> Option<&'c Promise> {
    match case.anchor().map(|fact| &fact.body) {
        Some(FactBody::Promise(promise)) => Some(promise),
        Some(FactBody::Outcome(outcome)) => case.latest(|body| match body {
            FactBody::Promise(promise) if promise.on >= outcome.on => Some(promise),
            _ => None,
        }),
        _ => soonest(case),
    }
}

fn soonest<'c>(case: Case<'c>) -> Option<&'c Promise> {
    let kept: Vec<OpId> = case
        .file
        .standing()
        .filter_map(|fact| match &fact.body {
            FactBody::PromiseKept(kept) => Some(kept.promise),
            _ => None,
        })
        .collect();
    let open = case.file.standing().filter(|fact| !kept.contains(&fact.id));
    open.filter_map(promise_of).min_by_key(|(fact, promise)| (promise.due_on, fact.order())).map(|(_, promise)| promise)
}

fn promise_of(fact: &Fact) -> Option<(&Fact, &Promise)> {
    match &fact.body {
        FactBody::Promise(promise) => Some((fact, promise)),
        _ => None,
    }
}

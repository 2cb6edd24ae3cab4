//! The answers that show something: the queue, a task, a customer, a script, a report.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use axum::body::Bytes;
use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, OpId, PlanId, TemplateId};
use guide_common::outcome::Channel;
use guide_common::report::{Report, report};
use guide_common::sop::gate::holds;
use guide_common::sop::plan::Lang;
use guide_common::sop::queue::{order, place};
use guide_common::template::Template;
use guide_common::template::render::script;
use guide_common::template::source::{ScriptFacts, values};
use guide_common::text::mask_phone;
use guide_common::time::Period;
use guide_common::wire::local::{
    ContactRow, CustomerCard, DueRow, HeldRow, Outbox, OutboxRow, PromiseRow, ScriptView, TaskDetail, TaskRow, Today,
};

use crate::core::file::{Loaded, assemble};
use crate::core::{Core, State, apply_pending};
use crate::outbox::kept::Kept;
use crate::store::StoreError;

/// How many files a report holds at once.
const REPORT_CHUNK: usize = 64;

impl Core {
    /// The queue as JSON, with at most `limit` tasks; it is worked out once after each change.
    pub fn today(&self, limit: usize) -> Bytes {
        let mut state = self.state();
        if let Some((_, bytes)) = state.today.as_ref().filter(|(kept, _)| *kept == limit) {
            return bytes.clone();
        }
        let bytes = Bytes::from(serde_json::to_vec(&state.queue(limit)).unwrap_or_default());
        state.today = Some((limit, bytes.clone()));
        bytes
    }

    /// Everything that the screen shows of a task.
    pub fn task_detail(&self, task: TaskRow, lang: Lang) -> Result<Option<TaskDetail>, StoreError> {
        let Some(loaded) = self.load(&task.customer)? else {
            return Ok(None);
        };
        let shared = self.shared();
        let mut scripts: Vec<ScriptView> = Vec::new();
        for due in &task.dues {
            let template = due.template.as_ref().and_then(|id| shared.templates.iter().find(|t| t.id == *id));
            if let Some(template) = template
                && !scripts.iter().any(|shown| shown.script.template == template.id)
            {
                scripts.push(self.script(template, &loaded.file, Some(due), lang));
            }
        }
        Ok(Some(TaskDetail { customer: self.card(&loaded), task, scripts }))
    }

    /// A customer's card.
    pub fn customer_card(&self, id: &CustomerId) -> Result<Option<CustomerCard>, StoreError> {
        Ok(self.load(id)?.map(|loaded| self.card(&loaded)))
    }

    /// A template rendered for a customer, for the open due that asks for it where there is one.
    pub fn script_for(
        &self,
        template: &TemplateId,
        customer: &CustomerId,
        lang: Lang,
    ) -> Result<Option<ScriptView>, StoreError> {
        let shared = self.shared();
        let template = shared.templates.iter().find(|shown| shown.id == *template);
        let (Some(template), Some(loaded)) = (template, self.load(customer)?) else {
            return Ok(None);
        };
        let task = self.state().open_task(customer).cloned();
        let dues = task.map(|task| task.dues).unwrap_or_default();
        let due = dues.iter().find(|due| due.template.as_ref() == Some(&template.id));
        Ok(Some(self.script(template, &loaded.file, due, lang)))
    }

    fn script(&self, template: &Template, file: &CustomerFile, due: Option<&DueRow>, lang: Lang) -> ScriptView {
        let (profile, shared) = {
            let state = self.state();
            (state.profile.clone(), std::sync::Arc::clone(&state.shared))
        };
        let now = self.clock.now();
        let plan = due.and_then(|due| shared.rules.plans().iter().find(|plan| plan.id == due.plan));
        let campaign = plan.and_then(|plan| plan.campaign.as_ref());
        let facts = ScriptFacts { due, campaign, ..ScriptFacts::new(file, &profile, now) };
        let script = script(template, &values(&facts), now, lang);
        let channel = match template.channel {
            Channel::Unknown => due.map_or(Channel::Unknown, |due| due.channel),
            channel => channel,
        };
        ScriptView { name: template.name.clone(), channel, script }
    }

    fn card(&self, loaded: &Loaded) -> CustomerCard {
        let state = self.state();
        let file = loaded.file.as_of(state.on);
        let customer = &file.customer;
        let mut purchases = file.purchases.clone();
        purchases.sort_by(|a, b| (b.bought_on, &b.id).cmp(&(a.bought_on, &a.id)));
        let zone = self.clock.zone();
        let mut contacts: Vec<_> = file
            .standing()
            .filter_map(|fact| match &fact.body {
                FactBody::Outcome(outcome) => Some((fact.order(), fact, outcome)),
                _ => None,
            })
            .collect();
        contacts.sort_by_key(|(order, _, _)| Reverse(*order));
        let contacts = contacts
            .into_iter()
            .map(|(_, fact, outcome)| ContactRow {
                op_id: fact.id,
                at: zone.shop_time(fact.at),
                outcome: outcome.clone(),
                received: state.is_received(fact.id),
            })
            .collect();
        CustomerCard {
            id: customer.id.clone(),
            name: customer.name.clone(),
            name_generated: customer.name_generated,
            phone_masked: customer.phone.as_deref().map(mask_phone),
            tier: customer.tier,
            birthday: customer.birthday,
            tags: customer.tags.clone(),
            total_fen: purchases.iter().map(|purchase| purchase.amount_fen).sum(),
            purchases,
            contacts,
            promises: open_promises(&file),
            holds: holds(&file, &state.shared.rules, state.on),
            task: state.open_task(&customer.id).map(|task| task.id),
        }
    }

    /// The ops of the journal: unsent and rejected first, then those acknowledged.
    pub fn outbox_rows(&self) -> Outbox {
        let state = self.state();
        let row = |kept: &Kept| OutboxRow {
            op_id: kept.op.op_id,
            local_seq: kept.op.local_seq,
            kind: kept.op.kind.clone(),
            customer: kept.op.customer.clone(),
            at: kept.op.at_wall,
            state: kept.state().to_owned(),
            detail: kept.ack.as_ref().and_then(|ack| match (&ack.answer.code, &ack.answer.detail) {
                (Some(code), Some(detail)) => Some(format!("{code}: {detail}")),
                (code, detail) => code.clone().or_else(|| detail.clone()),
            }),
        };
        let is_waiting = |kept: &&Kept| kept.ack.is_none() || kept.is_rejected();
        let waiting = state.outbox.all().filter(is_waiting);
        let done = state.outbox.all().filter(|kept| !is_waiting(kept));
        Outbox { ops: waiting.chain(done).map(row).collect() }
    }

    /// The report of a period over all customers, a chunk of files at a time.
    pub fn report(&self, period: Period, only: Option<&PlanId>) -> Result<Report, StoreError> {
        let (on, shared, guide) = {
            let state = self.state();
            (state.on, std::sync::Arc::clone(&state.shared), state.profile.id.clone())
        };
        let mut total = report(std::iter::empty(), &shared.rules, period, on, only);
        let mut files: Vec<CustomerFile> = Vec::with_capacity(REPORT_CHUNK);
        self.store.each_customer(|id, items| {
            if let Some(mut loaded) = assemble(&items) {
                let pending = self.state().outbox.pending_of(&id);
                apply_pending(&mut loaded, &pending, &guide);
                files.push(loaded.file);
            }
            if files.len() == REPORT_CHUNK {
                total.add(&report(files.iter(), &shared.rules, period, on, only));
                files.clear();
            }
            ControlFlow::Continue(())
        })?;
        total.add(&report(files.iter(), &shared.rules, period, on, only));
        Ok(total)
    }
}

impl State {
    fn queue(&self, limit: usize) -> Today {
        let mut open: Vec<&TaskRow> =
            self.days.values().filter(|day| day.open).filter_map(|day| day.task.as_ref()).collect();
        let n_open = open.len();
        if limit < n_open {
            if limit > 0 {
                open.select_nth_unstable_by(limit - 1, |a, b| place(a, b));
            }
            open.truncate(limit);
        }
        let mut tasks: Vec<TaskRow> = open.into_iter().cloned().collect();
        order(&mut tasks);
        let mut held: Vec<HeldRow> = self.days.values().flat_map(|day| day.held.iter().cloned()).collect();
        held.sort_by(|a, b| (a.tier, &a.customer).cmp(&(b.tier, &b.customer)));
        let mut done: Vec<_> = self.days.values().flat_map(|day| day.done.iter().cloned()).collect();
        done.sort_by_key(|row| Reverse((row.at, row.op_id)));
        Today { on: self.on, checked: self.checked, n_open, tasks, held, done }
    }

    fn is_received(&self, id: OpId) -> bool {
        self.outbox.find(id).is_none_or(|kept| kept.ack.is_some() && !kept.is_rejected())
    }
}

fn open_promises(file: &CustomerFile) -> Vec<PromiseRow> {
    let kept: Vec<OpId> = file
        .standing()
        .filter_map(|fact| match &fact.body {
            FactBody::PromiseKept(kept) => Some(kept.promise),
            _ => None,
        })
        .collect();
    let mut promises: Vec<PromiseRow> = file
        .standing()
        .filter_map(|fact| match &fact.body {
            FactBody::Promise(promise) if !kept.contains(&fact.id) => {
                Some(PromiseRow { op_id: fact.id, promise: promise.clone() })
            }
            _ => None,
        })
        .collect();
    promises.sort_by_key(|row| (row.promise.due_on, row.op_id));
    promises
}

//! The answers that show something: a task, a script, the outbox, a report.

use std::collections::BTreeMap;
use std::sync::Arc;

use guide_common::apply::CustomerFile;
use guide_common::id::{CustomerId, GuideId, OpId, PlanId, TemplateId};
use guide_common::outcome::{Channel, Quote};
use guide_common::report::{Report, report};
use guide_common::sop::plan::Lang;
use guide_common::template::compiled::CompiledTemplate;
use guide_common::template::source::{ScriptFacts, values};
use guide_common::time::Period;
use guide_common::wire::local::{DueRow, Outbox, OutboxRow, ScriptView, TaskDetail, TaskRow};

use crate::core::card::Secrets;
use crate::core::secrecy::for_scripts;
use crate::core::{Core, State};
use crate::outbox::kept::Kept;
use crate::store::StoreError;

/// How many files a report holds at once.
const REPORT_CHUNK: usize = 64;

impl Core {
    /// Everything that the screen shows of a task.
    pub fn task_detail(&self, task: TaskRow, lang: Lang) -> Result<Option<TaskDetail>, StoreError> {
        let Some(loaded) = self.load(&task.customer)? else {
            return Ok(None);
        };
        let shared = self.shared();
        let mut scripts: Vec<ScriptView> = Vec::new();
        for due in &task.dues {
            if let Some(template) = due.template.as_ref().and_then(|id| shared.templates.get(id))
                && !scripts.iter().any(|shown| shown.script.template == template.template().id)
            {
                scripts.push(self.script(template, &loaded.file, Some(due), lang));
            }
        }
        let hold = self.held_now(&task);
        let task = self.state().shown(&task);
        Ok(Some(TaskDetail { customer: self.card(&loaded, Secrets::Masked), task, scripts, hold }))
    }

    /// A template rendered for a customer, for the open due that asks for it where there is one.
    pub fn script_for(
        &self,
        template: &TemplateId,
        customer: &CustomerId,
        lang: Lang,
    ) -> Result<Option<ScriptView>, StoreError> {
        let shared = self.shared();
        let (Some(template), Some(loaded)) = (shared.templates.get(template), self.load(customer)?) else {
            return Ok(None);
        };
        let task = self.state().open_task(customer).cloned();
        let dues = task.map(|task| task.dues).unwrap_or_default();
        let due = dues.iter().find(|due| due.template.as_ref() == Some(&template.template().id));
        Ok(Some(self.script(template, &loaded.file, due, lang)))
    }

    /// The gold price that a template says to a customer at this moment, where it says one and may.
    pub fn quote(&self, template: &TemplateId, customer: &CustomerId) -> Result<Option<Quote>, StoreError> {
        let view = self.script_for(template, customer, Lang::default())?;
        Ok(view.and_then(|view| view.script.quoted))
    }

    /// The text of a template for a customer with its gaps filled, where it may be sent.
    pub fn text_of(
        &self,
        template: &TemplateId,
        customer: &CustomerId,
        fills: &BTreeMap<String, String>,
    ) -> Result<Option<String>, StoreError> {
        let view = self.script_for(template, customer, Lang::default())?;
        Ok(view.and_then(|view| view.script.filled(fills).ok()))
    }

    fn script(&self, template: &CompiledTemplate, file: &CustomerFile, due: Option<&DueRow>, lang: Lang) -> ScriptView {
        let (profile, shared) = {
            let state = self.state();
            (state.profile.clone(), Arc::clone(&state.shared))
        };
        let now = self.clock.now();
        let file = &*for_scripts(file, now.date());
        let plan = due.and_then(|due| shared.rules.plans().iter().find(|plan| plan.id == due.plan));
        let campaign = plan.and_then(|plan| plan.campaign.as_ref());
        let gold_price = shared.gold_price;
        let facts = ScriptFacts { due, campaign, gold_price, ..ScriptFacts::new(file, &profile, now) };
        let script = template.script(&values(&facts), now, lang);
        let unfilled = template.unfilled(lang);
        let template = template.template();
        let channel = match template.channel {
            Channel::Unknown => due.map_or(Channel::Unknown, |due| due.channel),
            channel => channel,
        };
        ScriptView { name: template.name.clone(), channel, script, unfilled }
    }

    /// The ops of the journal: unsent and rejected first, then those acknowledged.
    pub fn outbox_rows(&self) -> Outbox {
        let state = self.state();
        let is_waiting = |kept: &&Kept| kept.is_unsent() || kept.is_rejected();
        let shown = || state.outbox.all().filter(|kept| !kept.is_local());
        let waiting = shown().filter(is_waiting);
        let done = shown().filter(|kept| !is_waiting(kept));
        Outbox { ops: waiting.chain(done).map(outbox_row).collect() }
    }

    /// The report of a period over all customers, a chunk of files at a time.
    pub fn report(&self, period: Period, only: Option<&PlanId>) -> Result<Report, StoreError> {
        let (on, shared) = {
            let state = self.state();
            (state.on, Arc::clone(&state.shared))
        };
        let mut total = report(std::iter::empty(), &shared.rules, period, on, only);
        let mut files: Vec<CustomerFile> = Vec::with_capacity(REPORT_CHUNK);
        self.each_file(|file| {
            files.push(file);
            if files.len() == REPORT_CHUNK {
                total.add(&report(files.iter(), &shared.rules, period, on, only));
                files.clear();
            }
        })?;
        total.add(&report(files.iter(), &shared.rules, period, on, only));
        Ok(total)
    }
}

impl Core {
    /// Whether headquarters has taken an op in.
    pub fn is_received(&self, id: OpId) -> bool {
        self.state().is_received(id)
    }
}

impl State {
    /// The name of a guide of the chain.
    pub(super) fn guide_name(&self, guide: &GuideId) -> Option<String> {
        if *guide == self.profile.id {
            return Some(self.profile.name.clone());
        }
        let mut colleagues = self.shared.colleagues.iter();
        colleagues.find(|colleague| colleague.id == *guide).map(|colleague| colleague.name.clone())
    }

    pub(super) fn is_received(&self, id: OpId) -> bool {
        self.outbox.find(id).is_none_or(|kept| kept.ack.is_some() && !kept.is_rejected())
    }
}

/// An op as the outbox lists it.
pub(super) fn outbox_row(kept: &Kept) -> OutboxRow {
    let answer = kept.ack.as_ref().map(|ack| &ack.answer);
    OutboxRow {
        op_id: kept.op.op_id,
        local_seq: kept.op.local_seq,
        kind: kept.op.kind.clone(),
        customer: kept.op.customer.clone(),
        at: kept.op.at_wall,
        state: kept.state().to_owned(),
        code: answer.and_then(|answer| answer.code.clone()),
        detail: answer.and_then(|answer| match (&answer.code, &answer.detail) {
            (Some(code), Some(detail)) => Some(format!("{code}: {detail}")),
            (code, detail) => code.clone().or_else(|| detail.clone()),
        }),
    }
}

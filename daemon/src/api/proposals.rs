//! `/v1/templates/{id}/propose` and `/v1/proposals`: a trainer's texts, on their way to headquarters.

use axum::Json;
use axum::extract::Path;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, TemplateId};
use guide_common::proposal::{MAX_OPEN, MAX_PROPOSAL_CHARS, Proposal, ProposalState, TemplateProposed, proposals};
use guide_common::template::lint::{Finding, Place, Severity};
use guide_common::template::{Template, file};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::Role;
use guide_common::wire::proposal::{ProposalRow, Proposals, ProposeRequest};
use guide_common::wire::record::SavedResponse;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::api::library::unknown_template;
use crate::core::Core;
use crate::core::record::ClosesTask;

/// `POST /v1/templates/{id}/propose`.
pub async fn propose(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<ProposeRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    if terminal.role != Role::Trainer {
        return Err(ApiError::new(403, "not_a_trainer", "only a trainer's terminal proposes templates")
            .hint("a terminal that headquarters enrolled with --role trainer can"));
    }
    let id = TemplateId::new(&id).map_err(|_| unknown_template())?;
    let shared = core.shared();
    let published = shared.templates.get(&id).ok_or_else(unknown_template)?.template();
    if request.text.chars().count() > MAX_PROPOSAL_CHARS {
        let detail = format!("a proposal has at most {MAX_PROPOSAL_CHARS} characters");
        return Err(ApiError::new(422, "template_fault", detail));
    }
    // what is checked is what headquarters will read
    let text = sanitise(&request.text, Lines::Many, MAX_PROPOSAL_CHARS);
    let proposed = file::parse(&text).map_err(|fault| ApiError::new(422, "template_fault", fault.to_string()))?;
    check(core, published, &proposed, &text)?;
    let fact = FactBody::TemplateProposed(TemplateProposed {
        on: terminal.core.clock.today(),
        template: id,
        base_version: published.version,
        text,
        why: request.why,
    });
    Ok(Json(core.record(&CustomerId::guide_itself(), vec![fact], ClosesTask::No).await?))
}

/// Refuses what headquarters would not publish.
fn check(core: &Core, published: &Template, proposed: &Template, text: &str) -> Answer<()> {
    if proposed.id != published.id {
        let detail = format!("the file is about {}, not about {}", proposed.id, published.id);
        return Err(ApiError::new(422, "template_fault", detail));
    }
    if proposed.has_content_of(published) {
        return Err(ApiError::new(409, "nothing_to_propose", "the file says what is published"));
    }
    let findings = core.lint_file(text).map_err(|fault| ApiError::new(422, "template_fault", fault))?;
    let stops = |finding: &&Finding| finding.rule.severity(Place::Headquarters) == Severity::Block;
    if let Some(finding) = findings.iter().find(stops) {
        let (line, rule, found, fix) = (finding.line, finding.rule.name(), &finding.found, &finding.fix.en);
        let detail = format!("line {line}: {rule} {found:?}: {fix}");
        return Err(ApiError::new(422, "lint_stops", detail).hint("guide template lint FILE --strict"));
    }
    let own = core.own_file()?;
    let n_open = proposals(&own.facts).iter().filter(|proposal| proposal.state == ProposalState::Open).count();
    match n_open < MAX_OPEN {
        true => Ok(()),
        false => Err(ApiError::new(409, "too_many_proposals", format!("{n_open} proposals wait for an answer"))
            .hint("guide template proposals lists them; guide undo takes one back")),
    }
}

/// `GET /v1/proposals`.
pub async fn list(Seated(terminal): Seated) -> Answer<Json<Proposals>> {
    let core = &terminal.core;
    let own = core.own_file()?;
    let proposals = proposals(&own.facts).into_iter().map(|proposal| row(&proposal, core)).collect();
    Ok(Json(Proposals { proposals }))
}

fn row(proposal: &Proposal<'_>, core: &Core) -> ProposalRow {
    let TemplateProposed { on, template, base_version, text, why } = proposal.proposed.clone();
    let answered = match proposal.state {
        ProposalState::Answered(answered) => Some(answered),
        ProposalState::Open | ProposalState::Withdrawn => None,
    };
    let is_unsent = proposal.state == ProposalState::Open && !core.is_received(proposal.id);
    ProposalRow {
        op_id: proposal.id,
        template,
        base_version,
        on,
        why,
        state: if is_unsent { "unsent" } else { proposal.state.name() }.to_owned(),
        answered_on: answered.map(|answered| answered.on),
        version: answered.and_then(|answered| answered.version),
        by: answered.and_then(|answered| answered.by.clone()),
        reason: answered.and_then(|answered| answered.reason.clone()),
        text,
    }
}

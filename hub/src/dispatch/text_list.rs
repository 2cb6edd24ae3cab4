//! The list of text messages (短信名单) for the customers whom no guide contacts: a file for the gateway that sends them.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use guide_common::apply::CustomerFile;
use guide_common::id::TemplateId;
use guide_common::outcome::Channel;
use guide_common::sop::plan::{Lang, Plan, Purpose, Step};
use guide_common::sop::settings::GoldPrice;
use guide_common::template::compiled::CompiledTemplate;
use guide_common::template::lint::script::{Delivery, lint_script};
use guide_common::template::lint::words::LintWords;
use guide_common::template::lint::{Place, Severity};
use guide_common::template::source::{ScriptFacts, values};
use guide_common::template::value::Value;
use guide_common::template::variable::Variable;
use guide_common::wire::hub::GuideProfile;

use crate::db::{Conn, file};
use crate::error::HubError;
use crate::platform::private;
use crate::publish::lint_words;

/// How to write the list.
#[derive(Clone, Debug)]
pub struct TextList {
    /// The template; the plan's own for text messages where none is named.
    pub template: Option<TemplateId>,
    /// The language of the messages.
    pub lang: Lang,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessage {
    /// To which number.
    pub phone: String,
    /// What it says.
    pub text: String,
}

/// Renders messages for one dispatch.
pub(super) struct Writer {
    template: CompiledTemplate,
    purpose: Purpose,
    plan: Plan,
    deadline_on: Option<NaiveDate>,
    gold_price: Option<GoldPrice>,
    words: LintWords,
    lang: Lang,
}

impl Writer {
    pub(super) async fn new(
        conn: &mut Conn,
        list: &TextList,
        plan: &Plan,
        from_on: NaiveDate,
    ) -> Result<Self, HubError> {
        let templates = file::templates(conn).await?;
        let is_text = |id: &TemplateId| templates.iter().any(|known| known.id == *id && known.channel == Channel::Sms);
        let named = |step: &Step| -> Vec<TemplateId> {
            step.template.iter().chain(step.variants.iter().filter_map(|v| v.template.as_ref())).cloned().collect()
        };
        let own = plan.steps.iter().find_map(|step| named(step).into_iter().find(is_text).map(|id| (id, step.purpose)));
        let (id, purpose) = match (&list.template, own) {
            (Some(id), own) => {
                let purpose = own.filter(|(of_plan, _)| of_plan == id).map_or(Purpose::Promo, |(_, purpose)| purpose);
                (id.clone(), purpose)
            }
            (None, Some(own)) => own,
            (None, None) => {
                return Err(HubError::refused(format!(
                    "no step of the plan {} says a text message: name a template with --sms-template",
                    plan.id
                )));
            }
        };
        let Some(template) = templates.into_iter().find(|template| template.id == id) else {
            return Err(HubError::refused(format!("the template {id} is not published")));
        };
        if template.channel != Channel::Sms {
            return Err(HubError::refused(format!("the template {id} is no text message: its channel must be sms")));
        }
        Ok(Self {
            template: CompiledTemplate::new(template),
            purpose,
            deadline_on: plan
                .campaign
                .as_ref()
                .and_then(|campaign| campaign.until)
                .and_then(|until| until.from(from_on)),
            plan: plan.clone(),
            gold_price: file::gold_price(conn).await?,
            words: lint_words(conn).await?,
            lang: list.lang,
        })
    }

    /// What the messages are for: decides which caps count.
    pub(super) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The message to a customer, or why there is none.
    pub(super) fn message(
        &self,
        file: &CustomerFile,
        guide: &GuideProfile,
        now: NaiveDateTime,
    ) -> Result<TextMessage, String> {
        let phone = file.person(now.date()).phone.clone().ok_or("no_phone")?;
        let facts = ScriptFacts {
            campaign: self.plan.campaign.as_ref(),
            gold_price: self.gold_price,
            ..ScriptFacts::new(file, guide, now)
        };
        let mut values = values(&facts);
        if let Some(deadline_on) = self.deadline_on {
            values.set(Variable::Deadline, Value::Date(deadline_on));
        }
        let script = self.template.script(&values, now, self.lang);
        let text = script.filled(&BTreeMap::new()).map_err(|withheld| format!("script_{}", withheld.rule()))?;
        let delivery = Delivery { place: Place::Headquarters, now, lang: self.lang, names: &[], linked_items: &[] };
        let findings = lint_script(&script, &self.template, &values, &self.words, &delivery);
        match findings.iter().find(|finding| finding.severity == Severity::Block) {
            Some(finding) => Err(format!("script_{}", finding.rule.name())),
            None if starts_a_formula(&text) => Err("script_formula".to_owned()),
            None => Ok(TextMessage { phone, text }),
        }
    }
}

/// Whether a spreadsheet that opens the list would calculate with a text instead of showing it. Such a text begins with a
/// name that is none: it is left out, since an apostrophe before it would be sent too.
/// (OWASP, CSV injection: = + - @, tab and carriage return, and their full-width forms.)
fn starts_a_formula(text: &str) -> bool {
    text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// Writes a list as CSV with the columns `phone` and `text`, in one step. Nobody else may read the file.
pub fn write(file: &Path, messages: &[TextMessage]) -> Result<(), HubError> {
    let fault = |source| HubError::File { doing: "writing the list of text messages", path: file.to_owned(), source };
    let mut csv = csv::Writer::from_writer(Vec::new());
    let rows = messages.iter().map(|message| [message.phone.as_str(), message.text.as_str()]);
    for row in std::iter::once(["phone", "text"]).chain(rows) {
        csv.write_record(row).map_err(|error| fault(std::io::Error::other(error)))?;
    }
    let bytes = csv.into_inner().map_err(|error| fault(std::io::Error::other(error.to_string())))?;
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let write = || {
        // a part that another program left might be readable by others
        let _ = std::fs::remove_file(part);
        let mut out = private(OpenOptions::new().write(true).create_new(true)).open(part)?;
        out.write_all(&bytes)?;
        out.sync_all()?;
        std::fs::rename(part, file)
    };
    write().map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_calculate_is_known_by_its_first_character() {
        for text in
            ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠A1", "  =1"]
        {
            assert!(starts_a_formula(text), "{text:?}");
        }
        for text in ["单女士您好", "1+1=2", "您好 =1", ""] {
            assert!(!starts_a_formula(text), "{text:?}");
        }
    }
}

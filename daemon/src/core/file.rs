//! A customer's file put together from what the cache holds. Texts from the hub are sanitised here, once; the bytes in
//! the cache stay as they came.

use std::sync::Arc;

use guide_common::apply::CustomerFile;
use guide_common::customer::Customer;
use guide_common::fact::Fact;
use guide_common::id::CustomerId;
use guide_common::purchase::Purchase;
use guide_common::sop::plan::{Earlier, Plan, Text};
use guide_common::sop::rules::Rules;
use guide_common::sop::settings::{GoldPrice, Settings};
use guide_common::template::Template;
use guide_common::template::compiled::Library;
use guide_common::template::lint::words::LintWords;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::{Colleague, GuideProfile};
use serde::Deserialize;

use crate::store::Held;

const MAX_NAME_CHARS: usize = 60;
const MAX_LABEL_CHARS: usize = 120;
const MAX_SCRIPT_CHARS: usize = 4_000;

/// A customer's file with the revision of the document.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The hub's documents with the pending ops applied.
    pub file: CustomerFile,
    /// The revision of the customer's document.
    pub rev: u64,
}

/// Puts a file together; `None` where the customer's own document is missing. What cannot be read is left out: it
/// stays in the cache for a version that can.
pub fn assemble(id: &CustomerId, items: &[Held]) -> Option<Loaded> {
    if id.is_guide_itself() {
        return Some(of_guide_itself(items));
    }
    let document = items.iter().find(|held| held.kind == "customer")?;
    let mut file = CustomerFile::new(clean(read::<Customer>(document)?));
    for held in items {
        match held.kind.as_str() {
            "purchase" => file.purchases.extend(read::<Purchase>(held).map(clean_purchase)),
            "fact" => file.facts.extend(read::<Fact>(held)),
            _ => {}
        }
    }
    Some(Loaded { file, rev: document.value.rev })
}

/// The file of the guide itself: facts without a document.
pub fn of_guide_itself(items: &[Held]) -> Loaded {
    let facts = items.iter().filter(|held| held.kind == "fact").filter_map(read::<Fact>).collect();
    Loaded { file: CustomerFile::of_guide_itself(facts), rev: 0 }
}

fn read<T: serde::de::DeserializeOwned>(held: &Held) -> Option<T> {
    serde_json::from_str(&held.value.body)
        .inspect_err(|error| {
            // the position only: the text of the error may quote the body
            let (line, column) = (error.line(), error.column());
            tracing::warn!(kind = held.kind, line, column, "an item of the hub is not understood");
        })
        .ok()
}

fn name(text: &mut String, max_chars: usize) {
    *text = sanitise(text, Lines::One, max_chars);
}

fn clean(mut customer: Customer) -> Customer {
    name(&mut customer.name, MAX_NAME_CHARS);
    for text in [&mut customer.salutation, &mut customer.phone].into_iter().flatten() {
        name(text, MAX_NAME_CHARS);
    }
    for anniversary in &mut customer.anniversaries {
        name(&mut anniversary.kind, MAX_LABEL_CHARS);
    }
    for link in &mut customer.links {
        name(&mut link.relation, MAX_LABEL_CHARS);
        link.name.iter_mut().for_each(|text| name(text, MAX_NAME_CHARS));
    }
    for tag in &mut customer.tags {
        name(&mut tag.group, MAX_LABEL_CHARS);
        name(&mut tag.value, MAX_LABEL_CHARS);
        tag.source.iter_mut().for_each(|text| name(text, MAX_LABEL_CHARS));
    }
    customer
}

fn clean_purchase(mut purchase: Purchase) -> Purchase {
    for text in [&mut purchase.sale_no, &mut purchase.returns_sale_no].into_iter().flatten() {
        name(text, MAX_LABEL_CHARS);
    }
    for item in &mut purchase.items {
        for text in [&mut item.name, &mut item.category, &mut item.material].into_iter().flatten() {
            name(text, MAX_LABEL_CHARS);
        }
    }
    purchase
}

fn label(text: &mut Text) {
    name(&mut text.zh, MAX_LABEL_CHARS);
    name(&mut text.en, MAX_LABEL_CHARS);
}

/// What all guides share, as it is held.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// The plans, by id, and what else the engine needs.
    pub rules: Rules,
    /// The templates, read once.
    pub templates: Library,
    /// The shop's gold price, as it was last set.
    pub gold_price: Option<GoldPrice>,
    /// The words that lint looks for, where headquarters has published its own.
    pub lint: Option<Arc<LintWords>>,
    /// The guides of the chain; none where the hub is one that does not tell of them.
    pub colleagues: Vec<Colleague>,
}

/// Reads what all guides share. What the rules need of this guide alone is `desk`'s work.
pub fn shared(items: &[Held]) -> Shared {
    let (mut shared, mut plans, mut templates, mut settings) = (Shared::default(), Vec::new(), Vec::new(), None);
    for held in items {
        match held.kind.as_str() {
            "plan" => plans.extend(read::<Plan>(held).map(clean_plan)),
            "template" => templates.extend(read::<Template>(held).map(clean_template)),
            "lint" => shared.lint = read::<LintBody>(held).and_then(|body| body.words()).map(Arc::new),
            "settings" => settings = read::<Settings>(held).map(clean_settings),
            "colleague" => shared.colleagues.extend(read::<Colleague>(held).map(clean_colleague)),
            "gold_price" => shared.gold_price = read::<GoldPrice>(held),
            _ => {}
        }
    }
    plans.sort_by(|a: &Plan, b| a.id.cmp(&b.id));
    shared.rules = Rules::new(plans);
    shared.rules.settings = Arc::new(settings.unwrap_or_default());
    shared.templates = Library::new(templates);
    shared
}

/// The body of the lint words: their file as headquarters wrote it.
#[derive(Deserialize)]
struct LintBody {
    text: String,
}

impl LintBody {
    /// The words; none of a file of a newer version, whose words the program's own stand in for.
    fn words(&self) -> Option<LintWords> {
        LintWords::parse(&self.text)
            .inspect_err(|error| tracing::warn!(line = error.line, "the lint words are not understood"))
            .ok()
    }
}

fn clean_colleague(mut colleague: Colleague) -> Colleague {
    name(&mut colleague.name, MAX_NAME_CHARS);
    colleague
}

fn clean_plan(mut plan: Plan) -> Plan {
    label(&mut plan.name);
    plan.steps.iter_mut().filter_map(|step| step.name.as_mut()).for_each(label);
    if let Some(campaign) = &mut plan.campaign {
        label(&mut campaign.name);
        campaign.rules.iter_mut().for_each(label);
    }
    if let Some(earlier) = plan.earlier.take() {
        let Earlier { before_on, plan: version } = *earlier;
        plan.earlier = Some(Box::new(Earlier { before_on, plan: clean_plan(version) }));
    }
    plan
}

fn clean_settings(mut settings: Settings) -> Settings {
    name(&mut settings.sms_signature, MAX_LABEL_CHARS);
    for group in &mut settings.tag_groups {
        name(&mut group.code, MAX_LABEL_CHARS);
        label(&mut group.name);
        for value in &mut group.values {
            label(&mut value.name);
            name(&mut value.initials, MAX_LABEL_CHARS);
        }
    }
    settings
}

fn clean_template(mut template: Template) -> Template {
    label(&mut template.name);
    for text in [&mut template.text.zh, &mut template.text.en] {
        *text = sanitise(text, Lines::Many, MAX_SCRIPT_CHARS);
    }
    template
}

/// Reads the guide's profile.
pub fn profile(items: &[Held]) -> Option<GuideProfile> {
    let mut profile: GuideProfile = read(items.iter().find(|held| held.kind == "guide")?)?;
    name(&mut profile.name, MAX_NAME_CHARS);
    name(&mut profile.store.name, MAX_LABEL_CHARS);
    if let Some(phone) = &mut profile.store.phone {
        name(phone, MAX_LABEL_CHARS);
    }
    Some(profile)
}

//! A customer's file put together from what the cache holds. Texts from the hub are sanitised here, once; the bytes in
//! the cache stay as they came.

use guide_common::apply::CustomerFile;
use guide_common::customer::Customer;
use guide_common::fact::Fact;
use guide_common::purchase::Purchase;
use guide_common::sop::plan::{Plan, Text};
use guide_common::sop::rules::Rules;
use guide_common::template::Template;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::GuideProfile;

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
pub fn assemble(items: &[Held]) -> Option<Loaded> {
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
    for tag in &mut customer.tags {
        name(&mut tag.group, MAX_LABEL_CHARS);
        name(&mut tag.value, MAX_LABEL_CHARS);
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
    /// The templates, by id.
    pub templates: Vec<Template>,
}

/// Reads plans and templates.
pub fn shared(items: &[Held]) -> Shared {
    let (mut shared, mut plans) = (Shared::default(), Vec::new());
    for held in items {
        match held.kind.as_str() {
            "plan" => plans.extend(read::<Plan>(held).map(clean_plan)),
            "template" => shared.templates.extend(read::<Template>(held).map(clean_template)),
            _ => {}
        }
    }
    plans.sort_by(|a: &Plan, b| a.id.cmp(&b.id));
    shared.rules = Rules::new(plans);
    shared.templates.sort_by(|a, b| a.id.cmp(&b.id));
    shared
}

fn clean_plan(mut plan: Plan) -> Plan {
    label(&mut plan.name);
    plan.steps.iter_mut().filter_map(|step| step.name.as_mut()).for_each(label);
    plan
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

//! One plan as a page: what starts it and for whom, its steps with their conditions and branches, earlier versions.

use guide_common::sop::plan::{Plan, Step};
use guide_common::text::{Lines, sanitise};

use crate::cli::context::Context;
use crate::cli::table::{Side, Table};
use crate::lang::name::{asks_name, purpose_name};
use crate::lang::plan::{audience, channels, limits, notes, restart, triggers};
use crate::lang::{date, pick, word};
use crate::text;

pub(crate) fn plan_page(plan: &Plan, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let (id, name, version) = (&plan.id, sanitise(plan.name.in_lang(lang), Lines::One, 200), plan.version);
    let mut page = style.bold(&format!("{id} · {name} · v{version}")) + "\n";
    let (trigger, restart, priority) = (triggers(plan, lang), restart(plan.restart, lang), plan.priority);
    page.push_str(&text!(
        lang,
        "触发：{trigger} · 再次触发：{restart} · 优先级 {priority}\n",
        "starts on {trigger} · a new one {restart} · priority {priority}\n"
    ));
    for line in audience(&plan.audience, lang).into_iter().chain(limits(plan, lang)) {
        page.push_str(&sanitise(&line, Lines::One, 400));
        page.push('\n');
    }
    page.push('\n');
    page.push_str(&steps(&plan.steps, context));
    let notes: Vec<String> = plan.steps.iter().flat_map(|step| notes(step, lang)).collect();
    if !notes.is_empty() {
        page.push('\n');
    }
    for note in notes {
        page.push_str(&format!("  {}\n", sanitise(&note, Lines::One, 400)));
    }
    page.push_str(&versions(plan, context));
    page
}

fn steps(steps: &[Step], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("节点", "Step")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("从", "From")), Side::Right),
        (pick(lang, ("到", "Until")), Side::Right),
        (pick(lang, ("渠道", "Over")), Side::Left),
        (pick(lang, ("目的", "For")), Side::Left),
        (pick(lang, ("话术", "Template")), Side::Left),
        (pick(lang, ("要问", "Asks")), Side::Left),
    ]);
    for step in steps {
        table.row([
            step.id.to_string(),
            step.title(lang).to_owned(),
            word::offset(step.offset, lang),
            word::offset(step.until, lang),
            channels(&step.channels, lang),
            purpose_name(step.purpose, lang).to_owned(),
            step.template.as_ref().map(ToString::to_string).unwrap_or_default(),
            step.asks.map(|asks| asks_name(asks, lang).to_owned()).unwrap_or_default(),
        ]);
    }
    table.render(context.style)
}

/// The versions that earlier runs still follow.
fn versions(plan: &Plan, context: &Context) -> String {
    let lang = context.lang;
    let chain = plan.earlier_versions();
    // where only the throttle of earlier days is kept, all runs follow the latest
    let followed = chain.filter(|earlier| earlier.plan.version != plan.version);
    let lines = followed.map(|earlier| {
        let (version, before) = (earlier.plan.version, date::full(earlier.before_on, lang));
        text!(lang, "{before} 之前开始的仍按 v{version}\n", "runs from before {before} follow v{version}\n")
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

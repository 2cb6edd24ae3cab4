//! The rows of the list of templates: grouped, and filtered.

use guide_common::customer::Tier;
use guide_common::outcome::Channel;
use guide_common::sop::plan::{Lang, Plan, Step};
use guide_common::template::Template;

use crate::interface::app::App;
use crate::interface::text::matches_any;
use crate::lang::name::{channel_name, tier_name};
use crate::lang::pick;

/// How templates are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// By the channel over which they are said.
    #[default]
    Channel,
    /// By the plans whose steps say them.
    Plan,
    /// By the tiers for which these plans are.
    Tier,
}

impl Grouping {
    /// The one after it.
    pub fn next(self) -> Self {
        match self {
            Self::Channel => Self::Plan,
            Self::Plan => Self::Tier,
            Self::Tier => Self::Channel,
        }
    }

    /// What it is called.
    pub fn name(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Channel => ("按渠道", "by channel"),
            Self::Plan => ("按方案", "by plan"),
            Self::Tier => ("按分层", "by tier"),
        };
        pick(lang, pair)
    }
}

/// A row that can be selected.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The group in which it stands.
    pub group: String,
    /// The template.
    pub template: &'a Template,
    /// What it is called here: the step that says it, else its own name.
    pub name: &'a str,
}

/// The rows, group by group; a template stands in each group to which it belongs.
pub fn rows(app: &App) -> Vec<Row<'_>> {
    let screen = &app.templates;
    let all = screen.all.as_deref().unwrap_or_default();
    let wanted = screen.browser.filter.value().trim();
    let lang = app.lang;
    let is_wanted = |template: &&Template| {
        let Template { id, name, channel, text, .. } = template;
        let texts = [id.as_str(), &name.zh, &name.en, channel_name(*channel, lang), &text.zh, &text.en];
        matches_any(wanted, texts)
    };
    let kept: Vec<&Template> = all.iter().filter(is_wanted).collect();
    let plans = app.plans.all.as_deref().unwrap_or_default();
    match screen.grouping {
        Grouping::Channel => by_channel(&kept, lang),
        Grouping::Plan => by_plan(&kept, plans, lang),
        Grouping::Tier => by_tier(&kept, plans, lang),
    }
}

/// The selected template.
pub fn selected(app: &App) -> Option<&Template> {
    rows(app).get(app.templates.browser.list.selected).map(|row| row.template)
}

/// What names the selected row.
pub fn selected_key(app: &App) -> Option<(String, String)> {
    rows(app).get(app.templates.browser.list.selected).map(key)
}

/// Selects the row that was selected before the list changed, else one of the same template, else the first.
pub fn reselect(app: &mut App, before: Option<(String, String)>) {
    let found = before.and_then(|before| {
        let rows = rows(app);
        let same = rows.iter().position(|row| key(row) == before);
        same.or_else(|| rows.iter().position(|row| row.template.id.as_str() == before.1))
    });
    app.templates.browser.list.selected = found.unwrap_or(0);
    if found.is_none() {
        app.templates.browser.scroll = 0;
    }
}

fn key(row: &Row<'_>) -> (String, String) {
    (row.group.clone(), row.template.id.to_string())
}

/// The templates that a step can say.
pub fn templates_of(step: &Step) -> impl Iterator<Item = &guide_common::id::TemplateId> {
    step.template.iter().chain(step.variants.iter().filter_map(|variant| variant.template.as_ref()))
}

/// The steps that say a template, each with its plan.
pub fn steps_saying<'a>(template: &Template, plans: &'a [Plan]) -> Vec<(&'a Plan, &'a Step)> {
    let steps = plans.iter().flat_map(|plan| plan.steps.iter().map(move |step| (plan, step)));
    steps.filter(|(_, step)| templates_of(step).any(|id| *id == template.id)).collect()
}

fn by_channel<'a>(kept: &[&'a Template], lang: Lang) -> Vec<Row<'a>> {
    let mut channels: Vec<Channel> = Vec::new();
    for template in kept {
        if !channels.contains(&template.channel) {
            channels.push(template.channel);
        }
    }
    let of = |channel: Channel| kept.iter().filter(move |template| template.channel == channel);
    let rows = channels.iter().flat_map(|channel| {
        let group = channel_name(*channel, lang).to_owned();
        of(*channel).map(move |template| row(group.clone(), template, lang))
    });
    rows.collect()
}

fn by_plan<'a>(kept: &[&'a Template], plans: &'a [Plan], lang: Lang) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for plan in plans {
        let group = format!("{} {}", plan.id, plan.name.in_lang(lang));
        for step in &plan.steps {
            for id in templates_of(step) {
                if let Some(template) = kept.iter().find(|template| template.id == *id) {
                    rows.push(Row { group: group.clone(), template, name: step.title(lang) });
                }
            }
        }
    }
    let is_said = |template: &Template| plans.iter().flat_map(|plan| &plan.steps).any(|step| says(step, template));
    let others = pick(lang, ("不在方案里", "In no plan"));
    rows.extend(
        kept.iter().filter(|template| !is_said(template)).map(|template| row(others.to_owned(), template, lang)),
    );
    rows
}

fn by_tier<'a>(kept: &[&'a Template], plans: &'a [Plan], lang: Lang) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for tier in [Tier::S, Tier::A, Tier::B, Tier::C] {
        let of_tier = |template: &&&Template| {
            steps_saying(template, plans).iter().any(|(plan, _)| plan.audience.tiers.contains(&tier))
        };
        let group = tier_name(tier, lang);
        rows.extend(kept.iter().filter(of_tier).map(|template| row(group.to_owned(), template, lang)));
    }
    let for_all = |template: &&&Template| {
        let saying = steps_saying(template, plans);
        saying.is_empty() || saying.iter().any(|(plan, _)| plan.audience.tiers.is_empty())
    };
    let group = pick(lang, ("不分层", "Every tier"));
    rows.extend(kept.iter().filter(for_all).map(|template| row(group.to_owned(), template, lang)));
    rows
}

fn says(step: &Step, template: &Template) -> bool {
    templates_of(step).any(|id| *id == template.id)
}

fn row(group: String, template: &Template, lang: Lang) -> Row<'_> {
    Row { group, template, name: template.name.in_lang(lang) }
}

//! Reading lesson files, strictly: what is wrong is named with its line. docs/lessons.md lists the keys.

use chrono::NaiveDateTime;
use guide_common::demo::{self, answer::Means};
use guide_common::file_error::FileError;
use guide_common::id::{CustomerId, GuideId, PlanId, StepId, TemplateId};
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Text;
use guide_common::toml_file::{Key, Table, read};

use super::want::{Kind, Want, Wanted};
use super::{Lesson, Role, Scene, Scripted, Step};
use crate::interface::action::{self, registry};
use crate::interface::layers::training_sheet::Switch;
use crate::interface::screens::Screen;
use crate::interface::typed::parse_keys;
use crate::training::Span;

/// The most steps of a lesson.
const MAX_STEPS: usize = 40;
/// The most mistakes that a step names, answers that are scripted, and faults of a scene.
const MAX_LISTED: usize = 40;
/// The longest id of a lesson, in bytes.
const MAX_ID_BYTES: usize = 40;

/// Reads a lesson file and checks everything in it. The error is the first one found, with its line.
pub fn parse(text: &str) -> Result<Lesson, FileError> {
    let document = read(text)?;
    let mut table = Table::new(text, "the lesson", document.get_ref(), document.span());
    let lesson = Lesson {
        id: table.required("id")?.parse_str(lesson_id)?,
        order: table.required("order")?.integer(0..=999)? as u32,
        role: table.required("role")?.one_of(&Role::ALL)?,
        minutes: table.required("minutes")?.integer(1..=60)? as u32,
        name: table.required("name")?.table(texts)?,
        about: table.required("about")?.table(texts)?,
        scene: table.optional("scene", |key| key.table(scene))?.unwrap_or_default(),
        steps: table.required("step")?.short_list(MAX_STEPS, |key| key.table(step))?,
    };
    if lesson.steps.is_empty() {
        return Err(table.error_at("step", "a lesson has at least one step"));
    }
    table.finish()?;
    Ok(lesson)
}

/// The first thing that a lesson names and the demo does not have.
pub fn stranger(lesson: &Lesson) -> Option<String> {
    let is_published =
        |id: &str, files: Vec<(&str, &str)>| files.iter().any(|(name, _)| name.split('-').next() == Some(id));
    let no_customer = |id: &CustomerId| (!demo::has_customer(id)).then(|| format!("the demo has no customer {id}"));
    let of_wanted = |wanted: &Wanted| {
        let plan = match &wanted.want {
            Want::Due { plan: Some(plan), .. } if !is_published(plan.as_str(), demo::plan_files()) => Some(plan),
            _ => None,
        };
        let no_plan = plan.map(|plan| format!("the demo has no plan {plan}"));
        wanted.customer.as_ref().and_then(no_customer).or(no_plan)
    };
    let of_step = |(idx, step): (usize, &Step)| {
        let mut all = std::iter::once(&step.wants).chain(step.mistakes.iter().map(|(wanted, _)| wanted));
        all.find_map(of_wanted).map(|what| format!("step {}: {what}", idx + 1))
    };
    let of_answer = |answer: &Scripted| {
        let template = answer.template.as_ref().filter(|id| !is_published(id.as_str(), demo::template_files()));
        let no_template = template.map(|id| format!("the demo has no template {id}"));
        no_customer(&answer.customer).or(no_template).map(|what| format!("answers: {what}"))
    };
    let guide = lesson.scene.guide.as_ref().filter(|id| !demo::has_guide(id));
    guide
        .map(|id| format!("scene: the demo has no guide {id}"))
        .or_else(|| lesson.scene.answers.iter().find_map(of_answer))
        .or_else(|| lesson.steps.iter().enumerate().find_map(of_step))
}

fn lesson_id(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err(format!("a lesson's id has up to {MAX_ID_BYTES} lower-case letters, digits and dashes"))
}

fn texts(mut table: Table<'_>) -> Result<Text, FileError> {
    let text = Text { zh: table.required("zh")?.sentence()?, en: table.required("en")?.sentence()? };
    table.finish()?;
    Ok(text)
}

fn scene(mut table: Table<'_>) -> Result<Scene, FileError> {
    let scene = Scene {
        guide: table.optional("guide", |key| key.parse_str(GuideId::new))?,
        at: table.optional("at", |key| key.parse_str(str::parse::<NaiveDateTime>))?,
        faults: table.optional("faults", |key| key.short_list(MAX_LISTED, |key| switch(&key)))?.unwrap_or_default(),
        answers: table
            .optional("answers", |key| key.short_list(MAX_LISTED, |key| key.table(scripted)))?
            .unwrap_or_default(),
    };
    table.finish()?;
    Ok(scene)
}

fn switch(key: &Key<'_>) -> Result<Switch, FileError> {
    key.one_of(&Switch::ALL.map(|switch| (switch.name(), switch)))
}

fn scripted(mut table: Table<'_>) -> Result<Scripted, FileError> {
    let scripted = Scripted {
        customer: table.required("customer")?.parse_str(CustomerId::new)?,
        template: table.optional("template", |key| key.parse_str(TemplateId::new))?,
        after_min: table.optional("after_min", |key| key.integer(0..=1_000_000))?.unwrap_or(30) as u32,
        says: table.required("says")?.table(texts)?,
        means: Means {
            code: table.required("means")?.parse_str(str::parse::<OutcomeCode>)?,
            score: score(&mut table)?,
            next_on: None,
            next_time: None,
        },
    };
    table.finish()?;
    Ok(scripted)
}

fn score(table: &mut Table<'_>) -> Result<Option<u8>, FileError> {
    Ok(table.optional("score", |key| key.integer(1..=5))?.map(|score| score as u8))
}

fn step(mut table: Table<'_>) -> Result<Step, FileError> {
    let mistakes = |key: Key<'_>| {
        key.short_list(MAX_LISTED, |key| {
            key.table(|mut table| {
                let why = table.required("why")?.table(texts)?;
                Ok((wanted(table)?, why))
            })
        })
    };
    let step = Step {
        text: table.required("text")?.table(texts)?,
        wants: table.required("wants")?.table(wanted)?,
        hint: table.optional("hint", |key| key.table(texts))?,
        mistakes: table.optional("mistakes", mistakes)?.unwrap_or_default(),
        solution: solution(&table.required("solution")?)?,
    };
    table.finish()?;
    Ok(step)
}

/// Keys as the interface's tests and pictures write them: characters, and names such as `<Enter>`.
fn solution(key: &Key<'_>) -> Result<String, FileError> {
    let text = key.str()?;
    if text.is_empty() {
        return Err(key.error("a solution has at least one key"));
    }
    parse_keys(text).map_err(|what| key.error(what))?;
    Ok(text.to_owned())
}

fn wanted(mut table: Table<'_>) -> Result<Wanted, FileError> {
    let mut found: Vec<Want> = Vec::new();
    found.extend(table.optional("action", |key| {
        key.parse_str(|name| {
            action::named(name).map(|spec| Want::Action(spec.action)).ok_or_else(|| {
                let near = registry().iter().map(|spec| spec.name).find(|known| known.contains(name));
                let near = near.map(|known| format!("; there is {known:?}")).unwrap_or_default();
                format!("there is no action {name:?}{near}; guide keys lists them")
            })
        })
    })?);
    let kind = table.optional("saved", |key| key.one_of(&Kind::ALL))?;
    let code = table.optional("code", |key| key.parse_str(str::parse::<OutcomeCode>))?;
    let score = score(&mut table)?;
    if kind != Some(Kind::Outcome) && (code.is_some() || score.is_some()) {
        return Err(table.error_at("code", "code and score belong to saved = \"outcome\""));
    }
    found.extend(kind.map(|kind| Want::Saved { kind, code, score }));
    let is_true = |key: Key<'_>| if key.boolean()? { Ok(()) } else { Err(key.error("leave it out instead")) };
    found.extend(table.optional("refused", is_true)?.map(|()| Want::Refused));
    let screens = Screen::ALL.map(|screen| (screen.name(), screen));
    found.extend(table.optional("screen", |key| key.one_of(&screens))?.map(Want::Screen));
    found.extend(table.optional("section", |key| key.integer(1..=8))?.map(|n| Want::Section(n as u8)));
    found.extend(table.optional("masked", |key| key.boolean())?.map(Want::Masked));
    let spans = Span::ALL.map(|span| (span.name(), span));
    found.extend(table.optional("clock", |key| key.one_of(&spans))?.map(Want::Clock));
    found.extend(table.optional("playing", |key| key.boolean())?.map(Want::Playing));
    found.extend(table.optional("answered", is_true)?.map(|()| Want::Answered));
    found.extend(table.optional("shown", is_true)?.map(|()| Want::Shown));
    let plan = table.optional("due", |key| key.parse_str(PlanId::new))?;
    let of = table.optional("due_step", |key| key.parse_str(StepId::new))?;
    if plan.is_some() || of.is_some() {
        found.push(Want::Due { plan, step: of });
    }
    let least = table.optional("unsent", |key| key.integer(0..=100_000))?;
    let most = table.optional("unsent_at_most", |key| key.integer(0..=100_000))?;
    if least.is_some() || most.is_some() {
        let (least, most) = (least.unwrap_or(0) as usize, most.map_or(usize::MAX, |most| most as usize));
        found.push(Want::Unsent { least, most });
    }
    found.extend(table.optional("fault", |key| switch(&key))?.map(|switch| Want::Fault(switch, true)));
    found.extend(table.optional("no_fault", |key| switch(&key))?.map(|switch| Want::Fault(switch, false)));
    found.extend(table.optional("verified", is_true)?.map(|()| Want::Verified));
    found.extend(table.optional("replayed", is_true)?.map(|()| Want::Replayed));
    let customer = table.optional("customer", |key| key.parse_str(CustomerId::new))?;
    let times = table.optional("times", |key| key.integer(1..=1_000))?.unwrap_or(1) as usize;
    let mut found = found.into_iter();
    let (Some(want), None) = (found.next(), found.next()) else {
        return Err(table.error_at("action", "one thing is wanted here: action, saved, screen, clock, due, fault …"));
    };
    if want == Want::Shown && customer.is_none() {
        return Err(table.error_at("shown", "shown needs a customer"));
    }
    table.finish()?;
    Ok(Wanted { want, customer, times })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
id = "small"
order = 1
role = "guide"
minutes = 2
name = { zh = "小", en = "Small" }
about = { zh = "试", en = "A try" }

[[step]]
text = { zh = "复制", en = "Copy" }
wants = { action = "copy", customer = "C0002" }
solution = "y"
"#;

    #[track_caller]
    fn refused(text: &str, line: usize, words: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.line == line && error.message.contains(words), "{error}");
    }

    #[test]
    fn a_lesson_is_read_and_what_is_left_out_has_its_meaning() {
        let lesson = parse(SMALL).unwrap();
        assert_eq!((lesson.id.as_str(), lesson.steps.len(), lesson.scene.clone()), ("small", 1, Scene::default()));
        assert_eq!(lesson.steps[0].wants.times, 1);
        let ten = SMALL.replace("action = \"copy\"", "saved = \"outcome\", code = \"bought\", times = 10");
        let wants = parse(&ten).unwrap().steps.remove(0).wants;
        let want = Want::Saved { kind: Kind::Outcome, code: Some(OutcomeCode::Bought), score: None };
        assert_eq!((wants.want, wants.times), (want, 10));
    }

    #[test]
    fn whom_and_what_the_demo_does_not_have_is_named() {
        let stranger = |text: &str| stranger(&parse(text).unwrap());
        assert_eq!(stranger(SMALL), Some("step 1: the demo has no customer C0002".to_owned()));
        let known = SMALL.replace("C0002", "C00600");
        assert_eq!(stranger(&known), None);
        assert_eq!(stranger(&SMALL.replace("C0002", "C00601")), Some("step 1: the demo has no customer C00601".into()));
        let due = known.replace("action = \"copy\"", "due = \"P99\"");
        assert_eq!(stranger(&due), Some("step 1: the demo has no plan P99".to_owned()));
        assert_eq!(stranger(&due.replace("P99", "P10")), None);
        let scene = |scene: &str| known.replace("[[step]]", &format!("[scene]\n{scene}\n\n[[step]]"));
        let nobody = stranger(&scene("guide = \"nobody\""));
        assert_eq!(nobody, Some("scene: the demo has no guide nobody".to_owned()));
        let answer = "answers = [{ customer = \"C00001\", template = \"T99\", says = { zh = \"好\", en = \"good\" }, means = \"interested\" }]";
        assert_eq!(stranger(&scene(answer)), Some("answers: the demo has no template T99".to_owned()));
        assert_eq!(stranger(&scene(&answer.replace("T99", "T34"))), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        refused(&SMALL.replace("small", "Small one"), 2, "lower-case");
        refused(&SMALL.replace("minutes", "minuts"), 1, "lacks the key \"minutes\"");
        refused(&SMALL.replace("\"copy\"", "\"copi\""), 11, "no action \"copi\"");
        refused(&SMALL.replace("\"y\"", "\"<Entr>\""), 12, "Entr");
        refused(&SMALL.replace("action = \"copy\"", "times = 2"), 11, "one thing is wanted");
        refused(&SMALL.replace("action = \"copy\"", "action = \"copy\", screen = \"sync\""), 11, "one thing is wanted");
        refused(&SMALL.replace("action = \"copy\"", "action = \"copy\", code = \"bought\""), 11, "belong to saved");
        refused(&SMALL.replace("wants", "want"), 9, "lacks the key \"wants\"");
        refused(&SMALL.replace(", en = \"Copy\"", ""), 10, "lacks the key \"en\"");
    }
}

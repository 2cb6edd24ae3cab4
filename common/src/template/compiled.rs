//! Templates read once: a library of them is made when they are loaded, and every script comes from its parts.

use std::collections::BTreeMap;

use super::Template;
use super::fresh::Limit;
use super::notation::{Segment, parse_lenient};
use super::render::MAX_SCRIPT_BYTES;
use super::variable::Variable;
use crate::id::TemplateId;
use crate::sop::plan::Lang;
use crate::text::{Lines, sanitise};

/// A template with both of its texts in parts.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledTemplate {
    template: Template,
    zh: Vec<Part>,
    en: Vec<Part>,
}

/// A part of a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Said as it stands.
    Text(String),
    /// Said with the customer's value.
    Variable {
        /// Which.
        variable: Variable,
        /// What to say without a value.
        fallback: Option<String>,
        /// How old the value may be.
        limit: Option<Limit>,
    },
    /// Something that a newer version can fill.
    Unknown(String),
}

impl CompiledTemplate {
    /// Reads a template of any version; what this one does not know becomes a gap.
    pub fn new(template: Template) -> Self {
        let (zh, en) = (parts(&template.text.zh), parts(&template.text.en));
        Self { template, zh, en }
    }

    /// The template as published.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The parts of a text.
    pub fn parts(&self, lang: Lang) -> &[Part] {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// A text with the names of its variables in braces, in place of anybody's values.
    pub fn unfilled(&self, lang: Lang) -> String {
        let mut text = String::new();
        for part in self.parts(lang) {
            match part {
                Part::Text(said) => text.push_str(said),
                Part::Variable { variable, .. } => text.extend(["{", variable.name(lang), "}"]),
                Part::Unknown(inner) => text.extend(["{", inner, "}"]),
            }
        }
        text
    }

    /// Whether a text says a variable.
    pub fn says(&self, variable: Variable, lang: Lang) -> bool {
        self.parts(lang).iter().any(|part| matches!(part, Part::Variable { variable: said, .. } if *said == variable))
    }
}

fn parts(text: &str) -> Vec<Part> {
    let text = sanitise(text, Lines::Many, MAX_SCRIPT_BYTES * 2);
    let part = |segment: Segment<'_>| match segment {
        Segment::Text(text) => Part::Text(text.to_owned()),
        Segment::Variable { variable, fallback, limit } => {
            Part::Variable { variable, fallback: fallback.map(str::to_owned), limit }
        }
        Segment::Unknown(inner) => Part::Unknown(inner.to_owned()),
    };
    parse_lenient(&text).into_iter().map(part).collect()
}

/// The templates of a chain by their ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library(BTreeMap<TemplateId, CompiledTemplate>);

impl Library {
    /// Reads templates; of two with one id the higher version counts.
    pub fn new(templates: Vec<Template>) -> Self {
        let mut newest: BTreeMap<TemplateId, Template> = BTreeMap::new();
        for template in templates {
            if newest.get(&template.id).is_none_or(|known| known.version <= template.version) {
                newest.insert(template.id.clone(), template);
            }
        }
        Self(newest.into_iter().map(|(id, template)| (id, CompiledTemplate::new(template))).collect())
    }

    /// The template of an id.
    pub fn get(&self, id: &TemplateId) -> Option<&CompiledTemplate> {
        self.0.get(id)
    }

    /// All templates, by id.
    pub fn iter(&self) -> impl Iterator<Item = &CompiledTemplate> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Channel;
    use crate::sop::plan::Text;

    fn template(id: &str, version: u32) -> Template {
        let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        Template {
            id: TemplateId::new(id).unwrap(),
            version,
            name: text("试", "test"),
            channel: Channel::Wecom,
            text: text("{称呼|您好}，{商品}{新变量}", "{item} for {salutation|you}"),
        }
    }

    #[test]
    fn a_text_says_its_own_variables_and_keeps_what_is_unknown() {
        let compiled = CompiledTemplate::new(template("T01", 1));
        assert!(compiled.says(Variable::Item, Lang::Zh) && compiled.says(Variable::Salutation, Lang::En));
        assert!(!compiled.says(Variable::Guide, Lang::Zh));
        assert_eq!(compiled.parts(Lang::Zh).last(), Some(&Part::Unknown("新变量".to_owned())));
        assert_eq!(compiled.template(), &template("T01", 1));
    }

    #[test]
    fn a_library_finds_the_newest_version_of_an_id() {
        let library = Library::new(vec![template("T01", 2), template("T02", 1), template("T01", 1)]);
        let id = TemplateId::new("T01").unwrap();
        assert_eq!(library.get(&id).map(|found| found.template().version), Some(2));
        assert_eq!(library.get(&TemplateId::new("T03").unwrap()), None);
        assert_eq!(library.iter().count(), 2);
    }
}

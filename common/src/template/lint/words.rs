//! The words that lint looks for, as data: `content/lint.toml` unless headquarters publishes its own.

use std::sync::LazyLock;

use super::LintRule;
use super::plain::{Plain, Span};
use crate::file_error::FileError;
use crate::sop::plan::Text;
use crate::text::{Lines, sanitise};
use crate::toml_file::{Key, Table, read};

/// The longest fix, in characters.
const MAX_FIX_CHARS: usize = 200;
/// The most words and phrases of a file.
const MAX_WORDS: usize = 4_000;

/// The words, read once.
#[derive(Clone, Debug, Default)]
pub struct LintWords {
    /// Grows with every publication.
    pub version: u32,
    groups: Vec<Group>,
    /// First letter, group, word: in the order of the letters.
    index: Vec<(char, usize, usize)>,
    /// What says, in a public post, where the rules of a blind box are.
    published: Vec<Plain>,
}

/// Words with one rule and one fix.
#[derive(Clone, Debug)]
struct Group {
    rule: LintRule,
    find: Vec<Plain>,
    unless: Vec<Plain>,
    fix: Text,
}

/// A word that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'w> {
    pub rule: LintRule,
    pub span: Span,
    pub fix: &'w Text,
}

static STANDARD: LazyLock<LintWords> =
    LazyLock::new(|| LintWords::parse(include_str!("../../../../content/lint.toml")).unwrap_or_default());

/// The rules that have words.
const RULES: &[(&str, LintRule)] = &[
    ("absolute_claim", LintRule::AbsoluteClaim),
    ("investment_promise", LintRule::InvestmentPromise),
    ("outdated_material", LintRule::OutdatedMaterial),
    ("pressure", LintRule::Pressure),
    ("blind_box", LintRule::BlindBox),
    ("privacy", LintRule::Privacy),
];

impl LintWords {
    /// The words that come with the program.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// Reads a file of words. The error is the first one found, with its line.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let document = read(text)?;
        let mut table = Table::new(text, "the word list", document.get_ref(), document.span());
        let version = table.required("version")?.integer(1..=i64::from(u32::MAX))? as u32;
        let published = table.optional("published", |key| key.list(|key| phrase(&key)))?.unwrap_or_default();
        let groups = table.required("words")?.list(|key| key.table(group))?;
        let n_words: usize = groups.iter().map(|group| group.find.len() + group.unless.len()).sum();
        if n_words + published.len() > MAX_WORDS {
            return Err(table.error_at("words", format!("the list has more than {MAX_WORDS} words")));
        }
        table.finish()?;
        Ok(Self { version, index: index(&groups), groups, published })
    }

    /// The words in a text that none of their contexts excuses, each rule's longest at a place.
    pub(super) fn hits(&self, text: &Plain) -> Vec<Hit<'_>> {
        let mut found: Vec<(usize, Span)> = Vec::new();
        for (idx, letter) in text.letters() {
            let start = self.index.partition_point(|(first, ..)| *first < letter);
            let words = self.index[start..].iter().take_while(|(first, ..)| *first == letter);
            found.extend(words.filter_map(|(_, group, word)| {
                let word = self.groups.get(*group)?.find.get(*word)?;
                Some((*group, text.at(idx, word)?))
            }));
        }
        found.sort_unstable();
        let mut hits: Vec<Hit<'_>> = Vec::new();
        for of_group in found.chunk_by(|(a, _), (b, _)| a == b) {
            let Some(group) = of_group.first().and_then(|(idx, _)| self.groups.get(*idx)) else { continue };
            let excused: Vec<Span> = group.unless.iter().flat_map(|context| text.find(context)).collect();
            let claims = of_group.iter().filter(|(_, span)| !excused.iter().any(|context| context.covers(*span)));
            hits.extend(claims.map(|(_, span)| Hit { rule: group.rule, span: *span, fix: &group.fix }));
        }
        let all = hits.clone();
        let is_part =
            |hit: &Hit<'_>, of: &Hit<'_>| hit.rule == of.rule && hit.span != of.span && of.span.covers(hit.span);
        hits.retain(|hit| !all.iter().any(|other| is_part(hit, other)));
        hits.sort_by_key(|hit| (hit.span, hit.rule));
        hits.dedup_by_key(|hit| (hit.span, hit.rule));
        hits
    }

    /// Whether a public post says where the rules are.
    pub(super) fn says_where_rules_are(&self, text: &Plain) -> bool {
        self.published.iter().any(|phrase| !text.find(phrase).is_empty())
    }
}

fn index(groups: &[Group]) -> Vec<(char, usize, usize)> {
    let words = groups.iter().enumerate().flat_map(|(group, words)| {
        words.find.iter().enumerate().filter_map(move |(word, plain)| Some((plain.first()?, group, word)))
    });
    let mut index: Vec<_> = words.collect();
    index.sort_unstable();
    index
}

fn group(mut table: Table<'_>) -> Result<Group, FileError> {
    let rule = table.required("rule")?.one_of(RULES)?;
    let mut find: Vec<Plain> = Vec::new();
    table.required("find")?.list(|key| {
        let word = phrase(&key)?;
        if find.iter().any(|known| !known.find(&word).is_empty() && known.n_letters() == word.n_letters()) {
            return Err(key.error(format!("{:?} is in the list already", key.str()?)));
        }
        find.push(word);
        Ok(())
    })?;
    if find.is_empty() {
        return Err(table.error_at("find", "find has no word"));
    }
    let context = |key: Key<'_>| {
        let context = phrase(&key)?;
        if find.iter().all(|word| context.find(word).is_empty()) {
            return Err(
                key.error(format!("{:?} holds none of the words of its list, so it excuses nothing", key.str()?))
            );
        }
        if find.iter().any(|word| word.n_letters() == context.n_letters() && !context.find(word).is_empty()) {
            return Err(key.error(format!("{:?} is a word of its list, so it would excuse it everywhere", key.str()?)));
        }
        Ok(context)
    };
    let unless = table.optional("unless", |key| key.list(context))?.unwrap_or_default();
    let fix = table.required("fix")?.table(fix)?;
    table.finish()?;
    Ok(Group { rule, find, unless, fix })
}

fn fix(mut table: Table<'_>) -> Result<Text, FileError> {
    let sentence = |key: Key<'_>| {
        let sentence = sanitise(key.str()?, Lines::One, MAX_FIX_CHARS);
        if sentence.is_empty() { Err(key.error("the fix is empty; say what to write instead")) } else { Ok(sentence) }
    };
    let fix = Text { zh: sentence(table.required("zh")?)?, en: sentence(table.required("en")?)? };
    table.finish()?;
    Ok(fix)
}

/// A word or phrase. One letter alone would be found everywhere.
fn phrase(key: &Key<'_>) -> Result<Plain, FileError> {
    let plain = Plain::new(key.str()?);
    match plain.n_letters() {
        0 | 1 => Err(key.error(format!("{:?} is too short; a word has two letters at least", key.str()?))),
        2..=60 => Ok(plain),
        _ => Err(key.error("the word is longer than 60 letters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"version = 3
published = ["规则和比例"]
[[words]]
rule = "absolute_claim"
find = ["第一", "全国第一"]
unless = ["第一次"]
fix = { zh = "说事实", en = "state a fact" }
"#;

    #[track_caller]
    fn check(from: &str, to: &str, line: usize, message: &str) {
        assert!(GOOD.contains(from), "{from}");
        let error = LintWords::parse(&GOOD.replacen(from, to, 1)).unwrap_err();
        assert!(error.message.contains(message), "{error}");
        assert_eq!(error.line, line, "{error}");
    }

    #[test]
    fn a_word_is_found_unless_its_context_covers_it() {
        let words = LintWords::parse(GOOD).unwrap();
        let found = |text: &str| {
            words
                .hits(&Plain::new(text))
                .iter()
                .map(|hit| text[hit.span.start..hit.span.end].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("第一次来，全国第一，第一名"), ["全国第一", "第一"]);
        assert_eq!(words.version, 3);
        assert!(words.says_where_rules_are(&Plain::new("规则和比例贴在柜台")));
    }

    #[test]
    fn a_word_list_with_a_mistake_is_refused_with_its_line() {
        check("version = 3\n", "", 1, "lacks the key \"version\"");
        check("version = 3", "version = 0", 1, "between 1");
        check("published", "publish", 2, "no key \"publish\"");
        check("\"规则和比例\"", "\"规\"", 2, "too short");
        check("absolute_claim", "absolute", 4, "use one of");
        check("[\"第一\", \"全国第一\"]", "[]", 5, "no word");
        check("[\"第一\", \"全国第一\"]", "\"第一\"", 5, "must be");
        check("\"全国第一\"", "\"第 一\"", 5, "in the list already");
        check("\"全国第一\"", "7", 5, "must be a text");
        check("\"第一次\"", "\"第二次\"", 6, "excuses nothing");
        check("\"第一次\"", "\"第一、\"", 6, "excuse it everywhere");
        check("\"说事实\"", "\"\"", 7, "the fix is empty");
        check(", en = \"state a fact\"", "", 7, "lacks the key \"en\"");
        check("[[words]]", "[[word]]", 1, "lacks the key \"words\"");
        check("\"全国第一\"", &format!("\"{}\"", "长".repeat(61)), 5, "longer than 60");
    }

    #[test]
    fn the_standard_words_can_be_read_and_serve_every_rule() {
        LintWords::parse(include_str!("../../../../content/lint.toml")).unwrap();
        for (name, rule) in RULES {
            assert!(LintWords::standard().groups.iter().any(|group| group.rule == *rule), "{name}");
        }
    }
}

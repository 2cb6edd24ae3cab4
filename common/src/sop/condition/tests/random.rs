//! Texts that nobody would write: nothing panics, and the engine reads whatever the check accepts.

use super::*;

/// A stream of numbers, the same on every machine (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }

    fn pick<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.below(words.len())]
    }
}

/// Parses a text in both scopes. What is accepted evaluates to true or false, or to an error of arithmetic or of a
/// missing value; what is refused is refused at a character, in this module's own words.
fn survives(text: &str) -> bool {
    let parsed = [Scope::Customer, Scope::Step].map(|scope| Condition::parse(text, scope));
    for parsed in &parsed {
        match parsed {
            Ok(condition) => {
                let compiled = condition.compiled.as_ref().unwrap();
                for facts in [sample(), Sample::default()] {
                    if let Ok(value) = compiled.evaluate(&facts) {
                        assert!(value.kind() == ValueKind::Bool || value.is_undefined(), "{text}: {value:?}");
                    }
                }
            }
            Err(error) => {
                assert!(text.is_char_boundary(error.offset), "{text:?}: {error:?}");
                assert!(!error.message.is_empty() && !error.message.contains("syntax error"), "{text:?}: {error:?}");
            }
        }
    }
    parsed[1].is_ok()
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(1);
    for _ in 0..20_000 {
        let n_bytes = random.below(60);
        let bytes: Vec<u8> = (0..n_bytes).map(|_| random.below(256) as u8).collect();
        survives(&String::from_utf8_lossy(&bytes));
        let ascii: String = bytes.iter().map(|byte| char::from(byte % 96 + 32)).collect();
        survives(&ascii);
    }
}

#[test]
fn random_words_never_panic_and_the_engine_reads_what_the_check_accepts() {
    let mut words: Vec<&str> = Field::all().map(Field::name).collect();
    words.extend(["and", "or", "not", "in", "is", "defined", "undefined", "true", "none", "if", "else"].repeat(3));
    words.extend(["(", ")", "[", "]", ",", ".", "==", "!=", "<", ">=", "+", "-", "*", "/", "//", "%"].repeat(4));
    words.extend(["\"S\"", "'珍珠'", "\"spouse\"", "0", "7", "1.5", "tags.MAT", "\"", "|", "（", "é", "\\"].repeat(2));
    let mut random = Random(2);
    for _ in 0..40_000 {
        let text: Vec<&str> = (0..random.below(9) + 1).map(|_| random.pick(&words)).collect();
        survives(&text.join(random.pick(&[" ", "", "\n"])));
    }
}

#[test]
fn a_well_formed_condition_is_accepted_and_met_exactly_where_its_negation_is_not_or_neither_can_be_told() {
    let mut random = Random(3);
    for _ in 0..3_000 {
        let text = condition(&mut random, 3);
        let negated = format!("not ({text})");
        if negated.chars().count() <= MAX_CHARS {
            assert!(survives(&text) && survives(&negated), "{text}");
            let [met, negated] = [text.as_str(), &negated].map(|text| Condition::parse(text, Scope::Step).unwrap());
            let can_be_told =
                met.compiled.as_ref().unwrap().evaluate(&sample()).is_ok_and(|value| !value.is_undefined());
            assert_eq!(met.is_met(&sample()) ^ negated.is_met(&sample()), can_be_told, "{text}");
        }
    }
}

fn condition(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return match random.below(7) {
            0 => format!("{} {} {}", number(random, 2), random.pick(&["<", "==", "!=", ">="]), number(random, 2)),
            1 => format!("{} < {} <= {}", number(random, 1), number(random, 1), number(random, 1)),
            2 => format!("tier {} [\"S\", \"B\"]", random.pick(&["in", "not in"])),
            3 => format!("'珍珠' {} tags.{}", random.pick(&["in", "not in"]), random.pick(&["MAT", "in", "X"])),
            4 => format!("{} is {}", random.pick(&["age", "risk"]), random.pick(&["defined", "not undefined"])),
            5 => format!("level != {}", random.pick(&["\"金卡\"", "item", "'x'"])),
            _ => random.pick(&["wecom", "not lead", "true", "coupon_open", "false"]).to_owned(),
        };
    }
    let (left, right) = (condition(random, depth - 1), condition(random, random.0 as usize % depth));
    match random.below(4) {
        0 => format!("{left} and {right}"),
        1 => format!("{left} or {right}"),
        2 => format!("({left}) == ({right})"),
        _ => format!("not ({left})"),
    }
}

fn number(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random.pick(&["age", "n_purchases", "0", "12_000", "1.5", "-3", "n_coupons"]).to_owned();
    }
    let (left, right) = (number(random, depth - 1), number(random, depth - 1));
    match random.below(3) {
        0 => format!("({left} - {right})"),
        1 => format!("-({left})"),
        _ => format!("{left} {} {right}", random.pick(&["+", "*", "/", "//", "%"])),
    }
}

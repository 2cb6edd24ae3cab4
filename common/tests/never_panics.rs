//! The bodies of the fuzz targets with seeded text: what people and machines do to plans, templates and conditions by
//! accident. `fuzz/` runs the same bodies for as long as one likes.
#[path = "../../fuzz/bodies.rs"]
mod bodies;

use guide_common::demo;

/// How many texts each body reads.
const N_TEXTS: usize = 10_000;

/// Words that mean something somewhere, and characters that break things.
const PIECES: [&str; 48] = [
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "=",
    ",",
    "\n",
    "\\",
    "|",
    "!",
    "（",
    "：",
    "\u{202e}",
    "\u{0}",
    "\u{feff}",
    "𝕏",
    "0d",
    "+3d",
    "-99999999d",
    "+120m",
    "9223372036854775807",
    "-1",
    "1e309",
    "2026-02-30",
    "24:61",
    "300h",
    "tier",
    " == ",
    " and ",
    " not ",
    "tags.MAT",
    "\"珍珠\"",
    " in ",
    "(((((((((",
    "))))",
    "{称呼|您}",
    "{今日金价!30min}",
    "{",
    "step",
    "[[step]]",
    "[trigger]",
    "on = \"dormant\"",
    "when = \"\"",
    "repeat = \"+1d\"",
    "throttle = 0",
    "第一",
];

/// SplitMix64: the same seed gives the same texts everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// A text with a few accidents: pieces cut out, put in, doubled.
fn damaged(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(chars.len() + 1);
        let end = (at + random.below(12)).min(chars.len());
        match random.below(3) {
            0 => drop(chars.drain(at..end)),
            1 => drop(chars.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
            _ => {
                let copied: Vec<char> = chars[at..end].to_vec();
                chars.splice(at..at, copied);
            }
        }
    }
    chars.into_iter().collect()
}

fn soup(random: &mut Random) -> String {
    (0..random.below(30)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}

#[track_caller]
fn check(seed: u64, originals: &[&str], body: fn(&str)) {
    let mut random = Random(seed);
    for n in 0..N_TEXTS {
        let text =
            if n % 4 == 0 { soup(&mut random) } else { damaged(originals[random.below(originals.len())], &mut random) };
        if std::panic::catch_unwind(|| body(&text)).is_err() {
            panic!("text {n} of seed {seed} made the reader panic:\n{text}");
        }
    }
}

#[test]
fn no_plan_makes_the_reader_or_the_engine_panic() {
    let plans: Vec<&str> = demo::plan_files().iter().map(|(_, text)| *text).collect();
    check(1, &plans, bodies::plan);
}

#[test]
fn the_greatest_and_smallest_numbers_make_no_plan_panic() {
    for (_, text) in demo::plan_files() {
        for number in [i32::MIN, i32::MAX] {
            for unit in ["d", "w", "m"] {
                let text = text.replace("until = \"", &format!("until = \"{number:+}{unit}\" # "));
                bodies::plan(&text);
                bodies::plan(&format!("repeat = \"{number:+}{unit}\"\n{text}"));
            }
        }
    }
}

#[test]
fn no_template_makes_the_reader_the_renderer_or_the_lint_panic() {
    let templates: Vec<&str> = demo::template_files().iter().map(|(_, text)| *text).collect();
    check(2, &templates, bodies::template);
}

#[test]
fn no_condition_makes_the_reader_or_the_evaluation_panic() {
    let conditions = [
        "tier in [\"S\", \"A\"] and \"珍珠\" in tags.MAT",
        "not (days_since_purchase > 270 or risk == \"red\")",
        "18 <= age < 30 and wedding_in_days is defined",
        "spent_yuan / 2 + 100 > total_yuan * 3 - 1",
    ];
    check(3, &conditions, bodies::condition);
}

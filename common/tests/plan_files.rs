//! Plan files: what is accepted, and what is refused with which line.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use guide_common::sop::plan_file::parse;

const GOOD: &str = r#"id = "P01"
version = 1
name = { zh = "售后", en = "After-sale" }
priority = 80
restart = "supersede"
ends_on = ["do_not_contact", "returned"]
[trigger]
on = "purchase"
min_amount_fen = 30000
[[step]]
id = "thanks"
offset = "0d"
until = "0d"
channels = ["wecom"]
[[step]]
id = "care"
offset = "+3m"
until = "+4m"
keep = true
purpose = "answer"
channels = ["wecom", "phone"]
template = "T10"
asks = "satisfaction"
"#;

#[track_caller]
fn refused(from: &str, to: &str, line: usize, words: &str) {
    assert!(GOOD.contains(from), "the test's own text: {from}");
    let text = GOOD.replacen(from, to, 1);
    let error = parse(&text).expect_err(to);
    assert_eq!(error.line, line, "{to}: {error}");
    assert!(error.message.contains(words), "{to}: {error}");
}

#[test]
fn a_good_plan_is_read_whole() {
    let plan = parse(GOOD).unwrap();
    assert_eq!((plan.id.as_str(), plan.version, plan.priority, plan.steps.len()), ("P01", 1, 80, 2));
    assert!(plan.steps[1].keep);
    let again: guide_common::sop::plan::Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(again, plan);
}

#[test]
fn malformed_plans_are_refused_with_their_line() {
    refused("id = \"P01\"\n", "", 1, "lacks the key \"id\"");
    refused("id = \"P01\"", "id = \"\"", 1, "empty");
    refused("id = \"P01\"", "id = 1", 1, "text in quotes");
    refused("id = \"P01\"", "id = \"P 01\"", 1, "letters");
    refused("version = 1\n", "", 1, "version");
    refused("version = 1", "version = 0", 2, "between 1");
    refused("version = 1", "version = 1.5", 2, "whole number");
    refused("version = 1", "version = 99999999999", 2, "between 1");
    refused("zh = \"售后\", ", "", 3, "zh");
    refused("zh = \"售后\"", "zh = \"售后\", fr = \"x\"", 3, "no key \"fr\"");
    refused("\"售后\"", "\"\\u001b\"", 3, "empty");
    refused("priority = 80", "priority = 101", 4, "between 0 and 100");
    refused("priority = 80", "priority = \"high\"", 4, "whole number");
    refused("priority", "prioriti", 4, "did you mean \"priority\"");
    refused("\"supersede\"", "\"often\"", 5, "every, once, supersede");
    refused("\"returned\"", "\"gone\"", 6, "neither an outcome's name");
    refused("[\"do_not_contact\", \"returned\"]", "\"returned\"", 6, "list");
    refused("on = \"purchase\"\n", "", 7, "lacks the key \"on\"");
    refused("\"purchase\"", "\"sunrise\"", 8, "no trigger");
    refused("30000", "-1", 9, "between 0");
    refused("30000", "300.0", 9, "whole number");
    refused("min_amount_fen", "min_amount", 9, "did you mean");
    refused("id = \"thanks\"\n", "", 10, "lacks the key \"id\"");
    refused("id = \"care\"", "id = \"thanks\"", 15, "twice");
    refused("offset = \"0d\"", "offset = \"0\"", 12, "no offset");
    refused("offset = \"0d\"", "offset = \"3d\"", 12, "needs a sign");
    refused("until = \"0d\"", "until = \"-1d\"", 13, "before offset");
    refused("until = \"+4m\"", "until = \"+91d\"", 18, "before offset");
    refused("until = \"+4m\"", "until = \"+99999d\"", 18, "ten years");
    refused("channels = [\"wecom\"]", "channels = []", 14, "at least one channel");
    refused("channels = [\"wecom\"]", "channels = [\"pigeon\"]", 14, "no channel");
    refused("keep = true", "keep = \"yes\"", 19, "true or false");
    refused("\"answer\"", "\"fun\"", 20, "promo, service, answer");
    refused("\"T10\"", "\"\"", 22, "empty");
    refused("\"satisfaction\"", "\"money\"", 23, "satisfaction, appointment, amount");
    refused("version = 1", "version = ", 2, "");
    refused("[trigger]", "[trigger", 7, "");
    refused("[[step]]", "[step]", 15, "duplicate");
}

#[test]
fn what_is_described_and_not_built_is_refused_never_ignored() {
    refused("\"purchase\"", "\"dormant\"", 8, "not built yet");
    refused("priority = 80", "audience = \"tier == 'S'\"", 4, "not built yet");
    refused("priority = 80", "throttle = 8", 4, "not built yet");
    refused("priority = 80", "exclusive = [\"wake\"]", 4, "not built yet");
    refused("min_amount_fen = 30000", "category = \"足金\"", 9, "not built yet");
    refused("min_amount_fen = 30000", "repeat = \"6m\"", 9, "not built yet");
    refused("keep = true", "at = \"10:00\"", 19, "not built yet");
    refused("keep = true", "within = \"24h\"", 19, "not built yet");
    refused("keep = true", "from = \"wedding_on\"", 19, "not built yet");
    refused("keep = true", "recovery = \"P10\"", 19, "not built yet");
}

#[test]
fn a_plan_without_steps_is_refused() {
    let text = &GOOD[..GOOD.find("[[step]]").unwrap()];
    assert!(parse(text).unwrap_err().message.contains("step"));
    let text = text.replace("priority = 80", "step = []");
    assert!(parse(&text).unwrap_err().message.contains("1 to 64"));
}

#[test]
fn no_damage_to_a_plan_file_makes_the_reader_panic() {
    for cut in 0..GOOD.len() {
        let _ = parse(&String::from_utf8_lossy(&GOOD.as_bytes()[..cut]));
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes[cut] ^= 0x15;
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }
}

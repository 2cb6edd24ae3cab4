//! Plan files: what is accepted, and what is refused with which line.
use guide_common::sop::plan::{Branch, FromDate, Plan};
use guide_common::sop::plan_file::{check_plans, parse};
use guide_common::sop::trigger::Trigger;

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

/// Every key that `GOOD` leaves out.
const WHOLE: &str = r#"id = "P77"
version = 3
name = { zh = "全", en = "All" }
starts_on = "2026-08-12"
repeat = "+6m"
rest = "+180d"
audience = 'tier in ["S", "A"] and not open_complaint'
tiers = ["S", "A"]
tags = ["BUD", "MAT:珍珠"]
store_tiers = ["A"]
exclusive = "campaign-or-wake"
throttle = 8
recovery = true
[campaign]
name = { zh = "七夕盲盒", en = "blind box" }
until = "0d"
rules = { zh = "每人一次", en = "one each" }
[[trigger]]
on = "date"
calendar = "lunar"
date = "07-07"
[[trigger]]
on = "outcome"
codes = ["visited"]
max_score = 3
[[step]]
id = "ask"
name = { zh = "问", en = "ask" }
offset = "0d"
until = "+3d"
at = "10:00"
within = "24h"
channels = ["wecom"]
template = "T03"
when = "score <= 3"
coupon = "SVC"
linked = true
discreet = true
positive = ["thank"]
no_reply = ["again"]
recovery = "P10"
[[step.variant]]
when = 'tier == "S"'
template = "T18"
channels = ["phone"]
[[step]]
id = "thank"
from = "outcome"
offset = "+1d"
until = "+2d"
channels = ["wecom"]
[[step]]
id = "again"
offset = "+7d"
until = "+9d"
channels = ["phone"]
"#;

#[track_caller]
fn refused_in(base: &str, from: &str, to: &str, line: usize, words: &str) {
    assert!(base.contains(from), "the test's own text: {from}");
    let text = base.replacen(from, to, 1);
    let error = parse(&text).expect_err(to);
    assert_eq!(error.line, line, "{to}: {error}");
    assert!(error.message.contains(words), "{to}: {error}");
}

#[track_caller]
fn refused(from: &str, to: &str, line: usize, words: &str) {
    refused_in(GOOD, from, to, line, words);
}

#[track_caller]
fn refused_whole(from: &str, to: &str, line: usize, words: &str) {
    refused_in(WHOLE, from, to, line, words);
}

/// The plan with its trigger replaced by these lines; the trigger's first line is the seventh.
#[track_caller]
fn refused_trigger(lines: &str, line: usize, words: &str) {
    refused("on = \"purchase\"\nmin_amount_fen = 30000", lines, line, words);
}

#[test]
fn a_good_plan_is_read_whole() {
    let plan = parse(GOOD).unwrap();
    assert_eq!((plan.id.as_str(), plan.version, plan.priority, plan.steps.len()), ("P01", 1, 80, 2));
    assert!(plan.steps[1].keep);
    let again: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(again, plan);
}

#[test]
fn every_key_is_read_and_survives_the_wire() {
    let plan = parse(WHOLE).unwrap();
    assert_eq!((plan.triggers.len(), plan.throttle, plan.recovery), (2, Some(8), true));
    assert_eq!(plan.audience.tags[1].value.as_deref(), Some("珍珠"));
    let ask = &plan.steps[0];
    assert_eq!((ask.within_hours, ask.variants.len(), ask.linked, ask.discreet), (Some(24), 1, true, true));
    assert_eq!(ask.branches().map(|(branch, _)| branch).collect::<Vec<_>>(), [Branch::Positive, Branch::NoReply]);
    assert_eq!(plan.steps[1].from, Some(FromDate::Outcome));
    let again: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(again, plan);
}

#[test]
fn every_trigger_is_read() {
    for (lines, name) in [
        ("on = \"purchase\"\ncategories = [\"足金\"]", "purchase"),
        ("on = \"purchase\"\neach_item = true\nrepeat_by_material = { \"珍珠\" = \"+12m\" }", "purchase"),
        ("on = \"birthday\"", "birthday"),
        ("on = \"anniversary\"\nof = \"wedding\"", "anniversary"),
        ("on = \"dormant\"\ndays = 270\nsince = \"contact\"", "dormant"),
        ("on = \"dormant\"\nrisk = \"red\"", "dormant"),
        ("on = \"lead\"", "lead"),
        ("on = \"contact_added\"", "contact_added"),
        ("on = \"tagged\"\ngroup = \"OCC\"\nvalue = \"婚嫁\"", "tagged"),
        ("on = \"level\"\nevent = \"near\"\ngap_percent = 10", "level"),
        ("on = \"coupon_expiry\"\nkinds = [\"CASH\"]", "coupon_expiry"),
        ("on = \"life_event\"\nkind = \"birth\"", "life_event"),
        ("on = \"date\"\ndate = \"2026-08-19\"", "date"),
        ("on = \"outcome\"\nplan = \"P02\"\nstep = \"wish\"", "outcome"),
        ("on = \"promise\"", "promise"),
        ("on = \"appointment\"", "appointment"),
        ("on = \"ticket\"\nevent = \"uncollected\"", "ticket"),
        ("on = \"owner_changed\"", "owner_changed"),
        ("on = \"dispatch\"", "dispatch"),
    ] {
        let text = GOOD.replacen("on = \"purchase\"\nmin_amount_fen = 30000", lines, 1);
        let plan = parse(&text).unwrap_or_else(|error| panic!("{lines}: {error}"));
        assert_eq!(plan.triggers.iter().map(Trigger::name).collect::<Vec<_>>(), [name]);
    }
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
    refused("version = 1", "version = ", 2, "");
    refused("[trigger]", "[trigger", 7, "");
    refused("[[step]]", "[step]", 15, "duplicate");
    refused_whole("\"2026-08-12\"", "\"12 August\"", 4, "no date");
    refused_whole("\"+6m\"", "\"0d\"", 5, "forward");
    refused_whole("\"+6m\"", "\"6m\"", 5, "needs a sign");
    refused_whole("\"+180d\"", "\"-180d\"", 6, "forward");
    refused_whole("[\"S\", \"A\"]\ntags", "[\"D\"]\ntags", 8, "S, A, B, C");
    refused_whole("\"MAT:珍珠\"", "\":珍珠\"", 9, "a tag is written as");
    refused_whole("\"MAT:珍珠\"", "\"MAT:\"", 9, "a tag is written as");
    refused_whole("[\"A\"]", "[\"S\"]", 10, "A, B, C");
    refused_whole("\"campaign-or-wake\"", "[\"wake\"]", 11, "text in quotes");
    refused_whole("throttle = 8", "throttle = 0", 12, "between 1 and 1000");
    refused_whole("codes = [\"visited\"]", "plan = \"P01\"", 12, "has no throttle of its own");
    refused_whole("recovery = true", "recovery = \"P10\"", 13, "true or false");
    refused_whole("until = \"0d\"\nrules", "until = \"today\"\nrules", 16, "no offset");
    refused_whole("zh = \"每人一次\", ", "", 17, "lacks the key \"zh\"");
}

#[test]
fn malformed_triggers_are_refused_with_their_line() {
    refused("on = \"purchase\"\n", "", 7, "lacks the key \"on\"");
    refused("\"purchase\"", "\"sunrise\"", 8, "no trigger");
    refused("30000", "-1", 9, "between 0");
    refused("30000", "300.0", 9, "whole number");
    refused("min_amount_fen", "min_amount", 9, "did you mean");
    refused("[trigger]\non = \"purchase\"\nmin_amount_fen = 30000", "trigger = []", 7, "1 to 8 triggers");
    refused_trigger("on = \"purchase\"\nrepeat_by_material = { \"珍珠\" = \"+12m\" }", 9, "each_item");
    refused_trigger("on = \"purchase\"\neach_item = true\nrepeat_by_material = { \"珍珠\" = \"-12m\" }", 10, "forward");
    refused_trigger("on = \"purchase\"\ncategories = \"足金\"", 9, "list");
    refused_trigger("on = \"birthday\"\ncalendar = \"lunar\"", 9, "no key \"calendar\"");
    refused_trigger("on = \"dormant\"", 8, "days or risk");
    refused_trigger("on = \"dormant\"\ndays = 270\nrisk = \"red\"", 10, "two triggers");
    refused_trigger("on = \"dormant\"\ndays = 0", 9, "between 1");
    refused_trigger("on = \"dormant\"\nrisk = \"green\"", 9, "amber, red");
    refused_trigger("on = \"dormant\"\ndays = 9\nsince = \"never\"", 10, "visit, purchase, contact");
    refused_trigger("on = \"tagged\"\nvalue = \"婚嫁\"", 7, "lacks the key \"group\"");
    refused_trigger("on = \"level\"\nevent = \"near\"", 9, "gap_percent");
    refused_trigger("on = \"level\"\nevent = \"expires\"\ngap_percent = 10", 9, "gap_percent");
    refused_trigger("on = \"level\"\nevent = \"rose\"\nlevel = \"wood\"", 10, "regular, silver, gold, diamond");
    refused_trigger("on = \"life_event\"", 7, "lacks the key \"kind\"");
    refused_trigger("on = \"date\"\ndate = \"02-30\"", 9, "no day");
    refused_trigger("on = \"date\"\ndate = \"8-19\"", 9, "no day");
    refused_trigger("on = \"date\"\ncalendar = \"lunar\"\ndate = \"13-01\"", 10, "no day");
    refused_trigger("on = \"date\"\ncalendar = \"maya\"\ndate = \"01-01\"", 9, "solar, lunar");
    refused_trigger("on = \"outcome\"\ncodes = [\"sold\"]", 9, "no outcome's name");
    refused_trigger("on = \"outcome\"\nmin_score = 6", 9, "between 1 and 5");
    refused_trigger("on = \"outcome\"\nmin_score = 4\nmax_score = 3", 9, "above max_score");
    refused_trigger("on = \"outcome\"\nstep = \"wish\"", 9, "add plan");
    refused_trigger("on = \"ticket\"\nevent = \"lost\"", 9, "received, ready, collected, uncollected, promised");
}

#[test]
fn malformed_steps_are_refused_with_their_line() {
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
    refused("keep = true", "within = \"24h\"", 15, "within counts from the outcome");
    refused("keep = true", "from = \"outcome\"", 15, "another step must name it");
    refused("keep = true", "from = \"payday\"", 19, "next_on");
    refused("keep = true", "recovery = \"P01\"", 15, "its own recovery");
    refused("keep = true", "positive = [\"thanks\"]", 15, "does not stand after it");
    refused("keep = true", "negative = [\"sorry\"]", 15, "does not have");
    refused("keep = true", "no_reply = \"sorry\"", 19, "list");
    refused_whole("\"10:00\"", "\"10am\"", 31, "no time");
    refused_whole("\"24h\"", "\"1d\"", 32, "no span of hours");
    refused_whole("\"24h\"", "\"241h\"", 32, "at most 240h");
    refused_whole("[\"again\"]", "[\"thank\", \"ask\"]", 26, "does not stand after it");
    refused_whole("coupon = \"SVC\"", "coupon = 100", 36, "text in quotes");
    refused_whole("linked = true", "linked = 1", 37, "true or false");
    refused_whole("template = \"T18\"\nchannels = [\"phone\"]\n", "", 43, "a template or channels");
    refused_whole("when = 'tier == \"S\"'\n", "", 42, "lacks the key \"when\"");
    refused_whole("[\"phone\"]\n[[step]]\nid = \"thank\"", "[\"fax\"]\n[[step]]\nid = \"thank\"", 45, "no channel");
}

#[test]
fn malformed_conditions_are_refused_with_their_line() {
    refused_whole("'tier in [\"S\", \"A\"] and not open_complaint'", "'tierr > 5'", 7, "is `tier` meant?");
    refused_whole("not open_complaint", "score == 3", 7, "a field of steps");
    refused_whole("\"score <= 3\"", "\"score <= \"", 35, "value is missing");
    refused_whole("\"score <= 3\"", "\"score\"", 35, "compare it");
    refused_whole("'tier == \"S\"'", "'tier == \"X\"'", 43, "never \"X\"");
    refused_whole(
        "'tier in [\"S\", \"A\"] and not open_complaint'",
        "\"\"\"\ntier == 'S' and\nopen_complaints\"\"\"",
        9,
        "is `open_complaint` meant?",
    );
}

#[test]
fn a_step_is_a_branch_of_one_step_only() {
    let text = WHOLE.replacen("id = \"thank\"\n", "id = \"thank\"\npositive = [\"again\"]\n", 1);
    let error = parse(&text).unwrap_err();
    assert!(error.message.contains("name it once"), "{error}");
    assert_eq!(error.line, 46);
}

#[test]
fn a_plan_without_steps_is_refused() {
    let text = &GOOD[..GOOD.find("[[step]]").unwrap()];
    assert!(parse(text).unwrap_err().message.contains("step"));
    let text = text.replace("priority = 80", "step = []");
    assert!(parse(&text).unwrap_err().message.contains("1 to 64"));
}

#[test]
fn lists_that_are_too_long_are_refused_before_they_are_read() {
    let many = |entry: &str, n| vec![entry; n].join(", ");
    refused("[\"wecom\"]", &format!("[{}]", many("\"pigeon\"", 65)), 14, "channels has 65 entries; at most 64");
    refused_whole("[\"BUD\", \"MAT:珍珠\"]", &format!("[{}]", many("\"BUD\"", 65)), 9, "at most 64");
    refused_trigger(&format!("on = \"purchase\"\ncategories = [{}]", many("1", 65)), 9, "at most 64");
    let triggers = format!("trigger = [{}]", many("{}", 9));
    refused("[trigger]\non = \"purchase\"\nmin_amount_fen = 30000", &triggers, 7, "at most 8");
    let steps = format!("{}{}", &GOOD[..GOOD.find("[[step]]").unwrap()], "[[step]]\n".repeat(65));
    assert!(parse(&steps).unwrap_err().message.contains("step has 65 entries; at most 64"));
}

#[test]
fn a_step_stands_once_in_a_branch_and_may_stand_in_several() {
    refused_whole("[\"thank\"]", "[\"thank\", \"thank\"]", 39, "names the step \"thank\" twice");
    let text = WHOLE.replacen("no_reply = [\"again\"]", "no_reply = [\"again\"]\nnegative = [\"thank\"]", 1);
    assert_eq!(parse(&text).unwrap().steps[0].branches().count(), 3);
}

#[test]
fn a_plan_that_would_start_a_run_every_few_days_for_years_is_refused() {
    refused_whole("\"+6m\"", "\"+1m\"", 5, "let it repeat less often");
    let weekly = GOOD.replacen("\"supersede\"", "\"supersede\"\nrepeat = \"+1w\"", 1);
    assert!(parse(&weekly).is_ok());
    let daily = parse(&weekly.replacen("+1w", "+1d", 1)).unwrap_err();
    assert_eq!((daily.line, daily.message.contains("7320 runs with 14640 steps")), (6, true), "{daily}");
    let rhythm = "on = \"purchase\"\neach_item = true\nrepeat_by_material = { \"珍珠\" = \"+1d\" }";
    refused_trigger(rhythm, 7, "let it repeat less often");
}

#[test]
fn a_plan_that_runs_once_does_not_repeat() {
    let text = GOOD.replacen("\"supersede\"", "\"once\"\nrepeat = \"+6m\"", 1);
    let error = parse(&text).unwrap_err();
    assert_eq!((error.line, error.message.contains("does not repeat")), (6, true), "{error}");
}

/// A plan that a bad score on P01's care starts, and the other way round.
fn pair() -> [Plan; 2] {
    let sale = GOOD.replacen("keep = true", "recovery = \"P10\"", 1);
    let recovery = GOOD.replacen("\"P01\"", "\"P10\"", 1).replacen(
        "on = \"purchase\"\nmin_amount_fen = 30000",
        "on = \"outcome\"\nmax_score = 3",
        1,
    );
    [parse(&sale).unwrap(), parse(&recovery).unwrap()]
}

#[track_caller]
fn faults(plans: &[Plan], plan: &str, words: &str) {
    let faults = check_plans(plans);
    assert!(faults.iter().any(|(id, fault)| id.as_str() == plan && fault.contains(words)), "{faults:?}");
}

#[test]
fn faults_between_plans_are_found_before_publication() {
    let [sale, recovery] = pair();
    assert_eq!(check_plans(&[sale.clone(), recovery.clone()]), []);
    faults(std::slice::from_ref(&sale), "P01", "names the plan P10, which is not published");
    let deaf = Plan { triggers: sale.triggers.clone(), ..recovery.clone() };
    faults(&[sale.clone(), deaf], "P01", "has no trigger on = \"outcome\"");
    let mut ring = recovery;
    ring.steps[0].recovery = Some("P01".parse().unwrap());
    let mut sale = sale;
    sale.triggers.extend(ring.triggers.clone());
    let both = [sale, ring];
    faults(&both, "P01", "from its own outcomes");
    faults(&both, "P10", "from its own outcomes");
}

#[test]
fn no_damage_to_a_plan_file_makes_the_reader_panic() {
    for good in [GOOD, WHOLE] {
        for cut in 0..good.len() {
            let _ = parse(&String::from_utf8_lossy(&good.as_bytes()[..cut]));
            let mut bytes = good.as_bytes().to_vec();
            bytes[cut] ^= 0x15;
            let _ = parse(&String::from_utf8_lossy(&bytes));
        }
    }
}

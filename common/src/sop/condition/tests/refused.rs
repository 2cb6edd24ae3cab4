//! What is refused, at which byte and with which words.

use super::*;

#[track_caller]
fn refused(text: &str, offset: usize, message: &str) {
    refused_in(Scope::Step, text, offset, message);
}

#[track_caller]
fn refused_in(scope: Scope, text: &str, offset: usize, message: &str) {
    let error = Condition::parse(text, scope).expect_err(text);
    assert!(error.message.contains(message), "{text}: {error:?}");
    assert_eq!(error.offset, offset, "{text}: {error:?}");
    assert!(text.is_char_boundary(error.offset), "{text}");
}

#[test]
fn unknown_fields_are_refused_with_the_nearest_known_one() {
    refused(r#"wecom and teir == "A""#, 10, "unknown field `teir`; is `tier` meant?");
    refused("spent > 5", 0, "unknown field `spent`; docs/conditions.md");
    refused("n_purchase > 5", 0, "is `n_purchases` meant?");
    refused("Age > 5", 0, "is `age` meant?");
    refused("days_since_purchases > 5", 0, "is `days_since_purchase` meant?");
    refused("range > 5", 0, "unknown field `range`; docs/conditions.md");
    refused_in(Scope::Customer, "scores > 3", 0, "`score` is a field of steps");
    refused_in(Scope::Step, "scores > 3", 0, "is `score` meant?");
    refused_in(Scope::Customer, "wecom and score > 3", 10, "`score` is a field of steps");
}

#[test]
fn what_is_no_condition_is_refused() {
    refused("tier", 0, "`tier` is a text, no condition: compare it with something");
    refused("age", 0, "`age` is a number, no condition");
    refused("wecom and age", 10, "`age` is a number, no condition");
    refused("age and wecom", 0, "`age` is a number, no condition");
    refused("not tier", 4, "`tier` is a text, no condition");
    refused("links", 0, "`links` is a list, no condition: ask");
    refused("tags.MAT", 0, "`tags.MAT` is a list, no condition");
    refused("5", 0, "`5` is a number, no condition");
    refused("  \"S\"", 2, "`\"S\"` is a text, no condition");
    refused("1 + 2", 0, "`1 + 2` is a number, no condition");
    refused("lead or [1]", 8, "`[1]` is a list, no condition");
}

#[test]
fn comparisons_of_different_types_are_refused() {
    refused("tier > 5", 0, "`tier` is a text; only numbers are greater or less");
    refused("5 < tier", 4, "`tier` is a text; only numbers are greater or less");
    refused(r#"n_purchases == "3""#, 15, "`n_purchases` is a number, `\"3\"` is a text: they are never equal");
    refused("lead == 1", 8, "`lead` is true or false, `1` is a number");
    refused("18 <= age < tier", 12, "`tier` is a text");
    refused("level == level_rank", 9, "`level_rank` is a number");
    refused(r#"links == "spouse""#, 0, "`links` is a list: ask with `in`");
    refused("wecom in links", 0, "`wecom` is true or false and cannot be in `links`");
    refused(r#""x" in age"#, 7, "`age` is a number; after `in` stands a list or a text");
    refused("age in tags.MAT", 0, "`age` is a number and cannot be in `tags.MAT`");
    refused("tier in [1]", 0, "`tier` is a text and cannot be in `[1]`");
    refused("tier + 1 == 2", 0, "`tier` is a text; `+` works with numbers only");
    refused("1 - level > 2", 4, "`level` is a text; `-` works with numbers only");
    refused("-tier == 2", 1, "`tier` is a text; `-` works with numbers only");
    refused("(age > 1) > 2", 0, "`(age > 1)` is true or false");
}

#[test]
fn words_that_a_field_never_has_are_refused() {
    refused(r#"tier == "s""#, 8, "`tier` is never \"s\"; it is one of S, A, B, C");
    refused(r#""D" != tier"#, 0, "`tier` is never \"D\"");
    refused(r#"tier in ["S", "高"]"#, 14, "`tier` is never \"高\"");
    refused(r#"risk not in ["yellow"]"#, 13, "one of green, amber, red");
    refused(r#"tier in "SA""#, 8, "write a list: `in [\"SA\"]`");
    refused(r#"channel == "fax""#, 11, "one of wecom, phone,");
}

#[test]
fn whatever_is_more_than_a_comparison_is_refused() {
    refused("links|length > 1", 5, "has no filters");
    refused("range(3)", 0, "`range(` calls a function");
    refused("wecom(1)", 0, "`wecom(` calls a function");
    refused("tier is none", 8, "after `is` stands `defined` or `undefined`");
    refused("age is even", 7, "after `is` stands `defined` or `undefined`");
    refused("age is", 6, "after `is` stands `defined` or `undefined`");
    refused("age is not", 10, "after `is` stands `defined` or `undefined`");
    refused(r#"tier is "S""#, 8, "to compare write `==`");
    refused("5 is defined", 2, "asks whether a field is there");
    refused("links is defined", 6, "asks whether a field is there");
    refused("age == none", 7, "asked for with `is undefined`");
    refused("wecom if lead else lead", 6, "a condition has only and, or, not");
    refused("if lead", 0, "a condition has only and, or, not");
    refused(r#"tier ~ "x" == "Sx""#, 5, "a condition joins no texts");
    refused("age ** 2 > 3", 4, "no powers");
    refused("{{ wecom }}", 0, "without braces");
    refused("{% if wecom %}", 0, "without braces");
    refused("links[0] == 1", 5, "`links` has no parts");
    refused("tier.upper", 4, "`tier` has no parts");
    refused("tags", 0, "by group, as in `tags.MAT`");
    refused(r#""MAT" in tags"#, 9, "by group, as in `tags.MAT`");
    refused("tags.", 5, "the group of the tags is missing");
    refused("tags.5", 5, "the group of the tags is missing");
    refused(r#""x" in tags["MAT""#, 17, "`[` is never closed");
    refused(r#"wecom # and lead"#, 6, "`#` has no meaning here");
}

#[test]
fn mistakes_of_writing_are_refused_with_what_to_write() {
    refused("", 0, "the condition is empty");
    refused(" \n ", 0, "the condition is empty");
    refused(r#"tier = "S""#, 5, "write `==` to compare");
    refused("wecom && lead", 6, "write `and`");
    refused("wecom || lead", 6, "write `or`");
    refused("!wecom", 0, "write `not`");
    refused("age <> 3", 4, "write `!=`");
    refused("age => 3", 4, "write `>=`");
    refused("age ≥ 3", 4, "write `>=`");
    refused("wecom AND lead", 6, "`AND` has no meaning here: write `and`");
    refused("NOT wecom", 0, "`NOT` has no meaning here: write `not`");
    refused("lead == True", 8, "write `true`");
    refused("tier == “S”", 8, "no quotation mark of conditions; write `\"`");
    refused("（wecom）", 0, "`（` is the full-width sign; write `(`");
    refused("wecom\u{3000}and lead", 5, "a full-width space");
    refused("level == 金卡", 9, "`金卡` stands outside of quotes; write `\"金卡\"`");
    refused("level == \"金卡", 9, "the text is never closed by a `\"`");
    refused("level == \"金\\n卡\"", 9, "holds no `\\`");
    refused("level == \"金\u{202e}卡\"", 9, "invisible character");
    refused("level == \"金\n卡\"", 9, "control or invisible character");
    refused("level == \" \"", 9, "the text is empty");
    refused("wecom\u{0} and lead", 5, "the character \\u{0} has no meaning");
    refused("age > 5x", 6, "`5x` is no number");
    refused("age > 0x10", 6, "`0x10` is no number");
    refused("age > 1.", 6, "`1.` is no number");
    refused("age > 1.2.3", 6, "`1.2.3` is no number");
    refused("age > 1__0", 6, "`1__0` is no number");
    refused("age > 1e5", 6, "`1e5` is no number");
    refused("age > .5", 6, "a value is missing before `.`");
    refused("age > 99999999999999999999", 6, "too many digits");
}

#[test]
fn what_is_left_open_or_out_of_place_is_refused() {
    refused("(wecom", 0, "`(` is never closed");
    refused("(wecom lead)", 7, "is `and` or `or` missing before it?");
    refused("wecom)", 5, "`)` closes nothing");
    refused("()", 1, "`)` closes nothing, or a value is missing");
    refused("wecom and", 9, "the condition ends where a value is missing");
    refused("age >", 5, "the condition ends where a value is missing");
    refused("and wecom", 0, "a value is missing before `and`");
    refused("age > > 3", 6, "a value is missing before `>`");
    refused("wecom lead", 6, "`lead` cannot follow here; is `and` or `or` missing");
    refused(r#"tier in ("S", "A")"#, 12, "a list stands in `[` and `]`");
    refused(r#"tier in "S", "A""#, 8, "write a list");
    refused("tier in []", 9, "the list is empty");
    refused(r#"tier in ["S" "A"]"#, 13, "divided by `,`");
    refused(r#"tier in ["S", 1]"#, 14, "texts or numbers, not both");
    refused(r#"tier in ["S", tier]"#, 14, "texts in quotes, or numbers");
    refused(r#"tier in ["S",]"#, 13, "texts in quotes, or numbers");
    refused(r#"tier in [-"S"]"#, 10, "texts in quotes, or numbers");
    refused(r#"tier in ["S""#, 8, "`[` is never closed");
    refused(r#"tier not "S""#, 9, "`in` is missing after `not`");
    refused("wecom == not lead", 9, "a value is missing before `not`");
}

#[test]
fn no_text_overflows_the_stack() {
    let deep = |open: &str, n: usize, close: &str| format!("{}wecom{}", open.repeat(n), close.repeat(n));
    refused(&deep("(", 10_000, ")"), MAX_CHARS, "longer than 500 characters");
    refused(&deep("(", 240, ")"), 16, "nested deeper than 16");
    refused(&deep("not ", 120, ""), 64, "nested deeper than 16");
    refused(&deep("not(", 60, ")"), 32, "nested deeper than 16");
    refused(&format!("{}1 > 2", "-".repeat(400)), 16, "nested deeper than 16");
    refused(&"[".repeat(400), 1, "texts in quotes, or numbers");
    refused(&"(".repeat(400), 16, "nested deeper than 16");
    check(&deep("(", 16, ")"), true);
    check(&deep("not ", 16, ""), true);
    let long = [
        format!("{}1 > 0", "1+".repeat(240)),
        format!("{}1", "1<".repeat(240)),
        format!("{}wecom", "lead or ".repeat(60)),
        format!("level_rank in [{}2]", "1,".repeat(240)),
        format!("{}{}", deep("(", 16, ")"), " == true".repeat(50)),
    ];
    let on_a_small_stack = std::thread::Builder::new().stack_size(512 * 1024);
    let evaluated = on_a_small_stack.spawn(move || {
        let facts = sample();
        let conditions = long.iter().map(|text| Condition::parse(text, Scope::Step).expect(text));
        conditions.map(|condition| condition.is_met(&facts)).collect::<Vec<_>>()
    });
    assert_eq!(evaluated.unwrap().join().unwrap(), [true, false, true, true, true]);
}

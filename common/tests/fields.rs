//! Whose word counts on a field of a customer, what becomes of the others, and why.

use guide_common::customer::{Birthday, Tag};
use guide_common::fact::FactBody;
use guide_common::field::claim::{Change, Standing};
use guide_common::field::why::Why;
use guide_common::field::word::{consent_claims, tag_claims};
use guide_common::field::{CustomerField, FieldEdit};
use guide_common::op::{OpBody, Undo};
use guide_common::outcome::{OutcomeCode, Refusal};
use guide_common::sop::fields::CustomerFields;
use guide_common::sop::history::History;
use guide_common::sop::plan::Lang;
use guide_common::sop::rules::Rules;

use crate::story::{Story, day, sop};

const TODAY: &str = "2026-08-12";

fn desk() -> Story {
    Story::new(vec![sop(
        "id = 'B'",
        &["on = 'birthday'"],
        &["id = 's'; offset = '-3d'; until = '0d'; channels = ['wecom']"],
    )])
}

fn edit(field: &str, value: Option<&str>) -> FactBody {
    FactBody::Field(FieldEdit { on: day(TODAY), field: field.to_owned(), value: value.map(str::to_owned) })
}

fn set(story: Story, field: &str, value: &str) -> Story {
    story.fact(TODAY, edit(field, Some(value)))
}

#[track_caller]
fn check(story: &Story, field: &str, expected: &[(Option<&str>, Standing)]) {
    let claims = story.file.claims(field, day(TODAY));
    let found: Vec<_> = claims.iter().map(|claim| (claim.value.as_deref(), claim.standing)).collect();
    assert_eq!(found, expected, "{claims:#?}");
}

#[test]
fn a_guides_field_goes_to_the_last_writer_over_what_was_imported() {
    let mut story = desk();
    story.file.customer.salutation = Some("华先生".to_owned());
    check(&story, "salutation", &[(Some("华先生"), Standing::Won)]);
    let story = set(set(story, "salutation", "华叔"), "salutation", "华哥");
    let expected = [(Some("华哥"), Standing::Won), (Some("华叔"), Standing::Lost), (Some("华先生"), Standing::Lost)];
    check(&story, "salutation", &expected);
    assert_eq!(story.file.person(day(TODAY)).salutation.as_deref(), Some("华哥"));
    let last = story.file.facts.last().unwrap().id;
    let claims = story.file.claims("salutation", day(TODAY));
    assert_eq!(claims[0].why, Why::LastWord);
    assert_eq!([claims[1].why, claims[2].why], [Why::Overwritten(last); 2]);
    assert_eq!(story.file.person(day("2026-08-11")).salutation.as_deref(), Some("华先生"), "not before its day");
}

#[test]
fn headquarters_field_stays_where_it_has_a_value_and_takes_the_guides_word_where_it_has_none() {
    let mut story = desk();
    story.file.customer.birthday = None;
    let story = set(story, "birthday", "1990-08-05");
    check(&story, "birthday", &[(Some("1990-08-05"), Standing::Won)]);
    assert_eq!(story.file.claims("birthday", day(TODAY))[0].why, Why::HeadquartersHasNone);
    assert_eq!(story.file.person(day(TODAY)).birthday, Birthday::solar(Some(1990), 8, 5));
    let mut story = story;
    story.file.customer.birthday = Birthday::solar(None, 9, 6);
    check(&story, "birthday", &[(Some("1990-08-05"), Standing::Lost), (Some("09-06"), Standing::Won)]);
    assert_eq!(story.file.claims("birthday", day(TODAY))[0].why, Why::HeadquartersOwn);
    assert_eq!(story.file.person(day(TODAY)).birthday, Birthday::solar(None, 9, 6));
}

#[test]
fn a_generated_name_is_none_that_headquarters_has() {
    let mut story = desk();
    story.file.customer.name_generated = true;
    let story = set(story, "name", "华绍棠");
    let person = story.file.person(day(TODAY)).into_owned();
    assert_eq!((person.name.as_str(), person.name_generated), ("华绍棠", false));
}

#[test]
fn the_engine_reads_the_value_that_counts() {
    let mut story = desk();
    story.file.customer.birthday = None;
    story.check(TODAY, "");
    let story = set(story, "birthday", "08-14");
    story.check(TODAY, "s 08-14 wecom");
}

#[test]
fn a_field_that_was_cleared_has_no_value_and_an_undo_gives_the_word_before_back() {
    let mut story = set(desk(), "ring_size", "13").fact(TODAY, edit("ring_size", None));
    check(&story, "ring_size", &[(None, Standing::Won), (Some("13"), Standing::Lost)]);
    assert_eq!(story.file.claims("ring_size", day(TODAY))[0].change, Change::Cleared);
    let cleared = story.file.facts.last().unwrap().id;
    story.apply(TODAY, OpBody::Undo(Undo { on: day(TODAY), op_id: cleared }));
    check(&story, "ring_size", &[(None, Standing::Undone), (Some("13"), Standing::Won)]);
    assert_eq!(story.file.field_value(CustomerField::RingSize, day(TODAY)).as_deref(), Some("13"));
}

#[test]
fn a_value_without_its_fields_form_is_refused_and_one_that_was_taken_in_elsewhere_is_kept_and_not_shown() {
    let mut story = desk();
    let op = story.op(TODAY, OpBody::Fact(edit("wedding_on", Some("next spring"))));
    assert_eq!(story.file.apply(&op, &"G1".parse().unwrap()), Err(Refusal::MalformedValue));
    let mut story = set(story, "wedding_on", "2026-10-01");
    let Some(FactBody::Field(of_newer)) = story.file.facts.last_mut().map(|fact| &mut fact.body) else { panic!() };
    of_newer.value = Some("spring 2027".to_owned());
    let read: CustomerFacts = story.file.facts.iter().map(|fact| serde_json::to_value(fact).unwrap()).collect();
    assert_eq!(read[0]["kind"], "field_set");
    let fact: guide_common::fact::Fact = serde_json::from_value(read[0].clone()).unwrap();
    assert_eq!(fact, story.file.facts[0], "what a newer version took in stays readable");
    check(&story, "wedding_on", &[(Some("spring 2027"), Standing::Lost)]);
    assert_eq!(story.file.person(day(TODAY)).wedding_on, None);
}

type CustomerFacts = Vec<serde_json::Value>;

#[test]
fn a_field_of_a_newer_version_is_kept_and_shown() {
    let story = set(set(desk(), "shoe_size", "38"), "shoe_size", "39");
    check(&story, "shoe_size", &[(Some("39"), Standing::Won), (Some("38"), Standing::Lost)]);
    assert_eq!(story.file.edited_fields(day(TODAY)), ["shoe_size"]);
}

#[test]
fn texts_from_outside_are_sanitised_and_bounded() {
    let story = set(desk(), "occupation", &format!("\u{1b}[31m老师\u{202e}{}", "长".repeat(500)));
    let value = story.file.field_value(CustomerField::Occupation, day(TODAY)).unwrap();
    assert!(value.starts_with("[31m老师长") && value.chars().count() <= 120, "{value}");
}

#[test]
fn tags_show_who_applied_and_took_them_away_and_which_word_counts() {
    let mut story = desk();
    let imported =
        Tag { group: "MAT".to_owned(), value: "珍珠".to_owned(), on: None, source: Some("import".to_owned()) };
    story.file.customer.tags = vec![imported];
    let story = story.tag(TODAY, "MAT:翡翠").untag(TODAY, "MAT:翡翠").tag(TODAY, "MAT:翡翠");
    let history = History::of(&story.file, day(TODAY));
    let standing = CustomerFields { history: &history, rules: &Rules::default(), day: day(TODAY) }.tags();
    let claims = tag_claims(&story.file, &standing, day(TODAY));
    let found: Vec<_> =
        claims.iter().map(|claim| (claim.change, claim.value.as_deref().unwrap(), claim.standing)).collect();
    // where headquarters has not said otherwise a group holds one value
    let expected = [
        (Change::Added, "翡翠", Standing::Won),
        (Change::Removed, "翡翠", Standing::Lost),
        (Change::Added, "翡翠", Standing::Lost),
    ];
    assert_eq!(found[..3], expected);
    let is_on = standing.iter().any(|tag| tag.value == "珍珠");
    assert_eq!(found[3], (Change::Kept, "珍珠", if is_on { Standing::Won } else { Standing::Lost }));
    assert!(claims.iter().all(|claim| claim.field == "tags.MAT"));
}

#[test]
fn an_opt_out_tells_who_forbade_contact_and_what_lifted_it() {
    let story = desk().contact(TODAY, OutcomeCode::DoNotContact, |_| {});
    let claims = consent_claims(&story.file, day(TODAY));
    assert_eq!((claims[0].value.as_deref(), claims[0].standing), (Some("do_not_contact"), Standing::Won));
    let story = story.allow(TODAY, None);
    let claims = consent_claims(&story.file, day(TODAY));
    let found: Vec<_> = claims.iter().map(|claim| (claim.value.as_deref().unwrap(), claim.standing)).collect();
    assert_eq!(found, [("allowed", Standing::Won), ("do_not_contact", Standing::Lost)]);
}

#[test]
fn every_reason_is_said_in_both_languages() {
    let story = set(set(desk(), "salutation", "华叔"), "salutation", "华哥");
    let claims = story.file.claims("salutation", day(TODAY));
    let text = |idx: usize, lang| claims[idx].why.text().in_lang(lang).to_owned();
    assert_eq!(text(0, Lang::Zh), "此项归导购：总部最后收到的为准");
    assert_eq!(text(0, Lang::En), "the guides own this field: what headquarters took in last counts");
    let by = claims[0].fact.unwrap().id;
    assert_eq!(text(1, Lang::Zh), format!("总部之后又收到 {by}，以后者为准"));
    assert_eq!(text(1, Lang::En), format!("headquarters took in {by} after it, which counts"));
}

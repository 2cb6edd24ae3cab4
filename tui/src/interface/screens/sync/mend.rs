//! A rejected op as a form: each field of its kind that a person can set, in its own words. What cannot be typed, such as
//! the ids of dues, goes along as it was.

use guide_common::outcome::Channel;
use guide_common::sop::plan::Lang;
use guide_common::wire::support::OpDetail;
use serde_json::{Map, Value};

use crate::interface::effect::SyncRequest;
use crate::interface::layers::ask_form::{AskField, AskForm, AskKind, AskPurpose};
use crate::lang::name::{channel_name, outcome_name, reason_name};
use crate::lang::{pick, rejection};
use crate::text;

/// A field that people know: its name on the wire, what it takes, what it is called, what is typed there.
type Known = (&'static str, AskKind, (&'static str, &'static str), (&'static str, &'static str));

const DATE_HINT: (&str, &str) = ("8-20、2026-08-20、+3", "8-20, 2026-08-20, +3");
const NO_HINT: (&str, &str) = ("", "");

/// The fields in the order in which they are asked.
const KNOWN: [Known; 22] = [
    ("code", AskKind::Outcome, ("结果", "Outcome"), ("0–9 或 bought", "0-9 or bought")),
    ("channel", AskKind::Channel, ("渠道", "Channel"), ("wecom、phone、visit", "wecom, phone, visit")),
    ("amount_fen", AskKind::Amount, ("金额（元）", "Amount"), ("例如 1280", "such as 1280")),
    ("score", AskKind::Number, ("满意度 1–5", "Score 1–5"), NO_HINT),
    ("next_on", AskKind::Date, ("下次日期", "Next on"), DATE_HINT),
    ("next_time", AskKind::Time, ("下次时间", "Next at"), ("15:30", "15:30")),
    ("reason", AskKind::Reason, ("跳过原因", "Reason"), ("a–f", "a-f")),
    ("text", AskKind::Text, ("内容", "Text"), NO_HINT),
    ("words", AskKind::Text, ("客户的话", "Words"), NO_HINT),
    ("item", AskKind::Text, ("货品", "Item"), NO_HINT),
    ("due_on", AskKind::NeededDate, ("承诺日期", "Promised for"), DATE_HINT),
    ("visit_on", AskKind::NeededDate, ("到店日期", "Visit on"), DATE_HINT),
    ("visit_time", AskKind::Time, ("到店时间", "Visit at"), ("15:30", "15:30")),
    ("group", AskKind::Text, ("标签组", "Tag group"), NO_HINT),
    ("field", AskKind::Text, ("字段", "Field"), NO_HINT),
    ("value", AskKind::Text, ("值", "Value"), NO_HINT),
    ("allowed", AskKind::Flag, ("允许", "Allowed"), ("是、否", "yes, no")),
    ("from_on", AskKind::NeededDate, ("从", "From"), DATE_HINT),
    ("to_on", AskKind::NeededDate, ("到", "To"), DATE_HINT),
    ("until_on", AskKind::Date, ("到期", "Until"), DATE_HINT),
    ("deputy", AskKind::Text, ("代班导购", "Deputy"), NO_HINT),
    ("note", AskKind::Text, ("备注", "Note"), NO_HINT),
];

/// A field that belongs to no kind in particular.
const DAY: Known = ("on", AskKind::NeededDate, ("记录日期", "Made on"), DATE_HINT);

/// What stands beside the fields and is not typed.
const BESIDE: [(&str, (&str, &str)); 6] = [
    ("due_ids", ("节点", "Steps")),
    ("template", ("话术", "Script")),
    ("op_id", ("撤销哪条", "Takes back")),
    ("promise", ("哪个承诺", "Promise")),
    ("appointment", ("哪个预约", "Visit")),
    ("result", ("结果", "Result")),
];

/// What an op says in words: a label and a value each, for reading.
pub fn words(body: &str, lang: Lang) -> Vec<(String, String)> {
    let Some(object) = object(body) else { return vec![(String::new(), body.to_owned())] };
    let mut words = Vec::new();
    for (key, kind, label, _) in KNOWN.iter().chain([&DAY]) {
        if let Some(value) = object.get(*key) {
            words.push((pick(lang, *label).to_owned(), said(value, *kind, lang)));
        }
    }
    let is_known = |key: &str| KNOWN.iter().chain([&DAY]).any(|(known, ..)| *known == key);
    for (key, value) in object.iter().filter(|(key, _)| !is_known(key)) {
        let label = BESIDE.iter().find(|(known, _)| known == key).map(|(_, label)| pick(lang, *label));
        words.push((label.unwrap_or(key).to_owned(), plain(value)));
    }
    words
}

/// The form of a rejected op; none where its content is no object.
pub fn form(detail: &OpDetail, title: String, lang: Lang) -> Option<AskForm> {
    let object = object(detail.body.get())?;
    let (code, row) = (detail.row.code.as_deref(), &detail.row);
    let missing = code.and_then(|code| missing_field(code, &row.kind));
    let mut fields = Vec::new();
    let mut kept = object.clone();
    for (key, kind, label, hint) in KNOWN.iter().chain([&DAY]) {
        let value = object.get(*key);
        let is_typed = value.is_none_or(|value| !value.is_array() && !value.is_object());
        let is_asked = value.is_some() || missing == Some(*key) || (row.kind == "outcome" && *key == "note");
        if is_typed && is_asked {
            kept.remove(*key);
            let text = value.map(|value| shown(value, *kind)).unwrap_or_default();
            fields.push(AskField::new(key, pick(lang, *label).to_owned(), pick(lang, *hint), *kind, text));
        }
    }
    if !row.customer.is_guide_itself() {
        let (label, text) = (pick(lang, ("客户", "Customer")).to_owned(), row.customer.to_string());
        let hint = pick(lang, ("编号或姓名", "the id or the name"));
        fields.push(AskField::new("@customer", label, hint, AskKind::Customer, text));
    }
    let why = rejection::sentence(code, row.detail.as_deref(), lang);
    let note = text!(lang, "总部退回：{why}", "Headquarters rejected it: {why}");
    let purpose = AskPurpose::Mend { op: row.op_id, customer: row.customer.clone(), kept };
    let focus = fields.iter().position(|field| Some(field.key.as_str()) == missing).unwrap_or(0);
    Some(AskForm { focus, ..AskForm::new(purpose, title, note, fields) })
}

/// The request that sends the form's values.
pub fn request(form: &AskForm, values: Vec<Option<Value>>) -> Option<SyncRequest> {
    let AskPurpose::Mend { op, customer, kept } = &form.purpose else { return None };
    let (mut body, mut other) = (kept.clone(), None);
    for (field, value) in form.fields.iter().zip(values) {
        match (field.key.as_str(), value) {
            ("@customer", Some(Value::String(word))) => other = Some(word).filter(|word| word != customer.as_str()),
            (key, Some(value)) => {
                body.insert(key.to_owned(), value);
            }
            (_, None) => {}
        }
    }
    let body = Value::Object(body).to_string();
    Some(SyncRequest::Resend { op: *op, body: Some(body), customer: other })
}

/// A body as its fields.
fn object(body: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(body).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// The field that a rejection says is missing or wrong.
fn missing_field(code: &str, kind: &str) -> Option<&'static str> {
    Some(match (code, kind) {
        ("needs_amount" | "amount_not_positive" | "amount_too_large", _) => "amount_fen",
        ("needs_date" | "date_out_of_range", "outcome") => "next_on",
        ("date_out_of_range", "promise") => "due_on",
        ("date_out_of_range", "appointment") => "visit_on",
        ("date_out_of_range", _) => "until_on",
        ("needs_reason", _) => "reason",
        ("score_out_of_range", _) => "score",
        ("malformed_value", _) => "value",
        ("from_the_future", _) => "on",
        ("unknown_deputy", _) => "deputy",
        ("needs_text", "complaint_closed") => "words",
        ("needs_text", "tag_added" | "tag_removed" | "field_set") => "value",
        ("needs_text", _) => "text",
        _ => return None,
    })
}

/// A value in the reader's words.
fn said(value: &Value, kind: AskKind, lang: Lang) -> String {
    let text = shown(value, kind);
    match kind {
        AskKind::Outcome => text.parse().map_or(text, |code| outcome_name(code, lang).to_owned()),
        AskKind::Reason => text.parse().map_or(text, |reason| reason_name(reason, lang).to_owned()),
        AskKind::Channel => serde_json::from_value(value.clone())
            .map_or(text, |channel: Channel| channel_name(channel, lang).to_owned()),
        AskKind::Amount => format!("¥{text}"),
        _ => text,
    }
}

fn shown(value: &Value, kind: AskKind) -> String {
    match (kind, value) {
        (AskKind::Amount, Value::Number(fen)) => {
            fen.as_i64().map(guide_common::purchase::format_fen).unwrap_or_default().replace(',', "")
        }
        (AskKind::Time, Value::String(time)) => time.trim_end_matches(":00").to_owned(),
        (AskKind::Flag, Value::Bool(flag)) => flag.to_string(),
        (_, value) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.len().to_string(),
        value => value.to_string(),
    }
}

//! What a newer version wrote stays when this version writes: a hub that was set back to an older version, or is older
//! than its terminals, must not take away fields, nested ones too, and values that it does not know.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::outcome::MAX_NOTE_CHARS;
use crate::text::{Lines, sanitise};

/// How this version reads a text as a `T` and writes it again: what it does not know of it is missing, or `unknown`.
/// `None` where it cannot read it.
fn as_known<T: Serialize + DeserializeOwned>(text: &str) -> Option<Value> {
    serde_json::to_value(serde_json::from_str::<T>(text).ok()?).ok()
}

/// `new`, which this version made of `before`, with all of `before` that this version does not know and did not change;
/// both are JSON of a `T`. Where nothing was changed it is `before`, byte for byte.
pub fn kept<'j, T: Serialize + DeserializeOwned>(before: &'j str, new: &'j str) -> Cow<'j, str> {
    let read = |text| serde_json::from_str::<Value>(text).ok();
    if before == new {
        return Cow::Borrowed(new);
    }
    let (Some(known), Some(old), Some(written)) = (as_known::<T>(before), read(before), read(new)) else {
        return Cow::Borrowed(new);
    };
    if old == known {
        Cow::Borrowed(new)
    } else if written == known {
        Cow::Borrowed(before)
    } else {
        Cow::Owned(merged(&old, &known, written).to_string())
    }
}

/// `old` as it came, `known` as this version understood it, `new` as this version wants it.
fn merged(old: &Value, known: &Value, new: Value) -> Value {
    if *known == new {
        return old.clone();
    }
    match (old, known, new) {
        (Value::Object(old), Value::Object(known), Value::Object(mut new)) => {
            for (name, old) in old {
                let value = match (known.get(name), new.remove(name)) {
                    (Some(known), Some(new)) => Some(merged(old, known, new)),
                    (None, None) => Some(old.clone()),
                    (_, new) => new,
                };
                if let Some(value) = value {
                    new.insert(name.clone(), value);
                }
            }
            Value::Object(new)
        }
        (Value::Array(old), Value::Array(known), Value::Array(new)) if old.len() == known.len() => {
            let mut pairs: Vec<(&Value, &Value)> = old.iter().zip(known).collect();
            let as_it_came = |new: Value| match pairs.iter().position(|(_, known)| **known == new) {
                Some(idx) => pairs.remove(idx).0.clone(),
                None => new,
            };
            Value::Array(new.into_iter().map(as_it_came).collect())
        }
        (_, _, new) => new,
    }
}

/// JSON with every text in it sanitised, names of fields too, whatever they mean.
pub fn sanitised(value: Value) -> Value {
    let clean = |text: &str| sanitise(text, Lines::Many, MAX_NOTE_CHARS);
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(values) => Value::Array(values.into_iter().map(sanitised).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (clean(&name), sanitised(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::customer::{Customer, Tag, Tier};
    use crate::fact::Fact;
    use crate::op::Op;

    fn customer_of_a_newer_version() -> String {
        json!({
            "id": "C1", "name": "单雅琴", "tier": "Platinum", "shoe_size": { "eu": 38 },
            "birthday": { "month": 5, "day": 1, "calendar": "tibetan", "hour": 7 },
            "tags": [{ "group": "喜好", "value": "翡翠", "source": "guide", "certainty": 0.8 }],
        })
        .to_string()
    }

    fn rewritten(change: impl FnOnce(&mut Customer)) -> Value {
        let before = customer_of_a_newer_version();
        let mut customer: Customer = serde_json::from_str(&before).unwrap();
        change(&mut customer);
        serde_json::from_str(&kept::<Customer>(&before, &serde_json::to_string(&customer).unwrap())).unwrap()
    }

    #[test]
    fn what_was_not_changed_stays_as_a_newer_version_wrote_it() {
        let before: Value = serde_json::from_str(&customer_of_a_newer_version()).unwrap();
        let phone = rewritten(|customer| customer.phone = Some("13800001111".to_owned()));
        let mut expected = before.clone();
        expected["phone"] = json!("13800001111");
        assert_eq!(phone, expected);
        let tag = rewritten(|customer| {
            let tag = Tag { value: "珍珠".to_owned(), ..customer.tags[0].clone() };
            customer.tags.insert(0, tag);
        });
        assert_eq!(tag["tags"][1], before["tags"][0], "the tag beside the new one keeps what is not known here");
        assert_eq!(tag["tags"][0].get("certainty"), None);
        assert_eq!(rewritten(|_| {}), before);
    }

    #[test]
    fn what_is_changed_or_taken_away_here_does_not_come_back() {
        assert_eq!(rewritten(|customer| customer.tier = Tier::A)["tier"], "A");
        assert_eq!(rewritten(|customer| customer.birthday = None).get("birthday"), None);
        assert_eq!(rewritten(|customer| customer.tags.clear()).get("tags"), None);
        let moved = rewritten(|customer| {
            if let Some(birthday) = &mut customer.birthday {
                birthday.day = 2;
            }
        });
        assert_eq!(moved["birthday"], json!({ "month": 5, "day": 2, "calendar": "tibetan", "hour": 7 }));
    }

    #[test]
    fn a_fact_that_is_taken_back_keeps_its_newer_values() {
        let before = json!({
            "id": uuid::Uuid::from_u128(1), "customer": "C1", "guide": "G1", "device": "D1", "number": 3,
            "at": "2026-08-12T01:00:00Z", "kind": "outcome", "mood": "good",
            "body": { "on": "2026-08-12", "code": "teleported", "channel": "telepathy", "lasted_s": 40 },
        });
        let fact: Fact = serde_json::from_value(before.clone()).unwrap();
        let undone = crate::undone::Undone::new(fact.id, fact.on());
        let new = serde_json::to_string(&Fact { undone: Some(undone).into(), ..fact }).unwrap();
        let mut expected = before.clone();
        expected["undone"] = serde_json::to_value(undone).unwrap();
        let kept: Value = serde_json::from_str(&kept::<Fact>(&before.to_string(), &new)).unwrap();
        assert_eq!(kept, expected);
    }

    #[test]
    fn an_op_of_a_newer_version_makes_a_fact_with_all_that_it_says() {
        let op: Op = serde_json::from_value(json!({
            "op_id": uuid::Uuid::from_u128(1), "customer": "C1", "device": "D1", "local_seq": 1, "kind": "outcome",
            "at_wall": "2026-08-12T01:00:00Z", "hash": "",
            "body": { "on": "2026-08-12", "code": "interested", "channel": "video", "note": "王\u{1b}[2J姐", "mood": "\u{202e}good" },
        }))
        .unwrap();
        let fact = Fact::of(&op, op.content().unwrap(), &"G1".parse().unwrap(), 4).unwrap();
        let json: Value = serde_json::from_str(&fact.json_of(&op).unwrap()).unwrap();
        let said =
            json!({ "on": "2026-08-12", "code": "interested", "channel": "video", "note": "王[2J姐", "mood": "good" });
        assert_eq!((&json["body"], &json["number"]), (&said, &json!(4)));
    }

    #[test]
    fn what_this_version_knows_whole_is_written_as_it_is() {
        let before = serde_json::to_string(&Customer::new("C1".parse().unwrap(), "甲".to_owned())).unwrap();
        let new = serde_json::to_string(&Customer::new("C1".parse().unwrap(), "乙".to_owned())).unwrap();
        assert_eq!(kept::<Customer>(&before, &new), new);
        assert_eq!(kept::<Customer>("no JSON", &new), new);
    }

    #[test]
    fn texts_that_nobody_here_knows_are_sanitised() {
        let hostile = json!({ "a\u{1b}[2J": ["\u{202e}x", { "b": "\u{9b}2J" }], "n": 1 });
        assert_eq!(sanitised(hostile), json!({ "a[2J": ["x", { "b": "2J" }], "n": 1 }));
    }
}

//! When a fact was taken back, and when it was recorded again: a set of marks that only grows, so that the same undos and
//! redos in any order leave the same fact.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::OpId;
use crate::outcome::Refusal;

/// The most undos of one fact.
pub const MAX_UNDOS: usize = 50;

/// When and by which op a fact was taken back: before that day it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The undo op.
    pub op_id: OpId,
    /// The shop-local day of the undo.
    pub on: NaiveDate,
    /// Since when this undo counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redone: Option<Redone>,
}

/// When and by which op a fact that was taken back was recorded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redone {
    /// The redo op.
    pub op_id: OpId,
    /// The shop-local day of the redo.
    pub on: NaiveDate,
}

impl Undone {
    /// An undo that counts.
    pub fn new(op_id: OpId, on: NaiveDate) -> Self {
        Self { op_id, on, redone: None }
    }

    fn counts_on(&self, day: NaiveDate) -> bool {
        self.on <= day && self.redone.is_none_or(|redone| day < redone.on)
    }
}

/// All undos of a fact, by day. It stands while each of them was followed by a redo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undos(Vec<Undone>);

impl Undos {
    /// The undo that counts, whatever the day.
    pub fn now(&self) -> Option<Undone> {
        self.0.iter().find(|undone| undone.redone.is_none()).copied()
    }

    /// The undo that counts on a day.
    pub fn on(&self, day: NaiveDate) -> Option<Undone> {
        self.0.iter().find(|undone| undone.counts_on(day)).copied()
    }

    /// All of them.
    pub fn all(&self) -> &[Undone] {
        &self.0
    }

    /// Whether an undo or a redo of this id is among them.
    pub fn knows(&self, op_id: OpId) -> bool {
        self.0.iter().any(|undone| undone.op_id == op_id || undone.redone.is_some_and(|redone| redone.op_id == op_id))
    }

    /// As they were at the end of a day.
    #[must_use]
    pub fn as_of(&self, day: NaiveDate) -> Self {
        let known = self.0.iter().filter(|undone| undone.on <= day);
        let redone = |undone: &Undone| undone.redone.filter(|redone| redone.on <= day);
        Self(known.map(|undone| Undone { redone: redone(undone), ..*undone }).collect())
    }

    /// Adds an undo; whether that changed anything.
    pub fn add(&mut self, undone: Undone) -> Result<bool, Refusal> {
        if self.0.iter().any(|known| known.op_id == undone.op_id) {
            return Ok(false);
        }
        if self.0.len() >= MAX_UNDOS {
            return Err(Refusal::TooOften);
        }
        self.insert(undone);
        Ok(true)
    }

    /// Ends an undo; whether that changed anything. Of two redos the first by day, then by id, is kept.
    pub fn redo(&mut self, undo: OpId, redone: Redone) -> Result<bool, Refusal> {
        let known = self.0.iter_mut().find(|undone| undone.op_id == undo).ok_or(Refusal::UnknownTarget)?;
        let kept = first(known.redone, Some(redone));
        let is_changed = kept != known.redone;
        known.redone = kept;
        Ok(is_changed)
    }

    /// Takes in the undos and redos that another copy of the fact knows; whether that changed anything.
    pub fn merge(&mut self, other: &Self) -> bool {
        let before = self.clone();
        for undone in &other.0 {
            match self.0.iter_mut().find(|known| known.op_id == undone.op_id) {
                Some(known) => known.redone = first(known.redone, undone.redone),
                None => self.insert(*undone),
            }
        }
        *self != before
    }

    fn insert(&mut self, undone: Undone) {
        let place = self.0.partition_point(|known| (known.on, known.op_id) < (undone.on, undone.op_id));
        self.0.insert(place, undone);
    }
}

impl From<Option<Undone>> for Undos {
    fn from(undone: Option<Undone>) -> Self {
        Self(undone.into_iter().collect())
    }
}

fn first(a: Option<Redone>, b: Option<Redone>) -> Option<Redone> {
    a.into_iter().chain(b).min_by_key(|redone| (redone.on, redone.op_id))
}

/// The undos as a fact's JSON has them: the one that counts under `undone`, where every version looks for it, and all of
/// them under `undos` where that does not say everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct UndosWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undone: Option<Undone>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    undos: Vec<Undone>,
}

impl From<UndosWire> for Undos {
    /// What an older version wrote under `undone` counts beside the others.
    fn from(wire: UndosWire) -> Self {
        let mut undos = Self::default();
        for undone in wire.undos.into_iter().chain(wire.undone) {
            undos.merge(&Self(vec![undone]));
        }
        undos
    }
}

impl From<Undos> for UndosWire {
    fn from(undos: Undos) -> Self {
        let undone = undos.now();
        let says_all = undos.0.iter().eq(undone.iter());
        Self { undone, undos: if says_all { Vec::new() } else { undos.0 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> OpId {
        OpId(uuid::Uuid::from_u64_pair(0, n))
    }

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 8, n).unwrap()
    }

    /// Undo 1 on the 3rd, redone on the 5th, undo 2 on the 8th.
    fn undos() -> Undos {
        let mut undos = Undos::default();
        assert_eq!(undos.add(Undone::new(id(1), day(3))), Ok(true));
        assert_eq!(undos.redo(id(1), Redone { op_id: id(11), on: day(5) }), Ok(true));
        assert_eq!(undos.add(Undone::new(id(2), day(8))), Ok(true));
        undos
    }

    #[test]
    fn between_an_undo_and_its_redo_a_fact_does_not_stand() {
        let stands: Vec<bool> = (2..=9).map(|n| undos().on(day(n)).is_none()).collect();
        assert_eq!(stands, [true, false, false, true, true, true, false, false]);
        assert_eq!(undos().now().map(|undone| undone.op_id), Some(id(2)));
        assert_eq!(undos().as_of(day(4)).now().map(|undone| undone.op_id), Some(id(1)));
        assert_eq!(undos().as_of(day(6)).now(), None);
    }

    #[test]
    fn applied_twice_and_in_any_order_is_applied_once() {
        let mut twice = undos();
        assert_eq!(twice.add(Undone::new(id(1), day(3))), Ok(false));
        assert_eq!(twice.redo(id(1), Redone { op_id: id(11), on: day(5) }), Ok(false));
        assert_eq!(twice, undos());
        let mut other = Undos::default();
        other.add(Undone::new(id(2), day(8))).unwrap();
        other.add(Undone::new(id(1), day(3))).unwrap();
        other.redo(id(1), Redone { op_id: id(12), on: day(6) }).unwrap();
        other.redo(id(1), Redone { op_id: id(11), on: day(5) }).unwrap();
        assert_eq!(other, undos());
    }

    #[test]
    fn two_copies_that_hear_of_each_other_agree() {
        let (mut a, mut b) = (undos(), Undos::default());
        b.add(Undone::new(id(1), day(3))).unwrap();
        b.add(Undone::new(id(3), day(4))).unwrap();
        let before = b.clone();
        assert!(b.merge(&a) && a.merge(&before) && !a.merge(&b));
        assert_eq!(a, b);
    }

    #[test]
    fn two_undos_need_two_redos() {
        let mut undos = Undos::from(Some(Undone::new(id(1), day(3))));
        undos.add(Undone::new(id(2), day(3))).unwrap();
        undos.redo(id(1), Redone { op_id: id(11), on: day(3) }).unwrap();
        assert!(undos.now().is_some());
        undos.redo(id(2), Redone { op_id: id(12), on: day(3) }).unwrap();
        assert!(undos.now().is_none() && undos.knows(id(2)) && undos.knows(id(12)));
    }

    #[test]
    fn a_fact_is_not_taken_back_without_end() {
        let mut undos = Undos::default();
        for n in 0..MAX_UNDOS {
            assert_eq!(undos.add(Undone::new(id(n as u64), day(3))), Ok(true));
        }
        assert_eq!(undos.add(Undone::new(id(999), day(3))), Err(Refusal::TooOften));
        assert_eq!(undos.add(Undone::new(id(0), day(3))), Ok(false));
    }

    #[test]
    fn a_plain_undo_is_written_as_every_version_reads_it() {
        let json = |undos: Undos| serde_json::to_value(UndosWire::from(undos)).unwrap();
        let plain = Undos::from(Some(Undone::new(id(1), day(3))));
        assert_eq!(json(plain), serde_json::json!({ "undone": { "op_id": id(1), "on": "2026-08-03" } }));
        let read = |value| Undos::from(serde_json::from_value::<UndosWire>(value).unwrap());
        assert_eq!(read(json(undos())), undos());
        assert_eq!(json(undos())["undone"]["op_id"], serde_json::json!(id(2)));
        // an older version took it back once more
        let mut written = json(undos().as_of(day(6)));
        written["undone"] = serde_json::json!({ "op_id": id(2), "on": "2026-08-08" });
        assert_eq!(read(written), undos());
    }
}

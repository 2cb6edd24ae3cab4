//! Going through the cycles of a bundle again: the machine of this version is given what came of each step, and must
//! take the same next one.

use serde::{Deserialize, Serialize};

use crate::sync::log::Trace;
use crate::sync::machine::{Machine, Step};
use guide_common::wire::hub::FeedName;

/// What a bundle must hold to be replayed.
#[derive(Debug, Deserialize)]
pub struct Replayable {
    /// The cycles with their steps.
    pub traces: Vec<Trace>,
}

/// A cycle that was gone through again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// Its id.
    pub id: String,
    /// How many steps were the same.
    pub n_same: usize,
    /// Where this version goes another way.
    pub differs: Option<Diverged>,
}

/// Where two versions part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diverged {
    /// The step that was taken.
    pub taken: Step,
    /// The step that this version takes.
    pub here: Step,
}

/// Goes through a cycle again.
pub fn replay(trace: &Trace) -> Replayed {
    let heal = if trace.heals { vec![FeedName::Shared, FeedName::Guide] } else { Vec::new() };
    let (mut machine, mut here) = Machine::begin_healing(heal);
    let mut n_same = 0;
    for traced in &trace.steps {
        if traced.step != here {
            let differs = Some(Diverged { taken: traced.step.clone(), here });
            return Replayed { id: trace.id.clone(), n_same, differs };
        }
        n_same += 1;
        here = machine.next(traced.then.clone());
    }
    Replayed { id: trace.id.clone(), n_same, differs: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(text: &str) -> Trace {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_same_steps_are_taken_and_another_way_is_told_of() {
        let good = r#"{"id":"c1","n_left_out":0,"steps":[
            {"step":"push","after":0,"then":{"event":"nothing_to_send"}},
            {"step":"pull","feed":"shared","then":{"event":"reset","reason":"digest","epoch":"e","is_other":false}},
            {"step":"snapshot","feed":"shared","then":{"event":"failed","code":"unreachable","is_refusal":false}},
            {"step":"work_out","then":{"event":"done"}}]}"#;
        assert_eq!(replay(&trace(good)), Replayed { id: "c1".to_owned(), n_same: 4, differs: None });
        let other = good.replace(r#""step":"snapshot""#, r#""step":"catch_up""#);
        let found = replay(&trace(&other));
        assert_eq!((found.n_same, found.differs.unwrap().here), (2, Step::Snapshot { feed: FeedName::Shared }));
    }
}

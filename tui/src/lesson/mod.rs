//! Lessons: what they are made of, how one that runs is judged, and what is kept of it. A lesson is a text file
//! (docs/lessons.md); what a learner does is what the interface does, seen through the registry of its actions.

pub mod file;
pub mod library;
pub mod results;
pub mod run;
pub mod want;

use chrono::NaiveDateTime;
use guide_common::demo::answer::Means;
use guide_common::id::{CustomerId, GuideId, TemplateId};
use guide_common::sop::plan::Text;

use self::want::{Seen, Wanted};
use crate::interface::layers::training_sheet::Switch;

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its name in commands and results.
    pub id: String,
    /// Its place among the lessons.
    pub order: u32,
    /// For whom it is.
    pub role: Role,
    /// How long it should take, in minutes.
    pub minutes: u32,
    /// What it is called.
    pub name: Text,
    /// What it teaches.
    pub about: Text,
    /// Where it begins.
    pub scene: Scene,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// For whom a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Guides.
    Guide,
    /// Trainers, to show it.
    Trainer,
    /// Support.
    Support,
}

impl Role {
    /// Every role with its name in files.
    pub const ALL: [(&'static str, Self); 3] =
        [("guide", Self::Guide), ("trainer", Self::Trainer), ("support", Self::Support)];
}

/// Where a lesson begins: the demo's first moment, with some things made otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Who is at the terminal; the demo's first guide where nobody is named.
    pub guide: Option<GuideId>,
    /// The shop's time; the demo's first morning where none is named.
    pub at: Option<NaiveDateTime>,
    /// What goes wrong from the beginning.
    pub faults: Vec<Switch>,
    /// What certain customers answer, whatever the dice say.
    pub answers: Vec<Scripted>,
}

/// What a customer answers to a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Scripted {
    /// Who.
    pub customer: CustomerId,
    /// To which script; to any where none is named.
    pub template: Option<TemplateId>,
    /// How long after it was sent, in minutes.
    pub after_min: u32,
    /// The words.
    pub says: Text,
    /// What they come to.
    pub means: Means,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What to do, and why.
    pub text: Text,
    /// When it is done.
    pub wants: Wanted,
    /// What helps who does not get on.
    pub hint: Option<Text>,
    /// What counts as a mistake here, and why it is one.
    pub mistakes: Vec<(Wanted, Text)>,
    /// The keys that do it.
    pub solution: String,
}

impl Step {
    /// Why something that was done is a mistake here, where it is named as one.
    pub fn mistake(&self, seen: &Seen) -> Option<&Text> {
        self.mistakes.iter().find(|(named, _)| named.is_done_by(seen)).map(|(_, why)| why)
    }
}

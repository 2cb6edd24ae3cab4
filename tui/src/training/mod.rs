//! Training: what the interface asks of whoever runs the demo, and what it hears of it. The director, which owns the
//! demo's programs, stands in `cli/demo/director`.

pub mod span;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{NaiveDateTime, Utc};
use guide_common::demo::answer::{Happening, Sent};
use guide_common::id::CustomerId;
use tokio::sync::{mpsc, watch};

use crate::lesson::Lesson;
use crate::lesson::results::{self, LessonResult};
use crate::lesson::run::Running;

pub use span::Span;

/// What the interface asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Move the clock forward.
    Forward(Span),
    /// Move it, a day at a time, to the next day on which this customer, or anybody, has an open task.
    NextDue(Option<CustomerId>),
    /// Move it a day each so many milliseconds, until it is told to pause.
    Play {
        /// How long a day lasts.
        day_ms: u64,
        /// It stops there by itself.
        until: Option<NaiveDateTime>,
    },
    /// Stop playing.
    Pause,
    /// Go back to the beginning of this moment where something was done in it, else to the moment before.
    Back,
    /// Go back to a moment, by its place in [`State::moments`].
    BackTo(usize),
    /// Go back to the very beginning.
    Reset,
    /// A script was sent, or a call was made.
    Sent(Sent),
    /// Begin a lesson: everything goes back to the demo's first moment, and the lesson's scene is set.
    Begin(Arc<Lesson>),
    /// Kill the daemon, as a power cut would.
    KillDaemon,
    /// Start it again.
    StartDaemon,
}

/// How training stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The shop's time.
    pub now: NaiveDateTime,
    /// What is under way.
    pub busy: Option<Busy>,
    /// How long a day lasts, in milliseconds, while the clock plays.
    pub day_ms: Option<u64>,
    /// The times that the clock has stood at, the newest last: the one that it stands at.
    pub moments: Vec<Moment>,
    /// What customers have done so far, the newest last.
    pub happened: Vec<Happening>,
    /// Whether the daemon was killed, and nobody has started it again.
    pub is_killed: bool,
    /// The lesson whose scene is set, with how many were begun before it.
    pub lesson: Option<(u64, Arc<Lesson>)>,
    /// How many orders were carried out.
    pub n_orders: u64,
    /// Why the last order was not carried out, with how many failed before it.
    pub failure: Option<(u64, String)>,
}

/// A time that the clock has stood at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The shop's time.
    pub at: NaiveDateTime,
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// The clock moves.
    Forward,
    /// Everything goes back to an earlier moment.
    Back,
    /// The daemon starts.
    Starting,
}

/// The way to the director, and what it says.
#[derive(Clone, Debug)]
pub struct Link {
    /// Takes orders; who is gone takes none.
    pub orders: mpsc::UnboundedSender<Order>,
    /// The newest state.
    pub state: watch::Receiver<Arc<State>>,
    /// The lesson that the interface opens with.
    pub begin: Option<Arc<Lesson>>,
    /// Where results of lessons are kept, and how the learner is called.
    pub results: Option<(PathBuf, String)>,
}

impl Link {
    /// Whether nobody has come to the end of a lesson here yet.
    pub fn is_new(&self) -> bool {
        self.results.as_ref().is_some_and(|(file, _)| !file.exists())
    }

    /// The lessons that the learner has played to their end here, with the best score.
    pub fn finished(&self) -> BTreeMap<String, usize> {
        let Some((file, learner)) = &self.results else { return BTreeMap::new() };
        // a file that cannot be read costs the marks only; guide lesson results says what is wrong with it
        let kept = results::read(file).map(|(kept, _)| kept).unwrap_or_default();
        let mut finished = BTreeMap::new();
        for one in kept.into_iter().filter(|one| one.learner == *learner) {
            let best = finished.entry(one.lesson).or_default();
            *best = one.score.max(*best);
        }
        finished
    }

    /// Keeps the result of a lesson, where results are kept.
    pub fn keep(&self, running: &Running) -> std::io::Result<()> {
        match &self.results {
            Some((file, learner)) => results::keep(file, &LessonResult::of(running, learner, Utc::now())),
            None => Ok(()),
        }
    }
}

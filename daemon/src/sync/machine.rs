//! What a cycle of sync does next, given what came of the step before: a machine without a clock, a network or a store.
//! `drive` carries its steps out. The steps and events of a cycle are kept, so that a bundle can be replayed.
//!
//! A cycle pushes what is unsent, pulls both feeds, looks for what the hub acknowledged and does not hold, and works
//! out what changed. Where the hub has lost something, it pushes and pulls once more.

use guide_common::wire::hub::{FeedName, ResetReason};
use serde::{Deserialize, Serialize};

/// After this many single ops refused in a row it is not the ops that the hub minds.
const MAX_REFUSED: u32 = 8;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Send the unsent ops behind a number, as many as one push takes.
    Push {
        /// The number.
        after: u64,
    },
    /// Send the unsent ops of a range: a part of a push that was refused whole.
    PushRange {
        /// The first number.
        from: u64,
        /// The last.
        to: u64,
    },
    /// Ask a feed for changes and apply them.
    Pull {
        /// Which.
        feed: FeedName,
    },
    /// Make what the hub acknowledged unsent again.
    Resend,
    /// Ask whether a feed of another epoch is exactly what is held.
    Compare {
        /// Which.
        feed: FeedName,
        /// The epoch.
        epoch: String,
    },
    /// Take an epoch over, since its content is what is held.
    Adopt {
        /// Which.
        feed: FeedName,
        /// The epoch.
        epoch: String,
    },
    /// Fetch the next page of a snapshot into a generation that nobody reads yet.
    Snapshot {
        /// Of which feed.
        feed: FeedName,
    },
    /// Bring that generation up to date with the changes since the snapshot began.
    CatchUp {
        /// Of which feed.
        feed: FeedName,
    },
    /// Make that generation the one that is read.
    Switch {
        /// Of which feed.
        feed: FeedName,
    },
    /// Look for acknowledged ops whose fact should have come down and has not; they are made unsent.
    Confirm,
    /// Work out what changed.
    WorkOut,
    /// The cycle is over.
    End {
        /// The code of its error, where it failed.
        failed: Option<String>,
    },
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Ops were answered one by one.
    Answered {
        /// The number of the last one.
        to: u64,
        /// How many were sent.
        n: u64,
        /// How many of those the hub wants again later.
        n_retry: u64,
        /// How many it rejected.
        n_rejected: u64,
    },
    /// There was nothing to send.
    NothingToSend,
    /// A push was refused as a whole, for what is in it.
    RefusedWhole {
        /// The number of its first op.
        from: u64,
        /// The number of its last.
        to: u64,
        /// How many there were.
        n: u64,
    },
    /// A page was applied.
    Page {
        /// How many items it had.
        n: u64,
        /// Whether there are more.
        more: bool,
    },
    /// Both sides hold the same.
    Same,
    /// Both sides hold different things, or what was fetched cannot be right.
    Differs,
    /// The feed is in another epoch, and holds what is held here.
    SameElsewhere {
        /// That epoch.
        epoch: String,
    },
    /// Nothing is held of the feed.
    Empty,
    /// The hub cannot read from the cursor.
    Reset {
        /// Why.
        reason: ResetReason,
        /// The feed's epoch.
        epoch: String,
        /// Whether that is another one than the cursor's.
        is_other: bool,
    },
    /// The hub is of a version that has no snapshots: everything comes with the changes.
    NoSnapshots,
    /// Done.
    Done,
    /// So many acknowledged ops were not found, and are unsent again.
    Lost {
        /// How many.
        n: u64,
    },
    /// It could not be done.
    Failed {
        /// The stable code.
        code: String,
        /// Whether the hub refused this call and may well take the next one.
        is_refusal: bool,
    },
}

/// Where a cycle stands.
#[derive(Clone, Debug)]
pub struct Machine {
    state: State,
    /// Parts of refused pushes that are still to be sent, the next one last.
    parts: Vec<(u64, u64)>,
    /// The number of the last op that was sent or given up.
    sent_to: u64,
    n_refused_in_a_row: u32,
    /// The first failure; what came before it is still worked out.
    failed: Option<String>,
    /// Feeds that are fetched whole, whatever the hub says of them.
    heal: Vec<FeedName>,
    /// Whether ops became unsent since they were pushed.
    resend: bool,
    is_second_round: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Pushing,
    Pulling(FeedName),
    Resending { feed: FeedName, then: Box<Step> },
    Comparing { feed: FeedName, epoch: String },
    Adopting(FeedName),
    Snapshotting(FeedName),
    CatchingUp(FeedName),
    Switching(FeedName),
    Confirming,
    WorkingOut,
    Ended,
}

impl Machine {
    /// Begins a cycle.
    pub fn begin() -> (Self, Step) {
        Self::begin_healing(Vec::new())
    }

    /// Begins a cycle that fetches feeds whole and sends what was acknowledged again.
    pub fn begin_healing(heal: Vec<FeedName>) -> (Self, Step) {
        let machine = Self {
            state: State::Pushing,
            parts: Vec::new(),
            sent_to: 0,
            n_refused_in_a_row: 0,
            failed: None,
            heal,
            resend: false,
            is_second_round: false,
        };
        (machine, Step::Push { after: 0 })
    }

    /// The next step.
    pub fn next(&mut self, event: Event) -> Step {
        match self.state.clone() {
            State::Pushing => self.pushed(event),
            State::Pulling(feed) => self.pulled(feed, event),
            State::Resending { feed, then } => match event {
                Event::Done => {
                    self.resend = true;
                    self.go(feed, *then)
                }
                event => self.fail(event),
            },
            State::Comparing { feed, epoch } => match event {
                Event::Same => self.go(feed, Step::Adopt { feed, epoch }),
                Event::Failed { .. } => self.fail(event),
                _ => self.go(feed, Step::Snapshot { feed }),
            },
            State::Adopting(feed) | State::Switching(feed) => match event {
                Event::Done => self.feed_done(feed),
                event => self.fail(event),
            },
            State::Snapshotting(feed) => match event {
                Event::Page { more: true, .. } => Step::Snapshot { feed },
                Event::Page { .. } | Event::NoSnapshots => self.go(feed, Step::CatchUp { feed }),
                event => self.fail(event),
            },
            State::CatchingUp(feed) => match event {
                Event::Page { more: true, .. } => Step::CatchUp { feed },
                Event::Page { .. } | Event::Same => self.go(feed, Step::Switch { feed }),
                event => self.fail(event),
            },
            State::Confirming => match event {
                Event::Lost { n } => {
                    self.resend |= n > 0;
                    self.work_out()
                }
                event => self.fail(event),
            },
            State::WorkingOut => self.worked_out(event),
            State::Ended => self.end(),
        }
    }

    fn pushed(&mut self, event: Event) -> Step {
        match event {
            Event::Answered { to, n_retry, .. } => {
                self.sent_to = self.sent_to.max(to);
                self.n_refused_in_a_row = 0;
                if n_retry > 0 {
                    self.remember("refused");
                }
            }
            Event::RefusedWhole { from, to, n } if n > 1 => {
                let middle = from + (to - from) / 2;
                self.parts.push((middle + 1, to));
                self.parts.push((from, middle));
            }
            Event::RefusedWhole { to, .. } => {
                self.sent_to = self.sent_to.max(to);
                self.remember("refused");
                self.n_refused_in_a_row += 1;
                if self.n_refused_in_a_row >= MAX_REFUSED {
                    return self.pull_first();
                }
            }
            Event::NothingToSend if self.parts.is_empty() => return self.pull_first(),
            Event::NothingToSend => {}
            Event::Failed { code, is_refusal: true } => {
                self.remember(&code);
                return self.pull_first();
            }
            event => return self.fail(event),
        }
        match self.parts.pop() {
            Some((from, to)) => Step::PushRange { from, to },
            None => Step::Push { after: self.sent_to },
        }
    }

    fn pull_first(&mut self) -> Step {
        self.parts.clear();
        // what all share comes first, so that the customers are worked out once
        let feed = if self.is_second_round { FeedName::Guide } else { FeedName::Shared };
        self.go(feed, Step::Pull { feed })
    }

    fn pulled(&mut self, feed: FeedName, event: Event) -> Step {
        match event {
            Event::Page { more: true, .. } => Step::Pull { feed },
            Event::Page { .. } | Event::Same if self.heal.contains(&feed) => {
                self.heal.retain(|other| *other != feed);
                self.after_resending(feed, Step::Snapshot { feed })
            }
            Event::Page { .. } | Event::Same => self.feed_done(feed),
            // what was acknowledged since the cache was lost belongs to an epoch that was never heard of
            Event::Empty => self.after_resending(feed, Step::Snapshot { feed }),
            Event::Differs => self.after_resending(feed, Step::Snapshot { feed }),
            Event::SameElsewhere { epoch } => self.after_resending(feed, Step::Adopt { feed, epoch }),
            Event::Reset { reason, epoch, is_other } => {
                let then = if is_other { Step::Compare { feed, epoch } } else { Step::Snapshot { feed } };
                match reason {
                    ResetReason::TooOld => self.go(feed, then),
                    _ => self.after_resending(feed, then),
                }
            }
            event => self.fail(event),
        }
    }

    /// The hub may have lost what it acknowledged, so that is made unsent before anything of the feed is replaced: a
    /// kill in between must not leave a cursor that agrees with the hub beside acknowledgements that do not. The
    /// guide's ops do not depend on what all share.
    fn after_resending(&mut self, feed: FeedName, then: Step) -> Step {
        if feed == FeedName::Shared {
            return self.go(feed, then);
        }
        self.state = State::Resending { feed, then: Box::new(then) };
        Step::Resend
    }

    fn feed_done(&mut self, feed: FeedName) -> Step {
        match feed {
            FeedName::Shared => self.go(FeedName::Guide, Step::Pull { feed: FeedName::Guide }),
            FeedName::Guide => {
                self.state = State::Confirming;
                Step::Confirm
            }
        }
    }

    fn work_out(&mut self) -> Step {
        self.state = State::WorkingOut;
        Step::WorkOut
    }

    fn worked_out(&mut self, event: Event) -> Step {
        if let Event::Failed { code, .. } = &event {
            self.remember(code);
            return self.end();
        }
        // what the hub lost again in the second round waits for the next cycle
        if self.resend && !self.is_second_round && self.failed.as_deref().is_none_or(|code| code == "refused") {
            (self.is_second_round, self.resend, self.sent_to) = (true, false, 0);
            self.state = State::Pushing;
            return Step::Push { after: 0 };
        }
        self.end()
    }

    fn end(&mut self) -> Step {
        self.state = State::Ended;
        Step::End { failed: self.failed.clone() }
    }

    /// What came before a failure has come, and is worked out.
    fn fail(&mut self, event: Event) -> Step {
        let code = match event {
            Event::Failed { code, .. } => code,
            _ => "protocol".to_owned(),
        };
        self.remember(&code);
        // the second round is not for a hub from which nothing can be pulled
        self.resend = false;
        if self.state == State::Pushing && !self.is_second_round { self.end() } else { self.work_out() }
    }

    fn remember(&mut self, code: &str) {
        self.failed.get_or_insert_with(|| code.to_owned());
    }

    fn go(&mut self, feed: FeedName, step: Step) -> Step {
        self.state = match &step {
            Step::Compare { epoch, .. } => State::Comparing { feed, epoch: epoch.clone() },
            Step::Adopt { .. } => State::Adopting(feed),
            Step::Snapshot { .. } => State::Snapshotting(feed),
            Step::CatchUp { .. } => State::CatchingUp(feed),
            Step::Switch { .. } => State::Switching(feed),
            _ => State::Pulling(feed),
        };
        step
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;

//! The director of a demo: moves the clock of all its programs, lets customers answer and buy, and takes everything back
//! to an earlier moment. One order after the other; what the interface shows of it is one state.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use guide_common::demo::answer::{Happening, Sent, What, follow};
use guide_common::id::CustomerId;
use guide_common::sop::plan::Lang;
use guide_common::wire::support::FaultPlan;
use tokio::sync::{mpsc, watch};

use crate::cli::demo::snapshot::Snapshot;
use crate::cli::demo::stage::Stage;
use crate::cli::failure::{Answer, Failure};
use crate::client::Client;
use crate::interface::layers::training_sheet::Switch;
use crate::interface::screens::sync::faults;
use crate::lesson::{Lesson, Scripted};
use crate::text;
use crate::training::{Busy, Link, Moment, Order, Span, State};

/// While the clock plays, so many days may pass between two snapshots: what lies between is played again.
const DAYS_BETWEEN: usize = 7;
/// So far the next day with a task is looked for.
const MAX_DAYS_AHEAD: usize = 400;

/// The director with the stage.
#[derive(Debug)]
pub(super) struct Director {
    stage: Stage,
    lang: Lang,
    seed: u64,
    state: State,
    tell: watch::Sender<Arc<State>>,
    /// What was sent, and what customers have yet to do about it, by time.
    sent: Vec<Sent>,
    coming: Vec<Happening>,
    n_sold: usize,
    /// As many as the state has moments.
    stops: Vec<Stop>,
    next_day: Option<Instant>,
    /// Where playing stops by itself.
    until: Option<NaiveDateTime>,
    /// Whether days that are played last no longer than they take: nobody looks on.
    pub(super) is_hurried: bool,
    /// What was switched on when the daemon was killed: a cut cable does not mend itself.
    killed_with: FaultPlan,
    /// The demo's first moment, once a lesson has taken its place.
    first: Option<Snapshot>,
    first_at: NaiveDateTime,
}

/// What is needed to come back to a moment as it was when the clock came to it.
#[derive(Debug)]
struct Stop {
    n_sent: usize,
    n_happened: usize,
    n_sold: usize,
    coming: Vec<Happening>,
    faults: FaultPlan,
    /// How much the terminal had recorded, in bytes.
    n_recorded: u64,
    /// None where nothing was done since the one before: then the clock is moved from there again.
    snapshot: Option<Snapshot>,
}

impl Director {
    /// Takes over a stage whose first sync has ended; its first moment can be come back to.
    pub(super) async fn new(
        stage: Stage,
        seed: u64,
        lang: Lang,
    ) -> Answer<(Self, Link, mpsc::UnboundedReceiver<Order>)> {
        let now = stage.client().clock().await?.now;
        let state = State { now, ..State::default() };
        let (tell, told) = watch::channel(Arc::new(state.clone()));
        let (orders, taken) = mpsc::unbounded_channel();
        let mut director = Self {
            stage,
            lang,
            seed,
            state,
            tell,
            sent: Vec::new(),
            coming: Vec::new(),
            n_sold: 0,
            stops: Vec::new(),
            next_day: None,
            until: None,
            is_hurried: false,
            killed_with: FaultPlan::default(),
            first: None,
            first_at: now,
        };
        director.stop_here(true).await?;
        director.say();
        Ok((director, Link { orders, state: told, begin: None, results: None }, taken))
    }

    /// Carries orders out until nobody gives any.
    pub(super) async fn run(&mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            let played = async {
                match self.next_day {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let order = tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(order) => Some(order),
                    None => return,
                },
                () = played => None,
            };
            let n = u64::from(order.is_some());
            self.carry_out(order.unwrap_or(Order::Forward(Span::Day)), n).await;
        }
    }

    /// Carries one order out, which counts as `n`; what went wrong is told in the state.
    async fn carry_out(&mut self, order: Order, n: u64) {
        let begun = Instant::now();
        if let Err(failure) = self.obey(order).await {
            let n_failed = self.state.failure.as_ref().map_or(0, |(n, _)| n + 1);
            self.state.failure = Some((n_failed, failure.sentence(self.lang)));
            self.state.day_ms = None;
        }
        self.state.busy = None;
        self.state.n_orders += n;
        self.next_day = self.state.day_ms.map(|day_ms| begun + Duration::from_millis(day_ms));
        self.say();
    }

    /// Where the demo's daemon serves.
    pub(super) fn socket(&self) -> &Path {
        &self.stage.paths().socket
    }

    /// The stage, to be struck.
    pub(super) fn into_stage(self) -> Stage {
        self.stage
    }

    fn say(&self) {
        self.tell.send_replace(Arc::new(self.state.clone()));
    }

    fn begin(&mut self, busy: Busy) {
        self.state.busy = Some(busy);
        self.say();
    }

    async fn obey(&mut self, order: Order) -> Answer<()> {
        match order {
            Order::Forward(span) => {
                let Some(to) = span.after(self.state.now) else { return Ok(()) };
                self.begin(Busy::Forward);
                self.move_to(to).await?;
                if self.until.is_some_and(|until| to >= until) {
                    (self.state.day_ms, self.until) = (None, None);
                }
                self.stop_here(self.state.day_ms.is_none()).await
            }
            Order::NextDue(customer) => {
                self.begin(Busy::Forward);
                self.next_due(customer.as_ref()).await?;
                self.stop_here(true).await
            }
            Order::Play { day_ms, until } => {
                self.until = until;
                self.state.day_ms = Some(if self.is_hurried { 0 } else { day_ms });
                Ok(())
            }
            Order::Pause => {
                self.state.day_ms = None;
                Ok(())
            }
            Order::Back => {
                let last = self.stops.len().saturating_sub(1);
                let to = if self.was_used() { last } else { last.saturating_sub(1) };
                self.back_to(to).await
            }
            Order::BackTo(idx) => self.back_to(idx).await,
            Order::Reset => self.back_to(0).await,
            Order::Sent(sent) => {
                self.take_sent(sent);
                Ok(())
            }
            Order::Begin(lesson) => self.begin_lesson(lesson).await,
            Order::KillDaemon => {
                self.killed_with = self.client()?.faults().await?.plan;
                self.stage.kill_daemon();
                self.state.is_killed = true;
                Ok(())
            }
            Order::StartDaemon => {
                self.begin(Busy::Starting);
                self.stage.start_daemon_with(&self.killed_with).await?;
                self.state.is_killed = false;
                Ok(())
            }
        }
    }

    fn client(&self) -> Answer<Client> {
        if self.state.is_killed {
            return Err(Failure::Refused(text!(
                self.lang,
                "后台程序已被终止：先启动它",
                "the daemon was killed: start it first"
            )));
        }
        Ok(self.stage.client())
    }

    /// Sets a lesson's scene: from the demo's first moment on, which becomes the lesson's own.
    async fn begin_lesson(&mut self, lesson: Arc<Lesson>) -> Answer<()> {
        self.begin(Busy::Back);
        let scene = &lesson.scene;
        let is_fresh = self.state.lesson.is_none() && self.stops.len() == 1 && !self.was_used();
        if !is_fresh {
            let first = self.first.take();
            let kept = first.or_else(|| self.stops.first_mut().and_then(|stop| stop.snapshot.take()));
            let Some(kept) = kept else { return Err(self.cannot_go_back()) };
            let put_back = self.stage.put_back(&kept, self.first_at, &FaultPlan::default()).await;
            self.first = Some(kept);
            put_back?;
        } else if let Some(stop) = self.stops.first_mut() {
            self.first = stop.snapshot.take();
        }
        self.stage.become_guide(scene.guide.as_ref()).await?;
        (self.sent, self.coming, self.stops) = (Vec::new(), Vec::new(), Vec::new());
        self.n_sold = 0;
        let n_begun = self.state.lesson.as_ref().map_or(0, |(n, _)| n + 1);
        let n_orders = self.state.n_orders;
        self.state = State { now: self.first_at, n_orders, ..State::default() };
        if let Some(at) = scene.at {
            self.move_to(at).await?;
        }
        let client = self.client()?;
        let plan = scene.faults.iter().fold(FaultPlan::default(), |plan, switch| faults::with(plan, *switch, true));
        client.set_faults(&plan).await?;
        if scene.faults.contains(&Switch::KilledDaemon) {
            self.killed_with = plan;
            self.stage.kill_daemon();
            self.state.is_killed = true;
        }
        self.state.lesson = Some((n_begun, Arc::clone(&lesson)));
        self.stop_here(true).await
    }

    /// Moves the clock of all programs, and lets happen what customers do until then.
    async fn move_to(&mut self, to: NaiveDateTime) -> Answer<()> {
        let client = self.client()?;
        client.set_clock(to).await?;
        self.state.now = to;
        let n_due = self.coming.partition_point(|one| one.at <= to);
        let due: Vec<Happening> = self.coming.drain(..n_due).collect();
        let mut sales = Vec::new();
        for one in &due {
            if matches!(one.what, What::Buys { .. }) {
                self.n_sold += 1;
                sales.push((self.n_sold, one));
            }
        }
        if !sales.is_empty() {
            self.stage.hub().import_sales(&sales).await?;
        }
        // headquarters settles what ended on the way; where it cannot be reached the terminal knows that itself
        client.sync_now().await?;
        self.state.happened.extend(due);
        Ok(())
    }

    async fn next_due(&mut self, customer: Option<&CustomerId>) -> Answer<()> {
        for _ in 0..MAX_DAYS_AHEAD {
            let Some(to) = Span::Day.after(self.state.now) else { break };
            self.move_to(to).await?;
            let today = self.client()?.today().await?;
            let is_due = match customer {
                Some(customer) => today.tasks.iter().any(|task| task.customer == *customer),
                None => !today.tasks.is_empty(),
            };
            if is_due {
                return Ok(());
            }
        }
        let n = MAX_DAYS_AHEAD;
        Err(Failure::Refused(text!(self.lang, "往后 {n} 天都没有任务", "nothing is due in the next {n} days")))
    }

    /// A script that was sent twice on a day is answered once.
    fn take_sent(&mut self, sent: Sent) {
        let is_same = |before: &Sent| {
            (&before.customer, &before.template, before.channel) == (&sent.customer, &sent.template, sent.channel)
                && before.at.date() == sent.at.date()
        };
        if self.sent.iter().any(is_same) {
            return;
        }
        match self.scripted(&sent) {
            Some(happening) => self.coming.push(happening),
            None => self.coming.extend(follow(self.seed, &sent, self.lang)),
        }
        self.coming.sort_by(|a, b| (a.at, &a.customer).cmp(&(b.at, &b.customer)));
        self.sent.push(sent);
        // a call is answered at once
        let n_due = self.coming.partition_point(|one| one.at <= self.state.now);
        self.state.happened.extend(self.coming.drain(..n_due));
    }

    /// What the lesson has a customer answer.
    fn scripted(&self, sent: &Sent) -> Option<Happening> {
        let (_, lesson) = self.state.lesson.as_ref()?;
        let is_it = |of: &&Scripted| {
            of.customer == sent.customer && of.template.as_ref().is_none_or(|template| *template == sent.template)
        };
        let scripted = lesson.scene.answers.iter().find(is_it)?;
        Some(Happening {
            at: sent.at + TimeDelta::minutes(scripted.after_min.into()),
            customer: sent.customer.clone(),
            name: sent.name.clone(),
            what: What::Says { words: scripted.says.in_lang(self.lang).to_owned(), means: scripted.means },
        })
    }

    fn cannot_go_back(&self) -> Failure {
        Failure::Refused(text!(
            self.lang,
            "总部数据在外部数据库里，不能退回",
            "headquarters keeps its data in a database of its own: nothing can be gone back to"
        ))
    }

    /// Whether anything was done since the clock came to where it stands.
    fn was_used(&self) -> bool {
        self.stops
            .last()
            .is_some_and(|stop| stop.n_sent != self.sent.len() || stop.n_recorded != self.stage.n_recorded_bytes())
    }

    /// Remembers how everything is where the clock has come to.
    async fn stop_here(&mut self, is_asked: bool) -> Answer<()> {
        let n_recorded = self.stage.n_recorded_bytes();
        let mut is_fresh = self.stops.iter().rev().take(DAYS_BETWEEN).any(|stop| stop.snapshot.is_some());
        is_fresh &=
            self.stops.last().is_some_and(|stop| (stop.n_sent, stop.n_recorded) == (self.sent.len(), n_recorded));
        let snapshot = match is_asked || !is_fresh {
            true => self.stage.snapshot(self.stops.len()).await?,
            false => None,
        };
        let faults = match self.client() {
            Ok(client) => client.faults().await?.plan,
            Err(_) => self.killed_with.clone(),
        };
        self.stops.push(Stop {
            n_sent: self.sent.len(),
            n_happened: self.state.happened.len(),
            n_sold: self.n_sold,
            coming: self.coming.clone(),
            faults,
            n_recorded,
            snapshot,
        });
        self.state.moments.push(Moment { at: self.state.now });
        Ok(())
    }

    /// Puts everything back to how it was when the clock came to a moment: the last snapshot before it, and from there
    /// the clock is moved as it was.
    async fn back_to(&mut self, idx: usize) -> Answer<()> {
        self.state.day_ms = None;
        let idx = idx.min(self.stops.len().saturating_sub(1));
        let Some(from) = (0..=idx).rev().find(|idx| self.stops[*idx].snapshot.is_some()) else {
            return Err(self.cannot_go_back());
        };
        self.begin(Busy::Back);
        let times: Vec<NaiveDateTime> = self.state.moments[from..=idx].iter().map(|moment| moment.at).collect();
        let stop = &self.stops[from];
        let Some(snapshot) = &stop.snapshot else { return Ok(()) };
        self.stage.put_back(snapshot, times[0], &stop.faults).await?;
        self.sent.truncate(stop.n_sent);
        self.state.happened.truncate(stop.n_happened);
        self.n_sold = stop.n_sold;
        self.coming.clone_from(&stop.coming);
        self.state.now = times[0];
        self.state.is_killed = false;
        for at in &times[1..] {
            self.move_to(*at).await?;
        }
        self.stops.truncate(idx + 1);
        self.state.moments.truncate(idx + 1);
        Ok(())
    }
}

//! A lesson in the interface: what is done is watched, the next step stands beside the work, and at its end there is a
//! result.

use std::sync::Arc;

use super::app::{App, ToastKind};
use super::effect::Effect;
use super::event::Answer;
use super::layers::Layer;
use super::layers::page::Page;
use super::layers::training_sheet::{TrainingSheet, Which};
use super::theme::Role;
use super::words::{self, Msg};
use crate::lesson::run::Running;
use crate::lesson::want::{Kind, Seen};
use crate::lesson::{Lesson, library};
use crate::training::{Order, State};

impl App {
    /// Shows the lessons, or ends the one that runs.
    pub(super) fn show_lessons(&mut self) {
        let all = library::all();
        let running = self.lesson.as_ref().and_then(|running| all.iter().position(|of| of.id == running.lesson.id));
        let next = all.iter().position(|of| !self.finished.contains_key(&of.id));
        let selected = running.or(next).unwrap_or_default();
        self.layer = Some(Layer::Training(TrainingSheet { which: Which::Lessons, selected }));
    }

    pub(super) fn ask_hint(&mut self) {
        match &mut self.lesson {
            Some(running) => running.ask_hint(),
            None => self.refuse(Msg::NoLesson),
        }
    }

    pub(super) fn end_lesson(&mut self) {
        match self.lesson.take() {
            Some(_) => self.say(super::app::ToastKind::Done, Msg::LessonLeft.text(self.lang)),
            None => self.refuse(Msg::NoLesson),
        }
    }

    /// Begins a lesson before anything was pressed.
    pub fn open_lesson(&mut self, lesson: Arc<Lesson>) -> Vec<Effect> {
        self.begin_lesson(lesson);
        std::mem::take(&mut self.effects)
    }

    /// Has the director set a lesson's scene.
    pub(super) fn begin_lesson(&mut self, lesson: Arc<Lesson>) {
        self.lesson = None;
        self.order(Order::Begin(lesson));
    }

    /// The scene is set: everything is read anew, and the first step is shown.
    pub(super) fn on_scene(&mut self, lesson: &Arc<Lesson>, state: &Arc<State>) {
        self.turn_over();
        self.training = Some(Arc::clone(state));
        self.seen.clear();
        let running = Running::new(Arc::clone(lesson), state.now, state.happened.len());
        self.lesson_at = vec![running.clone(); state.moments.len()];
        self.lesson = Some(Box::new(running));
    }

    /// The clock has come to other moments: how the lesson stands at a new one is remembered, and where it has gone back
    /// to an earlier one the lesson stands as it did there, unless going back was its step.
    pub(super) fn follow_clock(&mut self, n_moments: usize, has_gone_back: bool) {
        let Some(running) = &mut self.lesson else { return };
        if let Some(then) = n_moments.checked_sub(1).and_then(|at| self.lesson_at.get(at)).filter(|_| has_gone_back)
            && !running.is_over()
            && !self.lesson_keeps
        {
            running.back_to(then);
        }
        self.lesson_at.resize(n_moments, Running::clone(running));
    }

    /// Judges what was done since it was last asked, and goes on to the step after.
    pub(super) fn follow_lesson(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        let Some(mut running) = self.lesson.take() else { return };
        if running.is_over() {
            self.lesson = Some(running);
            return;
        }
        running.follow(&seen, self);
        if running.is_over() {
            self.effects.push(Effect::KeepResult(running.clone()));
            let best = self.finished.entry(running.lesson.id.clone()).or_default();
            *best = running.score().max(*best);
        }
        self.lesson = Some(running);
    }

    /// Shows the result of a lesson that is over; what its last step led to was to be seen before.
    pub fn show_result(&mut self) -> bool {
        let Some(running) = self.lesson.take_if(|running| running.is_over()) else { return false };
        self.prefix = None;
        self.layer = Some(Layer::Page(result(&running, self)));
        true
    }

    /// Notes what was just done, where a lesson watches.
    pub(super) fn note_seen(&mut self, seen: Seen) {
        if self.lesson.is_some() {
            self.seen.push(seen);
        }
    }

    /// Tells whoever opens a demo for the first time where to begin.
    pub fn welcome(&mut self) -> Vec<Effect> {
        self.show_once(ToastKind::Done, Msg::Welcome.text(self.lang).to_owned());
        std::mem::take(&mut self.effects)
    }

    /// Notes what is on disk now.
    pub(super) fn note_saved(&mut self, answer: &Answer) {
        let Some(request) = self.recorded.take() else { return };
        let customer = match answer {
            Answer::Saved(saved) => saved.customer.clone(),
            Answer::Lead(added) => added.saved.customer.clone(),
            Answer::AmnestyDone(done) => done.saved.customer.clone(),
            _ => return,
        };
        let (mut code, mut score) = (None, None);
        if let super::effect::Request::LogTask(_, outcome) | super::effect::Request::LogContact(_, outcome) = &request {
            (code, score) = (outcome.code.parse().ok(), outcome.score);
        }
        self.note_seen(Seen::Saved { kind: Kind::of(&request), code, score, customer });
    }
}

/// What came of a lesson.
fn result(running: &Running, app: &App) -> Page {
    let lang = app.lang;
    let mut lines = vec![
        (running.lesson.name.in_lang(lang).to_owned(), Role::Strong),
        (words::lesson_result(running, lang), Role::Good),
        (String::new(), Role::Text),
    ];
    if running.mistakes.is_empty() {
        lines.push((Msg::NoMistakes.text(lang).to_owned(), Role::Text));
    }
    for (idx, why) in &running.mistakes {
        lines.push((words::mistake(*idx + 1, why, lang), Role::Bad));
    }
    lines.push((String::new(), Role::Text));
    lines.push((Msg::LessonNext.text(lang).to_owned(), Role::Muted));
    Page { title: Msg::LessonDone, lines, scroll: 0 }
}

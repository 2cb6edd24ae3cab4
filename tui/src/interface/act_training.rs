//! What is done in training: the clock, going back, what customers answer, and what goes wrong on purpose. In a demo its
//! director does it; at a training terminal without one only the clock can be moved.

use std::sync::Arc;

use guide_common::demo::answer::Sent;
use guide_common::sop::plan::Purpose;

use super::action::Action;
use super::app::{App, ToastKind};
use super::effect::{Effect, Request};
use super::layers::Layer;
use super::layers::training_sheet::{Switch, TrainingChoice, TrainingSheet, Which};
use super::queries::Slot;
use super::screens::sync::faults;
use super::screens::{Screen, templates};
use super::words::{self, Msg};
use crate::lesson::want::Want;
use crate::training::{Order, Span, State};

/// How long a day lasts while the clock plays, in milliseconds, the slowest pace first.
const PACES: [u64; 6] = [2_000, 1_000, 500, 330, 160, 80];
/// The pace where none was chosen: ninety days in thirty seconds.
pub(super) const DAY_MS: u64 = 330;

impl App {
    pub(super) fn act_training(&mut self, action: Action) {
        if !self.data.is_training() {
            return self.refuse(Msg::TrainingOnly);
        }
        match action {
            Action::Faults => return self.layer = Some(Layer::Training(TrainingSheet::new(Which::Faults))),
            Action::Forward(span) if self.training.is_none() => return self.move_clock(span),
            _ => {}
        }
        let Some(training) = self.training.clone() else {
            return self.refuse(Msg::DemoOnly);
        };
        let is_of_playing = matches!(action, Action::Play | Action::Faster | Action::Slower);
        if training.busy.is_some() && !is_of_playing {
            return self.refuse(Msg::StillMoving);
        }
        match action {
            Action::Forward(span) => self.order(Order::Forward(span)),
            Action::Lessons => self.show_lessons(),
            Action::NextDue => {
                let customer = self.shown_customer();
                self.order(Order::NextDue(customer));
            }
            Action::Play if training.day_ms.is_some() => self.order(Order::Pause),
            Action::Play => self.play(),
            Action::Faster | Action::Slower => {
                let at = PACES.iter().position(|pace| *pace <= self.day_ms).unwrap_or(0);
                let at = if action == Action::Faster { at + 1 } else { at.saturating_sub(1) };
                self.day_ms = PACES[at.min(PACES.len() - 1)];
                if training.day_ms.is_some() {
                    self.play();
                }
                self.say(ToastKind::Done, words::pace(self.day_ms, self.lang));
            }
            Action::Rewind => self.order(Order::Back),
            Action::Reset => match self.lesson.take() {
                // everything is as it was when the lesson began, and so is the lesson
                Some(running) => self.begin_lesson(running.lesson),
                None => self.order(Order::Reset),
            },
            Action::Moments => {
                let selected = training.moments.len().saturating_sub(1);
                self.layer = Some(Layer::Training(TrainingSheet { which: Which::Moments, selected }));
            }
            Action::Answers => {
                let selected = training.happened.len().saturating_sub(1);
                self.layer = Some(Layer::Training(TrainingSheet { which: Which::Answers, selected }));
            }
            _ => {}
        }
    }

    /// Lets the clock play; a lesson's step says how far.
    fn play(&mut self) {
        let until = self.lesson.as_ref().and_then(|running| match running.next()?.wants.want {
            Want::Clock(span) => span.after(running.began_at),
            _ => None,
        });
        self.order(Order::Play { day_ms: self.day_ms, until });
    }

    pub(super) fn order(&mut self, order: Order) {
        self.goes_back = matches!(order, Order::Back | Order::BackTo(_) | Order::Reset | Order::Begin(_));
        let wanted = self.lesson.as_ref().and_then(|running| Some(&running.next()?.wants.want));
        self.lesson_keeps = matches!(wanted, Some(Want::Action(Action::Rewind | Action::Moments)));
        self.n_ordered += 1;
        self.effects.push(Effect::Train(order));
    }

    fn move_clock(&mut self, span: Span) {
        let now = self.data.status.as_ref().map(|status| status.now);
        if let Some(to) = now.and_then(|now| span.after(now)) {
            self.ask(Slot::Machine, Request::SetClock(to));
        }
    }

    /// The training has moved on: what the daemon shows is read again, and what customers did is said.
    pub(super) fn on_training(&mut self, state: Arc<State>) {
        let before = self.training.replace(Arc::clone(&state));
        let Some(before) = before else { return };
        if let Some((n, lesson)) = &state.lesson
            && before.lesson.as_ref().map(|(n, _)| n) != Some(n)
        {
            let lesson = Arc::clone(lesson);
            return self.on_scene(&lesson, &state);
        }
        self.follow_clock(state.moments.len(), self.goes_back && before.n_orders != state.n_orders);
        let has_moved = state.now != before.now || state.moments.len() != before.moments.len();
        if has_moved || (before.busy.is_some() && state.busy.is_none()) {
            if let Some(status) = &mut self.data.status {
                status.now = state.now;
            }
            self.forget_reminder();
            self.refresh_now();
        }
        if let Some((_, text)) = state.failure.as_ref().filter(|_| state.failure != before.failure) {
            self.say(ToastKind::Refused, text.clone());
        }
        for one in state.happened.iter().skip(before.happened.len()) {
            self.say(ToastKind::Done, words::happened(one, self.lang));
        }
    }

    /// The script on the screen was copied: in a demo that is as good as sent.
    pub(super) fn tell_sent(&mut self) {
        let Some(training) = self.training.clone() else { return };
        let sent = match self.screen {
            Screen::Templates => templates::script(self).zip(self.chosen.clone()).map(|(view, chosen)| Sent {
                customer: chosen.id,
                name: chosen.name,
                at: training.now,
                channel: view.channel,
                purpose: Purpose::Service,
                asks: None,
                template: view.script.template.clone(),
            }),
            _ => {
                self.script().zip(self.shown_task().and_then(|id| self.data.details.get(&id))).map(|(view, detail)| {
                    let template = &view.script.template;
                    let due = detail.task.dues.iter().find(|due| due.template.as_ref() == Some(template));
                    Sent {
                        customer: detail.task.customer.clone(),
                        name: detail.task.name.clone(),
                        at: training.now,
                        channel: due.map_or(view.channel, |due| due.channel),
                        purpose: due.map_or(Purpose::Service, |due| due.purpose),
                        asks: due.and_then(|due| due.asks),
                        template: template.clone(),
                    }
                })
            }
        };
        if let Some(sent) = sent {
            self.order(Order::Sent(sent));
        }
    }

    pub(super) fn choose_in_training(&mut self, choice: TrainingChoice) {
        match choice {
            TrainingChoice::Moment(idx) => self.order(Order::BackTo(idx)),
            TrainingChoice::Lesson(lesson) => self.begin_lesson(lesson),
            TrainingChoice::Show(customer) => self.on_opened(Some(&customer)),
            TrainingChoice::Turn(Switch::KilledDaemon) => {
                let Some(training) = &self.training else { return self.refuse(Msg::DemoOnly) };
                let order = if training.is_killed { Order::StartDaemon } else { Order::KillDaemon };
                self.order(order);
            }
            TrainingChoice::Turn(switch) => faults::turn(self, switch),
        }
    }
}

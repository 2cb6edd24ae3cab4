//! What is said once something was done, or could not be done.

use guide_common::demo::answer::{Happening, What};
use guide_common::outcome::OutcomeCode;
use guide_common::purchase::format_fen;
use guide_common::sop::backlog::AmnestyCount;
use guide_common::sop::plan::Lang::{self, En, Zh};
use guide_common::wire::record::{SavedResponse, StepRow};

use super::Msg;
use crate::interface::clipboard::Copied;
use crate::interface::layers::training_sheet::Switch;
use crate::lang::name::{op_kind_name, outcome_name};
use crate::lesson::Role;
use crate::lesson::run::Running;

/// Shows what was half typed where its form cannot be opened any more.
pub fn lost_draft(text: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("上次没写完的（客户已不在今天的队列里）：{text}"),
        En => format!("half typed last time (the customer is not in today's queue any more): {text}"),
    }
}

/// Says that a person is entered.
pub fn lead_added(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已记新客：{name}；t 可加标签"),
        En => format!("{name} is entered; t adds tags"),
    }
}

/// Warns that another customer has the number of a new one.
pub fn same_phone(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("你的客户 {name} 也是这个手机号：如是同一人，按 z 撤销"),
        En => format!("your customer {name} has that number: if it is one person, z takes this back"),
    }
}

/// Says that a proposal is on this terminal and goes to headquarters.
pub fn proposed(template: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已保存：{template} 的修改会提交总部审核"),
        En => format!("Saved: the change of {template} goes to headquarters"),
    }
}

/// Says that the user's own editor changed nothing.
pub fn editor_failed(reason: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("编辑器没有正常结束，文字没有改：{reason}"),
        En => format!("The editor failed, the text is as it was: {reason}"),
    }
}

/// Says that an outcome is on disk.
pub fn saved(name: &str, code: OutcomeCode, n_gone: usize, lang: Lang) -> String {
    let what = outcome_name(code, lang);
    match (lang, n_gone) {
        (Zh, 0) => format!("已保存 {name} · {what}   z 撤销"),
        (En, 0) => format!("Saved {name} · {what}   z undo"),
        (Zh, n) => format!("已保存 {name} · {what}；{n} 个节点已被替代，联系照样计入   z 撤销"),
        (En, n) => format!("Saved {name} · {what}; {n} gone meanwhile, the contact counts   z undo"),
    }
}

/// Says what was taken back, and that headquarters is told where it had it.
pub fn undone(saved: &SavedResponse, lang: Lang) -> String {
    let what = saved.step.as_ref().map_or_else(|| saved.name.clone(), |row| step(row, lang));
    let received = saved.step.as_ref().is_some_and(|row| row.received);
    match (lang, received) {
        (Zh, false) => format!("已撤销 {what}   Z 恢复"),
        (Zh, true) => format!("已撤销 {what}，会告诉总部   Z 恢复"),
        (En, false) => format!("Taken back: {what}   Z redo"),
        (En, true) => format!("Taken back: {what}; HQ will be told   Z redo"),
    }
}

/// Says what was recorded again.
pub fn redone(saved: &SavedResponse, lang: Lang) -> String {
    let what = saved.step.as_ref().map_or_else(|| saved.name.clone(), |row| step(row, lang));
    match lang {
        Zh => format!("已恢复 {what}   z 撤销"),
        En => format!("Recorded again: {what}   z undo"),
    }
}

/// A step in a few words: whom it concerns, and what came of the contact or what was recorded.
pub fn step(row: &StepRow, lang: Lang) -> String {
    let what =
        row.code.map_or_else(|| op_kind_name(&row.kind, lang).to_owned(), |code| outcome_name(code, lang).to_owned());
    format!("{} · {what}", row.name)
}

/// Says that a task was put off.
pub fn snoozed(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已放到以后：{name}   z 撤销"),
        En => format!("Put off: {name}   z undo"),
    }
}

/// Says that a note is saved.
pub fn noted(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已记下备注：{name}   z 撤销"),
        En => format!("Noted: {name}   z undo"),
    }
}

/// Shows a whole phone number for a while.
pub fn phone(name: &str, phone: Option<&str>, lang: Lang) -> String {
    match (phone, lang) {
        (Some(phone), Zh) => format!("{name} {phone}（看过已留记录）"),
        (Some(phone), En) => format!("{name} {phone} (it is noted that you looked)"),
        (None, Zh) => format!("没有 {name} 的手机号"),
        (None, En) => format!("no phone of {name} is known"),
    }
}

/// How far the day has come.
pub fn walked(n_done: usize, n_open: usize, lang: Lang) -> String {
    match lang {
        Zh => format!(" 走任务 {}/{} ", n_done + usize::from(n_open > 0), n_done + n_open),
        En => format!(" walk {}/{} ", n_done + usize::from(n_open > 0), n_done + n_open),
    }
}

/// Says that a rejected record goes up again.
pub fn resent(name: &str, lang: Lang) -> String {
    match (name.is_empty(), lang) {
        (true, Zh) => "已保存，正在重发".to_owned(),
        (true, En) => "Saved, and on its way again".to_owned(),
        (false, Zh) => format!("已保存 {name} · 正在重发"),
        (false, En) => format!("Saved {name} · on its way again"),
    }
}

/// Says that a complaint is closed.
pub fn complaint_closed(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已保存 {name} · 投诉已结束   z 撤销"),
        En => format!("Saved {name} · complaint closed   z undo"),
    }
}

/// Whom a lesson is for.
pub fn role(role: Role, lang: Lang) -> &'static str {
    match (role, lang) {
        (Role::Guide, Zh) => "导购",
        (Role::Trainer, Zh) => "培训",
        (Role::Support, Zh) => "支持",
        (Role::Guide, En) => "guides",
        (Role::Trainer, En) => "trainers",
        (Role::Support, En) => "support",
    }
}

/// How fast the training clock plays.
pub fn pace(day_ms: u64, lang: Lang) -> String {
    match (day_ms, lang) {
        (ms @ 1_000.., Zh) => format!("一天走 {} 秒", ms / 1_000),
        (1_000..2_000, En) => "a day a second".to_owned(),
        (ms @ 2_000.., En) => format!("a day in {} seconds", ms / 1_000),
        (ms, Zh) => format!("一秒走 {} 天", 1_000 / ms.max(1)),
        (ms, En) => format!("{} days a second", 1_000 / ms.max(1)),
    }
}

/// Says that the backlog after a leave is settled.
pub fn amnesty_done(count: &AmnestyCount, lang: Lang) -> String {
    let AmnestyCount { n_kept, n_expired, n_handed, .. } = count;
    match lang {
        Zh => format!("已保存 休假清理：留下 {n_kept}，过期 {n_expired}，交给代班 {n_handed}   z 撤销"),
        En => format!("Saved amnesty: {n_kept} stay, {n_expired} expire, {n_handed} to the deputy   z undo"),
    }
}

/// Says that a promise is marked as kept.
pub fn promise_kept(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已保存 {name} · 承诺已兑现   z 撤销"),
        En => format!("Saved {name} · promise kept   z undo"),
    }
}

/// Says how a text was copied, and no more than is known.
pub fn copied(copied: &Copied, lang: Lang) -> String {
    match (copied, lang) {
        (Copied::By(_), Zh) => "已复制话术，可粘贴到企微".to_owned(),
        (Copied::By(_), En) => "the script is copied, to be pasted into WeCom".to_owned(),
        (Copied::Asked, _) => Msg::AskedCopy.text(lang).to_owned(),
        (Copied::File(path), Zh) => format!("这个终端不能复制；话术存在 {}，Y 可直接显示", path.display()),
        (Copied::File(path), En) => {
            format!("this terminal cannot copy; the script is in {}, Y shows it", path.display())
        }
        (Copied::Nowhere(why), Zh) => format!("没有复制成（{why}）；Y 可直接显示话术"),
        (Copied::Nowhere(why), En) => format!("not copied ({why}); Y shows the script"),
    }
}

/// Says that a choice holds until the interface is left, and no longer.
pub fn setting_not_saved(why: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("这次有效，但没有写进 config.toml：{why}"),
        En => format!("in force for now, but not written to config.toml: {why}"),
    }
}

/// What a customer did in training.
pub fn did(what: &What, lang: Lang) -> String {
    match (what, lang) {
        (What::Says { words, .. }, Zh) => format!("“{words}”"),
        (What::Says { words, .. }, En) => format!("\"{words}\""),
        (What::RingsOut, Zh) => "没有接电话".to_owned(),
        (What::RingsOut, En) => "did not take the call".to_owned(),
        (What::Comes, Zh) => "到店了".to_owned(),
        (What::Comes, En) => "came to the shop".to_owned(),
        (What::Buys { amount_fen, item }, Zh) => {
            format!("买了{}，¥{}", item.name.as_deref().unwrap_or_default(), format_fen(*amount_fen))
        }
        (What::Buys { amount_fen, item }, En) => {
            format!("bought {}, ¥{}", item.name.as_deref().unwrap_or_default(), format_fen(*amount_fen))
        }
    }
}

/// Says what a customer did.
pub fn happened(one: &Happening, lang: Lang) -> String {
    let (name, did) = (&one.name, did(&one.what, lang));
    match (&one.what, lang) {
        (What::Says { .. }, Zh) => format!("{name} 回复：{did}"),
        (What::Says { .. }, En) => format!("{name}: {did}"),
        (_, _) => format!("{name} {did}"),
    }
}

/// What a switch of training is called, and what it does.
pub fn switch(switch: Switch, lang: Lang) -> (&'static str, &'static str) {
    let (zh, en) = match switch {
        Switch::Cable => (("断网", "拔掉网线"), ("cable", "nothing gets through to headquarters")),
        Switch::SlowLine => (("网慢", "每次请求最多慢 3 秒"), ("slow line", "every request is up to 3 s late")),
        Switch::LostReplies => (("丢应答", "三成应答到不了"), ("lost replies", "three of ten answers do not arrive")),
        Switch::WrongClock => (("时钟错", "本机快 3 小时"), ("wrong clock", "this machine is 3 hours ahead")),
        Switch::ExpiredToken => {
            (("令牌过期", "总部不认本机"), ("expired token", "headquarters does not know this terminal"))
        }
        Switch::FullDisk => (("磁盘满", "什么都存不下"), ("full disk", "nothing more can be saved")),
        Switch::KilledDaemon => (("杀后台", "再按启动"), ("killed daemon", "again starts it")),
    };
    match lang {
        Zh => zh,
        En => en,
    }
}

/// A lesson's name, and where in it one is.
pub fn lesson_title(running: &Running, lang: Lang) -> String {
    let (n, name) = (running.lesson.steps.len(), running.lesson.name.in_lang(lang));
    let at = (running.step + 1).min(n);
    match running.next().map(|step| step.wants.times) {
        Some(times @ 2..) => format!("{name} {at}/{n} · {}/{times}", running.n_met),
        _ => format!("{name} {at}/{n}"),
    }
}

/// How long it took so far, and how many mistakes there were.
pub fn lesson_state(running: &Running, lang: Lang) -> String {
    let time = format!("{}:{:02} / {}:00", running.seconds / 60, running.seconds % 60, running.lesson.minutes);
    match (running.mistakes.len(), lang) {
        _ if running.is_over() => time,
        (0, Zh) => format!("{time} · T ? 提示"),
        (0, En) => format!("{time} · T ? hint"),
        (n, Zh) => format!("{time} · 错 {n} · T ? 提示"),
        (n, En) => format!("{time} · {n} wrong · T ? hint"),
    }
}

/// What a lesson is worth.
pub fn lesson_result(running: &Running, lang: Lang) -> String {
    let (score, keys) = (running.score(), running.n_keys);
    let time = format!("{}:{:02}", running.seconds / 60, running.seconds % 60);
    let (wrong, hints) = (running.mistakes.len(), running.n_hints);
    match lang {
        Zh => format!("{score} 分 · 用时 {time} · {keys} 次按键 · 错 {wrong} · 提示 {hints}"),
        En => format!("{score} points · {time} · {keys} keys · {wrong} wrong · {hints} hints"),
    }
}

/// A mistake with its step.
pub fn mistake(step: usize, why: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("第 {step} 步：{why}"),
        En => format!("step {step}: {why}"),
    }
}

/// A lesson that was played to its end.
pub fn finished(score: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("完成 {score} 分"),
        En => format!("done, {score}"),
    }
}

/// A number of minutes.
pub fn minutes(n: u32, lang: Lang) -> String {
    match lang {
        Zh => format!("{n} 分钟"),
        En => format!("{n} min"),
    }
}

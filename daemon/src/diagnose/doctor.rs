//! The doctor: everything that can be wrong at a terminal, looked at in order, each with a stable code and the command
//! that mends it. What is found names no customer.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use guide_common::sop::plan::Text;
use guide_common::wire::support::{Check, CheckState, Doctor};

use crate::app::App;
use crate::ballast::{BALLAST_BYTES, Ballast};
use crate::diagnose::hub;
use crate::platform::{has_desktop, open_to_others};
use crate::seat::{Seat, Terminal};
use crate::store::StoreError;
use crate::store::scan::Scanned;

/// With less room than this somebody should look.
const LITTLE_ROOM: u64 = 100 << 20;
/// A clock that is off by more is told of on every screen.
const MAX_SKEW: TimeDelta = TimeDelta::minutes(2);
/// What waits longer to be sent deserves a look.
const OLD_BACKLOG: TimeDelta = TimeDelta::hours(24);

/// Looks at everything.
pub async fn doctor(app: &App) -> Doctor {
    let mut checks = vec![daemon(app), folders(app), room(app)];
    let front = app.desk.front();
    match front.as_ref().map(|seat| seat.terminal().ok_or(seat)) {
        Some(Err(seat)) => checks.push(sealed(seat)),
        None => checks.push(
            Check::new("enrolled", CheckState::Warn, "登记", "Enrolment")
                .found("本机还没有登记到总部", "this terminal is not enrolled")
                .fix("向总部要登记码，然后 guide enroll 网址", "ask headquarters for a code, then guide enroll URL"),
        ),
        Some(Ok(terminal)) => {
            let terminal = terminal.as_ref();
            checks.push(token_file(terminal));
            checks.push(journal(terminal));
            checks.push(store(terminal).await);
            checks.extend(hub::checks(terminal).await);
            checks.push(clock(app));
            checks.push(backlog(terminal, app.clock.instant()));
            checks.push(rejections(terminal));
            checks.push(phones(terminal));
        }
    }
    checks.push(notifications());
    Doctor { state: checks.iter().map(|check| check.state).max().unwrap_or_default(), checks }
}

/// Makes a check line by line.
pub trait CheckExt {
    /// With its code, what came of it, and what was looked at.
    fn new(code: &str, state: CheckState, zh: &str, en: &str) -> Self;
    /// What was found.
    #[must_use]
    fn found(self, zh: impl Into<String>, en: impl Into<String>) -> Self;
    /// What mends it.
    #[must_use]
    fn fix(self, zh: &str, en: &str) -> Self;
}

impl CheckExt for Check {
    fn new(code: &str, state: CheckState, zh: &str, en: &str) -> Self {
        let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        Self { code: code.to_owned(), state, name: text(zh, en), found: text("", ""), fix: None }
    }

    fn found(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.found = Text { zh: zh.into(), en: en.into() };
        self
    }

    fn fix(mut self, zh: &str, en: &str) -> Self {
        self.fix = Some(Text { zh: zh.to_owned(), en: en.to_owned() });
        self
    }
}

/// What can be said of a guide who has not unlocked the terminal since the daemon started.
fn sealed(seat: &Seat) -> Check {
    let check = Check::new("locked", CheckState::Ok, "锁定", "Locked");
    let n = seat.sync_status().map(|status| status.n_unsent).unwrap_or_default();
    check
        .found(
            format!("启动后还没有解锁：缓存未检查；待发送 {n} 条，照常发送"),
            format!("not unlocked since the start: the cache was not looked at; {n} waiting to be sent are sent"),
        )
        .fix("guide unlock", "guide unlock")
}

fn phones(terminal: &Terminal) -> Check {
    let n = terminal.reveals.count();
    Check::new("phones", CheckState::Ok, "查看手机号", "Phone numbers looked at")
        .found(format!("记录里有 {n} 次"), format!("{n} on record"))
}

fn daemon(app: &App) -> Check {
    let (version, minutes) = (env!("CARGO_PKG_VERSION"), app.started.elapsed().as_secs() / 60);
    Check::new("daemon", CheckState::Ok, "后台程序", "Daemon")
        .found(format!("guided {version}，已运行 {minutes} 分钟"), format!("guided {version}, up {minutes} minutes"))
}

/// Whether the folders are this user's alone.
fn folders(app: &App) -> Check {
    let (name_zh, name_en) = ("文件夹权限", "Folders");
    for folder in [&app.paths.data, &app.paths.state] {
        match open_to_others(folder) {
            Ok(None) => {
                return Check::new("folders", CheckState::Ok, name_zh, name_en)
                    .found("没有检查（Windows）", "not looked at on Windows");
            }
            Ok(Some(0)) => {}
            Ok(Some(open)) => {
                return Check::new("folders", CheckState::Warn, name_zh, name_en)
                    .found(
                        format!("{} 对其他用户开放（{open:03o}）", folder.display()),
                        format!("{} is open to others ({open:03o})", folder.display()),
                    )
                    .fix(&format!("chmod -R go= {}", folder.display()), &format!("chmod -R go= {}", folder.display()));
            }
            Err(error) => {
                return Check::new("folders", CheckState::Fail, name_zh, name_en)
                    .found(
                        format!("{} 无法读取：{error}", folder.display()),
                        format!("{} cannot be read: {error}", folder.display()),
                    )
                    .fix("检查磁盘与权限，然后重启 guided", "check the disk and its rights, then restart guided");
            }
        }
    }
    Check::new("folders", CheckState::Ok, name_zh, name_en).found("只有本用户可读", "this user's alone")
}

fn room(app: &App) -> Check {
    let ballast = Ballast::of(&app.paths.data);
    let mib = |bytes: u64| bytes >> 20;
    let check = |state| Check::new("disk", state, "磁盘空间", "Disk");
    let is_full = app.lab().is_some_and(|lab| lab.faults().plan.disk_full);
    match ballast.n_free_bytes().map(|free| if is_full { 0 } else { free }) {
        Err(error) => check(CheckState::Warn).found(format!("无法得知：{error}"), format!("not known: {error}")),
        Ok(free) if free < LITTLE_ROOM => {
            let state =
                if is_full || ballast.n_held_bytes() < BALLAST_BYTES { CheckState::Fail } else { CheckState::Warn };
            check(state)
                .found(format!("只剩 {} MiB", mib(free)), format!("{} MiB left", mib(free)))
                .fix("清理磁盘；无需重启", "make room on the disk; no restart is needed")
        }
        Ok(free) => check(CheckState::Ok).found(format!("剩余 {} MiB", mib(free)), format!("{} MiB left", mib(free))),
    }
}

fn token_file(terminal: &Terminal) -> Check {
    let check = |state| Check::new("token_file", state, "终端令牌文件", "Token file");
    match open_to_others(&terminal.sync.folder().token_path()) {
        Ok(None) => {
            check(CheckState::Ok).found("在；权限没有检查（Windows）", "there; access is not looked at on Windows")
        }
        Ok(Some(0)) => check(CheckState::Ok).found("只有本用户可读", "this user's alone"),
        Ok(Some(open)) => check(CheckState::Fail)
            .found(format!("对其他用户开放（{open:03o}）"), format!("open to others ({open:03o})"))
            .fix(
                "chmod 600 该文件，并请总部停用后重新登记",
                "chmod 600 the file; have headquarters revoke it and enrol again",
            ),
        Err(error) => check(CheckState::Fail)
            .found(format!("无法读取：{error}"), format!("cannot be read: {error}"))
            .fix("向总部要登记码，然后 guide enroll 网址", "ask headquarters for a code, then guide enroll URL"),
    }
}

fn journal(terminal: &Terminal) -> Check {
    let check = |state| Check::new("journal", state, "记录日志", "Outbox journal");
    let damage = terminal.sync.damage();
    let n_ops = terminal.core.state().outbox.all().count();
    match damage {
        Some(detail) => check(CheckState::Warn)
            .found(format!("启动时发现损坏：{detail}"), format!("damage was found at the start: {detail}"))
            .fix("guide verify --heal", "guide verify --heal"),
        None => check(CheckState::Ok).found(format!("{n_ops} 条"), format!("{n_ops} entries")),
    }
}

async fn store(terminal: &Terminal) -> Check {
    let core = Arc::clone(&terminal.core);
    let scanned = tokio::task::spawn_blocking(move || core.store.scan()).await;
    let check = |state| Check::new("store", state, "本地缓存", "Cache");
    match scanned {
        Ok(Ok(Scanned { n_entries, n_bytes, .. })) => check(CheckState::Ok).found(
            format!("{n_entries} 条，{} MiB，全部可读", n_bytes >> 20),
            format!("{n_entries} entries, {} MiB, all readable", n_bytes >> 20),
        ),
        Ok(Err(error)) => failed_store(check(CheckState::Fail), &error),
        Err(_) => check(CheckState::Fail).found("检查中断", "the check broke off").fix("重启 guided", "restart guided"),
    }
}

fn failed_store(check: Check, error: &StoreError) -> Check {
    check
        .found(format!("读不出来：{error}"), format!("cannot be read: {error}"))
        .fix("guide verify --heal；已保存的记录不受影响", "guide verify --heal; what was saved is safe")
}

/// A span in its largest unit that leaves a number above one.
fn off_by(span: TimeDelta) -> (String, String) {
    match span.num_minutes() {
        0..2 => {
            let seconds = span.num_milliseconds() as f64 / 1000.0;
            (format!("{seconds:.1} 秒"), format!("{seconds:.1} s"))
        }
        n @ 2..120 => (format!("{n} 分钟"), format!("{n} min")),
        n @ 120..2_880 => (format!("{} 小时", n / 60), format!("{} h", n / 60)),
        n => (format!("{} 天", n / 1_440), format!("{} days", n / 1_440)),
    }
}

fn clock(app: &App) -> Check {
    let check = |state| Check::new("clock", state, "时钟", "Clock");
    let Some(ahead) = app.clock.ahead() else {
        return check(CheckState::Ok).found("尚未与总部比对", "not measured against the hub");
    };
    let (by_zh, by_en) = off_by(ahead.abs());
    let (zh, en) = if ahead < TimeDelta::zero() { ("慢", "behind") } else { ("快", "ahead of") };
    let found = |check: Check| {
        check.found(format!("本机比总部{zh} {by_zh}"), format!("this machine is {by_en} {en} headquarters"))
    };
    match ahead.abs() > MAX_SKEW {
        true => found(check(CheckState::Warn)).fix(
            "校准系统时间（timedatectl set-ntp true）；日期一直按总部的时间计算",
            "set the system's clock (timedatectl set-ntp true); dates follow the hub's meanwhile",
        ),
        false => found(check(CheckState::Ok)),
    }
}

fn backlog(terminal: &Terminal, now: DateTime<Utc>) -> Check {
    let (n_unsent, oldest) = {
        let state = terminal.core.state();
        let oldest = state.outbox.all().find(|kept| kept.is_unsent()).map(|kept| kept.op.at_wall);
        (state.outbox.n_unsent(), oldest)
    };
    let age = oldest.map(|at| now - at).unwrap_or_default();
    let state = if n_unsent > 0 && age > OLD_BACKLOG { CheckState::Warn } else { CheckState::Ok };
    let check = Check::new("backlog", state, "待发送", "Waiting to be sent");
    let hours = age.num_hours().max(0);
    let check = match n_unsent {
        0 => check.found("没有", "nothing"),
        n => check.found(
            format!("{n} 条，最早的在 {hours} 小时前；都已保存在本机"),
            format!("{n}, the oldest {hours} hours old; all are saved on this machine"),
        ),
    };
    if state == CheckState::Warn { check.fix("guide sync now", "guide sync now") } else { check }
}

fn rejections(terminal: &Terminal) -> Check {
    let n = terminal.core.state().outbox.n_rejected();
    let check = |state| Check::new("rejected", state, "被总部退回", "Rejected");
    match n {
        0 => check(CheckState::Ok).found("没有", "nothing"),
        n => check(CheckState::Warn)
            .found(format!("{n} 条需要处理"), format!("waiting for a decision: {n}"))
            .fix("guide outbox 列出原因和处理办法", "guide outbox says why and what to do"),
    }
}

/// Whether reminders could be shown by the desktop.
fn notifications() -> Check {
    let has_bus = has_desktop();
    let check = Check::new("notifications", CheckState::Ok, "桌面通知", "Notifications");
    match has_bus {
        true => check.found("有桌面会话", "there is a desktop session"),
        false => check.found("没有桌面会话：一切都显示在 guide 里", "no desktop session: everything is shown in guide"),
    }
}

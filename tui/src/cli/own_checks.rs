//! What `guide doctor` looks at itself, before the daemon does: this terminal, and the way to the daemon.

use std::io::IsTerminal;
use std::time::Duration;

use guide_common::sop::plan::Text;
use guide_common::wire::SCHEMA;
use guide_common::wire::local::Health;
use guide_common::wire::support::{Check, CheckState};

use crate::cli::start::StartError;
use crate::cli::upgrade::{Fit, fit};
use crate::interface::theme::{ColorEnv, Depth};
use crate::lang::problem::Explained;
use guide_common::sop::plan::Lang;

/// The smallest terminal on which the interface shows a task with its script.
const LEAST_SIZE: (u16, u16) = (60, 16);
/// The names of terminals that move no cursor.
const DUMB: [&str; 2] = ["dumb", "unknown"];

/// The terminal and its environment, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// `LC_ALL`, else `LC_CTYPE`, else `LANG`.
    pub(crate) locale: Option<String>,
    /// `TERM`.
    pub(crate) term: Option<String>,
    /// Columns and rows; none where standard output is no terminal.
    pub(crate) size: Option<(u16, u16)>,
    /// What is said about colours.
    pub(crate) colors: ColorEnv,
}

impl Surroundings {
    /// Reads them.
    pub(crate) fn read() -> Self {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let is_terminal = std::io::stdout().is_terminal();
        Self {
            // a console of Windows has no such variables: it takes all characters, and its kind is known
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(var).or_else(|| on_windows("UTF-8")),
            term: var("TERM").or_else(|| on_windows("Windows")),
            size: is_terminal.then(crossterm::terminal::size).and_then(Result::ok),
            colors: ColorEnv::of(var),
        }
    }

    /// Whether characters beyond ASCII can be shown.
    pub(crate) fn is_utf8(&self) -> bool {
        let locale = self.locale.as_deref().unwrap_or_default().to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    }

    /// All that is said of them.
    pub(crate) fn checks(&self) -> Vec<Check> {
        vec![self.encoding(), self.screen(), self.colors()]
    }

    fn encoding(&self) -> Check {
        let shown = self.locale.clone().unwrap_or_else(|| "C".to_owned());
        match self.is_utf8() {
            true => check("locale", CheckState::Ok, ("编码", "Encoding"), ("UTF-8", "UTF-8"), &[&shown]),
            false => fixed(
                check(
                    "locale",
                    CheckState::Warn,
                    ("编码", "Encoding"),
                    ("不是 UTF-8，汉字显示不出来", "not UTF-8: Chinese is not shown"),
                    &[&shown],
                ),
                ("export LANG=C.UTF-8，再打开 guide", "export LANG=C.UTF-8, then open guide again"),
            ),
        }
    }

    fn screen(&self) -> Check {
        let name = ("终端", "Terminal");
        let term = self.term.as_deref().unwrap_or_default();
        let Some((cols, rows)) = self.size else {
            return check("terminal", CheckState::Ok, name, ("输出不到终端", "the output goes to no terminal"), &[]);
        };
        let size = format!("{cols}×{rows}");
        if term.is_empty() || DUMB.contains(&term) {
            let found = ("类型不明，界面打不开", "of no known kind: the interface cannot be drawn");
            let fix = ("export TERM=xterm-256color", "export TERM=xterm-256color");
            return fixed(check("terminal", CheckState::Warn, name, found, &[&size]), fix);
        }
        if cols < LEAST_SIZE.0 || rows < LEAST_SIZE.1 {
            let found = ("太小，任务和话术放不下", "small for a task with its script");
            let fix = ("把窗口放大到 80×24", "make the window 80×24 or larger");
            return fixed(check("terminal", CheckState::Warn, name, found, &[&size, term]), fix);
        }
        let found = format!("{size}，{term}");
        text_check("terminal", CheckState::Ok, name, found.clone(), found.replace('，', ", "))
    }

    fn colors(&self) -> Check {
        let found = match self.colors.depth {
            _ if self.colors.no_color => ("关闭（NO_COLOR）", "off (NO_COLOR)"),
            Depth::TrueColor => ("24 位", "24 bits"),
            Depth::Indexed => ("256 色", "256"),
            Depth::Sixteen => ("16 色", "16"),
            Depth::Mono => ("无（TERM）", "none (TERM)"),
        };
        check("colours", CheckState::Ok, ("颜色", "Colours"), found, &[])
    }
}

fn on_windows(text: &str) -> Option<String> {
    cfg!(windows).then(|| text.to_owned())
}

/// A daemon that answers, and of which version.
pub(crate) fn serves(health: &Health, took: Duration) -> Check {
    let (own, theirs) = (env!("CARGO_PKG_VERSION"), &health.version);
    let name = ("后台连接", "Local daemon");
    if health.version == own && health.schema == SCHEMA {
        let ms = took.as_secs_f64() * 1000.0;
        let zh = format!("{ms:.1} ms 内应答，版本一致（{own}）");
        return text_check(
            "daemon_version",
            CheckState::Ok,
            name,
            zh,
            format!("answers in {ms:.1} ms, both are {own}"),
        );
    }
    let zh = format!("guided {theirs}（格式 {}），guide {own}（格式 {SCHEMA}）：不是同一个版本", health.schema);
    let en = format!("guided is {theirs} (schema {}), guide is {own} (schema {SCHEMA})", health.schema);
    let fix = match fit(health) {
        Fit::Older => ("guide status 会换成同版本的后台程序", "guide status puts one of this version in its place"),
        Fit::Fits | Fit::Newer => ("重新安装：./install.sh", "install again: ./install.sh"),
    };
    fixed(text_check("daemon_version", CheckState::Warn, name, zh, en), fix)
}

/// No daemon answers, which any command but this one changes.
pub(crate) fn serves_not() -> Check {
    let found = ("没有在运行；以下由 guided doctor 检查", "none runs; what follows was found by guided doctor");
    let check = check("daemon_version", CheckState::Warn, ("后台连接", "Local daemon"), found, &[]);
    fixed(check, ("guide status 会启动它", "guide status starts it"))
}

/// The daemon cannot be asked, neither as it serves nor once.
pub(crate) fn cannot_be_asked(explain: impl Fn(Lang) -> Explained) -> Check {
    let (zh, en) = (explain(Lang::Zh), explain(Lang::En));
    let check = text_check("daemon", CheckState::Fail, ("后台程序", "Daemon"), zh.what, en.what);
    let fix = zh.next.zip(en.next).map(|(zh, en)| Text { zh, en });
    let again = || Text { zh: "guided doctor 显示原话".to_owned(), en: "guided doctor says it in full".to_owned() };
    Check { fix: fix.or_else(|| Some(again())), ..check }
}

/// The same for a daemon that cannot be started.
pub(crate) fn cannot_be_run(error: &StartError) -> Check {
    cannot_be_asked(|lang| error.explain(lang))
}

pub(crate) fn text_check(
    code: &str,
    state: CheckState,
    (zh, en): (&str, &str),
    found_zh: String,
    found_en: String,
) -> Check {
    let name = Text { zh: zh.to_owned(), en: en.to_owned() };
    Check { code: code.to_owned(), state, name, found: Text { zh: found_zh, en: found_en }, fix: None }
}

/// A check whose finding ends in what was found, in parentheses.
pub(crate) fn check(code: &str, state: CheckState, name: (&str, &str), found: (&str, &str), values: &[&str]) -> Check {
    let (zh, en) = match values.is_empty() {
        true => (found.0.to_owned(), found.1.to_owned()),
        false => (format!("{}（{}）", found.0, values.join("，")), format!("{} ({})", found.1, values.join(", "))),
    };
    text_check(code, state, name, zh, en)
}

/// The same with what mends it.
pub(crate) fn fixed(check: Check, (zh, en): (&str, &str)) -> Check {
    Check { fix: Some(Text { zh: zh.to_owned(), en: en.to_owned() }), ..check }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(locale: &str, term: &str, size: Option<(u16, u16)>) -> Surroundings {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Surroundings { locale: text(locale), term: text(term), size, colors: ColorEnv::default() }
    }

    #[track_caller]
    fn check_states(surroundings: &Surroundings, expected: [CheckState; 3]) {
        let checks = surroundings.checks();
        assert_eq!(checks.iter().map(|check| check.state).collect::<Vec<_>>(), expected, "{checks:?}");
        for check in checks {
            assert_eq!(check.fix.is_some(), check.state != CheckState::Ok, "{check:?}");
        }
    }

    #[test]
    fn a_terminal_that_cannot_show_the_interface_is_warned_of_with_what_mends_it() {
        use CheckState::{Ok, Warn};
        check_states(&of("zh_CN.UTF-8", "xterm", Some((80, 24))), [Ok, Ok, Ok]);
        check_states(&of("C.utf8", "", None), [Ok, Ok, Ok]);
        check_states(&of("zh_CN.GBK", "xterm", Some((40, 24))), [Warn, Warn, Ok]);
        check_states(&of("", "dumb", Some((80, 24))), [Warn, Warn, Ok]);
    }

    #[test]
    fn a_daemon_of_another_version_is_warned_of() {
        let health = |version: &str| Health {
            program: "guided".to_owned(),
            version: version.to_owned(),
            schema: SCHEMA,
            uptime_ms: 1,
            pid: 4711,
        };
        assert_eq!(serves(&health(env!("CARGO_PKG_VERSION")), Duration::ZERO).state, CheckState::Ok);
        let other = serves(&health("0.0.9"), Duration::ZERO);
        assert_eq!(other.state, CheckState::Warn);
        assert!(other.fix.is_some_and(|fix| fix.en.contains("guide status")));
        assert!(serves(&health("99.0.0"), Duration::ZERO).fix.is_some_and(|fix| fix.en.contains("install")));
    }
}

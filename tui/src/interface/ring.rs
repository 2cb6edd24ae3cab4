//! Telling of a reminder through the terminal where no desktop shows it: the notification that the terminal knows, through
//! tmux where one is between, and the bell.

use guide_common::text::{Lines, sanitise};

/// The longest title, in characters.
const MAX_CHARS: usize = 80;

/// What a terminal understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    /// foot, Ghostty, urxvt and VTE.
    Osc777,
    /// kitty.
    Osc99,
    /// iTerm2, WezTerm and Windows Terminal.
    Osc9,
}

/// The bytes that tell of it.
pub fn bytes(title: &str, var: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    // a semicolon would end the field
    let title = sanitise(title, Lines::One, MAX_CHARS).replace(';', "；");
    let told = protocol(&var).map(|protocol| match protocol {
        Protocol::Osc777 => format!("\x1b]777;notify;guide;{title}\x1b\\"),
        Protocol::Osc99 => format!("\x1b]99;;{title}\x1b\\"),
        Protocol::Osc9 => format!("\x1b]9;{title}\x1b\\"),
    });
    let is_tmux = var("TMUX").is_some_and(|value| !value.is_empty());
    let mut bytes = match told {
        // tmux passes it on where `allow-passthrough` is set, and drops it otherwise
        Some(told) if is_tmux => format!("\x1bPtmux;{}\x1b\\", told.replace('\x1b', "\x1b\x1b")),
        Some(told) => told,
        None => String::new(),
    }
    .into_bytes();
    bytes.push(0x07);
    bytes
}

fn protocol(var: &impl Fn(&str) -> Option<String>) -> Option<Protocol> {
    let is_set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
    let term = var("TERM").unwrap_or_default();
    let program = var("TERM_PROGRAM").unwrap_or_default();
    if term.contains("kitty") || is_set("KITTY_WINDOW_ID") {
        return Some(Protocol::Osc99);
    }
    if term.starts_with("foot") || term.contains("ghostty") || term.starts_with("rxvt-unicode") {
        return Some(Protocol::Osc777);
    }
    if program == "ghostty" || is_set("VTE_VERSION") {
        return Some(Protocol::Osc777);
    }
    let is_osc9 = matches!(program.as_str(), "iTerm.app" | "WezTerm") || is_set("WT_SESSION");
    is_osc9.then_some(Protocol::Osc9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(vars: &[(&str, &str)], title: &str, expected: &str) {
        let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(String::from_utf8(bytes(title, var)).unwrap(), expected);
    }

    #[test]
    fn each_terminal_is_told_in_its_own_way_and_every_one_rings() {
        check(&[("TERM", "xterm-256color")], "到期", "\x07");
        check(&[("TERM", "foot")], "到期", "\x1b]777;notify;guide;到期\x1b\\\x07");
        check(&[("TERM", "xterm-kitty")], "到期", "\x1b]99;;到期\x1b\\\x07");
        check(&[("TERM", "xterm-256color"), ("WT_SESSION", "1")], "到期", "\x1b]9;到期\x1b\\\x07");
        check(
            &[("TERM", "tmux-256color"), ("TMUX", "/t,1,0"), ("VTE_VERSION", "7000")],
            "到期",
            "\x1bPtmux;\x1b\x1b]777;notify;guide;到期\x1b\x1b\\\x1b\\\x07",
        );
    }

    #[test]
    fn a_hostile_title_ends_nothing() {
        check(&[("TERM", "foot")], "a;b\x1b]52;c;eA==\x07c", "\x1b]777;notify;guide;a；b]52；c；eA==c\x1b\\\x07");
    }
}

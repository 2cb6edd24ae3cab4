//! Keys as lessons, tests and pictures write them: characters as they are typed, and names such as `<Enter>`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Reads keys; what is no key is said.
pub fn parse_keys(keys: &str) -> Result<Vec<KeyEvent>, String> {
    let mut parsed = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let (code, ctrl, after) = match rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            Some((name, after)) => {
                let (code, ctrl) = named_key(name).ok_or_else(|| format!("<{name}> is no key"))?;
                (code, ctrl, after)
            }
            None => (KeyCode::Char(c), false, &rest[c.len_utf8()..]),
        };
        rest = after;
        parsed.push(KeyEvent::new(code, if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE }));
    }
    Ok(parsed)
}

fn named_key(name: &str) -> Option<(KeyCode, bool)> {
    Some(match name {
        "Enter" => (KeyCode::Enter, false),
        "Esc" => (KeyCode::Esc, false),
        "Tab" => (KeyCode::Tab, false),
        "BackTab" => (KeyCode::BackTab, false),
        "Up" => (KeyCode::Up, false),
        "Down" => (KeyCode::Down, false),
        "Left" => (KeyCode::Left, false),
        "Right" => (KeyCode::Right, false),
        "Home" => (KeyCode::Home, false),
        "End" => (KeyCode::End, false),
        "Insert" => (KeyCode::Insert, false),
        "Delete" => (KeyCode::Delete, false),
        "Backspace" => (KeyCode::Backspace, false),
        "C-c" => (KeyCode::Char('c'), true),
        _ => (KeyCode::F(name.strip_prefix('F')?.parse().ok()?), false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_names_are_keys_and_anything_else_is_named() {
        let codes = |keys| parse_keys(keys).unwrap().into_iter().map(|key| key.code).collect::<Vec<_>>();
        assert_eq!(codes("4王<Enter><F12>"), [KeyCode::Char('4'), KeyCode::Char('王'), KeyCode::Enter, KeyCode::F(12)]);
        assert_eq!(codes("K<"), [KeyCode::Char('K'), KeyCode::Char('<')]);
        assert_eq!(parse_keys("a<Entr>").unwrap_err(), "<Entr> is no key");
    }
}

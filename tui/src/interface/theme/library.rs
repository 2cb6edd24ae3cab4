//! Which themes there are, built in and the guide's own, and which one a terminal gets.

use super::color::{Depth, at_depth};
use super::file::{ThemeError, ThemeFile};
use super::{Role, Theme};

/// The themes built in, by name.
pub const BUILT_IN: [(&str, &str); 6] = [
    ("ansi", include_str!("../../../../themes/ansi.toml")),
    ("night", include_str!("../../../../themes/night.toml")),
    ("day", include_str!("../../../../themes/day.toml")),
    ("contrast", include_str!("../../../../themes/contrast.toml")),
    ("deuteranopia", include_str!("../../../../themes/deuteranopia.toml")),
    ("mono", include_str!("../../../../themes/mono.toml")),
];

/// All themes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library {
    /// The guide's own, by name; one may take the place of a built-in one.
    pub own: Vec<(String, String)>,
}

/// What the environment says about colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColorEnv {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// How many colours the terminal announces.
    pub depth: Depth,
}

impl ColorEnv {
    /// Reads `NO_COLOR`, `COLORTERM`, `WT_SESSION` and `TERM`.
    pub fn of(var: impl Fn(&str) -> Option<String>) -> Self {
        let term = var("TERM").unwrap_or_default();
        let announces = var("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        let depth = match () {
            () if announces || var("WT_SESSION").is_some() || term.ends_with("-direct") => Depth::TrueColor,
            () if term.contains("256color") => Depth::Indexed,
            () if term == "dumb" || term.starts_with("vt1") || term.starts_with("vt2") => Depth::Mono,
            () => Depth::Sixteen,
        };
        Self { no_color: var("NO_COLOR").is_some_and(|value| !value.is_empty()), depth }
    }
}

impl Library {
    /// The names of all themes, the built-in ones first.
    pub fn names(&self) -> Vec<&str> {
        let own = self.own.iter().map(|(name, _)| name.as_str());
        let own = own.filter(|name| !BUILT_IN.iter().any(|(known, _)| known == name));
        BUILT_IN.iter().map(|(name, _)| *name).chain(own).collect()
    }

    /// A theme by name, in the colours that a terminal of that depth has.
    pub fn theme(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let file = self.file(name, &mut Vec::new())?;
        let styles = file.styles(name)?;
        let ground = styles[Role::Text as usize].bg;
        let shown_ground = ground.and_then(|ground| {
            let style = ratatui::style::Style::default().bg(ground);
            at_depth(style, None, depth).bg
        });
        let styles = styles.map(|style| at_depth(style, shown_ground, depth));
        Ok(Theme { id: name.to_owned(), name: file.name, styles })
    }

    /// The theme that was chosen, or the terminal's own colours. A choice on the command line counts more than
    /// `NO_COLOR`, and that more than the settings. Without colours there is only `mono`: elsewhere a selection may be a
    /// colour alone.
    pub fn choose(&self, flag: Option<&str>, setting: Option<&str>, env: ColorEnv) -> Result<Theme, ThemeError> {
        let is_mono = env.depth == Depth::Mono || (env.no_color && flag.is_none());
        match (flag, setting) {
            _ if is_mono => self.theme("mono", Depth::Mono),
            (Some(name), _) | (None, Some(name)) => self.theme(name, env.depth),
            (None, None) => self.theme("ansi", env.depth),
        }
    }

    /// A file with all that it inherits.
    fn file(&self, name: &str, above: &mut Vec<String>) -> Result<ThemeFile, ThemeError> {
        if above.iter().any(|other| other == name) {
            return Err(ThemeError::Circle(name.to_owned()));
        }
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        // an own theme may build on the built-in one of its name
        let is_base = above.last().is_some_and(|last| last == name);
        let own = self.own.iter().find(|(known, _)| known == name).filter(|_| !is_base).map(|(_, text)| text.as_str());
        let text = own.or(built_in).ok_or_else(|| self.unknown(name))?;
        let file = ThemeFile::parse(name, text)?;
        let Some(base) = file.inherits.clone() else { return Ok(file) };
        above.push(name.to_owned());
        let base = self.file(&base, above)?;
        Ok(file.over(base))
    }

    fn unknown(&self, name: &str) -> ThemeError {
        ThemeError::UnknownName { name: name.chars().take(40).collect(), known: self.names().join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;
    use crate::interface::theme::color::{MIN_CONTRAST, rgb};

    const DEPTHS: [Depth; 4] = [Depth::Mono, Depth::Sixteen, Depth::Indexed, Depth::TrueColor];

    fn env(no_color: bool, depth: Depth) -> ColorEnv {
        ColorEnv { no_color, depth }
    }

    #[test]
    fn every_built_in_theme_styles_every_role_at_every_depth() {
        for name in Library::default().names() {
            for depth in DEPTHS {
                Library::default().theme(name, depth).unwrap();
            }
        }
    }

    #[test]
    fn the_default_theme_never_sets_a_background() {
        let theme = Library::default().choose(None, None, env(false, Depth::TrueColor)).unwrap();
        assert!(Role::ALL.iter().all(|role| theme.style(*role).bg.is_none()));
    }

    #[test]
    fn a_flag_counts_more_than_no_color_and_no_color_more_than_the_settings() {
        let library = Library::default();
        let id = |flag, setting, env| library.choose(flag, setting, env).unwrap().id;
        assert_eq!(id(None, Some("night"), env(true, Depth::TrueColor)), "mono");
        assert_eq!(id(Some("day"), Some("night"), env(true, Depth::TrueColor)), "day");
        assert_eq!(id(None, Some("night"), env(false, Depth::Sixteen)), "night");
        assert_eq!(id(Some("day"), None, env(false, Depth::Mono)), "mono");
        let mono = library.choose(None, None, env(true, Depth::TrueColor)).unwrap();
        assert!(Role::ALL.iter().all(|role| mono.style(*role).fg.is_none() && mono.style(*role).bg.is_none()));
    }

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
            ColorEnv::of(move |name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
                .depth
        };
        assert_eq!(of(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::TrueColor);
        assert_eq!(of(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(of(&[("TERM", "linux")]), Depth::Sixteen);
        assert_eq!(of(&[("TERM", "vt100")]), Depth::Mono);
        assert_eq!(of(&[]), Depth::Sixteen);
        assert_eq!(of(&[("WT_SESSION", "1")]), Depth::TrueColor);
    }

    #[test]
    fn every_text_has_the_contrast_that_reading_needs() {
        for name in Library::default().names() {
            for depth in DEPTHS {
                let theme = Library::default().theme(name, depth).unwrap();
                for role in Role::ALL.into_iter().filter(|role| role.is_text()) {
                    let Some(found) = theme.contrast(role) else { continue };
                    assert!(found >= MIN_CONTRAST, "{name} at {depth:?}: {role:?} {:?} {found:.1}", theme.style(role));
                }
            }
        }
    }

    #[test]
    fn a_selected_row_differs_from_text_in_every_theme() {
        for name in Library::default().names() {
            for depth in DEPTHS {
                let id = if depth == Depth::Mono { "mono" } else { name };
                let theme = Library::default().theme(id, depth).unwrap();
                for role in [Role::Selection, Role::SelectionIdle] {
                    assert_ne!(theme.style(role), theme.style(Role::Text), "{name} at {depth:?}");
                }
            }
        }
    }

    /// How somebody without green cones sees a colour: the matrix of Machado, Oliveira and Fernandes (2009), severity 1.
    fn without_green([r, g, b]: [u8; 3]) -> [f64; 3] {
        let [r, g, b] = [r, g, b].map(f64::from);
        [
            0.367_322 * r + 0.860_646 * g - 0.227_968 * b,
            0.280_085 * r + 0.672_501 * g + 0.047_413 * b,
            -0.011_820 * r + 0.042_940 * g + 0.968_881 * b,
        ]
    }

    #[test]
    fn good_warn_and_bad_differ_for_eyes_without_green_cones() {
        let distance = |name: &str, a: Role, b: Role| {
            let theme = Theme::built_in(name).unwrap();
            let [a, b] = [a, b].map(|role| without_green(rgb(theme.style(role).fg.unwrap()).unwrap()));
            (0..3).map(|idx| (a[idx] - b[idx]).powi(2)).sum::<f64>().sqrt()
        };
        for (a, b) in [(Role::Good, Role::Warn), (Role::Warn, Role::Bad), (Role::Good, Role::Bad)] {
            assert!(distance("deuteranopia", a, b) > 90.0, "{a:?} and {b:?}: {}", distance("deuteranopia", a, b));
        }
    }

    #[test]
    fn an_own_theme_inherits_and_overrides() {
        let own = "name = { zh = \"甲\", en = \"A\" }\ninherits = \"night\"\n[palette]\njade = \"#aaffcc\"\n\
                   [role]\nmoney = { fg = \"#ffffff\" }\n";
        let library = Library { own: vec![("mine".to_owned(), own.to_owned())] };
        let (mine, night) = (library.theme("mine", Depth::TrueColor), library.theme("night", Depth::TrueColor));
        let (mine, night) = (mine.unwrap(), night.unwrap());
        assert_eq!(mine.style(Role::Money).fg, Some(Color::Rgb(255, 255, 255)));
        assert_eq!(mine.style(Role::Title).fg, Some(Color::Rgb(0xaa, 0xff, 0xcc)));
        assert_eq!(mine.style(Role::Muted), night.style(Role::Muted));
        assert_eq!(library.names().last(), Some(&"mine"));
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        let library = Library { own: vec![("mine".to_owned(), text.to_owned())] };
        let error = library.theme("mine", Depth::TrueColor).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_role_is_called_in_files_as_it_says() {
        for role in Role::ALL {
            let text =
                format!("name = {{ zh = \"甲\", en = \"A\" }}\ninherits = \"ansi\"\n[role]\n{} = {{}}\n", role.name());
            let library = Library { own: vec![("mine".to_owned(), text)] };
            library.theme("mine", Depth::TrueColor).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_with_a_theme_is_said_with_its_place() {
        check_error("name = 1", "line 1");
        check_error("name = { zh = \"甲\", en = \"A\" }\ncolour = 1\n", "line 2: unknown field `colour`");
        check_error("name = { zh = \"甲\", en = \"A\" }\n", "role Text is missing");
        check_error("name = { zh = \"甲\", en = \"A\" }\ninherits = \"none\"", "there is no theme \"none\"");
        check_error("name = { zh = \"甲\", en = \"A\" }\ninherits = \"mine\"", "inherits from itself");
        let wrong = "name = { zh = \"甲\", en = \"A\" }\ninherits = \"ansi\"\n[role]\ngood = { fg = \"grean\" }\n";
        check_error(wrong, "\"grean\" is neither in the palette nor a colour");
    }
}

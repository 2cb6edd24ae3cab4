//! Colours on terminals that have fewer of them, and how well two of them can be told apart.

use ratatui::style::{Color, Style};

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: weight, underline and reversal only.
    Mono,
    /// The sixteen that the terminal's own scheme defines.
    #[default]
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    TrueColor,
}

/// What must lie between text and its ground, by WCAG 2.2, success criterion 1.4.3.
pub const MIN_CONTRAST: f64 = 4.5;

/// The levels of the 6×6×6 cube of xterm's 256 colours.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The sixteen colours as xterm draws them; other terminals differ.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// Red, green and blue of a colour that a theme may name; none of the terminal's own ground and text.
pub fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(idx @ 0..=15) => Some(SIXTEEN[usize::from(idx)].1),
        Color::Indexed(idx @ 16..=231) => {
            let idx = usize::from(idx - 16);
            Some([CUBE[idx / 36], CUBE[idx / 6 % 6], CUBE[idx % 6]])
        }
        Color::Indexed(idx) => Some([8 + 10 * (idx - 232); 3]),
        Color::Reset => None,
        named => SIXTEEN.iter().find(|(color, _)| *color == named).map(|(_, rgb)| *rgb),
    }
}

/// A style as a terminal of that depth can show it. Where a colour becomes too like its ground it gives way to black or
/// white.
pub fn at_depth(style: Style, ground: Option<Color>, depth: Depth) -> Style {
    let mut shown = style;
    match depth {
        Depth::TrueColor => return style,
        Depth::Mono => (shown.fg, shown.bg) = (None, None),
        Depth::Indexed => {
            shown.fg = style.fg.map(|color| nearest(color, &indexed()));
            shown.bg = style.bg.map(|color| nearest(color, &indexed()));
        }
        Depth::Sixteen => {
            shown.fg = style.fg.map(|color| nearest(color, &SIXTEEN));
            shown.bg = style.bg.map(|color| nearest(color, &SIXTEEN));
        }
    }
    let ground = shown.bg.or(ground);
    if let (Some(fg), Some(bg)) = (shown.fg, ground)
        && contrast(fg, bg).is_some_and(|found| found < MIN_CONTRAST)
        && contrast_of(style.fg, style.bg.or(Some(bg))) >= MIN_CONTRAST
    {
        let black_reads = contrast(Color::Black, bg).is_some_and(|found| found >= MIN_CONTRAST);
        shown.fg = Some(if black_reads { Color::Black } else { Color::White });
    }
    shown
}

fn contrast_of(fg: Option<Color>, bg: Option<Color>) -> f64 {
    fg.zip(bg).and_then(|(fg, bg)| contrast(fg, bg)).unwrap_or(MIN_CONTRAST)
}

/// The contrast of two colours by WCAG 2.2, from 1 to 21; none where one is the terminal's own.
pub fn contrast(a: Color, b: Color) -> Option<f64> {
    let (a, b) = (luminance(rgb(a)?), luminance(rgb(b)?));
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

/// Relative luminance of sRGB, as WCAG 2.2 defines it.
fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn linear(level: u8) -> f64 {
    let level = f64::from(level) / 255.0;
    if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
}

/// Cube and greys, without the sixteen, which differ from terminal to terminal.
fn indexed() -> Vec<(Color, [u8; 3])> {
    (16..=255).filter_map(|idx| Some((Color::Indexed(idx), rgb(Color::Indexed(idx))?))).collect()
}

/// The colour of a list that looks most like another: least distance, weighted as the eye sees it (“redmean”).
fn nearest(color: Color, known: &[(Color, [u8; 3])]) -> Color {
    if !matches!(color, Color::Rgb(..)) {
        return color;
    }
    let Some(wanted) = rgb(color) else { return color };
    let distance = |other: [u8; 3]| {
        let [dr, dg, db] = [0, 1, 2].map(|idx| i32::from(wanted[idx]) - i32::from(other[idx]));
        let mean = (i32::from(wanted[0]) + i32::from(other[0])) / 2;
        (512 + mean) * dr * dr / 256 + 4 * dg * dg + (767 - mean) * db * db / 256
    };
    known.iter().min_by_key(|(_, rgb)| distance(*rgb)).map_or(color, |(near, _)| *near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert_eq!(contrast(Color::Black, Color::White).map(f64::round), Some(21.0));
        assert_eq!(contrast(Color::White, Color::White).map(f64::round), Some(1.0));
        // #767676 on white is the textbook's limit
        assert!((contrast(Color::Rgb(0x76, 0x76, 0x76), Color::White).unwrap() - 4.54).abs() < 0.01);
        assert_eq!(contrast(Color::Reset, Color::White), None);
    }

    #[test]
    fn a_colour_becomes_the_one_that_looks_most_like_it() {
        let at = |color, depth| at_depth(Style::default().fg(color), None, depth).fg;
        assert_eq!(at(Color::Rgb(255, 0, 0), Depth::Indexed), Some(Color::Indexed(196)));
        assert_eq!(at(Color::Rgb(128, 128, 128), Depth::Indexed), Some(Color::Indexed(244)));
        assert_eq!(at(Color::Rgb(250, 250, 250), Depth::Sixteen), Some(Color::White));
        assert_eq!(at(Color::Cyan, Depth::Indexed), Some(Color::Cyan));
        assert_eq!(at(Color::Cyan, Depth::Mono), None);
    }

    #[test]
    fn what_would_become_unreadable_becomes_black_or_white() {
        let style = Style::default().fg(Color::Rgb(0xc0, 0xc0, 0xc0)).bg(Color::Rgb(0x30, 0x30, 0x60));
        let shown = at_depth(style, None, Depth::Sixteen);
        let (fg, bg) = (shown.fg.unwrap(), shown.bg.unwrap());
        assert!(contrast(fg, bg).unwrap() >= MIN_CONTRAST, "{fg:?} on {bg:?}");
    }
}

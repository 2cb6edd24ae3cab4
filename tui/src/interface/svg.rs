//! Pictures of screens as SVG, made from what the interface draws. Wide characters are placed one by one and narrow
//! runs are stretched to their cells, so that the grid holds in any font; frames are drawn as lines.

pub mod film;
mod shape;

use std::fmt::Write;

use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use unicode_segmentation::UnicodeSegmentation;

use super::app::App;
use super::fixture::Desk;
use super::theme::{Theme, ThemeError};
use super::view;

const CELL: (f32, f32) = (9.0, 20.0);
const PAD: f32 = 14.0;
const FONT_SIZE: f32 = 15.0;
const WIDE_FONT_SIZE: f32 = 16.5;
const FONTS: &str = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Noto Sans Mono CJK SC','PingFang SC',\
                     'Microsoft YaHei','WenQuanYi Micro Hei',monospace";

/// What the sixteen colours of a terminal and its two defaults look like in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Text without a colour.
    pub foreground: &'static str,
    /// The ground.
    pub background: &'static str,
    /// The sixteen colours in their order.
    pub colors: [&'static str; 16],
}

impl Palette {
    /// A dark terminal.
    pub const DARK: Self = Self {
        foreground: "#d8dce4",
        background: "#16181d",
        colors: [
            "#1d1f21", "#d06a6a", "#8abf5a", "#e5b567", "#5f9fd7", "#b294bb", "#5fbfb9", "#c5c8c6", "#7b8492",
            "#f08a8a", "#a9d977", "#ffdf8f", "#81b9f0", "#d7b0ea", "#83dcd6", "#ffffff",
        ],
    };
}

/// The screens that have a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// The queue.
    Today,
    /// A customer's whole card.
    Card,
    /// What a plan would have meant.
    WhatIf,
    /// The report by plan.
    Report,
    /// Sync, with a rejected record.
    Sync,
}

impl Picture {
    /// Every picture.
    pub const ALL: [Self; 5] = [Self::Today, Self::Card, Self::WhatIf, Self::Report, Self::Sync];

    /// The name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Card => "card",
            Self::WhatIf => "what-if",
            Self::Report => "report",
            Self::Sync => "sync",
        }
    }

    fn keys(self) -> &'static str {
        match self {
            Self::Today => "",
            Self::Card => "gc<Enter>j<Enter>",
            Self::WhatIf => "gpw",
            Self::Report => "gr2",
            Self::Sync => "gs2",
        }
    }
}

/// A screen of the fixed shop as SVG, drawn by the interface itself.
pub fn screenshot(picture: Picture, lang: Lang, theme: &str, size: (u16, u16)) -> Result<String, ThemeError> {
    let mut desk = Desk::new(lang, ClockKind::Virtual);
    if picture == Picture::Sync {
        desk.reject();
    }
    let mut app = App::new(lang, Theme::built_in(theme)?, size);
    desk.open(&mut app);
    desk.press(&mut app, picture.keys());
    Ok(to_svg(&render(&mut app), &Palette::DARK))
}

/// What the app draws at its size.
pub fn render(app: &mut App) -> Buffer {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(app.size.0, app.size.1));
    let Ok(_) = terminal.draw(|frame| view::draw(app, frame));
    terminal.backend().buffer().clone()
}

/// A frame as lines of text, without spaces at their ends.
pub fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in 0..buffer.area.height {
        let mut line = String::new();
        let mut col = 0;
        while col < buffer.area.width {
            let symbol = buffer[(col, row)].symbol();
            line.push_str(symbol);
            col += symbol.cell_width().max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A buffer as SVG.
pub fn to_svg(buffer: &Buffer, palette: &Palette) -> String {
    let mut svg = head(buffer, palette);
    for row in 0..buffer.area.height {
        draw_row(&mut svg, buffer, row, row, palette);
    }
    svg.push_str(ends());
    svg
}

/// The beginning of a picture as large as a frame, with its ground.
fn head(buffer: &Buffer, palette: &Palette) -> String {
    let (cols, rows) = (buffer.area.width, buffer.area.height);
    let (width, height) = (f32::from(cols) * CELL.0 + 2.0 * PAD, f32::from(rows) * CELL.1 + 2.0 * PAD);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"{FONTS}\" font-size=\"{FONT_SIZE}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        palette.background
    )
}

/// The end of a picture.
fn ends() -> &'static str {
    "</svg>\n"
}

/// Draws a row of a frame at the place of a row.
fn draw_row(svg: &mut String, buffer: &Buffer, row: u16, at: u16, palette: &Palette) {
    let runs = runs(buffer, row, palette);
    for run in &runs {
        draw_ground(svg, run, at, palette);
    }
    for run in &runs {
        draw_text(svg, run, at);
    }
}

/// Cells side by side that look the same.
struct Run {
    col: u16,
    n_cols: u16,
    text: String,
    kind: Kind,
    foreground: String,
    background: String,
    modifier: Modifier,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Narrow,
    Wide,
    Frame,
    Block,
}

fn runs(buffer: &Buffer, row: u16, palette: &Palette) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut col = 0;
    while col < buffer.area.width {
        let Some(cell) = buffer.cell((col, row)) else { break };
        let n_cols = cell.symbol().cell_width().max(1);
        let kind = match cell.symbol() {
            "─" | "│" | "╭" | "╮" | "╰" | "╯" => Kind::Frame,
            symbol if shape::block(symbol).is_some() => Kind::Block,
            _ if n_cols > 1 => Kind::Wide,
            _ => Kind::Narrow,
        };
        let (foreground, background) = colors(cell, palette);
        match runs.last_mut() {
            Some(run)
                if run.kind == kind
                    && run.foreground == foreground
                    && run.background == background
                    && run.modifier == cell.modifier =>
            {
                run.text.push_str(cell.symbol());
                run.n_cols += n_cols;
            }
            _ => {
                let text = cell.symbol().to_owned();
                runs.push(Run { col, n_cols, text, kind, foreground, background, modifier: cell.modifier });
            }
        }
        col += n_cols;
    }
    runs
}

fn colors(cell: &Cell, palette: &Palette) -> (String, String) {
    let foreground = color(cell.fg, palette.foreground, palette);
    let background = color(cell.bg, palette.background, palette);
    if cell.modifier.contains(Modifier::REVERSED) { (background, foreground) } else { (foreground, background) }
}

fn color(color: Color, default: &str, palette: &Palette) -> String {
    let indexed = |idx: usize| palette.colors[idx].to_owned();
    match color {
        Color::Black => indexed(0),
        Color::Red => indexed(1),
        Color::Green => indexed(2),
        Color::Yellow => indexed(3),
        Color::Blue => indexed(4),
        Color::Magenta => indexed(5),
        Color::Cyan => indexed(6),
        Color::Gray => indexed(7),
        Color::DarkGray => indexed(8),
        Color::LightRed => indexed(9),
        Color::LightGreen => indexed(10),
        Color::LightYellow => indexed(11),
        Color::LightBlue => indexed(12),
        Color::LightMagenta => indexed(13),
        Color::LightCyan => indexed(14),
        Color::White => indexed(15),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(idx) if idx < 16 => indexed(usize::from(idx)),
        Color::Reset | Color::Indexed(_) => default.to_owned(),
    }
}

fn draw_ground(svg: &mut String, run: &Run, row: u16, palette: &Palette) {
    if run.background == palette.background {
        return;
    }
    let (x, y) = origin(run.col, row);
    let width = f32::from(run.n_cols) * CELL.0;
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{}\"/>",
        CELL.1, run.background
    );
}

fn draw_text(svg: &mut String, run: &Run, row: u16) {
    match run.kind {
        Kind::Frame => return shape::draw_frame(svg, run, row),
        Kind::Block => return shape::draw_blocks(svg, run, row),
        Kind::Narrow | Kind::Wide => {}
    }
    if run.text.trim().is_empty() && !run.modifier.contains(Modifier::UNDERLINED) {
        return;
    }
    let (x, y) = origin(run.col, row);
    let mut style = String::new();
    if run.modifier.contains(Modifier::BOLD) {
        style.push_str(" font-weight=\"bold\"");
    }
    if run.modifier.contains(Modifier::DIM) {
        style.push_str(" opacity=\"0.6\"");
    }
    if run.modifier.contains(Modifier::UNDERLINED) {
        style.push_str(" text-decoration=\"underline\"");
    }
    let baseline = y + CELL.1 * 0.74;
    let fill = &run.foreground;
    if run.kind == Kind::Wide {
        // each wide character has its own place: no font's widths are two cells exactly
        let _ = write!(svg, "<text y=\"{baseline}\" font-size=\"{WIDE_FONT_SIZE}\" fill=\"{fill}\"{style}>");
        for (idx, c) in run.text.graphemes(true).enumerate() {
            let x = x + 2.0 * CELL.0 * f32::from(u16::try_from(idx).unwrap_or(0)) + CELL.0 - WIDE_FONT_SIZE / 2.0;
            let _ = write!(svg, "<tspan x=\"{x}\">{}</tspan>", escaped(c));
        }
        svg.push_str("</text>\n");
        return;
    }
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{baseline}\" textLength=\"{}\" lengthAdjust=\"spacing\" xml:space=\"preserve\" \
         fill=\"{fill}\"{style}>{}</text>",
        f32::from(run.n_cols) * CELL.0,
        escaped(&run.text)
    );
}

fn origin(col: u16, row: u16) -> (f32, f32) {
    (PAD + f32::from(col) * CELL.0, PAD + f32::from(row) * CELL.1)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

//! What is drawn as a shape and not as a letter: frames and the blocks of charts, so that they join.

use std::fmt::Write;

use super::{CELL, Run, origin};

/// A block's left edge, top, width and height, in shares of a cell.
pub(super) fn block(symbol: &str) -> Option<[f32; 4]> {
    let mut chars = symbol.chars();
    let c = chars.next().filter(|_| chars.next().is_none())?;
    let part = |from: char| (u32::from(c) - u32::from(from)) as f32;
    match c {
        // from below, an eighth more each; the last one is full
        '\u{2581}'..='\u{2588}' => {
            let height = (part('\u{2581}') + 1.0) / 8.0;
            Some([0.0, 1.0 - height, 1.0, height])
        }
        // from the left, an eighth less each
        '\u{2589}'..='\u{258f}' => Some([0.0, 0.0, (7.0 - part('\u{2589}')) / 8.0, 1.0]),
        _ => None,
    }
}

/// Blocks side by side, one path; blocks that are alike are one rectangle.
pub(super) fn draw_blocks(svg: &mut String, run: &Run, row: u16) {
    let (x, y) = origin(run.col, row);
    let mut rectangles: Vec<[f32; 4]> = Vec::new();
    for (idx, c) in run.text.chars().enumerate() {
        let Some([left, top, width, height]) = block(c.encode_utf8(&mut [0; 4])) else { continue };
        let left = x + (left + idx as f32) * CELL.0;
        match rectangles.last_mut() {
            Some(last) if last[1] == top && (last[0] + last[2] - left).abs() < 0.01 => last[2] += width * CELL.0,
            _ => rectangles.push([left, top, width * CELL.0, height]),
        }
    }
    let mut path = String::new();
    for [left, top, width, height] in rectangles {
        let _ = write!(path, "M{left} {}h{width}v{}h-{width}z", y + top * CELL.1, height * CELL.1);
    }
    let _ = writeln!(svg, "<path d=\"{path}\" fill=\"{}\"/>", run.foreground);
}

/// Lines side by side, one path.
pub(super) fn draw_frame(svg: &mut String, run: &Run, row: u16) {
    let (x, y) = origin(run.col, row);
    let (half_width, half_height) = (CELL.0 / 2.0, CELL.1 / 2.0);
    let mut path = String::new();
    let mut straight: Option<(f32, f32)> = None;
    for (idx, c) in run.text.chars().enumerate() {
        let left = x + CELL.0 * f32::from(u16::try_from(idx).unwrap_or(0));
        let (right, middle, center, bottom) = (left + CELL.0, y + half_height, left + half_width, y + CELL.1);
        if c == '─' {
            straight = Some((straight.map_or(left, |(from, _)| from), right));
            continue;
        }
        if let Some((from, to)) = straight.take() {
            let _ = write!(path, "M{from} {middle}H{to}");
        }
        let _ = match c {
            '│' => write!(path, "M{center} {y}V{bottom}"),
            '╭' => write!(path, "M{center} {bottom}Q{center} {middle} {right} {middle}"),
            '╮' => write!(path, "M{left} {middle}Q{center} {middle} {center} {bottom}"),
            '╰' => write!(path, "M{center} {y}Q{center} {middle} {right} {middle}"),
            _ => write!(path, "M{left} {middle}Q{center} {middle} {center} {y}"),
        };
    }
    if let Some((from, to)) = straight {
        let _ = write!(path, "M{from} {}H{to}", y + half_height);
    }
    let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.2\"/>", run.foreground);
}

//! Charts as SVG, to stand inside a page: bars, a funnel, lines over days. Colours are the page's: every shape has a
//! class and none a colour of its own. Texts are escaped here.

use std::fmt::Write as _;

use crate::interface::text::cut;

const WIDTH: f64 = 640.0;
const ROW: f64 = 26.0;
const BAR: f64 = 16.0;
const LABEL: f64 = 170.0;
const NUMBER: f64 = 110.0;
/// How many columns of text fit before the bars.
const LABEL_COLUMNS: usize = 22;
const LINES_HEIGHT: f64 = 120.0;

/// A text as it may stand in HTML and in an attribute.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Horizontal bars with their names and numbers.
pub fn bars(title: &str, rows: &[(String, u64)]) -> String {
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let mut svg = opened(title, rows.len() as f64 * ROW);
    for (idx, (name, n)) in rows.iter().enumerate() {
        let y = idx as f64 * ROW;
        let length = part(*n, most) * (WIDTH - LABEL - NUMBER);
        label(&mut svg, name, y);
        rect(&mut svg, "bar", (LABEL, y + (ROW - BAR) / 2.0), length);
        after(&mut svg, LABEL + length, y, &n.to_string());
    }
    closed(svg)
}

/// The stages of a funnel, each with its share of the one before.
pub fn funnel(title: &str, stages: &[(String, u64)]) -> String {
    let widest = stages.first().map(|(_, n)| *n).unwrap_or_default();
    let mut svg = opened(title, stages.len() as f64 * ROW);
    let room = WIDTH - LABEL - NUMBER;
    let before = std::iter::once(None).chain(stages.iter().map(|(_, n)| Some(*n)));
    for (idx, ((name, n), before)) in stages.iter().zip(before).enumerate() {
        let y = idx as f64 * ROW;
        let length = part(*n, widest) * room;
        label(&mut svg, name, y);
        rect(&mut svg, "bar", (LABEL + (room - length) / 2.0, y + (ROW - BAR) / 2.0), length);
        let share = before.filter(|before| *before > 0).map(|before| format!(" ({:.0}%)", part(*n, before) * 100.0));
        after(&mut svg, LABEL + room, y, &format!("{n}{}", share.unwrap_or_default()));
    }
    closed(svg)
}

/// Lines over days: each series with its name; the first and the last day are named below.
pub fn lines(title: &str, ends: (&str, &str), series: &[(String, Vec<u64>)]) -> String {
    let most = series.iter().flat_map(|(_, values)| values).copied().max().unwrap_or_default();
    let mut svg = opened(title, LINES_HEIGHT + 2.0 * ROW);
    let _ = write!(svg, r#"<path class="axis" d="M0 {LINES_HEIGHT:.0}H{WIDTH:.0}"/>"#);
    for (idx, (name, values)) in series.iter().enumerate() {
        let step = WIDTH / (values.len().saturating_sub(1).max(1)) as f64;
        let point = |(idx, n): (usize, &u64)| {
            let (x, y) = (idx as f64 * step, LINES_HEIGHT - part(*n, most) * (LINES_HEIGHT - 10.0));
            format!("{x:.1},{y:.1}")
        };
        let points: Vec<String> = values.iter().enumerate().map(point).collect();
        let _ = write!(svg, r#"<polyline class="line s{idx}" points="{}"/>"#, points.join(" "));
        let (x, y) = (idx as f64 * WIDTH / 3.0, LINES_HEIGHT + ROW + 16.0);
        let _ = write!(svg, r#"<path class="line s{idx}" d="M{x:.0} {:.0}h18"/>"#, y - 4.0);
        let peak = values.iter().max().copied().unwrap_or_default();
        let _ = write!(svg, r#"<text x="{:.0}" y="{y:.0}">{} ≤ {peak}</text>"#, x + 24.0, escaped(name));
    }
    let y = LINES_HEIGHT + 16.0;
    let _ = write!(svg, r#"<text class="soft" x="0" y="{y:.0}">{}</text>"#, escaped(ends.0));
    let _ = write!(svg, r#"<text class="soft end" x="{WIDTH:.0}" y="{y:.0}">{}</text>"#, escaped(ends.1));
    closed(svg)
}

fn opened(title: &str, height: f64) -> String {
    let title = escaped(title);
    format!(
        r#"<svg viewBox="0 0 {WIDTH:.0} {height:.0}" role="img" aria-label="{title}" xmlns="http://www.w3.org/2000/svg"><title>{title}</title>"#
    )
}

fn closed(svg: String) -> String {
    svg + "</svg>"
}

fn part(n: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { n as f64 / whole as f64 }
}

fn label(svg: &mut String, name: &str, y: f64) {
    let (x, y) = (LABEL - 8.0, y + ROW / 2.0 + 4.5);
    let _ = write!(svg, r#"<text class="end" x="{x:.0}" y="{y:.1}">{}</text>"#, escaped(&cut(name, LABEL_COLUMNS)));
}

fn rect(svg: &mut String, class: &str, (x, y): (f64, f64), length: f64) {
    let length = length.max(1.0);
    let _ =
        write!(svg, r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{length:.1}" height="{BAR:.0}" rx="2"/>"#);
}

fn after(svg: &mut String, x: f64, y: f64, text: &str) {
    let (x, y) = (x + 8.0, y + ROW / 2.0 + 4.5);
    let _ = write!(svg, r#"<text x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_its_chart() {
        let hostile = "\"><script>alert('x')</script>&";
        for svg in [
            bars(hostile, &[(hostile.to_owned(), 3)]),
            funnel(hostile, &[(hostile.to_owned(), 3)]),
            lines(hostile, (hostile, hostile), &[(hostile.to_owned(), vec![1, 2])]),
        ] {
            assert!(!svg.contains("<script"), "{svg}");
            assert!(svg.contains("&lt;script&gt;"), "{svg}");
        }
    }

    #[test]
    fn the_longest_bar_fills_its_room_and_nothing_at_all_draws_no_figure_that_is_none() {
        let svg = bars("t", &[("a".to_owned(), 4), ("b".to_owned(), 2), ("c".to_owned(), 0)]);
        for width in ["width=\"360.0\"", "width=\"180.0\"", "width=\"1.0\""] {
            assert!(svg.contains(width), "{svg}");
        }
        for svg in
            [bars("t", &[("a".to_owned(), 0)]), funnel("t", &[]), lines("t", ("", ""), &[("a".to_owned(), vec![])])]
        {
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    #[test]
    fn a_stage_names_its_share_of_the_one_before() {
        let svg = funnel("t", &[("due".to_owned(), 8), ("contacted".to_owned(), 4), ("replied".to_owned(), 1)]);
        assert!(
            svg.contains(">8</text>") && svg.contains(">4 (50%)</text>") && svg.contains(">1 (25%)</text>"),
            "{svg}"
        );
    }
}

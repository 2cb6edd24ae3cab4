//! A plan along the time: its steps with their windows from the anchor on, branches beneath the steps from which they
//! come, and where there is room the windows as bars over one axis.

use guide_common::id::StepId;
use guide_common::sop::plan::{Branch, Lang, Plan, Step};
use ratatui::text::{Line, Span};

use super::super::templates::rows::templates_of;
use crate::interface::app::App;
use crate::interface::text::{cut, fit, is_linear, width, wrapped};
use crate::interface::theme::{Role, Theme};
use crate::interface::widgets::browser_view::section;
use crate::interface::widgets::paint::piece;
use crate::lang::course::{branch_name, from_name};
use crate::lang::name::{asks_name, purpose_name};
use crate::lang::plan::{audience, channels, limits, notes, restart, triggers};
use crate::lang::{date, pick, word};
use crate::text;

/// From so many columns on the windows are drawn as bars.
const WITH_BARS: usize = 74;

/// The lines.
pub fn lines(app: &App, plan: &Plan, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme) = (app.lang, &app.theme);
    let mut lines = head(plan, cols, lang, theme);
    lines.push(Line::default());
    let tree = tree(plan);
    let when_cols = tree.iter().map(|node| width(&window(node.step, lang))).max().unwrap_or(0);
    let axis = (cols >= WITH_BARS && !is_linear(cols)).then(|| Axis::of(plan, cols * 2 / 5)).flatten();
    if let Some(axis) = &axis {
        let left = cols - axis.cols;
        lines.push(Line::from(piece(format!("{}{}", " ".repeat(left), axis.ruler(plan, lang)), Role::Muted, theme)));
    }
    for node in &tree {
        lines.extend(node_lines(node, when_cols, axis.as_ref(), cols, lang, theme));
    }
    let notes: Vec<String> = plan.steps.iter().flat_map(|step| notes(step, lang)).collect();
    if !notes.is_empty() {
        lines.push(Line::default());
        lines.push(section(pick(lang, ("细则", "Particulars")), cols, theme));
        lines.extend(notes.iter().flat_map(|note| said(note, Role::Muted, cols, theme)));
    }
    let today = app.data.on();
    for earlier in plan.earlier_versions().filter(|earlier| earlier.plan.version != plan.version) {
        let (version, before) = (earlier.plan.version, date::short(earlier.before_on, today, lang));
        let line = text!(lang, "{before} 之前开始的仍按 v{version}", "runs from before {before} follow v{version}");
        lines.extend(said(&line, Role::Accent, cols, theme));
    }
    lines
}

fn said(text: &str, role: Role, cols: usize, theme: &Theme) -> Vec<Line<'static>> {
    wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, role, theme))).collect()
}

fn head(plan: &Plan, cols: usize, lang: Lang, theme: &Theme) -> Vec<Line<'static>> {
    let (trigger, restart, priority, version) =
        (triggers(plan, lang), restart(plan.restart, lang), plan.priority, plan.version);
    let first = text!(lang, "触发：{trigger}", "starts on {trigger}");
    let second = text!(
        lang,
        "v{version} · 再次触发{restart} · 优先级 {priority}",
        "v{version} · a new one {restart} · priority {priority}"
    );
    let mut lines = said(&first, Role::Strong, cols, theme);
    for line in std::iter::once(second).chain(audience(&plan.audience, lang)).chain(limits(plan, lang)) {
        lines.extend(said(&line, Role::Text, cols, theme));
    }
    lines
}

/// A step in the tree.
struct Node<'p> {
    step: &'p Step,
    /// The branch that leads to it.
    branch: Option<Branch>,
    /// How deep it lies.
    depth: usize,
    /// Whether nothing of the same depth follows beneath the same step.
    is_last: bool,
    /// Whether a step of the axis follows.
    goes_on: bool,
}

/// The steps in their order, each followed by those to which its branches lead.
fn tree(plan: &Plan) -> Vec<Node<'_>> {
    let is_target = |id: &StepId| plan.steps.iter().any(|step| step.branches().any(|(_, target)| target == id));
    let roots: Vec<&Step> = plan.steps.iter().filter(|step| !is_target(&step.id)).collect();
    let mut nodes = Vec::new();
    for (idx, step) in roots.iter().enumerate() {
        let goes_on = idx + 1 < roots.len();
        nodes.push(Node { step, branch: None, depth: 0, is_last: !goes_on, goes_on });
        add_branches(plan, step, 1, goes_on, &mut nodes);
    }
    nodes
}

fn add_branches<'p>(plan: &'p Plan, of: &'p Step, depth: usize, goes_on: bool, nodes: &mut Vec<Node<'p>>) {
    // branches lead forward: none comes back to its own beginning
    let found = |target: &StepId| plan.steps.iter().find(|step| step.id == *target);
    let targets: Vec<(Branch, &Step)> =
        of.branches().filter_map(|(branch, target)| Some((branch, found(target)?))).collect();
    for (idx, (branch, step)) in targets.iter().enumerate() {
        if nodes.len() >= plan.steps.len() {
            return;
        }
        let is_last = idx + 1 == targets.len();
        nodes.push(Node { step, branch: Some(*branch), depth, is_last, goes_on });
        add_branches(plan, step, depth + 1, goes_on, nodes);
    }
}

/// A step's window.
pub fn window(step: &Step, lang: Lang) -> String {
    let (from, until) = (word::offset(step.offset, lang), word::offset(step.until, lang));
    if from == until { from } else { format!("{from} … {until}") }
}

fn node_lines(
    node: &Node<'_>,
    when_cols: usize,
    axis: Option<&Axis>,
    cols: usize,
    lang: Lang,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let step = node.step;
    let trunk = if node.goes_on { "│ " } else { "  " };
    let indent = "  ".repeat(node.depth.saturating_sub(1));
    let (mark, after) = match (node.depth, node.is_last) {
        (0, _) => ("● ".to_owned(), trunk.to_owned()),
        (_, true) => (format!("{trunk}{indent}└ "), format!("{trunk}{indent}  ")),
        (_, false) => (format!("{trunk}{indent}├ "), format!("{trunk}{indent}│ ")),
    };
    let branch = node.branch.map(|branch| format!("{} → ", branch_name(branch, lang))).unwrap_or_default();
    let text_cols = axis.map_or(cols, |axis| cols - axis.cols - 1);
    let mut spans = vec![
        piece(mark, Role::Accent, theme),
        piece(branch, Role::Warn, theme),
        piece(fit(&window(step, lang), when_cols) + "  ", Role::Muted, theme),
        piece(step.title(lang).to_owned(), Role::Strong, theme),
    ];
    // a step that counts from another date has no place on the axis
    if let Some(axis) = axis.filter(|_| step.from.is_none()) {
        let line = crate::interface::widgets::paint::cut_line(Line::from(spans), text_cols);
        let gap = text_cols.saturating_sub(line.width()) + 1;
        spans = line.spans;
        spans.push(Span::raw(" ".repeat(gap)));
        spans.extend(axis.bar(step, theme));
    }
    let mut lines = vec![Line::from(spans)];
    let templates: Vec<&str> = templates_of(step).map(|id| id.as_str()).collect();
    let mut parts = vec![channels(&step.channels, lang), purpose_name(step.purpose, lang).to_owned()];
    parts.extend((!templates.is_empty()).then(|| templates.join("/")));
    parts.extend(step.asks.map(|asks| text!(lang, "问{}", "asks {}", asks_name(asks, lang))));
    parts.extend(step.from.map(|from| text!(lang, "从{}算起", "from {}", from_name(from, lang))));
    parts.extend(step.coupon.as_ref().map(|coupon| text!(lang, "发券 {coupon}", "coupon {coupon}")));
    let mut push = |text: String, role: Role| {
        let room = cols.saturating_sub(width(&after));
        for line in wrapped(&text, room) {
            lines.push(Line::from(vec![piece(after.clone(), Role::Accent, theme), piece(line, role, theme)]));
        }
    };
    push(parts.join(" · "), Role::Muted);
    if let Some(plan) = &step.recovery {
        push(text!(lang, "└ 低分或投诉 → {plan}", "└ a bad score or a complaint → {plan}"), Role::Warn);
    }
    lines
}

/// One axis for all windows: near days have more room than far ones.
struct Axis {
    from: f64,
    to: f64,
    cols: usize,
}

impl Axis {
    /// The axis of a plan; none where it has no step that counts from the anchor.
    fn of(plan: &Plan, cols: usize) -> Option<Self> {
        let steps = || plan.steps.iter().filter(|step| step.from.is_none());
        let from = steps().map(|step| step.offset.max_days()).min()?.min(0);
        let to = steps().map(|step| step.until.max_days()).max()?.max(1);
        Some(Self { from: scaled(from), to: scaled(to), cols: cols.max(8) })
    }

    fn cell(&self, days: i32) -> usize {
        let share = (scaled(days) - self.from) / (self.to - self.from).max(f64::EPSILON);
        ((share.clamp(0.0, 1.0) * (self.cols - 1) as f64).round()) as usize
    }

    /// A step's window.
    fn bar(&self, step: &Step, theme: &Theme) -> Vec<Span<'static>> {
        let (from, until) = (self.cell(step.offset.max_days()), self.cell(step.until.max_days()));
        let zero = self.cell(0);
        let glyph = |cell: usize| if cell == zero { "│" } else { "·" };
        let before: String = (0..from).map(glyph).collect();
        let after: String = (until + 1..self.cols).map(glyph).collect();
        vec![
            piece(before, Role::Border, theme),
            piece("█".repeat(until + 1 - from.min(until)), Role::Good, theme),
            piece(after, Role::Border, theme),
        ]
    }

    /// The days at their places, as many as have room.
    fn ruler(&self, plan: &Plan, lang: Lang) -> String {
        // the anchor's day first, then the beginnings, then the ends
        let mut days: Vec<(i32, String)> = vec![(0, pick(lang, ("当天", "day 0")).to_owned())];
        let counted = || plan.steps.iter().filter(|step| step.from.is_none());
        let offsets = counted().map(|step| step.offset).chain(counted().map(|step| step.until));
        days.extend(offsets.filter(|offset| offset.max_days() != 0).map(|of| (of.max_days(), word::offset(of, lang))));
        let mut cells: Vec<Option<String>> = vec![None; self.cols];
        let mut is_free = vec![true; self.cols + 1];
        for (day, label) in days {
            let n = width(&label);
            let at = self.cell(day).min(self.cols.saturating_sub(n));
            let end = (at + n + 1).min(is_free.len());
            if is_free[at..end].iter().all(|free| *free) {
                is_free[at..end].fill(false);
                cells[at] = Some(label);
            }
        }
        let mut ruler = String::new();
        for (at, label) in cells.into_iter().enumerate() {
            if let Some(label) = label {
                let missing = at.saturating_sub(width(&ruler));
                ruler.push_str(&" ".repeat(missing));
                ruler.push_str(&label);
            }
        }
        cut(&ruler, self.cols)
    }
}

/// Days on a scale that is fine near the anchor and coarse far from it.
fn scaled(days: i32) -> f64 {
    f64::from(days.signum()) * f64::from(1 + days.abs()).ln()
}

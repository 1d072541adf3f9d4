//! The drawn procedure, from the law file itself: Mermaid text, and the stages in reading order for whoever draws.

use std::collections::BTreeMap;

use crate::law::{Procedure, Stage, Version};

/// One arrow: from stage, to stage, the steps that go that way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow<'v> {
    pub from: Option<&'v str>,
    pub to: &'v str,
    pub steps: Vec<&'v str>,
}

/// All arrows of a version; `None` is the opening.
pub fn arrows(version: &Version) -> Vec<Arrow<'_>> {
    let mut found: BTreeMap<(Option<usize>, usize), Vec<&str>> = BTreeMap::new();
    let place = |id: &str| version.stages.iter().position(|stage| stage.id == id);
    for step in &version.steps {
        for to in step.to.iter().chain(step.branch.iter().flat_map(|branch| branch.to.values())) {
            let Some(to) = place(to) else { continue };
            if step.from.is_empty() {
                found.entry((None, to)).or_default().push(&step.title);
            }
            for from in step.from.iter().filter_map(|from| place(from)).filter(|from| *from != to) {
                let steps = found.entry((Some(from), to)).or_default();
                if !steps.contains(&step.title.as_str()) {
                    steps.push(&step.title);
                }
            }
        }
    }
    found
        .into_iter()
        .map(|((from, to), steps)| Arrow { from: from.map(|from| version.stages[from].id.as_str()), to: &version.stages[to].id, steps })
        .collect()
}

/// Stages on the longest forward way from opening to an end, in order: the main line of a drawing.
pub fn main_line(version: &Version) -> Vec<&Stage> {
    // Stages are written in reading order; an arrow that goes forward in that order is part of a way.
    let count = version.stages.len();
    let place = |id: &str| version.stages.iter().position(|stage| stage.id == id);
    let mut best: Vec<Option<(usize, usize)>> = vec![None; count];
    let arrows = arrows(version);
    for arrow in arrows.iter().filter(|arrow| arrow.from.is_none()) {
        if let Some(to) = place(arrow.to) {
            best[to] = Some((1, to));
        }
    }
    for to in 0..count {
        for arrow in arrows.iter().filter(|arrow| place(arrow.to) == Some(to)) {
            let Some(from) = arrow.from.and_then(place).filter(|from| *from < to) else { continue };
            if let Some((length, _)) = best[from]
                && best[to].is_none_or(|(known, _)| length + 1 > known)
            {
                best[to] = Some((length + 1, from));
            }
        }
    }
    let end =
        (0..count).filter(|&at| version.stages[at].end && best[at].is_some()).max_by_key(|&at| best[at].map_or(0, |(length, _)| length));
    let mut line = Vec::new();
    let mut at = end;
    while let Some(stage) = at {
        line.push(&version.stages[stage]);
        at = best[stage].map(|(_, from)| from).filter(|from| *from != stage);
    }
    line.reverse();
    line
}

/// The procedure as a Mermaid state diagram.
pub fn mermaid(procedure: &Procedure, version: &Version) -> String {
    let mut out = format!("%% {} ({} from {})\nstateDiagram-v2\n", procedure.title, procedure.id, version.in_force);
    for stage in &version.stages {
        out.push_str(&format!("    {}: {}\n", name(&stage.id), stage.title));
    }
    for arrow in arrows(version) {
        out.push_str(&format!("    {} --> {}: {}\n", arrow.from.map_or("[*]".to_owned(), name), name(arrow.to), arrow.steps.join(" / ")));
    }
    for stage in version.stages.iter().filter(|stage| stage.end) {
        out.push_str(&format!("    {} --> [*]\n", name(&stage.id)));
    }
    out
}

fn name(id: &str) -> String {
    id.replace('-', "_")
}

/// The procedure as one SVG: stages from top to bottom in reading order, steps as arrows; arrows that pass over stages bow to the
/// right, arrows that lead back bow to the left. It stands alone and prints.
pub fn svg(procedure: &Procedure, version: &Version) -> String {
    const ROW: usize = 64;
    const BOX: usize = 220;
    let arrows = arrows(version);
    let place = |id: &str| version.stages.iter().position(|stage| stage.id == id).unwrap_or(0);
    let far = arrows.iter().filter_map(|arrow| Some(place(arrow.from?).abs_diff(place(arrow.to)))).max().unwrap_or(1);
    let bow = |span: usize| 24 + span * 14;
    let left = bow(far) + 190;
    let width = left + BOX + bow(far) + 330;
    let height = 90 + version.stages.len() * ROW;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\" font-family=\"Noto Sans CJK SC,sans-serif\" font-size=\"13\">\n<title>{title}</title>\n<defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n<text x=\"16\" y=\"30\" font-size=\"18\" font-weight=\"600\">{title}（{from}起施行）</text>\n",
        title = escape(&procedure.title),
        from = version.in_force
    );
    let top = |row: usize| 56 + row * ROW;
    for arrow in &arrows {
        let label = escape(&arrow.steps.join("、"));
        let label = if label.chars().count() > 26 { format!("{}…", label.chars().take(25).collect::<String>()) } else { label };
        let to = place(arrow.to);
        let Some(from) = arrow.from.map(place) else {
            out.push_str(&format!("<path d=\"M{x} {y}h40\" fill=\"none\" stroke=\"#17191c\" marker-end=\"url(#to)\"/><text x=\"{tx}\" y=\"{ty}\" text-anchor=\"end\" fill=\"#454a52\">{label}</text>\n", x = left - 42, y = top(to) + 18, tx = left - 48, ty = top(to) + 22));
            continue;
        };
        let span = from.abs_diff(to);
        if to == from + 1 {
            out.push_str(&format!("<path d=\"M{x} {y}v{v}\" fill=\"none\" stroke=\"#17191c\" marker-end=\"url(#to)\"/><text x=\"{tx}\" y=\"{ty}\" fill=\"#454a52\">{label}</text>\n", x = left + BOX / 2, y = top(from) + 36, v = ROW - 38, tx = left + BOX / 2 + 8, ty = top(from) + 55));
        } else if to > from {
            let x = left + BOX;
            out.push_str(&format!("<path d=\"M{x} {a}C{c} {a} {c} {b} {x} {b}\" fill=\"none\" stroke=\"#757b84\" marker-end=\"url(#to)\"/><text x=\"{tx}\" y=\"{ty}\" fill=\"#454a52\">{label}</text>\n", a = top(from) + 24, b = top(to) + 12, c = x + bow(span), tx = x + bow(span) * 3 / 4 + 6, ty = (top(from) + top(to)) / 2 + 20));
        } else {
            let x = left;
            out.push_str(&format!("<path d=\"M{x} {a}C{c} {a} {c} {b} {x} {b}\" fill=\"none\" stroke=\"#757b84\" stroke-dasharray=\"4 4\" marker-end=\"url(#to)\"/><text x=\"{tx}\" y=\"{ty}\" text-anchor=\"end\" fill=\"#454a52\">{label}</text>\n", a = top(from) + 12, b = top(to) + 26, c = x.saturating_sub(bow(span)), tx = x.saturating_sub(bow(span) * 3 / 4 + 6), ty = (top(from) + top(to)) / 2 + 20));
        }
    }
    for (row, stage) in version.stages.iter().enumerate() {
        let weight = if stage.end { 3 } else { 1 };
        out.push_str(&format!("<rect x=\"{left}\" y=\"{y}\" width=\"{BOX}\" height=\"36\" fill=\"#fff\" stroke=\"#17191c\" stroke-width=\"{weight}\"/><text x=\"{x}\" y=\"{t}\" text-anchor=\"middle\" font-size=\"15\">{title}</text>\n", y = top(row), x = left + BOX / 2, t = top(row) + 23, title = escape(&stage.title)));
    }
    out.push_str("</svg>\n");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

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
    found.into_iter().map(|((from, to), steps)| Arrow { from: from.map(|from| version.stages[from].id.as_str()), to: &version.stages[to].id, steps }).collect()
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
            if let Some((length, _)) = best[from] {
                if best[to].is_none_or(|(known, _)| length + 1 > known) {
                    best[to] = Some((length + 1, from));
                }
            }
        }
    }
    let end = (0..count).filter(|&at| version.stages[at].end && best[at].is_some()).max_by_key(|&at| best[at].map_or(0, |(length, _)| length));
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

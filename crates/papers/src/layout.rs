//! Lines of Chinese text: broken by width with the rules for punctuation (禁则), Latin words and numbers kept whole.

use crate::font::Face;

/// Never at the beginning of a line.
const NOT_FIRST: &str = "，。、；：？！）》〉」』”’％…—·}])>,.;:?!%号年月日条款项元";
/// Never at the end of a line.
const NOT_LAST: &str = "（《〈「『“‘〔[({<第";

/// What may not be parted: one character, or a run of Latin letters and digits.
fn units(text: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut joins = false;
    for letter in text.chars() {
        let latin = letter.is_ascii_alphanumeric() || matches!(letter, '.' | ',' | '/' | ':' | '-' | '_' | '%');
        match units.last_mut() {
            Some(last) if latin && joins && last.len() < 40 => last.push(letter),
            _ => units.push(letter.to_string()),
        }
        joins = latin;
    }
    units
}

/// Breaks a paragraph into lines of at most `width` points, the first indented by `indent`.
pub fn lines(face: &Face, size: f32, text: &str, width: f32, indent: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line: Vec<String> = Vec::new();
    let mut used = indent;
    for unit in units(&face.drawable(text)) {
        let wide = face.width(&unit, size);
        if used + wide > width + 0.5 && !line.is_empty() {
            let hangs = unit.chars().next().is_some_and(|first| NOT_FIRST.contains(first));
            if hangs && unit.chars().count() == 1 && "，。、；：？！）》”".contains(unit.as_str()) {
                // Closing punctuation hangs over the edge rather than dragging a character along.
                line.push(unit);
                lines.push(line.concat());
                line = Vec::new();
                used = 0.0;
                continue;
            }
            let mut carried = Vec::new();
            let breaks_badly = |line: &[String], first: &str| {
                first.chars().next().is_some_and(|c| NOT_FIRST.contains(c))
                    || line.last().and_then(|last| last.chars().last()).is_some_and(|c| NOT_LAST.contains(c))
            };
            let mut first = unit.clone();
            while line.len() > 2 && carried.len() < 4 && breaks_badly(&line, &first) {
                if let Some(last) = line.pop() {
                    first.clone_from(&last);
                    carried.insert(0, last);
                }
            }
            lines.push(line.concat());
            used = carried.iter().map(|unit| face.width(unit, size)).sum();
            line = carried;
        }
        used += wide;
        line.push(unit);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.concat());
    }
    lines
}

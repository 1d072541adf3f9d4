//! Gathers the relations between figures and holds what every kind of check needs: whether two units count
//! the same kind of thing, whether a computed number agrees with a stated one, and how numbers are written.

use super::figure::Found;
use super::marks::Marks;
use super::script::Folded;
use super::unit::Kind as UnitKind;
use super::{Check, Kind, Outcome, change, rate, repeat, sum};

/// The figures with the text they were read from.
pub struct Reading<'a> {
    pub text: &'a Folded,
    pub marks: &'a Marks,
    pub found: &'a [Found],
    /// Range of figures of each sentence that has any, in order: sentence, first, past the last.
    pub sentences: Vec<(usize, usize, usize)>,
}

impl Reading<'_> {
    pub fn quote(&self, from: usize, to: usize) -> String {
        const LONGEST: usize = 400;
        self.text.original(from, to.min(from + LONGEST)).trim().to_string()
    }

    /// The words of the clauses from one figure to another.
    pub fn quote_figures(&self, indices: &[usize]) -> String {
        let spans = indices.iter().filter_map(|i| self.found.get(*i)).map(|f| super::subject::clause(self.text, f.start, f.end));
        let (mut from, mut to) = (usize::MAX, 0);
        for (a, b) in spans {
            from = from.min(a);
            to = to.max(b);
        }
        if from == usize::MAX { String::new() } else { self.quote(from, to) }
    }

    pub fn values(&self, indices: &[usize]) -> Vec<f64> {
        indices.iter().filter_map(|i| self.found.get(*i)).map(|f| f.value).collect()
    }

    /// Builds a check over `stated` and `parts`.
    pub fn check(&self, kind: Kind, result: Outcome, expected: Option<f64>, stated: usize, parts: &[usize], note: String) -> Check {
        let mut figures = vec![stated];
        figures.extend_from_slice(parts);
        Check {
            kind,
            result,
            expected,
            stated: self.found.get(stated).map_or(0.0, |f| f.value),
            parts: self.values(parts),
            quote: self.quote_figures(&figures),
            note,
            figures,
        }
    }
}

pub fn checks(text: &Folded, marks: &Marks, found: &[Found]) -> Vec<Check> {
    let mut sentences: Vec<(usize, usize, usize)> = Vec::new();
    for (index, figure) in found.iter().enumerate() {
        match sentences.last_mut() {
            Some(last) if last.0 == figure.sentence => last.2 = index + 1,
            _ => sentences.push((figure.sentence, index, index + 1)),
        }
    }
    let reading = Reading { text, marks, found, sentences };
    let changes = change::amounts(&reading);
    let mut checks = sum::sums(&reading);
    // 由412项精简至268项,减少144项 is a change, though 268 and 144 make 412
    let same = |a: &Check, b: &Check| a.figures.len() == b.figures.len() && a.figures.iter().all(|k| b.figures.contains(k));
    checks.retain(|check| !changes.iter().any(|change| same(check, change)));
    checks.extend(rate::rates(&reading));
    checks.extend(changes);
    checks.extend(repeat::repeats(&reading));
    checks.sort_by_key(|c| c.figures.iter().min().copied().unwrap_or(0));
    checks
}

/// Whether two units may count the same kind of thing: 个 and 项 may, 件 and 人 may not.
pub fn comparable(a: &Found, b: &Found) -> bool {
    const GENERIC: &[&str] = &["个", "项", "条", "件", "事项", "宗", "起", "例", "份"];
    const BODIES: &[&str] = &["户", "家", "个", "所"];
    const PEOPLE: &[&str] = &["人", "名", "位", "个"];
    let pair = |list: &[&str]| list.contains(&a.unit.as_str()) && list.contains(&b.unit.as_str());
    a.kind != UnitKind::Percent
        && b.kind != UnitKind::Percent
        && !a.rank
        && !b.rank
        && (a.unit == b.unit || pair(GENERIC) || pair(BODIES) || pair(PEOPLE))
}

/// Between which numbers the true one lies when `figure` was rounded or cut off to its last digit; a whole count is itself.
pub fn range(figure: &Found) -> (f64, f64) {
    if figure.step == 1.0 && figure.value.fract() == 0.0 && !figure.is_rate() {
        return (figure.value, figure.value);
    }
    (figure.value - figure.step / 2.0, figure.value + figure.step)
}

/// Whether a computed number is the stated one, to the last digit stated.
pub fn agrees(computed: f64, stated: f64, step: f64) -> Outcome {
    agrees_within((computed, computed), computed, stated, step)
}

/// The same where rounding of what it is computed from leaves a range: the best outcome that some number in it has.
pub fn agrees_within((low, high): (f64, f64), computed: f64, stated: f64, step: f64) -> Outcome {
    let dust = step * 1e-6 + computed.abs() * 1e-12;
    if low - dust <= stated + step / 2.0 && high + dust >= stated - step / 2.0 {
        Outcome::Holds
    } else if low < stated + step - dust && high >= stated - dust {
        Outcome::HoldsAsTruncation
    } else {
        Outcome::Fails
    }
}

/// A number as a report writes it: no thousands signs, at most five decimals.
pub fn plain(value: f64) -> String {
    if value.fract().abs() < 1e-9 {
        return format!("{value:.0}");
    }
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

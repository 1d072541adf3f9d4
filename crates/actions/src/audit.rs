//! Audits a report that anybody published: read, its figures found and checked against each other, and beside the ledger. Nothing is kept.

use std::time::Duration;

use engine::audit::{Audit, Comparison, LedgerFigure, compare};
pub use papers::read::{Kind, LARGEST_REPORT, Unreadable};
use serde_json::{Value, json};
use store::CellFilter;

use crate::figure::Period;
use crate::hall::{Error, Hall, Result};

/// How long the arithmetic may take; a long report takes a twentieth of a second.
const LONGEST: Duration = Duration::from_secs(20);

/// A report that was read, and what the audit says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Audited {
    /// The words of the report; the places of the figures count its characters.
    pub text: String,
    pub audit: Audit,
}

/// Reads a report in any form that is published and audits it.
///
/// Errors: what [`papers::read::text`] says.
pub fn audit(name: &str, bytes: &[u8]) -> std::result::Result<Audited, Unreadable> {
    audit_text(papers::read::text(name, bytes)?)
}

/// The same for words that are read already.
///
/// Errors: `Empty`, `Slow`, `Busy`.
pub fn audit_text(text: String) -> std::result::Result<Audited, Unreadable> {
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    if text.chars().count() > papers::read::MOST_LETTERS {
        return Err(Unreadable::TooMuch { what: papers::read::Count::Letters, most: papers::read::MOST_LETTERS });
    }
    papers::read::within(LONGEST, move || {
        let audit = engine::audit::audit(&text);
        Ok(Audited { text, audit })
    })
}

impl Hall {
    /// Each figure of an audit beside the ledger of a year: only figures that are public and have records are compared.
    ///
    /// Errors: `Invalid` for a year outside the calendar.
    pub fn compare_with_ledger(&self, audit: &Audit, year: i16) -> Result<Vec<Comparison>> {
        let period = Period::year(year).ok_or_else(|| Error::Invalid(format!("{year}年不在日历范围内")))?;
        let kept = self.figures(period, &CellFilter::default())?;
        let ledger: Vec<LedgerFigure> = kept
            .into_iter()
            .filter(|shown| shown.records > 0)
            .filter_map(|shown| Some(LedgerFigure { value: shown.value?, key: shown.key, title: shown.title, unit: shown.unit }))
            .collect();
        Ok(compare(audit, &ledger))
    }
}

/// The audit in JSON: `{"figures": […], "checks": […]}`, with `ledger` when it was compared. Whole numbers are written whole.
pub fn to_json(audit: &Audit, ledger: Option<&[Comparison]>) -> Value {
    let mut value = json!(audit);
    if let (Some(ledger), Some(fields)) = (ledger, value.as_object_mut()) {
        fields.insert("ledger".to_owned(), json!(ledger));
    }
    whole(&mut value);
    value
}

/// 874942, not 874942.0.
fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15) {
                *value = Value::from(float as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(fields) => fields.values_mut().for_each(whole),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_whole() {
        let audited = audit("report.txt", "全年办理行政复议案件115件，审结109件，审结率94.78%。".as_bytes()).unwrap();
        let said = to_json(&audited.audit, None).to_string();
        assert!(said.contains("\"value\":115}") && said.contains("\"value\":94.78"), "{said}");
    }
}

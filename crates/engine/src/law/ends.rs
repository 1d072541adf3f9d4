//! Clocks that end on a written day: how a jurist writes the day.

use jiff::civil::Date;
use serde::Deserialize;

/// The last day of a clock that ends on a date. It is never moved over days off: such a day is a date, not a period.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawEnds")]
pub enum Ends {
    /// The day before a day of the year that a field names, so many years on: 每年3月1日前.
    Before { month: i8, day: i8, year: String, plus: i16 },
    /// The day a parameter gives as MMDD, itself the last, in the year that a field names: 12月20日前, as a district sets it.
    Parameter { id: String, year: String, plus: i16 },
    /// The day in a field of the case.
    Field(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEnds {
    before: Option<String>,
    parameter: Option<String>,
    field: Option<String>,
    year: Option<String>,
    #[serde(default)]
    plus: i16,
}

impl TryFrom<RawEnds> for Ends {
    type Error = String;

    fn try_from(raw: RawEnds) -> Result<Ends, String> {
        match raw {
            RawEnds { before: Some(day), parameter: None, field: None, year: Some(year), plus } => {
                let (month, day) = day
                    .split_once('-')
                    .and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)))
                    .filter(|(month, day)| Date::new(2023, *month, *day).is_ok())
                    .ok_or_else(|| format!("`before` is a day of every year such as \"03-01\", not \"{day}\""))?;
                Ok(Ends::Before { month, day, year, plus })
            }
            RawEnds { before: None, parameter: Some(id), field: None, year: Some(year), plus } => Ok(Ends::Parameter { id, year, plus }),
            RawEnds { before: None, parameter: None, field: Some(field), year: None, plus: 0 } => Ok(Ends::Field(field)),
            _ => Err("`ends` is one of { before = \"MM-DD\", year = FIELD, plus? }, { parameter = ID, year = FIELD, plus? } and { field = FIELD }"
                .to_owned()),
        }
    }
}

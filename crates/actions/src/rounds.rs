//! The rounds of reports as the office sees them: which round runs, which organ has handed in, how late the others are.

use engine::case::{Case, Person};
use engine::clock::Standing;
use engine::decide::version_of;
use engine::report::SECTIONS;
use jiff::civil::DateTime;
use serde::Serialize;
use serde_json::Value;
use store::{CaseFilter, CaseOrder, HeadRow};

use crate::freeze::PUBLISH;
use crate::hall::{Error, Hall, Result};
use crate::look::{Listing, Sight, sight};

/// Reports of the whole district, newest round first; reports of its organs.
pub const DISTRICT: [&str; 2] = ["annual-report", "half-year-report"];
pub const UNIT: &str = "department-report";
/// Rounds, or reports, listed at once.
const MOST: u32 = 200;
/// Of departments: some years of them.
const MOST_OF_UNITS: u32 = 600;

/// A report among others.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// The id of its case, as text.
    pub id: String,
    pub code: String,
    pub procedure: String,
    pub title: String,
    pub year: Option<i64>,
    pub organ: String,
    pub organ_title: String,
    pub stage: String,
    pub stage_title: String,
    pub ended: bool,
    /// How many of the five parts are written.
    pub written: usize,
    /// Last days and how they stand, in the order of the law.
    pub due: Vec<Due>,
    /// When it was published, when it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<DateTime>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Due {
    pub clock: String,
    pub title: String,
    pub standing: Standing,
}

/// A round: the report of the district and those of its organs.
#[derive(Debug, Clone, Serialize)]
pub struct Round {
    pub report: Line,
    pub units: Vec<Line>,
}

impl Line {
    pub fn due(&self, clock: &str) -> Option<&Standing> {
        self.due.iter().find(|due| due.clock == clock).map(|due| &due.standing)
    }

    /// Late in anything, or was.
    pub fn late(&self) -> bool {
        self.due.iter().any(|due| matches!(due.standing, Standing::Overdue { .. } | Standing::MetLate { .. }))
    }

    /// Late now, and nothing handed in yet.
    pub fn overdue(&self) -> bool {
        self.due.iter().any(|due| matches!(due.standing, Standing::Overdue { .. }))
    }
}

impl Hall {
    /// The rounds somebody may see, newest first, without the reports of the organs.
    pub fn rounds(&self, person: &Person, now: DateTime) -> Result<Vec<Line>> {
        self.lines(person, CaseFilter { procedures: DISTRICT.map(str::to_owned).to_vec(), ..CaseFilter::default() }, now)
    }

    /// One round with the reports of its organs, those furthest behind first.
    pub fn round(&self, person: &Person, id: i64, now: DateTime) -> Result<Round> {
        let case = self.case(id)?;
        if sight(self, Some(person), &case) < Sight::Whole || !DISTRICT.contains(&case.procedure.as_str()) {
            return Err(Error::NotFound);
        }
        let report = self.line(&case, now)?;
        let filter = CaseFilter { procedures: vec![UNIT.to_owned()], matters: vec![report.code.clone()], ..CaseFilter::default() };
        let mut units = self.lines(person, filter, now)?;
        units.sort_by_key(|unit| (!unit.overdue(), !unit.late(), unit.ended, unit.organ.clone()));
        Ok(Round { report, units })
    }

    /// The reports of a person's own organ, newest first.
    pub fn unit_reports(&self, person: &Person, now: DateTime) -> Result<Vec<Line>> {
        let filter = CaseFilter { procedures: vec![UNIT.to_owned()], organs: vec![person.organ.clone()], ..CaseFilter::default() };
        self.lines(person, filter, now)
    }

    /// Reports that were published, newest first, for anybody.
    pub fn publications(&self, now: DateTime) -> Result<Vec<Line>> {
        // Those of the government apart, so that the many of its departments never push one of them out.
        let mut lines = Vec::new();
        for (procedures, most) in [(DISTRICT.map(str::to_owned).to_vec(), MOST), (vec![UNIT.to_owned()], MOST_OF_UNITS)] {
            let filter = CaseFilter { procedures, ..CaseFilter::default() };
            lines.extend(self.of_rows(&self.store.cases(self.settings.number(), &filter, CaseOrder::Newest, 0, most)?, now)?);
        }
        lines.retain(|line| line.published.is_some());
        lines.sort_by_key(|line| std::cmp::Reverse((line.year, line.published)));
        Ok(lines)
    }

    fn lines(&self, person: &Person, filter: CaseFilter, now: DateTime) -> Result<Vec<Line>> {
        let (rows, _) = self.list(person, Listing { filter, limit: MOST, ..Listing::default() })?;
        self.of_rows(&rows, now)
    }

    fn of_rows(&self, rows: &[HeadRow], now: DateTime) -> Result<Vec<Line>> {
        rows.iter().map(|row| self.line(&*self.case(row.stream)?, now)).collect()
    }

    fn line(&self, case: &Case, now: DateTime) -> Result<Line> {
        let (procedure, version) = version_of(&self.law, case).ok_or(Error::NotFound)?;
        let stage = version.stage(&case.stage);
        let due = version.clocks.iter().filter_map(|clock| {
            let standing = case.clocks.get(&clock.id)?.standing(&self.law.calendar, now).ok()?;
            Some(Due { clock: clock.id.clone(), title: clock.title.clone(), standing })
        });
        Ok(Line {
            id: case.id.to_string(),
            code: crate::step::code(case),
            procedure: procedure.id.clone(),
            title: self.summary(version, case),
            year: case.get("year").and_then(Value::as_i64),
            organ: case.organ.clone(),
            organ_title: self.organ_title(&case.organ),
            stage: case.stage.clone(),
            stage_title: stage.map_or_else(|| case.stage.clone(), |stage| stage.title.clone()),
            ended: stage.is_some_and(|stage| stage.end),
            written: SECTIONS.into_iter().filter(|part| case.text(part).is_some_and(|text| !text.trim().is_empty())).count(),
            due: due.collect(),
            published: case.last(PUBLISH).map(|taken| taken.at),
        })
    }
}

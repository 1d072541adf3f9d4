//! Reports on the work of a year 法治政府建设情况报告: the ledger's figures put into a template of the law, read in one pass.
//! What a report is lies in [`engine::report`]; this file only asks the questions.

pub mod file;

use std::collections::{BTreeMap, BTreeSet};

use engine::decide::nearest;
use engine::figure::Measure;
use engine::report::template::{Block, Scope, Span, Template};
use engine::report::write::{Given, Slice, six, write};
use jiff::civil::DateTime;
use store::{By, CellFilter, day};

use crate::figure::{Period as Days, Shown};
use crate::hall::{Error, Hall, Result};

pub use engine::report::{
    Axis, ChapterText, Check, CheckKind, CheckPart, FigureRow, Fraction, Frozen, Omitted, Organ, Period, Quoted, Report, SECTIONS,
    Sections, Series, Text, Why, Written,
};

/// Which report is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `annual`, `half-year`, `department`.
    pub template: String,
    pub year: i16,
    /// 1 or 2, for a half-year's report.
    pub half: Option<u8>,
    /// For a department's report.
    pub organ: Option<String>,
    /// What people wrote of each part.
    pub sections: Sections,
    /// Not a draft any more.
    pub finished: bool,
    /// Written even when the ledger holds nothing of the period: an organ that did nothing countable reports all the same.
    pub even_empty: bool,
}

impl Wanted {
    /// The draft of a year.
    pub fn year(template: &str, year: i16) -> Wanted {
        Wanted { template: template.to_owned(), year, ..Wanted::default() }
    }
}

impl Hall {
    /// Writes a report from the ledger as it stands.
    ///
    /// Errors: `Invalid` for a template that is not there, a period that does not fit it or has not begun, an organ that is not there, a
    /// year of which the ledger holds nothing; each says what to ask instead.
    pub fn report(&self, wanted: &Wanted, now: DateTime) -> Result<Report> {
        let template = self.law.reports.get(&wanted.template).ok_or_else(|| {
            let near = nearest(&wanted.template, self.law.reports.keys().map(String::as_str));
            let known = self.law.reports.keys().map(String::as_str).collect::<Vec<_>>().join("、");
            Error::Invalid(format!(
                "没有“{}”这种报告{}；现有：{known}",
                wanted.template,
                near.map_or(String::new(), |near| format!("，是不是“{near}”"))
            ))
        })?;
        let period = self.reported(template, wanted, now)?;
        let organ = self.reporting(template, wanted)?;
        let filter = CellFilter { organs: organ.iter().map(|organ| organ.id.clone()).collect(), ..CellFilter::default() };
        let days = Days { from: period.from, to: period.to };
        let shown = self.figures(days, &filter)?;
        if !wanted.even_empty && !shown.iter().any(|shown| self.moved(shown)) {
            return Err(self.nothing(&period, organ.as_ref(), &filter)?);
        }
        let before = days.before().map(|before| self.figures(before, &filter)).transpose()?.unwrap_or_default();
        let held = before.iter().any(|shown| self.moved(shown));
        let before: BTreeMap<&str, &Shown> = before.iter().filter(|_| held).map(|shown| (shown.key.as_str(), shown)).collect();
        let figures =
            shown.iter().map(|shown| self.figure_row(shown, before.get(shown.key.as_str()).copied(), &period, organ.as_ref())).collect();
        let (by_organ, by_month) = self.slices(template, &wanted.sections, &period, &filter)?;
        Ok(write(Given {
            template,
            division: &self.settings.division,
            division_name: &self.settings.name,
            organ,
            period,
            as_of: now,
            finished: wanted.finished,
            sections: &wanted.sections,
            figures,
            by_organ,
            by_month,
            organ_title: &|id| self.organ_title(id),
        }))
    }

    fn reported(&self, template: &Template, wanted: &Wanted, now: DateTime) -> Result<Period> {
        match (template.period, wanted.half) {
            (Span::Year, Some(_)) => return Err(Error::Invalid(format!("“{}”报告整年，不分上下半年", template.id))),
            (Span::Half, None) => return Err(Error::Invalid(format!("“{}”要写明上半年（1）还是下半年（2）", template.id))),
            _ => {}
        }
        let period = Period::new(wanted.year, wanted.half).filter(|period| (1949..=9999).contains(&period.year)).ok_or_else(|| {
            Error::Invalid(format!("没有{}年{}", wanted.year, wanted.half.map_or(String::new(), |half| format!("第{half}个半年"))))
        })?;
        if period.from > now.date() {
            return Err(Error::Invalid(format!("{}还没有到，不能写报告", period.text())));
        }
        Ok(period)
    }

    fn reporting(&self, template: &Template, wanted: &Wanted) -> Result<Option<Organ>> {
        match (template.scope, &wanted.organ) {
            (Scope::District, None) => Ok(None),
            (Scope::District, Some(_)) => Err(Error::Invalid(format!("“{}”是全区的报告，一个机关的报告是“department”", template.id))),
            (Scope::Organ, None) => Err(Error::Invalid(format!("“{}”要写明是哪个机关的报告", template.id))),
            (Scope::Organ, Some(id)) => {
                let registers = self.registers();
                match registers.entry("organs", id) {
                    Some(entry) => Ok(Some(Organ { id: id.clone(), title: entry.title.clone() })),
                    None => {
                        let near = nearest(id, registers.all("organs").map(|entry| entry.id.as_str()));
                        Err(Error::Invalid(format!("没有“{id}”这个机关{}", near.map_or(String::new(), |near| format!("，是不是“{near}”")))))
                    }
                }
            }
        }
    }

    /// Whether a figure of what happens in a period has counted anything.
    fn moved(&self, shown: &Shown) -> bool {
        shown.records > 0 && self.law.figure(&shown.key).is_some_and(|figure| matches!(figure.measure, Measure::Count(_) | Measure::Sum(_)))
    }

    /// The ledger holds nothing of this period: which years it does hold.
    fn nothing(&self, period: &Period, organ: Option<&Organ>, filter: &CellFilter) -> Result<Error> {
        let flows: Vec<&str> = self
            .law
            .figures
            .iter()
            .filter(|figure| matches!(figure.measure, Measure::Count(_) | Measure::Sum(_)))
            .map(|figure| figure.key.as_str())
            .collect();
        let rows = self.store.cells(self.settings.number(), &flows, 0, 99_991_231, &[By::Year], filter)?;
        let years: BTreeSet<i32> = rows.iter().filter(|row| row.n > 0).filter_map(|row| row.period).collect();
        let whose = organ.map_or_else(|| self.settings.name.clone(), |organ| organ.title.clone());
        let text = period.text();
        Ok(Error::Invalid(match years.is_empty() {
            true => format!("{whose}还没有任何记录，不能写{text}的报告"),
            false => {
                let years = years.iter().map(i32::to_string).collect::<Vec<_>>().join("、");
                format!("{whose}{text}没有记录，不能写报告；有记录的年份：{years}")
            }
        }))
    }

    fn figure_row(&self, shown: &Shown, before: Option<&Shown>, period: &Period, organ: Option<&Organ>) -> FigureRow {
        let declared = self.law.figure(&shown.key);
        let organ = organ.map_or(String::new(), |organ| format!("&organ={}", organ.id));
        FigureRow {
            key: shown.key.clone(),
            title: shown.title.clone(),
            unit: shown.unit.clone(),
            value: shown.value.map(six),
            number: shown.number(),
            last_year: before.and_then(|shown| shown.value).map(six),
            last_number: before.map_or_else(String::new, Shown::number),
            fraction: shown.fraction.as_ref().map(|fraction| Fraction {
                of: fraction.of.clone(),
                over: fraction.over.clone(),
                numerator: fraction.numerator,
                denominator: fraction.denominator,
            }),
            records: shown.records,
            definition: shown.definition.clone(),
            source: declared.map_or_else(String::new, |figure| self.source(&figure.measure)),
            owner: self.owner_title(&shown.owner),
            statement: shown.stated,
            parts: declared.map_or_else(Vec::new, |figure| figure.partition.clone()),
            tags: declared.map_or_else(Vec::new, |figure| figure.tags.clone()),
            link: format!("/figures/{}?{}{organ}", shown.key, period.query()),
        }
    }

    /// Where a figure is counted, in words.
    fn source(&self, measure: &Measure) -> String {
        let title = |key: &str| self.law.figure(key).map_or_else(|| key.to_owned(), |figure| figure.title.clone());
        let events = |procedure: &Option<String>, register: &Option<String>| match (procedure, register) {
            (Some(id), _) => format!("程序“{}”", self.law.procedures.get(id).map_or(id.as_str(), |procedure| procedure.title.as_str())),
            (None, Some(id)) => format!("清单“{}”", self.law.registers.get(id).map_or(id.as_str(), |register| register.title.as_str())),
            (None, None) => String::new(),
        };
        match measure {
            Measure::Count(over) => events(&over.procedure, &over.register),
            Measure::Sum(over) => events(&over.procedure, &over.register),
            Measure::Stock(stock) => events(&None, &Some(stock.register.clone())),
            Measure::Cases(open) => events(&Some(open.procedure.clone()), &None),
            Measure::Distinct(distinct) => format!("“{}”里不同的", title(&distinct.of)),
            Measure::Ratio(pair) | Measure::Mean(pair) => format!("{}÷{}", title(&pair.of), title(&pair.over)),
            Measure::Change(of) => format!("{}比上年", title(&of.of)),
            Measure::Statement(_) => "手填".to_owned(),
        }
    }

    /// What tables and charts by organ and by month need, each in at most two questions however many there are.
    fn slices(&self, template: &Template, sections: &Sections, period: &Period, filter: &CellFilter) -> Result<(Vec<Slice>, Vec<Slice>)> {
        let written: Vec<Vec<Block>> = SECTIONS
            .iter()
            .filter_map(|section| sections.get(section))
            .filter_map(|text| engine::report::template::blocks(text).ok())
            .collect();
        let blocks = template.chapters.iter().flat_map(|chapter| &chapter.blocks).chain(written.iter().flatten());
        let (mut organs, mut months) = (BTreeSet::new(), BTreeSet::new());
        for block in blocks {
            let (Block::Table(shown) | Block::Chart(shown)) = block else { continue };
            match shown.by {
                Some(Axis::Organ) => organs.extend(&shown.keys),
                Some(Axis::Month) => months.extend(&shown.keys),
                Some(Axis::Parts) | None => {}
            }
        }
        let number = self.settings.number();
        let ask = |keys: &BTreeSet<&String>, by: By| -> Result<Vec<Slice>> {
            let (stocks, flows): (Vec<&str>, Vec<&str>) =
                keys.iter().map(|key| key.as_str()).partition(|key| self.law.figure(key).is_some_and(engine::figure::Figure::is_stock));
            let mut slices = Vec::new();
            for (keys, from) in [(flows, day(period.from)), (stocks, 0)] {
                if keys.is_empty() {
                    continue;
                }
                for row in self.store.cells(number, &keys, from, day(period.to), &[By::Figure, by], filter)? {
                    let at = match by {
                        By::Month => row.period.map_or(String::new(), |month| (month % 100).to_string()),
                        _ => row.organ.unwrap_or_default(),
                    };
                    slices.push(Slice { key: row.figure.unwrap_or_default(), at, amount: row.amount });
                }
            }
            Ok(slices)
        };
        Ok((ask(&organs, By::Organ)?, ask(&months, By::Month)?))
    }
}

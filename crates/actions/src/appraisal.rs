//! The year's appraisal: scores as they stand, the sheet of a unit with everything recorded on it, the ranking, and what the ledger keeps of
//! them when a step is taken. Nothing here is typed by anybody: figures come from cells, evidence and deductions from events.

mod evidence;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use engine::case::{Case, Event, Person};
use engine::decide::{Reason, Refusal, version_of};
use engine::figure::{Figure, Measure};
use engine::indicator::score::{self, Act, Entry, Measured, Reading, Sheet};
use engine::indicator::{Group, Points, Rule, Tree};
use engine::law::{ADOPTED_BY, Cite, FieldKind};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};
use store::{By, CaseFilter, CaseOrder, CellFilter, day};

use crate::figure::Period;
use crate::hall::{Error, Hall, Result};
use crate::look::{Sight, sight};
use crate::step::{Asked, code};

pub use evidence::{File, Filing};
pub use shown::{Bulletin, Change, Decided, Gap, Kept, Objection, Ranked, Round, Standing, Unit, UnitSheet, Year};

/// One unit, one year.
pub const UNIT: &str = "appraisal";
/// The stage of a unit that is no longer appraised.
const DROPPED: &str = "dropped";
/// One year of the whole division.
pub const ROUND: &str = "appraisal-round";

/// Steps that record something on an indicator.
const RECORDED: [&str; 4] = ["file-evidence", "adopt-evidence", "deduct", "decide-objection"];

/// Units of a division in one year; far more than a county has.
const MOST: u32 = 2_000;

/// What earns less than this share of its weight is low.
const LOW: (i64, i64) = (60, 100);

impl Hall {
    /// A year of appraisal as somebody may see it.
    pub fn appraisal_year(&self, person: Option<&Person>, year: i16, now: DateTime) -> Result<Year> {
        let cases = self.cases_of_year(year)?;
        let round = cases.iter().find(|case| case.procedure == ROUND);
        let kept = round.and_then(|case| tree_of(case));
        let frozen = kept.is_some();
        let tree = match kept.or_else(|| self.standard_tree(year)) {
            Some(tree) => tree,
            None => return Err(Error::NotFound),
        };
        let round = round.map(|case| self.appraisal_round(case)).transpose()?;
        let issued = round.as_ref().and_then(|round| round.bulletin.as_ref()).is_some();
        let units: Vec<&std::sync::Arc<Case>> = cases.iter().filter(|case| case.procedure == UNIT).collect();
        let seen: Vec<&std::sync::Arc<Case>> =
            units.iter().filter(|case| issued || sight(self, person, case) == Sight::Whole).copied().collect();
        let overall = issued || !units.is_empty() && seen.len() == units.len();
        let open: Vec<String> = seen.iter().filter(|case| standing(case) != Standing::Final).map(|case| case.organ.clone()).collect();
        let measured = if open.is_empty() { BTreeMap::new() } else { self.appraisal_values(&tree, year, &open)? };
        let mut sheets = Vec::with_capacity(seen.len());
        for case in &seen {
            let sheet = match kept_sheet(case, "final") {
                Some(sheet) => sheet,
                None => {
                    let marked = case.taken.iter().any(|taken| RECORDED.contains(&taken.step.as_str()));
                    let entries = if marked { self.appraisal_entries(&self.events(case.id)?) } else { Vec::new() };
                    let values = measured.get(&case.organ).cloned().unwrap_or_default();
                    let own = tree_of(case).unwrap_or_else(|| tree.clone());
                    score::score(&own, self.appraisal_group(&own, &case.organ), &values, &entries, reading(case))
                }
            };
            sheets.push(sheet);
        }
        let mut shown = Vec::with_capacity(seen.len());
        for (case, sheet) in seen.iter().zip(&sheets) {
            shown.push(self.appraised_unit(&tree, case, sheet, now));
        }
        if overall {
            place(&mut shown);
        }
        let counts = |unit: &Unit| unit.standing != Standing::Dropped;
        let roll = overall.then(|| score::roll(shown.iter().zip(&sheets).filter(|(unit, _)| counts(unit)).map(|(_, sheet)| sheet)));
        let order = |unit: &Unit| {
            let group = tree.groups.iter().position(|group| Some(&group.title) == unit.group.as_ref());
            (group.unwrap_or(usize::MAX), unit.rank.unwrap_or(usize::MAX))
        };
        shown.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.organ.cmp(&b.organ)));
        Ok(Year {
            year,
            division: self.settings.division.clone(),
            division_name: self.settings.name.clone(),
            tree,
            frozen,
            round,
            units: shown,
            roll,
        })
    }

    /// The sheet of a unit, for whoever may see its whole case.
    pub fn appraisal_sheet(&self, person: Option<&Person>, year: i16, organ: &str) -> Result<UnitSheet> {
        let case = self.appraisal_case(year, organ)?.ok_or(Error::NotFound)?;
        if sight(self, person, &case) != Sight::Whole {
            return Err(Error::NotFound);
        }
        let (_, version) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let tree = tree_of(&case).ok_or(Error::NotFound)?;
        let events = self.events(case.id)?;
        let entries = self.appraisal_entries(&events);
        let group = self.appraisal_group(&tree, organ);
        let kept = kept_sheet(&case, "final");
        // What is final stands, whatever is still being counted.
        let values = match self.appraisal_values(&tree, year, &[organ.to_owned()]) {
            Ok(measured) => measured.get(organ).cloned().unwrap_or_default(),
            Err(Error::Counting(_)) if kept.is_some() => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        let sheet = kept.unwrap_or_else(|| score::score(&tree, group, &values, &entries, reading(&case)));
        let total = sheet.total;
        let stage = version.stage(&case.stage).map_or_else(|| case.stage.clone(), |stage| stage.title.clone());
        Ok(UnitSheet {
            year,
            case: case.id,
            code: code(&case),
            organ: organ.to_owned(),
            title: self.organ_title(organ),
            group: group.map(|group| group.title.clone()),
            stage: case.stage.clone(),
            stage_title: stage,
            standing: standing(&case),
            grade: total.and_then(|total| tree.grade(total)).map(|grade| grade.title.clone()),
            changes: changes(&tree, group, &values, &entries),
            kept: self.appraisal_kept(&case, &events),
            objections: self.appraisal_objections(&events),
            gaps: gaps(&tree, &sheet),
            sheet,
            tree,
        })
    }

    /// Opens the year: the round, and a case for every organ in force that belongs to a group and has none yet. One commit. `adopted_by`
    /// is the document that adopts the rules; units that come later stand under that of the round.
    pub fn open_appraisal(&self, by: &Person, year: i16, adopted_by: &str, now: DateTime) -> Result<usize> {
        let tree = self.standard_tree(year).ok_or_else(|| Error::Invalid(format!("没有在{year}年施行的指标体系，先在法律文件夹里公布")))?;
        let cases = self.cases_of_year(year)?;
        let has: BTreeSet<&str> =
            cases.iter().filter(|case| case.procedure == UNIT && case.stage != DROPPED).map(|case| case.organ.as_str()).collect();
        let of_round = cases.iter().find(|case| case.procedure == ROUND).and_then(|round| round.text(ADOPTED_BY));
        let adopted_by = of_round.unwrap_or(adopted_by);
        let ask = |procedure: &str, step: &str, organ: Option<&str>| {
            let mut with = Map::new();
            with.insert("year".to_owned(), Value::from(year));
            with.insert(ADOPTED_BY.to_owned(), Value::from(adopted_by));
            if let Some(organ) = organ {
                with.insert("organ".to_owned(), Value::from(organ));
            }
            Asked { case: None, procedure: procedure.to_owned(), step: step.to_owned(), by: vec![by.clone()], with, seen: None }
        };
        let mut asked = Vec::new();
        if !cases.iter().any(|case| case.procedure == ROUND) {
            asked.push(ask(ROUND, "open-round", None));
        }
        let registers = self.registers();
        let appraised = registers.all("organs").filter(|organ| {
            let kind = organ.fields.get("kind").and_then(Value::as_str).unwrap_or_default();
            organ.in_force(now.date()) && tree.group_of(kind).is_some() && !has.contains(organ.id.as_str())
        });
        asked.extend(appraised.map(|organ| ask(UNIT, "open", Some(&organ.id))));
        let opened = asked.len();
        self.take_steps(asked, now).into_iter().collect::<Result<Vec<_>>>()?;
        Ok(opened)
    }

    /// Years with a round, the latest first; and the present one when the law has a tree for it.
    pub fn appraisal_years(&self, today: Date) -> Result<Vec<i16>> {
        let filter = CaseFilter { procedures: vec![ROUND.to_owned()], ..CaseFilter::default() };
        let rows = self.store.cases(self.settings.number(), &filter, CaseOrder::Newest, 0, 100)?;
        let mut years: BTreeSet<i16> = rows.iter().filter_map(|row| row.head.matter.parse().ok()).collect();
        if self.standard_tree(today.year()).is_some() {
            years.insert(today.year());
        }
        Ok(years.into_iter().rev().collect())
    }

    /// Fills the fields that a step keeps, for [`Hall::record`]: a sheet or a ranking as it comes out at this moment.
    pub(crate) fn keep_computed(&self, before: &Case, event: &mut Event) -> Result<()> {
        let Some((_, version)) = version_of(&self.law, before) else { return Ok(()) };
        let Some(step) = version.step(&event.step).filter(|step| !step.keeps.is_empty()) else { return Ok(()) };
        for field in step.keeps.iter().filter_map(|id| version.field(id)) {
            let value = match field.kind {
                FieldKind::Sheet => self.sheet_now(before)?,
                FieldKind::Ranking => self.ranking_now(before)?,
                _ => continue,
            };
            event.with.insert(field.id.clone(), value);
        }
        Ok(())
    }

    fn sheet_now(&self, case: &Case) -> Result<Value> {
        let (tree, year) = tree_of(case).zip(year_of(case)).ok_or_else(|| Error::Invalid("本案没有存下指标体系，算不出得分".to_owned()))?;
        let events = self.events(case.id)?;
        if events.len() != case.seq as usize {
            return Err(Error::Invalid("前面的步骤还没有存完，请稍后再办".to_owned()));
        }
        let measured = self.appraisal_values(&tree, year, std::slice::from_ref(&case.organ))?;
        let values = measured.get(&case.organ).cloned().unwrap_or_default();
        let sheet = score::score(&tree, self.appraisal_group(&tree, &case.organ), &values, &self.appraisal_entries(&events), reading(case));
        serde_json::to_value(sheet).map_err(|error| Error::Invalid(error.to_string()))
    }

    fn ranking_now(&self, round: &Case) -> Result<Value> {
        let year = year_of(round).ok_or(Error::NotFound)?;
        let tree = tree_of(round).ok_or(Error::NotFound)?;
        let cases = self.cases_of_year(year)?;
        let units: Vec<_> = cases.iter().filter(|case| case.procedure == UNIT && standing(case) != Standing::Dropped).collect();
        let unsettled: Vec<String> =
            units.iter().filter(|case| standing(case) != Standing::Final).map(|case| self.organ_title(&case.organ)).collect();
        if !unsettled.is_empty() {
            let named = unsettled.iter().take(5).cloned().collect::<Vec<_>>().join("、");
            let more = if unsettled.len() > 5 { "等" } else { "" };
            let says = format!("还有{}个单位没有定分：{named}{more}", unsettled.len());
            return Err(unranked(says, "各单位定分以后再通报；撤销、合并的单位写明不再考核"));
        }
        let mut ranked = Vec::new();
        for group in &tree.groups {
            let totals: Vec<(String, Points)> = units
                .iter()
                .filter(|case| self.appraisal_group(&tree, &case.organ) == Some(group))
                .filter_map(|case| Some((case.organ.clone(), kept_sheet(case, "final")?.total?)))
                .collect();
            ranked.extend(score::rank(&totals).into_iter().map(|place| Ranked {
                title: self.organ_title(&place.unit),
                unit: place.unit,
                group: group.title.clone(),
                grade: tree.grade(place.total).map(|grade| grade.title.clone()).unwrap_or_default(),
                total: place.total,
                rank: place.rank,
            }));
        }
        if ranked.is_empty() {
            return Err(unranked(format!("{year}年度没有一个单位有得分"), "有单位定分以后再通报"));
        }
        serde_json::to_value(ranked).map_err(|error| Error::Invalid(error.to_string()))
    }

    /// The tree of the law for a year: of the standard that the procedure keeps.
    fn standard_tree(&self, year: i16) -> Option<Tree> {
        let fields = self.law.procedures.get(ROUND)?.versions.iter().flat_map(|version| &version.fields);
        let standard = fields.filter(|field| field.kind == FieldKind::Indicators).find_map(|field| field.standard.as_deref())?;
        self.law.tree(standard, year)
    }

    fn cases_of_year(&self, year: i16) -> Result<Vec<std::sync::Arc<Case>>> {
        let filter =
            CaseFilter { procedures: vec![UNIT.to_owned(), ROUND.to_owned()], matters: vec![year.to_string()], ..CaseFilter::default() };
        let rows = self.store.cases(self.settings.number(), &filter, CaseOrder::Newest, 0, MOST)?;
        // The first opened counts, of those that were not given up if there is one.
        let mut first: BTreeMap<(String, String), (bool, i64)> = BTreeMap::new();
        for row in rows {
            let organ = if row.head.procedure == ROUND { String::new() } else { row.head.organ };
            let this = (row.head.stage == DROPPED, row.stream);
            let known = first.entry((row.head.procedure, organ)).or_insert(this);
            *known = this.min(*known);
        }
        first.into_values().map(|(_, id)| self.case(id)).collect()
    }

    fn appraisal_case(&self, year: i16, organ: &str) -> Result<Option<std::sync::Arc<Case>>> {
        let filter = CaseFilter {
            procedures: vec![UNIT.to_owned()],
            matters: vec![year.to_string()],
            organs: vec![organ.to_owned()],
            ..CaseFilter::default()
        };
        let rows = self.store.cases(self.settings.number(), &filter, CaseOrder::Newest, 0, 100)?;
        rows.iter().map(|row| (row.head.stage == DROPPED, row.stream)).min().map(|(_, id)| self.case(id)).transpose()
    }

    fn appraisal_group<'t>(&self, tree: &'t Tree, organ: &str) -> Option<&'t Group> {
        let registers = self.registers();
        let kind = registers.entry("organs", organ)?.fields.get("kind").and_then(Value::as_str)?;
        tree.group_of(kind)
    }

    /// The figures of a tree for organs in a year: two queries, however many organs and figures.
    fn appraisal_values(&self, tree: &Tree, year: i16, organs: &[String]) -> Result<BTreeMap<String, BTreeMap<String, Measured>>> {
        let period = Period::year(year).ok_or_else(|| Error::Invalid(format!("{year}年不在日历范围内")))?;
        // A year is scored by the definitions in force at its end, as every page shows it.
        let defined = |key: &str| self.law.figure_on(key, period.to).or_else(|| self.law.figure(key));
        let figures: BTreeMap<&str, &Figure> = tree.figures().filter_map(|key| Some((key, defined(key)?))).collect();
        let mut base: BTreeMap<&str, &Figure> = BTreeMap::new();
        for (&key, &figure) in &figures {
            match &figure.measure {
                Measure::Ratio(pair) => {
                    base.extend([&pair.of, &pair.over].into_iter().filter_map(|key| Some((key.as_str(), defined(key)?))))
                }
                _ => drop(base.insert(key, figure)),
            }
        }
        let folding = self.folding();
        if let Some((figure, percent)) = base.values().find_map(|figure| Some((figure, folding.get(&figure.series)?))) {
            return Err(Error::Counting(format!("“{}”正在回算{percent}%，数完以前不评分；稍后再试。", figure.title)));
        }
        let (stocks, flows): (Vec<&Figure>, Vec<&Figure>) = base.values().copied().partition(|figure| figure.is_stock());
        let (stocks, flows) = (series(&stocks), series(&flows));
        let filter = CellFilter { organs: organs.to_vec(), ..CellFilter::default() };
        let by = [By::Figure, By::Organ];
        let (from, to, number) = (day(period.from), day(period.to), self.settings.number());
        let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
        let rows = self.store.cells(number, &flows, from, to, &by, &filter)?;
        for row in rows.into_iter().chain(self.store.cells(number, &stocks, 0, to, &by, &filter)?) {
            if let (Some(figure), Some(organ)) = (row.figure, row.organ) {
                *sums.entry((organ, figure)).or_default() += row.amount;
            }
        }
        let one = |organ: &str, key: &str| {
            base.get(key).and_then(|figure| sums.get(&(organ.to_owned(), figure.series.clone()))).copied().unwrap_or(0)
        };
        let values = |organ: &String| {
            let measured = figures.iter().map(|(&key, figure)| {
                let measured = match &figure.measure {
                    Measure::Ratio(pair) => Measured { number: one(organ, &pair.of), over: Some(one(organ, &pair.over)) },
                    _ => Measured { number: one(organ, key), over: None },
                };
                (key.to_owned(), measured)
            });
            measured.collect()
        };
        Ok(organs.iter().map(|organ| (organ.clone(), values(organ))).collect())
    }

    /// What people recorded on indicators, from the events of a case.
    fn appraisal_entries(&self, events: &[Event]) -> Vec<Entry> {
        let mut objected = String::new();
        let mut entries = Vec::new();
        for event in events {
            let text = |field: &str| event.with.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let points = |field: &str| event.with.get(field).and_then(Value::as_str).and_then(Points::parse);
            let (act, points, says, evidence) = match event.step.as_str() {
                "file-evidence" => (Act::Filed, None, text("evidence"), text("arose-on")),
                "adopt-evidence" if text("adopted") == "adopted" => (Act::Adopted, None, text("adoption-reason"), String::new()),
                "adopt-evidence" => (Act::Declined, None, text("adoption-reason"), String::new()),
                "deduct" => (Act::Deducted, points("points"), text("deduction-reason"), text("deduction-evidence")),
                "object" => {
                    objected = text("indicator");
                    continue;
                }
                "decide-objection" => match text("objection-result").as_str() {
                    "upheld" => (Act::Restored, None, text("objection-reasons"), String::new()),
                    "partly" => (Act::Restored, points("restored"), text("objection-reasons"), String::new()),
                    _ => continue,
                },
                _ => continue,
            };
            let indicator = if act == Act::Restored { objected.clone() } else { text("indicator") };
            let by = self.actor_names(event);
            let files = event.with.get("evidence-files").and_then(Value::as_array).into_iter().flatten();
            let files = files.filter_map(Value::as_str).map(str::to_owned).collect();
            entries.push(Entry { indicator, act, points, by, at: event.at.unwrap_or_default(), seq: event.seq, says, evidence, files });
        }
        entries
    }

    fn actor_names(&self, event: &Event) -> Vec<String> {
        event.by.iter().map(|acted| self.person_name(&acted.id)).collect()
    }

    fn appraisal_round(&self, case: &Case) -> Result<Round> {
        let issued = case.taken.iter().position(|taken| taken.step == "issue-bulletin");
        let bulletin = match issued.and_then(|place| Some((u32::try_from(place + 1).ok()?, case.taken.get(place)?))) {
            Some((seq, taken)) => {
                let lines = |field: &str| -> Vec<String> {
                    let items = case.get(field).and_then(Value::as_array);
                    items.map(|items| items.iter().filter_map(Value::as_str).map(str::to_owned).collect()).unwrap_or_default()
                };
                let series = self.law.procedures.get(ROUND).and_then(|found| found.papers.get("bulletin")?.series.clone());
                Some(Bulletin {
                    seq,
                    issued: taken.at.date(),
                    number: series
                        .zip(taken.numbers.first())
                        .map(|(series, number)| self.document_number(&case.organ, &series, taken.at.year(), *number)),
                    remarks: case.text("remarks").unwrap_or_default().to_owned(),
                    commendations: lines("commendations"),
                    measures: lines("measures"),
                })
            }
            None => None,
        };
        let adopted_by = case.text(ADOPTED_BY).unwrap_or_default().to_owned();
        Ok(Round { case: case.id, code: code(case), stage: case.stage.clone(), opened: case.opened.date(), adopted_by, bulletin })
    }

    fn appraised_unit(&self, tree: &Tree, case: &Case, sheet: &Sheet, now: DateTime) -> Unit {
        let stage = version_of(&self.law, case).and_then(|(_, version)| version.stage(&case.stage));
        let late = ["evidence", "self-score"].iter().any(|clock| {
            case.clocks
                .get(*clock)
                .filter(|ledger| ledger.running())
                .is_some_and(|ledger| ledger.due(&self.law.calendar, now).is_ok_and(|due| now > due.at))
        });
        let dropped = standing(case) == Standing::Dropped;
        Unit {
            case: case.id,
            organ: case.organ.clone(),
            title: self.organ_title(&case.organ),
            group: self.appraisal_group(tree, &case.organ).map(|group| group.title.clone()),
            stage: case.stage.clone(),
            stage_title: stage.map_or_else(|| case.stage.clone(), |stage| stage.title.clone()),
            standing: standing(case),
            total: sheet.total.filter(|_| !dropped),
            rank: None,
            grade: sheet.total.filter(|_| !dropped).and_then(|total| tree.grade(total)).map(|grade| grade.title.clone()),
            gaps: gaps(tree, sheet).len(),
            late,
        }
    }

    fn appraisal_kept(&self, case: &Case, events: &[Event]) -> Vec<Kept> {
        let Some((_, version)) = version_of(&self.law, case) else { return Vec::new() };
        let mut before: Option<Sheet> = None;
        let mut kept = Vec::new();
        for event in events {
            let sheets = version.fields.iter().filter(|field| field.kind == FieldKind::Sheet).filter_map(|field| event.with.get(&field.id));
            for sheet in sheets.filter_map(|value| serde_json::from_value::<Sheet>(value.clone()).ok()) {
                let moved = before.iter().flat_map(|before| {
                    sheet.leaves.iter().filter_map(|leaf| {
                        let was = before.leaf(&leaf.indicator)?.score;
                        (was != leaf.score).then(|| (leaf.indicator.clone(), was, leaf.score))
                    })
                });
                kept.push(Kept {
                    seq: event.seq,
                    at: event.at.unwrap_or_default(),
                    title: version.step(&event.step).map_or_else(|| event.step.clone(), |step| step.title.clone()),
                    by: self.actor_names(event),
                    total: sheet.total,
                    moved: moved.collect(),
                });
                before = Some(sheet);
            }
        }
        kept
    }

    fn appraisal_objections(&self, events: &[Event]) -> Vec<Objection> {
        let mut objections: Vec<Objection> = Vec::new();
        for event in events {
            let text = |field: &str| event.with.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let at = event.at.unwrap_or_default();
            match event.step.as_str() {
                "object" => objections.push(Objection {
                    indicator: text("indicator"),
                    raised: at,
                    by: self.actor_names(event),
                    says: text("objection"),
                    decided: None,
                }),
                "decide-objection" => {
                    if let Some(last) = objections.last_mut() {
                        last.decided = Some(Decided {
                            at,
                            by: self.actor_names(event),
                            result: text("objection-result"),
                            reasons: text("objection-reasons"),
                        });
                    }
                }
                _ => {}
            }
        }
        objections
    }
}

fn series<'f>(figures: &[&'f Figure]) -> Vec<&'f str> {
    figures.iter().map(|figure| figure.series.as_str()).collect()
}

/// Why a bulletin cannot be issued yet.
fn unranked(says: String, cure: &str) -> Error {
    let reason = Reason::cited("ranking", &Cite("考核细则/9".to_owned()), says, cure.to_owned());
    Error::Refused(Refusal { step: "issue-bulletin".to_owned(), title: "签发考核通报".to_owned(), reasons: vec![reason] })
}

/// The tree a case keeps.
pub fn tree_of(case: &Case) -> Option<Tree> {
    case.get("tree").and_then(Tree::of)
}

/// A sheet a case keeps in a field.
pub fn kept_sheet(case: &Case, field: &str) -> Option<Sheet> {
    serde_json::from_value(case.get(field)?.clone()).ok()
}

fn year_of(case: &Case) -> Option<i16> {
    case.get("year").and_then(Value::as_i64).and_then(|year| i16::try_from(year).ok())
}

fn standing(case: &Case) -> Standing {
    if case.done("drop") {
        Standing::Dropped
    } else if case.done("finalise") {
        Standing::Final
    } else if case.done("self-score") {
        Standing::Checked
    } else {
        Standing::Running
    }
}

fn reading(case: &Case) -> Reading {
    if case.done("self-score") { Reading::Checked } else { Reading::Claimed }
}

/// What wants attention: an indicator asked of the unit without evidence, or with less than three fifths of its points.
fn gaps(tree: &Tree, sheet: &Sheet) -> Vec<Gap> {
    tree.leaves()
        .filter_map(|leaf| {
            let scored = sheet.leaf(&leaf.id).filter(|scored| scored.asked)?;
            let empty = leaf.rule == Rule::Document && scored.filed == 0 && scored.score < leaf.weight;
            let low = scored.score.as_hundredths() * LOW.1 < leaf.weight.as_hundredths() * LOW.0;
            (empty || low).then(|| Gap { indicator: leaf.id.clone(), title: leaf.title.clone(), empty, says: scored.says.clone() })
        })
        .collect()
}

/// What each entry did to the score of its indicator, by the figures as they stand.
fn changes(tree: &Tree, group: Option<&Group>, values: &BTreeMap<String, Measured>, entries: &[Entry]) -> Vec<Change> {
    let at = |count: usize, indicator: &str| {
        let sheet = score::score(tree, group, values, entries.get(..count).unwrap_or_default(), Reading::Checked);
        sheet.leaf(indicator).map_or(Points::ZERO, |leaf| leaf.score)
    };
    entries
        .iter()
        .enumerate()
        .map(|(place, entry)| Change { before: at(place, &entry.indicator), after: at(place + 1, &entry.indicator), entry: entry.clone() })
        .collect()
}

/// Gives every unit its rank within its group.
fn place(units: &mut [Unit]) {
    let groups: BTreeSet<Option<String>> = units.iter().map(|unit| unit.group.clone()).collect();
    for group in groups {
        let totals: Vec<(String, Points)> =
            units.iter().filter(|unit| unit.group == group).filter_map(|unit| Some((unit.organ.clone(), unit.total?))).collect();
        for place in score::rank(&totals) {
            if let Some(unit) = units.iter_mut().find(|unit| unit.organ == place.unit) {
                unit.rank = Some(place.rank);
            }
        }
    }
}

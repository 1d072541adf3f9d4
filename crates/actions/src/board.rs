//! The leader's one screen 一屏 as data: what stands now, the year so far beside the same days a year before, targets, alerts, townships,
//! organs, orders. Values come from cells, what stands open from kept counts: the cost does not grow with the ledger.

mod sums;

use std::collections::{BTreeMap, HashMap, HashSet};

use engine::case::Person;
use engine::figure::{Figure, Measure};
use engine::screen::{Alarm, Better, Screen, Source, Tile, When};
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use store::{Backlog, By, CellFilter, day};

use crate::figure::{Fraction, Parts, Period, Shown};
use crate::hall::{Error, Hall, Result};
use crate::moment;
use crate::order::{ORDER, Order, REPLIED};
use sums::{Sums, Terms, Wanted, divided};

#[derive(Debug, Clone, Serialize)]
pub struct Board {
    pub as_of: DateTime,
    pub year: i16,
    /// The year so far, or the whole of a past one.
    pub period: Period,
    pub before: Option<Period>,
    pub standing: Standing,
    pub alerts: Vec<Alert>,
    pub sections: Vec<Group>,
    pub map: Option<Map>,
    pub columns: Vec<Column>,
    pub organs: Vec<OrganRow>,
    pub states: Vec<State>,
    pub orders: Vec<Order>,
}

/// What stands open at the moment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Standing {
    pub open: i64,
    pub late: i64,
    /// Not yet late, and due before the day ends.
    pub today: i64,
    pub orders: i64,
    pub orders_late: i64,
    /// Replied to, waiting for a leader.
    pub orders_replied: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct Group {
    pub id: String,
    pub title: String,
    pub tiles: Vec<Gauge>,
}

/// One figure on the screen, with everything it is read against.
#[derive(Debug, Clone, Serialize)]
pub struct Gauge {
    pub shown: Shown,
    pub title: String,
    #[serde(skip)]
    pub better: Better,
    /// Which ledger or statement it comes from.
    pub source: String,
    /// How it is made.
    pub formula: String,
    /// The same days a year before.
    pub before: Option<f64>,
    /// On the year before: per cent, or points for what is per cent already.
    pub change: Option<f64>,
    pub target: Option<Target>,
    pub spark: Vec<Point>,
    /// Parts that make it, in the order declared: key, title, value.
    pub parts: Vec<(String, String, i64)>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Target {
    pub value: f64,
    pub source: Source,
    pub reached: Option<bool>,
    /// How much of the target is there, 0 to 1, where higher is better.
    pub share: Option<f64>,
}

/// A month (`2026-03`) or a day (`2026-03-02`) of a small chart; nothing where nothing could be divided.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    pub label: String,
    pub value: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// An organ has cases past their time limit.
    Late,
    /// An order has no reply on its day.
    OrderLate,
    /// A figure crosses a line drawn on the screen.
    Crossed,
    /// Parts do not make their total.
    Parts,
}

#[derive(Debug, Clone, Serialize)]
pub struct Alert {
    pub kind: AlertKind,
    pub says: String,
    /// Where the line comes from.
    pub source: Option<Source>,
    pub organ: Option<String>,
    pub figure: Option<String>,
}

/// A figure by township, to be drawn as equal tiles.
#[derive(Debug, Clone, Serialize)]
pub struct Map {
    pub key: String,
    pub title: String,
    pub unit: String,
    pub total: i64,
    /// Records that lie in no township.
    pub nowhere: i64,
    pub places: Vec<Place>,
    /// Other figures the map can show: key and title.
    pub choices: Vec<(String, String)>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Place {
    pub id: String,
    pub title: String,
    pub amount: i64,
    /// Row from the north and column from the west, from 1, where the register says them.
    pub at: Option<(u32, u32)>,
    /// 1 to 5, from fewest to most.
    pub shade: u8,
}

#[derive(Debug, Clone, Serialize)]
pub struct Column {
    pub key: String,
    pub title: String,
    pub unit: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct OrganRow {
    pub id: String,
    pub title: String,
    pub open: i64,
    pub late: i64,
    pub today: i64,
    /// One for each column.
    pub values: Vec<Option<f64>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct State {
    pub procedure: String,
    pub title: String,
    pub open: i64,
    pub late: i64,
    /// Stage, its title, open, late.
    pub stages: Vec<(String, String, i64, i64)>,
}

impl Hall {
    /// The screen for a leader or a supervisor. Without a year: this one, or the latest of the five before in which something counted.
    pub fn board(&self, who: &Person, year: Option<i16>, map: Option<&str>, now: DateTime) -> Result<Board> {
        if !["leader", "supervisor"].iter().any(|post| who.holds(post)) {
            return Err(Error::Forbidden("一屏只对区领导和行政执法监督人员开放".to_owned()));
        }
        let screen = self.law.screen.as_ref().ok_or(Error::NotFound)?;
        let this = now.year();
        // Before the cells are read: what is counted meanwhile is still called unsure.
        let folding = self.folding();
        let unsure = self.unsure(&folding);
        let wanted = Wanted::new(self, screen);
        let (year, sums) = match year {
            Some(year) => (year, Sums::gather(self, &wanted, year, now)?),
            None => {
                let sums = Sums::gather(self, &wanted, this, now)?;
                let earlier = if sums.silent() { (this - 5..this).rev().find(|&year| self.counted_in(&wanted, year)) } else { None };
                match earlier {
                    Some(year) => (year, Sums::gather(self, &wanted, year, now)?),
                    None => (this, sums),
                }
            }
        };
        let end_of_day = moment::seconds(now.date().tomorrow().unwrap_or(Date::MAX).at(0, 0, 0, 0));
        let backlog = self.store.backlog(self.settings.number(), moment::seconds(now), end_of_day)?;
        let mut sections = Vec::new();
        for section in &screen.sections {
            let tiles = section.tiles.iter().filter_map(|tile| self.gauge(tile, &sums, &unsure).transpose()).collect::<Result<Vec<_>>>()?;
            sections.push(Group { id: section.id.clone(), title: section.title.clone(), tiles });
        }
        let columns = self.columns(screen);
        let alerts = self.alerts(screen, &sections, &backlog, sums.period.to);
        Ok(Board {
            as_of: now,
            year,
            period: sums.period,
            before: sums.period.before(),
            standing: standing(&backlog),
            alerts,
            map: self.map(screen, map, &sums, &folding)?,
            organs: self.organ_rows(&columns, &sums, &backlog, &unsure),
            columns,
            states: self.states(&backlog),
            orders: self.open_orders(&backlog, now)?,
            sections,
        })
    }

    fn counted_in(&self, wanted: &Wanted, year: i16) -> bool {
        let Some(period) = Period::year(year) else { return false };
        let flows: Vec<&str> = wanted.flows.iter().map(String::as_str).collect();
        self.store
            .cells(self.settings.number(), &flows, day(period.from), day(period.to), &[By::Figure], &CellFilter::default())
            .is_ok_and(|cells| !cells.is_empty())
    }

    /// A figure of the screen; `None` for one that is not declared.
    fn gauge(&self, tile: &Tile, sums: &Sums, unsure: &HashSet<&str>) -> Result<Option<Gauge>> {
        let Some(figure) = self.law.figure(&tile.figure) else { return Ok(None) };
        let mut shown = Shown::of(figure);
        let terms = terms(figure, unsure);
        let before = match terms {
            Terms::One(key) => {
                shown.value = Some(sums.value(key) as f64);
                shown.records = sums.records(key);
                sums.before.get(key).map(|value| *value as f64).or_else(|| sums.any_before().then_some(0.0))
            }
            Terms::Pair { of, over, scale } => {
                let (numerator, denominator) = (sums.value(of), sums.value(over));
                shown.value = divided(numerator, denominator, scale);
                shown.records = sums.records(over);
                shown.fraction = Some(Fraction { of: of.to_owned(), over: over.to_owned(), numerator, denominator });
                let then = |key: &str| sums.before.get(key).copied().unwrap_or(0);
                divided(then(of), then(over), scale)
            }
            // Not kept in cells by itself: asked for as any page asks for it.
            Terms::Other => {
                shown = self.figure(&tile.figure, sums.period, &CellFilter::default())?;
                let before = sums.period.before().map(|before| self.figure(&tile.figure, before, &CellFilter::default())).transpose()?;
                before.and_then(|before| before.value)
            }
        };
        let mut parts = Vec::new();
        let sure = figure.partition.iter().all(|key| !unsure.contains(key.as_str()));
        if !figure.partition.is_empty() && shown.missing.is_none() && sure {
            parts = figure
                .partition
                .iter()
                .map(|key| (key.clone(), self.law.figure(key).map_or_else(|| key.clone(), |part| part.title.clone()), sums.value(key)))
                .collect();
            let sum = parts.iter().map(|(_, _, value)| value).sum();
            shown.parts = Some(Parts { keys: figure.partition.clone(), sum, holds: shown.value == Some(sum as f64) });
        }
        let points = shown.unit == "%";
        let change = shown.value.zip(before).and_then(|(now, then)| match points {
            true => Some(now - then),
            false => (then != 0.0).then(|| (now - then) * 100.0 / then),
        });
        let target =
            tile.target.as_ref().and_then(|level| level.at(&self.law, &self.settings.division, sums.period.to)).map(|(value, source)| {
                Target {
                    value,
                    source,
                    reached: shown.value.map(|now| if tile.better == Better::Lower { now <= value } else { now >= value }),
                    share: shown.value.filter(|_| tile.better == Better::Higher && value > 0.0).map(|now| (now / value).clamp(0.0, 1.0)),
                }
            });
        Ok(Some(Gauge {
            title: tile.title.clone().unwrap_or_else(|| figure.title.clone()),
            better: tile.better,
            source: self.ledger_of(figure),
            formula: self.formula_of(figure),
            before,
            change,
            target,
            spark: sums.spark(figure, &terms, tile.spark),
            parts,
            shown,
        }))
    }

    /// Figures whose cells do not tell their value by themselves: they are still being counted, or have changed their definition.
    fn unsure(&self, folding: &HashMap<String, u8>) -> HashSet<&str> {
        let sure = |figure: &&Figure| figure.series == figure.key && !folding.contains_key(&figure.series);
        self.law.figures.iter().filter(|figure| !sure(figure)).map(|figure| figure.key.as_str()).collect()
    }

    /// The procedure or register whose events a figure counts.
    fn ledger_of(&self, figure: &Figure) -> String {
        let over = |procedure: &Option<String>, register: &Option<String>| match (procedure, register) {
            (Some(id), _) => self.law.procedures.get(id).map_or_else(|| id.clone(), |found| format!("{}案卷", found.title)),
            (_, Some(id)) => self.law.registers.get(id).map_or_else(|| id.clone(), |found| found.title.clone()),
            _ => String::new(),
        };
        match &figure.measure {
            Measure::Count(count) => over(&count.procedure, &count.register),
            Measure::Sum(sum) => over(&sum.procedure, &sum.register),
            Measure::Stock(stock) => over(&None, &Some(stock.register.clone())),
            Measure::Ratio(pair) | Measure::Mean(pair) => {
                self.law.figure(&pair.over).filter(|over| over.key != figure.key).map_or_else(String::new, |over| self.ledger_of(over))
            }
            Measure::Cases(open) => over(&Some(open.procedure.clone()), &None),
            Measure::Distinct(distinct) => {
                self.law.figure(&distinct.of).filter(|over| over.key != figure.key).map_or_else(String::new, |over| self.ledger_of(over))
            }
            Measure::Change(of) => {
                self.law.figure(&of.of).filter(|over| over.key != figure.key).map_or_else(String::new, |over| self.ledger_of(over))
            }
            Measure::Statement(_) => "签字说明".to_owned(),
        }
    }

    fn formula_of(&self, figure: &Figure) -> String {
        let title = |key: &str| self.law.figure(key).map_or_else(|| key.to_owned(), |found| found.title.clone());
        match &figure.measure {
            Measure::Count(_) => "逐条计数".to_owned(),
            Measure::Sum(_) => "逐条相加".to_owned(),
            Measure::Stock(_) => "期末有效的条目".to_owned(),
            Measure::Cases(_) => "期末在办的案件".to_owned(),
            Measure::Distinct(distinct) => format!("{}里不同的", title(&distinct.of)),
            Measure::Ratio(pair) | Measure::Mean(pair) => format!("{} ÷ {}", title(&pair.of), title(&pair.over)),
            Measure::Change(of) => format!("{}比上年", title(&of.of)),
            Measure::Statement(_) => "手填".to_owned(),
        }
    }

    fn columns(&self, screen: &Screen) -> Vec<Column> {
        let found = screen.organs.figures.iter().filter_map(|key| self.law.figure(key));
        found
            .map(|figure| Column {
                key: figure.key.clone(),
                title: screen.tile(&figure.key).and_then(|tile| tile.title.clone()).unwrap_or_else(|| figure.title.clone()),
                unit: figure.unit.clone(),
            })
            .collect()
    }

    fn organ_rows(&self, columns: &[Column], sums: &Sums, backlog: &[Backlog], unsure: &HashSet<&str>) -> Vec<OrganRow> {
        let mut rows: BTreeMap<String, OrganRow> = BTreeMap::new();
        let empty = |id: &str| OrganRow {
            id: id.to_owned(),
            title: self.organ_title(id),
            open: 0,
            late: 0,
            today: 0,
            values: vec![None; columns.len()],
        };
        for line in backlog.iter().filter(|line| !line.organ.is_empty()) {
            let row = rows.entry(line.organ.clone()).or_insert_with(|| empty(&line.organ));
            row.open += line.open;
            row.late += line.late;
            row.today += line.soon;
        }
        for (place, column) in columns.iter().enumerate() {
            let Some(figure) = self.law.figure(&column.key) else { continue };
            for organ in sums.organs(figure) {
                let value = match terms(figure, unsure) {
                    Terms::One(key) => sums.of_organ(key, organ).map(|value| value as f64),
                    Terms::Pair { of, over, scale } => {
                        divided(sums.of_organ(of, organ).unwrap_or(0), sums.of_organ(over, organ).unwrap_or(0), scale)
                    }
                    Terms::Other => None,
                };
                let row = rows.entry(organ.to_owned()).or_insert_with(|| empty(organ));
                row.values[place] = value;
            }
        }
        let mut rows: Vec<OrganRow> = rows.into_values().collect();
        rows.sort_by(|a, b| (b.late, b.open).cmp(&(a.late, a.open)).then_with(|| a.id.cmp(&b.id)));
        rows
    }

    fn map(&self, screen: &Screen, asked: Option<&str>, sums: &Sums, folding: &HashMap<String, u8>) -> Result<Option<Map>> {
        let chosen = asked.and_then(|key| screen.maps.iter().find(|map| map.figure == key)).or(screen.maps.first());
        let Some((map, figure)) = chosen.and_then(|map| Some((map, self.law.figure(&map.figure)?))) else { return Ok(None) };
        let counted = self.law.figure_on(&figure.key, sums.period.to).unwrap_or(figure);
        if folding.contains_key(&counted.series) {
            return Ok(None);
        }
        let name = |map: &engine::screen::TileMap| {
            map.title.clone().or_else(|| self.law.figure(&map.figure).map(|figure| figure.title.clone())).unwrap_or_default()
        };
        let mut amounts: HashMap<String, i64> = HashMap::new();
        for row in self.breakdown(&map.figure, sums.whole_months(), &[By::Place], &CellFilter::default())? {
            *amounts.entry(row.place.unwrap_or_default()).or_default() += row.amount;
        }
        let registers = self.registers();
        let number = |entry: &engine::register::Entry, field: &str| {
            entry.fields.get(field).and_then(serde_json::Value::as_u64).and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=60).contains(n))
        };
        let mut places: Vec<Place> = registers
            .all("organs")
            .filter(|entry| {
                let kind = entry.fields.get("kind").and_then(serde_json::Value::as_str);
                matches!(kind, Some("township" | "sub-district")) && (entry.in_force(sums.period.to) || amounts.contains_key(&entry.id))
            })
            .map(|entry| Place {
                id: entry.id.clone(),
                title: entry.title.clone(),
                amount: amounts.get(&entry.id).copied().unwrap_or(0),
                at: number(entry, "map-row").zip(number(entry, "map-column").filter(|column| *column <= 8)),
                shade: 1,
            })
            .collect();
        let mut ordered: Vec<i64> = places.iter().map(|place| place.amount).collect();
        ordered.sort_unstable();
        for place in &mut places {
            // Fifths of the townships, equal numbers in the same one.
            let below = ordered.partition_point(|amount| *amount < place.amount);
            place.shade = u8::try_from(below * 5 / ordered.len().max(1)).unwrap_or(4).min(4) + 1;
        }
        places.sort_by(|a, b| a.at.is_none().cmp(&b.at.is_none()).then(a.at.cmp(&b.at)).then_with(|| a.id.cmp(&b.id)));
        let placed: i64 = places.iter().map(|place| place.amount).sum();
        let total = amounts.values().sum();
        Ok(Some(Map {
            key: map.figure.clone(),
            title: name(map),
            unit: figure.unit.clone(),
            total,
            nowhere: total - placed,
            places,
            choices: screen.maps.iter().map(|map| (map.figure.clone(), name(map))).collect(),
        }))
    }

    fn states(&self, backlog: &[Backlog]) -> Vec<State> {
        let mut states: BTreeMap<&str, State> = BTreeMap::new();
        for line in backlog {
            let procedure = self.law.procedures.get(&line.procedure);
            let stage = procedure.and_then(|found| found.versions.iter().rev().find_map(|version| version.stage(&line.stage)));
            let state = states.entry(&line.procedure).or_insert_with(|| State {
                procedure: line.procedure.clone(),
                title: procedure.map_or_else(|| line.procedure.clone(), |found| found.title.clone()),
                open: 0,
                late: 0,
                stages: Vec::new(),
            });
            state.open += line.open;
            state.late += line.late;
            match state.stages.iter_mut().find(|(id, ..)| *id == line.stage) {
                Some(found) => {
                    found.2 += line.open;
                    found.3 += line.late;
                }
                None => {
                    let title = stage.map_or_else(|| line.stage.clone(), |stage| stage.title.clone());
                    state.stages.push((line.stage.clone(), title, line.open, line.late));
                }
            }
        }
        let mut states: Vec<State> = states.into_values().collect();
        for state in &mut states {
            state.stages.sort_by_key(|(_, _, open, _)| std::cmp::Reverse(*open));
        }
        states.sort_by_key(|state| std::cmp::Reverse(state.open));
        states
    }

    fn alerts(&self, screen: &Screen, sections: &[Group], backlog: &[Backlog], on: Date) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let orders: i64 = backlog.iter().filter(|line| line.procedure == ORDER).map(|line| line.late).sum();
        if orders > 0 {
            let says = format!("{orders}件督办指令到期没有回复");
            alerts.push(Alert { kind: AlertKind::OrderLate, says, source: None, organ: None, figure: None });
        }
        let mut late: BTreeMap<&str, i64> = BTreeMap::new();
        for line in backlog.iter().filter(|line| line.late > 0 && line.procedure != ORDER) {
            *late.entry(&line.organ).or_default() += line.late;
        }
        let mut late: Vec<(&str, i64)> = late.into_iter().collect();
        late.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (organ, count) in late {
            let says = format!("{}有{count}件逾期", self.organ_title(organ));
            alerts.push(Alert { kind: AlertKind::Late, says, source: None, organ: Some(organ.to_owned()), figure: None });
        }
        for gauge in sections.iter().flat_map(|section| &section.tiles) {
            let key = || Some(gauge.shown.key.clone());
            if let Some(parts) = gauge.shown.parts.as_ref().filter(|parts| !parts.holds) {
                let differ = (parts.sum - gauge.shown.value.unwrap_or(0.0) as i64).abs();
                let says = format!("{}各分项之和与合计差{differ}{}", gauge.title, gauge.shown.unit);
                alerts.push(Alert { kind: AlertKind::Parts, says, source: None, organ: None, figure: key() });
            }
            let alarms = screen.tile(&gauge.shown.key).map_or(&[][..], |tile| &tile.alerts);
            for alarm in alarms.iter().filter(|alarm| alarm.holds(on)) {
                let Some(value) = gauge.shown.value else { continue };
                if alarm.crossed(value, gauge.before, gauge.shown.unit == "%") {
                    let source = Some(alarm.source.clone());
                    alerts.push(Alert { kind: AlertKind::Crossed, says: crossing(gauge, alarm), source, organ: None, figure: key() });
                }
            }
        }
        alerts
    }
}

/// The cells a figure is made of. One that is unsure is asked for as any page asks for it.
fn terms<'f>(figure: &'f Figure, unsure: &HashSet<&str>) -> Terms<'f> {
    match Terms::of(figure) {
        Terms::One(key) if unsure.contains(key) => Terms::Other,
        Terms::Pair { of, over, .. } if [figure.key.as_str(), of, over].iter().any(|key| unsure.contains(key)) => Terms::Other,
        terms => terms,
    }
}

fn standing(backlog: &[Backlog]) -> Standing {
    let mut sum = Standing::default();
    for line in backlog {
        sum.open += line.open;
        sum.late += line.late;
        sum.today += line.soon;
        if line.procedure == ORDER {
            sum.orders += line.open;
            sum.orders_late += line.late;
            if line.stage == REPLIED {
                sum.orders_replied += line.open;
            }
        }
    }
    sum
}

/// A number with at most two digits after the point.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn crossing(gauge: &Gauge, alarm: &Alarm) -> String {
    let unit = &gauge.shown.unit;
    let now = gauge.shown.text();
    let moved = gauge.change.map_or_else(String::new, |change| short(change.abs()));
    let measure = if unit == "%" { "个百分点" } else { "%" };
    match alarm.when {
        When::Below(level) => format!("{}{now}，低于{}{unit}", gauge.title, short(level)),
        When::Above(0.0) => format!("{}{now}", gauge.title),
        When::Above(level) => format!("{}{now}，超过{}{unit}", gauge.title, short(level)),
        When::Up(_) => format!("{}{now}，比上年同期多{moved}{measure}", gauge.title),
        When::Down(_) => format!("{}{now}，比上年同期少{moved}{measure}", gauge.title),
    }
}

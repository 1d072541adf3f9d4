//! What the board asks of the cells: a handful of questions, however many figures stand on it.

use std::collections::{BTreeMap, HashMap};

use engine::figure::{Figure, Measure};
use engine::screen::{Screen, Spark};
use jiff::ToSpan;
use jiff::civil::DateTime;
use store::{By, CellFilter, day};

use super::Point;
use crate::figure::Period;
use crate::hall::{Error, Hall, Result};

/// Days and months of the small charts.
const DAYS: i64 = 30;
const MONTHS: usize = 12;

pub(super) fn divided(numerator: i64, denominator: i64, scale: f64) -> Option<f64> {
    (denominator != 0).then(|| numerator as f64 * scale / denominator as f64)
}

/// The cells a figure is made of.
#[derive(Clone, Copy)]
pub(super) enum Terms<'f> {
    One(&'f str),
    Pair { of: &'f str, over: &'f str, scale: f64 },
    Other,
}

impl<'f> Terms<'f> {
    pub fn of(figure: &'f Figure) -> Terms<'f> {
        match &figure.measure {
            Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_) | Measure::Cases(_) => Terms::One(&figure.key),
            Measure::Ratio(pair) => Terms::Pair { of: &pair.of, over: &pair.over, scale: 100.0 },
            Measure::Mean(pair) => Terms::Pair { of: &pair.of, over: &pair.over, scale: 1.0 },
            Measure::Change(_) | Measure::Statement(_) | Measure::Distinct(_) => Terms::Other,
        }
    }
}

/// Keys whose cells the screen needs.
#[derive(Default)]
pub(super) struct Wanted {
    pub flows: Vec<String>,
    stocks: Vec<String>,
    /// Those whose last days are drawn.
    days: Vec<String>,
}

impl Wanted {
    pub fn new(hall: &Hall, screen: &Screen) -> Wanted {
        let mut wanted = Wanted::default();
        let tiles = screen.tiles().map(|tile| (tile.figure.as_str(), tile.spark == Spark::Days));
        for (key, days) in tiles.chain(screen.organs.figures.iter().map(|key| (key.as_str(), false))) {
            let Some(figure) = hall.law.figure(key) else { continue };
            let terms: Vec<&str> = match Terms::of(figure) {
                Terms::One(key) => vec![key],
                Terms::Pair { of, over, .. } => vec![of, over],
                Terms::Other => Vec::new(),
            };
            for key in terms.into_iter().chain(figure.partition.iter().map(String::as_str)) {
                wanted.add(hall, key, days);
            }
        }
        wanted
    }

    fn add(&mut self, hall: &Hall, key: &str, days: bool) {
        let stock = hall.law.figure(key).is_some_and(Figure::is_stock);
        let list = if stock { &mut self.stocks } else { &mut self.flows };
        if !list.iter().any(|known| known == key) {
            list.push(key.to_owned());
        }
        if days && !stock && !self.days.iter().any(|known| known == key) {
            self.days.push(key.to_owned());
        }
    }
}

/// What the cells say: by figure and month, by figure and organ, and the same days a year before.
pub(super) struct Sums {
    pub period: Period,
    /// First months of the last twelve: 202603.
    months: Vec<i32>,
    days: Vec<i32>,
    by_month: HashMap<(String, i32), i64>,
    by_day: HashMap<(String, i32), i64>,
    now: HashMap<String, (i64, i64)>,
    by_organ: HashMap<String, BTreeMap<String, i64>>,
    pub before: HashMap<String, i64>,
    /// Sum of every stock up to the month before the first of `months`, and its course since.
    stocks: HashMap<String, Vec<i64>>,
}

impl Sums {
    pub fn gather(hall: &Hall, wanted: &Wanted, year: i16, now: DateTime) -> Result<Sums> {
        let whole = Period::year(year).ok_or(Error::NotFound)?;
        let period = Period { from: whole.from, to: whole.to.min(now.date()).max(whole.from) };
        let first = period.to.first_of_month().checked_sub((MONTHS as i64 - 1).months()).unwrap_or(period.from);
        let months = (0..MONTHS as i64).filter_map(|at| first.checked_add(at.months()).ok()).map(|date| day(date) / 100).collect();
        let since = period.to.checked_sub((DAYS - 1).days()).unwrap_or(period.from);
        let days = (0..DAYS).filter_map(|at| since.checked_add(at.days()).ok()).map(day).collect();
        let mut sums = Sums {
            period,
            months,
            days,
            by_month: HashMap::new(),
            by_day: HashMap::new(),
            now: HashMap::new(),
            by_organ: HashMap::new(),
            before: HashMap::new(),
            stocks: HashMap::new(),
        };
        let (number, everything) = (hall.settings.number(), CellFilter::default());
        fn names(keys: &[String]) -> Vec<&str> {
            keys.iter().map(String::as_str).collect()
        }
        let (flows, stocks, daily) = (names(&wanted.flows), names(&wanted.stocks), names(&wanted.days));
        let from_month = day(period.from) / 100;
        // Nothing is counted after today, so whole months may be asked for; they are kept summed.
        for row in
            hall.store.cells(number, &flows, day(first), day(sums.whole_months().to), &[By::Figure, By::Organ, By::Month], &everything)?
        {
            let (Some(figure), Some(month)) = (row.figure, row.period) else { continue };
            *sums.by_month.entry((figure.clone(), month)).or_default() += row.amount;
            if month >= from_month {
                let sum = sums.now.entry(figure.clone()).or_default();
                sum.0 += row.n;
                sum.1 += row.amount;
                *sums.by_organ.entry(figure).or_default().entry(row.organ.unwrap_or_default()).or_default() += row.amount;
            }
        }
        if let Some(before) = period.before() {
            for row in hall.store.cells(number, &flows, day(before.from), day(before.to), &[By::Figure], &everything)? {
                sums.before.insert(row.figure.unwrap_or_default(), row.amount);
            }
            for row in hall.store.cells(number, &stocks, 0, day(before.to), &[By::Figure], &everything)? {
                sums.before.insert(row.figure.unwrap_or_default(), row.amount);
            }
        }
        let mut course: BTreeMap<String, BTreeMap<i32, i64>> = BTreeMap::new();
        for row in hall.store.cells(number, &stocks, 0, day(sums.whole_months().to), &[By::Figure, By::Organ, By::Month], &everything)? {
            let (Some(figure), Some(month)) = (row.figure, row.period) else { continue };
            *course.entry(figure.clone()).or_default().entry(month).or_default() += row.amount;
            let sum = sums.now.entry(figure.clone()).or_default();
            sum.0 += row.n;
            sum.1 += row.amount;
            *sums.by_organ.entry(figure).or_default().entry(row.organ.unwrap_or_default()).or_default() += row.amount;
        }
        for (figure, course) in course {
            let upto = |month: i32| course.range(..=month).map(|(_, change)| change).sum();
            sums.stocks.insert(figure, sums.months.iter().map(|month| upto(*month)).collect());
        }
        if let (Some(from), Some(to), false) = (sums.days.first(), sums.days.last(), daily.is_empty()) {
            for row in hall.store.cells(number, &daily, *from, *to, &[By::Figure, By::Day], &everything)? {
                if let (Some(figure), Some(day)) = (row.figure, row.period) {
                    *sums.by_day.entry((figure, day)).or_default() += row.amount;
                }
            }
        }
        Ok(sums)
    }

    /// The period up to the end of its last month.
    pub fn whole_months(&self) -> Period {
        Period { from: self.period.from, to: self.period.to.last_of_month() }
    }

    /// Nothing happened in the year.
    pub fn silent(&self) -> bool {
        let from = day(self.period.from) / 100;
        !self.by_month.iter().any(|((_, month), amount)| *month >= from && *amount != 0)
    }

    pub fn any_before(&self) -> bool {
        !self.before.is_empty()
    }

    pub fn value(&self, key: &str) -> i64 {
        self.now.get(key).map_or(0, |(_, amount)| *amount)
    }

    pub fn records(&self, key: &str) -> i64 {
        self.now.get(key).map_or(0, |(n, _)| *n)
    }

    pub fn of_organ(&self, key: &str, organ: &str) -> Option<i64> {
        self.by_organ.get(key)?.get(organ).copied()
    }

    /// Organs in which a figure, or its denominator, counted something.
    pub fn organs<'s>(&'s self, figure: &Figure) -> impl Iterator<Item = &'s str> {
        let key = match Terms::of(figure) {
            Terms::One(key) => Some(key),
            Terms::Pair { over, .. } => Some(over),
            Terms::Other => None,
        };
        key.and_then(|key| self.by_organ.get(key))
            .into_iter()
            .flat_map(BTreeMap::keys)
            .map(String::as_str)
            .filter(|organ| !organ.is_empty())
    }

    pub fn spark(&self, figure: &Figure, terms: &Terms<'_>, spark: Spark) -> Vec<Point> {
        let stock = figure.is_stock();
        let (slots, table): (&[i32], &HashMap<(String, i32), i64>) = match spark {
            Spark::Days if !stock => (&self.days, &self.by_day),
            _ => (&self.months, &self.by_month),
        };
        let at = |key: &str, slot: i32| table.get(&(key.to_owned(), slot)).copied().unwrap_or(0);
        let value = |place: usize, slot: i32| match *terms {
            Terms::One(key) if stock => Some(self.stocks.get(key).and_then(|course| course.get(place)).copied().unwrap_or(0) as f64),
            Terms::One(key) => Some(at(key, slot) as f64),
            Terms::Pair { of, over, scale } => divided(at(of, slot), at(over, slot), scale),
            Terms::Other => None,
        };
        let points: Vec<Point> =
            slots.iter().enumerate().map(|(place, &slot)| Point { label: label(slot), value: value(place, slot) }).collect();
        if points.iter().all(|point| point.value.is_none()) { Vec::new() } else { points }
    }
}

/// 202603 is 2026-03, 20260302 is 2026-03-02.
fn label(slot: i32) -> String {
    if slot > 1_000_000 {
        format!("{:04}-{:02}-{:02}", slot / 10_000, slot / 100 % 100, slot % 100)
    } else {
        format!("{:04}-{:02}", slot / 100, slot % 100)
    }
}

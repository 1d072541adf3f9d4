//! Figures: cells kept in the same commit as the events, and the list of records behind every cell.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Result, Store,
    dialect::{Conn, Row},
    query::Query,
    tally::{BY_DAY, BY_MATTER, BY_MATTER_PLACE, BY_MATTER_YEAR, BY_MONTH, BY_PLACE},
    word::{ALL, NONE, Words},
};

/// One record that counts into a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    pub figure: String,
    pub organ: String,
    pub matter: String,
    /// Empty when the record lies nowhere.
    pub place: String,
    /// yyyymmdd, see [`day`].
    pub day: i32,
    /// What is summed: 1 for a plain count, a sum of money in cents, days …
    pub amount: i64,
    /// Position in `Append::events` of the event that counts.
    pub event: u32,
}

/// A day as the store keeps it: 2024-03-01 is 20240301.
pub fn day(date: jiff::civil::Date) -> i32 {
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}

/// A dimension to break a figure down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    Figure,
    Organ,
    Matter,
    Place,
    Day,
    Month,
    Year,
}

/// Which records count. An empty list does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellFilter {
    pub organs: Vec<String>,
    pub matters: Vec<String>,
    pub places: Vec<String>,
}

/// A cell of the answer; a dimension that was not asked for is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellRow {
    pub figure: Option<String>,
    pub organ: Option<String>,
    pub matter: Option<String>,
    pub place: Option<String>,
    /// yyyymmdd, yyyymm or yyyy, as asked for by `Day`, `Month` or `Year` (the finest of them).
    pub period: Option<i32>,
    /// Number of records.
    pub n: i64,
    /// Sum of their amounts.
    pub amount: i64,
}

/// A record behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRow {
    /// Where it stands in the list; the next page begins after it.
    pub key: RecordKey,
    pub day: i32,
    pub organ: String,
    pub matter: String,
    pub place: String,
    pub amount: i64,
    pub stream: i64,
    /// Seq of the event that counted.
    pub seq: u32,
    pub title: String,
    pub code: Option<String>,
}

/// The place of a record in the list behind a figure: day, organ, stream, seq, matter, place. It reads and is read as numbers with dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey([i64; 6]);

impl std::fmt::Display for RecordKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [day, organ, stream, seq, matter, place] = self.0;
        write!(out, "{day}-{organ}-{stream}-{seq}-{matter}-{place}")
    }
}

impl std::str::FromStr for RecordKey {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<RecordKey, Self::Err> {
        let mut key = [0; 6];
        let mut parts = text.split('-');
        for number in &mut key {
            *number = parts.next().unwrap_or_default().parse()?;
        }
        Ok(RecordKey(key))
    }
}

/// Where a page of records begins.
#[derive(Debug, Clone, Copy)]
enum Start {
    Skip(i64),
    After(RecordKey),
}

/// How far a declared figure follows the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureState {
    pub figure: String,
    /// Digest of the definition the cells were counted by.
    pub definition: String,
    /// `None` when complete; otherwise the last (division, stream) folded.
    pub folding: Option<(i64, i64)>,
}

/// How far a refold has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldProgress {
    /// Events folded so far by this call.
    pub events: u64,
    /// The stream reached.
    pub division: i64,
    pub stream: i64,
}

impl Store {
    /// Figures broken down, from day to day inclusive (yyyymmdd).
    pub fn cells(&self, division: i64, figures: &[&str], from: i32, to: i32, by: &[By], filter: &CellFilter) -> Result<Vec<CellRow>> {
        let words = &self.words;
        self.read_snapshot(|conn| {
            let question = Question::new(conn, words, division, figures, by, filter)?;
            let mut sums = question.sums(conn, from, to)?;
            sums.retain(|_, sum| *sum != [0, 0]);
            // Each word is looked up and put in order once, however many cells it stands in.
            let ids: FxHashSet<i64> = sums.keys().flat_map(|key| &key[..4]).copied().filter(|id| *id != ALL).collect();
            let mut texts = words.texts(conn, division, ids)?;
            texts.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
            let places: FxHashMap<i64, usize> = texts.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
            let mut cells: Vec<([Option<usize>; 4], i64, [i64; 2])> = sums
                .into_iter()
                .map(|([figure, organ, matter, place, period], sum)| {
                    ([figure, organ, matter, place].map(|id| places.get(&id).copied()), period, sum)
                })
                .collect();
            cells.sort_unstable();
            let spelled = |([figure, organ, matter, place], period, [n, amount]): ([Option<usize>; 4], i64, [i64; 2])| {
                let text = |place: Option<usize>| place.and_then(|place| texts.get(place)).map(|(_, text)| text.to_string());
                let period = (period != ALL).then_some(period as i32);
                CellRow { figure: text(figure), organ: text(organ), matter: text(matter), place: text(place), period, n, amount }
            };
            Ok(cells.into_iter().map(spelled).collect())
        })
    }

    /// A page of the records behind a figure, in order of day, organ, stream; quick at any depth.
    #[expect(clippy::too_many_arguments, reason = "a query has as many parts as it has")]
    pub fn counted_page(
        &self,
        division: i64,
        figure: &str,
        from: i32,
        to: i32,
        filter: &CellFilter,
        offset: u64,
        limit: u32,
    ) -> Result<Vec<CountedRow>> {
        let skip = Start::Skip(i64::try_from(offset).unwrap_or(i64::MAX));
        self.list_counted(division, figure, (from, to), filter, skip, limit)
    }

    /// The page after a record, or the first: the same list by its keys, so that what is counted meanwhile shifts nothing.
    #[expect(clippy::too_many_arguments, reason = "a query has as many parts as it has")]
    pub fn counted_after(
        &self,
        division: i64,
        figure: &str,
        from: i32,
        to: i32,
        filter: &CellFilter,
        after: Option<RecordKey>,
        limit: u32,
    ) -> Result<Vec<CountedRow>> {
        let start = after.map_or(Start::Skip(0), Start::After);
        self.list_counted(division, figure, (from, to), filter, start, limit)
    }

    fn list_counted(
        &self,
        division: i64,
        figure: &str,
        (from, to): (i32, i32),
        filter: &CellFilter,
        mut start: Start,
        limit: u32,
    ) -> Result<Vec<CountedRow>> {
        let words = &self.words;
        self.read_snapshot(|conn| {
            let question = Question::new(conn, words, division, &[figure], &[By::Month], filter)?;
            let from = match start {
                Start::After(RecordKey([day, ..])) => from.max(i32::try_from(day).unwrap_or(i32::MAX)),
                Start::Skip(_) => from,
            };
            let mut rows: Vec<Listed> = Vec::new();
            for (key, [n, _]) in in_order(question.sums(conn, from, to)?) {
                if let Start::Skip(skip) = &mut start
                    && n <= *skip
                {
                    *skip -= n;
                    continue;
                }
                let month = key[4] as i32;
                let span = (from.max(month * 100), to.min(month * 100 + 99));
                let wanted = i64::from(limit) - rows.len() as i64;
                if wanted <= 0 {
                    break;
                }
                let found = question.records(conn, span, start, wanted)?;
                rows.extend(found);
                if matches!(start, Start::Skip(_)) {
                    start = Start::Skip(0);
                }
            }
            rows.into_iter().map(|listed| listed.spelled(conn, words, division)).collect()
        })
    }

    /// Streams whose records up to a day do not cancel out: what stands behind a figure of things that stand. In order of stream,
    /// after the one given. Reads all records of the figure up to the day: for figures with few.
    pub fn counted_standing(
        &self,
        division: i64,
        figure: &str,
        (from, to): (i32, i32),
        filter: &CellFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<CountedRow>> {
        let words = &self.words;
        self.read_snapshot(|conn| {
            let question = Question::new(conn, words, division, &[figure], &[], filter)?;
            let mut query = Query::new(
                "SELECT c.day, c.organ, c.matter, c.place, c.amount, c.stream, c.seq, h.title, h.code FROM
                 (SELECT MAX(day) AS day, organ, matter, place, CAST(SUM(amount) AS BIGINT) AS amount, stream, MAX(seq) AS seq
                  FROM counted WHERE division = ",
            );
            query.int(division).push(" AND figure IN ").ints(&question.figures);
            query.push(" AND day BETWEEN ").int(i64::from(from)).push(" AND ").int(i64::from(to));
            query.push(" AND stream > ").int(after);
            question.restrict(&mut query);
            query.push(" GROUP BY stream, organ, matter, place HAVING SUM(amount) <> 0 ORDER BY stream, organ, matter, place LIMIT ");
            query.int(i64::from(limit)).push(") c LEFT JOIN head h ON h.division = ").int(division);
            query.push(" AND h.stream = c.stream ORDER BY c.stream, c.organ, c.matter, c.place");
            let rows = conn.list(query.sql(), &query.values(), Listed::read)?;
            rows.into_iter().map(|listed| listed.spelled(conn, words, division)).collect()
        })
    }

    /// The number of records behind a figure and the sum of their amounts: (n, amount).
    pub fn counted_total(&self, division: i64, figure: &str, from: i32, to: i32, filter: &CellFilter) -> Result<(i64, i64)> {
        let words = &self.words;
        self.read_snapshot(|conn| {
            let question = Question::new(conn, words, division, &[figure], &[], filter)?;
            let sums = question.sums(conn, from, to)?;
            Ok(sums.values().fold((0, 0), |(n, amount), cell| (n + cell[0], amount + cell[1])))
        })
    }
}

/// A question about figures, its words turned into numbers.
struct Question {
    division: i64,
    figures: Vec<i64>,
    organs: Vec<i64>,
    matters: Vec<i64>,
    places: Vec<i64>,
    by_figure: bool,
    by_organ: bool,
    by_matter: bool,
    by_place: bool,
    /// What a day is divided by to give the period asked for: 1, 100, 10,000; none for no period.
    period: Option<i64>,
}

/// figure, organ, matter, place, period; `ALL` where not asked for.
type Key = [i64; 5];
type Sums = FxHashMap<Key, [i64; 2]>;

fn in_order(sums: Sums) -> BTreeMap<Key, [i64; 2]> {
    sums.into_iter().collect()
}

/// Where a sum is read: cells of a grain by day, month or year, or the records themselves.
#[derive(Clone, Copy)]
enum Source {
    Days,
    Months { grain: i64 },
    Years { grain: i64 },
    Records,
}

/// Spans of more months are read as a range rather than month by month.
const LISTED: i64 = 60;

impl Question {
    fn new(conn: &mut Conn, words: &Words, division: i64, figures: &[&str], by: &[By], filter: &CellFilter) -> Result<Question> {
        let mut ids =
            |texts: &mut dyn Iterator<Item = &str>| -> Result<Vec<i64>> { texts.map(|text| words.id(conn, division, text)).collect() };
        Ok(Question {
            division,
            figures: ids(&mut figures.iter().copied())?,
            organs: ids(&mut filter.organs.iter().map(String::as_str))?,
            matters: ids(&mut filter.matters.iter().map(String::as_str))?,
            places: ids(&mut filter.places.iter().map(String::as_str))?,
            by_figure: by.contains(&By::Figure),
            by_organ: by.contains(&By::Organ),
            by_matter: by.contains(&By::Matter),
            by_place: by.contains(&By::Place),
            period: match by {
                by if by.contains(&By::Day) => Some(1),
                by if by.contains(&By::Month) => Some(100),
                by if by.contains(&By::Year) => Some(10_000),
                _ => None,
            },
        })
    }

    fn needs_matter(&self) -> bool {
        self.by_matter || !self.matters.is_empty()
    }

    fn needs_place(&self) -> bool {
        self.by_place || !self.places.is_empty()
    }

    /// The sums from day to day: whole months from cells, the days at both ends one by one.
    fn sums(&self, conn: &mut Conn, from: i32, to: i32) -> Result<Sums> {
        let mut sums = Sums::default();
        if from > to || self.figures.is_empty() {
            return Ok(sums);
        }
        let (from, to) = (i64::from(from), i64::from(to));
        let days = if self.needs_matter() || self.needs_place() { Source::Records } else { Source::Days };
        if self.period == Some(1) {
            self.add(conn, &mut sums, days, (from, to), 1)?;
            return Ok(sums);
        }
        let mut first = if from % 100 <= 1 { from / 100 } else { next_month(from / 100) };
        let mut last = if to % 100 >= last_day(to / 100) { to / 100 } else { month_before(to / 100) };
        if matches!(days, Source::Records) {
            // A month of which nothing is counted outside the span, as the present one after today, is as good as whole.
            if from < first * 100 && self.quiet(conn, (from / 100 * 100, from - 1))? {
                first = from / 100;
            }
            if to > last * 100 + 99 && self.quiet(conn, (to + 1, to / 100 * 100 + 99))? {
                last = to / 100;
            }
        }
        if first > last {
            self.add(conn, &mut sums, days, (from, to), 1)?;
            return Ok(sums);
        }
        if from < first * 100 {
            self.add(conn, &mut sums, days, (from, first * 100), 1)?;
        }
        self.add_months(conn, &mut sums, (first, last))?;
        if to > last * 100 + 99 {
            self.add(conn, &mut sums, days, (last * 100 + 99, to), 1)?;
        }
        Ok(sums)
    }

    /// Whether nothing is counted from day to day.
    fn quiet(&self, conn: &mut Conn, span: (i64, i64)) -> Result<bool> {
        let mut query = Query::new("SELECT period FROM cell WHERE division = ");
        query.int(self.division).push(" AND figure IN ").ints(&self.figures).push(" AND grain = ").int(BY_DAY);
        query.push(" AND period BETWEEN ").int(span.0).push(" AND ").int(span.1).push(" LIMIT 1");
        Ok(conn.one(query.sql(), &query.values(), |row| row.int(0))?.is_none())
    }

    fn add_months(&self, conn: &mut Conn, sums: &mut Sums, span: (i64, i64)) -> Result<()> {
        if !self.needs_place() {
            return self.add_everywhere(conn, sums, span);
        }
        let somewhere = Source::Months { grain: if self.needs_matter() { BY_MATTER_PLACE } else { BY_PLACE } };
        self.add(conn, sums, somewhere, span, 1)?;
        if self.places.is_empty() || self.places.contains(&NONE) {
            // Records that lie nowhere have no cell by place: they are all records less those that lie somewhere.
            let nowhere = Question {
                by_place: false,
                places: Vec::new(),
                figures: self.figures.clone(),
                organs: self.organs.clone(),
                matters: self.matters.clone(),
                ..*self
            };
            let mut rest = Sums::default();
            nowhere.add_everywhere(conn, &mut rest, span)?;
            nowhere.add(conn, &mut rest, somewhere, span, -1)?;
            for (mut key, [n, amount]) in rest {
                if self.by_place {
                    key[3] = NONE;
                }
                let cell = sums.entry(key).or_default();
                cell[0] += n;
                cell[1] += amount;
            }
        }
        Ok(())
    }

    /// Adds records wherever they lie: whole years of a matter at once, unless its months are asked for.
    fn add_everywhere(&self, conn: &mut Conn, sums: &mut Sums, (first, last): (i64, i64)) -> Result<()> {
        if !self.needs_matter() {
            return self.add(conn, sums, Source::Months { grain: BY_MONTH }, (first, last), 1);
        }
        let months = Source::Months { grain: BY_MATTER };
        let years =
            (if first % 100 <= 1 { first / 100 } else { first / 100 + 1 }, if last % 100 >= 12 { last / 100 } else { last / 100 - 1 });
        if years.0 > years.1 || self.period.is_some_and(|period| period < 10_000) {
            return self.add(conn, sums, months, (first, last), 1);
        }
        self.add(conn, sums, Source::Years { grain: BY_MATTER_YEAR }, years, 1)?;
        if first < years.0 * 100 {
            self.add(conn, sums, months, (first, years.0 * 100), 1)?;
        }
        if last > years.1 * 100 + 12 {
            self.add(conn, sums, months, (years.1 * 100 + 13, last), 1)?;
        }
        Ok(())
    }

    /// Adds what a source holds between two periods, both included, times `sign`.
    fn add(&self, conn: &mut Conn, sums: &mut Sums, source: Source, span: (i64, i64), sign: i64) -> Result<()> {
        let (table, when, digits) = match source {
            Source::Days => ("cell", "period", 1),
            Source::Months { .. } => ("cell", "period", 100),
            Source::Years { .. } => ("cell", "period", 10_000),
            Source::Records => ("counted", "day", 1),
        };
        // Rows told apart by matter hardly fall together; the database would sort them for nothing.
        let (grouped, n, amount) = match (self.by_matter, table) {
            (true, "cell") => (false, "n", "amount"),
            (false, "cell") => (true, "CAST(SUM(n) AS BIGINT)", "CAST(SUM(amount) AS BIGINT)"),
            _ => (true, "COUNT(*)", "CAST(SUM(amount) AS BIGINT)"),
        };
        let period = self.period.map_or("CAST(-1 AS BIGINT)".to_owned(), |asked| format!("{when} / {}", (asked / digits).max(1)));
        let column = |asked: bool, name: &str| {
            if asked { name.to_owned() } else { "CAST(-1 AS BIGINT)".to_owned() }
        };
        let mut query = Query::new("SELECT ");
        query.push(&column(self.by_figure, "figure")).push(", ").push(&column(self.by_organ, "organ"));
        query.push(", ").push(&column(self.by_matter, "matter")).push(", ").push(&column(self.by_place, "place"));
        query.push(", ").push(&period).push(", ").push(n).push(", ").push(amount).push(" FROM ").push(table);
        query.push(" WHERE division = ").int(self.division).push(" AND figure IN ").ints(&self.figures);
        match source {
            Source::Days => query.push(" AND grain = ").int(BY_DAY),
            Source::Months { grain } | Source::Years { grain } => query.push(" AND grain = ").int(grain),
            Source::Records => &mut query,
        };
        query.push(" AND ").push(when);
        // A list of months lets the database go to each month's organs directly.
        let listed = match source {
            Source::Months { .. } if !self.organs.is_empty() => months(span),
            _ => Vec::new(),
        };
        match listed.is_empty() {
            true => query.push(" BETWEEN ").int(span.0).push(" AND ").int(span.1),
            false => query.push(" IN ").ints(&listed),
        };
        self.restrict(&mut query);
        if grouped {
            query.push(" GROUP BY 1, 2, 3, 4, 5");
        }
        conn.query(query.sql(), &query.values(), |row| {
            let key = [row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?, row.int(4)?];
            let cell = sums.entry(key).or_default();
            cell[0] += sign * row.int(5)?;
            cell[1] += sign * row.int(6)?;
            Ok(())
        })
    }

    fn restrict(&self, query: &mut Query<'_>) {
        for (column, ids) in [(" AND organ IN ", &self.organs), (" AND matter IN ", &self.matters), (" AND place IN ", &self.places)] {
            if !ids.is_empty() {
                query.push(column).ints(ids);
            }
        }
    }

    /// Records of one month or a part of it, from where the page begins.
    fn records(&self, conn: &mut Conn, span: (i32, i32), start: Start, limit: i64) -> Result<Vec<Listed>> {
        let mut skip = if let Start::Skip(skip) = start { skip } else { 0 };
        let mut query = Query::new(
            "SELECT c.day, c.organ, c.matter, c.place, c.amount, c.stream, c.seq, h.title, h.code FROM
             (SELECT day, organ, matter, place, amount, stream, seq FROM counted WHERE division = ",
        );
        query.int(self.division).push(" AND figure IN ").ints(&self.figures);
        if self.needs_matter() || self.needs_place() {
            query.push(" AND day BETWEEN ").int(i64::from(span.0)).push(" AND ").int(i64::from(span.1));
        } else {
            // The days' own cells say which days hold the page.
            let daily = Question {
                period: Some(1),
                figures: self.figures.clone(),
                organs: self.organs.clone(),
                matters: Vec::new(),
                places: Vec::new(),
                ..*self
            };
            let mut days = Vec::new();
            let mut held = 0;
            for (key, [n, _]) in in_order(daily.sums(conn, span.0, span.1)?) {
                if days.is_empty() && n <= skip {
                    skip -= n;
                    continue;
                }
                days.push(key[4]);
                // The day on which the page before ended may be used up.
                let used_up = matches!(start, Start::After(RecordKey([day, ..])) if day == key[4]);
                held += if used_up { 0 } else { n };
                if held >= skip + limit {
                    break;
                }
            }
            if days.is_empty() {
                return Ok(Vec::new());
            }
            query.push(" AND day IN ").ints(&days);
        }
        self.restrict(&mut query);
        if let Start::After(RecordKey(key)) = start {
            query.push(" AND (day, organ, stream, seq, matter, place) > (");
            for (at, number) in key.into_iter().enumerate() {
                query.push(if at > 0 { ", " } else { "" }).int(number);
            }
            query.push(")");
        }
        query.push(" ORDER BY day, organ, stream, seq, matter, place LIMIT ").int(limit).push(" OFFSET ").int(skip);
        query.push(") c LEFT JOIN head h ON h.division = ").int(self.division);
        query.push(" AND h.stream = c.stream ORDER BY c.day, c.organ, c.stream, c.seq, c.matter, c.place");
        conn.list(query.sql(), &query.values(), Listed::read)
    }
}

/// A record whose words are still numbers.
struct Listed {
    /// day, organ, matter, place, amount, stream, seq
    numbers: [i64; 7],
    title: String,
    code: Option<String>,
}

impl Listed {
    fn read(row: &Row<'_>) -> Result<Listed> {
        let mut numbers = [0; 7];
        for (column, number) in numbers.iter_mut().enumerate() {
            *number = row.int(column)?;
        }
        Ok(Listed { numbers, title: row.text_or_null(7)?.unwrap_or_default().to_owned(), code: row.text_or_null(8)?.map(str::to_owned) })
    }

    fn spelled(self, conn: &mut Conn, words: &Words, division: i64) -> Result<CountedRow> {
        let [day, organ, matter, place, amount, stream, seq] = self.numbers;
        let mut text = |id| words.text(conn, division, id).map(|text| text.to_string());
        Ok(CountedRow {
            key: RecordKey([day, organ, stream, seq, matter, place]),
            day: day as i32,
            organ: text(organ)?,
            matter: text(matter)?,
            place: text(place)?,
            amount,
            stream,
            seq: seq as u32,
            title: self.title,
            code: self.code,
        })
    }
}

fn next_month(month: i64) -> i64 {
    if month % 100 >= 12 { (month / 100 + 1) * 100 + 1 } else { month + 1 }
}

fn month_before(month: i64) -> i64 {
    if month % 100 <= 1 { (month / 100 - 1) * 100 + 12 } else { month - 1 }
}

/// The months of a span, none when they are too many to list.
fn months((first, last): (i64, i64)) -> Vec<i64> {
    if (last / 100 - first / 100 + 1) * 12 > LISTED {
        return Vec::new();
    }
    std::iter::successors(Some(first), |month| Some(next_month(*month))).take_while(|month| *month <= last).collect()
}

/// The last day of a month (yyyymm); 31 for one that no calendar has, so that it is not taken for whole too early.
fn last_day(month: i64) -> i64 {
    let date = i16::try_from(month / 100).ok().zip(i8::try_from(month % 100).ok());
    let date = date.and_then(|(year, month)| jiff::civil::Date::new(year, month, 1).ok());
    date.map_or(31, |date| i64::from(date.days_in_month()))
}

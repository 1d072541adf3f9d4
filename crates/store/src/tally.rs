//! Adding records to figures: the rows behind a figure, and the cells they add up to, folded in memory before one write.

use rustc_hash::FxHashMap;

use crate::{
    Counted, Result,
    dialect::{Conn, Insert, Value},
    word::{ALL, NONE, Words},
};

/// Grains of a cell; see `migrations/0002_figures.sql` and `migrations/0007_grains.sql`.
pub(crate) const BY_DAY: i64 = 0;
pub(crate) const BY_MONTH: i64 = 1;
pub(crate) const BY_MATTER: i64 = 2;
pub(crate) const BY_MATTER_PLACE: i64 = 3;
pub(crate) const BY_MATTER_YEAR: i64 = 4;
pub(crate) const BY_PLACE: i64 = 5;

/// division, figure, grain, period, organ, matter, place
pub(crate) type CellKey = [i64; 7];

/// Increments gathered in a batch.
#[derive(Default)]
pub(crate) struct Tally {
    /// division, figure, day, organ, stream, seq, matter, place, amount
    counted: Vec<[i64; 9]>,
    /// n, amount
    pub cells: FxHashMap<CellKey, [i64; 2]>,
}

/// A record in numbers, ready to be counted.
pub(crate) struct Record {
    pub division: i64,
    pub figure: i64,
    pub organ: i64,
    pub matter: i64,
    pub place: i64,
    pub day: i64,
    pub amount: i64,
}

impl Record {
    /// Looks the words up, adding new ones to the dictionary.
    pub fn new(conn: &mut Conn, words: &Words, division: i64, counted: &Counted) -> Result<Record> {
        Ok(Record {
            division,
            figure: words.id_or_new(conn, division, &counted.figure)?,
            organ: words.id_or_new(conn, division, &counted.organ)?,
            matter: words.id_or_new(conn, division, &counted.matter)?,
            place: words.id_or_new(conn, division, &counted.place)?,
            day: i64::from(counted.day),
            amount: counted.amount,
        })
    }

    /// The cells this record adds to.
    pub fn cells(&self) -> impl Iterator<Item = CellKey> {
        let Record { division, figure, organ, matter, place, day, .. } = *self;
        let (month, year) = (day / 100, day / 10_000);
        let somewhere = (place != NONE).then_some([
            [division, figure, BY_PLACE, month, organ, ALL, place],
            [division, figure, BY_MATTER_PLACE, month, organ, matter, place],
        ]);
        [
            [division, figure, BY_DAY, day, organ, ALL, ALL],
            [division, figure, BY_MONTH, month, organ, ALL, ALL],
            [division, figure, BY_MATTER, month, organ, matter, ALL],
            [division, figure, BY_MATTER_YEAR, year, organ, matter, ALL],
        ]
        .into_iter()
        .chain(somewhere.into_iter().flatten())
    }
}

impl Tally {
    /// Where the rows of the next event begin; hand it to [`Tally::add`].
    pub fn mark(&self) -> usize {
        self.counted.len()
    }

    /// Counts a record. The same event counted twice in the very same place is one record with both amounts;
    /// `since` is the mark before the event's first record.
    pub fn add(&mut self, since: usize, record: &Record, stream: i64, seq: u32) {
        let Record { division, figure, organ, matter, place, day, amount } = *record;
        let row = [division, figure, day, organ, stream, i64::from(seq), matter, place, amount];
        let twice = self.counted[since..].iter_mut().find(|other| other[..8] == row[..8]);
        let n = i64::from(twice.is_none());
        match twice {
            Some(other) => other[8] += amount,
            None => self.counted.push(row),
        }
        for key in record.cells() {
            let cell = self.cells.entry(key).or_default();
            cell[0] += n;
            cell[1] += amount;
        }
    }

    /// Drops the rows and keeps the cells, for a recount that writes nothing.
    pub fn forget_rows(&mut self) {
        self.counted.clear();
    }

    /// Writes rows and cells, in the order of their keys.
    pub fn write(mut self, conn: &mut Conn) -> Result<()> {
        self.counted.sort_unstable();
        let values: Vec<Value<'_>> = self.counted.iter().flatten().map(|number| Value::Int(*number)).collect();
        conn.insert(&COUNTED, &values)?;
        let mut cells: Vec<(CellKey, [i64; 2])> = self.cells.into_iter().collect();
        cells.sort_unstable();
        let values: Vec<Value<'_>> = cells.iter().flat_map(|(key, sum)| key.iter().chain(sum)).map(|number| Value::Int(*number)).collect();
        conn.insert(&CELL, &values)
    }
}

const COUNTED: Insert<'_> =
    Insert { into: "INSERT INTO counted(division, figure, day, organ, stream, seq, matter, place, amount)", width: 9, then: "" };

const CELL: Insert<'_> = Insert {
    into: "INSERT INTO cell(division, figure, grain, period, organ, matter, place, n, amount)",
    width: 9,
    then: "ON CONFLICT (division, figure, grain, period, organ, matter, place)
           DO UPDATE SET n = cell.n + excluded.n, amount = cell.amount + excluded.amount",
};

//! Where open cases stand: how many by organ, procedure, stage and hour of their time limit, kept in the same commit as the heads.
//! A screen that shows what is open and what is late reads these counts, not the cases.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxHashMap;

use crate::{
    Head, Result, Store,
    dialect::{Conn, Insert, Value},
    query::Query,
};

/// Open cases of one organ that stand in one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    pub organ: String,
    pub procedure: String,
    pub stage: String,
    pub open: i64,
    /// With a running clock due before now.
    pub late: i64,
    /// With a running clock due from now up to the other instant.
    pub soon: i64,
}

/// The hour of a case on which no clock runs: after all others.
const NEVER: i64 = i64::MAX;

/// Seconds.
const HOUR: i64 = 3_600;

/// The hour of a case, as the database works it out.
const BY_HOUR: &str = "CASE WHEN due IS NULL THEN 9223372036854775807 ELSE due / 3600 END";

/// An open case, for counting: its place among [`Spots`], and the hour in which it falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Stand {
    spot: usize,
    hour: i64,
}

/// Division, organ, procedure and stage.
type Spot = (i64, String, String, String);

/// Division, organ, procedure, stage, each known by a short number while the writer runs.
#[derive(Default)]
pub(crate) struct Spots {
    numbers: HashMap<Spot, usize>,
    spots: Vec<Spot>,
}

impl Spots {
    /// Where a case stands; `None` for one that is closed, and for a stream that is no case.
    pub fn stand(&mut self, division: i64, head: &Head) -> Option<Stand> {
        if !head.open || head.procedure.is_empty() {
            return None;
        }
        let spot = (division, head.organ.clone(), head.procedure.clone(), head.stage.clone());
        let number = *self.numbers.entry(spot).or_insert_with_key(|spot| {
            self.spots.push(spot.clone());
            self.spots.len() - 1
        });
        Some(Stand { spot: number, hour: head.due.map_or(NEVER, |due| due.div_euclid(HOUR)) })
    }
}

/// What a batch changes.
#[derive(Default)]
pub(crate) struct Moves(FxHashMap<Stand, i64>);

impl Moves {
    pub fn shift(&mut self, from: Option<Stand>, to: Option<Stand>) {
        if from != to {
            for (stand, delta) in [(from, -1), (to, 1)] {
                if let Some(stand) = stand {
                    *self.0.entry(stand).or_default() += delta;
                }
            }
        }
    }

    pub fn write(self, conn: &mut Conn, spots: &Spots) -> Result<()> {
        let mut moves: Vec<(&Spot, i64, i64)> = self
            .0
            .into_iter()
            .filter(|(_, delta)| *delta != 0)
            .map(|(stand, delta)| (&spots.spots[stand.spot], stand.hour, delta))
            .collect();
        moves.sort_unstable();
        let mut values = Vec::with_capacity(moves.len() * STANDING.width);
        for ((division, organ, procedure, stage), hour, delta) in &moves {
            values.extend([
                Value::Int(*division),
                Value::Text(organ),
                Value::Text(procedure),
                Value::Text(stage),
                Value::Int(*hour),
                Value::Int(*delta),
            ]);
        }
        conn.insert(&STANDING, &values)?;
        for ((division, organ, procedure, stage), hour, _) in moves.iter().filter(|(.., delta)| *delta < 0) {
            let key = [Value::Int(*division), Value::Text(organ), Value::Text(procedure), Value::Text(stage), Value::Int(*hour)];
            conn.execute(EMPTY, &key)?;
        }
        Ok(())
    }
}

const STANDING: Insert<'_> = Insert {
    into: "INSERT INTO standing(division, organ, procedure, stage, hour, n)",
    width: 6,
    then: "ON CONFLICT (division, organ, procedure, stage, hour) DO UPDATE SET n = standing.n + excluded.n",
};

const EMPTY: &str = "DELETE FROM standing WHERE division = ?1 AND organ = ?2 AND procedure = ?3 AND stage = ?4 AND hour = ?5 AND n = 0";

impl Store {
    /// Counts open cases anew from the cases: the cure when `verify` says that the counts differ.
    pub fn recount_standing(&self) -> Result<()> {
        self.write(|ledger| {
            ledger.conn.execute("DELETE FROM standing", &[])?;
            let sql = format!(
                "INSERT INTO standing(division, organ, procedure, stage, hour, n)
                 SELECT division, organ, procedure, stage, {BY_HOUR}, COUNT(*) FROM head WHERE open = 1 AND procedure <> '' GROUP BY 1, 2, 3, 4, 5"
            );
            ledger.conn.execute(&sql, &[]).map(drop)
        })
    }

    /// Open cases by organ, procedure and stage, and how many of them are late at `now` or fall due before `until` (seconds since the
    /// epoch). What it costs does not grow with the number of cases.
    pub fn backlog(&self, division: i64, now: i64, until: i64) -> Result<Vec<Backlog>> {
        self.read_snapshot(|conn| {
            let sql = "SELECT organ, procedure, stage, CAST(SUM(n) AS BIGINT), CAST(SUM(CASE WHEN hour < ?2 THEN n ELSE 0 END) AS BIGINT),
                    CAST(SUM(CASE WHEN hour < ?3 THEN n ELSE 0 END) AS BIGINT)
                FROM standing WHERE division = ?1 GROUP BY organ, procedure, stage ORDER BY organ, procedure, stage";
            let hours = [Value::Int(division), Value::Int(now.div_euclid(HOUR)), Value::Int(until.div_euclid(HOUR))];
            let mut lines = conn.list(sql, &hours, |row| {
                Ok(Backlog {
                    organ: row.string(0)?,
                    procedure: row.string(1)?,
                    stage: row.string(2)?,
                    open: row.int(3)?,
                    late: row.int(4)?,
                    soon: row.int(5)?,
                })
            })?;
            let late = begun_hour(conn, division, now)?;
            let soon = begun_hour(conn, division, until)?;
            for line in &mut lines {
                let spot = (line.organ.clone(), line.procedure.clone(), line.stage.clone());
                line.late += late.get(&spot).copied().unwrap_or(0);
                line.soon += soon.get(&spot).copied().unwrap_or(0);
                line.soon = (line.soon - line.late).max(0);
            }
            Ok(lines)
        })
    }
}

/// Open cases that fall due in the hour of an instant, before it: counted case by case.
fn begun_hour(conn: &mut Conn, division: i64, instant: i64) -> Result<BTreeMap<(String, String, String), i64>> {
    let hour = instant.div_euclid(HOUR);
    if instant == hour * HOUR {
        return Ok(BTreeMap::new());
    }
    let organs: Vec<String> = conn.list(
        "SELECT DISTINCT organ FROM standing WHERE division = ?1 AND hour = ?2",
        &[Value::Int(division), Value::Int(hour)],
        |row| row.string(0),
    )?;
    if organs.is_empty() {
        return Ok(BTreeMap::new());
    }
    // `open = 1` is written out: the index holds open cases only.
    let mut query = Query::new("SELECT organ, procedure, stage, COUNT(*) FROM head WHERE division = ");
    query.int(division).push(" AND open = 1 AND procedure <> '' AND organ IN ").texts(&organs);
    query.push(" AND due >= ").int(hour * HOUR).push(" AND due < ").int(instant).push(" GROUP BY organ, procedure, stage");
    let rows = conn.list(query.sql(), &query.values(), |row| Ok(((row.string(0)?, row.string(1)?, row.string(2)?), row.int(3)?)))?;
    Ok(rows.into_iter().collect())
}

/// Where the counts and the cases do not agree: organ, procedure, stage, hour, counted, found. For `verify`.
pub(crate) fn differences(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    let sql = format!(
        "SELECT division, organ, procedure, stage, hour, CAST(SUM(counted) AS BIGINT), CAST(SUM(found) AS BIGINT) FROM (
            SELECT division, organ, procedure, stage, hour, n AS counted, 0 AS found FROM standing
            UNION ALL
            SELECT division, organ, procedure, stage, {BY_HOUR}, 0, 1
            FROM head WHERE open = 1 AND procedure <> ''
        ) both_sides GROUP BY 1, 2, 3, 4, 5 HAVING SUM(counted) <> SUM(found) ORDER BY 1, 2, 3, 4, 5"
    );
    conn.list(&sql, &[], |row| {
        let (organ, procedure, stage) = (row.string(1)?, row.string(2)?, row.string(3)?);
        let (counted, found) = (row.int(5)?, row.int(6)?);
        Ok((
            row.int(0)?,
            format!(
                "{counted} open cases are counted at {organ}, {procedure}, {stage}, hour {}; there are {found}; `fadu recount` mends it",
                row.int(4)?
            ),
        ))
    })
}

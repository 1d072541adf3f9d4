//! Plain SQL over the events: what a question costs where no figure is kept, so that a bench can say what keeping them is worth.
//! Nothing else asks this way.

use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

use crate::Result;

/// The events of a SQLite ledger, read only.
pub struct Plain(Connection);

/// Events of one kind in the cases of one procedure, from second to second inclusive, and the share of them in which a field has
/// one of some values.
pub struct Question<'q> {
    pub division: i64,
    pub procedure: &'q str,
    pub kind: &'q str,
    /// Seconds since 1970 UTC.
    pub from: i64,
    pub to: i64,
    pub field: &'q str,
    pub values: &'q [&'q str],
}

const THOSE: &str = "FROM event e JOIN head h ON h.division = e.division AND h.stream = e.stream
    WHERE e.division = ?1 AND h.procedure = ?2 AND e.kind = ?3 AND e.at BETWEEN ?4 AND ?5";
const DAY: &str = "CAST(strftime('%Y%m%d', e.at + 28800, 'unixepoch') AS INTEGER)";

impl Plain {
    pub fn open(path: &Path) -> Result<Plain> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.pragma_update(None, "mmap_size", 1_i64 << 33)?;
        Ok(Plain(connection))
    }

    pub fn count(&self, asked: &Question<'_>) -> Result<i64> {
        let sql = format!("SELECT COUNT(*) {THOSE}");
        let those = params![asked.division, asked.procedure, asked.kind, asked.from, asked.to];
        Ok(self.0.query_row(&sql, those, |row| row.get(0))?)
    }

    /// Those with one of the values, and all.
    pub fn share(&self, asked: &Question<'_>) -> Result<(i64, i64)> {
        let sql = format!(
            "SELECT COUNT(*) FILTER (WHERE json_extract(e.body, '$.with.' || ?6) IN (SELECT value FROM json_each(?7))), COUNT(*) {THOSE}"
        );
        let values = format!("[{}]", asked.values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(","));
        let those = params![asked.division, asked.procedure, asked.kind, asked.from, asked.to, asked.field, values];
        Ok(self.0.query_row(&sql, those, |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Number of rows of the table by organ and month.
    pub fn by_organ_and_month(&self, asked: &Question<'_>) -> Result<usize> {
        let sql = format!("SELECT e.organ, {DAY} / 100, COUNT(*) {THOSE} GROUP BY 1, 2");
        let mut statement = self.0.prepare_cached(&sql)?;
        let those = params![asked.division, asked.procedure, asked.kind, asked.from, asked.to];
        let rows = statement.query_map(those, |row| row.get::<_, i64>(2))?.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.len())
    }

    /// A page of the events in order of day, organ, stream; the number of rows on it.
    pub fn page(&self, asked: &Question<'_>, offset: u64, limit: u32) -> Result<usize> {
        let sql = format!("SELECT e.stream, e.seq {THOSE} ORDER BY {DAY}, e.organ, e.stream, e.seq LIMIT ?6 OFFSET ?7");
        let mut statement = self.0.prepare_cached(&sql)?;
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let those = params![asked.division, asked.procedure, asked.kind, asked.from, asked.to, limit, offset];
        let rows = statement.query_map(those, |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.len())
    }

    /// Writes every event as CSV with a header: stream, seq, day, procedure, kind, organ, matter, and the field asked about.
    pub fn export(&self, asked: &Question<'_>, path: &Path) -> Result<u64> {
        let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
        writeln!(out, "stream,seq,day,procedure,kind,organ,matter,field")?;
        let sql = format!(
            "SELECT e.stream, e.seq, {DAY}, h.procedure, e.kind, e.organ, e.matter,
                CASE WHEN e.kind = ?2 THEN coalesce(json_extract(e.body, '$.with.' || ?3), '') ELSE '' END
             FROM event e JOIN head h ON h.division = e.division AND h.stream = e.stream WHERE e.division = ?1"
        );
        let mut statement = self.0.prepare(&sql)?;
        let mut rows = statement.query(params![asked.division, asked.kind, asked.field])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let text =
                |column| row.get_ref(column).and_then(|value| value.as_str().map_err(Into::into)).map(|text| text.replace(['"', ','], " "));
            let (stream, seq, day): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            writeln!(out, "{stream},{seq},{day},{},{},{},{},{}", text(3)?, text(4)?, text(5)?, text(6)?, text(7)?)?;
            count += 1;
        }
        out.flush()?;
        Ok(count)
    }
}

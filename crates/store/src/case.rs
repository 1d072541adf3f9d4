//! The head of a stream: the case as it stands now, one row, and the lists that inboxes and boards are made of.

use crate::{
    Digest, Result, Store,
    dialect::{Row, Value},
    query::Query,
};

/// The case as it stands. `seq` and `hash` are the store's and are not given here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub procedure: String,
    /// Version of the law the case began under (a day, or whatever the caller uses).
    pub version: String,
    pub stage: String,
    pub open: bool,
    pub organ: String,
    pub matter: String,
    pub place: String,
    pub title: String,
    /// Tracking code, unique in the division.
    pub code: Option<String>,
    /// Who applied; empty when nobody did.
    pub applicant: String,
    /// People in whose inbox the case lies.
    pub handlers: Vec<String>,
    pub channel: String,
    /// Seconds since the epoch.
    pub opened_at: i64,
    /// The earliest due instant of the running clocks, seconds since the epoch.
    pub due: Option<i64>,
}

/// A head as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    pub division: i64,
    pub stream: i64,
    /// Seq and hash of the last event.
    pub seq: u32,
    pub hash: Digest,
    pub head: Head,
}

/// Which cases to list. Everything left out does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    pub open: Option<bool>,
    pub procedures: Vec<String>,
    pub stages: Vec<String>,
    pub organs: Vec<String>,
    pub matters: Vec<String>,
    pub places: Vec<String>,
    pub channels: Vec<String>,
    pub applicant: Option<String>,
    pub handler: Option<String>,
    /// Only cases with a running clock due before this instant.
    pub due_before: Option<i64>,
    /// Opened at or after.
    pub opened_from: Option<i64>,
    /// Opened before.
    pub opened_before: Option<i64>,
    /// The procedures have few cases in all, open and closed: they lead the search.
    pub few: bool,
}

/// The order of a list of cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// Latest stream first.
    #[default]
    Newest,
    /// Earliest due first; cases without a running clock last.
    Due,
}

impl Store {
    /// The head of one stream. A stream that is no case (a register entry, say) has a head with an empty procedure.
    pub fn case(&self, division: i64, stream: i64) -> Result<Option<HeadRow>> {
        let sql = format!("{SELECT} WHERE division = ?1 AND stream = ?2");
        self.read(|conn| conn.one(&sql, &[Value::Int(division), Value::Int(stream)], read))
    }

    /// The case with this tracking code.
    pub fn case_by_code(&self, division: i64, code: &str) -> Result<Option<HeadRow>> {
        let sql = format!("{SELECT} WHERE division = ?1 AND code = ?2");
        self.read(|conn| conn.one(&sql, &[Value::Int(division), Value::Text(code)], read))
    }

    /// A page of cases.
    pub fn cases(&self, division: i64, filter: &CaseFilter, order: CaseOrder, offset: u64, limit: u32) -> Result<Vec<HeadRow>> {
        let mut query = filtered(SELECT, division, filter);
        query.push(match order {
            CaseOrder::Newest => " ORDER BY stream DESC",
            // NULLS LAST, spelled as both databases understand it.
            CaseOrder::Due => " ORDER BY CASE WHEN due IS NULL THEN 1 ELSE 0 END, due, stream",
        });
        query.push(" LIMIT ").int(i64::from(limit)).push(" OFFSET ").int(i64::try_from(offset).unwrap_or(i64::MAX));
        self.read(|conn| conn.list(query.sql(), &query.values(), read))
    }

    /// How many cases the filter meets.
    pub fn case_count(&self, division: i64, filter: &CaseFilter) -> Result<u64> {
        let query = filtered("SELECT COUNT(*) FROM head", division, filter);
        self.read(|conn| Ok(conn.one(query.sql(), &query.values(), |row| row.int(0))?.unwrap_or(0) as u64))
    }
}

const SELECT: &str = "SELECT division, stream, seq, hash, procedure, version, stage, open, organ, matter, place, title,
    code, applicant, handlers, channel, opened_at, due FROM head";

fn read(row: &Row<'_>) -> Result<HeadRow> {
    Ok(HeadRow {
        division: row.int(0)?,
        stream: row.int(1)?,
        seq: row.int(2)? as u32,
        hash: row.digest(3)?,
        head: Head {
            procedure: row.string(4)?,
            version: row.string(5)?,
            stage: row.string(6)?,
            open: row.int(7)? != 0,
            organ: row.string(8)?,
            matter: row.string(9)?,
            place: row.string(10)?,
            title: row.string(11)?,
            code: row.text_or_null(12)?.map(str::to_owned),
            applicant: row.string(13)?,
            handlers: row.text(14)?.split(',').filter(|handler| !handler.is_empty()).map(str::to_owned).collect(),
            channel: row.string(15)?,
            opened_at: row.int(16)?,
            due: row.int_or_null(17)?,
        },
    })
}

fn filtered<'a>(select: &str, division: i64, filter: &'a CaseFilter) -> Query<'a> {
    let mut query = Query::new(select);
    query.push(" WHERE division = ").int(division).push(" AND procedure <> ''");
    match filter.open {
        // The index of open cases is kept out of it.
        Some(true) if filter.few => query.push(" AND open + 0 = 1"),
        // Written out, not bound: the index holds open cases only.
        Some(true) => query.push(" AND open = 1"),
        Some(false) => query.push(" AND open = 0"),
        None => &mut query,
    };
    // The index of open cases is a shorter way than that of all cases of a procedure, which may be millions.
    let procedure = if filter.open == Some(true) && !filter.few { "procedure || ''" } else { "procedure" };
    for (column, texts) in [
        (procedure, &filter.procedures),
        ("stage", &filter.stages),
        ("organ", &filter.organs),
        ("matter", &filter.matters),
        ("place", &filter.places),
        ("channel", &filter.channels),
    ] {
        if !texts.is_empty() {
            query.push(" AND ").push(column).push(" IN ").texts(texts);
        }
    }
    if let Some(applicant) = &filter.applicant {
        query.push(" AND applicant <> '' AND applicant = ").text(applicant);
    }
    if let Some(handler) = &filter.handler {
        // A comma stands around each handler.
        query.push(" AND handlers LIKE ").own(format!("%,{},%", escaped(handler))).push(" ESCAPE '!'");
    }
    if let Some(before) = filter.due_before {
        query.push(" AND due < ").int(before);
    }
    if let Some(from) = filter.opened_from {
        query.push(" AND opened_at >= ").int(from);
    }
    if let Some(before) = filter.opened_before {
        query.push(" AND opened_at < ").int(before);
    }
    query
}

/// Text in which the signs of a LIKE pattern stand for themselves, with `ESCAPE '!'`.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dialect::Address, dialect::Conn, dialect::Purpose, migration};

    /// The very text that is run, explained by the database of a ledger that nobody has measured.
    #[test]
    fn lists_of_cases_are_led_by_an_index() {
        let folder = crate::trial::Folder::new().unwrap();
        let path = folder.path().join("plans.db");
        migration::migrate(&mut Conn::open(&Address::Lite(path.clone()), Purpose::Write { fast: true }).unwrap()).unwrap();
        // What a database says to itself is read when it is opened.
        let mut conn = Conn::open(&Address::Lite(path), Purpose::Read).unwrap();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let open = CaseFilter { open: Some(true), ..CaseFilter::default() };
        let all = CaseFilter::default();
        let listed = |filter: CaseFilter| (SELECT, filter);
        let counted = |filter: CaseFilter| ("SELECT COUNT(*) FROM head", filter);
        for ((select, filter), index) in [
            (listed(CaseFilter { procedures: texts(&["a"]), ..all.clone() }), "INDEX head_procedure (division=? AND procedure=?)"),
            (
                listed(CaseFilter { procedures: texts(&["a", "b"]), matters: texts(&["2022"]), ..all.clone() }),
                "INDEX head_procedure (division=? AND procedure=?)",
            ),
            (
                listed(CaseFilter { procedures: texts(&["a"]), few: true, ..open.clone() }),
                "INDEX head_procedure (division=? AND procedure=?)",
            ),
            (listed(CaseFilter { procedures: texts(&["a"]), ..open.clone() }), "INDEX head_open (division=?)"),
            (
                listed(CaseFilter { procedures: texts(&["a"]), organs: texts(&["b"]), ..open.clone() }),
                "INDEX head_open (division=? AND organ=?)",
            ),
            (listed(CaseFilter { applicant: Some("a".to_owned()), ..all.clone() }), "INDEX head_applicant (division=? AND applicant=?)"),
            (listed(CaseFilter { organs: texts(&["a"]), ..all.clone() }), "PRIMARY KEY (division=?)"),
            (counted(open.clone()), "COVERING INDEX head_open (division=?)"),
            (counted(CaseFilter { organs: texts(&["a"]), ..open.clone() }), "COVERING INDEX head_open (division=? AND organ=?)"),
            (
                counted(CaseFilter { organs: texts(&["a"]), due_before: Some(5), ..open }),
                "COVERING INDEX head_open (division=? AND organ=? AND due<?)",
            ),
        ] {
            let mut query = filtered(select, 1, &filter);
            if select == SELECT {
                query.push(" ORDER BY stream DESC LIMIT 50");
            }
            let plan = conn.list(&format!("EXPLAIN QUERY PLAN {}", query.sql()), &query.values(), |row| row.string(3)).unwrap();
            assert!(plan[0].contains(index), "{filter:?}: {plan:?}");
        }
    }
}

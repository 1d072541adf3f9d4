//! Declared figures, and folding one over history when it is new or its definition has changed: restartable, beside
//! running writers. The writer counts live events of the streams already folded; the fold meets the others itself.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender};

use crate::{
    Counted, EventRow, FigureState, FoldProgress, Result, Store,
    dialect::{Conn, Insert, Value},
    event,
    tally::{BY_DAY, CellKey, Record, Tally},
    word::UNKNOWN,
    writer::Ledger,
};

/// A cell, or a list of records, that does not agree with the recount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    pub division: i64,
    pub figure: String,
    pub organ: String,
    /// Empty where the cell is not broken down by it.
    pub matter: String,
    pub place: String,
    /// yyyymmdd, yyyymm or yyyy
    pub period: i32,
    /// The list of records behind the figure, rather than the figure.
    pub list: bool,
    /// (n, amount) kept and recounted.
    pub kept: (i64, i64),
    pub recounted: (i64, i64),
}

/// Where a figure stands, as kept in `figure_position.folding`.
const COMPLETE: i64 = 0;
const FOLDING: i64 = 1;
/// What was counted by the old definition has still to be removed.
const CLEARING: i64 = 2;

/// Events read at a time.
const CHUNK: usize = 4_000;

/// Records removed at a time, so that nobody waits long.
const CLEARED: i64 = 20_000;

/// The last stream of which each figure has counted the history.
type Positions = HashMap<String, (i64, i64)>;

/// History between two streams, the later included, and what it counts.
struct Chunk {
    after: (i64, i64),
    upto: (i64, i64),
    events: usize,
    records: Vec<((i64, i64), u32, Counted)>,
}

impl Store {
    /// Declares the figures the program counts, each with a digest of its definition.
    /// Returns those that must be refolded: new, changed, or interrupted while folding.
    /// With an empty ledger a new figure is complete at once.
    pub fn declare_figures(&self, figures: &[(String, String)]) -> Result<Vec<String>> {
        let figures = figures.to_vec();
        self.write(move |ledger| {
            let empty = ledger.conn.one("SELECT seq FROM event LIMIT 1", &[], |row| row.int(0))?.is_none();
            let mut refold = Vec::new();
            for (figure, definition) in figures {
                let known = ledger.conn.one(
                    "SELECT definition, folding FROM figure_position WHERE figure = ?1",
                    &[Value::Text(&figure)],
                    |row| Ok((row.string(0)?, row.int(1)?)),
                )?;
                match known {
                    Some((same, COMPLETE)) if same == definition => {}
                    Some((same, _)) if same == definition => refold.push(figure),
                    _ if empty => ledger.place(&figure, &definition, COMPLETE)?,
                    _ => {
                        ledger.place(&figure, &definition, CLEARING)?;
                        refold.push(figure);
                    }
                }
            }
            Ok(refold)
        })
    }

    /// The declared figures and how far each has come.
    pub fn figure_states(&self) -> Result<Vec<FigureState>> {
        self.read(|conn| {
            conn.list("SELECT figure, definition, folding, division, stream FROM figure_position ORDER BY figure", &[], |row| {
                let at = (row.int(3)?, row.int(4)?);
                Ok(FigureState { figure: row.string(0)?, definition: row.string(1)?, folding: (row.int(2)? != COMPLETE).then_some(at) })
            })
        })
    }

    /// How many events the ledger holds, or holds up to a stream.
    pub fn event_total(&self, upto: Option<(i64, i64)>) -> Result<u64> {
        let (division, stream) = upto.unwrap_or((i64::MAX, i64::MAX));
        let found = self.read(|conn| {
            conn.one(
                "SELECT CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM head WHERE (division, stream) <= (?1, ?2)",
                &[Value::Int(division), Value::Int(stream)],
                |row| row.int(0),
            )
        })?;
        Ok(found.and_then(|total| u64::try_from(total).ok()).unwrap_or(0))
    }

    /// Counts the given figures anew from the whole ledger. `fold` is given every event in order of
    /// (division, stream, seq), always from the first of a stream (a stream may be offered a second time),
    /// and returns what it counts for the given figures (`Counted::event` is ignored, other figures too).
    /// A figure that is complete is started over; an interrupted fold goes on where it stopped. Writers keep writing.
    /// Returns the number of events folded.
    pub fn refold(
        &self,
        figures: &[&str],
        mut fold: impl FnMut(&EventRow) -> Vec<Counted> + Send,
        mut progress: impl FnMut(FoldProgress),
    ) -> Result<u64> {
        let mut positions: Positions = HashMap::new();
        for figure in figures {
            positions.insert((*figure).to_owned(), self.prepare(figure)?);
        }
        let mut folded = 0;
        loop {
            let Some(after) = positions.values().min().copied() else { return Ok(folded) };
            // One thread reads and folds ahead while the other writes.
            let ended = std::thread::scope(|scope| {
                let (send, chunks) = std::sync::mpsc::sync_channel(2);
                let begun = positions.clone();
                let fold = &mut fold;
                scope.spawn(move || self.read_ahead(after, &begun, fold, &send));
                self.write_chunks(&chunks, &mut positions, &mut folded, &mut progress)
            })?;
            if ended {
                return Ok(folded);
            }
        }
    }

    /// Reads history from a position on, folds it, and hands it over chunk by chunk; at the end a chunk without events.
    fn read_ahead(
        &self,
        mut after: (i64, i64),
        begun: &Positions,
        fold: &mut (impl FnMut(&EventRow) -> Vec<Counted> + Send),
        send: &SyncSender<Result<Chunk>>,
    ) {
        loop {
            let read = self.history(after, CHUNK).map(|events| {
                let mut records = Vec::new();
                for event in &events {
                    let key = (event.division, event.stream);
                    for counted in fold(event) {
                        if begun.get(&counted.figure).is_some_and(|position| key > *position) {
                            records.push((key, event.seq, counted));
                        }
                    }
                }
                let upto = events.last().map_or(after, |event| (event.division, event.stream));
                Chunk { after, upto, events: events.len(), records }
            });
            let last = read.as_ref().map_or(true, |chunk| chunk.events == 0);
            after = read.as_ref().map_or(after, |chunk| chunk.upto);
            // Nobody listens any more: the chunk before has to be read again.
            if send.send(read).is_err() || last {
                return;
            }
        }
    }

    /// Counts chunks as they come. True when the end is reached; false when history grew under them and has to be read again.
    fn write_chunks(
        &self,
        chunks: &Receiver<Result<Chunk>>,
        positions: &mut Positions,
        folded: &mut u64,
        progress: &mut impl FnMut(FoldProgress),
    ) -> Result<bool> {
        for chunk in chunks {
            let Chunk { after, upto, events, records } = chunk?;
            if events == 0 {
                let names: Vec<String> = positions.keys().cloned().collect();
                return self.write(move |ledger| ledger.complete(&names, after));
            }
            let names: Vec<String> = positions.iter().filter(|(_, at)| **at < upto).map(|(name, _)| name.clone()).collect();
            let moved = names.clone();
            if !self.write(move |ledger| ledger.count_chunk(after, upto, events as i64, &records, &names))? {
                return Ok(false);
            }
            for name in moved {
                positions.insert(name, upto);
            }
            *folded += events as u64;
            progress(FoldProgress { events: *folded, division: upto.0, stream: upto.1 });
        }
        Ok(false)
    }

    /// Makes a figure ready to be folded and returns the last stream that is counted already.
    fn prepare(&self, figure: &str) -> Result<(i64, i64)> {
        let name = figure.to_owned();
        let (state, at) = self.write(move |ledger| {
            let known = ledger.conn.one(
                "SELECT definition, folding, division, stream FROM figure_position WHERE figure = ?1",
                &[Value::Text(&name)],
                |row| Ok((row.string(0)?, row.int(1)?, (row.int(2)?, row.int(3)?))),
            )?;
            match known {
                Some((_, FOLDING, at)) => Ok((FOLDING, at)),
                Some((definition, ..)) => ledger.place(&name, &definition, CLEARING).map(|()| (CLEARING, (0, 0))),
                None => ledger.place(&name, "", CLEARING).map(|()| (CLEARING, (0, 0))),
            }
        })?;
        if state == FOLDING {
            return Ok(at);
        }
        loop {
            let name = figure.to_owned();
            if !self.write(move |ledger| ledger.clear_some(&name))? {
                return Ok((0, 0));
            }
        }
    }

    /// Recounts the given figures from the events and compares with what is kept. Read only.
    pub fn verify_cells(
        &self,
        figures: &[&str],
        mut recount: impl FnMut(&EventRow) -> Vec<Counted>,
        mut progress: impl FnMut(FoldProgress),
    ) -> Result<Vec<CellFault>> {
        let words = &self.words;
        self.read_snapshot(|conn| {
            let mut tally = Tally::default();
            let mut strangers = Vec::new();
            let mut after = (0, 0);
            let mut done = 0;
            loop {
                let events = event::history(conn, after, CHUNK)?;
                let Some(last) = events.last() else { break };
                after = (last.division, last.stream);
                done += events.len() as u64;
                for event in &events {
                    tally.forget_rows();
                    for counted in recount(event).into_iter().filter(|counted| figures.contains(&counted.figure.as_str())) {
                        let mut id = |text: &str| words.id(conn, event.division, text);
                        let record = Record {
                            division: event.division,
                            figure: id(&counted.figure)?,
                            organ: id(&counted.organ)?,
                            matter: id(&counted.matter)?,
                            place: id(&counted.place)?,
                            day: i64::from(counted.day),
                            amount: counted.amount,
                        };
                        if [record.figure, record.organ, record.matter, record.place].contains(&UNKNOWN) {
                            strangers.push((event.division, counted));
                            continue;
                        }
                        tally.add(0, &record, event.stream, event.seq);
                    }
                }
                progress(FoldProgress { events: done, division: after.0, stream: after.1 });
            }
            // Records with a word that no cell knows cannot have been counted.
            let mut faults: Vec<CellFault> = strangers
                .into_iter()
                .map(|(division, counted)| CellFault {
                    division,
                    figure: counted.figure,
                    organ: counted.organ,
                    matter: counted.matter,
                    place: counted.place,
                    period: counted.day,
                    list: true,
                    kept: (0, 0),
                    recounted: (1, counted.amount),
                })
                .collect();
            let mut cells = tally.cells;
            cells.retain(|_, sum| *sum != [0, 0]);
            let mut listed: HashMap<CellKey, [i64; 2]> =
                cells.iter().filter(|(key, _)| key[2] == BY_DAY).map(|(key, sum)| (*key, *sum)).collect();
            let mut wrong: Vec<(CellKey, bool, [i64; 2], [i64; 2])> = Vec::new();
            for figure in figures {
                for (division, id) in figure_ids(conn, figure)? {
                    let key = [Value::Int(division), Value::Int(id)];
                    conn.query(CELLS_KEPT, &key, |row| {
                        let mut cell = [0; 7];
                        for (column, number) in cell.iter_mut().enumerate() {
                            *number = row.int(column)?;
                        }
                        let kept = [row.int(7)?, row.int(8)?];
                        let counted = cells.remove(&cell).unwrap_or_default();
                        if kept != counted {
                            wrong.push((cell, false, kept, counted));
                        }
                        Ok(())
                    })?;
                    conn.query(LISTS_KEPT, &key, |row| {
                        let cell = [division, id, BY_DAY, row.int(0)?, row.int(1)?, -1, -1];
                        let kept = [row.int(2)?, row.int(3)?];
                        let counted = listed.remove(&cell).unwrap_or_default();
                        if kept != counted {
                            wrong.push((cell, true, kept, counted));
                        }
                        Ok(())
                    })?;
                }
            }
            wrong.extend(cells.into_iter().map(|(cell, sum)| (cell, false, [0, 0], sum)));
            wrong.extend(listed.into_iter().map(|(cell, sum)| (cell, true, [0, 0], sum)));
            wrong.sort_unstable();
            for (cell, list, kept, counted) in wrong {
                let mut text = |id: i64| match id {
                    -1 => Ok(String::new()),
                    id => words.text(conn, cell[0], id).map(|text| text.to_string()),
                };
                faults.push(CellFault {
                    division: cell[0],
                    figure: text(cell[1])?,
                    organ: text(cell[4])?,
                    matter: text(cell[5])?,
                    place: text(cell[6])?,
                    period: cell[3] as i32,
                    list,
                    kept: (kept[0], kept[1]),
                    recounted: (counted[0], counted[1]),
                });
            }
            Ok(faults)
        })
    }
}

const CELLS_KEPT: &str = "SELECT division, figure, grain, period, organ, matter, place, n, amount FROM cell
    WHERE division = ?1 AND figure = ?2 AND (n <> 0 OR amount <> 0)";

const LISTS_KEPT: &str = "SELECT day, organ, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM counted
    WHERE division = ?1 AND figure = ?2 GROUP BY day, organ";

/// The numbers of a figure's name in all divisions.
fn figure_ids(conn: &mut Conn, figure: &str) -> Result<Vec<(i64, i64)>> {
    conn.list("SELECT division, id FROM word WHERE text = ?1 ORDER BY division", &[Value::Text(figure)], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })
}

const POSITION: Insert<'_> = Insert {
    into: "INSERT INTO figure_position(figure, definition, folding, division, stream)",
    width: 5,
    then: "ON CONFLICT (figure) DO UPDATE SET definition = excluded.definition, folding = excluded.folding,
        division = excluded.division, stream = excluded.stream",
};

impl Ledger {
    /// Puts a figure at the start of the ledger in a state.
    fn place(&mut self, figure: &str, definition: &str, state: i64) -> Result<()> {
        let values = [Value::Text(figure), Value::Text(definition), Value::Int(state), Value::Int(0), Value::Int(0)];
        self.conn.insert(&POSITION, &values)?;
        if state == COMPLETE {
            self.folding.remove(figure);
        } else {
            self.folding.insert(figure.to_owned(), (0, 0));
        }
        Ok(())
    }

    /// Removes some of a figure's records, or its cells of one grain. False when nothing was left and folding may begin.
    fn clear_some(&mut self, figure: &str) -> Result<bool> {
        for (division, id) in figure_ids(&mut self.conn, figure)? {
            let key = [Value::Int(division), Value::Int(id)];
            let day = |ledger: &mut Ledger, offset| {
                ledger.conn.one(
                    "SELECT day FROM counted WHERE division = ?1 AND figure = ?2 ORDER BY day LIMIT 1 OFFSET ?3",
                    &[key[0], key[1], Value::Int(offset)],
                    |row| row.int(0),
                )
            };
            if let Some(first) = day(self, 0)? {
                // Whole days, at least one.
                let upto = day(self, CLEARED)?.map_or(i64::MAX, |day| first.max(day - 1));
                let values = [key[0], key[1], Value::Int(upto)];
                self.conn.execute("DELETE FROM counted WHERE division = ?1 AND figure = ?2 AND day <= ?3", &values)?;
                return Ok(true);
            }
            let grain =
                self.conn
                    .one("SELECT grain FROM cell WHERE division = ?1 AND figure = ?2 ORDER BY grain LIMIT 1", &key, |row| row.int(0))?;
            if let Some(grain) = grain {
                let values = [key[0], key[1], Value::Int(grain)];
                self.conn.execute("DELETE FROM cell WHERE division = ?1 AND figure = ?2 AND grain = ?3", &values)?;
                return Ok(true);
            }
        }
        self.conn.execute(
            "UPDATE figure_position SET folding = ?2, division = 0, stream = 0 WHERE figure = ?1",
            &[Value::Text(figure), Value::Int(FOLDING)],
        )?;
        self.folding.insert(figure.to_owned(), (0, 0));
        Ok(false)
    }

    /// Counts a chunk of history, unless its streams have grown since it was read.
    fn count_chunk(
        &mut self,
        after: (i64, i64),
        upto: (i64, i64),
        count: i64,
        records: &[((i64, i64), u32, Counted)],
        figures: &[String],
    ) -> Result<bool> {
        let now = self.conn.one(
            "SELECT COUNT(*) FROM event WHERE (division, stream) > (?1, ?2) AND (division, stream) <= (?3, ?4)",
            &[Value::Int(after.0), Value::Int(after.1), Value::Int(upto.0), Value::Int(upto.1)],
            |row| row.int(0),
        )?;
        if now != Some(count) {
            return Ok(false);
        }
        let mut tally = Tally::default();
        let mut event = ((0, 0), 0);
        let mut mark = 0;
        for (key, seq, counted) in records {
            if event != (*key, *seq) {
                event = (*key, *seq);
                mark = tally.mark();
            }
            let record = Record::new(&mut self.conn, &self.words, key.0, counted)?;
            tally.add(mark, &record, key.1, *seq);
        }
        tally.write(&mut self.conn)?;
        for figure in figures {
            let values = [Value::Text(figure), Value::Int(upto.0), Value::Int(upto.1)];
            self.conn.execute("UPDATE figure_position SET division = ?2, stream = ?3 WHERE figure = ?1", &values)?;
            self.folding.insert(figure.clone(), upto);
        }
        Ok(true)
    }

    /// Declares figures complete, if no stream has begun after the last one folded.
    fn complete(&mut self, figures: &[String], after: (i64, i64)) -> Result<bool> {
        let more = self.conn.one(
            "SELECT seq FROM event WHERE (division, stream) > (?1, ?2) LIMIT 1",
            &[Value::Int(after.0), Value::Int(after.1)],
            |row| row.int(0),
        )?;
        if more.is_some() {
            return Ok(false);
        }
        for figure in figures {
            self.conn.execute("UPDATE figure_position SET folding = 0 WHERE figure = ?1", &[Value::Text(figure)])?;
            self.folding.remove(figure);
        }
        Ok(true)
    }
}

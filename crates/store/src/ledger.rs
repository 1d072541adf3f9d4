//! Planning a batch of appends in memory (conflicts, numbers, hashes, cells) and writing it table by table.

use std::collections::HashMap;

use rustc_hash::FxHashMap;
use serde::de::IgnoredAny;

use crate::{
    Append, AppendError, Appended, ClockRow, Digest, EntryRow, Head, NewEvent, NewJob, PoolBatch, Result,
    dialect::{Change, Insert, Value},
    event::Link,
    search,
    standing::Moves,
    tally::{Record, Tally},
    tip::{self, Tip},
    writer::Ledger,
};

/// An append with everything done that needs no database: checked, its search text cut into words.
pub(crate) struct Prepared {
    pub append: Append,
    words: Option<search::Words>,
    invalid: Option<AppendError>,
}

impl Prepared {
    pub fn new(append: Append) -> Prepared {
        let invalid = check(&append).err().map(AppendError::Invalid);
        let words = match (&append.search, &invalid) {
            (Some(text), None) => Some(search::Words::of(text)),
            _ => None,
        };
        Prepared { append, words, invalid }
    }
}

fn check(append: &Append) -> Result<(), String> {
    if append.division <= 0 || append.stream <= 0 {
        return Err(format!("division {} and stream {} must be positive", append.division, append.stream));
    }
    if append.events.is_empty() && append.expected == 0 {
        return Err("a new stream needs an event".to_owned());
    }
    for event in &append.events {
        let body = event.body.trim();
        if !body.starts_with('{') {
            return Err(format!("the body of a {} event is not a JSON object", event.kind));
        }
        if event.numbers.is_empty() && !body.contains("\"numbers\"") {
            serde_json::from_str::<IgnoredAny>(body).map_err(|error| format!("the body of a {} event: {error}", event.kind))?;
        } else {
            let members: HashMap<String, IgnoredAny> =
                serde_json::from_str(body).map_err(|error| format!("the body of a {} event: {error}", event.kind))?;
            if members.contains_key("numbers") {
                return Err(format!("the body of a {} event names a member \"numbers\", which is the store's", event.kind));
            }
        }
    }
    for counted in &append.counted {
        if counted.event as usize >= append.events.len() {
            return Err(format!("figure {} counts event {} of {}", counted.figure, counted.event, append.events.len()));
        }
        if !(10101..=99991231).contains(&counted.day) || counted.figure.is_empty() {
            return Err(format!("figure {:?} counts on the day {}, which is not yyyymmdd", counted.figure, counted.day));
        }
    }
    if let Some(handler) = append.head.iter().flat_map(|head| &head.handlers).find(|handler| handler.contains(',')) {
        return Err(format!("a handler's id must not contain a comma: {handler}"));
    }
    if let Some(clocks) = &append.clocks {
        let mut ids: Vec<&str> = clocks.iter().map(|row| row.clock.as_str()).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("clock {} runs twice on one stream", twice[0]));
        }
    }
    Ok(())
}

struct PlannedEvent<'a> {
    division: i64,
    stream: i64,
    seq: u32,
    event: &'a NewEvent,
    /// The body with its numbers, where it differs from the one given.
    numbered: Option<String>,
    hash: Digest,
}

struct PlannedHead<'a> {
    head: Option<&'a Head>,
    /// Title of a stream that has no case: that of its entry, or of its search text.
    title: &'a str,
    seq: u32,
    hash: Digest,
    fresh: bool,
    /// Nothing that stands in an index changes.
    indexes_stay: bool,
}

struct PlannedNumber<'a> {
    division: i64,
    wanted: &'a crate::NumberWanted,
    number: i64,
    stream: i64,
    seq: u32,
}

/// The clocks of a stream before the batch, and after.
type ClockChange<'a> = (Vec<ClockRow>, &'a [ClockRow]);

/// What a batch will write.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    events: Vec<PlannedEvent<'a>>,
    numbers: Vec<PlannedNumber<'a>>,
    heads: FxHashMap<(i64, i64), PlannedHead<'a>>,
    clocks: FxHashMap<(i64, i64), ClockChange<'a>>,
    entries: HashMap<(i64, &'a str, &'a str), (&'a EntryRow, i64, u32)>,
    tally: Tally,
    moves: Moves,
    found: FxHashMap<(i64, i64), (&'a Prepared, bool)>,
    jobs: Vec<(i64, i64, &'a NewJob)>,
    pools: Vec<(i64, &'a PoolBatch)>,
}

impl<'a> Batch<'a> {
    /// Plans the members of one request; `together`: all or none.
    pub fn plan(&mut self, ledger: &mut Ledger, appends: &'a [Prepared], together: bool) -> Result<Vec<Result<Appended, AppendError>>> {
        if together {
            let mut seen: FxHashMap<(i64, i64), u32> = FxHashMap::default();
            for (at, prepared) in appends.iter().enumerate() {
                let key = (prepared.append.division, prepared.append.stream);
                let actual = match seen.get(&key) {
                    Some(seq) => *seq,
                    None => ledger.tip(key)?.seq,
                };
                if let Err(error) = admit(prepared, actual) {
                    return Ok((0..appends.len())
                        .map(|other| Err(if other == at { error.clone() } else { AppendError::Abandoned }))
                        .collect());
                }
                seen.insert(key, actual + prepared.append.events.len() as u32);
            }
        }
        appends
            .iter()
            .map(|prepared| {
                let actual = ledger.tip((prepared.append.division, prepared.append.stream))?.seq;
                match admit(prepared, actual) {
                    Ok(()) => self.plan_one(ledger, prepared).map(Ok),
                    Err(error) => Ok(Err(error)),
                }
            })
            .collect()
    }

    fn plan_one(&mut self, ledger: &mut Ledger, prepared: &'a Prepared) -> Result<Appended> {
        let append = &prepared.append;
        let (division, stream) = (append.division, append.stream);
        let key = (division, stream);
        let tip = ledger.tip(key)?;
        let (first, mut hash) = (tip.seq, tip.hash);
        let mut drawn = Vec::new();
        for (at, event) in append.events.iter().enumerate() {
            let seq = first + at as u32 + 1;
            let numbered = if event.numbers.is_empty() {
                None
            } else {
                let from = drawn.len();
                for wanted in &event.numbers {
                    let number = ledger.next_number(division, wanted)?;
                    drawn.push(number);
                    self.numbers.push(PlannedNumber { division, wanted, number, stream, seq });
                }
                Some(with_numbers(&event.body, &drawn[from..]))
            };
            let body = numbered.as_deref().unwrap_or(&event.body);
            hash = Link {
                division,
                stream,
                seq: i64::from(seq),
                at: event.at,
                kind: event.kind.as_bytes(),
                organ: event.organ.as_bytes(),
                matter: event.matter.as_bytes(),
                body: body.as_bytes(),
            }
            .hash(&hash);
            self.events.push(PlannedEvent { division, stream, seq, event, numbered, hash });
        }
        let seq = first + append.events.len() as u32;
        self.plan_counted(ledger, append, first)?;
        if let Some(clocks) = &append.clocks {
            let before = ledger.running(key)?;
            self.clocks.entry(key).or_insert_with(|| (before, &[])).1 = clocks;
        }
        let fresh = first == 0;
        let stands = append.head.as_ref().map(|head| ledger.spots.stand(division, head));
        let tip = ledger.tip(key)?;
        if let Some(stands) = stands {
            self.moves.shift(tip.stands, stands);
            tip.stands = stands;
        }
        let indexes = append.head.as_ref().map(tip::indexed);
        let indexes_stay = indexes.is_none() || indexes == tip.indexed;
        tip.seq = seq;
        tip.hash = hash;
        if indexes.is_some() {
            tip.indexed = indexes;
        }
        if let Some(clocks) = &append.clocks {
            tip.clocks = Some(clocks.clone());
        }
        let planned = self.heads.entry(key).or_insert(PlannedHead { head: None, title: "", seq, hash, fresh, indexes_stay: true });
        planned.seq = seq;
        planned.hash = hash;
        planned.indexes_stay &= indexes_stay;
        if append.head.is_some() {
            planned.head = append.head.as_ref();
        }
        let named = append.entry.as_ref().map(|entry| &entry.title).or(append.search.as_ref().map(|text| &text.title));
        if let Some(title) = named {
            planned.title = title;
        }
        if let Some(entry) = &append.entry {
            self.entries.insert((division, &entry.register, &entry.id), (entry, stream, seq));
        }
        if prepared.words.is_some() {
            let fresh = fresh && !self.found.contains_key(&key);
            let found = self.found.entry(key).or_insert((prepared, fresh));
            found.0 = prepared;
        }
        for job in &append.jobs {
            self.jobs.push((division, ledger.next_job(division)?, job));
        }
        self.pools.extend(append.pool.iter().map(|pool| (division, pool)));
        Ok(Appended { seq, hash, numbers: drawn })
    }

    fn plan_counted(&mut self, ledger: &mut Ledger, append: &Append, first: u32) -> Result<()> {
        let mark = self.tally.mark();
        for counted in &append.counted {
            // A figure that is being folded over history meets this stream later.
            let later = ledger.folding.get(&counted.figure).is_some_and(|upto| (append.division, append.stream) > *upto);
            if later {
                continue;
            }
            let record = Record::new(&mut ledger.conn, &ledger.words, append.division, counted)?;
            self.tally.add(mark, &record, append.stream, first + counted.event + 1);
        }
        Ok(())
    }

    /// Writes what was planned.
    pub fn write(mut self, ledger: &mut Ledger) -> Result<()> {
        self.events.sort_unstable_by_key(|planned| (planned.division, planned.stream, planned.seq));
        let mut values = Vec::with_capacity(self.events.len() * EVENT.width);
        for planned in &self.events {
            values.extend([
                Value::Int(planned.division),
                Value::Int(planned.stream),
                Value::Int(i64::from(planned.seq)),
                Value::Int(planned.event.at),
                Value::Text(&planned.event.kind),
                Value::Text(&planned.event.organ),
                Value::Text(&planned.event.matter),
                Value::Text(planned.numbered.as_deref().unwrap_or(&planned.event.body)),
                Value::Blob(&planned.hash),
            ]);
        }
        ledger.conn.insert(&EVENT, &values)?;
        self.write_heads(ledger)?;
        self.write_clocks(ledger)?;

        let mut values = Vec::with_capacity(self.numbers.len() * PAPER_NUMBER.width);
        for planned in &self.numbers {
            values.extend([
                Value::Int(planned.division),
                Value::Text(&planned.wanted.organ),
                Value::Text(&planned.wanted.series),
                Value::Int(i64::from(planned.wanted.year)),
                Value::Int(planned.number),
                Value::Int(planned.stream),
                Value::Int(i64::from(planned.seq)),
            ]);
        }
        ledger.conn.insert(&PAPER_NUMBER, &values)?;

        let mut values = Vec::with_capacity(self.entries.len() * ENTRY.width);
        for ((division, register, id), (entry, stream, seq)) in &self.entries {
            values.extend([
                Value::Int(*division),
                Value::Text(register),
                Value::Text(id),
                Value::Int(*stream),
                Value::Int(i64::from(*seq)),
                Value::Text(&entry.title),
                Value::Text(&entry.organ),
                Value::Text(&entry.state),
                Value::int(entry.from_day.map(i64::from)),
                Value::int(entry.to_day.map(i64::from)),
                Value::Text(&entry.fields),
            ]);
        }
        ledger.conn.insert(&ENTRY, &values)?;
        std::mem::take(&mut self.tally).write(&mut ledger.conn)?;
        std::mem::take(&mut self.moves).write(&mut ledger.conn, &ledger.spots)?;

        let jobs: Vec<Value<'_>> = self.jobs.iter().flat_map(|(division, id, job)| crate::job::values(*division, *id, job)).collect();
        ledger.conn.insert(&crate::job::JOB, &jobs)?;

        for (division, pool) in &self.pools {
            crate::pool::put_batch(&mut ledger.conn, &ledger.words, *division, pool)?;
        }
        for ((division, stream), (prepared, fresh)) in &self.found {
            if let (Some(words), Some(text)) = (&prepared.words, &prepared.append.search) {
                ledger.put_found(*division, *stream, &text.kind, *fresh, words)?;
            }
        }
        Ok(())
    }

    fn write_heads(&self, ledger: &mut Ledger) -> Result<()> {
        let mut heads: Vec<(&(i64, i64), &PlannedHead<'a>)> = self.heads.iter().collect();
        heads.sort_unstable_by_key(|(key, _)| **key);
        let none = Head::default();
        let handlers: Vec<String> = heads
            .iter()
            .map(|(_, planned)| match planned.head {
                Some(head) if !head.handlers.is_empty() => format!(",{},", head.handlers.join(",")),
                _ => String::new(),
            })
            .collect();
        let (mut fresh, mut whole, mut part) = (Vec::new(), Vec::new(), Vec::new());
        for ((key, planned), handlers) in heads.iter().zip(&handlers) {
            let head = match planned.head {
                Some(head) => head,
                None if planned.fresh => &none,
                None => {
                    let values = [Value::Int(key.0), Value::Int(key.1), Value::Int(i64::from(planned.seq)), Value::Blob(&planned.hash)];
                    ledger.conn.execute("UPDATE head SET seq = ?3, hash = ?4 WHERE division = ?1 AND stream = ?2", &values)?;
                    if !planned.title.is_empty() {
                        let values = [Value::Int(key.0), Value::Int(key.1), Value::Text(planned.title)];
                        ledger.conn.execute(
                            "UPDATE head SET title = ?3 WHERE division = ?1 AND stream = ?2 AND procedure = '' AND title <> ?3",
                            &values,
                        )?;
                    }
                    continue;
                }
            };
            let title = if planned.head.is_some() { head.title.as_str() } else { planned.title };
            let rows = match (planned.fresh, planned.indexes_stay) {
                (true, _) => &mut fresh,
                (false, false) => &mut whole,
                (false, true) => &mut part,
            };
            rows.extend([
                Value::Int(key.0),
                Value::Int(key.1),
                Value::Int(i64::from(planned.seq)),
                Value::Blob(&planned.hash),
                Value::Text(&head.procedure),
                Value::Text(&head.version),
                Value::Text(&head.stage),
                Value::Int(i64::from(head.open)),
                Value::Text(&head.organ),
                Value::Text(&head.matter),
                Value::Text(&head.place),
                Value::Text(title),
                Value::text(head.code.as_deref()),
                Value::Text(&head.applicant),
                Value::Text(handlers),
                Value::Text(&head.channel),
                Value::Int(head.opened_at),
                Value::int(head.due),
            ]);
        }
        ledger.conn.insert(&HEAD, &fresh)?;
        ledger.conn.change(&HEAD_WHOLE, &whole)?;
        ledger.conn.change(&HEAD_PART, &part)
    }

    fn write_clocks(&self, ledger: &mut Ledger) -> Result<()> {
        let mut started = Vec::new();
        for ((division, stream), (before, after)) in &self.clocks {
            for row in before.iter().filter(|row| !after.iter().any(|other| other.clock == row.clock)) {
                let values = [Value::Int(*division), Value::Int(*stream), Value::Text(&row.clock)];
                ledger.conn.execute("DELETE FROM clock WHERE division = ?1 AND stream = ?2 AND clock = ?3", &values)?;
            }
            for row in after.iter().filter(|row| !before.contains(row)) {
                started.extend([
                    Value::Int(*division),
                    Value::Int(*stream),
                    Value::Text(&row.clock),
                    Value::Int(row.due),
                    Value::Text(&row.kind),
                    Value::Text(&row.extra),
                ]);
            }
        }
        ledger.conn.insert(&CLOCK, &started)
    }
}

fn admit(prepared: &Prepared, actual: u32) -> Result<(), AppendError> {
    match &prepared.invalid {
        Some(error) => Err(error.clone()),
        None if prepared.append.expected != actual => Err(AppendError::Conflict { actual }),
        None => Ok(()),
    }
}

/// The JSON object with `"numbers":[…]` as its last member.
fn with_numbers(body: &str, numbers: &[i64]) -> String {
    let trimmed = body.trim();
    let inside = trimmed.strip_suffix('}').unwrap_or(trimmed).trim_end();
    let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let comma = if inside == "{" { "" } else { "," };
    format!("{inside}{comma}\"numbers\":[{list}]}}")
}

impl Ledger {
    /// The end of a stream, from memory or from the database.
    pub fn tip(&mut self, key: (i64, i64)) -> Result<&mut Tip> {
        if self.tips.get(key).is_none() {
            let found = self.conn.one(
                "SELECT seq, hash, organ, procedure, stage, open, due FROM head WHERE division = ?1 AND stream = ?2",
                &[Value::Int(key.0), Value::Int(key.1)],
                |row| {
                    let head = Head {
                        organ: row.string(2)?,
                        procedure: row.string(3)?,
                        stage: row.string(4)?,
                        open: row.int(5)? != 0,
                        due: row.int_or_null(6)?,
                        ..Head::default()
                    };
                    Ok((row.int(0)? as u32, row.digest(1)?, head))
                },
            )?;
            let tip = found.map_or_else(Tip::new_stream, |(seq, hash, head)| {
                let stands = self.spots.stand(key.0, &head);
                Tip { seq, hash, clocks: None, indexed: None, stands }
            });
            self.tips.put(key, tip);
        }
        self.tips.get(key).ok_or_else(|| crate::Error::Database("a stream was forgotten while it was written".to_owned()))
    }

    /// The clocks that run on a stream.
    fn running(&mut self, key: (i64, i64)) -> Result<Vec<ClockRow>> {
        if let Some(clocks) = &self.tip(key)?.clocks {
            return Ok(clocks.clone());
        }
        let clocks = crate::clock::of_stream(&mut self.conn, key)?;
        self.tip(key)?.clocks = Some(clocks.clone());
        Ok(clocks)
    }

    fn next_number(&mut self, division: i64, wanted: &crate::NumberWanted) -> Result<i64> {
        let key = (division, wanted.organ.clone(), wanted.series.clone(), wanted.year);
        let last = match self.numbers.get(&key) {
            Some(last) => *last,
            None => self
                .conn
                .one(
                    "SELECT COALESCE(MAX(number), 0) FROM paper_number WHERE division = ?1 AND organ = ?2 AND series = ?3 AND year = ?4",
                    &[Value::Int(division), Value::Text(&wanted.organ), Value::Text(&wanted.series), Value::Int(i64::from(wanted.year))],
                    |row| row.int(0),
                )?
                .unwrap_or(0),
        };
        self.numbers.insert(key, last + 1);
        Ok(last + 1)
    }

    pub fn next_job(&mut self, division: i64) -> Result<i64> {
        let last = match self.jobs.get(&division) {
            Some(last) => *last,
            None => self
                .conn
                .one("SELECT COALESCE(MAX(id), 0) FROM job WHERE division = ?1", &[Value::Int(division)], |row| row.int(0))?
                .unwrap_or(0),
        };
        self.jobs.insert(division, last + 1);
        Ok(last + 1)
    }
}

const EVENT: Insert<'_> =
    Insert { into: "INSERT INTO event(division, stream, seq, at, kind, organ, matter, body, hash)", width: 9, then: "" };

const HEAD_COLUMNS: &str = "INSERT INTO head(division, stream, seq, hash, procedure, version, stage, open, organ, matter, place, title,
    code, applicant, handlers, channel, opened_at, due)";

const HEAD: Insert<'_> = Insert { into: HEAD_COLUMNS, width: 18, then: "" };

const HEAD_WHOLE: Change<'_> = Change {
    update: "UPDATE head SET seq = ?3, hash = ?4, procedure = ?5, version = ?6, stage = ?7, open = ?8, organ = ?9, matter = ?10,
        place = ?11, title = ?12, code = ?13, applicant = ?14, handlers = ?15, channel = ?16, opened_at = ?17, due = ?18
        WHERE division = ?1 AND stream = ?2",
    insert: Insert {
        into: HEAD_COLUMNS,
        width: 18,
        then: "ON CONFLICT (division, stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,
            procedure = excluded.procedure, version = excluded.version, stage = excluded.stage, open = excluded.open,
            organ = excluded.organ, matter = excluded.matter, place = excluded.place, title = excluded.title,
            code = excluded.code, applicant = excluded.applicant, handlers = excluded.handlers, channel = excluded.channel,
            opened_at = excluded.opened_at, due = excluded.due",
    },
};

/// Where nothing indexed changes, the indexes are not touched.
const HEAD_PART: Change<'_> = Change {
    update: "UPDATE head SET seq = ?3, hash = ?4, stage = ?7, matter = ?10, place = ?11, title = ?12, handlers = ?15
        WHERE division = ?1 AND stream = ?2",
    insert: Insert {
        into: HEAD_COLUMNS,
        width: 18,
        then: "ON CONFLICT (division, stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, stage = excluded.stage,
            matter = excluded.matter, place = excluded.place, title = excluded.title, handlers = excluded.handlers",
    },
};

const CLOCK: Insert<'_> = Insert {
    into: "INSERT INTO clock(division, stream, clock, due, kind, extra)",
    width: 6,
    then: "ON CONFLICT (division, stream, clock) DO UPDATE SET due = excluded.due, kind = excluded.kind, extra = excluded.extra",
};

const PAPER_NUMBER: Insert<'_> =
    Insert { into: "INSERT INTO paper_number(division, organ, series, year, number, stream, seq)", width: 7, then: "" };

const ENTRY: Insert<'_> = Insert {
    into: "INSERT INTO entry(division, register, id, stream, seq, title, organ, state, from_day, to_day, fields)",
    width: 11,
    then: "ON CONFLICT (division, register, id) DO UPDATE SET stream = excluded.stream, seq = excluded.seq,
        title = excluded.title, organ = excluded.organ, state = excluded.state, from_day = excluded.from_day,
        to_day = excluded.to_day, fields = excluded.fields",
};

//! What the disk and SQLite can do, beside what `append` does with them. Prints JSON lines.
//!
//! `cargo run --release -p store --example limit --features trial [-- STEPS [PART]]`; parts: raw, append, fast, case, search.

use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use rusqlite::Connection;
use store::{Append, ClockRow, Config, Counted, Head, NewEvent, NumberWanted, SearchText, Store, trial::Folder};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const DIVISION: i64 = 140_902;
/// About 300 bytes, like a step of a licence.
const BODY: &str = r#"{"actor":"officer-1027","post":"reviewer","opinion":"申请材料齐全,符合法定形式,拟同意","basis":["许可法/38","食安法/35"],"from":"accepted","to":"reviewed","fields":{"premises":"东关大街甲一号","area":"86.5","licence-kind":"餐饮服务"}}"#;

fn main() -> Outcome<()> {
    let steps: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 100_000,
    };
    // A second word runs one part only.
    let only = std::env::args().nth(2);
    let wanted = |part: &str| only.as_ref().is_none_or(|only| only == part);
    if wanted("raw") {
        fsync()?;
        for batch in [1, 64, 1024] {
            raw(batch, steps.min(batch * 4_000))?;
        }
    }
    if wanted("append") {
        for (batch, threads) in [(1, 1), (1, 64), (64, 1), (1024, 1), (1024, 2)] {
            let count = if batch * threads < 8 { steps.min(20_000) } else { steps };
            append(batch, threads, count, false)?;
        }
    }
    if wanted("fast") {
        append(1024, 2, steps, true)?;
    }
    if wanted("case") {
        lifecycle(steps / 6)?;
    }
    if wanted("search") {
        search(20_000)?;
    }
    Ok(())
}

fn say(what: &str, batch: u64, threads: u64, count: u64, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!(r#"{{"what":"{what}","batch":{batch},"threads":{threads},"count":{count},"per_second":{:.0}}}"#, count as f64 / seconds);
}

fn fsync() -> Outcome<()> {
    let folder = Folder::new()?;
    let mut file = std::fs::File::create(folder.path().join("file"))?;
    let started = Instant::now();
    for _ in 0..2_000 {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    say("4 KiB + fdatasync", 1, 1, 2_000, started);
    Ok(())
}

/// One insert after the other into a bare table of the same shape as an event.
fn raw(batch: u64, count: u64) -> Outcome<()> {
    let folder = Folder::new()?;
    let connection = Connection::open(folder.path().join("raw.db"))?;
    connection.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -262144;
         CREATE TABLE event(division INT, stream INT, seq INT, at INT, kind TEXT, organ TEXT, matter TEXT, body TEXT, hash BLOB,
                            PRIMARY KEY (division, stream, seq)) WITHOUT ROWID",
    )?;
    let started = Instant::now();
    let mut insert = connection.prepare("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let mut done = 0;
    while done < count {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for number in done..(done + batch).min(count) {
            let row = (DIVISION, number as i64, 1, 1_709_254_800, "reviewed", "审批局", "食品经营许可", BODY, [7_u8; 32]);
            insert.execute(row)?;
        }
        connection.execute_batch("COMMIT")?;
        done += batch;
    }
    say("SQLite, bare insert", batch, 1, count, started);
    Ok(())
}

/// A step of the `seq`-th kind on a case.
fn step(stream: i64, seq: u32) -> Append {
    let organ = format!("organ-{}", stream % 40);
    let matter = format!("matter-{}", stream % 300);
    Append {
        division: DIVISION,
        stream,
        expected: seq - 1,
        events: vec![NewEvent {
            at: 1_709_254_800 + stream,
            kind: "reviewed".into(),
            organ: organ.clone(),
            matter: matter.clone(),
            body: BODY.into(),
            numbers: vec![],
        }],
        head: Some(Head {
            procedure: "food-business-licence".into(),
            version: "2023-12-01".into(),
            stage: ["submitted", "accepted", "reviewed", "approved", "delivered", "rated"][(seq as usize - 1) % 6].into(),
            open: seq < 5,
            organ: organ.clone(),
            matter: matter.clone(),
            place: format!("place-{}", stream % 15),
            title: "某某饭店申请食品经营许可".into(),
            code: Some(format!("SP{stream:012}")),
            applicant: format!("citizen-{}", stream % 100_000),
            handlers: vec![format!("officer-{}", stream % 800)],
            channel: "window".into(),
            opened_at: 1_709_254_800 + stream,
            due: (seq < 5).then_some(1_711_000_000 + stream),
        }),
        clocks: Some(match seq {
            1..5 => vec![ClockRow { clock: "decide".into(), due: 1_711_000_000 + stream, kind: "limit".into(), extra: String::new() }],
            _ => vec![],
        }),
        counted: vec![Counted {
            figure: "steps".into(),
            organ,
            matter,
            place: format!("place-{}", stream % 15),
            // Time goes on: 2,000 new cases a day.
            day: 20240301 + (stream / 2_000 % 28) as i32,
            amount: 1,
            event: 0,
        }],
        ..Append::default()
    }
}

/// Steps on new cases, six a case, as fast as so many callers can hand them over.
fn append(batch: u64, threads: u64, count: u64, fast: bool) -> Outcome<()> {
    let folder = Folder::new()?;
    let mut config = Config::new(folder.sqlite("limit.db"));
    config.fast = fast;
    let store = Store::open(&config)?;
    let failed = AtomicU64::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (store, failed) = (&store, &failed);
            scope.spawn(move || {
                let mine = (count / threads).max(6);
                let mut done = 0;
                let mut stream = 1 + thread as i64 * 10_000_000;
                while done < mine {
                    // As many cases side by side as a batch holds, each taken through its six steps.
                    for seq in 1..=6 {
                        let appends = (stream..stream + batch as i64).map(|stream| step(stream, seq)).collect();
                        let wrong = store.append(appends).iter().filter(|answer| answer.is_err()).count();
                        failed.fetch_add(wrong as u64, Ordering::Relaxed);
                        done += batch;
                    }
                    stream += batch as i64;
                }
            });
        }
    });
    say(if fast { "append, not waiting for the disk" } else { "append" }, batch, threads, count, started);
    match failed.into_inner() {
        0 => Ok(()),
        failed => Err(format!("{failed} appends failed").into()),
    }
}

/// Whole licence cases with everything that belongs to them: what one takes on disk, and how fast they are verified.
fn lifecycle(cases: u64) -> Outcome<()> {
    let folder = Folder::new()?;
    let store = Store::open(&Config::new(folder.sqlite("limit.db")))?;
    let started = Instant::now();
    // 300 cases are open at a time; their steps come in turns, as in an office.
    for first in (0..cases as i64).step_by(300) {
        for seq in 1..=6 {
            let appends = (first..first + 300).map(|stream| {
                let mut append = step(stream + 1, seq);
                if seq == 1 {
                    append.events[0].body = format!(r#"{{"application":{BODY},"applicant":{BODY},"premises":{BODY}}}"#);
                    append.search = Some(SearchText {
                        kind: "case".into(),
                        title: "某某饭店申请食品经营许可".into(),
                        body: format!("经营者张三{stream},东关大街甲一号,热食类食品制售"),
                    });
                }
                if seq == 5 {
                    append.events[0].numbers.push(NumberWanted { series: "食许".into(), organ: "审批局".into(), year: 2024 });
                }
                append
            });
            store.append(appends.collect()).into_iter().collect::<Result<Vec<_>, _>>()?;
        }
    }
    let cases = (cases as i64 + 299) / 300 * 300;
    say("licence cases of six steps", 300, 1, cases as u64, started);
    let stats = store.stats()?;
    for table in stats.tables.iter().filter(|table| table.bytes > 65_536) {
        println!(r#"{{"what":"bytes a case","table":"{}","bytes":{}}}"#, table.table, table.bytes / cases);
    }
    println!(r#"{{"what":"bytes a case","table":"all","bytes":{}}}"#, stats.bytes / cases);
    let started = Instant::now();
    let found = store.verify(&[], |_| ())?;
    say("events verified", 1, 1, found.events, started);
    let started = Instant::now();
    store.checkpoint(DIVISION, 20240302, |_| Vec::new())?;
    say("streams checkpointed", 1, 1, found.streams, started);
    Ok(())
}

fn search(count: i64) -> Outcome<()> {
    let folder = Folder::new()?;
    let store = Store::open(&Config::new(folder.sqlite("limit.db")))?;
    store.search(DIVISION, "先装词典", None, 1)?;
    let started = Instant::now();
    for first in (0..count).step_by(1_000) {
        let appends = (first..first + 1_000).map(|stream| Append {
            division: DIVISION,
            stream: stream + 1,
            events: vec![NewEvent { at: 1, kind: "k".into(), body: "{}".into(), ..NewEvent::default() }],
            search: Some(SearchText {
                kind: "case".into(),
                title: format!("第{stream}号投诉:小区夜间施工噪声扰民"),
                body: "市民反映东关大街工地夜间十二点后仍在施工,影响老人休息,请有关部门尽快核实处理".into(),
            }),
            ..Append::default()
        });
        store.append(appends.collect()).into_iter().collect::<Result<Vec<_>, _>>()?;
    }
    say("texts made searchable", 1_000, 1, count as u64, started);
    let started = Instant::now();
    for _ in 0..200 {
        store.search(DIVISION, "夜间施工", Some("case"), 50)?;
    }
    say("searches", 1, 1, 200, started);
    Ok(())
}

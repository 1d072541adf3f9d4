//! Whatever is changed in a ledger behind the program's back, verification finds it and names the event.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use rusqlite::{Connection, types::Value};
use store::{Append, Checkpoint, Config, Fault, FaultKind, Head, NewEvent, NumberWanted, Store, Verification, trial::Folder};

const D: i64 = 140_902;

fn append(stream: i64, expected: u32, numbers: usize) -> Append {
    let event = NewEvent {
        at: 1_709_254_800 + stream,
        kind: "accepted".into(),
        organ: "审批局".into(),
        matter: "许可".into(),
        body: format!(r#"{{"note":"第{stream}件","by":"zhang"}}"#),
        numbers: vec![NumberWanted { series: "许".into(), organ: "审批局".into(), year: 2024 }; numbers],
    };
    let head = Head { procedure: "licence".into(), stage: "accepted".into(), open: true, organ: "审批局".into(), ..Head::default() };
    Append { division: D, stream, expected, events: vec![event], head: Some(head), ..Append::default() }
}

/// Three streams of three events, a checkpoint after two of each.
fn small_ledger(folder: &Folder) -> Checkpoint {
    let store = folder.store("ledger.db").unwrap();
    let make = |seq: u32| {
        for answer in store.append((1..=3).map(|stream| append(stream, seq, (stream == 2) as usize)).collect()) {
            answer.unwrap();
        }
    };
    make(0);
    make(1);
    let checkpoint = store.checkpoint(D, 20240301, |_| vec![1, 2, 3]).unwrap();
    make(2);
    store.put_attachment(D, b"plan of the shop".to_vec(), "plan.pdf", "application/pdf").unwrap();
    assert!(store.verify(std::slice::from_ref(&checkpoint), |_| ()).unwrap().sound());
    checkpoint
}

fn raw(folder: &Folder) -> Connection {
    let raw = Connection::open(folder.path().join("ledger.db")).unwrap();
    for table in ["event", "paper_number", "attachment", "checkpoint"] {
        for verb in ["update", "delete"] {
            raw.execute_batch(&format!("DROP TRIGGER IF EXISTS {table}_no_{verb}")).unwrap();
        }
    }
    raw
}

fn verify(folder: &Folder, witnesses: &[Checkpoint]) -> Verification {
    Store::open(&Config::new(folder.sqlite("ledger.db")).read_only()).unwrap().verify(witnesses, |_| ()).unwrap()
}

#[test]
fn every_byte_of_every_event_is_guarded() {
    let folder = Folder::new().unwrap();
    small_ledger(&folder);
    let raw = raw(&folder);
    let store = Store::open(&Config::new(folder.sqlite("ledger.db")).read_only()).unwrap();
    let mut changes = 0;
    for stream in 1..=3_i64 {
        for seq in 1..=3_i64 {
            for column in ["at", "kind", "organ", "matter", "body", "hash"] {
                let text = matches!(column, "kind" | "organ" | "matter" | "body");
                let select = format!("SELECT {column} FROM event WHERE stream = ?1 AND seq = ?2");
                let value: Value = raw.query_row(&select, (stream, seq), |row| row.get(0)).unwrap();
                let bytes = match &value {
                    Value::Integer(number) => number.to_be_bytes().to_vec(),
                    Value::Text(text) => text.clone().into_bytes(),
                    Value::Blob(bytes) => bytes.clone(),
                    other => panic!("{other:?}"),
                };
                let write = |bytes: &[u8]| {
                    let into = if text { "CAST(?3 AS TEXT)" } else { "?3" };
                    let update = format!("UPDATE event SET {column} = {into} WHERE stream = ?1 AND seq = ?2");
                    let value = match &value {
                        Value::Integer(_) => Value::Integer(i64::from_be_bytes(bytes.try_into().unwrap())),
                        _ => Value::Blob(bytes.to_vec()),
                    };
                    assert_eq!(raw.execute(&update, (stream, seq, value)).unwrap(), 1);
                };
                for at in 0..bytes.len() {
                    let mut changed = bytes.clone();
                    changed[at] ^= 1 << (at % 8);
                    write(&changed);
                    let faults = store.verify(&[], |_| ()).unwrap().faults;
                    let first = faults.first().unwrap_or_else(|| panic!("{column} byte {at} of {stream}/{seq} was not found"));
                    assert_eq!((first.stream, first.seq), (stream, seq), "{column} byte {at}: {first:?}");
                    changes += 1;
                }
                // The same bytes under another type are a change, too.
                if text {
                    raw.execute(
                        &format!("UPDATE event SET {column} = CAST({column} AS BLOB) WHERE stream = ?1 AND seq = ?2"),
                        (stream, seq),
                    )
                    .unwrap();
                    assert!(!store.verify(&[], |_| ()).unwrap().sound());
                }
                write(&bytes);
            }
        }
    }
    assert!(store.verify(&[], |_| ()).unwrap().sound());
    println!("{changes} changed bytes, all found");
}

/// Changes a fresh ledger by a script and returns what verification says.
fn after(script: &str, with_witness: bool) -> Vec<Fault> {
    let folder = Folder::new().unwrap();
    let checkpoint = small_ledger(&folder);
    raw(&folder).execute_batch(script).unwrap();
    let found = verify(&folder, if with_witness { std::slice::from_ref(&checkpoint) } else { &[] });
    assert!(!found.sound(), "not found: {script}");
    found.faults
}

fn first(script: &str) -> (FaultKind, i64, i64) {
    let fault = after(script, false).into_iter().next().unwrap();
    (fault.what, fault.stream, fault.seq)
}

#[test]
fn what_is_removed_added_or_moved_is_found() {
    // The key of an event.
    assert_eq!(first("UPDATE event SET seq = 9 WHERE stream = 2 AND seq = 2").0, FaultKind::Gap);
    assert_eq!(first("UPDATE event SET stream = 9 WHERE stream = 2 AND seq = 3"), (FaultKind::Head, 2, 3));
    assert_eq!(first("UPDATE event SET division = 1 WHERE stream = 1 AND seq = 1").0, FaultKind::Hash);
    // Removed: in the middle, at the start, at the end, the whole stream.
    assert_eq!(first("DELETE FROM event WHERE stream = 2 AND seq = 2"), (FaultKind::Gap, 2, 3));
    assert_eq!(first("DELETE FROM event WHERE stream = 2 AND seq = 1"), (FaultKind::Gap, 2, 2));
    assert_eq!(first("DELETE FROM event WHERE stream = 2 AND seq = 3"), (FaultKind::Head, 2, 3));
    assert_eq!(first("DELETE FROM event WHERE stream = 2"), (FaultKind::Missing, 2, 1));
    assert_eq!(first("DELETE FROM head WHERE stream = 2"), (FaultKind::Head, 2, 3));
    // Added: at the end, and as a stream of its own.
    let copy =
        "INSERT INTO event SELECT division, stream, seq + 1, at, kind, organ, matter, body, hash FROM event WHERE stream = 2 AND seq = 3";
    assert_eq!(first(copy), (FaultKind::Hash, 2, 4));
    let copy = "INSERT INTO event SELECT division, 77, 1, at, kind, organ, matter, body, hash FROM event WHERE stream = 2 AND seq = 1";
    assert_eq!(first(copy), (FaultKind::Hash, 77, 1));
    // Exchanged: two events of a stream, two heads.
    let swap = "UPDATE event SET seq = 99 WHERE stream = 1 AND seq = 1; UPDATE event SET seq = 1 WHERE stream = 1 AND seq = 2;
                UPDATE event SET seq = 2 WHERE stream = 1 AND seq = 99";
    assert_eq!(first(swap), (FaultKind::Hash, 1, 1));
    assert_eq!(first("UPDATE head SET hash = (SELECT hash FROM head WHERE stream = 2) WHERE stream = 1").0, FaultKind::Head);
    // Numbers, attachments, checkpoints.
    assert_eq!(first("DELETE FROM paper_number WHERE number = 2").0, FaultKind::Number);
    assert_eq!(first("DELETE FROM paper_number WHERE number = 3"), (FaultKind::Number, 2, 3));
    assert_eq!(first("UPDATE paper_number SET seq = 1 WHERE number = 3").0, FaultKind::Number);
    assert_eq!(
        first("INSERT INTO paper_number SELECT division, organ, series, year, 4, stream, seq FROM paper_number WHERE number = 3").0,
        FaultKind::Number
    );
    assert_eq!(first("UPDATE attachment SET bytes = CAST('another plan' AS BLOB)").0, FaultKind::Attachment);
    assert_eq!(first("UPDATE standing SET n = n + 1").0, FaultKind::Standing);
    assert_eq!(first("DELETE FROM standing").0, FaultKind::Standing);
    assert_eq!(first("UPDATE checkpoint SET root = zeroblob(32)").0, FaultKind::Checkpoint);
    assert_eq!(first("UPDATE checkpoint SET number = 2").0, FaultKind::Checkpoint);
}

/// Somebody who knows the program rewrites a chain, recomputes its hashes and the head.
#[test]
fn a_rewritten_chain_is_found_through_the_checkpoint() {
    let folder = Folder::new().unwrap();
    let checkpoint = small_ledger(&folder);
    let mut events = folder.store("ledger.db").unwrap().events(D, 3, 0).unwrap();
    let raw = raw(&folder);
    let mut previous = store::event::ORIGIN;
    for event in &mut events {
        event.body = event.body.replace("zhang", "wang1");
        event.hash = event.hash_after(&previous);
        previous = event.hash;
        raw.execute("UPDATE event SET body = ?1, hash = ?2 WHERE stream = 3 AND seq = ?3", (&event.body, event.hash, event.seq)).unwrap();
    }
    raw.execute("UPDATE head SET hash = ?1 WHERE stream = 3", [previous]).unwrap();
    let found = verify(&folder, &[]);
    assert_eq!(found.faults.iter().map(|fault| fault.what).collect::<Vec<_>>(), [FaultKind::Checkpoint]);
    // The next checkpoint, made in good faith over the rewritten chain, does not cover it up.
    folder.store("ledger.db").unwrap().checkpoint(D, 20240302, |_| vec![]).unwrap();
    assert!(!verify(&folder, &[]).sound());
    assert!(!verify(&folder, std::slice::from_ref(&checkpoint)).sound());
    // He takes the checkpoints away as well: the one kept elsewhere tells.
    raw.execute_batch("DELETE FROM checkpoint; DELETE FROM seal").unwrap();
    assert!(verify(&folder, &[]).sound());
    assert!(!verify(&folder, &[checkpoint]).sound());
}

#[test]
fn a_removed_stream_and_a_cut_tail_are_found_through_the_checkpoint() {
    let gone = after("DELETE FROM event WHERE stream = 3; DELETE FROM head WHERE stream = 3", false);
    assert_eq!((gone[0].what, gone[0].stream, gone[0].seq), (FaultKind::Checkpoint, 3, 2));
    let gone = after("DELETE FROM event WHERE stream = 3; DELETE FROM head WHERE stream = 3; DELETE FROM seal WHERE stream = 3", false);
    assert_eq!(gone[0].what, FaultKind::Checkpoint);
    let cut = "DELETE FROM event WHERE stream = 3 AND seq > 1;
               UPDATE head SET seq = 1, hash = (SELECT hash FROM event WHERE stream = 3 AND seq = 1) WHERE stream = 3";
    assert_eq!(after(cut, false)[0].what, FaultKind::Checkpoint);
}

#[test]
fn an_older_copy_put_back_is_found_by_a_witness() {
    let folder = Folder::new().unwrap();
    small_ledger(&folder);
    let old = folder.path().join("old.db");
    let store = folder.store("ledger.db").unwrap();
    store.backup(&old).unwrap();
    let later = store.checkpoint(D, 20240302, |_| vec![]).unwrap();
    drop(store);
    std::fs::rename(&old, folder.path().join("ledger.db")).unwrap();
    assert!(verify(&folder, &[]).sound());
    assert!(!verify(&folder, &[later]).sound());
}

/// Bytes of the file itself: verification answers, names what it can, and does not fall over.
#[test]
fn a_damaged_file_is_reported() {
    let folder = Folder::new().unwrap();
    small_ledger(&folder);
    let whole = folder.path().join("ledger.db");
    raw(&folder).execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE").unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    let body = "第2件".as_bytes();
    let at = bytes.windows(body.len()).position(|window| window == body).unwrap();
    let page = at / 8192 * 8192;
    let mut damages: Vec<Vec<u8>> = Vec::new();
    let mut changed = bytes.clone();
    changed[at] ^= 1;
    damages.push(changed);
    // The whole page is gone, then its header, then its cell pointers.
    for span in [0..8192, 0..8, 8..24] {
        let mut changed = bytes.clone();
        for byte in &mut changed[page + span.start..page + span.end] {
            *byte = !*byte;
        }
        damages.push(changed);
    }
    damages.push(bytes[..bytes.len() / 2].to_vec());
    for (number, damage) in damages.into_iter().enumerate() {
        std::fs::write(folder.path().join("damaged.db"), damage).unwrap();
        let config = Config::new(folder.sqlite("damaged.db")).read_only();
        match Store::open(&config).and_then(|store| store.verify(&[], |_| ())) {
            Ok(found) => assert!(!found.sound(), "damage {number} was not found"),
            Err(error) => assert!(matches!(error, store::Error::Damaged(_) | store::Error::Database(_)), "{error}"),
        }
    }
}

#[test]
fn both_databases_refuse_to_change_the_ledger() {
    let folder = Folder::new().unwrap();
    small_ledger(&folder);
    let raw = Connection::open(folder.path().join("ledger.db")).unwrap();
    for sql in ["UPDATE event SET body = '{}'", "DELETE FROM event", "UPDATE paper_number SET number = 7", "DELETE FROM checkpoint"] {
        let error = raw.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("the ledger is append-only"), "{sql}: {error}");
    }
    let Some(server) = store::trial::Postgres::start().unwrap() else {
        return;
    };
    let url = server.fresh().unwrap();
    let store = Store::open(&Config::new(&url)).unwrap();
    store.append(vec![append(1, 0, 1)]).remove(0).unwrap();
    let mut raw = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    for sql in ["UPDATE event SET body = '{}'", "DELETE FROM event", "TRUNCATE event", "DELETE FROM paper_number"] {
        let error = raw.batch_execute(sql).unwrap_err();
        let said = error.as_db_error().unwrap().message().to_owned();
        assert!(said.contains("the ledger is append-only"), "{sql}: {said}");
    }
    // With the guard taken away, the chain still tells.
    raw.batch_execute("ALTER TABLE event DISABLE TRIGGER ALL; UPDATE event SET organ = 'x'").unwrap();
    assert_eq!(store.verify(&[], |_| ()).unwrap().faults[0].what, FaultKind::Hash);
}

//! Killed at any moment, the store has every event it acknowledged, no half of one, and figures that add up.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use store::{Append, Config, Counted, EventRow, Head, NewEvent, NumberWanted, Store, trial::Folder};

const D: i64 = 140_902;
const FILE: &str = "FADU_CRASH_FILE";

fn step(stream: i64, expected: u32) -> Append {
    let counted = |figure: &str| Counted {
        figure: figure.into(),
        organ: format!("o{}", stream % 3),
        matter: "m".into(),
        place: "p".into(),
        day: 20240101 + expected as i32 % 28,
        amount: 1,
        event: 1,
    };
    let event = NewEvent { at: 1, kind: "step".into(), organ: "o".into(), matter: "m".into(), body: "{}".into(), numbers: vec![] };
    let numbered = NewEvent { numbers: vec![NumberWanted { series: "s".into(), organ: "o".into(), year: 2024 }], ..event.clone() };
    Append {
        division: D,
        stream,
        expected,
        events: vec![event, numbered],
        head: Some(Head { procedure: "p".into(), open: true, ..Head::default() }),
        counted: vec![counted("all")],
        ..Append::default()
    }
}

fn recount(event: &EventRow) -> Vec<Counted> {
    if event.seq.is_multiple_of(2) { step(event.stream, event.seq - 2).counted } else { Vec::new() }
}

/// Not a test: the process that is killed. It appends from four threads and says what was acknowledged.
#[test]
fn writer() {
    let Ok(url) = std::env::var(FILE) else { return };
    let store = Store::open(&Config::new(url)).unwrap();
    std::thread::scope(|scope| {
        for stream in 1..=4_i64 {
            let store = &store;
            scope.spawn(move || {
                let mut expected = store.case(D, stream).unwrap().map_or(0, |row| row.seq);
                loop {
                    let appended = store.append(vec![step(stream, expected)]).remove(0).unwrap();
                    expected = appended.seq;
                    // One write a line, so that a line is whole or absent.
                    std::io::stdout().lock().write_all(format!("\nack {stream} {expected}\n").as_bytes()).unwrap();
                }
            });
        }
    });
}

#[test]
fn no_acknowledged_event_is_lost() {
    if std::env::var(FILE).is_ok() {
        return;
    }
    let folder = Folder::new().unwrap();
    let url = folder.sqlite("crash.db");
    let mut acknowledged = [0_u32; 5];
    let mut lines = 0;
    const KILLS: u64 = 60;
    for kill in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["writer", "--exact", "--nocapture", "--test-threads=1"])
            .env(FILE, &url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let reader =
            std::thread::spawn(move || output.lines().map_while(Result::ok).filter(|line| line.starts_with("ack ")).collect::<Vec<_>>());
        // Moments spread by a fixed rule: opening, the first commits, full run.
        std::thread::sleep(Duration::from_millis(15 + kill * 7919 % 170));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in reader.join().unwrap() {
            let mut parts = line.split(' ').skip(1).map(|part| part.parse::<u32>());
            if let (Some(Ok(stream)), Some(Ok(seq)), None) = (parts.next(), parts.next(), parts.next()) {
                acknowledged[stream as usize] = acknowledged[stream as usize].max(seq);
                lines += 1;
            }
        }
        // Looking into the file after each kill, without repairing anything first.
        let store = Store::open(&Config::new(&url)).unwrap();
        for stream in 1..=4 {
            let seq = store.case(D, stream).unwrap().map_or(0, |row| row.seq);
            assert!(seq >= acknowledged[stream as usize], "kill {kill}: stream {stream} has {seq}, acknowledged {acknowledged:?}");
            assert_eq!(seq % 2, 0, "kill {kill}: half an append");
        }
        if kill % 10 == 9 {
            assert_eq!(store.verify(&[], |_| ()).unwrap().faults, []);
            assert_eq!(store.verify_cells(&["all"], recount, |_| ()).unwrap(), []);
        }
    }
    println!("{KILLS} kills, {lines} acknowledgements, none lost");
    assert!(lines > 100);
}

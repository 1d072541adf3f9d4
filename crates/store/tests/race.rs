//! Many writers at once: one winner for every seq, numbers without gaps, figures equal to their recount.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU32, Ordering};

use store::{Append, AppendError, Config, Counted, EventRow, Head, NewEvent, NumberWanted, Store};

const D: i64 = 330_106;

fn step(stream: i64, expected: u32, by: usize) -> Append {
    let counted = Counted {
        figure: "steps".into(),
        organ: format!("organ{}", stream % 3),
        matter: format!("matter{}", expected % 4),
        place: if expected.is_multiple_of(2) { String::new() } else { "镇".into() },
        day: 20240501 + (expected % 28) as i32,
        amount: i64::from(expected) + 1,
        event: 0,
    };
    Append {
        division: D,
        stream,
        expected,
        events: vec![NewEvent {
            at: 1,
            kind: "step".into(),
            organ: counted.organ.clone(),
            matter: counted.matter.clone(),
            body: format!(r#"{{"by":{by}}}"#),
            numbers: vec![NumberWanted { series: "字".into(), organ: format!("organ{}", stream % 2), year: 2024 }],
        }],
        head: Some(Head { procedure: "p".into(), open: true, ..Head::default() }),
        counted: vec![counted],
        ..Append::default()
    }
}

/// The same figure, counted from an event alone.
fn recount(event: &EventRow) -> Vec<Counted> {
    if event.kind == "step" { step(event.stream, event.seq - 1, 0).counted } else { Vec::new() }
}

fn race(name: &str, url: &str) {
    let store = Store::open(&Config::new(url).fast()).unwrap();
    let (won, lost) = (AtomicU32::new(0), AtomicU32::new(0));
    const GOAL: u32 = 40;
    // 64 threads on one stream: each tries what it believes is the next seq.
    std::thread::scope(|scope| {
        for by in 0..64 {
            let (store, won, lost) = (&store, &won, &lost);
            scope.spawn(move || {
                let mut expected = 0;
                while expected < GOAL {
                    match store.append(vec![step(1, expected, by)]).remove(0) {
                        Ok(appended) => {
                            assert_eq!(appended.seq, expected + 1);
                            won.fetch_add(1, Ordering::Relaxed);
                            expected = appended.seq;
                        }
                        Err(AppendError::Conflict { actual }) => {
                            assert!(actual > expected);
                            lost.fetch_add(1, Ordering::Relaxed);
                            expected = actual;
                        }
                        Err(other) => panic!("{name}: {other}"),
                    }
                }
            });
        }
    });
    assert_eq!(won.load(Ordering::Relaxed), GOAL, "{name}: one winner for every seq");
    assert!(lost.load(Ordering::Relaxed) > 0);
    // Several streams, batches with conflicts among them, and groups that are made together.
    std::thread::scope(|scope| {
        for by in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..20 {
                    let batch: Vec<Append> = (2..6).map(|stream| step(stream, round, by)).collect();
                    if round % 3 == 0 {
                        let made = store.append_all_or_none(batch);
                        assert!(made.is_ok() || matches!(made, Err((_, AppendError::Conflict { .. }))), "{made:?}");
                    } else {
                        store.append(batch);
                    }
                }
            });
        }
    });
    let found = store.verify(&[], |_| ()).unwrap();
    assert_eq!(found.faults, [], "{name}");
    assert_eq!(found.numbers, found.events, "{name}: every step drew one number, and none is missing");
    assert_eq!(store.verify_cells(&["steps"], recount, |_| ()).unwrap(), [], "{name}");
}

#[test]
fn one_winner_for_every_seq() {
    store::trial::on_both(race).unwrap();
}

/// A fold over history beside running writers counts every event once.
fn fold_beside_writers(name: &str, url: &str) {
    let store = Store::open(&Config::new(url).fast()).unwrap();
    let batch = |from: i64, expected| (from..from + 50).map(|stream| step(stream, expected, 0)).collect::<Vec<_>>();
    for round in 0..6 {
        store.append(batch(1, round));
    }
    assert_eq!(store.declare_figures(&[("steps".into(), "second definition".into())]).unwrap(), ["steps"], "{name}");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 6..26 {
                // Old streams grow and new ones begin, before and after the fold's place.
                store.append(batch(1, round));
                store.append(batch(1_000 - i64::from(round) * 50, 0));
            }
        });
        store.refold(&["steps"], recount, |_| ()).unwrap();
        writer.join().unwrap();
    });
    assert_eq!(store.verify_cells(&["steps"], recount, |_| ()).unwrap(), [], "{name}");
    assert!(store.figure_states().unwrap().iter().all(|state| state.folding.is_none()));
}

#[test]
fn a_fold_beside_writers_counts_every_event_once() {
    store::trial::on_both(fold_beside_writers).unwrap();
}

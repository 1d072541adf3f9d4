//! Pooled records on both databases: a load holds only once an append names it, a later batch replaces, taking it out brings back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use store::event::digest;
use store::*;

const D: i64 = 140_902;

fn short(text: &str) -> Short {
    digest(text.as_bytes())[..16].try_into().unwrap()
}

fn record(line: u32, key: &str, town: &str) -> NewRecord {
    let body = format!(r#"{{"no":"{key}","town":"{town}"}}"#);
    NewRecord { line, key: short(key), mark: i64::from(digest(body.as_bytes())[0]), body, finds: vec![("town".to_owned(), short(town))] }
}

/// Appends an event that takes a load in, or out.
fn decide(store: &Store, stream: i64, expected: u32, pool: PoolBatch) {
    let event = NewEvent { at: pool.from_at, kind: "accept".into(), body: "{}".into(), ..NewEvent::default() };
    let append = Append { division: D, stream, expected, events: vec![event], pool: Some(pool), ..Append::default() };
    store.append(vec![append]).remove(0).unwrap();
}

fn taken(load: i64, records: i64, from_at: i64) -> PoolBatch {
    PoolBatch { load, stream: load * 10, data_set: "visits".into(), records, from_at, to_at: None }
}

fn lines(records: &[PooledRecord]) -> Vec<(i64, u32)> {
    records.iter().map(|record| (record.load, record.line)).collect()
}

#[test]
fn a_batch_holds_is_replaced_and_comes_back() {
    trial::on_both(|name, url| {
        let store = Store::open(&Config::new(url).fast()).unwrap();
        store.pool_records(D, "visits", 1, (2..=6).map(|line| record(line, &format!("k{line}"), "东关")).collect()).unwrap();
        assert!(store.pool_page(D, "visits", (0, 0), 10).unwrap().is_empty(), "{name}: a load that nobody took in does not hold");
        assert!(store.pool_marks(D, "visits", &[short("k2")]).unwrap().is_empty());
        decide(&store, 10, 0, taken(1, 5, 100));
        store.pool_records(D, "visits", 2, vec![record(2, "k3", "西关"), record(3, "k9", "东关")]).unwrap();
        decide(&store, 20, 0, taken(2, 2, 200));

        let page = store.pool_page(D, "visits", (0, 0), 3).unwrap();
        assert_eq!(lines(&page), [(1, 2), (1, 4), (1, 5)], "{name}: the replaced record is left out");
        let rest = store.pool_page(D, "visits", (1, 5), 10).unwrap();
        assert_eq!(lines(&rest), [(1, 6), (2, 2), (2, 3)], "{name}");
        assert_eq!(lines(&store.pool_found(D, "visits", "", &short("k3"), 5).unwrap()), [(2, 2)], "{name}: by key");
        assert_eq!(lines(&store.pool_found(D, "visits", "town", &short("东关"), 9).unwrap()), [(1, 2), (1, 4), (1, 5), (1, 6), (2, 3)]);
        assert_eq!(lines(&store.pool_found(D, "visits", "town", &short("东关"), 2).unwrap()).len(), 2);
        assert!(store.pool_found(D, "visits", "nothing", &short("东关"), 2).unwrap().is_empty());
        let history = store.pool_history(D, "visits", &short("k3")).unwrap();
        assert_eq!(history.iter().map(|version| (version.from_at, version.to_at)).collect::<Vec<_>>(), [(100, Some(200)), (200, None)]);
        let marks = store.pool_marks(D, "visits", &[short("k3"), short("k9"), short("none")]).unwrap();
        assert_eq!(marks[&short("k3")], record(0, "k3", "西关").mark, "{name}: the latest version counts");
        assert_eq!(marks.len(), 2);

        decide(&store, 20, 1, PoolBatch { to_at: Some(300), ..taken(2, 2, 200) });
        let after = store.pool_page(D, "visits", (0, 0), 10).unwrap();
        assert_eq!(lines(&after), [(1, 2), (1, 3), (1, 4), (1, 5), (1, 6)], "{name}: what it replaced is back");
        assert_eq!(store.pool_loaded(D, 2).unwrap(), 2, "{name}: and nothing is deleted");
        assert_eq!(store.pool_batch(D, 20).unwrap().unwrap().to_at, Some(300));
        assert_eq!(store.pool_batches(D, None).unwrap().len(), 2);
        let history = store.pool_history(D, "visits", &short("k9")).unwrap();
        assert_eq!((history[0].from_at, history[0].to_at), (200, Some(300)));
    })
    .unwrap();
}

#[test]
fn a_backup_carries_the_pool() {
    let folder = trial::Folder::new().unwrap();
    let store = folder.store("pool.db").unwrap();
    store.pool_records(D, "visits", 1, vec![record(2, "k2", "东关")]).unwrap();
    decide(&store, 10, 0, taken(1, 1, 100));
    let kept = folder.path().join("kept.db");
    store.backup(&kept).unwrap();
    if let Some(postgres) = trial::Postgres::start().unwrap() {
        let url = postgres.fresh().unwrap();
        restore(&kept, &url).unwrap();
        let there = Store::open(&Config::new(&url)).unwrap();
        assert_eq!(lines(&there.pool_found(D, "visits", "town", &short("东关"), 5).unwrap()), [(1, 2)]);
    }
}

/// How quick a load is: `cargo test --release -p store --test pool -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn loading_is_measured() {
    trial::on_both(|name, url| {
        let store = Store::open(&Config::new(url)).unwrap();
        for load in 1..=2 {
            let records: Vec<NewRecord> = (0..200_000).map(|line| record(line, &format!("{load}-{line}"), "东关")).collect();
            let began = std::time::Instant::now();
            let mut left = records;
            while !left.is_empty() {
                let rest = left.split_off(left.len().min(5_000));
                store.pool_records(D, "visits", load, std::mem::replace(&mut left, rest)).unwrap();
            }
            println!("{name}: {:.0} records/s", 200_000.0 / began.elapsed().as_secs_f64());
        }
    })
    .unwrap();
}

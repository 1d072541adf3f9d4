//! One story told to both databases: what is written is read back, conflicts lose, figures add up, nothing leaks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use store::*;

const D: i64 = 140_902;

fn event(kind: &str, at: i64) -> NewEvent {
    NewEvent {
        at, kind: kind.into(), organ: "审批局".into(), matter: "食品经营许可".into(), body: r#"{"a":1}"#.into(), numbers: vec![]
    }
}

fn head(stage: &str, due: Option<i64>) -> Head {
    Head {
        procedure: "licence".into(),
        version: "20240101".into(),
        stage: stage.into(),
        open: stage != "delivered",
        organ: "审批局".into(),
        matter: "食品经营许可".into(),
        place: "东关".into(),
        title: "某某饭店申请食品经营许可".into(),
        code: Some("SP-2024-0001".into()),
        applicant: "citizen-1".into(),
        handlers: vec!["zhang".into(), "li_x".into()],
        channel: "window".into(),
        opened_at: 1_709_254_800,
        due,
    }
}

fn counted(figure: &str, organ: &str, day: i32, amount: i64) -> Counted {
    Counted { figure: figure.into(), organ: organ.into(), matter: "食品".into(), place: "东关".into(), day, amount, event: 0 }
}

fn one(append: Append) -> Vec<Append> {
    vec![append]
}

fn licence(store: &Store) -> (Appended, Appended) {
    let clock = ClockRow { clock: "decide".into(), due: 500, kind: "limit".into(), extra: "{}".into() };
    let first = store.append(one(Append {
        division: D,
        stream: 1,
        expected: 0,
        events: vec![event("submitted", 100), event("accepted", 110)],
        head: Some(head("accepted", Some(500))),
        clocks: Some(vec![clock]),
        counted: vec![counted("received", "审批局", 20240301, 1)],
        search: Some(SearchText {
            kind: "case".into(),
            title: "某某饭店申请食品经营许可".into(),
            body: "张三丰经营火锅,地址在东关大街ABC".into(),
        }),
        ..Append::default()
    }));
    let first = first.into_iter().next().unwrap().unwrap();
    assert_eq!(first.seq, 2);
    assert_eq!(store.due_clocks(D, 501, 10).unwrap().len(), 1);
    assert!(store.due_clocks(D, 500, 10).unwrap().is_empty());

    let mut delivered = event("delivered", 120);
    delivered.numbers = vec![NumberWanted { series: "食许".into(), organ: "审批局".into(), year: 2024 }; 2];
    let second = store.append(one(Append {
        division: D,
        stream: 1,
        expected: 2,
        events: vec![delivered],
        head: Some(head("delivered", None)),
        clocks: Some(vec![]),
        jobs: vec![NewJob { kind: "publish".into(), body: "{}".into(), due: 130, key: Some("publish-1".into()) }],
        ..Append::default()
    }));
    (first, second.into_iter().next().unwrap().unwrap())
}

fn story(name: &str, url: &str) {
    let store = Arc::new(Store::open(&Config::new(url)).unwrap());
    assert_eq!(store.declare_figures(&[("received".into(), "v1".into())]).unwrap(), Vec::<String>::new(), "{name}");

    let (_, second) = licence(&store);
    assert_eq!(second.numbers, [1, 2]);
    let events = store.events(D, 1, 0).unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(events[2].body, r#"{"a":1,"numbers":[1,2]}"#);
    let mut previous = store::event::ORIGIN;
    for event in &events {
        assert_eq!(event.hash_after(&previous), event.hash);
        previous = event.hash;
    }
    assert_eq!(previous, second.hash);
    assert_eq!(store.event(D, 1, 2).unwrap().as_ref(), Some(&events[1]));
    assert_eq!(store.events(D, 1, 2).unwrap().len(), 1);

    let row = store.case_by_code(D, "SP-2024-0001").unwrap().unwrap();
    assert_eq!((row.seq, row.hash, &row.head), (3, second.hash, &head("delivered", None)));
    assert!(store.clocks(D, 1).unwrap().is_empty());

    // The second to come is told, and leaves nothing; the others of its batch are made.
    let late = Append { division: D, stream: 1, expected: 2, events: vec![event("withdrawn", 1)], ..Append::default() };
    let other = Append { division: D, stream: 2, events: vec![event("submitted", 1)], ..Append::default() };
    let answers = store.append(vec![late.clone(), other]);
    assert_eq!(answers[0], Err(AppendError::Conflict { actual: 3 }));
    assert_eq!(answers[1].as_ref().unwrap().seq, 1);

    // All or none.
    let child = Append { division: D, stream: 3, events: vec![event("opened", 1)], ..Append::default() };
    let refused = store.append_all_or_none(vec![child.clone(), late.clone()]);
    assert_eq!(refused, Err((1, AppendError::Conflict { actual: 3 })));
    assert_eq!(store.case(D, 3).unwrap(), None);
    assert_eq!(store.append_all_or_none(vec![child]).unwrap().len(), 1);

    // A tracking code is given once; the culprit alone is told.
    let mut same = head("accepted", None);
    same.title = "another".into();
    let twin = Append { division: D, stream: 4, events: vec![event("submitted", 1)], head: Some(same), ..Append::default() };
    let fine = Append { division: D, stream: 5, events: vec![event("submitted", 1)], ..Append::default() };
    let answers = store.append(vec![twin, fine]);
    assert!(matches!(&answers[0], Err(AppendError::Duplicate(_))), "{answers:?}");
    assert!(answers[1].is_ok());

    // Bad input is refused before it reaches the database.
    for body in ["", "[1]", "{", r#"{"numbers":[7]}"#] {
        let mut bad = event("bad", 1);
        bad.body = body.into();
        let answer = store.append(one(Append { division: D, stream: 6, events: vec![bad], ..Append::default() }));
        assert!(matches!(&answer[0], Err(AppendError::Invalid(_))), "{body}: {answer:?}");
    }

    registers(&store);
    lists(&store);
    search(&store);
    people(&store);
    jobs(&store);
    attachments(&store);
    figures(&store);
    folding(&store);
    open_cases(&store);

    let checkpoint = store.checkpoint(D, 20240302, |statement| statement.iter().rev().copied().collect()).unwrap();
    assert_eq!(checkpoint.number, 1);
    assert_eq!(store.unsealed(D).unwrap(), []);
    let before = sealed(&store, 1);
    licence_goes_on(&store);
    let grown = store.unsealed(D).unwrap();
    assert!(!grown.is_empty(), "{name}");
    let second = store.checkpoint(D, 20240303, |_| vec![1]).unwrap();
    assert_eq!(second.previous, store::event::digest(checkpoint.statement().as_bytes()));
    // What the first checkpoint sealed is what was there then; the second sealed what came since.
    assert_eq!(sealed(&store, 1), before, "{name}");
    assert_eq!((before.len() as i64, sealed(&store, 2).len() as i64), (checkpoint.events, second.events), "{name}");
    assert_eq!(store.checkpoint_at(D, 1).unwrap().unwrap(), checkpoint);
    let found = store.verify(&[checkpoint.clone(), second.clone()], |_| ()).unwrap();
    assert_eq!(found.faults, [], "{name}");
    assert!(found.sound());
    assert_eq!((found.numbers, found.checkpoints, found.attachments), (2, 2, 1));
    let mut forged = second;
    forged.root = [9; 32];
    assert_eq!(store.verify(&[forged], |_| ()).unwrap().faults[0].what, FaultKind::Checkpoint);

    let stats = store.stats().unwrap();
    let rows = |table: &str| stats.tables.iter().find(|row| row.table == table).unwrap().rows;
    assert_eq!(rows("paper_number"), 2);
    assert!(rows("event") > 5 && stats.bytes > 0);

    backups(&store);
    drop(store);

    // Opened again, all is there; a later program's database is refused.
    let store = Store::open(&Config::new(url)).unwrap();
    assert_eq!(store.events(D, 1, 0).unwrap().len(), 4);
    open_cases(&store);
    assert_eq!(store.declare_figures(&[("received".into(), "v1".into())]).unwrap(), Vec::<String>::new());
}

fn licence_goes_on(store: &Store) {
    let rated = Append { division: D, stream: 1, expected: 3, events: vec![event("rated", 200)], ..Append::default() };
    assert_eq!(store.append(one(rated))[0].as_ref().unwrap().seq, 4);
    assert_eq!(store.case(D, 1).unwrap().unwrap().head.stage, "delivered");
}

fn registers(store: &Store) {
    for (at, (id, to)) in [("a", None), ("b", Some(20240630)), ("c", None)].into_iter().enumerate() {
        let entry = EntryRow {
            register: "powers".into(),
            id: id.into(),
            title: format!("权力{id}%"),
            organ: "审批局".into(),
            state: "in-force".into(),
            from_day: Some(20240101),
            to_day: to,
            fields: "{}".into(),
            ..EntryRow::default()
        };
        let stream = 100 + at as i64;
        let append = Append { division: D, stream, events: vec![event("adopted", 1)], entry: Some(entry), ..Append::default() };
        assert!(store.append(one(append))[0].is_ok());
    }
    let all = store.entries(D, "powers", &EntryFilter::default(), "", 10).unwrap();
    assert_eq!(all.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let july = EntryFilter { on_day: Some(20240701), ..EntryFilter::default() };
    assert_eq!(store.entry_count(D, "powers", &july).unwrap(), 2);
    let titled = EntryFilter { title: Some("b%".into()), ..EntryFilter::default() };
    assert_eq!(store.entries(D, "powers", &titled, "", 10).unwrap().len(), 1);
    assert_eq!(store.entries(D, "powers", &EntryFilter::default(), "a", 1).unwrap()[0].id, "b");
    assert_eq!(store.entry(D, "powers", "c").unwrap().unwrap().stream, 102);
    assert_eq!(store.entry_of(D, 101).unwrap().unwrap().id, "b");
}

fn lists(store: &Store) {
    for stream in 200..210 {
        let mut head = head("accepted", Some(1_000 + (210 - stream)));
        head.code = Some(format!("C{stream}"));
        head.handlers = vec![if stream % 2 == 0 { "wang".into() } else { "wang2".to_owned() }];
        if stream == 209 {
            head.due = None;
        }
        let append = Append { division: D, stream, events: vec![event("submitted", 1)], head: Some(head), ..Append::default() };
        assert!(store.append(one(append))[0].is_ok());
    }
    let open = CaseFilter { open: Some(true), organs: vec!["审批局".into(), "other".into()], ..CaseFilter::default() };
    let streams =
        |order, offset, limit| -> Vec<i64> { store.cases(D, &open, order, offset, limit).unwrap().iter().map(|row| row.stream).collect() };
    assert_eq!(streams(CaseOrder::Newest, 0, 3), [209, 208, 207]);
    assert_eq!(streams(CaseOrder::Due, 0, 3), [208, 207, 206]);
    assert_eq!(streams(CaseOrder::Due, 9, 3), [209]);
    assert_eq!(store.case_count(D, &open).unwrap(), 10);
    let mine = CaseFilter { handler: Some("wang".into()), ..CaseFilter::default() };
    assert_eq!(store.case_count(D, &mine).unwrap(), 5);
    let pattern = CaseFilter { handler: Some("w%".into()), ..CaseFilter::default() };
    assert_eq!(store.case_count(D, &pattern).unwrap(), 0);
    let due = CaseFilter { due_before: Some(1_003), ..CaseFilter::default() };
    assert_eq!(store.case_count(D, &due).unwrap(), 1);
    let own = CaseFilter { applicant: Some("citizen-1".into()), open: Some(false), ..CaseFilter::default() };
    assert_eq!(store.case_count(D, &own).unwrap(), 1);
}

fn search(store: &Store) {
    let found = |query: &str| -> Vec<i64> { store.search(D, query, None, 10).unwrap().iter().map(|hit| hit.stream).collect() };
    assert_eq!(found("食品经营许可"), [1]);
    assert_eq!(found("张三丰 火锅"), [1]);
    assert_eq!(found("ａｂｃ"), [1]);
    assert!(found("火锅 不存在的词").is_empty());
    for hostile in ["", "\"", "') OR 1=1 --", "title: *", "NEAR(", "a AND OR", "'", "{}:", "\0", "😀", "^", "火锅*\"'()"] {
        store.search(D, hostile, Some("case"), 10).unwrap();
    }
    assert_eq!(store.search(D, "火锅", Some("article"), 10).unwrap(), []);
    assert_eq!(store.search(D + 1, "火锅", None, 10).unwrap(), []);
    // Said anew, the old words are gone; a title comes before a body.
    let append = |stream, expected, title: &str, body: &str| Append {
        division: D,
        stream,
        expected,
        events: vec![event("described", 1)],
        search: Some(SearchText { kind: "note".into(), title: title.into(), body: body.into() }),
        ..Append::default()
    };
    for answer in store.append(vec![append(300, 0, "羊汤", "牛肉"), append(301, 0, "别的", "羊汤"), append(300, 1, "羊汤", "豆腐")])
    {
        answer.unwrap();
    }
    assert_eq!(found("羊汤"), [300, 301]);
    assert!(found("牛肉").is_empty());
    assert_eq!(store.search(D, "豆腐", Some("note"), 10).unwrap()[0].title, "羊汤");
}

fn people(store: &Store) {
    let account = Account {
        division: D,
        login: "zhang".into(),
        name: "张".into(),
        password: "$argon2id$".into(),
        roles: "[]".into(),
        ..Account::default()
    };
    store.put_account(account.clone()).unwrap();
    assert_eq!(store.account(D, "zhang").unwrap(), Some(account));
    for failures in 1..=3 {
        let now = store.sign_in_failed(D, "zhang", 3, 999).unwrap().unwrap();
        assert_eq!((now.failed, now.locked_until), (failures, (failures == 3).then_some(999)));
    }
    assert_eq!(store.sign_in_failed(D, "nobody", 3, 999).unwrap(), None);
    let session = Session { division: D, token: [7; 32], login: "zhang".into(), csrf: "x".into(), expires: 50 };
    store.open_session(session.clone()).unwrap();
    assert_eq!(store.account(D, "zhang").unwrap().unwrap().failed, 0);
    assert_eq!(store.session(D, &[7; 32], 49).unwrap(), Some(session));
    assert_eq!(store.session(D, &[7; 32], 50).unwrap(), None);
    assert_eq!(store.close_sessions_of(D, "zhang").unwrap(), 1);
    let look = Access { division: D, stream: 1, at: 5, login: "zhang".into(), what: "page".into() };
    store.log_access(vec![look.clone(), look.clone(), Access { at: 6, ..look.clone() }]).unwrap();
    assert_eq!(store.access_log(D, 1, 10).unwrap().len(), 2);
    assert_eq!(store.accounts(D).unwrap().len(), 1);
}

fn jobs(store: &Store) {
    let again = NewJob { kind: "publish".into(), body: "{}".into(), due: 1, key: Some("publish-1".into()) };
    let ids = store.add_jobs(D, vec![again, NewJob { kind: "remind".into(), due: 140, ..NewJob::default() }]).unwrap();
    assert_eq!(ids, [1, 2]);
    assert_eq!(store.claim_jobs(D, &[], "a", 129, 60, 10).unwrap(), []);
    let claimed = store.claim_jobs(D, &["publish"], "a", 150, 60, 10).unwrap();
    assert_eq!((claimed.len(), claimed[0].id, claimed[0].attempts), (1, 1, 1));
    assert_eq!(store.claim_jobs(D, &["publish"], "b", 150, 60, 10).unwrap(), []);
    // The lease ran out: somebody else does it, and the first can no longer report.
    assert_eq!(store.claim_jobs(D, &["publish"], "b", 211, 60, 10).unwrap().len(), 1);
    assert!(!store.finish_job(D, 1, "a").unwrap());
    assert!(store.fail_job(D, 1, "b", "no network", 220, 5).unwrap());
    assert_eq!(store.claim_jobs(D, &["publish"], "b", 221, 60, 10).unwrap(), []);
    let third = store.claim_jobs(D, &["publish"], "b", 400, 60, 10).unwrap();
    assert_eq!((third[0].attempts, third[0].error.as_deref()), (3, Some("no network")));
    assert!(store.fail_job(D, 1, "b", "still", 401, 3).unwrap());
    assert_eq!(store.jobs(D, Some(JobState::Failed), 10).unwrap()[0].id, 1);
    assert!(store.retry_job(D, 1, 402).unwrap());
    assert_eq!(store.claim_jobs(D, &[], "c", 402, 60, 10).unwrap().len(), 2);
    assert!(store.finish_job(D, 1, "c").unwrap());
    assert_eq!(store.jobs(D, None, 10).unwrap().len(), 2);
}

fn attachments(store: &Store) {
    let digest = store.put_attachment(D, b"abc".to_vec(), "a.txt", "text/plain").unwrap();
    assert_eq!(store::event::hex(&digest), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(store.put_attachment(D, b"abc".to_vec(), "b.txt", "text/plain").unwrap(), digest);
    assert_eq!(store.attachment(D, &digest).unwrap().unwrap().name, "a.txt");
    assert_eq!(store.attachment(D, &[0; 32]).unwrap(), None);
}

fn figures(store: &Store) {
    // Three organs, three months of four years, some records that lie nowhere.
    let mut appends = Vec::new();
    for number in 0..90_i64 {
        let year = [2024, 2022, 2024, 2023, 2025][(number / 3) as usize % 5];
        let day = year * 10_000 + 101 + (number % 3) as i32 * 100 + (number / 4) as i32;
        let organ = ["公安局", "民政局", "审批局"][(number % 7) as usize % 3];
        let mut record = counted("closed", organ, day, number);
        record.matter = format!("m{}", number % 5);
        record.place = if number % 4 == 0 { String::new() } else { format!("p{}", number % 2) };
        appends.push(Append {
            division: D,
            stream: 1_000 + number,
            events: vec![event("closed", 1)],
            counted: vec![record],
            ..Append::default()
        });
    }
    let records: Vec<Counted> = appends.iter().flat_map(|append| append.counted.clone()).collect();
    for answer in store.append(appends) {
        answer.unwrap();
    }
    let some = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let filters = [
        CellFilter::default(),
        CellFilter { organs: some(&["公安局", "审批局"]), ..CellFilter::default() },
        CellFilter { matters: some(&["m1", "m3"]), ..CellFilter::default() },
        CellFilter { places: some(&["p1"]), ..CellFilter::default() },
        CellFilter { places: some(&["", "p0"]), organs: some(&["公安局"]), ..CellFilter::default() },
        CellFilter { organs: some(&["never heard of"]), ..CellFilter::default() },
    ];
    let spans = [
        (20240101, 20241231),
        (20240201, 20240229),
        (20240105, 20240307),
        (20240203, 20240209),
        (20240501, 20240401),
        (0, 20241231),
        (20220215, 20250203),
        (20220101, 20250131),
        // Nothing is counted in the days these leave out of their months.
        (20240101, 20240330),
        (20230401, 20240330),
    ];
    let bys: [&[By]; 11] = [
        &[By::Matter, By::Year],
        &[By::Organ, By::Place],
        &[],
        &[By::Organ],
        &[By::Matter],
        &[By::Place],
        &[By::Month],
        &[By::Organ, By::Matter, By::Month],
        &[By::Place, By::Year],
        &[By::Day, By::Organ],
        &[By::Figure, By::Place, By::Matter],
    ];
    for filter in &filters {
        let meets = |record: &Counted, from, to| {
            (from..=to).contains(&record.day)
                && (filter.organs.is_empty() || filter.organs.contains(&record.organ))
                && (filter.matters.is_empty() || filter.matters.contains(&record.matter))
                && (filter.places.is_empty() || filter.places.contains(&record.place))
        };
        for (from, to) in spans {
            for by in bys {
                let mut expected = std::collections::BTreeMap::<CellRow, (i64, i64)>::new();
                for record in records.iter().filter(|record| meets(record, from, to)) {
                    let period = if by.contains(&By::Day) {
                        Some(record.day)
                    } else if by.contains(&By::Month) {
                        Some(record.day / 100)
                    } else {
                        by.contains(&By::Year).then_some(record.day / 10_000)
                    };
                    let key = CellRow {
                        figure: by.contains(&By::Figure).then(|| record.figure.clone()),
                        organ: by.contains(&By::Organ).then(|| record.organ.clone()),
                        matter: by.contains(&By::Matter).then(|| record.matter.clone()),
                        place: by.contains(&By::Place).then(|| record.place.clone()),
                        period,
                        n: 0,
                        amount: 0,
                    };
                    let sum = expected.entry(key).or_default();
                    *sum = (sum.0 + 1, sum.1 + record.amount);
                }
                let expected: Vec<CellRow> = expected.into_iter().map(|(key, (n, amount))| CellRow { n, amount, ..key }).collect();
                let cells = store.cells(D, &["closed"], from, to, by, filter).unwrap();
                assert_eq!(cells, expected, "{from}..{to} by {by:?} {filter:?}");
            }
            let behind: Vec<&Counted> = records.iter().filter(|record| meets(record, from, to)).collect();
            let total = store.counted_total(D, "closed", from, to, filter).unwrap();
            assert_eq!(total, (behind.len() as i64, behind.iter().map(|record| record.amount).sum()));
            let whole = store.counted_page(D, "closed", from, to, filter, 0, 1_000).unwrap();
            assert_eq!(whole.len() as i64, total.0);
            assert_eq!(whole.iter().map(|row| row.amount).sum::<i64>(), total.1);
            let mut paged = Vec::new();
            while paged.len() < whole.len() {
                let page = store.counted_page(D, "closed", from, to, filter, paged.len() as u64, 7).unwrap();
                assert!(!page.is_empty());
                paged.extend(page);
            }
            assert_eq!(paged, whole, "{from}..{to} {filter:?}");
            // By keys the list is the same; a key survives being written down.
            let mut keyed: Vec<store::CountedRow> = Vec::new();
            loop {
                let after = keyed.last().map(|row| row.key.to_string().parse().unwrap());
                let page = store.counted_after(D, "closed", from, to, filter, after, 7).unwrap();
                if page.is_empty() {
                    break;
                }
                keyed.extend(page);
            }
            assert_eq!(keyed, whole, "{from}..{to} {filter:?}");
            let standing = store.counted_standing(D, "closed", (from, to), filter, 0, 1_000).unwrap();
            assert_eq!(standing.iter().map(|row| row.amount).sum::<i64>(), total.1);
            assert_eq!(standing.len(), behind.iter().filter(|record| record.amount != 0).count());
        }
    }
    assert_eq!(store.event_total(None).unwrap(), store.event_total(Some((D, i64::MAX))).unwrap());
    assert!(store.event_total(Some((D, 1_010))).unwrap() < store.event_total(None).unwrap());
    let listed = store.counted_page(D, "received", 20240101, 20241231, &CellFilter::default(), 0, 10).unwrap();
    assert_eq!((listed.len(), listed[0].code.as_deref()), (1, Some("SP-2024-0001")));
}

#[test]
fn a_database_from_before_gets_the_cells_it_lacks() {
    let folder = store::trial::Folder::new().unwrap();
    let config = Config::new(folder.sqlite("before.db")).fast();
    let store = Store::open(&config).unwrap();
    licence(&store);
    figures(&store);
    let all = |store: &Store| {
        let by = |by| store.cells(D, &["closed"], 0, 20251231, by, &CellFilter::default()).unwrap();
        (by(&[By::Matter]), by(&[By::Place, By::Month]))
    };
    open_cases(&store);
    let known = (all(&store), store.backlog(D, 5_000, 7_200).unwrap());
    assert!(known.1.iter().any(|line| line.late > 0));
    drop(store);
    let raw = rusqlite::Connection::open(folder.path().join("before.db")).unwrap();
    assert!(raw.execute("DELETE FROM cell WHERE grain >= 4", []).unwrap() > 0);
    raw.execute_batch(
        "DROP TABLE standing; DROP INDEX head_procedure; DROP INDEX head_open; DELETE FROM migration WHERE number >= 7;
         CREATE INDEX head_open ON head(division, organ, procedure, stage, due, open) WHERE open = 1;",
    )
    .unwrap();
    // A backup of that time, restored into the other database, gets them too, and stays as it was.
    let old = folder.path().join("old-backup.db");
    raw.execute("VACUUM INTO ?1", [old.to_str().unwrap()]).unwrap();
    drop(raw);
    let bytes = std::fs::read(&old).unwrap();
    let now = Store::open(&config).unwrap();
    assert_eq!((all(&now), now.backlog(D, 5_000, 7_200).unwrap()), known);
    assert!(now.verify(&[], |_| ()).unwrap().sound());
    // Counts that are wrong are mended from the cases.
    let wrong = rusqlite::Connection::open(folder.path().join("before.db")).unwrap();
    assert!(wrong.execute("UPDATE standing SET n = n + 5", []).unwrap() > 0);
    drop(wrong);
    assert!(!now.verify(&[], |_| ()).unwrap().sound());
    now.recount_standing().unwrap();
    assert!(now.verify(&[], |_| ()).unwrap().sound());
    assert_eq!(now.backlog(D, 5_000, 7_200).unwrap(), known.1);
    let Some(postgres) = store::trial::Postgres::start().unwrap() else {
        return;
    };
    let url = postgres.fresh().unwrap();
    restore(&old, &url).unwrap();
    let restored = Store::open(&Config::new(&url)).unwrap();
    assert_eq!((all(&restored), restored.backlog(D, 5_000, 7_200).unwrap()), known);
    assert!(std::fs::read(&old).unwrap() == bytes);
}

/// Cases that open, move, wait and close by numbers alone; the counts of open cases are those of the cases themselves at every instant.
fn open_cases(store: &Store) {
    let mut seqs: Vec<u32> = (0..40).map(|at| store.case(D, 70_000 + at).unwrap().map_or(0, |row| row.seq)).collect();
    let mut state = 5_u64;
    let mut next = move |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for round in 0..12 {
        let mut appends = Vec::new();
        for _ in 0..25 {
            let which = next(40) as usize;
            let mut head = head(["accepted", "examined", "decided"][next(3) as usize], None);
            head.procedure = ["licence", "", "hotline"][next(3) as usize].to_owned();
            head.organ = ["审批局", "民政局"][next(2) as usize].to_owned();
            head.open = next(4) > 0;
            head.code = None;
            head.due = (next(5) > 0).then(|| next(5 * 3_600) as i64);
            let stream = 70_000 + which as i64;
            let head = (next(6) > 0).then_some(head);
            appends.push(Append { division: D, stream, expected: seqs[which], events: vec![event("step", 1)], head, ..Append::default() });
            seqs[which] += 1;
        }
        for answer in store.append(appends) {
            answer.unwrap();
        }
        let every = CaseFilter { open: Some(true), ..CaseFilter::default() };
        let open = store.cases(D, &every, CaseOrder::Newest, 0, 10_000).unwrap();
        for (now, until) in [(0, 3_600), (5_000, 7_200), (7_200, 7_201), (8_000, 20_000), (9_001 + round, 9_100)] {
            let mut expected = std::collections::BTreeMap::<(String, String, String), (i64, i64, i64)>::new();
            for row in &open {
                let head = &row.head;
                let line = expected.entry((head.organ.clone(), head.procedure.clone(), head.stage.clone())).or_default();
                line.0 += 1;
                line.1 += i64::from(head.due.is_some_and(|due| due < now));
                line.2 += i64::from(head.due.is_some_and(|due| (now..until).contains(&due)));
            }
            let lines = store.backlog(D, now, until).unwrap();
            let found: std::collections::BTreeMap<_, _> =
                lines.into_iter().map(|line| ((line.organ, line.procedure, line.stage), (line.open, line.late, line.soon))).collect();
            assert_eq!(found, expected, "round {round}, {now}..{until}");
        }
    }
    assert!(store.verify(&[], |_| ()).unwrap().faults.iter().all(|fault| fault.what != FaultKind::Standing));
}

fn folding(store: &Store) {
    let fold = |event: &EventRow| -> Vec<Counted> {
        let mut counted = counted("by-kind", &event.organ, 20240101 + (event.stream % 20) as i32, 2);
        counted.matter = event.kind.clone();
        vec![counted.clone(), counted]
    };
    assert_eq!(store.declare_figures(&[("by-kind".into(), "v1".into())]).unwrap(), ["by-kind"]);
    assert!(store.figure_states().unwrap().iter().any(|state| state.folding.is_some()));
    let mut seen = 0;
    let folded = store.refold(&["by-kind"], fold, |progress| seen = progress.events).unwrap();
    assert_eq!(folded, seen);
    let first = store.cells(D, &["by-kind"], 20240101, 20241231, &[By::Matter], &CellFilter::default()).unwrap();
    assert_eq!(first.iter().map(|cell| cell.n as u64).sum::<u64>(), folded);
    // Again, over what is there.
    assert_eq!(store.refold(&["by-kind"], fold, |_| ()).unwrap(), folded);
    assert_eq!(store.cells(D, &["by-kind"], 20240101, 20241231, &[By::Matter], &CellFilter::default()).unwrap(), first);
    assert_eq!(store.verify_cells(&["by-kind"], fold, |_| ()).unwrap(), []);
    assert!(!store.verify_cells(&["by-kind"], |_| vec![], |_| ()).unwrap().is_empty());
    assert!(store.figure_states().unwrap().iter().all(|state| state.folding.is_none()));
}

fn backups(store: &Store) {
    let folder = store::trial::Folder::new().unwrap();
    let file = folder.path().join("backup.db");
    store.backup(&file).unwrap();
    assert!(matches!(store.backup(&file), Err(Error::File(_))));
    let url = folder.sqlite("restored.db");
    restore(&file, &url).unwrap();
    let restored = Store::open(&Config::new(&url)).unwrap();
    assert!(restored.verify(&store.checkpoints(D, 10).unwrap(), |_| ()).unwrap().sound());
    assert_eq!(restored.search(D, "火锅", None, 10).unwrap(), store.search(D, "火锅", None, 10).unwrap());
    let year = |store: &Store| store.cells(D, &["closed"], 20240101, 20241231, &[By::Organ, By::Place], &CellFilter::default()).unwrap();
    assert_eq!(year(&restored), year(store));
}

#[test]
fn the_story_is_the_same_on_both() {
    store::trial::on_both(story).unwrap();
}

#[test]
fn a_backup_moves_from_one_database_to_the_other() {
    let folder = store::trial::Folder::new().unwrap();
    let small = folder.store("small.db").unwrap();
    licence(&small);
    let file = folder.path().join("backup.db");
    small.backup(&file).unwrap();
    let Some(postgres) = store::trial::Postgres::start().unwrap() else {
        return;
    };
    let url = postgres.fresh().unwrap();
    restore(&file, &url).unwrap();
    let large = Store::open(&Config::new(&url)).unwrap();
    assert_eq!(large.events(D, 1, 0).unwrap(), small.events(D, 1, 0).unwrap());
    assert!(large.verify(&[], |_| ()).unwrap().sound());
    assert_eq!(large.search(D, "火锅", None, 10).unwrap().len(), 1);
    assert_eq!(large.search(D, "饭店", Some("case"), 10).unwrap().len(), 1);
    assert!(matches!(restore(&file, &url), Err(Error::Invalid(_))));
}

#[test]
fn only_one_process_writes_and_a_later_database_is_refused() {
    let folder = store::trial::Folder::new().unwrap();
    let url = folder.sqlite("one.db");
    let mut config = Config::new(&url).fast();
    config.wait = std::time::Duration::from_millis(60);
    let first = Store::open(&config).unwrap();
    assert!(matches!(Store::open(&config), Err(Error::Busy(_))));
    licence(&first);
    let reader = Store::open(&Config::new(&url).read_only()).unwrap();
    assert_eq!(reader.events(D, 1, 0).unwrap().len(), 3);
    let answer = reader.append(one(Append { division: D, stream: 9, events: vec![event("x", 1)], ..Append::default() }));
    assert!(matches!(&answer[0], Err(AppendError::Store(Error::Invalid(_)))));
    drop((first, reader));
    let raw = rusqlite::Connection::open(folder.path().join("one.db")).unwrap();
    raw.execute("INSERT INTO migration(number, name) VALUES (9999, 'later')", []).unwrap();
    drop(raw);
    assert!(matches!(Store::open(&config), Err(Error::Newer { found: 9999, .. })));
    assert!(matches!(Store::open(&Config::new("mysql://x")), Err(Error::Address(_))));
    assert!(matches!(Store::open(&Config::new(folder.sqlite("absent.db")).read_only()), Err(Error::Address(_))));
}

/// All events that a checkpoint sealed, read in small stretches.
fn sealed(store: &Store, number: i64) -> Vec<(i64, u32)> {
    let (mut found, mut after) = (Vec::new(), i64::MIN);
    loop {
        let stretch = store.sealed(D, number, after, 2).unwrap();
        let Some(last) = stretch.last else { return found };
        assert!(last > after);
        after = last;
        found.extend(stretch.events.iter().map(|event| (event.stream, event.seq)));
    }
}

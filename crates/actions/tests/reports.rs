//! One report, told over SQLite and over PostgreSQL: a round opened in every unit, two people writing one part at once, a sum that does not
//! add up and its reason, the approval that freezes it; then later events, another definition, and somebody who changes the ledger.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use std::sync::Arc;

use actions::freeze::{Asked, EXPLAIN, check_id};
use actions::seal::Seal;
use actions::writing::{Writing, Written};
use actions::{Error, Hall, StoreError};
use engine::decide::Refusal;
use jiff::civil::{DateTime, date};
use serde_json::json;
use store::trial::on_both;
use store::{Config, Store};
use town::{DIVISION, enter, law, refused, settle, take};

const RATINGS: &str = "S45.ratings_received";

fn at(month: i8, day: i8, hour: i8) -> DateTime {
    date(2024, month, day).at(hour, 0, 0, 0)
}

/// In the year after.
fn then(month: i8, day: i8, hour: i8) -> DateTime {
    date(2025, month, day).at(hour, 0, 0, 0)
}

fn hall(url: &str, law: engine::law::Law, seal: &Arc<Seal>) -> Hall {
    let settings =
        actions::Settings { division: DIVISION.to_owned(), name: "忻府区".to_owned(), address: "http://127.0.0.1:8080".to_owned() };
    Hall::open(law, settings, Store::open(&Config::new(url).fast()).unwrap(), |_| ()).unwrap().with_seal(Some(seal.clone()))
}

#[test]
fn one_report_on_both_databases() -> Result<(), StoreError> {
    let seal = Arc::new(Seal::generate().unwrap());
    on_both(|name, url| {
        println!("{name}");
        let town = hall(url, law(), &seal);
        settle(&town);
        for (id, organ, post) in [
            ("office", "justice-bureau", "rule-of-law-office"),
            ("writer", "justice-bureau", "report-writer"),
            ("second", "justice-bureau", "report-writer"),
        ] {
            let with = json!({ "name": id, "kind": "enforcement", "certificate": id, "valid-from": "2023-01-01", "valid-to": "2026-12-31", "posts": [post], "certified": "no" });
            enter(&town, "officers", "issue", id, id, organ, date(2024, 1, 2), with);
        }
        for (number, grade) in ["satisfied", "dissatisfied"].into_iter().enumerate() {
            review(&town, number, grade, at(3, 4 + number as i8, 9));
        }
        let (report, code) = round(&town);
        two_writers(&town, report);
        figures_in_prose(&town, report);
        let digest = approval(&town, report, &seal);
        // Two more reviews, entered late for the year reported on: the draft would change, the frozen report does not.
        review(&town, 7, "satisfied", at(12, 30, 9));
        assert_eq!(value(&town.report_of(report, then(4, 1, 9)).unwrap().report), Some(2.0), "{name}");
        let year = actions::figure::Period::year(2024).unwrap();
        assert_eq!(town.figure(RATINGS, year, &Default::default()).unwrap().value, Some(3.0), "{name}: the ledger has moved on");
        verified(&town, &code, &digest);
        receipts_and_publication(&town, report, &code);
        drop(town);
        // Years later the figure is defined otherwise: the report still says what it said, and is still counted as it was.
        let other = hall(url, redefined(), &seal);
        assert_eq!(value(&other.publication(&code).unwrap().report), Some(2.0), "{name}");
        assert_ne!(other.figure(RATINGS, year, &Default::default()).unwrap().value, Some(2.0), "{name}");
        verified(&other, &code, &digest);
        drop(other);
        if let Some(path) = url.strip_prefix("sqlite:") {
            tampered(path, &seal, &code);
        }
    })
}

fn value(report: &engine::report::Report) -> Option<f64> {
    report.figures.iter().find(|row| row.key == RATINGS).unwrap().value
}

/// A licence that ends in a review.
fn review(town: &Hall, number: usize, grade: &str, from: DateTime) {
    let applicant = format!("u:{number}");
    let with = json!({ "item": "food-licence", "party": { "name": format!("第{number}店"), "kind": "organisation" } });
    let id = take(town, None, "licence", "apply", &[&applicant], from, with).unwrap().case.id;
    for (hours, step, by, with) in [
        (1, "accept", "clerk", json!({})),
        (2, "grant", "approver", json!({ "certificate": format!("JY{number}") })),
        (3, "deliver", "clerk", json!({ "delivery": "window" })),
        (4, "review", applicant.as_str(), json!({ "grade": grade })),
    ] {
        take(town, Some(id), "", step, &[by], from + jiff::Span::new().hours(hours), with)
            .unwrap_or_else(|error| panic!("{step}: {error}"));
    }
}

fn round(town: &Hall) -> (i64, String) {
    let wrong = refused(town, None, "annual-report", "open-round", &["office"], at(11, 15, 9), json!({ "year": 2024, "units": ["helth"] }));
    assert!(wrong.reasons.iter().any(|reason| reason.field.as_deref() == Some("units") && reason.says.contains("health")), "{wrong:?}");
    let units = json!({ "year": 2024, "units": ["market-regulation", "health", "health"] });
    let opened = take(town, None, "annual-report", "open-round", &["office"], at(11, 15, 9), units).unwrap();
    let office = town.person("office", date(2024, 11, 15)).unwrap();
    let round = town.round(&office, opened.case.id, at(12, 25, 9)).unwrap();
    let organs: Vec<&str> = round.units.iter().map(|unit| unit.organ.as_str()).collect();
    assert_eq!(organs, ["health", "market-regulation"], "one report in each unit, named once");
    assert!(round.units.iter().all(|unit| unit.overdue()), "nobody handed over by 20 December");
    assert_eq!((round.report.code.as_str(), round.report.overdue()), (opened.code.as_str(), false));
    let stranger = town.person("examiner", date(2024, 11, 15)).unwrap();
    assert!(matches!(town.round(&stranger, opened.case.id, at(12, 25, 9)), Err(Error::NotFound)));
    // Late for the law too, on the day after the last one, by nobody.
    town.run_round(then(3, 1, 1)).unwrap();
    let unit: i64 = round.units[0].id.parse().unwrap();
    assert_eq!(town.case(unit).unwrap().text("late"), Some("yes"));
    (opened.case.id, opened.code)
}

fn writing(town: &Hall, case: i64, by: &str, based_on: u32, text: &str) -> Writing {
    let by = vec![town.person(by, date(2024, 12, 1)).unwrap()];
    Writing { case, part: "measures".to_owned(), text: text.to_owned(), based_on, by }
}

fn two_writers(town: &Hall, id: i64) {
    let write = |by: &str, based_on: u32, text: &str| town.write(&writing(town, id, by, based_on, text), at(12, 2, 9)).unwrap();
    let Written::Saved { done, merged: None } = write("writer", 0, "一\r\n二\r\n三") else { panic!("a first text is saved as it is") };
    let base = done.event.seq;
    assert!(matches!(write("second", base, "一\n二\n三\n"), Written::Same));
    let Written::Saved { done, merged: None } = write("writer", base, "一甲\n二\n三") else { panic!("on the latest revision") };
    let first = done.event.seq;
    // The second began from the same revision and changed another paragraph.
    let Written::Saved { done, merged: Some(theirs) } = write("second", base, "一\n二\n三乙") else { panic!("merged") };
    assert_eq!(theirs.number, first);
    assert_eq!(done.case.text("measures"), Some("一甲\n\n二\n\n三乙"));
    let both = done.event.seq;
    // And the same paragraph: theirs stands, ours is kept in the case.
    let Written::Conflict { base: text, theirs, kept } = write("writer", base, "一丙\n二\n三") else { panic!("a conflict") };
    assert_eq!((text.as_str(), theirs.number), ("一\n\n二\n\n三", both));
    let revisions = town.revisions(id, "measures").unwrap();
    let aside = revisions.iter().find(|revision| revision.number == kept).unwrap();
    assert!(aside.aside && aside.text == "一丙\n\n二\n\n三", "{aside:?}");
    assert_eq!(town.case(id).unwrap().text("measures"), Some("一甲\n\n二\n\n三乙"), "nothing was overwritten");
    let Written::Saved { merged: None, .. } = write("writer", both, "一甲丙\n二\n三乙") else { panic!("resolved") };
    // Somebody without the post writes nothing.
    assert!(matches!(town.write(&writing(town, id, "clerk", 0, "四"), at(12, 2, 10)), Err(Error::Refused(_))));
    assert!(
        matches!(town.write(&Writing { part: "mesures".to_owned(), ..writing(town, id, "writer", 0, "四") }, at(12, 2, 10)), Err(Error::Invalid(why)) if why.contains("measures"))
    );
}

fn refusal(result: Result<Written, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn figures_in_prose(town: &Hall, id: i64) {
    let based_on = town.revisions(id, "measures").unwrap().last().unwrap().number;
    let wrong = refusal(town.write(&writing(town, id, "writer", based_on, "收到评价{S45.ratings_recieved}。"), at(12, 3, 9)));
    let reason = &wrong.reasons[0];
    assert!(reason.field.as_deref() == Some("measures") && reason.says.contains(RATINGS), "{reason:?}");
    let text = format!("收到评价{{{RATINGS}}}。\n办理120件，其中许可70件、备案60件。");
    assert!(matches!(town.write(&writing(town, id, "writer", based_on, &text), at(12, 3, 9)), Ok(Written::Saved { .. })));
}

fn approval(town: &Hall, id: i64, seal: &Seal) -> String {
    refused(town, Some(id), "", "submit", &["writer"], at(12, 28, 9), json!({}));
    let rest = json!({ "shortcomings": "力量不足。", "first-responsible": "主持研究四次。", "next-year": "继续推进。" });
    take(town, Some(id), "", "write", &["writer"], at(12, 28, 9), rest).unwrap();
    take(town, Some(id), "", "submit", &["writer"], at(12, 28, 10), json!({})).unwrap();
    take(town, Some(id), "", "pass-review", &["office"], then(1, 6, 9), json!({})).unwrap();
    let stopped = refused(town, Some(id), "", "approve", &["leader"], then(1, 10, 9), json!({}));
    assert!(stopped.reasons.iter().all(|reason| reason.guard == "checks-hold" && reason.cite.is_none()), "{stopped:?}");
    assert!(stopped.reasons.iter().any(|reason| reason.says.contains("130") && reason.says.contains("120")), "{stopped:?}");
    let before = town.latest_checkpoint().unwrap();
    assert_eq!(before, None, "nothing is sealed for a refusal");
    let standing = town.report_of(id, then(1, 10, 9)).unwrap();
    let failing: Vec<String> = standing.report.unanswered().map(check_id).collect();
    assert_eq!(failing.len(), stopped.reasons.len());
    for check in failing {
        let with = json!({ "check": check, "check-reason": "另有10件不予受理，没有列出。" });
        take(town, Some(id), "", EXPLAIN, &["writer"], then(1, 10, 10), with).unwrap();
    }
    let done = take(town, Some(id), "", "approve", &["leader"], then(1, 10, 11), json!({ "head-opinion": "同意" })).unwrap();
    let standing = town.report_of(id, then(1, 10, 11)).unwrap();
    let digest = standing.digest.unwrap();
    assert_eq!(done.event.with["frozen"], json!([digest]));
    let checkpoint = town.latest_checkpoint().unwrap().unwrap();
    assert_eq!(done.event.with["checkpoint"], json!(checkpoint.number));
    let frozen = standing.report.frozen.as_ref().unwrap();
    assert_eq!(frozen.root, store::event::hex(&checkpoint.root));
    // The night still seals the day of the approval, once.
    let night = town.publish_due_checkpoint(seal, then(1, 11, 1)).unwrap().unwrap();
    assert_eq!((night.day, night.number), (20250110, checkpoint.number + 1));
    assert_eq!(town.publish_due_checkpoint(seal, then(1, 11, 2)).unwrap(), None);
    assert_eq!(value(&standing.report), Some(2.0));
    assert!(standing.report.plain().contains("收到评价2"), "the figure stands in the prose");
    assert!(standing.report.checks.iter().any(|check| !check.holds && check.reason.as_deref() == Some("另有10件不予受理，没有列出。")));
    digest
}

fn verified(town: &Hall, code: &str, digest: &str) {
    let verdict = town.verify_report(Asked::Case(code), |_| ()).unwrap();
    assert_eq!(verdict.faults, Vec::<String>::new());
    assert_eq!(verdict.digest, digest);
    assert!(verdict.figures > 100 && verdict.events > 10, "{verdict:?}");
    assert!(town.store.verify(&[], |_| ()).unwrap().sound());
}

fn receipts_and_publication(town: &Hall, id: i64, code: &str) {
    assert!(matches!(town.publication(code), Err(Error::NotFound)), "what is not published is nobody's");
    for (step, by, with) in [
        ("hand-in", "office", json!({})),
        ("record-receipt", "office", json!({ "receiver": "congress", "received-on": "2025-01-13" })),
        ("publish", "office", json!({ "openness": "open" })),
    ] {
        take(town, Some(id), "", step, &[by], then(3, 20, 9), with).unwrap_or_else(|error| panic!("{step}: {error}"));
    }
    let public = town.publication(code).unwrap();
    assert_eq!(value(&public.report), Some(2.0));
    assert_eq!(town.publications(then(3, 21, 9)).unwrap().len(), 1);
    // The file alone is enough to verify by, and one changed digit is found.
    let verdict = town.verify_report(Asked::File(&public.bytes), |_| ()).unwrap();
    assert_eq!(verdict.faults, Vec::<String>::new());
    let changed = String::from_utf8(public.bytes.clone()).unwrap().replacen("收到评价2", "收到评价9", 1);
    assert_ne!(changed.as_bytes(), public.bytes);
    assert_eq!(town.verify_report(Asked::File(changed.as_bytes()), |_| ()).unwrap().faults.len(), 1);
    // Reopened, it is a draft again that shows the ledger of today; the public still reads what was published.
    take(town, Some(id), "", "reopen", &["leader"], then(3, 25, 9), json!({ "reopen-reason": "补一段。" })).unwrap();
    assert_eq!(value(&town.report_of(id, then(3, 25, 10)).unwrap().report), Some(3.0));
    assert_eq!(value(&town.publication(code).unwrap().report), Some(2.0));
    for (step, by) in [("submit", "writer"), ("pass-review", "office")] {
        take(town, Some(id), "", step, &[by], then(3, 25, 11), json!({})).unwrap();
    }
    take(town, Some(id), "", "return", &["leader"], then(3, 25, 12), json!({ "return-reason": "不改了。" })).unwrap();
}

/// The law of later years: ratings are counted at delivery.
fn redefined() -> engine::law::Law {
    let mut law = law();
    for figure in law.figures.iter_mut().filter(|figure| figure.key == RATINGS) {
        let engine::figure::Measure::Count(over) = &mut figure.measure else { panic!("{RATINGS} is a count") };
        over.on = vec!["deliver".to_owned(), "review".to_owned()];
    }
    law
}

/// A review becomes something else in the database itself: the recount names the figures that no longer come out.
fn tampered(path: &str, seal: &Arc<Seal>, code: &str) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch("DROP TRIGGER IF EXISTS event_no_update").unwrap();
    let changed = raw
        .execute(
            "UPDATE event SET kind = 'looked' WHERE kind = 'review' AND stream = (SELECT MIN(stream) FROM event WHERE kind = 'review')",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    drop(raw);
    let town = hall(&format!("sqlite:{path}"), law(), seal);
    let verdict = town.verify_report(Asked::Case(code), |_| ()).unwrap();
    assert!(
        verdict.faults.iter().any(|fault| fault.contains(RATINGS) && fault.contains("定稿是2") && fault.contains("是1")),
        "{verdict:?}"
    );
    assert!(!town.store.verify(&[], |_| ()).unwrap().sound());
}

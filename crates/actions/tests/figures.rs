//! Figures hold what they promise, on both databases: whatever happens, every cell equals its recount, at every grain; parts make their
//! total; a year keeps its definition; a statement counts once it is checked by another; what may not be seen is counted and said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::figure::{Missing, Period, Sheet};
use actions::{By, CellFilter, Error, Hall, StoreError};
use engine::case::Person;
use engine::figure::{Measure, put_in_order};
use engine::law::Law;
use jiff::civil::{Date, date};
use serde_json::json;
use store::trial::{Folder, on_both};
use store::{Config, Store};
use town::{DIVISION, hall, law, refused, settle, take};

fn year(year: i16) -> Period {
    Period::year(year).unwrap()
}

fn settings() -> actions::Settings {
    actions::Settings { division: DIVISION.to_owned(), name: "忻府区".to_owned(), address: "http://127.0.0.1:8080".to_owned() }
}

fn open(url: &str) -> Store {
    Store::open(&Config::new(url).fast()).unwrap()
}

/// Statements by random hands: stated, checked, corrected, returned, withdrawn in any order that is lawful; and licences beside them,
/// some late. Nothing else decides what happens than the numbers.
fn random_life(town: &Hall, seed: u64) {
    let mut state = seed;
    let mut next = move |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let mut cases: Vec<(i64, &str)> = Vec::new();
    for number in 0..90_u64 {
        let at = date(2024, 3, 1).at(9, 0, 0, 0).checked_add(jiff::Span::new().hours(number as i64 * 7)).unwrap();
        let value = next(50) as i64;
        if cases.is_empty() || next(4) == 0 {
            let (procedure, step, by, with) = if next(2) == 0 {
                let kind = ["counted", "zero", "none-found"][next(3) as usize];
                let part = ["year", "first-half", "first-quarter"][next(3) as usize];
                let mut with =
                    json!({ "figure": "S155.grids_total", "year": 2024 - next(2), "part": part, "kind": kind, "source": "台账" });
                if kind == "counted" {
                    with["value"] = json!(value);
                }
                ("statement", "state", "unit", with)
            } else {
                ("licence", "apply", "u:ming", json!({ "item": "food-licence", "party": { "name": "小店", "kind": "citizen" } }))
            };
            cases.push((take(town, None, procedure, step, &[by], at, with).unwrap().case.id, procedure));
            continue;
        }
        let (case, procedure) = cases[next(cases.len() as u64) as usize];
        let (step, by, with) = match (procedure, next(5)) {
            ("statement", 0 | 1) => ("check", "supervisor", json!({ "check-note": "一致" })),
            ("statement", 2) => ("return", "supervisor", json!({ "reason": "不符" })),
            ("statement", 3) => {
                ("correct", "unit", json!({ "kind": "counted", "value": value, "part": "first-half", "source": "台账", "reason": "抄错" }))
            }
            ("statement", _) => ("withdraw", "unit", json!({ "reason": "另报" })),
            (_, 0..=2) => ("accept", "clerk", json!({})),
            _ => ("grant", "approver", json!({})),
        };
        // What is not lawful now is refused, and counts nothing.
        let _ = take(town, Some(case), procedure, step, &[by], at, with);
    }
    town.run_round(date(2024, 6, 1).at(9, 0, 0, 0)).unwrap();
}

fn holds(town: &Hall, what: &str) {
    assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{what}: a recount differs from the cells");
    for period in [year(2023), year(2024), Period { from: date(2024, 1, 1), to: date(2024, 6, 30) }] {
        let all = CellFilter::default();
        for shown in town.figures(period, &all).unwrap() {
            let key = &shown.key;
            assert!(shown.parts.as_ref().is_none_or(|parts| parts.holds), "{what}: the parts of {key} do not make it");
            let rows = town.breakdown(key, period, &[By::Organ, By::Matter, By::Place], &all).unwrap();
            let by_parts: i64 = rows.iter().map(|row| row.amount).sum();
            let (_, sum) = town.record_total(key, period, &all).unwrap();
            assert_eq!(by_parts, sum, "{what}: {key} by organ, matter and place");
            let measure = town.law.figure_on(key, period.to).map(|figure| &figure.measure);
            if let (Some(Measure::Distinct(distinct)), Some(value)) = (measure, shown.value) {
                // Recounted from the records themselves.
                let rows = town.records(&distinct.of, period, &all, 0, 10_000).unwrap();
                let apart: std::collections::BTreeSet<&String> = rows
                    .iter()
                    .map(|row| match distinct.by {
                        engine::figure::Dimension::Organ => &row.organ,
                        engine::figure::Dimension::Matter => &row.matter,
                        engine::figure::Dimension::Place => &row.place,
                    })
                    .filter(|name| !name.is_empty())
                    .collect();
                assert_eq!(value, apart.len() as f64, "{what}: {key}");
            }
            for reader in ["supervisor", "unit", "clerk"].map(|id| town.person(id, date(2024, 6, 1))).iter().chain([&None]) {
                opens(town, reader.as_ref(), key, period, shown.value, shown.fraction.as_ref().map(|fraction| fraction.denominator));
            }
        }
    }
}

/// Shown and hidden together are the figure; the pages together are what is shown.
fn opens(town: &Hall, reader: Option<&Person>, key: &str, period: Period, value: Option<f64>, denominator: Option<i64>) {
    let all = CellFilter::default();
    let (mut rows, mut after, mut first) = (Vec::new(), None::<String>, None);
    loop {
        let page = town.record_page(reader, key, period, &all, after.as_deref(), 7).unwrap();
        rows.extend(page.rows.clone());
        after.clone_from(&page.next);
        first.get_or_insert(page);
        if after.is_none() {
            break;
        }
    }
    let page = first.unwrap();
    assert_eq!(page.shown.amount + page.hidden().amount, page.all.amount, "{key}");
    assert_eq!(rows.iter().map(|row| row.amount).sum::<i64>(), page.shown.amount, "{key} for {reader:?}");
    assert_eq!(rows.len() as i64, page.shown.records, "{key} for {reader:?}");
    let measure = town.law.figure_on(key, period.to).map(|figure| &figure.measure);
    match (measure, value, denominator) {
        (Some(Measure::Distinct(_) | Measure::Change(_)), ..) => {}
        (_, _, Some(denominator)) => assert_eq!(page.all.amount, denominator, "{key}"),
        (_, Some(value), None) => assert_eq!(page.all.amount as f64, value, "{key}"),
        _ => {}
    }
}

#[test]
fn whatever_happens_every_cell_equals_its_recount() -> Result<(), StoreError> {
    on_both(|name, url| {
        let town = hall(url);
        settle(&town);
        random_life(&town, 7);
        holds(&town, name);
    })?;
    for seed in [11, 23] {
        let folder = Folder::new().unwrap();
        let town = hall(&folder.sqlite("life.db"));
        settle(&town);
        random_life(&town, seed);
        holds(&town, &format!("seed {seed}"));
    }
    Ok(())
}

#[test]
fn a_statement_counts_once_another_has_checked_it() -> Result<(), StoreError> {
    on_both(|name, url| {
        let town = hall(url);
        settle(&town);
        let at = |day: i8| date(2024, 12, day).at(9, 0, 0, 0);
        let key = "S155.grids_total";
        let shown = || town.figure(key, year(2024), &CellFilter::default()).unwrap();
        assert_eq!((shown().value, shown().missing), (None, Some(Missing::NotStated)), "{name}");
        let state = |part: &str, value: i64, day: i8| {
            let with = json!({ "figure": key, "year": 2024, "part": part, "kind": "counted", "value": value, "source": "网格台账" });
            take(&town, None, "statement", "state", &["unit"], at(day), with).unwrap().case.id
        };
        let first = state("year", 737, 2);
        // Nobody has checked it: listed, not counted.
        assert_eq!(shown().missing, Some(Missing::NotStated));
        let listed = town.signed(key, year(2024), &CellFilter::default()).unwrap();
        assert_eq!((listed.len(), listed[0].value, listed[0].checked.clone()), (1, 737, None));
        let note = json!({ "check-note": "与台账一致" });
        take(&town, Some(first), "statement", "check", &["supervisor"], at(3), note.clone()).unwrap();
        assert_eq!((shown().value, shown().stated, shown().records), (Some(737.0), true, 1));
        let signed = town.signed(key, year(2024), &CellFilter::default()).unwrap();
        assert_eq!((signed[0].by.clone(), signed[0].checked.clone().unwrap().0), (vec!["unit".to_owned()], vec!["supervisor".to_owned()]));
        // A half of the year is in it already: whoever checks a second statement is refused.
        let second = state("first-half", 700, 4);
        let refusal = refused(&town, Some(second), "statement", "check", &["supervisor"], at(5), note.clone());
        assert!(refusal.reasons[0].says.contains("重叠"), "{refusal:?}");
        assert_eq!(shown().value, Some(737.0));
        // Corrected, it waits again; checked again, the new number stands.
        let corrected = json!({ "kind": "counted", "value": 740, "source": "新台账", "reason": "增设三个" });
        take(&town, Some(first), "statement", "correct", &["unit"], at(6), corrected).unwrap();
        assert_eq!(shown().value, None);
        take(&town, Some(first), "statement", "check", &["supervisor"], at(7), note).unwrap();
        assert_eq!(shown().value, Some(740.0));
        take(&town, Some(first), "statement", "withdraw", &["unit"], at(8), json!({ "reason": "另报" })).unwrap();
        assert_eq!((shown().value, shown().missing), (None, Some(Missing::NotStated)));
        // None found is a statement, too: zero, with a checker.
        let with = json!({ "figure": key, "year": 2024, "part": "year", "kind": "none-found", "source": "逐户查过" });
        let none = take(&town, None, "statement", "state", &["unit"], at(9), with).unwrap().case.id;
        take(&town, Some(none), "statement", "check", &["supervisor"], at(10), json!({ "check-note": "确无" })).unwrap();
        assert_eq!((shown().value, shown().records), (Some(0.0), 1));
        assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{name}");
    })
}

/// The law with a second definition of a figure from a day on: only refusals of acceptance, instead of all that came in.
fn redefined(from: Date) -> Law {
    let mut law = law();
    let key = "S45.matters_received";
    let mut later = law.figure(key).unwrap().clone();
    for figure in law.figures.iter_mut().filter(|figure| figure.key == key) {
        figure.until = Some(from);
    }
    later.in_force = from;
    later.definition = "期间窗口收件的案件。".to_owned();
    if let Measure::Count(over) = &mut later.measure {
        over.on = vec!["receive".to_owned()];
    }
    law.figures.push(later);
    put_in_order(&mut law.figures);
    law
}

#[test]
fn old_years_keep_the_old_definition_and_a_new_one_is_folded_beside_the_work() -> Result<(), StoreError> {
    on_both(|name, url| {
        let town = hall(url);
        settle(&town);
        let apply = |town: &Hall, year: i16, number: i64| {
            let at = date(year, 3, 4).at(9, 0, 0, 0).checked_add(jiff::Span::new().minutes(number)).unwrap();
            let with = json!({ "item": "food-licence", "party": { "name": "小店", "kind": "citizen" } });
            take(town, None, "licence", "apply", &["u:ming"], at, with).unwrap().case.id
        };
        for number in 0..3 {
            apply(&town, 2024, number);
        }
        drop(town);
        // The new definition is not counted yet: no number, and no wrong one; the years before are as they were.
        let town = Hall::open_unfolded(redefined(date(2025, 1, 1)), settings(), open(url)).unwrap();
        let shown = |town: &Hall, of: i16| town.figure("S45.matters_received", year(of), &CellFilter::default()).unwrap();
        assert_eq!(shown(&town, 2024).value, Some(3.0), "{name}");
        assert!(matches!(shown(&town, 2025).missing, Some(Missing::Folding { .. })), "{name}: {:?}", shown(&town, 2025));
        let rate = town.figure("S45.rating_rate", year(2025), &CellFilter::default()).unwrap();
        assert_eq!((rate.value, matches!(rate.missing, Some(Missing::Folding { .. }))), (None, true));
        // Work goes on, and is counted once.
        apply(&town, 2025, 0);
        take(
            &town,
            None,
            "licence",
            "receive",
            &["clerk"],
            date(2025, 3, 5).at(9, 0, 0, 0),
            json!({ "item": "food-licence", "party": { "name": "大店", "kind": "organisation" }, "venue": "district-centre" }),
        )
        .unwrap();
        drop(town);
        // A restart goes on where it stopped.
        let town = Hall::open_unfolded(redefined(date(2025, 1, 1)), settings(), open(url)).unwrap();
        assert!(matches!(shown(&town, 2025).missing, Some(Missing::Folding { .. })));
        town.fold_figures(|_| ()).unwrap();
        assert_eq!((shown(&town, 2025).value, shown(&town, 2024).value), (Some(1.0), Some(3.0)), "{name}");
        assert_eq!((shown(&town, 2025).in_force, shown(&town, 2024).definition.contains("申请")), (date(2025, 1, 1), true));
        // Across two definitions there is no change to tell.
        let change = town.figure("S45.matters_received_change", year(2025), &CellFilter::default()).unwrap();
        assert_eq!(change.value, None);
        assert_eq!(change.missing, Some(Missing::DefinitionsDiffer { now: date(2025, 1, 1), before: date(2020, 1, 1) }));
        let early = town.figure("S45.matters_received", year(2019), &CellFilter::default()).unwrap();
        assert_eq!((early.value, early.missing), (None, Some(Missing::NotInForce { from: date(2020, 1, 1) })));
        assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{name}");
    })
}

#[test]
fn records_leave_as_a_file_and_the_log_says_who_took_them() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("export.db"));
    settle(&town);
    let now = date(2024, 6, 1).at(9, 0, 0, 0);
    for number in 0..3 {
        let with = json!({ "item": "food-licence", "party": { "name": format!("=小店{number}"), "kind": "citizen" } });
        take(&town, None, "licence", "apply", &["u:ming"], date(2024, 3, 4).at(9, number, 0, 0), with).unwrap();
    }
    let (supervisor, stranger) = (town.person("supervisor", now.date()).unwrap(), town::citizen("ming"));
    let take_file =
        |reader: &Person, form| town.export_records(reader, "zheng", "S45.matters_received", year(2024), &CellFilter::default(), form, now);
    let csv = String::from_utf8(take_file(&supervisor, Sheet::Csv).unwrap().bytes).unwrap();
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.starts_with('\u{feff}') && csv.contains(",'=小店0"), "{csv}");
    assert!(take_file(&supervisor, Sheet::Xlsx).unwrap().bytes.starts_with(b"PK"));
    assert!(matches!(take_file(&stranger, Sheet::Csv), Err(Error::Forbidden(_))));
    let log = town.store.access_log(town.settings.number(), 0, 10).unwrap();
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(
        log.iter().all(|row| row.login == "zheng" && row.what.contains("S45.matters_received") && row.what.ends_with("rows 3")),
        "{log:?}"
    );
}

#[test]
fn a_share_within_a_limit_counts_what_was_late_in_the_whole_only() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("late.db"));
    settle(&town);
    let decide = |opened: Date, decided: Date| {
        let with = json!({ "item": "food-licence", "party": { "name": "小店", "kind": "citizen" } });
        let id = take(&town, None, "licence", "apply", &["u:ming"], opened.at(9, 0, 0, 0), with).unwrap().case.id;
        take(&town, Some(id), "licence", "accept", &["clerk"], opened.at(10, 0, 0, 0), json!({})).unwrap();
        take(&town, Some(id), "licence", "grant", &["approver"], decided.at(9, 0, 0, 0), json!({})).unwrap();
    };
    decide(date(2024, 3, 4), date(2024, 3, 20));
    decide(date(2024, 3, 4), date(2024, 5, 20));
    let shown = |key: &str| town.figure(key, year(2024), &CellFilter::default()).unwrap();
    let rate = shown("S39.in_time_rate");
    assert_eq!((rate.value, rate.fraction.map(|fraction| (fraction.numerator, fraction.denominator))), (Some(50.0), Some((1, 2))));
    // Granted, not delivered: both are still open at the year's end, and were at the end of March, when only one was decided.
    assert_eq!(shown("S39.matters_pending").value, Some(2.0));
    assert_eq!(shown("S39.organs_deciding").value, Some(1.0));
    let march = Period { from: date(2024, 1, 1), to: date(2024, 3, 3) };
    assert_eq!(town.figure("S39.matters_pending", march, &CellFilter::default()).unwrap().value, Some(0.0));
    assert_eq!(town.trend("S39.matters_pending", year(2024), &CellFilter::default()).unwrap()[3], (202404, 2));
}

#[test]
fn a_figure_that_is_still_being_counted_gives_the_screen_and_the_appraisal_no_number() {
    let folder = Folder::new().unwrap();
    let url = folder.sqlite("town.db");
    let town = hall(&url);
    settle(&town);
    let day = date(2025, 3, 4);
    let with = json!({ "item": "food-licence", "party": { "name": "小店", "kind": "citizen" } });
    take(&town, None, "licence", "apply", &["u:ming"], day.at(9, 0, 0, 0), with).unwrap();
    let tile = |town: &Hall, key: &str| {
        let board = town.board(&town.person("leader", day).unwrap(), Some(2025), None, day.at(18, 0, 0, 0)).unwrap();
        let gauge = board.sections.into_iter().flat_map(|section| section.tiles).find(|gauge| gauge.shown.key == key);
        gauge.map(|gauge| gauge.shown).unwrap()
    };
    assert_eq!(tile(&town, "S45.bad_ratings").value, Some(0.0));
    drop(town);
    let mut changed = law();
    let keys = ["S45.bad_ratings", "S45.ratings_received", "S48.cases_handled_by_townships"];
    for figure in changed.figures.iter_mut().filter(|figure| keys.contains(&figure.key.as_str())) {
        let Measure::Count(over) = &mut figure.measure else { panic!("{} is counted otherwise now", figure.key) };
        over.filter.clear();
        over.on = vec!["apply".to_owned()];
    }
    let town = Hall::open_unfolded(changed, settings(), open(&url)).unwrap();
    for key in ["S45.bad_ratings", "S45.satisfaction_rate"] {
        let shown = tile(&town, key);
        assert!(shown.value.is_none() && matches!(shown.missing, Some(Missing::Folding { .. })), "{shown:?}");
    }
    let posts = vec!["appraisal-office".to_owned()];
    // Nor is a map drawn of what is half counted; of another figure it is.
    let map = |town: &Hall, key: &str| {
        let board = town.board(&town.person("leader", day).unwrap(), Some(2025), Some(key), day.at(18, 0, 0, 0)).unwrap();
        board.map.map(|map| map.key)
    };
    assert_eq!(map(&town, "S48.cases_handled_by_townships"), None);
    assert_eq!(map(&town, "S160.demands_accepted").as_deref(), Some("S160.demands_accepted"));
    let office = Person { id: "office".to_owned(), organ: "justice-bureau".to_owned(), posts, ..Person::default() };
    town.open_appraisal(&office, 2025, "忻区法治办〔2025〕1号", day.at(10, 0, 0, 0)).unwrap();
    let refused = town.appraisal_year(Some(&office), 2025, day.at(11, 0, 0, 0));
    assert!(matches!(&refused, Err(Error::Counting(says)) if says.contains("正在回算")), "{:?}", refused.map(|year| year.units.len()));
    town.fold_figures(|_| ()).unwrap();
    assert_eq!(tile(&town, "S45.bad_ratings").value, Some(1.0));
    assert!(town.appraisal_year(Some(&office), 2025, day.at(11, 0, 0, 0)).is_ok());
}

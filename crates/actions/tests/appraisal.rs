//! A year of appraisal over SQLite and PostgreSQL: figures score themselves, evidence is adopted, a deduction is objected to and given back by
//! somebody else, the bulletin waits for every unit, eyes see what they may; and a tree that the law changes later changes nothing kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::appraisal::{File, Filing, Standing};
use actions::figure::Period;
use actions::{CellFilter, Error, Hall, Settings, StoreError};
use engine::indicator::Points;
use engine::indicator::score::Act;
use jiff::civil::{DateTime, date};
use papers::Block;
use serde_json::{Value, json};
use store::trial::on_both;
use store::{Config, Store};
use town::{DIVISION, enter, hall, law, refused, settle, take};

fn at(month: i8, day: i8, hour: i8) -> DateTime {
    date(2024, month, day).at(hour, 0, 0, 0)
}

const ADOPTION: &str = "忻区法治办〔2024〕1号";

fn points(text: &str) -> Points {
    Points::parse(text).unwrap()
}

#[test]
fn a_year_of_appraisal_on_both_databases() -> Result<(), StoreError> {
    on_both(|name, url| {
        println!("{name}");
        let town = hall(url);
        settle(&town);
        for (id, organ, post) in [
            ("office", "justice-bureau", "appraisal-office"),
            ("office2", "health", "appraisal-office"),
            ("inspector", "housing", "appraisal-checker"),
            ("own", "approval-bureau", "appraisal-checker"),
            ("liaison", "approval-bureau", "appraisal-liaison"),
            ("other", "housing", "appraisal-liaison"),
        ] {
            let with = json!({ "name": id, "kind": "enforcement", "certificate": format!("G{id}"), "valid-from": "2023-01-01", "posts": [post], "certified": "no" });
            enter(&town, "officers", "issue", id, id, organ, date(2024, 1, 2), with);
        }
        let case = opened(&town);
        runs(&town, case);
        checked(&town, case);
        contested(&town, case);
        told(&town, case);
        assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{name}: a recount differs from the cells");
        assert!(town.store.verify(&[], |_| ()).unwrap().sound(), "{name}");
        drop(town);
        frozen(url);
    })
}

fn sheet(town: &Hall) -> actions::appraisal::UnitSheet {
    town.appraisal_sheet(town.person("office", date(2024, 1, 8)).as_ref(), 2024, "approval-bureau").unwrap()
}

fn opened(town: &Hall) -> i64 {
    let person = |id: &str| town.person(id, date(2024, 1, 8)).unwrap();
    // Whoever is not of the office opens nothing.
    assert!(matches!(town.open_appraisal(&person("clerk"), 2024, ADOPTION, at(1, 8, 9)), Err(Error::Refused(_))));
    assert!(matches!(town.open_appraisal(&person("office"), 2019, ADOPTION, at(1, 8, 9)), Err(Error::Invalid(_))));
    assert_eq!(town.open_appraisal(&person("office"), 2024, ADOPTION, at(1, 8, 9)).unwrap(), 7, "a round and six departments");
    assert_eq!(town.open_appraisal(&person("office"), 2024, ADOPTION, at(1, 8, 10)).unwrap(), 0, "once");
    // The rules are a model text: without the document that adopts them nothing begins.
    assert!(matches!(town.open_appraisal(&person("office"), 2023, " ", at(1, 8, 10)), Err(Error::Refused(_))));
    // The general form opens no second case of a unit and year either, and says where the first is.
    let again = json!({ "year": 2024, "organ": "approval-bureau", "adopted-by": ADOPTION });
    let refusal = refused(town, None, "appraisal", "open", &["office"], at(1, 8, 10), again);
    assert!(refusal.reasons[0].says.contains("已经有一案"), "{refusal:?}");
    let round =
        refused(town, None, "appraisal-round", "open-round", &["office"], at(1, 8, 10), json!({ "year": 2024, "adopted-by": ADOPTION }));
    assert_eq!(round.reasons[0].guard, "once");
    let year = town.appraisal_year(Some(&person("office")), 2024, at(1, 8, 11)).unwrap();
    assert!(year.frozen && year.units.len() == 6, "{:?}", year.units);
    // A unit sees its own line; the public sees the tree and no line.
    let own = town.appraisal_year(Some(&person("liaison")), 2024, at(1, 8, 11)).unwrap();
    assert_eq!(own.units.iter().map(|unit| unit.organ.as_str()).collect::<Vec<_>>(), ["approval-bureau"]);
    assert!(own.roll.is_none());
    let public = town.appraisal_year(None, 2024, at(1, 8, 11)).unwrap();
    assert!(public.units.is_empty() && public.tree.count > 0);
    assert!(matches!(town.appraisal_sheet(Some(&person("stranger")), 2024, "approval-bureau"), Err(Error::NotFound)));
    year.units.iter().find(|unit| unit.organ == "approval-bureau").unwrap().case
}

fn runs(town: &Hall, case: i64) {
    let opened = take(
        town,
        None,
        "licence",
        "apply",
        &["u:xiaoming"],
        at(3, 1, 9),
        json!({ "item": "food-licence", "party": { "name": "东街小吃店", "kind": "organisation" } }),
    )
    .unwrap();
    for (step, by, with) in [
        ("accept", "clerk", json!({})),
        ("grant", "approver", json!({ "certificate": "JY1" })),
        ("deliver", "clerk", json!({ "delivery": "window" })),
        ("review", "u:xiaoming", json!({ "grade": "very-satisfied" })),
    ] {
        take(town, Some(opened.case.id), "", step, &[by], at(3, 4, 10), with).unwrap();
    }
    // The score is the figure's: the same count that the figure gives for this organ.
    let live = sheet(town);
    let rated = live.sheet.leaf("1.1.2").unwrap();
    let filter = CellFilter { organs: vec!["approval-bureau".to_owned()], ..CellFilter::default() };
    let figure = town.figure("S45.rating_rate", Period::year(2024).unwrap(), &filter).unwrap().fraction.unwrap();
    assert_eq!(rated.value.map(|value| (value.number, value.over)), Some((figure.numerator, Some(figure.denominator))));
    assert_eq!((rated.score, rated.says.as_str()), (points("4"), "1÷1=100%，达到满分线90%，得满分4分。"));
    // No penalties: those indicators are not asked.
    assert!(!live.sheet.leaf("4.2.1").unwrap().asked && live.standing == Standing::Running);

    let with = json!({ "indicator": "2.1.1", "evidence": "某文件合法性审核意见" });
    let wrong = refused(town, Some(case), "", "file-evidence", &["other"], at(3, 5, 9), with.clone());
    assert!(wrong.cites("考核细则/4"), "{wrong:?}");
    let before = sheet(town).sheet.earned;
    // Evidence comes with its file; what is refused leaves no file behind, and a file is read only through a sheet that names it.
    let liaison = town.person("liaison", date(2024, 3, 5)).unwrap();
    let filing = |indicator: &str| Filing {
        indicator: indicator.to_owned(),
        says: "某文件合法性审核意见".to_owned(),
        arose_on: Some(date(2024, 3, 1)),
        files: vec![File { name: "意见.pdf".to_owned(), bytes: b"%PDF-1.7 opinion".to_vec() }],
    };
    assert!(matches!(town.file_evidence(&liaison, 2024, "approval-bureau", filing("9.9.9"), at(3, 5, 9)), Err(Error::Refused(_))));
    assert!(matches!(town.file_evidence(&liaison, 2024, "housing", filing("2.1.1"), at(3, 5, 9)), Err(Error::NotFound)));
    town.file_evidence(&liaison, 2024, "approval-bureau", filing("2.1.1"), at(3, 5, 9)).unwrap();
    let after = sheet(town);
    let digest = after.changes[0].entry.files[0].clone();
    let (file, kind) = town.evidence_file(Some(&liaison), 2024, "approval-bureau", &digest).unwrap();
    assert_eq!((file.name.as_str(), kind, file.bytes.as_slice()), ("意见.pdf", "application/pdf", b"%PDF-1.7 opinion".as_slice()));
    let stranger = town.person("stranger", date(2024, 3, 5));
    assert!(matches!(town.evidence_file(stranger.as_ref(), 2024, "approval-bureau", &digest), Err(Error::NotFound)));
    assert!(matches!(town.evidence_file(Some(&liaison), 2024, "approval-bureau", &"0".repeat(64)), Err(Error::NotFound)));
    assert_eq!(after.sheet.earned, before + points("5"), "filed evidence counts while the year runs");
    assert!(after.gaps.iter().any(|gap| gap.indicator == "2.1.2" && gap.empty));
    assert!(!after.gaps.iter().any(|gap| gap.indicator == "2.1.1"));

    // After three months the clock reminds by itself and keeps the score of that day.
    town.run_round(at(4, 10, 8)).unwrap();
    let reminded = sheet(town);
    assert_eq!(reminded.kept.len(), 1);
    assert!(reminded.kept[0].by.is_empty() && reminded.kept[0].total == reminded.sheet.total);
}

fn checked(town: &Hall, case: i64) {
    let step = |step: &str, by: &str, when: DateTime, with: Value| {
        take(town, Some(case), "", step, &[by], when, with).unwrap_or_else(|error| panic!("{step}: {error}"))
    };
    step("call-self-score", "office", at(12, 16, 9), json!({}));
    step("self-score", "liaison", at(12, 20, 9), json!({ "self-report": "自查" }));
    // From here on only adopted evidence counts, and nobody scores the own organ.
    assert_eq!(sheet(town).sheet.leaf("2.1.1").unwrap().score, Points::ZERO);
    let adopt = json!({ "indicator": "2.1.1", "adopted": "adopted", "adoption-reason": "齐全" });
    let wrong = refused(town, Some(case), "", "adopt-evidence", &["own"], at(12, 23, 9), adopt.clone());
    assert!(wrong.cites("考核细则/6"), "{wrong:?}");
    step("adopt-evidence", "office", at(12, 23, 9), adopt);
    let deduct = json!({ "indicator": "2.1.1", "points": "0.5", "deduction-reason": "没有日期", "deduction-evidence": "第3页" });
    step("deduct", "office", at(12, 23, 10), deduct);
    step("finish-office-check", "office", at(12, 23, 11), json!({ "check-opinion": "完毕" }));
    step("check-on-site", "inspector", at(12, 24, 9), json!({ "site-findings": "一致" }));
    // A sheet cannot be typed.
    let typed =
        refused(town, Some(case), "", "score-provisionally", &["office"], at(12, 25, 9), json!({ "provisional": { "total": "100" } }));
    assert!(typed.reasons.iter().any(|reason| reason.guard == "field"), "{typed:?}");
    let scored = step("score-provisionally", "office", at(12, 25, 9), json!({}));
    assert_eq!(scored.event.with["provisional"]["leaves"][5]["indicator"], "2.1.1");
    assert_eq!(scored.event.with["provisional"]["leaves"][5]["score"], "4.5");
    let person = town.person("liaison", date(2024, 12, 25));
    let paper = town.issue_paper(person.as_ref(), case, scored.event.seq, "score-sheet", at(12, 25, 10)).unwrap();
    // The office issues it, not the unit it is about.
    assert_eq!((paper.organ.as_str(), paper.addressee.as_deref()), ("忻府区司法局", Some("忻府区行政审批服务管理局")));
    assert!(paper.number.as_deref().is_some_and(|number| number.starts_with("忻司考初")), "{:?}", paper.number);
    assert!(paper.blocks.iter().any(|block| matches!(block, Block::Table(table) if table.rows.len() > 20
        && table.rows.iter().any(|row| row[0].starts_with("2.1.1") && row[2] == "4.5" && row[3].contains("审核扣0.5分")))));
}

fn contested(town: &Hall, case: i64) {
    let step = |step: &str, by: &str, when: DateTime, with: Value| {
        take(town, Some(case), "", step, &[by], when, with).unwrap_or_else(|error| panic!("{step}: {error}"))
    };
    step("object", "liaison", at(12, 26, 9), json!({ "indicator": "2.1.1", "objection": "日期在背面" }));
    let upheld = json!({ "objection-result": "upheld", "objection-reasons": "日期在背面" });
    let wrong = refused(town, Some(case), "", "decide-objection", &["office"], at(12, 27, 9), upheld.clone());
    assert!(wrong.cites("考核细则/8"), "{wrong:?}");
    step("decide-objection", "office2", at(12, 27, 9), upheld);
    step("accept-score", "liaison", at(12, 27, 10), json!({}));
    step("finalise", "office2", at(12, 27, 11), json!({}));
    let found = sheet(town);
    assert_eq!((found.standing, found.sheet.leaf("2.1.1").unwrap().score), (Standing::Final, points("5")));
    // The trail: who did what on the indicator, and what it did to the score.
    let trail: Vec<(Act, String, String)> =
        found.changes.iter().map(|change| (change.entry.act, change.before.to_string(), change.after.to_string())).collect();
    assert_eq!(
        trail,
        [(Act::Filed, "0", "0"), (Act::Adopted, "0", "5"), (Act::Deducted, "5", "4.5"), (Act::Restored, "4.5", "5")]
            .map(|(act, before, after)| (act, before.to_owned(), after.to_owned()))
    );
    assert_eq!(
        (found.changes[2].entry.by.as_slice(), found.changes[2].entry.evidence.as_str()),
        (["office".to_owned()].as_slice(), "第3页")
    );
    assert_eq!(found.kept.len(), 6, "three reminders, self-score, provisional, final: {:?}", found.kept);
    assert_eq!(found.objections[0].decided.as_ref().unwrap().by, ["office2"]);
}

fn told(town: &Hall, case: i64) {
    let person = town.person("office", date(2024, 12, 27)).unwrap();
    let year = town.appraisal_year(Some(&person), 2024, at(12, 27, 12)).unwrap();
    let round = year.round.as_ref().unwrap().case;
    // The bulletin waits until every unit has its score.
    let early = take(town, Some(round), "", "issue-bulletin", &["leader"], at(12, 28, 9), json!({ "remarks": "良好" }));
    assert!(
        matches!(&early, Err(Error::Refused(refusal)) if refusal.cites("考核细则/9") && refusal.reasons[0].says.contains("还有5个单位没有定分")),
        "{:?}",
        early.map(|done| done.code)
    );
    for unit in year.units.iter().filter(|unit| unit.case != case) {
        take(town, Some(unit.case), "", "drop", &["office"], at(12, 28, 10), json!({ "drop-reason": "机构改革" })).unwrap();
    }
    let issued = take(town, Some(round), "", "issue-bulletin", &["leader"], at(12, 28, 11), json!({ "remarks": "良好" })).unwrap();
    let line = &issued.event.with["ranking"][0];
    assert_eq!((line["unit"].as_str(), line["rank"].as_u64()), (Some("approval-bureau"), Some(1)));
    let paper = town.issue_paper(Some(&person), round, issued.event.seq, "bulletin", at(12, 28, 12)).unwrap();
    assert!(paper.number.is_some() && paper.blocks.iter().any(|block| matches!(block, Block::Table(table) if table.rows.len() == 1)));
    // Now everybody sees the ranking, but a sheet only who may see the case.
    let public = town.appraisal_year(None, 2024, at(12, 28, 12)).unwrap();
    let first = public.units.iter().find(|unit| unit.organ == "approval-bureau").unwrap();
    assert_eq!((first.rank, first.total), (Some(1), Some(sheet(town).sheet.total.unwrap())));
    assert_eq!(public.roll.as_ref().map(|roll| roll.units), Some(1));
    assert!(matches!(town.appraisal_sheet(None, 2024, "approval-bureau"), Err(Error::NotFound)));
    let number = |key: &str| town.figure(key, Period::year(2024).unwrap(), &CellFilter::default()).unwrap().value;
    assert_eq!(number("S06.appraisal_indicators"), Some(public.tree.count as f64));
    assert_eq!(
        (number("S07.units_appraised"), number("S07.deductions_made"), number("S07.objections_upheld")),
        (Some(1.0), Some(1.0), Some(1.0))
    );
    assert_eq!(number("S08.evidence_filed"), Some(1.0));
}

/// The law doubles a weight behind the year's back: what the cases keep stands.
fn frozen(url: &str) {
    let mut changed = law();
    for edition in changed.standards.get_mut("departments").into_iter().flat_map(|standard| &mut standard.versions) {
        edition.areas[0].weight = points("99");
        edition.areas[0].title = "改过的".to_owned();
    }
    let settings = Settings { division: DIVISION.to_owned(), name: "忻府区".to_owned(), address: String::new() };
    let later = Hall::open(changed, settings, Store::open(&Config::new(url).fast()).unwrap(), |_| ()).unwrap();
    let year = later.appraisal_year(None, 2024, at(12, 30, 9)).unwrap();
    assert_eq!((year.tree.areas[0].title.as_str(), year.tree.areas[0].weight), ("政府职能依法全面履行", points("20")));
    assert_eq!(later.appraisal_year(None, 2025, at(12, 30, 9)).unwrap().tree.areas[0].title, "改过的");
}

#[test]
fn a_unit_dropped_by_mistake_is_appraised_in_a_new_case() {
    let folder = store::trial::Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    settle(&town);
    let with = json!({ "name": "office", "kind": "enforcement", "certificate": "G1", "valid-from": "2023-01-01", "posts": ["appraisal-office"], "certified": "no" });
    enter(&town, "officers", "issue", "office", "office", "justice-bureau", date(2024, 1, 2), with);
    let office = town.person("office", date(2024, 1, 8)).unwrap();
    town.open_appraisal(&office, 2024, ADOPTION, at(1, 8, 9)).unwrap();
    let unit = |town: &Hall| {
        let year = town.appraisal_year(Some(&office), 2024, at(1, 9, 9)).unwrap();
        year.units.iter().find(|unit| unit.organ == "housing").unwrap().case
    };
    let first = unit(&town);
    take(&town, Some(first), "", "drop", &["office"], at(1, 8, 10), json!({ "drop-reason": "误以为撤并" })).unwrap();
    assert_eq!(unit(&town), first, "given up, and still the only one");
    assert_eq!(town.open_appraisal(&office, 2024, "不用", at(1, 8, 11)).unwrap(), 1, "under the document of the round");
    let second = unit(&town);
    assert_ne!(second, first);
    assert_eq!(town.case(second).unwrap().text("adopted-by"), Some(ADOPTION));
    let again = json!({ "year": 2024, "organ": "housing", "adopted-by": ADOPTION });
    assert_eq!(refused(&town, None, "appraisal", "open", &["office"], at(1, 8, 12), again).reasons[0].guard, "once");
}

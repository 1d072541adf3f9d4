//! One story, told over SQLite and over PostgreSQL: a licence badly reviewed, a penalty with a refused step, a call, silence that has
//! effect; then what the figures, the search, the sign-in and the backup make of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::figure::Period;
use actions::look::Sight;
use actions::person::NewAccount;
use actions::step::Asked;
use actions::{Error, Hall, StoreError};
use engine::figure::Measure;
use jiff::civil::{DateTime, date};
use serde_json::json;
use store::trial::{Folder, on_both};
use store::{Config, Store};
use town::{citizen, enter, hall, refused, settle, take};

fn at(month: i8, day: i8, hour: i8, minute: i8) -> DateTime {
    date(2024, month, day).at(hour, minute, 0, 0)
}

#[test]
fn one_story_on_both_databases() -> Result<(), StoreError> {
    on_both(|name, url| {
        println!("{name}");
        let town = hall(url);
        settle(&town);
        let licence = licence_with_a_bad_review(&town);
        penalty_with_a_refused_step(&town);
        call_that_is_confirmed(&town);
        let silent = silence_is_acceptance(&town);
        two_at_once(&town, silent);
        figures_open(&town, licence);
        eyes(&town, licence);
        search(&town, licence);
        sign_in(&town);
        registers_remember(&town);
        assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{name}: a recount differs from the cells");
        assert!(town.store.verify(&[], |_| ()).unwrap().sound(), "{name}");
        backup(&town, licence);
        drop(town);
        // Opened again, everything stands as it stood.
        let again = hall(url);
        assert_eq!(again.case(licence).unwrap().stage, "review-closed", "{name}");
        assert!(again.person("clerk", date(2024, 3, 1)).unwrap().holds("window-clerk"));
    })
}

fn licence_with_a_bad_review(town: &Hall) -> i64 {
    let opened = take(
        town,
        None,
        "licence",
        "apply",
        &["u:xiaoming"],
        at(3, 1, 9, 0),
        json!({ "item": "food-licence", "party": { "name": "东街小吃店", "kind": "organisation" } }),
    )
    .unwrap();
    let id = opened.case.id;
    assert_eq!((opened.case.stage.as_str(), opened.case.organ.as_str()), ("submitted", "approval-bureau"));
    let step = |step: &str, by: &[&str], when: DateTime, with| {
        take(town, Some(id), "", step, by, when, with).unwrap_or_else(|error| panic!("{step}: {error}"))
    };

    // Nothing is granted before it is accepted; the refusal cites the article and says what comes first.
    let early = refused(town, Some(id), "", "grant", &["approver"], at(3, 1, 9, 5), json!({}));
    assert!(
        early.reasons.iter().any(|reason| reason.guard == "stage" && reason.cite.is_some() && reason.cure.contains("受理")),
        "{early:?}"
    );
    let wrong = refused(town, Some(id), "", "accept", &["zhang"], at(3, 1, 9, 6), json!({}));
    assert!(wrong.reasons.iter().any(|reason| reason.guard == "competence"), "{wrong:?}");

    let accepted = step("accept", &["clerk"], at(3, 1, 9, 10), json!({}));
    assert!(accepted.event.papers.iter().any(|paper| paper.contains("acceptance")), "{:?}", accepted.event.papers);
    let granted = step("grant", &["approver"], at(3, 4, 10, 0), json!({ "certificate": "JY11409020000001" }));
    assert_eq!(granted.event.numbers, [1], "the first decision of the year is number 1");
    step("deliver", &["clerk"], at(3, 4, 10, 30), json!({ "delivery": "window" }));
    // Only the applicant reviews.
    assert!(matches!(
        take(town, Some(id), "", "review", &["u:somebody"], at(3, 4, 11, 0), json!({ "grade": "very-satisfied" })),
        Err(Error::NotFound)
    ));
    step("review", &["u:xiaoming"], at(3, 4, 11, 0), json!({ "grade": "dissatisfied", "comment": "等了两个小时" }));
    assert_eq!(town.case(id).unwrap().stage, "bad-review");
    refused(town, Some(id), "", "contact-reviewer", &["clerk"], at(3, 4, 12, 0), json!({ "contact-record": "已道歉" }));
    for (name, with) in [
        ("contact-reviewer", json!({ "contact-record": "电话联系" })),
        ("verify-review", json!({ "finding": "founded" })),
        ("correct-service", json!({ "measures": "增开窗口" })),
        ("call-back", json!({ "reviewer-answer": "accepted" })),
        ("close-review", json!({})),
    ] {
        step(name, &["supervisor"], at(3, 5, 9, 0), with);
    }
    step("publish", &["approver"], at(3, 6, 9, 0), json!({ "openness": "open" }));
    id
}

fn penalty_with_a_refused_step(town: &Hall) {
    let both: &[&str] = &["zhang", "li"];
    let opened = take(
        town,
        None,
        "general-penalty",
        "file-case",
        both,
        at(3, 1, 9, 0),
        json!({ "conduct": "未按规定明码标价", "party": { "name": "某商店", "kind": "organisation" }, "power": "price-marking" }),
    )
    .unwrap();
    let id = opened.case.id;
    let step = |step: &str, by: &[&str], when: DateTime, with| {
        take(town, Some(id), "", step, by, when, with).unwrap_or_else(|error| panic!("{step}: {error}"))
    };
    step("show-certificate", both, at(3, 4, 9, 0), json!({}));
    // One officer is not two, and two of whom one holds no certificate are not two officers.
    let before = town.case(id).unwrap();
    for by in [&["zhang"][..], &["zhang", "novice"]] {
        let refusal =
            refused(town, Some(id), "", "investigate", by, at(3, 4, 9, 10), json!({ "record": "现场检查", "evidence-kinds": ["record"] }));
        assert!(refusal.cites("处罚法/42"), "{refusal:?}");
    }
    assert_eq!(town.case(id).unwrap(), before, "a refusal changed the case");
    assert_eq!(town.events(id).unwrap().len(), 2);
    step("investigate", both, at(3, 4, 9, 10), json!({ "record": "现场检查，情况属实。", "evidence-kinds": ["record", "audiovisual"] }));
    step(
        "conclude-investigation",
        both,
        at(3, 7, 9, 0),
        json!({
            "findings": "违法事实清楚，当事人承认。", "facts-established": "yes", "within-limitation": "yes", "capacity": "full", "suspected-crime": "no", "fined-before": "no",
            "legal-basis": "价格法第四十二条", "basis-kind": "law", "benchmark": "没有对应的基准", "complex-or-serious": "no", "review-ground": "none",
        }),
    );
    let decision = json!({
        "penalty": "罚款1000元", "penalty-kinds": ["fine"], "fine": 1000, "performance": "十五日内到指定银行缴纳", "additional-fine-stated": "yes", "correction": "立即改正", "body": "market",
        "remedies": "六十日内申请复议，或者六个月内起诉", "filing-required": "no",
    });
    // Without notice there is no decision.
    assert!(refused(town, Some(id), "", "decide-penalty", &["head"], at(3, 8, 9, 0), decision.clone()).cites("处罚法/44"));
    step("notify", both, at(3, 8, 9, 0), json!({ "proposed-penalty": "罚款1000元", "penalty-kinds": ["fine"], "proposed-fine": 1000 }));
    step("decide-penalty", &["head"], at(3, 18, 9, 0), decision);
    step("serve", both, at(3, 19, 9, 0), json!({ "service-mode": "direct" }));
    step("publish", &["zhang"], at(3, 19, 10, 0), json!({ "openness": "open" }));
    step("pay", &["cashier"], at(3, 21, 9, 0), json!({ "paid": 1000, "pay-channel": "bank" }));
    step("confirm-performance", &["zhang"], at(3, 21, 10, 0), json!({ "performed-how": "罚款缴清" }));
    step("close", both, at(3, 22, 9, 0), json!({}));
    assert_eq!(town.case(id).unwrap().stage, "closed");
}

fn call_that_is_confirmed(town: &Hall) {
    let opened = take(
        town,
        None,
        "hotline-order",
        "take-call",
        &["operator"],
        at(3, 1, 9, 0),
        json!({ "content": "小区暖气不热，室温只有十二度。", "channel": "phone", "caller": { "name": "刘某", "kind": "citizen" } }),
    )
    .unwrap();
    let id = opened.case.id;
    for (step, by, when, with) in [
        ("accept", "operator", at(3, 1, 9, 5), json!({ "class": "help", "topic": "供热" })),
        ("dispatch", "operator", at(3, 1, 10, 0), json!({ "unit": "housing" })),
        ("sign", "unit", at(3, 4, 9, 0), json!({})),
        ("handle", "unit", at(3, 5, 15, 0), json!({ "handled-how": "更换阀门，室温二十度。", "result": "solved" })),
        ("answer", "unit", at(3, 5, 16, 0), json!({ "reply": "已经修好。", "reply-channel": "phone" })),
        ("call-back", "operator", at(3, 6, 9, 0), json!({ "contacted": "yes", "solved": "yes", "satisfied": "satisfied" })),
        ("close", "operator", at(3, 6, 9, 30), json!({})),
    ] {
        let done = take(town, Some(id), "", step, &[by], when, with).unwrap_or_else(|error| panic!("{step}: {error}"));
        if step == "dispatch" {
            assert_eq!(done.case.organ, "housing", "the order went to the unit");
        }
    }
}

/// Five working days without a word, and the night accepts the application; asked twice, it acts once.
fn silence_is_acceptance(town: &Hall) -> i64 {
    let opened = take(
        town,
        None,
        "licence",
        "apply",
        &["u:patient"],
        at(3, 11, 9, 0),
        json!({ "item": "food-licence", "party": { "name": "耐心的店", "kind": "organisation" } }),
    )
    .unwrap();
    let id = opened.case.id;
    town.run_round(at(3, 18, 23, 59)).unwrap();
    assert_eq!(town.case(id).unwrap().stage, "submitted", "the last day belongs to the period");
    assert!(town.run_round(at(3, 19, 0, 5)).unwrap().events >= 1);
    let case = town.case(id).unwrap();
    assert_eq!(case.stage, "examining");
    let deemed = town.events(id).unwrap().into_iter().find(|event| event.step == "deem-accepted").unwrap();
    assert!(deemed.by.is_empty(), "nobody did it: {deemed:?}");
    let seq = case.seq;
    town.run_round(at(3, 19, 0, 6)).unwrap();
    assert_eq!(town.case(id).unwrap().seq, seq, "the night acted twice");
    id
}

/// Two people on the same page: the second is told, and nothing is lost.
fn two_at_once(town: &Hall, id: i64) {
    let seen = town.case(id).unwrap().seq;
    let asked = |step: &str, by: &str| Asked {
        case: Some(id),
        procedure: String::new(),
        step: step.to_owned(),
        by: vec![town.person(by, date(2024, 3, 20)).unwrap()],
        with: serde_json::Map::new(),
        seen: Some(seen),
    };
    town.take_step(asked("grant", "approver"), at(3, 20, 9, 0)).unwrap();
    assert!(matches!(town.take_step(asked("grant", "approver"), at(3, 20, 9, 0)), Err(Error::Overtaken)));
}

fn figures_open(town: &Hall, licence: i64) {
    let year = Period::year(2024).unwrap();
    let everything = Default::default();
    let value = |key: &str| town.figure(key, year, &everything).unwrap().value;
    assert_eq!(value("S45.ratings_received"), Some(1.0));
    assert_eq!(value("S45.bad_ratings"), Some(1.0));
    assert_eq!(value("S45.good_ratings"), Some(0.0));
    assert_eq!(value("S45.satisfaction_rate"), Some(0.0));
    assert_eq!(value("S160.demands_accepted"), Some(1.0));
    let rate = town.figure("S45.satisfaction_rate", year, &everything).unwrap();
    let fraction = rate.fraction.unwrap();
    assert_eq!((fraction.numerator, fraction.denominator), (0, 1));

    // Every figure opens exactly the records it counts.
    let mut counted = 0;
    for shown in town.figures(year, &everything).unwrap() {
        let (records, sum) = town.record_total(&shown.key, year, &everything).unwrap();
        let listed = town.records(&shown.key, year, &everything, 0, 200).unwrap();
        assert_eq!(listed.len() as i64, records, "{}", shown.key);
        assert_eq!(listed.iter().map(|row| row.amount).sum::<i64>(), sum, "{}", shown.key);
        // A number of different ones opens the records of that of which it is.
        let apart = matches!(town.law.figure(&shown.key).unwrap().measure, Measure::Distinct(_));
        if shown.fraction.is_none() && shown.value.is_some() && !apart {
            assert_eq!(shown.value, Some(sum as f64), "{}", shown.key);
            counted += usize::from(sum != 0);
        }
        assert!(shown.parts.is_none_or(|parts| parts.holds), "the parts of {} do not make it", shown.key);
        // What happened this year happened in no other; what stands goes on standing.
        let later = town.figure(&shown.key, Period::year(2030).unwrap(), &everything).unwrap();
        assert!(later.value.is_none_or(|value| value == 0.0) || stands(town, &shown.key), "{}", shown.key);
    }
    assert!(counted >= 15, "{counted} figures counted something");
    let ratings = town.records("S45.ratings_received", year, &everything, 0, 10).unwrap();
    assert_eq!(ratings[0].stream, licence);
    let report = town.report(&actions::report::Wanted::year("annual", 2024), at(12, 31, 18, 0)).unwrap();
    assert!(report.checks.iter().all(|check| check.holds), "{:?}", report.checks);
    // Kept as JSON it reads back as the same value.
    let kept = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<actions::report::Report>(&kept).unwrap(), report);
}

/// Whether a figure counts entries in force, itself or in its denominator.
fn stands(town: &Hall, key: &str) -> bool {
    let figure = town.law.figure(key).unwrap();
    match &figure.measure {
        Measure::Ratio(pair) | Measure::Mean(pair) => stands(town, &pair.over),
        _ => figure.is_stock(),
    }
}

/// Default deny: what each may see of the licence.
fn eyes(town: &Hall, licence: i64) {
    let now = at(3, 20, 12, 0);
    let officer = |id: &str| town.person(id, now.date()).unwrap();
    let seen = |person: Option<&engine::case::Person>| town.look(person, licence, now).map(|view| view.sight);
    assert_eq!(seen(Some(&officer("clerk"))).unwrap(), Sight::Whole);
    assert_eq!(seen(Some(&officer("supervisor"))).unwrap(), Sight::Whole);
    assert_eq!(seen(Some(&citizen("xiaoming"))).unwrap(), Sight::Own);
    for nobody in [None, Some(&citizen("somebody")), Some(&officer("stranger"))] {
        assert!(matches!(seen(nobody), Err(Error::NotFound)), "{nobody:?}");
    }
    let code = actions::step::code(&town.case(licence).unwrap());
    let tracked = town.track(&code.to_lowercase().replace('-', " "), now).unwrap();
    assert_eq!((tracked.sight, tracked.title.as_str()), (Sight::Progress, "食品经营许可"));
    assert!(tracked.fields.is_empty() && tracked.events.iter().all(|event| event.by.is_empty() && event.fields.is_empty()));
    assert!(matches!(town.track("0000-0000-0000-000", now), Err(Error::NotFound)));
    let (mine, count) = town.list(&citizen("xiaoming"), Default::default()).unwrap();
    assert_eq!((mine.len(), count), (1, 1));
}

fn search(town: &Hall, licence: i64) {
    let number = town.settings.number();
    let found = town.store.search(number, "食品经营许可", Some("case"), 10).unwrap();
    assert!(found.iter().any(|hit| hit.stream == licence), "{found:?}");
    assert!(town.store.search(number, "暖气", Some("case"), 10).unwrap().len() == 1);
    assert!(town.store.search(number, "' OR 1=1 -- *", None, 10).unwrap().is_empty());
}

fn sign_in(town: &Hall) {
    let now = at(3, 20, 9, 0);
    let account = |login: &str, person: &str, password: &str| NewAccount {
        login: login.to_owned(),
        name: login.to_owned(),
        password: password.to_owned(),
        person: person.to_owned(),
    };
    assert!(matches!(town.make_account(&account("x", "", "short")), Err(Error::Invalid(_))));
    town.make_account(&account("clerk", "clerk", "a long password")).unwrap();
    town.make_account(&account("xiaoming", "", "another password")).unwrap();
    let token = town.sign_in("clerk", "a long password", now).unwrap();
    let visitor = town.visitor(&token, now).unwrap().unwrap();
    assert!(visitor.person.holds("window-clerk") && !visitor.csrf.is_empty());
    let public = town.sign_in("xiaoming", "another password", now).unwrap();
    assert_eq!(town.visitor(&public, now).unwrap().unwrap().person.id, "u:xiaoming");
    // A session ends with the day, or when its owner leaves.
    assert_eq!(town.visitor(&token, at(3, 20, 21, 1)).unwrap(), None);
    town.sign_out(&token).unwrap();
    assert_eq!(town.visitor(&token, now).unwrap(), None);
    assert_eq!(town.visitor("no such token", now).unwrap(), None);

    // Wrong name and wrong password read alike; five wrong ones lock for a quarter of an hour.
    let says = |login: &str, password: &str, when| town.sign_in(login, password, when).unwrap_err().to_string();
    assert_eq!(says("clerk", "wrong", now), says("nobody", "wrong", now));
    for _ in 0..4 {
        says("clerk", "wrong", now);
    }
    assert!(says("clerk", "a long password", now).contains("暂停15分钟"));
    assert!(town.sign_in("clerk", "a long password", at(3, 20, 9, 16)).is_ok());
}

/// An officer whose certificate is suspended holds no post from then on; what was done before stays done.
fn registers_remember(town: &Hall) {
    let day = date(2024, 3, 25);
    assert!(town.person("novice", day).unwrap().holds("enforcement-officer"));
    enter(town, "officers", "suspend", "novice", "", "", day, json!({ "ground": "moved" }));
    assert!(town.person("novice", day).unwrap().posts.is_empty());
    let acts: Vec<String> = town.acts("officers", "novice").unwrap().into_iter().map(|act| act.act).collect();
    assert_eq!(acts, ["issue", "suspend"]);
}

fn backup(town: &Hall, licence: i64) {
    let folder = Folder::new().unwrap();
    let file = folder.path().join("backup.db");
    town.store.backup(&file).unwrap();
    let url = folder.sqlite("restored.db");
    store::restore(&file, &url).unwrap();
    let restored = Store::open(&Config::new(&url).fast()).unwrap();
    assert!(restored.verify(&[], |_| ()).unwrap().sound());
    drop(restored);
    let again = hall(&url);
    let year = Period::year(2024).unwrap();
    assert_eq!(again.figures(year, &Default::default()).unwrap(), town.figures(year, &Default::default()).unwrap());
    assert_eq!(again.case(licence).unwrap(), town.case(licence).unwrap());
    assert_eq!(again.verify_figures(|_| ()).unwrap(), []);
    assert!(again.sign_in("xiaoming", "another password", at(3, 20, 9, 0)).is_ok());
}

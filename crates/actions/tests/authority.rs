//! Authority beside every read and write: who lost the post sees and does nothing, lists show no more than cases do, and what the clock
//! has done comes before a late step.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::look::{Listing, Sight, sight};
use actions::{CaseFilter, Error};
use engine::register::{Entry, State};
use jiff::civil::{DateTime, date};
use serde_json::json;
use store::trial::Folder;
use town::{OFFICERS, citizen, enter, hall, settle, take};

fn at(day: i8, hour: i8) -> DateTime {
    date(2024, 3, day).at(hour, 0, 0, 0)
}

#[test]
fn a_suspended_handler_neither_sees_nor_acts() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    settle(&town);
    let party = json!({ "conduct": "未按规定明码标价", "party": { "name": "某商店", "kind": "organisation" }, "power": "price-marking" });
    let id = take(&town, None, "general-penalty", "file-case", &["zhang", "li"], at(4, 9), party).unwrap().case.id;
    let before = town.person("zhang", date(2024, 3, 4)).unwrap();
    assert_eq!(sight(&town, Some(&before), &town.case(id).unwrap()), Sight::Whole);
    enter(
        &town,
        "officers",
        "suspend",
        "zhang",
        "张军",
        "market-regulation",
        date(2024, 3, 5),
        json!({ "ground": "investigated", "document": "忻司〔2024〕1号" }),
    );
    let after = town.person("zhang", date(2024, 3, 6)).unwrap();
    assert!(after.posts.is_empty());
    assert!(matches!(town.look(Some(&after), id, at(6, 9)), Err(Error::NotFound)));
    assert_eq!(town.list(&after, Listing { limit: 10, ..Listing::default() }).unwrap().1, 0);
    let asked = actions::step::Asked {
        case: Some(id),
        procedure: String::new(),
        step: "show-certificate".to_owned(),
        by: vec![after],
        with: Default::default(),
        seen: None,
    };
    assert!(matches!(town.take_step(asked, at(6, 9)), Err(Error::Refused(_) | Error::NotFound)));
}

#[test]
fn a_list_shows_what_a_case_shows() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    settle(&town);
    let shop = json!({ "name": "某商店", "kind": "organisation" });
    take(
        &town,
        None,
        "general-penalty",
        "file-case",
        &["zhang", "li"],
        at(4, 9),
        json!({ "conduct": "占道", "party": shop, "power": "price-marking" }),
    )
    .unwrap();
    take(
        &town,
        None,
        "licence",
        "receive",
        &["clerk"],
        at(4, 10),
        json!({ "item": "food-licence", "party": shop, "venue": "district-centre" }),
    )
    .unwrap();
    take(&town, None, "hotline-order", "take-call", &["operator"], at(4, 11), json!({ "content": "暖气不热", "channel": "phone" }))
        .unwrap();
    for (id, ..) in OFFICERS {
        let person = town.person(id, date(2024, 3, 5)).unwrap();
        for organs in [vec![], vec![person.organ.clone()], vec!["market-regulation".to_owned()]] {
            let filter = CaseFilter { organs, ..CaseFilter::default() };
            for row in town.list(&person, Listing { filter, limit: 50, ..Listing::default() }).unwrap().0 {
                let case = town.case(row.stream).unwrap();
                assert!(sight(&town, Some(&person), &case) >= Sight::Own, "{id} is shown {} in a list", row.head.title);
            }
        }
    }
    let caller = citizen("nobody");
    assert_eq!(town.list(&caller, Listing { limit: 50, ..Listing::default() }).unwrap().1, 0);
}

#[test]
fn what_the_clock_has_done_comes_before_a_late_step() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    settle(&town);
    let with = json!({ "item": "food-licence", "party": { "name": "耐心的店", "kind": "organisation" } });
    let id = take(&town, None, "licence", "apply", &["u:patient"], at(11, 9), with).unwrap().case.id;
    // No round has run since the period for telling what is missing ended; the late notice comes too late all the same.
    let late = json!({ "missing": ["营业执照"], "missing-in-list": "yes" });
    let refused = take(&town, Some(id), "", "notify-missing", &["clerk"], at(19, 9), late);
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    assert_eq!(town.case(id).unwrap().stage, "examining");
}

#[test]
fn an_entry_holds_from_its_day_to_the_day_before_its_repeal() {
    let entry = Entry {
        register: "service-items".to_owned(),
        id: "x".to_owned(),
        title: String::new(),
        organ: String::new(),
        state: State::Repealed,
        from: Some(date(2024, 1, 1)),
        to: Some(date(2025, 1, 1)),
        fields: Default::default(),
        seq: 2,
    };
    assert!(!entry.in_force(date(2023, 12, 31)) && entry.in_force(date(2024, 1, 1)));
    assert!(entry.in_force(date(2024, 12, 31)) && !entry.in_force(date(2025, 1, 1)));
}

/// The same opening gives another code each time: nobody works a code out.
#[test]
fn tracking_codes_rest_on_chance() {
    let folder = Folder::new().unwrap();
    let codes: Vec<String> = ["a.db", "b.db"]
        .iter()
        .map(|name| {
            let town = hall(&folder.sqlite(name));
            settle(&town);
            let with = json!({ "item": "food-licence", "party": { "name": "店", "kind": "organisation" } });
            take(&town, None, "licence", "apply", &["u:x"], at(11, 9), with).unwrap().code
        })
        .collect();
    assert_ne!(codes[0], codes[1]);
}

//! Clocks that end on a written day: before a day of the year, on a day a parameter sets, on a day the case says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use engine::case::{Case, Person};
use engine::check::check;
use engine::decide::{Command, Refusal, decide, next_lapse};
use engine::law::Law;
use engine::read::{Folder, Text, read};
use engine::register::Registers;
use folder::{folder, texts};
use jiff::civil::{DateTime, date};
use serde_json::{Value, json};

const ORDERS: &str = r#"id = "errand"
title = "差事"
basis = "督察规定/25"
series = "差"

[[version]]
in-force = 2020-01-01
summary = "{year}"

[[version.field]]
id = "year"
title = "年度"
type = "number"

[[version.field]]
id = "reply-by"
title = "回复期限"
type = "date"

[[version.stage]]
id = "open"
title = "待办"

[[version.stage]]
id = "done"
title = "办结"
end = true

[[version.step]]
id = "begin"
title = "开始"
to = "open"
by = "supervisor"
asks = ["year?", "reply-by?"]

[[version.step]]
id = "finish"
title = "办完"
from = ["open"]
to = "done"
by = "supervisor"

[[version.clock]]
id = "public"
title = "公开"
starts = ["begin"]
ends = { before = "03-01", year = "year", plus = 1 }
cite = "督察规定/23(2)"
met = ["finish"]
lapse = { alert = "supervisor" }

[[version.clock]]
id = "hand-in"
title = "报送"
starts = ["begin"]
ends = { parameter = "hand-in-day", year = "year" }
cite = "督察规定/25"
met = ["finish"]

[[version.clock]]
id = "reply"
title = "回复"
starts = ["begin"]
ends = { field = "reply-by" }
cite = "督察规定/25"
met = ["finish"]
"#;

const DAY: &str = "[[parameter]]\nid = \"hand-in-day\"\ntitle = \"报送日\"\nvalue = 1220\nunit = \"calendar\"\nsource = \"自定\"\nflag = \"M\"\nin-force = 2020-01-01\n";

fn law_with(procedure: &str, parameter: &str) -> Folder {
    let mut all = texts();
    all.push(Text { path: "accountability/procedures/errand/procedure.toml".to_owned(), text: procedure.to_owned() });
    all.push(Text { path: "parameters/errand.toml".to_owned(), text: parameter.to_owned() });
    read(all)
}

fn begin(law: &Law, with: Value, at: DateTime) -> Result<Case, Refusal> {
    let by = vec![Person { id: "chen".to_owned(), organ: "justice".to_owned(), posts: vec!["supervisor".to_owned()], ..Person::default() }];
    let with = with.as_object().unwrap().clone();
    let command = Command { division: "140902".to_owned(), procedure: "errand".to_owned(), step: "begin".to_owned(), by, with };
    let event = decide(law, &Registers::default(), None, &command, at)?;
    // What the ledger keeps is the JSON of the event.
    let mut kept: engine::case::Event = serde_json::from_value(serde_json::to_value(&event).unwrap()).unwrap();
    kept.at = event.at;
    kept.step.clone_from(&event.step);
    Ok(Case::open("140902", 1, &kept).unwrap())
}

#[test]
fn the_last_day_is_the_one_written_and_is_not_moved() {
    let law = law_with(ORDERS, DAY).law;
    // 2027-02-28 and 2026-12-20 are Sundays, 2026-11-28 is a Saturday.
    let at = date(2026, 11, 1).at(9, 0, 0, 0);
    let case = begin(&law, json!({ "year": 2026, "reply-by": "2026-11-28" }), at).unwrap();
    let calendar = &folder().law.calendar;
    let due = |clock: &str| case.clocks[clock].due(calendar, at).unwrap();
    assert_eq!(due("public").at, date(2027, 2, 28).at(23, 59, 59, 0));
    assert_eq!(due("hand-in").at, date(2026, 12, 20).at(23, 59, 59, 0));
    assert_eq!(due("reply").at, date(2026, 11, 28).at(23, 59, 59, 0));
    assert!(!due("public").provisional, "a date waits for no calendar");
    assert_eq!(case.clocks["hand-in"].parameter.as_deref(), Some("hand-in-day"));
    assert_eq!(case.clocks["public"].how(&law.calendar, at), ["期限写明到日，规定的最后一日是2027年2月28日，遇休息日不顺延。"]);
    // A leap year's February has a day more.
    let case = begin(&law, json!({ "year": 2027, "reply-by": "2027-12-01" }), at).unwrap();
    assert_eq!(case.clocks["public"].due(&law.calendar, at).unwrap().at.date(), date(2028, 2, 29));
}

#[test]
fn it_lapses_in_the_first_second_after_it_even_when_begun_late() {
    let law = law_with(ORDERS, DAY).law;
    let at = date(2027, 3, 5).at(9, 0, 0, 0);
    let case = begin(&law, json!({ "year": 2026, "reply-by": "2027-04-01" }), at).unwrap();
    let event = next_lapse(&law, &Registers::default(), &case, at).unwrap();
    assert_eq!(event.with["lapsed-clock"], "hand-in");
    assert_eq!(event.at, Some(at), "never before it began");
}

#[test]
fn a_case_that_does_not_say_the_day_is_refused_by_the_article() {
    let law = law_with(ORDERS, DAY).law;
    let at = date(2026, 11, 1).at(9, 0, 0, 0);
    let refusal = begin(&law, json!({ "reply-by": "2026-11-28" }), at).unwrap_err();
    assert!(refusal.cites("督察规定/23(2)"));
    let reason = &refusal.reasons[0];
    assert_eq!((reason.guard.as_str(), reason.field.as_deref()), ("clock-ends", Some("year")));
    let refusal = begin(&law, json!({ "year": 2026 }), at).unwrap_err();
    assert_eq!(refusal.reasons[0].field.as_deref(), Some("reply-by"));
}

#[test]
fn a_clock_that_ends_says_one_thing_and_names_what_there_is() {
    let said = |procedure: &str, parameter: &str| -> Vec<String> {
        let folder = law_with(procedure, parameter);
        check(&folder).into_iter().filter(|f| f.file.contains("errand")).map(|f| f.message).collect()
    };
    let has = |found: Vec<String>, part: &str| assert!(found.iter().any(|message| message.contains(part)), "{part}: {found:?}");
    has(said(&ORDERS.replacen("ends = { before", "days = \"calendar\"\nends = { before", 1), DAY), "or `ends` alone");
    has(said(&ORDERS.replacen("year = \"year\", plus", "year = \"yaer\", plus", 1), DAY), "did you mean `year`?");
    has(said(&ORDERS.replacen("field = \"reply-by\"", "field = \"year\"", 1), DAY), "must be a date");
    has(said(ORDERS, &DAY.replace("1220", "1320")), "must be a day MMDD");
    has(said(&ORDERS.replacen("\"03-01\"", "\"02-30\"", 1), DAY), "such as \"03-01\"");
    has(said(&ORDERS.replacen("{ field = \"reply-by\" }", "{ field = \"reply-by\", plus = 1 }", 1), DAY), "`ends` is one of");
}

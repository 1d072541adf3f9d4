//! The data resource pool, told to both databases: a batch is checked, accepted by another person, replaces, is withdrawn; figures follow;
//! who may see what; what is open; and tables that mean harm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::figure::Period;
use actions::pool::check::{self, Tally, Why};
use actions::pool::records::{Form, Lookup};
use actions::pool::{DataSet, PROCEDURE, Submitted};
use actions::{Error, Hall};
use engine::case::Person;
use engine::dataset;
use engine::register::Entry;
use jiff::civil::{Date, DateTime, date};
use papers::read::{Cell, Row, Table};
use serde_json::json;
use store::trial::{Folder, on_both};
use town::{enter, hall, refused, settle, take};

const DAY: Date = date(2026, 3, 2);

fn at(hour: i8, minute: i8) -> DateTime {
    DAY.at(hour, minute, 0, 0)
}

const COLUMNS: [&str; 6] = [
    "no | 案号 | 文字 | 主键",
    "day | 受理日期 | 日期 | 必填",
    "town | 乡镇 | 文字 | 可查",
    "party | 当事人 | 文字 | 个人信息 可查",
    "identity | 公民身份号码 | 公民身份号码",
    "amount | 涉及金额 | 金额 元",
];

const FIRST: &str = "案号,受理日期,乡镇,当事人,公民身份号码,涉及金额（元）\n\
    调1号,2026-01-05,东关,张某,11010519491231002X,1200.50\n\
    调2号,2026年1月6日,西关,李某,,300\n\
    调3号,2026-01-32,西关,王某,11010519491231002Y,三百\n\
    ,,,,,\n\
    调1号,2026-01-05,东关,张某,,1\n\
    调4号,2026/1/8,东关,=cmd(),,\n";

fn officer(hall: &Hall, id: &str, organ: &str, posts: &[&str]) {
    let with = json!({ "name": id, "kind": "enforcement", "certificate": id, "valid-from": "2025-01-01", "posts": posts });
    enter(hall, "officers", "issue", id, id, organ, date(2026, 1, 5), with);
}

/// A town with a catalogue of three data sets and people who work with it.
fn furnish(hall: &Hall) {
    settle(hall);
    officer(hall, "hao", "justice-bureau", &["data-officer", "data-reviewer"]);
    officer(hall, "niu", "justice-bureau", &["data-reviewer"]);
    officer(hall, "gu", "approval-bureau", &["data-keeper"]);
    officer(hall, "tao", "health", &["data-officer"]);
    for (id, sharing) in [("mediation", "unconditional"), ("visits", "conditional"), ("clues", "withheld")] {
        let with = json!({ "description": "按案件登记", "columns": COLUMNS, "refresh": "monthly", "source": "调解业务", "method": "download",
            "sharing": sharing, "conditions": "为履行职责", "withheld-basis": "《某法》第一条" });
        enter(hall, "data-sets", "adopt", id, id, "justice-bureau", date(2026, 1, 5), with);
    }
}

fn person(hall: &Hall, id: &str) -> Person {
    hall.person(id, DAY).unwrap()
}

fn submit(hall: &Hall, set: &str, file: &str, by: &str, now: DateTime) -> Result<i64, Error> {
    let given = Submitted { data_set: set, name: "batch.csv", bytes: file.as_bytes().to_vec(), period: "2026年1月", note: "" };
    hall.submit_batch(given, &person(hall, by), now).map(|done| done.case.id)
}

fn tally(hall: &Hall, id: i64) -> Tally {
    Tally::of(&hall.case(id).unwrap().fields)
}

fn pooled(hall: &Hall) -> [Option<f64>; 3] {
    let year = Period::year(2026).unwrap();
    ["S172.records_pooled_total", "S172.records_new", "S172.records_updated"]
        .map(|key| hall.figure(key, year, &Default::default()).unwrap().value)
}

fn rows(hall: &Hall, by: &str, lookup: Lookup<'_>) -> Vec<Vec<String>> {
    let set = hall.data_set("mediation").unwrap();
    let limit = lookup.limit.max(50);
    hall.pool_records(&person(hall, by), by, &set, Lookup { limit, personal: true, ..lookup }, at(12, 0))
        .unwrap()
        .into_iter()
        .map(|row| row.values)
        .collect()
}

#[test]
fn a_batch_comes_in_is_replaced_and_is_withdrawn() {
    on_both(|name, url| {
        let town = hall(url);
        furnish(&town);
        let first = submit(&town, "mediation", FIRST, "hao", at(9, 0)).unwrap();
        let counts = tally(&town, first);
        assert_eq!(counts, Tally { read: 5, accepted: 3, new: 3, updated: 0, rejected: 1, repeated: 1, known: 0 }, "{name}");
        assert_eq!(town.case(first).unwrap().stage, "checked");
        let list = String::from_utf8(town.reject_list(&town.case(first).unwrap()).unwrap().unwrap()).unwrap();
        for line in ["4,B4,受理日期,2026-01-32,不合格", "4,E4,公民身份号码", "4,F4,涉及金额,三百", "6,A6,案号,调1号,文件内重复"]
        {
            assert!(list.contains(line), "{name}: {line} in {list}");
        }
        assert_eq!(rows(&town, "hao", Lookup::default()).len(), 0, "{name}: nothing holds before somebody else accepts");
        let refusal = refused(&town, Some(first), PROCEDURE, "accept", &["hao"], at(9, 5), json!({}));
        assert!(refusal.cites("数据条例/18"));
        take(&town, Some(first), PROCEDURE, "accept", &["niu"], at(9, 10), json!({ "review-opinion": "同意" })).unwrap();
        assert_eq!(pooled(&town), [Some(3.0), Some(3.0), Some(0.0)], "{name}");
        assert_eq!(rows(&town, "hao", Lookup::default())[0], ["调1号", "2026-01-05", "东关", "张某", "11010519491231002X", "1200.5"]);

        // Another file: one record known, one changed, one new.
        let again = "受理日期,案号,乡镇,备注\n2026-01-08,调4号,东关,x\n2026-01-06,调2号,东关,x\n2026-02-01,调9号,西关,x\n";
        let second = submit(&town, "mediation", again, "hao", at(10, 0)).unwrap();
        let third = submit(&town, "mediation", again, "hao", at(10, 1)).unwrap();
        assert_eq!(tally(&town, second).updated, 2, "{name}: 调4号 lost its party, 调2号 moved");
        take(&town, Some(second), PROCEDURE, "accept", &["niu"], at(10, 10), json!({})).unwrap();
        assert_eq!(pooled(&town), [Some(6.0), Some(4.0), Some(2.0)], "{name}");
        // What the third counted no longer stands: it is refused until it is checked again.
        let refusal = refused(&town, Some(third), PROCEDURE, "accept", &["niu"], at(10, 11), json!({}));
        assert!(refusal.reasons[0].cure.contains("重新校核"), "{refusal:?}");
        take(&town, Some(third), PROCEDURE, "check-again", &["hao"], at(10, 12), json!({})).unwrap();
        assert_eq!(tally(&town, third), Tally { read: 3, known: 3, ..Tally::default() }, "{name}");

        let found = rows(&town, "hao", Lookup { by: Some(("town", "东关")), ..Lookup::default() });
        assert_eq!(found.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["调1号", "调4号", "调2号"], "{name}");
        assert_eq!(rows(&town, "hao", Lookup { by: Some(("no", "调2号")), ..Lookup::default() })[0][2], "东关");

        take(&town, Some(second), PROCEDURE, "withdraw", &["niu"], at(11, 0), json!({ "withdrawal-reason": "期间写错" })).unwrap();
        assert_eq!(pooled(&town), [Some(3.0), Some(3.0), Some(0.0)], "{name}: what was withdrawn is taken off");
        assert_eq!(
            rows(&town, "hao", Lookup { by: Some(("no", "调2号")), ..Lookup::default() })[0][2],
            "西关",
            "{name}: and the older is back"
        );
        assert_eq!(town.verify_pool().unwrap(), Vec::<String>::new(), "{name}");
        assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{name}");
    })
    .unwrap();
}

#[test]
fn counts_are_not_typed_and_a_bad_file_opens_no_case() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    furnish(&town);
    for (file, says) in [("案号,乡镇\n1,2\n", "受理日期"), ("案号,案号,受理日期\n", "有两次"), ("", "空的")] {
        let error = submit(&town, "mediation", file, "hao", at(9, 0)).unwrap_err();
        assert!(matches!(&error, Error::Invalid(why) if why.contains(says)), "{error}");
    }
    assert!(matches!(submit(&town, "mediation", FIRST, "niu", at(9, 0)), Err(Error::Refused(_))), "a reviewer does not submit");
    let batch = submit(&town, "mediation", FIRST, "hao", at(9, 1)).unwrap();
    let typed = take(&town, Some(batch), PROCEDURE, "check-again", &["hao"], at(9, 2), json!({ "rows-accepted": 1000 }));
    assert!(matches!(typed, Err(Error::Refused(_))), "{typed:?}");
    let unknown = json!({ "data-set": "mediation", "file": ["00"], "file-name": "a.csv" });
    assert!(matches!(take(&town, None, PROCEDURE, "submit", &["hao"], at(9, 3), unknown), Err(Error::Invalid(_))));
    // The catalogue changes between check and acceptance: what was counted no longer stands.
    enter(
        &town,
        "data-sets",
        "amend",
        "mediation",
        "mediation",
        "",
        DAY,
        json!({ "columns": ["no | 案号 | 文字 | 主键", "day | 受理日期 | 日期 |"] }),
    );
    refused(&town, Some(batch), PROCEDURE, "accept", &["niu"], at(9, 4), json!({}));
}

#[test]
fn the_catalogue_owes_its_reasons() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    furnish(&town);
    let entering = |act: &str, with: serde_json::Value| {
        let serde_json::Value::Object(with) = with else { panic!() };
        let entering = engine::register::Entering {
            register: "data-sets".to_owned(),
            act: act.to_owned(),
            id: if act == "adopt" { "new" } else { "mediation" }.to_owned(),
            title: "新".to_owned(),
            organ: "justice-bureau".to_owned(),
            from: DAY,
            with,
        };
        town.enter(entering, &[person(&town, "gu")], at(9, 0))
    };
    let base = json!({ "description": "说明", "columns": COLUMNS, "refresh": "daily", "source": "业务", "method": "download", "sharing": "conditional" });
    match entering("adopt", base.clone()) {
        Err(Error::Refused(refusal)) => assert!(refusal.cites("数据条例/15(2)"), "{refusal:?}"),
        other => panic!("{other:?}"),
    }
    let mut bad = base;
    bad["columns"] = json!(["no | 案号 | 文字"]);
    assert!(
        matches!(entering("adopt", bad), Err(Error::Refused(refusal)) if refusal.reasons.iter().any(|reason| reason.says.contains("主键")))
    );
    assert!(
        matches!(entering("open", json!({ "openness": "open", "licence": "署名" })), Err(Error::Refused(refusal)) if refusal.cites("公开条例/17"))
    );
}

#[test]
fn personal_data_is_masked_logged_and_never_open() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    furnish(&town);
    let batch = submit(&town, "mediation", FIRST, "hao", at(9, 0)).unwrap();
    take(&town, Some(batch), PROCEDURE, "accept", &["niu"], at(9, 10), json!({})).unwrap();
    let set = town.data_set("mediation").unwrap();
    assert_eq!(rows(&town, "tao", Lookup::default())[0][3..5], ["张＊", "＊＊＊＊＊＊"]);
    let by_party = Lookup { by: Some(("party", "张某")), limit: 5, ..Lookup::default() };
    let unasked = town.pool_records(&person(&town, "hao"), "hao", &set, Lookup { limit: 5, ..Lookup::default() }, at(9, 19)).unwrap();
    assert_eq!(unasked[0].values[3], "张＊", "personal data is shown to whoever asks for it and may see it");
    assert!(matches!(town.pool_records(&person(&town, "tao"), "tao", &set, by_party, at(9, 20)), Err(Error::Forbidden(_))));
    assert!(town.pool_looks(&set, 9).unwrap().is_empty(), "what is masked is no look at personal data");
    assert_eq!(town.pool_records(&person(&town, "hao"), "hao", &set, by_party, at(9, 21)).unwrap().len(), 1);
    let csv = String::from_utf8(town.export_pool(&person(&town, "hao"), "hao", &set, Form::Csv, at(9, 30)).unwrap()).unwrap();
    assert!(csv.contains("涉及金额（元）") && csv.contains("11010519491231002X") && csv.contains("'=cmd()"), "{csv}");
    let looks: Vec<String> = town.pool_looks(&set, 9).unwrap().into_iter().map(|(_, login, what)| format!("{login} {what}")).collect();
    assert_eq!(looks, ["hao 导出CSV，3条，含个人信息", "hao 查看个人信息：检索，1条"]);

    assert!(matches!(town.open_file("mediation.csv", at(10, 0)), Err(Error::NotFound)));
    let review = json!({ "openness": "open", "open-review": "司法局2026年3月2日审查，同意开放", "licence": "注明来源，自由使用" });
    enter(&town, "data-sets", "open", "mediation", "mediation", "", DAY, review);
    let file = town.open_file("mediation.csv", at(10, 0)).unwrap();
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(!text.contains("当事人") && !text.contains("张某") && !text.contains("1101051949"), "{text}");
    let json: serde_json::Value = serde_json::from_slice(&town.open_file("mediation.json", at(10, 0)).unwrap().bytes).unwrap();
    assert_eq!(json[0], json!({ "no": "调1号", "day": "2026-01-05", "town": "东关", "amount": "1200.5" }));
    // The workbook holds the same, numbers and days as such; its columns are those that a file submitted has.
    let book = town.open_file("mediation.xlsx", at(10, 0)).unwrap();
    let table = papers::read::rows("mediation.xlsx", &book.bytes).unwrap();
    let shown: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect()).collect();
    assert_eq!(table.rows.len(), 3, "{shown:?}");
    assert!(shown[0].iter().any(|cell| cell == "2026-01-05") && !format!("{shown:?}").contains("张某"), "{shown:?}");
    assert_eq!(town.open_file("mediation.xlsx", at(10, 0)).unwrap().sha256, book.sha256);
    let whole = town.export_pool(&person(&town, "hao"), "hao", &set, Form::Xlsx, at(10, 0)).unwrap();
    let again = Submitted { data_set: "mediation", name: "again.xlsx", bytes: whole, period: "2026年1月", note: "" };
    let again = town.submit_batch(again, &person(&town, "hao"), at(10, 1)).unwrap().case.id;
    assert_eq!((tally(&town, again).known, tally(&town, again).rejected), (3, 0));
    let catalogue = town.open_catalogue(at(10, 0)).unwrap();
    let first = &catalogue["dcat:dataset"][0];
    assert_eq!(first["dct:identifier"], "mediation");
    assert_eq!(first["dcat:distribution"][0]["spdx:checksum"]["spdx:checksumValue"]["@value"], file.sha256.as_str());
    assert!(catalogue["dcat:dataset"].as_array().unwrap().iter().any(|set| set["dct:identifier"] == "figures-2026"));
    // A batch withdrawn changes the open file; closed, it is gone.
    take(&town, Some(batch), PROCEDURE, "withdraw", &["niu"], at(11, 0), json!({ "withdrawal-reason": "有误" })).unwrap();
    assert_eq!(town.open_set("mediation", at(11, 1)).unwrap().records, 0);
    enter(&town, "data-sets", "close", "mediation", "mediation", "", DAY, json!({ "openness": "not-open", "reason": "复核" }));
    assert!(matches!(town.open_file("mediation.csv", at(11, 2)), Err(Error::NotFound)));
    for nothing in ["visits.csv", "mediation.xlsx", "none.csv", "..", "figures-99999.csv"] {
        assert!(matches!(town.open_file(nothing, at(11, 3)), Err(Error::NotFound)), "{nothing}");
    }
}

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

/// Ten thousand tables, most of them wrong in some way: nothing falls over, and the four kinds of row make the whole.
#[test]
fn whatever_the_table_the_counts_add_up() {
    let lines = [
        "no | 案号 | 文字 | 主键",
        "n | 数 | 整数",
        "m | 金额 | 金额",
        "d | 日期 | 日期 | 必填",
        "c | 结果 | 选项 甲/乙 | 可查",
        "x | 代码 | 统一社会信用代码",
        "i | 号码 | 公民身份号码",
        "g | 区划 | 行政区划代码",
        "f | 是否 | 是否",
        "z | 小数 | 小数",
    ];
    let entry = Entry {
        register: "data-sets".to_owned(),
        id: "x".to_owned(),
        title: String::new(),
        organ: String::new(),
        state: engine::register::State::InForce,
        from: None,
        to: None,
        fields: Default::default(),
        seq: 1,
    };
    let set = DataSet { entry, columns: dataset::columns(lines).unwrap(), catalogue: String::new() };
    let heads = [
        "案号",
        "数",
        "金额（元）",
        "日期*",
        "结果",
        "代码",
        "号码",
        "区划",
        "是否",
        "小数",
        "",
        "别的",
        "no",
        "\u{feff}案号",
        "（）",
        "(((",
    ];
    let cells = [
        "",
        " ",
        "1",
        "2",
        "-1",
        "１２",
        "1e9",
        "0.1",
        "9999999999999999999999",
        "2026-01-01",
        "2026年1月1日",
        "20260101",
        "2026-13-01",
        "甲",
        "乙",
        "丙",
        "91350100M000100Y43",
        "11010519491231002X",
        "140902",
        "999999",
        "是",
        "否",
        "\u{0}",
        "\u{1f}",
        "=1+1",
        "é́́́",
        "𠮷𠮷",
        "1,2,3",
        "年月日",
        "-",
        ".",
        "1.",
        "..",
        "（",
        "\u{202e}",
        "日日日日日日日日",
        "２０２６－０１－０１",
        "1101051949123100２X",
        "0x10",
        "NaN",
        "١٢",
    ];
    let mut chance = Chance(7);
    let mut read = 0;
    for _ in 0..10_000 {
        let mut header: Vec<String> = heads[..10].iter().map(|head| (*head).to_owned()).collect();
        for _ in 0..chance.below(3) {
            let place = chance.below(header.len());
            if chance.below(2) == 0 {
                header[place] = heads[chance.below(heads.len())].to_owned();
            } else {
                header.swap_remove(place);
            }
        }
        let rows = (0..chance.below(12) as u32)
            .map(|row| Row {
                number: row + 2,
                cells: (0..chance.below(14))
                    .map(|place| {
                        let text = match place {
                            0 => format!("k{}", chance.below(5)),
                            3 if chance.below(3) > 0 => "2026-01-01".to_owned(),
                            _ if chance.below(3) > 0 => String::new(),
                            _ => {
                                cells[chance.below(cells.len())].to_owned()
                                    + cells[if chance.below(4) == 0 { chance.below(cells.len()) } else { 0 }]
                            }
                        };
                        Cell { address: dataset::address(place, row + 2), text }
                    })
                    .collect(),
            })
            .collect();
        let table = Table { sheet: String::new(), header, rows };
        let known = chance.below(3) == 0;
        let marks = |keys: &[store::Short]| Ok(keys.iter().filter(|_| known).map(|key| (*key, 0)).collect());
        let Ok(checked) = check::check(&set, &table, marks, |_| ()) else { continue };
        let counts = checked.tally;
        assert!(counts.adds_up(), "{counts:?}");
        assert_eq!(counts.accepted as usize, checked.records.len());
        let rows_of = |why: Why| {
            let mut rows: Vec<u32> = checked.rejects.iter().filter(|reject| reject.why == why).map(|reject| reject.row).collect();
            rows.dedup();
            rows.len() as i64
        };
        assert_eq!((rows_of(Why::Rejected), rows_of(Why::Repeated), rows_of(Why::Known)), (counts.rejected, counts.repeated, counts.known));
        assert!(checked.list().lines().count() > checked.rejects.len());
        read += counts.read;
    }
    assert!(read > 5_000, "only {read} rows were read: the tables no longer test anything");
}

//! The data pool walked without a browser: a file goes up, is checked, accepted by somebody else, looked up, exported, opened to all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod site;

use actions::person::NewAccount;
use engine::case::Person;
use engine::register::Entering;
use jiff::civil::date;
use serde_json::{Value, json};
use site::{PASSWORD, Site};

const FILE: &str =
    "案号,受理日期,乡镇,当事人\r\n调1号,2026-01-05,东关,张三丰\r\n调2号,2026-02-30,西关,李某\r\n调1号,2026-01-05,东关,张三丰\r\n";

fn enter(site: &Site, register: &str, act: &str, id: &str, organ: &str, with: Value) {
    let posts = ["qualification-keeper", "data-keeper"].map(str::to_owned).to_vec();
    let founder = Person { id: "founder".to_owned(), organ: "office".to_owned(), posts, ..Person::default() };
    let entering = Entering {
        register: register.to_owned(),
        act: act.to_owned(),
        id: id.to_owned(),
        title: if id == "mediation" { "人民调解案件" } else { id }.to_owned(),
        organ: organ.to_owned(),
        from: date(2026, 1, 1),
        with: with.as_object().cloned().unwrap_or_default(),
    };
    site.hall.enter(entering, &[founder], date(2026, 1, 5).at(9, 0, 0, 0)).unwrap();
}

fn furnish(site: &Site) {
    for (id, organ, posts) in [("hao", "justice-bureau", ["data-officer"]), ("niu", "justice-bureau", ["data-reviewer"])] {
        let with = json!({ "name": id, "kind": "enforcement", "certificate": id, "valid-from": "2020-01-01", "posts": posts });
        enter(site, "officers", "issue", id, organ, with);
        let account = NewAccount { login: id.to_owned(), name: id.to_owned(), password: PASSWORD.to_owned(), person: id.to_owned() };
        site.hall.make_account(&account).unwrap();
    }
    let columns =
        ["no | 案号 | 文字 | 主键", "day | 受理日期 | 日期 | 必填", "town | 乡镇 | 文字 | 可查", "party | 当事人 | 文字 | 个人信息"];
    let with = json!({ "description": "按案件登记", "columns": columns, "refresh": "monthly", "source": "调解业务", "method": "download", "sharing": "conditional", "conditions": "共享给法院" });
    enter(site, "data-sets", "adopt", "mediation", "justice-bureau", with);
}

#[tokio::test]
async fn a_file_becomes_records_through_the_pages() {
    let site = Site::open();
    furnish(&site);
    let mut hao = site.signed_in("hao").await;
    hao.get("/pool").await.is(200).says("人民调解案件").says("还没有");
    let wrong = hao.submit_file("/pool/mediation", &[("period", "2026年1月")], "一月.csv", "案号,乡镇\n1,2\n".as_bytes()).await.is(422);
    wrong.says("这一批没有收下").says("受理日期");
    let sent = hao.submit_file("/pool/mediation", &[("period", "2026年1月")], "一月.csv", FILE.as_bytes()).await.is(303);
    let batch = sent.goes_to();
    let page = hao.get(&batch).await.is(200).says("读到3行，1行合格").says("各类相加等于读到的行");
    let page = page.says("B3").says("2026-02-30").says("与第2行的主键相同");
    assert!(!page.text.contains("style=\""));
    assert!(hao.get(&format!("{batch}/rejects.csv")).await.is(200).text.contains("3,B3,受理日期,2026-02-30,不合格"));
    let case = format!("/officer/cases/{}", batch.rsplit('/').next().unwrap());
    hao.fill(&case, &[("step", "accept"), ("seen", "2")]).await.is(409).says("另一位数据审核人员");

    let mut niu = site.signed_in("niu").await;
    niu.fill(&case, &[("step", "accept"), ("seen", "2")]).await.is(303);
    let page = niu.get("/pool/mediation").await.is(200).says("入池1条").says("张＊＊").says("还没有人看过");
    assert!(!page.text.contains("张三丰"), "shown when it is asked for");
    niu.get("/pool/mediation?personal=yes").await.is(200).says("张三丰").says("查看个人信息");
    niu.get("/pool/mediation?by=town&q=东关").await.is(200).says("调1号");
    niu.get("/pool/mediation?by=town&q=北关").await.is(200).says("没有这样的记录");
    niu.get("/pool/mediation?by=party&q=x").await.is(200).says("不能按");
    assert!(niu.get("/pool/mediation/records.csv").await.is(200).text.contains("张三丰"));
    niu.get("/pool/mediation/records.exe").await.is(404);
    niu.get("/pool/mediation").await.is(200).says("导出CSV");

    // Supervisors see it masked; another organ sees the catalogue, and not the batch.
    let masked = site.signed_in("zheng").await.get("/pool/mediation").await.is(200).says("张＊").says("已经遮住");
    assert!(!masked.text.contains("张三丰"));
    let mut clerk = site.signed_in("qian").await;
    let shut = clerk.get("/pool/mediation").await.is(200).says("有条件共享");
    assert!(!shut.text.contains("调1号") && !shut.text.contains("张"));
    clerk.get(&batch).await.is(404);
    clerk.get("/pool/mediation/records.csv").await.is(404);
    clerk.submit_file("/pool/mediation", &[], "a.csv", FILE.as_bytes()).await.is(409).says("数据归集人员");
    site.signed_in("citizen").await.get("/pool").await.is(403);
    let mut nobody = site.browser();
    nobody.get("/pool").await.is(303);
    nobody.submit_file("/pool/mediation", &[], "a.csv", &vec![b'x'; 1 << 20]).await.is(403);

    nobody.get("/open-data/mediation").await.is(404);
    enter(&site, "data-sets", "open", "mediation", "", json!({ "openness": "open", "open-review": "同意", "licence": "自由使用" }));
    nobody.get("/open-data").await.is(200).says("人民调解案件");
    nobody.get("/open-data/mediation").await.is(200).says("SM3").says("自由使用");
    let csv = nobody.get("/open-data/mediation.csv").await.is(200);
    assert_eq!(csv.text.trim_start_matches('\u{feff}'), "案号,受理日期,乡镇\r\n调1号,2026-01-05,东关\r\n");
    let catalogue = nobody.get("/open-data/catalogue.jsonld").await.is(200);
    assert_eq!(catalogue.headers["content-type"], "application/ld+json");
    let catalogue: Value = serde_json::from_str(&catalogue.text).unwrap();
    assert_eq!(
        catalogue["dcat:dataset"][0]["dcat:distribution"][0]["dcat:downloadURL"]["@id"],
        "https://example.org/open-data/mediation.csv"
    );
}

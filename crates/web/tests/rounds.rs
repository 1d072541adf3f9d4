//! A report on the site: the round opened by the office, one part written by two people at once, a sum that needs a reason, the frozen report
//! published for anybody, byte for byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod site;

use actions::person::NewAccount;
use engine::case::Person;
use engine::register::Entering;
use jiff::civil::date;
use serde_json::json;
use site::{PASSWORD, Shown, Site, hidden};

/// Those who report, beside the officers every test has.
fn reporters(site: &Site) {
    let founder = Person {
        id: "founder".to_owned(),
        organ: "office".to_owned(),
        posts: vec!["qualification-keeper".to_owned()],
        ..Person::default()
    };
    for (id, organ, post) in [
        ("song", "justice-bureau", "rule-of-law-office"),
        ("xu", "justice-bureau", "report-writer"),
        ("tang", "justice-bureau", "report-writer"),
        ("he", "market-regulation", "report-writer"),
    ] {
        let with =
            json!({ "name": id, "kind": "enforcement", "certificate": id, "valid-from": "2020-01-01", "posts": [post], "certified": "no" });
        let entering = Entering {
            register: "officers".to_owned(),
            act: "issue".to_owned(),
            id: id.to_owned(),
            title: id.to_owned(),
            organ: organ.to_owned(),
            from: date(2020, 1, 1),
            with: with.as_object().cloned().unwrap(),
        };
        site.hall.enter(entering, std::slice::from_ref(&founder), *site.now.lock().unwrap()).unwrap();
        let account = NewAccount { login: id.to_owned(), name: id.to_owned(), password: PASSWORD.to_owned(), person: id.to_owned() };
        site.hall.make_account(&account).unwrap();
    }
}

fn form<'f>(page: &'f Shown, part: &'f str, based_on: &'f str, text: &'f str, token: &'f str) -> Vec<(&'f str, &'f str)> {
    assert!(page.text.contains(&format!("id=\"t-{part}\"")), "{}", page.text);
    vec![("do", "write"), ("part", part), ("based-on", based_on), ("text", text), ("csrf", token)]
}

#[tokio::test]
async fn a_report_from_its_round_to_its_publication() {
    let site = Site::open();
    reporters(&site);
    let mut song = site.signed_in("song").await;
    let opened = song.fill("/rounds", &[("do", "open"), ("year", "2025"), ("unit", "market-regulation")]).await.is(303);
    let id = opened.goes_to().rsplit('=').next().unwrap().to_owned();
    song.get("/rounds").await.is(200).says("1个单位，0个已交，1个逾期").says("区市场监督管理局");
    song.fill("/rounds", &[("do", "open"), ("year", "2025")]).await.is(422).says("已经启动过");
    let at = format!("/rounds/{id}");

    // Two people open the same page.
    let (mut xu, mut tang) = (site.signed_in("xu").await, site.signed_in("tang").await);
    let page = xu.get(&at).await.is(200);
    let token = hidden(&page.text);
    xu.post(&at, &form(&page, "measures", "0", "甲\n乙\n丙", &token)).await.is(303);
    let page = tang.get(&at).await.is(200).says("甲");
    let base = page.text.split("name=\"based-on\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let theirs = hidden(&page.text);
    xu.post(&at, &form(&page, "measures", &base, "甲一\n乙\n丙", &token)).await.is(303);
    let merged = tang.post(&at, &form(&page, "measures", &base, "甲\n乙\n丙二", &theirs)).await.is(303).goes_to();
    tang.get(merged.split('#').next().unwrap()).await.is(200).says("已经合在一起").says("甲一").says("丙二");
    let conflict = tang.post(&at, &form(&page, "measures", &base, "甲三\n乙\n丙", &theirs)).await.is(409).says("同时改了同一段");
    assert!(conflict.text.contains("甲三") && conflict.text.contains("丙二"), "both texts stand on the page");
    tang.get(&format!("{at}/parts/measures")).await.is(200).says("没有合并的文字").says("甲三").says("<del>").says("<ins>");
    let wrong = tang.post(&at, &form(&page, "other", "0", "收到{S45.ratings_recieved}", &theirs)).await.is(409);
    wrong.says("S45.ratings_received").says("收到{S45.ratings_recieved}</textarea>");
    // Of another organ: nothing to see here.
    site.signed_in("he").await.get(&at).await.is(404);
    site.signed_in("wang").await.get(&at).await.is(404);

    // A sum that does not add up stops the approval until somebody says why.
    let case: i64 = id.parse().unwrap();
    let rest = json!({ "shortcomings": "办理12件，其中甲类5件、乙类8件。", "first-responsible": "四次。", "next-year": "继续。" });
    site.step(&["xu"], Some(case), "", "write", rest);
    site.step(&["xu"], Some(case), "", "submit", json!({}));
    site.step(&["song"], Some(case), "", "pass-review", json!({}));
    let mut liu = site.signed_in("liu").await;
    let step = format!("/officer/cases/{id}?step=approve");
    liu.fill(&step, &[("step", "approve")]).await.is(409).says("核对不符").says("不是哪一条法律");
    let page = liu.get(&at).await.is(200).says("有1处核对不符");
    let check = page.text.split("name=\"check\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    liu.fill(&at, &[("do", "explain"), ("check", "nothing"), ("reason", "没有这一处")]).await.is(422);
    liu.fill(&at, &[("do", "explain"), ("check", &check), ("reason", "有1件两类都算")]).await.is(303);
    liu.fill(&step, &[("step", "approve"), ("f-head-opinion", "同意")]).await.is(303);
    liu.get(&at).await.is(200).says("批准定稿").says("有1件两类都算");

    // Published: anybody reads it, and what was kept has its digest.
    let mut anybody = site.browser();
    let code = actions::step::code(&site.hall.case(case).unwrap());
    anybody.get(&format!("/publications/{code}")).await.is(404);
    anybody.get(&format!("/publications/{code}/report.docx")).await.is(404);
    assert!(!anybody.get("/publications.atom").await.is(200).text.contains("<entry>"));
    site.step(&["song"], Some(case), "", "hand-in", json!({}));
    site.step(&["song"], Some(case), "", "publish", json!({ "openness": "open" }));
    anybody.get("/publications").await.is(200).says("2025年度").says(&code);
    let feed =
        anybody.get("/publications.atom").await.is(200).says("<entry>").says(&format!("https://example.org/publications/{code}</id>"));
    assert_eq!(feed.headers["content-type"], "application/atom+xml; charset=utf-8");
    anybody.get(&format!("/publications/{code}/report.csv")).await.is(200).says("S45.ratings_received");
    // The catalogue of open data names the report and every form of it.
    let catalogue = anybody.get("/open-data/catalogue.jsonld").await.is(200);
    let catalogue: serde_json::Value = serde_json::from_str(&catalogue.text).unwrap();
    let sets = catalogue["dcat:dataset"].as_array().unwrap();
    let listed = sets.iter().find(|set| set["dct:identifier"] == code.as_str()).expect("the published report");
    assert_eq!(listed["dcat:distribution"].as_array().unwrap().len(), 7);
    for file in listed["dcat:distribution"].as_array().unwrap() {
        let address = file["dcat:downloadURL"]["@id"].as_str().unwrap();
        anybody.get(address.strip_prefix("https://example.org").unwrap()).await.is(200);
    }
    let digest = site.hall.report_of(case, *site.now.lock().unwrap()).unwrap().digest.unwrap();
    anybody.get(&format!("/publications/{code}")).await.is(200).says("有1件两类都算").says(&digest[..8]);
    let kept = anybody.get(&format!("/publications/{code}.json")).await.is(200);
    assert_eq!(store::event::hex(&store::event::digest(kept.text.as_bytes())), digest);
}

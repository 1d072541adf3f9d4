//! The appraisal walked without a browser: who sees what, the year opened from its page, a score that opens its figure, an objection's trail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod site;

use engine::case::Person;
use engine::register::Entering;
use jiff::civil::date;
use serde_json::json;
use site::Site;

/// People of the appraisal, beside those of the site: id, organ, post.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("office", "justice-bureau", "appraisal-office"),
    ("liaison", "market-regulation", "appraisal-liaison"),
    ("stranger", "approval-bureau", "appraisal-liaison"),
];

fn staff(site: &Site) {
    let keeper = Person {
        id: "founder".to_owned(),
        organ: "office".to_owned(),
        posts: vec!["qualification-keeper".to_owned()],
        ..Person::default()
    };
    for (id, organ, post) in PEOPLE {
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
        site.hall.enter(entering, std::slice::from_ref(&keeper), *site.now.lock().unwrap()).unwrap();
        let account = actions::person::NewAccount {
            login: id.to_owned(),
            name: id.to_owned(),
            password: site::PASSWORD.to_owned(),
            person: id.to_owned(),
        };
        site.hall.make_account(&account).unwrap();
    }
}

#[tokio::test]
async fn a_year_is_opened_from_its_page_and_read_by_whoever_may() {
    let site = Site::open();
    staff(&site);
    // Before it begins everybody reads the tree, with where its weights come from.
    let mut outside = site.browser();
    assert_eq!(outside.get("/appraisal").await.is(303).goes_to(), "/appraisal/2026");
    outside.get("/appraisal/2026").await.is(200).says("还没有开始").says("默认值，本地尚未采纳").says("办件评价率");
    outside.get("/appraisal/1999").await.is(404);
    outside.get("/appraisal/next").await.is(404);

    let mut office = site.signed_in("office").await;
    office.fill("/appraisal/2026", &[]).await.is(409).says("没有填写“采纳考核细则的文件”").says("使用规则");
    office.fill("/appraisal/2026", &[("adopted-by", "忻区法治办〔2026〕1号")]).await.is(303);
    office.get("/appraisal/2026").await.says("按忻区法治办〔2026〕1号采纳的考核细则");
    office.get("/appraisal/2026").await.is(200).says("区市场监督管理局").says("本年度已经存下，不再改动");
    // Others open nothing: the law says so, and the page says who.
    let mut liaison = site.signed_in("liaison").await;
    let token = site::hidden(&liaison.get("/appraisal/2026").await.is(200).text);
    liaison.post("/appraisal/2027", &[("csrf", &token), ("adopted-by", "忻区法治办〔2027〕1号")]).await.is(409).says("考核办公室人员");

    // A unit sees its own sheet and no other; the public sees no score before the bulletin.
    let own = liaison.get("/appraisal/2026/market-regulation").await.is(200).says("还没有报送材料，得0分").text;
    assert!(own.contains("/figures/S72.publication_rate?year=2026&amp;organ=market-regulation"), "{own}");
    site.signed_in("stranger").await.get("/appraisal/2026/market-regulation").await.is(404);
    outside.get("/appraisal/2026").await.is(200).says("得分和名次在通报以后公开");
    assert!(outside.get("/appraisal/2026/market-regulation").await.goes_to().starts_with("/sign-in"));

    // Evidence is filed from the case, the indicator chosen from the tree that the case keeps.
    let person = site.hall.person("liaison", date(2026, 3, 2)).unwrap();
    let case = site.hall.appraisal_sheet(Some(&person), 2026, "market-regulation").unwrap().case;
    let form = format!("/officer/cases/{case}?step=file-evidence");
    let page = liaison.get(&form).await.is(200).says("2.1.1 规范性文件合法性审核").text;
    let seen = page.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let filed = [("step", "file-evidence"), ("seen", seen.as_str()), ("f-indicator", "2.1.1"), ("f-evidence", "某文件审核意见")];
    liaison.fill(&form, &filed).await.is(303);
    liaison.get("/appraisal/2026/market-regulation").await.is(200).says("已报送材料1件").says("某文件审核意见");
    // Or from the sheet, with a file, which only who may see the sheet reads back.
    let to = "/appraisal/2026/market-regulation";
    let file = ("a.pdf", b"%PDF-1.7 comments".as_slice());
    let with = |indicator: &'static str| [("indicator", indicator), ("evidence", "征求意见的材料")];
    liaison.send_file(to, &with("9.9.9"), file).await.is(409).says("没有编号为“9.9.9”的三级指标").says("征求意见的材料");
    assert_eq!(liaison.send_file(to, &with("2.1.2"), file).await.is(303).goes_to(), format!("{to}#i-2.1.2"));
    let page = liaison.get(to).await.is(200).text;
    let file = page.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.contains("/evidence/")).unwrap().to_owned();
    let kept = liaison.get(&file).await.is(200).says("%PDF-1.7 comments");
    assert_eq!(kept.headers["content-type"], "application/pdf");
    site.signed_in("stranger").await.get(&file).await.is(404);
    // English is one click away.
    liaison.get("/appraisal/2026/market-regulation?lang=en").await.is(200).says("Scores by indicator");
}

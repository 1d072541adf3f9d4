//! The site walked without a browser: doors, tokens, refusals, what a page may contain.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod site;

use serde_json::json;
use site::{PASSWORD, Site, hidden};

#[tokio::test]
async fn the_home_page_answers_and_forbids_what_is_not_its_own() {
    let site = Site::open();
    let home = site.browser().get("/").await.is(200).says("您要办什么事？").says("我要诉");
    let policy = home.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("style-src 'self'") && policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    assert_eq!(home.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_form_without_its_token_is_turned_away() {
    let site = Site::open();
    let mut browser = site.browser();
    browser.get("/sign-in").await.is(200);
    browser.post("/sign-in", &[("login", "citizen"), ("password", PASSWORD)]).await.is(403).says("这张表已经过期");
    browser.post("/sign-in", &[("csrf", "0000"), ("login", "citizen"), ("password", PASSWORD)]).await.is(403);
    let mut signed = site.signed_in("citizen").await;
    signed.post("/apply/licence", &[("f-item", "food-licence")]).await.is(403);
    signed.post("/sign-out", &[]).await.is(403);
}

#[tokio::test]
async fn signing_in_leads_to_ones_own_room_and_never_elsewhere() {
    let site = Site::open();
    for (login, room) in [("citizen", "/mine"), ("qian", "/officer"), ("zheng", "/supervisor"), ("liu", "/leader")] {
        let mut browser = site.browser();
        let token = hidden(&browser.get("/sign-in").await.text);
        let shown = browser.post("/sign-in", &[("csrf", &token), ("login", login), ("password", PASSWORD)]).await.is(303);
        assert_eq!(shown.goes_to(), room);
        let cookie = shown.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"));
        browser.get(room).await.is(200);
    }
    let mut browser = site.browser();
    let token = hidden(&browser.get("/sign-in").await.text);
    let shown = browser
        .post("/sign-in", &[("csrf", &token), ("login", "citizen"), ("password", PASSWORD), ("next", "//evil.example")])
        .await
        .is(303);
    assert_eq!(shown.goes_to(), "/");
    let wrong = site.browser().fill("/sign-in", &[("login", "citizen"), ("password", "wrong horse")]).await.is(403);
    assert!(wrong.text.contains("账号或密码不对"));
}

#[tokio::test]
async fn every_door_is_closed_to_those_outside() {
    let site = Site::open();
    let case = site.received("东街小吃店");
    let pages = [
        "/officer",
        "/officer/new",
        "/officer/new/licence",
        "/officer/registers",
        "/officer/registers/officers",
        "/supervisor",
        "/leader",
        "/leader/orders",
        "/leader/orders/new",
        "/leader/figures/S45.bad_ratings",
        &format!("/officer/cases/{case}"),
    ];
    for page in pages {
        let shown = site.browser().get(page).await.is(303);
        assert!(shown.goes_to().starts_with("/sign-in?next="), "{page}");
    }
    let mut citizen = site.signed_in("citizen").await;
    for page in pages {
        let shown = citizen.get(page).await.is(403).says("不对您开放");
        assert!(!shown.text.contains("东街小吃店"), "{page}");
    }
    let mut clerk = site.signed_in("qian").await;
    clerk.get("/supervisor").await.is(403);
    clerk.get("/leader").await.is(403);
    // Another organ's officer, whose post does not reach across, does not learn that the case exists.
    site.signed_in("zhang").await.get(&format!("/officer/cases/{case}")).await.is(404);
}

#[tokio::test]
async fn a_step_too_early_is_refused_with_the_article_and_nothing_typed_is_lost() {
    let site = Site::open();
    let case = site.received("东街小吃店");
    let mut approver = site.signed_in("zhao").await;
    let page = format!("/officer/cases/{case}");
    approver.get(&page).await.is(200).says("现在不能做").says("东街小吃店").says("怎么算的");
    let refused = approver.fill(&page, &[("step", "grant"), ("seen", "1"), ("f-decision", "准予从事食品经营")]).await.is(409);
    let refused = refused.says("现在还不能准予许可").says("《行政许可法》第三十八条第一款").says("本案：").says("怎么办：");
    assert!(refused.text.contains("准予从事食品经营</textarea>"), "what was typed is kept");
    assert_eq!(site.hall.case(case).unwrap().seq, 1, "nothing was recorded");
}

#[tokio::test]
async fn a_licence_goes_its_way_through_the_pages() {
    let site = Site::open();
    let mut clerk = site.signed_in("qian").await;
    let opened = clerk
        .fill(
            "/officer/new/licence",
            &[
                ("step", "receive"),
                ("f-item", "food-licence"),
                ("f-party.kind", "organisation"),
                ("f-party.name", "东街小吃店"),
                ("f-venue", "district-centre"),
                ("f-materials", "申请书\n营业执照"),
            ],
        )
        .await
        .is(303);
    let page = opened.goes_to();
    clerk.get(&page).await.is(200).says("受理").says("余5个工作日");
    clerk.fill(&page, &[("step", "accept"), ("seen", "1")]).await.is(303);
    // Somebody with an old page is told, and loses nothing.
    clerk
        .fill(&page, &[("step", "accept"), ("seen", "1"), ("f-corrected", "地址")])
        .await
        .is(409)
        .says("别人刚刚办了")
        .says("地址</textarea>");
    let mut approver = site.signed_in("zhao").await;
    approver.fill(&page, &[("step", "grant"), ("seen", "2"), ("f-decision", "准予")]).await.is(303);
    approver.get(&page).await.is(200).says("已准予，待送达").says("忻审批");
    let mut leader = site.signed_in("liu").await;
    leader.get("/leader").await.is(200).says("忻府区没有逾期的案件");
    let mut supervisor = site.signed_in("zheng").await;
    *site.now.lock().unwrap() = jiff::civil::date(2026, 3, 30).at(9, 0, 0, 0);
    drop(supervisor);
    supervisor = site.signed_in("zheng").await;
    supervisor.get("/supervisor").await.is(200).says("1件逾期").says("食品经营许可");
}

#[tokio::test]
async fn an_order_goes_out_from_the_screen_and_its_reply_comes_back_to_it() {
    let site = Site::open();
    site.received("东街小吃店");
    *site.now.lock().unwrap() = jiff::civil::date(2026, 4, 20).at(9, 0, 0, 0);
    let mut leader = site.signed_in("liu").await;
    let screen = leader.get("/leader").await.is(200).says("忻府区有1件逾期").says("区行政审批服务管理局有1件逾期");
    // The link beside the alert fills the form.
    let link = screen
        .text
        .split("href=\"/leader/orders/new?organ=approval-bureau&amp;about-kind=alert")
        .nth(1)
        .expect("no order beside the alert");
    let link =
        format!("/leader/orders/new?organ=approval-bureau&about-kind=alert{}", link.split('"').next().unwrap().replace("&amp;", "&"));
    leader
        .get(&link)
        .await
        .is(200)
        .says("区行政审批服务管理局有1件逾期")
        .says("《地方各级人民代表大会和地方各级人民政府组织法》第七十三条第一款第二项");
    let order = [
        ("step", "dispatch"),
        ("f-organ", "approval-bureau"),
        ("f-subject", "区行政审批服务管理局有1件逾期"),
        ("f-about-kind", "alert"),
        ("f-demand", "今天办结，说明原因。"),
    ];
    let mut early = order.to_vec();
    early.push(("f-reply-by", "2026-04-01"));
    leader.fill(&link, &early).await.is(409).says("回复日期已经过去").says("今天办结，说明原因。");
    let mut good = order.to_vec();
    good.push(("f-reply-by", "2026-04-21"));
    assert_eq!(leader.fill(&link, &good).await.is(303).goes_to(), "/leader#orders");
    leader.get("/leader").await.is(200).says("待签收").says("还没有回复");
    // The unit finds it among its open cases and answers; nobody but leaders sends orders.
    let mut unit = site.signed_in("ma").await;
    let list = unit.get("/officer?procedure=leader-order").await.is(200).says("区行政审批服务管理局有1件逾期");
    let case = list.text.split("/officer/cases/").nth(1).unwrap().split(['"', '?']).next().unwrap().to_owned();
    let page = format!("/officer/cases/{case}");
    unit.fill(&page, &[("step", "receive")]).await.is(303);
    unit.fill(&page, &[("step", "reply"), ("f-outcome", "done"), ("f-reply", "已经办结，原因是窗口缺人。")]).await.is(303);
    unit.get("/leader/orders/new").await.is(403);
    leader.get("/leader").await.is(200).says("1件指令等您确认").says("已经办结，原因是窗口缺人。").says("确认或者退回");
    leader.fill(&page, &[("step", "confirm")]).await.is(303);
    leader.get("/leader/orders").await.is(200).says("2026年下达督办指令1件").says("已确认，办结");
    leader.get(&format!("/papers/{case}/1/order-slip.pdf")).await.is(200);
    // Reloading by itself is a choice, and can be stopped.
    assert!(!leader.get("/leader").await.text.contains("http-equiv"));
    leader.get("/leader?live=1").await.is(200).says("http-equiv=\"refresh\"").says("停止自动更新");
}

#[tokio::test]
async fn a_citizen_applies_tracks_and_sees_nobody_elses_case() {
    let site = Site::open();
    let mut citizen = site.signed_in("citizen").await;
    citizen.get("/items?q=食品").await.is(200).says("食品经营许可");
    citizen.get("/items/food-licence").await.is(200).says("申请办理").says("营业执照");
    let bad = citizen
        .fill(
            "/apply/licence?item=food-licence",
            &[("f-item", "food-licence"), ("f-party.kind", "citizen"), ("f-party.name", "王小明"), ("f-party.id", "123")],
        )
        .await
        .is(409);
    bad.says("aria-invalid=\"true\"").says("王小明").says("校验码");
    let opened = citizen
        .fill(
            "/apply/licence?item=food-licence",
            &[("f-item", "food-licence"), ("f-party.kind", "citizen"), ("f-party.name", "王小明"), ("f-channel", "web")],
        )
        .await
        .is(303);
    let track = opened.goes_to();
    citizen.get(&track).await.is(200).says("已收件，待受理").says("撤回申请");
    citizen.get("/mine").await.is(200).says("您有1件办件");
    // Anybody with the code sees the progress, not the person.
    let outside = site.browser().get(&track).await.is(200).says("已收件，待受理");
    assert!(!outside.text.contains("王小明") && !outside.text.contains("撤回申请"));
    site.browser().get("/track?code=0000-0000").await.is(404).says("没有这个编号的办件");
}

#[tokio::test]
async fn anybody_reports_a_problem_without_an_account() {
    let site = Site::open();
    if !site.hall.law.procedures.contains_key("hotline-order") {
        return;
    }
    let mut browser = site.browser();
    let opened = browser.fill("/report", &[("step", "report"), ("f-content", "小区暖气不热"), ("f-channel", "web")]).await.is(303);
    let shown = browser.get(&opened.goes_to()).await.is(200);
    assert!(!shown.text.contains("小区暖气不热"), "the content is personal and shown to the unit only");
}

#[tokio::test]
async fn a_figure_opens_to_its_records_and_names_nobody_outside() {
    let site = Site::open();
    let case = site.received("东街小吃店");
    site.step(&["qian"], Some(case), "", "accept", json!({}));
    let list = site.browser().get("/figures?year=2026").await.is(200);
    let key = site.hall.law.figures.iter().find(|figure| matches!(&figure.measure, engine::figure::Measure::Count(over) if over.procedure.as_deref() == Some("licence") && over.on.contains(&"accept".to_owned()) && over.filter.is_empty()));
    assert!(list.text.contains("/figures/S"));
    let Some(figure) = key else { return };
    let path = format!("/figures/{}?year=2026", figure.key);
    let outside = site.browser().get(&path).await.is(200).says("重数相等");
    assert!(!outside.text.contains("东街小吃店"));
    site.signed_in("zheng").await.get(&path).await.is(200).says("东街小吃店").says(&format!("/officer/cases/{case}"));
}

#[tokio::test]
async fn a_stated_figure_shows_who_signed_and_who_checked() {
    let site = Site::open();
    let path = "/figures/S155.grids_total?year=2026";
    site.browser().get(path).await.is(200).says("没有填报不等于零").says("手填");
    // What may not be seen is counted and said.
    let order = json!({ "content": "暖气不热", "channel": "phone", "class": "help", "topic": "供热" });
    site.step(&["wu"], None, "hotline-order", "take-call", order);
    let outside = site.browser().get("/figures/S160.demands_registered?year=2026").await.is(200).says("另有1条您无权查看").says("重数相等");
    assert!(!outside.text.contains("暖气不热"));
    site.browser().get("/figures/S160.demands_registered/export/csv?year=2026").await.is(303);
    let file = site.signed_in("zheng").await.get("/figures/S160.demands_registered/export/csv?year=2026").await.is(200);
    assert!(file.text.starts_with('\u{feff}') && file.text.lines().count() == 2, "{}", file.text);
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let site = Site::open();
    let case = site.received("<script>alert(1)</script>\"'>");
    let mut clerk = site.signed_in("qian").await;
    for page in [
        "/officer".to_owned(),
        format!("/officer/cases/{case}"),
        "/items?q=%3Cscript%3E%22%27".to_owned(),
        "/track?code=%3Cscript%3E".to_owned(),
    ] {
        let shown = clerk.get(&page).await;
        assert!(!shown.text.contains("<script"), "{page}");
    }
}

#[tokio::test]
async fn pages_carry_no_inline_style_or_script_and_only_known_classes() {
    let site = Site::open();
    let case = site.received("东街小吃店");
    site.step(
        &["zhang", "li"],
        None,
        "general-penalty",
        "file-case",
        json!({ "conduct": "未按规定明码标价", "party": { "name": "某商店", "kind": "organisation" } }),
    );
    let style = web::components::page::STYLE;
    assert!(style.len() <= 25_000, "the style sheet has {} bytes", style.len());
    let mut leader = site.signed_in("liu").await;
    let mut clerk = site.signed_in("qian").await;
    let case = format!("/officer/cases/{case}");
    let mut pages = Vec::new();
    for page in [
        "/",
        "/items",
        "/items/food-licence",
        "/report",
        "/review",
        "/track",
        "/sign-in",
        "/figures",
        "/law",
        "/law/licence",
        "/law/general-penalty",
        "/law/hotline-order",
        "/components",
        "/leader",
        "/leader?wall=1",
        "/leader?live=1&map=S160.demands_accepted",
        "/leader/orders",
        "/leader/orders/new?organ=approval-bureau&subject=某事",
        "/leader/figures/S45.bad_ratings",
        "/leader/figures/S160.demands_accepted",
        "/supervisor",
        "/accessibility",
        "/figures/S45.ratings_received",
        "/nowhere",
        "/?lang=en",
    ] {
        pages.push((page, leader.get(page).await.text));
    }
    for page in [
        "/officer",
        &case,
        "/officer/new",
        "/officer/new/licence",
        "/officer/registers",
        "/officer/registers/service-items",
        "/officer/registers/service-items/food-licence",
    ] {
        pages.push((page, clerk.get(page).await.is(200).text));
    }
    for (page, text) in &pages {
        assert!(!text.contains(" style=") && !text.contains("<script") && !text.contains(" onclick"), "{page}");
        assert_eq!(text.matches("<h1").count(), 1, "{page} has one h1");
        assert!(text.len() < 400_000, "{page} has {} bytes", text.len());
        for class in text
            .split("class=\"")
            .skip(1)
            .flat_map(|rest| rest.split('"').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        {
            let known = [" ", ",", ":", "[", ".", ")"].iter().any(|end| style.contains(&format!(".{class}{end}")));
            assert!(known, "{page}: class `{class}` is not in the style sheet");
        }
    }
}

#[tokio::test]
async fn english_is_one_click_away() {
    let site = Site::open();
    let mut browser = site.browser();
    browser.get("/?lang=en").await.is(200).says("lang=\"en\"").says("What do you need to do?");
    browser.get("/law/licence").await.is(200).says("Notify missing").says("lang=\"zh-CN\"");
    browser.get("/?lang=zh").await.is(200).says("您要办什么事？");
}

#[tokio::test]
async fn a_paper_goes_to_those_who_may_read_it_and_anybody_can_verify_it() {
    let site = Site::open();
    let case = site.received("东街小吃店");
    let path = format!("/papers/{case}/1/receipt.pdf");
    let paper = site.signed_in("qian").await.get(&path).await.is(200);
    assert_eq!(paper.headers["content-type"], "application/pdf");
    assert!(site.browser().get(&path).await.is(303).goes_to().starts_with("/sign-in"));
    site.signed_in("citizen").await.get(&path).await.is(404);
    let now = *site.now.lock().unwrap();
    let clerk = site.hall.person("qian", now.date());
    let code = site.hall.look(clerk.as_ref(), case, now).unwrap();
    let digest = &code.events[0].hash;
    let page = site.browser().get(&format!("/verify/{}/1?digest={}", code.code, &digest[..16])).await.is(200).says("文书与记录一致");
    assert!(!page.text.contains("东街小吃店"));
    site.browser().get(&format!("/verify/{}/1?digest=00000000", code.code)).await.is(200).says("文书与记录不一致");
}

#[tokio::test]
async fn anybody_has_a_report_audited_and_nothing_is_kept() {
    let site = Site::open();
    site.browser().get("/").await.is(200).says("href=\"/audit\"");
    let mut browser = site.browser();
    let report = "证照分离事项72项，其中取消审批10项、改为备案6项、告知承诺25项、优化审批41项。满意率99.73%。";
    let page = browser.send_file("/audit", &[("words", ""), ("year", "2026")], ("报告.txt", report.as_bytes())).await.is(200);
    let page = page.says("报告.txt").says("10+6+25+41").says("对不上").says("mg warn").says("台账上没有");
    assert!(
        page.text.contains("<a class=\"fig\" id=\"t0\" href=\"#f0\"") && page.text.contains("<tr id=\"f0\">"),
        "figures lead to the list and back"
    );
    browser.send_file("/audit?lang=en", &[("words", report)], ("", b"")).await.is(200).says("1 checks fail").says("does not agree");
    let empty = browser.send_file("/audit?lang=zh", &[("words", "")], ("", b"")).await.is(422).says("文件是空的");
    assert!(empty.text.contains("name=\"file\""), "the form is there again");
    browser.send_file("/audit", &[("words", "")], ("扫描.png", b"\x89PNG\r\n\x1a\n")).await.is(422).says("这是图片");
    browser.send_file("/audit", &[("words", "")], ("<script>.docx", b"PK\x03\x04")).await.is(422).says("文件坏了");
    browser.post("/audit", &[("words", report)]).await.is(403);
    let huge = vec![b'a'; 22 << 20];
    browser.send_file("/audit", &[("words", "")], ("a.txt", &huge)).await.is(413);
}

/// A report is offered in every form, under its own name.
#[tokio::test]
async fn a_report_is_taken_along_in_every_form() {
    let site = Site::open();
    site.received("东街小吃店");
    let mut officer = site.signed_in("zheng").await;
    let page = officer.get("/reports/annual?year=2026").await.is(200).says("下载");
    assert!(page.text.contains("href=\"/reports/annual/report.docx?year=2026\"") && page.text.contains("data-section=\"measures\""));
    for (ending, kind) in [
        ("html", "text/html; charset=utf-8"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("txt", "text/plain; charset=utf-8"),
    ] {
        let taken = officer.get(&format!("/reports/annual/report.{ending}?year=2026")).await.is(200);
        assert_eq!(taken.headers["content-type"], kind);
        let name = taken.headers["content-disposition"].to_str().unwrap();
        assert!(name.contains("filename*=UTF-8''%E5%BF%BB%E5%BA%9C%E5%8C%BA2026") && name.ends_with(&format!(".{ending}")), "{name}");
        assert_eq!(name.starts_with("attachment"), ending == "html", "{name}");
    }
    officer.get("/reports/annual/report.exe?year=2026").await.is(404);
    officer.get("/reports/annul?year=2026").await.is(404);
    officer.get("/reports/annual?year=2019").await.is(422).says("有记录的年份：2026");
    officer.get("/reports/annual?year=2027").await.is(422).says("还没有到");
    officer.get("/reports/half-year?year=2026&half=1").await.is(200).says("2026年上半年");
    officer.get("/reports/department").await.is(200).says("哪个机关的报告");
    officer.get("/reports/department?organ=approval-bureau&year=2026").await.is(200).says("区行政审批服务管理局2026年度");
    site.browser().get("/reports/annual/report.json?year=2026").await.is(303);
}

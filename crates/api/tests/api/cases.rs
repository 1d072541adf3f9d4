//! Carrying a case: opening, the lawful way to a grant, what is refused and how, who sees it.

use axum::body::Body;
use axum::http::{Method, Request};
use jiff::civil::date;
use serde_json::json;

use crate::hall::{District, PASSWORD};

#[tokio::test]
async fn a_licence_is_carried_to_its_grant_by_two_officers() {
    let district = District::open();
    let (clerk, zhao, sun) = (district.token("clerk").await, district.token("zhao").await, district.token("sun").await);
    let party = json!({ "name": "东街小吃店", "kind": "organisation" });
    let opened = district.post("/api/cases", &clerk, json!({ "procedure": "licence", "step": "receive", "with": { "item": "food-licence", "party": party, "venue": "district-centre" } })).await.is(201);
    let id = opened.json["case"]["id"].as_i64().unwrap();
    assert_eq!(opened.headers["location"], format!("/api/cases/{id}"));
    assert_eq!(opened.json["event"]["step"], "receive");
    assert_eq!(opened.json["case"]["stage"], "submitted");
    assert_eq!(opened.json["case"]["seq"], 1);

    let accepted = district.step(&clerk, id, json!({ "step": "accept", "with": { "substance-check": "yes" }, "seen": 1 })).await.is(200);
    assert_eq!(accepted.json["case"]["stage"], "examining");
    let clocks = accepted.json["case"]["clocks"].as_array().unwrap();
    let decide = clocks.iter().find(|clock| clock["id"] == "decide").unwrap();
    assert_eq!(decide["state"], "running");
    assert_eq!(decide["unit"], "working");
    assert!(decide["due"].as_str().unwrap().ends_with("T23:59:59+08:00"));
    assert!(!decide["how"].as_array().unwrap().is_empty());

    // One officer alone is refused, with the article; two may.
    let refused =
        district.step(&zhao, id, json!({ "step": "examine", "with": { "examination": "现场与图纸一致" } })).await.problem(409, "refused");
    let reason = refused.json["reasons"].as_array().unwrap().iter().find(|reason| reason["guard"] == "officers-at-least").unwrap();
    assert_eq!(reason["article"]["cite"], "许可法/34(3)");
    assert!(reason["article"]["instrument"].as_str().unwrap().contains("行政许可法"));
    assert!(!reason["article"]["says"].as_str().unwrap().is_empty());
    assert!(!reason["says"].as_str().unwrap().is_empty() && !reason["cure"].as_str().unwrap().is_empty());
    let unknown = district
        .step(&zhao, id, json!({ "step": "examine", "with": { "examination": "一致" }, "with-officers": ["nobody"] }))
        .await
        .problem(422, "invalid");
    assert_eq!(unknown.json["faults"][0]["field"], "with-officers");
    let twice = district.step(&zhao, id, json!({ "step": "examine", "with": { "examination": "一致" }, "with-officers": ["zhao"] })).await;
    twice.problem(422, "invalid");
    let examined = district
        .step(&zhao, id, json!({ "step": "examine", "with": { "examination": "现场与图纸一致" }, "with-officers": ["qian"] }))
        .await
        .is(200);
    assert_eq!(examined.json["event"]["by"], json!(["赵审查", "钱审查"]));

    let granted = district.step(&sun, id, json!({ "step": "grant", "with": { "decision": "准予从事食品经营" } })).await.is(200);
    assert_eq!(granted.json["case"]["stage"], "granted");
    assert_eq!(granted.json["event"]["papers"][0]["id"], "grant-decision");
    let path = granted.json["event"]["papers"][0]["path"].as_str().unwrap().to_owned();
    let paper = district.get(&format!("{path}.docx"), &sun).await.is(200);
    assert!(paper.headers["content-type"].to_str().unwrap().contains("wordprocessingml"));
    district.get(&format!("{path}.txt"), &sun).await.problem(404, "not-found");
    district.get(&path.replace("grant-decision", "no-such-paper.pdf"), &sun).await.problem(404, "not-found");

    let events = district.get(&format!("/api/cases/{id}/events"), &sun).await.is(200);
    let steps: Vec<&str> = events.json.as_array().unwrap().iter().map(|event| event["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["receive", "accept", "examine", "grant"]);
    let whole = district.get(&format!("/api/cases/{id}"), &sun).await.is(200);
    let party = whole.json["fields"].as_array().unwrap().iter().find(|field| field["id"] == "party").unwrap().clone();
    assert_eq!(
        (party["text"].as_str(), party["value"]["kind"].as_str(), party["personal"].as_bool()),
        (Some("东街小吃店"), Some("organisation"), Some(true))
    );
}

#[tokio::test]
async fn steps_are_shown_open_and_closed_with_their_reasons() {
    let district = District::open();
    let clerk = district.token("clerk").await;
    let id = district.received(&clerk).await;
    let steps = district.get(&format!("/api/cases/{id}/steps"), &clerk).await.is(200);
    let step = |id: &str| steps.json.as_array().unwrap().iter().find(|step| step["step"] == id).unwrap().clone();
    assert_eq!(step("accept")["open"], true);
    assert_eq!(step("grant")["open"], false);
    assert_eq!(step("grant")["reasons"][0]["article"]["cite"], "许可法/38(1)");
    assert_eq!(step("deem-accepted")["by-clock"], true);
    // Taking it all the same is refused with the same article.
    let refused = district.step(&clerk, id, json!({ "step": "grant" })).await.problem(409, "refused");
    assert_eq!(refused.json["step"], "grant");
    assert_eq!(refused.json["reasons"][0]["article"]["cite"], "许可法/38(1)");
    let unknown = district.step(&clerk, id, json!({ "step": "acept" })).await.problem(409, "refused");
    assert!(unknown.json["detail"].as_str().unwrap().contains("是不是“accept”"));
}

#[tokio::test]
async fn who_has_not_seen_the_last_event_is_overtaken() {
    let district = District::open();
    let clerk = district.token("clerk").await;
    let id = district.received(&clerk).await;
    district.step(&clerk, id, json!({ "step": "accept", "seen": 1 })).await.is(200);
    district.step(&clerk, id, json!({ "step": "sign-commitment", "seen": 1 })).await.problem(409, "overtaken");
    district.step(&clerk, id, json!({ "step": "sign-commitment", "seen": 2 })).await.is(200);
}

#[tokio::test]
async fn everybody_sees_what_is_theirs() {
    let district = District::open();
    let (li, hu, clerk, wu, zhou) = (
        district.token("li").await,
        district.token("hu").await,
        district.token("clerk").await,
        district.token("wu").await,
        district.token("zhou").await,
    );
    let with = json!({ "item": "food-licence", "party": { "name": "东街小吃店", "kind": "organisation" } });
    let opened = district.post("/api/cases", &li, json!({ "procedure": "licence", "step": "apply", "with": with })).await.is(201);
    let id = opened.json["case"]["id"].as_i64().unwrap();
    let path = format!("/api/cases/{id}");
    assert_eq!(district.get(&path, &li).await.is(200).json["sight"], "own");
    assert_eq!(district.get(&path, &clerk).await.is(200).json["sight"], "whole");
    assert_eq!(district.get(&path, &zhou).await.is(200).json["sight"], "whole");
    // What is not for these eyes reads as if it were not there, whatever is asked of it.
    for token in [&hu, &wu] {
        district.get(&path, token).await.problem(404, "not-found");
        district.get(&format!("{path}/events"), token).await.problem(404, "not-found");
        district.get(&format!("{path}/steps"), token).await.problem(404, "not-found");
        district.step(token, id, json!({ "step": "withdraw" })).await.problem(404, "not-found");
    }
    let total = async |token: &str| district.get("/api/cases", token).await.is(200).json["total"].as_u64();
    assert_eq!((total(&li).await, total(&hu).await, total(&wu).await, total(&zhou).await), (Some(1), Some(0), Some(0), Some(1)));
    assert_eq!(
        district.get("/api/cases?procedure=licence&stage=submitted&open=true&limit=1", &zhou).await.is(200).json["cases"][0]["id"],
        id
    );
    assert_eq!(district.get("/api/cases?stage=granted", &zhou).await.is(200).json["total"], 0);
    district.step(&clerk, id, json!({ "step": "accept" })).await.is(200);
    assert_eq!(district.get("/api/cases?due-before=2026-04-01&order=due", &zhou).await.is(200).json["total"], 1);
    assert_eq!(district.get("/api/cases?due-before=2026-03-03", &zhou).await.is(200).json["total"], 0);
    let near = district.get("/api/cases?procedure=licenc", &zhou).await.problem(422, "invalid");
    assert_eq!(near.json["faults"][0]["did-you-mean"], "licence");
    district.get("/api/cases?limit=1000", &zhou).await.problem(422, "invalid");
    // The files that were opened are on record.
    let looks = district.hall.store.access_log(district.hall.settings.number(), id, 10).unwrap();
    assert!(looks.iter().any(|look| look.login == "zhou") && looks.iter().all(|look| look.login != "hu"));
}

#[tokio::test]
async fn a_tracking_code_opens_the_progress_and_nothing_more() {
    let district = District::open();
    let (clerk, hu) = (district.token("clerk").await, district.token("hu").await);
    let id = district.received(&clerk).await;
    let code = district.get(&format!("/api/cases/{id}"), &clerk).await.is(200).json["code"].as_str().unwrap().to_owned();
    let tracked = district.get(&format!("/api/track/{}", code.to_lowercase().replace('-', "")), "").await.is(200);
    assert_eq!(tracked.json["case"]["sight"], "progress");
    assert_eq!(tracked.json["case"]["fields"], json!([]));
    assert_eq!(tracked.json["events"][0]["by"], json!([]));
    assert!(!tracked.json.to_string().contains("东街"));
    district.get("/api/track/0000-0000-0000", "").await.problem(404, "not-found");
    // The applicant of a window case acts in it with the code, nobody without.
    district.step(&hu, id, json!({ "step": "withdraw" })).await.problem(404, "not-found");
    district.step(&hu, id, json!({ "step": "withdraw", "code": "0000-0000-0000" })).await.problem(404, "not-found");
    let withdrawn = district.step(&hu, id, json!({ "step": "withdraw", "code": code })).await.is(200);
    assert_eq!(withdrawn.json["case"]["stage"], "withdrawn");
    for _ in 0..58 {
        district.get("/api/track/0000-0000-0000", "").await.problem(404, "not-found");
    }
    let limited = district.get("/api/track/0000-0000-0000", "").await.problem(429, "too-many");
    assert_eq!(limited.headers["retry-after"], "60");
    district.at(date(2026, 3, 2).at(9, 1, 0, 0));
    district.get(&format!("/api/track/{code}"), "").await.is(200);
}

#[tokio::test]
async fn sessions_begin_and_end() {
    let district = District::open();
    let wrong =
        district.post("/api/sessions", "", json!({ "login": "zhao", "password": "wrong password" })).await.problem(401, "sign-in-failed");
    let nobody =
        district.post("/api/sessions", "", json!({ "login": "nobody", "password": "wrong password" })).await.problem(401, "sign-in-failed");
    assert_eq!(wrong.json, nobody.json);
    let signed_in = district.post("/api/sessions", "", json!({ "login": "zhao", "password": PASSWORD })).await.is(200);
    assert_eq!(signed_in.json["person"]["posts"], json!(["examiner"]));
    assert_eq!(signed_in.json["person"]["organ-title"], "行政审批局");
    let token = signed_in.json["token"].as_str().unwrap();
    assert_eq!(district.get("/api/sessions/mine", token).await.is(200).json["id"], "zhao");
    district.call(Method::DELETE, "/api/sessions", token, None).await.is(204);
    district.get("/api/sessions/mine", token).await.problem(401, "sign-in");
    // A bad token is refused even where none is needed.
    district.get("/api/law/procedures", token).await.problem(401, "sign-in");
    let token = district.token("zhao").await;
    district.at(date(2026, 3, 2).at(21, 0, 1, 0));
    district.get("/api/sessions/mine", &token).await.problem(401, "sign-in");
}

#[tokio::test]
async fn the_same_request_sent_twice_is_done_once() {
    let district = District::open();
    let clerk = district.token("clerk").await;
    let body = json!({ "procedure": "licence", "step": "receive", "with": { "item": "food-licence", "party": { "name": "东街小吃店", "kind": "organisation" }, "venue": "district-centre" } });
    let send = async |key: &str, body: &serde_json::Value| {
        let request = Request::post("/api/cases")
            .header("authorization", format!("Bearer {clerk}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        district.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let (first, second) = (send("a", &body).await.is(201), send("a", &body).await.is(201));
    assert_eq!(first.json, second.json);
    assert_eq!(first.headers["location"], second.headers["location"]);
    assert_eq!(second.headers["idempotent-replayed"], "true");
    assert_eq!(district.get("/api/cases", &clerk).await.is(200).json["total"], 1);
    send("a", &json!({ "procedure": "licence", "step": "apply" })).await.problem(422, "invalid");
    send("b", &body).await.is(201);
    district.at(date(2026, 3, 2).at(9, 10, 0, 0));
    let third = send("a", &body).await.is(201);
    assert_ne!(first.json["case"]["id"], third.json["case"]["id"]);
}

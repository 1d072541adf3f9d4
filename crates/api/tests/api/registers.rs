//! Registers read and written.

use serde_json::json;

use crate::hall::District;

#[tokio::test]
async fn an_entry_is_adopted_amended_and_repealed() {
    let district = District::open();
    let (keeper, clerk) = (district.token("keeper").await, district.token("clerk").await);
    let path = "/api/registers/service-items/bar-licence";
    let act = json!({ "act": "adopt", "title": "酒类经营许可", "from": "2026-03-01", "with": { "code": "A-2", "kind": "licence" } });
    district.post(&format!("{path}/acts"), &clerk, act.clone()).await.problem(409, "refused");
    let entered = district.post(&format!("{path}/acts"), &keeper, act.clone()).await.is(201);
    assert_eq!(entered.headers["location"], path);
    assert_eq!(
        (entered.json["state"].as_str(), entered.json["organ"].as_str(), entered.json["seq"].as_u64()),
        (Some("in-force"), Some("approval-bureau"), Some(1))
    );
    let again = district.post(&format!("{path}/acts"), &keeper, act).await.problem(409, "refused");
    assert_eq!(again.json["reasons"][0]["guard"], "entry");
    let near = district.post(&format!("{path}/acts"), &keeper, json!({ "act": "adoptt" })).await.problem(422, "invalid");
    assert_eq!(near.json["faults"][0]["did-you-mean"], "adopt");
    district
        .post(
            &format!("{path}/acts"),
            &keeper,
            json!({ "act": "cancel", "from": "2026-03-20", "with": { "document": "晋政发〔2026〕3号" } }),
        )
        .await
        .is(201);

    let entry = district.get(path, "").await.is(200);
    assert_eq!(entry.json["entry"]["state"], "repealed");
    assert_eq!(entry.json["acts"].as_array().unwrap().len(), 2);
    assert!(entry.json["acts"][0].get("by").is_none());
    assert_eq!(district.get(path, &clerk).await.is(200).json["acts"][0]["by"], json!(["keeper"]));
    let held = async |day: &str| {
        district.get(&format!("/api/registers/service-items?on-day={day}"), "").await.is(200).json["entries"].as_array().unwrap().len()
    };
    assert_eq!((held("2026-02-28").await, held("2026-03-19").await, held("2026-03-20").await), (1, 2, 1));
    let page = district.get("/api/registers/service-items?limit=1", "").await.is(200);
    assert_eq!(page.json["next"], "bar-licence");
    let rest = district.get("/api/registers/service-items?limit=5&after=bar-licence", "").await.is(200);
    assert_eq!((rest.json["entries"][0]["id"].as_str(), rest.json.get("next")), (Some("food-licence"), None));
    district.get("/api/registers/service-itemz", "").await.problem(404, "not-found");
    district.get("/api/registers/service-items/nothing", "").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_register_that_is_not_public_is_shut() {
    let district = District::open();
    let (clerk, li) = (district.token("clerk").await, district.token("li").await);
    let Some(register) = district.hall.law.registers.values().find(|register| !register.public) else {
        println!("every register is public");
        return;
    };
    let path = format!("/api/registers/{}", register.id);
    district.get(&path, "").await.problem(401, "sign-in");
    district.get(&path, &li).await.problem(403, "forbidden");
    district.get(&path, &clerk).await.is(200);
}

#[tokio::test]
async fn search_finds_what_one_may_see() {
    let district = District::open();
    let (clerk, li) = (district.token("clerk").await, district.token("li").await);
    let id = district.received(&clerk).await;
    let found = district.get("/api/search?q=%E4%B8%9C%E8%A1%97%E5%B0%8F%E5%90%83%E5%BA%97", &clerk).await.is(200);
    assert_eq!(found.json[0]["path"], format!("/api/cases/{id}"), "{:#}", found.json);
    assert_eq!(district.get("/api/search?q=%E4%B8%9C%E8%A1%97%E5%B0%8F%E5%90%83%E5%BA%97", &li).await.is(200).json, json!([]));
    let entry = district.get("/api/search?q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5&kind=entry", &li).await.is(200);
    assert_eq!(entry.json[0]["path"], "/api/registers/service-items/food-licence");
    district.get("/api/search", &li).await.problem(400, "malformed");
}

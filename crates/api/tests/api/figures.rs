//! Figures move with the cases, and open.

use serde_json::json;

use crate::hall::District;

#[tokio::test]
async fn a_figure_moves_and_opens_for_officials() {
    let district = District::open();
    let (clerk, sun, li) = (district.token("clerk").await, district.token("sun").await, district.token("li").await);
    let moving = async || -> Vec<(String, f64)> {
        let all = district.get("/api/figures?year=2026", "").await.is(200);
        all.json["figures"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|figure| Some((figure["key"].as_str()?.to_owned(), figure["value"].as_f64()?)))
            .collect()
    };
    let before = moving().await;
    let id = district.received(&clerk).await;
    district.step(&clerk, id, json!({ "step": "accept" })).await.is(200);
    district.step(&sun, id, json!({ "step": "grant" })).await.is(200);
    district.step(&clerk, id, json!({ "step": "deliver", "with": { "delivery": "window" } })).await.is(200);
    let after = moving().await;
    let moved: Vec<&str> =
        before.iter().zip(&after).filter(|(before, after)| before.1 != after.1).map(|(_, after)| after.0.as_str()).collect();
    assert!(!moved.is_empty(), "four steps moved no figure");
    for key in moved {
        let path = format!("/api/figures/{key}");
        let figure = district.get(&format!("{path}?year=2026"), "").await.is(200).json;
        let records = district.get(&format!("{path}/records?year=2026&limit=10"), &clerk).await.is(200).json;
        assert_eq!(figure["records"], records["total"], "{key}");
        if figure.get("fraction").is_none() {
            assert_eq!(figure["value"].as_f64(), records["sum"].as_i64().map(|sum| sum as f64), "{key}");
        }
        assert_eq!(records["records"].as_array().unwrap().len() as i64, records["total"].as_i64().unwrap().min(10));
        let by = district.get(&format!("{path}/by/organ?year=2026"), &clerk).await;
        if by.status == 200 && figure.get("fraction").is_none() {
            let sum: i64 = by.json["rows"].as_array().unwrap().iter().map(|row| row["amount"].as_i64().unwrap()).sum();
            assert_eq!(figure["value"].as_f64(), Some(sum as f64), "{key}");
        }
        district.get(&format!("{path}/by/month"), &clerk).await;
        assert_eq!(records["shown"].as_i64().unwrap() + records["hidden"].as_i64().unwrap(), records["total"].as_i64().unwrap(), "{key}");
        // Page after page is the same list; a page that is none is refused.
        if let Some(next) = district.get(&format!("{path}/records?year=2026&limit=1"), &clerk).await.is(200).json["next"].as_str() {
            let second = district.get(&format!("{path}/records?year=2026&limit=1&after={next}"), &clerk).await.is(200).json;
            assert_eq!(second["records"][0], records["records"][1], "{key}");
        }
        district.get(&format!("{path}/records?after=nowhere"), &clerk).await.problem(422, "invalid");
        district.get(&format!("{path}/export/csv?year=2026"), &clerk).await.is(200);
        district.get(&format!("{path}/export/csv?year=2026"), &li).await.problem(403, "forbidden");
        district.get(&format!("{path}/export/pdf?year=2026"), &clerk).await.problem(404, "not-found");
        // The public gets values only.
        district.get(&format!("{path}/records"), &li).await.problem(403, "forbidden");
        district.get(&format!("{path}/by/organ"), &li).await.problem(403, "forbidden");
        district.get(&format!("{path}/records"), "").await.problem(401, "sign-in");
        assert_eq!(district.get(&format!("{path}?from=2025-01-01&to=2025-12-31"), "").await.is(200).json["records"], 0, "{key}");
    }
    assert!(district.hall.verify_figures(|_| {}).unwrap().is_empty());
}

#[tokio::test]
async fn a_period_that_is_none_is_refused() {
    let district = District::open();
    let clerk = district.token("clerk").await;
    district.get("/api/figures?year=2026&from=2026-01-01&to=2026-02-01", "").await.problem(422, "invalid");
    district.get("/api/figures?from=2026-01-01", "").await.problem(422, "invalid");
    district.get("/api/figures?from=2026-02-01&to=2026-01-01", "").await.problem(422, "invalid");
    district.get("/api/figures?year=twenty", "").await.problem(400, "malformed");
    district.get("/api/figures/S1.nothing_of_the_kind", "").await.problem(404, "not-found");
    let key = district.hall.law.figures[0].key.clone();
    district.get(&format!("/api/figures/{key}/by/colour"), &clerk).await.problem(400, "malformed");
}

#[tokio::test]
async fn the_board_is_for_leaders_and_an_order_goes_out_as_any_case() {
    let district = District::open();
    let (clerk, leader) = (district.token("clerk").await, district.token("liu").await);
    district.received(&clerk).await;
    district.get("/api/board", &clerk).await.problem(403, "forbidden");
    district.get("/api/board?year=20", &leader).await.problem(422, "invalid");
    let order = json!({ "procedure": "leader-order", "step": "dispatch", "with": { "organ": "approval-bureau", "subject": "一件没有受理", "about-kind": "alert", "demand": "今天办。", "reply-by": "2026-03-04" } });
    district.call(axum::http::Method::POST, "/api/cases", &clerk, Some(order.clone())).await.problem(409, "refused");
    district.call(axum::http::Method::POST, "/api/cases", &leader, Some(order)).await.is(201);
    district.at(jiff::civil::date(2026, 4, 20).at(9, 0, 0, 0));
    let leader = district.token("liu").await;
    let board = district.get("/api/board", &leader).await.is(200).json;
    assert_eq!((board["standing"]["open"].as_i64(), board["standing"]["orders-late"].as_i64()), (Some(2), Some(1)), "{board:#}");
    assert_eq!((board["orders"][0]["subject"].as_str(), board["orders"][0]["late"].as_bool()), (Some("一件没有受理"), Some(true)));
    let kinds: Vec<&str> = board["alerts"].as_array().unwrap().iter().filter_map(|alert| alert["kind"].as_str()).collect();
    assert!(kinds.contains(&"late") && kinds.contains(&"order-late"), "{kinds:?}");
    for tile in board["sections"].as_array().unwrap().iter().flat_map(|section| section["tiles"].as_array().unwrap()) {
        let key = tile["figure"]["key"].as_str().unwrap();
        let (from, to) = (board["from"].as_str().unwrap(), board["to"].as_str().unwrap());
        let own = district.get(&format!("/api/figures/{key}?from={from}&to={to}"), "").await.is(200).json;
        assert_eq!((&tile["figure"]["value"], &tile["figure"]["records"]), (&own["value"], &own["records"]), "{key}");
        assert!(!tile["source"].as_str().unwrap().is_empty() && !tile["formula"].as_str().unwrap().is_empty(), "{key}");
    }
}

#[tokio::test]
async fn a_report_is_a_value_or_a_file_for_officials() {
    let district = District::open();
    let (clerk, li) = (district.token("clerk").await, district.token("li").await);
    district.received(&clerk).await;
    let report = district.get("/api/reports/annual?year=2026", &clerk).await.is(200).json;
    assert_eq!((&report["template"], &report["period"]["year"]), (&json!("annual"), &json!(2026)));
    assert!(report["figures"].as_array().unwrap().len() > 100 && report["chapters"].as_array().unwrap().len() == 5);
    district.get("/api/reports/half-year?year=2026&half=1&format=csv", &clerk).await.is(200);
    district.get("/api/reports/annual?year=2026&format=doc", &clerk).await.problem(422, "invalid");
    district.get("/api/reports/annual?year=2019", &clerk).await.problem(422, "invalid");
    district.get("/api/reports/anual?year=2026", &clerk).await.problem(422, "invalid");
    district.get("/api/reports/annual?year=2026", &li).await.problem(403, "forbidden");
    district.get("/api/reports/annual?year=2026", "").await.problem(401, "sign-in");
}

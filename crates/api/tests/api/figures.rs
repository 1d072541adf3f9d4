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

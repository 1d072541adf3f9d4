//! The appraisal in JSON: the tree for everybody, scores for whoever may see them, each with its arithmetic and its figure.

use crate::hall::District;

#[tokio::test]
async fn a_year_and_a_sheet_answer_in_exact_decimals() {
    let district = District::open();
    let zhou = district.token("zhou").await;
    let year = district.get("/api/appraisals/2026", "").await.is(200).json;
    assert_eq!((year["frozen"].as_bool(), year["adopted"].as_bool()), (Some(false), Some(false)));
    let indicators = year["indicators"].as_array().unwrap();
    let hundredths: i64 = indicators
        .iter()
        .map(|indicator| engine::indicator::Points::parse(indicator["weight"].as_str().unwrap()).unwrap().as_hundredths())
        .sum();
    assert_eq!(hundredths, 10_000, "the weights sum to a hundred");
    district.get("/api/appraisals/1999", "").await.problem(404, "not-found");
    district.get("/api/appraisals/next", "").await.problem(400, "malformed");

    let office = engine::case::Person {
        id: "office".to_owned(),
        organ: "justice-bureau".to_owned(),
        posts: vec!["appraisal-office".to_owned()],
        ..engine::case::Person::default()
    };
    assert_eq!(
        district.hall.open_appraisal(&office, 2026, "忻区法治办〔2026〕1号", jiff::civil::date(2026, 3, 2).at(9, 0, 0, 0)).unwrap(),
        5
    );
    // Who oversees sees every unit; who signs in from outside sees none before the bulletin.
    let all = district.get("/api/appraisals/2026", &zhou).await.is(200).json;
    assert_eq!(all["units"].as_array().unwrap().len(), 4);
    assert_eq!(all["roll"]["units"], 4);
    let li = district.token("li").await;
    assert_eq!(district.get("/api/appraisals/2026", &li).await.is(200).json["units"].as_array().unwrap().len(), 0);
    district.get("/api/appraisals/2026/market-bureau", &li).await.problem(404, "not-found");
    district.get("/api/appraisals/2026/market-bureau", "").await.problem(401, "sign-in");
    let sheet = district.get("/api/appraisals/2026/market-bureau", &zhou).await.is(200).json;
    assert_eq!(sheet["scores"].as_array().unwrap().len(), indicators.len());
    let computed = sheet["scores"].as_array().unwrap().iter().filter(|score| score.get("figure").is_some()).count();
    assert!(computed > 5 && sheet["total"].is_string(), "{sheet:#}");
}

//! The law read through the interface.

use serde_json::json;

use crate::hall::District;

#[tokio::test]
async fn a_procedure_tells_its_steps_and_draws_itself() {
    let district = District::open();
    let list = district.get("/api/law/procedures", "").await.is(200);
    let line = list.json.as_array().unwrap().iter().find(|line| line["id"] == "licence").unwrap().clone();
    assert_eq!((line["domain"].as_str(), line["title-en"].as_str()), (Some("services"), Some("Licence")));
    let licence = district.get("/api/law/procedures/licence", "").await.is(200).json;
    let step = |id: &str| licence["steps"].as_array().unwrap().iter().find(|step| step["id"] == id).unwrap().clone();
    assert_eq!(step("examine")["officers"], 2);
    assert_eq!(step("examine")["needs"][0]["guard"], "officers-at-least");
    assert_eq!(step("examine")["needs"][0]["with"], "count: 2");
    assert_eq!(step("receive")["from"], json!([]));
    assert!(step("grant")["who"].as_str().unwrap().contains("审批决定人"));
    assert!(licence["mermaid"].as_str().unwrap().contains("stateDiagram-v2"));
    assert!(licence["clocks"].as_array().unwrap().iter().any(|clock| clock["id"] == "decide" && clock["unit"] == "working"));
    district.get("/api/law/procedures/licence?on-day=1999-01-01", "").await.problem(404, "not-found");
    let near = district.get("/api/law/procedures/licenc", "").await.problem(404, "not-found");
    assert!(near.json["detail"].as_str().unwrap().contains("是不是“licence”"));
    let registers = district.get("/api/law/registers", "").await.is(200);
    assert!(
        registers
            .json
            .as_array()
            .unwrap()
            .iter()
            .any(|register| register["id"] == "service-items" && register["acts"][0]["effect"] == "adopt")
    );
}

#[tokio::test]
async fn a_period_is_counted_and_explained() {
    let district = District::open();
    let year = district.get("/api/law/calendar/2024", "").await.is(200);
    assert_eq!((year.json["working-days"].as_i64(), year.json["provisional"].as_bool()), (Some(251), Some(false)));
    district.get("/api/law/calendar/1850", "").await.problem(404, "not-found");
    district.get("/api/law/calendar/next", "").await.problem(400, "malformed");
    // From the day before the National Day holiday: five working days, over the holiday.
    let due = district.post("/api/law/due", "", json!({ "date": "2024-09-30", "count": 5, "unit": "working" })).await.is(200);
    assert_eq!(due.json["due"], "2024-10-12T23:59:59+08:00");
    assert!(due.json["how"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains("放假")));
    let hours = district.post("/api/law/due", "", json!({ "date": "2024-03-01T09:30:00", "count": 2, "unit": "hours" })).await.is(200);
    assert_eq!(hours.json["due"], "2024-03-01T11:30:00+08:00");
    district.post("/api/law/due", "", json!({ "date": "2024-03-01", "count": 0, "unit": "working" })).await.problem(422, "invalid");
    district.post("/api/law/due", "", json!({ "date": "2024-02-30", "count": 1, "unit": "working" })).await.problem(422, "invalid");
    district.post("/api/law/due", "", json!({ "date": "2099-12-30", "count": 36500, "unit": "years" })).await.problem(422, "invalid");
    let unit =
        district.post("/api/law/due", "", json!({ "date": "2024-03-01", "count": 1, "unit": "workin" })).await.problem(400, "malformed");
    assert_eq!(unit.json["faults"][0]["did-you-mean"], "working");
}

//! The hotline through Open311 GeoReport v2.

use axum::body::Body;
use axum::http::Request;
use jiff::civil::date;
use serde_json::json;

use crate::hall::{Answered, District};

async fn send(district: &District, token: &str, form: &str) -> Answered {
    let request = Request::post("/open311/v2/requests.json")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/x-www-form-urlencoded");
    district.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_call_is_made_and_followed() {
    let district = District::open();
    let (li, hu, tang) = (district.token("li").await, district.token("hu").await, district.token("tang").await);
    let services = district.get("/open311/v2/services.json", "").await.is(200);
    let codes: Vec<&str> = services.json.as_array().unwrap().iter().map(|service| service["service_code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"complaint"));
    district.get("/open311/v2/services/complaint.json", "").await.is(200);
    district.get("/open311/v2/services/praise.json", "").await.problem(404, "not-found");

    let made = send(
        &district,
        &li,
        "jurisdiction_id=140902&service_code=complaint&description=night+noise&address_string=Heping+12&lat=38.4&long=112.7&last_name=Li",
    )
    .await
    .is(201);
    let code = made.json[0]["service_request_id"].as_str().unwrap().to_owned();
    let followed = district.get(&format!("/open311/v2/requests/{code}.json"), "").await.is(200);
    assert_eq!((followed.json[0]["status"].as_str(), followed.json[0]["service_code"].as_str()), (Some("open"), Some("complaint")));
    assert!(followed.json[0].get("description").is_none());
    let mine = district.get("/open311/v2/requests.json?status=open", &li).await.is(200);
    assert!(mine.json[0]["description"].as_str().unwrap().contains("Heping 12"));
    assert_eq!(district.get("/open311/v2/requests.json", &hu).await.is(200).json, json!([]));
    assert_eq!(district.get("/open311/v2/requests.json?service_code=consult", &tang).await.is(200).json, json!([]));
    assert_eq!(
        district
            .get("/open311/v2/requests.json?start_date=2026-03-02T01:00:00Z&end_date=2026-03-02T01:00:01Z", &tang)
            .await
            .is(200)
            .json
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(district.get("/open311/v2/requests.json?start_date=2026-03-02T01:00:01Z", &tang).await.is(200).json, json!([]));
    // An operator takes a call at the desk.
    district.at(date(2026, 3, 2).at(9, 30, 0, 0));
    send(&district, &tang, "service_code=consult&description=heating+fee").await.is(201);
    assert_eq!(district.get("/open311/v2/requests.json", &tang).await.is(200).json.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_bad_form_is_refused() {
    let district = District::open();
    let li = district.token("li").await;
    let near = send(&district, &li, "service_code=complant&description=x").await.problem(422, "invalid");
    assert_eq!(near.json["faults"][0]["did-you-mean"], "complaint");
    let key = send(&district, &li, "service_code=complaint&descripton=x").await.problem(400, "malformed");
    assert_eq!(key.json["faults"][0]["did-you-mean"], "description");
    send(&district, &li, "service_code=complaint&service_code=help&description=x").await.problem(400, "malformed");
    send(&district, &li, "service_code=complaint").await.problem(409, "refused");
    send(&district, &li, "jurisdiction_id=110000&service_code=complaint&description=x").await.problem(422, "invalid");
    district.post("/open311/v2/requests.json", &li, json!({ "service_code": "complaint" })).await.problem(415, "media-type");
    district.get("/open311/v2/requests.json?status=lost", &li).await.problem(422, "invalid");
    district.get("/open311/v2/requests.json?start_date=yesterday", &li).await.problem(422, "invalid");
    district.get("/open311/v2/nothing", "").await.problem(404, "no-such-path");
}

//! The doors: shut without a token, clear about what is wrong with a request, and dressed.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::hall::District;

/// Everything that anybody may ask without signing in. A new line here is a decision.
const OPEN: [&str; 25] = [
    "POST /api/audit",
    "POST /api/sessions",
    "GET /api/law/procedures",
    "GET /api/law/procedures/{id}",
    "GET /api/law/registers",
    "GET /api/law/calendar/{year}",
    "POST /api/law/due",
    "GET /api/track/{code}",
    "GET /api/registers/{register}",
    "GET /api/registers/{register}/{id}",
    "GET /api/appraisals/{year}",
    "GET /api/publications",
    "GET /api/figures",
    "GET /api/figures/{key}",
    "GET /api/health",
    "GET /api/checkpoints",
    "GET /api/data-sets",
    "GET /api/open-data",
    "GET /api/problems",
    "GET /api/problems/{kind}",
    "GET /api/openapi.json",
    "GET /open311/v2/discovery.json",
    "GET /open311/v2/services.json",
    "GET /open311/v2/services/{file}",
    "GET /open311/v2/requests/{file}",
];

#[tokio::test]
async fn every_other_path_is_shut_without_a_token() {
    let district = District::open();
    let document = district.get("/api/openapi.json", "").await.is(200).json;
    let mut open = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{} {path}", method.to_uppercase());
            let anonymous = operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| way == &json!({})));
            let real = ["year", "case", "id", "seq"]
                .iter()
                .fold(path.replace("{register}", "service-items"), |path, part| path.replace(&format!("{{{part}}}"), "1"));
            let real = real.replace("{dimension}", "organ").replace(['{', '}'], "");
            let answered = district.call(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &real, "", None).await;
            if anonymous {
                assert_ne!((answered.status.as_u16(), answered.json["type"].as_str()), (401, Some("/api/problems/sign-in")), "{name}");
                open.push(name);
            } else {
                answered.problem(401, "sign-in");
                let forged =
                    district.call(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &real, "0123456789abcdef", None).await;
                forged.problem(401, "sign-in");
            }
        }
    }
    open.sort();
    let mut expected = OPEN.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(open, expected);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let district = District::open();
    let clerk = district.token("clerk").await;
    let unknown =
        district.post("/api/cases", &clerk, json!({ "proceedure": "licence", "step": "receive" })).await.problem(400, "malformed");
    assert_eq!(unknown.json["faults"][0]["field"], "proceedure");
    assert_eq!(unknown.json["faults"][0]["did-you-mean"], "procedure");
    let missing = district.post("/api/cases", &clerk, json!({ "procedure": "licence" })).await.problem(400, "malformed");
    assert_eq!(missing.json["faults"][0]["field"], "step");
    let wrong = district.post("/api/cases", &clerk, json!({ "procedure": "licence", "step": 7 })).await.problem(400, "malformed");
    assert_eq!(wrong.json["faults"][0]["field"], "step");
    let near = district.post("/api/cases", &clerk, json!({ "procedure": "licens", "step": "receive" })).await.problem(422, "invalid");
    assert_eq!(near.json["faults"][0]["did-you-mean"], "licence");
    let parameter = district.get("/api/cases?stagee=x", &clerk).await.problem(400, "malformed");
    assert_eq!(parameter.json["faults"][0]["did-you-mean"], "stage");
    let day = district.get("/api/cases?due-before=tomorrow", &clerk).await.problem(400, "malformed");
    assert_eq!(day.json["faults"][0]["field"], "due-before");
    district.get("/api/cases/abc", &clerk).await.problem(400, "malformed");
    district.get("/api/cases/99999999999999999999", &clerk).await.problem(400, "malformed");
    district.get("/api/cases/1", &clerk).await.problem(404, "not-found");
    district.get("/api/nowhere", "").await.problem(404, "no-such-path");
    district.call(Method::PATCH, "/api/cases", &clerk, None).await.problem(405, "no-such-method");
    district.get("/api/track/%ff", "").await.problem(400, "malformed");

    let send = async |kind: &str, body: Vec<u8>| {
        let mut request = Request::post("/api/cases").header("authorization", format!("Bearer {clerk}"));
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        district.send(request.body(Body::from(body)).unwrap()).await
    };
    send("application/json", b"{\"procedure\": ".to_vec()).await.problem(400, "malformed");
    send("application/json", b"\xff\xfe".to_vec()).await.problem(400, "malformed");
    send("application/json", b"".to_vec()).await.problem(400, "malformed");
    send("application/json", b"{\"procedure\":\"licence\",\"step\":\"receive\"} {}".to_vec()).await.problem(400, "malformed");
    send("application/json", [b"[".repeat(100_000), b"]".repeat(100_000)].concat()).await.problem(400, "malformed");
    send("application/json", vec![b' '; (1 << 20) + 1]).await.problem(413, "too-large");
    send("text/plain", b"{}".to_vec()).await.problem(415, "media-type");
    send("", b"{}".to_vec()).await.problem(415, "media-type");
}

#[tokio::test]
async fn answers_are_dressed_and_open_to_no_other_origin() {
    let district = District::open();
    let request = Request::get("/api/health")
        .header("origin", "https://elsewhere.example")
        .header("x-request-id", "abc-123")
        .body(Body::empty())
        .unwrap();
    let answered = district.send(request).await.is(200);
    assert_eq!(answered.headers["x-request-id"], "abc-123");
    assert_eq!(answered.headers["x-content-type-options"], "nosniff");
    assert_eq!(answered.headers["cache-control"], "no-store");
    assert!(!answered.headers.keys().any(|name| name.as_str().starts_with("access-control")));
    assert_eq!(answered.json["writable"], true);
    assert_eq!(answered.json["division"], "140902");
    let answered = district.send(Request::get("/api/nowhere").header("x-request-id", "a b;c").body(Body::empty()).unwrap()).await;
    assert_ne!(answered.headers["x-request-id"], "a b;c");
    assert_eq!(answered.headers["x-request-id"].len(), 32);
    let gzip = district.send(Request::get("/api/openapi.json").header("accept-encoding", "gzip").body(Body::empty()).unwrap()).await;
    assert_eq!(gzip.headers["content-encoding"], "gzip");
    let page = district.get("/api", "").await.is(200);
    assert!(matches!(page.json, Value::String(html) if html.contains("/api/openapi.json")));
}

/// Words that have broken interfaces before, already escaped for a path.
const NASTY: [&str; 12] = [
    "0",
    "-1",
    "9223372036854775807",
    "%00",
    "%ff",
    "..%2f..",
    "%27%20OR%201=1--",
    "%25",
    "%F0%9F%98%80",
    "2026-02-30",
    "-32768",
    "%E6%B3%95",
];

#[tokio::test]
async fn nothing_that_is_asked_breaks_it() {
    let district = District::open();
    let clerk = district.token("clerk").await;
    let id = district.received(&clerk).await.to_string();
    let document = district.get("/api/openapi.json", "").await.is(200).json;
    for (path, item) in document["paths"].as_object().unwrap() {
        if let Some(operation) = item.get("get") {
            for word in NASTY.into_iter().chain([id.as_str()]) {
                let asked = path
                    .split('{')
                    .enumerate()
                    .map(|(at, part)| {
                        if at == 0 {
                            part.to_owned()
                        } else {
                            part.split_once('}').map_or(String::new(), |(_, rest)| format!("{word}{rest}"))
                        }
                    })
                    .collect::<String>();
                let answered = district.get(&asked, &clerk).await;
                assert!(answered.status.as_u16() < 500, "{asked}: {:#}", answered.json);
                for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query") {
                    let asked = format!("{asked}?{}={word}", parameter["name"].as_str().unwrap());
                    let answered = district.get(&asked, &clerk).await;
                    assert!(answered.status.as_u16() < 500, "{asked}: {:#}", answered.json);
                }
            }
        }
        if item.get("post").is_some() {
            let asked = path.replace("{id}", &id).replace(['{', '}'], "");
            for body in [
                json!(null),
                json!([]),
                json!({}),
                json!("x"),
                json!({ "step": "", "with": { "": null } }),
                json!({ "act": "adopt", "from": "9999-12-31", "with": { "a": [[]] } }),
                json!({ "date": "-009999-01-01", "count": i64::MAX, "unit": "years" }),
                json!({ "date": "9999-12-31", "count": 36_500, "unit": "hours" }),
            ] {
                let answered = district.post(&asked, &clerk, body.clone()).await;
                assert!(answered.status.as_u16() < 500, "{asked} {body}: {:#}", answered.json);
            }
        }
    }
}

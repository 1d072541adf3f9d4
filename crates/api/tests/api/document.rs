//! The OpenAPI document holds together, and every path of it is there.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use crate::hall::District;

#[tokio::test]
async fn the_document_is_openapi_3_1() {
    let district = District::open();
    let document = district.get("/api/openapi.json", "").await.is(200).json;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(["get", "post", "delete"].contains(&method.as_str()), "{method} {path}");
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "operationId of {method} {path} is taken");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path} says nothing");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')) && responses.contains_key("default"), "{method} {path}");
            for response in responses.values() {
                assert!(response["description"].is_string());
            }
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let mut seen = BTreeSet::new();
            for parameter in &parameters {
                assert!(seen.insert((parameter["in"].to_string(), parameter["name"].to_string())), "{method} {path}: {parameter}");
                assert!(parameter["schema"].is_object(), "{method} {path}: {parameter}");
                assert!(parameter["in"] != "path" || parameter["required"] == true);
            }
            let named: BTreeSet<&str> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            let held: BTreeSet<&str> = path.split('{').skip(1).map(|part| part.split('}').next().unwrap()).collect();
            assert_eq!(named, held, "{method} {path}");
            for tag in operation["tags"].as_array().unwrap() {
                assert!(document["tags"].as_array().unwrap().iter().any(|known| known["name"] == *tag), "{method} {path}: {tag}");
            }
            for way in operation["security"].as_array().into_iter().flatten() {
                assert!(way.as_object().unwrap().keys().all(|scheme| scheme == "bearer"));
            }
        }
    }
    refs(&document, &document);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for key in schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key) {
            // Open311 has its own spelling.
            assert!(
                name.starts_with("Open311") || !key.contains('_') && !key.chars().any(char::is_uppercase),
                "{name}.{key} is not kebab-case"
            );
        }
    }
    assert!(schemas.contains_key("Problem"));
}

/// Every `$ref` leads somewhere.
fn refs(document: &Value, value: &Value) {
    match value {
        Value::Object(parts) => {
            for (key, part) in parts {
                match (key.as_str(), part.as_str()) {
                    ("$ref", Some(target)) => assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target} is missing"),
                    _ => refs(document, part),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| refs(document, item)),
        _ => {}
    }
}

#[tokio::test]
async fn every_documented_path_answers_and_no_other() {
    let district = District::open();
    let document = district.get("/api/openapi.json", "").await.is(200).json;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["GET", "POST", "DELETE", "PUT", "PATCH"] {
            let answered = district.call(Method::from_bytes(method.as_bytes()).unwrap(), &path.replace(['{', '}'], ""), "", None).await;
            let known = item.get(method.to_lowercase()).is_some();
            let turned_away = ["/api/problems/no-such-path", "/api/problems/no-such-method"]
                .contains(&answered.json["type"].as_str().unwrap_or_default());
            assert_eq!(known, !turned_away, "{method} {path}: {:#}", answered.json);
        }
    }
    // The source says the same: every handler that is mounted is documented, because both come from one list.
    let mounted: usize =
        include_str!("../../src/lib.rs").split("routes!(").skip(1).map(|rest| rest.split(')').next().unwrap().split(',').count()).sum();
    let documented: usize = document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
    assert!(mounted > 20);
    assert_eq!(mounted, documented);
}

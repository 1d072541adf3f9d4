//! Anybody has a report audited, as bytes or as words; what cannot be read is a problem.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::hall::District;

const REPORT: &str = "证照分离事项72项，其中取消审批10项、改为备案6项、告知承诺25项、优化审批41项。";

async fn send(district: &District, path: &str, bytes: impl Into<Body>) -> crate::hall::Answered {
    district.send(Request::post(path).header("content-type", "application/octet-stream").body(bytes.into()).unwrap()).await
}

#[tokio::test]
async fn a_report_gives_figures_and_checks() {
    let district = District::open();
    let words = district.post("/api/audit", "", json!({ "text": REPORT })).await.is(200).json;
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(REPORT.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    assert_eq!(send(&district, "/api/audit", utf16).await.is(200).json, words, "the same words in another encoding");
    let figure = &words["figures"][0];
    assert_eq!((&figure["value"], &figure["unit"], &figure["exactness"]), (&json!(72), &json!("项"), &json!("exact")));
    let (start, end) = (figure["start"].as_u64().unwrap() as usize, figure["end"].as_u64().unwrap() as usize);
    assert_eq!(REPORT.chars().skip(start).take(end - start).collect::<String>(), "72项");
    let check = &words["checks"][0];
    assert_eq!(
        (&check["kind"], &check["result"], &check["expected"], &check["stated"]),
        (&json!("sum"), &json!("fails"), &json!(82), &json!(72))
    );
    assert_eq!(check["parts"], json!([10, 6, 25, 41]));
    assert_eq!(words.get("ledger"), None);
    let beside = send(&district, "/api/audit?year=2026", REPORT).await.is(200).json;
    assert_eq!(beside["ledger"].as_array().map(Vec::len), words["figures"].as_array().map(Vec::len));
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem() {
    let district = District::open();
    let says = |answered: crate::hall::Answered, words: &str| match &answered.json["detail"] {
        Value::String(detail) => assert!(detail.contains(words), "{detail}"),
        other => panic!("{other}"),
    };
    says(send(&district, "/api/audit", "").await.problem(422, "invalid"), "文件是空的");
    says(send(&district, "/api/audit", b"\x89PNG\r\n".to_vec()).await.problem(415, "media-type"), "a picture");
    says(send(&district, "/api/audit", b"PK\x03\x04".to_vec()).await.problem(422, "invalid"), "damaged");
    says(send(&district, "/api/audit", vec![b'1'; (20 << 20) + 1]).await.problem(413, "too-large"), "20MB");
    says(district.post("/api/audit", "", json!({ "words": REPORT })).await.problem(400, "malformed"), "text");
    send(&district, "/api/audit?yaer=2022", REPORT).await.problem(400, "malformed");
}

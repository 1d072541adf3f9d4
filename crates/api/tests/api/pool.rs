//! The data pool: the catalogue is public, records go by permission, a file is submitted as it is, what is open is DCAT.

use actions::person::NewAccount;
use axum::body::Body;
use axum::http::Request;
use engine::case::Person;
use engine::register::Entering;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::hall::{District, PASSWORD};

const FILE: &str = "案号,受理日期,乡镇,当事人\n调1号,2026-01-05,东关,张三丰\n调2号,2026-02-30,西关,李某\n调3号,2026-01-07,西关,\n";

fn furnish(district: &District) {
    let enter = |register: &str, act: &str, id: &str, with: Value| {
        let posts = ["qualification-keeper", "data-keeper"].map(str::to_owned).to_vec();
        let founder = Person { id: "founder".to_owned(), organ: "government".to_owned(), posts, ..Person::default() };
        let entering = Entering {
            register: register.to_owned(),
            act: act.to_owned(),
            id: id.to_owned(),
            title: id.to_owned(),
            organ: "justice-bureau".to_owned(),
            from: date(2026, 1, 1),
            with: with.as_object().cloned().unwrap_or_default(),
        };
        district.hall.enter(entering, &[founder], date(2026, 1, 5).at(9, 0, 0, 0)).unwrap();
    };
    for (id, post) in [("hao", "data-officer"), ("niu", "data-reviewer")] {
        enter(
            "officers",
            "issue",
            id,
            json!({ "name": id, "kind": "enforcement", "certificate": id, "valid-from": "2025-01-01", "posts": [post] }),
        );
        let account = NewAccount { login: id.to_owned(), name: id.to_owned(), password: PASSWORD.to_owned(), person: id.to_owned() };
        district.hall.make_account(&account).unwrap();
    }
    let columns =
        ["no | 案号 | 文字 | 主键", "day | 受理日期 | 日期 | 必填", "town | 乡镇 | 文字 | 可查", "party | 当事人 | 文字 | 个人信息"];
    let with = json!({ "description": "按案件登记", "columns": columns, "refresh": "monthly", "source": "业务", "method": "download", "sharing": "conditional", "conditions": "共享给法院" });
    enter("data-sets", "adopt", "mediation", with);
    enter("data-sets", "open", "mediation", json!({ "openness": "open", "open-review": "同意", "licence": "自由使用" }));
}

async fn send(district: &District, token: &str, path: &str, body: Vec<u8>) -> crate::hall::Answered {
    let request = Request::builder().method("POST").uri(path).header("authorization", format!("Bearer {token}"));
    district.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_file_is_submitted_accepted_and_read() {
    let district = District::open();
    furnish(&district);
    let (hao, niu, zhou, clerk) =
        (district.token("hao").await, district.token("niu").await, district.token("zhou").await, district.token("clerk").await);
    let listed = district.get("/api/data-sets", "").await.is(200);
    assert_eq!(
        (listed.json["data-sets"][0]["id"].as_str(), listed.json["data-sets"][0]["sight"].as_str()),
        (Some("mediation"), Some("catalogue"))
    );

    let path = "/api/data-sets/mediation/batches?name=a.csv&period=2026-01";
    send(&district, &niu, path, FILE.into()).await.problem(409, "refused");
    send(&district, &clerk, path, FILE.into()).await.problem(409, "refused");
    send(&district, &hao, path, b"\x00\x01\x02".to_vec()).await.problem(422, "invalid");
    send(&district, &hao, "/api/data-sets/none/batches?name=a.csv", FILE.into()).await.problem(404, "not-found");
    let sent = send(&district, &hao, path, FILE.into()).await.is(201);
    assert_eq!((sent.json["read"].as_i64(), sent.json["accepted"].as_i64(), sent.json["rejected"].as_i64()), (Some(3), Some(2), Some(1)));
    let id = sent.json["id"].as_i64().unwrap();
    assert_eq!(sent.headers["location"], format!("/api/batches/{id}"));
    district.step(&niu, id, json!({ "step": "accept", "seen": 2, "with": {} })).await;
    assert_eq!(district.get(&format!("/api/batches/{id}"), &hao).await.is(200).json["stage"], "pooled");
    district.get(&format!("/api/batches/{id}"), &clerk).await.problem(404, "not-found");

    let records = "/api/data-sets/mediation/records";
    let first = district.get(&format!("{records}?limit=1&personal=true"), &hao).await.is(200);
    assert_eq!(first.json["records"][0]["values"]["party"], "张三丰");
    let next = first.json["next"].as_str().unwrap();
    let rest = district.get(&format!("{records}?after={next}"), &hao).await.is(200);
    assert_eq!((rest.json["records"][0]["row"].as_i64(), rest.json.get("next")), (Some(4), None));
    let masked = district.get(&format!("{records}?by=no&value=%E8%B0%831%E5%8F%B7"), &zhou).await.is(200);
    assert_eq!((masked.json["masked"].as_bool(), masked.json["records"][0]["values"]["party"].as_str()), (Some(true), Some("张＊＊")));
    district.get(records, &clerk).await.problem(404, "not-found");
    district.get(records, "").await.problem(401, "sign-in");
    district.get(&format!("{records}?by=party&value=x"), &hao).await.problem(422, "invalid");
    district.get(&format!("{records}?after=x"), &hao).await.problem(422, "invalid");

    let catalogue = district.get("/api/open-data", "").await.is(200);
    assert_eq!(catalogue.headers["content-type"], "application/ld+json");
    assert_eq!(catalogue.json["dcat:dataset"][0]["dct:identifier"], "mediation");
}

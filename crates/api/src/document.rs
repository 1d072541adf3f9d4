//! The OpenAPI 3.1 document: made from the handlers themselves, so that it cannot say other than they do.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, Info, License, OpenApi, Ref, RefOr, Response, ResponseBuilder, SecurityRequirement, Server, Tag,
};

use crate::desk::Desk;

/// What stands before the paths.
pub fn opening() -> OpenApi {
    let mut info = Info::new("Fadu 法度", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "依法行政的接口。Law-based administration as an interface: cases move by lawful steps, registers by acts, and every figure opens.\n\n\
         Names are kebab-case. Days read `2026-10-20`, moments `2026-10-20T09:00:00+08:00`, money is whole yuan. \
         Every error is `application/problem+json` (RFC 9457); a refused step names every reason with its article. \
         Unknown keys and parameters are refused. A body holds at most 1 MiB, a report to be audited 20 MiB, the file of a batch 64 MiB."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut doc = OpenApi::new(info, utoipa::openapi::Paths::new());
    let mut components = Components::new();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("The token of POST /api/sessions".to_owned());
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    doc.components = Some(components);
    // A path is shut unless it says otherwise.
    doc.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    doc.servers = Some(vec![Server::new("/")]);
    let tag = |name: &str, says: &str| {
        let mut tag = Tag::new(name);
        tag.description = Some(says.to_owned());
        tag
    };
    doc.tags = Some(vec![
        tag("sessions", "登录：令牌和本人"),
        tag("law", "法：程序、清单、日历、期限"),
        tag("cases", "案件：看、开、办"),
        tag("public", "公众：凭查询码看进度"),
        tag("registers", "清单和名录"),
        tag("figures", "数据：值、分组、明细"),
        tag("reports", "报告：哪一轮、谁交了、公开了哪些"),
        tag("audit", "查报告：找出报告里的数，核对它们对不对得上"),
        tag("pool", "数据资源池：目录、记录、批次、开放数据"),
        tag("search", "查找"),
        tag("open311", "12345 热线，Open311 GeoReport v2"),
        tag("about", "关于这套接口"),
    ]);
    doc
}

/// The finished text: every operation also says that any other answer is a problem.
pub fn finished(mut doc: OpenApi) -> String {
    for item in doc.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.delete, &mut item.put, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let other: Response =
                ResponseBuilder::new().description("Any other answer is a problem").content("application/problem+json", problem).build();
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    response.description = if status == "201" { "Done" } else { "What was asked for" }.to_owned();
                }
            }
            operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(other));
        }
    }
    doc.to_json().unwrap_or_else(|_| "{}".to_owned())
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "about", security(()), responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn document(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], desk.document().to_owned())
}

/// Where a person who opens `/api` in a browser is sent.
pub async fn page() -> Html<&'static str> {
    Html(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>接口 · 法度</title>\
         <h1>接口</h1><p>全部地址、格式和例子写在 <a href=\"/api/openapi.json\">OpenAPI 3.1 文件</a>里，可以用任何支持 OpenAPI 的工具打开。</p>\
         <p>错误按 RFC 9457 答复，种类见 <a href=\"/api/problems\">/api/problems</a>。</p>",
    )
}

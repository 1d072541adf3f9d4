//! What the request gives, read strictly: a JSON body, query parameters, parts of the path. What cannot be read is a problem that says where.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::{HeaderMap, header, request::Parts};
use engine::decide::nearest;
use serde::de::DeserializeOwned;

use crate::problem::{Kind, Problem};

/// The most a body may hold: 1 MiB.
pub const MOST: usize = 1 << 20;

/// A JSON body. Unknown keys are refused with the nearest known one.
pub struct Given<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Box<Problem>;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        if !is_json(request.headers()) {
            return Err(Problem::new(Kind::MediaType, "请求头应当写 Content-Type: application/json"));
        }
        let bytes = to_bytes(request.into_body(), MOST).await.map_err(too_large)?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            read_fault(&error.into_inner().to_string(), if path == "." { "" } else { &path })
        })?;
        reader.end().map_err(|error| read_fault(&error.to_string(), ""))?;
        Ok(Given(read))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// A body that could not be taken whole.
pub fn too_large(error: axum::Error) -> Box<Problem> {
    use std::error::Error;
    let long = error.source().is_some_and(|source| source.to_string().contains("limit"));
    if long { Problem::new(Kind::TooLarge, "请求内容最多1 MB") } else { Problem::new(Kind::Malformed, "请求内容没有传完") }
}

/// Query parameters.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(read)| Asked(read)).map_err(|rejection| {
            let says = rejection.body_text();
            let says = says.strip_prefix("Failed to deserialize query string: ").unwrap_or(&says);
            match says.split_once(": ") {
                Some((field, says)) if !field.contains(' ') => read_fault(says, field),
                _ => read_fault(says, ""),
            }
        })
    }
}

/// Parts of the path.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(read)| Named(read)).map_err(|_| Problem::new(Kind::Malformed, format!("地址里的编号读不懂：{}", parts.uri.path())))
    }
}

/// What the reader said in English, told in Chinese with the field and the nearest known word.
fn read_fault(says: &str, path: &str) -> Box<Problem> {
    let mut words = says.split('`').skip(1).step_by(2);
    let (field, told, near) = if says.starts_with("unknown field") || says.starts_with("unknown variant") {
        let given = words.next().unwrap_or_default();
        let known: Vec<&str> = words.collect();
        let near = nearest(given, known.iter().copied());
        let hint = near.map_or(String::new(), |near| format!("，是不是“{near}”"));
        let field = if says.starts_with("unknown variant") { path } else { given };
        (field.to_owned(), format!("不认识“{given}”{hint}；可以写：{}", known.join("、")), near.map(str::to_owned))
    } else if says.starts_with("missing field") {
        let field = words.next().unwrap_or_default();
        (field.to_owned(), format!("没有写“{field}”"), None)
    } else if says.starts_with("duplicate field") {
        let field = words.next().unwrap_or_default();
        (field.to_owned(), format!("“{field}”写了两次"), None)
    } else if path.is_empty() {
        (String::new(), format!("读不懂：{says}"), None)
    } else {
        (path.to_owned(), format!("“{path}”的值不对：{says}"), None)
    };
    Problem::new(Kind::Malformed, told.clone()).at(&field, told, near)
}

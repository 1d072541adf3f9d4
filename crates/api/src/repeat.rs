//! The same request sent twice is done once: a POST with an `Idempotency-Key` is answered again from memory for ten minutes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::DateTime;
use sm3::{Digest, Sm3};

use crate::caller::Caller;
use crate::desk::Desk;
use crate::given::{MOST, too_large};
use crate::problem::{Answer, Kind, Problem};

/// Answers remembered, by who asked, where, and under which key.
#[derive(Default)]
pub struct Answers(Mutex<HashMap<Key, Held>>);

type Key = (String, String, String);

struct Held {
    at: DateTime,
    /// SM3 of the body: the same key may not carry something else.
    body: [u8; 32],
    /// `None` while the first request is being handled.
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
}

/// So many answers at most are remembered; the ten minutes are kept as long as this allows.
const MOST_HELD: usize = 10_000;

pub async fn repeat(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Answer<Response> {
    let Some(given) = request.headers().get("idempotency-key").filter(|_| request.method() == Method::POST) else {
        return Ok(next.run(request).await);
    };
    let name = given.to_str().ok().filter(|name| (1..=128).contains(&name.len()));
    let name = name.ok_or_else(|| {
        Problem::new(Kind::Malformed, "Idempotency-Key 应当是1至128个字符").at("Idempotency-Key", "应当是1至128个字符", None)
    })?;
    let login = request.extensions().get::<Caller>().map(|caller| caller.visitor.login.clone()).ok_or_else(Problem::sign_in)?;
    let key = (login, request.uri().path().to_owned(), name.to_owned());
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST).await.map_err(too_large)?;
    let digest: [u8; 32] = Sm3::digest(&body).into();
    if let Some(answer) = desk.answers.begin(&key, digest, desk.now())? {
        return Ok(answer);
    }
    // However this ends, the key must not stay taken.
    let held = Release { desk: &desk, key: &key, done: false };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    held.finish(response).await
}

struct Release<'d> {
    desk: &'d Desk,
    key: &'d Key,
    done: bool,
}

impl Release<'_> {
    async fn finish(mut self, response: Response) -> Answer<Response> {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Problem::new(Kind::Failed, "答复没有生成"))?;
        if !parts.status.is_server_error() {
            self.desk.answers.end(self.key, (parts.status, parts.headers.clone(), bytes.clone()));
            self.done = true;
        }
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }
}

impl Drop for Release<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.desk.answers.forget(self.key);
        }
    }
}

impl Answers {
    /// Takes the key, or gives the answer of the first request that took it.
    fn begin(&self, key: &Key, body: [u8; 32], now: DateTime) -> Answer<Option<Response>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = now.checked_sub(10.minutes()).unwrap_or(now);
        if let Some(known) = held.get(key).filter(|known| known.at > oldest) {
            return match &known.answer {
                _ if known.body != body => Err(Problem::invalid("Idempotency-Key", "这个 Idempotency-Key 已经用于另一个请求，请换一个")),
                None => Err(Problem::new(Kind::Repeating, "同一请求还在办理，请稍后再问")),
                Some((status, headers, bytes)) => {
                    let mut response = (*status, bytes.clone()).into_response();
                    for name in [header::CONTENT_TYPE, header::LOCATION] {
                        if let Some(value) = headers.get(&name) {
                            response.headers_mut().insert(name, value.clone());
                        }
                    }
                    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
                    Ok(Some(response))
                }
            };
        }
        if held.len() >= MOST_HELD {
            held.retain(|_, known| known.at > oldest);
            if let Some(first) =
                (held.len() >= MOST_HELD).then(|| held.iter().min_by_key(|(_, known)| known.at).map(|(key, _)| key.clone())).flatten()
            {
                held.remove(&first);
            }
        }
        held.insert(key.clone(), Held { at: now, body, answer: None });
        Ok(None)
    }

    fn end(&self, key: &Key, answer: (StatusCode, HeaderMap, Bytes)) {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            known.answer = Some(answer);
        }
    }

    fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

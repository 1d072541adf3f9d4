//! What went wrong, as `application/problem+json` (RFC 9457): Chinese first, English beside it, and for a refusal every reason with its article.

use actions::{Error, Hall, StoreError};
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::decide;
use engine::law::{Cite, Flag, Law};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::given::Named;

/// The kinds of problem; the last part of a problem's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Malformed,
    SignIn,
    SignInFailed,
    Forbidden,
    NotFound,
    NoSuchPath,
    NoSuchMethod,
    Refused,
    Overtaken,
    Repeating,
    TooLarge,
    MediaType,
    Invalid,
    TooMany,
    Failed,
    Unavailable,
}

impl Kind {
    const ALL: [Kind; 16] = [
        Kind::Malformed,
        Kind::SignIn,
        Kind::SignInFailed,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::NoSuchPath,
        Kind::NoSuchMethod,
        Kind::Refused,
        Kind::Overtaken,
        Kind::Repeating,
        Kind::TooLarge,
        Kind::MediaType,
        Kind::Invalid,
        Kind::TooMany,
        Kind::Failed,
        Kind::Unavailable,
    ];

    /// Id, status, Chinese title, English title.
    fn says(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        match self {
            Kind::Malformed => ("malformed", StatusCode::BAD_REQUEST, "请求读不懂", "The request cannot be read"),
            Kind::SignIn => ("sign-in", StatusCode::UNAUTHORIZED, "请先登录", "Sign in first"),
            Kind::SignInFailed => ("sign-in-failed", StatusCode::UNAUTHORIZED, "登录没有成功", "Signing in failed"),
            Kind::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "无权办理或查看", "Not allowed"),
            Kind::NotFound => ("not-found", StatusCode::NOT_FOUND, "没有找到，或者您无权查看", "Not found, or not for you to see"),
            Kind::NoSuchPath => ("no-such-path", StatusCode::NOT_FOUND, "没有这个地址", "No such path"),
            Kind::NoSuchMethod => {
                ("no-such-method", StatusCode::METHOD_NOT_ALLOWED, "这个地址不收这种请求", "The path does not take this method")
            }
            Kind::Refused => ("refused", StatusCode::CONFLICT, "现在不能办这一步", "The step is not lawful now"),
            Kind::Overtaken => ("overtaken", StatusCode::CONFLICT, "别人刚刚办了下一步", "Somebody else took the next step"),
            Kind::Repeating => ("repeating", StatusCode::CONFLICT, "同一请求正在办理", "The same request is being handled"),
            Kind::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "请求太大", "The request is too large"),
            Kind::MediaType => {
                ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "内容的类型不对", "The content has another type than is taken here")
            }
            Kind::Invalid => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "内容不对", "The content is not valid"),
            Kind::TooMany => ("too-many", StatusCode::TOO_MANY_REQUESTS, "请求太频繁", "Too many requests"),
            Kind::Failed => ("failed", StatusCode::INTERNAL_SERVER_ERROR, "系统出错", "The system failed"),
            Kind::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "暂时不能办理", "Not available at the moment"),
        }
    }
}

/// A problem (RFC 9457). `reasons` are the law's, `faults` the request's.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// Where the kind of problem is explained: `/api/problems/refused`.
    #[serde(rename = "type")]
    #[schema(example = "/api/problems/refused")]
    pub kind: String,
    #[schema(example = "现在不能办这一步")]
    pub title: String,
    #[schema(example = "The step is not lawful now")]
    pub title_en: String,
    /// The HTTP status again.
    #[schema(example = 409)]
    pub status: u16,
    /// What happened this time, in Chinese.
    pub detail: String,
    /// For `refused`: the step that is not lawful now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// For `refused`: every reason against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// For `malformed` and `invalid`: what to mend.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// One reason against a step.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reason {
    /// The guard or rule that refuses: `officers-at-least`, `competence`, `stage`, `field` …
    #[schema(example = "officers-at-least")]
    pub guard: String,
    /// The article, with what it says in one sentence of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<Article>,
    /// 本案：what is so here.
    pub says: String,
    /// 怎么办：what would cure it.
    pub cure: String,
    /// The field to mend, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Where a local number came from, when one decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

/// A cited article.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Article {
    /// Short name of the instrument, a slash, the article, and in brackets paragraph and item.
    #[schema(example = "许可法/34(3)")]
    pub cite: String,
    /// Full title of the instrument; absent when the law folder does not hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "中华人民共和国行政许可法")]
    pub instrument: Option<String>,
    /// What the article says, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// How sure the reading is: `V` read in the text, `VL` read in a local instrument, `S` seen in an excerpt, `M` from memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<&'static str>,
}

/// One thing to mend in what was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Fault {
    /// The JSON key or the name of the query parameter; empty when the whole is meant.
    #[schema(example = "proceedure")]
    pub field: String,
    pub says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "procedure")]
    pub did_you_mean: Option<String>,
}

/// What a handler answers.
pub type Answer<T> = Result<T, Box<Problem>>;

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Box<Problem> {
        let (id, status, title, english) = kind.says();
        Box::new(Problem {
            kind: format!("/api/problems/{id}"),
            title: title.to_owned(),
            title_en: english.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            step: None,
            reasons: Vec::new(),
            faults: Vec::new(),
        })
    }

    /// A value that is well formed but not possible, with the field that carries it.
    pub fn invalid(field: &str, says: impl Into<String>) -> Box<Problem> {
        let says = says.into();
        Problem::new(Kind::Invalid, says.clone()).at(field, says, None)
    }

    /// The same with the nearest known word.
    pub fn unknown<'w>(field: &str, what: &str, given: &str, known: impl Iterator<Item = &'w str>) -> Box<Problem> {
        let near = decide::nearest(given, known);
        let says = format!("没有“{given}”这个{what}{}", near.map_or(String::new(), |near| format!("，是不是“{near}”")));
        Problem::new(Kind::Invalid, says.clone()).at(field, says, near.map(str::to_owned))
    }

    pub fn at(mut self: Box<Problem>, field: &str, says: impl Into<String>, did_you_mean: Option<String>) -> Box<Problem> {
        self.faults.push(Fault { field: field.to_owned(), says: says.into(), did_you_mean });
        self
    }

    pub fn sign_in() -> Box<Problem> {
        Problem::new(Kind::SignIn, "这个地址要登录：先向 /api/sessions 取令牌，再放进请求头 Authorization: Bearer")
    }

    pub fn not_found() -> Box<Problem> {
        Problem::new(Kind::NotFound, "请核对编号；不存在的和无权查看的，答复一样")
    }

    /// The problem that an error of the hall is, with the law's articles of that day.
    pub fn of(error: Error, hall: &Hall, day: Date) -> Box<Problem> {
        match error {
            Error::Refused(refusal) => {
                let reasons: Vec<&str> = refusal.reasons.iter().map(|reason| reason.says.as_str()).collect();
                let mut problem = Problem::new(Kind::Refused, format!("现在不能办“{}”：{}", refusal.title, reasons.join("；")));
                problem.step = Some(refusal.step);
                problem.reasons = refusal.reasons.iter().map(|reason| Reason::of(reason, &hall.law, day)).collect();
                problem
            }
            Error::Overtaken => Problem::new(Kind::Overtaken, "请取最新的案件，核对后带上新的 seen 再提交；已经填写的内容没有记入"),
            Error::NotFound => Problem::not_found(),
            Error::Forbidden(says) => Problem::new(Kind::Forbidden, says),
            Error::Invalid(says) => Problem::new(Kind::Invalid, says),
            Error::Counting(says) => Problem::new(Kind::Unavailable, says),
            Error::Store(error) => match error {
                StoreError::Busy(_) | StoreError::Halted(_) | StoreError::Full(_) => {
                    Problem::new(Kind::Unavailable, "记录暂时不能写入，没有办成，请稍后再试")
                }
                StoreError::Invalid(says) => Problem::new(Kind::Invalid, says),
                other => {
                    // The caller gets a number to name; the operator gets the reason.
                    eprintln!("fadu: the store failed under a request: {other}");
                    Problem::new(Kind::Failed, "存储出错，没有办成；请把请求编号（X-Request-Id）告诉系统管理员")
                }
            },
            Error::Paper(_) => Problem::new(Kind::Failed, "文书没有生成；请把请求编号（X-Request-Id）告诉系统管理员"),
        }
    }
}

impl Reason {
    pub fn of(reason: &decide::Reason, law: &Law, day: Date) -> Reason {
        Reason {
            guard: reason.guard.clone(),
            article: reason.cite.as_ref().map(|cite| Article::of(cite, law, day)),
            says: reason.says.clone(),
            cure: reason.cure.clone(),
            field: reason.field.clone(),
            parameter: reason.parameter.clone(),
        }
    }
}

impl Article {
    /// A citation with what it names, at the version in force on the day.
    pub fn of(cite: &Cite, law: &Law, day: Date) -> Article {
        let found = law.article(cite, day);
        Article {
            cite: cite.0.clone(),
            instrument: law.instruments.get(cite.instrument()).map(|instrument| instrument.title.clone()),
            says: found.map(|(_, _, article)| article.says.clone()),
            flag: found.map(|(_, _, article)| match article.flag {
                Flag::V => "V",
                Flag::VL => "VL",
                Flag::S => "S",
                Flag::M => "M",
            }),
        }
    }
}

impl IntoResponse for Box<Problem> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            }
            _ => {}
        }
        response
    }
}

/// A kind of problem, explained.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KindOfProblem {
    #[schema(example = "overtaken")]
    id: &'static str,
    #[schema(example = 409)]
    status: u16,
    title: &'static str,
    title_en: &'static str,
}

impl KindOfProblem {
    fn of(kind: Kind) -> KindOfProblem {
        let (id, status, title, title_en) = kind.says();
        KindOfProblem { id, status: status.as_u16(), title, title_en }
    }
}

/// The kinds of problem that an answer's `type` can name.
#[utoipa::path(get, path = "/api/problems", tag = "about", security(()), responses((status = 200, body = Vec<KindOfProblem>)))]
pub async fn kinds() -> Json<Vec<KindOfProblem>> {
    Json(Kind::ALL.into_iter().map(KindOfProblem::of).collect())
}

/// One kind of problem: what its `type` leads to.
#[utoipa::path(get, path = "/api/problems/{kind}", tag = "about", security(()), params(("kind" = String, Path, example = "overtaken")), responses((status = 200, body = KindOfProblem)))]
pub async fn kind(Named(id): Named<String>) -> Answer<Json<KindOfProblem>> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.says().0 == id);
    kind.map(|kind| Json(KindOfProblem::of(kind))).ok_or_else(Problem::not_found)
}

pub async fn no_such_path(request: Request) -> Box<Problem> {
    Problem::new(Kind::NoSuchPath, format!("没有 {}；全部地址见 /api/openapi.json", request.uri().path()))
}

pub async fn no_such_method(request: Request) -> Box<Problem> {
    Problem::new(Kind::NoSuchMethod, format!("{} 不收 {}；见 /api/openapi.json", request.uri().path(), request.method()))
}

/// A fault of the program: told as a problem, without its inside.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::new(Kind::Failed, "程序出错，没有办成；请把请求编号（X-Request-Id）告诉系统管理员").into_response()
}

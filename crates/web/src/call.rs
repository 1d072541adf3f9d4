//! A call: who asks, when, in which language, with what form; the session, the form token and the door of each namespace are checked here, once.

use std::sync::Arc;

use actions::Hall;
use actions::person::{Visitor, random_text};
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use jiff::civil::{Date, DateTime};
use maud::Markup;

use crate::Clock;
use crate::words::Lang;

/// Largest form taken, in bytes.
const LARGEST_FORM: usize = 1 << 20;
/// Largest form with a file, in bytes, a little for the other fields included: of anybody the largest report, of people of the
/// government the largest table.
const LARGEST_REPORT: usize = actions::audit::LARGEST_REPORT + (1 << 20);
const LARGEST_TABLE: usize = actions::pool::LARGEST_FILE + (1 << 20);
const SESSION: &str = "fadu";
const FORM_TOKEN: &str = "fadu-form";
const LANGUAGE: &str = "fadu-lang";

/// What every page stands on.
#[derive(Clone)]
pub struct Site {
    pub hall: Arc<Hall>,
    pub clock: Clock,
}

/// Whose namespace a page lies in. Default deny: a page names its door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anybody.
    Open,
    /// Anybody signed in.
    Signed,
    /// People of the government.
    Officer,
    Supervisor,
    Leader,
}

impl Door {
    fn admits(self, visitor: Option<&Visitor>) -> bool {
        let holds = |posts: &[&str]| visitor.is_some_and(|visitor| posts.iter().any(|post| visitor.person.holds(post)));
        match self {
            Door::Open => true,
            Door::Signed => visitor.is_some(),
            Door::Officer => visitor.is_some_and(|visitor| !visitor.person.organ.is_empty() && !visitor.person.posts.is_empty()),
            Door::Supervisor => holds(&["supervisor", "service-supervisor", "hotline-supervisor", "leader"]),
            Door::Leader => holds(&["leader"]),
        }
    }
}

/// One request, read.
pub struct Call<'c> {
    pub hall: &'c Hall,
    pub now: DateTime,
    pub visitor: Option<Visitor>,
    /// The token every form of the page carries.
    pub csrf: String,
    pub lang: Lang,
    /// The path asked for, for `aria-current` and for coming back after signing in.
    pub path: String,
    pub parts: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub form: Vec<(String, String)>,
    /// Files sent along; only pages that take uploads have any.
    pub files: Vec<File>,
    /// The session cookie as sent.
    pub token: Option<String>,
}

/// A file sent with a form.
pub struct File {
    /// Name of the field.
    pub field: String,
    /// As the sender called it; empty when no file was chosen.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What came in with a form: its fields and its files.
#[derive(Default)]
struct Sent {
    form: Vec<(String, String)>,
    files: Vec<File>,
}

/// What a page answers.
pub enum Reply {
    Page(StatusCode, Markup),
    /// See other.
    Go(String),
    /// Signed in: sets the session cookie and goes on.
    Enter {
        token: String,
        to: String,
    },
    /// Signed out.
    Leave(String),
    /// A document to keep.
    File {
        kind: &'static str,
        name: String,
        bytes: Vec<u8>,
    },
}

pub type Answer = Result<Reply, actions::Error>;
pub type Room = fn(&Call<'_>) -> Answer;

impl Call<'_> {
    pub fn today(&self) -> Date {
        self.now.date()
    }

    pub fn part(&self, name: &str) -> &str {
        found(&self.parts, name).unwrap_or_default()
    }

    /// A value of the query, if it is there and not blank.
    pub fn ask(&self, name: &str) -> Option<&str> {
        found(&self.query, name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub fn given(&self, name: &str) -> Option<&str> {
        found(&self.form, name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub fn say(&self, chinese: &'static str) -> &'static str {
        self.lang.say(chinese)
    }

    pub fn person(&self) -> Option<&engine::case::Person> {
        self.visitor.as_ref().map(|visitor| &visitor.person)
    }

    /// Who is signed in; a page behind a door always has one.
    pub fn me(&self) -> Result<&engine::case::Person, actions::Error> {
        self.person().ok_or(actions::Error::NotFound)
    }

    /// Whether people of the government are looking.
    pub fn inside(&self) -> bool {
        Door::Officer.admits(self.visitor.as_ref())
    }

    pub fn admits(&self, door: Door) -> bool {
        door.admits(self.visitor.as_ref())
    }

    /// The same page with one value of the query changed.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.query.iter().filter(|(key, _)| key != name && key != "lang"));
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The offset of a paged list.
    pub fn offset(&self) -> u64 {
        self.ask("from").and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

fn found<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A page that is only shown.
pub fn room(door: Door, show: Room) -> MethodRouter<Site> {
    get(move |State(site): State<Site>, parts: RawPathParams, request: Request| answer(site, door, show, own(&parts), request, false))
}

/// A page with a form.
pub fn desk(door: Door, show: Room, take: Room) -> MethodRouter<Site> {
    room(door, show)
        .post(move |State(site): State<Site>, parts: RawPathParams, request: Request| answer(site, door, take, own(&parts), request, false))
}

/// A page with a form that may bring files.
pub fn upload(door: Door, show: Room, take: Room) -> MethodRouter<Site> {
    room(door, show)
        .post(move |State(site): State<Site>, parts: RawPathParams, request: Request| answer(site, door, take, own(&parts), request, true))
}

fn own(parts: &RawPathParams) -> Vec<(String, String)> {
    parts.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

async fn answer(site: Site, door: Door, room: Room, parts: Vec<(String, String)>, request: Request, files: bool) -> Response {
    let (head, body) = request.into_parts();
    let post = head.method == Method::POST;
    let sent = match post {
        // Nobody sends a large file through a door that is closed to them.
        true if files && !let_in(&site, door, cookie(&head.headers, SESSION)).await => Ok(Sent::default()),
        true if files && of_kind(&head.headers, "multipart/form-data") => {
            let most = if door == Door::Open { LARGEST_REPORT } else { LARGEST_TABLE };
            read_upload(Request::from_parts(head.clone(), body), most).await
        }
        true => read_form(&head.headers, body).await.map(|form| Sent { form, files: Vec::new() }),
        false => Ok(Sent::default()),
    };
    let query = pairs(head.uri.query().unwrap_or_default().as_bytes());
    let path = head.uri.path().to_owned();
    let token = cookie(&head.headers, SESSION);
    let form_token = cookie(&head.headers, FORM_TOKEN).filter(|text| text.len() == 32);
    let spoken = found(&query, "lang").map(str::to_owned);
    let lang = match spoken.clone().or_else(|| cookie(&head.headers, LANGUAGE)).as_deref() {
        Some("en") => Lang::English,
        _ => Lang::Chinese,
    };
    // Everything below blocks: it reads the store.
    let worked = tokio::task::spawn_blocking(move || {
        let now = (site.clock)();
        let visitor = token.as_deref().and_then(|token| site.hall.visitor(token, now).ok().flatten());
        let mut fresh = None;
        let csrf = match (&visitor, &form_token) {
            (Some(visitor), _) => visitor.csrf.clone(),
            (None, Some(token)) => token.clone(),
            (None, None) => {
                let token = random_text().unwrap_or_default();
                fresh = Some(token.clone());
                token
            }
        };
        let mut call = Call { hall: &site.hall, now, visitor, csrf, lang, path, parts, query, form: Vec::new(), files: Vec::new(), token };
        let reply = match sent {
            Err(status) => crate::failure::plain(&call, status, "表单没有读到", "表单太大，或者没有传完整。请返回再提交一次。"),
            Ok(sent) => {
                (call.form, call.files) = (sent.form, sent.files);
                enter(&call, door, room, post)
            }
        };
        respond(&call, reply, fresh, spoken.is_some())
    });
    worked.await.unwrap_or_else(|_| (StatusCode::INTERNAL_SERVER_ERROR, "程序出错，已经记录。请稍后再试。").into_response())
}

/// Whether the door admits whoever holds the session.
async fn let_in(site: &Site, door: Door, token: Option<String>) -> bool {
    let site = site.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let visitor = token.and_then(|token| site.hall.visitor(&token, (site.clock)()).ok().flatten());
        door.admits(visitor.as_ref())
    });
    looked.await.unwrap_or(false)
}

/// Checks the form token and the door, then lets the page work.
fn enter(call: &Call<'_>, door: Door, room: Room, post: bool) -> Reply {
    if !door.admits(call.visitor.as_ref()) {
        if call.visitor.is_none() && !post {
            return Reply::Go(format!(
                "/sign-in?{}",
                form_urlencoded::Serializer::new(String::new()).append_pair("next", &call.with("", "")).finish()
            ));
        }
        return crate::failure::closed(call, door);
    }
    if post && (call.csrf.is_empty() || call.given("csrf") != Some(call.csrf.as_str())) {
        return crate::failure::plain(
            call,
            StatusCode::FORBIDDEN,
            "这张表已经过期",
            "可能是登录过期，或者页面打开太久。什么都没有改动，请返回重新打开页面再提交。",
        );
    }
    room(call).unwrap_or_else(|error| crate::failure::of(call, &error))
}

fn respond(call: &Call<'_>, reply: Reply, fresh: Option<String>, chose_language: bool) -> Response {
    let mut cookies = Vec::new();
    if let Some(token) = fresh {
        cookies.push(format!("{FORM_TOKEN}={token}; Path=/; HttpOnly; SameSite=Lax"));
    }
    if chose_language {
        let tag = if call.lang == Lang::English { "en" } else { "zh" };
        cookies.push(format!("{LANGUAGE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"));
    }
    let mut response = match reply {
        Reply::Page(status, page) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response(),
        Reply::File { kind, name, bytes } => {
            ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition(kind, &name))], bytes).into_response()
        }
        Reply::Go(to) => see_other(&to),
        Reply::Enter { token, to } => {
            cookies.push(format!("{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax"));
            see_other(&to)
        }
        Reply::Leave(to) => {
            cookies.push(format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
            see_other(&to)
        }
    };
    let headers = response.headers_mut();
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// How a file is offered: under its own name for those who read RFC 6266, in plain letters for the rest. A page of HTML is always
/// kept as a file, never shown as one of this site.
fn disposition(kind: &str, name: &str) -> String {
    let how = if kind.starts_with("text/html") { "attachment" } else { "inline" };
    let plain: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-')).collect();
    let plain = if plain.starts_with('.') { format!("file{plain}") } else { plain };
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static("/"))]).into_response(),
    }
}

/// Where to go after signing in: a path of this site, never another.
pub fn local(path: &str) -> &str {
    let inside = path.starts_with('/') && !path.starts_with("//") && !path.contains(|letter: char| letter == '\\' || letter.is_control());
    if inside { path } else { "/" }
}

async fn read_form(headers: &HeaderMap, body: Body) -> Result<Vec<(String, String)>, StatusCode> {
    if !of_kind(headers, "application/x-www-form-urlencoded") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let bytes = to_bytes(body, LARGEST_FORM).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(pairs(&bytes))
}

fn of_kind(headers: &HeaderMap, wanted: &str) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| kind.to_ascii_lowercase().starts_with(wanted))
}

/// A form in parts. A part with a file name is a file, the others are fields.
async fn read_upload(mut request: Request, most: usize) -> Result<Sent, StatusCode> {
    DefaultBodyLimit::max(most).apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(|error| error.status())? {
        let field = part.name().unwrap_or_default().to_owned();
        let name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| error.status())?;
        match name {
            Some(name) => sent.files.push(File { field, name: name.chars().take(200).collect(), bytes: bytes.to_vec() }),
            None => sent.form.push((field, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok(sent)
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

//! A small district to talk to: two bureaus, a hotline, a few people, one service item.

use std::path::Path;
use std::sync::{Arc, Mutex};

use actions::person::NewAccount;
use actions::{Hall, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use engine::case::Person;
use engine::read::Text;
use engine::register::Entering;
use http_body_util::BodyExt;
use jiff::civil::{DateTime, date};
use serde_json::{Map, Value, json};
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse";

pub struct District {
    pub router: Router,
    pub hall: Arc<Hall>,
    now: Arc<Mutex<DateTime>>,
    _folder: tempfile::TempDir,
}

pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Answered {
    /// The answer, which must have this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Answered {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.json);
        self
    }

    /// A problem of this kind, in its own media type.
    #[track_caller]
    pub fn problem(self, status: u16, kind: &str) -> Answered {
        let answered = self.is(status);
        assert_eq!(answered.headers["content-type"], "application/problem+json");
        assert_eq!(answered.json["type"], format!("/api/problems/{kind}"), "{:#}", answered.json);
        assert_eq!(answered.json["status"], status);
        assert!(!answered.json["title"].as_str().unwrap().is_empty() && !answered.json["title-en"].as_str().unwrap().is_empty());
        answered
    }
}

impl District {
    pub fn open() -> District {
        let folder = tempfile::tempdir().unwrap();
        let store =
            store::Store::open(&store::Config::new(format!("sqlite:{}", folder.path().join("ledger.db").display())).fast()).unwrap();
        let settings = Settings { division: "140902".to_owned(), name: "忻府区".to_owned(), address: "https://example.org".to_owned() };
        let hall = Arc::new(Hall::open(law(), settings, store, |_| {}).unwrap());
        let now = Arc::new(Mutex::new(date(2026, 3, 2).at(9, 0, 0, 0)));
        people(&hall, *now.lock().unwrap());
        let clock = now.clone();
        let router = api::router(hall.clone(), Arc::new(move || *clock.lock().unwrap()));
        District { router, hall, now, _folder: folder }
    }

    pub fn at(&self, now: DateTime) {
        *self.now.lock().unwrap() = now;
    }

    pub async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answered { status, headers, json }
    }

    pub async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answered {
        self.call(Method::GET, path, token, None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answered {
        self.call(Method::POST, path, token, Some(body)).await
    }

    /// Signs in and gives the token.
    pub async fn token(&self, login: &str) -> String {
        let answered = self.post("/api/sessions", "", json!({ "login": login, "password": PASSWORD })).await.is(200);
        answered.json["token"].as_str().unwrap().to_owned()
    }

    /// Takes a step and gives the answer, whatever it is.
    pub async fn step(&self, token: &str, case: i64, body: Value) -> Answered {
        self.post(&format!("/api/cases/{case}/steps"), token, body).await
    }

    /// A licence case, received at the window.
    pub async fn received(&self, clerk: &str) -> i64 {
        let with = json!({ "item": "food-licence", "party": { "name": "东街小吃店", "kind": "organisation" }, "venue": "district-centre" });
        let opened = self.post("/api/cases", clerk, json!({ "procedure": "licence", "step": "receive", "with": with })).await.is(201);
        opened.json["case"]["id"].as_i64().unwrap()
    }
}

/// The real law folder.
fn law() -> engine::law::Law {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
    let mut texts = Vec::new();
    gather(&root, &root, &mut texts);
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    let folder = engine::read::read(texts);
    // Faults of the folder are for the tests of the law; here the procedures talked about must stand.
    for wanted in ["licence", "hotline-order"] {
        assert!(folder.law.procedures.contains_key(wanted), "{wanted} could not be read: {:?}", folder.findings);
    }
    folder.law
}

fn gather(root: &Path, folder: &Path, texts: &mut Vec<Text>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, texts);
        } else if path.extension().is_some_and(|ext| ext == "toml" || ext == "md") {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            texts.push(Text { path: relative, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn people(hall: &Hall, now: DateTime) {
    let keeper = Person {
        id: "root".to_owned(),
        organ: "government".to_owned(),
        posts: ["staffing-office", "qualification-keeper", "register-keeper"].map(str::to_owned).to_vec(),
        ..Person::default()
    };
    let mut entering = Vec::new();
    let mut enter = |register: &str, act: &str, id: &str, title: &str, organ: &str, with: Value| {
        entering.push(Entering {
            register: register.to_owned(),
            act: act.to_owned(),
            id: id.to_owned(),
            title: title.to_owned(),
            organ: organ.to_owned(),
            from: date(2026, 1, 1),
            with: fields(with),
        });
    };
    for (id, title) in [
        ("approval-bureau", "行政审批局"),
        ("market-bureau", "市场监管局"),
        ("hotline-centre", "12345热线中心"),
        ("justice-bureau", "司法局"),
    ] {
        enter("organs", "adopt", id, title, id, json!({ "kind": "department" }));
    }
    for (id, name, organ, post) in [
        ("clerk", "陈窗口", "approval-bureau", "window-clerk"),
        ("zhao", "赵审查", "approval-bureau", "examiner"),
        ("qian", "钱审查", "approval-bureau", "examiner"),
        ("sun", "孙代表", "approval-bureau", "approver"),
        ("wu", "吴执法", "market-bureau", "enforcement-officer"),
        ("tang", "唐话务", "hotline-centre", "hotline-operator"),
        ("keeper", "郑清单", "approval-bureau", "register-keeper"),
        ("zhou", "周监督", "justice-bureau", "supervisor"),
        ("liu", "刘区长", "justice-bureau", "leader"),
    ] {
        enter(
            "officers",
            "issue",
            id,
            name,
            organ,
            json!({ "name": name, "kind": "enforcement", "certificate": format!("14090200{id}"), "valid-from": "2025-01-01", "valid-to": "2029-12-31", "posts": [post] }),
        );
    }
    enter("service-items", "adopt", "food-licence", "食品经营许可", "approval-bureau", json!({ "code": "A-1", "kind": "licence" }));
    for entered in hall.enter_all(entering, &[keeper], now) {
        entered.unwrap();
    }
    for (login, person, name) in [
        ("clerk", "clerk", "陈窗口"),
        ("zhao", "zhao", "赵审查"),
        ("sun", "sun", "孙代表"),
        ("wu", "wu", "吴执法"),
        ("tang", "tang", "唐话务"),
        ("keeper", "keeper", "郑清单"),
        ("zhou", "zhou", "周监督"),
        ("liu", "liu", "刘区长"),
        ("li", "", "李东街"),
        ("hu", "", "胡西街"),
    ] {
        hall.make_account(&NewAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            person: person.to_owned(),
        })
        .unwrap();
    }
}

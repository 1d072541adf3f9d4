//! A small district to walk through: organs, officers, items, accounts, over a temporary ledger and the real law folder; the clock stands still.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use actions::person::NewAccount;
use actions::step::{Asked, Done};
use actions::{Hall, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use engine::case::Person;
use engine::read::Text;
use engine::register::Entering;
use http_body_util::BodyExt;
use jiff::civil::{DateTime, date};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse";

pub struct Site {
    pub router: Router,
    pub hall: Arc<Hall>,
    pub now: Arc<Mutex<DateTime>>,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Shown {
    #[track_caller]
    pub fn is(self, status: u16) -> Shown {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Shown {
        assert!(self.text.contains(words), "the page does not say “{words}”:\n{}", self.text);
        self
    }

    pub fn goes_to(&self) -> String {
        self.headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned()
    }
}

/// A browser: keeps its cookies.
pub struct Browser<'s> {
    site: &'s Site,
    cookies: HashMap<String, String>,
}

impl Site {
    pub fn open() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let store =
            store::Store::open(&store::Config::new(format!("sqlite:{}", folder.path().join("ledger.db").display())).fast()).unwrap();
        let settings = Settings { division: "140902".to_owned(), name: "忻府区".to_owned(), address: "https://example.org".to_owned() };
        let seal = Arc::new(actions::seal::Seal::generate().unwrap());
        let hall = Arc::new(Hall::open(law(), settings, store, |_| {}).unwrap().with_seal(Some(seal)));
        let now = Arc::new(Mutex::new(date(2026, 3, 2).at(9, 0, 0, 0)));
        furnish(&hall, *now.lock().unwrap());
        let clock = now.clone();
        let router = web::router(hall.clone(), Arc::new(move || *clock.lock().unwrap()));
        Site { router, hall, now, _folder: folder }
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: HashMap::new() }
    }

    pub async fn signed_in(&self, login: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await.is(200);
        let token = hidden(&page.text);
        browser.post("/sign-in", &[("csrf", &token), ("login", login), ("password", PASSWORD)]).await.is(303);
        browser
    }

    pub fn step(&self, by: &[&str], case: Option<i64>, procedure: &str, step: &str, with: Value) -> Done {
        let now = *self.now.lock().unwrap();
        let by: Vec<Person> = by.iter().map(|id| self.hall.person(id, now.date()).unwrap()).collect();
        let asked = Asked {
            case,
            procedure: procedure.to_owned(),
            step: step.to_owned(),
            by,
            with: with.as_object().cloned().unwrap_or_default(),
            seen: None,
        };
        self.hall.take_step(asked, now).unwrap()
    }

    /// A licence received at the window.
    pub fn received(&self, name: &str) -> i64 {
        self.step(
            &["qian"],
            None,
            "licence",
            "receive",
            json!({ "item": "food-licence", "party": { "name": name, "kind": "organisation" }, "venue": "district-centre" }),
        )
        .case
        .id
    }
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Shown {
        self.send(Request::builder().uri(path), Body::empty()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Shown {
        let body = form.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect::<Vec<_>>().join("&");
        self.send(Request::builder().method("POST").uri(path).header("content-type", "application/x-www-form-urlencoded"), Body::from(body))
            .await
    }

    /// Opens a page and posts its form with these values and its own token.
    pub async fn fill(&mut self, path: &str, form: &[(&str, &str)]) -> Shown {
        let page = self.get(path).await.is(200);
        let token = hidden(&page.text);
        let mut form = form.to_vec();
        form.push(("csrf", &token));
        let to = path.split('?').next().unwrap_or(path).to_owned();
        self.post(&to, &form).await
    }

    /// Opens a page and posts its form in parts, with one file.
    pub async fn send_file(&mut self, path: &str, form: &[(&str, &str)], file: (&str, &[u8])) -> Shown {
        let token = hidden(&self.get(path).await.is(200).text);
        let mut body = Vec::new();
        for (key, value) in form.iter().chain([&("csrf", token.as_str())]) {
            body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").bytes());
        }
        body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n", file.0).bytes());
        body.extend(file.1);
        body.extend(b"\r\n--limit--\r\n");
        self.send(
            Request::builder().method("POST").uri(path).header("content-type", "multipart/form-data; boundary=limit"),
            Body::from(body),
        )
        .await
    }

    /// Posts the form of a page with a file, as a browser does.
    pub async fn submit_file(&mut self, path: &str, form: &[(&str, &str)], name: &str, file: &[u8]) -> Shown {
        let page = self.get(path).await;
        let token = hidden(&page.text);
        let mut body = Vec::new();
        for (key, value) in form.iter().chain([&("csrf", token.as_str())]) {
            body.extend(format!("--cut\r\ncontent-disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        body.extend(format!("--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes());
        body.extend(file);
        body.extend(b"\r\n--cut--\r\n");
        let request = Request::builder().method("POST").uri(path).header("content-type", "multipart/form-data; boundary=cut");
        self.send(request, Body::from(body)).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Shown {
        let cookies = self.cookies.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("; ");
        let request = request.header("cookie", cookies).body(body).unwrap();
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            if let Some((key, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(key.to_owned(), value.to_owned());
            }
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Shown { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// The token of the last form of a page.
pub fn hidden(page: &str) -> String {
    page.rsplit_once("name=\"csrf\" value=\"").map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned()).unwrap_or_default()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The real law folder.
fn law() -> engine::law::Law {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
    let mut texts = Vec::new();
    gather(&root, &root, &mut texts);
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    let folder = engine::read::read(texts);
    assert!(folder.law.procedures.contains_key("licence"), "{:?}", folder.findings);
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

fn furnish(hall: &Hall, now: DateTime) {
    let founder = Person {
        id: "founder".to_owned(),
        organ: "office".to_owned(),
        posts: ["staffing-office", "administrator", "qualification-keeper", "register-keeper", "service-supervisor"]
            .map(str::to_owned)
            .to_vec(),
        ..Person::default()
    };
    let enter = |register: &str, act: &str, id: &str, title: &str, organ: &str, with: Value| {
        let entering = Entering {
            register: register.to_owned(),
            act: act.to_owned(),
            id: id.to_owned(),
            title: title.to_owned(),
            organ: organ.to_owned(),
            from: date(2020, 1, 1),
            with: with.as_object().cloned().unwrap_or_default(),
        };
        hall.enter(entering, std::slice::from_ref(&founder), now).unwrap_or_else(|error| panic!("{register}/{id}: {error}"));
    };
    for (id, title, short) in [
        ("approval-bureau", "区行政审批服务管理局", "忻审批"),
        ("market-regulation", "区市场监督管理局", "忻市监"),
        ("hotline-centre", "区12345热线中心", "忻热"),
        ("justice-bureau", "区司法局", "忻司"),
        ("office", "区人民政府办公室", "忻政"),
    ] {
        enter("organs", "adopt", id, title, id, json!({ "kind": "department", "short": short }));
    }
    let officers: [(&str, &str, &str, &[&str]); 9] = [
        ("qian", "钱丽", "approval-bureau", &["window-clerk"]),
        ("wang", "王强", "approval-bureau", &["examiner"]),
        ("zhao", "赵敏", "approval-bureau", &["approver"]),
        ("zhang", "张军", "market-regulation", &["enforcement-officer"]),
        ("li", "李静", "market-regulation", &["enforcement-officer"]),
        ("wu", "吴芳", "hotline-centre", &["hotline-operator"]),
        ("zheng", "郑平", "justice-bureau", &["supervisor"]),
        ("liu", "刘涛", "office", &["leader"]),
        ("ma", "马强", "approval-bureau", &["unit-handler"]),
    ];
    for (id, name, organ, posts) in officers {
        enter(
            "officers",
            "issue",
            id,
            name,
            organ,
            json!({ "name": name, "kind": "enforcement", "certificate": id, "valid-from": "2020-01-01", "posts": posts, "certified": "yes" }),
        );
        hall.make_account(&NewAccount {
            login: id.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            person: id.to_owned(),
        })
        .unwrap();
    }
    enter(
        "service-items",
        "adopt",
        "food-licence",
        "食品经营许可",
        "approval-bureau",
        json!({ "code": "140902001", "kind": "licence", "materials": ["申请书", "营业执照"], "legal-limit": 20, "promised-limit": 8 }),
    );
    hall.make_account(&NewAccount {
        login: "citizen".to_owned(),
        name: "王小明".to_owned(),
        password: PASSWORD.to_owned(),
        person: String::new(),
    })
    .unwrap();
}

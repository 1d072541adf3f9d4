//! A small town for the tests beside it: a hall over a new database, its organs, officers and registers, and a way to take a step.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::{Path, PathBuf};

use actions::step::{Asked, Done};
use actions::{Error, Hall, Settings};
use engine::case::Person;
use engine::law::Law;
use engine::read::{Text, read};
use engine::register::Entering;
use jiff::civil::{Date, DateTime, date};
use serde_json::{Value, json};
use store::{Config, Store};

pub const DIVISION: &str = "140902";

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The law folder of this repository.
pub fn law() -> Law {
    let folder = root().join("law");
    let mut texts = Vec::new();
    gather(&folder, &folder, &mut texts);
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    read(texts).law
}

fn gather(root: &Path, folder: &Path, texts: &mut Vec<Text>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, texts);
        } else if path.extension().is_some_and(|ext| ext == "toml" || ext == "md") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            texts.push(Text { path: name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

/// A hall over the database at `url`, which may hold a town already.
pub fn hall(url: &str) -> Hall {
    let settings = Settings { division: DIVISION.to_owned(), name: "忻府区".to_owned(), address: "http://127.0.0.1:8080".to_owned() };
    Hall::open(law(), settings, Store::open(&Config::new(url).fast()).unwrap(), |_| ()).unwrap()
}

/// Officers: id, name, organ, posts, certified.
pub const OFFICERS: [(&str, &str, &str, &[&str], bool); 13] = [
    ("clerk", "张丽", "approval-bureau", &["window-clerk"], false),
    ("examiner", "李强", "approval-bureau", &["examiner"], false),
    ("approver", "赵敏", "approval-bureau", &["approver"], false),
    ("zhang", "张军", "market-regulation", &["enforcement-officer"], true),
    ("li", "李静", "market-regulation", &["enforcement-officer"], true),
    ("novice", "新人", "market-regulation", &["enforcement-officer"], false),
    ("head", "周勇", "market-regulation", &["organ-head"], false),
    ("cashier", "钱会", "market-regulation", &["cashier"], false),
    ("operator", "吴芳", "hotline-centre", &["hotline-operator", "hotline-callback", "hotline-supervisor"], false),
    ("unit", "马工", "housing", &["unit-handler"], false),
    ("supervisor", "郑平", "justice-bureau", &["supervisor", "service-supervisor"], true),
    ("leader", "孙涛", "justice-bureau", &["leader"], false),
    ("stranger", "路人", "health", &["unit-handler"], false),
];

/// Who founds the town: everyone a register asks for.
pub fn founder(hall: &Hall) -> Person {
    let posts = hall.law.registers.values().flat_map(|register| &register.acts).flat_map(|act| act.by.iter().cloned()).collect();
    Person { id: "founder".to_owned(), name: "安装".to_owned(), organ: "district-office".to_owned(), posts, ..Person::default() }
}

/// Enters one act in a register.
#[expect(clippy::too_many_arguments, reason = "a line of a table")]
pub fn enter(hall: &Hall, register: &str, act: &str, id: &str, title: &str, organ: &str, from: Date, with: Value) {
    let Value::Object(with) = with else { panic!("{with} is no table") };
    let entering = Entering {
        register: register.to_owned(),
        act: act.to_owned(),
        id: id.to_owned(),
        title: title.to_owned(),
        organ: organ.to_owned(),
        from,
        with,
    };
    hall.enter(entering, &[founder(hall)], from.at(8, 0, 0, 0)).unwrap_or_else(|error| panic!("{register} {id}: {error}"));
}

/// Organs, officers, one service item, one power, one enforcement body.
pub fn settle(hall: &Hall) {
    let day = date(2024, 1, 2);
    for (id, title, short) in [
        ("approval-bureau", "忻府区行政审批服务管理局", "忻审批"),
        ("market-regulation", "忻府区市场监督管理局", "忻市监"),
        ("hotline-centre", "忻府区12345热线中心", "忻热线"),
        ("housing", "忻府区住房和城乡建设局", "忻住建"),
        ("justice-bureau", "忻府区司法局", "忻司"),
        ("health", "忻府区卫生健康局", "忻卫健"),
    ] {
        enter(hall, "organs", "adopt", id, title, "", day, json!({ "kind": "department", "short": short }));
    }
    for (id, name, organ, posts, certified) in OFFICERS {
        let certified = if certified { "yes" } else { "no" };
        enter(
            hall,
            "officers",
            "issue",
            id,
            name,
            organ,
            day,
            json!({ "name": name, "kind": "enforcement", "certificate": format!("1409{id}"), "valid-from": "2023-01-01", "valid-to": "2026-12-31", "posts": posts, "certified": certified }),
        );
    }
    enter(
        hall,
        "service-items",
        "adopt",
        "food-licence",
        "食品经营许可",
        "approval-bureau",
        day,
        json!({ "code": "000131012000", "kind": "licence", "in-centre": "yes", "centre-due": "yes" }),
    );
    enter(
        hall,
        "power-list",
        "adopt",
        "price-marking",
        "对未按规定明码标价的处罚",
        "market-regulation",
        day,
        json!({ "name": "对未按规定明码标价的处罚", "kind": "penalty", "organ": "market-regulation", "level": "county", "basis": ["价格法第四十二条"], "source": "own-decision", "document": "忻政发〔2024〕1号" }),
    );
    enter(
        hall,
        "enforcement-bodies",
        "confirm",
        "market",
        "忻府区市场监督管理局",
        "market-regulation",
        day,
        json!({ "name": "忻府区市场监督管理局", "kind": "statutory", "organ": "market-regulation", "basis": ["行政处罚法第十七条"], "document": "忻政发〔2024〕2号" }),
    );
}

/// A member of the public.
pub fn citizen(id: &str) -> Person {
    Person {
        id: format!("u:{id}"),
        name: id.to_owned(),
        posts: ["applicant", "caller", "party"].map(str::to_owned).to_vec(),
        ..Person::default()
    }
}

/// Takes a step: by officers' ids, or members of the public as `u:name`.
pub fn take(hall: &Hall, case: Option<i64>, procedure: &str, step: &str, by: &[&str], at: DateTime, with: Value) -> Result<Done, Error> {
    let Value::Object(with) = with else { panic!("{with} is no table") };
    let by = by.iter().map(|id| match id.strip_prefix("u:") {
        Some(name) => citizen(name),
        None => hall.person(id, at.date()).unwrap_or_else(|| panic!("nobody is {id}")),
    });
    hall.take_step(Asked { case, procedure: procedure.to_owned(), step: step.to_owned(), by: by.collect(), with, seen: None }, at)
}

/// The same, refused: the articles cited.
pub fn refused(
    hall: &Hall,
    case: Option<i64>,
    procedure: &str,
    step: &str,
    by: &[&str],
    at: DateTime,
    with: Value,
) -> engine::decide::Refusal {
    match take(hall, case, procedure, step, by, at, with) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{step} was not refused: {:?}", other.map(|done| done.code)),
    }
}

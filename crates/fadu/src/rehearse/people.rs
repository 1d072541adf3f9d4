//! Who lives in a rehearsed district: organs, officers with posts, townships. Names are made up; nobody is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::case::Person;
use engine::law::Law;
use serde_json::{Map, Value, json};

use super::district::Township;
use super::entries::{Doing, Item};

/// Departments by id, title and the word of their document numbers.
pub const DEPARTMENTS: [(&str, &str, &str); 10] = [
    ("approval-bureau", "行政审批服务管理局", "审批"),
    ("market-regulation", "市场监督管理局", "市监"),
    ("urban-management", "综合行政执法局", "综执"),
    ("hotline-centre", "12345政务服务热线中心", "热线"),
    ("justice-bureau", "司法局", "司"),
    ("human-resources", "人力资源和社会保障局", "人社"),
    ("civil-affairs", "民政局", "民"),
    ("health", "卫生健康局", "卫健"),
    ("housing", "住房和城乡建设局", "住建"),
    ("natural-resources", "自然资源局", "自然资"),
];

/// Where the leaders are.
pub const GOVERNMENT: &str = "district-government";

const TOWNSHIPS: usize = 18;
const SURNAMES: [&str; 24] = [
    "张", "李", "王", "赵", "刘", "陈", "杨", "周", "吴", "郑", "孙", "马", "朱", "胡", "林", "郭", "何", "高", "罗", "梁", "宋", "唐",
    "许", "韩",
];
const GIVEN: [&str; 24] = [
    "明", "丽", "强", "芳", "军", "敏", "伟", "静", "磊", "艳", "勇", "娟", "涛", "霞", "超", "平", "刚", "红", "峰", "梅", "鹏", "琳",
    "斌", "洁",
];

/// A made-up name.
pub fn name(number: usize) -> String {
    let second = if number.is_multiple_of(3) { GIVEN[(number / 7 + 5) % GIVEN.len()] } else { "" };
    format!("{}{}{second}", SURNAMES[number % SURNAMES.len()], GIVEN[(number / 5) % GIVEN.len()])
}

/// The people of the district by organ and post.
#[derive(Default)]
pub struct People {
    by_post: BTreeMap<(String, String), Vec<Arc<Person>>>,
    pub organs: Vec<String>,
    pub townships: Vec<String>,
}

impl People {
    /// Somebody of an organ who holds a post; the number spreads work over all who do.
    pub fn of(&self, organ: &str, post: &str, number: usize) -> anyhow::Result<Person> {
        let held = self.by_post.get(&(organ.to_owned(), post.to_owned())).filter(|held| !held.is_empty());
        let held = held.ok_or_else(|| anyhow::anyhow!("nobody in {organ} is {post}"))?;
        Ok((*held[number % held.len()]).clone())
    }
}

/// A member of the public.
pub fn citizen(number: usize) -> Person {
    Person {
        id: format!("u:{number}"),
        name: name(number),
        posts: vec!["applicant".to_owned(), "caller".to_owned(), "party".to_owned()],
        ..Person::default()
    }
}

#[expect(clippy::too_many_arguments, reason = "a line of a table")]
fn keep(people: &mut People, items: &mut Vec<Item>, id: String, name: String, organ: &str, posts: &[&str], certified: bool, year: i16) {
    let posts: Vec<String> = posts.iter().map(|post| (*post).to_owned()).collect();
    let person = Arc::new(Person {
        id: id.clone(),
        name: name.clone(),
        organ: organ.to_owned(),
        posts: posts.clone(),
        certified,
        legal_qualified: true,
    });
    for post in &posts {
        people.by_post.entry((organ.to_owned(), post.clone())).or_default().push(person.clone());
    }
    let mut with = Map::new();
    with.insert("name".to_owned(), json!(name));
    with.insert("kind".to_owned(), json!("enforcement"));
    with.insert(
        "certificate".to_owned(),
        json!(if certified { format!("1409{:06}", items.len()) } else { format!("G{:06}", items.len()) }),
    );
    with.insert("valid-from".to_owned(), json!(format!("{}-01-01", year - 1)));
    with.insert("posts".to_owned(), json!(posts));
    with.insert("certified".to_owned(), json!(if certified { "yes" } else { "no" }));
    with.insert("legal-qualified".to_owned(), json!("yes"));
    items.push(Item {
        register: "officers".to_owned(),
        id,
        title: name,
        organ: organ.to_owned(),
        acts: vec![Doing { act: "issue".to_owned(), in_year: false, with }],
    });
}

/// The organs and officers every rehearsal has, as entries to be made first.
pub fn settle(law: &Law, name_of_district: &str, townships: &[Township], year: i16) -> (People, Vec<Item>, Vec<Item>) {
    let mut people = People::default();
    let (mut organs, mut officers) = (Vec::new(), Vec::new());
    let short = name_of_district.trim_end_matches(['区', '县', '市', '旗']).to_owned();
    let organ = |id: &str, title: String, word: String, kind: &str| {
        let mut with = Map::new();
        with.insert("short".to_owned(), Value::String(word));
        with.insert("kind".to_owned(), Value::String(kind.to_owned()));
        Item {
            register: "organs".to_owned(),
            id: id.to_owned(),
            title,
            organ: String::new(),
            acts: vec![Doing { act: "adopt".to_owned(), in_year: false, with }],
        }
    };
    for (id, title, word) in DEPARTMENTS {
        organs.push(organ(id, format!("{name_of_district}{title}"), format!("{short}{word}"), "department"));
        people.organs.push(id.to_owned());
    }
    organs.push(organ(GOVERNMENT, format!("{name_of_district}人民政府"), format!("{short}政"), "government"));
    for (number, place) in townships.iter().enumerate() {
        let id = format!("township-{:02}", number + 1);
        let (title, kind) = match place.name.strip_suffix("街道") {
            Some(_) => (format!("{}办事处", place.name), "sub-district"),
            None => (format!("{}人民政府", place.name), "township"),
        };
        let mut item = organ(&id, title, place.name.trim_end_matches("街道").trim_end_matches(['镇', '乡']).to_owned(), kind);
        for doing in &mut item.acts {
            doing.with.insert("map-row".to_owned(), json!(place.row));
            doing.with.insert("map-column".to_owned(), json!(place.column));
        }
        organs.push(item);
        people.townships.push(id);
    }
    for number in 1..=(if townships.is_empty() { TOWNSHIPS } else { 0 }) {
        let id = format!("township-{number:02}");
        let first = ["东", "西", "南", "北", "上", "下"][(number - 1) % 6];
        let second = ["河", "关", "庄"][(number - 1) / 6];
        let (title, kind) = if number <= 6 { ("街道办事处", "sub-district") } else { ("镇人民政府", "township") };
        organs.push(organ(&id, format!("{first}{second}{title}"), format!("{first}{second}"), kind));
        people.townships.push(id);
    }
    // The five people of the demonstration come first in their posts, with ids one can sign in by.
    let centre = "approval-bureau";
    keep(&mut people, &mut officers, "clerk".into(), "张丽".into(), centre, &["window-clerk", "data-officer"], false, year);
    keep(&mut people, &mut officers, "examiner".into(), "李强".into(), centre, &["examiner"], false, year);
    keep(&mut people, &mut officers, "approver".into(), "赵敏".into(), centre, &["approver", "organ-head", "data-reviewer"], false, year);
    keep(
        &mut people,
        &mut officers,
        "zhang".into(),
        "张军".into(),
        "market-regulation",
        &["enforcement-officer", "data-officer"],
        true,
        year,
    );
    keep(&mut people, &mut officers, "li".into(), "李静".into(), "market-regulation", &["enforcement-officer"], true, year);
    keep(&mut people, &mut officers, "reviewer".into(), "王磊".into(), "market-regulation", &["legal-reviewer"], false, year);
    keep(&mut people, &mut officers, "head".into(), "周勇".into(), "market-regulation", &["organ-head", "data-reviewer"], false, year);
    keep(
        &mut people,
        &mut officers,
        "operator".into(),
        "吴芳".into(),
        "hotline-centre",
        &["hotline-operator", "hotline-callback", "hotline-supervisor"],
        false,
        year,
    );
    keep(
        &mut people,
        &mut officers,
        "supervisor".into(),
        "郑平".into(),
        "justice-bureau",
        &["supervisor", "service-supervisor", "jurist", "data-reviewer"],
        true,
        year,
    );
    keep(&mut people, &mut officers, "leader".into(), "孙涛".into(), GOVERNMENT, &["leader"], false, year);
    keep(&mut people, &mut officers, "office".into(), "宋洁".into(), "justice-bureau", &["rule-of-law-office"], false, year);
    keep(&mut people, &mut officers, "writer".into(), "许静".into(), "market-regulation", &["report-writer"], false, year);
    keep(&mut people, &mut officers, "writer2".into(), "唐斌".into(), "market-regulation", &["report-writer"], false, year);
    keep(
        &mut people,
        &mut officers,
        "keeper".into(),
        "何梅".into(),
        "justice-bureau",
        &["register-keeper", "qualification-keeper", "staffing-office", "administrator", "data-officer", "data-keeper"],
        false,
        year,
    );
    let mut number = 20;
    for (organ, _, _) in DEPARTMENTS {
        for (post, count, certified) in [
            ("window-clerk", 6, false),
            ("examiner", 3, false),
            ("approver", 1, false),
            ("organ-head", 1, false),
            ("enforcement-officer", 6, true),
            ("legal-reviewer", 1, false),
            ("hearing-chair", 1, false),
            ("cashier", 1, false),
            ("unit-handler", 4, false),
            ("service-supervisor", 1, false),
            ("register-keeper", 1, false),
            ("report-writer", 2, false),
        ] {
            if !law.posts.contains_key(post) {
                continue;
            }
            for _ in 0..count {
                keep(&mut people, &mut officers, format!("p{number:04}"), name(number), organ, &[post], certified, year);
                number += 1;
            }
        }
    }
    for township in people.townships.clone() {
        for post in ["window-clerk", "examiner", "approver", "unit-handler", "enforcement-officer", "enforcement-officer"] {
            keep(
                &mut people,
                &mut officers,
                format!("p{number:04}"),
                name(number),
                &township,
                &[post],
                post == "enforcement-officer",
                year,
            );
            number += 1;
        }
    }
    if law.posts.contains_key("appraisal-liaison") {
        let units: Vec<String> = people.organs.iter().chain(&people.townships).cloned().collect();
        for (id, name, organ, post) in super::appraisal::people(&units) {
            keep(&mut people, &mut officers, id, name, &organ, &[post], false, year);
        }
    }
    (people, organs, officers)
}

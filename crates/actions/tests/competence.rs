//! Tables a jurist can sign: who may take which step, who sees how much of a record, and of the data pool. They are made here and compared with what
//! was signed; `FADU_REGENERATE=1 cargo test -p actions --test competence` writes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use std::collections::BTreeMap;
use std::fmt::Write;

use actions::look::{Sight, sight};
use engine::case::{APPLICANT, CLOCK, HANDLER, Person};
use engine::law::{Law, Reach};
use jiff::civil::date;
use serde_json::json;
use store::trial::Folder;
use town::{OFFICERS, citizen, hall, law, root, settle, take};

/// Compares with the signed file, or writes it.
fn golden(name: &str, made: &str) {
    let path = root().join("docs/golden").join(name);
    if std::env::var_os("FADU_REGENERATE").is_some() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    let signed = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, (was, is))) = signed.lines().chain([""]).zip(made.lines().chain([""])).enumerate().find(|(_, (was, is))| was != is) {
        panic!(
            "docs/golden/{name} line {}:\n  signed: {was}\n  now:    {is}\nLook at the change; if it is right, write the table anew with FADU_REGENERATE=1.",
            line + 1
        );
    }
    assert_eq!(signed.lines().count(), made.lines().count(), "docs/golden/{name} has another length");
}

fn title(law: &Law, post: &str) -> String {
    match post {
        HANDLER => "承办人".to_owned(),
        CLOCK => "期限（自动）".to_owned(),
        post => law.posts.get(post).map_or(post.to_owned(), |found| found.title.clone()),
    }
}

#[test]
fn who_may_take_which_step() {
    let law = law();
    let mut made = String::from(
        "# Who may take which step · 谁可以办哪一步\n\nMade from the law folder by `cargo test -p actions --test competence`. A change here is a change of competence: it needs a jurist.\n",
    );
    for procedure in law.procedures.values() {
        for version in &procedure.versions {
            writeln!(
                made,
                "\n## {} ({}, from {})\n\n| step | 步骤 | by | 由谁办理 | article |\n|---|---|---|---|---|",
                procedure.title, procedure.id, version.in_force
            )
            .unwrap();
            for step in &version.steps {
                let who: Vec<String> = step.by.iter().map(|post| title(&law, post)).collect();
                let cite = step.cite.as_ref().unwrap_or(&procedure.basis);
                let together = if engine::guard::officers(step) > 1 {
                    format!("（{}人以上）", engine::guard::officers(step))
                } else {
                    String::new()
                };
                writeln!(made, "| {} | {} | {} | {}{together} | {} |", step.id, step.title, step.by.join(", "), who.join("、"), cite.0)
                    .unwrap();
            }
        }
    }
    let mut posts: BTreeMap<&str, usize> = BTreeMap::new();
    for post in
        law.procedures.values().flat_map(|procedure| &procedure.versions).flat_map(|version| &version.steps).flat_map(|step| &step.by)
    {
        *posts.entry(post).or_default() += 1;
    }
    made.push_str("\n## Posts · 岗位\n\n| post | 岗位 | reach | steps |\n|---|---|---|---:|\n");
    for (id, post) in &law.posts {
        let reach = match post.reach {
            Reach::Own => "own matters",
            Reach::Organ => "own organ",
            Reach::Division => "whole division",
        };
        writeln!(made, "| {id} | {} | {reach} | {} |", post.title, posts.get(id.as_str()).copied().unwrap_or(0)).unwrap();
    }
    for word in [APPLICANT, HANDLER, CLOCK] {
        assert!(posts.contains_key(word), "no step is by {word}");
    }
    golden("post-step.md", &made);
}

#[test]
fn who_sees_how_much_of_which_record() {
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    settle(&town);
    let day = date(2024, 3, 1).at(9, 0, 0, 0);
    let party = json!({ "name": "某店", "kind": "organisation" });
    let records = [
        (
            "own licence, applied for online",
            take(&town, None, "licence", "apply", &["u:xiaoming"], day, json!({ "item": "food-licence", "party": party })).unwrap(),
        ),
        (
            "licence received at a window",
            take(
                &town,
                None,
                "licence",
                "receive",
                &["clerk"],
                day,
                json!({ "item": "food-licence", "party": party, "venue": "district-centre" }),
            )
            .unwrap(),
        ),
        (
            "penalty in hand of zhang and li",
            take(
                &town,
                None,
                "general-penalty",
                "file-case",
                &["zhang", "li"],
                day,
                json!({ "conduct": "某行为", "party": party, "power": "price-marking" }),
            )
            .unwrap(),
        ),
        (
            "order sent by the leader to market-regulation",
            take(
                &town,
                None,
                "leader-order",
                "dispatch",
                &["leader"],
                day,
                json!({ "organ": "market-regulation", "subject": "某事", "about-kind": "other", "demand": "某要求", "reply-by": "2024-03-08" }),
            )
            .unwrap(),
        ),
        (
            "call taken by the hotline",
            take(&town, None, "hotline-order", "take-call", &["operator"], day, json!({ "content": "某诉求的内容", "channel": "phone" }))
                .unwrap(),
        ),
    ];
    let mut audience: Vec<(String, Option<Person>)> = vec![
        ("anybody".to_owned(), None),
        ("the applicant".to_owned(), Some(citizen("xiaoming"))),
        ("another member of the public".to_owned(), Some(citizen("somebody"))),
    ];
    for (id, _, organ, posts, _) in OFFICERS {
        audience.push((format!("{id} ({organ}: {})", posts.join(", ")), town.person(id, day.date())));
    }
    audience.push((
        "an officer without a post".to_owned(),
        Some(Person { id: "idle".to_owned(), organ: "market-regulation".to_owned(), ..Person::default() }),
    ));
    let mut made = String::from(
        "# Who sees how much of which record · 谁能看多少\n\nMade by `cargo test -p actions --test competence`. Nothing: the record reads as not found. Progress: what the tracking code opens. Own: and what the\nperson gave, and the papers addressed to them. Whole: the file.\n\n| audience |",
    );
    for (record, _) in &records {
        write!(made, " {record} |").unwrap();
    }
    made.push_str(&format!("\n|---{}|\n", "|---".repeat(records.len())));
    for (who, person) in &audience {
        write!(made, "| {who} |").unwrap();
        for (_, done) in &records {
            let sees = match sight(&town, person.as_ref(), &done.case) {
                Sight::Nothing => "—",
                Sight::Progress => "progress",
                Sight::Own => "own",
                Sight::Whole => "whole",
            };
            write!(made, " {sees} |").unwrap();
        }
        made.push('\n');
    }
    golden("audience-record.md", &made);
}

#[test]
fn who_sees_how_much_of_the_pool() {
    use actions::pool::PoolSight;
    let folder = Folder::new().unwrap();
    let town = hall(&folder.sqlite("town.db"));
    settle(&town);
    for sharing in ["unconditional", "conditional", "withheld"] {
        let with = json!({ "description": "说明", "columns": ["no | 编号 | 文字 | 主键"], "refresh": "monthly", "source": "业务", "method": "download",
            "sharing": sharing, "conditions": "为履行职责", "withheld-basis": "某法某条" });
        town::enter(&town, "data-sets", "adopt", sharing, sharing, "justice-bureau", date(2026, 1, 5), with);
    }
    let officer = |organ: &str, posts: &[&str]| {
        let posts: Vec<String> = posts.iter().map(|post| (*post).to_owned()).collect();
        Some(Person { id: "x".to_owned(), organ: organ.to_owned(), posts, ..Person::default() })
    };
    let audience = [
        ("anybody, beside what is open to all", None),
        ("a member of the public", Some(citizen("xiaoming"))),
        ("data-officer of the organ that provides it", officer("justice-bureau", &["data-officer"])),
        ("data-reviewer of the organ that provides it", officer("justice-bureau", &["data-reviewer"])),
        ("another officer of the organ that provides it", officer("justice-bureau", &["unit-handler"])),
        ("an officer without a post of the organ that provides it", officer("justice-bureau", &[])),
        ("data-keeper", officer("approval-bureau", &["data-keeper"])),
        ("supervisor", officer("district-office", &["supervisor"])),
        ("leader", officer("district-office", &["leader"])),
        ("data-officer of another organ", officer("health", &["data-officer"])),
        ("another officer of another organ", officer("health", &["unit-handler"])),
    ];
    let mut made = String::from(
        "# Who sees how much of the pooled records · 数据资源池的记录谁能看多少\n\nMade by `cargo test -p actions --test competence`. Catalogue: only what the catalogue says. Masked: the records, personal data masked.\nWhole: all of them, and every look at personal data is recorded.\n\n| audience | 无条件共享 | 有条件共享 | 不予共享 |\n|---|---|---|---|\n",
    );
    for (who, person) in &audience {
        write!(made, "| {who} |").unwrap();
        for sharing in ["unconditional", "conditional", "withheld"] {
            let sees = match town.pool_sight(person.as_ref(), &town.data_set(sharing).unwrap()) {
                PoolSight::Catalogue => "catalogue",
                PoolSight::Masked => "masked",
                PoolSight::Whole => "whole",
            };
            write!(made, " {sees} |").unwrap();
        }
        made.push('\n');
    }
    golden("audience-pool.md", &made);
}

//! The rules of the house, held by a test: which crate may know which, how files open and how long they are, what words mean.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The arrows of ARCHITECTURE.md: what each crate may use of ours. A new arrow is a reviewed line here.
const ARROWS: [(&str, &[&str]); 7] = [
    ("engine", &[]),
    ("store", &["engine"]),
    ("papers", &["engine"]),
    ("actions", &["engine", "store", "papers"]),
    ("api", &["engine", "actions"]),
    ("web", &["engine", "actions"]),
    ("fadu", &["engine", "store", "papers", "actions", "api", "web"]),
];

/// The longest a file of ours may be.
const LINES: usize = 700;

/// Files that are longer today. The list may only shrink.
const TOO_LONG: [&str; 0] = [];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file under a folder whose name ends so, from the root of the repository.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut queue = vec![root().join(folder)];
    while let Some(folder) = queue.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                queue.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<String> {
    files("crates", ".rs").into_iter().filter(|path| path.contains("/src/")).collect()
}

#[test]
fn crates_know_only_what_they_may() {
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut found: BTreeSet<String> = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        found.insert(entry.unwrap().file_name().to_string_lossy().into_owned());
    }
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), ours, "a new crate needs its arrows");
    for (name, may) in ARROWS {
        let manifest: toml::Table = toml::from_str(&read(format!("crates/{name}/Cargo.toml"))).unwrap();
        // Tests may reach further down; what is shipped may not.
        let used =
            ["dependencies", "build-dependencies"].iter().filter_map(|table| manifest.get(*table)?.as_table()).flat_map(toml::Table::keys);
        for used in used.filter(|used| ours.contains(used.as_str())) {
            assert!(may.contains(&used.as_str()), "`{name}` uses `{used}`: it may use {may:?}");
        }
    }
}

#[test]
fn the_engine_touches_nothing() {
    for path in sources().iter().filter(|path| path.starts_with("crates/engine/")) {
        let text = read(path);
        for word in ["std::fs", "std::net", "std::time", "SystemTime", "Zoned::now", "std::env", "async fn", "rand::", "println!"] {
            assert!(!text.contains(word), "{path} uses `{word}`: the engine takes values and returns values");
        }
    }
}

#[test]
fn only_the_store_speaks_sql() {
    for path in sources().iter().filter(|path| !path.starts_with("crates/store/")) {
        let text = read(path);
        for word in ["SELECT ", "INSERT INTO", "rusqlite", "postgres::"] {
            assert!(!text.contains(word), "{path} holds `{word}`");
        }
    }
}

#[test]
fn files_open_with_what_they_are_for() {
    let silent: Vec<String> = sources().into_iter().filter(|path| !read(path).starts_with("//! ")).collect();
    assert!(silent.is_empty(), "these files do not open with a `//!` line: {silent:?}");
}

#[test]
fn files_are_short_enough_to_read() {
    let long: BTreeMap<String, usize> = files("crates", ".rs")
        .into_iter()
        .map(|path| (path.clone(), read(&path).lines().count()))
        .filter(|(path, lines)| *lines > LINES && !TOO_LONG.contains(&path.as_str()))
        .collect();
    assert!(long.is_empty(), "a file past {LINES} lines should be two: {long:?}");
}

#[test]
fn modules_are_named_for_what_they_hold() {
    for path in sources() {
        let name = Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "common", "core", "helpers", "helper", "misc", "manager", "service", "types"].contains(&name.as_str()),
            "{path} says nothing about what it holds"
        );
    }
}

/// Nothing tracked names a place or a person outside the product.
#[test]
fn the_repository_speaks_of_the_product_alone() {
    let listed = Command::new("git").arg("-C").arg(root()).args(["-c", "core.quotepath=off", "ls-files"]).output();
    let Ok(listed) = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()) else { return };
    // Put together here, so that this file does not hold them.
    let words: Vec<String> = [
        ["/wo", "rk/"],
        ["sub", "agent"],
        ["/tm", "p/bash"],
        ["colle", "ague agent"],
        ["language mo", "del"],
        ["TO", "DO:"],
        ["FIX", "ME"],
    ]
    .iter()
    .map(|halves| halves.concat())
    .collect();
    for path in listed.lines().filter(|path| !path.ends_with("package-lock.json") && *path != "Cargo.lock") {
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        for word in &words {
            if let Some(line) = text.lines().position(|line| line.contains(word.as_str())) {
                panic!("{path}:{}: holds `{word}`", line + 1);
            }
        }
    }
}

#[test]
fn nothing_unfinished_and_no_panic_by_hand() {
    for path in sources() {
        for word in ["todo!(", "unimplemented!(", "dbg!("] {
            assert!(!read(&path).contains(word), "{path} holds `{word}`");
        }
    }
}

/// Each term of the glossary is used: its identifier is written in the law folder, or names a declared thing, or stands in the code.
#[test]
fn the_glossary_binds_words_that_are_used() {
    let glossary: toml::Table = toml::from_str(&read("law/glossary.toml")).unwrap();
    let terms = glossary["term"].as_array().unwrap();
    let law: String = files("law", ".toml").iter().filter(|path| !path.ends_with("glossary.toml")).map(read).collect();
    let code: String = sources().iter().map(read).collect();
    let mut seen = BTreeSet::new();
    let mut unused = Vec::new();
    for term in terms {
        let id = term["id"].as_str().unwrap();
        let chinese = term["term"].as_str().unwrap();
        assert!(seen.insert((chinese.to_owned(), id.to_owned())), "the glossary holds {chinese} as {id} twice");
        let snake = id.replace('-', "_");
        let camel: String = id.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        if !law.contains(id) && !law.contains(&snake) && !code.contains(&camel) && !code.contains(&snake) && !code.contains(id) {
            unused.push(format!("{chinese} ({id})"));
        }
    }
    assert!(unused.is_empty(), "glossary terms that nothing uses: {unused:?}");
}

/// What the documents promise stands there.
#[test]
fn the_documents_are_there_and_their_links_lead_somewhere() {
    for path in ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"] {
        read(path);
    }
    for path in files("docs", ".md")
        .into_iter()
        .chain(["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned))
    {
        let text = read(&path);
        let folder = root().join(&path).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(folder.join(target).exists(), "{path} links to {target}, which is not there");
        }
    }
}

//! District-years rehearsed through the program: every covered count comes out exactly, the ledger is sound, and a byte changed behind the
//! program's back is found and named.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fadu(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fadu"))
        .current_dir(root())
        .env_remove("FADU_LAW")
        .env_remove("FADU_DATABASE")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A year, how much of it is played, and how many covered counts it has at least. Below three thousandths the rounded total of 忻府区's
/// powers is smaller than its rounded parts, which are stated beside it.
const YEARS: [(&str, &str, usize); 2] = [("xinfu-2022", "0.003", 40), ("xinjian-2024", "0.001", 10)];

/// Rehearses a small part of a year into a new file and returns its address.
fn rehearsed(folder: &Path, (year, scale, least): (&str, &str, usize)) -> String {
    let database = format!("sqlite:{}", folder.join("year.db").display());
    let done = fadu(&["rehearse", &format!("districts/{year}.toml"), "--scale", scale, "--database", &database]);
    let said = text(&done.stdout);
    assert!(done.status.success(), "{said}{}", text(&done.stderr));
    let line = said.lines().find(|line| line.contains("covered targets stand exactly")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains("; 0 missed;"), "{said}");
    let exact: usize = line.split(' ').next().unwrap().parse().unwrap();
    assert!(exact >= least, "{line}");
    database
}

fn whole(year: (&str, &str, usize)) {
    let folder = tempfile::tempdir().unwrap();
    let database = rehearsed(folder.path(), year);
    let verified = fadu(&["verify", "--database", &database]);
    let said = text(&verified.stdout);
    assert!(verified.status.success(), "{said}{}", text(&verified.stderr));
    assert!(said.contains("the ledger is sound") && said.contains("every cell equals its recount"), "{said}");
}

#[test]
fn xinfu_2022_comes_out_exactly() {
    whole(YEARS[0]);
}

#[test]
fn xinjian_2024_comes_out_exactly() {
    whole(YEARS[1]);
}

#[test]
fn the_same_seed_plays_the_same_year() {
    let stand = || {
        let folder = tempfile::tempdir().unwrap();
        let database = rehearsed(folder.path(), YEARS[1]);
        let figures = fadu(&["figure", "--year", "2024", "--database", &database]);
        assert!(figures.status.success(), "{}", text(&figures.stderr));
        text(&figures.stdout)
    };
    assert_eq!(stand(), stand());
}

#[test]
fn a_byte_changed_in_the_file_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = rehearsed(folder.path(), YEARS[0]);
    // A backup is one whole file, without a log beside it.
    let copy = folder.path().join("copy.db");
    let saved = fadu(&["backup", copy.to_str().unwrap(), "--database", &database]);
    assert!(saved.status.success(), "{}", text(&saved.stderr));
    let address = format!("sqlite:{}", copy.display());
    assert!(fadu(&["verify", "--database", &address]).status.success());

    // Only the body of an event reads so.
    let wanted = br#"{"open":{"procedure":"licence""#;
    let mut bytes = std::fs::read(&copy).unwrap();
    let places: Vec<usize> = bytes.windows(wanted.len()).enumerate().filter(|(_, window)| window == wanted).map(|(at, _)| at).collect();
    assert!(places.len() > 10, "{} licences are in the file", places.len());
    let place = places[places.len() / 2] + 22;
    bytes[place] ^= 1;
    std::fs::write(&copy, &bytes).unwrap();

    let verified = fadu(&["verify", "ledger", "--database", &address]);
    let said = text(&verified.stdout);
    assert!(!verified.status.success(), "a changed byte was not found: {said}");
    let faults: Vec<&str> = said.lines().filter(|line| line.starts_with("FAULT")).collect();
    assert_eq!(faults.len(), 1, "{said}");
    assert!(faults[0].starts_with("FAULT Hash: division 140902 stream ") && faults[0].contains(" event 1 ("), "{said}");
    assert!(said.contains("the ledger is NOT sound"), "{said}");

    // Put back, all is well.
    bytes[place] ^= 1;
    std::fs::write(&copy, &bytes).unwrap();
    assert!(fadu(&["verify", "ledger", "--database", &address]).status.success());

    // And what was backed up can be restored and goes on.
    let restored = format!("sqlite:{}", folder.path().join("restored.db").display());
    let done = fadu(&["restore", copy.to_str().unwrap(), "--database", &restored]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(fadu(&["verify", "--database", &restored]).status.success());
}

/// Every figure that the report writes in its sentences, as it writes it: `1,086项`. A cell of a table has its unit at the head of its column.
fn written(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            let text = fields.get("text").and_then(serde_json::Value::as_str);
            let counted = fields.get("figure").is_some_and(|figure| !figure.is_null());
            into.extend(text.filter(|text| counted && !text.ends_with(|letter: char| letter.is_ascii_digit())).map(str::to_owned));
            fields.values().for_each(|value| written(value, into));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|value| written(value, into)),
        _ => {}
    }
}

/// What we write ourselves stands before our own audit, in every form in which we write it.
#[test]
fn our_own_report_has_no_failing_check_and_every_figure_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let database = rehearsed(folder.path(), YEARS[0]);
    let report = |format: &str| fadu(&["report", "2022", "--format", format, "--database", &database]);
    let value: serde_json::Value = serde_json::from_slice(&report("json").stdout).unwrap();
    let mut figures = Vec::new();
    written(&value["chapters"], &mut figures);
    let number = |text: &str| text.replace(',', "").trim_end_matches(|letter: char| !letter.is_ascii_digit()).parse::<f64>().ok();
    let wanted: Vec<f64> = figures.iter().filter_map(|text| number(text)).collect();
    assert!(wanted.len() > 20, "{figures:?}");
    for format in ["html", "txt", "docx", "pdf"] {
        let made = report(format);
        let said = text(&made.stderr);
        if !made.status.success() && (said.contains("invalid value") || said.contains("fonts-noto-cjk")) {
            println!("the report is not made as {format} here");
            continue;
        }
        assert!(made.status.success(), "{said}");
        let file = folder.path().join(format!("report.{format}"));
        std::fs::write(&file, &made.stdout).unwrap();
        let audited = fadu(&["audit", file.to_str().unwrap(), "--format", "json"]);
        assert!(audited.status.success(), "{format}: {}", text(&audited.stderr));
        let audit: serde_json::Value = serde_json::from_slice(&audited.stdout).unwrap();
        let failing: Vec<&serde_json::Value> =
            audit["checks"].as_array().unwrap().iter().filter(|check| check["result"] == "fails").collect();
        assert!(failing.is_empty(), "{format}: {failing:#?}");
        let found: Vec<f64> = audit["figures"].as_array().unwrap().iter().filter_map(|figure| figure["value"].as_f64()).collect();
        let missed: Vec<&f64> = wanted.iter().filter(|value| !found.contains(value)).collect();
        assert!(missed.is_empty(), "{format}: the audit does not find {missed:?} in {}", file.display());
    }
}

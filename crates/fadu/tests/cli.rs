//! The command line: stable answers for programs, and errors that say what to do next.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fadu"));
    command.current_dir(root()).env_remove("FADU_LAW").env_remove("FADU_DATABASE").env_remove("FADU_DIVISION").args(arguments);
    command
}

fn fadu(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn asked(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The command fails, and its error stream holds all of these.
fn fails(arguments: &[&str], says: &[&str]) {
    let output = fadu(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} succeeded: {}", out(&output));
    for word in says {
        assert!(error.contains(word), "{arguments:?} does not say `{word}`: {error}");
    }
    assert!(!error.contains("panicked"), "{error}");
}

#[test]
fn due_answers_a_line_with_a_line() {
    let questions = "2024-09-27 3 working\n2024-02-08,1,working\n2026-09-25\t5\tworking\n2024-09-27 5 calendar\n\n2026-12-30 5 working\n";
    let output = asked(&["law", "due", "-"], questions);
    assert!(output.status.success());
    let answers = "2024-10-08\n2024-02-09\n2026-10-09\n2024-10-08\n2027-01-07 provisional\n";
    assert_eq!(out(&output), answers);
    assert_eq!(out(&fadu(&["law", "due", "2024-09-27", "3", "working"])), "2024-10-08\n");
}

#[test]
fn due_keeps_the_place_of_a_bad_question() {
    let output = asked(
        &["law", "due", "-"],
        "2024-09-27 3 working\nnonsense\n2024-13-01 1 working\n2024-09-27 0 working\n2024-09-27 1 lunar\n2024-09-27 1 calendar\n",
    );
    assert!(!output.status.success());
    let said = out(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 6, "{said}");
    assert_eq!((lines[0], lines[5]), ("2024-10-08", "2024-09-29"));
    for (line, says) in [
        (1, "write `DATE COUNT working|calendar`"),
        (2, "is not a date; write YYYY-MM-DD"),
        (3, "at least one day"),
        (4, "neither `working` nor `calendar`"),
    ] {
        assert!(lines[line].starts_with(&format!("error: line {}: ", line + 1)) && lines[line].contains(says), "{}", lines[line]);
    }
}

#[test]
fn errors_say_what_to_do_next() {
    fails(&["--law", "/nowhere", "law", "check"], &["is not a folder", "--law DIR"]);
    fails(&["law", "draw", "licens"], &["there is no procedure `licens`", "did you mean `licence`?"]);
    fails(&["law", "test", "law/nowhere"], &["neither a file nor a folder of examples"]);
    fails(&["law", "due", "2024-09-27"], &["law due DATE COUNT working|calendar", "for example"]);
    fails(&["law", "coverage", "--catalogue", "LICENSE"], &["names no metric"]);
    fails(&["rehearse", "districts/nowhere.toml", "--database", "sqlite:/nonexistent-folder/x.db"], &["could not be read"]);
    fails(&["verify", "--database", "sqlite:/nonexistent.db"], &["there is no database at"]);
    fails(&["verify", "--database", "mysql://x"], &["sqlite:PATH"]);
    fails(&["chekc"], &["unrecognized subcommand"]);
    fails(&["law", "chekc"], &["similar", "check"]);
}

#[test]
fn a_report_is_audited_whatever_it_is_written_in() {
    let folder = tempfile::tempdir().unwrap();
    let said = "证照分离事项72项，其中取消审批10项、改为备案6项、告知承诺25项、优化审批41项。收到申请874942件。";
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(said.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let page = format!("<!DOCTYPE html><html><body><nav>9件</nav><p>{said}</p></body></html>");
    for path in [write("a.txt", said.as_bytes()), write("b.txt", &utf16), write("c.html", page.as_bytes())] {
        let text = out(&fadu(&["audit", &path]));
        assert!(text.contains("不成立") && text.contains("10+6+25+41"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&out(&fadu(&["audit", &path, "--format", "json"]))).unwrap();
        assert_eq!(json["figures"].as_array().unwrap().len(), 6, "{json}");
        assert!(json["figures"][5]["value"].is_i64(), "a count is written whole: {json}");
        assert_eq!((&json["checks"][0]["kind"], &json["checks"][0]["result"]), (&"sum".into(), &"fails".into()));
        let html = out(&fadu(&["audit", &path, "--format", "html"]));
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<mark id=\"figure-1\"") && html.contains("fails"), "{html}");
    }
    assert!(out(&asked(&["audit", "-"], said)).contains("不成立"));
    fails(&["audit", "/nowhere.txt"], &["there is no file `/nowhere.txt`", "check the path"]);
    fails(&["audit", "law"], &["is a folder"]);
    fails(&["audit", &write("empty.txt", b"")], &["empty.txt", "the file is empty", "文件是空的"]);
    fails(&["audit", &write("scan.png", b"\x89PNG\r\n")], &["a picture", "recognise its words"]);
    let old: Vec<u8> = [0xd0, 0xcf, 0x11, 0xe0].into_iter().chain("WordDocument".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    fails(&["audit", &write("old.doc", &old)], &["an old Word", "save it as .docx", "另存为"]);
    fails(
        &["audit", &write("a.txt", said.as_bytes()), "--year", "2022", "--database", "sqlite:/nonexistent.db"],
        &["there is no database at"],
    );
    fails(&["audit", &write("a.txt", said.as_bytes()), "--division", "140902"], &["--year YYYY"]);
}

#[test]
fn figures_are_asked_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("empty.db").display());
    let mut made = command(&["account", "make", "clerk", "--name", "张丽", "--database", &database])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    made.stdin.take().unwrap().write_all(b"long-enough\n").unwrap();
    assert!(made.wait().unwrap().success());
    assert!(out(&fadu(&["account", "list", "--database", &database])).contains("clerk"));
    fails(&["figure", "S45.ratings_recieved", "--year", "2024", "--database", &database], &["did you mean `S45.ratings_received`?"]);
    fails(&["figure", "S45.ratings_received", "--database", &database], &["--year YYYY, or --from DATE --to DATE"]);
    let shown = fadu(&["figure", "S45.ratings_received", "--year", "2024", "--database", &database]);
    assert!(out(&shown).contains("\"value\": 0"), "{}", out(&shown));
    fails(&["report", "2024", "--database", &database], &["还没有任何记录"]);
    fails(&["report", "2199", "--database", &database], &["2199年还没有到"]);
    fails(&["report", "2024", "--template", "anual", "--database", &database], &["是不是“annual”"]);
    fails(&["report", "2024", "--template", "half-year", "--database", &database], &["上半年（1）还是下半年（2）"]);
    fails(&["report", "2024", "--half", "1", "--database", &database], &["不分上下半年"]);
    fails(&["report", "2024", "--template", "department", "--database", &database], &["哪个机关"]);
    fails(&["report", "2024", "--template", "department", "--organ", "nowhere", "--database", &database], &["没有“nowhere”这个机关"]);
    fails(&["report", "2024", "--organ", "x", "--database", &database], &["是全区的报告"]);
    fails(&["report", "2024", "--format", "doc", "--database", &database], &["possible values", "docx"]);
    let refused = asked(&["account", "make", "x", "--name", "x", "--database", &database], "short\n");
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("密码至少8个字符"));
}

#[test]
fn coverage_is_a_table() {
    let said = out(&fadu(&["law", "coverage"]));
    let head = "| system | figures declared | of them stated | metrics asked | declared | carried by |\n|---|---:|---:|---:|---:|---|\n";
    assert!(said.starts_with(head), "{said}");
    // Whatever of a system that counts something is not declared says why.
    assert!(said.contains("- `S55.random_inspections`: 双随机抽查还没有办理程序") && !said.contains("nobody states it"), "{said}");
    assert!(said.lines().any(|line| line.starts_with("| S45 |") && line.contains("licence")), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("catalogue.md");
    std::fs::write(&catalogue, "| S45 | 好差评 | workflow | must | ratings_received (ratings) · moon_phases (phases) |\n").unwrap();
    let said = out(&fadu(&["law", "coverage", "--catalogue", catalogue.to_str().unwrap()]));
    assert!(said.contains("1 of the catalogue's 2 metrics are declared") && said.contains("- `S45.moon_phases`"), "{said}");
}

/// Every command and every command below it explains itself.
#[test]
fn every_command_has_help() {
    let mut queue: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    while let Some(path) = queue.pop() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = out(&fadu(&arguments));
        seen += 1;
        assert!(help.contains("Usage: fadu"), "{path:?}: {help}");
        assert!(!help.lines().next().unwrap_or_default().trim().is_empty(), "{path:?} does not say what it is for");
        let commands = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
        for line in commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
            let name = line.split_whitespace().next().unwrap();
            if name != "help" {
                assert!(line.split_whitespace().count() > 1, "`{name}` says nothing about itself");
                queue.push([path.clone(), vec![name.to_owned()]].concat());
            }
        }
    }
    assert!(seen >= 15, "{seen} commands");
}

/// Nothing is there yet, not even the folder: the first command of the README makes it, with the key beside the database.
#[test]
fn a_demonstration_begins_where_there_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/demo.db");
    let output = fadu(&["demo", "--no-serve", "--file", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(file.exists() && folder.path().join("data/demo.db.key").exists());
}

//! `law check` finds what is wrong, names it, and says where: each fault is put into a law folder that was whole before.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use engine::check::{CHECKS, check};
use engine::read::{Finding, Text, read};
use folder::texts;

const LICENCE: &str = "services/procedures/licence/procedure.toml";
const PENALTY: &str = "enforcement/procedures/general-penalty/procedure.toml";

/// A small law of our own, whole by itself: whoever opens a club needs the reeve's leave.
fn small() -> Vec<Text> {
    let text = |path: &str, text: &str| Text { path: path.to_owned(), text: text.to_owned() };
    vec![
        text(
            "calendars/2024.toml",
            "year = 2024\nnotice = \"a notice\"\n[[off]]\nname = \"元旦\"\nfrom = 2024-01-01\nto = 2024-01-01\n[[work]]\ndate = 2024-02-04\nfor = \"春节\"\n",
        ),
        text(
            "competence.toml",
            "[[post]]\nid = \"reeve\"\ntitle = \"镇长\"\nreach = \"organ\"\n[[post]]\nid = \"applicant\"\ntitle = \"申请人\"\nreach = \"own\"\n",
        ),
        text(
            "instruments/社章.toml",
            "id = \"社章\"\ntitle = \"社团章程\"\nenglish = \"Club rules\"\n[[version]]\nin-force = 2020-01-01\n[[version.article]]\nno = \"1\"\nsays = \"开社要经同意。\"\n[[version.article]]\nno = \"2\"\nsays = \"听说的一条。\"\nflag = \"M\"\n",
        ),
        text(
            "parameters/national.toml",
            "[[parameter]]\nid = \"answer-days\"\ntitle = \"答复\"\nvalue = 5\nunit = \"working\"\nsource = \"无\"\nflag = \"M\"\nin-force = 2020-01-01\n",
        ),
        text("clubs/procedures/club/procedure.toml", CLUB),
        text("clubs/procedures/club/papers/leave.md", "+++\ntitle = \"同意书\"\n+++\n同意{name}开社。\n"),
        text("clubs/procedures/club/examples/granted.toml", EXAMPLE),
        text(
            "clubs/figures.toml",
            "[[figure]]\nkey = \"S00.clubs\"\ntitle = \"社团数\"\nunit = \"个\"\ndefinition = \"同意的社团\"\nowner = \"reeve\"\nin-force = 2020-01-01\ncount = { procedure = \"club\", on = [\"grant\"] }\n",
        ),
    ]
}

const CLUB: &str = r#"id = "club"
title = "开社"
basis = "社章/1"
series = "社"

[[version]]
in-force = 2020-01-01
summary = "{name}"

[[version.field]]
id = "name"
title = "名称"
type = "text"

[[version.field]]
id = "size"
title = "大小"
type = "choice"
choices = [{ id = "small", title = "小" }, { id = "large", title = "大" }]

[[version.stage]]
id = "asked"
title = "已申请"

[[version.stage]]
id = "open"
title = "已开社"
end = true

[[version.step]]
id = "ask"
title = "申请"
to = "asked"
by = "applicant"
asks = ["name", "size"]

[[version.step]]
id = "grant"
title = "同意"
from = ["asked"]
to = "open"
by = "reeve"
paper = "leave"
needs = [{ guard = "field-present", field = "name", cite = "社章/1" }]

[[version.clock]]
id = "answer"
title = "答复"
starts = "ask"
met = "grant"
parameter = "answer-days"
days = "working"
cite = "社章/1"
lapse = { alert = "reeve" }
"#;

const EXAMPLE: &str = r#"title = "同意"
procedure = "club"
division = "140902"

[people]
li = { posts = ["applicant"] }
wang = { organ = "town", posts = ["reeve"] }

[[do]]
at = 2024-01-02T09:00:00
by = "li"
step = "ask"
with = { name = "棋社", size = "small" }

[[do]]
at = 2024-01-03T09:00:00
by = "wang"
step = "grant"

[[expect]]
stage = "open"
due = { answer = 2024-01-09 }
"#;

/// The findings after one replacement in one file of a folder.
fn broken(mut texts: Vec<Text>, path: &str, what: &str, with: &str) -> Vec<Finding> {
    let file = texts.iter_mut().find(|text| text.path == path).unwrap_or_else(|| panic!("no {path}"));
    assert!(file.text.contains(what), "{path} does not hold {what}");
    file.text = file.text.replacen(what, with, 1);
    check(&read(texts))
}

/// Asserts that the fault is found by the named check, in that file, in words that hold `says`.
fn finds(name: &str, says: &str, path: &str, what: &str, with: &str) {
    assert!(CHECKS.iter().any(|(known, _)| *known == name), "there is no check {name}");
    let found = broken(small(), path, what, with);
    assert!(
        found.iter().any(|finding| finding.check == name && finding.file == path && finding.message.contains(says)),
        "{name}: {what:?} as {with:?} found {found:#?}"
    );
}

const CLUB_FILE: &str = "clubs/procedures/club/procedure.toml";

#[test]
fn the_small_law_is_whole() {
    assert_eq!(check(&read(small())), []);
}

#[test]
fn the_law_folder_of_this_repository_is_whole() {
    let found: Vec<String> = check(folder::folder()).iter().map(Finding::to_string).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn unknown_keys_are_refused_with_a_did_you_mean() {
    let found = broken(small(), CLUB_FILE, "summary = ", "sumary = ");
    let first = found.iter().find(|finding| finding.check == "parse").unwrap();
    assert!(first.message.contains("did you mean `summary`?"), "{first}");
    assert_eq!((first.file.as_str(), first.line), (CLUB_FILE, 8));
    finds("parse", "unknown field `tilte`", "competence.toml", "title", "tilte");
    finds("parse", "not a citation", CLUB_FILE, "basis = \"社章/1\"", "basis = \"社章\"");
    finds("parse", "", "clubs/figures.toml", "count = {", "sum = {");
    finds("parse", "`+++`", "clubs/procedures/club/papers/leave.md", "+++\n", "");
}

#[test]
fn files_lie_and_are_named_where_they_belong() {
    finds("file-name-is-id", "the name says `club`", CLUB_FILE, "id = \"club\"", "id = \"klub\"");
    let mut texts = small();
    texts.push(Text { path: "stray.toml".to_owned(), text: String::new() });
    assert!(check(&read(texts)).iter().any(|finding| finding.check == "place" && finding.file == "stray.toml"));
}

#[test]
fn citations_resolve_and_only_read_law_refuses() {
    finds("cites-resolve", "has no article `9`", CLUB_FILE, "field = \"name\", cite = \"社章/1\"", "field = \"name\", cite = \"社章/9\"");
    finds(
        "cites-resolve",
        "did you mean `社章`?",
        CLUB_FILE,
        "days = \"working\"\ncite = \"社章/1\"",
        "days = \"working\"\ncite = \"社规/1\"",
    );
    finds(
        "cites-resolve",
        "no version of 社团章程 is in force",
        CLUB_FILE,
        "in-force = 2020-01-01",
        "in-force = 2019-01-01\nuntil = 2019-06-01",
    );
    finds(
        "read-law-refuses",
        "cannot refuse anybody",
        CLUB_FILE,
        "field = \"name\", cite = \"社章/1\"",
        "field = \"name\", cite = \"社章/2\"",
    );
    // A guard without its article does not even parse.
    finds("parse", "cite", CLUB_FILE, "field = \"name\", cite = \"社章/1\"", "field = \"name\"");
}

#[test]
fn a_text_that_is_not_law_refuses_only_whom_it_may() {
    let forced = |force: &str, what: &str, with: &str| {
        let mut texts = small();
        for text in &mut texts {
            match text.path.as_str() {
                "instruments/社章.toml" => text.text = text.text.replacen("[[version]]", &format!("force = \"{force}\"\n[[version]]"), 1),
                CLUB_FILE => text.text = text.text.replacen(what, with, 1),
                _ => {}
            }
        }
        let found = check(&read(texts)).into_iter().filter(|finding| finding.check == "force-holds");
        found.map(|finding| finding.message).collect::<Vec<_>>()
    };
    let model = forced("model", "", "");
    assert!(!model.is_empty() && model.iter().all(|found| found.contains("asks for `adopted-by`")), "{model:?}");
    let field = "[[version.field]]\nid = \"adopted-by\"\ntitle = \"采纳文件\"\ntype = \"text\"\n\n[[version.stage]]";
    assert!(!forced("model", "[[version.stage]]", field).is_empty(), "a field that nobody is asked for");
    assert!(!forced("model", "asks = [\"name\"", "asks = [\"adopted-by?\", \"name\"").is_empty(), "nor one that may stay empty");
    assert_eq!(forced("model", "asks = [\"name\"", "asks = [\"adopted-by\", \"name\""), [""; 0]);
    let guarded = "asks = [\"adopted-by?\", \"name\"";
    let need = "needs = [{ guard = \"field-present\", field = \"adopted-by\", cite = \"社章/1\" }]\n";
    assert_eq!(forced("model", "asks = [\"name\"", &format!("{need}{guarded}")), [""; 0], "one that a guard asks for");
    // The applicant's step rests on the basis, which would then be no law.
    let house = forced("house", "", "");
    assert!(house.len() == 1 && house[0].contains("(`applicant`) the step `ask`"), "{house:?}");
    assert_eq!(forced("house", "by = \"applicant\"", "by = \"reeve\""), [""; 0], "the reeve is of the government");
    let both = "by = [\"reeve\", \"applicant\"]\npaper";
    assert!(forced("house", "by = \"reeve\"\npaper", both).iter().any(|found| found.contains("the step `grant`")));
}

#[test]
fn names_resolve_with_a_did_you_mean() {
    for (what, with, says) in [
        ("to = \"open\"", "to = \"opne\"", "there is no stage `opne`; did you mean `open`?"),
        ("by = \"reeve\"", "by = \"reve\"", "there is no post `reve`; did you mean `reeve`?"),
        ("asks = [\"name\"", "asks = [\"nmae\"", "there is no field `nmae`; did you mean `name`?"),
        ("paper = \"leave\"", "paper = \"laeve\"", "there is no paper `laeve`; did you mean `leave`?"),
        ("parameter = \"answer-days\"", "parameter = \"answer-day\"", "there is no parameter `answer-day`; did you mean `answer-days`?"),
        ("met = \"grant\"", "met = \"grand\"", "there is no step or stage `grand`; did you mean `grant`?"),
        ("type = \"text\"", "type = \"entry\"\nregister = \"clubs\"", "there is no register `clubs`"),
    ] {
        finds("names-resolve", says, CLUB_FILE, what, with);
    }
}

#[test]
fn nothing_is_there_twice() {
    finds("names-once", "stage `asked` is there twice", CLUB_FILE, "id = \"open\"", "id = \"asked\"");
    finds("names-once", "article `1` is there twice", "instruments/社章.toml", "no = \"2\"", "no = \"1\"");
    finds("versions-apart", "still in force", "instruments/社章.toml", "[[version]]", "[[version]]\nin-force = 2019-01-01\n[[version]]");
    let second = format!("[[version]]\nin-force = 2019-01-01{}\n[[version]]", CLUB.split("in-force = 2020-01-01").nth(1).unwrap());
    finds("versions-apart", "until = 2020-01-01", CLUB_FILE, "[[version]]", &second);
}

#[test]
fn every_stage_is_reached_and_reaches_an_end() {
    let stray = "[[version.stage]]\nid = \"limbo\"\ntitle = \"悬空\"\n\n[[version.stage]]\nid = \"open\"";
    finds("stages-reachable", "no step leads to stage `limbo`", CLUB_FILE, "[[version.stage]]\nid = \"open\"", stray);
    finds("stages-end", "from stage `asked` no end can be reached", CLUB_FILE, "from = [\"asked\"]\nto = \"open\"", "from = [\"asked\"]");
}

#[test]
fn every_step_has_an_actor_an_example_and_every_branch() {
    finds("steps-have-actor", "nobody may take step `grant`", CLUB_FILE, "by = \"reeve\"", "by = []");
    finds("steps-have-actor", "must allow `by = \"clock\"`", CLUB_FILE, "lapse = { alert = \"reeve\" }", "lapse = { step = \"grant\" }");
    let lonely =
        "[[version.step]]\nid = \"annul\"\ntitle = \"撤销\"\nfrom = [\"asked\"]\nto = \"open\"\nby = \"reeve\"\n\n[[version.clock]]";
    finds("steps-have-example", "no worked example takes step `annul`", CLUB_FILE, "[[version.clock]]", lonely);
    finds(
        "branches-complete",
        "says no stage for large",
        CLUB_FILE,
        "from = [\"asked\"]\nto = \"open\"",
        "from = [\"asked\"]\nbranch = { field = \"size\", to = { small = \"open\" } }",
    );
    finds(
        "examples-hold",
        "expected 2024-01-08, found 2024-01-09",
        "clubs/procedures/club/examples/granted.toml",
        "answer = 2024-01-09",
        "answer = 2024-01-08",
    );
}

#[test]
fn clocks_papers_figures_parameters_and_calendars() {
    finds("clocks-count", "needs one of", CLUB_FILE, "parameter = \"answer-days\"", "count = 0");
    finds("clocks-count", "needs one of", CLUB_FILE, "parameter = \"answer-days\"", "count = 3\nparameter = \"answer-days\"");
    finds("clocks-count", "nothing starts", CLUB_FILE, "starts = \"ask\"", "starts = []");
    let paper = "clubs/procedures/club/papers/leave.md";
    assert!(
        broken(small(), paper, "{name}", "{nmae}")
            .iter()
            .any(|finding| finding.message.contains("did you mean `name`?") && finding.file == paper)
    );
    assert!(
        broken(small(), "clubs/figures.toml", "\"grant\"", "\"grnat\"")
            .iter()
            .any(|finding| finding.message.contains("did you mean `grant`?"))
    );
    finds("figures-resolve", "one of `procedure` and `register`", "clubs/figures.toml", "procedure = \"club\", ", "");
    finds("parameters-sourced", "does not say where", "parameters/national.toml", "source = \"无\"", "source = \" \"");
    finds("calendar-sane", "is no weekend day", "calendars/2024.toml", "2024-02-04", "2024-02-05");
    finds("calendar-sane", "ends before it begins", "calendars/2024.toml", "to = 2024-01-01", "to = 2023-12-31");
}

/// Adds a figure to the small law and wants it found fault with; `None`: it is in order.
fn figure(measure: &str, unit: &str, check_name: &str, says: Option<&str>) {
    let mut texts = small();
    let file = texts.iter_mut().find(|text| text.path == "clubs/figures.toml").unwrap();
    file.text.push_str(&format!(
        "\n[[figure]]\nkey = \"S00.more\"\ntitle = \"另一个\"\nunit = \"{unit}\"\ndefinition = \"另数一个\"\nowner = \"reeve\"\nin-force = 2020-01-01\n{measure}\n"
    ));
    let found = check(&read(texts));
    let named: Vec<&Finding> = found.iter().filter(|finding| finding.check == check_name).collect();
    match says {
        Some(says) => assert!(named.iter().any(|finding| finding.message.contains(says) && finding.line > 0), "{says}: {found:#?}"),
        None => assert!(found.is_empty(), "{found:#?}"),
    }
}

#[test]
fn figures_keep_their_units_apart_and_their_definitions_in_turn() {
    let count = "count = { procedure = \"club\", on = [\"grant\"] }";
    figure(count, "个", "", None);
    figure("count = { procedure = \"club\", on = [\"grant\"], in-time = \"answer\" }", "个", "", None);
    figure("cases = { procedure = \"club\" }", "个", "", None);
    figure("distinct = { of = \"S00.clubs\", by = \"organ\" }", "个", "", None);
    figure("ratio = { of = \"S00.clubs\", over = \"S00.clubs\" }", "%", "", None);
    figure(count, "人此", "figures-units", Some("did you mean `人`"));
    figure(count, "％", "figures-units", Some("did you mean `%`"));
    figure(count, "%", "figures-units", Some("write it as a `ratio`"));
    figure("ratio = { of = \"S00.clubs\", over = \"S00.clubs\" }", "个", "figures-units", Some("its unit is `%`"));
    figure("statement = {}", "%", "figures-units", Some("state numerator and denominator"));
    figure("statement = {}", "个", "figures-resolve", Some("no procedure `statement`"));
    figure(&format!("{count}\npartition = [\"S00.clubs\"]"), "人次", "figures-units", Some("unlike units do not add up"));
    figure("ratio = { of = \"S00.clubs\", over = \"S00.more\" }", "%", "figures-units", Some("itself a rate"));
    figure("sum = { procedure = \"club\", on = [\"grant\"], field = \"name\" }", "元", "figures-units", Some("neither a number nor money"));
    figure(
        "count = { procedure = \"club\", on = [\"grant\"], in-time = \"anwser\" }",
        "个",
        "names-resolve",
        Some("did you mean `answer`?"),
    );
    figure("cases = { procedure = \"club\", stages = [\"aksed\"] }", "个", "names-resolve", Some("did you mean `asked`?"));
    figure("distinct = { of = \"S00.culbs\", by = \"organ\" }", "个", "names-resolve", Some("did you mean `S00.clubs`?"));
    // A second definition of a key begins where the first ends.
    let twice = |until: &str| {
        let mut texts = small();
        let file = texts.iter_mut().find(|text| text.path == "clubs/figures.toml").unwrap();
        let later = file.text.replace("in-force = 2020-01-01", "in-force = 2024-01-01");
        file.text = format!("{}{until}\n{later}", file.text);
        check(&read(texts))
    };
    assert!(twice("until = 2024-01-01\n").is_empty(), "{:#?}", twice("until = 2024-01-01\n"));
    let found = twice("");
    assert!(found.iter().any(|finding| finding.check == "figures-dated" && finding.message.contains("until = 2024-01-01")), "{found:#?}");
}

#[test]
fn one_fault_does_not_hide_another() {
    let mut texts = texts();
    for (path, what, with) in
        [(LICENCE, "to   = \"granted\"", "to = \"grantde\""), (PENALTY, "by   = \"hearing-chair\"", "by = \"haering-chair\"")]
    {
        if let Some(file) = texts.iter_mut().find(|text| text.path == path) {
            let loose = |text: &str| text.split_whitespace().collect::<String>();
            let line =
                file.text.lines().find(|line| loose(line) == loose(what)).unwrap_or_else(|| panic!("{path} has no line {what}")).to_owned();
            file.text = file.text.replacen(&line, with, 1);
        }
    }
    let found = check(&read(texts));
    assert!(found.iter().any(|finding| finding.file == LICENCE && finding.message.contains("did you mean `granted`?")), "{found:#?}");
    assert!(found.iter().any(|finding| finding.file == PENALTY && finding.message.contains("did you mean `hearing-chair`?")), "{found:#?}");
}

/// The small law with a report over its one figure.
fn reported(chapter: &str, sections: &str) -> Vec<Finding> {
    let mut texts = small();
    let toml = format!(
        "id = \"yearly\"\ntitle = \"{{division}}{{year}}年报告\"\nbasis = \"社章/1\"\nin-force = 2020-01-01\nscope = \"district\"\nperiod = \"year\"\nsigned-by = \"{{division}}\"\nsections = [{sections}]\n"
    );
    texts.push(Text { path: "reports/yearly/report.toml".to_owned(), text: toml });
    texts.push(Text { path: "reports/yearly/1-measures.md".to_owned(), text: format!("# 一、成效\n\n{chapter}\n") });
    check(&read(texts))
}

#[test]
fn reports_name_figures_that_are_there_and_leave_units_to_them() {
    let folder = read(small());
    let key = folder.law.figures[0].key.clone();
    let near = format!("{}x", &key[..key.len() - 1]);
    let one = "{section measures}\n\n";
    assert_eq!(
        reported(
            &format!("{one}办理{{{key}}}，{{{key} change}}。\n\n{{chart {key} by=month}}\n\n{{table {key} by=organ}}"),
            "\"measures\""
        ),
        []
    );
    for (chapter, sections, name, says) in [
        (format!("{one}办理{{{near}}}。"), "\"measures\"", "names-resolve", format!("did you mean `{key}`?")),
        (format!("{one}办理{{{key}}}件。"), "\"measures\"", "reports-resolve", "the figure brings its unit".to_owned()),
        (format!("{one}{{chart {key} by=parts}}"), "\"measures\"", "reports-resolve", "has no partition".to_owned()),
        ("没有留出位置。".to_owned(), "\"measures\"", "reports-resolve", "0 times".to_owned()),
        (one.to_owned(), "\"mesures\"", "names-resolve", "did you mean `measures`?".to_owned()),
        ("{chart A by=moon}".to_owned(), "", "parse", "`by=moon` is none of".to_owned()),
    ] {
        let found = reported(&chapter, sections);
        assert!(found.iter().any(|finding| finding.check == name && finding.message.contains(&says)), "{chapter}: {found:#?}");
    }
    let mut texts = small();
    texts.push(Text { path: "reports/alone/1-measures.md".to_owned(), text: "# 一、成效\n".to_owned() });
    assert!(check(&read(texts)).iter().any(|finding| finding.check == "place" && finding.message.contains("without its report")));
}

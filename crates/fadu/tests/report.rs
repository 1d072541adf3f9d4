//! Reports of a rehearsed year: every figure in them opens records that count to it, every form is whole, and the audit of the words
//! finds nothing that fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use actions::figure::Period;
use actions::report::file::{Form, file, name};
use actions::report::{Report, Text, Wanted};
use actions::{CellFilter, Hall, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use engine::figure::{Dimension, Measure};
use http_body_util::BodyExt;
use jiff::civil::{DateTime, date};
use tower::ServiceExt;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fadu(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fadu"));
    command.current_dir(root()).env_remove("FADU_LAW").env_remove("FADU_DATABASE").args(arguments).output().unwrap()
}

const NOW: DateTime = date(2023, 1, 20).at(9, 0, 0, 0);

/// A small part of 忻府区's 2022, opened to read.
fn year(folder: &Path) -> (Arc<Hall>, String) {
    let database = format!("sqlite:{}", folder.join("year.db").display());
    let done = fadu(&["rehearse", "districts/xinfu-2022.toml", "--scale", "0.003", "--database", &database]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let store = store::Store::open(&store::Config::new(database.clone())).unwrap();
    let settings = Settings { division: "140902".to_owned(), name: "忻府区".to_owned(), address: "https://example.org".to_owned() };
    (Arc::new(Hall::open_to_read(law(), settings, store).unwrap()), database)
}

fn law() -> engine::law::Law {
    let (top, mut texts, mut queue) = (root().join("law"), Vec::new(), vec![root().join("law")]);
    while let Some(folder) = queue.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                queue.push(path);
            } else if path.extension().is_some_and(|ext| ext == "toml" || ext == "md") {
                let relative = path.strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/");
                texts.push(engine::read::Text { path: relative, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    engine::read::read(texts).law
}

async fn page(router: &Router, path: &str) -> String {
    let answer = router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    let text = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    text
}

/// Every link of a figure in a page: where it leads, with the value it stands for.
fn links(html: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for tag in html.split("<a class=\"fig").skip(1).filter_map(|rest| rest.split('>').next()) {
        let part = |name: &str| tag.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
        let Some(href) = part("href") else { continue };
        found.entry(href.replace("&amp;", "&")).or_default().extend(part("data-value"));
    }
    found
}

/// What the page says its records come to: added up row by row, or their sum where there are more than one page.
fn told(page: &str) -> Option<i64> {
    let after = |term: &str| page.split_once(&format!("<dt>{term}</dt><dd>")).map(|(_, rest)| rest);
    let rest = after("逐条相加").or_else(|| after("合计"))?;
    rest.split(['<', '条']).next()?.replace(',', "").trim().parse().ok()
}

/// The words of an element, as they are read.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut inside = true;
    for letter in html.chars() {
        match letter {
            '<' => inside = false,
            '>' => inside = true,
            letter if inside => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Opens one figure's page and counts what it lists; a fraction is opened part by part.
async fn opens(hall: &Hall, router: &Router, href: &str, value: Option<f64>) {
    let shown = page(router, href).await;
    let (path, query) = href.split_once('?').unwrap();
    let key = path.trim_start_matches("/figures/");
    let asked: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let year: i16 = asked["year"].parse().unwrap();
    let (first, last): (i8, i8) = match (asked.get("half"), asked.get("month")) {
        (Some(half), _) => {
            if *half == "1" {
                (1, 6)
            } else {
                (7, 12)
            }
        }
        (_, Some(month)) => (month.parse().unwrap(), month.parse().unwrap()),
        _ => (1, 12),
    };
    let period = Period { from: date(year, first, 1), to: date(year, last, 1).last_of_month() };
    let filter = CellFilter { organs: asked.get("organ").map(|organ| (*organ).to_owned()).into_iter().collect(), ..CellFilter::default() };
    let figure = hall.figure(key, period, &filter).unwrap();
    if let Measure::Distinct(distinct) = &hall.law.figure(key).unwrap().measure {
        // It opens the records that it tells apart.
        let rows = hall.records(key, period, &filter, 0, 10_000).unwrap();
        let apart: BTreeSet<&str> = rows
            .iter()
            .map(|row| match distinct.by {
                Dimension::Organ => row.organ.as_str(),
                Dimension::Matter => row.matter.as_str(),
                Dimension::Place => row.place.as_str(),
            })
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(figure.value, Some(apart.len() as f64), "{href}");
        return;
    }
    match &figure.fraction {
        None => {
            let Some(value) = value else { return };
            let (_, sum) = hall.record_total(key, period, &filter).unwrap();
            assert_eq!(sum as f64, value, "{href}: the records do not count to it");
            assert_eq!(told(&shown), Some(sum), "{href}: the page counts otherwise");
        }
        Some(fraction) => {
            // A change stands on the same days a year before.
            let before = query.replace(&format!("year={year}"), &format!("year={}", year - 1));
            let over = if fraction.of == fraction.over { before.as_str() } else { query };
            for (part, query, amount) in [(&fraction.of, query, fraction.numerator), (&fraction.over, over, fraction.denominator)] {
                let beside = words(&shown);
                assert!(beside.contains(&engine::value::thousands(amount)), "{href} does not show {amount}");
                let there = page(router, &format!("/figures/{part}?{query}")).await;
                assert_eq!(told(&there), Some(amount), "{href}: {part} does not count to it");
            }
            if let Some(value) = value {
                let scale = if figure.unit == "%" { 100.0 } else { 1.0 };
                assert!((value - fraction.numerator as f64 * scale / fraction.denominator as f64).abs() < 1e-4, "{href}: {value}");
            }
        }
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_string(&mut text).unwrap();
    text
}

/// Nothing in it fails when it is audited as anybody's report would be.
fn audits_clean(report: &Report, least: usize) {
    let text = report.plain();
    let found = engine::audit::audit(&text);
    let failing: Vec<String> = found
        .checks
        .iter()
        .map(|check| serde_json::to_value(check).unwrap())
        .filter(|check| check["result"] == "fails")
        .map(|check| check.to_string())
        .collect();
    assert!(failing.is_empty(), "{failing:#?}\n{text}");
    assert!(found.figures.len() >= least, "{} figures read of {text}", found.figures.len());
}

fn every_form(report: &Report) {
    let html = String::from_utf8(file(report, Form::Html, "https://example.org/").unwrap()).unwrap();
    assert!(html.contains("href=\"https://example.org/figures/") && html.contains("<svg") && !html.contains("<script"));
    let pdf = file(report, Form::Pdf, "");
    // Without a Chinese font there is no PDF, and no picture in DOCX.
    let papers_draw = pdf.is_ok();
    let docx = file(report, Form::Docx, "").unwrap();
    let document = part(&docx, "word/document.xml");
    assert!(document.contains("w:val=\"Heading1\"") && document.contains("w:val=\"Heading2\""), "headings are Word's own");
    let shown = |wanted: fn(&Text) -> bool| report.chapters.iter().flat_map(|chapter| &chapter.blocks).any(wanted);
    let tables = shown(|block| matches!(block, Text::Table { .. } | Text::Chart { .. }));
    assert_eq!(document.contains("<w:tbl>"), tables, "tables are Word's own");
    assert_eq!(document.contains("<w:drawing>"), papers_draw && shown(|block| matches!(block, Text::Chart { .. })), "charts are pictures");
    let book = file(report, Form::Xlsx, "https://example.org").unwrap();
    assert!(part(&book, "xl/workbook.xml").contains("合计核对"));
    let sums = part(&book, "xl/worksheets/sheet3.xml");
    assert!(sums.contains("<f>N('数据'!C"), "sums are formulas: {sums:.2000}");
    assert!(sums.contains("<v>相符</v>") && !sums.contains("<v>不符</v>"), "with their results");
    let csv = String::from_utf8(file(report, Form::Csv, "").unwrap()).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.lines().count() == report.figures.len() + 1);
    let json = file(report, Form::Json, "").unwrap();
    assert_eq!(&serde_json::from_slice::<Report>(&json).unwrap(), report);
    match pdf {
        Ok(pdf) => assert!(pdf.starts_with(b"%PDF-1.")),
        Err(error) => assert!(error.to_string().contains("中文字体"), "{error}"),
    }
    assert!(name(report, Form::Docx).ends_with("法治政府建设情况报告（草稿）.docx"));
}

#[tokio::test]
async fn every_figure_of_every_report_opens_what_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (hall, database) = year(folder.path());
    let router = web::router(hall.clone(), Arc::new(|| NOW));
    let busiest = "market-regulation";
    let wanted = [
        Wanted::year("annual", 2022),
        Wanted { half: Some(2), ..Wanted::year("half-year", 2022) },
        Wanted { organ: Some(busiest.to_owned()), ..Wanted::year("department", 2022) },
    ];
    let mut clicked = BTreeMap::new();
    // A part of a year this small leaves an organ little to say.
    for (wanted, least) in wanted.iter().zip([20, 8, 2]) {
        let report = hall.report(wanted, NOW).unwrap();
        assert!(report.unanswered().count() == 0, "{:?}", report.unanswered().collect::<Vec<_>>());
        audits_clean(&report, least);
        audits_clean(&hall.report(&Wanted { finished: true, ..wanted.clone() }, NOW).unwrap(), least);
        every_form(&report);
        let html = String::from_utf8(file(&report, Form::Html, "").unwrap()).unwrap();
        let found = links(&html);
        assert!(found.len() >= report.figures.len(), "{} links for {} figures", found.len(), report.figures.len());
        clicked.extend(found);
    }
    for (href, values) in &clicked {
        assert!(values.len() <= 1, "{href} stands for two values: {values:?}");
        opens(&hall, &router, href, values.first().map(|value| value.parse().unwrap())).await;
    }
    println!("{} links clicked", clicked.len());

    // The command writes the same, and says what it cannot.
    let out = folder.path().join("report.docx");
    let done =
        fadu(&["report", "2022", "--division", "140902", "--format", "docx", "--out", out.to_str().unwrap(), "--database", &database]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(part(&std::fs::read(out).unwrap(), "word/document.xml").contains("年度法治政府建设情况报告"));
    for (arguments, says) in [
        (["report", "2019", "--division", "140902"], "2019年没有记录，不能写报告；有记录的年份："),
        (["report", "2022", "--division", "999999"], "the database holds no division 999999; it holds 140902"),
    ] {
        let refused = fadu(&[&arguments[..], &["--database", &database]].concat());
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && error.contains(says), "{error}");
    }
}

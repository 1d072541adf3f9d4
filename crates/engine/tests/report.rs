//! What a report makes of its template: clauses without a value, sentences of zeros, numbering, sections, checks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use engine::report::template::{self, Chapter, Scope, Span, Template};
use engine::report::write::{Given, Slice, write};
use engine::report::{FigureRow, Fraction, Organ, Period, Report, Sections, Text, Why};
use jiff::civil::date;

fn row(key: &str, value: Option<f64>, last_year: Option<f64>) -> FigureRow {
    FigureRow {
        key: key.to_owned(),
        title: format!("数{key}"),
        unit: "件".to_owned(),
        value,
        number: value.map_or_else(|| "—".to_owned(), engine::report::read),
        last_year,
        last_number: last_year.map_or_else(String::new, engine::report::read),
        link: format!("/figures/{key}?year=2024"),
        ..FigureRow::default()
    }
}

fn rows() -> Vec<FigureRow> {
    vec![
        row("A", Some(1200.0), Some(1000.0)),
        row("B", Some(700.0), None),
        row("C", None, None),
        row("D", Some(500.0), Some(500.0)),
        row("Z", Some(0.0), Some(3.0)),
        FigureRow { parts: vec!["B".to_owned(), "D".to_owned()], tags: vec!["T".to_owned()], ..row("S", Some(1200.0), None) },
        row("T", Some(1201.0), None),
        FigureRow {
            unit: "%".to_owned(),
            fraction: Some(Fraction { of: "Z".to_owned(), over: "Z".to_owned(), numerator: 0, denominator: 0 }),
            ..row("N", None, None)
        },
        FigureRow {
            unit: "%".to_owned(),
            value: Some(58.333333),
            number: "58.33".to_owned(),
            fraction: Some(Fraction { of: "B".to_owned(), over: "A".to_owned(), numerator: 700, denominator: 1200 }),
            ..row("R", None, None)
        },
    ]
}

fn written(markdown: &str, finished: bool, sections: &Sections, figures: Vec<FigureRow>) -> Report {
    let template = Template {
        id: "annual".to_owned(),
        title: "{division}{period}报告".to_owned(),
        basis: engine::law::Cite("督察规定/25".to_owned()),
        in_force: date(2019, 4, 15),
        scope: Scope::District,
        period: Span::Year,
        addressees: Vec::new(),
        signed_by: "{division}人民政府".to_owned(),
        sections: vec!["measures".to_owned()],
        chapters: vec![Chapter {
            file: "1-measures".to_owned(),
            id: "measures".to_owned(),
            title: "一、成效".to_owned(),
            blocks: template::blocks(markdown).unwrap(),
        }],
    };
    let slice = |key: &str, at: &str, amount| Slice { key: key.to_owned(), at: at.to_owned(), amount };
    write(Given {
        template: &template,
        division: "140902",
        division_name: "忻府区",
        organ: None::<Organ>,
        period: Period::new(2024, None).unwrap(),
        as_of: date(2025, 1, 10).at(9, 0, 0, 0),
        finished,
        sections,
        figures,
        by_organ: vec![slice("A", "small", 200), slice("A", "large", 1000), slice("A", "idle", 0)],
        by_month: vec![slice("A", "2", 1200)],
        organ_title: &|id| format!("机关{id}"),
    })
}

/// The first paragraph, or nothing.
fn says(markdown: &str, finished: bool) -> String {
    let report = written(markdown, finished, &Sections::default(), rows());
    let body = report.plain();
    body.lines().last().filter(|line| !line.starts_with("一、")).unwrap_or_default().to_owned()
}

#[test]
fn a_finished_report_leaves_out_what_has_no_value_and_still_reads() {
    for (sentence, draft, finished) in [
        ("办理{A}，其中甲{B}、乙{D}。", "办理1,200件，其中甲700件、乙500件。", "办理1,200件，其中甲700件、乙500件。"),
        ("办理{A}，其中甲{C}、乙{D}。", "办理1,200件，其中甲〔未有数据〕、乙500件。", "办理1,200件，其中乙500件。"),
        (
            "办理{A}，其中甲{B}、丙{C}，率{R}。",
            "办理1,200件，其中甲700件、丙〔未有数据〕，率58.33%。",
            "办理1,200件，其中甲700件，率58.33%。",
        ),
        ("办理{A}，其中丙{C}。", "办理1,200件，其中丙〔未有数据〕。", "办理1,200件。"),
        ("丙{C}，其中甲{B}。", "丙〔未有数据〕，其中甲700件。", ""),
        ("超期{Z}。", "", ""),
        ("应当公开{Z}，公开率{N}。", "", ""),
        ("超期{Z}，已改{D}。", "超期0件，已改500件。", "超期0件，已改500件。"),
        ("办理{A}，{A change}。", "办理1,200件，同比增长20%。", "办理1,200件，同比增长20%。"),
        ("办理{D}，{D change}。", "办理500件，与上年持平。", "办理500件，与上年持平。"),
        ("办理{B}，{B change}。", "办理700件。", "办理700件。"),
        ("{division}{year}年{period}，没有数的句子。", "忻府区2024年2024年，没有数的句子。", "忻府区2024年2024年，没有数的句子。"),
    ] {
        assert_eq!((says(sentence, false).as_str(), says(sentence, true).as_str()), (draft, finished), "{sentence}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let report = written("## 甲\n\n超期{Z}。\n\n## 乙\n\n办理{A}，丙{C}。\n\n## 丙\n\n{B}。", true, &Sections::default(), rows());
    let left: Vec<(&str, Why)> = report.omitted.iter().map(|left| (left.text.as_str(), left.why)).collect();
    assert_eq!(left, [("超期〔数Z〕。", Why::Zero), ("丙〔数C〕", Why::NoValue)]);
    let headings: Vec<&str> = report.chapters[0]
        .blocks
        .iter()
        .filter_map(|block| if let Text::Heading { text } = block { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(headings, ["（一）乙", "（二）丙"], "headings that stay are numbered anew");
}

#[test]
fn what_people_write_stands_as_they_wrote_it_with_their_figures() {
    let sections = Sections {
        measures: Some("## （三）举措\n\n印发方案{Z}，处理{C}，{没有这个}。\n\n{table A D title=\"对照\"}".to_owned()),
        ..Sections::default()
    };
    let report = written("{section measures}\n\n## 数据\n\n办理{A}。", true, &sections, rows());
    assert!(report.plain().contains("（一）举措\n印发方案0件，处理〔未有数据〕，{没有这个}。\n\n（二）数据\n"), "{}", report.plain());
    let Text::Section { blocks, .. } = &report.chapters[0].blocks[0] else { panic!("the section comes first") };
    assert!(matches!(&blocks[2], Text::Table { rows, .. } if rows.len() == 2));
    assert_eq!(written("{section measures}", false, &Sections::default(), rows()).unwritten().collect::<Vec<_>>(), ["measures"]);
}

#[test]
fn tables_and_charts_carry_links_that_narrow() {
    let report = written(
        "{table A by=organ}\n\n{chart A by=month}\n\n{chart S by=parts}\n\n{chart Z by=month}",
        false,
        &Sections::default(),
        rows(),
    );
    let blocks = &report.chapters[0].blocks;
    assert_eq!(blocks.len(), 3, "a chart of nothing is left out");
    let Text::Table { rows, .. } = &blocks[0] else { panic!() };
    let lines: Vec<(&str, &str)> = rows.iter().map(|row| (row[0].text.as_str(), row[1].figure.as_ref().unwrap().link.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("机关large", "/figures/A?year=2024&organ=large"),
            ("机关small", "/figures/A?year=2024&organ=small"),
            ("合计", "/figures/A?year=2024"),
        ]
    );
    let Text::Chart { labels, series, .. } = &blocks[1] else { panic!() };
    assert_eq!((labels.len(), series[0].values[1].figure.as_ref().unwrap().link.as_str()), (12, "/figures/A?year=2024&month=2"));
    let Text::Chart { labels, .. } = &blocks[2] else { panic!() };
    assert_eq!(labels, &["数B", "数D"]);
}

#[test]
fn every_sum_part_and_rate_is_checked() {
    let mut figures = rows();
    let checks = written("", false, &Sections::default(), figures.clone()).checks;
    let told: Vec<(&str, bool)> = checks.iter().map(|check| (check.says.as_str(), check.holds)).collect();
    assert_eq!(told, [("700+500=1,200，数S是1,200", true), ("数T1,201，多于数S1,200", false), ("700÷1,200=58.33%", true)]);
    figures[3].value = Some(499.0);
    let broken = written("", false, &Sections::default(), figures);
    assert_eq!(broken.unanswered().count(), 2);
}

#[test]
fn a_report_reads_back_from_json() {
    let report = written("办理{A}，率{R}。\n\n{chart A by=month}\n\n{table A C}", false, &Sections::default(), rows());
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.contains("\"value\":1200,") && json.contains("58.333333"), "{json}");
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
}

#[test]
fn a_half_year_has_its_days() {
    let half = Period::new(2024, Some(1)).unwrap();
    assert_eq!((half.from, half.to, half.query()), (date(2024, 1, 1), date(2024, 6, 30), "year=2024&half=1".to_owned()));
    assert_eq!(Period::new(2024, Some(2)).unwrap().text(), "2024年下半年");
    assert!(Period::new(2024, Some(3)).is_none());
}

#[test]
fn a_directive_that_says_too_little_is_told_so() {
    for (line, says) in [
        ("{chart A}", "a chart says by="),
        ("{table by=organ}", "names no figure"),
        ("{table A by=moon}", "`by=moon` is none of"),
        ("{table A title=\"x}", "not closed"),
        ("办理{A", "without `}`"),
        ("办理{A growth}。", "only `change` may stand"),
    ] {
        assert!(template::blocks(line).unwrap_err().contains(says), "{line}");
    }
}

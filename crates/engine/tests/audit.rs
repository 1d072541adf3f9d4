//! The report audit against two labelled reports, a table of sentences, a table of checks, passages as other
//! provinces write them, and ten thousand damaged reports.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use engine::audit::{Audit, Exactness, Kind, LedgerFigure, Outcome, Verdict, audit, compare, render};

fn shared(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reports").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("{} is absent; the test has nothing to measure", path.display());
    }
    text
}

struct Label {
    value: f64,
    quote: String,
}

fn labels(tsv: &str) -> Vec<Label> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        Some(Label { value: cells.get(2)?.parse().ok()?, quote: (*cells.get(5)?).to_string() })
    };
    tsv.lines().skip(1).filter_map(row).collect()
}

fn pairs(words: &str) -> BTreeSet<(char, char)> {
    let chars: Vec<char> = words.chars().collect();
    chars.windows(2).map(|w| (w[0], w[1])).collect()
}

/// Matches every label to at most one figure of the same size: best where the figure lies inside the labelled quote,
/// else where the two quotes overlap.
fn score(text: &str, labels: &[Label]) -> (f64, f64, Vec<String>) {
    let audit = audit(text);
    let mut used = vec![false; audit.figures.len()];
    let mut missed = Vec::new();
    for label in labels {
        let place = text.find(&label.quote).map(|byte| text[..byte].chars().count());
        let length = label.quote.chars().count();
        let best = audit
            .figures
            .iter()
            .enumerate()
            .filter(|(i, f)| !used[*i] && (f.value.abs() - label.value.abs()).abs() <= 1e-9 * label.value.abs().max(1.0))
            .filter_map(|(i, f)| {
                let inside = place.is_some_and(|p| p <= f.start && f.start < p + length);
                let (a, b) = (pairs(&f.quote), pairs(&label.quote));
                let overlap = a.intersection(&b).count() as f64 / a.len().min(b.len()).max(1) as f64;
                let score = if inside { 2.0 } else { overlap };
                (score > 0.3).then_some((score, i))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        match best {
            Some((_, i)) => used[i] = true,
            None => missed.push(format!("{} {}", label.value, label.quote)),
        }
    }
    let hits = used.iter().filter(|u| **u).count() as f64;
    (1.0 - missed.len() as f64 / labels.len() as f64, hits / audit.figures.len() as f64, missed)
}

#[test]
fn finds_the_labelled_statistics() {
    for name in ["xinfu-2022", "xinjian-2024"] {
        let (Some(text), Some(tsv)) = (shared(&format!("{name}.txt")), shared(&format!("{name}.figures.tsv"))) else { return };
        let (recall, precision, missed) = score(&text, &labels(&tsv));
        println!("{name}: recall {recall:.3}, precision {precision:.3}, missed {missed:?}");
        assert!(recall >= 0.95, "{name}: recall {recall:.3}, missed {missed:?}");
        assert!(precision >= 0.90, "{name}: precision {precision:.3}");
    }
}

fn result_of(audit: &Audit, kind: Kind, stated: f64, parts: &[f64]) -> Option<Outcome> {
    audit.checks.iter().find(|c| c.kind == kind && c.stated == stated && c.parts == parts).map(|c| c.result)
}

#[test]
fn gives_the_known_verdicts() {
    let Some(text) = shared("xinfu-2022.txt") else { return };
    let first = audit(&text);
    let sum = |stated: f64, parts: &[f64]| result_of(&first, Kind::Sum, stated, parts);
    assert_eq!(sum(72.0, &[10.0, 6.0, 25.0, 31.0]), Some(Outcome::Holds));
    assert_eq!(sum(804.0, &[83.0, 140.0, 421.0, 160.0]), Some(Outcome::Holds));
    assert_eq!(sum(1024.0, &[589.0, 31.0, 93.0, 104.0, 6.0, 201.0]), Some(Outcome::Holds));
    assert_eq!(sum(117.0, &[3.0, 114.0]), Some(Outcome::Holds));
    assert_eq!(sum(167.0, &[19.0, 27.0, 51.0, 70.0]), Some(Outcome::Holds));
    assert_eq!(sum(737.0, &[429.0, 308.0]), Some(Outcome::Holds));
    assert_eq!(sum(63189.0, &[51646.0, 1958.0, 9585.0]), Some(Outcome::Holds));
    assert_eq!(sum(48814.0, &[46692.0, 1997.0, 99.0, 26.0, 85.0]), Some(Outcome::Fails));
    assert_eq!(sum(48814.0, &[46692.0, 1997.0, 99.0, 26.0]), Some(Outcome::Holds));
    assert_eq!(result_of(&first, Kind::Rate, 99.9, &[845811.0, 845813.0]), Some(Outcome::HoldsAsTruncation));
    assert_eq!(result_of(&first, Kind::Repeat, 1024.0, &[463.0, 1024.0]), Some(Outcome::Fails));
    assert_eq!(result_of(&first, Kind::Repeat, 874942.0, &[700000.0, 874942.0]), Some(Outcome::Fails));
    let failures = first.checks.iter().filter(|c| c.result == Outcome::Fails).count();
    assert_eq!(failures, 4, "a contradiction that is none: {:?}", first.checks);

    let Some(text) = shared("xinjian-2024.txt") else { return };
    let second = audit(&text);
    assert_eq!(result_of(&second, Kind::Rate, 94.78, &[109.0, 115.0]), Some(Outcome::Holds));
    assert_eq!(result_of(&second, Kind::Integer, 99.73, &[2712.0]), Some(Outcome::Fails));
    assert_eq!(second.checks.iter().filter(|c| c.result == Outcome::Fails).count(), 1);
}

fn written(audit: &Audit) -> Vec<String> {
    audit
        .figures
        .iter()
        .map(|f| {
            let value = format!("{:.4}", f.value);
            let sign = match f.exactness {
                Exactness::Exact => "",
                Exactness::AtLeast => "+",
                Exactness::Almost => "~",
                Exactness::About => "?",
            };
            format!("{}{}{sign}", value.trim_end_matches('0').trim_end_matches('.'), f.unit)
        })
        .collect()
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    table.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()).map(|l| {
        let (text, expected) = l.split_once('\t').unwrap_or((l, ""));
        (text, expected.split_whitespace().collect())
    })
}

#[test]
fn reads_sentences() {
    let table = include_str!("audit/sentences.tsv");
    assert!(rows(table).count() >= 120);
    let wrong: Vec<String> = rows(table)
        .filter_map(|(text, expected)| {
            let got = written(&audit(text));
            (got != expected).then(|| format!("{text}\n  expected {expected:?}\n  read     {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn works_out_the_arithmetic() {
    let name = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_string();
    let wrong: Vec<String> = rows(include_str!("audit/checks.tsv"))
        .filter_map(|(text, expected)| {
            let json = serde_json::to_value(audit(&text.replace('⏎', "\n"))).unwrap();
            let got: Vec<String> =
                json["checks"].as_array().unwrap().iter().map(|c| format!("{}:{}", name(c, "kind"), name(c, "result"))).collect();
            let right = if expected == ["never:fails"] { !got.iter().any(|c| c.ends_with(":fails")) } else { got == expected };
            (!right).then(|| format!("{text}\n  expected {expected:?}\n  found    {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Passages separated by lines of `===`; each ends with a line `figures:` and may have one `checks:`.
/// Every line of arithmetic that the passages and tables bring about reads in English, units and quotations apart.
#[test]
fn the_arithmetic_reads_in_english() {
    let tables = [include_str!("audit/sentences.tsv"), include_str!("audit/checks.tsv"), include_str!("audit/passages.txt")];
    let notes: BTreeSet<String> =
        tables.iter().flat_map(|table| table.split(['\n', '\t'])).flat_map(|text| audit(text).checks).map(|check| check.note).collect();
    assert!(notes.len() > 30, "{}", notes.len());
    let chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter) || "，。；（）".contains(letter);
    let left: Vec<String> = notes
        .iter()
        .map(|note| engine::audit::english(note))
        .filter(|said| {
            // A unit directly behind a number is the report's own word.
            let said: String = said.split('“').map(|part| part.split_once('”').map_or(part, |(_, after)| after)).collect();
            said.split(|letter: char| letter.is_whitespace() || letter == '=')
                .any(|word| !word.starts_with(|first: char| first.is_ascii_digit()) && word.chars().any(chinese))
        })
        .collect();
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(engine::audit::english("同一事项“收案”前后两处分别为 12 和 13"), "the same thing, “收案”, is given as 12 and 13");
}

#[test]
fn reads_passages_of_other_provinces() {
    let mut count = 0;
    for passage in include_str!("audit/passages.txt").split("===\n").filter(|p| !p.trim().is_empty()) {
        count += 1;
        let line = |lead: &str| {
            passage.lines().find_map(|l| l.strip_prefix(lead)).map(|l| l.split_whitespace().map(str::to_string).collect::<Vec<_>>())
        };
        let text: String =
            passage.lines().filter(|l| !l.starts_with("figures:") && !l.starts_with("checks:")).map(|l| format!("{l}\n")).collect();
        let audit = audit(&text);
        assert_eq!(Some(written(&audit)), line("figures:"), "{text}");
        if let Some(checks) = line("checks:") {
            let json = serde_json::to_value(&audit).unwrap();
            let got: Vec<String> = json["checks"]
                .as_array()
                .unwrap()
                .iter()
                .map(|c| format!("{}:{}", c["kind"].as_str().unwrap(), c["result"].as_str().unwrap()))
                .collect();
            assert_eq!(got, checks, "{text}\n{:#?}", audit.checks);
        }
    }
    assert!(count >= 6);
}

#[test]
fn offsets_count_characters_of_the_text_handed_in() {
    let text = "　全區共辦理行政復議案件\u{200b}８７ 件，同比增長１２．５％。";
    let audit = audit(text);
    let chars: Vec<char> = text.chars().collect();
    let words: Vec<String> = audit.figures.iter().map(|f| chars[f.start..f.end].iter().collect()).collect();
    assert_eq!(words, ["８７ 件", "１２．５％"]);
}

#[test]
fn json_has_the_stable_form() {
    let json = serde_json::to_value(audit("收集问题115个，办结109个，办结率94.78%。")).unwrap();
    let figure = &json["figures"][0];
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let named = |words: &str| words.split(' ').map(str::to_string).collect::<BTreeSet<String>>();
    assert_eq!(keys(&json), named("figures checks"));
    assert_eq!(keys(figure), named("value unit exactness subject quote start end"));
    assert_eq!(keys(&json["checks"][0]), named("kind result expected stated parts quote"));
    assert_eq!(figure["value"], 115, "whole numbers have no decimal point");
    assert_eq!(figure["unit"], "个");
    assert_eq!(figure["exactness"], "exact");
    assert_eq!((figure["start"].as_u64(), figure["end"].as_u64()), (Some(4), Some(8)));
    assert!(figure["subject"].is_string() && figure["quote"].is_string());
    let check = &json["checks"][0];
    assert_eq!((check["kind"].as_str(), check["result"].as_str()), (Some("rate"), Some("holds")));
    assert_eq!(check["stated"], 94.78);
    assert_eq!(check["parts"], serde_json::json!([109, 115]));
    assert!(check["expected"].is_number() && check["quote"].is_string());
    assert_eq!(serde_json::to_value(audit("")).unwrap(), serde_json::json!({ "figures": [], "checks": [] }));
}

#[test]
fn compares_with_a_ledger() {
    let ledger =
        |key: &str, title: &str, unit: &str, value: f64| LedgerFigure { key: key.into(), title: title.into(), unit: unit.into(), value };
    let books = [
        ledger("reconsideration.received", "收到行政复议申请", "件", 223.0),
        ledger("reconsideration.accepted", "行政复议申请受理", "件", 160.0),
        ledger("mediation.handled", "调处各类纠纷", "件", 2712.0),
    ];
    let audit = audit("全年共收到行政復議申請223件,受理166件;調處各類糾紛2700餘件,制发意见书3份。");
    let results: Vec<(f64, Verdict, Option<String>)> =
        compare(&audit, &books).into_iter().map(|c| (c.stated, c.result, c.candidates.first().map(|k| k.key.clone()))).collect();
    assert_eq!(
        results,
        [
            (223.0, Verdict::Agrees, Some("reconsideration.received".into())),
            (166.0, Verdict::Differs, Some("reconsideration.accepted".into())),
            (2700.0, Verdict::Agrees, Some("mediation.handled".into())),
            (3.0, Verdict::NotInLedger, None),
        ]
    );
}

#[test]
fn renders_without_letting_the_text_through() {
    let text = "<script>alert(1)</script>办结\"109\"件\n收集问题115个,办结109个,办结率94.78%。";
    let audit = audit(text);
    let html = render::html(&audit, text);
    assert!(!html.contains("<script") && !html.contains("style=") && html.contains("&lt;script&gt;"));
    assert!(html.contains("<mark id=\"figure-1\"") && html.contains("href=\"#figure-3\"") && html.contains("audit-check holds"));
    assert_eq!(html.matches("<mark").count(), html.matches("</mark>").count());
    assert!(render::text(&audit, text).contains("109÷115"));
}

/// A small generator of numbers, so that the damage is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

const SPLINTERS: &[&str] = &[
    "“",
    "”",
    "《",
    "》",
    "(",
    ")",
    "（",
    "其中",
    "共计",
    "分别为",
    "占",
    "率",
    "%",
    "％",
    "万",
    "亿",
    "百",
    "十",
    "零",
    "一",
    "两",
    "余",
    "多",
    "近",
    "第",
    "百分之",
    "三分之",
    "分之",
    "成",
    "点",
    ".",
    ",",
    "，",
    "、",
    "-",
    "—",
    "至",
    "到",
    "\n",
    " ",
    "\u{200b}",
    "\u{fffd}",
    "&nbsp;",
    "(xiàng)",
    "9",
    "0",
    "99999999999999999999",
    "1e308",
    "件",
    "个",
    "元",
    "个百分点",
    "同比下降",
    "率达",
    "较上年增加",
    "１",
    "\u{10ffff}",
    "\0",
    "🀄",
];

#[test]
fn damaged_reports_never_stop_it() {
    let base = include_str!("audit/passages.txt").to_string() + include_str!("audit/checks.tsv") + include_str!("audit/sentences.tsv");
    let base: Vec<char> = shared("xinfu-2022.txt").unwrap_or_default().chars().chain(base.chars()).collect();
    let mut dice = Dice(20260101);
    for _ in 0..10_000 {
        let from = dice.roll(base.len());
        let mut chars: Vec<char> = base[from..(from + 40 + dice.roll(500)).min(base.len())].to_vec();
        for _ in 0..1 + dice.roll(24) {
            let at = dice.roll(chars.len() + 1);
            match dice.roll(4) {
                0 if at < chars.len() => drop(chars.remove(at)),
                1 => drop(chars.splice(at..at, SPLINTERS[dice.roll(SPLINTERS.len())].chars()).collect::<Vec<_>>()),
                2 if at < chars.len() => chars[at] = SPLINTERS[dice.roll(SPLINTERS.len())].chars().next().unwrap_or('9'),
                _ => {
                    let to = (at + dice.roll(12)).min(chars.len());
                    let piece = chars[at..to].to_vec();
                    let goal = dice.roll(chars.len() + 1);
                    drop(chars.splice(goal..goal, piece).collect::<Vec<_>>());
                }
            }
        }
        let text: String = chars.into_iter().collect();
        let audit = audit(&text);
        let length = text.chars().count();
        assert!(audit.figures.iter().all(|f| f.start < f.end && f.end <= length && f.value.is_finite()));
        assert!(audit.figures.windows(2).all(|w| w[0].end <= w[1].start), "figures overlap: {text}");
        let _ = render::html(&audit, &text);
    }
}

#[test]
fn hostile_lengths_stay_in_proportion() {
    for piece in [
        "其中",
        "1",
        "1 ",
        "1,",
        "(",
        "“",
        "《",
        "百分之",
        "1.",
        "1件",
        "其中1件",
        "1、",
        "共计1件",
        "千",
        "第",
        "\n",
        "1%",
        "零",
        "率1%",
        "&nbsp;",
        "一次、",
        "1/",
        "1件",
        "其他1件",
        "由1件增至2件,",
        "率由1%提高到2%,提高1个百分点,",
        "全市收到行政复议申请1件。\n",
    ] {
        let text = piece.repeat(15_000);
        let audit = audit(&text);
        assert!(audit.figures.len() <= text.chars().count());
    }
}

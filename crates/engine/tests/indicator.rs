//! Appraisal: exact points, every rule with its arithmetic in words, deductions and what gives them back, ranks with ties; and, over many
//! trees and figures, that scores stay between nothing and the weight, rise with the figure, and roll up the same however they are parted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use std::collections::BTreeMap;

use engine::check::check;
use engine::indicator::score::{Act, Entry, Measured, Reading, combine, rank, roll, score};
use engine::indicator::{Area, Group, Indicator, Item, Mark, Points, Rule, Tree, WhenEmpty};
use engine::law::Cite;
use engine::read::{Text, read};
use jiff::civil::date;
use proptest::prelude::*;

fn points(text: &str) -> Points {
    Points::parse(text).unwrap()
}

fn leaf(id: &str, weight: &str, rule: Rule) -> Indicator {
    Indicator {
        id: id.to_owned(),
        title: id.to_owned(),
        weight: points(weight),
        rule,
        evidence: "材料".to_owned(),
        organ: "司法局".to_owned(),
        basis: Cite("考核细则/2".to_owned()),
        groups: Vec::new(),
        if_any: None,
        when_empty: WhenEmpty::LeftOut,
    }
}

/// One item an area, one area for the lot.
fn tree(leaves: Vec<Indicator>) -> Tree {
    let weight: Points = leaves.iter().map(|leaf| leaf.weight).sum();
    let item = Item { id: "1.1".to_owned(), title: "项".to_owned(), weight, indicators: leaves };
    Tree {
        standard: "departments".to_owned(),
        title: "指标".to_owned(),
        source: "示范".to_owned(),
        adopted: false,
        year: 2024,
        in_force: date(2024, 1, 1),
        count: item.indicators.len(),
        groups: vec![Group { id: "departments".to_owned(), title: "部门".to_owned(), kinds: vec!["department".to_owned()] }],
        grades: Vec::new(),
        areas: vec![Area { id: "1".to_owned(), title: "类".to_owned(), weight, items: vec![item] }],
    }
}

fn values(pairs: &[(&str, i64, Option<i64>)]) -> BTreeMap<String, Measured> {
    pairs.iter().map(|(key, number, over)| ((*key).to_owned(), Measured { number: *number, over: *over })).collect()
}

fn entry(indicator: &str, act: Act, points: Option<&str>) -> Entry {
    Entry {
        indicator: indicator.to_owned(),
        act,
        points: points.and_then(Points::parse),
        by: vec!["张三".to_owned()],
        at: date(2024, 12, 20).at(9, 0, 0, 0),
        seq: 3,
        says: "理由".to_owned(),
        evidence: "证据".to_owned(),
        files: Vec::new(),
    }
}

fn one(rule: Rule, pairs: &[(&str, i64, Option<i64>)], entries: &[Entry], reading: Reading) -> (String, String) {
    let tree = tree(vec![leaf("1.1.1", "4", rule)]);
    let sheet = score(&tree, tree.groups.first(), &values(pairs), entries, reading);
    let leaf = sheet.leaf("1.1.1").unwrap();
    (if leaf.asked { leaf.score.to_string() } else { "—".to_owned() }, leaf.says.clone())
}

#[test]
fn points_are_exact_decimals() {
    for (text, hundredths) in [("4", 400), ("2.5", 250), ("0.05", 5), ("-1.25", -125), ("100", 10_000)] {
        assert_eq!(Points::parse(text), Some(Points::hundredths(hundredths)));
        assert_eq!(points(text).to_string(), text);
    }
    for text in ["", ".", "1.", ".5", "1.234", "1e3", "一", "99999999"] {
        assert_eq!(Points::parse(text), None, "{text}");
    }
    #[derive(serde::Deserialize)]
    struct Line {
        weight: Points,
    }
    for (line, weight) in [("weight = 4", "4"), ("weight = 0.1", "0.1"), ("weight = 2.25", "2.25"), ("weight = \"2.5\"", "2.5")] {
        assert_eq!(toml::from_str::<Line>(line).unwrap().weight, points(weight));
    }
    assert!(toml::from_str::<Line>("weight = 0.333").is_err());
}

#[test]
fn each_rule_works_its_arithmetic_out() {
    let count = || Rule::Count { figure: "f".to_owned(), target: 3 };
    let said = |rule, pairs: &[(&str, i64, Option<i64>)]| one(rule, pairs, &[], Reading::Checked);
    assert_eq!(said(count(), &[("f", 2, None)]), ("2.67".to_owned(), "实际2，目标3，2÷3×4=2.67分。".to_owned()));
    assert_eq!(said(count(), &[("f", 9, None)]).0, "4");
    assert_eq!(said(count(), &[]).0, "0");
    let steps = Rule::Steps {
        figure: "f".to_owned(),
        steps: vec![Mark { at_least: 1, gives: points("2") }, Mark { at_least: 3, gives: points("4") }],
    };
    assert_eq!(said(steps.clone(), &[("f", 2, None)]), ("2".to_owned(), "实际2，达到1这一档，得2分。".to_owned()));
    assert_eq!(said(steps, &[("f", 0, None)]).0, "0");
    let rate = |full: &str, zero: &str| Rule::Rate { figure: "f".to_owned(), full: points(full), zero: points(zero) };
    assert_eq!(
        said(rate("95", "60"), &[("f", 37, Some(40))]),
        ("3.71".to_owned(), "37÷40=92.5%，在零分线60%和满分线95%之间，(92.5-60)÷(95-60)×4=3.71分。".to_owned())
    );
    // The lower the better: the full mark lies below the zero mark.
    assert_eq!(said(rate("0", "10"), &[("f", 5, Some(100))]).0, "2");
    assert_eq!(said(rate("0", "10"), &[("f", 0, Some(100))]).0, "4");
    assert_eq!(said(rate("0", "10"), &[("f", 20, Some(100))]).0, "0");
    assert_eq!(said(rate("95", "60"), &[("f", 0, Some(0))]), ("—".to_owned(), "没有可以相除的数，不涉及。".to_owned()));
    let off = Rule::Deduction { figure: "f".to_owned(), each: points("0.5") };
    assert_eq!(said(off.clone(), &[("f", 3, None)]), ("2.5".to_owned(), "实际3，每次扣0.5分，4-0.5×3=2.5分。".to_owned()));
    assert_eq!(said(off, &[("f", i64::MAX, None)]).0, "0");
}

#[test]
fn evidence_counts_when_adopted_and_deductions_can_be_given_back() {
    let filed = entry("1.1.1", Act::Filed, None);
    let document = |entries: &[Entry], reading| one(Rule::Document, &[], entries, reading).0;
    assert_eq!(document(&[], Reading::Claimed), "0");
    assert_eq!(document(std::slice::from_ref(&filed), Reading::Claimed), "4");
    assert_eq!(document(std::slice::from_ref(&filed), Reading::Checked), "0");
    let adopted = [filed.clone(), entry("1.1.1", Act::Adopted, None)];
    assert_eq!(document(&adopted, Reading::Checked), "4");
    let deducted = [adopted.as_slice(), &[entry("1.1.1", Act::Deducted, Some("0.5")), entry("1.1.1", Act::Deducted, Some("1"))]].concat();
    assert_eq!(one(Rule::Document, &[], &deducted, Reading::Checked).1, "材料已采信（张三），得满分4分。审核扣1.5分，4-1.5=2.5分。");
    let partly = [deducted.as_slice(), &[entry("1.1.1", Act::Restored, Some("0.5"))]].concat();
    assert_eq!(document(&partly, Reading::Checked), "3");
    let upheld = [deducted.as_slice(), &[entry("1.1.1", Act::Restored, None)]].concat();
    assert_eq!(document(&upheld, Reading::Checked), "4");
    // What was declined is adopted when the objection is upheld; what concerns another indicator changes nothing.
    let declined = [filed, entry("1.1.1", Act::Declined, None)];
    assert_eq!(document(&declined, Reading::Checked), "0");
    assert_eq!(document(&[declined.as_slice(), &[entry("1.1.1", Act::Restored, None)]].concat(), Reading::Checked), "4");
    assert_eq!(document(&[declined.as_slice(), &[entry("1.1.2", Act::Restored, None)]].concat(), Reading::Checked), "0");
}

#[test]
fn what_is_not_asked_is_converted_to_a_hundred() {
    let mut left_out = leaf("1.1.2", "40", Rule::Document);
    left_out.groups = vec!["townships".to_owned()];
    let mut none_of_it = leaf("1.1.3", "10", Rule::Document);
    none_of_it.if_any = Some("cases".to_owned());
    let tree = tree(vec![leaf("1.1.1", "50", Rule::Count { figure: "f".to_owned(), target: 3 }), left_out, none_of_it]);
    let sheet = score(&tree, tree.groups.first(), &values(&[("f", 2, None), ("cases", 0, None)]), &[], Reading::Checked);
    assert_eq!((sheet.earned, sheet.asked, sheet.total), (points("33.33"), points("50"), Some(points("66.66"))));
    assert_eq!(sheet.says, "适用的指标共50分，得33.33分；不涉及的不计，按百分制折算：33.33÷50×100=66.66分。");
}

#[test]
fn equal_totals_share_a_rank_and_the_next_is_left_out() {
    let totals = [("d", "80"), ("a", "95"), ("c", "90"), ("b", "90")].map(|(unit, total)| (unit.to_owned(), points(total)));
    let ranked: Vec<(String, usize)> = rank(&totals).into_iter().map(|place| (place.unit, place.rank)).collect();
    assert_eq!(ranked, [("a", 1), ("b", 2), ("c", 2), ("d", 4)].map(|(unit, rank)| (unit.to_owned(), rank)));
}

#[test]
fn the_tree_of_this_folder_is_kept_as_it_is_and_read_back() {
    let law = &folder::folder().law;
    for (year, there) in [(2020, false), (2021, true), (2022, true), (2026, true)] {
        assert_eq!(law.tree("departments", year).is_some(), there, "{year}");
    }
    let tree = law.tree("departments", 2024).unwrap();
    assert_eq!(tree.leaves().map(|leaf| leaf.weight).sum::<Points>(), Points::HUNDRED);
    let kept = serde_json::to_value(&tree).unwrap();
    assert_eq!(Tree::of(&kept), Some(tree));
}

#[test]
fn a_weight_that_is_wrong_is_found_with_its_line() {
    let wrong = |from: &str, to: &str| {
        let texts = folder::texts().into_iter().map(|text| match text.path.as_str() {
            "accountability/indicators/departments.toml" => Text { text: text.text.replacen(from, to, 1), ..text },
            _ => text,
        });
        let found = check(&read(texts.collect()));
        found.into_iter().filter(|finding| finding.file.ends_with("departments.toml")).collect::<Vec<_>>()
    };
    let line = |needle: &str| {
        let text = folder::folder().texts["accountability/indicators/departments.toml"].clone();
        text.lines().position(|line| line.contains(needle)).unwrap() + 1
    };
    let found = wrong("title    = \"办件评价率\"\nweight   = 4", "title    = \"办件评价率\"\nweight   = 4.5");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].check, found[0].line), ("weights-sum", line("id     = \"1.1\"")));
    assert!(found[0].message.contains("0.5 too much"), "{}", found[0]);
    let found = wrong("rate = \"S45.rating_rate\"", "rate = \"S45.ratings_rate\"");
    assert_eq!((found[0].check, found[0].line), ("names-resolve", line("id       = \"1.1.2\"")));
    assert!(found[0].message.contains("did you mean `S45.rating_rate`"), "{}", found[0]);
    let found = wrong("rate = \"S45.rating_rate\"", "rate = \"S45.ratings_received\"");
    assert_eq!(found[0].check, "rules-score", "{found:?}");
    let found = wrong("rule     = { document = true }", "rule     = { documents = true }");
    assert_eq!(found[0].check, "parse", "{found:?}");
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let figure = || "f".to_owned();
    prop_oneof![
        (1i64..200).prop_map(move |target| Rule::Count { figure: figure(), target }),
        (0i64..=10_000, 0i64..=10_000).prop_filter("two marks", |(full, zero)| full != zero).prop_map(move |(full, zero)| Rule::Rate {
            figure: "f".to_owned(),
            full: Points::hundredths(full),
            zero: Points::hundredths(zero)
        }),
        Just(Rule::Document),
        (1i64..500).prop_map(move |each| Rule::Deduction { figure: "f".to_owned(), each: Points::hundredths(each) }),
    ]
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let act = prop_oneof![Just(Act::Filed), Just(Act::Adopted), Just(Act::Declined), Just(Act::Deducted), Just(Act::Restored)];
    let one = (0usize..4, act, proptest::option::of(1i64..500)).prop_map(|(leaf, act, hundredths)| Entry {
        points: hundredths.map(Points::hundredths),
        ..entry(&format!("1.1.{leaf}"), act, None)
    });
    proptest::collection::vec(one, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_score_lies_between_nothing_and_its_weight(
        rules in proptest::collection::vec((any_rule(), 1i64..3_000), 1..5),
        number in 0i64..300, over in 0i64..300, entries in any_entries(),
    ) {
        let leaves = rules.into_iter().enumerate().map(|(place, (rule, weight))| {
            leaf(&format!("1.1.{place}"), &Points::hundredths(weight).to_string(), rule)
        });
        let tree = tree(leaves.collect());
        let sheet = score(&tree, tree.groups.first(), &values(&[("f", number, Some(over))]), &entries, Reading::Checked);
        for leaf in &sheet.leaves {
            prop_assert!(Points::ZERO <= leaf.score && leaf.score <= leaf.weight, "{leaf:?}");
        }
        let leaves: Points = sheet.leaves.iter().map(|leaf| leaf.score).sum();
        prop_assert_eq!(leaves, sheet.earned);
        prop_assert_eq!(sheet.areas.iter().map(|area| area.score).sum::<Points>(), sheet.earned);
        if let Some(total) = sheet.total {
            prop_assert!(Points::ZERO <= total && total <= Points::HUNDRED);
        }
    }

    #[test]
    fn a_better_figure_never_earns_less(rule in any_rule(), number in 0i64..100, more in 0i64..100, over in 1i64..100) {
        let earn = |number| {
            let tree = tree(vec![leaf("1.1.1", "4", rule.clone())]);
            score(&tree, tree.groups.first(), &values(&[("f", number, Some(over))]), &[], Reading::Checked).earned
        };
        let (less, most) = (earn(number), earn(number + more));
        match &rule {
            Rule::Deduction { .. } => prop_assert!(most <= less),
            Rule::Rate { full, zero, .. } if full < zero => prop_assert!(most <= less),
            _ => prop_assert!(less <= most),
        }
    }

    #[test]
    fn another_deduction_never_earns_more(rule in any_rule(), number in 0i64..100, entries in any_entries(), off in 1i64..500) {
        let tree = tree(vec![leaf("1.1.1", "4", rule)]);
        let earn = |entries: &[Entry]| score(&tree, tree.groups.first(), &values(&[("f", number, Some(90))]), entries, Reading::Checked).earned;
        let more = [entries.as_slice(), &[Entry { points: Some(Points::hundredths(off)), ..entry("1.1.1", Act::Deducted, None) }]].concat();
        prop_assert!(earn(&more) <= earn(&entries));
    }

    #[test]
    fn ranking_does_not_depend_on_the_order(totals in proptest::collection::vec(0i64..20, 1..12), turn in 0usize..12) {
        let units: Vec<(String, Points)> =
            totals.iter().enumerate().map(|(place, total)| (format!("u{place:02}"), Points::hundredths(*total))).collect();
        let mut turned = units.clone();
        turned.rotate_left(turn % units.len());
        prop_assert_eq!(rank(&units), rank(&turned));
        prop_assert_eq!(rank(&units).first().map(|place| place.rank), Some(1));
    }

    #[test]
    fn counties_add_up_to_the_city(numbers in proptest::collection::vec(0i64..9, 0..9), cut in 0usize..9) {
        let tree = tree(vec![leaf("1.1.1", "4", Rule::Count { figure: "f".to_owned(), target: 7 })]);
        let sheets: Vec<_> = numbers
            .iter()
            .map(|number| score(&tree, tree.groups.first(), &values(&[("f", *number, None)]), &[], Reading::Checked))
            .collect();
        let (one, other) = sheets.split_at(cut.min(sheets.len()));
        prop_assert_eq!(combine([roll(one), roll(other)]), roll(&sheets));
    }
}

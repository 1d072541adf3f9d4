//! Parts and totals: 其中 lists, 共计 after a list, totals that the next clauses add up to, and totals made of
//! figures in later sentences of the paragraph.

use super::figure::Found;
use super::relation::{Reading, agrees, comparable, plain};
use super::{Check, Exactness, Kind, Outcome};

/// Words that open a list of parts. The second member says that the list is complete.
const OPENINGS: &[(&str, bool)] = &[
    ("分别为", true),
    ("分别是", true),
    ("分为", true),
    ("包括", false),
    ("其中", false),
    ("包含", false),
    ("涵盖", false),
    ("其中央", false),
    ("分别", true),
    ("由", false),
];
const CLOSINGS: &[&str] = &["共计", "合计", "总计", "总共", "总数", "总量", "累计"];
const LONGEST_LIST: usize = 24;

pub fn sums(reading: &Reading<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    // figures already used as a total, so that one relation is told once
    let mut told = vec![false; reading.found.len()];
    for position in 0..reading.sentences.len() {
        opened(reading, position, &mut told, &mut checks);
    }
    for position in 0..reading.sentences.len() {
        closed(reading, position, &mut told, &mut checks);
        adjacent(reading, position, &mut told, &mut checks);
    }
    spread(reading, &mut told, &mut checks);
    checks
}

/// Places in a stretch of text where a list of parts opens.
fn openings(reading: &Reading<'_>, from: usize, to: usize) -> Vec<(usize, usize, bool)> {
    let mut places = Vec::new();
    let mut i = from;
    while i < to {
        match OPENINGS.iter().filter(|(w, _)| *w != "由").find(|(w, _)| reading.text.reads(i, w)) {
            Some((word, complete)) => {
                let length = if *word == "其中央" { 2 } else { word.chars().count() };
                places.push((i, i + length, *complete));
                i += length;
            }
            None => i += 1,
        }
    }
    places
}

fn opened(reading: &Reading<'_>, position: usize, told: &mut [bool], checks: &mut Vec<Check>) {
    let Some(&(sentence, first, end)) = reading.sentences.get(position) else { return };
    let Some(&(from, to)) = reading.marks.sentences.get(sentence) else { return };
    let places = openings(reading, from, to);
    for (index, &(place, after, complete)) in places.iter().enumerate() {
        let bracket = reading.marks.bracket.get(place).copied().unwrap_or(0);
        let own = reading.found.get(first..end).unwrap_or(&[]);
        let begin = first + own.partition_point(|f| f.start < after);
        // a nested opening ends this list; one in a bracket of its own does not
        let stop_at = places
            .get(index + 1..)
            .unwrap_or(&[])
            .iter()
            .take(40)
            .find(|(p, _, _)| reading.marks.bracket.get(*p).copied().unwrap_or(0) == bracket)
            .map_or(usize::MAX, |p| p.0);
        let Some(head) = reading.found.get(begin).filter(|_| begin < end) else { continue };
        if head.start > after + 60 {
            continue;
        }
        let mut parts: Vec<usize> = Vec::new();
        let mut totals: Vec<usize> = before(reading, position, begin, head, bracket);
        // 分别 names the members first: the total may stand before them
        totals.truncate(3);
        for k in (begin..end).take(60) {
            let Some(figure) = reading.found.get(k) else { break };
            if figure.start >= stop_at || parts.len() >= LONGEST_LIST {
                break;
            }
            if figure.bracket != head.bracket {
                if bracket != 0 {
                    break;
                }
                continue;
            }
            if !parts.is_empty() && CLOSINGS.iter().any(|w| figure.pre.contains(w)) {
                break;
            }
            if proceeds(figure) && !proceeds(head) {
                break;
            }
            if figure.unit == head.unit && !is_change(figure) {
                parts.push(k);
            }
        }
        settle(reading, &totals, &parts, complete, told, checks);
    }
}

/// Figures that may be the total of a list whose first part is `head`, nearest first.
fn before(reading: &Reading<'_>, position: usize, begin: usize, head: &Found, bracket: usize) -> Vec<usize> {
    let mut totals = Vec::new();
    let first = reading.sentences.get(position).map_or(0, |s| s.1);
    for k in (first..begin).rev().take(8) {
        let Some(figure) = reading.found.get(k) else { continue };
        if comparable(figure, head) && (figure.bracket == 0 || figure.bracket == bracket) {
            totals.push(k);
        }
    }
    if totals.is_empty()
        && let Some(&(sentence, from, to)) = position.checked_sub(1).and_then(|p| reading.sentences.get(p))
    {
        let own = reading.sentences.get(position).map_or(0, |s| s.0);
        if sentence + 2 >= own {
            totals.extend((from..to).rev().take(4).filter(|k| reading.found.get(*k).is_some_and(|f| comparable(f, head))));
        }
    }
    totals
}

fn is_change(figure: &Found) -> bool {
    ["同比", "环比", "较上年", "比上年", "较去年", "比去年", "较2", "增长"].iter().any(|w| figure.pre.contains(w))
}

/// Whether the words tell what was done next and not which part is meant: 其中民告官23件,审结412件.
fn proceeds(figure: &Found) -> bool {
    const NEXT: &[&str] = &[
        "审结",
        "办结",
        "结案",
        "受理",
        "化解",
        "整改",
        "完成整改",
        "败诉",
        "移送",
        "罚款",
        "提出",
        "接待",
        "解答",
        "已办结",
        "已审结",
        "已整改",
        "按期",
        "按时",
        "成功",
        "调解成功",
        "共",
        "累计",
        "培训",
        "参加",
    ];
    let words = figure.pre.trim_start_matches(|c: char| "、,;:()".contains(c));
    let words = words.strip_prefix("其中").unwrap_or(words);
    NEXT.iter().any(|w| words.starts_with(w))
}

/// The end of the words that name a part: 监管动态数据 and 执法人员数据 share 数据.
fn share_ending(a: &Found, b: &Found) -> bool {
    let tail = |f: &Found| -> Vec<char> {
        let trimmed = f.subject.trim_end_matches(['达', '到', '为', '共', '有']);
        let chars: Vec<char> = trimmed.chars().collect();
        chars.get(chars.len().saturating_sub(2)..).unwrap_or(&[]).to_vec()
    };
    let (x, y) = (tail(a), tail(b));
    x.len() == 2 && x == y
}

fn settle(reading: &Reading<'_>, totals: &[usize], parts: &[usize], complete: bool, told: &mut [bool], checks: &mut Vec<Check>) {
    let value = |k: usize| reading.found.get(k).map_or(0.0, |f| f.value);
    let inexact = |k: usize| reading.found.get(k).is_none_or(|f| f.exactness != Exactness::Exact);
    let Some(&nearest) = totals.first() else { return };
    if parts.is_empty() {
        return;
    }
    let sum: f64 = parts.iter().map(|k| value(*k)).sum();
    let fuzzy = |t: usize| inexact(t) || parts.iter().any(|k| inexact(*k));
    if parts.len() >= 2 {
        for &total in totals {
            let step = reading.found.get(total).map_or(1.0, |f| f.step);
            if inexact(total) {
                continue;
            }
            let result = if fuzzy(total) { Outcome::Fails } else { agrees(sum, value(total), if step > 1.0 { step } else { 1e-3 }) };
            if result != Outcome::Fails {
                return tell(reading, total, parts, result, told, checks);
            }
            // only the first of them make the total
            let mut running = 0.0;
            for (count, k) in parts.iter().enumerate() {
                if inexact(*k) {
                    break;
                }
                running += value(*k);
                if count + 1 >= 2 && (running - value(total)).abs() < 1e-6 {
                    let (inside, outside) = parts.split_at(count + 1);
                    let listed = outside.first().and_then(|o| reading.found.get(*o)).zip(inside.last().and_then(|i| reading.found.get(*i)));
                    if listed.is_some_and(|(o, i)| share_ending(o, i)) {
                        tell(reading, total, parts, Outcome::Fails, told, checks);
                    }
                    return tell(reading, total, inside, Outcome::Holds, told, checks);
                }
            }
        }
    }
    let total = nearest;
    let stated = value(total);
    if told.get(total).copied().unwrap_or(true) || stated <= 0.0 {
        return;
    }
    if parts.len() == 1 {
        let one = parts.first().copied().map_or(0.0, value);
        if one > stated
            && !fuzzy(total)
            && !complete
            && reading.found.get(total).zip(parts.first().and_then(|p| reading.found.get(*p))).is_some_and(|(a, b)| a.unit == b.unit)
        {
            tell(reading, total, parts, Outcome::Fails, told, checks);
        }
        return;
    }
    // a list of four or more is meant as a partition; two or three may be examples, or overlap
    let room = if parts.len() >= 4 { if sum > stated { 0.5 } else { 0.15 } } else { 0.1 };
    let beyond = parts.iter().any(|k| value(*k) > stated);
    let near = beyond || (sum - stated).abs() <= stated * room;
    let result = if fuzzy(total) {
        Outcome::Unverifiable
    } else if near || complete && (sum - stated).abs() <= stated * 0.5 {
        Outcome::Fails
    } else {
        Outcome::Unverifiable
    };
    if complete && result == Outcome::Unverifiable {
        return;
    }
    tell(reading, total, parts, result, told, checks);
}

fn tell(reading: &Reading<'_>, total: usize, parts: &[usize], result: Outcome, told: &mut [bool], checks: &mut Vec<Check>) {
    let values = reading.values(parts);
    let sum: f64 = values.iter().sum();
    let stated = reading.found.get(total).map_or(0.0, |f| f.value);
    let terms: Vec<String> = values.iter().map(|v| plain(*v)).collect();
    let sign = if (sum - stated).abs() < 1e-6 { "，与总数相符" } else { "，原文总数为" };
    let tail = if (sum - stated).abs() < 1e-6 { String::new() } else { plain(stated) };
    let note = format!("{}={}{sign}{tail}", terms.join("+"), plain(sum));
    if let Some(slot) = told.get_mut(total) {
        *slot = true;
    }
    checks.push(reading.check(Kind::Sum, result, Some((sum * 1e6).round() / 1e6), total, parts, note));
}

/// 共计, 合计 after its parts.
fn closed(reading: &Reading<'_>, position: usize, told: &mut [bool], checks: &mut Vec<Check>) {
    let Some(&(_, first, end)) = reading.sentences.get(position) else { return };
    for total in first..end {
        let Some(figure) = reading.found.get(total) else { break };
        if told.get(total).copied().unwrap_or(true)
            || figure.is_rate()
            || figure.exactness != Exactness::Exact
            || !CLOSINGS.iter().any(|w| figure.pre.contains(w))
        {
            continue;
        }
        let mut parts = Vec::new();
        let mut sum = 0.0;
        let mut done = false;
        for k in (first..total).rev().take(LONGEST_LIST) {
            let Some(part) = reading.found.get(k) else { break };
            if !comparable(part, figure) || part.exactness != Exactness::Exact {
                continue;
            }
            parts.insert(0, k);
            sum += part.value;
            if parts.len() >= 2 && (sum - figure.value).abs() < 1e-6 {
                tell(reading, total, &parts, Outcome::Holds, told, checks);
                done = true;
                break;
            }
        }
        let strict = ["共计", "合计", "总计"].iter().any(|w| figure.pre.contains(w));
        let same = parts.iter().all(|k| reading.found.get(*k).is_some_and(|p| p.unit == figure.unit));
        if !done && strict && same && parts.len() >= 2 && (sum - figure.value).abs() <= figure.value * 0.1 {
            tell(reading, total, &parts, Outcome::Fails, told, checks);
        }
    }
}

/// A total beside its parts without any word for it: 评价100条,好评98条,差评2条.
fn adjacent(reading: &Reading<'_>, position: usize, told: &mut [bool], checks: &mut Vec<Check>) {
    let Some(&(_, first, end)) = reading.sentences.get(position) else { return };
    for total in first..end {
        let Some(figure) = reading.found.get(total) else { break };
        if told.get(total).copied().unwrap_or(true) || !figure.is_exact_count() || figure.value < 30.0 {
            continue;
        }
        let fits = |k: usize| reading.found.get(k).is_some_and(|p| p.is_exact_count() && p.unit == figure.unit && p.value > 0.0);
        let home = reading.marks.paragraph.get(figure.sentence);
        let forward: Vec<usize> = (total + 1..reading.found.len())
            .take(12)
            .take_while(|k| reading.found.get(*k).is_some_and(|f| reading.marks.paragraph.get(f.sentence) == home))
            .collect();
        let backward: Vec<usize> = (first..total).rev().take(12).collect();
        for row in [forward, backward] {
            let mut parts = Vec::new();
            let mut sum = 0.0;
            for k in row {
                if reading.found.get(k).is_some_and(Found::is_rate) {
                    continue;
                }
                if !fits(k) {
                    break;
                }
                parts.push(k);
                sum += reading.found.get(k).map_or(0.0, |p| p.value);
                let enough = if parts.len() == 2 { figure.value >= 100.0 } else { parts.len() > 2 };
                if enough && (sum - figure.value).abs() < 1e-6 {
                    parts.sort_unstable();
                    tell(reading, total, &parts, Outcome::Holds, told, checks);
                    break;
                }
                if sum > figure.value {
                    break;
                }
            }
            if told.get(total).copied().unwrap_or(true) {
                break;
            }
        }
    }
}

/// A large total whose parts stand in the sentences after it: 63189 户 of market entities.
fn spread(reading: &Reading<'_>, told: &mut [bool], checks: &mut Vec<Check>) {
    const CANDIDATES: usize = 8;
    let body = |f: &Found| matches!(f.unit.as_str(), "户" | "家" | "个");
    let grows = |f: &Found| ["净增", "新增", "增长", "增加"].iter().any(|w| f.pre.contains(w));
    for total in 0..reading.found.len() {
        let Some(figure) = reading.found.get(total) else { break };
        if told.get(total).copied().unwrap_or(true) || !figure.is_exact_count() || figure.value < 1000.0 || !body(figure) {
            continue;
        }
        let named = ["总量", "总数", "数量", "达到", "共有", "实有"].iter().any(|w| figure.says(w));
        if !named && !grows(figure) {
            continue;
        }
        let paragraph = |f: &Found| reading.marks.paragraph.get(f.sentence).copied();
        let home = paragraph(figure);
        let mut rows = Vec::new();
        for k in (total + 1..reading.found.len()).take(40) {
            let Some(part) = reading.found.get(k) else { break };
            if paragraph(part) != home {
                break;
            }
            if part.is_exact_count() && body(part) && grows(part) == grows(figure) && part.value > 0.0 && part.value < figure.value {
                rows.push(k);
                if rows.len() == CANDIDATES {
                    break;
                }
            }
        }
        let best = (1u32..1 << rows.len()).filter(|set| set.count_ones() >= 3).find(|set| {
            let sum: f64 = rows
                .iter()
                .enumerate()
                .filter(|(b, _)| set & (1 << b) != 0)
                .filter_map(|(_, k)| reading.found.get(*k))
                .map(|f| f.value)
                .sum();
            (sum - figure.value).abs() < 1e-6
        });
        if let Some(set) = best {
            let parts: Vec<usize> = rows.iter().enumerate().filter(|(b, _)| set & (1 << b) != 0).map(|(_, k)| *k).collect();
            tell(reading, total, &parts, Outcome::Holds, told, checks);
        }
    }
}

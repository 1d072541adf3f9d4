//! Changes: a share or a number of points or cases by which something rose or fell, where the text states both
//! ends, or the new count alone and no whole number could have stood before it.

use super::figure::Found;
use super::relation::{Reading, agrees, agrees_within, comparable, plain, range};
use super::{Check, Exactness, Kind, Outcome};

const CHANGES: &[&str] = &[
    "同比",
    "环比",
    "较上年",
    "比上年",
    "较去年",
    "比去年",
    "上升",
    "下降",
    "增长",
    "增幅",
    "降幅",
    "提升",
    "提高",
    "降低",
    "减少",
    "压缩",
    "压减",
    "缩短",
    "提速",
    "净增",
    "增加",
    "精简",
];

/// Words that say how a number moved and not what moved.
const MOVED: &[&str] = &[
    "同比",
    "环比",
    "相比",
    "与",
    "较",
    "比",
    "上年度",
    "上一年度",
    "前一年度",
    "上年",
    "去年",
    "上一年",
    "同期",
    "年度",
    "年",
    "分别",
    "均",
    "了",
    "约",
    "大幅",
    "大幅度",
    "再",
    "有所",
    "增幅",
    "降幅",
    "升幅",
    "增速",
    "幅度",
    "达到",
    "达",
    "为",
    "增长",
    "下降",
    "上升",
    "减少",
    "增加",
    "提高",
    "降低",
    "提升",
    "净增",
    "压缩",
    "压减",
    "缩短",
    "精简",
    "下滑",
    "回落",
    "攀升",
    "上涨",
    "增",
    "降",
    "升",
    "减",
    "共",
    "累计",
    "整体",
    "总体",
    "实现",
    "率",
    "比例",
    "即",
    "的",
    "多",
    "少",
    "又",
    "则",
    "平均",
    "提速",
    "扩大",
    "缩减",
    "增多",
];
const FALLS: &[&str] = &["下降", "降低", "减少", "压缩", "压减", "缩短", "降幅", "精简", "下滑", "回落", "缩减"];

pub fn is_change(figure: &Found) -> bool {
    let clause = figure.pre.rsplit(['率', '占']).next().unwrap_or("");
    let named = ["压缩率", "压减率", "缩短率", "增长率", "下降率", "提升率", "压缩比", "增长比例", "压缩比例"];
    let tail = figure.pre.trim_end_matches(['达', '到', '为']);
    if named.iter().any(|w| tail.ends_with(w)) {
        return true;
    }
    CHANGES.iter().any(|w| clause.contains(w)) && !figure.pre.ends_with("占") && !["至", "到", "为"].iter().any(|w| figure.pre.ends_with(w))
}

/// Whether the words name no thing of their own.
fn is_bare(words: &str) -> bool {
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() || "、,;:()“”".contains(c) {
            rest = rest.get(c.len_utf8()..).unwrap_or("");
            continue;
        }
        match MOVED.iter().filter(|w| rest.starts_with(**w)).max_by_key(|w| w.len()) {
            Some(word) => rest = rest.get(word.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

/// The place of a rate in a list led by 分别, and the length of the list.
pub fn respective(reading: &Reading<'_>, index: usize) -> Option<(usize, usize)> {
    const LONGEST: usize = 6;
    let joined = |a: usize, b: usize| {
        let (Some(x), Some(y)) = (reading.found.get(a), reading.found.get(b)) else { return false };
        x.is_rate()
            && y.is_rate()
            && y.start <= x.end + 2
            && matches!(reading.text.slice(x.end, y.start).as_str(), "、" | "和" | "," | "及" | "与" | "以及")
    };
    let mut first = index;
    while first > 0 && index - first < LONGEST && joined(first - 1, first) {
        first -= 1;
    }
    let mut last = index;
    while last - index < LONGEST && joined(last, last + 1) {
        last += 1;
    }
    let told = reading.found.get(first).is_some_and(|f| f.pre.contains("分别"));
    (told && last > first).then_some((index - first, last - first + 1))
}

/// The words without the year that ends them: 下降到2024年的.
fn undated(words: &str) -> &str {
    let rest = words.trim_end_matches(['的', '底', '末']);
    match rest.strip_suffix('年') {
        Some(rest) => rest.trim_end_matches(|c: char| c.is_ascii_digit()),
        None => words,
    }
}

/// Two figures of one thing, the second what became of the first: 由412项精简至268项.
fn is_move(reading: &Reading<'_>, from: usize, to: usize) -> bool {
    let (Some(a), Some(b)) = (reading.found.get(from), reading.found.get(to)) else { return false };
    let words = reading.text.slice(a.end, b.start);
    let both = a.is_rate() && b.is_rate() || comparable(a, b);
    both && a.sentence == b.sentence
        && a.exactness == Exactness::Exact
        && b.exactness == Exactness::Exact
        && ["至", "到", "为"].iter().any(|w| undated(&b.pre).ends_with(w))
        && words.chars().count() <= 16
        && words.contains(['增', '升', '降', '减', '压', '缩', '提', '扩', '简', '涨', '跌'])
        && (["由", "从", "自", "原来", "原"].iter().any(|w| a.pre.contains(w)) || words.chars().count() <= 6)
}

/// A number of points or cases after both ends: 由78.5%提高到96.3%,提高17.8个百分点; 由412项精简至268项,减少144项.
pub fn amounts(reading: &Reading<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    for index in 2..reading.found.len() {
        let (Some(before), Some(after), Some(by)) = (reading.found.get(index - 2), reading.found.get(index - 1), reading.found.get(index))
        else {
            break;
        };
        if !is_move(reading, index - 2, index - 1) || by.sentence != after.sentence || by.exactness != Exactness::Exact || !is_bare(&by.pre)
        {
            continue;
        }
        let points = by.unit.ends_with("百分点");
        let counts = !after.is_rate() && by.unit == after.unit && is_change(by);
        if !(points && after.is_rate() || counts) {
            continue;
        }
        let computed = (after.value - before.value).abs();
        // two rounded ends may be off by one in the last digit
        let room = if points { (before.step + after.step) / 2.0 } else { 0.0 };
        let ((a, b), (c, d)) = (range(before), range(after));
        let room = if points { room } else { ((b - a) + (d - c)) / 2.0 };
        let result =
            agrees_within((computed - room, computed + room), computed, by.value.abs(), if counts && room == 0.0 { 1e-3 } else { by.step });
        let (high, low) = (after.value.max(before.value), after.value.min(before.value));
        let note = format!("{}-{}={}，原文为 {}{}", plain(high), plain(low), plain(computed), plain(by.value.abs()), by.unit);
        checks.push(reading.check(Kind::Change, result, Some((computed * 1e6).round() / 1e6), index, &[index - 2, index - 1], note));
    }
    checks
}

/// Whether the change is one on an earlier year.
fn compared(reading: &Reading<'_>, index: usize) -> bool {
    let place = respective(reading, index).map_or(0, |(place, _)| place);
    reading.found.get(index - place).is_some_and(|f| ["同比", "上年", "去年"].iter().any(|w| f.says(w)))
}

/// A share in per cent, and the lowest and highest that rounding allows.
type Share = (f64, (f64, f64));

/// The year named in the words before a count.
fn year(words: &str) -> Option<i32> {
    let (at, _) = words
        .match_indices('年')
        .find(|(at, _)| at.checked_sub(4).is_some_and(|from| words.get(from..*at).is_some_and(|y| y.starts_with("20"))))?;
    words.get(at - 4..at)?.parse().ok()
}

/// By how many per cent `after` differs from `before`, and the range that rounding of both leaves.
fn share(before: &Found, after: &Found) -> Share {
    let ((a, b), (c, d)) = (range(before), range(after));
    let by = |x: f64, y: f64| (y - x).abs() / x.max(1e-9) * 100.0;
    let corners = [by(a, c), by(a, d), by(b, c), by(b, d)];
    let low = corners.iter().copied().fold(f64::INFINITY, f64::min);
    let high = corners.iter().copied().fold(0.0, f64::max);
    (by(before.value, after.value), (low, high))
}

/// A change in per cent: verified where the text states the difference or the earlier count.
pub fn percent(reading: &Reading<'_>, index: usize, near: &[usize]) -> Option<Check> {
    let figure = reading.found.get(index)?;
    let get = |k: usize| reading.found.get(k);
    let sentence: Vec<usize> = near.iter().copied().filter(|k| get(*k).is_some_and(|f| f.sentence == figure.sentence)).collect();
    let &last = sentence.first()?;
    let now = get(last)?;
    let lead = respective(reading, index).and_then(|(place, _)| reading.found.get(index - place)).unwrap_or(figure);
    // 抓获7人,破案数同比上升38.9%: what rose is not what was counted
    let comparable_base = ["同口径", "可比", "剔除"].iter().any(|w| reading.text.slice(now.end, figure.start).contains(w));
    if !is_bare(&lead.pre) || comparable_base || figure.exactness != Exactness::Exact {
        return None;
    }
    let falls = FALLS.iter().any(|w| lead.pre.contains(w));
    let exact = |f: &Found| f.exactness == Exactness::Exact && f.value >= 0.0;
    if let Some(&other) = sentence.get(1)
        && let Some(earlier) = get(other)
        && comparable(now, earlier)
        && exact(now)
        && exact(earlier)
        && last + 1 == index
        && other + 1 == last
        && let Some((before, after, (computed, range))) = ends(reading, other, last, falls)
    {
        let result = match agrees(computed, figure.value.abs(), figure.step) {
            Outcome::Fails => agrees_within(range, computed, figure.value.abs(), figure.step),
            result => result,
        };
        let note = format!(
            "({}-{})÷{}={}%，原文为 {}%",
            plain(after.max(before)),
            plain(after.min(before)),
            plain(before),
            plain(computed),
            plain(figure.value.abs())
        );
        return Some(reading.check(Kind::Change, result, Some((computed * 1e6).round() / 1e6), index, &[other, last], note));
    }
    let direct = last + 1 == index || respective(reading, index).is_some();
    if !now.is_exact_count() || !direct || !compared(reading, index) || figure.value.abs() >= 1000.0 {
        return None;
    }
    earlier_count(reading, index, last, falls)
}

/// Old and new count of a change, and the change in per cent with its range.
fn ends(reading: &Reading<'_>, other: usize, last: usize, falls: bool) -> Option<(f64, f64, Share)> {
    let (earlier, now) = (reading.found.get(other)?, reading.found.get(last)?);
    let tail = now.pre.trim_end_matches(['了', '约']);
    let differs = ["增加", "减少", "净增", "增长", "下降", "多", "上升", "降低"].iter().any(|w| tail.ends_with(w)) && is_bare(tail);
    let years = ["上年", "去年", "同期"];
    if differs {
        let down = falls || now.pre.contains("减少") || now.pre.contains("下降") || now.pre.contains("降低");
        let before = if down { earlier.value + now.value } else { earlier.value - now.value };
        let width = (range(earlier).1 - earlier.value + range(now).1 - now.value).max(0.0);
        let by = |b: f64| now.value / b.max(1e-9) * 100.0;
        return (before > 0.0).then(|| (before, earlier.value, (by(before), (by(before + width), by((before - width).max(1e-9))))));
    }
    if is_move(reading, other, last) {
        return (earlier.value > 0.0).then(|| (earlier.value, now.value, share(earlier, now)));
    }
    if years.iter().any(|w| earlier.pre.contains(w)) && !years.iter().any(|w| now.pre.contains(w)) {
        return (earlier.value > 0.0).then(|| (earlier.value, now.value, share(earlier, now)));
    }
    if let (Some(first), Some(second)) = (year(&earlier.pre), year(&now.pre))
        && second == first + 1
    {
        return (earlier.value > 0.0).then(|| (earlier.value, now.value, share(earlier, now)));
    }
    let held = now.pre.trim_end_matches(['的', '为', '是']);
    let stated = ["上年", "上年度", "上一年", "上一年度", "前一年度", "去年", "去年度", "同期"].iter().any(|w| held.ends_with(w));
    (stated && now.value > 0.0).then(|| (now.value, earlier.value, share(now, earlier)))
}

/// Whether nothing but a year names the count: 2019年192件.
fn is_of_a_year(pre: &str) -> bool {
    year(pre).is_some() && pre.chars().all(|c| c.is_ascii_digit() || "(,;年度全为共是有".contains(c))
}

/// Whether some whole number last year gives the change.
fn earlier_count(reading: &Reading<'_>, index: usize, last: usize, falls: bool) -> Option<Check> {
    let (figure, now) = (reading.found.get(index)?, reading.found.get(last)?);
    let signed = if falls { -figure.value.abs() } else { figure.value };
    let factor = 1.0 + signed / 100.0;
    if factor <= 0.0 {
        return None;
    }
    let guess = now.value / factor;
    let width = (guess * figure.step / (100.0 * factor)).abs().ceil().min(50.0) + 1.0;
    let mut possible = false;
    let mut k = (guess - width).floor().max(1.0);
    while k <= guess + width {
        let computed = (now.value - k) / k * 100.0;
        if agrees(computed.abs(), signed.abs(), figure.step) != Outcome::Fails {
            possible = true;
            break;
        }
        k += 1.0;
    }
    // several changes are told at once, or the count is itself that of the year before: 366件(2019年192件)
    if !possible && (figure.pre.contains("分别") || reading.text.slice(now.end, figure.end).contains("分别") || is_of_a_year(&now.pre))
    {
        return None;
    }
    let (result, note) = if possible || width > 50.0 {
        (Outcome::Unverifiable, format!("原文未给出上年数；按 {}% 推算约为 {}", plain(signed), plain(guess.round())))
    } else {
        (Outcome::Fails, format!("没有哪个上年整数能使 {} 的变化为 {}%", plain(now.value), plain(signed)))
    };
    Some(reading.check(Kind::Change, result, None, index, &[last], note))
}

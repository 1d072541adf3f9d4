//! Parts and totals: 其中 lists, 共计 after a list, totals that the next clauses add up to, and totals made of
//! figures in later sentences of the paragraph.

use super::figure::Found;
use super::relation::{Reading, agrees, agrees_within, comparable, plain, range};
use super::unit::Kind as UnitKind;
use super::{Check, Exactness, Kind, Outcome};
use super::{names, partition};

/// What an opening word says of its list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// 分别为: the list is whole.
    Whole,
    /// 其中: parts, perhaps not all.
    Part,
    /// 分别: perhaps no parts at all.
    Loose,
}

/// Words that open a list of parts.
const OPENINGS: &[(&str, Opening)] = &[
    ("分别为", Opening::Whole),
    ("分别是", Opening::Whole),
    ("分为", Opening::Whole),
    ("包括", Opening::Part),
    ("其中", Opening::Part),
    ("包含", Opening::Part),
    ("涵盖", Opening::Part),
    ("分别", Opening::Loose),
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
    // a part of a list is no total of the parts before it, though it may happen to be their sum
    let mut part = vec![false; reading.found.len()];
    for index in checks.iter().flat_map(|check| check.figures.iter().skip(1)) {
        if let Some(slot) = part.get_mut(*index) {
            *slot = true;
        }
    }
    for position in 0..reading.sentences.len() {
        closed(reading, position, &mut told, &mut checks);
        adjacent(reading, position, &part, &mut told, &mut checks);
        rest(reading, position, &mut told, &mut checks);
        sides(reading, position, &mut told, &mut checks);
    }
    spread(reading, &mut told, &mut checks);
    checks
}

/// Places in a stretch of text where a list of parts opens.
fn openings(reading: &Reading<'_>, from: usize, to: usize) -> Vec<(usize, usize, Opening)> {
    let mut places = Vec::new();
    let mut i = from;
    while i < to {
        match OPENINGS.iter().find(|(w, _)| reading.text.reads(i, w)) {
            Some((word, kind)) => {
                let length = word.chars().count();
                // 其中央级 is 其中 and 中央级 run together
                let length = if reading.text.reads(i, "其中央") { length - 1 } else { length };
                places.push((i, i + length, *kind));
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
    for (index, &(place, after, kind)) in places.iter().enumerate() {
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
        if head.start > after + 60 || is_change(head) {
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
        let bound = totals.first().copied().filter(|t| reading.found.get(*t).is_some_and(|f| is_bound(reading, f, place)));
        settle(reading, &List { totals: &totals, parts: &parts, kind, bound, enclosed: bracket != 0 }, told, checks);
    }
}

/// A list of parts and the figures that may be its total, nearest first.
struct List<'a> {
    totals: &'a [usize],
    parts: &'a [usize],
    kind: Opening,
    /// The total that stands directly before the list.
    bound: Option<usize>,
    /// Brackets say where the list ends.
    enclosed: bool,
}

/// Whether the list that opens at `place` follows the figure with nothing but its own noun between.
fn is_bound(reading: &Reading<'_>, figure: &Found, place: usize) -> bool {
    const NEAR: usize = 20;
    if place < figure.end || place - figure.end > NEAR {
        return false;
    }
    let words = reading.text.slice(figure.end, place);
    let last = words.trim_end_matches([',', '(', ':', '。', ';']);
    let sentence = words.contains('。');
    !last.contains([',', ';', '。', '\n', '!', '?']) && (!sentence || last.chars().count() <= 6)
}

/// Figures that may be the total of a list whose first part is `head`, nearest first.
fn before(reading: &Reading<'_>, position: usize, begin: usize, head: &Found, bracket: usize) -> Vec<usize> {
    let mut totals = Vec::new();
    let first = reading.sentences.get(position).map_or(0, |s| s.1);
    for k in (first..begin).rev().take(8) {
        let Some(figure) = reading.found.get(k) else { continue };
        if comparable(figure, head) && !is_change(figure) && (figure.bracket == 0 || figure.bracket == bracket) {
            totals.push(k);
        }
    }
    if totals.is_empty()
        && let Some(&(sentence, from, to)) = position.checked_sub(1).and_then(|p| reading.sentences.get(p))
    {
        let own = reading.sentences.get(position).map_or(0, |s| s.0);
        if sentence + 2 >= own {
            // what a closed bracket holds are parts themselves
            let open = |f: &Found| f.bracket == 0 || f.bracket == bracket;
            totals.extend((from..to).rev().filter(|k| reading.found.get(*k).is_some_and(|f| comparable(f, head) && open(f))).take(4));
        }
    }
    totals
}

fn is_change(figure: &Found) -> bool {
    ["同比", "环比", "较上", "比上", "较去年", "比去年", "较2", "较年初", "比年初", "增长"].iter().any(|w| figure.pre.contains(w))
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

fn settle(reading: &Reading<'_>, list: &List<'_>, told: &mut [bool], checks: &mut Vec<Check>) {
    let List { totals, parts, .. } = *list;
    let value = |k: usize| reading.found.get(k).map_or(0.0, |f| f.value);
    let inexact = |k: usize| reading.found.get(k).is_none_or(|f| f.exactness != Exactness::Exact);
    let Some(&nearest) = totals.first() else { return };
    if parts.is_empty() {
        return;
    }
    let sum: f64 = parts.iter().map(|k| value(*k)).sum();
    let vague = parts.iter().any(|k| inexact(*k));
    if parts.len() >= 2 && !vague {
        for &total in totals.iter().filter(|t| !inexact(**t)) {
            let result = adds_up(reading, total, parts);
            if result != Outcome::Fails {
                return tell(reading, total, parts, result, told, checks);
            }
            let Some(count) = leading_parts(reading, total, parts) else { continue };
            let (inside, outside) = parts.split_at(count);
            let listed = outside.first().and_then(|o| reading.found.get(*o)).zip(inside.last().and_then(|i| reading.found.get(*i)));
            // one more of the same kind stands in the list than the total has room for
            let extra = listed.is_some_and(|(o, i)| count >= 3 && share_ending(o, i) && o.value < value(total));
            let more = outside.len() == 1 && listed.is_some_and(|(o, _)| partition::is_rest(o));
            if extra && outside.len() == 1 || more {
                tell(reading, total, parts, Outcome::Fails, told, checks);
            }
            return tell(reading, total, inside, Outcome::Holds, told, checks);
        }
    }
    if told.get(nearest).copied().unwrap_or(true) || value(nearest) <= 0.0 {
        return;
    }
    let bound = list.bound == Some(nearest);
    let alike = parts.iter().all(|k| reading.found.get(*k).zip(reading.found.get(nearest)).is_some_and(|(p, t)| p.unit == t.unit));
    if !alike && !bound {
        return;
    }
    let result = match verdict(reading, list, nearest) {
        // 其中 belongs to a total further back, or to one that the text does not state
        Outcome::Fails if !bound => return,
        Outcome::Unverifiable if !bound && sum > value(nearest) => return,
        Outcome::Unverifiable if parts.len() == 1 || list.kind != Opening::Part => return,
        result => result,
    };
    tell(reading, nearest, parts, result, told, checks);
}

/// What to say of parts that do not make the total. Too much is wrong unless the parts may overlap; too little is
/// wrong only where the list says that it is whole.
fn verdict(reading: &Reading<'_>, list: &List<'_>, total: usize) -> Outcome {
    let get = |k: usize| reading.found.get(k);
    let Some(whole) = get(total) else { return Outcome::Unverifiable };
    let all: Vec<&Found> = list.parts.iter().filter_map(|k| get(*k)).collect();
    let (row, commas) = row(reading, &all);
    let exact = |f: &Found| f.exactness == Exactness::Exact;
    if !exact(whole) || all.iter().any(|p| p.unit != whole.unit || !exact(p)) {
        return Outcome::Unverifiable;
    }
    // one power may be exercised at several levels: too much is no contradiction
    if partition::shares_levels(&all) && all.iter().map(|p| p.value).sum::<f64>() > whole.value {
        return Outcome::Unverifiable;
    }
    let exhausts = |parts: &[&Found]| partition::exhausts(parts) || partition::names_all(whole, parts);
    let said = list.kind == Opening::Whole || list.kind == Opening::Part && (exhausts(&all) || exhausts(row));
    if said && all.len() >= 2 {
        return Outcome::Fails;
    }
    let sum: f64 = row.iter().map(|p| p.value).sum();
    if sum <= whole.value || partition::overlaps(row) || list.kind == Opening::Loose {
        return Outcome::Unverifiable;
    }
    if row.first().is_some_and(|p| p.value > whole.value) {
        return Outcome::Fails;
    }
    // parts that end in the same words stand in one list, however large one of them is
    let alike = row.len() >= 2 && row.windows(2).all(|w| w.first().zip(w.get(1)).is_some_and(|(a, b)| share_ending(a, b)));
    if alike && whole.kind != UnitKind::People {
        return Outcome::Fails;
    }
    // without brackets nobody says where a list of clauses ends
    let open = commas && !list.enclosed;
    let most = if open { 1.15 } else { 1.5 };
    let goes_on = open && row.iter().skip(1).any(|p| names::tells_of_work(&p.pre));
    let wrong = whole.kind != UnitKind::People && row.len() >= 2 && sum <= whole.value * most && !goes_on;
    if wrong { Outcome::Fails } else { Outcome::Unverifiable }
}

/// The parts up to where 、 gives way to a comma, and whether they are parted by commas.
fn row<'a, 'b>(reading: &Reading<'_>, parts: &'b [&'a Found]) -> (&'b [&'a Found], bool) {
    let comma = |i: usize| {
        let (Some(a), Some(b)) = (parts.get(i), parts.get(i + 1)) else { return false };
        reading.text.slice(a.end, b.start).contains([',', ';'])
    };
    if comma(0) {
        return (parts, true);
    }
    let end = (1..parts.len().saturating_sub(1)).find(|i| comma(*i)).map_or(parts.len(), |i| i + 1);
    (parts.get(..end).unwrap_or(parts), false)
}

/// Whether the parts make the total, leaving each the room of its last digit.
fn adds_up(reading: &Reading<'_>, total: usize, parts: &[usize]) -> Outcome {
    let Some(whole) = reading.found.get(total) else { return Outcome::Fails };
    let (mut sum, mut low, mut high, mut rounded) = (0.0, 0.0, 0.0, false);
    for part in parts.iter().filter_map(|k| reading.found.get(*k)) {
        let (a, b) = range(part);
        sum += part.value;
        low += a;
        high += if b > a { part.value + part.step / 2.0 } else { b };
        rounded |= b > a && part.step >= whole.step;
    }
    let step = if range(whole).1 > whole.value { whole.step } else { 1e-3 };
    let strict = agrees(sum, whole.value, step);
    if strict == Outcome::Fails && rounded { agrees_within((low, high), sum, whole.value, step) } else { strict }
}

/// How many of the parts, from the first, make the total by themselves.
fn leading_parts(reading: &Reading<'_>, total: usize, parts: &[usize]) -> Option<usize> {
    let stated = reading.found.get(total)?.value;
    let mut running = 0.0;
    for (count, k) in parts.iter().enumerate() {
        running += reading.found.get(*k)?.value;
        if count >= 1 && (running - stated).abs() < 1e-6 {
            return Some(count + 1);
        }
    }
    None
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
        if done {
            continue;
        }
        let bare = figure.pre.trim_matches(|c: char| "、,;:(".contains(c));
        let nothing_else =
            ["共计", "合计", "总计", "合计为", "共计为", "总计为", "三项合计", "两项合计", "以上合计", "两级共计"].contains(&bare);
        // the row of parts directly before, up to a figure of another kind
        let mut row: Vec<usize> = (first..total).rev().take(LONGEST_LIST).take_while(|k| parts.contains(k)).collect();
        let counted = partition::announces(&figure.pre, row.len());
        let named = nothing_else || (2..=6).any(|n| partition::announces(&figure.pre, n));
        if row.len() == total - first && named && further(reading, total, &mut row) {
            row.reverse();
            tell(reading, total, &row, Outcome::Holds, told, checks);
            continue;
        }
        let same = row.iter().all(|k| reading.found.get(*k).is_some_and(|p| p.unit == figure.unit));
        if same && row.len() >= 2 && (nothing_else || counted) {
            row.reverse();
            tell(reading, total, &row, Outcome::Fails, told, checks);
        }
    }
}

/// Takes figures of the sentences before into the row until they make the total; leaves the row alone if they never do.
fn further(reading: &Reading<'_>, total: usize, row: &mut Vec<usize>) -> bool {
    const BACK: usize = 8;
    let Some(figure) = reading.found.get(total) else { return false };
    let home = reading.marks.paragraph.get(figure.sentence);
    let from = total - row.len();
    let mut sum: f64 = row.iter().filter_map(|k| reading.found.get(*k)).map(|f| f.value).sum();
    let mut more = Vec::new();
    for k in (0..from).rev().take(BACK) {
        let Some(part) = reading.found.get(k) else { break };
        let fits = part.exactness == Exactness::Exact && part.unit == figure.unit && reading.marks.paragraph.get(part.sentence) == home;
        if !fits {
            break;
        }
        more.push(k);
        sum += part.value;
        if row.len() + more.len() >= 2 && (sum - figure.value).abs() < 1e-6 {
            row.extend(more);
            return true;
        }
    }
    false
}

/// 收到623件,受理586件,不予受理25件,其他12件: a row that ends with the rest, after its total.
fn rest(reading: &Reading<'_>, position: usize, told: &mut [bool], checks: &mut Vec<Check>) {
    const NEAR: f64 = 0.2;
    let Some(&(_, first, end)) = reading.sentences.get(position) else { return };
    for last in first..end {
        let Some(figure) = reading.found.get(last).filter(|f| f.is_exact_count() && partition::is_rest(f)) else { continue };
        let fits =
            |k: usize| reading.found.get(k).is_some_and(|p| p.is_exact_count() && p.unit == figure.unit && p.bracket == figure.bracket);
        // the rest is named last
        if (last + 1..end).any(fits) {
            continue;
        }
        let is_rate = |k: &usize| reading.found.get(*k).is_some_and(Found::is_rate);
        let row: Vec<usize> = (first..last).rev().filter(|k| !is_rate(k)).take(LONGEST_LIST).take_while(|k| fits(*k)).collect();
        let parts_after = |place: usize| row.get(..place).unwrap_or(&[]).iter().rev().copied().chain([last]).collect::<Vec<usize>>();
        let mut sum = figure.value;
        let mut nearest: Option<(f64, usize)> = None;
        let mut holds = false;
        for (place, &k) in row.iter().enumerate() {
            let Some(whole) = reading.found.get(k) else { break };
            if place >= 1 {
                let off = (sum - whole.value).abs() / whole.value.max(1.0);
                if off < 1e-9 && !told.get(k).copied().unwrap_or(true) {
                    tell(reading, k, &parts_after(place), Outcome::Holds, told, checks);
                }
                holds |= told.get(k).copied().unwrap_or(true);
                if nearest.is_none_or(|(d, _)| off < d) {
                    nearest = Some((off, place));
                }
            }
            sum += whole.value;
        }
        let Some((off, place)) = nearest.filter(|_| !holds) else { continue };
        let Some(&total) = row.get(place) else { continue };
        let opened = reading.found.get(total).is_some_and(|t| !openings(reading, t.end, figure.start).is_empty());
        let parts = parts_after(place);
        let named: Vec<&Found> = parts.iter().chain([&total]).filter_map(|k| reading.found.get(*k)).collect();
        if off <= NEAR && !opened && !partition::shares_levels(&named) && !is_sibling(reading, total, &parts) {
            tell(reading, total, &parts, Outcome::Fails, told, checks);
        }
    }
}

/// Whether the first of a row is one of its kinds and not their total: 咨询类共30件,占47%;求助类共20件, or one told with its own share.
fn is_sibling(reading: &Reading<'_>, total: usize, parts: &[usize]) -> bool {
    let get = |k: usize| reading.found.get(k);
    let Some(whole) = get(total) else { return false };
    let label = |f: &Found| f.pre.trim_end_matches(['共', '计', '有', '为', '达']).to_owned();
    let kind = label(whole).chars().last().filter(|c| "类种".contains(*c));
    let told_with_share = get(total + 1).is_some_and(|next| next.is_rate() && next.pre.contains('占'));
    let siblings = parts.iter().filter_map(|k| get(*k));
    told_with_share
        || siblings
            .into_iter()
            .any(|part| kind.is_some_and(|kind| label(part).ends_with(kind)) || whole.pre.contains('共') && part.pre.contains('共'))
}

/// 评价845813条,好评845811条,差评2条: two sides directly after what they are sides of.
fn sides(reading: &Reading<'_>, position: usize, told: &mut [bool], checks: &mut Vec<Check>) {
    const NEAR: f64 = 0.2;
    let Some(&(_, first, end)) = reading.sentences.get(position) else { return };
    for total in first..end.saturating_sub(2) {
        let (Some(whole), Some(a), Some(b)) = (reading.found.get(total), reading.found.get(total + 1), reading.found.get(total + 2)) else {
            break;
        };
        let exact = |f: &Found| f.exactness == Exactness::Exact && f.unit == whole.unit && !f.is_rate() && f.bracket == whole.bracket;
        if told.get(total).copied().unwrap_or(true) || ![whole, a, b].into_iter().all(exact) || !partition::two_sides(a, b) {
            continue;
        }
        let result = adds_up(reading, total, &[total + 1, total + 2]);
        let near = ((a.value + b.value) - whole.value).abs() <= whole.value * NEAR;
        if result != Outcome::Fails || near {
            tell(reading, total, &[total + 1, total + 2], result, told, checks);
        }
    }
}

/// A total beside its parts without any word for it: 评价100条,好评98条,差评2条.
fn adjacent(reading: &Reading<'_>, position: usize, part: &[bool], told: &mut [bool], checks: &mut Vec<Check>) {
    let Some(&(_, first, end)) = reading.sentences.get(position) else { return };
    for total in first..end {
        let Some(figure) = reading.found.get(total) else { break };
        let listed = told.get(total).copied().unwrap_or(true) || part.get(total).copied().unwrap_or(true);
        if listed || !figure.is_exact_count() || figure.value < 30.0 {
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

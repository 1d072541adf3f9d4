//! Rates and changes: a rate that follows from two counts, a rate that no whole number of cases can give, and
//! a change on last year where the text states both years.

use super::figure::Found;
use super::relation::{Reading, agrees, comparable, plain};
use super::unit::Kind as UnitKind;
use super::{Check, Exactness, Kind, Outcome};

/// The counts that a rate may be made of, by the name of the rate.
const MADE_OF: &[(&str, &[&str])] = &[
    ("满意", &["好评", "满意", "非常满意"]),
    ("好评", &["好评"]),
    ("成功", &["成功", "化解", "达成"]),
    ("办结", &["办结", "办理完毕", "审结", "结案", "答复"]),
    ("结案", &["审结", "结案", "办结"]),
    ("审结", &["审结", "结案", "办结"]),
    ("化解", &["化解", "调解成功"]),
    ("调解", &["调解", "和解"]),
    ("调撤", &["调解", "和解", "撤回", "调撤"]),
    ("出庭", &["出庭"]),
    ("应诉", &["出庭"]),
    ("纠错", &["纠错", "撤销", "变更", "确认违法", "责令履行"]),
    ("撤销", &["撤销"]),
    ("合格", &["合格"]),
    ("通过", &["通过"]),
    ("优秀", &["优秀"]),
    ("受理", &["受理"]),
    ("立案", &["立案"]),
    ("整改", &["整改"]),
    ("回复", &["回复", "答复"]),
    ("答复", &["答复", "回复"]),
    ("完成", &["完成"]),
    ("备案", &["备案"]),
    ("胜诉", &["胜诉"]),
    ("败诉", &["败诉"]),
    ("维持", &["维持"]),
    ("采纳", &["采纳"]),
    ("公开", &["公开"]),
    ("持证", &["持证"]),
    ("签收", &["签收"]),
    ("按时", &["按时", "按期"]),
    ("按期", &["按时", "按期"]),
    ("查处", &["查处"]),
    ("抽检", &["抽检"]),
];

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
const CASES: &[&str] = &["件", "起", "宗", "例", "个", "条", "项", "批", "件次", "次", "批次"];
const HANDLING: &[&str] = &["办结", "化解", "调解", "调处", "成功", "结案", "审结", "整改", "采纳", "答复", "回复", "合格"];

pub fn rates(reading: &Reading<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    for (position, &(_, first, end)) in reading.sentences.iter().enumerate() {
        for index in first..end {
            let Some(figure) = reading.found.get(index) else { break };
            if !figure.is_rate() || figure.unit == "‰" {
                continue;
            }
            let mut near = counts_before(reading, position, index);
            let check = match respective(reading, index) {
                Some((place, members)) => {
                    // 分别增长12%和8%: each rate has a count of its own
                    let first = reading.found.get(index - place);
                    if !first.is_some_and(is_change) {
                        continue;
                    }
                    near = near.get(members - 1 - place).copied().into_iter().collect();
                    change(reading, index, &near)
                }
                None if is_change(figure) => change(reading, index, &near),
                None => rate(reading, index, &near),
            };
            checks.extend(check);
        }
    }
    checks
}

fn is_change(figure: &Found) -> bool {
    let clause = figure.pre.rsplit(['率', '占']).next().unwrap_or("");
    CHANGES.iter().any(|w| clause.contains(w)) && !figure.pre.ends_with("占") && !["至", "到", "为"].iter().any(|w| figure.pre.ends_with(w))
}

/// The place of a rate in a list led by 分别, and the length of the list.
fn respective(reading: &Reading<'_>, index: usize) -> Option<(usize, usize)> {
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

/// Counts before the rate: of its sentence, or of the one before if it opens its own. Nearest first.
fn counts_before(reading: &Reading<'_>, position: usize, index: usize) -> Vec<usize> {
    let Some(&(sentence, first, _)) = reading.sentences.get(position) else { return Vec::new() };
    let count = |k: &usize| {
        reading.found.get(*k).is_some_and(|f| {
            !f.is_rate()
                && !f.rank
                && matches!(
                    f.kind,
                    UnitKind::Thing
                        | UnitKind::People
                        | UnitKind::Body
                        | UnitKind::Event
                        | UnitKind::Money
                        | UnitKind::Time
                        | UnitKind::Measure
                )
        })
    };
    let mut near: Vec<usize> = (first..index).rev().take(40).filter(count).take(10).collect();
    if near.len() < 8
        && let Some(&(last, from, to)) = position.checked_sub(1).and_then(|p| reading.sentences.get(p))
        && last + 1 == sentence
        && reading.marks.paragraph.get(last) == reading.marks.paragraph.get(sentence)
    {
        near.extend((from..to).rev().take(40).filter(count).take(4));
    }
    near
}

/// The name of the rate before its number: 办结, 调处成功, 占.
fn name(figure: &Found) -> String {
    let pre = figure.pre.trim_end_matches(['达', '到', '为', '约', '近', '超', '过', '是', '均', '在', '高', '仅', '(', ':']);
    if pre.ends_with(['率', '比', '度', '例', '占']) || pre.ends_with("占总数") || pre.contains('占') {
        pre.to_string()
    } else {
        pre.rfind('率').map_or(String::new(), |at| pre.get(..at).unwrap_or("").to_string())
    }
}

fn bigrams(words: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = words.chars().collect();
    chars.windows(2).filter_map(|w| Some((*w.first()?, *w.get(1)?))).collect()
}

/// Words that a rate and a count share beyond those that any clause may have.
fn related(name: &str, count: &Found) -> bool {
    const COMMON: &[&str] = &["全区", "全市", "全县", "全省", "累计", "行政", "案件", "工作", "我区", "我市", "我县", "全年", "共计"];
    let common: Vec<(char, char)> = COMMON.iter().flat_map(|w| bigrams(w)).collect();
    let own = bigrams(&format!("{} {}", count.pre, count.post));
    bigrams(name).iter().any(|b| own.contains(b) && !common.contains(b))
}

fn rate(reading: &Reading<'_>, index: usize, near: &[usize]) -> Option<Check> {
    let figure = reading.found.get(index)?;
    if let Some(check) = share_of(reading, index, near) {
        return Some(check);
    }
    let name = name(figure);
    if name.is_empty() || near.is_empty() {
        return None;
    }
    let get = |k: usize| reading.found.get(k);
    let share = name.ends_with('占') || name.contains('占');
    let stated = figure.value;
    let fuzzy = figure.exactness != Exactness::Exact;
    let numerators: Vec<usize> = if share {
        near.iter().copied().take(1).collect()
    } else {
        let core = name.trim_end_matches(['率', '比', '例', '度']);
        let tail: String = core.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
        let words: Vec<&str> = MADE_OF.iter().filter(|(k, _)| tail.contains(k)).flat_map(|(_, w)| w.iter().copied()).collect();
        near.iter().copied().filter(|k| get(*k).is_some_and(|f| words.iter().any(|w| f.says(w)) && !f.says("不满意"))).collect()
    };
    let mut nearest: Option<(usize, usize, f64)> = None;
    for &a in &numerators {
        let Some(part) = get(a) else { continue };
        for &b in near {
            let Some(whole) = get(b).filter(|w| b != a && comparable(w, part) && w.value > 0.0 && part.value <= w.value) else { continue };
            let computed = part.value / whole.value * 100.0;
            let loose = part.exactness != Exactness::Exact
                || whole.exactness != Exactness::Exact
                || part.step > 1.0 && part.kind != UnitKind::Money
                || whole.step > 1.0 && whole.kind != UnitKind::Money;
            let result = if loose { rounded(part, whole, figure) } else { agrees(computed, stated, figure.step) };
            if result == Outcome::Holds || result == Outcome::HoldsAsTruncation {
                if fuzzy {
                    continue;
                }
                return Some(told(reading, index, a, b, computed, result));
            }
            let adjoining = nearest.is_none_or(|(x, y, _)| a.abs_diff(b) < x.abs_diff(y));
            if adjoining && !loose && part.unit == whole.unit && b < a {
                nearest = Some((a, b, computed));
            }
        }
    }
    if fuzzy {
        return None;
    }
    if let Some((a, b, computed)) = nearest {
        let triple = a == b + 1 && index == a + 1 && get(b).zip(get(index)).is_some_and(|(x, y)| x.sentence == y.sentence);
        let trusted = if share { (computed - stated).abs() <= 5.0 } else { triple && (computed - stated).abs() <= 15.0 };
        // many rates count what the text does not state; only a close miss or a plain pair is a contradiction
        let result = if trusted { Outcome::Fails } else { Outcome::Unverifiable };
        return Some(told(reading, index, a, b, computed, result));
    }
    if let Some(check) = any_pair(reading, index, near) {
        return Some(check);
    }
    whole_number(reading, index, near, &name)
}

/// 调解成功2705件,占总数2712件的99.74%: the whole stands between the part and the share.
fn share_of(reading: &Reading<'_>, index: usize, near: &[usize]) -> Option<Check> {
    let figure = reading.found.get(index)?;
    let (&whole, &part) = (near.first()?, near.get(1)?);
    let (all, some) = (reading.found.get(whole)?, reading.found.get(part)?);
    let of = figure.pre.trim_start_matches(')') == "的" && whole + 1 == index;
    let told_so = of && ["占", "完成", "目标", "任务"].iter().any(|w| all.pre.contains(w)) && comparable(all, some);
    if !told_so || figure.exactness != Exactness::Exact || !all.is_exact_count() || !some.is_exact_count() || all.value <= 0.0 {
        return None;
    }
    let computed = some.value / all.value * 100.0;
    Some(told(reading, index, part, whole, computed, agrees(computed, figure.value, figure.step)))
}

/// With figures given in 万 only a range of rates can be told.
fn rounded(part: &Found, whole: &Found, rate: &Found) -> Outcome {
    if part.exactness != Exactness::Exact || whole.exactness != Exactness::Exact {
        return Outcome::Unverifiable;
    }
    let low = (part.value - part.step / 2.0) / (whole.value + whole.step / 2.0) * 100.0;
    let high = (part.value + part.step / 2.0) / (whole.value - whole.step / 2.0).max(1e-9) * 100.0;
    let exact = part.step <= 1.0 && whole.step <= 1.0;
    if exact {
        return agrees(part.value / whole.value * 100.0, rate.value, rate.step);
    }
    if high >= rate.value - rate.step / 2.0 && low <= rate.value + rate.step / 2.0 { Outcome::Holds } else { Outcome::Fails }
}

fn told(reading: &Reading<'_>, rate: usize, part: usize, whole: usize, computed: f64, result: Outcome) -> Check {
    let value = |k: usize| reading.found.get(k).map_or(0.0, |f| f.value);
    let stated = value(rate);
    let tail = match result {
        Outcome::Holds => "相符".to_string(),
        Outcome::HoldsAsTruncation => format!("截位后为 {}%，四舍五入不成立", plain(stated)),
        Outcome::Fails => format!("原文为 {}%", plain(stated)),
        Outcome::Unverifiable => format!("原文为 {}%，口径未写明", plain(stated)),
    };
    let note = format!("{}÷{}={}%，{tail}", plain(value(part)), plain(value(whole)), plain(computed));
    reading.check(Kind::Rate, result, Some((computed * 1e6).round() / 1e6), rate, &[part, whole], note)
}

/// Two counts of the sentence that give the rate to the digit, though no keyword joins them.
fn any_pair(reading: &Reading<'_>, index: usize, near: &[usize]) -> Option<Check> {
    let figure = reading.found.get(index)?;
    if figure.step > 0.11 || figure.value >= 100.0 {
        return None;
    }
    for (position, &a) in near.iter().enumerate().take(4) {
        for &b in near.get(position + 1..).unwrap_or(&[]).iter().take(4) {
            let (Some(x), Some(y)) = (reading.found.get(a), reading.found.get(b)) else { continue };
            if !comparable(x, y) || !x.is_exact_count() || !y.is_exact_count() {
                continue;
            }
            let (part, whole) = if x.value <= y.value { (a, b) } else { (b, a) };
            let (small, large) = (x.value.min(y.value), x.value.max(y.value));
            if large <= 0.0 {
                continue;
            }
            let computed = small / large * 100.0;
            if agrees(computed, figure.value, figure.step) == Outcome::Holds {
                return Some(told(reading, index, part, whole, computed, Outcome::Holds));
            }
        }
    }
    None
}

/// Whether some whole number of the counted cases gives the rate, rounded or cut off.
fn whole_number(reading: &Reading<'_>, index: usize, near: &[usize], name: &str) -> Option<Check> {
    let figure = reading.found.get(index)?;
    let &base = near.first()?;
    let counted = reading.found.get(base)?;
    if figure.value >= 100.0 || figure.value <= 0.0 || figure.step >= 1.0 || name.contains('占') {
        return None;
    }
    if !counted.is_exact_count() || counted.value < 1.0 || !CASES.contains(&counted.unit.as_str()) {
        return None;
    }
    let handled = HANDLING.iter().any(|w| name.contains(w)) && counted.unit != "次" && counted.sentence == figure.sentence;
    if !related(name, counted) && !handled {
        return None;
    }
    let n = counted.value;
    if n * figure.step >= 100.0 {
        return None;
    }
    let low = ((figure.value - figure.step) * n / 100.0).floor().max(0.0);
    let mut closest = low;
    for k in 0..4 {
        let candidate = low + f64::from(k);
        let rate = candidate / n * 100.0;
        if (rate - figure.value).abs() < (closest / n * 100.0 - figure.value).abs() {
            closest = candidate;
        }
        if agrees(rate, figure.value, figure.step) != Outcome::Fails && candidate <= n {
            let note = format!("{}÷{}={}%，存在整数解", plain(candidate), plain(n), plain(rate));
            return Some(reading.check(
                Kind::Integer,
                agrees(rate, figure.value, figure.step),
                Some((rate * 1e6).round() / 1e6),
                index,
                &[base],
                note,
            ));
        }
    }
    let best = closest / n * 100.0;
    let note =
        format!("{} 的任何整数份都得不出 {}%；最接近的是 {}÷{}={}%", plain(n), plain(figure.value), plain(closest), plain(n), plain(best));
    Some(reading.check(Kind::Integer, Outcome::Fails, Some((best * 1e6).round() / 1e6), index, &[base], note))
}

/// Whether the change is one on an earlier year.
fn compared(reading: &Reading<'_>, index: usize) -> bool {
    let place = respective(reading, index).map_or(0, |(place, _)| place);
    reading.found.get(index - place).is_some_and(|f| ["同比", "上年", "去年"].iter().any(|w| f.says(w)))
}

/// A change on last year: verified where the text states the difference or the earlier count.
fn change(reading: &Reading<'_>, index: usize, near: &[usize]) -> Option<Check> {
    let figure = reading.found.get(index)?;
    let get = |k: usize| reading.found.get(k);
    let sentence: Vec<usize> = near.iter().copied().filter(|k| get(*k).is_some_and(|f| f.sentence == figure.sentence)).collect();
    let &last = sentence.first()?;
    let now = get(last)?;
    let lead = respective(reading, index).and_then(|(place, _)| reading.found.get(index - place)).unwrap_or(figure);
    let falls = ["下降", "降低", "减少", "压缩", "压减", "缩短", "降幅", "精简"].iter().any(|w| lead.pre.contains(w));
    let exact = |f: &Found| f.exactness == Exactness::Exact && f.value >= 0.0;
    let fuzzy = figure.exactness != Exactness::Exact;
    if let Some(&other) = sentence.get(1)
        && let Some(earlier) = get(other)
        && comparable(now, earlier)
        && exact(now)
        && exact(earlier)
        && !fuzzy
    {
        let differs =
            ["增加", "减少", "净增", "增长", "下降", "多"].iter().any(|w| now.pre.ends_with(w) || now.pre.ends_with(&format!("{w}了")));
        let words = reading.text.slice(earlier.end, now.start);
        let moved = ["至", "到", "为", "至不足", "到不足"].iter().any(|w| now.pre.ends_with(w))
            && words.chars().count() <= 12
            && words.contains(['增', '升', '降', '减', '压', '缩', '提', '扩'])
            && index == last + 1;
        let past = ["上年", "去年", "同期"].iter().any(|w| earlier.pre.contains(w))
            || ["上年", "去年"].iter().any(|w| now.pre.contains(w)) && !differs;
        let pair = if differs {
            let before = if falls || now.pre.contains("减少") || now.pre.contains("下降") {
                earlier.value + now.value
            } else {
                earlier.value - now.value
            };
            (before > 0.0).then_some((before, earlier.value))
        } else if moved {
            Some((earlier.value, now.value))
        } else if past {
            if ["上年", "去年"].iter().any(|w| now.pre.contains(w)) {
                Some((now.value, earlier.value))
            } else {
                Some((earlier.value, now.value))
            }
        } else {
            None
        };
        if let Some((before, after)) = pair.filter(|(b, _)| *b > 0.0) {
            let computed = (after - before).abs() / before * 100.0;
            let result = agrees(computed, figure.value.abs(), figure.step);
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
    }
    if !now.is_exact_count() || fuzzy || !compared(reading, index) || figure.value.abs() >= 1000.0 {
        return None;
    }
    // some whole number last year must give the change
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
    let (result, note) = if possible || width > 50.0 {
        (Outcome::Unverifiable, format!("原文未给出上年数；按 {}% 推算约为 {}", plain(signed), plain(guess.round())))
    } else {
        (Outcome::Fails, format!("没有哪个上年整数能使 {} 的变化为 {}%", plain(now.value), plain(signed)))
    };
    Some(reading.check(Kind::Change, result, None, index, &[last], note))
}

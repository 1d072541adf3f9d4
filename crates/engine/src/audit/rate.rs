//! Rates: one that follows from two counts, or from several parts of one whole, and one that no whole number of
//! cases can give.

use std::collections::HashSet;

use super::change;
use super::figure::Found;
use super::relation::{Reading, agrees, agrees_within, comparable, plain, range};
use super::unit::Kind as UnitKind;
use super::{Check, Exactness, Kind, Outcome};

/// The counts that a rate may be made of, by the name of the rate.
const MADE_OF: &[(&str, &[&str])] = &[
    ("满意", &["好评", "满意", "非常满意"]),
    ("好评", &["好评"]),
    ("成功", &["成功", "化解", "达成"]),
    ("成立", &["成立"]),
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
            let check = match change::respective(reading, index) {
                Some((place, members)) => {
                    // 分别增长12%和8%: each rate has a count of its own
                    let first = reading.found.get(index - place);
                    if !first.is_some_and(change::is_change) {
                        continue;
                    }
                    near = near.get(members - 1 - place).copied().into_iter().collect();
                    change::percent(reading, index, &near)
                }
                None if change::is_change(figure) => change::percent(reading, index, &near),
                None => rate(reading, index, &near),
            };
            checks.extend(check);
        }
    }
    beside_their_like(reading, &mut checks);
    checks
}

/// Where one share of a whole holds, another share of the same whole in the same sentence that does not is wrong.
fn beside_their_like(reading: &Reading<'_>, checks: &mut [Check]) {
    let place = |check: &Check| {
        let share = reading.found.get(*check.figures.first()?).filter(|f| f.pre.contains('占') || f.pre == "达")?;
        (check.figures.len() == 3).then_some((share.sentence, *check.figures.get(2)?))
    };
    let holding: HashSet<(usize, usize)> =
        checks.iter().filter(|c| matches!(c.result, Outcome::Holds | Outcome::HoldsAsTruncation)).filter_map(place).collect();
    for check in checks.iter_mut().filter(|c| c.result == Outcome::Unverifiable) {
        if place(check).is_some_and(|p| holding.contains(&p)) {
            check.result = Outcome::Fails;
            check.note = check.note.replace("，口径未写明", "");
        }
    }
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
        near.extend((from..to).rev().take(40).filter(count).take(8));
    }
    near
}

/// The name of the rate before its number: 办结, 调处成功, 占.
fn name(reading: &Reading<'_>, figure: &Found) -> String {
    let pre = figure.pre.trim_end_matches(['达', '到', '为', '约', '近', '超', '过', '是', '均', '在', '高', '仅', '(', ':']);
    if pre.is_empty() && !figure.pre.is_empty() {
        // 占受理案件数比例最高,达92.71%
        let end = figure.start - figure.pre.chars().count();
        let (from, to) = super::subject::clause(reading.text, end.saturating_sub(1), end.saturating_sub(1));
        let clause = reading.text.slice(from, to);
        let lead = clause.trim_end_matches("最高").trim_end_matches("最多").trim_end_matches("最大");
        let named = lead.starts_with('占') && lead.ends_with(['比', '例', '重']) && lead.len() < clause.len();
        return if named { lead.replace("案件数", "总数").replace('重', "") } else { String::new() };
    }
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
    let name = name(reading, figure);
    if name.is_empty() || near.is_empty() || figure.exactness != Exactness::Exact {
        return None;
    }
    if name.contains('占') {
        return share(reading, index, near, &name);
    }
    let get = |k: usize| reading.found.get(k);
    let core = name.trim_end_matches(['率', '比', '例', '度']);
    let tail: String = core.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let words: Vec<&str> = MADE_OF.iter().filter(|(k, _)| tail.contains(k)).flat_map(|(_, w)| w.iter().copied()).collect();
    let numerators: Vec<usize> =
        near.iter().copied().filter(|k| get(*k).is_some_and(|f| words.iter().any(|w| f.says(w)) && !f.says("不满意"))).collect();
    let mut closest: Option<(usize, usize, f64)> = None;
    for &a in &numerators {
        let Some(part) = get(a) else { continue };
        for &b in near {
            let Some(whole) = get(b).filter(|w| b != a && comparable(w, part) && w.value > 0.0) else { continue };
            let computed = part.value / whole.value * 100.0;
            let result = quotient(part, whole, figure);
            if part.value <= whole.value && (result == Outcome::Holds || result == Outcome::HoldsAsTruncation) {
                return Some(told(reading, index, a, b, computed, result));
            }
            let adjoining = closest.is_none_or(|(x, y, _)| a.abs_diff(b) < x.abs_diff(y));
            if adjoining && result == Outcome::Fails && part.unit == whole.unit && b < a {
                closest = Some((a, b, computed));
            }
        }
    }
    if let Some(check) = together(reading, index, near, &words) {
        return Some(check);
    }
    if let Some((a, b, computed)) = closest {
        // many rates count what the text does not state; only a plain row of whole, part and rate is a contradiction
        let beside = near.first() == Some(&a) && near.get(1) == Some(&b);
        let row = beside && index == a + 1 && get(b).zip(get(index)).is_some_and(|(x, y)| x.sentence == y.sentence);
        let sure = row && get(a).zip(get(b)).is_some_and(|(part, whole)| is_defined(reading, &tail, part, whole, figure));
        // more than its whole, and told apart by a semicolon: the two do not belong together
        let apart = get(a).zip(get(b)).is_some_and(|(part, whole)| reading.text.slice(whole.end, part.start).contains([';', '。']));
        if !sure && (!row || computed > 100.0) || computed > 100.0 && apart {
            return None;
        }
        return Some(told(reading, index, a, b, computed, if sure { Outcome::Fails } else { Outcome::Unverifiable }));
    }
    if let Some(check) = any_pair(reading, index, near) {
        return Some(check);
    }
    whole_number(reading, index, near, &name)
}

/// Words of the whole that a rate by this name is a part of; another whole proves nothing.
const BASES: &[(&str, &[&str])] = &[
    ("败诉", &["审结", "结案", "判决", "办结"]),
    ("胜诉", &["审结", "结案", "判决", "办结"]),
    ("纠错", &["审结", "结案", "办结"]),
    ("撤销", &["审结", "结案", "办结"]),
    ("维持", &["审结", "结案", "办结"]),
    ("调撤", &["审结", "结案", "办结"]),
    ("调解和解", &["审结", "结案", "办结"]),
    ("出庭", &["应出庭", "应当出庭", "开庭", "需出庭", "应到庭"]),
    ("应诉", &["应出庭", "应当出庭", "开庭", "需出庭", "应到庭"]),
    ("满意", &["回访", "问卷", "评价", "回收", "测评", "调查", "样本"]),
    ("好评", &["评价"]),
    ("受理", &["申请", "收到", "接收", "新收"]),
    ("备案", &["制定", "报送", "应备案", "文件"]),
    ("采纳", &["建议", "意见"]),
    ("持证", &["执法人员", "人员"]),
    ("通过", &["考试", "参考", "报名"]),
    ("合格", &["考试", "参考", "抽检", "抽查", "检查", "检验", "检测", "监测", "评查", "验收"]),
    ("成立", &["调解", "受理"]),
    ("优秀", &["考试", "参考", "评查", "评选", "考核", "案卷"]),
    ("整改", &["问题", "隐患", "发现", "反馈", "指出", "线索", "查出"]),
    ("完成", &["任务", "目标", "计划", "项目", "事项", "工程"]),
];

/// What a whole number must count for a rate by this name to be one of it.
const COUNTED: &[(&str, &[&str])] = &[
    ("整改", &["问题", "隐患"]),
    ("采纳", &["意见", "建议"]),
    ("合格", &["抽检", "检验", "检测", "监测", "抽查"]),
    (
        "办结",
        &["受理", "收到", "办理", "承办", "接到", "接收", "转办", "交办", "诉求", "投诉", "举报", "建议", "提案", "工单", "问题", "申请"],
    ),
    ("答复", &["受理", "收到", "办理", "承办", "建议", "提案", "申请", "诉求"]),
    ("回复", &["受理", "收到", "办理", "承办", "建议", "提案", "申请", "诉求", "留言"]),
    ("调解", &["纠纷", "调解", "调处", "矛盾"]),
    ("调处", &["纠纷", "调解", "调处", "矛盾"]),
    ("化解", &["纠纷", "调解", "调处", "矛盾", "积案", "信访"]),
    ("成功", &["纠纷", "调解", "调处", "矛盾"]),
];

/// Words that narrow a rate to some of the cases; the count must say them too.
const NARROWER: &[&str] = &[
    "按时",
    "按期",
    "及时",
    "限时",
    "当场",
    "一次",
    "直接",
    "综合",
    "实质",
    "首次",
    "正职",
    "主要负责人",
    "一把手",
    "自动",
    "网上",
    "全程",
    "平均",
    "初",
    "二审",
    "一审",
    "基层",
    "就地",
    "依法",
    "本级",
    "重点",
    "群众",
    "当期",
    "结转",
];

/// Words that say that cases of earlier years are counted in.
const CARRIED: &[&str] = &["结转", "旧存", "历年", "存量", "积案", "上年度转", "往年"];

/// Whether the name of the rate says that it is this part of this whole.
fn is_defined(reading: &Reading<'_>, name: &str, part: &Found, whole: &Found, rate: &Found) -> bool {
    let (from, to) = (super::subject::clause(reading.text, whole.start, whole.end).0, rate.end);
    let words = reading.text.slice(from, to);
    if CARRIED.iter().any(|w| words.contains(w)) {
        return false;
    }
    let pre = rate.pre.as_str();
    if NARROWER.iter().any(|w| (name.contains(w) || pre.contains(w)) && !part.says(w)) {
        return false;
    }
    if let Some((_, bases)) = BASES.iter().find(|(key, _)| name.contains(key)) {
        return bases.iter().any(|w| whole.says(w));
    }
    let concluded = ["审结", "结案"].iter().any(|w| name.contains(w));
    if concluded && ["新收", "收到", "新增", "接收"].iter().any(|w| whole.says(w)) {
        return false;
    }
    // 其中 another kind of thing between the two
    !part.pre.contains("其中") || part.says(name.get(name.len().saturating_sub(6)..).unwrap_or(name))
}

/// The share of a part in the figure before it: 其中调解60件,占60%.
fn share(reading: &Reading<'_>, index: usize, near: &[usize], name: &str) -> Option<Check> {
    let get = |k: usize| reading.found.get(k);
    let figure = get(index)?;
    let (lead, of) = name.rsplit_once('占')?;
    let lead = lead.trim_matches(|c: char| "、,;:()其中约均各仅已".contains(c));
    // 环保类占19%: the count behind the share is not stated
    if !lead.is_empty() {
        return None;
    }
    let of = [
        "全部", "总数", "总量", "总", "比例", "比", "的", "达到", "达", "约", "了", "到", "为", "率", "全市", "全区", "全县", "全省",
        "整个", "数",
    ]
    .iter()
    .fold(of.to_string(), |words, w| words.replace(w, ""));
    let &a = near.first().filter(|a| **a + 1 == index)?;
    let part = get(a)?;
    let has_share = |k: usize| get(k + 1).is_some_and(|f| f.is_rate() && f.pre.contains('占'));
    let mut closest = None;
    for &b in near.iter().filter(|b| **b < a) {
        let Some(whole) = get(b).filter(|w| comparable(w, part) && w.value > 0.0) else { continue };
        let named = of.chars().count() < 2 || related(&of, whole);
        let computed = part.value / whole.value * 100.0;
        let result = quotient(part, whole, figure);
        if part.value <= whole.value && (result == Outcome::Holds || result == Outcome::HoldsAsTruncation) {
            return Some(told(reading, index, a, b, computed, result));
        }
        if closest.is_none() && named && !has_share(b) && whole.unit == part.unit {
            closest = Some((b, computed, result));
        }
    }
    let (b, computed, result) = closest?;
    let inside = part.pre.contains("其中") && a == b + 1;
    let sure = result == Outcome::Fails && inside && of.chars().count() < 2;
    let result = if sure { Outcome::Fails } else { Outcome::Unverifiable };
    (computed <= 100.0 || sure).then(|| told(reading, index, a, b, computed, result))
}

/// 撤销21件,确认违法15件,责令履行8件 … 纠错率8.27%: several parts of one whole make the rate together.
fn together(reading: &Reading<'_>, index: usize, near: &[usize], words: &[&str]) -> Option<Check> {
    let figure = reading.found.get(index)?;
    let get = |k: usize| reading.found.get(k);
    let mut parts: Vec<usize> = near.iter().copied().filter(|k| get(*k).is_some_and(|f| words.iter().any(|w| f.pre.contains(w)))).collect();
    if parts.len() < 2 {
        return None;
    }
    let sum: f64 = parts.iter().filter_map(|k| get(*k)).map(|f| f.value).sum();
    let first = get(*parts.first()?)?;
    let exact = parts.iter().all(|k| get(*k).is_some_and(|f| f.is_exact_count() && f.unit == first.unit));
    let whole = near.iter().copied().find(|k| {
        let fits = |f: &Found| f.is_exact_count() && f.unit == first.unit && f.value >= sum;
        !parts.contains(k)
            && get(*k).is_some_and(fits)
            && get(*k).is_some_and(|f| agrees(sum / f.value * 100.0, figure.value, figure.step) != Outcome::Fails)
    })?;
    if !exact {
        return None;
    }
    let base = get(whole)?.value;
    let computed = sum / base * 100.0;
    let result = agrees(computed, figure.value, figure.step);
    parts.sort_unstable();
    let terms: Vec<String> = parts.iter().filter_map(|k| get(*k)).map(|f| plain(f.value)).collect();
    let note = format!("({})÷{}={}%，{}", terms.join("+"), plain(base), plain(computed), tail(result, figure.value));
    parts.push(whole);
    Some(reading.check(Kind::Rate, result, Some((computed * 1e6).round() / 1e6), index, &parts, note))
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

/// How the quotient of two counts stands to the rate; figures in 万 leave a range.
fn quotient(part: &Found, whole: &Found, rate: &Found) -> Outcome {
    if part.exactness != Exactness::Exact || whole.exactness != Exactness::Exact {
        return Outcome::Unverifiable;
    }
    let ((a, b), (c, d)) = (range(part), range(whole));
    let computed = part.value / whole.value * 100.0;
    let strict = agrees(computed, rate.value, rate.step);
    if strict != Outcome::Fails {
        return strict;
    }
    agrees_within((a / d.max(1e-9) * 100.0, b / c.max(1e-9) * 100.0), computed, rate.value, rate.step)
}

fn told(reading: &Reading<'_>, rate: usize, part: usize, whole: usize, computed: f64, result: Outcome) -> Check {
    let value = |k: usize| reading.found.get(k).map_or(0.0, |f| f.value);
    let stated = value(rate);
    let note = format!("{}÷{}={}%，{}", plain(value(part)), plain(value(whole)), plain(computed), tail(result, stated));
    reading.check(Kind::Rate, result, Some((computed * 1e6).round() / 1e6), rate, &[part, whole], note)
}

fn tail(result: Outcome, stated: f64) -> String {
    match result {
        Outcome::Holds => "相符".to_string(),
        Outcome::HoldsAsTruncation => format!("截位后为 {}%，四舍五入不成立", plain(stated)),
        Outcome::Fails => format!("原文为 {}%", plain(stated)),
        Outcome::Unverifiable => format!("原文为 {}%，口径未写明", plain(stated)),
    }
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
    if achieved(name, counted) {
        return None;
    }
    let loose = !is_base(reading, near, index, name);
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
    if loose {
        return None;
    }
    let best = closest / n * 100.0;
    let note =
        format!("{} 的任何整数份都得不出 {}%；最接近的是 {}÷{}={}%", plain(n), plain(figure.value), plain(closest), plain(n), plain(best));
    Some(reading.check(Kind::Integer, Outcome::Fails, Some((best * 1e6).round() / 1e6), index, &[base], note))
}

/// Whether the count is of what was achieved and the rate is measured against something else: 成功调解212件,调解成功率98.15%.
fn achieved(name: &str, counted: &Found) -> bool {
    const DONE: &[&str] = &["整改", "化解", "纠错", "办结", "审结", "结案", "采纳", "答复", "回复", "改正", "修复"];
    let verbs = if name.contains("成功") { &["成功"] } else { DONE };
    verbs.iter().any(|verb| name.contains(verb) && counted.says(verb))
}

/// Whether the rate is one of the count nearest before it and of nothing else.
fn is_base(reading: &Reading<'_>, near: &[usize], index: usize, name: &str) -> bool {
    let get = |k: usize| reading.found.get(k);
    let Some((&base, figure)) = near.first().zip(get(index)) else { return false };
    let Some(counted) = get(base) else { return false };
    // another count of the same unit beside it may be counted in: 建议85件、提案132件,办结率98.6%
    let beside = near
        .get(1)
        .and_then(|k| get(*k))
        .is_some_and(|f| comparable(f, counted) && f.sentence == counted.sentence && (f.bracket == counted.bracket || f.bracket == 0));
    let (from, _) = super::subject::clause(reading.text, counted.start, counted.end);
    let words = reading.text.slice(from, figure.start);
    let concluded = ["审结", "结案", "败诉", "胜诉", "纠错", "出庭", "应诉", "维持", "满意"].iter().any(|w| name.contains(w));
    let narrowed = NARROWER.iter().any(|w| figure.pre.contains(w)) || CARRIED.iter().any(|w| words.contains(w));
    // 12条流域优良比例98.7% measures something else than the streams
    let named = COUNTED.iter().any(|(key, words)| name.contains(key) && words.iter().any(|w| counted.says(w)));
    let handled = named && !["条", "项", "次", "批"].contains(&counted.unit.as_str());
    handled
        && base + 1 == index
        && counted.sentence == figure.sentence
        && counted.bracket == figure.bracket
        && !beside
        && !concluded
        && !narrowed
}

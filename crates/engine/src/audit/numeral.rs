//! Reads numbers: Arabic with separators and scales (1,234; 87.4942万; 70余万), Chinese (二百三十余),
//! percentages (九成, 百分之九十五点三) and fractions (三分之二).

use super::script::{Folded, is_han};

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Script {
    Arabic,
    Chinese,
    /// A bare 百, 千 or 万: a number only beside 余, 近, 上 …
    Scale,
}

/// A number as it stands in the folded text, before anybody knows whether it counts something.
#[derive(Clone, Debug)]
pub struct Numeral {
    pub start: usize,
    pub end: usize,
    pub value: f64,
    /// The value of one unit in the last digit stated: 100 for 7.26万, 0.01 for 99.73.
    pub step: f64,
    pub script: Script,
    /// 余, 多, 几 or 来 was written inside the number.
    pub more: bool,
    /// 万 or 亿 was written.
    pub scaled: bool,
    pub percent: bool,
    pub fraction: bool,
    /// Every digit as written, without separators, for tables of fixed numbers.
    pub digits: usize,
}

fn digit(c: char) -> Option<f64> {
    Some(match c {
        '零' => 0.0,
        '一' => 1.0,
        '二' | '两' => 2.0,
        '三' => 3.0,
        '四' => 4.0,
        '五' => 5.0,
        '六' => 6.0,
        '七' => 7.0,
        '八' => 8.0,
        '九' => 9.0,
        _ => return None,
    })
}

fn scale(c: char) -> Option<f64> {
    Some(match c {
        '十' => 10.0,
        '百' => 100.0,
        '千' => 1_000.0,
        '万' => 10_000.0,
        '亿' => 100_000_000.0,
        _ => return None,
    })
}

pub fn is_chinese_digit(c: char) -> bool {
    digit(c).is_some() || scale(c).is_some()
}

/// The value of a Chinese numeral such as 一千二百三十; `None` for a mere row of digits.
fn chinese_value(run: &[char]) -> Option<f64> {
    let (mut total, mut section, mut last, mut pending) = (0.0, 0.0, 0.0, None);
    for &c in run {
        if let Some(d) = digit(c) {
            if pending.is_some_and(|p| p != 0.0) {
                return None;
            }
            pending = Some(d);
        } else if let Some(s) = scale(c) {
            if s >= 10_000.0 {
                section += pending.take().unwrap_or(0.0);
                total =
                    if section == 0.0 && total > 0.0 { total * s } else { total + section.max(if total == 0.0 { 1.0 } else { 0.0 }) * s };
                section = 0.0;
            } else {
                section += pending.take().filter(|p| *p != 0.0).unwrap_or(1.0) * s;
            }
            last = s;
        }
    }
    if let Some(p) = pending {
        // 一百五 is 150, 一百零五 is 105
        let bare = run.len() >= 2 && run.get(run.len() - 2).copied().and_then(scale).is_some_and(|s| s >= 100.0);
        section += if bare { p * last / 10.0 } else { p };
    }
    Some(total + section)
}

/// The Chinese number that begins at `i`: its value, its decimals and where it ends.
fn chinese(text: &Folded, i: usize) -> Option<(f64, u32, usize)> {
    let mut end = i;
    while end < i + 24 && text.get(end).is_some_and(is_chinese_digit) {
        // 百分之, 千分之, 百分点 open a different number
        if text.get(end).is_some_and(|c| "百千万".contains(c))
            && text.get(end + 1) == Some('分')
            && text.get(end + 2).is_some_and(|c| c == '之' || c == '点')
        {
            break;
        }
        end += 1;
    }
    if end == i {
        return None;
    }
    let whole: Vec<char> = text.chars.get(i..end)?.to_vec();
    let mut value = chinese_value(&whole)?;
    let mut places = 0;
    if text.get(end) == Some('点') && text.get(end + 1).and_then(digit).is_some() {
        let mut j = end + 1;
        while let Some(d) = text.get(j).and_then(digit) {
            if places >= 6 {
                break;
            }
            places += 1;
            value += d / 10f64.powi(places as i32);
            j += 1;
        }
        end = j;
    }
    Some((value, places, end))
}

/// A row of Arabic digits with thousands separators, decimals; value, decimals, digits, end.
fn arabic(text: &Folded, i: usize) -> Option<(f64, u32, usize, usize)> {
    let is_digit = |k: usize| text.get(k).is_some_and(|c| c.is_ascii_digit());
    let run = |from: usize| {
        let mut k = from;
        while is_digit(k) && (k == from || !text.gap.get(k).copied().unwrap_or(false)) {
            k += 1;
        }
        k
    };
    let mut end = run(i);
    if end == i {
        return None;
    }
    let mut whole: String = text.slice(i, end);
    let first = whole.len();
    // 1,234 and 1 234: groups of exactly three
    if first <= 3 {
        while matches!(text.get(end), Some(',' | '\'')) && run(end + 1) == end + 4 && !is_digit(end + 4) {
            whole.push_str(&text.slice(end + 1, end + 4));
            end += 4;
        }
    }
    // a space that strayed into the number: joined only where prose stands on both sides
    if is_digit(end) && text.gap.get(end).copied().unwrap_or(false) {
        let mut stop = end;
        for _ in 0..4 {
            stop = run(stop);
        }
        let grouped = first <= 3 && (stop - end) % 3 == 0 && run(end) == end + 3;
        let led = text.before(i).is_some_and(|c| is_han(c) || "”》):、\"".contains(c) || (grouped && c != '\n'));
        let followed = text.get(stop).is_some_and(|c| is_han(c) || c == '%' || c == '.');
        let year = whole.len() == 4 && (whole.starts_with("19") || whole.starts_with("20"));
        if led && followed && !year && !is_digit(stop) && !matches!(text.get(stop), Some('年' | '月' | '日' | '号')) {
            whole.push_str(&text.slice(end, stop));
            end = stop;
        }
    }
    if whole.len() > 15 {
        return Some((f64::NAN, 0, whole.len(), end));
    }
    let digits = whole.len();
    let mut places = 0;
    if text.get(end) == Some('.') && is_digit(end + 1) {
        let stop = run(end + 1);
        if text.get(stop) == Some('.') && is_digit(stop + 1) {
            // 2023.12.5, 10.1.2.3: a date or an address
            let mut k = stop;
            while is_digit(k) || text.get(k) == Some('.') {
                k += 1;
            }
            return Some((f64::NAN, 0, digits, k));
        }
        if stop - end - 1 <= 8 {
            whole.push('.');
            whole.push_str(&text.slice(end + 1, stop));
            places = (stop - end - 1) as u32;
            end = stop;
        }
    }
    whole.parse::<f64>().ok().map(|v| (v, places, digits, end))
}

/// A short number before a full stop at the head of a line is the number of a section: `2.15个部门`.
fn is_list_number(text: &Folded, i: usize, dot: usize, after: usize) -> bool {
    let head = match text.before(i) {
        None | Some('\n') => true,
        Some('。' | ';') => text.gap.get(dot + 1).copied().unwrap_or(false),
        _ => false,
    };
    head && dot - i <= 2 && !matches!(text.get(after), Some('万' | '亿' | '%' | '余'))
}

fn words_more(c: Option<char>) -> bool {
    matches!(c, Some('余' | '多' | '几'))
}

fn is_more(text: &Folded, i: usize) -> bool {
    // 多元化解 is a word, 1.5亿多元 is money
    let word = text.reads(i, "多元") && text.get(i + 2).is_some_and(|c| "化调解纠共治主文矛社参协格融".contains(c));
    words_more(text.get(i)) && !word && !text.reads(i, "多种")
}

/// Every number of the text, from left to right.
pub fn numerals(text: &Folded) -> Vec<Numeral> {
    let mut found = Vec::new();
    let mut i = 0;
    while let Some(c) = text.get(i) {
        let read = if c.is_ascii_digit() {
            read_arabic(text, i)
        } else if is_chinese_digit(c) {
            read_chinese(text, i)
        } else {
            i += 1;
            continue;
        };
        let (numeral, next) = read;
        if let Some(n) = numeral.filter(|n| n.value.is_finite()) {
            found.push(n);
        }
        i = next.max(i + 1);
    }
    found
}

fn read_arabic(text: &Folded, i: usize) -> (Option<Numeral>, usize) {
    let Some((value, places, digits, end)) = arabic(text, i) else {
        return (None, i + 1);
    };
    if places > 0 {
        let dot = (i..end).find(|k| text.get(*k) == Some('.')).unwrap_or(end);
        if is_list_number(text, i, dot, end) {
            return (None, dot + 1);
        }
    }
    if let Some(fraction) = slashed(text, i, value, digits, end) {
        let next = fraction.end;
        return (Some(fraction), next);
    }
    let start = i;
    let step = 10f64.powi(-(places as i32));
    let mut numeral =
        Numeral { start, end, value, step, script: Script::Arabic, more: false, scaled: false, percent: false, fraction: false, digits };
    // 接近9成
    if digits == 1 && places == 0 && text.get(end) == Some('成') && is_tenths(text, i, end) {
        let tenths = Numeral { end: end + 1, value: value * 10.0, percent: true, ..numeral };
        return (Some(tenths), end + 1);
    }
    scales(text, &mut numeral);
    let end = numeral.end;
    (Some(numeral), end)
}

/// Whether the 成 at `end` means tenths of a whole and does not begin a word: 逾六成受访者, not 三成员.
fn is_tenths(text: &Folded, start: usize, end: usize) -> bool {
    let next = text.get(end + 1);
    let hedged =
        matches!(text.before(start), Some('逾' | '近' | '约' | '超' | '过' | '达' | '足' | '有' | '占' | '降' | '增' | '升' | '涨'));
    let ends = |c: char| "。,;、以多左的\n".contains(c);
    let word = |c: char| "立功果员为本效交都长人年熟绩分套批案型品就片".contains(c);
    next.is_none_or(|c| ends(c) || hedged && !word(c))
}

/// 占全省的1/4, 1/3以上: a fraction, where the words say that it is one.
fn slashed(text: &Folded, i: usize, part: f64, digits: usize, end: usize) -> Option<Numeral> {
    if digits != 1 || text.get(end) != Some('/') || matches!(text.before(i), Some('/' | '.' | '-' | '第' | ':') | None) {
        return None;
    }
    let (whole, places, _, stop) = arabic(text, end + 1)?;
    let follows = ["以上", "以下", "左右", "的", "强", "多"].iter().any(|w| text.reads(stop, w));
    let from = i.saturating_sub(16);
    let lead = text.slice(from, i);
    let led = ["占", "近", "约", "超过", "减少", "压缩", "不足", "下降", "精简", "缩短", "达到"].iter().any(|w| lead.contains(w));
    let shape = places == 0
        && part >= 1.0
        && part < whole
        && whole <= 10.0
        && !matches!(text.get(stop), Some('/' | '0'..='9' | '页' | '月' | '日'));
    (shape && (follows || led)).then(|| Numeral {
        start: i,
        end: stop,
        value: part / whole,
        step: 0.0,
        script: Script::Chinese,
        more: false,
        scaled: false,
        percent: false,
        fraction: true,
        digits: 0,
    })
}

/// Takes 余, 多, 万, 亿 … after the digits.
fn scales(text: &Folded, n: &mut Numeral) {
    let vague = text.get(n.end) == Some('来') && text.get(n.end + 1).is_some_and(|c| "个万件人次名场家户".contains(c));
    if vague || is_more(text, n.end) {
        n.more = true;
        n.end += 1;
    }
    while let Some(s) = text.get(n.end).and_then(scale) {
        let next = text.get(n.end + 1);
        let c = text.get(n.end);
        let unit = match c {
            Some('千') => matches!(next, Some('瓦' | '克' | '米')),
            Some('百' | '万' | '亿') => next == Some('分'),
            Some('十') => true,
            _ => false,
        };
        if unit {
            break;
        }
        n.value *= s;
        n.step *= s;
        n.scaled = true;
        n.end += 1;
        // 1亿2000万, 5万3千
        if let Some((more, places, _, end)) = arabic(text, n.end)
            && more.is_finite()
            && !text.gap.get(n.end).copied().unwrap_or(false)
            && !n.more
        {
            let by = text.get(end).and_then(scale).unwrap_or(1.0);
            if more * by < s && places == 0 && text.get(end) != Some('年') && text.get(end) != Some('-') {
                let taken = if by > 1.0 { end + 1 } else { end };
                n.value += more * by;
                n.step = by;
                n.end = taken;
            }
            break;
        }
    }
    if !n.more && is_more(text, n.end) {
        n.more = true;
        n.end += 1;
    }
    if n.scaled {
        // 149.33亿 is 14933000000 and no fraction more, whatever the binary product says.
        n.value = (n.value * 1e3).round() / 1e3;
    }
}

fn read_chinese(text: &Folded, i: usize) -> (Option<Numeral>, usize) {
    for (lead, by) in [("百分之", 1.0), ("千分之", 0.1), ("万分之", 0.01)] {
        if !text.reads(i, lead) {
            continue;
        }
        let from = i + 3;
        let read = match arabic(text, from) {
            Some((v, p, _, end)) => Some((v, p, end)),
            None => chinese(text, from),
        };
        return match read {
            Some((value, places, end)) if value.is_finite() => {
                let more = words_more(text.get(end));
                let end = if more { end + 1 } else { end };
                let step = 10f64.powi(-(places as i32)) * by;
                let n = Numeral {
                    start: i,
                    end,
                    value: value * by,
                    step,
                    script: Script::Arabic,
                    more,
                    scaled: false,
                    percent: true,
                    fraction: false,
                    digits: 0,
                };
                (Some(n), end)
            }
            _ => (None, from),
        };
    }
    let Some((value, places, end)) = chinese(text, i) else {
        // a mere row of digits: 二零二三, 八五
        let mut k = i;
        while text.get(k).is_some_and(is_chinese_digit) {
            k += 1;
        }
        return (None, k);
    };
    let run = end - i;
    let first = text.get(i).unwrap_or(' ');
    let bare = run == 1 && scale(first).is_some() && first != '十';
    if text.get(end) == Some('分') && text.get(end + 1) == Some('之') && !bare {
        return match chinese(text, end + 2).map(|(v, _, e)| (v, e)).or_else(|| arabic(text, end + 2).map(|(v, _, _, e)| (v, e))) {
            Some((part, stop)) if value > 0.0 && part.is_finite() => {
                let n = Numeral {
                    start: i,
                    end: stop,
                    value: part / value,
                    step: 0.0,
                    script: Script::Chinese,
                    more: false,
                    scaled: false,
                    percent: false,
                    fraction: true,
                    digits: 0,
                };
                (Some(n), stop)
            }
            _ => (None, end + 2),
        };
    }
    // 九成, 九成五, 九成以上
    if text.get(end) == Some('成') && value < 10.0 && !bare && run == 1 && first != '一' {
        let next = text.get(end + 1);
        let half = next.and_then(digit);
        if half.is_some() || is_tenths(text, i, end) {
            let more = words_more(next);
            let stop = end + 1 + usize::from(half.is_some() || more);
            let n = Numeral {
                start: i,
                end: stop,
                value: value * 10.0 + half.unwrap_or(0.0),
                step: 1.0,
                script: Script::Arabic,
                more,
                scaled: false,
                percent: true,
                fraction: false,
                digits: 0,
            };
            return (Some(n), stop);
        }
    }
    let step = if bare { 1.0 } else { 10f64.powi(-(places as i32)) };
    let script = if bare { Script::Scale } else { Script::Chinese };
    let mut n = Numeral { start: i, end, value, step, script, more: false, scaled: false, percent: false, fraction: false, digits: run };
    if bare {
        n.value = scale(first).unwrap_or(1.0);
        if words_more(text.get(end)) {
            n.more = true;
            n.end += 1;
        }
        if matches!(text.get(n.end), Some('万' | '亿')) && n.more {
            n.value *= text.get(n.end).and_then(scale).unwrap_or(1.0);
            n.end += 1;
        }
    } else {
        scales(text, &mut n);
    }
    let end = n.end;
    (Some(n), end)
}

//! Says what a figure counts: the words before the number and after its unit, with the subject of the
//! figure before it where the clause has none of its own.

use super::figure::Found;
use super::marks::ends_clause;
use super::script::Folded;

const REACH: usize = 40;
const QUOTE_REACH: usize = 48;

const LEADING: &[&str] = &[
    "其中包括",
    "其中",
    "并且",
    "以及",
    "同时",
    "并",
    "和",
    "及",
    "与",
    "一是",
    "二是",
    "三是",
    "四是",
    "五是",
    "六是",
    "七是",
    "八是",
    "九是",
    "十是",
    "是",
    "的",
    "截至目前",
    "截止目前",
    "目前",
    "今年以来",
    "全年",
    "本年度",
    "年内",
    "累计",
    "共",
    "已",
];
const TRAILING: &[&str] = &[
    "不少于",
    "不低于",
    "不超过",
    "超过",
    "突破",
    "接近",
    "将近",
    "大约",
    "达到",
    "高达",
    "多达",
    "共计",
    "合计",
    "总计",
    "累计",
    "分别为",
    "分别是",
    "分别达",
    "约",
    "近",
    "超",
    "逾",
    "达",
    "为",
    "有",
    "共",
    "是",
    "了",
    "至",
    "到",
    "仅",
    "各",
    "至少",
    "不足",
    "第",
    ":",
];
const FOLLOWING: &[&str] = &["以上", "左右", "以内", "以下", "之多", "多", "余", "的"];

/// Words that say what happened to a thing and not which thing.
const BARE: &[&str] = &[
    "受理",
    "办结",
    "审结",
    "结案",
    "完成",
    "化解",
    "整改",
    "已完成",
    "已完成申报",
    "完成申报",
    "申报",
    "已办结",
    "办理",
    "同比",
    "环比",
    "较上年",
    "比上年",
    "较去年",
    "比去年",
    "增长",
    "下降",
    "上升",
    "减少",
    "增加",
    "提高",
    "降低",
    "净增",
    "新增",
    "其中",
    "占",
    "占比",
    "占总数",
    "占全部",
    "达到",
    "已达到",
    "达",
    "共",
    "共计",
    "合计",
    "总计",
    "率",
    "办结率",
    "满意率",
    "参与",
    "累计",
    "缩短",
    "压缩",
    "压减",
    "缩减",
    "精简",
    "提升",
    "扩大",
    "分别",
    "已",
    "为",
    "是",
    "有",
    "同期",
    "全市排名",
    "位列全市",
    "排名",
    "全省排名",
    "位居全市",
    "位居全省",
    "由",
    "从",
    "又",
    "收到",
    "接到",
    "调解成功",
    "成功",
    "发放",
    "涉及",
    "化解率",
    "成功率",
    "涉案金额",
    "金额",
];

fn trim_words(words: &str) -> &str {
    // 6、 and ① number the clause; 其中央级 is 其中 and 中央级 run together
    let mut words = words.trim_start_matches(|c: char| matches!(c, '①'..='⑳' | '●' | '•' | '\n'));
    if let Some((number, rest)) = words.split_once('、')
        && !number.is_empty()
        && number.chars().count() <= 2
        && number.chars().all(|c| c.is_ascii_digit())
    {
        words = rest;
    }
    if words.contains("其中央") {
        words = words.get("其".len()..).unwrap_or(words);
    }
    loop {
        let before = words;
        words = words.trim_matches(|c: char| "、,;:。()“”\"《》-—·!?\n/".contains(c));
        for lead in LEADING {
            if let Some(rest) = words.strip_prefix(lead)
                && rest.chars().count() >= 2
            {
                words = rest;
            }
        }
        for tail in TRAILING {
            if let Some(rest) = words.strip_suffix(tail) {
                words = rest;
            }
        }
        for tail in ["从", "由"] {
            if let Some(rest) = words.strip_suffix(tail)
                && !rest.ends_with(['事', '理', '自', '案', '缘'])
                && rest.chars().count() >= 2
            {
                words = rest;
            }
        }
        if words == before {
            return words;
        }
    }
}

/// Words before `start`, back to the last figure or the last sign.
pub fn before(text: &Folded, start: usize, floor: usize) -> String {
    let mut from = start;
    while from > floor && start - from < REACH && !text.before(from).is_some_and(ends_clause) {
        from -= 1;
    }
    // cut off in the middle of a number: the rest of it says nothing
    while start - from > REACH - 8
        && text.get(from).is_some_and(|c| c.is_ascii_digit())
        && text.before(from).is_some_and(|c| c.is_ascii_digit())
    {
        from += 1;
    }
    let words = text.slice(from, start);
    if from == floor && floor > 0 {
        // the words after the last figure name that figure, up to the sign that parts the two
        if let Some((_, own)) = words.split_once('、') {
            return own.to_string();
        }
        if ["和", "及", "与", "以及", "中"].iter().any(|w| words.ends_with(w)) {
            return String::new();
        }
    }
    words
}

/// Words after `end`, up to the next number or sign.
pub fn after(text: &Folded, end: usize, next: usize) -> String {
    let mut to = end;
    while to < next.max(end) && to - end < 18 {
        match text.get(to) {
            Some(c) if !ends_clause(c) && c != '、' && c != '(' && c != ')' => to += 1,
            _ => break,
        }
    }
    text.slice(end, to)
}

/// The clause around a figure, at most some fifty characters to either side.
pub fn clause(text: &Folded, start: usize, end: usize) -> (usize, usize) {
    let mut from = start;
    while from > 0 && start - from < QUOTE_REACH && !text.before(from).is_some_and(ends_clause) {
        from -= 1;
    }
    let mut to = end;
    while to < text.len() && to - end < QUOTE_REACH && !text.get(to).is_some_and(ends_clause) {
        to += 1;
    }
    (from, to)
}

/// Gives every figure its subject.
pub fn fill(found: &mut [Found]) {
    let mut last: Option<(usize, String)> = None;
    for figure in found.iter_mut() {
        let pre = trim_words(&figure.pre).to_string();
        let mut post = figure.post.as_str();
        for word in FOLLOWING {
            post = post.strip_prefix(word).unwrap_or(post);
        }
        // 由20个工作日缩短到5个: the verb belongs to the second number
        let moved =
            ["缩短", "压缩", "压减", "缩减", "精简", "增加", "减少", "提高", "提升", "下降", "降", "上升", "增", "减", "扩大", "升"];
        let post = if moved.iter().any(|w| post.starts_with(w)) && post.ends_with(['到', '至', '为']) { "" } else { post };
        let post = post.trim_matches(|c: char| "“”\"、()".contains(c)).trim_end_matches(['和', '及', '与']);
        let own = format!("{pre}{post}");
        let bare = own.chars().count() < 2 || (post.is_empty() && is_bare(&pre));
        let carried = last.as_ref().filter(|(s, _)| *s == figure.sentence).map(|(_, w)| w.clone());
        figure.subject = match carried {
            Some(subject) if bare => {
                let thing = MOVES.iter().fold(subject.as_str(), |s, w| s.strip_suffix(w).unwrap_or(s));
                format!("{thing}{own}")
            }
            _ => own,
        };
        balance(&mut figure.subject);
        if !bare || last.as_ref().is_none_or(|(s, _)| *s != figure.sentence) {
            last = Some((figure.sentence, figure.subject.clone()));
        }
    }
}

/// Directions at the end of a subject that do not pass on to the next figure: 已净增9334户,达到51646户.
const MOVES: &[&str] = &["已净增", "净增", "已新增", "新增", "同比增长", "同比下降", "增长", "办结", "办结率", "受理"];

/// Gives a quotation mark that lost its partner at the edge a new one.
fn balance(words: &mut String) {
    let (open, close) = (words.matches('“').count(), words.matches('”').count());
    if close > open {
        words.insert(0, '“');
    } else if open > close {
        words.push('”');
    }
}

/// Whether the words name no thing at all, only an act or a direction.
pub fn is_bare(words: &str) -> bool {
    let mut rest = words;
    while !rest.is_empty() {
        match BARE.iter().filter(|w| rest.starts_with(**w)).max_by_key(|w| w.len()) {
            Some(word) => rest = rest.get(word.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

//! Says what a figure counts: the words before the number and after its unit, with the subject of the
//! figure before it where the clause has none of its own.

use super::figure::Found;
use super::marks::ends_clause;
use super::script::Folded;

const REACH: usize = 32;
const QUOTE_REACH: usize = 48;

const LEADING: &[&str] = &[
    "其中包括", "其中", "并且", "以及", "同时", "并", "和", "及", "与", "一是", "二是", "三是", "四是", "五是", "六是", "七是", "八是", "九是", "十是", "是", "的", "截至目前", "截止目前", "目前", "今年以来", "全年", "本年度", "年内", "累计", "共", "已",
];
const TRAILING: &[&str] = &[
    "不少于", "不低于", "不超过", "超过", "突破", "接近", "将近", "大约", "达到", "高达", "多达", "共计", "合计", "总计", "累计", "分别为", "分别是", "分别达", "约", "近", "超", "逾", "达", "为", "有", "共", "是", "了", "至", "到", "仅", "各", "至少", "不足", "第", ":",
];
const FOLLOWING: &[&str] = &["以上", "左右", "以内", "以下", "之多", "多", "余", "的"];

/// Words that say what happened to a thing and not which thing.
const BARE: &[&str] = &[
    "受理", "办结", "审结", "结案", "完成", "化解", "整改", "已完成", "已完成申报", "已办结", "办理", "同比", "环比", "较上年", "比上年", "较去年", "比去年", "增长", "下降", "上升", "减少", "增加", "提高", "降低", "净增", "新增", "其中", "占", "占比", "占总数", "占全部", "达到", "已达到", "达", "共", "共计", "合计", "总计", "率", "办结率", "满意率", "参与",
    "累计", "已", "为", "是", "有", "同期", "全市排名", "位列全市", "排名", "全省排名", "位居全市", "位居全省", "由", "从", "又", "收到", "接到", "调解成功", "成功", "发放", "涉及", "化解率", "成功率", "涉案金额", "金额",
];

fn trim_words(mut words: &str) -> &str {
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
    // an opening bracket belongs to the words before it
    text.slice(from, start)
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
        let post = post.trim_matches(|c: char| "“”\"、()".contains(c));
        let own = format!("{pre}{post}");
        let bare = own.chars().count() < 2 || (post.is_empty() && is_bare(&pre));
        let carried = last.as_ref().filter(|(s, _)| *s == figure.sentence).map(|(_, w)| w.clone());
        figure.subject = match carried {
            Some(subject) if bare => format!("{subject}{own}"),
            _ => own,
        };
        if !bare {
            last = Some((figure.sentence, figure.subject.clone()));
        } else if last.as_ref().is_none_or(|(s, _)| *s != figure.sentence) {
            last = Some((figure.sentence, figure.subject.clone()));
        }
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

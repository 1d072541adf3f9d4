//! The same thing stated twice: figures whose subject and unit are the same, whose values agree or do not.

use std::collections::HashMap;

use super::figure::Found;
use super::relation::{Reading, plain};
use super::unit::Kind as UnitKind;
use super::{Check, Exactness, Kind, Outcome};

/// Words that place or time a count and do not say what is counted.
const SCOPES: &[&str] = &[
    "政务服务平台",
    "截至目前",
    "截止目前",
    "目前",
    "今年以来",
    "年以来",
    "全年",
    "年度",
    "全区",
    "全市",
    "全县",
    "全省",
    "全州",
    "全旗",
    "我区",
    "我市",
    "我县",
    "我省",
    "我局",
    "区级",
    "各级",
    "各地",
    "各部门",
    "共计",
    "累计",
    "合计",
    "总计",
    "共",
    "已经",
    "已",
    "其中",
    "梳理",
    "编制",
    "公布",
    "推出",
    "建立",
    "建成",
    "设立",
    "达到",
    "达",
    "为",
    "有",
    "了",
    "的",
    "和",
    "及",
    "与",
    "对",
    "在",
    "由",
    "数量",
    "总数",
    "总量",
    "以来",
    "年",
    "月",
    "底",
];

/// Things that reports count under several names; a report that gives two numbers for one of them contradicts itself.
const SAME: &[Thing] = &[
    Thing {
        name: "政务服务办件",
        unit: "件",
        whole: false,
        words: &[&["办理", "政务服务事项"], &["接办件"], &["政务服务", "办件"], &["好差评", "办件"]],
    },
    Thing {
        name: "市场主体总量",
        unit: "户",
        whole: false,
        words: &[&["市场主体", "总量"], &["市场主体", "总数"], &["市场主体", "达到"], &["经营主体", "总量"], &["经营主体", "达到"]],
    },
    Thing {
        name: "热线诉求", unit: "件", whole: true, words: &[&["12345", "受理"], &["热线", "受理", "诉求"], &["热线", "受理", "工单"]]
    },
    Thing {
        name: "收到行政复议申请", unit: "件", whole: true, words: &[&["收到行政复议"], &["新收行政复议"], &["收到复议申请"]]
    },
    Thing { name: "受理行政复议案件", unit: "件", whole: true, words: &[&["受理行政复议"]] },
    Thing {
        name: "办理法律援助案件", unit: "件", whole: true, words: &[&["办理法律援助案件"], &["办理各类法律援助"]]
    },
    Thing {
        name: "调解矛盾纠纷",
        unit: "件",
        whole: true,
        words: &[&["调解各类矛盾纠纷"], &["调处各类纠纷"], &["调解矛盾纠纷"], &["调处矛盾纠纷"], &["调解各类纠纷"]],
    },
];

/// Words for one thing. `whole`: only statements about the whole district and year (全区, 全年, 共) are compared.
struct Thing {
    name: &'static str,
    unit: &'static str,
    whole: bool,
    words: &'static [&'static [&'static str]],
}

pub fn repeats(reading: &Reading<'_>) -> Vec<Check> {
    let mut groups: HashMap<(String, String), Vec<usize>> = HashMap::new();
    let mut order: Vec<(String, String)> = Vec::new();
    for (index, figure) in reading.found.iter().enumerate() {
        if figure.rank || figure.kind == UnitKind::Time || is_difference(figure) {
            continue;
        }
        let Some(key) = (if figure.is_rate() { rate_key(figure) } else { key(figure) }) else { continue };
        let slot = (key, figure.unit.clone());
        let group = groups.entry(slot.clone()).or_insert_with(|| {
            order.push(slot);
            Vec::new()
        });
        group.push(index);
    }
    let mut checks = Vec::new();
    for slot in order {
        let Some(group) = groups.get(&slot).filter(|g| g.len() >= 2) else { continue };
        checks.extend(compare(reading, group, &slot));
    }
    checks
}

/// Rates of which a district has one a year. Others are many: every office has a 办结率.
const RATES: &[&str] = &["出庭应诉率", "一审败诉率", "行政诉讼败诉率", "直接纠错率", "综合纠错率", "合法性审查率", "合法性审核率"];

fn rate_key(figure: &Found) -> Option<String> {
    let pre = figure.pre.trim_end_matches(['达', '到', '为', '是', '均', '保', '持', '在']);
    let name = RATES.iter().find(|w| pre.ends_with(**w))?;
    let narrowed = ["正职", "主要", "一把手", "分管"].iter().any(|w| pre.contains(w));
    (figure.exactness == Exactness::Exact && !narrowed).then(|| (*name).to_string())
}

fn is_difference(figure: &Found) -> bool {
    ["净增", "新增", "增长", "增加", "减少", "同比", "较上", "比上", "较去", "比去", "较2", "上年", "去年", "同期", "力争", "计划"]
        .iter()
        .any(|w| figure.pre.contains(w))
}

/// What is counted, without place, time and verb; none where too little is left to compare.
fn key(figure: &Found) -> Option<String> {
    let whole = ["全区", "全市", "全县", "全省", "全州", "全旗", "全年", "共", "累计"].iter().any(|w| figure.pre.contains(w));
    for thing in SAME {
        let told = thing.words.iter().any(|words| words.iter().all(|w| figure.subject.contains(w)));
        if figure.unit == thing.unit && told && (whole || !thing.whole) {
            return Some(thing.name.to_string());
        }
    }
    const WHOLE: &[&str] = &["全区", "全市", "全县", "全旗", "全省", "我区", "我市", "我县"];
    if WHOLE.iter().any(|w| figure.pre.ends_with(w)) && figure.post.chars().count() >= 2 && figure.post.chars().count() <= 8 {
        return Some(format!("全域{}", figure.post));
    }
    let own = figure.pre.rsplit(['、', '(', ')', '“']).next().unwrap_or("");
    let own = if figure.pre.contains('”') { figure.pre.as_str() } else { own };
    // words of this figure only: a borrowed subject would join unlike things
    let joined: String = format!("{own}{}", figure.post)
        .chars()
        .filter(|c| !c.is_ascii_digit() && !c.is_ascii_punctuation() && !"“”、".contains(*c))
        .collect();
    let mut words = joined.as_str();
    loop {
        let before = words;
        for scope in SCOPES {
            words = words.strip_prefix(scope).unwrap_or(words);
            words = words.strip_suffix(scope).unwrap_or(words);
        }
        if words == before {
            break;
        }
    }
    let count = words.chars().count();
    (4..=24).contains(&count).then(|| words.to_string())
}

fn compare(reading: &Reading<'_>, group: &[usize], slot: &(String, String)) -> Option<Check> {
    let first = reading.found.get(*group.first()?)?;
    // a list that states one thing place by place is not a repetition
    let sentences: Vec<usize> = group.iter().filter_map(|k| reading.found.get(*k)).map(|f| f.sentence).collect();
    let spread = sentences.iter().any(|s| *s != first.sentence);
    let paragraph = |s: usize| reading.marks.paragraph.get(s);
    // neighbours in one paragraph count one kind of thing in several groups: mediators of villages, of trades
    let differing = group
        .iter()
        .copied()
        .find(|k| reading.found.get(*k).is_some_and(|f| !consistent(first, f) && paragraph(f.sentence) != paragraph(first.sentence)))
        .or_else(|| group.iter().copied().find(|k| reading.found.get(*k).is_some_and(|f| !consistent(first, f))));
    let apart = differing.and_then(|k| reading.found.get(k)).is_some_and(|f| paragraph(f.sentence) != paragraph(first.sentence));
    let noun = SAME.iter().any(|t| t.name == slot.0) || RATES.contains(&slot.0.as_str()) || counted_as_stock(&slot.0);
    match differing {
        Some(other) if apart && noun && reading.found.get(other).is_some_and(|f| same_scope(reading, first, f)) => {
            let stated = reading.found.get(other)?;
            let note = format!("同一事项“{}”前后两处分别为 {} 和 {}", slot.0, plain(first.value), plain(stated.value));
            let parts: Vec<usize> = group.iter().copied().filter(|k| *k != other).take(12).collect();
            let mut check = reading.check(Kind::Repeat, Outcome::Fails, Some(first.value), other, &parts, note);
            check.quote = both(reading, first, stated);
            check.parts = reading.values(group.get(..group.len().min(12)).unwrap_or(group));
            Some(check)
        }
        Some(_) => None,
        None if spread => {
            let &other = group.get(1)?;
            let note = format!("“{}”共出现 {} 处，数值一致", slot.0, group.len());
            let parts: Vec<usize> = group.iter().copied().filter(|k| *k != other).take(12).collect();
            let mut check = reading.check(Kind::Repeat, Outcome::Holds, Some(first.value), other, &parts, note);
            check.quote = both(reading, first, reading.found.get(other)?);
            check.parts = reading.values(group.get(..group.len().min(12)).unwrap_or(group));
            Some(check)
        }
        None => None,
    }
}

/// Whether nothing in the two sentences says that they speak of different places, organs or times.
fn same_scope(reading: &Reading<'_>, a: &Found, b: &Found) -> bool {
    const PLACES: &[&str] = &[
        "区县政府",
        "市县政府",
        "县政府",
        "区政府",
        "市政府",
        "省政府",
        "州政府",
        "政府部门",
        "委办局",
        "局",
        "委员会",
        "办公室",
        "法院",
        "检察院",
        "司法所",
        "公司",
        "支队",
        "大队",
        "镇",
        "街道",
        "乡",
        "厅",
        "各部门",
        "本级",
        "市级",
        "县级",
        "区级",
        "省级",
        "各县",
        "市直",
        "县直",
        "区直",
        "省直",
        "中心",
        "窗口",
        "协会",
        "学校",
        "村",
        "社区",
        "全国",
        "部分",
        "首批",
        "第一批",
        "第二批",
        "新增",
    ];
    const TIMES: &[&str] = &[
        "上半年",
        "下半年",
        "季度",
        "上年",
        "去年",
        "同期",
        "年来",
        "历年",
        "力争",
        "计划",
        "目标",
        "将",
        "明年",
        "下一步",
        "期间",
        "每年",
        "年均",
        "此前",
        "原有",
        "活动",
        "行动",
        "累计",
    ];
    const PARTS: &[&str] = &[
        "网上",
        "线上",
        "全程",
        "跨省",
        "省内",
        "帮办",
        "代办",
        "自助",
        "容缺",
        "告知承诺",
        "上门",
        "延时",
        "异地",
        "即办",
        "掌上",
        "类",
        "涉",
        "其中",
        "转办",
        "室",
        "行业",
        "专业",
        "网格",
        "诉",
        "驻",
        "律师",
        "志愿",
        "农民工",
        "妇女",
        "刑事",
        "民事",
        "军人",
        "残疾",
        "老年",
        "值班",
        "重点",
        "新增",
        "取消",
        "下放",
        "承接",
        "委托",
        "简易",
        "普通",
        "持证",
        "专职",
        "兼职",
    ];
    const VERBS: &[&str] = &["梳理", "编制", "公布", "推出", "建立", "设立", "清理", "调整", "认领", "审核", "审查", "备案"];
    let words = |f: &Found| {
        let from = reading.marks.sentences.get(f.sentence).map_or(f.start, |s| s.0).max(f.start.saturating_sub(120));
        let (_, to) = super::subject::clause(reading.text, f.start, f.end);
        reading.text.slice(from, to)
    };
    let own = |f: &Found| format!("{}{}", f.pre, f.post);
    let (x, y) = (words(a), words(b));
    let (p, q) = (own(a), own(b));
    // a title 《…》 or a name “…” may hold any of the words; what counts is whether one side has a word that the other lacks
    let places = PLACES.iter().all(|w| x.contains(w) == y.contains(w) || p.contains(w) && q.contains(w));
    let times = TIMES.iter().all(|w| x.contains(w) == y.contains(w));
    let narrowed = PARTS.iter().any(|w| p.contains(w) != q.contains(w));
    // 梳理 and 公布 may be of different lists
    let done = |words: &str| VERBS.iter().find(|w| words.contains(**w));
    let acts = done(&p).zip(done(&q)).is_none_or(|(x, y)| x == y);
    let whole = ["全区", "全市", "全县", "全旗", "全州", "全省", "共", "总", "全年", "现有", "我区", "我市", "我县"];
    let said = a.is_rate() || whole.iter().any(|w| x.contains(w) || y.contains(w));
    !narrowed
        && acts
        && said
        && places
        && times
        && same_time(reading, a.start.min(b.start), &x, &y)
        && organ(reading, a, &x) == organ(reading, b, &y)
}

/// The organ that the sentence, or one before it in the paragraph, begins with; none where the whole district is meant.
fn organ(reading: &Reading<'_>, figure: &Found, words: &str) -> Option<String> {
    const BACK: usize = 4;
    const WHOLE: &[&str] = &["全区", "全市", "全县", "全旗", "全州", "全省", "我区", "我市", "我县", "我省"];
    const ORGANS: &[char] = &['局', '委', '厅', '院', '队', '镇', '乡', '道', '所', '办', '部'];
    if WHOLE.iter().any(|w| words.contains(w)) {
        return None;
    }
    let home = reading.marks.paragraph.get(figure.sentence);
    (0..BACK).filter_map(|k| figure.sentence.checked_sub(k)).take_while(|s| reading.marks.paragraph.get(*s) == home).find_map(|s| {
        let &(from, to) = reading.marks.sentences.get(s)?;
        let head: Vec<char> = reading.text.slice(from, to.min(from + 14)).chars().take_while(|c| !super::marks::ends_clause(*c)).collect();
        let end = head.iter().rposition(|c| ORGANS.contains(c)).filter(|at| *at >= 1)?;
        Some(head.get(..=end)?.iter().collect())
    })
}

/// Whether the years and months named are the same; a year that only one names must be the year of the report.
fn same_time(reading: &Reading<'_>, before: usize, x: &str, y: &str) -> bool {
    let report = years(&reading.text.slice(0, before.min(400))).first().copied();
    let (p, q) = (years(x), years(y));
    let whole = |words: &str| {
        let months = words.replace("12月底", "").replace("12月31日", "").replace("1-12月", "").replace("1至12月", "");
        !months.char_indices().any(|(i, c)| c == '月' && months.get(..i).is_some_and(|m| m.ends_with(|d: char| d.is_ascii_digit())))
    };
    let named = match (p.last(), q.last()) {
        (Some(a), Some(b)) => a == b,
        (Some(one), None) | (None, Some(one)) => report == Some(*one),
        (None, None) => true,
    };
    named && whole(x) == whole(y)
}

/// Every year 20xx年 in the words.
fn years(words: &str) -> Vec<u32> {
    words
        .match_indices('年')
        .filter_map(|(at, _)| words.get(at.checked_sub(4)?..at))
        .filter(|y| y.starts_with("20"))
        .filter_map(|y| y.parse().ok())
        .collect()
}

fn both(reading: &Reading<'_>, a: &Found, b: &Found) -> String {
    let words = |f: &Found| {
        let (from, to) = super::subject::clause(reading.text, f.start, f.end);
        reading.quote(from, to)
    };
    format!("{} …… {}", words(a), words(b))
}

/// Things of which there is one number at a time: lists, officers, bodies. Meetings and trainings may be many.
fn counted_as_stock(key: &str) -> bool {
    key.starts_with("全域")
        || ["清单", "事项", "主体", "总数", "总量", "复议申请", "复议案件", "应诉案件", "诉讼案件"].iter().any(|w| key.contains(w))
            && !["会议", "培训", "活动", "通过", "典型", "重点", "部分"].iter().any(|w| key.contains(w))
}

/// Whether two statements can both be true of one number.
fn consistent(a: &Found, b: &Found) -> bool {
    let range = |f: &Found| {
        let near = f.step.max(leading(f.value));
        match f.exactness {
            Exactness::Exact if f.is_rate() => (f.value - f.step / 2.0, f.value + f.step),
            Exactness::Exact => (f.value - f.step.max(1.0) / 2.0, f.value + f.step.max(1.0) / 2.0),
            Exactness::AtLeast => (f.value, f.value + near),
            Exactness::Almost => (f.value - near, f.value),
            Exactness::About => (f.value * 0.9, f.value * 1.1),
        }
    };
    let (x, y) = (range(a), range(b));
    x.0 <= y.1 && y.0 <= x.1
}

/// The value of the last digit that is not zero: 余 in 70余万 leaves room below 80万.
fn leading(value: f64) -> f64 {
    let mut unit = 1.0;
    while unit < value && (value / (unit * 10.0)).fract() == 0.0 && unit < 1e15 {
        unit *= 10.0;
    }
    unit
}

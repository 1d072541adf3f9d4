//! Finds the statistics: joins numbers with their units, drops what only looks like a count, and says for
//! each how exact it is, what it counts and where it stands.

use super::marks::{Marks, ends_clause};
use super::names;
use super::numeral::{Numeral, Script};
use super::script::{Folded, is_han};
use super::subject;
use super::unit::{Kind, Unit, unit_at};
use super::{Exactness, Figure};

/// A statistic with what the relations need to know of it.
#[derive(Clone, Debug)]
pub struct Found {
    pub value: f64,
    pub step: f64,
    pub unit: String,
    pub kind: Kind,
    pub exactness: Exactness,
    pub start: usize,
    pub end: usize,
    pub sentence: usize,
    pub bracket: usize,
    /// Words before the number back to the last figure or sign, and words after the unit.
    pub pre: String,
    pub post: String,
    pub subject: String,
    /// A position in a ranking, not a count.
    pub rank: bool,
}

impl Found {
    pub fn is_rate(&self) -> bool {
        self.kind == Kind::Percent
    }

    pub fn is_exact_count(&self) -> bool {
        self.exactness == Exactness::Exact && !self.is_rate() && !self.rank && self.step <= 1.0 && self.value.fract() == 0.0
    }

    /// Words that stand beside the number, for keywords.
    pub fn says(&self, word: &str) -> bool {
        self.pre.contains(word) || self.post.contains(word)
    }
}

/// Nouns of which a report claims that there were none: 零投诉.
const NONE_OF: &[&str] = &[
    "投诉",
    "差错",
    "超时",
    "失误",
    "事故",
    "上访",
    "非访",
    "败诉",
    "纠错",
    "撤销",
    "信访",
    "违规",
    "违纪",
    "违法",
    "发案",
    "案件",
    "伤亡",
    "死亡",
    "复议",
    "诉讼",
    "延误",
    "逾期",
    "拖欠",
    "积案",
    "积压",
    "举报",
    "差评",
    "感染",
    "犯罪",
    "申诉",
    "命案",
    "发生",
    "增长",
    "新增",
    "冤假错案",
    "负面",
    "舆情",
    "重大",
    "火灾",
    "进京",
    "越级",
    "污染",
    "欠薪",
    "退件",
    "退回",
    "群体性",
    "刑事",
    "安全",
    "有责",
    "疫情",
    "疑似",
    "确诊",
    "脱管",
    "漏管",
    "再犯",
    "缺席",
    "遗漏",
    "瑕疵",
    "过错",
    "误差",
    "扯皮",
    "未办结",
    "问题",
];

const ABSENT: &[&str] = &[
    "未发生",
    "没有发生",
    "未出现",
    "没有出现",
    "没有",
    "未收到",
    "未接到",
    "未发现",
    "无",
    "未有",
    "未产生",
    "从未发生",
    "杜绝了",
    "不发生",
    "未引发",
];

const RANKED: &[&str] = &["位列", "排名", "位居", "名列", "列", "居", "排", "位次", "排在", "荣获", "获", "获得", "取得", "跃居", "并列"];

const TURNED: &[&str] = &[
    "增加到",
    "增加至",
    "增至",
    "增长到",
    "增长至",
    "上升到",
    "上升至",
    "提高到",
    "提高至",
    "提升到",
    "提升至",
    "下降到",
    "下降至",
    "降到",
    "降至",
    "降低到",
    "降低至",
    "减少到",
    "减少至",
    "减至",
    "减到",
    "压缩到",
    "压缩至",
    "压缩为",
    "压减到",
    "压减至",
    "压减为",
    "缩短到",
    "缩短至",
    "缩短为",
    "缩至",
    "缩减到",
    "缩减至",
    "精简到",
    "精简至",
    "精简为",
    "调整为",
    "调整到",
    "调整至",
    "变为",
    "扩大到",
    "扩大至",
    "优化至",
    "优化到",
    "优化为",
    "扩展到",
    "扩展至",
    "减少为",
    "升至",
    "升到",
    "拓展到",
    "拓展至",
    "合并为",
    "整合为",
];

struct Candidate {
    number: Numeral,
    unit: Option<Unit>,
    ranged: Option<Exactness>,
}

/// Every statistic of the text in order.
pub fn find(text: &Folded, marks: &Marks, numbers: Vec<Numeral>) -> Vec<Found> {
    let mut candidates: Vec<Candidate> = numbers
        .into_iter()
        .map(|number| {
            let unit = if number.percent || number.fraction { None } else { unit_after(text, &number) };
            Candidate { number, unit, ranged: None }
        })
        .collect();
    inherit(text, &mut candidates);
    let mut found: Vec<Found> = Vec::new();
    for index in 0..candidates.len() {
        let Some(candidate) = candidates.get(index) else { break };
        let named = |c: &&Candidate| marks.quoted.get(c.number.start).copied().unwrap_or(0) > 0;
        let next = candidates
            .iter()
            .skip(index + 1)
            .take(4)
            .find(|c| !named(c))
            .or(candidates.get(index + 5))
            .map_or(text.len(), |c| c.number.start);
        if let Some(figure) = read(text, marks, candidate, next, found.last()) {
            found.push(figure);
        }
    }
    subject::fill(&mut found);
    found
}

/// The unit after the number, over a stray transcription (`12jian件`) if need be.
fn unit_after(text: &Folded, n: &Numeral) -> Option<Unit> {
    let strict = n.script != Script::Arabic;
    if let Some(unit) = unit_at(text, n.end, strict) {
        return Some(unit);
    }
    // 36(件)
    if text.get(n.end) == Some('(')
        && n.script == Script::Arabic
        && let Some(unit) = unit_at(text, n.end + 1, true).filter(|u| text.get(u.end) == Some(')'))
    {
        return Some(Unit { end: unit.end + 1, ..unit });
    }
    let letters = (0..7).take_while(|k| text.get(n.end + k).is_some_and(|c| c.is_ascii_lowercase())).count();
    if letters >= 2 && text.get(n.end + letters).is_some_and(is_han) {
        return unit_at(text, n.end + letters, true);
    }
    None
}

/// Numbers that share the unit of a later one: 3至5个, 分别为12、15、18件, 由20压缩至5个工作日.
fn inherit(text: &Folded, candidates: &mut [Candidate]) {
    for index in (0..candidates.len().saturating_sub(1)).rev() {
        let (Some(a), Some(b)) = (candidates.get(index), candidates.get(index + 1)) else { continue };
        let percent = b.number.percent || b.unit.as_ref().is_some_and(|u| u.kind == Kind::Percent);
        let between = (a.number.end, b.number.start);
        if between.1 < between.0 || between.1 - between.0 > 5 || (a.unit.is_some() && !percent) {
            continue;
        }
        if (b.unit.is_none() && !b.number.percent) || a.number.percent || a.number.script == Script::Scale {
            continue;
        }
        let words = text.slice(between.0, between.1);
        let joined = ["-", "~", "—", "至", "到"].contains(&words.as_str());
        let led_by_dash = matches!(text.before(a.number.start), Some('-' | '—' | '/' | '.' | ':')) && a.number.script == Script::Arabic;
        if joined && a.unit.is_none() && !led_by_dash && text.before(a.number.start) != Some('第') {
            let by = if b.number.scaled && !a.number.scaled && a.number.value < b.number.value { scale_of(text, &b.number) } else { 1.0 };
            let unit = b.unit.clone();
            let percent = b.number.percent;
            if let Some(a) = candidates.get_mut(index) {
                a.number.value *= by;
                a.number.step *= by;
                a.number.percent = percent;
                a.unit = unit;
                a.ranged = Some(Exactness::AtLeast);
            }
            if let Some(b) = candidates.get_mut(index + 1) {
                b.ranged = Some(Exactness::Almost);
            }
            continue;
        }
        if a.unit.is_some() || a.number.script != Script::Arabic {
            continue;
        }
        let listed = ["、", "和", "及", "与", "以及", ",", ",和"].contains(&words.as_str());
        let head = matches!(text.before(a.number.start), None | Some('\n' | '。' | '第' | '(' | '-' | '.' | ';'));
        let separate = words != "," || apart(text, a.number.start);
        let turned = TURNED.contains(&words.as_str());
        if (listed && !head && separate && !a.number.scaled) || turned {
            let unit = b.unit.clone();
            let percent = b.number.percent;
            if let Some(a) = candidates.get_mut(index) {
                a.unit = unit;
                a.number.percent = percent;
            }
        }
    }
}

fn scale_of(text: &Folded, n: &Numeral) -> f64 {
    match text.slice(n.start, n.end).chars().find(|c| "百千万亿".contains(*c)) {
        Some('百') => 1e2,
        Some('千') => 1e3,
        Some('万') => 1e4,
        Some('亿') => 1e8,
        _ => 1.0,
    }
}

/// Whether 分别 leads the list.
fn apart(text: &Folded, i: usize) -> bool {
    let from = i.saturating_sub(24);
    text.slice(from, i).contains("分别")
}

fn read(text: &Folded, marks: &Marks, candidate: &Candidate, next: usize, last: Option<&Found>) -> Option<Found> {
    let n = &candidate.number;
    if last.is_some_and(|l| l.end > n.start) {
        return None;
    }
    if let Some(found) = rank(text, marks, n, last) {
        return Some(found);
    }
    let nothing = absent(text, n, candidate.unit.as_ref());
    let named = names::is_name(text, marks, n, candidate.unit.as_ref());
    let quoted = marks.quoted.get(n.start).copied().unwrap_or(0) > 0;
    if nothing {
        let unit = candidate.unit.as_ref()?;
        return Some(build(
            text,
            marks,
            Shape {
                n,
                value: 0.0,
                step: 1.0,
                unit: unit.word,
                kind: unit.kind,
                end: unit.end,
                exactness: Exactness::Exact,
                start: n.start,
            },
            next,
            last,
        ));
    }
    if n.value == 0.0 && candidate.unit.is_none() {
        let titled = marks.title.get(n.start).copied().unwrap_or(false);
        let claim = NONE_OF.iter().any(|w| text.reads(n.end, w)) && n.digits == 1;
        let plain = ["为", "是", "保持", "实现"].iter().any(|w| text.ends(n.start, w))
            && text.get(n.end).is_none_or(|c| ends_clause(c) || c == '、' || c == ')');
        if !titled
            && n.digits <= 1
            && (claim || (plain && !quoted))
            && !n.percent
            && !matches!(text.before(n.start), Some('0'..='9' | '.' | '-'))
        {
            return Some(build(
                text,
                marks,
                Shape { n, value: 0.0, step: 1.0, unit: "", kind: Kind::Thing, end: n.end, exactness: Exactness::Exact, start: n.start },
                next,
                last,
            ));
        }
        if !n.percent {
            return None;
        }
    }
    if named {
        return None;
    }
    let (unit, kind, factor, end) = match &candidate.unit {
        Some(u) if u.end > n.end && u.end <= next.max(n.end) => (u.word, u.kind, u.factor, u.end),
        Some(u) => (u.word, u.kind, u.factor, n.end),
        None if n.percent => ("%", Kind::Percent, 1.0, n.end),
        None if n.fraction => ("", Kind::Measure, 1.0, n.end),
        None if n.scaled && n.script == Script::Arabic && (is_led(text, n) || uncounted(text, n)) => ("", Kind::Thing, 1.0, n.end),
        None if n.digits >= 2 && n.script == Script::Arabic && uncounted(text, n) => ("", Kind::Thing, 1.0, n.end),
        None if labelled(text, n) => ("", Kind::Thing, 1.0, n.end),
        None => return None,
    };
    if kind == Kind::Time && !is_duration(text, n, unit, end) {
        return None;
    }
    let mut value = n.value * factor;
    let negative = text.before(n.start) == Some('-')
        && kind == Kind::Percent
        && n.start >= 2
        && !text.get(n.start - 2).is_some_and(|c| c.is_ascii_digit() || c == '%');
    if negative {
        value = -value;
    }
    let exactness = candidate.ranged.filter(|_| n.script != Script::Scale).unwrap_or_else(|| exactness(text, n, end));
    let start = if negative { n.start - 1 } else { n.start };
    Some(build(text, marks, Shape { n, value, step: n.step * factor, unit, kind, end, exactness, start }, next, last))
}

struct Shape<'a> {
    n: &'a Numeral,
    value: f64,
    step: f64,
    unit: &'a str,
    kind: Kind,
    start: usize,
    end: usize,
    exactness: Exactness,
}

fn build(text: &Folded, marks: &Marks, shape: Shape<'_>, next: usize, last: Option<&Found>) -> Found {
    let pre = subject::before(text, shape.start, last.map_or(0, |l| l.end));
    let post = subject::after(text, shape.end, next);
    Found {
        value: tidy(shape.value),
        step: shape.step,
        unit: shape.unit.to_string(),
        kind: shape.kind,
        exactness: shape.exactness,
        start: shape.start,
        end: shape.end.max(shape.n.end),
        sentence: marks.sentence.get(shape.n.start).copied().unwrap_or(0),
        bracket: marks.bracket.get(shape.n.start).copied().unwrap_or(0),
        pre,
        post,
        subject: String::new(),
        rank: false,
    }
}

/// Removes the dust of binary fractions: 87.4942万 is 874942.
fn tidy(value: f64) -> f64 {
    let scaled = (value * 1e6).round() / 1e6;
    if scaled.is_finite() && (scaled - value).abs() <= value.abs() * 1e-9 + 1e-9 { scaled } else { value }
}

/// 位列全市第一, 全市排名第3位.
fn rank(text: &Folded, marks: &Marks, n: &Numeral, last: Option<&Found>) -> Option<Found> {
    if text.before(n.start) != Some('第') || n.percent || n.fraction || n.more || n.value < 1.0 || n.value > 200.0 {
        return None;
    }
    if marks.title.get(n.start).copied().unwrap_or(false) || marks.quoted.get(n.start).copied().unwrap_or(0) > 0 {
        return None;
    }
    let end = match text.get(n.end) {
        Some('名' | '位') => n.end + 1,
        None => n.end,
        Some(c) if ends_clause(c) || c == '、' || c == ')' => n.end,
        _ => return None,
    };
    let from = (1..14).take_while(|k| *k <= n.start && !text.get(n.start - k).is_some_and(ends_clause)).count();
    let lead = text.slice(n.start - from, n.start - 1);
    if !RANKED.iter().any(|w| lead.contains(w)) {
        return None;
    }
    let shape = Shape {
        n,
        value: n.value,
        step: 1.0,
        unit: if end > n.end { if text.get(n.end) == Some('名') { "名" } else { "位" } } else { "位" },
        kind: Kind::Measure,
        start: n.start - 1,
        end,
        exactness: Exactness::Exact,
    };
    let mut found = build(text, marks, shape, end, last);
    found.rank = true;
    Some(found)
}

/// 未发生一起, 无一例: one of them stated to be none.
fn absent(text: &Folded, n: &Numeral, unit: Option<&Unit>) -> bool {
    n.value == 1.0
        && !n.scaled
        && !n.more
        && unit.is_some_and(|u| {
            matches!(u.word, "起" | "件" | "例" | "宗" | "次" | "人" | "名" | "人次" | "家" | "部" | "条" | "项" | "个" | "份")
        })
        && ABSENT.iter().any(|w| text.ends(n.start, w))
        && !(unit.is_some_and(|u| matches!(u.word, "个" | "项")) && text.ends(n.start, "没有"))
        && unit.is_none_or(|u| text.get(u.end) != Some('外'))
}

/// Whether 万 or 亿 ends its clause, or stands after a word that leads a number: 达12.8万, 近500万粉丝.
fn is_led(text: &Folded, n: &Numeral) -> bool {
    const LEADS: &[&str] = &[
        "达", "达到", "近", "约", "超", "超过", "突破", "为", "有", "共", "过", "了", "逾", "至", "到", "仅", "计", "数", "量", "额", "条",
        "均", "次", "投入", "资金", "成本", "损失", "拨付", "补助", "奖励", "罚款", "罚没", "收入", "经费", "贷款", "减免",
    ];
    if matches!(text.get(n.end), Some('年' | '里')) {
        return false;
    }
    n.more
        || text.get(n.end).is_none_or(|c| ends_clause(c) || matches!(c, '、' | ')' | '-' | '—' | '~'))
        || LEADS.iter().any(|w| text.ends(n.start, w))
}

/// A noun counted without any classifier: 28名法律顾问、1521法律明白人.
fn uncounted(text: &Folded, n: &Numeral) -> bool {
    const NOUNS: &[&str] = &[
        "企业",
        "居民",
        "农民",
        "党员",
        "干部",
        "职工",
        "用户",
        "市民",
        "百姓",
        "人口",
        "网民",
        "粉丝",
        "考生",
        "学员",
        "家庭",
        "农户",
        "商户",
        "个体工商户",
        "农民工",
        "老年人",
        "中小学生",
        "尾",
        "法律明白人",
        "网格员",
        "人民调解员",
        "调解员",
        "志愿者",
        "执法人员",
        "律师",
        "市场主体",
        "经营主体",
        "纠纷",
        "案件",
        "群众",
        "师生",
        "学生",
        "事项",
    ];
    let year = n.digits == 4 && (1900.0..2100.0).contains(&n.value);
    !year && NOUNS.iter().any(|w| text.reads(n.end, w)) && !matches!(text.before(n.start), Some('-' | '.' | '第' | '“' | '"'))
}

/// A bare number after its label: 满意率达98.5, 受理数为1234.
fn labelled(text: &Folded, n: &Numeral) -> bool {
    if n.script != Script::Arabic || !text.get(n.end).is_none_or(|c| ends_clause(c) || c == '、' || c == ')') {
        return false;
    }
    if n.step < 1.0 && ["指数", "得分", "均分", "满意度", "满意率", "安全感", "知晓率"].iter().any(|w| text.ends(n.start, w))
    {
        return true;
    }
    if told_by_a_rate(text, n) {
        return true;
    }
    let lead = ["达到", "达", "为", "是"].iter().find(|w| text.ends(n.start, w));
    let Some(lead) = lead else { return false };
    let at = n.start - lead.chars().count();
    matches!(text.before(at), Some('率' | '数' | '量' | '额' | '比'))
        && !["序", "次", "号", "字", "比"].iter().any(|w| text.ends(at.saturating_sub(1), w))
}

/// A bare count whose share or rate follows: 行政处罚2100,占收到申请总数的33.9%; 审结复议案件4696,审结率为83.4%.
fn told_by_a_rate(text: &Folded, n: &Numeral) -> bool {
    const LONGEST: usize = 8;
    let year = n.digits == 4 && (1900.0..2100.0).contains(&n.value);
    let noun = text.before(n.start).is_some_and(|c| is_han(c) && !"第年月日号字条届版期至到以前后".contains(c));
    if n.digits < 2 || n.step < 1.0 || year || !noun || text.get(n.end) != Some(',') {
        return false;
    }
    let next = n.end + 1;
    let rate = (2..LONGEST).find(|k| text.get(next + k) == Some('率'));
    let named = rate.is_some_and(|k| {
        (0..k).all(|at| text.get(next + at).is_some_and(is_han))
            && text.get(next + k + 1).is_some_and(|c| c.is_ascii_digit() || matches!(c, '为' | '达' | '是'))
    });
    text.reads(next, "占") || named
}

/// Time limits and time saved, not ages of things or times of the day.
fn is_duration(text: &Folded, n: &Numeral, unit: &str, end: usize) -> bool {
    let year = n.value >= 1900.0 && n.digits == 4;
    if year || text.ends(n.start, "提前第") {
        return false;
    }
    match unit {
        // a calendar day or a date unless a limit or a mean is meant: 15日内办结, 平均5.2日
        "日" | "年" => {
            let limit = unit == "日" && n.script == Script::Arabic && ["内", "之内", "以内"].iter().any(|w| text.reads(end, w));
            let from = n.start.saturating_sub(8);
            let lead = text.slice(from, n.start);
            let mean = ["平均", "延长", "缩短", "日数", "天数", "时长"].iter().any(|w| lead.contains(w));
            let dated = matches!(text.before(n.start), Some('月' | '年' | '-' | '.' | '/' | '至' | '第'));
            !dated && (n.step < 1.0 && n.step > 1e-3 || limit || mean) && n.value < 400.0
        }
        _ => true,
    }
}

/// How exact the stated number is, from the words around it.
fn exactness(text: &Folded, n: &Numeral, end: usize) -> Exactness {
    let ends = |words: &[&str], i: usize| words.iter().any(|w| text.ends(i, w));
    let mut i = n.start;
    // words that may stand between the hedge and the number
    for word in ["达到", "达", "有", "为", "占", "了", "共", "过"] {
        if text.ends(i, word) && ends(&["约", "大约", "近", "超", "突破", "超过", "接近", "将近", "大概"], i - word.chars().count())
        {
            i -= word.chars().count();
            break;
        }
    }
    let reads = |words: &[&str]| words.iter().any(|w| text.reads(end, w));
    if n.more
        || reads(&["以上", "之多", "及以上", "多人", "多,", "余,"])
        || reads(&["多"]) && !reads(&["多元", "多种", "多个", "多项", "多次", "多名", "多层", "多部门", "多方", "多地", "多家", "多起"])
    {
        return Exactness::AtLeast;
    }
    if reads(&["左右", "上下"]) {
        return Exactness::About;
    }
    if reads(&["以内", "以下", "之内"]) {
        return Exactness::Almost;
    }
    if ends(&["不少于", "不低于", "至少", "超过", "超", "突破", "逾", "高于", "多于", "大于", "不止", "最少", "≥", ">"], i)
        && !ends(&["不超过", "不超", "不大于", "不多于", "不高于", "赶超"], i)
    {
        return Exactness::AtLeast;
    }
    if ends(&["不超过", "不足", "不到", "不高于", "不大于", "不多于", "低于", "少于", "≤", "<", "最多", "将近", "接近", "不超"], i)
    {
        return Exactness::Almost;
    }
    if ends(&["近"], i) && !ends(&["附近", "最近", "就近", "临近", "邻近", "靠近", "新近", "远近", "亲近", "贴近"], i)
    {
        return Exactness::Almost;
    }
    if ends(&["约", "大约", "大概", "大致"], i)
        && !ends(
            &[
                "节约", "签约", "预约", "履约", "违约", "合约", "公约", "契约", "特约", "集约", "制约", "邀约", "毁约", "要约", "续约",
                "简约", "解约", "民约", "规约", "条约", "租约",
            ],
            i,
        )
    {
        return Exactness::About;
    }
    let from =
        (0..8).take_while(|k| *k < i && !text.get(i - 1 - k).is_some_and(|c| ends_clause(c) || c.is_ascii_digit() || c == '、')).count();
    let lead = text.slice(i - from, i);
    if ["至少", "不少于", "不低于"].iter().any(|w| lead.contains(w)) {
        return Exactness::AtLeast;
    }
    if text.before(i) == Some('上') && n.script == Script::Scale {
        return Exactness::AtLeast;
    }
    Exactness::Exact
}

/// The figure as published: words in the script of the text, offsets in it.
pub fn publish(text: &Folded, found: &Found) -> Figure {
    let (start, end) = text.span(found.start, found.end);
    let (from, to) = subject::clause(text, found.start, found.end);
    let unit = published_unit(text, found);
    Figure {
        value: found.value,
        unit,
        exactness: found.exactness,
        subject: found.subject.clone(),
        quote: text.original(from, to).trim().to_string(),
        start,
        end,
        step: found.step,
    }
}

/// The unit as the text writes it: 個 stays 個.
fn published_unit(text: &Folded, found: &Found) -> String {
    let count = found.unit.chars().count();
    let from = found.end.saturating_sub(count);
    if count > 0 && text.slice(from, found.end) == found.unit {
        let own = text.original(from, found.end);
        if own.chars().count() == count && !matches!(own.as_str(), "％" | "﹪") {
            return own;
        }
    }
    found.unit.clone()
}

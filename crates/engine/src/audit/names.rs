//! What looks like a count and is none: dates, document numbers, hotlines, versions, ordinals, slogans and
//! names that carry a number (三项制度, 双随机, 15分钟服务圈).

use super::marks::{Marks, NAME_LENGTH, ends_clause};
use super::numeral::{Numeral, Script};
use super::script::{Folded, is_han};
use super::unit::{Kind, Unit};

const HOTLINES: &[&str] = &[
    "12345", "12348", "12315", "12328", "12333", "12369", "12336", "12309", "12388", "12371", "12380", "110", "119", "120", "122", "8890",
    "114", "12366", "12377", "12329", "12318", "12350", "12320", "12305", "12301", "12331", "12339", "12393", "12355", "12338", "12351",
    "12317", "12310", "12337", "12389", "12368", "12349", "12326", "12312", "12358", "12356", "96110", "95598", "10086", "10010", "12306",
    "12313", "12395", "12378", "12363", "12386",
];

/// Nouns after 三项, 四个 …: the number belongs to the name.
const NAMED: &[&str] = &[
    "制度",
    "机制",
    "行动",
    "工程",
    "方面",
    "体系",
    "任务",
    "举措",
    "要求",
    "原则",
    "职能",
    "职责",
    "能力",
    "建设",
    "内容",
    "重点",
    "工作",
    "改革",
    "监督",
    "意识",
    "自信",
    "维护",
    "确立",
    "坚持",
    "统一",
    "结合",
    "转变",
    "环节",
    "阶段",
    "层面",
    "维度",
    "平台",
    "载体",
    "中心",
    "关键",
    "抓手",
    "模块",
    "领域",
    "板块",
    "程序",
    "步骤",
    "必须",
    "一批",
    "一",
    "不",
    "到位",
    "强化",
    "提升",
    "聚焦",
    "规定",
    "全面",
    "务必",
    "明确",
    "服务",
    "大局",
    "优先",
    "常态",
    "确保",
    "清单",
    "全覆盖",
    "更",
    "最",
    "好",
    "真正",
    "有",
    "是",
    "率",
    "分开",
    "转型",
    "攻坚",
    "融合",
    "引领",
    "贯穿",
    "统筹",
    "突出",
    "纳入",
    "带头",
    "专项",
    "改革方式",
    "关系",
    "问题导向",
    "五年",
    "三年",
];

/// Verbs before a count that a report gives of its own work.
const DOING: &[&str] = &[
    "开展",
    "举办",
    "召开",
    "组织",
    "新增",
    "增加",
    "共",
    "出台",
    "制定",
    "印发",
    "设立",
    "建成",
    "创建",
    "完成",
    "获",
    "荣获",
    "获得",
    "审议",
    "审查",
    "发布",
    "公布",
    "修订",
    "废止",
    "查处",
    "办理",
    "受理",
    "收到",
    "化解",
    "培育",
    "命名",
    "评选",
    "推出",
    "取消",
    "下放",
    "承接",
    "梳理",
    "配备",
    "聘请",
    "聘任",
    "组建",
    "成立",
    "建立",
    "打造",
    "报送",
    "提交",
    "提请",
    "听取",
    "研究",
    "讨论",
    "确定",
    "解决",
    "整改",
    "移送",
    "撤销",
    "纠正",
    "制发",
    "发出",
    "形成",
    "编制",
    "通过",
    "实施",
    "立",
    "废",
    "改",
    "有",
    "其中",
    "清理",
    "修改",
    "保留",
    "作出",
    "办结",
    "审结",
    "为",
    "达",
    "达到",
    "减少",
    "压减",
    "精简",
    "集中",
    "参加",
    "接待",
    "选派",
    "推荐",
    "入选",
    "签订",
    "仅",
    "各",
    "走访",
    "购置",
    "检查",
    "抽查",
    "培训",
    "表彰",
    "奖励",
    "调研",
    "惠及",
    "覆盖",
    "引进",
    "指导",
    "帮助",
    "处理",
    "处置",
    "抓获",
    "打掉",
    "破获",
    "立案",
    "审核",
    "备案",
    "评查",
    "选聘",
    "招录",
    "招聘",
    "新建",
    "改建",
    "扩建",
    "设置",
    "增设",
    "开设",
    "开通",
    "安装",
    "投放",
    "发放",
    "编印",
    "印制",
    "编写",
    "制作",
    "拍摄",
    "签署",
    "认定",
    "授予",
    "曝光",
    "通报",
    "约谈",
    "问责",
    "处分",
    "追责",
    "督办",
    "责令",
    "关停",
    "取缔",
    "拆除",
    "清退",
    "命名了",
    "辖",
    "涉及",
    "来自",
    "经过",
    "历经",
    "拥有",
    "现有",
    "设有",
    "建有",
];

/// Whether the words before a count begin with what was done.
pub fn tells_of_work(words: &str) -> bool {
    let words = words.trim_start_matches(|c: char| "、,;:()已并共".contains(c));
    DOING.iter().any(|w| w.len() > 3 && *w != "其中" && words.starts_with(w))
}

/// Whether the number, with the unit that follows it, does not count anything.
pub fn is_name(text: &Folded, marks: &Marks, n: &Numeral, unit: Option<&Unit>) -> bool {
    if measured_by(text, n) {
        return true;
    }
    let i = n.start;
    let at = |k: usize| text.get(k);
    if marks.title.get(i).copied().unwrap_or(false) {
        return true;
    }
    let quoted = usize::from(marks.quoted.get(i).copied().unwrap_or(0));
    let percent = n.percent || unit.is_some_and(|u| u.kind == Kind::Percent);
    if quoted > 0 && quoted <= NAME_LENGTH && !percent && !unit.is_some_and(|u| told_in_quotes(text, n, u)) {
        return true;
    }
    let before = text.before(i);
    if before == Some('、') && n.script == Script::Arabic && articles(text, i) {
        return true;
    }
    // ordinals, sums of a formula, versions, codes
    if before == Some('第') || matches!(before, Some('+' | '×' | '*' | '/' | '#' | '@' | '_' | '=')) && unit.is_none() {
        return true;
    }
    if matches!(before, Some('×' | '*' | 'x' | 'X')) && before_is_digit(text, i) {
        return true;
    }
    if matches!(before, Some('A'..='Z' | 'a'..='z')) && n.script == Script::Arabic && !percent && !loose_letters(text, i) {
        return true;
    }
    if before == Some('.')
        && i >= 2
        && at(i - 2).is_some_and(|c| c.is_ascii_digit())
        && !text.gap.get(i).copied().unwrap_or(false)
        && head_number(text, i).is_none()
    {
        return true;
    }
    if matches!(before, Some('·' | '•' | '‧'))
        || matches!(at(n.end), Some('·' | '•' | '‧')) && at(n.end + 1).is_some_and(|c| c.is_ascii_digit())
    {
        return true;
    }
    if n.script == Script::Arabic && n.digits >= 3 && unit.is_none_or(|u| u.kind == Kind::Noun || u.word == "分") {
        let digits = text.slice(n.start, n.end);
        if HOTLINES.contains(&digits.as_str()) || (digits.len() == 5 && digits.starts_with("96")) {
            return true;
        }
    }
    if ["令", "发", "字", "办", "函"].iter().any(|w| text.ends(i, w)) && matches!(at(n.end), Some('号')) {
        return true;
    }
    match unit {
        None => false,
        Some(unit) => is_named_count(text, n, unit) || furniture(text, i),
    }
}

/// So many people or households by which a rate is measured: 58件/百万人.
fn measured_by(text: &Folded, n: &Numeral) -> bool {
    n.value >= 1_000.0 && matches!(text.get(n.end), Some('人' | '户')) && text.before(n.start) == Some('/')
}

fn before_is_digit(text: &Folded, i: usize) -> bool {
    i >= 2 && text.get(i - 2).is_some_and(|c| c.is_ascii_digit())
}

/// A quotation that says what was done and how often, not what it is called: “清理执法证件5426个”.
fn told_in_quotes(text: &Folded, n: &Numeral, unit: &Unit) -> bool {
    let han = (1..=NAME_LENGTH).take_while(|k| *k <= n.start && text.get(n.start - k).is_some_and(is_han)).count();
    let opens = n.start - han;
    n.script == Script::Arabic
        && han >= 5
        && matches!(text.before(opens), Some('“' | '"'))
        && (matches!(text.get(unit.end), Some('”' | '"')) || DOING.iter().any(|w| text.reads(opens, w)))
}

/// 十四届全国人大三次会议, 四届三次、四次、五次全会: the number of a session.
fn meeting(text: &Folded, n: &Numeral, next: usize) -> bool {
    if n.script != Script::Chinese {
        return false;
    }
    let mut end = next;
    // 三次、四次、五次 to the last of the row
    while text.get(end) == Some('、') && text.get(end + 2) == Some('次') && end - next < 36 {
        end += 3;
    }
    let session = ["全会", "全体会议", "中央全会"].iter().any(|w| text.reads(end, w));
    let body = ["人大", "政协", "代表大会", "党代会", "代会", "委员会", "届"].iter().any(|w| text.ends(n.start, w));
    session && (text.before(n.start) == Some('、') || body || end > next) || body && text.reads(end, "会议")
}

/// 第5、6条: the later numbers are ordinals too.
fn articles(text: &Folded, i: usize) -> bool {
    let run = (1..=12).take_while(|k| *k <= i && text.get(i - k).is_some_and(|c| c.is_ascii_digit() || c == '、')).count();
    i > run && text.get(i - run - 1) == Some('第')
}

/// A run of small letters before the number, as a stray transcription leaves it.
fn loose_letters(text: &Folded, i: usize) -> bool {
    let run = (1..=7).take_while(|k| *k <= i && text.get(i - k).is_some_and(|c| c.is_ascii_lowercase())).count();
    (2..7).contains(&run)
}

/// The list number `2.` at the head of a line before `i`.
fn head_number(text: &Folded, i: usize) -> Option<usize> {
    let dot = i.checked_sub(1)?;
    let mut k = dot;
    while k > 0 && text.get(k - 1).is_some_and(|c| c.is_ascii_digit()) && dot - k < 3 {
        k -= 1;
    }
    let head = k == 0 || matches!(text.get(k - 1), Some('\n' | '。' | ';'));
    (head && k < dot).then_some(k)
}

/// Counters of the page itself: 浏览次数:1234次.
fn furniture(text: &Folded, i: usize) -> bool {
    text.before(i) == Some(':')
        && ["浏览", "点击", "阅读", "访问", "次数", "浏览量", "阅读量", "点击数", "阅读数", "浏览数", "点击量", "访问次数", "字数"]
            .iter()
            .any(|w| text.ends(i - 1, w))
        || ["浏览次数", "点击次数", "阅读次数", "访问次数"].iter().any(|w| text.ends(i, w))
}

/// Whether the words around say that time was saved.
fn saved(text: &Folded, i: usize, next: usize) -> bool {
    const LESS: &[&str] = &["缩短", "压缩", "压减", "缩减", "减少"];
    let to = |word: &str| ["", "了", "至", "到", "为"].iter().any(|tail| text.ends(i, &format!("{word}{tail}")));
    let from = ["由", "从", "由原来的", "从原来的", "由法定的"].iter().any(|w| text.ends(i, w));
    text.ends(i, "提前") || text.ends(i, "提前了") || LESS.iter().any(|w| to(w)) || from && LESS.iter().any(|w| text.reads(next, w))
}

fn is_named_count(text: &Folded, n: &Numeral, unit: &Unit) -> bool {
    let i = n.start;
    let next = unit.end;
    let follows = |words: &[&str]| words.iter().any(|w| text.reads(next, w));
    let precedes = |words: &[&str]| words.iter().any(|w| text.ends(i, w));
    match unit.word {
        "页" => return true,
        // a period, but for time saved: 提前7个月, 由6个月缩短至2个月
        "个月" if !saved(text, i, next) => return true,
        // scores only, never 8时30分 or 三分之一
        "分" if !scored(text, i) || follows(&["钟", "之", "别", "类", "局"]) || precedes(&["时", "点"]) => return true,
        "字" if !n.scaled => return true,
        "位" | "名" if text.before(i) == Some('前') && !text.ends(i, "年前") => return true,
        "位" | "名" if follows(&["之外", "以外", "开外", "之内", "以内", "之后"]) => return true,
        // 三个100%
        "个" if text.reads(next, "100%") || text.reads(next, "百分之百") => return true,
        "天" if n.value == 365.0 => return true,
        "次" if n.value == 1.0 && precedes(&["跑", "只跑", "最多跑", "只需跑"]) => return true,
        "件" if n.value == 1.0 && follows(&["事"]) => return true,
        "次" if text.before(i) == Some('届') || meeting(text, n, next) => return true,
        "天" if text.ends(i, "×") => return true,
        "米" | "千米" | "公里" if precedes(&["最后", "零"]) => return true,
        "期" if follows(&["工程", "项目", "建设", "改造"]) => return true,
        "方" | "克" | "升" | "面" | "头" | "口" | "把" | "回" | "单" | "道" | "副" | "对" | "顶" | "盘" | "员" | "班" | "款" | "番"
        | "层" | "集" | "首"
            if n.script != Script::Arabic =>
        {
            return true;
        }
        "小时" | "个小时" => {
            if follows(&[
                "不打烊",
                "自助",
                "值班",
                "值守",
                "服务",
                "热线",
                "在线",
                "开放",
                "全天",
                "受理",
                "运行",
                "办公",
                "营业",
                "随时",
                "无间断",
                "不间断",
                "政务",
                "便民",
                "法律",
                "待命",
                "备勤",
                "接听",
                "畅通",
                "监控",
                "巡",
                "以外",
                "之外",
                "外",
                "“",
            ]) {
                return true;
            }
            if n.value == 24.0 && !follows(&["内", "之内", "以内"]) {
                return true;
            }
            if matches!(text.before(i), Some('×' | '*' | 'x' | 'X')) {
                return true;
            }
        }
        _ => {}
    }
    if circle(text, next) || (unit.kind == Kind::Time && n.script != Script::Arabic && n.value <= 2.0) {
        return true;
    }
    if matches!(unit.word, "个" | "项" | "大")
        && follows(&[
            "方面",
            "维度",
            "层面",
            "坚持",
            "必须",
            "自信",
            "维护",
            "意识",
            "确立",
            "统筹",
            "季度",
            "阶段",
            "自然年",
            "世纪",
            "星期",
            "周",
            "年",
            "一",
            "“一”",
        ])
        && !(unit.word == "项" && text.reads(next, "年度"))
    {
        return true;
    }
    let done = DOING.iter().any(|w| text.ends(i, w) || (text.before(i) == Some('了') && text.ends(i - 1, w)));
    if n.script == Script::Arabic
        && !done
        && n.value <= 15.0
        && matches!(unit.word, "项" | "个" | "条" | "张")
        && follows(&["制度", "规定", "清单全覆盖", "全覆盖", "坚持", "明确"])
        && (n.value == 3.0 || n.value == 8.0)
    {
        return true;
    }
    match n.script {
        Script::Arabic => noun_too_large(n, unit),
        Script::Scale => !scale_is_counted(text, n),
        Script::Chinese => chinese_is_name(text, n, unit),
    }
}

/// 13市 may be a count, 2023区 and 28村 beside a name are not.
fn noun_too_large(n: &Numeral, unit: &Unit) -> bool {
    unit.kind == Kind::Noun && n.step >= 1.0 && (n.value < 2.0 || n.value >= 1900.0 && n.value < 2100.0 && n.digits == 4)
}

fn scored(text: &Folded, i: usize) -> bool {
    let from = (0..14).take_while(|k| *k < i && !text.get(i - 1 - k).is_some_and(ends_clause)).count();
    let lead = text.slice(i - from, i);
    [
        "得分",
        "评分",
        "总分",
        "均分",
        "考核",
        "成绩",
        "测评",
        "分值",
        "评价",
        "指数",
        "满意度",
        "考评",
        "评估",
        "平均",
        "记",
        "扣",
        "加",
        "积分",
    ]
    .iter()
    .any(|w| lead.contains(w))
}

/// 15分钟法律服务圈, 半小时办事圈: the name of a network.
fn circle(text: &Folded, next: usize) -> bool {
    (0..12).map_while(|k| text.get(next + k)).take_while(|c| !ends_clause(*c) && *c != '、').any(|c| c == '圈')
}

/// 百余, 近百, 上千, 超万: bare scales count only with such a word.
fn scale_is_counted(text: &Folded, n: &Numeral) -> bool {
    if matches!(text.before(n.start), Some('数' | '几' | '成')) {
        return false;
    }
    n.more
        || ["近", "上", "超", "超过", "逾", "约", "达", "突破", "将近", "接近"].iter().any(|w| text.ends(n.start, w))
            && !text.ends(n.start, "附近")
}

fn chinese_is_name(text: &Folded, n: &Numeral, unit: &Unit) -> bool {
    let i = n.start;
    let next = unit.end;
    let first = text.get(i).unwrap_or(' ');
    let twice = unit.word == "次" && ["先后", "前后", "会前", "会后"].iter().any(|w| text.ends(i, w));
    if !twice
        && matches!(
            text.before(i),
            Some(
                '第' | '数'
                    | '几'
                    | '每'
                    | '首'
                    | '前'
                    | '后'
                    | '这'
                    | '该'
                    | '上'
                    | '下'
                    | '本'
                    | '任'
                    | '某'
                    | '另'
                    | '再'
                    | '之'
                    | '唯'
                    | '万'
                    | '“'
                    | '初'
                    | '逐'
                    | '届'
            )
        )
    {
        return true;
    }
    if n.fraction || unit.kind == Kind::Percent {
        return false;
    }
    let follows = |words: &[&str]| words.iter().any(|w| text.reads(next, w));
    if unit.word == "节" && follows(&["气"]) {
        return true;
    }
    let named = NAMED.iter().any(|w| text.reads(next, w));
    let doing = DOING.iter().any(|w| text.ends(i, w) || (matches!(text.before(i), Some('了' | '过' | '约' | '近')) && text.ends(i - 1, w)));
    let more = n.more;
    if n.value == 0.0 {
        // 零件, 零门槛 are words; 实现零起 is a count
        let counts = matches!(unit.word, "起" | "例" | "宗" | "次" | "人" | "名");
        return !counts || !text.before(i).is_some_and(|c| "为是现持到达".contains(c));
    }
    if n.value == 1.0 {
        let ends = text.get(next).is_none_or(|c| ends_clause(c) || c == '、');
        let last = ends && text.before(i).is_some_and(|c| is_han(c) && !"为成于每同到归统合单专这某逐如之唯无万".contains(c));
        if last && matches!(unit.word, "部" | "件" | "份" | "名" | "起" | "宗" | "例") {
            return false;
        }
        let sure = ["新增", "共", "仅", "只有", "增加", "新设", "新建"].iter().any(|w| text.ends(i, w));
        return !sure
            || named
            || matches!(unit.word, "次" | "项" | "条" | "套" | "批" | "本" | "道" | "张" | "类" | "种" | "轮")
            || followed_by_name(text, next);
    }
    if n.digits == 1 && !more {
        if first == '二' {
            return true;
        }
        let ends = text.get(next).is_none_or(|c| ends_clause(c) || matches!(c, '、' | ')'));
        let listed = ends
            && text.before(i).is_some_and(is_han)
            && !["落实", "坚持", "做到", "抓好", "突出", "围绕", "聚焦", "强化", "紧扣", "用好", "守牢"].iter().any(|w| text.ends(i, w));
        if listed && matches!(unit.word, "个" | "项" | "条" | "部" | "份" | "家" | "支" | "处" | "期") {
            return false;
        }
        if unit.kind == Kind::Money || named && unit.word != "次" || followed_by_name(text, next) {
            return true;
        }
        // 两次会议, 三名律师 count by themselves; 五台, 三门, 四套 may be names and need a verb
        return match unit.word {
            "类" | "种" => true,
            "批" => false,
            "次" => named && !doing || follows(&["分配", "创业", "救济", "元", "产业"]),
            "期" => !doing && first != '两',
            "人" => follows(&["制", "行", "组", "小组"]),
            "场" | "场次" | "名" | "人次" | "件" | "起" | "例" | "宗" | "百分点" | "个百分点" => false,
            _ => !doing,
        };
    }
    // 十个坚持, 十二项制度: still names; 十二场, 二十余件 are counts
    named && !doing && !more && matches!(unit.word, "个" | "项" | "条" | "类" | "种" | "张")
}

/// 四个一, 三个不: no noun at all after the classifier.
fn followed_by_name(text: &Folded, next: usize) -> bool {
    matches!(text.get(next), Some('一' | '不' | '更' | '最' | '转' | '”'))
}

//! The units in which reports count, longest first at every place of the text.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::script::Folded;

/// What kind of thing a unit counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Cases and papers: 件 项 个 条 …
    Thing,
    People,
    /// Households, firms, organs.
    Body,
    /// Times, sessions.
    Event,
    Money,
    /// Days, hours: time limits and time saved.
    Time,
    Measure,
    Percent,
    /// A noun counted without a classifier: 18乡镇.
    Noun,
}

/// A unit found in the text.
#[derive(Clone, Debug)]
pub struct Unit {
    pub word: &'static str,
    pub kind: Kind,
    /// What the stated number is multiplied with: 万元 is 10,000 元.
    pub factor: f64,
    pub end: usize,
}

const THINGS: &str = "件 起 宗 例 项 个 条 份 部 册 篇 类 种 张 幅 块 面 枚 台 套 辆 支 本 处 座 栋 间 口 盏 封 则 集 笔 单 桩 卷 款 道 门 节 期 批 \
    箱 片 桶 通 架次 船次 篇次 例次 件次 条次 项次 份次 宗次 个次 部次 台次 辆次 车次 班次 点位 个点位 余件 卷次 头 只 羽 株 棵 颗 根 艘 架 盒 袋 瓶 把 顶 盘 组 对 副 顿 幢 票 批件";
const PEOPLE: &str = "人 名 位 人次 余人 余人次 万人次 名次 人份";
const BODIES: &str = "户 家 所 户次 家次 所次 个家 户家";
const EVENTS: &str = "次 场 场次 轮 轮次 趟 回 期次 批次 堂 讲 课 班 余次 余场 余场次 届次 遍";
const TIMES: &str = "天 小时 分钟 秒 工作日 个工作日 个小时 课时 个课时 学时 个学时 个自然日 自然日 秒钟 个月 日 年";
const MEASURES: &str = "亩 公顷 公里 平方公里 平方千米 千米 平方米 平米 立方米 方 米 吨 公斤 千克 克 升 千瓦 千瓦时 兆瓦 度电 倍 番 分 字 个百分点 百分点 立方 斤 GB TB MB 伏 平方 微克 微克/立方米 毫克 毫克/立方米 毫克/升 分贝";
const NOUNS: &str = "乡镇 镇街 街镇 镇乡 街道 村居 社区 部门 单位 企业 学校 区县 县区 县市区 市县 镇 乡 村 县 旗 市 区 州 省";
const MONEY: &[(&str, f64)] = &[
    ("元", 1.0),
    ("万元", 1e4),
    ("亿元", 1e8),
    ("百元", 1e2),
    ("千元", 1e3),
    ("百万元", 1e6),
    ("千万元", 1e7),
    ("万亿元", 1e12),
    ("美元", 1.0),
    ("万美元", 1e4),
    ("亿美元", 1e8),
    ("元人民币", 1.0),
    ("块钱", 1.0),
];

static UNITS: LazyLock<HashMap<char, Vec<(&'static str, Kind)>>> = LazyLock::new(|| {
    let mut map: HashMap<char, Vec<(&'static str, Kind)>> = HashMap::new();
    let lists = [
        (THINGS, Kind::Thing),
        (PEOPLE, Kind::People),
        (BODIES, Kind::Body),
        (EVENTS, Kind::Event),
        (TIMES, Kind::Time),
        (MEASURES, Kind::Measure),
        (NOUNS, Kind::Noun),
    ];
    for (words, kind) in lists {
        for word in words.split_whitespace() {
            if let Some(first) = word.chars().next() {
                map.entry(first).or_default().push((word, kind));
            }
        }
    }
    for &(word, _) in MONEY {
        if let Some(first) = word.chars().next() {
            map.entry(first).or_default().push((word, Kind::Money));
        }
    }
    for words in map.values_mut() {
        words.sort_by_key(|(w, _)| std::cmp::Reverse(w.chars().count()));
    }
    map
});

/// Words that begin like a unit and are none.
const NOT_UNITS: &[&str] = &[
    "通过",
    "通报",
    "通知",
    "通讯",
    "通信",
    "通道",
    "通行",
    "通用",
    "通办",
    "通关",
    "个体",
    "个人信息",
    "个性",
    "个税",
    "个别",
    "件套",
    "条例",
    "条款",
    "条块",
    "项目库",
    "部署",
    "部分",
    "部委",
    "部级",
    "部门",
    "部长",
    "份额",
    "类型",
    "类别",
    "种类",
    "种植",
    "张贴",
    "块状",
    "面对",
    "面临",
    "面积",
    "台账",
    "台阶",
    "套餐",
    "支持",
    "支撑",
    "支付",
    "支部",
    "本级",
    "本地",
    "本市",
    "本区",
    "本县",
    "本省",
    "本次",
    "本年",
    "本单位",
    "本部门",
    "本行政",
    "处理",
    "处置",
    "处罚",
    "处级",
    "处分",
    "处室",
    "间接",
    "间隔",
    "封闭",
    "集中",
    "集体",
    "集成",
    "集团",
    "单位",
    "单独",
    "单一",
    "款项",
    "道路",
    "门户",
    "门类",
    "节约",
    "节能",
    "节点",
    "期间",
    "期限",
    "期内",
    "批准",
    "批复",
    "批评",
    "批示",
    "头部",
    "只能",
    "只有",
    "架构",
    "把握",
    "把关",
    "顶层",
    "组织",
    "组建",
    "组长",
    "组成",
    "对于",
    "对接",
    "对照",
    "人民",
    "人大",
    "人均",
    "名录",
    "名单",
    "位于",
    "位居",
    "位列",
    "员工",
    "户籍",
    "户均",
    "所有",
    "所在",
    "所属",
];
const NOT_UNITS_MORE: &[&str] = &[
    "家庭",
    "家长",
    "次要",
    "次数",
    "场所",
    "场景",
    "轮训",
    "轮岗",
    "轮换",
    "回应",
    "回复",
    "回访",
    "回头看",
    "讲话",
    "讲座",
    "讲解",
    "课程",
    "课题",
    "班子",
    "班组",
    "天然",
    "天气",
    "分别",
    "分类",
    "分析",
    "分局",
    "分管",
    "分级",
    "分中心",
    "分布",
    "分工",
    "分支",
    "分之",
    "分步",
    "分层",
    "分批",
    "字号",
    "字样",
    "方面",
    "方式",
    "方案",
    "方便",
    "方向",
    "方位",
    "升级",
    "升至",
    "升到",
    "米字",
    "克服",
    "元旦",
    "元素",
    "元宵",
    "村级",
    "村民",
    "乡村",
    "镇村",
    "市级",
    "市场",
    "市民",
    "市域",
    "市政府",
    "市委",
    "区级",
    "区域",
    "县级",
    "县域",
];

fn is_refused(text: &Folded, i: usize) -> bool {
    NOT_UNITS.iter().chain(NOT_UNITS_MORE.iter()).any(|w| text.reads(i, w))
}

/// The unit that begins at `i`. A Chinese numeral takes classifiers only (`strict`), not nouns.
pub fn unit_at(text: &Folded, i: usize, strict: bool) -> Option<Unit> {
    if text.get(i) == Some('%') {
        return Some(Unit { word: "%", kind: Kind::Percent, factor: 1.0, end: i + 1 });
    }
    if text.get(i) == Some('‰') {
        return Some(Unit { word: "‰", kind: Kind::Percent, factor: 1.0, end: i + 1 });
    }
    let words = UNITS.get(&text.get(i)?)?;
    for &(word, kind) in words {
        if !text.reads(i, word) || (strict && kind == Kind::Noun) {
            continue;
        }
        let count = word.chars().count();
        let end = i + count;
        if kind != Kind::Noun && count == 1 && is_refused(text, i) {
            continue;
        }
        if kind == Kind::Noun {
            if count == 1 && (is_refused(text, i) || text.get(end).is_some_and(|c| "委政直属内外场民级域本局长办处司志厅部会".contains(c)))
            {
                continue;
            }
            return Some(Unit { word, kind, factor: 1.0, end });
        }
        if kind == Kind::Money {
            let factor = MONEY.iter().find(|(w, _)| *w == word).map_or(1.0, |(_, f)| *f);
            let base = if word.ends_with("美元") { "美元" } else { "元" };
            return Some(Unit { word: base, kind, factor, end });
        }
        // 余 inside a unit is part of the number, never reached with one that has it
        return Some(Unit { word, kind, factor: 1.0, end });
    }
    None
}

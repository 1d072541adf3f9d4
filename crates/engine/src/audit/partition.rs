//! Tells lists that divide a total from lists of marks that may overlap or leave something out, by the words
//! that name the parts.

use super::figure::Found;

/// Sets of parts that make a whole together; a part may go by any name of its row. Only what leaves nothing out stands
/// here: 受理 and 不予受理 leave out what was withdrawn, 省级 and 市级 what the state awarded.
const WHOLES: &[&[&[&str]]] = &[
    &[&["农村"], &["社区", "城市", "城区", "城镇"]],
    &[&["专职"], &["兼职"]],
    &[&["线上", "网上"], &["线下", "现场", "窗口"]],
    &[&["男"], &["女"]],
    &[&["市本级", "市直", "市属"], &["县区", "区县", "县(市", "各县", "县(区", "县市区"]],
    &[&["国家级", "中央级", "部级"], &["省级", "自治区级"], &["市级", "州级"], &["县级", "区级", "旗级"]],
    &[&["取消"], &["备案"], &["告知承诺"], &["优化"]],
    &[&["合格"], &["不合格"]],
    &[&["优秀"], &["良好"], &["合格"], &["不合格"]],
    &[&["好评"], &["差评"]],
    &[&["民事"], &["刑事"], &["行政"]],
    &[&["已完成", "完成"], &["未完成"]],
    &[&["已整改", "整改"], &["未整改", "正在整改"]],
];

/// Words in the last part that take in whatever the others left.
const REST: &[&str] = &["其他", "其它", "其余", "剩余", "余下", "另外"];

/// Marks that one thing may bear beside another of the same list.
const TAGS: &[&str] = &[
    "党员",
    "女性",
    "妇女",
    "本科",
    "大专",
    "研究生",
    "硕士",
    "博士",
    "学历",
    "高级",
    "中级",
    "职称",
    "岁",
    "少数民族",
    "退役",
    "农民工",
    "老年",
    "未成年",
    "残疾",
    "涉",
    "重点",
    "典型",
    "优秀",
    "首",
    "当场",
    "全程",
    "跨",
    "即办",
    "新增",
    "同比",
    "民营",
    "小微",
    "规上",
    "以上",
    "以下",
    "占",
    "最多跑",
    "不见面",
    "网上",
    "超过",
    "平均",
    "人均",
    "每",
    "连续",
    "再次",
    "共同",
    "同时",
    "联合",
];

/// Whether the names of the parts say that nothing is left out.
pub fn exhausts(parts: &[&Found]) -> bool {
    let Some(last) = parts.last().filter(|_| parts.len() >= 2) else { return false };
    let name = |f: &Found| format!("{}{}", f.pre, f.post);
    if REST.iter().any(|w| name(last).contains(w)) {
        return true;
    }
    WHOLES.iter().any(|row| {
        row.len() == parts.len() && {
            let mut free: Vec<bool> = vec![true; row.len()];
            parts.iter().all(|part| {
                let words = name(part);
                // the longest name that fits decides: 不予受理 is not 受理
                let best = row
                    .iter()
                    .enumerate()
                    .flat_map(|(i, names)| names.iter().map(move |n| (i, *n)))
                    .filter(|(_, n)| words.contains(n))
                    .max_by_key(|(_, n)| n.len());
                match best {
                    Some((i, _)) if free.get(i).copied().unwrap_or(false) => {
                        if let Some(slot) = free.get_mut(i) {
                            *slot = false;
                        }
                        true
                    }
                    _ => false,
                }
            })
        }
    })
}

/// Whether the figure counts what the others leave: 其他12件.
pub fn is_rest(figure: &Found) -> bool {
    let words = figure.pre.trim_start_matches(|c: char| "、,;:()和及与".contains(c));
    let count = words.chars().count();
    REST.iter().any(|w| words.starts_with(w)) && count <= 6 || words.contains("等其他") && count <= 10
}

/// Whether the total names the parts one by one: 家庭、邻里纠纷3955件(其中家庭纠纷999件、邻里纠纷2956件).
pub fn names_all(total: &Found, parts: &[&Found]) -> bool {
    let words = total.pre.rsplit([',', ';', ':']).next().unwrap_or("");
    let items: Vec<Vec<char>> = words.split(['、', '和', '及', '与']).map(|item| item.chars().collect()).collect();
    items.len() == parts.len()
        && parts.len() >= 2
        && items.iter().zip(parts).all(|(item, part)| {
            let own = format!("{}{}", part.pre, part.post);
            let ends = [item.get(..2), item.len().checked_sub(2).and_then(|from| item.get(from..))];
            ends.into_iter().flatten().any(|pair| own.contains(&pair.iter().collect::<String>()))
        })
}

/// Whether the parts are the two sides of one thing, wherever they stand: 合格 and 不合格.
pub fn two_sides(a: &Found, b: &Found) -> bool {
    const SIDES: &[(&str, &str)] =
        &[("好评", "差评"), ("合格", "不合格"), ("已整改", "未整改"), ("专职", "兼职"), ("线上", "线下"), ("男", "女")];
    SIDES.iter().any(|(x, y)| a.says(x) && !a.says(y) && b.says(y))
}

/// Whether one thing may be counted in several of the parts.
pub fn overlaps(parts: &[&Found]) -> bool {
    parts.iter().any(|p| TAGS.iter().any(|w| p.pre.contains(w) || p.post.starts_with(w)))
}

/// Whether the parts are named by levels of government, several of which may exercise one and the same power: 省级执行283项, 市级256项.
pub fn shares_levels(parts: &[&Found]) -> bool {
    const LEVELS: &[&[&str]] = &[
        &["国家级", "中央"],
        &["省级", "省本级", "自治区级"],
        &["市级", "市本级", "州级", "设区市"],
        &["县级", "区级", "区县", "县区", "市县"],
        &["乡级", "镇级", "乡镇", "街道"],
    ];
    let powers = parts.iter().any(|part| part.unit == "项" || ["执行", "行使", "实施"].iter().any(|verb| part.pre.contains(verb)));
    powers && LEVELS.iter().filter(|names| parts.iter().any(|part| names.iter().any(|name| part.pre.contains(name)))).count() >= 2
}

/// Whether the words say how many parts there are: 依四类改革方式共计.
pub fn announces(words: &str, count: usize) -> bool {
    const DIGITS: &[char] = &['零', '一', '两', '三', '四', '五', '六', '七', '八', '九'];
    let Some(digit) = DIGITS.get(count) else { return false };
    let two = count == 2 && ["二类", "二级", "二项"].iter().any(|w| words.contains(w));
    two || ["类", "级", "项", "种"].iter().any(|c| words.contains(&format!("{digit}{c}")))
}

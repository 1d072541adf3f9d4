//! From targets to work: which entries the registers need, and how many cases of which kind the year needs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use engine::figure::Index;
use engine::law::Law;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::entries::{self, Doing, Item};
use super::lives::{self, Ground, Life, Matter};
use super::people::People;

/// Every register's entries: those that are there first, and those the targets ask for.
pub fn registers(
    law: &Law,
    index: &Index,
    year: i16,
    targets: &BTreeMap<String, f64>,
    organs: Vec<Item>,
    officers: Vec<Item>,
    people: &People,
) -> anyhow::Result<Vec<Item>> {
    let whole: BTreeMap<String, i64> = targets.iter().map(|(key, value)| (key.clone(), *value as i64)).collect();
    let mut given: BTreeMap<&str, Vec<Item>> = BTreeMap::from([("organs", organs), ("officers", officers)]);
    given.insert("service-items", base_items(people));
    given.insert("enforcement-bodies", vec![base_body(law)].into_iter().flatten().collect());
    given.insert("power-list", base_powers(law));
    let touched: BTreeSet<&str> = law.figures.iter().filter(|figure| whole.contains_key(&figure.key)).filter_map(entries::over).collect();
    let mut items = Vec::new();
    for register in law.registers.values() {
        let given = given.remove(register.id.as_str()).unwrap_or_default();
        if given.is_empty() && !touched.contains(register.id.as_str()) {
            continue;
        }
        let mut planned = entries::plan(law, index, register, year, &whole, given, &people.organs)?;
        if register.id == "service-items" {
            name_items(&mut planned);
        }
        items.extend(planned);
    }
    Ok(items)
}

/// Matters people know by name, so that the rehearsed guide reads like one.
const MATTERS: [(&str, &str, &str); 24] = [
    ("个体工商户设立登记", "licence", "approval-bureau"),
    ("食品经营许可", "licence", "approval-bureau"),
    ("食品小经营店备案", "other", "approval-bureau"),
    ("公共场所卫生许可", "licence", "approval-bureau"),
    ("户外广告设置许可", "licence", "approval-bureau"),
    ("占用城市道路许可", "licence", "approval-bureau"),
    ("建筑工程施工许可", "licence", "approval-bureau"),
    ("人力资源服务许可", "licence", "approval-bureau"),
    ("劳务派遣经营许可", "licence", "approval-bureau"),
    ("道路货物运输经营许可", "licence", "approval-bureau"),
    ("社会保障卡补领、换领", "public-service", "human-resources"),
    ("城乡居民基本养老保险待遇申领", "payment", "human-resources"),
    ("失业保险金申领", "payment", "human-resources"),
    ("就业登记", "confirmation", "human-resources"),
    ("居住证明查询", "public-service", "civil-affairs"),
    ("最低生活保障金给付", "payment", "civil-affairs"),
    ("高龄津贴申领", "payment", "civil-affairs"),
    ("结婚登记预约", "public-service", "civil-affairs"),
    ("出生医学证明补发", "public-service", "health"),
    ("公共租赁住房申请", "public-service", "housing"),
    ("商品房预售资金查询", "public-service", "housing"),
    ("不动产登记资料查询", "public-service", "natural-resources"),
    ("建设用地规划信息查询", "public-service", "natural-resources"),
    ("医保参保信息变更", "public-service", "human-resources"),
];

fn base_items(people: &People) -> Vec<Item> {
    MATTERS
        .iter()
        .enumerate()
        .filter(|(_, (_, _, organ))| people.organs.iter().any(|known| known == organ))
        .map(|(number, (title, kind, organ))| {
            let mut with = Map::new();
            with.insert("code".to_owned(), json!(format!("1400{:05}", number + 1)));
            with.insert("kind".to_owned(), json!(kind));
            with.insert("legal-limit".to_owned(), json!(20));
            with.insert("promised-limit".to_owned(), json!(1));
            with.insert(
                "basis".to_owned(),
                json!(if *kind == "licence" {
                    "《行政许可法》第十二条和本行业的法律、法规"
                } else {
                    "本级政务服务事项清单"
                }),
            );
            with.insert("conditions".to_owned(), json!("符合本事项规定条件的公民、法人和其他组织，本人或者委托他人办理。"));
            with.insert(
                "materials".to_owned(),
                json!(["申请书（网上填写的不用另交）", "身份证明或者营业执照（能通过数据共享取得的不用交）", "本事项规定的证明材料"]),
            );
            with.insert("fee".to_owned(), json!("不收费"));
            Item {
                register: "service-items".to_owned(),
                id: format!("item-{:03}", number + 1),
                title: (*title).to_owned(),
                organ: (*organ).to_owned(),
                acts: vec![Doing { act: "adopt".to_owned(), in_year: false, with }],
            }
        })
        .collect()
}

fn base_body(law: &Law) -> Option<Item> {
    let act = law.registers.get("enforcement-bodies")?.acts.first()?;
    let with = match json!({ "name": "区市场监督管理局", "kind": "statutory", "organ": "market-regulation", "basis": ["处罚法/17"], "document": "区执法主体公告" })
    {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Some(Item {
        register: "enforcement-bodies".to_owned(),
        id: "market-regulation".to_owned(),
        title: "区市场监督管理局".to_owned(),
        organ: "market-regulation".to_owned(),
        acts: vec![Doing { act: act.id.clone(), in_year: false, with }],
    })
}

/// The powers the rehearsed penalties rest on.
fn base_powers(law: &Law) -> Vec<Item> {
    let source = law
        .registers
        .get("power-list")
        .and_then(|register| register.fields.iter().find(|field| field.id == "source"))
        .and_then(|field| field.choices.first())
        .map_or_else(|| "法律、法规".to_owned(), |choice| choice.id.clone());
    [("market-regulation", "对违反明码标价规定的处罚"), ("urban-management", "对占道经营的处罚"), ("health", "对未公示卫生许可证的处罚")]
        .iter()
        .enumerate()
        .map(|(number, (organ, title))| {
            let with = match json!({ "name": title, "kind": "penalty", "organ": organ, "level": "county", "basis": ["有关法律的罚则条款"], "source": source, "document": "区权责清单" }) {
                Value::Object(map) => map,
                _ => Map::new(),
            };
            Item { register: "power-list".to_owned(), id: format!("power-{:03}", number + 1), title: (*title).to_owned(), organ: (*organ).to_owned(), acts: vec![Doing { act: "adopt".to_owned(), in_year: false, with }] }
        })
        .collect()
}

/// Planned items get names of the same kind as the known ones.
fn name_items(items: &mut [Item]) {
    let verbs = ["变更", "延续", "注销", "补办", "信息查询", "资格确认", "登记", "备案", "初审", "复核"];
    let objects = [
        "个体工商户",
        "食品生产小作坊",
        "特种设备使用",
        "林木采伐",
        "取水许可",
        "医疗机构执业",
        "民办学校办学",
        "社会团体",
        "残疾人补贴",
        "退役军人优待",
        "农机驾驶",
        "动物防疫条件",
        "房屋租赁",
        "燃气经营",
        "排水接入",
        "体育场馆经营",
        "公章刻制",
        "旅馆业特种行业",
        "法律援助",
        "公证事项",
        "灵活就业",
        "创业担保贷款",
        "工伤认定",
        "教师资格",
        "护士执业",
        "临时用地",
        "宅基地",
        "种子生产经营",
        "渔业捕捞",
        "慈善组织",
    ];
    for (number, item) in items.iter_mut().filter(|item| item.id.starts_with("service-items-")).enumerate() {
        let round = number / (verbs.len() * objects.len());
        let suffix = if round == 0 {
            String::new()
        } else {
            format!("（{}）", ["乡镇代办", "跨区通办", "网上办理", "上门办理", "自助办理"].get(round - 1).copied().unwrap_or("其他情形"))
        };
        item.title = format!("{}{}{suffix}", objects[number % objects.len()], verbs[number / objects.len() % verbs.len()]);
        if let Some(first) = item.acts.first_mut() {
            first.with.insert("code".to_owned(), json!(format!("1409{:05}", number + 1)));
        }
    }
}

/// How many cases of which kind.
#[derive(Debug, Default)]
pub struct Cases {
    matters: Vec<(Matter, usize)>,
    penalties: usize,
    orders: super::orders::Orders,
}

const MODES: [(&str, &str); 4] = [
    ("S54.cases_approval_cancelled", "cancelled"),
    ("S54.cases_record_filing", "filing"),
    ("S54.cases_notification_commitment", "commitment"),
    ("S54.cases_optimised_approval", "optimised"),
];

/// Solves the targets over cases.
pub fn cases(law: &Law, targets: &BTreeMap<String, f64>) -> anyhow::Result<Cases> {
    let want = |key: &str| law.figure(key).and_then(|_| targets.get(key)).map(|value| *value as usize);
    let modes: Vec<(&'static str, usize)> = MODES.iter().map(|(key, mode)| (*mode, want(key).unwrap_or(0))).collect();
    let separated: usize = modes.iter().map(|(_, count)| count).sum();
    let (bad, good) = (want("S45.bad_ratings").unwrap_or(0), want("S45.good_ratings"));
    let reviews = match (want("S45.ratings_received"), good) {
        (Some(all), Some(good)) if good + bad != all && want("S45.bad_ratings").is_some() => {
            bail!("the targets cannot be met together: {good} good and {bad} bad ratings do not make {all}")
        }
        (Some(all), _) => all,
        (None, good) => good.unwrap_or(0) + bad,
    };
    let centre = want("S39.service_matters_handled");
    let township = want("S48.cases_handled_by_townships").unwrap_or(0);
    let received = want("S45.matters_received").unwrap_or_else(|| (centre.unwrap_or(separated).max(separated) + township).max(reviews));
    let centre = centre.unwrap_or_else(|| received.saturating_sub(township));
    if centre + township > received || reviews > received || separated > centre {
        bail!(
            "the targets cannot be met together: {received} matters received, {centre} handled in the hall, {township} in townships, {reviews} rated, {separated} under the separation of permits and licences"
        );
    }
    // Attributes are laid along the cases one after another; each is exact by itself.
    let mut counted: BTreeMap<Matter, usize> = BTreeMap::new();
    let mut bounds: BTreeSet<usize> = BTreeSet::from([0, centre, centre + township, reviews.saturating_sub(bad), reviews, received]);
    let mut edge = 0;
    let mut mode_ranges = Vec::new();
    for (mode, count) in modes {
        mode_ranges.push((edge, edge + count, mode));
        edge += count;
        bounds.insert(edge);
    }
    // Grades of the good ones are spread three ways.
    let good = reviews - bad.min(reviews);
    for part in [good * 93 / 100, good * 99 / 100] {
        bounds.insert(part);
    }
    let bounds: Vec<usize> = bounds.into_iter().filter(|bound| *bound <= received).collect();
    for pair in bounds.windows(2) {
        let &[from, to] = pair else { continue };
        let venue = if from < centre {
            "district-centre"
        } else if from < centre + township {
            "township"
        } else {
            "online"
        };
        let mode = mode_ranges.iter().find(|(start, end, _)| (*start..*end).contains(&from)).map(|(_, _, mode)| *mode);
        let grade = match from {
            at if at < good * 93 / 100 => Some("very-satisfied"),
            at if at < good * 99 / 100 => Some("satisfied"),
            at if at < good => Some("basically-satisfied"),
            at if at < reviews => Some("dissatisfied"),
            _ => None,
        };
        *counted.entry(Matter { venue, mode, grade, concluded: true }).or_default() += to - from;
    }
    Ok(Cases {
        matters: counted.into_iter().collect(),
        penalties: want("S55.enforcement_cases_entered").unwrap_or(0),
        orders: super::orders::Orders::plan(law, targets)?,
    })
}

impl Cases {
    pub fn total(&self) -> usize {
        self.matters.iter().map(|(_, count)| count).sum::<usize>() + self.penalties + self.orders.total()
    }

    /// The cases that begin on one working day of the year; over all days exactly as many as wanted.
    pub fn of_day(
        &self,
        ground: &Ground<'_>,
        place: usize,
        days: usize,
        day: Date,
        number: &mut usize,
        random: &mut fastrand::Rng,
    ) -> anyhow::Result<Vec<Life>> {
        let share = |count: usize| count * (place + 1) / days - count * place / days;
        let mut lives = Vec::new();
        for (matter, count) in &self.matters {
            for _ in 0..share(*count) {
                *number += 1;
                lives.push(lives::matter(ground, matter, *number, day, random)?);
            }
        }
        for _ in 0..share(self.penalties) {
            *number += 1;
            lives.push(lives::penalty(ground, *number, day, random)?);
        }
        self.orders.of_day(ground, place, days, day, number, random, &mut lives)?;
        random.shuffle(&mut lives);
        Ok(lives)
    }
}

//! Values of fields: whether what was typed is what the law asks for, and how a value reads.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::decide::Reason;
use crate::indicator::score::Sheet;
use crate::indicator::{Points, Tree};
use crate::law::{Ask, Cite, Field, FieldKind};

/// Checks what was given against what is asked: nothing missing, nothing unasked, every value of its type.
pub fn check_asks(fields: &[Field], asks: &[Ask], with: &Map<String, Value>, cite: &Cite, reasons: &mut Vec<Reason>) {
    for ask in asks {
        let Some(field) = fields.iter().find(|field| field.id == ask.field) else { continue };
        match with.get(&ask.field) {
            Some(value) if !empty(value) => {
                if let Err(why) = check(field, value) {
                    reasons.push(Reason::cited("field", cite, format!("{}：{why}", field.title), "改正后再提交".to_owned()).on(&field.id));
                }
            }
            _ if ask.required => {
                reasons.push(
                    Reason::cited("field", cite, format!("没有填写“{}”", field.title), format!("填写“{}”", field.title)).on(&field.id),
                );
            }
            _ => {}
        }
    }
    for given in with.keys() {
        if !asks.iter().any(|ask| &ask.field == given) {
            let title = fields.iter().find(|field| &field.id == given).map_or(given.as_str(), |field| field.title.as_str());
            reasons.push(Reason::cited("field", cite, format!("这一步不收“{title}”"), "去掉这一项".to_owned()).on(given));
        }
    }
}

pub fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        _ => false,
    }
}

/// Largest number or amount a field takes: sums over millions of records still fit.
const MOST: i64 = 1_000_000_000_000;

/// Longest text a field takes, in characters.
const LONGEST: usize = 20_000;

fn check(field: &Field, value: &Value) -> Result<(), String> {
    let text = || value.as_str().ok_or_else(|| "应当是文字".to_owned());
    match field.kind {
        FieldKind::Text | FieldKind::Prose | FieldKind::Person => {
            let text = text()?;
            if text.chars().count() > LONGEST { Err(format!("不能超过{LONGEST}字")) } else { Ok(()) }
        }
        FieldKind::Entry => text().map(|_| ()),
        FieldKind::Number => match value.as_i64() {
            Some(number) if (-MOST..=MOST).contains(&number) => Ok(()),
            Some(_) => Err("数太大".to_owned()),
            None => Err("应当是整数".to_owned()),
        },
        FieldKind::Money => match value.as_i64() {
            Some(amount) if (0..=MOST).contains(&amount) => Ok(()),
            Some(amount) if amount > MOST => Err("金额不能超过一万亿元".to_owned()),
            Some(_) => Err("金额不能小于0".to_owned()),
            None => Err("应当是以元为单位的整数".to_owned()),
        },
        FieldKind::Date => text()?.parse::<Date>().map(|_| ()).map_err(|_| "日期应当写成2026-10-20".to_owned()),
        FieldKind::Fact => match text()? {
            "yes" | "no" | "not-established" => Ok(()),
            _ => Err("应当是“是”“否”或“尚未查明”".to_owned()),
        },
        FieldKind::Choice => one_of(field, text()?),
        FieldKind::Choices => value
            .as_array()
            .ok_or_else(|| "应当是若干选项".to_owned())?
            .iter()
            .try_for_each(|item| one_of(field, item.as_str().unwrap_or_default())),
        FieldKind::Persons | FieldKind::Files | FieldKind::Lines => match value.as_array() {
            Some(items) if items.iter().all(Value::is_string) => Ok(()),
            _ => Err("应当是若干行文字".to_owned()),
        },
        FieldKind::Columns => match value.as_array() {
            Some(items) => match crate::dataset::columns(items.iter().map(|item| item.as_str().unwrap_or_default())) {
                Ok(_) => Ok(()),
                Err(wrong) => Err(wrong.join("；")),
            },
            None => Err("应当是若干行文字".to_owned()),
        },
        FieldKind::Party => party(value),
        FieldKind::Points => match Points::parse(text()?) {
            Some(points) if points > Points::ZERO && points <= Points::HUNDRED => Ok(()),
            _ => Err("应当是大于0、不超过100的分数，最多两位小数，例如2.5".to_owned()),
        },
        FieldKind::Indicators | FieldKind::Sheet | FieldKind::Ranking => Err("由系统写入，不能填写".to_owned()),
    }
}

fn one_of(field: &Field, given: &str) -> Result<(), String> {
    if field.choices.iter().any(|choice| choice.id == given) {
        return Ok(());
    }
    let known: Vec<&str> = field.choices.iter().map(|choice| choice.title.as_str()).collect();
    Err(format!("“{given}”不是可选的：{}", known.join("、")))
}

fn party(value: &Value) -> Result<(), String> {
    let parts = value.as_object().ok_or_else(|| "应当写明姓名或名称、类型".to_owned())?;
    let part = |name: &str| parts.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    if part("name").is_empty() {
        return Err("没有写姓名或名称".to_owned());
    }
    let id = part("id");
    match part("kind") {
        "citizen" if !id.is_empty() && !identity_number(id) => Err("公民身份号码不对，请核对最后一位校验码（GB 11643）".to_owned()),
        "organisation" if !id.is_empty() && !credit_code(id) => Err("统一社会信用代码不对，请核对最后一位校验码（GB 32100）".to_owned()),
        "citizen" | "organisation" => Ok(()),
        _ => Err("类型应当是公民（citizen）或者法人、其他组织（organisation）".to_owned()),
    }
}

/// GB 11643: eighteen characters, the last a check digit over ISO 7064 MOD 11-2.
pub fn identity_number(id: &str) -> bool {
    let bytes = id.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = bytes[..17].iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let expected = b"10X98765432"[(sum % 11) as usize];
    let born = format!("{}-{}-{}", &id[6..10], &id[10..12], &id[12..14]);
    bytes[17].to_ascii_uppercase() == expected && born.parse::<Date>().is_ok()
}

/// GB 32100: eighteen characters of digits and letters without I, O, S, V, Z; the last a check character MOD 31-3.
pub fn credit_code(code: &str) -> bool {
    const SET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let code = code.to_ascii_uppercase();
    let places: Option<Vec<usize>> = code.bytes().map(|byte| SET.iter().position(|&known| known == byte)).collect();
    let Some(places) = places.filter(|places| places.len() == 18) else { return false };
    let mut weight = 1;
    let mut sum = 0;
    for place in &places[..17] {
        sum += place * weight;
        weight = weight * 3 % 31;
    }
    places[17] == (31 - sum % 31) % 31
}

/// How a value reads in a sentence or on a paper.
pub fn read(field: Option<&Field>, value: &Value) -> String {
    let choice = |id: &str| field.and_then(|field| field.choices.iter().find(|choice| choice.id == id)).map(|choice| choice.title.clone());
    match (field.map(|field| field.kind), value) {
        (_, Value::Null) => String::new(),
        (Some(FieldKind::Fact), Value::String(text)) => match text.as_str() {
            "yes" => "是".to_owned(),
            "no" => "否".to_owned(),
            _ => "尚未查明".to_owned(),
        },
        (Some(FieldKind::Money), Value::Number(number)) => format!("{}元", thousands(number.as_i64().unwrap_or_default())),
        (Some(FieldKind::Points), Value::String(text)) => format!("{text}分"),
        (Some(FieldKind::Indicators), value) => Tree::of(value).map_or_else(String::new, |tree| {
            format!("{}（{}年，{}起施行，{}项）", tree.title, tree.year, long_date(tree.in_force), tree.count)
        }),
        (Some(FieldKind::Sheet), value) => serde_json::from_value::<Sheet>(value.clone())
            .ok()
            .and_then(|sheet| sheet.total)
            .map_or_else(|| "没有得分".to_owned(), |total| format!("{total}分")),
        (Some(FieldKind::Ranking), value) => format!("{}个单位的名次", value.as_array().map_or(0, Vec::len)),
        (Some(FieldKind::Date), Value::String(text)) => text.parse::<Date>().map_or_else(|_| text.clone(), long_date),
        (_, Value::String(text)) => choice(text).unwrap_or_else(|| text.clone()),
        (_, Value::Array(items)) => items.iter().map(|item| read(field, item)).collect::<Vec<_>>().join("、"),
        (_, Value::Object(parts)) => parts.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        (_, other) => other.to_string(),
    }
}

/// 2026年10月20日
pub fn long_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 120,000
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

//! The data pool of a demonstration: a catalogue of four data sets and their batches of the last months, with the mistakes that real
//! files have. Names, codes and numbers are made up; only their check digits are right.

use std::fmt::Write;

use actions::Hall;
use actions::pool::{PROCEDURE, REGISTER, Submitted};
use actions::step::Asked;
use anyhow::Context;
use engine::register::Entering;
use engine::value::{credit_code, identity_number};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::entries::keeper;
use super::people;

/// A data set of the demonstration: who submits, who accepts, how a row is made.
struct Set {
    id: &'static str,
    title: &'static str,
    organ: &'static str,
    by: &'static str,
    reviewer: &'static str,
    open: bool,
    fields: fn() -> Value,
    row: fn(usize, Date) -> String,
}

const SETS: [Set; 4] = [
    Set {
        id: "mediation-cases",
        title: "人民调解案件",
        organ: "justice-bureau",
        by: "keeper",
        reviewer: "supervisor",
        open: false,
        fields: || {
            json!({
                "description": "各调解委员会受理的人民调解案件，一案一条。",
                "columns": ["no | 案号 | 文字 | 主键", "accepted-on | 受理日期 | 日期 | 必填", "township | 乡镇（街道）名称 | 文字 | 必填 可查",
                    "kind | 纠纷类型 | 选项 邻里/婚姻家庭/损害赔偿/劳动争议 | 必填 可查", "party | 申请人 | 文字 | 个人信息 可查",
                    "identity-number | 公民身份号码 | 公民身份号码", "amount | 协议金额 | 金额 元", "settled | 达成协议 | 是否 | 必填"],
                "refresh": "monthly", "source": "人民调解管理", "method": "download", "sharing": "unconditional", "grade": "一般数据，含个人信息",
                "quality": "案号不重复；受理日期在所属期间内；达成协议的写协议金额。"
            })
        },
        row: |number, day| {
            let kinds = ["邻里", "婚姻家庭", "损害赔偿", "劳动争议"];
            let settled = number % 5 != 0;
            format!(
                "调〔{}〕{number}号,{day},{},{},{},{},{},{}",
                day.year(),
                township(number),
                kinds[number % 4],
                people::name(number),
                identity(number),
                if settled { (number % 37 * 250 + 300).to_string() } else { String::new() },
                if settled { "是" } else { "否" }
            )
        },
    },
    Set {
        id: "legal-aid-cases",
        title: "法律援助案件",
        organ: "justice-bureau",
        by: "keeper",
        reviewer: "supervisor",
        open: false,
        fields: || {
            json!({
                "description": "法律援助机构受理的援助案件，一案一条。",
                "columns": ["no | 案号 | 文字 | 主键", "accepted-on | 受理日期 | 日期 | 必填", "party | 受援人 | 文字 | 必填 个人信息",
                    "identity-number | 公民身份号码 | 公民身份号码 | 可查", "stage | 办理阶段 | 选项 民事/刑事/劳动仲裁 | 必填", "closed | 已结案 | 是否 | 必填"],
                "refresh": "quarterly", "source": "法律援助管理", "method": "interface", "sharing": "conditional",
                "conditions": "共享给人民法院、人民检察院、人力资源社会保障部门，用于核实受援资格", "grade": "敏感数据"
            })
        },
        row: |number, day| {
            let stages = ["民事", "刑事", "劳动仲裁"];
            let closed = if number % 3 == 0 { "否" } else { "是" };
            format!(
                "援〔{}〕{number}号,{day},{},{},{},{closed}",
                day.year(),
                people::name(number + 500),
                identity(number + 500),
                stages[number % 3]
            )
        },
    },
    Set {
        id: "licences-issued",
        title: "行政许可决定",
        organ: "approval-bureau",
        by: "clerk",
        reviewer: "approver",
        open: true,
        fields: || {
            json!({
                "description": "本级作出的行政许可决定，一件一条。",
                "columns": ["no | 许可文号 | 文字 | 主键", "decided-on | 决定日期 | 日期 | 必填", "item | 许可事项 | 文字 | 必填 可查",
                    "holder | 被许可人 | 文字 | 必填", "credit-code | 统一社会信用代码 | 统一社会信用代码 | 必填 可查", "valid-until | 有效期至 | 日期"],
                "refresh": "monthly", "source": "行政审批业务", "method": "download", "sharing": "unconditional", "grade": "公开数据"
            })
        },
        row: |number, day| {
            let items = ["食品经营许可", "公共场所卫生许可", "道路运输经营许可", "特种设备使用登记"];
            format!(
                "审批许〔{}〕{number}号,{day},{},{}第{number}商行,{},{}",
                day.year(),
                items[number % 4],
                township(number).trim_end_matches("镇").trim_end_matches("街道"),
                credit(number),
                day.checked_add(5.years()).map_or(String::new(), |until| until.to_string())
            )
        },
    },
    Set {
        id: "penalty-decisions",
        title: "行政处罚决定",
        organ: "market-regulation",
        by: "zhang",
        reviewer: "head",
        open: true,
        fields: || {
            json!({
                "description": "市场监管领域的行政处罚决定，一件一条。",
                "columns": ["no | 决定书文号 | 文字 | 主键", "decided-on | 决定日期 | 日期 | 必填", "conduct | 违法行为 | 文字 | 必填 可查",
                    "party | 当事人 | 文字 | 必填 个人信息", "credit-code | 统一社会信用代码 | 统一社会信用代码 | 可查", "fine | 罚款数额 | 金额 元 | 必填",
                    "division | 行政区划代码 | 行政区划代码"],
                "refresh": "weekly", "source": "行政执法案件", "method": "exchange", "sharing": "unconditional", "grade": "一般数据"
            })
        },
        row: |number, day| {
            let conducts = ["未按规定明码标价", "超范围经营", "经营标签不符的食品", "未亮照经营"];
            format!(
                "市监罚〔{}〕{number}号,{day},{},{},{},{},140902",
                day.year(),
                conducts[number % 4],
                people::name(number + 900),
                credit(number + 300),
                number % 9 * 500 + 500
            )
        },
    },
];

fn township(number: usize) -> &'static str {
    ["东河街道", "西关街道", "南庄镇", "北河镇", "上关镇", "下庄镇"][number % 6]
}

/// A number of the right form: the first check digit that makes it one.
fn identity(number: usize) -> String {
    let stem = format!("140902{}{:02}{:02}{:03}", 1950 + number % 55, 1 + number % 12, 1 + number % 28, number % 1_000);
    "0123456789X".chars().map(|last| format!("{stem}{last}")).find(|made| identity_number(made)).unwrap_or_default()
}

fn credit(number: usize) -> String {
    let stem = format!("91140902MA0{number:06}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().map(|last| format!("{stem}{last}")).find(|made| credit_code(made)).unwrap_or_default()
}

/// Lists the data sets and brings in batches over the months before today. Before the regulation is in force there is nothing to play.
/// Returns the number of batches.
pub fn play(hall: &Hall, now: DateTime) -> anyhow::Result<usize> {
    let Some(register) = hall.law.registers.get(REGISTER) else { return Ok(0) };
    let first = now.date().checked_sub(4.months())?;
    let mut days = vec![first];
    while let Some(next) = days.last().and_then(|day| day.checked_add(1.month()).ok()).filter(|day| *day < now.date()) {
        days.push(next);
    }
    if first < register.in_force {
        return Ok(0);
    }
    let mut batches = 0;
    for set in &SETS {
        enter(hall, set, "adopt", (set.fields)(), first)?;
        if set.open {
            let review = json!({ "openness": "open", "open-review": "经保密审查，去掉个人信息后可以公开。", "licence": "可以自由使用，注明来源和更新时间。" });
            enter(hall, set, "open", review, first)?;
        }
        let mut known = 0;
        let mut last = Vec::new();
        for (place, day) in days.iter().enumerate().skip(1) {
            let file = file(set, place, &mut known, &mut last, *day);
            let id = submit(
                hall,
                set,
                &format!("{}年{}月.csv", day.year(), day.month()),
                file,
                &format!("{}年{}月", day.year(), day.month()),
                day.at(9, 30, 0, 0),
            )?;
            batches += 1;
            // The last batch of the first data set waits for its review.
            if place + 1 == days.len() && set.id == "mediation-cases" {
                continue;
            }
            step(hall, id, "accept", set.reviewer, json!({ "review-opinion": "抽查核对，同意入池。" }), day.at(15, 0, 0, 0))?;
            if place == 2 && set.id == "mediation-cases" {
                step(
                    hall,
                    id,
                    "withdraw",
                    set.reviewer,
                    json!({ "withdrawal-reason": "漏报两个乡镇，补齐后重新提交。" }),
                    day.at(16, 20, 0, 0),
                )?;
            }
        }
    }
    Ok(batches)
}

/// A month's file: new rows, some of last month's once more, one of them changed, one row twice, and rows with mistakes.
fn file(set: &Set, place: usize, known: &mut usize, last: &mut Vec<String>, day: Date) -> String {
    let columns = (set.fields)();
    let titles: Vec<&str> =
        columns["columns"].as_array().into_iter().flatten().filter_map(|line| line.as_str()?.split(" | ").nth(1)).collect();
    let mut text = titles.join(",") + "\n";
    let row = |number: usize| (set.row)(number, day.checked_sub(((number % 27 + 1) as i64).days()).unwrap_or(day));
    for line in last.iter().rev().take(2) {
        let _ = writeln!(text, "{line}");
    }
    if *known > 4 {
        let _ = writeln!(text, "{}", row(*known - 4));
    }
    last.clear();
    let new = 60 + place * 7;
    for number in *known + 1..=*known + new {
        let line = row(number);
        // A writing error that every such file has somewhere: a day that no calendar has, a digit turned.
        let line = match number % 29 {
            7 => {
                line.split(',').enumerate().map(|(place, cell)| if place == 1 { "2026-02-30" } else { cell }).collect::<Vec<_>>().join(",")
            }
            11 => line.replacen("14090219", "14090291", 1).replacen("91140902MA", "91140920MA", 1),
            _ => line,
        };
        let _ = writeln!(text, "{line}");
        last.push(line);
        if number % 41 == 5 {
            let _ = writeln!(text, "{}", row(number));
        }
    }
    *known += new;
    text
}

fn enter(hall: &Hall, set: &Set, act: &str, with: Value, day: Date) -> anyhow::Result<()> {
    let entering = Entering {
        register: REGISTER.to_owned(),
        act: act.to_owned(),
        id: set.id.to_owned(),
        title: set.title.to_owned(),
        organ: set.organ.to_owned(),
        from: day,
        with: fields(with),
    };
    hall.enter(entering, &[keeper(&hall.law)], day.at(9, 0, 0, 0)).with_context(|| format!("the data set {} was refused", set.id))?;
    Ok(())
}

fn fields(with: Value) -> Map<String, Value> {
    match with {
        Value::Object(with) => with,
        _ => Map::new(),
    }
}

fn submit(hall: &Hall, set: &Set, name: &str, file: String, period: &str, at: DateTime) -> anyhow::Result<i64> {
    let by = hall.person(set.by, at.date()).with_context(|| format!("nobody is {}", set.by))?;
    let given = Submitted { data_set: set.id, name, bytes: file.into_bytes(), period, note: "" };
    Ok(hall.submit_batch(given, &by, at).with_context(|| format!("a batch of {} was refused", set.id))?.case.id)
}

fn step(hall: &Hall, case: i64, step: &str, by: &str, with: Value, at: DateTime) -> anyhow::Result<()> {
    let by = hall.person(by, at.date()).with_context(|| format!("nobody is {by}"))?;
    let asked =
        Asked { case: Some(case), procedure: PROCEDURE.to_owned(), step: step.to_owned(), by: vec![by], with: fields(with), seen: None };
    hall.take_step(asked, at).with_context(|| format!("{step} of a batch was refused"))?;
    Ok(())
}

//! The appraisal of a rehearsed year: evidence through the year with gaps, self-scores, adopted and declined evidence, deductions with their
//! grounds, one objection upheld and one rejected, the bulletin; of the running year as far as today.

use std::collections::{BTreeMap, HashMap};

use actions::Hall;
use actions::appraisal::{ROUND, UNIT};
use actions::step::Asked;
use anyhow::{Context, bail};
use engine::indicator::{Rule, Tree};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::Outcome;

/// Office people, of different organs, so that nobody scores the own one.
const OFFICE: [(&str, &str, &str); 3] =
    [("appraiser", "justice-bureau", "冯静"), ("appraiser-2", "human-resources", "许明"), ("appraiser-3", "health", "梁艳")];
const CHECKERS: [(&str, &str, &str); 2] = [("checker", "civil-affairs", "罗斌"), ("checker-2", "housing", "宋霞")];
/// Objects to a deduction, and is right.
const UPHELD: &str = "market-regulation";
/// Objects to a deduction, and is not.
const REJECTED: &str = "urban-management";

/// People the appraisal needs beside those of the daily work: id, name, organ, posts.
pub fn people(organs: &[String]) -> Vec<(String, String, String, &'static str)> {
    let mut people: Vec<(String, String, String, &'static str)> = Vec::new();
    for (posted, post) in [(OFFICE.as_slice(), "appraisal-office"), (CHECKERS.as_slice(), "appraisal-checker")] {
        people.extend(posted.iter().map(|(id, organ, name)| ((*id).to_owned(), (*name).to_owned(), (*organ).to_owned(), post)));
    }
    for (number, organ) in organs.iter().enumerate() {
        let name = if organ == UPHELD { "韩丽".to_owned() } else { super::people::name(921 + number) };
        people.push((format!("liaison-{organ}"), name, organ.clone(), "appraisal-liaison"));
    }
    people
}

/// One step of one unit; of the round when the organ is empty.
struct Doing {
    organ: String,
    step: &'static str,
    by: String,
    with: Value,
}

/// What is still to be done, by the moment.
#[derive(Default)]
pub struct Appraisal {
    year: i16,
    begins: Option<DateTime>,
    agenda: BTreeMap<DateTime, Vec<Doing>>,
    /// Cases by organ; the round's under nothing.
    cases: HashMap<String, i64>,
}

impl Appraisal {
    /// Plans a year; nothing when the law appraises nobody in it.
    pub fn plan(hall: &Hall, year: i16) -> anyhow::Result<Appraisal> {
        let Some(tree) = hall.law.standards.keys().find_map(|standard| hall.law.tree(standard, year)) else {
            return Ok(Appraisal::default());
        };
        let mut plan = Appraisal { year, begins: Some(working(hall, year, 1, 5)?.at(9, 0, 0, 0)), ..Appraisal::default() };
        let registers = hall.registers();
        let units: Vec<(String, String)> = registers
            .all("organs")
            .filter_map(|organ| {
                let kind = organ.fields.get("kind").and_then(Value::as_str)?;
                Some((organ.id.clone(), tree.group_of(kind)?.id.clone()))
            })
            .filter(|(organ, _)| registers.entry("officers", &format!("liaison-{organ}")).is_some())
            .collect();
        for (number, (organ, group)) in units.iter().enumerate() {
            plan.unit(hall, &tree, number, organ, group)?;
        }
        if !units.is_empty() {
            let next = year + 1;
            plan.at(
                working(hall, next, 2, 6)?.at(16, 0, 0, 0),
                "",
                "issue-bulletin",
                "leader",
                json!({
                    "remarks": format!("{year}年，各单位依法履行职责，执法、政务服务和诉求办理总体规范；部分单位材料报送不及时，办案期限管理还有短板。"),
                    "commendations": ["区直部门得分第一的单位，通报表扬", "乡镇（街道）得分第一的单位，通报表扬"],
                    "measures": ["得分靠后的单位，一个月内报送整改情况"],
                }),
            );
            plan.at(working(hall, next, 2, 27)?.at(10, 0, 0, 0), "", "close-round", "appraiser", json!({}));
        }
        Ok(plan)
    }

    fn at(&mut self, at: DateTime, organ: &str, step: &'static str, by: &str, with: Value) {
        self.agenda.entry(at).or_default().push(Doing { organ: organ.to_owned(), step, by: by.to_owned(), with });
    }

    fn unit(&mut self, hall: &Hall, tree: &Tree, number: usize, organ: &str, group: &str) -> anyhow::Result<()> {
        let (year, next) = (self.year, self.year + 1);
        let liaison = format!("liaison-{organ}");
        let mut office = OFFICE.into_iter().filter(|(_, own, _)| *own != organ).map(|(id, _, _)| id);
        let first = office.next().context("nobody of the office may score this organ")?;
        let second = office.next().context("nobody else of the office may score this organ")?;
        let checker = CHECKERS.into_iter().find(|(_, own, _)| *own != organ).map_or("checker", |(id, _, _)| id);
        let documents: Vec<_> = tree
            .leaves()
            .filter(|leaf| leaf.rule == Rule::Document && (leaf.groups.is_empty() || leaf.groups.iter().any(|own| own == group)))
            .collect();
        let contested = matches!(organ, UPHELD | REJECTED);
        let mut hour = 0;
        let mut minute = move || {
            hour += 1;
            (9 + (hour / 60) as i8 % 8, (hour % 60) as i8)
        };
        let filed: Vec<_> = documents
            .iter()
            .enumerate()
            .filter(|(place, _)| contested && *place == 1 || !(number * 3 + place * 5).is_multiple_of(7))
            .collect();
        for (place, leaf) in &filed {
            let (month, day) = (2 + (number + place * 2) % 10, 3 + (number * 5 + place * 7) % 24);
            let day = working(hall, year, i8::try_from(month)?, i8::try_from(day)?)?;
            let with = json!({ "indicator": leaf.id, "evidence": leaf.evidence.split('；').next().unwrap_or(&leaf.evidence), "arose-on": day.to_string() });
            self.at(day.at(10, i8::try_from(number % 60)?, 0, 0), organ, "file-evidence", &liaison, with);
        }
        self.at(working(hall, year, 12, 15)?.at(9, 0, 0, 0), organ, "call-self-score", first, json!({}));
        let report = "对照本年度指标逐项自查，材料已经报送，能计算的得分以系统为准。";
        self.at(working(hall, year, 12, 22)?.at(15, 0, 0, 0), organ, "self-score", &liaison, json!({ "self-report": report }));
        let check = working(hall, next, 1, 5)?;
        for (place, leaf) in &filed {
            let declined = !contested && (number + place) % 11 == 3;
            let reason =
                if declined { "材料是上一年度的，不能证明本年度的工作" } else { "材料齐全，与指标相符" };
            let with = json!({ "indicator": leaf.id, "adopted": if declined { "declined" } else { "adopted" }, "adoption-reason": reason });
            let (hour, minute) = minute();
            self.at(check.at(hour, minute, 0, 0), organ, "adopt-evidence", first, with);
        }
        let deducted = if contested || number % 4 == 1 { filed.get(usize::from(contested)).or(filed.first()) } else { None };
        if let Some((_, leaf)) = deducted {
            let with = json!({
                "indicator": leaf.id,
                "points": "0.5",
                "deduction-reason": "材料形成以后一个多月才报送",
                "deduction-evidence": format!("指标{}的材料，形成日期和报送日期见案件记录", leaf.id),
            });
            self.at(check.at(17, 0, 0, 0), organ, "deduct", first, with);
        }
        let with = json!({ "check-opinion": "书面审核完毕，得分和扣分见逐项记录。" });
        self.at(check.at(17, 30, 0, 0), organ, "finish-office-check", first, with);
        let with = json!({ "site-findings": "抽查案卷和台账，与系统记录一致。" });
        self.at(working(hall, next, 1, 8)?.at(10, 0, 0, 0), organ, "check-on-site", checker, with);
        self.at(working(hall, next, 1, 10)?.at(9, 0, 0, 0), organ, "score-provisionally", first, json!({}));
        match deducted.filter(|_| contested) {
            Some((_, leaf)) => {
                let upheld = organ == UPHELD;
                let says = if upheld {
                    "材料当天形成当天报送，系统有记录，扣分与事实不符。"
                } else {
                    "报送迟是因为经办人出差，请求不扣分。"
                };
                self.at(
                    working(hall, next, 1, 11)?.at(9, 0, 0, 0),
                    organ,
                    "object",
                    &liaison,
                    json!({ "indicator": leaf.id, "objection": says }),
                );
                let reasons = if upheld {
                    "核对案件记录，材料形成和报送是同一天，扣分没有事实依据，恢复得分。"
                } else {
                    "经办人出差不是迟报的正当理由，维持扣分。"
                };
                let with = json!({ "objection-result": if upheld { "upheld" } else { "rejected" }, "objection-reasons": reasons });
                self.at(working(hall, next, 1, 13)?.at(9, 0, 0, 0), organ, "decide-objection", second, with);
            }
            None => self.at(working(hall, next, 1, 11)?.at(15, 0, 0, 0), organ, "accept-score", &liaison, json!({})),
        }
        self.at(working(hall, next, 2, 3)?.at(10, 0, 0, 0), organ, "finalise", first, json!({}));
        let with = json!({ "uses": ["evaluation"] });
        self.at(working(hall, next, 2, 10)?.at(9, 0, 0, 0), organ, "notify-result", first, with);
        let with = json!({ "cadres": ["主要负责人", "分管法治工作的负责人"] });
        self.at(working(hall, next, 2, 20)?.at(9, 0, 0, 0), organ, "file-cadre-record", first, with);
        Ok(())
    }

    /// Does what is due by `now`, in order.
    pub fn until(&mut self, hall: &Hall, now: DateTime, outcome: &mut Outcome) -> anyhow::Result<()> {
        if let Some(begins) = self.begins.filter(|begins| *begins <= now) {
            let office = hall.person(OFFICE[0].0, begins.date()).context("nobody opens the appraisal")?;
            outcome.steps += hall.open_appraisal(&office, self.year, &format!("区法治办〔{}〕1号", self.year), begins)?;
            let opened = hall.appraisal_year(Some(&office), self.year, begins)?;
            self.cases = opened.units.iter().map(|unit| (unit.organ.clone(), unit.case)).collect();
            self.cases.extend(opened.round.map(|round| (String::new(), round.case)));
            self.begins = None;
        }
        while let Some(next) = self.agenda.first_entry().filter(|next| *next.key() <= now) {
            let (at, doings) = next.remove_entry();
            self.take(hall, at, doings, outcome)?;
        }
        Ok(())
    }

    /// Does all that is left; what the clocks do meanwhile comes in its turn.
    pub fn finish(mut self, hall: &Hall, outcome: &mut Outcome) -> anyhow::Result<()> {
        while let Some(at) = self.begins.or_else(|| self.agenda.keys().next().copied()) {
            outcome.lapses += hall.run_round(at)?.events;
            self.until(hall, at, outcome)?;
        }
        Ok(())
    }

    /// Carries a running year as far as today, with the quarterly reminders on the way.
    pub fn up_to(mut self, hall: &Hall, today: DateTime, outcome: &mut Outcome) -> anyhow::Result<()> {
        while let Some(at) = self.begins.or_else(|| self.agenda.keys().next().copied()).filter(|at| *at <= today) {
            outcome.lapses += hall.run_round(at)?.events;
            self.until(hall, at, outcome)?;
        }
        outcome.lapses += hall.run_round(today)?.events;
        Ok(())
    }

    fn take(&self, hall: &Hall, at: DateTime, doings: Vec<Doing>, outcome: &mut Outcome) -> anyhow::Result<()> {
        let mut asked = Vec::with_capacity(doings.len());
        let round = match doings.iter().any(|doing| doing.step == "notify-result") {
            true => hall.appraisal_year(None, self.year, at)?.round,
            false => None,
        };
        let number = round.and_then(|round| round.bulletin?.number);
        for doing in &doings {
            let case = self.cases.get(&doing.organ).copied().with_context(|| format!("no case of {} was opened", doing.organ))?;
            let mut with = match &doing.with {
                Value::Object(with) => with.clone(),
                _ => Map::new(),
            };
            if let Some(number) = number.as_ref().filter(|_| doing.step == "notify-result") {
                with.insert("bulletin-number".to_owned(), json!(number));
            }
            let person = hall.person(&doing.by, at.date()).with_context(|| format!("nobody is {}", doing.by))?;
            let procedure = if doing.organ.is_empty() { ROUND } else { UNIT };
            asked.push(Asked {
                case: Some(case),
                procedure: procedure.to_owned(),
                step: doing.step.to_owned(),
                by: vec![person],
                with,
                seen: None,
            });
        }
        // A sheet is computed from what is on disk: several steps on one case go one by one.
        let mut cases: Vec<Option<i64>> = asked.iter().map(|asked| asked.case).collect();
        cases.sort_unstable();
        cases.dedup();
        let results = if cases.len() == asked.len() {
            hall.take_steps(asked, at)
        } else {
            asked.into_iter().map(|asked| hall.take_step(asked, at)).collect()
        };
        for (doing, result) in doings.iter().zip(results) {
            if let Err(error) = result {
                bail!("`{}` of {} in the appraisal of {} was refused on {at}: {error}", doing.step, doing.organ, self.year);
            }
            outcome.steps += 1;
        }
        Ok(())
    }
}

/// A day, or the first working day after it.
fn working(hall: &Hall, year: i16, month: i8, day: i8) -> anyhow::Result<Date> {
    let mut day = Date::new(year, month, day)?;
    while !hall.law.calendar.works(day) {
        day = day.tomorrow()?;
    }
    Ok(day)
}

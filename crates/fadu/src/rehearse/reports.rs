//! The reports of the year: the round opened in November, written by two people in each department, one of them late and one silent; the
//! government's report approved in January, handed in and published.

use actions::freeze::{EXPLAIN, check_id};
use actions::rounds::{DISTRICT, UNIT};
use actions::step::{Asked, Done};
use actions::writing::{Writing, Written};
use actions::{Error, Hall};
use anyhow::Context;
use engine::case::Person;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::people::{DEPARTMENTS, People};

/// Departments that carry theirs to the end.
const FINISHED: usize = 6;
/// The one that hands over after the day, and the one that does not at all.
const LATE: &str = "housing";
const SILENT: &str = "natural-resources";
/// Whose people have accounts in the demonstration: theirs stays open to write on.
const WRITING: &str = "market-regulation";

const PARTS: [(&str, &str); 4] = [
    ("measures", "推行包容审慎执法，轻微违法首违不罚。\n执法全过程记录，重大执法决定都经过法制审核。"),
    ("shortcomings", "基层执法力量不足，有的案件办理超过期限。\n原因是人员编制多年没有增加，培训跟不上新法的施行。"),
    ("first-responsible", "主要负责人定期研究法治建设工作，带头学法，出庭应诉。"),
    ("next-year", "完善裁量基准，培训执法人员，把窗口服务延伸到乡镇。"),
];

/// Plays the round of a year as far as `now` allows; returns how many steps were taken.
pub fn play(hall: &Hall, people: &People, year: i16, now: DateTime) -> anyhow::Result<usize> {
    let mut round = Playing { hall, now, steps: 0 };
    let day = |year: i16, month: i8, day: i8, hour: i8| -> anyhow::Result<DateTime> { Ok(Date::new(year, month, day)?.at(hour, 0, 0, 0)) };
    let office = people.of("justice-bureau", "rule-of-law-office", 0)?;
    let units: Vec<&str> = DEPARTMENTS.iter().map(|(id, _, _)| *id).collect();
    let Some(opened) =
        round.step(None, DISTRICT[0], "open-round", &office, day(year, 11, 15, 9)?, json!({ "year": year, "units": units }))?
    else {
        return Ok(0);
    };
    let (id, code) = (opened.case.id, opened.code);
    let filter = actions::CaseFilter { procedures: vec![UNIT.to_owned()], matters: vec![code], ..Default::default() };
    let (children, _) = hall.list(&office, actions::look::Listing { filter, limit: 200, ..Default::default() })?;
    let child =
        |organ: &str| children.iter().find(|row| row.head.organ == organ).map(|row| row.stream).context("a department has no report");

    for (place, organ) in units.iter().enumerate() {
        let case = child(organ)?;
        let writers = [people.of(organ, "report-writer", 0)?, people.of(organ, "report-writer", 1)?];
        let parts = if *organ == SILENT { 1 } else { PARTS.len() };
        for (number, (part, text)) in PARTS.iter().take(parts).enumerate() {
            round.write(case, part, text, &writers[number % 2], day(year, 12, 5 + number as i8, 9 + place as i8)?)?;
        }
        if *organ == SILENT {
            round.step(
                Some(case),
                UNIT,
                "remind",
                &office,
                day(year, 12, 21, 10)?,
                json!({ "reminder": "十二月二十日已过，请尽快交来。" }),
            )?;
            continue;
        }
        let handed = if *organ == LATE { day(year, 12, 27, 15)? } else { day(year, 12, 12 + place as i8 % 6, 15)? };
        // The night marks who is late before the late one hands over.
        hall.run_round(handed.min(now))?;
        round.step(Some(case), UNIT, "hand-over", &writers[0], handed, json!({}))?;
    }
    let writer = people.of("justice-bureau", "report-writer", 0)?;
    for (number, (part, text)) in PARTS.iter().enumerate() {
        round.write(id, part, text, if number % 2 == 0 { &writer } else { &office }, day(year, 12, 22, 9 + number as i8)?)?;
    }
    // A second hand on a part: what changed between the two can be seen.
    round.write(id, "measures", &format!("{}\n推行“综合查一次”，一次上门查清多个事项。", PARTS[0].1), &office, day(year, 12, 23, 10)?)?;
    round.step(Some(id), DISTRICT[0], "submit", &writer, day(year, 12, 28, 9)?, json!({}))?;
    round.step(Some(id), DISTRICT[0], "pass-review", &office, day(year + 1, 1, 6, 9)?, json!({}))?;
    let mut finished = Vec::new();
    for organ in units.iter().filter(|organ| ![SILENT, LATE, WRITING].contains(organ)).take(FINISHED) {
        let case = child(organ)?;
        let (writer, head) = (people.of(organ, "report-writer", 0)?, people.of(organ, "organ-head", 0)?);
        round.step(Some(case), UNIT, "submit", &writer, day(year + 1, 1, 4, 9)?, json!({}))?;
        round.explain(case, &head, day(year + 1, 1, 5, 9)?)?;
        round.step(Some(case), UNIT, "approve", &head, day(year + 1, 1, 5, 10)?, json!({ "head-opinion": "同意" }))?;
        round.step(Some(case), UNIT, "hand-in", &writer, day(year + 1, 1, 6, 9)?, json!({}))?;
        finished.push((case, writer));
    }
    let leader = people.of(super::people::GOVERNMENT, "leader", 0)?;
    round.explain(id, &leader, day(year + 1, 1, 10, 8)?)?;
    round.step(Some(id), DISTRICT[0], "approve", &leader, day(year + 1, 1, 10, 9)?, json!({ "head-opinion": "同意报送" }))?;
    round.step(Some(id), DISTRICT[0], "hand-in", &office, day(year + 1, 1, 12, 9)?, json!({}))?;
    for (receiver, on) in [("party-committee", 12), ("congress", 13), ("superior-government", 16)] {
        let with = json!({ "receiver": receiver, "received-on": Date::new(year + 1, 1, on)?.to_string() });
        round.step(Some(id), DISTRICT[0], "record-receipt", &office, day(year + 1, 1, 17, 9)?, with)?;
    }
    for (case, writer) in &finished {
        round.step(Some(*case), UNIT, "publish", writer, day(year + 1, 2, 15, 9)?, json!({ "openness": "open" }))?;
    }
    round.step(Some(id), DISTRICT[0], "publish", &office, day(year + 1, 2, 20, 9)?, json!({ "openness": "open" }))?;
    Ok(round.steps)
}

struct Playing<'h> {
    hall: &'h Hall,
    now: DateTime,
    steps: usize,
}

impl Playing<'_> {
    /// Takes a step; `None` when its day has not come yet.
    fn step(
        &mut self,
        case: Option<i64>,
        procedure: &str,
        step: &str,
        by: &Person,
        at: DateTime,
        with: Value,
    ) -> anyhow::Result<Option<Done>> {
        if at > self.now {
            return Ok(None);
        }
        let with: Map<String, Value> = with.as_object().cloned().unwrap_or_default();
        let asked = Asked { case, procedure: procedure.to_owned(), step: step.to_owned(), by: vec![by.clone()], with, seen: None };
        let done = self.hall.take_step(asked, at).with_context(|| format!("a rehearsed {procedure} was refused at `{step}`"))?;
        self.steps += 1;
        Ok(Some(done))
    }

    fn write(&mut self, case: i64, part: &str, text: &str, by: &Person, at: DateTime) -> anyhow::Result<()> {
        if at > self.now {
            return Ok(());
        }
        let revisions = self.hall.revisions(case, part)?;
        let based_on = revisions.last().map_or(0, |revision| revision.number);
        let writing = Writing { case, part: part.to_owned(), text: text.to_owned(), based_on, by: vec![by.clone()] };
        match self.hall.write(&writing, at)? {
            Written::Saved { .. } | Written::Same => self.steps += 1,
            Written::Conflict { .. } => anyhow::bail!("nobody else writes in a rehearsal, but `{part}` was in conflict"),
        }
        Ok(())
    }

    /// Gives every failing check a reason, as a rehearsal at a scale has to: rounding parts totals from their parts.
    fn explain(&mut self, case: i64, by: &Person, at: DateTime) -> anyhow::Result<()> {
        if at > self.now {
            return Ok(());
        }
        let standing = match self.hall.report_of(case, at) {
            Ok(standing) => standing,
            Err(Error::Invalid(why)) => anyhow::bail!("the rehearsed report cannot be written: {why}"),
            Err(error) => return Err(error.into()),
        };
        let ids: Vec<String> = standing.report.unanswered().map(check_id).collect();
        let procedure = self.hall.case(case)?.procedure.clone();
        for check in ids {
            let with = json!({ "check": check, "check-reason": "演练数据按比例缩小，四舍五入后分项与总数不完全一致。" });
            self.step(Some(case), &procedure, EXPLAIN, by, at, with)?;
        }
        Ok(())
    }
}

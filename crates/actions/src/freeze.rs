//! Approving a report: every check holds or has a reason, then the whole of it is kept under its digest together with the checkpoint that
//! seals what it counted. Years later the kept report says the same, and counting the sealed events again shows whether it was true.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use engine::audit::Outcome;
use engine::case::{Case, Event};
use engine::decide::{Reason, Refusal, version_of};
use engine::figure::{Definition, Figure, Index};
use engine::law::{Law, Step, Version};
use engine::report::template::{Scope, Span};
use engine::report::{Check, CheckKind, CheckPart, Frozen, Report, Sections};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::event::{digest, hex};
use store::{Append, CellFilter, Config, NewEvent, Store, day};

use crate::figure::{Period, Recount};
use crate::hall::{Error, Hall, Result};
use crate::report::Wanted;
use crate::writing::WRITE;

/// The step that gives a failing check its reason, and the fields in which it does.
pub const EXPLAIN: &str = "explain-check";
const CHECK: &str = "check";
const REASON: &str = "check-reason";
/// The step that makes a report public.
pub const PUBLISH: &str = "publish";
/// Fields that an approval fills.
const FROZEN: &str = "frozen";
const CHECKPOINT: &str = "checkpoint";
const ROOT: &str = "checkpoint-root";

/// What an approval keeps, as the JSON of an attachment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Kept {
    /// Version of this form.
    pub form: u32,
    /// The case of the report, as text: programs that read numbers as floating point would round it.
    pub case: String,
    pub code: String,
    pub procedure: String,
    /// Number and root of the checkpoint that sealed the records counted.
    pub checkpoint: i64,
    pub root: String,
    pub approved_by: String,
    pub approved_at: DateTime,
    /// Without its `frozen` part, which names the digest of this file.
    pub report: Report,
    /// The figures as they were defined: what a recount counts by.
    pub definitions: Vec<Definition>,
}

/// A report as its case shows it.
#[derive(Debug, Clone)]
pub struct Standing {
    pub report: Report,
    /// SM3 of what was kept, in hex; none for a draft.
    pub digest: Option<String>,
}

/// A report that the public may read.
#[derive(Debug, Clone)]
pub struct Publication {
    pub code: String,
    pub published: DateTime,
    pub report: Report,
    /// What was kept, byte for byte: its SM3 is the digest, so that anybody verifies it elsewhere.
    pub bytes: Vec<u8>,
}

/// What verifying a kept report found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    pub code: String,
    pub title: String,
    pub digest: String,
    pub checkpoint: i64,
    pub root: String,
    /// Sealed events that were counted again.
    pub events: u64,
    /// Figures compared.
    pub figures: usize,
    /// What is wrong, a sentence each; none: the report stands.
    pub faults: Vec<String>,
}

/// How often an approval begins again because somebody recorded something that counts in its period between the seal and the reading.
const TRIES: usize = 5;
/// Form of [`Kept`].
const FORM: u32 = 1;

impl Hall {
    /// What the report of a case is asked by: its template, period, organ and what people wrote.
    pub fn wanted(&self, case: &Case, version: &Version) -> Result<Wanted> {
        let id = version.report().ok_or_else(|| Error::Invalid(format!("“{}”不是报告", case.procedure)))?;
        let template = self.law.reports.get(id).ok_or(Error::NotFound)?;
        let year = case.get("year").and_then(Value::as_i64).and_then(|year| i16::try_from(year).ok());
        let year = year.ok_or_else(|| Error::Invalid("案卷里没有报告的年度".to_owned()))?;
        let half = match (template.period, case.text("half")) {
            (Span::Year, _) => None,
            (Span::Half, Some("second")) => Some(2),
            (Span::Half, _) => Some(1),
        };
        let text = |part: &str| case.text(part).map(str::to_owned);
        Ok(Wanted {
            template: id.to_owned(),
            year,
            half,
            organ: (template.scope == Scope::Organ).then(|| case.organ.clone()),
            sections: Sections {
                measures: text("measures"),
                shortcomings: text("shortcomings"),
                first_responsible: text("first-responsible"),
                next_year: text("next-year"),
                other: text("other"),
            },
            even_empty: true,
            ..Wanted::default()
        })
    }

    /// The report of a case: as it was kept while it stands approved, else as the ledger gives it now.
    pub fn report_of(&self, id: i64, now: DateTime) -> Result<Standing> {
        let case = self.case(id)?;
        let (_, version) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let events = self.events(id)?;
        match standing_approval(version, &events) {
            Some(approval) => {
                let (kept, digest) = self.kept(approval)?;
                Ok(Standing { report: with_seal(kept, &digest), digest: Some(digest) })
            }
            None => Ok(Standing { report: self.draft(&case, version, &events, false, now)?, digest: None }),
        }
    }

    /// A published report as it was approved, for anybody; `NotFound` for one that was never published.
    pub fn publication(&self, code: &str) -> Result<Publication> {
        let id = self.id_of(code)?;
        let case = self.case(id)?;
        let (_, version) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let events = self.events(id)?;
        let approval = published_approval(version, &events).ok_or(Error::NotFound)?;
        let key = digest_named(approval).ok_or(Error::NotFound)?;
        let bytes = self.store.attachment(self.settings.number(), &key)?.ok_or(Error::NotFound)?.bytes;
        let (kept, digest) = self.kept(approval)?;
        let published = events.iter().rfind(|event| event.step == PUBLISH).and_then(|event| event.at);
        Ok(Publication {
            code: crate::step::code(&case),
            published: published.unwrap_or(case.opened),
            report: with_seal(kept, &digest),
            bytes,
        })
    }

    fn kept(&self, approval: &Event) -> Result<(Kept, String)> {
        let key = digest_named(approval).ok_or_else(|| Error::Invalid("批准的记录没有写明定稿".to_owned()))?;
        let found = self.store.attachment(self.settings.number(), &key)?;
        let bytes = found.ok_or_else(|| Error::Invalid(format!("定稿{}不在附件里", hex(&key))))?.bytes;
        let kept = serde_json::from_slice(&bytes).map_err(|error| Error::Invalid(format!("定稿读不出来：{error}")))?;
        Ok((kept, hex(&key)))
    }

    /// The report as the ledger gives it now, with the audit of its text among the checks and the reasons that were given.
    fn draft(&self, case: &Case, version: &Version, events: &[Event], finished: bool, now: DateTime) -> Result<Report> {
        let wanted = Wanted { finished, ..self.wanted(case, version)? };
        let mut report = self.report(&wanted, now)?;
        let audited = audited(&report);
        report.checks.extend(audited);
        let reasons = reasons(events);
        for check in &mut report.checks {
            check.reason = reasons.get(&check_id(check)).cloned().filter(|_| !check.holds);
        }
        Ok(report)
    }

    /// Freezes the report of a case into the event that approves it, or says which checks stand in the way.
    pub(crate) fn freeze(&self, case: &Case, version: &Version, step: &Step, event: &mut Event, now: DateTime) -> Result<()> {
        let seal = self.seal.as_ref().ok_or_else(|| {
            Error::Forbidden("批准要给记录取检查点，但没有签名密钥；请管理员用 --key 或 FADU_KEY 指定后再批准。没有任何改动。".to_owned())
        })?;
        let events = self.events(case.id)?;
        let refuse = |report: &Report| {
            let reasons: Vec<Reason> = report.unanswered().map(unanswered).collect();
            if reasons.is_empty() {
                Ok(())
            } else {
                Err(Error::Refused(Refusal { step: step.id.clone(), title: step.title.clone(), reasons }))
            }
        };
        // Nothing is sealed for a report that is refused anyway.
        refuse(&self.draft(case, version, &events, true, now)?)?;
        for _ in 0..TRIES {
            let checkpoint = self.store.checkpoint(self.settings.number(), self.seal_day(now)?, |statement| seal.sign(statement))?;
            let report = self.draft(case, version, &events, true, now)?;
            if self.counted_since_sealed(day(report.period.to))? {
                continue;
            }
            refuse(&report)?;
            let kept = Kept {
                form: FORM,
                case: case.id.to_string(),
                code: crate::step::code(case),
                procedure: case.procedure.clone(),
                checkpoint: checkpoint.number,
                root: hex(&checkpoint.root),
                approved_by: event.by.iter().map(|acted| acted.id.as_str()).collect::<Vec<_>>().join("、"),
                approved_at: now,
                report,
                definitions: self.law.figures.iter().map(Definition::from).collect(),
            };
            let bytes = serde_json::to_vec(&kept).map_err(|error| Error::Invalid(error.to_string()))?;
            let name = format!("{}.json", kept.code);
            let key = self.store.put_attachment(self.settings.number(), bytes, &name, "application/json")?;
            event.with.insert(FROZEN.to_owned(), Value::from(vec![hex(&key)]));
            event.with.insert(CHECKPOINT.to_owned(), Value::from(kept.checkpoint));
            event.with.insert(ROOT.to_owned(), Value::from(kept.root));
            return Ok(());
        }
        Err(Error::Invalid("记账正忙：取检查点的时候又有计入本报告的事。没有任何改动，请过一会儿再批准。".to_owned()))
    }

    /// The day an approval's checkpoint bears: the last one that has ended, so that the night still seals today. Days never go back.
    fn seal_day(&self, now: DateTime) -> Result<i32> {
        let ended = day(now.date().yesterday().unwrap_or(now.date()));
        Ok(self.latest_checkpoint()?.map_or(ended, |latest| latest.day.max(ended)))
    }

    /// Whether an event since the latest checkpoint counts on a day up to `last`.
    fn counted_since_sealed(&self, last: i32) -> Result<bool> {
        for (stream, sealed) in self.store.unsealed(self.settings.number())? {
            let mut recount = Recount::new(self, &self.index);
            for row in self.store.events(self.settings.number(), stream, 0)? {
                if recount.row(&row).iter().any(|counted| row.seq > sealed && counted.day <= last) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Verifies a kept report: the one of a case by its number or code, or one brought as a file. Whether the ledger itself is whole is
    /// for [`store::Store::verify`] to say.
    pub fn verify_report(&self, asked: Asked<'_>, mut progress: impl FnMut(u64)) -> Result<Verdict> {
        let (id, brought) = match asked {
            Asked::Case(name) => (self.case_named(name)?, None),
            Asked::File(bytes) => {
                let kept: Kept = serde_json::from_slice(bytes).map_err(|error| Error::Invalid(format!("这个文件不是定稿：{error}")))?;
                (kept.case.parse().map_err(|_| Error::Invalid(format!("定稿写的案件编号“{}”不是数", kept.case)))?, Some(bytes))
            }
        };
        let case = self.case(id)?;
        let (_, version) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let events = self.events(id)?;
        let approvals: Vec<&Event> =
            events.iter().filter(|event| version.step(&event.step).is_some_and(|step| step.freezes.is_some())).collect();
        let mut verdict = Verdict { code: crate::step::code(&case), ..Verdict::default() };
        let approval = match brought {
            Some(bytes) => {
                let key = digest(bytes);
                verdict.digest = hex(&key);
                match approvals.iter().find(|event| digest_named(event) == Some(key)) {
                    Some(approval) => *approval,
                    None => {
                        verdict
                            .faults
                            .push(format!("文件的SM3是{}，案卷里没有哪次批准是这个值：文件被改过，或者不是这件报告的定稿", hex(&key)));
                        return Ok(verdict);
                    }
                }
            }
            None => approvals.last().copied().ok_or_else(|| Error::Invalid("这件报告还没有批准过，没有定稿".to_owned()))?,
        };
        let (kept, key) = match self.kept(approval) {
            Ok(found) => found,
            Err(error) => {
                verdict.faults.push(error.to_string());
                return Ok(verdict);
            }
        };
        verdict.digest = key;
        verdict.title.clone_from(&kept.report.title);
        verdict.checkpoint = kept.checkpoint;
        verdict.root.clone_from(&kept.root);
        self.checkpoint_faults(approval, &kept, &mut verdict.faults)?;
        let scratch = Scratch::count(self, &kept, &mut progress)?;
        verdict.events = scratch.events;
        scratch.compare(&kept.report, &mut verdict)?;
        Ok(verdict)
    }

    fn case_named(&self, name: &str) -> Result<i64> {
        match name.parse() {
            Ok(id) => Ok(id),
            Err(_) => self.id_of(name),
        }
    }

    fn checkpoint_faults(&self, approval: &Event, kept: &Kept, faults: &mut Vec<String>) -> Result<()> {
        if approval.with.get(CHECKPOINT).and_then(Value::as_i64) != Some(kept.checkpoint) {
            faults.push(format!("批准的记录和定稿写的检查点不同（定稿：第{}号）", kept.checkpoint));
        }
        match self.store.checkpoint_at(self.settings.number(), kept.checkpoint)? {
            None => faults.push(format!("记录里没有第{}号检查点", kept.checkpoint)),
            Some(found) => {
                if hex(&found.root) != kept.root {
                    faults.push(format!("第{}号检查点的根是{}，定稿写的是{}", kept.checkpoint, hex(&found.root), kept.root));
                }
                if crate::seal::holds_under(&found).is_none() {
                    faults.push(format!("第{}号检查点的签名不对", kept.checkpoint));
                }
            }
        }
        Ok(())
    }
}

/// Which kept report to verify.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// By number or tracking code of its case.
    Case(&'a str),
    File(&'a [u8]),
}

/// The approval under which a report stands: the last one, unless the report has gone back to writing since.
pub fn standing_approval<'e>(version: &Version, events: &'e [Event]) -> Option<&'e Event> {
    let approval = events.iter().rfind(|event| version.step(&event.step).is_some_and(|step| step.freezes.is_some()))?;
    let writing = version.step(WRITE).map(|step| step.from.as_slice()).unwrap_or_default();
    let reopened = events.iter().any(|event| event.seq > approval.seq && event.to.as_ref().is_some_and(|to| writing.contains(to)));
    (!reopened).then_some(approval)
}

/// The approval that was last published, though the report may have been reopened since: what the public sees.
fn published_approval<'e>(version: &Version, events: &'e [Event]) -> Option<&'e Event> {
    let published = events.iter().rfind(|event| event.step == PUBLISH)?;
    let freezes = |event: &&Event| event.seq < published.seq && version.step(&event.step).is_some_and(|step| step.freezes.is_some());
    events.iter().rfind(freezes)
}

fn digest_named(event: &Event) -> Option<store::Digest> {
    let text = event.with.get(FROZEN)?.as_array()?.first()?.as_str()?;
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}

fn with_seal(kept: Kept, digest: &str) -> Report {
    let frozen = Frozen {
        checkpoint: u64::try_from(kept.checkpoint).unwrap_or_default(),
        root: kept.root,
        digest: digest.to_owned(),
        approved_by: kept.approved_by,
        approved_at: kept.approved_at,
        verify: Some(format!("/publications/{}", kept.code)),
    };
    Report { frozen: Some(frozen), ..kept.report }
}

/// The name of a check: changes whenever its arithmetic does, so that a reason never covers other numbers than it was given for.
pub fn check_id(check: &Check) -> String {
    let text = format!("{:?}|{}|{}|{}", check.kind, check.figure, check.title, check.says);
    hex(&digest(text.as_bytes())[..6])
}

/// Reasons by the name of the check; the last one given counts.
fn reasons(events: &[Event]) -> BTreeMap<String, String> {
    let text = |event: &Event, field: &str| event.with.get(field).and_then(Value::as_str).map(|text| text.trim().to_owned());
    events.iter().filter(|event| event.step == EXPLAIN).filter_map(|event| Some((text(event, CHECK)?, text(event, REASON)?))).collect()
}

/// The audit of the full text, as checks beside the others. What the text alone cannot decide is left out.
fn audited(report: &Report) -> Vec<Check> {
    let found = engine::audit::audit(&report.plain());
    let checks = found.checks.iter().filter(|check| check.result != Outcome::Unverifiable);
    checks
        .map(|check| Check {
            kind: CheckKind::Text,
            figure: String::new(),
            title: check.quote.clone(),
            parts: check
                .figures
                .iter()
                .skip(1)
                .filter_map(|&place| found.figures.get(place))
                .map(|figure| CheckPart { key: String::new(), title: figure.subject.clone(), value: Some(figure.value) })
                .collect(),
            stated: Some(check.stated),
            expected: check.expected,
            holds: check.result != Outcome::Fails,
            says: check.note.clone(),
            reason: None,
        })
        .collect()
}

fn unanswered(check: &Check) -> Reason {
    let id = check_id(check);
    Reason {
        guard: "checks-hold".to_owned(),
        cite: None,
        says: format!("核对不符（编号{id}）：{}", check.says),
        cure: "这是本系统的规则，不是哪一条法律：改正数据或者文字；数据确实如此的，用“说明核对不符的理由”写明，理由印在附表里".to_owned(),
        field: None,
        parameter: None,
    }
}

/// A store of its own into which the sealed events are counted again, by the kept definitions.
struct Scratch {
    hall: Option<Hall>,
    folder: std::path::PathBuf,
    events: u64,
}

/// Events read at a time.
const CHUNK: usize = 4_000;

impl Scratch {
    fn count(hall: &Hall, kept: &Kept, progress: &mut impl FnMut(u64)) -> Result<Scratch> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("fadu-recount-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        let fault = |error: std::io::Error| Error::Invalid(format!("重新计数要一个临时文件夹：{error}"));
        std::fs::create_dir(&folder).map_err(fault)?;
        let mut scratch = Scratch { hall: None, folder, events: 0 };
        let store = Store::open(&Config::new(format!("sqlite:{}", scratch.folder.join("recount.db").display())).fast())?;
        let figures: Vec<Figure> = kept.definitions.iter().cloned().map(Figure::from).collect();
        let index = Index::new(&figures);
        let number = hall.settings.number();
        let law = Law { figures: kept.definitions.iter().cloned().map(Figure::from).collect(), ..Law::default() };
        let counted = Hall::open(law, hall.settings.clone(), store, |_| ())?;
        let mut recount = Recount::new(hall, &index);
        let mut after = i64::MIN;
        loop {
            let sealed = hall.store.sealed(number, kept.checkpoint, after, CHUNK)?;
            let Some(last) = sealed.last else { break };
            after = last;
            let mut appends: Vec<Append> = Vec::new();
            for row in &sealed.events {
                scratch.events += 1;
                let found = recount.row(row);
                if found.is_empty() {
                    continue;
                }
                let event = NewEvent {
                    at: row.at,
                    kind: row.kind.clone(),
                    organ: row.organ.clone(),
                    matter: row.matter.clone(),
                    body: "{}".to_owned(),
                    numbers: Vec::new(),
                };
                match appends.last_mut().filter(|append| append.stream == row.stream) {
                    Some(append) => {
                        let place = append.events.len() as u32;
                        append.counted.extend(found.into_iter().map(|counted| store::Counted { event: place, ..counted }));
                        append.events.push(event);
                    }
                    None => appends.push(Append {
                        division: number,
                        stream: row.stream,
                        events: vec![event],
                        counted: found,
                        ..Append::default()
                    }),
                }
            }
            for appended in counted.store.append(appends) {
                appended?;
            }
            progress(scratch.events);
        }
        scratch.hall = Some(counted);
        Ok(scratch)
    }

    /// Compares what was kept with the recount, figure by figure, for the period and for the year before it.
    fn compare(&self, report: &Report, verdict: &mut Verdict) -> Result<()> {
        let Some(hall) = &self.hall else { return Ok(()) };
        let filter = CellFilter { organs: report.organ.iter().map(|organ| organ.id.clone()).collect(), ..CellFilter::default() };
        let period = Period { from: report.period.from, to: report.period.to };
        let now = hall.figures(period, &filter)?;
        let before = period.before().map(|before| hall.figures(before, &filter)).transpose()?.unwrap_or_default();
        for row in &report.figures {
            let Some(shown) = now.iter().find(|shown| shown.key == row.key) else {
                verdict.faults.push(format!("“{}”（{}）没有保存定义，不能重新计数", row.title, row.key));
                continue;
            };
            verdict.figures += 1;
            let say = |value: Option<f64>| value.map_or("没有值".to_owned(), engine::report::read);
            let counted = shown.value.map(engine::report::write::six);
            if counted != row.value {
                verdict.faults.push(format!("“{}”（{}）定稿是{}，重新计数是{}", row.title, row.key, say(row.value), say(counted)));
            }
            if shown.records != row.records {
                verdict.faults.push(format!("“{}”（{}）定稿数了{}条记录，重新计数是{}条", row.title, row.key, row.records, shown.records));
            }
            let last = before.iter().find(|shown| shown.key == row.key).and_then(|shown| shown.value).map(engine::report::write::six);
            if row.last_year.is_some() && row.last_year != last {
                verdict.faults.push(format!("“{}”（{}）上年定稿是{}，重新计数是{}", row.title, row.key, say(row.last_year), say(last)));
            }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.hall = None;
        // What cannot be removed is left to the system's own tidying of temporary files.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

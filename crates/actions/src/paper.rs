//! Issuing a paper: the template of the law, filled from the case as it stood when the step was taken, numbered, and checkable.

use engine::case::{Case, Event, Person};
use engine::decide::version_of;
use engine::law::{FieldKind, PaperForm};
use engine::value::long_date;
use jiff::civil::DateTime;
use papers::{Block, Paper, Verify};

use crate::appraisal::{Ranked, kept_sheet, tree_of};
use crate::hall::{Error, Hall, Result};
use crate::look::{Sight, sight};
use crate::step::{code, event_of, fill};

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Pdf,
    Docx,
}

impl Form {
    pub fn of(extension: &str) -> Option<Form> {
        match extension {
            "pdf" => Some(Form::Pdf),
            "docx" => Some(Form::Docx),
            _ => None,
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Form::Pdf => "application/pdf",
            Form::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// What the public sees when it checks a paper: enough to compare, nobody's data.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Checked {
    pub title: String,
    pub number: Option<String>,
    pub organ: String,
    pub date: jiff::civil::Date,
    pub code: String,
    /// SM3 of the event in the ledger, in hex.
    pub digest: String,
    /// The digest given agrees with the ledger, if one was given.
    pub agrees: Option<bool>,
}

impl Hall {
    /// A paper as a value. The applicant sees the papers of the own case, officers those of cases they see whole.
    pub fn issue_paper(&self, person: Option<&Person>, id: i64, seq: u32, paper: &str, now: DateTime) -> Result<Paper> {
        let case = self.case(id)?;
        let seen = sight(self, person, &case);
        if seen < Sight::Own {
            return Err(Error::NotFound);
        }
        let (form, event, then, digest) = self.issued(id, seq, paper)?;
        if seen < Sight::Whole && !form.is_for_opener() {
            return Err(Error::NotFound);
        }
        let (procedure, version) = version_of(&self.law, &then).ok_or(Error::NotFound)?;
        let number = self.number_of(&form, procedure, &event, paper);
        let at = event.at.unwrap_or(now);
        let value = |place: &str| -> Option<String> {
            let (root, rest) = place.split_once('.').unwrap_or((place, ""));
            match (root, rest) {
                ("organ", "") => Some(self.organ_title(&event.organ)),
                ("division", "") => Some(self.settings.name.clone()),
                ("date", "") => Some(long_date(at.date())),
                ("number", "") => number.clone(),
                ("actors", "") => Some(event.by.iter().map(|acted| self.person_name(&acted.id)).collect::<Vec<_>>().join("、")),
                ("handlers", "") => Some(then.handlers.iter().map(|id| self.person_name(id)).collect::<Vec<_>>().join("、")),
                ("case", "code") => Some(code(&then)),
                ("case", "title") => Some(self.summary(version, &then)),
                ("due", clock) => {
                    then.clocks.get(clock).and_then(|ledger| ledger.due(&self.law.calendar, at).ok()).map(|due| long_date(due.at.date()))
                }
                ("parameter", id) => engine::decide::parameter_value(&self.law, id, &then.division, Some(&then), &then.fields, at)
                    .map(|value| value.to_string()),
                _ => {
                    let given = then.get(place)?;
                    Some(
                        version
                            .field(root)
                            .filter(|_| rest.is_empty())
                            .map_or_else(|| engine::value::read(None, given), |field| self.read_value(field, given)),
                    )
                }
            }
        };
        let from = self.organ_title(event.issuer(&form));
        Ok(Paper {
            organ: from.clone(),
            title: form.title.clone(),
            addressee: form.to.as_deref().map(|to| fill(to, value)).filter(|to| !to.is_empty()),
            blocks: blocks(&form.body, &value, &|field| self.table(version, &then, field)),
            signed_by: from,
            date: long_date(at.date()),
            verify: Some(Verify {
                url: format!("{}/verify/{}/{seq}?digest={}", self.settings.address, code(&then), &digest[..16]),
                code: format!("{}/{seq}", code(&then)),
                digest,
            }),
            number,
        })
    }

    /// A score sheet or a ranking that the case keeps, as a table.
    fn table(&self, version: &engine::law::Version, case: &Case, field: &str) -> Option<Block> {
        let field = version.field(field)?;
        let value = case.fields.get(&field.id)?;
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let (head, rows) = match field.kind {
            FieldKind::Sheet => {
                let (tree, sheet) = (tree_of(case)?, kept_sheet(case, &field.id)?);
                let rows = tree.leaves().filter_map(|leaf| {
                    let scored = sheet.leaf(&leaf.id)?;
                    let score = if scored.asked { scored.score.to_string() } else { "—".to_owned() };
                    Some(vec![format!("{} {}", leaf.id, leaf.title), leaf.weight.to_string(), score, scored.says.clone()])
                });
                let mut rows: Vec<Vec<String>> = rows.collect();
                let total = sheet.total.map_or_else(|| "—".to_owned(), |total| total.to_string());
                rows.push(vec!["合计".to_owned(), sheet.asked.to_string(), total, sheet.says.clone()]);
                (texts(&["指标", "分值", "得分", "怎么算的"]), rows)
            }
            FieldKind::Ranking => {
                let ranked: Vec<Ranked> = serde_json::from_value(value.clone()).ok()?;
                let rows =
                    ranked.into_iter().map(|line| vec![line.group, line.rank.to_string(), line.title, line.total.to_string(), line.grade]);
                (texts(&["类别", "名次", "单位", "得分", "等次"]), rows.collect())
            }
            _ => return None,
        };
        Some(Block::Table(papers::Table { caption: field.title.clone(), head, rows }))
    }

    /// The same as bytes.
    pub fn paper_bytes(&self, person: Option<&Person>, id: i64, seq: u32, paper: &str, form: Form, now: DateTime) -> Result<Vec<u8>> {
        let paper = self.issue_paper(person, id, seq, paper, now)?;
        match form {
            Form::Pdf => papers::pdf::write(&paper),
            Form::Docx => papers::docx::write(&paper),
        }
        .map_err(|error| Error::Paper(error.to_string()))
    }

    /// Checks a paper against the ledger: by the code and number of the event on it, and the digest if the reader has it.
    pub fn check_paper(&self, tracking: &str, seq: u32, digest: Option<&str>) -> Result<Vec<Checked>> {
        let id = self.id_of(tracking)?;
        let row = self.store.event(self.settings.number(), id, seq)?.ok_or(Error::NotFound)?;
        let event = event_of(&row)?;
        let case = self.case(id)?;
        let (procedure, _) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let hash = store::event::hex(&row.hash);
        event
            .papers
            .iter()
            .map(|paper| {
                let form = procedure.papers.get(paper).ok_or(Error::NotFound)?;
                Ok(Checked {
                    title: form.title.clone(),
                    number: self.number_of(form, procedure, &event, paper),
                    organ: self.organ_title(event.issuer(form)),
                    date: event.at.map_or(case.opened.date(), |at| at.date()),
                    code: code(&case),
                    agrees: digest.map(|digest| digest.len() >= 8 && hash.starts_with(&digest.to_lowercase())),
                    digest: hash.clone(),
                })
            })
            .collect()
    }

    /// The form, the event that issued it, the case as it stood then, and the event's hash.
    fn issued(&self, id: i64, seq: u32, paper: &str) -> Result<(PaperForm, Event, Case, String)> {
        let rows = self.store.events(self.settings.number(), id, 0)?;
        let row = rows.iter().find(|row| row.seq == seq).ok_or(Error::NotFound)?;
        let events = rows.iter().take_while(|row| row.seq <= seq).map(event_of).collect::<Result<Vec<Event>>>()?;
        let event = events.last().cloned().filter(|event| event.papers.iter().any(|issued| issued == paper)).ok_or(Error::NotFound)?;
        let case = Case::fold(&self.settings.division, id, &events).ok_or(Error::NotFound)?;
        let (procedure, _) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let form = procedure.papers.get(paper).cloned().ok_or(Error::NotFound)?;
        Ok((form, event, case, store::event::hex(&row.hash)))
    }

    fn number_of(&self, form: &PaperForm, procedure: &engine::law::Procedure, event: &Event, paper: &str) -> Option<String> {
        let series = form.series.as_deref()?;
        let place = event
            .papers
            .iter()
            .filter(|issued| procedure.papers.get(*issued).is_some_and(|form| form.series.is_some()))
            .position(|issued| issued == paper)?;
        let number = event.numbers.get(place)?;
        Some(self.document_number(event.issuer(form), series, event.at?.year(), *number))
    }

    /// The name of an officer, or who a member of the public is to the case.
    pub fn person_name(&self, id: &str) -> String {
        self.registers()
            .entry("officers", id)
            .map_or_else(|| if id.starts_with("u:") { "申请人".to_owned() } else { id.to_owned() }, |entry| entry.title.clone())
    }
}

/// Markdown of a template: `# ` and `## ` are headings, a line `{table.field}` is a table, other lines paragraphs; a paragraph of which
/// nothing is left is left out.
fn blocks(body: &str, value: &dyn Fn(&str) -> Option<String>, table: &dyn Fn(&str) -> Option<Block>) -> Vec<Block> {
    body.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .filter_map(|line| {
            if let Some(field) = line.strip_prefix("{table.").and_then(|rest| rest.strip_suffix('}')) {
                return table(field);
            }
            let level = line.chars().take_while(|letter| *letter == '#').count();
            let text = fill(line.trim_start_matches('#').trim_start_matches("- ").trim(), value);
            match level {
                0 if text.is_empty() => None,
                0 => Some(Block::Paragraph(text)),
                level => Some(Block::Heading { level: u8::try_from(level).unwrap_or(2), text }),
            }
        })
        .collect()
}
